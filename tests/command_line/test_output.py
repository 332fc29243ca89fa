"""What leaves the command line, whoever reads it."""

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from segmentation.command_line import main
from support.commands import run

BUFFERED = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}


@pytest.mark.parametrize("form", ["--json", "--csv", "--count"])
def test_output_that_nobody_reads_on_is_no_error(store: Path, form: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "segmentation", "select", "--store", str(store), form],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=BUFFERED,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert said == b""
    assert process.returncode == 0


def test_the_demo_is_done_though_nobody_reads_what_it_says(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with subprocess.Popen(
        [sys.executable, "-m", "segmentation", "demo", "--folder", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        _, said = process.communicate()
    assert (process.returncode, said) == (0, b"")
    assert main(["journal", "verify", str(folder / "journal.jsonl")]) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full: run on Linux")
@pytest.mark.parametrize("form", ["--json", "--count"])
def test_output_that_cannot_be_kept_is_an_error(store: Path, form: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "segmentation", "select", "--store", str(store), form],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            env=BUFFERED,
        )
    assert done.returncode == 1
    reason = os.strerror(errno.ENOSPC)
    assert done.stderr.decode() == f"segmentation: standard output: {reason}\n"


@pytest.mark.parametrize("form", ["--json", "--csv", "--count"])
def test_without_any_output_a_command_does_its_work(
    store: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["select", "--store", str(store), form]) == 0


def test_a_locale_without_letters_beyond_ascii_changes_no_output(store: Path) -> None:
    plain = run("select", "--store", store, "--csv")
    ascii_only = subprocess.run(
        [sys.executable, "-m", "segmentation", "select", "--store", str(store), "--csv"],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert ascii_only.stdout.decode() == plain.stdout
    assert "æ" in plain.stdout


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_what_it_can(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", Terminal(shown, encoding="ascii"))
    assert main(["select", "--store", str(store), "--where", "contact.name=@*søren*"]) == 0
    assert b"S?ren" in shown.getvalue()
