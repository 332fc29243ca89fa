"""What every test may ask for, and how much chance Hypothesis is given."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from segmentation.adapters.libreoffice import LibreOffice, find_programs
from segmentation.errors import NotFound

ROOT = Path(__file__).parent.parent

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "default")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the benchmarks out unless they are asked for by name."""
    benchmarks = ROOT / "tests" / "benchmarks"
    if collection_path != benchmarks:
        return None
    asked = (config.invocation_params.dir / arg.split("::")[0] for arg in config.args)
    named = any(path.resolve().is_relative_to(benchmarks) for path in asked)
    return None if named else True


@pytest.fixture(scope="module")
def office() -> Iterator[LibreOffice]:
    """A LibreOffice of the module's own, where one is installed."""
    try:
        find_programs()
    except NotFound as missing:
        pytest.skip(str(missing))
    with LibreOffice(timeout=120) as office:
        yield office


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of data shared by several projects, next to the checkout."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip(f"no folder {folder.name!r} next to the checkout")
    return folder
