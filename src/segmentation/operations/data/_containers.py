"""Files that hold several tables: workbooks, and configuration packages of Business Central."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import TypeAlias

import attrs

from segmentation.errors import BadDocument, Fault, Identifier, Message, MissingExtra, to_message
from segmentation.fields import Record

from ._files import SourceFile, content_of, pieces_of, unreadable
from ._packages import read_package
from ._packed import Packed
from ._raw import malformed
from ._sheets import ReadWorkbook, Sheet

NameKind: TypeAlias = Callable[[str], type[Record] | None]

WORKBOOKS = frozenset({".xlsx", ".xlsm"})
PACKAGES = frozenset({".xml", ".rapidstart"})


def is_container(name: str) -> bool:
    """Whether a file of this name may hold several tables."""
    return _ending(name) in WORKBOOKS | PACKAGES


def _ending(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if dot and stem else ""


def no_workbooks(_name: str, _content: bytes) -> Sequence[Sheet]:
    """Stands where no workbooks can be read.

    Raises:
        MissingExtra: Always.
    """
    raise MissingExtra("excel", "reading and writing workbooks")


def parts_of(
    file: SourceFile, name_kind: NameKind, read_workbook: ReadWorkbook
) -> tuple[Sequence[SourceFile], Sequence[Fault]]:
    """The tables that a file holds, each as a file; any other file is the one table itself.

    Args:
        file: The file.
        name_kind: The kind of records that a name stands for, ``None`` if it is none of ours.
        read_workbook: Reads workbooks.
    """
    if not is_container(file.name):
        return [file], []
    if file.unreadable:
        return [], [unreadable(file)]
    faults: list[Fault] = []
    try:
        if _ending(file.name) in PACKAGES:
            tables, faults = read_package(file.name, partial(pieces_of, file))
            found = [attrs.evolve(_part(file, name), raw=table) for name, table in tables.items()]
        else:
            found = [*_sheets(file, name_kind, read_workbook(file.name, content_of(file)))]
    except BadDocument as error:
        return [], [malformed(Identifier(file.name), to_message(error.reason))]
    except OSError as error:
        return [], [unreadable(attrs.evolve(file, unreadable=error.strerror or str(error)))]
    if not faults and not any(name_kind(part.stem) for part in found):
        reason = Message(
            "holds no table of ours, but {tables}",
            tables=", ".join(part.table for part in found) or "-",
        )
        faults = [Fault(Identifier(file.name), "", reason, "unknown_table")]
    return found, faults


def _sheets(file: SourceFile, name_kind: NameKind, sheets: Sequence[Sheet]) -> Iterator[SourceFile]:
    """The sheets, each under its title; one sheet alone may go by the name of the file."""
    read = [attrs.evolve(sheet, rows=Packed(sheet.rows)) for sheet in sheets]
    filled = [sheet for sheet in read if any(map(_says, chain.from_iterable(sheet.rows)))]
    named = [sheet for sheet in filled if name_kind(sheet.title)]
    alone = filled[0] if len(filled) == 1 and not named else None
    for sheet in filled:
        goes_by = file.stem if sheet is alone else sheet.title
        yield attrs.evolve(_part(file, sheet.title), table=goes_by, grid=sheet.rows)


def _says(cell: object) -> bool:
    return cell is not None and cell != ""


def _part(file: SourceFile, name: str) -> SourceFile:
    """A table within a file, without its content."""
    return SourceFile(f"{file.name}[{name}]", b"", table=name)
