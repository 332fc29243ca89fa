"""The stored form of criteria actions: with their effects, as JSON."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Self

import attrs

from segmentation.criteria import MEANING, AsOf
from segmentation.errors import InvalidValue, Message
from segmentation.frozen import freeze_within
from segmentation.serialization import (
    JSON,
    criteria_from_data,
    criteria_to_data,
    from_data,
    from_json,
    reason_of,
    to_data,
    to_json,
)
from segmentation.showing import shown_by

from ._actions import ActionKind, CriteriaAction, Options, Undone
from ._blocks import LINE_STEP, Alike
from ._left_out import LeftOuts, left_out_from_data, to_left_outs
from ._line import SegmentLine
from ._lines import Lines, to_lines
from ._parts import Part, alike

ACTIONS_FORMAT = 1
"""Version of the stored form of actions."""

_SHARING = 2
"""The version in which an action may leave out the same contacts as the one before it."""


@shown_by("version", "fields")
@attrs.frozen(field_transformer=freeze_within)
class OwnFields:
    """The fields of a host's own that actions ask for, as they were defined at the time.

    Attributes:
        version: How often the definitions in the store had changed.
        fields: Table, field and type of each.
    """

    version: int
    fields: tuple[tuple[str, str, str], ...]


def actions_to_json(
    actions: Iterable[CriteriaAction],
    undone: Iterable[Undone] = (),
    *,
    own_fields: OwnFields | None = None,
) -> str:
    """Actions in their stored form, with their effects.

    Args:
        actions: The actions, first to last.
        undone: The undone actions, in the order of `Segment.undone`.
        own_fields: The fields of a host's own that they ask for, where that is to be kept.
    """
    data = {"format": ACTIONS_FORMAT, "actions": [_action_to_data(a) for a in actions]}
    again = [_undone_to_data(each) for each in undone]
    if again:
        data["undone"] = again
    if own_fields is not None and own_fields.fields:
        data["own_fields"] = [own_fields.version, *map(list, own_fields.fields)]
    return to_json(data)


class ActionTexts:
    """The stored form of the actions of segments that are stored again and again.

    What an action became is kept, as a segment only gains actions. An action that leaves out the
    very contacts that the one before it left out says so in place of them.

    Args:
        most: Of how many segments that is kept.
    """

    def __init__(self, most: int = 128) -> None:
        self._most = most
        self._told: dict[str, Sequence[_Told]] = {}

    def to_json(self, segment_no: str, actions: Iterable[CriteriaAction]) -> str:
        """The actions that a segment has now, in their stored form."""
        known = {(id(each.action), each.shares): each for each in self._told.pop(segment_no, ())}
        told: list[_Told] = []
        before: LeftOuts | None = None
        for action in actions:
            shares = bool(action.left_out) and action.left_out is before
            text = known.get((id(action), shares))
            told.append(text or _Told.of(action, before if shares else None))
            before = action.left_out
        self._told[segment_no] = told
        while len(self._told) > self._most:
            self._told.pop(next(iter(self._told)), None)
        version = _SHARING if any(each.shares for each in told) else ACTIONS_FORMAT
        return f'{{"actions":[{",".join(each.text for each in told)}],"format":{version}}}'


@attrs.frozen
class _Told:
    """An action, what it became, and whether that names nobody of those whom it left out."""

    action: CriteriaAction
    text: str
    shares: bool

    @classmethod
    def of(cls, action: CriteriaAction, before: LeftOuts | None) -> Self:
        return cls(action, to_json(_action_to_data(action, before)), before is not None)


def own_fields_from_json(text: str) -> OwnFields:
    """The fields of a host's own in a text that `actions_to_json` made.

    Raises:
        InvalidValue: The text does not hold stored actions, or has a later version.
    """
    version, *fields = _stored(text).get("own_fields", [0])
    return OwnFields(version, tuple((table, field, kind) for table, field, kind in fields))


def actions_from_json(text: str) -> tuple[CriteriaAction, ...]:
    """The inverse of `actions_to_json`.

    Raises:
        InvalidValue: The text does not hold stored actions, or has a later version.
    """
    data = _stored(text)
    try:
        return tuple(_actions_from_data(data["actions"]))
    except (LookupError, TypeError, ValueError) as error:
        raise _unread(text, error) from error


def undone_from_json(text: str) -> tuple[Undone, ...]:
    """The undone actions in a text that `actions_to_json` made.

    Raises:
        InvalidValue: The text does not hold stored actions, or has a later version.
    """
    try:
        return tuple(
            Undone(
                action=_action_from_data(each["action"]),
                inserted=_lines_from_data(each["inserted"]),
            )
            for each in _stored(text).get("undone", ())
        )
    except (LookupError, TypeError, ValueError) as error:
        raise _unread(text, error) from error


def _unread(text: str, error: Exception) -> InvalidValue:
    reason = Message("cannot be read: {error}", error=reason_of(error))
    return InvalidValue("actions", text[:60], reason)


def _stored(text: str) -> dict[str, JSON]:
    data = from_json(text)
    if not isinstance(data, dict) or data.get("format") not in {ACTIONS_FORMAT, _SHARING}:
        raise InvalidValue("actions", text[:60], "are not of a form that this version reads")
    return data


def _undone_to_data(undone: Undone) -> JSON:
    action, inserted = _action_to_data(undone.action), _lines_to_data(undone.inserted)
    return {"action": action, "inserted": inserted}


def _action_to_data(action: CriteriaAction, before: LeftOuts | None = None) -> JSON:
    as_of = action.as_of
    data = {
        "kind": str(action.kind),
        "criteria": criteria_to_data(action.criteria) if action.criteria is not None else None,
        "options": to_data(action.options),
        "by_hand": action.by_hand,
        "meaning": action.meaning,
        "as_of": [as_of.today.isoformat(), as_of.workdate.isoformat(), as_of.user]
        if as_of
        else None,
        "inserted": _runs(action.inserted),
        "removed": _lines_to_data(action.removed),
        "left_out": None if action.left_out is before else action.left_out.stored,
        "lines": [action.lines_before, action.lines_after],
    }
    if action.saved_code:
        data["saved_code"] = action.saved_code
    if action.overruled or (action.overruled == () and _overrules(action)):
        data["overruled"] = list(action.overruled)
    return data


def _overrules(action: CriteriaAction) -> bool:
    """Whether contacts can join by an action although they are excluded."""
    return action.by_hand or action.options.ignore_exclusion


def _overruled(data: JSON) -> tuple[str, ...] | None:
    told = data.get("overruled")
    if told is None:
        return None if data["by_hand"] or "ignore_exclusion" in data["options"] else ()
    return tuple(told)


def _meaning_of(data: JSON) -> int:
    """The version of the meaning; what bears none is of the first."""
    meaning: int = data.get("meaning", 1)
    if type(meaning) is not int or not 1 <= meaning <= MEANING:
        reason = Message("is not known; this library reads up to {known}", known=MEANING)
        raise InvalidValue("actions.meaning", meaning, reason)
    return meaning


def _actions_from_data(actions: Iterable[JSON]) -> Iterator[CriteriaAction]:
    before: LeftOuts | None = None
    for data in actions:
        action = _action_from_data(data, before)
        before = action.left_out
        yield action


def _action_from_data(data: JSON, before: LeftOuts | None = None) -> CriteriaAction:
    as_of = data["as_of"]
    lines_before, lines_after = data["lines"]
    return CriteriaAction(
        kind=ActionKind(data["kind"]),
        criteria=criteria_from_data(data["criteria"]) if data["criteria"] else None,
        options=from_data(Options, data["options"]),
        by_hand=data["by_hand"],
        saved_code=data.get("saved_code", ""),
        meaning=_meaning_of(data),
        as_of=AsOf(
            dt.date.fromisoformat(as_of[0]),
            dt.date.fromisoformat(as_of[1]),
            user=as_of[2],
        )
        if as_of
        else None,
        inserted=_from_runs(data["inserted"]),
        removed=_lines_from_data(data["removed"]),
        left_out=_left_out_from_data(data["left_out"], before),
        overruled=_overruled(data),
        lines_before=lines_before,
        lines_after=lines_after,
    )


def _left_out_from_data(data: JSON, before: LeftOuts | None) -> LeftOuts:
    if data is None and before is not None:
        return before
    return to_left_outs(map(left_out_from_data, data))


def _lines_to_data(lines: Lines) -> JSON:
    """Lines as plain data: blocks as columns, then the lines that were changed by hand."""
    blocks = [_block_to_data(alike(part), lines.segment_no) for part in lines.parts]
    return [*blocks, *(to_data(line) for _, line in sorted(lines.changed.items()))]


def _block_to_data(block: Alike, segment_no: str) -> JSON:
    return {
        "likes": [to_data(attrs.evolve(like, segment_no=segment_no)) for like in block.likes],
        "like": list(block.who.manner_of),
        "line_no": _runs(block.numbers),
        "contact_no": block.who.numbers,
        "contact_company_no": block.who.company_nos,
    }


def _lines_from_data(data: JSON) -> Lines:
    """Lines from plain data, also from the older form that holds each line by itself."""
    blocks = [_block_from_data(row) for row in data if "likes" in row]
    rows = [from_data(SegmentLine, row) for row in data if "likes" not in row]
    if not blocks:
        return to_lines(rows)
    return Lines(
        tuple(Part(block, block.who.everyone) for block in blocks),
        changed={line.line_no: line for line in rows},
        segment_no=blocks[0].likes[0].segment_no,
    )


def _block_from_data(data: JSON) -> Alike:
    return Alike.of(
        likes=[from_data(SegmentLine, like) for like in data["likes"]],
        like_of=data["like"],
        numbers=tuple(_from_runs(data["line_no"])),
        contact_nos=tuple(data["contact_no"]),
        company_nos=tuple(data["contact_company_no"]),
    )


def _runs(numbers: Sequence[int]) -> list[list[int]]:
    """Line numbers as evenly spaced runs: pairs of first number and length."""
    if isinstance(numbers, range) and numbers:
        return [[numbers[0], len(numbers)]]
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][0] + runs[-1][1] * LINE_STEP:
            runs[-1][1] += 1
        else:
            runs.append([number, 1])
    return runs


def _from_runs(runs: Iterable[Sequence[int]]) -> Iterator[int]:
    for first, count in runs:
        yield from range(first, first + count * LINE_STEP, LINE_STEP)
