"""What holds for every filter and every selection."""

from hypothesis import given

from segmentation.criteria import AllOf, AnyOf, Link, Not, Schema, Selection, bind, make_table
from segmentation.fields import Field, FieldType
from segmentation.testing.strategies import selections
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


UNDATED = Schema(
    "contact",
    "no",
    {
        "contact": make_table("contact", [Field("no", FieldType.CODE)]),
        "badge": make_table(
            "badge", [Field("contact_no", FieldType.CODE)], link=Link((("contact_no", "no"),))
        ),
    },
)


@given(selections(UNDATED))
def test_selections_of_tables_without_dates_can_be_bound(selection: Selection) -> None:
    assert bind(selection, UNDATED, truth.AS_OF).node is not None
