"""Logging, verifying and asking the journal, against the same done by hand.

Run with ``python -m pytest tests/benchmarks/test_journal.py -s``; prints medians of runs that
take turns, and ratios. Times are of the processor, which other work on the machine disturbs
less. Nothing fails for being slow. ``LINES=100000`` in the environment takes the size of the
goal, ``LINES=1000000`` that of a large journal in memory.
"""

import hashlib
import os
import sqlite3
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from statistics import median
from sys import getsizeof
from time import process_time

import segmentation as seg
from segmentation.code_tables import SalespersonPurchaser
from segmentation.interactions import Interaction
from segmentation.journal import Entry, counted, to_line, verify
from segmentation.memory import MemoryStore
from segmentation.operations.templates import template_figures
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
    crm = seg.Workspace.open(store, user="ANNA", today=date(2026, 11, 22))
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


def compared(what: str, ours: Callable[[], float], rival: str, theirs: Callable[[], float]) -> None:
    pairs = [(ours(), theirs()) for _ in range(RUNS)]
    show(what, median(pair[0] for pair in pairs), rival, median(pair[1] for pair in pairs))


def logged_in(crm: seg.Workspace) -> float:
    segment = crm.new_segment("Fair", interaction_template_code="FAIR").add_contacts(
        contact={"no": "CT*"}
    )
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
    compared(
        f"log {LINES} lines on SQLite",
        lambda: logged_in(crm),
        "executemany of the same rows",
        lambda: by_hand(file, tmp_path),
    )


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
    contents = [content for entry in entries for content in hashed(entry)]

    def hashing() -> None:
        for content in contents:
            hashlib.sha256(content).hexdigest()

    compared(
        f"verify {len(entries)} entries",
        lambda: seconds(lambda: verify(entries)),
        "SHA-256 of the same bytes",
        lambda: seconds(hashing),
    )


def hashed(entry: Entry) -> Iterator[bytes]:
    """The bytes that are hashed for an entry, as the documentation tells them."""
    if entry.personal is not None:
        yield entry.personal.encode()
    at = entry.at.isoformat(timespec="microseconds")
    told = (entry.number, at, entry.user, entry.kind, entry.facts, entry.personal_sha256)
    yield "\n".join(map(str, (*told, entry.previous))).encode()


def test_figures() -> None:
    crm = make_crm(":memory:")
    logged_in(crm)
    ours = seconds(lambda: template_figures(crm.store, "FAIR"))
    everything = list(crm.store.records.all(Interaction))
    show("figures of a template", ours, "a recount", seconds(lambda: counted(everything)))


def test_memory_of_what_was_logged() -> None:
    crm = make_crm(":memory:")
    segment = crm.new_segment("Fair", interaction_template_code="FAIR").add_contacts(
        contact={"no": "CT*"}
    )
    tracemalloc.start()
    segment.log()
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    own = (
        sum(map(getsizeof, (entry, entry.number, entry.facts, entry.personal)))
        + sum(map(getsizeof, (entry.personal_sha256, entry.sha256)))
        for entry in crm.journal
    )
    each = f"{held / LINES:.0f} bytes each, of which their entries {sum(own) / LINES:.0f}"
    print(f"\n{LINES} interactions logged in memory hold {each}")
