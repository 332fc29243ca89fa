"""How many contacts each part of a selection leaves, without a list of them."""

from collections.abc import Container, Iterable

import attrs

from segmentation.criteria._meaning import Row, RowSource, to_predicate
from segmentation.criteria._trees import (
    AllOf,
    BoundNode,
    BoundPart,
    BoundSelection,
    OneLine,
    to_line,
)
from segmentation.criteria._words import describe_parts
from segmentation.languages import ENGLISH, Phrases
from segmentation.markup import to_table

SHOWN_PARTS = 50
"""The most parts that a notebook shows."""


@attrs.frozen(repr=False)
class PartCount(OneLine):
    """A condition that must hold, and how many contacts it leaves.

    Attributes:
        sentence: The condition in words.
        alone: How many contacts meet this condition.
        so_far: How many contacts meet this condition and all before it.
    """

    sentence: str
    alone: int
    so_far: int


@attrs.frozen(repr=False)
class Counts(OneLine):
    """How many contacts a selection finds, and how many each of its parts leaves.

    Attributes:
        base: How many contacts there are.
        parts: The conditions, in the selection's order.
        passing: How many contacts pass all of them. The cut is ignored.
        phrases: The words that are used.
    """

    base: int
    parts: tuple[PartCount, ...]
    passing: int
    phrases: Phrases = attrs.field(factory=lambda: ENGLISH, eq=False, repr=False, kw_only=True)

    def __str__(self) -> str:
        width = len(str(self.base))
        lines = [f"{self.base:>{width}}"]
        for part in self.parts:
            told = self.phrases.say("counted", sentence=part.sentence, alone=part.alone)
            lines.append(f"{part.so_far:>{width}}  {told}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        columns = ["so far", "alone", f"of {self.base:,} contacts"]
        shown = self.parts[:SHOWN_PARTS]
        rows = [(part.so_far, part.alone, to_line(part.sentence)) for part in shown]
        return to_table(columns, rows, more=len(self.parts) - len(shown))


def count_parts(
    bound: BoundSelection,
    source: RowSource,
    rows: Iterable[Row],
    *,
    items: Container[str] = (),
    phrases: Phrases | None = None,
) -> Counts:
    """How many of these contacts each part of a selection leaves, in one pass.

    Args:
        bound: The selection.
        source: Where linked rows and members are found, as for ``to_predicate``.
        rows: The contacts. They are read once.
        items: Names of the tables whose rows are mappings.
        phrases: The words to use, English by default.
    """
    phrases = phrases or ENGLISH
    parts = () if bound.node is None else parts_of(bound.node)
    tests = [
        to_predicate(attrs.evolve(bound, node=part, cut=None), source, items=items)
        for part in parts
    ]
    alone, so_far, base = [0] * len(parts), [0] * len(parts), 0
    for row in rows:
        base += 1
        left = True
        for position, test in enumerate(tests):
            passes = test(row)
            left = left and passes
            alone[position] += passes
            so_far[position] += left
    told = describe_parts(bound, parts, phrases)
    counted = tuple(map(PartCount, told, alone, so_far))
    return Counts(base, counted, so_far[-1] if so_far else base, phrases=phrases)


def parts_of(node: BoundNode) -> tuple[BoundNode, ...]:
    """The nodes that must all hold, in order. Each condition on the contact's own fields is one."""
    return tuple(_parts(node))


def _parts(node: BoundNode) -> Iterable[BoundNode]:
    match node:
        case AllOf(items):
            for item in items:
                yield from _parts(item)
        case BoundPart(table, conditions) if table.link is None:
            for where in conditions:
                yield BoundPart(table, (where,))
        case _:
            yield node
