"""Who had neither interaction nor consent for long enough is erased, and nobody else."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

import segmentation as seg
from segmentation.code_tables import Purpose
from segmentation.contacts import Contact, ContactBusinessRelation, LinkToTable
from segmentation.errors import InvalidValue
from segmentation.interactions import Interaction
from segmentation.journal import EntryKind
from segmentation.operations.contacts import Retained, RetentionPlan, Staying, StayReason
from support.desk import make_desk
from support.fair import PEOPLE, company, interaction, person
from support.stores import STORES, workspaces

TODAY = dt.date(2028, 2, 29)
NOW = dt.datetime(2028, 2, 29, 9, tzinfo=dt.UTC)
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(params=STORES)
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    """Persons A to G, as TRU-30 has them."""
    for stored in workspaces(request, tmp_path):
        make_desk(store=stored.store)
        stored.store.records.remove(PEOPLE)
        yield filled(stored)


def filled(stored: seg.Workspace) -> seg.Workspace:
    context = attrs.evolve(stored.context, today=TODAY, clock=lambda: NOW)
    crm = seg.Workspace(context)
    crm.store.records.put([Purpose(code="NEWS", needs_consent=True)])
    crm.store.records.put(attrs.evolve(person(no), last_modified=LONG_AGO) for no in "ABCDEFG")
    days = {
        "A": dt.date(2027, 2, 27),
        "B": dt.date(2027, 2, 28),
        "C": dt.date(2027, 3, 1),
        "E": LONG_AGO.date(),
        "F": LONG_AGO.date(),
        "G": LONG_AGO.date(),
    }
    crm.add(*(interaction(n, no, date=day) for n, (no, day) in enumerate(days.items(), start=1)))
    crm.add(interaction(9, "F", date=dt.date(2028, 1, 5)))
    (last,) = crm.store.records.all(Interaction, contact_no="F", date=dt.date(2028, 1, 5))
    crm.interactions.cancel(last)
    crm.consents.give("E", purpose_code="NEWS", channel="email")
    crm.new_segment("Open").add_contact("G")
    return crm


def test_who_had_nothing_for_a_year_goes(crm: seg.Workspace) -> None:
    """TRU-30."""
    before = [*crm.journal], [*crm.contacts]
    plan = crm.contacts.plan_retention(months=12)
    assert plan.before == dt.date(2027, 2, 28)
    assert plan.due == ("A", "D", "F")
    (header,) = crm.segments
    stays = Staying(contact_no="G", reason=StayReason.ON_WORKSHEET, place=header.no)
    assert plan.staying == (stays,)
    assert ([*crm.journal], [*crm.contacts]) == before
    done = crm.contacts.apply_retention(months=12)
    assert [each.proof.contact_no for each in done.erasures] == ["A", "D", "F"]
    assert done.staying == plan.staying
    assert [contact.no for contact in crm.contacts] == ["B", "C", "E", "G"]
    proofs = crm.journal.where(kind=EntryKind.PERSON_ERASED)
    assert [each.number for each in proofs] == [each.entry_no for each in done.erasures]
    head = crm.journal.head
    again = crm.contacts.apply_retention(months=12)
    assert (again.erasures, again.staying) == ((), (stays,))
    assert crm.journal.head == head


@pytest.fixture
def small() -> seg.Workspace:
    crm = make_desk()
    crm.store.records.remove([*PEOPLE, *crm.store.records.all(ContactBusinessRelation)])
    crm.store.records.put([Purpose(code="NEWS", needs_consent=True)])
    context = attrs.evolve(crm.context, today=TODAY, clock=lambda: NOW)
    return seg.Workspace(context)


def put(crm: seg.Workspace, *contacts: Contact) -> None:
    crm.store.records.put(attrs.evolve(each, last_modified=LONG_AGO) for each in contacts)


def test_companies_go_with_their_last_person(small: seg.Workspace) -> None:
    put(small, company("ONE"), person("P1", "ONE"), company("TWO"), person("P2", "TWO"))
    small.store.records.put([person("P2", "TWO", last_modified=NOW)])
    plan = small.contacts.plan_retention(months=1)
    assert plan.due == ("P1", "ONE")
    assert plan.staying == (Staying(contact_no="TWO", reason=StayReason.HAS_PERSONS, place="P2"),)
    small.contacts.apply_retention(months=1)
    assert small.contacts.plan_retention(months=1).due == ()


def test_interactions_with_persons_count_for_their_company(small: seg.Workspace) -> None:
    put(small, company("ONE"), person("GONE", "ONE"))
    small.add(interaction(1, "GONE", "ONE", date=TODAY))
    small.store.records.remove([small.contacts["GONE"]])
    assert small.contacts.plan_retention(months=1).due == ()


def test_customers_and_who_has_no_date_stay(small: seg.Workspace) -> None:
    put(small, person("P1"), person("P2"))
    small.store.records.put(
        [
            person("P3"),
            ContactBusinessRelation(contact_no="P1", business_relation_code="PRESS"),
            ContactBusinessRelation(
                contact_no="P2",
                business_relation_code="CUST",
                link_to_table=LinkToTable.CUSTOMER,
                no="C7",
            ),
        ]
    )
    plan = small.contacts.plan_retention(months=1)
    assert plan.due == ("P1",)
    assert plan.staying == (
        Staying(contact_no="P2", reason=StayReason.HAS_LEDGER, place="C7"),
        Staying(contact_no="P3", reason=StayReason.HAS_NO_DATE),
    )
    assert repr(plan) == "RetentionPlan(2028-01-29, due=1, staying=2)"
    assert "<td>has_ledger</td><td>C7</td>" in plan._repr_html_()
    done = small.contacts.apply_retention(months=1)
    assert repr(done) == "Retained(2028-01-29, erasures=1, staying=2)"
    assert "has_no_date" in done._repr_html_()
    assert repr(plan.staying[0]) == "Staying('P2', has_ledger, 'C7')"
    assert isinstance(done, Retained)
    assert isinstance(plan, RetentionPlan)


@pytest.mark.parametrize(
    ("acts", "due"),
    [
        ([("give", {"date": dt.date(2020, 1, 1)})], False),
        ([("give", {"date": dt.date(2020, 1, 1), "until": dt.date(2028, 1, 28)})], True),
        ([("give", {"date": dt.date(2020, 1, 1), "until": dt.date(2028, 1, 29)})], False),
        (
            [
                ("give", {"date": dt.date(2020, 1, 1)}),
                ("withdraw", {"date": dt.date(2028, 1, 28)}),
            ],
            True,
        ),
        (
            [
                ("give", {"date": dt.date(2020, 1, 1)}),
                ("withdraw", {"date": dt.date(2028, 2, 1)}),
            ],
            False,
        ),
        ([("withdraw", {"date": dt.date(2028, 2, 1)})], True),
    ],
)
def test_a_consent_counts_up_to_the_day_that_it_ended(
    small: seg.Workspace, acts: list[tuple[str, dict[str, Any]]], *, due: bool
) -> None:
    put(small, person("P1"))
    for act, fields in acts:
        getattr(small.consents, act)("P1", purpose_code="NEWS", channel="email", **fields)
    assert small.contacts.plan_retention(months=1).due == (("P1",) if due else ())


@pytest.mark.parametrize("months", [0, -1, "12", True, None, 1.5])
def test_a_rule_needs_a_number_of_months(small: seg.Workspace, months: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidValue, match="is no number of months"):
        small.contacts.apply_retention(months=months)
