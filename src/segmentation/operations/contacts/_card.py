"""Contacts made with defaults, changed with what persons inherit, and deleted.

Each step runs the checks of `segmentation.operations.checks` on the contact as it will be. What
is recorded in the journal stays with the numbers that it was recorded with.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Unpack

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
from segmentation.errors import Fault, InvalidValue, Message, Refused, Rejected
from segmentation.interactions import Interaction
from segmentation.operations.checks import Placed, record_faults, taken_faults
from segmentation.operations.context import Context
from segmentation.operations.field_values import ContactValues
from segmentation.operations.followers import follow_relations
from segmentation.operations.number_series import Numbered, take_number
from segmentation.operations.records import find_record, find_records, get_record
from segmentation.operations.schema import parse_values, with_own_values
from segmentation.protocols import Store
from segmentation.setup import MarketingSetup

from ._former import former_names, former_numbers, keep_former_names
from ._inheritance import (
    completed,
    defaults,
    filled,
    followed,
    inherited,
    named,
    named_company,
    taken_over,
)
from ._marks import record_marks
from ._pairs import pairs_with
from ._refusals import lines_in_the_way, listed, refuse
from ._rows import count_rows, rows_of

# -- new ones ---------------------------------------------------------------------------------


def new_contact(context: Context, **values: Unpack[ContactValues]) -> Contact:
    """Number a contact, complete it, check it and store it.

    A person's name is made of its parts, or its parts of the name. A person who names its
    company only by name is joined to the one company of that name. What is blank comes from
    the company, as far as the set-up says so, else from the set-up's defaults; the
    salesperson is that of the user, if that user has one.

    Args:
        context: Store, user, day and clock.
        **values: Fields of the contact; without ``no`` it takes the next of the series, or of
            another one that ``no_series`` names.

    Raises:
        UnknownName: A contact has no such field.
        NotFound: There is no such number series.
        Refused: No number can be given.
        Rejected: Something is wrong with it: all faults; nothing is stored.
    """
    store = context.store
    given = _parsed(store, values)
    with store.transaction():
        by_hand = given.pop("no", "")
        number = _take_number(store, by_hand, given.pop("no_series", ""))
        contact = Contact(no=number.no, no_series=number.series, **given)
        faults = [*taken_faults(store, _placed([contact])), *_stamp_faults(contact)]
        made = _stored(context, _completed_new(context, contact), faults)
        record_marks(context, None, made)
        return made


def _parsed(store: Store, values: Mapping[str, object]) -> dict[str, Any]:
    """Values of fields as a contact holds them; texts may still be too long for theirs."""
    return parse_values(store, Contact, values, long=True)


def _take_number(store: Store, by_hand: str, series: str) -> Numbered:
    """The number given by hand, or the next of a series that no contact has."""

    def taken(no: str) -> bool:
        return not by_hand and find_record(store, Contact, no) is not None

    return take_number(store, "contact_nos", by_hand, series=series, taken=taken)


def _completed_new(context: Context, contact: Contact) -> Contact:
    """A new contact with its names, what it inherits, and the set-up's defaults."""
    store = context.store
    setup = store.records.find(MarketingSetup) or MarketingSetup()
    if contact.type is ContactType.COMPANY:
        made = attrs.evolve(contact, company_no=contact.company_no or contact.no)
    else:
        company = _company_of(store, contact)
        made = named(contact)
        if company is not None:
            made = attrs.evolve(made, company_no=company.no, company_name=company.name)
            made = filled(made, inherited(setup, company))
    return filled(made, defaults(store, setup, made, context.user))


def _company_of(store: Store, person: Contact) -> Contact | None:
    """The company that a person names, by number or else by name; the checks tell if none is."""
    if person.company_no:
        named_one = find_record(store, Contact, person.company_no)
        is_company = named_one is not None and named_one.type is ContactType.COMPANY
        return named_one if is_company else None
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


def add_contacts(context: Context, contacts: Iterable[Contact]) -> Sequence[Contact]:
    """Store contacts made in Python, all or none.

    They keep what they say; only names, search name and company follow from their other fields
    where these are blank. The set-up's defaults are not taken, and nothing is inherited.

    Args:
        context: Store, user, day and clock.
        contacts: The contacts, each with its number; persons may name companies among them.

    Returns:
        The contacts as they are stored.

    Raises:
        InvalidValue: There is none at all, or one is no contact.
        Rejected: Something is wrong with them, a number that is taken included: all faults;
            nothing is stored.
    """
    made = list(contacts)
    if not made:
        raise InvalidValue("contacts", made, "is empty; give at least one contact")
    for each in made:
        if not isinstance(each, Contact):
            raise InvalidValue("contacts", each, "is no contact")
    store = context.store
    here = {contact.no: contact for contact in made}
    with store.transaction():
        named_ones = {each.company_no for each in made if each.company_no} - here.keys()
        wanted = [(no,) for no in sorted(named_ones)]
        there = {each.no: each for each in find_records(store, Contact, wanted).values()}
        companies = {**there, **here}
        whole = [
            completed(
                attrs.evolve(each, last_modified=each.last_modified or context.now),
                companies.get(each.company_no),
            )
            for each in with_own_values(store, made)
        ]
        _check(store, whole, taken_faults(store, _placed(made)))
        store.records.put(whole)
    return tuple(whole)


