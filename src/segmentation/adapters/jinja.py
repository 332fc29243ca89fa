"""HTML and text templates, by Jinja2 (extra ``html``), sandboxed: mail bodies and reports.

A template sees its merge data and nothing else: no files, no imports, no attributes of Python
objects. In HTML every value is escaped.
"""

try:
    import jinja2
except ImportError as error:
    from segmentation.errors import MissingExtra

    raise MissingExtra("html", "filling HTML templates") from error

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from jinja2 import meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from segmentation.documents import Formats, field_text
from segmentation.errors import BadDocument
from segmentation.fields import Value


class _Sandbox(ImmutableSandboxedEnvironment):
    """Lets a template call the filters of Jinja and nothing of Python."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ANN401
        """Only what a template itself makes (loops, macros) has attributes to look at."""
        inside = type(obj).__module__.startswith("jinja2.")
        return inside and super().is_safe_attribute(obj, attr, value)


def _make_environment(*, html: bool) -> jinja2.Environment:
    environment = _Sandbox(
        autoescape=html,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.clear()
    return environment


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
        texts = {field: field_text(values.get(field), formats) for field in self.fields}
        return self.fill_with(texts | {"raw": dict(values)})

    def fill_with(self, data: Mapping[str, Any]) -> bytes:
        """The document of any plain data: what reports are made of.

        Raises:
            BadDocument: The template does what the data do not allow.
        """
        try:
            return self._template.render(data).encode(errors="replace")
        except (jinja2.TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise BadDocument(self.name, f"cannot be filled: {error}") from error


@attrs.frozen
class _Renderer:
    fills: frozenset[str]
    ending: str
    media_type: str
    _html: bool

    def read(self, content: bytes, name: str) -> JinjaForm:
        """Read a template.

        Raises:
            BadDocument: It is no text in UTF-8, or no template.
        """
        environment = _make_environment(html=self._html)
        try:
            source = content.decode("utf-8-sig")
            named = meta.find_undeclared_variables(environment.parse(source))
            template = environment.from_string(source)
        except UnicodeDecodeError as error:
            raise BadDocument(name, f"is no text in UTF-8 (byte {error.start})") from error
        except jinja2.TemplateSyntaxError as error:
            raise BadDocument(name, f"line {error.lineno}: {error.message}") from error
        except RecursionError as error:
            raise BadDocument(name, "is nested too deep") from error
        return JinjaForm(name, tuple(sorted(named - {"raw"})), template)


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
