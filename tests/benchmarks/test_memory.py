"""Room: the store in memory with its indexes, against the same records as bare objects.

Each is measured in a process of its own, as bytes that the process holds more than before::

    SEGMENTATION_CONTACTS=100000 python -m pytest tests/benchmarks/test_memory.py -s

Ten million contacts come one by one, from no list, in a process that may not grow beyond a bound::

    SEGMENTATION_CONTACTS=10000000 python -m pytest tests/benchmarks/test_memory.py -s -k streamed
"""

import gc
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks import reference_data as data
from segmentation.contacts import Contact, ContactIndustryGroup, ContactMailingGroup, ContactType
from segmentation.fields import Record
from segmentation.interactions import Interaction
from segmentation.memory import MemoryStore

CONTACTS = int(os.environ.get("SEGMENTATION_CONTACTS", "1000000"))


def resident() -> int:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def bare(columns: Any, contacts: int) -> None:  # noqa: ANN401
    before = resident()
    held = {table: list(data.records_of(table, columns[table])) for table in columns}
    print(resident() - before, len(held), contacts)


def ours(columns: Any, contacts: int) -> None:  # noqa: ANN401
    """Records come one by one, as from a file; then two questions need all indexes."""
    before = resident()
    store = MemoryStore()
    for table in columns:
        store.records.put(data.records_of(table, columns[table]))
    filled = resident() - before
    store.contacts.matching(data.bound_reference())
    store.contacts.matching(data.bound_wide())
    indexed = resident() - before
    nos = [f"CT{number:07d}" for number in range(7, contacts, contacts // 1000)]
    begun = time.process_time()
    for no in nos:
        store.records.find(Contact, no)
    each = (time.process_time() - begun) / len(nos)
    begun = time.process_time()
    for _ in nos:
        Contact(no="C1", name="Contact 1", company_no="C1", country_region_code="DK")
    made = (time.process_time() - begun) / len(nos)
    print(filled, indexed, each / made)


MOST = 9_500_000_000
"""So many bytes may the process take that streams."""


def streamed(contacts: int) -> Iterator[tuple[str, Iterator[Record]]]:
    """Like the reference data, and as many of them, without a list of any."""
    first, days = data.FIRST_DAY, (data.LAST_DAY - data.FIRST_DAY).days + 1
    kinds = (ContactType.COMPANY, *[ContactType.PERSON] * 4)
    post_codes = [str(number) for number in range(1000, 10_000)]
    spoken = [first + timedelta(n) for n in range(days)]

    def company(n: int) -> int:
        return n if n % 5 == 0 else n * 2_654_435_761 % (contacts // 5) * 5

    def contact(n: int) -> Record:
        return Contact(
            no=f"CT{n:08d}",
            type=kinds[n % 5],
            name=f"Contact {n}",
            company_no=f"CT{company(n):08d}",
            country_region_code=data.COUNTRIES[n * 7_919 % 104_729 % 10],
            post_code=post_codes[n * 48_271 % 1_299_709 % 9_000],
            salesperson_code=data.SALESPEOPLE[n % 7 % 5],
            exclude_from_segment=n * 31 % 100 < 3,
        )

    def interaction(entry: int) -> Record:
        n = entry * 40_503_001 % contacts
        return Interaction(
            entry_no=entry,
            contact_no=f"CT{n:08d}",
            contact_company_no=f"CT{company(n):08d}",
            date=spoken[entry * 15_485_863 % 32_452_843 % days],
        )

    def groups(kind: type[Any], field: str, codes: Sequence[str], step: int) -> Iterator[Record]:
        for n in range(0, contacts, step):
            for at, code in enumerate(codes):
                if (n // step * 17 + at * 29) % 100 < (22 if step == 1 else 40):
                    yield kind(**{"contact_no": f"CT{n:08d}", field: code})

    yield "contacts", map(contact, range(contacts))
    mailing = ContactMailingGroup, "mailing_group_code", data.MAILING_GROUPS, 1
    industry = ContactIndustryGroup, "industry_group_code", data.INDUSTRY_GROUPS, 5
    yield "mailing groups", groups(*mailing)
    yield "industry groups", groups(*industry)
    yield "interactions", map(interaction, range(1, 2 * contacts + 1))


def stream(contacts: int) -> None:
    """The room after each table and all indexes; what questions take, the first and the others."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST, MOST))
    before = resident()
    store = MemoryStore()
    found: list[float] = []
    begun = time.process_time()
    for _, records in streamed(contacts):
        store.records.put(records)
        found.append(resident() - before)
    found.append(time.process_time() - begun)
    begun = time.process_time()
    reference = data.bound_reference()
    numbers = store.contacts.matching(reference)
    store.contacts.matching(data.bound_wide())
    found += [time.process_time() - begun, resident() - before, len(numbers)]
    times = []
    for _ in range(9):
        begun = time.process_time()
        store.contacts.matching(reference)
        times.append(time.process_time() - begun)
    print(*found, statistics.median(times))


def measured(what: str, contacts: int = CONTACTS) -> list[float]:
    """What a process of its own finds."""
    place = Path(__file__).parent.parent
    paths = [str(place), *filter(None, [os.environ.get("PYTHONPATH")])]
    command = [sys.executable, __file__, what, str(contacts)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return list(map(float, done.stdout.split()))


def test_room_of_the_store_against_bare_objects(capsys: pytest.CaptureFixture[str]) -> None:
    objects, *_ = measured("bare")
    filled, indexed, reading = measured("ours")
    with capsys.disabled():
        print(f"\n\n{CONTACTS:,} contacts with their rows: bare objects {objects / 1e6:,.0f} MB")
        print(f"  store / bare objects                 {filled / objects:.2f}")
        print(f"  store with indexes / bare objects    {indexed / objects:.2f}  at most 0.35")
        print(f"  reading a contact / making a contact {reading:.2f}")


def test_room_and_answers_when_all_is_streamed(capsys: pytest.CaptureFixture[str]) -> None:
    few, many = (measured("stream", each) for each in (CONTACTS // 10, CONTACTS))
    names = [name for name, _ in streamed(10)]
    with capsys.disabled():
        print(f"\n\n{CONTACTS:,} contacts with their rows, streamed; MB after each table")
        for name, size in zip(names, many, strict=False):
            print(f"  {name:24} {size / 1e6:10,.0f}")
        print(f"  with indexes             {many[6] / 1e6:10,.0f}  at most 8,000 for ten million")
        print(f"  filled in {many[4]:,.0f} s, first two questions {many[5]:,.1f} s")
        print(f"  {many[7]:,.0f} found in {many[8] * 1e3:.1f} ms; a tenth: {few[8] * 1e3:.1f} ms")
        print(f"  answers / those of a tenth {many[8] / few[8]:8.1f}  at most 12")


if __name__ == "__main__":
    count = int(sys.argv[2])
    if sys.argv[1] == "stream":
        stream(count)
    else:
        {"bare": bare, "ours": ours}[sys.argv[1]](data.make_columns(count), count)
