"""The whole main job of a shop of 50,000 customers and 500,000 orders, on all stores.

Run with ``python -m pytest tests/benchmarks/test_whole_job.py -s``; prints the seconds of each
step, on the clock and of this process. The answers of all stores must be equal; nothing fails for
being slow. ``SEGMENTATION_BENCHMARK_CUSTOMERS`` makes the shop smaller, with ten orders a customer.
"""

import datetime as dt
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import pytest

import segmentation as seg
from segmentation.memory import MemoryStore
from segmentation.protocols import Store
from support import shop
from support.databases import Database
from support.frames import LIBRARIES, MAKERS
from support.job import MappedShop, Rows, ShopOn, load, whole_job

CUSTOMERS = int(os.environ.get("SEGMENTATION_BENCHMARK_CUSTOMERS", "50000"))
ORDERS, A_DAY = 10 * CUSTOMERS, CUSTOMERS // 125
STORES = [
    "memory",
    "sqlite",
    "mapped-sqlite",
    *(
        pytest.param(name, marks=pytest.mark.postgres)
        for name in ("postgresql", "mapped-postgresql")
    ),
    *LIBRARIES,
]
CITIES, TIERS = ("Bern", "Basel", "Zürich", ""), ("", "bronze", "silver", "gold")
ARTICLES = tuple(shop.AMOUNTS)


def customer(n: int) -> Mapping[str, Any]:
    """One customer in seven has points above 0, one in ten has no birthday."""
    return {
        "no": f"C{n:05}",
        "type": "person",
        "name": f"First{n % 997} Last{n}",
        "first_name": f"First{n % 997}",
        "surname": f"Last{n}",
        "city": CITIES[n % 4],
        "points": n * 7919 % 200 - 170 if n % 8 else None,
        "born": dt.date(1940, 1, 1) + dt.timedelta(days=n % 25_000) if n % 10 else None,
        "tier": TIERS[n // 3 % 4],
    }


def order(n: int) -> Mapping[str, Any]:
    """Orders run back from the last day; 104729 spreads those of a customer over the years."""
    article = ARTICLES[n * 31 % 97 % 3]
    return {
        "order_no": n,
        "contact_no": f"C{n * 104_729 % CUSTOMERS:05}",
        "date": shop.TODAY - dt.timedelta(days=n // A_DAY),
        "article": article,
        "amount": Decimal(shop.AMOUNTS[article]),
    }


@pytest.fixture(scope="module")
def days() -> tuple[Rows, Rows]:
    """Two days: on the second some orders have come, others are gone."""
    customers = [customer(n) for n in range(CUSTOMERS)]
    orders = [order(n) for n in range(ORDERS)]
    changed = CUSTOMERS // 50
    later = [{**order(n), "date": shop.TODAY} for n in range(ORDERS, ORDERS + changed)]
    return (
        {"contact": customers, "orders": orders},
        {"contact": customers, "orders": [*orders[changed:], *later]},
    )


@pytest.fixture(scope="module")
def answers() -> dict[str, object]:
    """What the store before answered."""
    return {}


def shop_in(request: pytest.FixtureRequest, kind: str, folder: Path) -> ShopOn:
    """The shop on a kind of store."""
    mapped, _, name = kind.rpartition("-")
    if kind in MAKERS:
        return in_frames(request, kind, folder / "crm.db")
    if name == "postgresql":
        database = Database(request.getfixturevalue("postgresql"), "whole_job")
    else:
        database = Database(str(folder / "crm.db"))
    request.addfinalizer(database.drop)
    if mapped:
        return MappedShop(database)
    return in_store(request, MemoryStore() if kind == "memory" else database.own_address())


def in_store(request: pytest.FixtureRequest, store: Store | str) -> ShopOn:
    """The shop in a store of ours."""

    def shop_on(rows: Rows) -> seg.Workspace:
        crm = seg.Workspace.open(store, today=shop.TODAY)
        load(crm, rows)
        request.addfinalizer(crm.close)
        return crm

    return shop_on


def in_frames(request: pytest.FixtureRequest, library: str, address: Path) -> ShopOn:
    """The shop in frames of a library."""

    def shop_on(rows: Rows) -> seg.Workspace:
        make = MAKERS[library]
        made = {name: make(each, shop.FRAME_FIELDS[name]) for name, each in rows.items()}
        crm = seg.Workspace.open(address, today=shop.TODAY, frames=made, schema=shop.SCHEMA)
        request.addfinalizer(crm.close)
        return crm

    return shop_on


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", STORES)
def test_the_whole_job(
    kind: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    days: tuple[Rows, Rows],
    answers: dict[str, object],
) -> None:
    taken: list[str] = []

    @contextmanager
    def timed(step: str) -> Iterator[None]:
        start, used = perf_counter(), process_time()
        yield
        taken.append(f"{step} {perf_counter() - start:.2f} ({process_time() - used:.2f})")

    said = whole_job(shop_in(request, kind, tmp_path), days, ["C00001", "C00002"], timed)
    lines = len(said["lines"])  # type: ignore[arg-type]
    same = sha256(repr(sorted(said.items())).encode()).hexdigest()[:16]
    print(f"\n{kind}: {lines} lines, answers {same}; seconds (of this process): {', '.join(taken)}")
    assert dict(answers or said) == dict(said)
    answers.update(said)
