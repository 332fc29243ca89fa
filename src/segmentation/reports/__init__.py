"""Reports: what a list, a sheet of labels or a cover sheet says, as data.

`segmentation.operations.reporting` gathers the data; a renderer makes documents of them, with
the templates here or with a host's own (`report_template`). Knows nothing of stores.
"""

from ._data import ContactRow, CoverSheet, Label, LabelFormat, Remarks, Sheet, sheets_of
from ._templates import REPORTS, report_template

__all__ = [
    "REPORTS",
    "ContactRow",
    "CoverSheet",
    "Label",
    "LabelFormat",
    "Remarks",
    "Sheet",
    "report_template",
    "sheets_of",
]
