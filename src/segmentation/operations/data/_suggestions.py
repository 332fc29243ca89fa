"""Fields suggested from files: what a host may declare for columns that are none of ours."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import attrs

from segmentation.column_names import spelled_out
from segmentation.fields import GREATEST, LEAST, Field, FieldType
from segmentation.languages import to_name
from segmentation.operations.checks import reject
from segmentation.operations.schema import declared_fields, own_kinds
from segmentation.protocols import Store
from segmentation.showing import shown_by

from ._containers import no_workbooks
from ._files import check_encoding
from ._folders import source_files
from ._pages import SourceTable, gather_tables, kind_of
from ._rows import match_pages
from ._sheets import ReadWorkbook, Unread

_EXAMPLES = 5
"""How many different values are shown."""


@shown_by("table", "name", "type", "length", "examples")
@attrs.frozen(kw_only=True)
class SuggestedField:
    """A field that a host may declare for a column.

    Its type is the narrowest that all its values fit; text if there are none.

    Attributes:
        table: The table.
        name: The field's name, made of the column's.
        column: The column as the file calls it.
        length: The length of the longest text; 0 for other types.
        examples: Some of its values, as the file has them.
        almost: A narrower type that at least half of the values fit, ``None`` if there is none.
        misfits: Some of the values that do not fit that.
    """

    table: str
    name: str
    column: str
    type: FieldType
    length: int = 0
    examples: tuple[str, ...] = ()
    almost: FieldType | None = None
    misfits: tuple[str, ...] = ()

    @property
    def field(self) -> Field:
        """The field, as `crm.tables.define` takes it."""
        return Field(self.name, self.type, length=self.length)


def suggest_fields(
    store: Store,
    path: Path | Sequence[Path],
    *,
    encoding: str = "",
    read_workbook: ReadWorkbook = no_workbooks,
) -> Sequence[SuggestedField]:
    """Suggest fields for those columns of files that are none of ours and not declared.

    Nothing is stored. A number with a leading zero is a text, and so is "NO".

    Args:
        store: Where fields are declared.
        path: A folder, a file or several files, as for an import.
        encoding: How texts are encoded that are not UTF-8 and have no byte order mark.
        read_workbook: Reads workbooks.

    Raises:
        InvalidValue: There is no such encoding.
        StoreError: There is no such file or folder.
        Rejected: A file is malformed, or none is for a table of ours.
    """
    check_encoding(encoding)
    paths = [path] if isinstance(path, Path) else list(path)
    own = own_kinds(store).values()
    gathered = gather_tables(
        source_files(paths, partial(kind_of, own=own)),
        own=own,
        encoding=encoding,
        read_workbook=read_workbook,
        follow=False,
    )
    reject(gathered.faults, what="suggest fields")
    return [found for table in gathered.tables for found in _suggested(store, table)]


def _suggested(store: Store, table: SourceTable) -> Iterable[SuggestedField]:
    _, faults = match_pages(table, own=declared_fields(store, table.kind))
    rows = list(table.rows)
    for column in dict.fromkeys(fault.field for fault in faults if fault.code == "unknown_column"):
        values = [row.values.get(column) for row in rows]
        filled = [value for value in values if not isinstance(value, Unread | None) and value != ""]
        yield _suggestion(table.kind.__table__, column, filled)


def _suggestion(table: str, column: str, filled: Sequence[object]) -> SuggestedField:
    typed = _narrowest(filled)
    almost = None if typed is not FieldType.TEXT else _almost(filled)
    misfits = [value for value in filled if almost and not _FITS[almost](value)]
    return SuggestedField(
        table=table,
        name=_name_of(column),
        column=column,
        type=typed,
        length=max((len(str(v)) for v in filled), default=0) if typed is FieldType.TEXT else 0,
        examples=_shown(filled),
        almost=almost,
        misfits=_shown(misfits),
    )


def _shown(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(str, values)))[:_EXAMPLES]


_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def _name_of(column: str) -> str:
    """The name of a field for a column: "shoeSize" and "Shoe Size" make "shoe_size"."""
    return to_name(_HUMP.sub("_", spelled_out(column)))


def _narrowest(filled: Sequence[object]) -> FieldType:
    for typed, fits in _FITS.items():
        if filled and all(map(fits, filled)):
            return typed
    return FieldType.TEXT


def _almost(filled: Sequence[object]) -> FieldType | None:
    for typed, fits in _FITS.items():
        if filled and 2 * sum(map(fits, filled)) >= len(filled):
            return typed
    return None


_INTEGER = re.compile(r"-?(0|[1-9]\d{0,17})", re.ASCII)
_DECIMAL = re.compile(r"-?(0|[1-9]\d{0,30})\.\d{1,30}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*", re.ASCII)


def _is_integer(value: object) -> bool:
    if isinstance(value, str):
        return bool(_INTEGER.fullmatch(value))
    return isinstance(value, int) and not isinstance(value, bool) and LEAST <= value <= GREATEST


def _is_decimal(value: object) -> bool:
    if isinstance(value, str):
        return bool(_DECIMAL.fullmatch(value)) or _is_integer(value)
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _is_boolean(value: object) -> bool:
    """Whether a value is true or false; "NO" and "yes" may be codes."""
    return isinstance(value, bool) or (
        isinstance(value, str) and value.lower() in {"true", "false"}
    )


def _is_date(value: object) -> bool:
    return isinstance(value, str) and bool(_DATE.fullmatch(value)) and _reads(date, value)


def _is_moment(value: object) -> bool:
    return isinstance(value, str) and bool(_MOMENT.fullmatch(value)) and _reads(datetime, value)


def _reads(kind: Any, value: str) -> bool:  # noqa: ANN401 - date or datetime
    try:
        kind.fromisoformat(value)
    except ValueError:
        return False
    return True


_FITS: Mapping[FieldType, Callable[[object], bool]] = {
    FieldType.INTEGER: _is_integer,
    FieldType.DECIMAL: _is_decimal,
    FieldType.BOOLEAN: _is_boolean,
    FieldType.DATE: _is_date,
    FieldType.DATETIME: _is_moment,
}
"""Whether a value of a file fits a type, the narrowest type first."""
