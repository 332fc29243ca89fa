"""What was logged, segment by segment."""

from collections.abc import Sequence
from typing import ClassVar, Unpack

from segmentation.contacts import Contact
from segmentation.experiments import Funnel, Outcome, ResponseCurve
from segmentation.journal import Figures, Membership
from segmentation.operations import campaigns, segments
from segmentation.operations.field_values import LoggedSegmentValues
from segmentation.operations.segments import Rerun
from segmentation.segments import LoggedSegment, Segment, SegmentHeader

from ._noun import Noun


class LoggedSegments(Noun[LoggedSegment, int]):
    """The logged segments, by the numbers of their entries in the journal."""

    _kind: ClassVar[type[LoggedSegment]] = LoggedSegment

    def where(self, **fields: Unpack[LoggedSegmentValues]) -> Sequence[LoggedSegment]:
        """The logged segments whose fields are equal, in the order of their numbers.

        Args:
            **fields: Fields and their values.

        Raises:
            UnknownName: A logged segment has no such field.
            Rejected: Values do not fit their fields: all of them.
        """
        return list(self._all(dict(fields)))

    def figures(self, entry_no: int | LoggedSegment) -> Figures:
        """Number, cost and duration of the interactions; canceled ones do not count.

        Args:
            entry_no: The logged segment.

        Raises:
            NotFound: There is no such logged segment.
        """
        return segments.logged_figures(self._store, entry_no)

    def explain(self, entry_no: int | LoggedSegment, contact_no: str | Contact) -> Membership:
        """Explain why a contact was or was not logged with a segment, from the journal alone.

        Args:
            entry_no: The logged segment.
            contact_no: The contact. It need not exist any more if the logged segment speaks of
                it.

        Raises:
            NotFound: There is no such logged segment or contact.
        """
        return segments.explain_logged(self._store, entry_no, contact_no)

    def response_curve(self, entry_no: int | LoggedSegment) -> ResponseCurve:
        """How large a share of each arm had responded from which day on.

        Args:
            entry_no: The logged segment.

        Raises:
            NotFound: There is no such logged segment.
        """
        return campaigns.response_curve(self._store, entry_no)

    def funnel(self, entry_no: int | LoggedSegment, *, outcome: Outcome | None = None) -> Funnel:
        """The way of the contacts from being selected to an order.

        Args:
            entry_no: The logged segment.
            outcome: What counts as an order; not looked at if not given.

        Raises:
            NotFound: There is no such logged segment.
            Rejected: The outcome cannot be had: all that is wrong.
        """
        return campaigns.funnel(self._context, entry_no, outcome=outcome)

    def rebuild(self, entry_no: int | LoggedSegment) -> Segment:
        """Make the worksheet of a logged segment anew, as far as the journal keeps it.

        Args:
            entry_no: The logged segment.

        Returns:
            Number and description, lines with their contacts, and the actions that chose them.
            It is a value; nothing is stored.

        Raises:
            NotFound: There is no such logged segment.
        """
        return segments.rebuild_logged(self._store, entry_no)

    def rerun(self, entry_no: int | LoggedSegment) -> Rerun:
        """Choose anew, by the actions of a logged segment, on the data of today.

        Args:
            entry_no: The logged segment.

        Returns:
            Whom they would choose now, who came and went since, and the conditions that may
            answer otherwise because the meaning of filters has changed since. Nothing is stored.

        Raises:
            NotFound: There is no such logged segment; or saved criteria that it was refreshed by
                are not there any more.
            FilterError: A filter does not fit its field any more.
            UnknownName: A table or field is not there any more.
        """
        return segments.rerun_logged(self._context, entry_no)

    def cancel(self, *entry_nos: int | LoggedSegment) -> None:
        """Cancel logged segments, with their campaign entries and interactions: all, or none.

        Args:
            *entry_nos: The logged segments.

        Raises:
            InvalidValue: None is named.
            NotFound: Some are not there; the error names all of them.
            Refused: One is canceled already.
        """
        segments.cancel_logged(self._context, *entry_nos)

    def uncancel(self, *entry_nos: int | LoggedSegment) -> None:
        """Let canceled logged segments count again, with what was canceled with them.

        Args:
            *entry_nos: The logged segments.

        Raises:
            InvalidValue: None is named.
            NotFound: Some are not there; the error names all of them.
            Refused: One is not canceled.
        """
        segments.uncancel_logged(self._context, *entry_nos)

    def delete_canceled(self, *, segment_no: str | SegmentHeader) -> int:
        """Delete the canceled logged segments of a segment; returns how many.

        Their interactions stay, canceled, and belong to no logged segment.

        Args:
            segment_no: The number of the segment that was logged.

        Raises:
            NotFound: No segment was logged under this number.
        """
        return segments.delete_canceled_logged(self._context, segment_no=segment_no)

    def delete_all_canceled(self) -> int:
        """Delete all canceled logged segments; returns how many.

        Their interactions stay, canceled, and belong to no logged segment.
        """
        return segments.delete_all_canceled_logged(self._context)
