"""The reference predicate, parsing and binding, against the same written by hand.

Run with ``python -m pytest tests/benchmarks/test_criteria.py -s``; prints a table of medians
and ratios. Nothing fails for being slow.
"""

import json
import tracemalloc
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

import attrs
import pytest

from segmentation.criteria import (
    AsOf,
    Link,
    Schema,
    Table,
    bind,
    bind_filter,
    make_selection,
    make_table,
    parse,
    to_predicate,
)
from segmentation.fields import Field, FieldType

CONTACTS, RUNS = 100_000, 7
TODAY = date(2026, 11, 22)
SINCE = TODAY - timedelta(days=92)
COUNTRIES = ["DK", "SE", "NO", "DE", "FI", "FR", "IT", "GB", "NL", "US"]


@attrs.frozen(kw_only=True)
class Contact:
    no: str
    company_no: str
    name: str
    country: str
    post_code: str
    salesperson: str
    employees: int
    born: date | None


@attrs.frozen
class Group:
    contact_no: str
    code: str


@attrs.frozen
class Interaction:
    contact_no: str
    company_no: str
    date: date


def _code(name: str) -> Field:
    return Field(name, FieldType.CODE)


SCHEMA = Schema(
    "contact",
    "no",
    {
        table.name: table
        for table in (
            make_table(
                "contact",
                [
                    *map(_code, ("no", "company_no", "country", "post_code", "salesperson")),
                    Field("name", FieldType.TEXT),
                    Field("employees", FieldType.INTEGER),
                    Field("born", FieldType.DATE),
                ],
            ),
            make_table(
                "mailing",
                [_code("contact_no"), _code("code")],
                link=Link((("contact_no", "no"),)),
            ),
            make_table(
                "industry",
                [_code("contact_no"), _code("code")],
                link=Link((("contact_no", "company_no"),)),
            ),
            make_table(
                "interaction",
                [_code("contact_no"), _code("company_no"), Field("date", FieldType.DATE)],
                link=Link((("contact_no", "no"), ("company_no", "company_no"))),
            ),
        )
    },
)


class Rows:
    """Generated rows, in dictionaries by their link, as anybody would keep them."""

    def __init__(self, seed: int = 1) -> None:
        dice = Random(seed)
        self.contacts = [_contact(dice, n) for n in range(CONTACTS)]
        self.tables: Mapping[str, dict[tuple[str, ...], list[Any]]] = {
            "mailing": defaultdict(list),
            "industry": defaultdict(list),
            "interaction": defaultdict(list),
        }
        for contact in self.contacts:
            own, company = (contact.no,), (contact.company_no,)
            for code in dice.sample(["NEWS", "EVENTS", "OFFERS", "PARTNER"], dice.randint(0, 2)):
                self.tables["mailing"][own].append(Group(contact.no, code))
            if contact.no == contact.company_no:
                for code in dice.sample(["RETAIL", "PRESS", "BANK", "FOOD", "IT"], 2):
                    self.tables["industry"][company].append(Group(contact.no, code))
            for _ in range(dice.randint(0, 4)):
                on = TODAY - timedelta(days=dice.randint(0, 730))
                entry = Interaction(contact.no, contact.company_no, on)
                self.tables["interaction"][own + company].append(entry)

    def rows(self, table: Table, key: tuple[Any, ...]) -> Iterable[Any]:
        return self.tables[table.name].get(key, ())

    def segment_members(self, _no: str) -> frozenset[str]:
        return frozenset()

    def logged_members(self, _entry_no: int) -> frozenset[str]:
        return frozenset()


def _contact(dice: Random, number: int) -> Contact:
    return Contact(
        no=f"CT{number:06}",
        company_no=f"CT{number - number % 4:06}",
        name=f"{dice.choice(['Hansen', 'Hanson', 'hanson', 'Straße', 'Rossi'])} {number}",
        country=dice.choice(COUNTRIES),
        post_code=str(dice.randint(1000, 9999)),
        salesperson=dice.choice(["ANNA", "BEN", "CARL", "DORA", ""]),
        employees=dice.randint(0, 500),
        born=TODAY - timedelta(days=dice.randint(0, 9000)) if dice.random() < 0.9 else None,
    )


@pytest.fixture(scope="module")
def data() -> Rows:
    return Rows()


Test = Callable[[Contact], bool]


def _contact_by_hand(_data: Rows) -> Test:
    def passes(c: Contact) -> bool:
        return (
            c.country in {"DK", "SE", "NO"}
            and "1000" <= c.post_code <= "4999"
            and c.salesperson != "BEN"
            and c.employees > 10
        )

    return passes


