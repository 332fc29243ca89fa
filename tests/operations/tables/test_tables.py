"""Tables of codes: what needs a record, and what follows when it gets another key."""

import pytest

import segmentation as seg
from segmentation.code_tables import (
    BusinessRelation,
    CountryRegion,
    IndustryGroup,
    LanguageCode,
    MailingGroup,
    SalespersonPurchaser,
    Territory,
)
from segmentation.contacts import (
    Contact,
    ContactBusinessRelation,
    ContactMailingGroup,
    RelationSummary,
)
from segmentation.criteria import Criteria, Cut, First, Followed, count, share
from segmentation.errors import InvalidValue, NotFound, Refused, Rejected, UnknownName
from segmentation.fields import Field, FieldType, Value, key_of
from segmentation.interactions import Interaction
from segmentation.kinds import record_kinds
from segmentation.memory import MemoryStore
from segmentation.operations.contacts import relation_summary
from segmentation.operations.context import Context
from segmentation.operations.records import require_contact
from segmentation.operations.tables import (
    NOUNS,
    Use,
    add_records,
    change_record,
    code_kinds,
    delete_record,
    new_record,
    put_records,
    rename,
    table_kind,
    uses,
)
from segmentation.protocols import Store
from segmentation.salutations import Salutation, SalutationFormula
from segmentation.segments import (
    SavedCriteria,
    actions_from_json,
    contact_fields,
    contact_schema,
)
from segmentation.setup import MarketingSetup, NumberSeries
from segmentation.tasks import Team, TeamSalesperson
from segmentation.templates import InteractionGroup, TemplateLanguage
from support.desk import make_desk, segment_of
from support.fair import context, make_store


@pytest.fixture
def store() -> MemoryStore:
    return make_store()


@pytest.fixture
def at_work(store: MemoryStore) -> Context:
    return context(store)


def test_every_table_has_a_noun_or_is_one_of_the_tables() -> None:
    assert code_kinds().keys() | NOUNS.keys() == record_kinds().keys()
    assert not code_kinds().keys() & NOUNS.keys()


@pytest.mark.parametrize("table", sorted(NOUNS))
def test_a_table_with_a_noun_says_which(table: str, store: MemoryStore) -> None:
    with pytest.raises(InvalidValue, match=f"'{table}' has a place of its own: crm.{NOUNS[table]}"):
        table_kind(store, table)


def test_a_table_that_is_not_there_is_an_unknown_name(store: MemoryStore) -> None:
    with pytest.raises(NotFound, match="did you mean 'mailing_group'"):
        uses(store, "maling_group", "NEWS")
    assert table_kind(store, MailingGroup) is table_kind(store, "mailing_group")


# -- making -----------------------------------------------------------------------------------


def test_a_record_is_made_with_its_key_and_fields_as_texts(at_work: Context) -> None:
    made = new_record(at_work, NumberSeries, ["book"], {"starting_no": "b1", "manual_nos": "yes"})
    assert made == NumberSeries(code="BOOK", starting_no="B1", manual_nos=True)
    assert at_work.store.records.find(NumberSeries, "BOOK") == made


def test_a_key_of_several_parts_is_given_one_after_the_other(at_work: Context) -> None:
    new_record(at_work, Team, ["NORTH"], {})
    seller = at_work.store.records.find(SalespersonPurchaser, "JO")
    assert seller is not None
    member = new_record(at_work, TeamSalesperson, ["north", seller], {})
    assert key_of(member) == ("NORTH", "JO")
    with pytest.raises(Rejected) as caught:
        new_record(at_work, TeamSalesperson, ["NORTH"], {})
    assert [(each.field, each.code) for each in caught.value.faults] == [
        ("salesperson_code", "blank")
    ]
    with pytest.raises(InvalidValue, match="has more parts than the key: team_code"):
        new_record(at_work, TeamSalesperson, ["NORTH", "JO", "RB"], {})


