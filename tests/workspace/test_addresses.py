"""Addresses that no mail goes to: marked, released, asked when mails are logged and delivered."""

import hashlib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import attrs
import pytest

import segmentation as seg
from segmentation.contacts import AddressMark, Contact, ContactType, CorrespondenceType
from segmentation.documents import Document
from segmentation.errors import BadDocument, InvalidValue, NotFound, Refused, Rejected
from segmentation.journal import AddressMarked, EntryKind, happening_of
from segmentation.segments import LeftOutReason
from support.desk import check_journal, make_desk, segment_of
from support.fair import evolved
from support.stores import STORES, workspaces

EMAIL = CorrespondenceType.EMAIL


class Courier:
    def __init__(self) -> None:
        self.to: list[str] = []

    def deliver(self, document: Document) -> str:
        self.to.append(document.e_mail)
        return document.e_mail


def desk(**addresses: str) -> seg.Workspace:
    """A desk with persons by their numbers, each with a mail address."""
    people = [
        Contact(
            no=no,
            type=ContactType.PERSON,
            name=f"Person {no}",
            e_mail=address,
            salesperson_code="JO",
            correspondence_type=EMAIL,
        )
        for no, address in addresses.items()
    ]
    return make_desk(*people)


@pytest.fixture
def crm() -> seg.Workspace:
    return desk(C1="Anna@Example.com", C2="jon@example.com")


def entries(crm: seg.Workspace) -> list[AddressMarked]:
    found = [happening_of(entry) for entry in crm.journal]
    return [each for each in found if isinstance(each, AddressMarked)]


# -- the register -----------------------------------------------------------------------------


def test_an_address_is_marked_and_found_in_any_case(crm: seg.Workspace) -> None:
    made = crm.addresses.mark("ANNA@example.com ", "bounced", "550 5.1.1 unknown")
    assert (made.address, made.state, made.entry_no) == ("anna@example.com", "bounced", 1)
    assert "Anna@Example.COM" in crm.addresses
    assert crm.addresses["anna@EXAMPLE.com"] == crm.addresses.find(made) == made
    assert crm.addresses.where(state="bounced") == [made]
    assert crm.addresses.get_many(["Anna@example.com"]) == [made]
    assert 5 not in crm.addresses
    assert [entry.kind for entry in crm.journal] == [EntryKind.ADDRESS_MARKED]
    check_journal(crm)


def test_a_stronger_mark_takes_the_place_of_a_weaker(crm: seg.Workspace) -> None:
    crm.addresses.mark("a@example.com", "complained", "abuse")
    assert crm.addresses.mark("a@example.com", "bounced").state == "complained"
    assert crm.addresses.mark("a@example.com", "complained").reason == "abuse"
    assert len(entries(crm)) == 1
    assert crm.addresses.mark("a@example.com", "suppressed").state == "suppressed"
    check_journal(crm)


def test_a_release_is_an_entry_with_a_reason(crm: seg.Workspace) -> None:
    made = crm.addresses.mark("a@example.com", "bounced")
    with pytest.raises(InvalidValue, match="say why"):
        crm.addresses.release(made, " ")
    crm.addresses.release(made, "asked by phone")
    assert len(crm.addresses) == 0
    assert entries(crm)[-1].reason == "asked by phone"
    with pytest.raises(NotFound, match=r"a@example\.com"):
        crm.addresses.release("a@example.com", "again")
    check_journal(crm)


@pytest.mark.parametrize("address", ["", "anna", "@", "a@b; c@d", 5])
def test_what_is_no_address_is_refused(crm: seg.Workspace, address: str) -> None:
    with pytest.raises(InvalidValue, match="address"):
        crm.addresses.mark(address, "bounced")
    with pytest.raises(InvalidValue, match="state"):
        crm.addresses.mark("a@example.com", "lost")
    assert len(crm.journal) == 0


