"""Tables of a host that replace ours, by a mapping of fields to columns."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs
import sqlalchemy as sa

from segmentation.codes import to_code
from segmentation.contacts import Contact
from segmentation.criteria import Link, Table, make_table
from segmentation.definitions import OwnField, OwnTable
from segmentation.errors import Message, UnknownName
from segmentation.fields import Field, FieldType, Record, Value, as_texts

from ._dialect_parts import materialized
from ._dialects import Dialect
from ._once import comes_once
from ._tables import Element, FromTable, Test
from ._types import can_hold_text, cast_to_text, column_type

_ROW = "segmentation_row"

_BEHIND = 10_000
"""The places of declared fields: behind those that are defined in the store."""


def _to_fields(fields: Iterable[Field]) -> tuple[Field, ...]:
    return tuple(fields)


def _to_key(key: str | Iterable[str]) -> tuple[str, ...]:
    return tuple(filter(None, as_texts(key)))


def _to_link(link: str | Link) -> Link | None:
    return Link(((link, "no"),)) if isinstance(link, str) and link else link or None


@attrs.frozen
class MappedTable:
    """Where a host keeps what one of our tables holds, or a table of its own; it is only read.

    Attributes:
        source: A table, a view, a join or a subquery of SQLAlchemy.
        values: For each field the column that holds it, an expression, or a constant. A field
            that is not named is blank in every row.
        clean: Fields whose columns already have the form of our columns: no ``NULL``, except for
            dates, and codes in upper case without blanks around them. Such columns are compared
            without conversion, so that the host's indexes are used.
        fields: The fields of the host's own that ``values`` names, with their types: all fields of
            a table of its own, or further ones of one of ours.
        words: For an option or a yes or no what the host's words stand for: ``{"type": {"Firma":
            "company"}, "privacy_blocked": {"yes": True, "no": False}}``. Of an option our own
            words are known besides. Blanks around a word do not count, and a blank stands for the
            blank of the field.
        key: The field or fields that tell the rows of a host's own table apart.
        link: How rows of a host's own table belong to a contact: the field that holds the
            contact's number, or a `Link`.
        alias: A shorter name of a host's own table.
        called: What a host's own table is called for people, in any language.
        worked_out: Fields of a contact that are worked out in Python, each by a function of the
            contact. Letters can name them; they cannot be filtered.
        beside: Whether the rows stand beside ours, as a host's history of interactions does:
            both are asked together, and only ours are written.
        changed: The column that says when a row was written last, so that segments that follow
            criteria ask only for what was written since. It is set with every change of a row, and
            a later change never bears an earlier moment.

    >>> partner = sa.table("res_partner", sa.column("ref"), sa.column("name"))
    >>> contacts = MappedTable(partner, {"no": partner.c.ref, "name": partner.c.name})
    """

    source: sa.FromClause
    values: Mapping[str, Any]
    clean: Collection[str] = ()
    fields: tuple[Field, ...] = attrs.field(default=(), converter=_to_fields)
    words: Mapping[str, Mapping[Any, Any]] = attrs.field(factory=dict)
    key: tuple[str, ...] = attrs.field(default=(), converter=_to_key)
    link: Link | None = attrs.field(default=None, converter=_to_link)
    alias: str = ""
    called: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    worked_out: Mapping[str, Callable[[Contact], Value]] = attrs.field(factory=dict)
    beside: bool = False
    changed: Any = None

    def table(self, name: str) -> Table:
        """The host's own table as a schema knows it."""
        return make_table(
            name,
            self.fields,
            link=self.link,
            alias=self.alias,
            called=self.called,
            key=self.key,
        )

    def definitions(self, name: str, *, ours: bool) -> Sequence[Record]:
        """The definitions of the fields that are declared, and of a table of the host's own.

        Args:
            name: The table.
            ours: Whether it is one of our tables.
        """
        found: list[Record] = [
            OwnField.of(name, field, place) for place, field in enumerate(self.fields, _BEHIND)
        ]
        return found if ours or not self.fields else [OwnTable.of(self.table(name)), *found]

    def rows(
        self,
        fields: Mapping[str, Field],
        dialect: Dialect,
        *,
        by: Collection[str] = (),
        all_sound: bool = False,
    ) -> FromTable:
        """The table at one place of a statement, without rows that cannot be read.

        Args:
            fields: The fields of the table that it replaces.
            dialect: The dialect of the database.
            by: The fields by which rows are looked up for each contact.
            all_sound: Whether it is known that all rows can be read.

        Raises:
            UnknownName: The mapping names a field that the table does not have.
        """
        named = self._bare(fields, by)
        query = self._query(fields, dialect, named, all_sound=all_sound)
        constants = self._constants(fields)
        unindexed = any(
            name in self.values and name not in constants and not self._is_sought(name, dialect)
            for name in by
        )
        element = dialect.looked_up(query) if unindexed else query.subquery()
        placed = self.placed(element, dialect, fields)

        bare = {name: to_compared(fields[name], element.c[name], dialect) for name in named}

        def value(field: Field) -> Element:
            if field.name in bare:
                return to_compared(field, sa.func.coalesce(element.c[field.name], ""), dialect)
            compared = placed.value(field)
            sought = not unindexed or field.name in by or field.name not in self.values
            return compared if sought else dialect.not_sought(compared)

        numbers = frozenset(self._numbers(fields) if all_sound else ())
        return attrs.evolve(
            placed, value=value, unindexed=unindexed, of_host=True, bare=bare, filled=numbers
        )

    def _numbers(self, fields: Mapping[str, Field]) -> Iterator[str]:
        """The codes that hold the number of a contact, which is blank in no row that is read."""
        number = self.values.get("no")
        codes = (name for name in self.values if fields[name].type is FieldType.CODE)
        return (name for name in codes if self.values[name] is number)

    def _bare(self, fields: Mapping[str, Field], by: Collection[str]) -> frozenset[str]:
        """The fields whose texts are the host's own where it has any, but for those of a link."""
        return frozenset(
            name
            for name, given in self.values.items()
            if name in fields and fields[name].type is FieldType.TEXT and name not in by
            if isinstance(given, sa.Column) and isinstance(given.type, sa.String)
            if name not in self.clean
        )

    def _is_sought(self, name: str, dialect: Dialect) -> bool:
        """Whether an index on the column of a field can find its values."""
        given = self.values[name]
        is_column = isinstance(given, sa.ColumnElement)
        return name in self.clean and (not is_column or dialect.seeks(given))

    def _constants(self, fields: Mapping[str, Field]) -> Mapping[str, Value]:
        """The values of the fields that are the same in every row, as they are compared."""
        return {
            name: value
            for name, field in fields.items()
            for value in _known(field, self.values.get(name), self.words.get(name, {}))
        }

    def copies(self, fields: Mapping[str, Field], dialect: Dialect, count: int) -> list[FromTable]:
        """The table at several places of a statement, with a number for each of its rows.

        Args:
            fields: The fields of the table that it replaces.
            dialect: The dialect of the database.
            count: How many places.
        """
        query = self._query(fields, dialect)
        return numbered_copies(query, lambda element: self.placed(element, dialect, fields), count)

    def placed(
        self, element: sa.FromClause, dialect: Dialect, fields: Mapping[str, Field]
    ) -> FromTable:
        """The values of a subquery that selects `columns` of these fields."""
        constants = self._constants(fields)

        def value(field: Field) -> Element:
            if field.name in constants or field.name not in self.values:
                return _constant(field, constants.get(field.name, field.blank), dialect)
            return to_compared(field, element.c[field.name], dialect)

        whole = {
            name: element.c[name]
            for name, field in fields.items()
            if _is_whole(field, self.values.get(name))
        }
        return FromTable(element, value, constants=constants, once=self._once(fields), whole=whole)

    def _once(self, fields: Mapping[str, Field]) -> frozenset[str]:
        """The fields of which no two rows have the same value, as it is compared."""
        return frozenset(
            name
            for name, given in self.values.items()
            if name in fields and isinstance(given, sa.Column) and comes_once(self.source, given)
            if name in self.clean or isinstance(given.type, sa.Integer)
        )

    def _query(
        self,
        fields: Mapping[str, Field],
        dialect: Dialect,
        bare: Collection[str] = (),
        *,
        all_sound: bool = False,
    ) -> sa.Select[Any]:
        unreadable = () if all_sound else self.unreadable(fields, dialect)
        sound = [sa.not_(test) for _, test in unreadable]
        columns = [
            self.values[each.name].label(each.name) if each.name in bare else each
            for each in self.columns(fields, dialect)
        ]
        return sa.select(*columns).select_from(self.source).where(*sound)

    def columns(self, fields: Mapping[str, Field], dialect: Dialect) -> list[sa.Label[Any]]:
        """The columns that hold the fields, in the form of our columns.

        Raises:
            UnknownName: The mapping names a field that the table does not have.
        """
        for name in self.values:
            if name not in fields:
                raise UnknownName("field", name, known=fields, where=Message("the mapping"))
        return [
            self._column(field, dialect).label(name)
            for name, field in fields.items()
            if name in self.values
        ]

    def unreadable(
        self, fields: Mapping[str, Field], dialect: Dialect
    ) -> Sequence[tuple[Field, Test]]:
        """The fields of which a row may hold what stands for nothing, each with the condition."""
        found: list[tuple[Field, Test]] = []
        for name, given in self.values.items():
            field = fields.get(name)
            if field is None or not isinstance(given, sa.ColumnElement):
                continue
            if field.type is FieldType.OPTION and not _is_known_option(given, field):
                known = ["", *map(str, self.words.get(name, {})), *field.options]
                found.append((field, worded(given).not_in(known)))
            elif field.type is FieldType.BOOLEAN and name in self.words:
                known = ["", *map(str, self.words[name])]
                found.append((field, worded(given).not_in(known)))
            elif field.type is FieldType.BOOLEAN and not _is_condition(given):
                found += [(field, test) for test in dialect.no_truth(given)]
        return found

    def only(self, fields: Collection[str]) -> "MappedTable":
        """The mapping of these fields alone, without the host's extra fields."""
        values = {name: value for name, value in self.values.items() if name in fields}
        return attrs.evolve(self, values=values)

    def _column(self, field: Field, dialect: Dialect) -> Element:
        given = self.values[field.name]
        if field.name in self.clean and not _is_whole(field, given):
            return sa.type_coerce(given, column_type(field))
        return _filled(field, given, self.words.get(field.name, {}), dialect)


