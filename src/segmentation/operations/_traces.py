"""What else speaks of an interaction: entries with personal content, attachments in use."""

from collections.abc import Iterable, Iterator

from segmentation.interactions import Interaction
from segmentation.journal import Commented, DeliveryRecorded, EntryKind, Revised, happening_of
from segmentation.protocols import Store
from segmentation.segments import SegmentLine
from segmentation.templates import TemplateLanguage

_SPEAKING = frozenset(
    {
        EntryKind.INTERACTION_REVISED,
        EntryKind.INTERACTION_COMMENTED,
        EntryKind.DELIVERY_RECORDED,
    }
)


def entries_about(store: Store, interactions: Iterable[Interaction]) -> Iterator[int]:
    """Numbers of the entries that may hold personal content of interactions, their own first.

    Reads the journal once, from the first of them on.
    """
    numbers = {interaction.entry_no for interaction in interactions}
    yield from sorted(numbers)
    for entry in store.log.read(min(numbers)) if numbers else ():
        if entry.kind not in _SPEAKING or entry.personal is None:
            continue
        match happening_of(entry):
            case Commented(interaction_no=of) | DeliveryRecorded(interaction_no=of):
                about = of
            case Revised(interaction):
                about = interaction.entry_no
            case _:  # pragma: no cover - the kinds above are all
                continue
        if about in numbers:
            yield entry.number


def attachments_only_of(store: Store, interactions: Iterable[Interaction]) -> tuple[str, ...]:
    """Contents that nothing needs but these interactions, in the order of their hashes."""
    leaving = list(interactions)
    numbers = {interaction.entry_no for interaction in leaving}
    candidates = {interaction.attachment for interaction in leaving} - {""}
    candidates -= {row.attachment for row in store.records.all(TemplateLanguage)}
    if candidates:
        candidates -= set(_on_worksheets(store))
    return tuple(
        digest
        for digest in sorted(candidates)
        if all(
            other.entry_no in numbers for other in store.records.all(Interaction, attachment=digest)
        )
    )


def _on_worksheets(store: Store) -> Iterator[str]:
    for header in store.segments.headers():
        segment = store.segments.get(header.no)
        yield header.attachment
        yield from (text.attachment for text in segment.languages)
        yield from _on_lines(segment.lines)
        for action in (*segment.actions, *(undone.action for undone in segment.undone)):
            yield from _on_lines(action.removed)
        for undone in segment.undone:
            yield from _on_lines(undone.inserted)


def _on_lines(lines: Iterable[SegmentLine]) -> Iterator[str]:
    for line in lines:
        yield line.attachment
        yield from (text.attachment for text in line.texts)
