"""What is wrong with the lines of a segment that is to be logged.

What lines refer to is looked up once for all of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from segmentation.campaigns import Campaign
from segmentation.code_tables import SalespersonPurchaser
from segmentation.columns import Columns
from segmentation.contacts import AlternativeAddress, Contact, CorrespondenceType
from segmentation.criteria import (
    AllOf,
    AsOf,
    BoundSelection,
    Conditions,
    InSegment,
    bind,
    make_selection,
)
from segmentation.errors import Fault, Message
from segmentation.fields import Record
from segmentation.operations.records import find_records
from segmentation.operations.schema import schema_of
from segmentation.protocols import Store
from segmentation.segments import (
    SegmentLine,
)
from segmentation.templates import InteractionTemplate

from ._contactable import barred_reason

_ADDRESS = ("contact_no", "contact_alt_address_code")


_NEEDED: Mapping[str, type[Record]] = {
    "salesperson_code": SalespersonPurchaser,
    "interaction_template_code": InteractionTemplate,
}


_REQUIRED = ("date", *_NEEDED)


MANY = 1_000
"""From how many contacts on they are asked for by a selection first, and not one by one."""


def _passing(
    store: Store, segment_no: str, nos: frozenset[str], filters: Conditions
) -> frozenset[str]:
    """The contacts of a segment who pass filters; if all do, they are not listed anew."""
    bound = _bound(store, segment_no, filters)
    everyone = store.contacts.count(bound) == len(nos)
    return nos if everyone else frozenset(store.contacts.matching(bound))


def _bound(store: Store, segment_no: str, filters: Conditions) -> BoundSelection:
    here, passing = InSegment(segment_no), make_selection(contact=filters)
    wanted = AllOf((here, passing)) if passing is not None else here
    return bind(wanted, schema_of(store), AsOf(date.min))


def excluded_among(store: Store, segment_no: str, nos: frozenset[str]) -> frozenset[str]:
    """Those contacts of a segment who are excluded from segments."""
    if len(nos) > MANY:
        bound = _bound(store, segment_no, {"exclude_from_segment": "yes"})
        return frozenset(store.contacts.matching(bound))
    found = store.contacts.get_many(sorted(nos))
    return frozenset(contact.no for contact in found if contact.exclude_from_segment)


def _other_addresses(
    store: Store, lines: Columns[SegmentLine]
) -> Iterator[tuple[tuple[str, str], str]]:
    """The mail addresses of the lines' alternative addresses, by contact and code."""
    keys = {(no, code) for no, code in lines.rows(*_ADDRESS) if code}
    found = find_records(store, AlternativeAddress, list(keys))
    return (((each.contact_no, each.code), each.e_mail) for each in found.values())


class Checker:
    """Finds what is wrong with lines; what they refer to is looked up once for all of them."""

    def __init__(self, store: Store, lines: Columns[SegmentLine], *, deliver: bool) -> None:
        self._deliver = deliver
        nos = frozenset(lines.column("contact_no"))
        many = len(nos) > MANY
        sound = {"privacy_blocked": "no", "minor": "no"}
        self._unsure = nos - _passing(store, lines[0].segment_no, nos, sound) if many else nos
        found = store.contacts.get_many(sorted(self._unsure))
        self._contacts = {contact.no: contact for contact in found}
        if many and (CorrespondenceType.EMAIL,) in lines.counted("correspondence_type"):
            self._mailed = _passing(store, lines[0].segment_no, nos, {"e_mail": "<>''"})
        else:
            self._mailed = frozenset(contact.no for contact in found if contact.e_mail)
        self._missing = {
            field: _unknown(store, kind, (code for (code,) in lines.counted(field)))
            for field, kind in {**_NEEDED, "campaign_no": Campaign}.items()
        }
        self.without_address = self._unreachable(lines, dict(_other_addresses(store, lines)))
        numbers = lines.column("line_no")
        unmailed = self.without_address if deliver else ()
        self._unmailed = frozenset(map(numbers.__getitem__, unmailed))

    def _unreachable(
        self, lines: Columns[SegmentLine], others: Mapping[tuple[str, str], str]
    ) -> Sequence[int]:
        """Which lines are to be mailed to nobody knows where; the other address counts."""
        mailed = self._mailed
        return [
            row
            for row, (sent_by, no, code) in enumerate(lines.rows("correspondence_type", *_ADDRESS))
            if sent_by is CorrespondenceType.EMAIL
            and no not in mailed
            and not others.get((no, code))
        ]

    def faults(self, lines: Columns[SegmentLine]) -> Iterator[Fault]:
        """All that is wrong with lines, in their order."""
        for line in lines.taken(self._doubtful(lines)):
            yield from self._faults(line)

    def _doubtful(self, lines: Columns[SegmentLine]) -> Sequence[int]:
        """Indexes of lines that need a full check; usually none."""
        if self._deliver or any(self._missing.values()):
            return range(len(lines))
        blanks = any(not value for field in _REQUIRED for (value,) in lines.counted(field))
        if not (self._unsure or blanks):
            return ()
        return [
            row
            for row, (no, *needed) in enumerate(lines.rows("contact_no", *_REQUIRED))
            if no in self._unsure or not all(needed)
        ]

    def _faults(self, line: SegmentLine) -> Iterator[Fault]:
        place = line.place
        if line.contact_no in self._unsure:
            reason = _contact_fault(line.contact_no, self._contacts.get(line.contact_no))
            if reason:
                yield Fault(place, "contact_no", reason)
        if line.date is None:
            yield Fault(place, "date", "is blank")
        for field in _NEEDED:
            if not getattr(line, field):
                yield Fault(place, field, "is blank")
        for field, values in self._missing.items():
            if values and getattr(line, field) in values:
                missing = Message("{value!r} does not exist", value=getattr(line, field))
                yield Fault(place, field, missing)
        if self._deliver:
            yield from self._delivery_faults(line, place)

    def _delivery_faults(self, line: SegmentLine, place: str) -> Iterator[Fault]:
        if line.line_no in self._unmailed:
            reason = Message("is blank: contact {no} cannot get a mail", no=line.contact_no)
            yield Fault(place, "e_mail", reason)
        if line.correspondence_type and not (line.attachment or line.word_template_code):
            yield Fault(place, "attachment", "is missing: there is nothing to deliver")


def _unknown(store: Store, kind: type[Record], codes: Iterable[str]) -> frozenset[str]:
    return frozenset(code for code in codes if code and store.records.find(kind, code) is None)


def _contact_fault(no: str, contact: Contact | None) -> str:
    if contact is None:
        return Message("{value!r} does not exist", value=no)
    return barred_reason(contact)
