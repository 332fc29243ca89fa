"""Fields and tables that a host defines: made, changed, looked over.

What is defined is checked first, all of it; only then anything is kept. Each change raises the
version of the definitions by one.
"""

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

import attrs

from segmentation.criteria import Link, Schema, Table, make_table
from segmentation.definitions import Definitions, OwnField, OwnTable, row_kind
from segmentation.errors import (
    Fault,
    Identifier,
    Message,
    NotFound,
    Refused,
    Rejected,
    UnknownName,
    near_name,
)
from segmentation.fields import (
    Field,
    FieldType,
    Record,
    as_texts,
    fields_of,
    is_value_of,
)
from segmentation.kinds import record_kinds
from segmentation.operations.checks import place_of
from segmentation.operations.context import Context
from segmentation.operations.schema import kinds_in, own_tables, schema_of
from segmentation.operations.values import Misfit, exact, read_value
from segmentation.protocols import Store
from segmentation.segments import contact_schema

from ._mentions import walk_segment
from ._uses import RECORDED, WITHIN_SEGMENTS

RESERVED = frozenset(
    {"contact_no", "criteria", "kind", "look_at_values", "options", "selection", "self", "tables"}
)
"""Names that arguments of verbs have, beside which filters of tables are keywords."""


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
        Rejected: Something is wrong with the definition: all of it; nothing is changed.
    """
    name = table if isinstance(table, str) else table.__table__
    store, schema = context.store, schema_of(context.store)
    given, new = list(fields), as_texts(key) or link
    known = {own.name: own for own in own_tables(store)}
    if name not in known and name not in record_kinds() and not new:
        raise UnknownName("table", name, known=[*known, *record_kinds()])
    if new:
        linked = Link(((link, "no"),)) if isinstance(link, str) else link
        wanted = make_table(
            name, given, link=linked, alias=alias, called=as_texts(called), key=as_texts(key)
        )
        _keep(context, schema, tables=[wanted], fields={})
    else:
        _keep(context, schema, tables=[], fields={name: given})
    return schema_of(store).tables.get(name) or _unfiltered(store, name)


def _unfiltered(store: Store, name: str) -> Table:
    """A table of ours that criteria cannot name, with the host's fields."""
    kind = record_kinds()[name]
    own = store.records.all(OwnField, table=name)
    return make_table(name, (*fields_of(kind), *(each.field for each in own)), key=kind.__key__)


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
        changes = _changes(context.store, schema_of(context.store), tables, fields)
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


def _keep(
    context: Context,
    schema: Schema,
    *,
    tables: Sequence[Table],
    fields: Mapping[str, Sequence[Field]],
) -> None:
    with context.store.transaction():
        _store(context.store, _changes(context.store, schema, tables, fields))


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
    store: Store,
    schema: Schema,
    tables: Sequence[Table],
    fields: Mapping[str, Sequence[Field]],
) -> _Changes:
    """What is new among definitions.

    Raises:
        Rejected: Something is wrong with them, or what is there is otherwise: all of it.
    """
    there = {own.name: own for own in own_tables(store)}
    faults = [*_table_faults(schema, there, tables)]
    for name, given in fields.items():
        faults += _field_faults(store, name, given)
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
    _raise_version(store)


def _raise_version(store: Store) -> None:
    version = definitions_version(store) + 1
    store.records.put([Definitions(version=version)])


def definitions_version(store: Store) -> int:
    """How often the definitions have changed; 0 if there never were any."""
    found = store.records.find(Definitions)
    return found.version if found else 0


# -- what is wrong with definitions -----------------------------------------------------------


