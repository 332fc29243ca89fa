"""Profile questionnaires: made and changed, answers, classification from figures and books."""

from ._answers import (
    Form,
    FormRow,
    answers_of,
    contact_count,
    form,
    give_answer,
    suitable,
    withdraw_answer,
)
from ._classification import (
    Classified,
    Found,
    Given,
    Move,
    classify,
    classify_all,
)
from ._ledgers import (
    EntryLedgers,
)
from ._questionnaire import (
    QuestionnaireRecord,
    add_questionnaires,
    change_questionnaire,
    delete_questionnaire,
    get_questionnaire,
    new_questionnaire,
    put_questionnaire,
    questions,
)
from ._ratings import (
    new_abc_rating,
    new_high_low_rating,
)
from ._scores import (
    new_scoring,
)

__all__ = [
    "Classified",
    "EntryLedgers",
    "Form",
    "FormRow",
    "Found",
    "Given",
    "Move",
    "QuestionnaireRecord",
    "add_questionnaires",
    "answers_of",
    "change_questionnaire",
    "classify",
    "classify_all",
    "contact_count",
    "delete_questionnaire",
    "form",
    "get_questionnaire",
    "give_answer",
    "new_abc_rating",
    "new_high_low_rating",
    "new_questionnaire",
    "new_scoring",
    "put_questionnaire",
    "questions",
    "suitable",
    "withdraw_answer",
]
