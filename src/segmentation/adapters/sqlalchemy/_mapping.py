"""Tables of a host that replace ours, by a mapping of fields to columns."""

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

from ._dialects import Dialect
from ._tables import Element, FromTable, Layout, Tables
from ._types import column_type

_NEARLY = 0.8
"""From this similarity to a name of ours on, a name is a spelling mistake, not the host's own."""


_ROW = "segmentation_row"


@attrs.frozen
class MappedTable:
    """Where a host keeps what one of our tables holds; it is only read.

    Attributes:
        source: A table, a view, a join or a subquery of SQLAlchemy.
        values: For each field the column that holds it, an expression, or a constant. A field
            that is not named is blank in every row. Extra fields of the schema may be named too.
            Selections can use them, but records do not contain them.
        clean: Fields whose columns already have the form of our columns: no ``NULL``, except for
            dates, and codes in upper case without blanks around them. Such columns are compared
            without conversion, so that the host's indexes are used.

    >>> partner = sa.table("res_partner", sa.column("ref"), sa.column("name"))
    >>> contacts = MappedTable(partner, {"no": partner.c.ref, "name": partner.c.name})
    """

    source: sa.FromClause
    values: Mapping[str, Any]
    clean: Collection[str] = ()

    def rows(
        self, fields: Mapping[str, Field], dialect: Dialect, *, by: Collection[str] = ()
    ) -> FromTable:
        """The table at one place of a statement.

        Args:
            fields: The fields of the table that it replaces.
            dialect: The dialect of the database.
            by: The fields by which rows are looked up for each contact.

        Raises:
            UnknownName: The mapping names a field that the table does not have.
        """
        columns = self._columns(fields, dialect)
        query = sa.select(*columns).select_from(self.source)
        unindexed = any(name in self.values and name not in self.clean for name in by)
        element = dialect.looked_up(query) if unindexed else query.subquery()

        def value(field: Field) -> Element:
            if field.name not in self.values:
                return _constant(field, field.blank)
            compared = _compared(field, element.c[field.name], dialect)
            return compared if not unindexed or field.name in by else dialect.not_sought(compared)

        return FromTable(element, value, unindexed)

    def copies(self, fields: Mapping[str, Field], dialect: Dialect, count: int) -> list[FromTable]:
        """The table at several places of a statement, with a number for each of its rows.

        Args:
            fields: The fields of the table that it replaces.
            dialect: The dialect of the database.
            count: How many places.
        """
        numbers = sa.func.row_number().over().label(_ROW)
        query = sa.select(*self._columns(fields, dialect), numbers).select_from(self.source)
        rows = query.cte().prefix_with("MATERIALIZED")  # the same numbers at all places
        places = (sa.select(*rows.c).subquery() for _ in range(count))
        return [self._copy(place, dialect) for place in places]

    def _copy(self, element: sa.FromClause, dialect: Dialect) -> FromTable:
        def value(field: Field) -> Element:
            if field.name not in self.values:
                return _constant(field, field.blank)
            return _compared(field, element.c[field.name], dialect)

        return FromTable(element, value, unindexed=True, identity=(element.c[_ROW],))

    def _columns(self, fields: Mapping[str, Field], dialect: Dialect) -> list[sa.Label[Any]]:
        for name in self.values:
            if name not in fields:
                raise UnknownName("field", name, known=fields, where=Message("the mapping"))
        return [
            self._column(field, dialect).label(name)
            for name, field in fields.items()
            if name in self.values
        ]

    def only(self, fields: Collection[str]) -> "MappedTable":
        """The mapping of these fields alone, without the host's extra fields."""
        values = {name: value for name, value in self.values.items() if name in fields}
        return attrs.evolve(self, values=values)

    def _column(self, field: Field, dialect: Dialect) -> Element:
        given = self.values[field.name]
        if field.name in self.clean:
            return sa.type_coerce(given, column_type(field))
        return _filled(field, given, dialect)


