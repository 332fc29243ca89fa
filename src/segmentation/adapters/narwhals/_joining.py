"""A store beside frames: contacts and their rows in frames, all else in the store."""

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, tzinfo
from typing import Any

import attrs

from segmentation.contacts import Contact
from segmentation.criteria import AsOf, BoundSelection, Link, Schema, Table, bind
from segmentation.definitions import OwnTable, row_kind
from segmentation.errors import Fault, Message, Rejected, UnknownName
from segmentation.fields import Field, Record, Value
from segmentation.interactions import Interaction
from segmentation.kinds import record_kinds
from segmentation.protocols import Attachments, Log, Segments, Store, TreeHashes
from segmentation.segments import Candidates, LeftOut, Options, contact_schema

from ._candidates import candidates_in
from ._contacts import FrameContacts
from ._declaring import Linked, declared, frame_faults, parted, place_of
from ._frame_records import FrameRecords, each_once
from ._frames import Column, Frame, Frames, Native, with_blanks
from ._members import Members
from ._nodes import fields_asked
from ._predicates import among, kept
from ._question import Question
from ._reading import Reader, counted_values
from ._unread import Contacts, with_codes


def join_frames(
    store: Store,
    frames: Mapping[str, Linked],
    *,
    schema: Schema | None = None,
    zone: tzinfo = UTC,
) -> "FrameStore":
    """Open a store beside frames, which hold the contacts and perhaps rows of them.

    The frames are only read. Segments, journal, saved criteria, templates and what else a
    workspace keeps are in the store, and so are the rows of all other tables.

    Args:
        store: The store.
        frames: The frame of each table, by the table's name or alias; ``contact`` is among them.
            One of a host's own table stands in a pair with its link, unless the schema has it.
        schema: Which fields and tables of a host's own the frames hold; by default made from the
            types of their columns, as `schema_of` makes it.
        zone: Where a point in time is a day of a date field, for records.

    Raises:
        Rejected: The frames cannot be what they are to be: all of it.
        InvalidValue: What is given is no frame, or the frames are not all of one engine.

    >>> import polars as pl
    >>> from segmentation import Workspace
    >>> from segmentation.memory import MemoryStore
    >>> people = pl.DataFrame({"no": ["A", "B"], "points": [120, 7]})
    >>> orders = pl.DataFrame({"customer_no": ["A", "B"], "article": ["TENT", "MAP"]})
    >>> frames = {"contact": people, "orders": (orders, "customer_no")}
    >>> crm = Workspace.open(join_frames(MemoryStore(), frames))
    >>> list(crm.select(contact={"points": ">100"}, orders={"article": "TENT"}))
    ['A']
    """
    given = {name: parted(name, frame) for name, frame in frames.items()}
    tables: dict[str, Table] = {}
    found: dict[str, Frame] = {}
    faults: list[Fault] = []
    whole = schema or contact_schema()
    for name, (frame, link) in given.items():
        table, wrong = _table(whole, name, frame, link, derived=schema is None)
        whole = whole.with_tables(table) if not wrong else whole
        faults += wrong
        tables[table.name], found[table.name] = table, frame
    if "contact" not in tables:
        reason = Message("is missing: the frame of contacts")
        faults.insert(0, Fault(place_of("contact"), "", reason, "blank"))
    faults += _defined_otherwise(store, tables)
    if faults:
        raise Rejected(Message("frames"), faults)
    return FrameStore(store, tables, {name: each.to_native() for name, each in found.items()}, zone)


def _table(
    schema: Schema, name: str, frame: Frame, link: Link | None, *, derived: bool
) -> tuple[Table, list[Fault]]:
    """The table that a frame holds, as a schema has it or else by its columns."""
    if derived:
        return declared(schema, name, frame, link)
    try:
        known = schema.table(name)
    except UnknownName:
        return declared(schema, name, frame, link)
    return known, frame_faults(known, name, frame, link)


def _defined_otherwise(store: Store, tables: Mapping[str, Table]) -> Iterator[Fault]:
    """Own tables that the store keeps itself, and would be hidden by frames."""
    for own in store.records.all(OwnTable):
        if own.name in tables:
            reason = Message("is a table that the store keeps; give the frame another name")
            yield Fault(place_of(own.name), "", reason, "taken")


