"""The mix of twenty questions on frames and databases, each against the query by hand there.

Run with ``python -m pytest tests/benchmarks/test_mix_engines.py -s``; one engine alone with
``-k duckdb``. ``SEGMENTATION_CONTACTS`` sets how many contacts there are (100,000). With
``SEGMENTATION_FIGURES=FOLDER`` the ratios of each engine are also written there as JSON.

Numbers are listed in their order. Ours and theirs take turns; a ratio is one of medians. What is
compared is processor time, of this process and of the server or Spark's process if there is one,
so that others at work on the machine do not count; the time that passed stands beside it. Spark
reads files of Parquet, which polars has made.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import geometric_mean, median
from typing import Any, NamedTuple, TypeAlias

import duckdb
import pytest

from benchmarks import mix, mix_polars
from benchmarks import reference_data as data
from benchmarks.test_cluster import processor_seconds
from benchmarks.test_mix import listed_by_duckdb, tables_in
from segmentation.adapters.narwhals import FrameContacts
from segmentation.criteria import BoundSelection
from support.databases import Database

CONTACTS = int(os.environ.get("SEGMENTATION_CONTACTS", "100000"))
ROUNDS = int(os.environ.get("SEGMENTATION_ROUNDS", "9"))
MOST = 1.1

Columns: TypeAlias = Mapping[str, data.Columns]
Answer: TypeAlias = Callable[[], Sequence[str]]
Clock: TypeAlias = Callable[[], float]


class Engine(NamedTuple):
    """How an engine is asked.

    Attributes:
        ours: Asks a question of us.
        by_hand: Asks the query by hand.
        clock: The seconds of processor time until now.
    """

    ours: Callable[[BoundSelection], Sequence[str]]
    by_hand: Callable[[mix.Question], Answer]
    clock: Clock = time.process_time


class Figure(NamedTuple):
    """What one question takes, in seconds: ours, by hand."""

    name: str
    found: int
    processor: tuple[float, float]
    passed: tuple[float, float]

    @property
    def ratio(self) -> float:
        """Ours to the query by hand, in processor time."""
        return self.processor[0] / self.processor[1]


@contextmanager
def in_polars(columns: Columns) -> Iterator[Engine]:
    frames = mix_polars.make_frames(columns)
    lazy = {table: frame.lazy() for table, frame in frames.items()}

    def by_hand(question: mix.Question) -> Answer:
        return lambda: mix_polars.listed(mix_polars.PLANS[question.name](lazy))

    yield Engine(source_of(frames).matching, by_hand)


@contextmanager
def in_duckdb(columns: Columns) -> Iterator[Engine]:
    with duckdb.connect() as connection:
        tables_in(connection, mix_polars.make_frames(columns))
        source = source_of({table: connection.table(table) for table in columns})
        yield Engine(
            source.matching, lambda question: partial(listed_by_duckdb, connection, question.listed)
        )


def source_of(frames: Mapping[str, Any]) -> FrameContacts:
    rest = dict(frames)
    return FrameContacts(rest.pop("contact"), rest)


@contextmanager
def in_spark(columns: Columns, folder: Path) -> Iterator[Engine]:
    sql = pytest.importorskip("pyspark.sql", reason="needs PySpark: pip install pyspark, and Java")
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = sql.SparkSession.builder.master("local[2]").appName("segmentation benchmarks")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.driver.memory": "4g",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.session.timeZone": "UTC",
        "spark.local.dir": str(folder / "spark"),
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    for table, frame in mix_polars.make_frames(columns).items():
        frame.write_parquet(folder / f"{table}.parquet")
        session.read.parquet(str(folder / f"{table}.parquet")).createOrReplaceTempView(table)
    source = source_of({table: session.table(table) for table in columns})
    process = session._jvm.java.lang.ProcessHandle.current().pid()  # noqa: SLF001

    def by_hand(question: mix.Question) -> Answer:
        known = question._replace(sql=BY_HAND_ON_SPARK.get(question.name, question.sql))
        return lambda: list(session.sql(known.listed).toArrow()["no"].to_pylist())

    yield Engine(source.matching, by_hand, lambda: time.process_time() + processor_seconds(process))
    session.stop()


BY_HAND_ON_SPARK = {
    "negations": f"""NOT {mix.NORTH} AND NOT EXISTS (
        SELECT 1 FROM contact_mailing_group g
        WHERE g.contact_no = c.no AND g.mailing_group_code = 'NEWS')
        AND NOT {mix.SPOKEN.format("")} AND NOT exclude_from_segment""",  # noqa: S608 - ours
}
"""What Spark would compare with everybody, as ``NOT IN`` also asks for what is missing."""


@contextmanager
def in_database(database: Database, columns: Columns) -> Iterator[Engine]:
    """A store of ours; the query by hand is asked of the same tables with the same indexes."""
    store = database.open()
    for table, of_table in columns.items():
        store.records.put(data.records_of(table, of_table))
    engine = database.engine()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
        if database.is_sqlite:
            connection.exec_driver_sql("PRAGMA case_sensitive_like = ON")
        cursor = connection.connection.cursor()

        def by_hand(question: mix.Question) -> Answer:
            return lambda: [no for (no,) in cursor.execute(question.listed).fetchall()]

        yield Engine(
            store.contacts.matching,
            by_hand,
            time.process_time if database.is_sqlite else server_clock(database),
        )
    engine.dispose()


def server_clock(database: Database) -> Clock:
    """The processor time of this process and of all that serve the database, as Linux tells it."""
    engine = database.engine()
    with engine.connect() as connection:
        (serving,) = connection.exec_driver_sql("SELECT pg_backend_pid()").one()
        told = Path(f"/proc/{serving}/stat").read_text(encoding="utf-8")
    engine.dispose()
    parent = told.rpartition(")")[2].split()[1]

    def clock() -> float:
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="utf-8")
        return time.process_time() + sum(map(_seconds_of, children.split()))

    return clock


def _seconds_of(process: str) -> float:
    try:
        taken = Path(f"/proc/{process}/schedstat").read_text(encoding="utf-8").split()[0]
    except OSError:  # it has ended in the meantime
        return 0.0
    return int(taken) / 1e9


def measured(engine: Engine) -> list[Figure]:
    """The figures of all questions, once both sides have found the same."""
    found = []
    for question in mix.questions():
        ours, by_hand = partial(engine.ours, question.bound), engine.by_hand(question)
        numbers = list(by_hand())
        assert list(ours()) == numbers, question.name
        rounds = [(taken(engine.clock, ours), taken(engine.clock, by_hand)) for _ in range(ROUNDS)]
        processor, passed = (
            tuple(median(side[at] for side in column) for column in zip(*rounds, strict=True))
            for at in (0, 1)
        )
        found.append(Figure(question.name, len(numbers), processor, passed))
    return found


def taken(clock: Clock, step: Callable[[], object]) -> tuple[float, float]:
    """The seconds of processor time that a step took, and those that passed."""
    processor, passed = clock(), time.perf_counter()
    step()
    return clock() - processor, time.perf_counter() - passed


def shown(name: str, found: Sequence[Figure]) -> str:
    """The figures as a table."""
    head = f"{name}, {CONTACTS:,} contacts; milliseconds of processor, medians of {ROUNDS} in turn"
    lines = [head, f"{'':36}{'found':>9}{'ours':>10}{'by hand':>10}{'ratio':>8}{'passed':>8}"]
    for each in found:
        mine, theirs = (1000 * side for side in each.processor)
        passed = each.passed[0] / each.passed[1]
        lines.append(
            f"{each.name:36}{each.found:>9,}{mine:>10.2f}{theirs:>10.2f}{each.ratio:>8.2f}"
            f"{passed:>8.2f}{'  above' if each.ratio > MOST else ''}"
        )
    ratios = [each.ratio for each in found]
    above = sum(each > MOST for each in ratios)
    lines.append(
        f"{geometric_mean(ratios):.2f} in the geometric mean, greatest {max(ratios):.2f}, "
        f"above {MOST} in {above}"
    )
    return "\n".join(lines)


def write(name: str, found: Sequence[Figure]) -> None:
    """Keep the figures in a file, if a folder is named."""
    if folder := os.environ.get("SEGMENTATION_FIGURES"):
        figures = {"engine": name, "contacts": CONTACTS, "questions": [f._asdict() for f in found]}
        Path(folder).mkdir(parents=True, exist_ok=True)
        path = Path(folder) / f"mix-{name.lower()}.json"
        path.write_text(json.dumps(figures, indent=1), encoding="utf-8")


@pytest.fixture(scope="module")
def columns() -> Columns:
    return mix.make_columns(CONTACTS)


@pytest.mark.parametrize(
    "name",
    ["polars", "duckdb", "sqlite", "postgresql", pytest.param("spark", marks=pytest.mark.spark)],
)
def test_the_mix(
    name: str,
    columns: Columns,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each of the twenty, listed, on one engine."""
    if name in IN_FRAMES:
        opened = IN_FRAMES[name](columns)
    elif name == "spark":
        opened = in_spark(columns, tmp_path)
    else:
        address = str(tmp_path / "crm.db") if name == "sqlite" else None
        database = Database(
            address or request.getfixturevalue("postgresql"), None if address else "mix"
        )
        opened = in_database(database, columns)
        request.addfinalizer(database.drop)
    with opened as engine:
        found = measured(engine)
    write(name, found)
    with capsys.disabled():
        print("\n\n" + shown(name, found))


IN_FRAMES = {"polars": in_polars, "duckdb": in_duckdb}
