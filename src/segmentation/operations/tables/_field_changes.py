"""A field of a host under another type, length or other options, with all its values."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

import attrs

from segmentation.criteria import Table
from segmentation.definitions import OwnField, row_kind
from segmentation.errors import (
    Fault,
    Identifier,
    Message,
    NotFound,
    Refused,
    Rejected,
)
from segmentation.fields import (
    Field,
    FieldType,
    Record,
    fields_of,
    is_value_of,
)
from segmentation.kinds import record_kinds
from segmentation.operations.checks import place_of
from segmentation.operations.context import Context
from segmentation.operations.schema import own_tables
from segmentation.operations.values import Misfit, exact, read_value
from segmentation.protocols import Store

from ._definition_faults import single_faults
from ._mentions import walk_segment
from ._uses import RECORDED, WITHIN_SEGMENTS, refuse_used, uses_of_field
from ._versions import raise_version


def change_field(context: Context, table: str | type[Record], field: Field) -> None:
    """Give a field that a host defined another type, length or other options.

    All values are converted; a missing value becomes a missing one.

    Args:
        context: Store, user, day and clock.
        table: The table.
        field: The field as it is to be, under its name.

    Raises:
        NotFound: The host has not defined such a field.
        Refused: It is part of the key or the link of its table, or of what the journal recorded.
        Rejected: The definition is wrong, or values do not fit: all of them, each with its
            record. Nothing is changed.
    """
    store = context.store
    with store.transaction():
        known, own = _own_field(store, table, field.name)
        faults = list(single_faults(Identifier(known.table), field))
        if faults:
            raise Rejected(Message("definitions"), faults)
        step = Message("change the field {field}", field=Identifier(f"{known.table}.{field.name}"))
        _check_may_change(step, known, own)
        convert = _conversion(field)
        if own is None:
            _on_extra(store, known, convert)
        else:
            _put_anew(store, own, own.with_fields(attrs.evolve(field, extra=False)), convert)
        store.records.put([OwnField.of(known.table, field, known.position)])
        raise_version(store)


def delete_field(context: Context, table: str | type[Record], name: str) -> None:
    """Take away a field that a host defined, with all its values.

    Args:
        context: Store, user, day and clock.
        table: The table.
        name: The field.

    Raises:
        NotFound: The host has not defined such a field.
        Refused: Criteria, segments or scorings need it: all are named; or it is part of the key
            or the link of its table, or of what the journal recorded. Nothing is changed.
    """
    store = context.store
    with store.transaction():
        known, own = _own_field(store, table, name)
        step = Message("delete the field {field}", field=Identifier(f"{known.table}.{name}"))
        _check_may_change(step, known, own)
        refuse_used(step, uses_of_field(store, known.table, name))
        if own is None:
            _on_extra(store, known, _removal(name))
        else:
            fields = {each: field for each, field in own.fields.items() if each != name}
            without = attrs.evolve(own, fields=fields)
            _put_anew(store, own, without, _removal(name))
        store.records.remove([known])
        raise_version(store)


def _own_field(store: Store, table: str | type[Record], name: str) -> tuple[OwnField, Table | None]:
    """A field that a host defined, and its table if that is the host's own.

    Raises:
        NotFound: The host has not defined such a field.
    """
    held_in = table if isinstance(table, str) else table.__table__
    known = store.records.find(OwnField, held_in, name)
    if known is None:
        there = (f"{held_in} {own.name}" for own in store.records.all(OwnField, table=held_in))
        raise NotFound(Message("own field"), f"{held_in} {name}", known=there)
    return known, {each.name: each for each in own_tables(store)}.get(held_in)


def _check_may_change(step: Message, field: OwnField, own: Table | None) -> None:
    linked = {row for row, _ in own.link.on} if own and own.link else set()
    if own is not None and field.name in {*own.key, *linked}:
        raise Refused(step, "it is part of the key or the link of its table")
    if record_kinds().get(field.table) in RECORDED:
        raise Refused(step, "the journal recorded its values, and is not changed")


OnValues: TypeAlias = Callable[[Record, dict[str, Any]], Fault | None]
"""Changes the values of a record by their names, or tells why it cannot."""


def _conversion(field: Field) -> OnValues:
    """Gives the value of a field another type."""

    def convert(record: Record, values: dict[str, Any]) -> Fault | None:
        try:
            values[field.name] = _as(field, values[field.name])
        except Misfit as misfit:
            return Fault(place_of(record), field.name, misfit.reason, misfit.code)
        return None

    return convert


def _removal(name: str) -> OnValues:
    """Takes the value of a field away."""

    def remove(_: Record, values: dict[str, Any]) -> None:
        del values[name]

    return remove


def _refuse(faults: Sequence[Fault | None]) -> None:
    found = [fault for fault in faults if fault]
    if found:
        raise Rejected(Message("values"), found)


def _put_anew(store: Store, old: Table, new: Table, on_values: OnValues) -> None:
    """Keep the rows of an own table under another definition.

    Raises:
        Rejected: Values do not fit: all of them.
    """
    before, after = row_kind(old), row_kind(new)
    rows = list(store.records.all(before))
    made = [{each.name: getattr(row, each.name) for each in fields_of(before)} for row in rows]
    _refuse([on_values(row, values) for row, values in zip(rows, made, strict=True)])
    store.records.remove(rows)
    store.records.prepare(after)
    store.records.put(after(**values) for values in made)


def _on_extra(store: Store, field: OwnField, on_values: OnValues) -> None:
    """Change the values of a field in a table of ours.

    Raises:
        Rejected: Values do not fit: all of them.
    """
    faults: list[Fault | None] = []

    def on_record(record: Any) -> Any:  # noqa: ANN401 - any record
        if record.__table__ != field.table or field.name not in dict(record.extra):
            return record
        values = dict(record.extra)
        faults.append(on_values(record, values))
        return attrs.evolve(record, extra=values)

    kind = record_kinds()[field.table]
    there = () if kind in WITHIN_SEGMENTS else store.records.all(kind)
    records = [(each, on_record(each)) for each in there]
    segments = [store.segments.get(header.no) for header in store.segments.headers()]
    worksheets = [(each, walk_segment(each, on_record, lambda one: one)) for each in segments]
    _refuse(faults)
    store.records.put(new for old, new in records if new is not old)
    for old, new in worksheets:
        if new is not old:
            store.segments.put(new)


def _as(field: Field, value: object) -> Any:  # noqa: ANN401 - of any field
    """A value as another field holds it; numbers and dates go by their texts.

    Raises:
        Misfit: It does not fit.
    """
    if value is None or (is_value_of(field.type, value) and not isinstance(value, str)):
        return value
    text = value.isoformat() if hasattr(value, "isoformat") else value
    if field.type in {FieldType.CODE, FieldType.TEXT} and not isinstance(text, str):
        text = ("yes" if text else "") if isinstance(text, bool) else str(text)
    if field.type is FieldType.INTEGER and isinstance(text, Decimal) and text % 1 == 0:
        text = int(text)
    return read_value(field, exact(text))
