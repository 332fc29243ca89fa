"""Entries of campaigns: read, canceled, counted again, deleted."""

from collections.abc import Sequence

from segmentation.campaigns import Campaign, CampaignEntry
from segmentation.operations.context import Context
from segmentation.operations.interactions import cancel, delete_canceled_campaign_entries, uncancel
from segmentation.operations.records import get_record
from segmentation.protocols import Store

from ._campaign import get_campaign


def entries_of(store: Store, campaign_no: str | Campaign) -> Sequence[CampaignEntry]:
    """What was done for a campaign, in the order of recording.

    Raises:
        NotFound: There is no such campaign.
    """
    no = get_campaign(store, campaign_no).no
    return list(store.records.all(CampaignEntry, campaign_no=no))


def cancel_entry(context: Context, entry_no: int | CampaignEntry) -> CampaignEntry:
    """Cancel a campaign entry and its interactions; return the entry as it is now.

    Raises:
        NotFound: There is no such entry.
        Refused: It is canceled already.
    """
    with context.store.transaction():
        entry = get_record(context.store, CampaignEntry, entry_no)
        cancel(context, entry)
        return get_record(context.store, CampaignEntry, entry.entry_no)


def uncancel_entry(context: Context, entry_no: int | CampaignEntry) -> CampaignEntry:
    """Let a campaign entry count again, with what was canceled together with it; return it.

    Raises:
        NotFound: There is no such entry.
        Refused: It is not canceled; or the logged segment that it belongs to is.
    """
    with context.store.transaction():
        entry = get_record(context.store, CampaignEntry, entry_no)
        uncancel(context, entry)
        return get_record(context.store, CampaignEntry, entry.entry_no)


def delete_canceled_entries(context: Context, campaign_no: str | Campaign) -> int:
    """Delete the canceled entries of a campaign and their interactions.

    Returns:
        How many entries were deleted.

    Raises:
        NotFound: There is no such campaign.
    """
    with context.store.transaction():
        no = get_campaign(context.store, campaign_no).no
        return delete_canceled_campaign_entries(context, campaign_no=no)


def delete_all_canceled_entries(context: Context) -> int:
    """Delete the canceled entries of all campaigns and their interactions; return how many."""
    return delete_canceled_campaign_entries(context)
