"""Taking in contacts, their rows and code tables from files and from Python objects.

All faults of all files are found first and reported together; only then is anything stored,
in one transaction. Interactions of the past are recorded, everything else is put in place.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Protocol

import attrs

from segmentation.column_names import ColumnUse
from segmentation.consents import Consent
from segmentation.contacts import Contact, ContactBusinessRelation
from segmentation.errors import Fault, Identifier, InvalidValue, Message, UnknownName
from segmentation.fields import Record, key_of
from segmentation.interactions import Interaction
from segmentation.markup import to_table
from segmentation.operations.checks import (
    Placed,
    own_faults,
    placed,
    record_faults,
    reject,
)
from segmentation.operations.consents import HeldConsent, consent_faults, take_in_consents
from segmentation.operations.contacts import completed, keep_former_names
from segmentation.operations.context import Context
from segmentation.operations.followers import follow_relations
from segmentation.operations.interactions import not_taken_in_yet, take_in_past
from segmentation.operations.journal import record, record_approval_changes
from segmentation.operations.records import find_records
from segmentation.operations.schema import declared_fields, own_kinds, with_own_values
from segmentation.operations.values import in_nfc
from segmentation.protocols import Store
from segmentation.showing import shown_by

from ._containers import no_workbooks
from ._departures import (
    Departures,
    RowGone,
    RowKept,
    absent_records,
    named_records,
    orphan_faults,
)
from ._files import SourceFile, check_encoding
from ._kinds import imported_kinds
from ._mapped_rows import map_table
from ._maps import ImportMap, to_map
from ._marks import HeldMark, guard_marks
from ._notation import Notation
from ._pages import NextPage, SourceTable, gather_tables
from ._rows import ReadTable, read_table
from ._sheets import ReadWorkbook
from ._updates import (
    Key,
    Mode,
    RowChange,
    differences,
    merge_rows,
    records_there,
    with_attachments,
)


@shown_by("done", "of")
@attrs.frozen
class ImportProgress:
    """How far an import has come.

    Attributes:
        done: How many rows it is through with; each counts when it was read, and again when all
            are stored.
        of: Twice the number of rows.
    """

    done: int
    of: int


class OnImportProgress(Protocol):
    """Is called now and then; any function of one argument will do."""

    def __call__(self, progress: ImportProgress, /) -> object:
        """Say how far the import has come."""


class _Teller:
    """Counts rows for whoever wants to know."""

    def __init__(self, told: OnImportProgress | None, tables: Iterable[SourceTable]) -> None:
        self._told = told
        self._done = 0
        self._of = 2 * sum(len(table.rows) for table in tables)

    def add(self, rows: int) -> None:
        """So many rows more were read."""
        self._done += rows
        self._tell()

    def end(self) -> None:
        """All rows are stored."""
        self._done = self._of
        self._tell()

    def _tell(self) -> None:
        if self._told is not None:
            self._told(ImportProgress(self._done, self._of))


_MODES: frozenset[str] = frozenset(("update", "replace", "mirror", "delete"))


def _known_mode(_options: object, _field: object, mode: str) -> None:
    if mode not in _MODES:
        raise InvalidValue("mode", mode, "is none of update, replace, mirror, delete")


def _known_encoding(_options: object, _field: object, encoding: str) -> None:
    check_encoding(encoding)


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


@shown_by("file", "name", "use", "field")
@attrs.frozen(kw_only=True)
class ImportedColumn:
    """What was done with a column of a file.

    Attributes:
        file: The file, or the first of several pages.
        name: The column as the file calls it.
        use: What was done with it.
        field: The field that it filled; empty if it filled none.
    """

    file: str
    name: str
    use: ColumnUse
    field: str = ""


@shown_by("rows", "gone", "kept", "held", "skipped_files", "dry_run")
@attrs.frozen(kw_only=True)
class Imported:
    """What was taken in, or, by a dry run, would be.

    Attributes:
        counts: Number of rows by table, in the order of the files; of interactions those that
            were not taken in before.
        new: How many records were not there before.
        changes: The fields of records that changed, in the order of the rows.
        same: How many rows changed nothing.
        gone: The records that went.
        kept: Records that should have gone and stay, with the reason.
        held: What was decided here of contacting somebody, which the rows would have taken back.
        held_consents: Consents in the rows that do not lift a withdrawal, since it is not older.
        columns: What was done with each column of the files.
        latest_change: The latest time of a change that the rows name, for the next file of what
            changed since.
        skipped_files: Files whose name is none of our tables.
        normalized: Number of texts by field that were brought to Unicode's normal form C.
        dry_run: Whether nothing was stored.
    """

    counts: tuple[tuple[str, int], ...]
    new: int = 0
    changes: tuple[RowChange, ...] = ()
    same: int = 0
    gone: tuple[RowGone, ...] = ()
    kept: tuple[RowKept, ...] = ()
    held: tuple[HeldMark, ...] = ()
    held_consents: tuple[HeldConsent, ...] = ()
    columns: tuple[ImportedColumn, ...] = ()
    latest_change: datetime | None = None
    skipped_files: tuple[str, ...] = ()
    normalized: tuple[tuple[str, int], ...] = ()
    dry_run: bool = False

    @property
    def rows(self) -> int:
        """How many rows were taken in, over all tables."""
        return sum(count for _, count in self.counts)

    @property
    def changed(self) -> int:
        """How many records were changed."""
        return len({(change.table, change.key) for change in self.changes})

    def _repr_html_(self) -> str:
        """How many rows each table got."""
        return to_table(["table", "rows"], list(map(list, self.counts)), caption=repr(self))


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
    read = _read(context, files, options)
    with _stored(context.store, options):
        imported = _take_in(context, read, attached, options)
    read.progress.end()
    normalized = Counter[str]()
    for texts in read.normalized if options.mode != "delete" else ():
        normalized.update(texts)
    return attrs.evolve(
        imported,
        normalized=tuple(normalized.items()),
        columns=read.columns,
        latest_change=read.latest_change,
        skipped_files=read.skipped_files,
    )


@attrs.define(eq=False)
class _Read:
    """What files hold, table by table; each is let go of when it has become records."""

    tables: list[ReadTable]
    faults: list[Fault]
    progress: _Teller
    columns: tuple[ImportedColumn, ...]
    latest_change: datetime | None
    normalized: Sequence[Mapping[str, int]]
    skipped_files: tuple[str, ...]


def _read(context: Context, files: Iterable[SourceFile], options: ImportOptions) -> _Read:
    store = context.store
    gathered = gather_tables(
        files,
        options.next_page,
        own=own_kinds(store).values(),
        encoding=options.encoding,
        read_workbook=options.read_workbook,
        mapped=options.map,
    )
    notation = Notation(date_order=context.date_order, decimal_comma=options.decimal_comma)
    faults = list(gathered.faults)
    tables: list[ReadTable] = []
    sources, wrong = _mapped(store, gathered.tables, options.map)
    faults += wrong
    progress = _Teller(options.on_progress, sources)
    for source in sources:
        own = declared_fields(store, source.kind)
        table, wrong = read_table(
            source, own=own, ignore=options.ignore, notation=notation, on_rows=progress.add
        )
        tables.append(table)
        faults += wrong
    faults += _empty_faults(tables, options)
    changed = (table.latest_change for table in tables)
    return _Read(
        tables,
        faults,
        progress,
        columns=tuple(_columns(tables)),
        latest_change=max(filter(None, changed), default=None),
        normalized=[dict(table.normalized) for table in tables],
        skipped_files=gathered.skipped_files,
    )


def _mapped(
    store: Store, tables: Iterable[SourceTable], mapped: ImportMap
) -> tuple[Sequence[SourceTable], Sequence[Fault]]:
    """The tables as a map wants them; those that become rows of one table are one."""
    kinds = {**imported_kinds(), **own_kinds(store)}
    for name in mapped.table_names:
        if name not in kinds:
            raise UnknownName("table", name, known=kinds, where="map")
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


def _take_in(
    context: Context, read: _Read, attached: Callable[[str], bytes], options: ImportOptions
) -> Imported:
    found, leaving = _merged(context.store, read, attached, options)
    imported = _store(context, found, read.faults, what="import", lift=options.lift_exclusions)
    departures = Departures(context, with_history=options.with_history)
    departures.take_away(leaving)
    reject(orphan_faults(departures.gone, found), what="import")
    return attrs.evolve(
        imported,
        gone=tuple(departures.gone),
        kept=tuple(departures.kept),
        dry_run=options.dry_run,
    )


def _merged(
    store: Store, read: _Read, attached: Callable[[str], bytes], options: ImportOptions
) -> tuple[Sequence[Placed], Mapping[type[Record], Sequence[Record]]]:
    """The records that rows make, and those that go; what is wrong is added to the faults."""
    found: list[Placed] = []
    leaving: dict[type[Record], Sequence[Record]] = {}
    while read.tables:
        table = read.tables.pop(0)
        if options.mode == "delete":
            leaving[table.kind] = named_records(store, table)
            continue
        whole, missing = with_attachments(store, table, attached)
        read.faults += missing
        found += merge_rows(store, whole, options.mode)
        if options.mode == "mirror":
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
        imported = _store(context, placed(given), [], what="records")
    return attrs.evolve(imported, normalized=tuple(_normalized(given).items()))


def _normalized(records: Iterable[Record]) -> Mapping[str, int]:
    """How many texts of each field are not in Unicode's normal form C."""
    return Counter(
        change.field
        for record in records
        if (kept := in_nfc(record)) is not record
        for change in differences(record, kept)
    )


