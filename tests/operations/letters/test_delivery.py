"""Delivery: each document once, recorded as it went, by one process or many."""

import contextlib
import datetime as dt
import itertools
import json
import os
import resource
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import pytest

from segmentation.adapters.files import FolderCourier, ZipCourier
from segmentation.adapters.mammoth import MailBody
from segmentation.adapters.smtp import Security, Server, SmtpCourier
from segmentation.adapters.sqlalchemy import open_store
from segmentation.adapters.word import WordRenderer
from segmentation.code_tables import SalespersonPurchaser
from segmentation.contacts import AlternativeAddress, Contact, ContactType, CorrespondenceType
from segmentation.documents import Document, TextRenderer
from segmentation.errors import Conflict, InvalidValue, NotDelivered, NotFound, Refused, Rejected
from segmentation.interactions import DeliveryClaim, DeliveryStatus, Interaction
from segmentation.memory import MemoryStore
from segmentation.operations.letters import Progress, RetryPolicy, outstanding
from segmentation.plain import to_plain
from segmentation.protocols import Couriers, Rendering, Store
from segmentation.setup import CompanyInformation, MarketingSetup, NumberSeries
from segmentation.templates import InteractionTemplate, TemplateLanguage, WizardAction, WordTemplate
from segmentation.workspace import Workspace
from support.fair import evolved
from support.mailserver import Postman, serving
from support.wordfiles import docx, field, paragraph, run, text_of

EMAIL, HARD_COPY = CorrespondenceType.EMAIL, CorrespondenceType.HARD_COPY
NOW = dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC)
WORD = Rendering(renderers=(TextRenderer(), WordRenderer()))


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now


class Courier:
    """Keeps what it is given, or says what it is told to."""

    def __init__(self, *errors: Exception | None) -> None:
        self.documents: list[Document] = []
        self._errors = iter(errors)

    def deliver(self, document: Document) -> str:
        error = next(self._errors, None)
        if error:
            raise error
        self.documents.append(document)
        return "here"


class Shouting:
    """Converts Word documents to something else."""

    converts = frozenset({"docx"})
    extension = "loud"
    media_type = "application/octet-stream"

    def convert(self, content: bytes, _name: str) -> bytes:
        return content


def workspace(
    store: Store | None = None, clock: Clock | Callable[[], dt.datetime] | None = None
) -> Workspace:
    crm = Workspace.open(
        store or MemoryStore(),
        user="ANNA",
        today=NOW.date(),
        clock=clock or Clock(),
        rendering=WORD,
    )
    crm.store.records.put(
        [
            MarketingSetup(segment_nos="SEGM"),
            NumberSeries(code="SEGM", starting_no="SM00001"),
            SalespersonPurchaser(code="JO", name="Jo"),
            CompanyInformation(name="Lynghede"),
        ]
    )
    return crm


def fill(
    crm: Workspace,
    count: int = 3,
    *,
    template: str | bytes = "Dear {{ name }}",
    how: CorrespondenceType = EMAIL,
) -> None:
    """Contacts P1, P2, ... and a template HELLO."""
    text = template if isinstance(template, bytes) else template.encode()
    name = "hello.docx" if isinstance(template, bytes) else "hello.txt"
    digest = crm.store.attachments.put(text)
    crm.store.records.put(
        [
            InteractionTemplate(
                code="HELLO", language_code_default="ENU", correspondence_type_default=how
            ),
            TemplateLanguage(
                interaction_template_code="HELLO",
                language_code="ENU",
                attachment=digest,
                attachment_name=name,
                subject="Hello",
            ),
            *(
                Contact(
                    no=f"P{number}",
                    type=ContactType.PERSON,
                    name=f"Person {number}",
                    e_mail=f"p{number}@example.com",
                    salesperson_code="JO",
                    correspondence_type=how,
                )
                for number in range(1, count + 1)
            ),
        ]
    )


def log(crm: Workspace) -> Sequence[Interaction]:
    segment = crm.new_segment("Fair", interaction_template_code="HELLO")
    segment.add_contacts()
    return segment.log(deliver=True).interactions


def statuses(crm: Workspace) -> list[DeliveryStatus]:
    return [interaction.delivery_status for interaction in crm.store.records.all(Interaction)]


def names(courier: Courier) -> list[str]:
    return [document.content.decode() for document in courier.documents]


def test_what_is_logged_for_delivery_is_delivered_once() -> None:
    crm = workspace()
    fill(crm)
    log(crm)
    assert statuses(crm) == [DeliveryStatus.IN_PROGRESS] * 3
    courier, seen = Courier(), list[Progress]()
    done = crm.letters.deliver({EMAIL: courier}, on_progress=seen.append)
    assert names(courier) == ["Dear Person 1", "Dear Person 2", "Dear Person 3"]
    assert (len(done.delivered), done.failed, done.waiting) == (3, (), ())
    assert seen == [Progress(done=number, of=3) for number in (1, 2, 3)]
    assert statuses(crm) == [DeliveryStatus.DELIVERED] * 3
    assert list(crm.store.records.all(DeliveryClaim)) == []
    assert crm.letters.deliver({EMAIL: courier}).delivered == ()
    assert len(courier.documents) == 3
    crm.journal.verify()


