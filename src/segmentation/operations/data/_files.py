"""Files of JSON and CSV read into raw rows.

Only the form of a file is judged here; what its columns and rows mean is the importer's concern.
What web services of Business Central answer (OData) is read as it is: the rows lie under
``value``, and a page may name the address of the next.
"""

import codecs
import io
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, TextIO

import attrs

from segmentation.column_names import is_annotation, letters_of
from segmentation.errors import Fault, Identifier, InvalidValue, Message, Rejected
from segmentation.showing import shown_by

from ._csv_files import IsHeader, lines_of, read_csv
from ._json_streams import NamedTwice, objects_in, to_object
from ._raw import RawRow, RawTable, RowsAnew, malformed, row_place
from ._sheet_rows import read_grid
from ._sheets import Cell

_PAGE = re.compile(r"(?P<table>.*)\.(?P<number>\d{1,9})", re.DOTALL)


@shown_by("name", "content")
@attrs.frozen
class SourceFile:
    """A file as it was found.

    Attributes:
        name: Its name, for errors; its stem is the table's, and may end in the number of a page.
        content: Its bytes.
        folder: The folder that is named after the table in place of the file; empty if none is.
        table: The table, of one among several in a file; empty if the file is one table.
        grid: The cells of a sheet, in place of the bytes.
        raw: The rows, in place of the bytes.
        unreadable: Why there are no bytes; empty if the file could be read.
        path: Where its bytes are read when they are needed, in place of the bytes.
    """

    name: str
    content: bytes
    folder: str = ""
    table: str = ""
    grid: Iterable[Sequence[Cell]] | None = None
    raw: RawTable | None = None
    unreadable: str = ""
    path: Path | None = None

    @property
    def stem(self) -> str:
        """The name of the table that the file is for."""
        page = _PAGE.fullmatch(self._whole_stem)
        return self.table or self.folder or (page["table"] if page else self._whole_stem)

    @property
    def page(self) -> int | None:
        """Which page of its table the file is, as in ``contact.2.json``."""
        page = None if self.table or self.folder else _PAGE.fullmatch(self._whole_stem)
        return int(page["number"]) if page else None

    @property
    def _whole_stem(self) -> str:
        return self.name.rpartition("/")[2].rpartition(".")[0]


def read_rows(
    file: SourceFile, *, encoding: str = "", is_header: IsHeader | None = None
) -> tuple[RawTable, list[Fault]]:
    """The rows of a JSON or CSV file or of a sheet, and what is wrong with its form.

    Args:
        file: The file.
        encoding: How its text is encoded, if it is neither UTF-8 nor begins with a byte order mark.
        is_header: Finds the header of CSV below titles.
    """
    if file.unreadable:
        return RawTable(), [unreadable(file)]
    if file.raw is not None:
        return file.raw, []
    if file.grid is not None:
        return read_grid(file.name, file.grid, is_header)
    if file.path is not None:
        return _read_anew(file, file.path, encoding, is_header)
    used = _encoding(file.content) or encoding or "utf-8"
    try:
        text = file.content.decode(used)
    except UnicodeDecodeError as error:
        line = file.content.count(b"\n", 0, error.start) + 1
        reason = Message(
            "is not {encoding} (line {line}, byte {byte}); save it as UTF-8, or give its encoding",
            encoding=used.upper(),
            line=line,
            byte=error.start,
        )
        return RawTable(), [malformed(Identifier(file.name), reason)]
    if file.name.lower().endswith(".csv"):
        return read_csv(file.name, lambda: lines_of(text), is_header)
    return _read_json(file.name, text)


