"""Mutants of the front and the operations, each against the tests of its own noun.

A mutant is the library with one small fault put in. Tests that notice nothing let it survive, and
say by that what they do not look at::

    python tests/mutation.py front            all of the front
    python tests/mutation.py operations 300   a sample of the operations, drawn with a seed

Survivors are printed with file, line and change; the exit code is their number, 100 at most. It
takes seconds for each mutant, so it is a command and no test.
"""

import ast
import copy
import os
import random  # noqa: TID251 - from a seed
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from queue import SimpleQueue

import attrs

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "segmentation"
SEED = 20261122
AT_ONCE = max(1, (os.cpu_count() or 2) - 1)
MOST_SECONDS = 300


@attrs.frozen
class Mutant:
    """One fault: where it is, what it changes, and the whole text of the module with it."""

    path: Path
    line: int
    change: str
    text: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}: {self.change}"


# -- making mutants ---------------------------------------------------------------------------


def forwarded(call: ast.Call) -> Iterator[tuple[str, ast.Call]]:
    """A call that hands on less, or one thing in the place of another."""
    for place, keyword in enumerate(call.keywords):
        if keyword.arg:
            less = copy.deepcopy(call)
            del less.keywords[place]
            yield f"{keyword.arg} is not handed on", less
    plain = [place for place, value in enumerate(call.args) if not isinstance(value, ast.Starred)]
    for first, second in pairwise(plain[1:]):
        if ast.dump(call.args[first]) == ast.dump(call.args[second]):
            continue  # it would be the same call
        swapped = copy.deepcopy(call)
        args = swapped.args
        args[first], args[second] = args[second], args[first]
        yield f"arguments {first + 1} and {second + 1} are swapped", swapped
    named = [keyword for keyword in call.keywords if keyword.arg]
    for one, other in pairwise(named):
        if ast.dump(one.value) == ast.dump(other.value):
            continue
        swapped = copy.deepcopy(call)
        values = {keyword.arg: keyword for keyword in swapped.keywords}
        values[one.arg].value, values[other.arg].value = other.value, one.value
        yield f"{one.arg} and {other.arg} are swapped", swapped


_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


def decided(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """An expression that decides or says something else."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in _COMPARISONS:
            other = copy.deepcopy(node)
            other.ops = [_COMPARISONS[type(op)]()]
            yield "the comparison is turned", other
        case ast.BoolOp(op=op):
            other_op = copy.deepcopy(node)
            other_op.op = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield "and is or, or the other way round", other_op
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "not is left out", operand
        case ast.Constant(value=bool() as value):
            yield f"{value} is {not value}", ast.Constant(value=not value)
        case ast.Constant(value=int() as value):
            yield f"{value} is {value + 1}", ast.Constant(value=value + 1)
        case _:
            pass


def in_functions(tree: ast.Module) -> Iterator[ast.AST]:
    """The nodes in bodies of functions: no annotations, defaults and docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for statement in node.body:
                if not (
                    isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
                ):
                    yield from ast.walk(statement)


def mutants_of(path: Path, *, front: bool) -> Iterator[Mutant]:
    """All mutants of a module."""
    source = path.read_text(encoding="utf-8")
    seen: set[tuple[int, int, str]] = set()
    for node in in_functions(ast.parse(source)):
        changed = forwarded(node) if isinstance(node, ast.Call) else ()
        for change, other in changed if front else (*changed, *decided(node)):
            spot = (node.lineno, node.col_offset, change)  # type: ignore[attr-defined]
            if spot not in seen:
                seen.add(spot)
                yield Mutant(path, spot[0], change, replaced(source, node, other))


def replaced(source: str, node: ast.AST, other: ast.AST) -> str:
    """The source with one expression written anew."""
    lines = source.encode().splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    begin = starts[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]
    end = starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]
    whole = b"".join(lines)
    return (whole[:begin] + f"({ast.unparse(other)})".encode() + whole[end:]).decode()


# -- trying them ------------------------------------------------------------------------------


_SERVES = {
    "followers": ("campaigns", "contacts", "interactions"),
    "records": ("contacts", "segments"),
    "values": ("data", "interactions"),
}
"""Modules that serve other nouns, whose tests speak of them."""


def tests_of(path: Path) -> Sequence[Sequence[Path]]:
    """The tests that speak of a module's noun, the front's among them; the nearest first.

    Most mutants do not survive the first: the others are not even read for these.
    """
    noun = (
        path.stem.lstrip("_")
        if path.parent.name in {"workspace", "operations"}
        else path.parent.name
    )
    noun = {
        "worksheet": "segments",
        "logged_segments": "segments",
        "saved_criteria": "segments",
    }.get(noun, noun)
    tests = ROOT / "tests"
    under = [tests / "operations" / noun, tests / "operations" / f"test_{noun}.py"]
    front = sorted((tests / "workspace").glob("test_*.py"))
    names = {f"test_{noun}.py", f"test_{path.stem.lstrip('_')}.py", "test_front.py"}
    own = [each for each in front if each.name in names]
    nearest = own if path.parent.name == "workspace" else under
    messages = tests / "languages" / "test_message_values.py"
    served = [tests / "operations" / each for each in _SERVES.get(noun, ())]
    far = (*under, *served, *front, tests / "values", messages)
    others = [each for each in far if each not in nearest]
    found = ([each for each in group if each.exists()] for group in (nearest, others))
    return [group for group in found if group]


def survives(mutant: Mutant, copied: Path) -> bool:
    """Whether the tests of a mutant's noun notice nothing; ``copied`` is a copy of the sources."""
    return all(passes(mutant, copied, group) for group in tests_of(mutant.path))


def passes(mutant: Mutant, copied: Path, tests: Sequence[Path]) -> bool:
    """Whether some tests pass with a mutant."""
    target = copied / mutant.path.relative_to(ROOT / "src")
    original = target.read_text(encoding="utf-8")
    target.write_text(mutant.text, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "-m",
        "not postgres and not slow",
    ]
    environment = {**os.environ, "PYTHONPATH": str(copied), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [*command, *map(str, tests)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            check=False,
            timeout=MOST_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return False
    finally:
        target.write_text(original, encoding="utf-8")
    return done.returncode == 0


def main(what: str, count: int) -> int:
    """Try mutants and print those that survive; returns how many do."""
    folder = PACKAGE / ("workspace" if what == "front" else "operations")
    paths = sorted(path for path in folder.rglob("*.py") if path.name != "__init__.py")
    found = [mutant for path in paths for mutant in mutants_of(path, front=what == "front")]
    if 0 < count < len(found):
        found = random.Random(SEED).sample(found, count)  # noqa: S311 - a sample, no secret
    print(f"{len(found)} mutants of {len(paths)} modules")
    with tempfile.TemporaryDirectory() as folder_of_copies, ThreadPoolExecutor(AT_ONCE) as pool:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(AT_ONCE):
            copied = Path(folder_of_copies) / str(number)
            shutil.copytree(ROOT / "src", copied)
            copies.put(copied)

        def attempt(mutant: Mutant) -> bool:
            copied = copies.get()
            try:
                return survives(mutant, copied)
            finally:
                copies.put(copied)

        left = 0
        for mutant, alive in zip(found, pool.map(attempt, found), strict=True):
            if alive:
                left += 1
                print(f"survives: {mutant}", flush=True)
    print(f"{left} of {len(found)} survive")
    return left


if __name__ == "__main__":
    kind, number = [*sys.argv[1:], "front", "0"][:2] if len(sys.argv) < 3 else sys.argv[1:3]
    sys.exit(min(100, main(kind, int(number) if str(number).isdigit() else 0)))