def test_what_has_no_courier_is_left_for_another_run() -> None:
    crm = workspace()
    fill(crm)
    log(crm)
    assert crm.letters.deliver({HARD_COPY: Courier()}).delivered == ()
    assert len(outstanding(crm.store)) == 3


def test_one_logged_segment_can_be_delivered_alone() -> None:
    crm = workspace()
    fill(crm, 1)
    (first,), (second,) = log(crm), log(crm)
    number = second.logged_segment_entry_no
    done = crm.letters.deliver({EMAIL: Courier()}, logged_segment_entry_no=number)
    assert done.delivered == (second.entry_no,)
    number = first.logged_segment_entry_no
    assert crm.letters.outstanding(logged_segment_entry_no=number) == [first]
    for step in (crm.letters.outstanding, partial(crm.letters.deliver, {EMAIL: Courier()})):
        with pytest.raises(NotFound, match="logged segment '99'"):
            step(logged_segment_entry_no=99)


def test_couriers_are_those_of_the_workspace_or_those_given() -> None:
    crm = workspace()
    fill(crm, 2)
    log(crm)
    nobody: list[Couriers | None] = [None, {}]
    for none in nobody:
        with pytest.raises(InvalidValue, match="name at least one courier"):
            crm.letters.deliver(none)
    given, bound = Courier(), Courier()
    crm = evolved(crm, couriers={EMAIL: bound})
    assert len(crm.letters.deliver({EMAIL: given}).delivered) == 2
    crm.letters.resend(*crm.interactions)
    assert len(crm.letters.deliver().delivered) == 2
    assert (len(given.documents), len(bound.documents)) == (2, 2)


def test_what_a_run_did_shows_itself() -> None:
    crm = workspace()
    fill(crm, 2)
    log(crm)
    assert repr(crm.letters) == "Letters(outstanding=2)"
    assert to_plain(crm.letters) == {"outstanding": 2}
    seen: list[Progress] = []
    done = crm.letters.deliver({EMAIL: Courier()}, on_progress=seen.append)
    assert repr(done) == "Delivered(delivered=2)"
    assert "<td>next attempt</td>" in done._repr_html_()
    assert repr(seen[-1]) == "Progress(done=2, of=2)"
    assert repr(RetryPolicy()).startswith("RetryPolicy(attempts=5, pause=0:01:00, factor=4")
    for value in (done, seen[-1], RetryPolicy()):
        assert json.loads(json.dumps(to_plain(value))) == to_plain(value)


def test_letters_are_filled_as_they_were_when_they_were_logged() -> None:
    crm = workspace()
    fill(crm, 1, template="{{ name }}, {{ date }}, {{ our_name }}, {{ no }}")
    log(crm)
    contact = crm.contacts["P1"]
    crm.store.records.put([attrs.evolve(contact, name="Somebody Else", e_mail="else@example.com")])
    courier = Courier()
    crm.letters.deliver({EMAIL: courier})
    assert names(courier) == ["Person 1, 2026-11-22, Lynghede, P1"]
    assert courier.documents[0].e_mail == "p1@example.com"
    assert courier.documents[0].name == "Person 1.txt"


def test_letters_that_were_not_kept_are_made_when_they_are_delivered() -> None:
    crm = workspace()
    fill(crm, 1)
    (interaction,) = log(crm)
    crm.store.records.put([attrs.evolve(interaction, merge_data="")])
    courier = Courier()
    crm.letters.deliver({EMAIL: courier})
    assert names(courier) == ["Dear Person 1"]


def test_what_cannot_be_made_is_found_before_anything_is_recorded() -> None:
    crm = workspace()
    fill(crm, 2, template="Dear {{ nmae }}")
    segment = crm.new_segment("Fair", interaction_template_code="HELLO")
    segment.add_contacts()
    with pytest.raises(Rejected) as caught:
        segment.log(deliver=True)
    assert [fault.field for fault in caught.value.faults] == ["nmae", "nmae"]
    assert segment.plan_logging(deliver=True).faults == caught.value.faults
    assert segment.plan_logging().faults == ()
    assert crm.journal.head.number == 0
    with pytest.raises(Rejected):
        segment.letters()
    assert segment.log().interactions


