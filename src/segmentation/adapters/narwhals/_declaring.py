"""The schema of contacts that frames hold, made from the types of their columns."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeAlias

import attrs
import narwhals as nw

from segmentation.criteria import Link, Schema, Table, make_table
from segmentation.errors import (
    Fault,
    Identifier,
    InvalidValue,
    Message,
    Rejected,
    UnknownName,
    near_hint,
    near_name,
)
from segmentation.fields import Field, FieldType
from segmentation.interactions import Interaction
from segmentation.kinds import record_kinds
from segmentation.operations.tables import single_faults, table_faults
from segmentation.segments import contact_schema

from ._frames import Frame, Native, is_eager, is_held

Linked: TypeAlias = Native | tuple[Native, str | Link]
"""A frame; one of a host's own table with its link: the column of the contact's number, or a
`Link`."""

_OF_VALUES: Mapping[type, FieldType] = {
    str: FieldType.TEXT,
    bool: FieldType.BOOLEAN,
    int: FieldType.INTEGER,
    float: FieldType.DECIMAL,
    Decimal: FieldType.DECIMAL,
    date: FieldType.DATE,
    datetime: FieldType.DATETIME,
    time: FieldType.TIME,
}
_NUMBERS = {FieldType.INTEGER, FieldType.DECIMAL}


def schema_of(**frames: Linked) -> Schema:
    """The schema of contacts and their rows in frames, made from the types of the columns.

    A column of our tables is the field of its name. Further columns of contacts are fields of a
    host's own, and any other frame is a table of its own.

    Args:
        **frames: A frame for each table, by the table's name or alias. One of a host's own table
            stands in a pair with its link: the column that holds the contact's number, or a
            `Link`.

    Raises:
        Rejected: Columns or frames cannot be fields or tables: all of them. The contacts' frame
            is missing or has no number, a link has no column, a column is of a type that no
            field has.
        InvalidValue: What is given is no frame.

    >>> import polars as pl
    >>> people = pl.DataFrame({"no": ["A", "B"], "points": [120, None]})
    >>> orders = pl.DataFrame({"customer_no": ["A"], "amount": [19.5]})
    >>> schema = schema_of(contact=people, orders=(orders, "customer_no"))
    >>> schema.table("contact").field("points").type, schema.table("orders").field("amount").type
    (<FieldType.INTEGER: 'integer'>, <FieldType.DECIMAL: 'decimal'>)
    """
    given = {name: parted(name, frame) for name, frame in frames.items()}
    schema, faults = contact_schema(), list(_missing_faults(given))
    for name, (frame, link) in given.items():
        table, found = declared(schema, name, frame, link)
        faults += found
        if not found:
            schema = schema.with_tables(table)
    if faults:
        raise Rejected(Message("frames"), faults)
    return schema


def parted(name: str, given: Linked) -> tuple[Frame, Link | None]:
    """A frame as Narwhals knows it, and its link if one is said.

    Raises:
        InvalidValue: It is no frame.
    """
    frame, link = given if isinstance(given, tuple) else (given, None)
    try:
        known = nw.from_native(frame)
    except TypeError:
        reason = Message("is no frame of polars, pandas, PyArrow, DuckDB or Spark")
        raise InvalidValue(name, type(frame).__name__, reason) from None
    return known, Link(((link, "no"),)) if isinstance(link, str) else link


def _missing_faults(given: Mapping[str, object]) -> Iterator[Fault]:
    if "contact" not in given:
        reason = Message("is missing: the frame of contacts")
        yield Fault(place_of("contact"), "", reason, "blank")


def place_of(name: str) -> Message:
    """What a frame is called in errors."""
    return Message("frame {name}", name=Identifier(name))


def declared(
    schema: Schema, name: str, frame: Frame, link: Link | None
) -> tuple[Table, list[Fault]]:
    """The table that a frame holds, and what is wrong with it.

    Args:
        schema: The schema so far.
        name: The name or alias of the table.
        frame: The frame.
        link: The link of a table of a host's own.
    """
    try:
        known = schema.table(name)
    except UnknownName:
        return _own_table(schema, name, frame, link)
    return _our_table(known, name, frame, link)


# -- tables of ours ---------------------------------------------------------------------------


def _our_table(
    known: Table, name: str, frame: Frame, link: Link | None
) -> tuple[Table, list[Fault]]:
    place, faults = place_of(name), frame_faults(known, name, frame, link)
    own: list[Field] = []
    for column, dtype in frame.collect_schema().items():
        if column not in known.fields and _takes_fields(known):
            made, found = _own_field(place, frame, column, dtype)
            own += [made] if made else []
            faults += found
    return known.with_fields(*(attrs.evolve(field, extra=True) for field in own)), faults


def frame_faults(known: Table, name: str, frame: Frame, link: Link | None) -> list[Fault]:
    """What is wrong with a frame of a table that is known: no link or number, or wrong types."""
    place = place_of(name)
    faults = []
    if known.name == Interaction.__table__:
        reason = Message("is written by this library, and cannot be a frame")
        faults.append(Fault(place, "", reason, "written_here"))
    if link is not None and link != known.link:
        reason = Message("is linked otherwise, and needs no link of its own")
        faults.append(Fault(place, "link", reason, "different"))
    columns = frame.collect_schema()
    needed = [row for row, _ in known.link.on] if known.link else ["no"]
    faults += (_no_column(place, each, columns) for each in needed if each not in columns)
    for column, dtype in columns.items():
        field = known.fields.get(column)
        if field is not None and not is_held(frame, column, dtype, field):
            faults.append(_wrong_type(place, column, dtype, field))
    return faults


def _takes_fields(table: Table) -> bool:
    """Whether records of a table of ours have fields of a host's own."""
    kind: Any = record_kinds()[table.name]
    return "extra" in attrs.fields_dict(kind)


