"""Why a contact passes a selection, or why not: as data, and as text.

An explanation has the shape of the selection's tree. Each node states its condition in words and
whether it holds. A part shows the values or rows that decided it.
"""

from collections.abc import Container, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import assert_never

import attrs

from segmentation.criteria._meaning import Row, RowReader, RowSource, reason_of, to_predicate
from segmentation.criteria._operands import number_text
from segmentation.criteria._trees import (
    AllOf,
    AnyOf,
    Aspect,
    BoundFigure,
    BoundFollowed,
    BoundNode,
    BoundPart,
    BoundSelection,
    BoundWhere,
    HasAspect,
    InLoggedSegment,
    InSegment,
    InShare,
    Not,
    OneLine,
    Table,
    to_line,
)
from segmentation.criteria._words import Teller
from segmentation.fields import Value
from segmentation.languages import ENGLISH, Phrases
from segmentation.markup import to_text

_SHOWN = 5
_LEAP_DAY = (2, 29)
_YEARLY = frozenset([Aspect.DAY_OF_YEAR, Aspect.AGE_IN_YEARS])
"""What comes again every year, so that 29 February needs another day in most."""

SHOWN_LINES = 50
"""The most lines that a notebook shows."""


@attrs.frozen(repr=False)
class Finding(OneLine):
    """One condition on one row.

    Attributes:
        field: The field's name.
        value: Its value.
        sentence: The condition in words.
        holds: Whether the condition holds.
        shown: The field and its value in words.
    """

    field: str
    value: Value
    sentence: str
    holds: bool
    shown: str


