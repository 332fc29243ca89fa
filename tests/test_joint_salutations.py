"""One salutation for several people, in the manner of each language."""

import pytest

from segmentation.contacts import Contact, ContactType
from segmentation.joint_salutations import joint_names, joint_salutation
from segmentation.salutations import Greeting, NamePart, SalutationFormula, greeting_of


def person(first_name: str, surname: str) -> Contact:
    return Contact(no=first_name, type=ContactType.PERSON, first_name=first_name, surname=surname)


PEOPLE = (person("Anna", "Berg"), person("Jon", "Berg"), person("Eva", "Lund"))


def greeted(language: str, *formulas: str) -> str:
    """How Anna, Jon and Eva are greeted: %1 is the surname, %2 the first name."""
    greetings = [
        greeting_of(
            contact,
            SalutationFormula(
                salutation_code="X",
                salutation=formula,
                name_1=NamePart.SURNAME,
                name_2=NamePart.FIRST_NAME,
            ),
        )
        for contact, formula in zip(PEOPLE, formulas, strict=False)
    ]
    return joint_salutation(greetings, language)


def case(language: str, *texts: str) -> object:
    *formulas, said = texts
    return pytest.param(language, formulas, said, id=f"{language}-{' '.join(said.split())}")


@pytest.mark.parametrize(
    ("language", "formulas", "said"),
    [
        case("en-GB", "Dear Ms. %1,", "Dear Mr. %1,", "Dear Ms. Berg and Mr. Berg,"),
        case("de", "Sehr geehrte Frau %1,", "Sehr geehrter Herr %1,",
             "Sehr geehrte Frau Berg, sehr geehrter Herr Berg,"),
    ],
)  # fmt: skip
def test_what_all_begin_with_is_said_once_where_the_language_does_so(
    language: str, formulas: list[str], said: str
) -> None:
    """LTR-59."""
    assert greeted(language, *formulas) == said


@pytest.mark.parametrize(
    ("language", "formulas", "said"),
    [
        case("fr_CH", "Madame,", "Monsieur,", "Madame, Monsieur,"),
        case("it_IT", "Gentile Signora %1,", "Egregio Signor %1,",
             "Gentile Signora Berg, egregio Signor Berg,"),
        case("nb_NO", "Kjære %2,", "Kjære %2,", "Kjære Anna og Jon,"),
    ],
)  # fmt: skip
def test_each_language_greets_in_its_own_manner(
    language: str, formulas: list[str], said: str
) -> None:
    """LTR-60."""
    assert greeted(language, *formulas) == said


@pytest.mark.parametrize(
    ("language", "formulas", "said"),
    [
        case("en", "Dear Mr. %1,", "Dear Mr. %1,", "Dear Mr. Berg and Mr. Berg,"),
        case("en", "Dear Ms. %1,", "Dear Mr. %1,", "Dear Dr. %1,",
             "Dear Ms. Berg, Mr. Berg and Dr. Lund,"),
        case("en", "Dear %2 %1:", "Dear %2 %1:", "Dear Anna Berg and Jon Berg:"),
        case("en", "Dear %2 and family,", "Dear %2 and family,", "Dear Anna and Jon and family,"),
        case("en", "Good morning %2, how are you?", "Good morning %2, how are you?",
             "Good morning Anna and Jon, how are you?"),
        case("en", "Dear %2 (%1),", "Dear %2 (%1),", "Dear Anna (Berg) and Jon (Berg),"),
        case("en", "Hello, %2!", "Hello, %2!", "Hello, Anna and Jon!"),
        case("en", "Ms. %1,", "Mr. %1,", "Ms. Berg and Mr. Berg,"),
        case("en", "%2,", "%2,", "Anna and Jon,"),
        case("en", "Dear %1 Jr.,", "Dear %1 Jr.,", "Dear Berg Jr. and Berg Jr.,"),
        case("da", "Kære %2,", "Kære %2,", "Kære Anna og Jon,"),
        case("da", "Kære hr. %1", "Kære fru %1", "Kære hr. Berg og fru Berg"),
        case("sv", "Hej %2!", "Hej %2!", "Hej Anna och Jon!"),
        case("nl", "Beste %2,", "Beste %2,", "Beste Anna en Jon,"),
        case("nl", "Geachte mevrouw %1,", "Geachte heer %1,",
             "Geachte mevrouw Berg en heer Berg,"),
        case("nn", "Kjære fru %1!", "Kjære herr %1!", "Kjære %2!",
             "Kjære fru Berg, herr Berg og Eva!"),
    ],
)  # fmt: skip
def test_beginning_and_end_are_said_once(language: str, formulas: list[str], said: str) -> None:
    assert greeted(language, *formulas) == said


