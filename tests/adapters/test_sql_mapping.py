"""Tables of a host that are mapped: what cannot be read safely is left out and told."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

import segmentation as seg
from segmentation import make_selection
from segmentation.adapters.sqlalchemy import MappedTable, SqlStore, check_mapping, join_store
from segmentation.adapters.sqlalchemy._dialects import dialect_of
from segmentation.adapters.sqlalchemy._tables import Tables
from segmentation.criteria import (
    AllOf,
    AnyOf,
    AsOf,
    Compare,
    Cut,
    Figure,
    First,
    Like,
    Measure,
    Not,
    Operand,
    Operator,
    Order,
    Part,
    Selection,
    Where,
    Wild,
    at_least,
    bind,
    followed,
    latest,
    none,
    total,
)
from segmentation.documents import Attachment
from segmentation.errors import InvalidValue, NotFound, Refused, Rejected, UnknownName
from segmentation.fields import Field
from segmentation.operations.schema import schema_of
from segmentation.protocols import AnswersAtOnce
from segmentation.segments import LeftOut, LeftOutReason
from support.databases import Database
from support.fair import SETUP

TODAY = dt.date(2026, 11, 22)
HOST = sa.MetaData()
CUSTOMER = sa.Table(
    "customer",
    HOST,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("number", sa.Text),
    sa.Column("town", sa.Text),
    sa.Column("kind", sa.Text),
    sa.Column("blocked", sa.Text),
    sa.Column("sales", sa.Integer),
    sa.Column("employer", sa.Text),
)
SALE = sa.Table(
    "sale",
    HOST,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("customer", sa.Text),
    sa.Column("article", sa.Text),
    sa.Column("amount", sa.Numeric),
    sa.Column("day", sa.Date),
    sa.Column("returned", sa.Text),
)

ROWS = (
    ("A1", "Bern"),
    ("a1", "Basel"),
    ("B", "Bern"),
    ("B", "Basel"),
    ("", "Bern"),
    ("  ", "Bern"),
    (None, "Bern"),
    ("C", "Bern"),
    ("D", "Bern"),
    ("D", "Bern"),
)


@pytest.fixture
def engine(database: Database) -> Iterator[sa.Engine]:
    made = database.engine()
    with made.begin() as connection:
        if database.schema:
            connection.execute(sa.schema.CreateSchema(database.schema))
        HOST.create_all(connection)
    yield made
    made.dispose()


def put(engine: sa.Engine, *rows: Mapping[str, Any], table: sa.Table = CUSTOMER) -> None:
    with engine.begin() as connection:
        for row in rows:
            connection.execute(sa.insert(table), row)


@contextmanager
def opened(engine: sa.Engine, **mapped: MappedTable) -> Iterator[seg.Workspace]:
    with engine.begin() as connection:
        store = join_store(connection, prefix="crm_", mapped=mapped)
        store.records.put(SETUP)
        yield seg.Workspace.open(store, user="ANNA", today=TODAY)


def customers(**more: Any) -> MappedTable:  # noqa: ANN401 - columns, constants
    return MappedTable(CUSTOMER, {"no": CUSTOMER.c.number, "city": CUSTOMER.c.town, **more})


def left_out(crm: seg.Workspace, **criteria: Any) -> list[tuple[str, str, int]]:  # noqa: ANN401
    """Whom a segment leaves out, with the reason and the number of rows."""
    segment = crm.new_segment("All")
    segment.add_contacts(**criteria)
    return [(e.contact_no, str(e.reason), e.rows) for e in segment.actions[-1].left_out]


# -- numbers ----------------------------------------------------------------------------------


def test_rows_without_a_number_and_doubled_ones_join_no_segment(engine: sa.Engine) -> None:
    """OWN-24: only those whose rows can be read safely; each number comes once."""
    put(engine, *({"number": number, "town": town} for number, town in ROWS))
    with opened(engine, contact=customers()) as crm:
        segment = crm.new_segment("All", salesperson_code="JO", interaction_template_code="INVITE")
        segment.add_contacts()
        assert segment.contact_nos == ("C", "D")
        action = segment.actions[-1]
        assert list(action.left_out) == [
            *[LeftOut("", LeftOutReason.BLANK_NUMBER)] * 3,
            LeftOut("A1", LeftOutReason.DOUBLED, rows=2),
            LeftOut("B", LeftOutReason.DOUBLED, rows=2),
        ]
        assert dict(action.left_out.counts) == {"blank_number": 3, "doubled": 2}
        found = crm.select()
        assert found == ["C", "D"]
        assert (found.base, len(found.left_out)) == (2, 5)
        assert str(found).endswith("; 5 left out")
        assert crm.select(contact={"city": "Basel"}) == []
        assert left_out(crm, contact={"city": "Basel"}) == [
            ("A1", "doubled", 2),
            ("B", "doubled", 2),
        ]
        assert [contact.no for contact in crm.contacts] == ["C", "D"]
        assert (crm.count().base, crm.count(contact={"city": "Bern"}).passing) == (2, 2)
        with pytest.raises(Refused, match="read contact B: 2 rows have this number, and differ"):
            crm.explain("b")
        with pytest.raises(Refused, match="read contact : the row has no number"):
            crm.explain("")
        with pytest.raises(NotFound):
            crm.explain("E")
        with pytest.raises(Refused, match="read contact A1"):
            segment.add_contact("A1")
        segment.log(follow_up=False)
        assert [entry.contact_no for entry in crm.interactions] == ["C", "D"]


@pytest.mark.parametrize("declared", ["text", "clean"])
def test_a_number_that_is_unique_in_its_column_may_be_doubled_as_a_code(
    declared: str, database: Database
) -> None:
    member = sa.Table(
        "member", sa.MetaData(), sa.Column("ref", sa.Text, unique=True), sa.Column("town", sa.Text)
    )
    clean = {"no"} if declared == "clean" else ()
    values = {"no": member.c.ref, "city": member.c.town}
    engine = database.engine()
    with engine.begin() as connection:
        if database.schema:
            connection.execute(sa.schema.CreateSchema(database.schema))
        member.create(connection)
    put(engine, {"ref": "A", "town": "Bern"}, {"ref": "B", "town": "Bern"}, table=member)
    with opened(engine, contact=MappedTable(member, values, clean)) as crm:
        assert crm.select() == ["A", "B"]
    put(engine, {"ref": "" if clean else "a", "town": "Basel"}, table=member)
    with opened(engine, contact=MappedTable(member, values, clean)) as crm:
        assert crm.select() == (["A", "B"] if clean else ["B"])
        assert left_out(crm) == ([("", "blank_number", 1)] if clean else [("A", "doubled", 2)])


@pytest.mark.parametrize("blank", ["\t", "\n", "\x1f", " "], ids=["tab", "line", "unit", "space"])
def test_a_number_with_any_blank_before_it_is_the_same_code(engine: sa.Engine, blank: str) -> None:
    member = sa.Table("member", sa.MetaData(), sa.Column("ref", sa.Text, unique=True))
    with engine.begin() as connection:
        member.create(connection)
    put(engine, {"ref": "A"}, {"ref": f"{blank}A"}, {"ref": "B"}, table=member)
    with opened(engine, contact=MappedTable(member, {"no": member.c.ref})) as crm:
        assert crm.select() == ["A", "B"]  # rows of one number that are equal are one contact


def test_whole_numbers_are_codes_as_they_stand(engine: sa.Engine) -> None:
    tag = sa.table("tag", sa.column("partner", sa.Integer()), sa.column("code", sa.Text()))
    values = {"no": CUSTOMER.c.id, "company_no": CUSTOMER.c.sales}
    put(engine, {"id": 7, "sales": None}, {"id": 12, "sales": 7})
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE tag (partner INTEGER, code TEXT)")
        rows = [{"partner": each, "code": "fair"} for each in (12, None)]
        connection.execute(sa.insert(tag), rows)
    tags = MappedTable(tag, {"contact_no": tag.c.partner, "mailing_group_code": tag.c.code})
    members = MappedTable(CUSTOMER, values)
    with opened(engine, contact=members, contact_mailing_group=tags) as crm:
        assert crm.select() == ["12", "7"]
        assert crm.select(mailing_groups={"mailing_group_code": "FAIR"}) == ["12"]
        assert crm.select(contact={"company_no": "7"}) == ["12"]
        assert crm.select(contact={"company_no": "''"}) == ["7"]
        bound = bind(None, schema_of(crm.store), AsOf(TODAY))
        statement = crm.store.contacts.statement(bound, engine.dialect)  # type: ignore[attr-defined]  # a SQL store's
        assert "segmentation_code" not in str(statement)


def test_a_number_that_is_the_same_in_all_rows_is_that_of_one_contact(engine: sa.Engine) -> None:
    put(engine, {"number": "A", "town": "Bern"}, {"number": "B", "town": "Bern"})
    everybody = MappedTable(CUSTOMER, {"no": "OURS", "city": CUSTOMER.c.town})
    with opened(engine, contact=everybody) as crm:
        assert crm.select() == ["OURS"]
    put(engine, {"number": "C", "town": "Basel"})
    with opened(engine, contact=everybody) as crm:
        assert left_out(crm) == [("OURS", "doubled", 3)]


def test_a_join_that_may_find_several_rows_may_double_a_number(engine: sa.Engine) -> None:
    put(engine, {"number": "A"}, {"number": "B"})
    put(engine, {"customer": "1", "amount": 5}, {"customer": "1", "amount": 6}, table=SALE)
    several = sa.and_(SALE.c.customer == sa.cast(CUSTOMER.c.id, sa.Text()), SALE.c.amount > 1)
    joined = CUSTOMER.outerjoin(SALE, several)
    values = {"no": CUSTOMER.c.id, "name": CUSTOMER.c.number, "city": sa.cast(SALE.c.id, sa.Text())}
    with opened(engine, contact=MappedTable(joined, values)) as crm:
        assert crm.select() == ["2"]
        assert left_out(crm) == [("1", "doubled", 2)]


def test_many_contacts_are_found_by_a_value_of_their_own(engine: sa.Engine) -> None:
    towns = ("Bern", "Basel")
    put(engine, *({"number": f"N{n:04}", "town": towns[n % 2]} for n in range(1_100)))
    with opened(engine, contact=customers()) as crm:
        found = [contact.no for contact in crm.store.records.all(seg.Contact, city="Basel")]
        assert found == [f"N{n:04}" for n in range(1, 1_100, 2)]


def test_who_cannot_be_read_brings_nobody_along(engine: sa.Engine) -> None:
    rows = [
        {"number": "F", "kind": "company", "employer": "F", "town": "Bern"},
        {"number": "P1", "kind": "person", "employer": "F", "town": "Zug"},
        {"number": "P2", "kind": "Privat", "employer": "F", "town": "Basel"},
        {"number": "P3", "kind": "person", "employer": "F", "town": "Bern"},
    ]
    put(engine, *rows)
    mapped = customers(type=CUSTOMER.c.kind, company_no=CUSTOMER.c.employer)
    with opened(engine, contact=mapped) as crm:
        segment = crm.new_segment("Basel")
        segment.add_contacts(contact={"city": "Basel"}, expand_companies=True)
        assert segment.contact_nos == ()
        assert str(segment.actions[-1].left_out[0]) == "P2 (type 'Privat')"
        segment.add_contacts(contact={"city": "Zug"}, expand_companies=True)
        assert sorted(segment.contact_nos) == ["F", "P1", "P3"]
        other = crm.new_segment("Companies")
        other.add_contacts(contact={"city": "Basel|Zug"}, allow_related_companies=True)
        assert sorted(other.contact_nos) == ["F", "P1"]


# -- options, yes and no ----------------------------------------------------------------------

BLOCKED = (
    {"number": "P1", "blocked": "yes"},
    {"number": "P2", "blocked": "no"},
    {"number": "P3", "blocked": "t"},
    {"number": "P4"},
)


def test_a_yes_or_no_in_a_text_needs_its_words(engine: sa.Engine) -> None:
    """OWN-25: without words it is refused; with words, record and filter say the same."""
    put(engine, *BLOCKED)
    with (
        pytest.raises(Rejected, match=r"contact: privacy_blocked: .* say by words="),
        opened(engine, contact=customers(privacy_blocked=CUSTOMER.c.blocked)),
    ):
        pass
    words = {"privacy_blocked": {"yes": True, "no": False}}
    values = {"no": CUSTOMER.c.number, "privacy_blocked": CUSTOMER.c.blocked}
    with opened(engine, contact=MappedTable(CUSTOMER, values, words=words)) as crm:
        blocked = crm.select(contact={"privacy_blocked": "yes"})
        assert blocked == ["P1"]
        assert crm.select(contact={"privacy_blocked": "no"}) == ["P2", "P4"]
        assert {c.no: c.privacy_blocked for c in crm.contacts} == {
            "P1": True,
            "P2": False,
            "P4": False,
        }
        segment = crm.new_segment("All")
        segment.add_contacts()
        assert segment.contact_nos == ("P2", "P4")
        assert list(segment.actions[-1].left_out) == [
            LeftOut("P1", LeftOutReason.BLOCKED),
            LeftOut("P3", LeftOutReason.UNREADABLE, "privacy_blocked", "t"),
        ]
        with pytest.raises(Refused, match="privacy_blocked is 't', which cannot be read"):
            crm.contacts["P3"]
        assert "left out by action 1 (add on 2026-11-22): unreadable" in str(segment.explain("p3"))
        assert segment.explain("P2").line_nos == (10_000,)
        with pytest.raises(NotFound):
            segment.explain("P5")


def test_a_number_for_a_yes_or_no_is_one_or_zero(engine: sa.Engine) -> None:
    put(engine, *({"number": f"P{sales}", "sales": sales} for sales in (0, 1, 2)), {"number": "P"})
    with opened(engine, contact=customers(privacy_blocked=CUSTOMER.c.sales)) as crm:
        assert crm.select(contact={"privacy_blocked": "yes"}) == ["P1"]
        assert crm.select(contact={"privacy_blocked": "no"}) == ["P", "P0"]
        assert left_out(crm) == [("P1", "blocked", 1), ("P2", "unreadable", 1)]


TYPES = tuple(
    {"number": f"P{place}", "kind": kind}
    for place, kind in enumerate(("Firma", "Privat", "company", None), start=1)
)


def test_words_that_are_no_options_leave_their_rows_out(engine: sa.Engine) -> None:
    """OWN-26: rows with other words join when it is told what these stand for."""
    put(engine, *TYPES)
    with opened(engine, contact=customers(type=CUSTOMER.c.kind)) as crm:
        segment = crm.new_segment("All")
        segment.add_contacts()
        assert segment.contact_nos == ("P3", "P4")
        assert list(segment.actions[-1].left_out) == [
            LeftOut("P1", LeftOutReason.UNKNOWN_OPTION, "type", "Firma"),
            LeftOut("P2", LeftOutReason.UNKNOWN_OPTION, "type", "Privat"),
        ]
        with pytest.raises(Refused, match="type is 'Firma', which is no option of it"):
            crm.contacts["P1"]
    values = {"no": CUSTOMER.c.number, "type": CUSTOMER.c.kind}
    words = {"type": {"Firma": "company", "Privat": "person"}}
    with opened(engine, contact=MappedTable(CUSTOMER, values, words=words)) as crm:
        assert crm.select(contact={"type": "person"}) == ["P2"]
        assert {c.no: str(c.type) for c in crm.contacts}["P1"] == "company"
        assert left_out(crm) == []
        segment = crm.new_segment("All")
        segment.add_contacts()
        assert len(segment.contact_nos) == 4


def test_what_is_too_deep_for_a_database_leaves_the_same_rows_out(engine: sa.Engine) -> None:
    put(engine, *TYPES)
    with opened(engine, contact=customers(type=CUSTOMER.c.kind)) as crm:
        town = Part("contact", (Where("city", Like(("Town", Wild.ANY_RUN))),))
        deep: Selection = town
        for _ in range(45):
            deep = AllOf((AnyOf((Not(deep), town)), Not(town)))
        assert crm.select(deep) == ["P3", "P4"]
        assert left_out(crm, criteria=deep) == [
            ("P1", "unknown_option", 1),
            ("P2", "unknown_option", 1),
        ]


def test_a_block_of_one_moment_may_hold_another(engine: sa.Engine) -> None:
    put(engine, *TYPES)
    with opened(engine, contact=customers(type=CUSTOMER.c.kind)) as crm:
        contacts = crm.store.contacts
        assert isinstance(contacts, AnswersAtOnce)
        everybody = bind(None, schema_of(crm.store), AsOf(TODAY))
        asked: list[str] = []
        sa.event.listen(engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
        with contacts.at_once():
            with contacts.at_once():
                assert list(contacts.matching(everybody)) == ["P3", "P4"]
            asked.clear()
            assert contacts.count(everybody) == 2
            assert len(asked) == 1
        assert contacts.count(everybody) == 2
        assert len(asked) > 2


ROWS_OF_SALES = (
    {"number": "A", "kind": "person", "sales": 0},
    {"number": "A", "kind": "person", "sales": 0},
    {"number": "P", "kind": "Privat", "sales": 1},
    {"number": "Q", "kind": "person", "sales": 7},
)


def test_a_row_of_one_number_that_cannot_be_read_takes_the_others_out(engine: sa.Engine) -> None:
    put(
        engine, {"number": "A", "kind": "person"}, {"number": "A", "kind": "Privat"}, *TYPES[:1] * 2
    )
    with opened(engine, contact=customers(type=CUSTOMER.c.kind)) as crm:
        assert crm.select() == []
        assert left_out(crm) == [("A", "doubled", 2), ("P1", "unknown_option", 2)]
        assert crm.contacts.find("A") is None


def test_figures_of_the_contact_itself_are_of_each_row_alone(engine: sa.Engine) -> None:
    put(engine, *ROWS_OF_SALES)
    mapped = customers(type=CUSTOMER.c.kind, minor=CUSTOMER.c.sales)
    with opened(engine, contact=mapped) as crm:
        once = Figure(Measure.COUNT, "", Part("contact"), Compare(Operator.EQUAL, Operand("1")))
        assert crm.select(once) == ["A"]
        assert left_out(crm, criteria=once) == [("P", "unknown_option", 1), ("Q", "unreadable", 1)]


def test_a_linked_row_that_cannot_be_read_selects_nobody(engine: sa.Engine) -> None:
    put(engine, {"number": "A"}, {"number": "B"})
    put(
        engine,
        {"customer": "A", "returned": "no", "amount": 5},
        {"customer": "B", "returned": "perhaps", "amount": 5},
        table=SALE,
    )
    with opened(engine, contact=customers(), sales=sales(returned=True)) as crm:
        assert crm.select(sales={"amount": "5"}) == ["A"]
        assert not crm.explain("B", sales={"amount": "5"}).holds


# -- fields of the host's own -----------------------------------------------------------------


def test_fields_of_the_hosts_own_are_in_the_records(engine: sa.Engine) -> None:
    """OWN-28: what is found by them is explained by them, and stands in letters."""
    put(engine, {"number": "A", "sales": 3}, {"number": "B", "sales": 0}, {"number": "C"})
    mapped = MappedTable(
        CUSTOMER,
        {"no": CUSTOMER.c.number, "name": CUSTOMER.c.number, "sales_count": CUSTOMER.c.sales},
        fields=[Field("sales_count", "integer")],
    )
    with opened(engine, contact=mapped) as crm:
        sold = crm.fields["contact"]["sales_count"] >= 1
        assert crm.select(sold) == ["A"]
        assert {no: crm.explain(no, sold).holds for no in "ABC"} == {
            "A": True,
            "B": False,
            "C": False,
        }
        assert "sales count = 3" in str(crm.explain("A", sold))
        assert "sales count = 0" in str(crm.explain("C", sold))
        assert crm.contacts["A"].extra == (("sales_count", 3),)
        assert crm.contacts.where(no="a") == [crm.contacts["A"]]
        assert len(crm.contacts) == 3
        assert crm.contacts.to_frame("polars")["sales_count"].to_list() == [3, 0, 0]
        assert crm.select(sold).to_frame(["no", "sales_count"], backend="polars").rows() == [
            ("A", 3)
        ]
        crm.templates.new("THANKS", description="Thanks")
        crm.tables["language"].new("ENG")
        letter = Attachment("thanks.txt", b"{{ sales_count }} sales")
        crm.templates.put_language("THANKS", "ENG", attachment=letter)
        crm.templates.change("THANKS", language_code_default="ENG")
        assert crm.templates.try_on("THANKS", "A").content == b"3 sales"
        assert crm.templates.try_on("THANKS", "C").content == b"0 sales"
        assert crm.schema.table("contact").field("sales_count").extra
    with opened(engine) as crm, pytest.raises(UnknownName, match="sales_count"):
        crm.select(contact={"sales_count": ">=1"})


def test_a_table_of_the_hosts_own_is_asked_as_it_is_declared(engine: sa.Engine) -> None:
    put(engine, {"number": "A"}, {"number": "B"})
    sold = [("A", "TENT", 100), ("a ", "LAMP", 20), ("B", "MAP", 5)]
    put(
        engine,
        *({"customer": no, "article": article, "amount": amount} for no, article, amount in sold),
        table=SALE,
    )
    with opened(engine, contact=customers(), orders=sales(alias="sold")) as crm:
        bought = crm.fields["orders"]
        above = total(bought["amount"]) > 100
        assert crm.select(above) == ["A"]
        assert crm.select(sold={"article": "TENT|MAP"}) == ["A", "B"]
        assert crm.explain("A", above).holds
        assert crm.explain("A", above).row_count == 2
        assert not crm.explain("B", above).holds
        crm.saved_criteria.save("BIG", above)
        segment = crm.new_segment("Big")
        segment.follow_criteria("BIG")
        segment.refresh()
        assert segment.contact_nos == ("A",)
        assert [order.article for order in crm.tables["orders"]] == ["TENT", "LAMP", "MAP"]
        assert crm.tables["orders"][1].amount == 100
        assert crm.tables.version == 0
        with pytest.raises(Refused, match="the host keeps these rows"):
            crm.tables["orders"].new(4, contact_no="B")
    put(engine, {"customer": "B", "amount": 200}, table=SALE)
    with opened(engine, contact=customers(), orders=sales()) as crm:
        assert crm.segment("SM0001").refresh().joining.contact_nos == ("B",)
    with opened(engine) as crm, pytest.raises(UnknownName, match="orders"):
        crm.segment("SM0001").refresh()


# -- what the declaration shows ---------------------------------------------------------------


def sales(*, returned: bool = False, **more: Any) -> MappedTable:  # noqa: ANN401
    values = {
        "sale_no": SALE.c.id,
        "contact_no": SALE.c.customer,
        "article": SALE.c.article,
        "amount": SALE.c.amount,
        "day": SALE.c.day,
    }
    fields = [
        Field("sale_no", "integer"),
        Field("contact_no", "code", length=20),
        Field("article", "code"),
        Field("amount", "decimal"),
        Field("day", "date"),
    ]
    given: dict[str, Any] = {"key": "sale_no", "link": "contact_no", "fields": fields}
    if returned:
        fields.append(Field("returned", "boolean"))
        values["returned"] = SALE.c.returned
        given["words"] = {"returned": {"yes": True, "no": False}}
    values |= more.pop("values", {})
    for name in more.pop("without", ()):
        del values[name]
    return MappedTable(SALE, values, **given | more)


@pytest.mark.parametrize(
    ("mapped", "said"),
    [
        ({"orders": sales(without=["contact_no"])}, r"orders: contact_no: .*leaves out"),
        ({"orders": sales(link="")}, "orders: link: is missing"),
        ({"orders": sales(key="")}, "orders: key: is missing"),
        (
            {
                "contact": MappedTable(
                    CUSTOMER,
                    {"no": CUSTOMER.c.number, "points": CUSTOMER.c.town},
                    fields=[Field("points", "integer")],
                )
            },
            "contact: points: is integer, and the column holds text",
        ),
        ({"contact": customers(city=sa.column("place"))}, "contact: city: the source has no such"),
        ({"contact": customers(city=SALE.c.article)}, "contact: city: .*no table 'sale'"),
        (
            {"orders": sales(values={"amuont": SALE.c.amount})},
            "orders: amuont: unknown field 'amuont' .*; did you mean 'amount'",
        ),
        ({"contact": customers(minor=CUSTOMER.c.town)}, "contact: minor: .*words="),
        ({"contact": customers(type=CUSTOMER.c.sales)}, "contact: type: .*words="),
        ({"contact": customers(type="human")}, "contact: type: 'human' is no value"),
        ({"contact": customers(last_modified=CUSTOMER.c.town)}, "last_modified: is datetime"),
        (
            {
                "contact": MappedTable(
                    CUSTOMER, {"no": CUSTOMER.c.number}, fields=[Field("a", "date")]
                )
            },
            "contact: a: is declared, and the mapping does not say where",
        ),
        (
            {
                "contact": MappedTable(
                    CUSTOMER, {"no": CUSTOMER.c.number}, fields=[Field("no", "code")]
                )
            },
            "contact: no: is a field of contact already",
        ),
        (
            {
                "contact": MappedTable(
                    CUSTOMER,
                    {"no": CUSTOMER.c.number, "type": CUSTOMER.c.kind},
                    words={"type": {"Firma": "compayn"}, "no": {}, "city": {}},
                    clean={"type"},
                )
            },
            r"type: has words, so .*\n.*'compayn', .* 'company'\?",
        ),
        ({"orders": sales(beside=True)}, "only interactions of a host's can stand beside"),
        ({"orders": sales(worked_out={"a": str})}, "only fields of contacts can be worked out"),
        (
            {"contact": MappedTable(CUSTOMER, {"no": CUSTOMER.c.number}, worked_out={"no": str})},
            "contact: no: is a field of contact already",
        ),
    ],
)
def test_what_a_declaration_alone_shows_is_refused_before_anything_is_made(
    mapped: dict[str, MappedTable], said: str, engine: sa.Engine
) -> None:
    """OWN-27: each is refused with table and field; no row is read, no table of ours is made."""
    asked: list[str] = []
    with engine.connect() as connection:
        sa.event.listen(connection, "before_cursor_execute", lambda *a: asked.append(a[2]))
        with pytest.raises(Rejected, match=said):
            join_store(connection, prefix="crm_", mapped=mapped)
    assert not sa.inspect(engine).has_table("crm_segmentation_meta")
    rows = [each for each in asked if "FROM customer" in each or "FROM sale" in each]
    assert all("WHERE" in each for each in rows), rows


def test_what_the_mapping_declares_cannot_be_defined_in_the_store(engine: sa.Engine) -> None:
    stars = MappedTable(
        CUSTOMER,
        {"no": CUSTOMER.c.number, "stars": CUSTOMER.c.sales},
        fields=[Field("stars", "integer")],
    )
    with opened(engine, contact=stars, orders=sales()) as crm:
        assert crm.fields["orders"]["amount"].name == "amount"
        with pytest.raises(Rejected, match="amount: is decimal in this store, and text here"):
            crm.tables.define("orders", Field("amount", "text"))
        with pytest.raises(Refused, match=r"define orders\.colour"):
            crm.tables.define("orders", Field("colour", "text"))
        with pytest.raises(Refused, match=r"define contact\.stars"):
            crm.tables.change_field("contact", Field("stars", "decimal"))
        crm.tables.define("contact", Field("size", "integer"))
        assert crm.tables.version == 1
    late = MappedTable(SALE, {"contact_no": SALE.c.customer})
    with opened(engine, orders=late) as crm, pytest.raises(Refused, match="define orders"):
        crm.tables.define(
            "orders", Field("contact_no", "code"), key="contact_no", link="contact_no"
        )
    with opened(engine) as crm:
        crm.tables.define(
            "orders", Field("contact_no", "code"), key="contact_no", link="contact_no"
        )
        crm.tables.define("contact", Field("stars", "decimal"))
    with (
        pytest.raises(Rejected, match=r"orders: is a table of this store(.|\n)*stars: is decimal"),
        opened(engine, contact=stars, orders=sales()),
    ):
        pass


# -- fields that are worked out ---------------------------------------------------------------


def _greeting(contact: seg.Contact) -> str:
    return f"Hi {contact.first_name}"


def _letters(contact: seg.Contact) -> list[str]:
    return list(contact.first_name)


def _shortest(contact: seg.Contact) -> str:
    return min(contact.first_name.split(), key=len)  # an error for who has no first name


def test_a_field_that_is_worked_out_stands_in_letters_and_cannot_be_filtered(
    engine: sa.Engine,
) -> None:
    """OWN-29: its error names table and field, and tells that it is worked out in Python."""
    put(engine, {"number": "A", "town": "Anna"}, {"number": "B"}, {"number": "C", "town": "Cleo"})
    values = {"no": CUSTOMER.c.number, "name": CUSTOMER.c.town, "first_name": CUSTOMER.c.town}
    worked_out: dict[str, Any] = {"greeting": _greeting, "shortest": _shortest, "letters": _letters}
    with opened(engine, contact=MappedTable(CUSTOMER, values, worked_out=worked_out)) as crm:
        crm.tables["language"].new("ENG")
        crm.templates.new("HELLO", description="Hello")
        hello = Attachment("hello.txt", b"{{ greeting }}, {{ contact_greeting }}")
        crm.templates.put_language("HELLO", "ENG", attachment=hello)
        crm.templates.change("HELLO", language_code_default="ENG")
        assert crm.templates.try_on("HELLO", "A").content == b"Hi Anna, Hi Anna"
        assert "greeting" in {field.name for field in crm.letters.merge_fields()}
        said = r"contact\.greeting: .* worked out in Python, and cannot be filtered"
        for ask in (
            lambda: crm.select(contact={"greeting": "Hi*"}),
            lambda: crm.select(Cut(Part("contact"), First(1, Order("greeting")))),
            lambda: crm.saved_criteria.save("HI", make_selection(contact={"greeting": "Hi*"})),
            lambda: crm.fields["contact"]["greeting"],
        ):
            with pytest.raises(InvalidValue, match=said):
                ask()
        hello = Attachment("hello.txt", b"{{ letters }}")
        crm.templates.put_language("HELLO", "ENG", attachment=hello)
        with pytest.raises(Rejected, match=r"contact\.letters: is worked out as \['A'"):
            crm.templates.try_on("HELLO", "A")
        (remark,) = crm.check(contact={"greeting": "Hi*"})
        assert "worked out in Python" in str(remark)

        short = Attachment("short.txt", b"{{ shortest }}")
        crm.templates.new("SHORT", description="Short")
        crm.templates.put_language("SHORT", "ENG", attachment=short)
        crm.templates.change("SHORT", language_code_default="ENG")
        segment = crm.new_segment("Hello", interaction_template_code="SHORT")
        segment.add_contacts()
        with pytest.raises(Rejected) as rejected:
            segment.letters()
        (fault,) = rejected.value.faults
        assert "contact B" in fault.place
        assert "contact.shortest" in str(fault)
        segment.remove_line(next(line for line in segment.lines if line.contact_no == "B"))
        assert [letter.content for letter in segment.letters()] == [b"Anna", b"Cleo"]


# -- a history beside ours --------------------------------------------------------------------


def test_a_hosts_history_is_asked_with_ours_and_ours_alone_is_written(engine: sa.Engine) -> None:
    """OWN-30."""
    put(engine, {"number": "A"}, {"number": "B"}, {"number": "C"})
    days = [("A", 1), ("A", 2), ("B", 3)]
    rows = ({"customer": no, "day": dt.date(2026, 11, day), "article": "call"} for no, day in days)
    put(engine, *rows, table=SALE)
    calls = MappedTable(
        SALE,
        {
            "entry_no": SALE.c.id,
            "contact_no": SALE.c.customer,
            "contact_company_no": "",
            "date": SALE.c.day,
            "description": SALE.c.article,
        },
        beside=True,
    )
    with opened(engine, contact=customers(), interaction_log_entry=calls) as crm:
        crm.interactions.create(
            "A",
            interaction_template_code="INVITE",
            salesperson_code="JO",
            description="Fair",
            correspondence_type="",
        )
        held = crm.fields.interactions
        assert crm.select(interactions=at_least(2)) == ["A"]
        assert crm.select(interactions=at_least(3)) == ["A"]
        assert crm.explain("A", interactions=at_least(3)).holds
        assert not crm.explain("B", interactions=at_least(2)).holds
        assert crm.select(interactions={"date": "2026-11-03"}) == ["B"]
        assert crm.select(interactions=none()) == ["C"]
        assert crm.select(latest(held.date) == dt.date(2026, 11, 22)) == ["A"]
        called = held.description == "call"
        twice = followed(called, by=called, on=held.date, within=1)
        assert crm.select(twice) == ["A"]
        assert crm.explain("A", twice).holds
        assert len(crm.interactions) == 1
        segment = crm.new_segment("Both", salesperson_code="JO", interaction_template_code="INVITE")
        segment.add_contacts(contact={"no": "A|B"})
        segment.log()
        assert crm.select(interactions=at_least(2)) == ["A", "B"]
        assert crm.select(interactions=at_least(4)) == ["A"]
        assert len(crm.interactions) == 3
        assert list(crm.journal.audit()) == []
        crm.journal.verify()
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(SALE)) == 3


# -- what the rows hold -----------------------------------------------------------------------


def told(engine: sa.Engine, **mapped: MappedTable) -> list[tuple[str, str, int, int]]:
    """What the check of a mapping finds: field, code, count and rows."""
    with opened(engine, **mapped) as crm:
        store = crm.store
        assert isinstance(store, SqlStore)
        return [(each.field, each.code, each.count, each.rows) for each in check_mapping(store)]


def test_numbers_are_checked_with_counts_and_examples(engine: sa.Engine) -> None:
    """OWN-23."""
    put(engine, *({"number": number, "town": town} for number, town in ROWS))
    put(engine, {"number": "X" * 21})
    with opened(engine, contact=customers()) as crm:
        assert isinstance(crm.store, SqlStore)
        found = check_mapping(crm.store)
    assert {each.place for each in found} == {"contact"}
    assert {(e.code, e.count, e.rows, tuple(sorted(e.examples)[-2:])) for e in found} == {
        ("blank", 3, 3, ("", "  ")),
        ("duplicate", 1, 2, ("B",)),
        ("equal_rows", 1, 2, ("D",)),
        ("equal_but_for_case", 1, 2, ("A1", "a1")),
        ("too_long", 1, 1, ("X" * 21,)),
    }
    assert len(found) == 5
    assert str(found[1]) == "contact: no: numbers with several rows that differ: 1, such as 'B'"


def test_words_are_checked_with_counts(engine: sa.Engine) -> None:
    """OWN-25, OWN-26: the words that stand for nothing, each with its rows."""
    put(engine, *TYPES, *BLOCKED[2:3])
    words = {"privacy_blocked": {"yes": True, "no": False}}
    values = {"no": CUSTOMER.c.id, "type": CUSTOMER.c.kind, "privacy_blocked": CUSTOMER.c.blocked}
    mapped = MappedTable(CUSTOMER, values, words=words)
    with opened(engine, contact=mapped) as crm:
        assert isinstance(crm.store, SqlStore)
        found = {(e.field, e.examples, e.count) for e in check_mapping(crm.store)}
    assert found == {
        ("type", ("Firma",), 1),
        ("type", ("Privat",), 1),
        ("privacy_blocked", ("t",), 1),
    }
    named: dict[str, dict[str, Any]] = {"type": {"Firma": "company", "Privat": "person"}, **words}
    assert told(engine, contact=MappedTable(CUSTOMER, values, words=named)) == [
        ("privacy_blocked", "wrong_type", 1, 1)
    ]


def test_many_words_of_one_field_are_told_in_short(engine: sa.Engine) -> None:
    put(engine, *({"number": f"P{n:02}", "kind": f"kind {n}"} for n in range(25)))
    found = told(engine, contact=customers(type=CUSTOMER.c.kind))
    assert len(found) == 21
    assert found[-1] == ("type", "wrong_type", 5, 5)


def test_texts_in_another_normal_form_are_counted(engine: sa.Engine) -> None:
    """MNG-11: the host's rows stay as they are."""
    put(engine, {"number": "A", "town": "A\u030ase"}, {"number": "B", "town": "\u00c5se"})
    with opened(engine, contact=customers()) as crm:
        assert isinstance(crm.store, SqlStore)
        (fault,) = check_mapping(crm.store)
        assert crm.select(contact={"city": "\u00c5se"}) == ["B"]
    assert (fault.field, fault.code, fault.count) == ("city", "not_nfc", 1)
    assert "1 of 2 values" in str(fault)


