"""Segments, logged segments and saved criteria as nouns of a workspace."""

import inspect
import json
from collections.abc import Callable

import attrs
import pytest

import segmentation as seg
from segmentation.campaigns import CampaignEntry
from segmentation.criteria import InSegment
from segmentation.errors import InvalidValue, NotFound, Refused, Rejected, UnknownName
from segmentation.operations import criteria as asking
from segmentation.operations import segments
from segmentation.plain import to_plain
from segmentation.segments import SavedCriteria, Segment, SegmentHeader
from segmentation.workspace import AllSavedCriteria, LoggedSegments, Segments
from support.desk import COST, make_desk, segment_of


@pytest.fixture
def crm() -> seg.Workspace:
    return make_desk()


# -- segments ---------------------------------------------------------------------------------


def test_segments_are_read_by_their_headers(crm: seg.Workspace) -> None:
    one, two = segment_of(crm, "ANNA"), segment_of(crm, description="Second", campaign="SALE")
    assert [header.no for header in crm.segments] == [one.no, two.no]
    assert len(crm.segments) == 2
    assert one.no.lower() in crm.segments
    assert one.header in crm.segments
    assert "NOBODY" not in crm.segments
    assert crm.segments[one.no.lower()] == one.header
    assert crm.segments.find("NOBODY") is None
    assert crm.segments.get_many([two.no, one.header]) == [two.header, one.header]
    assert crm.segments.where(campaign_no="sale") == [two.header]
    assert repr(crm.segments) == "Segments(2)"
    assert "Round of talks" in crm.segments._repr_html_()
    assert json.dumps(to_plain(crm.segments))
    assert crm.segment(one.header).contact_nos == ("ANNA",)


def test_a_segment_is_made_and_deleted_by_its_noun(crm: seg.Workspace) -> None:
    made = crm.segments.new("Fair", interaction_template_code="TALK", campaign_no="SALE")
    assert (made.header.description, made.header.campaign_no) == ("Fair", "SALE")
    crm.segments.delete(made.header)
    assert made.no not in crm.segments
    near = segment_of(crm).no
    for step in (crm.segments.delete, crm.segments.__getitem__, crm.segment):
        with pytest.raises(NotFound) as caught:
            step("SM0003")
        assert (caught.value.kind, caught.value.near) == ("segment", near)
    with pytest.raises(NotFound, match="NOBODY, NONE"):
        crm.segments.get_many(["NOBODY", near, "NONE"])


def test_all_faults_of_a_new_segment_are_told_and_nothing_is_made(crm: seg.Workspace) -> None:
    for make in (crm.new_segment, crm.segments.new):
        with pytest.raises(Rejected) as caught:
            make("Fair", campaign_no="X", salesperson_code="Y", interaction_template_code="Z")
        assert {fault.field for fault in caught.value.faults} == {
            "campaign_no",
            "salesperson_code",
            "interaction_template_code",
        }
        with pytest.raises(UnknownName, match="did you mean 'description'"):
            make(descripton="Fair")  # type: ignore[call-arg]
        with pytest.raises(UnknownName, match="saved_criteria_code"):
            make("Fair", saved_criteria_code="X")
    assert len(crm.segments) == 0
    assert crm.new_segment("Fair").no == "SM0001"


def test_fields_of_a_new_segment_go_before_those_of_its_template(crm: seg.Workspace) -> None:
    header = crm.new_segment(
        "Fair",
        interaction_template_code="talk",
        unit_cost="2.5",
        date="2026-12-01",
        salesperson_code="RB",
    ).header
    assert (str(header.unit_cost), str(header.date), header.salesperson_code) == (
        "2.5",
        "2026-12-01",
        "RB",
    )
    assert header.interaction_group_code == "TALKS"


def test_a_series_may_be_named(crm: seg.Workspace) -> None:
    crm.add(seg.NumberSeries(code="OWN", starting_no="OWN1"))
    assert crm.new_segment("Fair", no_series="own").no == "OWN1"
    with pytest.raises(NotFound, match="number series"):
        crm.new_segment("Fair", no_series="NONE")


# -- several verbs ----------------------------------------------------------------------------


def test_several_verbs_are_one_in_a_transaction(crm: seg.Workspace) -> None:
    def two_steps() -> None:
        with crm.transaction():
            crm.new_segment("First").add_contact("ANNA")
            crm.new_segment("Second").add_contact("NOBODY")

    with pytest.raises(NotFound):
        two_steps()
    assert len(crm.segments) == 0


