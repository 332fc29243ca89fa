"""Records of a store whose contacts, and some of their rows, stand in frames."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sized
from operator import attrgetter
from typing import Any, NoReturn

import attrs

from segmentation.contacts import Contact
from segmentation.criteria import Table
from segmentation.definitions import OwnField, OwnTable
from segmentation.errors import Identifier, Message, Refused
from segmentation.fields import Record, RecordT, key_of
from segmentation.protocols import FindsMany, Records, RecordsOfHost
from segmentation.segments import contact_schema

from ._reading import Reader


class FrameRecords:
    """The records of a store, those of some tables read from frames.

    What frames hold is read only. Its definitions are those of the frames: the store keeps none.

    Args:
        records: The records of the store.
        tables: The tables in frames, by their names.
        reader: Gives what reads the frame of a table, for records of a class.
    """

    def __init__(
        self,
        records: Records,
        tables: Mapping[str, Table],
        reader: Callable[[Table, type[Any]], Reader],
    ) -> None:
        self._records = records
        self._tables = tables
        self._reader = reader
        self._own_tables, self._own_fields = _definitions(tables)

    def find(self, kind: type[RecordT], *key: Any) -> RecordT | None:  # noqa: ANN401
        """The record with this key, or ``None``."""
        if kind.__table__ in self._tables or kind in {OwnTable, OwnField}:
            return next(self.all(kind, **dict(zip(kind.__key__, key, strict=True))), None)
        return self._records.find(kind, *key)

    def find_many(
        self, kind: type[RecordT], keys: Collection[tuple[Any, ...]]
    ) -> Iterator[RecordT]:
        """The records with these keys; those that are not there are passed over."""
        is_stored = kind.__table__ not in self._tables and kind not in {OwnTable, OwnField}
        if is_stored and isinstance(self._records, FindsMany):
            return self._records.find_many(kind, keys)
        wanted = set(keys)
        return (each for each in self.all(kind) if key_of(each) in wanted)

    def all(self, kind: type[RecordT], **equal: Any) -> Iterator[RecordT]:  # noqa: ANN401
        """All records of a kind, in the order of their keys.

        Rows of a table without a known key come in the order of their frame.
        """
        if kind.__table__ in self._tables:
            return self._read(kind, equal)
        if kind in {OwnTable, OwnField}:
            return self._defined(kind, equal)
        return self._records.all(kind, **equal)

    def is_of_host(self, kind: type[Record]) -> bool:
        """Whether the records of a kind are the host's: in a frame, or where the others are."""
        others = self._records
        return kind.__table__ in self._tables or (
            isinstance(others, RecordsOfHost) and others.is_of_host(kind)
        )

    def put(self, records: Iterable[Record]) -> None:
        """Store records.

        Raises:
            Refused: One is of a table in a frame.
        """
        self._records.put(records if _is_empty(records) else self._ours(records))

    def remove(self, records: Iterable[Record]) -> None:
        """Remove records by their keys.

        Raises:
            Refused: One is of a table in a frame.
        """
        self._records.remove(records if _is_empty(records) else self._ours(records))

    def prepare(self, kind: type[Record]) -> None:
        """Make room for the records of a table that a host defined, or defined anew.

        Raises:
            Refused: The table is in a frame.
        """
        if kind.__table__ in self._tables:
            _refuse(kind.__table__)
        self._records.prepare(kind)

    def _ours(self, records: Iterable[Record]) -> Iterator[Record]:
        for record in records:
            table = record.__table__
            if isinstance(record, OwnTable):
                table = record.name
            if isinstance(record, OwnField):
                table = record.table
            if table in self._tables:
                _refuse(table)
            yield record

    def _read(self, kind: type[RecordT], equal: Mapping[str, Any]) -> Iterator[RecordT]:
        reader = self._reader(self._tables[kind.__table__], kind)
        frame, rest = reader.where(equal)
        known = frame.collect_schema()
        if kind.__key__ and all(name in known for name in kind.__key__):
            frame = frame.sort(*kind.__key__)
        found = reader.records(frame)
        if kind.__table__ == Contact.__table__:
            found = each_once(found)
        for record in found:
            if all(getattr(record, name) == value for name, value in rest.items()):
                yield record

    def _defined(self, kind: type[RecordT], equal: Mapping[str, Any]) -> Iterator[RecordT]:
        """Definitions of the store, without those of tables in frames, and those of the frames."""
        of_frames: Iterable[Any] = self._own_tables if kind is OwnTable else self._own_fields
        named = attrgetter("name" if kind is OwnTable else "table")
        kept = (own for own in self._records.all(kind) if named(own) not in self._tables)
        for own in sorted([*kept, *of_frames], key=key_of):
            if all(getattr(own, name) == value for name, value in equal.items()):
                yield own


def _is_empty(records: Iterable[Record]) -> bool:
    return isinstance(records, Sized) and not records


def _refuse(table: str) -> NoReturn:
    step = Message("change {table}", table=Identifier(table))
    raise Refused(step, "the table is in a frame, which is read only")


def each_once(contacts: Iterable[Contact]) -> Iterator[Any]:
    """Contacts in the order of their numbers, without those whose rows differ."""
    before: Contact | None = None
    differ = False
    for contact in contacts:
        if before is not None and contact.no != before.no:
            if not differ:
                yield before
            before, differ = contact, False
        else:
            differ = differ or (before is not None and _told(contact) != _told(before))
            before = contact
    if before is not None and not differ:
        yield before


def _told(contact: Contact) -> Contact:
    """A contact without own fields that are blank: one that is missing is no difference."""
    return attrs.evolve(contact, extra=tuple(pair for pair in contact.extra if pair[1]))


def _definitions(tables: Mapping[str, Table]) -> tuple[list[OwnTable], list[OwnField]]:
    """What a store would keep of the tables and fields of a host's own that are in frames."""
    ours = contact_schema().tables
    own_tables = [OwnTable.of(table) for name, table in tables.items() if name not in ours]
    own_fields = []
    for name, table in tables.items():
        own = [each for each in table.fields.values() if each.extra or name not in ours]
        own_fields += [OwnField.of(name, field, at) for at, field in enumerate(own, start=1)]
    return own_tables, own_fields
