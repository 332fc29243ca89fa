"""A store inside a host's own transaction, and contacts in a host's own tables."""

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session, sessionmaker

import segmentation as seg
from segmentation import Contact, make_selection
from segmentation.adapters.sqlalchemy import MappedTable, join_store
from segmentation.contacts import ContactComment, ContactMailingGroup, ContactType
from segmentation.criteria import AsOf, Link, bind, make_table
from segmentation.definitions import OwnField
from segmentation.errors import (
    Conflict,
    Refused,
    Rejected,
    StoreError,
    UnknownName,
    UsageError,
)
from segmentation.fields import Field, FieldType
from segmentation.interactions import Interaction
from segmentation.segments import Segment, SegmentHeader, contact_schema
from segmentation.setup import NumberSeries
from support.databases import Database

LONG = ["Anna", *(f"a{n}*" for n in range(4_900))]
"""So long a filter that it is answered in Python."""

HOST = sa.MetaData()
COUNTRY = sa.Table(
    "res_country", HOST, sa.Column("id", sa.Integer, primary_key=True), sa.Column("code", sa.Text)
)
PARTNER = sa.Table(
    "res_partner",
    HOST,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("ref", sa.Text),
    sa.Column("name", sa.Text),
    sa.Column("is_company", sa.Boolean),
    sa.Column("parent_id", sa.ForeignKey("res_partner.id")),
    sa.Column("zip", sa.Text),
    sa.Column("country_id", sa.ForeignKey("res_country.id")),
    sa.Column("write_date", sa.DateTime),
)
CATEGORY = sa.Table(
    "res_partner_category_rel",
    HOST,
    sa.Column("partner_id", sa.ForeignKey("res_partner.id")),
    sa.Column("category", sa.Text),
)


def partners(**more: object) -> dict[str, MappedTable]:
    """Partners and their categories, as contacts with more fields and mailing groups."""
    parent = PARTNER.alias("parent")
    joined = PARTNER.outerjoin(parent, PARTNER.c.parent_id == parent.c.id).outerjoin(
        COUNTRY, PARTNER.c.country_id == COUNTRY.c.id
    )
    is_company = PARTNER.c.is_company.is_(True)
    contact = MappedTable(
        joined,
        {
            "no": PARTNER.c.ref,
            "name": PARTNER.c.name,
            "type": sa.case((is_company, "company"), else_="person"),
            "company_no": sa.case((is_company, PARTNER.c.ref), else_=parent.c.ref),
            "company_name": sa.case((is_company, PARTNER.c.name), else_=parent.c.name),
            "post_code": PARTNER.c.zip,
            "country_region_code": COUNTRY.c.code,
            "language_code": "enu",
            "last_modified": PARTNER.c.write_date,
            **more,
        },
    )
    group = MappedTable(
        CATEGORY.join(PARTNER, CATEGORY.c.partner_id == PARTNER.c.id),
        {"contact_no": PARTNER.c.ref, "mailing_group_code": CATEGORY.c.category},
    )
    return {"contact": contact, "contact_mailing_group": group}


@pytest.fixture
def engine(database: Database) -> Iterator[sa.Engine]:
    made = database.engine()
    with made.begin() as connection:
        if database.schema:
            connection.execute(sa.schema.CreateSchema(database.schema))
        HOST.create_all(connection)
        connection.execute(sa.insert(COUNTRY), [{"id": 1, "code": "dk"}])
        for row in (
            {"id": 1, "ref": "c1", "name": "Berg A/S", "is_company": True, "country_id": 1},
            {"id": 2, "ref": " p1", "name": "Anna", "parent_id": 1},
            {"id": 3, "ref": "p2", "is_company": False, "zip": "2100"},
        ):
            connection.execute(sa.insert(PARTNER), row)
        connection.execute(sa.insert(CATEGORY), [{"partner_id": 2, "category": "news"}])
    yield made
    made.dispose()


