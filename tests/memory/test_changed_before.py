"""Who asks after a few of many records changed is answered as if they had always been so."""

import datetime as dt

import attrs
import pytest

from segmentation.contacts import Contact, ContactIndustryGroup, ContactMailingGroup
from segmentation.criteria import AllOf, AsOf, Criteria, Not, Part, Where, bind, parse
from segmentation.fields import Field, FieldType, Record, key_of
from segmentation.interactions import Interaction
from segmentation.memory import MemoryStore
from segmentation.segments import contact_schema

MANY = 1_500
FEW = 5
SCHEMA = contact_schema({"contact": [Field("points", FieldType.INTEGER, extra=True)]})
AS_OF = AsOf(dt.date(2026, 11, 22))


def part(table: str, **filters: str) -> Part:
    wheres = [(name, parse(text)) for name, text in filters.items()]
    return Part(table, tuple(Where(name, item) for name, item in wheres if item is not None))


DANES = part("contact", country_region_code="DK")
NEWS = part("mailing_groups", mailing_group_code="NEWS")
RETAIL = part("industry_groups", industry_group_code="RETAIL")
MET = part("interactions", date="2026-06-01..", description="Met")
ASKED: dict[str, Criteria] = {
    "a field": DANES,
    "own fields": part("contact", points=">700"),
    "a text": part("contact", name="@*7*"),
    "rows of a contact": NEWS,
    "rows of a company": RETAIL,
    "rows of two tables": AllOf((NEWS, Not(MET))),
    "a row with two conditions": MET,
}


def records() -> list[Record]:
    contacts = [
        Contact(
            no=f"C{n:05}",
            name=f"Name {n}",
            company_no=f"C{n - n % 5:05}",
            country_region_code="DK" if n % 3 else "SE",
            extra=(("points", n),),
        )
        for n in range(MANY)
    ]
    news = [
        ContactMailingGroup(contact_no=each.no, mailing_group_code=("NEWS", "FAIR")[place % 2])
        for place, each in enumerate(contacts)
    ]
    retail = [
        ContactIndustryGroup(contact_no=each.no, industry_group_code=("RETAIL", "PRESS")[n % 2])
        for n, each in enumerate(contacts[::5])
    ]
    met = [
        Interaction(
            entry_no=n + 1,
            contact_no=each.no,
            contact_company_no=each.company_no,
            date=dt.date(2026, 1 + n % 12, 1),
            description=("Met", "Called")[n % 2],
        )
        for n, each in enumerate(contacts)
    ]
    return [*contacts, *news, *retail, *met]


def changed(before: list[Record]) -> tuple[list[Record], list[Record]]:
    """A few of the records with other values, and a few more that are to go."""
    others: list[Record] = []
    for kind, values in (
        (Contact, {"country_region_code": "NO", "name": "7", "extra": (("points", 9_000),)}),
        (Interaction, {"description": "Met", "date": AS_OF.today}),
    ):
        of_kind = [each for each in before if type(each) is kind]
        others += [attrs.evolve(each, **values) for each in of_kind[7 :: MANY // FEW]]
    others += [
        ContactMailingGroup(contact_no="C00001", mailing_group_code="NEWS"),
        ContactIndustryGroup(contact_no="C00005", industry_group_code="RETAIL"),
        Contact(no="C00001A", name="New 7", country_region_code="DK"),
    ]
    going = [each for each in before if type(each) is not Contact][3 :: 2 * MANY // FEW]
    return others, going


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
@pytest.mark.parametrize("one_by_one", [False, True])
def test_a_question_is_answered_as_if_all_had_come_as_it_is(
    asked: Criteria, one_by_one: bool
) -> None:
    before = records()
    others, going = changed(before)
    bound = bind(asked, SCHEMA, AS_OF)
    now = {(type(each), key_of(each)): each for each in [*before, *others]}
    for each in going:
        del now[type(each), key_of(each)]
    plain = MemoryStore()
    plain.records.put(now.values())
    expected = sorted(plain.contacts.matching(bound))
    assert expected

    store = MemoryStore(block=64)
    store.records.put(before)
    if one_by_one:
        list(store.contacts.matching(bound))
    for each in others:
        store.records.put([each])
        if one_by_one:
            list(store.contacts.matching(bound))
    store.records.remove(going)
    assert sorted(store.contacts.matching(bound)) == expected