def test_the_check_tells_what_any_other_door_refuses(engine: sa.Engine) -> None:
    """FRT-06: the same faults with the same codes, and nothing is stored."""
    row = {"number": "K", "kind": "person", "employer": "K", "town": "B" * 101, "blocked": "XX"}
    put(engine, row)
    values: dict[str, Any] = {
        "no": CUSTOMER.c.number,
        "type": CUSTOMER.c.kind,
        "company_no": CUSTOMER.c.employer,
        "name": CUSTOMER.c.town,
        "country_region_code": CUSTOMER.c.blocked,
    }
    given = {field: row[column.name] for field, column in values.items()}
    fields: list[Field] = []
    if engine.dialect.name == "sqlite":  # others hold nothing but dates in such a column
        values["born"] = sa.type_coerce(CUSTOMER.c.town, sa.Date())
        fields = [Field("born", "date")]
    with opened(engine) as crm:
        crm.tables["country_region"].new("CH")
        crm.tables.define("contact", Field("born", "date"))
        own = {"born": row["town"]} if fields else {}
        with pytest.raises(Rejected) as rejected:
            crm.contacts.add(seg.Contact(**given, extra=own))  # type: ignore[arg-type]
        refused = {(fault.field, fault.code) for fault in rejected.value.faults}
        assert len(refused) == 3 + len(fields)
    with opened(engine, contact=MappedTable(CUSTOMER, values, fields=fields)) as crm:
        assert isinstance(crm.store, SqlStore)
        head = crm.journal.head
        assert {(e.field, e.code) for e in check_mapping(crm.store)} == refused
        assert crm.journal.head == head


