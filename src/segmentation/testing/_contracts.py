"""What every store must do, as tests that are run on ours and can be run on any."""

# ruff: noqa: S101 - asserting is what contracts do, as methods that pytest collects

import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain

import attrs

from segmentation.contacts import (
    AlternativeAddress,
    Contact,
    ContactBusinessRelation,
    ContactIndustryGroup,
    ContactMailingGroup,
    ContactType,
    CorrespondenceType,
    ItemEntry,
    LinkToTable,
    SalutationFormula,
    SalutationType,
    in_segment_order,
)
from segmentation.criteria import (
    AsOf,
    Criteria,
    Cut,
    First,
    InSegment,
    Order,
    Part,
    Sample,
    Where,
    bind,
    parse,
)
from segmentation.errors import Conflict, NotFound, SegmentationError
from segmentation.fields import Field, FieldType
from segmentation.interactions import Interaction
from segmentation.journal import Entry, Head, Stamp, make_entries, verify
from segmentation.memory import MemoryContacts
from segmentation.protocols import Store
from segmentation.segments import (
    ActionKind,
    Candidates,
    CriteriaAction,
    Joining,
    LeftOut,
    LeftOutReason,
    Options,
    Segment,
    SegmentHeader,
    SegmentLine,
    contact_schema,
)
from segmentation.setup import MarketingSetup, NumberSeries
from segmentation.templates import TemplateLanguage

AS_OF = AsOf(date(2026, 11, 22), user="ANNA")
NASTY = ("'; DROP TABLE contact; --", 'a"b`c', "100%_[x]*?", "Ærø 😀 Straße", "\\ \n\t", " ")
"""Texts that must stay what they are."""


def raises(error: type[SegmentationError], step: Callable[[], object]) -> None:
    """Assert that a step raises an error of ours."""
    try:
        step()
    except error:
        return
    raise AssertionError(f"{error.__name__} was not raised")


def contacts() -> list[Contact]:
    """Two companies with their persons, one person alone, in no particular order."""
    company, person = ContactType.COMPANY, ContactType.PERSON
    return [
        Contact(no="P1", type=person, name="Anna Berg", company_no="C1", minor=True),
        Contact(no="C2", type=company, name=NASTY[0], company_no="C2", country_region_code="DE"),
        Contact(
            no="C1",
            type=company,
            name="Ærø Ltd",
            company_no="C1",
            country_region_code="DK",
            post_code="2100",
            last_modified=datetime(2026, 11, 21, 23, 30, 0, 1, tzinfo=UTC),
            extra=(("credit", Decimal("12.50")), ("score", 7), ("since", date(2020, 2, 29))),
        ),
        Contact(no="P2", type=person, name="åse", company_no="C2", extra=(("score", -1),)),
        Contact(no="P3", type=person, name=NASTY[3], exclude_from_segment=True),
    ]


def joiners() -> list[Contact]:
    """Contacts of whom lines take different things, in no particular order."""
    company, person = ContactType.COMPANY, ContactType.PERSON
    wishes = list(CorrespondenceType)
    return [
        Contact(no="B2", type=person, name="b", company_no="B1", company_name="Æ"),
        Contact(no="B1", type=company, name="z", company_no="B1", company_name="Æ"),
        Contact(no="A1", type=company, name="😀", company_no="A1", exclude_from_segment=True),
        Contact(no="A2", type=person, name=NASTY[1], language_code="DAN", salesperson_code="X"),
        Contact(no="D1", type=person, name="a", correspondence_type=wishes[1], company_name="ﬀ"),
        Contact(no="D2", type=person, name="a", correspondence_type=wishes[2], company_name="ﬀ"),
        Contact(no="E1", privacy_blocked=True, minor=True, exclude_from_segment=True),
        Contact(no="E2", privacy_blocked=True, parental_consent_received=True),
        Contact(no="E3", minor=True, exclude_from_segment=True),
        Contact(no="E4", privacy_blocked=True),
        Contact(no="E5", minor=True, parental_consent_received=True),
    ]


def rows() -> list[ContactMailingGroup | ContactIndustryGroup | ContactBusinessRelation]:
    """What classifies them."""
    return [
        ContactMailingGroup(contact_no="C1", mailing_group_code="NEWS"),
        ContactMailingGroup(contact_no="P1", mailing_group_code="NEWS"),
        ContactMailingGroup(contact_no="P1", mailing_group_code="FAIR"),
        ContactIndustryGroup(contact_no="C1", industry_group_code="RETAIL"),
        ContactBusinessRelation(
            contact_no="C2",
            business_relation_code="CUST",
            link_to_table=LinkToTable.CUSTOMER,
            no="10000",
        ),
    ]


