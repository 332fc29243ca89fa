"""All that is kept about a contact: the one list that access shows and erasing works through.

Which tables hold something of a contact is taken from their fields: a table with a field that
refers to a contact joins by itself.
"""

import base64
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import chain
from typing import Any

import attrs

from segmentation.contacts import Contact
from segmentation.documents import Attachment
from segmentation.errors import NotFound
from segmentation.fields import Record, fields_of, key_of
from segmentation.interactions import DeliveryClaim, Interaction, InteractionComment
from segmentation.journal import EntryKind, Ranges, to_ranges
from segmentation.kinds import record_kinds
from segmentation.markup import to_figures, to_table
from segmentation.operations.addresses import address_marks_of, addresses_of, marked_in
from segmentation.operations.interactions import sharing_letters
from segmentation.operations.journal import KINDS, entries_about, entries_naming
from segmentation.operations.records import find_record, get_record, key_in
from segmentation.protocols import Store
from segmentation.segments import SegmentLine, SegmentPlan
from segmentation.serialization import JSON, to_data, to_json
from segmentation.showing import shown_by

from ._cleared import lines_of
from ._evidence import Evidence
from ._mentions import Mention, mentions_of
from ._plans import plans_with

_EMPLOYER = frozenset({"company_no", "contact_company_no"})
"""Fields that name the company of a person: what they are in is the person's."""

_APART: frozenset[type[Record]] = frozenset({Contact, Interaction, SegmentLine})
"""Kinds that are asked for in another way."""

_LETTER = frozenset({"merge_data", "attachment", "attachment_name"})
"""What an interaction keeps of its letter."""

Item = tuple[str, tuple[Any, ...]]
"""What is kept of a contact, by table and key."""


@shown_by("contact_no", "contact", "rows", "interactions", "lines")
@attrs.frozen(kw_only=True, repr=False)
class KeptOfContact:
    """What is kept of a contact.

    Attributes:
        contact_no: Its number.
        contact: The contact; ``None`` if only the journal still knows of it.
        rows: Its rows in every table that names a contact, yours among them.
        interactions: Its interactions, postponed and canceled ones among them, by number.
        comments: Comments on these interactions.
        lines: Its lines on worksheets.
        letters: The contents that its interactions were sent with, by the interaction's number.
        entries: Numbers of the journal's entries that are about it.
        mentions: Where else free words name it.
        shared: Interactions of others at its address who had a letter together with it.
    """

    contact_no: str
    contact: Contact | None
    rows: tuple[Record, ...]
    interactions: tuple[Interaction, ...]
    comments: tuple[InteractionComment, ...]
    lines: tuple[SegmentLine, ...]
    letters: tuple[tuple[int, Attachment], ...] = ()
    entries: Ranges = ()
    mentions: tuple[Mention, ...] = ()
    shared: tuple[Interaction, ...] = ()

    @property
    def records(self) -> tuple[Record, ...]:
        """All records, table by table."""
        card = (self.contact,) if self.contact else ()
        return (*card, *self.rows, *self.interactions, *self.comments, *self.lines)

    @property
    def items(self) -> tuple[Item, ...]:
        """All that is kept, each by its table and key; letters and mentions among it."""
        return (
            *((record.__table__, key_of(record)) for record in self.records),
            *(("letter", (number,)) for number, _ in self.letters),
            *(("mention", (each.table, *each.key, each.field)) for each in self.mentions),
        )

    @property
    def counts(self) -> Mapping[str, int]:
        """How much there is of each, by table; of letters and mentions as well."""
        return dict(counts_of(table for table, _ in self.items))

    def to_data(self) -> Mapping[str, JSON]:
        """All of it as plain data, which ``json.dumps`` takes; contents of letters in base64."""
        tables: dict[str, list[JSON]] = {}
        for record in self.records:
            tables.setdefault(record.__table__, []).append(to_data(record))
        letters: list[JSON] = [
            {
                "entry_no": number,
                "name": letter.name,
                "content": base64.b64encode(letter.content).decode(),
            }
            for number, letter in self.letters
        ]
        mentions: list[JSON] = [to_data(each) for each in self.mentions]
        entries: list[JSON] = [list(each) for each in self.entries]
        whole: dict[str, JSON] = {"contact_no": self.contact_no, "entries": entries}
        return {**whole, "records": tables, "letters": letters, "mentions": mentions}

    def to_page(self) -> str:
        """All of it as an HTML page for the person to read; contents of letters are not in it."""
        parts = [f"<h1>{escape(self.contact_no)}</h1>", to_figures(self.counts)]
        for table, records in self._by_table().items():
            parts.append(f"<h2>{escape(table)}</h2>")
            parts += [to_figures(_filled(record)) for record in records]
        letters = [(number, each.name, len(each.content)) for number, each in self.letters]
        parts.append(to_table(["entry", "letter", "bytes"], letters))
        places = [
            (each.table, " ".join(map(str, each.key)), each.field, ", ".join(each.words))
            for each in self.mentions
        ]
        parts.append(to_table(["mention", "key", "field", "words"], places))
        parts.append(to_table(["first entry", "last entry"], self.entries))
        title = escape(self.contact_no)
        return (
            f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head>'
            f"<body>{''.join(parts)}</body></html>"
        )

    def _by_table(self) -> Mapping[str, Sequence[Record]]:
        tables: dict[str, list[Record]] = {}
        for record in self.records:
            tables.setdefault(record.__table__, []).append(record)
        return tables

    def _repr_html_(self) -> str:
        """How much there is of each kind."""
        entries = sum(last - first + 1 for first, last in self.entries)
        return to_figures({**self.counts, "entries": entries}, caption=repr(self))