@pytest.mark.parametrize(
    ("key", "fields", "faults"),
    [
        (["JO"], {}, [("code", "taken")]),
        ([""], {}, [("code", "blank")]),
        (["X" * 21], {"name": "y" * 101}, [("code", "too_long"), ("name", "too_long")]),
    ],
)
def test_what_is_wrong_with_a_new_record_is_told_together(
    at_work: Context, key: list[Value], fields: dict[str, Value], faults: list[tuple[str, str]]
) -> None:
    before = list(at_work.store.records.all(SalespersonPurchaser))
    with pytest.raises(Rejected) as caught:
        new_record(at_work, SalespersonPurchaser, key, fields)
    assert [(each.field, each.code) for each in caught.value.faults] == faults
    assert list(at_work.store.records.all(SalespersonPurchaser)) == before


def test_an_unknown_field_is_told_with_the_near_name(at_work: Context) -> None:
    with pytest.raises(UnknownName, match="did you mean 'description'"):
        new_record(at_work, MailingGroup, ["NEWS"], {"descripton": "x"})


def test_records_are_added_all_or_none(at_work: Context) -> None:
    records = at_work.store.records
    with pytest.raises(Rejected) as caught:
        add_records(
            at_work,
            BusinessRelation,
            [BusinessRelation(code="NEW"), BusinessRelation(code="CUST")],
        )
    assert [(str(each.place), each.code) for each in caught.value.faults] == [
        ("business_relation CUST", "taken")
    ]
    assert records.find(BusinessRelation, "NEW") is None
    add_records(at_work, BusinessRelation, [BusinessRelation(code="NEW")])
    put_records(at_work, BusinessRelation, [BusinessRelation(code="CUST", description="Buys")])
    found = records.find(BusinessRelation, "CUST")
    assert found is not None
    assert found.description == "Buys"


def test_none_at_all_and_those_of_another_table_are_refused(at_work: Context) -> None:
    with pytest.raises(InvalidValue, match="give at least one"):
        add_records(at_work, MailingGroup, [])
    with pytest.raises(InvalidValue, match="is no record of the table mailing_group"):
        put_records(at_work, MailingGroup, [IndustryGroup(code="X")])
    with pytest.raises(InvalidValue, match=r"crm\.contacts"):
        add_records(at_work, Contact, [Contact(no="X")])


# -- changing ---------------------------------------------------------------------------------


def test_a_record_is_changed_by_key_in_any_case_or_by_itself(at_work: Context) -> None:
    for key in ("cust", "CUST", BusinessRelation(code="CUST")):
        changed = change_record(at_work, BusinessRelation, key, {"description": f"By {key}"})
        assert at_work.store.records.find(BusinessRelation, "CUST") == changed


def test_the_key_is_not_changed_by_the_way(at_work: Context) -> None:
    with pytest.raises(Refused, match="code is its key, which rename changes"):
        change_record(at_work, BusinessRelation, "CUST", {"code": "CLIENT"})
    same = change_record(at_work, BusinessRelation, "CUST", {"code": "cust", "description": "x"})
    assert same.description == "x"
    with pytest.raises(NotFound, match="did you mean 'CUST'"):
        change_record(at_work, BusinessRelation, "CUS", {"description": "x"})


# -- uses and renaming ------------------------------------------------------------------------


def test_what_needs_a_business_relation_is_listed(store: MemoryStore) -> None:
    assert uses(store, "business_relation", "cust") == (
        Use("contact_business_relation", "business_relation_code", ("SHOP CUST",)),
        Use("marketing_setup", "bus_rel_code_for_customers", ("",)),
    )
    assert uses(store, BusinessRelation, "PRESS") == ()
    with pytest.raises(NotFound):
        uses(store, BusinessRelation, "NOBODY")


def test_a_renamed_business_relation_is_followed_by_rows_and_set_up(at_work: Context) -> None:
    """CON-49."""
    records = at_work.store.records
    assert rename(
        at_work, "business_relation", old_key="cust", new_key="client"
    ) == BusinessRelation(code="CLIENT")
    assert records.find(BusinessRelation, "CUST") is None
    (row,) = records.all(ContactBusinessRelation)
    assert (row.business_relation_code, row.no) == ("CLIENT", "C1")
    setup = records.find(MarketingSetup)
    assert setup is not None
    assert setup.bus_rel_code_for_customers == "CLIENT"
    assert setup.bus_rel_code_for_vendors == "VEND"
    summary = relation_summary(at_work.store, require_contact(at_work.store, "SHOP"))
    assert summary is RelationSummary.CUSTOMER


