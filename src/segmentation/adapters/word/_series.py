"""One Word document for many contacts: a section each, in constant memory.

Each letter begins on a page of its own with page number 1. A header or footer that holds
fields is written once for each letter; all others are shared.
"""

import re
import shutil
import zipfile
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO

import attrs
from lxml import etree

from ._instructions import kind_of, tokens_of
from ._layout import Pictures, WordLayout, with_pictures
from ._package import CONTENT_TYPES, NO_LINKS, Package, parse_xml, relationships_of, to_xml
from ._pieces import (
    BLANKABLE,
    END,
    FIRST,
    NUMBER,
    OF_LETTER,
    Pieces,
    Texts,
    identity,
    reference,
    relationship_id,
)

_CUT = "segmentation: cut here"
_R = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
"""The namespace of references to other parts; the second is that of strict Open XML."""
_W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
_IN_MEMORY = 16 * 1024 * 1024
_NOT_ON_A_NEW_PAGE = frozenset({"continuous", "nextColumn"})


@attrs.frozen
class Moving:
    """A header or footer that holds fields.

    Attributes:
        part: Its name in the template.
        id: The relationship by which the main part knows it.
        pieces: What it says.
    """

    part: str
    id: str
    pieces: Pieces

    def name(self, letter: int) -> str:
        """The name of a letter's own copy."""
        stem, _, ending = self.part.rpartition(".")
        return f"{stem}_{letter}.{ending}"


@attrs.frozen
class Stretches:
    """The pieces of which one letter is made.

    Attributes:
        head: The main part up to its body.
        body: A letter without its last paragraph.
        last: The last paragraph of the last letter.
        breaking: The last paragraph of all others; it ends their section.
        tail: The last section and the end of the main part.
        moving: Headers and footers that hold fields.
        identities: How many identities the letter has: those of its bookmarks.
        pictures: The pictures of a layout's data, by part and relationship.
    """

    head: Pieces
    body: Pieces
    last: Pieces
    breaking: Pieces
    tail: Pieces
    moving: Sequence[Moving]
    identities: int
    pictures: Mapping[str, Pictures]


@attrs.frozen
class Series:
    """What a document for many contacts is made of.

    Attributes:
        main: The name of the main part.
        moving: Headers and footers that hold fields.
        shared: The members that all letters share, packed.
        types: The list of content types.
        relationships: The main part's relationships.
        members: The members of the template.
        stretches: Gives the pieces of a letter; the same for all but in a layout.
    """

    main: str
    moving: Sequence[Moving]
    shared: bytes
    types: bytes
    relationships: bytes
    members: Mapping[str, bytes]
    stretches: Callable[[Texts], Stretches]

    def write(self, first: Texts, more: Iterable[Texts], file: IO[bytes]) -> int:
        """Write a document; returns how many letters it holds."""
        shutil.copyfileobj(BytesIO(self.shared), file)
        with (
            zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive,
            SpooledTemporaryFile(_IN_MEMORY) as spool,
        ):
            pictures = _Pictures(archive)
            count = self._write_letters(first, more, pictures, spool)
            self._write_lists(archive, count, pictures.of_main)
            spool.seek(0)
            with archive.open(self.main, "w", force_zip64=True) as main:
                shutil.copyfileobj(spool, main)
        return count

    def _write_letters(
        self, first: Texts, more: Iterable[Texts], pictures: "_Pictures", spool: IO[bytes]
    ) -> int:
        stretches = self.stretches(first)
        spool.write(stretches.head.filled(first))
        self._write_letter(first, stretches, pictures, spool)
        before = first
        for texts in more:
            spool.write(stretches.breaking.filled(before))
            texts.letter, texts.number = before.letter + 1, before.number
            texts.first_identity = before.first_identity + stretches.identities
            stretches = self.stretches(texts)
            self._write_letter(texts, stretches, pictures, spool)
            before = texts
        spool.write(stretches.last.filled(before))
        spool.write(stretches.tail.filled(before))
        return before.letter + 1

    def _write_letter(
        self, texts: Texts, stretches: Stretches, pictures: "_Pictures", spool: IO[bytes]
    ) -> None:
        spool.write(stretches.body.filled(texts))
        pictures.of_main |= pictures.written(stretches.pictures.get(self.main, {}))
        for moving in stretches.moving:
            own = pictures.written(stretches.pictures.get(moving.part, {}))
            self._write_own(moving, texts, pictures.archive, own)

    def _write_own(
        self, moving: Moving, texts: Texts, archive: zipfile.ZipFile, pictures: Mapping[str, str]
    ) -> None:
        name = moving.name(texts.letter)
        archive.writestr(name, moving.pieces.filled(texts))
        links = self.members.get(relationships_of(moving.part))
        if links is not None:
            archive.writestr(relationships_of(name), with_pictures(links, pictures))

    def _write_lists(
        self, archive: zipfile.ZipFile, count: int, pictures: Mapping[str, str]
    ) -> None:
        types = parse_xml(self.types, self.main, CONTENT_TYPES)
        relationships = with_pictures(self.relationships, pictures)
        links = parse_xml(relationships, self.main, relationships_of(self.main))
        by_part = {entry.get("PartName", "").lstrip("/"): entry for entry in types}
        by_id = {entry.get("Id", ""): entry for entry in links}
        folder = self.main.rpartition("/")[0]
        for place, moving in enumerate(self.moving):
            override, link = by_part[moving.part], by_id[moving.id]
            for letter in range(count):
                name = moving.name(letter)
                own = deepcopy(override)
                own.set("PartName", f"/{name}")
                types.append(own)
                to_own = deepcopy(link)
                to_own.set("Id", relationship_id(letter, place))
                to_own.set("Target", name.removeprefix(f"{folder}/"))
                links.append(to_own)
            types.remove(override)
            links.remove(link)
        archive.writestr(CONTENT_TYPES, to_xml(types))
        archive.writestr(relationships_of(self.main), to_xml(links))


