"""Who came and who went since another system last took that over.

What was handed out is kept in a file until it is taken, and handed out again until then: so the
other system is kept in step, wherever it or this is killed.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

import attrs

from segmentation.codes import to_code
from segmentation.errors import InvalidValue, Message, StoreError
from segmentation.frozen import freeze_within
from segmentation.markup import SHOWN, to_table
from segmentation.operations.context import Context
from segmentation.operations.records import require_segment
from segmentation.operations.whole_files import whole_file
from segmentation.segments import SegmentHeader
from segmentation.showing import shown_by

from ._reuse import refresh

Change: TypeAlias = Literal["came", "went"]


@shown_by("key", "contact_no", "change")
@attrs.frozen
class DeltaRow:
    """A contact that came or went.

    Attributes:
        key: Names this change, and stays the same until it is taken.
        segment_no: The segment.
        contact_no: The contact.
        change: ``"came"`` or ``"went"``.
    """

    key: str
    segment_no: str
    contact_no: str
    change: Change


@attrs.frozen(field_transformer=freeze_within)
class _State:
    """What the file holds.

    Attributes:
        segment_no: The segment.
        number: How many deltas were handed out.
        taken: The contacts that the other system has.
        waiting: The changes that were handed out last and are not taken yet.
    """

    segment_no: str
    number: int = 0
    taken: Sequence[str] = ()
    waiting: Mapping[str, Change] = attrs.field(factory=dict)

    def after(self, nos: Sequence[str]) -> "_State":
        """With the changes that lead to these contacts, handed out under a new number."""
        here, there = set(nos), set(self.taken)
        went: dict[str, Change] = dict.fromkeys(sorted(there - here), "went")
        came: dict[str, Change] = dict.fromkeys(sorted(here - there), "came")
        waiting = {**went, **came}
        return attrs.evolve(self, number=self.number + 1, waiting=waiting) if waiting else self

    def taken_over(self) -> "_State":
        """With the changes taken."""
        kept = [no for no in self.taken if no not in self.waiting]
        came = [no for no, change in self.waiting.items() if change == "came"]
        return attrs.evolve(self, taken=sorted([*kept, *came]), waiting={})

    def rows(self) -> Sequence[DeltaRow]:
        return [
            DeltaRow(f"{self.segment_no}-{self.number}-{no}", self.segment_no, no, change)
            for no, change in self.waiting.items()
        ]


@shown_by("segment_no", "number", "rows")
@attrs.frozen(repr=False, field_transformer=freeze_within)
class SegmentDelta:
    """Who came and who went since the last delta was taken.

    Attributes:
        segment_no: The segment.
        number: Which delta it is, counted from 1; 0 before the first.
        rows: Those who went, then those who came, each in the order of their numbers.
        path: The file that keeps what was taken.
    """

    segment_no: str
    number: int
    rows: Sequence[DeltaRow]
    path: Path

    def take(self) -> None:
        """Keep that the other system has taken this delta; the next one begins here.

        Taking it again changes nothing.

        Raises:
            StoreError: The file cannot be written.
        """
        if _read(self.path, self.segment_no).number == self.number:
            take_delta(self.segment_no, self.path)

    def _repr_html_(self) -> str:
        """The first rows, and how many there are besides."""
        shown = [(row.contact_no, row.change) for row in self.rows[:SHOWN]]
        more = len(self.rows) - len(shown)
        return to_table(["contact", ""], shown, caption=repr(self), more=more)


def segment_delta(context: Context, segment_no: str | SegmentHeader, path: Path) -> SegmentDelta:
    """Who came into a segment and who went since that was last taken.

    A delta that is not taken is given again as it was. Otherwise a segment that follows criteria
    is brought up to date first.

    Args:
        context: Store, user, day and clock.
        segment_no: The segment.
        path: The file that keeps what was taken, one for each other system; everybody came if it
            is not there yet.

    Raises:
        NotFound: There is no such segment.
        InvalidValue: The file is of another segment.
        StoreError: The file cannot be read or written.
        Refused: The criteria that the segment follows go round in a circle.
        UnknownName: They name a table or field that the schema does not have.
    """
    segment = require_segment(context.store, segment_no)
    state = _read(path, segment.no)
    if not state.waiting:
        if segment.header.saved_criteria_code:
            segment = refresh(context, segment.no).segment
        state = state.after([no for no in segment.contact_nos if no])
        if state.waiting:
            _write(path, state)
    return SegmentDelta(segment.no, state.number, state.rows(), path)


def take_delta(segment_no: str, path: Path) -> None:
    """Keep that the other system has taken the delta that was given last, if one is waiting.

    Args:
        segment_no: The segment.
        path: The file that keeps what was taken.

    Raises:
        InvalidValue: The file is of another segment.
        StoreError: The file cannot be read or written.
    """
    state = _read(path, to_code(segment_no))
    if state.waiting:
        _write(path, state.taken_over())


def _read(path: Path, segment_no: str) -> _State:
    try:
        found: Any = json.loads(path.read_bytes())
        state = _State(
            segment_no=found["segment_no"],
            number=found["number"],
            taken=found["taken"],
            waiting=found["waiting"],
        )
    except FileNotFoundError:
        return _State(segment_no)
    except OSError as error:
        reason = Message("cannot be read: {said}", said=error.strerror or str(error))
        raise StoreError(str(path), reason) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(str(path), Message("does not keep what was taken of a segment")) from error
    if state.segment_no != segment_no:
        reason = Message("keeps what was taken of segment {no}", no=state.segment_no)
        raise InvalidValue("path", str(path), reason)
    return state


def _write(path: Path, state: _State) -> None:
    kept = {
        "segment_no": state.segment_no,
        "number": state.number,
        "taken": list(state.taken),
        "waiting": dict(state.waiting),
    }
    with whole_file(path) as file:
        file.write(json.dumps(kept, ensure_ascii=False, indent=1).encode())
