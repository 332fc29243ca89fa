"""The worksheets at work: segments that are not logged yet."""

from typing import ClassVar

from segmentation.segments import SegmentHeader

from ._noun import Noun


class Segments(Noun[SegmentHeader, str]):
    """The worksheets at work: segments that are not logged yet."""

    _kind: ClassVar[type[SegmentHeader]] = SegmentHeader
