"""Word documents, by lxml (extra ``word``): mail merge templates filled without Word.

`WordRenderer` reads a template once: what Word saved is kept byte for byte, but for the merge
fields, which are cut out. Filling it for a contact is then a matter of joining pieces.
"""

try:
    import lxml  # noqa: F401
except ImportError as error:
    from segmentation.errors import MissingExtra

    raise MissingExtra("word", "filling Word templates") from error

from ._form import WordForm
from ._renderer import WordRenderer

__all__ = ["WordForm", "WordRenderer"]
