"""Selecting: our indexes, our frames, and the same query by hand on what else there is.

Everything is measured in one run, as medians; only ratios mean something. The number of
contacts can be set: ``SEGMENTATION_CONTACTS=100000 python -m pytest tests/benchmarks``.
"""

import os
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from benchmarks import reference_data as data
from segmentation.adapters.narwhals import FrameContacts
from segmentation.memory import MemoryStore

CONTACTS = int(os.environ.get("SEGMENTATION_CONTACTS", data.MILLION))
ROUNDS = 5
NORTH, LOW, HIGH, TRADES = {"DK", "SE", "NO"}, "1000", "4999", {"RETAIL", "PRESS"}
SQL = """
    SELECT no FROM contact WHERE country_region_code IN ('DK', 'SE', 'NO')
    AND post_code BETWEEN '1000' AND '4999'
    AND no IN (SELECT contact_no FROM contact_mailing_group WHERE mailing_group_code = 'NEWS')
    AND company_no IN (SELECT contact_no FROM contact_industry_group
                       WHERE industry_group_code IN ('RETAIL', 'PRESS'))
    AND EXISTS (SELECT 1 FROM interaction_log_entry i WHERE i.contact_no = contact.no
                AND i.contact_company_no = contact.company_no AND i.date >= '2026-08-23')
    ORDER BY no
"""
Query = Callable[[], Sequence[str]]


def seconds(step: Callable[[], object]) -> float:
    begun = time.perf_counter()
    step()
    return time.perf_counter() - begun


def typical(step: Callable[[], object]) -> float:
    step()
    return median(seconds(step) for _ in range(ROUNDS))


def in_turn(name: str, ours: Callable[[], object], by_hand: Callable[[], object], n: int) -> str:
    """How many times as long ours takes, the two in turn, so many rounds, three times."""
    ours()
    by_hand()
    found = []
    for _ in range(3):
        taken = [(seconds(ours), seconds(by_hand)) for _ in range(n)]
        mine, theirs = (median(column) for column in zip(*taken, strict=True))
        found.append(mine / theirs)
    low, middle, high = sorted(found)
    return f"  ours on {name} / by hand  {middle:.2f} ({low:.2f} to {high:.2f})  at most 1.1"


def polars_query(frames: Mapping[str, pl.DataFrame]) -> Query:
    contacts, mailing, industry, spoken = (frames[name].lazy() for name in data.KINDS)
    query = (
        contacts.filter(
            pl.col("country_region_code").is_in(NORTH),
            pl.col("post_code").is_between(pl.lit(LOW), pl.lit(HIGH)),
        )
        .join(
            mailing.filter(pl.col("mailing_group_code") == "NEWS"),
            left_on="no",
            right_on="contact_no",
            how="semi",
        )
        .join(
            industry.filter(pl.col("industry_group_code").is_in(TRADES)),
            left_on="company_no",
            right_on="contact_no",
            how="semi",
        )
        .join(
            spoken.filter(pl.col("date") >= data.SINCE),
            left_on=["no", "company_no"],
            right_on=["contact_no", "contact_company_no"],
            how="semi",
        )
        .select("no")
    )
    return lambda: query.collect()["no"].sort().to_list()


def pandas_query(frames: Mapping[str, pd.DataFrame]) -> Query:
    contacts, mailing, industry, spoken = (frames[name] for name in data.KINDS)
    since = pd.Timestamp(data.SINCE)

    def query() -> Sequence[str]:
        news = mailing.loc[mailing["mailing_group_code"] == "NEWS", "contact_no"]
        trades = industry.loc[industry["industry_group_code"].isin(TRADES), "contact_no"]
        recent = spoken.loc[spoken["date"] >= since, ["contact_no", "contact_company_no"]]
        found = contacts[
            contacts["country_region_code"].isin(NORTH)
            & contacts["post_code"].between(LOW, HIGH)
            & contacts["no"].isin(news)
            & contacts["company_no"].isin(trades)
        ]
        keys = recent.drop_duplicates().set_axis(["no", "company_no"], axis=1)
        return list(found.merge(keys, on=["no", "company_no"])["no"].sort_values())

    return query


