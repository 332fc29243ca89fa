"""The noun of interactions: read by entry number, every verb by the same rules."""

from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import attrs
import pytest

import segmentation as seg
from segmentation.adapters.sqlalchemy import open_store
from segmentation.campaigns import CampaignEntry
from segmentation.documents import Attachment
from segmentation.errors import InvalidValue, NotFound, Refused, Rejected, UnknownName
from segmentation.interactions import Interaction, InteractionComment
from segmentation.memory import MemoryStore
from segmentation.operations.field_values import InteractionDraftValues, InteractionValues
from segmentation.tasks import Task
from segmentation.templates import InteractionTemplateSetup
from segmentation.workspace import Interactions
from support.desk import check_journal, make_desk, segment_of
from support.fair import TODAY
from support.value_types import SET_BY_US

TALK = partial(dict[str, Any], interaction_template_code="TALK")
CONTENT = b"Dear reader"
DIGEST = sha256(CONTENT).hexdigest()
NOBODY = 999_999


@pytest.fixture(params=["memory", "sql"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    """A workspace on each kind of store, with templates for calls, documents and mails."""
    store = MemoryStore() if request.param == "memory" else open_store(tmp_path / "crm.db")
    setup = InteractionTemplateSetup(outg_calls="CALL", sales_invoices="BILL", e_mails="TALK")
    with make_desk(setup, store=store) as made:
        yield made
        check_journal(made)


# -- reading --------------------------------------------------------------------------------


def test_the_log_is_read_by_entry_number_frt_04(crm: seg.Workspace) -> None:
    """FRT-04."""
    one, two = (crm.interactions.create(no, **TALK()) for no in ("ANNA", "BO"))
    assert list(crm.interactions) == [one, two]
    assert len(crm.interactions) == 2
    assert crm.interactions[one.entry_no] == crm.interactions[one] == one
    assert crm.interactions.find(two) == two
    assert one in crm.interactions
    assert crm.interactions.get_many([two, one.entry_no]) == [two, one]
    assert crm.interactions.where(contact_no="anna") == [one]
    assert crm.interactions.where(contact_no=crm.contacts["BO"], date="2026-11-22") == [two]
    assert crm.interactions.where(contact_no="ANNA", canceled=True) == []
    assert list(crm.interactions.to_frame("polars")["entry_no"]) == [one.entry_no, two.entry_no]
    said = r"^backend: 'paper' is none of the libraries .*installed are: .*polars"
    with pytest.raises(InvalidValue, match=said):
        crm.interactions.to_frame("paper")  # type: ignore[arg-type]


def test_a_company_and_its_record_give_the_interactions_of_its_people(crm: seg.Workspace) -> None:
    made = [crm.interactions.create(no, **TALK()) for no in ("ANNA", "SHOP", "CARL")]
    assert crm.interactions.of("shop") == crm.interactions.of(crm.contacts["SHOP"]) == made[:2]
    with pytest.raises(NotFound, match="contact 'NOBODY'"):
        crm.interactions.of("NOBODY")


BY_KEY: dict[str, Callable[[Interactions, Any], object]] = {
    "[]": lambda noun, key: noun[key],
    "get_many": lambda noun, key: noun.get_many([key]),
    "finish": lambda noun, key: noun.finish(key),
    "postpone_again": lambda noun, key: noun.postpone_again(key),
    "discard": lambda noun, key: noun.discard(key),
    "evaluate": lambda noun, key: noun.evaluate(key, evaluation="positive"),
    "comment": lambda noun, key: noun.comment(key, "Well"),
    "comments": lambda noun, key: noun.comments(key),
    "set_attempt": lambda noun, key: noun.set_attempt(key, attempt_failed=True),
    "link_opportunity": lambda noun, key: noun.link_opportunity(key, "OP1"),
    "title": lambda noun, key: noun.title(key),
    "attachment": lambda noun, key: noun.attachment(key),
    "cancel": lambda noun, key: noun.cancel(key),
    "uncancel": lambda noun, key: noun.uncancel(key),
}
"""Every verb that takes the entry number of something that is there."""


def test_an_unknown_entry_is_not_found_frt_03(crm: seg.Workspace) -> None:
    """FRT-03."""
    for key in (NOBODY, Interaction(entry_no=NOBODY)):
        assert crm.interactions.find(key) is None
        assert key not in crm.interactions
        for verb, step in BY_KEY.items():
            with pytest.raises(NotFound) as error:
                step(crm.interactions, key)
            told = (error.value.kind, error.value.key)
            assert told == ("interaction log entry", str(NOBODY)), verb
    assert crm.journal.head.number == 0


@pytest.mark.parametrize("verb", BY_KEY)
def test_the_number_and_the_record_do_the_same_frt_04(verb: str) -> None:
    """FRT-04."""

    def outcome(*, by_record: bool) -> tuple[str, list[object]]:
        crm = make_desk()
        put_off = verb in {"finish", "postpone_again", "discard"}
        make = crm.interactions.postpone if put_off else crm.interactions.create
        made = make("ANNA", **TALK(), attachment=Attachment("a.txt", CONTENT))
        if verb == "uncancel":
            crm.interactions.cancel(made)
        done = BY_KEY[verb](crm.interactions, made if by_record else made.entry_no)
        return str(done), [*crm.interactions, *crm.store.records.all(InteractionComment)]

    assert outcome(by_record=True) == outcome(by_record=False)


def test_it_tells_how_many_there_are(crm: seg.Workspace) -> None:
    """FRT-08, FRT-09."""
    made = crm.interactions.create("ANNA", **TALK())
    assert repr(crm.interactions) == "Interactions(1)"
    assert seg.to_plain(crm.interactions) == {"count": 1, "keys": [str(made.entry_no)]}
    assert "ANNA" in crm.interactions._repr_html_()
    assert repr(crm.interactions.record_document("sales_quote", "1", contact_no="ANNA")) == (
        "DocumentRecorded(no_template)"
    )
    done = crm.interactions.record_document("sales_invoice", "1", contact_no="ANNA")
    assert seg.to_plain(done) == {"interaction": seg.to_plain(done.interaction), "reason": ""}


# -- fields ---------------------------------------------------------------------------------

WITH_FIELDS: dict[str, Callable[[seg.Workspace, dict[str, Any]], object]] = {
    "draft": lambda crm, given: crm.interactions.draft("ANNA", **TALK(), **given),
    "create": lambda crm, given: crm.interactions.create("ANNA", **TALK(), **given),
    "postpone": lambda crm, given: crm.interactions.postpone("ANNA", **TALK(), **given),
    "finish": lambda crm, given: crm.interactions.finish(1, **given),
    "postpone_again": lambda crm, given: crm.interactions.postpone_again(1, **given),
    "record_call": lambda crm, given: crm.interactions.record_call("ANNA", "117", **given),
    "record_mail": lambda crm, given: crm.interactions.record_mail("ANNA", "Hello", **given),
    "record_document": lambda crm, given: crm.interactions.record_document(
        "sales_invoice", "1", contact_no="ANNA", **given
    ),
}
"""Every verb that takes fields; there is a postponed interaction of number 1."""


@pytest.fixture
def put_off(crm: seg.Workspace) -> Interaction:
    return crm.interactions.postpone("ANNA", **TALK())


@pytest.mark.usefixtures("put_off")
def test_an_unknown_name_is_told_and_leaves_nothing_frt_05(crm: seg.Workspace) -> None:
    """FRT-05."""
    own = Attachment("own.txt", CONTENT)
    for verb, step in WITH_FIELDS.items():
        for wrong in ({"descripton": "x"}, {"canceled_by": 1}, {"postponed": True}):
            with pytest.raises(UnknownName) as error:
                step(crm, {"attachment": own, **wrong})
            assert isinstance(error.value, TypeError)
            assert error.value.name in wrong, verb
        with pytest.raises(UnknownName, match="did you mean 'description'"):
            step(crm, {"descripton": "x"})
    with pytest.raises(UnknownName, match="did you mean 'description'"):
        crm.interactions.where(descripton="x")  # type: ignore[call-arg]
    assert crm.journal.head.number == 1
    with pytest.raises(NotFound):
        crm.store.attachments.get(DIGEST)


@pytest.mark.usefixtures("put_off")
def test_a_value_that_does_not_fit_is_told_with_all_others_and_leaves_nothing(
    crm: seg.Workspace,
) -> None:
    wrong = {"cost": "much", "campaign_no": "NONE", "contact_company_no": "x" * 200}
    for verb, step in WITH_FIELDS.items():
        with pytest.raises(Rejected) as error:
            step(crm, {**wrong, "attachment": Attachment("own.txt", CONTENT)})
        at_fault = {fault.field for fault in error.value.faults}
        assert at_fault == ({"cost"} if verb == "draft" else set(wrong)), verb
    assert crm.journal.head.number == 1
    with pytest.raises(NotFound):
        crm.store.attachments.get(DIGEST)


@pytest.mark.parametrize("verb", WITH_FIELDS)
@pytest.mark.usefixtures("put_off")
def test_an_attachment_is_a_path_a_value_or_a_stored_one_frt_07(
    crm: seg.Workspace, verb: str, tmp_path: Path
) -> None:
    """FRT-07."""
    path = tmp_path / "own.txt"
    path.write_bytes(CONTENT)
    with pytest.raises(Rejected, match="nothing is stored under"):
        WITH_FIELDS[verb](crm, {"attachment": DIGEST})
    for given in (path, Attachment("own.txt", CONTENT), DIGEST):
        made = with_attachment(crm, verb, given)
        assert made.attachment == DIGEST
        if verb != "draft":
            assert crm.interactions.attachment(made) == Attachment("own.txt", CONTENT)


def with_attachment(crm: seg.Workspace, verb: str, given: Path | Attachment | str) -> Interaction:
    """What a verb makes; what is finished or put off again was put off before."""
    if verb in {"finish", "postpone_again"}:
        number = crm.interactions.postpone("ANNA", **TALK()).entry_no
        made: Any = getattr(crm.interactions, verb)(number, attachment=given)
    else:
        made = WITH_FIELDS[verb](crm, {"attachment": given})
    return made.interaction if verb == "record_document" else made  # type: ignore[no-any-return]


def test_an_empty_text_takes_the_templates_attachment_away(crm: seg.Workspace) -> None:
    letter = crm.interactions.draft("CARL", interaction_template_code="LETTER")
    assert letter.attachment_name == "letter.txt"
    bare = crm.interactions.draft("CARL", interaction_template_code="LETTER", attachment="")
    assert (bare.attachment, bare.attachment_name) == ("", "")
    named = crm.interactions.draft(
        "CARL", attachment=Attachment("a.txt", CONTENT), attachment_name="b.txt"
    )
    assert named.attachment_name == "b.txt"
    made = crm.interactions.create("ANNA", **TALK())
    with pytest.raises(NotFound, match=f"attachment of interaction '{made.entry_no}'"):
        crm.interactions.attachment(made)


def test_all_that_is_wrong_is_told_at_once(crm: seg.Workspace) -> None:
    with pytest.raises(Rejected) as error:
        crm.interactions.create(
            "NOBODY",
            **TALK(date="soon", salesperson_code="NONE"),
            attachment=Path("nowhere.txt"),
            comments=["Well", " ", 5],  # type: ignore[list-item]
        )
    assert [(fault.place, fault.field) for fault in error.value.faults] == [
        ("interaction", "date"),
        ("interaction", "attachment"),
        ("comment 2", "text"),
        ("comment 3", "text"),
        ("interaction", "contact_no"),
        ("interaction", "salesperson_code"),
    ]
    assert crm.journal.head.number == 0


def test_a_text_is_one_comment_frt_12(crm: seg.Workspace) -> None:
    """FRT-12."""
    made = crm.interactions.create("ANNA", **TALK(), comments="Friendly")
    later = crm.interactions.postpone("ANNA", **TALK(), comments="Busy")
    crm.interactions.postpone_again(later, comments="Still busy")
    crm.interactions.finish(later, comments="Done")
    call = crm.interactions.record_call("ANNA", "117", comments="Short")
    mail = crm.interactions.record_mail("ANNA", "Hello", comments="Long")
    for each, texts in (
        (made, ["Friendly"]),
        (later, ["Busy", "Still busy", "Done"]),
        (call, ["Short"]),
        (mail, ["Long"]),
    ):
        assert [comment.text for comment in crm.interactions.comments(each)] == texts


def test_a_comment_with_a_nul_is_refused(crm: seg.Workspace) -> None:
    with pytest.raises(InvalidValue, match="holds a NUL character"):
        crm.interactions.create("ANNA", **TALK(), comments=["Well", "a\0b"])
    assert crm.journal.head.number == 0


def test_no_entry_number_at_all_is_an_error_frt_13(crm: seg.Workspace) -> None:
    """FRT-13."""
    steps: list[Callable[[], object]] = [
        crm.interactions.cancel,
        crm.interactions.uncancel,
        lambda: crm.interactions.evaluate(evaluation="positive"),
    ]
    for step in steps:
        with pytest.raises(InvalidValue, match=r"entry_nos: .* give at least one"):
            step()
    with pytest.raises(InvalidValue, match="is no number of an entry"):
        crm.interactions.cancel([1, 2])  # type: ignore[arg-type]
    for blank in ("", " "):
        with pytest.raises(InvalidValue, match=r"segment_no: .* is blank; name a segment"):
            crm.interactions.delete_canceled(segment_no=blank)


# -- many -----------------------------------------------------------------------------------


def test_drafts_are_recorded_together(crm: seg.Workspace) -> None:
    """Those of one campaign share an entry, also one that is there."""
    before = crm.interactions.create("ANNA", **TALK(), campaign_no="SALE")
    drafts = [
        crm.interactions.draft(no, **TALK(), campaign_no=campaign)
        for no, campaign in (("ANNA", "FAIR"), ("BO", ""), ("CARL", "FAIR"), ("BO", "SALE"))
    ]
    made = crm.interactions.create_many(drafts)
    assert [each.contact_no for each in made] == ["ANNA", "BO", "CARL", "BO"]
    assert made == crm.interactions.get_many(each.entry_no for each in made)
    (entry,) = crm.store.records.all(CampaignEntry, campaign_no="FAIR")
    assert [each.campaign_entry_no for each in made] == [
        entry.entry_no,
        0,
        entry.entry_no,
        before.campaign_entry_no,
    ]
    assert {each.user_id for each in made} == {"ANNA"}


def test_one_draft_is_many_of_one_and_none_record_nothing(crm: seg.Workspace) -> None:
    own = Attachment("own.txt", CONTENT)
    draft = crm.interactions.draft("ANNA", **TALK(), attachment=own)
    (made,) = crm.interactions.create_many(draft)
    assert list(crm.interactions) == [made]
    assert crm.interactions.attachment(made) == own
    assert crm.interactions.create_many([]) == []
    assert crm.interactions.create_many(iter(())) == []
    assert crm.journal.head.number == made.entry_no


def test_the_faults_of_all_drafts_are_told_with_their_places(crm: seg.Workspace) -> None:
    good = crm.interactions.draft("ANNA", **TALK())
    recorded = crm.interactions.create("ANNA", **TALK())
    drafts = [
        good,
        attrs.evolve(good, contact_no="NOBODY", salesperson_code=""),
        recorded,
        attrs.evolve(good, attachment=DIGEST, canceled=True),
    ]
    with pytest.raises(Rejected) as error:
        crm.interactions.create_many(drafts)
    assert [(fault.place, fault.field) for fault in error.value.faults] == [
        ("draft 2", "contact_no"),
        ("draft 2", "salesperson_code"),
        ("draft 3", "entry_no"),
        ("draft 3", "user_id"),
        ("draft 4", "canceled"),
        ("draft 4", "attachment"),
    ]
    assert list(crm.interactions) == [recorded]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("description", "", "is blank"),
        ("description", "x" * 251, "has 251 characters"),
        ("date", None, "is blank"),
        ("contact_no", "DORA", "DORA is blocked for privacy"),
        ("contact_no", "NOBODY", "'NOBODY' does not exist"),
        ("salesperson_code", "XX", "'XX' does not exist"),
        ("campaign_no", "XX", "'XX' does not exist"),
        ("correspondence_type", "email", "is missing: an e-mail needs one, or a Word template"),
        ("attachment", DIGEST, f"nothing is stored under '{DIGEST}'; give a Path or"),
        ("answers_entry_no", 7, "entry 7 is no interaction"),
        ("extra", (("shoe", 38),), "is no field that is defined"),
        ("canceled_by", 1, "is set when it is recorded; leave it blank"),
    ],
    ids=lambda told: str(told)[:20],
)
def test_one_fault_among_drafts_is_told(
    crm: seg.Workspace, field: str, value: object, reason: str
) -> None:
    crm.contacts.new("Dora", no="DORA", type="person", privacy_blocked=True)
    good, head = crm.interactions.draft("ANNA", **TALK()), crm.journal.head
    wrong: Any = {field: value}
    with pytest.raises(Rejected) as error:
        crm.interactions.create_many([good, attrs.evolve(good, **wrong), good])
    (fault,) = error.value.faults
    assert fault.place == "draft 2"
    assert reason in str(fault.reason)
    assert crm.journal.head == head


