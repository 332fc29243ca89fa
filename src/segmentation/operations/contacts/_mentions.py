"""Where else a contact is named in free words: in the journal, on worksheets, in saved criteria.

Mentions are for a human to judge: the words may mean somebody else. Cards and rows of others are
not looked through, but for comments on them and the card of the person's own company.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, TypeVar, cast

import attrs

from segmentation.contacts import Contact
from segmentation.errors import InvalidValue, Message
from segmentation.fields import FieldType, Record, RecordT, fields_of, key_of
from segmentation.journal import Entry, EntryKind
from segmentation.operations.records import find_record
from segmentation.operations.schema import kinds_in
from segmentation.protocols import Store
from segmentation.segments import (
    SavedCriteria,
    Segment,
    SegmentHeader,
    SegmentLine,
    actions_from_json,
    actions_to_json,
    undone_from_json,
)
from segmentation.showing import shown_by
from segmentation.templates import TemplateLanguage

from ._cleared import criteria_without, without_contact
from ._evidence import Evidence
from ._rows import owner_field
from ._texts import personal_texts, text_fields, text_of
from ._words import Words

_ACTIONS = "actions"

_TEXT = "segment_text"
"""What a worksheet's copy of a text of its template stands under."""


@shown_by("table", "key", "field", "words", "entry_no")
@attrs.frozen(kw_only=True)
class Mention:
    """A place whose free words name a contact.

    Attributes:
        table: The table: "saved_segment_criteria", "interaction_log_entry".
        key: The parts of the record's key; the entry's number for what is in the journal.
        field: The field; "actions" for the history of a worksheet.
        words: The words as they stand there.
        entry_no: The number of the journal's entry; 0 if it is in none.
    """

    table: str
    key: tuple[Any, ...]
    field: str
    words: tuple[str, ...]
    entry_no: int = 0

    @property
    def segment_no(self) -> str:
        """The number of the worksheet that it stands on, if it stands on one."""
        return str(self.key[0]) if is_of_worksheet(self) else ""


def mentions_of(
    evidence: Evidence, contact: Contact, *, own: frozenset[int]
) -> tuple[Mention, ...]:
    """Where else a contact is named.

    Args:
        evidence: What the store has of it.
        contact: The contact.
        own: The numbers of the entries that are about it anyway.
    """
    words = evidence.words(contact)
    return (
        *_in_journal(evidence, words, contact.no, own),
        *_in_worksheets(evidence, words, contact.no),
        *_in_records(evidence, words, contact),
    )


# -- the journal ------------------------------------------------------------------------------

_TABLES: Mapping[EntryKind, str] = {
    EntryKind.SEGMENT_LOGGED: "logged_segment",
    EntryKind.CAMPAIGN_ENTRY_MADE: "campaign_entry",
    EntryKind.INTERACTION_LOGGED: "interaction_log_entry",
    EntryKind.INTERACTION_REVISED: "interaction_log_entry",
    EntryKind.INTERACTION_COMMENTED: "interaction_comment",
    EntryKind.DELIVERY_RECORDED: "interaction_log_entry",
}
"""The tables of what entries record; what others record stands under "journal"."""


def _in_journal(
    evidence: Evidence, words: Words, contact_no: str, own: frozenset[int]
) -> Iterator[Mention]:
    for entry in evidence.entries(contact_no):
        if entry.personal is None or entry.number in own:
            continue
        told: set[str] = set()
        for field, text in _texts_of(evidence.store, entry):
            if text not in told and (found := words.found_in(text)):
                told.add(text)
                table = _TABLES.get(entry.kind, "journal")
                yield Mention(
                    table=table,
                    key=(entry.number,),
                    field=field,
                    words=found,
                    entry_no=entry.number,
                )


def _texts_of(store: Store, entry: Entry) -> Iterator[tuple[str, str]]:
    """The texts of an entry's personal content by field, that of an attachment among them."""
    for field, text in personal_texts(entry):
        yield field, text_of(store, text) if field == "attachment" else text


# -- worksheets -------------------------------------------------------------------------------


def _in_worksheets(evidence: Evidence, words: Words, contact_no: str) -> Iterator[Mention]:
    for worksheet in evidence.worksheets(contact_no):
        segment, header = without_contact(worksheet, contact_no), worksheet.header
        yield from _in_record(words, segment.header)
        if found := words.found_in(actions_to_json(segment.actions, segment.undone)):
            key = (header.no,)
            yield Mention(table=header.__table__, key=key, field=_ACTIONS, words=found)
        copied = {getattr(segment.header, field) for field in text_fields(SegmentHeader)}
        for part in (*segment.languages, *segment.lines):
            for mention in _in_record(words, part, copied):
                table = mention.table if isinstance(part, SegmentLine) else _TEXT
                yield attrs.evolve(mention, table=table, key=_part_key(header.no, part))


def _part_key(segment_no: str, part: TemplateLanguage | SegmentLine) -> tuple[Any, ...]:
    """The key of a line or text of a worksheet: its number, and the line's or language's."""
    return (segment_no, part.line_no if isinstance(part, SegmentLine) else part.language_code)


def _in_record(words: Words, record: Record, copied: Collection[str] = ()) -> Iterator[Mention]:
    """The mentions in a record; a text that is a copy of another is told once."""
    told = set(copied)
    for field in text_fields(type(record)):
        text = getattr(record, field)
        if text not in told and (found := words.found_in(text)):
            told.add(text)
            key = key_of(record)
            yield Mention(table=record.__table__, key=key, field=field, words=found)


