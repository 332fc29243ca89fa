"""The command line: what it prints, what it leaves, and how it says no."""

import csv
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mailserver import Postman, serving
from segmentation.__main__ import _formats, _show_what_is_next, main
from segmentation.documents import plain_formats
from wordfiles import text_of

SAMPLE = Path(__file__).parent.parent / "src" / "segmentation" / "sample"

IN_UTF8 = {**os.environ, "PYTHONIOENCODING": "utf-8"}


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "segmentation", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
        env=IN_UTF8,
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "crm.db"
    assert main(["import", str(SAMPLE), "--store", str(path)]) == 0
    return path


def test_the_demo_leaves_store_letters_and_journal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "demo"
    assert main(["demo", "--folder", str(folder)]) == 0
    printed = capsys.readouterr().out
    assert "69 contacts" in printed
    assert "the journal holds" in printed
    letters = list((folder / "letters").iterdir())
    assert letters
    assert all("{{" not in letter.read_text(encoding="utf-8") for letter in letters)
    assert main(["journal", "verify", str(folder / "journal.jsonl")]) == 0
    assert main(["journal", "verify", str(folder / "crm.db")]) == 0


def test_the_demo_delivers_word_letters_into_folders(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "demo"
    assert main(["demo", "--folder", str(folder)]) == 0
    assert "9 Word letters, packed in SM00004.zip or in mails" in capsys.readouterr().out
    assert len(list((folder / "mails").glob("*.html"))) == 4
    with zipfile.ZipFile(folder / "SM00004.zip") as archive:
        letters = {name.partition(" - ")[0]: archive.read(name) for name in archive.namelist()}
    assert len(letters) == 5
    said = {name: text_of(letter).split("\n") for name, letter in letters.items()}
    assert "Kære Søren Bækgaard," in said["Lampehuset Skræddergade ApS"]
    assert "Sehr geehrter Herr Grünwaldt," in said["Leuchtenhaus Grünwaldt GmbH"]
    assert "20457 Hamburg|GERMANY" in said["Leuchtenhaus Grünwaldt GmbH"][0]
    assert re.fullmatch(r"\d+ [a-z]+ \d{4}", said["Vetreria Canal Turchese S.n.c."][1])


def test_the_demo_says_what_to_look_at_and_how_to_go_on(tmp_path: Path) -> None:
    folder = tmp_path / "a demo"
    looks, commands = said_at_the_end(run("demo", "--folder", folder).stdout)
    assert {Path(look.partition(": ")[0]) for look in looks} == set(folder.iterdir())
    assert len(commands) == 3
    first, second, third = (
        subprocess.run(
            shlex.split(command), capture_output=True, check=True, encoding="utf-8", env=IN_UTF8
        ).stdout
        for command in commands
    )
    assert "Lampehuset" in first
    assert all(row["type"] == "person" for row in csv.DictReader(io.StringIO(second)))
    assert "the journal holds: 32 entries" in third


def said_at_the_end(printed: str) -> tuple[list[str], list[str]]:
    """What there is to look at, and the commands to go on with."""
    looks, commands = printed.partition("\nlook at:\n")[2].split("\n\ngo on with:\n")
    return [line.strip() for line in looks.splitlines()], commands.splitlines()


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("postgresql://anna:hunter2@host/crm", id="user"),
        pytest.param("postgresql://host/crm?user=anna&password=hunter2&port=1", id="query"),
    ],
)
def test_the_commands_to_go_on_with_hold_no_password(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _show_what_is_next(tmp_path, address)
    printed = capsys.readouterr().out
    assert printed.count(address.replace("hunter2", "***")) == 3


def test_the_demo_sends_mails_to_a_server_that_is_named(tmp_path: Path) -> None:
    postman = Postman()
    with serving(postman) as port:
        folder = tmp_path / "demo"
        assert main(["demo", "--folder", str(folder), "--smtp", f"127.0.0.1:{port}"]) == 0
    assert len(postman.mails) == 4
    bodies = [mail.get_body(("html",)) for mail in postman.mails]
    assert sum("<strong>Merci</strong>" in body.get_content() for body in bodies if body) == 2
    assert not any(list(mail.iter_attachments()) for mail in postman.mails)


def test_the_demo_tells_which_letters_were_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    postman = Postman()
    postman.refuses_all = "550 nobody here"
    with serving(postman) as port:
        folder = tmp_path / "demo"
        assert main(["demo", "--folder", str(folder), "--smtp", f"127.0.0.1:{port}"]) == 0
    assert capsys.readouterr().out.count("550 nobody here") == 4


@pytest.mark.parametrize("address", ["localhost", ":25", "localhost:", "localhost:99999"])
def test_what_the_demo_cannot_use_is_told_before_anything_is_made(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "demo"
    assert main(["demo", "--folder", str(folder), "--smtp", address]) == 2
    assert "HOST:PORT" in capsys.readouterr().err
    assert not folder.exists()


def test_the_demo_tells_which_mails_no_server_took(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "demo"
    assert main(["demo", "--folder", str(folder), "--smtp", "127.0.0.1:1"]) == 0
    assert capsys.readouterr().out.count("not delivered to CT") == 4


def test_the_demo_goes_without_word_letters_where_the_extra_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("segmentation.adapters.word")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "lxml", None)
    assert main(["demo", "--folder", str(tmp_path / "demo")]) == 0
    assert "pip install 'segmentation[word]'" in capsys.readouterr().out


def test_the_demo_does_not_write_into_a_folder_that_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--folder", str(tmp_path)]) == 2
    assert "name another with --folder" in capsys.readouterr().err


def test_import_tells_what_came_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "contact.csv").write_text("no,name,vip\nA,Anna,yes\n", encoding="utf-8")
    (tmp_path / "customer.csv").write_text("no\n1\n", encoding="utf-8")
    assert main(["import", str(tmp_path), "--store", str(tmp_path / "crm.db")]) == 0
    printed = capsys.readouterr().out
    assert "1 contact" in printed
    assert "new field: contact.vip (boolean)" in printed
    assert "left alone: customer.csv" in printed


def test_a_file_that_is_named_almost_like_a_table_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("contact.csv", "contacts.csv", "mailing_groups.csv"):
        (tmp_path / name).write_text("no,code\nA,B\n", encoding="utf-8")
    assert main(["import", str(tmp_path), "--store", str(tmp_path / "crm.db")]) == 0
    printed = capsys.readouterr().out
    assert "contacts.csv (no table of ours)" in printed
    assert "mailing_groups.csv (no table of ours; did you mean 'mailing_group'?)" in printed


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "data: holds no JSON or CSV file that is named after a table of ours"),
        ("contacts.csv", "did you mean 'contact'?"),
        ("notes.txt", "notes.txt: is not named after a table of ours"),
    ],
)
def test_an_import_of_nothing_is_no_import(
    name: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for each in ("contacts.csv", "notes.txt"):
        (data / each).write_text("no\nA\n", encoding="utf-8")
    assert main(["import", str(data / name), "--store", str(tmp_path / "crm.db")]) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("store", ["", ":memory:", "sqlite://", "sqlite:///:memory:"])
def test_a_store_that_ends_with_the_command_is_wrong_use(
    store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (["import", str(SAMPLE)], ["select"], ["journal", "export"]):
        with pytest.raises(SystemExit) as caught:
            main([*command, "--store", store])
        assert caught.value.code == 2
        assert "name a file or an address" in capsys.readouterr().err


def test_import_reports_every_fault_and_takes_nothing_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, store = tmp_path / "contact.csv", tmp_path / "crm.db"
    data.write_text("no,type,company_no\nA,robot,\nB,person,X\n", encoding="utf-8")
    assert main(["import", str(data), "--store", str(store)]) == 1
    said = capsys.readouterr().err
    assert "contact.csv row 2: type: 'robot' is not an option" in said
    assert "contact.csv row 3: company_no: there is no contact 'X'" in said
    assert main(["select", "--store", str(store), "--count"]) == 0
    assert capsys.readouterr().out == "0\n"


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


@pytest.mark.parametrize("content", [b"hello\n", b"\xff\xfe\x00", b"[]\n"])
def test_a_file_that_is_no_export_is_said_to_be_none(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "journal.jsonl"
    file.write_bytes(content)
    assert main(["journal", "verify", str(file)]) == 1
    assert "segmentation: " in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["select", "--store", "nowhere.db"],
        ["journal", "verify", "nowhere.jsonl"],
        ["journal", "export", "--store", "nowhere.db"],
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


def test_a_target_that_cannot_be_written_is_said(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "no" / "such" / "folder.jsonl"
    assert main(["journal", "export", "--store", str(store), "--output", str(target)]) == 1
    assert capsys.readouterr().err == f"segmentation: {target}: No such file or directory\n"


def test_an_export_never_replaces_a_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["demo", "--folder", str(tmp_path / "demo")])
    path = tmp_path / "demo" / "crm.db"
    before = path.read_bytes()
    assert main(["journal", "export", "--store", str(path), "--output", str(path)]) == 2
    assert "crm.db: is a store" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_the_command_runs_as_a_module() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert "demo" in done.stdout
    for command in (["demo"], ["import"], ["select"], ["journal"], ["journal", "verify"]):
        assert run(*command, "--help").returncode == 0


def test_no_command_is_wrong_use() -> None:
    assert run().returncode == 2


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


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
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
    assert done.stderr == b"segmentation: standard output: No space left on device\n"


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


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
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


def test_without_babel_the_demo_writes_dates_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("segmentation.adapters.babel")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "babel", None)
    assert _formats() is plain_formats