def arrow_query(frames: Mapping[str, pa.Table]) -> Query:
    contacts, mailing, industry, spoken = (frames[name] for name in data.KINDS)
    own = (
        pc.field("country_region_code").isin(list(NORTH))
        & (pc.field("post_code") >= LOW)
        & (pc.field("post_code") <= HIGH)
    )

    def query() -> Sequence[str]:
        news = mailing.filter(pc.field("mailing_group_code") == "NEWS")["contact_no"]
        trades = industry.filter(pc.field("industry_group_code").isin(list(TRADES)))["contact_no"]
        found = contacts.filter(own)
        found = found.filter(pc.is_in(found["no"], value_set=news))
        found = found.filter(pc.is_in(found["company_no"], value_set=trades))
        recent = spoken.filter(pc.field("date") >= pa.scalar(data.SINCE))
        recent = recent.filter(pc.is_in(recent["contact_no"], value_set=found["no"]))
        keys = ["contact_no", "contact_company_no"]
        found = found.join(recent, ["no", "company_no"], keys, join_type="left semi")
        return sorted(found["no"].to_pylist())

    return query


def sqlite_query(columns: Mapping[str, data.Columns]) -> Query:
    database = sqlite3.connect(":memory:")
    for table, of_table in columns.items():
        names = list(of_table)
        database.execute(f"CREATE TABLE {table} ({', '.join(names)})")
        rows = zip(*of_table.values(), strict=True)
        texts = (tuple(v if isinstance(v, int) else str(v) for v in row) for row in rows)
        marks = ", ".join("?" * len(names))
        database.executemany(f"INSERT INTO {table} VALUES ({marks})", texts)  # noqa: S608
        link = "no" if table == "contact" else "contact_no"
        database.execute(f"CREATE INDEX {table}_link ON {table} ({link})")
    database.execute("ANALYZE")
    return lambda: [no for (no,) in database.execute(SQL)]


class PlainLoop:
    """What one writes by hand: dictionaries of the rows, and a loop over the contacts."""

    def __init__(self, records: Mapping[str, Sequence[Any]]) -> None:
        self._contacts = records["contact"]
        self._groups: dict[str, set[str]] = defaultdict(set)
        for row in records["contact_mailing_group"]:
            self._groups[row.contact_no].add(row.mailing_group_code)
        self._trades: dict[str, set[str]] = defaultdict(set)
        for row in records["contact_industry_group"]:
            self._trades[row.contact_no].add(row.industry_group_code)
        self._days: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for row in records["interaction_log_entry"]:
            self._days[row.contact_no, row.contact_company_no].append(row.date)

    def __call__(self) -> list[str]:
        groups, trades, days, since = self._groups, self._trades, self._days, data.SINCE
        return [
            c.no
            for c in self._contacts
            if c.country_region_code in NORTH
            and LOW <= c.post_code <= HIGH
            and "NEWS" in groups.get(c.no, ())
            and not TRADES.isdisjoint(trades.get(c.company_no, ()))
            and any(day >= since for day in days.get((c.no, c.company_no), ()))
        ]


def loop_for_one_query(records: Mapping[str, Sequence[Any]]) -> list[str]:
    """The same, with sets that serve this one query only."""
    contacts, mailing, industry, spoken = (records[name] for name in data.KINDS)
    since = data.SINCE
    news = {row.contact_no for row in mailing if row.mailing_group_code == "NEWS"}
    trades = {row.contact_no for row in industry if row.industry_group_code in TRADES}
    recent = {(row.contact_no, row.contact_company_no) for row in spoken if row.date >= since}
    return [
        c.no
        for c in contacts
        if c.country_region_code in NORTH
        and LOW <= c.post_code <= HIGH
        and c.no in news
        and c.company_no in trades
        and (c.no, c.company_no) in recent
    ]


