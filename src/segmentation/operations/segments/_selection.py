"""Choosing contacts for a segment: add, reduce, refine, by hand, go back and forward.

Each step reads a segment, makes a new value of it and stores that, in one transaction; an
error leaves everything as it was. What a step would do can be seen without doing it.
"""

from collections.abc import Sequence

import attrs

from segmentation.columns import Columns
from segmentation.contacts import Contact
from segmentation.criteria import (
    AsOf,
    Compare,
    Criteria,
    Operand,
    Operator,
    Part,
    Where,
    to_neutral,
)
from segmentation.errors import InvalidValue, Message, Refused
from segmentation.frozen import freeze_within
from segmentation.markup import to_figures
from segmentation.operations.context import Context
from segmentation.operations.permission import LASTING, denials
from segmentation.operations.records import get_record, require_segment
from segmentation.operations.schema import schema_of
from segmentation.protocols import Store
from segmentation.segments import (
    ActionKind,
    CriteriaAction,
    LeftOut,
    LeftOutReason,
    Lines,
    Listed,
    Options,
    Segment,
    SegmentHeader,
    SegmentLine,
    to_left_outs,
)
from segmentation.showing import shown_by

from ._apply_action import apply_action, lines_for
from ._contactable import barred_reason
from ._waiting_lines import WaitingLine, to_waiting, waiting_among
from ._worksheet import save_segment

# -- steps ------------------------------------------------------------------------------------


def add_contacts(
    context: Context,
    segment_no: str | SegmentHeader,
    criteria: Criteria | None,
    options: Options | None = None,
) -> Segment:
    """Add a line for every contact that meets the criteria.

    Excluded contacts join only with ``ignore_exclusion``; blocked contacts and minors without
    consent never do. Who matched and did not join stands in the action's ``left_out``.
    """
    action = _action(context, ActionKind.ADD, criteria, options)
    return _act(context, segment_no, action)


def reduce_contacts(
    context: Context,
    segment_no: str | SegmentHeader,
    criteria: Criteria | None,
    options: Options | None = None,
    *,
    reset_when_empty: bool = False,
) -> Segment:
    """Remove the lines of contacts that meet the criteria, or of their whole companies.

    Args:
        context: Store, user, day and clock.
        segment_no: The segment.
        criteria: What to choose by; ``None`` for every contact.
        options: Only ``entire_companies`` is looked at.
        reset_when_empty: If no line is left after more than one action, forget all actions.
    """
    action = _action(context, ActionKind.REDUCE, criteria, options)
    return _act(context, segment_no, action, reset_when_empty=reset_when_empty)


def refine_contacts(
    context: Context,
    segment_no: str | SegmentHeader,
    criteria: Criteria | None,
    options: Options | None = None,
    *,
    reset_when_empty: bool = False,
) -> Segment:
    """Keep only the lines of contacts that meet the criteria, or of their whole companies.

    Args:
        context: Store, user, day and clock.
        segment_no: The segment.
        criteria: What to choose by; ``None`` for every contact.
        options: Only ``entire_companies`` is looked at.
        reset_when_empty: If no line is left after more than one action, forget all actions.
    """
    action = _action(context, ActionKind.REFINE, criteria, options)
    return _act(context, segment_no, action, reset_when_empty=reset_when_empty)


def _action(
    context: Context, kind: ActionKind, criteria: Criteria | None, options: Options | None
) -> CriteriaAction:
    """An action with the criteria as they are kept: neutral, whoever typed them."""
    as_of = context.day
    if criteria is not None:
        criteria = to_neutral(criteria, schema_of(context.store), as_of)
    return CriteriaAction(kind=kind, criteria=criteria, options=options or Options(), as_of=as_of)


def _act(
    context: Context,
    segment_no: str | SegmentHeader,
    action: CriteriaAction,
    *,
    reset_when_empty: bool = False,
) -> Segment:
    store = context.store
    with store.transaction():
        before = require_segment(store, segment_no)
        after = apply_action(context, before, action, context.day)
        return save_segment(context, before, _perhaps_reset(after, reset_when_empty))


