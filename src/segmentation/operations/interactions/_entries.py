"""What is said of an interaction afterwards: evaluation, comments, opportunity, its title."""

from collections.abc import Iterable

from segmentation.code_tables import SalespersonPurchaser
from segmentation.codes import to_code
from segmentation.errors import Message, Refused, UnknownName
from segmentation.interactions import Evaluation, Interaction, title_of
from segmentation.journal import AttemptNoted, Evaluated, OpportunityLinked
from segmentation.operations.context import Context
from segmentation.operations.journal import record
from segmentation.protocols import Store
from segmentation.setup import UserSetup
from segmentation.templates import InteractionTemplate

from ._drafts import comments_on, interaction_of


def _finished(store: Store, entry_no: int, step: str) -> Interaction:
    found = interaction_of(store, entry_no)
    if found.postponed:
        raise Refused(Message(step, no=entry_no), "it is postponed; resume it first")
    return found


def evaluate_interactions(
    context: Context, entry_nos: Iterable[int], evaluation: Evaluation | str
) -> None:
    """Say how interactions went; the blank evaluation takes it back.

    Raises:
        NotFound: There is no such interaction.
        Refused: One is postponed.
        UnknownName: There is no such evaluation.
    """
    store = context.store
    stamp = context.stamp
    try:
        chosen = Evaluation(evaluation)
    except ValueError:
        raise UnknownName("evaluation", str(evaluation), known=map(str, Evaluation)) from None
    with store.transaction():
        found = [_finished(store, entry_no, "evaluate interaction {no}") for entry_no in entry_nos]
        happenings = [Evaluated(interaction_no=i.entry_no, evaluation=chosen) for i in found]
        record(store, happenings, stamp)


def comment_interaction(context: Context, entry_no: int, text: str) -> None:
    """Comment on an interaction, postponed or not.

    Raises:
        NotFound: There is no such interaction.
        InvalidValue: The comment is blank.
    """
    store = context.store
    stamp = context.stamp
    with store.transaction():
        found = interaction_of(store, entry_no)
        record(store, list(comments_on(found.entry_no, [text], stamp)), stamp)


def note_attempt(context: Context, entry_no: int, *, failed: bool) -> None:
    """Say whether the contact was reached.

    Raises:
        NotFound: There is no such interaction.
        Refused: It is postponed.
    """
    store = context.store
    stamp = context.stamp
    with store.transaction():
        found = _finished(store, entry_no, "note the attempt of interaction {no}")
        record(store, [AttemptNoted(interaction_no=found.entry_no, failed=failed)], stamp)


def link_opportunity(context: Context, entry_no: int, opportunity_no: str) -> None:
    """Link an interaction to an opportunity of the host; an empty number takes it back.

    Raises:
        NotFound: There is no such interaction.
        Refused: It is postponed.
    """
    store = context.store
    stamp = context.stamp
    with store.transaction():
        found = _finished(store, entry_no, "link interaction {no}")
        linked = OpportunityLinked(
            interaction_no=found.entry_no, opportunity_no=to_code(opportunity_no)
        )
        record(store, [linked], stamp)


def may_link_opportunity(interaction: Interaction) -> bool:
    """Whether an opportunity can be made of an interaction: it counts and has none yet."""
    return interaction.counts and not interaction.opportunity_no


def interaction_title(context: Context, interaction: Interaction, *, language: str = "") -> str:
    """What an interaction is called in a list; see `segmentation.interactions.title_of`."""
    store = context.store
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
