"""Cutting the merge fields out of a part.

A simple field is an element (``w:fldSimple``). A complex field is a row of runs between a
``begin`` and an ``end``, with its instruction before a ``separate`` and its last result after
it; the instruction may be split over many runs, and fields may stand inside fields. Each merge
field is replaced by one run with the formatting of its result and a mark for text.
"""

import re
from collections.abc import Iterable
from copy import deepcopy

import attrs
from lxml import etree

from segmentation.errors import BadDocument, Message, text_of

from ._bookmarks import bookmarks_of
from ._instructions import (
    Choice,
    Composed,
    Inside,
    Instruction,
    Merge,
    Readable,
    Setting,
    Token,
    branches_of,
    kind_of,
    mark,
    read_instruction,
    tokens_of,
)
from ._pieces import END, HOLE, NEVER, condition

SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_PRIVATE = re.compile("[\ue000\ue001]")
_TYPED = re.compile(r"«([^\W\d]\w*)»")
_HOLDERS = frozenset({"HYPERLINK", "TC", "XE"})
"""Kinds of fields that may hold merge fields in their instruction and show something else."""
_CHARACTER_FORMAT = ("\\*", "charformat")


@attrs.frozen(eq=False)
class _Piece:
    """What stands in an instruction, and where.

    Attributes:
        start: Where its text begins in the instruction.
        end: Where it ends; the same place, if it is no text: a picture.
        runs: The elements.
        inner: The field, if it is one.
        like: The run that has its formatting.
    """

    start: int
    end: int
    runs: list[etree._Element]
    inner: Readable | None = None
    like: etree._Element | None = None


@attrs.define(eq=False)
class _Field:
    """A complex field while it is read, and where its pieces stand.

    A foreign one has a field in its instruction that is Word's own, as a page number is.
    """

    begin: etree._Element
    parent: "_Field | None"
    instruction: str = ""
    inner: list[Readable] = attrs.field(factory=list)
    instruction_run: etree._Element | None = None
    result_run: etree._Element | None = None
    runs: list[etree._Element] = attrs.field(factory=list)
    separated: bool = False
    foreign: bool = False
    holes: list[tuple[list[etree._Element], Readable]] = attrs.field(factory=list)
    pieces: list[_Piece] = attrs.field(factory=list)

    def add_inner(
        self, runs: list[etree._Element], inner: Readable, like: etree._Element | None
    ) -> None:
        """Take up a field inside the instruction: its value becomes a part of that."""
        start = len(self.instruction)
        self.instruction += mark(len(self.inner))
        self.inner.append(inner)
        self.holes.append((runs, inner))
        self.pieces.append(_Piece(start, len(self.instruction), runs, inner, like))


@attrs.frozen(eq=False)
class _Reference:
    """A REF field, as Word left it.

    Attributes:
        bookmark: What it refers to, in small letters.
        elements: All of it.
        result: What it shows.
        like: The run that has the formatting of that.
        end: The element before which the result stands; ``None`` for a simple field.
    """

    bookmark: str
    elements: list[etree._Element]
    result: list[etree._Element]
    like: etree._Element | None
    end: etree._Element | None


