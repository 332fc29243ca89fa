"""Configuration packages of Business Central: their XML, plain or packed by gzip.

Below ``DataList`` lies a list for each table, and in it properties such as ``TableID`` and a record
each, whose elements are its fields. Options may be written as their places.
"""

import zlib
from collections.abc import Mapping
from xml.parsers import expat

from segmentation.errors import Fault, Identifier, Message

from ._raw import ProgramText, RawRow, RawTable, malformed, row_place

_GZIP = b"\x1f\x8b"

_MOST_BYTES = 1024 * 1024 * 1024
"""To how much a package may grow when it is unpacked."""

_LIST, _RECORD, _FIELD = 2, 3, 4
"""How deep the elements lie."""


def read_package(name: str, content: bytes) -> tuple[Mapping[str, RawTable], list[Fault]]:
    """The tables of a configuration package by their names, and what is wrong with its form.

    Args:
        name: The file, for errors.
        content: What it holds.
    """
    try:
        reader = _PackageReader(name)
        reader.read(_unpacked(content))
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


def _unpacked(content: bytes) -> bytes:
    if not content.startswith(_GZIP):
        return content
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    plain = unpacker.decompress(content, _MOST_BYTES)
    if unpacker.unconsumed_tail:
        raise _ForbiddenError(
            Message("is too large: more than {size} bytes when it is unpacked", size=_MOST_BYTES)
        )
    if not unpacker.eof or unpacker.unused_data.strip(b"\0"):
        raise ValueError(content[:2])
    return plain


class _PackageReader:
    """Reads the elements of a package, one after the other."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._path: list[str] = []
        self._texts: list[str] = []
        self._record: dict[str, str | None] = {}
        self._rows: dict[str, list[RawRow]] = {}

    def read(self, content: bytes) -> None:
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
        parser.Parse(content, True)  # noqa: FBT003 - expat takes it by place

    def tables(self) -> Mapping[str, RawTable]:
        """The tables by the names of their records, without those that have no record."""
        return {
            table: RawTable(tuple(dict.fromkeys(name for row in rows for name in row.values)), rows)
            for table, rows in self._rows.items()
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
            self._record[name] = ProgramText(text) if text.strip() else None
        elif depth == _RECORD and self._record:
            rows = self._rows.setdefault(name, [])
            place = row_place(f"{self._name}[{name}]", len(rows) + 1)
            rows.append(RawRow(place, self._record))
        self._texts.clear()
