"""What is looked at of a date, different values, rows one after the other: bound, stored, shown."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest

from segmentation.criteria import (
    AllOf,
    AnyField,
    AsOf,
    Aspect,
    Bound,
    BoundPart,
    BoundWhere,
    Compare,
    Concern,
    Criteria,
    Figure,
    Followed,
    InRange,
    IsEqual,
    Measure,
    Not,
    Operand,
    Operator,
    Part,
    at_least,
    bind,
    check,
    compare,
    count,
    describe,
    earliest,
    fields,
    followed,
    latest,
    make_selection,
    none,
    row,
    to_value_test,
    total,
)
from segmentation.errors import FilterError, InvalidValue, Rejected, UnknownName
from segmentation.fields import Field, FieldType
from segmentation.segments import contact_fields
from segmentation.serialization import criteria_from_data, criteria_from_json, criteria_to_json
from support import truth

the = fields(truth.SCHEMA)
born: AnyField = the["contact"]["born"]
when: AnyField = the["interaction"]["date"]
cost: AnyField = the["interaction"]["cost"]
CHEAP, DEAR = cost < 50, cost > 50
ELEVEN = Compare(Operator.EQUAL, Operand("11"))
AFTER = followed(CHEAP, by=DEAR, on=when, within=30)


def bound(criteria: Criteria, today: date = truth.AS_OF.today) -> Any:  # noqa: ANN401
    return bind(criteria, truth.SCHEMA, AsOf(today)).node


def days_of(criteria: Part, today: date = truth.AS_OF.today) -> Any:  # noqa: ANN401
    node = bound(criteria, today)
    assert isinstance(node, BoundPart)
    return node.conditions[0].filter.days  # type: ignore[union-attr]  # an aspect's


@pytest.mark.parametrize(
    ("age", "first", "last"),
    [
        (born.age_in_years == 1, date(2024, 11, 23), date(2025, 11, 22)),
        (born.age_in_years == -1, date(2026, 11, 23), date(2027, 11, 22)),
        (born.age_in_days == 9, date(2026, 11, 13), date(2026, 11, 13)),
    ],
)
def test_an_age_is_a_range_of_days(age: Part, first: date, last: date) -> None:
    assert days_of(age) == AllOf((Not(IsEqual(None)), InRange(Bound(first), Bound(last))))


def test_the_age_of_a_time_is_a_range_of_moments() -> None:
    asked = the["contact"]["changed"].age_in_days == 1
    moments = [datetime(2026, 11, day, tzinfo=UTC) for day in (21, 22)]
    ends = InRange(Bound(moments[0]), Bound(moments[1], inclusive=False))
    assert days_of(asked) == AllOf((Not(IsEqual(None)), ends))


def test_who_is_younger_may_be_of_any_later_moment() -> None:
    asked = the["contact"]["changed"].age_in_days < 1
    since = InRange(Bound(datetime(2026, 11, 22, tzinfo=UTC)), None)
    assert days_of(asked) == AllOf((Not(IsEqual(None)), since))


def test_ages_end_with_the_calendar() -> None:
    everything = AllOf((Not(IsEqual(None)), InRange(None, Bound(date.max))))
    nothing = AllOf((Not(IsEqual(None)), Not(InRange(None, None))))
    assert days_of(born.age_in_years > -9_000) == everything
    assert days_of(born.age_in_days < 10**18) == everything
    assert days_of(born.age_in_years > 10**18) == nothing
    assert days_of(born.age_in_years < -9_000) == nothing


def test_days_without_the_reason_for_them_are_told_as_certain_days() -> None:
    asked = bind(born.month == 2, truth.SCHEMA, truth.AS_OF)
    assert isinstance(asked.node, BoundPart)
    days = BoundWhere(asked.node.conditions[0].field, days_of(born.month == 2))
    told = describe(attrs.evolve(asked, node=attrs.evolve(asked.node, conditions=(days,))))
    assert "born is on certain days" in told


@pytest.mark.parametrize("year", [2024, 2025, 2026, 2028])
def test_every_day_has_one_age_and_a_birthday_at_its_turn(year: int) -> None:
    """Years are counted as by hand: one more on each birthday, 29 February's on the 28th."""
    days = [date(year, 2, 26) + timedelta(n) for n in range(5)]
    people = [date(1984, 2, 28), date(1984, 2, 29), date(1984, 3, 1), date(1985, 2, 28)]
    for today in days:
        turns = to_value_test(days_of(born.day_of_year == 0, today), Field("born", FieldType.DATE))
        for person in people:
            falls = (person.month, person.day)
            if falls == (2, 29) and year % 4 != 0:
                falls = (2, 28)
            assert turns(person) == ((today.month, today.day) == falls)
            age = today.year - person.year - ((today.month, today.day) < falls)
            has_age = to_value_test(
                days_of(born.age_in_years == age, today), Field("", FieldType.DATE)
            )
            assert has_age(person)


