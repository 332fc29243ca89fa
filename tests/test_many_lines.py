"""Steps on few of many lines give what they give on lines written one by one."""

from collections.abc import Sequence

import attrs
import pytest

import segmentation as seg
from segmentation.errors import InvalidValue
from segmentation.memory import MemoryStore
from segmentation.segments import (
    ActionKind,
    ActionTexts,
    CriteriaAction,
    LeftOut,
    LeftOutReason,
    LeftOuts,
    Lines,
    actions_from_json,
    actions_to_json,
    to_left_outs,
    to_lines,
)
from support.fair import AS_OF, SETUP, TODAY, person

COUNT = 300
LINES = [10_000 * n for n in range(1, COUNT + 1)]


@pytest.fixture(scope="module")
def joined() -> Lines:
    """Lines whose order is not that of the contacts' places."""
    store = MemoryStore()
    store.records.put(list(SETUP))
    store.records.put(person(f"P{n:03}", name=f"N{n * 7 % COUNT:03}") for n in range(COUNT))
    crm = seg.Workspace.open(store, user="ANNA", today=TODAY)
    sheet = crm.new_segment("Many").add_contacts()
    return store.segments.get(sheet.no).lines


@pytest.mark.parametrize(
    "numbers",
    [[10_000], LINES[-2:], LINES[5:200:90], LINES[:-1], LINES[1:], LINES[100:], [7], LINES[:250]],
    ids=["first", "last", "far apart", "all but last", "all but first", "end", "none", "beginning"],
)
def test_lines_that_are_picked(joined: Lines, numbers: Sequence[int]) -> None:
    written = to_lines(list(joined))
    for wanted in (numbers, tuple(numbers), [*numbers, 15_000]):
        pairs = zip(joined.picked(wanted), written.picked(wanted), strict=True)
        for found, known in pairs:
            assert list(found) == list(known)
            assert list(found.numbers) == list(known.numbers)
            assert found.contact_nos == known.contact_nos
            assert found.last_no == max(known.numbers, default=0)
            assert [found.find(no) for no in LINES[::40]] == [known.find(no) for no in LINES[::40]]
            again = found.merged(to_lines([]))
            assert [part.first_no for part in again.parts] == list(known.numbers[:1])
            assert list(found.by_field().column("contact_no")) == list(known.contact_nos)


# -- the stored form of actions ---------------------------------------------------------------


def left_out(*nos: str) -> LeftOuts:
    return to_left_outs(LeftOut(no, LeftOutReason.EXCLUDED) for no in nos)


def action(**fields: object) -> CriteriaAction:
    return CriteriaAction(kind=ActionKind.REFRESH, saved_code="LIVE", as_of=AS_OF, **fields)  # type: ignore[arg-type]


def test_an_action_that_leaves_out_the_same_names_nobody_again() -> None:
    same = left_out("A", "B")
    first, second, other = action(left_out=same), action(left_out=same), action()
    texts = ActionTexts()
    text = texts.to_json("S1", [first])
    assert text == actions_to_json([first])
    assert texts.to_json("S2", [other, other]) == actions_to_json([other, other])
    shared = texts.to_json("S1", [first, second, other, second])
    assert shared.count('"A"') == 2
    found = actions_from_json(shared)
    assert found == actions_from_json(actions_to_json([first, second, other, second]))
    assert found[1].left_out is found[0].left_out
    assert texts.to_json("S1", [second, first]) == shared_form(second, first)


def shared_form(*actions: CriteriaAction) -> str:
    return ActionTexts().to_json("S1", actions)


def test_texts_of_so_many_segments_are_kept() -> None:
    texts = ActionTexts(most=1)
    for no in ("S1", "S2", "S1"):
        assert texts.to_json(no, [action()]) == actions_to_json([action()])


def test_a_first_action_cannot_leave_out_the_same_as_one_before() -> None:
    text = actions_to_json([action()]).replace('"left_out":[]', '"left_out":null')
    with pytest.raises(InvalidValue, match="cannot be read"):
        actions_from_json(text)


def test_who_was_left_out_is_known_without_making_a_row_of_each() -> None:
    unread = LeftOut("U", LeftOutReason.DOUBLED)
    told = attrs.evolve(left_out("A", "B"), unread=(unread,))
    assert told.names({"B"})
    assert told.names({"U"})
    assert not told.names({"C"})
    assert not left_out().names({"A"})
