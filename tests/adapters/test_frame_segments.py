"""Segments as frames of each library: lines, who is left out, who came and went, members."""

from collections.abc import Callable
from datetime import date
from itertools import product
from typing import Any, TypeAlias

import narwhals as nw
import polars as pl
import pytest

from segmentation.adapters.narwhals import FrameContacts, compare_lines
from segmentation.contacts import Contact
from segmentation.criteria import (
    AnyOf,
    AsOf,
    BoundSelection,
    Criteria,
    Cut,
    First,
    InLoggedSegment,
    InSegment,
    InShare,
    Part,
    bind,
)
from segmentation.errors import InvalidValue, Refused, UnknownName
from segmentation.memory import MemoryStore
from segmentation.plain import to_plain
from segmentation.segments import Options, contact_fields, contact_schema
from support.frames import LIBRARIES, OF_POLARS

Make: TypeAlias = Callable[[pl.DataFrame], Any]

CONTACTS = [
    Contact(no="F", type="company", company_no="F", city="Oslo", language_code="NB"),
    Contact(no="F1", company_no="F", city="Oslo", salesperson_code="AB"),
    Contact(no="F2", company_no="F", city="Rome", exclude_from_segment=True),
    Contact(no="F3", company_no="F", city="Rome", privacy_blocked=True, minor=True),
    Contact(no="G", type="company", company_no="G", city="Rome", exclude_from_segment=True),
    Contact(no="G1", company_no="G", city="Oslo", correspondence_type="email"),
    Contact(no="P", city="Oslo", minor=True, exclude_from_segment=True),
    Contact(no="Q", city="Oslo", minor=True, parental_consent_received=True),
    Contact(no="R", city="Rome"),
]
TEXTS = ("no", "company_no", "city", "language_code", "correspondence_type", "salesperson_code")
MARKS = ("privacy_blocked", "minor", "parental_consent_received", "exclude_from_segment")
FRAME = pl.DataFrame(
    {
        **{name: [str(getattr(each, name)).strip() or None for each in CONTACTS] for name in TEXTS},
        **{name: [getattr(each, name) for each in CONTACTS] for name in MARKS},
    }
)
OSLO = contact_fields(contact_schema()).contact.city == "Oslo"
LINES = pl.DataFrame({"contact_no": ["R", "F1", "F1", None]})


def bound(criteria: Criteria | None) -> BoundSelection:
    return bind(criteria, contact_schema(), AsOf(date(2026, 11, 22)))


