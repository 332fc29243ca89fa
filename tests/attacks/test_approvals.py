"""Approval that somebody tries to get round: by spelling, by replays, by one small change."""

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeAlias

import attrs
import pytest

import segmentation as seg
from segmentation.adapters.word import WordRenderer
from segmentation.code_tables import SalespersonPurchaser
from segmentation.contacts import AlternativeAddress
from segmentation.documents import Attachment
from segmentation.errors import Refused, Rejected, SegmentationError
from segmentation.fields import Field, FieldType
from segmentation.interactions import Interaction
from segmentation.memory import MemoryStore
from segmentation.protocols import Rendering
from segmentation.segments import SegmentPlan
from segmentation.workspace import Worksheet
from support.desk import make_template
from support.fair import SETUP, TODAY, evolved, person
from support.wordfiles import docx, field, paragraph, run

Change: TypeAlias = Callable[[seg.Workspace, Worksheet], object]
SAID = "Dear {{ contact_name }}, {{ points }}."
TEXT = SAID.encode()
WIDE = SAID.replace(" ", "\u00a0", 1)


def world(user: str = "ANNA") -> seg.Workspace:
    """A, B and C, whose mails need approval; A has two addresses, and points of our own."""
    crm = seg.Workspace.open(MemoryStore(), user=user, today=TODAY)
    template = make_template(
        "OF",
        interaction_group_code="LETTERS",
        correspondence_type_default="email",
        approval_required_from=1,
    )
    crm.context.store.records.put([*SETUP, template])
    crm.tables.define("contact", Field("points", FieldType.INTEGER))
    crm.add(*(person(no, e_mail=f"{no.lower()}@example.com", extra={"points": 5}) for no in "ABC"))
    put_text(crm, TEXT)
    crm.templates.put_language("OF", "DEU", attachment=Attachment("a.txt", b"Liebe"), subject="Neu")
    crm.templates.change("OF", language_code_default="ENU")
    return crm


def put_text(crm: seg.Workspace, content: bytes, name: str = "a.txt") -> None:
    crm.templates.put_language("OF", "ENU", attachment=Attachment(name, content), subject="News")


def sheet_of(crm: seg.Workspace) -> Worksheet:
    sheet = crm.new_segment("Offers", interaction_template_code="OF", salesperson_code="RB")
    for no in "ABC":
        sheet.add_contact(no)
    return sheet


def approved(crm: seg.Workspace) -> Worksheet:
    sheet = sheet_of(crm)
    plan_hash = sheet.plan_logging(deliver=True).plan_hash
    evolved(crm, user="BEN").segment(sheet.no).approve(plan_hash)
    return sheet


def line(**fields: Any) -> Change:  # noqa: ANN401
    return lambda _crm, sheet: sheet.change_line(sheet.lines[0].line_no, **fields)


def own_text(content: bytes, name: str = "a.txt", subject: str = "News") -> Change:
    text = Attachment(name, content)
    return lambda _crm, sheet: sheet.put_text("ENU", attachment=text, subject=subject)


def seller(**fields: Any) -> Change:  # noqa: ANN401
    changed = SalespersonPurchaser(code="RB", **fields)
    return lambda crm, _sheet: crm.tables["salesperson_purchaser"].put(changed)


def without_seller(crm: seg.Workspace, _sheet: Worksheet) -> None:
    crm.context.store.records.remove([SalespersonPurchaser(code="RB")])


def use_home(crm: seg.Workspace, sheet: Worksheet) -> None:
    home = AlternativeAddress(contact_no="A", code="HOME", e_mail="home@example.com")
    crm.contacts.add_rows(home)
    sheet.change_line(sheet.lines[0].line_no, contact_alt_address_code="HOME")