@pytest.mark.parametrize("verb", ["select", "count", "describe", "check"])
def test_an_unknown_table_is_told_with_the_near_name_frt_05(crm: seg.Workspace, verb: str) -> None:
    """FRT-05."""
    for given in ({}, {"no": "A*"}):
        with pytest.raises(UnknownName, match="unknown table 'contcat'; did you mean 'contact'"):
            getattr(crm, verb)(contcat=given)
    with pytest.raises(UnknownName, match="contact"):
        crm.explain("ANNA", contcat={})


def test_a_check_takes_filters_by_table(crm: seg.Workspace) -> None:
    found = crm.check(mailing_groups={"mailing_group_code": "X"}, contact={"city": ">5&<3"})
    assert [remark.concern for remark in found] == [
        remark.concern
        for remark in crm.check(
            seg.make_selection(
                mailing_groups={"mailing_group_code": "X"}, contact={"city": ">5&<3"}
            )
        )
    ]
    assert found
    assert crm.check() == ()


def test_overlaps_are_a_value_with_rows(crm: seg.Workspace) -> None:
    one, two = segment_of(crm, "ANNA", "BO"), segment_of(crm, "BO", "CARL")
    found = crm.overlaps(one=one, two=two.header)
    assert found == {("one",): 1, ("two",): 1, ("one", "two"): 1}
    assert (found.total, len(found), found["one", "two"]) == (3, 3, 1)
    assert repr(found) == "Overlaps(total=3, combinations=3)"
    assert "one + two" in found._repr_html_()
    assert json.dumps(to_plain(found))
    assert hash(found) == hash(crm.overlaps(one=one, two=two))
    assert len(crm.overlaps()) == 0


# -- logged segments --------------------------------------------------------------------------


def test_logged_segments_are_explained_rebuilt_and_counted(crm: seg.Workspace) -> None:
    fair = segment_of(crm, "ANNA", "BO")
    logged = fair.log().segment
    assert list(crm.logged_segments) == [logged]
    assert crm.logged_segments.where(segment_no=fair.no.lower()) == [logged]
    for given in (logged, logged.entry_no):
        assert crm.logged_segments[given] == logged
        assert crm.logged_segments.explain(given, "anna").logged
        assert not crm.logged_segments.explain(given, crm.contacts["CARL"]).logged
        assert crm.logged_segments.rebuild(given).contact_nos == ("ANNA", "BO")
        assert crm.logged_segments.figures(given).cost == 2 * COST
    with pytest.raises(NotFound, match="contact 'NOBODY'"):
        crm.logged_segments.explain(logged, "NOBODY")
    crm.store.records.remove([crm.contacts["ANNA"]])
    assert crm.logged_segments.explain(logged, "ANNA").logged


def test_logged_segments_are_canceled_together_or_not_at_all(crm: seg.Workspace) -> None:
    one, two = (segment_of(crm, "ANNA", campaign="SALE").log().segment for _ in range(2))
    crm.logged_segments.cancel(one, two.entry_no)
    assert all(logged.canceled for logged in crm.logged_segments)
    assert all(entry.canceled for entry in crm.store.records.all(CampaignEntry))
    assert crm.logged_segments.figures(one).interactions == 0
    crm.logged_segments.uncancel(one)
    with pytest.raises(Refused, match=r"^uncancel logged segment \d+: it is not canceled"):
        crm.logged_segments.uncancel(two, one)
    assert [logged.canceled for logged in crm.logged_segments] == [False, True]
    with pytest.raises(Refused, match="canceled already"):
        crm.logged_segments.cancel(one, two)
    assert [logged.canceled for logged in crm.logged_segments] == [False, True]


def test_canceled_logged_segments_are_deleted_by_segment_or_all(crm: seg.Workspace) -> None:
    logged = [segment_of(crm, "ANNA").log().segment for _ in range(3)]
    crm.logged_segments.cancel(*logged[:2])
    assert crm.logged_segments.delete_canceled(segment_no=logged[0].segment_no.lower()) == 1
    assert crm.logged_segments.delete_canceled(segment_no=logged[2].segment_no) == 0
    assert crm.logged_segments.delete_all_canceled() == 1
    assert list(crm.logged_segments) == logged[2:]
    with pytest.raises(NotFound, match="segment 'NOBODY'"):
        crm.logged_segments.delete_canceled(segment_no="NOBODY")


