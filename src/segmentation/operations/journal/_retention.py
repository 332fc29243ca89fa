"""How long the log keeps its words: letters, subjects, addresses, comments of long ago go.

Facts stay: who was written to, when, with which template, at what cost. So do consents, decisions
and what protects an address; who is erased as a person is another rule.
"""

import datetime as dt
from collections.abc import Iterator, Mapping

import attrs
from dateutil.relativedelta import relativedelta

from segmentation.contacts import AddressMark
from segmentation.errors import InvalidValue, Message
from segmentation.interactions import DeliveryStatus, Interaction
from segmentation.journal import (
    Entry,
    EntryKind,
    Ranges,
    TextsErased,
    numbers_in,
    to_ranges,
    without_personal,
)
from segmentation.markup import to_figures
from segmentation.operations.context import Context
from segmentation.protocols import Store
from segmentation.showing import shown_by

from ._record import record
from ._references import attachments_only_of, interaction_spoken_of


@shown_by("before", "interactions", "entries", "attachments", "entry_no")
@attrs.frozen(kw_only=True, repr=False)
class LogRetention:
    """What a rule of retention erases from the log, or has erased.

    Attributes:
        before: What is dated before this day is due.
        interactions: How many interactions lose their texts, letters and addresses.
        emptied: The entries that lose their personal content.
        attachments: The contents that go, as nothing else needs them.
        entry_no: The entry that proves it; 0 if nothing was done.
    """

    before: dt.date
    interactions: int = 0
    emptied: Ranges = ()
    attachments: tuple[str, ...] = ()
    entry_no: int = 0

    @property
    def entries(self) -> int:
        """How many entries lose their personal content."""
        return sum(last - first + 1 for first, last in self.emptied)

    def _repr_html_(self) -> str:
        """How much goes."""
        figures = {
            "interactions": self.interactions,
            "entries": self.entries,
            "attachments": len(self.attachments),
        }
        return to_figures(figures, caption=repr(self))


def plan_log_retention(context: Context, *, months: int) -> LogRetention:
    """What `apply_log_retention` would erase, without erasing it.

    Args:
        context: Store, day and zone.
        months: For how many months the log keeps its words.

    Raises:
        InvalidValue: It is no number of months.
    """
    before = day_back(context, months)
    due = _overdue(context.store, before)
    numbers = _filled(context, before, due)
    spoken_of = [each for number, each in due.items() if number in numbers]
    return LogRetention(
        before=before,
        interactions=len(spoken_of),
        emptied=to_ranges(numbers),
        attachments=attachments_only_of(context.store, spoken_of),
    )


def apply_log_retention(context: Context, *, months: int) -> LogRetention:
    """Erase the words of what was logged so long ago; running it again finds nothing.

    Letters and other attachments, subjects, descriptions, telephone numbers and addresses,
    comments and what servers said go, of interactions that were before that day; so do addresses
    that were marked before it and are not any more. What is postponed or still to be delivered
    stays. If there is anything to erase, an entry of the journal proves it.

    Args:
        context: Store, user, day and clock.
        months: For how many months the log keeps its words. A month back is the same day of that
            month, or its last; what is dated before has run out.

    Raises:
        InvalidValue: It is no number of months.
    """
    store, stamp = context.store, context.stamp
    with store.transaction():
        plan = plan_log_retention(context, months=months)
        if not plan.emptied:
            return plan
        done = TextsErased(before=plan.before, emptied=plan.emptied, attachments=plan.attachments)
        (number,) = record(store, [done], stamp)
        store.log.erase(numbers_in(plan.emptied))
        store.attachments.remove(plan.attachments)
        return attrs.evolve(plan, entry_no=number)


def day_back(context: Context, months: int) -> dt.date:
    """The day so many months back; what is dated before it has run out.

    Raises:
        InvalidValue: It is no number of months.
    """
    if type(months) is not int or months < 1:
        raise InvalidValue("months", months, Message("is no number of months"))
    return context.day.today - relativedelta(months=months)


def _overdue(store: Store, before: dt.date) -> Mapping[int, Interaction]:
    """The interactions of before a day that are over, by number."""
    return {
        each.entry_no: each
        for each in store.records.all(Interaction)
        if each.date is not None and each.date < before and not _is_open(each)
    }


def _is_open(interaction: Interaction) -> bool:
    waiting = interaction.delivery_status is DeliveryStatus.IN_PROGRESS
    return interaction.postponed or waiting


def _filled(context: Context, before: dt.date, due: Mapping[int, Interaction]) -> set[int]:
    """The numbers of the entries that still have words of what is due.

    An interaction has its words by the entries that speak of it, and loses them by its own.
    """
    numbers = {number for number, each in due.items() if each != without_personal(each)}
    valid = {mark.entry_no for mark in context.store.records.all(AddressMark)}
    for entry in context.store.log.read():
        if entry.personal is None:
            continue
        numbers.update(_of_interaction(entry, due))
        if entry.kind is EntryKind.ADDRESS_MARKED and entry.number not in valid:
            marked_on = entry.at.astimezone(context.zone).date()
            numbers.update([entry.number] if marked_on < before else [])
    return numbers


def _of_interaction(entry: Entry, due: Mapping[int, Interaction]) -> Iterator[int]:
    """The entry and its interaction, if it speaks of one that is due."""
    number = entry.number if entry.number in due else interaction_spoken_of(entry)
    if number in due:
        yield from (entry.number, number)
