"""Interactions with one contact: created, checked, put off, taken up, annotated."""

import datetime as dt
import hashlib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest

import segmentation as seg
from segmentation.adapters.sqlalchemy import open_store
from segmentation.campaigns import Campaign, CampaignEntry
from segmentation.code_tables import SalespersonPurchaser
from segmentation.contacts import Contact, CorrespondenceType
from segmentation.documents import Attachment
from segmentation.errors import (
    NotFound,
    Refused,
    Rejected,
    UnknownName,
)
from segmentation.fields import Field
from segmentation.interactions import Evaluation, Interaction, InteractionComment, InteractionTotal
from segmentation.journal import NOTHING
from segmentation.operations.followers import totals_of
from segmentation.operations.interactions import (
    cancel,
    contact_figures,
    create_interaction,
    create_interactions,
    draft_interaction,
    may_link_opportunity,
)
from segmentation.setup import UserSetup
from segmentation.templates import InteractionGroup, InteractionTemplateSetup, TemplateLanguage
from support.desk import COST, DURATION, Diary, make_desk, make_template, segment_of
from support.fair import NOW, TODAY, evolved, person


def fields_at_fault(error: pytest.ExceptionInfo[Rejected]) -> list[str]:
    return [fault.field for fault in error.value.faults]


def test_an_interaction_takes_what_its_template_says(crm: seg.Workspace) -> None:
    """CSG-01, INT-07: values of the template, and one campaign entry that counts it."""
    made = crm.interactions.create(
        "SHOP", interaction_template_code="LETTER", campaign_no="SALE", description="Offer"
    )
    assert (made.cost, made.duration_min) == (COST, DURATION)
    assert (made.information_flow, made.initiated_by) == ("outbound", "us")
    assert (made.interaction_group_code, made.interaction_template_code) == ("TALKS", "LETTER")
    assert made.attachment_name == "letter.txt"
    assert crm.store.attachments.get(made.attachment) == b"Dear {{ contact_name }}"
    assert (made.contact_no, made.campaign_no) == ("SHOP", "SALE")
    (entry,) = crm.store.records.all(CampaignEntry, campaign_no="SALE")
    assert made.campaign_entry_no == entry.entry_no
    assert entry.description == "Interaction"


def test_the_text_is_that_of_the_contacts_language_or_else_the_default(crm: seg.Workspace) -> None:
    crm.store.records.put(
        [
            TemplateLanguage(
                interaction_template_code="LETTER",
                language_code="DAN",
                description="Et brev",
                word_template_code="BREV",
            ),
            person("IDA", language_code="DAN", salesperson_code="JO"),
        ]
    )
    danish = crm.interactions.create("IDA", interaction_template_code="LETTER")
    assert (danish.description, danish.word_template_code) == ("Et brev", "BREV")
    assert (
        crm.interactions.create(
            "ANNA", interaction_template_code="LETTER"
        ).interaction_language_code
        == "ENU"
    )


def test_the_subject_is_the_description_unless_it_is_given(crm: seg.Workspace) -> None:
    assert (
        crm.interactions.create(
            "ANNA", interaction_template_code="TALK", description="Lunch"
        ).subject
        == "Lunch"
    )
    assert (
        crm.interactions.create("ANNA", interaction_template_code="TALK", subject="Food").subject
        == "Food"
    )


def test_cost_and_duration_can_be_given_by_hand(crm: seg.Workspace) -> None:
    """INT-09."""
    crm.interactions.create("ANNA", interaction_template_code="TALK")
    again = crm.interactions.create(
        "ANNA", interaction_template_code="TALK", cost=Decimal(3), duration_min=Decimal(4)
    )
    assert (again.cost, again.duration_min) == (Decimal(3), Decimal(4))


