"""Mistakes in making and changing contacts that both type checkers must find."""

from segmentation import Contact, Workspace


def contacts(crm: Workspace, anna: Contact) -> None:
    _ = crm.contacts.new("Anna", countri_region_code="DK")  # wrong
    _ = crm.contacts.new("Anna", minor="yes")  # wrong
    _ = crm.contacts.new(5)  # wrong
    _ = crm.contacts.change("ANNA", citi="Bern")  # wrong
    _ = crm.contacts.change("ANNA", city=5)  # wrong
    _ = crm.contacts.change(anna, extra=["points"])  # wrong
    _ = crm.contacts.where(citi="Bern")  # wrong
    _ = crm.contacts.add("ANNA")  # wrong
    _ = crm.contacts.merge("ANNA", "BO")  # wrong
    _ = crm.contacts.renumber("ANNA", "BO")  # wrong
    _ = crm.contacts.figures("ANNA", since="2026-11-22")  # wrong
    crm.contacts.add_rows("ANNA")  # wrong
    _ = crm.contacts.comment("ANNA")  # wrong
    _ = crm.contacts.comment("ANNA", 5)  # wrong


def what_comes_out(crm: Workspace) -> str:
    _ = crm.contacts.find("ANNA").name  # wrong
    _ = crm.contacts.summary("ANNA").persons  # wrong
    return crm.contacts.delete("ANNA")  # wrong
