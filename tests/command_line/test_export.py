"""The command `export`: tables written as files."""

import json
from pathlib import Path

import openpyxl
import pytest

from segmentation.command_line import main


def test_export_tells_what_went_out(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["export", str(out), "--store", str(store), "--format", "json"]) == 0
    printed = capsys.readouterr().out
    assert "contact\n" in printed
    assert "last entry: " in printed
    contacts = json.loads((out / "contact.json").read_text(encoding="utf-8"))
    assert f"{len(contacts):8} contact\n" in printed


def test_export_takes_tables_captions_and_a_workbook(store: Path, tmp_path: Path) -> None:
    path = tmp_path / "some.xlsx"
    tables = ["--table", "contact", "--table", "Mailing Group"]
    assert main(["export", str(path), "--store", str(store), *tables, "--captions", "en"]) == 0
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["contact", "mailing_group"]
    assert book["contact"]["A1"].value == "No."


def test_a_table_that_is_not_there_is_wrong_use(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = ["export", str(tmp_path), "--store", str(store), "--table", "kontact"]
    assert main(wrong) == 2
    assert "did you mean 'contact'" in capsys.readouterr().err


def test_an_ending_that_is_none_of_ours_is_wrong_use(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.pdf"
    assert main(["export", str(out), "--store", str(store)]) == 2
    assert ".csv, .json, .xlsx" in capsys.readouterr().err
    assert not out.exists()


def test_export_makes_no_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(tmp_path), "--store", str(tmp_path / "crm.db")]) == 2
    assert "make one with the command 'import'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