def test_figures_of_a_group_add_up_those_of_its_templates(crm: seg.Workspace) -> None:
    """INT-11."""
    crm.interactions.create("ANNA", interaction_template_code="TALK")
    crm.interactions.create("BO", interaction_template_code="CALL", cost=Decimal(1))
    of_group = crm.templates.group_figures("talks")
    of_each = [crm.templates.figures(code) for code in ("TALK", "CALL")]
    assert of_group == of_each[0].plus(of_each[1])
    assert (of_group.interactions, of_group.cost) == (2, COST + 1)


def test_what_has_no_template_or_group_counts_for_none(crm: seg.Workspace) -> None:
    crm.store.records.put([make_template("LONE", interaction_group_code="")])
    crm.interactions.create("ANNA", interaction_template_code="LONE")
    assert crm.templates.figures("LONE").interactions == 1
    assert list(crm.store.records.all(InteractionTotal, code="")) == []
    assert totals_of([Interaction(date=TODAY)]) == []


def test_figures_cover_a_range_of_dates(crm: seg.Workspace) -> None:
    for day in (1, 10, 20):
        crm.interactions.create(
            "ANNA", interaction_template_code="TALK", date=dt.date(2026, 10, day)
        )
    since, until = dt.date(2026, 10, 2), dt.date(2026, 10, 19)
    found = crm.templates.figures("TALK", since=since, until=until)
    assert found.interactions == 1
    assert contact_figures(crm.store, "anna", since=since).figures.interactions == 2


def test_an_interaction_group_is_found_by_its_code(crm: seg.Workspace) -> None:
    """INT-01."""
    crm.store.records.put([InteractionGroup(code="letters", description="Letters")])
    found = crm.store.records.find(InteractionGroup, "LETTERS")
    assert found is not None
    assert found.description == "Letters"


def test_everything_that_is_missing_is_told_at_once_in_the_order_of_the_form(
    crm: seg.Workspace,
) -> None:
    """INT-05, INT-37, INT-38, INT-39: and nothing is recorded."""
    crm.store.records.put([person("DORA")])
    with pytest.raises(Rejected) as error:
        crm.interactions.create("DORA", interaction_template_code="", date=None, description="")
    assert fields_at_fault(error) == [
        "interaction_template_code",
        "salesperson_code",
        "date",
        "description",
    ]
    assert crm.journal.head.number == 0


def test_what_is_named_must_exist_and_fit(crm: seg.Workspace) -> None:
    with pytest.raises(Rejected) as error:
        crm.interactions.create(
            "NOBODY",
            interaction_template_code="NONE",
            salesperson_code="XX",
            campaign_no="NIL",
            description="D" * 101,
        )
    assert fields_at_fault(error) == [
        "contact_no",
        "interaction_template_code",
        "salesperson_code",
        "campaign_no",
        "description",
        "subject",
    ]


@pytest.mark.parametrize(
    "kim",
    [
        person("KIM", salesperson_code="JO", privacy_blocked=True),
        person("KIM", salesperson_code="JO", minor=True),
    ],
)
def test_who_may_not_be_contacted_gets_no_interaction(crm: seg.Workspace, kim: Contact) -> None:
    crm.store.records.put([kim])
    with pytest.raises(Rejected) as error:
        crm.interactions.create("KIM", interaction_template_code="TALK")
    assert fields_at_fault(error) == ["contact_no"]


def test_an_email_needs_an_attachment_or_a_word_template(crm: seg.Workspace) -> None:
    """IUI-23."""
    mail: dict[str, Any] = {"correspondence_type": CorrespondenceType.EMAIL}
    with pytest.raises(Rejected, match="an e-mail needs one, or a Word template") as error:
        crm.interactions.create("ANNA", interaction_template_code="TALK", **mail)
    assert fields_at_fault(error) == ["attachment"]
    crm.interactions.create(
        "ANNA", interaction_template_code="TALK", **mail, word_template_code="W1"
    )
    own = crm.interactions.create(
        "ANNA",
        interaction_template_code="TALK",
        **mail,
        attachment=Attachment("note.txt", b"Hello"),
    )
    assert crm.store.attachments.get(own.attachment) == b"Hello"


