"""The main job on a cluster's tables: counted, written as a segment, compared with the last one.

All is measured in one run of Spark on this machine, ours and the query by hand in turn, on files
of Parquet that Spark itself has made. Figures are the processor time of Spark's process and of
this one, and the time that went by. ``SEGMENTATION_CLUSTER_ROWS=100000000`` makes the full run:
it takes 5 GB of disk, in the folder ``SEGMENTATION_CLUSTER_FOLDER`` if there is one.
"""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from benchmarks import reference_data as data
from segmentation.adapters.narwhals import FrameContacts, compare_lines
from segmentation.criteria import BoundSelection, bind, make_selection
from segmentation.segments import contact_schema

ROWS = int(os.environ.get("SEGMENTATION_CLUSTER_ROWS", "1000000"))
"""How many contacts and interactions there are together: of three rows one is a contact."""

ROUNDS = int(os.environ.get("SEGMENTATION_CLUSTER_ROUNDS", "3"))
CONTACTS = ROWS // 3
WEEK_BEFORE = "2026-08-16"

pytestmark = pytest.mark.spark


def _one_of(values: tuple[str, ...], seed: int) -> str:
    """One of some values for each row, in SQL."""
    listed = ", ".join(f"'{value}'" for value in values)
    return f"element_at(array({listed}), int(pmod(xxhash64(id, {seed}), {len(values)})) + 1)"


def _no(number: str) -> str:
    return f"concat('CT', lpad(string({number}), 9, '0'))"


def _company(number: str) -> str:
    """The number of a contact's company: every fifth contact is one."""
    of_person = f"pmod(xxhash64({number}, 7), {max(CONTACTS // 5, 1)}) * 5"
    return _no(f"if({number} % 5 = 0, {number}, {of_person})")


def _of_few(seed: int, percent: int) -> str:
    return f"pmod(xxhash64(id, {seed}), 100) < {percent}"


_SPOKEN_WITH = f"pmod(xxhash64(id, 11), {max(CONTACTS, 1)})"
TABLES = {
    "contact": f"""
        SELECT {_no("id")} AS no, if(id % 5 = 0, 'company', 'person') AS type,
            concat('Contact ', id) AS name, {_company("id")} AS company_no,
            {_one_of(data.COUNTRIES, 1)} AS country_region_code,
            string(1000 + pmod(xxhash64(id, 2), 9000)) AS post_code,
            {_one_of(data.SALESPEOPLE, 3)} AS salesperson_code,
            {_one_of(("DA", "NO", "SV"), 4)} AS language_code,
            {_of_few(5, 1)} AS privacy_blocked, {_of_few(6, 2)} AS minor,
            {_of_few(8, 50)} AS parental_consent_received, {_of_few(9, 3)} AS exclude_from_segment
        FROM range({CONTACTS})""",  # noqa: S608 - ours
    "contact_mailing_group": f"""
        SELECT {_no("id div 4")} AS contact_no,
            element_at(array('EVENTS', 'NEWS', 'OFFERS', 'XMAS'), int(id % 4) + 1)
                AS mailing_group_code
        FROM range({4 * CONTACTS}) WHERE {_of_few(10, 22)}""",  # noqa: S608 - ours
    "contact_industry_group": f"""
        SELECT {_no("id div 5 * 5")} AS contact_no,
            element_at(array('BANK', 'FARM', 'PRESS', 'RETAIL', 'STATE'), int(id % 5) + 1)
                AS industry_group_code
        FROM range({CONTACTS}) WHERE {_of_few(12, 40)}""",  # noqa: S608 - ours
    "interaction_log_entry": f"""
        SELECT id + 1 AS entry_no, {_no(_SPOKEN_WITH)} AS contact_no,
            {_company(_SPOKEN_WITH)} AS contact_company_no,
            date_add(date'{data.FIRST_DAY}', int(pmod(xxhash64(id, 13), 730))) AS date
        FROM range({2 * CONTACTS})""",  # noqa: S608 - ours
}
CHOSEN = """
    country_region_code IN ('DK', 'SE', 'NO') AND post_code BETWEEN '1000' AND '4999'
    AND no IN (SELECT contact_no FROM contact_mailing_group WHERE mailing_group_code = 'NEWS')
    AND company_no IN (SELECT contact_no FROM contact_industry_group
                       WHERE industry_group_code IN ('RETAIL', 'PRESS'))
    AND EXISTS (SELECT 1 FROM interaction_log_entry i WHERE i.contact_no = contact.no
                AND i.contact_company_no = contact.company_no AND i.date >= DATE'{since}')"""
LINES = """
    SELECT no AS contact_no, company_no AS contact_company_no, language_code, salesperson_code
    FROM contact WHERE NOT privacy_blocked AND NOT exclude_from_segment
    AND (NOT minor OR parental_consent_received) AND """
