"""Answers given by hand: which questionnaires suit whom, and how they read on paper."""

from collections.abc import Iterator, Sequence

import attrs

from segmentation.contacts import Contact, ContactProfileAnswer
from segmentation.errors import Message, NotFound, Refused
from segmentation.markup import SHOWN, to_table
from segmentation.operations.context import Context
from segmentation.operations.records import get_record, relations_of
from segmentation.protocols import Store
from segmentation.questionnaires import (
    LineType,
    ProfileQuestionnaire,
    ProfileQuestionnaireLine,
    Question,
)
from segmentation.showing import shown_by

from ._questionnaire import get_questionnaire, questions


def suitable(store: Store, contact_no: str | Contact) -> Sequence[ProfileQuestionnaire]:
    """The questionnaires that are for a contact, in the order of their codes.

    Raises:
        NotFound: There is no such contact.
    """
    contact = get_record(store, Contact, contact_no)
    codes = _relation_codes(store, contact)
    return [each for each in store.records.all(ProfileQuestionnaire) if each.suits(contact, codes)]


def _relation_codes(store: Store, contact: Contact) -> frozenset[str]:
    return frozenset(
        relation.business_relation_code
        for no in {contact.no, contact.company_no}
        for relation in relations_of(store, no)
    )


# -- answers ----------------------------------------------------------------------------------


def give_answer(
    context: Context,
    contact_no: str | Contact,
    questionnaire_code: str | ProfileQuestionnaire,
    line_no: int,
) -> ContactProfileAnswer:
    """Give an answer for a contact and return it; giving it again changes nothing.

    Args:
        context: Store, user, day and clock.
        contact_no: The contact.
        questionnaire_code: The questionnaire.
        line_no: The line of the answer, not of its question.

    Raises:
        NotFound: There is no such contact, questionnaire or line.
        Refused: The line is a question; the question is answered by classification, or has an
            answer and allows one only; or the questionnaire is not for this contact.
    """
    store = context.store
    with store.transaction():
        contact = get_record(store, Contact, contact_no)
        questionnaire = get_questionnaire(store, questionnaire_code)
        step = Message(
            "answer {code} {line} for contact {no}",
            code=questionnaire.code,
            line=line_no,
            no=contact.no,
        )
        if not questionnaire.suits(contact, _relation_codes(store, contact)):
            raise Refused(step, "the questionnaire is not for this contact")
        question, answer = _asked(store, step, questionnaire.code, line_no)
        if not question.line.multiple_answers:
            _no_other(store, step, contact.no, question, line_no)
        given = ContactProfileAnswer(
            contact_no=contact.no,
            contact_company_no=contact.company_no,
            profile_questionnaire_code=questionnaire.code,
            line_no=line_no,
            profile_questionnaire_priority=questionnaire.priority,
            answer_priority=answer.priority,
        )
        store.records.put([given])
        return given


def withdraw_answer(
    context: Context,
    contact_no: str | Contact,
    questionnaire_code: str | ProfileQuestionnaire,
    line_no: int,
) -> None:
    """Withdraw an answer of a contact; one that it did not give is passed over.

    Raises:
        NotFound: There is no such contact, questionnaire or line.
        Refused: The line is a question, or is answered by classification.
    """
    store = context.store
    with store.transaction():
        no = get_record(store, Contact, contact_no).no
        code = get_questionnaire(store, questionnaire_code).code
        named = "withdraw answer {code} {line} of contact {no}"
        _asked(store, Message(named, code=code, line=line_no, no=no), code, line_no)
        given = store.records.find(ContactProfileAnswer, no, code, line_no)
        store.records.remove([given] if given else [])


def _asked(
    store: Store, step: str, code: str, line_no: int
) -> tuple[Question, ProfileQuestionnaireLine]:
    """The question that an answer belongs to, and the answer."""
    for question in questions(store, code):
        if question.line.line_no == line_no:
            raise Refused(step, "the line is a question; choose one of the answers below it")
        for answer in question.answers:
            if answer.line_no == line_no:
                if question.is_automatic:
                    raise Refused(step, "the question is answered by classification")
                return question, answer
    raise NotFound("profile questionnaire line", f"{code} {line_no}")