def test_attachments_lie_on_the_disk_with_their_store_each_under_its_name(tmp_path: Path) -> None:
    """INT-95 and CON-17; the name of an attachment is the hash of its content."""
    path = tmp_path / "crm.db"
    with make_desk(store=open_store(path)) as crm:
        content = b"Dear {{ name }}"
        text = TemplateLanguage(
            interaction_template_code="NOTE",
            language_code="ENU",
            attachment=crm.store.attachments.put(content),
            attachment_name="note.txt",
        )
        crm.store.records.put([make_template("NOTE", language_code_default="ENU"), text])
        made = crm.interactions.create("ANNA", interaction_template_code="NOTE")
        own = crm.interactions.create(
            "ANNA", interaction_template_code="TALK", attachment=Attachment("own.txt", b"Own")
        )
    with seg.Workspace.open(open_store(path)) as again:
        for entry, said in ((made, content), (own, b"Own")):
            logged = again.interactions[entry.entry_no]
            assert again.store.attachments.get(logged.attachment) == said
            assert logged.attachment == hashlib.sha256(said).hexdigest()


def test_a_template_that_says_open_needs_something_to_open(crm: seg.Workspace) -> None:
    crm.store.records.put([make_template("DEED", wizard_action="open")])
    with pytest.raises(Rejected, match="the template says to open it"):
        crm.interactions.create("ANNA", interaction_template_code="DEED")


def test_the_contacts_correspondence_type_goes_before_the_templates(crm: seg.Workspace) -> None:
    crm.store.records.put(
        [
            person("EVE", salesperson_code="JO", correspondence_type="hard_copy"),
            make_template(
                "FIRM", correspondence_type_default="email", ignore_contact_corres_type=True
            ),
        ]
    )
    assert (
        crm.interactions.draft("EVE", interaction_template_code="LETTER").correspondence_type
        == "hard_copy"
    )
    assert (
        crm.interactions.draft("EVE", interaction_template_code="FIRM").correspondence_type
        == "email"
    )
    assert (
        crm.interactions.draft("ANNA", interaction_template_code="LETTER").correspondence_type
        == "email"
    )


def test_the_users_salesperson_goes_before_the_contacts() -> None:
    """CON-45."""
    crm = make_desk(user="EVA")
    assert (
        crm.interactions.create("ANNA", interaction_template_code="TALK").salesperson_code == "RB"
    )


def test_a_description_that_is_given_stays_when_the_template_has_another(
    crm: seg.Workspace,
) -> None:
    """IUI-19."""
    draft = crm.interactions.draft("ANNA", interaction_template_code="TALK", description="Anything")
    assert draft.description == "Anything"


def test_a_draft_is_tolerant_and_its_time_is_the_next_minute() -> None:
    crm = make_desk()
    draft = crm.interactions.draft("", interaction_template_code="NONE")
    assert (draft.contact_no, draft.salesperson_code, draft.date) == ("", "", TODAY)
    assert draft.time_of_interaction == dt.time(9, 31)
    late = attrs.evolve(crm.context, clock=lambda: NOW.replace(second=59))
    assert late.next_minute == dt.time(9, 31)
    assert crm.interactions.draft("ANNA", interaction_template_code="NONE").salesperson_code == "JO"


def test_a_field_that_is_none_or_not_the_callers_is_named() -> None:
    crm = make_desk()
    with pytest.raises(UnknownName, match="did you mean 'description'"):
        crm.interactions.create("ANNA", interaction_template_code="TALK", descripton="x")  # type: ignore[call-arg]
    with pytest.raises(UnknownName, match="canceled_by"):
        crm.interactions.create("ANNA", interaction_template_code="TALK", canceled_by=1)  # type: ignore[call-arg]
    with pytest.raises(Rejected, match="evaluation: 'superb' is not an option; it is one of v"):
        crm.interactions.create("ANNA", interaction_template_code="TALK", evaluation="superb")


