"""The journal: what happened, in order, for good.

Entries are added and never changed; a mistake is answered by a new entry that refers to the
old one. Each entry carries the SHA-256 of its own content and of its predecessor, so that a
change anywhere shows. What the entries add up to (interactions, logged segments, campaign
entries) are records like any others, worked out entry by entry. Knows nothing of storage,
clocks or rendering.

**What is hashed.** Seven lines, joined by a line feed, in UTF-8::

    number
    at                (ISO 8601, UTC, microseconds)
    user
    kind
    facts             (canonical JSON)
    personal_sha256   (SHA-256 of the personal content's canonical JSON; empty if there is none)
    previous          (the hash of the entry before; 64 zeros for the first)

The personal content itself is not among them: it can be erased and the chain still holds.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import attrs

from .campaigns import CampaignEntry
from .codes import Option
from .errors import InvalidValue, JournalBroken
from .fields import Record
from .interactions import Interaction
from .segments import LoggedSegment
from .serialization import from_data, to_data, to_json

FIRST = "0" * 64
"""What the first entry names as the hash of its predecessor."""


class EntryKind(Option):
    """What an entry records."""

    SEGMENT_LOGGED = "segment_logged"
    CAMPAIGN_ENTRY_MADE = "campaign_entry_made"
    INTERACTION_LOGGED = "interaction_logged"


_RECORDED: Mapping[EntryKind, type[Record]] = {
    EntryKind.SEGMENT_LOGGED: LoggedSegment,
    EntryKind.CAMPAIGN_ENTRY_MADE: CampaignEntry,
    EntryKind.INTERACTION_LOGGED: Interaction,
}
_KINDS = {record: kind for kind, record in _RECORDED.items()}

_PERSONAL = frozenset({"description", "subject", "attachment", "attachment_name"})
"""Fields of an interaction that may speak of the person: kept apart, so that they can go."""


@attrs.frozen(kw_only=True)
class Entry:
    """One entry of the journal.

    Attributes:
        number: 1, 2, 3, ... without gaps.
        at: When it was recorded.
        user: Who recorded it.
        kind: What it records.
        facts: What happened, as canonical JSON; without anything personal.
        personal: What it says of the person, as canonical JSON; ``None`` if nothing, or erased.
        personal_sha256: Hash of ``personal``, which outlives its erasure; empty if nothing.
        previous: Hash of the entry before.
        sha256: Hash of this entry.
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


@attrs.frozen
class Head:
    """Where the journal ends: kept elsewhere, it proves later that nothing was changed."""

    number: int = 0
    sha256: str = FIRST


def head_of(entry: Entry) -> Head:
    """The head of a journal that ends with this entry."""
    return Head(entry.number, entry.sha256)


def make_entries(
    records: Iterable[Record], *, after: Head, at: datetime, user: str
) -> Iterator[Entry]:
    """The entries that record what happened, chained to the journal's head.

    Args:
        records: Interactions, campaign entries, logged segments; each gets the number of its
            entry as ``entry_no``, in this order.
        after: The journal's head.
        at: When they are recorded; zone-aware.
        user: Who records them.
    """
    _no_control_characters(user)
    stamp = at.astimezone(UTC)
    head = after
    for item in records:
        entry = _entry(item, after=head, at=stamp, user=user)
        yield entry
        head = head_of(entry)


def _entry(item: Record, *, after: Head, at: datetime, user: str) -> Entry:
    kind = _KINDS[type(item)]
    facts = {name: value for name, value in to_data(item).items() if name != "entry_no"}
    personal = None
    if kind is EntryKind.INTERACTION_LOGGED:
        said = {name: facts.pop(name) for name in sorted(_PERSONAL & facts.keys())}
        personal = to_json(said) if said else None
    unsealed = Entry(
        number=after.number + 1,
        at=at,
        user=user,
        kind=kind,
        facts=to_json(facts),
        personal=personal,
        personal_sha256=_sha256(personal) if personal is not None else "",
        previous=after.sha256,
        sha256="",
    )
    return attrs.evolve(unsealed, sha256=_seal(unsealed))


def _no_control_characters(user: str) -> None:
    if not user.isprintable():
        raise InvalidValue("user", user, "may not hold control characters or line breaks")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _seal(entry: Entry) -> str:
    lines = (
        str(entry.number),
        entry.at.isoformat(timespec="microseconds"),
        entry.user,
        entry.kind,
        entry.facts,
        entry.personal_sha256,
        entry.previous,
    )
    return _sha256("\n".join(lines))


def verify(entries: Iterable[Entry], *, after: Head | None = None) -> Head:
    """Walk the chain and return the head that it ends with.

    Args:
        entries: The entries, in order, from the one that follows ``after``.
        after: A head known to be right; the beginning of the journal if not given.

    Raises:
        JournalBroken: An entry does not fit; the error names the first and says why.
    """
    head = after or Head()
    for entry in entries:
        if entry.number != head.number + 1:
            raise JournalBroken(head.number + 1, f"is missing; entry {entry.number} follows")
        if entry.previous != head.sha256:
            raise JournalBroken(entry.number, "does not name the hash of the entry before it")
        if entry.personal is not None and _sha256(entry.personal) != entry.personal_sha256:
            raise JournalBroken(entry.number, "its personal content was changed")
        if _seal(entry) != entry.sha256:
            raise JournalBroken(entry.number, "its content was changed")
        head = head_of(entry)
    return head


def recorded(entry: Entry) -> Record:
    """The record that an entry makes: an interaction, a campaign entry, a logged segment."""
    content: dict[str, Any] = json.loads(entry.facts)
    if entry.personal is not None:
        content |= json.loads(entry.personal)
    return from_data(_RECORDED[entry.kind], {**content, "entry_no": entry.number})


def to_line(entry: Entry) -> str:
    """An entry as one line of JSON, for an export that can be verified without this library."""
    return json.dumps(
        {
            "number": entry.number,
            "at": entry.at.isoformat(timespec="microseconds"),
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
        number: The number that it should bear, for the error.

    Raises:
        JournalBroken: The line is not an entry.
    """
    try:
        data = json.loads(line)
        at, kind = datetime.fromisoformat(data.pop("at")), EntryKind(data.pop("kind"))
        return Entry(at=at, kind=kind, **data)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise JournalBroken(number, f"is not an entry of a journal ({error})") from error
