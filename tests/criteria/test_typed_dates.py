"""Dates and times as people type them, in their language and their order of digits."""

from datetime import UTC, date, datetime, time
from typing import Any, Literal
from zoneinfo import ZoneInfo

import attrs
import pytest

from segmentation.criteria import (
    AsOf,
    Bound,
    InRange,
    IsEqual,
    bind_filter,
    parse,
    to_date,
)
from segmentation.errors import FilterError
from segmentation.fields import Field, FieldType

AS_OF = AsOf(date(2026, 11, 22), date(2026, 1, 15))
DAY = Field("day", FieldType.DATE)
CLOCK = Field("clock", FieldType.TIME)
MOMENT = Field("moment", FieldType.DATETIME)

Order = Literal["dmy", "mdy", "ymd"]


def bound(text: str, field: Field, as_of: AsOf = AS_OF) -> Any:  # noqa: ANN401
    item = parse(text)
    assert item is not None
    return bind_filter(item, field, as_of)


def day(text: str, as_of: AsOf = AS_OF) -> str:
    return to_date(text, as_of).isoformat()


@pytest.mark.parametrize(
    "text",
    [
        "22.11.2026",
        "22/11/26",
        "22 11 26",
        "22-11-26",
        "22,11.26",
        "22. 11. 2026",
        "221126",
        "2026-11-22",
        "2026/11/22",
    ],
)
def test_a_date_is_typed_with_any_sign_between_its_parts_mng_22(text: str) -> None:
    """MNG-22."""
    assert bound(text, DAY) == IsEqual(date(2026, 11, 22))


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("01-02-03", "dmy", "2003-02-01"),
        ("01-02-03", "mdy", "2003-01-02"),
        ("01-02-03", "ymd", "2001-02-03"),
        ("15-07-24", "dmy", "2024-07-15"),
        ("15-07-24", "ymd", "2015-07-24"),
        ("2026-11-22", "dmy", "2026-11-22"),
        ("2026-11-22", "mdy", "2026-11-22"),
        ("2026-11-22", "ymd", "2026-11-22"),
        ("1102", "dmy", "2026-02-11"),
        ("1102", "mdy", "2026-11-02"),
        ("1102", "ymd", "2026-11-02"),
        ("11.2", "dmy", "2026-02-11"),
        ("11/2", "mdy", "2026-11-02"),
    ],
)
def test_the_parts_of_a_date_stand_in_the_readers_order_mng_23(
    text: str, order: Order, expected: str
) -> None:
    """MNG-23."""
    assert day(text, attrs.evolve(AS_OF, date_order=order)) == expected


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("15-07-24", "mdy"),
        ("31.4.2026", "dmy"),
        ("29.2.2027", "dmy"),
        ("0.11.2026", "dmy"),
        ("22.13.2026", "dmy"),
        ("22.11.20261", "dmy"),
        ("22.11.2026", "ymd"),
        ("2026.11.22.1", "dmy"),
        ("222.1.26", "dmy"),
    ],
)
def test_what_is_no_day_is_a_fault_and_never_another_day_mng_24(text: str, order: Order) -> None:
    """MNG-24."""
    as_of = attrs.evolve(AS_OF, date_order=order)
    with pytest.raises(FilterError, match="date such as") as caught:
        bound(f"2026-01-01|{text}", DAY, as_of)
    assert caught.value.text == f"2026-01-01|{text}"
    assert caught.value.position == len("2026-01-01|")


