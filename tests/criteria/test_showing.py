"""Every value of the filter language shows itself in one line, however large it is."""

import re
from datetime import date
from typing import Any

import attrs
import pytest
from hypothesis import given

from segmentation import criteria as language
from segmentation.criteria import (
    AllOf,
    AnyOf,
    AsOf,
    BoundPart,
    Counts,
    Criteria,
    Cut,
    Explanation,
    Filter,
    Finding,
    First,
    Not,
    Operand,
    Order,
    Part,
    PartCount,
    RowFindings,
    Sample,
    Schema,
    Where,
    any_,
    at_least,
    bind,
    check,
    compare,
    count,
    effect,
    fields,
    make_selection,
    make_table,
    none,
    parse,
    share,
    to_text,
    total,
)
from segmentation.errors import InvalidValue
from segmentation.plain import to_plain
from segmentation.testing.strategies import filters, selections
from support import truth

the = fields(truth.SCHEMA)
contact, interaction = the.contact, the.interaction
BERN = contact.city == "Bern"
LONG = contact.no.is_in([str(number) for number in range(50_000)])
DEEP: Any = BERN
for _ in range(20_000):
    DEEP = Not(DEEP)

FINDING = Finding("city", "Bern", "is Basel", holds=False, shown="city “Bern”")


def bound(criteria: Criteria | None) -> language.BoundSelection:
    return bind(criteria, truth.SCHEMA, truth.AS_OF)


(WHERE,) = bound(BERN).node.conditions  # type: ignore[union-attr]
(BIRTHDAY,) = bound(contact.born.day_of_year == 0).node.conditions  # type: ignore[union-attr]


def is_short(line: str) -> bool:
    """Whether it is one line, of 120 characters at most, without addresses and private names."""
    return line.isprintable() and len(line) <= 120 and not re.search(r"object at 0x|\b_\w", line)


@pytest.mark.parametrize("case", truth.SELECTIONS, ids=lambda case: case.sentence)
def test_a_selection_shows_itself_in_one_line_frt_08(case: truth.Selected) -> None:
    """FRT-08."""
    found = bound(case.criteria)
    for value in (case.criteria, found, found.node):
        assert is_short(repr(value)), repr(value)


