"""Altair (extra ``notebook``): plots of segments, selections and campaigns.

Each takes what the workspace gives and returns a chart, which a notebook shows when a cell
ends; titles, sizes and colours can be set on it as on any other.

Altair's charts load their scripts from the network. ``altair.renderers.enable("svg")`` shows
pictures instead, which need none.
"""

try:
    import altair as alt
except ImportError as error:
    from segmentation.errors import MissingExtra

    raise MissingExtra("notebook", "plotting segments and campaigns") from error

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any

from segmentation.criteria import Counts
from segmentation.errors import InvalidValue, MissingExtra
from segmentation.experiments import Comparison, Funnel, Group, RateFrom, ResponseCurve
from segmentation.journal import Figures
from segmentation.markup import to_percent
from segmentation.segments import ActionSummary, LoggedSegment

_ROW = 24
_BLUE, _GREEN, _GREY = "#4c78a8", "#54a24b", "#d6d6d6"
_FAINT, _INK = "#888888", "#222222"
_WHOLE = ",.0f"
_SHARE = "format(datum.value * 100, ',.2~f') + ' %'"
_DIFFERENCE = "format(datum.value * 100, '+,.2~f') + ' %'"
_MOST_DAYS = 5
"""How many days are named along an axis."""


def plot_overlaps(overlaps: Mapping[tuple[str, ...], int], *, title: str = "") -> alt.HConcatChart:
    """How many contacts are in exactly which sources: a row for each combination.

    Args:
        overlaps: What `Workspace.overlaps` gives.
        title: What stands above, such as the day.

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
    told = bars.mark_text(align="left", dx=4).encode(text=alt.Text("contacts:Q", format=_WHOLE))
    chart: alt.HConcatChart = alt.hconcat(dots, bars + told, spacing=4)
    return chart.properties(title=_title(title)) if title else chart


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
    shown: alt.LayerChart = bars + bars.mark_text(align="left", dx=4).encode(
        text=alt.Text("contacts:Q", format=_WHOLE)
    )
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
            x=_days(figures),
            y=alt.Y("number:Q", title=None, axis=alt.Axis(tickMinStep=1)),
            color=_colours("figure", dict(zip(names, (_GREY, _BLUE, _GREEN), strict=True))),
            tooltip=["day:T", "figure:N", "number:Q"],
        )
    )
    return shown


def plot_comparison(
    comparison: Comparison, *, title: str = "", of: LoggedSegment | None = None
) -> alt.LayerChart:
    """By how much each arm differs from the first, with its interval; 0 is no difference.

    Args:
        comparison: What `Campaigns.compare` gives.
        title: What stands above; the first arm is named anyway.
        of: The logged segment whose arms they are; its number, description and day stand above
            the title.
    """
    is_rate = all(isinstance(group, Group) for group in comparison.groups)
    rows = [
        {
            "arm": each.name,
            "difference": each.difference,
            "low": each.low,
            "high": each.high,
            "told": to_percent(each.difference) if is_rate else f"{each.difference:,.2f}",
            "significant": each.is_significant,
        }
        for each in comparison.differences
    ]
    base = comparison.groups[0].name
    axis = alt.Axis(labelExpr=_DIFFERENCE) if is_rate else alt.Axis(format="+,.2~f")
    drawn = _chart(rows, _ROW * 2 * len(rows))
    arm = alt.Y("arm:N", sort=None, title=None)
    colour = _colours("significant", {True: _BLUE, False: _FAINT}, legend=None)
    bars = drawn.mark_rule(strokeWidth=3).encode(
        x=alt.X("low:Q", title=f"difference from {base}", axis=axis),
        x2="high:Q",
        y=arm,
        color=colour,
    )
    points = drawn.mark_point(size=90, filled=True, opacity=1).encode(
        x="difference:Q", y=arm, color=colour
    )
    told = drawn.mark_text(dy=-14).encode(x="difference:Q", y=arm, text="told:N")
    nothing = alt.Chart(_data([{"none": 0}])).mark_rule(strokeDash=[4, 4], color=_FAINT)
    shown: alt.LayerChart = nothing.encode(x="none:Q") + bars + points + told
    told_above = title or f"beside {base}"
    above = _title(_named(of), told_above) if of is not None else _title(told_above)
    return shown.properties(title=above)


def plot_responses(curve: ResponseCurve) -> alt.Chart:
    """The share of each arm that had responded, day by day.

    Args:
        curve: What `LoggedSegments.response_curve` gives.
    """
    arms = {arm or "all": _throughout(curve, days) for arm, days in curve.arms.items()}
    rows = [
        {"arm": arm, "day": each.day.isoformat(), "rate": each.rate}
        for arm, days in arms.items()
        for each in days
    ]
    shown: alt.Chart = (
        _chart(rows, 240)
        .mark_line(interpolate="step-after", point=True)
        .encode(
            x=_days(each.day for each in chain(*arms.values())),
            y=alt.Y("rate:Q", title="responded", axis=alt.Axis(labelExpr=_SHARE)),
            color=alt.Color("arm:N", title=None, sort=list(curve.arms)),
            strokeDash=alt.StrokeDash("arm:N", sort=list(curve.arms), legend=None),
            tooltip=["day:T", "arm:N", alt.Tooltip("rate:Q", format=".1%")],
        )
    )
    return shown.properties(title=_title(_named(curve)), width=480)


def _throughout(curve: ResponseCurve, days: Sequence[RateFrom]) -> list[RateFrom]:
    """The days of a curve, from 0 when the segment was logged to the last day of all curves."""
    start = [RateFrom(curve.day, 0.0)] if curve.day else []
    last = max((each.day for each in chain(*curve.arms.values())), default=None)
    whole = [*start, *days]
    if last is None or not whole or whole[-1].day >= last:
        return whole
    return [*whole, RateFrom(last, whole[-1].rate)]


def plot_funnel(funnel: Funnel) -> alt.LayerChart:
    """The way of a segment's contacts from being selected to an order.

    Each stage is labelled with its count; from the responses on with its share of those who were
    written to, too.

    Args:
        funnel: What `LoggedSegments.funnel` gives.
    """
    rows = [
        {"stage": stage, "contacts": count, "told": _told(funnel, stage, count)}
        for stage, count in funnel.stages.items()
    ]
    bars = (
        _chart(rows, _ROW * len(rows))
        .mark_bar(color=_BLUE)
        .encode(
            x=alt.X("contacts:Q", axis=alt.Axis(format=_WHOLE, tickMinStep=1)),
            y=alt.Y("stage:N", sort=None, title=None),
        )
    )
    shown: alt.LayerChart = bars + bars.mark_text(align="left", dx=4, color=_INK).encode(
        text="told:N"
    )
    return shown.properties(title=_title(_named(funnel)), width=420)


def _told(funnel: Funnel, stage: str, count: int) -> str:
    is_share = stage in {"responded", "bought"} and funnel.sent
    return f"{count:,} ({_percent(count / funnel.sent)})" if is_share else f"{count:,}"


def _percent(share: float) -> str:
    """A share with one decimal where it needs one: 5 %, 1.2 %."""
    return f"{round(share * 100, 1):g} %"


def _named(of: ResponseCurve | Funnel | LoggedSegment) -> str:
    """Number, description and day of a segment."""
    day = of.date if isinstance(of, LoggedSegment) else of.day
    return " · ".join(filter(None, (of.segment_no, of.description, day.isoformat() if day else "")))


def _title(text: str, below: str = "") -> alt.TitleParams:
    return alt.TitleParams(text=text, subtitle=below, anchor="start", fontSize=14)


def _days(days: Iterable[date]) -> alt.X:
    """An axis of days, of which each is named once; of many only some."""
    known = sorted(days)
    between = (known[-1] - known[0]).days + 1 if known else 0
    step = -(-between // _MOST_DAYS) or 1
    named = [known[0] + timedelta(days=after) for after in range(0, between, step)]
    values = [alt.DateTime(year=d.year, month=d.month, date=d.day, utc=True) for d in named]
    return alt.X(
        "day:T",
        title=None,
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(format="%Y-%m-%d", values=values),
    )


def save_picture(chart: alt.TopLevelMixin, path: Path | str) -> None:
    """Save a chart as a picture, without a browser and without the network.

    Args:
        chart: Any of the charts here.
        path: The file, ending in ``.png`` or ``.svg``.

    Raises:
        InvalidValue: The name ends in something else.
        MissingExtra: vl-convert is not installed.
    """
    target = Path(path)
    kind = target.suffix.lower()
    if kind not in {".png", ".svg"}:
        raise InvalidValue("path", str(path), "is no picture; let it end in .png or .svg")
    if find_spec("vl_convert") is None:
        raise MissingExtra("notebook", "saving pictures")
    if kind == ".svg":
        chart.save(str(target), format="svg")
    else:
        chart.save(str(target), format="png", scale_factor=2)


def _chart(rows: list[dict[str, Any]], height: int) -> alt.Chart:
    return alt.Chart(_data(rows)).properties(height=height)


def _data(rows: list[dict[str, Any]]) -> alt.Data:
    return alt.Data(values=rows)  # type: ignore[no-untyped-call]


def _whole(field: str) -> alt.X:
    return alt.X(f"{field}:Q", title=field, axis=alt.Axis(format=_WHOLE, tickMinStep=1))


def _colours(field: str, colours: Mapping[Any, str], **given: Any) -> alt.Color:  # noqa: ANN401
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    return alt.Color(f"{field}:N", title=None, scale=scale, **given)
