"""What each action of a segment did, computed from the current lines and the actions.

The number of a removed line can be given to a new line. To find the contact of a number at an
earlier time, the actions are undone one by one, starting from the current lines.
"""

from collections.abc import Mapping, Sequence
from typing import overload

import attrs

from segmentation.frozen import freeze_within
from segmentation.languages import ENGLISH, Phrases
from segmentation.markup import SHOWN, to_table, to_text
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
        action: The action.
        joined: The contacts of the lines that it added, by line number. The contact is not known
            if the line was removed later without a record.
        left: The contacts of the lines that it removed, by line number.
    """

    number: int
    action: CriteriaAction
    joined: Mapping[int, str]
    left: Mapping[int, str]

    def __str__(self) -> str:
        return self.told()

    def _repr_html_(self) -> str:
        """The action in words, and the contacts that were left out."""
        left_out = self.action.left_out
        return to_text(str(self)) + (left_out._repr_html_() if left_out else "")

    def told(self, phrases: Phrases = ENGLISH) -> str:
        """The action in words, in one line."""
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


@shown_by(count="actions")
@attrs.frozen(eq=False)
class History(Sequence[ActionSummary]):
    """What each action of a segment did, first to last. As text, it has a line for each action.

    Equal to any other sequence of the same summaries.
    """

    summaries: tuple[ActionSummary, ...] = ()

    def __len__(self) -> int:
        return len(self.summaries)

    @overload
    def __getitem__(self, index: int) -> ActionSummary: ...
    @overload
    def __getitem__(self, index: slice) -> "History": ...
    def __getitem__(self, index: int | slice) -> "ActionSummary | History":
        found = self.summaries[index]
        return History(found) if isinstance(found, tuple) else found

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return self.summaries == tuple(other)

    def __hash__(self) -> int:
        return hash(self.summaries)

    def __str__(self) -> str:
        return self.told()

    def told(self, phrases: Phrases = ENGLISH) -> str:
        """The history in words, with a line for each action."""
        return "\n".join(each.told(phrases) for each in self.summaries)

    def _repr_html_(self) -> str:
        """The first actions, and how many contacts each left out, by reason."""
        rows = [(str(each), _reasons(each.action)) for each in self.summaries[:SHOWN]]
        return to_table(["action", "left out"], rows, more=len(self) - len(rows))


def _reasons(action: CriteriaAction) -> str:
    counts = action.left_out.counts.items()
    return ", ".join(f"{ENGLISH.name('*', 'reason', why)} {count:,}" for why, count in counts)


def history_of(segment: Segment) -> History:
    """What each action did, first to last."""
    owner = dict(zip(segment.lines.numbers, segment.contact_nos, strict=True))
    summaries: list[ActionSummary] = []
    for number, action in reversed(list(enumerate(segment.actions, start=1))):
        joined = {no: owner.pop(no) for no in action.inserted if no in owner}
        left = dict(zip(action.removed.numbers, action.removed.contact_nos, strict=True))
        owner.update(left)
        summaries.append(ActionSummary(number=number, action=action, joined=joined, left=left))
    return History(tuple(reversed(summaries)))
