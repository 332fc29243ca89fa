"""A finished document, and the name of the file that it may become."""

import re
import unicodedata

import attrs

from segmentation.showing import shown_by


@shown_by("contact_no", "name", "media_type", "content")
@attrs.frozen(kw_only=True)
class Document:
    """A finished document for one contact, and what a courier must know to deliver it.

    Attributes:
        contact_no: Whom it is for.
        name: A file name for it, without a folder; safe on every system.
        media_type: As in MIME.
        subject: What it is about; the subject of a mail.
        content: The bytes.
        key: Names the document for good: the same for each attempt to deliver it.
        segment_no: The segment that it belongs to; empty if none.
        addressee: Whose name stands on it: a person's, or a company's.
        e_mail: Where a mail goes; empty if the contact has no address.
        unsubscribe: A link by which the contact takes itself off the list; empty if none.
    """

    contact_no: str
    name: str
    media_type: str = "text/plain; charset=utf-8"
    subject: str = ""
    content: bytes
    key: str = ""
    segment_no: str = ""
    addressee: str = ""
    e_mail: str = ""
    unsubscribe: str = ""


_UNSAFE = re.compile(r'[<>:"/\\|?*]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)
_LONGEST = 180
"""Bytes of UTF-8: file systems allow 255, and a courier may have to add a number."""


def safe_file_name(*parts: str, extension: str) -> str:
    """A file name that every system accepts, from texts that may hold anything.

    Blank parts are left out. What a system would take for a path, a device or a control
    character is replaced; a name too long is cut between characters.

    >>> safe_file_name("Berg & Søn A/S", "Anna Berg", extension="txt")
    'Berg & Søn A_S - Anna Berg.txt'
    >>> safe_file_name("../../etc/passwd", "", extension="docx")
    '_.._etc_passwd.docx'
    """
    joined = " - ".join(filter(None, (part.strip() for part in parts)))
    visible = "".join(" " if _hidden(c) else c for c in unicodedata.normalize("NFC", joined))
    cleaned = " ".join(_UNSAFE.sub("_", visible).split()).strip(". ")
    cut = cleaned.encode()[:_LONGEST].decode(errors="ignore").strip(". ")
    if _RESERVED.match(cut):
        cut = f"_{cut}"
    return f"{cut or 'document'}.{extension}"


def _hidden(character: str) -> bool:
    """Whether a character is a control, a format (as marks of direction are) or a surrogate."""
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
