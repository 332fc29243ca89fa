"""Run the Python examples of these pages, each page in a folder of its own."""

import os
import tempfile
from doctest import ELLIPSIS
from pathlib import Path
from typing import Any

from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser, SkipParser

collect_ignore = ["conf.py"]


def _enter(namespace: dict[str, Any]) -> None:
    folder = tempfile.TemporaryDirectory()
    namespace["_left"] = Path.cwd()
    namespace["_folder"] = folder
    os.chdir(folder.name)


def _leave(namespace: dict[str, Any]) -> None:
    os.chdir(namespace["_left"])
    namespace["_folder"].cleanup()


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(doctest_optionflags=ELLIPSIS), SkipParser()],
    pattern="*.md",
    setup=_enter,
    teardown=_leave,
).pytest()
