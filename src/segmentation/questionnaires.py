"""Profile questionnaires: questions about contacts, and the answers that may be given.

An answer is given by hand, or found from figures: its range holds the figure itself, or the
figure's share of the whole. What the figures are, and whose, is said by `operations`.
"""

from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from itertools import accumulate, pairwise
from operator import ge, le
from typing import Annotated

import attrs

from .codes import Option
from .contacts import AnswerPriority, Contact, ContactType, Priority
from .errors import Fault
from .fields import Code, Extra, LongText, Record, RefersTo, ShortCode, Text, with_converters


class QuestionnaireContactType(Option):
    """Whom a questionnaire is for."""

    BLANK = ""
    COMPANIES = "companies"
    PEOPLE = "people"


class LineType(Option):
    """What a line of a questionnaire is."""

    QUESTION = "question"
    ANSWER = "answer"


class CustomerClassField(Option):
    """The customer's figure that answers a question by itself."""

    BLANK = ""
    SALES = "sales_lcy"
    PROFIT = "profit_lcy"
    SALES_FREQUENCY = "sales_frequency_invoices_year"
    AVERAGE_INVOICE_AMOUNT = "avg_invoice_amount_lcy"
    DISCOUNT_PCT = "discount_pct"
    AVERAGE_OVERDUE_DAYS = "avg_overdue_day"


class VendorClassField(Option):
    """The vendor's figure that answers a question by itself."""

    BLANK = ""
    PURCHASE = "purchase_lcy"
    PURCHASE_FREQUENCY = "purchase_frequency_invoices_year"
    AVERAGE_TICKET_SIZE = "avg_ticket_size_lcy"
    DISCOUNT_PCT = "discount_pct"
    AVERAGE_OVERDUE_DAYS = "avg_overdue_day"


class ContactClassField(Option):
    """The contact's figure that answers a question by itself."""

    BLANK = ""
    INTERACTION_QUANTITY = "interaction_quantity"
    INTERACTION_FREQUENCY = "interaction_frequency_no_year"
    AVERAGE_INTERACTION_COST = "avg_interaction_cost_lcy"
    AVERAGE_INTERACTION_DURATION = "avg_interaction_duration_min"
    OPPORTUNITY_WON_PCT = "opportunity_won_pct"
    RATING = "rating"
    DAYS_SINCE_INTERACTION = "days_since_interaction"


class ClassificationMethod(Option):
    """How figures become answers.

    By the figure itself; by its share of the sum of all; by the contact's rank as a share of all
    contacts; or, as in an ABC analysis, by the share of the sum that those ranked before it make.
    """

    BLANK = ""
    DEFINED_VALUE = "defined_value"
    PERCENTAGE_OF_VALUE = "percentage_of_value"
    PERCENTAGE_OF_CONTACTS = "percentage_of_contacts"
    CUMULATED_VALUE = "cumulated_value"


class SortingMethod(Option):
    """From which end percentages are counted."""

    BLANK = ""
    DESCENDING = "descending"
    ASCENDING = "ascending"


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class ProfileQuestionnaire(Record, table="profile_questionnaire_header", key=("code",)):
    """A questionnaire and whom it is for."""

    code: Code
    description: Text = ""
    contact_type: QuestionnaireContactType = QuestionnaireContactType.BLANK
    business_relation_code: Annotated[ShortCode, RefersTo("business_relation")] = ""
    priority: Priority = Priority.NORMAL
    extra: Extra = ()

    def suits(self, contact: Contact, relation_codes: Container[str] = ()) -> bool:
        """Whether the questionnaire is for this contact.

        Args:
            contact: The contact.
            relation_codes: Codes of the business relations of it and its company.
        """
        wanted = _TYPES.get(self.contact_type)
        if wanted is not None and contact.type is not wanted:
            return False
        return not self.business_relation_code or self.business_relation_code in relation_codes


