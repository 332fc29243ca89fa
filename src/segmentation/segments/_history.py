"""What each action of a segment did, worked out from the lines as they are and the actions.

Numbers of lines that went can be given again, so whose line a number was is found by walking
back from the lines that are there now.
"""

from collections.abc import Sequence

import attrs

from ._actions import CriteriaAction
from ._segment import Segment


@attrs.frozen(kw_only=True)
class Deed:
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
    joined: dict[int, str]
    left: dict[int, str]

    def __str__(self) -> str:
        action = self.action
        how = "by hand" if action.by_hand else ""
        saved = f"from {action.saved_code}" if action.saved_code else ""
        did = [
            f"{len(action.inserted)} joined" if action.inserted else "",
            f"{len(action.removed)} left" if action.removed else "",
            f"{len(action.left_out)} left out" if action.left_out else "",
        ]
        head = " ".join(filter(None, (f"{self.number} {action.kind}", how, saved)))
        told = ", ".join(filter(None, did)) or "nothing changed"
        return f"{head}: {told} ({action.lines_before} → {action.lines_after} lines)"


def history_of(segment: Segment) -> Sequence[Deed]:
    """What each action did, first to last."""
    owner = dict(zip(segment.lines.numbers, segment.contact_nos, strict=True))
    deeds: list[Deed] = []
    for number, action in reversed(list(enumerate(segment.actions, start=1))):
        joined = {no: owner.pop(no) for no in action.inserted if no in owner}
        left = dict(zip(action.removed.numbers, action.removed.contact_nos, strict=True))
        owner.update(left)
        deeds.append(Deed(number=number, action=action, joined=joined, left=left))
    return deeds[::-1]