def test_values_are_read_as_their_fields_hold_them(crm: seg.Workspace) -> None:
    crm.tables.define(Interaction, Field("mood", "text"), Field("score", "decimal"))
    made = crm.interactions.create(
        "ANNA",
        interaction_template_code="TALK",
        date="2026-11-20",
        time_of_interaction="08:15",
        cost=2.5,
        duration_min="12",
        campaign_target="oui",  # type: ignore[arg-type]
        evaluation="Very Positive",
        opportunity_no=" op1 ",
        extra={"mood": "fine", "score": 1.5},  # type: ignore[dict-item]
    )
    assert (made.date, made.time_of_interaction) == (dt.date(2026, 11, 20), dt.time(8, 15))
    assert (made.cost, made.duration_min) == (Decimal("2.5"), Decimal(12))
    assert (made.campaign_target, made.evaluation) == (True, "very_positive")
    assert (made.opportunity_no, made.extra) == (
        "OP1",
        (("mood", "fine"), ("score", Decimal("1.5"))),
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("date", "soon"),
        ("date", NOW),
        ("time_of_interaction", "9 o'clock"),
        ("cost", "much"),
        ("cost", float("nan")),
        ("description", 5),
        pytest.param("description", "a\0b", id="description-NUL"),
        ("campaign_target", "perhaps"),
        ("extra", 5),
    ],
)
def test_a_value_that_its_field_cannot_hold_is_named(
    crm: seg.Workspace,
    field: str,
    value: Any,  # noqa: ANN401
) -> None:
    put_off = crm.interactions.postpone("ANNA", interaction_template_code="TALK")
    steps: list[Callable[[], object]] = [
        lambda: crm.interactions.create("ANNA", interaction_template_code="TALK", **{field: value}),
        lambda: crm.interactions.finish(put_off.entry_no, **{field: value}),
        lambda: crm.interactions.draft("ANNA", interaction_template_code="TALK", **{field: value}),
    ]
    for step in steps:
        with pytest.raises(Rejected) as error:
            step()
        assert [fault.field for fault in error.value.faults] == [field]
    assert crm.journal.head.number == 1


def test_all_values_that_do_not_fit_are_told_at_once(crm: seg.Workspace) -> None:
    with pytest.raises(Rejected) as error:
        crm.interactions.create(
            "ANNA", interaction_template_code="TALK", date="soon", cost="much", description="fine"
        )
    assert [str(fault) for fault in error.value.faults] == [
        "interaction: date: 'soon' is not a date in ISO form",
        "interaction: cost: 'much' is not a number",
    ]
    assert crm.journal.head.number == 0


def test_a_draft_made_by_hand_is_checked_for_what_its_fields_cannot_hold(
    crm: seg.Workspace,
) -> None:
    wrong: dict[str, Any] = {
        "date": NOW,
        "cost": "5",
        "duration_min": Decimal("NaN"),
        "campaign_target": 1,
        "subject": None,
        "extra": {"mood": object()},
    }
    draft = attrs.evolve(crm.interactions.draft("ANNA", interaction_template_code="TALK"), **wrong)
    with pytest.raises(Rejected) as error:
        create_interactions(crm.context, draft)
    assert fields_at_fault(error) == [
        "date",
        "subject",
        "cost",
        "duration_min",
        "campaign_target",
        "mood",
    ]


@pytest.mark.parametrize("text", [None, 5, b"Well", " "])
def test_a_comment_is_a_text(crm: seg.Workspace, text: Any) -> None:  # noqa: ANN401
    made = crm.interactions.create("ANNA", interaction_template_code="TALK")
    with pytest.raises(Rejected, match=r"comment \d: text: is"):
        crm.interactions.comment(made.entry_no, text)
    with pytest.raises(Rejected, match=r"comment \d: text: is"):
        crm.interactions.create("ANNA", interaction_template_code="TALK", comments=["Well", text])
    assert crm.journal.head.number == 1