MISSING = "SELECT a.* FROM {} a LEFT ANTI JOIN {} b ON a.contact_no = b.contact_no"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Any]:
    sql = pytest.importorskip("pyspark.sql", reason="needs PySpark: pip install pyspark, and Java")
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    folder = Path(os.environ.get("SEGMENTATION_CLUSTER_FOLDER", str(tmp_path)))
    builder = sql.SparkSession.builder.master("local[2]").appName("segmentation benchmarks")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.driver.memory": "4g",
        "spark.sql.shuffle.partitions": str(max(4, ROWS // 2_000_000)),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.local.dir": str(folder / "spark"),
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    for table, query in TABLES.items():
        path = folder / f"{table}-{CONTACTS}"
        if not (path / "_SUCCESS").exists():
            session.sql(query).write.mode("overwrite").parquet(str(path))
        session.read.parquet(str(path)).createOrReplaceTempView(table)
    yield session
    session.stop()


def bound(since: object) -> BoundSelection:
    criteria = make_selection(
        contact={"country_region_code": "DK|SE|NO", "post_code": "1000..4999"},
        mailing_groups={"mailing_group_code": "NEWS"},
        industry_groups={"industry_group_code": "RETAIL|PRESS"},
        interactions={"date": f"{since}.."},
    )
    return bind(criteria, contact_schema(), data.AS_OF)


def source_of(session: Any) -> FrameContacts:  # noqa: ANN401
    frames = {table: session.table(table) for table in TABLES}
    return FrameContacts(frames.pop("contact"), frames)


def written(frame: Any, table: str) -> None:  # noqa: ANN401
    frame.write.mode("overwrite").saveAsTable(table)


def taken(session: Any, step: Callable[[], object]) -> tuple[float, float]:  # noqa: ANN401
    """The seconds of processor time, Spark's and ours, and the seconds that went by."""
    process = session._jvm.java.lang.ProcessHandle.current().pid()  # noqa: SLF001
    before = processor_seconds(process) + time.process_time()
    begun = time.perf_counter()
    step()
    passed = time.perf_counter() - begun
    return processor_seconds(process) + time.process_time() - before, passed


def processor_seconds(process: int) -> float:
    """The processor time of a process, as Linux tells it."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_the_main_job_on_a_cluster(session: Any, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: ANN401
    """Counted, written as lines, compared with the lines of a week before."""
    source, chosen = source_of(session), CHOSEN.format(since=data.SINCE)
    rows = sum(session.table(table).count() for table in TABLES)
    week_before = LINES + CHOSEN.format(since=WEEK_BEFORE).replace("'4999'", "'4899'")
    written(session.sql(week_before), "week_1")

    def compared_by_us() -> None:
        found = compare_lines(before=session.table("week_1"), after=session.table("ours"))
        written(found.came, "ours_came")
        written(found.went, "ours_went")

    def compared_by_hand() -> None:
        written(session.sql(MISSING.format("by_hand", "week_1")), "by_hand_came")
        written(session.sql(MISSING.format("week_1", "by_hand")), "by_hand_went")

    counts: dict[str, int] = {}
    steps: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "count": (
            lambda: counts.update(ours=source.count(bound(data.SINCE))),
            lambda: counts.update(
                by_hand=session.sql(f"SELECT count(*) FROM contact WHERE {chosen}").first()[0]  # noqa: S608
            ),
        ),
        "segment as a table": (
            lambda: written(source.lines(bound(data.SINCE)), "ours"),
            lambda: written(session.sql(LINES + chosen), "by_hand"),
        ),
        "came and went as tables": (compared_by_us, compared_by_hand),
    }
    lines = []
    for name, (ours, by_hand) in steps.items():
        found = []
        for number in range(ROUNDS):
            # Who is second finds files and compiled code that the first has left behind.
            pair = [ours, by_hand][:: 1 if number % 2 else -1]
            both = [taken(session, step) for step in pair]
            found.append(both[:: 1 if number % 2 else -1])
        mine, theirs = (
            [median(each) for each in zip(*side, strict=True)] for side in zip(*found, strict=True)
        )
        lines.append(
            f"  {name:24} {mine[0]:7.1f} s of processor, by hand {theirs[0]:7.1f}: "
            f"{mine[0] / theirs[0]:.2f}; passed {mine[1]:.1f} and {theirs[1]:.1f} s: "
            f"{mine[1] / theirs[1]:.2f}  at most 1.1"
        )
    assert counts["ours"] == counts["by_hand"] > 0
    for table in ("", "_came", "_went"):
        assert_same(session, f"ours{table}", f"by_hand{table}")
    sizes = [session.table(table).count() for table in ("ours", "ours_came", "ours_went")]
    with capsys.disabled():
        print(f"\n\n{rows:,} rows on Spark, {CONTACTS:,} contacts; {ROUNDS} rounds, medians")
        print(
            f"  {counts['ours']:,} found, {sizes[0]:,} lines, {sizes[1]:,} came, {sizes[2]:,} went"
        )
        print("\n".join(lines))


def assert_same(session: Any, one: str, other: str) -> None:  # noqa: ANN401
    """Two tables of lines have the same numbers, and some."""
    for pair in ((one, other), (other, one)):
        assert session.sql(MISSING.format(*pair)).isEmpty()
    assert session.table(one).count() == session.table(other).count() > 0
