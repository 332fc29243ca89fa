"""Making the letters of a logged segment: merge data, and the plain-text renderer."""

from collections.abc import Iterable, Iterator
from datetime import date

from segmentation.contacts import (
    AlternativeAddress,
    Contact,
    SalespersonPurchaser,
    SalutationFormula,
    SalutationType,
    find_salutation,
)
from segmentation.documents import Document, fields_in, render_text, safe_file_name
from segmentation.errors import NotFound
from segmentation.interactions import Interaction
from segmentation.protocols import Store
from segmentation.setup import CompanyInformation


def letters(store: Store, interactions: Iterable[Interaction]) -> Iterator[Document]:
    """A letter for each interaction that has a text, in their order.

    Raises:
        Rejected: A template names a field that nothing fills.
        NotFound: A contact, a text or a salutation formula is missing.
    """
    formulas = tuple(store.records.all(SalutationFormula))
    for interaction in interactions:
        if interaction.attachment:
            yield _letter(store, interaction, formulas)


def _letter(
    store: Store, interaction: Interaction, formulas: Iterable[SalutationFormula]
) -> Document:
    contact = store.records.find(Contact, interaction.contact_no)
    if contact is None:
        raise NotFound("contact", interaction.contact_no)
    template = store.attachments.get(interaction.attachment).decode()
    values = merge_data(store, contact, interaction)
    for tone in SalutationType:
        field = f"{tone}_salutation"
        if field in fields_in(template):
            language = interaction.interaction_language_code
            values[field] = find_salutation(contact, formulas, language, tone)
    text = render_text(
        template,
        values,
        name=interaction.interaction_template_code,
        contact_no=contact.no,
    )
    person = "" if contact.name == contact.company_name else contact.name
    return Document(
        contact_no=contact.no,
        name=safe_file_name(contact.company_name, person, contact.no, ending="txt"),
        subject=interaction.subject,
        content=text.encode(),
    )


def merge_data(store: Store, contact: Contact, interaction: Interaction) -> dict[str, str]:
    """The fields that a letter may name, but for the salutations."""
    salesperson = store.records.find(SalespersonPurchaser, interaction.salesperson_code)
    sender = store.records.find(CompanyInformation) or CompanyInformation()
    code = interaction.contact_alt_address_code
    other = store.records.find(AlternativeAddress, contact.no, code) if code else None
    place = other or contact
    return {
        "contact_no": contact.no,
        "contact_name": contact.name,
        "company_name": place.company_name or contact.company_name,
        "address_block": "\n".join(_address_block(contact, place)),
        "city": place.city,
        "salesperson_name": salesperson.name if salesperson else "",
        "salesperson_e_mail": salesperson.e_mail if salesperson else "",
        "our_name": sender.name,
        "date": (interaction.date or date.min).isoformat(),
        "subject": interaction.subject,
    }


def _address_block(contact: Contact, place: Contact | AlternativeAddress) -> list[str]:
    company = place.company_name or contact.company_name
    lines = [company, contact.name if contact.name != company else ""]
    lines += [place.address, place.address_2, f"{place.post_code} {place.city}"]
    return [line.strip() for line in lines if line.strip()]
