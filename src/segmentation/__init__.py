"""Contact segmentation to embed.

Choose contacts by criteria, set an interaction template, merge letters, log the segment, ask
the journal. Start with `Workspace`; the verbs beneath it are plain functions over protocols,
in `segmentation.operations`.
"""

from .contacts import (
    AlternativeAddress,
    Contact,
    ContactBusinessRelation,
    ContactIndustryGroup,
    ContactJobResponsibility,
    ContactMailingGroup,
    ContactProfileAnswer,
    ContactType,
    CorrespondenceType,
)
from .criteria import AsOf, at_least, bind, make_selection, none, parse, to_predicate, to_text
from .errors import (
    Conflict,
    FilterError,
    JournalBroken,
    NotFound,
    Refused,
    Rejected,
    SegmentationError,
    StoreError,
    UnknownName,
)
from .segments import ActionKind, LeftOutReason, Segment, SegmentLine, contact_schema
from .setup import MarketingSetup, NumberSeries
from .templates import InteractionTemplate
from .workspace import Worksheet, Workspace

__all__ = [
    "ActionKind",
    "AlternativeAddress",
    "AsOf",
    "Conflict",
    "Contact",
    "ContactBusinessRelation",
    "ContactIndustryGroup",
    "ContactJobResponsibility",
    "ContactMailingGroup",
    "ContactProfileAnswer",
    "ContactType",
    "CorrespondenceType",
    "FilterError",
    "InteractionTemplate",
    "JournalBroken",
    "LeftOutReason",
    "MarketingSetup",
    "NotFound",
    "NumberSeries",
    "Refused",
    "Rejected",
    "Segment",
    "SegmentLine",
    "SegmentationError",
    "StoreError",
    "UnknownName",
    "Worksheet",
    "Workspace",
    "at_least",
    "bind",
    "contact_schema",
    "make_selection",
    "none",
    "parse",
    "to_predicate",
    "to_text",
]
