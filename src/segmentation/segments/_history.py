"""What each action of a segment did, worked out from the lines as they are and the actions.

Numbers of lines that went can be given again, so whose line a number was is found by walking
back from the lines that are there now.
"""

from collections.abc import Mapping, Sequence

import attrs

from segmentation.frozen import freeze_within
from segmentation.languages import ENGLISH, Phrases
from segmentation.showing import shown_by

from ._actions import CriteriaAction
from ._segment import Segment


@shown_by(
    "number",
    "action.kind",
    "action.by_hand",
    "joined",
    "left",
    "action.left_out",
    "action.lines_after",
)
@attrs.frozen(kw_only=True, field_transformer=freeze_within)
class ActionSummary:
    """An action and what it did.

    Attributes:
        number: The action's place in the list, from 1.
        action: The action: how it chose, who was left out, the lines before and after.
        joined: Contacts of the lines that it put in, by line number. Of a line that was taken
            out later without being recorded the contact is not known.
        left: Contacts of the lines that it took out, by line number.
    """

    number: int
    action: CriteriaAction
    joined: Mapping[int, str]
    left: Mapping[int, str]

    def __str__(self) -> str:
        return self.told()

    def told(self, phrases: Phrases = ENGLISH) -> str:
        """The action in one line of words."""
        action, say = self.action, phrases.say
        head = f"{self.number} {phrases.name('*', 'kind', action.kind)}"
        if action.by_hand:
            head = say("action_by_hand", action=head)
        if action.saved_code:
            head = say("action_from", action=head, code=action.saved_code)
        counts = {
            "action_joined": len(action.inserted),
            "action_left": len(action.removed),
            "action_left_out": len(action.left_out),
        }
        did = [say(phrase, count=count) for phrase, count in counts.items() if count]
        return say(
            "action_lines",
            action=head,
            did=say("comma").join(did) or say("nothing_changed"),
            before=action.lines_before,
            after=action.lines_after,
        )


def history_of(segment: Segment) -> Sequence[ActionSummary]:
    """What each action did, first to last."""
    owner = dict(zip(segment.lines.numbers, segment.contact_nos, strict=True))
    summaries: list[ActionSummary] = []
    for number, action in reversed(list(enumerate(segment.actions, start=1))):
        joined = {no: owner.pop(no) for no in action.inserted if no in owner}
        left = dict(zip(action.removed.numbers, action.removed.contact_nos, strict=True))
        owner.update(left)
        summaries.append(ActionSummary(number=number, action=action, joined=joined, left=left))
    return summaries[::-1]
