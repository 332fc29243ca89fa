"""Erasing by a list: whoever opens an older copy by whatever door, it finds the right ones gone."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import sqlalchemy as sa

import segmentation as seg
from segmentation.adapters.sqlalchemy import join_store, open_store
from segmentation.command_line import main
from segmentation.contacts import FormerNumber
from segmentation.errors import StoreError
from segmentation.memory import MemoryStore
from segmentation.operations.contacts import ErasureFile, erase_contacts
from segmentation.operations.contacts._erasure_list import _sealed
from segmentation.operations.data import copy_store
from support.fair import TODAY, person

KEY = bytes(range(32))
Act: TypeAlias = Callable[[seg.Workspace], object]


def opened(path: Path, **options: Any) -> seg.Workspace:  # noqa: ANN401
    return seg.Workspace.open(path, user="ANNA", today=TODAY, **{"erasures": KEY, **options})


def list_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.erasures")


def names_in(crm: seg.Workspace) -> set[str]:
    return {contact.name for contact in crm.contacts}


def renumber(old: str, new: str) -> Act:
    return lambda crm: crm.contacts.renumber(old_no=old, new_no=new)


def merge(kept: str, gone: str) -> Act:
    return lambda crm: crm.contacts.merge(kept_no=kept, gone_no=gone)


def new(no: str, name: str) -> Act:
    return lambda crm: crm.add(person(no, name=name))


CHANGES: dict[str, tuple[list[Act], str, set[str]]] = {
    "given to somebody new": ([renumber("G", "Z"), new("G", "Bob")], "Z", {"Gerda"}),
    "given to somebody else": ([renumber("G", "Z"), renumber("A", "G")], "Z", {"Gerda"}),
    "given back": ([renumber("G", "Z"), renumber("Z", "G"), new("Z", "Bob")], "G", {"Gerda"}),
    "swapped": (
        [renumber("G", "T"), renumber("A", "G"), renumber("T", "A")],
        "A",
        {"Gerda"},
    ),
    "of one merged in": ([merge("A", "G"), new("G", "Bob")], "A", {"Gerda", "Al"}),
}


class ListInMemory:
    """A list of erasures that is no file."""

    key = KEY

    def __init__(self) -> None:
        self.text = ""

    def read(self) -> str:
        return self.text

    def write(self, text: str) -> None:
        self.text = text


def at(store: MemoryStore, erasures: ListInMemory | None = None) -> seg.Workspace:
    return seg.Workspace.open(store, user="ANNA", today=TODAY, erasures=erasures)


def copy_of(store: MemoryStore) -> MemoryStore:
    target = MemoryStore()
    copy_store(store, target)
    return target


@pytest.mark.parametrize("begun", ["before", "after", "one of many"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_number_that_others_had_or_have_erases_nobody_else(change: str, begun: str) -> None:
    """TRU-26: of a number that went from one to another, in copies of each time between."""
    acts, no, gone = CHANGES[change]
    store, erasures = MemoryStore(), ListInMemory()
    at(store).add(person("G", name="Gerda"), person("A", name="Al"), person("C", name="Carl"))
    at(store).contacts.exclude("C", "asked to")
    copies = [copy_of(store)]
    for act in acts:
        act(at(store))
        copies.append(copy_of(store))
    there = [names_in(at(each)) for each in copies]
    if begun == "after":
        at(store).contacts.erase(no)
        at(store, erasures)
    else:
        crm = at(store, erasures)
        together = begun == "one of many"
        erase_contacts(crm.context, [no, "C"]) if together else crm.contacts.erase(no)
    gone = gone | {"Carl"} if begun == "one of many" else gone
    assert names_in(at(store, erasures)) == there[-1] - gone
    for copied, before in zip(copies, there, strict=True):
        crm = at(copied, erasures)
        assert names_in(crm) == before - gone
        assert crm.journal.audit() == []


def test_a_number_that_was_had_before_the_journal_is_erased_too() -> None:
    """TRU-26: of a contact that came with its former number, as from another system."""
    store, erasures = MemoryStore(), ListInMemory()
    at(store).add(person("OLD", name="Gerda"), person("A", name="Al"))
    older = copy_of(store)
    at(store).store.records.remove([at(store).contacts["OLD"]])
    at(store).add(person("NEW", name="Gerda"))
    store.records.put([FormerNumber(former_no="OLD", contact_no="NEW")])
    at(store, erasures).contacts.erase("NEW")
    assert names_in(at(older, erasures)) == {"Al"}


def test_the_list_of_another_store_erases_nobody(tmp_path: Path) -> None:
    """TRU-27: under the same key, before the store has done an erasure of its own."""
    for name in ("ours", "theirs"):
        with opened(tmp_path / name) as crm:
            crm.add(person("CT1", name=name), person("CT2"))
            crm.contacts.exclude("CT2", name)
    with opened(tmp_path / "theirs") as crm:
        crm.contacts.erase("CT1")
    shutil.copy(list_of(tmp_path / "theirs"), list_of(tmp_path / "ours"))
    before = (tmp_path / "ours").read_bytes()
    with pytest.raises(StoreError, match="is that of another store"):
        opened(tmp_path / "ours")
    assert (tmp_path / "ours").read_bytes() == before


def test_a_list_of_before_stores_were_told_apart_is_read(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    with opened(path) as crm:
        crm.add(person("CT1"))
        crm.contacts.exclude("CT1", "asked to")
    shutil.copy(path, tmp_path / "backup.db")
    with opened(path) as crm:
        crm.contacts.erase("CT1")
    older = ErasureFile(KEY, list_of(tmp_path / "backup.db"))
    header, line = list_of(path).read_text().splitlines()
    body = line.rpartition(" ")[0].rpartition(" ")[0]
    older.write(_sealed(KEY, [body]))
    assert older.read().splitlines()[0] == header
    with opened(tmp_path / "backup.db") as crm:
        assert "CT1" not in crm.contacts


def spoiled(text: str) -> Iterator[str]:
    """Lists that somebody cut off, emptied, doubled or mixed."""
    yield from ("", "\n", "\ufeff", text[:30], text[:-20], text * 2, text.replace("\n", " \n"))
    header, *lines = text.splitlines(keepends=True)
    yield from ("".join(lines), header * 2, "".join([header, *reversed(lines)]))
    yield "".join([header, *lines[1:]])


def test_a_spoiled_list_opens_no_backup(tmp_path: Path) -> None:
    """TRU-27, with a copy that has done nothing of the list yet."""
    path = tmp_path / "crm.db"
    with opened(path) as crm:
        crm.add(*(person(no) for no in "ABC"))
    backup = Path(shutil.copy(path, tmp_path / "backup.db"))
    with opened(path) as crm:
        for no in "AB":
            crm.contacts.erase(no)
    before = backup.read_bytes()
    for text in spoiled(list_of(path).read_text()):
        list_of(backup).write_text(text)
        with pytest.raises(StoreError):
            opened(backup)
        assert backup.read_bytes() == before
    list_of(backup).write_text(list_of(path).read_text())
    with opened(backup) as crm:
        assert [contact.no for contact in crm.contacts] == ["C"]


@contextmanager
def joined(path: Path, erasures: ErasureFile | None) -> Iterator[seg.Workspace]:
    engine = sa.create_engine(f"sqlite:///{path}")
    try:
        with engine.begin() as connection:
            yield seg.Workspace.open(join_store(connection), erasures=erasures)
    finally:
        engine.dispose()


@contextmanager
def saved(path: Path, erasures: ErasureFile | None) -> Iterator[seg.Workspace]:
    memory = MemoryStore()
    with closing(open_store(path)) as store:
        copy_store(store, memory)
    memory.save(path.with_suffix(".seg"))
    with seg.Workspace.open(MemoryStore.open(path.with_suffix(".seg")), erasures=erasures) as crm:
        yield crm


@contextmanager
def copied(path: Path, erasures: ErasureFile | None) -> Iterator[seg.Workspace]:
    target_path = path.with_suffix(".copy")
    with closing(open_store(path)) as store, closing(open_store(target_path)) as target:
        copy_store(store, target)
        yield seg.Workspace.open(target, erasures=erasures)


@contextmanager
def by_itself(path: Path, erasures: ErasureFile | None) -> Iterator[seg.Workspace]:
    with seg.Workspace.open(path, erasures=erasures) as crm:
        yield crm


@pytest.mark.parametrize("door", [by_itself, joined, copied, saved])
def test_no_door_opens_a_backup_without_its_list(tmp_path: Path, door: Callable[..., Any]) -> None:
    """TRU-26: whichever way a backup goes, whoever was erased since is not in it."""
    path = tmp_path / "crm.db"
    with opened(path) as crm:
        crm.add(*(person(no, name=f"Anna {no}") for no in "ABC"))
        crm.contacts.erase("A")
    backup = Path(shutil.copy(path, tmp_path / "backup.db"))
    with opened(path) as crm:
        crm.contacts.erase("B")
    with pytest.raises(StoreError, match="the store names erasure 1"), door(backup, None):
        pass
    backup.with_suffix(".copy").unlink(missing_ok=True)
    with door(backup, ErasureFile(KEY, list_of(path))) as crm:
        assert names_in(crm) == {"Anna C"}
        assert len(crm.journal) == 2


def test_no_command_opens_a_backup_without_its_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """TRU-26, on the command line."""
    path = tmp_path / "crm.db"
    with opened(path) as crm:
        crm.add(person("A", name="Anna Berg"), person("B", name="Bo Lund"))
        crm.contacts.erase("A")
    store, file = str(path), str(tmp_path / "x")
    key = tmp_path / "log.key"
    assert main(["journal", "key", "example.com/log", "--output", str(key)]) == 0
    capsys.readouterr()
    for words in (
        ["select", "--store", store],
        ["export", "--store", store, file],
        ["import", "--store", store, str(Path(__file__).parents[1] / "data" / "cronus")],
        ["journal", "export", store],
        ["journal", "audit", store],
        ["journal", "verify", store],
        ["journal", "checkpoint", store, "--key", str(key), "--output", file],
        ["criteria", "export", "--store", store, file],
        ["delta", "--store", store, "--segment", "SM1", "--state", file],
    ):
        assert main(words) == 1, words
        told = capsys.readouterr()
        assert "the store names erasure 1" in told.err, words
        assert "Lund" not in told.out
        assert not Path(file).exists()
