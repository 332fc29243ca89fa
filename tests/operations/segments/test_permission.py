"""Who may be written to is asked where contacts join, when they are logged, and at delivery."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve as attrs_evolve

import segmentation as seg
from segmentation.code_tables import MailingGroup, Purpose, SalespersonPurchaser
from segmentation.contacts import Contact, ContactMailingGroup, ContactType, CorrespondenceType
from segmentation.documents import Attachment, Document
from segmentation.errors import Refused, Rejected
from segmentation.segments import LeftOut, LeftOutReason, actions_from_json, actions_to_json
from segmentation.templates import InteractionTemplate
from support.fair import evolved
from support.stores import STORES, workspaces

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
NEWS: dict[str, Any] = {"purpose_code": "NEWS", "channel": "email"}
EMAIL = CorrespondenceType.EMAIL
WITHDRAWN, NOT_GIVEN, RAN_OUT, EXCLUDED = (
    LeftOutReason.WITHDRAWN,
    LeftOutReason.NOT_GIVEN,
    LeftOutReason.RAN_OUT,
    LeftOutReason.EXCLUDED,
)


def person(no: str) -> Contact:
    return Contact(
        no=no,
        type=ContactType.PERSON,
        name=f"Person {no}",
        e_mail=f"{no}@x.example",
        salesperson_code="JO",
    )


@pytest.fixture(params=STORES)
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    for opened in workspaces(request, tmp_path):
        opened.store.records.put(
            [
                Purpose(code="NEWS"),
                InteractionTemplate(code="NL", purpose_code="NEWS"),
                InteractionTemplate(code="FAIR"),
                SalespersonPurchaser(code="JO"),
            ]
        )
        yield evolved(opened, clock=lambda: NOW)


def five(crm: seg.Workspace) -> None:
    """A agreed, B did nothing, C withdrew, D's consent ran out, E agreed and is excluded."""
    crm.store.records.put(map(person, "ABCDE"))
    crm.consents.give("A", **NEWS)
    crm.consents.give("C", **NEWS)
    crm.consents.withdraw("C", **NEWS)
    yesterday = NOW.date() - dt.timedelta(days=1)
    crm.consents.give("D", date=dt.date(2026, 1, 1), until=yesterday, **NEWS)
    crm.consents.give("E", **NEWS)
    crm.contacts.exclude("E", "by phone")


def sheet_of(crm: seg.Workspace, *nos: str, template: str = "NL", no: str = "SM1") -> seg.Worksheet:
    sheet = crm.new_segment("News", no=no, interaction_template_code=template)
    return sheet.add_contacts(contact={"no": "|".join(nos)}) if nos else sheet


def left_out(sheet: seg.Worksheet) -> dict[str, tuple[str, int]]:
    return {each.contact_no: (each.reason, each.entry_no) for each in sheet.actions[-1].left_out}


def test_joining_asks_the_purpose_of_the_template_tru_12(crm: seg.Workspace) -> None:
    """TRU-12."""
    five(crm)
    sheet = sheet_of(crm).add_contacts()
    assert sheet.contact_nos == ("A",)
    assert left_out(sheet) == {
        "B": (NOT_GIVEN, 0),
        "C": (WITHDRAWN, 3),
        "D": (RAN_OUT, 4),
        "E": (EXCLUDED, 0),
    }
    assert "withdrawn (entry 3)" in str(sheet.explain("C")).lower()
    ignoring = sheet_of(crm, no="SM2").add_contacts(ignore_exclusion=True)
    assert ignoring.contact_nos == ("A", "E")
    assert left_out(ignoring)["C"] == (WITHDRAWN, 3)
    assert sheet_of(crm, template="FAIR", no="SM3").add_contacts().contact_nos == tuple("ABCD")
    assert crm.select() == list("ABCDE")


def test_a_line_that_no_channel_sends_asks_for_any_consent(crm: seg.Workspace) -> None:
    crm.store.records.put([person("A"), person("B")])
    crm.templates.change("NL", correspondence_type_default="")
    crm.consents.give("A", purpose_code="NEWS", channel="hard_copy")
    sheet = sheet_of(crm).add_contacts()
    assert (sheet.contact_nos, left_out(sheet)) == (("A",), {"B": (NOT_GIVEN, 0)})


