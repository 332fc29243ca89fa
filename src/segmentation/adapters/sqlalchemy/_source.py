"""The source of the rows that a statement selects from."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from segmentation.criteria import Table
from segmentation.definitions import row_kind
from segmentation.errors import Message, UnknownName
from segmentation.fields import Field, FieldType
from segmentation.interactions import Interaction

from ._dialects import Dialect
from ._mapping import MappedTable
from ._tables import EXTRA, Element, FromTable, Layout, Naming, Tables


class Source:
    """Where a statement finds rows: in our tables, or in tables of the host that replace them.

    Args:
        tables: Our tables.
        mapped: Tables of the host, by the name of the table that they replace.
        dialect: The dialect of the database.
        naming: Gives our tables their aliases in a statement.
    """

    def __init__(
        self,
        tables: Tables,
        mapped: Mapping[str, MappedTable],
        dialect: Dialect,
        naming: Naming = sa.Table.alias,
    ) -> None:
        self._tables = tables
        self._layouts: dict[str, Layout[Any]] = tables.by_name()
        self._mapped = mapped
        self._dialect = dialect
        self._naming = naming

    def rows(self, table: Table) -> FromTable:
        """A table of the schema, under another alias at each call.

        Raises:
            UnknownName: Neither we nor the host have the table.
        """
        if table.name in self._mapped:
            by = [name for name, _ in table.link.on] if table.link else []
            return self._mapped[table.name].rows(table.fields, self._dialect, by=by)
        if table.name in self._layouts:
            layout = self._layouts[table.name]
        elif table.key:
            layout = self._tables.of(row_kind(table))
        else:
            known = [*self._layouts, *self._mapped]
            raise UnknownName("table", table.name, known=known, where=Message("the database"))
        element = self._naming(layout.table)
        identity = tuple(element.c[column.name] for column in layout.key)
        return FromTable(element, lambda field: self._value(element, field), identity=identity)

    def copies(self, table: Table, count: int, *, numbered: bool) -> list[FromTable]:
        """A table several times, to compare its rows with each other.

        Args:
            table: The table.
            count: How many times.
            numbered: Whether the identity of rows is asked for. A host's rows have none that is
                known, so they are numbered.
        """
        if numbered and table.name in self._mapped:
            return self._mapped[table.name].copies(table.fields, self._dialect, count)
        return [self.rows(table) for _ in range(count)]

    def _value(self, element: sa.FromClause, field: Field) -> Element:
        if field.extra:
            return self._dialect.extra_field(element.c[EXTRA], field)
        value = element.c[field.name]
        return self._dialect.number(value) if field.type is FieldType.DECIMAL else value

    def segment_members(self, segment_no: str) -> sa.Select[Any]:
        """The numbers of the contacts on the lines of a segment."""
        lines = self._tables.lines.table
        return sa.select(lines.c.contact_no).where(lines.c.segment_no == segment_no)

    def logged_members(self, entry_no: int) -> sa.Select[Any]:
        """The numbers of the contacts that were logged with a logged segment."""
        logged = self._tables.of(Interaction).table
        return sa.select(logged.c.contact_no).where(logged.c.logged_segment_entry_no == entry_no)
