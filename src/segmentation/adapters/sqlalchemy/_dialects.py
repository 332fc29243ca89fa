"""Dialects: SQL expressions that mean the same in each database as in Python."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timezone, tzinfo
from functools import reduce
from typing import Any, Protocol, assert_never

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.operators import custom_op

from segmentation.criteria import Letters, Pattern, Unit, Wild
from segmentation.errors import InvalidValue, Message
from segmentation.fields import Field, FieldType
from segmentation.serialization import to_json

from ._dialect_parts import (
    BLANKS,
    TAGS,
    Run,
    between,
    cast_constant,
    exact_total,
    kind_of,
    like,
    materialized,
    ordered_with_blanks,
    zone_name,
)
from ._letters import function_name
from ._mariadb import MariadbDialect
from ._tables import Element, Tables, Test
from ._types import MARIADB, ExactDecimal, WholeSum, column_type, is_mariadb

_SQLITE = sqlite.dialect()
_SUPPORTED = frozenset({"sqlite", "postgresql", *MARIADB})


class Dialect(Protocol):
    """The SQL of one kind of database.

    Attributes:
        lists_keys: Whether the contacts with certain rows are found quicker among the keys of
            these rows than by a look at the rows of each contact.
        groups_quickly: Whether figures of all contacts are worked out quicker at once, in groups,
            than for one contact after the other.
        one_by_one: How many values are listed one by one. More are passed as one parameter.
    """

    lists_keys: bool
    groups_quickly: bool
    one_by_one: int

    def text(self, value: Element) -> Element:
        """A text that compares by code point."""

    def number(self, value: Element) -> Element:
        """A decimal that compares by its value, not by its spelling."""

    def changed(self, value: Element, letters: Letters) -> Element:
        """A text as it is compared without case or accents (`Letters.change`)."""

    def lowered(self, value: Element, others: Mapping[str, str]) -> Element:
        """A text in which letters of ASCII are small, and some others are letters of ASCII.

        Letters beyond ASCII may be changed in any way that makes none of them one of ASCII.
        """

    def code(self, value: Element) -> Element:
        """A text as a code, as by ``to_code``: stripped and in upper case."""

    def is_code(self, value: Element) -> Test:
        """The condition that a text is a code as it stands. Some codes may not meet it."""

    def moment(self, value: Element) -> Element:
        """A point in time from a column of the host, in UTC."""

    def truth(self, value: Element) -> Element:
        """A yes or no from a column of the host, no if it is missing."""

    def no_truth(self, value: Element) -> Sequence[Test]:
        """The condition that such a column holds neither, if it can."""

    def misfit(self, value: Element, kind: FieldType) -> Sequence[Test]:
        """The condition that a host's column holds no value of a type, if it can."""

    def total(self, value: Element) -> Element:
        """The exact sum of decimals, 0 if there are none."""

    def whole_total(self, value: Element) -> Element:
        """The exact sum of whole numbers, 0 if there are none."""

    def fits(self, value: Element, pattern: Pattern) -> Test:
        """The condition that a whole text fits a pattern."""

    def among(self, value: Element, values: Iterable[object]) -> Test:
        """The condition that a value is one of many."""

    def listed(self, value: Element) -> Element | None:
        """A whole column as one text: a JSON list. ``NULL`` or empty if there is no row.

        ``None`` for a database that makes no such list in the order of the rows.
        """

    def day(self, moment: Element, zone: tzinfo) -> Element:
        """The day of a datetime in a zone that has a name (see `zone_name`)."""

    def day_number(self, day: Element) -> Element:
        """The days from some day on, to be subtracted from another such number."""

    def in_calendar(self, unit: Unit, day: Element, runs: Iterable[Run]) -> Sequence[Test]:
        """The conditions that the number that the calendar gives a day is in a run of numbers."""

    def looked_up(self, query: sa.Select[Any]) -> sa.FromClause:
        """Rows that are looked up many times by columns without an index."""

    def not_sought(self, value: Element) -> Element:
        """A value of such rows that is not among these columns."""

    def seeks(self, column: Element) -> bool:
        """Whether an index of a host's on a column serves for texts as we compare them."""

    def hashed(self, seed: str, number: Element) -> Element:
        """The hash of a contact's number with a seed (see `segmentation.criteria.hash_of`)."""

    def share(self, seed: str, number: Element) -> Element:
        """The share of a contact's number with a seed (see `segmentation.criteria.share_of`)."""

    def extra_field(self, data: Element, field: Field) -> Element:
        """The value of an extra field, the blank of its type if it is missing."""

    def trimmed(self, value: Element, signs: str) -> Element:
        """A text without any of these signs, which are all blanks, at its ends."""

    def constant(self, value: object, field: Field) -> Element:
        """A value of a field by itself."""

    def ordered(self, value: Element, *, descending: bool) -> sa.UnaryExpression[Any]:
        """The sort key for a value; what is missing is the least."""