def test_lines_that_are_not_sent_keep_no_letter() -> None:
    crm = workspace()
    fill(crm, 1)
    crm.store.records.put(
        [
            InteractionTemplate(
                code="HELLO",
                language_code_default="ENU",
                correspondence_type_default=CorrespondenceType.BLANK,
                ignore_contact_corres_type=True,
            )
        ]
    )
    (interaction,) = log(crm)
    assert interaction.delivery_status is DeliveryStatus.BLANK
    assert interaction.merge_data == ""


def test_what_letters_said_of_a_person_goes_when_the_person_is_erased() -> None:
    crm = workspace()
    fill(crm, 1)
    (interaction,) = log(crm)
    crm.letters.deliver({EMAIL: Courier()})
    assert "Person 1" in interaction.merge_data
    crm.contacts.erase("P1")
    assert not any("Person 1" in line for line in crm.journal.export())
    crm.journal.verify()


# -- failures ---------------------------------------------------------------------------------


def test_a_document_that_is_refused_for_good_is_not_tried_again() -> None:
    crm = workspace()
    fill(crm)
    log(crm)
    courier = Courier(None, NotDelivered("p2@example.com", "550 no such mailbox"))
    done = crm.letters.deliver({EMAIL: courier})
    assert (len(done.delivered), len(done.failed)) == (2, 1)
    second = crm.store.records.find(Interaction, done.failed[0])
    assert second
    assert second.delivery_status is DeliveryStatus.ERROR
    assert second.delivery_error == "p2@example.com: 550 no such mailbox"
    assert second.delivery_attempts == 1
    assert crm.letters.deliver({EMAIL: courier}).delivered == ()


def test_a_document_that_is_refused_for_now_waits_longer_each_time() -> None:
    clock = Clock()
    crm = workspace(clock=clock)
    fill(crm, 1)
    log(crm)
    busy = [NotDelivered("p1@example.com", "451 later", temporary=True)] * 4
    courier = Courier(*busy)
    waits = []
    for _ in range(4):
        done = crm.letters.deliver({EMAIL: courier})
        assert done.next_attempt
        waits.append((done.next_attempt - clock.now).total_seconds() / 60)
        assert crm.letters.deliver({EMAIL: courier}).next_attempt == done.next_attempt
        clock.now = done.next_attempt
    assert waits == [1, 4, 16, 64]
    assert len(crm.letters.deliver({EMAIL: courier}).delivered) == 1
    (interaction,) = crm.store.records.all(Interaction)
    assert (interaction.delivery_attempts, interaction.delivery_error) == (5, "")


@pytest.mark.parametrize("wrong", ["attempts", "factor", "batch", "failures", "lease"])
def test_persistence_that_would_deliver_nothing_is_refused(wrong: str) -> None:
    nothing: Any = dt.timedelta(0) if wrong == "lease" else 0
    with pytest.raises(InvalidValue, match=wrong):
        RetryPolicy(**{wrong: nothing})


def test_in_the_end_even_patience_ends() -> None:
    crm = workspace()
    fill(crm, 1)
    log(crm)
    courier = Courier(*[NotDelivered("p1", "451 later", temporary=True)] * 9)
    twice = RetryPolicy(attempts=2, pause=dt.timedelta(0))
    assert crm.letters.deliver({EMAIL: courier}, retry=twice).waiting
    assert crm.letters.deliver({EMAIL: courier}, retry=twice).failed
    assert statuses(crm) == [DeliveryStatus.ERROR]


def test_a_courier_that_is_down_gets_no_more_in_this_run() -> None:
    crm = workspace()
    fill(crm, 30)
    log(crm)
    courier = Courier(None, *[NotDelivered("server", "gone", down=True)] * 99)
    done = crm.letters.deliver({EMAIL: courier})
    assert (len(done.delivered), len(done.failed), len(done.waiting)) == (1, 0, 29)
    tried = [i for i in crm.store.records.all(Interaction) if i.delivery_attempts]
    assert len(tried) == 4
    assert len(list(crm.store.records.all(DeliveryClaim))) == 3


def test_a_bug_of_a_courier_stops_the_run_and_loses_nothing() -> None:
    crm = workspace()
    fill(crm)
    log(crm)
    courier = Courier(None, ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        crm.letters.deliver({EMAIL: courier})
    assert list(crm.store.records.all(DeliveryClaim)) == []
    assert len(crm.letters.deliver({EMAIL: courier}).delivered) == 2
    assert names(courier) == ["Dear Person 1", "Dear Person 2", "Dear Person 3"]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"privacy_blocked": True}, "privacy"),
        ({"minor": True}, "privacy"),
        ({"exclude_from_segment": True}, "excluded"),
    ],
)
def test_consent_is_looked_at_again_and_the_skip_is_recorded(
    changed: dict[str, Any], reason: str
) -> None:
    crm = workspace()
    fill(crm, 2)
    log(crm)
    crm.store.records.put([attrs.evolve(crm.contacts["P1"], **changed)])
    courier = Courier()
    done = crm.letters.deliver({EMAIL: courier})
    assert names(courier) == ["Dear Person 2"]
    skipped = crm.store.records.find(Interaction, done.failed[0])
    assert skipped
    assert reason in skipped.delivery_error


