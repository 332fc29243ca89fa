"""Errors told in the languages of those who meet them: all of a message, or none of it."""

import ast
import datetime as dt
import pickle
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import pytest

import segmentation as seg
from segmentation.campaigns import (
    Campaign,
    CampaignActivation,
    CampaignEntry,
    CampaignStatus,
    CampaignTarget,
)
from segmentation.contacts import ContactIndustryGroup, ContactJobResponsibility
from segmentation.criteria import (
    Compare,
    Criteria,
    Cut,
    Figure,
    First,
    InShare,
    Measure,
    Operand,
    Operator,
    Part,
    bind,
)
from segmentation.errors import (
    Conflict,
    Fault,
    FilterError,
    InvalidValue,
    Message,
    MissingExtra,
    NotFound,
    Refused,
    Rejected,
    SegmentationError,
    UnknownName,
)
from segmentation.experiments import Arm, Outcome
from segmentation.languages import ENGLISH, phrases_of, told
from segmentation.operations.contacts import (
    company_summary,
    person_summary,
)
from segmentation.operations.interactions import cancel, uncancel
from segmentation.questionnaires import (
    LineType,
    ProfileQuestionnaire,
    ProfileQuestionnaireLine,
    QuestionnaireContactType,
    Rating,
)
from segmentation.segments import contact_schema
from segmentation.templates import InteractionTemplateSetup
from support.desk import make_desk, segment_of
from support.fair import TODAY, evolved

OTHERS = ("fr-CH", "it-IT", "nb-NO")
SOURCE = Path(seg.__file__).parent
HOLE = re.compile(r"\{(\w+)")


def strings() -> Iterator[ast.Constant]:
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node


