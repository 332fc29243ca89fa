"""Contacts in memory, chosen from indexes; and contacts of any store, chosen one by one."""

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from functools import cache
from typing import Any

from segmentation.bitmaps import without
from segmentation.contacts import Contact
from segmentation.criteria import (
    AsOf,
    BoundSelection,
    Row,
    Table,
    bind,
    cut,
    make_selection,
    to_predicate,
)
from segmentation.fields import Record
from segmentation.interactions import Interaction
from segmentation.protocols import Contacts, Records, Segments
from segmentation.segments import (
    BARRED,
    FILTERED,
    Candidates,
    LeftOutReason,
    Options,
    Roster,
    contact_schema,
)

from ._index import ContactIndex
from ._records import MemoryRecords

_KINDS: dict[str, type[Record]] = {kind.__table__: kind for kind, _, _ in FILTERED}


_SPARSE = 256
"""With fewer contacts than one in so many, a list of them takes less room than a bit for each."""


@cache
def _barred() -> Mapping[LeftOutReason, BoundSelection]:
    """Who may not join, in the order of the reasons."""
    having: dict[LeftOutReason, dict[str, str]] = {
        LeftOutReason.BLOCKED: {"privacy_blocked": "yes"},
        LeftOutReason.NO_CONSENT: {"minor": "yes", "parental_consent_received": "no"},
        LeftOutReason.EXCLUDED: {"exclude_from_segment": "yes"},
    }
    return {
        reason: bind(make_selection(contact=having[reason]), contact_schema(), AsOf(date.min))
        for reason in BARRED
    }


class MemoryContacts:
    """Contacts over any records that are at hand; also serves stores without a quicker way."""

    def __init__(self, records: Records, segments: Segments) -> None:
        self._records = records
        self._segments = segments

    def get_many(self, nos: Iterable[str]) -> Sequence[Contact]:
        """The contacts with these numbers, in their order; unknown numbers are passed over."""
        found = (self._records.find(Contact, no) for no in nos)
        return [contact for contact in found if contact is not None]

    def matching(self, bound: BoundSelection) -> Sequence[str]:
        """The numbers of the contacts that pass a selection, ascending."""
        passes = to_predicate(bound, RecordRows(self._records, self._segments))
        matches = [contact for contact in self._records.all(Contact) if passes(contact)]
        return cut(bound, ((contact.no, contact) for contact in matches))

    def count(self, bound: BoundSelection) -> int:
        """How many contacts pass a selection; a cut is not made."""
        passes = to_predicate(bound, RecordRows(self._records, self._segments))
        return sum(map(passes, self._records.all(Contact)))

    def candidates(self, chosen: BoundSelection | Collection[str], options: Options) -> Candidates:
        """Those who pass a selection or have these numbers, as they would join a segment."""
        return candidates_of(self, chosen, options)


def candidates_of(
    contacts: Contacts, chosen: BoundSelection | Collection[str], options: Options
) -> Candidates:
    """What `Contacts.candidates` says, by the three other verbs: one contact after the other.

    Args:
        contacts: The contacts of a host.
        chosen: The selection, or numbers; unknown ones are passed over.
        options: Who comes along.
    """
    nos = contacts.matching(chosen) if isinstance(chosen, BoundSelection) else chosen
    found = contacts.get_many(nos)
    companies = {contact.company_no for contact in found} - {""}
    if options.expand_companies and companies:
        schema = chosen.schema if isinstance(chosen, BoundSelection) else contact_schema()
        working = make_selection(contact={"company_no": sorted(companies)})
        whole = contacts.matching(bind(working, schema, AsOf(date.min)))
        found = [*found, *contacts.get_many(set(whole) - {c.no for c in found})]
    if options.allow_related_companies:
        found = [*found, *contacts.get_many(sorted(companies - {c.no for c in found}))]
    return Candidates.of(found)


class IndexedContacts(MemoryContacts):
    """Contacts among records in memory, chosen from indexes."""

    def __init__(self, records: MemoryRecords, segments: Segments) -> None:
        super().__init__(records, segments)
        self._index = ContactIndex(_IndexedTables(records, segments))
        records.watch(self._index.changed)

    def matching(self, bound: BoundSelection) -> Sequence[str]:
        """The numbers of the contacts that pass, ascending; of a cut in its order."""
        return self._index.matching(bound)

    def candidates(self, chosen: BoundSelection | Collection[str], options: Options) -> Candidates:
        """Those who pass a selection or have these numbers, as they would join a segment."""
        index = self._index
        if not isinstance(chosen, BoundSelection):
            found = index.those(chosen)
        elif chosen.cut is None:
            found = index.bits(chosen)
        else:
            found = index.those(self.matching(chosen))
        if options.expand_companies:
            company = contact_schema().table("contact").field("company_no")
            found |= index.valued(company, self._companies(found))
        if options.allow_related_companies:
            found |= index.those(self._companies(found))
        if found.bit_count() * _SPARSE < len(index):
            return Candidates.of(index.contacts(found))
        barred: dict[LeftOutReason, int] = {}
        rest = found
        for reason, bound in _barred().items():
            barred[reason] = rest & index.bits(bound)
            rest = without(rest, barred[reason])
        return Candidates(index.roster(found), barred)

    def _companies(self, bits: int) -> AbstractSet[str]:
        return {contact.company_no for contact in self._index.contacts(bits)} - {""}

    def count(self, bound: BoundSelection) -> int:
        """How many contacts pass a selection; a cut is not made."""
        return self._index.count(bound)


class _IndexedTables:
    """What the index is made from: records by table, and members of segments."""

    def __init__(self, records: MemoryRecords, segments: Segments) -> None:
        self._records = records
        self._segments = segments

    def all(self, table: str) -> Iterable[Row]:
        """All records of a table, in the order of their keys."""
        return self._records.all(_KINDS[table])

    def segment_rosters(self, segment_no: str) -> Iterable[Roster]:
        """Who is on the lines of a segment."""
        return self._segments.get(segment_no).lines.rosters

    def logged_members(self, entry_no: int) -> Collection[str]:
        """The contacts that were logged with a logged segment."""
        logged = self._records.all(Interaction, logged_segment_entry_no=entry_no)
        return frozenset(interaction.contact_no for interaction in logged)


class RecordRows:
    """The rows that a predicate looks at, each table indexed once by its link."""

    def __init__(self, records: Records, segments: Segments) -> None:
        self._records = records
        self._segments = segments
        self._indexes: dict[str, dict[Any, list[Any]]] = {}

    def rows(self, table: Table, key: tuple[Any, ...]) -> Iterable[Any]:
        """The rows of a linked table whose link fields equal the key."""
        index = self._indexes.get(table.name)
        if index is None:
            index = self._indexes[table.name] = self._index(table)
        return index.get(key, ())

    def _index(self, table: Table) -> dict[Any, list[Any]]:
        index: dict[Any, list[Any]] = defaultdict(list)
        fields = [row_field for row_field, _ in table.link.on] if table.link else []
        for row in self._records.all(_KINDS[table.name]):
            index[tuple(getattr(row, field) for field in fields)].append(row)
        return index

    def segment_members(self, no: str) -> Container[str]:
        """The contacts on the lines of a segment."""
        return frozenset(self._segments.get(no).contact_nos)

    def logged_members(self, entry_no: int) -> Container[str]:
        """The contacts that were logged with a logged segment."""
        return frozenset(self._logged(entry_no))

    def _logged(self, entry_no: int) -> Iterator[str]:
        for interaction in self._records.all(Interaction):
            if interaction.logged_segment_entry_no == entry_no:
                yield interaction.contact_no
