"""Canceled, counted again, deleted: always by further entries."""

import pytest

import segmentation as seg
from segmentation.campaigns import Campaign, CampaignEntry
from segmentation.documents import Attachment
from segmentation.errors import InvalidValue, NotFound, Refused
from segmentation.interactions import Interaction, InteractionComment
from segmentation.operations.interactions import (
    cancel,
    delete_canceled_campaign_entries,
    delete_canceled_interactions,
    delete_canceled_logged_segments,
    uncancel,
)
from segmentation.operations.segments import Logged
from segmentation.segments import LoggedSegment
from support.desk import segment_of


def entry_of(crm: seg.Workspace, campaign_no: str) -> CampaignEntry:
    (entry,) = crm.store.records.all(CampaignEntry, campaign_no=campaign_no)
    return entry


def canceled(crm: seg.Workspace) -> list[int]:
    return [item.entry_no for item in crm.store.records.all(Interaction, canceled=True)]


def logged_segment(crm: seg.Workspace) -> LoggedSegment:
    (logged,) = crm.store.records.all(LoggedSegment)
    return logged


@pytest.fixture
def logged(crm: seg.Workspace) -> Logged:
    return segment_of(crm, "ANNA", "BO", "CARL", campaign="SALE").log()


def test_a_campaign_entry_cancels_its_interactions(crm: seg.Workspace, logged: Logged) -> None:
    """BAT-02."""
    cancel(crm.context, entry_of(crm, "SALE"))
    assert entry_of(crm, "SALE").canceled
    assert canceled(crm) == [item.entry_no for item in logged.interactions]
    assert not logged_segment(crm).canceled


def test_deleting_canceled_campaign_entries_deletes_their_interactions(
    crm: seg.Workspace, logged: Logged
) -> None:
    """BAT-03."""
    crm.interactions.comment(logged.interactions[0].entry_no, "So so")
    cancel(crm.context, entry_of(crm, "SALE"))
    assert delete_canceled_campaign_entries(crm.context, campaign_no="fair") == 0
    assert delete_canceled_campaign_entries(crm.context, campaign_no="sale") == 1
    for kind in (CampaignEntry, Interaction, InteractionComment):
        assert list(crm.store.records.all(kind)) == []
    assert logged_segment(crm).entry_no == logged.segment.entry_no


def test_a_logged_segment_cancels_all_that_it_recorded(crm: seg.Workspace, logged: Logged) -> None:
    cancel(crm.context, logged.segment)
    assert logged_segment(crm).canceled
    assert entry_of(crm, "SALE").canceled
    assert len(canceled(crm)) == 3
    uncancel(crm.context, logged.segment)
    assert not logged_segment(crm).canceled
    assert not entry_of(crm, "SALE").canceled
    assert canceled(crm) == []


def test_what_was_canceled_on_its_own_stays_so(crm: seg.Workspace, logged: Logged) -> None:
    first = logged.interactions[0]
    crm.interactions.cancel(first)
    cancel(crm.context, logged.segment)
    uncancel(crm.context, logged.segment)
    assert canceled(crm) == [first.entry_no]
    crm.interactions.uncancel(first)
    assert canceled(crm) == []


def test_a_campaign_entry_canceled_on_its_own_stays_so(crm: seg.Workspace, logged: Logged) -> None:
    cancel(crm.context, entry_of(crm, "SALE"))
    cancel(crm.context, logged.segment)
    uncancel(crm.context, logged.segment)
    assert entry_of(crm, "SALE").canceled
    assert len(canceled(crm)) == 3


def test_nothing_counts_again_below_what_is_canceled(crm: seg.Workspace, logged: Logged) -> None:
    first = logged.interactions[0]
    cancel(crm.context, logged.segment)
    with pytest.raises(Refused, match="its logged segment 1 is canceled"):
        crm.interactions.uncancel(first)
    with pytest.raises(Refused, match="its logged segment 1 is canceled"):
        uncancel(crm.context, entry_of(crm, "SALE"))
    uncancel(crm.context, logged.segment)
    cancel(crm.context, entry_of(crm, "SALE"))
    with pytest.raises(Refused, match="its campaign entry 2 is canceled"):
        crm.interactions.uncancel(first)
    uncancel(crm.context, entry_of(crm, "SALE"))
    assert canceled(crm) == []


def test_cancelling_twice_is_refused(crm: seg.Workspace, logged: Logged) -> None:
    cancel(crm.context, logged.segment)
    with pytest.raises(Refused, match="canceled already"):
        cancel(crm.context, logged.segment)
    with pytest.raises(Refused, match="canceled already"):
        crm.interactions.cancel(logged.interactions[0])


def test_what_is_not_canceled_cannot_count_again(crm: seg.Workspace, logged: Logged) -> None:
    with pytest.raises(Refused, match="not canceled"):
        uncancel(crm.context, logged.segment)


def test_what_is_postponed_is_discarded_not_canceled(crm: seg.Workspace) -> None:
    put_off = crm.interactions.postpone("ANNA", interaction_template_code="TALK")
    with pytest.raises(Refused, match="discard it instead"):
        crm.interactions.cancel(put_off)


