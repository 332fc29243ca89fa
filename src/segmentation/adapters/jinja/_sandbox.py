"""The sandbox that all templates are filled in."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial, wraps
from typing import Any

import jinja2
from jinja2 import meta, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from segmentation.documents import Formats, field_text
from segmentation.errors import BadDocument, Message
from segmentation.fields import Value

from ._faults import filling_fault, reading_fault
from ._limits import (
    BeyondLimit,
    check_format,
    check_operation,
    check_size,
    counted,
    deeper,
    joined,
    limited,
    measured,
)

_LOOP = "counted loop"
_MADE = "measured value"
"""Filters that are put into each template; no template can name what has a blank in its name."""
_NODES_IN_A_STEP = 10
_LONGEST_ARGUMENT = 10_000
"""The greatest number that a filter takes: a width, a count, a precision."""
_GROWING = frozenset(
    {"batch", "center", "indent", "join", "replace", "slice", "tojson", "urlize", "wordwrap"}
)
"""Filters that may put an argument into a value many times over."""


class _Generator(CodeGenerator):
    """Writes templates in which loops, and values that are put together, are counted."""

    def visit_Template(  # noqa: N802 - Jinja's name
        self, node: nodes.Template, frame: Frame | None = None
    ) -> None:
        for loop in list(node.find_all(nodes.For)):
            size = sum(1 for inner in loop.body for _ in inner.find_all(nodes.Node))
            loop.iter = _filtered(loop.iter, _LOOP, nodes.Const(1 + size // _NODES_IN_A_STEP))
        _measure_literals(node)
        super().visit_Template(node, frame)


def _filtered(node: nodes.Node, name: str, *arguments: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(
        node,
        name,
        list(arguments),
        [],
        None,
        None,
        lineno=node.lineno,
        environment=node.environment,
    )


def _measure_literals(node: nodes.Node) -> None:
    """Measure lists, dictionaries and joined texts as they are made: each may hold others twice."""
    for field, value in node.iter_fields():
        if isinstance(value, list):
            setattr(node, field, [_measuring(each) for each in value])
        else:
            setattr(node, field, _measuring(value))


def _measuring(value: Any) -> Any:  # noqa: ANN401 - whatever a node has
    if not isinstance(value, nodes.Node):
        return value
    _measure_literals(value)
    made = isinstance(value, nodes.List | nodes.Dict | nodes.Concat)
    made = made or (isinstance(value, nodes.Tuple) and value.ctx == "load")
    return _filtered(value, _MADE) if made else value


class _Sandbox(ImmutableSandboxedEnvironment):
    """Lets a template call the filters of Jinja and nothing of Python, and counts what it does."""

    code_generator_class = _Generator
    concat = staticmethod(joined)
    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ANN401
        """Only what a template itself makes (loops, macros) has attributes to look at."""
        inside = type(obj).__module__.startswith("jinja2.")
        return inside and super().is_safe_attribute(obj, attr, value)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401
        """An operation, if what comes of it is not too large."""
        check_operation(operator, left, right)
        return super().call_binop(context, operator, left, right)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """A call, if it is not within too many others."""
        if isinstance(obj, LoopContext):
            args = tuple(counted(each) for each in args)
        with deeper():
            return super().call(context, obj, *args, **kwargs)


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
        finalize=_written,
    )
    environment.globals.clear()
    environment.filters = {
        name: _limited_filter(name, function) for name, function in environment.filters.items()
    }
    environment.filters[_LOOP] = jinja2.pass_context(lambda _, items, cost: counted(items, cost))
    environment.filters[_MADE] = jinja2.pass_context(_kept)
    return environment


def fields_of(template: nodes.Template) -> Sequence[str]:
    """The fields that a template names, sorted.

    A macro that calls itself, or stands within a condition, is taken for a field by Jinja.
    """
    macros = {macro.name for macro in template.find_all(nodes.Macro)}
    return tuple(sorted(meta.find_undeclared_variables(template) - macros - {"raw"}))


def _written(value: Any) -> Any:  # noqa: ANN401 - whatever a template writes
    measured(value)
    return value


def _kept(_context: Context, value: Any) -> Any:  # noqa: ANN401 - whatever a template makes
    measured(value)
    return value


def _limited_filter(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that refuses what would become too large.

    It takes the context, so that Jinja does not work it out when the template is read.
    """
    given = _first_argument(function)

    @wraps(function)
    def run(context: Context, value: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        _check_filter(name, value, (*args, *kwargs.values()))
        return given(context)(value, *args, **kwargs)

    return jinja2.pass_context(run)


def _first_argument(function: Callable[..., Any]) -> Callable[[Context], Callable[..., Any]]:
    """How a filter is given what Jinja passes to it besides the value."""
    wants = getattr(getattr(function, "jinja_pass_arg", None), "name", "")
    match wants:
        case "context":
            return lambda context: partial(function, context)
        case "eval_context":
            return lambda context: partial(function, context.eval_ctx)
        case "environment":
            return lambda context: partial(function, context.environment)
        case _:
            return lambda _: function


def _check_filter(name: str, value: Any, arguments: Sequence[Any]) -> None:  # noqa: ANN401
    size = measured(value)
    numbers = [each for each in arguments if isinstance(each, int)]
    check_size(_TOO_LARGE if any(abs(each) > _LONGEST_ARGUMENT for each in numbers) else 0)
    if name in _GROWING:
        check_size((size + 1) * max([1, *numbers, *map(measured, arguments)]))
    elif name == "format":
        check_format(str(value), tuple(arguments))


_TOO_LARGE = 1 << 62


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
def filling(name: str, data: object) -> Iterator[None]:
    """What a template does that the data or the limits do not allow, as an error of ours.

    Args:
        name: The template's name.
        data: What it is filled with; the limits grow with it.
    """
    try:
        with limited(data):
            yield
    except BeyondLimit as error:
        raise BadDocument(name, error.reason) from error
    except MemoryError as error:
        raise BadDocument(name, "needs more memory than there is") from error
    except RecursionError as error:
        raise BadDocument(name, "is nested too deep") from error
    except (jinja2.TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        reason = Message("cannot be filled: {fault}", fault=filling_fault(error))
        raise BadDocument(name, reason) from error


def texts_of(
    fields: Sequence[str], values: Mapping[str, Value], formats: Formats
) -> Mapping[str, Any]:
    """What a letter's template sees: its fields as texts, and all as they are under ``raw``."""
    texts: dict[str, Any] = {field: field_text(values.get(field), formats) for field in fields}
    return texts | {"raw": dict(values)}