def _read_anew(
    file: SourceFile, path: Path, encoding: str, is_header: IsHeader | None
) -> tuple[RawTable, list[Fault]]:
    """The rows of a file that is read bit by bit, as often as its rows are asked for."""
    try:
        with path.open("rb") as opened:
            used = _encoding(opened.read(_LONGEST_MARK)) or encoding or "utf-8"
            state = _state(opened)
        if file.name.lower().endswith(".csv"):
            return read_csv(file.name, lambda: _lines_at(file.name, path, used, state), is_header)
        return _read_objects(file.name, lambda: _opened_again(file.name, path, used, state)), []
    except (ValueError, RecursionError):  # whoever reads all of it tells what is wrong
        whole = attrs.evolve(file, content=path.read_bytes(), path=None)
        return read_rows(whole, encoding=encoding, is_header=is_header)
    except OSError as error:
        return RawTable(), [unreadable(attrs.evolve(file, unreadable=error.strerror or str(error)))]


def _lines_at(name: str, path: Path, encoding: str, state: object) -> Iterator[str]:
    """The lines of a file, which is to stay as it was.

    Raises:
        Rejected: It is not as it was when it was first read.
    """
    with _opened_again(name, path, encoding, state) as opened:
        yield from opened


@contextmanager
def _opened_again(name: str, path: Path, encoding: str, state: object) -> Iterator[TextIO]:
    """A file as text, which is to stay as it was.

    Raises:
        Rejected: It is not as it was when it was first read.
    """
    with path.open(encoding=encoding, newline="") as opened:
        if _state(opened) != state:
            reason = Message("was changed while it was read; take it in again")
            raise Rejected("import", [Fault(Identifier(name), "", reason, "changed_file")])
        yield opened


def _state(opened: IO[Any]) -> object:
    """What tells that a file was written to since."""
    found = os.fstat(opened.fileno())
    return found.st_ino, found.st_size, found.st_mtime_ns


def content_of(file: SourceFile) -> bytes:
    """The bytes of a file.

    Raises:
        OSError: They cannot be read.
    """
    return file.content if file.path is None else file.path.read_bytes()


_AT_ONCE = 1024 * 1024


def pieces_of(file: SourceFile) -> Iterator[bytes]:
    """The bytes of a file, a few at a time.

    Raises:
        OSError: They cannot be read.
    """
    with io.BytesIO(file.content) if file.path is None else file.path.open("rb") as opened:
        while piece := opened.read(_AT_ONCE):
            yield piece


def unreadable(file: SourceFile) -> Fault:
    """The fault of a file that is there and cannot be read."""
    reason = Message("cannot be read: {error}", error=file.unreadable)
    return malformed(Identifier(file.name), reason)


def check_encoding(encoding: str) -> None:
    """See that texts can be in an encoding; an empty one is UTF-8.

    Raises:
        InvalidValue: There is none of this name, or it is none of texts.
    """
    try:
        "a".encode(encoding or "utf-8")
    except (LookupError, ValueError):
        raise InvalidValue("encoding", encoding, "is no encoding of texts") from None


_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


_LONGEST_MARK = max(len(mark) for mark, _ in _MARKS)


def _encoding(content: bytes) -> str:
    """The encoding that a byte order mark tells; empty if there is none."""
    return next((named for mark, named in _MARKS if content.startswith(mark)), "")


# -- JSON -------------------------------------------------------------------------------------


def _read_json(name: str, text: str) -> tuple[RawTable, list[Fault]]:
    try:
        data = json.loads(text, parse_float=Decimal, object_pairs_hook=to_object)
    except json.JSONDecodeError as error:
        at = {"line": error.lineno, "column": error.colno}
        reason = Message("is not JSON from line {line}, column {column} on", **at)
    except ValueError:  # Python's own limit
        reason = Message("holds a number of thousands of digits")
    except RecursionError:
        reason = Message("is nested too deeply")
    else:
        return _read_pages(name, data)
    return RawTable(), [malformed(Identifier(name), reason)]


def _read_objects(name: str, opened: Callable[[], AbstractContextManager[TextIO]]) -> RawTable:
    """The rows of a list of objects or of a page, none of which is kept.

    Raises:
        ValueError: It is something else, or something is wrong with it.
    """

    def rows() -> Iterator[RawRow]:
        with opened() as text:
            for number, item in enumerate(objects_in(text, _is_page, {}), start=1):
                yield RawRow(row_place(name, number), item)

    columns: dict[str, None] = {}
    about: dict[str, Any] = {}
    count = 0
    with opened() as text:
        for item in objects_in(text, _is_page, about):
            if _is_removed(item):
                raise ValueError(count)
            count += 1
            columns |= dict.fromkeys(item)
    return RawTable(
        tuple(columns), RowsAnew(rows, count), next_link=_next_link(about), count=_count(about)
    )