def test_erasing_a_contact_erases_what_is_known_of_its_address(crm: seg.Workspace) -> None:
    crm.contacts.new("Twin", no="C3", e_mail="jon@example.com; other@example.com")
    for address in ("anna@example.com", "jon@example.com"):
        crm.addresses.mark(address, "complained", "abuse of Anna")
    access = crm.contacts.access("C1")
    assert [row for row in access.rows if isinstance(row, AddressMark)]
    crm.contacts.erase("C1")
    crm.contacts.erase("C2")
    assert [mark.address for mark in crm.addresses] == ["jon@example.com"]
    assert [each.address for each in entries(crm)] == ["", "jon@example.com"]
    check_journal(crm)


# -- bounces and complaints -------------------------------------------------------------------


def report(kind: str, content: str, *blocks: str) -> bytes:
    """A report as servers send it: a text, the fields, the mail that it is about."""
    boundary = "=_part"
    fields = "\r\n\r\n".join(block.strip().replace("\n", "\r\n") for block in blocks)
    return (
        f"From: mailer@example.net\r\nTo: off@example.com\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="{boundary}"\r\n\r\n'
        f"--{boundary}\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        f"--{boundary}\r\nContent-Type: message/{content}\r\n\r\n{fields}\r\n\r\n"
        f"--{boundary}\r\nContent-Type: message/rfc822\r\n\r\n"
        f"To: anna@example.com\r\nSubject: Come and see\r\n\r\nDear Anna\r\n"
        f"--{boundary}--\r\n"
    ).encode()


WHOLE = "Reporting-MTA: dns; mx.example.net"
ANNA = """
Final-Recipient: rfc822; Anna@Example.com
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown
"""
JON = "Final-Recipient: rfc822; jon@example.com\nAction: delivered\nStatus: 2.0.0"


def test_a_bounce_marks_who_is_not_there_ltr_49(crm: seg.Workspace) -> None:
    """LTR-49."""
    bounce = report("delivery-status", "delivery-status", WHOLE, ANNA, JON)
    first, second = crm.addresses.take_in(bounce)
    assert (first.address, first.state, first.marked) == ("anna@example.com", "bounced", True)
    assert first.reason == "5.1.1 550 5.1.1 User unknown"
    assert (second.address, second.state, second.marked) == ("jon@example.com", "", False)
    (mark,) = crm.addresses
    assert (mark.address, mark.state, mark.reason) == (first.address, "bounced", first.reason)
    assert mark.marked_at == next(iter(crm.journal)).at
    assert [each.marked for each in crm.addresses.take_in(bounce)] == [False, False]
    assert len(crm.journal) == 1
    check_journal(crm)


@pytest.mark.parametrize(
    ("action", "status"),
    [("delayed", "4.4.1"), ("failed", "5.7.1"), ("failed", "5.2.2"), ("relayed", "2.0.0")],
)
def test_what_says_nothing_of_the_address_marks_nothing_ltr_50(
    crm: seg.Workspace, action: str, status: str
) -> None:
    """LTR-50."""
    block = f"Final-Recipient: rfc822; anna@example.com\nAction: {action}\nStatus: {status}"
    (reported,) = crm.addresses.take_in(report("delivery-status", "delivery-status", WHOLE, block))
    assert (reported.state, reported.marked) == ("", False)
    assert len(crm.addresses) == 0


def no_report() -> bytes:
    mail = EmailMessage()
    mail["Subject"] = "Out of office"
    mail.set_content("I am away.")
    return mail.as_bytes()


@pytest.mark.parametrize(
    ("mail", "reason"),
    [
        (no_report(), "is no report"),
        (b"", "is no report"),
        (report("delivery-status", "delivery-status", WHOLE, ANNA)[:-150], "was cut"),
        (report("delivery-status", "delivery-status", WHOLE), "names no recipient"),
        (report("feedback-report", "feedback-report", "Version: 1"), "names no recipient"),
        (report("disposition-notification", "delivery-status", WHOLE, ANNA), "is no report"),
    ],
    ids=["mail", "nothing", "cut", "no-recipient", "no-complaint", "other"],
)
def test_what_is_no_report_or_cut_is_an_error_ltr_50(
    crm: seg.Workspace, mail: bytes, reason: str
) -> None:
    """LTR-50."""
    with pytest.raises(BadDocument, match=reason):
        crm.addresses.take_in(mail)
    assert len(crm.journal) == 0


