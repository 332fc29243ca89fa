"""Contacts, chosen by one statement in the database."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, assert_never

import sqlalchemy as sa

from segmentation.contacts import Contact
from segmentation.criteria import (
    AllOf,
    AnyOf,
    BoundFigure,
    BoundNode,
    BoundPart,
    BoundSelection,
    InLoggedSegment,
    InSegment,
    InShare,
    Not,
    Table,
)
from segmentation.errors import NotFound, UnknownName
from segmentation.fields import Field, FieldType, fields_of
from segmentation.interactions import Interaction

from ._compile import Rows, to_statement
from ._mapping import MappedTable
from ._tables import EXTRA, Layout, Tables, from_column
from ._types import can_hold_text
from ._units import Unit
from ._words import Element, Words, words_of


class TableSource:
    """Rows of our tables, or of those of the host that stand in for them.

    Args:
        tables: Our tables.
        mapped: Tables of the host, by the name of the table that they stand in for.
        words: Those of the database.
    """

    def __init__(self, tables: Tables, mapped: Mapping[str, MappedTable], words: Words) -> None:
        self._tables = tables
        self._layouts: dict[str, Layout[Any]] = tables.by_name()
        self._mapped = mapped
        self._words = words

    def rows(self, table: Table) -> Rows:
        """The rows of a table of the schema, under a name of their own at each call."""
        if table.name in self._mapped:
            return self._mapped[table.name].rows(table.fields, self._words)
        if table.name not in self._layouts:
            known = [*self._layouts, *self._mapped]
            raise UnknownName("table", table.name, known=known, where="the database")
        element = self._layouts[table.name].table.alias()
        return Rows(element, lambda field: self._value(element, field))

    def _value(self, element: sa.FromClause, field: Field) -> Element:
        if field.extra:
            return self._words.extra_field(element.c[EXTRA], field)
        value = element.c[field.name]
        return self._words.number(value) if field.type is FieldType.DECIMAL else value

    def segment_members(self, segment_no: str) -> sa.Select[Any]:
        """The numbers of the contacts on the lines of a segment."""
        lines = self._tables.lines.table
        return sa.select(lines.c.contact_no).where(lines.c.segment_no == segment_no)

    def logged_members(self, entry_no: int) -> sa.Select[Any]:
        """The numbers of the contacts that a logged segment was logged for."""
        logged = self._tables.of(Interaction).table
        return sa.select(logged.c.contact_no).where(logged.c.logged_segment_entry_no == entry_no)


class SqlContacts:
    """The contacts of a database, ours or those of the host."""

    def __init__(
        self, unit: Unit, tables: Tables, mapped: Mapping[str, MappedTable] | None = None
    ) -> None:
        self._unit = unit
        self._tables = tables
        self._mapped = mapped or {}

    def statement(self, bound: BoundSelection, dialect: sa.Dialect) -> sa.Select[Any]:
        """The statement that `matching` runs, for a driver of the host's own."""
        words = words_of(dialect, self._tables)
        return to_statement(bound, TableSource(self._tables, self._mapped, words), words)

    def matching(self, bound: BoundSelection) -> Sequence[str]:
        """The numbers of the contacts that pass a selection, ascending."""
        with self._unit.connection() as connection:
            for segment_no in segments_named(bound.node):
                self._check_segment(connection, segment_no)
            found = connection.scalars(self.statement(bound, connection.dialect))
            return list(found)

    def _check_segment(self, connection: sa.Connection, no: str) -> None:
        headers = self._tables.headers.table
        own = sa.select(headers.c.no).where(headers.c.no == no)
        if not can_hold_text(no) or connection.scalar(own) is None:
            raise NotFound("segment", no)

    def get_many(self, nos: Iterable[str]) -> Sequence[Contact]:
        """The contacts with these numbers, in their order; unknown numbers are passed over."""
        wanted = list(nos)
        with self._unit.connection() as connection:
            words = words_of(connection.dialect, self._tables)
            rows, layout = self._rows(words), self._tables.of(Contact)
            number = rows.value(layout.fields[0])
            among = words.among(number, [str(no) for no in wanted if can_hold_text(no)])
            query = sa.select(*self._columns(rows, layout)).where(among)
            found = {
                contact.no: contact
                for contact in map(layout.from_row, connection.execute(query).all())
            }
        return [found[no] for no in wanted if no in found]

    def in_companies(self, company_nos: Iterable[str]) -> Sequence[str]:
        """The numbers of all contacts that bear one of these company numbers, ascending."""
        wanted = [str(no) for no in company_nos if no and can_hold_text(no)]
        with self._unit.connection() as connection:
            words = words_of(connection.dialect, self._tables)
            rows = self._rows(words)
            fields = {field.name: field for field in fields_of(Contact)}
            number, company = rows.value(fields["no"]), rows.value(fields["company_no"])
            query = sa.select(number).where(words.among(company, wanted)).order_by(number)
            return list(connection.scalars(query))

    def _rows(self, words: Words) -> Rows:
        table = Table("contact", {field.name: field for field in fields_of(Contact)})
        return TableSource(self._tables, self._mapped, words).rows(table)

    def _columns(self, rows: Rows, layout: Layout[Contact]) -> list[Element]:
        """What `Layout.from_row` wants, of our table or of the host's."""
        if Contact.__table__ not in self._mapped:
            return [from_column(rows.element.c[name]) for name in layout.names]
        values = [rows.value(field) for field in layout.fields]
        return [*values, sa.literal_column("NULL").label(EXTRA)]


def segments_named(node: BoundNode | None) -> Iterator[str]:
    """The segments that a selection asks membership of."""
    match node:
        case InSegment(segment_no):
            yield segment_no
        case Not(item):
            yield from segments_named(item)
        case AllOf(items) | AnyOf(items):
            for each in items:
                yield from segments_named(each)
        case BoundPart() | BoundFigure() | InLoggedSegment() | InShare() | None:
            return
        case _:
            assert_never(node)