def test_a_key_that_is_taken_is_not_taken_again(at_work: Context) -> None:
    before = list(at_work.store.records.all(BusinessRelation))
    with pytest.raises(Rejected, match="is taken by another business relation"):
        rename(at_work, "business_relation", old_key="CUST", new_key="VEND")
    with pytest.raises(Rejected, match="has 11 characters"):
        rename(at_work, "business_relation", old_key="CUST", new_key="X" * 11)
    with pytest.raises(InvalidValue, match="is no key; its parts are code"):
        rename(at_work, "business_relation", old_key="CUST", new_key=("A", "B"))
    assert rename(at_work, "business_relation", old_key="CUST", new_key="cust") in before
    assert list(at_work.store.records.all(BusinessRelation)) == before


def test_a_row_does_not_take_the_place_of_one_that_names_the_new_key(store: MemoryStore) -> None:
    rows = [
        ContactBusinessRelation(contact_no="SHOP", business_relation_code=code)
        for code in ("PRESS", "MEDIA")
    ]
    store.records.put(rows)
    with pytest.raises(Rejected, match="contact_business_relation SHOP MEDIA"):
        rename(context(store), "business_relation", old_key="PRESS", new_key="MEDIA")
    assert store.records.find(BusinessRelation, "MEDIA") is None
    assert set(rows) <= set(store.records.all(ContactBusinessRelation))


def test_a_key_of_several_parts_is_renamed_as_a_whole(store: MemoryStore) -> None:
    store.records.put([Team(code="N"), TeamSalesperson(team_code="N", salesperson_code="JO")])
    renamed = rename(context(store), TeamSalesperson, old_key=("n", "jo"), new_key=("N", "RB"))
    assert list(store.records.all(TeamSalesperson)) == [renamed]
    assert uses(store, TeamSalesperson, renamed) == ()
    with pytest.raises(Rejected) as caught:
        rename(context(store), TeamSalesperson, old_key=renamed, new_key=("N", "NOBODY"))
    assert [each.code for each in caught.value.faults] == ["missing_reference"]


def worked_on() -> tuple[seg.Workspace, seg.Worksheet]:
    """A segment whose header, lines, text, actions and undone actions name codes."""
    crm = make_desk(
        LanguageCode(code="ENU"),
        LanguageCode(code="DAN"),
        MailingGroup(code="NEWS"),
        MailingGroup(code="OLD"),
        CountryRegion(code="DK"),
        ContactMailingGroup(contact_no="ANNA", mailing_group_code="NEWS"),
        ContactMailingGroup(contact_no="BO", mailing_group_code="NEWS"),
        ContactMailingGroup(contact_no="CARL", mailing_group_code="OLD"),
    )
    segment = segment_of(crm, template="LETTER", salesperson="JO")
    segment.add_contacts(mailing_groups={"mailing_group_code": "news|OLD"})
    segment.change_line(10000, salesperson_code="RB")
    segment.reduce_contacts(contact={"salesperson_code": "<>RB"})
    segment.save_criteria("AGAIN")
    segment.add_contacts(contact={"country_region_code": "DK"})
    segment.go_back()
    return crm, segment


def places(store: Store, table: str, key: str) -> set[tuple[str, str]]:
    return {(use.table, use.field) for use in uses(store, table, key)}


