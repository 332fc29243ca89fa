"""What a notebook shows of a value is short, however large the value, and holds no foreign tag."""

from typing import Any

import pytest

import segmentation as seg
from segmentation.columns import Columns
from segmentation.experiments import Comparison, Group
from segmentation.journal import Figures, Membership, State, fold
from segmentation.markup import to_figures, to_rows, to_table, to_text
from segmentation.questionnaires import Question
from segmentation.reports import (
    CampaignDetails,
    CampaignReport,
    ContactList,
    CoverSheets,
    EntryRow,
    Labels,
    Sheet,
)
from segmentation.segments import (
    ActionSummary,
    Candidates,
    CriteriaAction,
    History,
    LeftOut,
    LeftOutReason,
    LeftOuts,
    Lines,
    Segment,
    history_of,
    to_left_outs,
)
from support.fair import TODAY, make_store, person
from support.sampled import ENTRIES, SEGMENT, VALUES, crammed

MOST = 50_000
SHOWN = {kind: value for kind, value in VALUES.items() if hasattr(value, "_repr_html_")}
MANY = 20_000
"""How many contacts are enough to see that none are listed for their number."""


@pytest.fixture(scope="module")
def crm() -> seg.Workspace:
    people = [person(f"P{n:06d}", name=f"Person {n}") for n in range(MANY)]
    barred = [person(f"Q{n:06d}", privacy_blocked=True) for n in range(MANY // 10)]
    return seg.Workspace.open(make_store(*people, *barred), user="ANNA", today=TODAY)


@pytest.fixture(scope="module")
def fair(crm: seg.Workspace) -> seg.Worksheet:
    fair = crm.new_segment("Fair").add_contacts(contact={"no": "P*|Q*"})
    fair.reduce_contacts(contact={"no": "P00001*"})
    return fair


def test_values_with_rows_or_figures_show_them() -> None:
    assert {
        *(
            ActionSummary,
            CampaignDetails,
            CampaignReport,
            Candidates,
            Columns,
            Comparison,
            CriteriaAction,
        ),
        *(
            ContactList,
            CoverSheets,
            Labels,
            Figures,
            LeftOuts,
            Lines,
            Membership,
            Question,
            Segment,
            Sheet,
        ),
    } <= SHOWN.keys()


@pytest.mark.parametrize("made", [lambda value: value, crammed], ids=["plain", "crammed"])
@pytest.mark.parametrize("kind", SHOWN, ids=lambda kind: kind.__name__)
def test_each_is_short_and_escaped(kind: type, made: Any) -> None:  # noqa: ANN401
    shown = made(SHOWN[kind])._repr_html_()
    assert shown.startswith(("<table ", "<pre "))
    assert len(shown.encode()) < MOST
    assert "<b>" not in shown


def test_many_contacts_are_counted_and_not_listed(crm: seg.Workspace, fair: seg.Worksheet) -> None:
    segment = crm.store.segments.get(fair.no)
    assert segment.actions[0].left_out.counts == {LeftOutReason.BLOCKED: MANY // 10}
    more = f"… and {len(segment.lines) - 10:,} more"
    for value, said in (
        (fair, more),
        (fair, "blocked 2,000"),
        (fair.history, "blocked 2,000"),
        (fair.history[0], "… and 1,990 more"),
        (segment, more),
        (segment.lines, more),
        (segment.lines.by_field(), more),
        (segment.actions[0], "… and 1,990 more"),
        (segment.actions[0].left_out, "… and 1,990 more"),
        (crm.select(contact={"no": "P*"}), f"… and {MANY - 10:,} more"),
    ):
        shown = value._repr_html_()
        assert said in shown
        assert len(shown.encode()) < MOST


def test_a_ledger_names_who_was_left_out_by_reason() -> None:
    found = to_left_outs(
        [
            LeftOut("ANNA", LeftOutReason.NO_CONSENT),
            *(LeftOut(f"C{number:02}", LeftOutReason.BLOCKED) for number in range(12)),
        ]
    )
    shown = found._repr_html_()
    assert "<caption>13 left out</caption>" in shown
    assert '<td>no consent</td><td style="text-align: right">1</td><td>ANNA</td>' in shown
    assert "C00, C01, C02, C03, C04, C05, C06, C07, C08, C09 … and 2 more</td>" in shown


def test_a_long_history_shows_its_first_actions() -> None:
    history = History(history_of(SEGMENT).summaries * 10)
    shown = history._repr_html_()
    assert "<td>1 add: 3 joined, 1 left out (0 → 3 lines)</td><td>blocked 1</td>" in shown
    assert "… and 10 more" in shown
    assert str(history).count("\n") == 19
    assert history[:2] == list(history)[:2]
    assert history[1:].summaries == history.summaries[1:]
    assert (history == 1, hash(history) == hash(history.summaries)) == (False, True)


def test_rates_are_shown_in_per_cent() -> None:
    assert "25.0 %" in Figures(targets=4, responses=1)._repr_html_()
    assert "<td>cost per response</td><td></td>" in Figures()._repr_html_()
    details = CampaignDetails(
        campaign_no="FAIR", response_rate=0.25, entries=(EntryRow(entry_no=1),)
    )
    assert "25.0 %" in details._repr_html_()
    comparison = VALUES[Comparison]
    assert isinstance(comparison, Comparison)
    shown = comparison._repr_html_()
    assert "<td>3.0 %</td><td>0.8 % to 5.2 %</td><td>0.0065</td><td>significant</td>" in shown


def test_an_action_says_how_it_chose() -> None:
    add, reduce = SEGMENT.actions
    assert "Bern" in add._repr_html_()
    assert "by hand" not in add._repr_html_()
    assert "<td>by hand</td><td>yes</td>" in reduce._repr_html_()
    assert "left out" not in reduce._repr_html_()


def test_a_state_counts_its_tables() -> None:
    shown = fold(ENTRIES)._repr_html_()
    assert "as of entry 2" in shown
    assert "<td>logged_segment</td>" in shown
    assert State().counts == {}


def test_long_texts_are_cut() -> None:
    assert len(to_table(["a"], [("x" * 999,)], caption="y" * 999)) < 1000
    long = to_text("line\n" * 9_999)
    assert long.endswith("… and 7,999 more lines</pre>")
    assert "… and 1 more" in to_rows([Group(name="A", contacts=1, responses=0)] * 11, ["name"])
    assert "<td>lines</td><td></td></tr></tbody></table>" in to_figures({"lines": None})