def test_a_hosts_partners_are_contacts(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        store = join_store(connection, prefix="crm_", mapped=partners())
        anna = Contact(
            no="P1",
            type=ContactType.PERSON,
            name="Anna",
            company_no="C1",
            company_name="Berg A/S",
            language_code="ENU",
        )
        assert list(store.contacts.get_many(["P1", "NOBODY"])) == [anna]
        as_of = AsOf(date(2026, 11, 22))
        for filters, expected in (
            ({"contact": {"country_region_code": "DK"}}, ["C1"]),
            ({"contact": {"country_region_code": "''"}}, ["P1", "P2"]),
            ({"contact": {"language_code": "ENU", "county": "''"}}, ["C1", "P1", "P2"]),
            ({"mailing_groups": {"mailing_group_code": "NEWS"}}, ["P1"]),
            ({"mailing_groups": {}, "contact": {"name": "|".join(LONG)}}, ["P1"]),
        ):
            bound = bind(make_selection(filters), contact_schema(), as_of)
            assert list(store.contacts.matching(bound)) == expected


def test_the_rows_of_a_host_are_read_wherever_records_are(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        store = join_store(connection, prefix="crm_", mapped=partners())
        assert [contact.no for contact in store.records.all(Contact)] == ["C1", "P1", "P2"]
        assert [c.no for c in store.records.all(Contact, company_no="C1")] == ["C1", "P1"]
        found = store.records.find(Contact, "P1")
        assert [found] == list(store.contacts.get_many(["P1"]))
        assert store.records.find(Contact, "NOBODY") is None
        group = ContactMailingGroup(contact_no="P1", mailing_group_code="NEWS")
        assert list(store.records.all(ContactMailingGroup)) == [group]


def test_why_a_contact_passes_is_explained_by_the_rows_of_the_host(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        crm = seg.Workspace.open(join_store(connection, prefix="crm_", mapped=partners()))
        readers = seg.make_selection(mailing_groups={"mailing_group_code": "NEWS"})
        assert list(crm.select(readers)) == ["P1"]
        explained = crm.explain("P1", readers)
        assert explained.holds
        assert explained.row_count == 1
        assert not crm.explain("C1", readers).holds


def test_the_rows_of_a_host_are_changed_by_the_host_alone(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        store = join_store(connection, prefix="crm_", mapped=partners())
        for step in (store.records.put, store.records.remove):
            with pytest.raises(Refused, match="change contact: the host keeps"):
                step([NumberSeries(code="A"), Contact(no="P1")])
        assert list(store.records.all(NumberSeries)) == []
        assert store.records.find(Contact, "P1") is not None


def test_an_option_by_names_of_persons_leaves_out_all_who_have_one(engine: sa.Engine) -> None:
    mapped = partners(correspondence_type=PARTNER.c.name)
    with engine.begin() as connection:
        store = join_store(connection, prefix="crm_", mapped=mapped)
        assert [contact.no for contact in store.records.all(Contact)] == ["P2"]
        bound = bind(
            make_selection(contact={"correspondence_type": "''"}),
            contact_schema(),
            AsOf(date(2026, 11, 22)),
        )
        assert list(store.contacts.matching(bound)) == ["P2"]
        assert [str(each) for each in store.contacts.unread(bound)] == [
            "C1 (correspondence_type 'Berg A/S')",
            "P1 (correspondence_type 'Anna')",
        ]


def test_a_column_that_is_clean_is_asked_as_it_is(engine: sa.Engine) -> None:
    mapped = partners()
    mapped["contact"] = attrs.evolve(mapped["contact"], clean=frozenset({"post_code"}))
    with engine.begin() as connection:
        store = join_store(connection, prefix="crm_", mapped=mapped)
        bound = bind(
            make_selection(contact={"post_code": "2100"}),
            contact_schema(),
            AsOf(date(2026, 11, 22)),
        )
        assert list(store.contacts.matching(bound)) == ["P2"]


OWN = {"no": PARTNER.c.ref}


@pytest.mark.parametrize(
    ("name", "mapped", "said"),
    [
        ("contacts", MappedTable(PARTNER, OWN), "'contacts' in the mapping; .* 'contact'"),
        ("Contact", MappedTable(PARTNER, OWN), "'Contact' in the mapping; .* 'contact'"),
        ("item_entries", MappedTable(PARTNER, OWN), "'item_entries' in the mapping"),
        ("mailing_groups", MappedTable(PARTNER, OWN), "; did you mean 'contact_mailing_group'"),
        (
            "contact",
            MappedTable(PARTNER, {**OWN, "postcode": PARTNER.c.zip}),
            "'postcode' in the mapping of contact; did you mean 'post_code'",
        ),
        (
            "contact",
            MappedTable(PARTNER, OWN, clean={"zip"}),
            "unknown field 'zip' in the mapping of contact",  # it is not mapped
        ),
        ("contact", MappedTable(PARTNER, {"name": PARTNER.c.name}), "contact: .* leaves out 'no'"),
        (
            "contact_mailing_group",
            MappedTable(CATEGORY, {"mailing_group_code": CATEGORY.c.category}),
            "leaves out 'contact_no', which finds its rows",
        ),
        (
            "territory",
            MappedTable(COUNTRY, {"name": COUNTRY.c.code}),
            "territory: .* leaves out 'code'",
        ),
        ("contact", PARTNER, r"mapped\.contact: .* is no MappedTable"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_before_anything_is_made(
    name: str,
    mapped: Any,  # noqa: ANN401 - something else than a mapped table, too
    said: str,
    database: Database,
) -> None:
    engine = database.engine()
    with engine.connect() as connection, pytest.raises(UsageError, match=said):
        join_store(connection, prefix="crm_", mapped={name: mapped})
    with pytest.raises(UsageError, match=said):
        database.open(prefix="crm_", mapped={name: mapped})
    assert not sa.inspect(engine).has_table("crm_segmentation_meta", schema=database.schema)


def test_a_table_that_is_in_no_schema_is_told_with_the_first_selection(engine: sa.Engine) -> None:
    mapped = {**partners(), "item_entry": MappedTable(PARTNER, OWN)}
    with engine.begin() as connection:
        crm = seg.Workspace.open(join_store(connection, prefix="crm_", mapped=mapped))
        with pytest.raises(UnknownName, match="unknown table 'item_entry' in the mapping"):
            crm.select(contact={"name": "Anna"})


def test_a_table_of_the_hosts_own_schema_may_be_mapped_too(engine: sa.Engine) -> None:
    visit = make_table(
        "visit",
        [Field("partner_no", FieldType.CODE), Field("topic", FieldType.TEXT)],
        link=Link(on=(("partner_no", "no"),)),
    )
    about = CATEGORY.join(PARTNER, CATEGORY.c.partner_id == PARTNER.c.id)
    values = {"partner_no": PARTNER.c.ref, "topic": CATEGORY.c.category}
    mapped = {**partners(), "visit": MappedTable(about, values)}
    with engine.begin() as connection:
        store = join_store(connection, prefix="crm_", mapped=mapped)
        schema, as_of = contact_schema().with_tables(visit), AsOf(date(2026, 11, 22))
        bound = bind(make_selection(visit={"topic": "news"}), schema, as_of)
        assert list(store.contacts.matching(bound)) == ["P1"]


def test_contacts_are_chosen_by_a_column_that_is_no_field_of_ours(engine: sa.Engine) -> None:
    mapped = partners(stars=PARTNER.c.id)
    with engine.begin() as connection:
        store = join_store(connection, prefix="crm_", mapped=mapped)
        crm = seg.Workspace.open(store)
        with pytest.raises(UnknownName, match="'stars' in the mapping"):
            crm.select()
        store.records.put([OwnField(table="contact", name="stars", type="integer")])
        segment = crm.new_segment("Stars", no="S1")
        segment.add_contacts(contact={"stars": ">1"})
        assert segment.contact_nos == ("P2", "P1")
        assert store.contacts.get_many(["P1"])[0].extra == (("stars", 2),)


def test_a_column_that_the_host_does_not_have_is_named(engine: sa.Engine) -> None:
    gone = sa.table("res_partner", sa.column("ref"), sa.column("zipcode"))
    mapped = {"contact": MappedTable(gone, {"no": gone.c.ref, "post_code": gone.c.zipcode})}
    with engine.connect() as connection:
        with pytest.raises(Rejected, match=r"contact: post_code: .* no such column: .*zipcode"):
            join_store(connection, prefix="crm_", mapped=mapped)
        assert not sa.inspect(connection).has_table("crm_segmentation_meta")


def test_the_host_alone_commits(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        join_store(connection, prefix="crm_")
    with engine.connect() as connection:
        store = join_store(connection, prefix="crm_")
        store.records.put([NumberSeries(code="A")])
        store.segments.put(Segment(header=SegmentHeader(no="S1")))
        store.close()
        connection.rollback()
    with Session(engine) as session:
        store = join_store(session, prefix="crm_")
        assert list(store.records.all(NumberSeries)) == []
        with store.transaction():
            store.records.put([NumberSeries(code="B")])
        session.commit()
    with engine.connect() as connection:
        store = join_store(lambda: connection, prefix="crm_")
        assert [series.code for series in store.records.all(NumberSeries)] == ["B"]
        assert list(store.segments.headers()) == []


def test_an_error_of_ours_leaves_the_hosts_transaction_whole(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        store = join_store(connection, prefix="crm_")
        connection.execute(sa.insert(COUNTRY), [{"id": 9, "code": "SE"}])
        stored = store.segments.put(Segment(header=SegmentHeader(no="S1")))
        store.segments.put(stored)
        with pytest.raises(Conflict):
            store.segments.put(stored)
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(COUNTRY)) == 2
        assert join_store(connection, prefix="crm_").segments.get("S1").version == 2


class Watched:
    """A connection as tools wrap it that watch statements: no longer the driver's own."""

    def __init__(self, inner: sqlite3.Connection) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)


def test_sqlite_by_another_driver_is_refused() -> None:
    host = sa.create_engine("sqlite://", creator=lambda: Watched(sqlite3.connect(":memory:")))
    with host.connect() as connection, pytest.raises(StoreError, match="another driver"):
        join_store(connection, prefix="crm_")
    host.dispose()


def test_what_a_host_keeps_and_nobody_can_read_is_an_error_of_ours() -> None:
    host = sa.create_engine("sqlite://")
    visit = sa.table("visit", sa.column("who"), sa.column("day"))
    values = {"contact_no": visit.c.who, "date": visit.c.day}
    with host.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE visit AS SELECT 'C1' AS who, '31/12/2026' AS day")
        mapped = {"interaction_log_entry": MappedTable(visit, values)}
        store = join_store(connection, prefix="crm_", mapped=mapped)
        with pytest.raises(StoreError, match=r"interaction_log_entry: holds .* '31/12/2026'"):
            list(store.records.all(Interaction))
        with pytest.raises(StoreError, match="31/12/2026"):
            store.records.find(Interaction, 0)
    host.dispose()


def test_a_host_without_a_free_connection_is_told_so(tmp_path: Path) -> None:
    host = sa.create_engine(
        f"sqlite:///{tmp_path}/host.db",
        poolclass=sa.QueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=0,
    )
    with host.connect(), pytest.raises(StoreError, match="connections are in use"):
        join_store(host.connect, prefix="crm_")
    host.dispose()


def test_a_hosts_notes_are_comments_on_its_contacts(engine: sa.Engine) -> None:
    notes = sa.select(PARTNER.c.ref, PARTNER.c.id, PARTNER.c.name).subquery()
    mapped = MappedTable(
        notes, {"contact_no": notes.c.ref, "line_no": notes.c.id, "text": notes.c.name}
    )
    with engine.begin() as connection:
        store = join_store(
            connection, prefix="crm_", mapped={**partners(), "contact_comment": mapped}
        )
        crm = seg.Workspace.open(store, today=date(2026, 11, 22))
        assert crm.contacts.comments("p1") == (
            ContactComment(contact_no="P1", line_no=2, text="Anna"),
        )
        with pytest.raises(Refused, match="the host keeps these rows"):
            crm.contacts.comment("P1", "Pays late")


def test_a_session_of_each_thread_is_joined_as_the_one_of_this_thread() -> None:
    engine = sa.create_engine("sqlite://")
    sessions = scoped_session(sessionmaker(engine))
    store = join_store(sessions, prefix="crm_")
    store.records.put([Contact(no="A")])
    assert sessions.scalar(sa.text("SELECT count(*) FROM crm_contact")) == 1
    sessions.rollback()
    assert not sa.inspect(engine).get_table_names()
    sessions.remove()
    engine.dispose()
