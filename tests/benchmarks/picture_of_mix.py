"""The mix of twenty as a picture: `python tests/benchmarks/picture_of_mix.py FOLDER FILE.svg`.

The folder holds what ``test_mix_engines.py`` writes with ``SEGMENTATION_FIGURES=FOLDER``.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import altair as alt

GOAL = 1.1
ENGINES = ("polars", "DuckDB", "SQLite", "PostgreSQL", "Spark")


def points(folder: Path) -> Iterator[dict[str, object]]:
    """A point for each question of each engine: the ratio of ours to the query by hand."""
    for engine in ENGINES:
        path = folder / f"mix-{engine.lower()}.json"
        if not path.exists():
            continue
        figures = json.loads(path.read_text(encoding="utf-8"))
        for question in figures["questions"]:
            ours, by_hand = question["processor"]
            title = f"{engine}, {figures['contacts']:,}"
            yield {"question": question["name"], "engine": title, "ratio": ours / by_hand}


def picture(folder: Path) -> alt.FacetChart:
    """A panel for each engine; a dot to the right of the line took longer than the goal."""
    values = list(points(folder))
    order = list(dict.fromkeys(str(each["question"]) for each in values))
    engines = list(dict.fromkeys(str(each["engine"]) for each in values))
    base = alt.Chart({"values": values})
    scale = alt.Scale(type="log", domain=[0.45, 2.2], nice=False, clamp=True)
    dots = base.mark_circle(size=40).encode(
        x=alt.X("ratio:Q", scale=scale, title=None, axis=alt.Axis(values=[0.5, 1, 2], format="")),
        y=alt.Y("question:N", sort=order, title=None, axis=alt.Axis(labelLimit=260)),
        color=alt.condition(alt.datum.ratio > GOAL, alt.value("#c1440e"), alt.value("#2c6e8f")),
    )
    goal = base.mark_rule(color="#888", strokeDash=[3, 3]).encode(x=alt.datum(GOAL))
    drawn: alt.FacetChart = (
        alt.layer(goal, dots)
        .properties(width=95, height=300)
        .facet(column=alt.Column("engine:N", sort=engines, title=None), spacing=8)
        .configure(background="white")
    )
    return drawn


if __name__ == "__main__":
    given, made = map(Path, sys.argv[1:])
    picture(given).save(made)
