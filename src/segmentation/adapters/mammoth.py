"""The body of a mail from a letter made in Word, by Mammoth (extra ``word``).

What a mail can show comes out: text, headings, lists, tables, links and pictures. Fonts, page
headers and the place of things on the paper stay behind.
"""

try:
    import mammoth
except ImportError as error:
    from segmentation.errors import MissingExtra

    raise MissingExtra("word", "making mails of Word letters") from error

import io
import zipfile
from xml.parsers.expat import ExpatError

import attrs

from segmentation.errors import BadDocument

_PAGE = '<!DOCTYPE html>\n<html>\n<head><meta charset="utf-8"></head>\n<body>{}</body>\n</html>\n'


@attrs.frozen
class MailBody:
    """Turns Word documents into HTML, for ``Rendering.bodies``."""

    converts: frozenset[str] = frozenset({"docx", "docm"})
    extension: str = "html"
    media_type: str = "text/html; charset=utf-8"

    def convert(self, content: bytes, name: str) -> bytes:
        """A Word document as HTML; its pictures are in it.

        Raises:
            BadDocument: It is no Word document.
        """
        try:
            made = mammoth.convert_to_html(io.BytesIO(content))
        except (zipfile.BadZipFile, ExpatError, KeyError, OSError, ValueError) as error:
            reason = "cannot be made a mail: it is no Word document, or not whole"
            raise BadDocument(name, reason) from error
        return _PAGE.format(made.value).encode()
