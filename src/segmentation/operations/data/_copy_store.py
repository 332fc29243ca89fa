"""Copying a store into another, whatever each keeps its things in."""

from collections.abc import Iterator

import attrs

from segmentation.errors import Message, NotFound, Refused
from segmentation.fields import fields_of
from segmentation.journal import Head, verify
from segmentation.kinds import record_kinds
from segmentation.operations.schema import own_kinds
from segmentation.protocols import Store
from segmentation.segments import SegmentHeader, SegmentLine


def copy_store(source: Store, target: Store) -> Head:
    """Copy everything into an empty store: records, worksheets, journal, attachments.

    The source is read as of one moment and can be in use meanwhile. The journal is copied
    entry by entry and verified at the end; worksheets begin with a new version. Kinds of records
    that a host made in Python are not known here and are not copied.

    Args:
        source: The store to copy.
        target: Where to; nothing may be in its journal.

    Returns:
        The head of the journal, the same in both.

    Raises:
        Refused: The target's journal is not empty.
        JournalBroken: The source's journal does not hold; nothing is copied.

    >>> from segmentation.memory import MemoryStore
    >>> copy_store(MemoryStore(), MemoryStore()).number
    0
    """
    with source.transaction(), target.transaction():
        if target.log.head() != Head():
            reason = Message("the journal of the target is not empty")
            raise Refused(Message("copy a store"), reason)
        for kind in record_kinds().values():
            if kind not in {SegmentHeader, SegmentLine}:
                target.records.put(source.records.all(kind))
        for kind in own_kinds(source).values():
            target.records.prepare(kind)
            target.records.put(source.records.all(kind))
        for header in source.segments.headers():
            segment = source.segments.get(header.no)
            target.segments.put(attrs.evolve(segment, version=0, seen=""))
        for digest in {*_attachments(source)} - {""}:
            _copy_attachment(source, target, digest)
        target.log.append(source.log.read())
        return verify(target.log.read())


def _copy_attachment(source: Store, target: Store, digest: str) -> None:
    try:
        target.attachments.put(source.attachments.get(digest))
    except NotFound:
        return  # it was removed with the person that it was for


def _attachments(store: Store) -> Iterator[str]:
    """The attachments that records and worksheets name."""
    for kind in record_kinds().values():
        if any(field.name == "attachment" for field in fields_of(kind)):
            for item in store.records.all(kind):
                yield getattr(item, "attachment")  # noqa: B009 - of some kinds only
    for header in store.segments.headers():
        yield from store.segments.get(header.no).attachments
