"""Who came and who went, for another system that is kept in step."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import segmentation as seg
from segmentation.command_line import main
from segmentation.contacts import Contact
from segmentation.errors import InvalidValue, StoreError
from segmentation.operations.segments import SegmentDelta
from support.stores import STORES, workspaces


@pytest.fixture(params=STORES)
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    yield from workspaces(request, tmp_path)


def fill(crm: seg.Workspace) -> seg.Worksheet:
    """A dynamic segment of those in Bern, with C1 and C2."""
    crm.add(*(Contact(no=no, city="Bern") for no in ("C1", "C2")), Contact(no="C3", city="Bex"))
    crm.saved_criteria.save("BERN", crm.fields.contact.city == "Bern")
    return crm.new_segment("Bern", no="S1").follow_criteria("BERN")


def move(crm: seg.Workspace) -> None:
    """C2 goes, C3 comes."""
    crm.contacts.change("C2", city="Bex")
    crm.contacts.change("C3", city="Bern")


def changes(delta: SegmentDelta) -> list[tuple[str, str]]:
    return [(row.contact_no, row.change) for row in delta.rows]


def test_the_same_rows_are_given_until_they_are_taken(crm: seg.Workspace, tmp_path: Path) -> None:
    """INO-48."""
    segment, path = fill(crm), tmp_path / "state.json"
    first = segment.delta(path)
    assert changes(first) == [("C1", "came"), ("C2", "came")]
    first.take()
    move(crm)
    deltas = [crm.segment("S1").delta(path) for _ in range(3)]
    assert changes(deltas[0]) == [("C2", "went"), ("C3", "came")]
    assert deltas[0] == deltas[1] == deltas[2]
    deltas[2].take()
    deltas[0].take()
    assert changes(segment.delta(path)) == []
    assert changes(segment.delta(path)) == []


def test_what_changes_before_a_delta_is_taken_is_told_after_it(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with seg.Workspace.open() as crm:
        segment = fill(crm)
        waiting = segment.delta(path)
        move(crm)
        assert segment.delta(path) == waiting
        waiting.take()
        later = segment.delta(path)
        assert changes(later) == [("C2", "went"), ("C3", "came")]
        assert not {row.key for row in later.rows} & {row.key for row in waiting.rows}
        waiting.take()
        assert segment.delta(path) == later


def test_each_other_system_is_told_for_itself_and_a_fixed_segment_has_deltas(
    tmp_path: Path,
) -> None:
    with seg.Workspace.open() as crm:
        fill(crm)
        fixed = crm.new_segment("Fixed", no="S2").add_contact("C1")
        fixed.delta(tmp_path / "one.json").take()
        assert changes(fixed.delta(tmp_path / "one.json")) == []
        assert changes(fixed.delta(tmp_path / "other.json")) == [("C1", "came")]
        with pytest.raises(InvalidValue, match="keeps what was taken of segment S2"):
            crm.segment("S1").delta(tmp_path / "one.json")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"segment_no": "S1"}'])
def test_a_file_that_keeps_something_else_is_refused_and_stays(tmp_path: Path, text: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)
    with seg.Workspace.open() as crm:
        segment = fill(crm)
        with pytest.raises(StoreError, match="does not keep what was taken"):
            segment.delta(path)
    assert path.read_text() == text


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with seg.Workspace.open() as crm:
        segment = fill(crm)
        with pytest.raises(StoreError, match="cannot be read") as caught:
            segment.delta(tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_a_notebook_shows_the_first_rows_and_how_many_there_are_besides(tmp_path: Path) -> None:
    with seg.Workspace.open() as crm:
        crm.add(*(Contact(no=f"N{n:02}") for n in range(12)))
        segment = crm.new_segment("Many", no="S1").add_contacts()
        shown = segment.delta(tmp_path / "state.json")._repr_html_()
    assert "<td>N09</td><td>came</td>" in shown
    assert "N10" not in shown
    assert "2 more" in shown


KILLED = """
import os, signal, sys
from segmentation.command_line import main
main(sys.argv[1:])
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_that_is_killed_before_it_takes_gets_the_same_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """INO-48, with processes that are killed."""
    store, state = str(tmp_path / "crm.db"), str(tmp_path / "state.json")
    asked = ["delta", "--store", store, "--segment", "s1", "--state", state]
    with seg.Workspace.open(store) as crm:
        fill(crm)
    assert main(asked) == main([*asked, "--take"]) == 0
    capsys.readouterr()
    with seg.Workspace.open(store) as crm:
        move(crm)
    told = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", KILLED, *asked], capture_output=True, text=True, check=False
        )
        assert done.returncode == -signal.SIGKILL
        told.append(done.stdout)
    rows = "key,segment_no,contact_no,change\nS1-2-C2,S1,C2,went\nS1-2-C3,S1,C3,came\n"
    assert told == [rows, rows]
    assert main([*asked, "--take"]) == main([*asked, "--take"]) == main(asked) == 0
    assert capsys.readouterr().out == rows.partition("\n")[0] + "\n"
