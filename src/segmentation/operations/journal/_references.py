"""What else speaks of an interaction: entries with personal content, attachments in use."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from segmentation.frozen import FrozenMapping
from segmentation.interactions import Interaction
from segmentation.journal import Commented, DeliveryRecorded, EntryKind, Revised, happening_of
from segmentation.protocols import Store
from segmentation.segments import Segment
from segmentation.templates import TemplateLanguage, WordTemplate

_SPEAKING = frozenset(
    {
        EntryKind.INTERACTION_REVISED,
        EntryKind.INTERACTION_COMMENTED,
        EntryKind.DELIVERY_RECORDED,
    }
)


NO_SEGMENTS: Mapping[str, Segment] = FrozenMapping()

_MANY = 10
"""From how many contents on all interactions are looked at once, and not for each content."""


def entries_about(store: Store, interactions: Iterable[Interaction]) -> Mapping[int, Sequence[int]]:
    """Numbers of the entries that may hold personal content of each interaction, by its own.

    Reads the journal once, from the first of them on.
    """
    about = {interaction.entry_no: [interaction.entry_no] for interaction in interactions}
    for entry in store.log.read(min(about)) if about else ():
        if entry.kind not in _SPEAKING or entry.personal is None:
            continue
        match happening_of(entry):
            case Commented(interaction_no=of) | DeliveryRecorded(interaction_no=of):
                number = of
            case Revised(interaction):
                number = interaction.entry_no
            case _:  # pragma: no cover - the kinds above are all
                continue
        if number in about:
            about[number].append(entry.number)
    return about


def attachments_only_of(
    store: Store,
    interactions: Iterable[Interaction],
    *,
    changed: Mapping[str, Segment] = NO_SEGMENTS,
) -> tuple[str, ...]:
    """Contents that nothing needs but these interactions, in the order of their hashes.

    Args:
        store: Where everything is kept.
        interactions: The interactions that are to go.
        changed: Segments at work as they will be, by number, where that is not as they are.
    """
    leaving = list(interactions)
    return unneeded_attachments(
        store,
        (interaction.attachment for interaction in leaving),
        without=frozenset(interaction.entry_no for interaction in leaving),
        changed=changed,
    )


def unneeded_attachments(
    store: Store,
    digests: Iterable[str],
    *,
    without: frozenset[int] = frozenset(),
    changed: Mapping[str, Segment] = NO_SEGMENTS,
) -> tuple[str, ...]:
    """Those contents that nothing needs, in the order of their hashes.

    Args:
        store: Where everything is kept.
        digests: The contents in question.
        without: Entry numbers of interactions that are left out of account.
        changed: Segments at work as they will be, by number, where that is not as they are.
    """
    candidates = set(digests) - {""}
    candidates -= {row.attachment for row in store.records.all(TemplateLanguage)}
    candidates -= {row.attachment for row in store.records.all(WordTemplate)}
    if candidates:
        for header in store.segments.headers():
            segment = changed.get(header.no) or store.segments.get(header.no)
            candidates -= segment.attachments
    found: Iterable[Interaction]
    if len(candidates) > _MANY:
        found = store.records.all(Interaction)
    else:
        found = chain(*(store.records.all(Interaction, attachment=each) for each in candidates))
    candidates -= {other.attachment for other in found if other.entry_no not in without}
    return tuple(sorted(candidates))