_TYPES = {
    QuestionnaireContactType.COMPANIES: ContactType.COMPANY,
    QuestionnaireContactType.PEOPLE: ContactType.PERSON,
}


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class ProfileQuestionnaireLine(
    Record, table="profile_questionnaire_line", key=("profile_questionnaire_code", "line_no")
):
    """A question, or one of the answers that follow it.

    Attributes:
        from_value: Least figure of an answer; 0 leaves it open.
        to_value: Greatest figure of an answer; 0 leaves it open.
    """

    profile_questionnaire_code: Annotated[Code, RefersTo("profile_questionnaire_header")]
    line_no: int
    type: LineType = LineType.QUESTION
    description: LongText = ""
    multiple_answers: bool = False
    priority: AnswerPriority = AnswerPriority.NORMAL
    auto_contact_classification: bool = False
    customer_class_field: CustomerClassField = CustomerClassField.BLANK
    vendor_class_field: VendorClassField = VendorClassField.BLANK
    contact_class_field: ContactClassField = ContactClassField.BLANK
    starting_date_formula: ShortCode = ""
    ending_date_formula: ShortCode = ""
    classification_method: ClassificationMethod = ClassificationMethod.BLANK
    sorting_method: SortingMethod = SortingMethod.BLANK
    no_of_decimals: int = 0
    from_value: Decimal = Decimal(0)
    to_value: Decimal = Decimal(0)
    min_pct_questions_answered: Decimal = Decimal(0)
    extra: Extra = ()

    @property
    def place(self) -> str:
        """The line's name in errors."""
        return f"questionnaire {self.profile_questionnaire_code} line {self.line_no}"

    def holds(self, value: Decimal) -> bool:
        """Whether an answer's range holds a figure; a bound of 0 is open, 0 to 0 holds nothing."""
        if not self.from_value and not self.to_value:
            return False
        above = not self.from_value or self.from_value <= value
        return above and (not self.to_value or value <= self.to_value)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class Rating(
    Record,
    table="rating",
    key=(
        "profile_questionnaire_code",
        "profile_questionnaire_line_no",
        "rating_profile_quest_code",
        "rating_profile_quest_line_no",
    ),
):
    """Points that an answer to one question is worth in a rating question.

    Attributes:
        profile_questionnaire_line_no: Line of the rating question.
        rating_profile_quest_line_no: Line of the answer that gives the points.
    """

    profile_questionnaire_code: Annotated[Code, RefersTo("profile_questionnaire_header")]
    profile_questionnaire_line_no: int
    rating_profile_quest_code: Annotated[Code, RefersTo("profile_questionnaire_header")]
    rating_profile_quest_line_no: int
    points: Decimal = Decimal(0)
    extra: Extra = ()


@attrs.frozen
class Question:
    """A question with the answers that follow it, in the order of their lines."""

    line: ProfileQuestionnaireLine
    answers: tuple[ProfileQuestionnaireLine, ...] = ()

    @property
    def code(self) -> str:
        """The questionnaire's code."""
        return self.line.profile_questionnaire_code

    @property
    def key(self) -> tuple[str, int]:
        """The questionnaire's code and the question's line."""
        return (self.line.profile_questionnaire_code, self.line.line_no)

    @property
    def is_automatic(self) -> bool:
        """Whether its answers are found from figures, not given by hand."""
        return self.line.auto_contact_classification

    @property
    def is_rating(self) -> bool:
        """Whether its figure are points of answers to other questions."""
        return self.is_automatic and self.line.contact_class_field is ContactClassField.RATING

    def found(self, value: Decimal) -> tuple[int, ...]:
        """Lines of the answers that a figure gives; only the first, unless several are allowed.

        The figure is rounded to the question's number of decimals first.
        """
        rounded = value.quantize(Decimal(1).scaleb(-self.line.no_of_decimals), ROUND_HALF_UP)
        holding = [answer.line_no for answer in self.answers if answer.holds(rounded)]
        return tuple(holding if self.line.multiple_answers else holding[:1])

    def faults(self) -> Iterator[Fault]:
        """What keeps the question from being answered from figures."""
        if self.is_automatic:
            yield from _question_faults(self.line)
            for answer in self.answers:
                yield from _range_faults(self.line, answer)


def questions_of(lines: Iterable[ProfileQuestionnaireLine]) -> Iterator[Question]:
    """The questions of questionnaires, each with its answers.

    Args:
        lines: Lines in the order of their keys; an answer before any question is passed over.
    """
    question: ProfileQuestionnaireLine | None = None
    answers: list[ProfileQuestionnaireLine] = []
    for line in lines:
        if line.type is LineType.QUESTION:
            if question is not None:
                yield Question(question, tuple(answers))
            question, answers = line, []
        elif question and question.profile_questionnaire_code == line.profile_questionnaire_code:
            answers.append(line)
    if question is not None:
        yield Question(question, tuple(answers))


