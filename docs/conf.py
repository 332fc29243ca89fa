"""Settings of Sphinx: Markdown pages, and a reference made from the docstrings."""

import sys
from importlib.metadata import version as version_of
from pathlib import Path

_docs = Path(__file__).parent
sys.path[:0] = [str(_docs.parent), str(_docs)]  # our own extensions, and what they share with tests

project = "segmentation"
author = "The segmentation authors"
copyright = f"2026, {author}"
release = version_of(project)
version = release

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "captions",
    "displays",
    "pyodide",
    "questions",
    "signatures",
]
exclude_patterns = ["_build", "data"]
nitpicky = True
# Types in signatures are spelled as in the source; aliases and other libraries have no page here.
nitpick_ignore_regex = [("py:(class|data|obj|type)", ".*")]

html_theme = "furo"
html_title = f"segmentation {release}"
html_static_path = ["_static"]
html_css_files = ["pages.css"]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
default_role = "code"
napoleon_numpy_docstring = False
