"""Campaigns as a noun: each verb reaches its operation with all that it is given."""

import datetime as dt
import inspect

import pytest

from segmentation import Workspace
from segmentation.campaigns import Campaign
from segmentation.errors import InvalidValue, NotFound, Refused, Rejected, UnknownName
from segmentation.experiments import Arm
from segmentation.templates import InteractionTemplate, InteractionTemplateSetup
from support.fair import NOW, TODAY, interaction, make_store

YESTERDAY = TODAY - dt.timedelta(days=1)


@pytest.fixture
def crm() -> Workspace:
    store = make_store(
        InteractionTemplate(code="INVOICE"), InteractionTemplateSetup(sales_invoices="INVOICE")
    )
    return Workspace.open(store, user="ANNA", clock=lambda: NOW)


@pytest.fixture
def logged(crm: Workspace) -> Workspace:
    """FAIR is active, a segment is logged for it, and C1 was sent an invoice."""
    fair = crm.new_segment("Fair", interaction_template_code="INVITE")
    fair.add_contact("SHOP").add_contact("CARL")
    crm.campaigns.activate("FAIR")
    fair.log()
    crm.campaigns.record_invoice("C1", "O1")
    return crm


def test_a_campaign_is_made_read_changed_and_deleted(crm: Workspace) -> None:
    autumn = crm.campaigns.new("Autumn", starting_date="2026-11-22", salesperson_code="jo")
    assert autumn == Campaign(
        no=autumn.no,
        no_series="CAMP",
        description="Autumn",
        starting_date=TODAY,
        salesperson_code="JO",
        last_modified=NOW,
    )
    assert [each.no for each in crm.campaigns] == [autumn.no, "FAIR"]
    assert len(crm.campaigns) == 2
    assert "fair" in crm.campaigns
    assert crm.campaigns.get_many(["fair", autumn]) == [crm.campaigns["FAIR"], autumn]
    changed = crm.campaigns.change(autumn, description="Winter", starting_date=None)
    assert (changed.description, changed.starting_date) == ("Winter", None)
    assert crm.campaigns[autumn.no.lower()] == changed
    assert crm.campaigns.where(description="Winter") == [changed]
    assert crm.campaigns.where(salesperson_code="JO", description="x") == []
    crm.campaigns.delete(changed)
    assert crm.campaigns.find(autumn.no) is None
    sale, other = crm.campaigns.add(Campaign(no="SALE"), Campaign(no="OTHER"))
    assert (sale, other.last_modified) == (crm.campaigns["SALE"], NOW)


def test_every_verb_that_takes_a_campaign_says_when_it_is_not_there(crm: Workspace) -> None:
    """FRT-03."""
    verbs = crm.campaigns
    steps = (
        lambda: verbs["NOBODY"],
        lambda: verbs.get_many(["NOBODY"]),
        lambda: verbs.change("NOBODY", description="x"),
        lambda: verbs.delete("NOBODY"),
        lambda: verbs.entries("NOBODY"),
        lambda: verbs.delete_canceled_entries("NOBODY"),
        lambda: verbs.figures("NOBODY"),
        lambda: verbs.figures_by("NOBODY", "segment_no"),
        lambda: verbs.figures_over("NOBODY", "month"),
        lambda: verbs.compare("NOBODY", ["ANNA"], ["BO"]),
        lambda: verbs.activate("NOBODY"),
        lambda: verbs.deactivate("NOBODY"),
        lambda: verbs.is_active("NOBODY"),
        lambda: verbs.targets("NOBODY"),
    )
    for step in steps:
        with pytest.raises(NotFound) as caught:
            step()
        assert (caught.value.kind, caught.value.key) == ("campaign", "NOBODY")
    assert verbs.find("NOBODY") is None
    for unknown in (verbs.cancel_entry, verbs.uncancel_entry):
        with pytest.raises(NotFound, match="campaign entry '999999'"):
            unknown(999999)


def test_an_unknown_field_has_a_near_name_and_nothing_is_stored(crm: Workspace) -> None:
    """FRT-05."""
    steps = (
        lambda: crm.campaigns.new("x", descripton="x"),  # type: ignore[call-arg]
        lambda: crm.campaigns.change("FAIR", descripton="x"),  # type: ignore[call-arg]
        lambda: crm.campaigns.where(descripton="x"),  # type: ignore[call-arg]
    )
    for step in steps:
        with pytest.raises(UnknownName, match="did you mean 'description'") as caught:
            step()
        assert isinstance(caught.value, TypeError)
    with pytest.raises(UnknownName, match="last_modified"):
        crm.campaigns.new("x", last_modified=NOW)
    with pytest.raises(Rejected, match="salesperson_code"):
        crm.campaigns.new("x", salesperson_code="NOBODY")
    assert len(crm.campaigns) == 1


def test_none_at_all_is_an_error(crm: Workspace) -> None:
    """FRT-13."""
    for step in (crm.campaigns.add, lambda: crm.campaigns.compare("FAIR")):
        with pytest.raises(InvalidValue):
            step()
    with pytest.raises(InvalidValue, match="customer_no"):
        crm.campaigns.active_for()


