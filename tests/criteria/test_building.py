"""Selections written in Python are the trees that the same words parse to."""

from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from operator import and_, or_
from types import SimpleNamespace
from typing import Any

import pytest

from segmentation.criteria import (
    AllOf,
    AnyOf,
    Between,
    Condition,
    Cut,
    Figure,
    FigureOf,
    Filter,
    First,
    InLoggedSegment,
    InSegment,
    Measure,
    Not,
    Operand,
    Order,
    Part,
    Sample,
    Selection,
    Token,
    Where,
    any_,
    at_least,
    at_most,
    bind,
    count,
    earliest,
    effect,
    exactly,
    fields,
    latest,
    make_selection,
    none,
    parse,
    row,
    share,
    to_predicate,
    total,
)
from segmentation.errors import InvalidValue, NoTruthValue, Rejected, UnknownName
from support import truth
from support.reference import MappingRows

SINCE = Between(Operand("-3M"), None)
the = fields(truth.SCHEMA)
contact, mailing, interaction = the.contact, the.mailing_groups, the["interaction"]


@pytest.mark.parametrize(
    ("built", "field", "text"),
    [
        (contact.country == "DK", "country", "DK"),
        (contact["Country"] == "DK", "country", "DK"),
        (contact.country != "DK", "country", "<>DK"),
        (contact.employees < 5, "employees", "<5"),
        (contact.employees <= 5, "employees", "<=5"),
        (contact.credit > Decimal("1.50"), "credit", ">1.50"),
        (contact.credit >= 1e-7, "credit", ">=0.0000001"),
        (contact.active == True, "active", "yes"),  # noqa: E712 - builds a condition
        (contact.active != False, "active", "<>no"),  # noqa: E712
        (contact.born == date(2026, 11, 22), "born", "2026-11-22"),
        (contact.born >= "-3M", "born", ">=-3M"),
        (contact.opens == time(8, 30), "opens", "08:30:00"),
        (contact.born == None, "born", "''"),  # noqa: E711
        (contact.born.is_blank(), "born", "''"),
        (contact.employees.between(1, 5), "employees", "1..5"),
        (contact.country.is_in(["DK", "SE"]), "country", "DK|SE"),
        (contact.country.is_in(["DK"]), "country", "DK"),
        (contact.country.is_in("DK"), "country", "DK"),
        (contact.employees.is_in(5), "employees", "5"),
        (contact.name.like("Hans?n*"), "name", "Hans?n*"),
        (contact.name.like("@it's*"), "name", "@it's*"),
        (contact.name.like("Hansen"), "name", "Hansen"),
        (contact.name == "a*|b", "name", r"'a\*|b'"),
        (contact.salesperson == Token("me"), "salesperson", "%me"),
        (contact.salesperson != Token("ME"), "salesperson", "<>%me"),
        (contact.country.passes("DK|S*"), "country", "DK|S*"),
        (contact.country.passes(Token("me")), "country", "%me"),
    ],
)
def test_a_comparison_is_the_tree_of_its_text(built: Part, field: str, text: str) -> None:
    assert built == make_selection(contact={field: text})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [1], b"x"])
def test_what_is_no_value_is_refused(value: float) -> None:
    with pytest.raises(InvalidValue):
        contact.credit == value  # noqa: B015 - raises


def test_a_list_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidValue, match="no value"):
        contact.country.is_in([])
    with pytest.raises(InvalidValue, match="empty"):
        contact.country.passes("")


def test_and_or_not_make_flat_trees() -> None:
    a, b, c = contact.country == "DK", contact.city == "Bern", InSegment("S1")
    assert a & b & c == AllOf((a, b, c))
    assert a | b | c == AnyOf((a, b, c))
    assert a & (b & c) == AllOf((a, AllOf((b, c))))
    assert a & b | ~c == AnyOf((AllOf((a, b)), Not(c)))
    assert ~(a | b) == Not(AnyOf((a, b)))


A_FIELD, BERN, DANE = contact.employees, contact.city == "Bern", contact.country == "DK"


