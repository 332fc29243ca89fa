"""The chain of entries: made, verified, written, read; every misfit is found and named."""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from itertools import chain

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import segmentation as seg
from segmentation.campaigns import CampaignEntry, HeldBackContact
from segmentation.consents import ConsentAct
from segmentation.contacts import AddressState, CorrespondenceType
from segmentation.errors import InvalidValue, JournalBroken
from segmentation.interactions import DeliveryStatus, Evaluation, Interaction
from segmentation.journal import (
    AddressMarked,
    ApprovalSet,
    AttemptNoted,
    Canceled,
    Commented,
    ConsentRecorded,
    ContactMarked,
    ContactMerged,
    ContactRenumbered,
    Deleted,
    DeliveryRecorded,
    Dropped,
    Entry,
    EntryKind,
    EntryType,
    Evaluated,
    Happening,
    Head,
    OpportunityLinked,
    PersonErased,
    PlanApproved,
    Ranges,
    Revised,
    Stamp,
    TextsErased,
    Uncanceled,
    fold,
    from_line,
    happening_of,
    head_of,
    make_entries,
    numbers_in,
    to_line,
    to_ranges,
    verify,
)
from segmentation.operations.journal import verify_export
from segmentation.segments import LoggedSegment
from support.checker import check
from support.desk import make_desk, segment_of
from support.fair import NOW, STAMP, TODAY

EMPTY = Head()
HAPPENINGS: list[Happening] = [
    LoggedSegment(entry_no=1, segment_no="SM1", description="Fair", reason="{}", meaning=1),
    CampaignEntry(entry_no=2, campaign_no="FAIR", date=TODAY, logged_segment_entry_no=1),
    Interaction(
        entry_no=3,
        contact_no="ANNA",
        description="Ærlig “talk”\n",
        extra=(("mood", "fine"),),
        time_of_interaction=dt.time(9, 31),
    ),
    Interaction(entry_no=4, contact_no="BO", postponed=True),
    Revised(Interaction(entry_no=4, contact_no="BO", subject="Later")),
    Evaluated(interaction_no=3, evaluation=Evaluation.NEGATIVE),
    Commented(interaction_no=3, date=TODAY, text="Hm"),
    AttemptNoted(interaction_no=3, failed=True),
    OpportunityLinked(interaction_no=3, opportunity_no="OP1"),
    DeliveryRecorded(
        interaction_no=3, status=DeliveryStatus.ERROR, attempts=2, reason="mailbox full"
    ),
    Canceled(what=EntryType.LOGGED_SEGMENT, number=1, interactions=((3, 4),)),
    Uncanceled(what=EntryType.LOGGED_SEGMENT, number=1, interactions=((3, 4),)),
    Deleted(what=EntryType.INTERACTION, number=3, emptied=((3, 3), (7, 7)), attachments=("ab",)),
    PersonErased(contact_no="BO", emptied=((4, 5),), rows=(("contact", 1),)),
    Dropped(interaction_no=4),
    AddressMarked(state=AddressState.BOUNCED, address="a@example.com", reason="550 5.1.1"),
    ContactMarked(contact_no="BO", mark="exclude_from_segment", value=True, reason="by phone"),
    ConsentRecorded(
        contact_no="BO",
        purpose_code="NEWS",
        channel=CorrespondenceType.EMAIL,
        act=ConsentAct.GIVEN,
        date=dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC),
        text="Hm, yes",
    ),
    HeldBackContact(entry_no=19, contact_no="ANNA", segment_no="SM1", arm="control", date=TODAY),
    PlanApproved(segment_no="SM0001", plan_hash="ab" * 32, planned_by="ANNA"),
    ApprovalSet(template_code="OF", before=0, after=100),
    ContactRenumbered(old_no="BO", new_no="BOB"),
    ContactMerged(kept_no="ANNA", gone_no="BOB", kept_company_no="SHOP"),
    TextsErased(before=TODAY, emptied=((1, 2),), attachments=("ab",)),
]


def entries_of(
    happenings: Sequence[Happening], after: Head = EMPTY, stamp: Stamp = STAMP
) -> list[Entry]:
    return list(chain.from_iterable(make_entries(happenings, after=after, stamp=stamp)))


@pytest.fixture
def entries() -> list[Entry]:
    return entries_of(HAPPENINGS)


def test_every_kind_of_happening_is_read_as_it_was_written(entries: list[Entry]) -> None:
    assert list(map(happening_of, entries)) == HAPPENINGS
    assert {entry.kind for entry in entries} == set(EntryKind)


def test_what_is_personal_is_not_among_the_facts(entries: list[Entry]) -> None:
    facts = "".join(entry.facts for entry in entries)
    assert not any(word in facts for word in ("Ærlig", "fine", "Later", "Hm", "mailbox"))


