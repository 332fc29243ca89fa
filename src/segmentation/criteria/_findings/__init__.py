"""What can be told of criteria: checked, compared, counted, explained, shown."""

from ._changes import changes_since
from ._checking import (
    Concern,
    Difference,
    Effect,
    Remark,
    check,
    circle_from,
    compare,
    effect,
    segments_of,
)
from ._counting import Counts, PartCount, count_parts, parts_of
from ._differing import among, apart, differing, segments_in, tables_of
from ._explaining import Explanation, Finding, RowFindings, explain
from ._looking import Values, ValueSource, look_at_values
from ._showing import shown

__all__ = [
    "Concern",
    "Counts",
    "Difference",
    "Effect",
    "Explanation",
    "Finding",
    "PartCount",
    "Remark",
    "RowFindings",
    "ValueSource",
    "Values",
    "among",
    "apart",
    "changes_since",
    "check",
    "circle_from",
    "compare",
    "count_parts",
    "differing",
    "effect",
    "explain",
    "look_at_values",
    "parts_of",
    "segments_in",
    "segments_of",
    "shown",
    "tables_of",
]
