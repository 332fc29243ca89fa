"""The plain-text renderer: fields in double braces."""

import re
from collections.abc import Mapping, Sequence

import attrs

from segmentation.errors import BadDocument, Message
from segmentation.fields import Value
from segmentation.frozen import freeze_within
from segmentation.showing import shown_by

from ._formats import Formats, field_text
from ._forms import missing_fields

_FIELD = re.compile(r"\{\{\s*(\w+)\s*\}\}")


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
        raise missing_fields(name, contact_no, missing)
    return _FIELD.sub(lambda found: values[found[1]], template)


@shown_by("fields")
@attrs.frozen(field_transformer=freeze_within)
class TextForm:
    """A text template that was read."""

    _text: str
    fields: Sequence[str]

    def fill(self, values: Mapping[str, Value], formats: Formats) -> bytes:
        """The text with its fields filled, in UTF-8."""
        texts = {field: field_text(values[field], formats) for field in self.fields}
        return _FIELD.sub(lambda found: texts[found[1]], self._text).encode(errors="replace")


@shown_by("media_type")
@attrs.frozen
class TextRenderer:
    """Renders plain text; the one renderer that needs nothing else.

    >>> form = TextRenderer().read(b"Dear {{ name }}!", "hello.txt")
    >>> form.fields
    ('name',)
    """

    fills: frozenset[str] = frozenset({"txt"})
    extension: str = "txt"
    media_type: str = "text/plain; charset=utf-8"

    def read(self, content: bytes, name: str) -> TextForm:
        """Read a template.

        Raises:
            BadDocument: It is no text in UTF-8.
        """
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            reason = Message("is no text in UTF-8 (byte {byte})", byte=error.start)
            raise BadDocument(name, reason) from error
        return TextForm(text, fields_in(text))
