"""Who is written to later: caps that are reached, quiet hours in the contact's zone."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, TypeAlias

import attrs

from segmentation.columns import Columns
from segmentation.contacts import Contact, CorrespondenceType
from segmentation.interactions import DeliveryClaim, Dispatch, Interaction
from segmentation.operations.context import Context
from segmentation.operations.records import find_records
from segmentation.protocols import FindsDispatches, Store
from segmentation.reach import ContactCap, QuietHours, ReachRules, Sending, Wait, zone_named
from segmentation.templates import InteractionTemplate

LONGEST_CLAIM = timedelta(days=1)
"""What is claimed for longer was claimed by a clock that ran ahead."""

_AT_ONCE = 10_000
_FIELDS = ("contact_no", "correspondence_type", "interaction_template_code")

Zone: TypeAlias = tuple[tzinfo | None, str]
"""A contact's zone, ``None`` if there is none of its name, and the name."""


def reach_rules(store: Store) -> ReachRules:
    """The caps and quiet hours that there are."""
    records = store.records
    return ReachRules(
        caps=tuple(records.all(ContactCap)), quiet_hours=tuple(records.all(QuietHours))
    )


def waits(context: Context, lines: Columns[Any]) -> Mapping[int, Wait]:
    """Which lines or interactions are for somebody who is written to later, by their places.

    Of several for one contact those before count, if they may be sent now.

    Args:
        context: Store, clock and zone.
        lines: Lines of a segment, or interactions.
    """
    rules = reach_rules(context.store)
    asked = list(_asked(context.store, lines, rules)) if rules else []
    if not asked:
        return {}
    at = context.now.astimezone(UTC)
    nos = {no for _, no, _ in asked}
    own = set(lines.column("entry_no")) if lines.kind is Interaction else set()
    sent = sendings(context.store, nos, rules, at, but=own)
    zones = zones_of(context, nos, rules)
    found: dict[int, Wait] = {}
    for place, no, (rules_about, channel, purpose_code) in asked:
        wait = rules_about.wait(at, sent.get(no, ()), *zones.get(no, (context.zone, "")))
        if wait is not None:
            found[place] = wait
        else:
            sent.setdefault(no, []).append(Sending(no, channel, purpose_code, at))
    return found


_About: TypeAlias = tuple[ReachRules, CorrespondenceType, str]
"""The rules that hold for a channel and a purpose, and these."""


def _asked(
    store: Store, lines: Columns[Any], rules: ReachRules
) -> Iterator[tuple[int, str, _About]]:
    """The lines that some rule is about, with their places and contacts."""
    purposes = _Purposes(store)
    known: dict[tuple[CorrespondenceType, str], _About] = {}
    for place, (no, channel, code) in enumerate(lines.rows(*_FIELDS)):
        if not (no and channel):
            continue
        if (channel, code) not in known:
            purpose_code = purposes.of(code)
            about = rules.about(channel, purpose_code)
            known[channel, code] = (about, channel, purpose_code)
        if known[channel, code][0]:
            yield place, no, known[channel, code]


class _Purposes:
    """The purposes of templates, each looked up once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, str] = {"": ""}

    def of(self, code: str) -> str:
        """The purpose of a template; empty if it has none, or is gone."""
        if code not in self._known:
            template = self._store.records.find(InteractionTemplate, code)
            self._known[code] = template.purpose_code if template else ""
        return self._known[code]


# -- what was sent ----------------------------------------------------------------------------


def sendings(
    store: Store,
    nos: Collection[str],
    rules: ReachRules,
    at: datetime,
    *,
    but: Collection[int] = (),
) -> dict[str, list[Sending]]:
    """What was sent to contacts in the longest window, or is being sent, by contact.

    What failed, was canceled or still waits was not sent. What was sent again was sent each time.
    What another process is sending counts as sent now.

    Args:
        store: Where everything is kept.
        nos: The contacts.
        rules: The caps; without any nothing is read.
        at: The moment.
        but: Numbers of interactions that do not count as being sent.
    """
    if not rules.caps:
        return {}
    purposes = _Purposes(store)
    found: dict[str, list[Sending]] = {}
    for each in _dispatches(store, nos, at - rules.longest_window, at):
        moments = each.moments
        if not moments and each.entry_no not in but:
            moments = [at]
        for moment in moments:
            purpose_code = purposes.of(each.interaction_template_code)
            sending = Sending(each.contact_no, each.correspondence_type, purpose_code, moment)
            found.setdefault(each.contact_no, []).append(sending)
    return found


def _dispatches(
    store: Store, nos: Collection[str], since: datetime, now: datetime
) -> Iterator[Dispatch]:
    records = store.records
    if isinstance(records, FindsDispatches):
        yield from records.dispatches(nos, since=since, now=now, until=now + LONGEST_CLAIM)
        return
    for no in nos:
        for each in records.all(Interaction, contact_no=no):
            if each.delivered_at and each.delivered_at > since and not each.canceled:
                yield Dispatch.of(each)
    claims = [claim.entry_no for claim in records.all(DeliveryClaim) if _is_held(claim, now)]
    for each in find_records(store, Interaction, [(number,) for number in claims]).values():
        if each.contact_no in nos and not each.canceled:
            yield attrs.evolve(Dispatch.of(each), delivered_at=None, delivered_before="")


def _is_held(claim: DeliveryClaim, now: datetime) -> bool:
    return bool(claim.worker) and now < claim.until <= now + LONGEST_CLAIM


# -- zones ------------------------------------------------------------------------------------


def zones_of(context: Context, nos: Collection[str], rules: ReachRules) -> Mapping[str, Zone]:
    """The zones of those contacts that have one of their own, or a name that is none.

    Args:
        context: The store.
        nos: The contacts.
        rules: The quiet hours; without any nothing is read.
    """
    wanted = sorted(nos) if rules.quiet_hours else []
    found: dict[str, Zone] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        contacts: Sequence[Contact] = context.store.contacts.get_many(
            wanted[start : start + _AT_ONCE]
        )
        for contact in contacts:
            if contact.time_zone:
                found[contact.no] = zone_of(context, contact)
    return found


def zone_of(context: Context, contact: Contact) -> Zone:
    """The zone of a contact, which is that of the workspace if its field is blank."""
    name = contact.time_zone
    return (zone_named(name), name) if name else (context.zone, "")
