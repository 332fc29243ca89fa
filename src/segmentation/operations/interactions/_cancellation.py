"""Canceling what was recorded, letting it count again, deleting what is canceled.

Nothing is changed in place: each step is an entry that says what it is about and what goes
with it. A logged segment stands above its campaign entries, these above their interactions;
what was canceled on its own stays so when what stands above it counts again.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import TypeAlias, assert_never

import attrs

from segmentation.campaigns import CampaignEntry
from segmentation.codes import to_code
from segmentation.errors import InvalidValue, Message, NotFound, Refused
from segmentation.interactions import Interaction
from segmentation.journal import (
    Canceled,
    Deleted,
    EntryType,
    Stamp,
    Uncanceled,
    numbers_in,
    to_ranges,
)
from segmentation.operations.context import Context
from segmentation.operations.journal import attachments_only_of, entries_about, record
from segmentation.protocols import Store
from segmentation.segments import LoggedSegment

from ._lookup import get_interactions

Cancelable: TypeAlias = Interaction | CampaignEntry | LoggedSegment
"""What can be canceled."""


_KINDS: dict[EntryType, type[Cancelable]] = {
    EntryType.INTERACTION: Interaction,
    EntryType.CAMPAIGN_ENTRY: CampaignEntry,
    EntryType.LOGGED_SEGMENT: LoggedSegment,
}


def cancel(context: Context, item: Cancelable) -> Canceled:
    """Cancel an interaction, a campaign entry or a logged segment, and what belongs to it.

    Args:
        context: Store, user, day and clock.
        item: What to cancel, as it was read; its entry number tells which.

    Raises:
        InvalidValue: It is none of the three.
        NotFound: It is not there (any more).
        Refused: It is canceled already, or postponed.
    """
    store, stamp = context.store, context.stamp
    with store.transaction():
        done = _canceled(store, item)
        record(store, [done], stamp)
        return done


def _canceled(store: Store, item: Cancelable) -> Canceled:
    what, current = _current(store, item)
    step = Message("cancel {what} {no}", what=Message(_named(what)), no=current.entry_no)
    if current.canceled:
        raise Refused(step, "it is canceled already")
    if isinstance(current, Interaction) and current.postponed:
        raise Refused(step, "it is postponed; discard it instead")
    entries, interactions = _below(store, current)
    return Canceled(
        what=what,
        number=current.entry_no,
        campaign_entries=to_ranges(e.entry_no for e in entries if not e.canceled),
        interactions=to_ranges(i.entry_no for i in interactions if not i.canceled),
    )


def uncancel(context: Context, item: Cancelable) -> Uncanceled:
    """Let something canceled count again, with exactly what was canceled together with it.

    Raises:
        NotFound: It is not there (any more).
        Refused: It is not canceled; or what it belongs to is.
    """
    store, stamp = context.store, context.stamp
    with store.transaction():
        done = _uncanceled(store, item)
        record(store, [done], stamp)
        return done


def _uncanceled(store: Store, item: Cancelable) -> Uncanceled:
    what, current = _current(store, item)
    step = Message("uncancel {what} {no}", what=Message(_named(what)), no=current.entry_no)
    if not current.canceled:
        raise Refused(step, "it is not canceled")
    _refuse_below_canceled(store, current, step)
    entries, interactions = _below(store, current)
    by = current.canceled_by
    return Uncanceled(
        what=what,
        number=current.entry_no,
        campaign_entries=to_ranges(e.entry_no for e in entries if e.canceled_by == by),
        interactions=to_ranges(i.entry_no for i in interactions if i.canceled_by == by),
    )


def cancel_interactions(context: Context, *entry_nos: int | Interaction) -> Sequence[Canceled]:
    """Cancel interactions: they count nowhere from now on; all or none.

    Args:
        context: Store, user, day and clock.
        *entry_nos: The interactions, at least one.

    Raises:
        InvalidValue: No interaction is given.
        NotFound: Some interactions are not there: all of them.
        Refused: One is canceled already, or postponed.
    """
    store, stamp = context.store, context.stamp
    with store.transaction():
        done = [_canceled(store, each) for each in get_interactions(store, entry_nos)]
        record(store, done, stamp)
        return done


def uncancel_interactions(context: Context, *entry_nos: int | Interaction) -> Sequence[Uncanceled]:
    """Let canceled interactions count again; all or none.

    Args:
        context: Store, user, day and clock.
        *entry_nos: The interactions, at least one.

    Raises:
        InvalidValue: No interaction is given.
        NotFound: Some interactions are not there: all of them.
        Refused: One is not canceled; or its logged segment or campaign entry is.
    """
    store, stamp = context.store, context.stamp
    with store.transaction():
        done = [_uncanceled(store, each) for each in get_interactions(store, entry_nos)]
        record(store, done, stamp)
        return done


def delete_canceled_interactions(
    context: Context, *, campaign_no: str = "", segment_no: str = ""
) -> int:
    """Delete the canceled interactions of a campaign, a segment, or a segment for a campaign.

    Their comments go with them, and the attachments that nothing else needs.

    Args:
        context: Store, user, day and clock.
        campaign_no: Only those of a campaign.
        segment_no: Only those of a segment.

    Returns:
        How many were deleted.

    Raises:
        InvalidValue: Neither is given.
    """
    chosen = _filters(campaign_no=campaign_no, segment_no=segment_no)
    if not chosen:
        reason = Message(
            "is blank; name a segment or a campaign, or delete all canceled interactions"
        )
        raise InvalidValue("segment_no", segment_no, reason)
    return _delete_interactions(context, chosen)


def delete_all_canceled_interactions(context: Context) -> int:
    """Delete all canceled interactions with all that only they need; returns how many."""
    return _delete_interactions(context, {})


def _delete_interactions(context: Context, chosen: Mapping[str, str]) -> int:
    store, stamp = context.store, context.stamp
    with store.transaction():
        found = list(store.records.all(Interaction, canceled=True, **chosen))
        return _delete(store, EntryType.INTERACTION, found, stamp)


def delete_canceled_campaign_entries(
    context: Context, *, campaign_no: str = "", segment_no: str = ""
) -> int:
    """Delete canceled campaign entries and their interactions; returns how many entries."""
    store = context.store
    stamp = context.stamp
    with store.transaction():
        chosen = _filters(campaign_no=campaign_no, segment_no=segment_no)
        found = list(store.records.all(CampaignEntry, canceled=True, **chosen))
        return _delete(store, EntryType.CAMPAIGN_ENTRY, found, stamp)


def delete_canceled_logged_segments(context: Context, *, segment_no: str = "") -> int:
    """Delete canceled logged segments; returns how many.

    Their interactions and campaign entries stay, canceled, and belong to no logged segment.
    """
    store = context.store
    stamp = context.stamp
    with store.transaction():
        chosen = _filters(segment_no=segment_no)
        found = list(store.records.all(LoggedSegment, canceled=True, **chosen))
        return _delete(store, EntryType.LOGGED_SEGMENT, found, stamp)


def _filters(**wanted: str) -> dict[str, str]:
    return {name: code for name, value in wanted.items() if (code := to_code(value))}


def _delete(store: Store, what: EntryType, found: Iterable[Cancelable], stamp: Stamp) -> int:
    going = [(item, *_below(store, item)) for item in found]
    if not going:
        return 0
    leaving = {item.entry_no: _leaving(item, below) for item, _, below in going}
    gone = list(chain(*leaving.values()))
    about = entries_about(store, gone)
    emptied = {
        number: to_ranges(chain([number], *(about[each.entry_no] for each in of)))
        for number, of in leaving.items()
    }
    *rest, last = [
        Deleted(
            what=what,
            number=item.entry_no,
            campaign_entries=to_ranges(entry.entry_no for entry in entries),
            interactions=to_ranges(each.entry_no for each in below),
            emptied=emptied[item.entry_no],
        )
        for item, entries, below in going
    ]
    unneeded = attachments_only_of(store, gone)
    record(store, [*rest, attrs.evolve(last, attachments=unneeded)], stamp)
    store.log.erase(chain(*map(numbers_in, emptied.values())))
    store.attachments.remove(unneeded)
    return len(going)


def _leaving(item: Cancelable, below: list[Interaction]) -> list[Interaction]:
    """The interactions that go when something is deleted; a logged segment leaves its own."""
    match item:
        case Interaction():
            return [item]
        case CampaignEntry():
            return below
        case LoggedSegment():
            return []
        case _:
            assert_never(item)


def _current(store: Store, item: Cancelable) -> tuple[EntryType, Cancelable]:
    for what, kind in _KINDS.items():
        if isinstance(item, kind):
            found = store.records.find(kind, item.entry_no)
            if found is None:
                raise NotFound(_named(what), str(item.entry_no))
            return what, found
    raise InvalidValue("item", item, "is no interaction, campaign entry or logged segment")


def _named(what: EntryType) -> str:
    return what.replace("_", " ")


def _below(store: Store, item: Cancelable) -> tuple[list[CampaignEntry], list[Interaction]]:
    """What belongs to something: the campaign entries, and the interactions."""
    match item:
        case Interaction():
            return [], []
        case CampaignEntry(entry_no=number):
            return [], list(store.records.all(Interaction, campaign_entry_no=number))
        case LoggedSegment(entry_no=number):
            return (
                list(store.records.all(CampaignEntry, logged_segment_entry_no=number)),
                list(store.records.all(Interaction, logged_segment_entry_no=number)),
            )
        case _:
            assert_never(item)


def _refuse_below_canceled(store: Store, item: Cancelable, step: str) -> None:
    if isinstance(item, LoggedSegment):
        return
    above: list[Cancelable | None] = [
        store.records.find(LoggedSegment, item.logged_segment_entry_no)
    ]
    if isinstance(item, Interaction):
        above.append(store.records.find(CampaignEntry, item.campaign_entry_no))
    for each in above:
        if each is not None and each.canceled:
            what = (
                EntryType.LOGGED_SEGMENT
                if isinstance(each, LoggedSegment)
                else EntryType.CAMPAIGN_ENTRY
            )
            reason = "its {what} {no} is canceled; uncancel that first"
            raise Refused(step, Message(reason, what=Message(_named(what)), no=each.entry_no))
