"""The front as its tests read it: the nouns, their public verbs, and what each hands on."""

import ast
import inspect
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import segmentation as seg
import segmentation.workspace
from segmentation import workspace

FOLDER = Path(segmentation.workspace.__file__).parent
NOUNS: dict[str, type] = {
    name: getattr(workspace, name)
    for name in workspace.__all__
    if inspect.isclass(getattr(workspace, name))
}
"""The classes of the front, the workspace and the worksheet among them."""


def verbs() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function of the front by its name: ``Worksheet.log``."""
    for noun, kind in NOUNS.items():
        for name, verb in inspect.getmembers(kind, callable):
            if not name.startswith("_"):
                yield f"{noun}.{name}", verb


def nouns_of(crm: seg.Workspace) -> dict[str, Any]:
    """The nouns of a workspace, by the property that gives each."""
    names = [
        name
        for name, value in inspect.getmembers(type(crm))
        if isinstance(value, property) and not name.startswith("_")
    ]
    found = {name: getattr(crm, name) for name in names}
    return {name: noun for name, noun in found.items() if type(noun) in NOUNS.values()}


@cache
def sources() -> dict[str, ast.Module]:
    """The modules of the front, parsed."""
    return {p.stem: ast.parse(p.read_text(encoding="utf-8")) for p in sorted(FOLDER.glob("*.py"))}


def methods() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every public method of a noun as it is written."""
    for tree in sources().values():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name in NOUNS:
                for each in node.body:
                    if isinstance(each, ast.FunctionDef) and not each.name.startswith("_"):
                        yield f"{node.name}.{each.name}", each