def test_segments_and_saved_criteria_are_among_what_needs_a_code() -> None:
    crm, _ = worked_on()
    assert places(crm.store, "mailing_group", "NEWS") == {
        ("contact_mailing_group", "mailing_group_code"),
        ("segment_header", "actions"),
        ("saved_segment_criteria", "actions"),
    }
    assert places(crm.store, "country_region", "DK") == {("segment_header", "actions")}
    assert places(crm.store, "language", "ENU") >= {
        ("interaction_template", "language_code_default"),
        ("interaction_tmpl_language", "language_code"),
        ("segment_header", "language_code_default"),
        ("segment_line", "language_code"),
    }
    assert places(crm.store, "salesperson_purchaser", "RB") >= {
        ("contact", "salesperson_code"),
        ("segment_line", "salesperson_code"),
        ("segment_header", "actions"),
        ("user_setup", "salesperson_code"),
    }


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("mailing_group", "NEWS", "LETTER"),
        ("salesperson_purchaser", "RB", "ROB"),
        ("salesperson_purchaser", "JO", "JOAN"),
        ("language", "ENU", "ENG"),
        ("country_region", "DK", "DEN"),
        ("interaction_group", "TALKS", "SPEECH"),
        ("number_series", "CONT", "PEOPLE"),
        ("number_series", "SEGM", "ROUNDS"),
    ],
)
def test_after_renaming_the_new_code_is_needed_where_the_old_one_was(
    table: str, old: str, new: str
) -> None:
    crm, segment = worked_on()
    before, lines, steps = places(crm.store, table, old), len(segment.lines), segment.actions
    assert before
    rename(crm.context, table, old_key=old, new_key=new)
    assert places(crm.store, table, new) == before
    with pytest.raises(NotFound):
        uses(crm.store, table, old)
    assert len(segment.lines) == lines
    assert [each.lines_after for each in segment.actions] == [each.lines_after for each in steps]
    crm.tables[table].new(old)
    assert uses(crm.store, table, old) == ()


def test_a_segment_that_does_not_name_a_code_is_left_alone() -> None:
    crm, segment = worked_on()
    before = crm.store.segments.get(segment.no).version
    rename(crm.context, "business_relation", old_key="PRESS", new_key="MEDIA")
    assert crm.store.segments.get(segment.no).version == before
    rename(crm.context, "country_region", old_key="DK", new_key="DEN")
    assert crm.store.segments.get(segment.no).version == before + 1


def test_criteria_are_replayed_with_the_new_code() -> None:
    crm, segment = worked_on()
    before = sorted(segment.contact_nos)
    rename(crm.context, "mailing_group", old_key="NEWS", new_key="LETTER")
    saved = crm.store.records.find(SavedCriteria, "AGAIN")
    assert saved is not None
    actions = actions_from_json(saved.actions)
    assert repr(actions[0].criteria) == (
        "make_selection(contact_mailing_group={'mailing_group_code': 'LETTER|OLD'})"
        if "contact_mailing_group" in repr(actions[0].criteria)
        else "make_selection(mailing_groups={'mailing_group_code': 'LETTER|OLD'})"
    )
    again = crm.new_segment("Again").reuse_criteria("AGAIN")
    assert sorted(again.contact_nos) == before
    segment.go_forward()
    segment.go_back()
    segment.go_back()
    assert len(segment.lines) == 3


def test_texts_of_a_segment_follow_the_language() -> None:
    crm, segment = worked_on()
    rename(crm.context, "language", old_key="ENU", new_key="ENG")
    stored = crm.store.segments.get(segment.no)
    assert set(stored.texts) == {"ENG"}
    assert {line.language_code for line in stored.lines} <= {"ENG", ""}
    (text,) = crm.store.records.all(TemplateLanguage)
    assert text.language_code == "ENG"


def test_the_texts_of_a_line_of_its_own_template_follow_the_language() -> None:
    crm = make_desk(LanguageCode(code="ENU"))
    segment = segment_of(crm, "ANNA")
    segment.change_line(10000, interaction_template_code="LETTER")
    assert ("interaction_tmpl_language", "language_code") in places(crm.store, "language", "ENU")
    rename(crm.context, "language", old_key="ENU", new_key="ENG")
    (line,) = segment.lines
    assert [text.language_code for text in line.texts] == ["ENG"]


def test_what_was_logged_keeps_the_code_that_it_had() -> None:
    crm = make_desk()
    segment_of(crm, "ANNA", salesperson="JO").log()
    rename(crm.context, "salesperson_purchaser", old_key="JO", new_key="JOAN")
    (logged,) = crm.store.records.all(Interaction)
    assert logged.salesperson_code == "JO"
    assert crm.journal.audit() == []


def test_salutations_are_followed_by_their_formulas(store: MemoryStore) -> None:
    store.records.put(
        [
            Salutation(code="F"),
            SalutationFormula(salutation_code="F", language_code="ENU", salutation="Dear %1"),
        ]
    )
    rename(context(store), Salutation, old_key="F", new_key="FEMALE")
    (formula,) = store.records.all(SalutationFormula)
    assert formula.salutation_code == "FEMALE"


