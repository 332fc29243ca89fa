"""What the front asks of adapters, each imported when it is needed: the one place that does.

import-linter names this module; nothing else below the adapters knows them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO, Literal, get_args

from segmentation.criteria import Schema
from segmentation.errors import InvalidValue, Message
from segmentation.fields import Field, Kind
from segmentation.memory import MemoryStore
from segmentation.operations.data import Sheet
from segmentation.protocols import Discards, Store

IN_MEMORY = ":memory:"

Backend = Literal["polars", "pandas", "pyarrow"]
"""The libraries that records can be frames of."""

_BACKENDS = get_args(Backend)


def open_store(store: str | Path, *, create: bool = True) -> Store:
    """The store at an address: in memory, or in a SQLite file or another database.

    Raises:
        NotFound: There is no store yet, and none is to be created.
    """
    if str(store) == IN_MEMORY:
        return MemoryStore()
    from segmentation.adapters.sqlalchemy import open_store as open_database  # noqa: PLC0415

    return open_database(store, create=create)


def let_go(store: Store) -> None:
    """Close a store of which nothing came; a file that was made for it goes."""
    if isinstance(store, Discards):
        store.discard()
    else:
        store.close()


def join_frames(
    store: Store, frames: Mapping[str, Any], schema: Schema | None, zone: tzinfo
) -> Store:
    """A store beside frames, which hold the contacts and perhaps rows of them.

    Raises:
        Rejected: The frames cannot be what they are to be: all of it.
        InvalidValue: What is given is no frame, or the frames are not all of one engine.
        MissingExtra: Frames need the extra ``dataframe``.
    """
    from segmentation.adapters.narwhals import join_frames as join  # noqa: PLC0415

    return join(store, frames, schema=schema, zone=zone)


def to_frame(
    records: Iterable[object],
    kind: Kind,
    backend: Backend | None,
    *,
    extra: Iterable[Field] = (),
    columns: Iterable[str] | None = None,
) -> Any:  # noqa: ANN401 - a frame of the library that is named
    """Records, or entries of the journal, as a frame of a library.

    Raises:
        InvalidValue: No library is named; the error lists those that are installed.
        UnknownName: There is no field for a column.
        MissingExtra: Frames need the extra ``dataframe``.
    """
    if backend is None or backend not in _BACKENDS:
        installed = [name for name in _BACKENDS if find_spec(name)]
        reason = Message(
            "is none of the libraries that frames can be of; installed are: {installed}",
            installed=", ".join(installed) or "-",
        )
        raise InvalidValue("backend", backend, reason)
    from segmentation.adapters.narwhals import to_frame as make_frame  # noqa: PLC0415

    return make_frame(records, kind, backend, extra=extra, columns=columns)


def backend_of(store: Store) -> Backend | None:
    """The library of a store's frames, if records can be frames of it."""
    library = getattr(store, "library", "")
    return next((name for name in get_args(Backend) if name == library), None)


def read_workbook(name: str, content: bytes) -> Sequence[Sheet]:
    """The sheets of a workbook.

    Raises:
        BadDocument: It is no workbook that can be read.
        MissingExtra: Workbooks need the extra ``excel``.
    """
    from segmentation.adapters.openpyxl import read_workbook as read  # noqa: PLC0415

    return read(name, content)


def write_workbook(file: BinaryIO, sheets: Iterable[Sheet]) -> None:
    """Write sheets as a workbook.

    Raises:
        MissingExtra: Workbooks need the extra ``excel``.
    """
    from segmentation.adapters.openpyxl import write_workbook as write  # noqa: PLC0415

    write(file, sheets)
