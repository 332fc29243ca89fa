"""Taking in contacts, their rows and code tables from files and from Python objects.

All faults of all files are found first and reported together; only then is anything stored,
in one transaction. Interactions of the past are recorded, everything else is put in place.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

import attrs

from segmentation.errors import Fault, Identifier, InvalidValue, Message
from segmentation.fields import Record
from segmentation.operations.checks import Placed, placed, reject
from segmentation.operations.context import Context
from segmentation.operations.schema import declared_fields, own_kinds
from segmentation.operations.values import in_nfc
from segmentation.protocols import Store
from segmentation.showing import shown_by

from ._batches import take_in_batches
from ._containers import no_workbooks
from ._departures import (
    Departures,
    absent_records,
    named_records,
    orphan_faults,
)
from ._files import SourceFile, check_encoding
from ._intake import Taking, Unfit
from ._kinds import imported_kinds
from ._map_checks import check_map
from ._mapped_rows import map_table
from ._maps import ImportMap, to_map
from ._new_records import take_in_new
from ._notation import Notation
from ._pages import Gathered, NextPage, SourceTable, gather_tables
from ._progress import OnImportProgress, Teller
from ._results import Imported, ImportedColumn
from ._rows import ReadTable, read_table
from ._sheets import ReadWorkbook
from ._store import store_records
from ._updates import Mode, differences, merge_rows, with_attachments

_MODES: frozenset[str] = frozenset(("update", "replace", "mirror", "delete"))


def _known_mode(_options: object, _field: object, mode: str) -> None:
    if mode not in _MODES:
        raise InvalidValue("mode", mode, "is none of update, replace, mirror, delete")


def _known_encoding(_options: object, _field: object, encoding: str) -> None:
    check_encoding(encoding)


def _is_positive(_options: object, field: Any, rows: int) -> None:  # noqa: ANN401 - attrs' own
    if rows < 1:
        raise InvalidValue(field.name, rows, "is less than 1")


def _names(names: str | Iterable[str]) -> tuple[str, ...]:
    """Names of columns; a text is one of them."""
    return (names,) if isinstance(names, str) else tuple(names)


@shown_by("mode", "ignore", "dry_run")
@attrs.frozen(kw_only=True)
class ImportOptions:
    """How files are taken in.

    Attributes:
        mode: ``"update"``: what a file has no column for stays as it is. ``"replace"``: a row is
            the whole record. ``"mirror"``: likewise, and records without a row go. ``"delete"``:
            the records whose keys the rows hold go.
        ignore: Columns to pass over; ``"*"`` is all that are none of ours, unless they may say
            that somebody must not be contacted.
        dry_run: Only tell what would change.
        next_page: Gets the page under an address that a last page names; without it such a page
            is a fault.
        with_history: Let contacts go that have interactions; the journal keeps these.
        allow_empty: Let a table without rows take all records away.
        lift_exclusions: Let rows take back that somebody was excluded here, or left a mailing
            group; the journal records each.
        encoding: How texts are encoded that are not UTF-8 and have no byte order mark ("cp1252").
        decimal_comma: Whether texts have a comma before decimals, and a point between thousands.
        read_workbook: Reads workbooks (`segmentation.adapters.openpyxl`).
        map: How the columns of another system's files become our fields; see
            `segmentation.operations.data.ImportMap`.
        on_progress: Is called now and then with how far it has come.
        rows_at_once: How many rows are checked and stored together where there are more, and all
            goes well; fewer take less memory.
    """

    mode: Mode = attrs.field(default="update", validator=_known_mode)
    ignore: tuple[str, ...] = attrs.field(default=(), converter=_names)
    dry_run: bool = False
    next_page: NextPage | None = None
    with_history: bool = False
    allow_empty: bool = False
    lift_exclusions: bool = False
    encoding: str = attrs.field(default="", validator=_known_encoding)
    decimal_comma: bool = False
    read_workbook: ReadWorkbook = no_workbooks
    map: ImportMap = attrs.field(default=None, converter=to_map)
    on_progress: OnImportProgress | None = None
    rows_at_once: int = attrs.field(default=5_000, validator=_is_positive)


_AS_IT_IS = ImportOptions()


def import_files(
    context: Context,
    files: Iterable[SourceFile],
    *,
    attached: Callable[[str], bytes],
    options: ImportOptions = _AS_IT_IS,
) -> Imported:
    """Take in files of tables.

    An interaction that was taken in before is passed over, in any mode.

    Args:
        context: Store, user, day and clock.
        files: JSON or CSV files, named after their tables.
        attached: Reads a file that a template's language names as its attachment.
        options: How they are taken in.

    Raises:
        Rejected: There are faults, all of them with file, row and field; nothing is stored.
        UnknownName: The map names a table that files do not bring.
    """
    gathered = _gathered(context, files, options)
    progress = Teller(options.on_progress, gathered.tables)
    taking = Taking(
        mode=options.mode,
        ignore=options.ignore,
        lift=options.lift_exclusions,
        notation=Notation(date_order=context.date_order, decimal_comma=options.decimal_comma),
        attached=attached,
        rows_at_once=options.rows_at_once,
        on_rows=progress.add,
    )
    imported = _by_batches(context, gathered, taking, options) or _at_once(
        context, gathered, taking, options
    )
    progress.end()
    return attrs.evolve(imported, skipped_files=gathered.skipped_files, dry_run=options.dry_run)


def _gathered(context: Context, files: Iterable[SourceFile], options: ImportOptions) -> Gathered:
    """What files hold, as a map wants it."""
    store = context.store
    gathered = gather_tables(
        files,
        options.next_page,
        own=own_kinds(store).values(),
        encoding=options.encoding,
        read_workbook=options.read_workbook,
        mapped=options.map,
    )
    tables, faults = _mapped(store, gathered.tables, options.map)
    return attrs.evolve(gathered, tables=tuple(tables), faults=(*gathered.faults, *faults))


def _by_batches(
    context: Context, gathered: Gathered, taking: Taking, options: ImportOptions
) -> Imported | None:
    """Take in large tables, each batch stored before the next is read.

    ``None`` if anything is wrong, or might be: then `_at_once` tells all of it.
    """
    rows = [len(table.rows) for table in gathered.tables]
    if gathered.faults or sum(rows) <= taking.rows_at_once:
        return None
    if options.mode == "mirror" and not all(rows):
        return None
    imported: Imported | None = None
    with suppress(Unfit), _stored(context.store, options):
        taken, headers, leaving = take_in_batches(context, gathered.tables, taking)
        departures = Departures(context, with_history=options.with_history)
        departures.take_away(leaving)
        imported = attrs.evolve(
            taken,
            columns=tuple(_columns(headers)),
            gone=tuple(departures.gone),
            kept=tuple(departures.kept),
        )
    return imported


def _at_once(
    context: Context, gathered: Gathered, taking: Taking, options: ImportOptions
) -> Imported:
    """Take in tables as a whole, or tell all that is wrong with them."""
    read = _read(context, gathered, taking, options)
    with _stored(context.store, options):
        imported = _take_in(context, read, taking, options)
    normalized = Counter[str]()
    for texts in read.normalized if options.mode != "delete" else ():
        normalized.update(texts)
    return attrs.evolve(
        imported,
        normalized=tuple(normalized.items()),
        columns=read.columns,
        latest_change=read.latest_change,
    )


@attrs.define(eq=False)
class _Read:
    """What files hold, table by table; each is let go of when it has become records."""

    tables: list[ReadTable]
    faults: list[Fault]
    columns: tuple[ImportedColumn, ...]
    latest_change: datetime | None
    normalized: Sequence[Mapping[str, int]]


def _read(context: Context, gathered: Gathered, taking: Taking, options: ImportOptions) -> _Read:
    faults = list(gathered.faults)
    tables: list[ReadTable] = []
    for source in gathered.tables:
        own = declared_fields(context.store, source.kind)
        table, wrong = read_table(
            source, own=own, ignore=taking.ignore, notation=taking.notation, on_rows=taking.on_rows
        )
        tables.append(table)
        faults += wrong
    faults += _empty_faults(tables, options)
    changed = (table.latest_change for table in tables)
    return _Read(
        tables,
        faults,
        columns=tuple(_columns(tables)),
        latest_change=max(filter(None, changed), default=None),
        normalized=[dict(table.normalized) for table in tables],
    )


def _mapped(
    store: Store, tables: Iterable[SourceTable], mapped: ImportMap
) -> tuple[Sequence[SourceTable], Sequence[Fault]]:
    """The tables as a map wants them; those that become rows of one table are one."""
    kinds = {**imported_kinds(), **own_kinds(store)}
    check_map(store, mapped, kinds)
    found: dict[type[Record], SourceTable] = {}
    faults: list[Fault] = []
    for table in tables:
        how = mapped.of_table(table.kind.__table__)
        parts: Sequence[SourceTable] = [table]
        if how is not None:
            parts, wrong = map_table(store, table, how, kinds)
            faults += wrong
        for part in parts:
            before = found.get(part.kind)
            found[part.kind] = part if before is None else before.joined(part)
    return [*found.values()], faults


def _columns(tables: Iterable[ReadTable]) -> Iterator[ImportedColumn]:
    for table in tables:
        for column in table.columns:
            field = column.field.name if column.field else ""
            yield ImportedColumn(file=table.name, name=column.name, use=column.use, field=field)


def _empty_faults(tables: Iterable[ReadTable], options: ImportOptions) -> Iterator[Fault]:
    """Tables without a row that would take everything away."""
    for table in tables if options.mode == "mirror" and not options.allow_empty else ():
        if not table.rows:
            reason = Message(
                "has no row, and to mirror it would take every record away; "
                "give allow_empty=True if that is meant"
            )
            yield Fault(Identifier(table.name), "", reason, "empty_table")


class _DryRunError(Exception):
    """Undoes a dry run."""


@contextmanager
def _stored(store: Store, options: ImportOptions) -> Iterator[None]:
    """A transaction, which a dry run undoes."""
    with suppress(_DryRunError), store.transaction():
        yield
        if options.dry_run:
            raise _DryRunError


def _take_in(context: Context, read: _Read, taking: Taking, options: ImportOptions) -> Imported:
    found, leaving = _merged(context.store, read, taking)
    imported = store_records(context, found, read.faults, what="import", lift=taking.lift)
    departures = Departures(context, with_history=options.with_history)
    departures.take_away(leaving)
    reject(orphan_faults(departures.gone, found), what="import")
    return attrs.evolve(
        imported,
        gone=tuple(departures.gone),
        kept=tuple(departures.kept),
    )


def _merged(
    store: Store, read: _Read, taking: Taking
) -> tuple[Sequence[Placed], Mapping[type[Record], Sequence[Record]]]:
    """The records that rows make, and those that go; what is wrong is added to the faults."""
    found: list[Placed] = []
    leaving: dict[type[Record], Sequence[Record]] = {}
    while read.tables:
        table = read.tables.pop(0)
        if taking.mode == "delete":
            leaving[table.kind] = named_records(store, table)
            continue
        whole, missing = with_attachments(store, table, taking.attached)
        read.faults += missing
        found += merge_rows(store, whole, taking.mode)
        if taking.mode == "mirror":
            leaving[table.kind] = absent_records(store, table)
    return found, leaving


def import_records(context: Context, records: Iterable[Record]) -> Imported:
    """Take in records made in Python; the same rules as for files.

    A record whose key is in the store already replaces what is there, but for what was decided
    here of contacting somebody.

    Args:
        context: Store, user, day and clock.
        records: The records.

    Raises:
        Rejected: There are faults, each with the record's table and key; nothing is stored.
    """
    given = list(records)
    with context.store.transaction():
        new = take_in_new(context.store, given) if len(given) >= _MANY else None
        if new is not None:
            return new
        imported = store_records(context, placed(given), [], what="records")
    return attrs.evolve(imported, normalized=tuple(_normalized(given).items()))


_MANY = 100
"""So many records are looked at by their columns first."""


def _normalized(records: Iterable[Record]) -> Mapping[str, int]:
    """How many texts of each field are not in Unicode's normal form C."""
    return Counter(
        change.field
        for record in records
        if (kept := in_nfc(record)) is not record
        for change in differences(record, kept)
    )
