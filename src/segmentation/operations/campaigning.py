"""Campaigns: made, changed, ended; their figures, and groups of contacts compared."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any, TypeAlias, TypeVar

import attrs

from segmentation.campaigns import (
    Campaign,
    CampaignEntry,
    CampaignStatus,
    CampaignTally,
    Group,
    Period,
)
from segmentation.code_tables import SalespersonPurchaser
from segmentation.codes import to_code
from segmentation.errors import Fault, NotFound, Refused, Rejected, Said, UnknownName
from segmentation.fields import misfits
from segmentation.interactions import Interaction
from segmentation.journal import NOTHING, Change, Done, Figures, added_up, figures_grown
from segmentation.protocols import Store

from .numbering import take_no
from .targeting import deactivate

K = TypeVar("K", Any, date)

TallyKey: TypeAlias = tuple[str, date, int, str, str]
"""The key of a `CampaignTally`."""

PARTS = ("campaign_no", "campaign_entry_no", "segment_no", "salesperson_code")
"""What figures can be asked and grouped by, besides the day."""


def new_campaign(
    store: Store,
    *,
    at: datetime,
    no: str = "",
    description: str = "",
    starting_date: date | None = None,
    ending_date: date | None = None,
    salesperson_code: str = "",
    status_code: str = "",
) -> Campaign:
    """Make and store a campaign; an empty number takes the next of the series.

    Raises:
        Refused: No number can be given.
        Rejected: There is such a campaign already, the dates are the wrong way round, or the
            salesperson or status does not exist.
    """
    with store.transaction():
        campaign = Campaign(
            no=take_no(store, "campaign_nos", no),
            description=description,
            starting_date=starting_date,
            ending_date=ending_date,
            salesperson_code=salesperson_code,
            status_code=status_code,
        )
        if store.records.find(Campaign, campaign.no) is not None:
            place = campaign.place
            raise Rejected(place, [Fault(place, "no", "is taken by another campaign")])
        return change_campaign(store, campaign, at=at)


def change_campaign(store: Store, campaign: Campaign, *, at: datetime) -> Campaign:
    """Store a campaign as it is now, stamped with the time of the change.

    Raises:
        Rejected: The dates are the wrong way round, a text is too long, or salesperson or status
            do not exist.
    """
    faults, place = list(campaign.faults()), campaign.place
    for field, kind in (
        ("salesperson_code", SalespersonPurchaser),
        ("status_code", CampaignStatus),
    ):
        code = getattr(campaign, field)
        if code and store.records.find(kind, code) is None:
            faults.append(Fault(place, field, Said("{value!r} does not exist", value=code)))
    faults += [Fault(place, *misfit) for misfit in misfits(campaign)]
    if faults:
        raise Rejected(place, faults)
    changed = attrs.evolve(campaign, last_modified=at)
    with store.transaction():
        store.records.put([changed])
    return changed


def get_campaign(store: Store, no: str) -> Campaign:
    """The campaign with this number.

    Raises:
        NotFound: There is none.
    """
    campaign = store.records.find(Campaign, to_code(no))
    if campaign is None:
        raise NotFound("campaign", no)
    return campaign


def delete_campaign(store: Store, no: str) -> None:
    """Take a campaign and its target group out; what was recorded for it stays in the journal.

    Raises:
        NotFound: There is none.
        Refused: A segment is still to be logged for it.
    """
    with store.transaction():
        campaign = get_campaign(store, no)
        for header in store.segments.headers():
            lines = store.segments.get(header.no).lines
            if campaign.no in {header.campaign_no, *(line.campaign_no for line in lines)}:
                step = Said("delete campaign {no}", no=campaign.no)
                raise Refused(step, Said("segment {no} is for it", no=header.no))
        deactivate(store, campaign.no)
        store.records.remove([campaign])


def entries_of(store: Store, campaign_no: str) -> Sequence[CampaignEntry]:
    """What was done for a campaign, in the order of recording."""
    no = to_code(campaign_no)
    return list(store.records.all(CampaignEntry, campaign_no=no))


# -- figures ----------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Scope:
    """Which interactions figures are about; what is left blank is not asked.

    Attributes:
        starting_date: The first day; blank for the beginning.
        ending_date: The last day; blank for no end.
    """

    campaign_no: str = attrs.field(default="", converter=to_code)
    campaign_entry_no: int = 0
    segment_no: str = attrs.field(default="", converter=to_code)
    salesperson_code: str = attrs.field(default="", converter=to_code)
    starting_date: date | None = None
    ending_date: date | None = None

    def holds(self, day: date) -> bool:
        """Whether a day lies between its dates."""
        started = self.starting_date is None or self.starting_date <= day
        return started and (self.ending_date is None or day <= self.ending_date)


def figures(store: Store, scope: Scope) -> Figures:
    """The figures of a campaign, or of a part of it: a segment, an entry, a salesperson, a time.

    They leave out what is cancelled or postponed, and cost the same however long the journal.
    """
    return added_up(_tallies(store, scope))


def figures_by(store: Store, field: str, scope: Scope) -> Mapping[str | int, Figures]:
    """The same figures, one for each value of a field of the tallies, in their order.

    Args:
        store: Where the journal is.
        field: "campaign_no", "campaign_entry_no", "segment_no" or "salesperson_code".
        scope: What they are about.

    Raises:
        UnknownName: The tallies have no such field.
    """
    if field not in PARTS:
        raise UnknownName("field", field, known=PARTS, where=CampaignTally.__table__)
    found: dict[Any, Figures] = _grouped(_tallies(store, scope), attrgetter(field))
    return found


def figures_over_time(store: Store, period: Period, scope: Scope) -> Mapping[date, Figures]:
    """The same figures by day, week or month, under its first day; empty ones are left out."""
    return _grouped(_tallies(store, scope), lambda tally: period.start(tally.date))


def _tallies(store: Store, scope: Scope) -> Iterable[CampaignTally]:
    asked = {name: value for name in PARTS if (value := getattr(scope, name))}
    return (tally for tally in store.records.all(CampaignTally, **asked) if scope.holds(tally.date))


def _grouped(
    tallies: Iterable[CampaignTally], key: Callable[[CampaignTally], K]
) -> dict[K, Figures]:
    found: dict[K, Figures] = {}
    for tally in tallies:
        found[key(tally)] = found.get(key(tally), NOTHING).plus(tally)
    return dict(sorted(found.items()))


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
        found = recounted(store.records.all(Interaction))
        store.records.put(found)
    return len(found)


def recounted(interactions: Iterable[Interaction]) -> list[CampaignTally]:
    """The tallies of interactions, counted anew, in the order of their keys."""
    found = _differences(Change(None, each) for each in interactions)
    return [_tally(key, figures) for key, figures in sorted(found.items())]


# -- groups -----------------------------------------------------------------------------------


def responses_of(
    store: Store, campaign_no: str, groups: Mapping[str, Iterable[str]]
) -> Sequence[Group]:
    """How groups of contacts responded to a campaign, for `segmentation.campaigns.compared`.

    Args:
        store: Where the journal is.
        campaign_no: The campaign.
        groups: Numbers of contacts by the name of their group.
    """
    no = to_code(campaign_no)
    responded = {
        each.contact_no
        for each in store.records.all(Interaction, campaign_no=no, campaign_response=True)
        if each.counts
    }
    members = {name: frozenset(map(to_code, nos)) for name, nos in groups.items()}
    return [
        Group(name=name, contacts=len(nos), responses=len(nos & responded))
        for name, nos in members.items()
    ]
