"""Forms: templates that were read, and the names of their fields."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import IO, Protocol, runtime_checkable

from segmentation.errors import Fault, Message, Rejected
from segmentation.fields import Value

from ._formats import Formats


class Form(Protocol):
    """A template that was read once and is filled many times."""

    @property
    def fields(self) -> Sequence[str]:
        """The fields that it names, as they stand there, each once, in their order."""

    def fill(self, values: Mapping[str, Value], formats: Formats) -> bytes:
        """The finished document.

        Args:
            values: A value for each of ``fields``; more do no harm.
            formats: How dates and numbers are written.
        """


@runtime_checkable
class FormForMany(Form, Protocol):
    """A form that can also put the letters of many contacts into one document."""

    def fill_all(
        self, letters: Iterable[tuple[Mapping[str, Value], Formats]], file: IO[bytes]
    ) -> int:
        """Write one document; returns how many letters it holds.

        Args:
            letters: For each contact its values and formats.
            file: Where the document is written; must be able to seek.
        """


@runtime_checkable
class FormWithText(Form, Protocol):
    """A form whose text may look like a field and be none."""

    @property
    def typed(self) -> Sequence[str]:
        """What stands in the text between the quotes in which Word shows fields: «Name»."""


@runtime_checkable
class FormWithRemarks(Form, Protocol):
    """A form that may have in it what nobody meant to send."""

    @property
    def remarks(self) -> Sequence[Message]:
        """What was left in the template: tracked changes, comments."""


_NO_PART_OF_A_NAME = re.compile(r"[\W_]+")

_ALSO_CALLED = {
    "contact": "contactname",
    "greetingline": "formalsalutation",
    "primarycontactno": "contactno",
    "purchasercode": "salespersoncode",
    "registrationno": "registrationnumber",
}
_ENDINGS = {
    "postalzipcode": "postcode",
    "zippostalcode": "postcode",
    "postalcode": "postcode",
    "zipcode": "postcode",
    "provincestate": "county",
    "stateprovince": "county",
    "province": "county",
    "state": "county",
    "lastdatemodified": "lastmodified",
    "lastname": "surname",
    "calcformalsalutation": "formalsalutation",
    "calcinformalsalutation": "informalsalutation",
    "lcy": "",
}
"""How names end in Business Central's localisations, and for what; the longest goes first."""


def field_name(name: str) -> str:
    """The name under which a field is known, however a template spells it.

    Business Central names merge fields by their caption: letters and digits are kept, blanks
    become underscores ("ZIP Code" is ``ZIP_Code``, "Country/Region Code" is
    ``CountryRegion_Code``). Ours are in snake case. Case and underscores do not matter here,
    so both are the same name.

    >>> field_name("CountryRegion_Code") == field_name("country_region_code")
    True
    >>> field_name("ZIP_Code") == field_name("post_code")
    True
    """
    plain = _NO_PART_OF_A_NAME.sub("", name).casefold()
    if plain in _ALSO_CALLED:
        return _ALSO_CALLED[plain]
    for ending, ours in _ENDINGS.items():
        if plain.endswith(ending):
            return plain.removesuffix(ending) + ours
    return plain


def unfilled(form: Form, known: Container[str]) -> Sequence[str]:
    """The fields of a form that nothing fills, as they stand there.

    Args:
        form: The form.
        known: Names that something fills, as `field_name` gives them.
    """
    return [field for field in form.fields if field_name(field) not in known]


def missing_fields(template: str, contact_no: str, fields: Sequence[str]) -> Rejected:
    """The error that says which fields of a template nothing fills, and for whom."""
    place = Message("contact {no}", no=contact_no)
    reason = Message(
        "nothing fills this field; crm.letters.merge_fields() lists those that are filled"
    )
    faults = [Fault(place, field, reason) for field in fields]
    return Rejected(Message("template {code}", code=template), faults)
