"""A segment: the worksheet of header, lines, texts and the actions that built it.

A segment is a frozen value, and each step makes a new one. This module does not know storage, or
how contacts are selected.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

import attrs

from segmentation.errors import Message, NotFound, Refused
from segmentation.markup import to_figures
from segmentation.showing import shown_by
from segmentation.templates import TemplateLanguage

from ._actions import CriteriaAction, Undone
from ._blocks import LINE_STEP, Joined
from ._header import SegmentHeader
from ._line import SegmentLine, Terms
from ._lines import Lines, to_lines
from ._parts import Part
from ._rosters import Roster


@shown_by("no", "header.description", "lines", "actions")
@attrs.frozen(kw_only=True)
class Segment:
    """A worksheet: a header, lines in the order of their numbers, and the actions so far.

    Attributes:
        actions: The actions that built it, first to last.
        undone: The actions that were undone. The last of them is redone first.
        languages: The template's texts, copied when it was chosen.
        version: The number of stored changes. The store refuses a change to an older version.
        seen: What its last refresh had seen of the store, for the next one; empty if it has none.
    """

    header: SegmentHeader
    lines: Lines = attrs.field(converter=to_lines, default=Lines())
    actions: tuple[CriteriaAction, ...] = ()
    undone: tuple[Undone, ...] = ()
    languages: tuple[TemplateLanguage, ...] = ()
    version: int = 0
    seen: str = attrs.field(default="", eq=False)

    @property
    def no(self) -> str:
        """The segment's number."""
        return self.header.no

    @property
    def contact_nos(self) -> tuple[str, ...]:
        """The contacts on the lines, in the order of the lines."""
        return self.lines.contact_nos

    @property
    def cost(self) -> Decimal:
        """What the interactions will cost, over the lines."""
        return self.lines.total("unit_cost")

    @property
    def duration_min(self) -> Decimal:
        """How long the interactions will take, in minutes, over the lines."""
        return self.lines.total("unit_duration_min")

    @property
    def texts(self) -> Mapping[str, TemplateLanguage]:
        """The segment's texts by language."""
        return {text.language_code: text for text in self.languages}

    @property
    def attachments(self) -> frozenset[str]:
        """The hashes of the attachments that the segment needs, now or after undo or redo."""
        removed = (action.removed for action in self.actions)
        undone = (lines for each in self.undone for lines in (each.inserted, each.action.removed))
        return frozenset(
            (self.header.attachment, *(text.attachment for text in self.languages))
        ).union(*(lines.attachments for lines in (self.lines, *removed, *undone))) - {""}

    def line(self, line_no: int) -> SegmentLine:
        """The line with this number.

        Raises:
            NotFound: There is none.
        """
        found = self.lines.find(line_no)
        if found is None:
            raise NotFound("segment line", f"{self.no} {line_no}")
        return found

    def _repr_html_(self) -> str:
        """Number and description, and the first lines."""
        figures = {
            "description": self.header.description,
            "template": self.header.interaction_template_code,
            "date": self.header.date,
            "lines": len(self.lines),
            "actions": len(self.actions),
        }
        return to_figures(figures, caption=f"segment {self.no}") + self.lines._repr_html_()

    # -- actions ----------------------------------------------------------------------------

    def new_lines(
        self, terms: Terms, *rosters: Roster, address_codes: Mapping[str, str] | None = None
    ) -> Lines:
        """A line for each contact, numbered after the segment's last. They are not added yet.

        Args:
            terms: The values of the segment for the lines.
            *rosters: The contacts, in the order of the lines. No contact is on two of them.
            address_codes: The alternative addresses that are active, by contact.
        """
        parts: list[Part] = []
        first = self.lines.last_no + LINE_STEP
        for who in rosters:
            everyone = who.everyone
            end = first + everyone.bit_count() * LINE_STEP
            if everyone:
                block = Joined(terms, who, range(first, end, LINE_STEP), address_codes or {})
                parts.append(Part(block, everyone))
            first = end
        return Lines(tuple(parts), segment_no=self.no)

    def acted(
        self,
        action: CriteriaAction,
        *,
        kept: Lines | None = None,
        inserted: Iterable[SegmentLine] = (),
        removed: Iterable[SegmentLine] = (),
    ) -> "Segment":
        """The segment after an action.

        Args:
            action: The action.
            kept: The lines that are kept, by default all.
            inserted: The lines that it adds.
            removed: The lines that it removes: those that are not kept.
        """
        stays = self.lines if kept is None else kept
        new = to_lines(inserted)
        lines = self._own(stays.merged(new)) if new else stays
        done = attrs.evolve(
            action,
            inserted=new.numbers,
            removed=removed,
            lines_before=len(self.lines),
            lines_after=len(lines),
        )
        return attrs.evolve(self, lines=lines, actions=(*self.actions, done), undone=())

    def reset(self) -> "Segment":
        """The segment without its actions."""
        return attrs.evolve(self, actions=(), undone=())

    def gone_back(self) -> "Segment":
        """The segment before its last action.

        The lines that the action added are removed. Those it removed are restored as they were.

        Raises:
            Refused: There is no action to undo.
        """
        if not self.actions:
            step = Message("go back on segment {no}", no=self.no)
            raise Refused(step, "it has no action to undo")
        *before, last = self.actions
        inserted, kept = self.lines.picked(last.inserted)
        return attrs.evolve(
            self,
            lines=self._own(kept.merged(last.removed)),
            actions=tuple(before),
            undone=(*self.undone, Undone(action=last, inserted=inserted)),
        )

    def gone_forward(self) -> "Segment":
        """The segment after the last undone action is redone.

        Raises:
            Refused: There is no undone action, or the segment has changed since.
        """
        if not self.undone:
            step = Message("go forward on segment {no}", no=self.no)
            raise Refused(step, "it has no action to do again")
        *before, again = self.undone
        kept = self.lines.picked(again.action.removed.numbers)[1]
        lines = self._own(kept.merged(again.inserted))
        # A line may have been removed, without a record, before the action was undone.
        done = attrs.evolve(
            again.action,
            inserted=again.inserted.numbers,
            lines_before=len(self.lines),
            lines_after=len(lines),
        )
        return attrs.evolve(self, lines=lines, actions=(*self.actions, done), undone=tuple(before))

    def copied(self, header: SegmentHeader) -> "Segment":
        """A new segment with the same lines, actions and texts under another header."""
        lines = attrs.evolve(self.lines, segment_no=header.no)
        return attrs.evolve(self, header=header, lines=lines, undone=(), version=0, seen="")

    def _own(self, lines: Lines) -> Lines:
        return attrs.evolve(lines, segment_no=self.no)

    # -- changes ----------------------------------------------------------------------------

    def with_changed(self, lines: Iterable[SegmentLine]) -> "Segment":
        """The segment with changed lines. They keep their numbers."""
        changed = self.lines.with_changed(lines)
        return attrs.evolve(self, lines=changed, undone=())