def _filled(record: Record) -> Mapping[str, object]:
    """The fields of a record that are not blank, as they are written in JSON."""
    data = to_data(record)
    return {
        name: value if isinstance(value, str | int) else to_json(value)
        for name, value in (data.items() if isinstance(data, dict) else ())
    }


def counts_of(tables: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """How often each table comes, by its name."""
    counts: dict[str, int] = {}
    for table in tables:
        counts[table] = counts.get(table, 0) + 1
    return tuple(sorted(counts.items()))


def kept_of_contact(store: Store, no: str | Contact) -> KeptOfContact:
    """What is kept of a contact, in every table, in the journal, and in words of others.

    Args:
        store: Where everything is kept.
        no: The contact; it may be deleted or erased already, if the journal still knows of it.

    Raises:
        NotFound: Nothing is known of such a contact.
    """
    return kept_by(Evidence(store), no)


def kept_by(evidence: Evidence, no: str | Contact) -> KeptOfContact:
    """What is kept of a contact, by what the store has of it.

    Raises:
        NotFound: Nothing is known of such a contact.
    """
    store = evidence.store
    number = str(key_in(Contact, no)[0])
    contact = find_record(store, Contact, no)
    naming = evidence.entries(number)
    known = list(entries_naming(store, number, entries=naming, moves=evidence.moves))
    erasures = (entry.number for entry in known if entry.kind is EntryKind.PERSON_ERASED)
    erased = max(erasures, default=0)
    recorded = list(store.records.all(Interaction, contact_no=number))
    others = sharing_letters(store, recorded)
    about = entries_about(store, [*recorded, *others], entries=evidence.entries(number))
    # One that was recorded before an erasure may have been taken up again since.
    interactions = [each for each in recorded if max(about[each.entry_no]) > erased]
    addresses = list(_own_addresses(evidence, contact)) if contact else []
    found = _rows(evidence, number, addresses, interactions)
    rows = tuple(row for row in found if not _is_of_before(row, erased))
    if contact is None and not (known or recorded or rows):
        get_record(store, Contact, no)
    named = {
        *(entry.number for entry in known),
        *chain(*(about[each.entry_no] for each in recorded)),
        *_entries_of(evidence, number, addresses),
    }
    shared = set(chain(*(about[each.entry_no] for each in others)))
    shared -= {comment.entry_no for comment in _comments(store, others)}
    mentions = mentions_of(evidence, contact, own=frozenset(named)) if contact else ()
    numbers = named | shared
    return KeptOfContact(
        contact_no=number,
        contact=contact,
        rows=rows,
        interactions=tuple(interactions),
        comments=tuple(_comments(store, recorded)),
        lines=tuple(lines_of(evidence.worksheets(number), number)),
        letters=tuple(_letters(store, interactions)),
        entries=to_ranges(numbers),
        mentions=tuple(
            each for each in mentions if each.entry_no not in shared or each.field not in _LETTER
        ),
        shared=tuple(others),
    )


def _own_addresses(evidence: Evidence, contact: Contact) -> Iterator[str]:
    """The mail addresses of a contact that no other has."""
    for address in addresses_of(evidence.store, contact):
        if not evidence.is_shared(contact, address):
            yield address


def _entries_of(evidence: Evidence, no: str, addresses: Collection[str]) -> Iterator[int]:
    """Numbers of the entries that marked or released addresses of a contact's own."""
    for entry in evidence.entries(no) if addresses else ():
        if marked_in(entry) in addresses:
            yield entry.number


def _is_of_before(row: Record, erased: int) -> bool:
    """Whether a row tells what was recorded before an erasure: facts under the number only."""
    return type(row) in KINDS and getattr(row, "entry_no", 0) < erased


def _rows(
    evidence: Evidence,
    no: str,
    addresses: Iterable[str],
    interactions: Iterable[Interaction],
) -> Iterator[Record]:
    """The rows of a contact: those that classify it first, then what other tables hold of it."""
    store = evidence.store
    for kind, field in evidence.row_kinds.items():
        yield from evidence.rows(kind, field, no)
    yield from _rows_elsewhere(evidence, no)
    yield from plans_with(evidence.records(SegmentPlan, no), no)
    yield from address_marks_of(store, addresses)
    for interaction in interactions:
        claim = store.records.find(DeliveryClaim, interaction.entry_no)
        if claim is not None:
            yield claim


def linked_kinds() -> Mapping[type[Record], Sequence[str]]:
    """The kinds of records that belong to contacts, each with the fields that name these."""
    found: dict[type[Record], Sequence[str]] = {}
    for kind in record_kinds().values():
        names = [
            field.name
            for field in fields_of(kind)
            if (field.refers_to == Contact.__table__ or field.name == "contact_no")
            and field.name not in _EMPLOYER
        ]
        if names and kind not in _APART:
            found[kind] = names
    return found


def _rows_elsewhere(evidence: Evidence, no: str) -> Iterator[Record]:
    """The records of a contact in the tables whose rows do not simply go with it."""
    for kind, names in linked_kinds().items():
        if kind not in evidence.row_kinds:
            found = (row for name in names for row in evidence.rows(kind, name, no))
            yield from {key_of(row): row for row in found}.values()


def _comments(store: Store, interactions: Iterable[Interaction]) -> Iterator[InteractionComment]:
    for interaction in interactions:
        yield from store.records.all(InteractionComment, interaction_no=interaction.entry_no)


def _letters(store: Store, interactions: Iterable[Interaction]) -> Iterator[tuple[int, Attachment]]:
    for interaction in interactions:
        if interaction.attachment:
            try:
                content = store.attachments.get(interaction.attachment)
            except NotFound:  # an imported journal comes without contents
                continue
            yield interaction.entry_no, Attachment(interaction.attachment_name, content)
