"""Who shares a letter that was logged: all of a household, and those of them who may still."""

from collections.abc import Iterator, Mapping, Sequence

from segmentation.columns import gathered
from segmentation.contacts import Contact
from segmentation.errors import Message, Refused
from segmentation.interactions import Interaction
from segmentation.operations.context import Context
from segmentation.operations.permission import LASTING, denials
from segmentation.operations.records import find_record
from segmentation.protocols import Store


def household_of(store: Store, interaction: Interaction) -> Sequence[Interaction]:
    """The interactions that share a letter with one, itself among them, in their order."""
    number = interaction.household_entry_no
    if not number:
        return [interaction]
    return list(store.records.all(Interaction, household_entry_no=number))


def barred_from(context: Context, interaction: Interaction) -> Message | None:
    """Why a contact may not be named any more in a letter for several; ``None`` if it may."""
    contact = find_record(context.store, Contact, interaction.contact_no)
    if contact is None:
        return Message("the contact is gone")
    if interaction.canceled:
        return Message("the interaction was canceled")
    if not contact.may_be_contacted:
        return Message("privacy forbids it")
    if contact.exclude_from_segment:
        return Message("it was excluded from segments after logging")
    found = denials(context, gathered(Interaction, [interaction]), LASTING).values()
    return next((denial.message for denial in found), None)


def still_sharing(context: Context, interactions: Sequence[Interaction]) -> list[Interaction]:
    """Those of a household who may still be named in its letter."""
    return [each for each in interactions if barred_from(context, each) is None]


def by_household(interactions: Sequence[Interaction]) -> Iterator[Sequence[Interaction]]:
    """Interactions by the letter that they share, in the order of the first of each."""
    shared: dict[int, list[Interaction]] = {}
    for each in interactions:
        shared.setdefault(each.household_entry_no or -each.entry_no, []).append(each)
    yield from shared.values()


class NotForAll(Exception):  # noqa: N818 - it is no error of the caller's
    """Of those who share a letter somebody may not be written to.

    Args:
        sharing: Who share it.
        barred: Why somebody may not be written to, by the number of the interaction.

    Attributes:
        reasons: Why the letter is not sent, by the number of the interaction.
    """

    def __init__(
        self, sharing: Sequence[Interaction], barred: Mapping[int, Message | None]
    ) -> None:
        super().__init__()
        others = [
            Message("contact {no}: {reason}", no=each.contact_no, reason=reason)
            for each in sharing
            if (reason := barred[each.entry_no])
        ]
        named = Message.joined("; ", others)
        shared = Message("the letter is for others too ({others})", others=named)
        self.reasons: Mapping[int, str] = {
            each.entry_no: str(_refused(each, barred[each.entry_no], shared)) for each in sharing
        }


def _refused(interaction: Interaction, reason: Message | None, shared: Message) -> Refused:
    """Why a contact is not written to: a reason of its own, or one of others."""
    if reason is None:
        reason = shared
    return Refused(Message("write to contact {no}", no=interaction.contact_no), reason)
