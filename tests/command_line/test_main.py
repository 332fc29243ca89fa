"""The command line as a whole: how it is started, what it refuses, what an interrupt leaves."""

import io
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from segmentation.command_line import main
from segmentation.workspace import Workspace
from support.commands import SAMPLE, run


def test_the_command_runs_as_a_module() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert "demo" in done.stdout
    for command in (["demo"], ["import"], ["select"], ["journal"], ["journal", "verify"]):
        assert run(*command, "--help").returncode == 0


def test_no_command_is_wrong_use() -> None:
    assert run().returncode == 2


@pytest.mark.parametrize("store", ["", ":memory:", "sqlite://", "sqlite:///:memory:"])
def test_a_store_that_ends_with_the_command_is_wrong_use(
    store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (
        ["import", str(SAMPLE), "--store"],
        ["select", "--store"],
        ["journal", "export"],
        ["journal", "audit"],
    ):
        with pytest.raises(SystemExit) as caught:
            main([*command, store])
        assert caught.value.code == 2
        assert "name a file or an address" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["select", "--store", "nowhere.db"],
        ["journal", "verify", "nowhere.jsonl"],
        ["journal", "export", "nowhere.db"],
        ["import", "nowhere", "--store", "crm.db"],
    ],
)
def test_what_is_not_there_is_wrong_use_and_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_store_is_left_untouched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a store\n" * 100, encoding="utf-8")
    assert main(["select", "--store", str(file)]) == 1
    assert main(["import", str(SAMPLE), "--store", str(file)]) == 1
    assert "notes.txt" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == "not a store\n" * 100


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals of POSIX: run on Linux or macOS")
def test_an_interrupt_leaves_the_store_whole(tmp_path: Path) -> None:
    rows = [{"no": f"C{n:06}", "name": f"Contact {n}"} for n in range(20_000)]
    (tmp_path / "contact.json").write_text(json.dumps(rows), encoding="utf-8")
    path = tmp_path / "crm.db"
    with subprocess.Popen(
        [sys.executable, "-m", "segmentation", "import", str(tmp_path), "--store", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        while not path.exists() and process.poll() is None:
            pass
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    # Python itself speaks of an interrupt that came while it threw something away.
    assert b"Traceback" not in said or b"Exception ignored in" in said
    assert process.returncode in {0, 130}
    counted = run("select", "--store", path, "--count")
    not_even_made = "there is no store" in counted.stderr
    assert not_even_made or counted.stdout in {"0\n", "20000\n"}, counted.stderr


class InterruptedOutput(io.StringIO):
    """A terminal at which somebody presses Ctrl+C as soon as there is something to read."""

    def write(self, text: str) -> int:
        signal.raise_signal(signal.SIGINT)
        return len(text)


@pytest.fixture
def interrupts() -> Iterator[None]:
    """Python's own way with Ctrl+C, which a job in the background does not have."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interrupts")
def test_an_interrupt_is_told_and_has_an_exit_code_of_its_own(
    store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", InterruptedOutput())
    assert main(["select", "--store", str(store), "--count"]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_a_disk_that_refuses_is_told_by_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "there").mkdir()
    store = tmp_path / "crm.db"
    assert main(["import", str(SAMPLE), "--store", str(store)]) == 0
    target = tmp_path / "there"
    assert main(["journal", "export", str(store), "--output", str(target)]) == 1
    assert str(target) in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        ["select", "--store", "{address}", "--where", "contact.no=C1"],
        ["journal", "verify", "{address}"],
        ["journal", "export", "{address}"],
        ["journal", "export", "crm.db", "--output", "{address}"],
        ["import", "contact.csv", "--store", "{address}"],
    ],
)
@pytest.mark.parametrize(
    "address",
    ["postgresql:/u:s3cr3t@h/d", "postgres:u:s3cr3t@h/d", "mysql+pymysql//u:s3cr3t@h/d"],
)
def test_no_command_shows_the_password_of_a_mistyped_address(
    command: list[str],
    address: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """HST-27."""
    monkeypatch.chdir(tmp_path)
    Workspace.open("crm.db").close()
    (tmp_path / "contact.csv").write_text("no,name\nC1,Anna\n")
    before = sorted(tmp_path.iterdir())
    assert main([part.format(address=address) for part in command]) in {1, 2}
    said = capsys.readouterr()
    assert "s3cr3t" not in said.out + said.err
    assert sorted(tmp_path.iterdir()) == before
