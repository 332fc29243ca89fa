"""Captions of the library in its four languages, as a table: the directive `captions`.

Its argument is the part: `tables`, `fields` or `options`. The captions are read from the files of
`segmentation.languages`, so that the page says what the library says.
"""

import json
from importlib.resources import files

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

LANGUAGES = {"en": "English", "fr": "French", "it": "Italian", "nb": "Norwegian Bokmål"}


class Captions(SphinxDirective):
    """A table of the captions of a part, in the order of our names."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The table, made as one of Markdown."""
        part = self.arguments[0]
        captions = {
            language: json.loads(
                (files("segmentation.languages") / f"{language}.json").read_text("utf-8")
            )
            for language in LANGUAGES
        }
        heads = ["name", *LANGUAGES.values()]
        rows = [
            [f"`{name}`", *(captions[language][part][name] for language in LANGUAGES)]
            for name in sorted(captions["en"][part])
        ]
        lines = [_row(heads), _row(["---"] * len(heads)), *map(_row, rows)]
        holder = nodes.container(classes=["captions"])
        self.state.nested_parse(StringList(lines, source="captions"), 0, holder)
        return [holder]


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("captions", Captions)
    return {"parallel_read_safe": True}
