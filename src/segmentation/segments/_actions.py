"""Criteria actions: the steps that built a segment, and what each of them did.

An action records exactly which lines it added and which it removed, so that it can be undone. This
module does not know segments.
"""

import datetime as dt
from collections.abc import Iterable, Sequence

import attrs

from segmentation.codes import Option
from segmentation.criteria import MEANING, AsOf, Criteria
from segmentation.fields import Extra, LongText, Record, ShortCode, Text, to_extra, with_converters
from segmentation.markup import to_figures
from segmentation.showing import shown_by

from ._blocks import LINE_STEP
from ._left_out import LeftOuts, to_left_outs
from ._lines import Lines, to_lines


class ActionKind(Option):
    """What a criteria action does."""

    ADD = "add"
    REDUCE = "reduce"
    REFINE = "refine"
    REFRESH = "refresh"


@shown_by(
    "allow_existing",
    "expand_companies",
    "allow_related_companies",
    "ignore_exclusion",
    "entire_companies",
)
@attrs.frozen(kw_only=True)
class Options:
    """The options of an action. All are off by default.

    Attributes:
        allow_existing: A contact that is already in the segment gets a second line.
        expand_companies: All contacts of the company of a match are added too.
        allow_related_companies: The company of each match is added too.
        ignore_exclusion: Contacts marked exclude_from_segment are added too.
        entire_companies: In reduce and refine, one match makes its whole company match.
    """

    allow_existing: bool = False
    expand_companies: bool = False
    allow_related_companies: bool = False
    ignore_exclusion: bool = False
    entire_companies: bool = False


def to_inserted(numbers: Iterable[int]) -> Sequence[int]:
    """Line numbers in the form that an action keeps: a range if they are evenly spaced."""
    if isinstance(numbers, range):
        return numbers
    kept = tuple(numbers)
    if kept:
        counted = range(kept[0], kept[-1] + 1, LINE_STEP)
        if tuple(counted) == kept:
            return counted
    return kept


@shown_by(
    "kind", "by_hand", "saved_code", "as_of.today", "inserted", "removed", "left_out", "lines_after"
)
@attrs.frozen(kw_only=True)
class CriteriaAction:
    """One step that built a segment.

    Attributes:
        kind: Add, reduce, refine or refresh.
        criteria: The selection, ``None`` if every contact passes.
        options: The options.
        by_hand: The single contact that was added or removed by hand.
        saved_code: The code of the saved criteria that a refresh ran, or else empty.
        as_of: The day that relative dates were computed for.
        meaning: The version of the filter language's meaning that it was recorded with.
        inserted: The numbers of the lines that the action added.
        removed: The lines that it removed, as they were.
        left_out: The contacts that matched and were left out, with the reason.
        overruled: The contacts that joined although they were excluded; ``None`` in actions that
            did not record it yet.
        lines_before: The number of lines before the action.
        lines_after: The number of lines after it.
    """

    kind: ActionKind
    criteria: "Criteria | None" = None
    options: Options = Options()
    by_hand: bool = False
    saved_code: str = ""
    as_of: AsOf | None = None
    meaning: int = MEANING
    inserted: Sequence[int] = attrs.field(converter=to_inserted, default=())
    removed: Lines = attrs.field(converter=to_lines, default=Lines())
    left_out: LeftOuts = attrs.field(converter=to_left_outs, default=to_left_outs(()))
    overruled: tuple[str, ...] | None = ()
    lines_before: int = 0
    lines_after: int = 0

    def _repr_html_(self) -> str:
        """The selection, the lines added and removed, and the contacts left out."""
        figures = {
            "action": str(self.kind),
            "by hand": "yes" if self.by_hand else None,
            "saved criteria": self.saved_code or None,
            "criteria": None if self.criteria is None else repr(self.criteria),
            "day": self.as_of.today if self.as_of else None,
            "lines before": self.lines_before,
            "joined": len(self.inserted),
            "left": len(self.removed),
            "lines after": self.lines_after,
        }
        known = {name: value for name, value in figures.items() if value is not None}
        left_out = self.left_out._repr_html_() if self.left_out else ""
        return to_figures(known) + left_out


@shown_by("action.kind", "action.by_hand", "action.as_of.today", "inserted")
@attrs.frozen(kw_only=True)
class Undone:
    """An action that was undone and can be redone.

    Attributes:
        action: The action.
        inserted: The lines that it had added, as they were when it was undone.
    """

    action: CriteriaAction
    inserted: Lines = attrs.field(converter=to_lines, default=Lines())


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class SavedCriteria(Record, table="saved_segment_criteria", key=("code",)):
    """Actions saved under a code, to be run again on any segment.

    Attributes:
        actions: The actions in their stored form (see `actions_to_json`).
        saved_by: The user who saved them.
        saved_at: When they were saved.
    """

    code: ShortCode
    description: Text = ""
    saved_by: LongText = ""
    saved_at: dt.datetime | None = None
    actions: LongText = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)