def _no_other(store: Store, step: str, contact_no: str, question: Question, line_no: int) -> None:
    for other in question.answers:
        key = (contact_no, question.code, other.line_no)
        if other.line_no != line_no and store.records.find(ContactProfileAnswer, *key):
            reason = "the question allows one answer; withdraw {answer!r} first"
            raise Refused(step, Message(reason, answer=other.description))


def answers_of(store: Store, contact_no: str | Contact) -> Sequence[ContactProfileAnswer]:
    """The answers of a contact, the most important first, then by questionnaire and line.

    Raises:
        NotFound: There is no such contact.
    """
    no = get_record(store, Contact, contact_no).no
    return sorted(
        store.records.all(ContactProfileAnswer, contact_no=no),
        key=lambda each: (
            -each.profile_questionnaire_priority.position,
            -each.answer_priority.position,
            each.profile_questionnaire_code,
            each.line_no,
        ),
    )


def contact_count(store: Store, code: str | ProfileQuestionnaire, line_no: int) -> int:
    """How many contacts have an answer.

    Raises:
        NotFound: There is no such questionnaire or line.
    """
    code = get_questionnaire(store, code).code
    get_record(store, ProfileQuestionnaireLine, (code, line_no))
    given = store.records.all(
        ContactProfileAnswer, profile_questionnaire_code=code, line_no=line_no
    )
    return sum(1 for _ in given)


# -- on paper ---------------------------------------------------------------------------------


@shown_by("line.line_no", "line.description", "line.type", "chosen", "several")
@attrs.frozen(kw_only=True)
class FormRow:
    """A line of a questionnaire on paper.

    Attributes:
        line: The question or answer.
        chosen: Whether the contact it was made for has this answer.
        several: Whether the question allows several answers; always false of an answer.
    """

    line: ProfileQuestionnaireLine
    chosen: bool = False
    several: bool = False


@shown_by("code", "description", "contact_no", "rows")
@attrs.frozen(kw_only=True)
class Form:
    """A questionnaire on paper: blank, or as a contact has filled it in.

    Attributes:
        code: The questionnaire's code.
        description: What it is called.
        contact_no: The contact whose answers are marked; empty for a blank one.
        rows: Its questions, each followed by its answers.
    """

    code: str
    description: str = ""
    contact_no: str = ""
    rows: tuple[FormRow, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[FormRow]:
        return iter(self.rows)

    def _repr_html_(self) -> str:
        """The first rows, chosen answers with a cross."""
        rows = [(each.line.line_no, each.line.description, _mark(each)) for each in self.rows]
        caption, more = self.description or self.code, max(0, len(rows) - SHOWN)
        return to_table(["line_no", "description", ""], rows[:SHOWN], caption=caption, more=more)


def _mark(row: FormRow) -> str:
    if row.line.type is LineType.QUESTION:
        return "several answers" if row.several else "one answer"
    return "x" if row.chosen else ""


def form(
    store: Store,
    code: str | ProfileQuestionnaire,
    *,
    contact_no: str | Contact = "",
    classification: bool = True,
) -> Form:
    """A questionnaire to fill in, or one as a contact has filled it in.

    Args:
        store: Where it is.
        code: The questionnaire.
        contact_no: Whose answers are marked; empty for a blank one.
        classification: Whether questions that nobody fills in by hand stand there too.

    Raises:
        NotFound: There is no such questionnaire or contact.
    """
    questionnaire = get_questionnaire(store, code)
    no = get_record(store, Contact, contact_no).no if contact_no else ""
    rows: list[FormRow] = []
    for question in questions(store, questionnaire):
        if question.is_automatic and not classification:
            continue
        rows.append(FormRow(line=question.line, several=question.line.multiple_answers))
        rows += (_answer_row(store, no, answer) for answer in question.answers)
    return Form(
        code=questionnaire.code,
        description=questionnaire.description,
        contact_no=no,
        rows=tuple(rows),
    )


def _answer_row(store: Store, contact_no: str, answer: ProfileQuestionnaireLine) -> FormRow:
    key = (contact_no, answer.profile_questionnaire_code, answer.line_no)
    given = store.records.find(ContactProfileAnswer, *key) if contact_no else None
    return FormRow(line=answer, chosen=given is not None)
