"""Large files taken in a batch at a time: each is checked and stored before the next is read.

All batches are one transaction. Nothing is told here of what is wrong: the transaction is undone,
and whoever reads everything at once tells all of it.
"""

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from segmentation.columns import Columns
from segmentation.contacts import Contact, ContactType
from segmentation.definitions import is_row_kind
from segmentation.errors import Rejected
from segmentation.fields import Record, fields_of, key_of
from segmentation.operations.checks import Placed
from segmentation.operations.contacts import fitting, named_company
from segmentation.operations.context import Context
from segmentation.operations.records import contact_nos, contacts_numbered
from segmentation.operations.schema import declared_fields

from ._blocks import header_of, named_by, read_block
from ._departures import absent_records
from ._intake import Taking, Told, Unfit
from ._key_hashes import KeyHashes
from ._kinds import TO_BE_RECORDED
from ._new_records import PLAIN, Known, completed_by, references_of, with_names
from ._pages import SourceTable
from ._passed_over import PassedOver
from ._plain import ColumnReader
from ._raw import Block, RawRow, blocks_of
from ._results import Imported
from ._rows import ReadTable, RowReader, latest_in, read_table
from ._store import store_records
from ._updates import Key, merge_rows, with_attachments

Leaving: TypeAlias = Mapping[type[Record], Sequence[Record]]
"""What goes, by kind."""


def take_in_batches(
    context: Context, sources: Sequence[SourceTable], taking: Taking
) -> tuple[Imported, Sequence[ReadTable], Leaving]:
    """Take in tables, inside a transaction.

    Returns:
        What was done, the tables without rows, and what has no row and goes by a mirror.

    Codes and what else knows no contact come first, as a whole, then contacts, their rows, and
    last what the journal records.

    Raises:
        Unfit: Something is wrong; the transaction is to be undone.
    """
    told = Told()
    stages: list[list[SourceTable]] = [[], [], [], []]
    for source in sources:
        stages[_stage(source.kind)].append(source)
    codes, contacts, rows, recorded = stages
    headers = [header_of(context.store, source, taking) for source in sources]
    kinds = [source.kind for source in sources]
    if taking.mode == "delete":
        leaving = {source.kind: named_by(context.store, source, taking, told) for source in sources}
        return told.whole(kinds), headers, leaving
    try:
        _take_whole(context, codes, taking, told)
        known = Known(context.store)
        for source in (*contacts, *rows):
            takes = _Contacts if source.kind is Contact else _Rows
            taker = takes(context, source, taking, told, known)
            taker.take()
            taker.note_absent()
        _take_whole(context, recorded, taking, told)
    except Rejected:
        raise Unfit from None
    leaving = {kind: told.leaving[kind] for kind in kinds if kind in told.leaving}
    if leaving.get(Contact) and (rows or recorded):
        raise Unfit  # rows may come in with a contact that goes
    return told.whole(kinds), headers, leaving


def _stage(kind: type[Record]) -> int:
    if kind is Contact:
        return 1
    if kind in TO_BE_RECORDED:
        return 3
    named = any(field.refers_to == Contact.__table__ for field in fields_of(kind))
    return 2 if named or is_row_kind(kind) else 0


def _take_whole(
    context: Context, sources: Iterable[SourceTable], taking: Taking, told: Told
) -> None:
    """Take in tables that are looked at together."""
    store = context.store
    found: list[Placed] = []
    for source in sources:
        own = declared_fields(store, source.kind)
        table, faults = read_table(
            source, own=own, ignore=taking.ignore, notation=taking.notation, on_rows=taking.on_rows
        )
        whole, missing = with_attachments(store, table, taking.attached)
        if faults or missing:
            raise Unfit
        told.normalized.update(dict(table.normalized))
        told.change(table.latest_change)
        if taking.mode == "mirror":
            told.leaving[table.kind] = absent_records(store, table)
        found += merge_rows(store, whole, taking.mode)
    if found:
        told.add(store_records(context, found, (), what="import", lift=taking.lift))


