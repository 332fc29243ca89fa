"""Processes that are killed at a certain moment: real ones, on a real file or server."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TypeAlias

import sqlalchemy as sa

import segmentation as seg
from segmentation.adapters.sqlalchemy import open_store
from support.fair import NOW, TODAY

Step: TypeAlias = Callable[[str], object]
"""What is done in the store at an address; one of the functions here."""


def desk_at(address: str) -> seg.Workspace:
    return seg.Workspace.open(open_store(address), user="BEN", today=TODAY, clock=lambda: NOW)


def open_and_close(address: str) -> None:
    desk_at(address).close()


def add_contacts(address: str) -> None:
    desk_at(address).segment("SM0001").add_contacts()


def take_contacts_in(address: str) -> None:
    desk_at(address).add(*(seg.Contact(no=f"N{n}", name="New") for n in range(3_000)))


def take_files_in(address: str, folder: Path) -> None:
    desk_at(address).import_data(folder)


def take_files_in_until_told(address: str, folder: Path) -> None:
    """Take files in, and be killed when it is first told how far that has come."""
    desk_at(address).import_data(folder, on_progress=lambda _: os.kill(os.getpid(), signal.SIGKILL))


def log(address: str) -> None:
    desk_at(address).segment("SM0002").log()


ERASURE_KEY = bytes(32)
"""The key of the list of erasures beside a store."""


def erase(path: str) -> None:
    with seg.Workspace.open(path, clock=lambda: NOW, erasures=ERASURE_KEY) as crm:
        crm.contacts.erase("CT1", also=crm.contacts.plan_erasing("CT1").mentions)


def apply_retention(path: str) -> None:
    with seg.Workspace.open(path, clock=later, erasures=ERASURE_KEY) as crm:
        crm.contacts.apply_retention(months=12)


def later() -> datetime:
    """A moment at which all that the tests record ran out."""
    return NOW + timedelta(days=1_000)


COMMIT = 0
"""The moment before the first commit of something written."""


def moments() -> Iterator[int]:
    """The moments to be killed at: the commit, and before more and more statements that write."""
    yield COMMIT
    for power in count():
        yield 2**power


def is_killed(step: Step, address: str, *, at: int) -> bool:
    """Whether a process that does a step was killed in it; if not, the step is done.

    Args:
        step: What it does.
        address: The store.
        at: One of the moments.
    """
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([__name__])
    process = processes.Process(target=_work, args=(step, address, at))
    process.start()
    process.join()
    assert process.exitcode in {0, -signal.SIGKILL}
    return process.exitcode != 0


def _work(step: Step, address: str, at: int) -> None:
    written: list[str] = []

    def before_statement(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.lstrip().startswith(("SELECT", "PRAGMA", "BEGIN")):
            written.append(statement)
            if len(written) == at:
                os.kill(os.getpid(), signal.SIGKILL)

    def before_commit(_connection: object) -> None:
        if at == COMMIT and written:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(sa.Engine, "before_cursor_execute", before_statement)
    sa.event.listen(sa.Engine, "commit", before_commit)
    step(address)
