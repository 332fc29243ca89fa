"""Asking about a selection: what it says, why somebody passes, how many each part leaves.

The answers come from the store's own way of selecting, so that a count beside a list is never
another count.
"""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property, partial
from typing import Any, overload

import attrs

from segmentation.codes import to_code
from segmentation.contacts import Contact
from segmentation.criteria import (
    AllOf,
    AsOf,
    BoundNode,
    BoundSelection,
    Concern,
    Counts,
    Criteria,
    Cut,
    Explanation,
    PartCount,
    Remark,
    RowReader,
    Schema,
    Table,
    TableConditions,
    Values,
    bind,
    check,
    circle_from,
    describe,
    describe_parts,
    explain,
    from_words,
    make_selection,
    parts_of,
    segments_of,
    tables_of,
)
from segmentation.criteria import look_at_values as value_remarks
from segmentation.errors import InvalidValue, NotFound, UnknownName, UsageError, near_name
from segmentation.fields import Field, key_of
from segmentation.frozen import freeze_within
from segmentation.interactions import Interaction
from segmentation.kinds import record_kinds
from segmentation.languages import ENGLISH, Phrases
from segmentation.markup import SHOWN, to_table
from segmentation.operations.context import Context
from segmentation.operations.records import all_contacts, at_once, get_record, unread_in
from segmentation.operations.schema import rows_in, schema_of
from segmentation.protocols import CountingContacts, NotesChanges, Store
from segmentation.segments import (
    CriteriaAction,
    LeftOut,
    LoggedSegment,
    SegmentHeader,
)
from segmentation.showing import shown_by


class StoredRows:
    """The rows that belong to single contacts, looked up in a store one contact at a time.

    Rows of one contact are read once, however many conditions look at them.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[tuple[str, tuple[Any, ...]], Sequence[Any]] = {}

    def rows(self, table: Table, key: tuple[Any, ...]) -> Iterable[Any]:
        """The rows of a linked table whose link fields equal the key."""
        asked = table.name, key
        if asked not in self._read:
            on = table.link.on if table.link else ()
            equal = {field: value for (field, _), value in zip(on, key, strict=True)}
            self._read[asked] = tuple(rows_in(self._store, table, equal))
        return self._read[asked]

    def segment_members(self, segment_no: str) -> Container[str]:
        """The contacts on the lines of a segment."""
        return frozenset(self._store.segments.get(segment_no).contact_nos)

    def logged_members(self, entry_no: int) -> Container[str]:
        """The contacts that were logged with a logged segment."""
        found = self._store.records.all(Interaction, logged_segment_entry_no=entry_no)
        return frozenset(interaction.contact_no for interaction in found)


class StoredValues:
    """The values of a table's fields in a store, with their counts; each table is read once."""

    def __init__(self, store: Store, schema: Schema, as_of: AsOf) -> None:
        self._store = store
        self._schema = schema
        self._reader = RowReader(BoundSelection(schema, as_of, None), StoredRows(store))

    def values(self, table: Table, fields: Sequence[Field]) -> Sequence[Values]:
        """The values of some fields, in the order of the fields."""
        contacts = self._store.contacts
        if isinstance(contacts, CountingContacts) and contacts.counts(table):
            return [contacts.value_counts(table, field) for field in fields]
        readers = [self._reader.value(table, field) for field in fields]
        counted = [Counter[Any]() for _ in fields]
        is_base = table.name == self._schema.base
        rows: Iterable[Any] = (
            all_contacts(self._store) if is_base else rows_in(self._store, table, {})
        )
        for row in rows:
            for counter, read in zip(counted, readers, strict=True):
                counter[read(row)] += 1
        return counted


# -- what is asked ----------------------------------------------------------------------------


def criteria_from(
    store: Store,
    criteria: Criteria | None,
    tables: Mapping[str, TableConditions],
    *,
    options: Iterable[str] = (),
) -> Criteria | None:
    """What to choose by, out of a selection or else filters by table.

    Args:
        store: Whose schema tells which tables there are.
        criteria: A selection; ``None`` for none.
        tables: Filters by table. An empty mapping asks for nothing.
        options: Names of arguments that stand beside the tables; an unknown table may be one of
            them, mistyped.

    Returns:
        ``None`` if every contact passes.

    Raises:
        UnknownName: There is no such table; the error names the one that looks most like it.
        InvalidValue: Both are given.
        FilterError: A filter text does not parse.
    """
    _check_tables(store, tables, options)
    if criteria is not None and tables:
        raise InvalidValue("criteria", criteria, "cannot stand beside filters by table")
    return criteria if criteria is not None or not tables else make_selection(tables)


