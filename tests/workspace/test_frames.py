"""A workspace on frames: contacts and orders in a library's frames, all else in a store."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import segmentation as seg
from segmentation.adapters.narwhals import from_frame, schema_of
from segmentation.code_tables import SalespersonPurchaser
from segmentation.contacts import ContactBusinessRelation, ContactMailingGroup, ItemEntry
from segmentation.criteria import (
    Criteria,
    Cut,
    First,
    InLoggedSegment,
    Link,
    Schema,
    at_least,
    at_most,
    exactly,
    latest,
    make_selection,
    none,
    total,
)
from segmentation.errors import InvalidValue, NotFound, Refused, Rejected, UnknownName
from segmentation.fields import Field
from segmentation.segments import contact_schema
from support import shop
from support.frames import LIBRARIES, MAKERS, OF_POLARS, Maker, to_duckdb

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


@pytest.fixture(params=LIBRARIES)
def maker(request: pytest.FixtureRequest) -> Maker:
    """Makes frames of one library after the other."""
    return MAKERS[request.param]


def made(maker: Maker, rows: Rows) -> dict[str, Any]:
    return {name: maker(of_table, shop.FRAME_FIELDS[name]) for name, of_table in rows.items()}


@pytest.fixture
def open_shop(maker: Maker, tmp_path: Path) -> Iterator[Callable[..., seg.Workspace]]:
    """Opens the same store beside frames of these rows, as often as asked."""
    opened: list[seg.Workspace] = []

    def again(rows: Rows | None = None, **options: Any) -> seg.Workspace:  # noqa: ANN401
        frames = made(maker, rows or shop.rows())
        given = {"schema": shop.SCHEMA, "frames": frames, **options}
        crm = seg.Workspace.open(tmp_path / "crm.db", today=shop.TODAY, **given)
        opened.append(crm)
        return crm

    yield again
    for crm in opened:
        crm.close()


@pytest.fixture(scope="module")
def sql_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[seg.Workspace]:
    """The shop in a SQLite file, whose answers are those of every frame."""
    with seg.Workspace.open(tmp_path_factory.mktemp("shop") / "crm.db", today=shop.TODAY) as crm:
        shop.define(crm)
        shop.fill(crm)
        yield crm


def questions(crm: seg.Workspace) -> Mapping[str, Criteria | None]:
    orders, contact = crm.fields["orders"], crm.fields.contact
    return {
        "three orders": make_selection(orders=at_least(3)),
        "above 120": total(orders["amount"]) > 120,
        "no date": latest(orders["date"]).is_blank(),
        "no lamp": none(orders["article"] == "LAMP"),
        "no order": make_selection(orders=at_most(0)),
        "one tent": exactly(1, orders["article"] == "TENT"),
        "campers": (contact["points"] > 0)
        & at_least(1, orders["article"] == "TENT")
        & (total(orders["amount"]) > 110),
        "gold": make_selection(contact={"tier": "gold"}),
    }


def answers(crm: seg.Workspace, wanted: Criteria | None) -> Mapping[str, object]:
    """What each verb says of a question."""
    segment = crm.new_segment("Asked", no="ASKED")
    segment.add_contacts(wanted)
    said = {
        "select": list(crm.select(wanted)),
        "count": str(crm.count(wanted)),
        "describe": crm.describe(wanted),
        "explain": [str(crm.explain(no, wanted)) for no in "AEH"],
        "lines": list(segment.contact_nos),
        "left out": [str(each) for each in segment.actions[-1].left_out],
    }
    segment.delete()
    return said


@pytest.fixture
def crm(open_shop: Callable[..., seg.Workspace]) -> seg.Workspace:
    """The shop in frames."""
    return open_shop()


def test_every_verb_says_what_it_says_of_the_shop_in_a_file(
    crm: seg.Workspace, sql_shop: seg.Workspace, maker: Maker
) -> None:
    """OWN-31, with the questions of OWN-13 and OWN-14."""
    asked = questions(crm)
    if maker is MAKERS["pyspark"]:  # each job takes its time to begin
        asked = {name: asked[name] for name in ("campers", "no date")}
    for name, wanted in asked.items():
        assert answers(crm, wanted) == answers(sql_shop, wanted), name
    assert [dict(contact.extra) for contact in crm.contacts] == [
        {name: value for name, value in contact.extra if value is not None}
        for contact in sql_shop.contacts
    ]
    said = [
        [
            *each.check(look_at_values=True, contact={"city": "BERN", "points": ">1000"}),
            *each.check(look_at_values=True, orders={"article": "TENTS", "amount": "19"}),
        ]
        for each in (crm, sql_shop)
    ]
    assert said[0] == said[1]
    assert len(said[0]) == 4


# -- segments ---------------------------------------------------------------------------------


def test_a_dynamic_segment_stays_and_follows_what_frames_hold_later(
    open_shop: Callable[..., seg.Workspace],
) -> None:
    """OWN-31, OWN-16."""
    crm = open_shop()
    spent = total(crm.fields["orders"]["amount"]) > 120
    crm.saved_criteria.save("SPENT", spent)
    segment = crm.new_segment("Spenders", no="SPEND")
    segment.follow_criteria("SPENT")
    segment.refresh()
    again = open_shop()
    assert " ".join(again.segment("SPEND").contact_nos) == "A G"
    rows = shop.rows()
    more = shop.order_rows("17 H 2026-11-22 TENT", "18 H 2026-11-22 MAP", "19 H 2026-11-22 LAMP")
    kept = [order for order in rows["orders"] if order["order_no"] != 15]
    later = open_shop({**rows, "orders": [*kept, *more]}).segment("SPEND")
    came = later.refresh()
    assert (list(came.entered), list(came.left)) == (["H"], ["G"])
    assert " ".join(later.contact_nos) == "A H"
    assert [action.lines_after for action in later.actions] == [2, 2]
    assert list(later.entered(since=shop.TODAY)) == ["A", "H"]


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "by the columns"])
def test_without_a_field_in_use_a_refresh_is_a_fault_and_lines_stay(
    open_shop: Callable[..., seg.Workspace],
    maker: Maker,
    declared: bool,
) -> None:
    """OWN-31."""
    crm = open_shop()
    crm.saved_criteria.save("RICH", crm.fields.contact["points"] > 100)
    segment = crm.new_segment("Rich", no="RICH")
    segment.follow_criteria("RICH")
    segment.refresh()
    rows, fields = shop.rows(), shop.FRAME_FIELDS["contact"]
    poorer = maker(rows["contact"], [field for field in fields if field.name != "points"])
    orders = maker(rows["orders"], shop.ORDER_FIELDS)
    frames = {"contact": poorer, "orders": orders if declared else (orders, "contact_no")}
    later = open_shop(frames=frames, schema=shop.SCHEMA if declared else None)
    with pytest.raises(UnknownName, match=r"'points' in (frame )?contact"):
        later.segment("RICH").refresh()
    assert " ".join(later.segment("RICH").contact_nos) == "A E"


def test_overlaps_and_rows_of_the_store_are_asked_together_with_frames(
    crm: seg.Workspace,
) -> None:
    crm.tables["mailing_group"].new("NEWS")
    for no in "ABH":
        crm.contacts.add_rows(ContactMailingGroup(contact_no=no, mailing_group_code="NEWS"))
    readers = crm.fields.mailing_groups.mailing_group_code == "NEWS"
    campers = crm.fields["orders"]["article"] == "TENT"
    assert " ".join(crm.select(readers & campers)) == "A B"
    assert " ".join(crm.select(campers & ~readers)) == "C D E F G"
    assert " ".join(crm.select(readers | (crm.fields.contact["points"] == 50))) == "A B G H"
    assert " ".join(crm.select(mailing_groups=at_most(0))) == "C D E F G"
    assert str(crm.count(readers & campers)).splitlines()[0] == "8"
    assert crm.explain("A", readers).holds
    assert not crm.explain("C", readers).holds
    found = crm.overlaps(readers=readers, campers=campers)
    assert {tuple(sorted(names)): count for names, count in found.items()} == {
        ("campers", "readers"): 2,
        ("campers",): 5,
        ("readers",): 1,
    }


def test_rows_of_the_store_are_asked_through_another_table_of_the_store() -> None:
    people = PEOPLE.with_columns(type=pl.lit("company"), company_no=pl.col("no"))
    with seg.Workspace.open(today=shop.TODAY, frames={"contact": people}) as crm:
        crm.store.records.put(
            [
                ContactBusinessRelation(
                    contact_no="A", business_relation_code="CUST", link_to_table="customer", no="K1"
                ),
                ItemEntry(entry_no=1, source_type="customer", source_no="K1", item_no="TENT"),
            ]
        )
        assert list(crm.select(item_entries={"item_no": "TENT"})) == ["A"]
        assert list(crm.select(item_entries=at_most(0))) == ["B"]


def test_contacts_of_a_logged_segment_are_found_in_frames() -> None:
    with seg.Workspace.open(today=shop.TODAY, frames={"contact": PEOPLE}) as crm:
        crm.add(SalespersonPurchaser(code="JO"))
        crm.templates.new("CALL", description="Call")
        segment = crm.new_segment(
            "Calls", no="CALLS", interaction_template_code="CALL", salesperson_code="JO"
        )
        logged = segment.add_contacts(contact={"no": "A"}).log().segment
        assert list(crm.select(InLoggedSegment(logged.entry_no))) == ["A"]
        assert crm.store.tree.find([]) == {}


# -- what is read of the engine ---------------------------------------------------------------


@pytest.mark.parametrize("library", ["polars-lazy", "duckdb"])
def test_an_explanation_reads_the_rows_of_its_contact_alone(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OWN-33."""
    orders = pl.DataFrame(shop.rows()["orders"], schema_overrides={"amount": pl.Decimal(18, 2)})
    others = orders.filter(pl.col("contact_no") != "A")
    many = pl.concat([orders, *[others] * 4_000])
    assert len(many) > 48_000
    frame = many.lazy() if library == "polars-lazy" else to_duckdb(many.to_arrow())
    contacts = MAKERS[library](shop.rows()["contact"], shop.FRAME_FIELDS["contact"])
    frames = {"contact": contacts, "orders": frame}
    with seg.Workspace.open(today=shop.TODAY, frames=frames, schema=shop.SCHEMA) as crm:
        wanted = questions(crm)["campers"]
        left = rows_that_leave(monkeypatch)
        assert crm.explain("A", wanted).holds
    assert sum(left) == 5