def _read_pages(name: str, data: object) -> tuple[RawTable, list[Fault]]:
    """The rows of a list of objects, of a page of a web service, or of a list of such pages."""
    pages = data if isinstance(data, list) and data and all(map(_is_page, data)) else [data]
    found: list[object] = []
    faults: list[Fault] = []
    next_link, count = "", 0
    for page in pages:
        next_link = _next_link(page)
        count = max(count, _count(page))
        rows = page.get("value") if isinstance(page, dict) else page
        if isinstance(rows, list):
            found += rows
        else:
            reason = Message("is not a list of objects, one for each row")
            faults.append(malformed(Identifier(name), reason))
    table, wrong = _rows_of_objects(name, found)
    return attrs.evolve(table, next_link=next_link, count=count), [*faults, *wrong]


def _is_page(item: object) -> bool:
    return (
        isinstance(item, dict)
        and isinstance(item.get("value"), list)
        and all(key == "value" or is_annotation(key) for key in item)
    )


def _next_link(page: object) -> str:
    """The address of the next page, however the service calls it."""
    if not isinstance(page, dict):
        return ""
    for key, said in page.items():
        letters = letters_of(key)
        if said and letters in _NEXT:
            return str(said.get("href", said) if isinstance(said, dict) else said)
        if letters in _LINKS and (found := _next_link(said)):
            return found
    return ""


_LINKS = frozenset({"links", "paging", "pagination", "meta"})
"""Under what a page may say the addresses of others, by its letters."""

_NEXT = frozenset({"odatanextlink", "nextlink", "next", "nextpage", "nextpageurl", "nexturl"})
"""How the address of the next page may be called, by its letters."""


def _count(page: object) -> int:
    """How many rows a page says that there are on all pages; 0 if it does not say."""
    said = page.items() if isinstance(page, dict) else ()
    told = next((text for key, text in said if letters_of(key) in _COUNTS), 0)
    return int(told) if str(told).isdecimal() else 0


_COUNTS = frozenset({"odatacount", "count"})


def _rows_of_objects(name: str, items: Iterable[object]) -> tuple[RawTable, list[Fault]]:
    rows: list[RawRow] = []
    faults: list[Fault] = []
    columns: dict[str, None] = {}
    for number, item in enumerate(items, start=1):
        place = row_place(name, number)
        if not isinstance(item, dict):
            faults.append(malformed(place, Message("is not an object")))
            continue
        if _is_removed(item):
            faults.append(Fault(place, "", _removed(), "removed"))
        if isinstance(item, NamedTwice):
            faults += named_twice(place, item.names)
        rows.append(RawRow(place, item))
        columns |= dict.fromkeys(item)
    return RawTable(tuple(columns), rows), faults


_REMOVED = frozenset({"@removed", "@odata.removed"})

_CONTEXTS = ("@odata.context", "@context")


def _is_removed(item: Mapping[str, object]) -> bool:
    """Whether a row says that its record was removed."""
    contexts = (item[name] for name in _CONTEXTS if name in item)
    return not _REMOVED.isdisjoint(item) or any(
        str(said).endswith("/$deletedEntity") for said in contexts
    )


def _removed() -> Message:
    return Message(
        "says that the record was removed; give the keys of removed records in a file of their "
        "own, and take it in by mode='delete'"
    )


def named_twice(place: str, columns: Iterable[str]) -> Iterator[Fault]:
    """A fault for each column that has the name of one before."""
    seen: set[str] = set()
    for column in columns:
        if column in seen and not is_annotation(column):
            reason = Message("names a second column like one before")
            yield Fault(place, column, reason, "malformed")
        seen.add(column)
