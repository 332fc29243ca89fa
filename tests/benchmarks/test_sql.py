"""Stores in databases against SQL by hand, on the reference data of `sql_data`.

Run with ``python -m pytest tests/benchmarks/test_sql.py -s``; prints medians and ratios, side
by side on the same database. ``SEGMENTATION_BENCHMARK_CONTACTS`` sets how many contacts there
are (100,000). Nothing fails for being slow.
"""

# ruff: noqa: S608 - names and constants of the benchmark itself
import datetime as dt
import os
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import count
from statistics import median
from time import perf_counter

import pytest
import sqlalchemy as sa

import segmentation as seg
from segmentation.adapters.sqlalchemy import SqlStore
from segmentation.code_tables import SalespersonPurchaser
from segmentation.criteria import AsOf, bind
from segmentation.segments import contact_schema
from support import sql_data
from support.databases import Database

COUNT = int(os.environ.get("SEGMENTATION_BENCHMARK_CONTACTS", "100000"))
AS_OF = AsOf(dt.date(2026, 12, 31))
CRITERIA = seg.make_selection(
    {
        "contact": {"country_region_code": "DK|SE|NO", "post_code": "1000..4999"},
        "mailing_groups": {"mailing_group_code": "NEWS"},
        "industry_groups": {"industry_group_code": "RETAIL|PRESS"},
        "interactions": {"date": "2026-10-01.."},
    }
)
BY_HAND = """
    SELECT c.no FROM contact c
    WHERE c.country_region_code IN ('DK', 'SE', 'NO') AND c.post_code BETWEEN '1000' AND '4999'
    AND EXISTS (SELECT 1 FROM contact_mailing_group g
        WHERE g.contact_no = c.no AND g.mailing_group_code = 'NEWS')
    AND EXISTS (SELECT 1 FROM contact_industry_group i
        WHERE i.contact_no = c.company_no AND i.industry_group_code IN ('RETAIL', 'PRESS'))
    AND EXISTS (SELECT 1 FROM interaction_log_entry e
        WHERE e.contact_no = c.no AND e.contact_company_no = c.company_no
        AND e.date >= '2026-10-01')
    ORDER BY c.no
"""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    if request.param == "sqlite":
        made = Database(str(tmp_path_factory.mktemp("sql") / "crm.db"))
    else:
        made = Database(request.getfixturevalue("postgresql"), "benchmarks")
    store = made.open()
    sql_data.fill(store, COUNT)
    engine = made.engine()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()
    yield made
    made.drop()


def compared(
    what: str, ours: Callable[[], object], theirs: Callable[[], object], runs: int = 7
) -> None:
    """Print medians of runs that take turns and their ratio, also of the quickest runs."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        for step, taken in zip((ours, theirs), times, strict=True):
            start = perf_counter()
            step()
            taken.append(perf_counter() - start)
    mine, hand = map(median, times)
    least = min(times[0]) / min(times[1])
    print(
        f"\n{what}: {mine * 1000:.1f} ms, by hand {hand * 1000:.1f} ms, "
        f"ratio {mine / hand:.2f} (of the quickest runs {least:.2f})"
    )


def test_selecting_against_the_query_by_hand(database: Database) -> None:
    store, engine = database.open(), database.engine()
    bound = bind(CRITERIA, contact_schema(), AS_OF)
    with engine.connect() as connection:

        def by_hand() -> list[str]:
            return [row[0] for row in connection.exec_driver_sql(BY_HAND)]

        assert list(store.contacts.matching(bound)) == by_hand()
        compared(
            f"select, {engine.dialect.name}, {COUNT} contacts",
            lambda: store.contacts.matching(bound),
            by_hand,
            runs=31,
        )
    engine.dispose()


def prepared(store: SqlStore) -> seg.Workspace:
    store.records.put([seg.NumberSeries(code="S", starting_no="S0001")])
    store.records.put([seg.MarketingSetup(segment_nos="S")])
    store.records.put(SalespersonPurchaser(code=code) for code in "ABCDE")
    store.records.put([seg.InteractionTemplate(code="T")])
    return seg.Workspace.open(store, user="ANNA", today=AS_OF.today)


def columns_of(database: Database, table: str) -> tuple[str, list[str]]:
    """The columns of a table, joined and apart."""
    engine = database.engine()
    names = [column["name"] for column in sa.inspect(engine).get_columns(table)]
    engine.dispose()
    return ", ".join(f'"{name}"' for name in names), names


def test_adding_everybody_against_insert_from_select(database: Database) -> None:
    """By hand the lines go into the same table, by one statement, in the same order."""
    store, engine = database.open(), database.engine()
    crm = prepared(store)
    columns, names = columns_of(database, "segment_line")
    order = "company_name, company_no, type, name, no"
    segments = count(1)

    def add() -> None:
        sheet = crm.new_segment("All", interaction_template_code="T")
        sheet.add_contacts(ignore_exclusion=True)

    with engine.connect() as connection:
        add()
        taken = {"contact_no": "no", "contact_company_no": "company_no"}
        taken |= {"line_no": f"10000 * row_number() OVER (ORDER BY {order})"}
        taken |= {"salesperson_code": "salesperson_code"}
        kept = {name: taken.get(name, _constant(name)) for name in names}

        def by_hand() -> None:
            kept["segment_no"] = f"'HAND{next(segments)}'"
            connection.exec_driver_sql(
                f"INSERT INTO segment_line ({columns}) SELECT {', '.join(kept.values())} "
                "FROM contact WHERE NOT privacy_blocked"
            )
            connection.commit()

        compared(f"add {COUNT}, {engine.dialect.name}", add, by_hand)
    engine.dispose()


def _constant(name: str) -> str:
    """A column's value on the lines that are there, for all of them alike."""
    return f'(SELECT "{name}" FROM segment_line LIMIT 1)'


