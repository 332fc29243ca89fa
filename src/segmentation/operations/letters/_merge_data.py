"""Merge data: all that one letter is made of."""

from collections.abc import Callable, Mapping, Sequence

import attrs

from segmentation.campaigns import Campaign
from segmentation.code_tables import CountryRegion, SalespersonPurchaser
from segmentation.contacts import AlternativeAddress, Contact, ContactType, LinkToTable
from segmentation.documents import address_key, address_lines, locale_of
from segmentation.frozen import freeze_within
from segmentation.interactions import Interaction
from segmentation.joint_salutations import joint_salutation
from segmentation.salutations import SalutationFormula, SalutationType, find_formula, greeting_of
from segmentation.segments import LoggedSegment, SegmentHeader
from segmentation.setup import CompanyInformation
from segmentation.showing import shown_by


@shown_by("contact", "interaction", "address")
@attrs.frozen(kw_only=True, field_transformer=freeze_within)
class MergeData:
    """All that one letter is made of.

    Attributes:
        contact: Whom it is for.
        interaction: What is logged, or will be.
        address: The alternative address that holds on the date, if one does.
        company: The company that a person works for.
        salesperson: Who signs.
        sender: Whose letter it is.
        campaign: What it is done for.
        segment: The segment as it was logged, or before that its header.
        country: The country of the address.
        sender_country: The country of the sender.
        formulas: All salutation formulas.
        fallback_language: The language of the salutation where there is no formula in the
            interaction's; empty for an error.
        capitals: Whether cities abroad are written in capitals.
        number_as: Finds the number under which the company is a customer or vendor.
        others: The others at the address who share the letter.
    """

    contact: Contact
    interaction: Interaction
    address: AlternativeAddress | None = None
    company: Contact | None = None
    salesperson: SalespersonPurchaser | None = None
    sender: CompanyInformation = attrs.field(factory=CompanyInformation)
    campaign: Campaign | None = None
    segment: LoggedSegment | SegmentHeader | None = None
    country: CountryRegion | None = None
    sender_country: CountryRegion | None = None
    formulas: Mapping[tuple[str, str, SalutationType], SalutationFormula] = attrs.field(
        factory=dict
    )
    fallback_language: str = ""
    capitals: bool = False
    number_as: Callable[[LinkToTable], str] = lambda _: ""
    others: tuple["MergeData", ...] = ()

    @property
    def place(self) -> Contact | AlternativeAddress:
        """Whose address counts: the alternative one, or else the contact's own."""
        return self.address or self.contact

    @property
    def company_name(self) -> str:
        """The company, as the address has it."""
        return self.place.company_name or _company_name(self.contact)

    @property
    def person(self) -> str:
        """The name of a person; empty for a company."""
        return "" if self.contact.name == self.company_name else self.contact.name

    @property
    def people(self) -> Sequence["MergeData"]:
        """Who is written to: each person once; the company itself where no person is named."""
        everybody = {each.contact.no: each for each in (self, *self.others)}
        persons = [each for each in everybody.values() if each.contact.type is ContactType.PERSON]
        return persons or [self]

    @property
    def household_key(self) -> tuple[str, ...] | None:
        """What those who live or work at one address have in common; ``None`` without address."""
        return household_key(self.contact, self.place, self.sender.country_region_code)

    @property
    def e_mail(self) -> str:
        """Where a mail goes: the alternative address's, if it has one, or else the contact's."""
        return self.place.e_mail or self.contact.e_mail

    @property
    def address_block(self) -> tuple[str, ...]:
        """The address, line by line, in the order of its country."""
        place, abroad = self.place, self.place.country_region_code
        home = self.sender.country_region_code
        lines = address_lines(
            self.company_name,
            *(each.person for each in self.people),
            address=place.address,
            address_2=place.address_2,
            post_code=place.post_code,
            city=place.city,
            county=place.county,
            country_code=abroad or home,
            country_name=self.country.name if self.country and abroad != home else "",
            capitals=self.capitals,
        )
        return tuple(lines)

    @property
    def sender_block(self) -> tuple[str, ...]:
        """Name and address of the sender, line by line, with its country."""
        sender, country = self.sender, self.sender_country
        lines = address_lines(
            sender.name,
            sender.name_2,
            address=sender.address,
            address_2=sender.address_2,
            post_code=sender.post_code,
            city=sender.city,
            county=sender.county,
            country_code=sender.country_region_code,
            country_name=country.name if country else "",
        )
        return tuple(lines)

    def salutation(self, tone: SalutationType) -> str:
        """The salutation, formal or informal, in the language of the interaction.

        Raises:
            NotFound: There is no formula for it; the error names contact, language and tone.
        """
        found = [(each.contact, each.formula(tone)) for each in self.people]
        greetings = [greeting_of(contact, formula) for contact, formula in found]
        if len(greetings) == 1:
            return str(greetings[0])
        spoken = {formula.language_code for _, formula in found}
        return joint_salutation(greetings, *map(tag_of, spoken if len(spoken) == 1 else ()))

    def formula(self, tone: SalutationType) -> SalutationFormula:
        """The formula by which the contact is greeted, in its language or the one instead.

        Raises:
            NotFound: There is none; the error names contact, language and tone.
        """
        language = self.interaction.interaction_language_code
        for spoken in dict.fromkeys((language, self.fallback_language or language)):
            formula = self.formulas.get((self.contact.salutation_code, spoken, tone))
            if formula is not None:
                return formula
        return find_formula(self.contact, (), language, tone)


def household_key(
    contact: Contact, place: Contact | AlternativeAddress, home: str
) -> tuple[str, ...] | None:
    """What those who live or work at one address have in common; ``None`` without address.

    Args:
        contact: The contact.
        place: Whose address counts, its own or an alternative one.
        home: The sender's country, which an address without country is in.
    """
    key = address_key(
        address=place.address,
        address_2=place.address_2,
        post_code=place.post_code,
        city=place.city,
        county=place.county,
        country_code=place.country_region_code or home,
    )
    name = " ".join((place.company_name or _company_name(contact)).split()).casefold()
    return (name, *key) if key else None


def _company_name(contact: Contact) -> str:
    """The name of the company that a contact is, or works for."""
    is_company = contact.type is ContactType.COMPANY
    return contact.company_name or (contact.name if is_company else "")


def tag_of(language_code: str) -> str:
    """The language of a code, "DES" or "de-CH", as a tag; empty if none is given."""
    return locale_of(language_code) if language_code else ""
