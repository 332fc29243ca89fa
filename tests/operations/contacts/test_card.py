"""Contacts: defaults, inheritance, changes of company and type, rows, deletion."""

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from segmentation.campaigns import Campaign
from segmentation.code_tables import (
    BusinessRelation,
    CountryRegion,
    IndustryGroup,
    JobResponsibility,
    Territory,
    WebSource,
)
from segmentation.contacts import (
    AlternativeAddress,
    Contact,
    ContactBusinessRelation,
    ContactIndustryGroup,
    ContactJobResponsibility,
    ContactMailingGroup,
    ContactType,
    ContactWebSource,
    CorrespondenceType,
    RelationSummary,
)
from segmentation.definitions import OwnField
from segmentation.errors import InvalidValue, NotFound, Refused, Rejected, UnknownName
from segmentation.fields import Record, fields_of
from segmentation.memory import MemoryStore
from segmentation.operations.campaigns import activate, target_group
from segmentation.operations.contacts import (
    add_contacts,
    add_rows,
    change_contact,
    change_type,
    delete_contact,
    find_company,
    new_contact,
    persons_of,
    relation_summary,
    remove_rows,
    row_counts,
    rows_of,
    set_company,
)
from segmentation.operations.data import import_records
from segmentation.operations.records import require_contact
from segmentation.operations.segments import add_contact, new_segment
from segmentation.salutations import NamePart, Salutation, SalutationFormula, SalutationType
from segmentation.setup import MarketingSetup, NumberSeries, UserSetup
from support.fair import (
    NOW,
    company,
    context,
    customer,
    interaction,
    make_store,
    person,
)

ALL_ON = MarketingSetup(
    contact_nos="CONT",
    segment_nos="SEGM",
    bus_rel_code_for_customers="CUST",
    inherit_salesperson_code=True,
    inherit_territory_code=True,
    inherit_country_region_code=True,
    inherit_language_code=True,
    inherit_address_details=True,
    inherit_communication_details=True,
)
OFFICE: dict[str, Any] = {
    "salesperson_code": "JO",
    "territory_code": "MID",
    "country_region_code": "CH",
    "language_code": "FRS",
    "address": "Rue 1",
    "city": "Genève",
    "post_code": "1200",
    "e_mail": "office@acme.ch",
    "phone_no": "022",
}


def changed(contact: Contact, **values: Any) -> Contact:  # noqa: ANN401 - whatever a test gives
    return attrs.evolve(contact, **values)


def worlds(*more: Record) -> MemoryStore:
    """Everything is inherited; ACME is a company with all that can be."""
    return make_store(ALL_ON, company("ACME", **OFFICE), *more)


def values_of(contact: Contact) -> dict[str, Any]:
    return {name: getattr(contact, name) for name in OFFICE}


# -- new contacts ---------------------------------------------------------------------------


def test_a_new_contact_has_the_salesperson_of_its_user() -> None:
    """DEF-01."""
    store = make_store(
        UserSetup(user_id="MARY", salesperson_code="RB"),
        MarketingSetup(contact_nos="CONT", default_salesperson_code="JO"),
    )
    assert new_contact(context(store, user="mary")).salesperson_code == "RB"
    assert new_contact(context(store, user="john")).salesperson_code == "JO"
    named = new_contact(context(store, user="mary"), salesperson_code="JO")
    assert named.salesperson_code == "JO"


def test_without_defaults_a_new_contact_has_blanks() -> None:
    """SET-03."""
    made = new_contact(context(make_store()), name="Acme")
    blank = Contact(
        no="CT0001",
        no_series="CONT",
        name="Acme",
        search_name="ACME",
        company_no="CT0001",
        company_name="Acme",
        last_modified=NOW,
    )
    assert made == blank


