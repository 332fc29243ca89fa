"""Target groups: whom active campaigns are aimed at, for a host that grants special prices, say.

While a campaign is active its group follows the segments' lines and the journal's entries.
A target is a company, as the host's customer if a business relation links it, else as the
contact; a person without company stands for itself.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from segmentation.campaigns import (
    Campaign,
    CampaignActivation,
    CampaignTarget,
    TargetType,
)
from segmentation.codes import to_code
from segmentation.contacts import Contact, ContactBusinessRelation, LinkToTable
from segmentation.errors import NotFound, Refused
from segmentation.interactions import Interaction
from segmentation.journal import Change, Done, grown
from segmentation.protocols import Store
from segmentation.segments import Segment

from .relating import linked_no


def activate(
    store: Store, campaign_no: str, *, at: datetime, user: str = ""
) -> Sequence[CampaignTarget]:
    """Make everyone a target who is on a line or entry marked so; the group follows from now on.

    Entries that are cancelled or postponed make nobody a target.

    Raises:
        NotFound: There is no such campaign.
        Refused: No line and no entry is marked campaign target.
    """
    no = to_code(campaign_no)
    with store.transaction():
        if store.records.find(Campaign, no) is None:
            raise NotFound("campaign", campaign_no)
        _clear(store, {no})
        targets = _collected(store, {no})
        if not targets:
            raise Refused(
                f"activate campaign {no}",
                "no segment line and no interaction is marked campaign_target for it",
            )
        store.records.put([CampaignActivation(campaign_no=no, activated_at=at, user_id=user)])
        store.records.put(targets)
        return target_group(store, no)


def deactivate(store: Store, campaign_no: str) -> None:
    """Empty a campaign's target group; one that is not active stays as it is."""
    no = to_code(campaign_no)
    with store.transaction():
        store.records.remove([CampaignActivation(campaign_no=no)])
        _clear(store, {no})


def is_active(store: Store, campaign_no: str) -> bool:
    """Whether a campaign has a target group that follows."""
    return store.records.find(CampaignActivation, to_code(campaign_no)) is not None


def target_group(store: Store, campaign_no: str) -> Sequence[CampaignTarget]:
    """Whom a campaign is aimed at; empty unless it is active."""
    no = to_code(campaign_no)
    return list(store.records.all(CampaignTarget, campaign_no=no))


def campaigns_for(
    store: Store, *, on: date, customer_no: str = "", contact_no: str = ""
) -> Sequence[Campaign]:
    """The active campaigns, running on a day, that are aimed at a customer or contact.

    Answered by looking a key up in each active campaign. A person is a target through its
    company.

    Args:
        store: Where everything is kept.
        on: The day; it must lie between the campaign's dates.
        customer_no: A customer's number, or else
        contact_no: a contact's.
    """
    keys = [(TargetType.CUSTOMER, to_code(customer_no))] if customer_no else []
    if contact_no:
        keys += _keys_of_contact(store, to_code(contact_no))
    active = (each.campaign_no for each in store.records.all(CampaignActivation))
    campaigns = (store.records.find(Campaign, no) for no in active)
    return [
        campaign
        for campaign in campaigns
        if campaign is not None
        and campaign.holds(on)
        and any(store.records.find(CampaignTarget, campaign.no, *key) for key in keys)
    ]


def _keys_of_contact(store: Store, contact_no: str) -> list[tuple[TargetType, str]]:
    contact = store.records.find(Contact, contact_no)
    no = contact.company_no or contact_no if contact else contact_no
    return [_as_target(store, no)]


def _as_target(store: Store, contact_no: str) -> tuple[TargetType, str]:
    customer = linked_no(store, contact_no, LinkToTable.CUSTOMER)
    return (TargetType.CUSTOMER, customer) if customer else (TargetType.CONTACT, contact_no)


# -- following --------------------------------------------------------------------------------


def follow_lines(store: Store, before: Segment | None, after: Segment | None) -> None:
    """Bring the groups of active campaigns up to date with a segment that changed.

    Args:
        store: Where everything is kept; call this inside the transaction of the change.
        before: The segment as it was; ``None`` for a new one.
        after: As it is now; ``None`` if it was logged or deleted.
    """
    active = _active(store)
    if active:
        change = _marked(after.lines.by_field().counted(*_MARK) if after else {}, active)
        change.subtract(_marked(before.lines.by_field().counted(*_MARK) if before else {}, active))
        _follow(store, change)


