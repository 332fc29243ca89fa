"""Taking in contacts, their rows and code tables from files and from Python objects.

All faults of all files are found first and reported together; only then is anything stored,
in one transaction. Interactions of the past are recorded, everything else is put in place.
"""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any

import attrs

from segmentation.contacts import Contact, ContactBusinessRelation
from segmentation.criteria import to_nfc
from segmentation.definitions import OwnField
from segmentation.errors import Fault, Message, NotFound
from segmentation.fields import (
    Field,
    Record,
    captioned_fields_of,
    fields_of,
)
from segmentation.interactions import Interaction
from segmentation.journal import Stamp
from segmentation.languages import to_name
from segmentation.markup import to_table
from segmentation.operations.checks import (
    Placed,
    placed,
    record_faults,
    reject,
)
from segmentation.operations.contacts import completed
from segmentation.operations.context import Context
from segmentation.operations.followers import follow_relations
from segmentation.operations.interactions import not_taken_in_yet, take_in_past
from segmentation.operations.records import find_record
from segmentation.operations.schema import declared_fields, with_own_values
from segmentation.operations.values import Misfit, guess_type, in_nfc, read_value
from segmentation.protocols import Store
from segmentation.showing import shown_by
from segmentation.templates import TemplateLanguage

from ._files import RawRow, SourceFile, read_rows
from ._kinds import imported_kinds


@shown_by("rows", "extra_fields", "skipped_files")
@attrs.frozen(kw_only=True)
class Imported:
    """What was taken in.

    Attributes:
        counts: Number of rows by table, in the order of the files; of interactions those that
            were not taken in before.
        extra_fields: Fields that were not known before and are now extra fields.
        skipped_files: Files whose name is none of our tables.
        normalized: Number of texts by field that were brought to Unicode's normal form C.
    """

    counts: tuple[tuple[str, int], ...]
    extra_fields: tuple[OwnField, ...] = ()
    skipped_files: tuple[str, ...] = ()
    normalized: tuple[tuple[str, int], ...] = ()

    @property
    def rows(self) -> int:
        """How many rows were taken in, over all tables."""
        return sum(count for _, count in self.counts)

    def _repr_html_(self) -> str:
        """How many rows each table got."""
        return to_table(["table", "rows"], list(map(list, self.counts)), caption=repr(self))


def import_files(
    context: Context, files: Iterable[SourceFile], *, attached: Callable[[str], bytes]
) -> Imported:
    """Take in files, one table each.

    A row whose key is in the store already replaces what is there; an interaction that was taken
    in before is passed over.

    Args:
        context: Store, user, day and clock.
        files: JSON or CSV files, named after their tables.
        attached: Reads a file that a template's language names as its attachment.

    Raises:
        Rejected: There are faults, all of them with file, row and field; nothing is stored.
    """
    store = context.store
    stamp = context.stamp
    found: list[Placed] = []
    faults: list[Fault] = []
    extra_fields: list[OwnField] = []
    skipped_files: list[str] = []
    normalized = Counter[str]()
    for file in files:
        kind = imported_kinds().get(file.table)
        if kind is None:
            skipped_files.append(file.name)
            continue
        rows, wrong = read_rows(file)
        faults += wrong
        known = declared_fields(store, kind)
        names = _names_in(kind, rows, known)
        rows = list(_renamed(rows, names))
        normalized.update(
            name
            for row in rows
            for name, raw in row.values.items()
            if isinstance(raw, str) and to_nfc(raw) != raw
        )
        new = _new_extras(kind, rows, names.values(), known)
        extra_fields += new
        made, wrong = _make_records(kind, rows, [*known, *(each.field for each in new)])
        found += made
        faults += wrong
    with store.transaction():
        store.records.put(extra_fields)
        whole, wrong = _with_attachments(store, found, attached)
        counts = _store(store, whole, [*faults, *wrong], stamp, what="import")
    return Imported(
        counts=counts,
        extra_fields=tuple(extra_fields),
        skipped_files=tuple(skipped_files),
        normalized=tuple(normalized.items()),
    )


def import_records(context: Context, records: Iterable[Record]) -> Imported:
    """Take in records made in Python; the same rules as for files.

    Args:
        context: Store, user, day and clock.
        records: The records.

    Raises:
        Rejected: There are faults, each with the record's table and key; nothing is stored.
    """
    store = context.store
    stamp = context.stamp
    with store.transaction():
        given = list(records)
        kept = [in_nfc(each) for each in given]
        counts = _store(store, placed(kept), [], stamp, what="records")
    changed = Counter(
        field.name
        for before, after in zip(given, kept, strict=True)
        if after is not before
        for field in fields_of(type(before))
        if getattr(before, field.name) != getattr(after, field.name)
    )
    return Imported(counts=counts, normalized=tuple(changed.items()))


def _new_extras(
    kind: type[Record], rows: Sequence[RawRow], columns: Iterable[str], known: Sequence[Field]
) -> list[OwnField]:
    ours = _names_of(kind, known)
    return [
        OwnField(
            table=kind.__table__,
            name=column,
            type=guess_type([row.values.get(column) for row in rows]),
        )
        for column in columns
        if column not in ours
    ]