def test_rows_of_other_tables_are_checked_too(engine: sa.Engine) -> None:
    put(engine, {"number": "A"})
    put(
        engine,
        {"customer": "A", "returned": "perhaps"},
        {"customer": "Z", "returned": "no"},
        table=SALE,
    )
    assert told(engine, contact=customers(), orders=sales(returned=True)) == [
        ("returned", "wrong_type", 1, 1),
        ("contact_no", "missing_reference", 1, 1),
    ]
    calls = MappedTable(SALE, {"contact_no": SALE.c.customer, "date": SALE.c.day}, beside=True)
    found = told(engine, contact=customers(), interaction_log_entry=calls)
    assert ("contact_company_no", "not_mapped", 0, 0) in found


def test_what_is_declared_as_clean_is_checked(engine: sa.Engine) -> None:
    put(engine, {"number": "A", "town": "x"}, {"number": "b"}, {"number": " C", "town": "y"})
    values = {"no": CUSTOMER.c.number, "city": CUSTOMER.c.town}
    mapped = MappedTable(CUSTOMER, values, clean={"no", "city"})
    assert told(engine, contact=mapped) == [
        ("no", "not_clean", 2, 2),
        ("city", "not_clean", 1, 1),
        ("city", "wrong_type", 1, 1),
    ]