def follow_entries(store: Store, done: Iterable[Done]) -> None:
    """Bring the groups of active campaigns up to date with what a recording did.

    Args:
        store: Where everything is kept; call this inside the transaction of the change.
        done: What it did; records other than interactions are passed over.
    """
    active = _active(store)
    if active:
        _follow(store, _marked(grown(done, *_MARK), active))


def follow_relations(store: Store, relations: Iterable[ContactBusinessRelation]) -> None:
    """Let targets follow relations that were made or ended: contact becomes customer, or back.

    The groups concerned are collected anew; with no active campaign nothing is looked at.
    """
    active = _active(store)
    links = [each for each in relations if each.link_to_table is LinkToTable.CUSTOMER]
    if active and links:
        nos = {each.contact_no for each in links} | {each.no for each in links}
        concerned = {
            target.campaign_no
            for target in store.records.all(CampaignTarget)
            if target.no in nos or target.contact_no in nos
        }
        _clear(store, concerned)
        store.records.put(_collected(store, concerned))


def _active(store: Store) -> frozenset[str]:
    return frozenset(each.campaign_no for each in store.records.all(CampaignActivation))


_MARK = ("campaign_target", "campaign_no", "contact_company_no", "contact_no")


def _marked(
    counts: Mapping[tuple[Any, ...], int], campaigns: frozenset[str] | set[str]
) -> Counter[tuple[str, str]]:
    """How many lines or entries make a company a target, by campaign and company."""
    found: Counter[tuple[str, str]] = Counter()
    for (is_target, campaign_no, company_no, contact_no), count in counts.items():
        if is_target and campaign_no in campaigns and contact_no:
            found[campaign_no, company_no or contact_no] += count
    return found


def _follow(store: Store, changes: Mapping[tuple[str, str], int]) -> None:
    put: list[CampaignTarget] = []
    remove: list[CampaignTarget] = []
    for (campaign_no, contact_no), change in changes.items():
        if change:
            target = _changed(store, campaign_no, contact_no, change)
            (put if target.no_of_targets > 0 else remove).append(target)
    store.records.put(put)
    store.records.remove(remove)


def _changed(store: Store, campaign_no: str, contact_no: str, change: int) -> CampaignTarget:
    kind, no = _as_target(store, contact_no)
    before = store.records.find(CampaignTarget, campaign_no, kind, no)
    return CampaignTarget(
        campaign_no=campaign_no,
        type=kind,
        no=no,
        contact_no=before.contact_no if before else contact_no,
        no_of_targets=(before.no_of_targets if before else 0) + change,
    )


def _collected(store: Store, campaigns: set[str]) -> list[CampaignTarget]:
    """The groups as a full look at all lines and entries gives them."""
    found: Counter[tuple[str, str]] = Counter()
    for header in store.segments.headers():
        lines = store.segments.get(header.no).lines
        found += _marked(lines.by_field().counted(*_MARK), campaigns)
    for campaign_no in campaigns:
        marked = store.records.all(Interaction, campaign_no=campaign_no, campaign_target=True)
        found += _marked(grown((Change(None, each) for each in marked), *_MARK), campaigns)
    customers = {
        relation.contact_no: relation.no
        for relation in store.records.all(
            ContactBusinessRelation, link_to_table=LinkToTable.CUSTOMER
        )
        if relation.no
    }
    targets: dict[tuple[str, TargetType, str], CampaignTarget] = {}
    for (campaign_no, contact_no), count in found.items():
        customer = customers.get(contact_no, "")
        kind = TargetType.CUSTOMER if customer else TargetType.CONTACT
        key = (campaign_no, kind, customer or contact_no)
        before = targets.get(key)
        targets[key] = CampaignTarget(
            campaign_no=campaign_no,
            type=kind,
            no=customer or contact_no,
            contact_no=before.contact_no if before else contact_no,
            no_of_targets=count + (before.no_of_targets if before else 0),
        )
    return list(targets.values())


def _clear(store: Store, campaigns: set[str]) -> None:
    for campaign_no in campaigns:
        store.records.remove(list(store.records.all(CampaignTarget, campaign_no=campaign_no)))
