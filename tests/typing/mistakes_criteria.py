"""Mistakes in criteria that both type checkers must find; each stands on a line of its own."""

from datetime import date

from segmentation import Workspace, make_selection
from segmentation.criteria import at_least, followed, latest, none, total


def unknown_names(crm: Workspace) -> None:
    _ = crm.fields.contact.countri  # wrong
    _ = crm.fields.contcat.no  # wrong
    _ = crm.fields.interactions.dat >= date(2026, 1, 1)  # wrong
    _ = crm.fields.orders  # wrong


def values_that_the_field_never_holds(crm: Workspace) -> None:
    contact, interactions = crm.fields.contact, crm.fields.interactions
    crm.select(contact.minor > 5)  # wrong
    crm.select(contact.no == 5)  # wrong
    crm.select(contact.minor == "yes")  # wrong
    crm.select(contact.type == 1)  # wrong
    crm.select(contact.last_modified >= 5)  # wrong
    crm.select(contact.city.is_in([1, 2]))  # wrong
    crm.select(contact.post_code.between("1000", 4999))  # wrong
    crm.select(contact.minor.like("y*"))  # wrong
    crm.select(interactions.cost > "many")  # wrong
    crm.select(interactions.entry_no == 1.5)  # wrong
    crm.select(interactions.date < 20261122)  # wrong


def figures_of_fields_that_have_none(crm: Workspace) -> None:
    _ = total(crm.fields.contact.city)  # wrong
    _ = latest(crm.fields.interactions.cost)  # wrong
    _ = latest(crm.fields.interactions.date) > 5  # wrong
    _ = at_least("2", crm.fields.interactions.cost > 50)  # wrong


def what_is_not_looked_at_so(crm: Workspace) -> None:
    contact, interactions = crm.fields.contact, crm.fields.interactions
    crm.select(contact.city.month == 11)  # wrong
    crm.select(interactions.cost.age_in_days > 90)  # wrong
    crm.select(interactions.date.age_in_years > "old")  # wrong
    crm.select(interactions.date.day_of_year == "today")  # wrong
    crm.select(interactions.date.weekday)  # wrong
    _ = at_least(2, distinct=5)  # wrong
    _ = followed(interactions.cost > 5, by=interactions.cost > 5, on=interactions.cost)  # wrong
    _ = followed(interactions.cost > 5, by=interactions.cost > 5)  # wrong


def what_is_no_condition(crm: Workspace) -> None:
    contact = crm.fields.contact
    crm.select(contact.minor)  # wrong
    crm.select((contact.city == "Bern") & contact.minor)  # wrong
    crm.select((contact.city == "Bern") & None)  # wrong
    crm.select((contact.city == "Bern") | ["Basel"])  # wrong
    crm.select(none(date="-3M.."))  # wrong
    crm.select(contact="Bern")  # wrong
    crm.select(city="Bern")  # wrong
    _ = make_selection(contact={"city": object()})  # wrong
    _ = make_selection(contact={5: "Bern"})  # wrong
