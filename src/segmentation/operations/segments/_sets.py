"""Segments as sets: union, intersection, difference, overlaps, and a mailing group for all.

Each combination is an action like any other: it is recorded, can be gone back on and saved.
"""

from collections.abc import Mapping
from typing import TypeAlias

from segmentation.bitmaps import without
from segmentation.code_tables import MailingGroup
from segmentation.contacts import ContactMailingGroup
from segmentation.criteria import Criteria, InLoggedSegment, InSegment, bind
from segmentation.errors import NotFound
from segmentation.operations.context import Context
from segmentation.operations.criteria import schema_of
from segmentation.operations.records import require_record, require_segment
from segmentation.protocols import Store
from segmentation.segments import LoggedSegment, Options, Roster, Segment

from ._selection import add_contacts, reduce_contacts, refine_contacts

Source: TypeAlias = str | int | Criteria
"""Contacts to combine with: a segment's number, a logged segment's entry number, a selection."""


def as_criteria(store: Store, source: Source) -> Criteria:
    """The selection that a source stands for.

    Raises:
        NotFound: There is no such segment or logged segment.
    """
    match source:
        case str():
            return InSegment(require_segment(store, source).no)
        case int():
            if store.records.find(LoggedSegment, source) is None:
                raise NotFound("logged segment", str(source))
            return InLoggedSegment(source)
        case _:
            return source  # whatever is no selection is refused when it is bound


def unite(
    context: Context, segment_no: str, source: Source, options: Options | None = None
) -> Segment:
    """The contacts of a source join a segment, as when contacts are added.

    Raises:
        NotFound: There is no such segment or logged segment.
    """
    criteria = as_criteria(context.store, source)
    return add_contacts(context, segment_no, criteria, options)


def intersect(
    context: Context, segment_no: str, source: Source, *, reset_when_empty: bool = False
) -> Segment:
    """Only lines of contacts that are in a source too stay.

    Raises:
        NotFound: There is no such segment or logged segment.
    """
    criteria = as_criteria(context.store, source)
    return refine_contacts(context, segment_no, criteria, reset_when_empty=reset_when_empty)


def subtract(
    context: Context, segment_no: str, source: Source, *, reset_when_empty: bool = False
) -> Segment:
    """Lines of contacts that are in a source go.

    Raises:
        NotFound: There is no such segment or logged segment.
    """
    criteria = as_criteria(context.store, source)
    return reduce_contacts(context, segment_no, criteria, reset_when_empty=reset_when_empty)


def overlaps(context: Context, sources: Mapping[str, Source]) -> dict[tuple[str, ...], int]:
    """How many contacts are in exactly these sources, for each combination that has any.

    The counts add up to the contacts that are in any: what a Venn picture shows.

    Args:
        context: Store, user, day and clock.
        sources: What to compare, under names of the caller's.

    Returns:
        Counts by the names of the sources, in the order in which they are given.

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
    return dict(sorted(counts, key=lambda each: len(each[0])))


def apply_mailing_group(
    store: Store, segment_no: str, mailing_group_code: str, *, delete_old: bool = False
) -> int:
    """Put every contact of a segment into a mailing group.

    Args:
        store: Where everything is kept.
        segment_no: The segment.
        mailing_group_code: The mailing group.
        delete_old: Whether all contacts that are in the group leave it first.

    Returns:
        How many contacts of the segment are in the group now.

    Raises:
        NotFound: There is no such segment or mailing group.
    """
    with store.transaction():
        segment = require_segment(store, segment_no)
        code = require_record(store, MailingGroup, "mailing group", mailing_group_code).code
        if delete_old:
            rows = store.records.all(ContactMailingGroup, mailing_group_code=code)
            store.records.remove(list(rows))
        nos = sorted(set(segment.contact_nos) - {""})
        rows_of_all = [ContactMailingGroup(contact_no=no, mailing_group_code=code) for no in nos]
        store.records.put(
            row
            for row in rows_of_all
            if store.records.find(ContactMailingGroup, row.contact_no, code) is None
        )
        return len(nos)