@pytest.mark.parametrize(
    "condition",
    [
        BERN,
        BERN & DANE,
        BERN | DANE,
        ~BERN,
        any_(BERN),
        none(BERN),
        none(city="Bern"),
        at_least(2, BERN),
        count(BERN),
        total(interaction.cost) > 5,
        A_FIELD,
        InSegment("S1"),
        InLoggedSegment(1),
        share("spring", 10),
        Cut(BERN, Sample(10, "spring")),
        parse("DK"),
        parse("DK|SE"),
    ],
)
def test_a_condition_is_neither_true_nor_false_frt_11(condition: object) -> None:
    """FRT-11."""
    asked: list[Callable[[], object]] = [
        lambda: bool(condition),
        lambda: condition and condition,
        lambda: condition or condition,
        lambda: not condition,
        lambda: 1 if condition else 2,
        lambda: all([condition]),
    ]
    for ask in asked:
        with pytest.raises(NoTruthValue, match=r"& .*\| .*~ .*between") as caught:
            ask()
        assert isinstance(caught.value, TypeError)


def test_a_chain_of_comparisons_is_refused_and_between_is_not_frt_11() -> None:
    """FRT-11."""
    for field in (A_FIELD, count(mailing.any_row())):
        with pytest.raises(NoTruthValue, match="between"):
            _ = 1000 < field < 2000
    assert A_FIELD.between(1000, 2000) == make_selection(contact={"employees": "1000..2000"})
    assert (A_FIELD > 1000) & (A_FIELD < 2000) == AllOf((A_FIELD > 1000, A_FIELD < 2000))


@pytest.mark.parametrize("other", [None, True, "DK", A_FIELD, Cut(BERN, First(1))])
def test_only_conditions_join(other: object) -> None:
    for join in (and_, or_):
        with pytest.raises(TypeError, match="unsupported operand"):
            join(BERN, other)


def test_filters_join_like_selections() -> None:
    def tree(text: str) -> Filter:
        found = parse(text)
        assert found is not None
        return found

    assert tree("a") | tree("b") | tree("c") == tree("a|b|c")
    assert tree("a*") & ~tree("%me") == tree("a*&<>%me")


def test_one_row_is_asked_to_meet_all() -> None:
    news, since = mailing.code == "NEWS", mailing.since >= "-1Y"
    both = Part("mailing", (*news.conditions, *since.conditions))
    assert any_(news, since) == row(news, since) == both
    assert any_(news, since=">=-1Y") == both
    assert none(news, since) == Not(both)
    assert news & since == AllOf((news, since))
    with pytest.raises(InvalidValue, match="not over one table"):
        any_(news, contact.country == "DK")


def test_rows_are_counted() -> None:
    news = mailing.code == "NEWS"
    one = parse("1")
    assert one is not None
    assert exactly(1, news) == Figure(Measure.COUNT, "", news, one)
    assert at_least(3, news) == (count(news) >= 3)
    assert at_most(3, news) == (count(news) <= 3)
    assert (count(mailing.any_row()) == 0).measure is Measure.COUNT


def test_figures_are_compared_like_fields() -> None:
    dear = interaction.cost > 100
    over = parse(">500")
    assert over is not None
    assert (total(interaction.cost, dear) > 500) == Figure(Measure.SUM, "cost", dear, over)
    assert isinstance(latest(interaction.date), FigureOf)
    assert (latest(interaction.date) < "-6M").measure is Measure.LATEST
    assert (earliest(interaction.date).is_blank()).part == Part("interaction")


@pytest.mark.parametrize(
    ("unnamed", "named"),
    [
        (any_(date="-3M.."), any_(interaction.date.passes("-3M.."))),
        (none(date="-3M.."), none(interaction.date.passes("-3M.."))),
        (at_least(2, date="-3M.."), at_least(2, interaction.date.passes("-3M.."))),
        (at_most(2, date="-3M.."), at_most(2, interaction.date.passes("-3M.."))),
        (exactly(2, date=SINCE), exactly(2, interaction.date.passes("-3M.."))),
        (none(), none(interaction.any_row())),
    ],
)
def test_a_table_may_be_named_later(unnamed: object, named: Selection) -> None:
    assert make_selection(interaction=unnamed) == named  # type: ignore[arg-type]


