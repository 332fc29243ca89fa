"""Why a contact was or was not in a logged segment, from the journal alone.

The reason of a logged segment is the stored form of its actions. Together with the interactions,
it gives the segment as it was when it was logged. For any contact it shows how it was added, or
why it was not. This module does not use the contacts as they are today.
"""

from collections.abc import Iterator

import attrs

from segmentation.codes import Option, to_code
from segmentation.criteria import AsOf, Criteria
from segmentation.errors import NotFound
from segmentation.interactions import Interaction
from segmentation.languages import ENGLISH, Phrases
from segmentation.markup import to_text
from segmentation.segments import (
    ActionKind,
    ActionSummary,
    LeftOutReason,
    LoggedSegment,
    OwnFields,
    Segment,
    SegmentHeader,
    SegmentLine,
    actions_from_json,
    actions_to_json,
    history_of,
)
from segmentation.showing import shown_by

from ._state import Known


def reason_of(segment: Segment, own_fields: OwnFields | None = None) -> str:
    """The reason that a logged segment keeps: its actions, without the texts of removed lines.

    Of fields of a host's own that they ask for it keeps how they were defined, as tables that live
    elsewhere may be declared otherwise, or not at all, when it is read.

    Of removed lines only number and contact are kept. That is enough for an explanation, and the
    journal holds no text for a contact that did not receive it.
    """
    actions = (
        attrs.evolve(
            action,
            removed=tuple(
                SegmentLine(
                    segment_no=line.segment_no,
                    line_no=line.line_no,
                    contact_no=line.contact_no,
                    contact_company_no=line.contact_company_no,
                )
                for line in action.removed
            ),
        )
        for action in segment.actions
    )
    return actions_to_json(actions, own_fields=own_fields)


def rebuilt_segment(known: Known, entry_no: int) -> Segment:
    """A logged segment as it was, as far as the journal records it.

    Args:
        known: The current records, or an earlier state.
        entry_no: The logged segment's entry.

    Returns:
        Number and description, lines with their contacts, and the actions that added them.

    Raises:
        NotFound: There is no such logged segment.
    """
    logged = known.find(LoggedSegment, entry_no)
    if logged is None:
        raise NotFound("logged segment", str(entry_no))
    lines = [
        SegmentLine(
            segment_no=interaction.segment_no,
            line_no=interaction.line_no,
            contact_no=interaction.contact_no,
            contact_company_no=interaction.contact_company_no,
            description=interaction.description,
            date=interaction.date,
            salesperson_code=interaction.salesperson_code,
            campaign_no=interaction.campaign_no,
            interaction_template_code=interaction.interaction_template_code,
            language_code=interaction.interaction_language_code,
        )
        for interaction in known.all(Interaction, logged_segment_entry_no=entry_no)
    ]
    return Segment(
        header=SegmentHeader(
            no=logged.segment_no, description=logged.description, date=logged.date
        ),
        lines=tuple(lines),
        actions=actions_from_json(logged.reason) if logged.reason else (),
    )


class StepEffect(Option):
    """What an action did to a contact."""

    JOINED = "joined"
    REMOVED = "removed"
    LEFT_OUT = "left_out"


@shown_by("action_no", "kind", "by_hand", "effect", "reason")
@attrs.frozen(kw_only=True)
class Step:
    """What one action did to one contact.

    Attributes:
        action_no: The action's place in the list, from 1.
        kind: Whether it added, reduced, refined, ...
        by_hand: Whether a single contact was put in or taken out by hand.
        criteria: The selection, ``None`` if every contact passed.
        as_of: The day that relative dates were computed for.
        effect: The effect on the contact.
        line_nos: The numbers of the lines that were added or removed.
        reason: Why the contact was left out, ``None`` if it was not.
        entry_no: The entry of the journal that is the reason, 0 if none is.
    """

    action_no: int
    kind: ActionKind
    by_hand: bool
    criteria: Criteria | None
    as_of: AsOf | None
    effect: StepEffect
    line_nos: tuple[int, ...] = ()
    reason: LeftOutReason | None = None
    entry_no: int = 0

    def __str__(self) -> str:
        return self.told()

    def told(self, phrases: Phrases = ENGLISH) -> str:
        """The step in words."""
        how = phrases.say("by_hand") if self.by_hand else phrases.name("*", "kind", self.kind)
        if self.as_of:
            how = phrases.say("on_day", how=how, day=self.as_of.today)
        why = phrases.name("*", "reason", self.reason) if self.reason else ""
        if self.entry_no:
            why = phrases.say("by_entry", reason=why, number=self.entry_no)
        return phrases.say(f"step_{self.effect}", number=self.action_no, how=how, reason=why)


@shown_by("contact_no", "line_nos", "steps")
@attrs.frozen(kw_only=True)
class Membership:
    """Whether and why a contact was in a logged segment.

    Attributes:
        contact_no: The contact.
        line_nos: The numbers of its lines when the segment was logged, none if it had none.
        steps: What each action did to it, first to last. Actions without effect are left out.
    """

    contact_no: str
    line_nos: tuple[int, ...]
    steps: tuple[Step, ...]

    @property
    def logged(self) -> bool:
        """Whether the contact was logged."""
        return bool(self.line_nos)

    def __str__(self) -> str:
        return self.told()

    def told(self, phrases: Phrases = ENGLISH) -> str:
        """The membership in words."""
        phrase = "was_logged" if self.logged else "was_not_logged"
        head = phrases.say(phrase, contact=self.contact_no)
        return "\n".join([head, *(f"  {step.told(phrases)}" for step in self.steps)])

    def _repr_html_(self) -> str:
        return to_text(str(self))


def explain_membership(known: Known, entry_no: int, contact_no: str) -> Membership:
    """Why a contact was or was not logged with a segment, from the journal alone.

    Args:
        known: The current records, or an earlier state.
        entry_no: The logged segment's entry.
        contact_no: The contact, which need not exist any more.

    Raises:
        NotFound: There is no such logged segment.
    """
    segment = rebuilt_segment(known, entry_no)
    no = to_code(contact_no)
    logged = tuple(line.line_no for line in segment.lines if line.contact_no == no)
    return Membership(contact_no=no, line_nos=logged, steps=steps_of(segment, no))


def steps_of(segment: Segment, contact_no: str) -> tuple[Step, ...]:
    """What each action of a segment did to a contact. Actions without effect are left out."""
    no = to_code(contact_no)
    return tuple(step for summary in history_of(segment) for step in _steps(summary, no))


def _steps(summary: ActionSummary, no: str) -> Iterator[Step]:
    action = summary.action

    def step(
        effect: StepEffect,
        line_nos: tuple[int, ...] = (),
        reason: LeftOutReason | None = None,
        entry_no: int = 0,
    ) -> Step:
        return Step(
            action_no=summary.number,
            kind=action.kind,
            by_hand=action.by_hand,
            criteria=action.criteria,
            as_of=action.as_of,
            effect=effect,
            line_nos=line_nos,
            reason=reason,
            entry_no=entry_no,
        )

    gone = tuple(line_no for line_no, owner in summary.left.items() if owner == no)
    if gone:
        yield step(StepEffect.REMOVED, gone)
    come = tuple(line_no for line_no, owner in summary.joined.items() if owner == no)
    if come:
        yield step(StepEffect.JOINED, come)
    for left_out in action.left_out:
        if left_out.contact_no == no:
            yield step(StepEffect.LEFT_OUT, reason=left_out.reason, entry_no=left_out.entry_no)
