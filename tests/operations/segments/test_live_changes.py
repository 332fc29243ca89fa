"""What a store tells of its changes, by contact, and when it tells that it does not know."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import segmentation as seg
from segmentation.adapters.sqlalchemy import MappedTable, SqlStore
from segmentation.changes import MOST, RULES
from segmentation.contacts import Contact, ContactMailingGroup, ItemEntry
from segmentation.criteria import (
    Concern,
    Figure,
    InLoggedSegment,
    InSegment,
    Link,
    Measure,
    Part,
    bind,
    differing,
    followed,
    parse,
    row,
)
from segmentation.fields import Field
from segmentation.memory import MemoryStore
from segmentation.operations.data import copy_store
from segmentation.protocols import Changes
from segmentation.segments import contact_fields, contact_schema, to_lines
from segmentation.templates import InteractionTemplate
from support.databases import Database
from support.fair import AS_OF, TODAY, company, person
from support.live import Live, day, live_workspaces, order, people, prepare, talk, told, where
from support.stores import STORES

TABLES = (
    "contact",
    "contact_mailing_group",
    "interaction_log_entry",
    "orders",
    ItemEntry.__table__,
)


@pytest.fixture(params=STORES)
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    """A workspace on each kind of store."""
    yield from live_workspaces(request, tmp_path)


def changes_of(crm: seg.Workspace) -> Changes:
    store: Any = crm.store
    changes: Changes = store.changes
    return changes


def passing(text: str) -> Any:  # noqa: ANN401 - a filter, never of everything
    return parse(text)


def since(crm: seg.Workspace, position: str) -> Any:  # noqa: ANN401 - plain data
    found = changes_of(crm).since(position, TABLES)
    if found is None:
        return None
    return {name: sorted(nos) if nos is not None else None for name, nos in found.items()}


def test_rows_are_noted_with_whose_they_are_and_were(crm: seg.Workspace) -> None:
    crm.add(*people("DK", "A", "B"))
    order(crm, 1, "A", "5")
    start = changes_of(crm).position()
    assert since(crm, start) == {}
    crm.contacts.change("A", city="Bern")
    crm.contacts.add_rows(ContactMailingGroup(contact_no="B", mailing_group_code="NEWS"))
    assert since(crm, start) == {"contact": ["A"], "contact_mailing_group": ["B"]}
    start = changes_of(crm).position()
    crm.tables["orders"].change(1, contact_no="B")
    assert since(crm, start) == {"orders": ["A", "B"]}
    start = changes_of(crm).position()
    crm.tables["orders"].delete(1)
    assert since(crm, start) == {"orders": ["B"]}
    talk(crm, "A", "2026-11-20")
    assert since(crm, start)["interaction_log_entry"] == ["A"]


def test_of_many_rows_only_the_table_is_noted(crm: seg.Workspace) -> None:
    start = changes_of(crm).position()
    crm.add(*(Contact(no=f"N{number}", name="New") for number in range(MOST + 1)))
    assert since(crm, start) == {"contact": None}
    start = changes_of(crm).position()
    crm.store.records.put([ItemEntry(entry_no=1, source_no="C1")])
    assert since(crm, start) == {ItemEntry.__table__: None}
    live = Live(crm, where(contact={"no": "N1"}))
    crm.contacts.change("N1", city="Bern")
    assert live.refresh() == ""


def test_after_an_erasure_nothing_names_the_contact(crm: seg.Workspace) -> None:
    crm.add(*people("DK", "A", "B"))
    live = Live(crm, where(contact={"country_region_code": "DK"}))
    start = changes_of(crm).position()
    crm.contacts.change("A", city="Bern")
    crm.contacts.erase("A")
    assert "A" not in str(since(crm, changes_of(crm).position()))
    assert since(crm, start) is None or since(crm, start)["contact"] is None
    store = crm.store
    if isinstance(store, SqlStore):
        with store.reading() as connection:
            rows = connection.execute(sa.select(store.tables.changes)).all()
        assert [each.owners for each in rows] == [None]
    crm.contacts.change("B", country_region_code="SE")
    assert live.refresh() == "-B"


def test_old_steps_are_forgotten_when_there_are_many(
    crm: seg.Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looked after them still knows what changed."""
    store = crm.store
    crm.add(*people("DK", "A", "B"))
    if not isinstance(store, SqlStore):
        return
    live = Live(crm, where(contact={"country_region_code": "DK"}))
    start = changes_of(crm).position()
    for number in range(4):
        crm.contacts.change("B", city=f"City {number}")
    later = changes_of(crm).position()
    monkeypatch.setattr("segmentation.adapters.sqlalchemy._changes._KEPT", 2)
    store.tables.noted = 0
    crm.contacts.change("A", country_region_code="SE")
    assert since(crm, start) is None
    assert since(crm, later) == {"contact": ["A"]}
    with crm.transaction():
        assert since(crm, start) is None
        assert since(crm, later) == {"contact": ["A"]}
    assert live.refresh() == "-A"


