"""The command line runs on a file and on a server alike: only the address differs."""

from pathlib import Path

import pytest

from segmentation.command_line import main
from support.commands import SAMPLE
from support.databases import Database


def test_the_demo_runs_on_either_database(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address = database.own_address()
    assert main(["demo", "--folder", str(tmp_path / "demo"), "--store", address]) == 0
    head = capsys.readouterr().out.partition("the journal holds")[2].splitlines()[0]
    assert not (tmp_path / "demo" / "crm.db").exists()
    for source in (address, str(tmp_path / "demo" / "journal.jsonl")):
        assert main(["journal", "verify", source]) == 0
        assert capsys.readouterr().out == f"the journal holds{head}\n"


def test_the_demo_wants_an_empty_store(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address, folder = database.own_address(), tmp_path / "demo"
    assert main(["import", str(SAMPLE), "--store", address]) == 0
    assert main(["demo", "--folder", str(folder), "--store", address]) == 2
    assert "an empty one" in capsys.readouterr().err
    assert not folder.exists()


def test_import_select_and_export_run_on_either_database(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    address = database.own_address()
    assert main(["import", str(SAMPLE), "--store", address]) == 0
    capsys.readouterr()
    where = ["--where", "contact.country_region_code=DK|SE", "--where", "contact.name=@*a*"]
    assert main(["select", "--store", address, *where, "--count"]) == 0
    assert int(capsys.readouterr().out) > 0
    assert main(["journal", "export", address]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("command", [["select", "--store"], ["journal", "verify"]])
def test_reading_makes_no_store(
    database: Database, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    address = database.own_address()
    address = f"sqlite:///{address}" if database.is_sqlite else address
    assert main([*command, address]) == 2
    assert "there is no store" in capsys.readouterr().err
    assert main([*command, address]) == 2
    assert not Path(database.address).exists()


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ann:hunter2@127.0.0.1:1/crm",
        "postgresql://ann@127.0.0.1:1/crm?password=hunter2&sslpassword=hunter2",
        "postgresql://ann:hunter2@127.0.0.1:port/crm",
        "mariadb://ann@127.0.0.1:1/crm?password=hunter2",
        "mssql://ann@127.0.0.1/crm?password=hunter2",
    ],
)
def test_no_password_is_ever_printed(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (
        ["demo", "--folder", str(tmp_path / "demo"), "--store", address],
        ["import", str(SAMPLE), "--store", address],
        ["select", "--store", address],
        ["journal", "verify", address],
        ["journal", "export", address],
    ):
        assert main(command) == 1
        printed = capsys.readouterr()
        assert printed.err.startswith("segmentation: ")
        assert "hunter2" not in printed.err + printed.out
