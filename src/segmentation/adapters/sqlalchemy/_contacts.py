"""Contacts, selected by one statement in the database."""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import tzinfo
from itertools import chain
from typing import Any, assert_never

import attrs
import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPICursor

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
    apart,
)
from segmentation.errors import NotFound
from segmentation.fields import Field, Record, RecordT, fields_of
from segmentation.memory import MemoryContacts
from segmentation.segments import Candidates, LeftOut, Options, contact_schema

from ._amounts import part_in_front
from ._candidates import Found, candidates, widened
from ._compile import to_statement, to_test
from ._declaration import check_named
from ._dialect_parts import zone_name
from ._dialects import Dialect, dialect_of
from ._few import FewCandidates
from ._host_rows import HostRows
from ._mapping import MappedTable
from ._repositories import SqlRecords
from ._segments import SqlSegments
from ._source import Source
from ._tables import FromTable, Tables
from ._types import can_hold_text
from ._units import Unit

_DEEPEST, _LONGEST = 40, 5_000
"""How deep a selection may be nested, and how many conditions it may have, for one statement."""

_ROWS = 1_000
"""How many rows are read at a time."""


class SqlContacts:
    """The contacts of a database, ours or those of the host.

    Of a host's rows those are contacts that can be read safely (see `HostRows`). Whether there are
    others is found out once for each question.
    """

    def __init__(
        self, unit: Unit, tables: Tables, mapped: Mapping[str, MappedTable] | None = None
    ) -> None:
        self._unit = unit
        self._tables = tables
        self._mapped = mapped or {}
        self._records = SqlRecords(unit, tables, mapped)
        self._host = self._mapped.get(Contact.__table__)
        self._known = threading.local()
        self._few = FewCandidates(tables)

    def statement(self, bound: BoundSelection, dialect: sa.Dialect) -> sa.Select[Any]:
        """The statement that `matching` runs, for a host that runs it by itself.

        It takes care of rows that cannot be read safely, whether or not there are any.
        """
        return self._statement(bound, dialect, careful=self._host is not None)

    def _asked(
        self, connection: sa.Connection, bound: BoundSelection, *, careful: bool
    ) -> sa.Select[Any]:
        """The statement for a selection as a database is best asked, for the rows that it has."""
        check_named(self._mapped, self._tables, bound.schema)
        in_front = None
        if self._host is None:
            ours = dialect_of(connection.dialect, self._tables)
            source, key = self._source(ours, None), bound.schema.key
            in_front = part_in_front(connection, bound.node, key, source, ours)
        return self._statement(bound, connection.dialect, careful=careful, in_front=in_front)

    def _statement(
        self,
        bound: BoundSelection,
        dialect: sa.Dialect,
        *,
        careful: bool,
        in_front: BoundPart | None = None,
    ) -> sa.Select[Any]:
        check_named(self._mapped, self._tables, bound.schema)
        ours = dialect_of(dialect, self._tables)
        contacts, host = None, self._host
        if host is not None:
            fields = self._fields(bound, host)
            rows = HostRows(host, fields, bound.schema.key, ours)
            host.columns(fields, ours)
            contacts = rows.safe if careful else lambda: host.rows(fields, ours, all_sound=True)
        return to_statement(bound, self._source(ours, contacts), ours, in_front)

    def _source(self, dialect: Dialect, contacts: Callable[[], FromTable] | None) -> Source:
        return Source(self._tables, self._mapped, dialect, self._tables.naming(), contacts)

    def _fields(self, bound: BoundSelection | None, host: MappedTable) -> Mapping[str, Field]:
        """The fields of contacts; those of the host's own too where a selection knows none."""
        ours = {field.name: field for field in fields_of(Contact)}
        known = bound.schema.table(bound.schema.base).fields if bound else ours
        if host.values.keys() <= known.keys():
            return known
        own = self._records.own_fields(Contact, host)
        return {**{field.name: field for field in own}, **known}

    def _host_rows(
        self, host: MappedTable, bound: BoundSelection | None, dialect: Dialect
    ) -> HostRows:
        """The host's rows of contacts with all fields that are mapped."""
        key = bound.schema.key if bound else "no"
        return HostRows(host, self._fields(bound, host), key, dialect)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """A block whose answers are of one moment: what is known of the rows is not asked again."""
        if hasattr(self._known, "needs_care"):
            yield
            return
        self._known.needs_care = None
        try:
            yield
        finally:
            del self._known.needs_care

    def _needs_care(self, connection: sa.Connection, bound: BoundSelection | None) -> bool:
        """Whether there are rows of the host that cannot be read safely, or come twice."""
        if self._host is None:
            return False
        known: bool | None = getattr(self._known, "needs_care", None)
        if known is None:
            dialect = dialect_of(connection.dialect, self._tables)
            known = self._host_rows(self._host, bound, dialect).needs_care(connection)
            if hasattr(self._known, "needs_care"):
                self._known.needs_care = known
        return known

    def matching(self, bound: BoundSelection) -> Sequence[str]:
        """The numbers of the contacts that pass a selection, ascending, or in the cut's order."""
        if is_too_large(bound):
            return self._in_python(bound)
        with self._unit.connection() as connection:
            self._check_segments(connection, bound)
            careful = self._needs_care(connection, bound)
            statement = self._asked(connection, bound, careful=careful)
            found = connection.execute(statement)
            if self._host is None and found.cursor is not None:
                return _numbers(found.cursor)
            return [no for some in found.scalars().partitions(_ROWS) for no in some]

    def count(self, bound: BoundSelection) -> int:
        """How many contacts pass a selection. The cut is ignored."""
        whole = attrs.evolve(bound, cut=None)
        if is_too_large(whole):
            return len(self.matching(whole))
        with self._unit.connection() as connection:
            self._check_segments(connection, whole)
            careful = self._needs_care(connection, whole)
            statement = self._asked(connection, whole, careful=careful)
            found = statement.order_by(None).subquery()
            return connection.scalar(sa.select(sa.func.count()).select_from(found)) or 0

    def unread(self, chosen: BoundSelection | Collection[str]) -> Sequence[LeftOut]:
        """The host's rows that pass a selection or have these numbers, and cannot be read safely.

        The cut of a selection is not made. A selection that is answered in Python has all of them.
        """
        if self._host is None:
            return ()
        bound = chosen if isinstance(chosen, BoundSelection) else None
        with self._unit.connection() as connection:
            dialect = dialect_of(connection.dialect, self._tables)
            if not self._needs_care(connection, bound):
                return ()
            host = self._host_rows(self._host, bound, dialect)
            rows = host.unsafe()
            if not isinstance(chosen, BoundSelection):
                number = contact_schema().table("contact").field("no")
                nos = [str(no) for no in chosen if can_hold_text(no)]
                return host.told(connection, rows, dialect.among(rows.value(number), nos))
            if is_too_large(chosen):
                return host.told(connection, rows, sa.true())
            self._check_segments(connection, chosen)
            places = chain([rows], iter(host.unsafe, None))
            source = self._source(dialect, lambda: next(places))
            return host.told(connection, rows, to_test(chosen, source, dialect))

    def _in_python(self, bound: BoundSelection) -> Sequence[str]:
        records = AskedRecords(self._unit, self._tables, self._mapped)
        segments = SqlSegments(self._unit, self._tables)
        return MemoryContacts(records, segments).matching(bound)

    def _check_segments(self, connection: sa.Connection, bound: BoundSelection) -> None:
        for segment_no in segments_named(bound.node):
            self._check_segment(connection, segment_no)

    def _check_segment(self, connection: sa.Connection, no: str) -> None:
        headers = self._tables.headers.table
        own = sa.select(headers.c.no).where(headers.c.no == no)
        if not can_hold_text(no) or connection.scalar(own) is None:
            raise NotFound("segment", no)

    def get_many(self, nos: Iterable[str]) -> Sequence[Contact]:
        """The contacts with these numbers, in this order. Unknown numbers are skipped."""
        wanted = list(nos)
        found = self._records.contacts([str(no) for no in wanted if can_hold_text(no)])
        return [found[no] for no in wanted if no in found]

    def candidates(self, chosen: BoundSelection | Collection[str], options: Options) -> Candidates:
        """The contacts that pass a selection or have these numbers, as candidates."""
        if isinstance(chosen, BoundSelection) and is_too_large(chosen):
            found = self.candidates(self._in_python(chosen), options)
            return attrs.evolve(found, unread=self.unread(chosen))
        with self.at_once(), self._unit.connection() as connection:
            dialect = dialect_of(connection.dialect, self._tables)
            bound = chosen if isinstance(chosen, BoundSelection) else None
            among_few = self._among_few(connection, bound, options, dialect)
            if among_few is not None:
                return among_few
            careful = self._needs_care(connection, bound)
            host = self._host_rows(self._host, bound, dialect) if self._host and careful else None

            def contacts() -> FromTable:
                return host.safe() if host else self._rows(Contact, dialect)

            rows, passing = contacts(), self._found(connection, chosen, dialect, careful=careful)
            test = widened(passing, contacts, options)(rows) if passing else None
            found = candidates(connection, rows, test, dialect)
            return attrs.evolve(found, unread=self.unread(chosen)) if careful else found

    def _among_few(
        self,
        connection: sa.Connection,
        bound: BoundSelection | None,
        options: Options,
        dialect: Dialect,
    ) -> Candidates | None:
        """The candidates of a selection among a few of our contacts; ``None`` if it is another."""
        whole = options.expand_companies or options.allow_related_companies
        if bound is None or bound.cut or whole or self._mapped:
            return None
        few = apart(bound)
        if few is None:
            return None
        self._check_segments(connection, bound)
        return self._few.find(connection, filter(can_hold_text, few[0]), few[1], dialect)

    def _found(
        self,
        connection: sa.Connection,
        chosen: BoundSelection | Collection[str],
        dialect: Dialect,
        *,
        careful: bool,
    ) -> Found | None:
        """The condition that a contact is chosen, ``None`` if all are."""
        number = contact_schema().table("contact").field("no")
        if not isinstance(chosen, BoundSelection):
            nos = [str(no) for no in chosen if can_hold_text(no)]
            return lambda rows: dialect.among(rows.value(number), nos)
        if chosen.node is None and chosen.cut is None:
            return None
        self._check_segments(connection, chosen)
        statement = self._asked(connection, chosen, careful=careful)
        passing = (statement if chosen.cut else statement.order_by(None)).cte()
        return lambda rows: rows.value(number).in_(sa.select(*passing.c))

    def _rows(self, kind: type[Record], dialect: Dialect) -> FromTable:
        table = Table(kind.__table__, {field.name: field for field in fields_of(kind)})
        mapped = {name: host.only(table.fields) for name, host in self._mapped.items()}
        return Source(self._tables, mapped, dialect).rows(table)


class AskedRecords(SqlRecords):
    """Records that criteria are asked of in Python: with a host's rows that stand beside ours."""

    def all(self, kind: type[RecordT], **equal: Any) -> Iterator[RecordT]:  # noqa: ANN401
        """The records of a kind whose fields have these values, in the order of their keys."""
        return self.rows(kind, **equal)


def _numbers(cursor: DBAPICursor) -> list[str]:
    """The numbers that a statement found among our contacts, where they stand as they are.

    SQLAlchemy makes a row of each row: it takes as much time again. And were all rows kept, the
    collector would look through all objects.
    """
    numbers: list[str] = []
    while rows := cursor.fetchmany(_ROWS):
        numbers += [no for (no,) in rows]
    return numbers


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
