"""Recency, frequency and value of the rows of any table, on every store."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest

import segmentation as seg
from segmentation.contacts import Contact
from segmentation.criteria import Link
from segmentation.errors import Rejected
from segmentation.fields import Field
from segmentation.memory import MemoryStore
from segmentation.scoring import FREQUENCY, GROUPS, INACTIVE, RECENCY, VALUE, in_group, scored
from support import shop
from support.databases import Database
from support.fair import interaction

WINDOW: dict[str, Any] = {"since": "2026-01-01", "until": "2026-11-22"}
OF_ORDERS: dict[str, Any] = {"table": "orders", "date_field": "date", "amount_field": "amount"}


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def crm(request: pytest.FixtureRequest) -> Iterator[seg.Workspace]:
    """A workspace with the shop's table of orders, and nobody in it."""
    if request.param == "memory":
        crm = seg.Workspace.open(MemoryStore(), today=shop.TODAY)
    else:
        database: Database = request.getfixturevalue(f"kept_{request.param}")
        database.empty()
        crm = seg.Workspace.open(database.own_address(), today=shop.TODAY)
    shop.define(crm)
    yield crm
    crm.close()


def fill(crm: seg.Workspace, rows: Iterable[tuple[str, date | None, int]]) -> None:
    """Take in orders and those who made them, and FAY, who made none."""
    told = list(rows)
    nos = dict.fromkeys(["FAY", *(no for no, *_ in told)])
    crm.contacts.add(*(Contact(no=no, type="person") for no in nos))
    orders = crm.tables["orders"]
    for number, (no, day, amount) in enumerate(told, start=1):
        orders.new(str(number), contact_no=no, date=day, amount=amount)


def spread(no: str, last: date, count: int, total: int) -> Iterator[tuple[str, date, int]]:
    """Orders of a contact, the last on a day, that add up to a total."""
    yield no, last, total - (count - 1)
    for _ in range(count - 1):
        yield no, last - timedelta(days=20), 1


def five() -> Iterator[tuple[str, date | None, int]]:
    yield from spread("ANN", date(2026, 11, 20), 1, 500)
    yield from spread("BEN", date(2026, 10, 1), 2, 300)
    yield from spread("CIS", date(2026, 8, 1), 3, 100)
    yield from spread("DAN", date(2026, 5, 1), 4, 200)
    yield from spread("ELI", date(2026, 2, 1), 5, 400)
    yield "GUS", date(2025, 12, 31), 900
    yield "GUS", date(2026, 11, 23), 900
    yield "GUS", None, 900


def scores(crm: seg.Workspace) -> dict[str, str]:
    """The three scores of each contact that has any."""
    found: dict[str, str] = {}
    for question in (RECENCY, FREQUENCY, VALUE):
        for score in "12345":
            for no in crm.select(scored(question, score)):
                found[no] = f"{found.get(no, '')} {score}".strip()
    return dict(sorted(found.items()))


def groups(crm: seg.Workspace) -> dict[str, str]:
    """The contacts of each named group that has any."""
    names = [*(name for name, _, _ in GROUPS), INACTIVE]
    found = {name: " ".join(crm.select(in_group(name))) for name in names}
    return {name: nos for name, nos in found.items() if nos}


OF_FIVE = {"ANN": "5 1 5", "BEN": "4 2 3", "CIS": "3 3 1", "DAN": "2 4 2", "ELI": "1 5 4"}


def test_active_contacts_are_scored_among_themselves(crm: seg.Workspace) -> None:
    """OWN-46."""
    fill(crm, five())
    crm.questionnaires.new_scoring(**OF_ORDERS, **WINDOW)
    crm.questionnaires.classify("RFM")
    assert scores(crm) == OF_FIVE
    assert crm.questionnaires.classify("RFM").moves == ()


def test_who_has_no_row_is_in_a_group_alone(crm: seg.Workspace) -> None:
    """OWN-47, with fewer like Fay."""
    fill(crm, five())
    crm.questionnaires.new_scoring(**OF_ORDERS, **WINDOW)
    crm.questionnaires.classify("RFM")
    assert groups(crm) == {
        "Potential loyalists": "ANN BEN",
        "About to sleep": "CIS",
        "Not to be lost": "ELI",
        "At risk": "DAN",
        INACTIVE: "FAY GUS",
    }
    crm.contacts.add(*(Contact(no=f"FAY{number}", type="person") for number in range(152)))
    crm.questionnaires.classify("RFM")
    assert len(crm.select(in_group(INACTIVE))) == 154
    assert scores(crm) == OF_FIVE


