"""Models of Django as tables that stand for ours."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import sqlalchemy as sa
from django.core.exceptions import FieldDoesNotExist
from django.db.models import F

from segmentation.adapters.sqlalchemy import MappedTable
from segmentation.errors import InvalidValue, Message

Model: TypeAlias = Any
"""A class of Django's models; Django ships no types."""

_TYPES: Mapping[str, type[sa.types.TypeEngine[Any]]] = {
    "AutoField": sa.BigInteger,
    "BigAutoField": sa.BigInteger,
    "BigIntegerField": sa.BigInteger,
    "BooleanField": sa.Boolean,
    "DateField": sa.Date,
    "DecimalField": sa.Numeric,
    "FloatField": sa.Float,
    "IntegerField": sa.Integer,
    "PositiveBigIntegerField": sa.BigInteger,
    "PositiveIntegerField": sa.Integer,
    "PositiveSmallIntegerField": sa.Integer,
    "SmallAutoField": sa.Integer,
    "SmallIntegerField": sa.Integer,
    "TimeField": sa.Time,
}
"""SQLAlchemy's types for Django's; what is not here is a text."""


def map_model(model: Model, values: Mapping[str, Any], **options: Any) -> MappedTable:  # noqa: ANN401 - of MappedTable
    """A model as one of our tables, or as a table of the host's own.

    Args:
        model: The model.
        values: For each field of ours a path over fields and relations, ``F("parent__ref")``, or
            a constant. Rows without a related row are kept, with blanks.
        **options: Of `MappedTable`: ``words`` for what choices stand for, ``fields``, ``link``,
            ``key``, ``clean``, ``changed`` (a path as well: ``F("updated_at")``) and others.

    Raises:
        InvalidValue: A path leads to no field; those that there are are told.
    """
    joins = _Joins(model)
    columns = {
        name: joins.column_at(name, given.name) if isinstance(given, F) else given
        for name, given in values.items()
    }
    changed = options.get("changed")
    if isinstance(changed, F):
        options["changed"] = joins.column_at("changed", changed.name)
    return MappedTable(joins.source, columns, **options)


class _Joins:
    """The table of a model, and the tables that paths lead to, each joined once."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._tables: dict[tuple[str, ...], sa.FromClause] = {(): _table(model, "base")}
        self.source: sa.FromClause = self._tables[()]

    def column_at(self, name: str, path: str) -> sa.ColumnElement[Any]:
        """The column at the end of a path."""
        *relations, last = path.split("__")
        model, table = self._model, self._tables[()]
        for depth, relation in enumerate(relations, 1):
            field = _field_of_model(name, model, relation)
            if not field.many_to_one and not field.one_to_one:
                reason = Message("{relation} leads to no single row", relation=relation)
                raise InvalidValue(name, path, reason)
            table = self._joined(tuple(relations[:depth]), table, field)
            model = field.related_model
        found: sa.ColumnElement[Any] = table.c[_field_of_model(name, model, last).column]
        return found

    def _joined(self, key: tuple[str, ...], table: sa.FromClause, field: Any) -> sa.FromClause:  # noqa: ANN401 - Django's
        if key not in self._tables:
            other = _table(field.related_model, "_".join(key))
            self._tables[key] = other
            on = table.c[field.column] == other.c[field.target_field.column]
            self.source = self.source.outerjoin(other, on)
        return self._tables[key]


def _field_of_model(name: str, model: Model, named: str) -> Any:  # noqa: ANN401 - Django's
    try:
        found = model._meta.pk if named == "pk" else model._meta.get_field(named)  # noqa: SLF001 - Django's public name for it
    except FieldDoesNotExist:
        known = ", ".join(sorted(each.name for each in model._meta.get_fields()))  # noqa: SLF001
        reason = Message(
            "is no field of {model}; it has {known}", model=model.__name__, known=known
        )
        raise InvalidValue(name, named, reason) from None
    if found not in model._meta.concrete_fields:  # noqa: SLF001
        reason = Message("{relation} leads to no single row", relation=named)
        raise InvalidValue(name, named, reason)
    return found


def _table(model: Model, alias: str) -> sa.FromClause:
    columns = (sa.column(each.column, _type(each)) for each in model._meta.concrete_fields)  # noqa: SLF001
    return sa.table(model._meta.db_table, *columns).alias(f"of_{alias}")  # noqa: SLF001


def _type(field: Any) -> sa.types.TypeEngine[Any]:  # noqa: ANN401 - Django's
    while field.is_relation:
        field = field.target_field
    kind = field.get_internal_type()
    if kind == "DateTimeField":
        return sa.DateTime(timezone=True)
    return _TYPES.get(kind, sa.Text)()
