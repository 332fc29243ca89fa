"""Campaigns: what several segments and interactions are done for."""

import datetime as dt
from typing import Annotated

import attrs

from .contacts import Salesperson
from .fields import Code, Extra, LongText, Record, RefersTo, ShortCode, Text, with_converters
from .interactions import DocumentType
from .templates import CampaignNo


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class CampaignStatus(Record, table="campaign_status", key=("code",)):
    """How far a campaign has come."""

    code: ShortCode
    description: Text = ""
    extra: Extra = ()


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class Campaign(Record, table="campaign", key=("no",)):
    """A campaign; its ending date is not before its starting date."""

    no: Code
    description: Text = ""
    starting_date: dt.date | None = None
    ending_date: dt.date | None = None
    salesperson_code: Salesperson = ""
    status_code: Annotated[ShortCode, RefersTo("campaign_status")] = ""
    last_modified: dt.datetime | None = None
    extra: Extra = ()


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class CampaignEntry(Record, table="campaign_entry", key=("entry_no",)):
    """Something done for a campaign: one for each campaign, segment and document type.

    Attributes:
        entry_no: Number of the journal entry that records it.
        canceled_by: Number of the journal entry that cancelled it; 0 if none.
    """

    entry_no: int = 0
    campaign_no: CampaignNo = ""
    description: Text = ""
    date: dt.date | None = None
    segment_no: Code = ""
    document_type: DocumentType = DocumentType.BLANK
    salesperson_code: Salesperson = ""
    user_id: LongText = ""
    logged_segment_entry_no: int = 0
    canceled: bool = False
    canceled_by: int = 0
    extra: Extra = ()
