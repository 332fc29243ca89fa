"""The lines of a segment, stored as sets of contacts. Each line is made when it is needed.

Contacts that are added together make a block: a roster of contacts, and the terms for their
lines. A `Part` is a block and the set of places whose lines are in the segment. Removing lines
and restoring them changes only this set, and all versions of a segment share the block. A line
that was changed by hand is kept beside its block. This module does not know why lines change.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from functools import cached_property
from itertools import chain, pairwise
from typing import Any, Literal, TypeVar, overload

import attrs

from segmentation.bitmaps import EMPTY, Bitmap, to_positions, without
from segmentation.columns import Columns, gathered, joined
from segmentation.frozen import freeze_within
from segmentation.markup import to_rows
from segmentation.showing import shown_by

from ._blocks import Alike, Block, Written
from ._line import SegmentLine
from ._parts import Part, alike, by_field
from ._rosters import Others, Roster

ItemT = TypeVar("ItemT")


@shown_by("segment_no", count="lines")
@attrs.frozen(eq=False, field_transformer=freeze_within)
class Lines(Sequence[SegmentLine]):
    """Lines in the order of their numbers. Each is made when it is read.

    Attributes:
        parts: The blocks that have lines here, ordered by their numbers.
        changed: The lines that were changed by hand, by number.
        segment_no: The segment's number, for the lines.
    """

    parts: tuple[Part, ...] = ()
    changed: Mapping[int, SegmentLine] = attrs.field(factory=dict)
    segment_no: str = ""

    def __reduce__(self) -> tuple[Callable[..., "Lines"], tuple[Any, ...]]:
        """Pickle the lines written out, because a roster may refer to all contacts of a store."""
        return _unpacked, (tuple(self), self.segment_no)

    # -- looking ----------------------------------------------------------------------------

    def __len__(self) -> int:
        return sum(part.count for part in self.parts)

    def __iter__(self) -> Iterator[SegmentLine]:
        return (self._made(block, index) for block, index in self._places())

    @overload
    def __getitem__(self, index: int) -> SegmentLine: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[SegmentLine, ...]: ...
    def __getitem__(self, index: int | slice) -> SegmentLine | tuple[SegmentLine, ...]:
        if isinstance(index, slice):
            return tuple(self._made(*place) for place in self._indexed[index])
        return self._made(*self._at(index))

    def _at(self, index: int) -> tuple[Block, int]:
        """The block of a line and its index there."""
        if len(self.parts) == 1 and self.parts[0].is_whole:
            return self.parts[0].block, range(self.parts[0].count)[index]
        return self._indexed[index]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Lines):
            return NotImplemented
        if len(self) != len(other) or self.contact_nos != other.contact_nos:
            return False
        return all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash((tuple(self.numbers), self.contact_nos))

    def _plain_(self) -> Mapping[str, object]:
        return {"segment_no": self.segment_no, "lines": len(self), "contact_nos": self.contact_nos}

    def _repr_html_(self) -> str:
        """The first lines."""
        names = ["line_no", "contact_no", "description", "date", "interaction_template_code"]
        return to_rows(self, names)

    @property
    def contact_nos(self) -> tuple[str, ...]:
        """The contacts on the lines, in the order of the lines. This makes no lines."""
        if len(self.parts) == 1:
            return tuple(self.parts[0].contact_nos)
        if self._apart:
            return tuple(chain(*(part.contact_nos for part in self.parts)))
        return tuple(block.contact_nos[index] for block, index in self._indexed)

    @property
    def numbers(self) -> Sequence[int]:
        """The lines' numbers, ascending."""
        if len(self.parts) == 1:
            return self.parts[0].numbers
        found = chain(*(part.numbers for part in self.parts))
        return tuple(found if self._apart else sorted(found))

    @property
    def last_no(self) -> int:
        """The number of the last line, 0 if there are no lines."""
        return max((part.last_no for part in self.parts), default=0)

    def find(self, line_no: int) -> SegmentLine | None:
        """The line with this number, or ``None``."""
        found = self.locate(line_no)
        return self._made(*found) if found else None

    def locate(self, line_no: int) -> tuple[Block, int] | None:
        """The block of the line with this number and its index there, or ``None``."""
        for part in self.parts:
            numbers = part.block.numbers
            index = bisect_left(numbers, line_no)
            if index < len(numbers) and numbers[index] == line_no and part.has(index):
                return part.block, index
        return None

    def known(self, contact_nos: AbstractSet[str]) -> frozenset[str]:
        """Those of these contacts that are on the lines. This makes no lines."""
        found: set[str] = set()
        for part in self.parts:
            who = part.block.who
            found.update(who.contact_nos(to_positions(part.here & who.shared(contact_nos))))
        return frozenset(found)

    @cached_property
    def rosters(self) -> Sequence[Roster]:
        """The contacts on the lines, as a roster for each part."""
        return [part.block.who.only(part.here) for part in self.parts]

    def on(self, who: Roster) -> Bitmap:
        """The places of a roster whose contacts are also on the lines."""
        return who.shared(*self.rosters)

    def total(self, field: Literal["unit_cost", "unit_duration_min"]) -> Decimal:
        """The sum of a field over the lines. This makes no lines."""
        totals = (part.block.total(field, part.here) for part in self.parts)
        placed = ((line, self.locate(number)) for number, line in self.changed.items())
        differences = (
            getattr(line, field) - getattr(found[0].line(found[1]), field)
            for line, found in placed
            if found
        )
        return sum(chain(totals, differences), Decimal(0))

    @property
    def attachments(self) -> frozenset[str]:
        """The hashes of the attachments that the lines may need. This makes no lines."""
        of_blocks = (part.block.attachments for part in self.parts)
        return frozenset().union(*of_blocks, *(line.attachments for line in self.changed.values()))

    def by_field(self) -> Columns[SegmentLine]:
        """The lines as columns, in their order. Lines that are alike are made once."""
        if not self._apart:
            return gathered(SegmentLine, self)
        found = joined(SegmentLine, (by_field(alike(part)) for part in self.parts))
        numbers = found.column("line_no")
        changed = {bisect_left(numbers, no): line for no, line in self.changed.items()}
        return found.replaced(changed).having(segment_no=self.segment_no)

    def _made(self, block: Block, index: int) -> SegmentLine:
        line = self.changed.get(block.numbers[index]) or block.line(index)
        if line.segment_no == self.segment_no:
            return line
        return attrs.evolve(line, segment_no=self.segment_no)

    @cached_property
    def _apart(self) -> bool:
        """Whether all numbers of each part are below those of the next."""
        return all(
            one.block.numbers[-1] < other.block.numbers[0] or one.last_no < other.first_no
            for one, other in pairwise(self.parts)
        )

    def _places(self) -> Iterator[tuple[Block, int]]:
        places = chain(*map(_places_of, self.parts))
        return places if self._apart else iter(sorted(places, key=_number_of))

    @cached_property
    def _indexed(self) -> list[tuple[Block, int]]:
        return list(self._places())

    # -- other lines ------------------------------------------------------------------------

    def split(self, *others: Others) -> tuple["Lines", "Lines"]:
        """The lines of contacts that are among others, and the lines of those that are not."""
        return self._split(lambda part: part.here & part.block.who.shared(*others))

    def picked(self, numbers: Collection[int]) -> tuple["Lines", "Lines"]:
        """The lines with these numbers, and the others."""
        wanted = numbers if isinstance(numbers, range) else frozenset(numbers)
        return self._split(lambda part: part.numbered(wanted))

    def _split(self, chosen: Callable[[Part], Bitmap]) -> tuple["Lines", "Lines"]:
        pairs = [(part, chosen(part)) for part in self.parts]
        return (
            self._of(Part(part.block, some) for part, some in pairs),
            self._of(Part(part.block, without(part.here, some)) for part, some in pairs),
        )

    def _of(self, parts: Iterable[Part]) -> "Lines":
        """The lines of these parts, with those changed by hand."""
        kept = tuple(part for part in parts if part.here)
        lines = attrs.evolve(self, parts=kept, changed={})
        changed = {no: line for no, line in self.changed.items() if lines.locate(no)}
        return attrs.evolve(lines, changed=changed) if changed else lines

    def merged(self, other: "Lines") -> "Lines":
        """These lines and others with different numbers."""
        here: dict[Block, Bitmap] = {}
        for part in (*self.parts, *other.parts):
            here[part.block] = here.get(part.block, EMPTY) | part.here
        parts = sorted((Part(*pair) for pair in here.items()), key=_first_of_block)
        changed = {**self.changed, **other.changed} if other.changed else self.changed
        return attrs.evolve(self, parts=tuple(parts), changed=changed)

    def without_parts(self, other: "Lines") -> "Lines":
        """The lines whose place in their block is not taken by one of others."""
        theirs = {part.block: part.here for part in other.parts}
        return self._of(
            Part(part.block, without(part.here, theirs.get(part.block, EMPTY)))
            for part in self.parts
        )

    def apart_from(self, other: "Lines") -> "Lines":
        """The lines that are not in others with the same number and contact."""
        mine, theirs = self.without_parts(other), other.without_parts(self)
        if not (mine and theirs):
            return mine
        there = frozenset(zip(theirs.numbers, theirs.contact_nos, strict=True))
        pairs = zip(mine.numbers, mine.contact_nos, strict=True)
        return mine.picked([pair[0] for pair in pairs if pair not in there])[0]

    def mapped(self, change: Callable[[SegmentLine], SegmentLine]) -> "Lines":
        """These lines, each become another with the same number and contact.

        Args:
            change: Makes the other line. Lines that are alike are asked once for all of them, by
                one without number and contact.
        """
        parts = tuple(_mapped(part, change) for part in self.parts)
        changed = {number: change(line) for number, line in self.changed.items()}
        if parts == self.parts and changed == self.changed:
            return self
        return attrs.evolve(self, parts=parts, changed=changed)

    def with_changed(self, lines: Iterable[SegmentLine]) -> "Lines":
        """These lines, some of them replaced by others with the same number."""
        return attrs.evolve(self, changed={**self.changed, **{ln.line_no: ln for ln in lines}})


