"""The house: floors as the page tells them, and packages used through what they list."""

import ast
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "src"


def layers(contract: str) -> Sequence[frozenset[str]]:
    """The layers of a contract of import-linter, each with the modules that stand on it."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (found,) = [each for each in contracts if each["id"] == contract]
    return [frozenset(re.findall(r"\w+", layer)) for layer in found["layers"]]


def rows(heading: str) -> Sequence[frozenset[str]]:
    """The names in the first column of the table under a heading of the page."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    section = page.partition(f"# {heading}\n")[2].partition("\n#")[0]
    cells = re.findall(r"^\| (`[^|]*) \|", section, flags=re.MULTILINE)
    return [frozenset(re.findall(r"`(\w+)`", cell)) for cell in cells]


@pytest.mark.parametrize(
    ("heading", "contract"),
    [("Architecture", "floors"), ("Criteria", "criteria"), ("Nouns", "nouns")],
    ids=["floors", "criteria", "nouns"],
)
def test_the_page_tells_the_layers_that_the_linter_holds(heading: str, contract: str) -> None:
    assert rows(heading) == layers(contract)


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(SOURCES.rglob("*.py")):
        parts = path.relative_to(SOURCES).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imported(path: Path) -> Iterator[str]:
    """Every module that a file names in full in its imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_a_private_module_is_used_by_its_own_package_alone() -> None:
    strangers = {
        (module, other)
        for module, path in modules()
        for other in imported(path)
        if other.startswith("segmentation.") and "._" in other
        if not f"{module}.".startswith(other.rpartition("._")[0] + ".")
    }
    assert strangers == set()