def test_ten_thousand_are_recorded_at_once_or_none(crm: seg.Workspace) -> None:
    """INO-42."""
    good = crm.interactions.draft("ANNA", **TALK())
    drafts = [good] * 10_000
    for number in (2, 9_999):
        drafts[number - 1] = attrs.evolve(good, contact_no="C0")
    with pytest.raises(Rejected) as error:
        crm.interactions.create_many(drafts)
    assert [(fault.place, fault.field) for fault in error.value.faults] == [
        ("draft 2", "contact_no"),
        ("draft 9999", "contact_no"),
    ]
    assert crm.journal.head.number == 0
    made = crm.interactions.create_many([good] * 10_000)
    assert [each.entry_no for each in made] == list(range(1, 10_001))
    assert crm.journal.verify().number == 10_000


# -- afterwards -----------------------------------------------------------------------------


def test_several_are_canceled_and_evaluated_all_or_none(crm: seg.Workspace) -> None:
    one, two = (crm.interactions.create(no, **TALK()) for no in ("ANNA", "BO"))
    put_off = crm.interactions.postpone("CARL", **TALK())
    with pytest.raises(Refused, match="it is postponed; discard it instead"):
        crm.interactions.cancel(one, put_off)
    with pytest.raises(Refused, match="it is postponed; finish it first"):
        crm.interactions.evaluate(one, put_off, evaluation="positive")
    with pytest.raises(NotFound, match=f"'{NOBODY}, {NOBODY + 1}'"):
        crm.interactions.cancel(one, NOBODY, NOBODY + 1)
    assert crm.interactions[one] == one
    crm.interactions.cancel(one, two.entry_no, one.entry_no)
    assert [each.entry_no for each in crm.interactions.where(canceled=True)] == [
        one.entry_no,
        two.entry_no,
    ]
    with pytest.raises(Refused, match="canceled already"):
        crm.interactions.cancel(two)
    crm.interactions.uncancel(two, one)
    with pytest.raises(Refused, match="not canceled"):
        crm.interactions.uncancel(one, two)
    crm.interactions.evaluate(one, two, evaluation="Very Positive")
    assert {each.evaluation for each in crm.interactions.of("SHOP")} == {"very_positive"}
    crm.interactions.evaluate(two, evaluation="")
    assert crm.interactions[two].evaluation == ""


