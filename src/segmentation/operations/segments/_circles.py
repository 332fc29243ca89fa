"""Saved criteria and segments that lead back to themselves: found before anything is done."""

from collections.abc import Iterator

from segmentation.codes import to_code
from segmentation.criteria import AllOf, AnyOf, Criteria, Cut, InSegment, Not
from segmentation.errors import Message, Refused
from segmentation.operations.records import find_record
from segmentation.protocols import Store
from segmentation.segments import SavedCriteria, SegmentHeader, actions_from_json


def check_circle(store: Store, code: str) -> None:
    """See that saved criteria do not lead back to themselves.

    They lead to the criteria that they refresh from, and over each segment that they ask for
    membership to the criteria that this segment follows.

    Raises:
        Refused: They do; the error names the way round.
    """
    _walk(store, to_code(code), (), set())


def _walk(store: Store, code: str, way: tuple[str, ...], done: set[str]) -> None:
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
            _walk(store, action.saved_code, (*way, here), done)
        for no in _segments_in(action.criteria):
            followed = _followed_by(store, no)
            if followed:
                _walk(store, followed, (*way, here, Message("segment {no}", no=no)), done)
    done.add(code)


def _followed_by(store: Store, segment_no: str) -> str:
    """The code of the criteria that a segment follows; empty if it follows none, or is gone."""
    header = find_record(store, SegmentHeader, segment_no)
    return header.saved_criteria_code if header else ""


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
