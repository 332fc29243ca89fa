"""The details of a campaign: its entries, its figures and its targets."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from segmentation.campaigns import Campaign, CampaignEntry, CampaignStatus
from segmentation.code_tables import SalespersonPurchaser
from segmentation.journal import NOTHING, Figures
from segmentation.operations.records import find_record
from segmentation.protocols import Store
from segmentation.reports import CampaignDetails, EntryRow, SegmentRow

from ._campaign import get_campaign
from ._entries import entries_of
from ._figures import Scope, figures, figures_by
from ._targets import target_group


def campaign_details(
    store: Store,
    campaign_no: str | Campaign,
    *,
    since: date | None = None,
    until: date | None = None,
) -> CampaignDetails:
    """A campaign with its figures, entries and targets, without what is canceled or postponed.

    Args:
        store: Where everything is kept.
        campaign_no: The campaign.
        since: The first day that the figures count; from the beginning if not given.
        until: The last day; to the end if not given.

    Raises:
        NotFound: There is no such campaign.
    """
    campaign = get_campaign(store, campaign_no)
    salesperson = find_record(store, SalespersonPurchaser, campaign.salesperson_code)
    status = find_record(store, CampaignStatus, campaign.status_code)
    scope = Scope(campaign_no=campaign.no, since=since, until=until)
    of_entry = figures_by(store, "campaign_entry_no", scope)
    total = figures(store, scope)
    return CampaignDetails(
        campaign_no=campaign.no,
        description=campaign.description,
        starting_date=campaign.starting_date,
        ending_date=campaign.ending_date,
        salesperson_name=salesperson.name if salesperson else campaign.salesperson_code,
        status=status.description if status else campaign.status_code,
        interactions=total.interactions,
        targets=total.targets,
        responses=total.responses,
        response_rate=total.response_rate,
        cost=total.cost,
        duration_min=total.duration_min,
        entries=tuple(
            _entry_row(entry, of_entry.get(entry.entry_no, NOTHING))
            for entry in entries_of(store, campaign.no)
        ),
        target_group=tuple(target_group(store, campaign.no)),
        segments=tuple(_segment_rows(store, campaign.no)),
    )


def _segment_rows(store: Store, campaign_no: str) -> Iterator[SegmentRow]:
    """The segments at work that are for a campaign, or have lines that are."""
    for header in store.segments.headers():
        columns = store.segments.get(header.no).lines.by_field()
        asked = ("campaign_no", "unit_cost", "unit_duration_min")
        found = {
            (cost, duration): times
            for (no, cost, duration), times in (columns.counted(*asked) if columns else {}).items()
            if no == campaign_no
        }
        if found or header.campaign_no == campaign_no:
            yield SegmentRow(
                segment_no=header.no,
                description=header.description,
                date=header.date,
                lines=sum(found.values()),
                cost=sum((cost * times for (cost, _), times in found.items()), Decimal(0)),
                duration_min=sum(
                    (duration * times for (_, duration), times in found.items()), Decimal(0)
                ),
            )


def _entry_row(entry: CampaignEntry, known: Figures) -> EntryRow:
    return EntryRow(
        entry_no=entry.entry_no,
        date=entry.date,
        description=entry.description,
        segment_no=entry.segment_no,
        interactions=known.interactions,
        cost=known.cost,
        duration_min=known.duration_min,
        canceled=entry.canceled,
    )
