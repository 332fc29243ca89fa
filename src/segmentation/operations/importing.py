"""Taking in contacts, their rows and code tables from files and from Python objects.

All faults of all files are found first and reported together; only then is anything stored,
in one transaction. Interactions of the past are recorded, everything else is put in place.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any, cast

import attrs

from segmentation import (
    campaigns,
    code_tables,
    contacts,
    questionnaires,
    salutations,
    setup,
    tasks,
    templates,
)
from segmentation.contacts import Contact, ContactBusinessRelation, ContactType, composed_name
from segmentation.errors import Fault, NotFound, Rejected
from segmentation.fields import (
    Field,
    FieldType,
    Record,
    Value,
    captioned_fields_of,
    fields_of,
    key_of,
    misfits,
)
from segmentation.interactions import Interaction
from segmentation.journal import Stamp
from segmentation.languages import to_name
from segmentation.protocols import Store
from segmentation.setup import ExtraField
from segmentation.templates import TemplateLanguage

from .backfilling import not_taken_in_yet, past_faults, take_in_past
from .reading import RawRow, SourceFile, guess_type, read_rows, read_value
from .targeting import follow_relations

KINDS: Mapping[str, type[Record]] = {
    kind.__table__: kind
    for kind in (
        contacts.Contact,
        contacts.AlternativeAddress,
        contacts.ContactBusinessRelation,
        contacts.ContactIndustryGroup,
        contacts.ContactJobResponsibility,
        contacts.ContactMailingGroup,
        contacts.ContactProfileAnswer,
        contacts.ContactWebSource,
        contacts.ItemEntry,
        Interaction,
        code_tables.MailingGroup,
        code_tables.IndustryGroup,
        code_tables.BusinessRelation,
        code_tables.JobResponsibility,
        code_tables.OrganizationalLevel,
        code_tables.WebSource,
        code_tables.Territory,
        code_tables.CountryRegion,
        code_tables.LanguageCode,
        code_tables.SalespersonPurchaser,
        salutations.Salutation,
        salutations.SalutationFormula,
        templates.InteractionGroup,
        templates.InteractionTemplate,
        templates.TemplateLanguage,
        templates.InteractionTemplateSetup,
        campaigns.Campaign,
        campaigns.CampaignStatus,
        questionnaires.ProfileQuestionnaire,
        questionnaires.ProfileQuestionnaireLine,
        questionnaires.Rating,
        tasks.Team,
        tasks.TeamSalesperson,
        setup.NumberSeries,
        setup.MarketingSetup,
        setup.UserSetup,
        setup.CompanyInformation,
    )
}
"""The tables that can be taken in, by name."""


@attrs.frozen(kw_only=True)
class Imported:
    """What was taken in.

    Attributes:
        counts: Number of rows by table, in the order of the files; of interactions those that
            were not taken in before.
        extra_fields: Fields that were not known before and are now extra fields.
        left_alone: Files whose name is none of our tables.
    """

    counts: tuple[tuple[str, int], ...]
    extra_fields: tuple[ExtraField, ...] = ()
    left_alone: tuple[str, ...] = ()


@attrs.frozen
class _Placed:
    """A record and where it came from."""

    place: str
    record: Record


def take_in_files(
    store: Store,
    files: Iterable[SourceFile],
    stamp: Stamp,
    *,
    attached: Callable[[str], bytes],
) -> Imported:
    """Take in files, one table each.

    A row whose key is in the store already replaces what is there; an interaction that was taken
    in before is passed over.

    Args:
        store: Where to.
        files: JSON or CSV files, named after their tables.
        stamp: When and by whom interactions of the past are taken in.
        attached: Reads a file that a template's language names as its attachment.

    Raises:
        Rejected: There are faults, all of them with file, row and field; nothing is stored.
    """
    placed: list[_Placed] = []
    faults: list[Fault] = []
    extra_fields: list[ExtraField] = []
    left_alone: list[str] = []
    for file in files:
        kind = KINDS.get(file.table)
        if kind is None:
            left_alone.append(file.name)
            continue
        rows, wrong = read_rows(file)
        faults += wrong
        known = _known_extras(store, kind)
        names = _names_in(kind, rows, known)
        rows = list(_renamed(rows, names))
        new = _new_extras(kind, rows, names.values(), known)
        extra_fields += new
        made, wrong = _make_records(kind, rows, [*known, *map(as_field, new)])
        placed += made
        faults += wrong
    with store.transaction():
        placed, wrong = _with_attachments(store, placed, attached)
        counts = _store(store, placed, [*faults, *wrong], stamp, what="import")
        store.records.put(extra_fields)
    return Imported(counts=counts, extra_fields=tuple(extra_fields), left_alone=tuple(left_alone))


def take_in(store: Store, records: Iterable[Record], stamp: Stamp) -> Imported:
    """Take in records made in Python; the same rules as for files.

    Args:
        store: Where to.
        records: The records.
        stamp: When and by whom interactions of the past are taken in.

    Raises:
        Rejected: There are faults, each with the record's table and key; nothing is stored.
    """
    placed = [_Placed(_named(item), item) for item in records]
    with store.transaction():
        counts = _store(store, placed, [*_own_faults(placed)], stamp, what="records")
    return Imported(counts=counts)


def _named(item: Record) -> str:
    return f"{item.__table__} {' '.join(map(str, key_of(item)))}"


def _own_faults(placed: Iterable[_Placed]) -> Iterator[Fault]:
    """Values of records made in Python that their fields cannot hold."""
    for item in placed:
        for field, reason in misfits(item.record):
            yield Fault(item.place, field, reason)


def as_field(extra: ExtraField) -> Field:
    """An extra field as the schema knows it."""
    return Field(extra.name, FieldType(extra.type), extra=True)


def _known_extras(store: Store, kind: type[Record]) -> list[Field]:
    return [
        as_field(extra) for extra in store.records.all(ExtraField) if extra.table == kind.__table__
    ]


def _new_extras(
    kind: type[Record], rows: Sequence[RawRow], columns: Iterable[str], known: Sequence[Field]
) -> list[ExtraField]:
    ours = _names_of(kind, known)
    return [
        ExtraField(
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
) -> tuple[list[_Placed], list[Fault]]:
    placed: list[_Placed] = []
    faults: list[Fault] = []
    columns_of = cache(partial(_columns, kind, tuple(extras)))
    for row in rows:
        values, wrong = _read_row(kind, row, columns_of(frozenset(row.values)))
        faults += wrong
        if not wrong:
            placed.append(_Placed(row.place, kind(**values)))
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
        except ValueError as error:
            faults.append(Fault(row.place, field.name, str(error)))
        else:
            (extra if field.extra else values)[field.name] = value
    first = kind.__key__[:1]
    faults += [
        Fault(row.place, name, "is blank")
        for name in first
        if not values.get(name) and not any(fault.field == name for fault in faults)
    ]
    return ({**values, "extra": extra} if extra else values), faults


def _completed(store: Store, placed: Sequence[_Placed]) -> Iterator[_Placed]:
    """Contacts and interactions with what follows from their other fields and their company."""
    contacts = (item.record for item in placed if isinstance(item.record, Contact))
    here = {contact.no: contact for contact in contacts}

    def contact(no: str) -> Contact | None:
        return here.get(no) or store.records.find(Contact, no)

    for item in placed:
        match item.record:
            case Contact() as record:
                whole: Record = _completed_contact(record, contact(record.company_no))
            case Interaction(contact_company_no="") as record:
                met = contact(record.contact_no)
                whole = attrs.evolve(record, contact_company_no=met.company_no if met else "")
            case record:
                whole = record
        yield _Placed(item.place, whole)


def _completed_contact(contact: Contact, employer: Contact | None) -> Contact:
    name = _full_name(contact)
    if contact.type is ContactType.COMPANY:
        employer = contact
    return attrs.evolve(
        contact,
        name=name,
        search_name=contact.search_name or name.upper(),
        company_no=contact.company_no or (contact.no if employer is contact else ""),
        company_name=contact.company_name or (_full_name(employer) if employer else ""),
    )


def _full_name(contact: Contact) -> str:
    return contact.name or composed_name(contact)


def _with_attachments(
    store: Store, placed: Sequence[_Placed], attached: Callable[[str], bytes]
) -> tuple[list[_Placed], list[Fault]]:
    """Template languages with the contents of the files that they name kept in the store."""
    kept, faults = [], []
    for item in placed:
        record = item.record
        if isinstance(record, TemplateLanguage) and record.attachment:
            try:
                digest = store.attachments.put(attached(record.attachment))
            except (OSError, NotFound) as error:
                faults.append(Fault(item.place, "attachment", str(error)))
                continue
            name = record.attachment.rpartition("/")[2]
            record = attrs.evolve(record, attachment=digest, attachment_name=name)
        kept.append(_Placed(item.place, record))
    return kept, faults


def _store(
    store: Store, placed: Sequence[_Placed], faults: Iterable[Fault], stamp: Stamp, *, what: str
) -> tuple[tuple[str, int], ...]:
    whole = list(_completed(store, placed))
    found = [*faults, *_duplicate_faults(whole), *_reference_faults(store, whole)]
    if found:
        raise Rejected(what, sorted(found, key=_place_order))
    records = [item.record for item in whole if not isinstance(item.record, Interaction)]
    past = not_taken_in_yet(
        store, (item.record for item in whole if isinstance(item.record, Interaction))
    )
    store.records.put(records)
    follow_relations(store, (r for r in records if isinstance(r, ContactBusinessRelation)))
    take_in_past(store, past, stamp)
    return tuple(Counter(record.__table__ for record in (*records, *past)).items())


def _place_order(fault: Fault) -> tuple[str, int]:
    """Faults by file, and in it by row; those of a whole file come first."""
    file, _, row = fault.place.partition(" row ")
    return file, int(row) if row.isdigit() else 0


def _duplicate_faults(placed: Iterable[_Placed]) -> Iterator[Fault]:
    seen: dict[tuple[str, tuple[Any, ...]], str] = {}
    for item in placed:
        kind, key = item.record.__table__, key_of(item.record)
        if (kind, key) in seen:
            named = ", ".join(item.record.__key__)
            yield Fault(item.place, named, f"has the same key as {seen[kind, key]}")
        seen.setdefault((kind, key), item.place)


def _reference_faults(store: Store, placed: Sequence[_Placed]) -> Iterator[Fault]:
    """Values that name a record of another table which is not there.

    A code table that holds no row at all is taken for not kept, and is not asked.
    """
    known = _Known(store, placed)
    references = {kind: _references(kind) for kind in {type(item.record) for item in placed}}
    for item in placed:
        for field in references[type(item.record)]:
            value = getattr(item.record, field.name)
            if value and not known.has(field.refers_to, value):
                yield Fault(item.place, field.name, f"there is no {field.refers_to} {value!r}")
        if isinstance(item.record, Contact):
            yield from _company_faults(item.place, item.record, known)
        if isinstance(item.record, Interaction):
            yield from past_faults(item.place, item.record)


def _references(kind: type[Record]) -> Sequence[Field]:
    """The fields that must name a record which is there; of the past, only the contact must."""
    found = [field for field in fields_of(kind) if field.refers_to]
    return [field for field in found if field.name == "contact_no" or kind is not Interaction]


def _company_faults(place: str, contact: Contact, known: "_Known") -> Iterator[Fault]:
    if contact.type is ContactType.COMPANY and contact.company_no != contact.no:
        yield Fault(place, "company_no", "a company's company_no is its own number")
    employer = known.contact(contact.company_no)
    if employer and contact.type is ContactType.PERSON and employer.type is ContactType.PERSON:
        yield Fault(place, "company_no", f"contact {employer.no!r} is a person, not a company")


class _Known:
    """Which keys there are, in the store and among what is being taken in."""

    def __init__(self, store: Store, placed: Iterable[_Placed]) -> None:
        self._store = store
        self._new: dict[str, dict[Value, Record]] = defaultdict(dict)
        for item in placed:
            first = key_of(item.record)[:1]
            self._new[item.record.__table__].update(dict.fromkeys(first, item.record))
        self._old: dict[str, frozenset[Value]] = {}

    def has(self, table: str, value: Value) -> bool:
        if value in self._new[table]:
            return True
        if table == Contact.__table__:
            return self._store.records.find(Contact, value) is not None
        stored = self._stored(table)
        return value in stored or not (stored or self._new[table])

    def contact(self, no: str) -> Contact | None:
        found = self._new[Contact.__table__].get(no) or self._store.records.find(Contact, no)
        return cast("Contact | None", found)

    def _stored(self, table: str) -> frozenset[Value]:
        if table not in self._old:
            kind = KINDS.get(table)
            rows = self._store.records.all(kind) if kind else ()
            self._old[table] = frozenset(key_of(row)[0] for row in rows)
        return self._old[table]
