"""Segments that follow criteria, in databases that others write to as well."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import segmentation as seg
from segmentation.adapters.sqlalchemy import join_store
from segmentation.criteria import none
from segmentation.testing._trials import run_together
from support.databases import Database
from support.fair import TODAY
from support.killing import Step, desk_at, is_killed, moments
from support.live import Live, people, prepare, talk, told, where

DK = where(contact={"country_region_code": "DK"})
RECENT = where(interactions={"date": "-3M.."})


@pytest.fixture
def crm(database: Database) -> Iterator[seg.Workspace]:
    """A workspace on a database of the test's own; A is in SE, B in DK."""
    with seg.Workspace.open(database.own_address(), user="ANNA", today=TODAY) as crm:
        prepare(crm)
        crm.add(*people("SE", "A"), *people("DK", "B"))
        yield crm
        crm.journal.verify()


def move_and_talk(address: str, _number: int, _folder: Path) -> None:
    """What another process does: it moves A to DK and talks to B."""
    with seg.Workspace.open(address, user="BO", today=TODAY) as crm:
        crm.contacts.change("A", country_region_code="DK")
        talk(crm, "B", "2026-11-20")


def test_what_another_process_changed(
    crm: seg.Workspace, database: Database, tmp_path: Path
) -> None:
    """LIV-17."""
    criteria = DK & none(RECENT)
    live = Live(crm, criteria)
    assert live.first == "+B"
    run_together(move_and_talk, database.own_address(), 1, tmp_path)
    assert len(crm.select(criteria)) == crm.count(criteria).passing == 1
    assert live.refresh() == "+A -B"


def test_what_the_host_takes_back(crm: seg.Workspace, database: Database) -> None:
    """LIV-16, in a transaction of the host's."""
    live = Live(crm, DK)
    assert live.first == "+B"
    for ends in ("rolled back", "committed"):
        with database.engine().connect() as connection:
            host = seg.Workspace.open(join_store(connection), user="ANNA", today=TODAY)
            host.contacts.change("A", country_region_code="DK")
            done = host.segment(live.no).refresh()
            assert told(done) == "+A"
            if ends == "committed":
                connection.commit()
        assert live.nos == ("A B" if ends == "committed" else "B")
        assert live.refresh() == ""
        assert crm.contacts["A"].country_region_code == ("DK" if ends == "committed" else "SE")


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("ends_first", ["the later", "the earlier"])
def test_a_change_that_is_committed_late(
    crm: seg.Workspace, database: Database, ends_first: str
) -> None:
    """LIV-18."""
    crm.contacts.change("B", country_region_code="SE")
    live = Live(crm, DK)
    engine = database.engine()
    with engine.connect() as one, engine.connect() as other:
        for connection, no in ((one, "A"), (other, "B")):
            host = seg.Workspace.open(join_store(connection), user="ANNA", today=TODAY)
            host.contacts.change(no, country_region_code="DK")
        ends = {"A": one, "B": other}
        for no in ("B", "A") if ends_first == "the later" else ("A", "B"):
            ends[no].commit()
            assert live.refresh() == f"+{no}"
    assert live.refresh() == ""


def refresh(address: str) -> None:
    """What a process does that is killed."""
    desk_at(address).segment("SM0001").refresh()


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals of POSIX")
def test_a_process_that_is_killed_half_way(crm: seg.Workspace, database: Database) -> None:
    """LIV-24, by a process that is killed."""
    live = Live(crm, DK)
    crm.contacts.change("A", country_region_code="DK")
    before = list(live.sheet().lines), live.sheet().actions
    step: Step = refresh
    for at in moments():
        if not is_killed(step, database.own_address(), at=at):
            break
        assert (list(live.sheet().lines), live.sheet().actions) == before
    assert at > 1
    assert live.nos == "A B"
    live.sheet().go_back()
    assert live.refresh() == "+A"
    assert live.refresh() == ""
