"""Stores written by earlier versions are opened, brought up to date, and work on."""

import datetime as dt
import gzip
from pathlib import Path

import pytest

import segmentation as seg
from segmentation.adapters.sqlalchemy import open_store
from segmentation.operations.data import copy_store
from segmentation.protocols import Store
from support.databases import Database

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.gz"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_a_stored_sample_works_on(sample: Path, tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    path.write_bytes(gzip.decompress(sample.read_bytes()))
    store = open_store(path)
    _works_on(store)
    store.close()


@pytest.mark.postgres
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_a_stored_sample_moves_to_a_server(
    sample: Path, tmp_path: Path, database: Database
) -> None:
    path = tmp_path / "old.db"
    path.write_bytes(gzip.decompress(sample.read_bytes()))
    source, target = open_store(path), database.open()
    assert copy_store(source, target) == source.log.head()
    source.close()
    _works_on(target)


def _works_on(store: Store) -> None:
    now = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)
    crm = seg.Workspace.open(store, user="BEN", today=now.date(), clock=lambda: now)
    before = crm.journal.verify()
    assert before.number == 3
    assert dict(crm.contacts["C1"].extra) == {"score": 7}
    (logged,) = crm.logged_segments
    assert logged.description == "Logged"
    sheet = crm.segment("SM2")
    assert list(sheet.contact_nos) == ["C1"]
    sheet.go_back()
    assert list(sheet.contact_nos) == ["C1", "P1"]
    sheet.log()
    assert crm.journal.verify(after=before).number == 6
    assert crm.select(interactions={"date": "-1M.."}) == ["C1", "P1"]
