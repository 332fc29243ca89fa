"""Refreshes of a segment that follows criteria, beside the query itself and a full run.

Run with ``python -m pytest tests/benchmarks/test_live.py -s``; prints the best of some runs, in
memory, on SQLite and on PostgreSQL. Nothing fails for being slow. ``SEGMENTATION_CONTACTS`` sets
how many contacts there are.
"""

import datetime as dt
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

import segmentation as seg
from segmentation.adapters.sqlalchemy import open_store
from segmentation.criteria import none
from segmentation.interactions import Interaction
from segmentation.memory import MemoryStore
from segmentation.protocols import Store
from support.databases import Database
from support.fair import SETUP, TODAY, evolved, person

CONTACTS = int(os.environ.get("SEGMENTATION_CONTACTS", "100000"))
COUNTRIES = ("DK", "SE", "NO", "IT")
RUNS = 5


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    if request.param == "memory":
        yield MemoryStore()
    elif request.param == "sqlite":
        made = open_store(tmp_path / "crm.db")
        yield made
        made.close()
    else:
        database = Database(request.getfixturevalue("postgresql"), "live")
        yield database.open()
        database.drop()


def fill(crm: seg.Workspace) -> None:
    """Contacts of four countries, each with one interaction in the last two years."""
    crm.store.records.put(list(SETUP))
    crm.store.records.put(
        person(f"P{n}", country_region_code=COUNTRIES[n % 4], exclude_from_segment=n % 33 == 0)
        for n in range(CONTACTS)
    )
    crm.store.records.put(
        Interaction(entry_no=n + 1, contact_no=f"P{n}", date=TODAY - dt.timedelta(n % 700))
        for n in range(CONTACTS)
    )


def timed(step: Callable[[], Any]) -> float:
    start = perf_counter()
    step()
    return (perf_counter() - start) * 1_000


def test_a_refresh_costs_what_changed(store: Store) -> None:
    crm = seg.Workspace.open(store, user="ANNA", today=TODAY)
    fill(crm)
    the = crm.fields
    recent = seg.make_selection(interactions={"date": "-3M.."})
    assert recent is not None
    criteria = (the.contact.country_region_code == "DK") & none(recent)  # type: ignore[arg-type]
    crm.saved_criteria.save("LIVE", criteria)
    sheet = crm.new_segment("Live").follow_criteria("LIVE")
    moving = iter(range(0, CONTACTS, 4))

    def change(count: int) -> None:
        nos = [f"P{next(moving)}" for _ in range(count)]
        crm.store.records.put(person(no, country_region_code="SE") for no in nos)

    crm.select(criteria)
    figures = {
        "the query": min(timed(lambda: crm.select(criteria)) for _ in range(RUNS)),
        "full run": timed(sheet.refresh),
        "nothing": min(timed(sheet.refresh) for _ in range(RUNS)),
    }
    for count in (1, 100):
        runs = []
        for _ in range(RUNS):
            change(count)
            runs.append(timed(sheet.refresh))
        figures[f"{count} changed"] = min(runs)
    days = (evolved(crm, today=TODAY + dt.timedelta(n)) for n in range(1, RUNS + 1))
    figures["a new day"] = min(timed(day.segment(sheet.no).refresh) for day in days)
    print(f"\n{type(store).__name__}, {CONTACTS:,} contacts, {len(sheet):,} lines")
    for name, milliseconds in figures.items():
        print(f"{name:>12} {milliseconds:9.2f} ms")
