"""A segment at work: what a notebook holds in its hand."""

import datetime as dt
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import segmentation as seg
from segmentation.code_tables import MailingGroup
from segmentation.definitions import OwnField
from segmentation.documents import Attachment
from segmentation.errors import InvalidValue, NotFound, Refused, Rejected, UnknownName
from segmentation.fields import Record
from segmentation.plain import to_plain
from segmentation.segments import Event, SegmentChanged, SegmentLogged, SegmentRefreshed
from support.fair import NOW, TODAY, company, evolved, make_store


def open_crm(*more: Record, **bound: object) -> seg.Workspace:
    store = make_store(*more)
    return seg.Workspace.open(store, user="ANNA", today=TODAY, clock=lambda: NOW, **bound)  # type: ignore[arg-type]


def open_fair(crm: seg.Workspace) -> seg.Worksheet:
    return crm.new_segment("Fair", interaction_template_code="INVITE", salesperson_code="JO")


def test_a_segment_is_built_step_by_step_and_each_step_can_be_undone() -> None:
    crm = open_crm(company("OUT", exclude_from_segment=True))
    fair = open_fair(crm).add_contacts()
    assert len(fair) == 5
    fair.reduce_contacts(contact={"salesperson_code": "JO"})
    fair.refine_contacts(contact={"type": "company"})
    assert fair.contact_nos == ("MILL",)
    fair.add_contact("CARL").remove_line(40_000).go_back().go_back()
    assert fair.go_back().contact_nos == ("CARL", "BO", "MILL")
    assert [str(summary) for summary in fair.history] == [
        "1 add: 5 joined, 1 left out (0 → 5 lines)",
        "2 reduce: 2 left (5 → 3 lines)",
    ]
    assert len(fair.go_forward()) == 1
    assert len(fair.actions) == 3
    assert [line.line_no for line in fair.lines] == [40_000]


def test_criteria_are_given_as_trees_or_by_table_but_not_both() -> None:
    crm = open_crm()
    fair = open_fair(crm)
    selection = seg.make_selection(contact={"no": "MILL"})
    with pytest.raises(InvalidValue, match="cannot stand beside filters by table"):
        fair.add_contacts(selection, contact={"no": "SHOP"})
    assert fair.add_contacts(selection).contact_nos == ("MILL",)


def test_a_worksheet_in_a_notebook_is_headed_by_what_it_is() -> None:
    fair = open_fair(open_crm()).add_contacts(contact={"no": "ANNA|BO"})
    head = f"<caption>{fair.no} · {fair.header.description} · 2 lines</caption>"
    assert head in fair._repr_html_()


def test_a_line_put_in_by_hand_before_the_criteria_outlives_a_refresh() -> None:
    crm = open_crm()
    crm.saved_criteria.save("MILL", crm.fields.contact.no == "MILL")
    fair = open_fair(crm).add_contact("ANNA").reuse_criteria("MILL").follow_criteria("MILL")
    assert len(fair.refresh().leaving) == 0
    assert set(fair.contact_nos) == {"ANNA", "MILL"}


def test_a_preview_changes_nothing() -> None:
    fair = open_fair(open_crm())
    seen = fair.preview("add", contact={"no": "ANNA"})
    assert seen.joining.contact_nos == ("ANNA",)
    assert len(fair) == 0
    assert "joining" in seen._repr_html_()
    with pytest.raises(
        InvalidValue, match="kind: 'join' is not one of add, reduce, refine, refresh"
    ):
        fair.preview("join")
    with pytest.raises(UnknownName, match="did you mean 'allow_existing'"):
        fair.preview("add", alow_existing=True)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "option"),
    [
        ("add", "allow_existing"),
        ("add", "expand_companies"),
        ("add", "allow_related_companies"),
        ("add", "ignore_exclusion"),
        ("reduce", "entire_companies"),
        ("refine", "entire_companies"),
    ],
)
def test_each_option_reaches_the_action_and_its_preview(kind: str, option: str) -> None:
    crm = open_crm(company("OUT", exclude_from_segment=True))
    fair = open_fair(crm).add_contacts(contact={"no": "ANNA|BO"})
    chosen: Any = {"contact": {"no": "ANNA|OUT"}}
    with_option: Any = {**chosen, option: True}
    plain, seen = fair.preview(kind, **chosen), fair.preview(kind, **with_option)
    done = getattr(fair.copy(), f"{kind}_contacts")(**with_option)
    assert seen.lines_after == len(done)
    assert seen.lines_after != plain.lines_after


