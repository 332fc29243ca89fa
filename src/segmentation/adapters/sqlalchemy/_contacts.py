"""Contacts, selected by one statement in the database."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any, assert_never

import attrs
import sqlalchemy as sa

from segmentation.contacts import Contact
from segmentation.criteria import (
    AllOf,
    AnyOf,
    BoundFigure,
    BoundFollowed,
    BoundNode,
    BoundPart,
    BoundSelection,
    HasAspect,
    InCalendar,
    InLoggedSegment,
    InSegment,
    InShare,
    IsEqual,
    Not,
    Table,
)
from segmentation.errors import NotFound
from segmentation.fields import Record, fields_of
from segmentation.memory import MemoryContacts
from segmentation.segments import Candidates, Options, contact_schema

from ._candidates import Found, candidates, widened
from ._compile import to_statement
from ._dialects import Dialect, dialect_of, zone_name
from ._faults import legible
from ._mapping import MappedTable, check_named, reading
from ._repositories import SqlRecords
from ._segments import SqlSegments
from ._source import Source
from ._tables import FromTable, Tables
from ._types import can_hold_text
from ._units import Unit

_DEEPEST, _LONGEST = 40, 5_000
"""How deep a selection may be nested, and how many conditions it may have, for one statement."""


class SqlContacts:
    """The contacts of a database, ours or those of the host."""

    def __init__(
        self, unit: Unit, tables: Tables, mapped: Mapping[str, MappedTable] | None = None
    ) -> None:
        self._unit = unit
        self._tables = tables
        self._mapped = mapped or {}

    def statement(self, bound: BoundSelection, dialect: sa.Dialect) -> sa.Select[Any]:
        """The statement that `matching` runs, for a host that runs it by itself."""
        check_named(self._mapped, self._tables, bound.schema)
        ours = dialect_of(dialect, self._tables)
        source = Source(self._tables, self._mapped, ours, self._tables.naming())
        return to_statement(bound, source, ours)

    def matching(self, bound: BoundSelection) -> Sequence[str]:
        """The numbers of the contacts that pass a selection, ascending, or in the cut's order."""
        if is_too_large(bound):
            return self._in_python(bound)
        with self._unit.connection() as connection:
            for segment_no in segments_named(bound.node):
                self._check_segment(connection, segment_no)
            return connection.scalars(self.statement(bound, connection.dialect)).all()

    def count(self, bound: BoundSelection) -> int:
        """How many contacts pass a selection. The cut is ignored."""
        whole = attrs.evolve(bound, cut=None)
        if is_too_large(whole):
            return len(self.matching(whole))
        with self._unit.connection() as connection:
            for segment_no in segments_named(whole.node):
                self._check_segment(connection, segment_no)
            found = self.statement(whole, connection.dialect).order_by(None).subquery()
            return connection.scalar(sa.select(sa.func.count()).select_from(found)) or 0

    def _in_python(self, bound: BoundSelection) -> Sequence[str]:
        records = SqlRecords(self._unit, self._tables, self._mapped)
        segments = SqlSegments(self._unit, self._tables)
        return MemoryContacts(records, segments).matching(bound)

    def _check_segment(self, connection: sa.Connection, no: str) -> None:
        headers = self._tables.headers.table
        own = sa.select(headers.c.no).where(headers.c.no == no)
        if not can_hold_text(no) or connection.scalar(own) is None:
            raise NotFound("segment", no)

    def get_many(self, nos: Iterable[str]) -> Sequence[Contact]:
        """The contacts with these numbers, in this order. Unknown numbers are skipped."""
        wanted = list(nos)
        with self._unit.connection() as connection, legible(Contact.__table__):
            dialect, layout = dialect_of(connection.dialect, self._tables), self._tables.of(Contact)
            columns, values = reading(layout, self._mapped, dialect)
            among = dialect.among(values["no"], [str(no) for no in wanted if can_hold_text(no)])
            query = sa.select(*columns).where(among)
            found = {
                contact.no: contact
                for contact in map(layout.from_row, connection.execute(query).all())
            }
        return [found[no] for no in wanted if no in found]

    def candidates(self, chosen: BoundSelection | Collection[str], options: Options) -> Candidates:
        """The contacts that pass a selection or have these numbers, as candidates."""
        if isinstance(chosen, BoundSelection) and is_too_large(chosen):
            return self.candidates(self._in_python(chosen), options)
        with self._unit.connection() as connection:
            dialect = dialect_of(connection.dialect, self._tables)

            def contacts() -> FromTable:
                return self._rows(Contact, dialect)

            rows, found = contacts(), self._found(connection, chosen, dialect)
            test = widened(found, contacts, options)(rows) if found else None
            return candidates(connection, rows, test, dialect)

    def _found(
        self, connection: sa.Connection, chosen: BoundSelection | Collection[str], dialect: Dialect
    ) -> Found | None:
        """The condition that a contact is chosen, ``None`` if all are."""
        number = contact_schema().table("contact").field("no")
        if not isinstance(chosen, BoundSelection):
            nos = [str(no) for no in chosen if can_hold_text(no)]
            return lambda rows: dialect.among(rows.value(number), nos)
        if chosen.node is None and chosen.cut is None:
            return None
        for segment_no in segments_named(chosen.node):
            self._check_segment(connection, segment_no)
        statement = self.statement(chosen, connection.dialect)
        passing = (statement if chosen.cut else statement.order_by(None)).cte()
        return lambda rows: rows.value(number).in_(sa.select(*passing.c))

    def _rows(self, kind: type[Record], dialect: Dialect) -> FromTable:
        table = Table(kind.__table__, {field.name: field for field in fields_of(kind)})
        mapped = {name: host.only(table.fields) for name, host in self._mapped.items()}
        return Source(self._tables, mapped, dialect).rows(table)


def is_too_large(bound: BoundSelection) -> bool:
    """Whether a selection is too deep or too long for the databases' limits on statements.

    Only programs make such selections. They are answered in Python, and so is a selection that
    looks at days in a zone without a name, which databases do not know.
    """
    waiting: list[tuple[object, int]] = [(bound.node, 0)]
    tests = 0
    while waiting:
        node, depth = waiting.pop()
        match node:
            case Not(item):
                below: Sequence[object] = (item,)
            case AllOf(items) | AnyOf(items):
                below = [each for each in items if not isinstance(each, IsEqual)]
            case BoundFigure():
                below = (node.part, node.filter)
            case BoundFollowed():
                if not is_known(node.zone):
                    return True
                below = node.parts
            case BoundPart():
                below = [where.filter for where in node.conditions]
            case HasAspect(days=days):
                below = (days,)
            case InCalendar(zone=zone) if not is_known(zone):
                return True
            case _:
                below, tests = (), tests + 1
        waiting += [(each, depth + 1) for each in below]
        if depth > _DEEPEST or tests > _LONGEST:
            return True
    return False


def is_known(zone: tzinfo | None) -> bool:
    """Whether a database can tell the day of a datetime in a zone, if there is one."""
    return zone is None or bool(zone_name(zone))


def segments_named(node: BoundNode | None) -> Iterator[str]:
    """The segments that a selection tests membership in."""
    match node:
        case InSegment(segment_no):
            yield segment_no
        case Not(item):
            yield from segments_named(item)
        case AllOf(items) | AnyOf(items):
            for each in items:
                yield from segments_named(each)
        case BoundPart() | BoundFigure() | BoundFollowed() | InLoggedSegment() | InShare() | None:
            return
        case _:
            assert_never(node)
