"""Contacts of a host that get another number, or become one: recorded, and all of ours follows."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs
import pytest
import sqlalchemy as sa

import segmentation as seg
from segmentation.adapters.sqlalchemy import MappedTable, join_store
from segmentation.campaigns import CampaignTarget
from segmentation.code_tables import MailingGroup, Purpose
from segmentation.consents import Consent
from segmentation.contacts import (
    AlternativeAddress,
    ContactComment,
    ContactMailingGroup,
    ContactMark,
    ContactProfileAnswer,
)
from segmentation.errors import InvalidValue, NotFound, Refused
from segmentation.fields import Field
from segmentation.journal import ContactMerged, ContactRenumbered, happening_of, numbers_in
from segmentation.segments import SegmentPlan
from support.checker import check
from support.databases import Database
from support.fair import NOW, SETUP, TODAY

HOST = sa.MetaData()
CUSTOMER = sa.Table(
    "customer",
    HOST,
    sa.Column("no", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text),
    sa.Column("employer", sa.Text),
)
GROUP = sa.Table("customer_group", HOST, sa.Column("customer", sa.Text), sa.Column("code", sa.Text))
MAPPED = {
    "contact": MappedTable(
        CUSTOMER,
        {
            "no": CUSTOMER.c.no,
            "name": CUSTOMER.c.no,
            "type": CUSTOMER.c.kind,
            "company_no": CUSTOMER.c.employer,
            "salesperson_code": "JO",
        },
    ),
    "contact_industry_group": MappedTable(
        GROUP, {"contact_no": GROUP.c.customer, "industry_group_code": GROUP.c.code}
    ),
}
PEOPLE = {"P1": "F1", "K": "F1", "G": "", "Q": ""}


@pytest.fixture
def connection(database: Database) -> Iterator[sa.Connection]:
    """A transaction of the host's, with people and a company in its table."""
    engine = database.engine()
    with engine.connect() as made:
        if database.schema:
            made.execute(sa.schema.CreateSchema(database.schema))
        HOST.create_all(made)
        people = [{"no": no, "kind": "person", "employer": at} for no, at in PEOPLE.items()]
        company = {"no": "F1", "kind": "company", "employer": "F1"}
        made.execute(sa.insert(CUSTOMER), [*people, company])
        made.execute(sa.insert(GROUP), [{"customer": "F1", "code": "RETAIL"}])
        yield made
        made.rollback()
    engine.dispose()


@pytest.fixture
def crm(connection: sa.Connection) -> seg.Workspace:
    store = join_store(connection, prefix="crm_", mapped=MAPPED)
    store.records.put([*SETUP, Purpose(code="NEWS"), MailingGroup(code="NEWS")])
    return seg.Workspace.open(
        store,
        user="ANNA",
        today=TODAY,
        clock=lambda: NOW,
        random_bytes=lambda: bytes(range(32)),
    )


def renamed(connection: sa.Connection, old: str, new: str) -> None:
    """The host gives a contact another number, in all of its tables."""
    for column in (CUSTOMER.c.no, CUSTOMER.c.employer, GROUP.c.customer):
        change = sa.update(column.table).where(column == old).values({column.name: new})
        connection.execute(change)


def taken_out(connection: sa.Connection, no: str) -> None:
    connection.execute(sa.delete(CUSTOMER).where(CUSTOMER.c.no == no))


def rows(connection: sa.Connection) -> list[Sequence[Any]]:
    return [*connection.execute(sa.select(CUSTOMER)).all(), *connection.execute(sa.select(GROUP))]


def meet(crm: seg.Workspace, no: str, count: int) -> None:
    """Interactions with a contact, as targets of a campaign."""
    for _ in range(count):
        crm.interactions.create(
            no,
            interaction_template_code="INVITE",
            correspondence_type="",
            description="Met",
            campaign_target=True,
            comments="Hm",
        )


def audited(crm: seg.Workspace) -> int:
    """The number of entries of a journal that holds, and to which all records add up."""
    head = crm.journal.verify()
    assert check(crm.journal.export()) == attrs.astuple(head)
    assert crm.journal.audit() == []
    return head.number


