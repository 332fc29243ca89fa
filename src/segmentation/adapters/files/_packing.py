"""Archives of any number of documents, written in constant memory.

zipfile remembers all that it has written and lists it in the end. So it writes one document at a
time here, and the list grows on disk.
"""

import contextlib
import shutil
import sqlite3
import struct
import zipfile
from collections.abc import Iterator
from typing import IO

import attrs

_MOST_MEMBERS = 0xFFFF
_MOST_BYTES = 0xFFFFFFFF
"""What an archive can tell without the records of ZIP64."""
_END = struct.Struct("<4s4H2LH")
_LONG_END = struct.Struct("<4sQ2H2L4Q")
_WHERE_LONG_END_IS = struct.Struct("<4sLQL")
_ZIP64 = 45
"""The version of the format that has these records."""


@contextlib.contextmanager
def packing(file: IO[bytes]) -> Iterator["Packing"]:
    """Write an archive; it is complete when the ``with`` is left without an error.

    Args:
        file: Where it is written; must be able to read, too, and to seek.
    """
    # A database without a name lies on disk and is gone when it is closed.
    with contextlib.closing(sqlite3.connect("")) as contents:
        contents.execute("CREATE TABLE member (listed BLOB, name TEXT, mark BLOB)")
        contents.execute("CREATE INDEX by_name ON member (name)")
        contents.execute("CREATE INDEX by_mark ON member (mark)")
        packed = Packing(file, contents)
        yield packed
        packed.finish()


@attrs.frozen
class Packing:
    """An archive that is being written."""

    _file: IO[bytes]
    _contents: sqlite3.Connection

    def add(self, info: zipfile.ZipInfo, source: IO[bytes]) -> None:
        """Add one document."""
        with zipfile.ZipFile(self._file, "w") as archive:
            with archive.open(info, "w") as target:
                shutil.copyfileobj(source, target)
            end = self._file.tell()
        self._file.seek(end)
        rest = self._file.read()  # the list of this one document, and the archive's end
        self._file.seek(end)
        self._file.truncate()
        size = _END.unpack(rest[-_END.size :])[5]
        member = rest[:size], info.filename.casefold(), info.comment
        self._contents.execute("INSERT INTO member VALUES (?, ?, ?)", member)

    def has_name(self, name: str) -> bool:
        """Whether a document has this name; capitals make no difference."""
        return self._has("name", name.casefold())

    def has_mark(self, mark: bytes) -> bool:
        """Whether a document has this comment."""
        return self._has("mark", mark)

    def _has(self, column: str, value: str | bytes) -> bool:
        query = f"SELECT 1 FROM member WHERE {column} = ?"  # noqa: S608 - ours
        return self._contents.execute(query, (value,)).fetchone() is not None

    def finish(self) -> None:
        """Write the list of contents and the end."""
        start, count = self._file.tell(), 0
        for (listed,) in self._contents.execute("SELECT listed FROM member ORDER BY rowid"):
            self._file.write(listed)
            count += 1
        self._file.write(_end(count, start, self._file.tell() - start))


def _end(count: int, start: int, size: int) -> bytes:
    """The end of an archive: how many members its list has, where that begins, its bytes."""
    few, fits = min(count, _MOST_MEMBERS), (min(size, _MOST_BYTES), min(start, _MOST_BYTES))
    end = _END.pack(b"PK\5\6", 0, 0, few, few, *fits, 0)
    if count < _MOST_MEMBERS and max(start, size) < _MOST_BYTES:
        return end
    long_end = _LONG_END.pack(
        b"PK\6\6", _LONG_END.size - 12, _ZIP64, _ZIP64, 0, 0, count, count, size, start
    )
    return long_end + _WHERE_LONG_END_IS.pack(b"PK\6\7", 0, start + size, 1) + end