# -- deleting ---------------------------------------------------------------------------------


def test_what_is_needed_is_not_deleted(at_work: Context) -> None:
    with pytest.raises(Refused) as caught:
        delete_record(at_work, BusinessRelation, "cust")
    assert str(caught.value) == (
        "delete business relation CUST: it is needed by "
        "contact_business_relation.business_relation_code of SHOP CUST; "
        "marketing_setup.bus_rel_code_for_customers"
    )
    delete_record(at_work, BusinessRelation, "press")
    with pytest.raises(NotFound):
        delete_record(at_work, BusinessRelation, "press")


def test_of_many_that_need_a_record_the_first_are_named(store: MemoryStore) -> None:
    store.records.put([Territory(code="NO")])
    store.records.put(Contact(no=f"N{n}", territory_code="NO") for n in range(15))
    (use,) = uses(store, "territory", "NO")
    assert str(use) == (
        "contact.territory_code of N0, N1, N10, N11, N12, N13, N14, N2, N3, N4 and 5 more"
    )
    assert repr(use) == "Use('contact', 'territory_code', keys=15)"
    assert "and 5 more" in use._repr_html_()


the = contact_fields(contact_schema())
NEWS, OLD = (the.mailing_groups.mailing_group_code == code for code in ("NEWS", "OLD"))
LETTER = the.mailing_groups.mailing_group_code == "LETTER"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (NEWS, LETTER),
        (~NEWS, ~LETTER),
        (NEWS & OLD, LETTER & OLD),
        (NEWS | OLD, LETTER | OLD),
        (NEWS & share("draw", 50), LETTER & share("draw", 50)),
        (count(NEWS) >= 1, count(LETTER) >= 1),
        (Cut(NEWS, First(2)), Cut(LETTER, First(2))),
        (
            the.mailing_groups.mailing_group_code != "NEWS",
            the.mailing_groups.mailing_group_code != "LETTER",
        ),
        (
            (the.contact.name == "NEWS") & the.interactions.any_row(),
            (the.contact.name == "NEWS") & the.interactions.any_row(),
        ),
        (
            the.mailing_groups.mailing_group_code.passes("<>NEWS&<>OLD|*N*"),
            the.mailing_groups.mailing_group_code.passes("<>LETTER&<>OLD|*N*"),
        ),
    ],
    ids=["a", "not", "all", "any", "share", "figure", "cut", "unequal", "other", "text"],
)
def test_a_renamed_code_is_followed_wherever_criteria_compare_with_it(
    before: Criteria, after: Criteria
) -> None:
    crm = make_desk(MailingGroup(code="NEWS"), MailingGroup(code="OLD"))
    segment = segment_of(crm)
    segment.add_contacts(before)
    crm.tables.rename("mailing_group", old_key="NEWS", new_key="LETTER")
    assert crm.store.segments.get(segment.no).actions[0].criteria == after


def test_a_field_of_the_host_is_not_taken_for_one_that_names_a_renamed_code() -> None:
    crm = make_desk(MailingGroup(code="NEWS"))
    crm.tables.define("contact", Field("paper", FieldType.TEXT, length=10))
    segment = segment_of(crm)
    paper = crm.fields.contact["paper"] == "NEWS"
    segment.add_contacts(paper & NEWS)
    crm.tables.rename("mailing_group", old_key="NEWS", new_key="LETTER")
    (action,) = crm.store.segments.get(segment.no).actions
    assert action.criteria == paper & LETTER


def test_a_renamed_code_is_followed_in_rows_one_after_the_other() -> None:
    crm = make_desk(InteractionGroup(code="FAIR"))
    segment = segment_of(crm)
    fair, spring, other = (
        the.interactions.interaction_group_code == code for code in ("FAIR", "SPRING", "OTHER")
    )
    segment.add_contacts(
        Followed("date", fair, other) | Followed("date", other, fair, without=fair)
    )
    crm.tables.rename("interaction_group", old_key="FAIR", new_key="SPRING")
    assert crm.store.segments.get(segment.no).actions[0].criteria == (
        Followed("date", spring, other) | Followed("date", other, spring, without=spring)
    )