def test_defaults_are_taken_each_type_with_its_salutation() -> None:
    """SET-05."""
    store = make_store(
        MarketingSetup(
            contact_nos="CONT",
            default_territory_code="MID",
            default_country_region_code="CH",
            default_language_code="FRS",
            default_correspondence_type=CorrespondenceType.EMAIL,
            default_company_salutation_code="COMPANY",
            default_person_salutation_code="UNISEX",
        )
    )
    made = new_contact(context(store))
    assert (made.territory_code, made.country_region_code, made.language_code) == (
        "MID",
        "CH",
        "FRS",
    )
    assert made.correspondence_type is CorrespondenceType.EMAIL
    assert made.salutation_code == "COMPANY"
    other = new_contact(context(store), type=ContactType.PERSON)
    assert other.salutation_code == "UNISEX"


def test_without_a_series_a_contact_cannot_be_numbered() -> None:
    """SET-19."""
    with pytest.raises(Refused, match="contact_nos"):
        new_contact(context(make_store(MarketingSetup())))


def test_a_number_is_given_once() -> None:
    store = make_store(NumberSeries(code="CONT", starting_no="CT1", manual_nos=True))
    with pytest.raises(Rejected, match="contact SHOP: no: is taken"):
        new_contact(context(store), no="shop")


def test_a_person_without_company_has_no_business_relation() -> None:
    """PCC-01."""
    store = make_store()
    made = new_contact(context(store), type=ContactType.PERSON, name="Z")
    assert relation_summary(store, made) is RelationSummary.NONE
    assert made.company_no == ""


def test_a_name_is_taken_apart_or_put_together() -> None:
    """PCC-09."""
    store = make_store()
    made = new_contact(context(store), type=ContactType.PERSON, name="X Y Z")
    assert (made.first_name, made.middle_name, made.surname) == ("X", "Y", "Z")
    parts = new_contact(context(store), type="person", first_name="Anna", surname="Berg")
    assert parts.name == "Anna Berg"
    nameless = new_contact(context(store), type=ContactType.PERSON)
    assert nameless.first_name == ""


def test_a_company_name_means_the_company_not_a_person() -> None:
    """PCC-05, CON-31."""
    store = make_store(person("TWIN", name="SHOP Ltd"))
    made = new_contact(context(store), type="person", name="Eve", company_name="shop ltd")
    assert (made.company_no, made.company_name) == ("SHOP", "SHOP Ltd")
    assert find_company(store, "TWIN") is None


def test_a_name_that_two_companies_have_means_neither() -> None:
    store = make_store(changed(company("SHOP2"), name="x"), changed(company("SHOP3"), name="X"))
    made = new_contact(context(store), type="person", name="Eve", company_name="X")
    assert (made.company_no, made.company_name) == ("", "X")


@pytest.mark.parametrize(
    ("no", "reason"), [("NOBODY", "there is no contact 'NOBODY'"), ("ANNA", "is a person, not a")]
)
def test_a_person_cannot_work_for_what_is_no_company(no: str, reason: str) -> None:
    store = make_store()
    with pytest.raises(Rejected, match=reason):
        new_contact(context(store), type="person", company_no=no)
    with pytest.raises(Rejected, match=reason):
        set_company(context(store), "CARL", no)
    assert require_contact(store, "CARL").company_no == ""


def test_a_new_person_inherits_what_it_does_not_have() -> None:
    store = worlds(attrs.evolve(ALL_ON, default_territory_code="OTHER"))
    made = new_contact(context(store), type="person", company_no="acme", language_code="ENG")
    assert values_of(made) == {**OFFICE, "language_code": "ENG"}
    own = new_contact(context(store), type="person", company_no="ACME", city="Bern")
    assert (own.address, own.city) == ("", "Bern")


def test_nothing_is_inherited_unless_the_set_up_says_so() -> None:
    store = worlds(MarketingSetup(contact_nos="CONT"))
    made = new_contact(context(store), type="person", company_no="ACME")
    assert not any(values_of(made).values())
    assert made.company_name == "ACME Ltd"


# -- company ----------------------------------------------------------------------------------


def test_a_person_that_gets_a_company_takes_its_values() -> None:
    """SET-01, CON-11, CON-39."""
    store = worlds(customer("ACME", "C9"))
    moved = set_company(context(store), "carl", "acme")
    assert (moved.company_no, moved.company_name) == ("ACME", "ACME Ltd")
    assert values_of(moved) == OFFICE
    assert relation_summary(store, moved) is RelationSummary.CUSTOMER


