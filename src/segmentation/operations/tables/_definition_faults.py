"""What is wrong with definitions of a host: names, keys, links, types, what is there already."""

from collections.abc import Iterable, Iterator, Mapping

import attrs

from segmentation.criteria import Schema, Table
from segmentation.definitions import OwnField
from segmentation.errors import (
    Fault,
    Identifier,
    Message,
    near_hint,
    near_name,
)
from segmentation.fields import (
    Field,
    FieldType,
    fields_of,
)
from segmentation.kinds import record_kinds
from segmentation.operations.schema import kinds_in
from segmentation.protocols import Store

RESERVED = frozenset(
    {"contact_no", "criteria", "kind", "look_at_values", "options", "selection", "self", "tables"}
)
"""Names that arguments of verbs have, beside which filters of tables are keywords."""


def table_faults(
    schema: Schema, there: Mapping[str, Table], tables: Iterable[Table]
) -> Iterator[Fault]:
    """What is wrong with a host's tables, all of it.

    Args:
        schema: The schema without them, or with some.
        there: The host's tables that are defined already.
        tables: The tables as they are wanted.
    """
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
            yield from single_faults(place, field)
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
        hint=near_hint(near),
    )


def field_faults(store: Store, table: str, fields: Iterable[Field]) -> Iterator[Fault]:
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
        yield from single_faults(place, field)
        if field.name in own:
            yield from _redefined(place, field, own[field.name])
        elif field.name in ours or field.name == "extra":
            reason = Message("is a field of {table} already", table=Identifier(table))
            yield Fault(place, field.name, reason, "taken")


def single_faults(place: str, field: Field) -> Iterator[Fault]:
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
