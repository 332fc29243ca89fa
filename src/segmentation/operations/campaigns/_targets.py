"""Target groups: whom active campaigns are aimed at, for a host that grants special prices, say.

While a campaign is active its group follows the segments' lines and the journal's entries.
A target is a company, as the host's customer if a business relation links it, else as the
contact; a person without company stands for itself.
"""

from collections.abc import Sequence
from datetime import date

from segmentation.campaigns import Campaign, CampaignActivation, CampaignTarget, TargetType
from segmentation.codes import to_code
from segmentation.contacts import Contact
from segmentation.errors import NotFound, Refused
from segmentation.operations.context import Context
from segmentation.operations.followers import as_target, clear_targets, collect_targets
from segmentation.operations.records import find_record
from segmentation.protocols import Store


def activate(context: Context, campaign_no: str) -> Sequence[CampaignTarget]:
    """Make everyone a target who is on a line or entry marked so; the group follows from now on.

    Entries that are canceled or postponed make nobody a target.

    Raises:
        NotFound: There is no such campaign.
        Refused: No line and no entry is marked campaign target.
    """
    store = context.store
    no = to_code(campaign_no)
    with store.transaction():
        if store.records.find(Campaign, no) is None:
            raise NotFound("campaign", campaign_no)
        clear_targets(store, {no})
        targets = collect_targets(store, {no})
        if not targets:
            raise Refused(
                f"activate campaign {no}",
                "no segment line and no interaction is marked campaign_target for it",
            )
        store.records.put(
            [CampaignActivation(campaign_no=no, activated_at=context.now, user_id=context.user)]
        )
        store.records.put(targets)
        return target_group(store, no)


def deactivate(store: Store, campaign_no: str) -> None:
    """Empty a campaign's target group; one that is not active stays as it is."""
    no = to_code(campaign_no)
    with store.transaction():
        store.records.remove([CampaignActivation(campaign_no=no)])
        clear_targets(store, {no})


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
    contact = find_record(store, Contact, contact_no)
    no = contact.company_no or contact_no if contact else contact_no
    return [as_target(store, no)]
