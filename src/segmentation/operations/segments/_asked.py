"""What saved criteria ask, worked out once for as long as they stay as they are.

A store keeps it for its process, under a hash of the criteria and of the definitions that they
depend on. So a refresh of many segments reads neither again, nor binds anything a second time.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import chain
from typing import Self

import attrs

from segmentation.criteria import (
    MEANING,
    AsOf,
    BoundSelection,
    Cut,
    Schema,
    Table,
    bind,
    segments_in,
    tables_of,
)
from segmentation.frozen import freeze_within
from segmentation.operations.records import get_record
from segmentation.operations.schema import schema_of
from segmentation.protocols import KeepsAsked, Store
from segmentation.segments import (
    ActionKind,
    CriteriaAction,
    Options,
    SavedCriteria,
    actions_from_json,
    contact_schema,
)


@attrs.frozen(kw_only=True, eq=False, field_transformer=freeze_within)
class Asked:
    """What saved criteria ask on a day, with those that they refresh from.

    Attributes:
        actions: The actions of each, by their codes.
        schema: What they ask of.
        as_of: The day.
        bound: What each action asks, one criteria after the other.
        tables: The tables that are asked.
        words: A hash of the criteria and of the definitions that they depend on.
    """

    actions: Mapping[str, Sequence[CriteriaAction]]
    schema: Schema
    as_of: AsOf
    bound: Sequence[BoundSelection]
    tables: Sequence[Table]
    words: str

    @classmethod
    def of(cls, store: Store, code: str, as_of: AsOf) -> Self:
        """What criteria ask now, which do not go round in a circle.

        Raises:
            UnknownName: They name a table or field that the schema does not have.
        """
        texts = {each.code: each.actions for each in _saved(store, code)}
        actions = {each: actions_from_json(text) for each, text in texts.items()}
        schema = schema_of(store)
        bound = _bound(actions, schema, as_of)
        tables = _tables(bound)
        words = _words(texts, tables)
        return cls(
            actions=actions, schema=schema, as_of=as_of, bound=bound, tables=tables, words=words
        )

    def on(self, as_of: AsOf) -> "Asked":
        """The same on another day."""
        if as_of == self.as_of:
            return self
        return attrs.evolve(self, as_of=as_of, bound=_bound(self.actions, self.schema, as_of))

    @property
    def segments(self) -> frozenset[str]:
        """The numbers of the segments that they name."""
        return frozenset(no for bound in self.bound for no in segments_in(bound))

    @property
    def looks_at_many(self) -> bool:
        """Whether an action looks at several contacts together."""
        actions = list(chain(*self.actions.values()))
        if any(isinstance(each.criteria, Cut) for each in actions):
            return True
        ignoring = Options(ignore_exclusion=True)
        options = (attrs.evolve(each.options, ignore_exclusion=True) for each in actions)
        return any(each != ignoring for each in options)


def kept_asked(store: Store, words: str, as_of: AsOf) -> Asked | None:
    """What criteria with this hash ask on a day, if it is known to this process."""
    known = store.asked.get(words) if isinstance(store, KeepsAsked) else None
    if not isinstance(known, Asked):
        return None
    asked = known.on(as_of)
    if asked is not known:
        keep_asked(store, asked)
    return asked


def keep_asked(store: Store, asked: Asked) -> None:
    """Keep what criteria ask."""
    if isinstance(store, KeepsAsked):
        while len(store.asked) >= _MOST:
            store.asked.pop(next(iter(store.asked)), None)
        store.asked[asked.words] = asked


_MOST = 512
"""Of how many criteria a store keeps what they ask."""


def hash_of(*told: object) -> str:
    """A hash of values, by how they show themselves."""
    return sha256(repr(told).encode()).hexdigest()


def _saved(store: Store, code: str) -> Iterator[SavedCriteria]:
    """Saved criteria, and those that they refresh from; they do not go round in a circle."""
    saved = get_record(store, SavedCriteria, code)
    yield saved
    for action in actions_from_json(saved.actions):
        if action.kind is ActionKind.REFRESH:
            yield from _saved(store, action.saved_code)


def _bound(
    actions: Mapping[str, Sequence[CriteriaAction]], schema: Schema, as_of: AsOf
) -> Sequence[BoundSelection]:
    return [bind(action.criteria, schema, as_of) for action in chain(*actions.values())]


def _words(texts: Mapping[str, str], tables: Sequence[Table]) -> str:
    described = [(each.name, repr(each.link), *_own_fields(each)) for each in tables]
    return hash_of(MEANING, list(texts.items()), described)


def _own_fields(table: Table) -> Iterator[str]:
    """The fields of a table that a host may define anew."""
    ours = contact_schema().tables
    for field in table.fields.values():
        if field.extra or table.name not in ours:
            yield repr(field)


def _tables(asked: Sequence[BoundSelection]) -> Sequence[Table]:
    found = {table.name: table for bound in asked for table in tables_of(bound)}
    return [found[name] for name in sorted(found)]