def test_the_canceled_ones_of_a_segment_are_deleted_alone(crm: seg.Workspace) -> None:
    logged = segment_of(crm, "ANNA", "BO").log()
    other = crm.interactions.create("CARL", **TALK())
    crm.interactions.cancel(*logged.interactions[:1], other)
    assert crm.interactions.delete_canceled(segment_no="SM9999") == 0
    assert crm.interactions.delete_canceled(segment_no=logged.segment.segment_no.lower()) == 1
    assert other in crm.interactions
    assert crm.interactions.delete_all_canceled() == 1
    assert [each.contact_no for each in crm.interactions] == ["BO"]


def test_what_is_noted_must_fit_its_field(crm: seg.Workspace) -> None:
    made = crm.interactions.create("ANNA", **TALK())
    steps: dict[str, Callable[[], object]] = {
        "evaluation": lambda: crm.interactions.evaluate(made, evaluation="goood"),
        "attempt_failed": lambda: crm.interactions.set_attempt(made, attempt_failed="?"),  # type: ignore[arg-type]
        "opportunity_no": lambda: crm.interactions.link_opportunity(made, "O" * 21),
        "text": lambda: crm.interactions.comment(made, " "),
    }
    for field, step in steps.items():
        with pytest.raises(Rejected) as error:
            step()
        assert [fault.field for fault in error.value.faults] == [field]
    assert crm.interactions[made] == made


