"""Pages: the files of a table put together, and those that follow them.

A web service answers with a page at a time, and each names the address of the next. Whoever takes
the first for everything loses contacts, and the marks on them: so a last page that names another
is followed, by a function of the host's, or refused.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, pairwise, zip_longest
from typing import TypeAlias

import attrs

from segmentation.column_names import letters_of, names_key
from segmentation.errors import Fault, Identifier, Message, SegmentationError
from segmentation.fields import Record
from segmentation.frozen import freeze_within
from segmentation.showing import shown_by

from ._containers import no_workbooks, parts_of
from ._files import SourceFile, read_rows
from ._kinds import kind_named
from ._maps import ImportMap, TableMap
from ._raw import Pages, RawRow, RawTable
from ._sheets import ReadWorkbook

_UNMAPPED = ImportMap()

NextPage: TypeAlias = Callable[[str], object]
"""Gets the page under an address: its JSON as text or bytes, or what that reads as."""

Reader: TypeAlias = Callable[[SourceFile], tuple[RawTable, list[Fault]]]
"""Reads a file."""


@shown_by("kind", "name", "rows")
@attrs.frozen(field_transformer=freeze_within)
class SourceTable:
    """All pages of a table.

    Attributes:
        kind: The class of its records.
        name: The file, or the first of several.
        headers: The columns of each page, in the order in which they come up.
        rows: The rows of all pages.
        assigned: The fields of those columns that a map names.
        left_out: The columns that a map leaves out, or takes for something else.
    """

    kind: type[Record]
    name: str
    headers: tuple[tuple[str, ...], ...]
    rows: Sequence[RawRow]
    assigned: Mapping[str, str] = attrs.field(factory=dict)
    left_out: tuple[str, ...] = ()

    def joined(self, other: "SourceTable") -> "SourceTable":
        """The rows of both, as of one table."""
        return attrs.evolve(
            self,
            headers=(*self.headers, *other.headers),
            rows=Pages([self.rows, other.rows]),
            assigned={**self.assigned, **other.assigned},
            left_out=(*self.left_out, *other.left_out),
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of all pages, each once."""
        return tuple(dict.fromkeys(chain.from_iterable(self.headers)))


@shown_by("tables", "faults", "skipped_files")
@attrs.frozen
class Gathered:
    """What files hold, table by table.

    Attributes:
        tables: The tables, in the order of their first files.
        faults: What is wrong with the form of the files.
        skipped_files: Files whose name is none of our tables.
    """

    tables: tuple[SourceTable, ...]
    faults: tuple[Fault, ...]
    skipped_files: tuple[str, ...]


def gather_tables(
    files: Iterable[SourceFile],
    next_page: NextPage | None = None,
    *,
    own: Collection[type[Record]] = (),
    encoding: str = "",
    read_workbook: ReadWorkbook = no_workbooks,
    follow: bool = True,
    mapped: ImportMap = _UNMAPPED,
) -> Gathered:
    """Read files, and put those together that are pages of one table.

    Args:
        files: The files, named after their tables.
        next_page: Gets the page under an address that a last page names.
        own: The kinds of records that the host defined.
        encoding: How texts are encoded that are not UTF-8 and have no byte order mark.
        read_workbook: Reads workbooks.
        follow: Whether all pages are wanted; else a page that is missing is no fault.
        mapped: How files of another system are called, and their keys.
    """
    name_kind = partial(kind_of, own=own, mapped=mapped)
    pages: dict[type[Record], list[SourceFile]] = {}
    skipped: list[str] = []
    opened = [(file, *parts_of(file, name_kind, read_workbook)) for file in files]
    faults: list[Fault] = []
    idle: list[Fault] = []
    for file, _, wrong in opened:
        foreign = name_kind(file.stem) is None and all(map(_is_of_no_table, wrong))
        (idle if foreign else faults).extend(wrong)
        skipped += [file.name] if foreign and wrong else []
    for file in chain.from_iterable(parts for _, parts, _ in opened):
        kind = name_kind(file.stem)
        if kind is None:
            skipped.append(file.name)
        else:
            pages.setdefault(kind, []).append(file)
    faults += () if pages else idle
    tables: list[SourceTable] = []
    for kind, parts in pages.items():
        parts.sort(key=_in_order)
        faults += _gaps(parts) if follow else ()
        is_header = partial(_is_header, kind, mapped.of_table(kind.__table__))
        reader = partial(read_rows, encoding=encoding, is_header=is_header)
        table, wrong = _joined(kind, parts, reader, next_page, follow=follow)
        tables.append(table)
        faults += wrong
    return Gathered(tuple(tables), tuple(faults), tuple(skipped))


