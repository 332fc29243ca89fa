"""The whole main job of a shop of 50,000 customers and 500,000 orders, on all stores.

Run with ``python -m pytest tests/benchmarks/test_whole_job.py -s``; prints the seconds of each
step. The answers of all stores must be equal; nothing fails for being slow.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

import segmentation as seg
from segmentation.memory import MemoryStore
from support import shop
from support.databases import Database
from support.frames import of_polars
from support.job import Rows, ShopOn, load, whole_job

CUSTOMERS, ORDERS, A_DAY = 50_000, 500_000, 400
STORES = ["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres), "polars"]
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
    later = [{**order(n), "date": shop.TODAY} for n in range(ORDERS, ORDERS + 1_000)]
    return (
        {"contact": customers, "orders": orders},
        {"contact": customers, "orders": [*orders[1_000:], *later]},
    )


@pytest.fixture(scope="module")
def answers() -> dict[str, object]:
    """What the store before answered."""
    return {}


def shop_in(request: pytest.FixtureRequest, kind: str, folder: Path) -> ShopOn:
    store: Any = MemoryStore() if kind == "memory" else str(folder / "crm.db")
    if kind == "postgresql":
        database = Database(request.getfixturevalue("postgresql"), "whole_job")
        request.addfinalizer(database.drop)
        store = database.own_address()

    def shop_on(rows: Rows) -> seg.Workspace:
        if kind != "polars":
            crm = seg.Workspace.open(store, today=shop.TODAY)
            load(crm, rows)
        else:
            made = {name: of_polars(each, shop.FRAME_FIELDS[name]) for name, each in rows.items()}
            crm = seg.Workspace.open(store, today=shop.TODAY, frames=made, schema=shop.SCHEMA)
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
    seconds: dict[str, float] = {}

    @contextmanager
    def timed(step: str) -> Iterator[None]:
        start = perf_counter()
        yield
        seconds[step] = perf_counter() - start

    said = whole_job(shop_in(request, kind, tmp_path), days, ["C00001", "C00002"], timed)
    taken = ", ".join(f"{step} {count:.2f}" for step, count in seconds.items())
    print(f"\n{kind}: {len(said['lines'])} lines; seconds: {taken}")  # type: ignore[arg-type]
    assert dict(answers or said) == dict(said)
    answers.update(said)