def _dates_by_hand(_data: Rows) -> Test:
    first = date(2010, 1, 1)

    def passes(c: Contact) -> bool:
        return (c.born is None or c.born <= first) and c.name.startswith("Hans")

    return passes


def _linked_by_hand(data: Rows) -> Test:
    mailing, industry = data.tables["mailing"], data.tables["industry"]
    interaction = data.tables["interaction"]

    def passes(c: Contact) -> bool:
        return (
            c.country in {"DK", "SE", "NO"}
            and "1000" <= c.post_code <= "4999"
            and any(g.code == "NEWS" for g in mailing.get((c.no,), ()))
            and any(g.code in {"RETAIL", "PRESS"} for g in industry.get((c.company_no,), ()))
            and any(i.date >= SINCE for i in interaction.get((c.no, c.company_no), ()))
        )

    return passes


CASES: Mapping[str, tuple[Callable[[Rows], Test], dict[str, dict[str, str]]]] = {
    "four fields of the contact": (
        _contact_by_hand,
        {
            "contact": {
                "country": "DK|SE|NO",
                "post_code": "1000..4999",
                "salesperson": "<>BEN",
                "employees": ">10",
            }
        },
    ),
    "a blank date and a pattern": (
        _dates_by_hand,
        {"contact": {"born": "..2010-01-01", "name": "Hans*"}},
    ),
    "three linked tables": (
        _linked_by_hand,
        {
            "contact": {"country": "DK|SE|NO", "post_code": "1000..4999"},
            "mailing": {"code": "NEWS"},
            "industry": {"code": "RETAIL|PRESS"},
            "interaction": {"date": f"{SINCE}.."},
        },
    ),
}


def _timed(step: Callable[[], object]) -> float:
    start = perf_counter()
    step()
    return perf_counter() - start


def _side_by_side(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """Medians of both, measured in turns."""
    pairs = [(_timed(ours), _timed(theirs)) for _ in range(RUNS)]
    return median(one for one, _ in pairs), median(other for _, other in pairs)


@pytest.mark.parametrize("name", CASES)
def test_a_predicate_is_as_quick_as_one_written_by_hand(name: str, data: Rows) -> None:
    make, filters = CASES[name]
    by_hand = make(data)
    passes = to_predicate(bind(make_selection(filters), SCHEMA, AsOf(TODAY)), data)
    found = [c.no for c in data.contacts if passes(c)]
    assert found == [c.no for c in data.contacts if by_hand(c)]
    ours, theirs = _side_by_side(
        lambda: [c.no for c in data.contacts if passes(c)],
        lambda: [c.no for c in data.contacts if by_hand(c)],
    )
    print(
        f"\n{name}: {ours * 1e9 / CONTACTS:.0f} ns a contact, "
        f"by hand {theirs * 1e9 / CONTACTS:.0f} ns, ratio {ours / theirs:.2f} "
        f"({len(found)} of {CONTACTS})"
    )


def test_parsing_and_binding_take_microseconds() -> None:
    text = "|".join(f"{n}000..{n}999" if n % 2 else f"<>{n}50&>{n}" for n in range(1, 14))
    assert text.count("|") + text.count("&") + 1 == 19
    field, as_of, quoted = Field("employees", FieldType.INTEGER), AsOf(TODAY), json.dumps([text])

    def ours() -> None:
        for _ in range(200):
            item = parse(text)
            assert item is not None
            bind_filter(item, field, as_of)

    def theirs() -> None:
        for _ in range(200):
            json.loads(quoted)

    mine, other = _side_by_side(ours, theirs)
    print(
        f"\nparse and bind {mine / 200 * 1e6:.0f} µs, json.loads of the same text "
        f"{other / 200 * 1e6:.2f} µs, ratio {mine / other:.0f}"
    )


def test_the_cost_grows_as_the_text_grows() -> None:
    told = []
    for count in (1_000, 10_000, 100_000):
        text = "|".join(f"CT{n:06}" for n in range(count))
        field, as_of = Field("no", FieldType.CODE), AsOf(TODAY)

        def step(text: str = text, field: Field = field, as_of: AsOf = as_of) -> None:
            item = parse(text)
            assert item is not None
            bind_filter(item, field, as_of)

        told.append(f"{count:,} values {min(_timed(step) for _ in range(3)) * 1e3:.1f} ms")
    print("\n" + ", ".join(told))


def test_a_bound_tree_is_small() -> None:
    filters = CASES["three linked tables"][1]
    bind(make_selection(filters), SCHEMA, AsOf(TODAY))
    tracemalloc.start()
    kept = [bind(make_selection(filters), SCHEMA, AsOf(TODAY)) for _ in range(100)]
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"\na bound tree of three linked tables: {size / len(kept):,.0f} bytes")
