"""Figures of the rows of any table that belong to contacts: the last day, how many, how much."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

import attrs

from segmentation.contacts import Contact
from segmentation.criteria import AsOf
from segmentation.operations.linked_rows import LinkedRows
from segmentation.protocols import Store
from segmentation.questionnaires import ContactClassField, ProfileQuestionnaireLine


@attrs.frozen
class RowFigures:
    """What the rows of a contact in a period come to.

    Attributes:
        last: The day of the latest.
        rows: How many there are.
        amount: What they add up to; 0 where no field is added up.
    """

    last: date
    rows: int = 1
    amount: Decimal = Decimal(0)

    def plus(self, other: "RowFigures") -> "RowFigures":
        """The figures of both together."""
        return RowFigures(
            max(self.last, other.last), self.rows + other.rows, self.amount + other.amount
        )

    def of(self, field: ContactClassField, end: date) -> Decimal:
        """The figure that a question asks for, in a period with this end."""
        match field:
            case ContactClassField.DAYS_SINCE_ROW:
                return Decimal((end - self.last).days)
            case ContactClassField.ROW_AMOUNT:
                return self.amount
            case _:
                return Decimal(self.rows)


def row_figures(
    store: Store,
    as_of: AsOf,
    contacts: Iterable[Contact],
    line: ProfileQuestionnaireLine,
    period: tuple[date, date],
) -> Mapping[str, RowFigures]:
    """The figures of the rows in a period, by contact; who has none is left out.

    A row belongs to contacts as criteria have it. One that does not count among interactions
    is passed over.

    Args:
        store: Where the rows are; the table is read once.
        as_of: In which zone a time has its day.
        contacts: Whose figures are wanted.
        line: What says table and fields.
        period: The first day and the last.
    """
    rows = LinkedRows(
        store,
        as_of,
        line.source_table,
        date_field=line.source_date_field,
        amount_field=line.source_amount_field,
    )
    start, end = period
    found: dict[str, RowFigures] = {}
    for contact in contacts:
        for day, amount in rows.of(contact):
            if start <= day <= end:
                each = RowFigures(day, amount=amount)
                there = found.get(contact.no)
                found[contact.no] = each if there is None else there.plus(each)
    return found