class FrameStore:
    """A store whose contacts, and some of their rows, stand in frames; made by `join_frames`.

    Args:
        store: The store of all else.
        tables: The tables in frames, by their names.
        frames: Their frames.
        zone: Where a point in time is a day of a date field, for records.
    """

    def __init__(
        self,
        store: Store,
        tables: Mapping[str, Table],
        frames: Mapping[str, Native],
        zone: tzinfo = UTC,
    ) -> None:
        self._store = store
        rows = {name: frame for name, frame in frames.items() if name != Contact.__table__}
        self.contacts = ContactsInFrame(
            frames[Contact.__table__], rows, tables=tables, store=store, zone=zone
        )
        self.records = FrameRecords(store.records, tables, self.contacts.reader)

    @property
    def segments(self) -> Segments:
        """The worksheets, in the store."""
        return self._store.segments

    @property
    def log(self) -> Log:
        """The journal's entries, in the store."""
        return self._store.log

    @property
    def tree(self) -> TreeHashes:
        """Hashes of the tree over the journal, in the store."""
        return self._store.tree

    @property
    def attachments(self) -> Attachments:
        """Contents by their hash, in the store."""
        return self._store.attachments

    @property
    def library(self) -> str:
        """The library of the frames, by its name."""
        return self.contacts.library

    def transaction(self) -> AbstractContextManager[None]:
        """A block whose changes in the store are all kept, or none of them."""
        return self._store.transaction()

    def close(self) -> None:
        """Close the store; the frames stay as they are."""
        self._store.close()


class _Moment(threading.local):
    """What is known within a block of one moment; each thread has its own.

    Attributes:
        read: The contacts that were read, ``None`` for numbers of nobody; ``None`` outside of a
            block.
        looked_over: The contacts, looked over for rows that cannot be read.
    """

    read: dict[str, Contact | None] | None = None
    looked_over: Contacts | None = None


