"""Rosters on the index say what the plain way says, and what they said when they were made."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from segmentation.contacts import Contact, ContactType
from segmentation.criteria import (
    AsOf,
    BoundSelection,
    Compare,
    Criteria,
    Cut,
    First,
    Operand,
    Operator,
    Order,
    Part,
    Where,
    bind,
)
from segmentation.memory import MemoryStore, candidates_of
from segmentation.segments import (
    BARRED,
    Candidates,
    Joining,
    Listed,
    Options,
    Segment,
    SegmentHeader,
    Terms,
    contact_schema,
)

COUNT = 30
NOS = [f"C{n:02}" for n in range(COUNT)]

people = st.builds(
    Contact,
    no=st.sampled_from(NOS),
    type=st.sampled_from(ContactType),
    name=st.sampled_from(["", "A", "a", "Æ"]),
    company_no=st.sampled_from(["", *NOS[:4]]),
    company_name=st.sampled_from(["", "B", "Bo"]),
    language_code=st.sampled_from(["", "DAN"]),
    country_region_code=st.sampled_from(["DK", "SE"]),
    privacy_blocked=st.booleans(),
    minor=st.booleans(),
    parental_consent_received=st.booleans(),
    exclude_from_segment=st.booleans(),
)
options = st.builds(Options, expand_companies=st.booleans(), allow_related_companies=st.booleans())


def bound(criteria: Criteria | None) -> BoundSelection:
    return bind(criteria, contact_schema(), AsOf(date(2026, 11, 22)))


EVERYBODY = bound(None)
DANES = Part("contact", (Where("country_region_code", Compare(Operator.EQUAL, Operand("DK"))),))
CHOSEN = (
    EVERYBODY,
    bound(DANES),
    bound(Cut(DANES, First(3, (Order("name"),)))),
    ["C05", "C01", "NOBODY", "C02"],
)


def written(found: Candidates) -> tuple[list[Joining], list[list[str]]]:
    """All that is known of candidates."""
    who = found.who
    order = who.in_order(who.everyone)
    listed = who.listed()
    joining = [listed.at(index) for index in range(len(order))]
    assert list(who.contact_nos(order)) == [each.no for each in joining]
    assert who.nos == {each.no for each in joining}
    barred = [list(who.contact_nos(who.in_order(found.barred[each]))) for each in BARRED]
    return joining, barred


@given(st.lists(people), st.lists(st.lists(people, max_size=3), max_size=3), options)
def test_candidates_are_those_of_the_plain_way_whatever_has_changed(
    first: list[Contact], later: list[list[Contact]], how: Options
) -> None:
    store = MemoryStore()
    store.records.put(first)
    for changes in [[], *later]:
        store.records.put(changes)
        for choice in CHOSEN:
            quick = written(store.contacts.candidates(choice, how))
            assert quick == written(candidates_of(store.contacts, choice, how))


@given(st.lists(people, min_size=1), st.lists(people, min_size=1), st.booleans())
def test_lines_stay_as_they_were_when_contacts_change_or_go(
    first: list[Contact],
    later: list[Contact],
    looked_at: bool,
) -> None:
    store = MemoryStore()
    store.records.put(first)
    store.contacts.matching(EVERYBODY)  # the index is made
    store.records.put(later[:1])
    expected = candidates_of(store.contacts, EVERYBODY, Options())
    header = SegmentHeader(no="S1")
    lines, plain = (
        Segment(header=header).new_lines(Terms(header), found.who)
        for found in (store.contacts.candidates(EVERYBODY, Options()), expected)
    )
    if looked_at:
        assert lines == plain
    store.records.remove(later[:2])
    store.records.put(later)
    assert lines == plain


def test_few_of_many_contacts_are_listed() -> None:
    store = MemoryStore()
    store.records.put(Contact(no=f"C{n:03}", company_no="C000") for n in range(600))
    found = store.contacts.candidates(["C007", "C005"], Options())
    assert isinstance(found.who, Listed)
    assert list(found.who.numbers) == ["C005", "C007"]
    everybody = store.contacts.candidates(EVERYBODY, Options())
    assert everybody.who.shared(found.who).bit_count() == 2
    assert found.who.shared(everybody.who) == 0b11
    store.records.put([Contact(no="C900")])
    assert found.who.shared(store.contacts.candidates(EVERYBODY, Options()).who) == 0b11
    assert "C900" not in everybody.who
    assert "X" not in everybody.who