class _Rows:
    """Takes in the rows of a table whose records do not need each other."""

    def __init__(
        self, context: Context, source: SourceTable, taking: Taking, told: Told, known: Known
    ) -> None:
        self.context = context
        self.store = context.store
        self.taking = taking
        self.told = told
        self.known = known
        self.kind = source.kind
        self.header = header_of(self.store, source, taking)
        self.rows = source.rows
        self._keys = KeyHashes()
        self._named = KeyHashes() if taking.mode == "mirror" else None
        self._columns = ColumnReader(self.kind, self.header.columns, taking.notation)
        self._first = self.reader()
        self._references = references_of(self.kind)

    def reader(self) -> RowReader:
        """A reader of single rows."""
        return RowReader(self.kind, self.header.columns, self.taking.notation)

    def take(self) -> None:
        """Take in all rows.

        Raises:
            Unfit: Something is wrong with them.
        """
        rows = self.reader()
        passed_over = PassedOver(self.header.name, self.header.columns, self.taking.ignore)
        for block in blocks_of(self.rows, self.taking.rows_at_once):
            if passed_over.look(block):
                raise Unfit
            self.told.change(latest_in(block, self.header.columns))
            self.batch(block, rows)
            self.taking.on_rows(len(block))
        self.told.normalized.update(rows.normalized)
        self.check_keys()

    def note_absent(self) -> None:
        """Note the records that have no row, and go by a mirror."""
        if self._named is None:
            return
        named = self._named
        named.sort()
        stored: Iterable[Record] = self.store.records.all(self.kind)
        if self.kind is Contact:
            nos = (no for no in contact_nos(self.store) if _hash_of((no,)) not in named)
            stored = contacts_numbered(self.store, nos)
        self.told.leaving[self.kind] = [
            record for record in stored if _hash_of(key_of(record)) not in named
        ]

    def batch(self, block: Block | Sequence[RawRow], rows: RowReader) -> None:
        """Take in some rows."""
        found = self.plain(block)
        if found is not None and self.is_new(found):
            self.put(found)
        else:
            self.store_records(self.merged(block, rows))

    def plain(self, block: Block | Sequence[RawRow]) -> Columns[Any] | None:
        """The records of rows if they can be had by columns."""
        if not isinstance(block, Block) or not (self.kind in PLAIN or is_row_kind(self.kind)):
            return None
        return self._columns.read(block, self._first)

    def is_new(self, found: Columns[Any]) -> bool:
        """Whether records are new, nothing was decided of them, and all they refer to is there."""
        return self.known.are_new(found) and all(
            self.known.have(each, found.column(each.name)) for each in self._references
        )

    def put(self, found: Columns[Any]) -> None:
        """Store new records."""
        self.store.records.put(found)
        self._note(found.rows(*self.kind.__key__))
        self.told.add(Imported(counts=((self.kind.__table__, len(found)),), new=len(found)))

    def merged(self, block: Block | Sequence[RawRow], rows: RowReader) -> Sequence[Placed]:
        """The records of rows, read one by one.

        Raises:
            Unfit: A row cannot be read.
        """
        return merge_rows(self.store, read_block(self.header, block, rows), self.taking.mode)

    def store_records(self, found: Sequence[Placed]) -> None:
        """Store records with all that follows from them."""
        self._note([key_of(item.record) for item in found])
        lift, marks = self.taking.lift, self.known.marks
        told = store_records(self.context, found, (), what="import", lift=lift, marks=marks)
        self.told.add(told)

    def _note(self, keys: Iterable[Key]) -> None:
        """Note the keys of rows; in a mirror, what has none of them goes."""
        noted = list(keys)
        self._keys.add(map(hash, noted))
        if self._named is not None:
            self._named.add(map(_hash_of, noted))

    def check_keys(self) -> None:
        """See that no key came twice.

        Raises:
            Unfit: One did, or two are not to be told apart by this.
        """
        if not self._keys.are_different():
            raise Unfit


def _hash_of(key: Key) -> int:
    """A hash by which keys are told apart; that of numbers themselves is the same for some."""
    return hash(repr(key))


_COMPANIES = 40
"""For how many batches' worth of companies their names are remembered."""