def test_who_was_let_in_although_excluded_gets_the_letter() -> None:
    crm = workspace()
    fill(crm, 1)
    crm.store.records.put([attrs.evolve(crm.contacts["P1"], exclude_from_segment=True)])
    segment = crm.new_segment("Fair", interaction_template_code="HELLO")
    segment.add_contacts(ignore_exclusion=True)
    segment.log(deliver=True)
    assert crm.letters.deliver({EMAIL: Courier()}).delivered


def test_what_was_cancelled_or_has_lost_its_contact_is_not_sent() -> None:
    crm = workspace()
    fill(crm, 2)
    first, second = log(crm)
    crm.store.records.put([attrs.evolve(first, canceled=True)])
    crm.store.records.remove([crm.contacts["P2"]])
    done = crm.letters.deliver({EMAIL: Courier()})
    assert done.failed == (first.entry_no, second.entry_no)


# -- many at once -----------------------------------------------------------------------------


def test_what_another_process_took_up_is_left_to_it_until_its_lease_ends() -> None:
    clock = Clock()
    crm = workspace(clock=clock)
    fill(crm, 1)
    (interaction,) = log(crm)
    until = clock.now + dt.timedelta(minutes=10)
    claim = DeliveryClaim(entry_no=interaction.entry_no, worker="other", until=until)
    crm.store.records.put([claim])
    assert crm.letters.deliver({EMAIL: Courier()}).waiting == (interaction.entry_no,)
    clock.now = until
    assert crm.letters.deliver({EMAIL: Courier()}).delivered == (interaction.entry_no,)


@pytest.mark.parametrize("ahead", [dt.timedelta(days=365), dt.timedelta(days=2)])
def test_a_claim_of_a_clock_that_ran_ahead_ends(ahead: dt.timedelta) -> None:
    """TRU-37: the mail goes once; a claim made a minute ago by a living process is left alone."""
    clock, courier = Clock(), Courier()
    crm = workspace(clock=clock)
    fill(crm, 2)
    dead, living = log(crm)
    for interaction, until in ((dead, NOW + ahead), (living, NOW + dt.timedelta(hours=1))):
        claim = DeliveryClaim(entry_no=interaction.entry_no, worker="other", until=until)
        crm.store.records.put([claim])
    clock.now += dt.timedelta(hours=1, minutes=-1)
    done = crm.letters.deliver({EMAIL: courier})
    assert (done.delivered, done.waiting) == ((dead.entry_no,), (living.entry_no,))
    assert crm.letters.deliver({EMAIL: courier}).delivered == ()
    assert len(courier.documents) == 1


def test_a_longer_lease_is_believed() -> None:
    clock = Clock()
    crm = workspace(clock=clock)
    fill(crm, 1)
    (interaction,) = log(crm)
    until = clock.now + dt.timedelta(days=3)
    crm.store.records.put([DeliveryClaim(entry_no=interaction.entry_no, worker="o", until=until)])
    retry = RetryPolicy(lease=dt.timedelta(days=3))
    assert crm.letters.deliver({EMAIL: Courier()}, retry=retry).waiting == (interaction.entry_no,)


def test_a_process_that_is_slow_does_not_outstay_its_lease() -> None:
    clock = Clock()
    crm = workspace(clock=clock)
    fill(crm, 3)
    log(crm)

    class Slow(Courier):
        def deliver(self, document: Document) -> str:
            clock.now += dt.timedelta(minutes=11)
            return super().deliver(document)

    courier = Slow()
    assert len(crm.letters.deliver({EMAIL: courier}).delivered) == 1
    assert len(courier.documents) == 1
    assert len(crm.letters.deliver({EMAIL: courier}, retry=RetryPolicy(batch=1)).delivered) == 2


def test_a_claim_that_another_took_over_is_not_given_back() -> None:
    clock = Clock()
    crm = workspace(clock=clock)
    fill(crm, 2)
    _, second = log(crm)

    class Overtaken(Courier):
        def deliver(self, document: Document) -> str:
            clock.now += dt.timedelta(minutes=11)
            until = clock.now + dt.timedelta(minutes=10)
            claim = DeliveryClaim(entry_no=second.entry_no, worker="other", until=until)
            crm.store.records.put([claim])
            return super().deliver(document)

    crm.letters.deliver({EMAIL: Overtaken()})
    (left,) = crm.store.records.all(DeliveryClaim)
    assert left.worker == "other"


class Racing(MemoryStore):
    """A store where others are quicker, as often as it is told."""

    races = 0

    def transaction(self) -> AbstractContextManager[None]:
        if self.races:
            self.races -= 1
            raise Conflict("journal", "others recorded")
        return super().transaction()


