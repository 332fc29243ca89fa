"""Profile questionnaires: questions about contacts, and the answers that may be given.

An answer is given by hand, or found from figures: its range holds the figure itself, or the
figure's share of the whole. What the figures are, and whose, is said by `operations`.
"""

from ._classification import classified
from ._questions import (
    ROW_FIGURES,
    ClassificationMethod,
    ContactClassField,
    CustomerClassField,
    LineType,
    ProfileQuestionnaire,
    ProfileQuestionnaireLine,
    Question,
    QuestionnaireContactType,
    Rating,
    SortingMethod,
    VendorClassField,
    questionnaire_faults,
    questions_of,
)

__all__ = [
    "ROW_FIGURES",
    "ClassificationMethod",
    "ContactClassField",
    "CustomerClassField",
    "LineType",
    "ProfileQuestionnaire",
    "ProfileQuestionnaireLine",
    "Question",
    "QuestionnaireContactType",
    "Rating",
    "SortingMethod",
    "VendorClassField",
    "classified",
    "questionnaire_faults",
    "questions_of",
]
