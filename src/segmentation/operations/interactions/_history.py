"""Interactions of the past: what another system recorded enters the journal.

They keep with whom, what, when and by whom. The journal numbers them anew; the number that they
had stays with them as an extra field, so that none is taken in twice.
"""

from collections.abc import Iterable, Sequence
from operator import attrgetter

import attrs

from segmentation.columns import gathered
from segmentation.definitions import SOURCE_ENTRY_NO
from segmentation.interactions import DeliveryStatus, Interaction
from segmentation.journal import Canceled, EntryType, Stamp, to_ranges
from segmentation.operations.journal import record
from segmentation.protocols import Store


def not_taken_in_yet(store: Store, past: Iterable[Interaction]) -> Sequence[Interaction]:
    """Those whose number in the other system is not in the journal, in the order of numbers."""
    waiting = sorted(past, key=attrgetter("entry_no"))
    there = store.records.all(Interaction) if waiting else ()
    known = {dict(interaction.extra).get(SOURCE_ENTRY_NO.name) for interaction in there}
    return [each for each in waiting if each.entry_no not in known]


def take_in_past(store: Store, past: Sequence[Interaction], stamp: Stamp) -> None:
    """Record interactions of the past; those that were canceled are, at once.

    Args:
        store: Where everything is kept.
        past: The interactions, with the numbers of the other system.
        stamp: When and by whom they are taken in.
    """
    if not past:
        return
    with store.transaction():
        store.records.put([SOURCE_ENTRY_NO])
        numbers = record(store, [gathered(Interaction, map(_as_new, past))], stamp)
        canceled = [n for n, each in zip(numbers, past, strict=True) if each.canceled]
        cancellations = [
            Canceled(what=EntryType.INTERACTION, number=number, interactions=to_ranges([number]))
            for number in canceled
        ]
        record(store, cancellations, stamp)


def _as_new(past: Interaction) -> Interaction:
    """The interaction without what only the other system can tell: links to its own entries."""
    return attrs.evolve(
        past,
        entry_no=0,
        campaign_entry_no=0,
        logged_segment_entry_no=0,
        attachment="",
        merge_data="",
        household_entry_no=0,
        canceled=False,
        canceled_by=0,
        delivery_status=DeliveryStatus.BLANK,
        delivery_error="",
        delivery_attempts=0,
        extra=(*past.extra, (SOURCE_ENTRY_NO.name, past.entry_no)),
    )
