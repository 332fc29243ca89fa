"""A store's file is made only if the store can be opened, and goes if nothing comes of it."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import segmentation as seg
from segmentation.adapters.sqlalchemy import MappedTable, open_store
from segmentation.command_line import main
from segmentation.contacts import Contact
from segmentation.errors import SegmentationError
from segmentation.fields import Field
from segmentation.segments import contact_schema

CUSTOMERS = sa.select(sa.literal("A").label("number")).subquery("customers")

REFUSED: dict[str, dict[str, Any]] = {
    "a schema with a field of ours": {
        "schema": contact_schema().with_fields("contact", Field("Shoe", "text"))
    },
    "frames that are none": {"frames": {"contact": 7}},
    "a key that is too short": {"address_keys": [b"x"]},
    "a short key of erasures": {"erasures": b"x"},
}


def left_in(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


@pytest.mark.parametrize("address", ["{}", "sqlite:///{}"], ids=["path", "address"])
@pytest.mark.parametrize("case", REFUSED)
def test_a_store_that_is_refused_leaves_no_file(tmp_path: Path, case: str, address: str) -> None:
    with pytest.raises((SegmentationError, TypeError, AttributeError)):
        seg.Workspace.open(address.format(tmp_path / "crm.db"), **REFUSED[case])
    assert left_in(tmp_path) == []


def test_a_store_that_was_there_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    seg.Workspace.open(path).close()
    before = path.read_bytes()
    with pytest.raises(SegmentationError):
        seg.Workspace.open(path, address_keys=[b"x"])
    assert path.read_bytes() == before


@pytest.mark.parametrize("column", ["number", "nothing"])
def test_a_mapping_that_is_refused_leaves_no_file(tmp_path: Path, column: str) -> None:
    fields = [Field("shoe", "integer")] if column == "number" else []
    values = {"no": sa.column(column), **{each.name: CUSTOMERS.c.number for each in fields}}
    mapped = {"contact": MappedTable(CUSTOMERS, values, fields=fields)}
    with pytest.raises(SegmentationError):
        open_store(tmp_path / "crm.db", mapped=mapped)
    assert left_in(tmp_path) == []


def test_what_others_stored_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    store = open_store(path)
    with closing(open_store(path)) as other:
        other.records.put([Contact(no="C1")])
    store.discard()
    with seg.Workspace.open(path) as crm:
        assert [each.no for each in crm.contacts] == ["C1"]


def test_what_is_no_database_any_more_or_gone_is_left_alone(tmp_path: Path) -> None:
    for name, text in (("crm.db", b"no database at all" * 99), ("other.db", None)):
        path = tmp_path / name
        store = open_store(path)
        store.close()
        path.unlink()
        if text is not None:
            path.write_bytes(text)
        store.discard()
    assert left_in(tmp_path) == ["crm.db"]


@pytest.mark.parametrize("more", [[], ["--dry-run"], ["--mode", "mirror"]], ids=" ".join)
def test_an_import_that_is_refused_or_tried_only_leaves_no_store(
    tmp_path: Path, more: list[str]
) -> None:
    data, store = tmp_path / "contact.csv", tmp_path / "crm.db"
    data.write_text("no,company_no\nA,\n" + ("" if "--dry-run" in more else "B,X9\n"))
    taken = ["import", str(data), "--store", str(store), *more]
    assert main(taken) == (0 if "--dry-run" in more else 1)
    assert left_in(tmp_path) == ["contact.csv"]
    data.write_text("no\nA\n")
    assert main(taken[:4]) == 0
    data.write_text("no,company_no\nB,X9\n")
    assert main(taken) != 0 or "--dry-run" in more
    with closing(sqlite3.connect(store)) as base:
        assert base.execute("SELECT count(*) FROM contact").fetchone() == (1,)


def test_a_demo_that_cannot_begin_makes_no_store(tmp_path: Path) -> None:
    taken = ["demo", "--folder", str(tmp_path), "--store", str(tmp_path / "crm.db")]
    assert main(taken) == 2
    assert left_in(tmp_path) == []
