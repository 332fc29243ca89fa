"""Profile questionnaires: answers, and classification from figures and books."""

from ._answers import (
    FormRow,
    answers_of,
    get_questionnaire,
    give_answer,
    hand_out,
    no_of_contacts,
    put_questionnaire,
    questions,
    suitable,
    take_answer_back,
)
from ._classification import (
    Classified,
    Found,
    Given,
    Move,
    classify,
)
from ._ledgers import (
    EntryLedgers,
)

__all__ = [
    "Classified",
    "EntryLedgers",
    "FormRow",
    "Found",
    "Given",
    "Move",
    "answers_of",
    "classify",
    "get_questionnaire",
    "give_answer",
    "hand_out",
    "no_of_contacts",
    "put_questionnaire",
    "questions",
    "suitable",
    "take_answer_back",
]
