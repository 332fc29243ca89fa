"""Auditing: whether the records are what the journal's entries add up to, and making them so.

The chain guards the entries; the records that are kept beside them for filters and reports
follow from the entries, and this is where that is checked.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from segmentation.campaigns import CampaignEntry, CampaignTally
from segmentation.fields import Record, key_of
from segmentation.interactions import Interaction, InteractionComment, InteractionTotal
from segmentation.journal import State, fold
from segmentation.operations.followers import tallies_of, totals_of
from segmentation.protocols import Store
from segmentation.segments import LoggedSegment

KINDS: tuple[type[Record], ...] = (Interaction, InteractionComment, CampaignEntry, LoggedSegment)
"""The records that follow from the journal."""


@attrs.frozen
class Difference:
    """A record that is not what the journal says.

    Attributes:
        recorded: The record as the journal's entries add up to it; ``None`` if to none.
        kept: The record as it is kept; ``None`` if it is missing.
    """

    recorded: Record | None
    kept: Record | None

    def __str__(self) -> str:
        item = self.recorded if self.recorded is not None else self.kept
        named = f"{item.__table__} {' '.join(map(str, key_of(item)))}" if item else ""
        if self.kept is None:
            return f"{named} is missing"
        return f"{named} is not in the journal" if self.recorded is None else f"{named} differs"


def audit(store: Store) -> list[Difference]:
    """What is kept otherwise than the journal says; nothing if all is well.

    Raises:
        JournalBroken: An entry cannot be read, or speaks of what is not there.
    """
    return list(_differences(store, fold(store.log.read())))


def _differences(store: Store, state: State) -> Iterator[Difference]:
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
) -> Iterator[Difference]:
    for key in sorted(recorded.keys() | kept.keys(), key=str):
        if recorded.get(key) != kept.get(key):
            yield Difference(recorded.get(key), kept.get(key))


def restore_records(store: Store) -> list[Difference]:
    """Make the records again what the journal says; returns what was otherwise.

    Raises:
        JournalBroken: An entry cannot be read, or speaks of what is not there.
    """
    with store.transaction():
        found = audit(store)
        store.records.remove(each.kept for each in found if each.kept is not None)
        store.records.put(each.recorded for each in found if each.recorded is not None)
        return found
