"""Reports on a segment that is not logged yet, or on any contacts: gathered, and as HTML."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

import attrs

from segmentation.contacts import SalespersonPurchaser
from segmentation.criteria import AsOf
from segmentation.documents import address_lines
from segmentation.interactions import DocumentType, Interaction
from segmentation.journal import Stamp
from segmentation.protocols import Store
from segmentation.reports import (
    ContactRow,
    CoverSheet,
    Label,
    LabelFormat,
    Remarks,
    sheets_of,
)
from segmentation.segments import SegmentLine
from segmentation.setup import CompanyInformation

from .documenting import DocumentRecorded, record_document
from .figuring import contact_figures
from .merging import Facts, Gatherer
from .rendering import as_interaction

_REMARKS = (
    "As agreed upon",
    "For your information",
    "Your comments please",
    "For your approval",
    "Please call",
    "Returned after use",
)


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
    store: Store, line: SegmentLine, facts: Facts, value: Callable[[str], Decimal]
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
    gatherer = Gatherer(store.records)
    sender = store.records.find(CompanyInformation) or CompanyInformation()
    address = address_lines(
        sender.name,
        address=sender.address,
        address_2=sender.address_2,
        post_code=sender.post_code,
        city=sender.city,
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
    store: Store,
    sheets: Iterable[CoverSheet],
    stamp: Stamp,
    *,
    as_of: AsOf,
    campaign_no: str = "",
) -> Sequence[DocumentRecorded]:
    """Record that cover sheets were printed, with the template that is set up for them.

    Args:
        store: Where everything is kept.
        sheets: The sheets.
        stamp: When and by whom it is recorded.
        as_of: The user at work.
        campaign_no: The campaign of the segment that they were printed for; empty if none.

    Returns:
        What came of each, in their order: without a template, nothing is recorded.
    """
    kind = DocumentType.COVER_SHEET
    with store.transaction():
        return [
            record_document(
                store,
                kind,
                "",
                stamp,
                as_of=as_of,
                contact_no=sheet.contact_no,
                campaign_no=campaign_no,
            )
            for sheet in sheets
        ]


def _lines(store: Store, segment_no: str) -> Sequence[tuple[SegmentLine, Facts]]:
    segment = store.segments.get(segment_no)
    gatherer = Gatherer(store.records)
    lines = [line for line in segment.lines if line.contact_no]
    return [(line, gatherer.facts(as_interaction(line), segment.header)) for line in lines]


class DataForm(Protocol):
    """A template that takes any plain data, as those of Jinja do."""

    def fill_with(self, data: Mapping[str, Any]) -> bytes:
        """The document."""


def contacts_report(form: DataForm, rows: Iterable[ContactRow], *, title: str) -> bytes:
    """The list of contacts as a document."""
    return form.fill_with({"title": title, "rows": [attrs.asdict(row) for row in rows]})


def labels_report(
    form: DataForm, labels: Iterable[Label], layout: LabelFormat, *, title: str
) -> bytes:
    """Labels as a document, laid out on sheets."""
    sheets = [attrs.asdict(sheet) for sheet in sheets_of(labels, layout)]
    return form.fill_with({"title": title, "layout": attrs.asdict(layout), "sheets": sheets})


def cover_sheets_report(
    form: DataForm,
    sheets: Iterable[CoverSheet],
    *,
    title: str,
    remarks: Sequence[str] = _REMARKS,
) -> bytes:
    """Cover sheets as a document.

    Args:
        form: The template.
        sheets: The sheets.
        title: The document's title.
        remarks: The words beside the first six marks.
    """
    data = [attrs.asdict(sheet) for sheet in sheets]
    return form.fill_with({"title": title, "sheets": data, "remarks": list(remarks)})
