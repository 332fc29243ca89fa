"""What a host is told of: a segment about to change, changed, refreshed, logged.

A host passes one callable, which is called with each event, inside the transaction of the
step. If it raises (`Refused` says it best), the step is undone as a whole. Nothing is
registered anywhere.
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
        before: As it was; ``None`` for a new segment.
        after: As it is then; ``None`` for one that is deleted.
    """

    before: Segment | None
    after: Segment | None

    @property
    def joining(self) -> Lines:
        """The lines that the step puts in."""
        return _lines_apart(self.after, self.before)

    @property
    def leaving(self) -> Lines:
        """The lines that the step takes out, as they were."""
        return _lines_apart(self.before, self.after)


def _lines_apart(segment: Segment | None, other: Segment | None) -> Lines:
    """The lines of a segment whose contact is not on the same line of another."""
    lines = segment.lines if segment else Lines()
    return lines.apart_from(other.lines) if other else lines


@shown_by("before", "after")
@attrs.frozen
class SegmentChanging(_Change):
    """A segment is about to change; nothing is stored yet."""


@shown_by("before", "after")
@attrs.frozen
class SegmentChanged(_Change):
    """A segment has changed and is stored."""


@shown_by("segment", "joining", "leaving")
@attrs.frozen
class SegmentRefreshed:
    """A segment was refreshed from its saved criteria.

    Attributes:
        segment: As it is now.
        joining: The lines that came in.
        leaving: The lines that went, as they were.
    """

    segment: Segment
    joining: Lines
    leaving: Lines

    @property
    def entered(self) -> tuple[str, ...]:
        """The contacts that came in, in the order of their lines."""
        return self.joining.contact_nos

    @property
    def left(self) -> tuple[str, ...]:
        """The contacts that went."""
        return self.leaving.contact_nos


@shown_by("segment")
@attrs.frozen
class SegmentLogging:
    """A segment is about to be logged; nothing is recorded yet."""

    segment: Segment


@shown_by("segment", "logged")
@attrs.frozen
class SegmentLogged:
    """A segment was logged.

    Attributes:
        segment: The worksheet, as it was.
        logged: What was recorded of it.
    """

    segment: Segment
    logged: LoggedSegment


Event: TypeAlias = (
    SegmentChanging | SegmentChanged | SegmentRefreshed | SegmentLogging | SegmentLogged
)

Observer: TypeAlias = Callable[[Event], None]
"""What a host passes in to be told."""


def observe_nothing(_event: Event) -> None:
    """For hosts that want to be told of nothing."""
