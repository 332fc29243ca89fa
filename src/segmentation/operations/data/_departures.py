"""Records that are not in a file that is everything, or in one of deleted keys: they go.

What still needs a record keeps it, and so does a contact's history unless the caller wants
otherwise; all of these are told.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from segmentation.consents import Consent
from segmentation.contacts import Contact, ContactBusinessRelation, ContactType
from segmentation.errors import Fault, Message, Refused
from segmentation.fields import Record, fields_of, key_of
from segmentation.interactions import Interaction
from segmentation.operations.checks import Placed
from segmentation.operations.contacts import ROWS, delete_contact
from segmentation.operations.context import Context
from segmentation.operations.followers import follow_relations
from segmentation.operations.records import all_contacts, find_records
from segmentation.operations.tables import uses_of
from segmentation.protocols import Store
from segmentation.questionnaires import ProfileQuestionnaireLine, Rating
from segmentation.showing import shown_by
from segmentation.templates import TemplateLanguage

from ._kinds import TO_BE_RECORDED
from ._rows import ReadTable
from ._updates import key_text


@shown_by("table", "key")
@attrs.frozen(kw_only=True)
class RowGone:
    """A record that went.

    Attributes:
        table: Its table.
        key: Its key, the parts joined by blanks.
    """

    table: str
    key: str


@shown_by("table", "key", "reason")
@attrs.frozen(kw_only=True)
class RowKept:
    """A record that should have gone, and stays.

    Attributes:
        table: Its table.
        key: Its key, the parts joined by blanks.
        reason: What keeps it.
    """

    table: str
    key: str
    reason: str


_WHOLE: Mapping[type[Record], str] = {
    Consent: "the journal only grows",
    Interaction: "the journal only grows",
    ProfileQuestionnaireLine: "it belongs to a questionnaire, which is changed as a whole",
    Rating: "it belongs to a questionnaire, which is changed as a whole",
    TemplateLanguage: "it belongs to a template, which is changed as a whole",
}
"""Records that no file takes away, each with the reason."""


class Departures:
    """Takes records away, and tells which went and which stayed."""

    def __init__(self, context: Context, *, with_history: bool) -> None:
        self.gone: list[RowGone] = []
        self.kept: list[RowKept] = []
        self._context = context
        self._store = context.store
        self._with_history = with_history

    def take_away(self, leaving: Mapping[type[Record], Sequence[Record]]) -> None:
        """Take records away, those that others refer to last.

        Args:
            leaving: The records by kind.
        """
        for kind in sorted(leaving, key=_order):
            for record in _persons_first(leaving[kind]):
                self._take(record)

    def _take(self, record: Record) -> None:
        reason = self._reason(record)
        table, key = record.__table__, key_text(record)
        if reason is not None:
            self.kept.append(RowKept(table=table, key=key, reason=reason))
            return
        try:
            self._remove(record)
        except Refused as refused:
            self.kept.append(RowKept(table=table, key=key, reason=refused.reason))
        else:
            self.gone.append(RowGone(table=table, key=key))

    def _remove(self, record: Record) -> None:
        """Take a record out, with the rows of a contact.

        Raises:
            Refused: A contact stands on lines of segments, or has persons.
        """
        if isinstance(record, Contact):
            delete_contact(self._context, record)
            return
        self._store.records.remove([record])
        if isinstance(record, ContactBusinessRelation):
            follow_relations(self._store, [record])

    def _reason(self, record: Record) -> Message | None:
        """What keeps a record."""
        if type(record) in _WHOLE:
            return Message(_WHOLE[type(record)])
        if not isinstance(record, Contact):
            found = uses_of(self._store, record)
            needed = Message.joined("; ", [use.message for use in found])
            return Message("it is needed by {uses}", uses=needed) if found else None
        has_history = next(self._store.records.all(Interaction, contact_no=record.no), None)
        if has_history is not None and not self._with_history:
            return Message("it has interactions; with_history=True takes it away nevertheless")
        return None


_ROWS_FIRST = (ROWS, (Contact,))


def _order(kind: type[Record]) -> int:
    """Rows of contacts go first, then contacts, then what both refer to."""
    return next((place for place, kinds in enumerate(_ROWS_FIRST) if kind in kinds), 2)


def _persons_first(records: Sequence[Record]) -> Sequence[Record]:
    return sorted(
        records, key=lambda each: isinstance(each, Contact) and each.type is ContactType.COMPANY
    )


def absent_records(store: Store, table: ReadTable) -> Sequence[Record]:
    """The records of a table that have no row in it; a table of one record has none."""
    kind = table.kind
    if not kind.__key__ or kind in TO_BE_RECORDED:
        return ()
    there = {tuple(row.values[name] for name in kind.__key__) for row in table.rows}
    stored: Iterable[Record] = all_contacts(store) if kind is Contact else store.records.all(kind)
    return [record for record in stored if key_of(record) not in there]


def named_records(store: Store, table: ReadTable) -> Sequence[Record]:
    """The records of a store that a table names by their keys."""
    kind = table.kind
    keys = [tuple(row.values[name] for name in kind.__key__) for row in table.rows]
    return [*find_records(store, kind, keys).values()] if kind.__key__ else ()


def orphan_faults(gone: Iterable[RowGone], placed: Iterable[Placed]) -> Iterator[Fault]:
    """Rows that come in with a contact that goes."""
    nos = {each.key for each in gone if each.table == Contact.__table__}
    for item in placed if nos else ():
        for field in fields_of(type(item.record)):
            if field.refers_to == Contact.__table__ and getattr(item.record, field.name) in nos:
                reason = Message(
                    "contact {no} goes by this import", no=getattr(item.record, field.name)
                )
                yield Fault(item.place, field.name, reason, "missing_reference")
