"""Interactions that were checked, written into the journal with campaign entries and comments."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import attrs

from segmentation.campaigns import CampaignEntry
from segmentation.columns import gathered
from segmentation.criteria import to_nfc
from segmentation.errors import Fault, InvalidValue, Message
from segmentation.fields import with_kept_values
from segmentation.interactions import DocumentType, Interaction
from segmentation.journal import Commented, Happening, Stamp
from segmentation.operations.journal import record
from segmentation.phrases import phrase
from segmentation.protocols import Store

from ._lookup import get_interaction


def record_interaction(
    store: Store, draft: Interaction, stamp: Stamp, comments: Iterable[str] = ()
) -> Interaction:
    """Record an interaction that was checked, with its campaign entry and comments."""
    made = attrs.evolve(draft, user_id=stamp.user)
    happenings: list[Happening] = []
    if not made.postponed:
        (made,), entries = with_campaign_entries(store, [made], stamp)
        happenings += entries
    happenings.append(made)
    number = store.log.head().number + len(happenings)
    happenings += comments_on(number, comments, stamp)
    record(store, happenings, stamp)
    return get_interaction(store, number)


def record_interactions(
    store: Store, drafts: Sequence[Interaction], stamp: Stamp
) -> Sequence[Interaction]:
    """Record interactions that were checked, with their campaign entries before them."""
    if not drafts:
        return []
    of_user = [with_kept_values(draft, {"user_id": stamp.user}) for draft in drafts]
    made, entries = with_campaign_entries(store, of_user, stamp)
    numbers = record(store, [*entries, gathered(Interaction, made)], stamp)
    new = numbers[len(entries) :]
    return [with_kept_values(each, {"entry_no": no}) for no, each in zip(new, made, strict=True)]


def with_campaign_entries(
    store: Store, drafts: Sequence[Interaction], stamp: Stamp
) -> tuple[list[Interaction], list[CampaignEntry]]:
    """Interactions with the numbers of their campaign entries, and the entries that are missing.

    Interactions outside segments that are for one campaign and of one kind of document share an
    entry. A canceled entry is not used again: what is recorded on it would not count. The missing
    entries must be recorded first, and nothing before them.
    """
    head = store.log.head().number
    numbers: dict[tuple[str, DocumentType], int] = {}
    missing: list[CampaignEntry] = []
    for draft in drafts:
        if draft.campaign_no and _counted_by(draft) not in numbers:
            number = _open_entry_no(store, draft)
            if not number:
                missing.append(_campaign_entry(draft, stamp))
                number = head + len(missing)
            numbers[_counted_by(draft)] = number
    placed = [
        attrs.evolve(draft, campaign_entry_no=numbers[_counted_by(draft)])
        if draft.campaign_no
        else draft
        for draft in drafts
    ]
    return placed, missing


def _counted_by(draft: Interaction) -> tuple[str, DocumentType]:
    return draft.campaign_no, draft.document_type


def _open_entry_no(store: Store, draft: Interaction) -> int:
    for entry in store.records.all(
        CampaignEntry, campaign_no=draft.campaign_no, document_type=draft.document_type
    ):
        if not (entry.canceled or entry.segment_no or entry.logged_segment_entry_no):
            return entry.entry_no
    return 0


def _campaign_entry(draft: Interaction, stamp: Stamp) -> CampaignEntry:
    return CampaignEntry(
        campaign_no=draft.campaign_no,
        description=_caption(draft.document_type),
        date=draft.date,
        document_type=draft.document_type,
        salesperson_code=draft.salesperson_code,
        user_id=stamp.user,
    )


def _caption(document_type: DocumentType) -> str:
    return document_type.replace("_", " ").capitalize() or phrase("interaction")


# -- comments -------------------------------------------------------------------------------


def comments_on(number: int, comments: Iterable[str], stamp: Stamp) -> Iterator[Commented]:
    """Comments on the interaction with this number, of the day of the stamp."""
    for text in comments:
        yield Commented(interaction_no=number, date=stamp.day, text=text)


def as_comments(comments: Iterable[str] | str) -> Sequence[str]:
    """Comments in their order; a text is one comment, not one for each letter.

    Raises:
        InvalidValue: One of them holds a NUL character.
    """
    given: list[Any] = [comments] if isinstance(comments, str) else list(comments)
    for text in given:
        if isinstance(text, str) and "\0" in text:
            raise InvalidValue("comments", text, "holds a NUL character")
    return [to_nfc(text) if isinstance(text, str) else text for text in given]


def comment_faults(comments: Sequence[object]) -> Iterator[Fault]:
    """What is wrong with comments, by their place."""
    for place, text in enumerate(comments, start=1):
        where = Message("comment {no}", no=place)
        if not isinstance(text, str):
            yield Fault(where, "text", "is no text")
        elif not text.strip():
            yield Fault(where, "text", "is blank")
