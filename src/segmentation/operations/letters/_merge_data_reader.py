"""Reading the merge data of many letters."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import TypeVar

from segmentation.campaigns import Campaign
from segmentation.code_tables import CountryRegion, SalespersonPurchaser
from segmentation.contacts import AlternativeAddress, Contact, ContactBusinessRelation, LinkToTable
from segmentation.errors import NotFound
from segmentation.fields import Record, RecordT
from segmentation.interactions import Interaction
from segmentation.operations.records import find_record, find_records
from segmentation.protocols import Store
from segmentation.salutations import SalutationFormula
from segmentation.segments import LoggedSegment, SegmentHeader, SegmentLine
from segmentation.setup import CompanyInformation

from ._merge_data import MergeData

ItemT = TypeVar("ItemT", SegmentLine, Interaction)


_AT_ONCE = 1_000
"""For how many letters contacts and addresses are read at once."""


_FEW = 8
"""For up to how many contacts the numbers that they have as customers are read one by one."""


class MergeDataReader:
    """Reads the merge data of many letters; what they share is read once.

    Args:
        store: Where they are.
        fallback_language: The language of a salutation without a formula in its own.
        capitals: Whether cities abroad are written in capitals.
    """

    def __init__(
        self, store: Store, *, fallback_language: str = "", capitals: bool = False
    ) -> None:
        records = store.records
        self._capitals = capitals
        self._store = store
        self._records = records
        self._fallback = fallback_language
        self._sender = records.find(CompanyInformation) or CompanyInformation()
        self._formulas = {
            (formula.salutation_code, formula.language_code, formula.salutation_type): formula
            for formula in records.all(SalutationFormula)
        }
        self._shared: dict[tuple[type[Record], object], Record | None] = {}
        self._expected: Mapping[str, Contact] = {}
        self._addresses: Mapping[tuple[object, ...], AlternativeAddress] = {}
        self._numbers: dict[LinkToTable, Mapping[str, str]] = {}

    def in_batches(self, items: Iterable[ItemT]) -> Iterator[ItemT]:
        """Items whose letters are read one after the other, what they need read in batches."""
        rest = iter(items)
        while batch := list(islice(rest, _AT_ONCE)):
            self.expect(batch)
            yield from batch

    def expect(self, items: Sequence[SegmentLine | Interaction]) -> None:
        """Read the contacts of these, their companies and addresses, in place of those before.

        Args:
            items: The lines or interactions whose letters are read next.
        """
        contacts = self._store.contacts
        wanted = dict.fromkeys(each.contact_no for each in items if each.contact_no)
        found = {each.no: each for each in contacts.get_many(wanted)}
        companies = {each.company_no for each in found.values()} - {"", *found}
        further = contacts.get_many(sorted(companies)) if companies else ()
        self._expected = {**found, **{each.no: each for each in further}}
        coded = {(i.contact_no, i.contact_alt_address_code) for i in items}
        keys = [key for key in coded if key[1]]
        self._addresses = find_records(self._store, AlternativeAddress, keys) if keys else {}

    def read(self, interaction: Interaction, header: SegmentHeader | None = None) -> MergeData:
        """What the letter of an interaction is made of.

        Args:
            interaction: The interaction, logged or about to be.
            header: The segment's header, if it is not logged yet.

        Raises:
            NotFound: The contact is gone.
        """
        contact = self._contact(interaction.contact_no)
        if contact is None:
            raise NotFound("contact", interaction.contact_no)
        code = interaction.contact_alt_address_code
        address = self._address(contact.no, code) if code else None
        country = (address or contact).country_region_code
        return MergeData(
            contact=contact,
            interaction=interaction,
            address=address,
            company=self._company(contact),
            salesperson=self._find(SalespersonPurchaser, interaction.salesperson_code),
            sender=self._sender,
            campaign=self._find(Campaign, interaction.campaign_no),
            segment=header or self._find(LoggedSegment, interaction.logged_segment_entry_no),
            country=self._find(CountryRegion, country),
            sender_country=self._find(CountryRegion, self._sender.country_region_code),
            formulas=self._formulas,
            fallback_language=self._fallback,
            capitals=self._capitals,
            number_as=partial(self._number_as, contact.company_no or contact.no),
        )

    def _number_as(self, contact_no: str, table: LinkToTable) -> str:
        if len(self._expected) > _FEW:
            if table not in self._numbers:
                every = self._records.all(ContactBusinessRelation, link_to_table=table)
                self._numbers[table] = {each.contact_no: each.no for each in reversed([*every])}
            return self._numbers[table].get(contact_no, "")
        found = self._records.all(
            ContactBusinessRelation, contact_no=contact_no, link_to_table=table
        )
        return next((relation.no for relation in found), "")

    def _address(self, contact_no: str, code: str) -> AlternativeAddress | None:
        found = self._addresses.get((contact_no, code))
        return found or self._records.find(AlternativeAddress, contact_no, code)

    def _company(self, contact: Contact) -> Contact | None:
        if contact.company_no == contact.no:
            return contact
        return self._contact(contact.company_no) if contact.company_no else None

    def _contact(self, no: str) -> Contact | None:
        return self._expected.get(no) or find_record(self._store, Contact, no)

    def _find(self, kind: type[RecordT], key: str | int) -> RecordT | None:
        if not key:
            return None
        place = (kind, key)
        if place not in self._shared:
            self._shared[place] = self._records.find(kind, key)
        return self._shared[place]  # type: ignore[return-value]
