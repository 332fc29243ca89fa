"""Run blocks of Python as a notebook does: what they print, what the last line gives, what fails.

Runs in the browser. Each call of `runner` begins with nothing defined.
"""

import ast
import json
import linecache
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from types import CodeType, ModuleType

_NAME = "block "


def runner() -> Callable[[str], str]:
    """Give what runs one block after the other; it answers in JSON."""
    names = ModuleType("__main__").__dict__
    number = 0

    def run(code: str) -> str:
        nonlocal number
        number += 1
        printed = StringIO()
        shown = {"html": "", "text": "", "error": ""}
        with redirect_stdout(printed), redirect_stderr(printed):
            try:
                shown |= _shown(_value(code, f"{_NAME}{number}", names))
            except BaseException as error:  # noqa: BLE001 - whatever it is, the reader sees it
                shown["error"] = _told(error)
        return json.dumps({"printed": printed.getvalue(), **shown})

    return run


def _value(code: str, name: str, names: dict[str, object]) -> object:
    """Run a block; the value of its last line, if that is an expression."""
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    tree = ast.parse(code, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    _run(compile(tree, name, "exec"), names)
    if last is None:
        return None
    return _run(compile(ast.Expression(last.value), name, "eval"), names)


def _run(code: CodeType, names: dict[str, object]) -> object:
    return eval(code, names)  # noqa: S307 - the reader's own code, in the reader's own browser


def _shown(value: object) -> dict[str, str]:
    if value is None:
        return {}
    if hasattr(value, "_repr_html_"):
        return {"html": str(value._repr_html_())}
    return {"text": repr(value)}


def _told(error: BaseException) -> str:
    """An error with the reader's own lines; those of the library below them say no more."""
    told = traceback.TracebackException.from_exception(error)
    own = [frame for frame in told.stack if frame.filename.startswith(_NAME)]
    lines = [f"{frame.filename}, line {frame.lineno}:\n    {frame.line}\n" for frame in own]
    return "".join([*lines, *told.format_exception_only()]).rstrip()