def journal_entries(count: int, after: Head, *, note: str = "said") -> list[Entry]:
    """Entries that follow a head, each with something personal."""
    stamp = Stamp(at=datetime(2026, 11, 22, 12, tzinfo=UTC), user="ANNA", secret=bytes(16))
    logged = [Interaction(contact_no=f"P{n}", description=note) for n in range(1, count + 1)]
    return list(chain.from_iterable(make_entries(logged, after=after, stamp=stamp)))


class Contract:
    """The base of all contracts."""

    def make_store(self) -> Store:
        """An empty store, new for each test.

        Raises:
            NotImplementedError: The subclass does not say how.
        """
        raise NotImplementedError


class RecordsContract(Contract):
    """Records are found as they were stored."""

    def test_what_was_put_is_found_by_its_key(self) -> None:
        records = self.make_store().records
        records.put(contacts())
        for contact in contacts():
            assert records.find(Contact, contact.no) == contact

    def test_what_is_not_there_is_none(self) -> None:
        records = self.make_store().records
        for no in ("C1", "", "\0", "\ud800", "x" * 10_000):
            assert records.find(Contact, no) is None
        assert records.find(MarketingSetup) is None
        assert list(records.all(Contact)) == []

    def test_the_same_key_replaces(self) -> None:
        records = self.make_store().records
        records.put([Contact(no="C1", name="old", city="Bern"), Contact(no="C1", name="new")])
        assert list(records.all(Contact)) == [Contact(no="C1", name="new")]

    def test_all_come_in_the_order_of_their_keys(self) -> None:
        records = self.make_store().records
        nos = ["B", "Ä", "A10", "A2", "😀", "Z", "ﬀ", "10", "9"]
        records.put(Contact(no=no) for no in nos)
        records.put(ItemEntry(entry_no=number) for number in (10, 9, 100))
        assert [contact.no for contact in records.all(Contact)] == sorted(
            contact.no for contact in (Contact(no=no) for no in nos)
        )
        assert [entry.entry_no for entry in records.all(ItemEntry)] == [9, 10, 100]

    def test_all_can_be_asked_for_those_with_equal_values(self) -> None:
        records = self.make_store().records
        records.put([*rows(), ItemEntry(entry_no=1, amount=Decimal("1.50"))])
        groups = records.all(ContactMailingGroup, contact_no="P1", mailing_group_code="FAIR")
        assert [group.mailing_group_code for group in groups] == ["FAIR"]
        assert list(records.all(ContactMailingGroup, contact_no="\0")) == []
        assert len(list(records.all(ItemEntry, amount=Decimal("1.5"), posting_date=None))) == 1
        linked = records.all(ContactBusinessRelation, link_to_table=LinkToTable.CUSTOMER)
        assert [row.no for row in linked] == ["10000"]

    def test_every_type_of_value_comes_back(self) -> None:
        records = self.make_store().records
        address = AlternativeAddress(
            contact_no="C1", code="X", starting_date=date(1, 1, 1), ending_date=date(9999, 12, 31)
        )
        formula = SalutationFormula(salutation_code="F", salutation_type=SalutationType.INFORMAL)
        entry = ItemEntry(
            entry_no=2**62, amount=Decimal("-12345678901234567890.0123456789"), quantity=Decimal(0)
        )
        records.put([address, formula, entry])
        assert records.find(AlternativeAddress, "C1", "X") == address
        assert records.find(SalutationFormula, "F", "", SalutationType.INFORMAL) == formula
        assert records.find(ItemEntry, 2**62) == entry

    def test_texts_stay_texts(self) -> None:
        records = self.make_store().records
        records.put(Contact(no=f"N{n}", name=text, city=text) for n, text in enumerate(NASTY))
        assert [contact.city for contact in records.all(Contact)] == list(NASTY)

    def test_a_record_without_a_key_is_one(self) -> None:
        records = self.make_store().records
        records.put([MarketingSetup(segment_nos="A")])
        records.put([MarketingSetup(segment_nos="B")])
        assert list(records.all(MarketingSetup)) == [MarketingSetup(segment_nos="B")]
        assert records.find(MarketingSetup) == MarketingSetup(segment_nos="B")

    def test_what_was_removed_is_gone(self) -> None:
        records = self.make_store().records
        records.put(contacts())
        records.remove([Contact(no="C1"), Contact(no="NOBODY")])
        assert [contact.no for contact in records.all(Contact)] == ["C2", "P1", "P2", "P3"]

    def test_records_can_change_while_they_are_read(self) -> None:
        store = self.make_store()
        store.records.put(contacts())
        with store.transaction():
            for contact in list(store.records.all(Contact)):
                store.records.put([attrs.evolve(contact, city="Bern")])
        assert {contact.city for contact in store.records.all(Contact)} == {"Bern"}


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
        part = _part(table, filters)
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


