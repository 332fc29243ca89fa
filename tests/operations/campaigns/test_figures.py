"""What figures are asked about, and what they are given by."""

import datetime as dt
from collections.abc import Callable

import pytest

from segmentation.campaigns import Campaign
from segmentation.code_tables import SalespersonPurchaser
from segmentation.errors import InvalidValue, NotFound, UnknownName
from segmentation.journal import Figures
from segmentation.operations.campaigns import Scope, figures, figures_by, figures_over
from segmentation.protocols import Store
from support.fair import NOW, TODAY, make_store


def test_a_scope_takes_records_and_codes_in_any_case() -> None:
    scope = Scope(
        campaign_no=Campaign(no="FAIR"),
        salesperson_code=SalespersonPurchaser(code="JO"),
        segment_no="sm1",
    )
    assert scope == Scope(campaign_no="fair", salesperson_code="jo", segment_no="SM1")
    assert repr(scope) == "Scope('FAIR', campaign_entry_no=0, 'SM1', 'JO')"


def test_a_day_is_a_date_and_the_last_is_not_before_the_first() -> None:
    for wrong in ("2026-11-22", NOW):
        with pytest.raises(InvalidValue, match=r"since: .* is no date; give a `datetime.date`"):
            Scope(since=wrong)  # type: ignore[arg-type]
        with pytest.raises(InvalidValue, match=r"until: .* is no date"):
            Scope(until=wrong)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="is before 2026-11-22"):
        Scope(since=TODAY, until=TODAY - dt.timedelta(days=1))
    assert Scope(since=TODAY, until=TODAY).holds(TODAY)


def test_what_has_no_day_lies_before_all_days() -> None:
    assert Scope().holds(None)
    assert Scope(until=TODAY).holds(None)
    assert not Scope(since=TODAY).holds(None)


@pytest.mark.parametrize(
    "asked",
    [
        figures,
        lambda store, scope: figures_by(store, "segment_no", scope),
        lambda store, scope: figures_over(store, "day", scope),
    ],
)
def test_an_unknown_campaign_has_no_figures(asked: Callable[[Store, Scope], object]) -> None:
    """FRT-03."""
    store = make_store()
    assert asked(store, Scope(campaign_no="FAIR")) in ({}, Figures())
    with pytest.raises(NotFound, match="campaign 'FAIRY'; did you mean 'FAIR'"):
        asked(store, Scope(campaign_no="FAIRY"))


def test_an_unknown_period_or_field_has_a_near_name() -> None:
    with pytest.raises(UnknownName, match="unknown period 'weeks'; did you mean 'week'"):
        figures_over(make_store(), "weeks", Scope())
    with pytest.raises(UnknownName, match="did you mean 'segment_no'"):
        figures_by(make_store(), "segment", Scope())