def test_interactions_outside_segments_share_a_campaign_entry(crm: seg.Workspace) -> None:
    first = crm.interactions.create("ANNA", interaction_template_code="TALK", campaign_no="SALE")
    second = crm.interactions.create("BO", interaction_template_code="TALK", campaign_no="SALE")
    assert first.campaign_entry_no == second.campaign_entry_no
    other = crm.interactions.create("BO", interaction_template_code="TALK", campaign_no="FAIR")
    assert other.campaign_entry_no != first.campaign_entry_no


def test_a_canceled_campaign_entry_is_not_used_again(crm: seg.Workspace) -> None:
    first = crm.interactions.create("ANNA", interaction_template_code="TALK", campaign_no="SALE")
    entry = crm.store.records.find(CampaignEntry, first.campaign_entry_no)
    assert entry is not None
    cancel(crm.context, entry)
    second = crm.interactions.create("BO", interaction_template_code="TALK", campaign_no="SALE")
    assert second.campaign_entry_no not in {0, first.campaign_entry_no}


def test_postponing_checks_the_same_fields(crm: seg.Workspace) -> None:
    """INT-35: a contact must be chosen."""
    with pytest.raises(Rejected, match="choose a contact") as error:
        crm.interactions.postpone("", interaction_template_code="")
    assert fields_at_fault(error)[0] == "contact_no"


def test_what_is_postponed_counts_nowhere_and_keeps_its_number(crm: seg.Workspace) -> None:
    """CON-51."""
    crm.store.records.put([make_template("VISIT")])
    one = crm.interactions.postpone(
        "ANNA", interaction_template_code="TALK", campaign_no="SALE", comments=["Busy"]
    )
    two = crm.interactions.postpone("ANNA", interaction_template_code="VISIT")
    assert crm.interactions.postponed() == [one, two]
    assert crm.contacts.figures("ANNA").figures.interactions == 0
    assert list(crm.store.records.all(CampaignEntry)) == []
    done = crm.interactions.finish(one.entry_no, cost=Decimal(9), duration_min=Decimal(8))
    assert (done.cost, done.duration_min) == (Decimal(9), Decimal(8))
    assert done.entry_no == one.entry_no
    assert not done.postponed
    assert done.campaign_entry_no
    assert crm.interactions.postponed() == [two]
    assert [comment.text for comment in crm.interactions.comments(one.entry_no)] == ["Busy"]
    with pytest.raises(Refused, match="not postponed"):
        crm.interactions.finish(one.entry_no)


def test_an_interaction_can_be_postponed_again_with_another_text(crm: seg.Workspace) -> None:
    """CON-19: what the first text said is still there."""
    first = crm.interactions.postpone(
        "ANNA", interaction_template_code="TALK", attachment=Attachment("a.txt", b"One")
    )
    second = crm.interactions.postpone_again(
        first.entry_no, attachment=Attachment("b.txt", b"Two"), comments=["Later"]
    )
    assert second.postponed
    assert crm.store.attachments.get(first.attachment) == b"One"
    assert crm.store.attachments.get(second.attachment) == b"Two"


def test_what_is_resumed_is_what_was_put_off_whole(crm: seg.Workspace) -> None:
    """INT-48, INT-49: nothing is cut, whether it is put off again or discarded."""
    long = "N234567890123456789X"
    crm.store.records.put(
        [
            seg.Contact(no=long, type=seg.ContactType.PERSON, company_no=long[::-1]),
            SalespersonPurchaser(code=long),
            Campaign(no=long),
        ]
    )
    given: dict[str, Any] = {"salesperson_code": long, "campaign_no": long, "opportunity_no": long}
    put_off = crm.interactions.postpone(long, interaction_template_code="TALK", **given)
    again = crm.interactions.postpone_again(put_off.entry_no)
    assert {name: getattr(again, name) for name in given} == given
    assert (again.contact_no, again.contact_company_no) == (long, long[::-1])
    assert crm.interactions.postponed() == [again]
    crm.interactions.discard(again.entry_no)
    assert crm.interactions.postponed() == []


