"""What work in memory costs as the data grow: ten times the contacts, each step beside the last.

Run with ``python -m pytest tests/benchmarks/test_growth.py -s``. ``SEGMENTATION_CONTACTS`` sets the
largest number of contacts (100,000); a tenth and a hundredth of it come first. Processor time;
nothing fails for being slow. What a logged line takes is weighed with its interaction and its entry
of the journal.
"""

import gc
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import attrs
import pytest

import segmentation as seg
from benchmarks import reference_data as data
from benchmarks.test_memory import resident, streamed
from segmentation.code_tables import SalespersonPurchaser
from segmentation.memory import MemoryStore
from support.fair import SETUP, TODAY

CONTACTS = int(os.environ.get("SEGMENTATION_CONTACTS", "100000"))
PUT = ("put a contact, µs", "put an interaction, µs")
ASKED = ("first question", "asked again")
LISTED = ("joined a segment", "refresh, nothing", "refresh, one contact", "logged")
STEPS = (*PUT, *ASKED, *LISTED, "logged, a line, bytes")


def timed(step: Callable[[], Any], times: int = 1) -> float:
    """The least milliseconds of the processor that a step took."""
    taken = []
    for _ in range(times):
        begun = time.process_time()
        step()
        taken.append(1_000 * (time.process_time() - begun))
    return min(taken)


def figures_of(contacts: int) -> Mapping[str, float]:
    """What each step takes, in milliseconds unless it says otherwise."""
    store, found = MemoryStore(), {}
    store.records.put([*SETUP, *(SalespersonPurchaser(code=each) for each in data.SALESPEOPLE)])
    for name, records in streamed(contacts):
        held = list(records)
        taken = timed(lambda held=held: store.records.put(held)) / len(held)  # type: ignore[misc]
        found[name] = 1_000 * taken
    gc.collect()
    crm = seg.Workspace.open(store, user="ANNA", today=TODAY)
    dk = crm.fields.contact.country_region_code == "DK"
    first = timed(lambda: store.contacts.matching(data.bound_reference()))
    again = timed(lambda: store.contacts.matching(data.bound_reference()), 5)
    crm.saved_criteria.save("DK", dk)
    sheet = crm.new_segment("Growth", interaction_template_code="INVITE").follow_criteria("DK")
    joined = timed(sheet.refresh)
    nothing = timed(sheet.refresh, 5)
    contact = crm.contacts[sheet.lines[0].contact_no]
    store.records.put([attrs.evolve(contact, country_region_code="SE")])
    one = timed(sheet.refresh)
    lines, before = len(sheet), resident()
    logged = timed(sheet.log)
    weighed = (resident() - before) / lines
    values = [found["contacts"], found["interactions"], first, again]
    return dict(zip(STEPS, [*values, joined, nothing, one, logged, weighed], strict=True))


def test_growth(capsys: pytest.CaptureFixture[str]) -> None:
    sizes = [CONTACTS // 100, CONTACTS // 10, CONTACTS]
    found = [figures_of(size) for size in sizes]
    with capsys.disabled():
        print("\n\n" + " " * 24 + "".join(f"{size:>14,}" for size in sizes) + "  milliseconds")
        for step in STEPS:
            print(f"  {step:22}" + "".join(f"{each[step]:14,.2f}" for each in found))
