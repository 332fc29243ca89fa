"""Reports on a segment that is not logged yet, on contacts, on a campaign: data and documents.

A document is made of the data by a form, ours or a host's, in the language asked for.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

import attrs

from segmentation.campaigns import CampaignEntry, CampaignStatus
from segmentation.code_tables import SalespersonPurchaser
from segmentation.documents import Formats, PlainFormats, address_lines, locale_of
from segmentation.interactions import DocumentType, Interaction
from segmentation.journal import NOTHING, Figures
from segmentation.operations.campaigns import Scope, entries_of, figures, figures_by, get_campaign
from segmentation.operations.context import Context
from segmentation.operations.interactions import DocumentRecorded, contact_figures, record_document
from segmentation.operations.letters import MergeData, MergeDataReader, as_interaction
from segmentation.protocols import Store
from segmentation.reports import (
    CampaignDetails,
    ContactRow,
    CoverSheet,
    EntryRow,
    Label,
    LabelFormat,
    Remarks,
    Sheet,
    report_words,
    sheets_of,
)
from segmentation.segments import SegmentLine
from segmentation.setup import CompanyInformation

_REMARKS = (
    "as_agreed_upon",
    "for_your_information",
    "your_comments_please",
    "for_your_approval",
    "please_call",
    "returned_after_use",
)


_PATTERNS = {"cost": "#,##0.00", "estimated_value": "#,##0.00", "response_rate": "0.0"}
"""How these numbers are written in a report."""


def segment_contacts(
    store: Store,
    segment_no: str,
    *,
    estimated_value: Callable[[str], Decimal] | None = None,
) -> Sequence[ContactRow]:
    """The contacts of a segment with addresses and figures, in the order of the lines.

    Args:
        store: Where everything is kept.
        segment_no: The segment.
        estimated_value: What a contact's opportunities are worth, which only the host knows.

    Raises:
        NotFound: There is no such segment, or a contact is gone.
    """
    value = estimated_value or (lambda _: Decimal(0))
    return [_row(store, line, facts, value) for line, facts in _lines(store, segment_no)]


def _row(
    store: Store, line: SegmentLine, facts: MergeData, value: Callable[[str], Decimal]
) -> ContactRow:
    contact = facts.contact
    known = contact_figures(store, contact.no)
    return ContactRow(
        line_no=line.line_no,
        contact_no=contact.no,
        name=contact.name,
        company_name=facts.company_name,
        address=facts.address_block,
        phone_no=facts.place.phone_no or contact.phone_no,
        e_mail=facts.e_mail,
        interactions=known.figures.interactions,
        cost=known.figures.cost,
        duration_min=known.figures.duration_min,
        estimated_value=value(contact.no),
        last_interaction=known.last_interaction,
    )


def segment_labels(store: Store, segment_no: str) -> Sequence[Label]:
    """An address label for each line with a contact, at the address of the line's date.

    Raises:
        NotFound: There is no such segment, or a contact is gone.
    """
    return [
        Label(contact_no=facts.contact.no, lines=facts.address_block)
        for _, facts in _lines(store, segment_no)
    ]


def cover_sheets(
    store: Store, contact_nos: Iterable[str], remarks: Remarks, *, on: date
) -> Sequence[CoverSheet]:
    """A cover sheet for each contact, once however often it is named.

    Nothing is recorded; `record_cover_sheets` does that when they are printed.

    Args:
        store: Where everything is kept.
        contact_nos: The contacts, say a segment's.
        remarks: What is ticked.
        on: The date on the sheets.

    Raises:
        NotFound: A contact is gone.
    """
    gatherer = MergeDataReader(store.records)
    sender = store.records.find(CompanyInformation) or CompanyInformation()
    address = address_lines(
        sender.name,
        address=sender.address,
        address_2=sender.address_2,
        post_code=sender.post_code,
        city=sender.city,
        county=sender.county,
        country_code=sender.country_region_code,
    )
    sheets = []
    for no in dict.fromkeys(filter(None, contact_nos)):
        facts = gatherer.facts(Interaction(contact_no=no))
        code = facts.contact.salesperson_code
        signing = store.records.find(SalespersonPurchaser, code) if code else None
        sheets.append(
            CoverSheet(
                contact_no=no,
                date=on,
                address=facts.address_block,
                sender=tuple(address),
                salesperson_name=signing.name if signing else "",
                marks=remarks.marks,
                remark=remarks.custom,
            )
        )
    return sheets


def record_cover_sheets(
    context: Context, sheets: Iterable[CoverSheet], *, campaign_no: str = ""
) -> Sequence[DocumentRecorded]:
    """Record that cover sheets were printed, with the template that is set up for them.

    Args:
        context: Store, user, day and clock.
        sheets: The sheets.
        campaign_no: The campaign of the segment that they were printed for; empty if none.

    Returns:
        What came of each, in their order: without a template, nothing is recorded.
    """
    kind = DocumentType.COVER_SHEET
    with context.store.transaction():
        return [
            record_document(context, kind, "", contact_no=sheet.contact_no, campaign_no=campaign_no)
            for sheet in sheets
        ]


def _lines(store: Store, segment_no: str) -> Sequence[tuple[SegmentLine, MergeData]]:
    segment = store.segments.get(segment_no)
    gatherer = MergeDataReader(store.records)
    lines = [line for line in segment.lines if line.contact_no]
    return [(line, gatherer.facts(as_interaction(line), segment.header)) for line in lines]


def campaign_details(
    store: Store,
    campaign_no: str,
    *,
    starting_date: date | None = None,
    ending_date: date | None = None,
) -> CampaignDetails:
    """A campaign with its figures and entries, without what is canceled or postponed.

    Args:
        store: Where everything is kept.
        campaign_no: The campaign.
        starting_date: The first day that the figures count; blank for the beginning.
        ending_date: The last one; blank for no end.

    Raises:
        NotFound: There is no such campaign.
    """
    campaign = get_campaign(store, campaign_no)
    code, status = campaign.salesperson_code, campaign.status_code
    salesperson = store.records.find(SalespersonPurchaser, code) if code else None
    known = store.records.find(CampaignStatus, status) if status else None
    scope = Scope(campaign_no=campaign.no, since=starting_date, until=ending_date)
    of_entry = figures_by(store, "campaign_entry_no", scope)
    total = figures(store, scope)
    return CampaignDetails(
        campaign_no=campaign.no,
        description=campaign.description,
        starting_date=campaign.starting_date,
        ending_date=campaign.ending_date,
        salesperson_name=salesperson.name if salesperson else code,
        status=known.description if known else status,
        interactions=total.interactions,
        targets=total.targets,
        responses=total.responses,
        response_rate=total.response_rate,
        cost=total.cost,
        duration_min=total.duration_min,
        entries=tuple(
            _entry_row(entry, of_entry.get(entry.entry_no, NOTHING))
            for entry in entries_of(store, campaign.no)
        ),
    )


def _entry_row(entry: CampaignEntry, known: Figures) -> EntryRow:
    return EntryRow(
        entry_no=entry.entry_no,
        date=entry.date,
        description=entry.description,
        segment_no=entry.segment_no,
        interactions=known.interactions,
        cost=known.cost,
        duration_min=known.duration_min,
        canceled=entry.canceled,
    )


# -- as documents -----------------------------------------------------------------------------


class DataForm(Protocol):
    """A template that takes any plain data, as those of Jinja do."""

    def fill_with(self, data: Mapping[str, Any]) -> bytes:
        """The document."""


@attrs.frozen(kw_only=True)
class ReportOptions:
    """In what language a report is, and what it is called.

    Attributes:
        language: A tag ("fr-CH") or one of Business Central's codes ("FRS").
        formats: How dates and numbers are written.
        title: The document's title; by default what the report is called in its language.
    """

    language: str = "en"
    formats: Formats = attrs.field(factory=PlainFormats)
    title: str = ""


def contacts_report(
    form: DataForm, rows: Iterable[ContactRow], edition: ReportOptions | None = None
) -> bytes:
    """The list of contacts as a document."""
    return _report(form, "segment_contacts", edition, rows=list(rows))


def labels_report(
    form: DataForm,
    labels: Iterable[Label],
    layout: LabelFormat,
    edition: ReportOptions | None = None,
) -> bytes:
    """Labels as a document: HTML lays them out on sheets, Word in the rows of one table."""
    sheets = list(sheets_of(labels, layout))
    rows = [
        ["\n".join(label.lines) for label in row] + [""] * (layout.columns - len(row))
        for sheet in sheets
        for row in sheet.rows
    ]
    geometry = attrs.asdict(layout) | {"margin": layout.margin}
    return _report(form, "segment_labels", edition, layout=geometry, sheets=sheets, rows=rows)


def cover_sheets_report(
    form: DataForm, sheets: Iterable[CoverSheet], edition: ReportOptions | None = None
) -> bytes:
    """Cover sheets as a document, a page for each."""
    return _report(form, "segment_cover_sheet", edition, sheets=list(sheets))


def campaign_report(
    form: DataForm, details: CampaignDetails, edition: ReportOptions | None = None
) -> bytes:
    """The details of a campaign as a document."""
    return _report(form, "campaign_details", edition, campaign=details)


def _report(form: DataForm, name: str, edition: ReportOptions | None, **data: object) -> bytes:
    """A report's data as texts, with the words of its language beside them."""
    edition = edition or ReportOptions()
    words = report_words(edition.language)
    told: dict[str, Any] = {field: _told(value, edition.formats) for field, value in data.items()}
    told["title"] = edition.title or words[name]
    told["language"] = locale_of(edition.language).replace("_", "-")
    told["words"] = dict(words)
    told["remarks"] = [words[remark] for remark in _REMARKS]
    return form.fill_with(told)


def _told(value: object, formats: Formats, pattern: str = "") -> object:
    """A value as a template may show it: dates and amounts are written, the rest is plain."""
    match value:
        case None:
            return ""
        case date():
            return formats.date(value)
        case Decimal():
            return formats.number(value, pattern)
        case float():  # a share, which documents show in per cent
            return formats.number(Decimal(str(value)) * 100, pattern)
        case list() | tuple():
            return [_told(item, formats) for item in value]
        case ContactRow() | Sheet() | Label() | CoverSheet() | CampaignDetails() | EntryRow():
            return {
                field.name: _told(
                    getattr(value, field.name), formats, _PATTERNS.get(field.name, "")
                )
                for field in attrs.fields(type(value))
            }
        case _:
            return value
