"""Summaries of a company and of a person: data that a host shows or prints."""

from collections.abc import Iterable, Mapping
from datetime import date

import attrs

from segmentation.contacts import Contact, ContactProfileAnswer, ContactType, RelationSummary
from segmentation.errors import Refused
from segmentation.frozen import freeze_within
from segmentation.interactions import Interaction
from segmentation.operations.interactions import ContactFigures, contact_figures, interactions_of
from segmentation.operations.questionnaires import answers_of
from segmentation.operations.records import require_contact
from segmentation.protocols import Store
from segmentation.tasks import Task

from ._card import persons_of
from ._relations import relation_summary
from ._rows import row_counts


@attrs.frozen(kw_only=True, field_transformer=freeze_within)
class CompanySummary:
    """A company with those who work for it.

    Attributes:
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


@attrs.frozen(kw_only=True)
class PersonSummary:
    """A person with what is to be done and what was done.

    Attributes:
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


def company_summary(store: Store, contact_no: str) -> CompanySummary:
    """A company, its figures and its persons.

    Raises:
        NotFound: There is no such contact.
        Refused: It is a person.
    """
    company = _of_type(store, contact_no, ContactType.COMPANY)
    return CompanySummary(
        company=company,
        relations=relation_summary(store, company),
        figures=contact_figures(store, company.no),
        row_counts=row_counts(store, company.no),
        persons=tuple(persons_of(store, company.no)),
    )


def person_summary(store: Store, contact_no: str, tasks: Iterable[Task] = ()) -> PersonSummary:
    """A person, its answers, tasks and interactions.

    Args:
        store: Where everything is kept.
        contact_no: The person.
        tasks: The host's tasks; those with other contacts are passed over.

    Raises:
        NotFound: There is no such contact.
        Refused: It is a company.
    """
    person = _of_type(store, contact_no, ContactType.PERSON)
    own = (task for task in tasks if task.contact_no == person.no)
    return PersonSummary(
        person=person,
        relations=relation_summary(store, person),
        figures=contact_figures(store, person.no),
        answers=tuple(answers_of(store, person.no)),
        tasks=tuple(sorted(own, key=lambda task: task.date or date.max)),
        interactions=tuple(interactions_of(store, person)),
    )


def _of_type(store: Store, contact_no: str, wanted: ContactType) -> Contact:
    contact = require_contact(store, contact_no)
    if contact.type is not wanted:
        raise Refused(f"summary of contact {contact.no}", f"it is a {contact.type}, not a {wanted}")
    return contact
