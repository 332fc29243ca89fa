"""Stores and exports of the journal, as commands meet them."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from segmentation.errors import Message, NotFound
from segmentation.operations.contacts import ErasureFile
from segmentation.operations.store_addresses import is_address
from segmentation.operations.whole_files import whole_file
from segmentation.protocols import Store
from segmentation.workspace import Workspace, let_go, open_store

from ._output import WrongUse

_SQLITE_MAGIC = b"SQLite format 3\x00"


@contextlib.contextmanager
def existing(store: str, key_file: Path | None = None) -> Iterator[Workspace]:
    """A workspace on a store that is there; reading never creates one.

    Args:
        store: A file or an address.
        key_file: The file with the key of the store's list of erasures, if it has one.
    """
    opened = open_existing(store)
    try:
        workspace = Workspace.open(opened, erasures=list_beside(store, key_file))
    except BaseException:
        opened.close()
        raise
    with workspace:
        yield workspace


@contextlib.contextmanager
def new_only_if_kept(store: Store, *, is_kept: bool) -> Iterator[None]:
    """A block after which a file that was made for a store is there only if something came of it.

    Args:
        store: The store.
        is_kept: Whether anything is to stay, if no error leaves the block.
    """
    try:
        yield
    except BaseException:
        let_go(store)
        raise
    if not is_kept:
        let_go(store)


def open_existing(store: str) -> Store:
    """A store that is there.

    Raises:
        WrongUse: It is not.
    """
    try:
        return open_store(store, create=False)
    except NotFound as missing:
        raise WrongUse(
            Message("{missing}; make one with the command 'import'", missing=missing.message)
        ) from missing


def list_beside(store: str, key_file: Path | None, path: Path | None = None) -> ErasureFile | None:
    """The list of erasures of a store, if a key is given.

    Args:
        store: A file or an address.
        key_file: The file with the key.
        path: The file of the list; beside a SQLite file if not given.
    """
    if key_file is None:
        return None
    if path is None and is_address(store):
        raise WrongUse(Message("{path}: name the file of its list of erasures", path=store))
    return ErasureFile(key_file.read_bytes(), path or f"{store}.erasures")


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
