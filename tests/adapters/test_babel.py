"""Dates and numbers in the manner of the document's language and the contact's country.

How a locale writes them is Babel's to say, and changes with its data: what is chosen is ours.
"""

from datetime import UTC, date, datetime
from decimal import Decimal

import babel
import pytest
from babel.dates import format_date, format_datetime, get_day_names, get_month_names
from babel.numbers import format_decimal, get_decimal_symbol

from segmentation.adapters.babel import formats_for
from segmentation.documents import LOCALES, field_text

DAY = date(2026, 11, 2)
MOMENT = datetime(2026, 11, 2, 14, 5, tzinfo=UTC)


def digits(said: str) -> str:
    return "".join(sign for sign in said if sign.isdigit())


@pytest.mark.parametrize(
    ("language", "country", "region", "locale"),
    [
        ("ENU", "US", "", "en_US"),
        ("ENG", "GB", "", "en_GB"),
        ("DAN", "DK", "", "da_DK"),
        ("DEU", "DE", "", "de_DE"),
        ("DES", "CH", "", "de_CH"),
        ("FRS", "CH", "", "fr_CH"),
        ("ITA", "IT", "", "it_IT"),
        ("ENU", "US", "nb-NO", "nb_NO"),
        ("", "DK", "", "da_DK"),
        ("", "", "", "en"),
        ("sv", "SE", "", "sv_SE"),
        ("XXX", "ZZ", "", "en"),
        ("ENU", "US", "!", "en"),
    ],
)
def test_a_value_is_written_as_language_country_and_region_want_it(
    language: str, country: str, region: str, locale: str
) -> None:
    formats = formats_for(language, country, region)
    assert str(formats.locale) == locale
    assert formats.date(DAY) == format_date(DAY, "long", locale=locale)
    assert formats.date(MOMENT) == format_datetime(MOMENT, "long", locale=locale)
    amount = Decimal("1234.56789")
    said = formats.number(amount)
    assert said == format_decimal(amount, "#,##0.#####", locale=locale)
    assert digits(said) == "123456789"
    assert said.endswith(f"{get_decimal_symbol(locale)}56789")


@pytest.mark.parametrize("locale", ["fr_CH", "nb_NO"])
def test_patterns_use_the_names_and_signs_of_the_locale(locale: str) -> None:
    formats = formats_for("", "", locale)
    weekday = get_day_names("wide", locale=locale)[DAY.weekday()]
    month = get_month_names("wide", locale=locale)[DAY.month]
    assert formats.date(DAY, "EEEE d MMMM yyyy") == f"{weekday} 2 {month} 2026"
    assert formats.date(MOMENT, "d.M.yy HH:mm") == "2.11.26 14:05"
    said = formats.number(Decimal("1234.567"), "#,##0.00")
    assert said == format_decimal(Decimal("1234.567"), "#,##0.00", locale=locale)
    assert digits(said) == "123457"
    assert said.endswith(f"{get_decimal_symbol(locale)}57")


def test_the_names_of_two_languages_differ() -> None:
    german, french = formats_for("DES", "CH", ""), formats_for("FRS", "CH", "")
    assert german.date(DAY, "EEEE") != french.date(DAY, "EEEE")
    assert "2026" in german.date(DAY)
    assert "2026" in french.date(DAY)


def test_a_time_of_a_letter_is_written_in_its_locale() -> None:
    formats = formats_for("FRS", "CH", "")
    assert field_text(MOMENT, formats) == format_datetime(MOMENT, "long", locale="fr_CH")


def test_babel_knows_every_language_of_business_central() -> None:
    for code, locale in LOCALES.items():
        assert formats_for(code, "", "").locale.language == babel.Locale.parse(locale).language
