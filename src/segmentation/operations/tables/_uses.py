"""What needs a record of a table: records that refer to it, segments at work, saved criteria."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from segmentation.campaigns import (
    Campaign,
    CampaignActivation,
    CampaignEntry,
    CampaignTally,
    CampaignTarget,
    HeldBackContact,
)
from segmentation.code_tables import Purpose
from segmentation.consents import Consent
from segmentation.contacts import AddressMark, ContactMark
from segmentation.criteria import Criteria
from segmentation.errors import Identifier, Message, Refused
from segmentation.fields import Record, key_of
from segmentation.interactions import Interaction, InteractionComment, InteractionTotal
from segmentation.markup import to_table
from segmentation.operations.records import get_record
from segmentation.operations.schema import kinds_in, schema_of
from segmentation.protocols import Store
from segmentation.questionnaires import ProfileQuestionnaireLine
from segmentation.segments import (
    CriteriaAction,
    LoggedSegment,
    SavedCriteria,
    SegmentHeader,
    SegmentLine,
    actions_from_json,
)
from segmentation.showing import shown_by
from segmentation.templates import InteractionTemplate, TemplateLanguage

from ._kinds import table_kind
from ._mentions import Naming, names_field, referring_fields, walk_segment

RECORDED = frozenset(
    {
        AddressMark,
        CampaignEntry,
        CampaignTally,
        Consent,
        ContactMark,
        HeldBackContact,
        Interaction,
        InteractionComment,
        InteractionTotal,
        LoggedSegment,
    }
)
"""What the journal recorded, or what is worked out from it: it says all of itself and stays."""

WITHIN_SEGMENTS = frozenset({SegmentHeader, SegmentLine})
"""What a segment at work keeps with it."""

_WITH_NOUNS: Mapping[str, type[Record]] = {
    kind.__table__: kind for kind in (Campaign, InteractionTemplate, SavedCriteria, SegmentHeader)
}
"""The kinds with nouns of their own that are deleted only when nothing needs them."""

_GO_ALONG: Mapping[str, frozenset[type[Record]]] = {
    Campaign.__table__: frozenset({CampaignActivation, CampaignTarget}),
    InteractionTemplate.__table__: frozenset({TemplateLanguage}),
}
"""What is deleted together with a record of a table, so that it does not need it."""

_KEPT_FOR: Mapping[str, type[Record]] = {Purpose.__table__: Consent}
"""What the journal recorded by a code that is to be known for good, by the table of the code."""

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
        table: The table's name, or its kind; with segments, saved criteria, interaction
            templates and campaigns, which have nouns of their own.
        key: The record's key, or the record.

    Returns:
        The records whose fields refer to it, and the segments at work and saved criteria that
        name it: in header, lines and texts, or literally in the filter of an action.

    Raises:
        NotFound: There is no such table.
        InvalidValue: The table has another noun of its own.
        NotFound: There is no such record.
    """
    name = table if isinstance(table, str) else table.__table__
    kind = _WITH_NOUNS.get(name) or table_kind(store, table)
    return uses_of(store, get_record(store, kind, key))


def uses_of(store: Store, record: Record) -> tuple[Use, ...]:
    """What needs a record; nothing refers to one whose key has several parts."""
    key = key_of(record)
    if len(key) != 1:
        return ()
    naming = Naming(record.__table__, key[0])

    def names(action: CriteriaAction) -> bool:
        if isinstance(record, SavedCriteria) and action.saved_code == record.code:
            return True
        return action.criteria is not None and _names(naming, action.criteria)

    return (
        *uses_in_journal(store, naming),
        *_of_records(store, naming),
        *_of_segments(store, naming),
        *_of_saved(store, names),
    )


def uses_in_journal(store: Store, naming: Naming) -> Iterator[Use]:
    """What the journal recorded by a code that must stay as it is."""
    kind = _KEPT_FOR.get(naming.table)
    if kind is None:
        return
    for field in referring_fields(kind, naming.table):
        rows: Iterator[Any] = store.records.all(kind, **{field: naming.key})
        keys = tuple(f"{row.entry_no} ({row.contact_no})" for row in rows)
        if keys:
            yield Use(kind.__table__, field, keys)


