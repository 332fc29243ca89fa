"""Show what the last line of an example gives, as a notebook does: the directive `display`.

Its argument says what is seen, for those who do not see it. The page's examples are run once when
the first display of the page is built; tables come as they show themselves, charts as SVG.
"""

import io
from html import escape
from pathlib import Path
from typing import Any, ClassVar

from docs.outputs import Examples, run_page
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class Display(SphinxDirective):
    """What the example above it gives."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar = {}

    def run(self) -> list[nodes.Node]:
        """A figure of the page's next display."""
        waiting = self.env.temp_data.get("displays")
        if waiting is None:
            shown: list[str] = []
            run_page(
                Path(self.env.doc2path(self.env.docname)),
                Examples(on_display=lambda value: shown.append(_html(value))),
            )
            waiting = self.env.temp_data["displays"] = iter(shown)
        caption = escape(self.arguments[0])
        figure = f'<figure class="display" aria-label="{caption}">{next(waiting)}</figure>'
        return [nodes.raw("", figure, format="html")]


def _html(value: Any) -> str:  # noqa: ANN401 - whatever shows itself
    if hasattr(value, "_repr_html_"):
        return str(value._repr_html_())
    picture = io.StringIO()
    value.configure(background="white").save(picture, format="svg")
    return picture.getvalue()


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("display", Display)
    return {"parallel_read_safe": True}
