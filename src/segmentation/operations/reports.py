"""Reports on contacts, on a segment that is not logged yet, on a campaign: reading their data.

What comes out is a value that renders itself (`segmentation.reports`).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TypedDict

import attrs

from segmentation.campaigns import Campaign
from segmentation.code_tables import CountryRegion, SalespersonPurchaser
from segmentation.codes import to_code
from segmentation.contacts import Contact
from segmentation.documents import FormatsFor, address_lines
from segmentation.errors import InvalidValue, Message
from segmentation.fields import FieldType, as_texts, is_value_of
from segmentation.interactions import DocumentType, Interaction
from segmentation.operations.campaigns import campaign_details
from segmentation.operations.context import Context
from segmentation.operations.interactions import DocumentRecorded, contact_figures, record_document
from segmentation.operations.letters import (
    MergeData,
    MergeDataReader,
    active_address_codes,
    as_interaction,
)
from segmentation.operations.records import find_records, get_record, get_records, require_segment
from segmentation.protocols import Store
from segmentation.reports import (
    CampaignReport,
    ContactList,
    ContactRow,
    CoverSheet,
    CoverSheets,
    Label,
    LabelFormat,
    Labels,
    Remarks,
)
from segmentation.segments import Segment
from segmentation.setup import CompanyInformation

NO_REMARKS = Remarks()
MOST_TEXTS = 5
"""How many free texts a cover sheet has room for."""


def contact_list(
    context: Context,
    *contact_nos: str | Contact,
    segment_no: str | Segment = "",
    sales: Mapping[str, Decimal] | None = None,
    estimated_value: Mapping[str, Decimal] | None = None,
) -> ContactList:
    """Contacts with addresses and figures.

    Args:
        context: Store, user, day and clock.
        *contact_nos: The contacts, each once however often it is named, at the address that is
            active on the work date; blank numbers are left out.
        segment_no: The segment whose contacts they are instead, in the order of its lines and at
            the addresses of the lines.
        sales: What contacts bought, by their numbers, which only the host knows; the place of a
            contact that is not named is blank.
        estimated_value: What their opportunities are worth, likewise.

    Raises:
        InvalidValue: Neither contacts nor a segment are given, or both; or a figure is no
            decimal number.
        NotFound: There are no such contacts, all of them named, or there is no such segment.
    """
    bought, worth = _by_no("sales", sales), _by_no("estimated_value", estimated_value)
    found = _addressed(context, contact_nos, segment_no, context.day.workdate)
    rows = tuple(_row(context.store, line_no, data, bought, worth) for line_no, data in found)
    return ContactList(data=rows, **_written_as(context))


def _by_no(name: str, figures: Mapping[str, Decimal] | None) -> Mapping[str, Decimal]:
    """The host's figures by the numbers of contacts as they are stored."""
    for no, figure in (figures or {}).items():
        if not is_value_of(FieldType.DECIMAL, figure):
            raise InvalidValue(f"{name}[{no!r}]", figure, _NO_NUMBER)
    return {to_code(no): Decimal(figure) for no, figure in (figures or {}).items()}


def _row(
    store: Store,
    line_no: int,
    data: MergeData,
    sales: Mapping[str, Decimal],
    estimated_value: Mapping[str, Decimal],
) -> ContactRow:
    contact = data.contact
    known = contact_figures(store, contact.no)
    return ContactRow(
        line_no=line_no,
        contact_no=contact.no,
        name=contact.name,
        company_name=data.company_name,
        address=data.address_block,
        phone_no=data.place.phone_no or contact.phone_no,
        e_mail=data.e_mail,
        interactions=known.figures.interactions,
        cost=known.figures.cost,
        duration_min=known.figures.duration_min,
        sales=sales.get(contact.no),
        estimated_value=estimated_value.get(contact.no),
        last_interaction=known.last_interaction,
    )


