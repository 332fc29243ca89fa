"""A segment of many lines over a million contacts, against the same work on Python sets.

Run with ``python -m pytest tests/benchmarks/test_segments.py -s``; prints medians, ratios, and
the memory of a line. Nothing fails for being slow. Selecting is measured elsewhere: here the
contacts know each answer beforehand, as lists of numbers.
"""

import gc
import tracemalloc
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from random import Random
from statistics import median
from time import perf_counter

import attrs
import pytest

from segmentation.contacts import Contact, ContactType
from segmentation.criteria import AsOf, BoundSelection, InShare
from segmentation.memory import MemoryStore
from segmentation.operations import reusing, selecting
from segmentation.segments import Segment, SegmentHeader

CONTACTS, RUNS = 1_000_000, 5
SIZES = (1_000, 10_000, 100_000)
TODAY = AsOf(date(2026, 11, 22))
NOW = datetime(2026, 11, 22, tzinfo=UTC)


class Answering:
    """Contacts that are asked for by names of answers."""

    def __init__(self, contacts: dict[str, Contact]) -> None:
        self.contacts = contacts
        self.answers: dict[str, Sequence[str]] = {}

    def get_many(self, nos: Iterable[str]) -> Sequence[Contact]:
        return list(map(self.contacts.__getitem__, nos))

    def matching(self, bound: BoundSelection) -> Sequence[str]:
        assert isinstance(bound.node, InShare)
        return self.answers[bound.node.seed]

    def in_companies(self, company_nos: Iterable[str]) -> Sequence[str]:
        wanted = frozenset(company_nos)
        return [no for no, contact in self.contacts.items() if contact.company_no in wanted]


@attrs.define
class Sets:
    """A segment as a set of numbers, with a history."""

    excluded: frozenset[str]
    members: set[str] = attrs.field(factory=set)
    history: list[tuple[set[str], set[str]]] = attrs.field(factory=list)

    def add(self, found: Sequence[str]) -> None:
        new = set(found) - self.excluded - self.members
        self.members |= new
        self.history.append((new, set()))

    def reduce(self, found: Sequence[str]) -> None:
        gone = self.members & set(found)
        self.members -= gone
        self.history.append((set(), gone))

    def refine(self, found: Sequence[str]) -> None:
        gone = self.members - set(found)
        self.members -= gone
        self.history.append((set(), gone))

    def refresh(self, found: Sequence[str]) -> None:
        wanted = set(found) - self.excluded
        new, gone = wanted - self.members, self.members - wanted
        self.members -= gone
        self.members |= new
        self.history.append((new, gone))

    def go_back(self) -> None:
        new, gone = self.history.pop()
        self.members -= new
        self.members |= gone


def ordered(contacts: dict[str, Contact], nos: Iterable[str]) -> list[Contact]:
    """Contacts in the order of a segment's lines, which the sets alone do not know."""
    return sorted(
        map(contacts.__getitem__, nos),
        key=lambda c: (c.company_name, c.company_no, c.type is ContactType.PERSON, c.name, c.no),
    )


@pytest.fixture(scope="module")
def contacts() -> dict[str, Contact]:
    dice = Random(1)
    made: dict[str, Contact] = {}
    for number in range(CONTACTS):
        company = f"CT{number - number % 5:07}"
        is_company = number % 5 == 0
        no = f"CT{number:07}"
        made[no] = Contact(
            no=no,
            type=ContactType.COMPANY if is_company else ContactType.PERSON,
            name=f"Name {dice.randrange(CONTACTS)}",
            company_no=company,
            company_name=f"Company {hash(company) % 99_991}",
            exclude_from_segment=dice.random() < 0.03,
        )
    return made


def timed(step: Callable[[], object]) -> float:
    started = perf_counter()
    step()
    return perf_counter() - started


@pytest.mark.parametrize("size", SIZES)
def test_a_segment_against_sets(contacts: dict[str, Contact], size: int) -> None:
    dice = Random(size)
    store = MemoryStore()
    answering = Answering(contacts)
    store.contacts = answering  # type: ignore[assignment]  # a host's own contacts
    everybody = list(contacts)
    many = sorted(dice.sample(everybody, size))
    half = sorted(dice.sample(many, size // 2))
    later = sorted({*many[size // 10 :], *dice.sample(everybody, size // 10)})
    answering.answers = {"many": many, "half": half}
    excluded = frozenset(no for no, contact in contacts.items() if contact.exclude_from_segment)

    def act(kind: str, no: str, answer: str) -> None:
        step = getattr(selecting, f"{kind}_contacts")
        step(store, no, InShare(answer, 0, 1), TODAY)

    ours: dict[str, list[float]] = {}
    theirs: dict[str, list[float]] = {}
    in_order: list[float] = []

    def measure(name: str, step: Callable[[], object], rival: Callable[[], object]) -> None:
        gc.collect()
        ours.setdefault(name, []).append(timed(step))
        theirs.setdefault(name, []).append(timed(rival))

    def run(no: str) -> None:
        store.segments.put(Segment(header=SegmentHeader(no=no, date=TODAY.today)))
        sets = Sets(excluded)
        answering.answers["many"] = many

        measure("add", lambda: act("add", no, "many"), lambda: sets.add(many))
        in_order.append(timed(lambda: ordered(contacts, sets.members)))
        measure("reduce", lambda: act("reduce", no, "half"), lambda: sets.reduce(half))
        measure("go back", lambda: selecting.go_back(store, no), sets.go_back)
        measure("refine", lambda: act("refine", no, "half"), lambda: sets.refine(half))
        measure("go back 2", lambda: selecting.go_back(store, no), sets.go_back)
        reusing.save_criteria(store, no, "KEPT", "", user="", at=NOW)
        reusing.follow_criteria(store, no, "KEPT")
        answering.answers["many"] = later
        measure("refresh", lambda: reusing.refresh(store, no, TODAY), lambda: sets.refresh(later))
        assert set(store.segments.get(no).contact_nos) == sets.members

    for number in range(RUNS):
        run(f"SM{number}")
    report(size, ours, theirs, median(in_order))
    print(f"  memory: {memory_of_a_line(store, size):.0f} bytes a line")


def report(
    size: int, ours: dict[str, list[float]], theirs: dict[str, list[float]], order: float
) -> None:
    print(f"\n{size:,} lines of {CONTACTS:,} contacts")
    print(f"  {'step':<12}{'ours ms':>10}{'sets ms':>10}{'ratio':>8}{'with order':>12}")
    for name, times in ours.items():
        mine, rival = median(times), median(theirs[name])
        with_order = rival + (order if name in {"add", "refresh"} else 0)
        print(
            f"  {name:<12}{mine * 1000:>10.2f}{rival * 1000:>10.2f}"
            f"{mine / rival:>8.1f}{mine / with_order:>12.1f}"
        )


def memory_of_a_line(store: MemoryStore, size: int) -> float:
    store.segments.put(Segment(header=SegmentHeader(no="SMEM", date=TODAY.today)))
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    selecting.add_contacts(store, "SMEM", InShare("many", 0, 1), TODAY)
    gc.collect()
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return used / size