def _check_tables(store: Store, names: Iterable[str], options: Iterable[str]) -> None:
    schema = schema_of(store)
    for name in names:
        try:
            schema.table(name)
        except UnknownName as error:
            near = near_name(name, ["criteria", *options])
            raise (UnknownName("table", name, known=[near]) if near else error) from None


@shown_by("as_of.today", count="found")
@attrs.frozen(eq=False, repr=False, field_transformer=freeze_within)
class Selected(Sequence[str]):
    """The numbers of the contacts that pass a selection: all of them, or there was an error.

    Equal to any other sequence of the same numbers; ``str`` of it is for people.

    Attributes:
        nos: The numbers, ascending; of a cut in its order.
        bound: The selection, with the dates that relative ones stood for.
        at: When it was worked out.
        left_out: Rows of a host's that passed too and cannot be read safely, with the reason.

    >>> from datetime import UTC, date
    >>> from segmentation import Contact, Workspace
    >>> noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    >>> crm = Workspace.open(clock=lambda: noon)
    >>> _ = crm.add(Contact(no="A", country_region_code="DK"), Contact(no="B"))
    >>> found = crm.select(contact={"country_region_code": "DK"})
    >>> list(found), found.base, str(found.as_of.today)
    (['A'], 2, '2026-11-22')
    >>> print(found)
    1 of 2 contacts on 2026-11-22 (country region code is DK); worked out 2026-11-22 12:00+00:00
    """

    nos: Sequence[str]
    bound: BoundSelection
    at: datetime
    left_out: Sequence[LeftOut] = ()
    _phrases: Phrases = ENGLISH
    _count_all: Callable[[], int] = attrs.field(kw_only=True)

    @cached_property
    def base(self) -> int:
        """From how many contacts they were chosen. They are counted when it is first asked."""
        return self._count_all()

    @property
    def as_of(self) -> AsOf:
        """The day and user that the selection was bound to."""
        return self.bound.as_of

    def __len__(self) -> int:
        return len(self.nos)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return self.nos[index]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return list(self.nos) == list(other)

    __hash__ = None  # type: ignore[assignment]  # equal to any sequence of equal numbers

    def __str__(self) -> str:
        said = self._phrases.say(
            "selected",
            count=len(self.nos),
            base=self.base,
            day=self.as_of.today.isoformat(),
            selection=describe(self.bound, self._phrases, shortened=True),
            at=self.at.isoformat(" ", "minutes"),
        )
        if not self.left_out:
            return said
        left_out = self._phrases.say("action_left_out", count=len(self.left_out))
        return said + self._phrases.say("next") + left_out

    def _repr_html_(self) -> str:
        """The first numbers, and how many there are besides."""
        shown = self.nos[:SHOWN]
        more = len(self.nos) - len(shown)
        return to_table(["no"], [(no,) for no in shown], caption=str(self), more=more)

    def _plain_(self) -> Mapping[str, object]:
        plain = {"nos": self.nos, "base": self.base, "bound": self.bound, "at": self.at}
        return plain | {"left_out": self.left_out} if self.left_out else plain


def select(context: Context, criteria: Criteria | None) -> Selected:
    """The numbers of the contacts that pass, excluded and blocked ones among them.

    They come with what they rest on: the day, the dates worked out, from how many contacts.

    Args:
        context: Store, user, day and clock.
        criteria: What to choose by; ``None`` for every contact.

    Raises:
        FilterError: A filter does not fit its field.
        UnknownName: The criteria name a table or field that the schema does not have.
    """
    contacts = context.store.contacts
    bound = bind(criteria, schema_of(context.store), context.day)
    with at_once(context.store):
        return Selected(
            nos=contacts.matching(bound),
            bound=bound,
            at=context.now,
            left_out=unread_in(context.store, bound),
            phrases=context.phrases,
            count_all=partial(contacts.count, attrs.evolve(bound, node=None, cut=None)),
        )


# -- what it says, and why --------------------------------------------------------------------


def describe_selection(context: Context, criteria: Criteria | None) -> str:
    """A selection in words, with the days of relative dates in brackets."""
    return describe(bind(criteria, schema_of(context.store), context.day), context.phrases)


