"""The command `criteria`: files of saved criteria are checked, taken in and written."""

from pathlib import Path

import pytest

from segmentation.command_line import main
from segmentation.memory import MemoryStore
from segmentation.workspace import Workspace

GOOD = '[BERN]\ndescription = "Those of Bern"\n\n[BERN.where.contact]\ncity = "Bern"\n'
BAD = '[A]\nwhere.contact.ctiy = "Bern"\n[B.where.contact]\ncountry_region_code = "DK|XX"\n'


def state(store: Path) -> tuple[list[str], int]:
    """The codes of the saved criteria and the number of the journal's last entry."""
    with Workspace.open(store) as crm:
        return [saved.code for saved in crm.saved_criteria.where()], crm.journal.head.number


def test_check_tells_each_fault_with_file_and_line_mng_57(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """MNG-57."""
    good, bad, none = tmp_path / "good.toml", tmp_path / "bad.toml", tmp_path / "none.toml"
    no_toml = tmp_path / "x.toml"
    good.write_text(GOOD)
    bad.write_text(BAD)
    no_toml.write_text("Dear Sirs,")
    before = state(store)

    def check(*files: Path) -> tuple[int, list[str]]:
        code = main(["criteria", "check", *map(str, files), "--store", str(store)])
        return code, capsys.readouterr().err.splitlines()

    assert check(good) == (0, [])
    code, told = check(good, bad)
    assert code == 1
    assert told[0] == f"{bad}:2:1: unknown field 'ctiy' in contact; did you mean 'city'?"
    assert told[1].startswith(f"{bad}:4:24: ")
    assert "XX" in told[1]
    assert len(told) == 2
    code, told = check(none)
    assert (code, len(told)) == (1, 1)
    assert str(none) in told[0]
    code, told = check(no_toml, good)
    assert (code, len(told)) == (1, 1)
    assert told[0].startswith(f"{no_toml}:1:")
    assert state(store) == before


def test_criteria_are_taken_in_and_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, file = tmp_path / "crm.db", tmp_path / "bern.toml"
    Workspace.open(store).close()
    file.write_text(GOOD)
    assert main(["criteria", "import", str(file), "--store", str(store)]) == 0
    assert capsys.readouterr().out == "BERN\n"
    assert main(["criteria", "import", str(file), "--store", str(store)]) == 1
    assert "bern.toml:1:1: code: is taken" in capsys.readouterr().err
    assert main(["criteria", "import", str(file), "--store", str(store), "--replace"]) == 0
    capsys.readouterr()
    assert main(["criteria", "export", "--store", str(store)]) == 0
    written = capsys.readouterr().out
    assert written.replace("meaning = 2\n", "") == GOOD
    assert main(["criteria", "export", "bern", "--json", "--store", str(store)]) == 0
    other = Workspace.open(MemoryStore())
    (read,) = other.saved_criteria.add_text(capsys.readouterr().out)
    assert read.description == "Those of Bern"


def test_a_store_without_criteria_writes_nothing(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["criteria", "export", "--store", str(store)]) == 0
    assert capsys.readouterr().out == ""