class ContactsInFrame(FrameContacts):
    """The contacts of a workspace in a frame, of which some rows may not be safe to read.

    Args:
        contacts: The frame of contacts.
        rows: Frames of other tables, by name.
        tables: The tables in frames, by their names.
        store: Where all else is.
        zone: Where a point in time is a day of a date field, for records.
    """

    def __init__(
        self,
        contacts: Native,
        rows: Mapping[str, Native],
        *,
        tables: Mapping[str, Table],
        store: Store,
        zone: tzinfo,
    ) -> None:
        super().__init__(contacts, rows)
        self._tables = tables
        self._store = store
        self._zone = zone
        self._members = Members(self._on_lines, self._logged_with)
        self._moment = _Moment()
        # A cluster would take its time to tell: there, numbers are always made codes.
        self._has_codes = (
            self._framed(None, self._contacts).at_hand and self._looked_over().has_codes
        )

    @property
    def library(self) -> str:
        """The library of the frames, by its name."""
        return str(self._contacts.implementation.value)

    def matching(self, bound: BoundSelection) -> Sequence[str]:
        """The numbers of the contacts that pass, ascending; of a cut in its order."""
        return self._passing(bound, self._readable(bound))

    def count(self, bound: BoundSelection) -> int:
        """How many contacts pass a selection; a cut is not made."""
        return self._number_of(self._readable(attrs.evolve(bound, cut=None)))

    def get_many(self, nos: Iterable[str]) -> Sequence[Contact]:
        """The contacts with these numbers, in their order; others are passed over.

        Nothing but their rows is read from the engine, within `at_once` once.
        """
        wanted = [str(no) for no in nos]
        known = self._moment.read
        if known is None:
            found = self._read(wanted)
            return [found[no] for no in wanted if no in found]
        missing = [no for no in wanted if no not in known]
        if missing:
            known.update(dict.fromkeys(missing), **self._read(missing))
        return [contact for no in wanted if (contact := known[no]) is not None]

    def _read(self, wanted: Iterable[str]) -> dict[str, Contact]:
        reader = self.reader(self._tables[Contact.__table__], Contact)
        frame, _ = reader.where({})
        read = reader.records(kept(frame, among("no", dict.fromkeys(wanted)), "no"))
        return {contact.no: contact for contact in each_once(sorted(read, key=_number))}

    def candidates(self, chosen: BoundSelection | Collection[str], options: Options) -> Candidates:
        """Those who pass a selection or have these numbers, as they would join a segment."""
        with self.at_once():
            unread = self.unread(chosen)
            if not isinstance(chosen, BoundSelection):
                return candidates_in(self._readable(_everybody()), chosen, options, unread)
            question = self._readable(chosen)
            nos = None if chosen.cut is None else self._passing(chosen, question)
            return candidates_in(question, nos, options, unread)

    def unread(self, chosen: BoundSelection | Collection[str]) -> Sequence[LeftOut]:
        """The rows that pass a selection or have these numbers, and cannot be read safely."""
        contacts = self._looked_over()
        if contacts.all_readable:
            return ()
        rows = contacts.unread
        if isinstance(chosen, BoundSelection):
            bound = attrs.evolve(chosen, cut=None)
            question = self._asked_of(bound, rows)
            rows = question.those_among(question.contacts)
        else:
            rows = kept(rows, among("no", sorted(map(str, chosen))), "no")
        return contacts.told(rows)

    def counts(self, table: Table) -> bool:
        """Whether a frame has the rows of a table."""
        return table.name in self._tables

    def value_counts(self, table: Table, field: Field) -> Mapping[Value, int]:
        """How many rows of a table hold each value of a field; what is missing is the blank."""
        contacts = self._looked_over().readable
        return counted_values(self._framed(None, contacts), table, field)

    def reader(self, table: Table, kind: type[Any]) -> Reader:
        """What reads the frame of a table, for records of a class."""
        if table.name != Contact.__table__:
            return Reader(self._framed(None, self._contacts), table, kind)
        coded = self._contacts if self._has_codes else with_codes(self._contacts, "no")
        return Reader(self._framed(None, coded), table, kind, passes_over=True)

    def _readable(self, bound: BoundSelection) -> Question:
        return self._asked_of(bound, self._looked_over().readable)

    def _asked_of(self, bound: BoundSelection, contacts: Frame) -> Question:
        """A selection, asked of some contacts.

        A field of ours without a column is blank in every row. One of the host's own is missing.
        """
        frames = self._framed(bound, contacts)
        missing: dict[str, list[Field]] = {}
        for table, name in fields_asked(bound):
            ours = contact_schema().tables.get(table.name)
            is_there = frames.is_stored(table) or frames.has(table, name)
            if ours is not None and name in ours.fields and not is_there:
                missing.setdefault(table.name, []).append(ours.fields[name])
        if missing:
            rows = {
                name: with_blanks(each, missing.pop(name, ())) for name, each in self._rows.items()
            }
            contacts = with_blanks(contacts, missing.get(Contact.__table__, ()))
            frames = self._framed(bound, contacts, rows)
        return Question(bound, frames, self._members)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """A block in which rows that cannot be read are looked for once, and contacts read once."""
        if self._moment.read is not None:
            yield
            return
        self._moment.read = {}
        try:
            yield
        finally:
            self._moment.read = self._moment.looked_over = None

    def _looked_over(self) -> Contacts:
        """The contacts, looked over for rows that cannot be read; anew outside of a block."""
        if self._moment.read is None:
            return self._look_over()
        if self._moment.looked_over is None:
            self._moment.looked_over = self._look_over()
        return self._moment.looked_over

    def _look_over(self) -> Contacts:
        return Contacts(self._contacts, *self._columns_in(self._framed(None, self._contacts)))

    def _columns_in(self, frames: Frames) -> tuple[Column, list[Column]]:
        """The column of the number, and those of all fields of contacts."""
        table = self._tables[Contact.__table__]
        frames.key(table, "no")
        names = [name for name in table.fields if frames.has(table, name)]
        return frames.column(table, "no"), [frames.column(table, name) for name in names]

    def _framed(
        self,
        bound: BoundSelection | None,
        contacts: Frame,
        rows: Mapping[str, Frame] | None = None,
    ) -> Frames:
        zone = bound.as_of.zone if bound else self._zone
        rows = self._rows if rows is None else rows
        return Frames(Contact.__table__, contacts, rows, {}, zone, self._rows_in_store)

    def _rows_in_store(self, table: Table) -> Iterable[Record]:
        kind = record_kinds().get(table.name) or row_kind(table)
        return self._store.records.all(kind)

    def _on_lines(self, segment_no: str) -> Collection[str]:
        return frozenset(self._store.segments.get(segment_no).contact_nos)

    def _logged_with(self, entry_no: int) -> Collection[str]:
        logged = self._store.records.all(Interaction, logged_segment_entry_no=entry_no)
        return frozenset(interaction.contact_no for interaction in logged)


def _number(contact: Contact) -> str:
    return contact.no


def _everybody() -> BoundSelection:
    return bind(None, contact_schema(), AsOf(date.min))
