"""Duplicates: who is likely the same, and two contacts made one."""

from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import segmentation as seg
from segmentation.adapters.sqlalchemy import open_store
from segmentation.contacts import (
    Contact,
    ContactBusinessRelation,
    ContactMailingGroup,
    ContactProfileAnswer,
    FormerNumber,
    NotDuplicate,
)
from segmentation.errors import InvalidValue, NotFound, Refused
from segmentation.interactions import Interaction
from segmentation.journal import verify
from segmentation.memory import MemoryStore
from segmentation.operations.campaigns import Scope, activate, figures, target_group
from segmentation.operations.contacts import (
    STRINGS,
    Duplicate,
    delete_contact,
    duplicates_in,
    erase_contact,
    find_duplicates,
    kept_of_contact,
    merge,
    not_duplicates,
    plain,
    renumber,
)
from segmentation.operations.records import require_contact
from segmentation.operations.segments import add_contact, log_segment, new_segment
from support.desk import make_desk
from support.fair import (
    NOW,
    company,
    context,
    customer,
    interaction,
    make_store,
    person,
)

BERN: dict[str, Any] = {
    "address": "Marktgasse 12",
    "city": "Bern",
    "phone_no": "+41 31 311 22 33",
    "e_mail": "info@mueller.ch",
}


def test_contacts_are_alike_by_the_strings_that_they_share() -> None:
    one = company("A", **BERN)
    same = attrs.evolve(company("B", **BERN), name="a ltd")
    moved = attrs.evolve(same, no="C", address="Bundesplatz 3", city="Berne", phone_no="")
    found = list(find_duplicates([moved, same, one], hit_share=0.5))
    assert found == [Duplicate("A", "B", 1.0)]
    assert Duplicate("A", "C", 3 / 7) in list(find_duplicates([moved, same, one], hit_share=0.42))


def test_a_person_is_no_duplicate_of_a_company() -> None:
    assert list(find_duplicates([company("A", **BERN), person("B", name="A Ltd", **BERN)])) == []


def test_contacts_without_anything_to_compare_are_not_alike() -> None:
    assert list(find_duplicates([Contact(no="A"), Contact(no="B")])) == []


@pytest.mark.parametrize("hit_share", [0, 1.01, 60])
def test_a_share_lies_between_none_and_all(hit_share: float) -> None:
    with pytest.raises(InvalidValue, match="hit_share"):
        list(find_duplicates([], hit_share=hit_share))


def test_writing_makes_no_difference() -> None:
    assert plain("Müller & Söhne") == plain("MULLER, sohne")
    assert plain("Straße") == "strasse"


texts = st.sampled_from(["", "Anna Berg", "Anna Bergmann", "ANNA BERG", "Carl", "Bern", "Basel"])
contacts = st.lists(st.tuples(texts, texts, texts), max_size=12)


@given(contacts, st.integers(1, 100))
def test_the_quick_way_finds_what_comparing_all_pairs_finds(
    values: list[tuple[str, str, str]], pct: int
) -> None:
    hit_share = pct / 100
    made = [
        Contact(no=f"{number:02}", name=name, address=address, city=city)
        for number, (name, address, city) in enumerate(values)
    ]
    pairs = {
        (found.contact_no, found.other_no, found.hit_share)
        for index, one in enumerate(made)
        for other in made[:index]
        for found in find_duplicates([other, one], hit_share=hit_share)
    }
    quick = list(find_duplicates(made, hit_share=hit_share))
    assert {(each.contact_no, each.other_no, each.hit_share) for each in quick} == pairs
    assert len(quick) == len(pairs)
    for index, one in enumerate(made):
        for other in made[:index]:
            assert ((other.no, one.no) in {(a, b) for a, b, _ in pairs}) == alike(one, other, pct)


def alike(one: Contact, other: Contact, pct: int) -> bool:
    """The definition, by hand."""

    def strings(contact: Contact) -> set[tuple[str, int, str]]:
        found = set()
        for each in STRINGS:
            text = plain(getattr(contact, each.field))
            found.add(
                (
                    each.field,
                    each.length,
                    text[: each.length or None] if each.length >= 0 else text[each.length :],
                )
            )
        return {each for each in found if each[2]}

    a, b = strings(one), strings(other)
    most = max(len(a), len(b))
    return most > 0 and len(a & b) * 100 >= pct * most


