"""Reading tables from JSON and CSV files into raw rows, and values from their texts.

Only the form of a file is judged here; what its rows mean is `importing`'s concern. What web
services of Business Central answer (OData) is read as it is: the rows lie under ``value``, notes
of the protocol begin with ``@``, signs that names may not have are spelled out
(``Hard_x0020_Copy``), and a blank date is the first of the calendar.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, cast

import attrs

from segmentation.errors import Fault, near_name
from segmentation.fields import GREATEST, LEAST, Field, FieldType, Value, aware
from segmentation.frozen import freeze_within
from segmentation.languages import to_name, truths

_DIGITS = 100
"""How far a number may reach before and behind its point."""

_DELIMITERS = ",;\t"
_SPELLED_OUT = re.compile(r"_x([0-9A-Fa-f]{4})_")


@attrs.frozen
class SourceFile:
    """A file as it was found: its name, whose stem is the table's, and its bytes."""

    name: str
    content: bytes

    @property
    def table(self) -> str:
        """The table that the file is for: its name without folder and ending."""
        return self.name.rpartition("/")[2].rpartition(".")[0].lower()


@attrs.frozen(field_transformer=freeze_within)
class RawRow:
    """A row before its values were read.

    Attributes:
        place: File and row, for errors. JSON rows count from 1; in CSV the header is row 1.
        values: Values by column; texts from CSV, what JSON holds from JSON.
    """

    place: str
    values: Mapping[str, Any]


def read_rows(file: SourceFile) -> tuple[list[RawRow], list[Fault]]:
    """The rows of a JSON or CSV file; faults instead where its form is wrong."""
    try:
        text = file.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = file.content.count(b"\n", 0, error.start) + 1
        reason = f"is not UTF-8 (line {line}, byte {error.start}); save it as such"
        return [], [Fault(file.name, "", reason)]
    reader = _read_csv if file.name.lower().endswith(".csv") else _read_json
    return reader(file.name, text)


def _read_json(name: str, text: str) -> tuple[list[RawRow], list[Fault]]:
    try:
        data = json.loads(text, parse_float=Decimal, object_pairs_hook=_to_object)
    except json.JSONDecodeError as error:
        return [], [Fault(name, "", f"is not JSON: {error}")]
    except ValueError:  # Python's own limit
        return [], [Fault(name, "", "holds a number of thousands of digits")]
    except RecursionError:
        return [], [Fault(name, "", "is nested too deeply")]
    if isinstance(data, dict):
        data = data.get("value")
    if not isinstance(data, list):
        return [], [Fault(name, "", "is not a list of objects, one for each row")]
    rows: list[RawRow] = []
    faults: list[Fault] = []
    for number, row in enumerate(data, start=1):
        place = f"{name} row {number}"
        if not isinstance(row, dict):
            faults.append(Fault(place, "", "is not an object"))
            continue
        values = {column_name(key): each for key, each in row.items() if not key.startswith("@")}
        rows.append(RawRow(place, values))
        if len(values) < len(row) or isinstance(row, _NamedTwice):
            names = row.names if isinstance(row, _NamedTwice) else row
            columns = [column_name(name) for name in names if not name.startswith("@")]
            faults += _named_twice(place, columns)
    return rows, faults


class _NamedTwice(dict[str, Any]):
    """An object of JSON that has a name twice."""

    names: Sequence[str]


def _to_object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        made = _NamedTwice(made)
        made.names = [name for name, _ in pairs]
    return made


def _read_csv(name: str, text: str) -> tuple[list[RawRow], list[Fault]]:
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        header = [column_name(cell) for cell in next(reader, [])]
        faults = list(_header_faults(name, header))
        number, rows = 1, []
        for number, cells in enumerate(reader, start=2):
            place = f"{name} row {number}"
            if len(cells) > len(header):
                faults.append(
                    Fault(place, "", f"has {len(cells)} cells under {len(header)} columns")
                )
            elif any(cells):
                rows.append(RawRow(place, dict(zip(header, cells, strict=False))))
    except csv.Error as error:
        reason = f"is not CSV: {error} (line {reader.line_num})"
        return [], [Fault(f"{name} row {number + 1}", "", reason)]
    return rows, faults


def _header_faults(name: str, header: Sequence[str]) -> Iterator[Fault]:
    if not header:
        yield Fault(name, "", "is empty; its first row must name the columns")
    for place, column in enumerate(header, start=1):
        if not column:
            yield Fault(f"{name} row 1", "", f"column {place} has no name")
    yield from _named_twice(f"{name} row 1", list(filter(None, header)))


def _named_twice(place: str, columns: Sequence[str]) -> Iterator[Fault]:
    for number, column in enumerate(columns):
        if column in columns[:number]:
            yield Fault(place, column, "names a second column like one before")


def column_name(caption: str) -> str:
    """A column's name from what a file calls it: captions become identifiers.

    >>> column_name("Country/Region Code"), column_name("Country_x002F_Region_x0020_Code")
    ('country_region_code', 'country_region_code')
    """
    return to_name(_spelled(caption))


def _spelled(text: str) -> str:
    """A text with the signs that OData spells out."""
    return _SPELLED_OUT.sub(lambda found: chr(int(found[1], 16)), text)


def read_value(field: Field, raw: object) -> Value:
    """A field's value from what a file holds.

    Args:
        field: The field.
        raw: A text, or a bool, int, Decimal or None out of JSON.

    Raises:
        ValueError: It does not fit; the message says why, for people.
    """
    if raw is None or raw == "":
        return field.blank
    value = _READERS[field.type](field, raw)
    if field.length and isinstance(value, str) and len(value) > field.length:
        raise ValueError(f"has {len(value)} characters, {field.length} at most")
    return value