def rows_of(frame: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - of any library
    known = nw.from_native(frame)
    read = known.collect() if isinstance(known, nw.LazyFrame) else known
    return list(read.iter_rows(named=True))


def nos_of(frame: Any) -> list[str]:  # noqa: ANN401 - of any library
    return sorted(row["contact_no"] for row in rows_of(frame))


@pytest.fixture(params=LIBRARIES)
def library(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def make(library: str) -> Make:
    return OF_POLARS[library]


def test_lines_and_who_is_left_out_are_those_of_candidates(library: str, make: Make) -> None:
    store = MemoryStore()
    store.records.put(CONTACTS)
    source = FrameContacts(make(FRAME))
    names = ("expand_companies", "allow_related_companies", "ignore_exclusion")
    choices = product((False, True), repeat=3)
    tried = [Options(**dict(zip(names, each, strict=True))) for each in choices]
    for options in tried if library != "pyspark" else tried[-1:]:
        told = dict(to_plain(store.contacts.candidates(bound(OSLO), options)))
        del told["count"]
        everybody = set(told.pop("contact_nos"))
        if options.ignore_exclusion:
            told.pop("excluded", None)
        reasons = {no: str(reason) for reason, nos in told.items() for no in nos}
        left_out = rows_of(source.left_out(bound(OSLO), options))
        assert {row["contact_no"]: row["reason"] for row in left_out} == reasons
        assert nos_of(source.lines(bound(OSLO), options)) == sorted(everybody - reasons.keys())


def test_a_line_has_what_comes_from_its_contact(make: Make) -> None:
    lines = rows_of(FrameContacts(make(FRAME)).lines(bound(OSLO)))
    found = {row["contact_no"]: row for row in lines}
    assert found["F1"] == {
        "contact_no": "F1",
        "contact_company_no": "F",
        "language_code": "",
        "correspondence_type": "",
        "salesperson_code": "AB",
    }
    assert found["G1"]["correspondence_type"] == "email"
    assert found["Q"]["contact_company_no"] == ""
    (alone, *_) = rows_of(FrameContacts(make(FRAME.select("no", "city"))).lines(bound(OSLO)))
    assert list(alone) == ["contact_no"]


def test_who_came_and_who_went_are_told_by_numbers(make: Make) -> None:
    before = make(LINES.drop_nulls().with_columns(pl.lit("old").alias("origin")))
    after = make(pl.DataFrame({"contact_no": ["F1", "Q"]}))
    found = compare_lines(before=before, after=after)
    assert rows_of(found.came) == [{"contact_no": "Q"}]
    assert rows_of(found.went) == [{"contact_no": "R", "origin": "old"}]


MEMBERS: list[tuple[Criteria, str]] = [
    ((InSegment("S") & ~OSLO) | (OSLO & ~InSegment("S")), "F G1 P Q R"),
    (InSegment("S"), "F1 R"),
    (~InLoggedSegment(7), "F F2 F3 G G1 P Q"),
    (InSegment("S") & OSLO, "F1"),
    (OSLO & ~InSegment("S"), "F G1 P Q"),
    (InSegment("S") | InLoggedSegment(7), "F1 R"),
    (OSLO & ~(InSegment("S") | InSegment("NONE")), "F G1 P Q"),
]


def test_two_frames_compared_are_shown_in_one_line() -> None:
    assert repr(compare_lines(before=LINES, after=LINES)) == (
        "ComparedLines(came=DataFrame, went=DataFrame)"
    )


def test_members_may_stand_on_the_lines_of_a_frame(library: str, make: Make) -> None:
    lines = {"S": make(LINES), "NONE": []}
    source = FrameContacts(
        make(FRAME), segment_members=lines.__getitem__, logged_members=lambda _: lines["S"]
    )
    for criteria, expected in MEMBERS if library != "pyspark" else MEMBERS[:1]:
        filtered = rows_of(source.filter(bound(criteria)))
        assert sorted(row["no"] for row in filtered) == expected.split()
        assert list(filtered[0]) == FRAME.columns
        assert source.count(bound(criteria)) == len(expected.split())


def test_python_finishes_with_members_in_a_frame() -> None:
    source = FrameContacts(FRAME, segment_members=lambda _: LINES)
    whole = InShare("spring", 0, 10_000) & InSegment("S")
    assert source.matching(bound(whole | Part("contact"))) == sorted(FRAME["no"])
    ranked = Cut(InSegment("S") | OSLO, First(2))
    assert nos_of(source.lines(bound(ranked))) == ["F", "F1"]
    assert nos_of(source.left_out(bound(Cut(Part("contact"), First(3))))) == ["F2"]


@pytest.mark.spark
def test_a_cluster_makes_no_cut_of_lines() -> None:
    source = FrameContacts(OF_POLARS["pyspark"](FRAME))
    with pytest.raises(Refused, match="a cut looks at all who pass"):
        source.lines(bound(Cut(Part("contact"), First(2))))


def test_what_is_no_frame_of_lines_is_named() -> None:
    without = pl.DataFrame({"no": ["A"]})
    with pytest.raises(UnknownName, match="column 'contact_no' in frame after"):
        compare_lines(before=LINES, after=without)
    with pytest.raises(InvalidValue, match="before: 'list' is no frame"):
        compare_lines(before=["A"], after=LINES)
    for other in (LINES.lazy(), LINES.to_pandas()):
        with pytest.raises(InvalidValue, match="is not of the same kind"):
            compare_lines(before=LINES, after=other)
    source = FrameContacts(FRAME, segment_members=lambda _: without)
    with pytest.raises(UnknownName, match="column 'contact_no'"):
        source.matching(bound(InSegment("S")))


def test_members_on_a_frame_are_told_where_python_finishes() -> None:
    """More conditions than a library is told, beside membership on a frame."""
    contacts = FrameContacts(FRAME, segment_members=lambda _: LINES, logged_members=lambda _: LINES)
    city = contact_fields(contact_schema()).contact.city
    many = city.passes("|".join(f"Town {number}*" for number in range(60)))
    for member in (InSegment("S"), InLoggedSegment(1)):
        assert contacts.matching(bound(member | many)) == ["F1", "R"]
        assert contacts.matching(bound(~member & ~many & OSLO)) == ["F", "G1", "P", "Q"]
    groups = pl.DataFrame({"contact_no": ["G1"], "mailing_group_code": ["M7"]})
    contacts = FrameContacts(
        FRAME,
        {"mailing_groups": groups},
        segment_members=lambda _: ["F1", "R"],
        logged_members=lambda _: LINES,
    )
    code = contact_fields(contact_schema()).mailing_groups.mailing_group_code
    towns = [city.passes(f"Oslo|Town {number}") for number in range(40)]
    grouped = AnyOf(tuple((code == f"M{number}") & town for number, town in enumerate(towns)))
    for member in (InSegment("S"), InLoggedSegment(1)):
        assert contacts.matching(bound(member | grouped)) == ["F1", "G1", "R"]
