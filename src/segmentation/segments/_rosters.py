"""Rosters: contacts for a segment as they are at one moment, in the order of a segment's lines.

Each contact of a roster has a place, and a set of places is a `Bitmap` (see
`segmentation.bitmaps`). So comparing two rosters takes a few bit operations. A roster keeps the
values that lines take from contacts in columns, or reads them from the contacts. This module does
not know lines.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from itertools import chain
from typing import Protocol, Self, TypeAlias

import attrs

from segmentation.bitmaps import EMPTY, Bitmap, from_flags, from_positions, full, to_positions
from segmentation.contacts import CorrespondenceType
from segmentation.frozen import freeze_within
from segmentation.showing import shown_by

_FEW = 64
"""One in so many numbers is looked up by itself, and not all are gone through."""


class Joining(Protocol):
    """The values that a line takes from a contact. A contact itself has them."""

    @property
    def no(self) -> str:
        """The contact's number."""

    @property
    def company_no(self) -> str:
        """The number of its company."""

    @property
    def language_code(self) -> str:
        """Its language."""

    @property
    def correspondence_type(self) -> CorrespondenceType:
        """How it wishes to be contacted."""

    @property
    def salesperson_code(self) -> str:
        """Its salesperson."""


Manner: TypeAlias = tuple[str, CorrespondenceType, str]
"""Values that many contacts share: language, correspondence type, salesperson."""


@shown_by("no", "company_no")
@attrs.frozen
class Joiner:
    """The values that a line takes from a contact, without the contact."""

    no: str
    company_no: str
    language_code: str
    correspondence_type: CorrespondenceType
    salesperson_code: str


class Roster(Protocol):
    """Contacts as they were at one moment, each at its own place."""

    @property
    def everyone(self) -> Bitmap:
        """All places."""

    @property
    def nos(self) -> frozenset[str]:
        """All numbers of contacts."""

    def __contains__(self, no: object, /) -> bool:
        """Whether the contact with a number is on the roster."""

    def in_order(self, places: Bitmap) -> Sequence[int]:
        """The places of a set, in the order of a segment's lines."""

    def contact_nos(self, places: Iterable[int]) -> Iterator[str]:
        """The numbers of the contacts at these places."""

    def at(self, place: int) -> Joining:
        """The contact at a place, as it was at that moment."""

    def only(self, places: Bitmap) -> "Roster":
        """The roster of the contacts at these places."""

    def shared(self, *others: "Others") -> Bitmap:
        """The places of the contacts that are also in one of these others."""

    def listed(self) -> "Listed":
        """The roster as columns."""


Others: TypeAlias = Roster | AbstractSet[str]
"""Contacts to compare with: a roster, or a set of numbers."""


def nos_of(others: Others) -> AbstractSet[str]:
    """The numbers of contacts to compare with."""
    return others if isinstance(others, AbstractSet) else others.nos


def nos_in_order(who: Roster) -> tuple[str, ...]:
    """The numbers of all contacts of a roster, in the order of lines."""
    return tuple(who.contact_nos(who.in_order(who.everyone)))


@shown_by("count")
@attrs.frozen(eq=False, field_transformer=freeze_within)
class Listed:
    """A roster as columns in the order of a segment's lines. The place of a contact is its index.

    Attributes:
        numbers: The contacts' numbers.
        company_nos: The numbers of their companies.
        manners: The different combinations of their other values.
        manner_of: The index of the combination of each contact.
    """

    numbers: Sequence[str]
    company_nos: Sequence[str]
    manners: Sequence[Manner]
    manner_of: Sequence[int]

    @classmethod
    def of(cls, contacts: Iterable[Joining]) -> Self:
        """The roster of these contacts, in this order."""
        joining = tuple(contacts)
        known: dict[Manner, int] = {}
        return cls(
            numbers=tuple([each.no for each in joining]),
            company_nos=tuple([each.company_no for each in joining]),
            manner_of=array("I", [known.setdefault(_manner(each), len(known)) for each in joining]),
            manners=tuple(known),
        )

    @property
    def count(self) -> int:
        """How many contacts there are."""
        return len(self.numbers)

    @property
    def everyone(self) -> Bitmap:
        """All places."""
        return full(len(self.numbers))

    def _plain_(self) -> Mapping[str, object]:
        return {"count": self.count, "contact_nos": nos_in_order(self)}

    @cached_property
    def nos(self) -> frozenset[str]:
        """All numbers of contacts."""
        return frozenset(self.numbers)

    def __contains__(self, no: object) -> bool:
        return no in self.nos

    def in_order(self, places: Bitmap) -> Sequence[int]:
        """The places of a set, ascending."""
        size = len(self.numbers)
        return range(size) if places == full(size) else list(to_positions(places))

    def contact_nos(self, places: Iterable[int]) -> Iterator[str]:
        """The numbers of the contacts at these places."""
        return map(self.numbers.__getitem__, places)

    def at(self, place: int) -> Joining:
        """The contact at a place, as it was at that moment."""
        manner = self.manners[self.manner_of[place]]
        return Joiner(self.numbers[place], self.company_nos[place], *manner)

    def only(self, places: Bitmap) -> Roster:
        """The roster of the contacts at these places. They get new places."""
        if places == self.everyone:
            return self
        found = list(to_positions(places))
        return Listed(
            numbers=tuple(map(self.numbers.__getitem__, found)),
            company_nos=tuple(map(self.company_nos.__getitem__, found)),
            manners=self.manners,
            manner_of=array("I", map(self.manner_of.__getitem__, found)),
        )

    def shared(self, *others: Others) -> Bitmap:
        """The places of the contacts that are also in one of these others."""
        found = EMPTY
        for each in others:
            among = each.nos if isinstance(each, Listed) else each
            if isinstance(among, AbstractSet) and len(among) * _FEW < len(self.numbers):
                places = chain.from_iterable(self._places.get(no, ()) for no in among)
                found |= from_positions(places, len(self.numbers))
            else:
                found |= from_flags(bytes(map(among.__contains__, self.numbers)))
        return found

    @cached_property
    def _places(self) -> Mapping[str, Sequence[int]]:
        """The places of each number; a contact may be on several."""
        found: dict[str, Sequence[int]] = {no: (at,) for at, no in enumerate(self.numbers)}
        if len(found) < len(self.numbers):
            found = {}
            for at, no in enumerate(self.numbers):
                found[no] = (*found.get(no, ()), at)
        return found

    def listed(self) -> "Listed":
        """The roster itself."""
        return self


def _manner(contact: Joining) -> Manner:
    return contact.language_code, contact.correspondence_type, contact.salesperson_code
