"""The contract of `Contacts`."""

from collections.abc import Iterable
from decimal import Decimal

import attrs

from segmentation.contacts import Contact, in_segment_order
from segmentation.criteria import Criteria, Cut, First, InSegment, Order, Sample, bind
from segmentation.errors import NotFound
from segmentation.fields import Field, FieldType
from segmentation.interactions import Interaction
from segmentation.memory import MemoryContacts
from segmentation.protocols import Store
from segmentation.segments import (
    Candidates,
    Joining,
    LeftOutReason,
    Options,
    Segment,
    SegmentHeader,
    SegmentLine,
    contact_schema,
)

from ._contract import Contract, raises
from ._data import AS_OF, contacts, joiners, make_part, rows


class ContactsContract(Contract):
    """Contacts are chosen as the reference predicate chooses them."""

    def make_filled(self) -> Store:
        """A store with contacts, their rows and a segment."""
        store = self.make_store()
        store.records.put(contacts())
        store.records.put(rows())
        lines = [SegmentLine(segment_no="S1", line_no=n, contact_no=f"P{n}") for n in (1, 2)]
        store.segments.put(Segment(header=SegmentHeader(no="S1"), lines=tuple(lines)))
        logged = Interaction(entry_no=1, contact_no="P1", contact_company_no="C1", cost=Decimal(5))
        store.records.put([logged])
        return store

    def test_many_are_got_in_their_order(self) -> None:
        own = self.make_filled().contacts
        assert [c.no for c in own.get_many(["P1", "NOBODY", "C1", "\0"])] == ["P1", "C1"]
        assert list(own.get_many([])) == []
        found = {contact.no: contact for contact in own.get_many(["C1", "P3"])}
        assert found == {c.no: c for c in contacts() if c.no in {"C1", "P3"}}

    def test_very_many_are_got(self) -> None:
        store = self.make_store()
        nos = [f"N{number:05}" for number in range(3_000)]
        store.records.put(Contact(no=no) for no in nos)
        assert [contact.no for contact in store.contacts.get_many(nos)] == nos

    def test_records_find_the_same_contacts(self) -> None:
        store = self.make_filled()
        chosen = store.contacts.matching(bind(None, contact_schema(), AS_OF))
        listed = [contact.no for contact in store.records.all(Contact)]
        assert list(chosen) == listed, (
            f"store.contacts has {list(chosen)}, but store.records.all(Contact) has {listed}: "
            "let both look where the contacts are kept"
        )
        for contact in store.contacts.get_many(chosen):
            found = store.records.find(Contact, contact.no)
            assert found == contact, (
                f"store.contacts has contact {contact.no}, but store.records.find(Contact, "
                f"{contact.no!r}) gives {found}: let both look where the contacts are kept"
            )

    def test_selections_agree_with_the_reference(self) -> None:
        store = self.make_filled()
        for criteria in _selections():
            extra = [Field("score", FieldType.INTEGER, extra=True)]
            bound = bind(criteria, contact_schema({"contact": extra}), AS_OF)
            reference = MemoryContacts(store.records, store.segments).matching(bound)
            assert list(store.contacts.matching(bound)) == list(reference), criteria
            whole = attrs.evolve(bound, cut=None)
            plain = MemoryContacts(store.records, store.segments)
            assert store.contacts.count(bound) == plain.count(bound) == len(plain.matching(whole))

    def test_a_segment_that_is_not_there_is_an_error(self) -> None:
        own = self.make_filled().contacts
        for criteria in (InSegment("S9"), ~InSegment("S9"), InSegment("S1") | InSegment("S9")):
            bound = bind(criteria, contact_schema(), AS_OF)
            raises(NotFound, lambda bound=bound: own.matching(bound))  # type: ignore[misc]
            raises(NotFound, lambda bound=bound: own.candidates(bound, Options()))  # type: ignore[misc]

    def test_candidates_come_in_the_order_of_lines_with_what_these_take(self) -> None:
        store = self.make_store()
        store.records.put(joiners())
        found = store.contacts.candidates(bind(None, contact_schema(), AS_OF), Options())
        listed, expected = found.who.listed(), in_segment_order(joiners())
        taken = [_taken(listed.at(place)) for place in range(len(expected))]
        assert taken == list(map(_taken, expected))
        assert self._barred(found) == {
            LeftOutReason.BLOCKED: {"E1", "E2", "E4"},
            LeftOutReason.NO_CONSENT: {"E3"},
            LeftOutReason.EXCLUDED: {"A1"},
        }

    def _barred(self, found: Candidates) -> dict[LeftOutReason, set[str]]:
        who = found.who
        return {
            reason: set(who.contact_nos(who.in_order(places)))
            for reason, places in found.barred.items()
        }

    def test_candidates_bring_those_along_who_come_with_them(self) -> None:
        store = self.make_filled()
        own = store.contacts
        for criteria in _selections():
            extra = [Field("score", FieldType.INTEGER, extra=True)]
            bound = bind(criteria, contact_schema({"contact": extra}), AS_OF)
            for options in _widenings():
                found = own.candidates(bound, options)
                plain = MemoryContacts(store.records, store.segments).candidates(bound, options)
                assert list(found.who.listed().numbers) == list(plain.who.listed().numbers)
                assert self._barred(found) == self._barred(plain), (criteria, options)

    def test_candidates_can_be_asked_for_by_number(self) -> None:
        own = self.make_filled().contacts
        asked = ["P2", "NOBODY", "C1", "\0"]
        for options, count in zip(_widenings(), (2, 3, 4, 4), strict=True):
            assert len(own.candidates(asked, options).who.nos) == count
        assert own.candidates([], Options()).who.nos == frozenset()


def _selections() -> Iterable[Criteria | None]:
    """Selections that look at every kind of part."""
    yield None
    for table, filters in (
        ("contact", {"name": "@å*|'''; DROP*'"}),
        ("contact", {"country_region_code": "<>DK", "minor": "no"}),
        ("contact", {"last_modified": "..t", "type": "company"}),
        ("contact", {"score": "<=0"}),
        ("mailing_groups", {"mailing_group_code": "NEWS"}),
        ("industry_groups", {"industry_group_code": "R*"}),
        ("interactions", {"cost": ">4.99"}),
    ):
        part = make_part(table, filters)
        yield from (part, ~part, part & InSegment("S1"), part | InSegment("S1"))
        yield Cut(part, First(2, (Order("name", descending=True),)))
        yield Cut(part, Sample(2, "spring"))


def _taken(contact: Joining) -> tuple[str, ...]:
    """What a line takes from a contact."""
    manner = (contact.language_code, contact.correspondence_type, contact.salesperson_code)
    return contact.no, contact.company_no, *manner


def _widenings() -> Iterable[Options]:
    """Every way in which contacts come along."""
    for expand_companies in (False, True):
        for allow_related_companies in (False, True):
            yield Options(
                expand_companies=expand_companies, allow_related_companies=allow_related_companies
            )