@attrs.frozen(repr=False)
class RowFindings(OneLine):
    """The conditions on one row. The row meets the part if all of them hold."""

    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Whether the row meets all conditions."""
        return all(finding.holds for finding in self.findings)


@attrs.frozen(repr=False)
class Explanation(OneLine):
    """A node of the selection, and whether it holds for the contact.

    Attributes:
        sentence: The condition in words.
        holds: Whether the condition holds.
        rows: For a part, the linked rows of its table. Rows that meet it, or meet most conditions,
            come first. If there are very many, the others are left out.
        row_count: How many linked rows there are.
        figure: For a figure, its value.
        parts: The explanations of the nodes below.
        note: For rows one after the other, why there is such a pair, or why not.
        phrases: The words that are used.
    """

    sentence: str
    holds: bool
    rows: tuple[RowFindings, ...] = ()
    row_count: int = 0
    figure: Value = None
    parts: tuple["Explanation", ...] = ()
    note: str = ""
    phrases: Phrases = attrs.field(factory=lambda: ENGLISH, eq=False, repr=False, kw_only=True)

    def __str__(self) -> str:
        return "\n".join(self._lines(0))

    def _repr_html_(self) -> str:
        """The first lines. Long ones are shortened."""
        lines = str(self).splitlines()
        told = [to_line(line) for line in lines[:SHOWN_LINES]]
        if len(lines) > SHOWN_LINES:
            told.append(f"… and {len(lines) - SHOWN_LINES:,} more")
        return to_text("\n".join(told))

    def _lines(self, depth: int) -> Iterator[str]:
        figure = "" if self.figure is None else f" ({_figure_text(self.figure)})"
        yield f"{self._mark(holds=self.holds, depth=depth)}{self.sentence}{figure}"
        for row in self.rows[:_SHOWN]:
            told = ", ".join(each.shown for each in row.findings)
            if told:
                yield f"{self._mark(holds=row.holds, depth=depth + 1)}{told}"
        if self.note:
            yield self._mark(holds=None, depth=depth + 1) + self.note
        if self.row_count > _SHOWN:
            mark = self._mark(holds=None, depth=depth + 1)
            yield mark + self.phrases.say("of_rows", count=self.row_count)
        for part in self.parts:
            yield from part._lines(depth + 1)  # noqa: SLF001 - one of the same

    def _mark(self, *, holds: bool | None, depth: int) -> str:
        """The indentation for the depth, with yes or no in a column of its own."""
        yes, no = self.phrases.say("yes"), self.phrases.say("no")
        mark = "" if holds is None else yes if holds else no
        return f"{'  ' * depth}{mark:<{max(len(yes), len(no))}} "


def explain(
    bound: BoundSelection,
    source: RowSource,
    row: Row,
    *,
    items: Container[str] = (),
    phrases: Phrases | None = None,
) -> Explanation:
    """Explain why a contact passes a selection, or why not. The cut is ignored.

    Args:
        bound: The selection.
        source: Where linked rows and members are found, as for ``to_predicate``.
        row: The contact's row.
        items: Names of the tables whose rows are mappings.
        phrases: The words to use, English by default.
    """
    phrases = phrases or ENGLISH
    explainer = _Explainer(bound, source, items, phrases)
    if bound.node is None:
        return Explanation(phrases.say("everybody"), holds=True, phrases=phrases)
    return explainer.explained(bound.node, row)


class _Explainer:
    def __init__(
        self, bound: BoundSelection, source: RowSource, items: Container[str], phrases: Phrases
    ) -> None:
        self._bound = bound
        self._source = source
        self._items = items
        self._phrases = phrases
        self._teller = Teller(phrases, bound.as_of, bound.schema)
        self._reader = RowReader(bound, source, items)

    def explained(self, node: BoundNode, row: Row) -> Explanation:
        sentence, holds = self._teller.node(node), self._holds(node, row)
        explanation = partial(Explanation, sentence, holds, phrases=self._phrases)
        match node:
            case BoundPart():
                rows = self._rows(node, row)
                return explanation(rows[:_SHOWN], len(rows))
            case BoundFigure():
                rows = tuple(each for each in self._rows(node.part, row) if each.holds)
                value = self._reader.figure(node)(row)
                return explanation(rows[:_SHOWN], len(rows), value)
            case BoundFollowed():
                return self._followed(node, row, explanation)
            case InSegment() | InLoggedSegment() | InShare():
                return explanation()
            case Not(item):
                return explanation(parts=(self.explained(item, row),))
            case AllOf(items) | AnyOf(items):
                parts = tuple(self.explained(item, row) for item in items)
                return explanation(parts=parts)
            case _:
                assert_never(node)

    def _followed(
        self, node: BoundFollowed, row: Row, explanation: "partial[Explanation]"
    ) -> Explanation:
        """The two rows that come nearest to what is asked, and what is missing if anything is."""
        reason = reason_of(node, self._reader.dated_rows(node)(row))
        found = reason.pair
        pairs = ((node.first, found.first), (node.then, found.then)) if found else ()
        rows = tuple(self._dated(node, part, each) for part, each in pairs)
        return explanation(rows, len(rows), note=self._teller.reason(node, reason))

    def _dated(self, node: BoundFollowed, part: BoundPart, row: Row) -> RowFindings:
        """The date of a row, and the conditions on it."""
        value = self._reader.value(node.table, node.field)(row)
        shown = self._teller.shown(node.table, node.field, value)
        told = self._phrases.say("known_date")
        dated = Finding(node.field.name, value, told, holds=True, shown=shown)
        return RowFindings((dated, *self._findings(part, row).findings))

    def _holds(self, node: BoundNode, row: Row) -> bool:
        alone = attrs.evolve(self._bound, node=node, cut=None)
        return to_predicate(alone, self._source, items=self._items)(row)

    def _rows(self, part: BoundPart, row: Row) -> tuple[RowFindings, ...]:
        found = [self._findings(part, each) for each in self._reader.linked(part.table)(row)]
        # The row that meets most conditions explains best why a part does not hold.
        found.sort(key=lambda each: -sum(finding.holds for finding in each.findings))
        return tuple(found)

    def _findings(self, part: BoundPart, row: Row) -> RowFindings:
        return RowFindings(tuple(self._finding(part.table, each, row) for each in part.conditions))

    def _finding(self, table: Table, where: BoundWhere, row: Row) -> Finding:
        value = self._reader.value(table, where.field)(row)
        return Finding(
            where.field.name,
            value,
            self._teller.asked(where, where.field),
            self._reader.test(table, where)(row),
            self._shown(table, where, value),
        )

    def _shown(self, table: Table, where: BoundWhere, value: Value) -> str:
        shown = self._teller.shown(table, where.field, value)
        if not isinstance(where.filter, HasAspect) or where.filter.aspect not in _YEARLY:
            return shown
        day = value.astimezone(self._bound.as_of.zone) if isinstance(value, datetime) else value
        if not isinstance(day, date) or (day.month, day.day) != _LEAP_DAY:
            return shown
        return self._phrases.say("leap_day", shown=shown)


def _figure_text(figure: Value) -> str:
    return number_text(figure) if isinstance(figure, Decimal) else str(figure)