def test_a_short_leap_year_and_an_interval_of_days_are_right_mng_24() -> None:
    """MNG-24."""
    assert day("29/2/28") == "2028-02-29"
    ends = (Bound(date(2026, 1, 22)), Bound(date(2026, 1, 11)))
    assert bound("22..11", DAY) == InRange(*ends)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ("tod t today TOD", "2026-11-22"),
        ("yest y yesterday", "2026-11-21"),
        ("tom", "2026-11-23"),
        ("wo work w workdate", "2026-01-15"),
        ("m mon monday", "2026-01-12"),
        ("tu tues", "2026-01-13"),
        ("we", "2026-01-14"),
        ("th", "2026-01-15"),
        ("f", "2026-01-16"),
        ("sa", "2026-01-17"),
        ("su SUN", "2026-01-18"),
    ],
)
def test_a_day_word_is_shortened_mng_25(texts: str, expected: str) -> None:
    """MNG-25."""
    assert {day(text) for text in texts.split()} == {expected}


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("to", "en", ["today", "tomorrow"]),
        ("s", "en", ["saturday", "sunday"]),
        ("s47", "en", ["saturday", "sunday"]),
        ("t47", "en", ["tuesday", "thursday"]),
        ("d", "fr-CH", ["demain", "dimanche"]),
        ("m", "fr-CH", ["mardi", "mercredi"]),
        ("m", "it-IT", ["martedì", "mercoledì"]),
        ("dom", "it-IT", ["domani", "domenica"]),
        ("i", "nb-NO", ["i dag", "i går", "i morgen"]),
    ],
)
def test_a_word_that_may_be_several_days_is_refused_with_them_mng_25_mng_28(
    text: str, language: str, words: list[str]
) -> None:
    """MNG-25, MNG-28."""
    with pytest.raises(FilterError, match=f"may be {', '.join(words)}"):
        day(text, attrs.evolve(AS_OF, language=language))


def test_a_word_that_begins_no_day_is_refused_mng_25() -> None:
    """MNG-25."""
    with pytest.raises(FilterError, match="no date"):
        day("tuesx")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["sun47 2026", "su47", "sun 47 2026", "sun47 26"], "2026-11-22"),
        (["mon1"], "2025-12-29"),
        (["sun53 2026"], "2027-01-03"),
        (["mon25 2027", "w25"], "2027-06-21"),
        (["m3"], "2027-03-01"),
        (["mo3"], "2026-01-12"),
    ],
)
def test_a_day_of_a_week_of_a_year_mng_26(texts: list[str], expected: str) -> None:
    """MNG-26."""
    assert {day(text) for text in texts} == {expected}


@pytest.mark.parametrize("text", ["sun53 2025", "mon0", "mon54"])
def test_a_week_that_is_not_is_a_fault_mng_26(text: str) -> None:
    """MNG-26."""
    with pytest.raises(FilterError, match="not in the calendar"):
        day(text)


@pytest.mark.parametrize(
    ("workdate", "text", "expected"),
    [
        ("2026-01-15", "Y27", "2027-01-01"),
        ("2026-01-15", "Y75", "2075-01-01"),
        ("2026-01-15", "Y76", "1976-01-01"),
        ("2026-01-15", "010127", "2027-01-01"),
        ("2026-01-15", "1.1.27", "2027-01-01"),
        ("2026-01-15", "010175", "2075-01-01"),
        ("2026-01-15", "1/1/76", "1976-01-01"),
        ("2026-01-15", "mon1 27", "2027-01-04"),
        ("2080-01-15", "Y27", "2127-01-01"),
        ("2080-01-15", "010127", "2127-01-01"),
        ("2026-01-15", "Y0027", "0027-01-01"),
        ("2026-01-15", "Y2027", "2027-01-01"),
    ],
)
def test_a_year_of_two_digits_is_near_the_work_date_everywhere_mng_27(
    workdate: str, text: str, expected: str
) -> None:
    """MNG-27."""
    assert day(text, attrs.evolve(AS_OF, workdate=date.fromisoformat(workdate))) == expected


