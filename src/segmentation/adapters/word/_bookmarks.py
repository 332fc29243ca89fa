"""What bookmarks hold, where REF fields show it."""

import re
from collections.abc import Mapping

from lxml import etree

_STRETCH = re.compile("\ue000[^0-9]")
_SAID = {"br": "\n", "tab": "\t", "p": "\n"}


def bookmarks_of(root: etree._Element) -> Mapping[str, str]:
    """What the bookmarks of a part hold, by their names in small letters.

    Args:
        root: The part, with its fields cut out: their marks are in the texts.
    """
    w = f"{{{etree.QName(root).namespace or ''}}}"
    texts: dict[str, list[str]] = {}
    open_ones: dict[str, str] = {}
    kinds = {f"{w}{name}": name for name in ("bookmarkStart", "bookmarkEnd", "t", "br", "tab")}
    for element in root.iter(*kinds, f"{w}p"):
        kind = kinds.get(element.tag, "p")
        identity = element.get(f"{w}id", "")
        if kind == "bookmarkStart":
            name = element.get(f"{w}name", "").casefold()
            open_ones[identity], texts[name] = name, []
        elif kind == "bookmarkEnd":
            open_ones.pop(identity, None)
        else:
            said = _SAID.get(kind) or element.text or ""
            for name in open_ones.values():
                texts[name].append(said)
    joined = {name: "".join(said).strip("\n") for name, said in texts.items()}
    return {name: text for name, text in joined.items() if not _STRETCH.search(text)}