def read_words(context: Context, text: str, *, language: str = "") -> Criteria | None:
    """The selection that words say, checked.

    Args:
        context: Store, user, day and clock.
        text: The words.
        language: Their language; that of the context if not given.

    Raises:
        FilterError: The text does not fit, or a value does not fit its field.
        UnknownName: There is no such option or token.
        InvalidValue: A number is too large, or there are more conditions than can be.
        Rejected: Several of these at once.
    """
    schema = schema_of(context.store)
    criteria = from_words(text, language or context.language, schema)
    bind(criteria, schema, context.day)
    return criteria


def explain_contact(
    context: Context, criteria: Criteria | None, contact_no: str | Contact
) -> Explanation:
    """Why a contact passes a selection, or why not: which parts hold, decided by which rows.

    Raises:
        NotFound: There is no such contact.
    """
    store = context.store
    contact = get_record(store, Contact, contact_no)
    bound = bind(criteria, schema_of(store), context.day)
    return explain(bound, StoredRows(store), contact, phrases=context.phrases)


def count_each_part(context: Context, criteria: Criteria | None) -> Counts:
    """How many contacts each part of a selection leaves, alone and with those before it."""
    store = context.store
    bound = bind(criteria, schema_of(store), context.day)
    parts = () if bound.node is None else parts_of(bound.node)

    def count(node: BoundNode | None) -> int:
        return store.contacts.count(attrs.evolve(bound, node=node, cut=None))

    counted = []
    sentences = describe_parts(bound, parts, context.phrases)
    with at_once(store):
        base = left = count(None)
        for place, (part, sentence) in enumerate(zip(parts, sentences, strict=True), start=1):
            alone = count(part)
            left = alone if place == 1 else count(AllOf(parts[:place]))
            counted.append(PartCount(sentence, alone, left))
    return Counts(base, tuple(counted), left, phrases=context.phrases)


def check_selection(
    context: Context,
    criteria: Criteria | None,
    *,
    segment_no: str = "",
    look_at_values: bool = False,
) -> tuple[Remark, ...]:
    """What is wrong or remarkable about a selection, each thing in a sentence.

    Args:
        context: Store, user, day and clock.
        criteria: The selection.
        segment_no: The segment that it is for, which it should not ask for itself.
        look_at_values: Also tell of conditions that no row meets, with the nearest values; each
            table that is asked for is read.
    """
    if criteria is None:
        return ()
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

    schema = schema_of(store)
    found = check(criteria, schema, context.day, known=known, phrases=context.phrases)
    if look_at_values and not any(remark.concern is Concern.FAULT for remark in found):
        bound = bind(criteria, schema, context.day)
        values = StoredValues(store, schema, context.day)
        found = (*found, *value_remarks(bound, values, context.phrases))
    return (
        *found,
        *_not_followed(store, criteria, schema, context),
        *_circles(store, criteria, to_code(segment_no), context.phrases),
    )


def _not_followed(
    store: Store, criteria: Criteria, schema: Schema, context: Context
) -> Iterator[Remark]:
    """Why a segment that follows criteria is refreshed by asking for all contacts."""
    if isinstance(criteria, Cut):
        yield Remark(Concern.NOT_FOLLOWED, "", context.phrases.say("cut_not_followed"))
    if not isinstance(store, NotesChanges):
        return
    try:
        bound = bind(criteria, schema, context.day)
    except UsageError:
        return  # told as a fault
    for name in dict.fromkeys(table.name for table in tables_of(bound)):
        if not store.changes.follows(name):
            yield Remark(Concern.NOT_FOLLOWED, name, context.phrases.say("table_not_followed"))


def _circles(
    store: Store, criteria: Criteria, segment_no: str, phrases: Phrases
) -> Iterator[Remark]:
    """Segments that ask for their own members, by themselves or by way of others."""
    asked = tuple(map(to_code, segments_of(criteria)))

    def asked_for(no: str) -> Iterator[str]:
        if no == segment_no:
            yield from asked
        for action in _actions_of(store, no):
            if action.criteria is not None:
                yield from map(to_code, segments_of(action.criteria))

    for no in (segment_no,) if segment_no else asked:
        circle = circle_from(no, asked_for)
        if circle:
            sentence = phrases.say("circle", no=no, circle=" → ".join(circle))
            yield Remark(Concern.CIRCLE, "", sentence)


def _actions_of(store: Store, segment_no: str) -> Sequence[CriteriaAction]:
    """What chose the members of a segment at work; nothing if there is no such segment."""
    try:
        return store.segments.get(segment_no).actions
    except NotFound:
        return ()