def test_logging_everybody_against_executemany(database: Database) -> None:
    store, engine = database.open(), database.engine()
    crm = prepared(store)

    def log() -> float:
        sheet = crm.new_segment("All", interaction_template_code="T")
        sheet.add_contacts(ignore_exclusion=True)
        start = perf_counter()
        sheet.log()
        return perf_counter() - start

    pairs = [(log(), inserted_by_hand(database, engine)) for _ in range(3)]
    mine, hand = (median(times) for times in zip(*pairs, strict=True))
    print(
        f"\nlog {COUNT}, {engine.dialect.name}: {mine:.2f} s, "
        f"by hand {hand:.2f} s, ratio {mine / hand:.2f}"
    )
    engine.dispose()


def inserted_by_hand(database: Database, engine: sa.Engine) -> float:
    """The rows of the last logging, put into tables of the same make in one transaction."""
    postgresql = engine.dialect.name == "postgresql"
    statements = []
    with engine.begin() as connection:
        for table, order in (("journal", "number"), ("interaction_log_entry", "entry_no")):
            columns, names = columns_of(database, table)
            rows = connection.exec_driver_sql(
                f"SELECT {columns} FROM {table} ORDER BY {order} DESC LIMIT {COUNT}"
            ).fetchall()
            values = [tuple("{}" if isinstance(v, dict) else v for v in row) for row in rows[::-1]]
            sign = "%s" if postgresql else "?"
            signs = ["CAST(%s AS jsonb)" if n == "extra" and postgresql else sign for n in names]
            make_twin(connection, table)
            statements.append(
                (f"INSERT INTO hand_{table} ({columns}) VALUES ({', '.join(signs)})", values)
            )
    start = perf_counter()
    with engine.begin() as connection:
        for statement, values in statements:
            connection.exec_driver_sql(statement, values)
    taken = perf_counter() - start
    with engine.begin() as connection:
        for table in ("journal", "interaction_log_entry"):
            connection.exec_driver_sql(f"DROP TABLE hand_{table}")
    return taken


def make_twin(connection: sa.Connection, table: str) -> None:
    """An empty table with the same columns and indexes, and no guards."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"CREATE TABLE hand_{table} (LIKE {table} INCLUDING ALL)")
        return
    makes = connection.exec_driver_sql(
        "SELECT sql FROM sqlite_master"
        " WHERE sql IS NOT NULL AND type <> 'trigger' AND tbl_name = ?",
        (table,),
    ).scalars()
    for make in list(makes):
        twin = make.replace(f" {table} (", f" hand_{table} (")
        connection.exec_driver_sql(twin.replace(f"INDEX {table}", f"INDEX hand_{table}"))


def test_opening_reads_no_table(database: Database) -> None:
    tracemalloc.start()
    start = perf_counter()
    store = database.open()
    taken = perf_counter() - start
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"\nopen: {taken * 1000:.0f} ms, {peak / 2**20:.1f} MiB")
    store.close()