def numbered_copies(
    query: sa.Select[Any], placed: Callable[[sa.FromClause], FromTable], count: int
) -> list[FromTable]:
    """Rows at several places of a statement, with the same number for each at all places.

    Args:
        query: Selects the rows.
        placed: Gives the values of a subquery of these columns.
        count: How many places.
    """
    numbers = sa.func.row_number().over().label(_ROW)
    rows = materialized(query.add_columns(numbers))
    places = [sa.select(*rows.c).subquery() for _ in range(count)]
    return [
        attrs.evolve(placed(place), unindexed=True, identity=(place.c[_ROW],)) for place in places
    ]


def worded(value: Element) -> Element:
    """What stands in a column as a word, blank if nothing does."""
    return sa.func.trim(sa.func.coalesce(cast_to_text(value), ""), type_=sa.Text())


def _is_known_option(given: Element, field: Field) -> bool:
    """Whether an expression gives nothing but options, so that no row needs to be looked at."""
    if not isinstance(given, sa.Case) or given.else_ is None:
        return False
    results = [*(result for _, result in given.whens), given.else_]
    return all(getattr(each, "value", None) in field.options for each in results)


def _is_condition(given: Element) -> bool:
    """Whether an expression compares something, so that it is true or false."""
    return isinstance(given, sa.BinaryExpression | sa.BooleanClauseList)


