"""Contact lists, labels, cover sheets and campaign details."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from segmentation.campaigns import Campaign
from segmentation.contacts import Contact
from segmentation.operations import reports
from segmentation.operations.context import Context
from segmentation.operations.interactions import DocumentRecorded
from segmentation.reports import (
    CampaignReport,
    ContactList,
    CoverSheets,
    LabelFormat,
    Labels,
    Remarks,
)
from segmentation.segments import Segment


class Reports:
    """Contact lists, labels, cover sheets and campaign details.

    Each is a value with its data, which makes a document of them: ``report.data``,
    ``report.render(form, language="fr-CH", title="Fair")``.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def contacts(
        self,
        *contact_nos: str | Contact,
        segment_no: str | Segment = "",
        sales: Mapping[str, Decimal] | None = None,
        estimated_value: Mapping[str, Decimal] | None = None,
    ) -> ContactList:
        """Contacts with addresses and figures.

        Args:
            *contact_nos: The contacts, each once however often it is named, at the address that
                is active on the work date; blank numbers are left out.
            segment_no: The segment whose contacts they are instead, in the order of its lines
                and at the addresses of the lines.
            sales: What contacts bought, by their numbers, which only the host knows; the place of
                a contact that is not named is blank.
            estimated_value: What their opportunities are worth, likewise.

        Raises:
            InvalidValue: Neither contacts nor a segment are given, or both; or a figure is no
                decimal number.
            NotFound: There are no such contacts, all of them named, or there is no such segment.
        """
        return reports.contact_list(
            self._context,
            *contact_nos,
            segment_no=segment_no,
            sales=sales,
            estimated_value=estimated_value,
        )

    def labels(
        self,
        *contact_nos: str | Contact,
        segment_no: str | Segment = "",
        layout: LabelFormat,
        one_label_per_household: bool = False,
    ) -> Labels:
        """An address label for each contact, or for each household.

        Args:
            *contact_nos: The contacts, each once however often it is named, at the address that
                is active on the work date; blank numbers are left out.
            segment_no: The segment whose contacts they are instead, in the order of its lines
                and at the addresses of the lines.
            layout: How labels lie on a sheet of A4, in millimetres: ``LabelFormat.of(70, 36)``.
            one_label_per_household: Contacts at one address have one label, with all of their
                names.

        Raises:
            InvalidValue: Neither contacts nor a segment are given, or both.
            NotFound: There is no such contact or segment.
        """
        return reports.labels(
            self._context,
            *contact_nos,
            segment_no=segment_no,
            layout=layout,
            one_label_per_household=one_label_per_household,
        )

    def cover_sheets(
        self,
        *contact_nos: str | Contact,
        remarks: Remarks = reports.NO_REMARKS,
        texts: Sequence[str] = (),
        on: date | None = None,
    ) -> CoverSheets:
        """A cover sheet for each contact, once however often it is named; nothing is recorded.

        Args:
            *contact_nos: The contacts, say a segment's; blank numbers are left out.
            remarks: What is ticked; nothing if not given.
            texts: Up to five free texts, which tick nothing.
            on: The date on the sheets, for which the active address is taken; the work date if
                not given.

        Raises:
            InvalidValue: No contact is given, or more than five texts.
            NotFound: There is no such contact.
        """
        return reports.cover_sheets(
            self._context, *contact_nos, remarks=remarks, texts=texts, on=on
        )

    def record_cover_sheets(
        self, sheets: CoverSheets, *, campaign_no: str | Campaign = ""
    ) -> Sequence[DocumentRecorded]:
        """Record that cover sheets were printed, with the template that is set up for them.

        Args:
            sheets: The sheets.
            campaign_no: The campaign of the segment that they were printed for; empty if none.

        Returns:
            What came of each, in their order: without a template, nothing is recorded.

        Raises:
            NotFound: There is no such campaign.
        """
        return reports.record_cover_sheets(self._context, sheets, campaign_no=campaign_no)

    def campaign(
        self, no: str | Campaign, *, since: date | None = None, until: date | None = None
    ) -> CampaignReport:
        """The details of a campaign: its figures, entries and targets.

        Args:
            no: The campaign.
            since: The first day that the figures count; from the beginning if not given.
            until: The last day; to the end if not given.

        Raises:
            NotFound: There is no such campaign.
        """
        return reports.campaign_report(self._context, no, since=since, until=until)

    def __repr__(self) -> str:
        return f"Reports({', '.join(_REPORTS)})"

    def _plain_(self) -> Mapping[str, object]:
        return {"reports": _REPORTS}


_REPORTS = ("contacts", "labels", "cover_sheets", "campaign")
