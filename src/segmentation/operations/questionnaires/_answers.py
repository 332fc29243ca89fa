"""Questionnaires: which suit whom, answers given by hand, and how they read on paper."""

from collections.abc import Iterable, Iterator, Sequence

import attrs

from segmentation.code_tables import BusinessRelation
from segmentation.codes import to_code
from segmentation.contacts import Contact, ContactProfileAnswer
from segmentation.errors import Fault, Message, NotFound, Refused, Rejected
from segmentation.operations.records import relations_of, require_contact
from segmentation.protocols import Store
from segmentation.questionnaires import (
    LineType,
    ProfileQuestionnaire,
    ProfileQuestionnaireLine,
    Question,
    Rating,
    questionnaire_faults,
    questions_of,
)


def get_questionnaire(store: Store, code: str) -> ProfileQuestionnaire:
    """The questionnaire with this code.

    Raises:
        NotFound: There is none.
    """
    found = store.records.find(ProfileQuestionnaire, to_code(code))
    if found is None:
        raise NotFound("profile questionnaire", code)
    return found


def questions(store: Store, code: str) -> Sequence[Question]:
    """The questions of a questionnaire, each with its answers, in their order."""
    lines = store.records.all(ProfileQuestionnaireLine, profile_questionnaire_code=to_code(code))
    return list(questions_of(lines))


def put_questionnaire(
    store: Store,
    questionnaire: ProfileQuestionnaire,
    lines: Iterable[ProfileQuestionnaireLine],
    ratings: Iterable[Rating] = (),
) -> None:
    """Store a questionnaire with all its lines; what it had before is replaced.

    Args:
        store: Where it goes.
        questionnaire: The questionnaire.
        lines: Its questions and answers.
        ratings: Points for its rating questions; those that it had stay unless given anew.

    Raises:
        Rejected: Something has faults: all of them. Nothing is stored.
    """
    new = sorted(lines, key=lambda line: line.line_no)
    points = list(ratings)
    code = questionnaire.code
    with store.transaction():
        faults = [
            *_relation_faults(store, questionnaire),
            *questionnaire_faults(questionnaire, new),
            *_rating_faults(store, new, points),
        ]
        if faults:
            raise Rejected(Message("questionnaire {code}", code=code), faults)
        old = store.records.all(ProfileQuestionnaireLine, profile_questionnaire_code=code)
        kept = {line.line_no for line in new}
        store.records.remove([line for line in old if line.line_no not in kept])
        store.records.put([questionnaire, *new, *points])


def _relation_faults(store: Store, questionnaire: ProfileQuestionnaire) -> Iterator[Fault]:
    code = questionnaire.business_relation_code
    if code and store.records.find(BusinessRelation, code) is None:
        place = Message("questionnaire {code}", code=questionnaire.code)
        reason = Message("{value!r} does not exist", value=code)
        yield Fault(place, "business_relation_code", reason)


def _rating_faults(
    store: Store, lines: Sequence[ProfileQuestionnaireLine], ratings: Iterable[Rating]
) -> Iterator[Fault]:
    known = {(line.profile_questionnaire_code, line.line_no): line for line in lines}
    rated = {question.key for question in questions_of(lines) if question.is_rating}
    for rating in ratings:
        key = (rating.profile_questionnaire_code, rating.profile_questionnaire_line_no)
        place = f"rating of questionnaire {key[0]} line {key[1]}"
        if key not in rated:
            yield Fault(place, "profile_questionnaire_line_no", "is no rating question of it")
        key = (rating.rating_profile_quest_code, rating.rating_profile_quest_line_no)
        answer = known.get(key) or store.records.find(ProfileQuestionnaireLine, *key)
        if answer is None or answer.type is LineType.QUESTION:
            named = f"{key[0]} {key[1]} is no answer"
            yield Fault(place, "rating_profile_quest_line_no", named)


def suitable(store: Store, contact_no: str) -> Sequence[ProfileQuestionnaire]:
    """The questionnaires that are for a contact, in the order of their codes.

    Raises:
        NotFound: There is no such contact.
    """
    contact = require_contact(store, contact_no)
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
    store: Store, contact_no: str, questionnaire_code: str, line_no: int
) -> ContactProfileAnswer:
    """A contact gives an answer; giving it again changes nothing.

    Raises:
        NotFound: There is no such contact, questionnaire or line.
        Refused: The line is a question; the question is answered by classification, or has an
            answer and allows one only; or the questionnaire is not for this contact.
    """
    with store.transaction():
        contact = require_contact(store, contact_no)
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


def take_answer_back(store: Store, contact_no: str, questionnaire_code: str, line_no: int) -> None:
    """A contact no longer gives an answer; one that it did not give is passed over.

    Raises:
        NotFound: There is no such line.
        Refused: The line is a question, or is answered by classification.
    """
    no, code = to_code(contact_no), to_code(questionnaire_code)
    with store.transaction():
        named = "take back answer {code} {line} of contact {no}"
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
            reason = "the question allows one answer; take back {answer!r} first"
            raise Refused(step, Message(reason, answer=other.description))


def answers_of(store: Store, contact_no: str) -> Sequence[ContactProfileAnswer]:
    """The answers of a contact, the most important first, then by questionnaire and line."""
    given = store.records.all(ContactProfileAnswer, contact_no=to_code(contact_no))
    return sorted(
        given,
        key=lambda each: (
            -each.profile_questionnaire_priority.position,
            -each.answer_priority.position,
            each.profile_questionnaire_code,
            each.line_no,
        ),
    )


def no_of_contacts(store: Store, questionnaire_code: str, line_no: int) -> int:
    """How many contacts have an answer."""
    code = to_code(questionnaire_code)
    given = store.records.all(
        ContactProfileAnswer, profile_questionnaire_code=code, line_no=line_no
    )
    return sum(1 for _ in given)


# -- on paper ---------------------------------------------------------------------------------


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


def hand_out(
    store: Store, questionnaire_code: str, *, contact_no: str = "", classification: bool = True
) -> Sequence[FormRow]:
    """A questionnaire to fill in, or one as a contact has filled it in.

    Args:
        store: Where it is.
        questionnaire_code: The questionnaire.
        contact_no: Whose answers are marked; empty for a blank one.
        classification: Whether questions that nobody fills in by hand stand there too.

    Raises:
        NotFound: There is no such questionnaire.
    """
    code = get_questionnaire(store, questionnaire_code).code
    no = to_code(contact_no)
    rows = []
    for question in questions(store, code):
        if question.is_automatic and not classification:
            continue
        rows.append(FormRow(line=question.line, several=question.line.multiple_answers))
        for answer in question.answers:
            key = (no, code, answer.line_no)
            chosen = bool(no) and store.records.find(ContactProfileAnswer, *key) is not None
            rows.append(FormRow(line=answer, chosen=chosen))
    return rows
