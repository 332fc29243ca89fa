"""A store inside the transaction of a host on psycopg2, as Odoo is."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

import segmentation as seg
from segmentation.adapters.sqlalchemy import MappedTable, join_store
from segmentation.campaigns import Campaign
from segmentation.contacts import Contact, ContactBusinessRelation, ItemEntry, LinkToTable
from segmentation.criteria import total
from segmentation.errors import Conflict, InvalidValue, Refused, SegmentationError, StoreError
from segmentation.interactions import Interaction
from segmentation.templates import InteractionTemplate
from support.databases import Database
from support.fair import NOW, TODAY
from support.hosts import Host, insert, joined, ours, put_template, workspace

psycopg2 = pytest.importorskip("psycopg2", reason="needs psycopg2: dependency group `hosts`")
extensions = pytest.importorskip("psycopg2.extensions")
extras = pytest.importorskip("psycopg2.extras")

pytestmark = pytest.mark.postgres


class Executing(extensions.connection):  # type: ignore[misc, name-defined]  # it has no types
    """A connection of a host's own kind that runs a statement as other drivers' do."""

    def execute(self, statement: str) -> Any:  # noqa: ANN401 - a cursor
        cursor = self.cursor()
        cursor.execute(statement)
        return cursor


class OldHost(Host):
    """A host that connects by psycopg2."""

    def connect(self, **options: Any) -> Any:  # noqa: ANN401 - psycopg2's
        url = sa.make_url(self.address).set(drivername="postgresql")
        address = url.render_as_string(hide_password=False)
        made = psycopg2.connect(address, connection_factory=Executing, **options)
        self._opened.append(made)
        return made


@pytest.fixture
def host(postgresql: str) -> Iterator[OldHost]:
    database = Database(postgresql, "test_psycopg2")
    made = OldHost(database)
    yield made
    made.close()
    database.drop()


@pytest.mark.parametrize("commits", [True, False], ids=["commit", "rollback"])
def test_the_host_alone_ends_its_transaction(host: OldHost, commits: bool) -> None:
    """HST-01, HST-02."""
    connection = host.connect()
    insert(connection, 1)
    crm = workspace(connection)
    assert ours(crm) == "SM1"
    insert(connection, 2)
    assert host.seen() == ([], [])
    (connection.commit if commits else connection.rollback)()
    assert host.seen() == (([1, 2], ["SM1 1"]) if commits else ([], []))
    assert connection.execute("SELECT 1").fetchone() == (1,)
    assert ours(crm) == ("SM2" if commits else "SM1")


def test_autocommit_a_failed_transaction_and_a_closed_one_are_refused(host: OldHost) -> None:
    """HST-05, HST-06, HST-08."""
    connection = host.connect()
    connection.autocommit = True
    with pytest.raises(Refused, match="commits each statement by itself"):
        joined(connection)
    connection.autocommit = False
    crm = workspace(connection)
    with pytest.raises(psycopg2.Error):
        connection.execute("SELECT * FROM nowhere")
    for step in (lambda: joined(connection), lambda: ours(crm)):
        with pytest.raises(Refused, match="has failed; roll it back first"):
            step()
    connection.rollback()
    assert ours(crm) == "SM1"
    with pytest.raises(InvalidValue, match="is no connection"):
        joined(connection.cursor())
    connection.close()
    for step in (lambda: joined(connection), lambda: ours(crm)):
        with pytest.raises(Refused, match="its connection is closed"):
            step()


def test_what_fails_is_undone_to_its_savepoint_only(host: OldHost) -> None:
    """HST-07."""
    connection = host.connect()
    ours(workspace(connection))
    connection.commit()
    insert(connection, 1)
    crm = workspace(connection)
    with pytest.raises(SegmentationError):
        ours(crm, no="SM1")
    insert(connection, 2)
    connection.commit()
    assert host.seen() == ([1, 2], ["SM1 1"])


def test_a_number_that_was_taken_meanwhile_is_a_conflict(host: OldHost) -> None:
    """HST-17."""
    first, second = host.connect(), host.connect()
    for each in (first, second):
        each.set_session(isolation_level="REPEATABLE READ")  # as Odoo has it
    crms = [workspace(each) for each in (first, second)]
    assert not list(crms[1].segments)
    ours(crms[0])
    first.commit()
    with pytest.raises(Conflict):
        ours(crms[1])
    second.rollback()
    assert ours(crms[1]) == "SM2"


def test_a_right_that_is_missing_is_told(host: OldHost) -> None:
    """HST-21."""
    connection = host.connect()
    crm = workspace(connection)
    connection.execute("SET TRANSACTION READ ONLY")
    with pytest.raises(StoreError, match="read-only"):
        ours(crm)
    connection.rollback()
    assert ours(crm) == "SM1"


@pytest.fixture
def of_odoo() -> Iterator[None]:
    """Decimals are floats in the whole process, as Odoo has them."""
    floats = extensions.new_type((1700,), "float", lambda text, _: text and float(text))
    extensions.register_type(floats)
    yield
    extensions.register_type(extensions.DECIMAL)


@pytest.mark.usefixtures("of_odoo")
def test_what_the_host_set_for_its_own_rows_does_not_reach_ours(host: OldHost) -> None:
    connection = host.connect(cursor_factory=extras.RealDictCursor)
    extras.register_default_jsonb(connection, loads=str)
    assert connection.execute("SELECT 1.5 AS a").fetchone() == {"a": 1.5}
    crm = workspace(connection)
    worksheet = crm.segment(ours(crm, date=TODAY))
    assert worksheet.header.date == TODAY
    made = Contact(no="Æ🎄", name="50 % %s", last_modified=NOW, extra={"points": Decimal("7.10")})
    campaign = Campaign(no="X", description="%(a)s", starting_date=TODAY)
    crm.store.records.put([made, campaign])
    assert crm.store.records.find(Contact, made.no) == made
    assert crm.store.records.find(Campaign, "X") == campaign
    assert list(crm.store.records.all(Contact))[1:] == [made]
    digest = crm.store.attachments.put(b"\0\xff%")
    assert crm.store.attachments.get(digest) == b"\0\xff%"
    connection.rollback()


@pytest.mark.usefixtures("of_odoo")
def test_rows_of_the_host_are_asked_and_read_exactly(host: OldHost) -> None:
    connection = host.connect()
    connection.execute("CREATE TABLE sale (id INTEGER, customer TEXT, amount NUMERIC, day DATE)")
    rows = "(1, 'C1', 0.1, '2026-11-22'), (2, 'C1', 0.2, NULL), (3, 'C2', 0.3, NULL)"
    connection.execute(f"INSERT INTO sale VALUES {rows}")  # noqa: S608 - of this test
    sale = sa.table("sale", *map(sa.column, ("id", "customer", "amount", "day")))
    sold = {"entry_no": sale.c.id, "source_type": "customer", "source_no": sale.c.customer}
    sold |= {"quantity": sale.c.amount, "posting_date": sale.c.day}
    store = join_store(connection, prefix="crm_", mapped={"value_entry": MappedTable(sale, sold)})
    amounts = [entry.quantity for entry in store.records.all(ItemEntry)]
    assert amounts == [Decimal("0.1"), Decimal("0.2"), Decimal("0.3")]
    assert next(store.records.all(ItemEntry)).posting_date == TODAY
    related = ContactBusinessRelation(
        contact_no="C1", business_relation_code="CUST", link_to_table=LinkToTable.CUSTOMER, no="C1"
    )
    store.records.put([Contact(no="C1", company_no="C1"), related])
    many = [f"C{number}" for number in range(1000)]
    crm = seg.Workspace.open(store, today=TODAY)
    assert crm.select(contact={"no": "|".join(many)}) == ["C1"]
    assert crm.select(total(crm.fields.item_entries.quantity) == Decimal("0.3")) == ["C1"]
    assert crm.select(item_entries={"posting_date": TODAY}) == ["C1"]
    connection.rollback()


# -- the how-to of Odoo -----------------------------------------------------------------------

LAYOUT = """
CREATE TABLE res_country (id SERIAL PRIMARY KEY, code VARCHAR);
CREATE TABLE res_partner (
    id SERIAL PRIMARY KEY, name VARCHAR, ref VARCHAR, is_company BOOLEAN, active BOOLEAN,
    parent_id INTEGER, commercial_partner_id INTEGER, city VARCHAR, zip VARCHAR, email VARCHAR,
    country_id INTEGER REFERENCES res_country
);
CREATE TABLE res_partner_category (id SERIAL PRIMARY KEY, name JSONB NOT NULL);
CREATE TABLE res_partner_res_partner_category_rel (
    category_id INTEGER, partner_id INTEGER, PRIMARY KEY (category_id, partner_id)
);
INSERT INTO res_country VALUES (1, 'CH'), (2, 'DK');
INSERT INTO res_partner (id, name, is_company, active, commercial_partner_id, country_id, email)
VALUES (1, 'Muster', true, true, 1, 1, 'a@example.com'), (2, 'Anna', false, true, 1, 1, NULL),
    (3, 'Møller', true, true, 3, 2, NULL), (4, 'Gone', true, false, 4, 1, NULL);
