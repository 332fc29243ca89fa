"""The list of erasures, kept apart from a store, by which older copies of it are caught up.

The list has a line for each erasure: a salt, the HMAC of the contact's number and of its former
ones, of what else was emptied, and of the journal's first entry, by which the store is known, under
a key that is kept nowhere. Each line is sealed with those before it. It is written before anything
is erased; so it may be ahead of a store, and never behind.
"""

import hmac
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import cast

import attrs

from segmentation.contacts import Contact, ErasureListed
from segmentation.errors import Conflict, Message, StoreError
from segmentation.interactions import Interaction
from segmentation.journal import Entry, EntryKind, PersonErased, Stamp, happening_of
from segmentation.operations.context import Context
from segmentation.operations.whole_files import whole_file
from segmentation.protocols import ErasureList, Store

from ._former import (
    Handover,
    former_numbers,
    handover_in,
    handovers,
    numbers_held,
    turns_of,
)
from ._mentions import Mention

_HEADER = "segmentation erasures 1"

_DIGITS = 32
"""How many hexadecimal digits of a hash are kept: 128 bits."""

_NOTHING = "-"

_NAME = Message("the list of erasures")


class ErasureFile:
    """A list of erasures in a file; each change replaces it as a whole.

    Args:
        key: The key that the list is made under: at least 16 bytes, kept apart from store and list.
        path: The file.

    >>> ErasureFile(bytes(32), "crm.db.erasures")
    ErasureFile('crm.db.erasures')
    """

    def __init__(self, key: bytes, path: str | Path) -> None:
        self.key = key
        self._path = Path(path)

    def read(self) -> str:
        """The list; empty if there is none yet.

        Raises:
            StoreError: It cannot be read, or somebody emptied it.
        """
        try:
            text = self._path.read_text(encoding="ascii")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            reason = Message("cannot be read: {error}", error=str(error))
            raise StoreError(str(self._path), reason) from error
        if not text:
            raise StoreError(str(self._path), Message("is empty; take it from a backup"))
        return text

    def write(self, text: str) -> None:
        """Replace the list.

        Raises:
            StoreError: It cannot be written.
        """
        with whole_file(self._path) as file:
            file.write(text.encode("ascii"))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._path)!r})"


def _hash(key: bytes, *parts: str) -> str:
    return hmac.new(key, "\n".join(parts).encode(), sha256).hexdigest()[:_DIGITS]


def _sealed(key: bytes, bodies: Iterable[str]) -> str:
    """The text of a list with these lines."""
    seal = _hash(key, _HEADER)
    lines = [f"{_HEADER} {seal}"]
    for body in bodies:
        seal = _hash(key, seal, body)
        lines.append(f"{body} {seal}")
    return "".join(f"{line}\n" for line in lines)


def _lines_in(erasures: ErasureList) -> list[str]:
    """The lines of a list, without their seals.

    Raises:
        StoreError: It is none, is under another key, or was changed.
    """
    text = erasures.read()
    if not text:
        return []
    header, *lines = text.splitlines()
    if not header.startswith(f"{_HEADER} "):
        raise StoreError(_NAME, Message("is none, or was changed in its first line"))
    seal = _hash(erasures.key, _HEADER)
    if header != f"{_HEADER} {seal}":
        raise StoreError(_NAME, Message("is under another key, or was changed in its first line"))
    bodies = []
    for number, line in enumerate(lines, start=1):
        body, _, found = line.rpartition(" ")
        seal = _hash(erasures.key, seal, body)
        if found != seal:
            reason = Message(
                "was changed in erasure {number}; take it from a backup", number=number
            )
            raise StoreError(_NAME, reason)
        bodies.append(body)
    return bodies


def _named(store: Store) -> list[str]:
    """The lines that a store has done."""
    return [each.line for each in store.records.all(ErasureListed)]


# -- writing ----------------------------------------------------------------------------------


