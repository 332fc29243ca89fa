"""Column types whose values compare in the database as they do in Python."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any, assert_never

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

from segmentation.errors import InvalidValue
from segmentation.fields import GREATEST, LEAST, Field, FieldType, aware

MARIADB = ("mariadb", "mysql")
"""SQLAlchemy's names for MariaDB, by its own scheme of addresses and by MySQL's."""

BY_CODE_POINT: Mapping[str, str] = {"charset": "utf8mb4", "collation": "utf8mb4_nopad_bin"}
"""MariaDB's texts that keep every letter and compare by code point, blanks at the end too."""

KEY_LENGTH = 255
"""The most characters of a text by which MariaDB finds rows; its index has room for three."""


def is_mariadb(dialect: sa.Dialect) -> bool:
    """Whether a database is MariaDB. It commits by itself what comes before a table is made."""
    return dialect.name in MARIADB


def text_type() -> TypeEngine[str]:
    """Text that compares by code point."""
    return _by_code_point(mysql.LONGTEXT(**BY_CODE_POINT))


def key_type(length: int = KEY_LENGTH) -> TypeEngine[str]:
    """Text in a key or an index, which MariaDB has for texts of limited length."""
    return _by_code_point(mysql.VARCHAR(length, **BY_CODE_POINT))


def _by_code_point(on_mariadb: TypeEngine[str]) -> TypeEngine[str]:
    plain = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return plain.with_variant(on_mariadb, *MARIADB)


def cast_to_text(value: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """A value of any type as a text, in MariaDB as one that compares by code point."""
    return sa.cast(value, sa.Text().with_variant(mysql.LONGTEXT(**BY_CODE_POINT), *MARIADB))


def content_type() -> TypeEngine[bytes]:
    """Bytes, as many as there are."""
    return sa.LargeBinary().with_variant(mysql.LONGBLOB(), *MARIADB)


def json_type() -> TypeEngine[Any]:
    """Plain data as JSON, with the database's own type for it where there is one."""
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal as it was written. SQLite and MariaDB have no such type, so they store a text."""

    impl = sa.Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        """Numeric without limits, or text."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.Text())
        if is_mariadb(dialect):
            return dialect.type_descriptor(mysql.VARCHAR(KEY_LENGTH, **BY_CODE_POINT))
        return dialect.type_descriptor(sa.Numeric())

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:  # noqa: ANN401
        """The decimal, as text for SQLite."""
        return str(value) if dialect.name == "sqlite" and value is not None else value

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Decimal | None:  # noqa: ANN401
        """The decimal. A host's column may hold a number of another type."""
        if value is None:
            return None
        found = value if isinstance(value, Decimal) else Decimal(str(value))
        return _without_zeros(found) if is_mariadb(dialect) else found


class WholeSum(TypeDecorator[Decimal]):
    """A sum of whole numbers in SQLite, which compares it with numbers and not with texts."""

    impl = sa.Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> Any:  # noqa: ANN401, ARG002
        """The whole number, or one that lies between the same two."""
        if value is None:
            return None
        whole = math.floor(value)
        return whole if whole == value else whole + 0.5

    @staticmethod
    def compares(value: Decimal) -> bool:
        """Whether a decimal can be compared with: few halves of large numbers are floats."""
        return abs(value) < (GREATEST if value == value.to_integral_value() else _HALVES)


_HALVES = 2**52
"""The first number beyond which not every half is a float."""

PLACES = 30
"""The most digits after the point by which MariaDB compares decimals."""

BEFORE = 35
"""The most digits before the point by which MariaDB compares decimals."""


def compares_exactly(value: Decimal) -> bool:
    """Whether MariaDB compares a decimal by all its digits."""
    if not value:
        return True
    places = value.as_tuple().exponent
    return isinstance(places, int) and places >= -PLACES and value.adjusted() < BEFORE


def _without_zeros(value: Decimal) -> Decimal:
    """A decimal without the zeros that MariaDB fills up the places with that it compares by."""
    if value.as_tuple().exponent != -PLACES:
        return value
    digits = f"{value:f}".rstrip("0")
    return Decimal(digits.removesuffix("."))


class Moment(TypeDecorator[datetime]):
    """A point in time, in UTC. SQLite stores a text of fixed length, which sorts by time."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        """The type with a time zone, in MariaDB without it, or text for SQLite."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.Text())
        if is_mariadb(dialect):
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:  # noqa: ANN401
        """The point in time in UTC. A value without a zone counts as UTC."""
        if value is None:
            return None
        moment = aware(value).astimezone(UTC)
        if dialect.name == "sqlite":
            return moment.isoformat(timespec="microseconds")
        return moment.replace(tzinfo=None) if is_mariadb(dialect) else moment

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:  # noqa: ANN401, ARG002
        """The point in time, in UTC."""
        if value is None:
            return None
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return aware(moment).astimezone(UTC)


class TimeOfDay(TypeDecorator[time]):
    """A time of day, without a zone."""

    impl = sa.Time
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        """The type with microseconds, which MariaDB has only if they are asked for."""
        wanted = mysql.TIME(fsp=6) if is_mariadb(dialect) else sa.Time()
        return dialect.type_descriptor(wanted)

    def process_bind_param(self, value: time | None, dialect: sa.Dialect) -> time | None:  # noqa: ARG002
        """The time without its zone, which is never compared."""
        return value.replace(tzinfo=None) if value else value


def column_type(field: Field) -> TypeEngine[Any]:
    """The type of the column that holds a field."""
    match field.type:
        case FieldType.CODE | FieldType.TEXT | FieldType.OPTION:
            return text_type()
        case FieldType.INTEGER:
            return sa.BigInteger()
        case FieldType.DECIMAL:
            return ExactDecimal()
        case FieldType.BOOLEAN:
            return sa.Boolean()
        case FieldType.DATE:
            return sa.Date()
        case FieldType.DATETIME:
            return Moment()
        case FieldType.TIME:
            return TimeOfDay()
        case _:
            assert_never(field.type)


def can_hold_text(text: str) -> bool:
    """Whether a database can store a text: it has no NUL and no lone surrogate."""
    if "\0" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def check_value(field: Field, value: Any, place: str) -> None:  # noqa: ANN401
    """Check that a database can store a value.

    Raises:
        InvalidValue: The value is a text with a NUL or a lone surrogate, an integer beyond 64
            bits, or a decimal that is not finite.
    """
    match value:
        case str() if not can_hold_text(value):
            reason = "holds a character that no database can keep"
        case bool():
            return
        case int() if not LEAST <= value <= GREATEST:
            reason = "is too large for a database"
        case Decimal() if not value.is_finite():
            reason = "is not a number"
        case _:
            return
    raise InvalidValue(f"{place}.{field.name}", value, reason)


def can_hold(value: Any) -> bool:  # noqa: ANN401 - part of any key
    """Whether a database can store a value. If not, no stored value is equal to it."""
    if isinstance(value, str):
        return can_hold_text(value)
    return not isinstance(value, int) or LEAST <= value <= GREATEST
