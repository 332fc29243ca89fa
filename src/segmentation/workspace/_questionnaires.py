"""Profile questionnaires: a thin front of `segmentation.operations`."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from segmentation.contacts import ContactProfileAnswer
from segmentation.operations import questionnaires
from segmentation.operations.context import Context
from segmentation.operations.questionnaires import Classified, FormRow
from segmentation.protocols import Store
from segmentation.questionnaires import (
    ProfileQuestionnaire,
    ProfileQuestionnaireLine,
    Question,
    Rating,
)
from segmentation.scoring import make_scoring


class Questionnaires:
    """The profile questionnaires of a workspace."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def __iter__(self) -> Iterator[ProfileQuestionnaire]:
        return self._store.records.all(ProfileQuestionnaire)

    def __getitem__(self, code: str) -> ProfileQuestionnaire:
        return questionnaires.get_questionnaire(self._store, code)

    def questions(self, code: str) -> Sequence[Question]:
        """The questions of a questionnaire, each with its answers."""
        return questionnaires.questions(self._store, code)

    def put(
        self,
        questionnaire: ProfileQuestionnaire,
        lines: Iterable[ProfileQuestionnaireLine],
        ratings: Iterable[Rating] = (),
    ) -> None:
        """Store a questionnaire with all its lines, and points for its rating questions.

        Raises:
            Rejected: Something has faults: all of them. Nothing is stored.
        """
        questionnaires.put_questionnaire(self._store, questionnaire, lines, ratings)

    def add_scoring(self, **given: Any) -> ProfileQuestionnaire:  # noqa: ANN401
        """Store the ready-made questionnaire of recency, frequency and value.

        Args:
            **given: As for `segmentation.scoring.make_scoring`.
        """
        questionnaire, lines, points = make_scoring(**given)
        self.put(questionnaire, lines, points)
        return questionnaire

    def suitable(self, contact_no: str) -> Sequence[ProfileQuestionnaire]:
        """The questionnaires that are for a contact."""
        return questionnaires.suitable(self._store, contact_no)

    def answer(self, contact_no: str, code: str, line_no: int) -> ContactProfileAnswer:
        """A contact gives an answer.

        Raises:
            Refused: It may not be given: the line is a question, the question has its one
                answer or is answered by classification, the questionnaire is for others.
        """
        return questionnaires.give_answer(self._store, contact_no, code, line_no)

    def take_back(self, contact_no: str, code: str, line_no: int) -> None:
        """A contact no longer gives an answer."""
        questionnaires.take_answer_back(self._store, contact_no, code, line_no)

    def answers(self, contact_no: str) -> Sequence[ContactProfileAnswer]:
        """The answers of a contact, the most important first."""
        return questionnaires.answers_of(self._store, contact_no)

    def hand_out(self, code: str, contact_no: str = "") -> Sequence[FormRow]:
        """A questionnaire on paper: blank, or as a contact has filled it in."""
        return questionnaires.hand_out(self._store, code, contact_no=contact_no)

    def classify(self, code: str = "") -> Classified:
        """Answer the automatic questions of one questionnaire, or of all.

        Args:
            code: Only this one.

        Raises:
            Rejected: Questions have faults, or want figures that nobody supplies.
            Refused: Ratings count on each other in a circle.
        """
        return questionnaires.classify(self._context, questionnaire_code=code)

    @property
    def _store(self) -> Store:
        return self._context.store
