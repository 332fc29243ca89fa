"""Contacts made, changed and read as people write it."""

import datetime as dt

from segmentation import Contact, ContactMailingGroup, ContactType, Workspace
from segmentation.code_tables import CountryRegion


def contacts(crm: Workspace, anna: Contact, denmark: CountryRegion) -> None:
    _ = crm.contacts.new("Anna", no="ANNA", type="person", extra={"points": 3})
    _ = crm.contacts.new(name="Anna", type=ContactType.PERSON, company_no=anna)
    _ = crm.contacts.new(first_name="Anna", country_region_code=denmark)
    _ = crm.contacts.change(anna, city="Bern", correspondence_type="email", minor=True)
    _ = crm.contacts.change_type("ANNA", "company")
    _ = crm.contacts.set_company(anna, "SHOP")
    _ = crm.contacts.add(anna, Contact(no="BO"))
    crm.contacts.add_rows(ContactMailingGroup(contact_no="ANNA", mailing_group_code="NEWS"))
    _ = crm.contacts.merge(kept_no=anna, gone_no="BO")
    _ = crm.contacts.erase(anna, also=[7])


def what_comes_out(crm: Workspace, day: dt.date) -> list[str]:
    found = crm.contacts.find("ANNA")
    name = found.name if found else ""
    _ = crm.contacts.figures("ANNA", since=day).figures.cost
    _ = (crm.contacts.comment("ANNA", "Well").line_no, crm.contacts.comments("ANNA")[0].text)
    return [name, crm.contacts["ANNA"].city, *(each.no for each in crm.contacts.where(city="Bern"))]
