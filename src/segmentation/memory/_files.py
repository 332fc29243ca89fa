"""One file of sections: plain data as JSON, and bytes beside them, under a checksum.

Nothing in a file is ever run. What is read is what was written, or `StoreError` says what is wrong.
"""

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from segmentation.errors import Message, NotFound, StoreError
from segmentation.serialization import from_json, to_json

from ._saved_columns import Parts

Section: TypeAlias = tuple[Mapping[str, Any], Parts]

READING = (ValueError, LookupError, TypeError, ArithmeticError, AttributeError, StopIteration)
"""What reading raises where a file was written by somebody else."""

_MAGIC = b"segmentation memory "
_VERSION = 1
_LENGTH = 8
_DIGEST = 32


def write_sections(path: Path, sections: Iterable[Section]) -> None:
    """Write a file; one that is there is replaced once all is written.

    Raises:
        StoreError: It cannot be written; the one that is there stays as it is.
    """
    beside = path.with_name(f"{path.name}.part")
    try:
        with beside.open("wb") as file:
            digest = hashlib.sha256()
            for piece in _pieces(sections):
                digest.update(piece)
                file.write(piece)
            file.write(digest.digest())
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        reason = Message("cannot be written: {said}", said=error.strerror or str(error))
        raise StoreError(str(path), reason) from error
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _pieces(sections: Iterable[Section]) -> "Iterator[bytes | memoryview]":
    yield _MAGIC + f"{_VERSION} {sys.byteorder}\n".encode()
    for data, parts in sections:
        section = {"data": data, "parts": list(map(len, parts))}
        text = to_json(section).encode("utf-8", "surrogatepass")
        yield len(text).to_bytes(_LENGTH, "little")
        yield text
        yield from parts


def read_sections(path: Path) -> Iterator[Section]:
    """The sections of a file, whose checksum is looked at first.

    Raises:
        NotFound: There is no such file.
        StoreError: It cannot be read, is none of ours, of a later version, or was changed.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise NotFound("store", str(path)) from None
    except OSError as error:
        reason = Message("cannot be read: {said}", said=error.strerror or str(error))
        raise StoreError(str(path), reason) from error
    place = _begin(path, content)
    whole = memoryview(content)
    stop = len(content) - _DIGEST
    if hashlib.sha256(whole[:stop]).digest() != content[stop:]:
        raise broken(path)
    while place < stop:
        start = place + _LENGTH
        place = start + int.from_bytes(whole[place:start], "little")
        section: Any = from_json(str(whole[start:place], "utf-8", "surrogatepass"))
        parts = []
        for length in section["parts"]:
            parts.append(whole[place : place + length])
            place += length
        yield section["data"], parts


def _begin(path: Path, content: bytes) -> int:
    """Where the first section begins."""
    first, found, _ = content[:64].partition(b"\n")
    if not found or not first.startswith(_MAGIC):
        raise StoreError(str(path), Message("is no store that was saved from memory"))
    version, _, order = first.removeprefix(_MAGIC).partition(b" ")
    if version != b"%d" % _VERSION:
        raise StoreError(str(path), Message("was saved by another version of the library"))
    if order != sys.byteorder.encode():
        raise StoreError(str(path), Message("was saved on a machine with another order of bytes"))
    return len(first) + 1


def broken(path: Path) -> StoreError:
    """The error of a file that is not as it was written."""
    return StoreError(str(path), Message("is broken: it is not as it was saved"))