def _read_text(_field: Field, raw: object) -> str:
    if not isinstance(raw, str):
        raise ValueError(f"{raw!r} is not a text")
    if "\x00" in raw:
        raise ValueError("holds a NUL character")
    return raw


def _read_code(field: Field, raw: object) -> str:
    return _read_text(field, raw).strip().upper()


def _read_integer(_field: Field, raw: object) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool):
        if not LEAST <= raw <= GREATEST:
            raise ValueError(f"{raw!r} is too large")
        return raw
    if isinstance(raw, str) and re.fullmatch(r"\s*[+-]?\d{1,18}\s*", raw, re.ASCII):
        return int(raw)
    raise ValueError(f"{raw!r} is not a whole number")


def _read_decimal(_field: Field, raw: object) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal | str):
        raise ValueError(f"{raw!r} is not a number")
    try:
        value = Decimal(raw)
    except InvalidOperation:
        raise ValueError(f"{raw!r} is not a number") from None
    if not value.is_finite():
        raise ValueError(f"{raw!r} is not a number")
    _, _, places = cast("tuple[int, tuple[int, ...], int]", value.as_tuple())
    if max(value.adjusted(), -places) > _DIGITS:
        raise ValueError(f"is a number of more than {_DIGITS} digits")
    return value


def _read_boolean(_field: Field, raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    text = str(raw).strip().lower() if isinstance(raw, str | int) else "?"
    truth = truths().get(text) if text else False
    if truth is not None:
        return truth
    raise ValueError(f"{raw!r} is neither yes nor no")


def _read_option(field: Field, raw: object) -> str:
    if isinstance(raw, str):
        text = _spelled(raw).strip().lower()
        name = re.sub(r"\W+", "_", text)
        option = name if name in field.options else _by_caption(field.captions).get(text)
        if option is not None:
            return option
    named = str(raw)
    near = near_name(named, field.options)
    there = ", ".join(filter(None, field.options))
    hint = f"; did you mean {near!r}?" if near else f"; it is one of {there}"
    raise ValueError(f"{named!r} is not an option{hint}")


@cache
def _by_caption(captions: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    return {caption.lower(): option for caption, option in captions}


def _from_iso(parse: Callable[[str], Any], name: str) -> Callable[[Field, object], Any]:
    def read(_field: Field, raw: object) -> Any:  # noqa: ANN401 - date, datetime or time
        try:
            return parse("" if isinstance(raw, int | Decimal) else str(raw).strip())
        except ValueError:
            raise ValueError(f"{raw!r} is not {name} in ISO form") from None

    return read


def _date(text: str) -> date | None:
    found = date.fromisoformat(text)
    return None if found == date.min else found


def _moment(text: str) -> datetime | None:
    found = aware(datetime.fromisoformat(text))
    return None if found.date() == date.min else found


_READERS: Mapping[FieldType, Callable[[Field, Any], Value]] = {
    FieldType.CODE: _read_code,
    FieldType.TEXT: _read_text,
    FieldType.INTEGER: _read_integer,
    FieldType.DECIMAL: _read_decimal,
    FieldType.BOOLEAN: _read_boolean,
    FieldType.OPTION: _read_option,
    FieldType.DATE: _from_iso(_date, "a date"),
    FieldType.DATETIME: _from_iso(_moment, "a datetime"),
    FieldType.TIME: _from_iso(time.fromisoformat, "a time"),
}

_GUESSED = (
    (FieldType.INTEGER, re.compile(r"-?(0|[1-9]\d{0,17})", re.ASCII)),
    (FieldType.DECIMAL, re.compile(r"-?(0|[1-9]\d*)(\.\d+)?", re.ASCII)),
    (FieldType.BOOLEAN, re.compile(r"true|false|yes|no", re.IGNORECASE)),
    (FieldType.DATE, re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)),
    (FieldType.DATETIME, re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*", re.ASCII)),
)


def guess_type(values: Sequence[object]) -> FieldType:
    """The narrowest type that all these values of a host's column fit; text if in doubt.

    A number with a leading zero is no number: it may be a code.

    >>> guess_type(["1", "20", ""]), guess_type(["007"]), guess_type(["2026-11-22"])
    (<FieldType.INTEGER: 'integer'>, <FieldType.TEXT: 'text'>, <FieldType.DATE: 'date'>)
    """
    filled = [value for value in values if value is not None and value != ""]
    if filled and all(isinstance(value, str) for value in filled):
        return _guess_from_texts([str(value) for value in filled])
    if filled and all(isinstance(value, bool) for value in filled):
        return FieldType.BOOLEAN
    numbers = [v for v in filled if isinstance(v, int | Decimal) and not isinstance(v, bool)]
    if filled and len(numbers) == len(filled):
        whole = all(isinstance(value, int) and LEAST <= value <= GREATEST for value in numbers)
        return FieldType.INTEGER if whole else FieldType.DECIMAL
    return FieldType.TEXT


def _guess_from_texts(texts: Sequence[str]) -> FieldType:
    for typed, pattern in _GUESSED:
        if all(pattern.fullmatch(text) for text in texts) and _all_read(typed, texts):
            return typed
    return FieldType.TEXT


def _all_read(typed: FieldType, texts: Sequence[str]) -> bool:
    field = Field("", typed)
    try:
        for text in texts:
            read_value(field, text)
    except ValueError:
        return False
    return True
