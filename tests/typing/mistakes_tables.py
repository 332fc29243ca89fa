"""Mistakes in the use of tables and set-up that both type checkers must find."""

from segmentation import Contact, Workspace
from segmentation.code_tables import MailingGroup


def tables(crm: Workspace) -> None:
    _ = crm.tables[5]  # wrong
    groups = crm.tables[MailingGroup]
    _ = groups["NEWS"].descripton  # wrong
    _ = groups.find("NEWS").description  # wrong
    _ = groups.new("NEWS", description=object())  # wrong
    _ = groups.change("NEWS", description=["x"])  # wrong
    groups.add(Contact(no="C1"))  # wrong
    _ = crm.tables.rename("mailing_group", "OLD", "NEW")  # wrong
    _ = crm.tables.uses("mailing_group", ["NEWS"])  # wrong


def set_up(crm: Workspace) -> None:
    _ = crm.setup.change_marketing(contact_nrs="CONT")  # wrong
    _ = crm.setup.change_marketing(inherit_language_code="yes")  # wrong
    _ = crm.setup.change_company(name=5)  # wrong
    _ = crm.setup.marketing.contact_nrs  # wrong
    _ = crm.setup.number_series["CONT"].last_number  # wrong