def _table_faults(
    schema: Schema, there: Mapping[str, Table], tables: Iterable[Table]
) -> Iterator[Fault]:
    whole = schema.tables
    for table in tables:
        place = Identifier(table.name)
        known = there.get(table.name)
        if known is not None:
            yield from _difference_faults(known, table)
        else:
            yield from _name_faults(whole, table)
            yield from _shape_faults(whole, table)
        own = known.fields if known else {}
        for field in table.fields.values():
            yield from _single_faults(place, field)
            yield from _redefined(place, field, own.get(field.name))
        whole = {**whole, table.name: table}


def _difference_faults(known: Table, table: Table) -> Iterator[Fault]:
    """What of a table that is there would have to change."""
    place = Identifier(table.name)
    for name in ("key", "link"):
        if getattr(known, name) != getattr(table, name):
            reason = Message("is otherwise in this store, and stays")
            yield Fault(place, name, reason, "different")


def _name_faults(tables: Mapping[str, Table], table: Table) -> Iterator[Fault]:
    taken = {*record_kinds(), *tables}
    taken |= {word for each in tables.values() for word in (each.alias, *each.called)}
    for name in filter(None, (table.name, table.alias)):
        reason = _name_fault(name)
        if reason is None and name in taken:
            reason = Message("{name!r} is the name of a table already", name=name)
        if reason is None and name in RESERVED:
            reason = Message("{name!r} is the name of an argument of verbs", name=name)
        if reason is not None:
            yield Fault(Identifier(table.name), "", reason, "bad_name")


def _name_fault(name: str) -> Message | None:
    if name.isidentifier() and name == name.lower() and not name.startswith("_"):
        return None
    return Message("{name!r} is no name in snake case, such as order_no", name=name)


def _shape_faults(tables: Mapping[str, Table], table: Table) -> Iterator[Fault]:
    """Key and link of a new table."""
    place = Identifier(table.name)
    if not table.key:
        yield Fault(place, "key", Message("is missing: the fields that tell rows apart"), "blank")
    for name in table.key:
        if name not in table.fields:
            yield Fault(place, "key", _no_field(name, table), "unknown_field")
    if table.link is None or not all(row for row, _ in table.link.on):
        reason = Message("is missing: the field that holds the contact's number")
        yield Fault(place, "link", reason, "blank")
        return
    target = tables.get(table.link.through or "contact")
    if target is None or (table.link.through and target.link is None):
        reason = Message("there is no table {name!r} to link through", name=table.link.through)
        yield Fault(place, "link", reason, "unknown_table")
        return
    for row, own in table.link.on:
        if row not in table.fields:
            yield Fault(place, "link", _no_field(row, table), "unknown_field")
        if own not in target.fields:
            yield Fault(place, "link", _no_field(own, target), "unknown_field")


def _no_field(name: str, table: Table) -> Message:
    near = near_name(name, table.fields)
    return Message(
        "{table} has no field {name!r}{hint}",
        table=Identifier(table.name),
        name=name,
        hint=Message("; did you mean {near!r}?", near=near) if near else "",
    )


def _field_faults(store: Store, table: str, fields: Iterable[Field]) -> Iterator[Fault]:
    """What is wrong with further fields of a table that is there."""
    place = Identifier(table)
    kind = kinds_in(store)[table]
    defined = store.records.all(OwnField, table=table)
    own = {each.name: each.field for each in defined if each.is_sound}
    ours = {name for field in fields_of(kind) for name in (field.name, field.also_called)}
    takes = table not in record_kinds() or "extra" in attrs.fields_dict(kind)  # type: ignore[arg-type]  # an attrs class
    if not takes:
        yield Fault(place, "", Message("takes no fields of a host's own"), "no_own_fields")
    for field in fields:
        yield from _single_faults(place, field)
        if field.name in own:
            yield from _redefined(place, field, own[field.name])
        elif field.name in ours or field.name == "extra":
            reason = Message("is a field of {table} already", table=Identifier(table))
            yield Fault(place, field.name, reason, "taken")