def test_a_store_is_searched_whole() -> None:
    store = make_store(company("A", **BERN), attrs.evolve(company("B", **BERN), name="A Ltd"))
    assert duplicates_in(store) == (Duplicate("A", "B", 1.0),)


def test_two_who_are_known_to_be_different_are_not_told_again() -> None:
    twins = [attrs.evolve(company(no, **BERN), name="A Ltd") for no in ("A", "B", "C")]
    store = make_store(*twins)
    pair = not_duplicates(context(store), no="b", other_no=twins[0])
    assert pair == NotDuplicate(contact_no="A", other_no="B")
    assert not_duplicates(context(store), no="A", other_no="B") == pair
    told = [(each.contact_no, each.other_no) for each in duplicates_in(store)]
    assert told == [("A", "C"), ("B", "C")]
    with pytest.raises(Refused, match="keep A and A apart: they are the same contact"):
        not_duplicates(context(store), no="A", other_no="a")
    with pytest.raises(NotFound):
        not_duplicates(context(store), no="A", other_no="NOBODY")


def test_what_is_known_to_be_different_follows_the_contact() -> None:
    twins = [attrs.evolve(company(no, **BERN), name="A Ltd") for no in ("A", "B", "C", "D")]
    store = make_store(*twins)

    def kept() -> list[tuple[str, str]]:
        return [(pair.contact_no, pair.other_no) for pair in store.records.all(NotDuplicate)]

    for other in ("B", "C"):
        not_duplicates(context(store), no="A", other_no=other)
    renumber(context(store), old_no="A", new_no="E")
    assert kept() == [("B", "E"), ("C", "E")]
    merge(context(store), kept_no="D", gone_no="E")
    assert kept() == [("B", "D"), ("C", "D")]
    merge(context(store), kept_no="D", gone_no="C")
    assert kept() == [("B", "D")]
    former = [FormerNumber(former_no=no, contact_no="D") for no in ("A", "C", "E")]
    pair = NotDuplicate(contact_no="B", other_no="D")
    assert kept_of_contact(store, "D").rows == (pair, *former)
    not_duplicates(context(store), no="SHOP", other_no="D")
    erased = erase_contact(context(store), "D")
    assert erased.proof.rows == (
        ("contact", 1),
        ("contact_former_no", 3),
        ("contact_not_duplicate", 2),
    )
    not_duplicates(context(store), no="B", other_no="MILL")
    delete_contact(context(store), "B")
    assert kept() == []


def test_a_number_that_is_in_use_again_is_no_former_one() -> None:
    store = make_store(company("A"))
    renumber(context(store), old_no="A", new_no="B")
    renumber(context(store), old_no="B", new_no="A")
    assert list(store.records.all(FormerNumber)) == [FormerNumber(former_no="B", contact_no="A")]


# -- merging ----------------------------------------------------------------------------------


def test_a_merged_contact_knows_what_both_knew_and_stays_protected() -> None:
    store = make_store(
        person("EVE", city="Bern", extra={"size": 38}),
        person(
            "EVA",
            "SHOP",
            city="Basel",
            e_mail="e@x.ch",
            privacy_blocked=True,
            minor=True,
            parental_consent_received=True,
            extra={"size": 40, "hat": 7},
        ),
    )
    kept = merge(context(store), kept_no="eve", gone_no="eva")
    assert (kept.city, kept.e_mail, kept.company_no) == ("Bern", "e@x.ch", "SHOP")
    assert kept.privacy_blocked
    assert not kept.may_be_contacted
    assert not kept.parental_consent_received
    assert dict(kept.extra) == {"size": 38, "hat": 7}
    assert kept.last_modified == NOW
    assert require_contact(store, "EVE") == kept
    assert store.records.find(Contact, "EVA") is None


def test_rows_pass_over_and_one_s_own_go_before() -> None:
    store = make_store(
        customer("MILL", "C2"),
        ContactMailingGroup(contact_no="MILL", mailing_group_code="NEWS"),
        ContactProfileAnswer(
            contact_no="MILL", contact_company_no="MILL", profile_questionnaire_code="Q", line_no=1
        ),
        person("DORA", "MILL"),
    )
    merge(context(store), kept_no="SHOP", gone_no="MILL")
    assert [row.no for row in store.records.all(ContactBusinessRelation)] == ["C1"]
    assert [row.contact_no for row in store.records.all(ContactMailingGroup)] == ["SHOP"]
    [answer] = store.records.all(ContactProfileAnswer)
    assert (answer.contact_no, answer.contact_company_no) == ("SHOP", "SHOP")
    dora = require_contact(store, "DORA")
    assert (dora.company_no, dora.company_name) == ("SHOP", "SHOP Ltd")


