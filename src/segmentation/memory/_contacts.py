"""Contacts in memory, selected by the index, and contacts of any store, selected one by one."""

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from functools import cache
from typing import Any

from segmentation.bitmaps import Bitmap, without
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
from segmentation.definitions import row_kind
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


def _kind_of(table: Table) -> type[Record]:
    """The kind of a table's records: one of ours, or made from a host's definition."""
    return _KINDS.get(table.name) or row_kind(table)


_SPARSE = 256
"""For fewer than one in this many contacts, a list takes less room than a bit for each."""


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
    """The contacts among any records, tested one by one: for stores without a faster way."""

    def __init__(self, records: Records, segments: Segments) -> None:
        self._records = records
        self._segments = segments

    def get_many(self, nos: Iterable[str]) -> Sequence[Contact]:
        """The contacts with these numbers, in this order. Unknown numbers are skipped."""
        return _find_contacts(self._records, nos)

    def matching(self, bound: BoundSelection) -> Sequence[str]:
        """The numbers of the contacts that pass a selection, ascending, or in the cut's order."""
        passes = to_predicate(bound, RecordRows(self._records, self._segments))
        matches = [contact for contact in self._records.all(Contact) if passes(contact)]
        return cut(bound, ((contact.no, contact) for contact in matches))

    def count(self, bound: BoundSelection) -> int:
        """How many contacts pass a selection. The cut is ignored."""
        passes = to_predicate(bound, RecordRows(self._records, self._segments))
        return sum(map(passes, self._records.all(Contact)))

    def candidates(self, chosen: BoundSelection | Collection[str], options: Options) -> Candidates:
        """The contacts that pass a selection or have these numbers, as candidates."""
        return candidates_of(self, chosen, options)


def candidates_of(
    contacts: Contacts, chosen: BoundSelection | Collection[str], options: Options
) -> Candidates:
    """Answer `Contacts.candidates` by the three other verbs, one contact after the other.

    Args:
        contacts: The contacts of a host.
        chosen: The selection, or numbers. Unknown numbers are skipped.
        options: Which further contacts to add.
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


def _find_contacts(records: Records, nos: Iterable[str]) -> Sequence[Contact]:
    """The contacts with these numbers, in this order. Unknown numbers are skipped."""
    found = (records.find(Contact, no) for no in nos)
    return [contact for contact in found if contact is not None]


class IndexedContacts:
    """The contacts among records in memory, selected by the index."""

    def __init__(self, records: MemoryRecords, segments: Segments) -> None:
        self._records = records
        self._index = ContactIndex(
            _IndexedTables(records, segments), contact_schema().table("contact")
        )
        records.watch(self._index)

    def get_many(self, nos: Iterable[str]) -> Sequence[Contact]:
        """The contacts with these numbers, in this order. Unknown numbers are skipped."""
        return _find_contacts(self._records, nos)

    def matching(self, bound: BoundSelection) -> Sequence[str]:
        """The numbers of the contacts that pass a selection, ascending, or in the cut's order."""
        return self._index.matching(bound)

    def count(self, bound: BoundSelection) -> int:
        """How many contacts pass a selection. The cut is ignored."""
        return self._index.count(bound)

    def candidates(self, chosen: BoundSelection | Collection[str], options: Options) -> Candidates:
        """The contacts that pass a selection or have these numbers, as candidates."""
        index = self._index
        if not isinstance(chosen, BoundSelection):
            found = index.bitmap_of(chosen)
        elif chosen.cut is None:
            found = index.matching_bitmap(chosen)
        else:
            found = index.bitmap_of(self.matching(chosen))
        if options.expand_companies:
            company = contact_schema().table("contact").field("company_no")
            found |= index.with_value_in(self._companies(found), company)
        if options.allow_related_companies:
            found |= index.bitmap_of(self._companies(found))
        if found.bit_count() * _SPARSE < len(index):
            return Candidates.of(index.contacts(found))
        barred: dict[LeftOutReason, Bitmap] = {}
        rest = found
        for reason, bound in _barred().items():
            barred[reason] = rest & index.matching_bitmap(bound)
            rest = without(rest, barred[reason])
        return Candidates(index.roster(found), barred)

    def _companies(self, bitmap: Bitmap) -> AbstractSet[str]:
        """The company numbers of the contacts in a set."""
        company = contact_schema().table("contact").field("company_no")
        return set(self._index.values(company, bitmap)) - {""}


class _IndexedTables:
    """Where the index reads: records by table, and members of segments."""

    def __init__(self, records: MemoryRecords, segments: Segments) -> None:
        self._records = records
        self._segments = segments

    def read(self, table: Table) -> Iterable[Row]:
        """All records of a table, in the order of their keys."""
        return self._records.snapshot(_kind_of(table)) or ()

    def with_value(self, table: Table, field: str, value: object) -> Iterable[Row]:
        """The rows that have a value in a field."""
        return self._records.all(_kind_of(table), **{field: value})

    def segment_rosters(self, segment_no: str) -> Iterable[Roster]:
        """The contacts on the lines of a segment."""
        return self._segments.get(segment_no).lines.rosters

    def logged_members(self, entry_no: int) -> Collection[str]:
        """The contacts that were logged with a logged segment."""
        logged = self._records.all(Interaction, logged_segment_entry_no=entry_no)
        return frozenset(interaction.contact_no for interaction in logged)


class RecordRows:
    """The rows that the reference predicate reads. Each table is indexed once by its link."""

    def __init__(self, records: Records, segments: Segments) -> None:
        self._records = records
        self._segments = segments
        self._indexes: dict[str, dict[Any, list[Any]]] = {}

    def rows(self, table: Table, key: tuple[Any, ...]) -> Iterable[Any]:
        """The rows of a linked table whose link fields equal a key."""
        index = self._indexes.get(table.name)
        if index is None:
            index = self._indexes[table.name] = self._index(table)
        return index.get(key, ())

    def _index(self, table: Table) -> dict[Any, list[Any]]:
        index: dict[Any, list[Any]] = defaultdict(list)
        fields = [row_field for row_field, _ in table.link.on] if table.link else []
        for row in self._records.all(_kind_of(table)):
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