# -- other records ----------------------------------------------------------------------------


def _in_records(evidence: Evidence, words: Words, contact: Contact) -> Iterator[Mention]:
    store = evidence.store
    for kind in evidence.looked_through:
        for record in evidence.records(kind, contact.no):
            yield from _of_others(words, record, contact.no)
    company = find_record(store, Contact, contact.company_no) if contact.company_no else None
    if company is not None and company.no != contact.no:
        yield from _in_record(words, company)


def _of_others(words: Words, record: Record, contact_no: str) -> Iterator[Mention]:
    if getattr(record, owner_field(record), "") == contact_no:
        return
    if isinstance(record, SavedCriteria):
        record = criteria_without(record, contact_no)
    yield from _in_record(words, record)


# -- taking the words out ---------------------------------------------------------------------


def blanked_records(
    store: Store,
    words: Words,
    mentions: Iterable[Mention],
    base: Mapping[tuple[str, tuple[Any, ...]], Record],
) -> Iterable[Record]:
    """Records outside of worksheets with an ellipsis for the words that name somebody.

    Args:
        store: Where everything is kept.
        words: The words.
        mentions: Where they are to go.
        base: Records that change anyhow, by table and key, as they will be.

    Returns:
        These and the others, as they will be.

    Raises:
        InvalidValue: There is no such mention, or criteria could not be read any more.
    """
    changed = dict(base)
    kinds = kinds_in(store) if (mentions := list(mentions)) else {}
    for mention in mentions:
        kind = kinds.get(mention.table)
        record = changed.get((mention.table, mention.key))
        if record is None and kind is not None:
            record = store.records.find(kind, *mention.key)
        if record is None:
            raise unknown(mention)
        record = blanked(words, record, mention)
        if isinstance(record, SavedCriteria):
            _check_actions(record.actions, mention)
        changed[mention.table, mention.key] = record
    return changed.values()


def blanked(words: Words, record: RecordT, mention: Mention) -> RecordT:
    """A record with an ellipsis for the words in one of its fields, and in copies of it.

    Raises:
        InvalidValue: The words do not stand there.
    """
    text = getattr(record, mention.field, None)
    if not isinstance(text, str) or not words.found_in(text):
        raise unknown(mention)
    return _replaced(record, text, words.blanked(text))


def _replaced(record: RecordT, text: str, new: str) -> RecordT:
    """A record with another text wherever it has this one; the same one if it has not."""
    fields = [name for name in _all_texts(type(record)) if getattr(record, name) == text]
    values: dict[str, Any] = dict.fromkeys(fields, new)
    return cast("RecordT", attrs.evolve(cast("Any", record), **values)) if fields else record


def _all_texts(kind: type[Record]) -> Iterable[str]:
    return (field.name for field in fields_of(kind) if field.type is FieldType.TEXT)


def _check_actions(actions: str, mention: Mention) -> None:
    """Check that what is left can still be read.

    Raises:
        InvalidValue: It cannot.
    """
    try:
        actions_from_json(actions)
        undone_from_json(actions)
    except InvalidValue as error:
        reason = Message("its criteria cannot do without the words; change or delete them")
        raise InvalidValue("also", mention, reason) from error


def unknown(mention: Mention) -> InvalidValue:
    """The error for a mention that is none (any more)."""
    return InvalidValue("also", mention, Message("is no mention; take one of those of the plan"))


def is_of_worksheet(mention: Mention) -> bool:
    """Whether a mention stands on a worksheet."""
    return mention.table in {SegmentHeader.__table__, SegmentLine.__table__, _TEXT}


def blanked_segment(segment: Segment, words: Words, mention: Mention) -> Segment:
    """A worksheet with an ellipsis for the words in one place.

    Raises:
        InvalidValue: There is no such mention, or criteria could not be read any more.
    """
    if mention.table == SegmentLine.__table__:
        return attrs.evolve(segment, lines=_with_part(segment.no, segment.lines, words, mention))
    if mention.table == _TEXT:
        texts = _with_part(segment.no, segment.languages, words, mention)
        return attrs.evolve(segment, languages=texts)
    if mention.field != _ACTIONS:
        return _with_header(segment, words, mention)
    before = actions_to_json(segment.actions, segment.undone)
    if not words.found_in(before):
        raise unknown(mention)
    actions = words.blanked(before)
    _check_actions(actions, mention)
    return attrs.evolve(
        segment, actions=actions_from_json(actions), undone=undone_from_json(actions)
    )


def _with_header(segment: Segment, words: Words, mention: Mention) -> Segment:
    """A worksheet without the words in a text of its header, and in copies on its lines."""
    header = blanked(words, segment.header, mention)
    text, new = getattr(segment.header, mention.field), getattr(header, mention.field)
    lines = tuple(_replaced(line, text, new) for line in segment.lines)
    return attrs.evolve(segment, header=header, lines=lines)


PartT = TypeVar("PartT", SegmentLine, TemplateLanguage)


def _with_part(
    segment_no: str, parts: Iterable[PartT], words: Words, mention: Mention
) -> tuple[PartT, ...]:
    """The lines or texts of a worksheet, one of them without the words.

    Raises:
        InvalidValue: It is not there, or the words do not stand there.
    """
    all_parts = list(parts)
    places = [_part_key(segment_no, part) for part in all_parts]
    if mention.key not in places:
        raise unknown(mention)
    place = places.index(mention.key)
    all_parts[place] = blanked(words, all_parts[place], mention)
    return tuple(all_parts)
