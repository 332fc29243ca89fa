"""Interactions looked up by their entry numbers: one, several, or those of a contact."""

from collections.abc import Sequence

from segmentation.contacts import Contact, ContactType
from segmentation.errors import InvalidValue, Message
from segmentation.interactions import Interaction
from segmentation.operations.records import get_record, get_records
from segmentation.protocols import Store


def get_interaction(store: Store, entry_no: int | Interaction) -> Interaction:
    """The interaction with this entry number, as it is stored now.

    Raises:
        NotFound: There is none; it may have been discarded or deleted.
    """
    return get_record(store, Interaction, entry_no)


def get_interactions(store: Store, entry_nos: Sequence[int | Interaction]) -> Sequence[Interaction]:
    """The interactions with these entry numbers in the order asked, each once.

    Raises:
        InvalidValue: No number is given, or something else than a number.
        NotFound: Some are not there; the error names all of them.
    """
    if not entry_nos:
        reason = Message("holds no entry number; give at least one")
        raise InvalidValue("entry_nos", (), reason)
    for each in entry_nos:
        if not isinstance(each, int | Interaction):
            raise InvalidValue("entry_nos", each, Message("is no number of an entry"))
    found = get_records(store, Interaction, entry_nos)
    return list({interaction.entry_no: interaction for interaction in found}.values())


def interactions_of(store: Store, contact_no: str | Contact) -> Sequence[Interaction]:
    """The interactions of a contact in the order of their numbers; of a company, all of its people.

    Raises:
        NotFound: There is no such contact.
    """
    contact = get_record(store, Contact, contact_no)
    if contact.type is ContactType.COMPANY:
        found = {
            interaction.entry_no: interaction
            for field in ("contact_company_no", "contact_no")
            for interaction in store.records.all(Interaction, **{field: contact.no})
        }
        return [found[number] for number in sorted(found)]
    return list(store.records.all(Interaction, contact_no=contact.no))
