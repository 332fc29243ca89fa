"""Dates and numbers in the manner of the document's language and the contact's country."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from segmentation.adapters.babel import formats_for
from segmentation.documents import LOCALES, field_text

DAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("language", "country", "region", "day", "number"),
    [
        ("ENU", "US", "", "November 2, 2026", "1,234.5"),
        ("ENG", "GB", "", "2 November 2026", "1,234.5"),
        ("DAN", "DK", "", "2. november 2026", "1.234,5"),
        ("DEU", "DE", "", "2. November 2026", "1.234,5"),
        ("DES", "CH", "", "2. November 2026", "1\u2019234.5"),
        ("FRS", "CH", "", "2 novembre 2026", "1\u202f234,5"),
        ("ITA", "IT", "", "2 novembre 2026", "1.234,5"),
        ("ENU", "US", "nb-NO", "2. november 2026", "1\xa0234,5"),
        ("", "DK", "", "2. november 2026", "1.234,5"),
        ("", "", "", "November 2, 2026", "1,234.5"),
        ("sv", "SE", "", "2 november 2026", "1\xa0234,5"),
        ("XXX", "ZZ", "", "November 2, 2026", "1,234.5"),
        ("ENU", "US", "!", "November 2, 2026", "1,234.5"),
    ],
)
def test_a_value_is_written_as_language_country_and_region_want_it(
    language: str, country: str, region: str, day: str, number: str
) -> None:
    formats = formats_for(language, country, region)
    assert formats.date(DAY) == day
    assert formats.number(Decimal("1234.5")) == number


def test_patterns_use_the_names_of_the_language() -> None:
    formats = formats_for("FRS", "CH", "")
    assert formats.date(DAY, "EEEE d MMMM yyyy") == "lundi 2 novembre 2026"
    assert formats.number(Decimal("1234.567"), "#,##0.00") == "1\u202f234,57"
    moment = datetime(2026, 11, 2, 14, 5, tzinfo=UTC)
    assert formats.date(moment, "d.M.yy HH:mm") == "2.11.26 14:05"
    assert "14:05" in field_text(moment, formats)


def test_babel_knows_every_language_of_business_central() -> None:
    for code, locale in LOCALES.items():
        assert str(formats_for(code, "", "").locale).startswith(locale[:2])
