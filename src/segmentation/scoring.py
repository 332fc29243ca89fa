"""Recency, frequency, value: a ready-made questionnaire that scores contacts from 1 to 5.

How long ago was the last interaction, how many were there, what did the customer buy? Or the
same of the rows of any table. A score is 1 and the whole fifths of the active contacts that are
strictly worse, active being who has a row in the window. Scores together make named groups; who
is not active is in a group alone. It is a questionnaire like any other: classified, changed and
filtered on in the same way.
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

INACTIVE = "Inactive"
"""The group of those without a row in the window, who have no scores."""


def make_scoring(
    *,
    code: str = RFM,
    description: str = "Recency, frequency, value",
    since: str = "<-1Y>",
    until: str = "<CD>",
    value: str = "sales_lcy",
    table: str = "",
    date_field: str = "",
    amount_field: str = "",
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
        table: Table whose rows are scored, in place of interactions and ``value``.
        date_field: Its field of the day.
        amount_field: Its field that is added up to the value.
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
    window = {"starting_date_formula": since, "ending_date_formula": until}
    rows = {"source_table": table, "source_date_field": date_field}
    figures: Mapping[int, Mapping[str, Any]] = {
        RECENCY: {"contact_class_field": ContactClassField.DAYS_SINCE_INTERACTION},
        FREQUENCY: {"contact_class_field": ContactClassField.INTERACTION_QUANTITY},
        VALUE: {"customer_class_field": figure},
    }
    if table:
        figures = {
            RECENCY: {"contact_class_field": ContactClassField.DAYS_SINCE_ROW, **rows},
            FREQUENCY: {"contact_class_field": ContactClassField.ROW_QUANTITY, **rows},
            VALUE: {
                "contact_class_field": ContactClassField.ROW_AMOUNT,
                **rows,
                "source_amount_field": amount_field,
            },
        }
    lines = [
        line
        for first, name in ((RECENCY, "Recency"), (FREQUENCY, "Frequency"), (VALUE, "Value"))
        for line in _scored(code, first, name, **window, **figures[first])
    ]
    return header, [*lines, *_grouped(code)], list(_points(code))


def _line(code: str, line_no: int, description: str, **fields: Any) -> ProfileQuestionnaireLine:  # noqa: ANN401
    return ProfileQuestionnaireLine(
        profile_questionnaire_code=code, line_no=line_no, description=description, **fields
    )


def _scored(code: str, first: int, name: str, **fields: Any) -> Iterator[ProfileQuestionnaireLine]:  # noqa: ANN401
    yield _line(
        code,
        first,
        name,
        auto_contact_classification=True,
        classification_method=ClassificationMethod.QUINTILE,
        sorting_method=(SortingMethod.DESCENDING if first == RECENCY else SortingMethod.ASCENDING),
        **fields,
    )
    for score in SCORES:
        yield _line(
            code,
            first + score * _STEP,
            str(score),
            type=LineType.ANSWER,
            from_value=Decimal(score),
            to_value=Decimal(score),
        )


def _grouped(code: str) -> Iterator[ProfileQuestionnaireLine]:
    """The named groups: one answer for each score of recency, as ranges cannot have two sides.

    Who has no scores has no points either, and is given the last answer.
    """
    yield _line(
        code,
        GROUP,
        "Group",
        auto_contact_classification=True,
        contact_class_field=ContactClassField.RATING,
        classification_method=ClassificationMethod.DEFINED_VALUE,
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
    yield _line(code, _INACTIVE_LINE, INACTIVE, type=LineType.ANSWER, to_value=Decimal(1))


def _group_lines() -> Iterator[tuple[int, tuple[str, int, range]]]:
    rows = [(name, score, others) for name, scores, others in GROUPS for score in scores]
    return ((GROUP + number * 100, row) for number, row in enumerate(rows, start=1))


_INACTIVE_LINE = max(line_no for line_no, _ in _group_lines()) + 100


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
    """Contacts of a named group, or of those who are in none: `INACTIVE`.

    Raises:
        UnknownName: There is no such group.

    >>> in_group("Loyal").table
    'contact_profile_answer'
    """
    named = [*((row[0], line_no) for line_no, row in _group_lines()), (INACTIVE, _INACTIVE_LINE)]
    lines = [str(line_no) for group, line_no in named if group == name]
    if not lines:
        raise UnknownName("group", name, known=[group for group, _ in named])
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
