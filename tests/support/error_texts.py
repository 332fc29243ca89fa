"""The texts that the library's source gives to its errors, read off the syntax trees.

A text is followed from the call of an error class back to where it is written: through names,
parameters, tables and helpers that return it.
"""

import ast
import inspect
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TypeAlias

import attrs

import segmentation
from segmentation import errors

SOURCE = Path(segmentation.__file__).parent
_FOR_TESTS = SOURCE / "testing"
_WORDED = frozenset({"reason", "expected", "kind", "what", "step", "purpose", "place"})
_NAMED = frozenset({"field", "where", "store"})
_HOLE = re.compile(r"\{.*?\}")
_LETTER = re.compile(r"[^\W\d_]")
_DOTTED = re.compile(r"[\w.]*")
_DATA = frozenset({("NoTruthValue", "what")})


@attrs.frozen
class Text:
    """A text that an error, a fault or a message is made of.

    Attributes:
        file: The module, from the package's folder.
        line: Where in it the text stands.
        text: The text, or the template; of one that is put together, what is constant in it.
        composed: Whether it is put together by an f-string, ``+``, ``%``, ``format`` or ``str``.
        name: Whether it stands where an identifier may: a field, a table, a store.
    """

    file: str
    line: int
    text: str
    composed: bool = False
    name: bool = False

    @property
    def has_words(self) -> bool:
        """Whether there is something to tell: a name with dots is told by its caption."""
        bare = self.text if self.composed else _HOLE.sub("", self.text)
        if (self.composed or self.name) and _DOTTED.fullmatch(bare):
            return False
        return _LETTER.search(bare) is not None


def _parameters() -> Mapping[str, tuple[str, ...]]:
    """The parameters of every class and function that takes a text, in their order."""
    found: dict[str, tuple[str, ...]] = {"Message": ("reason",), "WrongUse": ("reason",)}
    for name, made in vars(errors).items():
        if name in {"Fault", "unexpected"} or _is_error(made):
            found[name] = tuple(inspect.signature(made).parameters)
    return found


def _is_error(made: object) -> bool:
    return (
        isinstance(made, type)
        and issubclass(made, errors.SegmentationError)
        and made not in {errors.SegmentationError, errors.UsageError}
    )


PARAMETERS = _parameters()

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


class Module:
    """A module with what its names stand for."""

    def __init__(self, path: Path) -> None:
        self.file = path.relative_to(SOURCE).as_posix()
        self.tree = ast.parse(path.read_text("utf-8"))
        self.around: dict[ast.AST, Function | None] = {}
        self.functions: dict[str, list[Function]] = defaultdict(list)
        self.assigned: dict[tuple[Function | None, str], list[ast.expr]] = defaultdict(list)
        self.calls: dict[str, list[ast.Call]] = defaultdict(list)
        self._read(self.tree, None)

    def _read(self, node: ast.AST, function: Function | None) -> None:
        self.around[node] = function
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self.functions[node.name].append(node)
                function = node
            case ast.Assign(targets, value):
                for target in targets:
                    self._assign(function, target, value)
            case ast.AnnAssign(target, _, ast.expr() as value) | ast.NamedExpr(target, value):
                self._assign(function, target, value)
            case ast.For(target, ast.Tuple(rows) | ast.List(rows)):
                for row in rows:
                    self._assign(function, target, row)
            case ast.Call():
                self.calls[called(node)].append(node)
        for child in ast.iter_child_nodes(node):
            self._read(child, function)

    def _assign(self, function: Function | None, target: ast.expr, value: ast.expr) -> None:
        match target, value:
            case ast.Name(name), _:
                self.assigned[function, name].append(value)
            case ast.Tuple(targets), ast.Tuple(values):
                for each, given in zip(targets, values, strict=False):
                    self._assign(function, each, given)


def called(call: ast.Call) -> str:
    """The last name of what is called."""
    match call.func:
        case ast.Name(name) | ast.Attribute(_, name):
            return name
    return ""


@cache
def modules() -> tuple[Module, ...]:
    """All modules of the package but those that test stores: what they raise, they catch."""
    paths = sorted(SOURCE.rglob("*.py"))
    return tuple(Module(path) for path in paths if _FOR_TESTS not in path.parents)