def test_an_address_of_one_s_own_stays() -> None:
    """CON-25."""
    store = worlds(person("EVE", address="Home 1", e_mail="eve@home.ch"))
    moved = set_company(context(store), "EVE", "ACME")
    assert (moved.address, moved.city, moved.e_mail) == ("Home 1", "", "eve@home.ch")
    assert moved.phone_no == "022"


def test_from_company_to_company_what_was_the_old_one_s_changes() -> None:
    store = worlds(company("NEXT", address="Way 2", e_mail="x@next.ch", territory_code="N"))
    set_company(context(store), "CARL", "ACME")
    moved = set_company(context(store), "CARL", "NEXT")
    assert (moved.address, moved.e_mail, moved.phone_no) == ("Way 2", "x@next.ch", "022")
    assert (moved.territory_code, moved.language_code) == ("N", "FRS")
    alone = set_company(context(store), "CARL", "")
    assert (alone.company_no, alone.company_name, alone.e_mail) == ("", "", "x@next.ch")


def test_a_company_and_a_contact_on_a_line_stay_where_they_are() -> None:
    store = worlds()
    with pytest.raises(Refused, match="a company itself"):
        set_company(context(store), "SHOP", "ACME")
    segment = new_segment(context(store))
    add_contact(context(store), segment.no, "CARL")
    with pytest.raises(Refused, match=segment.no):
        set_company(context(store), "CARL", "ACME")
    with pytest.raises(NotFound):
        set_company(context(store), "NOBODY", "ACME")


def test_a_change_of_the_company_reaches_those_who_had_its_value() -> None:
    store = worlds()
    for no in ("CARL", "ANNA"):
        set_company(context(store), no, "ACME")
    change_contact(context(store), "anna", territory_code="OWN", city="Bern", phone_no="1")
    later = change_contact(
        context(store),
        "ACME",
        name="Acme AG",
        territory_code="NEW",
        address="Rue 2",
        phone_no="",
        e_mail="n@acme.ch",
    )
    assert [contact.no for contact in later] == ["ACME", "ANNA", "CARL"]
    carl, anna = require_contact(store, "CARL"), require_contact(store, "ANNA")
    assert (carl.company_name, carl.territory_code, carl.address) == ("Acme AG", "NEW", "Rue 2")
    assert (carl.phone_no, carl.e_mail) == ("", "n@acme.ch")
    assert (anna.territory_code, anna.address, anna.phone_no) == ("OWN", "Rue 1", "1")
    assert anna.e_mail == "n@acme.ch"
    assert [c.no for c in change_contact(context(store), "ACME", city="Genève")] == ["ACME"]


def test_without_inheritance_only_the_company_s_name_follows() -> None:
    store = worlds(MarketingSetup())
    store.records.put([person("EVE", "ACME", company_name="ACME Ltd", **OFFICE)])
    change_contact(context(store), "ACME", name="New", address="x", phone_no="y")
    eve = require_contact(store, "EVE")
    assert (eve.company_name, eve.address, eve.phone_no) == ("New", "Rue 1", "022")


def test_a_change_of_name_parts_changes_the_name() -> None:
    """SET-27."""
    store = make_store(Salutation(code="F"))
    anna = require_contact(store, "ANNA")
    [after] = change_contact(context(store), anna, surname="Berg", salutation_code="F")
    assert (after.name, after.salutation_code) == ("Anna Berg", "F")
    assert require_contact(store, "anna") == after
    [again] = change_contact(context(store), after, name="A. Berg")
    assert again.name == "A. Berg"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"type": "company"}, "change_type"),
        ({"company_no": "MILL"}, "set_company"),
        ({"no": "ANN"}, "renumber"),
        ({"last_modified": NOW}, "leave it out"),
    ],
)
def test_what_has_a_verb_of_its_own_is_not_changed_on_the_card(
    values: Any,  # noqa: ANN401 - of any field
    reason: str,
) -> None:
    store = make_store()
    with pytest.raises(Refused, match=f"change contact ANNA: .*{reason}"):
        change_contact(context(store), "ANNA", **values)
    same = change_contact(context(store), "ANNA", no="anna", type="person", company_no="shop")
    assert [each.no for each in same] == ["ANNA"]