NEWS: Mapping[str, Any] = {"purpose_code": "NEWS", "channel": "email"}


def test_a_contact_that_the_host_renumbered_keeps_all_of_ours(
    crm: seg.Workspace, connection: sa.Connection
) -> None:
    """HST-25."""
    meet(crm, "P1", 2)
    open_segment = crm.new_segment("Open", interaction_template_code="INVITE")
    open_segment.add_contact("K")
    open_segment.add_contact("P1")
    crm.campaigns.activate("FAIR")
    target = CampaignTarget(campaign_no="OLD", type="contact", no="P1", contact_no="P1")
    answer = ContactProfileAnswer(
        contact_no="P1", contact_company_no="F1", profile_questionnaire_code="Q", line_no=1
    )
    crm.store.records.put([target, answer])
    line = next(line for line in open_segment.lines if line.contact_no == "P1")
    before = audited(crm)
    for new_no in ("N1", "NOWHERE"):
        with pytest.raises(NotFound):
            crm.contacts.renumber(old_no="P1", new_no=new_no)
    with pytest.raises(Refused, match="the host still has contact P1; change its own table first"):
        crm.contacts.renumber(old_no="P1", new_no="K")
    renamed(connection, "P1", "N1")
    with pytest.raises(NotFound):
        crm.contacts.renumber(old_no="P1", new_no="NOWHERE")
    assert audited(crm) == before
    assert open_segment.contact_nos == ("K", "P1")
    of_the_host = rows(connection)

    moved = crm.contacts.renumber(old_no="P1", new_no="N1")

    assert moved == crm.contacts["N1"]
    assert rows(connection) == of_the_host
    assert audited(crm) == before + 1
    assert happening_of(crm.journal[before + 1]) == ContactRenumbered(old_no="P1", new_no="N1")
    assert [each.contact_no for each in crm.interactions] == ["N1", "N1"]
    assert open_segment.contact_nos == ("K", "N1")
    assert open_segment.lines[1] == attrs.evolve(line, contact_no="N1")
    assert crm.contacts.rows("N1") == (attrs.evolve(answer, contact_no="N1"),)
    targets = {(each.campaign_no, each.no) for each in crm.store.records.all(CampaignTarget)}
    assert targets == {("OLD", "N1"), ("FAIR", "F1")}
    assert crm.select(interactions={"description": "Met"}) == ["N1"]
    assert crm.select(contact={"no": "P1"}) == []
    found = []
    for step in (open_segment.go_back, open_segment.go_forward):
        step()
        found.append(open_segment.contact_nos)
    assert found == [("K",), ("K", "N1")]


def met(crm: seg.Workspace) -> list[str]:
    return [each.contact_no for each in crm.interactions]


def changed(crm: seg.Workspace, connection: sa.Connection, *pairs: tuple[str, str]) -> None:
    """Let the host rename contacts, one after the other, and record each."""
    for old, new in pairs:
        renamed(connection, old, new)
        assert crm.contacts.renumber(old_no=old, new_no=new).no == new


def test_numbers_that_change_again_are_swapped_or_given_to_others_are_followed(
    crm: seg.Workspace, connection: sa.Connection
) -> None:
    """HST-25: a chain, a swap by a number in between, and a number that is given anew."""
    for no, count in (("P1", 1), ("K", 2), ("G", 3)):
        meet(crm, no, count)
    segment = crm.new_segment("Open", interaction_template_code="INVITE")
    for no in ("P1", "K", "G"):
        segment.add_contact(no)
    before = audited(crm)
    changed(crm, connection, ("P1", "N1"), ("N1", "N2"))
    assert met(crm) == ["N2", *["K"] * 2, *["G"] * 3]
    with pytest.raises(Refused, match="the host still has contact K"):
        crm.contacts.renumber(old_no="K", new_no="G")
    changed(crm, connection, ("K", "TMP"), ("G", "K"), ("TMP", "G"))
    assert met(crm) == ["N2", *["G"] * 2, *["K"] * 3]
    assert segment.contact_nos == ("N2", "G", "K")
    connection.execute(sa.insert(CUSTOMER), {"no": "P1", "kind": "person", "employer": ""})
    meet(crm, "P1", 1)
    changed(crm, connection, ("P1", "P9"))
    assert met(crm) == ["N2", *["G"] * 2, *["K"] * 3, "P9"]
    assert segment.contact_nos == ("N2", "G", "K")
    made = [happening_of(crm.journal[no]) for no in range(before + 1, audited(crm) + 1)]
    assert [(each.old_no, each.new_no) for each in made if isinstance(each, ContactRenumbered)] == [
        ("P1", "N1"),
        ("N1", "N2"),
        ("K", "TMP"),
        ("G", "K"),
        ("TMP", "G"),
        ("P1", "P9"),
    ]