def _question_faults(line: ProfileQuestionnaireLine) -> Iterator[Fault]:
    fields = ("customer_class_field", "vendor_class_field", "contact_class_field")
    chosen = [field for field in fields if getattr(line, field)]
    if len(chosen) != 1:
        said = " and ".join(chosen) or "none"
        yield Fault(line.place, "customer_class_field", f"one class field is wanted, not {said}")
    if not line.classification_method:
        yield Fault(line.place, "classification_method", "is blank")
    if not 0 <= line.min_pct_questions_answered <= _WHOLE:
        yield Fault(line.place, "min_pct_questions_answered", "is not between 0 and 100")
    if line.contact_class_field is ContactClassField.RATING:
        return
    for field in ("starting_date_formula", "ending_date_formula"):
        if not getattr(line, field):
            yield Fault(line.place, field, "is blank")
    if line.classification_method in _SORTED and not line.sorting_method:
        yield Fault(line.place, "sorting_method", "is blank; percentages need one")


def _range_faults(
    question: ProfileQuestionnaireLine, answer: ProfileQuestionnaireLine
) -> Iterator[Fault]:
    low, high = answer.from_value, answer.to_value
    if high and low > high:
        yield Fault(answer.place, "to_value", f"{high} is less than {low}: the range is empty")
    if question.classification_method in _SORTED and max(low, high) > _WHOLE:
        yield Fault(answer.place, "to_value", "a percentage cannot be over 100")


_WHOLE = 100
_SORTED = frozenset(ClassificationMethod) - {
    ClassificationMethod.BLANK,
    ClassificationMethod.DEFINED_VALUE,
}


def classified(question: Question, values: Mapping[str, Decimal]) -> dict[str, tuple[int, ...]]:
    """The answers that figures give, by contact; who gets none is left out.

    Contacts with equal figures rank alike, all as the first of them.

    Args:
        question: The question, with method, sorting and answers.
        values: Each contact's figure.
    """
    total = sum(values.values(), Decimal(0))
    match question.line.classification_method:
        case ClassificationMethod.DEFINED_VALUE:
            measured, whole = iter(values.items()), Decimal(_WHOLE)
        case ClassificationMethod.PERCENTAGE_OF_VALUE:
            measured, whole = iter(values.items()), total
        case ClassificationMethod.PERCENTAGE_OF_CONTACTS:
            ranks = map(Decimal, range(1, len(values) + 1))
            measured = _tied(_ranked(question.line, values), ranks, values)
            whole = Decimal(len(values))
        case ClassificationMethod.CUMULATED_VALUE:
            ranked = _ranked(question.line, values)
            before = accumulate((values[no] for no in ranked), initial=Decimal(0))
            measured, whole = _tied(ranked, before, values), total
        case _:
            return {}
    if not whole:
        return {}
    answers = _Steps(question, whole).answers
    return {no: found for no, value in measured if (found := answers(value))}


def _ranked(line: ProfileQuestionnaireLine, values: Mapping[str, Decimal]) -> list[str]:
    """Contacts by their figures; floating point sorts faster, and is checked to be right."""
    descending = line.sorting_method is SortingMethod.DESCENDING
    quick = sorted(values, key=lambda no: float(values[no]), reverse=descending)
    right = le if not descending else ge
    if all(right(values[one], values[other]) for one, other in pairwise(quick)):
        return quick
    return sorted(values, key=values.__getitem__, reverse=descending)


def _tied(
    ranked: Iterable[str], measures: Iterable[Decimal], values: Mapping[str, Decimal]
) -> Iterator[tuple[str, Decimal]]:
    """What each has, where those with equal figures all have what the first of them has."""
    last, kept = None, Decimal(0)
    for no, measure in zip(ranked, measures, strict=False):
        value = values[no]
        if value != last:
            last, kept = value, measure
        yield no, kept


class _Steps:
    """The answers to figures, as steps: between two bounds of any answer they are the same.

    Figures are of a whole that stands for 100; instead of each figure, the bounds are
    converted, and rounding is part of them.
    """

    def __init__(self, question: Question, whole: Decimal) -> None:
        self._question = question
        self._whole = whole
        unit = Decimal(1).scaleb(-question.line.no_of_decimals)
        bounds = {Decimal(0)}
        for answer in question.answers:
            bounds.add((answer.from_value / unit).to_integral_value(ROUND_CEILING) * unit)
            bounds.add((answer.to_value / unit).to_integral_value(ROUND_FLOOR) * unit + unit)
        reached = sorted(bound for bound in bounds if bound >= 0)
        self._found = [question.found(bound) for bound in reached]
        self._starts = [(bound - unit / 2) * whole / _WHOLE for bound in reached[1:]]

    def answers(self, figure: Decimal) -> tuple[int, ...]:
        """The lines of the answers to a figure."""
        if figure < 0 or self._whole < 0:
            return self._question.found(figure * _WHOLE / self._whole)
        return self._found[bisect_right(self._starts, figure)]