def _part(table: str, filters: dict[str, str]) -> Part:
    parsed = {field: parse(text) for field, text in filters.items()}
    return Part(
        table, tuple(Where(field, each) for field, each in parsed.items() if each is not None)
    )


class SegmentsContract(Contract):
    """Worksheets are stored as a whole, and nobody's change is lost."""

    def make_segment(self) -> Segment:
        """A segment with everything that one can have."""
        lines = [
            SegmentLine(segment_no="S1", line_no=n * 10_000, contact_no=f"P{n}", subject=NASTY[n])
            for n in (1, 2, 3)
        ]
        action = CriteriaAction(
            kind=ActionKind.ADD,
            criteria=_part("contact", {"country_region_code": "DK|SE"}),
            options=Options(allow_existing=True),
            as_of=AS_OF,
            inserted=(10_000, 20_000, 30_000),
            left_out=(LeftOut("P9", LeftOutReason.BLOCKED),),
        )
        text = TemplateLanguage(interaction_template_code="T", language_code="ENU", subject="Hi")
        header = SegmentHeader(no="S1", description=NASTY[0], unit_cost=Decimal("1.50"))
        return Segment(header=header, lines=tuple(lines), actions=(action,), languages=(text,))

    def test_what_was_put_is_got_with_a_newer_version(self) -> None:
        segments = self.make_store().segments
        stored = segments.put(self.make_segment())
        assert stored == attrs.evolve(self.make_segment(), version=1)
        assert segments.get("S1") == stored

    def test_changes_of_lines_are_stored(self) -> None:
        segments = self.make_store().segments
        stored = segments.put(self.make_segment())
        first, _, third = stored.lines
        other = SegmentLine(segment_no="S1", line_no=40_000, contact_no="P4")
        changed = attrs.evolve(third, description="by hand")
        newer = segments.put(attrs.evolve(stored, lines=(first, changed, other)))
        assert segments.get("S1") == newer
        assert newer.version == stored.version + 1

    def test_an_older_version_is_refused(self) -> None:
        segments = self.make_store().segments
        old = segments.put(self.make_segment())
        newer = segments.put(attrs.evolve(old, lines=()))
        raises(Conflict, lambda: segments.put(old))
        raises(Conflict, lambda: segments.remove(old))
        raises(Conflict, lambda: segments.put(self.make_segment()))
        assert segments.get("S1") == newer

    def test_what_was_removed_is_gone_and_cannot_be_changed(self) -> None:
        segments = self.make_store().segments
        stored = segments.put(self.make_segment())
        segments.remove(stored)
        raises(NotFound, lambda: segments.get("S1"))
        raises(Conflict, lambda: segments.put(stored))
        raises(Conflict, lambda: segments.remove(stored))
        assert segments.put(self.make_segment()).version == 1

    def test_headers_come_in_the_order_of_their_numbers(self) -> None:
        segments = self.make_store().segments
        for no in ("S10", "S2", "S1"):
            segments.put(Segment(header=SegmentHeader(no=no)))
        assert [header.no for header in segments.headers()] == ["S1", "S10", "S2"]

    def test_what_is_not_there_is_an_error(self) -> None:
        segments = self.make_store().segments
        for no in ("S1", "", "\0"):
            raises(NotFound, lambda no=no: segments.get(no))  # type: ignore[misc]


