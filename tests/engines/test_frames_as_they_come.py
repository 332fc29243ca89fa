"""Frames as they come: without numbers, of mixed values, of floats, of times of any unit."""

from collections.abc import Callable
from datetime import date, time
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import segmentation as seg
from segmentation.adapters.narwhals import FrameContacts
from segmentation.criteria import AsOf, BoundSelection, bind, make_selection
from segmentation.errors import InvalidValue
from segmentation.fields import Field
from segmentation.segments import LeftOutReason, contact_schema
from support import shop
from support.frames import LIBRARIES, MAKERS, OF_POLARS, Maker, to_duckdb

FIELDS = [contact_schema().table("contact").field(name) for name in ("no", "type", "city")]
SCHEMA = contact_schema().with_fields(
    "contact", Field("points", "integer"), Field("born", "date"), Field("opens", "time")
)

Made = Callable[[pl.DataFrame], Any]
"""Makes a frame of another library from one of polars."""


@pytest.fixture(params=LIBRARIES)
def maker(request: pytest.FixtureRequest) -> Maker:
    return MAKERS[request.param]


@pytest.fixture(params=LIBRARIES)
def make(request: pytest.FixtureRequest) -> Made:
    return OF_POLARS[request.param]


def bound(**contact: str) -> BoundSelection:
    return bind(make_selection(contact=contact), SCHEMA, AsOf(shop.TODAY))


def found(frame: Any, **contact: str) -> str:  # noqa: ANN401 - of any library
    return " ".join(FrameContacts(frame).matching(bound(**contact)))


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_a_row_without_a_number_is_left_out_or_a_fault(maker: Maker, blank: str | None) -> None:
    """MNG-41."""
    cities = zip(["A", blank, "C"], ["Bern", "Bern", "Basel"], strict=True)
    frame = maker([{"no": no, "city": city} for no, city in cities], FIELDS)
    with seg.Workspace.open(today=shop.TODAY, frames={"contact": frame}) as crm:
        chosen = crm.select(contact={"city": "Bern"})
        assert (list(chosen), chosen.base) == (["A"], 2)
        assert [str(each) for each in chosen.left_out] == ["— (row 2, no '')"]
        segment = crm.new_segment("Bern", no="BERN")
        segment.add_contacts(contact={"city": "Bern"})
        assert segment.contact_nos == ("A",)
        assert segment.actions[-1].left_out.counts == {LeftOutReason.BLANK_NUMBER: 1}
    source = FrameContacts(frame)
    for ask in (source.matching, source.count, source.filter):
        with pytest.raises(InvalidValue, match=r"contact\.no: '' is the number of row 2"):
            ask(bound(city="Bern"))


def test_rows_that_cannot_be_read_safely_are_left_out(maker: Maker) -> None:
    """OWN-24 and OWN-26 in frames: the reasons are those of tables of a host."""
    rows = [
        {"no": "C", "city": "Bern"},
        {"no": "B", "city": "Bern"},
        {"no": "B", "city": "Basel"},
        {"no": "D", "city": "Bern"},
        {"no": "D", "city": "Bern"},
        {"no": "a1", "city": "Bern"},
        {"no": "A1", "city": "Chur"},
        {"no": "p1 ", "city": "Bern", "type": "Firma"},
        {"no": " x2", "city": "Bern", "type": "person"},
    ]
    frame = maker(rows, FIELDS)
    with seg.Workspace.open(today=shop.TODAY, frames={"contact": frame}) as crm:
        chosen = crm.select(contact={"city": "Bern"})
        assert list(chosen) == ["C", "D", "X2"]
        assert crm.count(contact={"city": "Bern"}).parts[0].alone == 3
        assert [(each.contact_no, each.reason, each.rows) for each in chosen.left_out] == [
            ("A1", "doubled", 2),
            ("B", "doubled", 2),
            ("P1", "unknown_option", 1),
        ]
        segment = crm.new_segment("All", no="ALL")
        segment.add_contacts()
        assert sorted(segment.contact_nos) == ["C", "D", "X2"]
        assert segment.actions[-1].left_out.counts == {
            LeftOutReason.DOUBLED: 2,
            LeftOutReason.UNKNOWN_OPTION: 1,
        }
        assert [contact.no for contact in crm.contacts] == ["C", "D", "X2"]
        assert crm.contacts["X2"].city == "Bern"
        with pytest.raises(seg.Refused, match="'Firma', which is no option"):
            crm.explain("P1", contact={"city": "Bern"})


def test_a_number_that_is_none_of_its_field_is_left_out(make: Made) -> None:
    """OWN-24 in frames."""
    floats = [1.0, 12.5, float("inf"), float("nan"), -3.0]
    frame = make(pl.DataFrame({"no": list("ABCDE"), "points": floats}))
    with seg.Workspace.open(today=shop.TODAY, frames={"contact": frame}, schema=SCHEMA) as crm:
        chosen = crm.select(contact={"points": "<>''"})
        assert list(chosen) == ["A", "E"]
        assert [str(each) for each in chosen.left_out] == [
            "B (row 2, points '12.5')",
            "C (row 3, points 'inf')",
        ]
        assert [dict(contact.extra) for contact in crm.contacts] == [
            {"points": 1},
            {},
            {"points": -3},
        ]


