"""Figures from the journal: of contacts, and of what was logged."""

from collections.abc import Iterable
from datetime import date, time

import attrs

from segmentation.contacts import Contact
from segmentation.interactions import Interaction
from segmentation.journal import Figures, counted
from segmentation.operations.values import is_within
from segmentation.protocols import Store

from ._lookup import interactions_of


@attrs.frozen(kw_only=True)
class ContactFigures:
    """What the journal knows of a contact.

    Attributes:
        figures: Number, cost and duration of its interactions.
        last_interaction: When the last one took place whose attempt did not fail.
        last_attempted: When we tried last, whether it failed or not.
    """

    figures: Figures
    last_interaction: date | None = None
    last_attempted: date | None = None


def contact_figures(
    store: Store,
    contact_no: str | Contact,
    *,
    since: date | None = None,
    until: date | None = None,
) -> ContactFigures:
    """The figures of a contact; a company's cover its persons too.

    Canceled and postponed interactions are left out everywhere.

    Args:
        store: Where everything is kept.
        contact_no: The contact.
        since: The first day; from the beginning if not given.
        until: The last day; to the end if not given.

    Raises:
        NotFound: There is no such contact.
    """
    counting = [
        interaction
        for interaction in interactions_of(store, contact_no)
        if interaction.counts and is_within(interaction.date, since, until)
    ]
    return ContactFigures(
        figures=counted(counting),
        last_interaction=_last(i for i in counting if not i.attempt_failed),
        last_attempted=_last(i for i in counting if i.initiated_by == "us"),
    )


def _last(interactions: Iterable[Interaction]) -> date | None:
    moments = [
        (interaction.date, interaction.time_of_interaction or time.min)
        for interaction in interactions
        if interaction.date
    ]
    return max(moments)[0] if moments else None


def logged_segment_figures(store: Store, entry_no: int) -> Figures:
    """The figures of a logged segment."""
    return counted(store.records.all(Interaction, logged_segment_entry_no=entry_no))


def campaign_entry_figures(store: Store, entry_no: int) -> Figures:
    """The figures of a campaign entry."""
    return counted(store.records.all(Interaction, campaign_entry_no=entry_no))