def _names_in(
    kind: type[Record], rows: Sequence[RawRow], known: Sequence[Field]
) -> Mapping[str, str]:
    """The columns with the names of their fields, which a file may call by their captions.

    A field that the file has under its own name too keeps to that.
    """
    names = {column: column for row in rows for column in row.values}
    free = names.keys() - _names_of(kind, known)
    for field in captioned_fields_of(kind) if free else ():
        found = [column for column in map(to_name, field.called) if column in free]
        if found and not {field.name, field.also_called} & names.keys():
            names[found[0]] = field.name
    return names


def _renamed(rows: Sequence[RawRow], names: Mapping[str, str]) -> Sequence[RawRow]:
    if all(column == name for column, name in names.items()):
        return rows
    return [
        attrs.evolve(row, values={names[column]: value for column, value in row.values.items()})
        for row in rows
    ]


def _names_of(kind: type[Record], known: Sequence[Field]) -> set[str]:
    """The columns that are fields as they are."""
    ours = {name for field in fields_of(kind) for name in (field.name, field.also_called)}
    return ours | {field.name for field in known}


def _make_records(
    kind: type[Record], rows: Sequence[RawRow], extras: Sequence[Field]
) -> tuple[list[Placed], list[Fault]]:
    placed: list[Placed] = []
    faults: list[Fault] = []
    columns_of = cache(partial(_columns, kind, tuple(extras)))
    for row in rows:
        values, wrong = _read_row(kind, row, columns_of(frozenset(row.values)))
        faults += wrong
        if not wrong:
            placed.append(Placed(row.place, kind(**values)))
    return placed, faults


def _columns(
    kind: type[Record], extras: Sequence[Field], there: Container[str]
) -> Sequence[tuple[str, Field]]:
    """The columns that are read, with their fields: those that are there, and the key's."""
    columns = (
        (field.name if field.name in there else field.also_called, field)
        for field in (*captioned_fields_of(kind), *extras)
    )
    return [pair for pair in columns if pair[0] in there or pair[1].name in kind.__key__]


def _read_row(
    kind: type[Record], row: RawRow, columns: Iterable[tuple[str, Field]]
) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    faults: list[Fault] = []
    for column, field in columns:
        try:
            value = read_value(field, row.values.get(column))
        except Misfit as misfit:
            faults.append(Fault(row.place, field.name, misfit.reason, misfit.code))
        else:
            (extra if field.extra else values)[field.name] = value
    first = kind.__key__[:1]
    faults += [
        Fault(row.place, name, Message("is blank"), "blank")
        for name in first
        if not values.get(name) and not any(fault.field == name for fault in faults)
    ]
    return ({**values, "extra": extra} if extra else values), faults


def _completed(store: Store, placed: Sequence[Placed]) -> Iterator[Placed]:
    """Contacts and interactions with what follows from their other fields and their company."""
    contacts = (item.record for item in placed if isinstance(item.record, Contact))
    here = {contact.no: contact for contact in contacts}

    def contact(no: str) -> Contact | None:
        return here.get(no) or find_record(store, Contact, no)

    for item in placed:
        match item.record:
            case Contact() as record:
                whole: Record = completed(record, contact(record.company_no))
            case Interaction(contact_company_no="") as record:
                met = contact(record.contact_no)
                whole = attrs.evolve(record, contact_company_no=met.company_no if met else "")
            case record:
                whole = record
        yield Placed(item.place, whole)


def _with_attachments(
    store: Store, placed: Sequence[Placed], attached: Callable[[str], bytes]
) -> tuple[list[Placed], list[Fault]]:
    """Template languages with the contents of the files that they name kept in the store."""
    kept, faults = [], []
    for item in placed:
        record = item.record
        if isinstance(record, TemplateLanguage) and record.attachment:
            try:
                digest = store.attachments.put(attached(record.attachment))
            except NotFound as error:
                faults.append(Fault(item.place, "attachment", error.message, "unknown_attachment"))
                continue
            name = record.attachment.rpartition("/")[2]
            record = attrs.evolve(record, attachment=digest, attachment_name=name)
        kept.append(Placed(item.place, record))
    return kept, faults


def _with_own_values(store: Store, placed: Sequence[Placed]) -> Sequence[Placed]:
    records = with_own_values(store, (item.record for item in placed))
    return [Placed(item.place, record) for item, record in zip(placed, records, strict=True)]


def _store(
    store: Store, placed: Sequence[Placed], faults: Iterable[Fault], stamp: Stamp, *, what: str
) -> tuple[tuple[str, int], ...]:
    whole = list(_completed(store, _with_own_values(store, placed)))
    reject([*faults, *record_faults(store, whole)], what=what)
    records = [item.record for item in whole if not isinstance(item.record, Interaction)]
    past = not_taken_in_yet(
        store, (item.record for item in whole if isinstance(item.record, Interaction))
    )
    store.records.put(records)
    follow_relations(store, (r for r in records if isinstance(r, ContactBusinessRelation)))
    take_in_past(store, past, stamp)
    return tuple(Counter(record.__table__ for record in (*records, *past)).items())
