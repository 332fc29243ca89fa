"""A field of a host under another type, length or other options, with all its values."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

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
from ._uses import RECORDED, WITHIN_SEGMENTS
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
    name = table if isinstance(table, str) else table.__table__
    with store.transaction():
        known = store.records.find(OwnField, name, field.name)
        if known is None:
            there = (f"{name} {own.name}" for own in store.records.all(OwnField, table=name))
            raise NotFound(Message("own field"), f"{name} {field.name}", known=there)
        faults = list(single_faults(Identifier(name), field))
        if faults:
            raise Rejected(Message("definitions"), faults)
        own = {each.name: each for each in own_tables(store)}.get(name)
        _check_may_change(name, field, own)
        if own is None:
            _convert_extra(store, name, field)
            store.records.put([OwnField.of(name, field, known.position)])
        else:
            old = row_kind(own)
            new = row_kind(own.with_fields(attrs.evolve(field, extra=False)))
            rows = _converted(store.records.all(old), old, new, field)
            store.records.remove(list(store.records.all(old)))
            store.records.put([OwnField.of(name, field, known.position)])
            store.records.prepare(new)
            store.records.put(rows)
        raise_version(store)


def _check_may_change(table: str, field: Field, own: Table | None) -> None:
    linked = {row for row, _ in own.link.on} if own and own.link else set()
    step = Message("change the field {field}", field=Identifier(f"{table}.{field.name}"))
    if own is not None and field.name in {*own.key, *linked}:
        raise Refused(step, "it is part of the key or the link of its table")
    if record_kinds().get(table) in RECORDED:
        raise Refused(step, "the journal recorded its values, and is not changed")


def _converted(
    rows: Iterable[Record], old: type[Record], new: type[Record], field: Field
) -> Sequence[Record]:
    """The rows of an own table with the values of one field converted.

    Raises:
        Rejected: Values do not fit: all of them.
    """
    names = [each.name for each in fields_of(old)]
    faults: list[Fault] = []
    made: list[Record] = []
    for row in rows:
        values: dict[str, Any] = {name: getattr(row, name) for name in names}
        try:
            values[field.name] = _as(field, values[field.name])
        except Misfit as misfit:
            faults.append(_misfit_of(row, field, misfit))
        else:
            made.append(new(**values))
    if faults:
        raise Rejected(Message("values"), faults)
    return made


def _convert_extra(store: Store, table: str, field: Field) -> None:
    """Convert the values of a field in a table of ours.

    Raises:
        Rejected: Values do not fit: all of them.
    """
    faults: list[Fault] = []

    def on_record(record: Any) -> Any:  # noqa: ANN401 - any record
        if record.__table__ != table or field.name not in dict(record.extra):
            return record
        values = dict(record.extra)
        try:
            values[field.name] = _as(field, values[field.name])
        except Misfit as misfit:
            faults.append(_misfit_of(record, field, misfit))
            return record
        return attrs.evolve(record, extra=values)

    kind = record_kinds()[table]
    there = () if kind in WITHIN_SEGMENTS else store.records.all(kind)
    records = [(each, on_record(each)) for each in there]
    segments = [store.segments.get(header.no) for header in store.segments.headers()]
    worksheets = [(each, walk_segment(each, on_record, lambda one: one)) for each in segments]
    if faults:
        raise Rejected(Message("values"), faults)
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


def _misfit_of(record: Record, field: Field, misfit: Misfit) -> Fault:
    return Fault(place_of(record), field.name, misfit.reason, misfit.code)
