"""Campaigns: what several segments and interactions are done for."""

import datetime
from typing import Annotated

from .contacts import Salesperson
from .fields import Code, Extra, LongText, RefersTo, ShortCode, Text, record
from .interactions import DocumentType
from .templates import CampaignNo


@record(table="campaign_status", key=("code",))
class CampaignStatus:
    """How far a campaign has come."""

    code: ShortCode
    description: Text = ""
    extra: Extra = ()


@record(table="campaign", key=("no",))
class Campaign:
    """A campaign; its ending date is not before its starting date."""

    no: Code
    description: Text = ""
    starting_date: datetime.date | None = None
    ending_date: datetime.date | None = None
    salesperson_code: Salesperson = ""
    status_code: Annotated[ShortCode, RefersTo("campaign_status")] = ""
    last_modified: datetime.datetime | None = None
    extra: Extra = ()


@record(table="campaign_entry", key=("entry_no",))
class CampaignEntry:
    """Something done for a campaign: one for each campaign, segment and document type.

    Attributes:
        entry_no: Number of the journal entry that records it.
    """

    entry_no: int = 0
    campaign_no: CampaignNo = ""
    description: Text = ""
    date: datetime.date | None = None
    segment_no: Code = ""
    document_type: DocumentType = DocumentType.BLANK
    salesperson_code: Salesperson = ""
    user_id: LongText = ""
    logged_segment_entry_no: int = 0
    canceled: bool = False
    extra: Extra = ()
