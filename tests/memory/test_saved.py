"""A store in memory that is saved and opened again is the same, or the file is refused."""

import datetime as dt
import hashlib
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import segmentation as seg
from segmentation.codes import Option
from segmentation.contacts import Contact, ContactMailingGroup, ContactType
from segmentation.documents import Attachment
from segmentation.errors import InvalidValue, NotFound, StoreError
from segmentation.fields import Field, FieldType, Record, fields_of
from segmentation.kinds import record_kinds
from segmentation.memory import MemoryStore
from segmentation.memory._columns import Coded, Column, Extras
from segmentation.memory._files import read_sections, write_sections
from segmentation.memory._saved_columns import Reader, Writer
from segmentation.memory._saved_tables import option_in
from support.fair import SETUP, TODAY, company, evolved, person

from .test_stored_columns import BLOCK, EXTRAS, KINDS, exactly, filled

ZONES = (None, dt.UTC, dt.timezone(dt.timedelta(hours=5, minutes=30)), ZoneInfo("Europe/Oslo"))


def again(store: MemoryStore, folder: Path) -> MemoryStore:
    path = folder / "crm.memory"
    store.save(path)
    return MemoryStore.open(path)


# -- columns ------------------------------------------------------------------------------------


def read_again(column: Column) -> Column:
    writer = Writer("field")
    data = writer.column(column)
    return Reader(iter(writer.parts), ContactType).column(data)


def same_when_read_again(column: Column, values: Sequence[Any]) -> None:
    found = read_again(column)
    assert type(found) is type(column)
    assert list(map(exactly, found.part(0, len(values)))) == list(map(exactly, values))
    grown = [*values, *values[:3]]
    assert list(map(exactly, found.added(values[:3]).part(0, len(grown)))) == list(
        map(exactly, grown)
    )


@pytest.mark.parametrize("name", [each for each in KINDS if not each.startswith("no hash")])
def test_a_column_that_is_read_again_holds_the_same(name: str) -> None:
    make, _ = KINDS[name]
    for size in (1, 5 * BLOCK - 9):
        values = [make(n) for n in range(size)]
        same_when_read_again(filled(Coded(), values), values)


def test_own_fields_that_are_read_again_are_the_same() -> None:
    values = [EXTRAS[n % 5] for n in range(3 * BLOCK)]
    same_when_read_again(filled(Extras(), values), values)


plain_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters()),
    st.decimals(),
    st.dates(),
    st.datetimes(timezones=st.sampled_from(ZONES)),
    st.times(timezones=st.sampled_from(ZONES[:3])),
    st.sampled_from(ContactType),
)


@given(st.lists(st.one_of(plain_values, st.tuples(plain_values, plain_values)), min_size=1))
def test_any_values_are_read_again_as_they_were(values: list[Any]) -> None:
    found = read_again(filled(Coded(), values))
    assert list(map(exactly, found.part(0, len(values)))) == list(map(exactly, values))


class Odd(dt.tzinfo):
    """A zone of a host's own."""

    def utcoffset(self, _when: dt.datetime | None, /) -> dt.timedelta:
        return dt.timedelta(hours=3)

    def dst(self, _when: dt.datetime | None, /) -> None:
        return None

    def tzname(self, _when: dt.datetime | None, /) -> str:
        return "odd"


@pytest.mark.parametrize(
    "value", [[1], b"x", dt.datetime(2026, 1, 1, tzinfo=Odd()), complex(1, 2)], ids=str
)
def test_a_value_that_no_file_can_hold_is_named_and_the_file_stays(
    value: object, tmp_path: Path
) -> None:
    store = MemoryStore()
    store.records.put([Contact(no="C1")])
    store.save(tmp_path / "crm.memory")
    odd: Any = value
    store.records.put([Contact(no="C2", name=odd)])
    with pytest.raises(InvalidValue, match="name"):
        store.save(tmp_path / "crm.memory")
    assert [each.name for each in tmp_path.iterdir()] == ["crm.memory"]
    opened = MemoryStore.open(tmp_path / "crm.memory")
    assert [each.no for each in opened.records.all(Contact)] == ["C1"]


@pytest.mark.parametrize(
    ("annotation", "option"),
    [
        (ContactType, ContactType),
        (ContactType | None, ContactType),
        (str | None, None),
        (fields_of, None),
    ],
    ids=["option", "option or none", "text", "no type"],
)
def test_the_options_of_a_field_are_known_by_its_annotation(
    annotation: object, option: type[Option] | None
) -> None:
    assert option_in(annotation) is option


# -- whole stores -------------------------------------------------------------------------------

BY_TYPE: dict[str, Callable[[int], Any]] = {
    "text": lambda n: f"text {n} æ\ud800",
    "code": lambda n: f"C{n}",
    "integer": lambda n: n,
    "decimal": lambda n: Decimal(n) / 8,
    "boolean": lambda n: n % 2 == 0,
    "date": lambda n: TODAY + dt.timedelta(n),
    "datetime": lambda n: dt.datetime(2026, 1, 1, n % 24, tzinfo=dt.UTC),
    "time": lambda n: dt.time(n % 24),
}