class Follower:
    """Follows expressions back to the texts that they can be."""

    def __init__(self) -> None:
        self._seen: set[tuple[int, bool]] = set()

    def texts(self, module: Module, node: ast.AST | None, *, name: bool) -> Iterator[Text]:
        """The texts that an expression can be."""
        if node is None or (id(node), name) in self._seen:
            return
        self._seen.add((id(node), name))
        match node:
            case ast.Constant(str(text)):
                yield Text(module.file, node.lineno, text, name=name)
            case ast.JoinedStr() | ast.BinOp():
                yield Text(module.file, node.lineno, constant(node), composed=True, name=name)
            case ast.Name(text):
                for where, each in self._named(module, node, text):
                    yield from self.texts(where, each, name=name)
            case ast.Call():
                yield from self._of_call(module, node, name=name)
            case _:
                for each in parts(node):
                    yield from self.texts(module, each, name=name)

    def _of_call(self, module: Module, call: ast.Call, *, name: bool) -> Iterator[Text]:
        match call.func:
            case ast.Attribute(ast.Constant(str(text)), "format"):
                yield Text(module.file, call.lineno, text, composed=True, name=name)
            case ast.Attribute(ast.Name() as table, "get"):
                for each in (table, *call.args[1:]):
                    yield from self.texts(module, each, name=name)
            case ast.Name("str") if not name:  # its words are lost among its values
                yield Text(module.file, call.lineno, ast.unparse(call), composed=True)
            case ast.Name("Message" | "text_of") | ast.Attribute(ast.Name("Message"), _):
                return  # is collected as a call of its own, or where the other error is raised
            case ast.Name(called_) | ast.Attribute(ast.Name("self" | "cls"), called_):
                for where in (module, *(each for each in modules() if each is not module)):
                    for function in where.functions.get(called_, ()):
                        for given in returned(function):
                            yield from self.texts(where, given, name=name)
                    if called_ in where.functions:
                        return

    def _named(
        self, module: Module, node: ast.Name, name: str
    ) -> Iterator[tuple[Module, ast.expr]]:
        """What a name stands for: in its function, for its callers, in a module."""
        function = module.around[node]
        if function is not None:
            yield from ((module, each) for each in module.assigned.get((function, name), ()))
            if name in argument_names(function):
                if not takes_class(function, name):
                    yield from given_to(module, function, name)
                return
            if (function, name) in module.assigned:
                return
        for where in (module, *(each for each in modules() if each is not module)):
            if (None, name) in where.assigned:
                yield from ((where, each) for each in where.assigned[None, name])
                return


def constant(node: ast.AST) -> str:
    """What is constant in a text that is put together."""
    return "".join(
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    )


def parts(node: ast.AST) -> Iterable[ast.expr]:
    """The expressions that a value can be, or hold."""
    match node:
        case ast.IfExp(_, one, other):
            return (one, other)
        case ast.BoolOp(_, values) | ast.Tuple(values) | ast.List(values) | ast.Dict(_, values):
            return values
        case ast.Subscript(value):
            return (value,)
    return ()


def returned(function: Function) -> Iterator[ast.expr]:
    """What a function gives back."""
    for node in ast.walk(function):
        if isinstance(node, ast.Return | ast.Yield) and node.value is not None:
            yield node.value


def argument_names(function: Function) -> list[str]:
    """The parameters of a function, those by position first."""
    arguments = function.args
    return [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def takes_class(function: Function, name: str) -> bool:
    """Whether a parameter is a class, so that no text is given for it."""
    arguments = function.args
    return any(
        each.arg == name and each.annotation and ast.unparse(each.annotation).startswith("type[")
        for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    )


def given_to(module: Module, function: Function, name: str) -> Iterator[tuple[Module, ast.expr]]:
    """What the callers of a function give for a parameter, and its default."""
    names = [each for each in argument_names(function) if each not in {"self", "cls"}]
    reach = (module,) if function.name.startswith("_") else modules()
    for where in reach:
        for call in where.calls.get(function.name, ()):
            found = argument(call, names, name)
            if found is not None and not ast.unparse(call.func).startswith("sa."):
                yield where, found
    for each, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True):
        if each.arg == name and default is not None:
            yield module, default


def argument(call: ast.Call, names: Iterable[str], name: str) -> ast.expr | None:
    """What a call gives for one parameter."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return dict(zip(names, call.args, strict=False)).get(name)


@cache
def texts() -> frozenset[Text]:
    """Every text that is given to an error, a fault or a message, anywhere in the package."""
    return frozenset(_texts())


def _texts() -> Iterator[Text]:
    follower = Follower()
    for module in modules():
        for call_name, calls in module.calls.items():
            for parameter in PARAMETERS.get(call_name, ()):
                if (call_name, parameter) in _DATA or parameter not in _WORDED | _NAMED:
                    continue
                for call in calls:
                    given = argument(call, PARAMETERS[call_name], parameter)
                    yield from follower.texts(module, given, name=parameter in _NAMED)


def composed() -> Iterator[Text]:
    """Every f-string inside a call that makes an error, a fault or a message."""
    for module in modules():
        for call_name in (PARAMETERS.keys() | {"ValueError"}) & module.calls.keys():
            for call in module.calls[call_name]:
                for node in ast.walk(call):
                    if isinstance(node, ast.JoinedStr):
                        yield Text(module.file, node.lineno, constant(node), composed=True)
