"""The worksheets at work: segments that are not logged yet."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, Unpack

from segmentation.operations import segments
from segmentation.operations.field_values import SegmentHeaderValues
from segmentation.operations.segments import SegmentRun
from segmentation.segments import SegmentHeader

from ._noun import Noun
from ._worksheet import Worksheet


class Segments(Noun[SegmentHeader, str]):
    """The segments that are not logged yet, by their headers.

    What is done with one is done on its worksheet: `Workspace.segment` gives it.

    >>> import datetime as dt
    >>> from segmentation import Workspace
    >>> crm = Workspace.open(today=dt.date(2026, 11, 22))
    >>> fair = crm.segments.new("Spring fair", no="FAIR")
    >>> crm.segments["fair"]
    SegmentHeader('FAIR', 'Spring fair', 2026-11-22)
    """

    _kind: ClassVar[type[SegmentHeader]] = SegmentHeader

    def where(self, **fields: Unpack[SegmentHeaderValues]) -> Sequence[SegmentHeader]:
        """The headers whose fields are equal, in the order of their numbers.

        Args:
            **fields: Fields and their values.

        Raises:
            UnknownName: The header has no such field.
            Rejected: Values do not fit their fields: all of them.
        """
        return list(self._all(dict(fields)))

    def new(self, description: str = "", /, **fields: Unpack[SegmentHeaderValues]) -> Worksheet:
        """Make an empty segment; does the same as `Workspace.new_segment`.

        Args:
            description: What the segment is for; logging asks for it.
            **fields: Fields of the header; ``no`` is the next of the series if not given.

        Raises:
            UnknownName: The header has no such field, or it cannot be given.
            Rejected: Values do not fit their fields, or name something that does not exist: all
                of them.
            NotFound: There is no such number series.
            Refused: No number can be given.
        """
        made = segments.new_segment(self._context, description, **fields)
        return Worksheet(self._context, made.no)

    def run_due(self, *, on: date | None = None, deliver: bool = False) -> Sequence[SegmentRun]:
        """Log every segment that repeats and is due, and let a next one go on in its place.

        A segment repeats by its fields ``repeat`` and ``next_run``. The next one has the same
        header, lines and criteria. One call for a scheduler, which may come as often as one likes:
        what was run is not due again.

        Args:
            on: The day; today if not given.
            deliver: Mark the interactions whose documents are to be delivered.

        Returns:
            What became of each that was due, in the order of their numbers. One that cannot be
            logged stays as it was, with its error, and holds up no other.

        Raises:
            InvalidValue: ``on`` is not a date.
        """
        return segments.run_due(self._context, on=on, deliver=deliver)

    def delete(self, no: str | SegmentHeader) -> None:
        """Delete a segment with its lines, history and texts; what is logged stays.

        Args:
            no: The segment.

        Raises:
            NotFound: There is none; it may have been logged or deleted already.
        """
        segments.delete_segment(self._context, no)
