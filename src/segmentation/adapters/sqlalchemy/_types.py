"""Column types whose values compare in the database as they do in Python."""

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any, assert_never

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

from segmentation.errors import InvalidValue
from segmentation.fields import GREATEST, LEAST, Field, FieldType, aware


def text_type() -> TypeEngine[str]:
    """Text that compares by code point."""
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def json_type() -> TypeEngine[Any]:
    """Plain data as JSON, with the database's own type for it where there is one."""
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal with all its digits. SQLite has no such type, so it stores a text."""

    impl = sa.Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        """Numeric without limits, or text for SQLite."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.Text())
        return dialect.type_descriptor(sa.Numeric())

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:  # noqa: ANN401
        """The decimal, as text for SQLite."""
        return str(value) if dialect.name == "sqlite" and value is not None else value

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Decimal | None:  # noqa: ANN401, ARG002
        """The decimal. A host's column may hold a number of another type."""
        return value if value is None or isinstance(value, Decimal) else Decimal(str(value))


class Moment(TypeDecorator[datetime]):
    """A point in time, in UTC. SQLite stores a text of fixed length, which sorts by time."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        """The type with a time zone, or text for SQLite."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.Text())
        return dialect.type_descriptor(sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:  # noqa: ANN401
        """The point in time in UTC. A value without a zone counts as UTC."""
        if value is None:
            return None
        moment = aware(value).astimezone(UTC)
        return moment.isoformat(timespec="microseconds") if dialect.name == "sqlite" else moment

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
