"""Layouts made by hand, after the kind of Business Central's; and how a filled one is read."""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence

from lxml import etree

from support.wordfiles import SECTION, docx, member, zipped

REPORT = "urn:microsoft-dynamics-nav/reports/Own_Report/50100/"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_ITEM = "{6F0F2C6B-6A0B-4C2C-9C0B-111111111111}"
_RELATION = f"{R}/"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_number = iter(range(1000, 10**9))


def bound(path: str, content: str, properties: str = "<w:text/>", *, space: str = "w") -> str:
    """A control that is bound to a path below the root."""
    steps = "".join(f"/ns0:{name}[1]" for name in path.split("/"))
    names = f'xmlns:{space}="{W15}" ' if space == "w15" else ""
    return (
        f'<w:sdt><w:sdtPr><w:alias w:val="#Nav: /{path}"/><w:id w:val="{next(_number)}"/>'
        f"<{space}:dataBinding {names}w:prefixMappings=\"xmlns:ns0='{REPORT}'\""
        f' w:xpath="/ns0:NavWordReportXmlPart[1]{steps}" w:storeItemID="{_ITEM}"/>'
        f"{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"
    )


def inline(path: str) -> str:
    return bound(path, f"<w:r><w:t>{path}</w:t></w:r>")


def block(path: str) -> str:
    return bound(path, f"<w:p><w:r><w:t>{path}</w:t></w:r></w:p>")


def cell(path: str) -> str:
    return bound(path, f"<w:tc><w:p><w:r><w:t>{path}</w:t></w:r></w:p></w:tc>")


def repeated(path: str, content: str) -> str:
    item = (
        f'<w:sdt><w:sdtPr><w15:repeatingSectionItem xmlns:w15="{W15}"/></w:sdtPr>'
        f"<w:sdtContent>{content}</w:sdtContent></w:sdt>"
    )
    section = f'<w15:repeatingSection xmlns:w15="{W15}"/>'
    return bound(path, item, section, space="w15")


def table(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(rows)}</w:tbl>"


def row(*cells: str) -> str:
    return f"<w:tr>{''.join(cells)}</w:tr>"


def hiding(content: str) -> str:
    return (
        '<w:sdt><w:sdtPr><w:tag w:val="#BC:HideTableRowIfEmpty"/></w:sdtPr>'
        f"<w:sdtContent>{content}</w:sdtContent></w:sdt>"
    )


def picture(path: str) -> str:
    drawing = (
        f'<w:r><w:drawing><wp:inline><wp:extent cx="900000" cy="300000"/>'
        f'<wp:docPr id="{next(_number)}" name="Picture"/>'
        f'<a:graphic xmlns:a="{A}"><a:graphicData'
        ' uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        '<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        '<pic:nvPicPr><pic:cNvPr id="0" name="p"/><pic:cNvPicPr/></pic:nvPicPr>'
        '<pic:blipFill><a:blip r:embed="rIdModel"/><a:stretch><a:fillRect/></a:stretch>'
        '</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/>'
        '<a:ext cx="900000" cy="300000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
        "</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>"
        "</w:r>"
    )
    return bound(path, f"<w:p>{drawing}</w:p>", "<w:showingPlcHdr/><w:picture/>")


def layout(*blocks: str, data: str = "", section: str = SECTION, **parts: str) -> bytes:
    """A layout with a part of data, and the picture that stands for others."""
    plain = docx(*blocks, section=section, **parts)
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    main = "word/_rels/document.xml.rels"
    links = members.get(main, f'<Relationships xmlns="{_PACKAGE}"/>'.encode())
    root = etree.fromstring(links)
    for identity, kind, target in (
        ("rIdModel", "image", "media/model.bin"),
        ("rIdData", "customXml", "../customXml/item1.xml"),
    ):
        place = {"Id": identity, "Type": _RELATION + kind, "Target": target}
        etree.SubElement(root, f"{{{_PACKAGE}}}Relationship", place)
    members[main] = etree.tostring(root)
    members["word/media/model.bin"] = b"no picture"
    for stem, content in parts.items():
        if "rIdModel" in content:
            own = f'<Relationship Id="rIdModel" Type="{_RELATION}image" Target="media/model.bin"/>'
            text = f'<Relationships xmlns="{_PACKAGE}">{own}</Relationships>'
            members[f"word/_rels/{stem}.xml.rels"] = text.encode()
    body = f'<NavWordReportXmlPart xmlns="{REPORT}">{data}</NavWordReportXmlPart>'
    declared = f'<?xml version="1.0" encoding="utf-16"?>{body}'
    members["customXml/item1.xml"] = declared.encode("utf-16")
    return zipped(members)