def test_tables_without_filters_are_left_out() -> None:
    assert make_selection(contact={}, mailing={"code": ""}) is None
    assert make_selection() is None
    assert make_selection({"contact": {"city": "Bern"}}, mailing={}) == (contact.city == "Bern")


def test_fields_and_tables_can_be_looked_through() -> None:
    assert dir(the) == sorted([*truth.SCHEMA.tables, "mailing_groups"])
    assert "country" in dir(contact)
    assert [repr(field) for field in mailing] == [
        "mailing.contact_no",
        "mailing.code",
        "mailing.since",
    ]
    assert repr(the).startswith("<tables: contact, ")
    assert repr(mailing) == "<mailing: contact_no, code, since>"
    assert the._ipython_key_completions_() == list(the.__dir__())
    assert mailing._ipython_key_completions_() == ["contact_no", "code", "since"]


def test_an_unknown_attribute_gets_the_nearest() -> None:
    with pytest.raises(AttributeError, match="did you mean 'post_code'"):
        _ = contact.postcode
    with pytest.raises(AttributeError, match="did you mean 'contact'"):
        _ = the.contcat
    with pytest.raises(UnknownName):
        _ = contact["postcode"]
    assert not hasattr(the, "_repr_html_")
    assert not hasattr(contact, "_repr_html_")


def test_one_counts_as_one_where_several_are_wanted_frt_12() -> None:
    """FRT-12."""
    assert contact.country.is_in("DK") == contact.country.is_in(["DK"])
    assert First(3, Order("name")) == First(3, (Order("name"),))
    assert effect("AB", ["AB"]) == effect(["AB"], ["AB"])
    chosen = bind(contact.country == "DK", truth.SCHEMA, truth.AS_OF)
    passes = to_predicate(chosen, MappingRows(), items="contacts of ours")
    assert passes(SimpleNamespace(country="DK"))


def test_fields_order_a_cut() -> None:
    assert contact.name.ascending() == Order("name")
    assert contact.name.descending() == Order("name", descending=True)


def test_an_item_of_the_tree_is_a_where() -> None:
    bern = parse("Bern")
    assert bern is not None
    assert (contact.city == "Bern").conditions == (Where("city", bern),)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (5, "5"),
        (Decimal("1.50"), "1.50"),
        (True, "yes"),
        (date(2026, 11, 22), "2026-11-22"),
        (None, "''"),
        (["DK", "SE"], "DK|SE"),
        (("A*",), r"'A\*'"),
        (parse("1..5"), "1..5"),
    ],
)
def test_a_mapping_may_hold_values_instead_of_filters(given: Condition, text: str) -> None:
    assert make_selection(contact={"no": given}) == make_selection(contact={"no": text})
    assert none(no=given).of("contact") == none(no=text).of("contact")


def test_what_no_field_could_hold_is_told_with_its_place() -> None:
    nothings: list[Any] = [object(), b"DK", {"a": 1}]
    for nothing in nothings:
        with pytest.raises(InvalidValue, match=r"contact\.no: .* is no value of a field"):
            make_selection(contact={"no": nothing})
    with pytest.raises(InvalidValue, match="filter: None is no text"):
        contact.name.like(None)  # type: ignore[arg-type]
    with pytest.raises(Rejected) as caught:
        make_selection(contact={"no": [], "name": "("})
    assert [(fault.place, fault.field) for fault in caught.value.faults] == [
        ("contact", "no"),
        ("contact", "name"),
    ]


def test_a_table_needs_filters_by_field() -> None:
    with pytest.raises(InvalidValue, match="contact: 'DK' is no mapping of filters by field"):
        make_selection(contact="DK")  # type: ignore[arg-type]