def pandas_frames_of(frames: Mapping[str, pl.DataFrame]) -> dict[str, pd.DataFrame]:
    found = {table: frame.to_pandas() for table, frame in frames.items()}
    for frame in found.values():
        if "date" in frame:
            frame["date"] = pd.to_datetime(frame["date"])
    return found


def relations_of(
    frames: Mapping[str, pl.DataFrame], connection: duckdb.DuckDBPyConnection
) -> dict[str, Any]:
    for table, frame in frames.items():
        connection.register("arriving", frame.to_arrow())
        connection.execute(f"CREATE TABLE {table} AS SELECT * FROM arriving")  # noqa: S608
    return {table: connection.table(table) for table in frames}


def duckdb_query(connection: duckdb.DuckDBPyConnection) -> Query:
    return lambda: [no for (no,) in connection.execute(SQL).fetchall()]


def filled_store(records: Mapping[str, Iterable[Any]]) -> MemoryStore:
    store = MemoryStore()
    for rows in records.values():
        store.records.put(rows)
    return store


def frames_of(columns: Mapping[str, data.Columns]) -> dict[str, pl.DataFrame]:
    return {
        table: pl.DataFrame(
            {
                name: [str(v) for v in values] if isinstance(values[0], str) else list(values)
                for name, values in of_table.items()
            }
        )
        for table, of_table in columns.items()
    }


def ours_on(frames: Mapping[str, Any]) -> Query:
    rest = dict(frames)
    source = FrameContacts(rest.pop("contact"), rest)
    return lambda: source.matching(data.bound_reference())


def test_selecting_against_all_rivals(capsys: pytest.CaptureFixture[str]) -> None:
    bound = data.bound_reference()
    columns = data.make_columns(CONTACTS)
    records = {table: list(data.records_of(table, columns[table])) for table in columns}
    once = seconds(lambda: loop_for_one_query(records))
    store = filled_store(records)
    first = seconds(lambda: store.contacts.matching(bound))
    found = store.contacts.matching(bound)
    warm = {"ours": typical(lambda: store.contacts.matching(bound))}
    wide = data.bound_wide()
    rest = seconds(lambda: store.contacts.matching(wide))
    warm_wide = typical(lambda: store.contacts.matching(wide))
    begun = time.perf_counter()
    loop = PlainLoop(records)
    assert loop() == found
    with_dictionaries = time.perf_counter() - begun
    warm["plain loop"] = typical(loop)
    del loop
    frames = frames_of(columns)
    connection = duckdb.connect()
    relations_of(frames, connection)
    by_hand: dict[str, Query] = {
        "polars": polars_query(frames),
        "DuckDB": duckdb_query(connection),
        "pandas": pandas_query(pandas_frames_of(frames)),
        "SQLite": sqlite_query(columns),
    }
    for name, query in by_hand.items():
        assert query() == found
        warm[name] = typical(query)
    rivals = {name: taken for name, taken in warm.items() if name != "ours"}
    best = min(rivals, key=rivals.__getitem__)
    ratios = [
        (f"warm, ours / {best}, the fastest rival", warm["ours"] / rivals[best], "0.5"),
        ("first, ours / loop with its own dictionaries", first / with_dictionaries, "1.0"),
        ("first, ours / loop with sets for this query only", first / once, ""),
        ("the rest of the indexes / loop with its own dictionaries", rest / with_dictionaries, ""),
    ]
    with capsys.disabled():
        print(f"\n\n{CONTACTS:,} contacts, {len(found):,} found; milliseconds, medians of {ROUNDS}")
        for name, taken in sorted(warm.items(), key=lambda pair: pair[1]):
            print(f"  {name:12} {taken * 1000:9.1f}")
        print(f"  ours, first  {first * 1000:9.1f}")
        print(f"  ours, the rest of the indexes {rest * 1000:9.1f}, then {warm_wide * 1000:.1f}")
        print(f"  loop, first  {with_dictionaries * 1000:9.1f}")
        for what, ratio, goal in ratios:
            print(f"  {what:58} {ratio:6.2f}  {'at most ' + goal if goal else ''}")


