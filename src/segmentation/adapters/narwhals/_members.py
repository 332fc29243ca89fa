"""The contacts of segments, as those who keep them give them: listed, or as a frame of lines."""

from collections.abc import Callable, Collection
from typing import Any

import attrs
import narwhals as nw

from segmentation.errors import Refused, UnknownName

from ._declaring import parted, place_of
from ._frames import Frame, Native, collected, lazily, narrowed
from ._keys import Keys

CONTACT_NO = "contact_no"
"""The column of the contact's number in a frame of lines."""

_NO = "segmentation_no"


@attrs.frozen
class Members:
    """Who gives the contacts of segments: their numbers, or a frame of lines.

    Attributes:
        on_lines: Gives the contacts on the lines of a segment.
        logged: Gives the contacts of a logged segment, by its entry number.
    """

    on_lines: Callable[[str], Collection[str] | Native] | None = None
    logged: Callable[[int], Collection[str] | Native] | None = None

    def of_segment(self, segment_no: str) -> Collection[str] | Frame:
        """The contacts on the lines of a segment.

        Raises:
            Refused: Nobody knows.
            UnknownName: The frame has no column of the contact's number.
        """
        if self.on_lines is None:
            raise _unknown_members()
        return _known(segment_no, self.on_lines(segment_no))

    def of_logged(self, entry_no: int) -> Collection[str] | Frame:
        """The contacts of a logged segment.

        Raises:
            Refused: Nobody knows.
            UnknownName: The frame has no column of the contact's number.
        """
        if self.logged is None:
            raise _unknown_members()
        return _known(str(entry_no), self.logged(entry_no))


def _unknown_members() -> Refused:
    return Refused("select in frames", "the members of segments are not known here")


def _known(name: str, given: Collection[str] | Native) -> Collection[str] | Frame:
    if isinstance(given, Collection) and not hasattr(given, "columns"):
        return given
    return lines_frame(name, given)


def lines_frame(name: str, given: Native) -> Frame:
    """A frame of lines.

    Raises:
        UnknownName: It has no column of the contact's number.
        InvalidValue: It is no frame.
    """
    frame, _ = parted(name, given)
    known = list(frame.collect_schema())
    if CONTACT_NO not in known:
        raise UnknownName("column", CONTACT_NO, known=known, where=place_of(name))
    return frame


def is_frame(members: Collection[str] | Frame) -> bool:
    """Whether members stand on the lines of a frame."""
    return isinstance(members, nw.DataFrame | nw.LazyFrame)


def listed(members: Collection[str] | Frame) -> Collection[str]:
    """The numbers of members."""
    if not is_frame(members):
        return members
    found: Any = collected(narrowed(members, [CONTACT_NO]))
    return frozenset(found[CONTACT_NO].to_list())


def member_keys(lines: Frame, key: str, *, wanted: bool) -> Keys:
    """Keys of those who are on the lines of a frame, or of those who are not.

    Args:
        lines: The frame of lines.
        key: The column of the number, where they are looked for.
        wanted: Whether those who are there are sought.
    """
    numbers = lazily(lines).select(nw.col(CONTACT_NO).alias(_NO))
    return Keys(numbers, [_NO], [key], {}, wanted)