COMPLAINT = report(
    "feedback-report",
    "feedback-report",
    "Feedback-Type: abuse\nUser-Agent: X/1\nVersion: 1\nOriginal-Rcpt-To: <anna@example.com>",
)


def test_who_complained_gets_no_mail_until_released_ltr_51(crm: seg.Workspace) -> None:
    """LTR-51."""
    early = segment_of(crm, "C1", "C2", template="LETTER").log(deliver=True)
    (reported,) = crm.addresses.take_in(COMPLAINT)
    assert (reported.state, reported.marked) == ("complained", True)
    courier = Courier()
    done = crm.letters.deliver({EMAIL: courier}, worker="w")
    assert courier.to == ["jon@example.com"]
    failed = crm.interactions[done.failed[0]]
    assert "somebody complained of mails at its address" in failed.delivery_error
    assert [each.contact_no for each in early.interactions] == ["C1", "C2"]
    sheet = segment_of(crm, "C1", "C2", template="LETTER")
    plan = sheet.plan_logging(deliver=True)
    assert (plan.interactions, plan.faults) == (1, ())
    logged = sheet.log(deliver=True)
    (passed,) = logged.plan.passed_over
    assert (passed.contact_no, passed.reason, passed.because) == ("C1", "complained", "abuse")
    assert [each.contact_no for each in logged.interactions] == ["C2"]
    said = str(crm.logged_segments.explain(logged.segment.entry_no, "C1"))
    assert "complained" in said.lower()
    crm.addresses.release("anna@example.com", "she asked for news again")
    again = segment_of(crm, "C1", template="LETTER").log(deliver=True)
    assert (len(again.interactions), again.plan.passed_over) == (1, ())
    check_journal(crm)


def test_a_segment_of_which_nobody_gets_a_mail_is_not_logged(crm: seg.Workspace) -> None:
    crm.addresses.mark("anna@example.com", "suppressed")
    sheet = segment_of(crm, "C1", template="LETTER")
    with pytest.raises(
        Rejected, match=r"line 10000 \(contact C1\): e_mail: gets no mail: the address is suppr"
    ):
        sheet.log(deliver=True)
    assert len(sheet.lines) == 1


def test_of_many_letters_those_to_marked_addresses_are_left_out() -> None:
    crm = desk(**{f"C{n}": f"{n}@example.com" for n in range(1, 31)})
    crm.addresses.mark("7@example.com", "bounced")
    logged = segment_of(crm, *(f"C{n}" for n in range(1, 31)), template="LETTER").log(deliver=True)
    assert [passed.contact_no for passed in logged.plan.passed_over] == ["C7"]
    assert len(logged.interactions) == 29


def test_letters_by_post_do_not_ask_for_marks(crm: seg.Workspace) -> None:
    crm.addresses.mark("anna@example.com", "bounced")
    sheet = segment_of(crm, "C1", template="TALK")
    sheet.change_line(10_000, correspondence_type="hard_copy")
    assert len(sheet.log().interactions) == 1


# -- one address, one mail --------------------------------------------------------------------


def three() -> seg.Workspace:
    return desk(A="x@example.com", B="X@Example.com", C="y@example.com")


def test_one_address_gets_one_mail_where_the_call_says_so_ltr_52() -> None:
    """LTR-52."""
    crm = three()
    sheet = segment_of(crm, "A", "B", "C", template="LETTER")
    logged = sheet.log(deliver=True, one_mail_per_address=True)
    assert [each.contact_no for each in logged.interactions] == ["A", "C"]
    (passed,) = logged.plan.passed_over
    assert (passed.contact_no, passed.reason) == ("B", LeftOutReason.SAME_ADDRESS)
    assert passed.because == "A"
    courier = Courier()
    crm.letters.deliver({EMAIL: courier}, worker="w")
    assert courier.to == ["x@example.com", "y@example.com"]
    said = str(crm.logged_segments.explain(logged.segment.entry_no, "B"))
    assert "same address" in said.lower()
    check_journal(crm)