def test_what_is_resumed_keeps_its_salesperson(crm: seg.Workspace) -> None:
    """INT-51: whoever resumes it, and whatever else waits."""
    one, other = (
        crm.interactions.postpone("ANNA", interaction_template_code="TALK", salesperson_code=code)
        for code in ("JO", "RB")
    )
    done = crm.interactions.finish(one.entry_no)
    assert done.salesperson_code == "JO"
    assert crm.interactions.postponed() == [other]


def test_what_is_postponed_can_be_discarded(crm: seg.Workspace) -> None:
    put_off = crm.interactions.postpone("ANNA", interaction_template_code="TALK", comments=["Hm"])
    crm.interactions.discard(put_off.entry_no)
    assert crm.interactions.postponed() == []
    assert not list(crm.store.records.all(InteractionComment))
    with pytest.raises(NotFound, match="interaction"):
        crm.interactions.comments(put_off.entry_no)
    with pytest.raises(NotFound, match="interaction"):
        crm.interactions.discard(put_off.entry_no)
    finished = crm.interactions.create("ANNA", interaction_template_code="TALK")
    with pytest.raises(Refused, match="not postponed"):
        crm.interactions.discard(finished.entry_no)


def test_several_interactions_are_evaluated_at_once(crm: seg.Workspace) -> None:
    numbers = [
        crm.interactions.create(no, interaction_template_code="TALK").entry_no
        for no in ("ANNA", "BO")
    ]
    crm.interactions.evaluate(*numbers, evaluation="very_positive")
    assert {crm.interactions[no].evaluation for no in numbers} == {Evaluation.VERY_POSITIVE}
    with pytest.raises(Rejected, match="did you mean 'positive'"):
        crm.interactions.evaluate(numbers[0], evaluation="positiv")


def test_what_is_postponed_is_not_evaluated(crm: seg.Workspace) -> None:
    put_off = crm.interactions.postpone("ANNA", interaction_template_code="TALK")
    with pytest.raises(Refused, match="finish it first"):
        crm.interactions.evaluate(put_off.entry_no, evaluation="neutral")


def test_comments_are_kept_in_their_order(crm: seg.Workspace) -> None:
    """INT-97."""
    made = crm.interactions.create(
        "ANNA", interaction_template_code="TALK", comments=["First", "Second"]
    )
    crm.interactions.comment(made.entry_no, "Third")
    kept = crm.interactions.comments(made.entry_no)
    assert [comment.text for comment in kept] == ["First", "Second", "Third"]
    assert {comment.date for comment in kept} == {NOW.date()}
    with pytest.raises(Rejected, match="blank"):
        crm.interactions.comment(made.entry_no, "  ")


def test_what_was_made_from_an_opportunity_keeps_its_comments(crm: seg.Workspace) -> None:
    """INT-98."""
    texts = ["First", "Second", "Third"]
    made = crm.interactions.create(
        "ANNA", interaction_template_code="TALK", opportunity_no="OP7", comments=texts
    )
    assert made.opportunity_no == "OP7"
    assert [comment.text for comment in crm.interactions.comments(made.entry_no)] == texts


def test_an_opportunity_takes_the_comments_of_its_interaction_along(crm: seg.Workspace) -> None:
    """INT-59, IUI-09, IUI-15: it is linked when the host has made it, and not before."""
    made = crm.interactions.create(
        "ANNA", interaction_template_code="TALK", comments=["Asked for a price"]
    )
    diary = Diary()
    keeping = evolved(crm, agenda=diary)
    chance = keeping.tasks.opportunity_of(made.entry_no, sales_cycle_code="NEW")
    assert diary.opportunities == [chance]
    assert chance.comments == ((NOW.date(), "Asked for a price"),)
    assert (chance.contact_no, chance.contact_company_no) == ("ANNA", made.contact_company_no)
    assert (chance.description, chance.salesperson_code) == (made.description, "JO")
    assert crm.tasks.opportunity_of(made, sales_cycle_code="NEW") == chance
    assert diary.opportunities == [chance]  # nobody was asked to keep the second
    assert crm.interactions[made.entry_no].opportunity_no == ""
    crm.interactions.link_opportunity(made.entry_no, "OP8")
    assert crm.interactions[made.entry_no].opportunity_no == "OP8"
    with pytest.raises(Refused, match="has an opportunity"):
        crm.tasks.opportunity_of(made.entry_no, sales_cycle_code="")


