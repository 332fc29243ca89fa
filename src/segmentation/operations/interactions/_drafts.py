"""Interactions with one contact: drafted, created, postponed.

A draft is an interaction that is not recorded: it has taken what contact, template and user
give it, and the caller changes it as it likes before it is recorded.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack

import attrs

from segmentation.code_tables import SalespersonPurchaser
from segmentation.codes import to_code
from segmentation.columns import gathered
from segmentation.contacts import Contact
from segmentation.documents import Attachment
from segmentation.errors import Fault, Message, Rejected
from segmentation.interactions import Interaction
from segmentation.operations.attachments import keep_attachment
from segmentation.operations.context import Context
from segmentation.operations.field_values import InteractionDraftValues
from segmentation.operations.records import find_record, key_in, salesperson_of
from segmentation.operations.schema import parse_values
from segmentation.protocols import Store
from segmentation.setup import UserSetup
from segmentation.templates import InteractionTemplate, TemplateLanguage

from ._checks import (
    PLACE,
    SET_BY_US,
    Lookups,
    check_interaction,
    draft_faults,
    interaction_faults,
    missing_attachments,
    refuse,
)
from ._record import as_comments, comment_faults, record_interaction, record_interactions
from ._sound_drafts import are_sound


def draft_interaction(
    context: Context,
    contact_no: str | Contact,
    *,
    attachment: Path | Attachment | str | None = None,
    **fields: Unpack[InteractionDraftValues],
) -> Interaction:
    """Make an interaction with what contact, template and user give it; nothing is recorded.

    Only the content of an attachment is stored, so that the draft can name it.

    Args:
        context: Store, user, day and clock.
        contact_no: With whom; may be empty or unknown until it is recorded.
        attachment: A text of its own in place of the template's: a path, an attachment, or the
            hash of a stored one; an empty text is none.
        **fields: Fields of the interaction, ``interaction_template_code`` among them; they go
            before what contact, template and user give.

    Raises:
        UnknownName: An interaction has no such field, or no caller gives it.
        Rejected: Values do not fit their fields, or there is no such attachment: all of it.
    """
    with context.store.transaction():
        draft, faults = compose(context.stopped, contact_no, attachment, fields)
        refuse(draft, faults)
        return draft


def compose(
    context: Context,
    contact_no: str | Contact,
    attachment: Path | Attachment | str | None,
    fields: Mapping[str, object],
) -> tuple[Interaction, list[Fault]]:
    """A draft, and what is wrong with the values given; such a value is left out of it.

    Raises:
        UnknownName: An interaction has no such field, or no caller gives it.
    """
    store = context.store
    given, faults = read_fields(store, attachment, fields)
    (no,) = key_in(Contact, contact_no)
    contact = find_record(store, Contact, no)
    template = store.records.find(InteractionTemplate, given.get("interaction_template_code", ""))
    draft = Interaction(
        contact_no=no,  # type: ignore[arg-type]  # what is no text is told by the checks
        date=context.day.workdate,
        time_of_interaction=context.next_minute,
        salesperson_code=_salesperson(store, context.day.user),
    )
    if contact:
        draft = _with_contact(draft, contact)
    if template:
        language = contact.language_code if contact else ""
        draft = _with_template(draft, template, _text(store, template, language))
    draft = attrs.evolve(draft, **_answering(store, given))
    if "subject" not in given:
        draft = attrs.evolve(draft, subject=draft.description)
    return draft, faults


def _salesperson(store: Store, user: str) -> str:
    """The salesperson who has the user's mail address, if only one has it; or else the user's."""
    setup = store.records.find(UserSetup, to_code(user))
    if setup is not None and setup.e_mail:
        address = setup.e_mail.casefold()
        everyone = store.records.all(SalespersonPurchaser)
        codes = [each.code for each in everyone if each.e_mail.casefold() == address]
        if len(codes) == 1:
            return codes[0]
    return salesperson_of(store, user)


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


# -- values given ---------------------------------------------------------------------------


def read_fields(
    store: Store, attachment: Path | Attachment | str | None, fields: Mapping[str, object]
) -> tuple[dict[str, Any], list[Fault]]:
    """The values of fields as an interaction holds them, and what is wrong with the others.

    An attachment is kept; what is told by ``attachment_name`` goes before its own name.

    Raises:
        UnknownName: An interaction has no such field, or no caller gives it.
    """
    read, faults = _read(store, fields)
    own, more = _attached(store, attachment)
    return own | read, [*faults, *more]


def _read(store: Store, fields: Mapping[str, object]) -> tuple[dict[str, Any], list[Fault]]:
    fixed = SET_BY_US | {"contact_no", "attachment"}
    try:
        return parse_values(store, Interaction, fields, fixed=fixed, long=True), []
    except Rejected as error:
        wrong = {fault.field for fault in error.faults}
        rest = {name: value for name, value in fields.items() if name not in wrong}
        return parse_values(store, Interaction, rest, fixed=fixed, long=True), _placed(error)


def _answering(store: Store, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values given, and what a response takes from the entry that it answers."""
    asked = store.records.find(Interaction, given.get("answers_entry_no", 0))
    if asked is None:
        return given
    taken = {"segment_no": asked.segment_no, "campaign_no": asked.campaign_no}
    return {**taken, "campaign_response": True, **given}


