"""The wheel in Pyodide, which is Python for browsers: it runs there as it is."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import pytest
from docs.outputs import ROOT, agree, examples_of
from docs.pyodide import get_pyodide, get_wheels

RUNS = Path(__file__).parent / "data" / "python_in_browser.mjs"
PAGE = ROOT / "docs" / "_static" / "try" / "python.mjs"
Result: TypeAlias = Mapping[str, str]


def in_pyodide(folder: Path, lists: Sequence[Sequence[str]]) -> list[list[Result]]:
    """Run lists of blocks, each from the start; leaves the test out where Pyodide is missing."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        pytest.skip("needs Node.js: install nodejs, npm")
    try:
        get_pyodide(folder)
    except subprocess.CalledProcessError:
        pytest.skip("needs a registry of npm with pyodide")
    get_wheels(folder)
    command = [node, str(RUNS), str(PAGE), str(folder)]
    ran = subprocess.run(command, input=json.dumps(lists).encode(), capture_output=True, check=True)
    answered: list[list[Result]] = json.loads(ran.stdout)
    return answered


@pytest.mark.slow
def test_the_wheel_runs_in_pyodide_as_it_is(tmp_path: Path) -> None:
    """The README's examples in memory, those of the page `try`, and what a reader gets wrong."""
    pages = {name: examples_of(ROOT / name) for name in ("README.md", "docs/try.md")}
    codes = [
        [code.replace('"crm.db"', '":memory:"') for code, _ in page] for page in pages.values()
    ]
    wrong = ["print('so far')\nlen(x := 'abc')", "def half(x):\n    return x / 0\nhalf(3)", "a b"]
    *ran, fails = in_pyodide(tmp_path, [*codes, wrong])
    for page, results in zip(pages.values(), ran, strict=True):
        for (code, text), result in zip(page, results, strict=True):
            assert result["error"] == ""
            assert agree(result["printed"], text), (code, result["printed"])
    html = [result["html"] for result in ran[1]]
    assert "<td>Lampehuset Skræddergade ApS</td>" in html[0]
    assert "<td>Nord AS</td>" in html[-1]
    printed, at_run_time, syntax = fails
    assert printed == {"printed": "so far\n", "html": "", "text": "3", "error": ""}
    assert at_run_time["error"] == (
        "block 2, line 3:\n    half(3)\nblock 2, line 2:\n    return x / 0\n"
        "ZeroDivisionError: division by zero"
    )
    assert 'File "block 3", line 1\n    a b\n' in syntax["error"]
