"""Records from frames, records as frames, and frames that fill segments."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from operator import attrgetter
from typing import Any, Literal

import narwhals as nw

from segmentation.column_names import match_columns
from segmentation.criteria import AnyOf, Compare, Operand, Operator, Part, Where
from segmentation.errors import (
    Fault,
    Identifier,
    InvalidValue,
    Message,
    Rejected,
    UnknownName,
)
from segmentation.excluding_values import excluding_fault, passed_over
from segmentation.fields import (
    Field,
    FieldType,
    Kind,
    Record,
    RecordT,
    Value,
    as_texts,
    aware,
    extra_value,
    fields_of,
)

from ._frames import Native, collected, narrowed
from ._values import plain_values

_DTYPES: Mapping[FieldType, Any] = {
    FieldType.CODE: nw.String(),
    FieldType.TEXT: nw.String(),
    FieldType.OPTION: nw.String(),
    FieldType.INTEGER: nw.Int64(),
    FieldType.BOOLEAN: nw.Boolean(),
    FieldType.DATE: nw.Date(),
    FieldType.DATETIME: nw.Datetime("us", "UTC"),
    FieldType.TIME: nw.Time(),
}
"""Types of columns; those of decimals are left to the values."""

_OF_PANDAS: Mapping[FieldType, Any] = {FieldType.DATE: nw.Datetime(), FieldType.TIME: None}
"""Pandas has no types of days and times of day: days are times there."""


def selection_of(frame: Native, column: str = "no") -> Part:
    """The selection of the contacts whose numbers stand in a column: a frame fills a segment.

    Raises:
        UnknownName: There is no such column.
        InvalidValue: What stands there is no text.

    >>> import polars as pl
    >>> from segmentation.criteria import to_text
    >>> made = selection_of(pl.DataFrame({"no": ["CT1", "CT2"]}))
    >>> to_text(made.conditions[0].filter)
    'CT1|CT2'
    """
    asked = nw.from_native(frame)
    known = asked.collect_schema()
    if column not in known:
        raise UnknownName("column", column, known=known)
    read = collected(narrowed(asked, [column]))[column]
    nos = dict.fromkeys(plain_values(read, Field(column, FieldType.CODE)))
    other = next((no for no in nos if no is not None and not isinstance(no, str)), None)
    if other is not None:
        raise InvalidValue(column, other, "is no text, as numbers of contacts are")
    tests = [Compare(Operator.EQUAL, Operand(no)) for no in nos if no]
    match tests:
        case []:
            return Part("contact", (Where("no", Compare(Operator.LESS, Operand(""))),))
        case [test]:
            return Part("contact", (Where("no", test),))
        case _:
            return Part("contact", (Where("no", AnyOf(tuple(tests))),))


def from_frame(
    frame: Native,
    kind: type[RecordT],
    *,
    columns: Mapping[str, str] | None = None,
    extra: Iterable[Field] = (),
    ignore: str | Iterable[str] = (),
) -> Iterator[RecordT]:
    """The rows of a frame as records.

    Columns go by our names, by captions in any language or by Business Central's names, as in
    files. A column that is none of ours is a fault.

    Args:
        frame: The frame.
        kind: The class of the records.
        columns: The column of each field that has another name.
        extra: A host's own fields that are columns too, as the schema has them.
        ignore: Columns to pass over; ``"*"`` is all that are none of ours, unless they may say
            that somebody must not be contacted.

    Raises:
        UnknownName: A field is named that there is none of, or a column is missing that is
            named, holds the key or is to hold a field of the host's.
        Rejected: Columns are none of ours, or several mean the same field: all of them.

    >>> import polars as pl
    >>> from segmentation.contacts import Contact
    >>> frame = pl.DataFrame({"No.": ["CT1"], "Town": ["Oslo"]})
    >>> next(from_frame(frame, Contact, columns={"city": "Town"})).city
    'Oslo'
    """
    read = collected(nw.from_native(frame))
    fields = [*fields_of(kind), *extra]
    given = dict(columns or {})
    known = [field.name for field in fields]
    for name, column in given.items():
        if name not in known:
            raise UnknownName("field", name, known=known, where=kind.__table__)
        if column not in read.columns:
            raise UnknownName("column", column, known=read.columns)
    named = {**given, **_matched(read, kind, given, fields, ignore)}
    for name in (*kind.__key__, *(field.name for field in fields if field.extra)):
        if name not in named:
            raise UnknownName("column", name, known=read.columns)
    yield from records_of(read, kind, [(f, named[f.name]) for f in fields if f.name in named])


def _matched(
    read: Any,  # noqa: ANN401 - an eager frame of Narwhals
    kind: type[Record],
    given: Mapping[str, str],
    fields: Iterable[Field],
    ignore: str | Iterable[str],
) -> Mapping[str, str]:
    """The columns of the fields that the caller does not name.

    Raises:
        Rejected: Columns are none of ours, or several mean the same field, or one that ``"*"``
            passes over says that somebody must not be contacted.
    """
    place = Message("frame of {table}", table=Identifier(kind.__table__))
    taken = set(given.values())
    ignored = (ignore,) if isinstance(ignore, str) else tuple(ignore)
    found, faults = match_columns(
        kind,
        [name for name in read.columns if name not in taken],
        place=place,
        own=[field for field in fields if field.extra],
        ignore=ignored,
    )
    matched = {column.field.name: column.name for column in found if column.field}
    twice = [
        Fault(place, matched[name], Message("names a second column like one before"), "malformed")
        for name in matched.keys() & given.keys()
    ]
    left = (name for name in passed_over(found, ignored) if read[name].dtype in _TEXTS)
    told = (excluding_fault(place, name, read[name].unique().to_list()) for name in left)
    said = [fault for fault in told if fault is not None]
    if faults or twice or said:
        raise Rejected(place, [*faults, *twice, *said])
    return matched


_TEXTS = (nw.String, nw.Categorical, nw.Enum)
"""Types of columns that may hold texts."""


def records_of(
    read: Any,  # noqa: ANN401 - an eager frame of Narwhals
    kind: type[RecordT],
    columns: Sequence[tuple[Field, str]],
) -> Iterator[RecordT]:
    """The rows of a frame at hand as records.

    Args:
        read: The frame.
        kind: The class of the records.
        columns: The fields that have a column, each with the column.
    """
    fields = [field for field, _ in columns]
    columns_read = [
        [_typed(value, field) for value in plain_values(read[name], field)]
        for field, name in columns
    ]
    for row in zip(*columns_read, strict=True):
        pairs = zip(fields, row, strict=True)
        given: dict[str, Any] = {}
        added: dict[str, Any] = {}
        for field, value in pairs:
            if value is not None or field.name in kind.__key__:
                (added if field.extra else given)[field.name] = (
                    field.blank if value is None else value
                )
        yield kind(**given | {"extra": added}) if added else kind(**given)


def _typed(value: Any, field: Field) -> Any:  # noqa: ANN401
    match field.type:
        case _ if value is None:
            return None
        case FieldType.INTEGER:
            return int(value)
        case FieldType.DECIMAL:
            return Decimal(str(value))
        case FieldType.DATETIME:
            return aware(value)
        case _:
            return value


def to_frame(
    records: Iterable[Any],
    kind: Kind,
    backend: Literal["polars", "pandas", "pyarrow"],
    *,
    extra: Iterable[Field] = (),
    columns: Iterable[str] | None = None,
) -> Native:
    """Records as a frame: contacts, lines of a segment, interactions, entries of the journal.

    Args:
        records: The records.
        kind: Their class, which says the columns.
        backend: The library that makes the frame.
        extra: A host's own fields that become columns too; what a record does not say is missing.
        columns: The fields that become columns, in their order; all by default.

    Raises:
        UnknownName: There is no such field.

    >>> from segmentation.contacts import Contact
    >>> to_frame([Contact(no="CT1", city="Oslo")], Contact, "polars")["city"].to_list()
    ['Oslo']
    """
    fields = chosen_fields([*fields_of(kind), *extra], columns)
    values: dict[str, list[Any]] = {field.name: [] for field in fields}
    readers = [(values[field.name].append, _reader(field)) for field in fields]
    for record in records:
        for keep, read in readers:
            keep(read(record))
    types = {field.name: _dtype(field, values[field.name], backend) for field in fields}
    return nw.from_dict(values, types, backend=backend).to_native()


def chosen_fields(fields: Sequence[Field], columns: Iterable[str] | None) -> Sequence[Field]:
    """The fields that become columns, in their order.

    Raises:
        UnknownName: There is no such field.
    """
    if columns is None:
        return fields
    known = {field.name: field for field in fields}
    for name in (wanted := as_texts(columns)):
        if name not in known:
            raise UnknownName("column", name, known=known)
    return [known[name] for name in dict.fromkeys(wanted)]


def _reader(field: Field) -> Callable[[Any], Any]:
    """What reads the value of a field, as a frame holds it."""
    read: Callable[[Any], Any] = attrgetter(field.name)
    if field.extra:
        read = partial(_extra_value, field)
    if field.type is not FieldType.OPTION:
        return read
    return lambda record: None if (value := read(record)) is None else str(value)


def _extra_value(field: Field, record: Any) -> Value:  # noqa: ANN401
    return extra_value(record, field)


def _dtype(field: Field, values: Sequence[Any], backend: str) -> Any:  # noqa: ANN401 - of Narwhals
    known = {**_DTYPES, **_OF_PANDAS} if backend == "pandas" else _DTYPES
    # Pandas has no whole number, and no yes or no, that is missing.
    missing = backend == "pandas" and field.extra and None in values
    return None if missing else known.get(field.type)
