"""The sandbox that all templates are filled in."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from segmentation.documents import Formats, field_text
from segmentation.errors import BadDocument, Message
from segmentation.fields import Value

from ._faults import filling_fault, reading_fault


class _Sandbox(ImmutableSandboxedEnvironment):
    """Lets a template call the filters of Jinja and nothing of Python."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ANN401
        """Only what a template itself makes (loops, macros) has attributes to look at."""
        inside = type(obj).__module__.startswith("jinja2.")
        return inside and super().is_safe_attribute(obj, attr, value)


def make_environment(*, escapes: bool) -> jinja2.Environment:
    """An environment in which templates reach their data only.

    Args:
        escapes: Whether values are escaped, as HTML and XML want it.
    """
    environment = _Sandbox(
        autoescape=escapes,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.clear()
    return environment


@contextlib.contextmanager
def reading(name: str, *, has_lines: bool = True) -> Iterator[None]:
    """What is no template, as an error of ours, with its line where there are lines."""
    try:
        yield
    except jinja2.TemplateSyntaxError as error:
        fault = reading_fault(error)
        reason = (
            Message("line {line}: {fault}", line=error.lineno, fault=fault)
            if has_lines
            else Message("is no template: {fault}", fault=fault)
        )
        raise BadDocument(name, reason) from error
    except RecursionError as error:
        raise BadDocument(name, "is nested too deep") from error


@contextlib.contextmanager
def filling(name: str) -> Iterator[None]:
    """What a template does that the data do not allow, as an error of ours."""
    try:
        yield
    except (jinja2.TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        reason = Message("cannot be filled: {fault}", fault=filling_fault(error))
        raise BadDocument(name, reason) from error


def texts_of(
    fields: Sequence[str], values: Mapping[str, Value], formats: Formats
) -> Mapping[str, Any]:
    """What a letter's template sees: its fields as texts, and all as they are under ``raw``."""
    texts: dict[str, Any] = {field: field_text(values.get(field), formats) for field in fields}
    return texts | {"raw": dict(values)}