class SqliteDialect:
    """SQLite, with functions that we add (see `segmentation.adapters.sqlalchemy._functions`)."""

    lists_keys, groups_quickly, one_by_one = True, False, 500

    def text(self, value: Element) -> Element:
        """A text that compares by its bytes in UTF-8, which gives the order of code points."""
        return sa.collate(value, "BINARY")

    def number(self, value: Element) -> Element:
        """A decimal with a collation of ours. SQLite itself would compare floats."""
        if isinstance(value.type, WholeSum):
            return value
        text = sa.type_coerce(value, sa.Text())
        return sa.type_coerce(sa.collate(text, "segmentation_decimal"), ExactDecimal())

    def changed(self, value: Element, letters: Letters) -> Element:
        """The text by a function of ours. SQLite's own changes ASCII letters only."""
        bare = letters is Letters.ANY_ACCENT
        function = sa.func.segmentation_bare if bare else sa.func.segmentation_fold
        return function(value, type_=sa.Text())

    def lowered(self, value: Element, others: Mapping[str, str]) -> Element:
        """The text by SQLite's own functions."""
        for other, letter in others.items():
            value = sa.func.replace(value, other, letter, type_=sa.Text())
        return sa.func.lower(value, type_=sa.Text())

    def code(self, value: Element) -> Element:
        """A code by a function of ours."""
        return sa.func.segmentation_code(value, type_=sa.Text())

    def is_code(self, value: Element) -> Test:
        """The condition on ASCII texts, by functions of SQLite, which are quicker than ours."""
        is_ascii = sa.func.length(sa.cast(value, sa.LargeBinary())) == sa.func.length(value)
        return sa.and_(value == sa.func.upper(sa.func.trim(value, BLANKS)), is_ascii)

    def moment(self, value: Element) -> Element:
        """A point in time by a function of ours, from any ISO form."""
        moment = sa.func.segmentation_moment(sa.type_coerce(value, sa.Text()))
        return sa.type_coerce(moment, column_type(Field("", FieldType.DATETIME)))

    def truth(self, value: Element) -> Element:
        """The value itself, which is 1 or 0."""
        return sa.func.coalesce(value, sa.false(), type_=sa.Boolean())

    def no_truth(self, value: Element) -> Sequence[Test]:
        """The condition that it is neither 1 nor 0: a column of any type can hold any value."""
        number = sa.func.coalesce(sa.type_coerce(value, sa.Integer()), 0, type_=sa.Integer())
        return [number.not_in([0, 1])]

    def misfit(self, value: Element, kind: FieldType) -> Sequence[Test]:
        """The condition by the form of texts: a column of any type can hold any value."""
        held, text = sa.func.typeof(value), sa.type_coerce(value, sa.Text())
        match kind:
            case FieldType.INTEGER:
                return [held.not_in(["integer", "null"])]
            case FieldType.DECIMAL if isinstance(value.type, sa.Integer):
                return [held.not_in(["integer", "null"])]
            case FieldType.DECIMAL:
                number = sa.func.segmentation_is_number(text, type_=sa.Boolean())
                return [sa.and_(value.is_not(None), sa.not_(number))]
            case FieldType.DATE:
                return [sa.and_(value.is_not(None), sa.func.date(text).is_distinct_from(text))]
            case FieldType.DATETIME:
                return [sa.and_(value.is_not(None), sa.func.julianday(text).is_(None))]
            case FieldType.TIME:
                return [sa.and_(value.is_not(None), sa.func.time(text).is_(None))]
            case _:
                return []

    def total(self, value: Element) -> Element:
        """The exact sum by an aggregate function of ours. SQLite's own adds floats."""
        total = sa.func.segmentation_sum(sa.type_coerce(value, sa.Text()), type_=sa.Text())
        return self.number(sa.func.coalesce(total, "0", type_=sa.Text()))

    def whole_total(self, value: Element) -> Element:
        """The sum by SQLite itself, which adds whole numbers exactly, or says that it cannot."""
        return sa.func.coalesce(sa.func.sum(value), 0, type_=WholeSum())

    def fits(self, value: Element, pattern: Pattern) -> Test:
        """The condition by ``GLOB``, which is case-sensitive and has the same two wildcards."""
        signs = {Wild.ANY_RUN: "*", Wild.ANY_ONE: "?"}
        glob = "".join(
            _escaped_glob(piece) if isinstance(piece, str) else signs[piece] for piece in pattern
        )
        return value.bool_op("GLOB")(glob)

    def among(self, value: Element, values: Iterable[object]) -> Test:
        """The condition with all values in one parameter, because SQLite limits their number."""
        stored = value.type.dialect_impl(_SQLITE).bind_processor(_SQLITE)
        held = [stored(each) for each in values] if stored else list(values)
        listed = sa.func.json_each(to_json(held)).table_valued("value")
        return value.in_(sa.select(listed.c.value))

    def listed(self, value: Element) -> Element:
        """A column as a JSON list in the order of the rows."""
        return sa.func.json_group_array(value, type_=sa.Text())

    def day(self, moment: Element, zone: tzinfo) -> Element:
        """The day by a function of ours."""
        text = sa.type_coerce(moment, sa.Text())
        return sa.func.segmentation_day(text, zone_name(zone), type_=sa.Date())

    def day_number(self, day: Element) -> Element:
        """The Julian day, which is exact for days."""
        return sa.func.julianday(sa.type_coerce(day, sa.Text()), type_=sa.Float())

    def in_calendar(self, unit: Unit, day: Element, runs: Iterable[Run]) -> Sequence[Test]:
        """The conditions on the digits of the day."""
        text = sa.type_coerce(day, sa.Text())
        match unit:
            case Unit.MONTH:
                month: Element = sa.func.substr(text, 6, 2, type_=sa.Text())
                return between(month, ((f"{first:02}", f"{last:02}") for first, last in runs))
            case Unit.WEEKDAY:  # %w counts from Sunday
                weekday = (sa.cast(sa.func.strftime("%w", text), sa.Integer()) + 6) % 7 + 1
                return between(weekday, runs)
            case Unit.MONTH_AND_DAY:
                digits: Element = sa.func.substr(text, 6, 5, type_=sa.Text())
                return between(digits, ((_digits(first), _digits(last)) for first, last in runs))
            case _:
                assert_never(unit)

    def looked_up(self, query: sa.Select[Any]) -> sa.FromClause:
        """The rows, materialized. Only then does SQLite build an index for them."""
        return materialized(query)

    def not_sought(self, value: Element) -> Element:
        """The value with a sign, which keeps SQLite from building its index on it."""
        return sa.UnaryExpression(value, operator=custom_op("+"), type_=value.type)

    def seeks(self, column: Element) -> bool:  # noqa: ARG002
        """An index on any column does: SQLite compares texts by their bytes."""
        return True

    def hashed(self, seed: str, number: Element) -> Element:
        """The hash by a function of ours, in hexadecimal digits."""
        return sa.func.segmentation_hash(seed, number, type_=sa.Text())

    def share(self, seed: str, number: Element) -> Element:
        """The share by a function of ours."""
        return sa.func.segmentation_share(seed, number, type_=sa.Integer())

    def extra_field(self, data: Element, field: Field) -> Element:
        """The value by a function of ours, in the form of a column of its type."""
        data = sa.type_coerce(data, sa.Text())
        value = sa.func.segmentation_extra(data, field.name, str(field.type))
        match field.type:
            case FieldType.INTEGER | FieldType.DECIMAL:
                return self.number(value)
            case FieldType.CODE | FieldType.TEXT | FieldType.OPTION:
                return self.text(sa.func.coalesce(value, field.blank, type_=sa.Text()))
            case _:
                return sa.type_coerce(value, column_type(field))

    def trimmed(self, value: Element, signs: str) -> Element:
        """The text by the database's own function."""
        return sa.func.trim(value, signs, type_=sa.Text())

    def constant(self, value: object, field: Field) -> Element:
        """The value, declared as one of the field's type."""
        return cast_constant(value, field)

    def ordered(self, value: Element, *, descending: bool) -> sa.UnaryExpression[Any]:
        """The sort key, which says where what is missing stands."""
        return ordered_with_blanks(value, descending=descending)


