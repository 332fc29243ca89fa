"""How arms of a campaign did, beside each other: by responses, or by figures over any table."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from string import ascii_uppercase

import attrs

from segmentation.campaigns import Campaign, HeldBackContact
from segmentation.contacts import Contact
from segmentation.criteria import AsOf
from segmentation.errors import InvalidValue, Message, NotFound, UnknownName
from segmentation.experiments import (
    Amounts,
    Arm,
    Comparison,
    Group,
    Outcome,
    arms_from_text,
    check_arms,
    check_confidence,
    compared,
)
from segmentation.interactions import Interaction
from segmentation.operations.context import Context
from segmentation.operations.records import get_records
from segmentation.protocols import Store
from segmentation.segments import LoggedSegment

from ._campaign import get_campaign
from ._figures import Scope
from ._outcomes import amounts_after, check_outcome
from ._responses import Credit, credits_in


@attrs.frozen
class _Compared:
    """An arm as it is compared: its contacts, when each was asked, and who responded."""

    name: str
    asked_on: Mapping[str, Sequence[date]]
    responded: frozenset[str]

    def without(self, nos: Iterable[str]) -> "_Compared":
        """The arm without some contacts."""
        gone = frozenset(nos)
        left = {no: days for no, days in self.asked_on.items() if no not in gone}
        return _Compared(self.name, left, self.responded - gone)


def compare(
    context: Context,
    campaign_no: str | Campaign,
    *arms: Arm | Iterable[str] | str,
    outcome: Outcome | None = None,
    since: date | None = None,
    until: date | None = None,
    confidence: float = 0.95,
) -> Comparison:
    """How arms of a campaign did: each beside the first.

    A contact counts once, however often it was asked or responded. One that is in several arms is
    named, and counts in none.

    Args:
        context: Store and zone.
        campaign_no: The campaign.
        *arms: Names of arms that were recorded, or arms with contacts of their own; without any,
            all that were recorded, the held-back one first.
        outcome: A figure over a table, whose means are compared; responses if not given.
        since: The first day of responses that count; the first of all if not given.
        until: The last such day; the last of all if not given.
        confidence: How sure an interval is to hold the true value, from 0 to 1.

    Raises:
        NotFound: There is no such campaign, or contacts are not there: all of them are named.
        UnknownName: There is no such arm.
        InvalidValue: There are less than two arms, one is empty, two have one name, no arms were
            recorded, the last day is before the first, or the confidence is not between 0 and 1.
        Rejected: The figure cannot be had: all that is wrong.
    """
    store = context.store
    check_confidence(confidence)
    no = _campaign_no(store, campaign_no)
    if outcome is not None:
        check_outcome(store, outcome)
    scope = Scope(campaign_no=no, since=since, until=until)
    found = credits_in(store, scope)
    recorded = {each.asked.arm: each.is_held_back for each in found if each.asked.arm}
    named = list(_named(no, arms, recorded))
    check_arms([name for name, _ in named])
    _check_contacts(store, named)
    whole = [_gathered(store, scope, name, members, found) for name, members in named]
    several = _in_several(whole)
    left = [each.without(several) for each in whole]
    return compared(
        *_measured(store, context.day, left, outcome),
        confidence=confidence,
        shares=_shares(store, no, [name for name, members in named if members is None]),
        in_several=several,
    )


def _campaign_no(store: Store, campaign_no: str | Campaign) -> str:
    try:
        return get_campaign(store, campaign_no).no
    except NotFound as error:
        known = [campaign.no for campaign in store.records.all(Campaign)]
        raise NotFound(error.kind, error.key, known=known) from None


def _named(
    campaign_no: str, arms: Sequence[Arm | Iterable[str] | str], recorded: Mapping[str, bool]
) -> Iterator[tuple[str, tuple[str, ...] | None]]:
    """The arms by name; without contacts those that were recorded."""
    if not recorded and (not arms or any(isinstance(arm, str) for arm in arms)):
        reason = "has no arms; none were recorded, for its segments were logged without a split"
        raise InvalidValue("arms", campaign_no, reason)
    if not arms:
        for name in sorted(recorded, key=lambda name: (not recorded[name], name)):
            yield name, None
    for place, arm in enumerate(arms):
        if isinstance(arm, str):
            if arm not in recorded:
                where = Message("campaign {no}", no=campaign_no)
                raise UnknownName("arm", arm, known=recorded, where=where)
            yield arm, None
        else:
            own = arm if isinstance(arm, Arm) else Arm(ascii_uppercase[place % 26], arm)
            yield own.name, own.contact_nos


def _check_contacts(store: Store, named: Iterable[tuple[str, tuple[str, ...] | None]]) -> None:
    """See that the contacts that are named are there."""
    nos = dict.fromkeys(no for _, members in named for no in members or ())
    get_records(store, Contact, nos)


def _gathered(
    store: Store,
    scope: Scope,
    name: str,
    members: tuple[str, ...] | None,
    found: Sequence[Credit],
) -> _Compared:
    """An arm that was recorded, or one whose contacts are named, with what is known of them."""
    wanted = None if members is None else frozenset(members)
    asked_on: dict[str, list[date]] = {no: [] for no in members or ()}
    responded: set[str] = set()
    for each in found:
        no = each.asked.contact_no
        if no in wanted if wanted is not None else each.asked.arm == name:
            asked_on.setdefault(no, []).append(each.asked.date or date.min)
            responded.update([no] if each.answers else ())
    if wanted is not None:
        responded |= wanted.intersection(_responding(store, scope))
    return _Compared(name, asked_on, frozenset(responded))


def _responding(store: Store, scope: Scope) -> Iterator[str]:
    """Who responded for the campaign, though nobody may have recorded that it was asked."""
    found = store.records.all(Interaction, campaign_no=scope.campaign_no, campaign_response=True)
    return (each.contact_no for each in found if each.counts and scope.holds(each.date))


def _in_several(arms: Iterable[_Compared]) -> frozenset[str]:
    found = Counter(no for arm in arms for no in arm.asked_on)
    return frozenset(no for no, times in found.items() if times > 1)


def _measured(
    store: Store, as_of: AsOf, arms: Iterable[_Compared], outcome: Outcome | None
) -> Iterator[Group | Amounts]:
    for arm in arms:
        if outcome is None:
            size, hits = len(arm.asked_on), len(arm.responded)
            yield Group(name=arm.name, contacts=size, responses=hits)
        else:
            amounts = amounts_after(store, as_of, outcome, arm.asked_on)
            yield Amounts.of(arm.name, map(float, amounts.values()))


def _shares(store: Store, campaign_no: str, names: Sequence[str]) -> Mapping[str, float]:
    """How large the arms were meant to be, over all segments that were logged for the campaign."""
    meant = dict.fromkeys(names, 0.0)
    for logged in store.records.all(LoggedSegment):
        if not logged.split_arms or logged.canceled:
            continue
        weights = arms_from_text(logged.split_arms)
        of_names = {name: float(weights[name]) for name in names if name in weights}
        whole = sum(of_names.values())
        size = sum(arm in of_names for arm in _arms_of(store, campaign_no, logged.entry_no))
        for name, weight in of_names.items():
            meant[name] += size * weight / whole if whole else 0.0
    return meant


def _arms_of(store: Store, campaign_no: str, logged_no: int) -> Iterator[str]:
    asked = {"logged_segment_entry_no": logged_no, "campaign_no": campaign_no}
    yield from (each.arm for each in store.records.all(Interaction, **asked))
    yield from (each.arm for each in store.records.all(HeldBackContact, **asked))
