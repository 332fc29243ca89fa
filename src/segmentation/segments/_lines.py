"""The lines of a segment, kept as columns and made when somebody looks at them.

Contacts that join together make a block: their numbers, the contacts as they were, and the
terms on which they joined. Which of a block's lines are there is a mask, one byte each, so
that taking lines out and putting them back shares all the rest. A line that was changed by
hand is kept beside its block. Knows nothing of why lines come and go.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from itertools import chain, compress, pairwise
from typing import Literal, TypeAlias, overload

import attrs

from segmentation.contacts import Contact
from segmentation.markup import SHOWN, to_table

from ._line import SegmentLine, Terms

LINE_STEP = 10_000

_FLIPPED = bytes([1, 0]) + bytes(254)


@attrs.frozen(eq=False)
class Joined:
    """Contacts that joined together; their lines follow from the terms.

    Attributes:
        terms: On which they joined.
        contacts: The contacts, as they were then.
        contact_nos: Their numbers.
        numbers: The numbers of their lines.
        address_codes: The alternative addresses that were active, by contact.
    """

    terms: Terms
    contacts: tuple[Contact, ...]
    contact_nos: tuple[str, ...]
    numbers: range
    address_codes: Mapping[str, str] = attrs.field(factory=dict)

    @property
    def attachments(self) -> frozenset[str]:
        """Hashes of the contents that the lines may need."""
        return self.terms.attachments

    def line(self, place: int) -> SegmentLine:
        """The line at a place of the block."""
        contact = self.contacts[place]
        code = self.address_codes.get(contact.no, "")
        return self.terms.line(contact, self.numbers[place], code)

    def total(self, field: Literal["unit_cost", "unit_duration_min"], here: bytes) -> Decimal:
        """The sum of a field over the lines that are there."""
        value: Decimal = getattr(self.terms.header, field)
        return value * here.count(1)


@attrs.frozen(eq=False)
class Written:
    """Lines that are kept as they are.

    Attributes:
        lines: The lines, in the order of their numbers.
        contact_nos: Their contacts.
        numbers: Their numbers.
    """

    lines: tuple[SegmentLine, ...]
    contact_nos: tuple[str, ...]
    numbers: tuple[int, ...]

    @property
    def attachments(self) -> frozenset[str]:
        """Hashes of the contents that the lines need."""
        return frozenset().union(*(line.attachments for line in self.lines))

    def line(self, place: int) -> SegmentLine:
        """The line at a place of the block."""
        return self.lines[place]

    def total(self, field: Literal["unit_cost", "unit_duration_min"], here: bytes) -> Decimal:
        """The sum of a field over the lines that are there."""
        return sum((getattr(line, field) for line in compress(self.lines, here)), Decimal(0))


Block: TypeAlias = Joined | Written


@attrs.frozen(eq=False)
class Part:
    """A block and which of its lines are there: a byte for each, 1 or 0."""

    block: Block
    here: bytes

    @cached_property
    def count(self) -> int:
        """How many lines are there."""
        return self.here.count(1)

    @property
    def first_no(self) -> int:
        """The number of the first line that is there."""
        return self.block.numbers[self.here.find(1)]

    @property
    def last_no(self) -> int:
        """The number of the last line that is there."""
        return self.block.numbers[self.here.rfind(1)]

    def split(self, flags: bytes) -> tuple["Part", "Part"]:
        """The lines that are flagged, and the others."""
        return (
            Part(self.block, _both(self.here, flags)),
            Part(self.block, _both(self.here, flags.translate(_FLIPPED))),
        )


def _both(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one) & int.from_bytes(other)).to_bytes(len(one))


def _either(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one) | int.from_bytes(other)).to_bytes(len(one))


@attrs.frozen(eq=False, repr=False)
class Lines(Sequence[SegmentLine]):
    """Lines in the order of their numbers; looking at one makes it.

    Attributes:
        parts: The blocks that have lines here, ordered by the first of them.
        changed: Lines that were changed by hand, by number.
        segment_no: The segment that the lines bear.
    """

    parts: tuple[Part, ...] = ()
    changed: Mapping[int, SegmentLine] = attrs.field(factory=dict)
    segment_no: str = ""

    # -- looking ----------------------------------------------------------------------------

    def __len__(self) -> int:
        return sum(part.count for part in self.parts)

    def __iter__(self) -> Iterator[SegmentLine]:
        return (self._made(block, place) for block, place in self._places())

    @overload
    def __getitem__(self, index: int) -> SegmentLine: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[SegmentLine, ...]: ...
    def __getitem__(self, index: int | slice) -> SegmentLine | tuple[SegmentLine, ...]:
        if isinstance(index, slice):
            return tuple(self._made(*place) for place in self._indexed[index])
        return self._made(*self._at(index))

    def _at(self, index: int) -> tuple[Block, int]:
        """The block and place of a line; of a lone block without gaps they are known at once."""
        if len(self.parts) == 1 and self.parts[0].count == len(self.parts[0].here):
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

    def __repr__(self) -> str:
        return f"<lines of {self.segment_no or 'no segment'}: {len(self)}>"

    def _repr_html_(self) -> str:
        columns = ["line_no", "contact_no", "description", "date", "interaction_template_code"]
        rows = [[getattr(line, name) for name in columns] for line in self[:SHOWN]]
        return to_table(columns, rows, more=len(self) - len(rows))

    @property
    def contact_nos(self) -> tuple[str, ...]:
        """The contacts on the lines, in the order of the lines; no line is made for it."""
        if self._apart:
            return tuple(chain(*(compress(p.block.contact_nos, p.here) for p in self.parts)))
        return tuple(block.contact_nos[place] for block, place in self._indexed)

    @property
    def numbers(self) -> Sequence[int]:
        """The lines' numbers, ascending."""
        if len(self.parts) == 1 and self.parts[0].count == len(self.parts[0].here):
            return self.parts[0].block.numbers
        found = chain(*(compress(part.block.numbers, part.here) for part in self.parts))
        return tuple(found if self._apart else sorted(found))

    @property
    def last_no(self) -> int:
        """The number of the last line; 0 if there is none."""
        return max((part.last_no for part in self.parts), default=0)

    def find(self, line_no: int) -> SegmentLine | None:
        """The line with this number, or ``None``."""
        found = self.locate(line_no)
        return self._made(*found) if found else None

    def locate(self, line_no: int) -> tuple[Block, int] | None:
        """The block of the line with this number and its place there, or ``None``."""
        for part in self.parts:
            numbers = part.block.numbers
            place = bisect_left(numbers, line_no)
            if place < len(numbers) and numbers[place] == line_no and part.here[place]:
                return part.block, place
        return None

    def total(self, field: Literal["unit_cost", "unit_duration_min"]) -> Decimal:
        """The sum of a field over the lines; only lines changed by hand are looked at."""
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
        """Hashes of the contents that the lines may need; no line is made for it."""
        of_blocks = (part.block.attachments for part in self.parts)
        return frozenset().union(*of_blocks, *(line.attachments for line in self.changed.values()))

    def _made(self, block: Block, place: int) -> SegmentLine:
        line = self.changed.get(block.numbers[place]) or block.line(place)
        if line.segment_no == self.segment_no:
            return line
        return attrs.evolve(line, segment_no=self.segment_no)

    @cached_property
    def _apart(self) -> bool:
        """Whether each part's numbers all come before those of the next."""
        parts = self.parts
        return all(p.last_no < n.first_no for p, n in pairwise(parts))

    def _places(self) -> Iterator[tuple[Block, int]]:
        places = chain(*map(_places_of, self.parts))
        return places if self._apart else iter(sorted(places, key=_number_of))

    @cached_property
    def _indexed(self) -> list[tuple[Block, int]]:
        return list(self._places())

    # -- other lines ------------------------------------------------------------------------

    def split(self, contact_nos: Container[str]) -> tuple["Lines", "Lines"]:
        """The lines of these contacts, and the others."""
        return self._split(lambda block: bytes(map(contact_nos.__contains__, block.contact_nos)))

    def picked(self, numbers: Collection[int]) -> tuple["Lines", "Lines"]:
        """The lines with these numbers, and the others."""
        wanted = frozenset(numbers) if not isinstance(numbers, range) else numbers

        def flags(block: Block) -> bytes:
            if numbers == block.numbers:
                return b"\1" * len(block.numbers)
            return bytes(map(wanted.__contains__, block.numbers))

        return self._split(flags)

    def _split(self, flags: Callable[[Block], bytes]) -> tuple["Lines", "Lines"]:
        pairs = [part.split(flags(part.block)) for part in self.parts]
        return self._of(pair[0] for pair in pairs), self._of(pair[1] for pair in pairs)

    def _of(self, parts: Iterable[Part]) -> "Lines":
        """Lines of these parts; what was changed by hand comes along."""
        kept = tuple(part for part in parts if part.count)
        lines = attrs.evolve(self, parts=kept, changed={})
        changed = {no: line for no, line in self.changed.items() if lines.locate(no)}
        return attrs.evolve(lines, changed=changed) if changed else lines

    def merged(self, other: "Lines") -> "Lines":
        """These lines and others; none of the others' numbers is here yet."""
        masks = {part.block: part.here for part in self.parts}
        for part in other.parts:
            mask = masks.get(part.block)
            masks[part.block] = part.here if mask is None else _either(mask, part.here)
        parts = sorted((Part(block, here) for block, here in masks.items()), key=_first_no)
        changed = {**self.changed, **other.changed} if other.changed else self.changed
        return attrs.evolve(self, parts=tuple(parts), changed=changed)

    def with_changed(self, lines: Iterable[SegmentLine]) -> "Lines":
        """These lines, some of which have become others with the same number."""
        return attrs.evolve(self, changed={**self.changed, **{ln.line_no: ln for ln in lines}})


def _places_of(part: Part) -> Iterator[tuple[Block, int]]:
    block = part.block
    return ((block, place) for place in compress(range(len(part.here)), part.here))


def _number_of(place: tuple[Block, int]) -> int:
    return place[0].numbers[place[1]]


def _first_no(part: Part) -> int:
    return part.first_no


def to_lines(lines: Iterable[SegmentLine]) -> Lines:
    """Lines from any that are at hand, in the order of their numbers.

    >>> lines = to_lines(SegmentLine(segment_no="SM1", line_no=no) for no in (20_000, 10_000))
    >>> list(lines.numbers), lines[-1].line_no
    ([10000, 20000], 20000)
    """
    if isinstance(lines, Lines):
        return lines
    rows = tuple(sorted(lines, key=lambda line: line.line_no))
    if not rows:
        return Lines()
    block = Written(
        lines=rows,
        contact_nos=tuple(line.contact_no for line in rows),
        numbers=tuple(line.line_no for line in rows),
    )
    return Lines((Part(block, b"\1" * len(rows)),), segment_no=rows[0].segment_no)
