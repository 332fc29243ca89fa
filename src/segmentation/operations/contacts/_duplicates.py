"""Duplicates: contacts that are likely the same, and two contacts made one.

Each contact yields a few short search strings: the beginnings and ends of its name and
address, its city, its phone and mail. Two contacts are as alike as the share of strings that
they have in common. No pair is looked at that cannot be alike enough: whoever shares
enough strings shares two of the rarest, so only pairs of these lead from one contact to another.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations
from math import ceil

import attrs

from segmentation.contacts import (
    Contact,
    ContactType,
    NotDuplicate,
)
from segmentation.errors import InvalidValue
from segmentation.operations.records import all_contacts
from segmentation.protocols import Store
from segmentation.showing import shown_by


@shown_by("field", "length")
@attrs.frozen(repr=False)
class SearchString:
    """Which part of a field is compared, once case, accents, blanks and signs are gone.

    Mail addresses are compared but for their case: ``a.b@x.ch`` and ``ab@x.ch`` are two.

    Attributes:
        field: The contact's field.
        length: So many characters from its beginning, or with a minus from its end; 0 for all.
    """

    field: str
    length: int = 0


STRINGS: Sequence[SearchString] = (
    SearchString("name", 5),
    SearchString("name", -5),
    SearchString("address", 5),
    SearchString("address", -5),
    SearchString("city", 5),
    SearchString("phone_no", -7),
    SearchString("e_mail"),
)
"""What is compared unless the caller says otherwise."""


@shown_by("contact_no", "other_no", "hit_share")
@attrs.frozen(repr=False)
class Duplicate:
    """Two contacts that are likely the same.

    Attributes:
        contact_no: The one with the lower number.
        other_no: The other.
        hit_share: The share of their search strings that they have in common, from 0 to 1.
    """

    contact_no: str
    other_no: str
    hit_share: float


def find_duplicates(
    contacts: Iterable[Contact],
    *,
    hit_share: float = 0.6,
    strings: Sequence[SearchString] | None = None,
) -> Iterator[Duplicate]:
    """Contacts of the same type that are alike, in the order of their numbers.

    Args:
        contacts: Among whom to look.
        hit_share: The share of strings that two must have in common, counted on the one that
            has more of them; above 0, at most 1.
        strings: What is compared, `STRINGS` if not given; blank fields are not.

    Raises:
        InvalidValue: The share is none.

    >>> made = [Contact(no=no, name=name, city="Bern") for no, name in
    ...         (("1", "Müller & Co."), ("2", "Mueller"), ("3", "MULLER CO"))]
    >>> [(d.contact_no, d.other_no, d.hit_share) for d in find_duplicates(made)]
    [('1', '3', 1.0)]
    """
    if not 0 < hit_share <= 1:
        raise InvalidValue("hit_share", hit_share, "is not above 0 and at most 1")
    wanted = Decimal(str(hit_share))  # as it is written: 0.07 of 100 are 7, not a little more
    sets = {contact.no: _strings(contact, strings or STRINGS) for contact in contacts}
    frequency = Counter(string for found in sets.values() for string in found)
    buckets: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for no in sorted(sets):
        keys = _keys(sets[no], frequency, wanted)
        others = {other for key in keys if key in buckets for other in buckets[key]}
        yield from _alike(no, others, sets, wanted)
        for key in keys:
            buckets[key].append(no)


def _keys(
    found: frozenset[str], frequency: Mapping[str, int], wanted: Decimal
) -> list[tuple[str, ...]]:
    """Pairs of rare strings, of which two contacts that are alike enough must share one.

    Who shares at least k of n strings, k being 2 or more, cannot miss all but one of any
    n - k + 2 of them. Where one string is enough, each of them counts by itself too.
    """
    needed = ceil(len(found) * wanted)
    ordered = sorted(found, key=lambda string: (frequency[string], string))
    keys: list[tuple[str, ...]] = list(combinations(ordered[: len(found) - needed + 2], 2))
    if needed == 1:
        keys += [(string,) for string in ordered]
    return keys


def _alike(
    no: str, others: Iterable[str], sets: Mapping[str, frozenset[str]], wanted: Decimal
) -> Iterator[Duplicate]:
    found = sets[no]
    for other in sorted(others):
        most = max(len(found), len(sets[other]))
        shared = len(found & sets[other])
        if shared >= wanted * most:
            yield Duplicate(other, no, shared / most)


def _strings(contact: Contact, strings: Iterable[SearchString]) -> frozenset[str]:
    """A contact's search strings, each with its type and field, so that only likes are alike."""
    person = "p" if contact.type is ContactType.PERSON else "c"
    texts = {field: _compared(contact, field) for field in {s.field for s in strings}}
    found = set()
    for each in strings:
        text = texts[each.field]
        part = text[: each.length] if each.length > 0 else text[each.length :]
        if part:
            found.add(f"{person} {each.field} {each.length} {part}")
    return frozenset(found)


def _compared(contact: Contact, field: str) -> str:
    """A field as it is compared; in a mail address every sign tells it from others."""
    text = str(contact.value(field))
    return text.strip().casefold() if field == "e_mail" else plain(text)


def plain(text: str) -> str:
    """A text without case, accents, blanks and signs.

    >>> plain("Café Zürich, 3rd floor")
    'cafezurich3rdfloor'
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
    return "".join(filter(str.isalnum, text.casefold()))


def duplicates_in(store: Store, *, hit_share: float = 0.6) -> Sequence[Duplicate]:
    """The likely duplicates among all contacts of a store, in the order of their numbers.

    Two that are known to be different (`not_duplicates`) are left out.

    Args:
        store: Where the contacts are.
        hit_share: The share of search strings that two must have in common; above 0, at most 1.

    Raises:
        InvalidValue: The share is none.
    """
    apart = {(pair.contact_no, pair.other_no) for pair in store.records.all(NotDuplicate)}
    return tuple(
        found
        for found in find_duplicates(all_contacts(store), hit_share=hit_share)
        if (found.contact_no, found.other_no) not in apart
    )
