"""Segments: the worksheet of header, lines and criteria actions, and the schema of contacts.

A segment is a frozen value, and each step makes a new one. An action records exactly which lines
it added and which it removed, so that it can be undone. `contact_schema` applies the filter
language to contacts: it says which tables a selection may name, and how their rows belong to a
contact. This package does not know storage.
"""

from ._actions import ActionKind, CriteriaAction, Options, SavedCriteria, Undone
from ._blocks import LINE_STEP, Alike, of_nobody
from ._candidates import BARRED, Candidates
from ._changes import (
    PASSED_ON,
    Addressed,
    exclusive,
    following,
    following_texts,
    with_date,
    with_language,
    with_template,
    with_values,
)
from ._events import (
    Event,
    Observer,
    SegmentChanged,
    SegmentChanging,
    SegmentLogged,
    SegmentLogging,
    SegmentRefreshed,
    observe_nothing,
)
from ._fields import (
    AlternativeAddressFields,
    ContactBusinessRelationFields,
    ContactFields,
    ContactIndustryGroupFields,
    ContactJobResponsibilityFields,
    ContactMailingGroupFields,
    ContactProfileAnswerFields,
    ContactTables,
    ContactWebSourceFields,
    InteractionFields,
    ItemEntryFields,
)
from ._header import SegmentHeader
from ._history import ActionSummary, History, history_of
from ._left_out import UNREAD, LeftOut, LeftOutReason, LeftOuts, to_left_outs
from ._line import SegmentLine, Terms, address_on, texts_to_json
from ._lines import Lines, to_lines
from ._logged import LoggedSegment
from ._parts import Part, alike
from ._plan import SegmentPlan
from ._rosters import Joiner, Joining, Listed, Others, Roster, nos_in_order, nos_of
from ._schema import FILTERED, contact_fields, contact_schema
from ._segment import Segment
from ._stored_actions import (
    ACTIONS_FORMAT,
    ActionTexts,
    OwnFields,
    actions_from_json,
    actions_to_json,
    own_fields_from_json,
    undone_from_json,
)

__all__ = [
    "ACTIONS_FORMAT",
    "BARRED",
    "FILTERED",
    "LINE_STEP",
    "PASSED_ON",
    "UNREAD",
    "ActionKind",
    "ActionSummary",
    "ActionTexts",
    "Addressed",
    "Alike",
    "AlternativeAddressFields",
    "Candidates",
    "ContactBusinessRelationFields",
    "ContactFields",
    "ContactIndustryGroupFields",
    "ContactJobResponsibilityFields",
    "ContactMailingGroupFields",
    "ContactProfileAnswerFields",
    "ContactTables",
    "ContactWebSourceFields",
    "CriteriaAction",
    "Event",
    "History",
    "InteractionFields",
    "ItemEntryFields",
    "Joiner",
    "Joining",
    "LeftOut",
    "LeftOutReason",
    "LeftOuts",
    "Lines",
    "Listed",
    "LoggedSegment",
    "Observer",
    "Options",
    "Others",
    "OwnFields",
    "Part",
    "Roster",
    "SavedCriteria",
    "Segment",
    "SegmentChanged",
    "SegmentChanging",
    "SegmentHeader",
    "SegmentLine",
    "SegmentLogged",
    "SegmentLogging",
    "SegmentPlan",
    "SegmentRefreshed",
    "Terms",
    "Undone",
    "actions_from_json",
    "actions_to_json",
    "address_on",
    "alike",
    "contact_fields",
    "contact_schema",
    "exclusive",
    "following",
    "following_texts",
    "history_of",
    "nos_in_order",
    "nos_of",
    "observe_nothing",
    "of_nobody",
    "own_fields_from_json",
    "texts_to_json",
    "to_left_outs",
    "to_lines",
    "undone_from_json",
    "with_date",
    "with_language",
    "with_template",
    "with_values",
]
