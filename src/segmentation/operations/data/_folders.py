"""Folders of files taken in: which of them are ours, and what they name beside them."""

from collections.abc import Callable
from pathlib import Path

from segmentation.errors import (
    Fault,
    Identifier,
    Message,
    NotFound,
    Rejected,
    StoreError,
    near_name,
)
from segmentation.operations.context import Context

from ._files import SourceFile
from ._importer import Imported, import_files
from ._kinds import imported_kinds

_ENDINGS = frozenset({".json", ".csv"})


def import_path(context: Context, path: Path) -> Imported:
    """Take in a folder of JSON and CSV files, one for each table, or one such file.

    Attachments that rows name are read from inside the folder only.

    Args:
        context: Store, user, day and clock.
        path: The folder or the file.

    Raises:
        StoreError: There is no such file or folder.
        Rejected: There are faults: all of them, or no file is for a table of ours; nothing is
            taken in.
    """
    if not path.exists():
        raise StoreError(str(path), Message("there is no such file or folder"))
    folder = path if path.is_dir() else path.parent
    chosen = _files_in(folder) if path.is_dir() else [path]
    if not any(SourceFile(each.name, b"").table in imported_kinds() for each in chosen):
        raise Rejected("import", [Fault(Identifier(path), "", _not_ours(path), "unknown_table")])
    files = [SourceFile(each.name, each.read_bytes()) for each in chosen]
    return import_files(context, files, attached=_reader(folder))


def _files_in(folder: Path) -> list[Path]:
    return sorted(each for each in folder.iterdir() if each.suffix.lower() in _ENDINGS)


def _not_ours(path: Path) -> Message:
    if path.is_dir():
        return Message("holds no JSON or CSV file that is named after a table of ours")
    near = near_name(path.stem, imported_kinds())
    hint = Message("; did you mean {near!r}?", near=near) if near else ""
    return Message("is not named after a table of ours{hint}", hint=hint)


def _reader(folder: Path) -> Callable[[str], bytes]:
    """Reads files that a table names, from inside its folder only."""
    root = folder.resolve()

    def read(name: str) -> bytes:
        path = (root / name).resolve()
        if not path.is_relative_to(root):
            raise NotFound("file inside the folder", name)
        try:
            return path.read_bytes()
        except OSError:
            raise NotFound("file", name) from None

    return read
