"""Interactions that were checked, written into the journal with campaign entries and comments."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import attrs

from segmentation.campaigns import CampaignEntry
from segmentation.columns import Columns, gathered
from segmentation.criteria import to_nfc
from segmentation.errors import Fault, InvalidValue, Message
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
        (made,), entries = with_campaign_entries(store, gathered(Interaction, [made]), stamp)
        happenings += entries
    happenings.append(made)
    number = store.log.head().number + len(happenings)
    happenings += comments_on(number, comments, stamp)
    record(store, happenings, stamp)
    return get_interaction(store, number)


def record_interactions(
    store: Store, drafts: Columns[Interaction], stamp: Stamp
) -> Sequence[Interaction]:
    """Record interactions that were checked, with their campaign entries before them."""
    if not drafts:
        return []
    made, entries = with_campaign_entries(store, drafts.having(user_id=stamp.user), stamp)
    numbers = record(store, [*entries, made], stamp)
    return made.with_columns(entry_no=numbers[len(entries) :])


def with_campaign_entries(
    store: Store, drafts: Columns[Interaction], stamp: Stamp
) -> tuple[Columns[Interaction], list[CampaignEntry]]:
    """Interactions with the numbers of their campaign entries, and the entries that are missing.

    Interactions outside segments that are for one campaign and of one kind of document share an
    entry. A canceled entry is not used again: what is recorded on it would not count. The missing
    entries must be recorded first, and nothing before them.
    """
    if drafts.shared.get("campaign_no") == "":
        return drafts, []
    head = store.log.head().number
    before = drafts.column("campaign_entry_no")
    numbers: dict[tuple[str, DocumentType], int] = {}
    missing: list[CampaignEntry] = []
    placed: list[int] = []
    for place, counted_by in enumerate(drafts.rows("campaign_no", "document_type")):
        if counted_by[0] and counted_by not in numbers:
            draft = drafts[place]
            number = _open_entry_no(store, draft)
            if not number:
                missing.append(_campaign_entry(draft, stamp))
                number = head + len(missing)
            numbers[counted_by] = number
        placed.append(numbers.get(counted_by, before[place]))
    return drafts.with_columns(campaign_entry_no=placed), missing


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
