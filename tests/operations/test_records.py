"""Records looked up by their keys, many in few questions, on every store."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

import segmentation as seg
from segmentation.adapters.narwhals import join_frames
from segmentation.code_tables import MailingGroup
from segmentation.contacts import Contact, ContactMailingGroup
from segmentation.definitions import OwnField
from segmentation.errors import NotFound
from segmentation.fields import Field, Record
from segmentation.interactions import Interaction
from segmentation.memory import MemoryStore
from segmentation.operations.records import at_once, find_records, get_records, read_ahead
from segmentation.segments import SegmentHeader
from segmentation.setup import MarketingSetup, NumberSeries
from support import shop
from support.frames import of_polars
from support.stores import STORES, workspaces


@pytest.fixture(params=STORES)
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    yield from workspaces(request, tmp_path)


def fill(crm: seg.Workspace) -> None:
    """Records with keys of no, one and two parts."""
    crm.add(*(MailingGroup(code=f"G{n}") for n in range(30)), Contact(no="A"), Contact(no="B"))
    crm.contacts.add_rows(
        *(ContactMailingGroup(contact_no="A", mailing_group_code=f"G{n}") for n in range(20)),
        ContactMailingGroup(contact_no="B", mailing_group_code="G1"),
    )
    crm.add(NumberSeries(code="SM", starting_no="SM1"))
    crm.setup.change_marketing(segment_nos="SM")
    crm.new_segment("First")
    crm.tables.define("contact", Field("points", "integer"))


@pytest.mark.parametrize(
    ("kind", "wanted", "there"),
    [
        (MailingGroup, [(f"G{n}",) for n in range(28, 40)], [("G28",), ("G29",)]),
        (MailingGroup, [("G1",), ("G1",), ("g1",), ("G\0",), ("none",)], [("G1",)]),
        (MailingGroup, [], []),
        (
            ContactMailingGroup,
            [("A", "G1"), ("A", "G25"), ("B", "G1"), ("B", "G2"), ("C", "G1")],
            [("A", "G1"), ("B", "G1")],
        ),
        (Interaction, [(1,), (10**30,), (-1,)], []),
        (OwnField, [("contact", "points"), ("contact", "none")], [("contact", "points")]),
        (MarketingSetup, [()], [()]),
        (SegmentHeader, [("SM1",), ("SM2",)], [("SM1",)]),
        (Contact, [("B",), ("A",), ("C",)], [("A",), ("B",)]),
        (ContactMailingGroup, [("A",), ("A", None)], []),
    ],
)
def test_many_records_are_found_by_their_keys(
    crm: seg.Workspace,
    kind: type[Record],
    wanted: list[tuple[object, ...]],
    there: list[tuple[object, ...]],
) -> None:
    fill(crm)
    found = find_records(crm.store, kind, wanted)
    assert sorted(found) == there
    assert {type(record) for record in found.values()} <= {kind}


def test_a_kind_that_was_never_stored_has_none_of_them(crm: seg.Workspace) -> None:
    assert find_records(crm.store, Interaction, [(1,), (2,)]) == {}
    with pytest.raises(NotFound, match="1, 2"):
        get_records(crm.store, Interaction, [1, 2])


def test_many_are_found_in_one_question_that_reads_no_others(tmp_path: Path) -> None:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    with seg.Workspace.open(tmp_path / "crm.db") as crm:
        fill(crm)
        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        try:
            find_records(crm.store, MailingGroup, [(f"G{n}",) for n in range(20)])
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert ["WHERE" in statement for statement in asked if "SELECT" in statement] == [True]


def contacts_read(read: list[int]) -> pl.LazyFrame:
    """A frame of contacts that notes how many rows are read, each time that they are."""

    def note(rows: pl.DataFrame) -> pl.DataFrame:
        read.append(len(rows))
        return rows

    rows = pl.LazyFrame({"no": ["A", "B", "C"], "name": ["Anna", "Bo", "Cleo"]})
    return rows.map_batches(note)


def test_within_a_moment_contacts_in_frames_are_read_once() -> None:
    read: list[int] = []
    store = join_frames(MemoryStore(), {"contact": contacts_read(read)})
    read.clear()
    with at_once(store), at_once(store):
        read_ahead(store, ["A", "B", "A", "none"])
        times = len(read)
        assert [each.name for each in store.contacts.get_many(["B", "A", "none"])] == ["Bo", "Anna"]
        assert len(read) == times
        assert [each.name for each in store.contacts.get_many(["C", "A"])] == ["Cleo", "Anna"]
        assert len(read) > times
    times = len(read)
    assert len(store.contacts.get_many(["A"])) == 1
    assert len(read) > times


def test_contacts_that_answer_anew_are_not_read_ahead() -> None:
    store = MemoryStore()
    store.records.put([Contact(no="A")])
    with at_once(store):
        read_ahead(store, ["A"])
        store.records.put([Contact(no="A", privacy_blocked=True)])
        assert [each.privacy_blocked for each in store.contacts.get_many(["A"])] == [True]


def test_rows_in_frames_are_found_by_their_keys_too() -> None:
    rows = {name: of_polars(each, shop.FRAME_FIELDS[name]) for name, each in shop.rows().items()}
    with seg.Workspace.open(frames=rows, schema=shop.SCHEMA) as crm:
        orders = crm.tables["orders"].kind
        assert sorted(find_records(crm.store, orders, [(3,), (1,), (99,)])) == [(1,), (3,)]
        crm.add(MailingGroup(code="X"))
        assert list(find_records(crm.store, MailingGroup, [("X",), ("Y",)])) == [("X",)]
        keys = [("orders", "order_no"), ("orders", "none")]
        assert list(find_records(crm.store, OwnField, keys)) == keys[:1]


def test_many_worksheets_are_found_by_their_numbers(crm: seg.Workspace) -> None:
    fill(crm)
    for number in range(8):
        crm.new_segment(f"Fair {number}")
    headers = {(header.no,): header for header in crm.store.segments.headers()}
    assert len(headers) == 9
    assert find_records(crm.store, SegmentHeader, [*headers, ("SM99",)]) == headers
