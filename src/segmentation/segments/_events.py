"""Events for the host: a segment is about to change, has changed, was refreshed or logged.

A host passes in one function. It is called with each event, inside the transaction of the step. If
it raises an error, preferably `Refused`, the whole step is undone.
"""

from collections.abc import Callable
from typing import TypeAlias

import attrs

from segmentation.showing import shown_by

from ._lines import Lines
from ._logged import LoggedSegment
from ._segment import Segment


@attrs.frozen
class _Change:
    """A segment before and after a step.

    Attributes:
        before: The segment before the step, ``None`` if it is new.
        after: The segment after the step, ``None`` if it is deleted.
    """

    before: Segment | None
    after: Segment | None

    @property
    def joining(self) -> Lines:
        """The lines that the step adds."""
        return _lines_apart(self.after, self.before)

    @property
    def leaving(self) -> Lines:
        """The lines that the step removes, as they were."""
        return _lines_apart(self.before, self.after)


def _lines_apart(segment: Segment | None, other: Segment | None) -> Lines:
    """The lines of a segment that are not in another with the same number and contact."""
    lines = segment.lines if segment else Lines()
    return lines.apart_from(other.lines) if other else lines


@shown_by("before", "after")
@attrs.frozen
class SegmentChanging(_Change):
    """A segment is about to change. Nothing is stored yet."""


@shown_by("before", "after")
@attrs.frozen
class SegmentChanged(_Change):
    """A segment has changed and is stored."""


@shown_by("segment", "joining", "leaving")
@attrs.frozen
class SegmentRefreshed:
    """A segment was refreshed from its saved criteria.

    Attributes:
        segment: The segment after the refresh.
        joining: The lines that were added.
        leaving: The lines that were removed, as they were.
    """

    segment: Segment
    joining: Lines
    leaving: Lines

    @property
    def entered(self) -> tuple[str, ...]:
        """The contacts that were added, in the order of their lines."""
        return self.joining.contact_nos

    @property
    def left(self) -> tuple[str, ...]:
        """The contacts that were removed."""
        return self.leaving.contact_nos


@shown_by("segment")
@attrs.frozen
class SegmentLogging:
    """A segment is about to be logged. Nothing is recorded yet."""

    segment: Segment


@shown_by("segment", "logged")
@attrs.frozen
class SegmentLogged:
    """A segment was logged.

    Attributes:
        segment: The segment before it was logged.
        logged: The logged segment.
    """

    segment: Segment
    logged: LoggedSegment


Event: TypeAlias = (
    SegmentChanging | SegmentChanged | SegmentRefreshed | SegmentLogging | SegmentLogged
)

Observer: TypeAlias = Callable[[Event], None]
"""The function that a host passes in to receive events."""


def observe_nothing(_event: Event) -> None:
    """Ignore an event: for hosts that need none."""
