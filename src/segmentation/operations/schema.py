"""The one schema of a store: our tables, and what the host defined in it.

Every verb, check, file and letter asks here which tables and fields there are.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import attrs

from segmentation.contacts import Contact
from segmentation.criteria import Schema, Table
from segmentation.definitions import (
    ALWAYS_THERE,
    OwnField,
    OwnTable,
    contact_field,
    extended,
    is_row_kind,
    row_kind,
)
from segmentation.fields import Field, Record, RecordT, Value, captioned_fields_of
from segmentation.kinds import record_kinds
from segmentation.protocols import RecordsBeside, Store, WorksOut
from segmentation.segments import contact_schema

from .values import Misfit, exact, in_nfc, parse_field_values, read_value


def schema_of(store: Store) -> Schema:
    """The schema of a store's contacts: our tables, with what the host defined."""
    tables, fields = store.records.all(OwnTable), store.records.all(OwnField)
    return _extended(tuple(tables), tuple(fields), tuple(worked_out_in(store)))


@lru_cache(maxsize=64)
def _extended(
    tables: tuple[OwnTable, ...], fields: tuple[OwnField, ...], worked_out: tuple[str, ...]
) -> Schema:
    schema = extended(contact_schema(), tables, fields)
    if not worked_out:
        return schema
    base = attrs.evolve(schema.table(schema.base), worked_out=worked_out)
    return schema.with_tables(base)


def worked_out_in(store: Store) -> Mapping[str, Callable[[Contact], Value]]:
    """The fields of contacts that are worked out in Python, each with its function."""
    return store.worked_out if isinstance(store, WorksOut) else {}


# -- kinds of records -------------------------------------------------------------------------


def own_tables(store: Store) -> Sequence[Table]:
    """The tables that the host defined, in the order of their names."""
    defined = {own.name for own in store.records.all(OwnTable)}
    if not defined:
        return ()
    tables = schema_of(store).tables
    return [tables[name] for name in sorted(defined & tables.keys())]


def own_kinds(store: Store) -> Mapping[str, type[Record]]:
    """The kinds of records that the host defined, by the names of their tables."""
    return {table.name: row_kind(table) for table in own_tables(store)}


def kinds_in(store: Store) -> Mapping[str, type[Record]]:
    """Every kind of record of a store, ours and the host's, by the names of their tables."""
    return {**record_kinds(), **own_kinds(store)}


def contact_row_kinds(store: Store) -> Mapping[type[Record], str]:
    """The host's kinds of records that belong to a contact, with the field of its number."""
    named = {kind: contact_field(kind) for kind in own_kinds(store).values()}
    return {kind: field for kind, field in named.items() if field}


def rows_in(store: Store, table: Table, equal: Mapping[str, Any]) -> Iterator[Record]:
    """The rows of a table of the schema whose fields are equal, as criteria are asked of them.

    A host's rows that stand beside ours are among them, after ours.
    """
    kind = record_kinds().get(table.name) or row_kind(table)
    records = store.records
    asked = records.rows if isinstance(records, RecordsBeside) else records.all
    return asked(kind, **equal)


# -- fields -----------------------------------------------------------------------------------


def declared_fields(store: Store, kind: type[Record]) -> Sequence[Field]:
    """The own fields of a table of ours: those that the host defined, in their order.

    The few that this library uses itself are among them; a table that the host defined has none.
    """
    if is_row_kind(kind):
        return []
    found = store.records.all(OwnField, table=kind.__table__)
    ordered = sorted(found, key=lambda own: (own.position, own.name))
    fields = {own.name: own.field for own in ordered if own.is_sound}
    for own in ALWAYS_THERE:
        if own.table == kind.__table__:
            fields.setdefault(own.name, own.field)
    return list(fields.values())


def parse_values(
    store: Store,
    kind: type[Record],
    given: Mapping[str, object],
    *,
    fixed: Iterable[str] = (),
    long: bool = False,
) -> dict[str, Any]:
    """The values of some fields of a record, as `parse_field_values` gives them.

    Args:
        store: Where own fields are defined; ``extra`` takes no others.
        kind: The record's class.
        given: Values by field.
        fixed: Fields that no caller gives.
        long: Let texts be longer than their fields, and own fields hold what does not fit, for
            who looks at that later.

    Raises:
        UnknownName: The record has no such field, or no caller gives it.
        Rejected: Values do not fit their fields: all of them.
    """
    extras = declared_fields(store, kind) if given.get("extra") else None
    return parse_field_values(kind, given, fixed=fixed, long=long, extras=extras)


def with_own_values(store: Store, records: Iterable[RecordT]) -> Iterator[RecordT]:
    """Records as they are kept: texts in Unicode's normal form C, own fields as their types.

    What does not fit stays as it is, for the checks to tell.
    """
    declared: dict[type[Record], Mapping[str, Field]] = {}
    for record in records:
        kind, kept = type(record), in_nfc(record)
        if kind not in declared:
            declared[kind] = _own_fields(store, kind)
        yield _typed(kept, declared[kind]) if declared[kind] else kept


def _own_fields(store: Store, kind: type[Record]) -> Mapping[str, Field]:
    """The fields of a kind whose values may come as texts: those that the host defined."""
    if is_row_kind(kind):
        return {field.name: field for field in captioned_fields_of(kind)}
    return {field.name: field for field in declared_fields(store, kind)}


def _typed(record: RecordT, fields: Mapping[str, Field]) -> RecordT:
    extra = getattr(record, "extra", None)
    if extra is None:
        given = {name: getattr(record, name) for name in fields}
        read = {name: _read(fields[name], value) for name, value in given.items()}
    else:
        given = {"extra": extra}
        read = {"extra": tuple((n, _read(fields[n], v) if n in fields else v) for n, v in extra)}
    return record if read == given else attrs.evolve(record, **read)  # type: ignore[misc]  # an attrs class


def _read(field: Field, value: object) -> Any:  # noqa: ANN401 - of any field
    try:
        return value if value is None else read_value(field, exact(value))
    except Misfit:
        return value
