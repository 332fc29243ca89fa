"""Who is to be tried again when a segment is refreshed: those who changed, and whom the day moved.

A refresh keeps with the segment what it had seen: where the changes of the store had come to, the
day, and what the criteria were. The next one tries only the contacts that changed since, or whose
rows passed over the edge of a relative date. Where that is not enough everybody is tried.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import date
from typing import Self

import attrs

from segmentation.changes import MOST, RULES, Changed, linked_field
from segmentation.criteria import (
    AsOf,
    among,
    differing,
)
from segmentation.errors import NotFound
from segmentation.frozen import freeze_within
from segmentation.operations.context import Context
from segmentation.operations.permission import may_deny
from segmentation.protocols import Changes, NotesChanges, Store
from segmentation.segments import (
    Segment,
)
from segmentation.serialization import from_json, to_json
from segmentation.templates import InteractionTemplate

from ._apply_action import Few
from ._asked import Asked, hash_of, keep_asked, kept_asked
from ._circles import check_circle


@attrs.frozen(kw_only=True, field_transformer=freeze_within)
class Seen:
    """What a refresh has seen.

    Attributes:
        position: Where the changes of the store had come to.
        today: The day that it was for.
        workdate: The work date.
        asking: Tells apart who asked, and how: the user, the zone, tokens.
        words: Tells apart what was asked: the criteria and definitions.
        tables: The tables that were asked.
        named: The segments that the criteria name, with their versions.
        version: The version of the segment that it left behind.
    """

    position: str
    today: date
    workdate: date
    asking: str
    words: str
    tables: tuple[str, ...]
    named: Mapping[str, int]
    version: int = 0

    def to_text(self) -> str:
        """The form in which it is kept."""
        days = self.today.isoformat(), self.workdate.isoformat()
        named = dict(self.named)
        rest = self.asking, self.words, self.tables, named
        return to_json([self.version, self.position, *days, *rest])

    @classmethod
    def of(cls, segment: Segment) -> Self | None:
        """What the last refresh of a segment has seen, if nothing was done to it since."""
        version, *rest = from_json(segment.seen) if segment.seen else (None,)
        if version != segment.version or len(rest) != _PARTS:
            return None
        position, today, workdate, asking, words, tables, named = rest
        return cls(
            version=version,
            position=position,
            today=date.fromisoformat(today),
            workdate=date.fromisoformat(workdate),
            asking=asking,
            words=words,
            tables=tuple(tables),
            named=named,
        )


_PARTS = 7


@attrs.frozen
class Look:
    """What a refresh sees.

    Attributes:
        seen: What it has seen, to be kept; ``None`` if the next one is to try everybody.
        few: The contacts to try; ``None`` for everybody.
        is_same_day: Whether it is for the day of the refresh before.
    """

    seen: Seen | None = None
    few: Few | None = None
    is_same_day: bool = False

    def found_nothing(self, before: Segment, after: Segment) -> bool:
        """Whether a refresh tried few, on the day of the one before, and found all as they were.

        So it need not be kept: the next one tries the same few again.
        """
        if not self.is_same_day or self.few is None or len(self.few.nos) > _FEW:
            return False
        last, done = before.actions[-1], after.actions[-1]
        return not (done.inserted or done.removed) and (last.left_out, last.overruled) == (
            done.left_out,
            done.overruled,
        )

    def kept_with(self, segment: Segment) -> Segment:
        """A refreshed segment, which is to be stored, with what was seen."""
        if self.seen is None:
            return attrs.evolve(segment, seen="")
        seen = attrs.evolve(self.seen, version=segment.version + 1)
        return attrs.evolve(segment, seen=seen.to_text())


_FEW = 20
"""So many contacts at most are rather tried again than what was seen is kept."""

EVERYBODY = Look()
"""Everybody is tried, and so next time."""


def is_unchanged(store: Store, segment: Segment, as_of: AsOf) -> bool:
    """Whether nothing changed since a segment was refreshed that its criteria depend on.

    Neither criteria nor contacts are read for that.
    """
    seen = Seen.of(segment)
    if seen is None or not isinstance(store, NotesChanges):
        return False
    asked = seen.today, seen.workdate, seen.asking
    if asked != (as_of.today, as_of.workdate, _asking(as_of)):
        return False
    with suppress(NotFound):  # a segment that is gone is told of by the refresh itself
        if _versions(store, seen.named) == seen.named:
            return _noted_since(store.changes, seen) == {}
    return False


def look(context: Context, segment: Segment, as_of: AsOf) -> Look:
    """Who is to be tried when a segment is refreshed; asked before anything else is read.

    Raises:
        Refused: The criteria go round in a circle.
        UnknownName: They name a table or field that the schema does not have.
    """
    store = context.store
    changes = store.changes if isinstance(store, NotesChanges) else None
    before = Seen.of(segment)
    position = changes.position() if changes else ""
    changed = _noted_since(changes, before) if changes and before else None
    code = segment.header.saved_criteria_code
    if before is None or before.named or changed is None or not changed.keys().isdisjoint(RULES):
        check_circle(store, code)
    asked = _asked_as_before(store, before, changed, as_of) or Asked.of(store, code, as_of)
    if not changes or asked.looks_at_many or _may_deny(store, segment):
        return EVERYBODY
    keep_asked(store, asked)
    seen = Seen(
        position=position,
        today=as_of.today,
        workdate=as_of.workdate,
        asking=_asking(as_of),
        words=asked.words,
        tables=tuple(table.name for table in asked.tables),
        named=_versions(store, asked.segments),
    )
    if before is None or not _asks_the_same(before, seen):
        return Look(seen)
    nos = None if changed is None else _to_try(store, changed, before, asked)
    few = None if nos is None else Few(nos, asked.actions, asked.bound)
    is_same_day = (before.today, before.workdate) == (seen.today, seen.workdate)
    return Look(seen, few, is_same_day=is_same_day)


def _asked_as_before(
    store: Store, before: Seen | None, changed: Changed | None, as_of: AsOf
) -> Asked | None:
    """What the criteria ask, if neither they nor definitions changed since, and it is kept."""
    if before is None or changed is None or not changed.keys().isdisjoint(RULES):
        return None
    return kept_asked(store, before.words, as_of)


def _noted_since(changes: Changes, seen: Seen) -> Changed | None:
    return changes.since(seen.position, [*RULES, *seen.tables])


def _asks_the_same(before: Seen, now: Seen) -> bool:
    return (before.asking, before.words, before.named) == (now.asking, now.words, now.named)


def _may_deny(store: Store, segment: Segment) -> bool:
    """Whether somebody may be left out for the template of a segment, as consent is missing."""
    code = segment.header.interaction_template_code
    return may_deny(store.records.find(InteractionTemplate, code) if code else None)


def _asking(as_of: AsOf) -> str:
    """A hash of who asks, and how, but for the day."""
    return hash_of(as_of.user, str(as_of.zone), as_of.date_order, sorted(as_of.tokens.items()))


def _versions(store: Store, segment_nos: Iterable[str]) -> Mapping[str, int]:
    return {no: store.segments.get(no).version for no in sorted(segment_nos)}


# -- who is to be tried -----------------------------------------------------------------------


def _to_try(store: Store, changed: Changed, before: Seen, asked: Asked) -> AbstractSet[str] | None:
    found: set[str] = set()
    for step in (_changed(store, asked, changed), _moved(store, before, asked)):
        for nos in step:
            if nos is None:
                return None
            found.update(nos)
            if len(found) > MOST:
                return None
    return found


def _changed(store: Store, asked: Asked, changed: Changed) -> Iterator[Collection[str] | None]:
    """The contacts that changed, or whose rows did; ``None`` if that is not known."""
    bound, schema = asked.bound[0], asked.schema
    for table in asked.tables:
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


def _moved(store: Store, before: Seen, asked: Asked) -> Iterator[Collection[str] | None]:
    """The contacts whom the day moved over an edge; ``None`` if that is not known."""
    as_of = attrs.evolve(asked.as_of, today=before.today, workdate=before.workdate)
    if as_of == asked.as_of:
        return
    for old, new in zip(asked.on(as_of).bound, asked.bound, strict=True):
        if old.node != new.node:
            moved = differing(old, new)
            yield None if moved is None else store.contacts.matching(moved)