def test_a_lost_race_for_a_claim_leaves_the_documents_to_the_winner() -> None:
    store = Racing()
    crm = workspace(store)
    fill(crm, 1)
    log(crm)
    store.races = 1
    assert crm.letters.deliver({EMAIL: Courier()}).waiting


def test_what_was_sent_is_recorded_however_many_others_record() -> None:
    store = Racing()
    crm = workspace(store)
    fill(crm, 1)
    log(crm)

    class Busy(Courier):
        def deliver(self, document: Document) -> str:
            store.races = 5
            return super().deliver(document)

    assert crm.letters.deliver({EMAIL: Busy()}).delivered


def test_a_record_that_finds_no_place_at_all_is_an_error() -> None:
    store = Racing()
    crm = workspace(store)
    fill(crm, 1)
    log(crm)

    class Busier(Courier):
        def deliver(self, document: Document) -> str:
            store.races = 20
            return super().deliver(document)

    with pytest.raises(Conflict):
        crm.letters.deliver({EMAIL: Busier()})


# -- again ------------------------------------------------------------------------------------


def test_the_same_letter_goes_out_again() -> None:
    crm = workspace()
    fill(crm, 1)
    (interaction,) = log(crm)
    courier = Courier()
    crm.letters.deliver({EMAIL: courier})
    crm.store.records.put([attrs.evolve(crm.contacts["P1"], name="Changed")])
    (again,) = crm.letters.resend(interaction.entry_no)
    assert again.delivery_status is DeliveryStatus.IN_PROGRESS
    crm.letters.deliver({EMAIL: courier})
    assert names(courier) == ["Dear Person 1"] * 2
    assert courier.documents[0].key == courier.documents[1].key


def test_a_fresh_letter_is_a_new_interaction() -> None:
    crm = workspace()
    fill(crm, 1)
    (interaction,) = log(crm)
    courier = Courier()
    crm.letters.deliver({EMAIL: courier})
    crm.store.records.put([attrs.evolve(crm.contacts["P1"], name="Changed")])
    (again,) = crm.letters.resend_fresh(interaction.entry_no)
    assert again.entry_no > interaction.entry_no
    assert again.description == f"Resent: {interaction.description}"
    assert again.logged_segment_entry_no == interaction.logged_segment_entry_no
    assert again.user_id == interaction.user_id == crm.context.user
    assert (crm.interactions[interaction].delivery_attempts, again.delivery_attempts) == (1, 0)
    with evolved(crm, user="EVA") as eva:
        assert eva.letters.resend_fresh(interaction.entry_no)[0].user_id == "EVA"
    crm.letters.deliver({EMAIL: courier})
    assert names(courier) == ["Dear Person 1", "Dear Changed", "Dear Changed"]
    assert courier.documents[0].key != courier.documents[1].key
    crm.journal.verify()


@pytest.mark.parametrize("fresh", [True, False])
def test_a_letter_that_is_asked_for_twice_goes_out_once(fresh: bool) -> None:
    crm = workspace()
    fill(crm, 1)
    (interaction,) = log(crm)
    courier = Courier()
    crm.letters.deliver({EMAIL: courier})
    resend = crm.letters.resend_fresh if fresh else crm.letters.resend
    assert len(resend(interaction.entry_no, interaction)) == 1
    crm.letters.deliver({EMAIL: courier})
    assert len(courier.documents) == 2


def test_a_fresh_letter_is_described_in_the_language_asked_for() -> None:
    crm = workspace()
    fill(crm, 1)
    (interaction,) = log(crm)
    crm.letters.deliver({EMAIL: Courier()})
    (again,) = crm.letters.resend_fresh(interaction.entry_no, language="fr-CH")
    assert again.description == f"Renvoi : {interaction.description}"


def test_only_what_was_delivered_or_failed_can_be_resent() -> None:
    crm = workspace()
    fill(crm, 1)
    (interaction,) = log(crm)
    with pytest.raises(Refused, match="being delivered already"):
        crm.letters.resend(interaction.entry_no)
    crm.store.records.put([attrs.evolve(interaction, canceled=True)])
    with pytest.raises(Refused, match="it is canceled; uncancel it first"):
        crm.letters.resend(interaction.entry_no)
    crm.store.records.put([attrs.evolve(interaction, postponed=True)])
    with pytest.raises(Refused, match="it is postponed; finish it first"):
        crm.letters.resend(interaction.entry_no)
    blank = attrs.evolve(
        interaction,
        delivery_status=DeliveryStatus.BLANK,
        correspondence_type=CorrespondenceType.BLANK,
    )
    crm.store.records.put([blank])
    with pytest.raises(Refused, match="no correspondence type"):
        crm.letters.resend(interaction.entry_no)
    for resend in (crm.letters.resend, crm.letters.resend_fresh):
        with pytest.raises(NotFound, match="interaction log entry '99'"):
            resend(interaction.entry_no, 99)
        with pytest.raises(InvalidValue, match="give at least one"):
            resend()