def test_an_attempt_that_failed_is_noted(crm: seg.Workspace) -> None:
    made = crm.interactions.create("ANNA", interaction_template_code="TALK")
    crm.interactions.set_attempt(made.entry_no, attempt_failed=True)
    assert crm.interactions[made.entry_no].attempt_failed
    figures = crm.contacts.figures("ANNA")
    assert (figures.last_interaction, figures.last_attempted) == (None, TODAY)


def test_opportunities_are_linked_to_what_counts_and_has_none(crm: seg.Workspace) -> None:
    """IUI-01."""
    made = crm.interactions.create("ANNA", interaction_template_code="TALK")
    assert may_link_opportunity(made)
    crm.interactions.link_opportunity(made.entry_no, "op7")
    linked = crm.interactions[made.entry_no]
    assert linked.opportunity_no == "OP7"
    assert not may_link_opportunity(linked)
    assert not may_link_opportunity(attrs.evolve(made, canceled=True))


def test_figures_of_a_company_cover_its_persons(crm: seg.Workspace) -> None:
    """CON-14, rule 88."""
    crm.interactions.create("SHOP", interaction_template_code="TALK")
    crm.interactions.create("ANNA", interaction_template_code="TALK")
    assert crm.contacts.figures("SHOP").figures.interactions == 2
    assert crm.contacts.figures("ANNA").figures.cost == COST
    assert len(crm.interactions.of("SHOP")) == 2
    with pytest.raises(NotFound):
        crm.contacts.figures("NOBODY")


def test_what_is_canceled_leaves_the_figures(crm: seg.Workspace) -> None:
    """CON-14, CON-15, INT-73."""
    made = crm.interactions.create("SHOP", interaction_template_code="TALK")
    before = crm.contacts.figures("SHOP").figures
    assert (before.interactions, before.cost, before.duration_min) == (1, COST, DURATION)
    crm.interactions.cancel(made)
    assert crm.interactions[made.entry_no].canceled
    after = crm.contacts.figures("SHOP").figures
    assert after == NOTHING


def test_titles_say_what_and_from_or_by_whom(crm: seg.Workspace) -> None:
    """INT-65, INT-67, INT-83."""
    crm.store.records.put([SalespersonPurchaser(code="JO", name="Jo Dahl")])
    incoming = crm.interactions.create(
        "ANNA", interaction_template_code="TALK", information_flow="inbound"
    )
    assert crm.interactions.title(incoming.entry_no) == "Talk, from Anna"
    assert crm.interactions.title(incoming.entry_no, language="fr-CH") == "Talk, de Anna"
    plain = crm.interactions.create("ANNA", interaction_template_code="TALK", information_flow="")
    assert crm.interactions.title(plain.entry_no) == "Talk"
    outgoing = crm.interactions.create("ANNA", interaction_template_code="TALK")
    assert crm.interactions.title(outgoing.entry_no, language="nb-NO") == "Talk, av Jo Dahl"
    assert crm.interactions.title(outgoing.entry_no, language="xx") == "Talk, by Jo Dahl"


