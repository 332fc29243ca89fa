"""The store in memory: every protocol of a store, with transactions, and saved in a file."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import attrs

from segmentation.errors import Conflict, Message, NotFound
from segmentation.journal import Entry, Head, head_of
from segmentation.proofs import Node
from segmentation.segments import Segment, SegmentHeader

from ._changes import MemoryChanges
from ._columns import BLOCK
from ._contacts import IndexedContacts
from ._records import MemoryRecords
from ._saving import open_store, save_store
from ._undo import UndoLog


class MemorySegments:
    """Segments by number."""

    def __init__(self, undo: UndoLog) -> None:
        self._undo = undo
        self._segments: dict[str, Segment] = {}

    def get(self, no: str) -> Segment:
        """The segment with this number."""
        try:
            return self._segments[no]
        except KeyError:
            raise NotFound("segment", no) from None

    def header(self, no: str) -> SegmentHeader:
        """The header of the segment with this number."""
        return self.get(no).header

    def headers(self) -> Iterator[SegmentHeader]:
        """The headers of all segments, in the order of their numbers."""
        return (self._segments[no].header for no in sorted(self._segments))

    def saved(self) -> Iterator[Segment]:
        """All segments."""
        return iter(self._segments.values())

    def open(self, segment: Segment) -> None:
        """Take a segment of a file as it was."""
        self._segments[segment.no] = segment

    def put(self, segment: Segment) -> Segment:
        """Store a segment. Returns it with its new version."""
        stored = self._segments.get(segment.no)
        self._same_version(segment, stored.version if stored else 0)
        newer = attrs.evolve(segment, version=segment.version + 1)
        self._undo.set(self._segments, segment.no, newer)
        return newer

    def remove(self, segment: Segment) -> None:
        """Remove a segment."""
        stored = self._segments.get(segment.no)
        self._same_version(segment, stored.version if stored else 0)
        self._undo.delete(self._segments, segment.no)

    @staticmethod
    def _same_version(segment: Segment, stored: int) -> None:
        if stored != segment.version:
            raise Conflict(
                Message("segment {no}", no=segment.no),
                "was changed, logged or deleted meanwhile; read it again",
            )


class MemoryLog:
    """The journal's entries in a list."""

    def __init__(self, undo: UndoLog) -> None:
        self._undo = undo
        self._entries: list[Entry] = []

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries after the last."""
        added = list(entries)
        expected = range(len(self._entries) + 1, len(self._entries) + 1 + len(added))
        if [entry.number for entry in added] != list(expected):
            raise Conflict("journal", "others recorded entries meanwhile; nothing was added")
        length = len(self._entries)
        self._undo.remember(lambda: self._entries.__delitem__(slice(length, None)))
        self._entries += added

    def read(self, start: int = 1) -> Iterator[Entry]:
        """The entries from this number on, in order."""
        return iter(self._entries[max(start, 1) - 1 :])

    def hashes(self, spans: Iterable[range]) -> Iterator[tuple[int, str]]:
        """The numbers and hashes of entries, in order."""
        for span in spans:
            for entry in self._entries[span.start - 1 : span.stop - 1]:
                yield entry.number, entry.sha256

    def head(self) -> Head:
        """The last entry's number and hash."""
        return head_of(self._entries[-1]) if self._entries else Head()

    def erase(self, numbers: Iterable[int]) -> None:
        """Remove the personal content of entries. Its hash and everything else are kept."""
        for number in numbers:
            place = number - 1
            if 0 <= place < len(self._entries):
                entry = self._entries[place]
                self._undo.remember(
                    lambda place=place, entry=entry: self._entries.__setitem__(place, entry)  # type: ignore[misc]
                )
                self._entries[place] = attrs.evolve(entry, personal=None)


class MemoryTree:
    """Hashes of the tree over the journal, by node."""

    def __init__(self, undo: UndoLog) -> None:
        self._undo = undo
        self._hashes: dict[Node, bytes] = {}

    def saved(self) -> Mapping[Node, bytes]:
        """All that is kept."""
        return self._hashes

    def find(self, nodes: Iterable[Node]) -> Mapping[Node, bytes]:
        """Those of the nodes that are kept, with their hashes."""
        return {node: self._hashes[node] for node in nodes if node in self._hashes}

    def put(self, nodes: Mapping[Node, bytes]) -> None:
        """Keep the hashes of nodes; one that is there is replaced."""
        for node, found in nodes.items():
            self._undo.set(self._hashes, node, found)


class MemoryAttachments:
    """Contents of attachments by their SHA-256."""

    def __init__(self, undo: UndoLog) -> None:
        self._undo = undo
        self._contents: dict[str, bytes] = {}

    def saved(self) -> Iterator[bytes]:
        """All contents."""
        return iter(self._contents.values())

    def put(self, content: bytes) -> str:
        """Store a content. Returns its SHA-256 in hexadecimal."""
        digest = hashlib.sha256(content).hexdigest()
        self._undo.set(self._contents, digest, content)
        return digest

    def get(self, digest: str) -> bytes:
        """The content with this SHA-256."""
        try:
            return self._contents[digest]
        except KeyError:
            raise NotFound("attachment", digest) from None

    def remove(self, digests: Iterable[str]) -> None:
        """Remove contents. Contents that are not there are skipped."""
        for digest in digests:
            self._undo.delete(self._contents, digest)


class MemoryStore:
    """A store whose data exist as long as the object, unless they are saved in a file.

    >>> import tempfile
    >>> store = MemoryStore()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store.save(f"{folder}/crm.memory")
    ...     opened = MemoryStore.open(f"{folder}/crm.memory")
    >>> opened.log.head().number
    0

    Args:
        block: How many new records of a kind are kept as they came before they are laid in columns.
    """

    def __init__(self, *, block: int = BLOCK) -> None:
        self._undo = UndoLog()
        self.records = MemoryRecords(self._undo, block)
        self.segments = MemorySegments(self._undo)
        self.contacts = IndexedContacts(self.records, self.segments)
        self.changes = MemoryChanges(self.records.forget)
        self.records.watch(self.changes)
        self.asked: dict[str, object] = {}
        self.log = MemoryLog(self._undo)
        self.tree = MemoryTree(self._undo)
        self.attachments = MemoryAttachments(self._undo)

    @classmethod
    def open(cls, path: str | Path) -> "MemoryStore":
        """The store that was saved in a file. Later changes reach the file when it is saved again.

        The file is read as data, and nothing in it is run. Columns are taken as they were, and
        indexes built as questions need them.

        Raises:
            NotFound: There is no such file.
            StoreError: It cannot be read, was saved by another version of the library or by
                somebody else, or was changed since.
        """
        made = cls()
        open_store(made, Path(path))
        return made

    def save(self, path: str | Path) -> None:
        """Save everything in a file, in place of one that is there: records, segments, journal.

        Raises:
            InvalidValue: A field holds a value of a type that no file can hold.
            StoreError: The file cannot be written; one that is there stays as it is.
        """
        with self.transaction():
            save_store(self, Path(path))

    def transaction(self) -> AbstractContextManager[None]:
        """A block whose changes are all kept, or all undone if an error leaves it."""
        return self._undo.transaction()

    def close(self) -> None:
        """Do nothing: a store in memory holds no files or connections."""
