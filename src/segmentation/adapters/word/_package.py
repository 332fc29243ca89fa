"""The package that a Word file is: a zip of XML parts, opened with care.

What comes from a user may be no zip, a broken one, a bomb, or XML that names files of ours:
all of it is refused before anything is written.
"""

import posixpath
from collections.abc import Callable, Container, Iterator, Mapping
from functools import partial

import attrs
from lxml import etree

from segmentation.documents import unpacked
from segmentation.errors import BadDocument, Message

CONTENT_TYPES = "[Content_Types].xml"
NO_LINKS = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
_PACKAGE_LINKS = "_rels/.rels"
_MAIN = (
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
    "application/vnd.ms-word.document.macroEnabled.main+xml",
    "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
)
_KINDS = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml": "header",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml": "footer",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml": "note",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.endnotes+xml": "note",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml": "settings",
    **dict.fromkeys(_MAIN, "main"),
}
_MOST_BYTES_OF_XML = 64 * 1024 * 1024
_RELATIONSHIPS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_MERGE_SOURCES = ("/mailMergeSource", "/mailMergeHeaderSource", "/attachedTemplate")
_MACROS = ("/vbaProject", "/wordVbaData")
_OF_MACROS = frozenset(
    {"application/vnd.ms-office.vbaProject", "application/vnd.ms-word.vbaData+xml"}
)


@attrs.frozen
class Package:
    """The members of a Word file.

    Attributes:
        members: Contents by name, in the order of the file.
        parts: The kind of each part that matters to a merge, by name: ``main``, ``header``,
            ``footer``, ``note``, ``settings``.
    """

    members: Mapping[str, bytes]
    parts: Mapping[str, str]

    @property
    def main(self) -> str:
        """The name of the main part, usually ``word/document.xml``."""
        return next(name for name, kind in self.parts.items() if kind == "main")


def read_package(content: bytes, name: str) -> Package:
    """Open a Word file.

    Raises:
        BadDocument: It is none, is broken, or grows beyond all measure when it is unpacked.
    """
    members = unpacked(content, name)
    if CONTENT_TYPES not in members:
        raise BadDocument(name, "is no Word document: it has no list of content types")
    parts = dict(_parts(parse_xml(members[CONTENT_TYPES], name, CONTENT_TYPES), members, name))
    if list(parts.values()).count("main") != 1:
        raise BadDocument(name, "is no Word document: it has no main part")
    return Package(members, parts)


def _parts(
    types: etree._Element, members: Mapping[str, bytes], name: str
) -> Iterator[tuple[str, str]]:
    named = set()
    for override in types.iterfind("{*}Override"):
        part = override.get("PartName", "").lstrip("/")
        kind = _KINDS.get(override.get("ContentType", ""))
        named.add(part)
        if kind and part in members:
            yield part, kind
    by_ending = {
        default.get("Extension", "").casefold(): _KINDS.get(default.get("ContentType", ""))
        for default in types.iterfind("{*}Default")
    }
    for part in _documents(members, name):
        # All parts of that ending have this type, but only one is what the package is for.
        if part not in named and by_ending.get(part.rpartition(".")[2].casefold()) == "main":
            yield part, "main"


def _documents(members: Mapping[str, bytes], name: str) -> Iterator[str]:
    """The parts that the package itself names as its document."""
    links = members.get(_PACKAGE_LINKS)
    if links is not None:
        for link in parse_xml(links, name, _PACKAGE_LINKS).iterfind(_RELATIONSHIPS):
            part = link.get("Target", "").lstrip("/")
            if link.get("Type", "").endswith("/officeDocument") and part in members:
                yield part


def parse_xml(content: bytes, name: str, part: str) -> etree._Element:
    """The root of a part.

    Raises:
        BadDocument: It is no XML, too large, or has a document type: Word writes none, and
            it is how XML names other files and grows without end.
    """
    if len(content) > _MOST_BYTES_OF_XML:
        reason = Message("{part} is too large: {size} bytes", part=part, size=len(content))
        raise BadDocument(name, reason)
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, remove_comments=False
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        reason = Message(
            "{part} is no XML from line {line}, column {column} on",
            part=part,
            line=line,
            column=column,
        )
        raise BadDocument(name, reason) from error
    if root.getroottree().docinfo.doctype:
        reason = Message("{part} declares a document type, which Word never does", part=part)
        raise BadDocument(name, reason)
    return root


def to_xml(root: etree._Element) -> bytes:
    """A part as bytes, with the declaration that Word writes."""
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written


def as_letter(package: Package, name: str) -> Package:
    """The template as what a letter is: a document, and not a template.

    It has no macros, and no link to a data source, which is on somebody's disk.
    """
    members = dict(package.members)
    settings = [part for part, kind in package.parts.items() if kind == "settings"]
    changes: list[tuple[str, Callable[[etree._Element], None]]] = [
        (CONTENT_TYPES, _only_a_document),
        (relationships_of(package.main), partial(_without_links, _MACROS)),
        *((part, _without_data_source) for part in settings),
        *((relationships_of(part), partial(_without_links, _MERGE_SOURCES)) for part in settings),
    ]
    for member, change in changes:
        if member in members:
            root = parse_xml(members[member], name, member)
            change(root)
            members[member] = to_xml(root)
    macros = _macros(parse_xml(package.members[CONTENT_TYPES], name, CONTENT_TYPES), members)
    return Package({n: c for n, c in members.items() if n not in macros}, package.parts)


def suppresses_blank_lines(package: Package, name: str) -> bool:
    """Whether paragraphs go whose fields are all blank, as in Word unless it is told not to."""
    for part in (part for part, kind in package.parts.items() if kind == "settings"):
        root = parse_xml(package.members[part], name, part)
        for setting in root.iter("{*}doNotSuppressBlankLines"):
            value = next((v for k, v in setting.items() if k.endswith("val")), "1")
            if value not in {"0", "false", "off"}:
                return False
    return True


def _only_a_document(types: etree._Element) -> None:
    for entry in list(types):
        if entry.get("ContentType") in _MAIN:
            entry.set("ContentType", _MAIN[0])
        elif entry.get("ContentType") in _OF_MACROS:
            types.remove(entry)


def _macros(types: etree._Element, members: Mapping[str, bytes]) -> Container[str]:
    """The members that hold macros, named by themselves or by their ending."""
    marked = [entry for entry in types if entry.get("ContentType") in _OF_MACROS]
    parts = {entry.get("PartName", "").lstrip("/") for entry in marked}
    endings = tuple(f".{entry.get('Extension')}" for entry in marked if entry.get("Extension"))
    return {member for member in members if member in parts or member.endswith(endings)}


def _without_data_source(root: etree._Element) -> None:
    for setting in ("mailMerge", "attachedTemplate"):
        for element in root.findall(f"{{*}}{setting}"):
            root.remove(element)


def _without_links(kinds: tuple[str, ...], root: etree._Element) -> None:
    for relationship in root.findall(_RELATIONSHIPS):
        if relationship.get("Type", "").endswith(kinds):
            root.remove(relationship)


def target_of(link: etree._Element, member: str) -> str:
    """The member that a relationship names, whose own member is given."""
    target: str = link.get("Target", "")
    if target.startswith("/"):
        return target.lstrip("/")
    folder = posixpath.dirname(posixpath.dirname(member))
    return posixpath.normpath(posixpath.join(folder, target))


def relationships_of(part: str) -> str:
    """The name of the member that holds a part's relationships."""
    folder, _, file = part.rpartition("/")
    return f"{folder}/_rels/{file}.rels".lstrip("/")
