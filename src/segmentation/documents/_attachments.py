"""A file in memory: a name and its bytes."""

import attrs

from segmentation.showing import shown_by


@shown_by("name", "content")
@attrs.frozen
class Attachment:
    """A text, a Word document or another file that is attached to a template, a line, an entry.

    Attributes:
        name: The file name, without a folder; its extension tells how the content is filled.
        content: The bytes.

    >>> Attachment("fair.txt", b"Dear {{name}}")
    Attachment('fair.txt', content=13 bytes)
    """

    name: str
    content: bytes
