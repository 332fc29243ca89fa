"""What is left in a template that nobody means to send: tracked changes and comments."""

from collections.abc import Iterable, Iterator, Sequence

from lxml import etree

from segmentation.errors import Message

from ._controls import name_in, value_of
from ._package import Package, parse_xml

_CHANGES = frozenset({"ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge"})
_OF_FORMATS = "Change"
"""How the names of tracked changes of formats end: ``rPrChange``."""


def remarks_on(package: Package, roots: Iterable[etree._Element], name: str) -> Sequence[Message]:
    """What somebody should know before letters are made of a template.

    Args:
        package: The template.
        roots: Its parts with text.
        name: The template, for errors.
    """
    parts = list(roots)
    changes = sum(1 for root in parts for _ in _changes(root))
    marks = sum(1 for root in parts for _ in root.iter("{*}commentReference"))
    comments = max(marks, sum(_comments(package, name)))
    return (*_told_of_changes(changes), *_told_of_comments(comments))


def _told_of_changes(count: int) -> Iterator[Message]:
    if count == 1:
        yield Message(
            "has 1 tracked change, which goes out with each letter; accept or reject it in Word"
        )
    elif count:
        yield Message(
            "has {count} tracked changes, which go out with each letter; "
            "accept or reject them in Word",
            count=count,
        )


def _told_of_comments(count: int) -> Iterator[Message]:
    if count == 1:
        yield Message("has 1 comment, which goes out with each letter; delete it in Word")
    elif count:
        yield Message(
            "has {count} comments, which go out with each letter; delete them in Word", count=count
        )


def _changes(root: etree._Element) -> Iterator[etree._Element]:
    """The tracked changes of a part; what Word cut into several pieces is one."""
    for element in root.iter(etree.Element):
        kind = name_in(element)
        if kind in _CHANGES:
            if not _goes_on(element) and not _is_of_a_mark(element):
                yield element
        elif kind.endswith(_OF_FORMATS) and value_of(element, "author"):
            yield element


def _goes_on(element: etree._Element) -> bool:
    """Whether the change before is the same one."""
    before = element.getprevious()
    while before is not None and (before.tag is etree.Comment or name_in(before) in _UNSEEN):
        before = before.getprevious()
    return (
        before is not None
        and before.tag == element.tag
        and value_of(before, "author") == value_of(element, "author")
    )


def _is_of_a_mark(element: etree._Element) -> bool:
    """Whether a change is that of a paragraph's end whose text was changed alike."""
    around = element.getparent()
    if around is None or name_in(around) != "rPr":
        return False
    paragraph = next(around.iterancestors("{*}p"), None)
    return paragraph is not None and any(
        each.getparent() is not around for each in paragraph.iter(element.tag)
    )


_UNSEEN = frozenset({"proofErr", "bookmarkStart", "bookmarkEnd"})


def _comments(package: Package, name: str) -> Iterator[int]:
    """How many comments the lists of comments hold."""
    for part, content in package.members.items():
        if part.rpartition("/")[2].startswith("comments") and part.endswith(".xml"):
            root = parse_xml(content, name, part)
            yield len(root.findall("{*}comment"))