class Cutter:
    """Cuts the fields out of the parts of one template, and numbers them throughout.

    Attributes:
        holes: What fills each mark, by its number.
        typed: What stands in the text as a field's result does, «Name», and is no field.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self.holes: list[Instruction] = []
        self.typed: list[str] = []
        self._settings: dict[str, Composed] = {}
        self._references: list[_Reference] = []

    def cut(self, root: etree._Element) -> None:
        """Replace the merge fields of a part by marks.

        Raises:
            BadDocument: A field has no end, or is one that no letter can have.
        """
        self._w = etree.QName(root).namespace or ""
        _take_out_private_characters(root)
        self._split_runs(root)
        self._cut_complex(root)
        for simple in list(root.iter(self._tag("fldSimple"))):
            self._cut_simple(simple)
        for paragraph in root.iter(self._tag("p")):
            text = "".join(piece.text or "" for piece in paragraph.iter(self._tag("t")))
            self.typed += _TYPED.findall(text)

    def _tag(self, name: str) -> str:
        return f"{{{self._w}}}{name}"

    # -- simple fields ----------------------------------------------------------------------

    def _cut_simple(self, simple: etree._Element) -> None:
        text = simple.get(self._tag("instr"), "")
        instruction = self._read(text, [])
        like = simple.find(self._tag("r"))
        if instruction is not None:
            self._replace([simple], self._run(instruction, like, "t"))
        elif kind_of(text) == "REF":
            self._refer(text, [simple], list(simple), like, None)

    # -- complex fields ---------------------------------------------------------------------

    def _split_runs(self, root: etree._Element) -> None:
        """Give each field character, and each piece of an instruction, a run of its own."""
        marks = (self._tag("fldChar"), self._tag("instrText"))
        properties = self._tag("rPr")
        for run in list(root.iter(self._tag("r"))):
            pieces = [child for child in run if child.tag != properties]
            if len(pieces) < 2 or not any(piece.tag in marks for piece in pieces):  # noqa: PLR2004
                continue
            tail, run.tail = run.tail, None
            last = run
            for piece in pieces[1:]:
                single = etree.Element(run.tag, dict(run.attrib))
                if run.find(properties) is not None:
                    single.append(deepcopy(run.find(properties)))
                single.append(piece)
                last.addnext(single)
                last = single
            last.tail = tail

    def _cut_complex(self, root: etree._Element) -> None:
        field: _Field | None = None
        simple = self._tag("fldSimple")
        for run in list(root.iter(self._tag("r"), simple)):
            if run.tag == simple:
                field = self._simple_inside(run, field)
                continue
            character = run.find(self._tag("fldChar"))
            kind = "" if character is None else character.get(self._tag("fldCharType"), "")
            if kind == "begin":
                field = _Field(run, field)
            elif field is not None:
                field = self._next_run(run, kind, field)
        if field is not None:
            reason = Message("the field {field!r} has no end", field=field.instruction.strip())
            raise BadDocument(self._name, reason)

    def _simple_inside(self, simple: etree._Element, field: _Field | None) -> _Field | None:
        """A simple field inside the instruction of a complex one."""
        instruction = self._read(simple.get(self._tag("instr"), ""), [])
        if field is not None and not field.separated and instruction is None:
            field.foreign = True
        elif field is not None and not field.separated and instruction is not None:
            field.add_inner([simple], instruction, simple.find(self._tag("r")))
            field.runs.append(simple)
        return field

    def _next_run(self, run: etree._Element, kind: str, field: _Field) -> _Field | None:
        if kind == "separate":
            field.separated = True
        elif kind == "end":
            field.runs.append(run)
            self._finish(field)
            return field.parent
        elif field.separated:
            field.result_run = run if field.result_run is None else field.result_run
        else:
            start = len(field.instruction)
            for piece in run.iterfind(self._tag("instrText")):
                field.instruction += piece.text or ""
                field.instruction_run = (
                    run if field.instruction_run is None else field.instruction_run
                )
            field.pieces.append(_Piece(start, len(field.instruction), [run]))
        field.runs.append(run)
        return field

    def _finish(self, field: _Field) -> None:
        instruction = None if field.foreign else self._read(field.instruction, field.inner)
        if instruction is None and field.holes:
            self._check_holder(field)
        outer = field.parent
        if outer is not None and not outer.separated:
            self._finish_inside(field, outer, instruction)
            return
        runs = [field.begin, *field.runs]
        if instruction is None:
            for inside, inner in field.holes:
                self._replace(inside, self._run(Inside(inner), None, "instrText"))
            if kind_of(field.instruction) == "REF":
                self._refer_by(field)
        elif isinstance(instruction, Choice) and self._is_rich(field):
            runs = self._cut_rich(field, instruction)
        else:
            if isinstance(instruction, Setting):
                self._settings[instruction.bookmark.casefold()] = instruction.content
            formatted = field.result_run
            if formatted is None or _CHARACTER_FORMAT in _switches_of(instruction):
                formatted = field.instruction_run
            filled = self._run(instruction, formatted, "t")
            self._replace(runs, filled)
            runs = [filled]
        if outer is not None:
            outer.runs += runs
            outer.result_run = runs[0] if outer.result_run is None else outer.result_run

    def _finish_inside(self, field: _Field, outer: _Field, instruction: Readable | None) -> None:
        """A field inside another's instruction: its value becomes a part of that."""
        runs = [field.begin, *field.runs]
        outer.runs += runs
        if instruction is None:
            outer.foreign = True
            outer.holes += field.holes
            outer.pieces.append(_Piece(len(outer.instruction), len(outer.instruction), runs))
            return
        if isinstance(instruction, Choice) and self._is_rich(field):
            reason = Message(
                "the field {field} chooses more than text and stands inside another field",
                field=_shown(field.instruction),
            )
            raise BadDocument(self._name, reason)
        like = field.instruction_run if field.result_run is None else field.result_run
        outer.add_inner(runs, instruction, like)

    # -- texts of conditions that are more than text ------------------------------------------

    def _is_rich(self, field: _Field) -> bool:
        """Whether a condition chooses paragraphs, pictures, tables, or text in several formats."""
        paragraphs = {self._paragraph_of(piece.runs[0]) for piece in field.pieces}
        if len(paragraphs) > 1:
            return True
        spans = _spans(field)
        inside = [piece for piece in field.pieces if _region(piece, spans) in _CHOSEN]
        if any(self._is_more_than_text(piece) for piece in inside if piece.inner is None):
            return True
        texts = [
            piece
            for piece in inside
            if piece.inner or field.instruction[piece.start : piece.end].strip()
        ]
        return len({self._format_of(piece.like, piece.runs[0]) for piece in texts}) > 1

    def _paragraph_of(self, run: etree._Element) -> etree._Element | None:
        return next(run.iterancestors(self._tag("p")), None)

    def _is_more_than_text(self, piece: _Piece) -> bool:
        return any(
            etree.QName(child).localname not in _TEXT_ONLY
            for run in piece.runs
            for child in run.iterchildren(etree.Element)
        )

    def _format_of(self, like: etree._Element | None, run: etree._Element) -> bytes:
        """The formatting of a run, but for what nobody sees."""
        properties = (run if like is None else like).find(self._tag("rPr"))
        if properties is None:
            return b""
        seen = (each for each in properties if etree.QName(each).localname not in _UNSEEN)
        return b"".join(etree.tostring(each, with_tail=False) for each in seen)

    def _cut_rich(self, field: _Field, choice: Choice) -> list[etree._Element]:
        """Put marks around the texts of a condition, which stay what they are.

        What is between two marks leaves a letter as it stands, tags and all. So a text may begin in
        one paragraph and end in another: without it, the two are one.
        """
        number = len(self.holes)
        self.holes.append(choice)
        spans = _spans(field)
        region, marks = 0, [self._stretch(NEVER)]
        field.begin.addprevious(marks[0])
        borders = [field.begin]
        for piece in field.pieces:
            for part, of in self._parts(piece, spans):
                while region < of:
                    region += 1
                    for text in (END, _beginning(region, number)):
                        marks.append(self._stretch(text))
                        part.runs[0].addprevious(marks[-1])
                    borders.append(part.runs[0])
                if region in _CHOSEN:
                    self._show(part)
        last = field.runs[-1]
        while region < _LAST:
            region += 1
            anchor = self._after_instruction(field)
            for text in (END, _beginning(region, number)):
                marks.append(self._stretch(text))
                anchor.addprevious(marks[-1])
        marks.append(self._stretch(END))
        last.addnext(marks[-1])
        self._check_level([*borders, last], field)
        return [*marks, field.begin, *field.runs]

    def _after_instruction(self, field: _Field) -> etree._Element:
        """The run that ends an instruction: what separates it from its result, or its end."""
        inner = [run for piece in field.pieces for run in piece.runs]
        ends = (run for run in field.runs if run.find(self._tag("fldChar")) is not None)
        return next(run for run in ends if run not in inner)

    def _stretch(self, text: str) -> etree._Element:
        run = etree.Element(self._tag("r"))
        etree.SubElement(run, self._tag("t")).text = text
        return run

    def _parts(self, piece: _Piece, spans: "tuple[int, int, int, int]") -> list[tuple[_Piece, int]]:
        """A piece, or the runs that it is cut into where a text begins or ends."""
        cuts = [at for at in spans if piece.start < at < piece.end]
        if piece.inner is not None or not cuts:
            return [(piece, _region(piece, spans))]
        run = piece.runs[0]
        text = run.findtext(self._tag("instrText")) or ""
        parts = []
        for start, end in zip([piece.start, *cuts], [*cuts, piece.end], strict=True):
            single = deepcopy(run)
            single.tail = None
            single.find(self._tag("instrText")).text = text[start - piece.start : end - piece.start]
            run.addprevious(single)
            part = _Piece(start, end, [single])
            parts.append((part, _region(part, spans)))
        run.getparent().remove(run)
        return parts

    def _show(self, piece: _Piece) -> None:
        """Make what stands in an instruction what is shown."""
        if piece.inner is not None:
            self._replace(piece.runs, self._run(piece.inner, piece.like, "t"))
            return
        for run in piece.runs:
            for text in run.findall(self._tag("instrText")):
                text.tag = self._tag("t")
                text.set(SPACE, "preserve")
                text.text = re.sub(r"\\(.)", r"\1", text.text or "")

    def _check_level(self, borders: list[etree._Element], field: _Field) -> None:
        """What is between two marks must be whole when it is gone."""
        parents = {run.getparent() for run in borders}
        if len(parents) == 1:
            return
        homes = {parent.getparent() for parent in parents}
        if len(homes) > 1 or any(parent.tag != self._tag("p") for parent in parents):
            reason = Message(
                "the texts of the field {field} begin and end in different places",
                field=_shown(field.instruction),
            )
            raise BadDocument(self._name, reason)

    # -- references -------------------------------------------------------------------------

    def _refer_by(self, field: _Field) -> None:
        at = next(
            (
                at
                for at, run in enumerate(field.runs)
                if (found := run.find(self._tag("fldChar"))) is not None
                and found.get(self._tag("fldCharType")) == "separate"
            ),
            None,
        )
        result = [] if at is None else field.runs[at + 1 : -1]
        like = field.instruction_run if field.result_run is None else field.result_run
        elements = [field.begin, *field.runs]
        self._refer(field.instruction, elements, result, like, field.runs[-1], cut=at is None)

    def _refer(
        self,
        text: str,
        elements: list[etree._Element],
        result: list[etree._Element],
        like: etree._Element | None,
        end: etree._Element | None,
        *,
        cut: bool = False,
    ) -> None:
        """Take up a REF field that shows the text of a bookmark, and no number of it."""
        tokens = list(tokens_of(text))
        if len(tokens) < _REFERRING or _NUMBER_OF.search(text) or cut:
            return
        name = tokens[1].text.casefold()
        self._references.append(_Reference(name, elements, result, like, end))

    def refer(self, roots: Iterable[etree._Element]) -> None:
        """Let REF fields show what their bookmarks hold in each letter, once all is cut."""
        bookmarks: dict[str, str] = {}
        for root in roots:
            bookmarks.update(bookmarks_of(root))
        for reference in self._references:
            self._w = etree.QName(reference.elements[0]).namespace or ""
            setting = self._settings.get(reference.bookmark)
            text = bookmarks.get(reference.bookmark, "")
            if setting is not None:
                self._replace(reference.elements, self._run(setting, reference.like, "t"))
            elif HOLE.search(text):
                shown = self._run(Composed(text, self.holes), reference.like, "t")
                if reference.end is None:
                    reference.elements[0].append(shown)
                else:
                    reference.end.addprevious(shown)
                for run in reference.result:
                    run.getparent().remove(run)

    # -- what both have in common -----------------------------------------------------------

    def _read(self, text: str, inner: list[Readable]) -> Readable | None:
        try:
            return read_instruction(text, inner)
        except ValueError as error:
            raise BadDocument(self._name, text_of(error)) from error

    def _check_holder(self, field: _Field) -> None:
        """A field with merge fields in it is ours, or one that Word works out when it shows it."""
        kind = kind_of(field.instruction)
        if kind not in _HOLDERS and not field.foreign:
            names = ", ".join(name for _, inner in field.holes for name in inner.names)
            reason = Message(
                "the field {kind} of {names} is not worked out here", kind=kind, names=names
            )
            raise BadDocument(self._name, reason)

    def _run(
        self, instruction: Instruction, like: etree._Element | None, text: str
    ) -> etree._Element:
        """A run with a mark, formatted like another."""
        run = etree.Element(self._tag("r"))
        properties = None if like is None else like.find(self._tag("rPr"))
        if properties is not None:
            run.append(deepcopy(properties))
        marked = etree.SubElement(run, self._tag(text), {SPACE: "preserve"})
        self.holes.append(instruction)
        marked.text = mark(len(self.holes) - 1)
        return run

    @staticmethod
    def _replace(runs: list[etree._Element], filled: etree._Element) -> None:
        """Put a run where others were, and take out the paragraphs that were theirs alone."""
        runs[0].addprevious(filled)
        first = filled.getparent()
        for run in runs:
            paragraph = run.getparent()
            paragraph.remove(run)
            home = paragraph.getparent()
            if paragraph is not first and home is not None and not _holds_anything(paragraph):
                home.remove(paragraph)


