"""What follows entries, lines and relations: totals, tallies of campaigns, target groups.

Each is kept up to date in the transaction of the change, and can be counted anew. What is called
after entries stands in one list, `FOLLOWERS`; it is fixed, and nothing joins it at run time.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

import attrs

from segmentation.campaigns import (
    CampaignActivation,
    CampaignTally,
    CampaignTarget,
    TargetType,
)
from segmentation.contacts import ContactBusinessRelation, LinkToTable
from segmentation.interactions import Interaction, InteractionTotal
from segmentation.journal import (
    NOTHING,
    Change,
    Done,
    Figures,
    differences,
    figures_grown,
    grown,
)
from segmentation.operations.records import linked_no
from segmentation.protocols import Store
from segmentation.segments import Segment

TallyKey: TypeAlias = tuple[str, date, int, str, str]
"""The key of a `CampaignTally`."""


def keep_tallies(store: Store, done: Iterable[Done]) -> None:
    """Bring the tallies up to date with what a recording did, within its transaction."""
    put: list[CampaignTally] = []
    remove: list[CampaignTally] = []
    for key, change in _differences(done).items():
        before = store.records.find(CampaignTally, *key)
        tally = _tally(key, change.plus(before) if before else change)
        (put if tally.interactions else remove).append(tally)
    store.records.put(put)
    store.records.remove(remove)


def _differences(done: Iterable[Done]) -> Mapping[TallyKey, Figures]:
    """By how much the tallies change."""
    grown = figures_grown(
        done, "campaign_no", "date", "campaign_entry_no", "segment_no", "salesperson_code"
    )
    found: dict[TallyKey, Figures] = {}
    for (campaign_no, day, *rest), figures in grown.items():
        if campaign_no:
            key = (campaign_no, day or date.min, *rest)
            found[key] = found.get(key, NOTHING).plus(figures)
    return found


def _tally(key: TallyKey, figures: Figures) -> CampaignTally:
    campaign_no, day, campaign_entry_no, segment_no, salesperson_code = key
    return CampaignTally(
        campaign_no=campaign_no,
        date=day,
        campaign_entry_no=campaign_entry_no,
        segment_no=segment_no,
        salesperson_code=salesperson_code,
        interactions=figures.interactions,
        targets=figures.targets,
        responses=figures.responses,
        cost=figures.cost,
        duration_min=figures.duration_min,
    )


def recount(store: Store) -> int:
    """Work all tallies out again from the interactions; returns how many there are.

    For stores whose journal was brought in from elsewhere; those that were kept are the same.
    """
    with store.transaction():
        store.records.remove(list(store.records.all(CampaignTally)))
        found = tallies_of(store.records.all(Interaction))
        store.records.put(found)
    return len(found)


def tallies_of(interactions: Iterable[Interaction]) -> list[CampaignTally]:
    """The tallies of interactions, counted anew, in the order of their keys."""
    found = _differences(Change(None, each) for each in interactions)
    return [_tally(key, figures) for key, figures in sorted(found.items())]


def totals_of(interactions: Iterable[Interaction]) -> list[InteractionTotal]:
    """The totals of interactions, counted anew, in the order of their keys."""
    found = differences(Change(None, interaction) for interaction in interactions)
    return [
        InteractionTotal(dimension=dimension, code=code, date=day, **attrs.asdict(figures))
        for (dimension, code, day), figures in sorted(found.items())
    ]


def keep_totals(store: Store, done: Iterable[Done]) -> None:
    """Bring the totals of figures up to date with what a recording did, within its transaction."""
    totals = []
    for (dimension, code, day), figures in differences(done).items():
        total = store.records.find(InteractionTotal, dimension, code, day) or InteractionTotal(
            dimension=dimension, code=code, date=day
        )
        new = NOTHING.plus(total).plus(figures)
        totals.append(attrs.evolve(total, **attrs.asdict(new)))
    store.records.put(totals)


def as_target(store: Store, contact_no: str) -> tuple[TargetType, str]:
    """What a contact is as a target: the host's customer if it is one, else itself."""
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
        clear_targets(store, concerned)
        store.records.put(collect_targets(store, concerned))


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
            target = _with_change(store, campaign_no, contact_no, change)
            (put if target.no_of_targets > 0 else remove).append(target)
    store.records.put(put)
    store.records.remove(remove)


def _with_change(store: Store, campaign_no: str, contact_no: str, change: int) -> CampaignTarget:
    kind, no = as_target(store, contact_no)
    before = store.records.find(CampaignTarget, campaign_no, kind, no)
    return CampaignTarget(
        campaign_no=campaign_no,
        type=kind,
        no=no,
        contact_no=before.contact_no if before else contact_no,
        no_of_targets=(before.no_of_targets if before else 0) + change,
    )


def collect_targets(store: Store, campaigns: set[str]) -> list[CampaignTarget]:
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


def clear_targets(store: Store, campaigns: set[str]) -> None:
    """Empty the target groups of campaigns."""
    for campaign_no in campaigns:
        store.records.remove(list(store.records.all(CampaignTarget, campaign_no=campaign_no)))


Follower: TypeAlias = Callable[[Store, Sequence[Done]], None]
"""What is called after entries, in their transaction, with what they did."""

FOLLOWERS: tuple[Follower, ...] = (keep_totals, keep_tallies, follow_entries)
"""All that follows entries, in the order in which it is called."""
