"""Word files made by hand: small, and with exactly the XML that a test is about."""

import io
import re
import zipfile
from collections.abc import Mapping

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_NAMES = (
    f'xmlns:w="{W}"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
)
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
SECTION = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr>'


def run(text: str, properties: str = "") -> str:
    formatted = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{formatted}<w:t xml:space="preserve">{text}</w:t></w:r>'


def field(instruction: str, result: str = "", properties: str = "") -> str:
    """A complex field, as Word writes it."""
    formatted = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    shown = f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}' if result else ""
    return (
        f'<w:r>{formatted}<w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r>{formatted}<w:instrText xml:space="preserve">{instruction}</w:instrText></w:r>'
        f'{shown}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def paragraph(*runs: str) -> str:
    return f"<w:p>{''.join(runs)}</w:p>"


def docx(*blocks: str, section: str = SECTION, **parts: str) -> bytes:
    """A Word file: the blocks of its body, and further parts by their stem (``header1``)."""
    members = {
        "word/document.xml": f"<w:document {_NAMES}><w:body>{''.join(blocks)}{section}</w:body>"
        "</w:document>"
    }
    types = f'<Override PartName="/word/document.xml" ContentType="{_TYPE}document.main+xml"/>'
    links = ""
    for stem, content in parts.items():
        kind = re.sub(r"\d", "", stem)
        types += f'<Override PartName="/word/{stem}.xml" ContentType="{_TYPE}{kind}+xml"/>'
        links += f'<Relationship Id="{stem}" Type="{_RELATION}{kind}" Target="{stem}.xml"/>'
        tag = {"header": "hdr", "footer": "ftr"}.get(kind, kind)
        members[f"word/{stem}.xml"] = f"<w:{tag} {_NAMES}>{content}</w:{tag}>"
    members["[Content_Types].xml"] = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f"{types}</Types>"
    )
    members["_rels/.rels"] = _relationships(
        f'<Relationship Id="rId1" Type="{_RELATION}officeDocument" Target="word/document.xml"/>'
    )
    if links:
        members["word/_rels/document.xml.rels"] = _relationships(links)
    return zipped(members)


def _relationships(links: str) -> str:
    namespace = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{namespace}">{links}</Relationships>'


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    """An archive, which is the same bytes whenever it is made."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            undated = zipfile.ZipInfo(name)  # stands for 1980
            archive.writestr(undated, content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def repacked(content: bytes, name: str, changed: bytes) -> bytes:
    """A Word file in which one member is another."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    return zipped(members | {name: changed})


def member(content: bytes, name: str = "word/document.xml") -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()


def text_of(content: bytes, name: str = "word/document.xml") -> str:
    """What a part says: paragraphs by line, breaks as ``|``, tabs as ``>``; no fields."""
    xml = re.sub(r"<w:instrText[^>]*>.*?</w:instrText>", "", member(content, name))
    xml = xml.replace("<w:br/>", "|").replace("<w:tab/>", "&gt;").replace("</w:p>", "\n")
    plain = re.sub(r"<[^>]+>", "", xml)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()