def kind_of(
    stem: str, own: Collection[type[Record]] = (), mapped: ImportMap = _UNMAPPED
) -> type[Record] | None:
    """The kind of records that a file of this name brings, by a map or by the table's names.

    Args:
        stem: The file's name without its ending.
        own: The kinds of records that the host defined.
        mapped: How files of another system are called.
    """
    found = mapped.of_file(stem)
    return kind_named(found.table if found else stem, own)


def _is_header(kind: type[Record], table: TableMap | None, names: Sequence[str]) -> bool:
    """Whether names of columns hold the key, by the map or as they are."""
    if table is None:
        return names_key(kind, names)
    keys = {letters_of(name) for name, to in table.columns.items() if to.field in kind.__key__[:1]}
    return not keys.isdisjoint(map(letters_of, names)) or names_key(kind, names)


def _is_of_no_table(fault: Fault) -> bool:
    """Whether a fault says no more than that a file is for none of our tables."""
    return fault.code == "unknown_table"


_NUMBERS = re.compile(r"(\d+)")


def _in_order(file: SourceFile) -> list[tuple[int, str]]:
    """Sorts pages by the numbers in their names, 2 before 10."""
    parts = _NUMBERS.split(file.name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def _gaps(pages: Sequence[SourceFile]) -> Iterator[Fault]:
    """Pages that are missing among those that are numbered."""
    numbered = [(file.page, file.name) for file in pages if file.page is not None]
    if numbered and numbered[0][0] > 1:
        reason = Message("is the first page that is there; the pages before it are missing")
        yield Fault(Identifier(numbered[0][1]), "", reason, "missing_page")
    for (before, name), (number, _) in pairwise(numbered):
        if number > before + 1:
            reason = Message(
                "is followed by page {number}; those between are missing", number=number
            )
            yield Fault(Identifier(name), "", reason, "missing_page")


def _joined(
    kind: type[Record],
    files: Sequence[SourceFile],
    reader: Reader,
    next_page: NextPage | None,
    *,
    follow: bool,
) -> tuple[SourceTable, list[Fault]]:
    headers: dict[tuple[str, ...], None] = {}
    parts: list[Sequence[RawRow]] = []
    faults: list[Fault] = []
    counted = 0
    for file, after in zip_longest(files, files[1:]):
        last = follow and not _is_followed(file, after)
        for table, wrong in _with_following(file, reader, next_page, last=last):
            headers[table.columns] = None
            parts.append(table.rows)
            faults += wrong
            counted = max(counted, table.count)
    there = sum(map(len, parts))
    if follow and counted > there and not faults:
        reason = Message(
            "says that there are {count} rows, and has {rows}", count=counted, rows=there
        )
        faults.append(Fault(Identifier(files[0].name), "", reason, "missing_page"))
    rows = parts[0] if len(parts) == 1 else Pages(parts)
    return SourceTable(kind, files[0].name, tuple(headers), rows), faults


def _is_followed(file: SourceFile, after: SourceFile | None) -> bool:
    """Whether another file is a page that follows; gaps between numbers are another fault."""
    if after is None:
        return False
    if file.page is not None:
        return after.page is not None and after.page > file.page
    return bool(file.folder) and after.folder == file.folder


def _with_following(
    file: SourceFile, reader: Reader, next_page: NextPage | None, *, last: bool
) -> Iterator[tuple[RawTable, Sequence[Fault]]]:
    """A file, and the pages that follow if no other file is the next one."""
    table, faults = reader(file)
    yield table, faults
    asked: set[str] = set()
    place = Identifier(file.name)
    while last and table.next_link:
        address = table.next_link
        if next_page is None or address in asked:
            yield RawTable(), [_unfollowed(place, address, again=address in asked)]
            return
        asked.add(address)
        try:
            content = _content(next_page(address))
        except Exception as error:  # noqa: BLE001 - whatever the host's function raises
            yield RawTable(), [_unreachable(place, address, error)]
            return
        table, faults = reader(SourceFile(address, content))
        yield table, faults


def _content(page: object) -> bytes:
    if isinstance(page, bytes):
        return page
    return (page if isinstance(page, str) else json.dumps(page)).encode()


def _unfollowed(place: str, address: str, *, again: bool) -> Fault:
    if again:
        reason = Message("is followed by pages that lead back to {address}", address=address)
    else:
        reason = Message(
            "names a next page, {address}; add that page, or give next_page to follow it",
            address=address,
        )
    return Fault(place, "", reason, "missing_page")


def _unreachable(place: str, address: str, error: Exception) -> Fault:
    said = error.message if isinstance(error, SegmentationError) else str(error) or repr(error)
    reason = Message(
        "names a next page, {address}, which cannot be had: {error}", address=address, error=said
    )
    return Fault(place, "", reason, "missing_page")
