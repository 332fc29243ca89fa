"""Run the examples of pages, and compare what they print with what the pages show.

What a block of Python prints stands in a block of `text` right below it:

    ```python
    print(6 * 7)
    ```
    ```text
    42
    ```

`...` in it stands for anything. A block `{display}` below instead shows the value of the last
line as a notebook does; the build makes it (see `displays`). Commands are examples, too (see
`commands`). `python -m docs.outputs PAGE ...` writes into pages what their examples print; without
a page, into all.
"""

import ast
import io
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from doctest import ELLIPSIS, OutputChecker
from pathlib import Path
from typing import Any

from docs.commands import Commands
from sybil import Document, Example, Region
from sybil.parsers.myst import PythonCodeBlockParser, SkipParser

ROOT = Path(__file__).parent.parent

_SHOWN = re.compile(
    r"\n\n?(?:```text\n(?P<text>.*?)^```$|```\{display\}(?P<display>[^\n]*)\n.*?^```$)",
    re.MULTILINE | re.DOTALL,
)


class Examples:
    """A parser of Sybil for the Python blocks of a page, each with what is shown below it.

    Args:
        on_output: Called with an example, what it printed and what the page shows of it, if
            they differ; it returns what is wrong. Without it, what is wrong is told.
        on_display: Called with the value that a block `{display}` shows.
    """

    def __init__(
        self,
        on_output: Callable[[Example, str, str | None], str | None] | None = None,
        on_display: Callable[[Any], object] | None = None,
    ) -> None:
        self._blocks = PythonCodeBlockParser(doctest_optionflags=ELLIPSIS)
        self._on_output = on_output or _complaint
        self._on_display = on_display or _check_display

    def __call__(self, document: Document) -> Iterable[Region]:
        """Give the Python blocks of a page."""
        for region in self._blocks(document):
            region.evaluator = self._evaluate
            yield region

    def _evaluate(self, example: Example) -> str | None:
        __tracebackhide__ = True
        shown = _SHOWN.match(example.document.text, example.end)
        displays = shown is not None and shown["display"] is not None
        printed = io.StringIO()
        with redirect_stdout(printed):
            value = _run(example, with_value=displays)
        if displays:
            self._on_display(value)
        text = shown["text"] if shown else None
        if agree(printed.getvalue(), text):
            return None
        return self._on_output(example, printed.getvalue(), text)


def _run(example: Example, *, with_value: bool) -> Any:  # noqa: ANN401 - whatever it shows
    __tracebackhide__ = True
    start = example.line + example.parsed.line_offset
    tree = ast.parse("\n" * start + example.parsed, example.path)
    last = tree.body.pop() if with_value else None
    exec(compile(tree, example.path, "exec"), example.namespace)  # noqa: S102 - our own pages
    if last is None:
        return None
    if not isinstance(last, ast.Expr):
        raise TypeError("what is displayed is the value of the last line")
    code = compile(ast.Expression(last.value), example.path, "eval")
    return eval(code, example.namespace)  # noqa: S307 - our own pages


def agree(printed: str, text: str | None) -> bool:
    """Tell whether an example prints what the page shows below it."""
    if text is None:
        return not printed
    return OutputChecker().check_output(text, _without_blank_ends(printed), ELLIPSIS)


def _without_blank_ends(printed: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in printed.rstrip().splitlines())


def _complaint(_example: Example, printed: str, text: str | None) -> str:
    shown = "nothing" if text is None else f"\n{text}"
    return (
        f"The page shows {shown}\nbut this is printed:\n{_without_blank_ends(printed)}"
        "`python -m docs.outputs` writes what is printed into the pages."
    )


def _check_display(value: object) -> None:
    if not (hasattr(value, "_repr_html_") or hasattr(value, "_repr_mimebundle_")):
        raise TypeError(f"{value!r} has no display of its own")


@contextmanager
def folder_of_its_own() -> Iterator[None]:
    """Run examples in a folder with the data of the pages, which is removed afterwards."""
    left = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "online-retail").symlink_to(ROOT / "docs" / "data" / "online-retail")
        Path(folder, "cronus").symlink_to(ROOT / "tests" / "data" / "cronus")
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(left)


def run_page(page: Path, examples: Examples, commands: Commands | None = None) -> None:
    """Run all examples of a page, one after the other."""
    document = Document.parse(str(page), examples, commands or Commands(), SkipParser())
    with folder_of_its_own():
        for example in document.examples():
            example.evaluate()


def examples_of(page: Path) -> list[tuple[str, str | None]]:
    """The examples of a page, each with the text that is shown below it."""
    document = Document.parse(str(page), Examples())
    found = [(each.parsed, _SHOWN.match(document.text, each.end)) for each in document.examples()]
    return [(code, shown["text"] if shown else None) for code, shown in found]


def update(page: Path) -> bool:
    """Write into a page what its examples print; tell whether anything was changed."""
    text = page.read_text("utf-8")
    found: list[tuple[int, int, str]] = []

    def note(example: Example, printed: str, _text: str | None) -> None:
        shown = _SHOWN.match(text, example.end)
        output = f"\n\n```text\n{_without_blank_ends(printed)}```" if printed else ""
        found.append((example.end, shown.end() if shown else example.end, output))

    def note_answer(example: Example, answered: str) -> None:
        found.append((example.start, example.end, f"```console\n{answered}```"))

    run_page(page, Examples(on_output=note), Commands(on_output=note_answer))
    for start, end, output in reversed(found):
        text = text[:start] + output + text[end:]
    page.write_text(text, "utf-8")
    return bool(found)


def all_pages() -> list[Path]:
    """The README and the pages of the documentation."""
    docs = ROOT / "docs"
    return [ROOT / "README.md", *sorted(p for p in docs.rglob("*.md") if "_build" not in p.parts)]


if __name__ == "__main__":
    for each in [Path(name).resolve() for name in sys.argv[1:]] or all_pages():
        if update(each):
            sys.stdout.write(f"{each}: changed\n")
