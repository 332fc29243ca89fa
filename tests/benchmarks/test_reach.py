"""Caps and quiet hours: a simulation of a million asks, and what a plan of many lines costs.

Run with ``python -m pytest tests/benchmarks/test_reach.py -s``; prints seconds. Nothing fails for
being slow. ``SEGMENTATION_LINES`` sets how many lines a plan has, ``SEGMENTATION_SENT`` how many
mails go out by delivery and by sending again.
"""

import os
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import process_time
from typing import Any

import pytest

import segmentation as seg
from segmentation.code_tables import SalespersonPurchaser
from segmentation.columns import gathered
from segmentation.contacts import Contact, ContactType, CorrespondenceType
from segmentation.documents import Attachment, Document
from segmentation.interactions import DeliveryStatus, Interaction
from segmentation.memory import MemoryStore
from segmentation.operations.journal import record
from segmentation.reach import ContactCap, QuietHours, ReachRules, Sending
from segmentation.setup import MarketingSetup, NumberSeries
from segmentation.templates import InteractionTemplate
from support.fair import evolved

LINES = int(os.environ.get("SEGMENTATION_LINES", "50000"))
SENT = int(os.environ.get("SEGMENTATION_SENT", "10000"))
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CONTACTS, HOURS, WEEK = 1_000, 1_440, 168


def test_everybody_is_tried_each_hour() -> None:
    """TRU-63: all of it, asked of what planning and delivery share."""
    rules = ReachRules(caps=(ContactCap(code="CAP", at_most=3, window_hours=WEEK),))
    sent: dict[str, list[Sending]] = {f"P{number}": [] for number in range(CONTACTS)}
    counted: Counter[tuple[str, int]] = Counter()
    began = process_time()
    for hour in range(HOURS):
        at = NOW + timedelta(hours=hour)
        for no, theirs in sent.items():
            if rules.wait(at, theirs[-3:], UTC) is None:
                theirs.append(Sending(no, CorrespondenceType.EMAIL, "", at))
                counted[no, hour] += 1
    took = process_time() - began
    total = sum(map(len, sent.values()))
    assert total == 27_000
    expected = {week * WEEK + number for week in range(9) for number in range(3)}
    assert {hour for _, hour in counted} == {hour for hour in expected if hour < HOURS}
    print(f"\n{CONTACTS * HOURS:,} asks, {total:,} sent: {took:.1f} s")


def test_letters_and_the_same_letters_again() -> None:
    """TRU-63: through segment, delivery and sending again, told by what the courier took."""
    now = NOW
    crm = evolved(_filled(seg.Workspace.open(user="ANNA"), SENT // 100), clock=lambda: now)
    crm.tables["contact_cap"].add(ContactCap(code="CAP", at_most=3, window_hours=WEEK))
    text = Attachment("dear.txt", b"Dear {{ name }}")
    crm.templates.put_language("NL", "ENU", attachment=text)
    crm.templates.change("NL", language_code_default="ENU")
    took: dict[str, list[datetime]] = {}
    began, step, total = process_time(), 0, 0
    mails: list[int] = []
    while total < SENT:
        now = NOW + timedelta(hours=WEEK + 7 * step)
        if mails and step % 2 and not crm.letters.outstanding():
            crm.letters.resend(*mails)
        elif not crm.letters.outstanding():
            segment = crm.new_segment("News", interaction_template_code="NL")
            segment.add_contacts()
            mails = [each.entry_no for each in segment.log(deliver=True).interactions]
        courier = _Courier()
        crm.letters.deliver({CorrespondenceType.EMAIL: courier}, worker="W")
        for address in courier.addresses:
            took.setdefault(address, []).append(now)
        step, total = step + 1, sum(map(len, took.values()))
    week = timedelta(hours=WEEK)
    assert all(
        later - first >= week
        for each in took.values()
        for first, later in zip(each, each[3:], strict=False)
    )
    again = sum(len(each.delivered_before.split()) for each in crm.interactions)
    print(f"\n{total:,} sent, {again:,} of them again: {process_time() - began:.1f} s")
    assert again > SENT // 10


class _Courier:
    """Notes to whom it is told to send."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    def deliver(self, document: Document) -> str:
        self.addresses.append(document.e_mail)
        return "here"


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_plan_of_many_lines(kind: str, tmp_path: Path) -> None:
    store: Any = MemoryStore() if kind == "memory" else str(tmp_path / "crm.db")
    with seg.Workspace.open(store, user="ANNA", clock=lambda: NOW) as opened:
        crm = _filled(opened)
        segment = crm.new_segment("News", interaction_template_code="NL")
        segment.add_contacts()
        print(f"\n{kind}, plan of {LINES:,} lines, {LINES * 2:,} mails before")
        _measure(segment, "without rules")
        crm.tables["contact_cap"].add(ContactCap(code="CAP", at_most=3, window_hours=WEEK))
        _measure(segment, "with a cap")
        quiet = QuietHours(code="NIGHT", starting_time=time(21), ending_time=time(8))
        crm.tables["quiet_hours"].add(quiet)
        _measure(segment, "with a cap and quiet hours")


def _measure(segment: Any, name: str) -> None:  # noqa: ANN401
    took = []
    for _ in range(3):
        began = process_time()
        plan = segment.plan_logging()
        took.append(process_time() - began)
    print(f"  {name}: {min(took):.2f} s, {len(plan.waiting):,} wait")


def _filled(crm: seg.Workspace, count: int = LINES) -> seg.Workspace:
    """Contacts of whom each got two mails, one in three of them three more lately."""
    nos = [f"P{number:06}" for number in range(count)]
    crm.store.records.put(
        [
            MarketingSetup(segment_nos="SEGM"),
            NumberSeries(code="SEGM", starting_no="SM00001"),
            SalespersonPurchaser(code="JO"),
            InteractionTemplate(code="NL", correspondence_type_default="email"),
        ]
    )
    crm.store.records.put(
        Contact(
            no=no, type=ContactType.PERSON, name=no, e_mail=f"{no}@x.example", salesperson_code="JO"
        )
        for no in nos
    )
    for days, some in ((30, nos), (20, nos), (3, nos[::3]), (2, nos[::3]), (1, nos[::3])):
        at = NOW - timedelta(days=days)
        then = evolved(crm, clock=lambda at=at: at)
        mails = [
            Interaction(
                contact_no=no,
                date=at.date(),
                interaction_template_code="NL",
                correspondence_type="email",
                delivery_status=DeliveryStatus.DELIVERED,
                delivered_at=at,
            )
            for no in some
        ]
        record(crm.store, [gathered(Interaction, mails)], then.context.stamp)
    return crm
