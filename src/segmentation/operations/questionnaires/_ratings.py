"""Rating questions made by one call: High and Low, or A, B and C."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

import attrs

from segmentation.errors import Fault, Message, Rejected
from segmentation.operations.context import Context
from segmentation.operations.records import get_record
from segmentation.questionnaires import (
    ClassificationMethod,
    ContactClassField,
    LineType,
    ProfileQuestionnaire,
    ProfileQuestionnaireLine,
)

from ._questionnaire import add_questionnaires

_STEP = 10_000


def new_high_low_rating(
    context: Context,
    code: str | ProfileQuestionnaire,
    description: str,
    *,
    high_from: Decimal | float,
) -> Sequence[ProfileQuestionnaireLine]:
    """Make a rating question with the answers High and Low.

    Args:
        context: Store, user, day and clock.
        code: The questionnaire.
        description: The question.
        high_from: The points from which a contact is High.

    Raises:
        NotFound: There is no such questionnaire.
        Rejected: The bound is not above 0, or the description does not fit: all of it.
    """
    return _new_rating(context, code, description, {"High": ("high_from", high_from)}, "Low")


def new_abc_rating(
    context: Context,
    code: str | ProfileQuestionnaire,
    description: str,
    *,
    a_from: Decimal | float,
    b_from: Decimal | float,
) -> Sequence[ProfileQuestionnaireLine]:
    """Make a rating question with the answers A, B and C.

    Args:
        context: Store, user, day and clock.
        code: The questionnaire.
        description: The question.
        a_from: The points from which a contact is A.
        b_from: The points from which it is B; below, it is C.

    Raises:
        NotFound: There is no such questionnaire.
        Rejected: A bound is not above 0, that of B is not below that of A, or the description does
            not fit: all of it.
    """
    bounds = {"A": ("a_from", a_from), "B": ("b_from", b_from)}
    return _new_rating(context, code, description, bounds, "C")


def _new_rating(
    context: Context,
    code: str | ProfileQuestionnaire,
    description: str,
    bounds: Mapping[str, tuple[str, Decimal | float]],
    last: str,
) -> Sequence[ProfileQuestionnaireLine]:
    store = context.store
    with store.transaction():
        no = get_record(store, ProfileQuestionnaire, code).code
        place = Message("rating of questionnaire {code}", code=no)
        faults = list(_bound_faults(place, bounds.values()))
        if faults:
            raise Rejected(place, faults)
        there = store.records.all(ProfileQuestionnaireLine, profile_questionnaire_code=no)
        first = max((line.line_no for line in there), default=0) + _STEP
        question = ProfileQuestionnaireLine(
            profile_questionnaire_code=no,
            line_no=first,
            description=description,
            auto_contact_classification=True,
            contact_class_field=ContactClassField.RATING,
            classification_method=ClassificationMethod.DEFINED_VALUE,
            no_of_decimals=_decimals(bounds.values()),
        )
        lines = [question, *_answers(question, bounds, last)]
        add_questionnaires(context, *lines)
        return lines


def _answers(
    question: ProfileQuestionnaireLine,
    bounds: Mapping[str, tuple[str, Decimal | float]],
    last: str,
) -> Iterator[ProfileQuestionnaireLine]:
    """An answer for each bound, up to where the one before begins, and one for the rest."""
    step = Decimal(1).scaleb(-question.no_of_decimals)
    below = Decimal(0)
    for place, name in enumerate([*bounds, last], start=1):
        least = Decimal(str(bounds[name][1])) if name in bounds else Decimal(0)
        yield attrs.evolve(
            question,
            line_no=question.line_no + place * _STEP,
            type=LineType.ANSWER,
            description=name,
            auto_contact_classification=False,
            contact_class_field=ContactClassField.BLANK,
            classification_method=ClassificationMethod.BLANK,
            no_of_decimals=0,
            from_value=least,
            to_value=below - step if below else Decimal(0),
        )
        below = least


def _decimals(bounds: Iterable[tuple[str, Decimal | float]]) -> int:
    """As many decimals as the bounds have: points are rounded to them."""
    exponents = [Decimal(str(bound)).normalize().as_tuple().exponent for _, bound in bounds]
    return max(0, *(-each for each in exponents if isinstance(each, int)))


def _bound_faults(place: Message, bounds: Iterable[tuple[str, Decimal | float]]) -> Iterator[Fault]:
    above: tuple[str, Decimal | float] | None = None
    for field, bound in bounds:
        if isinstance(bound, bool) or not isinstance(bound, int | float | Decimal):
            yield Fault(place, field, Message("{value!r} is no number", value=bound))
        elif not (math.isfinite(bound) and bound > 0):
            yield Fault(place, field, Message("{value} is not above 0", value=bound))
        elif above is not None and bound >= above[1]:
            reason = Message(
                "{value} is not below {other}, the bound above it", value=bound, other=above[1]
            )
            yield Fault(place, field, reason)
        else:
            above = field, bound