def _no_column(place: str, column: str, known: Mapping[str, Any]) -> Fault:
    near = near_name(column, known)
    reason = Message(
        "there is no such column{hint}",
        hint=near_hint(near),
    )
    return Fault(place, column, reason, "missing_column")


def _wrong_type(place: str, column: str, dtype: object, field: Field) -> Fault:
    reason = Message(
        "{dtype} is not what a field of type {type} is read from",
        dtype=str(dtype),
        type=Message(field.type.value),
    )
    return Fault(place, column, reason, "wrong_type")


# -- tables of a host's own -------------------------------------------------------------------


def _own_table(
    schema: Schema, name: str, frame: Frame, link: Link | None
) -> tuple[Table, list[Fault]]:
    place = place_of(name)
    columns = frame.collect_schema()
    faults: list[Fault] = []
    fields = []
    linking = [row for row, _ in link.on] if link else []
    for column, dtype in columns.items():
        made, found = _own_field(place, frame, column, dtype)
        faults += found
        if made is not None:
            is_code = column in linking and made.type is FieldType.TEXT
            fields.append(attrs.evolve(made, type=FieldType.CODE) if is_code else made)
    if link is None:
        reason = Message("is missing: the column of the contact's number, as in (frame, column)")
        faults.append(Fault(place, "link", reason, "blank"))
    faults += (_no_column(place, each, columns) for each in linking if each not in columns)
    table = make_table(name, fields, link=link)
    named = (fault for fault in table_faults(schema, {}, [table]) if not fault.field)
    faults += (attrs.evolve(fault, place=place) for fault in named)
    if link is not None and not faults:
        faults += _link_faults(schema, place, link)
    return table, faults


def _link_faults(schema: Schema, place: str, link: Link) -> Iterator[Fault]:
    target = schema.tables.get(link.through or schema.base)
    if target is None:
        reason = Message("there is no table {name!r} to link through", name=link.through)
        yield Fault(place, "link", reason, "unknown_table")
        return
    for _, own in link.on:
        if own not in target.fields:
            yield _no_column(place, own, target.fields)


def _own_field(
    place: str,
    frame: Frame,
    column: str,
    dtype: Any,  # noqa: ANN401 - of Narwhals
) -> tuple[Field | None, list[Fault]]:
    typed = _type_of(frame, column, dtype)
    if typed is None:
        reason = Message("{dtype} is of no type that a field can have", dtype=str(dtype))
        return None, [Fault(place, column, reason, "unknown_type")]
    field = Field(column, typed)
    return field, list(single_faults(place, field))


def _type_of(frame: Frame, column: str, dtype: Any) -> FieldType | None:  # noqa: ANN401 - one for each type
    match dtype:
        case nw.Boolean():
            return FieldType.BOOLEAN
        case nw.String() | nw.Categorical() | nw.Enum():
            return FieldType.TEXT
        case nw.Date():
            return FieldType.DATE
        case nw.Datetime():
            return FieldType.DATE if _are_days(frame, column, dtype) else FieldType.DATETIME
        case nw.Time():
            return FieldType.TIME
        case nw.Object() | nw.Unknown():
            return _type_of_values(frame, column)
        case _ if dtype.is_integer():
            return FieldType.INTEGER
        case _:
            return FieldType.DECIMAL if dtype.is_numeric() else None


def _are_days(frame: Frame, column: str, dtype: Any) -> bool:  # noqa: ANN401
    """Whether times are meant as days: pandas, which has no days, begins each at midnight."""
    if not frame.implementation.is_pandas_like() or dtype.time_zone:
        return False
    values = frame[column].drop_nulls()
    return bool(len(values)) and bool((values == values.dt.truncate("1d")).all())


def _type_of_values(frame: Frame, column: str) -> FieldType | None:
    """The type of a column whose library names none, such as dates and decimals in pandas."""
    if not is_eager(frame):
        return None
    values = frame[column].drop_nulls().to_list()
    found = {_OF_VALUES.get(kind) for kind in {type(value) for value in values}}
    if not found:
        return FieldType.TEXT
    if found <= _NUMBERS:
        return FieldType.DECIMAL if FieldType.DECIMAL in found else FieldType.INTEGER
    return found.pop() if len(found) == 1 else None