def test_no_message_is_kept_of_a_text_that_is_not_there_any_more() -> None:
    there = {node.value for node in strings()}
    composed = re.compile(r"\w+ or [\w ]+")
    messages = phrases_of("fr").messages
    assert [each for each in messages if each not in there and not composed.fullmatch(each)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_fills_in_what_the_english_does(language: str) -> None:
    phrases = phrases_of(language)
    assert phrases.messages.keys() == phrases_of("fr").messages.keys()
    assert phrases.texts.keys() == ENGLISH.texts.keys()
    for english, other in phrases.messages.items():
        assert sorted(HOLE.findall(other)) == sorted(HOLE.findall(english)), english
    for name, text in ENGLISH.texts.items():
        assert sorted(HOLE.findall(phrases.texts[name])) == sorted(HOLE.findall(text)), name


BAD = [
    *(("contact", "city", text) for text in ("(A", "A)", "a|", "'x", "@", "..", "a (", "|'")),
    *(("contact", "city", text) for text in ("<>1..5", "=1..5", "1..%me", "1..A*", "<A*")),
    *(
        ("contact", "city", text)
        for text in ("%nobody", "%me", "%a", "%e", "(" * 60, "x" * 1000001)
    ),
    *(("contact", "minor", text) for text in ("perhaps", "y*")),
    *(("contact", "last_modified", text) for text in ("soon", "9999-13-01", "2026-11-22 25:00")),
    ("contact", "last_modified", "0001-01-01 00:00+14:00"),
    *(("interactions", "date", text) for text in ("D31+", "9999Y", "+")),
    ("interactions", "time_of_interaction", "25:00"),
    ("interactions", "cost", "many"),
    ("interactions", "entry_no", "1.5"),
    ("contact", "type", "compny"),
    ("contact", "citi", "x"),
    ("contakt", "city", "x"),
]
TOKENS = {"a": "%b", "b": "%a", "e": ""}


ONE = Compare(Operator.EQUAL, Operand("1"))
OTHER_FAULTS: list[Criteria] = [
    Figure(Measure.SUM, "city", Part("contact"), ONE),
    Figure(Measure.LATEST, "city", Part("contact"), ONE),
    Cut(Part("contact"), First(-1)),
    InShare("x", 5, 1),
]


def raised(step: Callable[[], object]) -> SegmentationError:
    with pytest.raises(SegmentationError) as caught:
        step()
    return caught.value


def bound(criteria: Criteria | None) -> object:
    return bind(criteria, contact_schema(), seg.AsOf(TODAY, tokens=TOKENS))


def filtered(table: str, field: str, text: str) -> object:
    return bound(seg.make_selection({table: {field: text}}))


def check_told(error: SegmentationError) -> None:
    """The error is told in every language, and differs from English in each line of words."""
    texts = {told(error, language) for language in OTHERS}
    assert str(error) not in texts
    assert len(texts) == len(OTHERS)
    assert told(error, "en") == told(error, "de-CH") == str(error)


@pytest.mark.parametrize(("table", "field", "text"), BAD, ids=lambda said: said[:20])
def test_what_a_filter_text_raises_is_told(table: str, field: str, text: str) -> None:
    check_told(raised(lambda: filtered(table, field, text)))


@pytest.mark.parametrize("criteria", OTHER_FAULTS)
def test_what_a_selection_raises_is_told(criteria: Criteria) -> None:
    check_told(raised(lambda: bound(criteria)))


def test_an_error_is_told_with_the_captions_of_its_field() -> None:
    error = raised(lambda: filtered("contact", "post_code", "(1000"))
    assert told(error, "fr-CH") == (
        "Contact, Code postal : une parenthèse n'est pas fermée ; attendu : la ) correspondante\n"
        "    (1000\n"
        "    ^"
    )
    assert told(error, "nb-NO").startswith("Kontakt, Postnr.: en parentes er ikke lukket; ")


def test_several_faults_are_told_together() -> None:
    error = raised(lambda: bound(seg.make_selection(contact={"citi": "x", "minor": "perhaps"})))
    assert told(error, "it-IT") == (
        "selezione: 2 errori, non è stato fatto nulla\n"
        "  Contatto: citi: nome sconosciuto: campo «citi» in Contatto; forse si intendeva «city»?\n"
        "  Contatto: Minorenne: non è né sì né no; atteso: sì o no\n"
        "        perhaps\n"
        "        ^"
    )
    check_told(raised(lambda: seg.make_selection(contact={"city": "a|", "name": "(b"})))
    one = Rejected(Message("segment {no}", no="S1"), [Fault("header", "description", "is blank")])
    assert told(one, "nb") == (
        "segment S1: 1 feil, ingenting ble gjort\n  hode: Beskrivelse: er ikke fylt ut"
    )
    many = Rejected("selection", one.faults * 60)
    assert told(many, "fr").endswith("\n  ... et 10 autres (toutes dans .faults)")


def test_what_is_not_found_is_told_by_the_captions_of_its_table() -> None:
    assert told(NotFound("segment line", "S1 7"), "nb") == "Segmentlinje «S1 7» finnes ikke"
    assert told(NotFound("segment", "S1"), "it") == "Segmento «S1»: inesistente"
    assert (
        told(UnknownName("field", "x", where="shoes"), "fr") == "nom inconnu : champ «x» dans shoes"
    )
    assert told(InvalidValue("shoes.size", 7, "is blank"), "it") == "shoes.size: «7» manca"


@pytest.mark.parametrize(
    "error",
    [
        Refused("go home", "it rains"),
        Refused(Message("go back on segment {no}", no="S1"), "it rains"),
        NotFound("python module", "uno"),
        FilterError("it rains", text="x", expected="a value"),
        FilterError("this is no date", text="x", expected="the sun"),
        Rejected("selection", [Fault("header", "date", "is blank"), Fault("sky", "", "it rains")]),
        MissingExtra("sql", "a database"),
        SegmentationError("it rains"),
    ],
)
def test_a_message_of_which_a_word_is_not_known_comes_in_english(error: SegmentationError) -> None:
    assert {told(error, language) for language in OTHERS} == {str(error)}


def test_what_keeps_somebody_from_a_segment_is_told() -> None:
    crm = make_desk(
        seg.Contact(no="BLOCKED", privacy_blocked=True), seg.Contact(no="MINOR", minor=True)
    )
    segment = segment_of(crm)
    for no in ("BLOCKED", "MINOR", "NOBODY"):
        check_told(raised(lambda no=no: segment.add_contact(no)))  # type: ignore[misc]
    crm = evolved(crm, language="nb-NO")
    assert crm.translate(raised(lambda: segment.add_contact("MINOR"))) == (
        "legge til kontakt MINOR: kontakten er mindreårig uten samtykke fra foresatte"
    )


def test_what_forbids_a_step_of_a_segment_is_told() -> None:
    crm = make_desk()
    segment = segment_of(crm)
    steps: list[Callable[[], object]] = [
        segment.go_back,
        segment.go_forward,
        segment.refresh,
        segment.unfollow,
        segment.log,
        lambda: segment.save_criteria("X"),
        lambda: segment.reuse_criteria("X"),
        lambda: segment.follow_criteria("X"),
        lambda: segment.reuse_logged_segment(7),
        lambda: segment.change_line(10, description="x"),
        lambda: segment.change_header(interaction_template_code="X"),
        lambda: crm.segment("X"),
        lambda: crm.contacts["X"],
        lambda: crm.new_segment(no="BY-HAND"),
        lambda: crm.new_segment(campaign_no="X"),
        lambda: crm.new_segment(salesperson_code="X"),
    ]
    for step in steps:
        check_told(raised(step))
    segment.add_contact("ANNA").save_criteria("X")
    segment.follow_criteria("X").refresh()
    steps = [
        lambda: segment.save_criteria("X"),
        lambda: crm.saved_criteria.delete("X"),
        lambda: crm.saved_criteria.add_text(crm.saved_criteria.to_text("X")),
        lambda: crm.saved_criteria.change("X", code="Y"),
        lambda: crm.saved_criteria.change("X", actions=""),
        crm.saved_criteria.to_text,
        crm.saved_criteria.add,
        crm.logged_segments.cancel,
        lambda: segment.change_header(no="X"),
        lambda: segment.change_header(no_series="X"),
        lambda: segment.change_header(saved_criteria_code="X"),
        lambda: segment.change_line(10_000, campaign_no="NONE"),
        lambda: segment.entered(since="today"),  # type: ignore[arg-type]
        lambda: segment.unite(crm.select()),  # type: ignore[arg-type]
        lambda: segment.preview("join"),
        lambda: segment.attachment(20_000),
        lambda: crm.new_segment("x", description="x"),
    ]
    for step in steps:
        check_told(raised(step))


def test_the_faults_of_lines_are_told() -> None:
    crm = make_desk(seg.Contact(no="DORA"))
    segment = segment_of(crm, "DORA", template="LETTER", description="")
    segment.change_line(10000, correspondence_type="email", date=None, salesperson_code="")
    error = raised(lambda: segment.log(deliver=True))
    check_told(error)
    assert told(error, "fr-CH").splitlines()[:4] == [
        "segment SM0001 : 4 erreurs, rien n'a été fait",
        "  en-tête : Description : est vide",
        "  ligne 10000 (contact DORA) : Date : est vide",
        "  ligne 10000 (contact DORA) : Code vendeur : est vide",
    ]


def test_what_is_wrong_with_an_interaction_is_told() -> None:
    crm = make_desk(seg.Contact(no="BLOCKED", privacy_blocked=True))
    given: Any
    for no, given in (
        ("BLOCKED", {}),
        ("ANNA", {"salesperson_code": "X", "date": None, "subject": "x" * 200}),
        ("ANNA", {"correspondence_type": "email", "salesperson_code": ""}),
        ("ANNA", {"attachment": "none", "comments": [" ", 5]}),
    ):
        create = partial(crm.interactions.create, no, interaction_template_code="TALK", **given)
        check_told(raised(create))
    recorded = crm.interactions.create("ANNA", interaction_template_code="TALK")
    check_told(raised(lambda: crm.interactions.create_many([recorded])))


def test_what_forbids_a_step_of_an_interaction_is_told() -> None:
    crm = make_desk()
    logged = segment_of(crm, "ANNA", campaign="SALE").log()
    put_off = crm.interactions.postpone("BO", interaction_template_code="TALK").entry_no
    (first,), (entry,) = logged.interactions, crm.store.records.all(CampaignEntry)
    cancel(crm.context, entry)
    crm.store.records.put([InteractionTemplateSetup()])
    steps: list[Callable[[], object]] = [
        lambda: crm.interactions.cancel(first),
        lambda: crm.interactions.uncancel(first),
        lambda: uncancel(crm.context, logged.segment),
        lambda: crm.interactions.cancel(crm.interactions[put_off]),
        lambda: crm.interactions.evaluate(put_off, evaluation="positive"),
        lambda: crm.interactions.set_attempt(put_off, attempt_failed=True),
        lambda: crm.interactions.link_opportunity(put_off, "OP1"),
        lambda: crm.interactions.finish(first.entry_no),
        lambda: crm.interactions.discard(first.entry_no),
        lambda: crm.interactions.postpone_again(first.entry_no),
        lambda: crm.interactions.record_call("ANNA", "1"),
        lambda: crm.interactions.record_mail("ANNA", "1"),
        lambda: crm.interactions.record_document("sales_invoice", "1"),
        lambda: crm.interactions.record_document("", "1"),
        lambda: crm.interactions.attachment(put_off),
        crm.interactions.cancel,
        lambda: crm.interactions.cancel([1]),  # type: ignore[arg-type]
        lambda: crm.interactions.delete_canceled(segment_no=""),
        lambda: crm.interactions.comment(put_off, None),  # type: ignore[arg-type]
        lambda: crm.contacts.erase("BO", also=[0]),
        lambda: crm.journal.as_of(at=dt.datetime(2026, 1, 1)),  # noqa: DTZ001 - is refused
        lambda: crm.journal[99],
        lambda: crm.journal.as_of(entry_no=99),
        lambda: crm.journal.import_entries([]),
    ]
    for step in steps:
        check_told(raised(step))
    assert told(raised(steps[1]), "nb-NO") == (
        f"gjenopprette Samhandling {first.entry_no}: tilhørende Kampanjepost {entry.entry_no} er "
        "annullert; gjenopprett den først"
    )


def test_what_forbids_a_step_of_a_contact_is_told() -> None:
    """FRT-16."""
    crm = make_desk(seg.Contact(no="FREE"))
    segment_of(crm, "ANNA").add_contacts(contact={"no": "BO"}).save_criteria("X")
    industry = ContactIndustryGroup(contact_no="CARL", industry_group_code="RETAIL")
    job = ContactJobResponsibility(contact_no="SHOP", job_responsibility_code="BUY")
    steps: list[Callable[[], object]] = [
        lambda: crm.contacts.change("ANNA", no="X"),
        lambda: crm.contacts.change("ANNA", type="company"),
        lambda: crm.contacts.change("ANNA", company_no="MILL"),
        lambda: crm.contacts.change("ANNA", last_modified="2026-11-22T10:00"),
        lambda: crm.contacts.new(last_modified="2026-11-22T10:00"),
        lambda: crm.contacts.new(no="ANNA"),
        crm.contacts.add,
        lambda: crm.contacts.add(industry),  # type: ignore[arg-type]
        lambda: crm.contacts.add(seg.Contact(no="ANNA"), seg.Contact(no="BO")),
        crm.contacts.add_rows,
        lambda: crm.contacts.add_rows("ANNA"),  # type: ignore[arg-type]
        lambda: crm.contacts.add_rows(industry),
        lambda: crm.contacts.add_rows(job),
        lambda: crm.contacts.remove_rows(seg.Contact(no="ANNA")),
        lambda: crm.contacts.set_company("SHOP", "MILL"),
        lambda: crm.contacts.change_type("SHOP", "person"),
        lambda: crm.contacts.delete("SHOP"),
        lambda: crm.contacts.delete("ANNA"),
        lambda: crm.contacts.merge(kept_no="ANNA", gone_no="ANNA"),
        lambda: crm.contacts.not_duplicates(no="ANNA", other_no="ANNA"),
        lambda: crm.contacts.merge(kept_no="ANNA", gone_no="SHOP"),
        lambda: crm.contacts.duplicates(hit_share=0),
        lambda: crm.contacts.renumber(old_no="BO", new_no="FREE"),
        lambda: crm.contacts.of_customer("X"),
        lambda: crm.contacts.of_vendor("X"),
        lambda: company_summary(crm.store, "ANNA"),
        lambda: person_summary(crm.store, "SHOP"),
    ]
    for step in steps:
        check_told(raised(step))


def test_what_is_wrong_with_a_campaign_is_told() -> None:
    crm = make_desk()
    crm.store.records.put([CampaignStatus(code="PLAN"), InteractionTemplateSetup()])
    segment_of(crm, campaign="SALE")
    crm.store.records.put([CampaignTarget(campaign_no="SALE", type="customer", no="C1")])
    crm.store.records.put([CampaignActivation(campaign_no="SALE")])
    verbs, last = crm.campaigns, dt.date(2026, 1, 1)
    taken, blank = seg_campaigns("SALE", "")
    steps: list[Callable[[], object]] = [
        lambda: verbs.change("SALE", starting_date=TODAY, ending_date=last, status_code="X"),
        lambda: verbs.change("SALE", no="X"),
        lambda: verbs.change("SALE", last_modified=None),
        lambda: verbs.new("Autumn", description="Winter"),
        verbs.add,
        lambda: verbs.add(seg.Contact(no="X")),  # type: ignore[arg-type]
        lambda: verbs.add(taken),
        lambda: verbs.add(taken, blank),
        lambda: verbs.delete("SALE"),
        lambda: verbs["X"],
        lambda: verbs.cancel_entry(9),
        lambda: verbs.figures(since="soon"),  # type: ignore[arg-type]
        lambda: verbs.figures(since=TODAY, until=last),
        lambda: verbs.figures_by("SALE", "x"),
        lambda: verbs.figures_over("SALE", "year"),
        lambda: verbs.compare("SALE", ["ANNA"]),
        lambda: verbs.compare("SALE", "letter", "mail"),
        lambda: verbs.compare("SALE", ["ANNA"], []),
        lambda: verbs.compare("SALE", Arm("X", "ANNA"), Arm("X", "BO")),
        lambda: verbs.compare("SALE", ["ANNA"], ["BO"], confidence=2),
        lambda: verbs.compare("SALE", outcome=Outcome(table="x", within="y")),
        lambda: verbs.size_needed(0.5, 0.6, power=0),
        lambda: verbs.size_needed(2, 0),
        verbs.active_for,
        lambda: verbs.record_invoice("C1", ""),
        lambda: verbs.record_invoice("C1", "O1"),
        lambda: verbs.activate("SALE"),
    ]
    for step in steps:
        check_told(raised(step))


def seg_campaigns(*nos: str) -> list[Campaign]:
    return [Campaign(no=no) for no in nos]


def test_what_forbids_an_answer_is_told() -> None:
    crm = make_desk()
    rows = [
        ProfileQuestionnaireLine(
            profile_questionnaire_code="Q",
            line_no=number,
            type=LineType.QUESTION if text.endswith("?") else LineType.ANSWER,
            description=text,
            auto_contact_classification=text == "Known?",
        )
        for number, text in enumerate(("Fit?", "Yes", "No", "Known?", "Well"), start=1)
    ]
    companies = QuestionnaireContactType.COMPANIES
    crm.store.records.put([*rows, ProfileQuestionnaire(code="Q")])
    crm.store.records.put([ProfileQuestionnaire(code="C", contact_type=companies)])
    verbs = crm.questionnaires
    verbs.give("ANNA", "Q", 2)
    steps: list[Callable[[], object]] = [
        lambda: verbs.give("ANNA", "Q", 1),
        lambda: verbs.give("ANNA", "Q", 3),
        lambda: verbs.give("ANNA", "Q", 5),
        lambda: verbs.give("ANNA", "C", 1),
        lambda: verbs.give("ANNA", "Q", 9),
        lambda: verbs.withdraw("ANNA", "Q", 1),
        lambda: verbs["X"],
        lambda: verbs.put(
            ProfileQuestionnaire(code="Q", business_relation_code="X"), lines=rows[1:2]
        ),
        lambda: verbs.put(ProfileQuestionnaire(code="Q"), lines=rows),
        lambda: verbs.new("Q"),
        lambda: verbs.new(""),
        verbs.add,
        lambda: verbs.add(seg.Contact(no="X")),  # type: ignore[arg-type]
        lambda: verbs.add(rows[0], ProfileQuestionnaire(code="Z")),
        lambda: verbs.add(attrs.evolve(rows[0], profile_questionnaire_code="X")),
        lambda: verbs.add(
            Rating(
                profile_questionnaire_code="Q",
                profile_questionnaire_line_no=1,
                rating_profile_quest_code="Q",
                rating_profile_quest_line_no=1,
            )
        ),
        lambda: verbs.change("Q", code="X"),
        lambda: verbs.delete("Q"),
        lambda: verbs.new_scoring(value="x"),
        lambda: verbs.new_scoring(date_field="date"),
        lambda: verbs.new_scoring(table="contat", value="x", since="2026-02-30"),
        lambda: verbs.new_scoring(table="contact", date_field="name", amount_field="nam"),
        lambda: verbs.new_scoring(
            table="contact", date_field="last_date_attempted", amount_field="name"
        ),
        verbs.classify,
        lambda: verbs.classify("X"),
        verbs.classify_all,
    ]
    for step in steps:
        check_told(raised(step))


def test_who_came_too_late_is_told() -> None:
    crm = make_desk()
    no = segment_of(crm).no
    before = crm.store.segments.get(no)
    crm.segment(no).add_contact("ANNA")
    error = raised(lambda: crm.store.segments.put(before))
    assert isinstance(error, Conflict)
    check_told(error)


def test_a_text_keeps_its_parts_when_it_travels() -> None:
    said = Message("segment {no} is {state}", no="S{1}", state=Message("empty"))
    again = pickle.loads(pickle.dumps(said))  # noqa: S301 - just written
    assert (again, again.template, again.values) == (said, said.template, said.values)
    assert said == "segment S{1} is empty"
    assert Message("{not} a template") == "{not} a template"
