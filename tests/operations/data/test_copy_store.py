"""A store is copied whole, from any kind of store into any other."""

from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import pytest

from segmentation import Workspace
from segmentation.adapters.sqlalchemy import open_store
from segmentation.errors import JournalBroken, Refused
from segmentation.journal import Head, verify
from segmentation.kinds import record_kinds
from segmentation.memory import MemoryStore
from segmentation.operations.data import copy_store
from segmentation.protocols import Store
from segmentation.segments import Segment, SegmentHeader, SegmentLine
from segmentation.templates import TemplateLanguage
from segmentation.testing import contacts, journal_entries


def filled(store: Store) -> Store:
    store.records.put(contacts())
    digest = store.attachments.put(b"Dear all")
    gone = store.attachments.put(b"Dear Anna")
    store.attachments.remove([gone])
    store.records.put([TemplateLanguage(interaction_template_code="T", attachment=digest)])
    lines = (SegmentLine(segment_no="S1", line_no=1, contact_no="P1", attachment=gone),)
    stored = store.segments.put(Segment(header=SegmentHeader(no="S1"), lines=lines))
    store.segments.put(stored)
    store.log.append(journal_entries(5, Head()))
    store.log.erase([2])
    return store


@pytest.fixture(params=["memory", "sqlite"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    opened: list[Store] = []

    def made() -> Store:
        name = tmp_path / f"{len(opened)}.db"
        store: Store = MemoryStore() if request.param == "memory" else open_store(name)
        opened.append(store)
        return store

    yield made
    for store in opened:
        store.close()


def test_everything_is_copied_and_the_chain_holds(make: Callable[[], Store]) -> None:
    source, middle, target = filled(make()), MemoryStore(), make()
    head = copy_store(source, middle)
    assert copy_store(middle, target) == head == source.log.head()
    assert list(target.log.read()) == list(source.log.read())
    for kind in record_kinds().values():
        assert list(target.records.all(kind)) == list(source.records.all(kind))
    assert target.segments.get("S1") == attrs.evolve(source.segments.get("S1"), version=1)
    (text,) = target.records.all(TemplateLanguage)
    assert target.attachments.get(text.attachment) == b"Dear all"


def test_a_target_with_a_journal_is_refused_and_left(make: Callable[[], Store]) -> None:
    source, target = filled(make()), make()
    target.log.append(journal_entries(1, Head()))
    with pytest.raises(Refused):
        copy_store(source, target)
    assert target.log.head().number == 1
    assert list(target.segments.headers()) == []


def test_a_broken_journal_is_not_copied(make: Callable[[], Store]) -> None:
    source, target = make(), make()
    first, second = journal_entries(2, Head())
    source.log.append([first, attrs.evolve(second, facts="{}")])
    with pytest.raises(JournalBroken):
        copy_store(source, target)
    assert list(target.log.read()) == []


def test_a_copied_store_works_on(tmp_path: Path) -> None:
    source = filled(MemoryStore())
    target = open_store(tmp_path / "crm.db")
    copy_store(source, target)
    target.close()
    with Workspace.open(tmp_path / "crm.db") as crm:
        assert verify(crm.journal) == source.log.head()
