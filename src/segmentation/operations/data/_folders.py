"""Folders of files taken in: which of them are ours, and what they name beside them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from segmentation.errors import (
    Fault,
    Identifier,
    InvalidValue,
    Message,
    NotFound,
    Rejected,
    StoreError,
    near_hint,
    near_name,
)
from segmentation.operations.context import Context
from segmentation.operations.schema import own_kinds

from ._containers import PACKAGES, WORKBOOKS, NameKind, is_container
from ._files import SourceFile
from ._importer import ImportOptions, import_files
from ._kinds import imported_kinds
from ._pages import kind_of
from ._results import Imported

_ENDINGS = frozenset({".json", ".csv"}) | WORKBOOKS | PACKAGES


def import_path(
    context: Context, path: Path | Sequence[Path], options: ImportOptions | None = None
) -> Imported:
    """Take in a folder of files, one or several files: JSON, CSV, workbooks, packages.

    A table is a file that is named after it, several files that are numbered as its pages
    (``contact.1.json``), or a folder of pages that is named after it. Attachments that rows name
    are read from inside the folder only.

    Args:
        context: Store, user, day and clock.
        path: The folder, the file, or several files.
        options: How they are taken in.

    Raises:
        StoreError: There is no such file or folder.
        Rejected: There are faults: all of them, or no file is for a table of ours; nothing is
            taken in.
    """
    paths = [path] if isinstance(path, Path) else list(path)
    options = options or ImportOptions()
    own = own_kinds(context.store).values()
    files = source_files(paths, partial(kind_of, own=own, mapped=options.map))
    folder = paths[0] if paths[0].is_dir() else paths[0].parent
    return import_files(context, files, attached=_reader(folder), options=options)


def source_files(paths: Sequence[Path], name_kind: NameKind) -> Sequence[SourceFile]:
    """The files of folders and files, read.

    Args:
        paths: The folders and files, at least one.
        name_kind: The kind of records that a name stands for, ``None`` if it is none of ours.

    Raises:
        InvalidValue: No path is given.
        StoreError: There is no such file or folder.
        Rejected: No file is for a table of ours.
    """
    if not paths:
        raise InvalidValue("path", paths, Message("is empty; give at least one"))
    _check_there(paths)
    files = [file for path in paths for file in _files_at(path, name_kind)]
    if not any(name_kind(file.stem) or is_container(file.name) for file in files):
        raise Rejected("import", [_not_ours(path) for path in paths])
    return files


def _check_there(paths: Iterable[Path]) -> None:
    """See that there is a file or folder at every path.

    Raises:
        StoreError: There is none; the error names all such paths.
    """
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise StoreError(", ".join(missing), Message("there is no such file or folder"))


def _files_at(path: Path, name_kind: NameKind) -> Iterator[SourceFile]:
    if not path.is_dir():
        yield _file(path, path.name)
        return
    for file in _files_in(path):
        yield _file(file, file.name)
    for folder in sorted(each for each in path.iterdir() if each.is_dir()):
        if name_kind(folder.name):
            for file in _files_in(folder):
                yield _file(file, f"{folder.name}/{file.name}", folder=folder.name)


def _file(path: Path, name: str, folder: str = "") -> SourceFile:
    """A file as it is; one that cannot be read is told with all other faults."""
    try:
        path.open("rb").close()
    except OSError as error:
        return SourceFile(name, b"", folder, unreadable=error.strerror or str(error))
    return SourceFile(name, b"", folder, path=path)


def _files_in(folder: Path) -> list[Path]:
    """The files that may be ours; hidden ones are not, nor what a program keeps while it works."""
    found = (each for each in folder.iterdir() if each.suffix.lower() in _ENDINGS)
    return sorted(each for each in found if not each.name.startswith((".", "~$")))


def _not_ours(path: Path) -> Fault:
    """The fault of a path without a file that is for a table of ours."""
    if path.is_dir():
        reason = Message("holds no file that is named after a table of ours")
    else:
        hint = near_hint(near_name(path.stem, imported_kinds())) or Message(
            "; name it after its table, such as contact{ending}, or give its table in a map",
            ending=path.suffix,
        )
        reason = Message("is not named after a table of ours{hint}", hint=hint)
    return Fault(Identifier(path), "", reason, "unknown_table")


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
