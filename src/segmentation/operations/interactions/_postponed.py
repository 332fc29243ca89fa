"""Interactions that were put off: finished, put off again, discarded."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Unpack

import attrs

from segmentation.columns import gathered
from segmentation.documents import Attachment
from segmentation.errors import Message, Refused
from segmentation.interactions import Interaction
from segmentation.journal import Dropped, Happening, Revised
from segmentation.operations.context import Context
from segmentation.operations.field_values import InteractionDraftValues
from segmentation.operations.journal import record
from segmentation.protocols import Store

from ._checks import check_interaction
from ._drafts import read_fields
from ._lookup import get_interaction
from ._record import as_comments, comment_faults, comments_on, with_campaign_entries


def postponed_interactions(store: Store) -> Sequence[Interaction]:
    """The interactions that were put off, in the order of their numbers."""
    return list(store.records.all(Interaction, postponed=True))


def finish_interaction(
    context: Context,
    entry_no: int | Interaction,
    *,
    attachment: Path | Attachment | str | None = None,
    comments: Iterable[str] = (),
    **fields: Unpack[InteractionDraftValues],
) -> Interaction:
    """Finish a postponed interaction: it counts from now on.

    It keeps its number, its contact, its comments and its attachment; its date becomes the work
    date, unless it is given.

    Args:
        context: Store, user, day and clock.
        entry_no: The postponed interaction.
        attachment: Another text in place of its own: a path, an attachment, or the hash of a
            stored one; an empty text is none.
        comments: Further comments on it, in their order.
        **fields: Fields that are to be otherwise than they were put off.

    Returns:
        The interaction as it is now.

    Raises:
        NotFound: There is no such interaction.
        Refused: It is not postponed.
        UnknownName: An interaction has no such field, or it cannot be changed.
        Rejected: Fields are blank or do not fit: all of them. Nothing is stored.
    """
    step = Message("finish interaction {no}", no=_number(entry_no))
    return _revise(context, entry_no, step, attachment, comments, fields, postponed=False)


def postpone_interaction_again(
    context: Context,
    entry_no: int | Interaction,
    *,
    attachment: Path | Attachment | str | None = None,
    comments: Iterable[str] = (),
    **fields: Unpack[InteractionDraftValues],
) -> Interaction:
    """Put a postponed interaction off once more, with other values.

    Arguments and errors are those of `finish_interaction`.
    """
    step = Message("postpone interaction {no} again", no=_number(entry_no))
    return _revise(context, entry_no, step, attachment, comments, fields, postponed=True)


def _revise(
    context: Context,
    entry_no: int | Interaction,
    step: Message,
    attachment: Path | Attachment | str | None,
    comments: Iterable[str],
    fields: Mapping[str, object],
    *,
    postponed: bool,
) -> Interaction:
    context = context.stopped
    store, stamp, texts = context.store, context.stamp, as_comments(comments)
    with store.transaction():
        before = _postponed(store, entry_no, step)
        given, faults = read_fields(store, attachment, fields)
        after = attrs.evolve(
            before, date=context.day.workdate, time_of_interaction=context.next_minute
        )
        after = attrs.evolve(after, **given, postponed=postponed)
        check_interaction(store, after, [*faults, *comment_faults(texts)])
        happenings: list[Happening] = []
        if not postponed:
            (after,), entries = with_campaign_entries(store, gathered(Interaction, [after]), stamp)
            happenings += entries
        happenings += [Revised(after), *comments_on(before.entry_no, texts, stamp)]
        record(store, happenings, stamp)
        return get_interaction(store, before)


def discard_interaction(context: Context, entry_no: int | Interaction) -> None:
    """Discard a postponed interaction, with its comments.

    Raises:
        NotFound: There is no such interaction.
        Refused: It is not postponed.
    """
    store, stamp = context.store, context.stamp
    with store.transaction():
        step = Message("discard interaction {no}", no=_number(entry_no))
        found = _postponed(store, entry_no, step)
        record(store, [Dropped(interaction_no=found.entry_no)], stamp)


def _number(entry_no: int | Interaction) -> int:
    return entry_no.entry_no if isinstance(entry_no, Interaction) else entry_no


def _postponed(store: Store, entry_no: int | Interaction, step: Message) -> Interaction:
    found = get_interaction(store, entry_no)
    if not found.postponed:
        raise Refused(step, "it is not postponed")
    return found
