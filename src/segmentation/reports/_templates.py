"""The templates of the reports, in HTML and in Word; hosts replace them by their own."""

from importlib.resources import files

from segmentation.errors import UnknownName

REPORTS = (
    "segment_contacts.html",
    "segment_contacts.docx",
    "segment_labels.html",
    "segment_labels_70x36.docx",
    "segment_labels_70x37.docx",
    "segment_labels_105x36.docx",
    "segment_labels_105x37.docx",
    "segment_cover_sheet.html",
    "segment_cover_sheet.docx",
    "campaign_details.html",
    "campaign_details.docx",
)
"""The templates. In Word there is one for each format of labels."""


def report_template(name: str) -> bytes:
    """A template of a report, with Jinja's marks; read it, or take it as the draft of your own.

    Raises:
        UnknownName: There is no such template.
    """
    if name not in REPORTS:
        raise UnknownName("report template", name, known=REPORTS)
    return files(__package__).joinpath("templates", name).read_bytes()