def test_one_address_gets_one_mail_where_the_template_says_so_ltr_52() -> None:
    """LTR-52."""
    crm = three()
    crm.templates.change("LETTER", one_mail_per_address=True)
    plan = segment_of(crm, "A", "B", "C", template="LETTER").plan_logging(deliver=True)
    assert (plan.interactions, [each.contact_no for each in plan.passed_over]) == (2, ["B"])
    assert plan.shared_addresses == ()


def test_otherwise_the_plan_tells_who_shares_an_address_ltr_52() -> None:
    """LTR-52."""
    crm = three()
    sheet = segment_of(crm, "A", "B", "C", template="LETTER")
    plan = sheet.plan_logging(deliver=True)
    assert (plan.interactions, plan.passed_over) == (3, ())
    assert plan.shared_addresses == ((10_000, 20_000),)
    assert len(sheet.log(deliver=True).interactions) == 3


def test_of_several_addresses_a_new_one_gets_the_mail() -> None:
    crm = desk(A="x@example.com", B="x@example.com; z@example.com", C="z@example.com")
    sheet = segment_of(crm, "A", "B", "C", template="LETTER")
    logged = sheet.log(one_mail_per_address=True)
    assert [each.contact_no for each in logged.interactions] == ["A", "B"]


# -- suppressed under a key -------------------------------------------------------------------

KEY = bytes(range(32))
OTHER = b"another key of 32 bytes, as long"
HASHED = {
    "Anna@Example.COM": "b8fd89ed3ebe8c5094f8a418341f8431a98da60640ea54c5f22dabbb366b984f",
    "Max@Müller.example": "9cf73b8ac06b6b05b2fe9122073e7e1827ff708ae894d03dc6fd2db1e10ae609",
}


def with_keys(crm: seg.Workspace, *keys: bytes) -> seg.Workspace:
    return evolved(crm, address_keys=keys)


@pytest.fixture(params=STORES)
def keyed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    for opened in workspaces(request, tmp_path):
        make_desk(
            *(
                Contact(
                    no=no,
                    type=ContactType.PERSON,
                    name=f"Person {no}",
                    e_mail=address,
                    salesperson_code="JO",
                    correspondence_type=EMAIL,
                )
                for no, address in {
                    "C1": "Anna@Example.com",
                    "C2": "jon@example.com",
                    "C3": "ANNA@example.com",
                }.items()
            ),
            store=opened.store,
        )
        yield with_keys(opened, KEY)


def test_a_suppressed_address_is_kept_under_a_key_tru_59(keyed: seg.Workspace) -> None:
    """TRU-59."""
    for address, hashed in HASHED.items():
        assert keyed.addresses.mark(address, "suppressed").address == hashed
    assert {mark.address for mark in keyed.addresses} == set(HASHED.values())
    assert " ANNA@example.com " in keyed.addresses
    assert "max@xn--mller-kva.example" in keyed.addresses
    assert "anna@example.org" not in keyed.addresses
    plain = "anna@example.com"
    kept = "".join(keyed.journal.export()).lower()
    assert plain not in kept
    assert hashlib.sha256(plain.encode()).hexdigest() not in kept
    assert KEY.hex() not in kept
    again = keyed.addresses.mark("anna@example.com", "bounced")
    assert (again.state, len(keyed.journal)) == ("suppressed", 2)


def test_no_mail_goes_without_the_key_tru_60(keyed: seg.Workspace) -> None:
    """TRU-60."""
    segment_of(keyed, "C1", "C2", template="LETTER").log(deliver=True)
    keyed.addresses.mark("anna@example.com", "suppressed")
    courier = Courier()
    for keys in ((), (OTHER,)):
        crm = with_keys(keyed, *keys)
        with pytest.raises(Refused, match=r"crm\.addresses"):
            crm.letters.deliver({EMAIL: courier}, worker="w")
        with pytest.raises(Refused, match=r"crm\.addresses"):
            crm.addresses.mark("new@example.com", "suppressed")
        with pytest.raises(Refused, match=r"crm\.addresses"):
            crm.addresses.take_in(report("delivery-status", "delivery-status", WHOLE, ANNA))
        with pytest.raises(Refused, match=r"crm\.addresses"):
            segment_of(crm, "C2", template="LETTER").plan_logging()
    assert courier.to == []
    done = with_keys(keyed, OTHER, KEY).letters.deliver({EMAIL: courier}, worker="w")
    assert (courier.to, len(done.failed)) == (["jon@example.com"], 1)