def test_nobody_joins_by_hand_without_consent(crm: seg.Workspace) -> None:
    five(crm)
    sheet = sheet_of(crm)
    with pytest.raises(Refused, match="did not agree to NEWS"):
        sheet.add_contact("B")
    with pytest.raises(Refused, match=r"withdrew from NEWS \(entry 3\)"):
        sheet.add_contact("C")
    sheet.add_contact("A")
    with pytest.raises(Refused, match="for a time that is over"):
        sheet.change_line(10_000, contact_no="D")
    assert sheet.contact_nos == ("A",)
    assert sheet.change_line(10_000, contact_no="E").contact_nos == ("E",)


def test_who_may_not_be_written_to_is_not_reused(crm: seg.Workspace) -> None:
    five(crm)
    logged = sheet_of(crm, "A", "B", template="FAIR").log().segment
    again = sheet_of(crm, no="SM2").reuse_logged_segment(logged.entry_no)
    assert (again.contact_nos, left_out(again)) == (("A",), {"B": (NOT_GIVEN, 0)})


def test_refreshing_asks_too(crm: seg.Workspace) -> None:
    five(crm)
    sheet = sheet_of(crm, *"ABCE")
    sheet.save_criteria("OURS")
    sheet.follow_criteria("OURS")
    crm.consents.withdraw("A", **NEWS)
    crm.consents.give("B", **NEWS)
    done = sheet.refresh()
    assert (done.entered, done.left) == (("B",), ("A",))
    assert left_out(sheet)["A"] == (WITHDRAWN, 7)


def test_logging_leaves_out_who_withdrew_tru_13(crm: seg.Workspace) -> None:
    """TRU-13."""
    five(crm)
    crm.consents.give("C", **NEWS)
    sheet = sheet_of(crm, "A", "C")
    crm.consents.withdraw("C", **NEWS)
    entry_no = crm.journal.head.number
    plan = sheet.plan_logging()
    (passed,) = plan.passed_over
    assert plan.interactions == 1
    assert (passed.contact_no, passed.reason, passed.entry_no) == ("C", WITHDRAWN, entry_no)
    logged = sheet.log().segment
    assert [len(crm.interactions.of(no)) for no in "AC"] == [1, 0]
    crm.consents.give("C", **NEWS)
    told = crm.logged_segments.explain(logged.entry_no, "C")
    assert told.steps[-1].entry_no == entry_no
    assert f"(entry {entry_no})" in str(told)


def test_nothing_is_logged_if_nobody_may_be_written_to_tru_13(crm: seg.Workspace) -> None:
    """TRU-13, with every line left out."""
    five(crm)
    sheet = sheet_of(crm, "A", "E", template="FAIR")
    sheet.add_contacts(contact={"no": "A|B|E"}, ignore_exclusion=True, allow_existing=True)
    sheet.change_header(interaction_template_code="NL", update_lines=True)
    crm.consents.withdraw("A", **NEWS)
    crm.consents.withdraw("E", **NEWS)
    head = crm.journal.head
    with pytest.raises(Rejected) as rejected:
        sheet.log()
    reasons = [str(fault) for fault in rejected.value.faults]
    assert ["withdrew" in each for each in reasons] == [True, True, False, True]
    assert "contact B" in reasons[2]
    assert "did not agree to NEWS" in reasons[2]
    assert crm.journal.head == head


@pytest.mark.parametrize("many", [False, True])
def test_who_was_excluded_since_joining_is_left_out(crm: seg.Workspace, many: bool) -> None:
    others = [f"P{number:04}" for number in range(1_001 if many else 1)]
    crm.store.records.put([*map(person, others), *map(person, "ABCE")])
    for no in "ABC":
        crm.contacts.exclude(no, "by phone")
    sheet = sheet_of(crm, template="FAIR").add_contacts(ignore_exclusion=True)
    crm.contacts.admit("B", "asked back")
    by_hand = sheet_of(crm, template="FAIR", no="SM2")
    for no in "ABE":
        by_hand.add_contact(no)
    crm.contacts.exclude("B", "by phone")
    crm.contacts.exclude("E", "by phone")
    entry_no = crm.journal.head.number
    (passed,) = sheet.plan_logging().passed_over
    assert (passed.contact_no, passed.reason, passed.entry_no) == ("E", EXCLUDED, entry_no)
    assert [each.contact_no for each in by_hand.plan_logging().passed_over] == ["B", "E"]
    by_hand.remove_line(10_000)
    with pytest.raises(Rejected, match="excluded from segments since"):
        by_hand.log()
    assert len(sheet.log().interactions) == len(others) + 3