def test_contacts_become_one_again_and_again(crm: seg.Workspace, connection: sa.Connection) -> None:
    """HST-26: into one that is gone itself later, and never into one that is gone already."""
    meet(crm, "K", 1)
    meet(crm, "G", 1)
    taken_out(connection, "G")
    crm.contacts.merge(kept_no="K", gone_no="G")
    taken_out(connection, "K")
    for kept_no in ("K", "G"):
        with pytest.raises(NotFound):
            crm.contacts.merge(kept_no=kept_no, gone_no="K" if kept_no == "G" else "G")
    crm.contacts.merge(kept_no="Q", gone_no="K")
    assert met(crm) == ["Q", "Q"]
    connection.execute(sa.insert(CUSTOMER), {"no": "G", "kind": "person", "employer": ""})
    meet(crm, "G", 1)
    assert met(crm) == ["Q", "Q", "G"]
    audited(crm)


def test_marks_consent_rows_and_texts_of_a_renumbered_contact_are_shown_and_erased(
    crm: seg.Workspace, connection: sa.Connection
) -> None:
    """HST-25: what belongs to a person follows, is shown, and goes with it."""
    crm.tables.define(
        "orders", Field("order_no", "code"), Field("buyer", "code"), key="order_no", link="buyer"
    )
    crm.tables["orders"].new("O1", buyer="P1")
    news = ContactMailingGroup(contact_no="P1", mailing_group_code="NEWS")
    crm.contacts.add_rows(news, AlternativeAddress(contact_no="P1", code="HOME"))
    crm.contacts.remove_rows(news)
    crm.contacts.comment("P1", "Likes tea")
    crm.consents.give("P1", text="P1 said yes", date=dt.date(2026, 1, 1), **NEWS)
    crm.contacts.not_duplicates(no="P1", other_no="K")
    meet(crm, "P1", 1)
    renamed(connection, "P1", "N1")
    crm.contacts.comment("N1", "Came meanwhile")
    crm.contacts.renumber(old_no="P1", new_no="N1")
    assert [each.text for each in crm.contacts.comments("N1")] == ["Came meanwhile", "Likes tea"]
    assert [mark.contact_no for mark in crm.store.records.all(ContactMark)] == ["N1"]
    assert bool(crm.consents.may("N1", **NEWS))
    assert [act.contact_no for act in crm.consents.of("N1")] == ["N1"]
    assert list(crm.select(orders={"order_no": "O1"})) == ["N1"]
    audited(crm)

    renamed(connection, "N1", "N2")
    crm.contacts.renumber(old_no="N1", new_no="N2")
    connection.execute(sa.insert(CUSTOMER), {"no": "P1", "kind": "person"})
    crm.consents.give("P1", text="Another one", **NEWS)
    kept = crm.contacts.access("N2")
    of_the_campaign = {3}
    of_others = {len(crm.journal)}
    whole = set(range(1, len(crm.journal) + 1))
    assert set(numbers_in(kept.entries)) == whole - of_the_campaign - of_others
    assert [first for first, _ in crm.contacts.access("P1").entries] == [len(crm.journal)]
    assert kept.counts["orders"] == kept.counts["contact_alt_address"] == 1
    taken_out(connection, "N2")
    crm.contacts.erase("N2")
    text = "".join(crm.journal.export())
    assert "P1 said yes" not in text
    assert "Another one" in text
    assert [act.contact_no for act in crm.store.records.all(Consent)] == ["P1"]
    audited(crm)


