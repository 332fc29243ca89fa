"""Business relations of contacts: what they add up to, and whom they link."""

from segmentation.contacts import Contact, ContactBusinessRelation, LinkToTable, RelationSummary
from segmentation.operations.records import relations_of
from segmentation.protocols import Store
from segmentation.setup import MarketingSetup


def contact_of(store: Store, table: LinkToTable, no: str) -> str:
    """The contact that is linked to a customer, vendor, ... of the host; empty if none."""
    linked = store.records.all(ContactBusinessRelation, link_to_table=table, no=no)
    return next((relation.contact_no for relation in linked), "")


def relation_summary(store: Store, contact: Contact) -> RelationSummary:
    """What a contact's business relations add up to; a person has its company's and its own.

    Exactly one with a code of the set-up and a linked number is what it links to, any other
    one is OTHER, two or more are MULTIPLE.
    """
    nos = dict.fromkeys((contact.no, contact.company_no))
    relations = [each for no in nos if no for each in relations_of(store, no)]
    if not relations:
        return RelationSummary.NONE
    if len(relations) > 1:
        return RelationSummary.MULTIPLE
    setup = store.records.find(MarketingSetup) or MarketingSetup()
    codes = {
        LinkToTable.CUSTOMER: setup.bus_rel_code_for_customers,
        LinkToTable.VENDOR: setup.bus_rel_code_for_vendors,
        LinkToTable.BANK_ACCOUNT: setup.bus_rel_code_for_bank_accs,
        LinkToTable.EMPLOYEE: setup.bus_rel_code_for_employees,
    }
    [only] = relations
    if only.no and only.business_relation_code == codes.get(only.link_to_table):
        return RelationSummary(str(only.link_to_table))
    return RelationSummary.OTHER