def test_only_values_of_columns_are_checked_as_clean_and_by_their_type(engine: sa.Engine) -> None:
    put(engine, {"number": "A", "town": "Bern"})
    values = {"no": CUSTOMER.c.number, "city": CUSTOMER.c.town, "country_region_code": "CH"}
    assert told(engine, contact=MappedTable(CUSTOMER, values, clean={"no", "city"})) == []


def test_a_fault_of_many_rows_has_a_few_examples(engine: sa.Engine) -> None:
    long = [{"number": f"N{n}", "town": "A\u030a" * 101} for n in range(8)]
    put(engine, *long)
    with opened(engine, contact=customers()) as crm:
        assert isinstance(crm.store, SqlStore)
        found = {each.code: each for each in check_mapping(crm.store)}
    assert {code: each.count for code, each in found.items()} == {"too_long": 8, "not_nfc": 8}
    assert {len(each.examples) for each in found.values()} == {3}


def test_numbers_that_are_decimals_without_places_are_whole(engine: sa.Engine) -> None:
    whole = sa.cast(CUSTOMER.c.sales, sa.Numeric(10, 0))
    put(engine, {"number": "A", "sales": 3})
    values = {"no": CUSTOMER.c.number, "points": whole}
    mapped = MappedTable(CUSTOMER, values, fields=[Field("points", "integer")])
    with opened(engine, contact=mapped) as crm:
        assert crm.select(contact={"points": "3"}) == ["A"]


