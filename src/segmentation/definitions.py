"""Fields and tables that a host defines for itself, as its store keeps them.

A definition is a record like any other. Together they extend the schema of contacts. A table of
a host's own has records too: their class is made from its definition, so that stores, files and
checks treat them like ours. Knows nothing of where they are kept.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from types import new_class
from typing import Annotated, Any, cast

import attrs

from .codes import Option
from .criteria import Link, Schema, Table, make_table
from .errors import SegmentationError
from .fields import (
    Field,
    FieldType,
    Length,
    LongText,
    Record,
    RefersTo,
    to_field_type,
    with_converters,
)
from .serialization import from_json, to_json


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class OwnField(Record, table="extra_field", key=("table", "name"), shown=("table", "name", "type")):
    """A field that a host defined, in a table of ours or in one of its own.

    Attributes:
        table: The table.
        name: The field, in snake case.
        length: Greatest number of characters of a code or text; 0 for no limit.
        options: The options as a JSON array, the blank one first; empty if it is no option.
        called: What it is called for people, as a JSON array; empty if nothing.
        position: Its place among the fields of its table, from 1.
    """

    table: LongText
    name: LongText
    type: LongText = "text"
    length: int = 0
    options: LongText = ""
    called: LongText = ""
    position: int = 0

    @classmethod
    def of(cls, table: str, field: Field, position: int = 0) -> "OwnField":
        """The definition of a field."""
        return cls(
            table=table,
            name=field.name,
            type=str(field.type),
            length=field.length,
            options=_to_list(field.options),
            called=_to_list(field.called),
            position=position,
        )

    @property
    def is_sound(self) -> bool:
        """Whether it can be used: earlier versions took any type, and no options."""
        try:
            return self.field.type is not FieldType.OPTION or bool(self.field.options)
        except SegmentationError:
            return False

    @property
    def field(self) -> Field:
        """The field as a schema knows it, in a table of ours.

        Raises:
            UnknownName: There is no such type of field.
        """
        return Field(
            self.name,
            to_field_type(self.type),
            length=self.length,
            options=_from_list(self.options),
            extra=True,
            called=_from_list(self.called),
        )


SOURCE_ENTRY_NO = OwnField(table="interaction_log_entry", name="source_entry_no", type="integer")
"""The number that an interaction of the past had in the system that it comes from."""

ALWAYS_THERE: Sequence[OwnField] = (
    SOURCE_ENTRY_NO,
    OwnField(table="segment_line", name="remark"),
    OwnField(table="interaction_log_entry", name="remark"),
    OwnField(table="campaign", name="sender"),
    OwnField(table="interaction_tmpl_language", name="attachment_no", type="integer"),
)
"""The own fields that the library itself uses, in any store.