def test_a_text_that_is_too_long_for_the_header_makes_no_segment() -> None:
    crm = open_crm()
    with pytest.raises(Rejected, match=r"description: .* has 101 characters, 100 at most"):
        crm.new_segment("x" * 101)
    with pytest.raises(InvalidValue, match="given twice"):
        crm.new_segment("Fair", description="Fair")
    assert list(crm.segments) == []


def test_segments_are_combined_compared_copied_and_deleted() -> None:
    crm = open_crm()
    one = open_fair(crm).add_contacts(contact={"no": "ANNA|BO"})
    two = open_fair(crm).add_contacts(contact={"no": "BO|CARL"})
    assert crm.overlaps(one=one.no, two=two.no) == {("one",): 1, ("two",): 1, ("one", "two"): 1}
    copy = one.copy("Copy")
    assert copy.header.description == "Copy"
    assert crm.overlaps(one=one, copy=copy) == {("one", "copy"): 2}
    assert set(copy.unite(two).contact_nos) == {"ANNA", "BO", "CARL"}
    assert set(copy.intersect(two.no).contact_nos) == {"BO", "CARL"}
    assert copy.subtract(two).contact_nos == ()
    copy.delete()
    with pytest.raises(NotFound):
        crm.segment(copy.no)


def test_header_texts_and_lines_are_changed_by_hand() -> None:
    crm = open_crm()
    fair = open_fair(crm).add_contacts(contact={"no": "ANNA"})
    fair.change_header(update_lines=True, description="Autumn fair")
    letter = Attachment("letter.txt", b"Dear you")
    fair.put_text("ENU", attachment=letter, subject="Hello").put_text("DAN", subject="Hej")
    fair.remove_text("DAN")
    fair.change_line(10_000, evaluation="positive")
    (line,) = fair.lines
    assert (line.description, line.subject, line.evaluation) == ("Autumn fair", "Hello", "positive")
    assert fair.attachment(line) == letter
    assert fair.change_line(line, attachment="").lines[0].attachment == ""
    with pytest.raises(NotFound, match="attachment"):
        fair.attachment(10_000)


def test_an_attachment_is_given_in_each_way_frt_07(tmp_path: Path) -> None:
    """FRT-07."""
    crm = open_crm()
    fair = open_fair(crm).add_contacts(contact={"no": "ANNA"})
    path = tmp_path / "own.txt"
    path.write_bytes(b"Dear you")
    given = (path, Attachment("own.txt", b"Dear you"), crm.store.attachments.put(b"Dear you"))
    for each in given:
        fair.put_text("ENU", attachment=each)
        assert fair.attachment(10_000).content == b"Dear you"
        fair.put_text("ENU", attachment="").change_line(10_000, attachment=each)
        assert fair.attachment(10_000).content == b"Dear you"
        fair.change_line(10_000, attachment="")
    assert fair.change_line(10_000, attachment=given[1]).attachment(10_000) == given[1]
    for step in (fair.put_text, fair.change_line):
        key: Any = "ENU" if step == fair.put_text else 10_000
        with pytest.raises(Rejected, match="nothing is stored under"):
            step(key, attachment="0" * 64)


@pytest.mark.parametrize("wrong", [{"nonsense": 1}, {"description": "x" * 101}])
def test_what_a_refused_step_brought_goes_with_it(wrong: dict[str, Any]) -> None:
    crm = open_crm()
    fair = open_fair(crm).add_contacts(contact={"no": "ANNA"})
    secret = Attachment("secret.txt", b"secret")
    digest = hashlib.sha256(secret.content).hexdigest()

    def refuse(_event: Event) -> None:
        raise Refused("change a segment", "not today")

    hushed = evolved(crm, on_event=refuse).segment(fair.no)
    for worksheet, fields in ((fair, wrong), (hushed, {})):
        with pytest.raises((UnknownName, Rejected, Refused)):
            worksheet.put_text("ENU", attachment=secret, **fields)
        with pytest.raises((UnknownName, Rejected, Refused)):
            worksheet.change_line(10_000, attachment=secret, **fields)
    with pytest.raises(NotFound):
        crm.store.attachments.get(digest)


