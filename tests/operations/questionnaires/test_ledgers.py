"""Figures out of item entries: amounts, documents in a year, the average document."""

import datetime as dt
from decimal import Decimal

import pytest

from segmentation.contacts import ContactProfileAnswer, ItemEntry, LinkToTable
from segmentation.memory import MemoryStore
from segmentation.operations.questionnaires import EntryLedgers, classify_all
from segmentation.questionnaires import (
    ClassificationMethod,
    ContactClassField,
    CustomerClassField,
    LineType,
    ProfileQuestionnaire,
    ProfileQuestionnaireLine,
    VendorClassField,
)
from support.fair import TODAY, context, make_store

START, END = dt.date(2026, 1, 1), dt.date(2026, 12, 31)


def entry(number: int, amount: int, document: str, *, vendor: bool = False) -> ItemEntry:
    return ItemEntry(
        entry_no=number,
        source_type=LinkToTable.VENDOR if vendor else LinkToTable.CUSTOMER,
        source_no="V1" if vendor else "C1",
        posting_date=TODAY,
        document_no=document,
        amount=Decimal(amount),
    )


@pytest.fixture
def store() -> MemoryStore:
    return make_store(
        entry(1, 100, "I1"),
        entry(2, 50, "I1"),
        entry(3, 30, "I2"),
        entry(4, 70, "P1", vendor=True),
        ItemEntry(entry_no=5, source_type=LinkToTable.CUSTOMER, source_no="C1", amount=Decimal(9)),
        ItemEntry(
            entry_no=6,
            source_type=LinkToTable.CUSTOMER,
            source_no="C1",
            amount=Decimal(9),
            posting_date=dt.date(2025, 12, 31),
        ),
    )


@pytest.mark.parametrize(
    ("field", "figure"),
    [("sales_lcy", 180), ("sales_frequency_invoices_year", 2), ("avg_invoice_amount_lcy", 90)],
)
def test_figures_of_customers(store: MemoryStore, field: str, figure: int) -> None:
    books = EntryLedgers(store)
    assert books.of_customers(CustomerClassField(field), START, END) == {"C1": Decimal(figure)}


@pytest.mark.parametrize(
    ("field", "figure"),
    [("purchase_lcy", 70), ("purchase_frequency_invoices_year", 1), ("avg_ticket_size_lcy", 70)],
)
def test_figures_of_vendors(store: MemoryStore, field: str, figure: int) -> None:
    books = EntryLedgers(store)
    assert books.of_vendors(VendorClassField(field), START, END) == {"V1": Decimal(figure)}


def test_what_item_entries_do_not_say_is_not_made_up(store: MemoryStore) -> None:
    books = EntryLedgers(store)
    assert books.of_customers(CustomerClassField.PROFIT, START, END) is None
    assert books.of_vendors(VendorClassField.DISCOUNT_PCT, START, END) is None
    assert books.of_contacts(ContactClassField.OPPORTUNITY_WON_PCT, START, END) is None


def test_contacts_are_classified_by_them(store: MemoryStore) -> None:
    store.records.put(
        [
            ProfileQuestionnaire(code="Q"),
            ProfileQuestionnaireLine(
                profile_questionnaire_code="Q",
                line_no=1,
                auto_contact_classification=True,
                customer_class_field=CustomerClassField.SALES,
                classification_method=ClassificationMethod.DEFINED_VALUE,
                starting_date_formula="-CY",
                ending_date_formula="CD",
            ),
            ProfileQuestionnaireLine(
                profile_questionnaire_code="Q",
                line_no=2,
                type=LineType.ANSWER,
                from_value=Decimal(150),
            ),
        ]
    )
    classify_all(context(store, ledgers=EntryLedgers(store)))
    answers = store.records.all(ContactProfileAnswer)
    assert [answer.contact_no for answer in answers] == ["ANNA", "BO", "SHOP"]
