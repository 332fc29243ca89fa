"""What is looked at beyond responses: a figure over the rows of a table, in a window."""

import attrs

from segmentation.showing import shown_by


@shown_by("table", "field", "date_field", "within")
@attrs.frozen(kw_only=True)
class Outcome:
    """A figure over the rows of each contact, from the day on which it was asked.

    >>> Outcome(table="orders", field="amount", within="14D")
    Outcome('orders', 'amount', 'date', '14D')

    Attributes:
        table: The table, a host's own or one of ours.
        field: Its field that is added up; empty to count the rows.
        date_field: Its field of the day.
        within: How long after the day a row counts, both days included, as a date formula.
    """

    table: str
    field: str = ""
    date_field: str = "date"
    within: str
