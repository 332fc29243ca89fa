"""Fields and tables of a host's own, in every verb, on every store."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import segmentation as seg
from segmentation.adapters.files import FolderCourier
from segmentation.campaigns import Campaign
from segmentation.contacts import Contact, CorrespondenceType
from segmentation.criteria import (
    Link,
    at_least,
    at_most,
    exactly,
    latest,
    make_selection,
    none,
    total,
)
from segmentation.definitions import OwnField
from segmentation.documents import Attachment
from segmentation.errors import (
    Fault,
    InvalidValue,
    NotFound,
    Refused,
    Rejected,
    SegmentationError,
    UnknownName,
)
from segmentation.fields import Field
from segmentation.memory import MemoryStore
from segmentation.operations.data import copy_store
from segmentation.operations.tables import DefinitionsWarning
from segmentation.questionnaires import ProfileQuestionnaire
from segmentation.segments import contact_schema
from segmentation.templates import InteractionTemplate
from support import shop
from support.databases import Database

Reopen = Callable[..., seg.Workspace]


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def reopen(request: pytest.FixtureRequest) -> Iterator[Reopen]:
    """Opens the same store as often as asked: in memory it is the store that is kept."""
    if request.param == "memory":
        store = MemoryStore()
        yield lambda **options: seg.Workspace.open(store, today=shop.TODAY, **options)
        return
    database: Database = request.getfixturevalue(f"kept_{request.param}")
    database.empty()
    opened: list[seg.Workspace] = []

    def again(**options: Any) -> seg.Workspace:  # noqa: ANN401 - options of any kind
        crm = seg.Workspace.open(database.own_address(), today=shop.TODAY, **options)
        opened.append(crm)
        return crm

    yield again
    for crm in opened:
        crm.close()


@pytest.fixture
def crm(reopen: Reopen) -> seg.Workspace:
    """The shop."""
    crm = reopen()
    shop.define(crm)
    shop.fill(crm)
    return crm


def chosen(crm: seg.Workspace, **tables: Any) -> str:  # noqa: ANN401 - filters of any table
    return " ".join(crm.select(**tables))


def faults_of(error: pytest.ExceptionInfo[Rejected]) -> list[Fault]:
    return list(error.value.faults)


# -- declaring --------------------------------------------------------------------------------


def test_definitions_are_the_schema_of_a_store_that_is_opened_without_them(reopen: Reopen) -> None:
    """OWN-01."""
    shop.define(reopen())
    crm = reopen()
    assert [*crm.schema.table("orders").fields] == [field.name for field in shop.ORDER_FIELDS]
    own = [field for field in crm.schema.table("contact").fields.values() if field.extra]
    assert [(each.name, each.type, each.length) for each in own] == [
        (field.name, field.type, field.length) for field in shop.CONTACT_FIELDS
    ]
    assert crm.schema.table("contact").field("tier").options == ("", "bronze", "silver", "gold")
    shop.fill(crm)
    assert chosen(crm, orders={"article": "TENT"}) == "A B C D E F G"


BAD: dict[str, Callable[[seg.Workspace], object]] = {
    "a type that is none": lambda crm: crm.tables.define("contact", Field("shoe", "int")),
    "a table that is none": lambda crm: crm.tables.define("kontakt", Field("shoe", "integer")),
    "a name of ours": lambda crm: crm.tables.define("contact", Field("city", "text")),
    "another type": lambda crm: crm.tables.define("contact", Field("points", "text")),
    "an option without options": lambda crm: crm.tables.define("contact", Field("size", "option")),
    "a negative length": lambda crm: crm.tables.define("contact", Field("size", "text", length=-1)),
    "a table of ours": lambda crm: crm.tables.define(
        "interactions", Field("no", "code"), key="no", link="no"
    ),
    "a link by a field it lacks": lambda crm: crm.tables.define(
        "tickets", Field("no", "code"), key="no", link="contact_no"
    ),
    "options of what is none": lambda crm: crm.tables.define(
        "contact", Field("size", "text", options=("", "S"))
    ),
    "an option twice": lambda crm: crm.tables.define(
        "contact", Field("size", "option", options=("", "S", "S"))
    ),
    "a table without a key": lambda crm: crm.tables.define(
        "tickets", Field("contact_no", "code"), link="contact_no"
    ),
    "a table without a link": lambda crm: crm.tables.define(
        "tickets", Field("no", "code"), key="no"
    ),
    "a key that is no field": lambda crm: crm.tables.define(
        "tickets", Field("contact_no", "code"), key="no", link="contact_no"
    ),
    "an argument of verbs": lambda crm: crm.tables.define(
        "criteria", Field("contact_no", "code"), key="contact_no", link="contact_no"
    ),
    "no name in snake case": lambda crm: crm.tables.define("contact", Field("Shoe size", "text")),
    "a link through no table": lambda crm: crm.tables.define(
        "lines",
        Field("order_no", "code"),
        key="order_no",
        link=Link((("order_no", "order_no"),), through="ordres"),
    ),
    "another key": lambda crm: crm.tables.define(
        "orders", *shop.ORDER_FIELDS, key="contact_no", link="contact_no"
    ),
    "a table that takes no own fields": lambda crm: crm.tables.define(
        "extra_field", Field("shoe", "integer")
    ),
}
NEAR = {"a type that is none": ("int", "integer"), "a table that is none": ("kontakt", "contact")}


@pytest.mark.parametrize("wrong", BAD)
def test_a_bad_definition_is_a_fault_and_changes_nothing(
    crm: seg.Workspace, reopen: Reopen, wrong: str
) -> None:
    """OWN-02."""
    before = crm.tables.version, crm.schema
    with pytest.raises(SegmentationError) as caught:
        BAD[wrong](crm)
    if isinstance(caught.value, UnknownName):
        assert (caught.value.name, caught.value.near) == NEAR[wrong]
    else:
        assert isinstance(caught.value, Rejected)
        assert len(caught.value.faults) == 1
    for each in (crm, reopen()):
        assert (each.tables.version, each.schema) == before
        assert chosen(each) == "A B C D E F G H"


def test_all_faults_of_a_definition_are_told_at_once(crm: seg.Workspace) -> None:
    with pytest.raises(Rejected) as caught:
        crm.tables.define(
            "contact", Field("city", "text"), Field("points", "text"), Field("size", "option")
        )
    assert [(fault.field, fault.code) for fault in faults_of(caught)] == [
        ("city", "taken"),
        ("points", "different"),
        ("size", "no_options"),
    ]


def test_a_schema_that_differs_from_the_store_is_refused_as_a_whole(reopen: Reopen) -> None:
    """OWN-03."""
    shop.define(reopen())
    points, shoe = Field("points", "decimal"), Field("shoe", "integer")
    with pytest.raises(Rejected) as caught:
        reopen(schema=contact_schema().with_fields("contact", points, shoe))
    (fault,) = faults_of(caught)
    assert str(fault).startswith("contact: points: is integer in this store, and decimal here")
    assert "shoe" not in reopen().schema.table("contact").fields


def test_what_is_new_in_a_schema_is_defined_once(database: Database) -> None:
    """OWN-04."""
    address = database.own_address()
    with seg.Workspace.open(address) as crm:
        shop.define(crm)
        before, wanted = crm.tables.version, crm.schema
    wanted = wanted.with_fields("contact", Field("shoe", "integer"))
    for _ in range(2):
        with seg.Workspace.open(address, schema=wanted) as crm:
            assert crm.tables.version == before + 1
            assert "shoe" in crm.schema.table("contact").fields


def test_what_is_new_is_not_defined_in_a_store_that_is_open_already() -> None:
    store = MemoryStore()
    wanted = contact_schema().with_fields("contact", Field("shoe", "integer"))
    with pytest.raises(Rejected, match=r"contact: shoe: .* by crm.tables.define"):
        seg.Workspace.open(store, schema=wanted)
    seg.Workspace.open(store).tables.define("contact", Field("shoe", "integer"))
    assert seg.Workspace.open(store, schema=wanted).tables.version == 1


def test_a_field_gets_another_type_when_all_its_values_fit(crm: seg.Workspace) -> None:
    """OWN-05."""
    crm.tables.define("contact", Field("size", "text"))
    sizes = {"A": "38", "C": "41", "D": "4x", "E": "9", "F": "4,5"}
    for no, size in sizes.items():
        crm.contacts.change(no, extra={**dict(crm.contacts[no].extra), "size": size})
    with pytest.raises(Rejected) as caught:
        crm.tables.change_field("contact", Field("size", "integer"))
    assert [(fault.place, fault.field) for fault in faults_of(caught)] == [
        ("contact D", "size"),
        ("contact F", "size"),
    ]
    assert "'4x'" in str(caught.value)
    assert "'4,5'" in str(caught.value)
    assert chosen(crm, contact={"size": ">5"}) == "E"
    for no, size in {"D": "40", "F": "45"}.items():
        crm.contacts.change(no, extra={**dict(crm.contacts[no].extra), "size": size})
    crm.tables.change_field("contact", Field("size", "integer"))
    assert chosen(crm, contact={"size": ">5"}) == "A C D E F"
    assert chosen(crm, contact={"size": "0"}) == "B G H"
    assert dict(crm.contacts["A"].extra)["points"] == 120


def test_a_field_of_an_own_table_gets_another_type_too(crm: seg.Workspace, reopen: Reopen) -> None:
    crm.tables.change_field("orders", Field("article", "text", length=30))
    crm.tables.change_field("orders", Field("amount", "text"))
    assert crm.tables["orders"][1].amount == "100"
    with pytest.raises(Rejected) as caught:
        crm.tables.change_field("orders", Field("amount", "date"))
    assert len(faults_of(caught)) == 16
    crm.tables.change_field("orders", Field("amount", "decimal"))
    assert chosen(reopen(), orders={"amount": ">50", "article": "TENT"}) == "A B C D E F G"


def test_a_field_of_an_own_table_goes_with_its_values(crm: seg.Workspace, reopen: Reopen) -> None:
    with pytest.raises(Refused, match="part of the key or the link"):
        crm.tables.delete_field("orders", "order_no")
    crm.tables.delete_field("orders", "article")
    again = reopen()
    assert [*again.schema.table("orders").fields] == ["order_no", "contact_no", "date", "amount"]
    assert len(again.tables["orders"]) == 16
    assert chosen(again, orders={"amount": ">50"}) == "A B C D E F G"
    again.tables.define("orders", Field("article", "integer"))
    assert again.tables["orders"][1].article == 0


def test_what_links_or_tells_rows_apart_keeps_its_type(crm: seg.Workspace) -> None:
    for field in ("order_no", "contact_no"):
        with pytest.raises(Refused, match="part of the key or the link"):
            crm.tables.change_field("orders", Field(field, "text"))
    with pytest.raises(NotFound, match="did you mean 'contact points'"):
        crm.tables.change_field("contact", Field("poinst", "text"))


def test_rows_of_a_definition_that_changed_are_refused_at_every_door(crm: seg.Workspace) -> None:
    old = crm.tables["orders"].kind(order_no=17, contact_no="H")
    crm.tables.define("orders", Field("colour", "code"))
    for add in (crm.add, crm.contacts.add_rows):
        with pytest.raises(Rejected) as caught:
            add(old)
        assert "earlier_definition" in {fault.code for fault in faults_of(caught)}
    with pytest.raises(InvalidValue, match="no record of the table orders"):
        crm.tables["orders"].add(old)
    assert crm.contacts.row_counts("H")["orders"] == 0


def test_records_of_every_noun_may_hold_texts_of_own_fields(crm: seg.Workspace) -> None:
    for kind in (Campaign, InteractionTemplate, ProfileQuestionnaire):
        crm.tables.define(kind, Field("size", "integer"))
    (campaign,) = crm.campaigns.add(Campaign(no="C", description="C", extra={"size": "5"}))
    template = InteractionTemplate(code="T", description="T", extra={"size": "5"})
    (stored,) = crm.templates.add(template)
    questions = ProfileQuestionnaire(code="Q", description="Q", extra={"size": "5"})
    (asked,) = crm.questionnaires.add(questions)
    assert {campaign.extra, stored.extra, asked.extra} == {(("size", 5),)}


def test_an_own_table_takes_further_fields(crm: seg.Workspace, reopen: Reopen) -> None:
    crm.tables.define("orders", Field("colour", "code"))
    assert crm.tables["orders"][1].colour == ""
    crm.tables["orders"].change(1, colour="red")
    for each in (crm, reopen()):
        assert chosen(each, orders={"colour": "RED"}) == "A"
        assert chosen(each, orders={"colour": "''"}) == "A B C D E F G"


# -- values at every door ---------------------------------------------------------------------

DOORS: dict[str, Callable[[seg.Workspace, dict[str, Any]], object]] = {
    "add": lambda crm, own: crm.add(Contact(no="K", type="person", name="K", extra=own)),
    "contacts.add": lambda crm, own: crm.contacts.add(Contact(no="K", name="K", extra=own)),
    "contacts.new": lambda crm, own: crm.contacts.new("K", no="K", type="person", extra=own),
    "change": lambda crm, own: crm.contacts.change("A", extra=own),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("points", "many"),
        ("points", "12.5"),
        ("points", True),
        ("points", 9223372036854775808),
        ("born", "1990-02-30"),
        ("born", "2026-02-29"),
        ("tier", "platinum"),
        ("tier", ["gold"]),
        ("nick", "abcdefghijk"),
        ("poinst", 3),
    ],
)
def test_a_value_that_does_not_fit_is_a_fault_at_every_door(
    crm: seg.Workspace, door: str, field: str, value: object
) -> None:
    """OWN-07, OWN-10."""
    with pytest.raises(Rejected) as caught:
        DOORS[door](crm, {field: value})
    (fault,) = faults_of(caught)
    assert fault.field == field
    shown = {"nick": "11 characters, 10 at most", "poinst": "did you mean"}.get(field, str(value))
    assert shown in str(fault)
    assert crm.contacts.find("K") is None
    assert dict(crm.contacts["A"].extra)["points"] == 120


def test_the_faults_of_several_contacts_are_told_at_once(crm: seg.Workspace) -> None:
    """OWN-08."""
    people = [
        Contact(no="K", extra={"points": "many"}),
        Contact(no="L", extra={"tier": ["gold"]}),  # type: ignore[dict-item]  # the mistake
        Contact(no="M", extra={"poinst": 3}),
        Contact(no="N"),
    ]
    with pytest.raises(Rejected) as caught:
        crm.add(*people)
    assert [(fault.place, fault.field) for fault in faults_of(caught)] == [
        ("contact K", "points"),
        ("contact L", "tier"),
        ("contact M", "poinst"),
    ]
    assert "did you mean 'points'" in str(faults_of(caught)[2])
    assert not {"K", "L", "M", "N"} & set(crm.select())


@pytest.mark.parametrize("door", [each for each in DOORS if each != "change"])
def test_texts_become_the_values_that_they_say(crm: seg.Workspace, door: str) -> None:
    """OWN-09."""
    DOORS[door](crm, {"points": "120", "born": "1990-11-24", "tier": "Gold"})
    anna = dict(crm.contacts["A"].extra)
    assert dict(crm.contacts["K"].extra) == anna
    assert chosen(crm, contact={"born": "1990-11-24"}) == "A K"
    assert chosen(crm, contact={"tier": "gold"}) == "A E K"


def test_the_faults_of_several_rows_are_told_at_once(crm: seg.Workspace) -> None:
    """OWN-11."""
    order = crm.tables["orders"].kind
    wrong = [
        order(order_no=17, contact_no="Z"),
        order(order_no=17, contact_no="H"),
        order(order_no=18, contact_no="H", amount="cheap"),
    ]
    doors: list[Callable[..., object]] = [
        crm.add,
        crm.contacts.add_rows,
        crm.tables["orders"].add,
    ]
    for add in doors:
        with pytest.raises(Rejected) as caught:
            add(*wrong)
        told = sorted((fault.field, fault.code) for fault in faults_of(caught))
        assert told == [
            ("amount", "wrong_type"),
            ("contact_no", "missing_reference"),
            ("order_no", "duplicate"),
        ]
        assert "'cheap'" in str(caught.value)
    assert crm.contacts.row_counts("H")["orders"] == 0
    assert len(crm.tables["orders"]) == 16


def test_a_text_from_a_form_is_literal_in_a_list(crm: seg.Workspace) -> None:
    """OWN-12."""
    typed = "*|<>Bern"
    assert chosen(crm, contact={"city": [typed]}) == ""
    assert crm.select(crm.fields.contact.city == typed) == []
    assert chosen(crm, contact={"city": typed}) == "A B C D E F G H"
    assert chosen(crm, contact={"city": ["Bern", 'O\'Neil, "x" (1)']}) == "A C H"


# -- own rows in every verb -------------------------------------------------------------------


def test_own_rows_are_counted_and_added_up(crm: seg.Workspace) -> None:
    """OWN-13."""
    orders = crm.fields["orders"]
    asked = [
        make_selection(orders=at_least(3)),
        total(orders["amount"]) > 120,
        latest(orders["date"]).is_blank(),
        none(orders["article"] == "LAMP"),
        make_selection(orders=at_most(0)),
        exactly(1, orders["article"] == "TENT"),
    ]
    answers = [" ".join(crm.select(each)) for each in asked]
    assert answers == ["A G", "A G", "H", "E H", "H", "B C D E F G"]


def test_each_part_is_counted_alone_and_so_far(crm: seg.Workspace) -> None:
    """OWN-14."""
    orders = crm.fields["orders"]
    wanted = (
        (crm.fields.contact["points"] > 0)
        & (orders["article"] == "TENT")
        & (total(orders["amount"]) > 110)
    )
    counts = crm.count(wanted)
    assert counts.base == 8
    assert [part.alone for part in counts.parts] == [5, 7, 6]
    assert [part.so_far for part in counts.parts] == [5, 5, 4]
    assert " ".join(crm.select(wanted)) == "A C F G"
    segment = crm.new_segment("Campers", no="CAMP")
    segment.add_contacts(wanted)
    assert " ".join(segment.contact_nos) == "A C F G"


def test_an_explanation_shows_the_rows_that_met_a_condition(crm: seg.Workspace) -> None:
    """OWN-15."""
    wanted = {"article": "TENT", "date": "2026-11-01..t"}
    anna, cleo = (crm.explain(no, orders=wanted) for no in "AC")
    assert anna.holds
    assert not cleo.holds
    assert str(anna).splitlines()[1] == "  yes article = TENT, date = 2026-11-22"
    assert [line.split()[0] for line in str(cleo).splitlines()[1:]] == ["no", "no"]


def test_a_dynamic_segment_follows_own_rows(crm: seg.Workspace, reopen: Reopen) -> None:
    """OWN-16."""
    spent = total(crm.fields["orders"]["amount"]) > 120
    crm.saved_criteria.save("SPENT", spent)
    segment = crm.new_segment("Spenders", no="SPEND")
    segment.follow_criteria("SPENT")
    segment.refresh()
    assert " ".join(segment.contact_nos) == "A G"
    for order in ("17 H 2026-11-22 TENT", "18 H 2026-11-22 MAP", "19 H 2026-11-22 LAMP"):
        shop.add_order(crm, *order.split())
    crm.tables["orders"].delete(15)
    later = reopen().segment("SPEND")
    came = later.refresh()
    assert (list(came.entered), list(came.left)) == (["H"], ["G"])
    assert " ".join(later.contact_nos) == "A H"


def test_everything_of_the_shop_is_copied_into_another_store(
    crm: seg.Workspace, tmp_path: Path
) -> None:
    """OWN-18."""
    with seg.Workspace.open(tmp_path / "copy.db") as other:
        copy_store(crm.store, other.store)
        assert other.schema == crm.schema
        assert [*other.contacts] == [*crm.contacts]
        assert [*other.tables["orders"]] == [*crm.tables["orders"]]
        assert chosen(other, orders={"article": "MAP"}) == "G"


def test_several_rows_a_contact_are_tags(crm: seg.Workspace) -> None:
    """OWN-19."""
    crm.tables.define(
        "tags",
        Field("contact_no", "code", length=20),
        Field("code", "code", length=20),
        key=("contact_no", "code"),
        link="contact_no",
    )
    for contact, code in (("A", "VIP"), ("A", "B2B"), ("C", "VIP"), ("G", "vip")):
        crm.tables["tags"].new(contact, code)
    tags = crm.fields["tags"]
    wanted = (tags["code"] == "VIP") & none(tags["code"] == "B2B")
    assert " ".join(crm.select(wanted)) == "C G"
    assert chosen(crm, tags={"code": "VIP&B2B"}) == ""
    with pytest.raises(Rejected) as caught:
        crm.tables["tags"].new("A", "VIP")
    assert [fault.code for fault in faults_of(caught)] == ["taken"]


def test_rows_are_linked_through_another_table_and_by_the_company(crm: seg.Workspace) -> None:
    """OWN-20."""
    crm.tables.define(
        "lines",
        Field("line_no", "integer"),
        Field("order_no", "integer"),
        Field("colour", "code"),
        key="line_no",
        link=Link((("order_no", "order_no"),), through="orders"),
    )
    crm.tables.define(
        "tickets",
        Field("ticket_no", "code"),
        Field("company_no", "code"),
        key="ticket_no",
        link=Link((("company_no", "company_no"),)),
    )
    for line_no, (order, colour) in enumerate(((1, "RED"), (2, "RED"), (5, "BLUE"), (99, "RED"))):
        crm.tables["lines"].new(line_no, order_no=order, colour=colour)
    crm.contacts.new("X", no="X", type="company")
    crm.contacts.new("Pia", no="P", type="person", company_no="X")
    crm.tables["tickets"].new("T1", company_no="X")
    lines = crm.fields["lines"]
    assert " ".join(crm.select(lines["colour"] == "RED")) == "A"
    assert " ".join(crm.select(none(lines["colour"] == "RED"))) == "B C D E F G H P X"
    assert chosen(crm, tickets={"ticket_no": "T1"}) == "P X"
    explained = str(crm.explain("A", lines["colour"] == "RED"))
    assert explained.count("colour = RED") == 2


def test_own_rows_go_with_a_contact_that_is_merged_or_renumbered(crm: seg.Workspace) -> None:
    """OWN-21."""
    spent = total(crm.fields["orders"]["amount"]) == 360
    merged = crm.contacts.merge(kept_no="A", gone_no="B")
    assert dict(merged.extra)["points"] == 120
    assert crm.contacts.row_counts("A")["orders"] == 6
    assert list(crm.select(spent)) == ["A"]
    assert not list(crm.tables["orders"].where(contact_no="B"))
    crm.contacts.renumber(old_no="A", new_no="AA")
    assert crm.contacts.row_counts("AA")["orders"] == 6
    assert list(crm.select(spent)) == ["AA"]


def test_own_rows_go_with_a_contact_that_is_deleted_or_erased(crm: seg.Workspace) -> None:
    assert dict(crm.contacts.plan_erasing("A").proof.rows)["orders"] == 4
    crm.contacts.erase("A")
    crm.contacts.delete("B")
    assert {order.contact_no for order in crm.tables["orders"]} == set("CDEFG")


def test_definitions_of_an_earlier_version_harm_nobody_and_are_told_once(
    database: Database,
) -> None:
    """OWN-06."""
    store = database.open()
    store.records.put(
        [
            OwnField(table="contact", name="shoe", type="int"),
            OwnField(table="kontakt", name="hat", type="text"),
            OwnField(table="contact", name="points", type="integer"),
        ]
    )
    store.records.put(
        [
            Contact(no="C1", type="person", extra={"points": 3, "shoe": 41}),
            Contact(no="C2", type="person"),
            Contact(no="C3", type="person", extra={"points": "many"}),
        ]
    )
    address = database.own_address()
    with pytest.warns(DefinitionsWarning, match="many") as told:
        crm = seg.Workspace.open(address)
    with crm:
        faults = [(fault.place, fault.field) for fault in crm.tables.check()]
        assert faults == [("contact", "shoe"), ("kontakt", "hat"), ("contact C3", "points")]
    assert len(told) == 1
    with seg.Workspace.open(address) as crm:
        assert chosen(crm) == "C1 C2 C3"
        assert chosen(crm, contact={"points": "0"}) == "C2 C3"
        assert dict(crm.contacts["C1"].extra) == {"points": 3, "shoe": 41}
        assert dict(crm.contacts["C3"].extra) == {"points": "many"}
        crm.contacts.change("C3", extra={"points": 3})
        assert chosen(crm, contact={"points": "3"}) == "C1 C3"


def test_a_letter_says_what_own_fields_held_when_it_was_logged(
    crm: seg.Workspace, tmp_path: Path
) -> None:
    """OWN-17."""
    text = b"{{ first_name }}, {{ points }} points, born {{ born }}"
    crm.tables["language"].new("ENG")
    crm.tables["language"].new("DEU")
    crm.templates.new("POINTS", description="Points")
    crm.templates.put_language(
        "POINTS", "ENG", attachment=Attachment("points.txt", text), description="Points"
    )
    crm.templates.put_language(
        "POINTS", "DEU", attachment=Attachment("punkte.txt", text), description="Punkte"
    )
    crm.templates.change("POINTS", language_code_default="ENG")
    crm.contacts.change("E", language_code="DEU")
    crm.tables["salesperson_purchaser"].new("JO")
    segment = crm.new_segment(
        "Points",
        no="POINTS",
        interaction_template_code="POINTS",
        salesperson_code="JO",
    )
    for no in "ABE":
        crm.contacts.change(no, e_mail=f"{no}@example.com")
        segment.add_contact(no)
    crm.tables["number_series"].new("SM", starting_no="SM1")
    crm.setup.change_marketing(segment_nos="SM")
    logged = segment.log(follow_up=True, deliver=True)
    crm.contacts.change("A", extra={**dict(crm.contacts["A"].extra), "points": 130})
    crm.letters.deliver({CorrespondenceType.EMAIL: FolderCourier(tmp_path)})
    assert [file.read_text() for file in sorted(tmp_path.iterdir())] == [
        "Anna, 120 points, born 1990-11-24",
        "Bo, 0 points, born 1984-02-29",
        "Eva, 120 points, born ",
    ]
    assert logged.follow_up is not None
    assert " ".join(crm.segment(logged.follow_up.no).contact_nos) == "A B E"


def test_own_rows_come_in_from_files_by_the_name_of_their_table(
    crm: seg.Workspace, tmp_path: Path
) -> None:
    """OWN-09, OWN-11."""
    file = tmp_path / "Orders.csv"
    file.write_text(
        "Order No.,contactNo,date,article,amount\n17,H,2026-11-22,TENT,100\n18,H,,LAMP,20\n"
    )
    imported = crm.import_data(file)
    assert dict(imported.counts) == {"orders": 2}
    assert crm.contacts.row_counts("H")["orders"] == 2
    assert crm.tables["orders"][18].date is None
    file.write_text("order_no,contact_no,amount\n19,Z,1\n20,H,cheap\n20,H,NaN\n")
    with pytest.raises(Rejected) as caught:
        crm.import_data(file)
    assert {fault.code for fault in faults_of(caught)} >= {"wrong_type"}
    assert len(crm.tables["orders"]) == 18


def test_a_column_that_is_no_field_is_refused_by_its_name(
    crm: seg.Workspace, tmp_path: Path
) -> None:
    """OWN-18."""
    file = tmp_path / "contact.csv"
    file.write_text("no,name,points,shoe\nK,Kim,3,41\n")
    with pytest.raises(Rejected) as caught:
        crm.import_data(file)
    assert [fault.field for fault in faults_of(caught)] == ["shoe"]
    assert crm.contacts.find("K") is None
