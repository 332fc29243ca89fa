"""The tables that can be exported, their columns and their rows, one after the other."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

import attrs

from segmentation.campaigns import CampaignEntry
from segmentation.column_names import match_columns
from segmentation.consents import Consent
from segmentation.contacts import Contact
from segmentation.errors import UnknownName
from segmentation.fields import Field, Record, Value, captioned_fields_of
from segmentation.frozen import freeze_within
from segmentation.interactions import Interaction, InteractionComment
from segmentation.languages import caption
from segmentation.operations.records import all_contacts, all_records, find_records
from segmentation.operations.schema import declared_fields, own_kinds
from segmentation.operations.values import Misfit, read_value
from segmentation.protocols import Store
from segmentation.segments import LoggedSegment, SegmentHeader, SegmentLine
from segmentation.showing import shown_by

from ._kinds import imported_kinds, kind_named

_BESIDES = (CampaignEntry, InteractionComment, LoggedSegment, SegmentHeader, SegmentLine)
"""What no file brings, and files may hold nevertheless, for other systems."""

_OF_THE_JOURNAL = (CampaignEntry, Consent, Interaction, LoggedSegment)
"""What bears the number of its entry in the journal."""

_AT_ONCE = 1_000


@shown_by("name", "field")
@attrs.frozen(field_transformer=freeze_within)
class ExportColumn:
    """A column of a table.

    Attributes:
        name: What stands in the header.
        field: The field that it shows.
        options: What stands for each option in place of its name.
    """

    name: str
    field: Field
    options: Mapping[str, str]

    def value(self, record: Record, extra: Mapping[str, Value]) -> Value:
        """Its value for a record, options in the words of the header's language.

        It is ``None`` where a record says nothing in a field of the host's.
        """
        field = self.field
        value = extra.get(field.name) if field.extra else getattr(record, field.name)
        return self.options.get(str(value), value) if self.options else value


def exported_kinds(store: Store, tables: str | Iterable[str] | None) -> Sequence[type[Record]]:
    """The kinds of records that are to be exported, in the order asked.

    Args:
        store: Where the host's tables are defined.
        tables: Their names or captions; every table if ``None``.

    Raises:
        UnknownName: There is no such table; the error names the one that looks most like it.
    """
    own = own_kinds(store)
    known = {**imported_kinds(), **{kind.__table__: kind for kind in _BESIDES}, **own}
    if tables is None:
        return [*known.values()]
    named = [tables] if isinstance(tables, str) else tables
    found = {_kind(name, known, own): None for name in named}
    return [*found]


def _kind(
    name: str, known: Mapping[str, type[Record]], own: Mapping[str, type[Record]]
) -> type[Record]:
    kind = known.get(name) or kind_named(name, own.values())
    if kind is None:
        raise UnknownName("table", name, known=known)
    return kind


def columns_of(store: Store, kind: type[Record], captions: str) -> Sequence[ExportColumn]:
    """The columns of a table: our fields, then the host's own.

    A caption that import would take for another field gives way to the field's name.

    Args:
        store: Where own fields are defined.
        kind: The kind of its records.
        captions: The language of the header; our names of fields if empty.
    """
    own = declared_fields(store, kind)
    columns: list[ExportColumn] = []
    for field in (*captioned_fields_of(kind), *own):
        header = _caption(kind, field, own, captions) if captions else field.name
        options = _options(kind, field, captions) if captions and not field.extra else {}
        columns.append(ExportColumn(header, field, options))
    return columns


def _caption(kind: type[Record], field: Field, own: Sequence[Field], language: str) -> str:
    if field.extra:
        return field.name
    name = caption(language, kind.__table__, field.name)
    matched, _ = match_columns(kind, [name], place="", own=own)
    meant = [column.field.name for column in matched if column.field]
    return name if meant == [field.name] else field.name


def _options(kind: type[Record], field: Field, language: str) -> Mapping[str, str]:
    """What each option is called, as far as import takes that for the same option."""
    called = {name: caption(language, kind.__table__, field.name, name) for name in field.options}
    return {name: word for name, word in called.items() if name and _means(field, word) == name}


def _means(field: Field, word: str) -> object:
    try:
        return read_value(field, word)
    except Misfit:
        return None


def rows_of(store: Store, kind: type[Record], *, after: int, until: int) -> Iterator[Record]:
    """The records of a table, in the order of their keys, as they are read from the store.

    Args:
        store: The store.
        kind: The kind of the records.
        after: Of what the journal records, only entries after this number count.
        until: And only those up to this one.
    """
    if kind is SegmentLine:
        for header in store.segments.headers():
            yield from store.segments.get(header.no).lines
    elif kind is Contact:
        yield from all_contacts(store)
    elif kind in _OF_THE_JOURNAL and after:
        for start in range(after + 1, until + 1, _AT_ONCE):
            numbers = range(start, min(start + _AT_ONCE, until + 1))
            found = find_records(store, kind, [(number,) for number in numbers])
            yield from (found[key] for key in sorted(found))
    else:
        yield from all_records(store, kind, {})


def contacts_of(store: Store, nos: Iterable[str]) -> Iterator[Contact]:
    """The contacts with these numbers, in their order; some of them at a time."""
    waiting = iter(nos)
    while some := list(islice(waiting, _AT_ONCE)):
        yield from store.contacts.get_many(some)


@attrs.define(eq=False, field_transformer=freeze_within)
class ExportTable:
    """A table on its way into a file; its rows can be taken once.

    Attributes:
        count: How many rows went there so far.
    """

    name: str
    columns: Sequence[ExportColumn]
    records: Iterator[Record]
    has_rows: bool
    count: int = 0

    @classmethod
    def of(
        cls, store: Store, kind: type[Record], *, captions: str, after: int, until: int
    ) -> "ExportTable":
        """A table of a store.

        Args:
            store: The store.
            kind: The kind of its records.
            captions: The language of the header; our names of fields if empty.
            after: Of what the journal records, only entries after this number count.
            until: And only those up to this one.
        """
        records = rows_of(store, kind, after=after, until=until)
        first = next(records, None)
        found = [] if first is None else [first]
        columns = columns_of(store, kind, captions)
        return cls(kind.__table__, columns, chain(found, records), has_rows=bool(found))

    @property
    def header(self) -> Sequence[str]:
        """The names of its columns."""
        return [column.name for column in self.columns]

    def rows(self) -> Iterator[Sequence[tuple[ExportColumn, Value]]]:
        """The values of each record."""
        for record in self.records:
            extra = dict(getattr(record, "extra", ()))
            self.count += 1
            yield [(column, column.value(record, extra)) for column in self.columns]
