"""Classifying contacts: answers found from the journal, the host's books, and other answers.

Running it twice changes nothing. What changed is returned, contact by contact.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter
from typing import TypeAlias

import attrs

from segmentation.contacts import (
    Contact,
    ContactBusinessRelation,
    ContactProfileAnswer,
    LinkToTable,
)
from segmentation.criteria import AsOf, to_date
from segmentation.errors import Fault, FilterError, InvalidValue, Message, Refused, Rejected
from segmentation.interactions import Interaction
from segmentation.journal import NOTHING, Figures, figures_of
from segmentation.markup import to_rows
from segmentation.operations.context import Context
from segmentation.operations.linked_rows import source_faults
from segmentation.operations.records import all_contacts, get_records
from segmentation.operations.schema import schema_of
from segmentation.protocols import Ledgers, Store
from segmentation.questionnaires import (
    ROW_FIGURES,
    ClassificationMethod,
    ContactClassField,
    ProfileQuestionnaire,
    ProfileQuestionnaireLine,
    Question,
    QuestionnaireContactType,
    Rating,
    classified,
    questions_of,
)
from segmentation.showing import shown_by

from ._ledgers import DAYS_OF_A_YEAR
from ._rows import RowFigures, row_figures


@shown_by("contact_no", "questionnaire_code", "question_line_no", "before", "after")
@attrs.frozen
class Move:
    """A contact whose answer to a question changed.

    Attributes:
        contact_no: The contact.
        questionnaire_code: The questionnaire.
        question_line_no: Line of the question.
        before: Lines of its answers before; none if it had none.
        after: Lines of its answers now; none if it has none.
    """

    contact_no: str
    questionnaire_code: str
    question_line_no: int
    before: tuple[int, ...]
    after: tuple[int, ...]


@shown_by("questions", "answers", "moves")
@attrs.frozen(kw_only=True)
class Classified:
    """What a classification did.

    Attributes:
        questions: How many questions were answered.
        answers: How many answers contacts have to them now.
        moves: Who moved from which answer to which, by question and contact.
    """

    questions: int
    answers: int
    moves: tuple[Move, ...]

    def _repr_html_(self) -> str:
        """The first who moved, and how many questions and answers there are."""
        names = ["contact_no", "questionnaire_code", "question_line_no", "before", "after"]
        caption = f"{self.questions} questions, {self.answers} answers"
        return to_rows(self.moves, names, caption=caption)


def classify(context: Context, *codes: str | ProfileQuestionnaire) -> Classified:
    """Answer the automatic questions of some questionnaires.

    Figures are taken between the questions' dates; ratings come last, each after those that it
    counts on. A company's figures cover its persons, and its customer's and vendor's figures
    are its persons' too, unless the questionnaire is for companies only.

    Args:
        context: Store, user, day and clock.
        *codes: The questionnaires, at least one.

    Raises:
        InvalidValue: None is given.
        NotFound: Questionnaires are not there: all of them are named.
        Rejected: Questions have faults, or want figures that nobody supplies: all of them.
        Refused: Ratings count on each other in a circle; it is named.
    """
    if not codes:
        reason = "names none; give at least one, or classify all"
        raise InvalidValue("codes", (), reason)
    found = get_records(context.store, ProfileQuestionnaire, codes)
    return _classify(context, frozenset(each.code for each in found))


def classify_all(context: Context) -> Classified:
    """Answer the automatic questions of all questionnaires, as `classify` does of some.

    Raises:
        Rejected: Questions have faults, or want figures that nobody supplies: all of them.
        Refused: Ratings count on each other in a circle; it is named.
    """
    every = context.store.records.all(ProfileQuestionnaire)
    return _classify(context, frozenset(each.code for each in every))


def _classify(context: Context, codes: frozenset[str]) -> Classified:
    store = context.store
    with store.transaction():
        world = _World(store, context.day, context.ledgers)
        asked = world.asked(codes)
        found = world.figured([question for question in asked if not question.is_rating])
        for question in world.in_order([question for question in asked if question.is_rating]):
            found[question.key] = world.rated(question, found)
        moves = [move for question in asked for move in world.moved(question, found[question.key])]
        world.store_moves(moves)
    answers = sum(len(lines) for by_contact in found.values() for lines in by_contact.values())
    return Classified(questions=len(asked), answers=answers, moves=tuple(moves))


Given: TypeAlias = Mapping[str, tuple[int, ...]]
"""Lines of the answers to one question, by contact."""


Found: TypeAlias = dict[tuple[str, int], Given]
"""Answers by the key of their question."""


class _World:
    """What a classification looks at, each read once."""

    def __init__(self, store: Store, as_of: AsOf, ledgers: Ledgers | None) -> None:
        self._store = store
        self._day = attrs.evolve(as_of, today=as_of.workdate)
        self._ledgers = ledgers
        self._contacts = {contact.no: contact for contact in all_contacts(store)}
        self._questionnaires = {each.code: each for each in store.records.all(ProfileQuestionnaire)}
        self._questions = list(questions_of(store.records.all(ProfileQuestionnaireLine)))
        self._question_of = {
            (question.code, answer.line_no): question
            for question in self._questions
            for answer in question.answers
        }
        self._relations = defaultdict[str, list[ContactBusinessRelation]](list)
        for relation in store.records.all(ContactBusinessRelation):
            self._relations[relation.contact_no].append(relation)
        self._given = defaultdict[tuple[str, int], dict[str, tuple[int, ...]]](dict)
        for each in store.records.all(ContactProfileAnswer):
            question = self._question_of.get((each.profile_questionnaire_code, each.line_no))
            if question:
                by_contact = self._given[question.key]
                by_contact[each.contact_no] = (*by_contact.get(each.contact_no, ()), each.line_no)
        self._rows_of: dict[object, Mapping[str, RowFigures]] = {}

    # -- what is asked ------------------------------------------------------------------------

    def asked(self, codes: frozenset[str]) -> Sequence[Question]:
        """The automatic questions of some questionnaires.

        Raises:
            Rejected: Some have faults: all of them.
        """
        asked = [each for each in self._questions if each.is_automatic and each.code in codes]
        faults = [fault for question in asked for fault in self._faults(question)]
        if faults:
            raise Rejected("classification", faults)
        return asked

    def _faults(self, question: Question) -> Iterator[Fault]:
        faults = list(question.faults())
        yield from faults
        if not faults and not question.is_rating:
            try:
                start, end = self._period(question)
            except FilterError as error:
                yield Fault(question.line.place, "starting_date_formula", error.reason)
                return
            if end < start:
                reason = Message(
                    "the period ends on {end}, before it starts on {start}", end=end, start=start
                )
                yield Fault(question.line.place, "ending_date_formula", reason)
            yield from self._source_faults(question.line)

    def _source_faults(self, line: ProfileQuestionnaireLine) -> Iterator[Fault]:
        if line.source_table:
            for argument, reason in source_faults(
                schema_of(self._store),
                line.source_table,
                date_field=line.source_date_field,
                amount_field=line.source_amount_field,
            ):
                yield Fault(line.place, f"source_{argument}", reason)

    def _period(self, question: Question) -> tuple[date, date]:
        start, end = (
            to_date(formula.strip("<>"), self._day)
            for formula in (
                question.line.starting_date_formula,
                question.line.ending_date_formula,
            )
        )
        return start, end

    def _suiting(self, question: Question) -> Iterator[Contact]:
        questionnaire = self._questionnaires[question.code]
        code = questionnaire.business_relation_code
        related = frozenset(
            no
            for no, relations in self._relations.items()
            if any(relation.business_relation_code == code for relation in relations)
        )
        for contact in self._contacts.values():
            codes = {code} if related & {contact.no, contact.company_no} else ()
            if questionnaire.suits(contact, codes):
                yield contact

    # -- figures ------------------------------------------------------------------------------

    def figured(self, asked: Sequence[Question]) -> Found:
        faults: list[Fault] = []
        found: Found = {}
        for question in asked:
            field, figures = self._supplied(question)
            if figures is None:
                figure = str(getattr(question.line, field))
                reason = Message("nobody supplies the figure {figure}", figure=figure)
                faults.append(Fault(question.line.place, field, reason))
            elif question.line.classification_method is ClassificationMethod.QUINTILE:
                found[question.key] = classified(question, self._of_active(question, figures))
            elif field == "contact_class_field":
                found[question.key] = classified(question, self._of_suiting(question, figures))
            else:
                found[question.key] = self._by_link(question, figures)
        if faults:
            raise Rejected("classification", faults)
        return found

    def _of_suiting(
        self, question: Question, figures: Mapping[str, Decimal]
    ) -> Mapping[str, Decimal]:
        """The figures of all whom the question is for; who is not among them has 0.

        Who had no interaction in the period had the last one, if any, before it.
        """
        blank = Decimal(0)
        if question.line.contact_class_field is ContactClassField.DAYS_SINCE_INTERACTION:
            start, end = self._period(question)
            blank = Decimal((end - start).days + 1)
        return {c.no: figures.get(c.no, blank) for c in self._suiting(question)}

    def _of_active(
        self, question: Question, figures: Mapping[str, Decimal]
    ) -> Mapping[str, Decimal]:
        """The figures of those whom the question is for and who have a row in the period."""
        start, end = self._period(question)
        if question.line.source_table:
            active: Container[str] = self._of_rows(question.line, start, end)
        else:
            active = self._from_journal(ContactClassField.INTERACTION_QUANTITY, start, end)
        suiting = [contact for contact in self._suiting(question) if contact.no in active]
        if question.line.contact_class_field:
            return {contact.no: figures.get(contact.no, Decimal(0)) for contact in suiting}
        linked = self._of_linked(question, figures)
        return {c.no: linked.get(self._source_of(question, c), Decimal(0)) for c in suiting}

    def _of_rows(
        self, line: ProfileQuestionnaireLine, start: date, end: date
    ) -> Mapping[str, RowFigures]:
        """The figures of the rows that a line asks for, by contact; read once for all lines."""
        source = (line.source_table, line.source_date_field, line.source_amount_field, start, end)
        if source not in self._rows_of:
            self._rows_of[source] = row_figures(
                self._store, self._day, self._contacts.values(), line, (start, end)
            )
        return self._rows_of[source]

    def _supplied(self, question: Question) -> tuple[str, Mapping[str, Decimal] | None]:
        """The class field that a question asks for, and its figures by number."""
        line = question.line
        start, end = self._period(question)
        books = self._ledgers or _NoLedgers()
        if line.customer_class_field:
            figures = books.of_customers(line.customer_class_field, start, end)
            return "customer_class_field", figures
        if line.vendor_class_field:
            figures = books.of_vendors(line.vendor_class_field, start, end)
            return "vendor_class_field", figures
        field = line.contact_class_field
        if field is ContactClassField.OPPORTUNITY_WON_PCT:
            return "contact_class_field", books.of_contacts(field, start, end)
        if field in ROW_FIGURES:
            found = self._of_rows(line, start, end)
            return "contact_class_field", {no: each.of(field, end) for no, each in found.items()}
        return "contact_class_field", self._from_journal(field, start, end)

    def _from_journal(
        self, field: ContactClassField, start: date, end: date
    ) -> Mapping[str, Decimal]:
        """A figure of the journal by contact; a company's covers its persons."""
        totals: dict[str, Figures] = {}
        last: dict[str, date] = {}
        for each in self._store.records.all(Interaction):
            if each.counts and each.date is not None and start <= each.date <= end:
                for no in {each.contact_no, each.contact_company_no}:
                    totals[no] = totals.get(no, NOTHING).plus(figures_of(each))
                    last[no] = max(last.get(no, start), each.date)
        if field is ContactClassField.DAYS_SINCE_INTERACTION:
            return {no: Decimal((end - day).days) for no, day in last.items()}
        days = (end - start).days + 1
        return {no: _figure(field, total, days) for no, total in totals.items()}

    def _by_link(self, question: Question, figures: Mapping[str, Decimal]) -> Given:
        """Answers by figures of customers or vendors; persons share those of their company."""
        answers = classified(question, self._of_linked(question, figures))
        return {
            contact.no: answers[source]
            for contact in self._suiting(question)
            if (source := self._source_of(question, contact)) in answers
        }

    def _of_linked(
        self, question: Question, figures: Mapping[str, Decimal]
    ) -> Mapping[str, Decimal]:
        """The figures of customers or vendors, by the contact that is one."""
        customer = question.line.customer_class_field
        table = LinkToTable.CUSTOMER if customer else LinkToTable.VENDOR
        return {
            no: sum((figures.get(each.no, Decimal(0)) for each in links), Decimal(0))
            for no, relations in self._relations.items()
            if (links := [each for each in relations if each.link_to_table is table and each.no])
        }

    def _source_of(self, question: Question, contact: Contact) -> str:
        """Whose figures a contact is given: its company's, if not only companies are asked for."""
        questionnaire = self._questionnaires[question.code]
        alone = questionnaire.contact_type is QuestionnaireContactType.COMPANIES
        return contact.no if alone else contact.company_no or contact.no

    # -- ratings ------------------------------------------------------------------------------

    def in_order(self, ratings: Sequence[Question]) -> Sequence[Question]:
        """Ratings, each after those that it counts on."""
        by_key = {question.key: question for question in ratings}
        graph = {
            question.key: {other.key for _, other in self._points(question)} & by_key.keys()
            for question in ratings
        }
        try:
            return [by_key[key] for key in TopologicalSorter(graph).static_order()]
        except CycleError as error:
            circle = " -> ".join(f"{code} {line_no}" for code, line_no in error.args[1][::-1])
            reason = Message("ratings count on each other: {circle}", circle=circle)
            raise Refused("classification", reason) from None

    def _points(self, question: Question) -> Iterator[tuple[Rating, Question]]:
        """What gives points in a rating, with the question that it answers."""
        code, line_no = question.key
        for point in self._store.records.all(
            Rating, profile_questionnaire_code=code, profile_questionnaire_line_no=line_no
        ):
            key = (point.rating_profile_quest_code, point.rating_profile_quest_line_no)
            if key in self._question_of:
                yield point, self._question_of[key]

    def rated(self, question: Question, found: Found) -> Given:
        """Answers by points; who has answered too few of the questions gets none."""
        points: dict[tuple[str, int], dict[int, Decimal]] = defaultdict(dict)
        for point, counted in self._points(question):
            points[counted.key][point.rating_profile_quest_line_no] = point.points
        given = {key: found.get(key, self._given[key]) for key in points}
        least = question.line.min_pct_questions_answered * len(points) / 100
        values: dict[str, Decimal] = {}
        for contact in self._suiting(question):
            total, answered = Decimal(0), 0
            for key, worth in points.items():
                lines = given[key].get(contact.no, ())
                answered += bool(lines)
                total += sum((worth.get(line, Decimal(0)) for line in lines), Decimal(0))
            if answered >= least:
                values[contact.no] = total
        return classified(question, values)

    # -- what changes -------------------------------------------------------------------------

    def moved(self, question: Question, answers: Given) -> Iterator[Move]:
        given = self._given[question.key]
        for no in sorted(given.keys() | answers.keys()):
            before, after = given.get(no, ()), answers.get(no, ())
            if before != after:
                yield Move(no, question.code, question.line.line_no, before, after)

    def store_moves(self, moves: Iterable[Move]) -> None:
        put, remove = [], []
        for move in moves:
            remove += [self._answer(move, line) for line in move.before if line not in move.after]
            put += [self._answer(move, line) for line in move.after if line not in move.before]
        self._store.records.remove(remove)
        self._store.records.put(put)

    def _answer(self, move: Move, line_no: int) -> ContactProfileAnswer:
        code = move.questionnaire_code
        question = self._question_of[code, line_no]
        contact = self._contacts.get(move.contact_no)
        return ContactProfileAnswer(
            contact_no=move.contact_no,
            contact_company_no=contact.company_no if contact else "",
            profile_questionnaire_code=code,
            line_no=line_no,
            profile_questionnaire_priority=self._questionnaires[code].priority,
            answer_priority=next(a.priority for a in question.answers if a.line_no == line_no),
        )


class _NoLedgers:
    """The books of a host that has none."""

    def of_customers(self, _field: object, _start: date, _end: date) -> None:
        """No figure."""

    of_vendors = of_contacts = of_customers


def _figure(field: ContactClassField, total: Figures, days: int) -> Decimal:
    match field:
        case ContactClassField.INTERACTION_FREQUENCY:
            return Decimal(total.interactions) * DAYS_OF_A_YEAR / days
        case ContactClassField.AVERAGE_INTERACTION_COST:
            return total.cost / total.interactions
        case ContactClassField.AVERAGE_INTERACTION_DURATION:
            return total.duration_min / total.interactions
        case _:
            return Decimal(total.interactions)
