"""Content controls that are bound to the data of a report, as Business Central's layouts have them.

A control (``w:sdt``) is bound by a path into a part of the package whose root is a
``NavWordReportXmlPart``. It shows a text or a picture, or repeats what it holds for each row.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

import attrs
from lxml import etree

from segmentation.documents import DataPath, Layout, LayoutPart
from segmentation.errors import BadDocument, Message

ROOT = "NavWordReportXmlPart"
_STEP = re.compile(r"/(?:([^/:\[\]]+):)?([^/:\[\]]+)(?:\[[0-9]+\])?")
_REPORT = re.compile(r"urn:microsoft-dynamics-nav/reports/([^'\"]+?)/?$")
_NAMESPACE = re.compile(r"xmlns:([^\s=]+)\s*=\s*(?:'([^']*)'|\"([^\"]*)\")")
_HIDES_ITS_ROW = "#bc:hidetablerowifempty"
"""The tag of a control whose table row goes when it says nothing."""


@attrs.frozen(eq=False)
class Binding:
    """How a control is bound.

    Attributes:
        element: The property that says so.
        namespace: That of the data.
        prefix: How the path calls it, with a colon.
        path: The names below the root.
    """

    element: etree._Element
    namespace: str
    prefix: str
    path: DataPath

    def at(self, numbers: Sequence[int]) -> None:
        """Bind the control to certain rows, one number for each step of the path."""
        steps = zip(self.path, numbers, strict=True)
        path = "".join(f"/{self.prefix}{name}[{number}]" for name, number in steps)
        whole = f"/{self.prefix}{ROOT}[1]{path}"
        for name in list(self.element.attrib):
            if etree.QName(name).localname == "xpath":
                self.element.set(name, whole)
            elif etree.QName(name).localname == "storeItemChecksum":
                self.element.attrib.pop(name)  # that of the data as the template had them


def name_in(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    name: str = etree.QName(element).localname
    return name


def property_of(control: etree._Element, name: str) -> etree._Element | None:
    """A property of a control, of whichever version of Word it is."""
    return control.find(f"{{*}}sdtPr/{{*}}{name}")


def content_of(control: etree._Element) -> etree._Element | None:
    """What a control holds."""
    return control.find("{*}sdtContent")


def value_of(element: etree._Element, name: str) -> str:
    """An attribute, of whatever namespace."""
    return next((v for k, v in element.items() if etree.QName(k).localname == name), "")


def binding_of(control: etree._Element) -> Binding | None:
    """How a control is bound to the data of a report; ``None`` if it is not."""
    element = property_of(control, "dataBinding")
    if element is None:
        return None
    steps = _STEP.findall(value_of(element, "xpath"))
    if len(steps) < 2 or steps[0][1] != ROOT:  # noqa: PLR2004 - the root and what is below it
        return None
    if any(name.startswith("@") for _, name in steps):  # reports have no attributes
        return None
    known = {
        prefix: one or other
        for prefix, one, other in _NAMESPACE.findall(value_of(element, "prefixMappings"))
    }
    prefix = steps[0][0]
    path = tuple(name for _, name in steps[1:])
    return Binding(element, known.get(prefix, ""), f"{prefix}:" if prefix else "", path)


def is_control(element: etree._Element) -> bool:
    """Whether an element is a content control."""
    return isinstance(element.tag, str) and name_in(element) == "sdt"


def outermost(element: etree._Element) -> Iterator[etree._Element]:
    """The controls inside an element that stand in no other control there."""
    for child in element.iterchildren(etree.Element):
        if is_control(child):
            yield child
        else:
            yield from outermost(child)


def hides_its_row(control: etree._Element) -> bool:
    """Whether the table row of a control goes when it says nothing."""
    tag = property_of(control, "tag")
    return tag is not None and value_of(tag, "val").casefold() == _HIDES_ITS_ROW


def repeats(control: etree._Element) -> bool:
    """Whether a control repeats what it holds."""
    return property_of(control, "repeatingSection") is not None


def is_picture(control: etree._Element) -> bool:
    """Whether a control shows a picture."""
    return property_of(control, "picture") is not None


def item_of(content: etree._Element) -> etree._Element:
    """What is repeated: the first item, since Word keeps those that it showed last."""
    for child in content.iterchildren(etree.Element):
        inner = content_of(child)
        if inner is not None and property_of(child, "repeatingSectionItem") is not None:
            return inner
    return content


# -- what a layout shows --------------------------------------------------------------------------


@attrs.define
class _Part:
    """A part of a layout while it is read."""

    path: DataPath = ()
    fields: list[DataPath] = attrs.field(factory=list)
    parts: dict[DataPath, "_Part"] = attrs.field(factory=dict)

    def finished(self) -> LayoutPart:
        fields = tuple(dict.fromkeys(self.fields))
        return LayoutPart(self.path, fields, tuple(part.finished() for part in self.parts.values()))


def read_layout(roots: Iterable[etree._Element], name: str) -> Layout | None:
    """What the bound controls of a document show; ``None`` if there are none.

    Args:
        roots: Its parts.
        name: The template, for errors.

    Raises:
        BadDocument: Controls are bound to the data of several reports, or a picture has no frame.
    """
    reader = _Reader(name)
    for root in roots:
        for control in outermost(root):
            reader.read(control, (reader.whole,))
    if not reader.namespaces:
        return None
    if len(reader.namespaces) > 1:
        reason = Message(
            "its controls are bound to the data of several reports: {reports}",
            reports=", ".join(sorted(reader.namespaces)),
        )
        raise BadDocument(name, reason)
    (namespace,) = reader.namespaces
    return Layout(report_of(namespace), reader.whole.finished(), frozenset(reader.pictures))


def report_of(namespace: str) -> str:
    """The report whose data have a namespace: its name and number."""
    found = _REPORT.match(namespace)
    return found[1] if found else namespace


class _Reader:
    """Reads what controls show."""

    def __init__(self, name: str) -> None:
        self.whole = _Part()
        self.namespaces: set[str] = set()
        self.pictures: set[DataPath] = set()
        self._name = name

    def read(self, control: etree._Element, around: Sequence[_Part]) -> None:
        """Take up a control and what is in it.

        Args:
            control: The control.
            around: The parts in which it stands, the innermost last.
        """
        content = content_of(control)
        if content is None:
            return
        binding = binding_of(control)
        if binding is not None:
            self.namespaces.add(binding.namespace)
            owner = next(part for part in reversed(around) if is_below(binding.path, part.path))
            if not repeats(control):
                self._read_field(control, binding.path, owner)
                return
            part = owner.parts.setdefault(binding.path, _Part(binding.path))
            content, around = item_of(content), (*around, part)
        for inner in outermost(content):
            self.read(inner, around)

    def _read_field(self, control: etree._Element, path: DataPath, owner: _Part) -> None:
        owner.fields.append(path)
        if is_picture(control):
            self.pictures.add(path)
            if frame_of(control) is None:
                reason = Message(
                    "the control of {field} has no frame to show a picture in", field=path[-1]
                )
                raise BadDocument(self._name, reason)


def is_below(path: DataPath, other: DataPath) -> bool:
    """Whether a path leads on from another."""
    return len(path) > len(other) and path[: len(other)] == other


def frame_of(control: etree._Element) -> etree._Element | None:
    """What names the picture that a control shows."""
    return next(control.iter("{*}blip", "{*}imagedata"), None)