@pytest.mark.parametrize(
    ("criteria", "told"),
    [
        (the["contact"]["name"].age_in_days == 1, "needs a field of type date or datetime"),
        (
            Figure(Measure.COUNT, "", CHEAP, ELEVEN, Aspect.MONTH),
            "needs a field of type date or datetime",
        ),
        (born.month == "Novembr", "did you mean 'November'"),
        (born.day_of_year >= 0, "expected days on, such as 0 or 0..7"),
        (born.day_of_year == 10**12, "this is not in the calendar"),
        (born.age_in_years == 1.5, "this is no number"),
        (followed(CHEAP, by=DEAR, on=when, within=-1), "is less than 0"),
        (followed(CHEAP, by=DEAR, on=when, within=True), "is no whole number"),
        (Followed("cost", CHEAP, DEAR), "needs a field of type date or datetime"),
        (Followed("dat", CHEAP, DEAR), "did you mean 'date'"),
        (Followed("date", CHEAP, Part("mailing")), "are not over one table"),
        (at_least(2, distinct=when) & Followed("date", Part("nowhere"), DEAR), "nowhere"),
    ],
)
def test_what_does_not_fit_is_told_when_it_is_bound(criteria: Criteria, told: str) -> None:
    with pytest.raises((InvalidValue, UnknownName, FilterError, Rejected), match=told):
        bound(criteria)


def test_building_refuses_what_is_over_two_tables() -> None:
    with pytest.raises(InvalidValue, match="are not over one table"):
        followed(CHEAP, by=DEAR, on=the["mailing"]["since"])
    with pytest.raises(InvalidValue, match="is of another table"):
        at_least(2, CHEAP, distinct=the["mailing"]["code"])


def test_a_table_is_no_condition_on_its_rows() -> None:
    groups = contact_fields().mailing_groups
    with pytest.raises(InvalidValue, match=r"is no condition on rows; .* any_row\(\)"):
        none(groups)  # type: ignore[call-overload]
    assert none(groups.any_row()) == Not(Part("contact_mailing_group"))
    with pytest.raises(InvalidValue, match="is no condition on rows"):
        followed(CHEAP, by=groups, on=when)  # type: ignore[arg-type]
    for figure in (total, latest, earliest):
        with pytest.raises(InvalidValue, match=r"field: .* is no field of a table"):
            figure(groups)  # type: ignore[arg-type]


def test_a_known_value_is_a_filter_of_the_language() -> None:
    assert (born.known < "t") == make_selection(contact={"born": "<t&<>''"})
    two = born.known.passes(">1980-01-01&<t")
    assert two == make_selection(contact={"born": ">1980-01-01&<t&<>''"})


@pytest.mark.parametrize(
    ("criteria", "shown"),
    [
        (born.month == 11, "contact.born.month.passes('11')"),
        (
            row(CHEAP, when.weekday == 7),
            "row(interaction.cost.passes('<50'), interaction.date.weekday.passes('7'))",
        ),
        (latest(when).age_in_days > 9, "latest(interaction.date).age_in_days.passes('>9')"),
        (
            at_least(2, distinct=when),
            "count(Part('interaction'), distinct=interaction.date).passes('>=2')",
        ),
        (
            followed(Part("visit"), by=Part("visit"), on=the["visit"]["at"], later_day=True),
            "followed(Part('visit'), by=Part('visit'), on=visit.at, later_day=True)",
        ),
        (
            Followed("at", Part("visit"), Part("visit"), 3, without=Part("it")),
            "followed(Part('visit'), by=Part('visit'), on=visit.at, within=3, without=Part('it'))",
        ),
    ],
)
def test_they_are_shown_as_the_python_that_makes_them(criteria: Criteria, shown: str) -> None:
    assert repr(criteria) == shown


def test_they_are_stored_as_plain_data() -> None:
    stored = criteria_to_json(born.day_of_year.between(0, 7))
    assert '["born","0..7","day_of_year"]' in stored
    assert criteria_from_json(stored) == born.day_of_year.between(0, 7)
    assert criteria_from_json(criteria_to_json(AFTER)) == AFTER


@pytest.mark.parametrize(
    "data",
    [
        {"part": {"table": "contact", "where": [["born", "1", "height"]]}},
        {"part": {"table": "contact", "where": [["born", "1", "month", "year"]]}},
        {"followed": {"field": "date"}},
        {"figure": {"measure": "x", "field": "", "of": {}, "filter": "1", "aspect": "month"}},
    ],
)
def test_other_data_are_not_read(data: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidValue):
        criteria_from_data(data)


def remarks(criteria: Criteria) -> dict[Concern, str]:
    return {each.concern: str(each) for each in check(criteria, truth.SCHEMA, truth.AS_OF)}


def test_check_says_what_depends_on_the_day_and_what_never_holds() -> None:
    assert "age in years depends on the day" in remarks(born.age_in_years > 5)[Concern.RELATIVE]
    assert "day of the year" in remarks(born.day_of_year == 25)[Concern.RELATIVE]
    assert remarks(born.month == 11) == {}
    assert Concern.NEVER in remarks(born.month == "")
    assert Concern.NEVER in remarks(row(born.age_in_years < 5, born.age_in_years > 9))
    assert Concern.NEVER in remarks(at_least(-1, distinct=when) & (count(CHEAP, distinct=when) < 0))
    assert Concern.NEVER in remarks(followed(row(CHEAP, DEAR), by=DEAR, on=when))
    assert remarks(AFTER) == {}


def test_two_selections_are_compared_by_what_is_looked_at() -> None:
    old, new = (bind(born.month == month, truth.SCHEMA, truth.AS_OF) for month in (11, 12))
    assert (
        str(compare(old, new)) == "- born (month) is 11 (November)\n+ born (month) is 12 (December)"
    )


def test_several_filters_of_a_known_date_say_nothing_of_blanks() -> None:
    told = describe(bind(born.known.passes("<t|>CM"), truth.SCHEMA, truth.AS_OF))
    assert told.endswith("and known")
    assert describe(bind(make_selection(contact={"born": "<>''&<>''"}), truth.SCHEMA, truth.AS_OF))
