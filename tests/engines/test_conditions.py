"""Conditions that people look for, on the shop of the scenarios: every engine answers alike."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeAlias

import pytest

from engines import shop
from segmentation.criteria import (
    AnyOf,
    Aspect,
    Criteria,
    Followed,
    Part,
    Where,
    at_least,
    at_most,
    count,
    describe,
    exactly,
    explain,
    fields,
    followed,
    latest,
    make_selection,
    none,
    parse,
    row,
)
from segmentation.languages import LANGUAGES, phrases_of

the = fields(shop.SCHEMA)
born, orders = the["contact"]["born"], the["orders"]
day = orders["date"]
TENT, LAMP, MAP = (orders["article"] == name for name in ("TENT", "LAMP", "MAP"))

Ask: TypeAlias = Callable[..., str]
"""Who passes criteria, as of a day."""

DATABASES = [
    pytest.param("kept_sqlite", id="sqlite"),
    pytest.param("kept_postgresql", id="postgresql", marks=pytest.mark.postgres),
    pytest.param("kept_mariadb", id="mariadb", marks=pytest.mark.mariadb),
]


@pytest.fixture(scope="module", params=[*shop.ENGINES, *DATABASES])
def engine(request: pytest.FixtureRequest) -> shop.Engine:
    if request.param in shop.ENGINES:
        return shop.ENGINES[request.param]
    return shop.InDatabase(request.getfixturevalue(request.param))


@pytest.fixture
def ask(engine: shop.Engine) -> Ask:
    return asked_of(engine, shop.SOLD)


def asked_of(engine: shop.Engine, orders: Sequence[shop.Row]) -> Ask:
    answer = engine(orders)

    def ask(criteria: Criteria, today: str = "2026-11-22") -> str:
        return " ".join(answer(shop.bound_to(criteria, date.fromisoformat(today))))

    return ask


def sold(first: Part, then: Part, within: int | None = None, **more: Any) -> Followed:  # noqa: ANN401
    return followed(first, by=then, on=day, within=within, **more)


def test_a_birthday_comes_within_so_many_days(ask: Ask) -> None:
    """OWN-35."""
    assert ask(born.day_of_year.between(0, 7)) == "A F G"
    assert ask(born.day_of_year.between(0, 8)) == "A F G H"
    assert ask(born.day_of_year == 0) == "F"
    assert ask(~born.day_of_year.between(0, 7)) == "B C D E H"


@pytest.mark.parametrize(
    ("days", "found", "told"),
    [
        ("0|2", "A F", ["22 November", "24 November"]),
        ("0..7&<>2", "F G", ["22 November", "29 November", "24 November"]),
        ("<>(0|2..8)", "B C D", ["22 November", "24 November", "30 November"]),
    ],
)
def test_several_birthdays_are_asked_for_at_once(
    ask: Ask, days: str, found: str, told: list[str]
) -> None:
    item = parse(days)
    assert item is not None
    asked = Part("contact", (Where("born", item, Aspect.DAY_OF_YEAR),))
    assert ask(asked) == found
    text = describe(shop.bound_to(asked))
    assert all(each in text for each in told), text


def test_a_birthday_comes_over_new_year(ask: Ask) -> None:
    """OWN-36."""
    assert ask(born.day_of_year.between(0, 7), "2026-12-28") == "C D"
    assert ask(born.day_of_year == 0, "2026-12-31") == "C"
    assert ask(born.day_of_year.between(0, 1), "2026-12-31") == "C D"
    assert ask(born.day_of_year.between(0, 366), "2026-12-28") == "A B C D F G H"
    assert ask(born.day_of_year.between(-1, 0), "2027-01-01") == "C D"


def test_29_february_counts_as_the_28th_in_years_without_it(ask: Ask) -> None:
    """OWN-37."""
    days = ["2026-02-27", "2026-02-28", "2026-03-01", "2028-02-28", "2028-02-29"]
    assert [ask(born.day_of_year == 0, today) for today in days] == ["", "B", "", "", "B"]
    ages = {"2026-02-27": 41, "2026-02-28": 42, "2028-02-28": 43, "2028-02-29": 44}
    for today, age in ages.items():
        assert "B" in ask(born.age_in_years == age, today)
        assert "B" not in ask(born.age_in_years != age, today)


def test_months_and_weekdays_of_dates(ask: Ask) -> None:
    """OWN-38."""
    weekend = day.weekday.is_in(["Saturday", "Sunday"])
    assert ask(born.month == "November") == "A F G H"
    assert ask(born.month == 11) == "A F G H"
    assert ask(born.weekday == "Wednesday") == "B C G"
    assert ask(weekend) == "A B C G"
    assert ask(at_least(2, weekend)) == "A"
    assert ask(none(day.weekday == "Thursday")) == "A E H"


def test_ages_of_dates_in_years_and_days(ask: Ask) -> None:
    """OWN-39."""
    assert ask(born.age_in_years >= 26) == "A B C F H"
    assert ask(born.age_in_years == 25) == "D G"
    assert ask(born.age_in_years.between(25, 42)) == "A B D G H"
    assert ask(born.age_in_days == 9_489) == "G"
    assert "A" in ask(born.age_in_years == 36, "2026-11-24")
    assert ask(day.age_in_days == -9) == "E"
    assert ask(day.age_in_days == 0) == "A"
    assert ask(born.age_in_years < 18) == ""
    assert ask(~(born.age_in_years < 18)) == "A B C D E F G H"
    assert ask(latest(day).age_in_days.between(20, 40)) == "B C G"


def test_many_ages_and_many_pairs_of_rows_mng_17(ask: Ask) -> None:
    """MNG-17: Fifty of them are more than what engines of frames are told, or join."""
    ages = [0, *range(25, 124, 2)]
    assert ask(born.age_in_years.is_in(ages)) == "A D G"
    assert ask(~born.age_in_years.is_in(ages)) == "B C E F H"
    assert ask(born.age_in_days.is_in(range(9_457, 9_520))) == "G"
    pairs = tuple(followed(TENT, by=LAMP, on=day, within=30 - n, later_day=True) for n in range(25))
    assert ask(AnyOf(pairs)) == "B G"
    assert ask(~AnyOf(pairs)) == "A C D E F H"


def test_a_date_that_is_known(ask: Ask) -> None:
    """OWN-40."""
    assert ask(born < date(1980, 1, 1)) == "C E F"
    assert ask(born.known < date(1980, 1, 1)) == "C F"
    assert ask(latest(day) < date(2026, 10, 10)) == "D F H"
    assert ask(latest(day).known < date(2026, 10, 10)) == "D F"
    assert ask(make_selection(contact={"born": "<1980-01-01&<>''"})) == "C F"


def test_different_values_are_counted(ask: Ask) -> None:
    """OWN-41."""
    article = orders["article"]
    assert ask(at_least(2, distinct=article)) == "A B C D F G"
    assert ask(at_least(3, distinct=article)) == "G"
    assert ask(exactly(1, distinct=article)) == "E"
    assert ask(at_most(0, distinct=article)) == "H"
    assert "D" in ask(count(orders.any_row(), distinct=day) == 1)


def test_a_blank_counts_as_no_value_and_codes_in_any_case_are_one(
    engine: shop.Engine,
) -> None:
    """OWN-41."""
    of_eva = shop.SOLD[10]
    more = [{**of_eva, "order_no": "17", "article": None}]
    more += [{**of_eva, "order_no": "18", "article": "tent"}]
    ask = asked_of(engine, [*shop.SOLD, *more])
    assert ask(exactly(1, distinct=orders["article"])) == "E"
    assert "E" in ask(exactly(3, orders.any_row()))


def test_a_window_ends_where_its_end_says(ask: Ask) -> None:
    """OWN-42."""
    open_end, ended = (make_selection(orders={"date": text}) for text in ("-90D..", "-90D..t"))
    assert open_end is not None
    assert ended is not None
    assert ask(open_end) == "A B C D E F G"
    assert ask(ended) == "A B C D F G"
    assert ask(~open_end) == "H"
    assert ask(~ended) == "E H"
    assert "A" in ask(make_selection(orders=exactly(3, date="-90D..t")))
    assert "A" in ask(make_selection(orders=exactly(3, date="-90D..t")), "2026-11-01")


def test_one_row_comes_after_another(ask: Ask) -> None:
    """OWN-43."""
    found = {within: ask(sold(TENT, LAMP, within)) for within in (29, 30, 31, 0, None)}
    assert found == {29: "D G", 30: "B D G", 31: "B C D G", 0: "D", None: "A B C D G"}
    assert ask(sold(TENT, LAMP, 30, later_day=True)) == "B G"
    assert ask(sold(LAMP, TENT, 30)) == "A D F"
    assert ask(sold(LAMP, TENT, 30, later_day=True)) == "A F"


def test_none_comes_between_and_no_row_follows_itself(ask: Ask) -> None:
    """OWN-44."""
    without = sold(TENT, LAMP, 30, without=MAP)
    assert ask(without) == "B D"
    assert ask(~without) == "A C E F G H"
    assert ask(sold(TENT, LAMP, 30, without=MAP, later_day=True)) == "B"
    assert ask(sold(TENT, TENT, 90)) == "A"
    assert ask(sold(TENT, TENT, 89)) == ""
    assert ask(sold(TENT, TENT, 90, without=LAMP)) == ""
    assert ask(sold(orders.any_row(), orders.any_row(), 0)) == "D"
    assert ask(sold(TENT, row(LAMP, orders["amount"] > 20))) == ""


def test_of_many_on_the_day_of_a_pair_some_come_between(engine: shop.Engine) -> None:
    of_dag = shop.SOLD[8]
    more = [{**of_dag, "order_no": str(number), "article": "MAP"} for number in (17, 18, 19)]
    ask = asked_of(engine, [*shop.SOLD, *more])
    assert "D" in ask(sold(TENT, LAMP, 0))
    assert "D" not in ask(sold(TENT, LAMP, 0, without=MAP))


def test_a_pair_may_have_the_row_that_none_between_may_be(ask: Ask) -> None:
    assert ask(sold(TENT, LAMP, without=TENT)) == "A B C D G"
    assert ask(sold(TENT, LAMP, without=orders.any_row())) == "A B C D"


@pytest.mark.parametrize("language", LANGUAGES)
def test_days_of_the_year_are_told_as_days(language: str) -> None:
    """OWN-35."""
    told = describe(shop.bound_to(born.day_of_year.between(0, 7)), phrases_of(language))
    assert "22" in told
    assert "29" in told
    assert phrases_of(language).name("*", "month", "November") in told
    assert "2026" not in told
    assert len(told) <= 300


@pytest.mark.parametrize("language", LANGUAGES)
def test_weekdays_are_told_by_their_names(language: str) -> None:
    """OWN-38."""
    phrases = phrases_of(language)
    told = describe(shop.bound_to(born.weekday == 1), phrases)
    assert phrases.name("*", "weekday", "Monday") in told


@pytest.mark.parametrize("name", ["Monday", "lundi", "Lunedì", "mandag", "1"])
def test_monday_is_the_first_day_in_every_language(name: str) -> None:
    """OWN-38."""
    assert shop.bound_to(born.weekday == name) == shop.bound_to(born.weekday == 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_rows_one_after_the_other_are_told(language: str) -> None:
    """OWN-45."""
    told = describe(shop.bound_to(sold(TENT, LAMP, 30)), phrases_of(language))
    assert all(word in told for word in ("TENT", "LAMP", "30"))
    assert len(told) <= 300


def explained(criteria: Criteria, no: str, today: date = shop.TODAY) -> str:
    person = next(each for each in shop.CONTACTS if each["no"] == no)
    bound = shop.bound_to(criteria, today)
    return str(explain(bound, shop.Rows(), person, items=shop.SCHEMA.tables))


def test_it_is_explained_that_29_february_counts_as_the_28th() -> None:
    """OWN-37."""
    told = explained(born.day_of_year == 0, "B", date(2026, 2, 28))
    assert told.startswith("yes")
    assert "29 February counts as the 28th" in told
    assert "29 February counts" in explained(born.age_in_years > 5, "B")
    assert "29 February counts" not in explained(born.age_in_years > 5, "A")
    assert "29 February counts" not in explained(born.month == 2, "B")


@pytest.mark.parametrize(
    ("criteria", "no", "told"),
    [
        (sold(TENT, LAMP, 30), "B", ["2026-10-01", "2026-10-31", "30 days between"]),
        (sold(TENT, LAMP, 30), "C", ["31 days between, 1 more than allowed"]),
        (sold(TENT, LAMP, 30), "F", ["none where article is LAMP comes after"]),
        (sold(TENT, LAMP, 30), "E", ["there is none where article is LAMP"]),
        (sold(MAP, LAMP, 30), "A", ["there is none where article is MAP"]),
        (sold(TENT, LAMP, 30, later_day=True), "D", ["comes only on the day of"]),
        (sold(TENT, LAMP, 30, without=MAP), "G", ["there is one between where article is MAP"]),
        (sold(TENT, LAMP, 10, without=MAP), "G", ["19 days between, 9 more"]),
        (sold(TENT, LAMP, 0), "D", ["0 days between"]),
        (sold(LAMP, TENT), "A", ["1 day between"]),
    ],
)
def test_it_is_explained_why_rows_follow_or_not(
    criteria: Followed, no: str, told: list[str]
) -> None:
    """OWN-45."""
    found = explained(criteria, no)
    assert all(each in found for each in told), found


def test_describe_says_whether_blanks_pass() -> None:
    """OWN-40."""
    assert "or blank" in describe(shop.bound_to(born < date(1980, 1, 1)))
    assert describe(shop.bound_to(born.known < date(1980, 1, 1))).endswith("and known")
