"""What Word cannot do without where something was taken out: a row, a paragraph at the end."""

import itertools

from lxml import etree

from ._controls import name_in

_MUST_HOLD = {"tbl": {"tr", "sdt", "ins", "del"}, "tr": {"tc", "sdt", "ins", "del"}}
_END_BY_A_PARAGRAPH = frozenset({"tc", "txbxContent", "hdr", "ftr", "footnote", "endnote"})
_BLOCKS = frozenset({"p", "tbl", "sdt"})


def mend(home: etree._Element) -> None:
    """Make an element whole from which something was taken out.

    A control, a row or a table that holds nothing any more goes; a cell or a text box ends by a
    paragraph; two tables that came together are kept apart.
    """
    kind = name_in(home)
    around = home.getparent()
    if _is_hollow(home, kind) and around is not None:
        around.remove(home)
        mend(around)
        return
    w = etree.QName(home).namespace
    blocks = [each for each in home.iterchildren(etree.Element) if name_in(each) in _BLOCKS]
    for block, after in itertools.pairwise(blocks):
        if name_in(block) == name_in(after) == "tbl":
            block.addnext(etree.Element(f"{{{w}}}p"))
    ends_well = bool(blocks) and name_in(blocks[-1]) in {"p", "sdt"}
    if kind in _END_BY_A_PARAGRAPH and not ends_well:
        etree.SubElement(home, f"{{{w}}}p")
    elif kind == "body" and not blocks:
        home.insert(0, etree.Element(f"{{{w}}}p"))


def _is_hollow(element: etree._Element, kind: str) -> bool:
    children = [name_in(each) for each in element.iterchildren(etree.Element)]
    if kind in _MUST_HOLD:
        return not _MUST_HOLD[kind].intersection(children)
    if kind == "sdtContent":
        return not children
    return kind == "sdt" and "sdtContent" not in children