def test_without_salesperson_the_title_names_the_user_of_the_entry() -> None:
    """INT-83."""
    crm = make_desk(UserSetup(user_id="NILS", full_name="Nils Holm"), user="nils")
    bill = crm.interactions.record_document("sales_invoice", "103", contact_no="ANNA").interaction
    assert bill is not None
    crm.store.records.put([attrs.evolve(bill, salesperson_code="")])
    assert crm.interactions.title(bill.entry_no) == "Bill, by Nils Holm"
    crm.store.records.put([attrs.evolve(bill, salesperson_code="", user_id="SVEN")])
    assert crm.interactions.title(bill.entry_no) == "Bill, by SVEN"


# -- phone calls ----------------------------------------------------------------------------


def test_a_call_needs_a_number(crm: seg.Workspace) -> None:
    """CSG-07: from a segment's line."""
    segment = segment_of(crm, "ANNA")
    with pytest.raises(Rejected) as error:
        crm.interactions.record_call("ANNA", " ", line=(segment.no, 10000))
    assert fields_at_fault(error) == ["contact_via"]
    with pytest.raises(Rejected) as error:
        crm.interactions.record_call("NOBODY", "")
    assert fields_at_fault(error)[:2] == ["contact_via", "contact_no"]
    with pytest.raises(Rejected, match="a call needs a phone number"):
        crm.interactions.record_call("ANNA", None)  # type: ignore[arg-type]
    called = crm.interactions.record_call("anna", "117", line=(segment.no.lower(), 10000))
    assert (called.segment_no, called.line_no) == (segment.no, 10000)


def test_a_call_from_a_line_is_an_interaction_of_its_own(crm: seg.Workspace) -> None:
    """CSG-09, CSG-11: the line stays as it is."""
    segment = segment_of(crm, "ANNA", campaign="SALE")
    lines = list(segment.lines)
    called = crm.interactions.record_call(
        "ANNA",
        "+41 61 555 01 01",
        line=lines[0],
        evaluation="neutral",
        opportunity_no="OP1",
        comments="Friendly",
    )
    assert (called.evaluation, called.attempt_failed) == (Evaluation.NEUTRAL, False)
    assert (called.opportunity_no, called.campaign_no) == ("OP1", "SALE")
    assert (called.segment_no, called.contact_via) == (segment.no, "+41 61 555 01 01")
    assert called.description == "Round of talks"
    assert list(segment.lines) == lines
    logged = segment.log()
    assert called.campaign_entry_no not in {i.campaign_entry_no for i in logged.interactions}
    with pytest.raises(NotFound):
        crm.interactions.record_call("ANNA", "1", line=lines[0])


def test_a_call_from_a_line_that_is_not_there_is_not_found(crm: seg.Workspace) -> None:
    segment = segment_of(crm, "ANNA")
    with pytest.raises(NotFound, match="segment line"):
        crm.interactions.record_call("ANNA", "1", line=(segment.no, 20000))


def test_a_call_takes_date_and_time_that_are_given(crm: seg.Workspace) -> None:
    """TSK-11."""
    when: dict[str, Any] = {"date": dt.date(2026, 11, 20), "time_of_interaction": dt.time(8, 15)}
    called = crm.interactions.record_call("ANNA", "117", **when)
    assert (called.date, called.time_of_interaction) == tuple(when.values())
    assert called.correspondence_type == ""


def test_calls_need_a_template_in_the_setup(crm: seg.Workspace) -> None:
    crm.store.records.put([InteractionTemplateSetup()])
    with pytest.raises(Refused, match="outg_calls"):
        crm.interactions.record_call("ANNA", "117")


# -- plain functions ------------------------------------------------------------------------


def test_a_host_uses_the_functions_directly(crm: seg.Workspace) -> None:
    draft = draft_interaction(crm.context, "ANNA", interaction_template_code="TALK")
    (made,) = create_interactions(crm.context, [attrs.evolve(draft, cost=Decimal(1))])
    again = create_interaction(crm.context, "ANNA", interaction_template_code="TALK", cost=1)
    assert crm.store.records.find(Interaction, made.entry_no) == made
    assert attrs.evolve(again, entry_no=made.entry_no) == made
