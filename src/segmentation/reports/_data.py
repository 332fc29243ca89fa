"""The data of the reports on a segment or a campaign."""

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal

import attrs

from segmentation.campaigns import CampaignTarget
from segmentation.markup import to_figures, to_percent, to_rows, to_table
from segmentation.showing import shown_by

_WIDTH, _HEIGHT = 210, 297
"""A4, in millimetres."""
_ABOVE, _LINE = 4, 4.67
"""Millimetres above the first line of a label, and of a line: ten points, as Word spaces them."""


@shown_by("line_no", "contact_no", "name")
@attrs.frozen(kw_only=True)
class ContactRow:
    """A contact in a list of contacts.

    Attributes:
        line_no: Its line, if the list is that of a segment; else 0.
        address: The address, line by line, in the form of its country.
        interactions: How many interactions there were.
        cost: What they cost, in the currency of the host.
        duration_min: How long they took, in minutes.
        sales: What it bought, as the host says; None where the host says nothing.
        estimated_value: What its opportunities are worth, as the host says; None where it says
            nothing.
        last_interaction: When the last one took place.
    """

    line_no: int = 0
    contact_no: str
    name: str
    company_name: str = ""
    address: tuple[str, ...] = ()
    phone_no: str = ""
    e_mail: str = ""
    interactions: int = 0
    cost: Decimal = Decimal(0)
    duration_min: Decimal = Decimal(0)
    sales: Decimal | None = None
    estimated_value: Decimal | None = None
    last_interaction: dt.date | None = None


@shown_by("contact_no", "lines")
@attrs.frozen(kw_only=True)
class Label:
    """An address label.

    Attributes:
        contact_no: The contact; the first, where it is for several.
        lines: What stands on it.
        contact_nos: All of those at one address whom it is for; empty for one alone.
    """

    contact_no: str
    lines: tuple[str, ...]
    contact_nos: tuple[str, ...] = ()


