"""Target groups: who is aimed at, kept in step with lines, entries and relations."""

import datetime as dt

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.campaigns import Campaign, CampaignActivation, CampaignTarget, TargetType
from segmentation.contacts import LinkToTable
from segmentation.criteria import make_selection
from segmentation.errors import InvalidValue, NotFound, Refused
from segmentation.journal import Change
from segmentation.memory import MemoryStore
from segmentation.operations.campaigns import (
    activate,
    active_for,
    deactivate,
    is_active,
    target_group,
)
from segmentation.operations.followers import follow_entries, follow_lines, follow_relations
from segmentation.operations.segments import add_contacts, log_segment, new_segment
from segmentation.segments import Segment, SegmentHeader, SegmentLine
from support.fair import NOW, TODAY, context, customer, interaction, make_store


def segment(*contacts: tuple[str, str], target: bool = True) -> Segment:
    """A segment with a line for each contact and its company."""
    lines = tuple(
        SegmentLine(
            segment_no="S",
            line_no=number,
            contact_no=no,
            contact_company_no=company_no,
            campaign_no="FAIR",
            campaign_target=target,
        )
        for number, (no, company_no) in enumerate(contacts, start=1)
    )
    return Segment(header=SegmentHeader(no="S"), lines=lines)


def group(store: MemoryStore) -> list[tuple[str, str, int]]:
    return [(str(t.type), t.no, t.no_of_targets) for t in target_group(store, "FAIR")]


def active(*contacts: tuple[str, str]) -> tuple[MemoryStore, Segment]:
    """A store whose campaign is active, and the segment that made it so."""
    store = make_store()
    kept = store.segments.put(segment(*contacts))
    activate(context(store), "FAIR")
    return store, kept


def test_without_any_target_a_campaign_cannot_be_activated() -> None:
    """PRC-05."""
    store = make_store()
    store.segments.put(segment(("ANNA", "SHOP"), target=False))
    with pytest.raises(Refused, match="campaign_target"):
        activate(context(store), "FAIR")
    assert target_group(store, "FAIR") == []
    assert not is_active(store, "FAIR")


def test_an_activation_says_when_and_by_whom() -> None:
    store, _ = active(("ANNA", "SHOP"))
    assert store.records.find(CampaignActivation, "FAIR") == CampaignActivation(
        campaign_no="FAIR", activated_at=NOW, user_id="ANNA"
    )


def test_an_unknown_campaign_has_no_target_group() -> None:
    store = make_store()
    for step in (
        lambda: activate(context(store), "FAIRY"),
        lambda: deactivate(context(store), "FAIRY"),
        lambda: is_active(store, "FAIRY"),
        lambda: target_group(store, "FAIRY"),
    ):
        with pytest.raises(NotFound, match="campaign 'FAIRY'; did you mean 'FAIR'"):
            step()


def test_targets_also_come_from_the_log() -> None:
    """CSG-37."""
    store = make_store()
    store.records.put([interaction(1, "MILL", "MILL", campaign_target=True)])
    [target] = activate(context(store), "fair")
    assert target == CampaignTarget(
        campaign_no="FAIR", type=TargetType.CONTACT, no="MILL", contact_no="MILL", no_of_targets=1
    )
    assert is_active(store, "FAIR")


def test_a_company_and_its_person_are_one_target() -> None:
    """CSG-39."""
    store, _ = active(("MILL", "MILL"), ("DORA", "MILL"))
    assert group(store) == [("contact", "MILL", 2)]


def test_a_customer_is_a_target_as_customer_and_a_person_without_company_as_itself() -> None:
    store, _ = active(("ANNA", "SHOP"), ("CARL", ""))
    assert group(store) == [("contact", "CARL", 1), ("customer", "C1", 1)]


def test_cancelled_and_postponed_entries_make_nobody_a_target() -> None:
    store = make_store()
    store.records.put(
        [
            interaction(1, "MILL", "MILL", campaign_target=True, canceled=True),
            interaction(2, "MILL", "MILL", campaign_target=True, postponed=True),
        ]
    )
    with pytest.raises(Refused):
        activate(context(store), "FAIR")


def test_two_companies_linked_to_one_customer_are_one_target() -> None:
    store = make_store(customer("MILL", "C1"))
    store.segments.put(segment(("SHOP", "SHOP"), ("MILL", "MILL")))
    activate(context(store), "FAIR")
    assert group(store) == [("customer", "C1", 2)]


def test_the_group_follows_lines_that_come_change_and_go() -> None:
    store, before = active(("MILL", "MILL"))
    after = segment(("MILL", "MILL"), ("ANNA", "SHOP"), ("BO", "SHOP"))
    follow_lines(store, before, after)
    assert group(store) == [("contact", "MILL", 1), ("customer", "C1", 2)]
    without_mark = attrs.evolve(after.lines[2], campaign_target=False)
    changed = attrs.evolve(after, lines=(*after.lines[:2], without_mark))
    follow_lines(store, after, changed)
    assert group(store) == [("contact", "MILL", 1), ("customer", "C1", 1)]
    follow_lines(store, changed, None)
    assert group(store) == []