# -- calls and documents --------------------------------------------------------------------


def test_a_call_takes_what_line_or_task_says(crm: seg.Workspace) -> None:
    segment = segment_of(crm, "ANNA", campaign="SALE")
    task = Task(contact_no="ANNA", salesperson_code="RB", description="Ask", opportunity_no="OP1")
    from_line = crm.interactions.record_call("ANNA", "117", line=segment.lines[0])
    same = crm.interactions.record_call("anna", "117", line=(segment.no.lower(), 10_000))
    assert attrs.evolve(same, entry_no=from_line.entry_no) == from_line
    assert (from_line.segment_no, from_line.line_no) == (segment.no, 10_000)
    assert (from_line.campaign_no, from_line.description) == ("SALE", "Round of talks")
    from_task = crm.interactions.record_call("ANNA", "117", task=task, description="Asked")
    assert (from_task.salesperson_code, from_task.opportunity_no) == ("RB", "OP1")
    assert from_task.description == "Asked"


def test_line_and_task_must_be_of_the_contact_called(crm: seg.Workspace) -> None:
    segment = segment_of(crm, "ANNA")
    line, task = segment.lines[0], Task(contact_no="ANNA")
    call = crm.interactions.record_call
    with pytest.raises(InvalidValue, match="is not the contact of the line, ANNA"):
        call("BO", "117", line=line)
    with pytest.raises(InvalidValue, match="is not the contact of the task, ANNA"):
        call("BO", "117", task=task)
    with pytest.raises(InvalidValue, match="together with a line"):
        call("ANNA", "117", line=line, task=task)
    with pytest.raises(NotFound, match="segment 'NONE'"):
        call("ANNA", "117", line=("NONE", 10_000))
    assert call("BO", "117", task=Task(description="Ask")).description == "Ask"
    assert len(crm.interactions) == 1


