"""Salutations: a formula filled with the parts of a name."""

import pytest

from segmentation.contacts import Contact, ContactType
from segmentation.errors import NotFound, Rejected
from segmentation.salutations import (
    NamePart,
    Salutation,
    SalutationFormula,
    SalutationType,
    find_salutation,
    salutation_text,
)
from segmentation.workspace import Workspace
from support.fair import context, make_store

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


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Dear %1, %2,", "Dear Anna,", "Dear Berg,"),
        ("Dear %1 and %2,", "Dear Anna,", "Dear Berg,"),
        ("Dear %1 (%2),", "Dear Anna,", "Dear Berg,"),
        ("Dear (%1) %2,", "Dear Anna,", "Dear Berg,"),
        ("Dear %1 [%2]", "Dear Anna", "Dear Berg"),
        ('Dear %1 "%2"!', "Dear Anna!", "Dear Berg!"),
        ("Sehr geehrte %1 und %2,", "Sehr geehrte Anna,", "Sehr geehrte Berg,"),
        ("Kjære %1/%2!", "Kjære Anna!", "Kjære Berg!"),
    ],
)
def test_ltr_56_a_blank_part_takes_along_what_joins_it(text: str, first: str, last: str) -> None:
    """LTR-56."""
    formula = SalutationFormula(salutation_code="F", salutation=text, name_1=FIRST, name_2=LAST)
    anna = Contact(no="1", type=ContactType.PERSON, first_name="Anna")
    berg = Contact(no="2", type=ContactType.PERSON, surname="Berg")
    assert (salutation_text(anna, formula), salutation_text(berg, formula)) == (first, last)
    nobody = Contact(no="3", type=ContactType.PERSON)
    assert not salutation_text(nobody, formula).endswith(" ")


def test_ltr_56_a_part_in_the_middle_takes_along_one_of_its_neighbours() -> None:
    """LTR-56."""
    formula = SalutationFormula(
        salutation_code="F",
        salutation="Dear %1, %2 and %3,",
        name_1=FIRST,
        name_2=MIDDLE,
        name_3=LAST,
    )
    assert salutation_text(NOEMIE, formula) == "Dear Noémie and Détraz,"


def test_ltr_56_a_place_that_is_none_is_a_fault() -> None:
    """LTR-56."""
    crm = Workspace(context(make_store(Salutation(code="F"))))
    wrong = SalutationFormula(salutation_code="F", salutation="Dear %1 %6 %6,")
    with pytest.raises(Rejected) as caught:
        crm.tables[SalutationFormula].add(wrong)
    (fault,) = caught.value.faults
    assert (fault.field, fault.code) == ("salutation", "wrong_place")
    assert "'Dear %1 %6 %6,' has %6" in fault.reason


def test_a_salutation_is_looked_up_by_code_language_and_tone() -> None:
    formulas = [
        SalutationFormula(salutation_code="X", salutation="Other,"),
        SalutationFormula(salutation_code="", salutation="Hello,"),
    ]
    assert find_salutation(NOEMIE, formulas, "", SalutationType.FORMAL) == "Hello,"
    with pytest.raises(NotFound, match="informal"):
        find_salutation(NOEMIE, formulas, "", SalutationType.INFORMAL)
