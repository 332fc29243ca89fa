"""Filter texts: what parses to what, what does not, and that writing is the inverse."""

from typing import Any

import pytest
from hypothesis import given

from segmentation.criteria import (
    MAX_DEPTH,
    MAX_LENGTH,
    AllOf,
    AnyOf,
    Between,
    Compare,
    Filter,
    Letters,
    Like,
    Not,
    Operand,
    Operator,
    Token,
    Wild,
    parse,
    to_text,
)
from segmentation.errors import FilterError, InvalidValue
from support import trees


def eq(text: str, *, any_case: bool = False) -> Compare:
    return Compare(Operator.EQUAL, Operand(text, any_case))


STAR, MARK = Wild.ANY_RUN, Wild.ANY_ONE
A, B, C = eq("a"), eq("b"), eq("c")


@pytest.mark.parametrize("text", ["", " ", "\t\n \u00a0"])
def test_an_empty_text_is_no_filter(text: str) -> None:
    assert parse(text) is None
    assert to_text(None) == ""


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a", A),
        (" a ", A),
        ("=a", A),
        ("= a", A),
        ("'a'", A),
        ("(a)", A),
        ("((a))", A),
        ("a b", eq("a b")),
        ("' a '", eq(" a ")),
        ("''", eq("")),
        ("''''", eq("'")),
        ("'it''s'", eq("it's")),
        ("it's", eq("it's")),
        ("'a|b&(c)<>='", eq("a|b&(c)<>=")),
        ("'a..b'", eq("a..b")),
        ("1.5", eq("1.5")),
        ("-3M", eq("-3M")),
        ("10:30", eq("10:30")),
        ("@a", eq("a", any_case=True)),
        ("@ a", eq("a", any_case=True)),
        ("@'a'", eq("a", any_case=True)),
        ("'@a'", eq("a", any_case=True)),
        ("@@a", eq("@a", any_case=True)),
        ("@'@a'", eq("@a", any_case=True)),
        (r"'\@a'", eq("@a")),
        ("a@b", eq("a@b")),
        ("@''", eq("", any_case=True)),
        ("<a", Compare(Operator.LESS, Operand("a"))),
        ("<=a", Compare(Operator.AT_MOST, Operand("a"))),
        (">a", Compare(Operator.GREATER, Operand("a"))),
        (">= @a", Compare(Operator.AT_LEAST, Operand("a", any_case=True))),
        ("<>a", Not(A)),
        ("<> ( a )", Not(A)),
        ("<>(a|b)", Not(AnyOf((A, B)))),
        ("<>(<>a)", Not(Not(A))),
        ("<>(1..5)", Not(Between(Operand("1"), Operand("5")))),
        ("<>''", Not(eq(""))),
        ("a..b", Between(Operand("a"), Operand("b"))),
        ("a..", Between(Operand("a"), None)),
        ("..b", Between(None, Operand("b"))),
        ("a .. b", Between(Operand("a"), Operand("b"))),
        ("''..b", Between(Operand(""), Operand("b"))),
        ("a..''", Between(Operand("a"), Operand(""))),
        ("1...5", Between(Operand("1"), Operand(".5"))),
        ("@a..b", Between(Operand("a", any_case=True), Operand("b"))),
        ("(a..)&b", AllOf((Between(Operand("a"), None), B))),
        (r"'a\*'..'\?'", Between(Operand("a*"), Operand("?"))),
        ("a*", Like(("a", STAR))),
        ("*", Like((STAR,))),
        ("**", Like((STAR, STAR))),
        ("?a*b", Like((MARK, "a", STAR, "b"))),
        ("@a*", Like(("a", STAR), any_case=True)),
        ("=a*", Like(("a", STAR))),
        ("<>a*", Not(Like(("a", STAR)))),
        ("'a b*'", Like(("a b", STAR))),
        (r"'\*a*'", Like(("*a", STAR))),
        (r"'\\*'", Like(("\\", STAR))),
        (r"\*", Like(("\\", STAR))),
        (r"'C:\temp'", eq(r"C:\temp")),
        (r"'\\'", eq("\\")),
        (r"'\'", eq("\\")),
        ("%me", Token("me")),
        ("%MyCustomers", Token("mycustomers")),
        ("<>%me", Not(Token("me"))),
        ("'%me'", eq("%me")),
        ("%", eq("%")),
        ("50%", eq("50%")),
        ("%5", eq("%5")),
        ("%m?", Like(("%m", MARK))),
        ("@%me", eq("%me", any_case=True)),
        ("a|b", AnyOf((A, B))),
        ("a|b|c", AnyOf((A, B, C))),
        ("a&b&c", AllOf((A, B, C))),
        ("a&b|c", AnyOf((AllOf((A, B)), C))),
        ("a|b&c", AnyOf((A, AllOf((B, C))))),
        ("(a|b)&c", AllOf((AnyOf((A, B)), C))),
        ("(a&b)&c", AllOf((AllOf((A, B)), C))),
        ("a|(b|c)", AnyOf((A, AnyOf((B, C))))),
        (" a | b ", AnyOf((A, B))),
    ],
)
def test_a_text_says_its_tree(text: str, tree: Filter) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("DK|", 3, "ends too early"),
        ("|DK", 0, "| does not fit"),
        ("DK||SE", 3, "| does not fit"),
        ("DK&", 3, "ends too early"),
        ("&", 0, "& does not fit"),
        ("(DK", 0, "not closed"),
        ("a|((b)&c", 2, "not closed"),
        ("DK)", 2, "not opened"),
        ("()", 1, ") does not fit"),
        ("(", 1, "ends too early"),
        ("'DK", 0, "quote is not closed"),
        ("a&@'DK''", 2, "quote is not closed"),
        ("'DK'SE", 4, "a value does not fit"),
        ("'DK''SE", 0, "quote is not closed"),
        ("a=b", 1, "= does not fit"),
        ("a(b)", 1, "( does not fit"),
        ("(a)b", 3, "a value does not fit"),
        ("(a)(b)", 3, "( does not fit"),
        ("..", 2, "ends too early"),
        ("a..b..c", 4, ".. does not fit"),
        ("..|a", 2, "| does not fit"),
        ("<>", 2, "ends too early"),
        ("<><>a", 2, "<> does not fit"),
        ("<>1..5", 3, "write <>(1..5)"),
        ("=1..5", 2, "an interval cannot follow ="),
        (">=1..5", 3, "an interval cannot follow >="),
        ("=(a)", 1, "( does not fit"),
        ("<=>a", 2, "> does not fit"),
        ("1..5*", 3, "do not fit an interval"),
        ("?..5", 0, "do not fit an interval"),
        (">a*", 1, "do not fit a comparison with >"),
        ("%me..", 0, "%me stands for a whole condition"),
        ("<%me", 1, "%me stands for a whole condition"),
        ("@", 1, "nothing behind"),
        ("a|@", 3, "nothing behind"),
        ("a & ", 4, "ends too early"),
    ],
)
def test_what_does_not_parse_is_pointed_at(text: str, position: int, reason: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text)
    assert caught.value.position == position
    assert reason in caught.value.reason
    assert str(caught.value).endswith("\n    " + " " * position + "^")


