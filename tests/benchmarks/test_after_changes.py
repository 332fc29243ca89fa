"""What a question costs after contacts and rows have changed, in memory, beside the same before.

Run with ``python -m pytest tests/benchmarks/test_after_changes.py -s``; ``SEGMENTATION_CONTACTS``
sets how many contacts there are. Prints milliseconds of processor time: what the changes took,
and the most that a question takes more than before, right after them and once more.
Nothing fails for being slow.
"""

import gc
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from operator import sub
from time import process_time

import attrs
import pytest

from benchmarks import mix
from benchmarks import reference_data as data
from benchmarks.mix import Question
from segmentation.contacts import Contact, ContactIndustryGroup, ContactMailingGroup
from segmentation.fields import Record
from segmentation.interactions import Interaction
from segmentation.memory import MemoryStore

CONTACTS = int(os.environ.get("SEGMENTATION_CONTACTS", "100000"))
REFERENCE = [each for each in mix.questions() if "reference" in each.name]


def numbers(count: int, start: int) -> Iterator[str]:
    """Numbers of contacts, far apart; each start gives others."""
    step = CONTACTS // (count + 1)
    return (f"CT{start + n * step:07d}" for n in range(1, count + 1))


def companies(count: int, start: int) -> Iterator[str]:
    return (f"CT{int(no[2:]) // 5 * 5 + 1:07d}" for no in numbers(count, start))


def contacts(store: MemoryStore, nos: Iterable[str]) -> Iterator[Record]:
    found = (store.records.find(Contact, no) for no in nos)
    return (
        attrs.evolve(each, country_region_code="SE", name=f"Changed {each.no}", post_code="0999")
        for each in found
        if each is not None
    )


def spoken(store: MemoryStore, nos: Iterable[str]) -> Iterator[Record]:
    entry = len(list(store.records.all(Interaction, contact_no="")))
    for n, no in enumerate(nos):
        contact = store.records.find(Contact, no)
        if contact is not None:
            yield Interaction(
                entry_no=10_000_000 + entry + int(no[2:]) + n,
                contact_no=no,
                contact_company_no=contact.company_no,
                date=data.LAST_DAY - timedelta(n % 100),
            )


CHANGES: dict[str, Callable[[MemoryStore, int, int], Iterable[Record]]] = {
    "contacts": lambda store, count, start: contacts(store, numbers(count, start)),
    "mailing groups": lambda _, count, start: (
        ContactMailingGroup(contact_no=no, mailing_group_code="SPORT")
        for no in numbers(count, start)
    ),
    "interactions": lambda store, count, start: spoken(store, numbers(count, start)),
    "companies' groups": lambda _, count, start: (
        ContactIndustryGroup(contact_no=no, industry_group_code="SPORT")
        for no in companies(count, start)
    ),
    "companies": lambda store, count, start: contacts(store, companies(count, start)),
}


def milliseconds(step: Callable[[], object]) -> float:
    begun = process_time()
    step()
    return (process_time() - begun) * 1_000


def times(store: MemoryStore, asked: Sequence[Question]) -> list[float]:
    """What each question takes."""
    return [milliseconds(lambda each=each: store.contacts.count(each.bound)) for each in asked]  # type: ignore[misc]


def test_questions_after_changes(capsys: pytest.CaptureFixture[str]) -> None:
    store = MemoryStore()
    columns = mix.make_columns(CONTACTS)
    for table in columns:
        store.records.put(data.records_of(table, columns[table]))
    del columns
    gc.collect()
    gc.freeze()
    lines = []
    for begun, asked in enumerate((REFERENCE, mix.questions())):
        times(store, asked)
        before = [min(pair) for pair in zip(times(store, asked), times(store, asked), strict=True)]
        for kind, make in CHANGES.items():
            for count in (1, 10, 1000):
                records = list(make(store, count, count + 7 * begun))
                change = milliseconds(lambda those=records: store.records.put(those))  # type: ignore[misc]
                for moment in ("first", "again"):
                    more = map(sub, times(store, asked), before)
                    paid, name = max(zip(more, (each.name for each in asked), strict=True))
                    lines.append(f"{count:>5} {kind:18} {change:9.1f} {moment} {paid:9.1f}  {name}")
        lines.append(f"slowest before {max(before):.1f}")
    with capsys.disabled():
        print(f"\n\n{CONTACTS:,} contacts; milliseconds: the change, the most that a question pays")
        print(*lines, sep="\n")
