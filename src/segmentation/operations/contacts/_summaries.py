"""Summaries of a company and of a person: data that a host shows or prints."""

from collections.abc import Iterable, Mapping
from datetime import date

import attrs

from segmentation.contacts import Contact, ContactProfileAnswer, ContactType, RelationSummary
from segmentation.errors import Message, Refused
from segmentation.frozen import freeze_within
from segmentation.interactions import Interaction
from segmentation.markup import to_rows
from segmentation.operations.interactions import ContactFigures, contact_figures, interactions_of
from segmentation.operations.questionnaires import answers_of
from segmentation.operations.records import get_record
from segmentation.protocols import Store
from segmentation.showing import shown_by
from segmentation.tasks import Task

from ._card import persons_of
from ._relations import relation_summary
from ._rows import row_counts


@shown_by("company.no", "company.name", "relations", "persons")
@attrs.frozen(kw_only=True, field_transformer=freeze_within, repr=False)
class CompanySummary:
    """A company with those who work for it.

    Attributes:
        company: The company.
        relations: What its business relations add up to.
        figures: Of the company, its persons among them.
        row_counts: How many mailing groups, industry groups, ... it has, by table.
        persons: Who works for it, in the order of their numbers.
    """

    company: Contact
    relations: RelationSummary
    figures: ContactFigures
    row_counts: Mapping[str, int]
    persons: tuple[Contact, ...]

    def _repr_html_(self) -> str:
        """The first of its persons, and how many there are."""
        names = ("no", "name", "job_title", "phone_no", "e_mail")
        return to_rows(self.persons, names, caption=repr(self))


@shown_by("person.no", "person.name", "relations", "answers", "tasks", "interactions")
@attrs.frozen(kw_only=True, repr=False)
class PersonSummary:
    """A person with what is to be done and what was done.

    Attributes:
        person: The person.
        relations: What its company's business relations and its own add up to.
        figures: Number, cost and duration of its interactions, and when the last were.
        answers: Answers to questionnaires, the most important first.
        tasks: The host's tasks with this person, by date; those without one come last.
        interactions: In the order of recording.
    """

    person: Contact
    relations: RelationSummary
    figures: ContactFigures
    answers: tuple[ContactProfileAnswer, ...]
    tasks: tuple[Task, ...]
    interactions: tuple[Interaction, ...]

    def _repr_html_(self) -> str:
        """The first of its interactions, and how many there are."""
        names = ("entry_no", "date", "description", "evaluation")
        return to_rows(self.interactions, names, caption=repr(self))


def contact_summary(
    store: Store, no: str | Contact, *, tasks: Iterable[Task] = ()
) -> CompanySummary | PersonSummary:
    """A company with its persons, or a person with its answers, tasks and interactions.

    Args:
        store: Where everything is kept.
        no: The contact.
        tasks: The host's tasks; those with other contacts are passed over, and a company shows
            none.

    Raises:
        NotFound: There is no such contact.
    """
    contact = get_record(store, Contact, no)
    if contact.type is ContactType.COMPANY:
        return company_summary(store, contact)
    return person_summary(store, contact, tasks)


def company_summary(store: Store, no: str | Contact) -> CompanySummary:
    """A company, its figures and its persons.

    Raises:
        NotFound: There is no such contact.
        Refused: It is a person.
    """
    company = get_record(store, Contact, no)
    if company.type is not ContactType.COMPANY:
        raise Refused(_step(company), "it is a person, not a company")
    return CompanySummary(
        company=company,
        relations=relation_summary(store, company),
        figures=contact_figures(store, company.no),
        row_counts=row_counts(store, company),
        persons=tuple(persons_of(store, company)),
    )


def person_summary(store: Store, no: str | Contact, tasks: Iterable[Task] = ()) -> PersonSummary:
    """A person, its answers, tasks and interactions.

    Args:
        store: Where everything is kept.
        no: The person.
        tasks: The host's tasks; those with other contacts are passed over.

    Raises:
        NotFound: There is no such contact.
        Refused: It is a company.
    """
    person = get_record(store, Contact, no)
    if person.type is not ContactType.PERSON:
        raise Refused(_step(person), "it is a company, not a person")
    own = (task for task in tasks if task.contact_no == person.no)
    return PersonSummary(
        person=person,
        relations=relation_summary(store, person),
        figures=contact_figures(store, person.no),
        answers=tuple(answers_of(store, person.no)),
        tasks=tuple(sorted(own, key=lambda task: task.date or date.max)),
        interactions=tuple(interactions_of(store, person)),
    )


def _step(contact: Contact) -> Message:
    return Message("summary of contact {no}", no=contact.no)
