"""Fields and tables that a host defines.

What is defined is checked first, all of it; only then anything is kept. Each change raises the
version of the definitions by one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

import attrs

from segmentation.criteria import Link, Schema, Table, make_table
from segmentation.definitions import OwnField, OwnTable, row_kind
from segmentation.errors import (
    Fault,
    Identifier,
    InvalidValue,
    Message,
    Rejected,
    UnknownName,
)
from segmentation.fields import (
    Field,
    Record,
    as_texts,
    fields_of,
)
from segmentation.kinds import record_kinds
from segmentation.operations.context import Context
from segmentation.operations.schema import declared_fields, kinds_in, own_tables, schema_of
from segmentation.operations.values import require_any
from segmentation.protocols import Store
from segmentation.segments import contact_schema

from ._definition_faults import field_faults, table_faults
from ._versions import raise_version


def define(
    context: Context,
    table: str | type[Record],
    fields: Iterable[Field],
    *,
    key: str | Iterable[str] = (),
    link: str | Link = "",
    alias: str = "",
    called: str | Iterable[str] = (),
) -> Table:
    """Define fields of a host's own in a table of ours, or a table of its own.

    What is defined already in the same way may be given again. A host's own table takes further
    fields in the same way; its key and its link stay.

    Args:
        context: Store, user, day and clock.
        table: The table of ours, or the name of the host's own, in snake case.
        fields: The fields; in a table of its own all, those of key and link among them.
        key: The field or fields that tell the rows of an own table apart.
        link: How rows of an own table belong to a contact: the field that holds the contact's
            number; or a `Link`, by the number of the contact's company or through another table.
        alias: A shorter name of an own table.
        called: What an own table is called for people, in any language.

    Returns:
        The table as criteria know it.

    Raises:
        UnknownName: There is no such table, and neither key nor link say that it is a new one.
        InvalidValue: No field is given; or a table that is there is to be called otherwise.
        Rejected: Something is wrong with the definition: all of it; nothing is changed.
    """
    name = table if isinstance(table, str) else table.__table__
    store = context.store
    given = require_any("fields", list(fields))
    with store.transaction():
        if as_texts(key) or link:
            linked = Link(((link, "no"),)) if isinstance(link, str) else link
            wanted = make_table(
                name, given, link=linked, alias=alias, called=as_texts(called), key=as_texts(key)
            )
            _store(store, _changes(store, [wanted], {}))
        else:
            _check_takes_fields(store, name, {"alias": alias, "called": called})
            _store(store, _changes(store, [], {name: given}))
        return schema_of(store).tables.get(name) or _unfiltered(store, name)


def _check_takes_fields(store: Store, name: str, of_new_tables: Mapping[str, object]) -> None:
    """See that a table is there, and that nothing is said which only a new one may be told.

    Raises:
        UnknownName: There is no such table.
        InvalidValue: Something is said that only a new table has.
    """
    known = kinds_in(store)
    if name not in known:
        raise UnknownName("table", name, known=known)
    for argument, value in of_new_tables.items():
        if value:
            reason = Message("is for a new table alone, which has a key and a link, too")
            raise InvalidValue(argument, value, reason)


def _unfiltered(store: Store, name: str) -> Table:
    """A table of ours that criteria cannot name, with the host's fields."""
    kind = record_kinds()[name]
    fields = (*fields_of(kind), *declared_fields(store, kind))
    return make_table(name, fields, key=kind.__key__)


def define_schema(context: Context, schema: Schema, *, allowed: bool) -> None:
    """See that a store has the definitions of a schema; define what is new in it.

    Args:
        context: Store, user, day and clock.
        schema: The schema of contacts with the host's tables and fields.
        allowed: Whether what is new may be defined.

    Raises:
        Rejected: The store has other definitions, or what is new may not be defined: all of it;
            nothing is changed.
    """
    ours = contact_schema().tables
    tables = [table for name, table in schema.tables.items() if name not in ours]
    fields = {
        name: [field for field in schema.tables[name].fields.values() if field.extra]
        for name in ours.keys() & schema.tables.keys()
    }
    with context.store.transaction():
        changes = _changes(context.store, tables, fields)
        if changes.is_empty:
            return
        if not allowed:
            raise Rejected(Message("schema"), list(_not_allowed(changes)))
        _store(context.store, changes)


def _not_allowed(changes: "_Changes") -> Iterator[Fault]:
    reason = Message("is not defined in this store; define it once by crm.tables.define")
    own = {table.name for table in changes.tables}
    for name in own:
        yield Fault(Identifier(name), "", reason, "not_defined")
    for field in changes.fields:
        if field.table not in own:
            yield Fault(Identifier(field.table), field.name, reason, "not_defined")


# -- what is to change ------------------------------------------------------------------------


@attrs.frozen
class _Changes:
    """Definitions that are to be kept, beside those that are there."""

    tables: tuple[OwnTable, ...]
    fields: tuple[OwnField, ...]
    kinds: tuple[type[Record], ...]

    @property
    def is_empty(self) -> bool:
        return not (self.tables or self.fields)


def _changes(
    store: Store, tables: Sequence[Table], fields: Mapping[str, Sequence[Field]]
) -> _Changes:
    """What is new among definitions.

    Raises:
        Rejected: Something is wrong with them, or what is there is otherwise: all of it.
    """
    there = {own.name: own for own in own_tables(store)}
    faults = [*table_faults(schema_of(store), there, tables)]
    for name, given in fields.items():
        faults += field_faults(store, name, given)
    if faults:
        raise Rejected(Message("definitions"), faults)
    wanted = {**{table.name: table.fields.values() for table in tables}, **fields}
    found = tuple(chain.from_iterable(_new(store, *item) for item in wanted.items()))
    merged = [
        attrs.evolve(table, fields={**there[table.name].fields, **table.fields})
        if table.name in there
        else table
        for table in (*tables, *(there[name] for name in fields.keys() & there.keys()))
    ]
    return _Changes(
        tables=tuple(OwnTable.of(table) for table in tables if table.name not in there),
        fields=found,
        kinds=tuple(_with(table, found) for table in merged),
    )


def _with(table: Table, added: Iterable[OwnField]) -> type[Record]:
    """The kind of a table's records, with the fields that are added to it."""
    new = [attrs.evolve(own.field, extra=False) for own in added if own.table == table.name]
    return row_kind(table.with_fields(*new))


def _new(store: Store, table: str, fields: Iterable[Field]) -> Iterator[OwnField]:
    there = {own.name: own.position for own in store.records.all(OwnField, table=table)}
    position = max(there.values(), default=0)
    for field in fields:
        if field.name not in there:
            position += 1
            yield OwnField.of(table, field, position)


def _store(store: Store, changes: _Changes) -> None:
    if changes.is_empty:
        return
    store.records.put(changes.tables)
    store.records.put(changes.fields)
    for kind in changes.kinds:
        store.records.prepare(kind)
    raise_version(store)
