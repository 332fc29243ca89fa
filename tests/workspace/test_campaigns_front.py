"""The fronts of contacts and tasks: each verb reaches its operation."""

import pytest

from segmentation import Workspace
from segmentation.code_tables import SalespersonPurchaser
from segmentation.errors import Refused
from segmentation.templates import InteractionTemplate, InteractionTemplateSetup
from support.fair import NOW, make_store


@pytest.fixture
def crm() -> Workspace:
    store = make_store(
        InteractionTemplate(code="INVOICE"), InteractionTemplateSetup(sales_invoices="INVOICE")
    )
    return Workspace.open(store, user="ANNA", clock=lambda: NOW)


def test_a_segment_makes_tasks_and_opportunities(crm: Workspace) -> None:
    fair = crm.new_segment("Fair", template="INVITE")
    with pytest.raises(Refused):
        fair.tasks()
    fair.add_contact("ANNA")
    crm.add(SalespersonPurchaser(code="HR"))
    assert [task.salesperson_code for task in fair.tasks(salesperson_code="HR")] == ["HR"]
    assert [each.contact_no for each in fair.opportunities()] == ["ANNA"]
