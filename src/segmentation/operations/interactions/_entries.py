"""What is noted of an interaction afterwards: evaluation, comments, opportunity, its title."""

from collections.abc import Sequence
from typing import Any

from segmentation.code_tables import SalespersonPurchaser
from segmentation.codes import to_code
from segmentation.documents import Attachment
from segmentation.errors import Message, NotFound, Refused, Rejected
from segmentation.interactions import Evaluation, Interaction, InteractionComment, title_of
from segmentation.journal import AttemptNoted, Evaluated, OpportunityLinked
from segmentation.operations.attachments import read_attachment
from segmentation.operations.context import Context
from segmentation.operations.journal import record
from segmentation.operations.values import parse_field_values
from segmentation.protocols import Store
from segmentation.setup import UserSetup
from segmentation.templates import InteractionTemplate

from ._lookup import get_interaction, get_interactions
from ._record import comment_faults, comments_on


def _finished(interaction: Interaction, step: Message) -> Interaction:
    if interaction.postponed:
        raise Refused(step, "it is postponed; finish it first")
    return interaction


def _read(field: str, value: object) -> Any:  # noqa: ANN401 - the value of any field
    """The value of one field of an interaction as it is held."""
    return parse_field_values(Interaction, {field: value})[field]


def evaluate_interactions(
    context: Context, *entry_nos: int | Interaction, evaluation: Evaluation | str
) -> None:
    """Evaluate interactions: all or none.

    Args:
        context: Store, user, day and clock.
        *entry_nos: The interactions, at least one.
        evaluation: How they went; an empty text takes an evaluation back.

    Raises:
        InvalidValue: No interaction is given.
        NotFound: Some interactions are not there: all of them.
        Refused: One is postponed.
        Rejected: There is no such evaluation.
    """
    store, stamp = context.store, context.stamp
    chosen: Evaluation = Evaluation(_read("evaluation", evaluation))
    with store.transaction():
        found = get_interactions(store, entry_nos)
        for each in found:
            _finished(each, Message("evaluate interaction {no}", no=each.entry_no))
        evaluated = [Evaluated(interaction_no=i.entry_no, evaluation=chosen) for i in found]
        record(store, evaluated, stamp)


def comment_interaction(context: Context, entry_no: int | Interaction, text: str) -> None:
    """Comment on an interaction, postponed or not.

    Args:
        context: Store, user, day and clock.
        entry_no: The interaction.
        text: The comment; it bears the day and the user.

    Raises:
        NotFound: There is no such interaction.
        Rejected: The comment is blank, or no text.
    """
    store, stamp = context.store, context.stamp
    with store.transaction():
        found = get_interaction(store, entry_no)
        if faults := list(comment_faults([text])):
            raise Rejected(Message("interaction {no}", no=found.entry_no), faults)
        record(store, list(comments_on(found.entry_no, [text], stamp)), stamp)


def comments_of(store: Store, entry_no: int | Interaction) -> Sequence[InteractionComment]:
    """The comments on an interaction, in the order in which they were made.

    Raises:
        NotFound: There is no such interaction.
    """
    found = get_interaction(store, entry_no)
    return list(store.records.all(InteractionComment, interaction_no=found.entry_no))


def set_attempt(context: Context, entry_no: int | Interaction, *, attempt_failed: bool) -> None:
    """Record whether the attempt to reach the contact failed.

    Args:
        context: Store, user, day and clock.
        entry_no: The interaction.
        attempt_failed: The contact was not reached.

    Raises:
        NotFound: There is no such interaction.
        Refused: It is postponed.
        Rejected: ``attempt_failed`` is neither yes nor no.
    """
    store, stamp = context.store, context.stamp
    failed: bool = _read("attempt_failed", attempt_failed)
    with store.transaction():
        found = get_interaction(store, entry_no)
        _finished(found, Message("note the attempt of interaction {no}", no=found.entry_no))
        record(store, [AttemptNoted(interaction_no=found.entry_no, failed=failed)], stamp)


def link_opportunity(context: Context, entry_no: int | Interaction, opportunity_no: str) -> None:
    """Link an interaction to an opportunity of the host.

    Args:
        context: Store, user, day and clock.
        entry_no: The interaction.
        opportunity_no: The host's number of the opportunity; an empty text takes a link back.

    Raises:
        NotFound: There is no such interaction.
        Refused: It is postponed.
        Rejected: The number is too long, or no text.
    """
    store, stamp = context.store, context.stamp
    number: str = _read("opportunity_no", opportunity_no)
    with store.transaction():
        found = get_interaction(store, entry_no)
        _finished(found, Message("link interaction {no}", no=found.entry_no))
        linked = OpportunityLinked(interaction_no=found.entry_no, opportunity_no=number)
        record(store, [linked], stamp)


def may_link_opportunity(interaction: Interaction) -> bool:
    """Whether an opportunity can be made of an interaction: it counts and has none yet."""
    return interaction.counts and not interaction.opportunity_no


def attachment_of(store: Store, entry_no: int | Interaction) -> Attachment:
    """The attachment of an interaction, with its content.

    Raises:
        NotFound: There is no such interaction, or it has no attachment.
    """
    found = get_interaction(store, entry_no)
    if not found.attachment:
        raise NotFound("attachment of interaction", str(found.entry_no))
    return read_attachment(store, found.attachment, found.attachment_name)


def interaction_title(context: Context, entry_no: int | Interaction, *, language: str = "") -> str:
    """What an interaction is called in a list; see `segmentation.interactions.title_of`.

    Args:
        context: Store, user, day and clock.
        entry_no: The interaction.
        language: The language of the words between; that of the context if empty.

    Raises:
        NotFound: There is no such interaction.
    """
    store = context.store
    interaction = get_interaction(store, entry_no)
    template = store.records.find(InteractionTemplate, interaction.interaction_template_code)
    contacts = store.contacts.get_many([interaction.contact_no])
    return title_of(
        interaction,
        template=template.description if template else "",
        contact=contacts[0].name if contacts else "",
        sender=_sender(store, interaction),
        language=language or context.language,
    )


def _sender(store: Store, interaction: Interaction) -> str:
    code = interaction.salesperson_code
    salesperson = store.records.find(SalespersonPurchaser, code) if code else None
    if salesperson:
        return salesperson.name or code
    setup = store.records.find(UserSetup, to_code(interaction.user_id))
    return (setup.full_name if setup else "") or interaction.user_id
