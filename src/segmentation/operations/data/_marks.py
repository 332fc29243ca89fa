"""What was decided here of contacting somebody, held against what comes in.

A file that still says what another system knew does not take back that somebody is excluded here,
nor join a mailing group again that was left here.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import attrs

from segmentation.contacts import Contact, ContactMailingGroup, ContactMark
from segmentation.fields import Record
from segmentation.journal import ContactMarked
from segmentation.operations.checks import Placed
from segmentation.protocols import Store
from segmentation.showing import shown_by

_MEMBER = "mailing_group"


@shown_by("contact_no", "field", "mailing_group_code", "here", "incoming")
@attrs.frozen(kw_only=True)
class HeldMark:
    """A mark of a contact that rows would have taken away, and that stays.

    Attributes:
        place: File and row, or table and key.
        contact_no: The contact.
        field: The field; ``mailing_group`` for a membership.
        mailing_group_code: The mailing group; empty for a field of the contact.
        here: Its value as it was decided here.
        incoming: Its value as it came in.
        entry_no: The entry of the journal that decided it.
    """

    place: str
    contact_no: str
    field: str
    mailing_group_code: str = ""
    here: bool
    incoming: bool
    entry_no: int


@attrs.frozen
class Guarded:
    """Records whose marks were held against what was decided here.

    Attributes:
        placed: The records that are to be stored.
        held: What they would have taken away.
        decided: What they change of marks that were decided here, for the journal: what they
            protect anew, and what they take away if that is wanted.
    """

    placed: tuple[Placed, ...]
    held: tuple[HeldMark, ...] = ()
    decided: tuple[ContactMarked, ...] = ()


def guard_marks(
    store: Store,
    placed: Sequence[Placed],
    *,
    lift: bool,
    marks: Mapping[str, Sequence[ContactMark]] | None = None,
) -> Guarded:
    """Hold what was decided here against records that come in.

    Args:
        store: Where it is kept what was decided.
        placed: The records.
        lift: Whether they may take it away; then that is told for the journal.
        marks: What was decided, by contact, if that was read before.
    """
    if marks is None:
        nos = {_contact_no(item.record) for item in placed} - {""}
        marks = marks_by_contact(_marks_of(store, nos))
    if not marks:
        return Guarded(tuple(placed))
    kept: list[Placed] = []
    held: list[HeldMark] = []
    decided: list[ContactMarked] = []
    for item in placed:
        here = marks.get(_contact_no(item.record), ())
        changed = [(mark, found) for mark in here if (found := _against(item, mark)) is not None]
        wrong = [found for mark, found in changed if mark.protects and not lift]
        held += wrong
        decided += (_decided(found) for _, found in changed if found not in wrong)
        whole = _restored(item, wrong) if wrong else item
        if whole is not None:
            kept.append(whole)
    return Guarded(tuple(kept), tuple(held), tuple(decided))


def marks_by_contact(found: Iterable[ContactMark]) -> Mapping[str, Sequence[ContactMark]]:
    """What was decided, by contact."""
    marks: dict[str, list[ContactMark]] = {}
    for mark in found:
        marks.setdefault(mark.contact_no, []).append(mark)
    return marks


_FEW = 8
"""Of how many contacts the marks are looked up one by one; of more all are read."""


def _marks_of(store: Store, nos: Collection[str]) -> Iterator[ContactMark]:
    if len(nos) > _FEW:
        yield from store.records.all(ContactMark)
    else:
        for no in sorted(nos):
            yield from store.records.all(ContactMark, contact_no=no)


def _contact_no(record: Record) -> str:
    match record:
        case Contact(no=no) | ContactMailingGroup(contact_no=no):
            return no
        case _:
            return ""


def _against(item: Placed, mark: ContactMark) -> HeldMark | None:
    """What a record would change of a mark."""
    match item.record:
        case ContactMailingGroup(mailing_group_code=code):
            is_member = mark.mark == _MEMBER and mark.mailing_group_code == code
            against = is_member and not mark.value
        case record:
            against = mark.mark != _MEMBER and getattr(record, mark.mark) is not mark.value
    if not against:
        return None
    return HeldMark(
        place=item.place,
        contact_no=mark.contact_no,
        field=mark.mark,
        mailing_group_code=mark.mailing_group_code,
        here=mark.value,
        incoming=not mark.value,
        entry_no=mark.entry_no,
    )


def _restored(item: Placed, held: Iterable[HeldMark]) -> Placed | None:
    """A contact with its marks as they are here; nothing of a row that is not to come back."""
    if isinstance(item.record, ContactMailingGroup):
        return None
    values = {mark.field: mark.here for mark in held}
    return Placed(item.place, attrs.evolve(item.record, **values))  # type: ignore[misc]  # a contact


def _decided(changed: HeldMark) -> ContactMarked:
    return ContactMarked(
        contact_no=changed.contact_no,
        mark=changed.field,
        mailing_group_code=changed.mailing_group_code,
        before=changed.here,
        value=changed.incoming,
    )
