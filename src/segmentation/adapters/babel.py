"""Dates and numbers by locale, by Babel (extra ``i18n``), from Unicode's CLDR."""

try:
    import babel
except ImportError as error:
    from segmentation.errors import MissingExtra

    raise MissingExtra("i18n", "writing dates and numbers by locale") from error

from datetime import date, datetime
from decimal import Decimal
from functools import cache

import attrs
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from segmentation.documents import locale_of


@attrs.frozen
class BabelFormats:
    """Dates and numbers in the manner of one locale: "22. november 2026", "1.234,5" in Danish.

    >>> str(formats_for("DAN", "DK", "").locale)
    'da_DK'
    >>> formats_for("DAN", "DK", "").date(date(2026, 11, 22), "d.M.y")
    '22.11.2026'
    """

    locale: babel.Locale

    def date(self, value: date, pattern: str = "") -> str:
        """A date in its long form, or by a pattern, with the names of the language."""
        if isinstance(value, datetime):
            return format_datetime(value, pattern or "long", locale=self.locale)
        return format_date(value, pattern or "long", locale=self.locale)

    def number(self, value: Decimal | int, pattern: str = "") -> str:
        """A number with the separators of the country."""
        return format_decimal(
            value, pattern or None, locale=self.locale, decimal_quantization=bool(pattern)
        )


@cache
def formats_for(language_code: str, country_code: str, region: str) -> BabelFormats:
    """Formats by language code, country code and format region, each of which may be empty.

    What Babel does not know is looked for by the language alone, and then in English.
    """
    wanted = locale_of(language_code, country_code, region)
    for name in (wanted, wanted.partition("_")[0], "en"):
        try:
            return BabelFormats(babel.Locale.parse(name))
        except (babel.UnknownLocaleError, ValueError):
            continue
    raise LookupError("Babel does not know English")  # pragma: no cover
