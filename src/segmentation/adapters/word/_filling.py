"""Filling the controls of a layout for one letter."""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from itertools import count

import attrs
from lxml import etree

from segmentation.documents import DataPath, Formats, field_text
from segmentation.errors import Message
from segmentation.fields import Value

from ._controls import (
    Binding,
    binding_of,
    content_of,
    frame_of,
    hides_its_row,
    is_picture,
    item_of,
    name_in,
    outermost,
    property_of,
    repeats,
    value_of,
)
from ._mending import mend

SPACE = "{http://www.w3.org/XML/1998/namespace}space"
RELATIONS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
_UNWRITABLE = re.compile("[\x00-\x08\x0e-\x1f\ufffe\uffff\ud800-\udfff\ue000\ue001]")
_LINE_END = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
_PIECES = re.compile(r"(\n|\t)")
_STAY = frozenset(
    {
        "pPr",
        "bookmarkStart",
        "bookmarkEnd",
        "commentRangeStart",
        "commentRangeEnd",
        "permStart",
        "permEnd",
    }
)
"""What stays in a paragraph whose text is replaced."""
_OF_CHOICES = frozenset({"date", "dropDownList", "comboBox", "checkbox", "showingPlcHdr"})
"""Properties of a control that would change the text that it is given."""
_DRAWN = frozenset({"drawing", "pict", "object", "AlternateContent"})


@attrs.frozen
class Row:
    """The row of a repeated part that is shown.

    Attributes:
        path: The part.
        key: What the keys of its values begin with.
        number: Which one, from 1.
    """

    path: DataPath
    key: str
    number: int


class Filling:
    """Fills the controls of the parts of one letter.

    Attributes:
        texts: What bound controls show, by path and the numbers of its steps.
    """

    def __init__(
        self, values: Mapping[str, Value], formats: Formats, *, bound: bool = True
    ) -> None:
        self.texts: dict[tuple[tuple[str, int], ...], str] = {}
        self._bound = bound
        self._values = values
        self._formats = formats
        self._hiding: list[etree._Element] = []
        self._pictures: dict[str, bytes] = {}

    def fill(self, root: etree._Element) -> Mapping[str, bytes]:
        """Fill the controls of a part.

        Returns:
            Its pictures, by the relationship that names them.

        Raises:
            ValueError: A control has no value.
        """
        self._pictures = {}
        self._hiding = []
        for control in list(outermost(root)):
            self._fill(control, ())
        for control in self._hiding:
            _hide(control)
        return self._pictures

    def _fill(self, control: etree._Element, rows: Sequence[Row]) -> None:
        content = content_of(control)
        if content is None:
            return
        binding = binding_of(control)
        if binding is None:
            for inner in list(outermost(content)):
                self._fill(inner, rows)
        elif repeats(control):
            self._repeat(control, content, binding.path, rows)
        elif is_picture(control):
            self._draw(control, binding, rows)
        else:
            self._write(control, content, binding, rows)
        if hides_its_row(control):
            self._hiding.append(control)

    # -- repeated parts -------------------------------------------------------------------------

    def _repeat(
        self,
        control: etree._Element,
        content: etree._Element,
        path: DataPath,
        rows: Sequence[Row],
    ) -> None:
        """Put what a control holds in its place, once for each row."""
        model = item_of(content)
        key = _key(path, rows)
        for number in range(1, int(self._value(key)) + 1):  # type: ignore[arg-type]  # a count
            copy = deepcopy(model)
            for inner in list(outermost(copy)):
                self._fill(inner, [*rows, Row(path, f"{key}[{number}]", number)])
            for child in list(copy):
                control.addprevious(child)
        home = control.getparent()
        _take_out(control)
        mend(home)

    # -- texts ----------------------------------------------------------------------------------

    def _write(
        self,
        control: etree._Element,
        content: etree._Element,
        binding: Binding,
        rows: Sequence[Row],
    ) -> None:
        text = self._text(_key(binding.path, rows))
        numbers = _numbers(binding.path, rows)
        properties = binding.element.getparent()
        if self._bound:
            binding.at(numbers)
        else:
            properties.remove(binding.element)
        self.texts[tuple(zip(binding.path, numbers, strict=True))] = text
        like = _format_of(control, content)
        for each in list(properties):
            if name_in(each) in _OF_CHOICES or (not text and name_in(each) == "placeholder"):
                # Word would show its own words where a text is blank.
                properties.remove(each)
            elif name_in(each) == "text" and "\n" in text:
                each.set(f"{{{etree.QName(each).namespace}}}multiLine", "1")
        _put(content, _run(etree.QName(control).namespace or "", text, like))

    def _text(self, key: str) -> str:
        text = field_text(self._value(key), self._formats)
        return _LINE_END.sub("\n", _UNWRITABLE.sub("", text))

    def _value(self, key: str) -> Value:
        try:
            return self._values[key]
        except KeyError:
            raise ValueError(Message("has no value for {field}", field=key)) from None

    # -- pictures -------------------------------------------------------------------------------

    def _draw(self, control: etree._Element, binding: Binding, rows: Sequence[Row]) -> None:
        """Show a picture in the frame that is there, or none.

        The control keeps no binding: the picture stands in a part of its own.
        """
        picture = str(self._value(_key(binding.path, rows)) or "")
        for name in ("dataBinding", "showingPlcHdr"):
            found = property_of(control, name)
            if found is not None:
                found.getparent().remove(found)
        frame = frame_of(control)
        if not picture or frame is None:
            _undraw(control)
            return
        content = base64.b64decode(picture)
        relation = f"rIdPicture{hashlib.sha256(content).hexdigest()[:16]}"
        self._pictures[relation] = content
        point_to(frame, relation)