# -- reading what was filled ----------------------------------------------------------------------


def part(content: bytes, name: str = "word/document.xml") -> etree._Element:
    return etree.fromstring(member(content, name).encode())


def texts_of(element: etree._Element) -> str:
    """What an element says; breaks are line ends, tabs tabs."""
    kinds = {f"{{{W}}}br": "\n", f"{{{W}}}tab": "\t"}
    found = element.iter(f"{{{W}}}t", *kinds)
    return "".join(kinds.get(each.tag) or each.text or "" for each in found)


def controls(root: etree._Element) -> Iterator[tuple[etree._Element, str, Mapping[str, str]]]:
    """The controls that are still bound: their content, their path, and its prefixes."""
    for binding in root.iter("{*}dataBinding"):
        control = binding.getparent().getparent()
        prefixes = binding.get(f"{{{W}}}prefixMappings") or ""
        namespace = prefixes.partition("='")[2].partition("'")[0]
        path = binding.get(f"{{{W}}}xpath") or ""
        yield control, path, {"ns0": namespace}


def shown(content: bytes, name: str = "word/document.xml") -> Mapping[str, Sequence[str]]:
    """What the bound controls of a part show, by the last name of their path."""
    found: dict[str, list[str]] = {}
    for control, path, _ in controls(part(content, name)):
        last = path.rpartition(":")[2].partition("[")[0]
        found.setdefault(last, []).append(texts_of(control))
    return found


def rows_of(content: bytes, number: int = 0, name: str = "word/document.xml") -> list[list[str]]:
    """The rows of a table, each with the texts of its cells."""
    tables = list(part(content, name).iter(f"{{{W}}}tbl"))
    return [
        [texts_of(each) for each in line.iter(f"{{{W}}}tc")]
        for line in tables[number].iter(f"{{{W}}}tr")
    ]


def check_whole(content: bytes) -> None:
    """A filled layout holds what Word holds to be whole, and its data say what it shows."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
        assert len(members) == len(archive.namelist())
    data = next(
        root
        for name, xml in members.items()
        if name.casefold().startswith("customxml/") and name.endswith(".xml")
        if (root := etree.fromstring(xml)).tag.endswith("}NavWordReportXmlPart")
    )
    identities: list[str] = []
    for name, xml in members.items():
        if name.endswith(".rels"):
            _check_links(name, xml, members)
        if not name.startswith("word/") or "/glossary/" in name or not name.endswith(".xml"):
            continue
        root = etree.fromstring(xml)
        identities += [each.get(f"{{{W}}}val") or "" for each in root.iter(f"{{{W}}}id")]
        _check_structure(root)
        for control, path, prefixes in controls(root):
            (element,) = data.xpath(path, namespaces=prefixes)
            assert (element.text or "") == texts_of(control), path
    assert len(identities) == len(set(identities))


def _check_links(name: str, xml: bytes, members: Mapping[str, bytes]) -> None:
    folder = name.partition("_rels/")[0]
    for link in etree.fromstring(xml):
        if link.get("TargetMode") != "External":
            target = link.get("Target") or ""
            place = target.lstrip("/") if target.startswith("/") else folder + target
            while "/../" in place:
                head, _, tail = place.partition("/../")
                place = f"{head.rpartition('/')[0]}/{tail}".lstrip("/")
            assert place in members, (name, target)


def _check_structure(root: etree._Element) -> None:
    for each in root.iter(f"{{{W}}}tbl"):
        assert each.find(f".//{{{W}}}tr") is not None
    for each in root.iter(f"{{{W}}}tc", f"{{{W}}}txbxContent"):
        assert len(each)
        assert each[-1].tag in {f"{{{W}}}p", f"{{{W}}}sdt"}
    for each in root.iter(f"{{{W}}}sdt"):
        assert len(each.find(f"{{{W}}}sdtContent"))