def test_something_else_than_a_text_is_refused() -> None:
    with pytest.raises(InvalidValue, match="is no text"):
        parse(5)  # type: ignore[arg-type]


def test_brackets_nest_up_to_the_limit() -> None:
    deep = "(a|" * MAX_DEPTH + "b" + ")" * MAX_DEPTH
    tree = parse(deep)
    assert tree is not None
    assert parse(to_text(tree)) == tree
    with pytest.raises(FilterError, match="more than 50 brackets"):
        parse("(" + deep + ")")


def test_any_number_of_brackets_is_read_without_recursion() -> None:
    with pytest.raises(FilterError):
        parse("(" * MAX_LENGTH)
    with pytest.raises(FilterError):
        parse("<>(" * (MAX_LENGTH // 3))


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(FilterError, match="longer than 1000000") as caught:
        parse("a" * (MAX_LENGTH + 1))
    assert len(str(caught.value)) < 300


def test_a_tree_beyond_the_limits_is_not_written() -> None:
    deep: Filter = A
    for _ in range(100_000):
        deep = Not(deep)
    with pytest.raises(InvalidValue, match="more than 50 groups"):
        to_text(deep)
    long = AnyOf(tuple(eq("a" * 1000) for _ in range(1001)))
    with pytest.raises(InvalidValue, match="more than 1000000 characters"):
        to_text(long)


def test_a_long_list_is_a_flat_tree() -> None:
    tree = parse("|".join(f"CT{n:06}" for n in range(10_000)))
    assert isinstance(tree, AnyOf)
    assert len(tree.items) == 10_000


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("( DK | 'SE' ) & <> ( N* )", "(DK|SE)&<>N*"),
        ("<>(<>a)", "<>(<>a)"),
        ("<>(>5)", "<>(>5)"),
        ("'a'..'b c'", "a..b c"),
        ("' a'", "' a'"),
        ("@'x|y'", "@'x|y'"),
        ("'5.'..", "'5.'.."),
        (r"'a\*b*'", r"'a\*b*'"),
        ("'%me'", "'%me'"),
        (r"'\@home'", r"'\@home'"),
        ("@@home", r"@'\@home'"),
        ("a|(b|c)&d", "a|(b|c)&d"),
    ],
)
def test_a_tree_is_written_as_people_would(text: str, written: str) -> None:
    assert to_text(parse(text)) == written


@given(trees.filters)
def test_what_is_written_reads_back(tree: Filter) -> None:
    assert parse(to_text(tree)) == tree


@given(trees.filter_texts)
def test_every_text_parses_or_says_where_it_does_not(text: str) -> None:
    try:
        tree = parse(text)
    except FilterError as error:
        within = 0 <= error.position <= len(text)
        assert within, text
    else:
        assert parse(to_text(tree)) == tree


def test_a_tree_needs_what_its_name_says() -> None:
    with pytest.raises(ValueError, match="two items"):
        AllOf((A,))
    with pytest.raises(ValueError, match="one end"):
        Between(None, None)
    with pytest.raises(ValueError, match="wildcard"):
        Like(("a",))
    assert Like(("a", "b", "", STAR)) == Like(("ab", STAR))
    assert Like(("*", STAR)) != Like((STAR, STAR))
    assert list(AllOf((A, B))) == list(AnyOf((A, B))) == [A, B]


@pytest.mark.parametrize("kind", [Operand, Like])
def test_where_accents_are_ignored_case_is_too(kind: Any) -> None:  # noqa: ANN401 - either class
    value = "a" if kind is Operand else ("a", STAR)
    with pytest.raises(ValueError, match="case is ignored too"):
        kind(value, any_accent=True)
    assert kind(value, any_case=True, any_accent=True).letters is Letters.ANY_ACCENT
