"""What the declaration of a mapping shows by itself, before any row is read.

Everything that is wrong is told at once, with table and field.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from segmentation.contacts import Contact
from segmentation.criteria import Schema, Table
from segmentation.definitions import OwnField
from segmentation.errors import (
    Fault,
    Identifier,
    Message,
    Rejected,
    UnknownName,
    name_spelled_like,
    near_hint,
    near_name,
    unexpected,
)
from segmentation.fields import Field, FieldType, is_value_of
from segmentation.interactions import Interaction
from segmentation.languages import to_name
from segmentation.operations.tables import single_faults, table_faults
from segmentation.segments import contact_schema

from ._mapping import MappedTable
from ._tables import Layout, Tables

_NEARLY = 0.8
"""From this similarity to a name of ours on, a name is a spelling mistake, not the host's own."""

_BESIDE = (Interaction.__table__,)
"""The tables whose rows may stand beside ours."""

_TYPES: Sequence[tuple[type[sa.types.TypeEngine[Any]], str]] = (
    (sa.Boolean, "boolean"),
    (sa.Integer, "integer"),
    (sa.Float, "float"),
    (sa.Numeric, "decimal"),
    (sa.DateTime, "datetime"),
    (sa.Date, "date"),
    (sa.Time, "time"),
    (sa.LargeBinary, "binary"),
    (sa.String, "text"),
)
"""What SQLAlchemy's types hold; what is of no such type may be anything."""

_HELD: Mapping[FieldType, frozenset[str]] = {
    FieldType.CODE: frozenset({"text", "integer", "decimal"}),
    FieldType.TEXT: frozenset({"text", "integer", "decimal", "float", "boolean", "date", "time"}),
    FieldType.INTEGER: frozenset({"integer"}),
    FieldType.DECIMAL: frozenset({"integer", "decimal", "float"}),
    FieldType.BOOLEAN: frozenset({"boolean", "integer"}),
    FieldType.OPTION: frozenset({"text"}),
    FieldType.DATE: frozenset({"date"}),
    FieldType.DATETIME: frozenset({"datetime"}),
    FieldType.TIME: frozenset({"time"}),
}
"""What columns may hold for a field of each type, if no words say what they stand for."""


def check_declaration(mapped: Mapping[str, MappedTable], tables: Tables) -> None:
    """Check all that the declaration of a mapping shows.

    An unknown name belongs to the host's own schema, unless it is close to one of ours. A field's
    name is close if it has the same letters, a table's name if it looks alike.

    Raises:
        UnknownName: The mapping names a table that looks like one of ours.
        InvalidValue: One of its values is not a `MappedTable`.
        Rejected: Fields, types, words or links are wrong: all of it.
    """
    layouts = tables.by_name()
    faults: list[Fault] = []
    for name, host in mapped.items():
        if not isinstance(host, MappedTable):
            raise unexpected(f"mapped.{name}", host, "is no MappedTable")
        if name not in layouts:
            _check_own(name, layouts)
        faults += _table_faults(name, host, layouts.get(name))
    faults += _definition_faults(mapped, layouts)
    if faults:
        raise Rejected(Message("the mapping"), dict.fromkeys(faults))


def _check_own(name: str, layouts: Mapping[str, object]) -> None:
    called = {table.alias: table.name for table in contact_schema().tables.values()}
    near = called.get(name) or name_spelled_like(name, layouts, alike=_NEARLY)
    if near:
        raise UnknownName("table", name, known=[near], where=Message("the mapping"))


def check_named(mapped: Iterable[str], tables: Tables, schema: Schema) -> None:
    """Check that no name in a mapping is one of our tables spelled wrong.

    Raises:
        UnknownName: A name is in no schema and looks like one of ours.
    """
    ours = tables.by_name()
    for name in mapped:
        if name not in ours and name not in schema.tables and name_spelled_like(name, ours):
            raise UnknownName("table", name, known=ours, where=Message("the mapping"))


# -- tables -----------------------------------------------------------------------------------


def _definition_faults(
    mapped: Mapping[str, MappedTable], layouts: Mapping[str, Layout[Any]]
) -> Iterator[Fault]:
    """What is wrong with the fields and tables of the host's own that are declared."""
    own = [host.table(name) for name, host in mapped.items() if name not in layouts and host.fields]
    yield from table_faults(contact_schema(), {}, _in_order(own))
    for name in mapped.keys() & layouts.keys():
        ours = {field.name for field in layouts[name].fields}
        for field in mapped[name].fields:
            yield from single_faults(Identifier(name), field)
            if field.name in ours:
                reason = Message("is a field of {table} already", table=Identifier(name))
                yield Fault(Identifier(name), field.name, reason, "taken")


