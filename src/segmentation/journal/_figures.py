"""Figures over interactions: how many, at what cost, how long.

They leave out what is cancelled or postponed. Totals by day are kept entry by entry, so that
a figure over any range of dates costs as many additions as there are days in it.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TypeAlias

import attrs

from segmentation.campaigns import CampaignTally
from segmentation.interactions import Dimension, Interaction, InteractionTotal

from ._state import Change

TotalKey: TypeAlias = tuple[Dimension, str, dt.date]


@attrs.frozen(kw_only=True)
class Figures:
    """What interactions add up to.

    Attributes:
        interactions: How many there are.
        cost: What they cost, in the currency of the host.
        duration_min: How long they took, in minutes.
        targets: How many are marked campaign target.
        responses: How many are marked campaign response.
    """

    interactions: int = 0
    cost: Decimal = Decimal(0)
    duration_min: Decimal = Decimal(0)
    targets: int = 0
    responses: int = 0

    @property
    def response_rate(self) -> Decimal:
        """Responses for every hundred targets; 0 without targets."""
        return Decimal(self.responses) * 100 / self.targets if self.targets else Decimal(0)

    @property
    def cost_per_response(self) -> Decimal | None:
        """What a response cost; ``None`` without responses."""
        return self.cost / self.responses if self.responses else None

    def plus(
        self, other: "Figures | InteractionTotal | CampaignTally | Interaction", times: int = 1
    ) -> "Figures":
        """The figures with those of another, taken so many times (-1 takes them away)."""
        if isinstance(other, Interaction):
            count, targets = 1, int(other.campaign_target)
            responses = int(other.campaign_response)
        else:
            count, targets, responses = other.interactions, other.targets, other.responses
        return Figures(
            interactions=self.interactions + times * count,
            cost=self.cost + times * other.cost,
            duration_min=self.duration_min + times * other.duration_min,
            targets=self.targets + times * targets,
            responses=self.responses + times * responses,
        )


NOTHING = Figures()


def counted(interactions: Iterable[Interaction]) -> Figures:
    """The figures of those interactions that count, one by one.

    >>> counted([Interaction(cost=Decimal(3)), Interaction(cost=Decimal(4), canceled=True)]).cost
    Decimal('3')
    """
    figures = NOTHING
    for interaction in interactions:
        if interaction.counts:
            figures = figures.plus(interaction)
    return figures


def added_up(totals: Iterable[InteractionTotal | CampaignTally]) -> Figures:
    """The figures of several days."""
    figures = NOTHING
    for total in totals:
        figures = figures.plus(total)
    return figures


def dimensions_of(interaction: Interaction) -> Iterator[tuple[Dimension, str]]:
    """What totals an interaction belongs to."""
    if interaction.interaction_template_code:
        yield Dimension.TEMPLATE, interaction.interaction_template_code
    if interaction.interaction_group_code:
        yield Dimension.GROUP, interaction.interaction_group_code


def differences(made: Iterable[Change]) -> Mapping[TotalKey, Figures]:
    """By how much changes of interactions change the totals.

    What has no date belongs to the first day there is.
    """
    together: dict[tuple[object, ...], tuple[Interaction, int]] = {}
    for change in made:
        for item, sign in ((change.before, -1), (change.after, 1)):
            if isinstance(item, Interaction) and item.counts:
                alike = (
                    item.interaction_template_code,
                    item.interaction_group_code,
                    item.date,
                    item.cost,
                    item.duration_min,
                    item.campaign_target,
                    item.campaign_response,
                )
                first, times = together.get(alike, (item, 0))
                together[alike] = (first, times + sign)
    found: dict[TotalKey, Figures] = {}
    for item, times in together.values():
        for dimension, code in dimensions_of(item) if times else ():
            key = (dimension, code, item.date or dt.date.min)
            found[key] = found.get(key, NOTHING).plus(item, times)
    return {key: figures for key, figures in found.items() if figures != NOTHING}