TODAY, YESTERDAY, TOMORROW = "2026-11-22", "2026-11-21", "2026-11-23"
WORKDATE, SUNDAY = "2026-01-15", "2026-01-18"


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr-CH", "aujourd'hui", TODAY),
        ("fr-CH", "aujourd\u2019hui", TODAY),
        ("fr-CH", "auj", TODAY),
        ("fr-CH", "hier", YESTERDAY),
        ("fr-CH", "demain", TOMORROW),
        ("fr-CH", "di", SUNDAY),
        ("fr-CH", "trav", WORKDATE),
        ("it-IT", "oggi", TODAY),
        ("it-IT", "ieri", YESTERDAY),
        ("it-IT", "doma", TOMORROW),
        ("it-IT", "dome", SUNDAY),
        ("it-IT", "lunedi", "2026-01-12"),
        ("it-IT", "lav", WORKDATE),
        ("nb-NO", "i dag", TODAY),
        ("nb-NO", "i  dag", TODAY),
        ("nb-NO", "i går", YESTERDAY),
        ("nb-NO", "i morgen", TOMORROW),
        ("nb-NO", "sø", SUNDAY),
        ("nb-NO", "to", "2026-01-15"),
        ("nb-NO", "ti", "2026-01-13"),
        ("nb-NO", "arb", WORKDATE),
    ],
)
def test_days_have_names_in_each_language_mng_28(language: str, text: str, expected: str) -> None:
    """MNG-28."""
    assert bound(text, DAY, attrs.evolve(AS_OF, language=language)) == IsEqual(
        date.fromisoformat(expected)
    )


@pytest.mark.parametrize("language", ["en", "fr-CH", "it-IT", "nb-NO"])
def test_what_is_neutral_means_the_same_in_each_language_mng_29(language: str) -> None:
    """MNG-29."""
    texts = ["t", "w", "today", "workdate", "-3M", "CM", "mon25", "sunday", "2026-11-22"]
    assert [day(text, attrs.evolve(AS_OF, language=language)) for text in texts] == [
        TODAY,
        WORKDATE,
        TODAY,
        WORKDATE,
        "2026-08-22",
        "2026-11-30",
        "2026-06-15",
        SUNDAY,
        TODAY,
    ]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["8:05", "0805", "08:05:00"], time(8, 5)),
        (["4p", "4PM", "4 pm", "16"], time(16)),
        (["T14:30", "14:30:00.0000009"], time(14, 30)),
        (["12a"], time(0)),
        (["12p", "12"], time(12)),
        (["080530"], time(8, 5, 30)),
        (["8:05:30,25"], time(8, 5, 30, 250_000)),
        (["080530125", "8:05:30.125"], time(8, 5, 30, 125_000)),
    ],
)
def test_a_time_is_typed_in_short_mng_30(texts: list[str], expected: time) -> None:
    """MNG-30."""
    assert [bound(text, CLOCK) for text in texts] == [IsEqual(expected)] * len(texts)


@pytest.mark.parametrize("text", ["24:00", "25", "8:60", "8:5:61", "13p", "0p", "8h"])
def test_what_is_no_time_is_a_fault_with_an_example_mng_30(text: str) -> None:
    """MNG-30."""
    with pytest.raises(FilterError, match="a time such as 14:30") as caught:
        bound(f"12|{text}", CLOCK)
    assert caught.value.position == 3


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]  # year to minute


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("t 14:30", IsEqual(at(2026, 11, 22, 13, 30))),
        ("22.11.26 14:30", IsEqual(at(2026, 11, 22, 13, 30))),
        ("today 2:30p", IsEqual(at(2026, 11, 22, 13, 30))),
        ("t 23", IsEqual(at(2026, 11, 22, 22))),
        ("131202 132455", IsEqual(at(2002, 12, 13, 12, 24, 55))),
        ("1112 12", IsEqual(at(2026, 12, 11, 11))),
        (
            "mon14 3..t 4p",
            InRange(Bound(at(2026, 3, 30, 1)), Bound(at(2026, 11, 22, 15))),
        ),
        (
            "t",
            InRange(Bound(at(2026, 11, 21, 23)), Bound(at(2026, 11, 22, 23), inclusive=False)),
        ),
    ],
)
def test_a_day_and_a_time_are_typed_together_mng_31(text: str, expected: object) -> None:
    """MNG-31."""
    assert bound(text, MOMENT, attrs.evolve(AS_OF, zone=ZoneInfo("Europe/Zurich"))) == expected


def test_a_time_without_a_day_is_a_fault_mng_31() -> None:
    """MNG-31."""
    with pytest.raises(FilterError, match="no date and time"):
        bound("14:30", MOMENT)
