"""The contract of `Records`."""

from datetime import date
from decimal import Decimal

import attrs

from segmentation.contacts import (
    AlternativeAddress,
    Contact,
    ContactBusinessRelation,
    ContactComment,
    ContactMailingGroup,
    ItemEntry,
    LinkToTable,
)
from segmentation.salutations import SalutationFormula, SalutationType
from segmentation.setup import MarketingSetup

from ._contract import Contract
from ._data import NASTY, contacts, rows


class RecordsContract(Contract):
    """Records are found as they were stored."""

    def test_what_was_put_is_found_by_its_key(self) -> None:
        records = self.make_store().records
        records.put(contacts())
        for contact in contacts():
            assert records.find(Contact, contact.no) == contact

    def test_what_is_not_there_is_none(self) -> None:
        records = self.make_store().records
        for no in ("C1", "", "\0", "\ud800", "x" * 10_000):
            assert records.find(Contact, no) is None
        assert records.find(MarketingSetup) is None
        assert list(records.all(Contact)) == []

    def test_the_same_key_replaces(self) -> None:
        records = self.make_store().records
        records.put([Contact(no="C1", name="old", city="Bern"), Contact(no="C1", name="new")])
        assert list(records.all(Contact)) == [Contact(no="C1", name="new")]

    def test_all_come_in_the_order_of_their_keys(self) -> None:
        records = self.make_store().records
        nos = ["B", "Ä", "A10", "A2", "😀", "Z", "ﬀ", "10", "9"]
        records.put(Contact(no=no) for no in nos)
        records.put(ItemEntry(entry_no=number) for number in (10, 9, 100))
        assert [contact.no for contact in records.all(Contact)] == sorted(
            contact.no for contact in (Contact(no=no) for no in nos)
        )
        assert [entry.entry_no for entry in records.all(ItemEntry)] == [9, 10, 100]

    def test_all_can_be_asked_for_those_with_equal_values(self) -> None:
        records = self.make_store().records
        records.put([*rows(), ItemEntry(entry_no=1, amount=Decimal("1.50"))])
        groups = records.all(ContactMailingGroup, contact_no="P1", mailing_group_code="FAIR")
        assert [group.mailing_group_code for group in groups] == ["FAIR"]
        assert list(records.all(ContactMailingGroup, contact_no="\0")) == []
        assert len(list(records.all(ItemEntry, amount=Decimal("1.5"), posting_date=None))) == 1
        linked = records.all(ContactBusinessRelation, link_to_table=LinkToTable.CUSTOMER)
        assert [row.no for row in linked] == ["10000"]

    def test_every_type_of_value_comes_back(self) -> None:
        records = self.make_store().records
        address = AlternativeAddress(
            contact_no="C1", code="X", starting_date=date(1, 1, 1), ending_date=date(9999, 12, 31)
        )
        formula = SalutationFormula(salutation_code="F", salutation_type=SalutationType.INFORMAL)
        entry = ItemEntry(
            entry_no=2**62, amount=Decimal("-12345678901234567890.0123456789"), quantity=Decimal(0)
        )
        records.put([address, formula, entry])
        assert records.find(AlternativeAddress, "C1", "X") == address
        assert records.find(SalutationFormula, "F", "", SalutationType.INFORMAL) == formula
        assert records.find(ItemEntry, 2**62) == entry

    def test_comments_come_in_the_order_of_their_numbers(self) -> None:
        records = self.make_store().records
        comments = [
            ContactComment(
                contact_no="C1", line_no=n, date=date(2026, 11, 22), text=text, user_id="Ånna"
            )
            for n, text in enumerate((*NASTY, "long " * 1_000), start=9)
        ]
        records.put([*reversed(comments), ContactComment(contact_no="C10", line_no=1)])
        assert list(records.all(ContactComment, contact_no="C1")) == comments
        records.remove(comments[1:])
        assert list(records.all(ContactComment, contact_no="C1")) == comments[:1]

    def test_texts_stay_texts(self) -> None:
        records = self.make_store().records
        records.put(Contact(no=f"N{n}", name=text, city=text) for n, text in enumerate(NASTY))
        assert [contact.city for contact in records.all(Contact)] == list(NASTY)

    def test_a_record_without_a_key_is_one(self) -> None:
        records = self.make_store().records
        records.put([MarketingSetup(segment_nos="A")])
        records.put([MarketingSetup(segment_nos="B")])
        assert list(records.all(MarketingSetup)) == [MarketingSetup(segment_nos="B")]
        assert records.find(MarketingSetup) == MarketingSetup(segment_nos="B")

    def test_what_was_removed_is_gone(self) -> None:
        records = self.make_store().records
        records.put(contacts())
        records.remove([Contact(no="C1"), Contact(no="NOBODY")])
        assert [contact.no for contact in records.all(Contact)] == ["C2", "P1", "P2", "P3"]

    def test_records_can_change_while_they_are_read(self) -> None:
        store = self.make_store()
        store.records.put(contacts())
        with store.transaction():
            for contact in list(store.records.all(Contact)):
                store.records.put([attrs.evolve(contact, city="Bern")])
        assert {contact.city for contact in store.records.all(Contact)} == {"Bern"}