def _digits(number: int) -> str:
    """The number of a month and its day, as a date is written."""
    return f"{number // 100:02}-{number % 100:02}"


def _escaped_glob(text: str) -> str:
    return "".join(f"[{each}]" if each in "*?[" else each for each in text)


_BY_BYTES = frozenset({"C", "POSIX"})
"""The collations of PostgreSQL that compare texts by their bytes."""


class PostgresqlDialect:
    """PostgreSQL, version 12 or later, with functions that we add (see `_letters`)."""

    # A parameter for each value takes longer to write and to read than all of them in an array.
    lists_keys, groups_quickly, one_by_one = False, True, 20

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def text(self, value: Element) -> Element:
        """A text with the collation "C", which compares UTF-8 by code point."""
        return sa.collate(value, "C")

    def number(self, value: Element) -> Element:
        """The value itself: PostgreSQL compares decimals exactly."""
        return value

    def changed(self, value: Element, letters: Letters) -> Element:
        """Lower case if a text is ASCII, or else the text by a function of ours."""
        verb = "bare" if letters is Letters.ANY_ACCENT else "fold"
        return self._by_letters(verb, value, sa.func.lower(sa.collate(value, "C")))

    def lowered(self, value: Element, others: Mapping[str, str]) -> Element:
        """The text by PostgreSQL's own functions."""
        if others:
            letters, become = "".join(others), "".join(others.values())
            value = sa.func.translate(value, letters, become, type_=sa.Text())
        return sa.func.lower(sa.collate(value, "C"), type_=sa.Text())

    def code(self, value: Element) -> Element:
        """A code by a function of ours where a text is not ASCII."""
        upper = sa.func.upper(sa.collate(sa.func.btrim(value, BLANKS), "C"))
        return self._by_letters("code", value, upper)

    def _by_letters(self, verb: str, value: Element, quick: Element) -> Element:
        """The quick expression if a text is ASCII, as most are, or else our exact function."""
        schema, name = function_name(self._tables, verb)
        functions = getattr(sa.func, sa.quoted_name(schema, quote=True)) if schema else sa.func
        exact = getattr(functions, name)(value)
        is_ascii = sa.func.octet_length(value) == sa.func.char_length(value)
        return self.text(sa.type_coerce(sa.case((is_ascii, quick), else_=exact), sa.Text()))

    def is_code(self, value: Element) -> Test:
        """The condition that making it a code changes nothing."""
        return value == self.code(value)

    def moment(self, value: Element) -> Element:
        """A point in time with its zone. A column without a zone counts as UTC."""
        if isinstance(value.type, sa.DateTime) and not value.type.timezone:
            return sa.func.timezone("UTC", value, type_=sa.DateTime(timezone=True))
        return value

    def truth(self, value: Element) -> Element:
        """The value itself, or whether a number is 1."""
        if isinstance(value.type, sa.Integer):
            return sa.func.coalesce(value == 1, sa.false(), type_=sa.Boolean())
        return sa.func.coalesce(value, sa.false(), type_=sa.Boolean())

    def no_truth(self, value: Element) -> Sequence[Test]:
        """The condition that a number is neither 1 nor 0."""
        if not isinstance(value.type, sa.Integer):
            return []
        return [sa.func.coalesce(value, 0, type_=sa.Integer()).not_in([0, 1])]

    def misfit(self, value: Element, kind: FieldType) -> Sequence[Test]:  # noqa: ARG002
        """Nothing: a column holds values of its type alone."""
        return []

    def total(self, value: Element) -> Element:
        """The sum, which PostgreSQL adds exactly."""
        return exact_total(value)

    def whole_total(self, value: Element) -> Element:
        """The sum, which PostgreSQL adds exactly, and quicker than decimals."""
        return exact_total(value)

    def fits(self, value: Element, pattern: Pattern) -> Test:
        """The condition by ``LIKE``, which is case-sensitive."""
        return like(value, pattern)

    def among(self, value: Element, values: Iterable[object]) -> Test:
        """The condition with all values in one parameter, an array."""
        held = list(values)
        kind = kind_of(held)
        # The host's own type may be narrower than a value that is asked for.
        array = postgresql.ARRAY(
            sa.Text() if kind is FieldType.TEXT else column_type(Field("", kind))
        )
        return value == sa.any_(sa.bindparam(None, held, type_=array))

    def listed(self, value: Element) -> Element:
        """A column as a JSON list in the order of the rows."""
        return sa.cast(sa.func.json_agg(value), sa.Text())

    def day(self, moment: Element, zone: tzinfo) -> Element:
        """The day by the database's own zones."""
        named: Element = sa.literal(zone_name(zone), sa.Text())
        if isinstance(zone, timezone):
            named = sa.literal(zone.utcoffset(None), sa.Interval())
        return sa.cast(sa.func.timezone(named, moment), sa.Date())

    def day_number(self, day: Element) -> Element:
        """The days from a day of the calendar on."""
        start = sa.cast(sa.literal(date(2000, 1, 1), sa.Date()), sa.Date())
        return sa.type_coerce(day - start, sa.Integer())

    def in_calendar(self, unit: Unit, day: Element, runs: Iterable[Run]) -> Sequence[Test]:
        """The conditions on the parts of the day."""
        month = sa.cast(sa.extract("month", day), sa.Integer())
        match unit:
            case Unit.MONTH:
                return between(month, runs)
            case Unit.WEEKDAY:
                return between(sa.cast(sa.extract("isodow", day), sa.Integer()), runs)
            case Unit.MONTH_AND_DAY:
                number = month * 100 + sa.cast(sa.extract("day", day), sa.Integer())
                return between(number, runs)
            case _:
                assert_never(unit)

    def looked_up(self, query: sa.Select[Any]) -> sa.FromClause:
        """The rows as a subquery: PostgreSQL builds a hash table for them by itself."""
        return query.subquery()

    def not_sought(self, value: Element) -> Element:
        """The value itself."""
        return value

    def seeks(self, column: Element) -> bool:
        """An index does whose texts have the collation "C"; it is not made for another order."""
        is_text = isinstance(column.type, sa.String)
        return not is_text or getattr(column.type, "collation", None) in _BY_BYTES

    def hashed(self, seed: str, number: Element) -> Element:
        """The SHA-256 as bytes, which sort like their hexadecimal digits."""
        seeded = sa.literal(seed.encode() + b"\0", sa.LargeBinary())
        return sa.func.sha256(
            seeded.op("||")(sa.func.convert_to(number, "UTF8")), type_=sa.LargeBinary()
        )

    def share(self, seed: str, number: Element) -> Element:
        """The share, from the first four bytes of the hash."""
        digest = self.hashed(seed, number)
        four = [
            sa.cast(sa.func.get_byte(digest, place), sa.BigInteger()) * 256 ** (3 - place)
            for place in range(4)
        ]
        number = reduce(lambda one, other: one + other, four) * 10_000
        return number.op(">>", return_type=sa.BigInteger())(sa.literal_column("32"))

    def extra_field(self, data: Element, field: Field) -> Element:
        """The value from JSON, if its type there is the type of the field."""
        value = sa.type_coerce(data, postgresql.JSONB())[field.name]
        as_text = value.astext
        if field.type in {FieldType.CODE, FieldType.TEXT, FieldType.OPTION}:
            is_text = sa.func.jsonb_typeof(value) == "string"
            text = sa.case((is_text, as_text), else_=str(field.blank))
            return self.code(text) if field.type is FieldType.CODE else self.text(text)
        if field.type is FieldType.BOOLEAN:
            return sa.func.coalesce(as_text == "true", sa.false(), type_=sa.Boolean())
        tagged = value[TAGS[field.type]].astext
        if field.type in {FieldType.INTEGER, FieldType.DECIMAL}:
            is_number = sa.func.jsonb_typeof(value) == "number"
            number = sa.case((is_number, sa.cast(as_text, ExactDecimal())))
            return sa.func.coalesce(
                sa.cast(tagged, ExactDecimal()), number, 0, type_=ExactDecimal()
            )
        return sa.cast(tagged, column_type(field))

    def trimmed(self, value: Element, signs: str) -> Element:
        """The text by the database's own function."""
        return sa.func.trim(value, signs, type_=sa.Text())

    def constant(self, value: object, field: Field) -> Element:
        """The value, declared as one of the field's type."""
        return cast_constant(value, field)

    def ordered(self, value: Element, *, descending: bool) -> sa.UnaryExpression[Any]:
        """The sort key, which says where what is missing stands."""
        return ordered_with_blanks(value, descending=descending)


