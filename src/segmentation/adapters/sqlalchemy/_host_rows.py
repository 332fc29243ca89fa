"""Contacts in a host's table: which of its rows can be read safely, and which are left out.

A row without a number, rows of one number that differ, and a row with a value that stands for
nothing are no contacts. Rows of one number that are equal in all that is mapped are one contact.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Generic

import sqlalchemy as sa

from segmentation.contacts import Contact
from segmentation.fields import Field, RecordT
from segmentation.segments import LeftOut, LeftOutReason

from ._dialect_parts import materialized
from ._dialects import Dialect
from ._mapping import MappedTable, worded
from ._once import comes_once
from ._tables import EXTRA, Element, FromTable, Layout, Test
from ._types import cast_to_text

_FLAW, _FIELD, _WORD = "segmentation_flaw", "segmentation_field", "segmentation_word"

_BLANKS = "".join(each for each in map(chr, range(0x3001)) if each.isspace())
"""All characters that Python takes for blanks."""

_DOUBLED = 9
"""The flaw of rows that have one number and differ."""

_FLAWS = (LeftOutReason.BLANK_NUMBER, LeftOutReason.UNKNOWN_OPTION, LeftOutReason.UNREADABLE)
"""The flaws of single rows, by their number from 1 on; 0 is none."""


class HostRows:
    """The rows of a host's table of contacts.

    Args:
        host: The mapping.
        fields: The fields of the table, with those of the host's own.
        key: The field that holds the number.
        dialect: The dialect of the database.
    """

    def __init__(
        self, host: MappedTable, fields: Mapping[str, Field], key: str, dialect: Dialect
    ) -> None:
        self._host = host.only(fields)
        self._known = fields
        self._fields = {name: fields[name] for name in self._host.values}
        self._key = fields[key]
        self._dialect = dialect
        self._unreadable = self._host.unreadable(fields, dialect)

    def needs_care(self, connection: sa.Connection) -> bool:
        """Whether any row cannot be read safely, or any number has several rows.

        A number that is unique in its table, and a code in every row, is unique as a code.
        """
        flaws = [*self._blank, *(test for _, test in self._unreadable)]
        if self._is_any(connection, flaws):
            return True
        if self._is_unique:
            return False
        changed = sa.not_(self._dialect.is_code(self._number))
        if self._comes_once and not self._is_any(connection, [changed]):
            return False
        return self._is_any_doubled(connection)

    def _is_any(self, connection: sa.Connection, tests: Iterable[Test]) -> bool:
        """Whether a row meets one of these conditions; an index may know that of each."""
        source: sa.Select[Any] = sa.select(sa.literal_column("1"))
        source = source.select_from(self._host.source)
        found = sa.or_(*(source.where(test).exists() for test in tests))
        return bool(connection.scalar(sa.select(found)))

    def _is_any_doubled(self, connection: sa.Connection) -> bool:
        no = self._columns[self._key.name]
        rows = sa.select(no).select_from(self._host.source).subquery()
        found = sa.func.count(), sa.func.count(sa.distinct(rows.c[no.name]))
        count, different = connection.execute(sa.select(*found).select_from(rows)).one()
        return bool(count != different)

    def safe(self) -> FromTable:
        """The rows that can be read safely, one for each number."""
        rows = materialized(self.rows().distinct())
        sound = [rows.c[_FLAW] == 0]
        if not self._is_unique:
            sound.append(rows.c[self._key.name].not_in(self._numbers_of_several(rows)))
        found = sa.select(*(rows.c[name] for name in self._fields)).where(*sound)
        return self._host.placed(found.subquery(), self._dialect, self._known)

    def unsafe(self) -> FromTable:
        """The other rows, with what is wrong with them (see `told`)."""
        field, word = self._detail()
        rows = materialized(self.rows().add_columns(field.label(_FIELD), word.label(_WORD)))
        compared = (rows.c[name] for name in (*self._fields, _FLAW))
        different = sa.select(*compared).distinct().cte()
        several = rows.c[self._key.name].in_(self._numbers_of_several(different))
        flaw = sa.case((rows.c[_FLAW] == 1, 1), (several, _DOUBLED), else_=rows.c[_FLAW])
        known = (each for each in rows.c if each.name != _FLAW)
        found = sa.select(*known, flaw.label(_FLAW)).subquery()
        unsafe = sa.select(*found.c).where(found.c[_FLAW] != 0).subquery()
        return self._host.placed(unsafe, self._dialect, self._known)

    def told(self, connection: sa.Connection, rows: FromTable, test: Test) -> Sequence[LeftOut]:
        """Those of the rows of `unsafe` that meet a condition, as they are told.

        Each number comes once, in ascending order, and each row without a number by itself.
        """
        element = rows.element
        no = rows.value(self._key)
        details = (element.c[name] for name in (_FLAW, _FIELD, _WORD))
        asked = sa.select(no, *details).select_from(element).where(test).order_by(no)
        found = connection.execute(asked).all()
        counted = self._counted(connection, {no for no, flaw, *_ in found if flaw != 1})
        return list(_told(found, counted))

    def _counted(self, connection: sa.Connection, nos: set[str]) -> Mapping[str, int]:
        """How many rows each of these numbers has."""
        if not nos:
            return {}
        rows = sa.select(self._columns[self._key.name]).select_from(self._host.source).subquery()
        no = self._dialect.text(rows.c[self._key.name])
        counts = sa.select(no, sa.func.count()).where(self._dialect.among(no, sorted(nos)))
        return {no: count for no, count in connection.execute(counts.group_by(no))}  # noqa: C416 - rows

    @property
    def _columns(self) -> Mapping[str, sa.Label[Any]]:
        return {each.name: each for each in self._host.columns(self._fields, self._dialect)}

    @property
    def _comes_once(self) -> bool:
        """Whether the declarations show that no two rows have the same value as their number."""
        given = self._host.values[self._key.name]
        return isinstance(given, sa.Column) and comes_once(self._host.source, given)

    @property
    def _is_unique(self) -> bool:
        """Whether the declarations show that no two rows have one number."""
        given = self._host.values[self._key.name]
        if not self._comes_once:
            return False
        return self._key.name in self._host.clean or isinstance(given.type, sa.Integer)

    def rows(self) -> sa.Select[Any]:
        """All rows as they stand, each with the number of its flaw as the last column."""
        columns = [*self._columns.values(), self._flaw().label(_FLAW)]
        return sa.select(*columns).select_from(self._host.source)

    def numbers(self) -> sa.Select[Any]:
        """The numbers that several rows have: as codes, the least and the last, and how many."""
        given = self._host.values[self._key.name]
        written = self._dialect.text(cast_to_text(given))
        columns = [self._columns[self._key.name], written.label(_WORD)]
        filled = sa.select(*columns).select_from(self._host.source).where(sa.not_(self.is_blank))
        rows = filled.subquery()
        no, word = rows.c[self._key.name], rows.c[_WORD]
        found = sa.select(
            no.label("no"),
            sa.func.count().label("rows"),
            sa.func.min(word).label("least"),
            sa.func.max(word).label("last"),
        )
        return found.group_by(no).having(sa.func.count() > 1)

    def different(self) -> sa.Select[Any]:
        """The numbers that rows have which differ."""
        rows = self.rows().distinct().cte()
        return self._numbers_of_several(rows)

    def _numbers_of_several(self, rows: sa.FromClause) -> sa.Select[Any]:
        """The numbers that several of these rows have, which are all different."""
        no = rows.c[self._key.name]
        found = sa.select(no).select_from(rows).where(no != "")
        return found.group_by(no).having(sa.func.count() > 1)

    @property
    def _number(self) -> Element:
        """The number as a text, as the host has it."""
        given = self._host.values[self._key.name]
        if not isinstance(given, sa.ColumnElement):
            return sa.literal(given, sa.Text())
        return given if isinstance(given.type, sa.String) else cast_to_text(given)

    @property
    def is_blank(self) -> Test:
        """The condition that a number is missing or blank."""
        return sa.or_(*self._blank)

    @property
    def _blank(self) -> list[Test]:
        """The conditions that a number is missing or blank. An index finds the few that may be."""
        text = self._number
        no = self._dialect.text(text)
        blank = self._dialect.trimmed(text, _BLANKS) == ""
        return [no.is_(None), sa.and_(no < "!", blank), sa.and_(no > "~", blank)]

    def _flaw(self) -> Element:
        """What is wrong with a row by itself: the number of one of `_FLAWS`, or 0."""
        tests = ((test, 2 if field.options else 3) for field, test in self._unreadable)
        return sa.case((self.is_blank, 1), *tests, else_=0)

    def _detail(self) -> tuple[Element, Element]:
        """The name of the first field that cannot be read, and what stands there."""
        if not self._unreadable:
            return sa.literal("", sa.Text()), sa.literal("", sa.Text())
        names = [(test, field.name) for field, test in self._unreadable]
        words = [(test, worded(self._host.values[f.name])) for f, test in self._unreadable]
        return sa.case(*names, else_=""), sa.case(*words, else_="")


def _told(rows: Iterable[Sequence[Any]], counted: Mapping[str, int]) -> Iterator[LeftOut]:
    for no, group in groupby(rows, key=lambda row: row[0]):
        _, flaw, field, word = next(iter(group))
        if flaw == 1:
            yield from [LeftOut("", LeftOutReason.BLANK_NUMBER)] * (1 + sum(1 for _ in group))
        elif flaw == _DOUBLED:
            yield LeftOut(no, LeftOutReason.DOUBLED, rows=counted[no])
        else:
            yield LeftOut(no, _FLAWS[flaw - 1], field, word, counted[no])


# -- records ----------------------------------------------------------------------------------


class HostReading(Generic[RecordT]):
    """Reads records from the rows of a host's table.

    Args:
        layout: The layout of the records.
        host: The mapping of their table.
        own: The fields of the host's own that records hold as extra fields.
        dialect: The dialect of the database.
    """

    def __init__(
        self, layout: Layout[RecordT], host: MappedTable, own: Sequence[Field], dialect: Dialect
    ) -> None:
        self._layout = layout
        fields = {field.name: field for field in layout.fields}
        self._own = [field for field in own if field.name in host.values]
        known = {**fields, **{field.name: field for field in self._own}}
        self._is_contact = layout.kind.__table__ == Contact.__table__
        only = host.only(known)
        if self._is_contact:
            query = HostRows(only, known, "no", dialect).rows().subquery()
            rows, flaw = only.placed(query, dialect, known), [query.c[_FLAW]]
        else:
            rows, flaw = only.rows(known, dialect), []
        self.values = {name: rows.value(field) for name, field in known.items()}
        """The values of the fields, by name."""
        self.columns: list[Element] = [*self.values.values(), *flaw]
        """The columns that `records` expects, ordered by the number of contacts."""

    def records(self, rows: Iterable[Sequence[Any]]) -> Iterator[RecordT]:
        """The records. Of contacts those that can be read safely, each once."""
        if not self._is_contact:
            yield from map(self._record, rows)
            return
        place = [field.name for field in self._layout.fields].index("no")
        for no, group in groupby(rows, key=itemgetter(place)):
            first, *others = group
            if no and first[-1] == 0 and all(other == first for other in others):
                yield self._record(first)

    def _record(self, row: Sequence[Any]) -> RecordT:
        layout, count = self._layout, len(self._layout.fields)
        record = layout.from_row([*row[:count], *[None] * layout.has_extra])
        if self._own:
            pairs = zip(self._own, row[count:], strict=False)
            extra = sorted((f.name, value) for f, value in pairs if value not in _MISSING)
            getattr(layout.kind, EXTRA).__set__(record, tuple(extra))
        return record


_MISSING = (None, "")
"""What a host's column holds if it says nothing. Numbers and flags say 0 and no."""
