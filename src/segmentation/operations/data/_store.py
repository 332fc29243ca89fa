"""Storing records that came in, with all that follows from them, if nothing is wrong with them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from segmentation.consents import Consent
from segmentation.contacts import Contact, ContactBusinessRelation, ContactMark
from segmentation.errors import Fault
from segmentation.fields import Record, key_of
from segmentation.interactions import Interaction
from segmentation.operations.checks import Placed, own_faults, record_faults, reject
from segmentation.operations.consents import consent_faults, take_in_consents
from segmentation.operations.contacts import completed, keep_former_names
from segmentation.operations.context import Context
from segmentation.operations.followers import follow_relations
from segmentation.operations.interactions import not_taken_in_yet, take_in_past
from segmentation.operations.journal import record, record_approval_changes
from segmentation.operations.records import find_records
from segmentation.operations.schema import with_own_values
from segmentation.protocols import Store

from ._marks import guard_marks
from ._results import Imported
from ._updates import Key, RowChange, differences, records_there


def store_records(
    context: Context,
    found: Sequence[Placed],
    faults: Iterable[Fault],
    *,
    what: str,
    lift: bool = False,
    marks: Mapping[str, Sequence[ContactMark]] | None = None,
) -> Imported:
    """Store records if nothing is wrong with them, and lift no exclusion unless that is wanted.

    Args:
        context: Store, user, day and clock.
        found: The records.
        faults: What is known to be wrong already.
        what: What they are together, for the error.
        lift: Whether they may take back what was decided here.
        marks: What was decided here, by contact, if that was read before.

    Raises:
        Rejected: There are faults: all of them.
    """
    store = context.store
    every_one = list(_completed(store, _with_own_values(store, found)))
    acts = [item for item in every_one if isinstance(item.record, Consent)]
    completed_ones = [item for item in every_one if not isinstance(item.record, Consent)]
    wrong = (
        *record_faults(store, completed_ones),
        *own_faults(acts),
        *consent_faults(context, acts, (item.record for item in completed_ones)),
    )
    reject([*faults, *wrong], what=what)
    guarded = guard_marks(store, completed_ones, lift=lift, marks=marks)
    whole = guarded.placed
    there = records_there(store, (item.record for item in whole))
    records = [item.record for item in whole if not isinstance(item.record, Interaction)]
    past = not_taken_in_yet(
        store, (item.record for item in whole if isinstance(item.record, Interaction))
    )
    written = [each for each in records if there.get(_named(each)) != each]
    store.records.put(records)
    contacts = [each for each in written if isinstance(each, Contact)]
    keep_former_names(store, ((_before(there, each), each) for each in contacts))
    record_approval_changes(context, [(there.get(_named(each)), each) for each in written])
    follow_relations(store, (r for r in written if isinstance(r, ContactBusinessRelation)))
    if guarded.decided:
        record(store, guarded.decided, context.stamp)
    take_in_past(store, past, context.stamp)
    recorded = take_in_consents(context, acts, lift=lift)
    new = sum(1 for each in written if _named(each) not in there)
    taken = (*records, *past, *recorded.acts)
    return Imported(
        counts=tuple(Counter(each.__table__ for each in taken).items()),
        new=new + len(past) + len(recorded.acts),
        changes=tuple(_changes(there, written)),
        same=len(records) - len(written),
        held=guarded.held,
        held_consents=recorded.held,
    )


def _before(there: Mapping[tuple[str, Key], Record], contact: Contact) -> Contact | None:
    """A contact as it was; ``None`` if it is new."""
    before = there.get(_named(contact))
    return before if isinstance(before, Contact) else None


def _with_own_values(store: Store, found: Sequence[Placed]) -> Sequence[Placed]:
    records = with_own_values(store, (item.record for item in found))
    return [Placed(item.place, whole) for item, whole in zip(found, records, strict=True)]


def _named(item: Record) -> tuple[str, Key]:
    return item.__table__, key_of(item)


def _changes(
    there: Mapping[tuple[str, Key], Record], written: Iterable[Record]
) -> Iterator[RowChange]:
    for after in written:
        before = there.get(_named(after))
        if before is not None:
            yield from differences(before, after)


def _completed(store: Store, found: Sequence[Placed]) -> Iterator[Placed]:
    """Contacts and interactions with what follows from their other fields and their company."""
    contacts = _contacts_named(store, [item.record for item in found])
    for item in found:
        match item.record:
            case Contact() as contact:
                whole: Record = completed(contact, contacts.get(contact.company_no))
            case Interaction(contact_company_no="") as past:
                met = contacts.get(past.contact_no)
                whole = attrs.evolve(past, contact_company_no=met.company_no if met else "")
            case other:
                whole = other
        yield Placed(item.place, whole)


def _contacts_named(store: Store, records: Iterable[Record]) -> Mapping[str, Contact]:
    """The companies of contacts and the contacts of interactions, asked for all at once."""
    here: dict[str, Contact] = {}
    named: dict[str, None] = {}
    for each in records:
        if isinstance(each, Contact):
            here[each.no] = each
            named[each.company_no] = None
        elif isinstance(each, Interaction):
            named[each.contact_no] = None
    wanted = [(no,) for no in named if no and no not in here]
    found = find_records(store, Contact, wanted) if wanted else {}
    return {**{contact.no: contact for contact in found.values()}, **here}