def test_what_was_erased_reads_as_blank(entries: list[Entry]) -> None:
    emptied = attrs.evolve(entries[2], personal=None)
    assert emptied.erased
    assert happening_of(emptied) == Interaction(
        entry_no=3, contact_no="ANNA", time_of_interaction=dt.time(9, 31)
    )


def test_numbers_follow_the_head() -> None:
    first = entries_of(HAPPENINGS[:3])
    more = entries_of(HAPPENINGS[3:], after=head_of(first[-1]))
    assert verify([*first, *more]).number == len(HAPPENINGS)
    assert verify(more, after=head_of(first[-1])) == verify([*first, *more])


def test_the_checker_of_twenty_lines_agrees(entries: list[Entry]) -> None:
    assert check(map(to_line, entries)) == attrs.astuple(verify(entries))


def test_an_export_is_read_as_it_was_written(entries: list[Entry]) -> None:
    lines = [to_line(entry) for entry in entries]
    assert [from_line(line, number) for number, line in enumerate(lines, start=1)] == entries
    assert not any("\n" in line for line in lines)


Change = Callable[[list[str]], list[str]]


def edited(place: int, **fields: object) -> Change:
    def change(lines: list[str]) -> list[str]:
        data = json.loads(lines[place - 1]) | fields
        return [*lines[: place - 1], json.dumps(data), *lines[place:]]

    return change


@pytest.mark.parametrize(
    ("change", "number", "reason"),
    [
        (edited(3, user="EVIL"), 3, "content was changed"),
        (edited(3, kind="attempt_noted"), 3, "content was changed"),
        (edited(3, facts="{}"), 3, "content was changed"),
        (edited(3, facts="\ud800"), 3, "content was changed"),
        (edited(3, at="2026-11-22T09:30:00.000001+00:00"), 3, "content was changed"),
        (edited(3, personal="{}"), 3, "personal content was changed"),
        (edited(3, personal="\ud800"), 3, "content was changed"),
        (edited(3, personal_sha256="0" * 64, personal=None), 3, "content was changed"),
        (edited(3, sha256="0" * 64), 3, "content was changed"),
        (edited(3, previous="0" * 64), 3, "hash of the entry before"),
        (edited(3, number=4), 3, "is missing; entry 4 follows"),
        (lambda lines: [*lines[:2], *lines[3:]], 3, "is missing; entry 4 follows"),
        (lambda lines: [*lines[:3], *lines[2:]], 4, "entry 3 stands in its place"),
        (lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]], 3, "entry 4 follows"),
        (lambda lines: lines[1:], 1, "is missing; entry 2 follows"),
        (edited(3, format=2), 3, "of format 2; this version knows 1"),
        (edited(3, format=None), 3, "of format None"),
        (edited(3, kind="miracle"), 3, "is not an entry of a journal .*'miracle' is none of"),
        (edited(3, number="3"), 3, "the field number holds no value of its type"),
        (edited(3, personal=7), 3, "the field personal holds no value of its type"),
        (edited(3, at="yesterday"), 3, "its time is none in UTC"),
        (edited(3, at="2026-11-22T09:30:00"), 3, "its time is none in UTC"),
        (edited(3, at="2026-11-22 09:30:00.000000+00:00"), 3, "its time is none in UTC"),
        (edited(3, extra=1), 3, "are missing, or too many: extra"),
        (edited(3, at="0001-01-01T00:00:00.000000+23:00"), 3, "its time is none in UTC"),
        (edited(3, at="9999-12-31T23:59:59.999999-10:00"), 3, "its time is none in UTC"),
        (lambda lines: [*lines[:2], "{}", *lines[3:]], 3, "too many: at, facts, format, kind"),
        (lambda lines: [*lines[:2], "[]", *lines[3:]], 3, "it is no object"),
        (
            lambda lines: [*lines[:2], lines[2][:40], *lines[3:]],
            3,
            "no JSON from line 1, column",
        ),
        (lambda lines: [*lines[:2], "[" * 100_000, *lines[3:]], 3, "it is nested too deep"),
    ],
)
def test_a_misfit_is_found_and_named(
    entries: list[Entry], change: Change, number: int, reason: str
) -> None:
    lines = change([to_line(entry) for entry in entries])
    with pytest.raises(JournalBroken, match=reason) as error:
        verify_export(lines)
    assert error.value.number == number


@given(data=st.data())
def test_any_byte_that_changes_is_noticed(data: st.DataObject) -> None:
    lines = [to_line(entry) for entry in entries_of(HAPPENINGS)]
    number = data.draw(st.integers(0, len(lines) - 1))
    place = data.draw(st.integers(0, len(lines[number]) - 1))
    letter = data.draw(st.characters(codec="utf-8"))
    changed = lines[number][:place] + letter + lines[number][place + 1 :]
    try:
        same = json.loads(changed) == json.loads(lines[number])
    except ValueError:
        same = False
    if not same:
        with pytest.raises(JournalBroken):
            verify_export([*lines[:number], changed, *lines[number + 1 :]])