def test_what_is_not_there_is_not_canceled(crm: seg.Workspace) -> None:
    with pytest.raises(NotFound, match="interaction log entry '7'"):
        crm.interactions.cancel(Interaction(entry_no=7))
    with pytest.raises(NotFound, match="interaction '7'"):
        cancel(crm.context, Interaction(entry_no=7))
    with pytest.raises(InvalidValue, match="is no interaction, campaign entry or"):
        cancel(crm.context, Campaign(no="SALE"))  # type: ignore[arg-type]


def test_deleting_takes_an_attachment_that_nobody_needs_any_more(crm: seg.Workspace) -> None:
    """INT-23."""
    own = Attachment("note.txt", b"Only here")
    two = [
        crm.interactions.create(no, interaction_template_code="TALK", attachment=own)
        for no in ("ANNA", "BO")
    ]
    other = crm.interactions.create("CARL", interaction_template_code="LETTER")
    for item in (*two, other):
        crm.interactions.cancel(item)
    assert crm.interactions.delete_all_canceled() == 3
    with pytest.raises(NotFound):
        crm.store.attachments.get(two[0].attachment)
    assert crm.store.attachments.get(other.attachment)  # the template's text


def test_an_attachment_stays_while_somebody_needs_it(crm: seg.Workspace) -> None:
    own = Attachment("note.txt", b"Shared")
    one, two = (
        crm.interactions.create(no, interaction_template_code="TALK", attachment=own)
        for no in ("ANNA", "BO")
    )
    crm.interactions.cancel(one)
    assert crm.interactions.delete_all_canceled() == 1
    assert crm.store.attachments.get(two.attachment) == b"Shared"


def test_of_many_attachments_those_stay_that_somebody_needs(crm: seg.Workspace) -> None:
    letters = [Attachment("note.txt", f"Letter {number}".encode()) for number in range(12)]
    made = [
        crm.interactions.create("ANNA", interaction_template_code="TALK", attachment=letter)
        for letter in letters
    ]
    kept = crm.interactions.create("BO", interaction_template_code="TALK", attachment=letters[7])
    for item in made:
        crm.interactions.cancel(item)
    assert crm.interactions.delete_all_canceled() == 12
    assert crm.store.attachments.get(kept.attachment) == b"Letter 7"
    for item in made:
        if item.attachment != kept.attachment:
            with pytest.raises(NotFound):
                crm.store.attachments.get(item.attachment)


def test_an_attachment_stays_while_a_worksheet_needs_it(crm: seg.Workspace) -> None:
    made = crm.interactions.create(
        "ANNA", interaction_template_code="TALK", attachment=Attachment("letter.txt", b"Segment's")
    )
    worksheet = segment_of(crm, "BO", "CARL", template="LETTER")
    worksheet.remove_line(10000)
    worksheet.remove_line(20000)
    worksheet.go_back()
    segment = crm.store.segments.get(worksheet.no)
    crm.interactions.cancel(made)
    assert crm.interactions.delete_all_canceled() == 1
    assert crm.store.attachments.get(segment.lines[0].attachment)
    with pytest.raises(NotFound):
        crm.store.attachments.get(made.attachment)


def test_deleting_removes_the_words_and_keeps_the_chain(crm: seg.Workspace) -> None:
    made = crm.interactions.create(
        "ANNA", interaction_template_code="TALK", comments=["Secret words"]
    )
    postponed = crm.interactions.postpone("ANNA", interaction_template_code="TALK")
    resumed = crm.interactions.finish(postponed.entry_no, description="Secret matter")
    for item in (made, resumed):
        crm.interactions.cancel(item)
    other = crm.interactions.create("BO", interaction_template_code="TALK", comments=["Stays"])
    assert crm.interactions.delete_all_canceled() == 2
    text = "\n".join(crm.journal.export())
    assert "Secret" not in text
    assert "Stays" in text
    assert crm.interactions[other.entry_no].description == "Talk"


def test_what_is_not_canceled_is_not_deleted(crm: seg.Workspace, logged: Logged) -> None:
    assert crm.interactions.delete_all_canceled() == 0
    assert delete_canceled_logged_segments(crm.context) == 0
    assert len(logged.interactions) == len(list(crm.store.records.all(Interaction)))


def test_deleting_a_logged_segment_leaves_its_interactions(
    crm: seg.Workspace, logged: Logged
) -> None:
    cancel(crm.context, logged.segment)
    assert delete_canceled_logged_segments(crm.context, segment_no=logged.segment.segment_no)
    assert list(crm.store.records.all(LoggedSegment)) == []
    assert {i.logged_segment_entry_no for i in crm.store.records.all(Interaction)} == {0}
    assert entry_of(crm, "SALE").logged_segment_entry_no == 0
    assert len(canceled(crm)) == 3
    uncancel(crm.context, entry_of(crm, "SALE"))
    assert canceled(crm) == []


def test_interactions_of_one_campaign_or_segment_can_be_deleted_alone(crm: seg.Workspace) -> None:
    one = crm.interactions.create("ANNA", interaction_template_code="TALK", campaign_no="SALE")
    two = crm.interactions.create("ANNA", interaction_template_code="TALK", campaign_no="FAIR")
    crm.interactions.cancel(one)
    crm.interactions.cancel(two)
    assert delete_canceled_interactions(crm.context, segment_no="SM0001") == 0
    assert delete_canceled_interactions(crm.context, campaign_no="SALE") == 1
    assert canceled(crm) == [two.entry_no]
