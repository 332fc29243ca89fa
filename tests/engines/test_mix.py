"""The mix of twenty questions: ours finds whom the queries by hand find."""

import sqlite3
from collections.abc import Mapping
from decimal import Decimal

import duckdb
import pytest

from benchmarks import mix, mix_polars, reference_data
from segmentation.adapters.narwhals import FrameContacts
from segmentation.memory import MemoryStore

COUNT = 1000


@pytest.fixture(scope="module")
def columns() -> Mapping[str, reference_data.Columns]:
    return mix.make_columns(COUNT)


@pytest.fixture(scope="module")
def by_polars(columns: Mapping[str, reference_data.Columns]) -> Mapping[str, list[str]]:
    """Whom the plans of polars find."""
    frames = {name: frame.lazy() for name, frame in mix_polars.make_frames(columns).items()}
    return {
        each.name: mix_polars.listed(mix_polars.PLANS[each.name](frames))
        for each in mix.questions()
    }


def test_a_mix_of_twenty_finds_some_and_not_all(by_polars: Mapping[str, list[str]]) -> None:
    assert len(by_polars) == 20
    assert all(0 < len(found) < COUNT for found in by_polars.values())


def test_in_memory(
    columns: Mapping[str, reference_data.Columns], by_polars: Mapping[str, list[str]]
) -> None:
    store = MemoryStore()
    for table, of_table in columns.items():
        store.records.put(reference_data.records_of(table, of_table))
    for each in mix.questions():
        assert list(store.contacts.matching(each.bound)) == by_polars[each.name], each.name
        assert store.contacts.count(each.bound) == len(by_polars[each.name]), each.name


def test_on_frames(
    columns: Mapping[str, reference_data.Columns], by_polars: Mapping[str, list[str]]
) -> None:
    frames = mix_polars.make_frames(columns)
    source = FrameContacts(frames.pop("contact"), frames)
    for each in mix.questions():
        assert list(source.matching(each.bound)) == by_polars[each.name], each.name


def test_by_hand_in_duckdb(
    columns: Mapping[str, reference_data.Columns], by_polars: Mapping[str, list[str]]
) -> None:
    with duckdb.connect() as connection:
        for table, frame in mix_polars.make_frames(columns).items():
            connection.register(table, frame.to_arrow())
        for each in mix.questions():
            listed = [no for (no,) in connection.execute(each.listed).fetchall()]
            counted = connection.execute(each.counted).fetchall()
            assert (listed, counted) == (by_polars[each.name], [(len(listed),)]), each.name


def test_by_hand_in_sqlite(
    columns: Mapping[str, reference_data.Columns], by_polars: Mapping[str, list[str]]
) -> None:
    database = sqlite3.connect(":memory:")
    database.execute("PRAGMA case_sensitive_like = ON")
    for table, of_table in columns.items():
        database.execute(f"CREATE TABLE {table} ({', '.join(of_table)})")
        marks = ", ".join("?" * len(of_table))
        rows = [[_plain(value) for value in row] for row in zip(*of_table.values(), strict=True)]
        database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608
    for each in mix.questions():
        found = [no for (no,) in database.execute(each.listed)]
        assert found == by_polars[each.name], each.name
    database.close()


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    return value if isinstance(value, int) else str(value)
