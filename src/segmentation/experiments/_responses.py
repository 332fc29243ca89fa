"""Who was asked and who responded."""

from collections.abc import Mapping

import attrs

from segmentation.frozen import freeze_within
from segmentation.markup import to_figures, to_percent
from segmentation.showing import shown_by


@shown_by("asked", "responded", "rate")
@attrs.frozen(kw_only=True, field_transformer=freeze_within)
class Responses:
    """How many contacts were asked, and who of them responded; each counts once.

    Attributes:
        asked: How many contacts were asked.
        responders: The contacts that responded, each with those who did so for it: itself, or
            persons of the company that was asked.
    """

    asked: int
    responders: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)

    @property
    def responded(self) -> int:
        """How many of the contacts responded."""
        return len(self.responders)

    @property
    def rate(self) -> float:
        """Responses for each contact that was asked, 0.25 for one of four; 0 if none was."""
        return self.responded / self.asked if self.asked else 0.0

    def _repr_html_(self) -> str:
        """The counts, and the rate in per cent."""
        return to_figures(
            {"asked": self.asked, "responded": self.responded, "rate": to_percent(self.rate)}
        )
