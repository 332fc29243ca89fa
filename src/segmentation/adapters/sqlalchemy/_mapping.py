"""Tables of a host that stand in for ours, by a mapping of fields to columns."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import attrs
import sqlalchemy as sa

from segmentation.codes import to_code
from segmentation.criteria import Schema
from segmentation.errors import InvalidValue, Message, UnknownName, near_name, unexpected
from segmentation.fields import Field, FieldType
from segmentation.languages import to_name
from segmentation.segments import contact_schema

from ._compile import Rows
from ._tables import Layout, Tables
from ._types import column_type
from ._words import Element, Words

_NEARLY = 0.8
"""How much a name looks like one of ours for being taken for a slip, not a table of the host's."""


@attrs.frozen
class MappedTable:
    """Where a host keeps what one of our tables holds; it is only read.

    Attributes:
        source: A table, a view, a join or a subquery of SQLAlchemy.
        values: For each field the column that holds it, an expression, or a constant. A field
            that is not named is blank in every row. Extra fields of the schema may be named too:
            contacts are chosen by them, records do not carry them.
        clean: Fields whose columns hold what columns of ours would: never ``NULL`` (dates
            apart), codes in upper case and without blanks around them. They are compared as
            they stand, so that the host's indexes serve.

    >>> partner = sa.table("res_partner", sa.column("ref"), sa.column("name"))
    >>> contacts = MappedTable(partner, {"no": partner.c.ref, "name": partner.c.name})
    """

    source: sa.FromClause
    values: Mapping[str, Any]
    clean: Collection[str] = ()

    def rows(self, fields: Mapping[str, Field], words: Words, *, by: Collection[str] = ()) -> Rows:
        """Its rows, under a name of their own.

        Args:
            fields: The fields of the table that it stands in for.
            words: Those of the database.
            by: The fields by which they are looked up for one contact after another.

        Raises:
            UnknownName: The mapping names a field that the table does not have.
        """
        for name in self.values:
            if name not in fields:
                raise UnknownName("field", name, known=fields, where=Message("the mapping"))
        columns = [
            self._column(field, words).label(name)
            for name, field in fields.items()
            if name in self.values
        ]
        query = sa.select(*columns).select_from(self.source)
        unindexed = any(name in self.values and name not in self.clean for name in by)
        element = words.looked_up(query) if unindexed else query.subquery()

        def value(field: Field) -> Element:
            if field.name not in self.values:
                return _constant(field, field.blank)
            compared = _compared(field, element.c[field.name], words)
            return compared if not unindexed or field.name in by else words.not_sought(compared)

        return Rows(element, value, unindexed)

    def only(self, fields: Collection[str]) -> "MappedTable":
        """The mapping of these fields, without what the host's schema has besides."""
        values = {name: value for name, value in self.values.items() if name in fields}
        return attrs.evolve(self, values=values)

    def _column(self, field: Field, words: Words) -> Element:
        given = self.values[field.name]
        if field.name in self.clean:
            return sa.type_coerce(given, column_type(field))
        return _filled(field, given, words)


def check_mapping(mapped: Mapping[str, MappedTable], tables: Tables) -> None:
    """See that a mapping names tables and fields that there are, and what finds the rows.

    A name that is none of ours is one of the host's own schema, unless it nearly is ours: a
    field's with the same letters, a table's that looks like it.

    Raises:
        UnknownName: It names a table or field that is not there.
        InvalidValue: It leaves out the field by which the rows of a table are found, or something
            else than a `MappedTable` stands in it.
    """
    layouts = tables.by_name()
    for name, host in mapped.items():
        if not isinstance(host, MappedTable):
            raise unexpected(f"mapped.{name}", host, "is no MappedTable")
        if name not in layouts:
            _check_own(name, layouts)
            continue
        fields = {_letters(field.name): field.name for field in layouts[name].fields}
        for each in host.values:
            if each != fields.get(_letters(each), each):
                known = fields.values()
                raise UnknownName("field", each, known=known, where=_mapping_of(name))
        finding = _finding(layouts[name])
        if finding and finding not in host.values:
            reason = Message("leaves out {field!r}, which finds its rows", field=finding)
            raise InvalidValue("mapped", name, reason)
        for each in host.clean:
            if each not in host.values:
                raise UnknownName("field", each, known=host.values, where=_mapping_of(name))