# -- checks -----------------------------------------------------------------------------------


def _stamp_faults(contact: Contact) -> Iterator[Fault]:
    if contact.last_modified is not None:
        yield Fault(_place(contact), "last_modified", "is set by each change; leave it out")


def _check(store: Store, contacts: Sequence[Contact], faults: Iterable[Fault] = ()) -> None:
    """See that nothing is wrong with contacts that are to be stored together.

    Raises:
        Rejected: There are faults: all of them.
    """
    placed = _placed(contacts)
    found = [*faults, *record_faults(store, placed)]
    if found:
        what = placed[0].place if len(placed) == 1 else Message("contacts")
        raise Rejected(what, sorted(found, key=lambda fault: fault.place))


def _placed(contacts: Iterable[Contact]) -> Sequence[Placed]:
    return [Placed(_place(contact), contact) for contact in contacts]


def _place(contact: Contact) -> Message:
    return Message("contact {no}", no=contact.no)


def _stored(context: Context, contact: Contact, faults: Iterable[Fault] = ()) -> Contact:
    """Check a contact as it will be, and store it.

    Raises:
        Rejected: Something is wrong with it: all faults.
    """
    _check(context.store, [contact], faults)
    return _put(context, contact)


def _put(context: Context, contact: Contact) -> Contact:
    stamped = attrs.evolve(contact, last_modified=context.now)
    context.store.records.put([stamped])
    return stamped


# -- changes ----------------------------------------------------------------------------------


def change_contact(
    context: Context, no: str | Contact, /, **values: Unpack[ContactValues]
) -> Sequence[Contact]:
    """Change fields of a contact; a company's change reaches the persons who had its value.

    A company's ``company_name`` follows its name, a person's name the parts of its name. The
    journal records a change of what keeps the contact from being contacted.

    Args:
        context: Store, user, day and clock.
        no: The contact.
        **values: The fields that change, with their new values; ``extra`` replaces all own
            fields of the contact.

    Returns:
        The contact as it is now, and after it the persons whose values changed with it.

    Raises:
        NotFound: There is no such contact.
        UnknownName: A contact has no such field.
        Refused: Number, its series, type, company or exclusion would differ; `renumber`,
            `change_type`, `set_company`, `exclude` and `admit` see to these.
        Rejected: Something is wrong with the contact as it would be: all faults.
    """
    store = context.store
    given = _parsed(store, values)
    with store.transaction():
        before = get_record(store, Contact, no)
        _refuse_fixed(before, given)
        after = _renamed(before, attrs.evolve(before, **given))
        _check(store, [after])
        changed = [_put(context, after)]
        record_marks(context, before, after)
        keep_former_names(store, [(before, after)])
        if after.type is ContactType.COMPANY:
            setup = store.records.find(MarketingSetup) or MarketingSetup()
            for person in persons_of(store, after):
                moved = followed(setup, person, before, after)
                if moved != person:
                    changed.append(_put(context, moved))
        return tuple(changed)


_FIXED: Mapping[str, str] = {
    "no": "its number would differ; use renumber",
    "no_series": "it tells which series the number came from",
    "type": "its type would differ; use change_type",
    "company_no": "its company would differ; use set_company",
    "last_modified": "last_modified is set by each change; leave it out",
    "exclude_from_segment": "its exclusion would differ; use exclude or admit, with a reason",
}
"""Fields that a change of a card leaves as they are, and what to do instead."""


def _refuse_fixed(before: Contact, given: Mapping[str, object]) -> None:
    for name, reason in _FIXED.items():
        if name in given and given[name] != getattr(before, name):
            raise Refused(Message("change contact {no}", no=before.no), reason)


def _renamed(before: Contact, after: Contact) -> Contact:
    """A changed contact with the names that follow from others."""
    if after.type is ContactType.COMPANY:
        return attrs.evolve(after, company_name=named_company(after))
    if composed_name(after) != composed_name(before):
        return attrs.evolve(after, name=composed_name(after))
    return after


def persons_of(store: Store, company_no: str | Contact) -> Sequence[Contact]:
    """The persons who work for a company, in the order of their numbers.

    Raises:
        NotFound: There is no such contact.
    """
    company = get_record(store, Contact, company_no)
    members = store.records.all(Contact, company_no=company.no)
    return tuple(contact for contact in members if contact.type is ContactType.PERSON)