def _perhaps_reset(segment: Segment, reset_when_empty: bool) -> Segment:  # noqa: FBT001
    forgets = reset_when_empty and not segment.lines and len(segment.actions) > 1
    return segment.reset() if forgets else segment


def go_back(context: Context, segment_no: str | SegmentHeader) -> Segment:
    """Undo the last action: the lines are again as they were before it.

    Raises:
        Refused: There is no action left.
    """
    store = context.store
    with store.transaction():
        before = require_segment(store, segment_no)
        return save_segment(context, before, before.gone_back())


def go_forward(context: Context, segment_no: str | SegmentHeader) -> Segment:
    """Do again what was gone back on last.

    Raises:
        Refused: Nothing was gone back on, or something else was done since.
    """
    store = context.store
    with store.transaction():
        before = require_segment(store, segment_no)
        return save_segment(context, before, before.gone_forward())


# -- by hand ----------------------------------------------------------------------------------


def add_contact(
    context: Context, segment_no: str | SegmentHeader, contact_no: str | Contact
) -> Segment:
    """Add a line for one contact by hand; it is recorded like any other action.

    A contact that is there already gets a second line, and exclusion is not asked for.

    Raises:
        NotFound: There is no such segment or contact.
        Refused: The contact is blocked, a minor without consent, or may not be written to for the
            purpose of the template.
    """
    store = context.store
    with store.transaction():
        before = require_segment(store, segment_no)
        contact = require_contactable(store, contact_no)
        inserted = lines_for(context, before, Listed.of([contact]))
        check_permission(context, inserted.by_field())
        action = by_hand(ActionKind.ADD, contact.no, context.day, contact=contact)
        return save_segment(context, before, before.acted(action, inserted=inserted))


def remove_line(
    context: Context,
    segment_no: str | SegmentHeader,
    line_no: int | SegmentLine,
    *,
    recorded: bool = True,
    reset_when_empty: bool = False,
) -> Segment:
    """Remove one line by hand.

    Args:
        context: Store, user, day and clock.
        segment_no: The segment.
        line_no: The line's number.
        recorded: Whether it counts as an action; if not, it cannot be gone back on.
        reset_when_empty: If no line is left after more than one action, forget all actions.

    Raises:
        NotFound: There is no such segment or line.
    """
    store = context.store
    with store.transaction():
        before = require_segment(store, segment_no)
        line = line_of(before, line_no)
        gone, kept = before.lines.picked((line.line_no,))
        if recorded:
            action = by_hand(ActionKind.REDUCE, line.contact_no, context.day)
            after = before.acted(action, kept=kept, removed=gone)
        else:
            after = attrs.evolve(before, lines=kept, undone=())
        return save_segment(context, before, _perhaps_reset(after, reset_when_empty))


def line_of(segment: Segment, line_no: int | SegmentLine) -> SegmentLine:
    """The line with this number.

    Raises:
        NotFound: There is none.
    """
    return segment.line(line_no.line_no if isinstance(line_no, SegmentLine) else line_no)


def require_contactable(store: Store, contact_no: str | Contact) -> Contact:
    """The contact, if privacy lets it join a segment.

    Raises:
        NotFound: There is no such contact.
        Refused: The contact is blocked, or a minor without consent.
    """
    contact = get_record(store, Contact, contact_no)
    reason = barred_reason(contact)
    if reason:
        raise Refused(
            Message("add contact {no}", no=contact.no),
            Message("the contact {why}", why=Message(reason)),
        )
    return contact


