"""What a statement says in the words of its database, so that both mean what Python means."""

from collections.abc import Iterable
from functools import reduce
from typing import Any, Protocol, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.operators import custom_op

from segmentation.criteria import Pattern, Wild
from segmentation.fields import Field, FieldType
from segmentation.serialization import to_json

from ._letters import function_name
from ._tables import Tables
from ._types import ExactDecimal, column_type

Element: TypeAlias = sa.ColumnElement[Any]
Test: TypeAlias = sa.ColumnElement[bool]

_TAGS = {
    FieldType.INTEGER: "decimal",
    FieldType.DECIMAL: "decimal",
    FieldType.DATE: "date",
    FieldType.DATETIME: "datetime",
    FieldType.TIME: "time",
}
"""Under which tag plain data hold the value of an extra field."""


class Words(Protocol):
    """The words of one database."""

    def text(self, value: Element) -> Element:
        """A text, ordered by code point."""

    def number(self, value: Element) -> Element:
        """A decimal that compares by its value, whatever its digits."""

    def lower(self, value: Element) -> Element:
        """The text as ``str.lower`` makes it."""

    def code(self, value: Element) -> Element:
        """The text as ``to_code`` makes it: without blanks around it, in upper case."""

    def moment(self, value: Element) -> Element:
        """A point in time of a host's column, in UTC."""

    def total(self, value: Element) -> Element:
        """The exact sum of decimals; 0 of none."""

    def fits(self, value: Element, pattern: Pattern) -> Test:
        """Whether the whole text fits a pattern."""

    def among(self, value: Element, values: Iterable[object]) -> Test:
        """Whether a value is one of many."""

    def listed(self, value: Element) -> Element:
        """A whole column as one text: a list in JSON, ``NULL`` or empty if there is no row."""

    def looked_up(self, query: sa.Select[Any]) -> sa.FromClause:
        """Rows that are looked up by what no index knows, again and again."""

    def not_sought(self, value: Element) -> Element:
        """A value of such rows by which they are not looked up."""

    def hashed(self, seed: str, number: Element) -> Element:
        """The hash of a number with a seed; see `segmentation.criteria.hash_of`."""

    def share(self, seed: str, number: Element) -> Element:
        """The share of a number with a seed; see `segmentation.criteria.share_of`."""

    def extra_field(self, data: Element, field: Field) -> Element:
        """The value of an extra field, its blank where it is missing."""


class SqliteWords:
    """SQLite, with functions of ours (see `segmentation.adapters.sqlalchemy._functions`)."""

    def text(self, value: Element) -> Element:
        """A text, ordered by its bytes in UTF-8, which is by code point."""
        return sa.collate(value, "BINARY")

    def number(self, value: Element) -> Element:
        """A decimal under a collation of ours: SQLite itself would count with floats."""
        text = sa.type_coerce(value, sa.Text())
        return sa.type_coerce(sa.collate(text, "segmentation_decimal"), ExactDecimal())

    def lower(self, value: Element) -> Element:
        """By a function of ours: SQLite itself knows the letters of ASCII only."""
        return sa.func.segmentation_lower(value, type_=sa.Text())

    def code(self, value: Element) -> Element:
        """By a function of ours."""
        return sa.func.segmentation_code(value, type_=sa.Text())

    def moment(self, value: Element) -> Element:
        """By a function of ours, from any ISO form."""
        moment = sa.func.segmentation_moment(sa.type_coerce(value, sa.Text()))
        return sa.type_coerce(moment, column_type(Field("", FieldType.DATETIME)))

    def total(self, value: Element) -> Element:
        """By an aggregate of ours."""
        total = sa.func.segmentation_sum(sa.type_coerce(value, sa.Text()), type_=sa.Text())
        return self.number(sa.func.coalesce(total, "0", type_=sa.Text()))

    def fits(self, value: Element, pattern: Pattern) -> Test:
        """``GLOB``, which minds case and knows the same two wildcards."""
        signs = {Wild.ANY_RUN: "*", Wild.ANY_ONE: "?"}
        glob = "".join(
            _escaped_glob(piece) if isinstance(piece, str) else signs[piece] for piece in pattern
        )
        return value.bool_op("GLOB")(glob)

    def among(self, value: Element, values: Iterable[object]) -> Test:
        """One list as one parameter: there is a limit to their number."""
        listed = sa.func.json_each(to_json(list(values))).table_valued("value")
        return value.in_(sa.select(listed.c.value))

    def listed(self, value: Element) -> Element:
        """By SQLite's own aggregate, which keeps the order of the rows."""
        return sa.func.json_group_array(value, type_=sa.Text())

    def looked_up(self, query: sa.Select[Any]) -> sa.FromClause:
        """Made once, as a whole: only then SQLite makes an index of its own for them."""
        return query.cte().prefix_with("MATERIALIZED")

    def not_sought(self, value: Element) -> Element:
        """Under a sign that keeps SQLite from making its index for this value instead."""
        return sa.UnaryExpression(value, operator=custom_op("+"), type_=value.type)

    def hashed(self, seed: str, number: Element) -> Element:
        """By a function of ours, in hexadecimal digits."""
        return sa.func.segmentation_hash(seed, number, type_=sa.Text())

    def share(self, seed: str, number: Element) -> Element:
        """By a function of ours."""
        return sa.func.segmentation_share(seed, number, type_=sa.Integer())

    def extra_field(self, data: Element, field: Field) -> Element:
        """By a function of ours, in the form that a column of its type has."""
        data = sa.type_coerce(data, sa.Text())
        value = sa.func.segmentation_extra(data, field.name, str(field.type))
        match field.type:
            case FieldType.INTEGER | FieldType.DECIMAL:
                return self.number(value)
            case FieldType.CODE | FieldType.TEXT | FieldType.OPTION:
                return self.text(sa.func.coalesce(value, field.blank, type_=sa.Text()))
            case _:
                return sa.type_coerce(value, column_type(field))


