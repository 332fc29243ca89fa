"""Packages of npm, which tests ask for what others make of our output."""

import shutil
import subprocess
from pathlib import Path

import pytest

_INSTALL = ("install", "--no-audit", "--no-fund", "--ignore-scripts")


def node_with(package: str, folder: Path) -> str:
    """Node.js, with a package installed in a folder; leaves the test out where it is missing."""
    node, installer = shutil.which("node"), shutil.which("npm")
    if node is None or installer is None:
        pytest.skip("needs Node.js: install nodejs, npm")
    (folder / "package.json").write_text("{}", encoding="utf-8")
    ran = subprocess.run(
        [installer, *_INSTALL, package], cwd=folder, capture_output=True, check=False, timeout=120
    )
    if ran.returncode:
        pytest.skip(f"needs a registry of npm with {package}")
    return node
