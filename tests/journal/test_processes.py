"""Real processes on a real file: killed while logging, racing for one segment."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import segmentation as seg
from segmentation.interactions import Interaction
from segmentation.workspace import open_store
from support.desk import check_journal, make_desk, segment_of

STOPPED = """
import sys
import segmentation as seg
from segmentation.operations.segments import log_segment
from segmentation.segments import SegmentLogged

def stop(event):
    if isinstance(event, SegmentLogged):
        print("recorded, not committed", flush=True)
        sys.stdin.read()

crm = seg.Workspace.open(sys.argv[1], user="BEN")
log_segment(crm.store, "SM0001", as_of=crm.context.day, stamp=crm.context.stamp, tell=stop)
"""

RACING = """
import sys
import segmentation as seg

crm = seg.Workspace.open(sys.argv[1], user="BEN")
segment = crm.segment("SM0001")
print("ready", flush=True)
sys.stdin.read()
try:
    segment.log()
    print("logged")
except seg.SegmentationError as error:
    print(error.code)
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[Path, seg.Workspace]]:
    file = tmp_path / "crm.db"
    crm = make_desk(store=open_store(file))
    segment_of(crm, "ANNA", "BO", "CARL", campaign="SALE")
    yield file, crm
    check_journal(crm)
    crm.close()


def start(script: str, file: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


def test_a_process_killed_while_logging_has_logged_nothing(
    desk: tuple[Path, seg.Workspace],
) -> None:
    file, crm = desk
    process = start(STOPPED, file)
    process.kill()
    process.communicate()
    assert crm.journal.head.number == 0
    assert list(crm.store.records.all(Interaction)) == []
    assert len(crm.segment("SM0001")) == 3
    assert len(crm.segment("SM0001").log().interactions) == 3


def test_of_two_processes_that_log_one_segment_one_wins(desk: tuple[Path, seg.Workspace]) -> None:
    file, crm = desk
    processes = [start(RACING, file) for _ in range(2)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    said = sorted(process.communicate()[0].strip() for process in processes)
    assert said[1] in {"conflict", "not_found"} or said[0] in {"conflict", "not_found"}
    assert "logged" in said
    assert len(list(crm.store.records.all(Interaction))) == 3
    assert len(crm.logged_segments) == 1
