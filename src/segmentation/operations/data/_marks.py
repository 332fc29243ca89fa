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
        lifted: What they take away, if that is wanted, for the journal.
    """

    placed: tuple[Placed, ...]
    held: tuple[HeldMark, ...] = ()
    lifted: tuple[ContactMarked, ...] = ()


def guard_marks(store: Store, placed: Sequence[Placed], *, lift: bool) -> Guarded:
    """Hold what was decided here against records that come in.

    Args:
        store: Where it is kept what was decided.
        placed: The records.
        lift: Whether they may take it away; then that is told for the journal.
    """
    marks = _protecting(store, placed)
    if not marks:
        return Guarded(tuple(placed))
    kept: list[Placed] = []
    found: list[HeldMark] = []
    for item in placed:
        here = marks.get(_contact_no(item.record), ())
        wrong = [held for mark in here if (held := _against(item, mark)) is not None]
        found += wrong
        whole = item if lift or not wrong else _restored(item, wrong)
        if whole is not None:
            kept.append(whole)
    if lift:
        return Guarded(tuple(kept), lifted=tuple(map(_lifted, found)))
    return Guarded(tuple(kept), held=tuple(found))


def _protecting(store: Store, placed: Iterable[Placed]) -> Mapping[str, Sequence[ContactMark]]:
    """The marks that protect somebody, by contact."""
    marks: dict[str, list[ContactMark]] = {}
    nos = {_contact_no(item.record) for item in placed} - {""}
    for mark in _marks_of(store, nos):
        if mark.protects:
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
    """What a record would take away of a mark."""
    match item.record:
        case ContactMailingGroup(mailing_group_code=code):
            against = mark.mark == _MEMBER and mark.mailing_group_code == code
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


def _lifted(held: HeldMark) -> ContactMarked:
    return ContactMarked(
        contact_no=held.contact_no,
        mark=held.field,
        mailing_group_code=held.mailing_group_code,
        value=held.incoming,
    )