def _known(field: Field, given: object, words: Mapping[Any, Any]) -> tuple[Value, ...]:
    """The value that a field has in every row; nothing if rows differ, or Python may not tell."""
    if isinstance(given, sa.ColumnElement):
        return ()
    plain = _plain(field, given if given is None else words.get(given, given))
    match field.type:
        case FieldType.CODE | FieldType.TEXT:
            is_plain = isinstance(plain, str) and can_hold_text(plain)
        case FieldType.OPTION:
            is_plain = plain in field.options
        case FieldType.BOOLEAN:
            is_plain = isinstance(plain, bool)
        case FieldType.INTEGER:
            is_plain = type(plain) is int
        case _:
            is_plain = plain == field.blank
    return (plain,) if is_plain else ()


def _plain(field: Field, value: Any) -> Any:  # noqa: ANN401 - a constant of a host's
    """A constant in the form of our values, blank if it is missing."""
    plain = field.blank if value is None else value
    match field.type:
        case FieldType.CODE:
            return to_code(str(plain))
        case FieldType.OPTION:
            return str(plain)
        case _:
            return plain


def _constant(field: Field, value: object, dialect: Dialect) -> Element:
    return dialect.constant(_plain(field, value), field)


def _filled(
    field: Field,
    given: Any,  # noqa: ANN401 - a column or a constant
    words: Mapping[Any, Any],
    dialect: Dialect,
) -> Element:
    """The value of a host's column in the form of our columns, blank if it is missing."""
    if not isinstance(given, sa.ColumnElement):
        return _constant(field, words.get(given, given), dialect)
    value: Element = given
    match field.type:
        case FieldType.DATE:
            return sa.type_coerce(value, sa.Date())
        case FieldType.DATETIME:
            return sa.type_coerce(dialect.moment(value), column_type(field))
        case FieldType.TIME:
            return sa.type_coerce(value, sa.Time())
        case FieldType.CODE if not isinstance(value.type, sa.Integer):
            return _text(dialect.code(sa.func.coalesce(cast_to_text(value), "")))
        case FieldType.CODE | FieldType.TEXT:  # the digits of a whole number are a code
            return _text(sa.func.coalesce(cast_to_text(value), ""))
        case FieldType.OPTION:
            known = {option: option for option in field.options}
            known |= {str(word): str(option) for word, option in words.items()}
            if not words and _is_known_option(value, field):
                return _text(value)
            return _text(sa.case(known, value=worded(value), else_=str(field.blank)))
        case FieldType.BOOLEAN:
            return _truth(value, words, dialect)
        case FieldType.DECIMAL:
            if _is_whole(field, value):
                return value
            exact = sa.cast(value, column_type(field))
            return sa.func.coalesce(exact, _constant(field, field.blank, dialect), type_=exact.type)
        case _:
            return sa.func.coalesce(value, field.blank, type_=column_type(field))


def _is_whole(field: Field, given: object) -> bool:
    """Whether a decimal comes from a column of whole numbers, which the database adds exactly."""
    is_column = isinstance(given, sa.ColumnElement) and isinstance(given.type, sa.Integer)
    return field.type is FieldType.DECIMAL and is_column


def _truth(value: Element, words: Mapping[Any, Any], dialect: Dialect) -> Element:
    if not words:
        return dialect.truth(value)
    yes = [str(word) for word, truth in words.items() if truth]
    return sa.type_coerce(worded(value).in_(yes), sa.Boolean())


def _text(value: Element) -> Element:
    """The value declared as a text. SQLite builds no index for a value of unknown type."""
    return cast_to_text(value)


def to_compared(field: Field, value: Element, dialect: Dialect) -> Element:
    """The value of a subquery that has the form of our columns, as it is compared."""
    if _is_whole(field, value):
        value = sa.cast(sa.func.coalesce(value, 0), column_type(field))
    value = sa.type_coerce(value, column_type(field))
    if field.type in {FieldType.CODE, FieldType.TEXT, FieldType.OPTION}:
        return dialect.text(value)
    return dialect.number(value) if field.type is FieldType.DECIMAL else value
