"""Run the commands of pages, and compare what they print with what the pages show.

A command stands after `$ ` in a block of `console`, what it prints in the lines below it; a block
of `bash` is all commands. `...` in what is printed stands for anything; at the end of a word of a
command for the rest of a word that was printed above. Commands of `segmentation` run in the folder
of the page's other examples. Every other command is left to the reader by a rule that says why.
`python -m docs.commands` counts them.
"""

import io
import re
import shlex
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from doctest import ELLIPSIS, OutputChecker
from glob import glob
from pathlib import Path

from sybil import Document, Example, Region
from sybil.parsers.myst import CodeBlockParser

from segmentation.command_line import main

ROOT = Path(__file__).parent.parent

_SERVER = re.compile(r"://\S*HOST|\bDATABASE\b")
_OURS = "segmentation"
_NOWHERE = "nowhere://nobody"
_ELSEWHERE = [
    ("run by .ci/run as a reader would", r"(python3 -m venv|\.venv/bin/python -m \w+)\b.*"),
    ("for PowerShell", r"(py|\.venv\\Scripts\\python) -m .*"),
    ("installs", r"pip install .*"),
    ("asks a service that is running", r"curl .*"),
    ("needs a project of Django", r"manage\.py .*"),
    ("needs a cluster", r"spark-submit .*"),
    ("measures", r"(\w+=\S+ )*python -m pytest tests/benchmarks/.*"),
    ("builds the documentation", r"(python docs/|sphinx-build |python -m http\.server ).*"),
]
WAYS = ("run", "needs a server", *(way for way, _ in _ELSEWHERE))


class Commands:
    """A parser of Sybil for the blocks of commands of a page.

    Args:
        on_output: Called with an example and the block as it should be, if they differ; it
            returns what is wrong. Without it, what is wrong is told.
    """

    def __init__(self, on_output: Callable[[Example, str], str | None] | None = None) -> None:
        self._on_output = on_output or _complaint

    def __call__(self, document: Document) -> Iterable[Region]:
        """Give the blocks of commands of a page."""
        for language in ("console", "bash", "powershell"):
            yield from CodeBlockParser(language, self._evaluate)(document)

    def _evaluate(self, example: Example) -> str | None:
        __tracebackhide__ = True
        for command, _ in _parts(example.parsed):
            _check(command)
        if not example.parsed.startswith("$ "):
            return None
        answered = ""
        for part in _parts(example.parsed):
            answered += _answered(*part, said=answered)
        if OutputChecker().check_output(example.parsed, answered, ELLIPSIS):
            return None
        return self._on_output(example, answered)


def _complaint(_example: Example, answered: str) -> str:
    return (
        f"The commands print:\n{answered}"
        "`python -m docs.outputs` writes what is printed into the pages."
    )


def way_of(command: str) -> str:
    """How a command of a page is tried: it is run, or left to the reader for a reason.

    Raises:
        ValueError: No rule knows the command.
    """
    if command.split(maxsplit=1)[0] == _OURS:
        return "needs a server" if _SERVER.search(command.partition(" | ")[0]) else "run"
    for way, pattern in _ELSEWHERE:
        if re.fullmatch(pattern, command, re.DOTALL):
            return way
    raise ValueError(f"no rule of {Path(__file__).name} says whether this is run: {command}")


def _parts(block: str) -> Iterator[tuple[str, str]]:
    """Each command of a block with the lines that are shown below it."""
    if not block.startswith("$ "):
        for command in re.split(r" &&\n|(?<!\\)\n", block.strip()):
            yield command.replace("\\\n", " "), ""
        return
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def _check(command: str) -> None:
    """Refuse a command that no rule knows, or that names a file of ours which is not there.

    Raises:
        ValueError: It is one of these.
    """
    way_of(command)
    for named in re.findall(r"\b(?:docs|tests)/\S+\.py\b", command):
        if not (ROOT / named).exists():
            raise ValueError(f"there is no {named}: {command}")


def _answered(command: str, shown: str, *, said: str) -> str:
    """A command as the page should have it, with what it prints below it."""
    way = way_of(command)
    if way != "run":
        if command.split(maxsplit=1)[0] == _OURS:
            _check_arguments(command.partition(" > ")[0])
        return f"$ {command}\n{shown}"
    ours, piped, _ = _with_whole_words(command, said).partition(" | ")
    ours, redirected, file = ours.partition(" > ")
    printed = _printed(ours)
    if redirected:
        Path(file).write_text(printed, "utf-8")
    return f"$ {command}\n{'' if piped or redirected else printed}"


def _with_whole_words(command: str, said: str) -> str:
    """A command whose words that end in `...` are those printed above that begin like them."""

    def whole(word: re.Match[str]) -> str:
        found = re.search(re.escape(word[1]) + r"\S*", said)
        return found[0] if found else word[0]

    return re.sub(r"(\S+)\.\.\.", whole, command)


def _printed(command: str) -> str:
    """What a command of ours prints, its faults in their place."""
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(printed), suppress(SystemExit):
        main([each for word in shlex.split(command)[1:] for each in _expanded(word)])
    return printed.getvalue()


def _expanded(word: str) -> list[str]:
    """A word as a shell gives it: one with a star and a slash is the files that it fits."""
    return sorted(glob(word)) if "*" in word and "/" in word else [word]  # noqa: PTH207 - as given


def _check_arguments(command: str) -> None:
    """Have the command line read a command that cannot be run here, up to its address.

    Raises:
        ValueError: It is not understood.
    """
    words = [_NOWHERE if _SERVER.search(word) else word for word in shlex.split(command)]
    answer = _printed(shlex.join(word for word in words if word))
    if f"{_NOWHERE}: is no address" not in answer:
        raise ValueError(f"{command}: {answer}")


def counted(pages: Iterable[Path]) -> Counter[str]:
    """How many commands of pages are tried in each way."""
    blocks = [each for page in pages for each in Document.parse(str(page), Commands()).examples()]
    return Counter(way_of(command) for each in blocks for command, _ in _parts(each.parsed))


if __name__ == "__main__":
    from docs.outputs import all_pages

    for way, number in counted(all_pages()).most_common():
        sys.stdout.write(f"{number:4} {way}\n")