def test_one_day_is_that_of_all_frt_18(crm: seg.Workspace) -> None:
    """FRT-18."""
    crm.interactions.create("ANNA", **TALK())
    crm.interactions.record_call("ANNA", "117")
    crm.interactions.record_mail("ANNA", "Hello")
    crm.interactions.record_document("sales_invoice", "1", contact_no="ANNA")
    assert [each.date for each in crm.interactions] == [TODAY] * 4


def test_a_document_is_found_by_its_contacts_record(crm: seg.Workspace) -> None:
    shop = crm.contacts["SHOP"]
    done = crm.interactions.record_document("sales_invoice", "1", contact_no=shop)
    assert done.interaction in list(crm.interactions)


# -- keywords -------------------------------------------------------------------------------


def test_what_no_caller_sets_is_what_the_keywords_leave_out() -> None:
    """FRT-19: a checker refuses what is refused at run time."""
    left_out = {"contact_no", "attachment"}
    names = set(InteractionValues.__annotations__) - left_out
    draft = set(InteractionDraftValues.__annotations__)
    blank = Interaction()
    crm = make_desk()
    for name in names:
        given: dict[str, Any] = {name: getattr(blank, name)}
        if name in draft:
            assert isinstance(crm.interactions.draft("ANNA", **given), Interaction)
        else:
            with pytest.raises(UnknownName):
                crm.interactions.draft("ANNA", **given)
    assert names - draft == SET_BY_US
