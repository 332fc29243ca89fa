"""Configuration packages of Business Central: their XML, plain or packed by gzip.

Below ``DataList`` lies a list for each table, and in it properties such as ``TableID`` and a record
each, whose elements are its fields. Options may be written as their places.
"""

import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import TypeAlias
from xml.parsers import expat

from segmentation.errors import Fault, Identifier, Message

from ._packed import Packed
from ._raw import ProgramText, RawRow, RawTable, RowsAnew, malformed, row_place

Pieces: TypeAlias = Callable[[], Iterator[bytes]]
"""Gives the bytes of a file, piece by piece, whenever it is asked."""

_GZIP = b"\x1f\x8b"

_MOST_BYTES = 1024 * 1024 * 1024
"""To how much a package may grow when it is unpacked."""

_LIST, _RECORD, _FIELD = 2, 3, 4
"""How deep the elements lie."""


def read_package(name: str, pieces: Pieces) -> tuple[Mapping[str, RawTable], list[Fault]]:
    """The tables of a configuration package by their names, and what is wrong with its form.

    Args:
        name: The file, for errors.
        pieces: What it holds.
    """
    try:
        deque(_unpacked(pieces()), maxlen=0)  # nothing in it is looked at before
        reader = _PackageReader(name)
        reader.read(_unpacked(pieces()))
    except (expat.ExpatError, zlib.error, LookupError, ValueError):
        reason = Message("is no configuration package that can be read")
    except _ForeignError as foreign:
        return {}, [Fault(Identifier(name), "", foreign.reason, "unknown_table")]
    except _ForbiddenError as forbidden:
        reason = forbidden.reason
    else:
        return reader.tables(), []
    return {}, [malformed(Identifier(name), reason)]


class _ForbiddenError(Exception):
    """What no package holds."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason)
        self.reason = reason


class _ForeignError(_ForbiddenError):
    """XML of another kind."""


_AT_ONCE = 1024 * 1024
"""How much is unpacked at a time."""


def _unpacked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The plain bytes of a package, a few at a time.

    Raises:
        _ForbiddenError: It grows beyond all measure.
        ValueError: What is packed is not whole, or something follows it.
    """
    begun = iter(pieces)
    first = next(begun, b"")
    if not first.startswith(_GZIP):
        yield first
        yield from begun
        return
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    size = 0
    for piece in chain((first,), begun):
        waiting = piece
        while waiting and not unpacker.eof:
            plain = unpacker.decompress(waiting, _AT_ONCE)
            size += len(plain)
            if size > _MOST_BYTES:
                raise _too_large()
            yield plain
            waiting = unpacker.unconsumed_tail or unpacker.unused_data
        if waiting.strip(b"\0"):
            raise ValueError(_GZIP)
    yield unpacker.flush()
    if not unpacker.eof:
        raise ValueError(_GZIP)


def _too_large() -> "_ForbiddenError":
    return _ForbiddenError(
        Message("is too large: more than {size} bytes when it is unpacked", size=_MOST_BYTES)
    )


class _PackageReader:
    """Reads the elements of a package, one after the other."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._path: list[str] = []
        self._texts: list[str] = []
        self._record: dict[str, str | None] = {}
        self._records: dict[str, Packed[dict[str, str | None]]] = {}
        self._columns: dict[str, dict[str, None]] = {}

    def read(self, pieces: Iterable[bytes]) -> None:
        """Read all of it.

        Raises:
            ExpatError: It is no XML.
            _ForbiddenError: It is no package, or declares a document type.
        """
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._texts.append
        for piece in pieces:
            parser.Parse(piece)
        parser.Parse(b"", True)  # noqa: FBT003 - expat takes it by place

    def tables(self) -> Mapping[str, RawTable]:
        """The tables by the names of their records, without those that have no record."""
        return {
            table: RawTable(
                tuple(self._columns[table]),
                RowsAnew(partial(_rows, f"{self._name}[{table}]", records), len(records)),
            )
            for table, records in self._records.items()
        }

    def _doctype(self, *_declared: object) -> None:
        raise _ForbiddenError(Message("declares a document type, which no package does"))

    def _start(self, name: str, _attributes: Mapping[str, str]) -> None:
        if not self._path and name != "DataList":
            raise _ForeignError(
                Message("is no configuration package: its XML begins with {name}", name=name)
            )
        self._path.append(name)
        self._texts.clear()
        depth = len(self._path)
        if depth == _RECORD:
            self._record = {}
        if depth > _FIELD or (depth == _FIELD and name in self._record):
            raise _ForbiddenError(
                Message(
                    "is no configuration package: {field} of a record stands twice, or holds more "
                    "than a text",
                    field=self._path[_FIELD - 1],
                )
            )

    def _end(self, name: str) -> None:
        depth = len(self._path)
        self._path.pop()
        if depth == _FIELD:
            text = "".join(self._texts)
            self._record[name] = text if text.strip() else None
        elif depth == _RECORD and self._record:
            if name not in self._records:
                self._records[name], self._columns[name] = Packed(), {}
            self._records[name].append(self._record)
            self._columns[name] |= dict.fromkeys(self._record)
        self._texts.clear()


def _rows(name: str, records: Iterable[Mapping[str, str | None]]) -> Iterator[RawRow]:
    for number, record in enumerate(records, start=1):
        values = {
            field: None if text is None else ProgramText(text) for field, text in record.items()
        }
        yield RawRow(row_place(name, number), values)
