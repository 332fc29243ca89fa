"""Profile questionnaires: a thin front of `segmentation.operations`."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import ClassVar, Unpack

from segmentation.contacts import Contact, ContactProfileAnswer
from segmentation.operations import questionnaires
from segmentation.operations.field_values import ProfileQuestionnaireValues
from segmentation.operations.questionnaires import Classified, Form, QuestionnaireRecord
from segmentation.questionnaires import (
    CustomerClassField,
    ProfileQuestionnaire,
    ProfileQuestionnaireLine,
    Question,
    Rating,
)

from ._noun import Noun


class Questionnaires(Noun[ProfileQuestionnaire, str]):
    """The profile questionnaires of a workspace, by their codes."""

    _kind: ClassVar[type[ProfileQuestionnaire]] = ProfileQuestionnaire

    # -- questionnaires -----------------------------------------------------------------------

    def where(self, **fields: Unpack[ProfileQuestionnaireValues]) -> Sequence[ProfileQuestionnaire]:
        """The questionnaires whose fields are equal to all that are given, in the order of codes.

        Raises:
            UnknownName: A questionnaire has no such field.
            Rejected: Values do not fit their fields: all of them.
        """
        return list(self._all(fields))

    def new(
        self,
        code: str,
        description: str = "",
        /,
        *,
        lines: Iterable[ProfileQuestionnaireLine] = (),
        ratings: Iterable[Rating] = (),
        **fields: Unpack[ProfileQuestionnaireValues],
    ) -> ProfileQuestionnaire:
        """Make a questionnaire and return it.

        Args:
            code: Its code.
            description: What it is called; it may be given by its name, too.
            lines: Its questions and answers, which bear its code.
            ratings: Points for its rating questions.
            **fields: Further fields: contact_type, business_relation_code, priority, extra.

        Raises:
            UnknownName: A questionnaire has no such field.
            Rejected: The code is taken or blank, or something has faults: all of them. Nothing is
                stored.
        """
        return questionnaires.new_questionnaire(
            self._context, code, description, lines=lines, ratings=ratings, **fields
        )

    def new_scoring(
        self,
        *,
        table: str = "",
        date_field: str = "",
        amount_field: str = "",
        since: date | str = "<-1Y>",
        until: date | str = "<CD>",
        value: CustomerClassField | str = "",
        **fields: Unpack[ProfileQuestionnaireValues],
    ) -> ProfileQuestionnaire:
        """Make the ready-made questionnaire of recency, frequency and value, and return it.

        Args:
            table: Table whose rows are scored, your own or ours; blank for interactions, and a
                value from the host's books.
            date_field: Its field of the day.
            amount_field: Its field that is added up to the value.
            since: The first day that counts, or a date formula, worked out from the work date.
            until: The last.
            value: Which of the customer's figures is the value where there is no table; the
                host's books supply it. What they bought if blank.
            **fields: Fields of the questionnaire: code (``RFM`` if not given), description,
                contact_type, business_relation_code, priority, extra.

        Raises:
            UnknownName: A questionnaire has no such field, or customers have no such figure.
            Rejected: Table, fields and days do not fit, the code is taken, or something has
                faults: all of them. Nothing is stored.
        """
        return questionnaires.new_scoring(
            self._context,
            table=table,
            date_field=date_field,
            amount_field=amount_field,
            since=since,
            until=until,
            value=value,
            **fields,
        )

    def new_high_low_rating(
        self,
        code: str | ProfileQuestionnaire,
        description: str,
        *,
        high_from: Decimal | float,
    ) -> Sequence[ProfileQuestionnaireLine]:
        """Make a rating question with the answers High and Low; return its lines.

        Which answers give points is told by ratings, as for every rating question.

        Args:
            code: The questionnaire.
            description: The question.
            high_from: The points from which a contact is High.

        Raises:
            NotFound: There is no such questionnaire.
            Rejected: The bound is not above 0, or the description does not fit: all of it.
        """
        return questionnaires.new_high_low_rating(
            self._context, code, description, high_from=high_from
        )

    def new_abc_rating(
        self,
        code: str | ProfileQuestionnaire,
        description: str,
        *,
        a_from: Decimal | float,
        b_from: Decimal | float,
    ) -> Sequence[ProfileQuestionnaireLine]:
        """Make a rating question with the answers A, B and C; return its lines.

        Args:
            code: The questionnaire.
            description: The question.
            a_from: The points from which a contact is A.
            b_from: The points from which it is B; below, it is C.

        Raises:
            NotFound: There is no such questionnaire.
            Rejected: A bound is not above 0, that of B is not below that of A, or the description
                does not fit: all of it.
        """
        return questionnaires.new_abc_rating(
            self._context, code, description, a_from=a_from, b_from=b_from
        )

    def add(self, *records: QuestionnaireRecord) -> Sequence[QuestionnaireRecord]:
        """Take in questionnaires, lines and ratings made in Python, all or none.

        Args:
            *records: At least one; a line or rating may belong to a questionnaire that is there.

        Returns:
            What is stored, as it was given.

        Raises:
            InvalidValue: None is given, or one is of another kind.
            Rejected: There are faults: all of them. A key that is taken is one.
        """
        return questionnaires.add_questionnaires(self._context, *records)

    def put(
        self,
        questionnaire: ProfileQuestionnaire,
        *,
        lines: Iterable[ProfileQuestionnaireLine],
        ratings: Iterable[Rating] = (),
    ) -> None:
        """Store a questionnaire with all its lines; what it had before is replaced.

        Args:
            questionnaire: The questionnaire; it may be there or not.
            lines: Its questions and answers.
            ratings: Points for its rating questions; those that it had stay unless given anew.

        Raises:
            Rejected: Something has faults: all of them. Nothing is stored.
        """
        questionnaires.put_questionnaire(self._context, questionnaire, lines=lines, ratings=ratings)

    def change(
        self, code: str | ProfileQuestionnaire, /, **fields: Unpack[ProfileQuestionnaireValues]
    ) -> ProfileQuestionnaire:
        """Change fields of a questionnaire, not its lines; return it as it is now.

        A new priority goes on to the answers that contacts have given.

        Args:
            code: The questionnaire.
            **fields: The fields that change; all others stay.

        Raises:
            NotFound: There is no such questionnaire.
            UnknownName: A questionnaire has no such field.
            Refused: The code is to be changed.
            Rejected: Values do not fit: all of them. Nothing is stored.
        """
        return questionnaires.change_questionnaire(self._context, code, **fields)

    def delete(self, code: str | ProfileQuestionnaire) -> None:
        """Delete a questionnaire with its lines and the points of its rating questions.

        Raises:
            NotFound: There is no such questionnaire.
            Refused: Contacts have answers to it, or ratings of others count its answers: all is
                named.
        """
        questionnaires.delete_questionnaire(self._context, code)

    def questions(self, code: str | ProfileQuestionnaire) -> Sequence[Question]:
        """The questions of a questionnaire, each with its answers, in the order of their lines.

        Raises:
            NotFound: There is no such questionnaire.
        """
        return questionnaires.questions(self._store, code)

    # -- answers ------------------------------------------------------------------------------

    def suitable(self, contact_no: str | Contact) -> Sequence[ProfileQuestionnaire]:
        """The questionnaires that are for a contact, in the order of their codes.

        Raises:
            NotFound: There is no such contact.
        """
        return questionnaires.suitable(self._store, contact_no)

    def give(
        self, contact_no: str | Contact, code: str | ProfileQuestionnaire, line_no: int
    ) -> ContactProfileAnswer:
        """Give an answer for a contact and return it; giving it again changes nothing.

        Args:
            contact_no: The contact.
            code: The questionnaire.
            line_no: The line of the answer, not of its question.

        Raises:
            NotFound: There is no such contact, questionnaire or line.
            Refused: It may not be given: the line is a question, the question has its one answer
                or is answered by classification, or the questionnaire is not for this contact.
        """
        return questionnaires.give_answer(self._context, contact_no, code, line_no)

    def withdraw(
        self, contact_no: str | Contact, code: str | ProfileQuestionnaire, line_no: int
    ) -> None:
        """Withdraw an answer of a contact; one that it did not give is passed over.

        Args:
            contact_no: The contact.
            code: The questionnaire.
            line_no: The line of the answer, not of its question.

        Raises:
            NotFound: There is no such contact, questionnaire or line.
            Refused: The line is a question, or is answered by classification.
        """
        questionnaires.withdraw_answer(self._context, contact_no, code, line_no)

    def answers(self, contact_no: str | Contact) -> Sequence[ContactProfileAnswer]:
        """The answers of a contact, the most important first, then by questionnaire and line.

        Raises:
            NotFound: There is no such contact.
        """
        return questionnaires.answers_of(self._store, contact_no)

    def form(self, code: str | ProfileQuestionnaire, *, contact_no: str | Contact = "") -> Form:
        """A questionnaire on paper: blank, or as a contact has filled it in.

        Args:
            code: The questionnaire.
            contact_no: Whose answers are marked; blank for nobody's.

        Raises:
            NotFound: There is no such questionnaire or contact.
        """
        return questionnaires.form(self._store, code, contact_no=contact_no)

    def contact_count(self, code: str | ProfileQuestionnaire, line_no: int) -> int:
        """How many contacts have an answer.

        Args:
            code: The questionnaire.
            line_no: The line of the answer.

        Raises:
            NotFound: There is no such questionnaire or line.
        """
        return questionnaires.contact_count(self._store, code, line_no)

    # -- classification -----------------------------------------------------------------------

    def classify(self, *codes: str | ProfileQuestionnaire) -> Classified:
        """Answer the automatic questions of some questionnaires, from figures.

        Args:
            *codes: The questionnaires, at least one.

        Returns:
            How many questions and answers there are, and who moved from which answer to which.

        Raises:
            InvalidValue: None is given.
            NotFound: Questionnaires are not there: all of them are named.
            Rejected: Questions have faults, or want figures that nobody supplies: all of them.
            Refused: Ratings count on each other in a circle; it is named.
        """
        return questionnaires.classify(self._context, *codes)

    def classify_all(self) -> Classified:
        """Answer the automatic questions of all questionnaires, as `classify` does of some.

        Raises:
            Rejected: Questions have faults, or want figures that nobody supplies: all of them.
            Refused: Ratings count on each other in a circle; it is named.
        """
        return questionnaires.classify_all(self._context)
