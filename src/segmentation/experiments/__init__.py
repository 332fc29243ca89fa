"""Experiments: splits into arms, their comparison by published tests, the size that they need.

Knows nothing of campaigns, contacts or where they are kept: it works on counts and figures.
"""

from ._comparison import (
    RATIO_IS_OFF,
    Amounts,
    Arm,
    Comparison,
    Difference,
    Group,
    Method,
    check_arms,
    check_confidence,
    compared,
)
from ._outcome import Outcome
from ._pictured import Funnel, RateFrom, ResponseCurve
from ._planning import size_needed
from ._responses import Responses
from ._split import Split, arms_from_text, arms_to_text
from ._windows import check_repeat, check_window, day_after

__all__ = [
    "RATIO_IS_OFF",
    "Amounts",
    "Arm",
    "Comparison",
    "Difference",
    "Funnel",
    "Group",
    "Method",
    "Outcome",
    "RateFrom",
    "ResponseCurve",
    "Responses",
    "Split",
    "arms_from_text",
    "arms_to_text",
    "check_arms",
    "check_confidence",
    "check_repeat",
    "check_window",
    "compared",
    "day_after",
    "size_needed",
]
