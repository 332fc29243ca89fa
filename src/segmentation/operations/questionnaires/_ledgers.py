"""Figures of customers and vendors out of the item entries that a store holds."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from segmentation.contacts import ItemEntry, LinkToTable
from segmentation.protocols import Store
from segmentation.questionnaires import ContactClassField, CustomerClassField, VendorClassField

DAYS_OF_A_YEAR = 365


_Figure: TypeAlias = Callable[[Decimal, int, int], Decimal]
"""A figure of an amount, a number of documents, and the days of the period."""


def _amount(amount: Decimal, _documents: int, _days: int) -> Decimal:
    return amount


def _frequency(_amount: Decimal, documents: int, days: int) -> Decimal:
    return Decimal(documents) * DAYS_OF_A_YEAR / days


def _average(amount: Decimal, documents: int, _days: int) -> Decimal:
    return amount / documents


class EntryLedgers:
    """Books of a host that brings its item entries, and nothing else.

    They know amounts, the number of documents in a year and the average document. Profit,
    discounts and days overdue are not among item entries; for these they answer ``None``.

    >>> from segmentation.memory import MemoryStore
    >>> books = EntryLedgers(MemoryStore())
    >>> books.of_customers(CustomerClassField.SALES, date(2026, 1, 1), date(2026, 12, 31))
    {}
    """

    _CUSTOMERS: Mapping[CustomerClassField, _Figure] = {
        CustomerClassField.SALES: _amount,
        CustomerClassField.SALES_FREQUENCY: _frequency,
        CustomerClassField.AVERAGE_INVOICE_AMOUNT: _average,
    }
    _VENDORS: Mapping[VendorClassField, _Figure] = {
        VendorClassField.PURCHASE: _amount,
        VendorClassField.PURCHASE_FREQUENCY: _frequency,
        VendorClassField.AVERAGE_TICKET_SIZE: _average,
    }

    def __init__(self, store: Store) -> None:
        self._store = store

    def of_customers(
        self, field: CustomerClassField, start: date, end: date
    ) -> Mapping[str, Decimal] | None:
        """A figure of customers between two days, both included, by customer number."""
        figure = self._CUSTOMERS.get(field)
        return figure and self._figures(LinkToTable.CUSTOMER, figure, start, end)

    def of_vendors(
        self, field: VendorClassField, start: date, end: date
    ) -> Mapping[str, Decimal] | None:
        """A figure of vendors between two days, both included, by vendor number."""
        figure = self._VENDORS.get(field)
        return figure and self._figures(LinkToTable.VENDOR, figure, start, end)

    def of_contacts(
        self, _field: ContactClassField, _start: date, _end: date
    ) -> Mapping[str, Decimal] | None:
        """No figure: item entries speak of customers and vendors."""
        return None

    def _figures(
        self, table: LinkToTable, figure: _Figure, start: date, end: date
    ) -> Mapping[str, Decimal]:
        amounts: dict[str, Decimal] = {}
        documents: dict[str, set[str]] = {}
        for entry in self._store.records.all(ItemEntry, source_type=table):
            if entry.posting_date is not None and start <= entry.posting_date <= end:
                no = entry.source_no
                amounts[no] = amounts.get(no, Decimal(0)) + entry.amount
                documents.setdefault(no, set()).add(entry.document_no)
        days = (end - start).days + 1
        return {no: figure(amount, len(documents[no]), days) for no, amount in amounts.items()}
