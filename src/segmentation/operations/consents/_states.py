"""How contacts stand to a purpose and a channel, worked out from what they did.

Who leaves a mailing group that stands for both withdraws; who is in it and did nothing agreed.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

import attrs

from segmentation.code_tables import Purpose
from segmentation.consents import (
    Consent,
    ConsentAct,
    ConsentMailingGroup,
    PermissionReason,
    judged,
    latest_act,
)
from segmentation.contacts import ContactMailingGroup, ContactMark, CorrespondenceType
from segmentation.journal import ContactMarked, Entry, EntryKind, happening_of
from segmentation.operations.context import Context
from segmentation.operations.journal import entries_naming, get_entries, get_entry
from segmentation.protocols import Store
from segmentation.showing import shown_by

_MEMBER = "mailing_group"
NO_END = 10**18
"""Higher than the number of any entry."""

_FEW = 8
"""Of how many contacts acts and rows are looked up one by one; of more all are read."""


@shown_by("reason", "act.entry_no", "mailing_group_code")
@attrs.frozen(kw_only=True)
class Standing:
    """How a contact stands to a purpose and a channel.

    Attributes:
        reason: Whether it may be written to, and why.
        act: What it did last; ``None`` if nothing.
        mailing_group_code: The mailing group that it is in, or left; empty if that is not why.
    """

    reason: PermissionReason
    act: Consent | None = None
    mailing_group_code: str = ""


def group_codes(store: Store, purpose_code: str, channel: CorrespondenceType) -> Sequence[str]:
    """The mailing groups that stand for a purpose and a channel."""
    rows = store.records.all(ConsentMailingGroup, purpose_code=purpose_code, channel=channel)
    return [row.mailing_group_code for row in rows]


def needs_consent(store: Store, purpose_code: str) -> bool:
    """Whether a purpose needs consent; one that is not there does."""
    purpose = store.records.find(Purpose, purpose_code)
    return purpose is None or purpose.needs_consent


# -- many contacts, now -----------------------------------------------------------------------


def standings(
    context: Context,
    contact_nos: Collection[str],
    *,
    purpose_code: str,
    channel: CorrespondenceType,
) -> Mapping[str, Standing]:
    """How contacts stand to a purpose and a channel now, in a few questions for all of them.

    Args:
        context: Store, clock and zone.
        contact_nos: The contacts.
        purpose_code: The purpose.
        channel: The channel.
    """
    store, at = context.store, context.now
    groups = group_codes(store, purpose_code, channel)
    acts = _acts(store, contact_nos, purpose_code, channel)
    members: dict[str, str] = {}
    for code in groups:
        members |= dict.fromkeys(_members(store, contact_nos, code), code)
    marks = [mark for code in groups for mark in _marks(store, contact_nos, code)]
    dated = {mark.entry_no for mark in marks if mark.contact_no in acts}
    times = {entry.number: entry.at for entry in get_entries(store, dated)} if dated else {}
    for mark in marks:
        done = _as_act(mark, purpose_code, channel, times.get(mark.entry_no, _EARLIEST))
        acts.setdefault(mark.contact_no, []).append(done)
    left = {mark.entry_no: mark.mailing_group_code for mark in marks}
    needed = needs_consent(store, purpose_code)
    found: dict[str, Standing] = {}
    for no in contact_nos:
        act = latest_act(acts.get(no, ()), at)
        reason = judged(act, at, context.zone, needs_consent=needed, is_member=no in members)
        group = left.get(act.entry_no, "") if act else members.get(no, "")
        found[no] = Standing(reason=reason, act=act, mailing_group_code=group)
    return found


_EARLIEST = datetime.min.replace(tzinfo=UTC)


def _acts(
    store: Store, nos: Collection[str], purpose_code: str, channel: CorrespondenceType
) -> dict[str, list[Consent]]:
    equal = {"purpose_code": purpose_code, "channel": channel}
    rows: Iterable[Consent]
    if len(nos) > _FEW:
        rows = store.records.all(Consent, **equal)
    else:
        rows = (act for no in nos for act in store.records.all(Consent, contact_no=no, **equal))
    found: dict[str, list[Consent]] = {}
    for act in rows:
        found.setdefault(act.contact_no, []).append(act)
    return found


def _members(store: Store, nos: Collection[str], code: str) -> Iterable[str]:
    if len(nos) > _FEW:
        rows = store.records.all(ContactMailingGroup, mailing_group_code=code)
        return (row.contact_no for row in rows)
    return (no for no in nos if store.records.find(ContactMailingGroup, no, code))


def _marks(store: Store, nos: Collection[str], code: str) -> Iterator[ContactMark]:
    if len(nos) > _FEW:
        yield from store.records.all(ContactMark, mark=_MEMBER, mailing_group_code=code)
        return
    for no in nos:
        mark = store.records.find(ContactMark, no, _MEMBER, code)
        if mark is not None:
            yield mark


def _as_act(
    mark: ContactMark | ContactMarked,
    purpose_code: str,
    channel: CorrespondenceType,
    date: datetime,
    entry_no: int = 0,
) -> Consent:
    """Leaving a mailing group, or joining it again, as an act."""
    return Consent(
        entry_no=entry_no or getattr(mark, "entry_no", 0),
        contact_no=mark.contact_no,
        purpose_code=purpose_code,
        channel=channel,
        act=ConsentAct.GIVEN if mark.value else ConsentAct.WITHDRAWN,
        date=date,
        recorded_at=date,
    )


# -- one contact, at any moment ---------------------------------------------------------------


def mark_history(
    store: Store,
    contact_no: str,
    *,
    mark: str,
    mailing_group_code: str = "",
    at: datetime,
    last: int,
) -> Sequence[tuple[Entry, ContactMarked]]:
    """What was decided here of a mark of a contact, in order, as far as a question needs it.

    That is the last decision, if it was made by then; else all of them, for which the journal is
    read from its beginning.

    Args:
        store: Where the journal is.
        contact_no: The contact.
        mark: The mark.
        mailing_group_code: The mailing group that it is about; empty for all others.
        at: The moment that is asked about.
        last: The number of the last entry that counts.
    """
    found = store.records.find(ContactMark, contact_no, mark, mailing_group_code)
    if found is None:
        return ()
    newest = get_entry(store, found.entry_no)
    decided = happening_of(newest)
    if newest.number <= last and newest.at <= at and isinstance(decided, ContactMarked):
        return [(newest, decided)]
    return [
        (entry, decided)
        for entry in entries_naming(store, contact_no)
        if entry.kind is EntryKind.CONTACT_MARKED
        and isinstance(decided := happening_of(entry), ContactMarked)
        and (decided.mark, decided.mailing_group_code) == (mark, mailing_group_code)
    ]


def standing_at(
    context: Context,
    contact_no: str,
    *,
    purpose_code: str,
    channel: CorrespondenceType,
    at: datetime,
    last: int = NO_END,
) -> Standing:
    """How a contact stands, or stood, to a purpose and a channel.

    Args:
        context: Store and zone.
        contact_no: The contact, which need not be there any more.
        purpose_code: The purpose.
        channel: The channel.
        at: The moment.
        last: The number of the last entry of the journal that counts.
    """
    store = context.store
    acts = _acts(store, [contact_no], purpose_code, channel).get(contact_no, [])
    member, left = "", {}
    for code in group_codes(store, purpose_code, channel):
        history = mark_history(
            store, contact_no, mark=_MEMBER, mailing_group_code=code, at=at, last=last
        )
        for entry, decided in history:
            acts.append(_as_act(decided, purpose_code, channel, entry.at, entry.number))
            left[entry.number] = code
        was = not history[0][1].value if history else None
        is_in = store.records.find(ContactMailingGroup, contact_no, code) is not None
        member = code if (is_in if was is None else was) else member
    known = [act for act in acts if act.entry_no <= last]
    act = latest_act(known, at)
    needed = needs_consent(store, purpose_code)
    reason = judged(act, at, context.zone, needs_consent=needed, is_member=bool(member))
    group = left.get(act.entry_no, "") if act else member
    return Standing(reason=reason, act=act, mailing_group_code=group)
