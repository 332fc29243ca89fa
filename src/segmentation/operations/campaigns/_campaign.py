"""Campaigns made, changed and deleted."""

from collections.abc import Mapping, Sequence
from typing import Unpack

import attrs

from segmentation.campaigns import Campaign
from segmentation.errors import InvalidValue, Message, Refused, unexpected
from segmentation.operations.checks import Placed, check_new, check_records
from segmentation.operations.context import Context
from segmentation.operations.field_values import CampaignValues
from segmentation.operations.number_series import take_number
from segmentation.operations.records import get_record, key_in
from segmentation.operations.schema import parse_values, with_own_values
from segmentation.operations.tables import check_unused
from segmentation.protocols import Store

from ._targets import end_activation

_SET_BY_US = ("last_modified",)


def new_campaign(
    context: Context, description: str = "", /, **fields: Unpack[CampaignValues]
) -> Campaign:
    """Make and store a campaign.

    Args:
        context: Store, user, day and clock.
        description: What it is called; it may be given by its name, too.
        **fields: Further fields; without ``no`` it takes the next number of the series, or of
            another one that ``no_series`` names.

    Raises:
        UnknownName: A campaign has no such field.
        NotFound: There is no such number series.
        Refused: No number can be given.
        Rejected: The number is taken, the dates are the wrong way round, a value does not fit, or
            the salesperson or status does not exist: all faults.
    """
    store = context.store
    given = _described(description, fields)
    values = parse_values(store, Campaign, given, fixed=_SET_BY_US, long=True)
    with store.transaction():
        by_hand, series = values.pop("no", ""), values.pop("no_series", "")
        number = take_number(store, "campaign_nos", by_hand, series=series)
        campaign = Campaign(no=number.no, no_series=number.series, **values)
        (made,) = _keep(context, [campaign], new=True)
        return made


def _described(description: str, fields: Mapping[str, object]) -> Mapping[str, object]:
    if not description:
        return fields
    if "description" in fields:
        raise InvalidValue("description", fields["description"], "is given twice")
    return {"description": description, **fields}


def add_campaigns(context: Context, *campaigns: Campaign) -> Sequence[Campaign]:
    """Store campaigns made in Python, all or none; return them as they are stored.

    Args:
        context: Store, user, day and clock.
        *campaigns: At least one, each with its number.

    Raises:
        InvalidValue: None is given, or one is no campaign.
        Rejected: There are faults: all of them. A number that is taken is one.
    """
    if not campaigns:
        raise InvalidValue("campaigns", (), "names none; give at least one")
    for each in campaigns:
        if not isinstance(each, Campaign):
            raise unexpected("campaigns", each, "is no campaign")
    with context.store.transaction():
        return _keep(context, campaigns, new=True)


def change_campaign(
    context: Context, no: str | Campaign, /, **fields: Unpack[CampaignValues]
) -> Campaign:
    """Change fields of a campaign; return it as it is now, stamped with the time of the change.

    Args:
        context: Store, user, day and clock.
        no: The campaign.
        **fields: The fields that change; all others stay.

    Raises:
        NotFound: There is no such campaign.
        UnknownName: A campaign has no such field.
        Refused: The number, its series, or the time of the last change is to be changed.
        Rejected: The dates are the wrong way round, a value does not fit, or the salesperson or
            status does not exist: all faults.
    """
    store = context.store
    with store.transaction():
        campaign = get_record(store, Campaign, no)
        step = Message("change campaign {no}", no=campaign.no)
        if "no" in fields and key_in(Campaign, fields["no"]) != (campaign.no,):
            raise Refused(step, "its number is its key and stays; make another campaign with `new`")
        if "last_modified" in fields:
            raise Refused(step, "`last_modified` is set by each change")
        values = parse_values(store, Campaign, fields, long=True)
        if values.get("no_series", campaign.no_series) != campaign.no_series:
            raise Refused(step, "it tells which series the number came from")
        (changed,) = _keep(context, [attrs.evolve(campaign, **values)])
        return changed


def _keep(
    context: Context, campaigns: Sequence[Campaign], *, new: bool = False
) -> Sequence[Campaign]:
    """Store campaigns, with the time; call this inside a transaction."""
    typed = list(with_own_values(context.store, campaigns))
    placed = [Placed(campaign.place, campaign) for campaign in typed]
    what = placed[0].place if len(placed) == 1 else Message("campaigns")
    (check_new if new else check_records)(context.store, placed, what=what)
    changed = [attrs.evolve(each, last_modified=context.now) for each in typed]
    context.store.records.put(changed)
    return changed


def get_campaign(store: Store, no: str | Campaign) -> Campaign:
    """The campaign with this number.

    Raises:
        NotFound: There is none.
    """
    return get_record(store, Campaign, no)


def delete_campaign(context: Context, no: str | Campaign) -> None:
    """Delete a campaign and its target group; what was recorded for it stays in the journal.

    Raises:
        NotFound: There is none.
        Refused: Segments still to be logged, interaction templates or criteria name it: all of them
            are told.
    """
    store = context.store
    with store.transaction():
        campaign = get_campaign(store, no)
        check_unused(store, campaign, Message("delete campaign {no}", no=campaign.no))
        end_activation(store, campaign.no)
        store.records.remove([campaign])
