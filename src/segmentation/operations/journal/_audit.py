"""Auditing: whether the records are what the journal's entries add up to, and making them so.

The chain guards the entries; the records that are kept beside them for filters and reports
follow from the entries, and this is where that is checked.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from segmentation.campaigns import CampaignEntry, CampaignTally, HeldBackContact
from segmentation.contacts import AddressMark, ContactMark
from segmentation.fields import Record, key_of
from segmentation.interactions import Interaction, InteractionComment, InteractionTotal
from segmentation.journal import State, fold
from segmentation.operations.context import Context
from segmentation.operations.followers import tallies_of, totals_of
from segmentation.protocols import Store
from segmentation.segments import LoggedSegment
from segmentation.showing import shown_by

KINDS: tuple[type[Record], ...] = (
    Interaction,
    InteractionComment,
    CampaignEntry,
    LoggedSegment,
    ContactMark,
    AddressMark,
    HeldBackContact,
)
"""The records that follow from the journal."""


@shown_by("item", "state")
@attrs.frozen
class Discrepancy:
    """A record that is not what the journal says.

    Attributes:
        recorded: The record as the journal's entries add up to it; ``None`` if to none.
        kept: The record as it is kept; ``None`` if it is missing.
    """

    recorded: Record | None
    kept: Record | None

    @property
    def item(self) -> str:
        """The record's table and key."""
        item = self.recorded if self.recorded is not None else self.kept
        return f"{item.__table__} {' '.join(map(str, key_of(item)))}" if item else ""

    @property
    def state(self) -> str:
        """What is wrong with it: "is missing", "is not in the journal" or "differs"."""
        if self.kept is None:
            return "is missing"
        return "is not in the journal" if self.recorded is None else "differs"

    def __str__(self) -> str:
        return f"{self.item} {self.state}"

    def _plain_(self) -> Mapping[str, object]:
        return {
            "item": self.item,
            "state": self.state,
            "recorded": self.recorded,
            "kept": self.kept,
        }


def audit(store: Store) -> list[Discrepancy]:
    """What is kept otherwise than the journal says; nothing if all is well.

    Raises:
        JournalBroken: An entry cannot be read, or speaks of what is not there.
    """
    return list(_discrepancies(store, fold(store.log.read())))


def _discrepancies(store: Store, state: State) -> Iterator[Discrepancy]:
    for kind in KINDS:
        recorded = {key_of(item): item for item in state.all(kind)}
        kept = {key_of(item): item for item in store.records.all(kind)}
        yield from _compared(recorded, kept)
    totals = {key_of(item): item for item in totals_of(state.all(Interaction))}
    counted = (each for each in store.records.all(InteractionTotal) if each.interactions)
    yield from _compared(totals, {key_of(item): item for item in counted})
    tallies = {key_of(item): item for item in tallies_of(state.all(Interaction))}
    yield from _compared(tallies, {key_of(t): t for t in store.records.all(CampaignTally)})


def _compared(
    recorded: Mapping[tuple[Any, ...], Record], kept: Mapping[tuple[Any, ...], Record]
) -> Iterator[Discrepancy]:
    for key in sorted(recorded.keys() | kept.keys(), key=str):
        if recorded.get(key) != kept.get(key):
            yield Discrepancy(recorded.get(key), kept.get(key))


def restore_records(context: Context) -> list[Discrepancy]:
    """Make the records again what the journal says; return what was otherwise.

    Raises:
        JournalBroken: An entry cannot be read, or speaks of what is not there.
    """
    store = context.store
    with store.transaction():
        found = audit(store)
        store.records.remove(each.kept for each in found if each.kept is not None)
        store.records.put(each.recorded for each in found if each.recorded is not None)
        return found
