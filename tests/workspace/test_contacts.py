"""The contacts of a workspace: every verb, by number, by record and in any case."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import attrs
import pytest

import segmentation as seg
from segmentation.contacts import Contact, ContactMailingGroup, ContactType, RelationSummary
from segmentation.errors import InvalidValue, NotFound, Refused, Rejected, UnknownName
from segmentation.interactions import Interaction
from segmentation.operations.contacts import CompanySummary, PersonSummary
from segmentation.operations.journal import record
from segmentation.segments import Segment, SegmentHeader, SegmentLine
from segmentation.tasks import Task
from support.desk import check_journal, make_desk, segment_of
from support.fair import customer, interaction, person

Step = Callable[[seg.Workspace, Any], object]


def test_contacts_are_read_as_any_records() -> None:
    crm = make_desk()
    numbers = ["ANNA", "BO", "CARL", "MILL", "SHOP"]
    assert [each.no for each in crm.contacts] == numbers
    assert len(crm.contacts) == 5
    assert repr(crm.contacts) == "Contacts(5)"
    anna = crm.contacts["anna"]
    assert crm.contacts[anna] == crm.contacts.find("Anna") == anna
    assert crm.contacts.find("NOBODY") is None
    assert "anna" in crm.contacts
    assert "NOBODY" not in crm.contacts
    assert [each.no for each in crm.contacts.get_many(["mill", anna])] == ["MILL", "ANNA"]
    with pytest.raises(NotFound, match="NOBODY, NOONE"):
        crm.contacts.get_many(["NOBODY", "ANNA", "NOONE"])
    found = crm.contacts.where(company_no="shop", salesperson_code="RB", type="person")
    assert [each.no for each in found] == ["BO"]
    assert "<caption>Contacts(5)</caption>" in crm.contacts._repr_html_()
    assert "Anna" in crm.contacts._repr_html_()
    assert seg.to_plain(crm.contacts) == {"count": 5, "keys": numbers}


def test_thousands_of_contacts_are_iterated_in_order() -> None:
    crm = make_desk(*(person(f"P{number:05}") for number in range(2_500)))
    numbers = [each.no for each in crm.contacts]
    assert numbers == sorted(numbers)
    assert len(numbers) == len(crm.contacts) == 2_505
    assert "and 2,495 more" in crm.contacts._repr_html_()


def test_contacts_from_beginning_to_end() -> None:
    crm = make_desk()
    acme = crm.contacts.new("Acme", salesperson_code="JO")
    eve = crm.contacts.new(name="Eve Berg", type="person", company_name="acme")
    assert (eve.no, eve.company_no, eve.surname) == ("CT0002", acme.no, "Berg")
    assert crm.contacts.persons(acme) == (eve,)
    assert crm.contacts.change(acme, name="Acme AG").company_name == "Acme AG"
    assert crm.contacts[eve].company_name == "Acme AG"
    assert crm.contacts.set_company(eve).company_no == ""
    assert crm.contacts.set_company(eve, acme).company_no == acme.no
    assert crm.contacts.set_company(eve, "").company_no == ""
    assert crm.contacts.change_type(eve, "company").type is ContactType.COMPANY
    row = ContactMailingGroup(contact_no=eve.no, mailing_group_code="NEWS")
    crm.contacts.add_rows(row)
    assert crm.contacts.rows(eve) == (row,)
    assert crm.contacts.row_counts(eve)["contact_mailing_group"] == 1
    crm.contacts.remove_rows(row)
    assert sum(crm.contacts.row_counts(eve).values()) == 0
    assert crm.contacts.delete(eve) == (eve.no,)
    assert crm.contacts.delete("SHOP", with_persons=True) == ("SHOP", "ANNA", "BO")
    assert [each.no for each in crm.contacts] == ["CARL", "CT0001", "MILL"]


def test_made_ones_are_added() -> None:
    crm = make_desk()
    one, other = Contact(no="ONE", name="One"), Contact(no="OTHER", name="Other")
    assert [each.no for each in crm.contacts.add(one, other)] == ["ONE", "OTHER"]
    with pytest.raises(Rejected, match="contact ONE: no: is taken by another contact"):
        crm.contacts.add(one)
    with pytest.raises(InvalidValue, match="give at least one contact"):
        crm.contacts.add()


def test_a_name_is_given_once() -> None:
    crm = make_desk()
    with pytest.raises(TypeError, match="name"):
        crm.contacts.new("Acme", name="Acme")
    assert crm.contacts.new(first_name="Eve", surname="Berg", type="person").name == "Eve Berg"


def test_duplicates_are_found_and_merged() -> None:
    crm = make_desk(person("BO2", "SHOP", name="Bo"))
    assert [(each.contact_no, each.other_no) for each in crm.contacts.duplicates()] == [
        ("BO", "BO2")
    ]
    assert crm.contacts.not_duplicates(no="bo2", other_no="BO").contact_no == "BO"
    assert crm.contacts.duplicates() == ()
    crm.contacts.change("BO2", city="Bern", e_mail="bo@shop.ch")
    assert crm.contacts.merge(kept_no="BO", gone_no="bo2").city == "Bern"
    assert "BO2" not in crm.contacts


def test_the_share_of_what_two_have_in_common_is_asked_for() -> None:
    crm = make_desk(person("BO2", "SHOP", name="Bo", city="Bern"))
    assert crm.contacts.duplicates(hit_share=1) == ()
    assert len(crm.contacts.duplicates(hit_share=0.5)) == 1


def test_a_contact_is_found_by_its_number_in_the_host_s_books() -> None:
    vendor = attrs.evolve(
        customer("MILL", "V1"), business_relation_code="VEND", link_to_table="vendor"
    )
    crm = make_desk(vendor)
    assert crm.contacts.of_customer("c1").no == "SHOP"
    assert crm.contacts.of_vendor("v1").no == "MILL"
    for step in (crm.contacts.of_customer, crm.contacts.of_vendor):
        with pytest.raises(NotFound):
            step("NOBODY")


def test_a_summary_is_of_a_company_or_of_a_person() -> None:
    crm = make_desk()
    segment_of(crm, "ANNA").log()
    shop = crm.contacts.summary("shop")
    assert isinstance(shop, CompanySummary)
    assert shop.relations is RelationSummary.CUSTOMER
    assert repr(shop) == "CompanySummary('SHOP', 'SHOP Ltd', customer, persons=2)"
    assert "Anna" in shop._repr_html_()
    anna = crm.contacts.summary("ANNA", tasks=[Task(contact_no="ANNA"), Task(contact_no="BO")])
    assert isinstance(anna, PersonSummary)
    assert repr(anna) == "PersonSummary('ANNA', 'Anna', customer, tasks=1, interactions=1)"
    assert "Round of talks" in anna._repr_html_()


def test_figures_are_of_the_days_asked_for() -> None:
    crm = make_desk()
    segment_of(crm, "ANNA").log()
    day = crm.context.day.today
    assert crm.contacts.figures("anna", since=day, until=day).figures.interactions == 1
    before, after = day - dt.timedelta(days=1), day + dt.timedelta(days=1)
    assert crm.contacts.figures("SHOP", until=before).figures.interactions == 0
    assert crm.contacts.figures("SHOP", since=after).figures.interactions == 0
    assert crm.contacts.figures(crm.contacts["SHOP"]).last_interaction == day


BY_KEY: dict[str, Step] = {
    "get": lambda crm, no: crm.contacts[no],
    "change": lambda crm, no: crm.contacts.change(no, city="Bern"),
    "change_type": lambda crm, no: crm.contacts.change_type(no, "company"),
    "set_company": lambda crm, no: crm.contacts.set_company(no, "MILL").company_no,
    "delete": lambda crm, no: crm.contacts.delete(no),
    "persons": lambda crm, no: crm.contacts.persons(no),
    "rows": lambda crm, no: crm.contacts.rows(no),
    "row_counts": lambda crm, no: crm.contacts.row_counts(no),
    "comment": lambda crm, no: crm.contacts.comment(no, "Well"),
    "comments": lambda crm, no: crm.contacts.comments(no),
    "summary": lambda crm, no: crm.contacts.summary(no),
    "figures": lambda crm, no: crm.contacts.figures(no),
    "merge_kept": lambda crm, no: crm.contacts.merge(kept_no=no, gone_no="BO"),
    "merge_gone": lambda crm, no: crm.contacts.merge(kept_no="BO", gone_no=no),
    "not_duplicates": lambda crm, no: crm.contacts.not_duplicates(no=no, other_no="BO"),
    "not_duplicates_other": lambda crm, no: crm.contacts.not_duplicates(no="BO", other_no=no),
    "renumber": lambda crm, no: crm.contacts.renumber(old_no=no, new_no="NEW"),
    "access": lambda crm, no: crm.contacts.access(no),
    "plan_erasing": lambda crm, no: crm.contacts.plan_erasing(no),
    "erase": lambda crm, no: crm.contacts.erase(no),
}


@pytest.mark.parametrize("verb", BY_KEY)
def test_who_is_not_there_is_not_found(verb: str) -> None:
    """FRT-03."""
    with pytest.raises(NotFound) as caught:
        BY_KEY[verb](make_desk(), "ANN")
    assert (caught.value.kind, caught.value.key, caught.value.near) == ("contact", "ANN", "ANNA")


@pytest.mark.parametrize("verb", BY_KEY)
def test_a_number_in_any_case_and_the_contact_do_the_same(verb: str) -> None:
    """FRT-04."""
    results = [BY_KEY[verb](make_desk(), asked) for asked in ("CARL", " carl", person("CARL"))]
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize(
    "step",
    [
        lambda crm: crm.contacts.new("X", countri_region_code="DK"),
        lambda crm: crm.contacts.change("ANNA", countri_region_code="DK"),
        lambda crm: list(crm.contacts.where(countri_region_code="DK")),
    ],
)
def test_an_unknown_field_is_named_with_the_one_meant(step: Any) -> None:  # noqa: ANN401
    """FRT-05."""
    crm = make_desk()
    before = list(crm.contacts)
    with pytest.raises(UnknownName, match="did you mean 'country_region_code'") as caught:
        step(crm)
    assert isinstance(caught.value, TypeError)
    assert list(crm.contacts) == before


def test_a_type_that_is_none_is_an_error() -> None:
    for given in ("", "compny"):
        with pytest.raises(InvalidValue):
            make_desk().contacts.change_type("ANNA", given)


# -- numbers ----------------------------------------------------------------------------------


def test_a_contact_gets_another_number_with_all_that_belongs_to_it() -> None:
    crm = make_desk(ContactMailingGroup(contact_no="SHOP", mailing_group_code="NEWS"))
    rows = crm.contacts.rows("SHOP")
    before = crm.contacts["SHOP"]
    moved = crm.contacts.renumber(old_no="shop", new_no="store")
    assert attrs.evolve(before, no="STORE", company_no="STORE") == attrs.evolve(
        moved, last_modified=before.last_modified
    )
    assert "SHOP" not in crm.contacts
    assert [each.no for each in crm.contacts.persons("STORE")] == ["ANNA", "BO"]
    assert crm.contacts.rows("STORE") == tuple(
        attrs.evolve(row, contact_no="STORE")  # type: ignore[misc]  # an attrs class
        for row in rows
    )
    assert crm.contacts.of_customer("C1") == moved
    person_moved = crm.contacts.renumber(old_no="ANNA", new_no="ANNE")
    assert (person_moved.no, person_moved.company_no) == ("ANNE", "STORE")


def test_interactions_follow_to_another_number_by_one_entry() -> None:
    crm = make_desk()
    campaign = crm.campaigns.new("Round", starting_date=crm.context.day.today)
    segment_of(crm, "ANNA", "BO", "CARL", campaign_no=campaign.no, campaign_target="true").log()
    crm.interactions.postpone("SHOP", interaction_template_code="TALK", comments="Later")
    crm.campaigns.activate(campaign)
    before = list(crm.journal)
    figures = crm.contacts.figures("SHOP").figures
    assert [target.contact_no for target in crm.campaigns.targets(campaign)] == ["CARL", "SHOP"]
    crm.contacts.renumber(old_no="SHOP", new_no="STORE")
    crm.contacts.renumber(old_no="CARL", new_no="KARL")
    assert list(crm.journal)[: len(before)] == before
    new = list(crm.journal)[len(before) :]
    assert [str(entry.kind) for entry in new] == ["contact_renumbered"] * 2
    assert [(each.contact_no, each.contact_company_no) for each in crm.interactions] == [
        *(("ANNA", "STORE"), ("BO", "STORE"), ("KARL", ""), ("STORE", "STORE"))
    ]
    assert len(crm.interactions.comments(crm.interactions.of("STORE")[-1])) == 1
    assert crm.contacts.figures("STORE").figures == figures
    targets = {target.contact_no for target in crm.campaigns.targets(campaign)}
    assert targets == {"KARL", "STORE"}
    assert [crm.logged_segments.figures(each).interactions for each in crm.logged_segments] == [3]
    check_journal(crm)
    crm.contacts.erase("KARL")
    check_journal(crm)


def test_a_number_that_is_still_named_stays() -> None:
    crm = make_desk()
    fair = segment_of(crm, "ANNA")
    fair.add_contacts(contact={"no": "BO"}).save_criteria("TWO", "Two")
    crm.contacts.new("Free", no="FREE")
    with pytest.raises(Refused) as caught:
        crm.contacts.renumber(old_no="BO", new_no="free")
    assert str(caught.value) == (
        "give contact BO number FREE: FREE is in use already; "
        f"segment {fair.no} names it in its actions; log or delete the segment first; "
        "saved criteria TWO name it; change or delete them first"
    )
    assert "BO" in crm.contacts


def test_a_new_number_must_fit() -> None:
    crm = make_desk()
    with pytest.raises(InvalidValue, match="new_no: ' ' is blank"):
        crm.contacts.renumber(old_no="CARL", new_no=" ")
    with pytest.raises(Rejected, match="no: has 30 characters, 20 at most"):
        crm.contacts.renumber(old_no="CARL", new_no="X" * 30)


# -- privacy ----------------------------------------------------------------------------------


def test_what_is_kept_of_a_contact_is_shown_and_stays() -> None:
    crm = make_desk(ContactMailingGroup(contact_no="ANNA", mailing_group_code="NEWS"))
    segment_of(crm, "ANNA").log()
    [met] = crm.store.records.all(Interaction, contact_no="ANNA")
    crm.interactions.comment(met.entry_no, "Friendly")
    segment_of(crm, "ANNA", "BO")
    before = list(crm.journal)
    kept = crm.contacts.access("anna")
    assert kept.contact == crm.contacts["ANNA"]
    assert kept.rows == crm.contacts.rows("ANNA")
    assert kept.interactions == (met,)
    assert [each.text for each in kept.comments] == ["Friendly"]
    assert [each.contact_no for each in kept.lines] == ["ANNA"]
    assert kept.entries == ((met.entry_no, met.entry_no + 1),)
    assert repr(kept) == (
        "KeptOfContact('ANNA', contact=Contact('ANNA', 'Anna', person), rows=1, "
        "interactions=1, lines=1)"
    )
    assert "contact_mailing_group" in kept._repr_html_()
    assert list(crm.journal) == before
    crm.contacts.erase("ANNA")
    crm.store.records.remove(kept.rows)
    assert crm.contacts.access("ANNA").contact is None


def test_a_plan_of_erasing_says_what_erasing_does_and_does_nothing() -> None:
    crm = make_desk(ContactMailingGroup(contact_no="ANNA", mailing_group_code="NEWS"))
    segment_of(crm, "ANNA").log()
    work = segment_of(crm, "ANNA", "BO")
    before = (list(crm.journal), list(crm.contacts), crm.store.segments.get(work.no))
    plan = crm.contacts.plan_erasing("anna")
    assert dict(plan.proof.rows) == {"contact": 1, "contact_mailing_group": 1, "segment_line": 1}
    assert "segment_line" in plan._repr_html_()
    assert before == (list(crm.journal), list(crm.contacts), crm.store.segments.get(work.no))
    done = crm.contacts.erase("ANNA")
    assert (done.proof, done.mentions) == (plan.proof, plan.mentions)
    assert "segment_line" in done._repr_html_()
    assert work.contact_nos == ("BO",)
    with pytest.raises(InvalidValue, match="no number of an entry"):
        crm.contacts.plan_erasing("BO", also=[0])


def test_a_plan_counts_an_attachment_that_stands_only_on_lines_that_go() -> None:
    crm = make_desk()
    digest = crm.store.attachments.put(b"Dear Anna")
    record(crm.store, [interaction(0, "ANNA", "SHOP", attachment=digest)], crm.context.stamp)
    line = SegmentLine(segment_no="S1", line_no=1, contact_no="ANNA", attachment=digest)
    crm.store.segments.put(Segment(header=SegmentHeader(no="S1"), lines=(line,)))
    plan = crm.contacts.plan_erasing("ANNA")
    assert plan.proof.attachments == (digest,)
    assert crm.contacts.erase("ANNA").proof == plan.proof
    with pytest.raises(NotFound):
        crm.store.attachments.get(digest)


def test_many_contacts_come_in_at_once_with_all_their_faults(crm: seg.Workspace) -> None:
    """INO-41, with a tenth of the contacts."""
    made = [seg.Contact(no=f"N{number:05}", name="Berg") for number in range(5_000)]
    before = len(crm.contacts)
    made[2] = attrs.evolve(made[2], name="x" * 101)
    made[4_998] = attrs.evolve(made[4_998], type="person", company_no="X9")
    with pytest.raises(Rejected) as caught:
        crm.contacts.add(*made)
    assert [(fault.place, fault.field) for fault in caught.value.faults] == [
        ("contact N00002", "name"),
        ("contact N04998", "company_no"),
    ]
    assert len(crm.contacts) == before
    made[2], made[4_998] = (attrs.evolve(made[3], no=no) for no in ("N00002", "N04998"))
    assert len(crm.contacts.add(*made)) == 5_000
    with pytest.raises(Rejected) as caught:
        crm.contacts.add(*made[:20])
    assert {fault.code for fault in caught.value.faults} == {"taken"}
    assert len(caught.value.faults) == 20
