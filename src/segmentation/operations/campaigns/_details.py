"""The details of a campaign: its entries, its figures and its targets."""

import attrs

from segmentation.campaigns import Campaign, CampaignEntry, CampaignTarget
from segmentation.journal import Figures
from segmentation.protocols import Store

from ._campaign import get_campaign
from ._entries import entries_of
from ._figures import Scope, figures, figures_by
from ._targets import target_group


@attrs.frozen(kw_only=True)
class CampaignDetails:
    """A campaign with what was done for it and what came of it.

    Attributes:
        entries: What was done, each with its own figures, in the order of recording.
        targets: Whom it is aimed at; empty unless it is active.
    """

    campaign: Campaign
    figures: Figures
    entries: tuple[tuple[CampaignEntry, Figures], ...]
    targets: tuple[CampaignTarget, ...]


def campaign_details(store: Store, campaign_no: str) -> CampaignDetails:
    """A campaign, its figures, entries and targets.

    Raises:
        NotFound: There is no such campaign.
    """
    campaign = get_campaign(store, campaign_no)
    scope = Scope(campaign_no=campaign.no)
    by_entry = figures_by(store, "campaign_entry_no", scope)
    entries = entries_of(store, campaign.no)
    return CampaignDetails(
        campaign=campaign,
        figures=figures(store, scope),
        entries=tuple((entry, by_entry.get(entry.entry_no, Figures())) for entry in entries),
        targets=tuple(target_group(store, campaign.no)),
    )