def _key(path: DataPath, rows: Sequence[Row]) -> str:
    """The key of a value: after the row of the innermost part that it belongs to."""
    for row in reversed(rows):
        if len(path) > len(row.path) and path[: len(row.path)] == row.path:
            return f"{row.key}/{'/'.join(path[len(row.path) :])}"
    return f"/{'/'.join(path)}"


def _numbers(path: DataPath, rows: Sequence[Row]) -> Sequence[int]:
    """Which of its kind each step of a path is: the row that is shown, or the first."""
    by_path = {row.path: row.number for row in rows}
    return [by_path.get(path[: end + 1], 1) for end in range(len(path))]


def point_to(frame: etree._Element, relation: str) -> None:
    """Let a frame show the picture of a relationship."""
    for extension in list(frame):
        frame.remove(extension)  # a drawing of the same picture in another form
    before = [name for name in frame.attrib if etree.QName(name).namespace in RELATIONS]
    space = next((etree.QName(name).namespace for name in before), RELATIONS[0])
    for name in before:
        frame.attrib.pop(name)
    frame.set(f"{{{space}}}{'id' if name_in(frame) == 'imagedata' else 'embed'}", relation)


def _undraw(control: etree._Element) -> None:
    for drawn in [each for each in control.iter(etree.Element) if name_in(each) in _DRAWN]:
        _take_out(drawn)
    _take_out(property_of(control, "picture"))  # an empty one would show Word's own picture


# -- texts ----------------------------------------------------------------------------------------


def _format_of(control: etree._Element, content: etree._Element) -> etree._Element | None:
    """The formatting that a control's text is to have."""
    first = next(content.iter("{*}r"), None)
    shows_help = property_of(control, "showingPlcHdr") is not None
    found = None if first is None or shows_help else first.find("{*}rPr")
    if found is None and (first is None or shows_help):
        found = property_of(control, "rPr")
    if found is None:
        return None
    like = deepcopy(found)
    for style in like.findall("{*}rStyle"):
        if value_of(style, "val") == "PlaceholderText":
            like.remove(style)
    return like


def _run(w: str, text: str, like: etree._Element | None) -> etree._Element:
    """A run with a text, its breaks and tabs."""
    run = etree.Element(f"{{{w}}}r")
    if like is not None:
        run.append(like)
    for piece in _PIECES.split(text):
        if piece == "\n":
            etree.SubElement(run, f"{{{w}}}br")
        elif piece == "\t":
            etree.SubElement(run, f"{{{w}}}tab")
        elif piece:
            etree.SubElement(run, f"{{{w}}}t", {SPACE: "preserve"}).text = piece
    return run


def _put(content: etree._Element, run: etree._Element) -> None:
    """Put a run in the place of what a control says, whichever level it is of."""
    w = etree.QName(run).namespace
    paragraph = next(content.iter(f"{{{w}}}p"), None)
    if paragraph is None:
        _replace_in(content, run)
        return
    _replace_in(paragraph, run)
    kept = paragraph
    while kept is not content:
        home = kept.getparent()
        for other in list(home):
            if other is not kept and name_in(other) in {"p", "tbl", "sdt"}:
                home.remove(other)
        kept = home


