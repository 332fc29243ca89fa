"""Figures over any table in a window after contacts were asked: orders, revenue."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from segmentation.contacts import Contact
from segmentation.criteria import AsOf
from segmentation.errors import Fault, InvalidValue, Message, Rejected
from segmentation.experiments import Outcome, check_window, day_after
from segmentation.operations.linked_rows import LinkedRows, source_faults
from segmentation.operations.schema import schema_of
from segmentation.protocols import Store


def amounts_after(
    store: Store,
    as_of: AsOf,
    outcome: Outcome,
    asked_on: Mapping[str, Iterable[date]],
) -> Mapping[str, Decimal]:
    """The figure of each contact that was asked; 0 for one without rows in its windows.

    A row that lies in several windows of its contact counts once. Contacts that are gone have 0.

    Args:
        store: Where the rows are.
        as_of: In which zone a time has its day.
        outcome: The figure.
        asked_on: The days on which each contact was asked.
    """
    rows = LinkedRows(
        store, as_of, outcome.table, date_field=outcome.date_field, amount_field=outcome.field
    )
    found = dict.fromkeys(asked_on, Decimal(0))
    contacts: Iterable[Contact] = store.contacts.get_many(sorted(asked_on))
    for contact in contacts:
        windows = [(day, day_after(outcome.within, day)) for day in asked_on[contact.no]]
        for day, amount in rows.of(contact):
            if any(start <= day <= end for start, end in windows):
                found[contact.no] += amount if outcome.field else 1
    return found


def check_outcome(store: Store, outcome: Outcome) -> None:
    """See that a figure can be had.

    Raises:
        Rejected: There is no such table or field, a field is of another type, or the window is
            none: all of it.
    """
    faults = [
        Fault("outcome", "field" if argument == "amount_field" else argument, reason)
        for argument, reason in source_faults(
            schema_of(store),
            outcome.table,
            date_field=outcome.date_field,
            amount_field=outcome.field,
        )
    ]
    try:
        check_window("within", outcome.within)
    except InvalidValue as error:
        faults.append(error.fault("outcome"))
    if faults:
        raise Rejected(Message("the outcome of a campaign"), faults)