class LogContract(Contract):
    """The journal only grows."""

    def test_it_begins_empty(self) -> None:
        log = self.make_store().log
        assert log.head() == Head()
        assert list(log.read()) == []

    def test_what_was_appended_is_read_in_order_and_verifies(self) -> None:
        log = self.make_store().log
        first = journal_entries(3, log.head())
        log.append(first)
        log.append(journal_entries(2, log.head(), note=NASTY[3]))
        assert list(log.read())[:3] == first
        assert [entry.number for entry in log.read(4)] == [4, 5]
        assert list(log.read(6)) == []
        assert [entry.number for entry in log.read(-1)] == [1, 2, 3, 4, 5]
        assert verify(log.read()) == log.head()

    def test_many_are_appended_together(self) -> None:
        log = self.make_store().log
        many = journal_entries(100, log.head())
        log.append(many)
        assert list(log.read()) == many

    def test_entries_that_do_not_follow_are_refused_whole(self) -> None:
        log = self.make_store().log
        one, two, three = journal_entries(3, Head())
        raises(Conflict, lambda: log.append([two]))
        raises(Conflict, lambda: log.append([one, three]))
        assert list(log.read()) == []
        log.append([one])
        raises(Conflict, lambda: log.append([one]))
        raises(Conflict, lambda: log.append([two, two]))
        assert list(log.read()) == [one]

    def test_personal_content_can_go_and_the_chain_holds(self) -> None:
        log = self.make_store().log
        log.append(journal_entries(3, Head()))
        log.erase([2, 99])
        assert [entry.personal is None for entry in log.read()] == [False, True, False]
        assert [entry.erased for entry in log.read()] == [False, True, False]
        log.erase([2])
        assert verify(log.read()) == log.head()


class AttachmentsContract(Contract):
    """Contents are kept under their hash."""

    def test_what_was_put_is_got_by_its_hash(self) -> None:
        attachments = self.make_store().attachments
        for content in (b"", b"\0\xff", b"text" * 100_000):
            digest = attachments.put(content)
            assert digest == hashlib.sha256(content).hexdigest()
            assert attachments.get(digest) == content
            assert attachments.put(content) == digest

    def test_a_content_that_is_not_there_is_an_error(self) -> None:
        attachments = self.make_store().attachments
        for digest in ("0" * 64, "", "\0"):
            raises(NotFound, lambda digest=digest: attachments.get(digest))  # type: ignore[misc]

    def test_a_content_that_was_removed_is_gone(self) -> None:
        attachments = self.make_store().attachments
        kept, gone = attachments.put(b"kept"), attachments.put(b"gone")
        attachments.remove([gone, "0" * 64])
        raises(NotFound, lambda: attachments.get(gone))
        assert attachments.get(kept) == b"kept"


class TransactionsContract(Contract):
    """What belongs together is kept together, or not at all."""

    def test_an_error_takes_back_everything(self) -> None:
        store = self.make_store()
        store.records.put([NumberSeries(code="A")])
        stored = store.segments.put(Segment(header=SegmentHeader(no="S1")))
        raises(NotFound, lambda: self._spoil(store, stored))
        assert list(store.records.all(NumberSeries)) == [NumberSeries(code="A")]
        assert store.segments.get("S1") == stored
        assert store.log.head() == Head()
        assert list(store.segments.headers()) == [stored.header]

    def _spoil(self, store: Store, stored: Segment) -> None:
        with store.transaction():
            store.records.put([NumberSeries(code="A", last_no_used="1"), NumberSeries(code="B")])
            store.segments.put(attrs.evolve(stored, lines=()))
            store.segments.put(Segment(header=SegmentHeader(no="S2")))
            store.log.append(journal_entries(2, store.log.head()))
            store.records.remove([NumberSeries(code="A")])
            raise NotFound("anything", "at all")

    def test_what_is_written_is_seen_inside(self) -> None:
        store = self.make_store()
        with store.transaction():
            store.records.put([Contact(no="C1", company_no="C1")])
            store.log.append(journal_entries(1, store.log.head()))
            assert store.records.find(Contact, "C1") is not None
            assert store.log.head().number == 1
            bound = bind(None, contact_schema(), AS_OF)
            assert list(store.contacts.matching(bound)) == ["C1"]
        assert store.log.head().number == 1

    def test_an_inner_one_is_part_of_the_outer(self) -> None:
        store = self.make_store()
        raises(NotFound, lambda: self._nest(store))
        assert list(store.records.all(NumberSeries)) == []

    def _nest(self, store: Store) -> None:
        with store.transaction():
            with store.transaction():
                store.records.put([NumberSeries(code="A")])
            raise NotFound("anything", "at all")

    def test_an_inner_one_can_fail_by_itself(self) -> None:
        store = self.make_store()
        with store.transaction():
            store.records.put([NumberSeries(code="A")])
            raises(NotFound, lambda: self._nest(store))
            store.records.put([NumberSeries(code="C")])
        assert [series.code for series in store.records.all(NumberSeries)] == ["A", "C"]


class StoreContract(
    RecordsContract,
    ContactsContract,
    SegmentsContract,
    LogContract,
    AttachmentsContract,
    TransactionsContract,
):
    """All of it."""
