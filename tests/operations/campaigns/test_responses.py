"""Responses: each is credited to the segment, template and arm that asked."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import segmentation as seg
from segmentation.adapters.sqlalchemy import open_store
from segmentation.errors import Rejected, UnknownName
from segmentation.experiments import Responses
from segmentation.interactions import Interaction
from segmentation.memory import MemoryStore
from support.desk import check_journal, make_desk, make_template, segment_of
from support.fair import company, person


def day(number: int) -> dt.date:
    return dt.date(2026, 11, number)


@pytest.fixture(params=["memory", "sql"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    """A workspace on each kind of store; F is a company, F1 and F2 work there."""
    store = MemoryStore() if request.param == "memory" else open_store(tmp_path / "crm.db")
    people = (
        *(person(no, salesperson_code="JO") for no in "ABCD"),
        company("F", salesperson_code="JO"),
        *(person(no, "F", salesperson_code="JO") for no in ("F1", "F2")),
        make_template("FAIR", campaign_target=True),
        make_template("REPLY"),
    )
    with make_desk(*people, store=store) as made:
        yield made
        check_journal(made)


def ask(
    crm: seg.Workspace, *nos: str, on: int = 2, arm: str = "", campaign: str = "SALE"
) -> dict[str, int]:
    """Log a segment; the numbers of its entries by contact."""
    segment = segment_of(crm, *nos, template="FAIR", campaign=campaign)
    segment.change_header(date=day(on), update_lines=True)
    if arm:
        segment.split({arm: 1})
    return {each.contact_no: each.entry_no for each in segment.log().interactions}


def reply(
    crm: seg.Workspace, no: str, on: int = 2, *, answers: int = 0, campaign: str = ""
) -> Interaction:
    fields: Any = {"answers_entry_no": answers} if answers else {}
    if campaign:
        fields |= {"campaign_no": campaign, "campaign_response": True}
    return crm.interactions.create(no, interaction_template_code="REPLY", date=day(on), **fields)


def counts(found: Responses) -> tuple[int, int]:
    return found.responded, found.asked


def test_a_response_counts_for_what_asked(crm: seg.Workspace) -> None:
    """EXM-11."""
    segment = segment_of(crm, "A", "B", "C", template="FAIR", campaign="SALE")
    segment.split({"letter": 1, "mail": 2}, split_seed="11")
    logged = segment.log()
    asked = {each.contact_no: each.entry_no for each in logged.interactions}
    assert [each.arm for each in logged.interactions] == ["letter", "mail", "mail"]
    made = reply(crm, "B", answers=asked["B"])
    assert (made.campaign_no, made.segment_no) == ("SALE", logged.segment.segment_no)
    assert made.campaign_response
    by_segment = crm.campaigns.responses_by("SALE", "segment_no")
    assert list(by_segment) == [logged.segment.segment_no]
    assert counts(by_segment[logged.segment.segment_no]) == (1, 3)
    assert by_segment[logged.segment.segment_no].rate == 1 / 3
    figures = crm.campaigns.figures_by("SALE", "segment_no")
    assert list(figures) == [logged.segment.segment_no]
    assert figures[logged.segment.segment_no].response_rate == 1 / 3
    by_template = crm.campaigns.responses_by("SALE", "interaction_template_code")
    assert {key: counts(each) for key, each in by_template.items()} == {"FAIR": (1, 3)}
    by_arm = crm.campaigns.responses_by("SALE", "arm")
    assert {key: counts(each) for key, each in by_arm.items()} == {
        "letter": (0, 1),
        "mail": (1, 2),
    }
    with pytest.raises(UnknownName, match="did you mean 'segment_no'"):
        crm.campaigns.responses_by("SALE", "segment")


def test_a_template_says_how_long_it_answers(crm: seg.Workspace) -> None:
    """EXM-12: both ends of the window count."""
    crm.templates.change("REPLY", answers_within="14D")
    ask(crm, "A", "B", "C", "D", on=2, campaign="")
    for no, on in {"A": 2, "B": 16, "C": 17, "D": 1}.items():
        reply(crm, no, on)
    found = crm.campaigns.responses()
    assert counts(found) == (2, 4)
    assert set(found.responders) == {"A", "B"}
    assert counts(crm.campaigns.responses(since=day(16))) == (1, 4)


@pytest.mark.parametrize(("on", "named", "credited"), [(10, "", "2"), (5, "", "1"), (10, "1", "1")])
def test_the_last_that_asked_is_answered(
    crm: seg.Workspace, on: int, named: str, credited: str
) -> None:
    """EXM-13: an entry that is named counts, whatever the rule says."""
    crm.templates.change("REPLY", answers_within="14D")
    asked = {"1": ask(crm, "A", on=2)["A"], "2": ask(crm, "A", on=9)["A"]}
    segments = {key: crm.interactions[number].segment_no for key, number in asked.items()}
    reply(crm, "A", on, answers=asked.get(named, 0))
    found = crm.campaigns.responses_by("SALE", "segment_no")
    assert [key for key, each in found.items() if each.responded] == [segments[credited]]
    assert counts(crm.campaigns.responses("SALE", segment_no=segments[credited])) == (1, 1)


def test_a_company_responds_through_its_persons(crm: seg.Workspace) -> None:
    """EXM-14."""
    ask(crm, "F", "A")
    assert list(crm.select(crm.campaigns.has_responded("SALE"))) == []
    for no in ("F1", "F2"):
        reply(crm, no, 5, campaign="SALE")
    found = crm.campaigns.responses("SALE")
    assert (counts(found), found.rate) == ((1, 2), 0.5)
    assert found.responders == {"F": ("F1", "F2")}
    assert list(crm.select(crm.campaigns.has_responded("SALE"))) == ["F"]
    assert list(crm.select(crm.campaigns.has_not_responded("SALE"))) == ["A"]
    reply(crm, "A", 5, campaign="SALE")
    assert set(crm.select(crm.campaigns.has_responded("SALE"))) == {"A", "F"}
    assert list(crm.select(crm.campaigns.has_not_responded("SALE"))) == []


def test_a_person_does_not_respond_through_a_colleague(crm: seg.Workspace) -> None:
    """EXM-15."""
    ask(crm, "F1")
    reply(crm, "F2", 5, campaign="SALE")
    assert counts(crm.campaigns.responses("SALE")) == (0, 1)


def test_a_person_s_own_entry_goes_before_its_company_s(crm: seg.Workspace) -> None:
    """EXM-15."""
    ask(crm, "F", arm="letter")
    ask(crm, "F1", arm="mail")
    reply(crm, "F1", 5, campaign="SALE")
    found = crm.campaigns.responses_by("SALE", "arm")
    assert {key: counts(each) for key, each in found.items()} == {
        "letter": (0, 1),
        "mail": (1, 1),
    }


def test_a_contact_responds_as_long_as_one_response_counts(crm: seg.Workspace) -> None:
    """EXM-16."""
    ask(crm, "A")
    replies = [reply(crm, "A", 5, campaign="SALE").entry_no for _ in range(3)]
    assert counts(crm.campaigns.responses("SALE")) == (1, 1)
    crm.interactions.cancel(*replies[:2])
    assert counts(crm.campaigns.responses("SALE")) == (1, 1)
    crm.interactions.cancel(replies[2])
    assert counts(crm.campaigns.responses("SALE")) == (0, 1)
    crm.interactions.uncancel(replies[0])
    assert counts(crm.campaigns.responses("SALE")) == (1, 1)


def test_an_entry_that_cannot_be_answered_is_refused(crm: seg.Workspace) -> None:
    """EXM-17: by one, and by many at once."""
    asked = ask(crm, "A", "F")
    crm.interactions.comment(asked["A"], "Well")
    comment = crm.journal.head.number
    head = crm.journal.head
    for number, told in {
        999999: "answers_entry_no: entry 999999 is no interaction",
        comment: f"answers_entry_no: entry {comment} is no interaction",
        asked["A"]: (
            f"answers_entry_no: entry {asked['A']} is of contact A, "
            "which is neither B nor of its company"
        ),
    }.items():
        with pytest.raises(Rejected, match=told):
            reply(crm, "B", answers=number)
        draft = crm.interactions.draft(
            "B", interaction_template_code="REPLY", answers_entry_no=number
        )
        with pytest.raises(Rejected, match=told):
            crm.interactions.create_many([draft])
    assert crm.journal.head == head
    reply(crm, "F2", answers=asked["F"])
    assert crm.campaigns.responses("SALE").responders == {"F": ("F2",)}


def test_a_response_of_who_is_held_back_counts_for_the_arm_alone(crm: seg.Workspace) -> None:
    """EXM-01: nobody asked, so no segment, template or campaign is answered."""
    segment = segment_of(crm, "A", "B", "C", template="FAIR", campaign="SALE")
    segment.split({"control": 1, "mail": 2}, split_seed="11", held_back_arm="control")
    logged = segment.log()
    crm.templates.change("REPLY", answers_within="14D")
    reply(crm, "A", 22)
    assert counts(crm.campaigns.responses("SALE")) == (0, 2)
    for field in ("segment_no", "interaction_template_code", "campaign_no", "campaign_entry_no"):
        (found,) = crm.campaigns.responses_by("SALE", field).values()
        assert counts(found) == (0, 2)
    by_arm = crm.campaigns.responses_by("SALE", "arm")
    assert {key: counts(each) for key, each in by_arm.items()} == {
        "control": (1, 1),
        "mail": (0, 2),
    }
    compared = crm.campaigns.compare("SALE")
    assert [each.name for each in compared.groups] == ["control", "mail"]
    crm.logged_segments.cancel(logged.segment.entry_no)
    assert crm.campaigns.responses_by("SALE", "arm") == {}


def test_what_is_canceled_neither_asks_nor_is_answered(crm: seg.Workspace) -> None:
    asked = ask(crm, "A", "B")
    reply(crm, "A", 5, answers=asked["A"])
    crm.interactions.cancel(asked["A"])
    assert counts(crm.campaigns.responses("SALE")) == (0, 1)


def test_a_response_for_one_campaign_answers_no_other(crm: seg.Workspace) -> None:
    crm.campaigns.new("Other", no="")
    (other,) = crm.campaigns.where(description="Other")
    ask(crm, "A", on=2)
    ask(crm, "A", on=3, campaign=other.no)
    reply(crm, "A", 5, campaign="SALE")
    assert counts(crm.campaigns.responses("SALE")) == (1, 1)
    assert counts(crm.campaigns.responses(other)) == (0, 1)


@pytest.mark.parametrize("formula", ["soon", "-1D", "-CM"])
def test_a_time_to_answer_leads_from_no_day_back(crm: seg.Workspace, formula: str) -> None:
    with pytest.raises(Rejected, match=f"answers_within: '{formula.upper()}' is no length of time"):
        crm.templates.change("REPLY", answers_within=formula)
    assert not crm.templates["REPLY"].answers_within