@shown_by("columns", "rows", "width", "height")
@attrs.frozen(kw_only=True)
class LabelFormat:
    """How labels lie on a sheet of A4, in millimetres.

    >>> LabelFormat.of(70, 36)
    LabelFormat(columns=3, rows=8, width=70, height=36)
    """

    columns: int
    rows: int
    width: int
    height: int

    @classmethod
    def of(cls, width: int, height: int) -> "LabelFormat":
        """The format with labels of a size; as many as an A4 sheet holds."""
        return cls(columns=_WIDTH // width, rows=_HEIGHT // height, width=width, height=height)

    @property
    def name(self) -> str:
        """The size, as it is part of the names of templates: "70x36"."""
        return f"{self.width}x{self.height}"

    @property
    def lines(self) -> int:
        """How many lines there surely is room for on a label, in HTML and in Word."""
        return int((self.height - _ABOVE) / _LINE)

    @property
    def margin(self) -> float:
        """What is left of the sheet above the labels, and below."""
        return (_HEIGHT - self.rows * self.height) / 2


@shown_by("rows")
@attrs.frozen(kw_only=True)
class Sheet:
    """A sheet of labels: rows, each of as many labels as there are columns, or fewer."""

    rows: tuple[tuple[Label, ...], ...]

    def _repr_html_(self) -> str:
        """The labels as they lie on the sheet."""
        rows = [["\n".join(label.lines) for label in row] for row in self.rows]
        return to_table([""] * max(map(len, rows), default=1), rows)


def sheets_of(labels: Iterable[Label], layout: LabelFormat) -> Iterator[Sheet]:
    """Labels laid out on sheets, row by row."""
    waiting = list(labels)
    size = layout.columns * layout.rows
    for start in range(0, len(waiting), size):
        sheet = waiting[start : start + size]
        rows = range(0, len(sheet), layout.columns)
        yield Sheet(rows=tuple(tuple(sheet[row : row + layout.columns]) for row in rows))


@shown_by(
    "as_agreed_upon",
    "for_your_information",
    "your_comments_please",
    "for_your_approval",
    "please_call",
    "returned_after_use",
    "custom",
)
@attrs.frozen(kw_only=True)
class Remarks:
    """What is ticked on a cover sheet.

    Attributes:
        custom: A remark in words of one's own; empty for none.
    """

    as_agreed_upon: bool = False
    for_your_information: bool = False
    your_comments_please: bool = False
    for_your_approval: bool = False
    please_call: bool = False
    returned_after_use: bool = False
    custom: str = ""

    @property
    def marks(self) -> tuple[str, ...]:
        """Seven marks, ``x`` or blank, in the order of the attributes."""
        ticked = attrs.astuple(self)
        return tuple("x" if tick else "" for tick in ticked)


@shown_by("contact_no", "date", "remark")
@attrs.frozen(kw_only=True)
class CoverSheet:
    """A cover sheet for one contact.

    Attributes:
        address: The contact's address, line by line, in the form of its country.
        sender: The sender's name and address, line by line.
        phone_no: The sender's, as are the fields up to `vat_registration_no`.
        bank: The name of the bank, and the IBAN or else the number of the account.
        giro_no: The number of the account with the post.
        marks: Seven marks, ``x`` or blank.
        remark: The remark in words of one's own.
        texts: Up to five free texts, which tick nothing.
    """

    contact_no: str
    date: dt.date
    address: tuple[str, ...] = ()
    sender: tuple[str, ...] = ()
    phone_no: str = ""
    fax_no: str = ""
    e_mail: str = ""
    bank: str = ""
    giro_no: str = ""
    vat_registration_no: str = ""
    salesperson_name: str = ""
    marks: tuple[str, ...] = ("",) * 7
    remark: str = ""
    texts: tuple[str, ...] = ()


@shown_by("entry_no", "date", "description", "interactions", "cost", "canceled")
@attrs.frozen(kw_only=True)
class EntryRow:
    """A campaign entry in the details of its campaign.

    Attributes:
        interactions: How many interactions it counts, without those canceled or postponed.
        cost: What they cost, in the currency of the host.
        duration_min: How long they took, in minutes.
    """

    entry_no: int
    date: dt.date | None = None
    description: str = ""
    segment_no: str = ""
    interactions: int = 0
    cost: Decimal = Decimal(0)
    duration_min: Decimal = Decimal(0)
    canceled: bool = False


@shown_by("segment_no", "description", "lines", "cost")
@attrs.frozen(kw_only=True)
class SegmentRow:
    """A segment that is not logged yet, in the details of its campaign.

    Attributes:
        lines: How many of its lines are for the campaign.
        cost: What their interactions will cost, in the currency of the host.
        duration_min: How long they will take, in minutes.
    """

    segment_no: str
    description: str = ""
    date: dt.date | None = None
    lines: int = 0
    cost: Decimal = Decimal(0)
    duration_min: Decimal = Decimal(0)


@shown_by("campaign_no", "description", "targets", "responses", "response_rate", "entries")
@attrs.frozen(kw_only=True)
class CampaignDetails:
    """A campaign with its figures and what was done for it.

    Attributes:
        status: The description of its status.
        interactions: How many there were, without those canceled or postponed.
        targets: Target contacts contacted.
        responses: Contacts responded.
        response_rate: Responses for each target; a document shows them in per cent.
        cost: What the interactions cost, in the currency of the host.
        duration_min: How long they took, in minutes.
        entries: What was done, each entry with its own figures, in the order of recording.
        target_group: Whom it is aimed at; empty unless it is active.
        segments: What is still to be logged for it, in the order of their numbers.
    """

    campaign_no: str
    description: str = ""
    starting_date: dt.date | None = None
    ending_date: dt.date | None = None
    salesperson_name: str = ""
    status: str = ""
    interactions: int = 0
    targets: int = 0
    responses: int = 0
    response_rate: float = 0.0
    cost: Decimal = Decimal(0)
    duration_min: Decimal = Decimal(0)
    entries: tuple[EntryRow, ...] = ()
    target_group: tuple[CampaignTarget, ...] = ()
    segments: tuple[SegmentRow, ...] = ()

    def _repr_html_(self) -> str:
        """The figures, and the first entries."""
        figures = {
            "description": self.description,
            "status": self.status,
            "interactions": self.interactions,
            "targets": self.targets,
            "responses": self.responses,
            "response rate": to_percent(self.response_rate),
            "cost": self.cost,
        }
        names = ["entry_no", "date", "description", "segment_no", "interactions", "cost"]
        head = to_figures(figures, caption=f"campaign {self.campaign_no}")
        return head + to_rows(self.entries, names)
