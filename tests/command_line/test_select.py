"""The command `select`: filters on the command line, and the forms of its output."""

import csv
import io
import json
from pathlib import Path

import pytest

from segmentation.command_line import main
from segmentation.contacts import Contact
from segmentation.workspace import Workspace
from support.commands import SAMPLE


def test_select_prints_contacts_as_json(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = "contact.country_region_code=DK|SE"
    assert main(["select", "--store", str(store), "--where", where, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    contacts = json.loads((SAMPLE / "contact.json").read_text(encoding="utf-8"))
    expected = [c["no"] for c in contacts if c["country_region_code"] in {"DK", "SE"}]
    assert [row["no"] for row in rows] == expected


def test_select_prints_contacts_as_csv(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = "contact.no=CT000001|CT000002"
    assert main(["select", "--store", str(store), "--where", where, "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["no"] for row in rows] == ["CT000001", "CT000002"]


def test_select_of_nobody_is_still_a_table(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nobody = ["select", "--store", str(store), "--where", "contact.no=NOBODY"]
    assert main([*nobody, "--csv"]) == 0
    assert capsys.readouterr().out.startswith("no,")
    assert main([*nobody, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert main(nobody) == 0
    assert capsys.readouterr().out.endswith("0 contacts\n")


def test_filters_on_one_table_must_hold_for_the_same_row(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = json.loads((SAMPLE / "contact_profile_answer.json").read_text(encoding="utf-8"))
    first, second = (
        answers[0],
        next(
            a
            for a in answers
            if a["contact_no"] == answers[0]["contact_no"]
            and a["profile_questionnaire_code"] == answers[0]["profile_questionnaire_code"]
            and a["line_no"] != answers[0]["line_no"]
        ),
    )
    count = ["select", "--store", str(store), "--count", "--where"]
    field = "contact_profile_answer.line_no"
    both = f"{field}={first['line_no']}&{second['line_no']}"
    assert main([*count, both]) == 0
    assert capsys.readouterr().out == "0\n"
    assert main([*count, f"{field}={first['line_no']}", "--where", f"{field}=<>0"]) == 0
    assert int(capsys.readouterr().out) > 0


def test_an_empty_filter_is_no_filter(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["select", "--store", str(store), "--count", "--where", "contact.city="]) == 0
    assert capsys.readouterr().out == "69\n"


def test_parts_of_several_tables_must_all_hold(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wheres = ["--where", "contact.type=person", "--where", "mailing_groups.mailing_group_code=NEWS"]
    assert main(["select", "--store", str(store), *wheres]) == 0
    assert "person" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("contact.city=(Bern", "contact.city: a bracket is not closed"),
        ("contact.city=A|", "contact.city"),
        ("contact.citi=Bern", "unknown field 'citi' in contact; did you mean 'city'?"),
        ("contacts.city=Bern", "unknown table 'contacts'; did you mean 'contact'?"),
        ("contact.type=robot", "robot"),
    ],
)
def test_a_filter_that_cannot_be_is_wrong_use(
    store: Path, where: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["select", "--store", str(store), "--where", where]) == 2
    assert said in capsys.readouterr().err


def test_a_filter_without_table_and_field_is_wrong_use(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["select", "--store", str(store), "--where", "city=Bern"])
    assert caught.value.code == 2
    assert "TABLE.FIELD=FILTER" in capsys.readouterr().err


def test_what_a_contact_does_not_have_is_printed_as_blank(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "contact.csv").write_text("no,name\nA,Anna\n", encoding="utf-8")
    store = tmp_path / "crm.db"
    assert main(["import", str(tmp_path), "--store", str(store)]) == 0
    capsys.readouterr()
    assert main(["select", "--store", str(store), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["no"], row["last_modified"], row["minor"]) == ("A", "", False)
    assert main(["journal", "verify", f"sqlite:///{store}"]) == 0
    assert "0 entries" in capsys.readouterr().out


def test_no_cell_of_csv_is_run_by_a_spreadsheet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = str(tmp_path / "crm.db")
    with Workspace.open(store) as crm:
        crm.add(Contact(no="C1", name="=1+1", phone_no="+47 22"))
    assert main(["select", "--store", store, "--csv"]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (row["name"], row["phone_no"]) == ("'=1+1", "+47 22")


def test_control_signs_are_shown_and_not_sent_to_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = str(tmp_path / "crm.db")
    with Workspace.open(store) as crm:
        crm.add(Contact(no="C1", name="Anna\x1b[2J\u202e\nBerg"))
    assert main(["select", "--store", store, "--json"]) == 0
    capsys.readouterr()
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    for form in ([], ["--csv"]):
        assert main(["select", "--store", store, *form]) == 0
        printed = capsys.readouterr().out
        assert "Anna\\x1b[2J\\u202e" in printed
        assert "\x1b" not in printed
    assert main(["select", "--store", store]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_contacts_are_selected_by_words(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wheres = ("--where", "contact.country_region_code=DK|SE")
    assert main(["select", "--store", str(store), "--count", *wheres]) == 0
    count = capsys.readouterr().out
    for words in (
        ("--words", "Country/Region Code is DK or SE"),
        ("--words", "Code pays/région est DK ou SE", "--language", "fr"),
    ):
        assert main(["select", "--store", str(store), "--count", *words]) == 0
        assert capsys.readouterr().out == count


def test_words_that_do_not_fit_are_wrong_use(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["select", "--store", str(store), "--words", "Cty is Bern"]) == 2
    assert "did you mean 'City'?" in capsys.readouterr().err