class _Pictures:
    """Writes each picture once.

    Attributes:
        archive: Where they are written.
        of_main: Those of the main part, of all letters: parts by relationship.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.of_main: dict[str, str] = {}
        self._there: set[str] = set()

    def written(self, pictures: Pictures) -> Mapping[str, str]:
        """Write pictures that are not there yet; returns the part of each relationship."""
        for picture in pictures.values():
            if picture.part not in self._there:
                self._there.add(picture.part)
                self.archive.writestr(picture.part, picture.content)
        return {relation: picture.part for relation, picture in pictures.items()}


def make_series(
    package: Package,
    roots: Mapping[str, etree._Element],
    parts: Mapping[str, Pieces],
    layout: WordLayout | None = None,
) -> Series:
    """Prepare a template for many letters in one document.

    Args:
        package: The template.
        roots: The roots of its parts, with the fields cut out, by name.
        parts: All parts that hold fields, by name.
        layout: What fills its controls, if it is a layout. They are bound to nothing then, since
            the data of all letters do not go into one part.
    """
    if layout:
        parts = {**parts, **{part: Pieces.of(to_xml(root)) for part, root in layout.roots.items()}}
    members = {**package.members, **(layout.without_data() if layout else {})}
    stretches = _stretches_of(package, roots, parts, {})
    own = {item.part for item in stretches.moving}
    own |= {relationships_of(part) for part in own}
    lists = {package.main, relationships_of(package.main), CONTENT_TYPES}

    def fill(texts: Texts) -> Stretches:
        if layout is None:
            return stretches
        filled = layout.fill_unbound(texts.values, texts.formats)
        return _stretches_of(package, {**roots, **filled.roots}, parts, filled.pictures)

    return Series(
        main=package.main,
        moving=stretches.moving,
        shared=pack(members, without=lists | own),
        types=package.members[CONTENT_TYPES],
        relationships=package.members.get(relationships_of(package.main), NO_LINKS),
        members=package.members,
        stretches=fill,
    )


def _stretches_of(
    package: Package,
    roots: Mapping[str, etree._Element],
    parts: Mapping[str, Pieces],
    pictures: Mapping[str, Pictures],
) -> Stretches:
    relationships = package.members.get(relationships_of(package.main), NO_LINKS)
    moving = list(_moving(package, relationships, parts))
    names = [item.part for item in moving]
    uniques = Uniques({part: roots[part] for part in [package.main, *names]})
    moving = [
        attrs.evolve(item, pieces=Pieces.of(_serialized(uniques.roots[item.part])))
        for item in moving
    ]
    places = {item.id: place for place, item in enumerate(moving)}
    main = _Main(uniques.roots[package.main], places)
    head, body, last, breaking, tail = main.stretches()
    return Stretches(
        head, body, last, breaking, tail, moving, identities=uniques.count, pictures=pictures
    )


def pack(members: Mapping[str, bytes], *, without: Container[str]) -> bytes:
    """An archive of some members, to which others are added."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            if name not in without:
                archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _moving(
    package: Package, relationships: bytes, parts: Mapping[str, Pieces]
) -> Iterator[Moving]:
    folder = package.main.rpartition("/")[0]
    for link in parse_xml(relationships, package.main, relationships_of(package.main)):
        target = link.get("Target", "")
        part = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
        if part in parts and package.parts.get(part) in {"header", "footer"}:
            yield Moving(part, link.get("Id", ""), parts[part])


