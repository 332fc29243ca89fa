"""Documents: templates, the values that fill them, and what is handed to a courier.

A template is read once into a form, which says what fields it names and is filled for one
contact after the other. A field that nothing fills is an error that names template, field and
contact, never an empty place. Knows nothing of Word's markup,
of files or mail servers.
"""

from ._addresses import address_key, address_lines
from ._archives import unpacked
from ._attachments import Attachment
from ._document import Document, Receipt, safe_file_name
from ._formats import Formats, FormatsFor, PlainFormats, field_text, plain_formats
from ._forms import (
    Form,
    FormForMany,
    FormWithRemarks,
    FormWithText,
    field_name,
    missing_fields,
    unfilled,
)
from ._languages import LOCALES, locale_of
from ._layouts import (
    MISSING_DATA,
    DataPath,
    FormOfLayout,
    Given,
    Layout,
    LayoutPart,
    Ours,
    layout_values,
    missing_data,
    names_of,
    picture_kind,
)
from ._links import to_ascii_host, to_uri
from ._text import TextForm, TextRenderer, fields_in, render_text

__all__ = [
    "LOCALES",
    "MISSING_DATA",
    "Attachment",
    "DataPath",
    "Document",
    "Form",
    "FormForMany",
    "FormOfLayout",
    "FormWithRemarks",
    "FormWithText",
    "Formats",
    "FormatsFor",
    "Given",
    "Layout",
    "LayoutPart",
    "Ours",
    "PlainFormats",
    "Receipt",
    "TextForm",
    "TextRenderer",
    "address_key",
    "address_lines",
    "field_name",
    "field_text",
    "fields_in",
    "layout_values",
    "locale_of",
    "missing_data",
    "missing_fields",
    "names_of",
    "picture_kind",
    "plain_formats",
    "render_text",
    "safe_file_name",
    "to_ascii_host",
    "to_uri",
    "unfilled",
    "unpacked",
]