def record_of(kind: type[Record], number: int) -> Record:
    """A record that holds something in each field."""
    values = {
        field.name: field.options[number % len(field.options)]
        if field.options
        else BY_TYPE[field.type.value](number)
        for field in fields_of(kind)
    }
    return kind(**values)


def test_records_of_every_kind_are_opened_as_they_were(tmp_path: Path) -> None:
    store = MemoryStore(block=4)
    made = {kind: [record_of(kind, n) for n in range(10, 16)] for kind in record_kinds().values()}
    for kind, records in made.items():
        store.records.put(records)
        made[kind] = list(store.records.all(kind))
    opened = again(again(store, tmp_path), tmp_path)
    for kind, records in made.items():
        assert list(opened.records.all(kind)) == records
        assert opened.records.find(kind, *[getattr(records[0], f) for f in kind.__key__])


contacts = st.builds(
    person,
    st.sampled_from([f"P{n:02}" for n in range(20)]),
    city=st.sampled_from(["", "Bern", "Oslo"]),
    extra=st.sampled_from([(), (("points", 1),), (("points", Decimal("1.50")), ("vip", True))]),
)
groups = st.builds(
    ContactMailingGroup,
    contact_no=st.sampled_from([f"P{n:02}" for n in range(20)]),
    mailing_group_code=st.sampled_from(["A", "B"]),
)
batches = st.lists(st.one_of(contacts, groups), max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.sampled_from([1, 3, 1024]), st.lists(batches, max_size=4), batches, batches)
def test_whatever_came_and_went_before_and_after_nothing_differs(
    tmp_path: Path,
    block: int,
    before: list[list[Any]],
    gone: list[Any],
    after: list[Any],
) -> None:
    store = MemoryStore(block=block)
    for batch in before:
        store.records.put(batch)
    store.records.remove(gone)
    opened = again(store, tmp_path)
    for each in (store, opened):
        each.records.put(after)
        each.records.remove(after[:3])
    for kind in (Contact, ContactMailingGroup):
        assert list(opened.records.all(kind)) == list(store.records.all(kind))
    for no in ("P00", "P07", "P19", "X"):
        assert opened.records.find(Contact, no) == store.records.find(Contact, no)
        some = (each.records.all(ContactMailingGroup, contact_no=no) for each in (opened, store))
        assert len({tuple(each) for each in some}) == 1


def test_a_workspace_goes_on_where_it_was(tmp_path: Path) -> None:
    store = MemoryStore()
    store.records.put([*SETUP, company("K1"), *(person(f"P{n}", "K1") for n in range(40))])
    crm = seg.Workspace.open(store, user="ANNA", today=TODAY)
    article = Field("article", FieldType.CODE)
    buyer = Field("buyer", FieldType.CODE)
    crm.tables.define(
        "orders", Field("number", FieldType.CODE), article, buyer, key="number", link="buyer"
    )
    crm.tables.define("contact", Field("points", FieldType.INTEGER))
    crm.tables["orders"].new("1", article="BIKE", buyer="P5")
    crm.contacts.change("P5", extra={"points": 7})
    crm.saved_criteria.save("ALL", seg.make_selection(contact={"no": "P*"}))
    sheet = crm.new_segment("All").follow_criteria("ALL")
    sheet.refresh()
    crm.templates.new("CALL", description="Call")
    crm.interactions.create(
        "P1",
        interaction_template_code="CALL",
        salesperson_code="JO",
        description="Hello",
        attachment=Attachment("a.txt", b"x"),
    )
    crm.contacts.erase("P2")
    crm = evolved(crm, store=again(store, tmp_path))
    assert crm.journal.verify() == seg.Workspace.open(store, user="ANNA").journal.verify()
    assert crm.segment(sheet.no).contact_nos == sheet.contact_nos
    crm.contacts.change("P3", privacy_blocked=True)
    assert [line.contact_no for line in crm.segment(sheet.no).refresh().leaving] == ["P3"]
    assert crm.journal.verify().number > 0
    assert [each.article for each in crm.tables["orders"]] == ["BIKE"]
    assert list(crm.select(contact={"points": "7"})) == ["P5"]
    assert list(crm.select(orders={"article": "BIKE"})) == ["P5"]
    (called,) = crm.interactions.of("P1")
    assert crm.interactions.attachment(called.entry_no) == Attachment("a.txt", b"x")


def test_many_records_are_found_by_their_keys_in_order_and_then_by_chains(tmp_path: Path) -> None:
    store = MemoryStore()
    store.records.put(Contact(no=f"C{n:04}", city=f"City {n}") for n in range(0, 2000, 2))
    opened = again(store, tmp_path)
    for n in range(100):
        found = opened.records.find(Contact, f"C{n:04}")
        assert (found is not None) == (n % 2 == 0)
        assert found is None or found.city == f"City {n}"
    assert opened.records.find(Contact, "C9999") is None


