"""Business relations: whose customer a contact is, and what relations add up to."""

import pytest

from segmentation.contacts import Contact, ContactBusinessRelation, LinkToTable, RelationSummary
from segmentation.errors import NotFound
from segmentation.memory import MemoryStore
from segmentation.operations.contacts import (
    contact_of_customer,
    contact_of_vendor,
    relation_summary,
)
from segmentation.operations.records import linked_no
from support.fair import company, customer, make_store


def relation(contact_no: str, code: str, table: str = "", no: str = "") -> ContactBusinessRelation:
    return ContactBusinessRelation(
        contact_no=contact_no,
        business_relation_code=code,
        link_to_table=LinkToTable(table),
        no=no,
    )


def summary(contact_no: str, *relations: ContactBusinessRelation) -> RelationSummary:
    store = make_store(*relations)
    contact = store.records.find(Contact, contact_no)
    assert contact is not None
    return relation_summary(store, contact)


def test_the_summary_begins_with_what_a_relation_links_to() -> None:
    """CON-01."""
    values = [str(option) for option in RelationSummary]
    assert values[: len(LinkToTable)] == [str(option) for option in LinkToTable]


@pytest.mark.parametrize(
    ("relations", "expected"),
    [
        ([], RelationSummary.NONE),
        ([relation("MILL", "VEND", "vendor", "V1")], RelationSummary.VENDOR),  # CON-33
        (
            [relation("MILL", "CUST", "customer", "C2"), relation("MILL", "VEND", "vendor", "V1")],
            RelationSummary.MULTIPLE,  # CON-35
        ),
        ([relation("MILL", "PRESS", "bank_account", "B1")], RelationSummary.OTHER),  # CON-37
        ([relation("MILL", "CUST", "customer", "")], RelationSummary.OTHER),
        ([relation("MILL", "PRESS")], RelationSummary.OTHER),  # CON-43
    ],
)
def test_relations_add_up(
    relations: list[ContactBusinessRelation], expected: RelationSummary
) -> None:
    assert summary("MILL", *relations) is expected


def test_a_person_has_the_summary_of_its_company() -> None:
    """CON-39."""
    assert summary("ANNA") is RelationSummary.CUSTOMER
    assert summary("ANNA", relation("ANNA", "PRESS")) is RelationSummary.MULTIPLE
    assert summary("CARL") is RelationSummary.NONE


def test_a_customer_leads_back_to_its_contact() -> None:
    store = MemoryStore()
    store.records.put([company("SHOP"), customer("SHOP", "C1")])
    assert contact_of_customer(store, "c1").no == "SHOP"
    with pytest.raises(NotFound, match="there is no contact of vendor 'C1'"):
        contact_of_vendor(store, "C1")
    with pytest.raises(NotFound, match="there is no contact of customer 'C11'; did you mean 'C1'"):
        contact_of_customer(store, "C11")
    store.records.put([ContactBusinessRelation(contact_no="MILL", business_relation_code="PRESS")])
    for step in (contact_of_customer, contact_of_vendor):
        with pytest.raises(NotFound):
            step(store, "")
    assert linked_no(store, "SHOP", LinkToTable.CUSTOMER) == "C1"
    assert linked_no(store, "SHOP", LinkToTable.VENDOR) == ""
