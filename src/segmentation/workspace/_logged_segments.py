"""What was logged, segment by segment."""

from typing import ClassVar

from segmentation.segments import LoggedSegment

from ._noun import Noun


class LoggedSegments(Noun[LoggedSegment, int]):
    """What was logged, segment by segment."""

    _kind: ClassVar[type[LoggedSegment]] = LoggedSegment