def _store(
    context: Context,
    found: Sequence[Placed],
    faults: Iterable[Fault],
    *,
    what: str,
    lift: bool = False,
) -> Imported:
    """Store records if nothing is wrong with them, and lift no exclusion unless that is wanted."""
    store = context.store
    every_one = list(_completed(store, _with_own_values(store, found)))
    acts = [item for item in every_one if isinstance(item.record, Consent)]
    completed_ones = [item for item in every_one if not isinstance(item.record, Consent)]
    wrong = (
        *record_faults(store, completed_ones),
        *own_faults(acts),
        *consent_faults(context, acts, (item.record for item in completed_ones)),
    )
    reject([*faults, *wrong], what=what)
    guarded = guard_marks(store, completed_ones, lift=lift)
    whole = guarded.placed
    there = records_there(store, (item.record for item in whole))
    records = [item.record for item in whole if not isinstance(item.record, Interaction)]
    past = not_taken_in_yet(
        store, (item.record for item in whole if isinstance(item.record, Interaction))
    )
    written = [each for each in records if there.get(_named(each)) != each]
    store.records.put(records)
    contacts = [each for each in written if isinstance(each, Contact)]
    keep_former_names(store, ((_before(there, each), each) for each in contacts))
    record_approval_changes(context, [(there.get(_named(each)), each) for each in written])
    follow_relations(store, (r for r in written if isinstance(r, ContactBusinessRelation)))
    if guarded.decided:
        record(store, guarded.decided, context.stamp)
    take_in_past(store, past, context.stamp)
    recorded = take_in_consents(context, acts, lift=lift)
    new = sum(1 for each in written if _named(each) not in there)
    taken = (*records, *past, *recorded.acts)
    return Imported(
        counts=tuple(Counter(each.__table__ for each in taken).items()),
        new=new + len(past) + len(recorded.acts),
        changes=tuple(_changes(there, written)),
        same=len(records) - len(written),
        held=guarded.held,
        held_consents=recorded.held,
    )