def test_a_kept_head_shows_what_was_cut_off_or_written_anew(entries: list[Entry]) -> None:
    lines = [to_line(entry) for entry in entries]
    kept = head_of(entries[-1])
    assert verify_export(lines, kept=kept) == kept
    assert verify_export(["", *lines], kept=head_of(entries[4])) == kept
    with pytest.raises(JournalBroken, match=f"a head kept elsewhere is {kept.number}") as error:
        verify_export(lines[:-2], kept=kept)
    assert error.value.number == kept.number - 1
    anew = entries_of(HAPPENINGS, stamp=attrs.evolve(STAMP, user="EVIL"))
    with pytest.raises(JournalBroken, match="another hash than the head kept") as error:
        verify_export(map(to_line, anew), kept=kept)
    assert error.value.number == kept.number


def test_a_journal_is_verified_from_a_checkpoint_on(crm: seg.Workspace) -> None:
    crm.interactions.create("ANNA", interaction_template_code="TALK")
    checkpoint = crm.journal.head
    crm.interactions.create("BO", interaction_template_code="TALK")
    assert crm.journal.verify(after=checkpoint) == crm.journal.verify(after=Head())
    assert crm.journal.verify(after=crm.journal.head, kept=crm.journal.head) == crm.journal.head
    with pytest.raises(JournalBroken, match="is missing"):
        crm.journal.verify(after=Head(9, "0" * 64))
    with pytest.raises(JournalBroken, match="another hash"):
        crm.journal.verify(after=Head(1, "0" * 64))


def test_a_stamp_has_a_zone_a_plain_user_and_enough_chance() -> None:
    secret = bytes(16)
    with pytest.raises(InvalidValue, match="no time zone"):
        Stamp(at=NOW.replace(tzinfo=None), random_bytes=secret)
    with pytest.raises(InvalidValue, match="control characters"):
        Stamp(at=NOW, user="A\nB", random_bytes=secret)
    with pytest.raises(InvalidValue, match="less than 16 bytes"):
        Stamp(at=NOW, random_bytes=bytes(15))
    assert "random_bytes" not in repr(Stamp(at=NOW, random_bytes=secret))


def test_times_are_those_of_utc(entries: list[Entry]) -> None:
    zone = dt.timezone(dt.timedelta(hours=1))
    local = attrs.evolve(STAMP, at=NOW.astimezone(zone))
    assert entries_of(HAPPENINGS, stamp=local) == entries


def test_text_that_is_none_is_refused() -> None:
    bad = Interaction(contact_no="ANNA", description="\ud800")
    with pytest.raises(InvalidValue, match="UTF-8"):
        entries_of([bad])
    long = Interaction(contact_no="ANNA", description="a" * 50 + "\ud800" + "b" * 50)
    with pytest.raises(InvalidValue) as error:
        entries_of([long])
    assert error.value.value == "a" * 20 + "\ud800" + "b" * 20


def test_content_that_is_not_of_its_kind_is_named(entries: list[Entry]) -> None:
    for entry in entries:
        for facts in ("nothing", '{"color":"red"}', "[]", "5", "null", "[" * 100_000):
            with pytest.raises(JournalBroken, match="cannot be read") as error:
                happening_of(attrs.evolve(entry, facts=facts))
            assert error.value.number == entry.number
        for personal in ("nothing", '{"color":"red"}', "[]", "5", "null", "[" * 100_000):
            with pytest.raises(JournalBroken, match="cannot be read") as error:
                happening_of(attrs.evolve(entry, personal=personal))
            assert error.value.number == entry.number


@pytest.mark.parametrize("ranges", [((1, 10**15),), ((-(10**15), 1),), ((1, 10**15), (1, 1))])
def test_an_erasure_that_speaks_of_what_is_not_there_is_named(ranges: Ranges) -> None:
    erased = PersonErased(contact_no="BO", emptied=ranges)
    with pytest.raises(JournalBroken, match=r"entries -?\d+ to \d+, which are not there") as error:
        fold(entries_of([Interaction(contact_no="BO"), erased]))
    assert error.value.number == 2


def test_a_release_of_an_address_that_is_not_marked_changes_nothing() -> None:
    released = AddressMarked(state=AddressState.BLANK, address="bo@example.com", reason="asked")
    state = fold(entries_of([released]))
    assert (state.number, dict(state.counts)) == (1, {})


@given(st.sets(st.integers(1, 300)))
def test_ranges_hold_exactly_their_numbers(numbers: set[int]) -> None:
    assert list(numbers_in(to_ranges(numbers))) == sorted(numbers)


def test_two_journals_of_the_same_work_have_the_same_hashes() -> None:
    heads = []
    for _ in range(2):
        crm = make_desk()
        segment_of(crm, "ANNA", "BO").log()
        heads.append(crm.journal.head)
    assert heads[0] == heads[1]
