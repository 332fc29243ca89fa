"""Conditions that rows are linked: equal in the fields of a link, the first of them not blank.

What all rows of a host's table have in common is compared here, and not by the database, which
would compare it row by row.
"""

from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from segmentation.criteria import Table
from segmentation.fields import Field

from ._predicates import is_filled
from ._tables import FromTable, Test


def keyed(table: Table, rows: FromTable, other: Table, others: FromTable) -> Iterator[Test]:
    """The conditions that two rows are equal in all fields of a link, the first not blank."""
    pairs = table.link.on if table.link else ()
    for place, (name, other_name) in enumerate(pairs):
        match = both_filled if place == 0 else both_equal
        yield from match(rows, table.field(name), others, other.field(other_name))


def both_filled(rows: FromTable, field: Field, others: FromTable, other: Field) -> list[Test]:
    """The conditions that two rows have one value, which is not blank.

    The comparison comes first: it can use an index, and few rows are left after it.
    """
    if field.blank is None:
        return [rows.value(field) == others.value(other), *filled(rows, field)]
    sides = [(rows, field), (others, other)]
    least = min((filled(*side) for side in sides), key=len)  # one side is enough
    return [*both_equal(rows, field, others, other), *least]


def both_equal(rows: FromTable, field: Field, others: FromTable, other: Field) -> list[Test]:
    """The condition that two rows have one value, unless all rows do."""
    known = [*rows.known(field), *others.known(other)]
    if len(known) > 1:
        return needed([decided(known[0] == known[1])])
    value, theirs = rows.value(field), others.value(other)
    return [value.is_not_distinct_from(theirs) if field.blank is None else value == theirs]


def filled(rows: FromTable, field: Field) -> list[Test]:
    """The condition that a row's field is not blank, unless it is in no row."""
    if field.name in rows.filled:
        return []
    for value in rows.known(field):
        return needed([decided(value != field.blank)])
    return [is_filled(field, rows.value(field))]


def decided(is_met: bool) -> Test:  # noqa: FBT001 - it becomes a condition
    return sa.true() if is_met else sa.false()


def needed(tests: Iterable[Test]) -> list[Test]:
    """The conditions without those that are always met."""
    return [test for test in tests if test is not sa.true()]


def are_never_met(tests: Iterable[Test]) -> bool:
    """Whether one of the conditions is never met: SQLAlchemy would drop all others."""
    return any(test is sa.false() for test in tests)


def may_be_listed(table: Table) -> bool:
    """Whether ``IN`` finds the keys of rows. It would not find a key with a missing date."""
    pairs = table.link.on if table.link else ()
    return all(table.field(name).blank is not None for name, _ in pairs)
