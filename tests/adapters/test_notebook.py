"""Plots show the figures that they are given."""

from datetime import date
from decimal import Decimal
from typing import Any

import altair as alt

import segmentation as seg
from segmentation.adapters.notebook import (
    plot_counts,
    plot_figures,
    plot_history,
    plot_overlaps,
)
from segmentation.journal import Figures
from support.fair import TODAY, make_store


def rows_of(chart: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """The rows that a chart draws: of several data those of the first."""
    drawn = chart.to_dict()  # Altair checks it against the schema of Vega-Lite
    return list((drawn.get("data") or drawn["hconcat"][0]["data"])["values"])


def test_overlaps_have_a_dot_for_each_source_and_a_bar_for_each_combination() -> None:
    chart = plot_overlaps({("fair",): 2, ("news",): 5, ("fair", "news"): 1})
    assert [(row["combined"], row["source"]) for row in rows_of(chart) if row["in"]] == [
        ("news", "news"),
        ("fair", "fair"),
        ("fair & news", "fair"),
        ("fair & news", "news"),
    ]
    bars = chart.to_dict()["hconcat"][1]["data"]["values"]
    assert [row["contacts"] for row in bars] == [5, 2, 1]
    assert rows_of(plot_overlaps({})) == []
    titled = plot_overlaps({("fair",): 2}, title="Fair").to_dict()
    assert titled["title"]["text"] == "Fair"


def test_charts_that_are_shown_as_pictures_need_no_network() -> None:
    """As the how-to on notebooks tells; by default they load their scripts from it."""
    chart = plot_overlaps({("fair",): 2, ("news",): 5})
    with alt.renderers.enable("default"):
        assert "//cdn." in str(chart._repr_mimebundle_())
    with alt.renderers.enable("svg"):
        shown = chart._repr_mimebundle_()
    assert isinstance(shown, dict)
    assert "news" in shown.pop("image/svg+xml")
    assert not shown


def test_a_history_shows_who_stayed_joined_and_left() -> None:
    crm = seg.Workspace.open(make_store(), today=TODAY)
    fair = crm.new_segment("Fair").add_contact("SHOP").add_contact("CARL")
    fair.reduce_contacts(contact={"no": "CARL"})
    drawn = [
        (row["action"], row["share"], row["lines"]) for row in rows_of(plot_history(fair.history))
    ]
    assert drawn[3:] == [
        ("2 add", "stayed", 1),
        ("2 add", "joined", 1),
        ("2 add", "left", 0),
        ("3 reduce", "stayed", 1),
        ("3 reduce", "joined", 0),
        ("3 reduce", "left", 1),
    ]


def test_counts_are_drawn_from_all_contacts_down() -> None:
    crm = seg.Workspace.open(make_store(), today=TODAY)
    counts = crm.count(contact={"no": "SHOP|CARL", "name": "<>''"})
    drawn = [row["contacts"] for row in rows_of(plot_counts(counts))]
    assert drawn == [counts.base, *(part.so_far for part in counts.parts)]


def test_figures_are_drawn_day_by_day() -> None:
    week = Figures(interactions=3, cost=Decimal(1), targets=2, responses=1)
    drawn = rows_of(plot_figures({date(2026, 11, 2): week}))
    assert [(row["day"], row["figure"], row["number"]) for row in drawn] == [
        ("2026-11-02", "interactions", 3),
        ("2026-11-02", "targets", 2),
        ("2026-11-02", "responses", 1),
    ]
