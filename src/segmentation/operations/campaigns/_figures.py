"""Figures of campaigns: in all, by part, over time."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from operator import attrgetter
from typing import Any, TypeVar

import attrs

from segmentation.campaigns import CampaignTally, Period
from segmentation.codes import to_code
from segmentation.errors import InvalidValue, Message, UnknownName
from segmentation.fields import Record, key_of
from segmentation.journal import NOTHING, Figures, added_up
from segmentation.protocols import Store
from segmentation.showing import shown_by

from ._campaign import get_campaign

K = TypeVar("K", Any, date)


PARTS = ("campaign_no", "campaign_entry_no", "segment_no", "salesperson_code")
"""What figures can be asked and grouped by, besides the day."""


def _to_key(value: str | Record) -> str:
    """A code, or the code of the record that is given in its place."""
    return str(key_of(value)[0]) if isinstance(value, Record) else to_code(value)


def _is_day(_scope: object, field: "attrs.Attribute[Any]", value: object) -> None:
    if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
        raise InvalidValue(field.name, value, "is no date; give a `datetime.date`")


@shown_by("campaign_no", "since", "until", "campaign_entry_no", "segment_no", "salesperson_code")
@attrs.frozen(kw_only=True)
class Scope:
    """Which interactions figures are about; what is left blank is not asked.

    Attributes:
        campaign_no: The campaign.
        campaign_entry_no: Number of one of its entries.
        segment_no: Number of the segment that the interactions were logged with.
        salesperson_code: The salesperson of the interactions.
        since: The first day; ``None`` for the beginning.
        until: The last day; ``None`` for no end.

    Raises:
        InvalidValue: A day is none, or the last is before the first.
    """

    campaign_no: str = attrs.field(default="", converter=_to_key)
    campaign_entry_no: int = 0
    segment_no: str = attrs.field(default="", converter=_to_key)
    salesperson_code: str = attrs.field(default="", converter=_to_key)
    since: date | None = attrs.field(default=None, validator=_is_day)
    until: date | None = attrs.field(default=None, validator=_is_day)

    def __attrs_post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.until < self.since:
            raise InvalidValue("until", self.until, Message("is before {since}", since=self.since))

    def holds(self, day: date | None) -> bool:
        """Whether a day lies between its days; what has no day lies before all."""
        day = day or date.min
        started = self.since is None or self.since <= day
        return started and (self.until is None or day <= self.until)


def figures(store: Store, scope: Scope) -> Figures:
    """The figures of a campaign, or of a part of it: a segment, an entry, a salesperson, a time.

    They leave out what is canceled or postponed, and cost the same however long the journal.

    Raises:
        NotFound: There is no such campaign.
    """
    return added_up(_tallies(store, scope))


def figures_by(store: Store, field: str, scope: Scope) -> Mapping[str | int, Figures]:
    """The same figures, one for each value of a field of the tallies, in their order.

    Args:
        store: Where the journal is.
        field: "campaign_no", "campaign_entry_no", "segment_no" or "salesperson_code".
        scope: What they are about.

    Raises:
        NotFound: There is no such campaign.
        UnknownName: The tallies have no such field.
    """
    if field not in PARTS:
        raise UnknownName("field", field, known=PARTS, where=CampaignTally.__table__)
    found: dict[Any, Figures] = _grouped(_tallies(store, scope), attrgetter(field))
    return found


def figures_over(store: Store, period: Period | str, scope: Scope) -> Mapping[date, Figures]:
    """The same figures by day, week or month, under its first day; empty ones are left out.

    Args:
        store: Where the journal is.
        period: "day", "week" (from Monday on) or "month".
        scope: What they are about.

    Raises:
        NotFound: There is no such campaign.
        UnknownName: There is no such period.
    """
    try:
        chosen = Period(period)
    except ValueError:
        raise UnknownName("period", str(period), known=map(str, Period)) from None
    return _grouped(_tallies(store, scope), lambda tally: chosen.start(tally.date))


def _tallies(store: Store, scope: Scope) -> Iterable[CampaignTally]:
    if scope.campaign_no:
        get_campaign(store, scope.campaign_no)
    asked = {name: value for name in PARTS if (value := getattr(scope, name))}
    return (tally for tally in store.records.all(CampaignTally, **asked) if scope.holds(tally.date))


def _grouped(
    tallies: Iterable[CampaignTally], key: Callable[[CampaignTally], K]
) -> dict[K, Figures]:
    found: dict[K, Figures] = {}
    for tally in tallies:
        found[key(tally)] = found.get(key(tally), NOTHING).plus(tally)
    return dict(sorted(found.items()))
