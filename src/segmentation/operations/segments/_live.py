"""Who is to be tried again when a segment is refreshed: those who changed, and whom the day moved.

A refresh keeps with the segment what it had seen: where the changes of the store had come to, the
day, and what the criteria were. The next one tries only the contacts that changed since, or whose
rows passed over the edge of a relative date. Where that is not enough everybody is tried.
"""

from collections.abc import Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from hashlib import sha256
from typing import Self

import attrs

from segmentation.changes import MOST, Changed, linked_field
from segmentation.criteria import (
    MEANING,
    AsOf,
    BoundSelection,
    Cut,
    Schema,
    Table,
    among,
    bind,
    differing,
    segments_in,
    tables_of,
)
from segmentation.operations.context import Context
from segmentation.operations.permission import may_deny
from segmentation.operations.records import get_record
from segmentation.operations.schema import schema_of
from segmentation.protocols import Changes, NotesChanges, Store
from segmentation.segments import (
    ActionKind,
    CriteriaAction,
    Options,
    SavedCriteria,
    Segment,
    actions_from_json,
    contact_schema,
)
from segmentation.serialization import from_json, to_json
from segmentation.templates import InteractionTemplate


@attrs.frozen(kw_only=True)
class Seen:
    """What a refresh has seen.

    Attributes:
        position: Where the changes of the store had come to.
        today: The day that it was for.
        workdate: The work date.
        words: Tells apart what was asked: criteria, definitions, user, zone, tokens.
        version: The version of the segment that it left behind.
    """

    position: str
    today: date
    workdate: date
    words: str
    version: int = 0

    def to_text(self) -> str:
        """The form in which it is kept."""
        days = self.today.isoformat(), self.workdate.isoformat()
        return to_json([self.version, self.position, *days, self.words])

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The inverse."""
        version, position, today, workdate, words = from_json(text)
        return cls(
            version=version,
            position=position,
            today=date.fromisoformat(today),
            workdate=date.fromisoformat(workdate),
            words=words,
        )


@attrs.frozen
class Look:
    """What a refresh sees.

    Attributes:
        seen: What it has seen, to be kept; ``None`` if the next one is to try everybody.
        to_try: The contacts to try; ``None`` for everybody.
    """

    seen: Seen | None = None
    to_try: AbstractSet[str] | None = None

    def kept_with(self, segment: Segment) -> Segment:
        """A refreshed segment, which is to be stored, with what was seen."""
        if self.seen is None:
            return attrs.evolve(segment, seen="")
        seen = attrs.evolve(self.seen, version=segment.version + 1)
        return attrs.evolve(segment, seen=seen.to_text())


EVERYBODY = Look()
"""Everybody is tried, and so next time."""


def look(context: Context, segment: Segment, as_of: AsOf) -> Look:
    """Who is to be tried when a segment is refreshed; asked before anything else is read."""
    store = context.store
    if not isinstance(store, NotesChanges):
        return EVERYBODY
    position = store.changes.position()
    saved = list(_saved(store, segment.header.saved_criteria_code))
    actions = [action for each in saved for action in actions_from_json(each.actions)]
    if any(_cannot_be_followed(actions)) or _may_deny(store, segment):
        return EVERYBODY
    schema = schema_of(store)
    asked = _bound(actions, schema, as_of)
    seen = Seen(
        position=position,
        today=as_of.today,
        workdate=as_of.workdate,
        words=_words(store, [each.actions for each in saved], asked, as_of),
    )
    before = Seen.from_text(segment.seen) if segment.seen else None
    if before is None or (before.version, before.words) != (segment.version, seen.words):
        return Look(seen)
    return Look(seen, _to_try(store, store.changes, before, actions, asked))


def _saved(store: Store, code: str) -> Iterator[SavedCriteria]:
    """Saved criteria, and those that they refresh from; they do not go round in a circle."""
    saved = get_record(store, SavedCriteria, code)
    yield saved
    for action in actions_from_json(saved.actions):
        if action.kind is ActionKind.REFRESH:
            yield from _saved(store, action.saved_code)


def _cannot_be_followed(actions: Sequence[CriteriaAction]) -> Iterator[bool]:
    """Whether an action looks at several contacts together."""
    ignoring = Options(ignore_exclusion=True)
    for action in actions:
        options = attrs.evolve(action.options, ignore_exclusion=True)
        yield options != ignoring or isinstance(action.criteria, Cut)


def _may_deny(store: Store, segment: Segment) -> bool:
    """Whether somebody may be left out for the template of a segment, as consent is missing."""
    code = segment.header.interaction_template_code
    return may_deny(store.records.find(InteractionTemplate, code) if code else None)


def _bound(
    actions: Sequence[CriteriaAction], schema: Schema, as_of: AsOf
) -> Sequence[BoundSelection]:
    return [bind(action.criteria, schema, as_of) for action in actions]


def _words(store: Store, texts: Sequence[str], asked: Sequence[BoundSelection], as_of: AsOf) -> str:
    """A hash of all that decides who passes, but for the contacts and the day."""
    named = {no for bound in asked for no in segments_in(bound)}
    versions = [(no, store.segments.get(no).version) for no in sorted(named)]
    tables = [(each.name, repr(each.link), *_own_fields(each)) for each in _tables(asked)]
    day = (as_of.user, str(as_of.zone), as_of.date_order, sorted(as_of.tokens.items()))
    told = repr((MEANING, texts, versions, tables, day))
    return sha256(told.encode()).hexdigest()


def _own_fields(table: Table) -> Iterator[str]:
    """The fields of a table that a host may define anew."""
    ours = contact_schema().tables
    for field in table.fields.values():
        if field.extra or table.name not in ours:
            yield repr(field)


def _tables(asked: Sequence[BoundSelection]) -> Sequence[Table]:
    found = {table.name: table for bound in asked for table in tables_of(bound)}
    return [found[name] for name in sorted(found)]


# -- who is to be tried -----------------------------------------------------------------------


def _to_try(
    store: Store,
    changes: Changes,
    before: Seen,
    actions: Sequence[CriteriaAction],
    asked: Sequence[BoundSelection],
) -> AbstractSet[str] | None:
    tables = _tables(asked)
    changed = changes.since(before.position, [table.name for table in tables])
    if changed is None:
        return None
    found: set[str] = set()
    for step in (
        _changed(store, asked[0], tables, changed),
        _moved(store, before, actions, asked),
    ):
        for nos in step:
            if nos is None:
                return None
            found.update(nos)
            if len(found) > MOST:
                return None
    return found


def _changed(
    store: Store, bound: BoundSelection, tables: Sequence[Table], changed: Changed
) -> Iterator[Collection[str] | None]:
    """The contacts that changed, or whose rows did; ``None`` if that is not known."""
    schema = bound.schema
    for table in tables:
        if table.name not in changed:
            continue
        owners, field = changed[table.name], linked_field(table, schema.base, schema.key)
        if owners is None or field is None:
            yield None
        elif field == schema.key:
            yield owners
        elif owners - {""}:
            everybody = attrs.evolve(bound, node=None, cut=None)
            yield store.contacts.matching(among(everybody, owners - {""}, field))


def _moved(
    store: Store,
    before: Seen,
    actions: Sequence[CriteriaAction],
    asked: Sequence[BoundSelection],
) -> Iterator[Collection[str] | None]:
    """The contacts whom the day moved over an edge; ``None`` if that is not known."""
    for action, new in zip(actions, asked, strict=True):
        as_of = attrs.evolve(new.as_of, today=before.today, workdate=before.workdate)
        if as_of == new.as_of:
            return
        old = bind(action.criteria, new.schema, as_of)
        if old.node != new.node:
            moved = differing(old, new)
            yield None if moved is None else store.contacts.matching(moved)
