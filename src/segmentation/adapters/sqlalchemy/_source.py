"""The source of the rows that a statement selects from."""

from collections.abc import Callable, Mapping
from typing import Any

import attrs
import sqlalchemy as sa

from segmentation.criteria import Table
from segmentation.definitions import row_kind
from segmentation.errors import Message, UnknownName
from segmentation.fields import Field, FieldType
from segmentation.interactions import Interaction

from ._dialects import Dialect
from ._mapping import MappedTable, numbered_copies, to_compared
from ._tables import EXTRA, Element, FromTable, Layout, Naming, Tables


class Source:
    """Where a statement finds rows: in our tables, or in tables of the host that replace them.

    Args:
        tables: Our tables.
        mapped: Tables of the host, by the name of the table that they replace.
        dialect: The dialect of the database.
        naming: Gives our tables their aliases in a statement.
        contacts: Gives the contacts where not every row of the host is one.
    """

    def __init__(
        self,
        tables: Tables,
        mapped: Mapping[str, MappedTable],
        dialect: Dialect,
        naming: Naming = sa.Table.alias,
        contacts: Callable[[], FromTable] | None = None,
    ) -> None:
        self._tables = tables
        self._layouts: dict[str, Layout[Any]] = tables.by_name()
        self._mapped = mapped
        self._dialect = dialect
        self._naming = naming
        self._contacts = contacts

    def rows(self, table: Table) -> FromTable:
        """A table of the schema, under another alias at each call.

        Raises:
            UnknownName: Neither we nor the host have the table.
        """
        if table.link is None and self._contacts is not None:
            return self._contacts()
        if table.name not in self._mapped:
            return self._ours(table)
        host = self._mapped[table.name]
        by = [name for name, _ in table.link.on] if table.link else []
        if not host.beside:
            # Of contacts it was found out before that all rows are sound, or they are given.
            return host.rows(table.fields, self._dialect, by=by, all_sound=table.link is None)
        placed = self._placed(self._dialect.looked_up(self._both(table, host)))

        def value(field: Field) -> Element:
            found = placed.value(field)
            return found if field.name in by else self._dialect.not_sought(found)

        return attrs.evolve(placed, value=value, unindexed=True)

    def _both(self, table: Table, host: MappedTable) -> sa.Select[Any]:
        """Our rows, and those of a host that stand beside them."""
        fields = table.fields.values()
        rows = [self._ours(table), host.rows(table.fields, self._dialect)]
        each = [sa.select(*(one.value(f).label(f.name) for f in fields)) for one in rows]
        return sa.select(*sa.union_all(*each).subquery().c)

    def _placed(self, element: sa.FromClause) -> FromTable:
        return FromTable(element, lambda f: to_compared(f, element.c[f.name], self._dialect))

    def _ours(self, table: Table) -> FromTable:
        """Our rows.

        Raises:
            UnknownName: We do not have the table.
        """
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
            host = self._mapped[table.name]
            if host.beside:
                return numbered_copies(self._both(table, host), self._placed, count)
            return host.copies(table.fields, self._dialect, count)
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