def test_figures_are_given_of_all_of_one_and_of_its_parts(logged: Workspace) -> None:
    verbs = logged.campaigns
    invitation, invoice = verbs.entries("fair")
    assert verbs.figures("FAIR").interactions == verbs.figures().interactions == 3
    assert verbs.figures(verbs["FAIR"], salesperson_code="RB").interactions == 1
    assert verbs.figures("FAIR", segment_no=invitation.segment_no).interactions == 2
    assert verbs.figures("FAIR", campaign_entry_no=invoice.entry_no).interactions == 1
    assert verbs.figures("FAIR", since=TODAY, until=TODAY).interactions == 3
    assert verbs.figures("FAIR", until=YESTERDAY).interactions == 0
    assert list(verbs.figures_by("FAIR", "segment_no")) == ["", invitation.segment_no]
    assert list(verbs.figures_by("", "campaign_no")) == ["FAIR"]
    assert list(verbs.figures_over("FAIR", "month")) == [dt.date(2026, 11, 1)]
    assert verbs.figures_over("FAIR", "week", since=dt.date(2026, 12, 1)) == {}


def test_every_part_is_passed_on_by_each_of_the_figures(logged: Workspace) -> None:
    verbs = logged.campaigns
    none: tuple[dict[str, object], ...] = (
        {"since": TODAY + dt.timedelta(days=1)},
        {"until": YESTERDAY},
        {"segment_no": "NONE"},
        {"campaign_entry_no": 99},
        {"salesperson_code": "NONE"},
    )
    for part in none:
        assert verbs.figures("FAIR", **part).interactions == 0  # type: ignore[arg-type]
        assert verbs.figures_by("FAIR", "segment_no", **part) == {}  # type: ignore[arg-type]
        assert verbs.figures_over("FAIR", "day", **part) == {}  # type: ignore[arg-type]


def test_entries_are_canceled_and_deleted(logged: Workspace) -> None:
    first, second = logged.campaigns.entries("FAIR")
    assert logged.campaigns.cancel_entry(first).canceled
    assert not logged.campaigns.uncancel_entry(first.entry_no).canceled
    assert logged.campaigns.cancel_entry(first.entry_no).canceled
    assert logged.campaigns.delete_canceled_entries("FAIR") == 1
    logged.campaigns.cancel_entry(second)
    assert logged.campaigns.delete_all_canceled_entries() == 1
    assert logged.campaigns.entries("FAIR") == []


def test_a_campaign_is_aimed_at_targets(crm: Workspace) -> None:
    verbs = crm.campaigns
    fair = crm.new_segment("Fair", interaction_template_code="INVITE")
    fair.add_contact("SHOP").add_contact("CARL")
    assert not verbs.is_active("FAIR")
    assert [target.no for target in verbs.activate("fair")] == ["CARL", "C1"]
    assert verbs.is_active(verbs["FAIR"])
    assert [each.no for each in verbs.active_for(customer_no="C1")] == ["FAIR"]
    assert [each.no for each in verbs.active_for(contact_no="anna", on=TODAY)] == ["FAIR"]
    assert verbs.active_for(contact_no="SHOP", on=dt.date(2026, 12, 1)) == []
    assert [target.no for target in verbs.targets("FAIR")] == ["CARL", "C1"]
    verbs.deactivate("FAIR")
    assert verbs.targets("FAIR") == []
    assert verbs.active_for(contact_no="SHOP") == []
    with pytest.raises(Refused, match=f"segment_header.campaign_no of {fair.no}"):
        verbs.delete("FAIR")


def test_an_invoice_bears_the_day_that_is_given(logged: Workspace) -> None:
    made = logged.campaigns.record_invoice("C1", "O2", posting_date=YESTERDAY)
    assert made is not None
    assert made.date == YESTERDAY
    assert logged.campaigns.record_invoice("C1", "O1") is None
    later = dt.date(2026, 12, 1)
    assert logged.campaigns.record_invoice("C1", "O3", posting_date=later) is None


def test_arms_are_compared(crm: Workspace) -> None:
    crm.store.records.put([interaction(1, "CARL", campaign_response=True)])
    found = crm.campaigns.compare("FAIR", Arm("letter", ["SHOP"]), ["CARL"], confidence=0.9)
    assert ([each.name for each in found.groups], found.confidence) == (["letter", "B"], 0.9)
    assert found["B"].difference == 1
    arms = (["SHOP"], ["CARL"])
    assert crm.campaigns.compare("FAIR", *arms, until=YESTERDAY)["B"].difference == 0
    later = TODAY + dt.timedelta(days=1)
    assert crm.campaigns.compare("FAIR", *arms, since=later)["B"].difference == 0


def test_the_noun_and_its_verbs_show_themselves_shortly(crm: Workspace) -> None:
    """FRT-02, FRT-08."""
    assert repr(crm.campaigns) == "Campaigns(1)"
    assert "Spring fair" in crm.campaigns._repr_html_()
    for name, verb in inspect.getmembers(crm.campaigns, inspect.ismethod):
        assert name.startswith("_") or len(str(inspect.signature(verb))) <= 500, name


def test_the_details_of_a_campaign_name_each_entry(logged: Workspace) -> None:
    details = logged.reports.campaign("FAIR").data
    assert (details.campaign_no, details.description) == ("FAIR", "Spring fair")
    rows, entries = details.entries, logged.campaigns.entries("FAIR")
    assert [(row.entry_no, row.date, row.description, row.segment_no) for row in rows] == [
        (entry.entry_no, TODAY, entry.description, entry.segment_no) for entry in entries
    ]
    assert [(row.interactions, str(row.cost), row.canceled) for row in rows] == [
        (2, "3.00", False),
        (1, "0", False),
    ]
