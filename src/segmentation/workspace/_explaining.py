"""Why a contact is in a segment: what each action did to it, and how its criteria fare now."""

import attrs

from segmentation.codes import to_code
from segmentation.criteria import Explanation
from segmentation.journal import Step, steps_of
from segmentation.languages import ENGLISH, Phrases
from segmentation.markup import to_text
from segmentation.operations.context import Context
from segmentation.operations.criteria import explain_contact
from segmentation.segments import Segment


@attrs.frozen(kw_only=True)
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


def why(context: Context, segment: Segment, contact_no: str) -> Why:
    """Why a contact is in a segment, or why not.

    Args:
        context: Store and language.
        segment: The segment.
        contact_no: The contact.

    Raises:
        NotFound: There is no such contact.
    """
    no = to_code(contact_no)
    numbers = zip(segment.lines.numbers, segment.contact_nos, strict=True)
    return Why(
        contact_no=no,
        line_nos=tuple(number for number, owner in numbers if owner == no),
        steps=steps_of(segment, no),
        findings=tuple(
            (number, explain_contact(context.on(action.as_of), action.criteria, no))
            for number, action in enumerate(segment.actions, start=1)
            if action.criteria is not None and action.as_of is not None
        ),
        phrases=context.phrases,
    )
