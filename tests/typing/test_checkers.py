"""Type checkers find what is planted as wrong, and say nothing of what is right.

Every ``mistakes_*.py`` beside this file is read by mypy and by pyright: each line that ends in
``# wrong`` must be reported by both, and no other. In every ``right_*.py`` nothing may be reported.
The files are read and never run, so their statements stand in functions.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
MISTAKES, RIGHT = sorted(HERE.glob("mistakes_*.py")), sorted(HERE.glob("right_*.py"))
FILES = [*MISTAKES, *RIGHT]

README = ROOT / "README.md"
"""Its examples are right, too."""

Reports: TypeAlias = Mapping[str, Mapping[int, str]]
"""What is reported of each file, by line."""


def output_of(module: str, *arguments: str) -> str:
    """What a checker prints, run from the root with the settings that stand there."""
    if find_spec(module) is None:
        pytest.skip(f"{module} is not installed; install the dependency group lint")
    command = [sys.executable, "-m", module, *arguments]
    environment = os.environ | {"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode in {0, 1}, done.stderr  # 2 and more: it did not run at all
    return done.stdout


@cache
def mypy() -> Reports:
    reports: dict[str, dict[int, str]] = {path.name: {} for path in FILES}
    lines = output_of("mypy", "--strict", "--no-pretty", *map(str, FILES)).splitlines()
    for line in lines:
        found = re.fullmatch(r"(?P<path>.+?\.py):(?P<line>\d+): error: (?P<text>.*)", line)
        if found:
            reports[Path(found["path"]).name][int(found["line"])] = found["text"]
    return reports


@cache
def pyright() -> Reports:
    reports: dict[str, dict[int, str]] = {path.name: {} for path in FILES}
    printed = output_of("pyright", "--outputjson", "--pythonpath", sys.executable, *map(str, FILES))
    for each in json.loads(printed)["generalDiagnostics"]:
        line = each["range"]["start"]["line"] + 1
        reports[Path(each["file"]).name][line] = each["message"]
    return reports


CHECKERS = pytest.mark.parametrize("checker", [mypy, pyright])


def wrong_lines(path: Path) -> set[int]:
    """The lines that are marked as wrong."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {number for number, line in enumerate(lines, start=1) if line.endswith("# wrong")}


@pytest.mark.slow
@CHECKERS
@pytest.mark.parametrize("path", MISTAKES, ids=lambda path: path.stem)
def test_each_planted_mistake_is_found_frt_19(path: Path, checker: Callable[[], Reports]) -> None:
    """FRT-19."""
    reported = checker()[path.name]
    assert wrong_lines(path)
    assert wrong_lines(path) - reported.keys() == set(), "not found"
    assert {line: reported[line] for line in reported.keys() - wrong_lines(path)} == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "options"),
    [("mypy", ["--strict"]), ("pyright", ["--pythonpath", sys.executable])],
    ids=["mypy", "pyright"],
)
def test_nothing_is_said_of_the_readme_frt_20(
    module: str, options: list[str], tmp_path: Path
) -> None:
    """FRT-20."""
    examples = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert examples
    path = tmp_path / "readme.py"
    path.write_text("\n".join(examples), encoding="utf-8")
    printed = output_of(module, *options, str(path))
    assert re.search(r"^Success|\b0 errors\b", printed, re.MULTILINE), printed


@pytest.mark.slow
@CHECKERS
@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_nothing_is_said_of_what_is_right_frt_20(
    path: Path, checker: Callable[[], Reports]
) -> None:
    """FRT-20."""
    assert checker()[path.name] == {}
