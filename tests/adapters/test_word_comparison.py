"""The page that compares fields with Word's holds, row by row.

A row has the code of a field, with ``{Name}`` for a merge field and ¶ for the end of a paragraph,
the values, what Word shows, and what we show: the same, a text, or a fault.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from lxml import etree

from segmentation.adapters.babel import formats_for
from segmentation.adapters.word import WordRenderer
from segmentation.documents import Formats, PlainFormats
from segmentation.errors import BadDocument
from segmentation.fields import Value
from support.wordfiles import W, docx, member, run

PAGE = Path(__file__).parents[2] / "docs" / "word-fields.md"
KINDS = ("IF", "SET", "REF", "=", "NEXT", "MERGESEQ")


def rows() -> Iterator[list[str]]:
    """The rows of the tables of fields, cell by cell."""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith(("| `{", "| `>", "| `One")):
            yield cells


ROWS = [row for row in rows() if len(row) == 5]


def mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def coded(text: str, *, inside: bool) -> str:
    """The runs of a text with fields in braces, as code or as text."""
    runs, depth, start = "", 0, 0
    for at, sign in enumerate(text):
        if sign == "{":
            runs += words(text[start:at], inside=inside) if not depth else ""
            start = start if depth else at + 1
            depth += 1
        elif sign == "}":
            depth -= 1
            if not depth:
                runs += whole(text[start:at].strip())
                start = at + 1
    return runs + words(text[start:], inside=inside)


def words(text: str, *, inside: bool) -> str:
    ends = "</w:p><w:p>"
    if not inside:
        return ends.join(run(escape(part)) if part else "" for part in text.split(" ¶ "))
    parts = text.split(" ¶ ")
    made = (
        f'<w:r><w:instrText xml:space="preserve">{escape(p)}</w:instrText></w:r>' for p in parts
    )
    return ends.join(made) if text else ""


def whole(code: str) -> str:
    """A field whose saved result is "old"."""
    code = code if code.split(maxsplit=1)[0] in KINDS else f"MERGEFIELD {code}"
    return f"{mark('begin')}{coded(code, inside=True)}{mark('separate')}{run('old')}{mark('end')}"


def value(text: str) -> Value:
    if text.startswith('"'):
        return text.strip('"')
    return date.fromisoformat(text) if re.match(r"\d{4}-", text) else Decimal(text)


def shown(code: str, values: Mapping[str, Value], formats: Formats) -> str:
    template = docx(f"<w:p>{coded(code, inside=False)}</w:p>")
    letter = WordRenderer().read(template, "letter.docx").fill(values, formats)
    root = etree.fromstring(member(letter).encode())
    texts = f"{{{W}}}t"
    paragraphs = root.iter(f"{{{W}}}p")
    return " ¶ ".join("".join(t.text or "" for t in p.iter(texts)) for p in paragraphs)


def test_the_page_compares_enough_of_every_kind() -> None:
    """LTR-01 to LTR-15: the table that tells what Word gives."""
    assert len(ROWS) > 60
    kinds = {row[4].split(",")[0] for row in ROWS}
    sources = re.findall(r"^\| ([A-Z]) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert kinds | {"R"} == {*sources}


@pytest.mark.parametrize("babel", [False, True], ids=["plain", "Babel"])
@pytest.mark.parametrize("row", ROWS, ids=[f"{n}-{row[0][1:40]}" for n, row in enumerate(ROWS)])
def test_a_field_shows_what_the_page_says(row: list[str], babel: bool) -> None:
    code, given, word, here, _ = row
    told: dict[str, str] = dict(each.split(" = ") for each in given.split("; ") if each)
    reader = told.pop("reader", "ENU")
    is_plain = reader == "ENU" and not babel  # without Babel letters are for English readers
    formats: Formats = PlainFormats() if is_plain else formats_for(reader, "", "")
    values = {name: value(text) for name, text in told.items()}
    code = code.strip("`")
    if here.startswith("a fault"):
        reason = re.escape(here.split('"')[1])
        with pytest.raises(BadDocument, match=reason):
            shown(code, values, formats)
        return
    expected = word if here.startswith("the same") else here
    text = expected.split("`")[1]
    assert shown(code, values, formats).replace(" ¶ ", "¶").rstrip() == text.replace(" ¶ ", "¶")
