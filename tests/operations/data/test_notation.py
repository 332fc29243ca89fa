"""Dates and numbers as files of a place write them."""

import pytest

from segmentation.fields import Field, FieldType
from segmentation.operations.data._notation import DateOrder, Notation
from segmentation.operations.values import Misfit

DATE, MOMENT = Field("on", FieldType.DATE), Field("at", FieldType.DATETIME)
NUMBER, WHOLE = Field("cost", FieldType.DECIMAL), Field("count", FieldType.INTEGER)


@pytest.mark.parametrize(
    ("order", "text", "plain"),
    [
        ("dmy", "3.4.2026", "2026-04-03"),
        ("dmy", " 03-04-2026 ", "2026-04-03"),
        ("mdy", "3/4/2026", "2026-03-04"),
        ("ymd", "2026.4.3", "2026-04-03"),
        ("dmy", "3.4.26", "3.4.26"),
        ("dmy", "3.4/2026", "3.4/2026"),
        ("dmy", "31.2.2026", "31.2.2026"),
        ("mdy", "2026-04-03", "2026-04-03"),
        ("dmy", "", ""),
    ],
)
def test_a_local_date_is_read_in_its_order(order: DateOrder, text: str, plain: str) -> None:
    assert Notation(date_order=order).plain(DATE, text) == plain


def test_a_time_may_follow_a_local_date() -> None:
    plain = Notation().plain(MOMENT, "3.4.2026 10:30")
    assert plain == "2026-04-03 10:30"
    assert Notation().plain(MOMENT, "2026-04-03T10:30Z") == "2026-04-03T10:30Z"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("1.234,50", "1234.50"),
        ("1234,5", "1234.5"),
        ("-5,00", "-5.00"),
        ("1\u00a0234\u00a0567", "1234567"),
        ("1'234,5", "1234.5"),
        (" 7 ", "7"),
    ],
)
def test_a_comma_stands_before_decimals(text: str, plain: str) -> None:
    assert Notation(decimal_comma=True).plain(NUMBER, text) == plain
    assert Notation().plain(NUMBER, text) == text


@pytest.mark.parametrize("text", ["1.23,4", "1,2,3", "1.234 567", "12.34", "seven", ",5"])
def test_what_is_no_such_number_is_told(text: str) -> None:
    with pytest.raises(Misfit, match="is not a number"):
        Notation(decimal_comma=True).plain(NUMBER, text)
    with pytest.raises(Misfit, match="is not a whole number"):
        Notation(decimal_comma=True).plain(WHOLE, text)


def test_values_that_are_no_texts_are_read_as_they_are() -> None:
    assert Notation(decimal_comma=True).plain(NUMBER, 5) == 5
    assert Notation(decimal_comma=True).plain(Field("name", FieldType.TEXT), "1,5") == "1,5"
