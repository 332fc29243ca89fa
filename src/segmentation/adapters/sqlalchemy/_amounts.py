"""How many rows SQLite would go through for a selection, counted before it is asked.

SQLite knows little of its rows unless it is told to look. Where an index finds contacts by their
own fields, and another one rows of theirs, it may begin with either. Counting goes through the
indexes alone and takes a small part of the time.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from segmentation.criteria import (
    AllOf,
    AnyOf,
    BoundFilter,
    BoundNode,
    BoundPart,
    BoundWhere,
    InRange,
    IsEqual,
    Letters,
    Table,
    merged,
    merged_filter,
)

from ._dialects import Dialect
from ._predicates import to_clause
from ._source import Source
from ._tables import FromTable

_WORTH = 2
"""How many rows of a list take less time than one contact that an index finds by own fields."""

_COUNTED = 10
"""Of how many parts the rows are counted at most."""


def is_keyed(table: Table, key: str) -> bool:
    """Whether the number of a contact is all that links rows to it."""
    link = table.link
    if link is None or link.through or link.only:
        return False
    return [own for _, own in link.on] == [key]


def part_in_front(
    connection: sa.Connection, node: BoundNode | None, key: str, source: Source, dialect: Dialect
) -> BoundPart | None:
    """The part whose rows are quicker to begin with than the contacts that own fields find.

    Args:
        connection: The connection to count with.
        node: What is asked.
        key: The field of the contact's number.
        source: Where rows are found.
        dialect: The dialect of the database.
    """
    asked = merged(node) if node is not None else None
    if not (dialect.lists_keys and isinstance(asked, AllOf)):
        return None
    parts = [part for part in asked.items if isinstance(part, BoundPart)]
    own = [part for part in parts if part.table.link is None]
    linked = [part for part in parts if is_keyed(part.table, key)][:_COUNTED]
    if not (own and linked):
        return None
    conditions = [where for part in own for where in part.conditions]
    contacts = _found_by_index(own[0].table, conditions, source, dialect)
    rows = [_found_by_index(part.table, part.conditions, source, dialect) for part in linked]
    known = [(part, found) for part, found in zip(linked, rows, strict=True) if found is not None]
    return None if contacts is None else _least(connection, contacts, known)


def _least(
    connection: sa.Connection,
    contacts: sa.Select[Any],
    rows: Sequence[tuple[BoundPart, sa.Select[Any]]],
) -> BoundPart | None:
    """The part with the fewest rows, if they are worth it; no more are counted than would be."""
    if not rows:
        return None
    count = sa.select(sa.func.count().label("n")).select_from(contacts.subquery()).cte()
    worth = sa.select(count.c.n * _WORTH + 1).scalar_subquery()
    counts = [
        sa.select(sa.func.count()).select_from(each.limit(worth).subquery()).scalar_subquery()
        for _, each in rows
    ]
    number, *numbers = connection.execute(sa.select(count.c.n, *counts)).one()
    least = min(numbers)
    part, _ = rows[numbers.index(least)]
    return part if least <= number * _WORTH else None


def _found_by_index(
    table: Table, conditions: Sequence[BoundWhere], source: Source, dialect: Dialect
) -> sa.Select[Any] | None:
    """The rows that an index finds by some of the conditions, ``None`` if not just one can."""
    rows = source.rows(table)
    asked = {where.field.name for where in conditions}
    sought = {each.field.name for each in conditions if _is_sought(merged_filter(each.filter))}
    indexes = [names for names in _indexes(rows) if names[0] in sought]
    if len({names[0] for names in indexes}) != 1:
        return None
    names = max(indexes, key=lambda names: len(asked.intersection(names)))
    tests = [
        to_clause(where.filter, where.field, rows.value(where.field), dialect)
        for where in conditions
        if where.field.name in names
    ]
    return sa.select(sa.literal_column("1")).select_from(rows.element).where(*tests)


def _indexes(rows: FromTable) -> Iterator[Sequence[str]]:
    """The names of the columns of each index, if it is a table of ours."""
    table = getattr(rows.element, "element", None)
    if isinstance(table, sa.Table) and not rows.of_host:
        yield [column.name for column in table.primary_key]
        for index in table.indexes:
            yield [column.name for column in index.columns]


def _is_sought(item: BoundFilter) -> bool:
    """Whether an index finds the values that pass a filter."""
    match item:
        case IsEqual(_, letters):
            return letters is Letters.AS_WRITTEN
        case InRange(low, high):
            return all(end.letters is Letters.AS_WRITTEN for end in (low, high) if end)
        case AnyOf(items):
            return all(map(_is_sought, items))
        case _:
            return False
