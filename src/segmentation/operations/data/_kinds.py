"""Which tables files may bring: all but those that the library works out or keeps for itself."""

from collections.abc import Mapping
from functools import cache

from segmentation.campaigns import (
    CampaignActivation,
    CampaignEntry,
    CampaignTally,
    CampaignTarget,
)
from segmentation.definitions import Definitions, OwnField, OwnTable
from segmentation.fields import Record
from segmentation.frozen import FrozenMapping
from segmentation.interactions import DeliveryClaim, InteractionComment, InteractionTotal
from segmentation.kinds import record_kinds
from segmentation.segments import LoggedSegment, SavedCriteria, SegmentHeader, SegmentLine
from segmentation.templates import WordTemplate

NOT_IMPORTED: Mapping[type[Record], str] = {
    CampaignActivation: "a campaign is activated by a verb, which collects its targets",
    CampaignEntry: "the journal records it",
    CampaignTally: "it is worked out from the interactions",
    CampaignTarget: "it is worked out from lines and interactions",
    Definitions: "definitions are made by crm.tables.define",
    DeliveryClaim: "it belongs to a delivery at work",
    InteractionComment: "the journal records it",
    InteractionTotal: "it is worked out from the interactions",
    LoggedSegment: "the journal records it",
    OwnField: "definitions are made by crm.tables.define",
    OwnTable: "definitions are made by crm.tables.define",
    SavedCriteria: "it has a file format of its own",
    SegmentHeader: "a segment is kept as a whole",
    SegmentLine: "a segment is kept as a whole",
    WordTemplate: "it is nothing without its document; templates take it with it",
}
"""The tables that no file brings, each with the reason."""


@cache
def imported_kinds() -> Mapping[str, type[Record]]:
    """The kinds of records that files may bring, by the names of their tables.

    >>> "contact" in imported_kinds(), "logged_segment" in imported_kinds()
    (True, False)
    """
    return FrozenMapping(
        (table, kind) for table, kind in record_kinds().items() if kind not in NOT_IMPORTED
    )