# -- type -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("no", "to", "more", "reason"),
    [
        ("ACME", "person", customer("ACME", "C9"), "business relations must be 0"),  # PCC-13
        ("ACME", "person", person("EVE", "ACME"), "persons must be 0"),
        ("ACME", "person", interaction(1, "ACME", "ACME"), "interactions must be 0"),
        (
            "ACME",
            "person",
            ContactIndustryGroup(contact_no="ACME", industry_group_code="RETAIL"),
            "industry groups must be 0",
        ),
        (
            "ACME",
            "person",
            ContactWebSource(contact_no="ACME", web_source_code="WEB"),
            "web sources must be 0",
        ),
        (
            "CARL",
            "company",
            ContactJobResponsibility(contact_no="CARL", job_responsibility_code="BUY"),
            "job responsibilities must be 0, it is 1",
        ),
    ],
)
def test_a_type_is_not_changed_with_things_that_only_it_has(
    no: str, to: str, more: Record, reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        change_type(context(worlds(more)), no, ContactType(to))


def test_a_new_type_starts_its_name_anew() -> None:
    store = worlds(attrs.evolve(ALL_ON, default_company_salutation_code="COMPANY"))
    made = change_type(context(store), "CARL", ContactType.COMPANY)
    assert (made.company_no, made.company_name, made.first_name) == ("CARL", "Carl", "")
    assert made.salutation_code == "COMPANY"
    back = change_type(context(store), "CARL", ContactType.PERSON)
    assert (back.company_no, back.company_name, back.first_name) == ("", "", "Carl")
    assert change_type(context(store), "CARL", ContactType.PERSON) == back


# -- checks -----------------------------------------------------------------------------------


FAULTY: dict[str, Any] = {
    "country_region_code": "XX",
    "name": "x" * 101,
    "territory_code": "NONE",
    "extra": {"since": "soon"},
}


def faults_told(step: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(Rejected) as caught:
        step()
    return sorted((fault.field, str(fault.reason)) for fault in caught.value.faults)


def test_each_way_in_tells_the_same_faults() -> None:
    """FRT-06."""
    since = OwnField(table="contact", name="since", type="date")
    store = make_store(CountryRegion(code="CH"), Territory(code="MID"), since)
    before = list(store.records.all(Contact))
    made = Contact(no="EVE", type=ContactType.PERSON, company_no="EVE", **FAULTY)
    expected = [
        ("company_no", "contact 'EVE' is a person, not a company"),
        ("country_region_code", "there is no country_region 'XX'"),
        ("name", "has 101 characters, 100 at most"),
        ("since", "'soon' is not a date in ISO form"),
        ("territory_code", "there is no territory 'NONE'"),
    ]
    assert faults_told(lambda: import_records(context(store), [made])) == expected
    assert faults_told(lambda: add_contacts(context(store), [made])) == expected
    values = {"no": "EVE", "type": "person", "company_no": "EVE", **FAULTY}
    assert faults_told(lambda: new_contact(context(store), **values)) == expected
    by_card = [each for each in expected if each[0] != "company_no"]
    assert faults_told(lambda: change_contact(context(store), "CARL", **FAULTY)) == by_card
    assert faults_told(lambda: set_company(context(store), "CARL", "CARL")) == [
        ("company_no", "contact 'CARL' is a person, not a company")
    ]
    assert list(store.records.all(Contact)) == before


def test_what_follows_from_a_name_is_as_long_as_its_field() -> None:
    made = new_contact(context(make_store()), name="ß" * 100)
    assert (made.company_name, made.search_name) == ("ß" * 100, "S" * 100)


def test_values_of_the_wrong_kind_are_told_all_at_once() -> None:
    store = make_store()
    for step in (
        lambda: new_contact(context(store), minor="perhaps", type="compny"),  # type: ignore[arg-type]
        lambda: change_contact(context(store), "CARL", minor="perhaps", type="compny"),  # type: ignore[arg-type]
    ):
        assert [field for field, _ in faults_told(step)] == ["minor", "type"]
    with pytest.raises(UnknownName, match="did you mean 'country_region_code'"):
        new_contact(context(store), countri_region_code="DK")  # type: ignore[call-arg]


# -- made elsewhere ---------------------------------------------------------------------------


def test_contacts_made_elsewhere_are_completed_and_stored_together() -> None:
    store = make_store()
    acme = Contact(no="acme", name="Acme")
    eve = Contact(no="EVE", type="person", first_name="Eve", surname="Berg", company_no="ACME")
    assert add_contacts(context(store), [eve, acme]) == (
        attrs.evolve(
            eve,
            name="Eve Berg",
            search_name="EVE BERG",
            company_name="Acme",
            last_modified=NOW,
        ),
        attrs.evolve(
            acme,
            search_name="ACME",
            company_no="ACME",
            company_name="Acme",
            last_modified=NOW,
        ),
    )
    assert require_contact(store, "EVE").company_name == "Acme"


def test_of_contacts_made_elsewhere_all_are_taken_or_none() -> None:
    store = make_store()
    one = Contact(no="EVE")
    told = faults_told(lambda: add_contacts(context(store), [one, one, Contact(no="ANNA")]))
    assert told == [
        ("no", "has the same key as contact EVE"),
        ("no", "is taken by another contact"),
    ]
    assert faults_told(lambda: add_contacts(context(store), [Contact(no="")]))[0] == (
        "no",
        "is blank",
    )
    assert require_contact(store, "ANNA").name == "Anna"
    with pytest.raises(NotFound):
        require_contact(store, "EVE")
    with pytest.raises(InvalidValue, match="is empty; give at least one contact"):
        add_contacts(context(store), [])
    with pytest.raises(InvalidValue, match="is no contact"):
        add_contacts(context(store), [Campaign(no="X")])  # type: ignore[list-item]


def test_the_series_passes_over_numbers_that_contacts_have() -> None:
    store = make_store(company("CT0001"), company("CT0002"))
    assert new_contact(context(store), name="Acme").no == "CT0003"


def test_a_date_of_change_is_not_given() -> None:
    store = make_store()
    with pytest.raises(Rejected, match="last_modified: is set by each change"):
        new_contact(context(store), last_modified=NOW)


# -- deletion and rows ------------------------------------------------------------------------


def test_a_deleted_contact_takes_its_rows_with_it() -> None:
    store = make_store(ContactMailingGroup(contact_no="CARL", mailing_group_code="NEWS"))
    assert delete_contact(context(store), "carl") == ("CARL",)
    assert store.records.find(Contact, "CARL") is None
    assert list(store.records.all(ContactMailingGroup)) == []


def test_a_company_is_deleted_with_its_persons_only_if_asked() -> None:
    store = make_store()
    with pytest.raises(Refused, match=r"persons work for it \(ANNA, BO\)"):
        delete_contact(context(store), "SHOP")
    assert delete_contact(context(store), "SHOP", with_persons=True) == ("SHOP", "ANNA", "BO")
    assert list(store.records.all(ContactBusinessRelation)) == []


def test_a_contact_on_a_line_is_not_deleted() -> None:
    store = make_store()
    segment = new_segment(context(store))
    add_contact(context(store), segment.no, "BO")
    for no in ("BO", "SHOP"):
        with pytest.raises(Refused, match=segment.no):
            delete_contact(context(store), no, with_persons=True)
    assert len(persons_of(store, "SHOP")) == 2


@pytest.mark.parametrize(
    "row",
    [
        ContactIndustryGroup(contact_no="SHOP", industry_group_code="RETAIL"),  # CON-03
        ContactMailingGroup(contact_no="SHOP", mailing_group_code="NEWS"),  # CON-05
        ContactJobResponsibility(contact_no="CARL", job_responsibility_code="BUY"),  # CON-13
    ],
)
def test_rows_are_counted(row: Any) -> None:  # noqa: ANN401 - one of several kinds
    store = make_store()
    add_rows(context(store), row)
    add_rows(context(store), row)
    assert row_counts(store, row.contact_no)[row.__table__] == 1
    remove_rows(context(store), row)
    assert row_counts(store, row.contact_no)[row.__table__] == 0


def test_only_companies_have_industries_and_only_persons_responsibilities() -> None:
    store = make_store()
    for row in (
        ContactIndustryGroup(contact_no="ANNA", industry_group_code="RETAIL"),
        ContactJobResponsibility(contact_no="SHOP", job_responsibility_code="BUY"),
    ):
        with pytest.raises(Rejected, match="only a"):
            add_rows(context(store), row)
        assert list(store.records.all(type(row))) == []


def test_all_that_is_wrong_with_rows_is_told_and_none_is_stored() -> None:
    store = make_store()
    good = ContactMailingGroup(contact_no="ANNA", mailing_group_code="NEWS")
    lost = AlternativeAddress(contact_no="NOBODY", code="HOME", city="x" * 200)
    with pytest.raises(Rejected) as caught:
        add_rows(context(store), good, lost, Campaign(no="X"))
    assert [(fault.place, fault.field) for fault in caught.value.faults] == [
        ("campaign X", ""),
        ("contact_alt_address NOBODY HOME", "city"),
        ("contact_alt_address NOBODY HOME", "contact_no"),
    ]
    with pytest.raises(Rejected, match="no such rows belong to a contact"):
        remove_rows(context(store), Campaign(no="X"))
    assert rows_of(store, "ANNA") == ()


def test_rows_come_and_go_together_or_not_at_all() -> None:
    store = make_store()
    rows = [ContactMailingGroup(contact_no=no, mailing_group_code="NEWS") for no in ("ANNA", "BO")]
    add_rows(context(store), *rows)
    gone = ContactMailingGroup(contact_no="CARL", mailing_group_code="NEWS")
    with pytest.raises(NotFound, match="CARL NEWS"):
        remove_rows(context(store), *rows, gone)
    assert rows_of(store, "anna") == (rows[0],)
    remove_rows(context(store), *rows)
    assert list(store.records.all(ContactMailingGroup)) == []


def test_no_rows_and_what_is_no_row_are_errors() -> None:
    """FRT-13."""
    store = make_store()
    for step in (add_rows, remove_rows):
        with pytest.raises(InvalidValue, match=r"rows: .* is empty; give at least one row"):
            step(context(store))
        with pytest.raises(InvalidValue, match="is no record"):
            step(context(store), "ANNA")  # type: ignore[arg-type]


def test_targets_follow_relations_however_they_are_made() -> None:
    store = make_store(interaction(1, "MILL", "MILL", campaign_target=True))
    activate(context(store), "FAIR")
    relation = customer("MILL", "C2")
    add_rows(context(store), relation)
    assert [target.no for target in target_group(store, "FAIR")] == ["C2"]
    remove_rows(context(store), relation)
    assert [target.no for target in target_group(store, "FAIR")] == ["MILL"]
    import_records(context(store), [relation])
    assert [target.no for target in target_group(store, "FAIR")] == ["C2"]
    delete_contact(context(store), "MILL")
    assert [target.no for target in target_group(store, "FAIR")] == ["MILL"]


def test_descriptions_of_code_tables_are_as_long_as_each_other() -> None:
    """CON-06, CON-07, CON-08, CON-09."""
    lengths = {
        field.length
        for kind in (BusinessRelation, IndustryGroup, WebSource, JobResponsibility)
        for field in fields_of(kind)
        if field.name == "description"
    }
    assert lengths == {100}


@pytest.mark.parametrize(
    ("language", "tone"),
    [("", "formal"), ("", "informal"), ("FRS", "formal")],  # SET-23, SET-24, SET-25
)
def test_a_formula_is_found_by_salutation_language_and_tone(language: str, tone: str) -> None:
    formula = SalutationFormula(
        salutation_code="F",
        language_code=language,
        salutation_type=SalutationType(tone),
        salutation="Dear %1",
        name_1=NamePart.SURNAME,
    )
    store = make_store(formula)
    assert store.records.find(SalutationFormula, "F", language, SalutationType(tone)) == formula


def test_a_text_that_is_too_long_for_its_field_is_refused() -> None:
    store = make_store()
    with pytest.raises(Rejected, match=r"name: has 101 characters, 100 at most"):
        new_contact(context(store, user="mary"), name="x" * 101)
