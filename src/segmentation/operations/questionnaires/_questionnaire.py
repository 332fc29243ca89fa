"""Questionnaires made, changed and deleted, each with its lines and the points of its ratings."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias, Unpack, assert_never

import attrs

from segmentation.codes import to_code
from segmentation.contacts import ContactProfileAnswer
from segmentation.errors import Fault, InvalidValue, Message, Refused, unexpected
from segmentation.operations.checks import (
    Placed,
    place_of,
    record_faults,
    reject,
    taken_faults,
)
from segmentation.operations.context import Context
from segmentation.operations.field_values import ProfileQuestionnaireValues
from segmentation.operations.records import get_record, key_in
from segmentation.operations.schema import parse_values, with_own_values
from segmentation.protocols import Store
from segmentation.questionnaires import (
    ProfileQuestionnaire,
    ProfileQuestionnaireLine,
    Question,
    Rating,
    questions_of,
)

QuestionnaireRecord: TypeAlias = ProfileQuestionnaire | ProfileQuestionnaireLine | Rating
"""What questionnaires are made of."""


def get_questionnaire(store: Store, code: str | ProfileQuestionnaire) -> ProfileQuestionnaire:
    """The questionnaire with this code.

    Raises:
        NotFound: There is none.
    """
    return get_record(store, ProfileQuestionnaire, code)


def questions(store: Store, code: str | ProfileQuestionnaire) -> Sequence[Question]:
    """The questions of a questionnaire, each with its answers, in the order of their lines.

    Raises:
        NotFound: There is no such questionnaire.
    """
    return list(questions_of(_lines(store, get_questionnaire(store, code).code)))


def _lines(store: Store, code: str) -> Iterator[ProfileQuestionnaireLine]:
    return store.records.all(ProfileQuestionnaireLine, profile_questionnaire_code=code)


# -- making -----------------------------------------------------------------------------------


def new_questionnaire(
    context: Context,
    code: str,
    description: str = "",
    /,
    *,
    lines: Iterable[ProfileQuestionnaireLine] = (),
    ratings: Iterable[Rating] = (),
    **fields: Unpack[ProfileQuestionnaireValues],
) -> ProfileQuestionnaire:
    """Make and store a questionnaire.

    Args:
        context: Store, user, day and clock.
        code: Its code.
        description: What it is called; it may be given by its name, too.
        lines: Its questions and answers.
        ratings: Points for its rating questions.
        **fields: Further fields.

    Raises:
        UnknownName: A questionnaire has no such field.
        Rejected: The code is taken or blank, or something has faults: all of them.
    """
    if description and "description" in fields:
        raise InvalidValue("description", fields["description"], "is given twice")
    given = {"description": description, **fields}
    values = parse_values(context.store, ProfileQuestionnaire, given, fixed=("code",), long=True)
    made = ProfileQuestionnaire(code=to_code(code), **values)
    records: list[QuestionnaireRecord] = [made, *lines, *ratings]
    with context.store.transaction():
        _check(context.store, records, of=made.code, new=True)
        context.store.records.put(records)
        return made


def add_questionnaires(
    context: Context, *records: QuestionnaireRecord
) -> Sequence[QuestionnaireRecord]:
    """Store questionnaires, lines and points made in Python, all or none.

    Args:
        context: Store, user, day and clock.
        *records: At least one; a line or points may belong to a questionnaire that is there.

    Returns:
        What is stored, as it was given.

    Raises:
        InvalidValue: None is given, or one is of another kind.
        Rejected: There are faults: all of them. A key that is taken is one.
    """
    if not records:
        raise InvalidValue("records", (), "names none; give at least one")
    for each in records:
        if not isinstance(each, ProfileQuestionnaire | ProfileQuestionnaireLine | Rating):
            raise unexpected("records", each, "is no questionnaire, line or rating")
    with context.store.transaction():
        typed = tuple(with_own_values(context.store, records))
        _check(context.store, typed, new=True)
        context.store.records.put(typed)
        return typed


def put_questionnaire(
    context: Context,
    questionnaire: ProfileQuestionnaire,
    *,
    lines: Iterable[ProfileQuestionnaireLine],
    ratings: Iterable[Rating] = (),
) -> None:
    """Store a questionnaire with all its lines; what it had before is replaced.

    Args:
        context: Store, user, day and clock.
        questionnaire: The questionnaire.
        lines: Its questions and answers.
        ratings: Points for its rating questions; those that it had stay unless given anew.

    Raises:
        Rejected: Something has faults: all of them. Nothing is stored.
    """
    store = context.store
    records: list[QuestionnaireRecord] = [questionnaire, *lines, *ratings]
    with store.transaction():
        store.records.remove(list(_lines(store, questionnaire.code)))
        _check(store, records, of=questionnaire.code)
        store.records.put(records)
        _pass_on_priorities(store, questionnaire)


def change_questionnaire(
    context: Context,
    code: str | ProfileQuestionnaire,
    /,
    **fields: Unpack[ProfileQuestionnaireValues],
) -> ProfileQuestionnaire:
    """Change fields of a questionnaire, not its lines; return it as it is now.

    A new priority goes on to the answers that contacts have given.

    Args:
        context: Store, user, day and clock.
        code: The questionnaire.
        **fields: The fields that change; all others stay.

    Raises:
        NotFound: There is no such questionnaire.
        UnknownName: A questionnaire has no such field.
        Refused: The code is to be changed.
        Rejected: Values do not fit: all of them.
    """
    store = context.store
    with store.transaction():
        found = get_questionnaire(store, code)
        if "code" in fields and key_in(ProfileQuestionnaire, fields["code"]) != (found.code,):
            step = Message("change questionnaire {code}", code=found.code)
            raise Refused(step, "its code is its key and stays; make another one with `new`")
        values = parse_values(store, ProfileQuestionnaire, fields, long=True)
        changed = attrs.evolve(found, **values)
        _check(store, [changed])
        store.records.put([changed])
        _pass_on_priorities(store, changed)
        return changed


def _pass_on_priorities(store: Store, questionnaire: ProfileQuestionnaire) -> None:
    """Let the answers of contacts have the priorities of their questionnaire and line."""
    code = questionnaire.code
    of_line = {line.line_no: line.priority for line in _lines(store, code)}
    given = store.records.all(ContactProfileAnswer, profile_questionnaire_code=code)
    changed = (
        (
            each,
            attrs.evolve(
                each,
                profile_questionnaire_priority=questionnaire.priority,
                answer_priority=of_line.get(each.line_no, each.answer_priority),
            ),
        )
        for each in given
    )
    store.records.put([after for before, after in changed if after != before])


def delete_questionnaire(context: Context, code: str | ProfileQuestionnaire) -> None:
    """Delete a questionnaire with its lines and the points of its rating questions.

    Raises:
        NotFound: There is no such questionnaire.
        Refused: Contacts have answers to it, or ratings of others count its answers: all is named.
    """
    store = context.store
    with store.transaction():
        found = get_questionnaire(store, code)
        needed = [*_needing(store, found.code)]
        if needed:
            reason = Message("it is still needed by {what}", what=Message.joined(", ", needed))
            raise Refused(Message("delete questionnaire {code}", code=found.code), reason)
        ratings = store.records.all(Rating, profile_questionnaire_code=found.code)
        store.records.remove([found, *_lines(store, found.code), *ratings])


def _needing(store: Store, code: str) -> Iterator[Message]:
    """What a questionnaire cannot be deleted from under."""
    given = store.records.all(ContactProfileAnswer, profile_questionnaire_code=code)
    count = len({each.contact_no for each in given})
    if count:
        yield Message("the answers of {count} contacts", count=count)
    counting = store.records.all(Rating, rating_profile_quest_code=code)
    others = {rating.profile_questionnaire_code for rating in counting} - {code}
    for other in sorted(others):
        yield Message("the rating of questionnaire {code}", code=other)


# -- checks -----------------------------------------------------------------------------------


def _check(
    store: Store, records: Sequence[QuestionnaireRecord], *, of: str = "", new: bool = False
) -> None:
    """See that nothing is wrong with records that are to be stored.

    Args:
        store: Where they are to be stored.
        records: The records.
        of: The one questionnaire that all must belong to.
        new: Whether a key that is taken is a fault.

    Raises:
        Rejected: There are faults: all of them.
    """
    placed = [Placed(_place(record), record) for record in records]
    faults = [*record_faults(store, placed)]
    if new:
        faults += taken_faults(store, placed)
    if of:
        faults += _stray_faults(of, records)
    reject(faults, what=_what(records))


def _stray_faults(code: str, records: Sequence[QuestionnaireRecord]) -> Iterator[Fault]:
    for each in records:
        if _code_of(each) != code:
            reason = Message("belongs to another questionnaire than {code}", code=code)
            yield Fault(_place(each), "profile_questionnaire_code", reason, "wrong_questionnaire")


def _code_of(record: QuestionnaireRecord) -> str:
    if isinstance(record, ProfileQuestionnaire):
        return record.code
    return record.profile_questionnaire_code


def _place(record: QuestionnaireRecord) -> Message:
    """A record as faults name it."""
    match record:
        case ProfileQuestionnaire():
            return Message("questionnaire {code}", code=record.code)
        case ProfileQuestionnaireLine():
            return record.place
        case Rating():
            return place_of(record)
        case _:
            assert_never(record)


def _what(records: Sequence[QuestionnaireRecord]) -> Message:
    """What is rejected: the one questionnaire, or several."""
    codes = set(map(_code_of, records))
    if len(codes) > 1:
        return Message("questionnaires")
    return Message("questionnaire {code}", code=codes.pop())
