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
    """Text in the order of its code points, which is that of its bytes in UTF-8."""
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def json_type() -> TypeEngine[Any]:
    """Plain data; a database with a type for it may look inside."""
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal with all its digits: SQLite, which has none, keeps it as a text."""

    impl = sa.Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        """Numeric without limits where there is such a type, text where there is none."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.Text())
        return dialect.type_descriptor(sa.Numeric())

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:  # noqa: ANN401
        """The decimal, as text for SQLite."""
        return str(value) if dialect.name == "sqlite" and value is not None else value

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Decimal | None:  # noqa: ANN401, ARG002
        """The decimal; whatever else stands there, a host put there."""
        return value if value is None or isinstance(value, Decimal) else Decimal(str(value))


class Moment(TypeDecorator[datetime]):
    """A point in time, in UTC: SQLite keeps it as a text of one length, which sorts."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        """The type with a zone where there is one, text where there is none."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.Text())
        return dialect.type_descriptor(sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:  # noqa: ANN401
        """The point in time in UTC; one without zone is taken for UTC."""
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
        """The time without its zone, which nothing looks at."""
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
    """Whether a database can hold a text: no NUL, no halves of surrogate pairs."""
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
    """Refuse a value that no database can hold.

    Raises:
        InvalidValue: A text with a NUL, an integer beyond 64 bits, a decimal that is no number.
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