class _Main:
    """The main part, made ready to be repeated."""

    def __init__(self, root: etree._Element, moving: Mapping[str, int]) -> None:
        self._root = root
        self._w = etree.QName(root).namespace
        self._body = root.find(f"{{{self._w}}}body")
        self._moving = moving

    def _tag(self, name: str) -> str:
        return f"{{{self._w}}}{name}"

    def stretches(self) -> Sequence[Pieces]:
        """Head, body, last paragraph, the same with a break, tail."""
        body = self._body
        self._refer_to_own()
        section = body[-1] if len(body) and body[-1].tag == self._tag("sectPr") else None
        if section is None:
            section = etree.SubElement(body, self._tag("sectPr"))
        self._begin_anew(next(self._root.iter(self._tag("sectPr"))))
        last = section.getprevious()
        if last is None or last.tag != self._tag("p") or self._ends_section(last):
            breaking = etree.Element(self._tag("p"))
            body.insert(0, etree.Comment(_CUT))
            section.addprevious(etree.Comment(_CUT))
        else:
            last.attrib.pop(BLANKABLE, None)  # it ends the letter
            breaking = deepcopy(last)
            body.insert(0, etree.Comment(_CUT))
            last.addprevious(etree.Comment(_CUT))
        section.addprevious(etree.Comment(_CUT))
        section.addprevious(breaking)
        section.addprevious(etree.Comment(_CUT))
        self._paragraph_properties(breaking).append(deepcopy(section))
        cut = _serialized(self._root).split(f"<!--{_CUT}-->".encode())
        return [Pieces.of(stretch) for stretch in cut]

    def _ends_section(self, paragraph: etree._Element) -> bool:
        return paragraph.find(f"{self._tag('pPr')}/{self._tag('sectPr')}") is not None

    def _paragraph_properties(self, paragraph: etree._Element) -> etree._Element:
        properties = paragraph.find(self._tag("pPr"))
        if properties is None:
            properties = etree.Element(self._tag("pPr"))
            paragraph.insert(0, properties)
        return properties

    def _begin_anew(self, first: etree._Element) -> None:
        """Each letter begins on a page of its own, with number 1."""
        begins = first.find(self._tag("type"))
        if begins is not None and begins.get(self._tag("val")) in _NOT_ON_A_NEW_PAGE:
            begins.set(self._tag("val"), "nextPage")
        numbers = first.find(self._tag("pgNumType"))
        if numbers is None:
            numbers = etree.Element(self._tag("pgNumType"))
            _insert_in_order(first, numbers)
        numbers.set(self._tag("start"), "1")

    def _refer_to_own(self) -> None:
        """Each letter has headers and footers of its own, where they hold fields."""
        kinds = (self._tag("headerReference"), self._tag("footerReference"))
        for element in self._root.iter(*kinds):
            for space in _R:
                place = self._moving.get(element.get(f"{{{space}}}id", ""))
                if place is not None:
                    element.set(f"{{{space}}}id", reference(place))


