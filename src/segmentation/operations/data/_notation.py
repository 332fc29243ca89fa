"""How a file writes dates and numbers: local dates by their order, a comma before decimals."""

import re
from datetime import date
from typing import Literal, TypeAlias

import attrs

from segmentation.errors import Message
from segmentation.fields import Field, FieldType
from segmentation.operations.values import Misfit
from segmentation.showing import shown_by

from ._raw import Numeral, ProgramText

DateOrder: TypeAlias = Literal["dmy", "mdy", "ymd"]

_DATE = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})\.?", re.ASCII)

_GROUPED = re.compile(
    r"[+-]?(\d+|\d{1,3}(\.\d{3})+|\d{1,3}([ '\u2019\u00a0\u202f]\d{3})+)(,\d+)?", re.ASCII
)
"""A number with a comma before its decimals, and between thousands one sign throughout."""

_YEAR = 4


@shown_by("date_order", "decimal_comma")
@attrs.frozen(kw_only=True)
class Notation:
    """How texts of a file write dates and numbers.

    Attributes:
        date_order: In which order day, month and year of a local date come ("30.11.2026").
        decimal_comma: Whether a comma stands before decimals, and a point between thousands.
    """

    date_order: DateOrder = "dmy"
    decimal_comma: bool = False

    def plain(self, field: Field, raw: object) -> object:
        """A value as every file could write it: dates in ISO form, a point before decimals.

        Raises:
            Misfit: It is no number with a comma before its decimals.
        """
        if isinstance(raw, ProgramText):
            return _option_at(field, raw)
        if isinstance(raw, Numeral):
            return str(raw)
        if not isinstance(raw, str) or not raw:
            return raw
        match field.type:
            case FieldType.DATE:
                return self._date(raw)
            case FieldType.DATETIME:
                day, space, time = raw.strip().partition(" ")
                return f"{self._date(day)}{space}{time}"
            case FieldType.DECIMAL | FieldType.INTEGER if self.decimal_comma:
                return _number(field, raw)
            case _:
                return raw

    def _date(self, text: str) -> str:
        """A local date in ISO form; any other text as it is."""
        found = _DATE.fullmatch(text.strip())
        if found is None:
            return text
        parts = dict(zip(self.date_order, (found[1], found[3], found[4]), strict=True))
        if len(parts["y"]) != _YEAR:
            return text
        try:
            return date(*(int(parts[part]) for part in "ymd")).isoformat()
        except ValueError:
            return text


def _option_at(field: Field, raw: str) -> str:
    """The option whose place is written, or the text as it is."""
    is_place = raw.isascii() and raw.isdecimal() and int(raw) < len(field.options)
    return field.options[int(raw)] if is_place else str(raw)


def _number(field: Field, raw: str) -> str:
    text = raw.strip()
    if _GROUPED.fullmatch(text) is None:
        whole = field.type is FieldType.INTEGER
        raise Misfit(raw, Message("is not a whole number" if whole else "is not a number"))
    return re.sub(r"[^\d,+-]", "", text).replace(",", ".")