def test_a_company_that_the_host_renumbered_is_followed_by_what_names_it(
    crm: seg.Workspace, connection: sa.Connection
) -> None:
    segment = crm.new_segment("Open", interaction_template_code="INVITE")
    segment.add_contacts(contact={"company_no": "F1", "type": "person"})
    meet(crm, "P1", 1)
    crm.campaigns.activate("FAIR")
    answer = ContactProfileAnswer(
        contact_no="P1", contact_company_no="F1", profile_questionnaire_code="Q", line_no=1
    )
    crm.store.records.put([answer])
    renamed(connection, "F1", "F2")
    crm.contacts.renumber(old_no="F1", new_no="F2")
    assert {line.contact_company_no for line in segment.lines} == {"F2"}
    assert [each.contact_company_no for each in crm.interactions] == ["F2"]
    assert [each.no for each in crm.campaigns.targets("FAIR")] == ["F2"]
    assert [each.contact_company_no for each in crm.contacts.rows("P1")] == ["F2"]  # type: ignore[attr-defined]
    audited(crm)


def test_contacts_that_the_host_made_one_are_one(
    crm: seg.Workspace, connection: sa.Connection
) -> None:
    """HST-26."""
    meet(crm, "K", 2)
    meet(crm, "G", 3)
    both, one = crm.new_segment("Both"), crm.new_segment("One")
    for no in ("G", "K"):
        both.add_contact(no)
    one.add_contact("G")
    crm.contacts.comment("G", "Likes tea")
    crm.consents.withdraw("G", **NEWS)
    before = audited(crm)
    with pytest.raises(Refused, match="the host still has contact G"):
        crm.contacts.merge(kept_no="K", gone_no="G")
    taken_out(connection, "G")
    for kept_no, gone_no, error in (
        ("X", "G", NotFound),
        ("K", "k", Refused),
        ("K", "", InvalidValue),
    ):
        with pytest.raises(error):
            crm.contacts.merge(kept_no=kept_no, gone_no=gone_no)
    assert audited(crm) == before
    of_the_host = rows(connection)

    kept = crm.contacts.merge(kept_no="K", gone_no="G")

    assert kept == crm.contacts["K"]
    assert rows(connection) == of_the_host
    assert [each.contact_no for each in crm.interactions] == ["K"] * 5
    assert {each.contact_company_no for each in crm.interactions} == {"F1"}
    assert both.contact_nos == one.contact_nos == ("K",)
    assert [line.contact_company_no for line in one.lines] == ["F1"]
    assert crm.select(contact={"no": "G"}) == []
    assert list(crm.select(interactions={"contact_no": "G"})) == []
    assert [each.text for each in crm.contacts.comments("K")] == ["Likes tea"]
    assert not crm.consents.may("K", **NEWS)
    entry_no = audited(crm)
    assert happening_of(crm.journal[entry_no]) == ContactMerged(
        kept_no="K", gone_no="G", kept_company_no="F1"
    )
    assert crm.contacts.access("K").counts["interaction_log_entry"] == 5
    numbers = {
        n for first, last in crm.contacts.access("K").entries for n in range(first, last + 1)
    }
    assert entry_no in numbers
    taken_out(connection, "K")
    crm.contacts.erase("K")
    audited(crm)


def test_blank_numbers_are_refused_for_a_host_too(crm: seg.Workspace) -> None:
    with pytest.raises(InvalidValue, match="old_no: '' is blank"):
        crm.contacts.renumber(old_no="", new_no="K")


def test_a_plan_that_names_the_old_number_does_not_fit_any_more(
    crm: seg.Workspace, connection: sa.Connection
) -> None:
    recipients = '{"recipients":[{"contact_no":"P1"}]}'
    crm.store.records.put([SegmentPlan(segment_no="S", plan_hash="ab", content=recipients)])
    renamed(connection, "P1", "N1")
    crm.contacts.renumber(old_no="P1", new_no="N1")
    assert list(crm.store.records.all(SegmentPlan)) == []
    assert list(crm.store.records.all(ContactComment)) == []