def set_company(context: Context, no: str | Contact, company_no: str | Contact = "") -> Contact:
    """Let a person work for a company, or without one for none.

    Codes are taken from the new company, the address if it is blank or was the old company's,
    communication details one by one likewise; blank values of the company are not taken.

    Args:
        context: Store, user, day and clock.
        no: The person.
        company_no: The company; empty for none.

    Raises:
        NotFound: There is no such contact.
        Refused: It is a company, or stands on a line of a segment.
        Rejected: The new company is not there or is none: all faults.
    """
    store = context.store
    with store.transaction():
        person = get_record(store, Contact, no)
        step = Message("set the company of contact {no}", no=person.no)
        if person.type is ContactType.COMPANY:
            raise Refused(step, "it is a company itself; change_type makes a person of it")
        refuse(step, lines_in_the_way(store, [person.no]))
        new_no = company_no.no if isinstance(company_no, Contact) else to_code(company_no)
        old = find_record(store, Contact, person.company_no)
        moved = attrs.evolve(person, company_no=new_no, company_name="")
        new = _company_of(store, moved)
        if new is not None:
            setup = store.records.find(MarketingSetup) or MarketingSetup()
            moved = taken_over(attrs.evolve(moved, company_name=new.name), setup, old, new)
        return _stored(context, moved)


def change_type(context: Context, no: str | Contact, type: ContactType | str) -> Contact:  # noqa: A002 - the field's name
    """Make a person of a company, or the other way round; name parts and salutation start anew.

    Args:
        context: Store, user, day and clock.
        no: The contact.
        type: What it becomes: "company" or "person"; nothing is done if it is that already.

    Raises:
        NotFound: There is no such contact.
        InvalidValue: There is no such type.
        Refused: It has recorded interactions; a company has persons, business relations,
            industry groups or web sources; a person has job responsibilities. The error lists
            all of them.
        Rejected: Something is wrong with the contact as it would be: all faults.
    """
    store = context.store
    to = ContactType(type)
    with store.transaction():
        contact = get_record(store, Contact, no)
        if contact.type is to:
            return contact
        step = Message("change the type of contact {no}", no=contact.no)
        refuse(step, _in_the_way(store, contact))
        return _stored(context, _of_type(context, contact, to))


def _of_type(context: Context, contact: Contact, to: ContactType) -> Contact:
    """A contact made the other type."""
    store = context.store
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
    whole = changed if is_company else named(changed)
    salutation = defaults(store, setup, whole, "")["salutation_code"]
    return attrs.evolve(whole, salutation_code=salutation)


# -- what stands in the way -------------------------------------------------------------------


_IN_THE_WAY: Mapping[ContactType, Mapping[str, type]] = {
    ContactType.COMPANY: {
        "business relations": ContactBusinessRelation,
        "industry groups": ContactIndustryGroup,
        "web sources": ContactWebSource,
    },
    ContactType.PERSON: {"job responsibilities": ContactJobResponsibility},
}
"""The rows that only one type of contact has, and what they are called."""


def _in_the_way(store: Store, contact: Contact) -> Iterator[Message]:
    counts = {"interactions": count_rows(store, Interaction, contact.no)}
    if contact.type is ContactType.COMPANY:
        counts["persons"] = len(persons_of(store, contact))
    for what, kind in _IN_THE_WAY[contact.type].items():
        counts[what] = count_rows(store, kind, contact.no)
    for what, count in counts.items():
        if count:
            reason = "the number of {what} must be 0, it is {count}"
            yield Message(reason, what=Message(what), count=count)


# -- deletion ---------------------------------------------------------------------------------


def delete_contact(
    context: Context, no: str | Contact, *, with_persons: bool = False
) -> Sequence[str]:
    """Take a contact and its rows out; what the journal recorded of it stays there.

    Args:
        context: Store, user, day and clock.
        no: The contact.
        with_persons: A company's persons go with it.

    Returns:
        The numbers of the contacts that are gone.

    Raises:
        NotFound: There is no such contact.
        Refused: It, or one who would go with it, stands on a line of a segment; or it is a
            company that has persons, and they are not to go. The error lists all that needs it.
    """
    store = context.store
    with store.transaction():
        contact = get_record(store, Contact, no)
        persons = persons_of(store, contact)
        going = (contact, *(persons if with_persons else ()))
        nos = tuple(each.no for each in going)
        left = () if with_persons else persons
        refuse(
            Message("delete contact {no}", no=contact.no),
            [*_staying(left), *lines_in_the_way(store, nos)],
        )
        rows = [row for each in going for row in rows_of(store, each)]
        pairs = [pair for each in nos for pair in pairs_with(store, each)]
        former = [each for no in nos for each in former_numbers(store, no)]
        names = [each for no in nos for each in former_names(store, no)]
        store.records.remove([*rows, *pairs, *former, *names, *going])
        follow_relations(store, (r for r in rows if isinstance(r, ContactBusinessRelation)))
        return nos


def _staying(persons: Sequence[Contact]) -> Iterator[Message]:
    """The persons of a company that is to go without them."""
    if persons:
        reason = (
            "persons work for it ({persons}); delete them too, with_persons=True, or move them by "
            "set_company"
        )
        yield Message(reason, persons=listed([person.no for person in persons]))
