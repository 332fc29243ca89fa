"""Why a contact is in a segment: what each action did to it, and how its criteria fare now."""

from collections.abc import Sequence
from datetime import date

import attrs

from segmentation.contacts import Contact
from segmentation.criteria import Explanation
from segmentation.errors import Message, unexpected
from segmentation.frozen import freeze_within
from segmentation.journal import Step, steps_of
from segmentation.languages import ENGLISH, Phrases
from segmentation.markup import to_text
from segmentation.operations.context import Context
from segmentation.operations.criteria import explain_contact
from segmentation.operations.records import (
    get_record,
    key_in,
    require_segment,
    unread_in,
)
from segmentation.segments import Segment, SegmentHeader
from segmentation.showing import shown_by


@shown_by("contact_no", "line_nos", "steps", "findings")
@attrs.frozen(kw_only=True, repr=False, field_transformer=freeze_within)
class Why:
    """Why a contact is in a segment, or why not.

    Attributes:
        contact_no: The contact.
        line_nos: Its lines; none if it is not in.
        steps: What each action did to it; actions without effect are left out.
        findings: For each action that has criteria, by its number: whether the contact passes
            them now, and why.
        phrases: The words that it is told in.
    """

    contact_no: str
    line_nos: tuple[int, ...]
    steps: tuple[Step, ...]
    findings: tuple[tuple[int, Explanation], ...]
    phrases: Phrases = attrs.field(default=ENGLISH, eq=False, repr=False)

    def __str__(self) -> str:
        say = self.phrases.say
        lines = [say("is_in" if self.line_nos else "is_not_in", contact=self.contact_no)]
        lines += [f"  {step.told(self.phrases)}" for step in self.steps]
        for number, found in self.findings:
            lines.append(f"  {say('action', number=number)}")
            lines += [f"    {line}" for line in str(found).splitlines()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return to_text(str(self))


def explain_in_segment(
    context: Context, segment_no: str | SegmentHeader, contact_no: str | Contact
) -> Why:
    """Why a contact is in a segment, or why not.

    Args:
        context: Store, user, day and language.
        segment_no: The segment.
        contact_no: The contact.

    Raises:
        NotFound: There is no such segment or contact.
    """
    segment = require_segment(context.store, segment_no)
    no = str(key_in(Contact, contact_no)[0])
    # Of a row that cannot be read the actions tell why it was left out; criteria cannot ask it.
    is_read = not unread_in(context.store, [no])
    if is_read:
        get_record(context.store, Contact, no)
    numbers = zip(segment.lines.numbers, segment.contact_nos, strict=True)
    return Why(
        contact_no=no,
        line_nos=tuple(number for number, owner in numbers if owner == no),
        steps=steps_of(segment, no),
        findings=tuple(
            (number, explain_contact(context.on(action.as_of), action.criteria, no))
            for number, action in enumerate(segment.actions, start=1)
            if is_read and action.criteria is not None and action.as_of is not None
        ),
        phrases=context.phrases,
    )


def entered_since(
    context: Context, segment_no: str | SegmentHeader, *, since: date
) -> Sequence[str]:
    """The contacts that entered a segment since a day and are in it now.

    Args:
        context: Store, user and day.
        segment_no: The segment.
        since: The first day that counts. An action's day is the one that it was worked out for.

    Returns:
        Their numbers, in the order of their lines. A line that was put in before an older
        history was forgotten does not count, since its day is not known.

    Raises:
        NotFound: There is no such segment.
        InvalidValue: ``since`` is not a date.
    """
    if not isinstance(since, date):
        raise unexpected("since", since, Message("is not a date; give a datetime.date"))
    segment = require_segment(context.store, segment_no)
    days = _days_of_lines(segment)
    found = (
        no
        for number, no in zip(segment.lines.numbers, segment.contact_nos, strict=True)
        if no and number in days and days[number] >= since
    )
    return tuple(dict.fromkeys(found))


def _days_of_lines(segment: Segment) -> dict[int, date]:
    """The day on which each line was put in; a number that is given again counts anew."""
    return {
        number: action.as_of.today
        for action in segment.actions
        if action.as_of is not None
        for number in action.inserted
    }
