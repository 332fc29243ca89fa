"""What speaks of a contact or of an interaction: entries, those with personal content, attachments.

A contact's entries are found through all numbers that it had, each as long as it had it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from segmentation.frozen import FrozenMapping
from segmentation.interactions import Interaction
from segmentation.journal import (
    Commented,
    ContactRenumbered,
    DeliveryRecorded,
    Entry,
    EntryKind,
    Revised,
    happening_of,
)
from segmentation.protocols import Store
from segmentation.segments import Segment
from segmentation.serialization import to_json
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


def entries_naming(store: Store, no: str) -> Iterator[Entry]:
    """The entries whose facts name a contact, by the number that it had then, in order.

    Args:
        store: Where the journal is.
        no: The number that it has now, or had last.
    """
    moves = list(_renumberings(store))
    spans = [
        (range(start, end), to_json(number))
        for number, start, end in _spans(moves, no, store.log.head().number + 1)
    ]
    moved = {at for at, *_ in moves if any(at + 1 == span.stop for span, _ in spans[1:])}
    for entry in store.log.read():
        fields = _NAMING.get(entry.kind, ("contact_no",))
        named = any(
            f'"{field}":{text}' in entry.facts
            for span, text in spans
            if entry.number in span
            for field in fields
        )
        if named or entry.number in moved:
            yield entry


_NAMING: Mapping[EntryKind, Sequence[str]] = {EntryKind.CONTACT_MERGED: ("kept_no", "gone_no")}
"""The facts that name contacts, where it is not ``contact_no``."""


def _renumberings(store: Store) -> Iterator[tuple[int, str, str]]:
    """The entries that gave contacts other numbers: their own number, the old one, the new one."""
    for entry in store.log.read():
        if entry.kind is EntryKind.CONTACT_RENUMBERED:
            happening = happening_of(entry)
            if isinstance(happening, ContactRenumbered):
                yield entry.number, happening.old_no, happening.new_no


def _spans(
    moves: Sequence[tuple[int, str, str]], no: str, end: int
) -> Iterator[tuple[str, int, int]]:
    """The numbers of a contact, each with the first entry that may name it so and one beyond."""
    start = max((at + 1 for at, old, _ in moves if old == no and at + 1 < end), default=1)
    yield no, start, end
    for at, old, new in moves:
        if new == no and start <= at < end:
            yield from _spans(moves, old, at + 1)


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
