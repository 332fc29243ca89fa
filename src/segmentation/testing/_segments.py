"""The contract of `Segments`."""

from decimal import Decimal

import attrs

from segmentation.errors import Conflict, NotFound
from segmentation.segments import (
    ActionKind,
    CriteriaAction,
    LeftOut,
    LeftOutReason,
    Options,
    Segment,
    SegmentHeader,
    SegmentLine,
)
from segmentation.templates import TemplateLanguage

from ._contract import Contract, raises
from ._data import AS_OF, NASTY, make_part


class SegmentsContract(Contract):
    """Worksheets are stored as a whole, and nobody's change is lost."""

    def make_segment(self) -> Segment:
        """A segment with everything that one can have."""
        lines = [
            SegmentLine(segment_no="S1", line_no=n * 10_000, contact_no=f"P{n}", subject=NASTY[n])
            for n in (1, 2, 3)
        ]
        action = CriteriaAction(
            kind=ActionKind.ADD,
            criteria=make_part("contact", {"country_region_code": "DK|SE"}),
            options=Options(allow_existing=True),
            as_of=AS_OF,
            inserted=(10_000, 20_000, 30_000),
            left_out=(LeftOut("P9", LeftOutReason.BLOCKED),),
        )
        text = TemplateLanguage(interaction_template_code="T", language_code="ENU", subject="Hi")
        header = SegmentHeader(no="S1", description=NASTY[0], unit_cost=Decimal("1.50"))
        return Segment(header=header, lines=tuple(lines), actions=(action,), languages=(text,))

    def test_what_was_put_is_got_with_a_newer_version(self) -> None:
        segments = self.make_store().segments
        stored = segments.put(self.make_segment())
        assert stored == attrs.evolve(self.make_segment(), version=1)
        assert segments.get("S1") == stored

    def test_changes_of_lines_are_stored(self) -> None:
        segments = self.make_store().segments
        stored = segments.put(self.make_segment())
        first, _, third = stored.lines
        other = SegmentLine(segment_no="S1", line_no=40_000, contact_no="P4")
        changed = attrs.evolve(third, description="by hand")
        newer = segments.put(attrs.evolve(stored, lines=(first, changed, other)))
        assert segments.get("S1") == newer
        assert newer.version == stored.version + 1

    def test_an_older_version_is_refused(self) -> None:
        segments = self.make_store().segments
        old = segments.put(self.make_segment())
        newer = segments.put(attrs.evolve(old, lines=()))
        raises(Conflict, lambda: segments.put(old))
        raises(Conflict, lambda: segments.remove(old))
        raises(Conflict, lambda: segments.put(self.make_segment()))
        assert segments.get("S1") == newer

    def test_what_was_removed_is_gone_and_cannot_be_changed(self) -> None:
        segments = self.make_store().segments
        stored = segments.put(self.make_segment())
        segments.remove(stored)
        raises(NotFound, lambda: segments.get("S1"))
        raises(Conflict, lambda: segments.put(stored))
        raises(Conflict, lambda: segments.remove(stored))
        assert segments.put(self.make_segment()).version == 1

    def test_a_header_is_got_by_its_number(self) -> None:
        segments = self.make_store().segments
        stored = segments.put(self.make_segment())
        segments.put(Segment(header=SegmentHeader(no="S10", description="another")))
        assert segments.header("S1") == stored.header
        changed = attrs.evolve(stored.header, description="changed")
        newer = segments.put(attrs.evolve(stored, header=changed))
        assert segments.header("S1") == changed
        segments.remove(newer)
        raises(NotFound, lambda: segments.header("S1"))

    def test_headers_come_in_the_order_of_their_numbers(self) -> None:
        segments = self.make_store().segments
        for no in ("S10", "S2", "S1"):
            segments.put(Segment(header=SegmentHeader(no=no)))
        assert [header.no for header in segments.headers()] == ["S1", "S10", "S2"]

    def test_what_is_not_there_is_an_error(self) -> None:
        segments = self.make_store().segments
        for no in ("S1", "", "\0"):
            raises(NotFound, lambda no=no: segments.get(no))  # type: ignore[misc]
            raises(NotFound, lambda no=no: segments.header(no))  # type: ignore[misc]