def test_a_line_that_is_no_target_takes_nobody_out() -> None:
    store, _ = active(("MILL", "MILL"))
    follow_lines(store, segment(("MILL", "MILL"), target=False), None)
    assert group(store) == [("contact", "MILL", 1)]


def test_a_campaign_stays_active_when_its_last_target_goes() -> None:
    store, before = active(("MILL", "MILL"))
    follow_lines(store, before, None)
    assert is_active(store, "FAIR")
    follow_lines(store, None, before)
    assert group(store) == [("contact", "MILL", 1)]


def test_nothing_follows_while_no_campaign_is_active() -> None:
    store = make_store()
    follow_lines(store, None, segment(("MILL", "MILL")))
    made = interaction(1, "MILL", "MILL", campaign_target=True)
    follow_entries(store, [Change(None, made)])
    follow_relations(store, [customer("MILL", "C2")])
    assert group(store) == []


def test_logging_hands_the_targets_over_from_lines_to_entries() -> None:
    store = make_store()
    made = new_segment(context(store), interaction_template_code="INVITE", description="Fair")
    add_contacts(context(store), made.no, make_selection(contact={"no": "SHOP|CARL"}))
    activate(context(store), "FAIR")
    before = group(store)
    log_segment(context(store), made.no)
    assert group(store) == before == [("contact", "CARL", 1), ("customer", "C1", 1)]


def test_a_cancelled_entry_takes_its_target_out() -> None:
    store = make_store()
    sent = interaction(1, "MILL", "MILL", campaign_target=True)
    store.records.put([sent])
    activate(context(store), "FAIR")
    follow_entries(store, [Change(sent, attrs.evolve(sent, canceled=True))])
    assert group(store) == []


def test_a_contact_that_becomes_a_customer_stays_a_target() -> None:
    store, _ = active(("DORA", "MILL"))
    relation = customer("MILL", "C2")
    store.records.put([relation])
    follow_relations(store, [relation])
    assert group(store) == [("customer", "C2", 1)]
    store.records.remove([relation])
    follow_relations(store, [relation])
    assert group(store) == [("contact", "MILL", 1)]


def test_a_customer_with_the_number_of_another_contact_is_left_alone() -> None:
    store, _ = active(("ANNA", "SHOP"), ("CARL", ""))
    relation = customer("SHOP", "CARL")
    store.records.put([relation])
    follow_relations(store, [relation])
    assert group(store) == [("contact", "CARL", 1), ("customer", "CARL", 1)]


def test_relations_that_link_no_customer_are_not_looked_at() -> None:
    store, _ = active(("DORA", "MILL"))
    follow_relations(
        store, [attrs.evolve(customer("MILL", "C2"), link_to_table=LinkToTable.VENDOR)]
    )
    assert group(store) == [("contact", "MILL", 1)]


def test_the_host_asks_by_customer_contact_or_person_and_by_day() -> None:
    store, _ = active(("ANNA", "SHOP"), ("CARL", ""))
    fair = store.records.find(Campaign, "FAIR")
    for asked in (
        {"customer_no": "c1"},
        {"contact_no": "SHOP"},
        {"contact_no": "BO"},
        {"contact_no": "CARL"},
    ):
        assert active_for(store, on=TODAY, **asked) == [fair]
        assert active_for(store, on=dt.date(2026, 12, 1), **asked) == []
    assert active_for(store, on=TODAY, customer_no="C2") == []
    for unknown in ("NOBODY", "SHOPP"):
        with pytest.raises(NotFound, match=unknown):
            active_for(store, on=TODAY, contact_no=unknown)
    with pytest.raises(InvalidValue, match="contact_no: '' is blank, and so is customer_no"):
        active_for(store, on=TODAY)


def test_a_campaign_that_was_taken_away_aims_at_nobody() -> None:
    store, _ = active(("CARL", ""))
    store.records.remove([Campaign(no="FAIR")])
    assert active_for(store, on=TODAY, contact_no="CARL") == []


def test_deactivating_empties_the_group() -> None:
    store, _ = active(("CARL", ""))
    deactivate(context(store), "fair")
    deactivate(context(store), "FAIR")
    assert group(store) == []
    assert not is_active(store, "FAIR")


members = st.lists(
    st.sampled_from([("ANNA", "SHOP"), ("BO", "SHOP"), ("MILL", "MILL"), ("CARL", ""), ("", "")]),
    max_size=6,
)


@given(st.lists(st.tuples(members, st.booleans()), min_size=1, max_size=6))
def test_a_group_that_followed_is_the_one_that_is_collected(
    states: list[tuple[list[tuple[str, str]], bool]],
) -> None:
    store, kept = active(("CARL", ""))
    for contacts, target in states:
        changed = attrs.evolve(segment(*contacts, target=target), version=kept.version)
        follow_lines(store, kept, changed)
        kept = store.segments.put(changed)
    followed = group(store)
    try:
        activate(context(store), "FAIR")
    except Refused:
        assert followed == []
    else:
        assert group(store) == followed
