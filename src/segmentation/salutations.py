"""Salutations: how a contact is greeted, by language and tone.

A formula has the words, and says which parts of a name go where. Knows nothing of letters.
"""

import re
from collections.abc import Iterable
from typing import Annotated

import attrs

from .code_tables import Language
from .codes import Option
from .contacts import Contact
from .errors import Message, NotFound
from .fields import (
    Extra,
    Record,
    RefersTo,
    ShortCode,
    Text,
    to_extra,
    to_option,
    with_converters,
)
from .showing import shown_by


class SalutationType(Option):
    """The tone of a salutation."""

    FORMAL = "formal"
    INFORMAL = "informal"


class NamePart(Option):
    """A part of a name that a salutation formula can call for."""

    BLANK = ""
    JOB_TITLE = "job_title"
    FIRST_NAME = "first_name"
    MIDDLE_NAME = "middle_name"
    SURNAME = "surname"
    INITIALS = "initials"
    COMPANY_NAME = "company_name"


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class Salutation(Record, table="salutation", key=("code",)):
    """A way to greet; its words stand in the formulas."""

    code: ShortCode
    description: Text = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class SalutationFormula(
    Record, table="salutation_formula", key=("salutation_code", "language_code", "salutation_type")
):
    """The words of a salutation in one language and tone.

    Attributes:
        salutation: The text, with ``%1`` to ``%5`` where the name parts go.
    """

    salutation_code: Annotated[ShortCode, RefersTo("salutation")]
    language_code: Language = ""
    salutation_type: SalutationType = attrs.field(
        default=SalutationType.FORMAL, converter=to_option
    )
    salutation: Text = ""
    name_1: NamePart = attrs.field(default=NamePart.BLANK, converter=to_option)
    name_2: NamePart = attrs.field(default=NamePart.BLANK, converter=to_option)
    name_3: NamePart = attrs.field(default=NamePart.BLANK, converter=to_option)
    name_4: NamePart = attrs.field(default=NamePart.BLANK, converter=to_option)
    name_5: NamePart = attrs.field(default=NamePart.BLANK, converter=to_option)
    extra: Extra = attrs.field(default=(), converter=to_extra)

    @property
    def parts(self) -> tuple[NamePart, ...]:
        """The five name parts, in their order."""
        return (self.name_1, self.name_2, self.name_3, self.name_4, self.name_5)


@shown_by("before", "name", "after")
@attrs.frozen
class Greeting:
    """A salutation of one contact, cut where its words end and its name begins.

    Attributes:
        before: The words before the name; all of them, if it has no name.
        name: What it says of the contact's name.
        after: The words and signs after the name.
    """

    before: str
    name: str = ""
    after: str = ""

    def __str__(self) -> str:
        return self.before + self.name + self.after


def greeting_of(contact: Contact, formula: SalutationFormula) -> Greeting:
    """The salutation of a contact in its parts; an empty name part leaves no double space."""
    values = [getattr(contact, part).strip() if part else "" for part in formula.parts]
    before, *rest = _PLACE.split(formula.salutation)
    named = [values[int(number) - 1] for number in rest[::2]]
    after = rest[1::2]
    present = [at for at, value in enumerate(named) if value]
    if not present:
        return Greeting((before.rstrip(" ") + (after[-1] if after else "")).strip(" "))
    # What joins a part to its neighbour goes with it: a blank, a comma, "and", a bracket.
    said = "".join((after[at - 1] if count else "") + named[at] for count, at in enumerate(present))
    kept = {at - 1 for at in present[1:]} | {len(after) - 1}
    gone = "".join(text for at, text in enumerate(after) if at not in kept)
    return Greeting(
        _unopened(before, gone).lstrip(" "), said, _unclosed(after[-1], gone).rstrip(" ")
    )


def salutation_text(contact: Contact, formula: SalutationFormula) -> str:
    """The salutation of a contact; an empty name part leaves no double space.

    >>> from segmentation.contacts import ContactType
    >>> anna = Contact(no="1", type=ContactType.PERSON, first_name="Anna", surname="Berg")
    >>> greeting = SalutationFormula(
    ...     salutation_code="F", salutation="Dear %1 %2 %3,",
    ...     name_1=NamePart.FIRST_NAME, name_2=NamePart.MIDDLE_NAME, name_3=NamePart.SURNAME,
    ... )
    >>> salutation_text(anna, greeting)
    'Dear Anna Berg,'
    """
    return str(greeting_of(contact, formula))


_PLACE = re.compile("%([1-5])")
_NO_PLACE = re.compile("%[06-9]")
_PAIRS = {"(": ")", "[": "]", '"': '"', "\u201e": "\u201c", "\u201c": "\u201d", "\xab": "\xbb"}


def _unopened(before: str, gone: str) -> str:
    """The text before the parts, without a bracket whose end is gone."""
    ends = tuple(opening for opening, closing in _PAIRS.items() if gone.startswith(closing))
    return before.removesuffix(next((each for each in ends if before.endswith(each)), ""))


def _unclosed(after: str, gone: str) -> str:
    """The text after the parts, without the end of a bracket that is gone."""
    ends = [closing for opening, closing in _PAIRS.items() if gone.endswith(opening)]
    return after.removeprefix(next((each for each in ends if after.startswith(each)), ""))


def wrong_places(formula: SalutationFormula) -> tuple[str, ...]:
    """What stands in a formula like the place of a name part, and is none: ``%6``."""
    return tuple(dict.fromkeys(_NO_PLACE.findall(formula.salutation)))


def find_salutation(
    contact: Contact,
    formulas: Iterable[SalutationFormula],
    language_code: str,
    tone: SalutationType,
) -> str:
    """The salutation of a contact in a language and tone.

    Raises:
        NotFound: There is no formula for it; the error names contact, language and tone.
    """
    return salutation_text(contact, find_formula(contact, formulas, language_code, tone))


def find_formula(
    contact: Contact,
    formulas: Iterable[SalutationFormula],
    language_code: str,
    tone: SalutationType,
) -> SalutationFormula:
    """The formula by which a contact is greeted in a language and tone.

    Raises:
        NotFound: There is none; the error names contact, language and tone.
    """
    for formula in formulas:
        if (
            formula.salutation_code == contact.salutation_code
            and formula.language_code == language_code
            and formula.salutation_type is tone
        ):
            return formula
    key = Message(
        "{salutation} {language} {tone} (contact {no})",
        salutation=contact.salutation_code,
        language=language_code,
        tone=str(tone),
        no=contact.no,
    )
    raise NotFound("salutation formula", key)