def labels(
    context: Context,
    *contact_nos: str | Contact,
    segment_no: str | Segment = "",
    layout: LabelFormat,
    one_label_per_household: bool = False,
) -> Labels:
    """An address label for each contact, or for each household.

    Args:
        context: Store, user, day and clock.
        *contact_nos: The contacts, each once however often it is named, at the address that is
            active on the work date; blank numbers are left out.
        segment_no: The segment whose contacts they are instead, in the order of its lines and at
            the addresses of the lines.
        layout: How labels lie on a sheet.
        one_label_per_household: Contacts at one address have one label, with all of their names.

    Raises:
        InvalidValue: Neither contacts nor a segment are given, or both.
        NotFound: There is no such contact or segment.
    """
    found = _addressed(context, contact_nos, segment_no, context.day.workdate)
    everybody = [data for _, data in found]
    groups = _households(everybody) if one_label_per_household else [[each] for each in everybody]
    return Labels(
        data=tuple(_label(group) for group in groups), layout=layout, **_written_as(context)
    )


def _households(everybody: Sequence[MergeData]) -> Sequence[Sequence[MergeData]]:
    """Those at one address together, in the order of the first of each."""
    groups: dict[object, list[MergeData]] = {}
    for place, data in enumerate(everybody):
        groups.setdefault(data.household_key or place, []).append(data)
    return list(groups.values())


def _label(group: Sequence[MergeData]) -> Label:
    first, *others = group
    nos = tuple(dict.fromkeys(each.contact.no for each in group)) if others else ()
    lines = attrs.evolve(first, others=tuple(others)).address_block
    return Label(contact_no=first.contact.no, lines=lines, contact_nos=nos)


def cover_sheets(
    context: Context,
    *contact_nos: str | Contact,
    remarks: Remarks = NO_REMARKS,
    texts: Sequence[str] = (),
    on: date | None = None,
) -> CoverSheets:
    """A cover sheet for each contact, once however often it is named.

    Nothing is recorded; `record_cover_sheets` does that when they are printed.

    Args:
        context: Store, user, day and clock.
        *contact_nos: The contacts, say a segment's; blank numbers are left out.
        remarks: What is ticked; nothing if not given.
        texts: Up to five free texts, which tick nothing.
        on: The date on the sheets, for which the active address is taken; the work date if not
            given.

    Raises:
        InvalidValue: No contact is given, or more than five texts.
        NotFound: There is no such contact.
    """
    day, written = on or context.day.workdate, as_texts(texts)
    if len(written) > MOST_TEXTS:
        reason = Message(
            "are more than {most}; a cover sheet has no room for more", most=MOST_TEXTS
        )
        raise InvalidValue("texts", written, reason)
    found = [data for _, data in _addressed(context, contact_nos, "", day)]
    sender = _from_company(context.store, day)
    codes = {data.contact.salesperson_code for data in found}
    signing = find_records(context.store, SalespersonPurchaser, [(code,) for code in codes])
    names = {each.code: each.name for each in signing.values()}
    same = attrs.evolve(sender, marks=remarks.marks, remark=remarks.custom, texts=written)
    sheets = (_sheet(same, data, names) for data in found)
    return CoverSheets(data=tuple(sheets), **_written_as(context))


def _sheet(same: CoverSheet, data: MergeData, salespeople: Mapping[str, str]) -> CoverSheet:
    """The sheet of a contact: what is the same on all, and what is its own."""
    return attrs.evolve(
        same,
        contact_no=data.contact.no,
        address=data.address_block,
        salesperson_name=salespeople.get(data.contact.salesperson_code, ""),
    )


def _from_company(store: Store, day: date) -> CoverSheet:
    """A sheet to nobody yet: the company that writes, and how it is reached and paid."""
    sender = store.records.find(CompanyInformation) or CompanyInformation()
    code = sender.country_region_code
    country = store.records.find(CountryRegion, code) if code else None
    bank = sender.bank_name, sender.iban or sender.bank_account_no
    lines = address_lines(
        sender.name,
        address=sender.address,
        address_2=sender.address_2,
        post_code=sender.post_code,
        city=sender.city,
        county=sender.county,
        country_code=code,
        country_name=country.name if country else "",
    )
    return CoverSheet(
        contact_no="",
        date=day,
        sender=tuple(lines),
        phone_no=sender.phone_no,
        fax_no=sender.fax_no,
        e_mail=sender.e_mail,
        bank=" ".join(filter(None, bank)),
        giro_no=sender.giro_no,
        vat_registration_no=sender.vat_registration_no,
    )