def test_no_logged_segment_at_all_is_an_error_frt_13(crm: seg.Workspace) -> None:
    """FRT-13."""
    for verb in (crm.logged_segments.cancel, crm.logged_segments.uncancel):
        with pytest.raises(InvalidValue, match="give at least one entry number"):
            verb()


# -- saved criteria ---------------------------------------------------------------------------


def test_saved_criteria_are_saved_changed_renamed_and_deleted(crm: seg.Workspace) -> None:
    kept = crm.saved_criteria.save("rb", crm.fields.contact.salesperson_code == "RB")
    fair = crm.new_segment("Fair").reuse_criteria("RB").follow_criteria(kept)
    assert crm.saved_criteria["rb"] == kept
    changed = crm.saved_criteria.change(kept, description="Those of RB")
    assert crm.saved_criteria.where(description="Those of RB") == [changed]
    renamed = crm.saved_criteria.rename(old_code=changed, new_code="ours")
    assert (renamed.code, fair.header.saved_criteria_code) == ("OURS", "OURS")
    with pytest.raises(Refused, match=fair.no):
        crm.saved_criteria.delete("OURS")
    fair.unfollow()
    crm.saved_criteria.delete(renamed)
    assert list(crm.saved_criteria) == []
    assert crm.saved_criteria.add(renamed) == (renamed,)
    with pytest.raises(Rejected, match="code: is taken by other saved criteria"):
        crm.saved_criteria.add(attrs.evolve(renamed, description="x"))


def test_new_saved_criteria_have_a_code_of_their_own(crm: seg.Workspace) -> None:
    chosen = crm.fields.contact.salesperson_code == "RB"
    made = crm.saved_criteria.new("rb", chosen, description="Those of RB")
    assert (made.code, made.description, made.saved_by) == ("RB", "Those of RB", "ANNA")
    assert made == crm.saved_criteria["RB"]
    saved = crm.saved_criteria.save("SAME", chosen, description="Those of RB")
    assert attrs.evolve(saved, code="RB") == made
    assert crm.new_segment("Fair").reuse_criteria(made).contact_nos == ("CARL", "BO", "MILL")
    for criteria in (chosen, None):
        with pytest.raises(Rejected, match="code: is taken by other saved criteria"):
            crm.saved_criteria.new("RB", criteria)
    with pytest.raises(UnknownName, match="did you mean 'description'"):
        crm.saved_criteria.new("X", None, descripton="x")  # type: ignore[call-arg]
    with pytest.raises(UnknownName, match="'actions'"):
        crm.saved_criteria.new("X", None, actions="")  # type: ignore[call-arg]
    with pytest.raises(UnknownName, match="countri"):
        crm.saved_criteria.new("X", seg.make_selection(contact={"countri": "DK"}))
    with pytest.raises(InvalidValue, match="is blank"):
        crm.saved_criteria.new(" ", None)
    with pytest.raises(Rejected, match="code"):
        crm.saved_criteria.new("X" * 11, None)
    assert {saved.code for saved in crm.saved_criteria} == {"RB", "SAME"}


def test_nothing_is_remarkable_about_saved_criteria_of_everybody(crm: seg.Workspace) -> None:
    crm.saved_criteria.new("ALL", None)
    assert crm.saved_criteria.check("ALL") == ()
    assert crm.saved_criteria.describe("ALL") == "add: everybody"


def test_new_saved_criteria_may_not_lead_back_to_themselves(crm: seg.Workspace) -> None:
    followed = Segment(header=SegmentHeader(no="ROUND", saved_criteria_code="ROUND"))
    crm.store.segments.put(followed)
    with pytest.raises(Refused, match="they go round in a circle"):
        crm.saved_criteria.new("ROUND", InSegment("ROUND"))
    assert "ROUND" not in crm.saved_criteria


def test_saved_criteria_travel_as_text(crm: seg.Workspace) -> None:
    for code in ("B", "A"):
        crm.saved_criteria.save(code, crm.fields.contact.no == code, description=f"Only {code}")
    text = crm.saved_criteria.to_text(*crm.saved_criteria)
    assert text == crm.saved_criteria.to_text("b", "a")
    other = make_desk()
    assert [saved.code for saved in other.saved_criteria.add_text(text)] == ["A", "B"]
    assert list(other.saved_criteria) == list(crm.saved_criteria)
    with pytest.raises(Rejected):
        other.saved_criteria.add_text(text)
    assert len(other.saved_criteria.add_text(text, replace=True)) == 2
    with pytest.raises(InvalidValue, match="give at least one code"):
        crm.saved_criteria.to_text()


