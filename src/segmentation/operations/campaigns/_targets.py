"""Target groups: whom active campaigns are aimed at, for a host that grants special prices, say.

While a campaign is active its group follows the lines of segments and the entries of the journal.
A target is a company, as the host's customer if a business relation links it, else as the
contact; a person without company stands for itself.
"""

from collections.abc import Sequence
from datetime import date

from segmentation.campaigns import Campaign, CampaignActivation, CampaignTarget, TargetType
from segmentation.codes import to_code
from segmentation.contacts import Contact
from segmentation.errors import InvalidValue, Message, Refused
from segmentation.operations.context import Context
from segmentation.operations.followers import as_target, clear_targets, collect_targets
from segmentation.operations.records import get_record
from segmentation.protocols import Store


def activate(context: Context, campaign_no: str | Campaign) -> Sequence[CampaignTarget]:
    """Make everyone a target who is on a line or entry marked so; the group follows from now on.

    Entries that are canceled or postponed make nobody a target.

    Raises:
        NotFound: There is no such campaign.
        Refused: No line and no entry is marked campaign target.
    """
    store = context.store
    with store.transaction():
        no = get_record(store, Campaign, campaign_no).no
        clear_targets(store, {no})
        targets = collect_targets(store, {no})
        if not targets:
            raise Refused(
                Message("activate campaign {no}", no=no),
                "no segment line and no interaction is marked `campaign_target` for it; "
                "mark the segment's header or a line",
            )
        store.records.put(
            [CampaignActivation(campaign_no=no, activated_at=context.now, user_id=context.user)]
        )
        store.records.put(targets)
        return target_group(store, no)


def deactivate(context: Context, campaign_no: str | Campaign) -> None:
    """Empty a campaign's target group; one that is not active stays as it is.

    Raises:
        NotFound: There is no such campaign.
    """
    store = context.store
    with store.transaction():
        end_activation(store, get_record(store, Campaign, campaign_no).no)


def end_activation(store: Store, no: str) -> None:
    """Empty the target group of a campaign that may be gone; call this inside a transaction."""
    store.records.remove([CampaignActivation(campaign_no=no)])
    clear_targets(store, {no})


def is_active(store: Store, campaign_no: str | Campaign) -> bool:
    """Whether a campaign has a target group that follows its lines and entries.

    Raises:
        NotFound: There is no such campaign.
    """
    no = get_record(store, Campaign, campaign_no).no
    return store.records.find(CampaignActivation, no) is not None


def target_group(store: Store, campaign_no: str | Campaign) -> Sequence[CampaignTarget]:
    """Whom a campaign is aimed at; empty unless it is active.

    Raises:
        NotFound: There is no such campaign.
    """
    no = get_record(store, Campaign, campaign_no).no
    return list(store.records.all(CampaignTarget, campaign_no=no))


def active_for(
    store: Store, *, on: date, customer_no: str = "", contact_no: str | Contact = ""
) -> Sequence[Campaign]:
    """The active campaigns, running on a day, that are aimed at a customer or contact.

    Answered by looking a key up in each active campaign. A person is a target through its
    company. If both are given, a campaign aimed at either is among them.

    Args:
        store: Where everything is kept.
        on: The day; it must lie between the campaign's dates.
        customer_no: The host's number of a customer.
        contact_no: A contact.

    Raises:
        InvalidValue: Neither is given.
        NotFound: There is no such contact.
    """
    if not (customer_no or contact_no):
        raise InvalidValue("contact_no", "", "is blank, and so is customer_no; give one of them")
    keys = [(TargetType.CUSTOMER, to_code(customer_no))] if customer_no else []
    if contact_no:
        contact = get_record(store, Contact, contact_no)
        keys.append(as_target(store, contact.company_no or contact.no))
    active = (each.campaign_no for each in store.records.all(CampaignActivation))
    campaigns = (store.records.find(Campaign, no) for no in active)
    return [
        campaign
        for campaign in campaigns
        if campaign is not None
        and campaign.holds(on)
        and any(store.records.find(CampaignTarget, campaign.no, *key) for key in keys)
    ]
