"""Altair (extra ``notebook``): plots of segments, selections and campaigns.

Each takes what the workspace gives and returns a chart, which a notebook shows when a cell
ends; titles, sizes and colours can be set on it as on any other.
"""

try:
    import altair as alt
except ImportError as error:
    from segmentation.errors import MissingExtra

    raise MissingExtra("notebook", "plotting segments and campaigns") from error

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from segmentation.criteria import Counts
from segmentation.journal import Figures
from segmentation.segments import ActionSummary

_ROW = 24
_BLUE, _GREEN, _GREY = "#4c78a8", "#54a24b", "#d6d6d6"


def plot_overlaps(overlaps: Mapping[tuple[str, ...], int]) -> alt.HConcatChart:
    """How many contacts are in exactly which sources: a row for each combination.

    Args:
        overlaps: What `Workspace.overlaps` gives.

    >>> chart = plot_overlaps({("fair",): 40, ("news",): 25, ("fair", "news"): 12})
    """
    sources = list(dict.fromkeys(name for combined in overlaps for name in combined))
    most_first = sorted(overlaps.items(), key=lambda pair: -pair[1])
    counts = [{"combined": " & ".join(names), "contacts": count} for names, count in most_first]
    members = [
        {"combined": " & ".join(names), "source": source, "in": source in names}
        for names, _ in most_first
        for source in sources
    ]
    combined = alt.Y("combined:N", sort=None, axis=None)
    height = _ROW * len(counts)
    dots = (
        _chart(members, height)
        .mark_circle(size=130, opacity=1)
        .encode(
            x=alt.X(
                "source:N",
                sort=sources,
                title=None,
                axis=alt.Axis(orient="top", labelAngle=-40, ticks=False, domain=False),
            ),
            y=combined,
            color=_colours("in", {True: _BLUE, False: _GREY}, legend=None),
        )
    )
    bars = _chart(counts, height).mark_bar(color=_BLUE).encode(x=_whole("contacts"), y=combined)
    told = bars.mark_text(align="left", dx=4).encode(text="contacts:Q")
    chart: alt.HConcatChart = alt.hconcat(dots, bars + told, spacing=4)
    return chart


def plot_history(history: Iterable[ActionSummary]) -> alt.Chart:
    """What each action did to a segment: the lines that stayed, joined and left.

    Args:
        history: That of a worksheet.
    """
    rows = []
    for summary in history:
        joined, left = len(summary.action.inserted), len(summary.action.removed)
        shares = {"stayed": summary.action.lines_after - joined, "joined": joined, "left": left}
        rows += [
            {
                "action": f"{summary.number} {summary.action.kind}",
                "share": share,
                "at": at,
                "lines": count,
            }
            for at, (share, count) in enumerate(shares.items())
        ]
    shown: alt.Chart = (
        _chart(rows, _ROW * len(rows) // 3)
        .mark_bar()
        .encode(
            x=_whole("lines"),
            y=alt.Y("action:N", sort=None, title=None),
            color=_colours("share", {"stayed": _BLUE, "joined": _GREEN, "left": _GREY}),
            order="at:O",
            tooltip=["action:N", "share:N", "lines:Q"],
        )
    )
    return shown


def plot_counts(counts: Counts) -> alt.LayerChart:
    """How many contacts are left after each part of a selection: a funnel.

    Args:
        counts: What `Workspace.count` gives.
    """
    rows = [{"part": "all contacts", "contacts": counts.base}]
    rows += [{"part": part.sentence, "contacts": part.so_far} for part in counts.parts]
    bars = (
        _chart(rows, _ROW * len(rows))
        .mark_bar(color=_BLUE)
        .encode(
            x=_whole("contacts"),
            y=alt.Y("part:N", sort=None, title=None, axis=alt.Axis(labelLimit=400)),
        )
    )
    shown: alt.LayerChart = bars + bars.mark_text(align="left", dx=4).encode(text="contacts:Q")
    return shown


def plot_figures(figures: Mapping[date, Figures]) -> alt.Chart:
    """Interactions, targets and responses of a campaign over time.

    Args:
        figures: What `Campaigns.figures_over` gives.
    """
    names = ("interactions", "targets", "responses")
    rows = [
        {"day": day.isoformat(), "figure": name, "number": getattr(of_day, name)}
        for day, of_day in figures.items()
        for name in names
    ]
    shown: alt.Chart = (
        _chart(rows, 240)
        .mark_line(point=True)
        .encode(
            x=alt.X("day:T", title=None, scale=alt.Scale(type="utc")),
            y=alt.Y("number:Q", title=None, axis=alt.Axis(tickMinStep=1)),
            color=_colours("figure", dict(zip(names, (_GREY, _BLUE, _GREEN), strict=True))),
            tooltip=["day:T", "figure:N", "number:Q"],
        )
    )
    return shown


def _chart(rows: list[dict[str, Any]], height: int) -> alt.Chart:
    data = alt.Data(values=rows)  # type: ignore[no-untyped-call]
    return alt.Chart(data).properties(height=height)


def _whole(field: str) -> alt.X:
    return alt.X(f"{field}:Q", title=field, axis=alt.Axis(tickMinStep=1))


def _colours(field: str, colours: Mapping[Any, str], **given: Any) -> alt.Color:  # noqa: ANN401
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    return alt.Color(f"{field}:N", title=None, scale=scale, **given)
