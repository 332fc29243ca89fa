"""HTML and text templates, by Jinja2 (extra ``html``), sandboxed; those in Word in `word`.

A template sees its data and nothing else: no files, no imports, no attributes of Python
objects. In HTML and Word every value is escaped. Mail bodies and reports are made of them.
"""

try:
    import jinja2  # noqa: F401
except ImportError as error:
    from segmentation.errors import MissingExtra

    raise MissingExtra("html", "filling HTML templates") from error

from ._texts import JinjaForm, make_html_renderer, make_text_renderer

__all__ = ["JinjaForm", "make_html_renderer", "make_text_renderer"]