def check_mapping(mapped: Mapping[str, MappedTable], tables: Tables) -> None:
    """Check that a mapping names known tables and fields, and the fields by which rows are found.

    An unknown name belongs to the host's own schema, unless it is close to one of ours. A field's
    name is close if it has the same letters, a table's name if it looks alike.

    Raises:
        UnknownName: The mapping names a table or field that does not exist.
        InvalidValue: The mapping leaves out the field by which the rows of a table are found, or
            one of its values is not a `MappedTable`.
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
    """Check that no name in a mapping is one of our tables spelled wrong.

    Raises:
        UnknownName: A name is in no schema and looks like one of ours.
    """
    ours = tables.by_name()
    for name in mapped:
        if name not in ours and name not in schema.tables and near_name(name, ours):
            raise UnknownName("table", name, known=ours, where=Message("the mapping"))


def _letters(name: str) -> str:
    return to_name(name).replace("_", "")


def _finding(layout: Layout[Any]) -> str:
    """The field that finds the rows of a contact, or a row by its key. Empty without a key."""
    table = contact_schema().tables.get(layout.kind.__table__)
    return table.link.on[0][0] if table and table.link else next(iter(layout.kind.__key__), "")


def reading(
    layout: Layout[Any], mapped: Mapping[str, MappedTable], dialect: Dialect
) -> tuple[list[Element], Mapping[str, Element]]:
    """The columns for `Layout.from_row`, from our table or the host's, and the values by field."""
    host = mapped.get(layout.kind.__table__)
    if host is None:
        return layout.columns, dict(layout.table.c)
    fields = {field.name: field for field in layout.fields}
    rows = host.only(fields).rows(fields, dialect)
    values = {field.name: rows.value(field) for field in layout.fields}
    return [*values.values(), *[sa.null()] * layout.has_extra], values


def _constant(field: Field, value: object) -> Element:
    plain = to_code(str(value)) if field.type is FieldType.CODE else value
    if field.type is FieldType.OPTION:
        plain = str(value)
    return sa.cast(sa.literal(plain, column_type(field)), column_type(field))


def _filled(field: Field, given: Any, dialect: Dialect) -> Element:  # noqa: ANN401 - a column or a constant
    """The value of a host's column in the form of our columns, blank if it is missing."""
    if not isinstance(given, sa.ColumnElement):
        return _constant(field, given)
    value: Element = given
    match field.type:
        case FieldType.DATE:
            return sa.type_coerce(value, sa.Date())
        case FieldType.DATETIME:
            return sa.type_coerce(dialect.moment(value), column_type(field))
        case FieldType.TIME:
            return sa.type_coerce(value, sa.Time())
        case FieldType.CODE:
            return _text(dialect.code(sa.func.coalesce(sa.cast(value, sa.Text()), "")))
        case FieldType.TEXT:
            return _text(sa.func.coalesce(sa.cast(value, sa.Text()), ""))
        case FieldType.OPTION:
            text = sa.cast(value, sa.Text())  # a value that is no option of ours counts as blank
            return _text(sa.case((text.in_(field.options), text), else_=str(field.blank)))
        case FieldType.DECIMAL:
            exact = sa.cast(value, column_type(field))
            return sa.func.coalesce(exact, _constant(field, field.blank), type_=exact.type)
        case _:
            return sa.func.coalesce(value, field.blank, type_=column_type(field))


def _text(value: Element) -> Element:
    """The value declared as a text. SQLite builds no index for a value of unknown type."""
    return sa.cast(value, sa.Text())


def _compared(field: Field, value: Element, dialect: Dialect) -> Element:
    value = sa.type_coerce(value, column_type(field))
    if field.type in {FieldType.CODE, FieldType.TEXT, FieldType.OPTION}:
        return dialect.text(value)
    return dialect.number(value) if field.type is FieldType.DECIMAL else value
