"""Campaigns: a thin front of `segmentation.operations`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import ClassVar, Unpack

from segmentation.campaigns import Campaign, CampaignEntry, CampaignTarget, Holdout, Period
from segmentation.code_tables import SalespersonPurchaser
from segmentation.contacts import Contact
from segmentation.criteria import Selection
from segmentation.experiments import (
    Arm,
    Comparison,
    Outcome,
    Responses,
    size_needed,
)
from segmentation.interactions import Interaction
from segmentation.journal import Figures
from segmentation.operations import campaigns
from segmentation.operations.campaigns import Scope
from segmentation.operations.field_values import CampaignValues

from ._noun import Noun


class Campaigns(Noun[Campaign, str]):
    """The campaigns of a workspace, by their numbers."""

    _kind: ClassVar[type[Campaign]] = Campaign

    # -- campaigns ----------------------------------------------------------------------------

    def where(self, **fields: Unpack[CampaignValues]) -> Sequence[Campaign]:
        """The campaigns whose fields are equal to all that are given, in the order of numbers.

        Raises:
            UnknownName: A campaign has no such field.
            Rejected: Values do not fit their fields: all of them.
        """
        return list(self._all(fields))

    def new(self, description: str = "", /, **fields: Unpack[CampaignValues]) -> Campaign:
        """Make a campaign and return it.

        Args:
            description: What it is called; it may be given by its name, too.
            **fields: Further fields: starting_date, ending_date, salesperson_code, status_code,
                extra. Without ``no`` it takes the next number of the series. ``last_modified`` is
                the time of the call.

        Raises:
            UnknownName: A campaign has no such field.
            Refused: No number can be given.
            Rejected: The number is taken, the dates are the wrong way round, a value does not fit,
                or the salesperson or status does not exist: all faults. Nothing is stored.
        """
        return campaigns.new_campaign(self._context, description, **fields)

    def add(self, *records: Campaign) -> Sequence[Campaign]:
        """Take in campaigns made in Python, all or none; return them as they are stored.

        Args:
            *records: At least one, each with its number.

        Raises:
            InvalidValue: None is given, or one is no campaign.
            Rejected: There are faults: all of them. A number that is taken is one.
        """
        return campaigns.add_campaigns(self._context, *records)

    def change(self, no: str | Campaign, /, **fields: Unpack[CampaignValues]) -> Campaign:
        """Change fields of a campaign; return it as it is now.

        Args:
            no: The campaign.
            **fields: The fields that change; all others stay.

        Raises:
            NotFound: There is no such campaign.
            UnknownName: A campaign has no such field.
            Refused: The number, or the time of the last change, is to be changed.
            Rejected: The dates are the wrong way round, a value does not fit, or the salesperson
                or status does not exist: all faults. Nothing is stored.
        """
        return campaigns.change_campaign(self._context, no, **fields)

    def delete(self, no: str | Campaign) -> None:
        """Delete a campaign; what was recorded for it stays in the journal.

        Raises:
            NotFound: There is no such campaign.
            Refused: Segments still to be logged, or interaction templates, are for it: all are
                named.
        """
        campaigns.delete_campaign(self._context, no)

    # -- entries ------------------------------------------------------------------------------

    def entries(self, no: str | Campaign) -> Sequence[CampaignEntry]:
        """What was done for a campaign, in the order of recording.

        Raises:
            NotFound: There is no such campaign.
        """
        return campaigns.entries_of(self._store, no)

    def cancel_entry(self, entry_no: int | CampaignEntry) -> CampaignEntry:
        """Cancel a campaign entry and its interactions; return the entry as it is now.

        Raises:
            NotFound: There is no such entry.
            Refused: It is canceled already.
        """
        return campaigns.cancel_entry(self._context, entry_no)

    def uncancel_entry(self, entry_no: int | CampaignEntry) -> CampaignEntry:
        """Let a campaign entry count again, with what was canceled together with it; return it.

        Raises:
            NotFound: There is no such entry.
            Refused: It is not canceled; or the logged segment that it belongs to is.
        """
        return campaigns.uncancel_entry(self._context, entry_no)

    def delete_canceled_entries(self, no: str | Campaign) -> int:
        """Delete the canceled entries of a campaign and their interactions.

        Returns:
            How many entries were deleted.

        Raises:
            NotFound: There is no such campaign.
        """
        return campaigns.delete_canceled_entries(self._context, no)

    def delete_all_canceled_entries(self) -> int:
        """Delete the canceled entries of all campaigns and their interactions; return how many."""
        return campaigns.delete_all_canceled_entries(self._context)

    # -- figures ------------------------------------------------------------------------------

    def figures(
        self,
        no: str | Campaign = "",
        *,
        since: date | None = None,
        until: date | None = None,
        segment_no: str = "",
        campaign_entry_no: int = 0,
        salesperson_code: str | SalespersonPurchaser = "",
    ) -> Figures:
        """The figures of a campaign, or of a part of it.

        They leave out what is canceled or postponed, and cost the same however long the journal.

        Args:
            no: The campaign; all campaigns if not given.
            since: The first day of interactions that count; the first of all if not given.
            until: The last such day; the last of all if not given.
            segment_no: Only interactions logged with this segment.
            campaign_entry_no: Only interactions of this entry.
            salesperson_code: Only interactions of this salesperson.

        Raises:
            NotFound: There is no such campaign.
            InvalidValue: A day is none, or the last is before the first.
        """
        scope = Scope(
            campaign_no=no,
            since=since,
            until=until,
            segment_no=segment_no,
            campaign_entry_no=campaign_entry_no,
            salesperson_code=salesperson_code,
        )
        return campaigns.figures(self._store, scope)

    def figures_by(
        self,
        no: str | Campaign,
        field: str,
        *,
        since: date | None = None,
        until: date | None = None,
        segment_no: str = "",
        campaign_entry_no: int = 0,
        salesperson_code: str | SalespersonPurchaser = "",
    ) -> Mapping[str | int, Figures]:
        """The same figures, one for each value of a field, in their order.

        Args:
            no: The campaign; all campaigns if blank.
            field: "segment_no", "salesperson_code", "campaign_entry_no" or "campaign_no".
            since: The first day of interactions that count; the first of all if not given.
            until: The last such day; the last of all if not given.
            segment_no: Only interactions logged with this segment.
            campaign_entry_no: Only interactions of this entry.
            salesperson_code: Only interactions of this salesperson.

        Raises:
            NotFound: There is no such campaign.
            UnknownName: Figures cannot be had by this field.
            InvalidValue: A day is none, or the last is before the first.
        """
        scope = Scope(
            campaign_no=no,
            since=since,
            until=until,
            segment_no=segment_no,
            campaign_entry_no=campaign_entry_no,
            salesperson_code=salesperson_code,
        )
        return campaigns.figures_by(self._store, field, scope)

    def figures_over(
        self,
        no: str | Campaign,
        period: Period | str,
        *,
        since: date | None = None,
        until: date | None = None,
        segment_no: str = "",
        campaign_entry_no: int = 0,
        salesperson_code: str | SalespersonPurchaser = "",
    ) -> Mapping[date, Figures]:
        """The same figures over time, under the first day of each period; empty ones are left out.

        Args:
            no: The campaign; all campaigns if blank.
            period: "day", "week" (from Monday on) or "month".
            since: The first day of interactions that count; the first of all if not given.
            until: The last such day; the last of all if not given.
            segment_no: Only interactions logged with this segment.
            campaign_entry_no: Only interactions of this entry.
            salesperson_code: Only interactions of this salesperson.

        Raises:
            NotFound: There is no such campaign.
            UnknownName: There is no such period.
            InvalidValue: A day is none, or the last is before the first.
        """
        scope = Scope(
            campaign_no=no,
            since=since,
            until=until,
            segment_no=segment_no,
            campaign_entry_no=campaign_entry_no,
            salesperson_code=salesperson_code,
        )
        return campaigns.figures_over(self._store, period, scope)

    # -- experiments --------------------------------------------------------------------------

    def responses(
        self,
        no: str | Campaign = "",
        *,
        since: date | None = None,
        until: date | None = None,
        segment_no: str = "",
    ) -> Responses:
        """How many contacts were asked, and who of them responded; each counts once.

        A response counts for the entry that it names (``answers_entry_no``). If it names none, it
        counts for the last entry by which the contact, or else its company, was asked before:
        within the time that the response's template says (``answers_within``), or without such a
        rule for the campaign that it is for.

        Args:
            no: The campaign; all campaigns, and what was sent without any, if not given.
            since: The first day of responses that count; the first of all if not given.
            until: The last such day; the last of all if not given.
            segment_no: Only who was asked with this segment.

        Raises:
            NotFound: There is no such campaign.
            InvalidValue: A day is none, or the last is before the first.
        """
        scope = Scope(campaign_no=no, since=since, until=until, segment_no=segment_no)
        return campaigns.responses(self._store, scope)

    def responses_by(
        self,
        no: str | Campaign,
        field: str,
        *,
        since: date | None = None,
        until: date | None = None,
        segment_no: str = "",
    ) -> Mapping[str | int, Responses]:
        """The same, one for each segment, template or arm that asked, in their order.

        Among arms is the held-back one: its contacts were not asked, and may respond all the same.

        Args:
            no: The campaign; all campaigns, and what was sent without any, if blank.
            field: "segment_no", "interaction_template_code", "arm", "campaign_no" or
                "campaign_entry_no".
            since: The first day of responses that count; the first of all if not given.
            until: The last such day; the last of all if not given.
            segment_no: Only who was asked with this segment.

        Raises:
            NotFound: There is no such campaign.
            UnknownName: Responses cannot be had by this field.
            InvalidValue: A day is none, or the last is before the first.
        """
        scope = Scope(campaign_no=no, since=since, until=until, segment_no=segment_no)
        return campaigns.responses_by(self._store, field, scope)

    def has_responded(self, no: str | Campaign) -> Selection:
        """Whom a campaign was aimed at and who has responded until now.

        A company has responded, too, if one of its persons did who was not asked itself.

        Args:
            no: The campaign.

        Raises:
            NotFound: There is no such campaign.
        """
        return campaigns.has_responded(self._store, no)

    def has_not_responded(self, no: str | Campaign) -> Selection:
        """Whom a campaign was aimed at and who has not responded until now: for a follow-up.

        Args:
            no: The campaign.

        Raises:
            NotFound: There is no such campaign.
        """
        return campaigns.has_not_responded(self._store, no)

    def compare(
        self,
        no: str | Campaign,
        *arms: Arm | Iterable[str] | str,
        outcome: Outcome | None = None,
        since: date | None = None,
        until: date | None = None,
        confidence: float = 0.95,
    ) -> Comparison:
        """How arms of a campaign did: each beside the first, with interval and test.

        A contact counts once, however often it was asked or responded. One that is in several arms
        is named, and counts in none.

        Args:
            no: The campaign.
            *arms: Names of arms that logging recorded, the one first that the others are set
                beside; without any, all that were recorded, the held-back one first. Or arms with
                contacts of their own: a `segmentation.experiments.Arm`, or numbers of contacts,
                which are called A, B, ...
            outcome: A figure over a table, whose means are compared; responses if not given.
            since: The first day of responses that count; the first of all if not given.
            until: The last such day; the last of all if not given.
            confidence: How sure an interval is to hold the true value, from 0 to 1.

        Raises:
            NotFound: There is no such campaign, or contacts are not there: all of them are named.
            UnknownName: There is no such arm.
            InvalidValue: There are less than two arms, one is empty, two have one name, no arms
                were recorded, or the confidence is not between 0 and 1.
            Rejected: The figure cannot be had: all that is wrong.
        """
        return campaigns.compare(
            self._context,
            no,
            *arms,
            outcome=outcome,
            since=since,
            until=until,
            confidence=confidence,
        )

    def size_needed(
        self, base_rate: float, effect: float, *, power: float = 0.8, confidence: float = 0.95
    ) -> int:
        """How many contacts each of two arms needs, so that an effect is found.

        Args:
            base_rate: The rate without the effect, as a fraction: 0.1 for one of ten.
            effect: By how much the rate rises, or falls if it is negative: 0.02 from 0.1 to 0.12.
            power: The chance of finding the effect if it is there.
            confidence: 1 less the chance of a false alarm.

        Raises:
            Rejected: The base rate is not from 0 to 1, the effect is 0 or leads out of 0 to 1, or
                the power is not between 0 and 1: all of it.
            InvalidValue: The confidence is not between 0 and 1.
        """
        return size_needed(base_rate, effect, power=power, confidence=confidence)

    def hold_out(self, share: Decimal | float, *, until: date) -> Holdout:
        """Hold a share of all contacts out of promotions, from today on.

        Templates marked ``promotional`` do not reach them: they do not join, are not logged, and
        get nothing that is still to be delivered. Selections and counts stay as they are. Contacts
        that come later are in by the same share; the next register is drawn anew.

        Args:
            share: The share as a fraction: 0.1 for one of ten.
            until: The last day.

        Raises:
            Rejected: The share is not between 0 and 1, or the day is blank or over: all of it.
        """
        return campaigns.hold_out(self._context, share, until=until)

    def held_out(self, *, on: date | None = None) -> Sequence[str]:
        """The numbers of the contacts that are held out of promotions on a day, in their order.

        Args:
            on: The day; today if not given.
        """
        return campaigns.held_out(self._context, on=on)

    # -- targets ------------------------------------------------------------------------------

    def activate(self, no: str | Campaign) -> Sequence[CampaignTarget]:
        """Aim a campaign at all who are on a line or entry marked campaign target.

        The group follows lines, entries and business relations from now on.

        Returns:
            The target group.

        Raises:
            NotFound: There is no such campaign.
            Refused: No line and no entry is marked so.
        """
        return campaigns.activate(self._context, no)

    def deactivate(self, no: str | Campaign) -> None:
        """Empty the target group of a campaign; one that is not active stays as it is.

        Raises:
            NotFound: There is no such campaign.
        """
        campaigns.deactivate(self._context, no)

    def is_active(self, no: str | Campaign) -> bool:
        """Whether a campaign has a target group that follows its lines and entries.

        Raises:
            NotFound: There is no such campaign.
        """
        return campaigns.is_active(self._store, no)

    def targets(self, no: str | Campaign) -> Sequence[CampaignTarget]:
        """Whom a campaign is aimed at; empty unless it is active.

        Raises:
            NotFound: There is no such campaign.
        """
        return campaigns.target_group(self._store, no)

    def active_for(
        self, *, customer_no: str = "", contact_no: str | Contact = "", on: date | None = None
    ) -> Sequence[Campaign]:
        """The active campaigns that run on a day and are aimed at a customer or contact.

        Args:
            customer_no: The host's number of a customer.
            contact_no: A contact; a person is aimed at through its company.
            on: The day; today if not given.

        Raises:
            InvalidValue: Neither customer nor contact is given.
            NotFound: There is no such contact.
        """
        return campaigns.active_for(
            self._store,
            on=on or self._context.day.today,
            customer_no=customer_no,
            contact_no=contact_no,
        )

    def record_invoice(
        self, customer_no: str, order_no: str, *, posting_date: date | None = None
    ) -> Interaction | None:
        """Record that an order of a targeted customer was invoiced, once for each order.

        Args:
            customer_no: The host's number of the customer.
            order_no: The host's number of the order.
            posting_date: The day of the invoice, and of what is recorded; today if not given.

        Returns:
            What was recorded; ``None`` if no campaign is aimed at the customer on that day, the
            order was recorded before, or the customer's contact may not be recorded for.

        Raises:
            InvalidValue: The customer or the order is blank.
            Refused: The template set-up names no template for sales invoices.
            NotFound: It names one that is not there.
        """
        return campaigns.record_invoice(
            self._context, customer_no, order_no, posting_date=posting_date
        )