def _single_faults(place: str, field: Field) -> Iterator[Fault]:
    """What is wrong with a field by itself."""
    reason = _name_fault(field.name)
    if reason is not None:
        yield Fault(place, field.name, reason, "bad_name")
    if field.type is FieldType.OPTION and not field.options:
        reason = Message("has no options; name them, the blank one first")
        yield Fault(place, field.name, reason, "no_options")
    if field.type is not FieldType.OPTION and field.options:
        yield Fault(place, field.name, Message("is no option, but has options"), "no_option")
    if len(set(field.options)) < len(field.options):
        yield Fault(place, field.name, Message("has an option twice"), "duplicate")
    is_text = field.type in {FieldType.CODE, FieldType.TEXT}
    if field.length < 0 or (field.length and not is_text):
        reason = Message("cannot have the length {length}", length=field.length)
        yield Fault(place, field.name, reason, "bad_length")


def _redefined(place: str, field: Field, known: Field | None) -> Iterator[Fault]:
    if known is None or _same(field, known):
        return
    if field.type is not known.type:
        reason = Message(
            "is {known} in this store, and {type} here; crm.tables.change_field changes it",
            known=Message(known.type),
            type=Message(field.type),
        )
    else:
        reason = Message(
            "has another length or other options in this store; "
            "crm.tables.change_field changes them"
        )
    yield Fault(place, field.name, reason, "different")


def _same(one: Field, other: Field) -> bool:
    return (one.type, one.length, one.options) == (other.type, other.length, other.options)


# -- changing a field -------------------------------------------------------------------------


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
        faults = list(_single_faults(Identifier(name), field))
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
        _raise_version(store)


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


# -- looking over what is there ---------------------------------------------------------------


class DefinitionsWarning(UserWarning):
    """Own fields that an earlier version of the library took unseen, and that cannot be used."""


def look_over(store: Store) -> None:
    """Tell once of own fields that an earlier version took unseen, when it opens their store.

    Warns:
        DefinitionsWarning: There are some; `definition_faults` says which, as often as asked.
    """
    if store.records.find(Definitions) is not None:
        return
    if next(store.records.all(OwnField), None) is None:
        return
    with store.transaction():
        _raise_version(store)
        faults = definition_faults(store)
    if faults:
        told = Rejected(Message("definitions"), faults)
        warnings.warn(DefinitionsWarning(str(told)), stacklevel=4)


def definition_faults(store: Store) -> Sequence[Fault]:
    """What earlier versions took and would be refused today: definitions and values.

    A definition that makes no sense is not used, and a value that is not of its field's type
    counts as missing; both stay as they are until somebody mends them.
    """
    found: list[Fault] = []
    fields: dict[str, dict[str, Field]] = {}
    known = kinds_in(store)
    for own in store.records.all(OwnField):
        place = Identifier(own.table)
        if own.table not in known:
            near = near_name(own.table, known)
            hint = Message("; did you mean {near!r}?", near=near) if near else ""
            reason = Message("there is no table {name!r}{hint}", name=own.table, hint=hint)
            found.append(Fault(place, own.name, reason, "unknown_table"))
        elif not own.is_sound:
            reason = Message("{type!r} is no type of field that can be used", type=own.type)
            found.append(Fault(place, own.name, reason, "unknown_type"))
        else:
            fields.setdefault(own.table, {})[own.name] = own.field
    for table, declared in fields.items():
        if table in record_kinds():
            found += _value_faults(store, record_kinds()[table], declared)
    return found


def _value_faults(
    store: Store, kind: type[Record], declared: Mapping[str, Field]
) -> Iterator[Fault]:
    for record in () if kind in WITHIN_SEGMENTS else store.records.all(kind):
        for name, value in getattr(record, "extra", ()):
            field = declared.get(name)
            if field is not None and value is not None and not is_value_of(field.type, value):
                reason = Message(
                    "{value!r} is no value of type {type}", value=value, type=Message(field.type)
                )
                yield Fault(place_of(record), name, reason, "wrong_type")
