"""Dates as people write them: month ends, leap years, week 53, and what is no date."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.criteria import AsOf, is_relative, to_date
from segmentation.errors import FilterError


@pytest.mark.parametrize(
    ("today", "text", "expected"),
    [
        # months are clipped to their last day
        ("2026-01-31", "1M", "2026-02-28"),
        ("2024-01-31", "1M", "2024-02-29"),
        ("2026-03-31", "-1M", "2026-02-28"),
        ("2026-01-31", "1M+1M", "2026-03-28"),
        ("2024-02-29", "1Y", "2025-02-28"),
        ("2024-02-29", "-4Y", "2020-02-29"),
        ("2026-11-30", "1Q", "2027-02-28"),
        # ends and beginnings of current periods
        ("2024-02-10", "CM", "2024-02-29"),
        ("2026-12-31", "CM", "2026-12-31"),
        ("2026-12-31", "CM+1D", "2027-01-01"),
        ("2026-12-31", "CQ", "2026-12-31"),
        ("2026-05-01", "-CQ", "2026-04-01"),
        ("2026-05-01", "CQ", "2026-06-30"),
        ("2026-05-01", "-CY", "2026-01-01"),
        ("2026-05-01", "CY", "2026-12-31"),
        ("2026-11-22", "CW", "2026-11-22"),
        ("2026-11-22", "-CW", "2026-11-16"),
        ("2026-11-23", "CW", "2026-11-29"),
        ("2027-01-01", "-CW", "2026-12-28"),
        ("2026-05-01", "CD", "2026-05-01"),
        ("2026-05-01", "-CWD", "2026-05-01"),
        ("2026-05-15", "CM+10D", "2026-06-10"),
        ("2026-05-15", "10D+CM", "2026-05-31"),
        ("2026-05-25", "10D+CM", "2026-06-30"),
        ("2026-05-15", "-1M-CM", "2026-04-01"),
        # next and last
        ("2026-11-09", "D10", "2026-11-10"),
        ("2026-11-10", "D10", "2026-12-10"),
        ("2026-11-10", "-D10", "2026-10-10"),
        ("2026-12-10", "D10", "2027-01-10"),
        ("2026-02-10", "D31", "2026-02-28"),
        ("2026-02-28", "D31", "2026-03-31"),
        ("2026-01-05", "-D31", "2025-12-31"),
        ("2026-11-22", "WD4", "2026-11-26"),
        ("2026-11-26", "WD4", "2026-12-03"),
        ("2026-11-26", "-WD4", "2026-11-19"),
        ("2026-11-26", "-WD3", "2026-11-25"),
        ("2026-11-26", "WD5", "2026-11-27"),
        ("2026-11-22", "W48", "2026-11-23"),
        ("2026-11-22", "-W48", "2025-11-24"),
        ("2026-11-22", "W53", "2026-12-28"),
        ("2026-12-28", "W53", "2032-12-27"),
        ("2026-11-22", "-W53", "2020-12-28"),
        ("2026-11-22", "W1", "2027-01-04"),
        ("2026-11-22", "M3", "2027-03-01"),
        ("2026-11-22", "-M11", "2026-11-01"),
        ("2026-11-22", "Q4", "2027-10-01"),
        ("2026-11-22", "-Q4", "2026-10-01"),
        ("2026-11-22", "Y2030", "2030-01-01"),
        # days from Monday to Friday
        ("2026-11-20", "1WD", "2026-11-23"),
        ("2026-11-21", "1WD", "2026-11-23"),
        ("2026-11-22", "-1WD", "2026-11-20"),
        ("2026-11-23", "-1WD", "2026-11-20"),
        ("2026-11-23", "5WD", "2026-11-30"),
        ("2026-11-22", "0WD", "2026-11-22"),
        ("2026-11-18", "13WD", "2026-12-07"),
        # words, blanks and case
        ("2026-11-22", "t + 1w", "2026-11-29"),
        ("2026-11-22", " TODAY-1d ", "2026-11-21"),
        ("2026-11-22", "+ 2 W", "2026-12-06"),
    ],
)
def test_a_formula_is_worked_out_from_today(today: str, text: str, expected: str) -> None:
    as_of = AsOf(date.fromisoformat(today), date(1999, 1, 1))
    assert to_date(text, as_of) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("workdate", "text", "expected"),
    [
        ("2026-02-10", "w", "2026-02-10"),
        ("2026-02-10", "workdate+CM", "2026-02-28"),
        ("2026-02-10", "05", "2026-02-05"),
        ("2026-02-10", "0503", "2026-03-05"),
        ("2024-02-10", "2902", "2024-02-29"),
        ("2026-02-10", "311225", "2025-12-31"),
        ("2026-02-10", "311275", "2075-12-31"),
        ("2026-02-10", "311276", "1976-12-31"),
        ("2026-02-10", "31121899", "1899-12-31"),
        ("2026-02-10", "mon", "2026-02-09"),
        ("2026-02-10", "Sunday", "2026-02-15"),
        ("2026-02-10", "thu1", "2026-01-01"),
        ("2026-02-10", "wed01", "2025-12-31"),
        ("2026-02-10", "fri53", "2027-01-01"),
        ("2027-01-01", "mon", "2026-12-28"),
        ("2027-01-01", "mon1", "2025-12-29"),
    ],
)
def test_digits_and_weekdays_are_of_the_work_date(workdate: str, text: str, expected: str) -> None:
    as_of = AsOf(date(1999, 1, 1), date.fromisoformat(workdate))
    assert to_date(text, as_of) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("order", "texts"),
    [
        ("dmy", ["22", "2211", "221126", "22112026"]),
        ("mdy", ["22", "1122", "112226", "11222026"]),
        ("ymd", ["22", "1122", "261122", "20261122"]),
    ],
)
def test_a_locale_says_the_order_of_digits(order: str, texts: list[str]) -> None:
    as_of = AsOf(date(2026, 11, 1), date_order=order)  # type: ignore[arg-type]
    assert {to_date(text, as_of) for text in texts} == {date(2026, 11, 22)}


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        (" ", 0),
        ("soon", 0),
        ("3X", 0),
        ("1", 0),
        ("123", 0),
        ("2026-13", 0),
        ("t+", 1),
        ("t3D", 0),
        ("CM 10D", 0),
        ("  t-1D-soon", 6),
        ("1M1M", 0),
        ("C", 0),
        ("mon123", 0),
        ("१२", 0),
    ],
)
def test_what_is_no_date_is_pointed_at(text: str, position: int) -> None:
    with pytest.raises(FilterError, match="date") as caught:
        to_date(text, AsOf(date(2026, 11, 22)))
    assert caught.value.position == position
    assert caught.value.text == text


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "3102",
        "0000",
        "mon54",
        "mon0",
        "W54",
        "D0",
        "WD8",
        "M13",
        "Q5",
        "Y0",
        "99999Y",
        "-9999Y",
        "999999W",
        "-999999D",
        "999999Q",
        "00",
    ],
)
def test_what_leaves_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(FilterError, match="not in the calendar"):
        to_date(text, AsOf(date(2026, 11, 22)))


def test_week_53_of_a_year_without_one_is_refused() -> None:
    with pytest.raises(FilterError, match="not in the calendar"):
        to_date("mon53", AsOf(date(2025, 11, 22)))


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_edges_of_the_calendar_are_days_like_others(day: date) -> None:
    assert to_date("t", AsOf(day)) == day
    assert to_date("CY" if day == date.max else "-CY", AsOf(day)) == day
    with pytest.raises(FilterError, match="not in the calendar"):
        to_date("D1" if day == date.max else "-D1", AsOf(day))


@pytest.mark.parametrize(
    ("text", "relative"),
    [
        ("2026-11-22", False),
        ("22112026", False),
        ("22.11.2026", False),
        ("22.11.26", True),
        ("22.11", True),
        ("221126", True),
        ("t", True),
        ("-3M", True),
        ("mon", True),
        ("", False),
    ],
)
def test_a_relative_date_is_known_as_one(text: str, *, relative: bool) -> None:
    assert is_relative(text) is relative


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.sampled_from(["W", "M", "Q", "Y"]))
def test_a_day_lies_within_its_current_period(day: date, unit: str) -> None:
    first, last = to_date(f"-C{unit}", AsOf(day)), to_date(f"C{unit}", AsOf(day))
    assert first <= day <= last
    assert to_date(f"-C{unit}-1D-C{unit}", AsOf(day)) < first


@given(
    st.dates(date(1900, 1, 1), date(2200, 1, 1)),
    st.sampled_from(["D1", "D29", "D31", "WD1", "WD7", "W1", "W53", "M2", "Q3"]),
)
def test_next_is_later_and_last_is_earlier(day: date, name: str) -> None:
    assert to_date(f"-{name}", AsOf(day)) < day < to_date(name, AsOf(day))


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(1, 500))
def test_weekdays_are_counted_one_by_one(day: date, number: int) -> None:
    stepped = AsOf(to_date(f"{number - 1}WD", AsOf(day)) if number > 1 else day)
    assert to_date(f"{number}WD", AsOf(day)) == to_date("1WD", stepped)
    assert to_date(f"{number}WD", AsOf(day)).isoweekday() <= 5
