"""Texts that a spreadsheet would run, kept from it in CSV by an apostrophe, which import takes off.

A text that has such an apostrophe itself gets another, so that nothing is lost.
"""

import re

from segmentation.fields import Field

_RUN = re.compile("'*[=+@\\t\\r\\n\uff1d\uff0b\uff0d\uff20-]")

_PHONES = re.compile("phone|fax|contact_via")
"""Parts of the names of fields that hold phone numbers."""

_PHONE = re.compile(r"\+[0-9 ()/.-]*")


def guarded(field: Field, text: str) -> str:
    """A text of a field as a cell of CSV that no spreadsheet runs.

    >>> from segmentation.fields import FieldType
    >>> guarded(Field("name", FieldType.TEXT), "=1+1")
    "'=1+1"
    >>> guarded(Field("phone_no", FieldType.TEXT), "+47 22 33 44 55")
    '+47 22 33 44 55'
    """
    if not _RUN.match(text) or (_PHONES.search(field.name) and _PHONE.fullmatch(text)):
        return text
    return f"'{text}"


def unguarded(text: str) -> str:
    """A cell of CSV without the apostrophe that keeps a spreadsheet from running it.

    >>> unguarded("'=1+1"), unguarded("''=1+1"), unguarded("'s-Hertogenbosch")
    ('=1+1', "'=1+1", "'s-Hertogenbosch")
    """
    return text[1:] if text.startswith("'") and _RUN.match(text, 1) else text
