"""The module of the how-to for Tryton, as it stands there, in a real database of Tryton's."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("trytond.modules.party", reason="needs Tryton: dependency group `hosts`")

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "how-to" / "tryton.md"


@pytest.mark.slow  # Tryton makes the tables of its modules
def test_parties_are_contacts_in_the_transaction_of_tryton() -> None:
    run = subprocess.run(
        [sys.executable, TESTS / "support" / "tryton_host.py", PAGE],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(run.stdout) == {
        "seen by ours": True,
        "after a rollback": [0, False],
        "logged": ["A1", "A3"],
        "user": "admin",
        "card": ["First", "CH", "A1@example.com"],
        "merged": ["A1", "A1"],
        "audit": [],
    }
