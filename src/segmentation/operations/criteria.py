"""Asking about a selection: what it says, why somebody passes, how many each part leaves.

The answers come from the store's own way of selecting, so that a count beside a list is never
another count.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Any

import attrs

from segmentation.codes import to_code
from segmentation.contacts import Contact
from segmentation.criteria import (
    AllOf,
    AsOf,
    BoundNode,
    Concern,
    Counts,
    Criteria,
    Explanation,
    PartCount,
    Remark,
    Schema,
    Table,
    bind,
    check,
    circle_from,
    describe,
    explain,
    parts_of,
    segments_of,
)
from segmentation.fields import Field, key_of
from segmentation.interactions import Interaction
from segmentation.kinds import record_kinds
from segmentation.languages import Phrases
from segmentation.operations.context import Context
from segmentation.operations.records import require_contact
from segmentation.protocols import Store
from segmentation.segments import (
    FILTERED,
    LoggedSegment,
    SegmentHeader,
    contact_schema,
)
from segmentation.setup import ExtraField

_FILTERED = {kind.__table__: kind for kind, _, _ in FILTERED}


class StoredRows:
    """The rows that belong to single contacts, looked up in a store one contact at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def rows(self, table: Table, key: tuple[Any, ...]) -> Iterable[Any]:
        """The rows of a linked table whose link fields equal the key."""
        on = table.link.on if table.link else ()
        equal = {field: value for (field, _), value in zip(on, key, strict=True)}
        return self._store.records.all(_FILTERED[table.name], **equal)

    def segment_members(self, segment_no: str) -> Container[str]:
        """The contacts on the lines of a segment."""
        return frozenset(self._store.segments.get(segment_no).contact_nos)

    def logged_members(self, entry_no: int) -> Container[str]:
        """The contacts that were logged with a logged segment."""
        found = self._store.records.all(Interaction, logged_segment_entry_no=entry_no)
        return frozenset(interaction.contact_no for interaction in found)


def describe_selection(context: Context, criteria: Criteria | None) -> str:
    """A selection in words, with the dates that relative ones stand for."""
    return describe(bind(criteria, schema_of(context.store), context.day), context.phrases)


def explain_contact(context: Context, criteria: Criteria | None, contact_no: str) -> Explanation:
    """Why a contact passes a selection, or why not: which parts hold, decided by which rows.

    Raises:
        NotFound: There is no such contact.
    """
    store = context.store
    contact = require_contact(store, contact_no)
    bound = bind(criteria, schema_of(store), context.day)
    return explain(bound, StoredRows(store), contact, phrases=context.phrases)


def count_each_part(context: Context, criteria: Criteria | None) -> Counts:
    """How many contacts each part of a selection leaves, alone and with those before it."""
    store = context.store
    bound = bind(criteria, schema_of(store), context.day)
    parts = () if bound.node is None else parts_of(bound.node)

    def count(node: BoundNode | None) -> int:
        return store.contacts.count(attrs.evolve(bound, node=node, cut=None))

    base, counted = count(None), []
    left = base
    for place, part in enumerate(parts, start=1):
        alone = count(part)
        left = alone if place == 1 else count(AllOf(parts[:place]))
        sentence = describe(attrs.evolve(bound, node=part, cut=None), context.phrases)
        counted.append(PartCount(sentence, alone, left))
    return Counts(base, tuple(counted), left, phrases=context.phrases)


def check_selection(
    context: Context, criteria: Criteria, *, segment_no: str = ""
) -> tuple[Remark, ...]:
    """What is wrong or remarkable about a selection, each thing in a sentence.

    Args:
        context: Store, user, day and clock.
        criteria: The selection.
        segment_no: The segment that it is for, which it should not ask for itself.
    """
    store = context.store

    def known(table: str) -> Container[str] | None:
        if table == SegmentHeader.__table__:
            return frozenset(header.no for header in store.segments.headers())
        if table == LoggedSegment.__table__:
            return frozenset(str(item.entry_no) for item in store.records.all(LoggedSegment))
        kind = record_kinds().get(table)
        if kind is None or kind is Contact:
            return None
        keys = frozenset(str(key_of(item)[0]) for item in store.records.all(kind))
        return keys or None

    found = check(criteria, schema_of(store), context.day, known=known, phrases=context.phrases)
    return (*found, *_circles(store, criteria, to_code(segment_no), context.phrases))


def _circles(
    store: Store, criteria: Criteria, segment_no: str, phrases: Phrases
) -> Iterator[Remark]:
    """Segments that ask for their own members, by themselves or by way of others."""
    asked = tuple(map(to_code, segments_of(criteria)))
    there = {header.no for header in store.segments.headers()}

    def asked_for(no: str) -> Iterator[str]:
        if no == segment_no:
            yield from asked
        for action in store.segments.get(no).actions if no in there else ():
            if action.criteria is not None:
                yield from map(to_code, segments_of(action.criteria))

    for no in (segment_no,) if segment_no else asked:
        circle = circle_from(no, asked_for)
        if circle:
            sentence = phrases.say("circle", no=no, circle=" → ".join(circle))
            yield Remark(Concern.CIRCLE, "", sentence)


def schema_of(store: Store) -> Schema:
    """The schema of a store's contacts: our tables, with the extra fields taken in."""
    added: dict[str, list[Field]] = {}
    for extra in store.records.all(ExtraField):
        added.setdefault(extra.table, []).append(extra.field)
    return contact_schema(added)


def select(store: Store, criteria: Criteria | None, as_of: AsOf) -> Sequence[str]:
    """The numbers of the contacts that pass, excluded and blocked ones among them.

    Args:
        store: Where the contacts are.
        criteria: What to choose by; ``None`` for every contact.
        as_of: The day and user that relative dates and tokens stand for.
    """
    return store.contacts.matching(bind(criteria, schema_of(store), as_of))
