"""Questionnaires made, changed and deleted, each with its lines and the points of its ratings."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TypeAlias, Unpack, assert_never

import attrs

from segmentation.codes import to_code
from segmentation.contacts import ContactProfileAnswer
from segmentation.errors import Fault, InvalidValue, Message, Refused, Rejected, unexpected
from segmentation.fields import key_of
from segmentation.operations.checks import (
    Placed,
    duplicate_faults,
    own_faults,
    record_faults,
    taken_faults,
)
from segmentation.operations.context import Context
from segmentation.operations.field_values import ProfileQuestionnaireValues
from segmentation.operations.records import find_record, get_record, key_in
from segmentation.operations.values import parse_field_values
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
    values = parse_field_values(ProfileQuestionnaire, given, fixed=("code",), long=True)
    made = ProfileQuestionnaire(code=to_code(code), **values)
    ordered = _in_order(lines)
    records: list[QuestionnaireRecord] = [made, *ordered, *ratings]
    with context.store.transaction():
        _check(context.store, {made: ordered}, records, new=True)
        context.store.records.put(records)
        return made


def add_questionnaires(context: Context, *records: QuestionnaireRecord) -> None:
    """Store questionnaires, lines and points made in Python, all or none.

    Args:
        context: Store, user, day and clock.
        *records: At least one; a line or points may belong to a questionnaire that is there.

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
        _check(context.store, _whole(context.store, records), records, new=True)
        context.store.records.put(records)


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
    new = _in_order(lines)
    records: list[QuestionnaireRecord] = [questionnaire, *new, *ratings]
    with store.transaction():
        _check(store, {questionnaire: new}, records)
        kept = {line.line_no for line in new}
        old = [line for line in _lines(store, questionnaire.code) if line.line_no not in kept]
        store.records.remove(old)
        store.records.put(records)
        _pass_on_priorities(store, questionnaire)


def _in_order(
    lines: Iterable[ProfileQuestionnaireLine],
) -> Sequence[ProfileQuestionnaireLine]:
    return sorted(lines, key=lambda line: line.line_no)


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
        values = parse_field_values(ProfileQuestionnaire, fields, long=True)
        changed = attrs.evolve(found, **values)
        _check(store, {changed: []}, [changed])
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

Whole: TypeAlias = Mapping[ProfileQuestionnaire, Sequence[ProfileQuestionnaireLine]]
"""Questionnaires with all their lines, as they will be stored."""


def _whole(store: Store, records: Sequence[QuestionnaireRecord]) -> Whole:
    """The questionnaires that records belong to, with the lines that are stored and the new ones.

    Raises:
        Rejected: There is no such questionnaire.
    """
    given = {each.code: each for each in records if isinstance(each, ProfileQuestionnaire)}
    lines: dict[str, dict[int, ProfileQuestionnaireLine]] = {
        code: {line.line_no: line for line in _lines(store, code)}
        for code in dict.fromkeys(map(_code_of, records))
    }
    for each in records:
        if isinstance(each, ProfileQuestionnaireLine):
            lines[each.profile_questionnaire_code][each.line_no] = each
    headers = {
        code: given.get(code) or find_record(store, ProfileQuestionnaire, code) for code in lines
    }
    gone = [code for code, header in headers.items() if header is None]
    if gone:
        faults = (Fault(_place_of(code), "code", "is not there; add it, too") for code in gone)
        raise Rejected(_what(headers), faults)
    return {
        header: sorted(lines[code].values(), key=lambda line: line.line_no)
        for code, header in headers.items()
        if header is not None
    }


def _check(
    store: Store, whole: Whole, records: Sequence[QuestionnaireRecord], *, new: bool = False
) -> None:
    """See that nothing is wrong with records that are to be stored.

    Raises:
        Rejected: There are faults: all of them.
    """
    placed = [Placed(_place(each), each) for each in records]
    headers = [each for each in placed if isinstance(each.record, ProfileQuestionnaire)]
    rows = [each for each in placed if each not in headers]
    faults = [*record_faults(store, headers), *own_faults(rows), *duplicate_faults(rows)]
    faults += (
        Fault(each.place, "code", "is blank") for each in headers if not key_of(each.record)[0]
    )
    if new:
        faults += taken_faults(store, placed)
    for questionnaire, lines in whole.items():
        faults += questionnaire_faults(questionnaire, lines)
    ratings = [each for each in records if isinstance(each, Rating)]
    faults += _rating_faults(store, [*chain(*whole.values())], ratings)
    if faults:
        raise Rejected(_what([each.code for each in whole]), faults)


def _rating_faults(
    store: Store, lines: Sequence[ProfileQuestionnaireLine], ratings: Iterable[Rating]
) -> Iterator[Fault]:
    known = {(line.profile_questionnaire_code, line.line_no): line for line in lines}
    rated = {question.key for question in questions_of(lines) if question.is_rating}
    for rating in ratings:
        if (rating.profile_questionnaire_code, rating.profile_questionnaire_line_no) not in rated:
            reason = "is no rating question of it"
            yield Fault(_place(rating), "profile_questionnaire_line_no", reason)
        code, line_no = rating.rating_profile_quest_code, rating.rating_profile_quest_line_no
        key = (code, line_no)
        answer = known.get(key) or store.records.find(ProfileQuestionnaireLine, *key)
        if answer is None or answer.type is LineType.QUESTION:
            wrong = Message("{code} {line} is no answer", code=code, line=line_no)
            yield Fault(_place(rating), "rating_profile_quest_line_no", wrong)


def _code_of(record: QuestionnaireRecord) -> str:
    if isinstance(record, ProfileQuestionnaire):
        return record.code
    return record.profile_questionnaire_code


def _place(record: QuestionnaireRecord) -> Message:
    """A record as faults name it."""
    match record:
        case ProfileQuestionnaire():
            return _place_of(record.code)
        case ProfileQuestionnaireLine():
            return record.place
        case Rating():
            return Message(
                "rating of questionnaire {code} line {line}",
                code=record.profile_questionnaire_code,
                line=record.profile_questionnaire_line_no,
            )
        case _:
            assert_never(record)


def _place_of(code: str) -> Message:
    return Message("questionnaire {code}", code=code)


def _what(codes: Collection[str]) -> Message:
    """What was rejected: the one questionnaire, or several."""
    return _place_of(*codes) if len(codes) == 1 else Message("questionnaires")