They are a remark to one person, the sender of a campaign's mails, and the numbers that
interactions and attachments had in the system that they come from.
"""


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class OwnTable(Record, table="own_table", key=("name",), shown=("name", "key_fields")):
    """A table that a host defined.

    Attributes:
        name: Its name, in snake case.
        key_fields: The fields of its key, as a JSON array.
        link: How its rows belong to a contact, as JSON.
        alias: A shorter name, or empty.
        called: What it is called for people, as a JSON array; empty if nothing.
    """

    name: LongText
    key_fields: LongText
    link: LongText
    alias: LongText = ""
    called: LongText = ""

    @classmethod
    def of(cls, table: Table) -> "OwnTable":
        """The definition of a table, without its fields."""
        return cls(
            name=table.name,
            key_fields=_to_list(table.key),
            link=_link_to_json(table.link),
            alias=table.alias,
            called=_to_list(table.called),
        )

    def with_fields(self, fields: Iterable[OwnField]) -> Table:
        """The table as a schema knows it.

        Args:
            fields: The definitions of its fields, in their order.
        """
        return make_table(
            self.name,
            (attrs.evolve(each.field, extra=False) for each in fields),
            link=_link_from_json(self.link),
            alias=self.alias,
            called=_from_list(self.called),
            key=_from_list(self.key_fields),
        )


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class Definitions(Record, table="own_definitions", key=(), shown=("version",)):
    """How often the definitions of a store have changed.

    Attributes:
        version: 0 before the first definition; 1 more with each change.
    """

    version: int = 0


def _to_list(texts: Iterable[str]) -> str:
    found = list(texts)
    return to_json(found) if found else ""


def _from_list(text: str) -> tuple[str, ...]:
    return tuple(map(str, from_json(text))) if text else ()


def _link_to_json(link: Link | None) -> str:
    if link is None:
        return ""
    data: dict[str, Any] = {"on": [list(pair) for pair in link.on]}
    data |= {"through": link.through} if link.through else {}
    data |= {"only": list(link.only)} if link.only else {}
    data |= {"unless": list(link.unless)} if link.unless else {}
    return to_json(data)


def _link_from_json(text: str) -> Link | None:
    if not text:
        return None
    data = from_json(text)
    pairs = {name: tuple(data[name]) for name in ("only", "unless") if name in data}
    on = tuple((row, own) for row, own in data["on"])
    return Link(on, data.get("through", ""), **pairs)


# -- the schema -------------------------------------------------------------------------------


def extended(schema: Schema, tables: Iterable[OwnTable], fields: Iterable[OwnField]) -> Schema:
    """A schema with what a host defined.

    Stores of earlier versions took any definition of a field. One that makes no sense is left out;
    the values that it speaks of stay where they are.

    Args:
        schema: The schema without them.
        tables: The tables that the host defined.
        fields: The fields of these and of tables of ours.
    """
    by_table: dict[str, list[OwnField]] = {}
    for each in sorted(fields, key=lambda each: (each.position, each.name)):
        if each.is_sound:
            by_table.setdefault(each.table, []).append(each)
    for own in _in_order(tables):
        schema = schema.with_tables(own.with_fields(by_table.pop(own.name, ())))
    for name, added in by_table.items():
        if name in schema.tables:
            schema = schema.with_fields(name, *(each.field for each in added))
    return schema


def _in_order(tables: Iterable[OwnTable]) -> Iterator[OwnTable]:
    """Tables after those that they are linked through."""
    waiting = {table.name: table for table in tables}
    while waiting:
        free = [
            table
            for table in waiting.values()
            if getattr(_link_from_json(table.link), "through", "") not in waiting
        ] or list(waiting.values())
        for table in free:
            yield waiting.pop(table.name)


# -- the records of own tables ----------------------------------------------------------------


def row_kind(table: Table) -> type[Record]:
    """The class of the records of a host's table; the same for equal definitions.

    >>> orders = make_table(
    ...     "orders",
    ...     [Field("order_no", "code"), Field("contact_no", "code"), Field("amount", "decimal")],
    ...     link=Link((("contact_no", "no"),)),
    ...     key=("order_no",),
    ... )
    >>> row_kind(orders)(order_no="a1", contact_no="CT1")
    Orders('A1')
    """
    return _row_kind(table.name, tuple(table.fields.values()), table.key, _contact_field(table))


def _contact_field(table: Table) -> str:
    if table.link is None or table.link.through:
        return ""
    row, own = table.link.on[0]
    return row if own in {"no", "company_no"} else ""


def contact_field(kind: type[Record]) -> str:
    """The field of a host's records that holds the number of a contact; empty if none does."""
    return cast("str", getattr(kind, "__contact_field__", ""))


def is_row_kind(kind: type[Record]) -> bool:
    """Whether a class of records was made by `row_kind`."""
    return hasattr(kind, "__contact_field__")


_SHOWN = 4
"""By how many fields a row is shown whose table has no key."""


@lru_cache(maxsize=1024)
def _row_kind(
    name: str, fields: tuple[Field, ...], key: tuple[str, ...], contact_no: str
) -> type[Record]:
    title = "".join(part.capitalize() for part in name.split("_"))
    types = {field.name: _annotation(title, field, contact_no) for field in fields}

    def fill(namespace: dict[str, Any]) -> None:
        namespace["__module__"] = __name__
        namespace["__doc__"] = f"A row of the table {name}, which a host defined."
        namespace["__contact_field__"] = contact_no
        namespace["__annotations__"] = types
        for field in fields:
            if field.name not in key:
                option = types[field.name] if field.options else None
                blank = field.blank if option is None else option(field.blank)
                namespace[field.name] = attrs.field(default=blank)

    shown = key or tuple(types)[:_SHOWN]
    declared = new_class(title, (Record,), {"table": name, "key": key, "shown": shown}, fill)
    return attrs.frozen(kw_only=True, field_transformer=with_converters)(declared)


def _annotation(title: str, field: Field, contact_no: str) -> Any:  # noqa: ANN401 - a type
    if field.options:
        members = [(f"OPTION_{place}", each) for place, each in enumerate(field.options)]
        return Option(f"{title}_{field.name}", members)  # type: ignore[call-arg]  # the functional form
    marks: list[object] = [field.type]
    marks += [Length(field.length)] if field.length else []
    marks += [RefersTo("contact")] if field.name == contact_no else []
    return Annotated[(_HELD[field.type], *marks)]


_HELD: Mapping[FieldType, Any] = {
    FieldType.CODE: str,
    FieldType.TEXT: str,
    FieldType.INTEGER: int,
    FieldType.DECIMAL: Decimal,
    FieldType.BOOLEAN: bool,
    FieldType.DATE: date | None,
    FieldType.DATETIME: datetime | None,
    FieldType.TIME: time | None,
}
