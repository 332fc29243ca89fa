"""Profile questionnaires: questions about contacts, and the answers that may be given."""

from decimal import Decimal
from typing import Annotated

import attrs

from .codes import Option
from .contacts import AnswerPriority, Priority
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


class ClassificationMethod(Option):
    """How figures become answers."""

    BLANK = ""
    DEFINED_VALUE = "defined_value"
    PERCENTAGE_OF_VALUE = "percentage_of_value"
    PERCENTAGE_OF_CONTACTS = "percentage_of_contacts"


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
