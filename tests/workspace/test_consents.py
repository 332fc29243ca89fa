"""Consent by purpose and channel: recorded, asked of any moment, taken in, merged, deleted."""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve

import segmentation as seg
from segmentation.code_tables import MailingGroup, Purpose, SalespersonPurchaser
from segmentation.consents import Consent, ConsentMailingGroup
from segmentation.contacts import Contact, ContactMailingGroup, ContactMark, ContactType
from segmentation.errors import NotFound, Refused, Rejected
from segmentation.journal import ContactMarked, EntryKind, happening_of
from segmentation.operations.data import Imported
from segmentation.operations.journal import record
from segmentation.operations.permission import Permission
from segmentation.templates import InteractionTemplate
from support.fair import evolved
from support.stores import STORES, workspaces

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
NEWS: dict[str, Any] = {"purpose_code": "NEWS", "channel": "email"}
OFFERS: dict[str, Any] = {"purpose_code": "OFFERS", "channel": "email"}
EVERYBODY = "ABCDE"


class Clock:
    """A clock that is put."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now


def filled(crm: seg.Workspace, clock: Clock, zone: dt.tzinfo = dt.UTC) -> seg.Workspace:
    """The world of the scenarios: purposes, templates, persons without marks."""
    crm.store.records.put(
        [
            Purpose(code="NEWS"),
            Purpose(code="OFFERS", needs_consent=False),
            InteractionTemplate(code="NL", purpose_code="NEWS"),
            MailingGroup(code="NEWS"),
            *(
                Contact(
                    no=no, type=ContactType.PERSON, name=f"Person {no}", e_mail=f"{no}@x.example"
                )
                for no in EVERYBODY
            ),
        ]
    )
    return evolved(crm, clock=clock, today=None, zone=zone)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=STORES)
def crm(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[seg.Workspace]:
    for opened in workspaces(request, tmp_path):
        yield filled(opened, clock)


Told: TypeAlias = tuple[bool, list[str], tuple[int, ...]]


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def told(permission: Permission) -> Told:
    return bool(permission), [each.reason for each in permission.reasons], permission.entry_nos


def may(crm: seg.Workspace, no: str, at: str = "", **about: str) -> Told:
    when = moment(at) if at else None
    asked: Any = {**NEWS, **about}
    return told(crm.consents.may(no, at=when, **asked))


# -- asked ------------------------------------------------------------------------------------


def test_without_an_entry_a_purpose_says_what_holds_tru_01(crm: seg.Workspace) -> None:
    """TRU-01."""
    for channel in ("email", "hard_copy"):
        assert may(crm, "A", channel=channel) == (False, ["not_given"], ())
        assert may(crm, "A", purpose_code="OFFERS", channel=channel) == (
            True,
            ["no_objection"],
            (),
        )
    assert str(crm.consents.may("A", **NEWS)) == "no: no consent"
    assert crm.journal.head.number == 0


def acts_of_tru_02(crm: seg.Workspace) -> None:
    crm.consents.give("A", date=moment("2026-03-01T10:00"), text="t1", source="form", **NEWS)
    crm.consents.withdraw("A", date=moment("2026-04-01T10:00"), source="link", **NEWS)
    crm.consents.give("A", date=moment("2026-05-01T10:00"), text="t3", source="phone", **NEWS)


MOMENTS: dict[str, Told] = {
    "2026-03-01T09:59:59.999999": (False, ["not_given"], ()),
    "2026-03-01T10:00": (True, ["given"], (1,)),
    "2026-04-01T09:59:59.999999": (True, ["given"], (1,)),
    "2026-04-01T10:00": (False, ["withdrawn"], (2,)),
    "2026-04-30T23:59": (False, ["withdrawn"], (2,)),
    "2026-05-01T10:00": (True, ["given"], (3,)),
}


def test_the_latest_act_counts_at_each_moment_tru_02(crm: seg.Workspace) -> None:
    """TRU-02."""
    acts_of_tru_02(crm)
    assert {at: may(crm, "A", at) for at in MOMENTS} == MOMENTS
    assert len(crm.consents) == 3
    assert [act.text for act in crm.consents.of("A")] == ["t1", "", "t3"]
    assert [act.entry_no for act in crm.consents.where(act="withdrawn")] == [2]
    assert {entry.kind for entry in crm.journal} == {EntryKind.CONSENT_RECORDED}


def test_an_end_is_its_whole_day_in_the_zone_tru_03(clock: Clock) -> None:
    """TRU-03."""
    clock.now = moment("2028-03-02T00:00")
    crm = filled(seg.Workspace.open(user="ANNA"), clock, zone=ZoneInfo("Europe/Copenhagen"))
    for about in (NEWS, OFFERS):
        given: dict[str, Any] = {
            "date": dt.date(2028, 2, 1),
            "until": dt.date(2028, 2, 29),
            **about,
        }
        crm.consents.give("A", **given)
    assert may(crm, "A", "2028-01-31T22:59:59") == (False, ["not_given"], ())
    assert may(crm, "A", "2028-01-31T23:00") == (True, ["given"], (1,))
    assert may(crm, "A", "2028-02-29T22:59:59") == (True, ["given"], (1,))
    assert may(crm, "A", "2028-02-29T23:00:00") == (False, ["ran_out"], (1,))
    assert "2028-02-29" in str(crm.consents.may("A", **NEWS))
    assert may(crm, "A", "2028-02-29T22:59:59", **OFFERS) == (True, ["given"], (2,))
    assert may(crm, "A", "2028-02-29T23:00:00", **OFFERS) == (True, ["no_objection"], ())


def test_at_one_moment_the_higher_entry_is_the_later_tru_04(
    crm: seg.Workspace, tmp_path: Path
) -> None:
    """TRU-04."""
    crm.consents.give("A", **NEWS)
    crm.consents.withdraw("A", **NEWS)
    crm.consents.give("A", **NEWS)
    assert may(crm, "A") == (True, ["given"], (3,))
    for no, order in {"B": ("given", "withdrawn"), "C": ("withdrawn", "given")}.items():
        rows = [{"contact_no": no, "act": act, "date": "2026-05-01", **NEWS} for act in order]
        take_in(crm, tmp_path, rows)
        assert may(crm, no)[:2] == (False, ["withdrawn"])


def test_what_was_known_when_is_asked_of_an_entry_tru_05(
    crm: seg.Workspace, tmp_path: Path
) -> None:
    """TRU-05."""
    crm.consents.give("A", date=dt.date(2026, 1, 5), **NEWS)
    crm.store.records.put(
        [
            SalespersonPurchaser(code="JO"),
            InteractionTemplate(code="TALK", correspondence_type_default=""),
        ]
    )
    sent = crm.interactions.create(
        "A",
        description="Mail",
        date=dt.date(2026, 11, 10),
        interaction_template_code="TALK",
        salesperson_code="JO",
    )
    row = {"contact_no": "A", "act": "withdrawn", "date": "2026-11-01T00:00:00Z", **NEWS}
    take_in(crm, tmp_path, [row])
    last = crm.journal.head.number
    asked: dict[str, Any] = {"at": moment("2026-11-10T00:00"), **NEWS}
    found = crm.consents.may("A", **asked)
    assert told(found) == (False, ["withdrawn"], (last,))
    (reason,) = found.reasons
    assert (reason.date, reason.recorded_at) == (moment("2026-11-01T00:00"), NOW)
    assert told(crm.consents.may("A", entry_no=last - 1, **asked)) == (True, ["given"], (1,))
    assert crm.interactions[sent.entry_no] == sent
    with pytest.raises(NotFound):
        crm.consents.may("A", entry_no=last + 1, **NEWS)


# -- taken in ---------------------------------------------------------------------------------


def take_in(
    crm: seg.Workspace, folder: Path, rows: Sequence[dict[str, str]], **options: object
) -> Imported:
    path = folder / "consent.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    given: Any = options
    return crm.import_data(path, **given)


def test_an_older_consent_lifts_no_withdrawal_tru_06(crm: seg.Workspace, tmp_path: Path) -> None:
    """TRU-06."""
    crm.consents.withdraw("A", date=dt.date(2026, 5, 1), **NEWS)
    row = {"contact_no": "A", "act": "given", "date": "2024-05-02", "source": "fair", **NEWS}
    result = take_in(crm, tmp_path, [row])
    assert may(crm, "A") == (False, ["withdrawn"], (1,))
    assert may(crm, "A", "2024-06-01T00:00") == (True, ["given"], (2,))
    (held,) = result.held_consents
    assert (held.contact_no, held.purpose_code, held.channel) == ("A", "NEWS", "email")
    assert (held.withdrawn, held.given) == (moment("2026-05-01"), moment("2024-05-02"))
    assert result.counts == (("consent", 1),)


def test_a_consent_of_the_very_moment_lifts_a_withdrawal_only_when_asked(
    crm: seg.Workspace, tmp_path: Path
) -> None:
    crm.consents.withdraw("A", date=dt.date(2026, 5, 1), **NEWS)
    row = {"contact_no": "A", "act": "given", "date": "2026-05-01", **NEWS}
    assert len(take_in(crm, tmp_path, [row]).held_consents) == 1
    assert may(crm, "A") == (False, ["withdrawn"], (1,))
    take_in(crm, tmp_path, [row], lift_exclusions=True)
    assert may(crm, "A") == (True, ["given"], (2,))
    later = {**row, "date": "2026-05-02"}
    assert take_in(crm, tmp_path, [later]).held_consents == ()
    crm.consents.withdraw("A", date=dt.date(2026, 6, 1), **NEWS)
    assert take_in(crm, tmp_path, [{**row, "date": "2026-06-02"}]).held_consents == ()
    assert may(crm, "A") == (True, ["given"], (5,))


RIGHT = {"contact_no": "A", "act": "given", "date": "2026-05-01", **NEWS}
WRONG = [
    RIGHT,
    {key: value for key, value in RIGHT.items() if key != "date"},
    {**RIGHT, "purpose_code": "NEWSS"},
    {**RIGHT, "date": "2026-11-23"},
    {**RIGHT, "until": "2026-04-30"},
]


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_all_faults_of_a_file_are_told_at_once_tru_07(
    crm: seg.Workspace, tmp_path: Path, kind: str
) -> None:
    """TRU-07."""
    path = tmp_path / f"consent.{kind}"
    names = [*RIGHT, "until"]
    lines = [",".join(names), *(",".join(row.get(name, "") for name in names) for row in WRONG)]
    text = json.dumps(WRONG) if kind == "json" else "\n".join(lines)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Rejected) as rejected:
        crm.import_data(path)
    found = [(fault.place, fault.field) for fault in rejected.value.faults]
    first = 2 if kind == "json" else 3
    fields = ("date", "purpose_code", "date", "until")
    assert found == [
        (f"consent.{kind} row {number}", field) for number, field in enumerate(fields, first)
    ]
    said = str(rejected.value)
    assert all(word in said for word in ("NEWSS", "'NEWS'", "2026-11-23", "2026-04-30"))
    assert len(crm.consents) == len(crm.journal) == 0


def test_what_a_file_names_must_be_there(crm: seg.Workspace, tmp_path: Path) -> None:
    rows = [
        {**RIGHT, "contact_no": "NOBODY"},
        {**RIGHT, "channel": ""},
        {**RIGHT, "act": "withdrawn", "until": "2027-01-01"},
    ]
    with pytest.raises(Rejected) as rejected:
        take_in(crm, tmp_path, rows)
    fields = [fault.field for fault in rejected.value.faults]
    assert fields == ["contact_no", "channel", "until"]


def test_what_is_exported_is_taken_in_once_tru_08(crm: seg.Workspace, tmp_path: Path) -> None:
    """TRU-08."""
    acts_of_tru_02(crm)
    for kind in ("json", "csv"):
        folder = tmp_path / kind
        crm.export_data(folder, tables=["consent"], format=kind)
        other = filled(seg.Workspace.open(user="BEN"), Clock())
        for _ in range(2):
            other.import_data(folder)
        assert {at: may(other, "A", at) for at in MOMENTS} == MOMENTS
        kept = [(act.text, act.source) for act in other.consents]
        assert kept == [("t1", "form"), ("", "link"), ("t3", "phone")]
        assert len(other.journal) == 3
        assert other.journal.audit() == []


def test_records_made_in_python_are_taken_in_with_what_they_name(crm: seg.Workspace) -> None:
    act = Consent(contact_no="NEW", purpose_code="OTHER", channel="email", date=NOW)
    with pytest.raises(Rejected, match="OTHER"):
        crm.add(act)
    taken = crm.add(Contact(no="NEW"), Purpose(code="OTHER"), act)
    assert (taken.new, taken.rows) == (3, 3)
    assert may(crm, "NEW", purpose_code="OTHER") == (True, ["given"], (1,))


def test_a_file_takes_no_act_away(crm: seg.Workspace, tmp_path: Path) -> None:
    acts_of_tru_02(crm)
    result = take_in(crm, tmp_path, [RIGHT], mode="mirror")
    assert (result.gone, len(crm.consents)) == ((), 4)
    path = tmp_path / "consent.csv"
    path.write_text("entry_no\n1\n", encoding="utf-8")
    (kept,) = crm.import_data(path, mode="delete").kept
    assert (kept.table, kept.key, len(crm.consents)) == ("consent", "1", 4)


# -- merging ----------------------------------------------------------------------------------


def test_merging_passes_withdrawals_and_no_consents_tru_09(
    crm: seg.Workspace,
) -> None:
    """TRU-09."""
    crm.consents.give("A", date=dt.date(2026, 5, 1), **NEWS)
    crm.consents.withdraw("B", date=dt.date(2025, 1, 1), **NEWS)
    crm.consents.give("D", date=dt.date(2026, 5, 1), **NEWS)
    crm.contacts.merge(kept_no="A", gone_no="B")
    crm.contacts.merge(kept_no="C", gone_no="D")
    found = crm.consents.may("A", **NEWS)
    assert told(found) == (False, ["withdrawn"], (4,))
    assert (found.reasons[0].gone_no, found.reasons[0].gone_entry_no) == ("B", 2)
    assert "contact B, entry 2; entry 4 of" in found.reasons[0].message
    assert str(found) == f"no: {found.reasons[0]}"
    assert "withdrawn" in found._repr_html_()
    assert may(crm, "C") == (False, ["not_given"], ())
    assert [act.entry_no for act in crm.consents.of("D")] == [3]
    before = "2026-11-22T11:59"
    assert may(crm, "A", before) == (True, ["given"], (1,))
    assert may(crm, "B", before) == (False, ["withdrawn"], (2,))
    assert may(crm, "C", before) == (False, ["not_given"], ())
    assert may(crm, "D", before) == (True, ["given"], (3,))
    with pytest.raises(Rejected):
        crm.consents.may("D", **NEWS)
    with pytest.raises(NotFound):
        crm.consents.of("NOBODY")


def test_merging_takes_no_membership_over_that_stands_for_consent(crm: seg.Workspace) -> None:
    """TRU-09, with a mailing group."""
    crm.store.records.put([MailingGroup(code="FANS"), STANDS])
    rows = [ContactMailingGroup(contact_no="B", mailing_group_code=each) for each in GROUPS]
    crm.contacts.add_rows(*rows)
    crm.contacts.merge(kept_no="A", gone_no="B")
    found = crm.store.records.all(ContactMailingGroup, contact_no="A")
    assert [row.mailing_group_code for row in found] == ["FANS"]
    assert may(crm, "A") == (False, ["not_given"], ())


STANDS = ConsentMailingGroup(mailing_group_code="NEWS", purpose_code="NEWS", channel="email")
GROUPS = ("FANS", "NEWS")


# -- marks ------------------------------------------------------------------------------------


def test_marks_count_and_all_reasons_are_told_tru_10(crm: seg.Workspace) -> None:
    """TRU-10."""
    for no in "ABCD":
        crm.consents.give(no, **NEWS)
    crm.contacts.change("A", privacy_blocked=True)
    crm.contacts.change("B", minor=True)
    crm.contacts.change("C", minor=True, parental_consent_received=True)
    crm.contacts.exclude("D", "by phone")
    crm.consents.withdraw("E", **NEWS)
    crm.contacts.change("E", privacy_blocked=True)
    crm.contacts.exclude("E", "by phone")
    assert {no: may(crm, no)[:2] for no in EVERYBODY} == {
        "A": (False, ["blocked"]),
        "B": (False, ["parental_consent_missing"]),
        "C": (True, ["given"]),
        "D": (False, ["excluded"]),
        "E": (False, ["blocked", "excluded", "withdrawn"]),
    }
    assert len(crm.consents.may("E", **NEWS).entry_nos) == 3


def test_marks_that_came_in_with_a_file_have_no_entry(crm: seg.Workspace) -> None:
    crm.add(Contact(no="X", exclude_from_segment=True))
    assert may(crm, "X", **OFFERS) == (False, ["excluded"], ())


def test_a_mark_that_changed_without_an_entry_is_as_it_is(clock: Clock) -> None:
    crm = filled(seg.Workspace.open(user="ANNA"), clock)
    crm.contacts.exclude("A", "by phone")
    crm.contacts.admit("A", "asked back")
    assert may(crm, "A", **OFFERS)[0]
    crm.store.records.put([evolve(crm.contacts["A"], exclude_from_segment=True)])
    assert may(crm, "A", **OFFERS) == (False, ["excluded"], ())


def test_an_address_that_no_mail_goes_to_is_a_reason(crm: seg.Workspace) -> None:
    crm.addresses.mark("a@x.example", "complained")
    assert may(crm, "A", **OFFERS) == (False, ["complained"], (1,))
    assert may(crm, "A", "2026-11-22T11:59", **OFFERS) == (True, ["no_objection"], ())
    assert may(crm, "A", purpose_code="OFFERS", channel="hard_copy")[0]


def test_a_changed_mark_is_an_entry_tru_11(crm: seg.Workspace, clock: Clock) -> None:
    """TRU-11."""
    crm.contacts.exclude("A", "by phone")
    clock.now += dt.timedelta(hours=1)
    evolved(crm, user="BEN").contacts.admit("A", "asked back")
    clock.now += dt.timedelta(hours=1)
    crm.contacts.change("A", privacy_blocked=True)
    entries = list(crm.journal)
    decided = [each for each in map(happening_of, entries) if isinstance(each, ContactMarked)]
    assert [(e.user, e.at.hour) for e in entries] == [("ANNA", 12), ("BEN", 13), ("ANNA", 14)]
    assert [(d.contact_no, d.mark, d.before, d.value, d.reason) for d in decided] == [
        ("A", "exclude_from_segment", False, True, "by phone"),
        ("A", "exclude_from_segment", True, False, "asked back"),
        ("A", "privacy_blocked", False, True, ""),
    ]
    key = ("A", "exclude_from_segment", "")
    for number, excluded in {1: True, 2: False}.items():
        mark = crm.journal.as_of(entry_no=number).find(ContactMark, *key)
        assert mark is not None
        assert mark.value is excluded
    assert may(crm, "A", "2026-11-22T11:59", **OFFERS)[0]
    assert may(crm, "A", "2026-11-22T12:30", **OFFERS) == (False, ["excluded"], (1,))
    assert told(crm.consents.may("A", entry_no=1, **OFFERS)) == (False, ["excluded"], (1,))
    assert told(crm.consents.may("A", entry_no=2, **OFFERS)) == (True, ["no_objection"], ())
    assert may(crm, "A", **OFFERS) == (False, ["blocked"], (3,))
    with pytest.raises(Refused, match=r"exclude.*admit"):
        crm.contacts.change("A", exclude_from_segment=True)
    crm.contacts.change("A", city="Bern")
    assert len(crm.journal) == 3


def test_an_entry_that_did_not_record_the_value_before_changed_it(crm: seg.Workspace) -> None:
    crm.contacts.exclude("A", "by phone")
    (entry,) = crm.journal
    decided = ContactMarked(contact_no="B", mark="exclude_from_segment", value=True)
    record(crm.store, [decided], crm.context.stamp)
    crm.store.records.put([evolve(crm.contacts["B"], exclude_from_segment=True)])
    assert may(crm, "B", "2026-11-22T11:00", **OFFERS) == (True, ["no_objection"], ())
    assert may(crm, "B", **OFFERS) == (False, ["excluded"], (2,))
    assert entry.number == 1


# -- mailing groups ---------------------------------------------------------------------------


def test_a_mailing_group_stands_for_consent_until_it_is_left_tru_16(
    crm: seg.Workspace, clock: Clock, tmp_path: Path
) -> None:
    """TRU-16."""
    crm.store.records.put([STANDS])
    rows = [ContactMailingGroup(contact_no=no, mailing_group_code="NEWS") for no in "AC"]
    crm.contacts.add_rows(*rows)
    crm.consents.withdraw("C", **NEWS)
    found = crm.consents.may("A", **NEWS)
    assert told(found) == (True, ["in_mailing_group"], ())
    assert (found.reasons[0].mailing_group_code, "NEWS" in str(found)) == ("NEWS", True)
    assert may(crm, "B") == (False, ["not_given"], ())
    assert may(crm, "C") == (False, ["withdrawn"], (1,))
    assert may(crm, "A", channel="hard_copy") == (False, ["not_given"], ())
    clock.now += dt.timedelta(hours=1)
    crm.contacts.remove_rows(rows[0])
    assert may(crm, "A") == (False, ["withdrawn"], (2,))
    assert may(crm, "A", "2026-11-22T12:59:59") == (True, ["in_mailing_group"], ())
    path = tmp_path / "contact_mailing_group.json"
    path.write_text(json.dumps([{"contact_no": no, "mailing_group_code": "NEWS"} for no in "AC"]))
    assert len(crm.import_data(path).held) == 1
    assert [may(crm, no)[0] for no in "AC"] == [False, False]
    clock.now += dt.timedelta(hours=1)
    crm.import_data(path, lift_exclusions=True)
    assert may(crm, "A") == (True, ["given"], (3,))
    assert may(crm, "C") == (False, ["withdrawn"], (1,))
    assert crm.store.records.find(ContactMailingGroup, "A", "NEWS") is not None


# -- faults -----------------------------------------------------------------------------------


def test_all_that_is_wrong_with_a_question_is_told_tru_17(crm: seg.Workspace) -> None:
    """TRU-17."""
    crm.contacts.add(Contact(no="X8"))
    with pytest.raises(Rejected) as rejected:
        crm.consents.may("X9", purpose_code="NEWSS", channel="pigeon", at=dt.datetime(2026, 1, 1))  # noqa: DTZ001 - that is the fault
    fields = [fault.field for fault in rejected.value.faults]
    assert fields == ["contact_no", "purpose_code", "channel", "at"]
    said = str(rejected.value)
    assert all(word in said for word in ("'X8'", "'NEWS'", "hard_copy, email", "no time zone"))
    acts_of_tru_02(crm)
    with pytest.raises(Refused, match=r"1 \(A\), 2 \(A\), 3 \(A\).*of NL"):
        crm.tables["purpose"].delete("NEWS")
    with pytest.raises(Refused, match="needed"):
        crm.tables.rename("purpose", old_key="NEWS", new_key="LETTERS")
    assert crm.tables.rename("purpose", old_key="OFFERS", new_key="DEALS").code == "DEALS"  # type: ignore[attr-defined]


def test_an_act_that_is_wrong_is_not_recorded(crm: seg.Workspace) -> None:
    tomorrow = dt.date(2026, 11, 23)
    with pytest.raises(Rejected) as rejected:
        crm.consents.give("Z", purpose_code="", channel="", date=tomorrow, until=NOW.date())
    fields = [fault.field for fault in rejected.value.faults]
    assert fields == ["contact_no", "purpose_code", "channel", "date", "until"]
    with pytest.raises(Rejected, match="no time zone"):
        crm.consents.withdraw("A", date=dt.datetime(2026, 1, 1), **NEWS)  # noqa: DTZ001 - that is the fault
    assert len(crm.journal) == 0


# -- privacy ----------------------------------------------------------------------------------


def test_acts_are_kept_told_and_erased_with_the_contact(crm: seg.Workspace) -> None:
    acts_of_tru_02(crm)
    access = crm.contacts.access("A")
    assert [row.entry_no for row in access.rows if isinstance(row, Consent)] == [1, 2, 3]
    before = may(crm, "A"), may(crm, "A", "2026-03-01T10:00")
    crm.contacts.renumber(old_no="A", new_no="Z")
    assert (may(crm, "Z"), may(crm, "Z", "2026-03-01T10:00")) == before
    crm.contacts.delete("Z")
    rows = crm.contacts.access("Z").rows
    assert [row.entry_no for row in rows if isinstance(row, Consent)] == [1, 2, 3]
    crm.contacts.erase("Z")
    assert len(crm.consents) == 0
    assert "phone" not in "".join(crm.journal.export())
    with pytest.raises(NotFound):
        crm.contacts.access("NOBODY")
