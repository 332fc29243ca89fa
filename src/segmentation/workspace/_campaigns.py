"""Campaigns: a thin front of `segmentation.operations`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from segmentation.campaigns import (
    Campaign,
    CampaignEntry,
    CampaignTarget,
    Comparison,
    Period,
    compared,
)
from segmentation.interactions import Interaction
from segmentation.journal import Figures
from segmentation.operations import campaigns
from segmentation.operations.campaigns import Scope
from segmentation.operations.context import Context
from segmentation.protocols import Store


class Campaigns:
    """The campaigns of a workspace."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def __iter__(self) -> Iterator[Campaign]:
        return self._store.records.all(Campaign)

    def __getitem__(self, no: str) -> Campaign:
        return campaigns.get_campaign(self._store, no)

    def new(self, description: str = "", **given: Any) -> Campaign:  # noqa: ANN401
        """Make a campaign; without a number it takes the next of the series.

        Args:
            description: What it is called.
            **given: no, starting_date, ending_date, salesperson_code, status_code.

        Raises:
            Refused: No number can be given.
            Rejected: Values do not fit: all of them.
        """
        return campaigns.new_campaign(self._context, description=description, **given)

    def change(self, campaign: Campaign) -> Campaign:
        """Store a campaign as it is now."""
        return campaigns.change_campaign(self._context, campaign)

    def delete(self, no: str) -> None:
        """Take a campaign out; what was recorded for it stays in the journal."""
        campaigns.delete_campaign(self._store, no)

    def entries(self, no: str) -> Sequence[CampaignEntry]:
        """What was done for a campaign, in the order of recording."""
        return campaigns.entries_of(self._store, no)

    # -- figures ------------------------------------------------------------------------------

    def figures(self, no: str = "", **scope: Any) -> Figures:  # noqa: ANN401
        """The figures of a campaign, or of a part of it.

        Args:
            no: The campaign; all of them if not given.
            **scope: starting_date, ending_date, segment_no, campaign_entry_no, salesperson_code.
        """
        return campaigns.figures(self._store, Scope(campaign_no=no, **scope))

    def figures_by(self, field: str, no: str = "", **scope: Any) -> Mapping[str | int, Figures]:  # noqa: ANN401
        """The same by "segment_no", "salesperson_code", "campaign_entry_no" or "campaign_no"."""
        return campaigns.figures_by(self._store, field, Scope(campaign_no=no, **scope))

    def figures_over_time(
        self,
        period: Period | str,
        no: str = "",
        **scope: Any,  # noqa: ANN401
    ) -> Mapping[date, Figures]:
        """The same by "day", "week" or "month", under the first day of each."""
        asked = Scope(campaign_no=no, **scope)
        return campaigns.figures_over_time(self._store, Period(period), asked)

    def compare(
        self, no: str, first: Iterable[str], second: Iterable[str], *, confidence: float = 0.95
    ) -> Comparison:
        """How two groups of contacts responded to a campaign, A/B.

        Args:
            no: The campaign.
            first: Numbers of the contacts of group A.
            second: Those of group B.
            confidence: How sure the interval of the difference is to hold it, from 0 to 1.

        Raises:
            InvalidValue: A group is empty.
        """
        groups = {"A": first, "B": second}
        return compared(*campaigns.responses_of(self._store, no, groups), confidence=confidence)

    # -- targets ------------------------------------------------------------------------------

    def activate(self, no: str) -> Sequence[CampaignTarget]:
        """Aim a campaign at everyone on a line or entry marked campaign target.

        Raises:
            Refused: Nobody is.
        """
        return campaigns.activate(self._context, no)

    def deactivate(self, no: str) -> None:
        """Aim a campaign at nobody."""
        campaigns.deactivate(self._store, no)

    def targets(self, no: str) -> Sequence[CampaignTarget]:
        """Whom a campaign is aimed at; empty unless it is active."""
        return campaigns.target_group(self._store, no)

    def active_for(
        self, *, customer_no: str = "", contact_no: str = "", on: date | None = None
    ) -> Sequence[Campaign]:
        """The active campaigns that are aimed at a customer or contact on a day, or today."""
        return campaigns.campaigns_for(
            self._store,
            on=on or self._context.day.today,
            customer_no=customer_no,
            contact_no=contact_no,
        )

    def record_invoice(
        self, customer_no: str, order_no: str, posting_date: date | None = None
    ) -> Interaction | None:
        """Record that an order of a targeted customer was invoiced, once for each order.

        Raises:
            Refused: The template set-up names no template for sales invoices.
        """
        return campaigns.record_targeted_invoice(
            self._context, customer_no, order_no, posting_date or self._context.day.today
        )

    @property
    def _store(self) -> Store:
        return self._context.store
