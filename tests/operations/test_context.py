"""What travels together: one day and one time for all that is made, one observer, one language."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import segmentation as seg
from segmentation.campaigns import CampaignEntry
from segmentation.errors import Refused
from segmentation.interactions import InteractionComment
from segmentation.segments import SegmentChanged, SegmentChanging, SegmentLogged, SegmentLogging
from segmentation.templates import InteractionTemplateSetup
from support.desk import make_desk, segment_of
from support.fair import evolved

LATE = dt.datetime(2026, 11, 22, 23, 29, 30, tzinfo=dt.UTC)
ZURICH = ZoneInfo("Europe/Zurich")


def late_workspace(today: dt.date | None = None) -> seg.Workspace:
    crm = evolved(make_desk(), clock=lambda: LATE, zone=ZURICH, today=today, workdate=None)
    crm.store.records.put(
        [InteractionTemplateSetup(outg_calls="TALK", e_mails="TALK", sales_invoices="TALK")]
    )
    return crm


def days_of_what_is_made(crm: seg.Workspace) -> dict[str, dt.date | None]:
    from segmentation.operations.interactions import record_mail  # noqa: PLC0415

    made = crm.interactions.create(
        "ANNA", interaction_template_code="TALK", campaign_no="FAIR", comments=["Hello"]
    )
    call = crm.interactions.record_call("ANNA", "123")
    mail = record_mail(crm.context, "ANNA", "Hello")
    done = crm.interactions.record_document("sales_invoice", "1", contact_no="ANNA")
    (comment,) = crm.store.records.all(InteractionComment, interaction_no=made.entry_no)
    logged = segment_of(crm, "ANNA").log()
    (entry,) = crm.store.records.all(CampaignEntry, entry_no=made.campaign_entry_no)
    assert done.interaction is not None
    return {
        "draft": crm.interactions.draft("ANNA", interaction_template_code="TALK").date,
        "interaction": made.date,
        "call": call.date,
        "mail": mail.date,
        "document": done.interaction.date,
        "comment": comment.date,
        "logged segment": logged.segment.date,
        "campaign entry": entry.date,
    }


@pytest.mark.parametrize(
    ("today", "expected"),
    [(None, dt.date(2026, 11, 23)), (dt.date(2026, 11, 22), dt.date(2026, 11, 22))],
    ids=["the clock's day", "a given day"],
)
def test_all_that_is_made_bears_one_day(today: dt.date | None, expected: dt.date) -> None:
    """FRT-18."""
    days = days_of_what_is_made(late_workspace(today))
    assert days == dict.fromkeys(days, expected)


def test_what_keeps_a_time_of_day_keeps_that_of_the_zone() -> None:
    """FRT-18."""
    crm = late_workspace()
    made = [
        crm.interactions.draft("ANNA", interaction_template_code="TALK"),
        crm.interactions.create("ANNA", interaction_template_code="TALK"),
        crm.interactions.record_call("ANNA", "123"),
    ]
    assert [each.time_of_interaction for each in made] == [dt.time(0, 30)] * 3


def test_a_follow_up_is_told_of_and_described_like_any_new_segment() -> None:
    """FRT-15."""
    events: list[Any] = []
    crm = evolved(make_desk(), language="fr-CH", on_event=events.append)
    logged = segment_of(crm, "ANNA").log(follow_up=True)
    assert logged.follow_up is not None
    after = events[events.index(next(e for e in events if isinstance(e, SegmentLogged))) + 1 :]
    assert [type(event) for event in after[:2]] == [SegmentChanging, SegmentChanged]
    assert (after[1].before, after[1].after.no) == (None, logged.follow_up.no)
    english = segment_of(evolved(crm, language="en"), "BO").log(follow_up=True)
    assert english.follow_up is not None
    assert logged.follow_up.header.description.replace(logged.segment.segment_no, "") != (
        english.follow_up.header.description.replace(english.segment.segment_no, "")
    )


def test_an_observer_that_refuses_the_follow_up_undoes_the_logging_too() -> None:
    """FRT-15."""
    logging: list[bool] = []

    def refuse_what_is_new(event: object) -> None:
        logging.extend([True] if isinstance(event, SegmentLogging) else [])
        if logging and isinstance(event, SegmentChanging) and event.before is None:
            raise Refused("make a follow-up", "the host wants none")

    crm = evolved(make_desk(), on_event=refuse_what_is_new)
    worksheet = segment_of(crm, "ANNA")
    head = crm.journal.head
    with pytest.raises(Refused, match="wants none"):
        worksheet.log(follow_up=True)
    assert crm.journal.head == head
    assert [header.no for header in crm.segments] == [worksheet.no]
