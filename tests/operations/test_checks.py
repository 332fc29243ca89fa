"""What is wrong with records: the same faults with the same codes, whichever way they come."""

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import attrs
import polars as pl
import pytest

import segmentation as seg
from segmentation.adapters.narwhals import from_frame
from segmentation.code_tables import CountryRegion, MailingGroup
from segmentation.contacts import (
    Contact,
    ContactBusinessRelation,
    ContactIndustryGroup,
    ContactJobResponsibility,
    ContactProfileAnswer,
    ContactWebSource,
)
from segmentation.definitions import Definitions, OwnField
from segmentation.errors import Rejected
from segmentation.fields import FieldType, Record
from segmentation.interactions import Interaction
from segmentation.languages import told
from segmentation.memory import MemoryStore
from segmentation.operations.checks import (
    check_new,
    check_records,
    placed,
    record_faults,
    taken_faults,
)
from segmentation.operations.schema import declared_fields
from segmentation.questionnaires import (
    LineType,
    ProfileQuestionnaire,
    ProfileQuestionnaireLine,
    Rating,
)
from segmentation.segments import SavedCriteria, actions_to_json
from segmentation.templates import (
    InteractionTemplate,
    InteractionTemplateSetup,
    TemplateLanguage,
    WordTemplate,
)
from support.fair import make_store


@pytest.fixture
def store() -> MemoryStore:
    return make_store(
        CountryRegion(code="DK"),
        OwnField(table="contact", name="since", type="date"),
        OwnField(table="contact", name="points", type="decimal"),
    )


def codes(store: MemoryStore, *records: Record) -> list[tuple[str, str, str]]:
    """Faults as place, field and code."""
    found = record_faults(store, placed(records))
    return [(str(fault.place), fault.field, fault.code) for fault in found]


def kinds(store: MemoryStore, *records: Record) -> list[tuple[str, str]]:
    """Faults as field and code."""
    return [(field, code) for _, field, code in codes(store, *records)]


def test_every_fault_has_a_code_and_a_place(store: MemoryStore) -> None:
    assert codes(store, Contact(no="X", company_no="X", country_region_code="XX")) == [
        ("contact X", "country_region_code", "missing_reference")
    ]


def test_saved_criteria_that_cannot_be_read_are_not_taken_in(store: MemoryStore) -> None:
    readable = SavedCriteria(code="A", actions=actions_to_json(()))
    assert kinds(store, readable) == []
    for actions in ("", "{", '{"format": 99, "actions": []}'):
        unread = attrs.evolve(readable, actions=actions)
        assert kinds(store, unread) == [("actions", "malformed")]


# -- every way in -----------------------------------------------------------------------------

LONG = "x" * 101
FOUR = [
    ("company_no", "wrong_company"),
    ("country_region_code", "missing_reference"),
    ("name", "too_long"),
    ("since", "wrong_type"),
]


def add(crm: seg.Workspace, _folder: Path) -> None:
    crm.add(
        Contact(
            no="P1",
            type="person",
            name=LONG,
            company_no="P1",
            country_region_code="XX",
            extra={"since": "soon"},
        )
    )


def take_frame(crm: seg.Workspace, _folder: Path) -> None:
    frame = pl.DataFrame(
        {
            "no": ["P1"],
            "type": ["person"],
            "name": [LONG],
            "company_no": ["P1"],
            "country_region_code": ["XX"],
            "since": ["soon"],
        }
    )
    since = crm.schema.table("contact").field("since")
    (contact,) = from_frame(frame, Contact, extra=[since])
    crm.add(contact)


@pytest.mark.parametrize("take", [add, take_frame])
def test_a_contact_with_four_faults_is_told_the_same_by_python_and_by_frames_frt_06(
    store: MemoryStore, tmp_path: Path, take: Callable[[seg.Workspace, Path], None]
) -> None:
    """FRT-06."""
    crm = seg.Workspace.open(store)
    with pytest.raises(Rejected) as caught:
        take(crm, tmp_path)
    found = sorted((fault.field, fault.code) for fault in caught.value.faults)
    assert found == FOUR
    assert store.records.find(Contact, "P1") is None


