"""Parts of a segment's lines: a block, and the set of places whose lines are in the segment.

What is few is looked for by itself, so that a step on few of many lines goes through few.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import compress
from typing import TypeVar

import attrs

from segmentation.bitmaps import EMPTY, Bitmap, from_positions, to_flags
from segmentation.columns import Columns, gathered
from segmentation.showing import shown_by

from ._blocks import Alike, Block, Written, of_nobody
from ._line import SegmentLine
from ._rosters import Joiner

ItemT = TypeVar("ItemT")

_FEW = 64
"""Of so many lines one or none is looked for by itself, and not all are gone through."""


@shown_by("count")
@attrs.frozen(eq=False)
class Part:
    """A block, and the set of places whose lines are in the segment."""

    block: Block
    here: Bitmap

    @cached_property
    def count(self) -> int:
        """The number of lines."""
        return self.here.bit_count()

    @property
    def is_whole(self) -> bool:
        """Whether the part has all lines of the block."""
        return self.count == len(self.block.numbers)

    @cached_property
    def _flags(self) -> bytes:
        """For each line of the block, in their order, 1 if the part has it, or else 0."""
        flags = to_flags(self.here, self.block.who.everyone.bit_length())
        return bytes(map(flags.__getitem__, self.block.order))

    @property
    def indexes(self) -> Iterable[int]:
        """The indexes of the lines, ascending."""
        every = range(len(self.block.numbers))
        if self.is_whole:
            return every
        return self.block.indexes_of(self.here) if self._is_sparse else compress(every, self._flags)

    @property
    def _is_sparse(self) -> bool:
        return self.count * _FEW < len(self.block.numbers)

    @property
    def numbers(self) -> Sequence[int]:
        """The numbers of the lines, ascending."""
        return self._of_lines(self.block.numbers)

    @property
    def contact_nos(self) -> Sequence[str]:
        """The contacts of the lines, in their order."""
        return self._of_lines(self.block.contact_nos)

    def _of_lines(self, items: Sequence[ItemT]) -> Sequence[ItemT]:
        """Of what the block has for each of its lines, that of the lines of the part."""
        if self.is_whole:
            return items
        if self._is_sparse:
            return tuple(map(items.__getitem__, self.indexes))
        return tuple(compress(items, self._flags))

    @property
    def first_no(self) -> int:
        """The number of the first line."""
        every = range(len(self.block.numbers))
        return self.block.numbers[self._first_among(every)]

    @property
    def last_no(self) -> int:
        """The number of the last line."""
        every = range(len(self.block.numbers))
        return self.block.numbers[self._first_among(every[::-1])]

    def _first_among(self, indexes: range) -> int:
        """The first of the block's indexes, from one end, whose line the part has."""
        near = next(filter(self.has, indexes[:_FEW]), None)
        if near is not None:
            return near
        return self._flags.find(1) if indexes.step > 0 else self._flags.rfind(1)

    def _plain_(self) -> Mapping[str, object]:
        return {"lines": self.count, "contact_nos": tuple(self.contact_nos)}

    def has(self, index: int) -> bool:
        """Whether the part has the line with an index in the block's order."""
        return self.is_whole or bool(self.here >> self.block.order[index] & 1)

    def numbered(self, numbers: Collection[int]) -> Bitmap:
        """The places of the lines with one of these numbers."""
        own = self.block.numbers
        if not numbers:
            return EMPTY
        if isinstance(numbers, range) and isinstance(own, range):
            if _covers(numbers, own):
                return self.here
            if numbers[-1] < own[0] or own[-1] < numbers[0]:
                return EMPTY
        if len(numbers) * _FEW < len(own):
            indexes = ((bisect_left(own, number), number) for number in numbers)
            order = self.block.order
            found: Iterable[int] = [
                order[n] for n, number in indexes if n < len(own) and own[n] == number
            ]
        else:
            found = compress(self.block.order, map(numbers.__contains__, own))
        return self.here & from_positions(found, self.block.who.everyone.bit_length())


def alike(part: Part) -> Alike:
    """The lines of a part in the form of columns (see `Alike`)."""
    block, numbers = part.block, part.numbers
    who = block.who.only(part.here).listed()
    if isinstance(block, Alike):
        return Alike(who, block.likes, numbers)
    if isinstance(block, Written):
        likes = [of_nobody(block.line(index)) for index in part.indexes]
        return Alike.of(*_numbered(likes), numbers, who.numbers, who.company_nos)
    likes = [block.terms.line(Joiner("", "", *manner), 0) for manner in who.manners]
    if not block.address_codes:
        return Alike.of(likes, who.manner_of, numbers, who.numbers, who.company_nos)
    codes = [block.address_codes.get(no, "") for no in who.numbers]
    pairs, like_of = _numbered(zip(who.manner_of, codes, strict=True))
    likes = [attrs.evolve(likes[n], contact_alt_address_code=code) for n, code in pairs]
    return Alike.of(likes, like_of, numbers, who.numbers, who.company_nos)


def by_field(lines: Alike) -> Columns[SegmentLine]:
    """The lines of a block as columns."""
    who = lines.who
    return (
        gathered(SegmentLine, lines.likes)
        .taken(who.manner_of)
        .with_columns(
            line_no=lines.numbers,
            contact_no=who.numbers,
            contact_company_no=who.company_nos,
        )
    )


def _numbered(items: Iterable[ItemT]) -> tuple[list[ItemT], list[int]]:
    """The different items, and for each item its index among them."""
    given = list(items)
    place = {item: number for number, item in enumerate(dict.fromkeys(given))}
    return list(place), [place[item] for item in given]


def _covers(numbers: range, others: range) -> bool:
    """Whether one range contains all numbers of another."""
    return numbers.step == others.step and others[0] in numbers and others[-1] in numbers
