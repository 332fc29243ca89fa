"""What a contact takes from its company, from the set-up and from its other fields.

Nothing is stored here. Inheritance goes before defaults; blank values are not inherited.
"""

from collections.abc import Mapping
from typing import Any

import attrs

from segmentation.codes import to_code
from segmentation.contacts import Contact, ContactType, composed_name
from segmentation.fields import fields_of, with_kept_values
from segmentation.protocols import Store
from segmentation.setup import MarketingSetup, UserSetup

ADDRESS = ("address", "address_2", "city", "post_code", "county")
"""What is inherited as a block."""


COMMUNICATION = (
    "phone_no",
    "mobile_phone_no",
    "e_mail",
    "e_mail_2",
    "home_page",
    "correspondence_type",
)
"""What is inherited one by one."""


CODES: Mapping[str, str] = {
    "salesperson_code": "inherit_salesperson_code",
    "territory_code": "inherit_territory_code",
    "country_region_code": "inherit_country_region_code",
    "language_code": "inherit_language_code",
    "format_region": "inherit_language_code",
}
"""What else is inherited, and the field of the set-up that says whether it is."""


def completed(contact: Contact, company: Contact | None) -> Contact:
    """A contact made elsewhere, with what follows from its other fields and its company.

    Args:
        contact: The contact as it was made.
        company: Whom it works for, if it names somebody; a company is its own.
    """
    name = _full_name(contact)
    if contact.type is ContactType.COMPANY:
        company = contact
    elif company is not None and company.type is ContactType.PERSON:
        company = None  # nobody works for a person; the checks tell that
    values = {
        "name": name,
        "search_name": contact.search_name or fitting("search_name", name.upper()),
        "company_no": contact.company_no or (contact.no if company is contact else ""),
        "company_name": contact.company_name or (named_company(company) if company else ""),
    }
    return with_kept_values(contact, values)


def named_company(company: Contact) -> str:
    """What stands as the company's name with it and its persons."""
    return fitting("company_name", _full_name(company))


def fitting(name: str, text: str) -> str:
    """A text that follows from another, as far as its field can hold it.

    Upper case may be longer; and what is wrong with the other text is told of that alone.
    """
    return text[: _LENGTHS[name]]


_LENGTHS = {field.name: field.length for field in fields_of(Contact)}


def _full_name(contact: Contact) -> str:
    return contact.name or composed_name(contact)


def named(person: Contact) -> Contact:
    """A person with its name and the parts of it, whichever was given."""
    if composed_name(person):
        return attrs.evolve(person, name=composed_name(person))
    first, middle, surname = name_parts(person.name)
    return attrs.evolve(
        person,
        first_name=fitting("first_name", first),
        middle_name=fitting("middle_name", middle),
        surname=fitting("surname", surname),
    )


def name_parts(name: str) -> tuple[str, str, str]:
    """First name, middle name and surname out of a name.

    >>> name_parts("Anna Maria von Berg"), name_parts("Anna")
    (('Anna', 'Maria von', 'Berg'), ('Anna', '', ''))
    """
    first, *rest = name.split() or [""]
    return first, " ".join(rest[:-1]), rest[-1] if rest else ""


def inherited(setup: MarketingSetup, company: Contact) -> dict[str, Any]:
    """The values of a company that its persons inherit; blank ones are not inherited."""
    names = [name for name, switch in CODES.items() if getattr(setup, switch)]
    if setup.inherit_address_details:
        names += ADDRESS
    if setup.inherit_communication_details:
        names += COMMUNICATION
    return {name: value for name in names if (value := getattr(company, name))}


def defaults(store: Store, setup: MarketingSetup, contact: Contact, user: str) -> dict[str, Any]:
    """What the set-up gives a contact that has no value of its own."""
    user_setup = store.records.find(UserSetup, to_code(user))
    salesperson = user_setup.salesperson_code if user_setup else ""
    is_company = contact.type is ContactType.COMPANY
    return {
        "salesperson_code": salesperson or setup.default_salesperson_code,
        "territory_code": setup.default_territory_code,
        "country_region_code": setup.default_country_region_code,
        "language_code": setup.default_language_code,
        "correspondence_type": setup.default_correspondence_type,
        "salutation_code": setup.default_company_salutation_code
        if is_company
        else setup.default_person_salutation_code,
        "company_name": named_company(contact) if is_company else "",
        "search_name": fitting("search_name", contact.name.upper()),
    }


def filled(contact: Contact, values: Mapping[str, Any]) -> Contact:
    """The contact with values where it has none; an address is taken whole or not at all."""
    blank = {name: value for name, value in values.items() if not getattr(contact, name)}
    if any(getattr(contact, name) for name in ADDRESS):
        blank = {name: value for name, value in blank.items() if name not in ADDRESS}
    return attrs.evolve(contact, **blank)


def followed(setup: MarketingSetup, person: Contact, before: Contact, after: Contact) -> Contact:
    """A person after a change of its company: values that were the company's follow it."""
    names = ["company_name"]
    names += [name for name, switch in CODES.items() if getattr(setup, switch)]
    if setup.inherit_communication_details:
        names += COMMUNICATION
    if setup.inherit_address_details and _address(person) == _address(before):
        names += ADDRESS
    return attrs.evolve(
        person,
        **{
            name: getattr(after, name)
            for name in names
            if getattr(person, name) == getattr(before, name)
        },
    )


def taken_over(
    person: Contact, setup: MarketingSetup, old: Contact | None, new: Contact
) -> Contact:
    """A person who moves to a company: what was the old company's becomes the new one's."""
    values = inherited(setup, new)
    had = _address(person)
    if any(had) and (old is None or had != _address(old)):
        values = {name: value for name, value in values.items() if name not in ADDRESS}
    by_hand = {
        name
        for name in COMMUNICATION
        if getattr(person, name) and (old is None or getattr(person, name) != getattr(old, name))
    }
    return attrs.evolve(
        person, **{name: value for name, value in values.items() if name not in by_hand}
    )


def _address(contact: Contact) -> list[str]:
    return [getattr(contact, name) for name in ADDRESS]