_TEXT_ONLY = frozenset({"instrText", "rPr", "lastRenderedPageBreak", "proofErr"})
_UNSEEN = frozenset({"lang", "noProof"})
_CHOSEN = frozenset({1, 3})
"""Of the five regions of an IF field, those that hold its texts."""
_LAST = 4
_REFERRING = 2
_NUMBER_OF = re.compile(r"\\[nprwNPRWfF]\b")
"""Switches by which REF shows a number or a place, and not the text."""


def _spans(field: _Field) -> tuple[int, int, int, int]:
    """Where the two texts of a condition begin and end in its instruction."""
    tokens = list(tokens_of(field.instruction))
    then, otherwise = branches_of(tokens)
    end = tokens[-1].end
    first, last = _inner(then, end), _inner(otherwise, end)
    return (*first, *last)


def _inner(token: Token | None, end: int) -> tuple[int, int]:
    if token is None:
        return end, end
    quotes = token.kind == "quoted"
    return token.start + quotes, token.end - quotes


def _region(piece: _Piece, spans: tuple[int, int, int, int]) -> int:
    """In which region a piece stands: 1 and 3 are the texts."""
    if piece.start == piece.end:
        inside = [number for number in (0, 2) if spans[number] <= piece.start <= spans[number + 1]]
        if inside:
            return inside[0] + 1
    return sum(piece.start >= at for at in spans)


def _beginning(region: int, number: int) -> str:
    """The mark that begins a region."""
    if region not in _CHOSEN:
        return NEVER
    return condition(number, holds=region == 1)


def _shown(instruction: str) -> str:
    return HOLE.sub("...", instruction).strip()


def _switches_of(instruction: Instruction) -> list[tuple[str, str]]:
    switches = instruction.switches if isinstance(instruction, Merge) else ()
    return [(switch, argument.casefold()) for switch, argument in switches]


def _take_out_private_characters(root: etree._Element) -> None:
    """What marks are made of cannot come from the template itself."""
    for element in root.iter():
        if isinstance(element.tag, str) and element.text:
            element.text = _PRIVATE.sub("", element.text)


def _holds_anything(paragraph: etree._Element) -> bool:
    return any(etree.QName(child).localname not in {"pPr", "proofErr"} for child in paragraph)
