"""A mix of twenty questions in memory, against polars and DuckDB by hand.

Run with ``python -m pytest tests/benchmarks/test_mix.py -s``. ``SEGMENTATION_CONTACTS`` sets how
many contacts there are (100,000); 1,000,000 make the run that is written down. With
``SEGMENTATION_FIGURES=FILE`` the ratios are also written as JSON. Ours and theirs take turns, and
the medians are compared; nothing fails for being slow.
"""

import gc
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import geometric_mean, median
from typing import Any, NamedTuple

import duckdb
import polars as pl
import pytest

from benchmarks import mix, mix_polars
from benchmarks import reference_data as data
from segmentation.criteria import BoundSelection
from segmentation.memory import MemoryStore

CONTACTS = int(os.environ.get("SEGMENTATION_CONTACTS", "100000"))
ROUNDS = int(os.environ.get("SEGMENTATION_ROUNDS", "5"))

Records = Mapping[str, Sequence[Any]]
Step = Callable[[], object]


class Answers(NamedTuple):
    """How one side answers a question."""

    listed: Callable[[], list[str]]
    counted: Callable[[], int]


class Figures(NamedTuple):
    """Seconds of one question: ours, polars, DuckDB."""

    name: str
    found: int
    listed: Sequence[float]
    counted: Sequence[float]


def ratio(taken: Sequence[float]) -> float:
    """Ours to the faster of the others."""
    return taken[0] / min(taken[1:])


def in_turn(*steps: Step) -> list[float]:
    """The median of each, all in turn."""
    for step in steps:
        step()
    rounds = [[seconds(step) for step in steps] for _ in range(ROUNDS)]
    return [median(column) for column in zip(*rounds, strict=True)]


def seconds(step: Step) -> float:
    begun = time.perf_counter()
    step()
    return time.perf_counter() - begun


def filled(records: Records) -> MemoryStore:
    store = MemoryStore()
    for rows in records.values():
        store.records.put(rows)
    return store


def ours(store: MemoryStore, bound: BoundSelection) -> Answers:
    contacts = store.contacts
    return Answers(lambda: list(contacts.matching(bound)), lambda: contacts.count(bound))


def by_polars(frames: mix_polars.Frames, question: mix.Question) -> Answers:
    plan = mix_polars.PLANS[question.name](frames)
    return Answers(partial(mix_polars.listed, plan), partial(mix_polars.counted, plan))


def by_duckdb(connection: duckdb.DuckDBPyConnection, question: mix.Question) -> Answers:
    return Answers(
        partial(listed_by_duckdb, connection, question.listed),
        lambda: int(connection.execute(question.counted).fetchall()[0][0]),
    )


def listed_by_duckdb(connection: duckdb.DuckDBPyConnection, statement: str) -> list[str]:
    """The numbers as a list; through a frame, which is faster than rows."""
    numbers: list[str] = connection.sql(statement).pl()["no"].to_list()
    return numbers


def tables_in(connection: duckdb.DuckDBPyConnection, frames: Mapping[str, pl.DataFrame]) -> None:
    for table, frame in frames.items():
        connection.register("arriving", frame.to_arrow())
        connection.execute(f"CREATE TABLE {table} AS SELECT * FROM arriving")  # noqa: S608
    connection.unregister("arriving")


@pytest.fixture(scope="module")
def columns() -> Mapping[str, data.Columns]:
    return mix.make_columns(CONTACTS)


@pytest.fixture(scope="module")
def records(columns: Mapping[str, data.Columns]) -> Records:
    """The rows as objects. The collector leaves them alone, for both sides."""
    made = {table: list(data.records_of(table, columns[table])) for table in columns}
    gc.collect()
    gc.freeze()
    return made


def test_warm(
    columns: Mapping[str, data.Columns], records: Records, capsys: pytest.CaptureFixture[str]
) -> None:
    """Numbers listed, and counted only, in the order of the questions."""
    store, frames = filled(records), mix_polars.make_frames(columns)
    lazy = {table: frame.lazy() for table, frame in frames.items()}
    found = []
    with duckdb.connect() as connection:
        tables_in(connection, frames)
        for question in mix.questions():
            sides = (
                ours(store, question.bound),
                by_polars(lazy, question),
                by_duckdb(connection, question),
            )
            numbers = sides[0].listed()
            assert all(side.listed() == numbers for side in sides), question.name
            assert all(side.counted() == len(numbers) for side in sides), question.name
            found.append(
                Figures(
                    question.name,
                    len(numbers),
                    in_turn(*(side.listed for side in sides)),
                    in_turn(*(side.counted for side in sides)),
                )
            )
    with capsys.disabled():
        print(f"\n\n{CONTACTS:,} contacts, warm; milliseconds, medians of {ROUNDS} in turn")
        print(table_of(found))
    write(found)


