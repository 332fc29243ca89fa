"""Statements that are compiled once for each driver: making them costs more than running them."""

from collections.abc import Callable, Hashable
from typing import Any

import sqlalchemy as sa

from ._tables import Tables


def run_kept(
    connection: sa.Connection,
    tables: Tables,
    about: Hashable,
    make: Callable[[], sa.Select[Any] | sa.Insert | sa.Update],
    **values: str | int | None,
) -> sa.CursorResult[Any]:
    """Run a statement, made the first time. What it finds comes as the driver gives it.

    Args:
        connection: The connection.
        tables: Our tables, whose stores share what was compiled.
        about: Tells the statement apart.
        make: Makes it.
        **values: The values of its parameters, as the driver takes them.
    """
    dialect = connection.dialect
    known = dialect.name, dialect.driver, about  # each driver has signs of its own
    compiled = tables.compiled.get(known)
    if compiled is None:
        compiled = tables.compiled[known] = make().compile(dialect=dialect)
    found = compiled.construct_params(values)
    if compiled.positional:
        return connection.exec_driver_sql(
            str(compiled), tuple(found[each] for each in compiled.positiontup or ())
        )
    return connection.exec_driver_sql(str(compiled), found)
