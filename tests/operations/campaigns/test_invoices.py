"""Invoices of targeted customers: recorded once for each order, within the campaign's dates."""

import datetime as dt

import pytest

from segmentation.campaigns import CampaignEntry
from segmentation.errors import InvalidValue, NotFound, Refused
from segmentation.interactions import DocumentType, Interaction
from segmentation.memory import MemoryStore
from segmentation.operations.campaigns import Scope, activate, figures, record_invoice
from segmentation.templates import InteractionTemplate, InteractionTemplateSetup
from support.fair import TODAY, context, interaction, make_store


@pytest.fixture
def store() -> MemoryStore:
    """A store whose campaign FAIR is aimed at the customer C1."""
    store = make_store(
        InteractionTemplate(code="INVOICE", interaction_group_code="DOCUMENTS"),
        InteractionTemplateSetup(sales_invoices="INVOICE"),
        interaction(1, "SHOP", "SHOP", campaign_target=True),
    )
    activate(context(store), "FAIR")
    return store


def post(store: MemoryStore, customer_no: str = "C1", day: dt.date = TODAY) -> Interaction | None:
    return record_invoice(context(store), customer_no, "o1", posting_date=day)


def test_an_order_of_a_targeted_customer_counts_for_the_campaign(store: MemoryStore) -> None:
    """CSG-25."""
    made = post(store)
    assert made is not None
    assert (made.document_type, made.document_no) == (DocumentType.SALES_INVOICE, "O1")
    assert (made.contact_no, made.campaign_no, made.date) == ("SHOP", "FAIR", TODAY)
    assert len(list(store.records.all(CampaignEntry, campaign_no="FAIR"))) == 1
    assert figures(store, Scope(campaign_no="FAIR")).interactions == 1


def test_an_order_is_recorded_once(store: MemoryStore) -> None:
    """CSG-27."""
    store.records.put(
        [
            interaction(
                2,
                "SHOP",
                "SHOP",
                document_type=DocumentType.SALES_INVOICE,
                document_no="O1",
                interaction_group_code="DOCUMENTS",
            )
        ]
    )
    assert post(store) is None
    assert list(store.records.all(CampaignEntry)) == []


def test_without_a_template_for_invoices_the_set_up_is_named(store: MemoryStore) -> None:
    """CSG-29."""
    store.records.put([InteractionTemplateSetup()])
    with pytest.raises(Refused, match="sales_invoices is blank"):
        post(store)
    store.records.put([InteractionTemplateSetup(sales_invoices="GONE")])
    with pytest.raises(NotFound, match="GONE"):
        post(store)


def test_other_customers_and_other_days_are_not_recorded(store: MemoryStore) -> None:
    assert post(store, "C2") is None
    assert post(store, day=dt.date(2026, 12, 1)) is None
    assert store.log.head().number == 0


def test_it_is_the_day_of_today_unless_another_is_given(store: MemoryStore) -> None:
    made = record_invoice(context(store), "C1", "O2")
    assert made is not None
    assert made.date == TODAY


def test_customer_and_order_must_be_named(store: MemoryStore) -> None:
    with pytest.raises(InvalidValue, match="customer_no: '' is blank"):
        record_invoice(context(store), "", "O1")
    with pytest.raises(InvalidValue, match="order_no: ' ' is blank"):
        record_invoice(context(store), "C1", " ")
