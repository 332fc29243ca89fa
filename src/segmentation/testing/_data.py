"""What contracts put into a store: contacts and their rows, texts, entries of the journal."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain

from segmentation.contacts import (
    Contact,
    ContactBusinessRelation,
    ContactIndustryGroup,
    ContactMailingGroup,
    ContactType,
    CorrespondenceType,
    LinkToTable,
)
from segmentation.criteria import AsOf, Part, Where, parse
from segmentation.interactions import Interaction
from segmentation.journal import Entry, Head, Stamp, make_entries

AS_OF = AsOf(date(2026, 11, 22), user="ANNA")
NASTY = ("'; DROP TABLE contact; --", 'a"b`c', "100%_[x]*?", "Ærø 😀 Straße", "\\ \n\t", " ")
"""Texts that must stay what they are."""


def contacts() -> list[Contact]:
    """Two companies with their persons, one person alone, in no particular order."""
    company, person = ContactType.COMPANY, ContactType.PERSON
    return [
        Contact(no="P1", type=person, name="Anna Berg", company_no="C1", minor=True),
        Contact(no="C2", type=company, name=NASTY[0], company_no="C2", country_region_code="DE"),
        Contact(
            no="C1",
            type=company,
            name="Ærø Ltd",
            company_no="C1",
            country_region_code="DK",
            post_code="2100",
            last_modified=datetime(2026, 11, 21, 23, 30, 0, 1, tzinfo=UTC),
            extra=(("credit", Decimal("12.50")), ("score", 7), ("since", date(2020, 2, 29))),
        ),
        Contact(no="P2", type=person, name="åse", company_no="C2", extra=(("score", -1),)),
        Contact(no="P3", type=person, name=NASTY[3], exclude_from_segment=True),
    ]


def joiners() -> list[Contact]:
    """Contacts of whom lines take different things, in no particular order."""
    company, person = ContactType.COMPANY, ContactType.PERSON
    wishes = list(CorrespondenceType)
    return [
        Contact(no="B2", type=person, name="b", company_no="B1", company_name="Æ"),
        Contact(no="B1", type=company, name="z", company_no="B1", company_name="Æ"),
        Contact(no="A1", type=company, name="😀", company_no="A1", exclude_from_segment=True),
        Contact(no="A2", type=person, name=NASTY[1], language_code="DAN", salesperson_code="X"),
        Contact(no="D1", type=person, name="a", correspondence_type=wishes[1], company_name="ﬀ"),
        Contact(no="D2", type=person, name="a", correspondence_type=wishes[2], company_name="ﬀ"),
        Contact(no="E1", privacy_blocked=True, minor=True, exclude_from_segment=True),
        Contact(no="E2", privacy_blocked=True, parental_consent_received=True),
        Contact(no="E3", minor=True, exclude_from_segment=True),
        Contact(no="E4", privacy_blocked=True),
        Contact(no="E5", minor=True, parental_consent_received=True),
    ]


def rows() -> list[ContactMailingGroup | ContactIndustryGroup | ContactBusinessRelation]:
    """What classifies them."""
    return [
        ContactMailingGroup(contact_no="C1", mailing_group_code="NEWS"),
        ContactMailingGroup(contact_no="P1", mailing_group_code="NEWS"),
        ContactMailingGroup(contact_no="P1", mailing_group_code="FAIR"),
        ContactIndustryGroup(contact_no="C1", industry_group_code="RETAIL"),
        ContactBusinessRelation(
            contact_no="C2",
            business_relation_code="CUST",
            link_to_table=LinkToTable.CUSTOMER,
            no="10000",
        ),
    ]


def journal_entries(count: int, after: Head, *, note: str = "said") -> list[Entry]:
    """Entries that follow a head, each with something personal."""
    stamp = Stamp(at=datetime(2026, 11, 22, 12, tzinfo=UTC), user="ANNA", random_bytes=bytes(16))
    logged = [Interaction(contact_no=f"P{n}", description=note) for n in range(1, count + 1)]
    return list(chain.from_iterable(make_entries(logged, after=after, stamp=stamp)))


def make_part(table: str, filters: dict[str, str]) -> Part:
    parsed = {field: parse(text) for field, text in filters.items()}
    return Part(
        table, tuple(Where(field, each) for field, each in parsed.items() if each is not None)
    )
