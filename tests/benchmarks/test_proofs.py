"""What proofs for outsiders and an audit cost, by the length of the journal.

Run with ``python -m pytest tests/benchmarks/test_proofs.py -s``; prints seconds. Nothing fails for
being slow. ``LINES=1000000`` in the environment takes the size of the goal.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import process_time
from typing import TypeVar

import segmentation as seg
from segmentation.adapters.cryptography import LogKey
from segmentation.columns import gathered
from segmentation.interactions import Interaction
from segmentation.operations.journal import record

ResultT = TypeVar("ResultT")

LINES = int(os.environ.get("LINES", "100000"))
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_proofs_and_an_audit(tmp_path: Path) -> None:
    """TRU-46."""
    with seg.Workspace.open(tmp_path / "crm.db", user="ANNA", clock=lambda: NOW) as crm:
        for start in range(0, LINES, 10_000):
            size = min(10_000, LINES - start)
            rows = [Interaction(contact_no=f"C{start + number:07}") for number in range(size)]
            record(crm.store, [gathered(Interaction, rows)], crm.context.stamp)
        key = LogKey("example.com/journal", bytes(range(32)))
        print(f"\n{LINES:,} entries on SQLite")
        shown("verify", crm.journal.verify)
        sign = crm.journal.sign_checkpoint
        first = shown("sign the first checkpoint", lambda: sign(key, after=None))
        again = shown("sign the next one", lambda: sign(key, after=first))
        for number in (LINES // 2, LINES):
            proof = shown(f"prove entry {number:,}", partial(crm.journal.prove, number, again))
            written = len(f"{proof.text}{proof.lines}".encode())
            print(f"  {written:,} bytes")
            assert written <= 2_048
        found = shown("audit", crm.journal.audit)
        assert {each.item.partition(" ")[0] for each in found} <= {"interaction_total"}


def shown(what: str, step: Callable[[], ResultT]) -> ResultT:
    began = process_time()
    result = step()
    print(f"  {what}: {process_time() - began:.4f} s")
    return result
