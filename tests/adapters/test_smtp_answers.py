"""Answers of mail servers: what is a mail's own fault, and what is the server's."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from segmentation.adapters.smtp import Security, Server, SmtpCourier, entry_no_of
from segmentation.campaigns import Campaign
from segmentation.code_tables import SalespersonPurchaser
from segmentation.contacts import Contact, ContactType, CorrespondenceType
from segmentation.documents import Document
from segmentation.errors import InvalidValue, NotDelivered
from segmentation.interactions import DeliveryStatus, Interaction
from segmentation.operations.letters import Delivered
from segmentation.protocols import MailSender, Rendering
from segmentation.workspace import Workspace
from support.desk import check_journal, make_desk, segment_of
from support.fair import NOW, evolved
from support.scriptedserver import Script, following

EMAIL = CorrespondenceType.EMAIL
SENDER = "post@lynghede.example.com"
ADDRESSES = ("anna@example.com", "bo@example.com", "carl@example.com")


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def port(script: Script) -> Iterator[int]:
    with following(script) as port:
        yield port


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now


def desk(*addresses: str, clock: Clock | None = None) -> Workspace:
    """A desk with a mail to each of these addresses, logged."""
    people = [
        Contact(
            no=f"C{number}",
            type=ContactType.PERSON,
            name=f"Person {number}",
            e_mail=address,
            salesperson_code="JO",
            correspondence_type=EMAIL,
        )
        for number, address in enumerate(addresses or ADDRESSES, start=1)
    ]
    crm = make_desk(*people)
    if clock:
        crm = evolved(crm, clock=clock)
    segment_of(crm, *(each.no for each in people), template="LETTER").log(deliver=True)
    return crm


def courier(port: int, sender: str = SENDER, **more: str) -> SmtpCourier:
    server = Server(host="127.0.0.1", port=port, security=Security.NONE, timeout=5, **more)  # type: ignore[arg-type]
    return SmtpCourier(server, sender)


def deliver(crm: Workspace, port: int, sender: str = SENDER, **more: str) -> Delivered:
    with courier(port, sender, **more) as post:
        return crm.letters.deliver({EMAIL: post})


def recipients(script: Script) -> list[str]:
    return [line[8:].strip("<>") for line in script.said_to("RCPT")]


WHOLE = {
    "530 to the sender": ("MAIL", b"530 5.7.0 Must issue a STARTTLS command first"),
    "553 to the sender": ("MAIL", b"553 5.1.8 Domain of sender does not exist"),
    "554 to the sender": ("MAIL", b"554 5.7.1 Sender rejected"),
    "an odd code": ("MAIL", b"999 what"),
    "no code": ("MAIL", b"hello"),
    "an odd code to the recipient": ("RCPT", b"299 what"),
    "login needed": ("RCPT", b"530 5.7.0 Authentication required"),
    "an odd code to the mail": (".", b"199 what"),
    "a line without an end": ("MAIL", b"2" * 9000),
    "a line without an end to the mail": ("DATA", b"3" * 9000),
    "421 to the sender": ("MAIL", b"421 4.3.2 closing"),
    "421 to the recipient": ("RCPT", b"421 4.3.2 closing"),
    "421 to the mail": (".", b"421 4.3.2 closing"),
}


@pytest.mark.parametrize(("verb", "answer"), WHOLE.values(), ids=WHOLE)
def test_ltr_40_what_is_of_the_server_stops_the_run_and_keeps_all(
    script: Script, port: int, verb: str, answer: bytes
) -> None:
    """LTR-40."""
    crm = desk()
    script.answers[verb] = [answer]
    script.raw = len(answer) > 1000
    done = deliver(crm, port)
    assert (done.delivered, done.failed, len(done.waiting)) == ((), (), 3)
    assert len(script.said_to("MAIL")) == 1
    assert [each.delivery_attempts for each in crm.letters.outstanding()] == [0, 0, 0]
    script.sound()
    assert len(deliver(crm, port).delivered) == 3
    assert len(script.mails) == 3
    crm.journal.verify()


def test_ltr_40_a_server_that_greets_by_no_stops_the_run(script: Script, port: int) -> None:
    """LTR-40."""
    crm = desk()
    script.greeting = b"554 not you"
    assert len(deliver(crm, port).waiting) == 3
    assert [each.delivery_attempts for each in crm.letters.outstanding()] == [0, 0, 0]
    first = crm.letters.outstanding()[0]
    assert "554 not you" in first.delivery_error
    script.sound()
    assert len(deliver(crm, port).delivered) == 3


def test_ltr_40_a_login_that_is_refused_stops_the_run(script: Script, port: int) -> None:
    """LTR-40."""
    crm = desk()
    script.extensions = ("AUTH PLAIN",)
    script.answers["AUTH"] = [b"535 5.7.8 wrong password"]
    login = {"user": "jo", "password": "wrong"}
    assert len(deliver(crm, port, **login).waiting) == 3
    assert [each.delivery_attempts for each in crm.letters.outstanding()] == [0, 0, 0]
    script.answers["AUTH"] = [b"235 2.7.0 welcome"]
    assert len(deliver(crm, port, **login).delivered) == 3


@pytest.mark.parametrize("field", ["user", "password"])
def test_a_login_beyond_ascii_is_an_error_that_does_not_tell_it(field: str) -> None:
    with pytest.raises(InvalidValue, match=f"{field}: .*login") as caught:
        Server(host="localhost", **{field: "jörg"})  # type: ignore[arg-type]
    assert "jörg" not in str(caught.value)


@pytest.mark.parametrize(
    ("verb", "answer", "marked"),
    [
        ("RCPT", b"550 5.1.1 User unknown", ["anna@example.com"]),
        ("RCPT", b"550 5.7.1 Refused by policy", []),
        ("RCPT", b"501 5.1.3 Bad address syntax", ["anna@example.com"]),
        ("MAIL", b"552 5.3.4 Message too big", []),
        (".", b"554 5.6.0 Not nice", []),
        ("DATA", b"554 5.6.0 Not nice", []),
    ],
)
def test_ltr_41_what_is_of_one_mail_is_an_error_of_its_own(
    script: Script, port: int, verb: str, answer: bytes, marked: list[str]
) -> None:
    """LTR-41."""
    crm = desk()
    script.answers[verb] = [answer]
    done = deliver(crm, port)
    assert (len(done.delivered), len(done.failed), done.waiting) == (2, 1, ())
    failed = crm.interactions[done.failed[0]]
    assert failed.contact_no == "C1"
    assert answer.decode() in failed.delivery_error
    assert len(script.said_to("EHLO")) == 1
    assert [mark.address for mark in crm.addresses] == marked
    for mark in crm.addresses:
        assert (mark.state, answer.decode() in mark.reason) == ("bounced", True)
    check_journal(crm)


@pytest.mark.parametrize("answer", [b"450 4.2.1 busy", b"451 4.7.1 grey", b"452 4.2.2 full"])
def test_ltr_42_what_is_for_now_is_tried_again_later_and_later(
    script: Script, port: int, answer: bytes
) -> None:
    """LTR-42."""
    clock = Clock()
    crm = desk(clock=clock)
    script.answers["RCPT"] = [answer]
    done = deliver(crm, port)
    assert (len(done.delivered), len(done.waiting)) == (2, 1)
    waits = []
    for _ in range(4):
        assert done.next_attempt
        waits.append((done.next_attempt - clock.now).total_seconds() / 60)
        clock.now = done.next_attempt
        script.answers["RCPT"] = [answer]
        done = deliver(crm, port)
    assert waits == [1, 4, 16, 64]
    assert len(done.failed) == 1
    assert crm.interactions[done.failed[0]].delivery_status is DeliveryStatus.ERROR
    assert len(crm.addresses) == 0


def test_ltr_43_of_two_addresses_the_one_that_is_refused_is_named(
    script: Script, port: int
) -> None:
    """LTR-43."""
    crm = desk("a@example.com; nobody@example.com")
    script.answers["RCPT"] = [b"250 OK", b"550 5.1.1 User unknown"]
    done = deliver(crm, port)
    (number,) = done.delivered
    said = "nobody@example.com: 550 5.1.1 User unknown"
    assert done.refused == {number: said}
    assert len(script.mails) == 1
    row = crm.interactions[number]
    assert (row.delivery_status, row.delivery_error) == (DeliveryStatus.DELIVERED, said)
    assert [mark.address for mark in crm.addresses] == ["nobody@example.com"]
    check_journal(crm)
    segment_of(crm, "C1", template="LETTER").log(deliver=True)
    script.sound()
    assert len(deliver(crm, port).delivered) == 1
    assert recipients(script)[-1:] == ["a@example.com"]


def test_ltr_43_two_addresses_that_are_refused_are_one_error(script: Script, port: int) -> None:
    """LTR-43."""
    crm = desk("a@example.com; nobody@example.com")
    script.answers["RCPT"] = [b"550 5.1.1 User unknown", b"550 5.2.1 Closed"]
    done = deliver(crm, port)
    assert (done.delivered, len(done.failed)) == ((), 1)
    said = crm.interactions[done.failed[0]].delivery_error
    assert "a@example.com: 550 5.1.1 User unknown" in said
    assert "nobody@example.com: 550 5.2.1 Closed" in said
    assert [mark.address for mark in crm.addresses] == ["a@example.com", "nobody@example.com"]


def test_ltr_44_hosts_beyond_ascii_are_written_as_the_net_knows_them(
    script: Script, port: int
) -> None:
    """LTR-44."""
    crm = desk("anna@bücher.example", "jon@straße.example")
    assert len(deliver(crm, port, "post@bücher.example").delivered) == 2
    assert recipients(script) == ["anna@xn--bcher-kva.example", "jon@xn--strae-oqa.example"]
    for mail in script.mails:
        assert mail.isascii()
    assert b"To: Person 1 <anna@xn--bcher-kva.example>" in script.mails[0]
    said = script.said_to("MAIL")[0].lower()  # Pythons differ in the case of commands
    assert said.startswith("mail from:<post@xn--bcher-kva.example>")


def test_ltr_45_an_address_beyond_ascii_needs_a_server_that_can_write_it(
    script: Script, port: int
) -> None:
    """LTR-45."""
    crm = desk("anna@example.com", "jörg@example.com", "carl@example.com")
    done = deliver(crm, port)
    assert (len(done.delivered), len(done.failed)) == (2, 1)
    assert "SMTPUTF8" in crm.interactions[done.failed[0]].delivery_error
    script.extensions = ("8BITMIME", "SMTPUTF8")
    crm.letters.resend(*done.failed)
    assert len(deliver(crm, port).delivered) == 1
    assert "SMTPUTF8" in script.said_to("MAIL")[-1]
    assert recipients(script)[-1] == "jörg@example.com"
    assert "jörg@example.com".encode() in script.mails[-1]


@pytest.mark.parametrize("extensions", [(), ("8BITMIME",)])
@pytest.mark.parametrize("html", [False, True])
def test_ltr_46_no_server_gets_eight_bits_unasked(
    script: Script, port: int, extensions: tuple[str, ...], html: bool
) -> None:
    """LTR-46."""
    script.extensions = extensions
    text = "<p>Kjære æøå</p>" if html else "Kjære æøå"
    document = Document(
        contact_no="C1",
        name="a",
        content=text.encode(),
        media_type="text/html" if html else "text/plain",
        subject="Blåbær",
        e_mail="anna@example.com",
    )
    with courier(port) as post:
        post.deliver(document)
        (mail,) = script.mails
        body = post.message(document).get_body(("html" if html else "plain",))
    assert mail.isascii()
    assert body
    assert body.get_content().strip() == text


def test_what_a_mail_needs_is_told_before_it_goes(script: Script, port: int) -> None:
    script.extensions = ("SIZE 100000",)
    with courier(port) as post:
        post.deliver(Document(contact_no="C1", name="a", content=b"Hi", e_mail="anna@example.com"))
    assert f"size={len(script.mails[0])}" in script.said_to("MAIL")[0].lower()


def test_a_server_that_leaves_after_saying_no_is_asked_again(script: Script, port: int) -> None:
    document = Document(contact_no="C1", name="a", content=b"Hi", e_mail="anna@example.com")
    script.answers = {"RCPT": [b"550 5.1.1 User unknown"], "RSET": [b"421 closing"]}
    with courier(port) as post:
        with pytest.raises(NotDelivered) as caught:
            post.deliver(document)
        assert not caught.value.down
        post.deliver(attrs.evolve(document, key="2"))
    assert len(script.mails) == 1


# -- senders and signatures -----------------------------------------------------------------------


def chosen(contact: Contact, interaction: Interaction) -> str:
    return f"{contact.no} <{interaction.salesperson_code.lower()}@example.com>"


SENDERS = {
    "salesperson": (MailSender.SALESPERSON, "Jo Lund <jo.lund@example.com>"),
    "campaign": (MailSender.CAMPAIGN, "The Fair <fair@example.com>"),
    "function": (chosen, "C1 <jo@example.com>"),
    "nobody": (None, "post@lynghede.example.com"),
}


@pytest.mark.parametrize(("choice", "sender"), SENDERS.values(), ids=SENDERS)
def test_ltr_47_a_mail_is_from_whom_is_chosen_and_comes_back_to_its_own_address(
    script: Script,
    port: int,
    choice: Any,  # noqa: ANN401 - whatever a rendering takes
    sender: str,
) -> None:
    """LTR-47."""
    people = [
        Contact(
            no=f"C{number}",
            type=ContactType.PERSON,
            name=f"Person {number}",
            e_mail=f"c{number}@example.com",
            salesperson_code="JO",
            correspondence_type=EMAIL,
        )
        for number in (1, 2)
    ]
    jo = SalespersonPurchaser(code="JO", name="Jo Lund", e_mail="jo.lund@example.com")
    fair = Campaign(no="FAIR", extra={"sender": "The Fair <fair@example.com>"})
    crm = evolved(make_desk(*people, jo, fair), rendering=Rendering(sender=choice))
    segment = segment_of(crm, "C1", "C2", template="LETTER", campaign="FAIR")
    logged = segment.log(deliver=True).interactions
    server = Server(host="127.0.0.1", port=port, security=Security.NONE)
    with SmtpCourier(server, SENDER, envelope_sender="off@bücher.example", verp=True) as post:
        crm.letters.deliver({EMAIL: post})
    assert f"From: {sender}\r\n".encode() in script.mails[0]
    back = [line[10:].partition(">")[0].strip("<") for line in script.said_to("MAIL")]
    assert len(set(back)) == 2
    assert all(re.fullmatch(r"off\+[\w.]+@xn--bcher-kva\.example", each) for each in back)
    assert [entry_no_of(each) for each in back] == [each.entry_no for each in logged]
    assert [crm.interactions[entry_no_of(each)].contact_no for each in back] == ["C1", "C2"]


@pytest.mark.parametrize("address", ["off@example.com", "off+@example.com", "off+a.b@x", ""])
def test_an_address_that_names_no_mail_is_nobodys(address: str) -> None:
    assert entry_no_of(address) == 0


def test_ltr_48_what_a_hook_signs_is_what_is_sent(script: Script, port: int) -> None:
    """LTR-48."""
    rendering = Rendering(unsubscribe=lambda *_: "https://example.com/off")
    crm = desk()
    crm = evolved(crm, rendering=rendering)
    segment_of(crm, "C1", "C2", template="LETTER").log(deliver=True)
    seen: list[bytes] = []

    def sign(mail: bytes) -> bytes:
        seen.append(mail)
        if b"bo@example.com" in mail:
            raise RuntimeError("no key\nhere")
        return b"DKIM-Signature: v=1; b=x\r\n.dot: a\r\n" + mail

    server = Server(host="127.0.0.1", port=port, security=Security.NONE)
    with SmtpCourier(server, SENDER, sign=sign) as post:
        done = crm.letters.deliver({EMAIL: post})
    assert len(done.delivered) == 3
    assert [crm.interactions[number].contact_no for number in done.failed] == ["C2", "C2"]
    assert "cannot be signed: no key here" in crm.interactions[done.failed[0]].delivery_error
    signed = [mail for mail in seen if b"bo@example.com" not in mail]
    assert script.mails == [b"DKIM-Signature: v=1; b=x\r\n.dot: a\r\n" + mail for mail in signed]
    assert b"List-Unsubscribe: <https://example.com/off>" in signed[-1]
    assert b"List-Unsubscribe-Post: " in signed[-1]