def dialect_of(dialect: sa.Dialect, tables: Tables) -> Dialect:
    """The dialect of a database.

    Raises:
        InvalidValue: The database is none that is supported.
    """
    check_dialect(dialect)
    if is_mariadb(dialect):
        return MariadbDialect(tables)
    return PostgresqlDialect(tables) if dialect.name == "postgresql" else SqliteDialect()


def check_dialect(dialect: sa.Dialect) -> None:
    """Check that a database is one that is supported, before any statement is written for it.

    Raises:
        InvalidValue: It is not.
    """
    if is_mariadb(dialect):
        _check_mariadb(dialect)
    if dialect.name not in _SUPPORTED:
        reason = Message("is not supported; segments are kept in SQLite, PostgreSQL or MariaDB")
        raise InvalidValue("dialect", dialect.name, reason)


_OLDEST = (10, 6)
"""The first version of MariaDB that makes a table of a JSON list."""


def _check_mariadb(dialect: Any) -> None:  # noqa: ANN401 - what only this dialect has
    if not dialect.is_mariadb:
        raise InvalidValue("dialect", "MySQL", Message("is not supported; MariaDB is"))
    version = dialect.server_version_info
    if version is not None and version < _OLDEST:
        reason = Message("is too old; MariaDB 10.6 or later is wanted")
        raise InvalidValue("version", ".".join(map(str, version)), reason)
