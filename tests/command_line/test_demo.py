"""The command `demo`: what it prints, and what it leaves."""

import re
import sys
import zipfile
from pathlib import Path

import pytest

from segmentation.command_line import main
from segmentation.command_line._demo import _formats
from segmentation.documents import plain_formats
from support.mailserver import Postman, serving
from support.wordfiles import text_of


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


def test_without_babel_the_demo_writes_dates_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("segmentation.adapters.babel")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "babel", None)
    assert _formats() is plain_formats


def test_the_demo_does_not_write_into_a_folder_that_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--folder", str(tmp_path)]) == 2
    assert "name another with --folder" in capsys.readouterr().err
