"""What the project says of itself is what is checked."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_classifiers_name_the_pythons_that_are_tested_on() -> None:
    listed = re.search(
        r"^pythons=\((.+)\)$", (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE
    )
    assert listed
    named = [
        each.rpartition(" :: ")[2]
        for each in PROJECT["classifiers"]
        if each.startswith("Programming Language :: Python :: 3.")
    ]
    assert named == listed[1].split()
    assert PROJECT["requires-python"] == f">={named[0]}"


REQUIREMENTS = [
    *PROJECT["dependencies"],
    *(each for extra in PROJECT["optional-dependencies"].values() for each in extra),
]


@pytest.mark.parametrize(
    "requirement", [each for each in REQUIREMENTS if not each.startswith("segmentation[")]
)
def test_every_requirement_names_the_lowest_version_that_works(requirement: str) -> None:
    assert re.fullmatch(r"[\w-]+(\[\w+\])?>=[0-9.]+", requirement)
