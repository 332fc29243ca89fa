"""Word documents with Jinja's marks typed into them, by docxtpl (extra ``word``).

``{{ title }}`` stands anywhere in the text; ``{%tr for row in rows %}`` in a row of its own
repeats the rows of a table, ``{%p if ... %}`` in a paragraph of its own the paragraphs.
"""

try:
    import docxtpl
except ImportError as error:
    from segmentation.errors import MissingExtra

    raise MissingExtra("word", "filling Word templates") from error

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from lxml import etree

from segmentation.documents import Formats, unpacked
from segmentation.errors import BadDocument
from segmentation.fields import Value

from ._sandbox import filling, make_environment, reading, texts_of

_LINE_END = re.compile("\r\n|[\n\r\v\f\u2028\u2029]")
_NO_XML = re.compile("[\x00-\x08\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


class _Template(docxtpl.DocxTemplate):  # type: ignore[misc]  # it has no types
    """A template that is filled in time that grows as its rows do."""

    def map_tree(self, tree: etree._Element) -> None:
        """Put the filled body in the place of the template's.

        lxml remembers each attribute of the namespace ``xml`` that it takes into another document,
        and goes through all of them for the next one; so they are put in afterwards.
        """
        spaced = [element for element in tree.iter(etree.Element) if _SPACE in element.attrib]
        kept = [element.attrib.pop(_SPACE) for element in spaced]
        super().map_tree(tree)
        for element, space in zip(spaced, kept, strict=True):
            element.set(_SPACE, space)


@attrs.frozen
class WordJinjaForm:
    """A template that was read.

    Attributes:
        fields: The fields that it names, sorted.
    """

    name: str
    fields: Sequence[str]
    _content: bytes

    def fill(self, values: Mapping[str, Value], formats: Formats) -> bytes:
        """The finished document, for letters; ``raw`` has dates, numbers and flags as they are.

        Raises:
            BadDocument: The template does what a value does not allow.
        """
        return self.fill_with(texts_of(self.fields, values, formats))

    def fill_with(self, data: Mapping[str, Any]) -> bytes:
        """The document of any plain data: what reports are made of.

        Raises:
            BadDocument: The template does what the data do not allow.
        """
        made = io.BytesIO()
        with filling(self.name, data):
            template = _Template(io.BytesIO(self._content))
            template.render(_writable(data), make_environment(escapes=True))
            template.save(made)
        return made.getvalue()


@attrs.frozen
class _WordJinjaRenderer:
    fills: frozenset[str] = frozenset({"docx"})
    extension: str = "docx"
    media_type: str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

    def read(self, content: bytes, name: str) -> WordJinjaForm:
        """Read a template.

        Raises:
            BadDocument: It is no Word document, or has marks that are not Jinja's.
        """
        unpacked(content, name)
        with reading(name, has_lines=False):
            try:
                template = docxtpl.DocxTemplate(io.BytesIO(content))
                named = template.get_undeclared_template_variables(make_environment(escapes=True))
            except (AttributeError, KeyError, ValueError, etree.XMLSyntaxError) as error:
                raise BadDocument(name, "is no Word document: it is not whole") from error
        return WordJinjaForm(name, tuple(sorted(named - {"raw"})), content)


def make_word_renderer() -> _WordJinjaRenderer:
    """A renderer of Word templates with Jinja's marks: for reports, which repeat rows."""
    return _WordJinjaRenderer()


def _writable(data: Any) -> Any:  # noqa: ANN401 - plain data, however deep
    """The data with texts that XML can hold; all ends of lines are one kind."""
    match data:
        case str():
            return _NO_XML.sub("", _LINE_END.sub("\n", data))
        case Mapping():
            return {name: _writable(value) for name, value in data.items()}
        case list() | tuple():
            return [_writable(value) for value in data]
        case _:
            return data
