"""Recency, frequency, value: a ready-made questionnaire that scores contacts from 1 to 5.

How long ago was the last interaction, how many were there, what did the customer buy? Each
makes five equal groups of contacts; together they make named groups. It is a questionnaire
like any other: classified, changed and filtered on in the same way.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from .contacts import ContactProfileAnswer
from .criteria import Part, Selection, Where, parse
from .errors import UnknownName
from .fields import Extra, Value
from .questionnaires import (
    ClassificationMethod,
    ContactClassField,
    CustomerClassField,
    LineType,
    ProfileQuestionnaire,
    ProfileQuestionnaireLine,
    Rating,
    SortingMethod,
)

RFM = "RFM"
"""The questionnaire's code, unless another is given."""

RECENCY, FREQUENCY, VALUE, GROUP = 10_000, 20_000, 30_000, 40_000
"""Lines of the four questions; the answer "3" to the first is line 13000."""

SCORES = range(1, 6)
_STEP = 1_000
_RECENCY_POINTS = 100

GROUPS: Sequence[tuple[str, range, range]] = (
    ("Champions", range(4, 6), range(8, 11)),
    ("Loyal", range(3, 4), range(8, 11)),
    ("Potential loyalists", range(4, 6), range(5, 8)),
    ("New", range(4, 6), range(2, 5)),
    ("Need attention", range(3, 4), range(5, 8)),
    ("About to sleep", range(3, 4), range(2, 5)),
    ("Not to be lost", range(1, 3), range(8, 11)),
    ("At risk", range(1, 3), range(5, 8)),
    ("Lost", range(1, 3), range(2, 5)),
)
"""Named groups: by the score of recency, and the sum of those of frequency and value."""


def make_scoring(
    *,
    code: str = RFM,
    description: str = "Recency, frequency, value",
    since: str = "<-1Y>",
    until: str = "<CD>",
    value: str = "sales_lcy",
    contact_type: str = "",
    business_relation_code: str = "",
    priority: str = "normal",
    extra: Mapping[str, Value] | Extra = (),
) -> tuple[ProfileQuestionnaire, Sequence[ProfileQuestionnaireLine], Sequence[Rating]]:
    """The questionnaire, its lines, and the points that make the named groups.

    Store all three, then classify; contacts with equal figures have equal scores.

    Args:
        code: The questionnaire's code.
        description: What it is called.
        since: Date formula of the first day that counts.
        until: Date formula of the last.
        value: Which of the customer's figures is the value (`CustomerClassField`); the host's
            books supply it.
        contact_type: Whom it is for: "companies" or "people"; all if blank.
        business_relation_code: It is for contacts with this business relation only.
        priority: Its priority among others.
        extra: Fields of the host.

    Raises:
        UnknownName: There is no such figure of customers.

    >>> questionnaire, lines, points = make_scoring()
    >>> [line.description for line in lines if line.type is LineType.QUESTION]
    ['Recency', 'Frequency', 'Value', 'Group']
    """
    try:
        figure = CustomerClassField(value)
    except ValueError:
        known = filter(None, map(str, CustomerClassField))
        raise UnknownName("option", value, known=known) from None
    header = ProfileQuestionnaire(
        code=code,
        description=description,
        contact_type=contact_type,
        business_relation_code=business_relation_code,
        priority=priority,
        extra=extra,
    )
    quintiles: dict[str, Any] = {
        "classification_method": ClassificationMethod.PERCENTAGE_OF_CONTACTS,
        "sorting_method": SortingMethod.ASCENDING,
        "starting_date_formula": since,
        "ending_date_formula": until,
    }
    lines = [
        *_scored(
            code,
            RECENCY,
            "Recency",
            **quintiles
            | {
                "contact_class_field": ContactClassField.DAYS_SINCE_INTERACTION,
                "sorting_method": SortingMethod.DESCENDING,
            },
        ),
        *_scored(
            code,
            FREQUENCY,
            "Frequency",
            **quintiles | {"contact_class_field": ContactClassField.INTERACTION_QUANTITY},
        ),
        *_scored(code, VALUE, "Value", **quintiles | {"customer_class_field": figure}),
        *_grouped(code),
    ]
    return header, lines, list(_points(code))


def _line(code: str, line_no: int, description: str, **fields: Any) -> ProfileQuestionnaireLine:  # noqa: ANN401
    return ProfileQuestionnaireLine(
        profile_questionnaire_code=code, line_no=line_no, description=description, **fields
    )


def _scored(code: str, first: int, name: str, **fields: Any) -> Iterator[ProfileQuestionnaireLine]:  # noqa: ANN401
    yield _line(code, first, name, auto_contact_classification=True, **fields)
    for score in SCORES:
        yield _line(
            code,
            first + score * _STEP,
            str(score),
            type=LineType.ANSWER,
            from_value=Decimal(20 * (score - 1) + 1 if score > 1 else 0),
            to_value=Decimal(20 * score),
        )


def _grouped(code: str) -> Iterator[ProfileQuestionnaireLine]:
    """The named groups: one answer for each score of recency, as ranges cannot have two sides."""
    yield _line(
        code,
        GROUP,
        "Group",
        auto_contact_classification=True,
        contact_class_field=ContactClassField.RATING,
        classification_method=ClassificationMethod.DEFINED_VALUE,
        min_pct_questions_answered=Decimal(100),
    )
    for line_no, (name, recency, others) in _group_lines():
        yield _line(
            code,
            line_no,
            name,
            type=LineType.ANSWER,
            from_value=Decimal(recency * _RECENCY_POINTS + others.start),
            to_value=Decimal(recency * _RECENCY_POINTS + others.stop - 1),
        )


def _group_lines() -> Iterator[tuple[int, tuple[str, int, range]]]:
    rows = [(name, score, others) for name, scores, others in GROUPS for score in scores]
    return ((GROUP + number * 100, row) for number, row in enumerate(rows, start=1))


def _points(code: str) -> Iterator[Rating]:
    for question, worth in ((RECENCY, _RECENCY_POINTS), (FREQUENCY, 1), (VALUE, 1)):
        for score in SCORES:
            yield Rating(
                profile_questionnaire_code=code,
                profile_questionnaire_line_no=GROUP,
                rating_profile_quest_code=code,
                rating_profile_quest_line_no=question + score * _STEP,
                points=Decimal(score * worth),
            )


def in_group(name: str, *, code: str = RFM) -> Selection:
    """Contacts of a named group.

    Raises:
        UnknownName: There is no such group.

    >>> in_group("Loyal").table
    'contact_profile_answer'
    """
    lines = [str(line_no) for line_no, row in _group_lines() if row[0] == name]
    if not lines:
        raise UnknownName("group", name, known=[row[0] for row in GROUPS])
    return _having(code, "|".join(lines))


def scored(question: int, scores: str, *, code: str = RFM) -> Selection:
    """Contacts with a score.

    Args:
        question: `RECENCY`, `FREQUENCY` or `VALUE`.
        scores: One, or a range: "5", "4..5".
        code: The questionnaire's code.
    """
    low, _, high = scores.partition("..")
    first, last = (question + int(score) * _STEP for score in (low, high or low))
    return _having(code, f"{first}..{last}")


def _having(code: str, lines: str) -> Part:
    wanted = {"profile_questionnaire_code": code, "line_no": lines}
    parsed = {field: parse(text) for field, text in wanted.items()}
    return Part(
        ContactProfileAnswer.__table__,
        tuple(Where(field, found) for field, found in parsed.items() if found is not None),
    )
