"""Business relations of contacts: what they add up to, and whom they link."""

from segmentation.codes import to_code
from segmentation.contacts import Contact, ContactBusinessRelation, LinkToTable, RelationSummary
from segmentation.errors import NotFound
from segmentation.operations.records import get_record, relations_of
from segmentation.protocols import Store
from segmentation.setup import MarketingSetup


def contact_of_customer(store: Store, no: str) -> Contact:
    """The contact that a business relation links to a customer of the host.

    Args:
        store: Where relations and contacts are.
        no: The customer's number in the host's books.

    Raises:
        NotFound: No contact is linked to such a customer.
    """
    return _linked(store, LinkToTable.CUSTOMER, "contact of customer", no)


def contact_of_vendor(store: Store, no: str) -> Contact:
    """The contact that a business relation links to a vendor of the host.

    Args:
        store: Where relations and contacts are.
        no: The vendor's number in the host's books.

    Raises:
        NotFound: No contact is linked to such a vendor.
    """
    return _linked(store, LinkToTable.VENDOR, "contact of vendor", no)


def _linked(store: Store, table: LinkToTable, kind: str, no: str) -> Contact:
    number = to_code(no)
    linked = store.records.all(ContactBusinessRelation, link_to_table=table, no=number)
    found = next((each.contact_no for each in linked), "") if number else ""
    if not found:
        known = store.records.all(ContactBusinessRelation, link_to_table=table)
        raise NotFound(kind, number, known=(each.no for each in known))
    return get_record(store, Contact, found)


def relation_summary(store: Store, no: str | Contact) -> RelationSummary:
    """What a contact's business relations add up to; a person has its company's and its own.

    Exactly one with a code of the set-up and a linked number is what it links to, any other
    one is OTHER, two or more are MULTIPLE.

    Raises:
        NotFound: There is no such contact.
    """
    contact = get_record(store, Contact, no)
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
