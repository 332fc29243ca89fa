"""Pieces of XML with holes between them, and the texts that fill the holes."""

import re
from collections.abc import Sequence

import attrs

from segmentation.documents import Formats

from ._instructions import Instruction, Values

_MARK = re.compile("\ue000([0-9]+|#|@[0-9]+)\ue001".encode())
_OPEN_TEXT = re.compile(rb"<([^\s<>/]+:)?t [^<>]*>$")
_NOT_XML = re.compile("[\x00-\x08\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_BREAK_OR_TAB = re.compile("\r\n|[\n\t\r\v\f\u2028\u2029]")
NUMBER = "\ue000#\ue001"
"""The mark for a number that no other place of the document has."""


def reference(place: int) -> str:
    """The mark for the relationship to a letter's own header or footer, by its place."""
    return f"\ue000@{place}\ue001"


@attrs.define
class Texts:
    """What fills the holes of one letter.

    Attributes:
        values: The contact's values.
        formats: How dates and numbers are written.
        letter: The number of the letter in its document, from 0.
        number: The last number given out.
    """

    instructions: Sequence[Instruction]
    values: Values
    formats: Formats
    letter: int = 0
    number: int = 0

    def text(self, hole: str) -> str:
        """What fills a hole."""
        if hole == "#":
            self.number += 1
            return str(self.number)
        if hole[0] == "@":
            return relationship_id(self.letter, int(hole[1:]))
        return self.instructions[int(hole)].text(self.values, self.formats)


def relationship_id(letter: int, place: int) -> str:
    """How a letter's own header or footer is called in the main part's relationships."""
    return f"rIdOwn{letter}x{place}"


@attrs.frozen
class Pieces:
    """A part, or a stretch of one, with its marks cut out.

    Attributes:
        texts: What stands between the holes, one more than there are holes.
        holes: The holes, as their marks name them.
        prefix: How the part calls Word's namespace: ``w:``.
    """

    texts: tuple[bytes, ...]
    holes: tuple[str, ...]
    prefix: str

    @classmethod
    def of(cls, xml: bytes) -> "Pieces":
        """Cut XML at its marks."""
        found = _MARK.split(xml)
        prefix = next(
            ((text[1] or b"").decode() for text in map(_OPEN_TEXT.search, found) if text), ""
        )
        return cls(tuple(found[::2]), tuple(mark.decode() for mark in found[1::2]), prefix)

    @property
    def fields(self) -> Sequence[int]:
        """The numbers of the fields that stand here, in their order."""
        return [int(hole) for hole in self.holes if hole.isdecimal()]

    def filled(self, texts: Texts) -> bytes:
        """The XML with its holes filled; all that is not XML, or could end the run, is escaped."""
        joined = [self.texts[0]]
        for hole, after in zip(self.holes, self.texts[1:], strict=True):
            joined.append(self._escaped(texts.text(hole)))
            joined.append(after)
        return b"".join(joined)

    def _escaped(self, text: str) -> bytes:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        text = _BREAK_OR_TAB.sub(self._element, _NOT_XML.sub("", text))
        return text.encode()

    def _element(self, found: re.Match[str]) -> str:
        name = "tab" if found[0] == "\t" else "br"
        w = self.prefix
        return f'</{w}t><{w}{name}/><{w}t xml:space="preserve">'
