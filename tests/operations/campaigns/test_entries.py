"""Entries of campaigns are canceled with their interactions, counted again, and deleted."""

import pytest

from segmentation.campaigns import CampaignEntry
from segmentation.criteria import make_selection
from segmentation.errors import NotFound, Refused
from segmentation.interactions import Interaction
from segmentation.memory import MemoryStore
from segmentation.operations.campaigns import (
    Scope,
    cancel_entry,
    delete_all_canceled_entries,
    delete_canceled_entries,
    entries_of,
    figures,
    uncancel_entry,
)
from segmentation.operations.segments import add_contacts, log_segment, new_segment
from support.fair import context, interaction, make_store


@pytest.fixture
def store() -> MemoryStore:
    """A store with an entry of FAIR, which has two interactions."""
    store = make_store()
    made = new_segment(context(store), interaction_template_code="INVITE", description="Fair")
    add_contacts(context(store), made.no, make_selection(contact={"no": "SHOP|CARL"}))
    log_segment(context(store), made.no)
    return store


def test_an_entry_is_canceled_and_counts_again_with_its_interactions(store: MemoryStore) -> None:
    (entry,) = entries_of(store, "fair")
    canceled = cancel_entry(context(store), entry.entry_no)
    assert (canceled.entry_no, canceled.canceled) == (entry.entry_no, True)
    assert figures(store, Scope(campaign_no="FAIR")).interactions == 0
    with pytest.raises(Refused, match="canceled already"):
        cancel_entry(context(store), entry)
    assert uncancel_entry(context(store), entry) == entry
    assert figures(store, Scope(campaign_no="FAIR")).interactions == 2
    with pytest.raises(Refused, match="not canceled"):
        uncancel_entry(context(store), entry.entry_no)


def test_canceled_entries_of_one_campaign_are_deleted(store: MemoryStore) -> None:
    (entry,) = entries_of(store, "FAIR")
    assert delete_canceled_entries(context(store), "FAIR") == 0
    cancel_entry(context(store), entry)
    store.records.put([CampaignEntry(entry_no=99, campaign_no="EXPO", canceled=True)])
    assert delete_canceled_entries(context(store), "fair") == 1
    assert [each.entry_no for each in store.records.all(CampaignEntry)] == [99]
    assert list(store.records.all(Interaction)) == []


def test_canceled_entries_of_all_campaigns_are_deleted_when_all_is_asked(
    store: MemoryStore,
) -> None:
    """FRT-13."""
    (entry,) = entries_of(store, "FAIR")
    cancel_entry(context(store), entry)
    assert delete_all_canceled_entries(context(store)) == 1
    assert entries_of(store, "FAIR") == []


def test_an_unknown_entry_or_campaign_is_not_found() -> None:
    """FRT-03."""
    store = make_store(interaction(1, "ANNA"))
    for step in (cancel_entry, uncancel_entry):
        with pytest.raises(NotFound, match="campaign entry '1'"):
            step(context(store), 1)
    with pytest.raises(NotFound, match="campaign 'FAIRY'; did you mean 'FAIR'"):
        delete_canceled_entries(context(store), "FAIRY")
    with pytest.raises(NotFound, match="campaign 'FAIRY'"):
        entries_of(store, "FAIRY")
