"""Caps and quiet hours: asked, planned, kept when mails are delivered."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve

import segmentation as seg
from segmentation.code_tables import Purpose, SalespersonPurchaser
from segmentation.contacts import Contact, ContactType, CorrespondenceType
from segmentation.documents import Document
from segmentation.errors import NotDelivered, Rejected
from segmentation.interactions import DeliveryClaim, DeliveryStatus, Dispatch, Interaction
from segmentation.memory import MemoryStore
from segmentation.operations.letters import Delivered, RetryPolicy
from segmentation.plain import to_plain
from segmentation.reach import ContactCap, QuietHours
from segmentation.setup import MarketingSetup, NumberSeries
from segmentation.templates import InteractionTemplate, TemplateLanguage
from support.fair import evolved
from support.stores import STORES, workspaces

COPENHAGEN = "Europe/Copenhagen"
NEWS: dict[str, Any] = {"purpose_code": "NEWS", "channel": "email"}
WEEKLY = ContactCap(code="WEEKLY", at_most=2, window_hours=168, channel="email")
NIGHT = QuietHours(code="NIGHT", starting_time=dt.time(21), ending_time=dt.time(8))
EMAIL = CorrespondenceType.EMAIL


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


class Clock:
    """A clock that is put."""

    def __init__(self) -> None:
        self.now = moment("2026-11-01T09:00Z")

    def __call__(self) -> dt.datetime:
        return self.now


class Courier:
    """Keeps to whom it delivered, or says what it is told to."""

    def __init__(self, *errors: Exception | None) -> None:
        self.mailed: list[str] = []
        self._errors = iter(errors)

    def deliver(self, document: Document) -> str:
        error = next(self._errors, None)
        if error:
            raise error
        self.mailed.append(document.e_mail)
        return "here"


def filled(crm: seg.Workspace, clock: Clock, count: int = 3) -> seg.Workspace:
    """Persons P1, P2, ... without marks; templates NL (for NEWS), OF (for OFFERS) and FAIR."""
    letter = crm.store.attachments.put(b"Dear {{ name }}")
    templates = {"NL": "NEWS", "OF": "OFFERS", "FAIR": ""}
    crm.store.records.put(
        [
            MarketingSetup(segment_nos="SEGM"),
            NumberSeries(code="SEGM", starting_no="SM00001"),
            SalespersonPurchaser(code="JO"),
            Purpose(code="NEWS", needs_consent=False),
            Purpose(code="OFFERS", needs_consent=False),
            *(
                InteractionTemplate(
                    code=code,
                    purpose_code=purpose,
                    language_code_default="ENU",
                    correspondence_type_default="email",
                )
                for code, purpose in templates.items()
            ),
            *(
                TemplateLanguage(
                    interaction_template_code=code,
                    language_code="ENU",
                    attachment=letter,
                    attachment_name="dear.txt",
                )
                for code in templates
            ),
            *(
                Contact(
                    no=f"P{number}",
                    type=ContactType.PERSON,
                    name=f"Person {number}",
                    e_mail=f"p{number}@x.example",
                    salesperson_code="JO",
                )
                for number in range(1, count + 1)
            ),
        ]
    )
    return evolved(crm, clock=clock, today=None, zone=dt.UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=STORES)
def crm(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[seg.Workspace]:
    for opened in workspaces(request, tmp_path):
        yield filled(opened, clock)


def rules(crm: seg.Workspace, *made: ContactCap | QuietHours) -> None:
    for each in made:
        crm.tables[each.__table__].add(each)


def queue(crm: seg.Workspace, nos: str = "P1", template: str = "NL") -> list[int]:
    """Mails that wait to be delivered."""
    segment = crm.new_segment("News", interaction_template_code=template)
    segment.add_contacts(contact={"no": nos})
    return [each.entry_no for each in segment.log(deliver=True).interactions]


def send(crm: seg.Workspace, courier: Courier | None = None, worker: str = "W") -> Delivered:
    return crm.letters.deliver({EMAIL: courier or Courier()}, worker=worker)


def mail(crm: seg.Workspace, clock: Clock, at: str, nos: str = "P1", template: str = "NL") -> None:
    """Mails that are delivered at once."""
    clock.now = moment(at)
    numbers = queue(crm, nos, template)
    assert set(send(crm).delivered) >= set(numbers)


def may(crm: seg.Workspace, at: str, no: str = "P1", **about: str) -> tuple[list[str], Any]:
    """The reasons and the next possible time; no reasons if all is well."""
    asked: Any = {**NEWS, **about}
    found = crm.consents.may(no, at=moment(at), **asked)
    reasons = [] if found else [str(each.reason) for each in found.reasons]
    return reasons, found.next_time


# -- asked ------------------------------------------------------------------------------------


def test_a_cap_counts_what_was_sent_in_its_window(crm: seg.Workspace, clock: Clock) -> None:
    """TRU-54."""
    rules(crm, evolve(WEEKLY, purpose_code="NEWS"))
    mail(crm, clock, "2026-11-01T09:00Z")
    mail(crm, clock, "2026-11-03T09:00Z")
    mail(crm, clock, "2026-11-03T10:00Z", template="OF")
    free = moment("2026-11-08T09:00Z")
    assert may(crm, "2026-11-07T09:00Z") == (["cap_reached"], free)
    assert may(crm, "2026-11-08T08:59:59Z") == (["cap_reached"], free)
    assert may(crm, "2026-11-08T09:00Z") == ([], None)
    assert may(crm, "2026-11-02T09:00Z") == ([], None)  # as it was known then
    assert may(crm, "2026-11-07T09:00Z", purpose_code="OFFERS") == ([], None)
    assert may(crm, "2026-11-07T09:00Z", channel="hard_copy") == ([], None)
    assert may(crm, "2026-11-07T09:00Z", "P2") == ([], None)
    found = crm.consents.may("P1", at=moment("2026-11-07T09:00Z"), **NEWS)
    assert str(found) == "no: cap WEEKLY is reached; possible from 2026-11-08T09:00:00+00:00 on"
    assert found.reasons[0].hindrance is not None
    assert found.reasons[0].hindrance.code == "WEEKLY"


def test_what_failed_was_canceled_or_waits_does_not_count(crm: seg.Workspace, clock: Clock) -> None:
    """TRU-54."""
    rules(crm, WEEKLY)
    mail(crm, clock, "2026-11-01T09:00Z")
    (failed,) = queue(crm)
    assert send(crm, Courier(NotDelivered("smtp", "no such host"))).failed == (failed,)
    assert may(crm, "2026-11-02T09:00Z") == ([], None)
    clock.now = moment("2026-11-02T09:00Z")
    (canceled,) = queue(crm)
    assert send(crm).delivered == (canceled,)
    assert may(crm, "2026-11-03T09:00Z")[0] == ["cap_reached"]
    crm.interactions.cancel(canceled)
    assert may(crm, "2026-11-03T09:00Z") == ([], None)
    queue(crm)
    assert may(crm, "2026-11-03T09:00Z") == ([], None)
    crm.interactions.uncancel(canceled)
    assert may(crm, "2026-11-03T09:00Z")[0] == ["cap_reached"]


def test_what_stands_in_the_way_besides_has_no_next_time(crm: seg.Workspace, clock: Clock) -> None:
    rules(crm, evolve(WEEKLY, at_most=1), NIGHT)
    mail(crm, clock, "2026-11-01T09:00Z")
    assert may(crm, "2026-11-01T22:00Z") == (
        ["cap_reached", "quiet_hours"],
        moment("2026-11-08T09:00Z"),
    )
    crm.contacts.exclude("P1", "by phone")
    assert may(crm, "2026-11-01T22:00Z") == (["excluded", "cap_reached", "quiet_hours"], None)


def test_quiet_hours_go_by_the_zone_of_the_contact(crm: seg.Workspace) -> None:
    """TRU-55."""
    rules(crm, NIGHT)
    crm.contacts.change("P1", time_zone=COPENHAGEN)
    crm.contacts.change("P2", time_zone="America/New_York")
    assert may(crm, "2027-03-27T20:30Z") == (["quiet_hours"], moment("2027-03-28T06:00Z"))
    assert may(crm, "2027-10-30T19:30Z") == (["quiet_hours"], moment("2027-10-31T07:00Z"))
    assert may(crm, "2027-03-27T19:59:59Z") == ([], None)
    assert may(crm, "2027-03-28T06:00:00Z") == ([], None)
    assert may(crm, "2027-03-28T06:00Z", "P2") == (["quiet_hours"], moment("2027-03-28T12:00Z"))
    assert may(crm, "2027-03-27T20:30Z", "P3") == ([], None)
    there = evolved(crm, zone=ZoneInfo(COPENHAGEN))  # who has none has that of the workspace
    assert may(there, "2027-03-27T20:30Z", "P3") == (["quiet_hours"], moment("2027-03-28T06:00Z"))


def test_what_was_sent_moves_with_a_merge_and_stays_when_sent_again(
    crm: seg.Workspace, clock: Clock
) -> None:
    rules(crm, evolve(WEEKLY, at_most=1))
    mail(crm, clock, "2026-11-01T09:00Z", "P2")
    crm.contacts.merge(kept_no="P1", gone_no="P2")
    assert may(crm, "2026-11-02T09:00Z") == (["cap_reached"], moment("2026-11-08T09:00Z"))
    (sent,) = crm.interactions.of("P1")
    assert sent.delivered_at == moment("2026-11-01T09:00Z")
    crm.letters.resend(sent)
    assert crm.interactions[sent.entry_no].delivered_at == sent.delivered_at
    assert send(crm).held[sent.entry_no].next_time == moment("2026-11-08T09:00Z")
    clock.now = moment("2026-11-08T09:00Z")
    assert send(crm).delivered == (sent.entry_no,)
    twice = crm.interactions[sent.entry_no]
    assert twice.delivered_at == clock.now
    assert twice.delivered_before == "2026-11-01T09:00:00.000000+00:00"
    state = crm.journal.as_of(entry_no=crm.journal.head.number)
    assert state.find(Interaction, sent.entry_no) == twice
    (fresh,) = crm.letters.resend_fresh(sent.entry_no)
    assert (fresh.delivered_at, fresh.delivered_before) == (None, "")


def test_each_sending_counts_of_what_is_sent_again(crm: seg.Workspace, clock: Clock) -> None:
    """TRU-54: who got two mails got two, also if it was one letter."""
    rules(crm, WEEKLY)
    mail(crm, clock, "2026-11-01T09:00Z")
    (sent,) = crm.interactions.of("P1")
    clock.now = moment("2026-11-03T09:00Z")
    crm.letters.resend(sent)
    assert send(crm).delivered == (sent.entry_no,)
    free = moment("2026-11-08T09:00Z")
    assert may(crm, "2026-11-04T09:00Z") == (["cap_reached"], free)
    assert may(crm, "2026-11-08T09:00Z") == ([], None)
    assert may(crm, "2026-11-02T09:00Z") == ([], None)  # as it was known then
    clock.now = moment("2026-11-04T09:00Z")
    crm.letters.resend(sent)
    assert send(crm).held[sent.entry_no].next_time == free
    clock.now = free
    assert send(crm).delivered == (sent.entry_no,)
    assert crm.interactions[sent.entry_no].delivered_before.count(" ") == 1
    assert may(crm, "2026-11-09T09:00Z")[1] == moment("2026-11-10T09:00Z")
    assert crm.journal.audit() == []
    dispatch = Dispatch.of(evolve(crm.interactions[sent.entry_no], delivered_before="x"))
    assert dispatch.moments == [free]


# -- set --------------------------------------------------------------------------------------


def faults_of(step: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(Rejected) as rejected:
        step()
    return [(fault.field, str(fault.reason)) for fault in rejected.value.faults]


def test_a_zone_that_is_none_is_refused_with_the_near_one(
    crm: seg.Workspace, tmp_path: Path
) -> None:
    """TRU-58: by every way in; one that stands there from before does not keep from changes."""
    near = "'Europe/Kopenhagen' is no time zone of the IANA; did you mean 'Europe/Copenhagen'?"
    wrong: Any = {"time_zone": "Europe/Kopenhagen"}
    file = tmp_path / "contact.csv"
    file.write_text("no,time_zone\nP9,Europe/Kopenhagen\n", encoding="utf-8")
    steps: list[Callable[[], object]] = [
        lambda: crm.contacts.change("P1", **wrong),
        lambda: crm.contacts.new("Person 9", no="P9", type="person", **wrong),
        lambda: crm.add(Contact(no="P9", type=ContactType.PERSON, name="Person 9", **wrong)),
        lambda: crm.import_data(file),
    ]
    for step in steps:
        assert ("time_zone", near) in faults_of(step)
    old = evolve(crm.contacts["P1"], **wrong)
    crm.store.records.put([old])
    assert crm.contacts.change("P1", city="Bern").time_zone == old.time_zone
    assert faults_of(lambda: crm.contacts.change("P1", time_zone="Mars/Base"))
    assert crm.contacts.change("P1", time_zone=COPENHAGEN).time_zone == COPENHAGEN


def test_rules_that_could_not_be_kept_are_refused_all_at_once(crm: seg.Workspace) -> None:
    caps, quiet = crm.tables["contact_cap"], crm.tables["quiet_hours"]
    assert faults_of(lambda: caps.new("C", at_most=0, window_hours=9000)) == [
        ("at_most", "0 is not above 0"),
        ("window_hours", "9000 is above 8784"),
    ]
    assert faults_of(lambda: caps.new("C", window_hours=-1, purpose_code="NEWSS"))[0][0] in {
        "purpose_code",
        "window_hours",
    }
    assert faults_of(lambda: quiet.new("Q")) == [
        ("starting_time", "is blank"),
        ("ending_time", "is blank"),
    ]
    same = {"starting_time": "08:00", "ending_time": "08:00"}
    assert faults_of(lambda: quiet.new("Q", **same)) == [
        ("ending_time", "is the same as the starting time")
    ]
    assert len(caps) == len(quiet) == 0


def test_rules_are_written_out_and_taken_in_again(
    crm: seg.Workspace, clock: Clock, tmp_path: Path
) -> None:
    rules(crm, WEEKLY, NIGHT)
    crm.contacts.change("P1", time_zone=COPENHAGEN)
    mail(crm, clock, "2026-11-01T12:00Z")
    taken = ["purpose", "contact", "contact_cap", "quiet_hours", "interaction_log_entry"]
    crm.export_data(tmp_path / "out", tables=taken, captions="nb")
    other = seg.Workspace.open(MemoryStore(), user="BEN", clock=clock)
    other.import_data(tmp_path / "out")
    assert other.interactions.of("P1")[0].delivered_at == clock.now
    assert list(other.tables["contact_cap"]) == [WEEKLY]
    assert list(other.tables["quiet_hours"]) == [NIGHT]
    assert other.contacts["P1"].time_zone == COPENHAGEN


# -- planned ----------------------------------------------------------------------------------


def test_a_plan_shows_who_is_written_to_later_why_and_when(
    crm: seg.Workspace, clock: Clock
) -> None:
    """TRU-57."""
    rules(crm, ContactCap(code="DAILY", channel="email"), NIGHT)
    crm.contacts.change("P1", time_zone=COPENHAGEN)
    mail(crm, clock, "2027-03-27T19:59Z")
    clock.now = moment("2027-03-28T10:00Z")
    segment = crm.new_segment("News", interaction_template_code="NL")
    preview = segment.preview("add")
    segment.add_contacts()
    plan = segment.plan_logging(deliver=True)
    (waiting,) = plan.waiting
    assert (waiting.contact_no, waiting.next_time) == ("P1", moment("2027-03-29T06:00Z"))
    assert [each.reason for each in waiting.reasons] == ["cap_reached", "quiet_hours"]
    why = "cap DAILY is reached; quiet hours NIGHT; possible from 2027-03-29T06:00:00+00:00 on"
    assert waiting.why == why
    assert preview.waiting == segment.waiting() == plan.waiting
    assert (plan.interactions, plan.deliveries, plan.faults) == (3, 3, ())
    for shown in (plan._repr_html_(), preview._repr_html_()):
        assert why in shown
        assert "<td>written to later</td>" in shown
    assert json.loads(json.dumps(to_plain(plan)))["waiting"]
    assert to_plain(waiting)["next_time"] == "2027-03-29T06:00:00+00:00"
    assert not segment.preview("reduce", contact={"no": "P9"}).waiting


def test_two_lines_for_one_contact_count_both(crm: seg.Workspace, clock: Clock) -> None:
    rules(crm, ContactCap(code="DAILY", channel="email"))
    segment = crm.new_segment("News", interaction_template_code="NL")
    for _ in range(2):
        segment.add_contacts(contact={"no": "P1"}, allow_existing=True)
    _, second = segment.lines
    (waiting,) = segment.waiting()
    assert (waiting.line_no, waiting.next_time) == (second.line_no, clock.now + dt.timedelta(1))
    sent = [each.entry_no for each in segment.log(deliver=True).interactions]
    done = send(crm)
    assert (done.delivered, done.waiting) == ((sent[0],), (sent[1],))


def test_lines_that_are_not_sent_wait_for_nothing(crm: seg.Workspace, clock: Clock) -> None:
    rules(crm, evolve(NIGHT, channel="email"))
    clock.now = moment("2026-11-01T23:00Z")
    segment = crm.new_segment("Letters", interaction_template_code="NL")
    segment.add_contacts()
    assert len(segment.waiting()) == 3
    first, second, third = segment.lines
    segment.change_line(first.line_no, correspondence_type="hard_copy")
    segment.change_line(second.line_no, correspondence_type="")
    assert [each.line_no for each in segment.waiting()] == [third.line_no]


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_one_unknown_zone_among_many_is_told_and_nobody_is_dropped(
    kind: str, clock: Clock, tmp_path: Path
) -> None:
    """TRU-58."""
    store: Any = MemoryStore() if kind == "memory" else str(tmp_path / "crm.db")
    with seg.Workspace.open(store, user="ANNA") as opened:
        crm = filled(opened, clock, 1000)
        rules(crm, NIGHT)
        everybody = [evolve(each, time_zone=COPENHAGEN) for each in crm.contacts]
        everybody[500] = evolve(everybody[500], time_zone="Europe/Kopenhagen")
        crm.store.records.put(everybody)
        clock.now = moment("2026-11-02T11:00Z")
        segment = crm.new_segment("News", interaction_template_code="NL")
        segment.add_contacts()
        plan = segment.plan_logging()
        (waiting,) = plan.waiting
        (reason,) = waiting.reasons
        assert (waiting.contact_no, waiting.next_time) == (everybody[500].no, None)
        assert (reason.field, reason.value, reason.near) == (
            "time_zone",
            "Europe/Kopenhagen",
            COPENHAGEN,
        )
        assert (plan.interactions, plan.passed_over, plan.faults) == (1000, (), ())


# -- delivered --------------------------------------------------------------------------------


def test_what_may_not_be_sent_yet_waits_and_goes_later(crm: seg.Workspace, clock: Clock) -> None:
    """TRU-62."""
    rules(crm, ContactCap(code="MONTHLY", window_hours=30 * 24, channel="email"), NIGHT)
    crm.contacts.change("P1", time_zone=COPENHAGEN)
    clock.now = moment("2026-11-02T12:00Z")
    segment = crm.new_segment("News", interaction_template_code="NL")
    segment.add_contacts(contact={"no": "P1|P2"})
    assert segment.plan_logging(deliver=True).waiting == ()
    first, second = (each.entry_no for each in segment.log(deliver=True).interactions)
    later = [
        DeliveryClaim(entry_no=no, until=moment("2026-11-02T21:00Z")) for no in (first, second)
    ]
    crm.store.records.put(later)  # so that B's other mail goes first
    mail(crm, clock, "2026-11-02T13:00Z", "P2", "OF")
    before = crm.journal.head.number
    clock.now = moment("2026-11-02T21:00Z")
    courier = Courier()
    done = send(crm, courier)
    assert (done.delivered, done.failed, done.waiting) == ((), (), (first, second))
    assert {number: [each.code for each in wait.reasons] for number, wait in done.held.items()} == {
        first: ["NIGHT"],
        second: ["MONTHLY", "NIGHT"],
    }
    morning = moment("2026-11-03T07:00Z")
    assert done.held[first].next_time == done.next_attempt == morning
    assert done.held[second].next_time == moment("2026-12-02T13:00Z")
    assert "quiet hours NIGHT" in done._repr_html_()
    assert crm.journal.head.number == before
    assert [each.delivery_attempts for each in crm.letters.outstanding()] == [0, 0]
    clock.now = morning
    again = send(crm, courier)
    assert (again.delivered, again.waiting, courier.mailed) == (
        (first,),
        (second,),
        ["p1@x.example"],
    )
    clock.now = moment("2026-12-02T13:00Z")
    assert send(crm, courier).delivered == (second,)
    assert send(crm, courier) == Delivered()


def test_night_that_falls_while_mails_are_sent_ends_it(crm: seg.Workspace, clock: Clock) -> None:
    rules(crm, NIGHT)
    clock.now = moment("2026-11-02T20:59Z")
    numbers = queue(crm, "P*")

    class Slow(Courier):
        def deliver(self, document: Document) -> str:
            clock.now += dt.timedelta(minutes=1)
            return super().deliver(document)

    courier = Slow()
    done = send(crm, courier)
    assert (len(done.delivered), len(courier.mailed)) == (1, 1)
    assert done.waiting == tuple(numbers[1:])
    assert {wait.next_time for wait in done.held.values()} == {moment("2026-11-03T08:00Z")}
    assert list(crm.store.records.all(DeliveryClaim)) == []
    assert crm.interactions[numbers[0]].delivered_at == moment("2026-11-02T21:00Z")


def test_what_another_is_sending_counts_as_sent(crm: seg.Workspace, clock: Clock) -> None:
    """TRU-63."""
    rules(crm, ContactCap(code="DAILY", channel="email"))
    (theirs,) = queue(crm)
    (ours,) = queue(crm)
    (others,) = queue(crm, "P2")
    until = clock.now + dt.timedelta(minutes=10)
    crm.store.records.put(
        [DeliveryClaim(entry_no=no, worker="other", until=until) for no in (theirs, others)]
    )
    assert not crm.consents.may("P1", **NEWS)
    assert crm.consents.may("P3", **NEWS)
    done = send(crm)
    assert (done.delivered, done.waiting) == ((), (theirs, ours, others))
    assert [each.code for each in done.held[ours].reasons] == ["DAILY"]
    assert theirs not in done.held
    for free in (
        DeliveryClaim(entry_no=theirs, until=until),  # waits for another attempt
        DeliveryClaim(entry_no=theirs, worker="other", until=clock.now),  # ran out
    ):
        crm.store.records.put([free])
        assert crm.consents.may("P1", **NEWS)
    ahead = DeliveryClaim(entry_no=theirs, worker="other", until=until + dt.timedelta(days=365))
    crm.store.records.put([ahead])  # by a clock that ran ahead
    assert len(send(crm).delivered) == 1


def test_what_is_sent_is_recorded_with_its_moment(crm: seg.Workspace, clock: Clock) -> None:
    mail(crm, clock, "2026-11-02T12:00Z")
    (sent,) = crm.interactions.of("P1")
    assert (sent.delivery_status, sent.delivered_at) == (DeliveryStatus.DELIVERED, clock.now)
    (failed,) = queue(crm)
    send(crm, Courier(NotDelivered("smtp", "no such host")))
    assert crm.interactions[failed].delivered_at is None
    state = crm.journal.as_of(entry_no=crm.journal.head.number)
    assert state.find(Interaction, sent.entry_no) == sent


# -- simulation -------------------------------------------------------------------------------


def test_everybody_is_tried_each_hour_and_no_window_is_exceeded(
    clock: Clock, tmp_path: Path
) -> None:
    """TRU-63: hours of it through segment and delivery on SQLite."""
    with seg.Workspace.open(tmp_path / "crm.db", user="ANNA") as opened:
        crm, start = filled(opened, clock, 10), clock.now
        rules(crm, evolve(WEEKLY, at_most=3))
        sent: list[int] = []
        for hour in (0, 1, 2, 3, 100, 167, 168, 169, 170, 171):
            clock.now = start + dt.timedelta(hours=hour)
            queue(crm, "P*")
            courier = Courier()
            retry = RetryPolicy(batch=100)
            done = crm.letters.deliver({EMAIL: courier}, worker="W", retry=retry)
            assert len(done.delivered) in {0, 10}
            assert {wait.next_time for wait in done.held.values()} <= {
                start + dt.timedelta(hours=hour) for hour in (168, 169, 170, 336)
            }
            sent += [hour] * (len(courier.mailed) // 10)
        assert sent == [0, 1, 2, 168, 169, 170]
