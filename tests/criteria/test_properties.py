"""What holds for every filter and every selection."""

from hypothesis import given

from segmentation.criteria import AllOf, AnyOf, Not, Selection, bind
from support import trees, truth
from support.reference import MappingRows, RecordRows, numbers

MAPPINGS, RECORDS = MappingRows(), RecordRows()


def ask(selection: Selection, source: MappingRows = MAPPINGS) -> set[str]:
    return set(numbers(bind(selection, truth.SCHEMA, truth.AS_OF), source))


@given(trees.selections)
def test_a_selection_and_its_negation_split_the_base(selection: Selection) -> None:
    passing, failing = ask(selection), ask(Not(selection))
    assert passing | failing == set("ABCDEF")
    assert not passing & failing


@given(trees.selections, trees.selections)
def test_and_and_or_are_those_of_sets(one: Selection, other: Selection) -> None:
    assert ask(AllOf((one, other))) == ask(one) & ask(other)
    assert ask(AnyOf((one, other))) == ask(one) | ask(other)


@given(trees.selections)
def test_records_and_mappings_answer_alike(selection: Selection) -> None:
    assert ask(selection, RECORDS) == ask(selection, MAPPINGS)