def _escaped_glob(text: str) -> str:
    return "".join(f"[{each}]" if each in "*?[" else each for each in text)


class PostgresqlWords:
    """PostgreSQL, version 12 or later, with functions of ours (see `_letters`)."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def text(self, value: Element) -> Element:
        """A text under the collation "C", which in UTF-8 orders by code point."""
        return sa.collate(value, "C")

    def number(self, value: Element) -> Element:
        """PostgreSQL counts exactly."""
        return value

    def lower(self, value: Element) -> Element:
        """Letter by letter: collation "C" itself knows the letters of ASCII only."""
        return self._by_letters("lower", value, sa.func.lower(sa.collate(value, "C")))

    def code(self, value: Element) -> Element:
        """Letter by letter, without blanks around it."""
        blanks = " \t\n\r\v\f\x1c\x1d\x1e\x1f"
        upper = sa.func.upper(sa.collate(sa.func.btrim(value, blanks), "C"))
        return self._by_letters("code", value, upper)

    def _by_letters(self, verb: str, value: Element, quick: Element) -> Element:
        """The quick way where a text is ASCII, as most are; the exact function elsewhere."""
        schema, name = function_name(self._tables, verb)
        functions = getattr(sa.func, sa.quoted_name(schema, quote=True)) if schema else sa.func
        exact = getattr(functions, name)(value)
        is_ascii = sa.func.octet_length(value) == sa.func.char_length(value)
        return self.text(sa.type_coerce(sa.case((is_ascii, quick), else_=exact), sa.Text()))

    def moment(self, value: Element) -> Element:
        """A point in time with its zone; one without is taken for UTC."""
        if isinstance(value.type, sa.DateTime) and not value.type.timezone:
            return sa.func.timezone("UTC", value, type_=sa.DateTime(timezone=True))
        return value

    def total(self, value: Element) -> Element:
        """The sum."""
        return sa.func.coalesce(sa.func.sum(value), 0, type_=ExactDecimal())

    def fits(self, value: Element, pattern: Pattern) -> Test:
        """``LIKE``, which minds case."""
        signs = {Wild.ANY_RUN: "%", Wild.ANY_ONE: "_"}
        like = "".join(
            _escaped_like(piece) if isinstance(piece, str) else signs[piece] for piece in pattern
        )
        return value.like(like, escape="!")

    def among(self, value: Element, values: Iterable[object]) -> Test:
        """One array as one parameter."""
        held = list(values)
        numbers = any(isinstance(each, int) for each in held[:1])
        kind: sa.types.TypeEngine[Any] = sa.BigInteger() if numbers else sa.Text()
        listed = sa.bindparam(None, held, type_=postgresql.ARRAY(kind))
        return value == sa.any_(listed)

    def listed(self, value: Element) -> Element:
        """By PostgreSQL's own aggregate, which keeps the order of the rows."""
        return sa.cast(sa.func.json_agg(value), sa.Text())

    def looked_up(self, query: sa.Select[Any]) -> sa.FromClause:
        """As they are: PostgreSQL hashes what it looks up."""
        return query.subquery()

    def not_sought(self, value: Element) -> Element:
        """As it is."""
        return value

    def hashed(self, seed: str, number: Element) -> Element:
        """The SHA-256 as bytes, which sort as their hexadecimal digits do."""
        seeded = sa.literal(seed.encode() + b"\0", sa.LargeBinary())
        return sa.func.sha256(
            seeded.op("||")(sa.func.convert_to(number, "UTF8")), type_=sa.LargeBinary()
        )

    def share(self, seed: str, number: Element) -> Element:
        """Of the first four bytes of the hash."""
        digest = self.hashed(seed, number)
        four = [
            sa.cast(sa.func.get_byte(digest, place), sa.BigInteger()) * 256 ** (3 - place)
            for place in range(4)
        ]
        number = reduce(lambda one, other: one + other, four) * 10_000
        return number.op(">>", return_type=sa.BigInteger())(sa.literal_column("32"))

    def extra_field(self, data: Element, field: Field) -> Element:
        """Out of JSON, looking at the type that the value has there."""
        value = sa.type_coerce(data, postgresql.JSONB())[field.name]
        as_text = value.astext
        if field.type in {FieldType.CODE, FieldType.TEXT, FieldType.OPTION}:
            is_text = sa.func.jsonb_typeof(value) == "string"
            text = sa.case((is_text, as_text), else_=str(field.blank))
            return self.code(text) if field.type is FieldType.CODE else self.text(text)
        if field.type is FieldType.BOOLEAN:
            return sa.func.coalesce(as_text == "true", sa.false(), type_=sa.Boolean())
        tagged = value[_TAGS[field.type]].astext
        if field.type in {FieldType.INTEGER, FieldType.DECIMAL}:
            is_number = sa.func.jsonb_typeof(value) == "number"
            number = sa.case((is_number, sa.cast(as_text, ExactDecimal())))
            return sa.func.coalesce(
                sa.cast(tagged, ExactDecimal()), number, 0, type_=ExactDecimal()
            )
        return sa.cast(tagged, column_type(field))


def _escaped_like(text: str) -> str:
    return "".join(f"!{each}" if each in "!%_" else each for each in text)


def words_of(dialect: sa.Dialect, tables: Tables) -> Words:
    """The words of a database."""
    return PostgresqlWords(tables) if dialect.name == "postgresql" else SqliteWords()
