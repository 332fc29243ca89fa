"""Choosing again: saved criteria, dynamic segments that follow them, logged segments."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import attrs

from segmentation.codes import to_code
from segmentation.criteria import AllOf, AnyOf, Criteria, Cut, InLoggedSegment, InSegment, Not
from segmentation.errors import InvalidValue, Message, NotFound, Refused
from segmentation.interactions import Interaction
from segmentation.operations.context import Context
from segmentation.operations.records import require_record, require_segment
from segmentation.protocols import Store
from segmentation.segments import (
    ActionKind,
    CriteriaAction,
    LeftOut,
    LeftOutReason,
    Listed,
    LoggedSegment,
    Options,
    SavedCriteria,
    Segment,
    SegmentRefreshed,
    actions_from_json,
    actions_to_json,
)
from segmentation.serialization import JSON, from_json, to_json

from ._apply_action import (
    apply_action,
    check_actions,
    lines_for,
    partition_candidates,
    saved_actions,
)
from ._worksheet import save_segment

SAVED_FORMAT = 1
"""Version of the form in which saved criteria are exported."""


# -- saved criteria ---------------------------------------------------------------------------


def save_criteria(context: Context, segment_no: str, code: str, description: str) -> SavedCriteria:
    """Keep a segment's actions under a code; the same code is replaced.

    What the actions did on this segment is not kept, only how they choose.

    Raises:
        Refused: The segment has no action.
        InvalidValue: The code is blank.
    """
    store = context.store
    with store.transaction():
        segment = require_segment(store, segment_no)
        if not segment.actions:
            reason = Message("segment {no} has no action yet", no=segment.no)
            raise Refused(Message("save criteria {code}", code=code), reason)
        saved = SavedCriteria(
            code=_filled(code),
            description=description,
            saved_by=context.user,
            saved_at=context.now,
            actions=actions_to_json(map(_choice, segment.actions)),
        )
        store.records.put([saved])
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
        saved_code=action.saved_code,
    )


def find_criteria(store: Store, code: str) -> SavedCriteria:
    """The saved criteria with this code.

    Raises:
        NotFound: There are none.
    """
    return require_record(store, SavedCriteria, "saved criteria", code)


def rename_criteria(
    store: Store, code: str, *, to: str = "", description: str | None = None
) -> SavedCriteria:
    """Give saved criteria another code, another description, or both.

    Segments that follow them follow the new code.

    Raises:
        NotFound: There are no such criteria.
        Refused: The new code is in use.
    """
    with store.transaction():
        saved = find_criteria(store, code)
        new = attrs.evolve(
            saved,
            code=_filled(to) if to else saved.code,
            description=saved.description if description is None else description,
        )
        if new.code != saved.code:
            if store.records.find(SavedCriteria, new.code):
                step = Message("rename criteria {code}", code=saved.code)
                raise Refused(step, Message("{code} is in use already", code=new.code))
            store.records.remove([saved])
            for segment in _followers(store, saved.code):
                header = attrs.evolve(segment.header, saved_criteria_code=new.code)
                store.segments.put(attrs.evolve(segment, header=header))
        store.records.put([new])
        return new


def delete_criteria(store: Store, code: str) -> None:
    """Delete saved criteria.

    Raises:
        NotFound: There are no such criteria.
        Refused: A segment follows them.
    """
    with store.transaction():
        saved = find_criteria(store, code)
        followers = [segment.no for segment in _followers(store, saved.code)]
        if followers:
            step = Message("delete criteria {code}", code=saved.code)
            raise Refused(step, Message("segment {nos} follows them", nos=", ".join(followers)))
        store.records.remove([saved])


def _followers(store: Store, code: str) -> list[Segment]:
    nos = [header.no for header in store.segments.headers() if header.saved_criteria_code == code]
    return [store.segments.get(no) for no in nos]


def export_criteria(store: Store, codes: Iterable[str] | None = None) -> str:
    """Saved criteria as JSON, to be kept or taken elsewhere.

    Args:
        store: Where they are kept.
        codes: Which; all if not given.

    Raises:
        NotFound: There are no such criteria.
    """
    if codes is None:
        chosen = list(store.records.all(SavedCriteria))
    else:
        chosen = [find_criteria(store, code) for code in codes]
    return to_json({"format": SAVED_FORMAT, "saved_criteria": list(map(_saved_to_data, chosen))})


def _saved_to_data(saved: SavedCriteria) -> JSON:
    return {
        "code": saved.code,
        "description": saved.description,
        "saved_by": saved.saved_by,
        "saved_at": saved.saved_at.isoformat() if saved.saved_at else None,
        "actions": from_json(saved.actions)["actions"],
    }


def import_criteria(store: Store, text: str, *, replace: bool = False) -> Sequence[SavedCriteria]:
    """Take in saved criteria that were exported; who saved them, and when, stays.

    Args:
        store: Where they are to be kept.
        text: What `export_criteria` wrote.
        replace: Whether codes that are in use already are replaced.

    Raises:
        InvalidValue: The text is no such export; nothing is taken in.
        Refused: A code is in use already; nothing is taken in.
    """
    data = from_json(text)
    if not isinstance(data, dict) or data.get("format") != SAVED_FORMAT:
        raise InvalidValue("saved criteria", text[:60], "are not of a form that this version reads")
    try:
        read = [_saved_from_data(row) for row in data["saved_criteria"]]
    except (LookupError, TypeError, AttributeError) as error:
        raise InvalidValue("saved criteria", text[:60], f"cannot be read: {error}") from error
    with store.transaction():
        for saved in read:
            if not replace and store.records.find(SavedCriteria, saved.code):
                step = Message("import criteria {code}", code=saved.code)
                raise Refused(step, "the code is in use already")
        store.records.put(read)
    return read


def _saved_from_data(data: JSON) -> SavedCriteria:
    actions = to_json({"format": SAVED_FORMAT, "actions": data["actions"]})
    at = data["saved_at"]
    return SavedCriteria(
        code=_filled(data["code"]),
        description=data["description"],
        saved_by=data["saved_by"],
        saved_at=datetime.fromisoformat(at) if at else None,
        actions=actions_to_json(map(_choice, actions_from_json(actions))),
    )


def reuse_criteria(context: Context, segment_no: str, code: str) -> Segment:
    """Play saved actions on a segment, one by one, on the data of today.

    Each is recorded as an action of the segment, after those that it has already.

    Raises:
        NotFound: There are no such criteria.
        UnknownName: They name a table or field that the schema does not have; nothing is done.
        Refused: They go round in a circle.
    """
    store = context.store
    as_of = context.day
    with store.transaction():
        actions = saved_actions(store, code)
        check_circle(store, code)
        check_actions(store, actions, as_of)
        segment = require_segment(store, segment_no)
        for action in actions:
            after = apply_action(store, segment, attrs.evolve(action, as_of=as_of), as_of)
            segment = save_segment(context, segment, after)
        return segment


# -- dynamic segments -------------------------------------------------------------------------


def follow_criteria(context: Context, segment_no: str, code: str) -> Segment:
    """Make a segment follow saved criteria: `refresh` plays them. A blank code ends it.

    Raises:
        NotFound: There are no such criteria.
        Refused: Criteria and segments would go round in a circle.
    """
    store = context.store
    with store.transaction():
        before = require_segment(store, segment_no)
        saved = find_criteria(store, code).code if to_code(code) else ""
        header = attrs.evolve(before.header, saved_criteria_code=saved)
        after = save_segment(context, before, attrs.evolve(before, header=header))
        if saved:
            check_circle(store, saved)
        return after


def refresh(context: Context, segment_no: str) -> Segment:
    """Bring a segment up to date with the criteria that it follows, as one action.

    Contacts that match now enter, those that do not any more leave. A line put in by hand
    stays as it is; a contact taken out by hand stays out. Who entered and who left is told as
    `SegmentRefreshed`.

    Raises:
        Refused: The segment follows no criteria, or they go round in a circle.
        UnknownName: They name a table or field that the schema does not have.
    """
    store = context.store
    as_of = context.day
    with store.transaction():
        before = require_segment(store, segment_no)
        code = before.header.saved_criteria_code
        if not code:
            step = Message("refresh segment {no}", no=before.no)
            raise Refused(step, "it follows no saved criteria")
        check_circle(store, code)
        check_actions(store, saved_actions(store, code), as_of)
        action = CriteriaAction(kind=ActionKind.REFRESH, saved_code=code, as_of=as_of)
        after = save_segment(context, before, apply_action(store, before, action, as_of))
        done = after.actions[-1]
        entered = after.lines.picked(done.inserted)[0]
        context.on_event(SegmentRefreshed(after, joining=entered, leaving=done.removed))
        return after


def check_circle(store: Store, code: str) -> None:
    """See that saved criteria do not lead back to themselves.

    They lead to the criteria that they refresh from, and over each segment that they ask for
    membership to the criteria that this segment follows.

    Raises:
        Refused: They do; the error names the way round.
    """
    followed = {
        header.no: header.saved_criteria_code
        for header in store.segments.headers()
        if header.saved_criteria_code
    }
    _walk(store, to_code(code), (), followed, set())


def _walk(
    store: Store,
    code: str,
    way: tuple[str, ...],
    followed: Mapping[str, str],
    done: set[str],
) -> None:
    here = Message("criteria {code}", code=code)
    if here in way:
        circle = Message.joined(" → ", (*way[way.index(here) :], here))
        reason = Message("they go round in a circle: {circle}", circle=circle)
        raise Refused(Message("use criteria {code}", code=code), reason)
    saved = store.records.find(SavedCriteria, code)
    if saved is None or code in done:
        return
    for action in actions_from_json(saved.actions):
        if action.saved_code:
            _walk(store, action.saved_code, (*way, here), followed, done)
        for no in _segments_in(action.criteria):
            if no in followed:
                _walk(
                    store,
                    followed[no],
                    (*way, here, Message("segment {no}", no=no)),
                    followed,
                    done,
                )
    done.add(code)


def _segments_in(criteria: Criteria | None) -> Iterator[str]:
    """The segments that a selection asks for membership."""
    match criteria:
        case InSegment(segment_no):
            yield to_code(segment_no)
        case AllOf(items) | AnyOf(items):
            for item in items:
                yield from _segments_in(item)
        case Not(item) | Cut(item, _):
            yield from _segments_in(item)
        case _:
            return


# -- logged segments --------------------------------------------------------------------------


def reuse_logged_segment(
    context: Context, segment_no: str, logged_segment_entry_no: int
) -> Segment:
    """The contacts that were logged join again, as one action, existing ones too.

    One line for each interaction; canceled ones are left out of account. Each line bears the
    campaign of its interaction.

    Raises:
        NotFound: There is no such segment or logged segment.
    """
    store = context.store
    with store.transaction():
        before = require_segment(store, segment_no)
        if store.records.find(LoggedSegment, logged_segment_entry_no) is None:
            raise NotFound("logged segment", str(logged_segment_entry_no))
        campaigns = _logged_campaigns(store, logged_segment_entry_no)
        action = CriteriaAction(
            kind=ActionKind.ADD,
            criteria=InLoggedSegment(logged_segment_entry_no),
            options=Options(allow_existing=True, ignore_exclusion=True),
            as_of=context.day,
        )
        found = store.contacts.candidates(campaigns.keys(), Options())
        joining, barred = partition_candidates(found, before, action.options)
        gone = sorted(campaigns.keys() - found.who.nos)
        left_out = [*barred, *(LeftOut(no, LeftOutReason.GONE) for no in gone)]
        contacts = [joining.at(place) for place in joining.in_order(joining.everyone)]
        repeated = Listed.of(each for each in contacts for _ in campaigns[each.no])
        inserted = lines_for(store, before, repeated)
        borne = [campaign for each in contacts for campaign in campaigns[each.no]]
        if any(campaign != before.header.campaign_no for campaign in borne):
            pairs = zip(inserted, borne, strict=True)
            inserted = inserted.with_changed(
                attrs.evolve(line, campaign_no=campaign) for line, campaign in pairs
            )
        action = attrs.evolve(action, left_out=tuple(left_out))
        return save_segment(context, before, before.acted(action, inserted=inserted))


def _logged_campaigns(store: Store, entry_no: int) -> dict[str, list[str]]:
    """The campaigns of a logged segment's interactions, by contact."""
    campaigns: dict[str, list[str]] = {}
    for entry in store.records.all(Interaction, logged_segment_entry_no=entry_no):
        if entry.contact_no and not entry.canceled:
            campaigns.setdefault(entry.contact_no, []).append(entry.campaign_no)
    return campaigns
