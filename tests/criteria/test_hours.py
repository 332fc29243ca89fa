"""The hour that comes twice, and the hour that is left out."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from segmentation.criteria import AsOf, bind_filter, parse, to_value_test
from segmentation.fields import Field, FieldType

AS_OF = AsOf(date(2026, 11, 22), zone=ZoneInfo("Europe/Zurich"))
MOMENT = Field("moment", FieldType.DATETIME)


def found(text: str, moments: list[datetime]) -> str:
    item = parse(text)
    assert item is not None
    passes = to_value_test(bind_filter(item, MOMENT, AS_OF), MOMENT)
    return " ".join(no for no, moment in zip("ABCD", moments, strict=False) if passes(moment))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-10-25 02:00..2026-10-25 02:59", "B C"),
        ("2026-10-25 02:30", "B C"),
        ("<>2026-10-25 02:30", "A D"),
        ("2026-10-25 02:30+02:00", "B"),
        ("2026-10-25", "A B C D"),
        ("..2026-10-25 01:59", "A"),
        (">2026-10-25 02:59", "D"),
        ("<=2026-10-25 02:30", "A B C"),
        (">2026-10-25 02:30", "D"),
        ("<2026-10-25 02:30", "A"),
        (">=25.10.26 2:30", "B C D"),
    ],
)
def test_the_hour_that_comes_twice_counts_twice_mng_36(text: str, expected: str) -> None:
    """MNG-36."""
    moments = [
        datetime(2026, 10, 24, 23, 59, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 2, 0, tzinfo=UTC),
    ]
    assert found(text, moments) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-29 02:10..2026-03-29 02:50", ""),
        ("2026-03-29 02:30", ""),
        ("..2026-03-29 02:30", "A"),
        ("<2026-03-29 02:30", "A"),
        ("2026-03-29 02:30..", "B C"),
        (">2026-03-29 02:30", "B C"),
        ("<>2026-03-29 02:30", "A B C"),
    ],
)
def test_the_hour_that_is_left_out_holds_nothing_mng_37(text: str, expected: str) -> None:
    """MNG-37."""
    moments = [
        datetime(2026, 3, 29, 0, 59, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 5, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 40, tzinfo=UTC),
    ]
    assert found(text, moments) == expected
