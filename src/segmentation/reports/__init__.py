"""Reports: what a list, a sheet of labels, a cover sheet or a campaign's details say, as data.

`segmentation.operations.reports` reads the data. A report renders itself with a template, one of
those here or a host's own (`report_template`), in the words of a language (`report_words`). Knows
nothing of stores.
"""

from ._data import (
    CampaignDetails,
    ContactRow,
    CoverSheet,
    EntryRow,
    Label,
    LabelFormat,
    Remarks,
    SegmentRow,
    Sheet,
    sheets_of,
)
from ._documents import CampaignReport, ContactList, CoverSheets, DataForm, Labels
from ._templates import REPORTS, report_template
from ._words import report_words

__all__ = [
    "REPORTS",
    "CampaignDetails",
    "CampaignReport",
    "ContactList",
    "ContactRow",
    "CoverSheet",
    "CoverSheets",
    "DataForm",
    "EntryRow",
    "Label",
    "LabelFormat",
    "Labels",
    "Remarks",
    "SegmentRow",
    "Sheet",
    "report_template",
    "report_words",
    "sheets_of",
]
