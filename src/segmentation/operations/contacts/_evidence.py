"""Where something of a contact may be kept or said: read whole for one, read once for many.

What is found here is looked at once more by those who ask: it may be more than there is.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import Any

import attrs

from segmentation.campaigns import CampaignTarget
from segmentation.contacts import Contact, mail_addresses
from segmentation.fields import Record, RecordT, key_of
from segmentation.interactions import Interaction
from segmentation.journal import Entry, PersonErased, Ranges, numbers_in
from segmentation.operations.addresses import addresses_of, is_shared, marked_in
from segmentation.operations.interactions import sharing_letters
from segmentation.operations.journal import (
    AttachmentUses,
    Renumbering,
    interaction_spoken_of,
    numbers_had,
    renumberings,
)
from segmentation.operations.records import all_contacts, find_record
from segmentation.operations.schema import contact_row_kinds
from segmentation.protocols import Store
from segmentation.segments import SavedCriteria, Segment, SegmentPlan
from segmentation.serialization import to_json

from ._cleared import contacts_held, contacts_removed
from ._plans import recipients_of
from ._rows import ROWS
from ._texts import (
    contact_nos_in,
    looked_through,
    personal_texts,
    text_of,
    texts_in,
    texts_on,
    words_for,
)
from ._words import WordIndex, Words


class Evidence:
    """What a store has; all of it is read whenever it is asked for, whoever it is asked about.

    Args:
        store: Where everything is kept.
    """

    def __init__(self, store: Store) -> None:
        self.store = store

    @cached_property
    def moves(self) -> Sequence[Renumbering]:
        """The entries that gave contacts other numbers."""
        return tuple(renumberings(self.store))

    def entries(self, no: str) -> Iterable[Entry]:  # noqa: ARG002 - of one contact among many
        """The entries that may be about a contact, or name it."""
        return self.store.log.read()

    def worksheets(self, no: str) -> Iterator[Segment]:  # noqa: ARG002
        """The worksheets that may hold lines of a contact, or name it."""
        return (self.store.segments.get(header.no) for header in self.store.segments.headers())

    def records(self, kind: type[RecordT], no: str) -> Iterator[RecordT]:  # noqa: ARG002
        """The records of a kind that may hold something of a contact, or name it."""
        return self.store.records.all(kind)

    def rows(self, kind: type[RecordT], field: str, no: str) -> Iterator[RecordT]:
        """The records of a kind that have a contact's number in a field."""
        equal: dict[str, Any] = {field: no}
        return self.store.records.all(kind, **equal)

    @cached_property
    def row_kinds(self) -> Mapping[type[Record], str]:
        """The kinds whose rows go with their contact, with the field of its number."""
        return {**dict.fromkeys(ROWS, "contact_no"), **contact_row_kinds(self.store)}

    @cached_property
    def looked_through(self) -> Sequence[type[Record]]:
        """The kinds of records whose free words may name anybody."""
        return tuple(looked_through(self.store))

    def words(self, contact: Contact) -> Words:
        """The words that name a contact."""
        return Words(words_for(self.store, contact))

    def is_shared(self, contact: Contact, address: str) -> bool:
        """Whether another contact has a mail address."""
        return is_shared(self.store, contact, address)

    def uses(self, interactions: Iterable[Interaction]) -> AttachmentUses:
        """What needs the attachments of some interactions."""
        return AttachmentUses(self.store, (each.attachment for each in interactions))


