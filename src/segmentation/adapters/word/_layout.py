"""Layouts of Business Central: a Word file whose controls are bound to the data of a report."""

import hashlib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import TypeAlias

import attrs
from lxml import etree

from segmentation.documents import Formats, Layout, picture_kind
from segmentation.fields import Value

from ._controls import (
    ROOT,
    binding_of,
    frame_of,
    is_picture,
    name_in,
    read_layout,
    report_of,
)
from ._filling import RELATIONS, Filling, Identities
from ._package import (
    CONTENT_TYPES,
    NO_LINKS,
    Package,
    parse_xml,
    relationships_of,
    target_of,
    to_xml,
)

_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_IMAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
_KINDS = ("png", "jpeg", "gif", "bmp", "tiff")


@attrs.frozen
class DataPart:
    """The part that holds the data which controls are bound to.

    Attributes:
        name: Its name.
        root: Its content, as the template has it.
    """

    name: str
    root: etree._Element

    def filled(self, texts: Mapping[tuple[tuple[str, int], ...], str]) -> bytes:
        """The part with what the controls show, and nothing else."""
        root = deepcopy(self.root)
        for element in root.iter(etree.Element):
            if not len(element):
                element.text = None
        for path, text in texts.items():
            element = root
            for name, number in path:
                element = _row(element, name, number)
            element.text = text
        return to_xml(root)


def _row(parent: etree._Element, name: str, number: int) -> etree._Element:
    """The child of a name with a number; those that lack are made like the first."""
    rows = parent.findall(f"{{*}}{name}")
    if not rows:
        tag = etree.QName(etree.QName(parent).namespace, name)
        rows = [etree.SubElement(parent, tag)]
    while len(rows) < number:
        more = deepcopy(rows[0])
        for element in more.iter(etree.Element):
            element.text = None
        _without_rows(more)
        rows[-1].addnext(more)
        rows.append(more)
    return rows[number - 1]


def _without_rows(element: etree._Element) -> None:
    """A new row has what is repeated in it once."""
    seen = set()
    for child in list(element.iterchildren(etree.Element)):
        if child.tag in seen:
            element.remove(child)
        seen.add(child.tag)
        _without_rows(child)


@attrs.frozen
class WordLayout:
    """A layout that was read.

    Attributes:
        shows: What it shows.
        package: Its members, without the pictures that stood for others.
        roots: The parts that have controls, by name.
        data: What the controls are bound to, if it is in the file.
        links: The relationships of parts that have pictures, by the part.
    """

    shows: Layout
    package: Package
    roots: Mapping[str, etree._Element]
    data: DataPart | None
    links: Mapping[str, bytes]

    @property
    def changing(self) -> frozenset[str]:
        """The members that are another in each letter."""
        data = {self.data.name} if self.data else set()
        return frozenset({*self.roots, *map(relationships_of, self.links), *data})

    def fill(self, values: Mapping[str, Value], formats: Formats) -> Mapping[str, bytes]:
        """The members that a letter has of its own, its parts still with their marks.

        Raises:
            ValueError: A control has no value.
        """
        filling = Filling(values, formats)
        filled = self._filled(filling)
        members = {part: to_xml(root) for part, root in filled.roots.items()}
        for part, links in self.links.items():
            pictures = filled.pictures[part]
            places = {relation: pictures[relation].part for relation in sorted(pictures)}
            members[relationships_of(part)] = with_pictures(links, places)
            members |= {picture.part: picture.content for picture in pictures.values()}
        if self.data:
            members[self.data.name] = self.data.filled(filling.texts)
        return members

    def fill_unbound(self, values: Mapping[str, Value], formats: Formats) -> "Filled":
        """The parts of one letter among many, whose controls are bound to nothing any more.

        Raises:
            ValueError: A control has no value.
        """
        return self._filled(Filling(values, formats, bound=False))

    def without_data(self) -> Mapping[str, bytes]:
        """The part of the data, blank."""
        return {self.data.name: self.data.filled({})} if self.data else {}

    def _filled(self, filling: Filling) -> "Filled":
        roots = {part: deepcopy(root) for part, root in self.roots.items()}
        pictures = {
            part: {name: Picture(content) for name, content in filling.fill(root).items()}
            for part, root in roots.items()
        }
        identities = Identities(list(roots.values()))
        for root in roots.values():
            identities.part(root)
        return Filled(roots, pictures)


@attrs.frozen
class Picture:
    """A picture of the data."""

    content: bytes

    @property
    def part(self) -> str:
        """The part that holds it: the same for the same picture."""
        digest = hashlib.sha256(self.content).hexdigest()[:16]
        return f"word/media/picture_{digest}.{picture_kind(self.content)}"


