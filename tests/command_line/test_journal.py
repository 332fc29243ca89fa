"""The commands `journal verify` and `journal export`."""

import errno
import json
import os
from pathlib import Path

import pytest

from segmentation.command_line import main


def test_a_journal_goes_out_to_a_file_or_to_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["demo", "--folder", str(tmp_path / "demo")])
    capsys.readouterr()
    source = str(tmp_path / "demo" / "crm.db")
    target = tmp_path / "out.jsonl"
    assert main(["journal", "export", "--store", source]) == 0
    assert main(["journal", "export", "--store", source, "--output", str(target)]) == 0
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


def test_a_target_that_cannot_be_written_is_said(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "no" / "such" / "folder.jsonl"
    assert main(["journal", "export", "--store", str(store), "--output", str(target)]) == 1
    assert capsys.readouterr().err == f"segmentation: {target}: {os.strerror(errno.ENOENT)}\n"


def test_an_export_never_replaces_a_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["demo", "--folder", str(tmp_path / "demo")])
    path = tmp_path / "demo" / "crm.db"
    before = path.read_bytes()
    assert main(["journal", "export", "--store", str(path), "--output", str(path)]) == 2
    assert "crm.db: is a store" in capsys.readouterr().err
    assert path.read_bytes() == before