def test_a_file_tells_the_same_faults_frt_06(store: MemoryStore, tmp_path: Path) -> None:
    """FRT-06: what cannot be read is told with what is wrong with the rows that can."""
    row = {"type": "person", "name": "Anna", "company_no": "", "country_region_code": "DK"}
    rows = [
        {"no": "P1", **row, "name": LONG},
        {"no": "P2", **row, "since": "soon"},
        {"no": "P3", **row, "company_no": "P3"},
        {"no": "P4", **row, "country_region_code": "XX"},
    ]
    path = tmp_path / "contact.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    crm = seg.Workspace.open(store)
    with pytest.raises(Rejected) as caught:
        crm.import_data(path)
    assert sorted((fault.field, fault.code) for fault in caught.value.faults) == FOUR
    assert store.records.find(Contact, "P1") is None
    texts = {told(caught.value, language) for language in ("en", "fr", "it", "nb")}
    assert len(texts) == 4


# -- single rules -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "faults"),
    [
        (MailingGroup(code=""), [("code", "blank")]),
        (MailingGroup(code="NEWS", description=5), [("description", "wrong_type")]),  # type: ignore[arg-type]
        (Contact(no="X", company_no="SHOP"), [("company_no", "wrong_company")]),
        (Contact(no="X", type="person", company_no="ANNA"), [("company_no", "wrong_company")]),
        (
            ContactBusinessRelation(contact_no="ANNA", business_relation_code="CUST"),
            [("contact_no", "wrong_contact_type")],
        ),
        (
            ContactIndustryGroup(contact_no="ANNA", industry_group_code="X"),
            [("contact_no", "wrong_contact_type")],
        ),
        (
            ContactWebSource(contact_no="ANNA", web_source_code="X"),
            [("contact_no", "wrong_contact_type")],
        ),
        (
            ContactJobResponsibility(contact_no="SHOP", job_responsibility_code="X"),
            [("contact_no", "wrong_contact_type")],
        ),
        (Interaction(entry_no=1), [("contact_no", "blank"), ("date", "blank")]),
        (
            TemplateLanguage(interaction_template_code="INVITE", attachment="ab"),
            [("attachment", "unknown_attachment")],
        ),
        (WordTemplate(code="W", attachment="ab"), [("attachment", "unknown_attachment")]),
        (
            InteractionTemplate(code="NEW", language_code_default="ENU"),
            [("language_code_default", "missing_reference")],
        ),
        (InteractionTemplateSetup(sales_quotes="NONE"), [("sales_quotes", "missing_reference")]),
    ],
)
def test_what_is_wrong_with_one_record(
    store: MemoryStore, record: Record, faults: list[tuple[str, str]]
) -> None:
    assert kinds(store, record) == faults


def test_rows_of_the_right_type_of_contact_are_right(store: MemoryStore) -> None:
    assert not kinds(
        store,
        Contact(no="NEW", company_no="NEW"),
        ContactBusinessRelation(contact_no="NEW", business_relation_code="CUST"),
        ContactJobResponsibility(contact_no="ANNA", job_responsibility_code="X"),
    )


def test_values_of_declared_fields_are_of_their_type(store: MemoryStore) -> None:
    def contact(**extra: object) -> Contact:
        return Contact(no="X", company_no="X", extra=extra)  # type: ignore[arg-type]

    assert not kinds(store, contact(since=dt.date(2026, 1, 1), points=5))
    assert kinds(store, contact(free="any")) == [("free", "unknown_field")]
    assert not kinds(store, contact(since=None, points=Decimal("1.5")))
    assert kinds(store, contact(since="2026-01-01", points="5")) == [
        ("points", "wrong_type"),
        ("since", "wrong_type"),
    ]
    assert [(each.name, each.type) for each in declared_fields(store, Contact)] == [
        ("points", FieldType.DECIMAL),
        ("since", FieldType.DATE),
    ]
    assert declared_fields(store, MailingGroup) == []


@pytest.mark.parametrize("record", [OwnField(table="contact", name="x"), Definitions(version=1)])
def test_definitions_are_no_records_that_are_taken_in(store: MemoryStore, record: Record) -> None:
    assert [code for _, code in kinds(store, record)] == ["definition"]


def test_keys_are_taken_by_the_store_and_by_each_other(store: MemoryStore) -> None:
    pair = placed([Contact(no="SHOP", company_no="SHOP"), Contact(no="shop", company_no="SHOP")])
    assert [fault.code for fault in record_faults(store, pair)] == ["duplicate"]
    assert [fault.code for fault in taken_faults(store, pair)] == ["taken", "taken"]
    check_records(store, pair[:1], what="contacts")
    with pytest.raises(Rejected) as caught:
        check_new(store, pair, what="contacts")
    assert sorted(fault.code for fault in caught.value.faults) == ["duplicate", "taken", "taken"]


