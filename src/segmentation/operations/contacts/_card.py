"""Contacts made with defaults, changed with what persons inherit, and deleted.

Inheritance goes before defaults, and what was changed by hand before inheritance. What is
recorded in the journal stays with the numbers that it was recorded with.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from segmentation.codes import to_code
from segmentation.contacts import (
    Contact,
    ContactBusinessRelation,
    ContactIndustryGroup,
    ContactJobResponsibility,
    ContactType,
    ContactWebSource,
    composed_name,
)
from segmentation.errors import Fault, Refused, Rejected
from segmentation.fields import check_fit
from segmentation.interactions import Interaction
from segmentation.operations.context import Context
from segmentation.operations.followers import follow_relations
from segmentation.operations.number_series import take_no
from segmentation.operations.records import require_contact
from segmentation.protocols import Store
from segmentation.setup import MarketingSetup, UserSetup

from ._rows import count_rows, rows_of

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


def new_contact(context: Context, contact: Contact) -> Contact:
    """Number a contact, complete it and store it.

    A person's name is made of its parts, or its parts of the name. A person who names its
    company only by name is joined to the one company of that name. What is blank comes from
    the company, as far as the set-up says so, else from the set-up's defaults; the
    salesperson is that of the user, if that user has one.

    Args:
        context: Store, user, day and clock.
        contact: What is known of it; an empty number takes the next of the series.

    Raises:
        Refused: No number can be given.
        Rejected: The number is taken, or the company is none.
    """
    store = context.store
    with store.transaction():
        numbered = attrs.evolve(contact, no=take_no(store, "contact_nos", contact.no))
        place = f"contact {numbered.no}"
        if store.records.find(Contact, numbered.no) is not None:
            raise Rejected(place, [Fault(place, "no", "is taken by another contact")])
        if numbered.type is ContactType.COMPANY:
            company, made = None, attrs.evolve(numbered, company_no=numbered.no)
        else:
            company = _company_of(store, numbered)
            made = _named(numbered)
            if company is not None:
                made = attrs.evolve(made, company_no=company.no, company_name=company.name)
        setup = store.records.find(MarketingSetup) or MarketingSetup()
        if company is not None:
            made = _filled(made, _inherited(setup, company))
        made = _filled(made, _defaults(store, setup, made, context.user))
        return _stored(store, made, context.now)


def _named(person: Contact) -> Contact:
    """A person with its name and the parts of it, whichever was given."""
    if composed_name(person):
        return attrs.evolve(person, name=composed_name(person))
    first, middle, surname = name_parts(person.name)
    return attrs.evolve(person, first_name=first, middle_name=middle, surname=surname)


def name_parts(name: str) -> tuple[str, str, str]:
    """First name, middle name and surname out of a name.

    >>> name_parts("Anna Maria von Berg"), name_parts("Anna")
    (('Anna', 'Maria von', 'Berg'), ('Anna', '', ''))
    """
    first, *rest = name.split() or [""]
    return first, " ".join(rest[:-1]), rest[-1] if rest else ""


def _company_of(store: Store, person: Contact) -> Contact | None:
    """The company that a person names, by number or else by name."""
    if person.company_no:
        company = store.records.find(Contact, person.company_no)
        if company is None or company.type is not ContactType.COMPANY:
            place = f"contact {person.no}"
            reason = f"{person.company_no!r} is no company"
            raise Rejected(place, [Fault(place, "company_no", reason)])
        return company
    return find_company(store, person.company_name) if person.company_name else None


def find_company(store: Store, name: str) -> Contact | None:
    """The one company of this name, whatever its case; ``None`` if there is none or several."""
    wanted = name.strip().casefold()
    found = [
        contact
        for contact in store.records.all(Contact, type=ContactType.COMPANY)
        if contact.name.casefold() == wanted
    ]
    return found[0] if len(found) == 1 else None


def _inherited(setup: MarketingSetup, company: Contact) -> dict[str, Any]:
    """The values of a company that its persons inherit; blank ones are not inherited."""
    names = [name for name, switch in CODES.items() if getattr(setup, switch)]
    if setup.inherit_address_details:
        names += ADDRESS
    if setup.inherit_communication_details:
        names += COMMUNICATION
    return {name: value for name in names if (value := getattr(company, name))}


def _defaults(store: Store, setup: MarketingSetup, contact: Contact, user: str) -> dict[str, Any]:
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
        "company_name": contact.name if is_company else "",
        "search_name": contact.name.upper(),
    }


def _filled(contact: Contact, values: Mapping[str, Any]) -> Contact:
    """The contact with values where it has none; an address is taken whole or not at all."""
    blank = {name: value for name, value in values.items() if not getattr(contact, name)}
    if any(getattr(contact, name) for name in ADDRESS):
        blank = {name: value for name, value in blank.items() if name not in ADDRESS}
    return attrs.evolve(contact, **blank)


def _stored(store: Store, contact: Contact, at: datetime) -> Contact:
    stamped = attrs.evolve(contact, last_modified=at)
    check_fit(stamped)
    store.records.put([stamped])
    return stamped


# -- changes ----------------------------------------------------------------------------------


def change_contact(context: Context, contact: Contact) -> Sequence[Contact]:
    """Store a contact as it is now; a company's change reaches the persons who had its value.

    Returns:
        The contact, and the persons whose values changed with it.

    Raises:
        NotFound: There is no such contact.
        Refused: Type or company differ; `change_type` and `set_company` see to these.
    """
    store = context.store
    with store.transaction():
        before = require_contact(store, contact.no)
        if contact.type is not before.type:
            raise Refused(f"change contact {contact.no}", "its type differs; use change_type")
        if contact.company_no != before.company_no:
            raise Refused(f"change contact {contact.no}", "its company differs; use set_company")
        after = contact
        if contact.type is ContactType.COMPANY:
            after = attrs.evolve(contact, company_name=contact.name)
        elif composed_name(contact) != composed_name(before):
            after = attrs.evolve(contact, name=composed_name(contact))
        setup = store.records.find(MarketingSetup) or MarketingSetup()
        changed = [_stored(store, after, context.now)]
        if after.type is ContactType.COMPANY:
            for person in persons_of(store, after.no):
                followed = _followed(setup, person, before, after)
                if followed != person:
                    changed.append(_stored(store, followed, context.now))
        return changed


def persons_of(store: Store, company_no: str) -> Sequence[Contact]:
    """The persons who work for a company, in the order of their numbers."""
    members = store.records.all(Contact, company_no=to_code(company_no))
    return [contact for contact in members if contact.type is ContactType.PERSON]


def _followed(setup: MarketingSetup, person: Contact, before: Contact, after: Contact) -> Contact:
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


def _address(contact: Contact) -> list[str]:
    return [getattr(contact, name) for name in ADDRESS]


def set_company(context: Context, contact_no: str, company_no: str) -> Contact:
    """Let a person work for a company, or with an empty number for none.

    Codes are taken from the new company, the address if it is blank or was the old company's,
    communication details one by one likewise; blank values of the company are not taken.

    Raises:
        NotFound: There is no such contact.
        Refused: It is a company, or stands on a line of a segment.
        Rejected: The new company is none.
    """
    store = context.store
    with store.transaction():
        person = require_contact(store, contact_no)
        step = f"set the company of contact {person.no}"
        if person.type is ContactType.COMPANY:
            raise Refused(step, "it is a company itself")
        _not_on_a_line(store, step, person.no)
        old = store.records.find(Contact, person.company_no) if person.company_no else None
        moved = attrs.evolve(person, company_no=to_code(company_no), company_name="")
        new = _company_of(store, moved)
        if new is not None:
            setup = store.records.find(MarketingSetup) or MarketingSetup()
            moved = _taken_over(attrs.evolve(moved, company_name=new.name), setup, old, new)
        return _stored(store, moved, context.now)


def _taken_over(
    person: Contact, setup: MarketingSetup, old: Contact | None, new: Contact
) -> Contact:
    values = _inherited(setup, new)
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


def _not_on_a_line(store: Store, step: str, contact_no: str) -> None:
    for header in store.segments.headers():
        if store.segments.get(header.no).lines.known({contact_no}):
            raise Refused(step, f"it stands on a line of segment {header.no}")


def change_type(context: Context, contact_no: str, to: ContactType) -> Contact:
    """Make a person of a company, or the other way round; name parts and salutation start anew.

    Raises:
        NotFound: There is no such contact.
        Refused: It has recorded interactions; a company has persons, business relations,
            industry groups or web sources; a person has job responsibilities.
    """
    store = context.store
    with store.transaction():
        contact = require_contact(store, contact_no)
        if contact.type is to:
            return contact
        step = f"change the type of contact {contact.no}"
        for what, count in _in_the_way(store, contact):
            if count:
                raise Refused(step, f"the number of {what} must be 0, it is {count}")
        is_company = to is ContactType.COMPANY
        changed = attrs.evolve(
            contact,
            type=to,
            company_no=contact.no if is_company else "",
            company_name=contact.name if is_company else "",
            first_name="",
            middle_name="",
            surname="",
            initials="",
            job_title="",
            salutation_code="",
        )
        setup = store.records.find(MarketingSetup) or MarketingSetup()
        named = changed if is_company else _named(changed)
        salutation = _defaults(store, setup, named, "")["salutation_code"]
        return _stored(store, attrs.evolve(named, salutation_code=salutation), context.now)


def _in_the_way(store: Store, contact: Contact) -> Iterator[tuple[str, int]]:
    yield "interactions", count_rows(store, Interaction, contact.no)
    if contact.type is ContactType.COMPANY:
        yield "persons", len(persons_of(store, contact.no))
        yield "business relations", count_rows(store, ContactBusinessRelation, contact.no)
        yield "industry groups", count_rows(store, ContactIndustryGroup, contact.no)
        yield "web sources", count_rows(store, ContactWebSource, contact.no)
    else:
        yield "job responsibilities", count_rows(store, ContactJobResponsibility, contact.no)


def delete_contact(store: Store, contact_no: str, *, with_persons: bool = False) -> Sequence[str]:
    """Take a contact and its rows out; what the journal recorded of it stays there.

    Args:
        store: Where it is.
        contact_no: The contact.
        with_persons: A company's persons go with it.

    Returns:
        The numbers of the contacts that are gone.

    Raises:
        NotFound: There is no such contact.
        Refused: It, or one who would go with it, stands on a line of a segment; or it is a
            company that has persons, and they are not to go.
    """
    with store.transaction():
        contact = require_contact(store, contact_no)
        step = f"delete contact {contact.no}"
        persons = persons_of(store, contact.no)
        if persons and not with_persons:
            raise Refused(
                step, f"{len(persons)} persons work for it; delete them with it, or move them"
            )
        gone = [contact, *persons]
        for each in gone:
            _not_on_a_line(store, step, each.no)
        rows = [row for each in gone for row in rows_of(store, each.no)]
        store.records.remove([*rows, *gone])
        follow_relations(store, (r for r in rows if isinstance(r, ContactBusinessRelation)))
        return [each.no for each in gone]
