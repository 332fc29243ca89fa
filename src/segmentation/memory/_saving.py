"""A store in memory as sections of a file, and back."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from segmentation.errors import JournalBroken, NotFound
from segmentation.journal import Entry, Head, from_line, to_line
from segmentation.proofs import Node
from segmentation.segments import (
    Segment,
    SegmentHeader,
    SegmentLine,
    actions_from_json,
    actions_to_json,
    undone_from_json,
)
from segmentation.serialization import from_data, to_data
from segmentation.templates import TemplateLanguage

from ._changes import MemoryChanges
from ._files import READING, Section, broken, read_sections, write_sections
from ._records import MemoryRecords
from ._saved_columns import Parts
from ._saved_tables import SavedField, SavedTable

_ENTRIES = 1_000
"""How many entries of the journal stand in a section together."""


class Segments(Protocol):
    """The segments of a store in memory."""

    def saved(self) -> Iterator[Segment]:
        """All segments."""

    def open(self, segment: Segment) -> None:
        """Take a segment of a file as it was."""


class Log(Protocol):
    """The journal of a store in memory."""

    def head(self) -> Head:
        """The last entry's number and hash."""

    def read(self) -> Iterator[Entry]:
        """All entries, in order."""

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries after the last."""


class Tree(Protocol):
    """The tree over the journal of a store in memory."""

    def saved(self) -> Mapping[Node, bytes]:
        """All that is kept."""

    def put(self, nodes: Mapping[Node, bytes]) -> None:
        """Keep the hashes of nodes."""


class Attachments(Protocol):
    """The attachments of a store in memory."""

    def saved(self) -> Iterator[bytes]:
        """All contents."""

    def put(self, content: bytes) -> str:
        """Store a content."""


class Saved(Protocol):
    """A store in memory."""

    @property
    def records(self) -> MemoryRecords:
        """Its records."""

    @property
    def changes(self) -> MemoryChanges:
        """What changed in it."""

    @property
    def segments(self) -> Segments:
        """Its segments."""

    @property
    def log(self) -> Log:
        """Its journal."""

    @property
    def tree(self) -> Tree:
        """The tree over its journal."""

    @property
    def attachments(self) -> Attachments:
        """Its attachments."""


def save_store(store: Saved, path: Path) -> None:
    """Save a store in a file, in place of one that is there.

    Raises:
        InvalidValue: A field holds a value of a type that cannot be saved.
        StoreError: The file cannot be written; the one that is there stays as it is.
    """
    write_sections(path, _sections(store))


def _sections(store: Saved) -> Iterator[Section]:
    yield {"changes": store.changes.position()}, ()
    for table in store.records.saved():
        fields = [[name, each.data, len(each.parts)] for name, each in table.fields.items()]
        parts = [part for each in table.fields.values() for part in each.parts]
        yield {"table": table.name, "size": table.size, "fields": fields}, parts
    for segment in store.segments.saved():
        yield {"segment": _segment_data(segment)}, ()
    entries = map(to_line, store.log.read())
    while some := list(islice(entries, _ENTRIES)):
        yield {"entries": some}, ()
    yield {"tree": [[*node, digest.hex()] for node, digest in store.tree.saved().items()]}, ()
    for content in store.attachments.saved():
        yield {"attachment": len(content)}, (content,)


def open_store(store: Saved, path: Path) -> None:
    """Fill an empty store from a file.

    Raises:
        NotFound: There is no such file.
        StoreError: It cannot be read, is none of ours, of another version, or was changed.
    """
    sections = read_sections(path)
    try:
        for data, parts in sections:
            _take(store, path, data, parts)
    except (*READING, JournalBroken) as error:
        if isinstance(error, NotFound):
            raise
        raise broken(path) from error


def _take(store: Saved, path: Path, data: Any, parts: Parts) -> None:  # noqa: ANN401
    match data:
        case {"changes": str(position)}:
            store.changes.go_on_from(position)
        case {"table": str(name), "size": int(size), "fields": fields}:
            rest = iter(parts)
            held = {
                field: SavedField(column, [*islice(rest, count)]) for field, column, count in fields
            }
            store.records.open([SavedTable(name, size, held, path)])
        case {"segment": segment}:
            store.segments.open(_segment(segment))
        case {"entries": lines}:
            first = store.log.head().number + 1
            store.log.append(from_line(line, number) for number, line in enumerate(lines, first))
        case {"tree": nodes}:
            store.tree.put({(level, at): bytes.fromhex(digest) for level, at, digest in nodes})
        case {"attachment": int()}:
            store.attachments.put(bytes(parts[0]))
        case _:
            raise broken(path)


def _segment_data(segment: Segment) -> Mapping[str, Any]:
    return {
        "header": to_data(segment.header),
        "lines": [to_data(line) for line in segment.lines],
        "actions": actions_to_json(segment.actions, segment.undone),
        "languages": [to_data(text) for text in segment.languages],
        "version": segment.version,
        "seen": segment.seen,
    }


def _segment(data: Mapping[str, Any]) -> Segment:
    return Segment(
        header=from_data(SegmentHeader, data["header"]),
        lines=tuple(from_data(SegmentLine, line) for line in data["lines"]),
        actions=actions_from_json(data["actions"]),
        undone=undone_from_json(data["actions"]),
        languages=tuple(from_data(TemplateLanguage, text) for text in data["languages"]),
        version=data["version"],
        seen=data["seen"],
    )
