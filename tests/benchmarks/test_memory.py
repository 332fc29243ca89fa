"""Room: the store in memory with its indexes, against the same records as bare objects.

Each is measured in a process of its own, as bytes that the process holds more than before::

    SEGMENTATION_CONTACTS=100000 python -m pytest tests/benchmarks/test_memory.py -s
"""

import gc
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from benchmarks import reference_data as data
from segmentation.contacts import Contact
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


def measured(what: str) -> list[float]:
    """What a process of its own finds."""
    place = Path(__file__).parent.parent
    paths = [str(place), *filter(None, [os.environ.get("PYTHONPATH")])]
    command = [sys.executable, __file__, what, str(CONTACTS)]
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


if __name__ == "__main__":
    count = int(sys.argv[2])
    {"bare": bare, "ours": ours}[sys.argv[1]](data.make_columns(count), count)
