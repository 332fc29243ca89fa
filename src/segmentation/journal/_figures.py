"""Figures over interactions: how many, at what cost, how long.

Canceled and postponed interactions are left out. Totals are kept for each day, so that a figure
over any range of dates takes one addition for each day in it.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from operator import attrgetter
from typing import Any, TypeAlias

import attrs

from segmentation.campaigns import CampaignTally
from segmentation.columns import Columns
from segmentation.interactions import Dimension, Interaction, InteractionTotal
from segmentation.markup import to_figures, to_percent
from segmentation.showing import shown_by

from ._state import Done

TotalKey: TypeAlias = tuple[Dimension, str, dt.date]


@shown_by("interactions", "cost", "duration_min", "targets", "responses")
@attrs.frozen(kw_only=True)
class Figures:
    """Totals over interactions.

    Attributes:
        interactions: The number of interactions.
        cost: Their cost, in the currency of the host.
        duration_min: Their duration in minutes.
        targets: How many are marked as campaign target.
        responses: How many are marked as campaign response.
    """

    interactions: int = 0
    cost: Decimal = Decimal(0)
    duration_min: Decimal = Decimal(0)
    targets: int = 0
    responses: int = 0

    @property
    def response_rate(self) -> float:
        """Responses divided by targets (0.25 for one of four), 0 without targets."""
        return self.responses / self.targets if self.targets else 0.0

    @property
    def cost_per_response(self) -> Decimal | None:
        """The cost of a response, ``None`` without responses."""
        return self.cost / self.responses if self.responses else None

    def _repr_html_(self) -> str:
        """Each figure, rates in per cent."""
        cost = self.cost_per_response
        return to_figures(
            {
                "interactions": self.interactions,
                "cost": self.cost,
                "duration (min.)": self.duration_min,
                "targets": self.targets,
                "responses": self.responses,
                "response rate": to_percent(self.response_rate),
                "cost per response": None if cost is None else f"{cost:.2f}",
            }
        )

    def plus(self, other: "Figures | InteractionTotal | CampaignTally") -> "Figures":
        """The sum of these figures and others."""
        return Figures(
            interactions=self.interactions + other.interactions,
            cost=self.cost + other.cost,
            duration_min=self.duration_min + other.duration_min,
            targets=self.targets + other.targets,
            responses=self.responses + other.responses,
        )


NOTHING = Figures()


def figures_of(interaction: Interaction) -> Figures:
    """The figures of one interaction."""
    return _figures(1, *_values(interaction))


def counted(interactions: Iterable[Interaction]) -> Figures:
    """The figures of the interactions that are neither canceled nor postponed.

    >>> counted([Interaction(cost=Decimal(3)), Interaction(cost=Decimal(4), canceled=True)]).cost
    Decimal('3')
    """
    figures = NOTHING
    for interaction in interactions:
        if interaction.counts:
            figures = figures.plus(figures_of(interaction))
    return figures


def added_up(totals: Iterable[InteractionTotal | CampaignTally]) -> Figures:
    """The figures of several days."""
    figures = NOTHING
    for total in totals:
        figures = figures.plus(total)
    return figures


_UNCOUNTED = ("canceled", "postponed")
_FIGURES = ("cost", "duration_min", "campaign_target", "campaign_response")
_values = attrgetter(*_FIGURES)


def _figures(
    interactions: int, cost: Decimal, duration_min: Decimal, targets: int, responses: int
) -> Figures:
    return Figures(
        interactions=interactions,
        cost=cost,
        duration_min=duration_min,
        targets=int(targets),
        responses=int(responses),
    )


def grown(done: Iterable[Done], *names: str) -> Mapping[tuple[Any, ...], int]:
    """The increase in the number of counted interactions, by the values of several fields."""
    values = attrgetter(*names)
    found: dict[tuple[Any, ...], int] = {}
    for each in done:
        if isinstance(each, Columns):
            for (canceled, postponed, *key), times in each.counted(*_UNCOUNTED, *names).items():
                if not (canceled or postponed):
                    found[tuple(key)] = found.get(tuple(key), 0) + times
            continue
        for item, sign in ((each.before, -1), (each.after, 1)):
            if isinstance(item, Interaction) and item.counts:
                found[values(item)] = found.get(values(item), 0) + sign
    return {key: times for key, times in found.items() if times}


def figures_grown(done: Iterable[Done], *names: str) -> Mapping[tuple[Any, ...], Figures]:
    """The increase in the figures, by the values of some fields of the interactions."""
    sums: dict[tuple[Any, ...], list[Any]] = {}
    for values, times in grown(done, *names, *_FIGURES).items():
        key, figures = values[: len(names)], values[len(names) :]
        own = sums.setdefault(key, [0] * (1 + len(_FIGURES)))
        for place, figure in enumerate((1, *figures)):
            own[place] += times * figure
    made = {key: _figures(*own) for key, own in sums.items()}
    return {key: figures for key, figures in made.items() if figures != NOTHING}


def differences(done: Iterable[Done]) -> Mapping[TotalKey, Figures]:
    """The changes in the totals.

    Interactions without a date count for the first possible day.
    """
    grouped = figures_grown(
        done, "interaction_template_code", "interaction_group_code", "date"
    ).items()
    found: dict[TotalKey, Figures] = {}
    for (template, group, day), figures in grouped:
        for dimension, code in ((Dimension.TEMPLATE, template), (Dimension.GROUP, group)):
            if code:
                key = (dimension, code, day or dt.date.min)
                found[key] = found.get(key, NOTHING).plus(figures)
    return {key: figures for key, figures in found.items() if figures != NOTHING}
