"""Entries and their chain of hashes: how entries are hashed, verified, written and read.

Each entry contains the SHA-256 of its own content and of its predecessor, so that every change is
noticed. This module does not know the state that results from the entries.

**What is hashed.** Seven lines, joined by a line feed, in UTF-8::

    number
    at                (ISO 8601, UTC, microseconds)
    user
    kind
    facts             (canonical JSON)
    personal_sha256   (SHA-256 of the personal content's canonical JSON; empty if there is none)
    previous          (the hash of the entry before; 64 zeros for the first)

The personal content itself is not hashed, so that it can be erased and the chain remains valid.
The personal content contains a salt, which is erased with it. Without the salt, an erased word
could be guessed from its hash.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import chain, count, islice, repeat
from types import NoneType
from typing import Any, TypeAlias

import attrs

from segmentation.columns import Columns
from segmentation.errors import InvalidValue, JournalBroken, Message
from segmentation.interactions import Interaction
from segmentation.serialization import reason_of
from segmentation.showing import shown_by

from ._happenings import (
    SALT,
    EntryKind,
    Happening,
    content_of,
    contents_of,
    from_content,
    kind_of,
)

FORMAT = 1
"""The version of the stored form of entries."""

FIRST = "0" * 64
"""The hash of the predecessor in the first entry."""

BLOCK = 2_000
"""How many entries are made at a time."""

_LEAST_RANDOM_BYTES = 16

_HASHED = ("number", "at", "user", "kind", "facts", "personal_sha256", "previous")

_AROUND = 20
"""How many characters around an invalid one are shown."""


@shown_by("number", "kind", "at", "user")
@attrs.frozen(kw_only=True)
class Entry:
    """One entry of the journal.

    Attributes:
        number: 1, 2, 3, ... without gaps.
        at: When it was recorded.
        user: Who recorded it.
        kind: What it records.
        facts: What happened, as canonical JSON, without personal content.
        personal: The personal content as canonical JSON, ``None`` if there is none or it is
            erased.
        personal_sha256: The hash of ``personal``, kept when that is erased. Empty if there was
            no personal content.
        previous: The hash of the entry before.
        sha256: The hash of this entry.
    """

    number: int
    at: datetime
    user: str
    kind: EntryKind
    facts: str
    personal: str | None = None
    personal_sha256: str = ""
    previous: str
    sha256: str

    @property
    def erased(self) -> bool:
        """Whether the entry had personal content that was erased."""
        return self.personal is None and bool(self.personal_sha256)


@shown_by("number", "sha256")
@attrs.frozen
class Head:
    """The end of the journal. Stored elsewhere, it later proves that nothing was changed."""

    number: int = 0
    sha256: str = FIRST


def head_of(entry: Entry) -> Head:
    """The head of a journal that ends with this entry."""
    return Head(entry.number, entry.sha256)


def _aware(_stamp: object, _field: object, at: datetime) -> None:
    if at.tzinfo is None:
        raise InvalidValue("at", at, "has no time zone")


def _one_line(_stamp: object, _field: object, user: str) -> None:
    if not user.isprintable():
        raise InvalidValue("user", user, "may not hold control characters or line breaks")


def _long_enough(_stamp: object, _field: object, random_bytes: bytes) -> None:
    if len(random_bytes) < _LEAST_RANDOM_BYTES:
        reason = Message("has less than {least} bytes", least=_LEAST_RANDOM_BYTES)
        raise InvalidValue("random_bytes", "...", reason)


@shown_by("at", "user")
@attrs.frozen(kw_only=True)
class Stamp:
    """When and by whom something is recorded, and random bytes to protect personal content.

    Attributes:
        at: The time, with a zone.
        user: The user.
        day: The day of the recorded event, by default that of ``at``.
        random_bytes: At least 16 random bytes, new for each call and never stored. The salts of
            the entries are made from them.
    """

    at: datetime = attrs.field(validator=_aware)
    user: str = attrs.field(default="", validator=_one_line)
    random_bytes: bytes = attrs.field(validator=_long_enough)
    day: date = attrs.field()

    @day.default
    def _day_of_the_time(self) -> date:
        return self.at.date()

    def _plain_(self) -> Mapping[str, object]:
        return {"at": self.at, "user": self.user}

    def salt(self, number: int) -> str:
        """The salt of an entry: 128 bits. It does not help to guess the salt of another entry."""
        return next(self.salts(number))

    def salts(self, first: int) -> Iterator[str]:
        """The salts of the entries from this number on."""
        for number in count(first):
            yield sha256(self.random_bytes + number.to_bytes(8)).hexdigest()[:32]


def make_entries(
    happenings: Iterable[Happening | Columns[Interaction]], *, after: Head, stamp: Stamp
) -> Iterator[Columns[Entry]]:
    """The entries that record what happened, chained to the journal's head, in blocks.

    Args:
        happenings: What happened, in order. Similar interactions may be given together.
        after: The journal's head.
        stamp: When and by whom it is recorded.

    Raises:
        InvalidValue: A text cannot be encoded in UTF-8.
    """
    salts = stamp.salts(after.number + 1)
    contents = chain.from_iterable(_contents(each, salts) for each in happenings)
    head = after
    while block := list(islice(contents, BLOCK)):
        try:
            entries = _sealed(block, head, stamp)
        except UnicodeEncodeError as error:
            around = error.object[max(0, error.start - _AROUND) : error.end + _AROUND]
            raise InvalidValue("text", around, "cannot be written in UTF-8") from None
        yield entries
        head = Head(head.number + len(block), entries.columns["sha256"][-1])


Content: TypeAlias = tuple[EntryKind, str, str | None]
"""The kind of an entry, its facts, and its personal content."""


def _contents(
    happening: Happening | Columns[Interaction], salts: Iterator[str]
) -> Iterator[Content]:
    """The stored form of a happening, or of each of many interactions."""
    if not isinstance(happening, Columns):
        yield kind_of(happening), *content_of(happening, next(salts))
        return
    for start in range(0, len(happening), BLOCK):
        facts, personal = contents_of(happening[start : start + BLOCK], salts)
        yield from zip(repeat(EntryKind.INTERACTION_LOGGED), facts, personal, strict=False)


def _sealed(block: Sequence[Content], after: Head, stamp: Stamp) -> Columns[Entry]:
    """The entries for these contents, each with its hash."""
    at = stamp.at.astimezone(UTC)
    written = written_time(at)
    numbers = range(after.number + 1, after.number + 1 + len(block))
    kinds, facts_of_all, personals = zip(*block, strict=True)
    said = ["" if each is None else sha256(each.encode()).hexdigest() for each in personals]
    told = {kind: _told(written, stamp.user, kind) for kind in set(kinds)}
    seals, previous = [], after.sha256
    for number, kind, facts, digest in zip(numbers, kinds, facts_of_all, said, strict=True):
        previous = _seal(number, told[kind], facts, digest, previous)
        seals.append(previous)
    columns = {
        "number": numbers,
        "kind": kinds,
        "facts": facts_of_all,
        "personal": personals,
        "personal_sha256": said,
        "previous": [after.sha256, *seals[:-1]],
        "sha256": seals,
    }
    return Columns(Entry, {"at": at, "user": stamp.user}, columns, len(block))


def written_time(at: datetime) -> str:
    """A time in UTC as it is hashed and exported."""
    return at.isoformat(timespec="microseconds")


def _told(at: str, user: str, kind: str) -> str:
    """The lines of an entry that many have alike, between the first and the fifth."""
    return f"\n{at}\n{user}\n{kind}\n"


def _lines(number: int, told: str, facts: str, personal_sha256: str, previous: str) -> str:
    return f"{number}{told}{facts}\n{personal_sha256}\n{previous}"


def _seal(number: int, told: str, facts: str, personal_sha256: str, previous: str) -> str:
    return sha256(_lines(number, told, facts, personal_sha256, previous).encode()).hexdigest()


def sealed_text(row: Mapping[str, object]) -> str:
    """The hash that an entry has by its fields, all of them as they are hashed."""
    lines = "\n".join(str(row[name]) for name in _HASHED)
    return sha256(lines.encode()).hexdigest()


def verify(
    entries: Iterable[Entry], *, after: Head | None = None, kept: Head | None = None
) -> Head:
    """Verify the chain. Returns the head at its end.

    Args:
        entries: The entries, in order, from the one that follows ``after``.
        after: A head known to be valid, by default the beginning of the journal.
        kept: A head that was stored elsewhere, which the chain must contain. Without it, missing
            entries at the end are not noticed.

    Raises:
        JournalBroken: An entry is not valid. The error names the first and gives the reason.
    """
    head = after or Head()
    number, previous = head.number, head.sha256
    if kept is not None:
        _verify_kept(number, previous, kept)
    at, user, kind, told = None, None, None, ""
    for entry in entries:
        number += 1
        if entry.number != number:
            raise JournalBroken(number, _misplaced(entry.number, number))
        if entry.previous != previous:
            raise JournalBroken(number, "does not name the hash of the entry before it")
        if entry.at is not at or entry.user is not user or entry.kind is not kind:
            at, user, kind = entry.at, entry.user, entry.kind
            told = _told(written_time(at), user, kind)  # what was recorded together shares it
        personal, said = entry.personal, entry.personal_sha256
        try:  # the lines are those of `_lines`: calling it takes longer than making them
            if personal is not None and sha256(personal.encode()).hexdigest() != said:
                raise JournalBroken(number, "its personal content was changed")
            lines = f"{number}{told}{entry.facts}\n{said}\n{previous}"
            previous = sha256(lines.encode()).hexdigest()
        except (UnicodeEncodeError, AttributeError):  # a text that no text can be, or none at all
            raise JournalBroken(number, "its content was changed") from None
        if previous != entry.sha256:
            raise JournalBroken(number, "its content was changed")
        if kept is not None:
            _verify_kept(number, previous, kept)
    if kept is not None and kept.number > number:
        reason = Message("is missing; a head kept elsewhere is {number}", number=kept.number)
        raise JournalBroken(number + 1, reason)
    return Head(number, previous)


def _verify_kept(number: int, sha256: str, kept: Head) -> None:
    if kept.number == number and kept.sha256 != sha256:
        raise JournalBroken(number, "has another hash than the head kept elsewhere")


def _misplaced(found: int, expected: int) -> Message:
    if found < expected:
        return Message("entry {number} stands in its place, which came before", number=found)
    return Message("is missing; entry {number} follows", number=found)


def happening_of(entry: Entry) -> Happening:
    """The happening that an entry records. Erased values are blank.

    Raises:
        JournalBroken: The content of the entry does not fit its kind.
    """
    try:
        content = _object(entry.facts)
        if entry.personal is not None:
            content |= _object(entry.personal)
            content.pop(SALT, None)
        return from_content(entry.number, entry.kind, content)
    except (ValueError, TypeError, RecursionError) as error:
        reason = Message("its content cannot be read ({error})", error=reason_of(error))
        raise JournalBroken(entry.number, reason) from error


def _object(text: str) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise TypeError(Message("it is no object"))
    return found


def hashed_lines(entry: Entry) -> str:
    """The seven lines of an entry: what its hash is of."""
    return _lines(
        entry.number,
        _told(written_time(entry.at), entry.user, entry.kind),
        entry.facts,
        entry.personal_sha256,
        entry.previous,
    )


def to_line(entry: Entry) -> str:
    """An entry as one line of JSON, for an export that can be verified without this library."""
    return json.dumps(
        {
            "format": FORMAT,
            "number": entry.number,
            "at": written_time(entry.at),
            "user": entry.user,
            "kind": entry.kind,
            "facts": entry.facts,
            "personal": entry.personal,
            "personal_sha256": entry.personal_sha256,
            "previous": entry.previous,
            "sha256": entry.sha256,
        },
        ensure_ascii=False,
    )


def from_line(line: str, number: int) -> Entry:
    """The inverse of `to_line`.

    Args:
        line: A line of an export.
        number: The number that the entry should have, for the error.

    Raises:
        JournalBroken: The line is not an entry, or was made by a later version of the library.
    """
    try:
        data = _object(line)
        if data.get("format", FORMAT) == FORMAT:
            return _from_data(data)
    except (ValueError, TypeError, RecursionError) as error:
        reason = Message("is not an entry of a journal ({error})", error=reason_of(error))
        raise JournalBroken(number, reason) from error
    reason = Message(
        "is of format {found!r}; this version knows {known}", found=data["format"], known=FORMAT
    )
    raise JournalBroken(number, reason)


_TYPES: Mapping[str, tuple[type, ...]] = {
    "format": (int,),
    "number": (int,),
    "at": (str,),
    "user": (str,),
    "kind": (str,),
    "facts": (str,),
    "personal": (str, NoneType),
    "personal_sha256": (str,),
    "previous": (str,),
    "sha256": (str,),
}


def _from_data(data: dict[str, Any]) -> Entry:
    if data.keys() != _TYPES.keys():
        other = ", ".join(sorted(data.keys() ^ _TYPES.keys()))
        raise ValueError(Message("fields are missing, or too many: {fields}", fields=other))
    for name, types in _TYPES.items():
        if type(data[name]) not in types:
            reason = Message("the field {field} holds no value of its type", field=name)
            raise TypeError(reason)
    rest = {name: value for name, value in data.items() if name not in {"format", "at", "kind"}}
    return Entry(at=read_time(data["at"]), kind=EntryKind(data["kind"]), **rest)


def read_time(text: str) -> datetime:
    """The inverse of `written_time`.

    Raises:
        ValueError: It is no time, or not written like this.
    """
    try:
        at = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        at = None
    if at is None or written_time(at) != text:
        raise ValueError(Message("its time is none in UTC to the microsecond"))
    return at