@attrs.frozen
class _Namer:
    """Writes lines for a store under a key."""

    key: bytes
    store: Store

    def line(
        self, salt: str, persons: Iterable[tuple[str, int]], further: Iterable[str] = ()
    ) -> str:
        """The line of an erasure.

        Args:
            salt: The line's own.
            persons: The numbers of who is erased, each with its turn.
            further: What else is emptied.
        """
        named = ",".join(_person(self.key, salt, *each) for each in persons)
        others = ",".join(_hash(self.key, salt, each)[: _DIGITS // 2] for each in further)
        return f"{salt} {named} {others or _NOTHING} {_origin(self.key, salt, self.store)}"


def _person(key: bytes, salt: str, no: str, turn: int) -> str:
    """A number, hashed; who has it after others gave it up is somebody else."""
    return _hash(key, salt, "contact", no, *([str(turn)] if turn else []))


def _origin(key: bytes, salt: str, store: Store) -> str:
    """The first entry of the journal, hashed: what a store and its copies have in common."""
    if store.log.head().number == 0:
        return _NOTHING
    [(_, first)] = store.log.hashes([range(1, 2)])
    return _hash(key, salt, "journal", first)[: _DIGITS // 2]


def _place(mention: Mention) -> str:
    return "\t".join([mention.table, *map(str, mention.key), mention.field])


def _held(moves: Sequence[Handover], store: Store, no: str) -> Iterator[tuple[str, int]]:
    """The numbers of a contact, each with its turn; of some the journal says nothing."""
    held = list(numbers_held(moves, no))
    yield from held
    known = {number for number, _ in held}
    for each in former_numbers(store, no):
        if each.former_no not in known:
            yield each.former_no, 0


class Listing:
    """An erasure that is being done: the list names it first, and no more if it fails."""

    def __init__(self, context: Context) -> None:
        self._erasures = context.erasures
        self._store = context.store
        self._before: Sequence[str] = ()
        self._written = ""

    def name(
        self,
        stamp: Stamp,
        contact_nos: Iterable[str],
        *,
        entries: Iterable[Entry] = (),
        mentions: Iterable[Mention] = (),
    ) -> None:
        """Put an erasure into the list; without a list, do nothing.

        Args:
            stamp: Of the erasing; it salts the line.
            contact_nos: Who is to be erased.
            entries: The further entries that are to be emptied.
            mentions: The places elsewhere that are to lose words.

        Raises:
            Conflict: Somebody else erased something meanwhile.
            StoreError: The list cannot be written.
        """
        if self._erasures is None:
            return
        self._before = _lines_in(self._erasures)
        if self._before != _named(self._store):
            raise Conflict(_NAME, "is not that of the store any more; open the store again")
        number = len(self._before) + 1
        moves = handovers(self._store)
        persons = sorted({each for no in contact_nos for each in _held(moves, self._store, no)})
        further = [*(entry.sha256 for entry in entries), *map(_place, mentions)]
        namer = _Namer(self._erasures.key, self._store)
        line = namer.line(stamp.salt(number), persons, further)
        self._written = _sealed(self._erasures.key, [*self._before, line])
        self._erasures.write(self._written)
        self._store.records.put([ErasureListed(number=number, line=line)])

    def take_back(self) -> None:
        """Take the erasure out of the list, if it was not done and nobody wrote since."""
        if self._erasures is None or not self._written:
            return
        if self._erasures.read() == self._written and _named(self._store) == self._before:
            self._erasures.write(_sealed(self._erasures.key, self._before))


@contextmanager
def listing(context: Context) -> Iterator[Listing]:
    """A block that erases somebody: what it puts into the list is taken back if it fails.

    Where even that fails, the list stays ahead of the store: the erasure is done at the next
    opening.
    """
    made = Listing(context)
    try:
        yield made
    except BaseException:
        with suppress(StoreError):
            made.take_back()
        raise


def write_erasures_anew(store: Store, erasures: ErasureList) -> int:
    """Write the list of erasures anew, from what the store itself has done.

    Args:
        store: Where everything is kept.
        erasures: The list.

    Returns:
        How many erasures the list has.

    Raises:
        StoreError: It cannot be written.
    """
    lines = _named(store)
    erasures.write(_sealed(erasures.key, lines))
    return len(lines)


# -- opening ----------------------------------------------------------------------------------


def lines_ahead(context: Context) -> Sequence[str]:
    """The erasures that the list names and the store has not done.

    Raises:
        StoreError: The list is not that of the store, or is behind it; or the store names a list,
            and none is given.
    """
    done = _named(context.store)
    if context.erasures is None:
        if done:
            reason = Message("is not given, and the store names erasure {wanted}", wanted=len(done))
            raise StoreError(_NAME, reason)
        return ()
    given = _lines_in(context.erasures)
    if len(given) < len(done):
        reason = Message(
            "has {given} erasures, and the store names {wanted}; "
            "give the later list, or write it anew",
            given=len(given),
            wanted=len(done),
        )
        raise StoreError(_NAME, reason)
    ahead = given[len(done) :]
    key = context.erasures.key
    if given[: len(done)] != done or not all(
        _may_be_of(context.store, key, each) for each in ahead
    ):
        raise StoreError(_NAME, Message("is that of another store"))
    return ahead


def _may_be_of(store: Store, key: bytes, line: str) -> bool:
    """Whether a line may be of a store; one of a time without entries, or of an older list, may."""
    salt, _, _, *told = line.split(" ")
    return told in ([], [_NOTHING]) or _origin(key, salt, store) in {_NOTHING, *told}


def begin_list(context: Context) -> None:
    """Write a list for a store that has none yet, with who was erased in it before."""
    erasures, store = context.erasures, context.store
    if erasures is None or erasures.read():
        return
    stamp = context.stamp
    namer = _Namer(erasures.key, store)
    lines = [
        namer.line(stamp.salt(number), persons)
        for number, persons in enumerate(_erased_so_far(store), start=1)
    ]
    with store.transaction():
        erasures.write(_sealed(erasures.key, lines))
        store.records.put(
            ErasureListed(number=number, line=line) for number, line in enumerate(lines, start=1)
        )


def _erased_so_far(store: Store) -> Iterator[Sequence[tuple[str, int]]]:
    """The numbers of each contact that was erased, each with its turn."""
    moves: list[Handover] = []
    for entry in store.log.read():
        moves += handover_in(entry)
        if entry.kind is EntryKind.PERSON_ERASED:
            erased = cast("PersonErased", happening_of(entry))
            yield list(numbers_held(moves, erased.contact_no))


@attrs.frozen
class ListedErasure:
    """A line of the list, as it fits a store.

    Attributes:
        key: The key of the list.
        line: The line, without its seal.
    """

    key: bytes
    line: str

    def meant(self, store: Store) -> Sequence[str]:
        """The numbers by which a store knows whom it names."""
        salt, persons, _, *told = self.line.split(" ")
        named = frozenset(persons.split(","))
        turns = turns_of(handovers(store)) if told else {}  # an older list knows of no turns
        return [
            no
            for no in _numbers_known(store)
            if _person(self.key, salt, no, turns.get(no, 0)) in named
        ]

    @property
    def others(self) -> frozenset[str]:
        """What else it names, hashed."""
        found = self.line.split(" ")[2]
        return frozenset() if found == _NOTHING else frozenset(found.split(","))

    def further(self, store: Store, mentions: Iterable[Mention]) -> Iterator[int | Mention]:
        """What else it names: numbers of entries, and places among some mentions."""
        salt, wanted = self.line.split(" ")[0], self.others
        short = _DIGITS // 2
        for entry in store.log.read():
            has_text = entry.personal is not None
            if has_text and _hash(self.key, salt, entry.sha256)[:short] in wanted:
                yield entry.number
        for mention in mentions:
            if not mention.entry_no and _hash(self.key, salt, _place(mention))[:short] in wanted:
                yield mention


def _numbers_known(store: Store) -> Sequence[str]:
    """The numbers of all contacts, and of those that only their interactions still know."""
    nos = {contact.no for contact in store.records.all(Contact)}
    nos |= {interaction.contact_no for interaction in store.records.all(Interaction)}
    return sorted(nos - {""})
