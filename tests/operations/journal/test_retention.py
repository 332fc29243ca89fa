"""What the log says in words goes by a rule after so many months; its facts stay."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

import segmentation as seg
from segmentation.contacts import AddressMark
from segmentation.documents import Attachment
from segmentation.errors import InvalidValue, NotFound
from segmentation.interactions import Interaction, InteractionComment
from segmentation.journal import EntryKind, TextsErased, happening_of
from segmentation.operations.journal import LogRetention
from support.desk import make_desk, segment_of
from support.fair import NOW, evolved
from support.stores import STORES, workspaces

TODAY = dt.date(2028, 2, 29)
LATER = dt.datetime(2028, 2, 29, 9, tzinfo=dt.UTC)
TALK: dict[str, Any] = {"interaction_template_code": "TALK"}


@pytest.fixture(params=STORES)
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    """Letters of the last day that is due, and of the first that is not."""
    for stored in workspaces(request, tmp_path):
        made = make_desk(store=stored.store)
        made.contacts.change("ANNA", e_mail="anna@example.com")
        for day, text in ((dt.date(2027, 2, 27), b"Old"), (dt.date(2027, 2, 28), b"Young")):
            for letter in (text, b"Shared"):
                made.interactions.create(
                    "ANNA",
                    attachment=Attachment("letter.txt", letter),
                    contact_via="anna@example.com",
                    date=day,
                    **TALK,
                )
        yield evolved(made, today=TODAY, clock=lambda: LATER)


def old(crm: seg.Workspace) -> list[Interaction]:
    return list(crm.interactions.where(date=dt.date(2027, 2, 27)))


def test_letters_and_addresses_of_long_ago_go_and_facts_stay(crm: seg.Workspace) -> None:
    first, second = old(crm)
    crm.interactions.comment(first, "She liked it")
    before = list(crm.journal.export())
    plan = crm.journal.plan_retention(months=12)
    assert (plan.before, plan.interactions, plan.entries) == (dt.date(2027, 2, 28), 2, 3)
    assert plan.attachments == (first.attachment,)  # the other is a younger letter's, too
    assert list(crm.journal.export()) == before
    done = crm.journal.apply_retention(months=12)
    assert done == attrs.evolve(plan, entry_no=crm.journal.head.number)
    proof = happening_of(crm.journal[done.entry_no])
    assert proof == TextsErased(
        before=plan.before, emptied=plan.emptied, attachments=plan.attachments
    )
    for each, earlier in zip(old(crm), (first, second), strict=True):
        assert (each.description, each.contact_via, each.attachment) == ("", "", "")
        assert (each.cost, each.date, each.contact_no) == (earlier.cost, earlier.date, "ANNA")
    assert list(crm.store.records.all(InteractionComment)) == []
    with pytest.raises(NotFound):
        crm.store.attachments.get(first.attachment)
    assert crm.store.attachments.get(second.attachment) == b"Shared"
    young = crm.interactions.where(date=dt.date(2027, 2, 28))
    assert {each.contact_via for each in young} == {"anna@example.com"}
    head = crm.journal.head
    assert crm.journal.apply_retention(months=12) == LogRetention(before=plan.before)
    assert crm.journal.head == head
    assert crm.journal.verify() == head


def test_what_comes_later_goes_the_next_time(crm: seg.Workspace) -> None:
    crm.journal.apply_retention(months=12)
    first, _ = old(crm)
    crm.interactions.comment(first, "She called again")
    plan = crm.journal.plan_retention(months=12)
    assert (plan.interactions, plan.entries) == (1, 2)
    crm.journal.apply_retention(months=12)
    assert list(crm.store.records.all(InteractionComment)) == []


def test_what_is_not_over_stays() -> None:
    crm = make_desk()
    crm.contacts.change("ANNA", e_mail="anna@example.com")
    crm.interactions.postpone("ANNA", **TALK)
    segment_of(crm, "ANNA", template="LETTER").log(deliver=True)
    later = evolved(crm, today=TODAY, clock=lambda: LATER)
    assert later.journal.plan_retention(months=12).interactions == 0
    assert later.journal.apply_retention(months=12).entry_no == 0


def test_an_address_that_is_marked_stays_and_one_that_was_goes() -> None:
    crm = make_desk()
    for address in ("anna@example.com", "bo@example.com"):
        crm.addresses.mark(address, "bounced", reason=f"no {address}")
    crm.addresses.release("bo@example.com", "asked")
    early = evolved(crm, today=TODAY, clock=lambda: NOW)
    assert early.journal.plan_retention(months=12).entries == 2
    later = evolved(crm, today=TODAY, clock=lambda: LATER)
    done = later.journal.apply_retention(months=12)
    assert done.emptied == ((2, 3),)
    assert [mark.address for mark in crm.store.records.all(AddressMark)] == ["anna@example.com"]
    assert crm.journal.audit() == []
    assert EntryKind.TEXTS_ERASED in {entry.kind for entry in crm.journal}
    assert "bo@example.com" not in "".join(crm.journal.export())


def test_a_rule_shows_itself() -> None:
    plan = LogRetention(before=TODAY, interactions=2, emptied=((1, 3),), attachments=("ab",))
    assert (
        repr(plan)
        == "LogRetention(2028-02-29, interactions=2, entries=3, attachments=1, entry_no=0)"
    )
    assert ">3</td>" in plan._repr_html_()


@pytest.mark.parametrize("months", [0, -1, "12", True])
def test_a_rule_needs_a_number_of_months(months: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidValue, match="is no number of months"):
        make_desk().journal.apply_retention(months=months)
