"""A segment of many lines over a million contacts, against the same work on Python sets.

Run with ``python -m pytest tests/benchmarks/test_segments.py -s``; prints medians, ratios, and
the memory of a line. Nothing fails for being slow. ``SEGMENTATION_CONTACTS`` sets how many
contacts there are.

What is measured is the worksheet. So contacts are chosen by one field with few values, which an
index answers at once, and the sets are given what they choose by as lists of numbers. Ours
knows besides in which order its lines are; what it takes to look at all of them for the first
time stands in a row of its own, beside sorting the sets' numbers in the same order.
"""

import gc
import os
import tracemalloc
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from random import Random
from statistics import median
from time import process_time

import attrs
import pytest

from segmentation.contacts import Contact, ContactType
from segmentation.criteria import AsOf, Criteria, make_selection
from segmentation.memory import MemoryStore
from segmentation.operations import segments
from segmentation.segments import Segment, SegmentHeader
from support.fair import context

CONTACTS, RUNS = int(os.environ.get("SEGMENTATION_CONTACTS", "1000000")), 7
SIZES = (1_000, 10_000, 100_000)
TODAY = AsOf(date(2026, 11, 22))
NOW = datetime(2026, 11, 22, tzinfo=UTC)
MANY, HALF, LATER = "ABCD", "AC", "ABE"
"""Who is chosen, as letters of territories."""


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


Letters = dict[str, str]
"""The territory of each contact that is ever chosen."""


def territories(dice: Random) -> Letters:
    """For each size those who are many, half of them, and a tenth who come later."""
    free = [
        f"CT{number:07}" for number in dice.sample(range(CONTACTS), min(CONTACTS, 2 * max(SIZES)))
    ]
    letters: Letters = {}
    for size in SIZES:
        if size * 11 // 10 > len(free):
            continue
        for place in range(size):
            stays = place % 10 > 0
            letter = ("A" if stays else "C") if place % 2 else ("B" if stays else "D")
            letters[free.pop()] = f"{letter}{size}"
        for _ in range(size // 10):
            letters[free.pop()] = f"E{size}"
    return letters


@attrs.frozen
class World:
    store: MemoryStore
    contacts: dict[str, Contact]

    def chosen(self, letters: str, size: int) -> list[str]:
        codes = {f"{letter}{size}" for letter in letters}
        return [no for no, contact in self.contacts.items() if contact.territory_code in codes]


def criteria(letters: str, size: int) -> Criteria:
    made = make_selection(
        contact={"territory_code": "|".join(f"{letter}{size}" for letter in letters)}
    )
    assert made is not None
    return made


@pytest.fixture(scope="module")
def world() -> World:
    dice = Random(1)
    letters = territories(dice)
    made: dict[str, Contact] = {}
    for number in range(CONTACTS):
        company = f"CT{number - number % 5:07}"
        no = f"CT{number:07}"
        made[no] = Contact(
            no=no,
            type=ContactType.PERSON if number % 5 else ContactType.COMPANY,
            name=f"Name {dice.randrange(CONTACTS)}",
            company_no=company,
            company_name=f"Company {hash(company) % 99_991}",
            territory_code=letters.get(no, ""),
            exclude_from_segment=dice.random() < 0.03,
        )
    store = MemoryStore()
    store.records.put(made.values())
    return World(store, made)


def timed(step: Callable[[], object]) -> float:
    started = process_time()
    step()
    return process_time() - started


@pytest.mark.parametrize("size", SIZES)
def test_a_segment_against_sets(world: World, size: int) -> None:
    store, contacts = world.store, world.contacts
    many, half, later = (world.chosen(letters, size) for letters in (MANY, HALF, LATER))
    excluded = frozenset(no for no, contact in contacts.items() if contact.exclude_from_segment)

    def act(kind: str, no: str, letters: str) -> None:
        getattr(segments, f"{kind}_contacts")(store, no, criteria(letters, size), TODAY)

    def new_segment(no: str) -> None:
        store.segments.put(Segment(header=SegmentHeader(no=no, date=TODAY.today)))

    new_segment(f"LATER{size}")
    act("add", f"LATER{size}", LATER)
    segments.save_criteria(context(store), f"LATER{size}", "LATER", "")

    ours: dict[str, list[float]] = {}
    theirs: dict[str, list[float]] = {}

    def measure(name: str, step: Callable[[], object], rival: Callable[[], object]) -> None:
        gc.collect()
        ours.setdefault(name, []).append(timed(step))
        theirs.setdefault(name, []).append(timed(rival))

    def run(no: str) -> None:
        new_segment(no)
        segments.follow_criteria(context(store), no, "LATER")
        sets = Sets(excluded)

        measure("add", lambda: act("add", no, MANY), lambda: sets.add(many))
        measure(
            "look",
            lambda: store.segments.get(no).contact_nos,
            lambda: ordered(contacts, sets.members),
        )
        measure("reduce", lambda: act("reduce", no, HALF), lambda: sets.reduce(half))
        measure("go back", lambda: segments.go_back(context(store), no), sets.go_back)
        measure("refine", lambda: act("refine", no, HALF), lambda: sets.refine(half))
        measure("go back 2", lambda: segments.go_back(context(store), no), sets.go_back)
        other = f"LATER{size}"
        measure(
            "overlap",
            lambda: segments.overlaps(context(store, as_of=TODAY), {"a": no, "b": other}),
            lambda: len(sets.members & set(later)),
        )
        measure(
            "refresh",
            lambda: segments.refresh(context(store, as_of=TODAY), no),
            lambda: sets.refresh(later),
        )
        assert set(store.segments.get(no).contact_nos) == sets.members

    run(f"SM{size}W")
    ours.clear()
    theirs.clear()
    for number in range(RUNS):
        run(f"SM{size}N{number}")
    report(size, ours, theirs)
    print(f"  memory: {memory_of_a_line(store, size):.1f} bytes a line")


def report(size: int, ours: dict[str, list[float]], theirs: dict[str, list[float]]) -> None:
    print(f"\n{size:,} lines of {CONTACTS:,} contacts")
    print(f"  {'step':<12}{'ours ms':>10}{'sets ms':>10}{'ratio':>8}")
    for name, times in ours.items():
        mine, rival = median(times), median(theirs[name])
        print(f"  {name:<12}{mine * 1000:>10.2f}{rival * 1000:>10.2f}{mine / rival:>8.2f}")
    mine, rival = (
        median(map(sum, zip(each["add"], each["look"], strict=True))) for each in (ours, theirs)
    )
    print(f"  {'add + look':<12}{mine * 1000:>10.2f}{rival * 1000:>10.2f}{mine / rival:>8.2f}")


def memory_of_a_line(store: MemoryStore, size: int) -> float:
    no = f"SMEM{size}"
    store.segments.put(Segment(header=SegmentHeader(no=no, date=TODAY.today)))
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    segments.add_contacts(context(store, as_of=TODAY), no, criteria(MANY, size))
    gc.collect()
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return used / size
