"""Figures of campaigns: in all, by part, over time, and the responses of groups."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import Any, TypeVar

import attrs

from segmentation.campaigns import (
    CampaignTally,
    Group,
    Period,
)
from segmentation.codes import to_code
from segmentation.errors import UnknownName
from segmentation.interactions import Interaction
from segmentation.journal import NOTHING, Figures, added_up
from segmentation.protocols import Store

K = TypeVar("K", Any, date)


PARTS = ("campaign_no", "campaign_entry_no", "segment_no", "salesperson_code")
"""What figures can be asked and grouped by, besides the day."""


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

    They leave out what is canceled or postponed, and cost the same however long the journal.
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