def test_times_and_numbers_that_are_none_are_told(engine: sa.Engine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("others hold nothing but times and numbers in such columns")
    put(
        engine,
        {"number": "A", "town": "half past", "kind": "then", "employer": "much"},
        {"number": "B", "town": "08:30:00", "kind": "2026-11-30 08:30:00", "employer": "1.50"},
    )
    values = {
        "no": CUSTOMER.c.number,
        "opens": sa.type_coerce(CUSTOMER.c.town, sa.Time()),
        "called": sa.type_coerce(CUSTOMER.c.kind, sa.DateTime()),
        "debt": sa.type_coerce(CUSTOMER.c.employer, sa.Numeric()),
    }
    fields = [Field("opens", "time"), Field("called", "datetime"), Field("debt", "decimal")]
    assert told(engine, contact=MappedTable(CUSTOMER, values, fields=fields)) == [
        ("opens", "wrong_type", 1, 1),
        ("called", "wrong_type", 1, 1),
        ("debt", "wrong_type", 1, 1),
    ]


def test_a_mapped_table_that_nobody_defines_has_no_faults(engine: sa.Engine) -> None:
    put(engine, {"customer": "A"}, table=SALE)
    assert told(engine, orders=MappedTable(SALE, {"contact_no": SALE.c.customer})) == []


def test_a_table_that_the_store_keeps_stays_beside_those_of_the_host(engine: sa.Engine) -> None:
    with opened(engine) as crm:
        crm.tables.define(
            "visits", Field("no", "code"), Field("contact_no", "code"), key="no", link="contact_no"
        )
    put(engine, {"number": "A"})
    with opened(engine, contact=customers()) as crm:
        crm.tables["visits"].new("1", contact_no="A")
        assert crm.select(visits={"no": "1"}) == ["A"]


def test_a_mapping_without_faults_has_none(engine: sa.Engine) -> None:
    put(engine, {"number": "A", "town": "Bern"}, {"number": "B"})
    assert told(engine, contact=customers()) == []
    assert told(engine) == []


@pytest.mark.parametrize(
    ("kind", "in_sqlite", "in_postgresql"),
    [
        (sa.Text(), False, True),
        (sa.String(20, collation="de-x-icu"), False, True),
        (sa.Text(collation="C"), False, False),
        (sa.Integer(), False, False),
        (None, False, False),
    ],
)
def test_rows_are_grouped_where_no_index_finds_those_of_a_contact(
    kind: sa.types.TypeEngine[Any] | None,
    in_sqlite: bool,
    in_postgresql: bool,
    database: Database,
) -> None:
    sale = sa.table("sale", sa.column("number", sa.Integer()), sa.column("customer", kind))
    column = "OURS" if kind is None else sale.c.customer
    host = MappedTable(
        sale,
        {"number": sale.c.number, "customer": column},
        clean=("number", "customer"),
        fields=(Field("number", "integer"), Field("customer", "code")),
        key="number",
        link="customer",
    )
    dialect = dialect_of(database.engine().dialect, Tables())
    rows = host.rows(host.table("sale").fields, dialect, by=["customer"])
    assert rows.unindexed is (in_sqlite if database.is_sqlite else in_postgresql)
