"""Many new records: taken in by their columns they are what a look at each of them gives."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import segmentation as seg
from segmentation.code_tables import CountryRegion
from segmentation.errors import Rejected
from segmentation.fields import Field, Record
from segmentation.operations.checks import placed
from segmentation.operations.data._new_records import take_in_new
from segmentation.operations.data._store import store_records
from segmentation.operations.schema import kinds_in

Outcome = tuple[object, Sequence[str]]


def opened() -> seg.Workspace:
    """A store with codes, an own field, a company, a person, and somebody who is excluded."""
    crm = seg.Workspace.open(user="ANNA")
    crm.tables["country_region"].new("DK")
    crm.tables["mailing_group"].new("NEWS")
    crm.tables.define(
        "contact",
        Field("points", "integer"),
        Field("revenue", "decimal"),
        Field("since", "date"),
        Field("fond_of", "text", 9),
        Field("fair", "boolean"),
    )
    crm.add(
        seg.Contact(no="C0", name="Before & Co"),
        seg.Contact(no="P0", type="person", name="Here Before", company_no="C0"),
    )
    crm.contacts.exclude("P0", "asked")
    return crm


def outcome(take_in: Callable[[seg.Workspace, Any], object], records: Sequence[Record]) -> Outcome:
    """What a way of taking in tells, and what the store holds afterwards."""
    with opened() as crm:
        try:
            with crm.transaction():
                said: object = take_in(crm, records)
        except Rejected as rejected:
            said = str(rejected)
        kinds = kinds_in(crm.store).values()
        return said, sorted(repr(each) for kind in kinds for each in crm.store.records.all(kind))


def one_by_one(crm: seg.Workspace, records: Sequence[Record]) -> object:
    return store_records(crm.context, placed(records), [], what="records")


def by_columns(crm: seg.Workspace, records: Sequence[Record]) -> object:
    return take_in_new(crm.store, records)


C = seg.Contact
ROW = seg.ContactMailingGroup(contact_no="A", mailing_group_code="news")
AS_TEXTS: Any = {"points": "3", "revenue": 1.5, "fond_of": "Käse", "since": "2026-01-02"}
SOUND: dict[str, list[Record]] = {
    "persons before their company": [
        C(no="A", type="person", first_name="Anna", surname="Berg", company_no="B"),
        C(no="B", name="Straße & Co"),
        C(no="D", type="person", name="Dora", company_no="C0", country_region_code="dk"),
        C(no="E", type="person"),
    ],
    "rows before their contact": [
        ROW,
        C(no="A", name="Å", company_no="A", time_zone="Europe/Oslo", country_region_code="DK"),
        seg.AlternativeAddress(contact_no="A", code="HOME", country_region_code="DK"),
        seg.ContactMailingGroup(contact_no="C0", mailing_group_code="NEWS"),
    ],
    "own fields as they are, and as they are read": [
        C(no="A", extra={"points": 3, "revenue": 4, "fond_of": "Käse", "since": date(2026, 1, 2)}),
        C(no="B", extra=AS_TEXTS),
        C(no="D", extra={"points": None, "revenue": "", "fond_of": "", "fair": "yes"}),
        C(no="E"),
        C(no="F", extra=(("points", "10"), ("points", "9"))),
    ],
    "the same own fields in all": [C(no="A", extra={"points": 3}), C(no="B", extra={"points": 3})],
    "no contact at all": [seg.ContactMailingGroup(contact_no="C0", mailing_group_code="NEWS")],
}


@pytest.mark.parametrize("case", SOUND)
def test_new_records_are_the_same_by_columns(case: str) -> None:
    told = outcome(by_columns, SOUND[case])
    assert told[0] is not None
    assert told == outcome(one_by_one, SOUND[case])


UNSOUND = {
    "one that is there": C(no="C0"),
    "one that comes twice": C(no="A"),
    "no number": C(no=""),
    "too long": C(no="A2", name="x" * 101),
    "another normal form": C(no="A2", name="e\u0301"),
    "an own field that is none": C(no="A2", extra={"shoe": 3}),
    "no value of an own field": C(no="A2", extra={"points": "many"}),
    "too long a value of an own field": C(no="A2", extra={"fond_of": "x" * 10}),
    "a number for yes": C(no="A2", extra={"fair": 1}),
    "another normal form of an own field": C(no="A2", extra={"fond_of": "e\u0301"}),
    "a company that is missing": C(no="A2", type="person", company_no="X9"),
    "a company that is a person": C(no="A2", type="person", company_no="P0"),
    "a company of another": C(no="A2", company_no="C0"),
    "a country that is missing": C(no="A2", country_region_code="SE"),
    "no zone": C(no="A2", time_zone="Mars"),
    "a group of who is excluded": seg.ContactMailingGroup(
        contact_no="P0", mailing_group_code="NEWS"
    ),
    "another kind": CountryRegion(code="SE"),
}


@pytest.mark.parametrize("case", UNSOUND)
def test_what_is_out_of_the_ordinary_is_left_alone(case: str) -> None:
    before = outcome(lambda _crm, _records: None, [])
    assert outcome(by_columns, [C(no="A"), UNSOUND[case]]) == before


_CONTACTS = st.builds(
    seg.Contact,
    no=st.sampled_from(["A", "B", "D", "E", "F", "P0", ""]),
    type=st.sampled_from(["company", "person"]),
    name=st.sampled_from(["", "Anna", "Å"]),
    surname=st.sampled_from(["", "Berg"]),
    company_no=st.sampled_from(["", "", "A", "B", "C0", "P0", "X"]),
    company_name=st.sampled_from(["", "Told"]),
    country_region_code=st.sampled_from(["", "DK", "SE"]),
)


@settings(max_examples=60)
@given(records=st.lists(_CONTACTS, min_size=1, max_size=5, unique_by=lambda each: each.no))
def test_any_contacts_are_the_same_by_columns(records: list[seg.Contact]) -> None:
    told = outcome(by_columns, records)
    assert told[0] is None or told == outcome(one_by_one, records)


def test_a_hundred_contacts_come_in_together() -> None:
    made = [C(no=f"N{number}", name=f"Name {number}") for number in range(100)]
    with opened() as crm:
        crm.add(*made)
        assert crm.contacts["N7"].search_name == "NAME 7"
        crm.add(*(attrs.evolve(each, city="Oslo") for each in made))
        assert len(crm.contacts.where(city="Oslo")) == 100
