"""What needs a record of a table: records that refer to it, segments at work, saved criteria."""

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from segmentation.campaigns import CampaignEntry, CampaignTally
from segmentation.contacts import ContactMark
from segmentation.criteria import Criteria
from segmentation.errors import Identifier, Message
from segmentation.fields import Record, key_of
from segmentation.interactions import Interaction, InteractionComment, InteractionTotal
from segmentation.markup import to_table
from segmentation.operations.records import get_record
from segmentation.operations.schema import kinds_in
from segmentation.protocols import Store
from segmentation.segments import (
    LoggedSegment,
    SavedCriteria,
    SegmentHeader,
    SegmentLine,
    actions_from_json,
)
from segmentation.showing import shown_by

from ._kinds import table_kind
from ._mentions import Naming, referring_fields, walk_segment

RECORDED = frozenset(
    {
        CampaignEntry,
        CampaignTally,
        ContactMark,
        Interaction,
        InteractionComment,
        InteractionTotal,
        LoggedSegment,
    }
)
"""What the journal recorded, or what is worked out from it: it says all of itself and stays."""

WITHIN_SEGMENTS = frozenset({SegmentHeader, SegmentLine})
"""What a segment at work keeps with it."""

_SHOWN = 10


@shown_by("table", "field", "keys")
@attrs.frozen
class Use:
    """Records that need a key, by the field that names it.

    Attributes:
        table: The table of the records.
        field: The field that names the key; ``actions`` where criteria name it in a filter.
        keys: The keys of the records, the parts of each joined by blanks; of lines and texts of
            a segment the segment's number.
    """

    table: str
    field: str
    keys: tuple[str, ...]

    @property
    def message(self) -> Message:
        """The use as text, with the first of the keys."""
        field = Identifier(f"{self.table}.{self.field}")
        shown = ", ".join(self.keys[:_SHOWN])
        more = len(self.keys) - _SHOWN
        if more > 0:
            return Message(
                "{field} of {keys} and {count} more", field=field, keys=shown, count=more
            )
        if shown:
            return Message("{field} of {keys}", field=field, keys=shown)
        return Message("{field}", field=field)

    def __str__(self) -> str:
        return str(self.message)

    def _repr_html_(self) -> str:
        """The keys, one a row."""
        rows = [[key] for key in self.keys[:_SHOWN]]
        caption = f"{self.table}.{self.field}"
        return to_table(["key"], rows, caption=caption, more=len(self.keys) - len(rows))


def uses(store: Store, table: str | type[Record], key: object) -> tuple[Use, ...]:
    """What needs a record of a table, outside the journal.

    Args:
        store: Where everything is kept.
        table: The table's name, or its kind.
        key: The record's key, or the record.

    Returns:
        The records whose fields refer to it, and the segments at work and saved criteria that
        name it: in header, lines and texts, or literally in the filter of an action.

    Raises:
        NotFound: There is no such table.
        InvalidValue: The table has a noun of its own.
        NotFound: There is no such record.
    """
    kind = table_kind(store, table)
    return uses_of(store, get_record(store, kind, key))


def uses_of(store: Store, record: Record) -> tuple[Use, ...]:
    """What needs a record; nothing refers to one whose key has several parts."""
    key = key_of(record)
    if len(key) != 1:
        return ()
    naming = Naming(record.__table__, key[0])
    return (*_of_records(store, naming), *_of_segments(store, naming), *_of_saved(store, naming))


def referring_kinds(store: Store, table: str) -> Mapping[type[Record], tuple[str, ...]]:
    """The kinds of records kept by themselves that refer to a table, with their fields."""
    return {
        kind: fields
        for kind in kinds_in(store).values()
        if kind not in RECORDED
        and kind not in WITHIN_SEGMENTS
        and (fields := referring_fields(kind, table))
    }


def _of_records(store: Store, naming: Naming) -> Iterator[Use]:
    for kind, fields in referring_kinds(store, naming.table).items():
        for field in fields:
            rows: Iterator[Any] = store.records.all(kind, **{field: naming.key})
            keys = tuple(" ".join(map(str, key_of(row))) for row in rows)
            if keys:
                yield Use(kind.__table__, field, keys)


def _of_segments(store: Store, naming: Naming) -> Iterator[Use]:
    found: dict[tuple[str, str], dict[str, None]] = {}
    for header in store.segments.headers():
        no = header.no

        def see(table: str, field: str, no: str = no) -> None:
            found.setdefault((table, field), {})[no] = None

        def on_record(record: Record) -> Record:
            for field in naming.fields_in(record):
                see(record.__table__, field)
            return record

        def on_criteria(criteria: Criteria) -> Criteria:
            if _names(naming, criteria):
                see(SegmentHeader.__table__, "actions")
            return criteria

        walk_segment(store.segments.get(no), on_record, on_criteria)
    for (table, field), nos in found.items():
        yield Use(table, field, tuple(nos))


def _of_saved(store: Store, naming: Naming) -> Iterator[Use]:
    codes = tuple(
        saved.code
        for saved in store.records.all(SavedCriteria)
        if any(
            action.criteria is not None and _names(naming, action.criteria)
            for action in actions_from_json(saved.actions)
        )
    )
    if codes:
        yield Use(SavedCriteria.__table__, "actions", codes)


def _names(naming: Naming, criteria: Criteria) -> bool:
    """Whether a filter compares with the key: then naming another makes other criteria."""
    return naming.renamed_in(criteria, f"not {naming.key}") != criteria
