"""Records in tables: what no database can hold is refused, kinds of a host get tables of theirs."""

from decimal import Decimal
from pathlib import Path

import attrs
import pytest
import sqlalchemy as sa

from segmentation.columns import gathered
from segmentation.contacts import Contact, ContactType, ItemEntry
from segmentation.errors import InvalidValue, Refused
from segmentation.fields import Record, with_converters
from segmentation.workspace import Workspace
from support.databases import Database
from support.fair import NOW


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class Visit(Record, table="visit", key=("no",)):
    """A kind that a host brings."""

    no: int
    place: str = ""


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class LaterVisit(Record, table="visit", key=("no",)):
    """The same kind in a later version of the host."""

    no: int
    place: str = ""
    guests: int = 0
    paid: bool = False


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (Contact(no="C2", name="a\0b"), "no database can keep"),
        (Contact(no="C2", city="\ud800"), "no database can keep"),
        (Contact(no="C2", extra=(("note", "\0"),)), "no database can keep"),
        (Contact(no="C2", extra=(("score", 2**63), ("vip", True))), "too large"),
        (ItemEntry(entry_no=2**63), "too large"),
        (ItemEntry(entry_no=-(2**63) - 1), "too large"),
        (ItemEntry(entry_no=1, amount=Decimal("NaN")), "not a number"),
    ],
)
def test_what_no_database_can_hold_is_refused_whole(
    record: Record, reason: str, database: Database
) -> None:
    store = database.open()
    with pytest.raises(InvalidValue, match=reason):
        store.records.put([Contact(no="C1", name="Åse", extra=(("vip", True),)), record])
    assert list(store.records.all(Contact)) == []
    alike = gathered(type(record), [record, record])
    with pytest.raises(InvalidValue, match=reason):
        store.records.put(alike)


def test_records_that_are_alike_are_stored_as_each_would_be(database: Database) -> None:
    store = database.open()
    contacts = [
        Contact(no="C1", name="Åse", extra=(("vip", True),)),
        Contact(no="C2", name="Bo", company_no="C1", last_modified=NOW),
        Contact(no="C3", name="Bo", type=ContactType.PERSON),
    ]
    store.records.put(gathered(Contact, contacts))
    assert list(store.records.all(Contact)) == contacts
    store.records.put(gathered(Contact, contacts[:0]))
    bad = [attrs.evolve(contacts[0], no=no) for no in ("C4", "C\0")]
    with pytest.raises(InvalidValue, match="no database can keep"):
        store.records.put(gathered(Contact, bad))
    assert list(store.records.all(Contact)) == contacts
    assert list(store.records.all(ItemEntry)) == []


def test_a_kind_of_the_host_gets_its_table_when_it_is_first_stored(database: Database) -> None:
    store = database.open()
    store.records.remove([Visit(no=1)])
    assert store.records.find(Visit, 1) is None
    assert list(store.records.all(Visit)) == []
    store.records.put([Visit(no=1, place="Aarhus")])
    store.records.put([Visit(no=2)])
    assert database.open().records.find(Visit, 1) == Visit(no=1, place="Aarhus")
    store.records.remove([Visit(no=2), Visit(no=2**63)])
    assert list(store.records.all(Visit)) == [Visit(no=1, place="Aarhus")]


def test_a_kind_of_the_host_gets_its_new_columns(database: Database) -> None:
    database.open().records.put([Visit(no=1, place="Aarhus")])
    later = database.open()
    later.records.put([LaterVisit(no=2, guests=4, paid=True)])
    assert list(later.records.all(LaterVisit)) == [
        LaterVisit(no=1, place="Aarhus"),
        LaterVisit(no=2, guests=4, paid=True),
    ]


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class NumberedVisit(Record, table="visit", key=("no",)):
    """The same kind with a field of another type."""

    no: int
    place: int = 0


def test_a_column_of_a_host_gets_another_type_only_while_there_are_no_rows(
    database: Database,
) -> None:
    first = database.open()
    first.records.put([Visit(no=1, place="Aarhus")])
    with pytest.raises(Refused, match=r"visit.*it has rows"):
        database.open().records.put([NumberedVisit(no=2, place=7)])
    assert list(database.open().records.all(Visit)) == [Visit(no=1, place="Aarhus")]
    first.records.remove([Visit(no=1)])
    later = database.open()
    later.records.put([NumberedVisit(no=2, place=7)])
    assert list(later.records.all(NumberedVisit)) == [NumberedVisit(no=2, place=7)]


@pytest.mark.parametrize("door", ["add", "contacts.add", "import"])
def test_questions_do_not_grow_with_the_records_that_come_in(tmp_path: Path, door: str) -> None:
    def statements(count: int) -> int:
        seen: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            seen.append(statement)

        folder = tmp_path / str(count)
        folder.mkdir()
        contacts = [
            Contact(no=f"{kind}{number}", type=typed, company_no=f"C{number}")
            for number in range(count)
            for kind, typed in (("C", "company"), ("P", "person"))
        ]
        rows = "".join(f"P{number},NEWS\n" for number in range(count))
        members = folder / "contact_mailing_group.csv"
        members.write_text(f"Contact No.,Mailing Group Code\n{rows}", encoding="utf-8")
        with Workspace.open(str(folder / "crm.db")) as crm:
            crm.contacts.add(*contacts[::2])
            sa.event.listen(sa.Engine, "before_cursor_execute", note)
            try:
                match door:
                    case "add":
                        crm.add(*contacts[1::2])
                    case "contacts.add":
                        crm.contacts.add(*contacts[1::2])
                    case _:
                        crm.add(*contacts[1::2])
                        seen.clear()
                        crm.import_data(members)
            finally:
                sa.event.remove(sa.Engine, "before_cursor_execute", note)
        return len(seen)

    assert statements(200) == statements(400) > 0
