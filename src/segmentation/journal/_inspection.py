"""Inspecting the journal as it stands in a store: every entry that does not hold, and why.

`verify` stops at the first entry that does not fit. An inspection goes on, reads what no entry
could be made of, and leaves out what only follows from another fault. It does not know storage.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, TypeAlias

import attrs

from segmentation.codes import Option
from segmentation.errors import JournalBroken, Message
from segmentation.showing import shown_by

from ._entries import FIRST, Entry, Head, happening_of, read_time, sealed_text, written_time
from ._happenings import Deleted, EntryKind, PersonErased, Ranges, TextsErased

EntryRow: TypeAlias = Mapping[str, object]
"""An entry as a store has it, by field: each value as it stands, of whatever type it is."""


class FindingKind(Option):
    """What is wrong with an entry, a guard, a content or a table."""

    ENTRY_MISSING = "entry_missing"
    NO_NUMBER = "no_number"
    TIME_UNREADABLE = "time_unreadable"
    TEXT_UNREADABLE = "text_unreadable"
    TEXT_CHANGED = "text_changed"
    TEXT_MISSING = "text_missing"
    TEXT_LEFT = "text_left"
    FACTS_UNREADABLE = "facts_unreadable"
    CONTENT_CHANGED = "content_changed"
    CHAIN = "chain"
    OTHER_HEAD = "other_head"
    GUARD_MISSING = "guard_missing"
    GUARD_CHANGED = "guard_changed"
    GUARD_OPEN = "guard_open"
    RECORD_MISSING = "record_missing"
    RECORD_SURPLUS = "record_surplus"
    RECORD_DIFFERS = "record_differs"
    RECORD_UNREADABLE = "record_unreadable"
    RECORD_CHANGED = "record_changed"
    RECORD_UNSEALED = "record_unsealed"


WORDS: Mapping[FindingKind, Message] = {
    FindingKind.ENTRY_MISSING: Message("is missing"),
    FindingKind.NO_NUMBER: Message("bears no number of an entry"),
    FindingKind.TIME_UNREADABLE: Message("its time cannot be read"),
    FindingKind.TEXT_UNREADABLE: Message("its personal content cannot be read"),
    FindingKind.TEXT_CHANGED: Message("its personal content was changed"),
    FindingKind.TEXT_MISSING: Message("its personal content is missing without an erasure"),
    FindingKind.TEXT_LEFT: Message("its personal content is there, though it was erased"),
    FindingKind.FACTS_UNREADABLE: Message("its facts cannot be read"),
    FindingKind.CONTENT_CHANGED: Message("its content was changed"),
    FindingKind.CHAIN: Message("does not name the hash of the entry before it"),
    FindingKind.OTHER_HEAD: Message("has another hash than the head kept elsewhere"),
    FindingKind.GUARD_MISSING: Message("is missing"),
    FindingKind.GUARD_CHANGED: Message("is another than the library made"),
    FindingKind.GUARD_OPEN: Message("lets personal content be removed"),
    FindingKind.RECORD_MISSING: Message("is missing"),
    FindingKind.RECORD_SURPLUS: Message("is not in the journal"),
    FindingKind.RECORD_DIFFERS: Message("differs"),
    FindingKind.RECORD_UNREADABLE: Message("cannot be read"),
    FindingKind.RECORD_CHANGED: Message("was changed otherwise than by the library"),
    FindingKind.RECORD_UNSEALED: Message("has no seal, the library did not write it"),
}
"""What each kind of finding says of its place."""


@shown_by("item", "state")
@attrs.frozen
class Finding:
    """Something in a store that is not as the library left it.

    Attributes:
        item: Where: "journal entry 5", "guard journal_guard_update", "attachment 9f...".
        kind: What is wrong there.
        entry_no: The number of the entry that it is about; 0 if it is about none.
        fields: The field of a card that was changed; none if it is about no card, or if several
            fields were.
    """

    item: str
    kind: FindingKind
    entry_no: int = 0
    fields: tuple[str, ...] = ()

    @property
    def state(self) -> Message:
        """What is wrong, in words: "its content was changed"."""
        return WORDS[self.kind]

    def __str__(self) -> str:
        told = f"{self.item}: {self.state}"
        return f"{told} ({', '.join(self.fields)})" if self.fields else told

    def _plain_(self) -> Mapping[str, object]:
        return {
            "item": self.item,
            "kind": self.kind,
            "state": self.state,
            "entry_no": self.entry_no,
            "fields": self.fields,
        }


def finding_of_entry(number: int, kind: FindingKind) -> Finding:
    """What is wrong with an entry."""
    return Finding(f"journal entry {number}", kind, number)


@shown_by("number", "findings")
@attrs.frozen(kw_only=True)
class Inspection:
    """What an inspection of the journal found.

    Attributes:
        number: The number of the last entry.
        findings: What does not hold, in the order of the entries.
        unread: The numbers of the entries that say nothing: missing, unreadable or changed.
    """

    number: int
    findings: tuple[Finding, ...]
    unread: frozenset[int]


_EACH = 100
"""So many missing entries are named one by one; of more, only the first and the last."""

_TEXTS = ("user", "kind", "facts", "personal_sha256", "previous", "sha256")

_UNKNOWN = ""
"""Stands for the hash of an entry that cannot be told; the next one may name any."""


def to_row(entry: Entry) -> EntryRow:
    """An entry as a row, for stores that have no other form of it."""
    return {field.name: getattr(entry, field.name) for field in attrs.fields(Entry)}


def from_row(row: EntryRow) -> Entry:
    """The entry that a row is, if nothing is wrong with the row."""
    kind = EntryKind(str(row["kind"]))
    given: dict[str, Any] = {**row, "at": read_time(_time(row)), "kind": kind}
    return Entry(**given)


def inspect(rows: Iterable[EntryRow], *, kept: Head | None = None) -> Inspection:
    """Look at all entries, whatever is wrong with them.

    Args:
        rows: The journal, in the order of its numbers.
        kept: A head that was stored elsewhere. Without it, entries cut off at the end, and a
            chain that was worked out anew to its end, are not noticed here.
    """
    inspector = _Inspector(kept=kept or Head())
    for row in rows:
        inspector.see(row)
    inspector.end()
    return Inspection(
        number=inspector.number,
        findings=tuple(sorted(inspector.found, key=lambda each: each.entry_no)),
        unread=frozenset(inspector.unread),
    )


@attrs.define(kw_only=True)
class _Inspector:
    """What was seen so far."""

    kept: Head
    number: int = 0
    previous: str = FIRST
    found: list[Finding] = attrs.field(factory=list)
    unread: set[int] = attrs.field(factory=set)
    empty: set[int] = attrs.field(factory=set)
    filled: bytearray = attrs.field(factory=bytearray)
    emptied: list[Ranges] = attrs.field(factory=list)

    def see(self, row: EntryRow) -> None:
        number = row["number"]
        if type(number) is not int or number <= self.number:
            row_finding = Finding(f"journal row {number!r}", FindingKind.NO_NUMBER, self.number + 1)
            self.found.append(row_finding)
            return
        if number > self.number + 1:
            self._miss(self.number + 1, number - 1)
            self.previous = _UNKNOWN
        kind = _fault(row)
        if kind is None and self.previous not in {_UNKNOWN, row["previous"]}:
            kind = FindingKind.CHAIN
        self.number = number
        self._remember(row, kind)
        if kind is not None:
            self._note(number, kind)
        if self.kept.number == number and row["sha256"] != self.kept.sha256:
            self._note(number, FindingKind.OTHER_HEAD)

    def _remember(self, row: EntryRow, kind: FindingKind | None) -> None:
        """What the following entries are compared with."""
        holds = kind in {None, FindingKind.CHAIN, FindingKind.TEXT_CHANGED}
        self.previous = str(row["sha256"]) if holds else _UNKNOWN
        if kind not in {None, FindingKind.CHAIN}:
            self.unread.add(self.number)
            return
        if row["personal"] is not None:
            self.filled.extend(bytes(self.number + 1 - len(self.filled)))
            self.filled[self.number] = 1
        elif row["personal_sha256"]:
            self.empty.add(self.number)
        if row["kind"] in _EMPTYING:
            self.emptied += _emptied_by(from_row(row))

    def end(self) -> None:
        if self.kept.number > self.number:
            self._miss(self.number + 1, self.kept.number)
        erased = {
            number
            for ranges in self.emptied
            for first, last in ranges
            for number in range(first, min(last, self.number) + 1)
        }
        for number in sorted(self.empty - erased):
            self._note(number, FindingKind.TEXT_MISSING)
            self.unread.add(number)
        for number in sorted(erased):
            if number < len(self.filled) and self.filled[number]:
                self._note(number, FindingKind.TEXT_LEFT)

    def _miss(self, first: int, last: int) -> None:
        if last - first < _EACH:
            for number in range(first, last + 1):
                self._note(number, FindingKind.ENTRY_MISSING)
                self.unread.add(number)
        else:
            item = f"journal entries {first} to {last}"
            self.found.append(Finding(item, FindingKind.ENTRY_MISSING, first))
            self.unread.add(first)

    def _note(self, number: int, kind: FindingKind) -> None:
        self.found.append(finding_of_entry(number, kind))


_EMPTYING = frozenset({EntryKind.PERSON_ERASED, EntryKind.DELETED, EntryKind.TEXTS_ERASED})
"""The kinds of entries that prove that others lost their personal content."""


def _emptied_by(entry: Entry) -> Iterator[Ranges]:
    try:
        happening = happening_of(entry)
    except JournalBroken:  # what follows from the entries is looked at afterwards, and says so
        return
    if isinstance(happening, PersonErased | Deleted | TextsErased):
        yield happening.emptied


def _fault(row: EntryRow) -> FindingKind | None:
    """What is wrong with a row by itself."""
    if not isinstance(row["facts"], str):
        return FindingKind.FACTS_UNREADABLE
    if not all(isinstance(row[name], str) for name in _TEXTS):
        return FindingKind.CONTENT_CHANGED
    personal = row["personal"]
    if not isinstance(personal, str | None):
        return FindingKind.TEXT_UNREADABLE
    try:
        return _time_fault(row) or _content_fault(row) or _text_fault(row, personal)
    except UnicodeEncodeError:
        return FindingKind.CONTENT_CHANGED


def _time_fault(row: EntryRow) -> FindingKind | None:
    return _failing(lambda: read_time(_time(row)), FindingKind.TIME_UNREADABLE)


def _content_fault(row: EntryRow) -> FindingKind | None:
    if sealed_text({**row, "at": _time(row)}) != row["sha256"]:
        return FindingKind.CONTENT_CHANGED
    return _failing(lambda: EntryKind(str(row["kind"])), FindingKind.FACTS_UNREADABLE)


def _failing(step: Callable[[], object], kind: FindingKind) -> FindingKind | None:
    try:
        step()
    except ValueError:
        return kind
    return None


def _text_fault(row: EntryRow, personal: str | None) -> FindingKind | None:
    if personal is None or sha256(personal.encode()).hexdigest() == row["personal_sha256"]:
        return None
    return FindingKind.TEXT_CHANGED


def _time(row: EntryRow) -> str:
    """The time of a row as it is hashed, if it is one at all."""
    at = row["at"]
    return written_time(at.astimezone(UTC)) if isinstance(at, datetime) else str(at)