def _in_order(tables: Sequence[Table]) -> Sequence[Table]:
    """Tables after those that they are linked through, as far as these are among them."""
    waiting = {table.name: table for table in tables}
    found: list[Table] = []
    while waiting:
        through = {name: getattr(table.link, "through", "") for name, table in waiting.items()}
        free = [name for name in waiting if through[name] not in waiting] or list(waiting)
        found += [waiting.pop(name) for name in free]
    return found


def _table_faults(name: str, host: MappedTable, layout: Layout[Any] | None) -> Iterator[Fault]:
    place = Identifier(name)
    declared = {field.name: field for field in host.fields}
    known = {**{field.name: field for field in layout.fields}, **declared} if layout else declared
    for each in host.values:
        if each not in known:
            is_open = layout is not None or not declared
            if not (is_open and _is_apart(each, known, declared)):
                yield _no_field(place, each, known)
    for each in (*host.clean, *host.words):
        if each not in host.values:
            yield _no_field(place, each, host.values)
    yield from _missing_faults(place, host, _finding(layout) if layout else "")
    yield from _place_faults(place, host, known)
    for each, given in host.values.items():
        if each in known:
            yield from _value_faults(place, host, known[each], given)


def _missing_faults(place: str, host: MappedTable, finding: str) -> Iterator[Fault]:
    """Fields that the mapping must say something of, and does not."""
    for field in host.fields:
        if field.name not in host.values:
            reason = Message("is declared, and the mapping does not say where it is")
            yield Fault(place, field.name, reason, "not_mapped")
    linking = [row for row, _ in host.link.on] if host.link else []
    for name in [finding] if finding else linking:
        if name not in host.values:
            reason = Message("the mapping leaves out {field!r}, which finds its rows", field=name)
            yield Fault(place, name, reason, "not_mapped")


def _place_faults(place: str, host: MappedTable, known: Iterable[str]) -> Iterator[Fault]:
    """What only some tables can have."""
    if host.beside and place not in _BESIDE:
        reason = Message("only interactions of a host's can stand beside ours")
        yield Fault(place, "", reason, "beside")
    if host.worked_out and place != Contact.__table__:
        reason = Message("only fields of contacts can be worked out in Python")
        yield Fault(place, "", reason, "worked_out")
    if host.changed is not None:
        yield from _changed_faults(place, host)
    for name in host.worked_out.keys() & {*known, *host.values}:
        reason = Message("is a field of {table} already", table=place)
        yield Fault(place, name, reason, "taken")


def _changed_faults(place: str, host: MappedTable) -> Iterator[Fault]:
    """What is wrong with the column of last change."""
    if not isinstance(host.changed, sa.ColumnElement):
        reason = Message("the source has no such column: {column}", column=str(host.changed))
        yield Fault(Identifier(place), "changed", reason, "unknown_column")
        return
    for table in _strange_tables(host.source, host.changed):
        reason = Message("the source has no table {name!r}, which holds the column", name=table)
        yield Fault(Identifier(place), "changed", reason, "unknown_column")


def _is_apart(name: str, known: Iterable[str], declared: Iterable[str]) -> bool:
    """Whether a name is the host's own: it has the letters of none, and looks like no declared."""
    letters = set(map(_letters, known))
    return _letters(name) not in letters and not name_spelled_like(name, declared, alike=_NEARLY)


def _no_field(place: str, name: str, known: Iterable[str]) -> Fault:
    near = near_name(name, known)
    reason = Message(
        "unknown field {name!r} in the mapping of {table}{hint}",
        name=name,
        table=Identifier(place),
        hint=near_hint(near),
    )
    return Fault(Identifier(place), name, reason, "unknown_field")


def _letters(name: str) -> str:
    return to_name(name).replace("_", "")


def _finding(layout: Layout[Any]) -> str:
    """The field that finds the rows of a contact, or a row by its key. Empty without a key."""
    table = contact_schema().tables.get(layout.kind.__table__)
    return table.link.on[0][0] if table and table.link else next(iter(layout.kind.__key__), "")


# -- values -----------------------------------------------------------------------------------


def _value_faults(place: str, host: MappedTable, field: Field, given: object) -> Iterator[Fault]:
    words = host.words.get(field.name)
    if words is not None:
        yield from _word_faults(place, host, field)
    if not isinstance(given, sa.ColumnElement):
        yield from _constant_faults(place, field, (words or {}).get(given, given))
        return
    for table in _strange_tables(host.source, given):
        reason = Message("the source has no table {name!r}, which holds the column", name=table)
        yield Fault(place, field.name, reason, "unknown_column")
    held = next((name for kind, name in _TYPES if isinstance(given.type, kind)), "")
    if held == "decimal" and getattr(given.type, "scale", None) == 0:
        held = "integer"
    if held and words is None and held not in _HELD[field.type]:
        yield Fault(place, field.name, _other_type(field, held), "wrong_type")


