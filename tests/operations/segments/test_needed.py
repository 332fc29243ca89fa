"""Criteria that close a circle are not saved, and a segment that is asked for is not deleted."""

import datetime as dt

import pytest

import segmentation as seg
from segmentation.criteria import InSegment
from segmentation.errors import Refused
from support import fair


@pytest.fixture
def crm() -> seg.Workspace:
    return seg.Workspace.open(fair.make_store(), today=dt.date(2026, 11, 22), user="ANNA")


def following(crm: seg.Workspace, code: str) -> str:
    """The number of a new segment that follows saved criteria."""
    return crm.new_segment(code).follow_criteria(code).header.no


def test_criteria_that_would_close_a_circle_are_not_saved_mng_47(crm: seg.Workspace) -> None:
    bern = seg.make_selection(contact={"city": "Bern"})
    crm.saved_criteria.save("Y", bern)
    g = following(crm, "Y")
    crm.saved_criteria.save("X", InSegment(g))
    f = following(crm, "X")
    before = crm.saved_criteria["Y"]
    with pytest.raises(Refused, match=rf"criteria Y → segment {f} → criteria X → segment {g}"):
        crm.saved_criteria.save("Y", InSegment(f))
    assert crm.saved_criteria["Y"] == before
    text = crm.saved_criteria.to_text("X").replace('"X"', '"Z"').replace(g, f)
    crm.saved_criteria.add_text(text)
    with pytest.raises(Refused, match="circle"):
        crm.segment(g).follow_criteria("Z")
    with pytest.raises(Refused, match="circle"):
        crm.saved_criteria.add_text(text.replace('"Z"', '"Y"'), replace=True)
    crm.segment(f).refresh()
    crm.segment(g).refresh()


def test_a_segment_that_is_asked_for_is_not_deleted_mng_48(crm: seg.Workspace) -> None:
    asked = crm.new_segment("Asked").add_contacts()
    no = asked.header.no
    crm.saved_criteria.save("X", InSegment(no))
    other = crm.new_segment("Asking").add_contacts(InSegment(no)).header.no
    with pytest.raises(Refused, match=rf"delete segment {no}.*criteria X, segment {other}"):
        asked.delete()
    assert len(crm.segment(no)) == 5
    crm.saved_criteria.delete("X")
    crm.segment(other).delete()
    asked.delete()
    assert no not in [header.no for header in crm.segments]
