"""Conditions in the form that means the same to everybody, and in the form that engines like."""

from datetime import date

import attrs
import pytest

from segmentation.criteria import (
    MAX_CONDITIONS,
    AllOf,
    AnyOf,
    Aspect,
    BoundPart,
    Concern,
    Figure,
    Filter,
    Followed,
    HasAspect,
    IsEqual,
    Measure,
    Not,
    Part,
    Selection,
    Where,
    bind,
    changes_since,
    merged,
    merged_filter,
    parse,
    to_neutral,
)
from segmentation.errors import InvalidValue
from support import truth

ITALIAN = attrs.evolve(truth.AS_OF, language="it")


def filter_of(text: str) -> Filter:
    item = parse(text)
    assert item is not None
    return item


def kept(selection: Selection) -> object:
    return to_neutral(selection, truth.SCHEMA, ITALIAN)


def of_date(text: str, aspect: Aspect | None = None) -> Part:
    return Part("interaction", (Where("date", filter_of(text), aspect),))


def figure(measure: Measure, text: str, aspect: Aspect | None = None) -> Figure:
    return Figure(measure, "date", of_date("oggi"), filter_of(text), aspect)


def test_what_is_asked_of_a_date_stays_in_its_neutral_form() -> None:
    """Numbers of an aspect are no dates: ``010127`` is none of the first of January."""
    assert kept(of_date("oggi")) == of_date("t")
    for asked in (of_date("010127", Aspect.AGE_IN_DAYS), of_date("marzo", Aspect.MONTH)):
        assert kept(asked) == asked


@pytest.mark.parametrize("text", ["oggit", "2026-02-30", "%me"])
def test_what_is_no_day_stays_as_it_was_typed(text: str) -> None:
    """What is wrong with it is told where it is bound."""
    assert kept(of_date(text)) == of_date(text)
    assert kept(of_date(f"oggi|{text}")) == of_date(f"t|{text}")


def test_a_figure_keeps_its_aspect_and_the_rows_are_neutral() -> None:
    neutral = of_date("t")
    for given in (
        figure(Measure.LATEST, "010127", Aspect.AGE_IN_DAYS),
        figure(Measure.DISTINCT, "010127"),
    ):
        assert kept(given) == attrs.evolve(given, part=neutral)
    latest = figure(Measure.LATEST, "oggi")
    assert kept(latest) == attrs.evolve(latest, part=neutral, filter=filter_of("t"))


@pytest.mark.parametrize("without", [None, of_date("ieri")])
def test_rows_one_after_the_other_are_neutral(without: Part | None) -> None:
    given = Followed(
        "date", of_date("oggi"), of_date("domani"), 30, later_day=True, without=without
    )
    assert kept(given) == Followed(
        "date",
        of_date("t"),
        of_date("t+1D"),
        30,
        later_day=True,
        without=None if without is None else of_date("t-1D"),
    )


@pytest.mark.parametrize(
    "selection",
    [
        of_date("Y27", Aspect.AGE_IN_DAYS),
        figure(Measure.LATEST, "Y27", Aspect.AGE_IN_DAYS),
        figure(Measure.DISTINCT, "Y27"),
    ],
)
def test_numbers_of_an_aspect_mean_what_they_meant(selection: Selection) -> None:
    assert changes_since(selection, truth.SCHEMA, truth.AS_OF, 1) == ()


def test_what_changed_is_told_of_rows_one_after_the_other() -> None:
    after = Followed("date", of_date("t"), of_date("Y27"))
    (remark,) = changes_since(after, truth.SCHEMA, truth.AS_OF, 1)
    assert (remark.concern, remark.place) == (Concern.CHANGED, "interaction.date")


def refused(selection: Selection) -> bool:
    try:
        bind(selection, truth.SCHEMA, truth.AS_OF)
    except InvalidValue as error:
        return str(MAX_CONDITIONS) in str(error)
    return False


def test_conditions_on_rows_one_after_the_other_count_mng_20() -> None:
    """MNG-20."""
    hall, bar = (truth.part("visit", room=room) for room in ("HALL", "BAR"))

    def asked(number: int) -> Selection:
        rooms = truth.part("visit", room="|".join(f"X{n}*" for n in range(number)))
        return Followed("at", hall, bar, without=rooms)

    assert not refused(asked(MAX_CONDITIONS - 2))
    assert refused(asked(MAX_CONDITIONS - 1))


def listed(number: int) -> str:
    return "|".join(map(str, range(number)))


@pytest.mark.parametrize("aspect", [Aspect.AGE_IN_DAYS, Aspect.AGE_IN_YEARS])
def test_each_age_is_a_condition_mng_20(aspect: Aspect) -> None:
    """MNG-20."""
    assert not refused(of_date(listed(MAX_CONDITIONS), aspect))
    assert refused(of_date(listed(MAX_CONDITIONS + 1), aspect))
    latest = Figure(Measure.LATEST, "date", Part("interaction"), filter_of("1"), aspect)
    one_too_many = attrs.evolve(latest, filter=filter_of(listed(MAX_CONDITIONS)))
    assert not refused(latest)
    assert refused(one_too_many)


def test_a_list_of_days_of_the_year_is_one_condition_mng_20() -> None:
    """MNG-20."""
    assert not refused(of_date(listed(MAX_CONDITIONS + 1), Aspect.DAY_OF_YEAR))
    rows = truth.part("mailing", code=listed(MAX_CONDITIONS + 1))
    assert not refused(Figure(Measure.COUNT, "", rows, filter_of("1")))


def test_single_ages_are_a_list_for_engines() -> None:
    node = bind(of_date("1|2|3", Aspect.AGE_IN_DAYS), truth.SCHEMA, truth.AS_OF).node
    assert isinstance(node, BoundPart)
    merged = merged_filter(node.conditions[0].filter)
    assert isinstance(merged, HasAspect)
    days = [date(2026, 11, day) for day in (21, 20, 19)]
    assert merged.days == AllOf((Not(IsEqual(None)), AnyOf(tuple(map(IsEqual, days)))))


def test_parts_on_one_field_are_one_part_whatever_is_asked_of_it() -> None:
    """A month and a day are asked of the same date."""
    march, today = of_date("3", Aspect.MONTH), of_date("t")
    node = bind(AnyOf((march, today)), truth.SCHEMA, truth.AS_OF).node
    assert isinstance(node, AnyOf)
    month, day = (part.conditions[0].filter for part in node.items if isinstance(part, BoundPart))
    joined = merged(node)
    assert isinstance(joined, BoundPart)
    assert joined.conditions[0].filter == AnyOf((month, day))