def _replace_in(home: etree._Element, run: etree._Element) -> None:
    gone = [each for each in home.iterchildren(etree.Element) if name_in(each) not in _STAY]
    if gone:
        gone[0].addprevious(run)
    else:
        home.append(run)
    for each in gone:
        home.remove(each)


# -- what is hidden -------------------------------------------------------------------------------


def _hide(control: etree._Element) -> None:
    """Take out the table row of a control that says nothing."""
    said = "".join(text.text or "" for text in control.iter("{*}t"))
    drawn = any(name_in(each) in _DRAWN for each in control.iter(etree.Element))
    if said.strip() or drawn:
        return
    holds = control.find("{*}sdtContent/{*}tr") is not None
    hidden = control if holds else next(control.iterancestors("{*}tr"), None)
    home = None if hidden is None else hidden.getparent()
    if home is not None:
        _take_out(hidden)
        mend(home)


def _take_out(element: etree._Element) -> None:
    element.getparent().remove(element)


# -- what must not be there twice -----------------------------------------------------------------


class Identities:
    """Gives what was repeated identities of its own, throughout the parts of a document."""

    def __init__(self, roots: Sequence[etree._Element]) -> None:
        self._numbers = count(1)
        self._taken = {
            kind: {identity for root in roots for _, identity in _identities(root, kind)}
            for kind in _KINDS
        }
        self._names: set[str] = set()
        self._seen: dict[str, set[str]] = {kind: set() for kind in _KINDS}

    def part(self, root: etree._Element) -> None:
        """Tell apart what a part has twice."""
        for kind in ("docPr", "sdt", "paraId"):
            for element, identity in list(_identities(root, kind)):
                if identity in self._seen[kind]:
                    _set_identity(element, kind, self._free(kind))
                self._seen[kind].add(identity)
        self._bookmarks(root)

    def _bookmarks(self, root: etree._Element) -> None:
        renamed: dict[str, str] = {}
        for mark in root.iter("{*}bookmarkStart", "{*}bookmarkEnd"):
            key = next((k for k in mark.attrib if etree.QName(k).localname == "id"), "")
            before = mark.get(key, "")
            if name_in(mark) == "bookmarkEnd":
                mark.set(key, renamed.get(before, before))
                continue
            after = self._free("bookmarkStart") if before in self._seen["bookmarkStart"] else before
            self._seen["bookmarkStart"].add(before)
            renamed[before] = after
            mark.set(key, after)
            self._rename(mark)

    def _rename(self, mark: etree._Element) -> None:
        key = next((k for k in mark.attrib if etree.QName(k).localname == "name"), "")
        name = mark.get(key, "")
        if name in self._names:
            numbered = (f"{name[:_LONGEST_NAME]}_r{number}" for number in count(2))
            name = next(each for each in numbered if each not in self._names)
            mark.set(key, name)
        self._names.add(name)

    def _free(self, kind: str) -> str:
        """A number that nothing of the kind has."""
        taken = self._taken[kind]
        written = (f"{n:08X}" if kind == "paraId" else str(n) for n in self._numbers)
        identity = next(each for each in written if each not in taken)
        taken.add(identity)
        return identity


_KINDS = ("docPr", "sdt", "paraId", "bookmarkStart")
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_LONGEST_NAME = 32


def _identities(root: etree._Element, kind: str) -> Iterator[tuple[etree._Element, str]]:
    """What has an identity of a kind, and which one."""
    if kind == "paraId":
        for element in root.iter(etree.Element):
            if f"{_W14}paraId" in element.attrib:
                yield element, element.get(f"{_W14}paraId", "")
    elif kind == "sdt":
        for element in root.iter("{*}id"):
            if name_in(element.getparent()) == "sdtPr":
                yield element, value_of(element, "val")
    else:
        for element in root.iter(f"{{*}}{kind}"):
            yield element, value_of(element, "id")


def _set_identity(element: etree._Element, kind: str, identity: str) -> None:
    if kind == "paraId":
        element.set(f"{_W14}paraId", identity)
        return
    wanted = "val" if kind == "sdt" else "id"
    for name in element.attrib:
        if etree.QName(name).localname == wanted:
            element.set(name, identity)
