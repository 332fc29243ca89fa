"""Bodies of mails from letters made in Word."""

from pathlib import Path

import pytest

from segmentation.adapters.mammoth import MailBody
from segmentation.adapters.word import WordRenderer
from segmentation.documents import PlainFormats
from segmentation.errors import BadDocument
from support.wordfiles import docx, paragraph, run, zipped


def test_a_letter_becomes_html_and_no_value_becomes_a_tag() -> None:
    letter = docx(paragraph(run("Dear "), run("&lt;Anna&gt; &amp; co", "<w:b/>")))
    html = MailBody().convert(letter, "letter.docx").decode()
    assert "<p>Dear <strong>&lt;Anna&gt; &amp; co</strong></p>" in html


@pytest.mark.parametrize("language", ["en", "fr-CH", "it-CH"])
def test_real_templates_become_mails_with_all_their_text(data: Path, language: str) -> None:
    name = f"thanksnote.{language}.docx"
    form = WordRenderer().read((data / "word" / name).read_bytes(), name)
    values = {field: f"({number})" for number, field in enumerate(form.fields)}
    html = MailBody().convert(form.fill(values, PlainFormats()), name).decode()
    assert all(value in html for value in values.values())
    assert 'src="data:image/png;base64,' in html


@pytest.mark.parametrize(
    "content",
    [b"", b"PK", zipped({"a": "b"}), docx()[:300], zipped({"word/document.xml": "<a"})],
    ids=["nothing", "two letters", "other archive", "cut short", "no XML"],
)
def test_what_is_no_word_document_is_refused_with_its_name(content: bytes) -> None:
    with pytest.raises(BadDocument, match=r"letter\.docx: cannot be made a mail"):
        MailBody().convert(content, "letter.docx")
