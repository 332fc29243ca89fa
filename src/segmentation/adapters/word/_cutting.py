"""Cutting the merge fields out of a part.

A simple field is an element (``w:fldSimple``). A complex field is a row of runs between a
``begin`` and an ``end``, with its instruction before a ``separate`` and its last result after
it; the instruction may be split over many runs, and fields may stand inside fields. Each merge
field is replaced by one run with the formatting of its result and a mark for text.
"""

import re
from copy import deepcopy

import attrs
from lxml import etree

from segmentation.errors import BadDocument, Message, text_of

from ._instructions import (
    Inside,
    Instruction,
    Merge,
    Readable,
    kind_of,
    mark,
    read_instruction,
)

SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_PRIVATE = re.compile("[\ue000\ue001]")
_TYPED = re.compile(r"«([^\W\d]\w*)»")
_HOLDERS = frozenset({"HYPERLINK", "TC", "XE"})
"""Kinds of fields that may hold merge fields in their instruction and show something else."""
_CHARACTER_FORMAT = ("\\*", "charformat")


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
        instruction = self._read(simple.get(self._tag("instr"), ""), [])
        if instruction is not None:
            like = simple.find(self._tag("r"))
            self._replace([simple], self._run(instruction, like, "t"))

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
            field.instruction += mark(len(field.inner))
            field.inner.append(instruction)
            field.holes.append(([simple], instruction))
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
            for piece in run.iterfind(self._tag("instrText")):
                field.instruction += piece.text or ""
                field.instruction_run = (
                    run if field.instruction_run is None else field.instruction_run
                )
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
        else:
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
        else:
            outer.instruction += mark(len(outer.inner))
            outer.inner.append(instruction)
            outer.holes.append((runs, instruction))

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
