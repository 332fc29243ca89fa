"""The fronts of contacts and tasks: each verb reaches its operation."""

import attrs
import pytest

from segmentation import Workspace
from segmentation.code_tables import SalespersonPurchaser
from segmentation.contacts import ContactMailingGroup, ContactType, RelationSummary
from segmentation.errors import Refused
from segmentation.templates import InteractionTemplate, InteractionTemplateSetup
from support.fair import NOW, make_store, person


@pytest.fixture
def crm() -> Workspace:
    store = make_store(
        InteractionTemplate(code="INVOICE"), InteractionTemplateSetup(sales_invoices="INVOICE")
    )
    return Workspace.open(store, user="ANNA", clock=lambda: NOW)


def test_contacts_from_beginning_to_end(crm: Workspace) -> None:
    acme = crm.contacts.new("Acme", salesperson_code="JO")
    eve = crm.contacts.new("Eve Berg", type="person", company_name="acme")
    assert (eve.no, eve.company_no, eve.surname) == ("CT0002", acme.no, "Berg")
    assert crm.contacts[eve.no] == eve
    assert [each.no for each in crm.contacts.persons_of(acme.no)] == [eve.no]
    told = crm.contacts.change(attrs.evolve(acme, name="Acme AG"))
    assert [each.company_name for each in told] == ["Acme AG", "Acme AG"]
    assert crm.contacts.set_company(eve.no, "").company_no == ""
    assert crm.contacts.change_type(eve.no, "company").type is ContactType.COMPANY
    row = ContactMailingGroup(contact_no=eve.no, mailing_group_code="NEWS")
    crm.contacts.add_row(row)
    assert list(crm.contacts.rows(eve.no)) == [row]
    crm.contacts.remove_row(row)
    assert sum(crm.contacts.row_counts(eve.no).values()) == 0
    assert crm.contacts.relation_summary("SHOP") is RelationSummary.CUSTOMER
    crm.store.records.put([person("BO2", "SHOP", name="Bo")])
    assert [(d.contact_no, d.other_no) for d in crm.contacts.duplicates()] == [("BO", "BO2")]
    assert crm.contacts.merge("BO", "BO2").no == "BO"
    assert crm.contacts.delete("SHOP", with_persons=True) == ["SHOP", "ANNA", "BO"]
    assert [each.no for each in crm.contacts] == ["CARL", "CT0001", "CT0002", "MILL"]


def test_a_segment_makes_tasks_and_opportunities(crm: Workspace) -> None:
    fair = crm.new_segment("Fair", template="INVITE")
    with pytest.raises(Refused):
        fair.tasks()
    fair.add_contact("ANNA")
    crm.add(SalespersonPurchaser(code="HR"))
    assert [task.salesperson_code for task in fair.tasks(salesperson_code="HR")] == ["HR"]
    assert [each.contact_no for each in fair.opportunities()] == ["ANNA"]
