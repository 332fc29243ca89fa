"""Rows one after the other, as joins of the engine."""

import attrs
import narwhals as nw

from segmentation.criteria import BoundFollowed

from ._frames import Column, Frame, distinct
from ._predicates import different

_FIRST, _THEN, _BETWEEN = "segmentation_first", "segmentation_then", "segmentation_between"
_MOST_DAYS, _WHOLE_CALENDAR = 36_500, 4_000_000
"""More days may lead out of the calendar of an engine here; and more than there are anywhere."""


@attrs.frozen
class Pairs:
    """Pairs of rows, the second after the first, told by their days alone.

    Attributes:
        column: The column of dates.
        followed: What is asked of the rows. No row can be taken for two on the same day.
        names: The columns of the key that links rows to a contact.
    """

    column: Column
    followed: BoundFollowed
    names: list[str]

    @property
    def is_exact(self) -> bool:
        """Whether the engine can tell the pairs from the column."""
        near = (self.followed.within or 0) <= _MOST_DAYS or self.column.made_by.is_spark_like()
        return near and isinstance(self.column.dtype, nw.Date | nw.Datetime)

    def among(self, firsts: Frame, thens: Frame, others: Frame | None = None) -> Frame:
        """The pairs among rows that meet the first part and rows that meet the second.

        Args:
            firsts: The rows that meet the first part.
            thens: The rows that meet the second.
            others: The rows that must not lie between.
        """
        first, then = nw.col(_FIRST), nw.col(_THEN)
        found = self._dated(firsts, _FIRST).join(self._dated(thens, _THEN), on=self.names)
        found = found.filter(then > first if self.followed.later_day else then >= first)
        if self.followed.within is not None:
            days = min(self.followed.within, _WHOLE_CALENDAR)
            found = found.filter(then <= first.dt.offset_by(f"{days}d"))
        if others is None:
            return found
        # Between the last of all first rows and a second one there are the fewest others.
        pair = [*self.names, _THEN]
        found = found.group_by(pair).agg(first.max())
        parted = found.join(self._dated(others, _BETWEEN), on=self.names)
        parted = distinct(parted.filter(self._is_between()).select(nw.col(*pair, _FIRST)))
        return found.join(parted, how="anti", on=[*pair, _FIRST])

    def _is_between(self) -> nw.Expr:
        first, then, other = nw.col(_FIRST), nw.col(_THEN), nw.col(_BETWEEN)
        if self.followed.later_day:
            return (other > first) & (other < then)
        return (other >= first) & (other <= then)

    def _dated(self, rows: Frame, name: str) -> Frame:
        """The keys of rows and their days, by a name of their own."""
        return rows.select(nw.col(*self.names), different(self.column).alias(name))
