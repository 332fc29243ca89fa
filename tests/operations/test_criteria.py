"""Asking about a selection: in words, for one contact, part by part."""

import datetime as dt
from pathlib import Path

import pytest

import segmentation as seg
from segmentation.criteria import Concern, InLoggedSegment, InSegment
from segmentation.operations.criteria import check_selection

SAMPLE = Path(__file__).parent.parent.parent / "src" / "segmentation" / "sample"


@pytest.fixture(scope="module")
def crm() -> seg.Workspace:
    crm = seg.Workspace.open(user="ANNA", today=dt.date(2026, 11, 22))
    crm.import_data(SAMPLE)
    return crm


def test_a_selection_is_told_in_words_with_its_dates_worked_out(crm: seg.Workspace) -> None:
    told = crm.describe(
        contact={"country_region_code": "DK|SE"},
        mailing_groups={"mailing_group_code": "NEWS"},
        interactions=seg.none(date="-3M.."),
    )
    assert "DK" in told
    assert "NEWS" in told
    assert "2026-08-22" in told


def test_a_selection_is_read_from_words(crm: seg.Workspace) -> None:
    criteria = seg.make_selection(contact={"city": "Bern"}, interactions={"date": "-3M.."})
    assert crm.select(crm.from_words(crm.describe(criteria))) == crm.select(criteria)
    assert crm.from_words("tutti i contatti", language="it-IT") is None
    french = crm.from_words("Ville est Berne", language="fr-CH")
    assert french == crm.from_words("City is Berne")


@pytest.mark.parametrize(
    ("words", "error", "told"),
    [
        ("City est Berne", seg.FilterError, "'est' does not fit here"),
        ("Type is sombody", seg.UnknownName, "unknown option"),
        ("Minor is perhaps", seg.FilterError, "contact.minor: this is neither yes nor no"),
        ("has interactions where Date is soon", seg.FilterError, "this is no date"),
    ],
)
def test_words_that_say_no_selection_are_refused_mng_53(
    crm: seg.Workspace, words: str, error: type[Exception], told: str
) -> None:
    """MNG-53."""
    with pytest.raises(error, match=told):
        crm.from_words(words)


def test_a_fault_of_words_is_told_in_the_language_of_the_workspace_mng_53() -> None:
    """MNG-53."""
    crm = seg.Workspace.open(language="it-IT")
    with pytest.raises(seg.FilterError) as caught:
        crm.from_words("Citta è Berna")
    assert crm.translate(caught.value).startswith(
        "qui niente si chiama 'Citta'; atteso: un campo del contatto"
    )


def test_an_explanation_names_the_rows_that_decided(crm: seg.Workspace) -> None:
    no = crm.select(mailing_groups={"mailing_group_code": "NEWS"})[0]
    found = crm.explain(no, contact={"no": no}, mailing_groups={"mailing_group_code": "NEWS"})
    assert found.holds
    assert "mailing group code = NEWS" in str(found)
    assert not crm.explain(no, contact={"no": "NOBODY"}).holds
    with pytest.raises(seg.NotFound):
        crm.explain("NOBODY")


def test_membership_of_segments_is_explained_too(crm: seg.Workspace) -> None:
    fair = crm.new_segment("Fair", interaction_template_code="FAIR").add_contact("CT000002")
    assert crm.explain("CT000002", InSegment(fair.no)).holds
    assert not crm.explain("CT000003", InSegment(fair.no)).holds
    entry_no = fair.log().segment.entry_no
    assert crm.explain("CT000002", InLoggedSegment(entry_no)).holds
    assert not crm.explain("CT000003", InLoggedSegment(entry_no)).holds


def test_a_segment_that_asks_for_its_own_members_is_told(crm: seg.Workspace) -> None:
    first = crm.new_segment("First")
    second = crm.new_segment("Second").add_contacts(InSegment(first.no))
    third = crm.new_segment("Third").add_contacts(InSegment(second.no))
    asked = InSegment(third.no.lower())
    assert crm.check(asked) == ()
    circle = f"{first.no} → {third.no} → {second.no} → {first.no}"
    assert [str(remark) for remark in check_selection(crm.context, asked, segment_no=first.no)] == [
        f"segment {first.no} asks for its own members: {circle}"
    ]
    (own,) = check_selection(crm.context, ~InSegment(first.no), segment_no=first.no)
    assert own.concern is Concern.CIRCLE
    first.add_contacts(asked)
    assert [remark.concern for remark in crm.check(InSegment(second.no))] == [Concern.CIRCLE]


def test_counts_of_parts_are_those_of_the_lists(crm: seg.Workspace) -> None:
    nordic = {"country_region_code": "DK|SE|NO"}
    news = {"mailing_group_code": "NEWS"}
    counts = crm.count(contact=nordic, mailing_groups=news)
    first, second = counts.parts
    assert counts.base == len(crm.select())
    assert first.alone == first.so_far == len(crm.select(contact=nordic))
    assert second.alone == len(crm.select(mailing_groups=news))
    both = len(crm.select(contact=nordic, mailing_groups=news))
    assert second.so_far == counts.passing == both


def test_without_criteria_everybody_is_counted(crm: seg.Workspace) -> None:
    counts = crm.count()
    assert (counts.parts, counts.passing) == ((), counts.base)


def test_a_check_looks_codes_up_where_they_are_kept(crm: seg.Workspace) -> None:
    the = crm.fields
    unknown = the.mailing_groups.mailing_group_code == "NEWZ"
    assert any("NEWZ" in str(remark) for remark in crm.check(unknown))
    assert crm.check(the.mailing_groups.mailing_group_code == "NEWS") == ()
    asked = InSegment("NONE") | InLoggedSegment(99)
    assert [str(remark) for remark in crm.check(asked)] == [
        "there is no segment NONE",
        "there is no logged segment 99",
    ]
    assert crm.check(the.contact.company_no == "CT999999") == ()
    assert crm.check(the.interactions.opportunity_no == "X") == ()


def test_a_segment_of_everybody_asks_for_no_members(crm: seg.Workspace) -> None:
    everybody = crm.new_segment("Everybody").add_contacts()
    assert crm.check(InSegment(everybody.no)) == ()