def _other_type(field: Field, held: str) -> Message:
    if field.type in {FieldType.BOOLEAN, FieldType.OPTION} and held in {"text", "integer"}:
        return Message(
            "is {type}, and the column holds {held}; say by words= what its words stand for",
            type=Message(field.type),
            held=Message(held),
        )
    return Message(
        "is {type}, and the column holds {held}", type=Message(field.type), held=Message(held)
    )


def _word_faults(place: str, host: MappedTable, field: Field) -> Iterator[Fault]:
    words = host.words[field.name]
    if field.type not in {FieldType.BOOLEAN, FieldType.OPTION}:
        reason = Message("has words, which only an option and a yes or no can have")
        yield Fault(place, field.name, reason, "words")
        return
    if field.name in host.clean:
        reason = Message("has words, so that its column is not clean")
        yield Fault(place, field.name, reason, "words")
    for word, meant in words.items():
        fits = (
            isinstance(meant, bool) if field.type is FieldType.BOOLEAN else meant in field.options
        )
        if not fits:
            near = near_name(str(meant), field.options)
            reason = Message(
                "{word!r} is to stand for {meant!r}, which the field cannot hold{hint}",
                word=word,
                meant=meant,
                hint=near_hint(near),
            )
            yield Fault(place, field.name, reason, "words")


def _constant_faults(place: str, field: Field, value: object) -> Iterator[Fault]:
    is_option = field.type is not FieldType.OPTION or value in field.options
    if value is not None and not (is_value_of(field.type, value) and is_option):
        reason = Message(
            "{value!r} is no value of type {type}", value=value, type=Message(field.type)
        )
        yield Fault(place, field.name, reason, "wrong_type")


def _strange_tables(source: sa.FromClause, given: sa.ColumnElement[Any]) -> Iterator[str]:
    """The tables that an expression takes columns from and that are not in the source."""
    inside = set(_members(source))
    for each in sa.select(given).get_final_froms():
        if not inside.intersection(_members(each)):
            yield str(getattr(each, "name", each))


def _members(source: Any) -> Iterator[Any]:  # noqa: ANN401 - any element of a FROM clause
    yield source
    if isinstance(source, sa.Join):
        yield from _members(source.left)
        yield from _members(source.right)


# -- what only the database knows -------------------------------------------------------------


def column_faults(connection: sa.Connection, mapped: Mapping[str, MappedTable]) -> Iterator[Fault]:
    """Columns that the database does not have. No row is read.

    Args:
        connection: A connection in a transaction; each question is a savepoint in it.
        mapped: The mapping.
    """
    for name, host in mapped.items():
        asked = {**host.values, "changed": host.changed}
        if _can_ask(connection, host, asked.values()) or not _can_ask(connection, host, ()):
            continue  # a source that is not there yet is told when it is first asked
        for field, given in asked.items():
            if not _can_ask(connection, host, [given]):
                reason = Message("the source has no such column: {column}", column=str(given))
                yield Fault(Identifier(name), field, reason, "unknown_column")


def _can_ask(connection: sa.Connection, host: MappedTable, given: Iterable[Any]) -> bool:
    columns = [each for each in given if isinstance(each, sa.ColumnElement)]
    asked = sa.select(*(columns or [sa.literal(1)])).select_from(host.source).where(sa.false())
    try:
        with connection.begin_nested():
            connection.execute(asked)
    except (sa.exc.ProgrammingError, sa.exc.OperationalError):
        return False
    return True


def stored_faults(
    mapped: Mapping[str, MappedTable], tables: Iterable[str], fields: Iterable[OwnField]
) -> Iterator[Fault]:
    """What the store defines and the mapping declares otherwise, or has rows of elsewhere.

    Args:
        mapped: The mapping.
        tables: The tables of the host's own that the store keeps.
        fields: The fields of the host's own that the store defines.
    """
    for name in tables:
        if name in mapped:
            reason = Message("is a table of this store already; give the mapped one another name")
            yield Fault(Identifier(name), "", reason, "taken")
    for own in fields:
        declared = {f.name: f for f in mapped[own.table].fields} if own.table in mapped else {}
        field = declared.get(own.name)
        if field is not None and own.is_sound and not _same(field, own.field):
            reason = Message(
                "is {known} in this store, and {type} in the mapping, or has another length or "
                "other options",
                known=Message(own.type),
                type=Message(field.type),
            )
            yield Fault(Identifier(own.table), own.name, reason, "different")


def _same(one: Field, other: Field) -> bool:
    return (one.type, one.length, one.options) == (other.type, other.length, other.options)
