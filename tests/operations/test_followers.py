"""What is called after entries stands in one list."""

from segmentation.campaigns import CampaignTally
from segmentation.interactions import InteractionTotal
from segmentation.memory import MemoryStore
from segmentation.operations.campaigns import activate, target_group
from segmentation.operations.followers import (
    FOLLOWERS,
    follow_entries,
    keep_tallies,
    keep_totals,
    tallies_of,
    totals_of,
)
from segmentation.operations.journal import record
from support.fair import STAMP, context, interaction, make_store


def test_totals_tallies_and_target_groups_follow_entries_in_this_order() -> None:
    assert (keep_totals, keep_tallies, follow_entries) == FOLLOWERS


def test_each_of_them_is_called_when_something_is_recorded() -> None:
    store: MemoryStore = make_store(interaction(90, "CARL", campaign_target=True))
    activate(context(store), "FAIR")
    made = interaction(1, "MILL", "MILL", campaign_target=True, interaction_template_code="INVITE")
    record(store, [made], STAMP)
    assert list(store.records.all(InteractionTotal)) == totals_of([made])
    assert list(store.records.all(CampaignTally)) == tallies_of([made])
    assert [target.no for target in target_group(store, "FAIR")] == ["CARL", "MILL"]
