"""A finished document, and the name of the file that it may become."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Self

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
        sender: Whom a mail is from, ``Name <address>``; empty for the courier's own sender.
        contact_nos: Whom it is for, where it is for several people at one address; else empty.
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
    sender: str = ""
    contact_nos: tuple[str, ...] = ()


class Receipt(str):
    """Where a document went, for people, and who would not have it.

    Attributes:
        refused: Those of several recipients that did not get it, with the reason; empty if all
            did.
        unknown: Of these the addresses that do not exist, as the server says.
    """

    __slots__ = ("refused", "unknown")

    refused: str
    unknown: tuple[str, ...]

    def __new__(cls, where: str, *, refused: str = "", unknown: Iterable[str] = ()) -> Self:
        made = super().__new__(cls, where)
        made.refused = refused
        made.unknown = tuple(unknown)
        return made


_UNSAFE = re.compile(r'[<>:"/\\|?*]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)
_LONGEST = 180
"""Bytes of UTF-8, of the 255 that file systems allow."""


def safe_file_name(*parts: str, numbers: Sequence[str] = (), extension: str) -> str:
    """A file name that every system accepts, from texts that may hold anything.

    Blank parts are left out. What a system would take for a path, a device or a control
    character is replaced; a name too long is cut between characters, and its numbers stay whole.

    Args:
        *parts: Texts, which may be cut.
        numbers: What tells one name from another of the same parts; stands last.
        extension: The ending, without a dot.

    >>> safe_file_name("Berg & Søn A/S", "Anna Berg", extension="txt")
    'Berg & Søn A_S - Anna Berg.txt'
    >>> safe_file_name("../../etc/passwd", "", extension="docx")
    '_.._etc_passwd.docx'
    >>> safe_file_name("B" * 200, numbers=["CT1"], extension="txt")[-12:]
    'BB - CT1.txt'
    """
    told_apart = "".join(f" - {_cleaned(number)}" for number in numbers if _cleaned(number))
    room = max(_LONGEST - len(told_apart.encode()), 0)
    cut = _cleaned(" - ".join(filter(None, (part.strip() for part in parts))))
    cut = cut.encode()[:room].decode(errors="ignore").strip(". ")
    if _RESERVED.match(cut):
        cut = f"_{cut}"
    return f"{cut or 'document'}{told_apart}.{extension}"


def _cleaned(text: str) -> str:
    visible = "".join(" " if _hidden(c) else c for c in unicodedata.normalize("NFC", text))
    return " ".join(_UNSAFE.sub("_", visible).split()).strip(". ")


def _hidden(character: str) -> bool:
    """Whether a character is a control, a format (as marks of direction are) or a surrogate."""
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
