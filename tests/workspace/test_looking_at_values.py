"""`check` that looks at values, on every store: what there is where a condition finds nothing."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

import segmentation as seg
from segmentation.contacts import Contact
from segmentation.criteria import Concern, followed, none, row, total
from segmentation.errors import UnknownName
from segmentation.fields import Field
from segmentation.memory import MemoryStore
from support import shop
from support.databases import Database


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def crm(request: pytest.FixtureRequest) -> Iterator[seg.Workspace]:
    """The shop."""
    if request.param == "memory":
        crm = seg.Workspace.open(MemoryStore(), today=shop.TODAY)
    else:
        database: Database = request.getfixturevalue(f"kept_{request.param}")
        database.empty()
        crm = seg.Workspace.open(database.own_address(), today=shop.TODAY)
    shop.define(crm)
    shop.fill(crm)
    yield crm
    crm.close()


def told(crm: seg.Workspace, criteria: Any = None, **tables: Any) -> Sequence[str]:  # noqa: ANN401
    """What only looking at values tells."""
    plain = crm.check(criteria, **tables)
    looked = crm.check(criteria, look_at_values=True, **tables)
    assert looked[: len(plain)] == plain
    return [str(remark) for remark in looked[len(plain) :]]


def test_values_in_another_case_are_told_with_their_counts(crm: seg.Workspace) -> None:
    """OWN-51."""
    crm.contacts.add(*(Contact(no=f"X{n}", type="person", city="Bern") for n in range(812)))
    asked: dict[str, Any] = {"contact": {"city": "BERN"}}
    [remark] = crm.check(look_at_values=True, **asked)
    assert remark.concern is Concern.NO_VALUE
    assert str(remark) == (
        "contact.city: no contact where city is “BERN”; "
        "there are Bern (815) and bern (1); @BERN finds 816"
    )
    assert len(crm.select(contact={"city": "@BERN"})) == 816
    assert crm.check(**asked) == ()
    assert crm.check(look_at_values=True, contact={"city": "Bern"}) == ()


OTHERWISE = {
    "a sign of SQL": ({"contact": {"city": "%ern%"}}, "*ern* is meant perhaps, which finds 4"),
    "a comma": ({"contact": {"city": "Bern, Basel"}}, "Bern|Basel is meant perhaps, which finds 5"),
    "nearly a code": ({"orders": {"article": "TENTS"}}, "nearest: TENT (8)"),
    "more than there is": ({"contact": {"points": ">1000"}}, "the greatest is 120"),
}


@pytest.mark.parametrize(("asked", "hint"), OTHERWISE.values(), ids=OTHERWISE)
def test_what_is_meant_perhaps_is_told_and_changes_nothing(
    crm: seg.Workspace, asked: dict[str, Any], hint: str
) -> None:
    """OWN-52."""
    [remark] = told(crm, **asked)
    assert remark.endswith(f"; {hint}")
    assert list(crm.select(**asked)) == []


def test_a_window_without_an_end_is_told_where_later_rows_exist(crm: seg.Workspace) -> None:
    """OWN-42."""
    assert told(crm, orders={"date": "-90D.."}) == ["orders.date: has no end; after 2026-11-22: 1"]
    assert told(crm, orders={"date": "-90D..t"}) == []
    assert told(crm, orders={"date": "2026-11-23.."}) == []  # it has not begun


HINTS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a pattern in another case": (
        {"contact": {"city": "BER*"}},
        ["there are Bern (3) and bern (1); @BER* finds 4"],
    ),
    "any case of what is not there": ({"contact": {"city": "@OSLO"}}, ["there are Bern (3)"]),
    "less than there is": ({"contact": {"points": "<-5"}}, ["the least is -5"]),
    "between two": ({"contact": {"points": "16"}}, ["nearest: 15 (1) and 50 (1)"]),
    "a range between two": ({"contact": {"points": "16..49"}}, ["nearest: 15 (1) and 50 (1)"]),
    "below the least": ({"contact": {"points": "-100"}}, ["the least is -5"]),
    "above the greatest": ({"orders": {"amount": "120.5"}}, ["the greatest is 100"]),
    "a date": ({"contact": {"born": ">2010-01-01"}}, ["the greatest is 2001-01-01"]),
    "no date": ({"orders": {"date": "''"}}, ["values go from 2026-08-23 to 2026-12-01"]),
    "an option": ({"contact": {"type": "company"}}, ["there are person (8)"]),
    "no value at all": ({"contact": {"nick": "Bo"}}, ["there is no value at all"]),
    "one of two alternatives": ({"contact": {"city": "Basel|BERN"}}, ["@BERN finds 4"]),
    "all but some": ({"contact": {"type": "<>person"}}, ["there are person (8)"]),
    "several": ({"contact": {"city": "Berne"}}, ["nearest: Bern (3) and bern (1)"]),
    "a pattern of what is not there": ({"contact": {"city": "Q*"}}, ["there are Bern (3)"]),
    "a comma of what is not there": ({"contact": {"city": "Q, Y"}}, ["there are Bern (3)"]),
    "what holds never": ({"contact": {"points": ">5&<3"}}, []),
    "what is met": ({"contact": {"points": ">5"}, "orders": {"article": "T*"}}, []),
}


@pytest.mark.parametrize(("asked", "hints"), HINTS.values(), ids=HINTS)
@pytest.mark.parametrize("crm", ["memory"], indirect=True)
def test_the_nearest_values_are_told(
    crm: seg.Workspace, asked: dict[str, Any], hints: list[str]
) -> None:
    found = told(crm, **asked)
    assert len(found) == len(hints)
    assert all(hint in remark for hint, remark in zip(hints, found, strict=True))


@pytest.mark.parametrize("crm", ["memory"], indirect=True)
def test_conditions_are_looked_at_wherever_they_stand(crm: seg.Workspace) -> None:
    orders = crm.fields["orders"]
    tents, lamps = row(orders["article"] == "TENTS"), row(orders["article"] == "LAMPS")
    asked = none(tents) & (total(orders["amount"], lamps) > 5)
    hints = ["nearest: TENT (8)", "nearest: LAMP (7)"]
    for criteria in (asked, followed(tents, by=lamps, on=orders["date"])):
        found = told(crm, criteria)
        assert [remark.partition("; ")[2] for remark in found] == hints


@pytest.mark.parametrize("crm", ["memory"], indirect=True)
def test_a_long_list_of_values_is_cut_off(crm: seg.Workspace) -> None:
    crm.contacts.add(*(Contact(no=f"X{n}", type="person", city=f"Town{n}") for n in range(9)))
    [remark] = told(crm, contact={"city": "Q"})
    assert remark.endswith("bern (1), Town0 (1) and 8 more")


@pytest.mark.parametrize("crm", ["memory"], indirect=True)
def test_times_have_their_days_in_the_zone(crm: seg.Workspace) -> None:
    fields = [Field("no", "integer"), Field("contact_no", "code"), Field("at", "datetime")]
    crm.tables.define("visits", *fields, key="no", link="contact_no")
    crm.tables["visits"].new("1", contact_no="A", at=datetime(2026, 11, 22, 23, tzinfo=UTC))
    assert told(crm, visits={"at": "-90D.."}) == []
    crm.tables["visits"].new("2", contact_no="A", at=datetime(2026, 11, 23, tzinfo=UTC))
    assert told(crm, visits={"at": "-90D.."}) == ["visits.at: has no end; after 2026-11-22: 1"]
    [remark] = told(crm, visits={"at": "..2026-11-01"})
    assert remark.endswith("; the least is 2026-11-22 23:00+00:00")


@pytest.mark.parametrize("crm", ["memory"], indirect=True)
def test_faults_and_nothing_asked_are_told_as_ever(crm: seg.Workspace) -> None:
    assert crm.check(look_at_values=True) == ()
    [remark] = crm.check(look_at_values=True, contact={"points": "many"})
    assert remark.concern is Concern.FAULT
    with pytest.raises(UnknownName, match="did you mean 'look_at_values'"):
        crm.check(look_at_value=True)  # type: ignore[arg-type]


LANGUAGES = {
    "fr-CH": (
        "Contact : rien où Ville est «BERN» ; il y a Bern (3) et bern (1) ; @BERN en trouve 4"
    ),
    "it-IT": (
        "Contatto: niente dove Città è «BERN»; ci sono Bern (3) e bern (1); @BERN ne trova 4"
    ),
    "nb-NO": (
        "Kontakt: ingenting der Poststed er «BERN»; det finnes Bern (3) og bern (1); @BERN finner 4"
    ),
}


@pytest.mark.parametrize(("language", "expected"), LANGUAGES.items(), ids=LANGUAGES)
@pytest.mark.parametrize("crm", ["memory"], indirect=True)
def test_remarks_on_values_are_told_in_every_language(
    crm: seg.Workspace, language: str, expected: str
) -> None:
    """OWN-51."""
    crm = seg.Workspace.open(crm.store, today=shop.TODAY, language=language)
    assert told(crm, contact={"city": "BERN"}) == [f"contact.city: {expected}"]