def test_recorded_interactions_follow_by_an_entry_that_says_so() -> None:
    store = make_store(person("DORA", "MILL"))
    segment = new_segment(context(store), interaction_template_code="INVITE", description="Fair")
    for no in ("MILL", "DORA", "CARL"):
        add_contact(context(store), segment.no, no)
    store.records.put([attrs.evolve(require_contact(store, "DORA"), salesperson_code="JO")])
    line_salespeople(store, segment.no)
    log_segment(context(store), segment.no)
    activate(context(store), "FAIR")
    before = figures(store, Scope(campaign_no="FAIR"))
    length = store.log.head().number
    merge(context(store), kept_no="SHOP", gone_no="MILL")
    merge(context(store), kept_no="ANNA", gone_no="CARL")
    found = [(each.contact_no, each.contact_company_no) for each in store.records.all(Interaction)]
    assert sorted(found) == [("ANNA", "SHOP"), ("DORA", "SHOP"), ("SHOP", "SHOP")]
    assert store.log.head().number == length + 2
    assert figures(store, Scope(campaign_no="FAIR")) == before
    assert [(t.no, t.no_of_targets) for t in target_group(store, "FAIR")] == [("C1", 3)]
    assert verify(store.log.read()) == store.log.head()


def test_what_was_recorded_for_an_earlier_employer_stays_with_it() -> None:
    store = make_store(
        interaction(1, "CARL", "MILL"), interaction(2, "CARL", ""), interaction(3, "CARL", "SHOP")
    )
    store.records.put([attrs.evolve(require_contact(store, "CARL"), company_no="SHOP")])
    merge(context(store), kept_no="BO", gone_no="CARL")
    found = [(each.contact_no, each.contact_company_no) for each in store.records.all(Interaction)]
    assert found == [("BO", "MILL"), ("BO", "SHOP"), ("BO", "SHOP")]


def line_salespeople(store: Any, no: str) -> None:  # noqa: ANN401 - a store
    """Every line has a salesperson, so that the segment can be logged."""
    segment = store.segments.get(no)
    lines = tuple(attrs.evolve(line, salesperson_code="JO") for line in segment.lines)
    store.segments.put(attrs.evolve(segment, lines=lines))


def test_some_contacts_cannot_be_merged() -> None:
    store = make_store()
    with pytest.raises(Refused, match="same contact"):
        merge(context(store), kept_no="ANNA", gone_no="anna")
    with pytest.raises(Refused, match="one is a company, the other a person"):
        merge(context(store), kept_no="ANNA", gone_no="SHOP")
    assert store.log.head().number == 0


@pytest.mark.parametrize("kind", ["memory", "sql"])
def test_two_that_are_told_to_be_different_stay_so(kind: str, tmp_path: Path) -> None:
    """EXM-50: in either order, and after the store is opened again."""
    store = MemoryStore() if kind == "memory" else open_store(tmp_path / "crm.db")
    crm = make_desk(*(person(no, name="Alf Berg", city="Bern") for no in "ABC"), store=store)
    crm.contacts.not_duplicates(no="B", other_no="A")
    if kind == "sql":
        store.close()
        crm = seg.Workspace.open(tmp_path / "crm.db")
    found = [(each.contact_no, each.other_no) for each in crm.contacts.duplicates()]
    assert found == [("A", "C"), ("B", "C")]
    crm.close()


@pytest.mark.parametrize(
    ("other", "alike"), [("ab@x.ch", False), ("a.b@xch", False), ("A.B@x.ch", True)]
)
def test_mail_addresses_are_one_only_if_no_sign_differs(*, other: str, alike: bool) -> None:
    """EXM-50."""
    one, two = (Contact(no=no, e_mail=mail) for no, mail in (("A", "a.b@x.ch"), ("B", other)))
    assert bool(list(find_duplicates([one, two], hit_share=0.01))) is alike