def test_values_of_pandas_that_are_none_of_their_field_are_left_out_of_a_workspace() -> None:
    """OWN-24 and OWN-25 in frames."""
    mixed = pd.DataFrame(
        {
            "no": ["1", "2", "3", "4"],
            "name": pd.Series(["a", 5, None, "d"], dtype=object),
            "born": pd.Series([date(2026, 11, 22), None, "x", None], dtype=object),
            "privacy_blocked": pd.Series([True, None, False, "t"], dtype=object),
        }
    )
    with seg.Workspace.open(today=shop.TODAY, frames={"contact": mixed}, schema=SCHEMA) as crm:
        segment = crm.new_segment("All", no="ALL")
        segment.add_contacts()
        assert segment.contact_nos == ()
        left_out = segment.actions[-1].left_out
        assert [str(each) for each in left_out] == [
            "1",
            "2 (row 2, name '5')",
            "3 (row 3, born 'x')",
            "4 (row 4, privacy_blocked 't')",
        ]
        assert left_out.counts == {LeftOutReason.BLOCKED: 1, LeftOutReason.UNREADABLE: 3}
        assert [contact.no for contact in crm.contacts] == ["1"]


def test_rows_that_differ_in_nothing_but_what_is_missing_are_one(make: Made) -> None:
    frame = pl.DataFrame(
        {"no": ["A", "A"], "city": ["", None], "points": [None, 0.0], "name": ["a", "a"]}
    )
    with seg.Workspace.open(
        today=shop.TODAY, frames={"contact": make(frame)}, schema=SCHEMA
    ) as crm:
        assert (list(crm.select()), crm.select().base) == (["A"], 1)
        assert crm.contacts["A"].name == "a"


def test_values_of_pandas_that_are_none_of_their_field_are_our_error() -> None:
    """MNG-42."""
    mixed = pd.DataFrame(
        {
            "no": ["1", "2", "3"],
            "name": pd.Series(["a", 5, None], dtype=object),
            "born": pd.Series([date(2026, 11, 22), "x", None], dtype=object),
        }
    )
    for asked in ("..b", "a*", "@A", "<>a", "''"):
        with pytest.raises(InvalidValue, match=r"contact\.name: 5 is no value of type text"):
            found(mixed, name=asked)
    for asked in ("..t", "<>t"):
        with pytest.raises(InvalidValue, match=r"contact\.born: 'x' is no value of type date"):
            found(mixed, born=asked)


@pytest.mark.parametrize(("asked", "expected"), [("a|''", "1 2"), ("<>b", "1 2"), ("a*|*b", "1 3")])
def test_a_missing_text_is_the_blank_one_in_every_library(
    make: Made, asked: str, expected: str
) -> None:
    """MNG-42."""
    frame = pl.DataFrame({"no": ["1", "2", "3"], "city": ["a", None, "b"]})
    assert found(make(frame), city=asked) == expected


def test_a_missing_text_is_the_blank_one_in_a_nullable_column_of_pandas() -> None:
    """MNG-42."""
    frame = pd.DataFrame({"no": ["1", "2", "3"], "city": pd.array(["a", pd.NA, "b"], "string")})
    assert [found(frame, city=each) for each in ("a|''", "<>b", "a*|*b")] == ["1 2", "1 2", "1 3"]


WHOLE = {
    "9007199254740993": "",
    "9007199254740992": "A",
    "0": "B D",
    "2": "C",
    ">9007199254740991": "A",
    ">=9007199254740993": "",
    "<9007199254740993": "A B C D",
    "<=9007199254740991": "B C D",
    "<>9007199254740993": "A B C D",
    "9007199254740993|2": "C",
}


def test_whole_numbers_are_exact_in_a_column_of_floats(make: Made) -> None:
    """MNG-43."""
    floats = [9007199254740992.0, float("nan"), 2.0, -0.0]
    frame = make(pl.DataFrame({"no": list("ABCD"), "points": floats}))
    assert {asked: found(frame, points=asked) for asked in WHOLE} == WHOLE


TIMES = {
    "09:00": "A",
    "08:00..": "A B",
    "<>''": "A B",
    "''": "C",
    "..17:30": "A B C",
    "9..5:30p": "A B",
}


@pytest.mark.parametrize("unit", ["ns", "us"])
@pytest.mark.parametrize("library", ["polars", "pandas", "pyarrow", "duckdb"])
def test_times_of_day_are_found_in_any_unit(library: str, unit: str) -> None:
    """MNG-44."""
    frame = pl.DataFrame({"no": list("ABC"), "opens": [time(9), time(17, 30), None]})
    arrow = frame.to_arrow()
    arrow = arrow.set_column(1, "opens", arrow["opens"].cast(pa.time64(unit)))
    made = {"pandas": arrow.to_pandas, "pyarrow": lambda: arrow, "duckdb": lambda: to_duckdb(arrow)}
    given = made[library]() if library in made else frame
    assert {asked: found(given, opens=asked) for asked in TIMES} == TIMES
