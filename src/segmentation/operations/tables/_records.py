"""Records of tables: made, taken in, changed, renamed wherever they are named, deleted."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from segmentation.errors import Fault, Identifier, InvalidValue, Message, Refused, Rejected
from segmentation.fields import Record, RecordT, Value, key_of
from segmentation.operations.checks import (
    check_new,
    check_records,
    placed,
    reject,
    taken_faults,
)
from segmentation.operations.context import Context
from segmentation.operations.records import get_record, key_in, name_of
from segmentation.operations.schema import parse_values, with_own_values
from segmentation.protocols import Store
from segmentation.segments import SavedCriteria, actions_from_json, actions_to_json

from ._kinds import table_kind
from ._mentions import Naming, walk_segment
from ._uses import check_unused, referring_kinds, refuse_used, uses_in_journal

if TYPE_CHECKING:
    from typing_extensions import TypeAliasType
else:
    from segmentation.aliases import TypeAliasType

Given = TypeAliasType("Given", Value | float | Record | Mapping[str, Value])
"""What may be given for a field: a value or its text, a record in place of its key, own fields."""


def new_record(
    context: Context, kind: type[RecordT], key: Sequence[Given], fields: Mapping[str, Given]
) -> RecordT:
    """Make a record of a table and keep it.

    Args:
        context: Store, user, day and clock.
        kind: The kind of record.
        key: The parts of its key, in their order; or by name among the fields.
        fields: Its other fields.

    Raises:
        UnknownName: The record has no such field.
        InvalidValue: The key has more parts than the table's; the table has a noun of its own.
        Rejected: Something is wrong with it, or its key is taken; nothing is kept.
    """
    table_kind(context.store, kind)
    if len(key) > len(kind.__key__):
        reason = Message("has more parts than the key: {fields}", fields=", ".join(kind.__key__))
        raise InvalidValue("key", tuple(key), reason)
    with context.store.transaction():
        given = {**dict(zip(kind.__key__, key, strict=False)), **fields}
        values = _parsed(context.store, kind, given)
        _check_key_is_whole(kind, values)
        record = kind(**values)
        check_new(context.store, placed([record]), what=name_of(kind))
        context.store.records.put([record])
        return record


def _parsed(store: Store, kind: type[Record], given: Mapping[str, object]) -> dict[str, Any]:
    return parse_values(store, kind, given)


def _check_key_is_whole(kind: type[Record], values: Mapping[str, object]) -> None:
    """See that each part of a key is given that cannot be left blank."""
    defaults = {each.name: each.default for each in attrs.fields(kind)}  # type: ignore[arg-type]  # an attrs class
    faults = [
        Fault(name_of(kind), name, Message("is blank"), "blank")
        for name in kind.__key__
        if name not in values and defaults[name] is attrs.NOTHING
    ]
    if faults:
        raise Rejected(name_of(kind), faults)


def add_records(
    context: Context, kind: type[RecordT], records: Sequence[RecordT]
) -> Sequence[RecordT]:
    """Take records in that are not there yet, all or none.

    Args:
        context: Store, user, day and clock.
        kind: The kind of record.
        records: The records.

    Returns:
        The records as they are stored.

    Raises:
        InvalidValue: None is given, or one of another table.
        Rejected: Something is wrong with them, or a key is taken: all of it.
    """
    _check_kind(context.store, kind, records)
    with context.store.transaction():
        records = list(with_own_values(context.store, records))
        check_new(context.store, placed(records), what=name_of(kind))
        context.store.records.put(records)
        return records


def put_records(
    context: Context, kind: type[RecordT], records: Sequence[RecordT]
) -> Sequence[RecordT]:
    """Take records in, all or none; one with the same key is replaced.

    Args:
        context: Store, user, day and clock.
        kind: The kind of record.
        records: The records.

    Returns:
        The records as they are stored.

    Raises:
        InvalidValue: None is given, or one of another table.
        Rejected: Something is wrong with them: all of it.
    """
    _check_kind(context.store, kind, records)
    with context.store.transaction():
        records = list(with_own_values(context.store, records))
        check_records(context.store, placed(records), what=name_of(kind))
        context.store.records.put(records)
        return records


def _check_kind(store: Store, kind: type[Record], records: Sequence[Record]) -> None:
    table_kind(store, kind)
    if not records:
        raise InvalidValue("records", (), Message("is empty; give at least one"))
    for record in records:
        if type(record) is not kind:
            reason = Message("is no record of the table {table}", table=kind.__table__)
            raise InvalidValue("records", record, reason)


def change_record(
    context: Context, kind: type[RecordT], key: object, fields: Mapping[str, Given]
) -> RecordT:
    """Change fields of a record of a table.

    Args:
        context: Store, user, day and clock.
        kind: The kind of record.
        key: Its key, or the record.
        fields: The fields with their new values.

    Raises:
        NotFound: There is no such record.
        UnknownName: The record has no such field.
        Refused: A field is part of its key; `rename` gives it another.
        Rejected: Something is wrong with the values: all of it; nothing is changed.
    """
    store = context.store
    table_kind(store, kind)
    with store.transaction():
        record = get_record(store, kind, key)
        values = _parsed(store, kind, fields)
        for name in kind.__key__:
            if name in values and values[name] != getattr(record, name):
                reason = Message(
                    "{field} is its key, which rename changes wherever it is named",
                    field=Identifier(name),
                )
                raise Refused(_step(Message("change"), record), reason)
        changed = attrs.evolve(record, **values)  # type: ignore[misc]  # an attrs class
        check_records(store, placed([changed]), what=name_of(kind))
        store.records.put([changed])
        return changed


def _step(verb: Message, record: Record) -> Message:
    kind = Message(name_of(type(record)))
    key = " ".join(map(str, key_of(record)))
    return Message("{verb} {kind} {key}", verb=verb, kind=kind, key=key)


def delete_record(context: Context, kind: type[Record], key: object) -> None:
    """Delete a record of a table that nothing needs.

    Args:
        context: Store, user, day and clock.
        kind: The kind of record.
        key: Its key, or the record.

    Raises:
        NotFound: There is no such record.
        Refused: Something needs it; the error lists what.
    """
    store = context.store
    table_kind(store, kind)
    with store.transaction():
        record = get_record(store, kind, key)
        check_unused(store, record, _step(Message("delete"), record))
        store.records.remove([record])


# -- renaming ---------------------------------------------------------------------------------


def rename(
    context: Context, table: str | type[RecordT], *, old_key: object, new_key: object
) -> Record:
    """Give a record of a table another key, wherever it is named outside the journal.

    Records that refer to it follow, segments at work with header, lines, texts and actions, and
    saved criteria whose filters compare with it. What was logged keeps the key that it had.

    Args:
        context: Store, user, day and clock.
        table: The table's name, or its kind.
        old_key: The key as it is, or the record; a key of several parts as a tuple.
        new_key: The key as it is to be.

    Returns:
        The record with its new key.

    Raises:
        UnknownName: There is no such table.
        InvalidValue: The table has a noun of its own, or the new key has too few or too many
            parts.
        NotFound: There is no record with the old key.
        Rejected: The new key is taken or does not fit; or a row would have the same key as
            another: all of it. Nothing is changed.
        Refused: The journal has entries by it, and is not changed.
        Conflict: Somebody else changed a segment meanwhile.
    """
    store = context.store
    kind = table_kind(store, table)
    with store.transaction():
        record = get_record(store, kind, old_key)
        new = key_in(kind, new_key)
        if len(new) != len(kind.__key__) or None in new:
            reason = Message("is no key; its parts are {fields}", fields=", ".join(kind.__key__))
            raise InvalidValue("new_key", new_key, reason)
        if new == key_of(record):
            return record
        naming = Naming(kind.__table__, key_of(record)[0])
        refuse_used(_step(Message("rename"), record), tuple(uses_in_journal(store, naming)))
        values: dict[str, Any] = _parsed(store, kind, dict(zip(kind.__key__, new, strict=True)))
        renamed = attrs.evolve(record, **values)  # type: ignore[misc]  # an attrs class
        check_new(store, placed([renamed]), what=name_of(kind))
        store.records.put([renamed])
        if len(new) == 1:
            _rename_in_records(store, naming, key_of(renamed)[0])
            _rename_in_segments(store, naming, key_of(renamed)[0])
            _rename_in_saved(store, naming, key_of(renamed)[0])
        store.records.remove([record])
        return renamed


def _rename_in_records(store: Store, naming: Naming, new: Value) -> None:
    for kind, fields in referring_kinds(store, naming.table).items():
        rows: dict[tuple[Any, ...], Record] = {}
        for field in fields:
            equal: dict[str, Any] = {field: naming.key}
            rows.update((key_of(row), row) for row in store.records.all(kind, **equal))
        renamed = [naming.renamed(row, new) for row in rows.values()]
        moved = [row for row in renamed if key_of(row) not in rows]
        _check_no_clash(store, moved)
        store.records.remove([rows[key] for key in rows.keys() - set(map(key_of, renamed))])
        store.records.put(renamed)


def _check_no_clash(store: Store, moved: Iterable[Record]) -> None:
    """See that no row takes the place of another that names the new key already."""
    reject(taken_faults(store, placed(moved)), what="rename")


def _rename_in_segments(store: Store, naming: Naming, new: Value) -> None:
    for header in list(store.segments.headers()):
        segment = store.segments.get(header.no)
        renamed = walk_segment(
            segment,
            lambda record: naming.renamed(record, new),
            lambda criteria: naming.renamed_in(criteria, new),
        )
        if renamed is not segment:
            store.segments.put(renamed)


def _rename_in_saved(store: Store, naming: Naming, new: Value) -> None:
    for saved in list(store.records.all(SavedCriteria)):
        actions = actions_from_json(saved.actions)
        renamed = [
            action
            if action.criteria is None
            else attrs.evolve(action, criteria=naming.renamed_in(action.criteria, new))
            for action in actions
        ]
        if any(one.criteria != other.criteria for one, other in zip(actions, renamed, strict=True)):
            store.records.put([attrs.evolve(saved, actions=actions_to_json(renamed))])