@pytest.mark.parametrize("language", ["fr-CH", "it-IT", "nb-NO"])
def test_what_keeps_a_letter_from_going_out_again_is_told(language: str) -> None:
    crm = evolved(workspace(), language=language)
    fill(crm, 1)
    (interaction,) = log(crm)
    blank = {
        "delivery_status": DeliveryStatus.BLANK,
        "correspondence_type": CorrespondenceType.BLANK,
    }
    for changed in ({}, {"canceled": True}, {"postponed": True}, blank):
        crm.store.records.put([attrs.evolve(interaction, **changed)])
        with pytest.raises(Refused) as caught:
            crm.letters.resend(interaction)
        assert crm.translate(caught.value) != str(caught.value)


# -- scenarios --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "template",
    [b"\xd0\xcf\x11\xe0 an old Word file", "Dear {{ name }}"],
    ids=["old Word file", "text"],
)
def test_a_delivered_segment_of_one_is_one_entry_and_one_mail(
    template: str | bytes,
) -> None:
    """INT-46 and INT-47."""
    crm = workspace()
    fill(crm, 1, template=template)
    if isinstance(template, bytes):
        (row,) = crm.store.records.all(TemplateLanguage)
        crm.store.records.put([attrs.evolve(row, attachment_name="letter.doc")])
    log(crm)
    assert len(list(crm.store.records.all(Interaction))) == 1
    postman = Postman()
    with serving(postman) as port:
        server = Server(host="127.0.0.1", port=port, security=Security.NONE)
        with SmtpCourier(server, "post@example.com") as courier:
            assert crm.letters.deliver({EMAIL: courier}).delivered
    assert postman.recipients == ["p1@example.com"]
    assert postman.mails[0]["Subject"] == "Hello"
    assert len(list(crm.store.records.all(Interaction))) == 1


def test_a_mail_without_an_address_is_a_fault_and_nothing_is_recorded() -> None:
    """INT-81."""
    crm = workspace()
    fill(crm, 1)
    crm.store.records.put([attrs.evolve(crm.contacts["P1"], e_mail="")])
    with pytest.raises(Rejected, match=r"e_mail: is blank: contact P1"):
        log(crm)
    assert list(crm.store.records.all(Interaction)) == []


def test_the_alternative_addresses_mail_is_where_the_mail_goes() -> None:
    crm = workspace()
    fill(crm, 1)
    crm.store.records.put(
        [AlternativeAddress(contact_no="P1", code="HOME", e_mail="home@example.com")]
    )
    log(crm)
    courier = Courier()
    crm.letters.deliver({EMAIL: courier})
    assert courier.documents[0].e_mail == "home@example.com"


@pytest.mark.parametrize("action", [WizardAction.OPEN, WizardAction.MERGE, WizardAction.BLANK])
def test_a_word_template_is_merged_whatever_the_wizard_does(
    action: WizardAction,
) -> None:
    """INT-85, INT-86 and INT-87."""
    crm = workspace()
    fill(crm, 1)
    digest = crm.store.attachments.put(docx(paragraph(field(" MERGEFIELD Name "))))
    crm.store.records.put(
        [
            WordTemplate(code="THANKS", attachment=digest),
            InteractionTemplate(
                code="HELLO",
                language_code_default="ENU",
                word_template_code="THANKS",
                wizard_action=action,
            ),
            TemplateLanguage(
                interaction_template_code="HELLO", language_code="ENU", word_template_code="THANKS"
            ),
        ]
    )
    log(crm)
    courier = Courier()
    crm.letters.deliver({EMAIL: courier})
    assert len(list(crm.store.records.all(Interaction))) == 1
    assert text_of(courier.documents[0].content) == "Person 1"


@pytest.mark.parametrize("as_attachment", [False, True])
def test_a_word_letter_is_the_mails_body_or_its_attachment(as_attachment: bool) -> None:
    crm = workspace()
    crm = evolved(crm, rendering=attrs.evolve(WORD, bodies=(MailBody(),), converters=(Shouting(),)))
    fill(crm, 2, template=docx(paragraph(run("Dear "), field(" MERGEFIELD Name "))))
    (paper,) = crm.store.contacts.get_many(["P2"])
    crm.store.records.put([attrs.evolve(paper, correspondence_type=HARD_COPY)])
    segment = crm.new_segment("Fair", interaction_template_code="HELLO")
    segment.change_header(
        correspondence_type_default=CorrespondenceType.BLANK,
        send_word_docs_as_attachment=as_attachment,
    )
    segment.add_contacts()
    segment.log(deliver=True)
    postman, folder = Postman(), Courier()
    with serving(postman) as port:
        server = Server(host="127.0.0.1", port=port, security=Security.NONE)
        with SmtpCourier(server, "post@example.com", text="See the letter.") as courier:
            crm.letters.deliver({EMAIL: courier, HARD_COPY: folder})
    (mail,) = postman.mails
    attached = [part.get_filename() for part in mail.iter_attachments()]
    body = mail.get_body(("html", "plain"))
    assert body is not None
    if as_attachment:
        assert attached == ["Person 1.loud"]
        assert body.get_content().strip() == "See the letter."
    else:
        assert attached == []
        assert "<p>Dear Person 1</p>" in body.get_content()
    assert [document.name for document in folder.documents] == ["Person 2.loud"]


