"""Logging, verifying and asking the journal, against the same done by hand.

Run with ``python -m pytest tests/benchmarks/test_journal.py -s``; prints a table of medians and
ratios. Times are of the processor, which other work on the machine disturbs less. Nothing
fails for being slow. ``LINES=100000`` in the environment takes the size of the goal.
"""

import hashlib
import os
import sqlite3
import tracemalloc
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from statistics import median
from time import process_time

import pytest

import segmentation as seg
from segmentation.contacts import SalespersonPurchaser
from segmentation.interactions import Dimension, Interaction
from segmentation.journal import Head, Stamp, counted, make_entries, to_line, verify
from segmentation.memory import MemoryStore
from segmentation.operations.figuring import figures_by
from segmentation.setup import MarketingSetup, NumberSeries
from segmentation.workspace import open_store

LINES = int(os.environ.get("LINES", "20000"))
RUNS = 3
TABLES = ("journal", "interaction_log_entry")


def seconds(work: Callable[[], object]) -> float:
    start = process_time()
    work()
    return process_time() - start


def make_crm(where: str | Path) -> seg.Workspace:
    store = MemoryStore() if where == ":memory:" else open_store(where)
    crm = seg.Workspace(store, user="ANNA", today=date(2026, 11, 22))
    with store.transaction():
        store.records.put(
            [
                MarketingSetup(segment_nos="S"),
                NumberSeries(code="S", starting_no="SM00001"),
                SalespersonPurchaser(code="JO"),
                seg.InteractionTemplate(
                    code="FAIR",
                    interaction_group_code="LETTERS",
                    unit_cost=Decimal("1.5"),
                    unit_duration_min=Decimal(2),
                    correspondence_type_default=seg.CorrespondenceType.BLANK,
                ),
            ]
        )
        store.records.put(
            seg.Contact(
                no=f"CT{number:07}",
                name=f"Contact {number}",
                company_no=f"CT{number // 5 * 5:07}",
                company_name=f"Firm {number // 5}",
                salesperson_code="JO",
            )
            for number in range(LINES)
        )
    return crm


def logged_in(crm: seg.Workspace) -> float:
    segment = crm.new_segment("Fair", template="FAIR").add_contacts(contact={"no": "CT*"})
    assert len(segment) == LINES
    return seconds(segment.log)


def by_hand(file: Path, folder: Path) -> float:
    """The rows that one logging made, put into tables of the same make by sqlite3 alone."""
    source = sqlite3.connect(file)
    rows = {
        table: source.execute(f"SELECT * FROM {table} LIMIT {LINES + 1}").fetchall()  # noqa: S608
        for table in TABLES
    }
    makes = source.execute(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND type <> 'trigger'"
        " AND tbl_name IN (?, ?)",
        TABLES,
    ).fetchall()
    source.close()
    target = sqlite3.connect(folder / f"rival{process_time()}.db", isolation_level=None)
    target.execute("PRAGMA journal_mode = WAL")
    target.execute("PRAGMA synchronous = FULL")
    for (make,) in makes:
        target.execute(make)

    def insert() -> None:
        target.execute("BEGIN IMMEDIATE")
        for table, items in rows.items():
            places = ",".join("?" * len(items[0]))
            target.executemany(f"INSERT INTO {table} VALUES ({places})", items)  # noqa: S608
        target.execute("COMMIT")

    taken = seconds(insert)
    target.close()
    return taken


def show(what: str, ours: float, rival: str, theirs: float) -> None:
    print(f"\n{what}: {ours:.3f} s; {rival}: {theirs:.3f} s; ratio {ours / theirs:.2f}")


def test_logging_on_sqlite(tmp_path: Path) -> None:
    file = tmp_path / "crm.db"
    crm = make_crm(file)
    ours = median(logged_in(crm) for _ in range(RUNS))
    theirs = median(by_hand(file, tmp_path) for _ in range(RUNS))
    show(f"log {LINES} lines on SQLite", ours, "executemany of the same rows", theirs)


def test_logging_in_memory() -> None:
    crm = make_crm(":memory:")
    ours = median(logged_in(crm) for _ in range(RUNS))
    records = list(crm.store.records.all(Interaction))[:LINES]

    def dictionary() -> None:
        dict.fromkeys(to_line(entry) for entry in crm.journal if entry.number <= LINES)

    show(f"log {LINES} lines in memory", ours, "its entries as lines of JSON", seconds(dictionary))
    assert len(records) == LINES


def test_verifying() -> None:
    crm = make_crm(":memory:")
    logged_in(crm)
    entries = list(crm.journal)
    texts = [entry.facts.encode() + (entry.personal or "").encode() for entry in entries]

    def hashing() -> None:
        for text in texts:
            hashlib.sha256(text).hexdigest()

    ours = median(seconds(lambda: verify(entries)) for _ in range(RUNS))
    theirs = median(seconds(hashing) for _ in range(RUNS))
    show(f"verify {len(entries)} entries", ours, "SHA-256 of facts and personal content", theirs)


def test_figures() -> None:
    crm = make_crm(":memory:")
    logged_in(crm)
    ours = seconds(lambda: figures_by(crm.store, Dimension.TEMPLATE, "FAIR"))
    everything = list(crm.store.records.all(Interaction))
    show("figures of a template", ours, "a recount", seconds(lambda: counted(everything)))


@pytest.mark.parametrize("count", [LINES // 10, LINES])
def test_memory_of_entries(count: int) -> None:
    stamp = Stamp(at=datetime(2026, 11, 22, 9, tzinfo=UTC), user="ANNA", secret=bytes(32))
    items = (
        Interaction(
            contact_no=f"CT{number:07}",
            contact_company_no=f"CT{number // 5 * 5:07}",
            date=date(2026, 11, 22),
            description="Spring fair",
            interaction_template_code="FAIR",
            cost=Decimal("1.5"),
            salesperson_code="JO",
        )
        for number in range(count)
    )
    tracemalloc.start()
    kept = list(make_entries(items, after=Head(), stamp=stamp))
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    print(f"\n{len(kept)} entries hold {held / count:.0f} bytes each")
