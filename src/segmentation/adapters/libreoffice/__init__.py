"""PDF by a headless LibreOffice, if one is installed; no extra, but the program and its Python.

One LibreOffice serves many documents; it is started with the first and has a profile of its
own, so that one that somebody has on the screen is in nobody's way.
"""

from ._converter import LibreOffice, find_programs

__all__ = ["LibreOffice", "find_programs"]
