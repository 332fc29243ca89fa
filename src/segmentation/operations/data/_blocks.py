"""A few rows of a large table at a time, read one by one; the keys of those that go."""

from collections.abc import Sequence

import attrs

from segmentation.fields import Record, key_of
from segmentation.operations.schema import declared_fields
from segmentation.protocols import Store

from ._departures import named_records
from ._intake import Taking, Told, Unfit
from ._pages import SourceTable
from ._passed_over import PassedOver
from ._raw import Block, RawRow, blocks_of
from ._rows import ReadTable, RowReader, latest_in, read_header
from ._updates import Key


def header_of(store: Store, source: SourceTable, taking: Taking) -> ReadTable:
    """A table without its rows.

    Raises:
        Unfit: Something is wrong with its columns.
    """
    own = declared_fields(store, source.kind)
    header, faults = read_header(source, own=own, ignore=taking.ignore)
    if faults:
        raise Unfit
    return header


def named_by(store: Store, source: SourceTable, taking: Taking, told: Told) -> Sequence[Record]:
    """The records that the rows of a table name by their keys, and that go.

    Raises:
        Unfit: A row cannot be read.
    """
    header = header_of(store, source, taking)
    rows = RowReader(source.kind, header.columns, taking.notation)
    passed_over = PassedOver(header.name, header.columns, taking.ignore)
    found: dict[Key, Record] = {}
    for block in blocks_of(source.rows, taking.rows_at_once):
        if passed_over.look(block):
            raise Unfit
        told.change(latest_in(block, header.columns))
        table = read_block(header, block, rows)
        found.update((key_of(each), each) for each in named_records(store, table))
        taking.on_rows(len(block))
    return [*found.values()]


def read_block(header: ReadTable, block: Block | Sequence[RawRow], rows: RowReader) -> ReadTable:
    """A table with some rows, read one by one.

    Raises:
        Unfit: A row cannot be read.
    """
    read = [rows.read(raw) for raw in (block.rows() if isinstance(block, Block) else block)]
    if any(wrong for _, wrong in read):
        raise Unfit
    return attrs.evolve(header, rows=[row for row, _ in read if row is not None])
