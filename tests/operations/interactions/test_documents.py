"""Documents of the host become interactions, or the caller is told why not."""

from typing import Any

import pytest

import segmentation as seg
from segmentation.campaigns import CampaignEntry
from segmentation.contacts import ContactBusinessRelation, LinkToTable
from segmentation.errors import InvalidValue, NotFound, Refused, Rejected
from segmentation.interactions import SETUP_FIELDS, DocumentType, Interaction
from segmentation.operations.interactions import NotRecorded, record_document
from segmentation.templates import (
    InteractionTemplate,
    InteractionTemplateSetup,
    TemplateLanguage,
)
from support.fair import context, customer, person


def test_an_invoice_is_recorded_for_its_contact(crm: seg.Workspace) -> None:
    """DOC-30."""
    done = crm.interactions.record_document("sales_invoice", "103001", contact_no="anna")
    assert done.reason is NotRecorded.BLANK
    assert done.interaction is not None
    assert done.interaction.document_no == "103001"
    assert done.interaction.document_type is DocumentType.SALES_INVOICE
    assert done.interaction.description == "Bill"


def test_an_invoice_finds_its_contact_by_the_customer(crm: seg.Workspace) -> None:
    done = crm.interactions.record_document(
        "sales_invoice", "103001", customer_no="c1", description=""
    )
    assert done.interaction is not None
    assert (done.interaction.contact_no, done.interaction.description) == ("SHOP", "Bill")


@pytest.mark.parametrize(
    ("kind", "field"),
    [("sales_quote", "sales_quotes"), ("sales_invoice", "sales_invoices")],
    ids=["doc_07", "doc_31"],
)
@pytest.mark.parametrize("user", ["ANNA", "BO"])
def test_what_is_printed_is_recorded_for_the_customers_contact_whoever_prints_it(
    crm: seg.Workspace, kind: str, field: str, user: str
) -> None:
    """DOC-07 and DOC-31; printing and permissions are the host's."""
    crm.store.records.put([InteractionTemplateSetup(**{field: "BILL"})])  # type: ignore[arg-type]
    done = record_document(context(crm.store, user=user), kind, "1001", customer_no="C1")
    assert done.interaction is not None
    (logged,) = crm.store.records.all(Interaction, document_no="1001")
    assert (logged.contact_no, logged.document_type, logged.user_id) == ("SHOP", kind, user)


def test_a_vendor_is_another_relation(crm: seg.Workspace) -> None:
    crm.store.records.put(
        [
            ContactBusinessRelation(
                contact_no="MILL",
                business_relation_code="VEND",
                link_to_table=LinkToTable.VENDOR,
                no="C1",
            )
        ]
    )
    done = crm.interactions.record_document("sales_invoice", "1", vendor_no="C1")
    assert done.interaction is not None
    assert done.interaction.contact_no == "MILL"


def test_documents_of_a_campaign_share_an_entry_of_their_kind(crm: seg.Workspace) -> None:
    for number in ("1", "2"):
        crm.interactions.record_document(
            "sales_invoice", number, contact_no="ANNA", campaign_no="SALE"
        )
    crm.interactions.create("ANNA", interaction_template_code="TALK", campaign_no="SALE")
    entries = list(crm.store.records.all(CampaignEntry, campaign_no="SALE"))
    assert [entry.description for entry in entries] == ["Sales invoice", "Interaction"]


def test_an_email_to_nobodys_address_has_no_correspondence_type(crm: seg.Workspace) -> None:
    """INT-53."""
    crm.store.records.put(
        [
            InteractionTemplate(code="BILL", description="Bill"),
            person("MIA", e_mail="mia@example.com"),
        ]
    )
    without = crm.interactions.record_document("sales_invoice", "1", contact_no="ANNA").interaction
    with_address = crm.interactions.record_document(
        "sales_invoice", "1", contact_no="MIA"
    ).interaction
    assert without is not None
    assert with_address is not None
    assert (without.correspondence_type, with_address.correspondence_type) == ("", "email")


@pytest.mark.parametrize(
    ("kind", "party", "reason"),
    [
        ("sales_quote", {"contact_no": "ANNA"}, "no_template"),
        ("sales_invoice", {"contact_no": "NOBODY"}, "no_contact"),
        ("sales_invoice", {"customer_no": "C9"}, "no_contact"),
        ("sales_invoice", {"vendor_no": "C1"}, "no_contact"),
        ("sales_invoice", {"contact_no": "KIM"}, "blocked"),
        ("sales_invoice", {"contact_no": "TIM"}, "no_consent"),
    ],
)
def test_the_caller_is_told_why_nothing_was_recorded(
    crm: seg.Workspace, kind: str, party: dict[str, Any], reason: str
) -> None:
    crm.store.records.put([person("KIM", privacy_blocked=True), person("TIM", minor=True)])
    done = crm.interactions.record_document(kind, "1", **party)
    assert (done.interaction, done.reason) == (None, reason)
    assert crm.journal.head.number == 0


def test_a_template_for_documents_has_no_languages(crm: seg.Workspace) -> None:
    crm.store.records.put([TemplateLanguage(interaction_template_code="BILL")])
    with pytest.raises(Refused, match="may have none"):
        crm.interactions.record_document("sales_invoice", "1", contact_no="ANNA")


def test_a_template_of_the_setup_that_is_gone_is_named(crm: seg.Workspace) -> None:
    crm.store.records.put([InteractionTemplateSetup(sales_quotes="GONE")])
    with pytest.raises(NotFound, match="GONE"):
        crm.interactions.record_document("sales_quote", "1", contact_no="ANNA")


@pytest.mark.parametrize("party", [{}, {"contact_no": "ANNA", "customer_no": "C1"}])
def test_one_party_must_be_given(crm: seg.Workspace, party: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue, match="give one of"):
        crm.interactions.record_document("sales_invoice", "1", **party)


def test_a_kind_of_document_that_is_none_is_named(crm: seg.Workspace) -> None:
    with pytest.raises(Rejected, match="did you mean 'sales_invoice'"):
        crm.interactions.record_document("sale_invoice", "1", contact_no="ANNA")
    with pytest.raises(InvalidValue, match="is blank; name the kind of document"):
        crm.interactions.record_document("", "1", contact_no="ANNA")
    done = crm.interactions.record_document("Sales Invoice", "1", contact_no="ANNA")
    assert done.interaction is not None


def test_what_a_document_cannot_hold_is_told(crm: seg.Workspace) -> None:
    with pytest.raises(Rejected) as error:
        crm.interactions.record_document(
            "sales_invoice", "1" * 21, contact_no="ANNA", description="x" * 101, campaign_no="NONE"
        )
    assert {fault.field for fault in error.value.faults} == {
        "campaign_no",
        "description",
        "document_no",
        "subject",
    }
    assert crm.journal.head.number == 0


def test_every_kind_of_document_has_a_field_of_the_setup() -> None:
    assert set(SETUP_FIELDS) == set(DocumentType) - {DocumentType.BLANK}
    setup = InteractionTemplateSetup()
    assert all(hasattr(setup, field) for field in SETUP_FIELDS.values())


def test_two_customers_of_one_contact_are_both_found(crm: seg.Workspace) -> None:
    crm.store.records.put([customer("MILL", "C2")])
    done = crm.interactions.record_document("sales_invoice", "1", customer_no="C2")
    assert done.interaction is not None
    assert done.interaction.contact_no == "MILL"