# -- all of them ------------------------------------------------------------------------------


def test_every_verb_of_what_is_not_there_says_so_frt_03(crm: seg.Workspace) -> None:
    """FRT-03."""
    steps: list[Callable[[], object]] = [
        lambda: crm.logged_segments[999_999],
        lambda: crm.logged_segments.figures(999_999),
        lambda: crm.logged_segments.explain(999_999, "ANNA"),
        lambda: crm.logged_segments.rebuild(999_999),
        lambda: crm.logged_segments.cancel(999_999),
        lambda: crm.logged_segments.uncancel(999_999),
        lambda: crm.saved_criteria["NOBODY"],
        lambda: crm.saved_criteria.change("NOBODY", description="x"),
        lambda: crm.saved_criteria.rename(old_code="NOBODY", new_code="X"),
        lambda: crm.saved_criteria.delete("NOBODY"),
        lambda: crm.saved_criteria.to_text("NOBODY"),
    ]
    for step in steps:
        with pytest.raises(NotFound) as caught:
            step()
        assert caught.value.kind in {"logged segment", "saved criteria"}
        assert caught.value.key in {"999999", "NOBODY"}
    assert crm.logged_segments.find(999_999) is None
    assert crm.saved_criteria.find("NOBODY") is None
    assert 999_999 not in crm.logged_segments
    assert "NOBODY" not in crm.saved_criteria


def test_an_unknown_field_is_told_with_the_near_name_frt_05(crm: seg.Workspace) -> None:
    """FRT-05."""
    fair = segment_of(crm, "ANNA")
    crm.saved_criteria.save("X", None)
    steps: list[Callable[..., object]] = [
        crm.segments.where,
        crm.logged_segments.where,
        crm.saved_criteria.where,
        crm.segments.new,
        crm.new_segment,
        fair.change_header,
        lambda **given: fair.change_line(10_000, **given),
        lambda **given: fair.put_text("ENU", **given),
        lambda **given: crm.saved_criteria.change("X", **given),
    ]
    for step in steps:
        with pytest.raises(UnknownName, match="did you mean 'description'") as caught:
            step(descripton="x")
        assert isinstance(caught.value, TypeError)


def callables() -> list[Callable[..., object]]:
    fronts = (seg.Workspace, seg.Worksheet, Segments, LoggedSegments, AllSavedCriteria)
    verbs = [
        verb
        for front in fronts
        for name, verb in vars(front).items()
        if inspect.isfunction(verb) and name[0] != "_"
    ]
    modules = (segments, asking)
    functions = [
        each
        for module in modules
        for name, each in vars(module).items()
        if inspect.isfunction(each) and name[0] != "_"
    ]
    return [*verbs, *functions]


@pytest.mark.parametrize("verb", callables(), ids=lambda verb: verb.__qualname__)
def test_a_signature_is_short_and_takes_no_unnamed_keywords_frt_01_frt_02(
    verb: Callable[..., object],
) -> None:
    """FRT-01, FRT-02."""
    signature = inspect.signature(verb)
    assert len(str(signature)) <= 500
    for parameter in signature.parameters.values():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            assert parameter.annotation not in {object, inspect.Parameter.empty}
            assert "Any" not in str(parameter.annotation)


def test_each_value_shows_itself_in_one_line_frt_08(crm: seg.Workspace) -> None:
    """FRT-08."""
    fair = segment_of(crm, "ANNA", "BO", template="LETTER")
    saved = fair.save_criteria("X")
    values = [
        *(crm, crm.segments, crm.logged_segments, crm.saved_criteria, fair, saved),
        *(crm.select(), crm.overlaps(a=fair), fair.explain("ANNA"), fair.plan_logging()),
        *(fair.preview(seg.ActionKind.ADD), fair.follow_criteria("X").refresh(), fair.header),
        *(segments.line_contact(crm.store, fair.lines[0]), fair.attachment(10_000), fair.log()),
    ]
    for value in values:
        shown = repr(value)
        assert len(shown.splitlines()) == 1
        assert len(shown) <= 120
        assert shown.startswith(f"{type(value).__name__}(")
        assert "object at 0x" not in shown
        if value is not crm and value is not fair:
            assert json.loads(json.dumps(to_plain(value))) == to_plain(value)
        if not isinstance(value, SavedCriteria) and hasattr(value, "_repr_html_"):
            assert value._repr_html_().startswith(("<table ", "<pre "))
