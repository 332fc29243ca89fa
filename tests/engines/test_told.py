"""Many conditions on dates and on rows: what an engine of frames is told, and what Python tries."""

from datetime import date
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from engines import shop
from segmentation.adapters.narwhals._frames import Column
from segmentation.adapters.narwhals._nodes import linked_in
from segmentation.adapters.narwhals._predicates import InexactError, to_test
from segmentation.criteria import (
    AllOf,
    AnyField,
    AnyOf,
    BoundPart,
    Followed,
    Not,
    Part,
    Selection,
    fields,
    followed,
)
from segmentation.fields import Field, FieldType

the = fields(shop.SCHEMA)
born: AnyField = the["contact"]["born"]
TENT, LAMP, MAP = (the["orders"]["article"] == name for name in ("TENT", "LAMP", "MAP"))
DAYS = Column("born", Field("born", FieldType.DATE), nw.Date(), nw.Implementation.POLARS, "born")


def found(asked: Part, days: list[date | None]) -> list[date | None]:
    """The days of a frame that pass what the engine is told."""
    test = to_test(DAYS, filter_of(asked), blank_passes=False)
    assert not isinstance(test, bool)
    kept: list[date | None] = (
        nw.from_native(pl.DataFrame({"born": days})).filter(test)["born"].to_list()
    )
    return kept


def filter_of(asked: Part) -> Any:  # noqa: ANN401
    node = shop.bound_to(asked).node
    assert isinstance(node, BoundPart)
    return node.conditions[0].filter


def test_a_few_ages_are_told_and_many_are_tried_by_python() -> None:
    days = [date(2020, 1, 1), date(1950, 1, 1), None]
    assert found(born.age_in_years.is_in(range(20)), days) == days[:1]
    with pytest.raises(InexactError, match="so many conditions"):
        found(born.age_in_years.is_in(range(60)), days)


def test_ages_in_days_are_a_list_however_long() -> None:
    days = [shop.TODAY, date(1950, 1, 1), None]
    assert found(born.age_in_days.is_in(range(60)), days) == days[:1]


def after(then: Part, without: Part | None = None) -> Followed:
    return followed(TENT, by=then, on=the["orders"]["date"], without=without)


def test_parts_of_rows_one_after_the_other_are_counted_as_they_are_joined() -> None:
    parts: tuple[Selection, ...] = (after(MAP, without=LAMP), TENT)
    asked: tuple[Selection, ...] = (born < shop.TODAY, Not(after(LAMP)), AnyOf(parts))
    node = shop.bound_to(AllOf(asked)).node
    assert node is not None
    assert linked_in(node) == 2 + 3 + 1