@pytest.mark.parametrize(
    "value",
    [
        the,
        contact,
        contact.city,
        truth.SCHEMA,
        truth.SCHEMA.table("contact"),
        truth.SCHEMA.table("mailing").link,
        AsOf(date(2026, 11, 22), user="ANNA", tokens={"mine": "A|" * 100}),
        LONG,
        LONG & BERN,
        Not(LONG),
        bound(LONG),
        DEEP,
        Operand("x" * 500),
        parse("x" * 500),
        parse("a\nb"),
        BERN.conditions[0],
        count(BERN),
        total(interaction.cost, *[interaction.cost > 5] * 50),
        none(date="-3M.."),
        at_least(2, city="x" * 500),
        Cut(LONG, First(10, (Order("name"),))),
        Cut(BERN, Sample(10, "x" * 500)),
        share("x" * 500, 10),
        check(LONG & (contact.post_code.passes(">5&<3")), truth.SCHEMA, truth.AS_OF)[0],
        compare(bound(BERN), bound(LONG)),
        effect(["A"], map(str, range(1000))),
        Explanation("x" * 500, holds=True),
        Counts(3, (PartCount("x" * 500, 1, 1),) * 50, 1),
        PartCount("x" * 500, 1, 1),
        BoundPart(truth.SCHEMA.table("contact"), ()),
        Schema("a", "no", {"a": make_table("a", []), "x" * 500: make_table("x" * 500, [])}),
        FINDING,
        RowFindings((FINDING,) * 50),
        RowFindings(()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_value_shows_itself_in_one_line_frt_08(value: object) -> None:
    """FRT-08."""
    assert is_short(repr(value)), repr(value)


def test_no_class_of_the_language_forgets_to_frt_08() -> None:
    """FRT-08."""
    classes = [each for each in vars(language).values() if isinstance(each, type)]
    shown = {each for each in classes if attrs.has(each)}
    assert len(shown) > 30
    assert {each for each in shown if each.__repr__ is not language.Part.__repr__} == set()


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (BERN, "make_selection(contact={'city': 'Bern'})"),
        (~BERN, "~make_selection(contact={'city': 'Bern'})"),
        (Part("contact"), "Part('contact')"),
        (total(interaction.cost) > 5, "total(interaction.cost).passes('>5')"),
        (contact.city, "contact.city"),
        (parse("( DK|'SE' )&<>N*"), "parse('(DK|SE)&<>N*')"),
        (Cut(BERN, First(3)), "Cut(make_selection(contact={'city': 'Bern'}), First(3))"),
        (AsOf(date(2026, 11, 22)), "AsOf(datetime.date(2026, 11, 22))"),
        (bound(BERN), "<selection on 2026-11-22: city is “Bern”>"),
        (bound(BERN).node, "<bound: city is “Bern”>"),
        (WHERE, "<bound: city is “Bern”>"),
        (bound(contact.salesperson.passes("%me")).node, "<bound: salesperson is %me>"),
        (BIRTHDAY, "<bound: born (day of the year) is 22 November>"),
        (FINDING, "<no: city “Bern”, asked: is Basel>"),
        (RowFindings((FINDING,)), "<no: city “Bern”>"),
        (Where("city", AllOf((parse("a"), 5))), "Where('city', parse(...))"),  # type: ignore[arg-type]
        (Counts(3, (), 1), "<1 of 3 contacts pass, 0 parts>"),
        (Explanation("so it is", holds=False), "<no: so it is>"),
        (Not("x"), "Not('x')"),
        (Operand("a", any_case=contact.city), "Operand('a', contact.city)"),  # type: ignore[arg-type]
        (Where("city", parse("")), "Where('city', None)"),  # type: ignore[arg-type]
    ],
    ids=str,
)
def test_it_tells_the_essence(value: object, line: str) -> None:
    assert repr(value).startswith(line)


@given(filters())
def test_a_filter_is_shown_as_the_python_that_makes_it(item: Filter) -> None:
    assert repr(item).isprintable()
    assert len(repr(item)) <= 120
    if not repr(item).startswith("<"):
        assert eval(repr(item), vars(language)) == item  # noqa: S307 - what our own code wrote


@given(selections(truth.SCHEMA, segment_nos=["S1"], logged_nos=[1]))
def test_a_selection_is_shown_as_the_python_that_makes_it(selection: language.Selection) -> None:
    assert repr(selection).isprintable()
    assert len(repr(selection)) <= 120
    if not repr(selection).startswith("<"):
        names = vars(language) | {name: the[name] for name in truth.SCHEMA.tables}
        assert eval(repr(selection), names) == selection  # noqa: S307 - what our own code wrote


SMALL: Any = make_selection(x={"y": "z"})


@pytest.mark.parametrize(
    "nested",
    [
        AllOf((AllOf((SMALL, SMALL)), SMALL)),
        AnyOf((AnyOf((SMALL, SMALL)), SMALL)),
        AllOf((SMALL, AllOf((SMALL, SMALL)))),
        AllOf((SMALL, Not(AnyOf((SMALL, SMALL))))),
        AnyOf((AllOf((SMALL, SMALL)), SMALL)),
    ],
    ids=repr,
)
def test_groups_are_shown_as_they_are_nested(nested: language.Selection) -> None:
    assert eval(repr(nested), vars(language)) == nested  # noqa: S307 - what our own code wrote


@pytest.mark.parametrize("item", [BERN, BERN & BERN, ~BERN, at_least(2, BERN), any_(BERN), 5])
def test_a_selection_has_no_filter_text(item: Any) -> None:  # noqa: ANN401 - what is no filter
    with pytest.raises(InvalidValue, match="is not the filter of one field; `describe`"):
        to_text(item)


def test_html_stays_small_and_tells_what_is_left_out_frt_10() -> None:
    """FRT-10."""
    words = "&'\"<>" * 2_000
    many = tuple(Explanation(words, holds=True) for _ in range(1_000))
    told = Explanation(words, holds=True, parts=many)._repr_html_()
    assert "… and 951 more" in told
    assert len(told.encode()) < 50_000
    counted = Counts(9, tuple(PartCount(words, 1, 1) for _ in range(1_000)), 1)._repr_html_()
    assert "… and 950 more" in counted
    assert len(counted.encode()) < 50_000


def test_the_tables_of_a_schema_are_plain_data_by_their_fields() -> None:
    plain = to_plain(fields(truth.SCHEMA))
    assert plain == {name: list(table.fields) for name, table in truth.SCHEMA.tables.items()}