def test_equal_figures_have_equal_scores(crm: seg.Workspace) -> None:
    """OWN-48."""
    counts = [1, 1, 1, 1, 1, 1, 2, 2, 3, 8]
    days = [date(2026, 10, place) for place in range(1, 11)]
    fill(
        crm,
        [
            (f"N{place}", day, 10)
            for place, (day, count) in enumerate(zip(days, counts, strict=True))
            for _ in range(count)
        ],
    )
    crm.questionnaires.new_scoring(**OF_ORDERS, since=date(2026, 1, 1), until=shop.TODAY)
    crm.questionnaires.classify("RFM")
    found = [each.split() for each in scores(crm).values()]
    recency, frequency, value = zip(*found, strict=True)
    assert "".join(recency) == "1122334455"
    assert "".join(frequency) == "".join(value) == "1111114455"


@pytest.mark.parametrize("count", [0, 1, 4, 10, 1000])
@pytest.mark.parametrize("crm", ["memory"], indirect=True)
def test_who_are_all_alike_score_one(crm: seg.Workspace, count: int) -> None:
    """OWN-49."""
    nos = [f"N{number}" for number in range(count)]
    fill(crm, [(no, date(2026, 10, 1), 10) for no in reversed(nos)])
    crm.questionnaires.new_scoring(**OF_ORDERS, **WINDOW)
    crm.questionnaires.classify("RFM")
    assert scores(crm) == dict.fromkeys(sorted(nos), "1 1 1")
    assert list(crm.select(in_group(INACTIVE))) == ["FAY"]


def lines(crm: seg.Workspace, code: str) -> Iterator[str]:
    """What the lines of a questionnaire are called."""
    for question in crm.questionnaires.questions(code):
        yield from (line.description for line in (question.line, *question.answers))


@pytest.mark.parametrize("language", ["fr-CH", "it-IT", "nb-NO"])
@pytest.mark.parametrize("crm", ["memory"], indirect=True)
def test_groups_are_called_by_the_language_of_the_workspace(
    crm: seg.Workspace, language: str
) -> None:
    """OWN-47."""
    fill(crm, five())
    crm.questionnaires.new_scoring(**OF_ORDERS, **WINDOW)
    other = seg.Workspace.open(crm.store, today=shop.TODAY, language=language)
    other.questionnaires.new_scoring(code="OTHER", **OF_ORDERS, **WINDOW)
    other.questionnaires.classify("OTHER")
    names = dict(zip(lines(crm, "RFM"), lines(other, "OTHER"), strict=True))
    assert {name for name, named in names.items() if name == named} <= {*"12345", "Champions"}
    assert list(other.select(in_group(INACTIVE, code="OTHER"))) == ["FAY", "GUS"]


WRONG: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "an unknown table": (
        {"table": "ordrs"},
        [("table", "unknown table 'ordrs'; did you mean 'orders'?")],
    ),
    "a date that is a number": (
        {"date_field": "amount"},
        [("date_field", "'amount' is of type decimal, not a date")],
    ),
    "a number that is a date": (
        {"amount_field": "date"},
        [("amount_field", "'date' is of type date, not a number")],
    ),
    "an unknown field": (
        {"amount_field": "amuont"},
        [("amount_field", "unknown field 'amuont' in orders; did you mean 'amount'?")],
    ),
    "a window that ends before it starts": (
        {"since": "2026-11-22", "until": "2026-01-01"},
        [("until", "the period ends on 2026-01-01, before it starts on 2026-11-22")],
    ),
    "a day that is none": ({"since": "2026-02-30"}, [("since", "2026-02-30")]),
    "nothing but a table": (
        {"date_field": "", "amount_field": ""},
        [
            ("date_field", "is blank; give a field of orders"),
            ("amount_field", "is blank; give a field of orders"),
        ],
    ),
    "fields without a table": (
        {"table": ""},
        [("date_field", "'date' needs a table"), ("amount_field", "'amount' needs a table")],
    ),
    "a figure of the books too": (
        {"value": "sales_lcy"},
        [("value", "'sales_lcy' is not for a table; give amount_field")],
    ),
}


