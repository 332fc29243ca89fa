"""The reference predicate against the table of truth, over mappings and over records."""

import attrs
import pytest

from segmentation.criteria import (
    BEYOND_ASCII,
    MAX_CONDITIONS,
    MAX_DEPTH,
    AllOf,
    AnyOf,
    Filter,
    InSegment,
    Letters,
    Like,
    Link,
    Not,
    Part,
    Predicate,
    Schema,
    Selection,
    Where,
    Wild,
    bind,
    bind_filter,
    expression_of,
    make_selection,
    make_table,
    parse,
    replacements,
    to_predicate,
    to_row_test,
    to_value_test,
)
from segmentation.errors import InvalidValue, UnknownName
from segmentation.fields import Field, FieldType
from support import truth
from support.reference import MappingRows, RecordRows, found

SOURCES = [MappingRows(), RecordRows()]
sources = pytest.mark.parametrize("source", SOURCES, ids=["mappings", "records"])


@sources
@pytest.mark.parametrize("case", truth.CASES, ids=lambda case: f"{case.field}: {case.filter}")
def test_a_filter_finds_those_that_it_says(case: truth.Case, source: MappingRows) -> None:
    assert found(truth.part("contact", **{case.field: case.filter}), source) == case.expected


@sources
@pytest.mark.parametrize("case", truth.SELECTIONS, ids=lambda case: case.sentence)
def test_a_selection_finds_those_that_it_says(case: truth.Selected, source: MappingRows) -> None:
    assert found(case.criteria, source) == case.expected


@sources
def test_no_selection_finds_everybody(source: MappingRows) -> None:
    assert found(None, source) == "A B C D E F"


def compiled(schema: Schema, selection: Selection | None) -> Predicate:
    bound = bind(selection, schema, truth.AS_OF)
    return to_predicate(bound, MappingRows(), items=schema.tables)


def test_the_deepest_selection_compiles() -> None:
    item = parse("(D*|" * MAX_DEPTH + "''" + ")" * MAX_DEPTH)
    assert item is not None
    deep: Selection = Part("contact", (Where("country", item),))
    for _ in range(MAX_DEPTH):
        deep = AllOf((Not(InSegment("EMPTY")), AnyOf((InSegment("EMPTY"), deep))))
    assert found(deep, MappingRows()) == "A C D F"


def test_a_list_of_thousands_of_patterns_compiles() -> None:
    patterns: list[Filter] = [Like((f"X{n}", Wild.ANY_RUN)) for n in range(MAX_CONDITIONS - 1)]
    item = AnyOf((*patterns, Like(("D", Wild.ANY_ONE))))
    assert found(Part("contact", (Where("country", item),)), MappingRows()) == "A C F"


@pytest.mark.parametrize("stars", ["*a" * 40 + "b", "*a?" * 40 + "*b", "*?" * 60 + "b"])
def test_no_pattern_runs_away(stars: str) -> None:
    item = parse(stars)
    assert item is not None
    field = Field("name", FieldType.TEXT)
    assert not to_value_test(bind_filter(item, field, truth.AS_OF), field)("a" * 5_000)


def test_a_pattern_without_any_run_has_the_length_of_its_texts() -> None:
    assert expression_of(("a.", Wild.ANY_ONE)) == r"a\.."


def test_a_field_may_be_called_like_a_word_of_python() -> None:
    made = attrs.make_class("Odd", {"class_": attrs.field(default="X", alias="class_")})

    class Odd(made):  # type: ignore[misc,valid-type]
        def __getattr__(self, name: str) -> str:
            return {"class": "X", "the name": "Y"}[name]

    odd = make_table("odd", [Field("class", FieldType.CODE), Field("the name", FieldType.TEXT)])
    schema = Schema("odd", "class", {"odd": odd})
    bound = bind(make_selection(odd={"class": "x", "the name": "Y"}), schema, truth.AS_OF)
    assert to_predicate(bound, MappingRows())(Odd())


def test_what_is_no_option_counts_as_blank() -> None:
    kind = Field("kind", FieldType.OPTION, options=("company", "person"))
    schema = Schema("odd", "no", {"odd": make_table("odd", [kind])})
    for text, expected in [("company", True), ("''", True), ("person", False), ("<>''", False)]:
        passes = compiled(schema, make_selection(odd={"kind": text}))
        assert [passes({"kind": value}) for value in (None, "", "other")] == [expected] * 3


def test_a_link_may_ask_for_a_further_pair_of_everybody() -> None:
    item = attrs.evolve(
        truth.SCHEMA.table("item"),
        link=Link((("source_no", "link_no"),), through="relation", only=("contact_no", "no")),
    )
    schema = truth.SCHEMA.with_tables(item)
    passes = compiled(schema, Part("item", ()))
    assert [row["no"] for row in truth.ROWS["contact"] if passes(row)] == ["A", "F"]


def test_a_link_may_spare_those_of_a_day() -> None:
    link = Link(
        (("source_no", "link_no"),),
        through="relation",
        only=("contact_no", "no"),
        unless=("changed", "2026-11-22 23:59:59"),
    )
    item = attrs.evolve(truth.SCHEMA.table("item"), link=link)
    passes = compiled(truth.SCHEMA.with_tables(item), Part("item", ()))
    assert [row["no"] for row in truth.ROWS["contact"] if passes(row)] == ["A", "C", "F"]


def test_a_table_can_be_given_further_fields() -> None:
    wider = truth.CONTACT.with_fields(Field("shoe_size", FieldType.INTEGER))
    schema = truth.SCHEMA.with_tables(wider)
    passes = compiled(schema, make_selection(contact={"Shoe Size": ">40"}))
    assert passes({"no": "A", "shoe_size": 41})
    assert not passes({"no": "A"})


def test_links_must_lead_to_the_base() -> None:
    one, other = (
        make_table(name, [], link=Link((("a", "b"),), through=through))
        for name, through in [("one", "other"), ("other", "one")]
    )
    with pytest.raises(InvalidValue, match="one → other → one"):
        truth.SCHEMA.with_tables(one, other)
    with pytest.raises(UnknownName, match="'other'"):
        truth.SCHEMA.with_tables(one)


def test_a_row_is_tested_by_itself() -> None:
    bound = bind(make_selection(mailing={"code": "NEWS|EVENTS"}), truth.SCHEMA, truth.AS_OF)
    conditions = getattr(bound.node, "conditions", ())
    passes = to_row_test(conditions, items=True)
    assert [passes(row) for row in truth.ROWS["mailing"]] == [True, True, True, True, True, False]
    assert to_row_test([])(None)


def test_letters_as_they_are_written_have_no_replacements() -> None:
    assert replacements(Letters.AS_WRITTEN) == {}
    assert replacements(Letters.ANY_CASE)["É"] == "é"
    assert replacements(Letters.ANY_ACCENT)["É"] == "e"


def test_the_letters_that_become_one_of_ascii_are_known() -> None:
    found = replacements(Letters.ANY_CASE).items()
    for letter in map(chr, range(128)):
        assert sorted(BEYOND_ASCII.get(letter, "")) == sorted(
            o for o, new in found if new == letter
        )
