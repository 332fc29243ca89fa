"""The holdout register: a share of all contacts that no promotion reaches for a while."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import segmentation as seg
from segmentation.adapters.files import FolderCourier
from segmentation.adapters.sqlalchemy import open_store
from segmentation.campaigns import Holdout
from segmentation.contacts import CorrespondenceType
from segmentation.documents import Attachment
from segmentation.errors import Rejected
from segmentation.memory import MemoryStore
from segmentation.protocols import Store
from segmentation.segments import LeftOutReason
from support.databases import Database
from support.desk import make_desk, make_template, segment_of
from support.fair import TODAY, evolved, person

END = dt.date(2026, 12, 31)
BYTES, OTHERS = bytes(range(32)), bytes(range(1, 33))


def crowd(first: int, last: int) -> list[seg.Contact]:
    return [seg.Contact(no=f"{no:05}", salesperson_code="JO") for no in range(first, last + 1)]


@pytest.fixture(scope="module")
def many() -> Store:
    """A store with the contacts 00001 to 10000."""
    store = MemoryStore()
    store.records.put(crowd(1, 10_000))
    return store


def test_a_share_is_drawn_by_the_random_bytes(many: Store) -> None:
    """EXM-04, EXM-05, EXM-09: what comes later is in by the same share, the next is drawn anew."""
    crm = seg.Workspace.open(many, today=TODAY, random_bytes=lambda: BYTES)
    made = crm.campaigns.hold_out(0.1, until=END)
    assert (made.share, made.starting_date, made.ending_date) == (Decimal("0.1"), TODAY, END)
    first = set(crm.campaigns.held_out())
    assert 860 <= len(first) <= 1145
    later = seg.Workspace.open(many, today=dt.date(2027, 1, 1), random_bytes=lambda: OTHERS)
    assert later.campaigns.held_out() == ()
    later.campaigns.hold_out(0.1, until=dt.date(2027, 3, 31))
    second = set(later.campaigns.held_out())
    assert 56 <= len(first & second) <= 151
    many.records.put(crowd(10_001, 20_000))
    registers = list(many.records.all(Holdout))
    grown = set(crm.campaigns.held_out(on=END))
    assert {no for no in grown if no <= "10000"} == first
    assert 139 <= sum("10001" <= no <= "12000" for no in grown) <= 267
    assert list(many.records.all(Holdout)) == registers
    assert 137 <= len(grown & set(later.campaigns.held_out())) <= 270
    assert set(crm.campaigns.held_out()) == grown


def test_the_same_bytes_give_the_same_contacts_in_a_database(database: Database) -> None:
    """EXM-04, on SQLite and PostgreSQL."""
    stores: list[Store] = [MemoryStore(), database.open()]
    found = []
    for store in stores:
        store.records.put(crowd(1, 300))
        crm = seg.Workspace.open(store, today=TODAY, random_bytes=lambda: BYTES)
        crm.campaigns.hold_out(0.25, until=END)
        found.append(crm.campaigns.held_out())
    assert found[0] == found[1]
    assert 40 < len(found[0]) < 110


@pytest.fixture(params=["memory", "sql"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    """A workspace on each kind of store; A is held out, B not, E is excluded and not held out."""
    store = MemoryStore() if request.param == "memory" else open_store(tmp_path / "crm.db")
    templates = (make_template("PROMO", promotional=True), make_template("NEWS"))
    people = [person(no, salesperson_code="JO") for no in ("A", "B", "C", "D", "E")]
    with make_desk(*people, *templates, store=store) as made:
        made.campaigns.hold_out(0.5, until=END)
        yield made


@pytest.fixture
def sides(crm: seg.Workspace) -> tuple[str, str, str]:
    """Who is held out, who is not, and one who is not and is excluded."""
    out = set(crm.campaigns.held_out())
    (held, *_), (free, excluded, *_) = (
        [no for no in "ABCDE" if (no in out) is wanted] for wanted in (True, False)
    )
    crm.contacts.exclude(excluded, "asked")
    return held, free, excluded


def chosen(*nos: str) -> dict[str, Any]:
    return {"contact": {"no": "|".join(nos)}}


def test_who_is_held_out_joins_no_promotion(
    crm: seg.Workspace, sides: tuple[str, str, str]
) -> None:
    """EXM-06: selections and counts stay as they are."""
    held, free, _ = sides
    both = chosen(held, free)
    before = crm.count(**both).passing
    segment = crm.new_segment("Promo", interaction_template_code="PROMO").add_contacts(**both)
    assert list(segment.contact_nos) == [free]
    (left_out,) = segment.actions[-1].left_out
    assert (left_out.contact_no, left_out.reason) == (held, LeftOutReason.HOLDOUT)
    news = crm.new_segment("News", interaction_template_code="NEWS").add_contacts(**both)
    assert set(news.contact_nos) == {held, free}
    assert set(crm.select(**both)) == {held, free}
    assert crm.count(**both).passing == before == 2


def test_exclusion_may_be_overruled_but_not_a_holdout(
    crm: seg.Workspace, sides: tuple[str, str, str]
) -> None:
    """EXM-07."""
    held, free, excluded = sides
    segment = crm.new_segment("Promo", interaction_template_code="PROMO")
    segment.add_contacts(**chosen(held, free, excluded), ignore_exclusion=True)
    assert set(segment.contact_nos) == {free, excluded}
    segment.add_contact(held)
    assert set(segment.contact_nos) == {free, excluded, held}
    logged = segment.log()
    assert {each.contact_no for each in logged.interactions} == {free, excluded}
    (passed,) = logged.plan.passed_over
    assert (passed.contact_no, passed.reason) == (held, LeftOutReason.HOLDOUT)


def test_a_segment_of_nobody_else_says_why_it_is_not_logged(
    crm: seg.Workspace, sides: tuple[str, str, str]
) -> None:
    segment = segment_of(crm, sides[0], template="PROMO")
    with pytest.raises(Rejected, match="is in the holdout until 2026-12-31"):
        segment.log()


def test_a_register_holds_through_its_last_day(
    crm: seg.Workspace, sides: tuple[str, str, str]
) -> None:
    """EXM-09."""
    held = sides[0]
    for day, joined in ((END, []), (dt.date(2027, 1, 1), [held])):
        there = evolved(crm, today=day)
        segment = there.new_segment("Promo", interaction_template_code="PROMO")
        assert list(segment.add_contacts(**chosen(held)).contact_nos) == joined


def test_what_is_still_to_be_delivered_does_not_reach_them(tmp_path: Path) -> None:
    """EXM-08."""
    people = [person(f"P{no:03}", salesperson_code="JO") for no in range(100)]
    template = make_template(
        "PROMO",
        promotional=True,
        correspondence_type_default="hard_copy",
        language_code_default="ENU",
    )
    crm = make_desk(*people, template)
    crm.templates.put_language("PROMO", "ENU", attachment=Attachment("promo.txt", b"Buy"))
    segment_of(crm, *(each.no for each in people), template="PROMO").log(deliver=True)
    crm.campaigns.hold_out(0.5, until=END)
    held = {no for no in crm.campaigns.held_out() if no.startswith("P")}
    couriers = {CorrespondenceType.HARD_COPY: FolderCourier(tmp_path / "out")}
    crm.letters.deliver(couriers)
    sent = list((tmp_path / "out").iterdir())
    assert 0 < len(held) < 100
    assert len(sent) + len(held) == 100
    for entry in crm.interactions:
        assert ("is in the holdout until" in entry.delivery_error) is (entry.contact_no in held)
    crm.letters.deliver(couriers)
    assert len(list((tmp_path / "out").iterdir())) == len(sent)


@pytest.mark.parametrize("share", [0, -0.1, 1, 1.5, float("nan"), "10 %", True])
def test_what_is_no_share_is_refused(share: Any) -> None:  # noqa: ANN401
    """EXM-10."""
    crm = make_desk()
    with pytest.raises(Rejected, match=f"share: {share!r} is no share"):
        crm.campaigns.hold_out(share, until=END)
    assert crm.campaigns.held_out() == ()


@pytest.mark.parametrize(
    ("until", "told"),
    [
        (None, "until: None is no date; give the last day"),
        ("2026-12-31", "until: '2026-12-31' is no date"),
        (TODAY - dt.timedelta(days=1), "until: 2026-11-21 is over; today is 2026-11-22"),
    ],
)
def test_an_end_that_is_blank_or_over_is_refused(until: Any, told: str) -> None:  # noqa: ANN401
    """EXM-10: with all that is wrong besides."""
    crm = make_desk()
    with pytest.raises(Rejected, match=told) as caught:
        crm.campaigns.hold_out(2, until=until)
    assert len(caught.value.faults) == 2
    assert list(crm.store.records.all(Holdout)) == []
