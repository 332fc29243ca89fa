"""Records of questionnaires, and their lines put together: questions with the answers to them."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

import attrs

from segmentation.codes import Option
from segmentation.contacts import AnswerPriority, Contact, ContactType, Priority
from segmentation.errors import Fault, Identifier, Message
from segmentation.fields import (
    Code,
    Extra,
    LongText,
    Record,
    RefersTo,
    ShortCode,
    Text,
    to_extra,
    to_option,
    with_converters,
)
from segmentation.markup import to_rows
from segmentation.showing import shown_by


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
    DAYS_SINCE_ROW = "days_since_row"
    ROW_QUANTITY = "row_quantity"
    ROW_AMOUNT = "row_amount"


class ClassificationMethod(Option):
    """How figures become answers.

    By the figure itself; by its share of the sum of all; by the contact's rank as a share of all
    contacts; as in an ABC analysis, by the share of the sum that those ranked before it make; or by
    a score from 1 to 5: 1 and the whole fifths of the active contacts that are ranked before it.
    Active is who has a row in the period, of the line's table or else of interactions.
    """

    BLANK = ""
    DEFINED_VALUE = "defined_value"
    PERCENTAGE_OF_VALUE = "percentage_of_value"
    PERCENTAGE_OF_CONTACTS = "percentage_of_contacts"
    CUMULATED_VALUE = "cumulated_value"
    QUINTILE = "quintile"


class SortingMethod(Option):
    """From which end percentages are counted."""

    BLANK = ""
    DESCENDING = "descending"
    ASCENDING = "ascending"


WHOLE = 100
"""All of something, in percent."""

_SORTED = frozenset(ClassificationMethod) - {
    ClassificationMethod.BLANK,
    ClassificationMethod.DEFINED_VALUE,
}
_IN_PERCENT = _SORTED - {ClassificationMethod.QUINTILE}

ROW_FIGURES: Mapping[ContactClassField, tuple[str, ...]] = {
    ContactClassField.DAYS_SINCE_ROW: ("source_table", "source_date_field"),
    ContactClassField.ROW_QUANTITY: ("source_table", "source_date_field"),
    ContactClassField.ROW_AMOUNT: ("source_table", "source_date_field", "source_amount_field"),
}
"""Figures of rows, with what a line must say of the rows."""


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class ProfileQuestionnaire(Record, table="profile_questionnaire_header", key=("code",)):
    """A questionnaire and whom it is for."""

    code: Code
    description: Text = ""
    contact_type: QuestionnaireContactType = attrs.field(
        default=QuestionnaireContactType.BLANK, converter=to_option
    )
    business_relation_code: Annotated[ShortCode, RefersTo("business_relation")] = ""
    priority: Priority = attrs.field(default=Priority.NORMAL, converter=to_option)
    extra: Extra = attrs.field(default=(), converter=to_extra)

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
        source_table: Table whose rows in the period the figure is of; blank for no table.
        source_date_field: Its field by which a row is in the period.
        source_amount_field: Its field that is added up.
    """

    profile_questionnaire_code: Annotated[Code, RefersTo("profile_questionnaire_header")]
    line_no: int
    type: LineType = attrs.field(default=LineType.QUESTION, converter=to_option)
    description: LongText = ""
    multiple_answers: bool = False
    priority: AnswerPriority = attrs.field(default=AnswerPriority.NORMAL, converter=to_option)
    auto_contact_classification: bool = False
    customer_class_field: CustomerClassField = attrs.field(
        default=CustomerClassField.BLANK, converter=to_option
    )
    vendor_class_field: VendorClassField = attrs.field(
        default=VendorClassField.BLANK, converter=to_option
    )
    contact_class_field: ContactClassField = attrs.field(
        default=ContactClassField.BLANK, converter=to_option
    )
    starting_date_formula: ShortCode = ""
    ending_date_formula: ShortCode = ""
    classification_method: ClassificationMethod = attrs.field(
        default=ClassificationMethod.BLANK, converter=to_option
    )
    sorting_method: SortingMethod = attrs.field(default=SortingMethod.BLANK, converter=to_option)
    no_of_decimals: int = 0
    from_value: Decimal = Decimal(0)
    to_value: Decimal = Decimal(0)
    min_pct_questions_answered: Decimal = Decimal(0)
    source_table: LongText = ""
    source_date_field: LongText = ""
    source_amount_field: LongText = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)

    @property
    def place(self) -> Message:
        """The line's name in errors."""
        code = self.profile_questionnaire_code
        return Message("questionnaire {code} line {line}", code=code, line=self.line_no)

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
    shown=(
        "profile_questionnaire_code",
        "profile_questionnaire_line_no",
        "rating_profile_quest_code",
        "rating_profile_quest_line_no",
        "points",
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
    extra: Extra = attrs.field(default=(), converter=to_extra)


@shown_by("code", "line.line_no", "line.description", "answers")
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

    def _repr_html_(self) -> str:
        """The answers, under the question."""
        names = ["line_no", "description", "from_value", "to_value"]
        return to_rows(self.answers, names, caption=self.line.description)

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


def questionnaire_faults(
    questionnaire: ProfileQuestionnaire, lines: Sequence[ProfileQuestionnaireLine]
) -> Sequence[Fault]:
    """What is wrong with a questionnaire, line by line: its test report.

    Answers whose ranges overlap are no fault: the first that holds a figure is taken.
    """
    faults: list[Fault] = []
    for line in lines:
        if line.profile_questionnaire_code != questionnaire.code:
            reason = Message(
                "belongs to another questionnaire than {code}", code=questionnaire.code
            )
            faults.append(
                Fault(line.place, "profile_questionnaire_code", reason, "wrong_questionnaire")
            )
    if lines and lines[0].type is LineType.ANSWER:
        reason = Message("an answer comes before any question")
        faults.append(Fault(lines[0].place, "type", reason, "wrong_order"))
    for question in questions_of(lines):
        if not question.answers:
            reason = Message("a question without any answer")
            faults.append(Fault(question.line.place, "", reason, "no_answer"))
        faults += question.faults()
    return faults


def _question_faults(line: ProfileQuestionnaireLine) -> Iterator[Fault]:
    fields = ("customer_class_field", "vendor_class_field", "contact_class_field")
    chosen = [field for field in fields if getattr(line, field)]
    if len(chosen) != 1:
        said = Message.joined(", ", map(Identifier, chosen)) if chosen else Message("none")
        reason = Message("one class field is wanted, not {fields}", fields=said)
        yield Fault(line.place, "customer_class_field", reason, "wrong_class_field")
    if not line.classification_method:
        yield Fault(line.place, "classification_method", "is blank", "blank")
    if not 0 <= line.min_pct_questions_answered <= WHOLE:
        reason = Message("is not between 0 and 100")
        yield Fault(line.place, "min_pct_questions_answered", reason, "out_of_range")
    if line.contact_class_field is ContactClassField.RATING:
        return
    of_rows = ROW_FIGURES.get(line.contact_class_field, ())
    for field in ("starting_date_formula", "ending_date_formula", *of_rows):
        if not getattr(line, field):
            yield Fault(line.place, field, "is blank", "blank")
    if line.classification_method in _SORTED and not line.sorting_method:
        yield Fault(line.place, "sorting_method", "is blank; percentages need one", "blank")


def _range_faults(
    question: ProfileQuestionnaireLine, answer: ProfileQuestionnaireLine
) -> Iterator[Fault]:
    low, high = answer.from_value, answer.to_value
    if high and low > high:
        reason = Message("{high} is less than {low}: the range is empty", high=high, low=low)
        yield Fault(answer.place, "to_value", reason, "out_of_range")
    if question.classification_method in _IN_PERCENT and max(low, high) > WHOLE:
        reason = Message("a percentage cannot be over 100")
        yield Fault(answer.place, "to_value", reason, "out_of_range")