def test_a_suppressed_address_outlives_its_contact_tru_60(keyed: seg.Workspace) -> None:
    """TRU-60."""
    keyed.tables["purpose"].new("OFFERS", needs_consent=False)
    keyed.addresses.mark("anna@example.com", "suppressed")
    keyed.contacts.erase("C1")
    keyed.add(Contact(no="C9", e_mail="anna@EXAMPLE.com"))
    answer = keyed.consents.may("C9", purpose_code="OFFERS", channel="email")
    assert [each.reason for each in answer.reasons] == ["suppressed"]
    assert not answer


def test_marks_are_entries_and_shared_tru_61(keyed: seg.Workspace) -> None:
    """TRU-61."""
    keyed.addresses.mark("anna@example.com", "bounced", "550")
    segment = segment_of(keyed, "C1", "C2", "C3", template="LETTER")

    def left_out() -> dict[str, str]:
        passed = segment.plan_logging().passed_over
        return {each.contact_no: each.reason for each in passed}

    assert left_out() == {"C1": "bounced", "C3": "bounced"}
    keyed.addresses.release("anna@example.com", "works again")
    assert left_out() == {}
    keyed.addresses.mark("anna@example.com", "complained", "abuse")
    assert left_out() == {"C1": "complained", "C3": "complained"}
    keyed.addresses.mark("anna@example.com", "suppressed", "asked by phone")
    assert left_out() == {"C1": "suppressed", "C3": "suppressed"}
    assert [mark.state for mark in keyed.addresses] == ["suppressed"]
    assert [(each.state, each.reason) for each in entries(keyed)] == [
        ("bounced", "550"),
        ("", "works again"),
        ("complained", "abuse"),
        ("", ""),
        ("suppressed", "asked by phone"),
    ]
    assert {entry.user for entry in keyed.journal} == {"ANNA"}
    keyed.addresses.release("anna@example.com", "asked back")
    assert (left_out(), len(keyed.addresses)) == ({}, 0)


def test_what_was_suppressed_without_a_key_is_put_under_it(keyed: seg.Workspace) -> None:
    without = with_keys(keyed)
    assert without.addresses.mark("anna@example.com", "suppressed").key_id == ""
    made = keyed.addresses.mark("anna@example.com", "suppressed")
    assert [mark.address for mark in keyed.addresses] == [made.address]
    assert keyed.addresses.mark("anna@example.com", "suppressed") == made


def test_many_suppressed_addresses_are_found_at_once(keyed: seg.Workspace) -> None:
    people = [Contact(no=f"P{n}", e_mail=f"p{n}@example.com") for n in range(30)]
    keyed.add(*(attrs.evolve(each, salesperson_code="JO") for each in people))
    segment = segment_of(keyed, *(each.no for each in people), template="LETTER")
    assert segment.plan_logging().passed_over == ()
    keyed.addresses.mark("new@example.com", "bounced")
    assert segment.plan_logging().passed_over == ()
    for crm in (keyed, with_keys(keyed, OTHER, KEY)):
        crm.addresses.mark(f"p{len(crm.addresses)}@example.com", "suppressed")
    passed = with_keys(keyed, KEY, OTHER).segment(segment.no).plan_logging().passed_over
    assert [each.contact_no for each in passed] == ["P1", "P2"]


def test_a_short_key_is_refused(crm: seg.Workspace) -> None:
    with pytest.raises(InvalidValue, match="16 bytes"):
        with_keys(crm, b"short")


def test_an_address_that_no_server_has_is_suppressed_too(crm: seg.Workspace) -> None:
    crm = with_keys(crm, KEY)
    crm.addresses.mark("anna@a..b", "suppressed")
    assert "Anna@a..b" in crm.addresses
