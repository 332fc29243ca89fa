"""Campaigns made, changed and deleted, and their entries."""

from collections.abc import Sequence
from datetime import date

import attrs

from segmentation.campaigns import (
    Campaign,
    CampaignEntry,
    CampaignStatus,
)
from segmentation.code_tables import SalespersonPurchaser
from segmentation.codes import to_code
from segmentation.errors import Fault, Message, NotFound, Refused, Rejected
from segmentation.fields import misfits
from segmentation.operations.context import Context
from segmentation.operations.number_series import take_no
from segmentation.protocols import Store

from ._targets import deactivate


def new_campaign(
    context: Context,
    *,
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
    store = context.store
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
        return change_campaign(context, campaign)


def change_campaign(context: Context, campaign: Campaign) -> Campaign:
    """Store a campaign as it is now, stamped with the time of the change.

    Raises:
        Rejected: The dates are the wrong way round, a text is too long, or salesperson or status
            do not exist.
    """
    store = context.store
    faults, place = list(campaign.faults()), campaign.place
    for field, kind in (
        ("salesperson_code", SalespersonPurchaser),
        ("status_code", CampaignStatus),
    ):
        code = getattr(campaign, field)
        if code and store.records.find(kind, code) is None:
            faults.append(Fault(place, field, Message("{value!r} does not exist", value=code)))
    faults += [Fault(place, *misfit) for misfit in misfits(campaign)]
    if faults:
        raise Rejected(place, faults)
    changed = attrs.evolve(campaign, last_modified=context.now)
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
                step = Message("delete campaign {no}", no=campaign.no)
                raise Refused(step, Message("segment {no} is for it", no=header.no))
        deactivate(store, campaign.no)
        store.records.remove([campaign])


def entries_of(store: Store, campaign_no: str) -> Sequence[CampaignEntry]:
    """What was done for a campaign, in the order of recording."""
    no = to_code(campaign_no)
    return list(store.records.all(CampaignEntry, campaign_no=no))
