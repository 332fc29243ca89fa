"""What pictures of an experiment show: responses over time, and the way to an order."""

import datetime as dt
from collections.abc import Mapping, Sequence

import attrs

from segmentation.frozen import freeze_within
from segmentation.markup import to_figures, to_percent, to_table
from segmentation.showing import shown_by


@shown_by("day", "rate")
@attrs.frozen
class RateFrom:
    """The share of an arm that has responded from a day on."""

    day: dt.date
    rate: float


@shown_by("segment_no", "description", "day", "arms")
@attrs.frozen(kw_only=True, field_transformer=freeze_within)
class ResponseCurve:
    """How large a share of each arm of a segment had responded from which day on.

    Attributes:
        segment_no: The segment.
        description: What it is called.
        day: When it was logged.
        arms: By arm, the days on which contacts responded first, with the rate from then on; all
            contacts are in one arm without a name if the segment was not split.
    """

    segment_no: str
    description: str = ""
    day: dt.date | None = None
    arms: Mapping[str, Sequence[RateFrom]] = attrs.field(factory=dict)

    def _repr_html_(self) -> str:
        """Each day with the rate from then on."""
        rows = [
            (arm, each.day, to_percent(each.rate))
            for arm, curve in self.arms.items()
            for each in curve
        ]
        return to_table(["arm", "from", "responded"], rows, caption=self.segment_no)


@shown_by("segment_no", "selected", "may_join", "sent", "responded", "bought")
@attrs.frozen(kw_only=True)
class Funnel:
    """The way of a segment's contacts from being selected to an order.

    Attributes:
        segment_no: The segment.
        description: What it is called.
        day: When it was logged.
        selected: How many met the criteria.
        may_join: How many of them might be written to: not excluded, blocked or passed over.
        sent: How many were written to, without those held back.
        responded: How many of these responded.
        bought: How many of these have rows of the outcome, if one was asked for.
    """

    segment_no: str = ""
    description: str = ""
    day: dt.date | None = None
    selected: int = 0
    may_join: int = 0
    sent: int = 0
    responded: int = 0
    bought: int | None = None

    @property
    def stages(self) -> Mapping[str, int]:
        """The counts in their order."""
        found = {
            "selected": self.selected,
            "may join": self.may_join,
            "sent": self.sent,
            "responded": self.responded,
        }
        return found if self.bought is None else {**found, "bought": self.bought}

    def _repr_html_(self) -> str:
        """The counts in their order."""
        return to_figures(self.stages, caption=self.segment_no)