def _mapped(part: Part, change: Callable[[SegmentLine], SegmentLine]) -> Part:
    """A part with each line become another; the part itself if none does."""
    lines = alike(part)
    likes = [change(like) for like in lines.likes]
    if likes == list(lines.likes):
        return part
    columns = (lines.who.manner_of, lines.numbers, lines.who.numbers, lines.who.company_nos)
    block = Alike.of(likes, *columns)
    return Part(block, block.who.everyone)


def _places_of(part: Part) -> Iterator[tuple[Block, int]]:
    return ((part.block, index) for index in part.indexes)


def _number_of(place: tuple[Block, int]) -> int:
    return place[0].numbers[place[1]]


def _first_of_block(part: Part) -> int:
    return part.block.numbers[0]


def _unpacked(lines: tuple[SegmentLine, ...], segment_no: str) -> Lines:
    return attrs.evolve(to_lines(lines), segment_no=segment_no)


def to_lines(lines: Iterable[SegmentLine]) -> Lines:
    """`Lines` from any lines, in the order of their numbers.

    >>> lines = to_lines(SegmentLine(segment_no="SM1", line_no=no) for no in (20_000, 10_000))
    >>> list(lines.numbers), lines[-1].line_no
    ([10000, 20000], 20000)
    """
    if isinstance(lines, Lines):
        return lines
    rows = tuple(sorted(lines, key=lambda line: line.line_no))
    if not rows:
        return Lines()
    block = Written(lines=rows, numbers=tuple(line.line_no for line in rows))
    return Lines((Part(block, block.who.everyone),), segment_no=rows[0].segment_no)