@pytest.mark.parametrize(
    ("language", "formulas", "said"),
    [
        case("de", "Sehr geehrte Frau %1!", "Sehr geehrter Herr %1!",
             "Sehr geehrte Frau Berg, sehr geehrter Herr Berg!"),
        case("de_CH", "Sehr geehrte Frau %1", "Sehr geehrter Herr %1",
             "Sehr geehrte Frau Berg, sehr geehrter Herr Berg"),
        case("de", "Liebe %2,", "Lieber %2,", "Frau %1,", "Liebe Anna, lieber Jon, Frau Lund,"),
        case("de", "Guten Tag Frau %1,", "Guten Tag Herr %1,",
             "Guten Tag Frau Berg, guten Tag Herr Berg,"),
        case("de", "Moin Frau %1,", "Moin Herr %1,", "Moin Frau Berg, moin Herr Berg,"),
        case("fr", "Chère Madame,", "Cher Monsieur,", "Chère Madame, cher Monsieur,"),
        case("fr", "Madame %1,", "Monsieur %1,", "Madame Berg, Monsieur Berg,"),
        case("fr", "Madame la Présidente,", "Monsieur le Directeur,",
             "Madame la Présidente, Monsieur le Directeur,"),
        case("fr", "Madame\N{NARROW NO-BREAK SPACE}!", "Monsieur\N{NARROW NO-BREAK SPACE}!",
             "Madame, Monsieur\N{NARROW NO-BREAK SPACE}!"),
        case("it", "Cara %2,", "Caro %2,", "Cara Anna, caro Jon,"),
        case("it", "Signora %1,", "Signor %1,", "Signora Berg, Signor Berg,"),
        case("it", "Gent.ma Sig.ra %1,", "Egr. Sig. %1,",
             "Gent.ma Sig.ra Berg, egr. Sig. Berg,"),
        case("sv", "Kära %2,", "Käre %2,", "Kära Anna, käre Jon,"),
        case("de", "SEHR GEEHRTE FRAU %1,", "SEHR GEEHRTER HERR %1,",
             "SEHR GEEHRTE FRAU Berg, SEHR GEEHRTER HERR Berg,"),
    ],
)  # fmt: skip
def test_others_are_greeted_one_after_the_other(
    language: str, formulas: list[str], said: str
) -> None:
    assert greeted(language, *formulas) == said


@pytest.mark.parametrize(
    ("language", "formulas", "said"),
    [
        case("en", "Howdy %2,", "Howdy %2,", "Howdy Anna, Howdy Jon,"),
        case("en", "Dear Ms. %1,", "Hello %2,", "Dear Ms. Berg, hello Jon,"),
        case("en", "Dear Ms. %1,", "Dear Mr. %1", "Dear Ms. Berg, dear Mr. Berg"),
        case("en", "Hi %2!", "Hello %2,", "Hi Anna! Hello Jon,"),
        case("en", "Hi %2", "Hello %2!", "Hi Anna, hello Jon!"),
        case("es", "Estimada Sra. %1:", "Estimado Sr. %1:",
             "Estimada Sra. Berg, Estimado Sr. Berg:"),
        case("ja", "%1様", "%1様", "Berg様, Berg様"),
        case("", "Hej %2,", "Hej %2,", "Hej Anna, Hej Jon,"),
        case("", "Sehr geehrte Frau %1,", "Dear Mr. %1,",
             "Sehr geehrte Frau Berg, Dear Mr. Berg,"),
    ],
)  # fmt: skip
def test_where_no_joint_form_can_be_worked_out_each_is_whole(
    language: str, formulas: list[str], said: str
) -> None:
    assert greeted(language, *formulas) == said


@pytest.mark.parametrize(
    ("language", "formulas", "said"),
    [
        case("en", "Dear customer,", "Dear customer,", "Dear customer,"),
        case("en", "Dear Sir or Madam,", "Dear Sir or Madam,", "Dear Sir or Madam,"),
        case("en", "Dear Sir,", "Dear Sir,", "Dear Sirs,"),
        case("en", "Dear Madam,", "Dear Sir,", "Dear Madam and Sir,"),
        case("de", "Sehr geehrte Damen und Herren,", "Sehr geehrte Damen und Herren,",
             "Sehr geehrte Damen und Herren,"),
        case("fr", "Madame, Monsieur,", "Madame, Monsieur,", "Madame, Monsieur,"),
        case("fr", "Madame, Monsieur,", "Monsieur,", "Madame, Monsieur,"),
        case("fr", "Madame,", "Monsieur,", "Madame,", "Mesdames, Monsieur,"),
        case("fr", "Chère Madame,", "Chère Madame,", "Chère Madame, chère Madame,"),
        case("nb", "Kjære,", "Kjære %2,", "Kjære Jon,"),
        case("nb", "Hei,", "Hei,", "Hei,"),
        case("nb", "Hei,", "Kjære %2,", "Hei, kjære Jon,"),
        case("", "", "", ""),
    ],
)  # fmt: skip
def test_what_names_nobody_is_said_once(language: str, formulas: list[str], said: str) -> None:
    assert greeted(language, *formulas) == said


def test_a_language_is_known_by_its_words_where_it_is_not_given() -> None:
    assert greeted("", "Dear %2,", "Dear %2,") == "Dear Anna and Jon,"
    assert greeted("", "Liebe %2,", "Lieber %2,") == "Liebe Anna, lieber Jon,"
    assert joint_salutation([Greeting("Dear ", "Ann", ",")]) == "Dear Ann,"


def test_names_stand_in_a_row() -> None:
    assert joint_names(["Anna", "", "Jon", "Eva", "Jon"], "de-CH") == "Anna, Jon und Eva"
    assert joint_names(["Anna", "Jon"], "pt") == "Anna, Jon"
    assert joint_names([], "en") == ""