def test_saved_criteria_are_reused_and_followed() -> None:
    heard: list[Event] = []
    crm = open_crm(on_event=heard.append)
    fair = open_fair(crm).add_contacts(contact={"salesperson_code": "RB"})
    fair.save_criteria("RB")
    again = open_fair(crm).reuse_criteria("rb").follow_criteria(crm.saved_criteria["RB"])
    assert again.contact_nos == fair.contact_nos
    crm.add(company("ZOO", salesperson_code="RB"))
    done = again.refresh()
    assert (done.entered, done.left) == (("ZOO",), ())
    assert "ZOO" in done._repr_html_()
    assert repr(done) == f"Refreshed('{again.no}', joining=1, lines_before=3, lines_after=4)"
    assert [event.entered for event in heard if isinstance(event, SegmentRefreshed)] == [("ZOO",)]
    assert again.unfollow().header.saved_criteria_code == ""
    with pytest.raises(Refused, match="follows no saved criteria"):
        again.unfollow()
    with pytest.raises(NotFound, match="saved criteria"):
        again.follow_criteria("")


def test_who_entered_since_a_day_is_told() -> None:
    crm = open_crm()
    fair = open_fair(crm).add_contacts(contact={"no": "ANNA|BO"})
    tomorrow = TODAY + dt.timedelta(1)
    later = evolved(crm, today=tomorrow).segment(fair.no)
    later.add_contact("CARL").add_contacts(contact={"no": "MILL"}).remove_line(10_000)
    assert later.entered(since=tomorrow) == ("CARL", "MILL")
    assert later.entered(since=TODAY) == ("BO", "CARL", "MILL")
    assert later.entered(since=tomorrow + dt.timedelta(1)) == ()
    with pytest.raises(InvalidValue, match=r"since: .* is not a date"):
        later.entered(since="2026-11-22")  # type: ignore[arg-type]


def test_a_mailing_group_and_a_logged_segment_are_used_again() -> None:
    heard: list[Event] = []
    crm = open_crm(MailingGroup(code="M"), on_event=heard.append)
    fair = open_fair(crm).add_contacts(contact={"no": "ANNA|BO"})
    assert fair.apply_mailing_group("M") == 2
    other = open_fair(crm).add_contacts(contact={"no": "CARL"})
    assert other.apply_mailing_group("m", delete_old=True) == 1
    assert list(crm.select(mailing_groups={"mailing_group_code": "M"})) == ["CARL"]
    logged = fair.log()
    assert any(isinstance(event, SegmentLogged) for event in heard)
    for given in (logged.segment, logged.segment.entry_no):
        assert open_fair(crm).reuse_logged_segment(given).contact_nos == ("ANNA", "BO")


def test_a_source_is_a_worksheet_a_record_a_key_or_a_selection_frt_04() -> None:
    """FRT-04."""
    crm = open_crm()
    logged = open_fair(crm).add_contacts(contact={"no": "ANNA|BO"}).log().segment
    fair = open_fair(crm).add_contacts(contact={"no": "ANNA|BO"})
    chosen = crm.fields.contact.no.is_in(["ANNA", "BO"])
    for source in (fair, fair.header, fair.no.lower(), logged, logged.entry_no, chosen):
        assert open_fair(crm).unite(source).contact_nos == ("ANNA", "BO")
        assert open_fair(crm).add_contacts().intersect(source).contact_nos == ("ANNA", "BO")
        left = open_fair(crm).add_contacts().subtract(source).contact_nos
        assert set(left) == {"CARL", "MILL", "SHOP"}
    with pytest.raises(InvalidValue, match="is a list of contacts; give the criteria"):
        fair.unite(crm.select(chosen))  # type: ignore[arg-type]


def test_a_contact_is_named_by_number_in_any_case_or_by_its_record_frt_04() -> None:
    """FRT-04."""
    crm = open_crm()
    fair = open_fair(crm)
    for given in ("ANNA", "anna", crm.contacts["ANNA"]):
        fair.add_contact(given)
        assert fair.explain(given).contact_no == "ANNA"
        assert crm.explain(given).holds
    assert fair.contact_nos == ("ANNA", "ANNA", "ANNA")


@pytest.mark.parametrize(
    ("verb", "near"),
    [
        ("add_contacts", "allow_existing"),
        ("reduce_contacts", "entire_companies"),
        ("refine_contacts", "reset_when_empty"),
    ],
)
def test_an_unknown_table_or_option_is_told_with_the_near_name_frt_05(verb: str, near: str) -> None:
    """FRT-05."""
    fair = open_fair(open_crm())
    step = getattr(fair, verb)
    for given, name in (("contcat", "contact"), (near[:-1], near), ("criterai", "criteria")):
        with pytest.raises(UnknownName, match=f"did you mean '{name}'") as caught:
            step(**{given: {}})
        assert isinstance(caught.value, TypeError)
    assert fair.actions == ()


