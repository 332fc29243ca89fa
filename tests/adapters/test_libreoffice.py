"""PDF by LibreOffice: real letters, converted, and read again."""

import os
import shutil
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from segmentation.adapters.libreoffice import LibreOffice, find_programs
from segmentation.adapters.word import WordRenderer
from segmentation.documents import PlainFormats
from segmentation.errors import BadDocument, NotFound
from support.wordfiles import docx, field, paragraph, run

FORMATS = PlainFormats()


def text_of(pdf: bytes, folder: Path) -> str:
    if not shutil.which("pdftotext"):
        pytest.skip("needs pdftotext: install poppler-utils")
    path = folder / "letter.pdf"
    path.write_bytes(pdf)
    command = ["pdftotext", "-layout", str(path), "-"]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def test_a_letter_becomes_a_pdf_that_says_the_same(office: LibreOffice, tmp_path: Path) -> None:
    template = docx(paragraph(run("Kjære "), field(" MERGEFIELD Name "), run("!")))
    letter = WordRenderer().read(template, "hello.docx").fill({"Name": "Ærlig & Søn"}, FORMATS)
    pdf = office.convert(letter, "hello.docx")
    assert pdf.startswith(b"%PDF")
    assert text_of(pdf, tmp_path).strip() == "Kjære Ærlig & Søn!"


@pytest.mark.parametrize("language", ["en", "fr-CH", "it-CH"])
def test_real_templates_open_with_every_field_filled(
    office: LibreOffice, data: Path, tmp_path: Path, language: str
) -> None:
    name = f"thanksnote.{language}.docx"
    form = WordRenderer().read((data / "word" / name).read_bytes(), name)
    values = {field: f"({number})" for number, field in enumerate(form.fields)}
    text = text_of(office.convert(form.fill(values, FORMATS), name), tmp_path)
    assert all(value in text for value in values.values())
    assert "«" not in text
    assert "Cronus" in text


def test_one_document_for_all_has_a_page_for_each(office: LibreOffice, tmp_path: Path) -> None:
    section = (
        '<w:sectPr><w:headerReference w:type="default" r:id="header1"/>'
        '<w:pgSz w:w="11906" w:h="16838"/></w:sectPr>'
    )
    template = docx(
        paragraph(run("Dear "), field(" MERGEFIELD Name ")),
        section=section,
        header1=paragraph(run("To "), field(" MERGEFIELD Name ")),
    )
    path = tmp_path / "all.docx"
    with path.open("w+b") as file:
        letters = (({"Name": name}, FORMATS) for name in ("Anna", "Per", "Kari"))
        WordRenderer().read(template, "hello.docx").fill_all(letters, file)
    pages = text_of(office.convert(path.read_bytes(), "all.docx"), tmp_path).split("\f")
    assert [" ".join(page.split()) for page in pages if page.strip()] == [
        "To Anna Dear Anna",
        "To Per Dear Per",
        "To Kari Dear Kari",
    ]


def test_what_is_no_document_is_refused_and_the_next_is_converted(office: LibreOffice) -> None:
    with pytest.raises(BadDocument, match=r"broken\.docx"):
        office.convert(b"PK\x03\x04 nonsense", "broken.docx")
    assert office.convert(docx(paragraph(run("Hi"))), "hello.docx").startswith(b"%PDF")


@pytest.mark.usefixtures("programs_of_office")
def test_a_libreoffice_that_was_killed_is_started_again() -> None:
    letter = docx(paragraph(run("Hi")))
    with LibreOffice(timeout=120) as office:
        office.convert(letter, "hello.docx")
        worker = office._worker  # noqa: SLF001 - there is no other way to end it
        assert worker is not None
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        assert office.convert(letter, "hello.docx").startswith(b"%PDF")


def program(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.mark.parametrize("behaviour", ["sleep 60", "read line; exit 1", "exit 1"])
def test_one_that_hangs_or_dies_is_an_error_that_names_the_document(
    tmp_path: Path, behaviour: str
) -> None:
    office = program(tmp_path / "soffice", "exit 0")
    program(tmp_path / "python", f'[ "$1" = -c ] && exit 0\n{behaviour}')
    with LibreOffice(str(office), timeout=0.5) as converter:
        with pytest.raises(BadDocument, match=r"hello\.docx: LibreOffice went away"):
            converter.convert(b"", "hello.docx")
        with pytest.raises(BadDocument):
            converter.convert(b"", "hello.docx")


def test_without_libreoffice_the_error_names_the_program(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="LibreOffice"):
        LibreOffice(str(tmp_path / "nothing"))


def test_without_its_python_the_error_names_the_bridge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = program(tmp_path / "soffice", "exit 0")
    for name in ("python", "python3"):
        program(tmp_path / name, "exit 1")
    monkeypatch.setattr(
        "segmentation.adapters.libreoffice._converter._PYTHONS", ("python", "python3")
    )
    with pytest.raises(NotFound, match="python3-uno"):
        find_programs(str(office))