def test_actions_of_old_do_not_tell_who_was_overruled(crm: seg.Workspace) -> None:
    crm.store.records.put(map(person, "AB"))
    sheet = sheet_of(crm, template="FAIR").add_contacts(ignore_exclusion=True)
    (action,) = sheet.actions
    text = actions_to_json([action])
    assert actions_from_json(text) == (action,)
    old = actions_from_json(text.replace('"overruled":[],', ""))
    assert [each.overruled for each in old] == [None]
    assert actions_from_json(actions_to_json(old)) == old
    stored = crm.store.segments.get("SM1")
    crm.store.segments.put(attrs_evolve(stored, actions=old))
    crm.contacts.exclude("A", "by phone")
    assert sheet.plan_logging().passed_over == ()


def test_who_is_left_out_is_kept_with_its_entry() -> None:
    left = LeftOut("A", WITHDRAWN, entry_no=7)
    assert str(left) == "A (entry 7)"


class Courier:
    def __init__(self) -> None:
        self.to: list[str] = []

    def deliver(self, document: Document) -> str:
        self.to.append(document.e_mail)
        return document.e_mail


def test_delivery_asks_again_tru_14(crm: seg.Workspace) -> None:
    """TRU-14."""
    crm.store.records.put([person("A"), person("B")])
    for no in "AB":
        crm.consents.give(no, **NEWS)
    crm.templates.put_language("NL", "ENU", attachment=Attachment("letter.txt", b"Hello"))
    sheet = sheet_of(crm, "A", "B")
    sheet.change_header(language_code_default="ENU", update_lines=True)
    to_a, to_b = sheet.log(deliver=True).interactions
    crm.consents.withdraw("B", **NEWS)
    entry_no = crm.journal.head.number
    courier = Courier()
    first = crm.letters.deliver({EMAIL: courier}, worker="w")
    assert (first.delivered, first.failed) == ((to_a.entry_no,), (to_b.entry_no,))
    crm.consents.give("B", **NEWS)
    again = crm.letters.deliver({EMAIL: courier}, worker="w")
    assert (again.delivered, again.failed, courier.to) == ((), (), ["A@x.example"])
    assert f"withdrew from NEWS (entry {entry_no})" in crm.interactions[to_b].delivery_error


def test_a_thousand_contacts_join_alike_everywhere_tru_15(crm: seg.Workspace) -> None:
    """TRU-15."""
    nos = [f"{number:04}" for number in range(1, 1001)]
    crm.store.records.put(map(person, nos))
    yesterday = NOW.date() - dt.timedelta(days=1)
    for number, no in enumerate(nos, start=1):
        until = yesterday if number % 4 == 3 else None
        if number % 4 != 2:
            crm.consents.give(no, date=dt.date(2026, 1, 1), until=until, **NEWS)
        if number % 4 == 1:
            crm.consents.withdraw(no, **NEWS)
    sheet = sheet_of(crm).add_contacts()
    assert sheet.contact_nos == tuple(nos[3::4])
    found = left_out(sheet)
    reasons = {1: WITHDRAWN, 2: NOT_GIVEN, 3: RAN_OUT}
    for rest, reason in reasons.items():
        assert [no for no, (why, _) in found.items() if why is reason] == nos[rest - 1 :: 4]


@pytest.mark.parametrize("many", [False, True])
def test_members_of_a_group_that_stands_for_consent_join(crm: seg.Workspace, many: bool) -> None:
    """TRU-16, in a segment."""
    others = [f"P{number}" for number in range(10 if many else 1)]
    crm.store.records.put([*map(person, others), *map(person, "ABC"), MailingGroup(code="NEWS")])
    crm.tables["consent_mailing_group"].new("NEWS", purpose_code="NEWS", channel="email")
    rows = {no: ContactMailingGroup(contact_no=no, mailing_group_code="NEWS") for no in "ABC"}
    crm.contacts.add_rows(*rows.values())
    crm.contacts.remove_rows(rows["B"], rows["C"])
    crm.consents.give("C", **NEWS)
    sheet = sheet_of(crm).add_contacts()
    assert sheet.contact_nos == ("A", "C")
    assert left_out(sheet) == {"B": (WITHDRAWN, 1), **dict.fromkeys(others, (NOT_GIVEN, 0))}


def test_lines_of_other_templates_ask_for_nothing(crm: seg.Workspace) -> None:
    five(crm)
    sheet = sheet_of(crm, "A", "B", template="FAIR")
    sheet.change_line(10_000, interaction_template_code="NL")
    assert sheet.plan_logging().passed_over == ()
    sheet.change_line(20_000, interaction_template_code="NL")
    (passed,) = sheet.plan_logging().passed_over
    assert (passed.line_no, passed.because) == (20_000, "NEWS")
