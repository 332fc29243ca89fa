"""The command `import`: what comes in, and what is told of what does not."""

from datetime import date
from pathlib import Path

import pytest

from segmentation.command_line import main
from segmentation.workspace import Workspace


def test_import_tells_what_came_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "contact.csv").write_text("id,no,name,vip\n1,A,Anna,yes\n", encoding="utf-8")
    (tmp_path / "customer.csv").write_text("no\n1\n", encoding="utf-8")
    taken = ["import", str(tmp_path), "--store", str(tmp_path / "crm.db"), "--ignore", "vip"]
    assert main(taken) == 0
    printed = capsys.readouterr().out
    assert "1 contact" in printed
    assert "new 1, changed 0, the same 0" in printed
    assert "ignored: vip of contact.csv" in printed
    assert "left out: id of contact.csv" in printed
    assert "left alone: customer.csv" in printed


def test_import_takes_a_map(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "res.partner.csv"
    data.write_text("id,name,type\nP1,Anna,contact\n", encoding="utf-8")
    taken = ["import", str(data), "--store", str(tmp_path / "crm.db"), "--map", "odoo"]
    assert main(taken) == 0
    assert "left out: type of res.partner.csv" in capsys.readouterr().out
    assert main([*taken[:-1], "oddo"]) != 0
    assert "did you mean 'odoo'" in capsys.readouterr().err


def test_import_tells_what_would_change_and_what_goes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, store = tmp_path / "contact.csv", str(tmp_path / "crm.db")
    data.write_text("no,city\nA,Oslo\nB,Moss\nC,Moss\n", encoding="utf-8")
    assert main(["import", str(data), "--store", store]) == 0
    data.write_text("no,type,company_no\nB,,\nP,person,C\n", encoding="utf-8")
    assert main(["import", str(data), "--store", store]) == 0
    text = "no,city,type,last_modified,company_no\nB,Oslo,,2026-11-29T08:00:00Z,\nP,,person,,C\n"
    data.write_text(text, encoding="utf-8")
    capsys.readouterr()
    mirror = ["import", str(data), "--store", store, "--mode", "mirror"]
    assert main([*mirror, "--dry-run"]) == 0
    printed = capsys.readouterr().out
    assert "would be new 0, changed 1, the same 1" in printed
    assert "changes: contact B city: Moss -> Oslo" in printed
    assert "gone: contact A" in printed
    assert "kept: contact C (persons work for it (P)" in printed
    assert "latest change: 2026-11-29T08:00:00+00:00" in printed
    assert main(["select", "--store", store, "--count"]) == 0
    assert capsys.readouterr().out == "4\n"


def test_no_word_of_the_data_passes_for_a_line_of_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, store = tmp_path / "contact.csv", str(tmp_path / "crm.db")
    data.write_text("no,city\nA,Oslo\n", encoding="utf-8")
    assert main(["import", str(data), "--store", store]) == 0
    data.write_text('no,city\nA,"Moss\ngone: contact B"\n', encoding="utf-8")
    capsys.readouterr()
    assert main(["import", str(data), "--store", store, "--dry-run"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "changes: contact A city: Oslo -> Moss\\x0agone: contact B" in lines
    assert "gone: contact B" not in lines


def test_import_tells_what_was_decided_here_and_lifts_it_only_when_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, store = tmp_path / "contact.csv", str(tmp_path / "crm.db")
    data.write_text("no;name;Exclude from Segment\nA;Käse;no\n", encoding="cp1252")
    taken = ["import", str(data), "--store", store, "--encoding", "cp1252"]
    assert main(taken) == 0
    with Workspace.open(store) as crm:
        assert crm.contacts["A"].name == "Käse"
        crm.contacts.exclude("A", "asked by phone")
    assert main(taken) == 0
    held = "held: A exclude_from_segment (yes here, no in contact.csv row 2)"
    assert held in capsys.readouterr().out
    assert main([*taken, "--lift-exclusions"]) == 0
    assert "held" not in capsys.readouterr().out
    with Workspace.open(store) as crm:
        assert not crm.contacts["A"].exclude_from_segment


def test_a_file_that_is_named_almost_like_a_table_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("contact.csv", "contcat.csv", "malling_group.csv", "logged_segment.csv"):
        (tmp_path / name).write_text("no\nA\n", encoding="utf-8")
    assert main(["import", str(tmp_path), "--store", str(tmp_path / "crm.db")]) == 0
    printed = capsys.readouterr().out
    assert "contcat.csv (no table of ours)" in printed
    assert "logged_segment.csv (the journal records it)" in printed
    assert "malling_group.csv (no table of ours; did you mean 'mailing_group'?)" in printed


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "data: holds no file that is named after a table of ours"),
        ("contcat.csv", "did you mean 'contact'?"),
        ("notes.txt", "notes.txt: is not named after a table of ours"),
    ],
)
def test_an_import_of_nothing_is_no_import(
    name: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for each in ("contcat.csv", "notes.txt"):
        (data / each).write_text("no\nA\n", encoding="utf-8")
    assert main(["import", str(data / name), "--store", str(tmp_path / "crm.db")]) == 1
    assert said in capsys.readouterr().err


def test_import_reports_every_fault_and_takes_nothing_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, store = tmp_path / "contact.csv", tmp_path / "crm.db"
    data.write_text("no,type,company_no\nA,robot,\nB,person,X\n", encoding="utf-8")
    assert main(["import", str(data), "--store", str(store)]) == 1
    said = capsys.readouterr().err
    assert "contact.csv row 2: type: 'robot' is not an option" in said
    assert "contact.csv row 3: company_no: there is no contact 'X'" in said
    assert not store.exists()


def test_import_tells_which_consents_lift_no_withdrawal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, data = str(tmp_path / "crm.db"), tmp_path / "consent.csv"
    with Workspace.open(store) as crm:
        crm.tables["purpose"].new("NEWS")
        crm.contacts.new("Anna", no="A", type="person")
        crm.consents.withdraw("A", purpose_code="NEWS", channel="email", date=date(2026, 5, 1))
    names = "contact_no,purpose_code,channel,act,date"
    data.write_text(f"{names}\nA,NEWS,email,given,2024-05-02\n", encoding="utf-8")
    assert main(["import", str(data), "--store", store]) == 0
    held = (
        "held: A NEWS email (withdrawn 2026-05-01T00:00:00+00:00 here, "
        "given 2024-05-02T00:00:00+00:00 in consent.csv row 2)"
    )
    assert held in capsys.readouterr().out
