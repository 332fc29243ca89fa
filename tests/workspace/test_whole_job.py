"""The whole main job of a shop with data of its own: equal answers on all stores."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

import segmentation as seg
from segmentation.memory import MemoryStore
from support import shop
from support.databases import Database
from support.frames import MAKERS
from support.job import MappedShop, Rows, ShopOn, load, whole_job

FIRST = shop.rows()
MORE = shop.order_rows("17 H 2026-11-22 TENT", "18 B 2026-11-22 MAP", "19 B 2026-11-22 LAMP")
SECOND = {
    "contact": [{**row, "points": 5} if row["no"] in "BH" else row for row in FIRST["contact"]],
    "orders": [*(row for row in FIRST["orders"] if row["order_no"] != 15), *MORE],
}
ANSWERS = {
    "select": ["A", "C", "F", "G"],
    "lines": ["A", "C", "F", "G"],
    "came and went": (["B"], []),
    "letters": [
        "Anna, 120 points, born 1990-11-24",
        "Bo, 5 points, born 1984-02-29",
        "Cleo, 15 points, born 1975-12-31",
        "Finn, 7 points, born 1964-11-22",
        "Gro, 50 points, born 2000-11-29",
    ],
    "follow-up": ["A", "B", "C", "F", "G"],
    "own fields": [
        ("contact", "points", "integer"),
        ("orders", "amount", "decimal"),
        ("orders", "article", "code"),
        ("orders", "date", "date"),
    ],
}


def in_memory(_request: pytest.FixtureRequest, _folder: Path) -> ShopOn:
    store = MemoryStore()

    def shop_on(rows: Rows) -> seg.Workspace:
        crm = seg.Workspace.open(store, today=shop.TODAY)
        load(crm, rows)
        return crm

    return shop_on


def in_database(name: str) -> Callable[[pytest.FixtureRequest, Path], ShopOn]:
    def made(request: pytest.FixtureRequest, _folder: Path) -> ShopOn:
        database: Database = request.getfixturevalue(name)
        database.empty()
        address = database.own_address()

        def shop_on(rows: Rows) -> seg.Workspace:
            crm = seg.Workspace.open(address, today=shop.TODAY)
            request.addfinalizer(crm.close)
            load(crm, rows)
            return crm

        return shop_on

    return made


def mapped_in(name: str) -> Callable[[pytest.FixtureRequest, Path], ShopOn]:
    def made(request: pytest.FixtureRequest, _folder: Path) -> ShopOn:
        database: Database = request.getfixturevalue(name)
        database.empty()
        return MappedShop(database)

    return made


def in_frames(library: str) -> Callable[[pytest.FixtureRequest, Path], ShopOn]:
    def made(request: pytest.FixtureRequest, folder: Path) -> ShopOn:
        def shop_on(rows: Rows) -> seg.Workspace:
            make = MAKERS[library]
            frames = {name: make(each, shop.FRAME_FIELDS[name]) for name, each in rows.items()}
            crm = seg.Workspace.open(
                folder / "crm.db", today=shop.TODAY, frames=frames, schema=shop.SCHEMA
            )
            request.addfinalizer(crm.close)
            return crm

        return shop_on

    return made


STORES = [
    pytest.param(in_memory, id="memory"),
    pytest.param(in_database("kept_sqlite"), id="sqlite"),
    pytest.param(in_database("kept_postgresql"), id="postgresql", marks=pytest.mark.postgres),
    pytest.param(mapped_in("kept_sqlite"), id="mapped-sqlite"),
    pytest.param(mapped_in("kept_postgresql"), id="mapped-postgresql", marks=pytest.mark.postgres),
    *(pytest.param(in_frames(name), id=name) for name in MAKERS if name != "pyspark"),
    pytest.param(in_frames("pyspark"), id="pyspark", marks=pytest.mark.spark),
]


@pytest.fixture(scope="module")
def in_a_file(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, object]:
    """What the job answers in a SQLite file."""
    address = tmp_path_factory.mktemp("job") / "crm.db"

    with ExitStack() as opened:

        def shop_on(rows: Rows) -> seg.Workspace:
            crm = opened.enter_context(seg.Workspace.open(address, today=shop.TODAY))
            load(crm, rows)
            return crm

        said = whole_job(shop_on, (FIRST, SECOND), "AEH")
    assert {name: said[name] for name in ANSWERS} == ANSWERS
    return said


@pytest.mark.parametrize("store", STORES)
def test_the_whole_job_has_equal_answers_on_all_stores(
    store: Callable[[pytest.FixtureRequest, Path], ShopOn],
    request: pytest.FixtureRequest,
    tmp_path: Path,
    in_a_file: Mapping[str, object],
) -> None:
    assert whole_job(store(request, tmp_path), (FIRST, SECOND), "AEH") == in_a_file
