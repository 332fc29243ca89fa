"""What speaks of a contact or of an interaction: entries, those with personal content, attachments.

A contact's entries are found through all numbers that it had, each as long as it had it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from typing import TypeAlias

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


Renumbering: TypeAlias = tuple[int, str, str]
"""An entry that gave a contact another number: its own number, the old one, the new one."""


def entries_naming(
    store: Store,
    no: str,
    *,
    entries: Iterable[Entry] | None = None,
    moves: Sequence[Renumbering] | None = None,
) -> Iterator[Entry]:
    """The entries whose facts name a contact, by the number that it had then, in order.

    Args:
        store: Where the journal is.
        no: The number that it has now, or had last.
        entries: The entries among which they are looked for, in place of the journal.
        moves: What `renumberings` gives, if that is known.
    """
    moves = list(renumberings(store)) if moves is None else moves
    end = store.log.head().number + 1
    spans = [
        (range(start, stop), to_json(number)) for number, start, stop in _spans(moves, no, end)
    ]
    moved = {at for at, *_ in moves if any(at + 1 == span.stop for span, _ in spans[1:])}
    for entry in store.log.read() if entries is None else entries:
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


def numbers_had(store: Store, no: str, moves: Sequence[Renumbering]) -> set[str]:
    """The numbers by which entries may name a contact: its own and those before."""
    return {number for number, *_ in _spans(moves, no, store.log.head().number + 1)}


def renumberings(store: Store) -> Iterator[Renumbering]:
    """The entries that gave contacts other numbers, in order."""
    for entry in store.log.read():
        if entry.kind is EntryKind.CONTACT_RENUMBERED:
            happening = happening_of(entry)
            if isinstance(happening, ContactRenumbered):
                yield entry.number, happening.old_no, happening.new_no


def _spans(moves: Sequence[Renumbering], no: str, end: int) -> Iterator[tuple[str, int, int]]:
    """The numbers of a contact, each with the first entry that may name it so and one beyond."""
    start = max((at + 1 for at, old, _ in moves if old == no and at + 1 < end), default=1)
    yield no, start, end
    for at, old, new in moves:
        if new == no and start <= at < end:
            yield from _spans(moves, old, at + 1)


def entries_about(
    store: Store,
    interactions: Iterable[Interaction],
    *,
    entries: Iterable[Entry] | None = None,
) -> Mapping[int, Sequence[int]]:
    """Numbers of the entries that may hold personal content of each interaction, by its own.

    Args:
        store: Where the journal is; it is read once, from the first of them on.
        interactions: The interactions.
        entries: The entries among which they are looked for, in place of the journal.
    """
    about = {interaction.entry_no: [interaction.entry_no] for interaction in interactions}
    if entries is None:
        entries = store.log.read(min(about)) if about else ()
    for entry in entries if about else ():
        number = interaction_spoken_of(entry)
        if number in about:
            about[number].append(entry.number)
    return about


def interaction_spoken_of(entry: Entry) -> int:
    """The earlier interaction that an entry has personal content of; 0 if there is none."""
    if entry.kind not in _SPEAKING or entry.personal is None:
        return 0
    match happening_of(entry):
        case Commented(interaction_no=number) | DeliveryRecorded(interaction_no=number):
            return number
        case Revised(interaction):
            return interaction.entry_no
        case _:  # pragma: no cover - the kinds above are all
            return 0


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
    uses = AttachmentUses(store, (interaction.attachment for interaction in leaving))
    return uses.only_of(leaving, changed=changed)


def unneeded_attachments(store: Store, digests: Iterable[str]) -> tuple[str, ...]:
    """Those contents that nothing needs, in the order of their hashes."""
    asked = set(digests)
    return AttachmentUses(store, asked).unneeded(asked)


class AttachmentUses:
    """What needs some contents, read once.

    Args:
        store: Where everything is kept.
        digests: The contents in question.
    """

    def __init__(self, store: Store, digests: Iterable[str]) -> None:
        wanted = set(digests) - {""}
        wanted -= {row.attachment for row in store.records.all(TemplateLanguage)}
        wanted -= {row.attachment for row in store.records.all(WordTemplate)}
        self._segments: dict[str, frozenset[str]] = {}
        for header in store.segments.headers() if wanted else ():
            self.change(store.segments.get(header.no))
        self._interactions: dict[str, set[int]] = {digest: set() for digest in wanted}
        for other in _having(store, wanted):
            self._interactions[other.attachment].add(other.entry_no)

    def change(self, segment: Segment) -> None:
        """Take note of what a segment at work needs now."""
        self._segments[segment.no] = frozenset(segment.attachments)

    def forget(self, interactions: Iterable[Interaction]) -> None:
        """Take note that interactions need nothing any more."""
        for each in interactions:
            self._interactions.get(each.attachment, set()).discard(each.entry_no)

    def only_of(
        self, interactions: Iterable[Interaction], *, changed: Mapping[str, Segment] = NO_SEGMENTS
    ) -> tuple[str, ...]:
        """Contents that nothing needs but these interactions, in the order of their hashes.

        Args:
            interactions: The interactions that are to go.
            changed: Segments at work as they will be, by number, where that is not as they are.
        """
        leaving = {each.entry_no: each.attachment for each in interactions}
        return self.unneeded(leaving.values(), without=leaving.keys(), changed=changed)

    def unneeded(
        self,
        digests: Iterable[str],
        *,
        without: AbstractSet[int] = frozenset(),
        changed: Mapping[str, Segment] = NO_SEGMENTS,
    ) -> tuple[str, ...]:
        """Those contents that nothing needs, in the order of their hashes.

        Args:
            digests: The contents in question, of those that were read.
            without: Entry numbers of interactions that are left out of account.
            changed: Segments at work as they will be, by number, where that is not as they are.
        """
        now = {no: frozenset(each.attachments) for no, each in changed.items()}
        at_work = frozenset(chain(*{**self._segments, **now}.values()))
        return tuple(
            sorted(
                digest
                for digest in self._interactions.keys() & set(digests)
                if digest not in at_work and not self._interactions[digest] - without
            )
        )


def _having(store: Store, digests: Collection[str]) -> Iterable[Interaction]:
    """The interactions that have one of these contents."""
    if len(digests) > _MANY:
        return (each for each in store.records.all(Interaction) if each.attachment in digests)
    return chain(*(store.records.all(Interaction, attachment=each) for each in digests))