def test_one_reading_of_the_changes_is_shared(
    crm: seg.Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it grows too large it begins anew, and who looked before that reads by itself."""
    crm.add(*people("DK", "A", "B", "C"))
    start = changes_of(crm).position()
    crm.contacts.change("A", city="Bern")
    later = changes_of(crm).position()
    assert since(crm, later) == {}
    crm.contacts.change("B", city="Bern")
    assert (since(crm, later), since(crm, start)) == ({"contact": ["B"]}, {"contact": ["A", "B"]})
    monkeypatch.setattr("segmentation.adapters.sqlalchemy._steps._MOST", 1)
    for _ in range(2):
        crm.contacts.change("C", city="Bern")
        assert since(crm, later) == {"contact": ["B", "C"]}
    now = changes_of(crm).position()
    crm.contacts.change("A", city="Basel")
    assert since(crm, now) == {"contact": ["A"]}


def test_a_file_that_was_put_back_is_read_anew(tmp_path: Path) -> None:
    """A store of SQLite that is an older copy knows nothing of a later position."""
    with seg.Workspace.open(tmp_path / "crm.db", user="ANNA", today=TODAY) as crm:
        later = str(int(changes_of(crm).position()) + 1)
        assert since(crm, later) is None
        with crm.transaction():
            assert since(crm, later) is None


def test_criteria_templates_and_definitions_are_noted(crm: seg.Workspace) -> None:
    start = changes_of(crm).position()
    assert changes_of(crm).since(start, RULES) == {}
    crm.saved_criteria.save("LIVE", where(contact={"city": "Bern"}))
    crm.tables.define("contact", Field("shoe", "text"))
    crm.templates.change("TALK", description="Other")
    assert changes_of(crm).since(start, RULES) == dict.fromkeys(
        ("saved_segment_criteria", "extra_field", "interaction_template")
    )


def test_a_table_that_is_defined_anew_counts_as_changed(crm: seg.Workspace) -> None:
    crm.add(*people("DK", "A"))
    order(crm, 1, "A", "5")
    live = Live(crm, where(orders={"amount": "5"}))
    assert live.first == "+A"
    crm.tables.define("orders", Field("article", "code"))
    assert live.refresh() == ""
    crm.tables["orders"].change(1, amount="6")
    assert live.refresh() == "-A"


def test_rows_that_are_linked_in_a_roundabout_way(crm: seg.Workspace) -> None:
    """Whose they are is not known: everybody is tried, and only if one changed."""
    crm.tables.define(
        "order_lines",
        Field("line_no", "integer"),
        Field("order_no", "integer"),
        Field("article", "code"),
        key="line_no",
        link=Link((("order_no", "order_no"),), through="orders"),
    )
    crm.add(*people("DK", "A", "B"))
    order(crm, 1, "A", "5")
    live = Live(crm, where(order_lines={"article": "TENT"}))
    assert live.first == ""
    crm.tables["order_lines"].new(1, order_no=1, article="TENT")
    assert live.refresh() == "+A"
    crm.tables["orders"].change(1, contact_no="B")
    assert live.refresh() == "+B -A"


def test_a_copy_of_a_store_begins_anew(crm: seg.Workspace, tmp_path: Path) -> None:
    crm.add(*people("DK", "A"), *people("SE", "B"))
    live = Live(crm, where(contact={"country_region_code": "DK"}))
    with seg.Workspace.open(tmp_path / "copy.db", user="ANNA", today=TODAY) as other:
        copy_store(crm.store, other.store)
        assert other.store.segments.get(live.no).seen == ""
        other.contacts.change("B", country_region_code="DK")
        assert told(other.segment(live.no).refresh()) == "+B"


def test_who_may_be_left_out_for_the_template_is_asked_anew(crm: seg.Workspace) -> None:
    crm.store.records.put([InteractionTemplate(code="PROMO", promotional=True)])
    crm.add(*people("DK", "A"), *people("SE", "B"))
    live = Live(crm, where(contact={"country_region_code": "DK"}))
    live.sheet().change_header(interaction_template_code="PROMO")
    assert live.refresh() == ""
    assert crm.store.segments.get(live.no).seen == ""
    crm.contacts.change("B", country_region_code="DK")
    assert live.refresh() == "+B"


def test_options_that_look_at_several_contacts(crm: seg.Workspace) -> None:
    crm.add(person("P", "F", country_region_code="DK"), person("Q", "F"), company("F"))
    sheet = crm.new_segment("Whole").add_contacts(
        where(contact={"country_region_code": "DK"}), expand_companies=True
    )
    sheet.save_criteria("LIVE")
    live = Live(crm)
    assert live.nos == "F P Q"
    crm.contacts.change("P", country_region_code="SE")
    assert live.refresh() == "-F -P -Q"


def test_a_table_of_the_host_is_not_followed(database: Database) -> None:
    """LIV-23, of a table without a column of last change."""
    orders = sa.Table(
        "shop_orders",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("buyer", sa.String(20)),
        sa.Column("amount", sa.Integer),
        schema=database.schema,
    )
    engine = database.engine()
    database.own_address()
    with engine.begin() as connection:
        orders.metadata.create_all(connection)
    fields = (Field("id", "integer"), Field("buyer", "code"), Field("amount", "integer"))
    values = {"id": orders.c.id, "buyer": orders.c.buyer, "amount": orders.c.amount}
    mapped = MappedTable(
        orders,
        values,
        fields=fields,
        key=("id",),
        link=Link((("buyer", "no"),)),
    )
    store = database.open(prefix="crm_", mapped={"shop_orders": mapped})
    with seg.Workspace.open(store, user="ANNA", today=TODAY) as crm:
        prepare(crm)
        crm.add(*people("DK", "A", "B"))
        asked = where(shop_orders={"amount": "5"})
        live = Live(crm, asked)
        (remark,) = crm.check(asked)
        assert (remark.concern, remark.place) == (Concern.NOT_FOLLOWED, "shop_orders")
        with engine.begin() as connection:
            connection.execute(sa.insert(orders), {"id": 1, "buyer": "A", "amount": 5})
        assert live.refresh() == "+A"


@pytest.mark.postgres
def test_a_position_of_another_server_is_not_known(kept_postgresql: Database) -> None:
    """A database that was restored elsewhere counts its transactions anew."""
    kept_postgresql.empty()
    changes = kept_postgresql.open().changes
    far = 2**40
    assert changes.since(f"{far}:{far}: {far} 0", ["contact"]) is None
    assert changes.since(changes.position(), ["contact"]) == {}


class Unnoted:
    """A store that tells nothing of its changes."""

    def __init__(self, store: Any) -> None:  # noqa: ANN401 - of any kind
        for name in ("records", "contacts", "segments", "log", "tree", "attachments"):
            setattr(self, name, getattr(store, name))
        self.transaction, self.close = store.transaction, store.close


def test_a_store_that_tells_no_changes_is_asked_for_everybody() -> None:
    store: Any = Unnoted(MemoryStore())
    crm = seg.Workspace.open(store, user="ANNA", today=TODAY)
    prepare(crm)
    crm.add(*people("DK", "A"), *people("SE", "B"))
    live = Live(crm, where(contact={"country_region_code": "DK"}))
    crm.contacts.change("B", country_region_code="DK")
    assert live.refresh() == "+B"
    assert crm.check(where(contact={"no": "A|B"})) == ()


def test_the_day_moves_figures_and_what_follows(crm: seg.Workspace) -> None:
    crm.add(*people("DK", "A", "B"))
    for no, on in (("A", "2026-10-01"), ("B", "2026-11-01"), ("B", "2026-11-03")):
        talk(crm, no, on)
    talks = crm.fields.interactions
    asked: list[Any] = [
        Figure(Measure.LATEST, "date", Part("interactions"), passing("<-30D")),
        Figure(Measure.COUNT, "", where(interactions={"date": "-30D.."}), passing("1..")),
        followed(row(talks.date.age_in_days <= 30), by=talks.any_row(), on=talks.date, within=14),
    ]
    live = [Live(crm, each, code=f"C{n}") for n, each in enumerate(asked)]
    assert [each.first for each in live] == ["+A", "+B", "+B"]
    assert [each.refresh(today=day("2026-12-02")) for each in live] == ["", "", "-B"]
    assert [each.refresh(today=day("2026-12-04")) for each in live] == ["+B", "-B", ""]


def test_who_was_logged(crm: seg.Workspace) -> None:
    crm.add(*people("DK", "A", "B", salesperson_code="JO"))
    sheet = crm.new_segment("Fair", interaction_template_code="TALK").add_contact("A")
    logged = sheet.log().segment
    live = Live(crm, InLoggedSegment(logged.entry_no))
    assert live.first == "+A"
    assert live.refresh() == ""
    talk(crm, "B", "2026-11-20")
    assert live.refresh() == ""


def test_more_changes_than_are_worth_it() -> None:
    crm = seg.Workspace.open(user="ANNA", today=TODAY)
    prepare(crm)
    crm.add(*(person(f"P{n}") for n in range(MOST)))
    live = Live(crm, where(contact={"type": "person"}) & where(contact={"city": "Bern"}))
    for start in (0, MOST // 2):
        half = range(start, start + MOST // 2)
        crm.contacts.add(*(person(f"Q{n}", city="Bern") for n in half))
    assert len(live.refreshed().entered) == MOST


def test_a_contact_on_two_lines_goes_from_both(crm: seg.Workspace) -> None:
    crm.add(*people("DK", *(f"P{n}" for n in range(70))))
    sheet = crm.new_segment("All").add_contacts()
    sheet.add_contacts(where(contact={"no": "P1"}), allow_existing=True)
    found = crm.store.segments.get(sheet.no).lines
    both = to_lines(list(found))
    assert both.known(frozenset({"P1", "P2"})) == {"P1", "P2"}
    assert len(both.split(frozenset({"P1"}))[0]) == 2
    assert len(to_lines(list(found)[:70]).split(frozenset({"P1"}))[0]) == 1


# -- selections on two days -------------------------------------------------------------------


def test_selections_that_differ_in_more_than_filters_cannot_be_compared() -> None:
    schema = contact_schema()
    asked = where(contact={"city": "Bern"})
    bound = [bind(each, schema, AS_OF) for each in (asked, ~asked, asked & asked)]
    for before, after in ((0, 1), (1, 2), (2, 0)):
        assert differing(bound[before], bound[after]) is None
    other = bind(where(contact={"name": "Bern"}), schema, AS_OF)
    assert differing(bound[0], other) is None
    rows = bind(where(mailing_groups={"mailing_group_code": "A"}), schema, AS_OF)
    assert differing(bound[0], rows) is None
    member, other_member = (bind(InSegment(no), schema, AS_OF) for no in ("S", "T"))
    assert differing(member, other_member) is None
    counts = [
        bind(Figure(measure, field, Part("interactions"), passing("1..")), schema, AS_OF)
        for measure, field in ((Measure.COUNT, ""), (Measure.SUM, "cost"))
    ]
    assert differing(*counts) is None
    talks = contact_fields().interactions
    chains = [
        bind(
            followed(talks.any_row(), by=talks.any_row(), on=talks.date, within=within),
            schema,
            AS_OF,
        )
        for within in (1, 2)
    ]
    assert differing(*chains) is None
    with pytest.raises(ValueError, match="do not differ"):
        differing(bound[0], bound[0])
