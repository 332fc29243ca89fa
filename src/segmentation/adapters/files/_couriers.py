"""A file for each document in a folder; an archive for each segment."""

import contextlib
import errno
import hashlib
import itertools
import json
import os
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from segmentation.documents import Document, safe_file_name
from segmentation.errors import Message, NotDelivered

from ._packing import Packing, packing

_PACKED = frozenset({"docx", "zip", "pdf", "png", "jpg"})
"""Endings of what is packed already: it goes into an archive as it is."""
_PARTS = ".parts"
_NO_TIME = (1980, 1, 1, 0, 0, 0)


class FolderCourier:
    """Puts each document into a folder, under its own name.

    A file that is there is never overwritten: of two documents with one name the later gets the
    contact's number too, even if both hold the same.

    Args:
        folder: The folder; made if it is not there.
    """

    def __init__(self, folder: Path | str) -> None:
        self._folder = Path(folder)

    def deliver(self, document: Document) -> str:
        """Write one document; returns the path of its file.

        Raises:
            NotDelivered: The folder or the file cannot be written, or the disk is full.
        """
        with _refusing(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            for name in _names(document):
                path = self._folder / name
                if _put(path, document):
                    return str(path)
        raise NotDelivered(str(self._folder), Message("holds {name} already", name=document.name))


class ZipCourier:
    """Puts all documents of a segment into one archive, named after the segment.

    A document that is the only one becomes a file of its own, named after its subject.

    Until it is closed, the documents lie in a folder beside the archive; so many may be
    delivered, by several processes, and what a crash left behind is packed the next time.
    Closing packs them; it is done by one process, when the others are through.

    Args:
        folder: Where the archives go; made if it is not there.
    """

    def __init__(self, folder: Path | str) -> None:
        self._folder = Path(folder)

    def deliver(self, document: Document) -> str:
        """Put one document aside for its archive; returns the archive's path.

        Raises:
            NotDelivered: The folder or the file cannot be written, or the disk is full.
        """
        archive = self._folder / safe_file_name(document.segment_no or "documents", extension="zip")
        parts = archive.with_name(archive.name + _PARTS)
        part = safe_file_name(_part_of(document), extension="part")
        named = json.dumps([document.name, document.contact_no, document.subject]).encode()
        with _refusing(archive):
            parts.mkdir(parents=True, exist_ok=True)
            _replace(parts / part, named + b"\n" + document.content)
        return str(archive)

    def close(self) -> None:
        """Pack what was delivered.

        Raises:
            NotDelivered: The archive cannot be written; what was delivered is still there.
        """
        for parts in sorted(self._folder.glob(f"*{_PARTS}")):
            archive = parts.with_name(parts.name.removesuffix(_PARTS))
            with _refusing(archive):
                alone = None if archive.exists() else _only_one(parts)
                if alone is None:
                    _pack(parts, archive)
                else:
                    _set_free(alone, self._folder)
                    shutil.rmtree(parts)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()


@contextlib.contextmanager
def _refusing(where: Path) -> Iterator[None]:
    """What cannot be written, as an error of ours; a full disk may have room again.

    An archive that is there already may be broken, or have a password.
    """
    try:
        yield
    except OSError as error:
        raise _unwritten(where, error.strerror or str(error)) from error
    except (zipfile.BadZipFile, zlib.error, RuntimeError, sqlite3.Error) as error:
        raise _unwritten(where, str(error)) from error


def _unwritten(where: Path, said: str) -> NotDelivered:
    return NotDelivered(str(where), Message("cannot be written: {said}", said=said), down=True)


def _names(document: Document) -> Iterator[str]:
    """The name of a document, and others for when it is taken."""
    yield document.name
    stem, _, extension = document.name.rpartition(".")
    for numbers in ([document.contact_no], [document.contact_no, document.key]):
        yield safe_file_name(stem, numbers=numbers, extension=extension)


def _part_of(document: Document) -> str:
    """What a document is called until it is packed; the order of names is that of the archive.

    A letter that was not logged has no number of its own.
    """
    number = document.key.rjust(20, "0")
    if document.key.strip("0"):
        return number
    of_it = document.contact_no.encode() + b"\n" + document.content
    return f"{number}-{hashlib.sha256(of_it).hexdigest()[:16]}"


_NO_LINKS = frozenset({errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EMLINK})


def _put(path: Path, document: Document) -> bool:
    """Write a file; ``False`` if there is one that is another's."""
    if not path.exists():
        beside = _write_beside(path, document.content, _mark_of(document))
        try:
            if _link(beside, path):
                return True
        finally:
            beside.unlink(missing_ok=True)
    if not path.is_file():
        return False
    there = path.read_bytes()
    if there == b"" != document.content:  # begun by a process that did not live to fill it
        _replace(path, document.content, _mark_of(document))
        return True
    marked = path.stat().st_mtime_ns % _SECOND
    return there == document.content and marked in {_mark_of(document), 0}


def _link(beside: Path, path: Path) -> bool:
    """Give a finished file its name, unless that was taken meanwhile."""
    if not hasattr(os, "link"):  # in a browser
        return _claim(beside, path)
    try:
        os.link(beside, path)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return _claim(beside, path)
    return True


def _claim(beside: Path, path: Path) -> bool:
    """The same where a file can have one name only."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return False
    beside.replace(path)
    return True


_SECOND = 1_000_000_000


def _mark_of(document: Document) -> int:
    """Nanoseconds that mark the time of a file as that of this document.

    Two persons may have one name and letters that say the same. So a file must tell whose it is,
    or the second letter would be taken for the first, which is delivered again after a crash.
    All file systems that keep fractions of a second keep a tenth of a microsecond.
    """
    whose = json.dumps([document.segment_no, document.contact_no, document.key])
    number = int.from_bytes(hashlib.sha256(whose.encode()).digest()[:8], "big")
    return (number % (_SECOND // 100 - 1) + 1) * 100


def _replace(path: Path, content: bytes, mark: int = 0) -> None:
    beside = _write_beside(path, content, mark)
    try:
        beside.replace(path)
    except OSError:
        beside.unlink()
        raise


def _write_beside(path: Path, content: bytes, mark: int) -> Path:
    # What a killed process left is not found by those who look for letters by their extension.
    told_apart = hashlib.sha256(path.name.encode()).hexdigest()[:16]
    beside = path.with_name(f".{os.getpid()}-{told_apart}.new")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if mark:
            now = beside.stat().st_mtime_ns
            os.utime(beside, ns=(now, now - now % _SECOND + mark))
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    return beside


def _pack(parts: Path, archive: Path) -> None:
    """Pack a folder of parts, together with what the archive holds already."""
    new = archive.with_name(f".{archive.name}")
    with new.open("w+b") as file:
        with packing(file) as packed:
            if archive.exists():
                with zipfile.ZipFile(archive) as before:
                    for info in before.infolist():
                        with before.open(info) as source:
                            packed.add(info, source)
            for part in _in_order(parts):
                if not packed.has_mark(part.stem.encode()):
                    _add(part, packed)
        file.flush()
        os.fsync(file.fileno())
    new.replace(archive)
    for part in _in_order(parts):
        part.unlink()
    shutil.rmtree(parts)


def _only_one(parts: Path) -> Path | None:
    """The part of a folder that holds no other."""
    found = list(itertools.islice(_in_order(parts), 2))
    return found[0] if len(found) == 1 else None


def _set_free(part: Path, folder: Path) -> None:
    """Write a document as a file under its subject, or else under its name."""
    with part.open("rb") as source:
        name, contact_no, *more = json.loads(source.readline())
        content = source.read()
    stem, _, extension = name.rpartition(".")
    subject = next(iter(more), "")
    name = safe_file_name(subject or stem, extension=extension)
    for each in _free_names(name, contact_no, part):
        path = folder / each
        if not path.exists() or path.read_bytes() == content:
            _replace(path, content)
            return


def _in_order(parts: Path) -> Iterator[Path]:
    """The parts of a folder; there may be too many to hold."""
    with contextlib.closing(sqlite3.connect("")) as found, os.scandir(parts) as entries:
        found.execute("CREATE TABLE part (name TEXT PRIMARY KEY)")
        names = ((entry.name,) for entry in entries if entry.name.endswith(".part"))
        found.executemany("INSERT INTO part VALUES (?)", names)
        for (name,) in found.execute("SELECT name FROM part ORDER BY name"):
            yield parts / name


def _add(part: Path, packed: Packing) -> None:
    """Add one document under a name that no other has."""
    with part.open("rb") as source:
        name, contact_no, *_ = json.loads(source.readline())
        name = next(
            each for each in _free_names(name, contact_no, part) if not packed.has_name(each)
        )
        info = zipfile.ZipInfo(name, _NO_TIME)
        info.comment = part.stem.encode()
        packs = name.rpartition(".")[2] in _PACKED
        info.compress_type = zipfile.ZIP_STORED if packs else zipfile.ZIP_DEFLATED
        packed.add(info, source)


def _free_names(name: str, contact_no: str, part: Path) -> Iterator[str]:
    """The name of a document, and others without end."""
    yield name
    stem, _, extension = name.rpartition(".")
    numbers = [contact_no, part.stem.lstrip("0")]
    yield safe_file_name(stem, numbers=numbers[:1], extension=extension)
    yield safe_file_name(stem, numbers=numbers, extension=extension)
    for count in itertools.count(2):  # pragma: no branch - one of them is free
        yield safe_file_name(stem, numbers=[*numbers, str(count)], extension=extension)