def rows_that_leave(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows the engine gives, each time that it is asked."""
    left: list[int] = []
    collect = nw.LazyFrame.collect

    def counted(frame: Any, *args: Any, **options: Any) -> Any:  # noqa: ANN401
        found = collect(frame, *args, **options)
        left.append(len(found))
        return found

    monkeypatch.setattr(nw.LazyFrame, "collect", counted)
    return left


# -- what frames may be, and what may be done with them ---------------------------------------

PEOPLE = pl.DataFrame({"no": ["A", "B"], "points": [1, None]})
NOTHING = pl.Series([None, None])
ORDERS = pl.DataFrame({"customer_no": ["A"], "amount": [1.5]})
TYPES = {
    "whole": (pl.Series([1, 2]), "integer"),
    "exact": (pl.Series([Decimal("1.5"), None]), "decimal"),
    "floating": (pl.Series([1.5, None]), "decimal"),
    "text": (pl.Series(["x", None]), "text"),
    "category": (pl.Series(["x", None], dtype=pl.Categorical()), "text"),
    "yes": (pl.Series([True, None]), "boolean"),
    "day": (pl.Series([shop.TODAY, None]), "date"),
    "moment": (pl.Series([datetime(2026, 11, 22, 9, tzinfo=UTC), None]), "datetime"),
}


@pytest.mark.parametrize("library", [each for each in MAKERS if each != "pyspark"])
def test_a_schema_is_made_of_the_types_of_columns(library: str) -> None:
    """OWN-34."""
    frame = pl.DataFrame({"no": ["A", "B"], **{name: each for name, (each, _) in TYPES.items()}})
    made = OF_POLARS[library]
    schema = schema_of(contact=made(frame), orders=(made(ORDERS), "customer_no"))
    own = [field for field in schema.table("contact").fields.values() if field.extra]
    assert {field.name: str(field.type) for field in own} == {
        name: kind for name, (_, kind) in TYPES.items()
    }
    orders = schema.table("orders")
    assert orders.link == Link((("customer_no", "no"),))
    assert str(orders.field("amount").type) == "decimal"


@pytest.mark.parametrize("library", ["polars", "pandas", "pyarrow"])
def test_times_of_day_are_times_and_a_column_of_nothing_is_one_of_texts(library: str) -> None:
    """OWN-34."""
    made = OF_POLARS[library]
    orders = made(ORDERS.with_columns(at=pl.Series([time(9)])))
    schema = schema_of(
        contact=made(PEOPLE.with_columns(note=NOTHING)), orders=(orders, "customer_no")
    )
    assert str(schema.table("contact").field("note").type) == "text"
    assert str(schema.table("orders").field("at").type) == "time"


# -- columns that are missing, or in which nothing stands -------------------------------------


LIBRARIES = [each for each in OF_POLARS if each != "pyspark"]
UNTYPED = [each for each in LIBRARIES if each != "duckdb" or duckdb.__version__ >= "1.4"]
"""Earlier versions of DuckDB take a column in which nothing stands for one of whole numbers."""

FAR = [each for each in LIBRARIES if each != "pandas" or pd.__version__ >= "3"]
"""Earlier versions of pandas crash on a time that has no year in its zone."""


@pytest.fixture(params=LIBRARIES)
def open_on(request: pytest.FixtureRequest) -> Callable[..., seg.Workspace]:
    """Opens a workspace beside frames of each library, made from those of polars."""
    make = OF_POLARS[request.param]

    def opened(
        schema: Schema | None = None,
        zone: tzinfo = UTC,
        **frames: pl.DataFrame | tuple[pl.DataFrame, str],
    ) -> seg.Workspace:
        given = {
            name: (make(frame[0]), frame[1]) if isinstance(frame, tuple) else make(frame)
            for name, frame in frames.items()
        }
        return seg.Workspace.open(today=shop.TODAY, frames=given, schema=schema, zone=zone)

    return opened


BLANKS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no text": ({"contact": {"city": "''"}}, ["A", "B"]),
    "a text": ({"contact": {"city": "Bern"}}, []),
    "no time": ({"contact": {"last_modified": "''"}}, ["A", "B"]),
    "a time": ({"contact": {"last_modified": ">2020-01-01"}}, []),
    "no": ({"contact": {"minor": "no"}}, ["A", "B"]),
    "yes": ({"contact": {"minor": "yes"}}, []),
    "an option": ({"contact": {"type": "company"}}, ["A", "B"]),
    "no day": ({"alternative_addresses": {"starting_date": "''"}}, ["A"]),
    "a day": ({"alternative_addresses": {"starting_date": ">2020-01-01"}}, []),
    "nought": ({"item_entries": {"amount": "0"}}, ["A"]),
    "an amount": ({"item_entries": {"amount": ">0"}}, []),
}


@pytest.fixture
def sparse(open_on: Callable[..., seg.Workspace]) -> seg.Workspace:
    """Contacts and some rows of theirs, in frames that have no column but for what links them."""
    relation = {"contact_no": "A", "link_to_table": "customer", "no": "K1"}
    return open_on(
        contact=PEOPLE.with_columns(company_no=pl.col("no")),
        alternative_addresses=pl.DataFrame({"contact_no": ["A"]}),
        business_relations=pl.DataFrame([relation]),
        item_entries=pl.DataFrame({"source_no": ["K1"], "source_type": ["customer"]}),
    )


def test_a_field_of_ours_without_a_column_is_blank_in_every_row(sparse: seg.Workspace) -> None:
    found = {name: list(sparse.select(**wanted)) for name, (wanted, _) in BLANKS.items()}
    assert found == {name: nos for name, (_, nos) in BLANKS.items()}
    assert list(sparse.contacts.where(city="Bern")) == []
    (fault,) = sparse.check(look_at_values=True, contact={"city": "Bern"})
    assert str(fault).endswith("there is no value at all")


def test_without_a_column_of_companies_none_are_added(
    open_on: Callable[..., seg.Workspace],
) -> None:
    crm = open_on(contact=PEOPLE)
    segment = crm.new_segment("All", no="ALL").add_contacts(expand_companies=True)
    assert list(segment.contact_nos) == ["A", "B"]


@pytest.mark.parametrize("open_on", UNTYPED, indirect=True)
def test_columns_of_nothing_and_of_categories_fill_a_segment(
    open_on: Callable[..., seg.Workspace],
) -> None:
    wishes = pl.Series(["email", None], dtype=pl.Categorical())
    crm = open_on(contact=PEOPLE.with_columns(language_code=NOTHING, correspondence_type=wishes))
    lines = crm.new_segment("All", no="ALL").add_contacts().lines
    assert [(line.language_code, str(line.correspondence_type)) for line in lines] == [
        ("", "email"),
        ("", ""),
    ]


@pytest.mark.parametrize("library", ["polars", "polars-lazy", "pandas", "pyarrow"])
def test_a_column_of_nothing_may_be_taken_for_one_of_another_type(library: str) -> None:
    people = PEOPLE.with_columns(salesperson_code=NOTHING.cast(pl.Int64))
    with seg.Workspace.open(frames={"contact": OF_POLARS[library](people)}) as crm:
        segment = crm.new_segment("All", no="ALL").add_contacts()
        assert [line.salesperson_code for line in segment.lines] == ["", ""]
        assert list(crm.select(contact={"salesperson_code": "''"})) == ["A", "B"]


def test_an_engine_that_is_asked_later_is_told_the_type_of_a_column_of_nothing() -> None:
    people = OF_POLARS["duckdb"](PEOPLE.with_columns(salesperson_code=NOTHING.cast(pl.Int64)))
    with pytest.raises(Rejected, match="salesperson_code: Int64 is not what a field of type code"):
        seg.Workspace.open(frames={"contact": people})


def test_what_links_rows_of_pandas_are_texts_alone() -> None:
    groups = pd.DataFrame({"contact_no": ["A", 7], "mailing_group_code": ["NEWS", "NEWS"]})
    frames = {"contact": PEOPLE.to_pandas(), "mailing_groups": groups}
    with (
        seg.Workspace.open(frames=frames) as crm,
        pytest.raises(InvalidValue, match="contact_no: 7 is no value"),
    ):
        crm.select(mailing_groups={"mailing_group_code": "NEWS"})


def test_a_link_in_which_nothing_stands_links_nobody_or_is_refused() -> None:
    orders = pl.DataFrame({"customer_no": NOTHING, "amount": [1, 2]})
    frames: dict[str, Any] = {"contact": PEOPLE.to_pandas(), "orders": orders.to_pandas()}
    frames["orders"] = frames["orders"], "customer_no"
    with seg.Workspace.open(frames=frames) as crm:
        assert list(crm.select(orders=at_most(0))) == ["A", "B"]
    for made in (OF_POLARS["polars"], OF_POLARS["pyarrow"]):
        frames = {"contact": made(PEOPLE), "orders": (made(orders), "customer_no")}
        with (
            seg.Workspace.open(frames=frames) as crm,
            pytest.raises(InvalidValue, match="'Unknown' links contacts: cast it to text"),
        ):
            crm.select(orders={"amount": "1"})


# -- values -----------------------------------------------------------------------------------


def test_different_flags_are_counted_without_no(open_on: Callable[..., seg.Workspace]) -> None:
    """No is the blank of a flag, and a blank is no value."""
    gifts = pl.DataFrame({"customer_no": ["A", "A", "B"], "gift": [True, False, False]})
    crm = open_on(contact=PEOPLE, orders=(gifts, "customer_no"))
    assert list(crm.select(orders=exactly(1, distinct="gift"))) == ["A"]
    assert list(crm.select(orders=exactly(0, distinct="gift"))) == ["B"]


def test_what_the_engine_cannot_tell_is_found_by_python(
    open_on: Callable[..., seg.Workspace],
) -> None:
    towns = pl.Series(["Bern", "Chur"], dtype=pl.Categorical())
    crm = open_on(contact=PEOPLE.with_columns(city=towns, type=pl.Series(["person", ""])))
    assert [contact.no for contact in crm.contacts.where(city="Chur")] == ["B"]
    assert [contact.no for contact in crm.contacts.where(type="person")] == ["A"]
    assert [contact.no for contact in crm.contacts.where(type="company")] == ["B"]


def test_contacts_whose_rows_differ_are_passed_over_wherever_they_stand(
    open_on: Callable[..., seg.Workspace],
) -> None:
    crm = open_on(
        contact=pl.DataFrame(
            {
                "no": ["A", "A", "B", "B", "C", "C"],
                "born": [date(1990, 1, 1), date(1991, 1, 1), *[None] * 4],
                "name": ["Anna", "Anna", "Bo", "Bo", "Cleo", "Clio"],
            }
        )
    )
    assert [contact.no for contact in crm.contacts.where(type="company")] == ["B"]
    assert list(crm.select()) == ["B"]


@pytest.mark.parametrize("open_on", FAR, indirect=True)
def test_the_first_and_the_last_day_of_all_may_begin_in_no_year(
    open_on: Callable[..., seg.Workspace],
) -> None:
    """Where a day begins in one zone, another has no year any more."""
    moments = [datetime(2000, 1, 1, 23, 30), None, datetime(1, 1, 1)]  # noqa: DTZ001
    born = pl.Series(moments).dt.replace_time_zone("America/New_York")
    crm = open_on(
        contact=pl.DataFrame({"no": ["A", "B", "C"], "born": born}),
        schema=contact_schema({"contact": [Field("born", "date", extra=True)]}),
        zone=ZoneInfo("Asia/Tokyo"),
    )
    assert {text: " ".join(crm.select(contact={"born": text})) for text in DAYS} == DAYS


DAYS = {
    "0001-01-01": "C",
    "0001-01-01..": "A C",
    "<0001-01-01": "B",
    ">0001-01-01": "A",
    "9999-12-31..": "",
    "..9999-12-31": "A B C",
    "<9999-12-31": "A B C",
}


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "a column of lists": (
        {"contact": PEOPLE.with_columns(tags=pl.Series([["x"], None]))},
        r"frame contact: tags: List\(String\) is of no type that a field can have",
    ),
    "a column of lists in a table of its own": (
        {"contact": PEOPLE, "orders": (ORDERS.with_columns(tags=pl.Series([["x"]])), "amount")},
        r"frame orders: tags: List\(String\) is of no type that a field can have",
    ),
    "a lazy column of nothing": (
        {"contact": PEOPLE.lazy().with_columns(note=None)},
        "frame contact: note: Unknown is of no type that a field can have",
    ),
    "no column of the link": (
        {"contact": PEOPLE, "orders": (ORDERS, "customer_number")},
        "frame orders: customer_number: there is no such column; did you mean 'customer_no'",
    ),
    "contacts without number": (
        {"contact": PEOPLE.rename({"no": "number"})},
        "frame contact: no: there is no such column",
    ),
    "no contacts": ({"orders": (ORDERS, "customer_no")}, "frame contact: is missing"),
    "no link": ({"contact": PEOPLE, "orders": ORDERS}, "frame orders: link: is missing"),
    "a table that the library writes": (
        {"contact": PEOPLE, "interactions": ORDERS},
        "frame interactions: is written by this library",
    ),
    "another link of a table of ours": (
        {
            "contact": PEOPLE,
            "mailing_groups": (ORDERS.rename({"customer_no": "contact_no"}), "amount"),
        },
        "frame mailing_groups: link: is linked otherwise",
    ),
    "a link through no table": (
        {"contact": PEOPLE, "lines": (ORDERS, Link((("amount", "amount"),), through="ordres"))},
        "frame lines: link: there is no table 'ordres'",
    ),
    "a link to no field": (
        {"contact": PEOPLE, "orders": (ORDERS, Link((("customer_no", "number"),)))},
        "frame orders: number: there is no such column",
    ),
    "a name of an argument": (
        {"contact": PEOPLE, "options": (ORDERS, "customer_no")},
        "frame options: 'options' is the name of an argument",
    ),
    "no name in snake case": (
        {"contact": PEOPLE.rename({"points": "Points!"})},
        "frame contact: Points!: 'Points!' is no name in snake case",
    ),
    "a number that is a number": (
        {"contact": pl.DataFrame({"no": [1, 2]})},
        "frame contact: no: Int64 is not what a field of type code is read from",
    ),
}


@pytest.mark.parametrize("wrong", BAD)
def test_frames_that_cannot_be_what_they_are_to_be_are_refused_at_once(wrong: str) -> None:
    """OWN-34."""
    frames, reason = BAD[wrong]
    for step in (lambda: schema_of(**frames), lambda: seg.Workspace.open(frames=frames)):
        with pytest.raises(Rejected, match=reason) as caught:
            step()
        assert {fault.code for fault in caught.value.faults} - {""}


def test_all_faults_of_frames_are_told_at_once() -> None:
    with pytest.raises(Rejected) as caught:
        schema_of(contact=PEOPLE.drop("no"), orders=(ORDERS, "contact_no"), more=ORDERS)
    assert [fault.code for fault in caught.value.faults] == [
        "missing_column",
        "missing_column",
        "blank",
    ]


def test_what_is_no_frame_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="contact: 'list' is no frame of polars"):
        seg.Workspace.open(tmp_path / "crm.db", frames={"contact": [1, 2]})
    frames = {"contact": PEOPLE, "orders": (ORDERS.to_pandas(), "customer_no")}
    with pytest.raises(InvalidValue, match="orders: 'pandas' is of another engine"):
        seg.Workspace.open(frames=frames)


def test_a_table_that_the_store_keeps_is_not_hidden_by_a_frame(tmp_path: Path) -> None:
    with seg.Workspace.open(tmp_path / "crm.db") as crm:
        crm.tables.define("orders", *shop.ORDER_FIELDS, key="order_no", link="contact_no")
    frames = {"contact": PEOPLE, "orders": (ORDERS, "customer_no")}
    with pytest.raises(Rejected, match="frame orders: is a table that the store keeps"):
        seg.Workspace.open(tmp_path / "crm.db", frames=frames)
    with seg.Workspace.open(tmp_path / "crm.db", frames={"contact": PEOPLE}) as crm:
        crm.tables["orders"].new(1, contact_no="A", date=shop.TODAY, article="TENT", amount=100)
        assert list(crm.select(orders={"article": "TENT"}, contact={"points": "1"})) == ["A"]
        with pytest.raises(Rejected, match="'C'"):
            crm.tables["orders"].new(2, contact_no="C")


def test_a_host_defines_tables_in_the_store_beside_its_frames() -> None:
    frames = made(MAKERS["polars"], shop.rows())
    with seg.Workspace.open(today=shop.TODAY, frames=frames, schema=shop.SCHEMA) as crm:
        crm.tables.define(
            "visits", Field("place", "code"), Field("who", "code"), key="place", link="who"
        )
        crm.tables["visits"].new("Bern", who="A")
        assert list(crm.select(visits={"place": "BERN"})) == ["A"]


def test_a_table_that_is_given_with_a_schema_may_be_one_more() -> None:
    schema = contact_schema({"contact": [Field("points", "integer", extra=True)]})
    frames = {"contact": PEOPLE, "orders": (ORDERS, "customer_no")}
    with seg.Workspace.open(frames=frames, schema=schema) as crm:
        assert list(crm.select(orders={"amount": ">1"})) == ["A"]


WRITES: dict[str, Callable[[seg.Workspace], object]] = {
    "a new contact": lambda crm: crm.contacts.new("Kai", no="K"),
    "a changed contact": lambda crm: crm.contacts.change("A", city="Chur"),
    "an excluded contact": lambda crm: crm.contacts.exclude("A", "asked for it"),
    "a deleted contact": lambda crm: crm.contacts.delete("H"),
    "an added contact": lambda crm: crm.add(seg.Contact(no="K", type="person", name="K")),
    "a new order": lambda crm: crm.tables["orders"].new(17, contact_no="A"),
    "a deleted order": lambda crm: crm.tables["orders"].delete(1),
    "a new field of contacts": lambda crm: crm.tables.define("contact", Field("shoe", "integer")),
    "a new field of orders": lambda crm: crm.tables.define("orders", Field("shoe", "integer")),
    "room for orders": lambda crm: crm.store.records.prepare(crm.tables["orders"].kind),
    "another type": lambda crm: crm.tables.change_field("orders", Field("article", "text")),
}


@pytest.mark.parametrize("written", WRITES)
def test_frames_are_not_written(written: str) -> None:
    frames = made(MAKERS["polars"], shop.rows())
    with seg.Workspace.open(today=shop.TODAY, frames=frames, schema=shop.SCHEMA) as crm:
        head = crm.journal.head
        with pytest.raises(Refused, match="the table is in a frame, which is read only"):
            WRITES[written](crm)
        assert " ".join(crm.select()) == "A B C D E F G H"
        assert len(crm.tables["orders"]) == 16
        assert crm.journal.head == head


def test_rows_of_a_table_without_a_key_are_read_and_shown(maker: Maker) -> None:
    frames: dict[str, Any] = made(maker, shop.rows())
    frames["orders"] = frames["orders"], "contact_no"
    with seg.Workspace.open(today=shop.TODAY, frames=frames) as crm:
        rows = crm.contacts.rows("G")
        shown = [repr(row).removesuffix(")").split(", ")[-1] for row in rows]
        assert sorted(shown) == ["'LAMP'", "'MAP'", "'TENT'"]
        assert len(crm.tables["orders"]) == 16
        assert [contact.no for contact in crm.contacts.where(city="Basel")] == ["B", "G"]
        with pytest.raises(NotFound, match="there is no contact 'AA'; did you mean 'A'"):
            crm.contacts["AA"]
        assert list(crm.select(Cut(crm.fields.contact.city == "Basel", First(1)))) == ["B"]


def test_a_store_beside_frames_keeps_no_definition_of_theirs(tmp_path: Path) -> None:
    frames = made(MAKERS["polars"], shop.rows())
    with seg.Workspace.open(tmp_path / "crm.db", frames=frames, schema=shop.SCHEMA) as crm:
        assert crm.schema == shop.SCHEMA
        assert crm.tables["orders"][16].article == "LAMP"
        assert crm.tables.version == 0
    with seg.Workspace.open(tmp_path / "crm.db") as crm:
        assert crm.schema == contact_schema()
        assert list(crm.contacts) == []


# -- records as frames ------------------------------------------------------------------------


@pytest.mark.parametrize("backend", ["polars", "pandas", "pyarrow"])
def test_what_goes_out_as_a_frame_comes_in_again_with_own_fields(
    backend: Literal["polars", "pandas", "pyarrow"], sql_shop: seg.Workspace
) -> None:
    """OWN-18."""
    people = sql_shop.contacts.to_frame(backend)
    orders = sql_shop.tables["orders"].to_frame(backend)
    with seg.Workspace.open(today=shop.TODAY) as crm:
        shop.define(crm)
        own = [field for field in crm.schema.table("contact").fields.values() if field.extra]
        crm.add(*from_frame(people, seg.Contact, extra=own))
        crm.add(*from_frame(orders, crm.tables["orders"].kind))
        assert [dict(contact.extra) for contact in crm.contacts] == [
            dict(contact.extra) for contact in sql_shop.contacts
        ]
        assert [*crm.tables["orders"]] == [*sql_shop.tables["orders"]]
    with pytest.raises(Rejected, match="shoe"):
        list(from_frame(orders_with_shoes(), crm.tables["orders"].kind))


def orders_with_shoes() -> pl.DataFrame:
    return pl.DataFrame({"order_no": [1], "contact_no": ["A"], "shoe": [41]})


@pytest.mark.parametrize(
    ("library", "kind"), [("polars", pl.DataFrame), ("pyarrow", pa.Table), ("pandas", pd.DataFrame)]
)
def test_records_are_frames_of_the_library_of_a_workspace(library: str, kind: type[Any]) -> None:
    frames = made(MAKERS[library], shop.rows())
    with seg.Workspace.open(today=shop.TODAY, frames=frames, schema=shop.SCHEMA) as crm:
        assert isinstance(crm.contacts.to_frame(), kind)
        assert isinstance(crm.journal.to_frame(), kind)
        assert isinstance(crm.tables["orders"].to_frame("polars"), pl.DataFrame)
    relations = made(MAKERS["duckdb"], shop.rows())
    crm = seg.Workspace.open(frames=relations, schema=shop.SCHEMA)
    with pytest.raises(InvalidValue, match="is none of the libraries"):
        crm.contacts.to_frame()


@pytest.mark.parametrize("library", ["polars", "duckdb"])
def test_what_was_found_in_frames_is_a_frame_of_the_columns_that_are_asked(library: str) -> None:
    """OWN-32."""
    frames = made(MAKERS[library], shop.rows())
    with seg.Workspace.open(today=shop.TODAY, frames=frames, schema=shop.SCHEMA) as crm:
        found = crm.select(questions(crm)["campers"])
        frame = found.to_frame(["no", "name", "points"], backend="polars")
        assert (frame.columns, frame["points"].to_list()) == (
            ["no", "name", "points"],
            [120, 15, 7, 50],
        )
        with pytest.raises(UnknownName, match=r"'poinst'.*did you mean 'points'"):
            found.to_frame(["no", "poinst"], backend="polars")
