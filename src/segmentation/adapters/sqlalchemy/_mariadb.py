"""MariaDB, version 10.6 or later: SQL expressions that mean the same as in Python.

Its default collations take letters of another case, with accents and blanks at the end for equal.
So every text is compared in a collation by code point: our columns have it, and the texts of a
host are cast to it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any, assert_never

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects.mysql.mariadb import MariaDBDialect

from segmentation.criteria import Letters, Pattern, Unit
from segmentation.fields import Field, FieldType, aware
from segmentation.serialization import to_json

from ._dialect_parts import BLANKS, TAGS, Run, between, exact_total, kind_of, like
from ._letters import function_name
from ._tables import Element, Tables, Test
from ._types import (
    BEFORE,
    BY_CODE_POINT,
    KEY_LENGTH,
    PLACES,
    ExactDecimal,
    cast_to_text,
    column_type,
)
from ._zones import AGAIN, REGULAR, offsets_of

_SECOND: Element = sa.literal_column("SECOND")

_ALL = 2**64 - 1
"""More rows than there are: a limit keeps rows as they stand."""

_WRITTEN = MariaDBDialect()


class MariadbDialect:
    """MariaDB, with functions that we add (see `segmentation.adapters.sqlalchemy._letters`)."""

    lists_keys, groups_quickly, one_by_one = False, False, 500

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def text(self, value: Element) -> Element:
        """A text in the collation by code point, whatever its own is."""
        return cast_to_text(value)

    def number(self, value: Element) -> Element:
        """A decimal from its text, with as many places as MariaDB has."""
        exact = mysql.DECIMAL(PLACES + BEFORE, PLACES)
        return sa.type_coerce(sa.cast(sa.type_coerce(value, sa.Text()), exact), ExactDecimal())

    def changed(self, value: Element, letters: Letters) -> Element:
        """Lower case if a text is ASCII, or else the text by a function of ours."""
        verb = "bare" if letters is Letters.ANY_ACCENT else "fold"
        return self._by_letters(verb, value, sa.func.lower(value))

    def lowered(self, value: Element, others: Mapping[str, str]) -> Element:  # noqa: ARG002
        """The text as it is compared without case: it is quick for a text in ASCII."""
        return self.changed(value, Letters.ANY_CASE)

    def code(self, value: Element) -> Element:
        """A code by a function of ours where a text is not ASCII."""
        exact = cast_to_text(value)
        return self._by_letters("code", exact, sa.func.upper(self.trimmed(exact, BLANKS)))

    def _by_letters(self, verb: str, value: Element, quick: Element) -> Element:
        """The quick expression if a text is ASCII, as most are, or else our exact function."""
        schema, name = function_name(self._tables, verb)
        functions = getattr(sa.func, sa.quoted_name(schema, quote=True)) if schema else sa.func
        exact = getattr(functions, name)(value)
        is_ascii = sa.func.octet_length(value) == sa.func.char_length(value)
        return cast_to_text(sa.case((is_ascii, quick), else_=exact))

    def is_code(self, value: Element) -> Test:
        """The condition that making it a code changes nothing."""
        return cast_to_text(value) == self.code(value)

    def moment(self, value: Element) -> Element:
        """A point in time in UTC. A timestamp is read in the zone of the session."""
        if isinstance(value.type, sa.TIMESTAMP):
            zone: Element = sa.literal_column("@@session.time_zone")
            return sa.func.convert_tz(value, zone, "+00:00", type_=mysql.DATETIME(fsp=6))
        return value

    def truth(self, value: Element) -> Element:
        """Whether a number is 1; MariaDB has no other yes or no."""
        number = sa.type_coerce(value, sa.Integer())
        return sa.func.coalesce(number == 1, sa.false(), type_=sa.Boolean())

    def no_truth(self, value: Element) -> Sequence[Test]:
        """The condition that a number is neither 1 nor 0."""
        number = sa.func.coalesce(sa.type_coerce(value, sa.Integer()), 0, type_=sa.Integer())
        return [number.not_in([0, 1])]

    def misfit(self, value: Element, kind: FieldType) -> Sequence[Test]:  # noqa: ARG002
        """Nothing: a column holds values of its type alone."""
        return []

    def total(self, value: Element) -> Element:
        """The sum, which MariaDB adds exactly."""
        return exact_total(value)

    def whole_total(self, value: Element) -> Element:
        """The sum, which MariaDB adds exactly."""
        return exact_total(value)

    def fits(self, value: Element, pattern: Pattern) -> Test:
        """The condition by ``LIKE``, which goes by the collation."""
        return like(value, pattern)

    def among(self, value: Element, values: Iterable[object]) -> Test:
        """The condition with all values in one parameter, a JSON list."""
        held = list(values)
        kind = kind_of(held)
        shown = [_shown(each) for each in held]
        listed = sa.func.json_table(
            to_json(shown),
            sa.literal_column(f"'$[*]' COLUMNS (value {_listed_type(kind, shown)} PATH '$')"),
        )
        rows = listed.table_valued(sa.column("value", value.type), name="listed")
        return value.in_(sa.select(rows.c.value))

    def listed(self, value: Element) -> Element | None:  # noqa: ARG002
        """``None``: MariaDB makes no list in an order of rows."""
        return None

    def day(self, moment: Element, zone: tzinfo) -> Element:
        """The day by the distances of the zone from UTC: most servers have no table of zones."""
        offsets = offsets_of(zone)
        shift: Element = sa.literal_column(str(offsets.seconds[0]))
        if offsets.changes:
            since = sa.func.timestampdiff(_SECOND, sa.literal_column("'0001-01-01'"), moment)
            regular: Element = sa.literal_column(str(REGULAR))
            again: Element = sa.literal_column(str(AGAIN))
            folded = sa.func.mod(since - regular, again) + regular
            counted = sa.case((since < regular, since), else_=folded)
            passed = sa.func.interval(counted, sa.literal_column(_listed(offsets.changes)))
            shift = sa.func.elt(passed + 1, sa.literal_column(_listed(offsets.seconds)))
        return sa.func.date(sa.func.timestampadd(_SECOND, shift, moment), type_=sa.Date())

    def day_number(self, day: Element) -> Element:
        """The days from the year 0 on."""
        return sa.func.to_days(day, type_=sa.Integer())

    def in_calendar(self, unit: Unit, day: Element, runs: Iterable[Run]) -> Sequence[Test]:
        """The conditions on the parts of the day."""
        month: Element = sa.func.month(day, type_=sa.Integer())
        match unit:
            case Unit.MONTH:
                return between(month, runs)
            case Unit.WEEKDAY:
                return between(sa.func.weekday(day, type_=sa.Integer()) + 1, runs)
            case Unit.MONTH_AND_DAY:
                number = month * 100 + sa.func.dayofmonth(day, type_=sa.Integer())
                return between(number, runs)
            case _:
                assert_never(unit)

    def looked_up(self, query: sa.Select[Any]) -> sa.FromClause:
        """The rows by themselves, for which MariaDB then makes an index."""
        return query.limit(sa.literal_column(str(_ALL))).subquery()

    def not_sought(self, value: Element) -> Element:
        """The value itself."""
        return value

    def seeks(self, column: Element) -> bool:
        """An index does whose texts compare by code point."""
        is_text = isinstance(column.type, sa.String)
        return not is_text or getattr(column.type, "collation", None) == BY_CODE_POINT["collation"]

    def hashed(self, seed: str, number: Element) -> Element:
        """The SHA-256 in hexadecimal digits."""
        return sa.func.sha2(sa.func.concat(f"{seed}\0", number), 256, type_=sa.Text())

    def share(self, seed: str, number: Element) -> Element:
        """The share, from the first four bytes of the hash."""
        four = sa.func.conv(sa.func.substr(self.hashed(seed, number), 1, 8), 16, 10)
        whole = sa.cast(four, sa.BigInteger()) * 10_000
        return whole.op(">>", return_type=sa.BigInteger())(sa.literal_column("32"))

    def extra_field(self, data: Element, field: Field) -> Element:
        """The value from JSON, if its type there is the type of the field."""
        data, path = sa.type_coerce(data, sa.Text()), f"$.{to_json(field.name)}"
        value: Element = sa.func.json_extract(data, path, type_=sa.Text())
        kind: Element = sa.func.json_type(value, type_=sa.Text())
        plain = cast_to_text(sa.func.json_unquote(value))
        if field.type in {FieldType.CODE, FieldType.TEXT, FieldType.OPTION}:
            blank = cast_to_text(sa.literal(str(field.blank), sa.Text()))
            text = sa.case((kind == "STRING", plain), else_=blank)
            return self.code(text) if field.type is FieldType.CODE else cast_to_text(text)
        if field.type is FieldType.BOOLEAN:
            return sa.func.coalesce(plain == "true", sa.false(), type_=sa.Boolean())
        inside = sa.func.json_extract(data, f"{path}.{TAGS[field.type]}", type_=sa.Text())
        tagged = sa.func.json_unquote(inside, type_=sa.Text())
        if field.type in {FieldType.INTEGER, FieldType.DECIMAL}:
            is_number = kind.in_(["INTEGER", "DOUBLE", "DECIMAL"])
            number = sa.case((is_number, plain))
            return self.number(sa.func.coalesce(tagged, number, "0"))
        return self._moved(sa.case((kind == "OBJECT", tagged)), field)

    def _moved(self, text: Element, field: Field) -> Element:
        """A date or time from its text; a point in time bears its distance from UTC."""
        if field.type is not FieldType.DATETIME:
            return sa.cast(text, column_type(field))
        plain = sa.func.regexp_substr(text, "^.{10}T[0-9:.]+", type_=sa.Text())
        zone = sa.func.regexp_substr(text, "[+-][0-9]{2}:[0-9]{2}$", type_=sa.Text())
        named = sa.func.coalesce(sa.func.nullif(zone, ""), "+00:00")
        read = sa.cast(sa.func.replace(plain, "T", " "), mysql.DATETIME(fsp=6))
        moved = sa.func.convert_tz(read, named, "+00:00", type_=mysql.DATETIME(fsp=6))
        return sa.type_coerce(moved, column_type(field))

    def trimmed(self, value: Element, signs: str) -> Element:
        """A text without any of these blanks at its ends."""
        ends = f"^[{signs}]+|[{signs}]+$"
        return sa.func.regexp_replace(value, ends, "", type_=sa.Text())

    def constant(self, value: object, field: Field) -> Element:
        """A value by itself; a yes or no is not cast."""
        held: Element = sa.literal(value, column_type(field))
        match field.type:
            case FieldType.BOOLEAN:
                return held
            case FieldType.CODE | FieldType.TEXT | FieldType.OPTION:
                return cast_to_text(held)
            case _:
                return sa.cast(held, column_type(field))

    def ordered(self, value: Element, *, descending: bool) -> sa.UnaryExpression[Any]:
        """The sort key; what is missing is the least by itself."""
        return value.desc() if descending else value.asc()


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


def _shown(value: object) -> str | int:
    """A value in a list."""
    match value:
        case int():
            return value
        case datetime():
            return aware(value).astimezone(UTC).replace(tzinfo=None).isoformat(" ")
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)


def _listed_type(kind: FieldType, shown: Sequence[str | int]) -> str:
    """The type of values in a list, as MariaDB reads it."""
    column = column_type(Field("", kind))
    if kind is FieldType.DECIMAL:
        column = mysql.DECIMAL(PLACES + BEFORE, PLACES)
    elif (
        kind is FieldType.TEXT and max((len(str(each)) for each in shown), default=0) <= KEY_LENGTH
    ):
        column = mysql.VARCHAR(KEY_LENGTH, **BY_CODE_POINT)  # one that MariaDB sorts by quickly
    return column.compile(dialect=_WRITTEN)
