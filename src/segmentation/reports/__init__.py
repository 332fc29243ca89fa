"""Reports: what a list, a sheet of labels, a cover sheet or a campaign's details say, as data.

`segmentation.operations.reports` gathers the data; a renderer makes documents of them, with
the templates here or with a host's own (`report_template`), in the words of a language
(`report_words`). Knows nothing of stores.
"""

from ._data import (
    CampaignDetails,
    ContactRow,
    CoverSheet,
    EntryRow,
    Label,
    LabelFormat,
    Remarks,
    Sheet,
    sheets_of,
)
from ._templates import REPORTS, report_template
from ._words import report_words

__all__ = [
    "REPORTS",
    "CampaignDetails",
    "ContactRow",
    "CoverSheet",
    "EntryRow",
    "Label",
    "LabelFormat",
    "Remarks",
    "Sheet",
    "report_template",
    "report_words",
    "sheets_of",
]
