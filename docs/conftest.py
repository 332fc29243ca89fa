"""Run the examples of these pages, each page in a folder of its own."""

from contextlib import ExitStack
from typing import Any

from docs.commands import Commands
from docs.outputs import Examples, folder_of_its_own
from sybil import Sybil
from sybil.parsers.myst import SkipParser

collect_ignore = [
    "captions.py",
    "commands.py",
    "conf.py",
    "displays.py",
    "gallery.py",
    "outputs.py",
    "pictures.py",
    "pyodide.py",
    "questions.py",
]


def _enter(namespace: dict[str, Any]) -> None:
    namespace["_folder"] = ExitStack()
    namespace["_folder"].enter_context(folder_of_its_own())


def _leave(namespace: dict[str, Any]) -> None:
    namespace["_folder"].close()


pytest_collect_file = Sybil(
    parsers=[Examples(), Commands(), SkipParser()],
    pattern="*.md",
    setup=_enter,
    teardown=_leave,
).pytest()
