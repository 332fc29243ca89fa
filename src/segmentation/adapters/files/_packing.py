"""Archives of any number of documents, written in constant memory.

zipfile remembers all that it has written and lists it in the end. So it writes one document at a
time here, and the list grows on disk.
"""

import shutil
import sqlite3
import struct
import zipfile
from types import TracebackType
from typing import IO, Self

_MOST_MEMBERS = 0xFFFF
_MOST_BYTES = 0xFFFFFFFF
"""What an archive can tell without the records of ZIP64."""
_END = struct.Struct("<4s4H2LH")
_LONG_END = struct.Struct("<4sQ2H2L4Q")
_WHERE_LONG_END_IS = struct.Struct("<4sLQL")
_ZIP64 = 45
"""The version of the format that has these records."""


class Packing:
    """An archive that is being written; leaving the ``with`` without an error completes it.

    Args:
        file: Where it is written; must be able to read, too, and to seek.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._contents = sqlite3.connect("")  # without a name: on disk, and gone when closed
        self._contents.execute("CREATE TABLE member (listed BLOB, name TEXT, mark BLOB)")
        self._contents.execute("CREATE INDEX by_name ON member (name)")
        self._contents.execute("CREATE INDEX by_mark ON member (mark)")

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

    def _finish(self) -> None:
        start, count = self._file.tell(), 0
        for (listed,) in self._contents.execute("SELECT listed FROM member ORDER BY rowid"):
            self._file.write(listed)
            count += 1
        self._file.write(_end(count, start, self._file.tell() - start))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            self._contents.close()


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
