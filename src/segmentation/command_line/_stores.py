"""Stores and exports of the journal, as commands meet them."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from segmentation.errors import Message, NotFound
from segmentation.operations.store_addresses import is_address
from segmentation.operations.whole_files import whole_file
from segmentation.workspace import Workspace, open_store

from ._output import WrongUse

_SQLITE_MAGIC = b"SQLite format 3\x00"


@contextlib.contextmanager
def existing(store: str) -> Iterator[Workspace]:
    """A workspace on a store that is there; reading never creates one."""
    try:
        opened = open_store(store, create=False)
    except NotFound as missing:
        raise WrongUse(
            Message("{missing}; make one with the command 'import'", missing=missing.message)
        ) from missing
    with Workspace.open(opened) as workspace:
        yield workspace


def is_store(source: str) -> bool:
    """Whether it is a database's address or a SQLite file; all else may be an export."""
    if is_address(source):
        return True
    if not Path(source).is_file():  # reading from a pipe would wait for ever
        return False
    with contextlib.suppress(OSError), Path(source).open("rb") as file:
        return file.read(len(_SQLITE_MAGIC)) == _SQLITE_MAGIC
    return False


def write_journal(workspace: Workspace, target: Path) -> None:
    """Export the journal into a file, which is replaced when all of it is written."""
    with whole_file(target) as file:
        file.writelines(f"{line}\n".encode() for line in workspace.journal.export())