# -- files that are refused -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A file as it should be."""
    path = tmp_path_factory.mktemp("saved") / "crm.memory"
    store = MemoryStore()
    store.records.put([Contact(no=f"C{n}", name=f"Name {n}") for n in range(300)])
    store.save(path)
    return path.read_bytes()


def refused(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        list(MemoryStore.open(path).records.all(Contact))
    return str(caught.value)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.data())
def test_a_file_that_was_changed_or_cut_off_is_refused(
    tmp_path: Path, content: bytes, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(content) - 1))
    changed = bytearray(content)
    changed[at] ^= data.draw(st.integers(1, 255))
    refused(tmp_path / "crm.memory", bytes(changed))
    refused(tmp_path / "crm.memory", content[:at])


@pytest.mark.parametrize(
    ("begin", "expected"),
    [
        (b"SQLite format 3\0", "is no store that was saved from memory"),
        (b"segmentation memory 2 little\n", "was saved by another version of the library"),
        (b"segmentation memory 1 middle\n", "was saved on a machine with another order of bytes"),
    ],
    ids=["foreign", "version", "order"],
)
def test_a_file_of_another_kind_says_what_it_is(
    begin: bytes, expected: str, tmp_path: Path
) -> None:
    assert refused(tmp_path / "crm.memory", begin + b"x" * 99).endswith(expected)


def signed(sections: Sequence[tuple[Any, Sequence[bytes]]], path: Path) -> bytes:
    write_sections(path, sections)
    return path.read_bytes()


TABLE = {"table": "contact", "size": 1}
NAMES = ["no", {"values": ["C1"], "code": "", "size": 1}, 0]


@pytest.mark.parametrize(
    "section",
    [
        {"unknown": 1},
        {"table": 1},
        {"entries": ["{}"]},
        {"segment": {}},
        {"tree": [[1]]},
        {"attachment": 3},
        {**TABLE, "fields": [["no", {}, 0]]},
        {**TABLE, "fields": [["no", {"values": ["C1"], "code": "Q", "size": 1}, 0]]},
        {**TABLE, "fields": [["no", {"values": [], "code": "", "size": 1}, 0]]},
        {**TABLE, "fields": [["no", {"values": [["x", "y"]], "code": "", "size": 1}, 0]]},
        {**TABLE, "fields": [["no", {"values": [["x"]], "code": "", "size": 1}, 0]]},
        {**TABLE, "size": 2, "fields": [NAMES]},
        {**TABLE, "fields": [NAMES, ["name", {"texts": "str", "last": []}, 2]]},
        {**TABLE, "fields": [NAMES, ["name", {"numbers": "int", "code": "d"}, 1]]},
    ],
    ids=range(14),
)
def test_a_file_with_a_right_checksum_and_nonsense_in_it_is_refused(
    section: dict[str, Any], tmp_path: Path
) -> None:
    text, ends = b"abc", bytes(8)
    parts = (text, ends) if "name" in str(section) else ()
    content = signed([(section, parts)], tmp_path / "nonsense")
    assert refused(tmp_path / "crm.memory", content).endswith("it is not as it was saved")


def test_sections_of_a_file_are_what_was_written(tmp_path: Path) -> None:
    sections = [({"a": 1}, [b"xyz", b""]), ({"b": "æ"}, [])]
    content = signed(sections, tmp_path / "x")
    assert content.startswith(f"segmentation memory 1 {sys.byteorder}\n".encode())
    assert hashlib.sha256(content[:-32]).digest() == content[-32:]
    found = [(data, list(map(bytes, parts))) for data, parts in read_sections(tmp_path / "x")]
    assert found == sections


def test_a_file_that_is_not_there_or_cannot_be_read_or_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        MemoryStore.open(tmp_path / "missing")
    with pytest.raises(StoreError, match="cannot be read"):
        MemoryStore.open(tmp_path)
    with pytest.raises(StoreError, match="cannot be written"):
        MemoryStore().save(tmp_path / "no folder" / "crm.memory")


@attrs.frozen(kw_only=True)
class Earlier(Record, table="visit", key=("no",)):
    """A host's kind, before it grew."""

    no: str
    gone: str = ""


@attrs.frozen(kw_only=True)
class Later(Record, table="visit", key=("no",)):
    """The same, with other fields."""

    no: str
    place: str = "here"
    persons: tuple[str, ...] = attrs.field(factory=tuple)
    needed: str


def test_fields_that_came_later_have_their_defaults(tmp_path: Path) -> None:
    store = MemoryStore()
    store.records.put([Earlier(no="1", gone="x"), Earlier(no="2")])
    opened = again(store, tmp_path)
    needed: Any = None
    assert list(opened.records.all(Later)) == [Later(no=n, needed=needed) for n in ("1", "2")]
