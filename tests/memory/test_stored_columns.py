"""Columns in memory give back exactly what was put in, however they hold it."""

import datetime as dt
import itertools
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import attrs
import pytest

from segmentation.contacts import Contact, ContactMailingGroup, ContactType
from segmentation.criteria import AsOf, Part, Where, bind, parse
from segmentation.fields import Field, FieldType, Record
from segmentation.memory import MemoryStore
from segmentation.memory._columns import Coded, Column, Extras, Listed, Numbers, Texts
from segmentation.segments import contact_schema

BLOCK = 1024
DAY = dt.date(2026, 11, 22)
NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
ELSEWHERE = dt.timezone(dt.timedelta(hours=1))
FEW: Sequence[Any] = ("", "a", "b", None)


def moment(number: int) -> dt.datetime:
    return NOON + dt.timedelta(microseconds=number)


KINDS: dict[str, tuple[Callable[[int], Any], type[Column]]] = {
    "one value": (lambda _: "", Coded),
    "few": (lambda n: FEW[n % 4], Coded),
    "options": (lambda n: list(ContactType)[n % 2], Coded),
    "equal and not the same": (
        lambda n: (1, True, Decimal(1), Decimal("1.0"), 1.0, 0.0, -0.0)[n % 7],
        Coded,
    ),
    "moments that are equal": (lambda n: (NOON, NOON.astimezone(ELSEWHERE))[n % 2], Coded),
    "times": (lambda n: (dt.time(1), dt.time(1, fold=1))[n % 2], Coded),
    "hundreds": (lambda n: n // 20, Coded),
    "texts": (lambda n: f"text {n} æ" * (1 + 100 * (n == 5)), Texts),
    "long texts": (lambda n: f"{n} " * 50, Texts),
    "amounts": (lambda n: Decimal(n) / 100, Texts),
    "numbers": (lambda n: n - 3000, Numbers),
    "long numbers": (lambda n: None if n == 1500 else n + 2**31 * (n > 3000), Numbers),
    "days": (lambda n: None if n % 7 == 0 else DAY + dt.timedelta(n), Numbers),
    "moments": (lambda n: None if n % 7 == 0 else moment(n), Numbers),
    "moments elsewhere": (lambda n: moment(n).astimezone(ELSEWHERE), Listed),
    "numbers too long": (lambda n: 2**70 + n, Listed),
    "no hash": (lambda n: [n], Listed),
    "no hash later": (lambda n: "a" if n < 2000 else ["a"], Listed),
    "texts, then a number": (lambda n: f"text {n}" if n < 3000 else n, Listed),
    "numbers, then a text": (lambda n: n if n < 1500 else f"text {n}", Listed),
    "numbers, then one too long": (lambda n: n if n < 1500 else 2**63 + n, Listed),
    "amounts, then none": (lambda n: Decimal(n) if n < 4000 else Decimal("NaN"), Listed),
    "few, then many": (lambda n: "a" if n < 500 else f"text {n}", Texts),
    "many, then few": (lambda n: f"text {n}" if n < 1000 else f"text {n % 700}", Coded),
}


def exactly(value: object) -> tuple[type, str, int]:
    return type(value), repr(value), getattr(value, "fold", 0)


def filled(column: Column, values: Sequence[Any]) -> Column:
    """The column with values added, in portions of several sizes."""
    left, portion = iter(values), itertools.cycle([BLOCK, 700, 1, 300])
    while some := list(itertools.islice(left, next(portion))):
        column = column.added(some)
    return column


@pytest.mark.parametrize("name", KINDS)
def test_what_is_put_in_comes_out(name: str) -> None:
    make, expected = KINDS[name]
    size = 40 * BLOCK if name == "many, then few" else 5 * BLOCK
    values = [make(n) for n in range(size)]
    column = filled(Coded(), values)
    assert type(column) is expected
    wanted = list(map(exactly, values))
    assert list(map(exactly, column.part(0, size))) == wanted
    assert list(map(exactly, column.part(1000, 3100))) == wanted[1000:3100]
    assert [exactly(column.at(n)) for n in range(size)] == wanted
    assert list(map(exactly, column.taken(range(7, size, 11)))) == wanted[7:size:11]


OTHERS: Sequence[Any] = (
    "text",
    None,
    7,
    2**40,
    2**70,
    Decimal("1.50"),
    DAY,
    NOON,
    NOON.astimezone(ELSEWHERE),
    [7],
    (("points", 7),),
)


@pytest.mark.parametrize("name", KINDS)
def test_a_copy_with_other_values_leaves_the_column_as_it_was(name: str) -> None:
    make, _ = KINDS[name]
    values = [make(n) for n in range(5 * BLOCK - 9)]
    column = filled(Coded(), values)
    wanted = list(map(exactly, values))
    assert exactly(column.at(len(values) - 1)) == wanted[-1]
    for others in ([make(n + 1) for n in range(3)], *([other] * 3 for other in OTHERS)):
        replaced = dict(zip((0, 1030, 5 * BLOCK - 10), others, strict=True))
        other = column.replaced(replaced)
        expected = [exactly(replaced.get(at, value)) for at, value in enumerate(values)]
        assert list(map(exactly, other.part(0, len(values)))) == expected
        assert list(map(exactly, column.part(0, len(values)))) == wanted
        grown = [*expected, *map(exactly, others)]
        assert list(map(exactly, other.added(others).part(0, len(grown)))) == grown
        assert list(map(exactly, column.part(0, len(values)))) == wanted


@pytest.mark.parametrize("name", KINDS)
def test_what_is_overwritten_is_gone_for_whoever_reads_the_column(name: str) -> None:
    make, _ = KINDS[name]
    values = [make(n) for n in range(5 * BLOCK - 9)]
    column = filled(Coded(), values)
    wanted = list(map(exactly, values))
    places = (0, 3, 1030, 5 * BLOCK - 10)
    for at in places:
        column.overwrite(at, make(at + 1))
        wanted[at] = exactly(make(at + 1))
    assert list(map(exactly, column.part(0, len(values)))) == wanted
    for other in (*OTHERS, Decimal("NaN")):
        for at in places:
            column.overwrite(at, other)
        found = list(map(exactly, column.part(0, len(values))))
        assert exactly(make(4)) not in {found[at] for at in places} or len(set(wanted)) < BLOCK
        assert [each for at, each in enumerate(found) if at not in places] == [
            each for at, each in enumerate(wanted) if at not in places
        ]


def test_a_code_that_nobody_has_any_more_stands_for_nothing() -> None:
    column = filled(Coded(), ["a", "b", "a", "secret"])
    assert isinstance(column, Coded)
    column.overwrite(3, "c")
    column.overwrite(1, "a")
    assert sorted(set(column.values)) == ["a", "c"]
    assert list(column.added(["secret", "c", "b"]).part(0, 7)) == [*"aaac", "secret", "c", "b"]


def test_the_one_value_of_all_goes_with_the_last_who_had_it() -> None:
    column = filled(Coded(), ["secret"])
    assert isinstance(column, Coded)
    column.overwrite(0, "secret")
    column.overwrite(0, "")
    assert set(column.values) == {""}
    assert column.at(0) == ""


def test_own_fields_that_are_overwritten_are_gone() -> None:
    values = [EXTRAS[n % 5] for n in range(3 * BLOCK)]
    column = filled(Extras(), values)
    for other, expected in (
        ((("note", "y"), ("other", 1)), (("note", "y"),)),
        ((), ()),
        ("no own fields", ()),
    ):
        column.overwrite(3, other)
        assert column.at(3) == expected
    assert [column.at(at) for at in range(len(values)) if at != 3] == [*values[:3], *values[4:]]


EXTRAS: Sequence[Any] = (
    (),
    (("points", 1),),
    (("points", True),),
    (("note", "x"), ("points", Decimal("1.0"))),
    (("day", None),),
)


def test_own_fields_have_columns_of_their_own() -> None:
    values = [EXTRAS[n % 5] for n in range(3 * BLOCK)]
    column = filled(Extras(), values)
    assert list(map(exactly, column.part(0, len(values)))) == list(map(exactly, values))
    assert list(map(exactly, column.taken([1, 3]))) == list(map(exactly, values[1:4:2]))
    twice = [(("points", 1), ("points", 2))]
    assert list(column.added(twice).part(0, len(values) + 1)) == [*values, *twice]


def test_a_copy_of_own_fields_with_others_leaves_the_column_as_it_was() -> None:
    values = [EXTRAS[n % 5] for n in range(3 * BLOCK)]
    column = filled(Extras(), values)
    for others in ((("size", "L"), ("points", 7)),), ((),), ((("a", 1), ("a", 2)),), ():
        replaced = dict(enumerate(others, 5))
        expected = [replaced.get(at, value) for at, value in enumerate(values)]
        assert list(column.replaced(replaced).part(0, len(values))) == expected
        assert list(map(exactly, column.part(0, len(values)))) == list(map(exactly, values))


@attrs.frozen
class Word(Record, table="word", key=("text",)):
    """A record of one field."""

    text: str


def test_a_record_of_one_field_is_laid_in_one_column() -> None:
    store = MemoryStore(block=2)
    words = [Word(f"word {n}") for n in range(9)]
    store.records.put(words)
    assert list(store.records.all(Word)) == words
    assert store.records.find(Word, "word 8") == words[8]


def test_own_fields_that_came_twice_are_asked_for_one_by_one() -> None:
    store = MemoryStore(block=2)
    twice = (("points", 1), ("points", 2))
    store.records.put(
        Contact(no=f"C{n}", extra=twice if n == 2 else (("points", n),)) for n in range(9)
    )
    schema = contact_schema({"contact": [Field("points", FieldType.INTEGER, extra=True)]})
    more = parse(">5")
    assert more is not None
    bound = bind(Part("contact", (Where("points", more),)), schema, AsOf(DAY))
    assert sorted(store.contacts.matching(bound)) == ["C6", "C7", "C8"]


def people(count: int) -> list[Contact]:
    return [
        Contact(no=f"C{n:05}", name=f"Name {n}", company_no=f"C{n // 5:05}", minor=n % 3 == 0)
        for n in range(count)
    ]


def test_who_reads_all_sees_them_as_they_were() -> None:
    store, everybody = MemoryStore(), people(3000)
    store.records.put(everybody)
    reading = store.records.all(Contact)
    minors = store.records.all(Contact, minor=True)
    assert next(reading) == everybody[0]
    assert next(minors) == everybody[0]
    store.records.remove(everybody[:2000])
    store.records.put(attrs.evolve(each, name="", minor=False) for each in everybody[1500:])
    store.records.put([Contact(no="B"), Contact(no="D")])
    assert list(reading) == everybody[1:]
    assert list(minors) == everybody[3::3]


def test_what_a_broken_transaction_laid_out_anew_is_as_before() -> None:
    store, everybody = MemoryStore(block=4), people(40)
    store.records.put(everybody)
    store.records.remove(everybody[3:5])
    before = [*everybody[:3], *everybody[5:]]

    def change_all() -> None:
        with store.transaction():
            store.records.put([everybody[4], Contact(no="B")])
            for each in everybody:
                store.records.put([attrs.evolve(each, name="other"), Contact(no=f"A{each.no}")])
            assert len(list(store.records.all(Contact))) == 81
            store.records.remove(everybody[10:])
            raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            change_all()
        assert list(store.records.all(Contact)) == before
        assert list(store.records.all(Contact, company_no="C00001")) == before[3:8]
        assert store.records.find(Contact, "C00004") is None
        assert store.records.find(Contact, "C00039") == everybody[39]


def test_many_records_with_one_value_are_made_one_by_one() -> None:
    store, everybody = MemoryStore(), people(3000)
    store.records.put(everybody)
    store.records.remove(everybody[:1])
    for of_company in ({"county": ""}, {"county": "", "type": ContactType.COMPANY}):
        assert list(store.records.all(Contact, **of_company)) == everybody[1:]
    assert list(store.records.all(Contact, county="", minor=True)) == everybody[3::3]
    assert list(store.records.all(Contact, may_be_contacted=True)) == [
        each for each in everybody[1:] if each.may_be_contacted
    ]


def test_values_without_a_hash_are_looked_for_one_by_one() -> None:
    odd: Any = [7]
    store, everybody = MemoryStore(block=2), people(9)
    store.records.put(everybody)
    assert list(store.records.all(Contact, name="Name 3")) == everybody[3:4]
    strange = attrs.evolve(everybody[3], name=odd)
    store.records.put([strange])
    assert list(store.records.all(Contact, name=odd)) == [strange]
    assert list(store.records.all(Contact, name="Name 4")) == everybody[4:5]


def test_a_field_looked_up_is_looked_up_anew_once_many_came() -> None:
    store, everybody = MemoryStore(), people(3000)
    store.records.put(everybody[:10])
    assert list(store.records.all(Contact, company_no="C00001")) == everybody[5:10]
    store.records.put(everybody[10:])
    assert list(store.records.all(Contact, company_no="C00500")) == everybody[2500:2505]


def test_a_kind_that_was_never_put_has_no_records() -> None:
    assert list(MemoryStore().records.all(ContactMailingGroup)) == []
    assert MemoryStore().records.find(ContactMailingGroup, "C1", "NEWS") is None
