"""How arms of a campaign responded, beside each other."""

from collections.abc import Iterable, Iterator
from datetime import date

from segmentation.campaigns import Arm, Campaign, Comparison, Group, compared
from segmentation.contacts import Contact
from segmentation.errors import InvalidValue
from segmentation.interactions import Interaction
from segmentation.operations.records import get_records
from segmentation.protocols import Store

from ._campaign import get_campaign
from ._figures import Scope

_NAMES = "AB"


def compare(
    store: Store,
    campaign_no: str | Campaign,
    *arms: Arm | Iterable[str] | str,
    since: date | None = None,
    until: date | None = None,
    confidence: float = 0.95,
) -> Comparison:
    """How two arms of contacts responded to a campaign, A/B.

    A contact counts once, however often it responded.

    Args:
        store: Where everything is kept.
        campaign_no: The campaign.
        *arms: Two arms: numbers of contacts, called A and B, or arms with names of their own.
        since: The first day of responses that count; the first of all if not given.
        until: The last such day; the last of all if not given.
        confidence: How sure the interval of the difference is to hold it, from 0 to 1.

    Raises:
        NotFound: There is no such campaign, or contacts are not there: all of them are named.
        InvalidValue: There are not two arms, one is empty, both have one name, a contact is in
            both, the last day is before the first, or the confidence is not between 0 and 1.
    """
    scope = Scope(campaign_no=campaign_no, since=since, until=until)
    no = get_campaign(store, campaign_no).no
    first, second = _named(arms)
    members = {contact.no for contact in get_records(store, Contact, _members(first, second))}
    responded = members.intersection(_responding(store, no, scope))
    groups = [
        Group(
            name=arm.name,
            contacts=len(arm.contact_nos),
            responses=len(responded.intersection(arm.contact_nos)),
        )
        for arm in (first, second)
    ]
    return compared(*groups, confidence=confidence)


def _named(arms: tuple[Arm | Iterable[str] | str, ...]) -> tuple[Arm, Arm]:
    if len(arms) != len(_NAMES):
        raise InvalidValue("arms", len(arms), "is not two; two arms are compared")
    first, second = (
        arm if isinstance(arm, Arm) else Arm(name, arm)
        for name, arm in zip(_NAMES, arms, strict=True)
    )
    if first.name == second.name:
        raise InvalidValue("arms", first.name, "is the name of both arms; name each by itself")
    return first, second


def _members(first: Arm, second: Arm) -> Iterator[str]:
    both = set(first.contact_nos).intersection(second.contact_nos)
    if both:
        named = ", ".join(sorted(both))
        raise InvalidValue("arms", named, "is in both arms; a contact counts in one")
    yield from first.contact_nos
    yield from second.contact_nos


def _responding(store: Store, campaign_no: str, scope: Scope) -> Iterator[str]:
    for each in store.records.all(Interaction, campaign_no=campaign_no, campaign_response=True):
        if each.counts and scope.holds(each.date):
            yield each.contact_no
