"""Values are frozen all the way down: what they hold cannot change, and they have a hash."""

import copy
import pickle
from collections.abc import Mapping, Sequence
from typing import get_origin

import attrs
import pytest

from segmentation.criteria import AsOf
from segmentation.frozen import FrozenMapping, freeze_within
from segmentation.interactions import Interaction
from segmentation.operations.letters._printer import Letter
from segmentation.segments import (
    ActionKind,
    ActionSummary,
    CriteriaAction,
    LeftOut,
    LeftOutReason,
    SegmentHeader,
    Terms,
    contact_schema,
)
from segmentation.templates import TemplateLanguage
from support.fair import AS_OF
from support.scanned import public_values

DANISH = TemplateLanguage(interaction_template_code="INVITE", language_code="DAN")
ACTION = CriteriaAction(
    kind=ActionKind.ADD,
    as_of=AS_OF,
    left_out=[LeftOut("BO", LeftOutReason.BLOCKED)],
)


def _first(names: Sequence[str]) -> Sequence[str]:
    return tuple(names[:1])


@attrs.frozen(field_transformer=freeze_within)
class Shelf:
    """A value with all that is frozen within, and what is left alone."""

    title: str
    books: Mapping[str, Sequence[str]] = attrs.field(factory=dict)
    prices: Mapping[str, int] = attrs.field(factory=dict)
    numbers: Sequence[int] = ()
    upper: Sequence[str] = attrs.field(default=(), converter=_first)


def test_a_frozen_mapping_is_a_mapping() -> None:
    sizes = FrozenMapping({"a": 1, "b": 2})
    assert sizes == {"a": 1, "b": 2}
    assert list(sizes.items()) == [("a", 1), ("b", 2)]
    assert (sizes["a"], sizes.get("c"), sizes.get("c", 3), "b" in sizes) == (1, None, 3, True)
    assert {**sizes, "c": 3} == {"a": 1, "b": 2, "c": 3}
    assert repr(sizes) == "{'a': 1, 'b': 2}"
    assert copy.deepcopy(sizes) == sizes
    assert pickle.loads(pickle.dumps(sizes)) == sizes  # noqa: S301 - our own


def test_equal_frozen_mappings_have_the_same_hash_in_whatever_order() -> None:
    one, other = FrozenMapping({"a": 1, "b": 2}), FrozenMapping([("b", 2), ("a", 1)])
    assert one == other
    assert len({one, other}) == 1


def test_a_frozen_mapping_does_not_follow_what_it_was_made_of() -> None:
    given = {"a": 1}
    sizes = FrozenMapping(given)
    given["a"] = 2
    assert sizes["a"] == 1


def test_what_a_value_is_given_is_frozen() -> None:
    books = {"low": ["Emma", "Ulysses"]}
    shelf = Shelf("left", books, {"Emma": 3}, [1, 2], ["a", "b"])
    books["low"].append("Dubliners")
    assert shelf.books == {"low": ("Emma", "Ulysses")}
    assert (shelf.numbers, shelf.upper) == ((1, 2), ("a",))
    assert hash(shelf) == hash(
        Shelf("left", {"low": ("Emma", "Ulysses")}, {"Emma": 3}, (1, 2), "a")
    )
    again = attrs.evolve(shelf, title="right")
    assert again.books is shelf.books
    assert again.prices is shelf.prices


def test_a_range_stays_a_range() -> None:
    assert Shelf("left", numbers=range(3)).numbers == range(3)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (Letter(interaction=Interaction(), values={"name": "Anna"}), "values"),
        (ActionSummary(number=1, action=ACTION, joined={10_000: "ANNA"}, left={}), "joined"),
        (ActionSummary(number=1, action=ACTION, joined={}, left={10_000: "ANNA"}), "left"),
        (Terms(SegmentHeader(no="SM1"), None, {"DAN": DANISH}), "texts"),
        (AsOf(AS_OF.today, tokens={"%mine": "A|B"}), "tokens"),
        (contact_schema(), "tables"),
        (contact_schema().table("contact"), "fields"),
    ],
    ids=lambda each: each if isinstance(each, str) else type(each).__name__,
)
def test_a_mapping_in_a_value_cannot_be_assigned_to(value: object, name: str) -> None:
    held = getattr(value, name)
    with pytest.raises(TypeError):
        held[next(iter(held))] = "something else"
    assert hash(value) == hash(copy.deepcopy(value))


@pytest.mark.parametrize("kind", public_values(), ids=lambda kind: kind.__name__)
def test_no_value_holds_what_can_change(kind: type) -> None:
    for attribute in attrs.fields(kind):
        origin = get_origin(attribute.type)
        assert origin not in {dict, list, set}, attribute.name
        if origin in {Mapping, Sequence}:
            assert attribute.converter is not None, attribute.name
