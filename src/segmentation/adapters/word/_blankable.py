"""Paragraphs of fields alone, which a letter does without where all of them are blank."""

from collections.abc import Container

from lxml import etree

from ._pieces import BLANKABLE, HOLE

_PAIR = 2
"""A bookmark begins and ends."""


def mark_blankable(root: etree._Element) -> None:
    """Mark the paragraphs that are left out where all of their fields are blank."""
    w = f"{{{etree.QName(root).namespace or ''}}}"
    found = [each for each in root.iter(f"{w}p") if _is_of_fields(each, w)]
    candidates = {id(each) for each in found}
    for paragraph in found:
        if _may_go(paragraph, w, candidates):
            paragraph.set(BLANKABLE, "1")


def _is_of_fields(paragraph: etree._Element, w: str) -> bool:
    """Whether a paragraph holds fields and nothing else that can be seen."""
    fields = 0
    opened: list[str] = []
    for child in paragraph.iterchildren(etree.Element):
        name = etree.QName(child).localname
        if name in {"bookmarkStart", "bookmarkEnd"}:
            opened.append(child.get(f"{w}id", ""))
        elif name == "pPr":
            if child.find(f"{w}sectPr") is not None:
                return False
        elif name == "r":
            inside = [each for each in child if each.tag != f"{w}rPr"]
            if any(each.tag != f"{w}t" for each in inside):
                return False
            text = "".join(each.text or "" for each in inside)
            fields += bool(HOLE.search(text))
            if HOLE.sub("", text).strip():
                return False
        elif name != "proofErr":
            return False
    return fields > 0 and all(opened.count(each) == _PAIR for each in opened)


def _may_go(paragraph: etree._Element, w: str, candidates: Container[int]) -> bool:
    """Whether a paragraph can go: a cell or a text box must end by one that stays."""
    home = paragraph.getparent()
    if home is None or home.tag == f"{w}body":
        return home is not None
    blocks = [each for each in home if etree.QName(each).localname in {"p", "tbl", "sdt"}]
    if blocks[-1] is not paragraph:
        return True
    while blocks and id(blocks[-1]) in candidates:
        blocks.pop()
    return bool(blocks) and blocks[-1].tag == f"{w}p"
