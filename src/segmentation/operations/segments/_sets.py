"""Segments as sets: union, intersection, difference, overlaps, and a mailing group for all.

Each combination is an action like any other: it is recorded, can be gone back on and saved.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import attrs

from segmentation.bitmaps import without
from segmentation.code_tables import MailingGroup
from segmentation.contacts import ContactMailingGroup
from segmentation.criteria import Criteria, InLoggedSegment, InSegment, bind
from segmentation.errors import InvalidValue, Message
from segmentation.frozen import freeze_within
from segmentation.markup import SHOWN, to_table
from segmentation.operations.context import Context
from segmentation.operations.records import find_records, get_record, require_segment
from segmentation.operations.schema import schema_of
from segmentation.protocols import Store
from segmentation.segments import LoggedSegment, Options, Roster, Segment, SegmentHeader
from segmentation.showing import shown_by

from ._selection import add_contacts, reduce_contacts, refine_contacts

Source: TypeAlias = str | int | SegmentHeader | LoggedSegment | Criteria
"""Contacts to combine with: a segment, a logged segment, a selection.

Segments are given by their number or header, logged ones by their entry number or record.
"""


def as_criteria(store: Store, source: Source) -> Criteria:
    """The selection that a source stands for.

    Raises:
        NotFound: There is no such segment or logged segment.
        InvalidValue: It is a list of contacts.
    """
    match source:
        case str() | SegmentHeader():
            return InSegment(get_record(store, SegmentHeader, source).no)
        case int() | LoggedSegment():
            return InLoggedSegment(get_record(store, LoggedSegment, source).entry_no)
        case Sequence():
            reason = Message(
                "is a list of contacts; give the criteria that chose them, or a segment's number"
            )
            raise InvalidValue("source", source, reason)
        case _:
            return source  # whatever is no selection is refused when it is bound


def unite(
    context: Context,
    segment_no: str | SegmentHeader,
    source: Source,
    options: Options | None = None,
) -> Segment:
    """Add a line for every contact of a source, as when contacts are added.

    Raises:
        NotFound: There is no such segment or logged segment.
        InvalidValue: The source is neither a segment nor a selection.
    """
    criteria = as_criteria(context.store, source)
    return add_contacts(context, segment_no, criteria, options)


def intersect(
    context: Context,
    segment_no: str | SegmentHeader,
    source: Source,
    *,
    reset_when_empty: bool = False,
) -> Segment:
    """Keep only the lines of contacts that are in a source too.

    Raises:
        NotFound: There is no such segment or logged segment.
    """
    criteria = as_criteria(context.store, source)
    return refine_contacts(context, segment_no, criteria, reset_when_empty=reset_when_empty)


def subtract(
    context: Context,
    segment_no: str | SegmentHeader,
    source: Source,
    *,
    reset_when_empty: bool = False,
) -> Segment:
    """Remove the lines of contacts that are in a source.

    Raises:
        NotFound: There is no such segment or logged segment.
    """
    criteria = as_criteria(context.store, source)
    return reduce_contacts(context, segment_no, criteria, reset_when_empty=reset_when_empty)


@shown_by("total", count="combinations")
@attrs.frozen(eq=False, repr=False, field_transformer=freeze_within)
class Overlaps(Mapping[tuple[str, ...], int]):
    """How many contacts are in exactly which of several sources.

    A mapping from the names of the sources to the count; equal to any mapping with the same items.

    Attributes:
        counts: Only combinations that have any contact: those of few sources first.

    >>> found = Overlaps({("fair",): 40, ("fair", "news"): 12})
    >>> found["fair", "news"], found.total
    (12, 52)
    """

    counts: Mapping[tuple[str, ...], int]

    @property
    def total(self) -> int:
        """How many contacts are in any of the sources."""
        return sum(self.counts.values())

    def __getitem__(self, names: tuple[str, ...]) -> int:
        return self.counts[names]

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        return iter(self.counts)

    def __len__(self) -> int:
        return len(self.counts)

    def __hash__(self) -> int:
        return hash(self.counts)

    def _repr_html_(self) -> str:
        """A row for each of the first combinations."""
        rows = [(" + ".join(names), count) for names, count in self.items()]
        caption = f"{self.total:,} contacts"
        more = len(rows) - len(rows[:SHOWN])
        return to_table(["only in", "contacts"], rows[:SHOWN], caption=caption, more=more)


def overlaps(context: Context, sources: Mapping[str, Source]) -> Overlaps:
    """How many contacts are in exactly these sources, for each combination that has any.

    The counts add up to the contacts that are in any: what a Venn picture shows.

    Args:
        context: Store, user, day and clock.
        sources: What to compare, under names of the caller's.

    Returns:
        Counts by the names of the sources, in the order in which they are given. Without any
        source there are none.

    Raises:
        NotFound: There is no such segment or logged segment.
    """
    store = context.store
    schema = schema_of(store)
    apart: dict[tuple[str, ...], Roster] = {}
    for name, source in sources.items():
        bound = bind(as_criteria(store, source), schema, context.day)
        who = store.contacts.candidates(bound, Options()).who
        known = who.shared(*apart.values())
        divided: dict[tuple[str, ...], Roster] = {}
        divided[name,] = who.only(without(who.everyone, known))
        for names, others in apart.items():
            both = others.shared(who)
            divided[names] = others.only(without(others.everyone, both))
            divided[*names, name] = others.only(both)
        apart = {names: some for names, some in divided.items() if some.everyone}
    counts = ((names, some.everyone.bit_count()) for names, some in apart.items())
    return Overlaps(dict(sorted(counts, key=lambda each: len(each[0]))))


def apply_mailing_group(
    context: Context,
    segment_no: str | SegmentHeader,
    mailing_group_code: str | MailingGroup,
    *,
    delete_old: bool = False,
) -> int:
    """Put every contact of a segment into a mailing group.

    Args:
        context: Store, user, day and clock.
        segment_no: The segment.
        mailing_group_code: The mailing group.
        delete_old: Whether all contacts that are in the group leave it first.

    Returns:
        How many contacts of the segment are in the group now.

    Raises:
        NotFound: There is no such segment or mailing group.
    """
    store = context.store
    with store.transaction():
        segment = require_segment(store, segment_no)
        code = get_record(store, MailingGroup, mailing_group_code).code
        if delete_old:
            rows = store.records.all(ContactMailingGroup, mailing_group_code=code)
            store.records.remove(list(rows))
        nos = sorted(set(segment.contact_nos) - {""})
        there = find_records(store, ContactMailingGroup, [(no, code) for no in nos])
        store.records.put(
            [
                ContactMailingGroup(contact_no=no, mailing_group_code=code)
                for no in nos
                if (no, code) not in there
            ]
        )
        return len(nos)