class Uniques:
    """Copies of the parts of a letter in which all is numbered that must not be there twice.

    Bookmarks get a name and a number for each letter, and what refers to them follows. A comment
    stands in the first letter only, since all comments are in one list.

    Attributes:
        roots: The parts, by name.
        count: How many numbers each letter needs for its bookmarks.
    """

    def __init__(self, roots: Mapping[str, etree._Element]) -> None:
        self.roots = {part: deepcopy(root) for part, root in roots.items()}
        self.count = 0
        self._names: dict[str, str] = {}
        for root in self.roots.values():
            self._number(root)
        for root in self.roots.values():
            self._follow(root)

    def _number(self, root: etree._Element) -> None:
        w = f"{{{etree.QName(root).namespace}}}"
        numbers: dict[str, int] = {}
        for element in root.iter(etree.Element):
            for name in ("paraId", "textId"):
                element.attrib.pop(f"{{{_W14}}}{name}", None)
            name = etree.QName(element).localname
            if name == "bookmarkStart":
                numbers[element.get(f"{w}id", "")] = self.count
                element.set(f"{w}id", identity(self.count))
                self.count += 1
                bookmark = element.get(f"{w}name", "")
                self._names[bookmark] = bookmark[:_LONGEST_NAME] + OF_LETTER
                element.set(f"{w}name", self._names[bookmark])
            elif name == "bookmarkEnd" and element.get(f"{w}id", "") in numbers:
                element.set(f"{w}id", identity(numbers[element.get(f"{w}id", "")]))
            elif name == "docPr":
                element.set("id", NUMBER)
            elif element.tag == f"{w}id" and element.getparent().tag == f"{w}sdtPr":
                element.set(f"{w}val", NUMBER)

    def _follow(self, root: etree._Element) -> None:
        """Let what refers to a bookmark refer to that of its own letter."""
        w = f"{{{etree.QName(root).namespace}}}"
        for link in root.iter(f"{w}hyperlink"):
            anchor = link.get(f"{w}anchor", "")
            if anchor in self._names:
                link.set(f"{w}anchor", self._names[anchor])
        for simple in root.iter(f"{w}fldSimple"):
            simple.set(f"{w}instr", self._followed(simple.get(f"{w}instr", "")))
        for text in root.iter(f"{w}instrText"):
            text.text = self._followed(text.text or "")

    def _followed(self, instruction: str) -> str:
        """An instruction with the bookmark of its own letter."""
        kind = kind_of(instruction)
        wanted = kind in _REFERRING or (kind == "HYPERLINK" and "\\l" in instruction)
        for token in reversed(list(tokens_of(instruction)) if wanted else []):
            name = self._names.get(token.text)
            if name:
                inside = instruction[token.start : token.end].replace(token.text, name)
                return instruction[: token.start] + inside + instruction[token.end :]
        return instruction


def _serialized(root: etree._Element) -> bytes:
    """A part as bytes, with its comments for the first letter only."""
    first, end = FIRST.encode(), END.encode()
    return _COMMENTED.sub(lambda found: first + found[0] + end, to_xml(root))


_COMMENTED = re.compile(rb"<(?:[^\s<>/]+:)?comment(?:RangeStart|RangeEnd|Reference)\b[^<>]*/>")
_REFERRING = frozenset({"REF", "PAGEREF", "NOTEREF"})
_LONGEST_NAME = 32
"""Word allows 40 letters for the name of a bookmark; the rest tells the letters apart."""


_BEFORE_NUMBERS = frozenset(
    {
        "headerReference",
        "footerReference",
        "footnotePr",
        "endnotePr",
        "type",
        "pgSz",
        "pgMar",
        "paperSrc",
        "pgBorders",
        "lnNumType",
    }
)


def _insert_in_order(section: etree._Element, numbers: etree._Element) -> None:
    """A section's properties have an order that Word insists on."""
    before = [c for c in section if etree.QName(c).localname in _BEFORE_NUMBERS]
    section.insert(len(before), numbers)
