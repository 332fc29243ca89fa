"""Pieces of XML with holes between them, and the texts that fill the holes."""

import re
from collections.abc import Sequence

import attrs

from segmentation.documents import Formats

from ._instructions import Choice, Instruction, Values

_MARK = re.compile("\ue000([0-9]+|#|~|=[0-9]+|@[0-9]+|[?!][0-9]+|[\\[()/-])\ue001".encode())
_OPEN_TEXT = re.compile(rb"<([^\s<>/]+:)?t [^<>]*>$")
_NOT_XML = re.compile("[\x00-\x08\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_BREAK_OR_TAB = re.compile("\r\n|[\n\t\r\v\f\u2028\u2029]")
NUMBER = "\ue000#\ue001"
"""The mark for a number that no other place of the document has."""
OF_LETTER = "\ue000~\ue001"
"""The mark for what tells the names of one letter's bookmarks from another's."""
NEVER, END = "\ue000-\ue001", "\ue000/\ue001"
"""The marks around what is left out of every letter."""
FIRST = "\ue000[\ue001"
"""The mark before what stands in the first letter of a document only; it ends as others do."""
_ALONE = re.compile(
    rb"<(?P<w>(?:[^\s<>/]*:)?)r><(?P=w)t(?: [^<>]*)?>(?P<mark>"
    + "\ue000(?:[?!][0-9]+|[\\[/-])\ue001".encode()
    + rb")</(?P=w)t></(?P=w)r>"
)
"""A mark around a stretch, in a run of its own."""
HOLE = re.compile("\ue000[0-9]+\ue001")
"""The mark of a field."""
BLANKABLE = "segmentation-blankable"
"""The attribute of a paragraph that is left out if all that is filled in there is blank."""
_BLANKABLE = re.compile(
    rb"<(?P<tag>[^\s<>/]*\bp)(?P<before>(?: [^<>]*?)?) " + BLANKABLE.encode() + rb'="1"'
    rb"(?P<rest>[^<>]*>.*?</(?P=tag)>)",
    re.DOTALL,
)


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
        first_identity: The first of the identities of this letter that several places share.
    """

    instructions: Sequence[Instruction]
    values: Values
    formats: Formats
    letter: int = 0
    number: int = 0
    first_identity: int = 0

    def holds(self, hole: str) -> bool:
        """Whether the stretch that a mark begins stands in this letter."""
        if hole == "[":
            return self.letter == 0
        choice = self.instructions[int(hole[1:])]
        return isinstance(choice, Choice) and choice.holds(self.values, self.formats) is (
            hole[0] == "?"
        )

    def text(self, hole: str) -> str:
        """What fills a hole."""
        if hole == "#":
            self.number += 1
            return str(self.number)
        if hole == "~":
            return f"_{self.letter + 1}" if self.letter else ""
        if hole[0] == "=":
            return str(self.first_identity + int(hole[1:]))
        if hole[0] == "@":
            return relationship_id(self.letter, int(hole[1:]))
        return self.instructions[int(hole)].text(self.values, self.formats)


def identity(number: int) -> str:
    """The mark for an identity that several places of one letter share, by its number."""
    return f"\ue000={number}\ue001"


def condition(number: int, *, holds: bool) -> str:
    """The mark before what stands in a letter if a condition holds, or if it does not."""
    return f"\ue000{'?' if holds else '!'}{number}\ue001"


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
        marked = _BLANKABLE.sub(_PARAGRAPH, _ALONE.sub(rb"\g<mark>", xml))
        found = _without_never(_MARK.split(marked))
        prefix = next(
            ((text[1] or b"").decode() for text in map(_OPEN_TEXT.search, found) if text), ""
        )
        return cls(tuple(found[::2]), tuple(mark.decode() for mark in found[1::2]), prefix)

    @property
    def fields(self) -> Sequence[int]:
        """The numbers of the fields that stand here, in their order."""
        numbers = (hole.removeprefix("?") for hole in self.holes)
        return [int(number) for number in numbers if number.isdecimal()]

    def filled(self, texts: Texts) -> bytes:
        """The XML with its holes filled; all that is not XML, or could end the run, is escaped.

        Raises:
            ValueError: A sum cannot be worked out.
        """
        joined = [self.texts[0]]
        stretches: list[_Stretch] = []
        left_out = 0
        for hole, after in zip(self.holes, self.texts[1:], strict=True):
            if hole in _ENDS:
                stretch = stretches.pop()
                left_out -= not stretch.stays
                if not stretch.stays or (hole == ")" and stretch.blank):
                    del joined[stretch.start :]
            elif hole == "(":
                stretches.append(_Stretch(len(joined)))
            elif hole[0] in _BEGINS:
                stays = not left_out and texts.holds(hole)
                left_out += not stays
                stretches.append(_Stretch(len(joined), stays=stays))
            elif not left_out:
                text = texts.text(hole)
                if text.strip():
                    for stretch in stretches:
                        stretch.blank = False
                joined.append(self._escaped(text))
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


_PARAGRAPH = "\ue000(\ue001".encode() + rb"<\g<tag>\g<before>\g<rest>" + "\ue000)\ue001".encode()
_ENDS = frozenset({")", "/"})
_BEGINS = frozenset("?![")
_NEVER = b"-"
_CLOSING = frozenset({b"/", b")"})


def _without_never(found: Sequence[bytes]) -> Sequence[bytes]:
    """Pieces and marks in turn, without the stretches that stand in no letter."""
    kept: list[bytes] = [found[0]]
    depth: list[bool] = []
    for mark, after in zip(found[1::2], found[2::2], strict=True):
        was_out = any(depth)
        if mark in _CLOSING:
            never = depth.pop()
        else:
            never = mark == _NEVER
            if never or mark[:1] in b"?![(":
                depth.append(never)
        if was_out and any(depth):
            continue
        if never:
            kept[-1] += after if not any(depth) else b""
        else:
            kept += [mark, after]
    return kept


@attrs.define
class _Stretch:
    """A stretch of XML that may be left out.

    Attributes:
        start: Where it begins, among what is joined.
        stays: Whether it stands in this letter.
        blank: Whether all that was filled in there is blank.
    """

    start: int
    stays: bool = True
    blank: bool = True
