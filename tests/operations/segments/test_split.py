"""Arms of a split: recorded when a segment is logged, the held-back one without an interaction."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import segmentation as seg
from segmentation.adapters.sqlalchemy import open_store
from segmentation.campaigns import HeldBackContact
from segmentation.criteria import none, split
from segmentation.documents import Attachment
from segmentation.errors import InvalidValue, Rejected
from segmentation.experiments import Split
from segmentation.interactions import Interaction
from segmentation.journal import EntryKind
from segmentation.memory import MemoryStore
from segmentation.segments import LeftOutReason
from support.desk import check_journal, make_desk, make_template, segment_of
from support.fair import person

NOS = [f"C{no:02}" for no in range(1, 13)]
WINTER = {"letter": 40, "mail": 40, "control": 20}
LETTER, MAIL = ["C02", "C05", "C06", "C07", "C09", "C12"], ["C03", "C10", "C11"]
CONTROL = ["C01", "C04", "C08"]


@pytest.fixture(params=["memory", "sql"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    """A workspace on each kind of store, with twelve contacts."""
    store = MemoryStore() if request.param == "memory" else open_store(tmp_path / "crm.db")
    people = [person(no, salesperson_code="JO", e_mail=f"{no}@x.ch") for no in NOS]
    template = make_template(
        "FAIR",
        unit_cost=Decimal("2.50"),
        unit_duration_min=Decimal(3),
        campaign_target=True,
        correspondence_type_default="email",
        language_code_default="ENU",
    )
    with make_desk(*people, template, store=store) as made:
        made.templates.put_language(
            "FAIR", "ENU", attachment=Attachment("fair.txt", b"Come"), subject="Fair"
        )
        yield made
        check_journal(made)


def winter(crm: seg.Workspace, **more: str) -> seg.Worksheet:
    segment = segment_of(crm, *NOS, template="FAIR", campaign="SALE")
    return segment.split(WINTER, split_seed="winter", **more)


def in_arms(crm: seg.Workspace) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    records = crm.context.store.records
    made: list[Interaction | HeldBackContact] = [*records.all(Interaction)]
    for each in (*made, *records.all(HeldBackContact)):
        found.setdefault(each.arm, []).append(each.contact_no)
    return found


def test_interactions_bear_the_arm_of_their_contact(crm: seg.Workspace) -> None:
    """EXM-01, without a held-back arm."""
    assert winter(crm).plan_logging().arms == {"control": 3, "letter": 6, "mail": 3}
    winter(crm).log()
    assert in_arms(crm) == {"letter": LETTER, "mail": MAIL, "control": CONTROL}


def test_who_is_held_back_has_an_entry_of_its_own_kind(crm: seg.Workspace) -> None:
    """EXM-01."""
    segment = winter(crm, held_back_arm="control")
    plan = segment.plan_logging()
    assert (plan.arms, plan.held_back, plan.interactions) == ({"letter": 6, "mail": 3}, 3, 9)
    logged = segment.log()
    assert logged.plan == plan
    assert in_arms(crm) == {"letter": LETTER, "mail": MAIL, "control": CONTROL}
    kinds = [entry.kind for entry in crm.journal]
    assert kinds.count(EntryKind.INTERACTION_LOGGED) == 9
    assert kinds.count(EntryKind.CONTACT_HELD_BACK) == 3
    held = list(crm.context.store.records.all(HeldBackContact))
    assert {each.logged_segment_entry_no for each in held} == {logged.segment.entry_no}
    assert {(each.campaign_no, each.interaction_template_code) for each in held} == {
        ("SALE", "FAIR")
    }
    why = crm.logged_segments.explain(logged.segment.entry_no, "C01")
    assert str(LeftOutReason.HELD_BACK).replace("_", " ") in str(why).replace("_", " ")


def test_figures_and_filters_know_nothing_of_who_is_held_back(crm: seg.Workspace) -> None:
    """EXM-02."""
    winter(crm, held_back_arm="control").log(deliver=True)
    outstanding = [document.contact_no for document in crm.letters.outstanding()]
    assert sorted(outstanding) == sorted([*LETTER, *MAIL])
    figures = crm.campaigns.figures("SALE")
    assert (figures.targets, figures.cost, figures.duration_min) == (
        9,
        Decimal("22.50"),
        Decimal(27),
    )
    assert crm.contacts.figures("C01").figures.interactions == 0
    assert crm.contacts.figures("C01").last_interaction is None
    quiet = crm.select(interaction_log_entry=none(date=">-3M"))
    assert set(CONTROL) <= set(quiet)
    assert not set(LETTER) & set(quiet)


def test_arms_are_kept_for_good(crm: seg.Workspace, tmp_path: Path) -> None:
    """EXM-03."""
    segment = winter(crm, held_back_arm="control")
    crm.saved_criteria.save("WINTER", split("winter", WINTER)["letter"])
    segment.log()
    crm.saved_criteria.save("WINTER", split("winter", {"letter": 100})["letter"])
    there = seg.Workspace.open(MemoryStore() if tmp_path.name else "")
    there.journal.import_entries(crm.journal.export())
    assert in_arms(there) == in_arms(crm)
    assert {name: len(nos) for name, nos in in_arms(there).items()} == {
        "letter": 6,
        "mail": 3,
        "control": 3,
    }
    there.journal.verify()


def test_a_segment_may_be_held_back_as_a_whole(crm: seg.Workspace) -> None:
    segment = segment_of(crm, *NOS, NOS[0], template="FAIR", campaign="SALE")
    logged = segment.split({"control": 1}, held_back_arm="control").log(deliver=True)
    assert len(logged.interactions) == 0
    assert in_arms(crm) == {"control": NOS}
    assert crm.campaigns.entries("SALE") == []


def test_a_split_that_holds_nobody_back_logs_all(crm: seg.Workspace) -> None:
    segment = segment_of(crm, *NOS, template="FAIR")
    segment.split({"letter": 1, "control": 0}, held_back_arm="control").log()
    assert in_arms(crm) == {"letter": NOS}


def test_a_split_is_changed_copied_and_taken_away(crm: seg.Workspace) -> None:
    segment = winter(crm)
    assert segment.header.split == Split(arms=WINTER, seed="winter")
    assert segment.copy().header.split == segment.header.split
    segment.split({"a": 0.5, "b": 0.5})
    assert segment.header.split == Split(arms={"a": 0.5, "b": 0.5}, seed=segment.no)
    segment.change_header(split_arms="one 1, two 2", split_seed="")
    assert segment.header.split == Split(arms={"one": 1, "two": 2}, seed=segment.no)
    assert segment.split({}).header.split is None


@pytest.mark.parametrize(
    ("arms", "held_back_arm", "told"),
    [
        ({"": 1}, "", "split_arms: '' is no name of an arm"),
        ({"a,b": 1}, "", "split_arms: 'a,b' is no name of an arm"),
        ({"a": "much"}, "", "split_arms: 'much' is no number"),
        ({"a": float("nan")}, "", "weight: .* is no finite number"),
        ({"a": -1, "b": 2}, "", "weights: .* are negative"),
        ({"a": 0}, "", "weights: .* are negative, or all of them 0"),
        ({"a": 1, "b": 1}, "c", "held_back_arm: 'c' is none of the arms; there are a, b"),
    ],
)
def test_what_is_no_split_is_refused(
    crm: seg.Workspace, arms: dict[str, float], held_back_arm: str, told: str
) -> None:
    segment = segment_of(crm, "C01")
    before = segment.header
    with pytest.raises(InvalidValue, match=told):
        segment.split(arms, held_back_arm=held_back_arm)
    assert segment.header == before


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"split_arms": "letter"}, "split_arms: 'letter' is no arm with its weight"),
        ({"split_arms": "letter much"}, "split_arms: 'letter much' is no arm with its weight"),
        ({"split_arms": "a 1, a 2"}, "split_arms: 'a' is the name of two arms"),
        ({"split_arms": "a 1", "held_back_arm": "b"}, "held_back_arm: 'b' is none of the arms"),
    ],
)
def test_fields_of_a_header_that_are_no_split_are_refused(
    crm: seg.Workspace,
    fields: Any,  # noqa: ANN401 - of a header
    told: str,
) -> None:
    segment = segment_of(crm, "C01")
    with pytest.raises(Rejected, match=told):
        segment.change_header(**fields)
    with pytest.raises(Rejected, match=told):
        crm.new_segment("Another", **fields)
    with pytest.raises(InvalidValue, match="names no arm"):
        Split(arms={}, seed="winter")