@pytest.mark.parametrize("given", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("crm", ["memory"], indirect=True)
def test_a_scoring_of_what_is_not_there_is_refused(
    crm: seg.Workspace, given: tuple[dict[str, Any], list[tuple[str, str]]]
) -> None:
    """OWN-50."""
    arguments, expected = given
    with pytest.raises(Rejected) as caught:
        crm.questionnaires.new_scoring(**{**OF_ORDERS, **arguments})
    found = [(fault.field, str(fault.reason)) for fault in caught.value.faults]
    assert [field for field, _ in found] == [field for field, _ in expected]
    assert all(part in told for (_, told), (_, part) in zip(found, expected, strict=True))
    assert len(crm.questionnaires) == 0


def test_rows_are_whose_criteria_say(crm: seg.Workspace) -> None:
    fields = [
        Field("ticket_no", "integer"),
        Field("company_no", "code", length=20),
        Field("order_no", "integer"),
        Field("opened", "datetime"),
        Field("weight", "integer"),
    ]
    links = {
        "tickets": Link((("company_no", "company_no"),)),
        "parcels": Link((("order_no", "order_no"),), through="orders"),
    }
    for table, link in links.items():
        crm.tables.define(table, *fields, key="ticket_no", link=link)
    fill(crm, [("ANN", shop.TODAY, 1)])
    crm.contacts.add(
        Contact(no="X", type="company"), Contact(no="P", type="person", company_no="X")
    )
    noon = datetime(2026, 11, 1, 12, tzinfo=UTC)
    for table in links:
        crm.tables[table].new("1", company_no="X", order_no=1, opened=noon, weight=3)
        crm.questionnaires.new_scoring(
            code=table, table=table, date_field="opened", amount_field="weight"
        )
    crm.questionnaires.classify_all()
    assert list(crm.select(scored(VALUE, "1", code="TICKETS"))) == ["P", "X"]
    assert list(crm.select(scored(VALUE, "1", code="PARCELS"))) == ["ANN"]


@pytest.mark.parametrize("crm", ["memory"], indirect=True)
def test_a_table_of_ours_is_scored_by_any_of_its_names(crm: seg.Workspace) -> None:
    crm.contacts.add(*(Contact(no=no, type="company") for no in "AB"))
    kept, undone = (interaction(n, no, no, date=shop.TODAY) for n, no in enumerate("AB", start=1))
    crm.store.records.put([kept, attrs.evolve(undone, canceled=True)])
    crm.questionnaires.new_scoring(table="interactions", date_field="Date", amount_field="cost")
    [recency, *_] = crm.questionnaires.questions("RFM")
    assert recency.line.source_table == "interaction_log_entry"
    assert recency.line.source_date_field == "date"
    crm.questionnaires.classify("RFM")
    assert groups(crm) == {"Lost": "A", INACTIVE: "B"}


GONE: dict[str, tuple[Callable[[seg.Workspace], object], list[str]]] = {
    "a table": (lambda _: {"source_table": "ordrs"}, ["source_table"]),
    "a field": (lambda _: {"source_date_field": "day"}, ["source_date_field"]),
    "no date": (lambda _: {"source_date_field": "amount"}, ["source_date_field"]),
}


@pytest.mark.parametrize("given", GONE.values(), ids=GONE)
@pytest.mark.parametrize("crm", ["memory"], indirect=True)
def test_a_line_that_asks_for_what_is_not_there_is_a_fault(
    crm: seg.Workspace, given: tuple[Callable[[seg.Workspace], Any], list[str]]
) -> None:
    crm.questionnaires.new_scoring(**OF_ORDERS, **WINDOW)
    [recency, *_] = crm.questionnaires.questions("RFM")
    changed, fields = given
    crm.store.records.put([attrs.evolve(recency.line, **changed(crm))])
    with pytest.raises(Rejected) as caught:
        crm.questionnaires.classify("RFM")
    assert [fault.field for fault in caught.value.faults] == fields
