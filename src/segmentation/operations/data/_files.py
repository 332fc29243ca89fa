"""Files of JSON and CSV read into raw rows.

Only the form of a file is judged here; what its rows mean is the importer's concern. What web
services of Business Central answer (OData) is read as it is: the rows lie under ``value``, notes
of the protocol begin with ``@``, signs that names may not have are spelled out
(``Hard_x0020_Copy``), and a blank date is the first of the calendar.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import attrs

from segmentation.errors import Fault, Identifier, Message
from segmentation.frozen import freeze_within
from segmentation.languages import to_name
from segmentation.operations.values import spelled_out
from segmentation.showing import shown_by

_DELIMITERS = ",;\t"


@shown_by("name", "content")
@attrs.frozen
class SourceFile:
    """A file as it was found: its name, whose stem is the table's, and its bytes."""

    name: str
    content: bytes

    @property
    def table(self) -> str:
        """The table that the file is for: its name without folder and extension."""
        return self.name.rpartition("/")[2].rpartition(".")[0].lower()


@shown_by("place", "values")
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
        reason = Message(
            "is not UTF-8 (line {line}, byte {byte}); save it as such", line=line, byte=error.start
        )
        return [], [_malformed(Identifier(file.name), reason)]
    reader = _read_csv if file.name.lower().endswith(".csv") else _read_json
    return reader(file.name, text)


def _row(name: str, number: int) -> Message:
    """The place of a row in a file."""
    return Message("{file} row {number}", file=name, number=number)


def _malformed(place: str, reason: Message) -> Fault:
    """A fault of a file's form."""
    return Fault(place, "", reason, "malformed")


def _read_json(name: str, text: str) -> tuple[list[RawRow], list[Fault]]:
    try:
        data = json.loads(text, parse_float=Decimal, object_pairs_hook=_to_object)
    except json.JSONDecodeError as error:
        at = {"line": error.lineno, "column": error.colno}
        reason = Message("is not JSON from line {line}, column {column} on", **at)
        return [], [_malformed(Identifier(name), reason)]
    except ValueError:  # Python's own limit
        return [], [_malformed(Identifier(name), Message("holds a number of thousands of digits"))]
    except RecursionError:
        return [], [_malformed(Identifier(name), Message("is nested too deeply"))]
    if isinstance(data, dict):
        data = data.get("value")
    if not isinstance(data, list):
        return [], [
            _malformed(Identifier(name), Message("is not a list of objects, one for each row"))
        ]
    rows: list[RawRow] = []
    faults: list[Fault] = []
    for number, row in enumerate(data, start=1):
        place = _row(name, number)
        if not isinstance(row, dict):
            faults.append(_malformed(place, Message("is not an object")))
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
            place = _row(name, number)
            if len(cells) > len(header):
                reason = Message(
                    "has {cells} cells under {columns} columns",
                    cells=len(cells),
                    columns=len(header),
                )
                faults.append(_malformed(place, reason))
            elif any(cells):
                rows.append(RawRow(place, dict(zip(header, cells, strict=False))))
    except csv.Error:
        reason = Message(
            "is not CSV in line {line}: a quote has no partner, or a cell is too long",
            line=reader.line_num,
        )
        return [], [_malformed(_row(name, number + 1), reason)]
    return rows, faults


def _header_faults(name: str, header: Sequence[str]) -> Iterator[Fault]:
    if not header:
        yield _malformed(Identifier(name), Message("is empty; its first row must name the columns"))
    for place, column in enumerate(header, start=1):
        if not column:
            reason = Message("column {number} has no name", number=place)
            yield _malformed(_row(name, 1), reason)
    yield from _named_twice(_row(name, 1), list(filter(None, header)))


def _named_twice(place: str, columns: Sequence[str]) -> Iterator[Fault]:
    for number, column in enumerate(columns):
        if column in columns[:number]:
            reason = Message("names a second column like one before")
            yield Fault(place, column, reason, "malformed")


def column_name(caption: str) -> str:
    """A column's name from what a file calls it: captions become identifiers.

    >>> column_name("Country/Region Code"), column_name("Country_x002F_Region_x0020_Code")
    ('country_region_code', 'country_region_code')
    """
    return to_name(spelled_out(caption))
