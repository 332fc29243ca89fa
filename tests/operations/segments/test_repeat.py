"""Segments that repeat: each run is logged, and a next segment goes on."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

import segmentation as seg
from segmentation.adapters.sqlalchemy import open_store
from segmentation.errors import Conflict, InvalidValue, NotFound, Refused, Rejected
from segmentation.memory import MemoryStore
from segmentation.segments import LeftOutReason
from segmentation.testing._trials import run_together
from support.databases import Database
from support.desk import check_journal, make_desk
from support.fair import evolved, person

MONDAY = dt.date(2026, 11, 2)


def day(number: int) -> dt.date:
    return dt.date(2026, 11, number)


PEOPLE = (
    person("A", salesperson_code="JO", country_region_code="DK"),
    person("B", salesperson_code="JO", country_region_code="DK"),
)


@pytest.fixture(params=["memory", "sql"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    """A workspace on each kind of store; A and B are in Denmark."""
    store = MemoryStore() if request.param == "memory" else open_store(tmp_path / "crm.db")
    with make_desk(*PEOPLE, store=store) as made:
        yield made
        check_journal(made)


def weekly(
    crm: seg.Workspace,
    next_run: dt.date | None = MONDAY,
    *,
    repeat: str = "1W",
    leave_out: bool = False,
) -> seg.Worksheet:
    """A segment that follows the criteria "country DK", with A and B."""
    crm.saved_criteria.save("DK", crm.fields.contact.country_region_code == "DK")
    segment = crm.new_segment(
        "Every week",
        interaction_template_code="TALK",
        repeat=repeat,
        next_run=next_run,
        leave_out_written_to=leave_out,
    )
    segment.follow_criteria("DK").refresh()
    return segment


def logged_in(crm: seg.Workspace) -> list[tuple[str, list[str]]]:
    """The logged segments with the contacts of their interactions."""
    return [
        (
            each.segment_no,
            sorted(
                entry.contact_no
                for entry in crm.interactions
                if entry.logged_segment_entry_no == each.entry_no
            ),
        )
        for each in crm.logged_segments
    ]


def test_a_run_is_logged_and_a_next_segment_goes_on(crm: seg.Workspace) -> None:
    """EXM-32."""
    first = weekly(crm)
    (run,) = crm.segments.run_due(on=MONDAY)
    assert logged_in(crm) == [(first.no, ["A", "B"])]
    assert (run.segment_no, run.next_run, run.error) == (first.no, day(9), None)
    assert run.logged == next(iter(crm.logged_segments))
    (header,) = crm.segments
    assert (header.no, header.repeat, header.next_run) == (run.next_segment_no, "1W", day(9))
    assert (header.saved_criteria_code, header.chain_no) == ("DK", first.no)
    crm.add(person("C", salesperson_code="JO", country_region_code="DK"))
    crm.contacts.change("B", country_region_code="SE")
    (run,) = crm.segments.run_due(on=day(9))
    assert logged_in(crm)[1] == (header.no, ["A", "C"])
    assert (run.entered, run.left) == (("C",), ("B",))
    assert {entry.date for entry in crm.interactions if entry.contact_no == "A"} == {
        MONDAY,
        day(9),
    }
    (header,) = crm.segments
    assert header.chain_no == first.no


def test_who_was_written_to_before_is_left_out(crm: seg.Workspace) -> None:
    """EXM-33: by this chain; what another segment sent does not count."""
    weekly(crm, leave_out=True)
    crm.add(person("C", salesperson_code="JO", country_region_code="SE"))
    other = crm.new_segment("Other", interaction_template_code="TALK").add_contact("C")
    other.log()
    crm.segments.run_due(on=MONDAY)
    crm.contacts.change("C", country_region_code="DK")
    crm.contacts.change("B", country_region_code="SE")
    (run,) = crm.segments.run_due(on=day(9))
    assert logged_in(crm)[-1][1] == ["C"]
    assert run.logged is not None
    why = crm.logged_segments.explain(run.logged.entry_no, "A")
    assert str(LeftOutReason.WRITTEN_TO_BEFORE) in [str(step.reason) for step in why.steps]
    head, (header,) = crm.journal.head, list(crm.segments)
    (run,) = crm.segments.run_due(on=day(16))
    assert (run.logged, run.error, run.next_segment_no) == (None, None, header.no)
    assert crm.journal.head == head
    (after,) = crm.segments
    assert (after.no, after.next_run) == (header.no, day(23))
    entry = next(each for each in crm.interactions if each.contact_no == "A")
    crm.interactions.cancel(entry.entry_no)
    crm.segments.run_due(on=day(23))
    assert logged_in(crm)[-1][1] == ["A"]


def test_who_was_held_back_before_is_left_out_too(crm: seg.Workspace) -> None:
    segment = weekly(crm, leave_out=True)
    segment.split({"control": 1}, held_back_arm="control")
    crm.segments.run_due(on=MONDAY)
    (run,) = crm.segments.run_due(on=day(9))
    assert run.logged is None
    (logged,) = crm.logged_segments
    crm.logged_segments.cancel(logged.entry_no)
    (run,) = crm.segments.run_due(on=day(16))
    assert run.logged is not None


def test_a_run_is_made_once(crm: seg.Workspace) -> None:
    """EXM-34, by one process."""
    weekly(crm)
    assert len(crm.segments.run_due(on=MONDAY)) == 1
    assert crm.segments.run_due(on=MONDAY) == []
    assert [nos for _, nos in logged_in(crm)] == [["A", "B"]]
    assert len(crm.segments) == 1


def run_due(address: str, number: int, folder: Path) -> None:
    """What each of the processes does; it leaves how many runs it made."""
    with seg.Workspace.open(address, user="EVA", today=MONDAY) as crm:
        (folder / f"{number}.runs").write_text(str(len(crm.segments.run_due(on=MONDAY))))


def test_two_processes_at_the_same_moment_make_one_run(database: Database, tmp_path: Path) -> None:
    """EXM-34, by two processes at once, on SQLite and PostgreSQL."""
    crm = make_desk(*PEOPLE, store=database.open())
    weekly(crm)
    run_together(run_due, database.own_address(), 2, tmp_path)
    runs = sorted(each.read_text() for each in tmp_path.glob("*.runs"))
    assert runs == ["0", "1"]
    assert [nos for _, nos in logged_in(crm)] == [["A", "B"]]
    assert len(crm.segments) == 1
    check_journal(crm)


def test_what_was_missed_is_made_up_for_once(crm: seg.Workspace) -> None:
    """EXM-35."""
    weekly(crm)
    (run,) = crm.segments.run_due(on=day(18))
    assert run.next_run == day(23)
    assert {entry.date for entry in crm.interactions} == {day(18)}
    (logged,) = crm.logged_segments
    assert logged.date == day(18)


@pytest.mark.parametrize("next_run", [day(19), None])
def test_a_segment_is_due_from_its_day_on(crm: seg.Workspace, next_run: dt.date | None) -> None:
    """EXM-35."""
    weekly(crm, next_run)
    assert crm.segments.run_due(on=day(18)) == []
    assert list(crm.logged_segments) == []


@pytest.mark.parametrize(
    ("repeat", "days"),
    [
        ("1D+CM", [(2027, 2, 28), (2027, 3, 31), (2027, 4, 30)]),
        ("1M", [(2027, 2, 28), (2027, 3, 28)]),
    ],
)
def test_a_formula_leads_from_run_to_run(
    crm: seg.Workspace, repeat: str, days: list[tuple[int, int, int]]
) -> None:
    """EXM-36."""
    weekly(crm, dt.date(2027, 1, 31), repeat=repeat)
    on = dt.date(2027, 1, 31)
    for each in days:
        (run,) = crm.segments.run_due(on=on)
        on = dt.date(*each)
        assert run.next_run == on


@pytest.mark.parametrize("repeat", ["0D", "-1W", "CM", "1X", "2027-01-01", "1D-1D"])
def test_a_formula_that_does_not_lead_on_is_refused(crm: seg.Workspace, repeat: str) -> None:
    """EXM-36."""
    segment = weekly(crm)
    before = segment.header
    with pytest.raises(Rejected, match=f"repeat: '{repeat}' does not lead on from every day"):
        segment.change_header(repeat=repeat)
    assert segment.header == before


def test_one_that_fails_holds_up_no_other(crm: seg.Workspace) -> None:
    """EXM-37."""
    for no in ("A", "B"):
        crm.contacts.change(no, salesperson_code="")
    crm.contacts.change("B", salesperson_code="JO")
    first = weekly(crm)
    second = crm.new_segment(
        "Sound", interaction_template_code="TALK", repeat="1W", next_run=MONDAY
    ).add_contact("B")
    anew, sound = crm.segments.run_due(on=MONDAY)
    assert [nos for _, nos in logged_in(crm)] == [["B"]]
    assert (anew.segment_no, anew.logged, anew.next_run) == (first.no, None, None)
    assert [(fault.field, "A" in fault.place) for fault in anew.faults] == [
        ("salesperson_code", True)
    ]
    assert (sound.segment_no, sound.faults) == (second.no, ())
    assert (list(first.contact_nos), first.header.next_run) == (["A", "B"], MONDAY)
    assert first.header.date != MONDAY
    crm.contacts.change("A", salesperson_code="RB")
    first.change_header(salesperson_code="RB", update_lines=True)
    (run,) = crm.segments.run_due(on=MONDAY)
    assert (run.segment_no, run.error) == (first.no, None)
    assert [nos for _, nos in logged_in(crm)] == [["B"], ["A", "B"]]


def test_criteria_that_fail_are_told(crm: seg.Workspace) -> None:
    weekly(crm)
    weekly(crm)
    crm.contacts.change("A", country_region_code="SE")
    crm.store.records.remove(list(crm.saved_criteria))
    for run in crm.segments.run_due(on=MONDAY):
        assert isinstance(run.error, NotFound)
        assert run.faults == ()


def test_a_segment_without_criteria_goes_on_with_its_lines(crm: seg.Workspace) -> None:
    segment = crm.new_segment(
        "By hand", interaction_template_code="TALK", repeat="1W", next_run=MONDAY
    ).add_contact("A")
    (run,) = crm.segments.run_due(on=MONDAY)
    assert (run.entered, run.left) == ((), ())
    assert list(crm.segment(run.next_segment_no).contact_nos) == ["A"]
    assert logged_in(crm) == [(segment.no, ["A"])]


def test_a_copy_is_in_no_chain_and_not_due(crm: seg.Workspace) -> None:
    weekly(crm)
    crm.segments.run_due(on=MONDAY)
    (header,) = crm.segments
    copied = crm.segment(header.no).copy().header
    assert (copied.repeat, copied.next_run, copied.chain_no) == ("1W", None, "")
    with pytest.raises(Refused, match="it is set where a segment that repeats goes on"):
        crm.segment(header.no).change_header(chain_no="X")


def test_today_is_the_day_unless_another_is_given(crm: seg.Workspace) -> None:
    weekly(crm)
    (run,) = evolved(crm, today=day(3)).segments.run_due()
    assert run.next_run == day(9)
    for wrong in ("2026-11-02", dt.datetime(2026, 11, 2, tzinfo=dt.UTC)):
        with pytest.raises(InvalidValue, match=r"on: .* is no date"):
            crm.segments.run_due(on=wrong)  # type: ignore[arg-type]


def test_who_is_always_in_the_way_is_told_after_some_tries(crm: seg.Workspace) -> None:
    segment = weekly(crm)
    tries = []

    def in_the_way(event: object) -> None:
        tries.append(event)
        raise Conflict("segment", "somebody else changed it")

    (run,) = evolved(crm, on_event=in_the_way).segments.run_due(on=MONDAY)
    assert isinstance(run.error, Conflict)
    assert len(tries) == 3
    assert segment.header.next_run == MONDAY
