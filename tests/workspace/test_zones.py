"""Near midnight, day and time of what is recorded are those of one moment, in one zone."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import segmentation as seg
from segmentation.errors import InvalidValue
from segmentation.templates import (
    InteractionGroup,
    InteractionTemplate,
    InteractionTemplateSetup,
)
from support import fair

ZURICH, NEW_YORK = ZoneInfo("Europe/Zurich"), ZoneInfo("America/New_York")
LATE = dt.datetime(2026, 11, 22, 23, 30, 20, tzinfo=dt.UTC)
HALF_PAST, LAST = dt.time(0, 30), dt.time(0, 31)


def open_at(at: Callable[[], dt.datetime], **options: Any) -> seg.Workspace:  # noqa: ANN401
    """A workspace whose set-up names a template for calls, mails and documents."""
    crm = seg.Workspace.open(fair.make_store(), clock=at, user="ANNA", **options)
    crm.store.records.put(
        [
            InteractionGroup(code="G"),
            InteractionTemplate(
                code="T",
                description="Talk",
                interaction_group_code="G",
                correspondence_type_default="hard_copy",
            ),
            InteractionTemplateSetup(outg_calls="T", e_mails="T", sales_invoices="T"),
        ]
    )
    return crm


def recorded(crm: seg.Workspace) -> Iterator[tuple[str, dt.date | None, dt.time | None]]:
    """Record one of each kind: what it is, its day, and its time of day where it has one."""
    made = crm.interactions.create("CARL", interaction_template_code="T", correspondence_type="")
    call = crm.interactions.record_call("ANNA", "1234")
    mail = crm.interactions.record_mail("ANNA", "Hello")
    document = crm.interactions.record_document("sales_invoice", "I1", contact_no="ANNA")
    assert document.interaction
    for name, each in (
        ("made", made),
        ("call", call),
        ("mail", mail),
        ("document", document.interaction),
    ):
        yield name, each.date, each.time_of_interaction
    put_off = crm.interactions.postpone(
        "CARL", interaction_template_code="T", correspondence_type=""
    )
    finished = crm.interactions.finish(put_off)
    yield "finished", finished.date, finished.time_of_interaction
    yield "comment", crm.contacts.comment("ANNA", "Called back").date, None
    crm.interactions.comment(made, "Was friendly")
    (noted,) = crm.interactions.comments(made)
    yield "comment on an interaction", noted.date, None
    sheet = crm.new_segment("Fair").add_contacts(contact={"no": "CARL"})
    sheet.change_header(interaction_template_code="T", update_lines=True)
    logged = sheet.log()
    yield "logged segment", logged.segment.date, None
    (line,) = logged.interactions
    yield "logged line", line.date, line.time_of_interaction


@pytest.mark.parametrize(
    ("given", "day", "before"),
    [
        (None, dt.date(2026, 11, 23), "t-1D"),
        (dt.date(2026, 6, 1), dt.date(2026, 6, 1), "t-1D"),
    ],
    ids=["clock", "day_given"],
)
def test_all_that_is_recorded_has_the_day_and_time_of_the_zone_mng_34_mng_39(
    given: dt.date | None, day: dt.date, before: str
) -> None:
    """MNG-34, MNG-39."""
    crm = open_at(lambda: LATE, zone=ZURICH, today=given)
    for what, date, time in recorded(crm):
        assert date == day, what
        assert time is None or HALF_PAST <= time <= LAST, what
    assert len(crm.select(interactions={"date": "t"})) == 2
    assert not crm.select(interactions={"date": before})
    assert {entry.at for entry in crm.journal} == {LATE}


@pytest.mark.parametrize(
    ("clock", "made"),
    [("09:15:20", dt.time(10, 16)), ("22:59:30", dt.time(23, 59)), ("09:15:59", dt.time(10, 16))],
)
def test_what_is_made_bears_the_next_minute_of_the_zone(clock: str, made: dt.time) -> None:
    """EXM-43."""
    at = dt.datetime.fromisoformat(f"2026-11-22T{clock}+00:00")
    crm = open_at(lambda: at, zone=ZURICH)
    for _, date, time in recorded(crm):
        assert (date, time or made) == (dt.date(2026, 11, 22), made)
    sheet = crm.new_segment("Lines").add_contacts(contact={"no": "CARL|ANNA"})
    sheet.add_contact("CARL")
    assert [each.time_of_interaction for each in sheet.lines] == [made] * 3
    sheet.change_line(10_000, time_of_interaction="08:15")
    assert sheet.lines[0].time_of_interaction == dt.time(8, 15)
    sheet.change_line(10_000, contact_no="ANNA")
    assert sheet.lines[0].time_of_interaction == made


def test_a_line_for_another_day_has_no_time_and_a_logged_one_keeps_its_own() -> None:
    crm = open_at(lambda: LATE, zone=ZURICH)
    sheet = crm.new_segment("Fair", date="2026-12-24", interaction_template_code="T")
    sheet.add_contact("CARL").add_contact("ANNA")
    assert {each.time_of_interaction for each in sheet.lines} == {None}
    sheet.change_line(10_000, time_of_interaction="08:15", correspondence_type="")
    sheet.change_line(20_000, correspondence_type="")
    made = {each.contact_no: each.time_of_interaction for each in sheet.log().interactions}
    assert made == {"CARL": dt.time(8, 15), "ANNA": None}


def test_what_is_made_in_the_last_minute_stays_on_its_day_mng_35() -> None:
    """MNG-35, EXM-43."""
    times = [dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)]
    crm = open_at(lambda: times[-1])
    crm.interactions.create(
        "CARL", interaction_template_code="T", correspondence_type="", description="early"
    )
    times.append(dt.datetime(2026, 11, 22, 23, 59, 30, tzinfo=dt.UTC))
    late = crm.interactions.create(
        "CARL", interaction_template_code="T", correspondence_type="", description="late"
    )
    assert (late.date, late.time_of_interaction) == (dt.date(2026, 11, 22), dt.time(23, 59))
    by_time = sorted(crm.interactions.of("CARL"), key=lambda i: (i.date, i.time_of_interaction))
    assert [each.description for each in by_time] == ["early", "late"]
    assert crm.explain("CARL", interactions={"date": "t"}).holds
    assert not crm.select(interactions={"date": "t+1D"})


@pytest.mark.parametrize("looks", range(1, 30))
def test_day_and_time_come_from_one_look_at_the_clock_mng_35(looks: int) -> None:
    """MNG-35: between two looks at the clock midnight passes; a record bears one moment."""
    before = dt.datetime(2026, 11, 22, 23, 59, 50, tzinfo=dt.UTC)
    seen = iter([before] * looks)
    crm = open_at(lambda: next(seen, before + dt.timedelta(seconds=20)))
    for what, date, time in recorded(crm):
        if time is not None:
            expected = dt.time(23, 59) if date == before.date() else dt.time(0, 1)
            assert time == expected, what


@pytest.mark.parametrize(
    ("at", "zone"),
    [
        (dt.datetime(9999, 12, 31, 23, 30, tzinfo=dt.UTC), ZURICH),
        (dt.datetime(1, 1, 1, 0, 30, tzinfo=dt.UTC), NEW_YORK),
    ],
    ids=["after_9999", "before_1"],
)
def test_a_day_outside_the_calendar_is_an_error_of_ours_mng_40(
    at: dt.datetime, zone: ZoneInfo
) -> None:
    """MNG-40."""
    crm = open_at(lambda: at, zone=zone)
    for step in (
        lambda: crm.select(interactions={"date": "t"}),
        lambda: crm.interactions.create(
            "CARL", interaction_template_code="T", correspondence_type=""
        ),
        lambda: crm.contacts.comment("ANNA", "x"),
        lambda: crm.new_segment("Fair"),
        lambda: repr(crm),
    ):
        with pytest.raises(InvalidValue, match="outside the years 1 to 9999"):
            step()
    assert not list(crm.journal)
    assert not crm.segments