class _Contacts(_Rows):
    """Takes in contacts, persons after their companies."""

    def __init__(
        self, context: Context, source: SourceTable, taking: Taking, told: Told, known: Known
    ) -> None:
        super().__init__(context, source, taking, told, known)
        self._companies: dict[str, str] = {}
        self._waiting = array("q")
        self._at = 0
        self._may_wait = True

    def take(self) -> None:
        """Take in all rows, and then persons whose company came later, or is only in the store."""
        super().take()
        self._may_wait = False
        rows = self.reader()
        for block in _chosen(self.rows, self._waiting, self.taking.rows_at_once):
            self.batch(block, rows)
        self.check_keys()

    def batch(self, block: Block | Sequence[RawRow], rows: RowReader) -> None:
        """Take in some contacts; who must wait is noted."""
        found = self.plain(block)
        done = self._completed(found) if found is not None and self.is_new(found) else None
        if done is not None:
            self.put(done)
        else:
            self._store_one_by_one(self.merged(block, rows))
        self._at += len(block)

    def _store_one_by_one(self, found: Sequence[Placed]) -> None:
        contacts = [item.record for item in found if isinstance(item.record, Contact)]
        here = {each.no for each in contacts}
        waiting = {
            place
            for place, each in enumerate(contacts)
            if self._must_wait(each.type, each.company_no, here)
        }
        self._wait(waiting)
        for each in contacts:
            if each.type is ContactType.COMPANY:
                self._remember(each.no, named_company(each))
        self.store_records([item for place, item in enumerate(found) if place not in waiting])

    def _must_wait(self, kind: ContactType, company_no: str, here: Collection[str]) -> bool:
        """Whether a person's company may still come, so that its name is not known yet."""
        if kind is ContactType.COMPANY or not self._may_wait:
            return False
        return bool(company_no) and company_no not in here and company_no not in self._companies

    def _wait(self, places: Iterable[int]) -> None:
        self._waiting.extend(self._at + place for place in sorted(places))

    def _remember(self, no: str, company_name: str) -> None:
        if len(self._companies) < _COMPANIES * self.taking.rows_at_once:
            self._companies[no] = company_name

    def _completed(self, found: Columns[Contact]) -> Columns[Contact] | None:
        """New contacts with what follows from their fields and companies, but for who must wait.

        ``None`` if a company is not as it should be.
        """
        named = with_names(found)
        companies = self._company_names(named)
        if companies is None:
            return None
        waiting = {
            place
            for place, (kind, company_no) in enumerate(named.rows("type", "company_no"))
            if self._must_wait(kind, company_no, companies)
        }
        whole = completed_by(named, companies)
        self._wait(waiting)
        if not waiting:
            return whole
        return whole.taken([place for place in range(len(found)) if place not in waiting])

    def _company_names(self, found: Columns[Contact]) -> dict[str, str] | None:
        """The names of the companies of contacts, by number; ``None`` if one is no company.

        Companies that may still come are not among them.
        """
        here: dict[str, str] = {}
        wanted: set[str] = set()
        persons: set[str] = set()
        for no, kind, name, company_no in found.rows("no", "type", "name", "company_no"):
            if kind is ContactType.PERSON:
                persons.add(no)
                wanted.add(company_no)
            elif company_no and company_no != no:
                return None
            else:
                here[no] = fitting("company_name", name)
                self._remember(no, here[no])
        wanted -= here.keys() | {""}
        before = {no: self._companies[no] for no in wanted if no in self._companies}
        stored = self.known.companies(wanted - before.keys()) if not self._may_wait else {}
        if stored is None or wanted & persons:
            return None
        return {**here, **before, **stored}


def _chosen(
    rows: Sequence[RawRow], places: Sequence[int], size: int
) -> Iterator[Block | Sequence[RawRow]]:
    """The rows at these places, which ascend; the others are passed over."""
    if not places:
        return
    at, start = 0, 0
    for block in blocks_of(rows, size):
        end = bisect_left(places, start + len(block), at)
        some = [place - start for place in places[at:end]]
        if some:
            yield block.taken(some) if isinstance(block, Block) else [block[each] for each in some]
        at, start = end, start + len(block)