class EvidenceOfMany(Evidence):
    """What a store has of many contacts: each part of it is read for all, and sorted by contact.

    Args:
        store: Where everything is kept.
        nos: The contacts' numbers. Nobody else may be asked about.
    """

    def __init__(self, store: Store, nos: Iterable[str]) -> None:
        super().__init__(store)
        self._nos = frozenset(nos)
        found = [find_record(store, Contact, no) for no in self._nos]
        cards = [each for each in found if each is not None]
        words = {each.no: words_for(store, each) for each in cards}
        self._named = {no: Words(each) for no, each in words.items()}
        self._words = WordIndex(words)
        self._read_addresses(cards)
        self._read_interactions()
        self._read_journal()
        self._keys: dict[tuple[type[Record], str], list[tuple[Any, ...]]] = {}
        self._read_records()
        self._worksheets: dict[str, list[str]] = {}
        self._read_worksheets()
        self._blank: dict[type[Record], bool] = {}

    def entries(self, no: str) -> Iterable[Entry]:
        return (self._entries[number] for number in self._numbers.get(no, ()))

    def worksheets(self, no: str) -> Iterator[Segment]:
        return map(self.store.segments.get, self._worksheets.get(no, ()))

    def records(self, kind: type[RecordT], no: str) -> Iterator[RecordT]:
        for key in self._keys.get((kind, no), ()):
            record = self.store.records.find(kind, *key)
            if record is not None:
                yield record

    def rows(self, kind: type[RecordT], field: str, no: str) -> Iterator[RecordT]:
        if kind not in self._blank:
            self._blank[kind] = kind is not CampaignTarget and not _any(self.store, kind)
        return iter(()) if self._blank[kind] else super().rows(kind, field, no)

    def words(self, contact: Contact) -> Words:
        return self._named[contact.no]

    def is_shared(self, contact: Contact, address: str) -> bool:
        return bool(self._holders.get(address, set()) - {contact.no})

    def uses(self, interactions: Iterable[Interaction]) -> AttachmentUses:  # noqa: ARG002
        return self._uses

    def forget(
        self, proof: PersonErased, interactions: Sequence[Interaction], changed: Iterable[Segment]
    ) -> None:
        """Take note that a contact was erased.

        Args:
            proof: What was done.
            interactions: Those that were emptied.
            changed: The worksheets that changed, as they are now.
        """
        self._empty(proof.emptied)
        self._uses.forget(interactions)
        for segment in changed:
            self._uses.change(segment)
        for holders in self._holders.values():
            holders.discard(proof.contact_no)

    def take_in(self, since: int) -> None:
        """Take note of entries that were recorded, and of interactions that changed by them.

        Args:
            since: The number of the first entry.
        """
        self._read_interactions()
        self._note(since)

    def _empty(self, emptied: Ranges) -> None:
        for number in self._entries.keys() & set(numbers_in(emptied)):
            self._entries[number] = attrs.evolve(self._entries[number], personal=None)

    # -- reading ------------------------------------------------------------------------------

    def _read_addresses(self, cards: Iterable[Contact]) -> None:
        """Who has the mail addresses of the contacts."""
        self._holders: dict[str, set[str]] = {}
        self._owners: dict[str, set[str]] = {}
        for contact in cards:
            for address in addresses_of(self.store, contact):
                self._owners.setdefault(address, set()).add(contact.no)
        for contact in all_contacts(self.store) if self._owners else ():
            for field in (contact.e_mail, contact.e_mail_2):
                for address in mail_addresses(field):
                    if address in self._owners:
                        self._holders.setdefault(address, set()).add(contact.no)

    def _read_interactions(self) -> None:
        """The interactions of the contacts, and what needs their attachments."""
        records = self.store.records
        self._interactions: dict[int, set[str]] = {}
        found: list[Interaction] = []
        for no in self._nos:
            own = list(records.all(Interaction, contact_no=no))
            for each in (*own, *sharing_letters(self.store, own)):
                self._interactions.setdefault(each.entry_no, set()).add(no)
                found.append(each)
        self._uses = super().uses(found)

    def _read_journal(self) -> None:
        """The entries that are about the contacts, or name them."""
        self._entries: dict[int, Entry] = {}
        self._numbers: dict[str, list[int]] = {}
        self._said: dict[str, AbstractSet[str]] = {}
        self._written: dict[str, set[str]] = {}
        for no in self._nos:
            for number in numbers_had(self.store, no, self.moves):
                self._written.setdefault(to_json(number), set()).add(no)
        self._note(1)

    def _note(self, since: int) -> None:
        """Sort the entries from one on by the contacts that they may concern."""
        for entry in self.store.log.read(since):
            found = contact_nos_in(entry)
            concerned = {no for number in found for no in self._written.get(number, ())}
            if entry.personal is not None:
                concerned |= self._concerned(entry)
            for no in concerned:
                self._numbers.setdefault(no, []).append(entry.number)
                self._entries[entry.number] = entry

    def _concerned(self, entry: Entry) -> set[str]:
        """Whom the personal content of an entry is about, or may name."""
        found = set(self._owners.get(marked_in(entry), ()))
        for number in (entry.number, interaction_spoken_of(entry)):
            found |= self._interactions.get(number, set())
        for field, text in personal_texts(entry):
            if field != "attachment":
                found |= self._words.named_in(text)
                continue
            if text not in self._said:
                self._said[text] = self._words.named_in(text_of(self.store, text))
            found |= self._said[text]
        return found

    def _read_records(self) -> None:
        """The records that name the contacts, saved criteria with their lines, their plans."""
        for kind in self.looked_through:
            for record in self.store.records.all(kind):
                concerned = self._named_in(texts_in(record)) | self._held_in(record)
                for no in concerned:
                    self._keys.setdefault((kind, no), []).append(key_of(record))

    def _held_in(self, record: Record) -> AbstractSet[str]:
        match record:
            case SavedCriteria():
                return contacts_removed(record, self._nos)
            case SegmentPlan():
                return recipients_of(record) & self._nos
            case _:
                return frozenset()

    def _read_worksheets(self) -> None:
        for header in self.store.segments.headers():
            segment = self.store.segments.get(header.no)
            concerned = self._named_in(texts_on(segment)) | contacts_held(segment, self._nos)
            for no in concerned:
                self._worksheets.setdefault(no, []).append(segment.no)

    def _named_in(self, texts: Iterable[str]) -> set[str]:
        return {no for text in set(texts) for no in self._words.named_in(text)}


def _any(store: Store, kind: type[Record]) -> bool:
    """Whether there is a record of a kind; the store gets its connection back."""
    found = store.records.all(kind)
    try:
        return next(found, None) is not None
    finally:
        if isinstance(found, Generator):
            found.close()
