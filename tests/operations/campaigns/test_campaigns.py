"""Campaigns: numbered, dated, counted, deleted."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.campaigns import (
    Campaign,
    CampaignEntry,
    CampaignStatus,
    CampaignTally,
    CampaignTarget,
    Period,
    has_not_responded,
    has_responded,
    was_target,
)
from segmentation.code_tables import SalespersonPurchaser
from segmentation.criteria import make_selection
from segmentation.errors import InvalidValue, NotFound, Refused, Rejected, UnknownName
from segmentation.interactions import Evaluation, Interaction
from segmentation.journal import (
    NOTHING,
    Canceled,
    Change,
    EntryType,
    Evaluated,
    Figures,
    counted,
)
from segmentation.memory import MemoryStore
from segmentation.operations.campaigns import (
    Scope,
    activate,
    add_campaigns,
    change_campaign,
    delete_campaign,
    entries_of,
    figures,
    figures_by,
    figures_over,
    get_campaign,
    new_campaign,
)
from segmentation.operations.criteria import select
from segmentation.operations.field_values import CampaignValues
from segmentation.operations.followers import keep_tallies, recount
from segmentation.operations.journal import record
from segmentation.operations.records import get_record
from segmentation.operations.segments import add_contacts, log_segment, new_segment
from segmentation.setup import MarketingSetup, NumberSeries
from segmentation.templates import InteractionTemplate
from support.fair import NOW, STAMP, TODAY, context, interaction, make_store


def test_a_new_campaign_takes_the_next_number_of_its_series() -> None:
    """CSG-21."""
    store = make_store(NumberSeries(code="CAMP", starting_no="CP0001", last_no_used="CP0041"))
    assert new_campaign(context(store), description="Autumn").no == "CP0042"
    assert get_campaign(store, "cp0042") == Campaign(
        no="CP0042", no_series="CAMP", description="Autumn", last_modified=NOW
    )


def test_without_a_set_up_series_a_campaign_cannot_be_numbered() -> None:
    """SET-17."""
    store = make_store(MarketingSetup())
    with pytest.raises(Refused, match="campaign_nos"):
        new_campaign(context(store))


def test_a_number_given_by_hand_must_be_free() -> None:
    store = make_store(NumberSeries(code="CAMP", starting_no="CP0001", manual_nos=True))
    with pytest.raises(Rejected, match="campaign FAIR: no: is taken"):
        new_campaign(context(store), no="fair")


def test_all_faults_of_a_campaign_are_told_together_and_nothing_is_stored() -> None:
    store = make_store(CampaignStatus(code="PLAN"))
    with pytest.raises(Rejected) as caught:
        new_campaign(
            context(store),
            starting_date=TODAY,
            ending_date=TODAY - dt.timedelta(days=1),
            salesperson_code="NOBODY",
            status_code="NONE",
            description="x" * 101,
        )
    assert [fault.field for fault in caught.value.faults] == [
        "description",
        "salesperson_code",
        "status_code",
        "ending_date",
    ]
    assert store.records.find(Campaign, "CP0001") is None
    series = store.records.find(NumberSeries, "CAMP")
    assert series is not None
    assert series.last_no_used == ""


def test_a_change_is_stamped() -> None:
    store = make_store(CampaignStatus(code="PLAN"))
    fair = get_campaign(store, "FAIR")
    changed = change_campaign(context(store), "fair", status_code="PLAN", salesperson_code="JO")
    assert changed == attrs.evolve(
        fair, status_code="PLAN", salesperson_code="JO", last_modified=NOW
    )
    assert get_campaign(store, "FAIR") == changed


def test_a_change_names_the_campaign_by_its_number_or_by_itself() -> None:
    """FRT-04."""
    store = make_store()
    for no in ("FAIR", "fair", get_campaign(store, "FAIR")):
        assert change_campaign(context(store), no, description="Autumn").description == "Autumn"
        salesperson = get_record(store, SalespersonPurchaser, "JO")
        assert change_campaign(context(store), no, salesperson_code=salesperson).no == "FAIR"
    assert get_campaign(store, "FAIR").salesperson_code == "JO"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"no": "SALE"}, "its number is its key and stays; make another campaign with `new`"),
        ({"last_modified": NOW}, "`last_modified` is set by each change"),
    ],
)
def test_what_must_not_be_changed_is_refused(fields: CampaignValues, reason: str) -> None:
    store = make_store()
    before = get_campaign(store, "FAIR")
    with pytest.raises(Refused, match=f"change campaign FAIR: {reason}"):
        change_campaign(context(store), "FAIR", **fields)
    assert get_campaign(store, "FAIR") == before
    assert change_campaign(context(store), "FAIR", no="fair") == attrs.evolve(
        before, last_modified=NOW
    )


def test_a_change_tells_all_faults_and_stores_nothing() -> None:
    store = make_store(CampaignStatus(code="PLAN"))
    before = get_campaign(store, "FAIR")
    with pytest.raises(Rejected) as caught:
        change_campaign(
            context(store),
            "FAIR",
            description="x" * 101,
            starting_date="2026-12-24",
            status_code="NONE",
        )
    assert [fault.field for fault in caught.value.faults] == [
        "description",
        "status_code",
        "ending_date",
    ]
    with pytest.raises(Rejected, match="starting_date: 'soon'"):
        change_campaign(context(store), "FAIR", starting_date="soon")
    with pytest.raises(UnknownName, match="'descripton' in campaign; did you mean 'description'"):
        change_campaign(context(store), "FAIR", descripton="x")  # type: ignore[call-arg]
    with pytest.raises(NotFound, match="campaign 'FAIRY'; did you mean 'FAIR'"):
        change_campaign(context(store), "FAIRY", description="x")
    assert get_campaign(store, "FAIR") == before


def test_a_description_is_given_once() -> None:
    store = make_store()
    with pytest.raises(InvalidValue, match="description: 'Winter' is given twice"):
        new_campaign(context(store), "Autumn", description="Winter")
    assert new_campaign(context(store), "Autumn").description == "Autumn"


def test_made_campaigns_are_taken_in_all_or_none() -> None:
    store = make_store()
    sale, autumn = Campaign(no="SALE"), Campaign(no="AUTUMN", salesperson_code="JO")
    wrong = Campaign(no="LATE", starting_date=TODAY, ending_date=TODAY - dt.timedelta(days=1))
    fair = Campaign(no="FAIR")
    with pytest.raises(Rejected) as caught:
        add_campaigns(context(store), sale, wrong, fair, sale, Campaign(no=""))
    assert [(fault.place, fault.field, fault.reason) for fault in caught.value.faults] == [
        ("campaign ", "no", "is blank"),
        ("campaign FAIR", "no", "is taken by another campaign"),
        ("campaign LATE", "ending_date", "2026-11-21 is before 2026-11-22, the start"),
        ("campaign SALE", "no", "has the same key as campaign SALE"),
    ]
    assert caught.value.what == "campaigns"
    assert [each.no for each in store.records.all(Campaign)] == ["FAIR"]
    added = add_campaigns(context(store), sale, autumn)
    assert added == [attrs.evolve(each, last_modified=NOW) for each in (sale, autumn)]
    assert get_campaign(store, "AUTUMN") == added[1]


def test_none_at_all_and_other_records_are_no_campaigns() -> None:
    """FRT-13."""
    store = make_store()
    with pytest.raises(InvalidValue, match="names none; give at least one"):
        add_campaigns(context(store))
    with pytest.raises(InvalidValue, match="is no campaign"):
        add_campaigns(context(store), CampaignStatus(code="X"))  # type: ignore[arg-type]
    assert store.records.find(CampaignStatus, "X") is None


def test_a_campaign_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound, match="campaign"):
        get_campaign(make_store(), "NONE")


def test_a_campaign_with_a_segment_still_to_log_cannot_be_deleted() -> None:
    store = make_store()
    segment = new_segment(context(store), interaction_template_code="INVITE", description="Fair")
    reason = "delete campaign FAIR: it is needed by interaction_template.campaign_no of INVITE; "
    with pytest.raises(Refused, match=f"{reason}segment_header.campaign_no of {segment.no}"):
        delete_campaign(context(store), "FAIR")
    assert get_campaign(store, "FAIR").no == "FAIR"


def test_deleting_a_campaign_ends_its_target_group_and_leaves_the_journal() -> None:
    store = make_store()
    new_segment(context(store))  # for no campaign
    logged(store)
    activate(context(store), "FAIR")
    invite = get_record(store, InteractionTemplate, "INVITE")
    store.records.put([attrs.evolve(invite, campaign_no="")])
    delete_campaign(context(store), "FAIR")
    assert list(store.records.all(CampaignTarget)) == []
    assert len(list(store.records.all(CampaignEntry))) == 1
    with pytest.raises(NotFound, match="campaign 'FAIR'"):
        entries_of(store, "FAIR")
    with pytest.raises(NotFound, match="campaign 'FAIR'"):
        figures(store, Scope(campaign_no="FAIR"))
    assert len(list(store.log.read())) == 4


def logged(store: MemoryStore) -> Sequence[Interaction]:
    segment = new_segment(context(store), interaction_template_code="INVITE", description="Fair")
    add_contacts(context(store), segment.no, make_selection(contact={"no": "SHOP|ANNA"}))
    return log_segment(context(store), segment.no).interactions


def test_logging_a_segment_counts_at_once() -> None:
    store = make_store()
    logged(store)
    [entry] = entries_of(store, "FAIR")
    expected = Figures(interactions=2, targets=2, cost=Decimal("3.00"), duration_min=Decimal(4))
    assert figures(store, Scope(campaign_no="fair")) == expected
    assert figures(store, Scope(campaign_entry_no=entry.entry_no)) == expected
    assert figures(store, Scope(segment_no="SM0001")) == expected
    assert figures(store, Scope(salesperson_code="RB")) == Figures()


def test_figures_are_given_over_any_range_and_by_salesperson() -> None:
    store = make_store()
    days = (dt.date(2026, 11, 1), dt.date(2026, 11, 22), dt.date(2026, 12, 1))
    made = [
        interaction(number, "ANNA", date=day, salesperson_code=code)
        for number, (day, code) in enumerate(zip(days, ("JO", "RB", "RB"), strict=True), start=1)
    ]
    keep_tallies(store, [Change(None, each) for each in made])
    november = Scope(since=dt.date(2026, 11, 2), until=dt.date(2026, 11, 30))
    assert figures(store, november).interactions == 1
    by_salesperson = figures_by(store, "salesperson_code", Scope())
    assert {code: each.interactions for code, each in by_salesperson.items()} == {"JO": 1, "RB": 2}
    by_month = figures_over(store, Period.MONTH, Scope())
    assert {str(day): each.interactions for day, each in by_month.items()} == {
        "2026-11-01": 2,
        "2026-12-01": 1,
    }


def test_figures_are_given_by_parts_that_tallies_have() -> None:
    with pytest.raises(UnknownName, match="salesperson_code"):
        figures_by(make_store(), "salesperson", Scope())


def test_figures_give_rates_and_none_where_there_is_nothing_to_divide_by() -> None:
    """FRT-22."""
    found = Figures(targets=4, responses=1, cost=Decimal(10))
    assert found.response_rate == 0.25
    assert found.cost_per_response == 10
    assert NOTHING.response_rate == 0
    assert NOTHING.cost_per_response is None


def test_what_happens_to_an_interaction_later_reaches_the_figures() -> None:
    store = make_store()
    first, second = logged(store)
    record(store, [Evaluated(interaction_no=first.entry_no, evaluation=Evaluation.POSITIVE)], STAMP)
    assert figures(store, Scope(campaign_no="FAIR")).interactions == 2
    record(
        store,
        [
            Canceled(
                what=EntryType.INTERACTION,
                number=first.entry_no,
            )
        ],
        STAMP,
    )
    assert figures(store, Scope(campaign_no="FAIR")).interactions == 1
    record(
        store,
        [
            Canceled(
                what=EntryType.INTERACTION,
                number=second.entry_no,
            )
        ],
        STAMP,
    )
    assert figures(store, Scope(campaign_no="FAIR")) == NOTHING
    assert list(store.records.all(CampaignTally)) == []


states = st.fixed_dictionaries(
    {
        "canceled": st.booleans(),
        "postponed": st.booleans(),
        "campaign_target": st.booleans(),
        "campaign_response": st.booleans(),
        "campaign_no": st.sampled_from(["", "FAIR", "EXPO"]),
        "date": st.sampled_from([None, TODAY, TODAY - dt.timedelta(days=1)]),
        "salesperson_code": st.sampled_from(["JO", "RB"]),
        "cost": st.decimals(0, 100, places=2),
    }
)


@given(st.lists(st.tuples(states, states), max_size=20))
def test_kept_tallies_equal_a_recount(
    changes: list[tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    store = make_store()
    made = []
    for number, (was, becomes) in enumerate(changes, start=1):
        before = interaction(number, "ANNA", **was)
        after = interaction(number, "ANNA", **becomes)
        made.append(after)
        keep_tallies(store, [Change(None, before)])
        keep_tallies(store, [Change(before, after)])
    store.records.put(made)
    kept = list(store.records.all(CampaignTally))
    assert figures(store, Scope()) == counted(each for each in made if each.campaign_no)
    assert recount(store) == len(kept)
    assert list(store.records.all(CampaignTally)) == kept


def test_follow_ups_choose_targets_who_have_or_have_not_responded() -> None:
    store = make_store()
    store.records.put(
        [
            interaction(1, "ANNA", "SHOP", campaign_target=True),
            interaction(2, "BO", "SHOP", campaign_target=True),
            interaction(3, "BO", "SHOP", campaign_response=True),
            interaction(4, "MILL", "MILL", campaign_target=True, canceled=True),
            interaction(5, "CARL", campaign_response=True),
        ]
    )
    assert list(select(context(store), was_target("fair"))) == ["ANNA", "BO"]
    assert list(select(context(store), has_responded("FAIR"))) == ["BO"]
    assert list(select(context(store), has_not_responded("FAIR"))) == ["ANNA"]
