"""Right uses of tables and set-up."""

from segmentation import MarketingSetup, NumberSeries, Workspace
from segmentation.code_tables import MailingGroup
from segmentation.tasks import TeamSalesperson


def tables(crm: Workspace) -> str:
    groups = crm.tables[MailingGroup]
    made: MailingGroup = groups.new("NEWS", description="Newsletter", extra={"points": 3})
    groups.add(MailingGroup(code="A"), MailingGroup(code="B"))
    groups.put(made)
    changed = groups.change(made, description="")
    groups.delete(changed)
    _ = crm.tables["team_salesperson"].new("NORTH", "JO")
    _ = crm.tables[TeamSalesperson]["NORTH", "JO"].salesperson_code
    _ = crm.tables.rename("mailing_group", old_key=made, new_key="NEW")
    _ = [use.keys for use in crm.tables.uses(MailingGroup, "NEW")]
    return groups["A"].description


def set_up(crm: Workspace) -> MarketingSetup:
    series: NumberSeries = crm.setup.number_series.new("CONT", starting_no="CT1")
    _ = crm.setup.change_company(name="Lynghede")
    _ = crm.setup.change_document_templates(sales_quotes="BILL")
    return crm.setup.change_marketing(contact_nos=series, inherit_language_code=True)