def test_selecting_on_frames(capsys: pytest.CaptureFixture[str]) -> None:
    frames = frames_of(data.make_columns(CONTACTS))
    pandas_frames = pandas_frames_of(frames)
    tables = {
        name: frame.to_arrow(compat_level=pl.CompatLevel.oldest()) for name, frame in frames.items()
    }
    connection = duckdb.connect()
    relations = relations_of(frames, connection)
    pairs: dict[str, tuple[Query, Query, int]] = {
        "polars": (ours_on(frames), polars_query(frames), 5 * ROUNDS),
        "DuckDB": (ours_on(relations), duckdb_query(connection), 5 * ROUNDS),
        "pandas": (ours_on(pandas_frames), pandas_query(pandas_frames), ROUNDS),
        "PyArrow": (ours_on(tables), arrow_query(tables), 5 * ROUNDS),
    }
    lines = []
    for name, (ours, by_hand, rounds) in pairs.items():
        assert ours() == by_hand()
        lines.append(in_turn(name, ours, by_hand, rounds))
    with capsys.disabled():
        print(f"\n\n{CONTACTS:,} contacts in frames\n" + "\n".join(lines))


@pytest.mark.spark
def test_selecting_on_spark(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Contacts are chosen and counted where they are: what comes to Python is no part of it."""
    sql = pytest.importorskip("pyspark.sql", reason="needs PySpark: pip install pyspark, and Java")
    builder = sql.SparkSession.builder.master("local[*]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.shuffle.partitions", "4").getOrCreate()
    frames = {}
    for table, frame in frames_of(data.make_columns(CONTACTS)).items():
        frame.write_parquet(tmp_path / table)
        frames[table] = session.read.parquet(str(tmp_path / table)).cache()
        frames[table].count()
        frames[table].createOrReplaceTempView(table)
    rest = dict(frames)
    source = FrameContacts(rest.pop("contact"), rest)
    assert [row.no for row in session.sql(SQL).collect()] == source.matching(data.bound_reference())
    line = in_turn(
        "Spark",
        lambda: source.filter(data.bound_reference()).count(),
        lambda: session.sql(SQL).count(),
        2 * ROUNDS,
    )
    session.stop()
    with capsys.disabled():
        print(f"\n\n{CONTACTS:,} contacts on Spark\n{line}")


def test_cost_grows_as_the_work_grows(capsys: pytest.CaptureFixture[str]) -> None:
    """A first selection is measured three times, each on a store of its own."""
    bound = data.bound_reference()
    lines, before = [], None
    for contacts in (CONTACTS // 100, CONTACTS // 10, CONTACTS):
        columns = data.make_columns(contacts)
        records = {table: list(data.records_of(table, columns[table])) for table in columns}
        firsts = []
        for _ in range(3):
            store = filled_store(records)
            firsts.append(seconds(lambda s=store: s.contacts.matching(bound)))  # type: ignore[misc]
        taken = [median(firsts), typical(lambda s=store: s.contacts.matching(bound))]  # type: ignore[misc]
        steps = [now / then for now, then in zip(taken, before or taken, strict=True)]
        before = taken
        lines.append(
            f"  {contacts:9,} contacts: first {taken[0] * 1000:8.1f}, warm {taken[1] * 1000:6.2f}"
            f" ms, grown {steps[0]:.1f} and {steps[1]:.1f} times (at most 12)"
        )
        del store, records, columns
    with capsys.disabled():
        print("\n" + "\n".join(lines))