def test_a_word_letter_is_attached_where_nothing_makes_a_body_of_it() -> None:
    crm = workspace()
    fill(crm, 1, template=docx(paragraph(field(" MERGEFIELD Name "))))
    log(crm)
    courier = Courier()
    crm.letters.deliver({EMAIL: courier})
    assert courier.documents[0].name == "Person 1.docx"


def test_hard_copies_are_packed_under_the_segments_number(tmp_path: Path) -> None:
    """INT-89."""
    crm = workspace()
    fill(crm, 0, template=docx(paragraph(field(" MERGEFIELD Name "))), how=HARD_COPY)
    crm.store.records.put(
        [
            Contact(
                no="C1",
                name="Berg AS",
                company_no="C1",
                company_name="Berg AS",
                salesperson_code="JO",
            ),
            Contact(
                no="P1",
                type=ContactType.PERSON,
                name="Anna Berg",
                company_no="C1",
                company_name="Berg AS",
                salesperson_code="JO",
            ),
        ]
    )
    log(crm)
    with ZipCourier(tmp_path) as courier:
        assert len(crm.letters.deliver({HARD_COPY: courier}).delivered) == 2
    with zipfile.ZipFile(tmp_path / "SM00001.zip") as archive:
        assert archive.namelist() == ["Berg AS.docx", "Berg AS - Anna Berg.docx"]


# -- real processes ---------------------------------------------------------------------------

_WORKER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from test_delivery import EMAIL, Security, Server, SmtpCourier, WORD, Workspace, open_store
from segmentation.operations.letters import RetryPolicy
with Workspace.open(open_store(sys.argv[1]), user="W", rendering=WORD) as crm:
    server = Server(host="127.0.0.1", port=int(sys.argv[2]), security=Security.NONE)
    with SmtpCourier(server, "post@example.com") as courier:
        crm.letters.deliver({EMAIL: courier}, retry=RetryPolicy(batch=5))
"""


def run_worker(code: str, *arguments: str) -> subprocess.Popen[bytes]:
    here = str(Path(__file__).parent)
    tests = str(Path(here).parents[1])
    paths = os.pathsep.join([tests, here, os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": paths}
    return subprocess.Popen([sys.executable, "-c", code, *arguments, here], env=environment)


def start(store: Path, port: int) -> subprocess.Popen[bytes]:
    return run_worker(_WORKER, str(store), str(port))


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    path = tmp_path / "crm.db"
    with workspace(open_store(path), clock=lambda: dt.datetime.now(dt.UTC)) as crm:  # noqa: TID251
        fill(crm, 60)
        log(crm)
    return path


def test_two_processes_send_nobody_twice(outbox: Path) -> None:
    postman = Postman()
    with serving(postman) as port:
        workers = [start(outbox, port) for _ in range(2)]
        assert [worker.wait(120) for worker in workers] == [0, 0]
    assert sorted(postman.recipients) == sorted(f"p{number}@example.com" for number in range(1, 61))
    with Workspace.open(open_store(outbox)) as crm:
        assert set(statuses(crm)) == {DeliveryStatus.DELIVERED}
        crm.journal.verify()


def test_a_killed_process_doubles_at_most_the_mail_it_was_at(outbox: Path) -> None:
    postman = Postman()
    with serving(postman) as port:
        worker = start(outbox, port)
        while len(postman.mails) < 12 and worker.poll() is None:
            pass
        worker.send_signal(signal.SIGKILL)
        worker.wait(60)
        sent = len(postman.mails)
        later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)  # noqa: TID251
        ticks = (later + dt.timedelta(milliseconds=tick) for tick in itertools.count())
        clock: Callable[[], dt.datetime] = ticks.__next__
        with Workspace.open(open_store(outbox), user="W", rendering=WORD, clock=clock) as crm:
            server = Server(host="127.0.0.1", port=port, security=Security.NONE)
            with SmtpCourier(server, "post@example.com") as courier:
                crm.letters.deliver({EMAIL: courier})
            assert set(statuses(crm)) == {DeliveryStatus.DELIVERED}
            crm.journal.verify()
    assert sent < 60
    ids = [mail["Message-ID"] for mail in postman.mails]
    assert len(set(ids)) == 60
    assert len(ids) <= 61


@pytest.mark.parametrize("fault", ["gone_after", "silent_after"])
def test_a_server_that_leaves_at_mail_500_of_1000_gets_the_rest_when_it_is_back(
    fault: str,
) -> None:
    clock = Clock()
    crm = workspace(clock=clock)
    fill(crm, 1000)
    log(crm)
    postman = Postman()
    setattr(postman, fault, 500)
    with serving(postman) as port:
        server = Server(host="127.0.0.1", port=port, security=Security.NONE, timeout=5)
        with SmtpCourier(server, "post@example.com") as courier:
            done = crm.letters.deliver({EMAIL: courier}, retry=RetryPolicy(failures=1))
            assert (len(done.delivered), len(done.waiting)) == (500, 500)
            setattr(postman, fault, -1)
            clock.now += dt.timedelta(hours=1)
            assert len(crm.letters.deliver({EMAIL: courier}).delivered) == 500
    assert len(set(postman.recipients)) == len(postman.mails) == 1000
    crm.journal.verify()


@contextlib.contextmanager
def small_disk() -> Iterator[None]:
    """No file may grow beyond a few bytes: what a full disk looks like to a process."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("kind", [FolderCourier, ZipCourier])