Pictures: TypeAlias = Mapping[str, Picture]
"""Pictures by the relationship that names them."""


@attrs.frozen
class Filled:
    """The parts of one letter.

    Attributes:
        roots: The parts that have controls, by name.
        pictures: Their pictures, by part.
    """

    roots: Mapping[str, etree._Element]
    pictures: Mapping[str, Pictures]


def with_pictures(links: bytes, pictures: Mapping[str, str]) -> bytes:
    """The relationships of a part, with its pictures."""
    if not pictures:
        return links
    root = etree.fromstring(links)
    for relation, part in pictures.items():
        place = {"Id": relation, "Type": _IMAGE, "Target": f"/{part}"}
        etree.SubElement(root, f"{{{_RELATIONSHIPS}}}Relationship", place)
    return to_xml(root)


def layout_of(
    package: Package, roots: Mapping[str, etree._Element], name: str
) -> WordLayout | None:
    """The layout that a template is; ``None`` if none of its controls is bound to a report.

    Args:
        package: The template.
        roots: The parts that may have controls, by name. Their pictures that stand for others
            are taken out.
        name: The template's name, for errors.

    Raises:
        BadDocument: Controls are bound to the data of several reports, or a picture has no frame.
    """
    shows = read_layout(roots.values(), name)
    if shows is None:
        return None
    with_controls = {part: root for part, root in roots.items() if _has_controls(root)}
    members = dict(package.members)
    links = {}
    for part, root in with_controls.items():
        frames = [frame_of(each) for each in _pictures(root)]
        if frames:
            member = relationships_of(part)
            links[part] = members[member] = _without_models(root, frames, members, member, name)
    if links:
        members[CONTENT_TYPES] = _with_kinds(parse_xml(members[CONTENT_TYPES], name, CONTENT_TYPES))
        members = _without_orphans(package.members, members, name)
    changed = Package(members, package.parts)
    return WordLayout(shows, changed, with_controls, _data_of(changed, shows.name, name), links)


def _has_controls(root: etree._Element) -> bool:
    """Whether a part has controls that are bound to the data of a report."""
    return any(binding_of(each) is not None for each in root.iter("{*}sdt"))


def _pictures(root: etree._Element) -> Sequence[etree._Element]:
    """The controls that show a picture of the data."""
    return [
        each for each in root.iter("{*}sdt") if is_picture(each) and binding_of(each) is not None
    ]


def _data_of(package: Package, report: str, name: str) -> DataPart | None:
    """The part with the data of a report; a layout may have kept those of others."""
    for part, content in package.members.items():
        # No other part can be told by its name; Business Central writes `customXML`, too.
        if part.casefold().startswith("customxml/") and part.casefold().endswith(".xml"):
            root = parse_xml(content, name, part)
            if name_in(root) == ROOT and report_of(etree.QName(root).namespace or "") == report:
                return DataPart(part, root)
    return None


def _without_models(
    root: etree._Element,
    frames: Sequence[etree._Element | None],
    members: Mapping[str, bytes],
    member: str,
    name: str,
) -> bytes:
    """The relationships of a part without the pictures that stand for those of the data."""
    gone = set()
    for frame in frames:
        for key, value in list(() if frame is None else frame.items()):
            if etree.QName(key).namespace in RELATIONS:
                gone.add(value)
                frame.set(key, "")  # type: ignore[union-attr]  # there are items
    still = {value for each in root.iter(etree.Element) for value in each.attrib.values()}
    links = parse_xml(members.get(member, NO_LINKS), name, member)
    for link in list(links):
        if link.get("Id") in gone - still:
            links.remove(link)
    return to_xml(links)


def _without_orphans(
    before: Mapping[str, bytes], after: Mapping[str, bytes], name: str
) -> dict[str, bytes]:
    """The members without those that nothing names any more."""
    gone = _named(before, name) - _named(after, name)
    return {member: content for member, content in after.items() if member not in gone}


def _named(members: Mapping[str, bytes], name: str) -> set[str]:
    """What the relationships of a package name."""
    return {
        target_of(link, member)
        for member, content in members.items()
        if member.endswith(".rels")
        for link in parse_xml(content, name, member).iter(f"{{{_RELATIONSHIPS}}}Relationship")
        if link.get("TargetMode") != "External"
    }


def _with_kinds(types: etree._Element) -> bytes:
    """The content types with those of all pictures that a letter may have."""
    known = {each.get("Extension", "").casefold() for each in types}
    for kind in _KINDS:
        if kind not in known:
            place = {"Extension": kind, "ContentType": f"image/{kind}"}
            types.insert(0, etree.Element(f"{{{_TYPES}}}Default", place))
    return to_xml(types)