def test_every_verb_of_what_is_not_there_says_so_frt_03() -> None:
    """FRT-03."""
    crm = open_crm()
    fair = open_fair(crm)
    steps: list[Callable[[], object]] = [
        lambda: fair.add_contact("NOBODY"),
        lambda: fair.explain("NOBODY"),
        lambda: fair.remove_line(7),
        lambda: fair.change_line(7, description="x"),
        lambda: fair.attachment(7),
        lambda: fair.remove_text("XYZ"),
        lambda: fair.reuse_criteria("NOBODY"),
        lambda: fair.follow_criteria("NOBODY"),
        lambda: fair.reuse_logged_segment(999_999),
        lambda: fair.apply_mailing_group("NOBODY"),
        lambda: fair.unite("NOBODY"),
        lambda: fair.intersect(999_999),
        lambda: fair.subtract("NOBODY"),
        lambda: crm.overlaps(a="NOBODY"),
        lambda: crm.explain("NOBODY"),
        lambda: crm.segment("NOBODY"),
    ]
    for step in steps:
        with pytest.raises(NotFound):
            step()
    fair.delete()
    gone: list[Callable[[], object]] = [
        lambda: fair.header,
        fair.add_contacts,
        fair.reduce_contacts,
        fair.refine_contacts,
        lambda: fair.preview(seg.ActionKind.ADD),
        fair.go_back,
        fair.go_forward,
        lambda: fair.change_header(description="x"),
        lambda: fair.put_text("ENU"),
        lambda: fair.save_criteria("X"),
        fair.unfollow,
        fair.refresh,
        lambda: fair.entered(since=TODAY),
        fair.letters,
        fair.plan_logging,
        fair.log,
        fair.copy,
        fair.delete,
    ]
    for step in gone:
        with pytest.raises(NotFound, match="segment"):
            step()


def test_a_segment_says_why_a_contact_is_in_or_not() -> None:
    crm = open_crm(company("OUT", exclude_from_segment=True))
    fair = open_fair(crm).add_contacts(contact={"salesperson_code": "RB"})
    fair.add_contacts(contact={"no": "OUT"}).remove_line(10_000)
    why = fair.explain("mill")
    assert why.line_nos == (30_000,)
    assert str(why).startswith("MILL is in the segment\n  joined by action 1 (add on 2026-11-22)")
    out = str(fair.explain("OUT"))
    assert "OUT is not in the segment" in out
    assert "left out by action 2 (add on 2026-11-22): excluded" in out
    carl = fair.explain("CARL")
    assert [step.effect for step in carl.steps] == ["joined", "removed"]
    assert [number for number, _ in carl.findings] == [1, 2, 3]
    with pytest.raises(NotFound):
        fair.explain("NOBODY")


def test_a_host_that_refuses_stops_the_step() -> None:
    def refuse(event: Event) -> None:
        if isinstance(event, SegmentChanged) and event.before is not None:
            raise Refused("change a segment", "not today")

    crm = open_crm(on_event=refuse)
    fair = open_fair(crm)
    with pytest.raises(Refused, match="not today"):
        fair.add_contacts()
    assert len(fair) == 0


def test_fields_of_a_host_can_be_chosen_by() -> None:
    crm = open_crm(
        OwnField(table="contact", name="tier", type="code"),
        company("ZOO", extra={"tier": "GOLD"}),
    )
    assert open_fair(crm).add_contacts(contact={"tier": "gold"}).contact_nos == ("ZOO",)


def test_a_worksheet_is_plain_values_to_a_program() -> None:
    fair = open_fair(open_crm()).add_contacts(contact={"no": "ANNA|BO"})
    plain = to_plain(fair)
    assert plain["no"] == fair.no
    assert plain["header"]["description"] == "Fair"
    assert plain["lines"] == 2


def test_a_text_needs_a_language() -> None:
    fair = open_fair(open_crm())
    with pytest.raises(InvalidValue, match=r"language_code.* is blank"):
        fair.put_text("", subject="Hello")
    assert fair.header.language_code_default == ""
