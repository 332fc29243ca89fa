"""Documents: what a letter or a mail is made of, and the plain-text renderer.

A template is a text with fields in double braces, ``{{ contact_name }}``. A field that nothing
fills is an error that names template, field and contact, never an empty place. Knows
nothing of files or mail servers.
"""

import re
from collections.abc import Mapping

import attrs

from .errors import Fault, Rejected

_FIELD = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@attrs.frozen(kw_only=True)
class Document:
    """A finished document for one contact.

    Attributes:
        contact_no: Whom it is for.
        name: A file name for it, without a folder; safe on every system.
        media_type: As in MIME.
        subject: What it is about; the subject of a mail.
        content: The bytes.
    """

    contact_no: str
    name: str
    media_type: str = "text/plain; charset=utf-8"
    subject: str = ""
    content: bytes


def fields_in(template: str) -> tuple[str, ...]:
    """The fields that a text template names, in the order of their first place.

    >>> fields_in("Dear {{ name }}, ... {{ city }}, {{ name }}")
    ('name', 'city')
    """
    return tuple(dict.fromkeys(_FIELD.findall(template)))


def render_text(template: str, values: Mapping[str, str], *, name: str, contact_no: str) -> str:
    """A text template filled with one contact's values.

    Args:
        template: The text, with fields in double braces.
        values: The merge data; nothing in them is taken for a field again.
        name: The template's name, for the error.
        contact_no: The contact's number, for the error.

    Raises:
        Rejected: Fields that nothing fills, all of them.

    >>> render_text("Dear {{ name }}!", {"name": "Anna"}, name="HELLO", contact_no="CT1")
    'Dear Anna!'
    """
    missing = [field for field in fields_in(template) if field not in values]
    if missing:
        raise Rejected(
            f"template {name}",
            [
                Fault(f"contact {contact_no}", field, "nothing fills this field")
                for field in missing
            ],
        )
    return _FIELD.sub(lambda found: values[found[1]], template)


_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
_LONGEST = 100


def safe_file_name(*parts: str, ending: str) -> str:
    """A file name that every system accepts, from texts that may hold anything.

    >>> safe_file_name("Berg & Søn A/S", "Anna Berg", ending="txt")
    'Berg & Søn A_S - Anna Berg.txt'
    """
    joined = " - ".join(filter(None, (part.strip() for part in parts)))
    cleaned = " ".join(_UNSAFE.sub("_", joined).split()).strip(". ")[:_LONGEST].strip(". ")
    return f"{cleaned or 'document'}.{ending}"
