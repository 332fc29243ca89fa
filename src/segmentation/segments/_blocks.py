"""Blocks of lines: contacts with the data to make their lines, or finished lines.

A block never changes. `Part` records which of its lines are still in a segment.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Literal, Self, TypeAlias

import attrs

from segmentation.bitmaps import Bitmap, to_positions
from segmentation.frozen import freeze_within
from segmentation.showing import shown_by

from ._line import SegmentLine, Terms
from ._rosters import Joiner, Listed, Roster

LINE_STEP = 10_000


@shown_by("numbers")
@attrs.frozen(eq=False, field_transformer=freeze_within)
class Joined:
    """Contacts that were added together. Their lines are computed from the terms.

    Attributes:
        terms: The segment's values at that time.
        who: The contacts, as they were at that time.
        numbers: The numbers of their lines.
        address_codes: The alternative addresses that were active, by contact.
    """

    terms: Terms
    who: Roster
    numbers: range
    address_codes: Mapping[str, str] = attrs.field(factory=dict)

    @cached_property
    def order(self) -> Sequence[int]:
        """The places in the order of the lines."""
        return self.who.in_order(self.who.everyone)

    def indexes_of(self, places: Bitmap) -> Iterable[int]:
        """The indexes of the lines at a set of places, ascending."""
        found = to_positions(places)
        if isinstance(self.order, range):
            return found
        return sorted(map(self._index_of.__getitem__, found))

    @cached_property
    def _index_of(self) -> Sequence[int]:
        """The index of the line at each place."""
        found = array("I", bytes(4 * self.who.everyone.bit_length()))
        for index, place in enumerate(self.order):
            found[place] = index
        return found

    @cached_property
    def contact_nos(self) -> tuple[str, ...]:
        """The contacts, in the order of the lines."""
        return tuple(self.who.contact_nos(self.order))

    @property
    def attachments(self) -> frozenset[str]:
        """The hashes of the attachments that the lines may need."""
        return self.terms.attachments

    def _plain_(self) -> Mapping[str, object]:
        return {"lines": len(self.numbers), "contact_nos": tuple(self.contact_nos)}

    def line(self, index: int) -> SegmentLine:
        """The line with an index in their order."""
        contact = self.who.at(self.order[index])
        code = self.address_codes.get(contact.no, "")
        return self.terms.line(contact, self.numbers[index], code)

    def total(self, field: Literal["unit_cost", "unit_duration_min"], here: Bitmap) -> Decimal:
        """The sum of a field over the lines at a set of places."""
        value: Decimal = getattr(self.terms.header, field)
        return value * here.bit_count()


@shown_by("numbers")
@attrs.frozen(eq=False)
class Written:
    """Lines that are kept as finished values.

    Attributes:
        lines: The lines, in the order of their numbers.
        numbers: Their numbers.
    """

    lines: tuple[SegmentLine, ...]
    numbers: tuple[int, ...]

    @cached_property
    def who(self) -> Roster:
        """The contacts, as the lines show them."""
        return Listed.of(map(_joiner, self.lines))

    @property
    def order(self) -> Sequence[int]:
        """The places in the order of the lines."""
        return range(len(self.lines))

    def indexes_of(self, places: Bitmap) -> Iterable[int]:
        """The indexes of the lines at a set of places, ascending."""
        return to_positions(places)

    @cached_property
    def contact_nos(self) -> tuple[str, ...]:
        """The contacts, in the order of the lines."""
        return tuple([line.contact_no for line in self.lines])

    @property
    def attachments(self) -> frozenset[str]:
        """The hashes of the attachments that the lines need."""
        return frozenset().union(*(line.attachments for line in self.lines))

    def _plain_(self) -> Mapping[str, object]:
        return {"lines": len(self.numbers), "contact_nos": tuple(self.contact_nos)}

    def line(self, index: int) -> SegmentLine:
        """The line with an index in their order."""
        return self.lines[index]

    def total(self, field: Literal["unit_cost", "unit_duration_min"], here: Bitmap) -> Decimal:
        """The sum of a field over the lines at a set of places."""
        found = map(self.lines.__getitem__, to_positions(here))
        return sum((getattr(line, field) for line in found), Decimal(0))


def _joiner(line: SegmentLine) -> Joiner:
    return Joiner(
        no=line.contact_no,
        company_no=line.contact_company_no,
        language_code=line.language_code,
        correspondence_type=line.correspondence_type,
        salesperson_code=line.salesperson_code,
    )


def of_nobody(line: SegmentLine) -> SegmentLine:
    """A line without its number and contact."""
    return attrs.evolve(line, line_no=0, contact_no="", contact_company_no="")


@shown_by("numbers")
@attrs.frozen(eq=False, field_transformer=freeze_within)
class Alike:
    """Lines that differ only in their numbers and contacts, in the form that stores keep.

    Attributes:
        who: The contacts, in the order of the lines.
        likes: A line without number and contact for each manner of the roster.
        numbers: The numbers of the lines.
    """

    who: Listed
    likes: Sequence[SegmentLine]
    numbers: Sequence[int]

    @classmethod
    def of(
        cls,
        likes: Sequence[SegmentLine],
        like_of: Iterable[int],
        numbers: Sequence[int],
        contact_nos: Sequence[str],
        company_nos: Sequence[str],
    ) -> Self:
        """The block of these columns. ``like_of`` is the index in ``likes`` for each line."""
        who = Listed(
            numbers=contact_nos,
            company_nos=company_nos,
            manners=[(x.language_code, x.correspondence_type, x.salesperson_code) for x in likes],
            manner_of=array("I", like_of),
        )
        return cls(who, likes, numbers)

    @property
    def order(self) -> Sequence[int]:
        """The places in the order of the lines."""
        return range(len(self.numbers))

    def indexes_of(self, places: Bitmap) -> Iterable[int]:
        """The indexes of the lines at a set of places, ascending."""
        return to_positions(places)

    @property
    def contact_nos(self) -> Sequence[str]:
        """The contacts, in the order of the lines."""
        return self.who.numbers

    @property
    def attachments(self) -> frozenset[str]:
        """The hashes of the attachments that the lines need."""
        return frozenset().union(*(like.attachments for like in self.likes))

    def _plain_(self) -> Mapping[str, object]:
        return {"lines": len(self.numbers), "contact_nos": tuple(self.contact_nos)}

    def line(self, index: int) -> SegmentLine:
        """The line with an index in their order."""
        return attrs.evolve(
            self.likes[self.who.manner_of[index]],
            line_no=self.numbers[index],
            contact_no=self.who.numbers[index],
            contact_company_no=self.who.company_nos[index],
        )

    def total(self, field: Literal["unit_cost", "unit_duration_min"], here: Bitmap) -> Decimal:
        """The sum of a field over the lines at a set of places."""
        values: list[Decimal] = [getattr(like, field) for like in self.likes]
        found = Counter(map(self.who.manner_of.__getitem__, to_positions(here)))
        return sum((values[like] * count for like, count in found.items()), Decimal(0))


Block: TypeAlias = Joined | Written | Alike
