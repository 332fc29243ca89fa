"""Which values of a host's column come once, by what SQLAlchemy was told of its table."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import operators


def comes_once(source: sa.FromClause, column: sa.Column[Any]) -> bool:
    """Whether every value of a column comes once in a table, or in a join that adds no rows."""
    if isinstance(source, sa.Join):
        return comes_once(source.left, column) and _joins_one(source)
    return column.table is source and _tells_apart(column)


def _joins_one(join: sa.Join) -> bool:
    """Whether a join finds one row at most on its right side."""
    on = join.onclause
    if not isinstance(on, sa.BinaryExpression) or on.operator is not operators.eq:
        return False
    sides = [each for each in (on.left, on.right) if isinstance(each, sa.Column)]
    return any(side.table is join.right and _tells_apart(side) for side in sides)


def _tells_apart(column: sa.Column[Any]) -> bool:
    """Whether a column is the whole primary key of its table, or is declared as unique."""
    table = column.table
    primary = list(getattr(table, "primary_key", ()))
    return bool(column.unique) or (len(primary) == 1 and primary[0] is column)