def record_cover_sheets(
    context: Context, sheets: CoverSheets, *, campaign_no: str | Campaign = ""
) -> Sequence[DocumentRecorded]:
    """Record that cover sheets were printed, with the template that is set up for them.

    Args:
        context: Store, user, day and clock.
        sheets: The sheets.
        campaign_no: The campaign of the segment that they were printed for; empty if none.

    Returns:
        What came of each, in their order: without a template, nothing is recorded.

    Raises:
        NotFound: There is no such campaign.
    """
    kind, store = DocumentType.COVER_SHEET, context.store
    campaign = get_record(store, Campaign, campaign_no) if campaign_no else None
    no = campaign.no if campaign else ""
    with store.transaction():
        return [
            record_document(context, kind, "", contact_no=sheet.contact_no, campaign_no=no)
            for sheet in sheets.data
        ]


def campaign_report(
    context: Context,
    no: str | Campaign,
    *,
    since: date | None = None,
    until: date | None = None,
) -> CampaignReport:
    """The details of a campaign, as `segmentation.operations.campaigns.campaign_details` has them.

    Args:
        context: Store, user, day and clock.
        no: The campaign.
        since: The first day that the figures count; from the beginning if not given.
        until: The last day; to the end if not given.

    Raises:
        NotFound: There is no such campaign.
    """
    details = campaign_details(context.store, no, since=since, until=until)
    return CampaignReport(data=details, **_written_as(context))


class _WrittenAs(TypedDict):
    """In which language a report is, and how its dates and numbers are written."""

    language: str
    formats_for: FormatsFor


def _written_as(context: Context) -> _WrittenAs:
    return {"language": context.language, "formats_for": context.rendering.formats_for}


_NO_NUMBER = Message("is no decimal number; give each contact's figure as a `Decimal`")
_NEITHER = Message("is empty; give contact numbers, or a segment where one is taken")
_BOTH = Message("stands beside contact numbers; give one or the other")


def _addressed(
    context: Context, contact_nos: Sequence[str | Contact], segment_no: str | Segment, on: date
) -> Iterator[tuple[int, MergeData]]:
    """Numbers of lines and what is known of their contacts; without a segment the number is 0."""
    named = list(dict.fromkeys(filter(None, contact_nos)))
    no = segment_no.no if isinstance(segment_no, Segment) else segment_no
    if named and no:
        raise InvalidValue("segment_no", no, _BOTH)
    if no:
        return _of_segment(context, no)
    if not named:
        raise InvalidValue("contact_nos", contact_nos, _NEITHER)
    return _of_contacts(context, get_records(context.store, Contact, named), on)


def _of_segment(context: Context, segment_no: str) -> Iterator[tuple[int, MergeData]]:
    segment = require_segment(context.store, segment_no)
    reader = _reader(context)
    for line in reader.in_batches(segment.lines):
        if line.contact_no:
            yield line.line_no, reader.read(as_interaction(line), segment.header)


def _reader(context: Context) -> MergeDataReader:
    return MergeDataReader(context.store, capitals=context.rendering.capitals_abroad)


def _of_contacts(
    context: Context, contacts: Sequence[Contact], on: date
) -> Iterator[tuple[int, MergeData]]:
    reader = _reader(context)
    nos = dict.fromkeys(contact.no for contact in contacts)
    codes = active_address_codes(context.store, nos, on)
    addressed = [
        Interaction(contact_no=no, contact_alt_address_code=codes.get(no, "")) for no in nos
    ]
    for each in reader.in_batches(addressed):
        yield 0, reader.read(each)
