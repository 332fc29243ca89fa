"""Whatever statement a process is killed at, its step is done whole or not at all."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from segmentation.code_tables import Territory
from segmentation.contacts import Contact, ContactMailingGroup
from segmentation.interactions import Interaction
from segmentation.protocols import Store
from segmentation.workspace import open_store
from support.databases import Database
from support.desk import check_journal, make_desk
from support.killing import (
    COMMIT,
    Step,
    add_contacts,
    desk_at,
    is_killed,
    log,
    moments,
    open_and_close,
    take_contacts_in,
    take_files_in,
    take_files_in_until_told,
)
from support.older import make_older, noted_shape

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="needs signals of POSIX: run on Linux or macOS"
)


def lines(store: Store) -> int:
    return len(store.segments.get("SM0001").lines) + len(store.segments.get("SM0001").actions)


def new_contacts(store: Store) -> int:
    return len(list(store.records.all(Contact, name="New")))


def interactions(store: Store) -> int:
    return len(list(store.records.all(Interaction)))


@pytest.mark.parametrize(
    ("step", "counted"),
    [(add_contacts, lines), (take_contacts_in, new_contacts), (log, interactions)],
)
def test_a_step_that_is_killed_is_done_whole_or_not_at_all(
    step: Step, counted: Callable[[Store], int], database: Database
) -> None:
    address = database.own_address()
    with make_desk(store=open_store(address)) as crm:
        crm.new_segment("Empty")
        crm.new_segment("Full", interaction_template_code="TALK").add_contacts()
    for at in moments():
        done = not is_killed(step, address, at=at)
        with desk_at(address) as crm:
            assert (counted(crm.store) > 0) == done
            check_journal(crm)
        if done:
            break
    assert at > 3


@pytest.mark.mariadb
def test_who_is_killed_on_mariadb_making_tables_or_logging_does_it_later(
    kept_mariadb: Database,
) -> None:
    """There each table that is made is committed by itself."""
    address = kept_mariadb.own_address()
    assert is_killed(open_and_close, address, at=40)
    with make_desk(store=open_store(address)) as crm:
        crm.new_segment("Empty")
        crm.new_segment("Full", interaction_template_code="TALK").add_contacts()
    for killed, at in ((True, COMMIT), (True, 3), (False, 10_000)):
        assert is_killed(log, address, at=at) is killed
        with desk_at(address) as crm:
            assert (interactions(crm.store) > 0) is not killed
            check_journal(crm)


def test_an_import_that_is_killed_is_done_whole_or_not_at_all(
    database: Database, tmp_path: Path
) -> None:
    """INO-40, with files of 3,000 rows."""
    rows = 3_000
    folder = tmp_path / "files"
    folder.mkdir()
    contacts = "".join(f"N{number},New\n" for number in range(rows))
    (folder / "contact.csv").write_text(f"No.,Name\n{contacts}")
    members = "".join(f"N{number},NEWS\n" for number in range(rows))
    header = "Contact No.,Mailing Group Code"
    (folder / "contact_mailing_group.csv").write_text(f"{header}\n{members}")
    step = partial(take_files_in, folder=folder)
    address = database.own_address()
    make_desk(store=open_store(address)).close()
    for at in moments():
        done = not is_killed(step, address, at=at)
        with desk_at(address) as crm:
            joined = len(list(crm.store.records.all(ContactMailingGroup)))
            assert (new_contacts(crm.store), joined) == ((rows, rows) if done else (0, 0))
            check_journal(crm)
        if done:
            break


@pytest.mark.parametrize(
    ("take_in", "at"),
    [(take_files_in, COMMIT), (take_files_in_until_told, 10_000)],
    ids=["making tables", "reading rows"],
)
def test_an_import_into_no_store_that_is_killed_leaves_an_empty_one(
    tmp_path: Path, take_in: Callable[..., object], at: int
) -> None:
    """INO-40."""
    (tmp_path / "files").mkdir()
    rows = "".join(f"N{number},New\n" for number in range(1_000))
    (tmp_path / "files" / "contact.csv").write_text(f"No.,Name\n{rows}")
    address = f"sqlite:///{(tmp_path / 'crm.db').as_posix()}"
    assert is_killed(partial(take_in, folder=tmp_path / "files"), address, at=at)
    with desk_at(address) as crm:
        assert list(crm.contacts) == []
        check_journal(crm)
        crm.import_data(tmp_path / "files")
        assert new_contacts(crm.store) == 1_000


def test_an_upgrade_that_is_killed_is_done_whole_or_not_at_all(database: Database) -> None:
    address = database.own_address()
    with desk_at(address) as crm:
        crm.store.records.put([Contact(no="C1", name="Berg")])
    make_older(database)
    older = noted_shape(database)
    for at in moments():
        done = not is_killed(open_and_close, address, at=at)
        assert (noted_shape(database) != older) == done
        if done:
            break
    assert at > 3
    with desk_at(address) as crm:
        assert crm.contacts["C1"] == Contact(no="C1", name="Berg")
        assert list(crm.store.records.all(Territory)) == []
        check_journal(crm)