def _before(there: Mapping[tuple[str, Key], Record], contact: Contact) -> Contact | None:
    """A contact as it was; ``None`` if it is new."""
    before = there.get(_named(contact))
    return before if isinstance(before, Contact) else None


def _with_own_values(store: Store, found: Sequence[Placed]) -> Sequence[Placed]:
    records = with_own_values(store, (item.record for item in found))
    return [Placed(item.place, whole) for item, whole in zip(found, records, strict=True)]


def _named(item: Record) -> tuple[str, Key]:
    return item.__table__, key_of(item)


def _changes(
    there: Mapping[tuple[str, Key], Record], written: Iterable[Record]
) -> Iterator[RowChange]:
    for after in written:
        before = there.get(_named(after))
        if before is not None:
            yield from differences(before, after)


def _completed(store: Store, found: Sequence[Placed]) -> Iterator[Placed]:
    """Contacts and interactions with what follows from their other fields and their company."""
    contacts = _contacts_named(store, [item.record for item in found])
    for item in found:
        match item.record:
            case Contact() as contact:
                whole: Record = completed(contact, contacts.get(contact.company_no))
            case Interaction(contact_company_no="") as past:
                met = contacts.get(past.contact_no)
                whole = attrs.evolve(past, contact_company_no=met.company_no if met else "")
            case other:
                whole = other
        yield Placed(item.place, whole)


def _contacts_named(store: Store, records: Iterable[Record]) -> Mapping[str, Contact]:
    """The companies of contacts and the contacts of interactions, asked for all at once."""
    here: dict[str, Contact] = {}
    named: dict[str, None] = {}
    for each in records:
        if isinstance(each, Contact):
            here[each.no] = each
            named[each.company_no] = None
        elif isinstance(each, Interaction):
            named[each.contact_no] = None
    wanted = [(no,) for no in named if no and no not in here]
    found = find_records(store, Contact, wanted) if wanted else {}
    return {**{contact.no: contact for contact in found.values()}, **here}
