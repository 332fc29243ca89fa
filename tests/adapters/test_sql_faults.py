"""A killed process and a full disk leave all of a step or nothing of it."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from segmentation.adapters.sqlalchemy import open_store
from segmentation.contacts import Contact
from segmentation.errors import StoreError
from segmentation.journal import verify

WORK = """
    import sys
    from segmentation.adapters.sqlalchemy import open_store
    from segmentation.contacts import Contact
    from segmentation.testing import journal_entries

    store = open_store(sys.argv[1])
    while True:
        with store.transaction():
            head = store.log.head().number
            store.log.append(journal_entries(3, store.log.head()))
            store.records.put(Contact(no=f"C{head + n}") for n in (1, 2, 3))
            print(head, flush=True)
"""


@pytest.mark.parametrize("lines", [0, 1, 2, 5, 9])
def test_a_killed_process_leaves_whole_steps(lines: int, tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WORK), str(path)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        for _ in range(lines):
            process.stdout.readline()
        process.kill()
    store = open_store(path)
    recorded = verify(store.log.read()).number
    assert recorded % 3 == 0
    assert recorded >= 3 * (lines - 1)
    assert len(list(store.records.all(Contact))) == recorded
    store.close()


FILL = """
    import resource, sys
    from segmentation.adapters.sqlalchemy import open_store
    from segmentation.contacts import Contact
    from segmentation.errors import StoreError

    store = open_store(sys.argv[1])
    store.records.put([Contact(no="KEPT")])
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
    try:
        with store.transaction():
            store.records.put(Contact(no=f"C{n}", name="x" * 100) for n in range(50_000))
    except StoreError as error:
        print("StoreError", error)
"""


def test_a_full_disk_is_an_error_and_leaves_what_was(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FILL), str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(f"StoreError {path}")
    store = open_store(path)
    assert [contact.no for contact in store.records.all(Contact)] == ["KEPT"]
    store.records.put([Contact(no="MORE")])
    store.close()


def test_a_writer_who_waits_too_long_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    first, second = open_store(path), open_store(f"sqlite:///{path}?timeout=0")
    with first.transaction():
        with pytest.raises(Exception, match="somebody else is writing") as caught:
            second.records.put([Contact(no="C1")])
        assert not isinstance(caught.value, StoreError)
    second.records.put([Contact(no="C1")])
    first.close()
    second.close()