def table_of(found: Sequence[Figures]) -> str:
    """The figures as a table."""
    sides = ("ours", "polars", "DuckDB", "ratio") * 2
    head = f"{'':36}{'found':>9} |{'listed':>32} |{'counted':>32}"
    lines = [head, f"{'':36}{'':>9} |" + "".join(f"{side:>8}" for side in sides)]
    for each in found:
        cells = [
            "".join(f"{1000 * taken:8.2f}" for taken in times) + f"{ratio(times):8.2f}"
            for times in (each.listed, each.counted)
        ]
        lines.append(f"{each.name:36}{each.found:>9,} |" + " |".join(cells))
    for what, goal in (("listed", 0.5), ("counted", 0.1)):
        ratios = [ratio(getattr(each, what)) for each in found]
        slower = sum(each > 1 for each in ratios)
        lines.append(
            f"{what}: {geometric_mean(ratios):.3f} in the geometric mean (at most {goal}), "
            f"greatest {max(ratios):.2f}, slower in {slower}"
        )
    return "\n".join(lines)


def write(found: Sequence[Figures]) -> None:
    """Keep the figures in a file, if one is asked for."""
    if file := os.environ.get("SEGMENTATION_FIGURES"):
        figures = {"contacts": CONTACTS, "questions": [each._asdict() for each in found]}
        Path(file).write_text(json.dumps(figures, indent=1), encoding="utf-8")


def test_first(records: Records, capsys: pytest.CaptureFixture[str]) -> None:
    """All twenty for the first time, from the same objects, listed."""
    mine, theirs = [], []
    for _ in range(3):
        mine.append(ours_first(records))
        theirs.append(rivals_first(records))
    kept = [median(column) for column in zip(*mine, strict=True)]
    made = [median(column) for column in zip(*theirs, strict=True)]
    with capsys.disabled():
        print(f"\n\n{CONTACTS:,} contacts, all twenty for the first time; seconds, medians of 3")
        print(f"  ours: taken in {kept[0]:.2f}, answered {kept[1]:.2f}")
        print(f"  frames of polars made {made[0]:.2f}, answered by DuckDB {made[1]:.2f}")
        print(f"  answered / made and answered {kept[1] / sum(made):.2f} (at most 0.5)")
        print(f"  taken in and answered / made and answered {sum(kept) / sum(made):.2f}")


def ours_first(records: Records) -> tuple[float, float]:
    """Seconds of taking in, and of answering."""
    begun = time.perf_counter()
    store = filled(records)
    taken_in = time.perf_counter()
    for question in mix.questions():
        store.contacts.matching(question.bound)
    return taken_in - begun, time.perf_counter() - taken_in


def rivals_first(records: Records) -> tuple[float, float]:
    """Seconds of making frames of what is asked for, and of answering by DuckDB."""
    begun = time.perf_counter()
    frames = {table: frame_of(rows, ASKED[table]) for table, rows in records.items()}
    made = time.perf_counter()
    with duckdb.connect() as connection:
        for table, frame in frames.items():
            connection.register(table, frame)
        for question in mix.questions():
            listed_by_duckdb(connection, question.listed)
    return made - begun, time.perf_counter() - made


ASKED: Mapping[str, Sequence[str]] = {
    "contact": (
        *("no", "type", "name", "city", "company_no", "country_region_code", "post_code"),
        *("salesperson_code", "exclude_from_segment"),
    ),
    "contact_mailing_group": ("contact_no", "mailing_group_code"),
    "contact_industry_group": ("contact_no", "industry_group_code"),
    "interaction_log_entry": (
        *("contact_no", "contact_company_no", "date"),
        *("interaction_template_code", "evaluation", "cost"),
    ),
}


def frame_of(rows: Sequence[Any], fields: Sequence[str]) -> pl.DataFrame:
    """Rows as a frame of some fields. Options are read as texts."""
    made = {}
    for name in fields:
        values = [getattr(row, name) for row in rows]
        made[name] = list(map(str, values)) if isinstance(values[0], str) else values
    return pl.DataFrame(made)
