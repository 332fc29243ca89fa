"""The templates of the reports: Jinja's, in HTML; hosts replace them by their own."""

from importlib.resources import files

from segmentation.errors import UnknownName

REPORTS = ("segment_contacts", "segment_labels", "segment_cover_sheet")


def report_template(name: str) -> bytes:
    """The template of a report.

    Raises:
        UnknownName: There is no such report.
    """
    if name not in REPORTS:
        raise UnknownName("report", name, known=REPORTS)
    return files(__package__).joinpath("templates", f"{name}.html").read_bytes()