INSERT INTO res_partner_category VALUES (1, '{"en_US": "Fair"}');
INSERT INTO res_partner_res_partner_category_rel VALUES (1, 1), (1, 3), (1, 4);
"""
"""Tables of Odoo 19, with the columns that the how-to names."""

_BLOCK = re.compile(r"(?ms)^```\{code-block\} python\n:name: (\w+)\n\n(.*?)^```")

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "odoo.md"


@pytest.mark.usefixtures("of_odoo")
def test_partners_are_contacts_in_the_transaction_of_odoo(host: OldHost) -> None:
    blocks = dict(_BLOCK.findall(PAGE.read_text(encoding="utf-8")))
    names: dict[str, Any] = {}
    exec(blocks["odoo"], names)  # noqa: S102 - it is our page
    connection = host.connect()
    connection.execute(LAYOUT)
    connection.commit()
    connection.set_session(isolation_level="REPEATABLE READ")
    env = SimpleNamespace(
        cr=connection.cursor(), flush_all=lambda: None, user=SimpleNamespace(login="admin")
    )
    crm = names["open_crm"](env, create=True)
    put_template(crm)
    crm.store.records.put([InteractionTemplate(code="INVITE")])
    connection.commit()
    assert crm.select(contact={"type": "person"}) == ["2"]
    assert crm.select(contact={"country_region_code": "CH"}) == ["1", "2"]
    for end in (connection.rollback, connection.commit):
        connection.execute("UPDATE res_partner SET city = 'Bern' WHERE id = 1")
        found: dict[str, Any] = {}
        exec(blocks["button"], names | {"env": env}, found)  # noqa: S102
        assert found["segment"].no == "SM1"
        end()
    assert [each.contact_no for each in crm.store.records.all(Interaction)] == ["1"]
    assert crm.select(contact={"city": "Bern"}) == ["1"]
    crm.journal.verify()