def _attached(
    store: Store, attachment: Path | Attachment | str | None
) -> tuple[dict[str, Any], list[Fault]]:
    if attachment is None:
        return {}, []
    if attachment == "":
        return {"attachment": "", "attachment_name": ""}, []
    try:
        digest, name = keep_attachment(store, attachment)
    except Rejected as error:
        return {}, _placed(error)
    return {"attachment": digest, "attachment_name": name}, []


def _placed(error: Rejected) -> list[Fault]:
    return [attrs.evolve(fault, place=PLACE) for fault in error.faults]


# -- recording ------------------------------------------------------------------------------


def create_interaction(
    context: Context,
    contact_no: str | Contact,
    *,
    attachment: Path | Attachment | str | None = None,
    comments: Iterable[str] = (),
    **fields: Unpack[InteractionDraftValues],
) -> Interaction:
    """Record an interaction; it counts from now on.

    With a campaign it belongs to the campaign entry of all interactions outside segments that
    are of the same kind of document, which is made if it is not there.

    Args:
        context: Store, user, day and clock.
        contact_no: With whom.
        attachment: A text of its own in place of the template's: a path, an attachment, or the
            hash of a stored one; an empty text is none.
        comments: Comments on it, in their order.
        **fields: As for `draft_interaction`.

    Returns:
        The interaction as recorded.

    Raises:
        UnknownName: An interaction has no such field, or no caller gives it.
        Rejected: Fields are blank or do not fit: all of them. Nothing is stored.
    """
    return _record(context, contact_no, attachment, comments, fields, postponed=False)


def postpone_interaction(
    context: Context,
    contact_no: str | Contact,
    *,
    attachment: Path | Attachment | str | None = None,
    comments: Iterable[str] = (),
    **fields: Unpack[InteractionDraftValues],
) -> Interaction:
    """Record an interaction that is put off: it counts nowhere until it is finished.

    Arguments and errors are those of `create_interaction`; what is put off is checked likewise.
    """
    return _record(context, contact_no, attachment, comments, fields, postponed=True)


def _record(
    context: Context,
    contact_no: str | Contact,
    attachment: Path | Attachment | str | None,
    comments: Iterable[str],
    fields: Mapping[str, object],
    *,
    postponed: bool,
) -> Interaction:
    context = context.stopped
    store, stamp, texts = context.store, context.stamp, as_comments(comments)
    with store.transaction():
        draft, faults = compose(context, contact_no, attachment, fields)
        check_interaction(store, draft, [*faults, *comment_faults(texts)])
        return record_interaction(store, attrs.evolve(draft, postponed=postponed), stamp, texts)


def create_interactions(
    context: Context, drafts: Iterable[Interaction] | Interaction
) -> Sequence[Interaction]:
    """Record many interactions in one transaction: all or none.

    Args:
        context: Store, user, day and clock.
        drafts: The interactions as `draft_interaction` makes them, changed at will. One draft
            is many of one; none at all records nothing.

    Returns:
        The interactions as recorded, in the order of the drafts.

    Raises:
        Rejected: Fields are blank or do not fit, or are set by the library alone: all of them,
            each with the place of its draft, counted from 1.
    """
    store, stamp = context.store, context.stamp
    given = [drafts] if isinstance(drafts, Interaction) else list(drafts)
    with store.transaction():
        columns = gathered(Interaction, given)
        faults = [] if are_sound(store, columns) else list(_faults_of_many(store, given))
        if faults:
            raise Rejected(Message("interactions"), faults)
        return record_interactions(store, columns, stamp)


def _faults_of_many(store: Store, drafts: Sequence[Interaction]) -> Iterator[Fault]:
    missing, lookups = missing_attachments(store, drafts), Lookups(store, drafts)
    for place, draft in enumerate(drafts, start=1):
        for fault in (*draft_faults(draft, missing), *interaction_faults(lookups, draft)):
            yield attrs.evolve(fault, place=Message("draft {no}", no=place))