def _mapping_of(name: str) -> Message:
    return Message("the mapping of {name}", name=name)


def _check_own(name: str, layouts: Mapping[str, object]) -> None:
    called = {table.alias: table.name for table in contact_schema().tables.values()}
    near = called.get(name) or near_name(name, layouts, alike=_NEARLY)
    if near:
        raise UnknownName("table", name, known=[near], where=Message("the mapping"))


def check_named(mapped: Iterable[str], tables: Tables, schema: Schema) -> None:
    """See that what a mapping names besides our tables is none of ours in other words.

    Raises:
        UnknownName: A name is in no schema, and looks like one of ours.
    """
    ours = tables.by_name()
    for name in mapped:
        if name not in ours and name not in schema.tables and near_name(name, ours):
            raise UnknownName("table", name, known=ours, where=Message("the mapping"))


def _letters(name: str) -> str:
    return to_name(name).replace("_", "")


def _finding(layout: Layout[Any]) -> str:
    """The field by which rows are found, of a contact or by themselves; empty if there is one."""
    table = contact_schema().tables.get(layout.kind.__table__)
    return table.link.on[0][0] if table and table.link else next(iter(layout.kind.__key__), "")


def reading(
    layout: Layout[Any], mapped: Mapping[str, MappedTable], words: Words
) -> tuple[list[Element], Mapping[str, Element]]:
    """What `Layout.from_row` wants, out of our table or that of the host; and values by field."""
    host = mapped.get(layout.kind.__table__)
    if host is None:
        return layout.columns, dict(layout.table.c)
    fields = {field.name: field for field in layout.fields}
    rows = host.only(fields).rows(fields, words)
    values = {field.name: rows.value(field) for field in layout.fields}
    return [*values.values(), *[sa.null()] * layout.has_extra], values


def _constant(field: Field, value: object) -> Element:
    plain = to_code(str(value)) if field.type is FieldType.CODE else value
    if field.type is FieldType.OPTION:
        plain = str(value)
    return sa.cast(sa.literal(plain, column_type(field)), column_type(field))


def _filled(field: Field, given: Any, words: Words) -> Element:  # noqa: ANN401 - a column or a constant
    """What a host's column holds, its blank where it is missing, in the form of our columns."""
    if not isinstance(given, sa.ColumnElement):
        return _constant(field, given)
    value: Element = given
    match field.type:
        case FieldType.DATE:
            return sa.type_coerce(value, sa.Date())
        case FieldType.DATETIME:
            return sa.type_coerce(words.moment(value), column_type(field))
        case FieldType.TIME:
            return sa.type_coerce(value, sa.Time())
        case FieldType.CODE:
            return _text(words.code(sa.func.coalesce(sa.cast(value, sa.Text()), "")))
        case FieldType.TEXT:
            return _text(sa.func.coalesce(sa.cast(value, sa.Text()), ""))
        case FieldType.OPTION:
            text = sa.cast(value, sa.Text())  # what is no option of ours is the blank one
            return _text(sa.case((text.in_(field.options), text), else_=str(field.blank)))
        case FieldType.DECIMAL:
            exact = sa.cast(value, column_type(field))
            return sa.func.coalesce(exact, _constant(field, field.blank), type_=exact.type)
        case _:
            return sa.func.coalesce(value, field.blank, type_=column_type(field))


def _text(value: Element) -> Element:
    """Message to be a text: SQLite makes no index for values that may be anything."""
    return sa.cast(value, sa.Text())


def _compared(field: Field, value: Element, words: Words) -> Element:
    value = sa.type_coerce(value, column_type(field))
    if field.type in {FieldType.CODE, FieldType.TEXT, FieldType.OPTION}:
        return words.text(value)
    return words.number(value) if field.type is FieldType.DECIMAL else value
