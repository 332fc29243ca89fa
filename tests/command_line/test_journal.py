"""The commands `journal verify` and `journal export`."""

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from segmentation.command_line import main
from segmentation.command_line._stores import write_journal
from segmentation.contacts import Contact
from segmentation.errors import StoreError
from segmentation.interactions import Interaction
from segmentation.workspace import Workspace
from support.commands import run
from support.fair import TODAY


def test_a_journal_goes_out_to_a_file_or_to_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["demo", "--folder", str(tmp_path / "demo")])
    capsys.readouterr()
    source = str(tmp_path / "demo" / "crm.db")
    target = tmp_path / "out.jsonl"
    assert main(["journal", "export", source]) == 0
    assert main(["journal", "export", source, "--output", str(target)]) == 0
    assert target.read_text(encoding="utf-8") == capsys.readouterr().out


def test_a_head_kept_elsewhere_shows_what_was_cut_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["demo", "--folder", str(tmp_path / "demo")])
    exported = tmp_path / "demo" / "journal.jsonl"
    lines = exported.read_text(encoding="utf-8").splitlines()
    kept = f"{len(lines)}:{json.loads(lines[-1])['sha256']}"
    for source in (exported, tmp_path / "demo" / "crm.db"):
        assert main(["journal", "verify", str(source), "--head", kept]) == 0
    exported.write_text("\n".join(lines[:-1]), encoding="utf-8")
    assert main(["journal", "verify", str(exported)]) == 0
    assert main(["journal", "verify", str(exported), "--head", kept]) == 1
    assert f"entry {len(lines)}: is missing" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["journal", "verify", str(exported), "--head", "7"])


def test_a_changed_export_is_found_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["demo", "--folder", str(tmp_path / "demo")])
    exported = tmp_path / "demo" / "journal.jsonl"
    changed = exported.read_text(encoding="utf-8").replace("Spring fair", "Autumn fair", 1)
    exported.write_text(changed, encoding="utf-8")
    assert main(["journal", "verify", str(exported)]) == 1
    assert "journal entry 1: its personal content was changed" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content", [b"hello\n", b"\xff\xfe\x00", b"[]\n"], ids=["text", "no text", "list"]
)
def test_a_file_that_is_no_export_is_said_to_be_none(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "journal.jsonl"
    file.write_bytes(content)
    assert main(["journal", "verify", str(file)]) == 1
    assert "segmentation: " in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "journal.jsonl"
    file.write_text("{}\n", encoding="utf-8")

    open_any = Path.open

    def locked(path: Path, *given: Any, **options: Any) -> object:  # noqa: ANN401
        if path == file:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return open_any(path, *given, **options)

    monkeypatch.setattr(Path, "open", locked)
    assert main(["journal", "verify", str(file)]) == 1
    said = capsys.readouterr().err
    assert str(file) in said
    assert os.strerror(errno.EACCES) in said


def test_a_target_that_cannot_be_written_is_said(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "no" / "such" / "folder.jsonl"
    assert main(["journal", "export", str(store), "--output", str(target)]) == 1
    said = f"segmentation: {target}: cannot be written: {os.strerror(errno.ENOENT)}\n"
    assert capsys.readouterr().err == said


def test_a_full_disk_leaves_the_last_good_export(
    small_disk: Callable[[int], None], tmp_path: Path
) -> None:
    """INO-47, with a disk that is full after 10 KB."""
    target = exported(tmp_path)
    with Workspace.open() as crm:
        record_calls(crm, "C1", 400)
        small_disk(10_000)
        with pytest.raises(StoreError, match=r"journal\.jsonl: cannot be written: "):
            write_journal(crm, target)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["the last good export\n"]


def test_a_killed_export_leaves_the_last_good_export(store: Path, tmp_path: Path) -> None:
    """INO-47, with a process that is killed while it writes."""
    target = exported(tmp_path)
    with Workspace.open(store) as crm:
        record_calls(crm, "CT000001", 8)
    code = (
        "import os, signal, sys\n"
        "from segmentation.workspace import Journal\n"
        "from segmentation.command_line import main\n"
        "whole = Journal.export\n"
        "def killed(journal):\n"
        "    yield from list(whole(journal))[:1]\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "Journal.export = killed\n"
        "main(sys.argv[1:])\n"
    )
    arguments = ["journal", "export", str(store), "--output", str(target)]
    done = subprocess.run([sys.executable, "-c", code, *arguments], check=False)
    assert done.returncode == -signal.SIGKILL
    assert target.read_text() == "the last good export\n"
    assert main(arguments) == 0
    assert main(["journal", "verify", str(target)]) == 0


def exported(folder: Path) -> Path:
    """A file of an earlier export."""
    target = folder / "journal.jsonl"
    target.write_text("the last good export\n")
    return target


def record_calls(crm: Workspace, contact_no: str, number: int) -> None:
    calls = (
        Interaction(entry_no=place, contact_no=contact_no, date=TODAY)
        for place in range(1, number + 1)
    )
    crm.add(Contact(no=contact_no), *calls)


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="needs /dev/stdout: run on Linux")
def test_an_export_goes_through_what_is_no_file(tmp_path: Path) -> None:
    main(["demo", "--folder", str(tmp_path / "demo")])
    store = tmp_path / "demo" / "crm.db"
    done = run("journal", "export", store, "--output", "/dev/stdout")
    assert done.stdout.startswith('{"')


def test_an_export_never_replaces_a_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["demo", "--folder", str(tmp_path / "demo")])
    path = tmp_path / "demo" / "crm.db"
    before = path.read_bytes()
    assert main(["journal", "export", str(path), "--output", str(path)]) == 2
    assert "crm.db: is a store" in capsys.readouterr().err
    assert path.read_bytes() == before