def test_letters_wait_while_the_disk_is_full_and_are_whole_when_it_is_not(
    kind: type[FolderCourier] | type[ZipCourier], tmp_path: Path
) -> None:
    clock = Clock()
    crm = workspace(clock=clock)
    fill(crm, 5, template="Dear {{ name }}, this is long", how=HARD_COPY)
    log(crm)
    courier = kind(tmp_path)
    with small_disk():
        full = crm.letters.deliver({HARD_COPY: courier})
    assert (full.delivered, len(full.waiting)) == ((), 5)
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_size]
    clock.now += dt.timedelta(hours=1)
    assert len(crm.letters.deliver({HARD_COPY: courier}).delivered) == 5
    assert whole(tmp_path, courier, "Dear Person {number}, this is long", 5)


def whole(folder: Path, courier: FolderCourier | ZipCourier, says: str, count: int) -> bool:
    """Whether each letter lies in the folder or its archive, once and as it should be."""
    if isinstance(courier, ZipCourier):
        courier.close()
        with zipfile.ZipFile(folder / "SM00001.zip") as archive:
            letters = {name: archive.read(name) for name in archive.namelist()}
    else:
        letters = {path.name: path.read_bytes() for path in folder.iterdir()}
    return letters == {
        f"Person {number}.txt": says.format(number=number).encode()
        for number in range(1, count + 1)
    }


_WRITER = """
import sys
sys.path.insert(0, sys.argv[4])
import test_delivery as here
from segmentation.operations.letters import RetryPolicy
courier = getattr(here, sys.argv[3])(sys.argv[2])
with here.Workspace.open(here.open_store(sys.argv[1]), user="W", rendering=here.WORD) as crm:
    crm.letters.deliver({here.HARD_COPY: courier}, retry=RetryPolicy(batch=5))
"""


@pytest.mark.parametrize("kind", [FolderCourier, ZipCourier])
def test_a_process_killed_while_it_writes_letters_loses_and_doubles_none(
    kind: type[FolderCourier] | type[ZipCourier], tmp_path: Path
) -> None:
    store, folder = tmp_path / "crm.db", tmp_path / "letters"
    with workspace(open_store(store), clock=lambda: dt.datetime.now(dt.UTC)) as crm:  # noqa: TID251
        fill(crm, 60, how=HARD_COPY)
        log(crm)
    worker = run_worker(_WRITER, str(store), str(folder), kind.__name__)
    while len(list(folder.rglob("*.*"))) < 12 and worker.poll() is None:
        pass
    worker.send_signal(signal.SIGKILL)
    worker.wait(60)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)  # noqa: TID251
    ticks = (later + dt.timedelta(milliseconds=tick) for tick in itertools.count())
    clock: Callable[[], dt.datetime] = ticks.__next__
    courier = kind(folder)
    with Workspace.open(open_store(store), user="W", rendering=WORD, clock=clock) as crm:
        assert 0 < len(crm.letters.deliver({HARD_COPY: courier}).delivered) < 60
        assert set(statuses(crm)) == {DeliveryStatus.DELIVERED}
        crm.journal.verify()
    for path in folder.glob(".*"):
        path.unlink()  # what the dead process had not yet put in its place
    assert whole(folder, courier, "Dear Person {number}", 60)


def test_a_folder_gets_a_file_for_each_contact(tmp_path: Path) -> None:
    crm = workspace()
    fill(crm, 3, how=HARD_COPY)
    log(crm)
    crm.letters.deliver({HARD_COPY: FolderCourier(tmp_path)})
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"Person {number}.txt" for number in (1, 2, 3)
    ]
