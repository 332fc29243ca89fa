"""Interactions with one contact: drafted, finished, postponed and resumed.

A draft is an interaction that is not recorded: it has taken what contact, template and user
give it, and the caller changes it as it likes before it is finished or put off.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from typing import Any

import attrs

from segmentation.campaigns import CampaignEntry
from segmentation.codes import to_code
from segmentation.contacts import Contact
from segmentation.errors import InvalidValue, Message, NotFound, Refused
from segmentation.interactions import DocumentType, Interaction
from segmentation.journal import Commented, Dropped, Happening, Revised, Stamp
from segmentation.operations.context import Context
from segmentation.operations.journal import next_entry_no, record
from segmentation.operations.records import salesperson_of
from segmentation.operations.values import parse_field_values
from segmentation.phrases import phrase
from segmentation.protocols import Store
from segmentation.templates import InteractionTemplate, TemplateLanguage

from ._checks import check_interaction


def draft_interaction(
    context: Context,
    contact_no: str,
    template_code: str = "",
    **given: Any,  # noqa: ANN401 - the fields of an interaction
) -> Interaction:
    """An interaction with what contact, template and user give it; nothing is recorded.

    Args:
        context: Store, user, day and clock.
        contact_no: With whom; may be empty or unknown until it is finished.
        template_code: What kind of interaction; likewise.
        **given: Fields that the caller sets; they go before all others.

    Raises:
        UnknownName: An interaction has no such field.
        InvalidValue: A value does not fit its field.
        Rejected: Several do not.
    """
    store = context.store
    template = store.records.find(InteractionTemplate, to_code(template_code))
    contacts = store.contacts.get_many([to_code(contact_no)])
    draft = Interaction(
        contact_no=contact_no,
        interaction_template_code=template_code,
        date=context.day.workdate,
        time_of_interaction=next_minute(context.now),
        salesperson_code=salesperson_of(store, context.day.user),
    )
    if contacts:
        draft = _with_contact(draft, contacts[0])
    if template:
        language = contacts[0].language_code if contacts else ""
        draft = _with_template(draft, template, _text(store, template, language))
    draft = _given(draft, given)
    return draft if "subject" in given else attrs.evolve(draft, subject=draft.description)


def next_minute(at: datetime) -> time:
    """The time of an interaction that is made now: the next full minute."""
    rounded = (at + timedelta(minutes=1)).replace(second=0, microsecond=0)
    return rounded.time()


def _with_contact(draft: Interaction, contact: Contact) -> Interaction:
    return attrs.evolve(
        draft,
        contact_company_no=contact.company_no,
        salesperson_code=draft.salesperson_code or contact.salesperson_code,
        correspondence_type=contact.correspondence_type,
    )


def _text(store: Store, template: InteractionTemplate, language: str) -> TemplateLanguage | None:
    """The template's text in the contact's language, or else in its own default."""
    texts = {
        row.language_code: row
        for row in store.records.all(TemplateLanguage, interaction_template_code=template.code)
    }
    return texts.get(language) or texts.get(template.language_code_default)


def _with_template(
    draft: Interaction, template: InteractionTemplate, text: TemplateLanguage | None
) -> Interaction:
    wished = draft.correspondence_type
    if template.ignore_contact_corres_type or not wished:
        wished = template.correspondence_type_default
    return attrs.evolve(
        draft,
        description=(text.description if text else "") or template.description,
        interaction_group_code=template.interaction_group_code,
        interaction_language_code=text.language_code if text else "",
        cost=template.unit_cost,
        duration_min=template.unit_duration_min,
        information_flow=template.information_flow,
        initiated_by=template.initiated_by,
        campaign_no=template.campaign_no,
        campaign_target=template.campaign_target,
        campaign_response=template.campaign_response,
        correspondence_type=wished,
        attachment=text.attachment if text else "",
        attachment_name=text.attachment_name if text else "",
        word_template_code=(text.word_template_code if text else "") or template.word_template_code,
    )


_NOT_GIVEN = frozenset(
    {
        "entry_no",
        "campaign_entry_no",
        "logged_segment_entry_no",
        "user_id",
        "postponed",
        "canceled",
        "canceled_by",
        "delivery_status",
        "delivery_error",
        "delivery_attempts",
        "merge_data",
    }
)
"""Fields that follow from what happens and are never set by a caller."""


def _given(draft: Interaction, values: dict[str, Any]) -> Interaction:
    read = parse_field_values(Interaction, values, fixed=_NOT_GIVEN, long=True)
    return attrs.evolve(draft, **read)


def create_interaction(
    context: Context, draft: Interaction, *, comments: Iterable[str] = ()
) -> Interaction:
    """Finish an interaction: it is checked and recorded, and counts from now on.

    With a campaign it belongs to the campaign entry of all interactions outside segments that
    are of the same kind of document, which is made if it is not there.

    Args:
        context: Store, user, day and clock.
        draft: The interaction, as `draft_interaction` made it or the caller.
        comments: Comments on it, in their order.

    Raises:
        Rejected: Fields are blank or do not fit: all of them, in the order of the form.
    """
    store = context.store
    stamp = context.stamp
    with store.transaction():
        check_interaction(store, draft)
        return record_interaction(store, attrs.evolve(draft, postponed=False), stamp, comments)


def postpone_interaction(
    context: Context, draft: Interaction, *, comments: Iterable[str] = ()
) -> Interaction:
    """Put an interaction off: it is kept, counts nowhere, and can be taken up again.

    Raises:
        Rejected: As for `create_interaction`; what is put off is checked likewise.
    """
    store = context.store
    stamp = context.stamp
    with store.transaction():
        check_interaction(store, draft)
        return record_interaction(store, attrs.evolve(draft, postponed=True), stamp, comments)


def record_interaction(
    store: Store, draft: Interaction, stamp: Stamp, comments: Iterable[str]
) -> Interaction:
    """Record an interaction that was checked, with its campaign entry and comments."""
    happenings: list[Happening] = []
    made = attrs.evolve(draft, user_id=stamp.user)
    if not made.postponed:
        made, entry = with_campaign_entry(store, made, stamp)
        happenings += [entry] if entry else []
    happenings.append(made)
    number = store.log.head().number + len(happenings)
    happenings += comments_on(number, comments, stamp)
    record(store, happenings, stamp)
    return interaction_of(store, number)


def comments_on(number: int, comments: Iterable[str], stamp: Stamp) -> Iterator[Commented]:
    """Comments on the interaction with this number, of the day of the stamp.

    Raises:
        InvalidValue: A comment is blank, or no text.
    """
    for text in comments:
        if not isinstance(text, str):
            raise InvalidValue("comment", text, "is no text")
        if not text.strip():
            raise InvalidValue("comment", text, "is blank")
        yield Commented(interaction_no=number, date=stamp.day, text=text)


def with_campaign_entry(
    store: Store, draft: Interaction, stamp: Stamp
) -> tuple[Interaction, CampaignEntry | None]:
    """An interaction with its campaign entry's number, and that entry if it must be made first.

    A canceled campaign entry is not used again: what is recorded on it would not count.
    """
    if not draft.campaign_no:
        return draft, None
    for entry in store.records.all(
        CampaignEntry, campaign_no=draft.campaign_no, document_type=draft.document_type
    ):
        if not (entry.canceled or entry.segment_no or entry.logged_segment_entry_no):
            return attrs.evolve(draft, campaign_entry_no=entry.entry_no), None
    made = CampaignEntry(
        campaign_no=draft.campaign_no,
        description=_caption(draft.document_type),
        date=draft.date,
        document_type=draft.document_type,
        salesperson_code=draft.salesperson_code,
        user_id=stamp.user,
    )
    return attrs.evolve(draft, campaign_entry_no=next_entry_no(store)), made


def _caption(document_type: DocumentType) -> str:
    return document_type.replace("_", " ").capitalize() or phrase("interaction")


# -- what happens to interactions afterwards ------------------------------------------------


def interaction_of(store: Store, entry_no: int) -> Interaction:
    """The interaction with this entry number.

    Raises:
        NotFound: There is none; it may have been dropped or deleted.
    """
    found = store.records.find(Interaction, entry_no)
    if found is None:
        raise NotFound("interaction", str(entry_no))
    return found


def postponed_interactions(store: Store) -> list[Interaction]:
    """The interactions that were put off, in the order of their numbers."""
    return list(store.records.all(Interaction, postponed=True))


def resume_interaction(
    context: Context,
    entry_no: int,
    *,
    postpone: bool = False,
    comments: Iterable[str] = (),
    **given: Any,  # noqa: ANN401 - the fields of an interaction
) -> Interaction:
    """Take up a postponed interaction: finish it, or put it off once more.

    It keeps its number, its comments and its attachment; its date becomes the work date.

    Raises:
        NotFound: There is no such interaction.
        Refused: It is not postponed.
        Rejected: As for `create_interaction`.
    """
    store = context.store
    stamp = context.stamp
    with store.transaction():
        before = _postponed(store, entry_no, "resume interaction {no}")
        fresh = {"date": context.day.workdate, "time_of_interaction": next_minute(context.now)}
        after = attrs.evolve(_given(before, fresh | given), postponed=postpone)
        check_interaction(store, after)
        happenings: list[Happening] = []
        if not postpone:
            after, entry = with_campaign_entry(store, after, stamp)
            happenings += [entry] if entry else []
        happenings.append(Revised(after))
        happenings += comments_on(entry_no, comments, stamp)
        record(store, happenings, stamp)
        return interaction_of(store, entry_no)


def drop_interaction(context: Context, entry_no: int) -> None:
    """Give up a postponed interaction.

    Raises:
        NotFound: There is no such interaction.
        Refused: It is not postponed.
    """
    store = context.store
    stamp = context.stamp
    with store.transaction():
        _postponed(store, entry_no, "drop interaction {no}")
        record(store, [Dropped(interaction_no=entry_no)], stamp)


def _postponed(store: Store, entry_no: int, step: str) -> Interaction:
    found = interaction_of(store, entry_no)
    if not found.postponed:
        raise Refused(Message(step, no=entry_no), "it is not postponed")
    return found
