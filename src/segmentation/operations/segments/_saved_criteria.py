"""Saved criteria: saved, changed, renamed, deleted."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Unpack, cast

import attrs

from segmentation.codes import to_code
from segmentation.criteria import Criteria, Remark, changes_since, to_neutral
from segmentation.errors import (
    Identifier,
    InvalidValue,
    Message,
    Refused,
)
from segmentation.operations.checks import Placed, check_new
from segmentation.operations.context import Context
from segmentation.operations.criteria import check_selection, describe_selection
from segmentation.operations.field_values import SavedCriteriaValues, SavedSelectionValues
from segmentation.operations.records import get_record, require_segment
from segmentation.operations.schema import parse_values, schema_of, with_own_values
from segmentation.operations.tables import check_unused
from segmentation.protocols import Store
from segmentation.segments import (
    ActionKind,
    CriteriaAction,
    SavedCriteria,
    Segment,
    SegmentHeader,
    actions_from_json,
    actions_to_json,
)

from ._apply_action import (
    check_actions,
)
from ._circles import check_circle

_WHAT = Message("saved criteria")
"""What errors about a whole text, or about no criteria at all, are about."""


def save_criteria(
    context: Context, segment_no: str | SegmentHeader, code: str, description: str = ""
) -> SavedCriteria:
    """Keep a segment's actions under a code; the same code is replaced.

    What the actions did on this segment is not kept, only how they choose.

    Args:
        context: Store, user, day and clock.
        segment_no: The segment.
        code: The code to save them under.
        description: What they choose.

    Raises:
        NotFound: There is no such segment.
        Refused: The segment has no action; or segments and criteria would go round in a circle.
        InvalidValue: The code is blank.
        Rejected: Code or description do not fit their fields.
    """
    store = context.store
    with store.transaction():
        segment = require_segment(store, segment_no)
        if not segment.actions:
            reason = Message("segment {no} has no action yet", no=segment.no)
            raise Refused(Message("save criteria {code}", code=code), reason)
        return _save(context, code, description, segment.actions)


def new_criteria(
    context: Context,
    code: str,
    criteria: Criteria | None,
    **fields: Unpack[SavedSelectionValues],
) -> SavedCriteria:
    """Keep a selection under a code that nothing is saved under yet.

    Args:
        context: Store, user, day and clock.
        code: The code to save it under.
        criteria: The selection; ``None`` for every contact.
        **fields: ``description``, or a host's own fields as ``extra``.

    Raises:
        FilterError: A filter does not fit its field.
        UnknownName: The selection names a table or field that is not there, or saved criteria
            have no such field.
        InvalidValue: The code is blank, or it is no selection.
        Rejected: The code is taken, or values do not fit their fields: all of them.
        Refused: A segment that it asks for follows these very criteria.
    """
    store = context.store
    with store.transaction():
        given = {"code": _filled(code), **fields}
        values = parse_values(store, SavedCriteria, given, fixed=_GIVEN_BY_US)
        if criteria is not None:
            criteria = to_neutral(criteria, schema_of(store), context.day)
        action = CriteriaAction(kind=ActionKind.ADD, criteria=criteria)
        check_actions(store, [action], context.day)
        made = SavedCriteria(
            **values,
            saved_by=context.user,
            saved_at=context.now,
            actions=actions_to_json([action]),
        )
        (kept,) = add_criteria(context, made)
        return kept


_GIVEN_BY_US = frozenset({"actions", "saved_by", "saved_at"})
"""Fields of saved criteria that follow from the selection, the user and the time."""


def save_selection(
    context: Context, code: str, criteria: Criteria | None, *, description: str = ""
) -> SavedCriteria:
    """Keep a selection under a code, without a segment; the same code is replaced.

    Reused on a segment, it adds the contacts that meet it.

    Args:
        context: Store, user, day and clock.
        code: The code to save it under.
        criteria: The selection; ``None`` for every contact.
        description: What it chooses.

    Raises:
        FilterError: A filter does not fit its field.
        UnknownName: The criteria name a table or field that the schema does not have.
        InvalidValue: The code is blank, or it is no selection.
        Rejected: Code or description do not fit their fields.
        Refused: A segment that it asks for follows these very criteria.
    """
    store = context.store
    if criteria is not None:
        criteria = to_neutral(criteria, schema_of(store), context.day)
    action = CriteriaAction(kind=ActionKind.ADD, criteria=criteria)
    with store.transaction():
        check_actions(store, [action], context.day)
        return _save(context, code, description, [action])


def _save(
    context: Context, code: str, description: str, actions: Iterable[CriteriaAction]
) -> SavedCriteria:
    texts = parse_values(
        context.store, SavedCriteria, {"code": _filled(code), "description": description}
    )
    saved = SavedCriteria(
        code=texts["code"],
        description=texts["description"],
        saved_by=context.user,
        saved_at=context.now,
        actions=actions_to_json(map(_choice, actions)),
    )
    context.store.records.put([saved])
    check_circle(context.store, saved.code)
    return saved


def _filled(code: str) -> str:
    if not to_code(code):
        raise InvalidValue("code", code, "is blank")
    return to_code(code)


def _choice(action: CriteriaAction) -> CriteriaAction:
    """What an action chooses by, without what it did."""
    return CriteriaAction(
        kind=action.kind,
        criteria=action.criteria,
        options=action.options,
        by_hand=action.by_hand,
        meaning=action.meaning,
        saved_code=action.saved_code,
    )


def find_criteria(store: Store, code: str | SavedCriteria) -> SavedCriteria:
    """The saved criteria with this code.

    Raises:
        NotFound: There are none.
    """
    return get_record(store, SavedCriteria, code)


def check_criteria(context: Context, code: str | SavedCriteria) -> Sequence[Remark]:
    """What is wrong or remarkable about saved criteria, each thing in a sentence.

    Conditions that may answer otherwise than under the meaning they were saved with are named.

    Raises:
        NotFound: There are none.
    """
    found = []
    for action in actions_from_json(find_criteria(context.store, code).actions):
        found += [*check_selection(context, action.criteria), *changes_of(context, action)]
    return tuple(dict.fromkeys(found))


def describe_criteria(context: Context, code: str | SavedCriteria) -> str:
    """What saved criteria choose, an action a line, with the days that relative dates stand for.

    Behind an action stands what may answer otherwise than under the meaning it was saved with.

    Raises:
        NotFound: There are none.
        FilterError: A filter does not fit its field any more.
        UnknownName: A table or field is not there any more.
    """
    lines = []
    for action in actions_from_json(find_criteria(context.store, code).actions):
        lines.append(f"{action.kind}: {describe_selection(context, action.criteria)}")
        lines += [f"  {remark}" for remark in changes_of(context, action)]
    return "\n".join(lines)


def changes_of(context: Context, action: CriteriaAction) -> Sequence[Remark]:
    """The conditions of an action that may answer otherwise than under the meaning it had."""
    if action.criteria is None:
        return ()
    schema = schema_of(context.store)
    return changes_since(
        action.criteria, schema, context.day, action.meaning, phrases=context.phrases
    )


def add_criteria(context: Context, *records: SavedCriteria) -> Sequence[SavedCriteria]:
    """Keep saved criteria that are made already: all of them, or none.

    Args:
        context: Store, user, day and clock.
        *records: The criteria; who saved them, and when, stays.

    Raises:
        InvalidValue: None is given.
        Rejected: A code is blank, given twice or in use, a value does not fit its field, or the
            actions cannot be read: all faults.
        Refused: A segment that they ask for follows these very criteria.
    """
    if not records:
        reason = Message("are not given; give at least one record")
        raise InvalidValue(_WHAT, (), reason)
    store = context.store
    with store.transaction():
        typed = tuple(with_own_values(store, records))
        check_new(store, _placed(typed), what=_WHAT)
        store.records.put(typed)
        for each in typed:
            check_circle(store, each.code)
    return typed


def _placed(records: Iterable[SavedCriteria]) -> Sequence[Placed]:
    return [Placed(Message("criteria {code}", code=each.code), each) for each in records]


def change_criteria(
    context: Context, code: str | SavedCriteria, /, **fields: Unpack[SavedCriteriaValues]
) -> SavedCriteria:
    """Change what is said of saved criteria; returns them as they are now.

    Args:
        context: Store, user, day and clock.
        code: Their code.
        **fields: ``description``, or a host's own fields as ``extra``.

    Raises:
        NotFound: There are no such criteria.
        UnknownName: They have no such field.
        Refused: The field is not to be changed: the code has `rename_criteria`; how they choose,
            by whom and when they were saved is changed by saving anew.
        Rejected: Values do not fit their fields: all of them.
    """
    store = context.store
    with store.transaction():
        saved = find_criteria(store, code)
        for name in fields:
            if name in _FIXED:
                step = Message("change the field {field} of criteria", field=Identifier(name))
                raise Refused(step, Message(_FIXED[name]))
        values = parse_values(store, SavedCriteria, cast("Mapping[str, object]", fields))
        changed = attrs.evolve(saved, **values)
        store.records.put([changed])
        return changed


_SAVE_ANEW = "save them anew"
_FIXED: Mapping[str, str] = {
    "code": "use rename",
    "actions": _SAVE_ANEW,
    "saved_by": _SAVE_ANEW,
    "saved_at": _SAVE_ANEW,
}
"""Fields of saved criteria that are not to be changed, and what to do instead."""


def rename_criteria(
    context: Context, *, old_code: str | SavedCriteria, new_code: str
) -> SavedCriteria:
    """Give saved criteria another code.

    Segments that follow them follow the new code.

    Args:
        context: Store, user, day and clock.
        old_code: Their code.
        new_code: The code that they are to have.

    Raises:
        NotFound: There are no such criteria.
        InvalidValue: The new code is blank.
        Rejected: The new code is too long.
        Refused: The new code is in use.
    """
    store = context.store
    with store.transaction():
        saved = find_criteria(store, old_code)
        code = parse_values(store, SavedCriteria, {"code": _filled(new_code)})["code"]
        new = attrs.evolve(saved, code=code)
        if new.code == saved.code:
            return saved
        if store.records.find(SavedCriteria, new.code):
            step = Message("rename criteria {code}", code=saved.code)
            raise Refused(step, Message("{code} is in use already", code=new.code))
        store.records.remove([saved])
        for segment in _followers(store, saved.code):
            header = attrs.evolve(segment.header, saved_criteria_code=new.code)
            store.segments.put(attrs.evolve(segment, header=header))
        store.records.put([new])
        return new


def delete_criteria(context: Context, code: str | SavedCriteria) -> None:
    """Delete saved criteria.

    Raises:
        NotFound: There are no such criteria.
        Refused: Segments follow them, or other criteria start from them: all are named.
    """
    store = context.store
    with store.transaction():
        saved = find_criteria(store, code)
        check_unused(store, saved, Message("delete criteria {code}", code=saved.code))
        store.records.remove([saved])


def _followers(store: Store, code: str) -> list[Segment]:
    nos = [header.no for header in store.segments.headers() if header.saved_criteria_code == code]
    return [store.segments.get(no) for no in nos]