# -- templates and questionnaires ---------------------------------------------------------------


def text(**fields: str) -> TemplateLanguage:
    return TemplateLanguage(interaction_template_code="INVITE", language_code="ENU", **fields)  # type: ignore[arg-type]


def test_a_template_is_looked_at_with_its_languages_as_they_will_be(store: MemoryStore) -> None:
    template = store.records.find(InteractionTemplate, "INVITE")
    assert template is not None
    with_default = attrs.evolve(template, language_code_default="ENU")
    assert kinds(store, with_default) == [("language_code_default", "missing_reference")]
    assert not kinds(store, with_default, text())
    digest = store.attachments.put(b"<p>")
    html = text(attachment=digest, attachment_name="a.html")
    assert codes(store, with_default, html) == [
        ("interaction_template INVITE", "wizard_action", "wrong_action")
    ]
    both = text(attachment=digest, word_template_code="W")
    assert codes(store, both) == [
        ("interaction_tmpl_language INVITE ENU", "word_template_code", "two_texts")
    ]


def test_a_text_that_came_without_its_attachment_may_be_merged(store: MemoryStore) -> None:
    template = InteractionTemplate(code="GOLF", language_code_default="ENU", wizard_action="merge")
    left_behind = TemplateLanguage(
        interaction_template_code="GOLF", language_code="ENU", extra={"attachment_no": 4}
    )
    assert not kinds(store, template, left_behind)
    assert kinds(store, template, attrs.evolve(left_behind, extra={})) == [
        ("wizard_action", "wrong_action")
    ]


def test_a_template_that_records_documents_has_no_languages(store: MemoryStore) -> None:
    setup = InteractionTemplateSetup(sales_quotes="INVITE")
    assert not kinds(store, setup)
    assert kinds(store, setup, text()) == [
        ("sales_quotes", "records_documents"),
        ("", "records_documents"),
    ]


def line(number: int, kind: LineType, **fields: object) -> ProfileQuestionnaireLine:
    return ProfileQuestionnaireLine(
        profile_questionnaire_code="Q",
        line_no=number,
        type=kind,
        **fields,  # type: ignore[arg-type]  # whatever a test gives
    )


QUESTION = line(10, LineType.QUESTION)
ANSWER = line(20, LineType.ANSWER)


def test_a_questionnaire_is_looked_at_with_its_lines_as_they_will_be(store: MemoryStore) -> None:
    questionnaire = ProfileQuestionnaire(code="Q")
    assert kinds(store, questionnaire, QUESTION) == [("", "no_answer")]
    assert not kinds(store, questionnaire, QUESTION, ANSWER)
    store.records.put([questionnaire, QUESTION, ANSWER])
    assert codes(store, attrs.evolve(ANSWER, line_no=5)) == [
        ("profile_questionnaire_line Q 5", "type", "wrong_order")
    ]


def test_an_answer_is_one_that_the_questionnaire_has(store: MemoryStore) -> None:
    def answer(line_no: int) -> ContactProfileAnswer:
        return ContactProfileAnswer(
            contact_no="ANNA", profile_questionnaire_code="Q", line_no=line_no
        )

    assert not kinds(store, answer(20))  # nothing is known of the questionnaire
    store.records.put([ProfileQuestionnaire(code="Q"), QUESTION, ANSWER])
    assert not kinds(store, answer(20))
    assert kinds(store, answer(10)) == [("line_no", "missing_reference")]
    assert kinds(store, answer(30)) == [("line_no", "missing_reference")]


def test_points_are_for_answers_in_a_rating_question(store: MemoryStore) -> None:
    rated = line(
        30,
        LineType.QUESTION,
        auto_contact_classification=True,
        contact_class_field="rating",
        classification_method="defined_value",
    )
    store.records.put([ProfileQuestionnaire(code="Q"), QUESTION, ANSWER, rated])

    def rating(question: int, answer: int) -> Rating:
        return Rating(
            profile_questionnaire_code="Q",
            profile_questionnaire_line_no=question,
            rating_profile_quest_code="Q",
            rating_profile_quest_line_no=answer,
        )

    assert not kinds(store, rating(30, 20))
    assert kinds(store, rating(10, 10)) == [
        ("profile_questionnaire_line_no", "missing_reference"),
        ("rating_profile_quest_line_no", "missing_reference"),
    ]