FILLED = ["contact A: merge_data: the letter is filled otherwise"]
CHANGES: dict[str, tuple[Change, list[str]]] = {
    "came": (
        lambda crm, sheet: (crm.add(person("D", e_mail="d@x.example")), sheet.add_contact("D")),
        ["contact D: came since then"],
    ),
    "went": (lambda _crm, sheet: sheet.remove_line(10000), ["contact A: went since then"]),
    "excluded": (
        lambda crm, _s: crm.contacts.exclude("A", "x"),
        ["contact A: went since then (excluded)"],
    ),
    "bounced": (
        lambda crm, _s: crm.addresses.mark("a@example.com", "bounced"),
        ["contact A: went since then (bounced)"],
    ),
    "address": (
        lambda crm, _s: crm.contacts.change("A", e_mail="x@example.com"),
        ["contact A: e_mail: 'a@example.com' became 'x@example.com'"],
    ),
    "case of the address": (
        lambda crm, _s: crm.contacts.change("A", e_mail="A@example.com"),
        FILLED,
    ),
    "other address": (
        use_home,
        [
            "contact A: contact_alt_address_code: '' became 'HOME'",
            "contact A: e_mail: 'a@example.com' became 'home@example.com'",
        ],
    ),
    "letter": (
        own_text(TEXT.lower()),
        [f"text OF ENU: attachment: {SAID!r} became {SAID.lower()!r}"],
    ),
    "blank of another kind": (
        own_text(WIDE.encode()),
        [f"text OF ENU: attachment: {SAID!r} became {WIDE!r}"],
    ),
    "file name": (
        own_text(TEXT, "b.txt"),
        ["text OF ENU: attachment_name: 'a.txt' became 'b.txt'"],
    ),
    "subject": (own_text(TEXT, subject="News!"), ["text OF ENU: subject: 'News' became 'News!'"]),
    "accent in two letters": (
        own_text(TEXT, subject="Ne\u0301ws"),
        ["text OF ENU: subject: 'News' became 'N\u00e9ws'"],
    ),
    "sender's address": (
        seller(e_mail="rb@example.com"),
        ["sender: e_mail: '' became 'rb@example.com'"],
    ),
    "sender is gone": (without_seller, ["sender: code: 'RB' became ''"]),
    "company": (
        lambda crm, _s: crm.setup.change_company(name="Us"),
        ["sender: name: '' became 'Us'"],
    ),
    "language": (
        line(language_code="DEU"),
        [
            "contact A: language_code: 'ENU' became 'DEU'",
            "contact A: text: 'OF ENU' became 'OF DEU'",
        ],
    ),
    "correspondence type": (
        line(correspondence_type="hard_copy"),
        [
            "contact A: correspondence_type: 'email' became 'hard_copy'",
            "contact A: e_mail: 'a@example.com' became ''",
        ],
    ),
    "cost": (line(unit_cost=8), ["contact A: unit_cost: '7.50' became '8'"]),
    "date": (
        line(date=TODAY + dt.timedelta(days=1)),
        ["contact A: date: '2026-11-22' became '2026-11-23'"],
    ),
    "campaign": (
        lambda crm, sheet: sheet.change_line(10000, campaign_no=crm.campaigns.new("Sale").no),
        ["contact A: campaign_no: '' became 'CP0001'"],
    ),
    "name": (lambda crm, _s: crm.contacts.change("A", name="Anna"), FILLED),
    "own field": (lambda crm, _s: crm.contacts.change("A", extra={"points": 6}), FILLED),
    "description": (
        lambda _crm, sheet: sheet.change_header(description="offers"),
        ["header: description: 'Offers' became 'offers'"],
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_one_small_change_is_named_and_nothing_is_logged(change: str) -> None:
    """TRU-50."""
    crm = world()
    sheet = approved(crm)
    act, told = CHANGES[change]
    act(crm, sheet)
    before = crm.journal.head, sheet.lines
    with pytest.raises(Rejected) as caught:
        sheet.log(deliver=True)
    assert [str(fault) for fault in caught.value.faults] == told
    assert (crm.journal.head, sheet.lines) == before


@pytest.mark.parametrize(
    ("planner", "approver"),
    [
        ("ANNA", " anna "),
        ("ANNA LUND", "Anna  Lund"),
        ("ANNA", "\uff21\uff2e\uff2e\uff21"),
        ("\u00c5SE", "A\u030aSE"),
        ("ANNA", ""),
        ("", "ANNA"),
        ("", ""),
    ],
    ids=["case and blanks", "two blanks", "full width", "accent", "nobody", "by nobody", "neither"],
)
def test_nobody_approves_alone(planner: str, approver: str) -> None:
    """TRU-52: the same user under another spelling, and users without a name."""
    crm = world(planner)
    sheet = sheet_of(crm)
    plan_hash = sheet.plan_logging().plan_hash
    with pytest.raises(Refused):
        evolved(crm, user=approver).segment(sheet.no).approve(plan_hash)
    [plan] = crm.context.store.records.all(SegmentPlan)
    assert plan.approved_by == ""
    assert len(crm.journal) == 0


@pytest.mark.parametrize("given", [None, 5, b"x", "", "\0", "f" * 64, "a" * 10_000_000], ids=type)
def test_no_other_hash_is_approved(given: Any) -> None:  # noqa: ANN401
    """TRU-52."""
    crm = world()
    sheet = sheet_of(crm)
    sheet.plan_logging()
    ben = evolved(crm, user="BEN")
    with pytest.raises(SegmentationError):
        ben.segment(sheet.no).approve(given)
    assert len(crm.journal) == 0


def test_an_approval_is_for_one_logging() -> None:
    """TRU-52, replayed: put back into the database after it was used, canceled or followed up."""
    crm = world()
    store = crm.context.store
    sheet = approved(crm)
    [plan] = store.records.all(SegmentPlan)
    logged = sheet.log(deliver=True, follow_up=True)
    assert logged.follow_up is not None
    again = crm.segment(logged.follow_up.no)
    crm.logged_segments.cancel(logged.segment.entry_no)
    store.records.put([plan, attrs.evolve(plan, segment_no=again.no)])
    with pytest.raises(SegmentationError):
        again.log(deliver=True)
    with pytest.raises(SegmentationError):
        crm.new_segment("Offers", no=sheet.no, interaction_template_code="OF")
    assert len(list(store.records.all(Interaction))) == 3


def test_a_letter_that_is_kept_as_it_was_made_is_logged_as_approved() -> None:
    """TRU-49, with letters made in Word, which are kept when they are logged."""
    crm = evolved(world(), rendering=Rendering(renderers=(WordRenderer(),)))
    put_text(crm, docx(paragraph(run("Dear "), field("MERGEFIELD Name"))), "a.docx")
    sheet = approved(crm)
    crm.contacts.change("A", name="Anna")
    with pytest.raises(Rejected, match="the letter is filled otherwise"):
        sheet.log(deliver=True)
    crm.contacts.change("A", name="A")
    assert len(sheet.log(deliver=True).interactions) == 3


def test_criteria_that_came_are_named_and_those_that_stayed_are_not() -> None:
    """TRU-50, with criteria that bring in nobody new."""
    crm = world()
    sheet = crm.new_segment("Offers", interaction_template_code="OF", salesperson_code="RB")
    sheet.add_contacts(contact={"no": "A|B"})
    evolved(crm, user="BEN").segment(sheet.no).approve(sheet.plan_logging(deliver=True).plan_hash)
    sheet.add_contacts(contact={"no": "A"})
    with pytest.raises(Rejected) as caught:
        sheet.log(deliver=True)
    (fault,) = caught.value.faults
    assert str(fault).startswith("criteria: '' became ")
