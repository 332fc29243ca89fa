"""Salutations: a formula filled with the parts of a name."""

import pytest

from segmentation.contacts import Contact, ContactType
from segmentation.errors import NotFound
from segmentation.salutations import (
    NamePart,
    SalutationFormula,
    SalutationType,
    find_salutation,
    salutation_text,
)

NOEMIE = Contact(
    no="1", type=ContactType.PERSON, first_name="Noémie", surname="Détraz", company_name="%1 & %2"
)
FIRST, MIDDLE, LAST = NamePart.FIRST_NAME, NamePart.MIDDLE_NAME, NamePart.SURNAME


@pytest.mark.parametrize(
    ("text", "parts", "said"),
    [
        ("Dear %1 %2,", (FIRST, LAST), "Dear Noémie Détraz,"),
        ("Dear %1 %2 %3,", (FIRST, MIDDLE, LAST), "Dear Noémie Détraz,"),
        ("Dear %1 %2:", (FIRST, MIDDLE), "Dear Noémie:"),
        ("%1 %2,", (MIDDLE, LAST), "Détraz,"),
        (
            "Madame %2\N{NARROW NO-BREAK SPACE}!",
            (FIRST, LAST),
            "Madame Détraz\N{NARROW NO-BREAK SPACE}!",
        ),
        ("%1,", (NamePart.COMPANY_NAME,), "%1 & %2,"),
        ("Dear Sirs,", (), "Dear Sirs,"),
        ("%1 100 %", (FIRST,), "Noémie 100 %"),
    ],
)
def test_a_blank_part_leaves_no_trace(text: str, parts: tuple[NamePart, ...], said: str) -> None:
    names = {f"name_{place}": part for place, part in enumerate(parts, start=1)}
    formula = SalutationFormula(salutation_code="F", salutation=text, **names)  # type: ignore[arg-type]
    assert salutation_text(NOEMIE, formula) == said


def test_a_salutation_is_looked_up_by_code_language_and_tone() -> None:
    formulas = [
        SalutationFormula(salutation_code="X", salutation="Other,"),
        SalutationFormula(salutation_code="", salutation="Hello,"),
    ]
    assert find_salutation(NOEMIE, formulas, "", SalutationType.FORMAL) == "Hello,"
    with pytest.raises(NotFound, match="informal"):
        find_salutation(NOEMIE, formulas, "", SalutationType.INFORMAL)
