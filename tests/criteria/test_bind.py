"""Binding: names, types, tokens, whole days, and faults that are found in one go."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import attrs
import pytest

from segmentation.criteria import (
    MAX_CONDITIONS,
    AllOf,
    AnyOf,
    AsOf,
    Bound,
    BoundPart,
    BoundWhere,
    Compare,
    Criteria,
    Cut,
    Figure,
    First,
    InLoggedSegment,
    InRange,
    InSegment,
    InShare,
    IsEqual,
    Measure,
    Not,
    Operand,
    Operator,
    Order,
    Part,
    Sample,
    Selection,
    Where,
    bind,
    bind_filter,
    describe,
    make_selection,
    parse,
)
from segmentation.errors import FilterError, InvalidValue, Rejected, UnknownName
from segmentation.fields import Field, FieldType
from support import truth
from support.reference import MappingRows, numbers

TODAY = date(2026, 11, 22)
AS_OF = AsOf(TODAY)


def bound(text: str, kind: FieldType, as_of: AsOf = AS_OF) -> object:
    item = parse(text)
    assert item is not None
    return bind_filter(item, Field("field", kind), as_of)


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def test_no_criteria_bind_to_everybody() -> None:
    assert bind(None, truth.SCHEMA, AS_OF).node is None


def test_what_is_bound_has_the_type_of_its_field() -> None:
    assert bound("dk", FieldType.CODE) == IsEqual("DK")
    assert bound(" dk ", FieldType.TEXT) == IsEqual("dk")
    assert bound("1.50", FieldType.DECIMAL) == IsEqual(Decimal("1.5"))
    assert bound("t", FieldType.DATE) == IsEqual(TODAY)
    assert bound("''", FieldType.DATE) == IsEqual(None)
    assert bound("''", FieldType.DATETIME) == IsEqual(None)


def test_a_date_is_the_whole_day_of_a_datetime_in_the_zone_of_the_user() -> None:
    assert bound("t", FieldType.DATETIME) == InRange(Bound(at(22)), Bound(at(23), inclusive=False))
    there = AsOf(TODAY, zone=timezone(timedelta(hours=1)))
    assert bound("t", FieldType.DATETIME, there) == InRange(
        Bound(at(21, 23)), Bound(at(22, 23), inclusive=False)
    )
    assert bound("2026-11-22 12:00", FieldType.DATETIME, there) == IsEqual(at(22, 11))


def test_the_last_day_of_the_calendar_has_no_end() -> None:
    first = Bound(datetime(9999, 12, 31, tzinfo=UTC))
    assert bound("9999-12-31", FieldType.DATETIME) == InRange(first, None)
    assert bound("..9999-12-31", FieldType.DATETIME) == InRange(None, None)
    assert bound(">9999-12-31", FieldType.DATETIME) == Not(InRange(None, None))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ten", FieldType.INTEGER),
        ("1.5", FieldType.INTEGER),
        ("1,000", FieldType.INTEGER),
        ("1e3", FieldType.DECIMAL),
        ("NaN", FieldType.DECIMAL),
        ("Infinity", FieldType.DECIMAL),
        (".", FieldType.DECIMAL),
        ("٣", FieldType.INTEGER),
        pytest.param("9" * 5000, FieldType.INTEGER, id="many digits"),
        ("perhaps", FieldType.BOOLEAN),
        ("soon", FieldType.DATE),
        ("25:00", FieldType.TIME),
        ("10:00+01:00", FieldType.TIME),
        ("2026-11-22 25:00", FieldType.DATETIME),
        ("9999-12-31 23:00-05:00", FieldType.DATETIME),
        ("1*", FieldType.INTEGER),
        ("y*", FieldType.BOOLEAN),
        ("2026*", FieldType.DATE),
    ],
)
def test_what_does_not_fit_the_type_is_refused(text: str, kind: FieldType) -> None:
    with pytest.raises(FilterError) as caught:
        bound(text, kind)
    assert caught.value.field == "field"


def test_a_day_before_the_calendar_of_utc_is_refused() -> None:
    east = AsOf(TODAY, zone=timezone(timedelta(hours=9)))
    with pytest.raises(FilterError, match="not in the calendar"):
        bound("0001-01-01", FieldType.DATETIME, east)


def test_an_error_points_into_the_whole_filter() -> None:
    with pytest.raises(FilterError) as caught:
        bound("1|2|three&<>4", FieldType.INTEGER)
    assert caught.value.text == "1|2|three&<>4"
    assert caught.value.position == 4


@pytest.mark.parametrize(
    ("text", "kind", "position"),
    [
        ("yes|e", FieldType.BOOLEAN, 4),
        ("CQ|Q", FieldType.DATE, 3),
        ("11|1x|x", FieldType.INTEGER, 3),
        ("1|'it''s'", FieldType.INTEGER, 2),
        ("1|@ten", FieldType.INTEGER, 3),
        ("t..t-1D-soon", FieldType.DATE, 7),
        ("12|<>1*", FieldType.INTEGER, 5),
        ("mean|%me", FieldType.CODE, 5),
    ],
)
def test_an_error_points_to_the_value_and_not_to_one_that_holds_the_same_letters(
    text: str, kind: FieldType, position: int
) -> None:
    with pytest.raises(FilterError) as caught:
        bound(text, kind)
    assert (caught.value.text, caught.value.position) == (text, position)


def test_captions_of_business_central_are_names_too() -> None:
    made = make_selection(
        {"Contact": {"Post Code": "1", "No.": "A"}, "Mailing Groups": {"Code": "X"}}
    )
    assert made is not None
    node = bind(made, truth.SCHEMA, AS_OF).node
    assert isinstance(node, AllOf)
    names = [
        [w.field.name for w in part.conditions] for part in node if isinstance(part, BoundPart)
    ]
    assert names == [["post_code", "no"], ["code"]]


@pytest.mark.parametrize(
    ("made", "kind", "near"),
    [
        ({"contcat": {"no": "A"}}, "table", "contact"),
        ({"mailing_group": {"code": "A"}}, "table", "mailing_groups"),
        ({"contact": {"postcode": "A"}}, "field", "post_code"),
        ({"contact": {"type": "natural_persn"}}, "option", "natural_person"),
        ({"contact": {"country": "%nordci"}}, "token", "%nordic"),
        ({"": {"no": "A"}}, "table", ""),
    ],
)
def test_an_unknown_name_gets_the_nearest(
    made: dict[str, dict[str, str]], kind: str, near: str
) -> None:
    with pytest.raises(UnknownName) as caught:
        bind(make_selection(made), truth.SCHEMA, truth.AS_OF)
    assert (caught.value.kind, caught.value.near) == (kind, near)


def test_all_faults_are_found_in_one_go() -> None:
    made = make_selection(
        contact={"bron": "t", "employees": "1|x", "born": "t"},
        maling={"code": "NEWS"},
        interaction={"date": "soon"},
    )
    with pytest.raises(Rejected) as caught:
        bind(made, truth.SCHEMA, AS_OF)
    places = [(fault.place, fault.field) for fault in caught.value.faults]
    assert places == [
        ("contact", "bron"),
        ("contact", "employees"),
        ("maling", ""),
        ("interaction", "date"),
    ]


def test_faults_of_texts_are_found_in_one_go() -> None:
    with pytest.raises(Rejected) as caught:
        make_selection(contact={"city": "(", "name": "Hansen"}, mailing={"code": "a|"})
    assert [fault.field for fault in caught.value.faults] == ["city", "code"]
    with pytest.raises(FilterError) as alone:
        make_selection(contact={"city": "("})
    assert alone.value.field == "contact.city"


@pytest.mark.parametrize("name", ["me", "user", "ME"])
def test_the_user_at_work_must_be_known(name: str) -> None:
    with pytest.raises(FilterError, match="nobody is at work"):
        bound(f"%{name}", FieldType.CODE)
    assert bound(f"%{name}", FieldType.CODE, AsOf(TODAY, user="anna")) == IsEqual("ANNA")


def test_a_host_may_say_who_me_is() -> None:
    as_of = AsOf(TODAY, user="anna", tokens={"me": "A*|B"})
    assert isinstance(bound("%me", FieldType.CODE, as_of), AnyOf)


def test_tokens_may_use_tokens_but_not_in_a_circle() -> None:
    tokens = {"a": "%b|1", "b": "%c&<>2", "c": "<>%a", "d": "%e|%e", "e": "3"}
    as_of = AsOf(TODAY, tokens=tokens)
    with pytest.raises(FilterError, match="%a → %b → %c → %a"):
        bound("5|%a", FieldType.CODE, as_of)
    assert bound("%d", FieldType.CODE, as_of) == AnyOf((IsEqual("3"), IsEqual("3")))


@pytest.mark.parametrize(
    "tokens",
    [
        {f"t{n}": f"%t{n + 1}" for n in range(5_000)} | {"t5000": "1"},
        {f"t{n}": f"%t{n + 1}|%t{n + 1}" for n in range(40)} | {"t40": "1"},
        {f"t{n}": "<>(" * 40 + f"1|%t{n + 1}" + ")" * 40 for n in range(5)} | {"t5": "1"},
    ],
    ids=["a long chain", "two for each", "deep ones"],
)
def test_tokens_that_grow_without_measure_are_refused(tokens: dict[str, str]) -> None:
    with pytest.raises(FilterError, match="more than a filter can hold") as caught:
        bound("%t0", FieldType.CODE, AsOf(TODAY, tokens=tokens))
    assert caught.value.field == "field"


def test_tokens_side_by_side_do_not_add_up() -> None:
    tokens = {f"t{n}": "(((((1|2)&3)|4)&5)|6)" for n in range(30)}
    text = "|".join(f"%t{n}" for n in range(30))
    assert isinstance(bound(text, FieldType.CODE, AsOf(TODAY, tokens=tokens)), AnyOf)


@pytest.mark.parametrize("name", ["north", "North", "%NORTH"])
def test_a_host_may_write_its_tokens_in_any_case(name: str) -> None:
    as_of = AsOf(TODAY, tokens={name: "DK"})
    assert bound("%north", FieldType.CODE, as_of) == IsEqual("DK")


def test_a_token_that_stands_for_nothing_is_refused() -> None:
    with pytest.raises(FilterError, match="no filter at all"):
        bound("%none", FieldType.CODE, AsOf(TODAY, tokens={"none": " "}))


def test_a_tokens_own_text_is_shown_where_it_is_wrong() -> None:
    as_of = AsOf(TODAY, tokens={"bad": "1|("})
    with pytest.raises(FilterError, match="ends too early") as caught:
        bound("7|%bad", FieldType.CODE, as_of)
    assert caught.value.text == "1|("


def test_a_sum_needs_numbers_and_the_latest_needs_dates() -> None:
    passes = parse("1")
    assert passes is not None
    for measure, field in [
        (Measure.SUM, "date"),
        (Measure.LATEST, "cost"),
        (Measure.EARLIEST, "contact_no"),
    ]:
        with pytest.raises(InvalidValue, match="needs a field of type"):
            bind(Figure(measure, field, Part("interaction"), passes), truth.SCHEMA, AS_OF)


def test_a_figure_over_an_unknown_table_is_one_fault() -> None:
    figure = Figure(Measure.COUNT, "", Part("nowhere"), Compare(Operator.EQUAL, Operand("1")))
    with pytest.raises(UnknownName):
        bind(figure, truth.SCHEMA, AS_OF)


@pytest.mark.parametrize(("start", "stop"), [(-1, 5), (6, 5), (0, 10_001)])
def test_a_share_lies_within_the_whole(start: int, stop: int) -> None:
    with pytest.raises(InvalidValue, match="between 0 and 10000"):
        bind(InShare("x", start, stop), truth.SCHEMA, AS_OF)


def test_a_cut_is_checked_too() -> None:
    with pytest.raises(Rejected, match="2 faults"):
        bind(Cut(Part("contact"), First(-1, (Order("bron"),))), truth.SCHEMA, AS_OF)
    with pytest.raises(InvalidValue):
        bind(Cut(Part("contact"), Sample(-1, "x")), truth.SCHEMA, AS_OF)
    cut = bind(Cut(Part("contact"), First(1, (Order("Post Code"),))), truth.SCHEMA, AS_OF).cut
    assert cut == First(1, (Order("post_code"),))


@pytest.mark.parametrize(
    "criteria",
    [
        Cut(Part("contact"), First(2.5)),  # type: ignore[arg-type]
        Cut(Part("contact"), Sample("2", "x")),  # type: ignore[arg-type]
        Cut(Part("contact"), Sample(2, None)),  # type: ignore[arg-type]
        InLoggedSegment("7"),  # type: ignore[arg-type]
        InLoggedSegment(True),
        InShare("x", 0.5, 1),  # type: ignore[arg-type]
        InShare(7, 0, 1),  # type: ignore[arg-type]
    ],
)
def test_numbers_and_seeds_that_are_none_are_refused(criteria: Criteria) -> None:
    with pytest.raises(InvalidValue, match=r"is no (whole number|text)"):
        bind(criteria, truth.SCHEMA, AS_OF)


def test_as_deep_as_it_may_be_is_bound_and_answered() -> None:
    text = "<>(" * 50 + "DK|SE" + ")" * 50
    criteria: Selection = AnyOf((InSegment("S1"), truth.part("contact", country=text)))
    for _ in range(49):
        criteria = Not(criteria)
    bound_to = bind(criteria, truth.SCHEMA, truth.AS_OF)
    assert describe(bound_to)
    assert numbers(bound_to, MappingRows()) == ["D", "F"]


def test_what_is_nested_too_deep_is_refused_without_recursion() -> None:
    deep: Selection = Part("contact")
    for _ in range(10_000):
        deep = Not(deep)
    with pytest.raises(InvalidValue, match="nested deeper"):
        bind(deep, truth.SCHEMA, AS_OF)
    item = parse("1")
    for _ in range(60):
        assert item is not None
        item = Not(item)
    assert item is not None
    with pytest.raises(InvalidValue, match="nested deeper"):
        bind_filter(item, Field("field", FieldType.INTEGER), AS_OF)


def test_bound_conditions_know_their_fields() -> None:
    node = bind(
        Part("contact", (Where("country", Compare(Operator.EQUAL, Operand("dk"))),)),
        truth.SCHEMA,
        AS_OF,
    ).node
    field = truth.CONTACT.fields["country"]
    assert node == BoundPart(truth.CONTACT, (BoundWhere(field, IsEqual("DK")),))


@pytest.mark.parametrize("nothing", ["DK", 5, AllOf(("DK", "SE"))])
def test_what_is_no_selection_is_refused_by_name(nothing: Any) -> None:  # noqa: ANN401
    with pytest.raises((InvalidValue, Rejected), match=r"criteria: .* is no selection"):
        bind(nothing, truth.SCHEMA, AS_OF)


@pytest.mark.parametrize("nothing", [5, b"DK", Not("DK")])
def test_what_is_no_filter_is_refused_by_name(nothing: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidValue, match=r"filter: .* is no filter"):
        bind_filter(nothing, Field("country", FieldType.CODE), AS_OF)


def _starts(count: int, start: int = 0) -> str:
    return "|".join(f"X{n}*" for n in range(start, start + count))


def test_so_many_conditions_are_bound_and_one_more_is_refused_mng_20() -> None:
    """MNG-20."""
    most = MAX_CONDITIONS

    def named(text: str) -> Selection:
        return truth.part("contact", name=text)

    for fitting, more in (
        (named(_starts(most)), named(_starts(most + 1))),
        (
            truth.part("contact", name=_starts(most - 1), city="X*"),
            truth.part("contact", name=_starts(most), city="X*"),
        ),
        (
            AnyOf(tuple(named(f"X{n}*") for n in range(most))),
            AnyOf(tuple(named(f"X{n}*") for n in range(most + 1))),
        ),
    ):
        bind(fitting, truth.SCHEMA, truth.AS_OF)
        with pytest.raises(InvalidValue, match=rf"{most + 1}.*{most}"):
            bind(more, truth.SCHEMA, truth.AS_OF)


def test_a_token_stands_for_no_more_conditions_than_a_selection_has_mng_20() -> None:
    """MNG-20."""
    as_of = attrs.evolve(truth.AS_OF, tokens={"many": _starts(MAX_CONDITIONS + 1)})
    with pytest.raises(FilterError, match="more than a filter can hold"):
        bind(truth.part("contact", name="%many"), truth.SCHEMA, as_of)


@pytest.mark.parametrize(
    "criteria",
    [
        truth.part("contact", employees=str(2**63)),
        truth.part("contact", employees=f">={-(2**63) - 1}"),
        truth.part("contact", employees=f"1|{2**64}"),
        truth.figure(Measure.COUNT, "", truth.part("interaction"), f">={2**63}"),
        InLoggedSegment(2**63),
        Cut(Part("contact"), First(2**63)),
    ],
)
def test_a_whole_number_beyond_64_bits_is_refused_mng_21(criteria: Criteria) -> None:
    """MNG-21."""
    with pytest.raises(InvalidValue, match="64 bits"):
        bind(criteria, truth.SCHEMA, truth.AS_OF)
    bind(truth.part("contact", credit=f"{2**63}.5"), truth.SCHEMA, truth.AS_OF)


def test_a_nul_in_a_filter_is_refused_mng_15() -> None:
    """MNG-15."""
    for text in ("An\0na", "@An\0*"):
        with pytest.raises(FilterError, match=r"contact\.name.*NUL"):
            bind(truth.part("contact", name=text), truth.SCHEMA, truth.AS_OF)
