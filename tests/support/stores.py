"""Workspaces on each kind of store, for tests that hold on all of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import segmentation as seg
from support.databases import Database
from support.fair import TODAY

STORES = ["memory", "sqlite", pytest.param("pg", marks=pytest.mark.postgres)]


def workspaces(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    """A workspace in memory, on SQLite, on PostgreSQL, whose journal is checked after the test."""
    store: Any = {"memory": ":memory:", "sqlite": str(tmp_path / "crm.db")}.get(request.param)
    if store is None:
        database: Database = request.getfixturevalue("kept_postgresql")
        database.empty()
        store = database.open()
    with seg.Workspace.open(store, user="ANNA", today=TODAY) as crm:
        yield crm
        crm.journal.verify()
        assert crm.journal.audit() == []
