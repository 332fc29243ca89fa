"""Python in the browser, for the page `try`: get its files, and put them into the built site.

`python docs/pyodide.py FOLDER` gets Pyodide by npm, and by pip the wheels of the library and of
what it needs; `sphinx-build -D pyodide_folder=FOLDER docs docs/_build` puts them into the site,
which then needs no other. A site built without them says so on the page.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # getting the files needs no Sphinx
    from sphinx.application import Sphinx
    from sphinx.config import Config

ROOT = Path(__file__).parent.parent

_NPM = ("install", "--no-audit", "--no-fund", "--ignore-scripts", "pyodide@>=314")
_PIP = ("-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:")
_FILES = (
    "package.json",
    "pyodide-lock.json",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "pyodide.mjs",
    "python_stdlib.zip",
)
_WHEELS = "wheels.json"


def get_pyodide(folder: Path) -> None:
    """Get Pyodide into a folder.

    Raises:
        FileNotFoundError: There is no npm.
        subprocess.CalledProcessError: npm cannot get it.
    """
    with tempfile.TemporaryDirectory() as made:
        (Path(made) / "package.json").write_text("{}", "utf-8")
        _run(shutil.which("npm") or "npm", *_NPM, within=made)
        for name in _FILES:
            shutil.copy(Path(made) / "node_modules" / "pyodide" / name, folder)


def get_wheels(folder: Path) -> None:
    """Make the wheel of the library, and get those of what it needs, into a folder.

    Raises:
        subprocess.CalledProcessError: pip cannot make or get them.
    """
    for old in folder.glob("*.whl"):
        old.unlink()
    # Pyodide has no time zones of a system.
    needed = (str(ROOT), "tzdata")
    _run(sys.executable, *_PIP, "--wheel-dir", str(folder), *needed)
    wheels = sorted(path.name for path in folder.glob("*.whl"))
    (folder / _WHEELS).write_text(json.dumps(wheels), "utf-8")


def _run(*command: str, within: str | None = None) -> None:
    subprocess.run(command, cwd=within, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - ours


def _tag(app: "Sphinx", config: "Config") -> None:
    if config.pyodide_folder:
        app.tags.add("pyodide")


def _copy(app: "Sphinx", error: Exception | None) -> None:
    if error is None and app.config.pyodide_folder and app.builder.format == "html":
        folder = app.confdir / app.config.pyodide_folder
        files = [*_FILES, _WHEELS, *json.loads((folder / _WHEELS).read_text("utf-8"))]
        target = app.outdir / "_static" / "pyodide"
        target.mkdir(exist_ok=True)
        for name in files:
            shutil.copy(folder / name, target)


def setup(app: "Sphinx") -> dict[str, bool]:
    """Copy the files into the site, if there are any."""
    app.add_config_value("pyodide_folder", "", "env", str)
    app.connect("config-inited", _tag)
    app.connect("build-finished", _copy)
    return {"parallel_read_safe": True}


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    get_pyodide(target)
    get_wheels(target)