def check_permission(context: Context, lines: Columns[SegmentLine]) -> None:
    """See that the contacts of lines may be written to what the lines are for.

    Raises:
        Refused: One may not; the error names the first.
    """
    for place, denial in denials(context, lines, LASTING).items():
        if denial.reason is LeftOutReason.HOLDOUT:
            continue  # who is put in by hand is told when the segment is logged
        step = Message("add contact {no}", no=lines.column("contact_no")[place])
        raise Refused(step, denial.message)


def by_hand(
    kind: ActionKind, contact_no: str, as_of: AsOf, *, contact: Contact | None = None
) -> CriteriaAction:
    """An action on one contact; run again it does not heed exclusion either.

    Args:
        kind: Whether it is put in or taken out.
        contact_no: The contact.
        as_of: The day.
        contact: The contact that is put in, which may be excluded.
    """
    number = Where("no", Compare(Operator.EQUAL, Operand(contact_no)))
    return CriteriaAction(
        kind=kind,
        criteria=Part("contact", (number,)),
        options=Options(ignore_exclusion=kind is ActionKind.ADD),
        by_hand=True,
        as_of=as_of,
        overruled=(contact_no,) if contact and contact.exclude_from_segment else (),
    )


# -- looking ahead ----------------------------------------------------------------------------


@shown_by("joining", "leaving", "left_out", "lines_before", "lines_after")
@attrs.frozen(kw_only=True, repr=False, field_transformer=freeze_within)
class Preview:
    """What an action would do.

    Attributes:
        joining: The lines that it would put in.
        leaving: The lines that it would take out.
        left_out: Contacts that match and would not join, and why.
        waiting: The lines, of those that it would put in, by which somebody would be written to
            later, if they were sent now, each with why and when.
        lines_before: How many lines there are.
        lines_after: How many there would be.
    """

    joining: Lines
    leaving: Lines
    left_out: Sequence[LeftOut]
    waiting: tuple[WaitingLine, ...] = ()
    lines_before: int
    lines_after: int

    def _repr_html_(self) -> str:
        """The counts, and who was left out by reason."""
        figures = {
            "lines before": self.lines_before,
            "joining": len(self.joining),
            "leaving": len(self.leaving),
            "left out": len(self.left_out),
            "written to later": len(self.waiting),
            "lines after": self.lines_after,
        }
        left_out = to_left_outs(self.left_out)
        told = left_out._repr_html_() if left_out else ""
        return to_figures(figures) + told + to_waiting(self.waiting)


def preview(
    context: Context,
    segment_no: str | SegmentHeader,
    kind: ActionKind | str,
    criteria: Criteria | None,
    options: Options | None = None,
) -> Preview:
    """What an action would do, without doing it: who joins, who goes, who is left out and why.

    Of a refresh it says what the criteria would bring that the segment follows.

    Args:
        context: Store, user, day and clock.
        segment_no: The segment.
        kind: "add", "reduce", "refine" or "refresh".
        criteria: What to choose by; ``None`` for every contact.
        options: The options of the action.

    Raises:
        FilterError: A filter does not fit its field.
        UnknownName: The criteria name a table or field that the schema does not have.
        NotFound: There is no such segment, or it follows no criteria that could be refreshed.
        InvalidValue: There is no such kind of action.
    """
    store = context.store
    if kind not in [*ActionKind]:
        reason = Message("is not one of {kinds}", kinds=", ".join(ActionKind))
        raise InvalidValue("kind", kind, reason)
    kind = ActionKind(kind)
    before = require_segment(store, segment_no)
    followed = before.header.saved_criteria_code if kind is ActionKind.REFRESH else ""
    action = attrs.evolve(_action(context, kind, criteria, options), saved_code=followed)
    after = apply_action(context, before, action, context.day)
    done = after.actions[-1]
    joining = after.lines.picked(done.inserted)[0]
    return Preview(
        joining=joining,
        leaving=done.removed,
        left_out=done.left_out,
        waiting=waiting_among(context, joining.by_field()) if joining else (),
        lines_before=done.lines_before,
        lines_after=done.lines_after,
    )
