"""HTML and text templates."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import jinja2

from segmentation.documents import Formats
from segmentation.errors import BadDocument, Message
from segmentation.fields import Value

from ._sandbox import fields_of, filling, make_environment, reading, texts_of


@attrs.frozen
class JinjaForm:
    """A template that was read.

    Attributes:
        fields: The fields that it names, sorted.
    """

    name: str
    fields: Sequence[str]
    _template: jinja2.Template

    def fill(self, values: Mapping[str, Value], formats: Formats) -> bytes:
        """The finished document, in UTF-8.

        Dates and numbers are written as the formats say; they and flags can also be asked for
        as they are, under ``raw``: ``{% if raw.campaign_target %}``.

        Raises:
            BadDocument: The template does what a value does not allow.
        """
        return self.fill_with(texts_of(self.fields, values, formats))

    def fill_with(self, data: Mapping[str, Any]) -> bytes:
        """The document of any plain data: what reports are made of.

        Raises:
            BadDocument: The template does what the data do not allow.
        """
        with filling(self.name, data):
            return self._template.render(data).encode(errors="replace")


@attrs.frozen
class _Renderer:
    fills: frozenset[str]
    extension: str
    media_type: str
    _html: bool

    def read(self, content: bytes, name: str) -> JinjaForm:
        """Read a template.

        Raises:
            BadDocument: It is no text in UTF-8, or no template.
        """
        environment = make_environment(escapes=self._html)
        try:
            source = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            reason = Message("is no text in UTF-8 (byte {byte})", byte=error.start)
            raise BadDocument(name, reason) from error
        with reading(name):
            named = fields_of(environment.parse(source))
            template = environment.from_string(source)
        return JinjaForm(name, named, template)


def make_html_renderer() -> _Renderer:
    """A renderer of HTML templates; every value is escaped.

    >>> form = make_html_renderer().read(b"<p>Dear {{ name }}</p>", "hello.html")
    >>> form.fields
    ('name',)
    """
    return _Renderer(frozenset({"html", "htm"}), "html", "text/html; charset=utf-8", html=True)


def make_text_renderer() -> _Renderer:
    """A renderer of text templates with conditions and loops."""
    return _Renderer(frozenset({"txt"}), "txt", "text/plain; charset=utf-8", html=False)
