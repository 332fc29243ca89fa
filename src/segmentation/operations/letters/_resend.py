"""Having letters delivered again: the same ones, or fresh ones of the contacts as they are now."""

import itertools
from collections.abc import Sequence

import attrs

from segmentation.errors import Message, Refused
from segmentation.interactions import DeliveryStatus, Interaction
from segmentation.journal import DeliveryRecorded
from segmentation.operations.context import Context
from segmentation.operations.journal import next_entry_no, record
from segmentation.operations.records import get_records
from segmentation.operations.values import require_any
from segmentation.phrases import phrase
from segmentation.protocols import Store

from ._households import by_household, household_of, still_sharing
from ._printer import LetterPrinter
from ._snapshots import snapshot

_LONGEST = 100


def resend(context: Context, *entry_nos: int | Interaction) -> Sequence[Interaction]:
    """Have documents delivered again by the next `deliver`, the same as before.

    Args:
        context: Store, user, day and clock.
        *entry_nos: The interactions; one that is named twice is sent once.

    Returns:
        The interactions that are to be delivered, in the order asked for; after them those who
        share a letter with them.

    Raises:
        InvalidValue: No interaction is named.
        NotFound: There is no such interaction.
        Refused: One is canceled or postponed, was never to be delivered, or is being delivered.
    """
    store = context.store
    with store.transaction():
        known = _to_resend(store, entry_nos)
        whole = _with_households(store, known)
        record(store, [_queued(interaction) for interaction in whole], context.stamp)
        return get_records(store, Interaction, whole)


def resend_fresh(
    context: Context, *entry_nos: int | Interaction, language: str = ""
) -> Sequence[Interaction]:
    """Have new documents delivered, made from the contacts as they are now.

    Args:
        context: Store, user, day and clock.
        *entry_nos: The interactions; each gets a new one, of the work date. Those of them who
            shared a letter share it again, if they still may and their letters say the same.
        language: The language of what the description of a new interaction says; the context's
            if not given.

    Returns:
        The new interactions, which are to be delivered, in the order asked for.

    Raises:
        InvalidValue: No interaction is named.
        NotFound: There is no such interaction.
        Refused: One is canceled or postponed, was never to be delivered, or is being delivered.
        Rejected: A letter names a field that nothing fills.
    """
    store = context.store
    printer = LetterPrinter(store, context.rendering)
    with store.transaction():
        known = _to_resend(store, entry_nos)
        fresh = _all_fresh(context, printer, known, language or context.language)
        first = next_entry_no(store)
        numbered = [
            attrs.evolve(new, household_entry_no=first + shared if shared >= 0 else 0)
            for new, shared in fresh
        ]
        numbers = record(store, numbered, context.stamp)
    return [attrs.evolve(n, entry_no=number) for n, number in zip(numbered, numbers, strict=True)]


def _to_resend(store: Store, entry_nos: Sequence[int | Interaction]) -> Sequence[Interaction]:
    found = get_records(store, Interaction, require_any("entry_nos", entry_nos))
    known = list({interaction.entry_no: interaction for interaction in found}.values())
    for interaction in known:
        _check_resend(interaction)
    return known


def _check_resend(interaction: Interaction) -> None:
    step = Message("resend interaction {no}", no=interaction.entry_no)
    if interaction.canceled:
        raise Refused(step, Message("it is canceled; uncancel it first"))
    if interaction.postponed:
        raise Refused(step, Message("it is postponed; finish it first"))
    if interaction.delivery_status is DeliveryStatus.IN_PROGRESS:
        raise Refused(step, Message("it is being delivered already; `deliver` sends it"))
    if not interaction.correspondence_type:
        raise Refused(step, Message("it has no correspondence type, so it was never to be sent"))


def _queued(interaction: Interaction) -> DeliveryRecorded:
    return DeliveryRecorded(interaction_no=interaction.entry_no, status=DeliveryStatus.IN_PROGRESS)


def _with_households(store: Store, known: Sequence[Interaction]) -> Sequence[Interaction]:
    """Interactions, and those that share a letter with them and are not on their way."""
    sharing = itertools.chain(*(household_of(store, each) for each in known))
    others = {
        each.entry_no: each
        for each in sharing
        if not each.canceled and each.delivery_status is not DeliveryStatus.IN_PROGRESS
    }
    return list({**{each.entry_no: each for each in known}, **others}.values())


def _all_fresh(
    context: Context, printer: LetterPrinter, known: Sequence[Interaction], language: str
) -> Sequence[tuple[Interaction, int]]:
    """New interactions with letters made afresh, each with the place of the first to share its own.

    The place is -1 for who has its letter for itself.
    """
    places = {each.entry_no: at for at, each in enumerate(known)}
    made: dict[int, tuple[Interaction, int]] = {}
    for group in by_household(known):
        joining = still_sharing(context, group) if len(group) > 1 else []
        apart = [[each] for each in group if each not in joining]
        for together in filter(None, [joining, *apart]):
            again = [_again(context, each, language) for each in together]
            for joint in printer.prepare_joint(again):
                kept = snapshot(printer, joint.letter, context.store.attachments.put)
                nos = [together[at].entry_no for at in joint.places]
                first = places[nos[0]] if len(nos) > 1 else -1
                letters = (printer.renewed(again[at]) for at in joint.places)
                made |= {
                    no: (kept.put_into(one), first) for no, one in zip(nos, letters, strict=True)
                }
    return [made[each.entry_no] for each in known]


def _again(context: Context, interaction: Interaction, language: str) -> Interaction:
    """A new interaction like one that was logged, whose letter is still to be made."""
    return attrs.evolve(
        interaction,
        entry_no=0,
        date=context.day.workdate,
        delivered_at=None,
        delivered_before="",
        description=phrase("resent", language, what=interaction.description)[:_LONGEST],
        delivery_status=DeliveryStatus.IN_PROGRESS,
        delivery_error="",
        delivery_attempts=0,
        household_entry_no=0,
        user_id=context.user,
    )