def check_unused(store: Store, record: Record, step: Message) -> None:
    """See that nothing needs a record.

    Raises:
        Refused: Something does; the error lists what.
    """
    refuse_used(step, uses_of(store, record))


def refuse_used(step: Message, found: Sequence[Use]) -> None:
    """See that there is no use.

    Raises:
        Refused: There is one; the error lists all.
    """
    if found:
        listed = Message.joined("; ", [use.message for use in found])
        raise Refused(step, Message("it is needed by {uses}", uses=listed))


def uses_of_field(store: Store, table: str | type[Record], field: str) -> tuple[Use, ...]:
    """What needs a field: saved criteria and segments at work that ask for it, and scorings.

    Args:
        store: Where everything is kept.
        table: The table, by name, short name or kind.
        field: The field, likewise.

    Raises:
        UnknownName: There is no such table or field.
    """
    schema = schema_of(store)
    known = schema.table(table if isinstance(table, str) else table.__table__)
    name = known.field(field).name

    def names(action: CriteriaAction) -> bool:
        criteria = action.criteria
        return criteria is not None and names_field(schema, criteria, known.name, name)

    segments = [
        header.no
        for header in store.segments.headers()
        if any(map(names, store.segments.get(header.no).actions))
    ]
    scored = [
        f"{line.profile_questionnaire_code} {line.line_no}"
        for line in store.records.all(ProfileQuestionnaireLine)
        if line.source_table == known.name
        and name in {line.source_date_field, line.source_amount_field}
    ]
    found = [
        Use(SegmentHeader.__table__, "actions", tuple(segments)),
        *_of_saved(store, names),
        Use(ProfileQuestionnaireLine.__table__, "source_table", tuple(scored)),
    ]
    return tuple(use for use in found if use.keys)


def referring_kinds(store: Store, table: str) -> Mapping[type[Record], tuple[str, ...]]:
    """The kinds of records kept by themselves that refer to a table, with their fields."""
    return {
        kind: fields
        for kind in kinds_in(store).values()
        if kind not in RECORDED
        and kind not in WITHIN_SEGMENTS
        and kind not in _GO_ALONG.get(table, ())
        and (fields := referring_fields(kind, table))
    }


def _of_records(store: Store, naming: Naming) -> Iterator[Use]:
    for kind, fields in referring_kinds(store, naming.table).items():
        for field in fields:
            rows: Iterator[Any] = store.records.all(kind, **{field: naming.key})
            keys = tuple(" ".join(map(str, key_of(row))) for row in rows)
            if keys:
                yield Use(kind.__table__, field, keys)
    for field in referring_fields(Interaction, naming.table):
        put_off = store.records.all(Interaction, **{"postponed": True, field: naming.key})
        numbers = tuple(str(each.entry_no) for each in put_off)
        if numbers:
            yield Use(Interaction.__table__, field, numbers)


def _of_segments(store: Store, naming: Naming) -> Iterator[Use]:
    found: dict[tuple[str, str], dict[str, None]] = {}
    for header in store.segments.headers():
        no = header.no
        if naming.table == SegmentHeader.__table__ and naming.key == no:
            continue  # what is within it goes along

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


def _of_saved(store: Store, names: Callable[[CriteriaAction], bool]) -> Iterator[Use]:
    codes = tuple(
        saved.code
        for saved in store.records.all(SavedCriteria)
        if any(map(names, actions_from_json(saved.actions)))
    )
    if codes:
        yield Use(SavedCriteria.__table__, "actions", codes)


def _names(naming: Naming, criteria: Criteria) -> bool:
    """Whether a filter compares with the key: then naming another makes other criteria."""
    return naming.renamed_in(criteria, f"not {naming.key}") != criteria
