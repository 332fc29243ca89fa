"""One letter, or one label, for people at one address; each of them recorded."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

import segmentation as seg
from segmentation.adapters.jinja import make_html_renderer
from segmentation.adapters.word import WordRenderer
from segmentation.contacts import AlternativeAddress, Contact, ContactType, CorrespondenceType
from segmentation.documents import Attachment, Document, TextRenderer
from segmentation.errors import NotDelivered, Refused, Rejected
from segmentation.interactions import DeliveryStatus, Interaction
from segmentation.protocols import Rendering
from segmentation.reach import ContactCap
from segmentation.reports import LabelFormat
from segmentation.salutations import NamePart, Salutation, SalutationFormula
from segmentation.setup import CompanyInformation
from support.desk import make_desk, segment_of
from support.fair import evolved
from support.stores import STORES, workspaces
from support.wordfiles import docx, field, paragraph, text_of

POST, EMAIL = CorrespondenceType.HARD_COPY, CorrespondenceType.EMAIL
TEXT = b"{{ address_block }}\n\n{{ formal_salutation }}\n"
HOME: dict[str, Any] = {
    "address": "Storgata 1",
    "post_code": "0155",
    "city": "Oslo",
    "country_region_code": "NO",
}


class Courier:
    """Takes letters; may fail first."""

    def __init__(self, *failures: NotDelivered) -> None:
        self.documents: list[Document] = []
        self.failures = list(failures)

    def deliver(self, document: Document) -> str:
        if self.failures:
            raise self.failures.pop(0)
        self.documents.append(document)
        return "post"

    @property
    def said(self) -> list[str]:
        return [document.content.decode() for document in self.documents]


def person(no: str, first_name: str, surname: str, code: str, **fields: str) -> Contact:
    values: Any = {**HOME, **fields}
    return Contact(
        no=no,
        type=ContactType.PERSON,
        name=f"{first_name} {surname}",
        first_name=first_name,
        surname=surname,
        salutation_code=code,
        salesperson_code="JO",
        correspondence_type=POST,
        **values,
    )


PEOPLE = (
    person("C1", "Anna", "Berg", "F"),
    person("C2", "Jon", "Berg", "M", address="STORGATA 1 ", post_code="01 55"),
    person("C3", "Eva", "Lund", "F", city="Bergen", post_code="5003"),
)


def formula(code: str, text: str, language: str = "ENU") -> SalutationFormula:
    return SalutationFormula(
        salutation_code=code,
        language_code=language,
        salutation=text,
        name_1=NamePart.SURNAME,
        name_2=NamePart.FIRST_NAME,
    )


SAID = (
    Salutation(code="F"),
    Salutation(code="M"),
    CompanyInformation(name="Lynghede", country_region_code="NO"),
    formula("F", "Dear Ms. %1,"),
    formula("M", "Dear Mr. %1,"),
)


def set_up(crm: seg.Workspace, *people: Contact, text: bytes = TEXT) -> seg.Workspace:
    """A desk with these people, and a letter that goes by post."""
    make_desk(*people, *SAID, store=crm.store)
    renderers = (TextRenderer(), WordRenderer(), make_html_renderer())
    crm = evolved(crm, rendering=Rendering(renderers=renderers))
    crm.templates.change("LETTER", correspondence_type_default="hard_copy")
    crm.templates.put_language("LETTER", "ENU", attachment=Attachment("letter.txt", text))
    return crm


@pytest.fixture(params=STORES)
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    for opened in workspaces(request, tmp_path):
        yield set_up(opened, *PEOPLE)


@pytest.fixture
def desk() -> seg.Workspace:
    return set_up(seg.Workspace.open(user="ANNA"), *PEOPLE)


def sheet(crm: seg.Workspace, *nos: str) -> seg.Worksheet:
    return segment_of(crm, *(nos or ("C1", "C2", "C3")), template="LETTER")


def log(crm: seg.Workspace, *nos: str) -> list[Interaction]:
    logged = sheet(crm, *nos).log(deliver=True, one_letter_per_household=True)
    return list(logged.interactions)


def deliver(crm: seg.Workspace) -> tuple[Any, list[str]]:
    courier = Courier()
    return crm.letters.deliver({POST: courier}, worker="w"), courier.said


TOGETHER = "Anna Berg\nJon Berg\nStorgata 1\n0155 Oslo\n\nDear Ms. Berg and Mr. Berg,\n"
ALONE = "Anna Berg\nStorgata 1\n0155 Oslo\n\nDear Ms. Berg,\n"
HIS = "Jon Berg\nSTORGATA 1\n01 55 Oslo\n\nDear Mr. Berg,\n"
EXCLUDED = "it was excluded from segments after logging"
EVA = "Eva Lund\nStorgata 1\n5003 Bergen\n\nDear Ms. Lund,\n"


# -- chosen by call or by template ------------------------------------------------------------


def test_a_household_has_one_letter_and_each_an_interaction(crm: seg.Workspace) -> None:
    """LTR-58."""
    worksheet = sheet(crm)
    plan = worksheet.plan_logging(deliver=True, one_letter_per_household=True)
    assert (plan.interactions, plan.deliveries, plan.faults) == (3, 2, ())
    assert (plan.shared_letters, plan.shared_households) == (((10_000, 20_000),), ())
    assert "shared letters" in plan._repr_html_()
    logged = worksheet.log(deliver=True, one_letter_per_household=True)
    one, two, three = logged.interactions
    assert [each.contact_no for each in logged.interactions] == ["C1", "C2", "C3"]
    first = one.entry_no
    assert [each.household_entry_no for each in (one, two, three)] == [first, first, 0]
    named = [each for entry in crm.journal.export() for each in ("C1", "C2", "C3") if each in entry]
    assert {*named} == {"C1", "C2", "C3"}
    courier = Courier()
    progress: list[Any] = []
    done = crm.letters.deliver({POST: courier}, worker="w", on_progress=progress.append)
    assert courier.said == [TOGETHER, EVA]
    assert done.delivered == (one.entry_no, two.entry_no, three.entry_no)
    assert [each.done for each in progress] == [1, 2]
    together, alone = courier.documents
    assert (together.contact_no, together.contact_nos) == ("C1", ("C1", "C2"))
    assert (together.addressee, together.name) == (
        "Anna Berg and Jon Berg",
        "Anna Berg and Jon Berg.txt",
    )
    assert alone.contact_nos == ()
    assert {crm.interactions[n].delivery_status for n in done.delivered} == {"delivered"}


def test_not_chosen_each_has_a_letter_and_the_plan_tells_who_lives_together(
    crm: seg.Workspace,
) -> None:
    """LTR-58."""
    worksheet = sheet(crm)
    plan = worksheet.plan_logging(deliver=True)
    assert (plan.deliveries, plan.shared_letters) == (3, ())
    assert plan.shared_households == ((10_000, 20_000),)
    logged = worksheet.log(deliver=True)
    assert {each.household_entry_no for each in logged.interactions} == {0}
    assert deliver(crm)[1] == [ALONE, HIS, EVA]


def test_a_template_may_say_that_households_have_one_letter(desk: seg.Workspace) -> None:
    """LTR-58."""
    desk.templates.change("LETTER", one_letter_per_household=True)
    worksheet = sheet(desk)
    assert [each.content.decode() for each in worksheet.letters()] == [TOGETHER, EVA]
    worksheet.log(deliver=True)
    assert deliver(desk)[1] == [TOGETHER, EVA]


def test_letters_are_looked_at_before_logging_as_they_will_be(desk: seg.Workspace) -> None:
    worksheet = sheet(desk)
    made = worksheet.letters(one_letter_per_household=True)
    assert [each.content.decode() for each in made] == [TOGETHER, EVA]
    assert [each.content.decode() for each in worksheet.letters()] == [ALONE, HIS, EVA]


@pytest.mark.parametrize(
    "where",
    [
        {"address": "", "city": "Oslo"},
        {"post_code": "", "city": ""},
        {"address": "", "post_code": "", "city": "", "country_region_code": ""},
    ],
    ids=["no-street", "no-town", "nothing"],
)
def test_contacts_without_an_address_are_never_joined(where: dict[str, Any]) -> None:
    """LTR-58."""
    people = [attrs.evolve(each, **where) for each in PEOPLE[:2]]
    crm = set_up(seg.Workspace.open(user="ANNA"), *people)
    plan = sheet(crm, "C1", "C2").plan_logging(deliver=True, one_letter_per_household=True)
    assert (plan.deliveries, plan.shared_letters, plan.shared_households) == (2, (), ())
    labels = crm.reports.labels(
        "C1", "C2", layout=LabelFormat.of(70, 36), one_label_per_household=True
    )
    assert len(labels.data) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"address": "Storgata 1 1"},
        {"address": "Storgata 2"},
        {"address_2": "H0201"},
        {"county": "Viken"},
        {"country_region_code": "SE"},
        {"company_name": "Other Ltd"},
        {"correspondence_type": EMAIL, "e_mail": "jon@example.com"},
        {"exclude_from_segment": True},
    ],
    ids=str,
)
def test_who_is_elsewhere_or_not_written_to_by_post_has_a_letter_alone(
    fields: dict[str, Any],
) -> None:
    one = attrs.evolve(PEOPLE[0], address="Storgata 11" if "1 1" in str(fields) else "Storgata 1")
    crm = set_up(seg.Workspace.open(user="ANNA"), one, attrs.evolve(PEOPLE[1], **fields))
    worksheet = sheet(crm, "C1", "C2")
    plan = worksheet.plan_logging(deliver=True, one_letter_per_household=True)
    assert (plan.deliveries, plan.shared_letters) == (2, ())


def test_the_address_is_the_one_that_counts_on_the_date(desk: seg.Workspace) -> None:
    desk.contacts.add_rows(
        AlternativeAddress(contact_no="C3", code="HOME", **HOME),
        AlternativeAddress(contact_no="C1", code="AWAY", address="Vei 2", city="Moss"),
    )
    worksheet = sheet(desk)
    worksheet.change_line(30_000, contact_alt_address_code="HOME")
    worksheet.change_line(10_000, contact_alt_address_code="AWAY")
    plan = worksheet.plan_logging(deliver=True, one_letter_per_household=True)
    assert plan.shared_letters == ((20_000, 30_000),)


def test_a_blank_country_is_that_of_the_sender(desk: seg.Workspace) -> None:
    desk.contacts.change("C2", country_region_code="")
    plan = sheet(desk).plan_logging(deliver=True, one_letter_per_household=True)
    assert plan.shared_letters == ((10_000, 20_000),)


def test_a_company_stands_once_above_its_people() -> None:
    shop = Contact(
        no="X", type=ContactType.COMPANY, name="Shop Ltd", company_name="Shop Ltd",
        company_no="X", salutation_code="F", salesperson_code="JO",
        correspondence_type=POST, **HOME,
    )  # fmt: skip
    people = [attrs.evolve(each, company_no="X", company_name="Shop Ltd") for each in PEOPLE[:2]]
    crm = set_up(seg.Workspace.open(user="ANNA"), shop, *people)
    log(crm, "X", "C1", "C2")
    assert deliver(crm)[1] == [f"Shop Ltd\n{TOGETHER}"]


def test_a_contact_on_two_lines_is_named_once(desk: seg.Workspace) -> None:
    made = log(desk, "C1", "C1", "C2")
    assert len(made) == 3
    assert deliver(desk)[1] == [TOGETHER]


def test_of_several_salutations_each_that_is_missing_is_told(desk: seg.Workspace) -> None:
    desk.contacts.change("C2", salutation_code="")
    with pytest.raises(Rejected) as caught:
        log(desk)
    assert [each.place for each in caught.value.faults] == ["line 20000 (contact C2)"]
    with pytest.raises(Rejected, match="contact C2"):
        sheet(desk).letters(one_letter_per_household=True)


# -- what a letter says of all ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"{{ name }}", ["Anna Berg and Jon Berg"]),
        (b"{{ first_name }} {{ surname }}", ["Anna and Jon Berg"]),
        (b"{{ city }}, {{ address_line_1 }}, {{ address_line_2 }}", ["Oslo, Anna Berg, Jon Berg"]),
        (b"{{ contact_informal_salutation }}", ["Hi Anna and Jon!"]),
        (b"{{ Address }}, {{ ZIP_Code }} {{ conta_city }}", ["Storgata 1, 0155 Oslo"]),
        (b"{{ no }}", ["C1", "C2"]),
        (b"{{ job_title }} {{ name }}", ["Boss Anna Berg", " Jon Berg"]),
    ],
    ids=["name", "parts", "address", "greeting", "other names", "number", "title"],
)
def test_what_is_not_the_same_for_all_is_said_in_a_row_or_in_letters_apart(
    desk: seg.Workspace, text: bytes, said: list[str]
) -> None:
    greeting = attrs.evolve(formula("F", "Hi %2!"), salutation_type="informal")
    desk.tables[SalutationFormula].add(greeting, attrs.evolve(greeting, salutation_code="M"))
    desk.contacts.change("C1", job_title="Boss")
    desk.templates.put_language("LETTER", "ENU", attachment=Attachment("letter.txt", text))
    worksheet = sheet(desk, "C1", "C2")
    plan = worksheet.plan_logging(deliver=True, one_letter_per_household=True)
    assert [len(group) for group in plan.shared_letters] == ([2] if len(said) == 1 else [])
    warned = [str(each) for each in plan.warnings]
    assert len(warned) == len(said) - 1
    worksheet.log(deliver=True, one_letter_per_household=True)
    assert deliver(desk)[1] == said


def test_the_plan_warns_of_fields_that_part_a_household(desk: seg.Workspace) -> None:
    desk.templates.put_language("LETTER", "ENU", attachment=Attachment("a.txt", b"{{ no }}"))
    plan = sheet(desk).plan_logging(deliver=True, one_letter_per_household=True)
    (warning,) = plan.warnings
    assert (warning.place, warning.code) == ("template LETTER", "not_shared")
    assert "shows no, so that people at one address" in warning.reason
    assert plan.shared_households == ((10_000, 20_000),)


def test_two_surnames_and_first_names_in_one_template_part_a_household() -> None:
    people = (PEOPLE[0], person("C2", "Jon", "Lie", "M"))
    crm = set_up(seg.Workspace.open(user="ANNA"), *people, text=b"{{ first_name }} {{ surname }}")
    log(crm, "C1", "C2")
    assert deliver(crm)[1] == ["Anna Berg", "Jon Lie"]


def test_what_the_host_adds_is_the_same_for_all_or_parts_them(desk: seg.Workspace) -> None:
    def more(contact: Contact, _: Interaction) -> dict[str, str]:
        return {"name": contact.city, "Points": contact.no}

    desk = evolved(desk, rendering=attrs.evolve(desk.context.rendering, extra_fields=more))
    text = Attachment("a.txt", b"{{ name }}")
    desk.templates.put_language("LETTER", "ENU", attachment=text)
    assert len(sheet(desk, "C1", "C2").letters(one_letter_per_household=True)) == 1
    text = Attachment("a.txt", b"{{ points }}")
    desk.templates.put_language("LETTER", "ENU", attachment=text)
    assert len(sheet(desk, "C1", "C2").letters(one_letter_per_household=True)) == 2


def test_nobody_is_left_out_where_lines_of_an_address_run_out() -> None:
    people = [person(f"C{n}", f"Name {n}", "Berg", "F") for n in range(1, 9)]
    crm = set_up(seg.Workspace.open(user="ANNA"), *people, text=b"{{ address_line_1 }}")
    nos = [each.no for each in people]
    worksheet = sheet(crm, *nos)
    assert len(worksheet.letters(one_letter_per_household=True)) == 8
    crm.templates.put_language("LETTER", "ENU", attachment=Attachment("a.txt", TEXT))
    (letter,) = sheet(crm, *nos).letters(one_letter_per_household=True)
    assert all(each.name in letter.content.decode() for each in people)


def test_word_and_html_templates_greet_all(desk: seg.Workspace) -> None:
    word = docx(
        paragraph(field("ADDRESSBLOCK")),
        paragraph(field("GREETINGLINE")),
        paragraph(field("MERGEFIELD Contact_Name")),
    )
    desk.templates.put_word_template("HOUSE", Attachment("house.docx", word))
    desk.templates.put_language("LETTER", "ENU", word_template_code="HOUSE")
    courier = Courier()
    log(desk, "C1", "C2")
    desk.letters.deliver({POST: courier}, worker="w")
    (letter,) = courier.documents
    text = text_of(letter.content)
    assert "Dear Ms. Berg and Mr. Berg," in text
    assert "Anna Berg and Jon Berg" in text
    assert letter.name == "Anna Berg and Jon Berg.docx"
    html = Attachment("a.html", b"<p>{{ formal_salutation }}</p><p>{{ address_line_2 }}</p>")
    desk.templates.put_language("LETTER", "ENU", word_template_code="", attachment=html)
    desk.templates.change("LETTER", wizard_action="merge")
    (made,) = sheet(desk, "C1", "C2").letters(one_letter_per_household=True)
    assert made.content == b"<p>Dear Ms. Berg and Mr. Berg,</p><p>Jon Berg</p>"


@pytest.mark.parametrize(
    ("language", "female", "male", "said"),
    [
        ("DEU", "Sehr geehrte Frau %1,", "Sehr geehrter Herr %1,",
         "Sehr geehrte Frau Berg, sehr geehrter Herr Berg,"),
        ("FRS", "Madame,", "Monsieur,", "Madame, Monsieur,"),
        ("fr-CH", "Madame,", "Monsieur,", "Madame, Monsieur,"),
        ("ITA", "Gentile Signora %1,", "Egregio Signor %1,",
         "Gentile Signora Berg, egregio Signor Berg,"),
        ("NOR", "Kjære %2,", "Kjære %2,", "Kjære Anna og Jon,"),
        ("DAN", "Kære %2,", "Kære %2,", "Kære Anna og Jon,"),
        ("SVE", "Hej %2!", "Hej %2!", "Hej Anna och Jon!"),
        ("NLD", "Beste %2,", "Beste %2,", "Beste Anna en Jon,"),
    ],
)  # fmt: skip
def test_a_letter_greets_in_its_language(language: str, female: str, male: str, said: str) -> None:
    """LTR-59, LTR-60."""
    people = [attrs.evolve(each, language_code=language) for each in PEOPLE[:2]]
    crm = set_up(seg.Workspace.open(user="ANNA"), *people)
    crm.tables[SalutationFormula].add(formula("F", female, language), formula("M", male, language))
    text = Attachment("a.txt", b"{{ formal_salutation }}")
    crm.templates.put_language("LETTER", language, attachment=text)
    (letter,) = sheet(crm, "C1", "C2").letters(one_letter_per_household=True)
    assert letter.content.decode() == said
    assert len(sheet(crm, "C1").letters()) == 1


def test_two_languages_are_two_letters(desk: seg.Workspace) -> None:
    desk.contacts.change("C2", language_code="NOR")
    desk.tables[SalutationFormula].add(formula("M", "Kjære %2,", "NOR"))
    desk.templates.put_language("LETTER", "NOR", attachment=Attachment("a.txt", TEXT))
    assert len(sheet(desk, "C1", "C2").letters(one_letter_per_household=True)) == 2


# -- labels -----------------------------------------------------------------------------------


def test_labels_are_one_for_a_household_where_asked_for(desk: seg.Workspace) -> None:
    """LTR-58."""
    layout, no = LabelFormat.of(70, 36), sheet(desk).no
    together = (("C1", ("C1", "C2")), ("C3", ()))
    for nos, segment_no in ((("C1", "C2", "C3"), ""), ((), no)):
        labels = desk.reports.labels(
            *nos, segment_no=segment_no, layout=layout, one_label_per_household=True
        )
        assert tuple((each.contact_no, each.contact_nos) for each in labels.data) == together
        assert labels.data[0].lines == ("Anna Berg", "Jon Berg", "Storgata 1", "0155 Oslo")
        assert len(desk.reports.labels(*nos, segment_no=segment_no, layout=layout).data) == 3


# -- after logging ----------------------------------------------------------------------------


def test_who_is_excluded_before_logging_is_not_in_the_letter(crm: seg.Workspace) -> None:
    """LTR-61."""
    worksheet = sheet(crm)
    crm.contacts.exclude("C2", "asked for it")
    logged = worksheet.log(deliver=True, one_letter_per_household=True)
    assert [each.contact_no for each in logged.interactions] == ["C1", "C3"]
    assert deliver(crm)[1] == [ALONE, EVA]


def test_nothing_is_sent_with_the_name_of_who_is_excluded_after_logging(
    crm: seg.Workspace,
) -> None:
    """LTR-61."""
    hers, his, _ = log(crm)
    crm.contacts.exclude("C2", "asked for it")
    done, said = deliver(crm)
    assert said == [EVA]
    assert done.failed == (hers.entry_no, his.entry_no)
    errors = [crm.interactions[each.entry_no].delivery_error for each in (hers, his)]
    assert errors == [
        f"write to contact C1: the letter is for others too (contact C2: {EXCLUDED})",
        f"write to contact C2: {EXCLUDED}",
    ]
    (fresh,) = crm.letters.resend_fresh(hers)
    assert (fresh.contact_no, fresh.household_entry_no) == ("C1", 0)
    assert deliver(crm)[1] == [ALONE]
    assert [letter.content.decode() for letter in crm.letters.of(hers)] == [ALONE]
    crm.letters.resend(hers)
    assert deliver(crm)[1] == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda crm, _: crm.contacts.change("C2", privacy_blocked=True), "privacy forbids it"),
        (lambda crm, his: crm.interactions.cancel(his), "the interaction was canceled"),
        (lambda crm, _: crm.contacts.delete("C2"), "the contact is gone"),
    ],
    ids=["blocked", "canceled", "gone"],
)
def test_nothing_is_sent_with_the_name_of_who_may_not_be_written_to(
    desk: seg.Workspace,
    change: Callable[[seg.Workspace, Interaction], object],
    reason: str,
) -> None:
    hers, his, _ = log(desk)
    change(desk, his)
    done, said = deliver(desk)
    assert said == [EVA]
    assert done.failed == (hers.entry_no, his.entry_no)
    assert f"contact C2: {reason}" in desk.interactions[hers.entry_no].delivery_error


def test_who_withdrew_is_named_by_the_consent_that_is_missing(desk: seg.Workspace) -> None:
    desk.tables["purpose"].new("NEWS", description="News")
    for no in ("C1", "C2"):
        desk.consents.give(no, purpose_code="NEWS", channel="hard_copy", source="form")
    desk.templates.change("LETTER", purpose_code="NEWS")
    hers, _his = log(desk, "C1", "C2")
    desk.consents.withdraw("C2", purpose_code="NEWS", channel="hard_copy", source="phone")
    assert deliver(desk)[1] == []
    assert "contact C2: withdrew from NEWS" in desk.interactions[hers.entry_no].delivery_error


def test_a_letter_that_failed_for_now_waits_with_all_who_share_it(desk: seg.Workspace) -> None:
    hers, his, _ = log(desk)
    courier = Courier(NotDelivered("Anna", "queue is full", temporary=True))
    done = desk.letters.deliver({POST: courier}, worker="w")
    assert done.waiting == (hers.entry_no, his.entry_no)
    assert {desk.interactions[n].delivery_attempts for n in done.waiting} == {1}
    assert desk.letters.deliver({POST: courier}, worker="w").waiting == done.waiting
    assert [text for text in courier.said if "Berg" in text and "Bergen" not in text] == []


def test_a_letter_sent_again_is_sent_once_to_all_who_share_it(desk: seg.Workspace) -> None:
    hers, his, _ = log(desk)
    deliver(desk)
    again = desk.letters.resend(his)
    assert [each.entry_no for each in again] == [his.entry_no, hers.entry_no]
    done, said = deliver(desk)
    assert (said, done.delivered) == ([TOGETHER], (hers.entry_no, his.entry_no))
    desk.letters.resend(his)
    with pytest.raises(Refused, match="being delivered"):
        desk.letters.resend(hers)


def test_fresh_letters_are_shared_by_those_who_shared_one(desk: seg.Workspace) -> None:
    hers, his, eva = log(desk)
    deliver(desk)
    new = desk.letters.resend_fresh(eva, his, hers)
    assert [each.contact_no for each in new] == ["C3", "C2", "C1"]
    assert [each.household_entry_no for each in new] == [0, new[1].entry_no, new[1].entry_no]
    assert deliver(desk)[1] == [
        EVA,
        "Jon Berg\nAnna Berg\nSTORGATA 1\n01 55 Oslo\n\nDear Mr. Berg and Ms. Berg,\n",
    ]
    desk.contacts.change("C2", address="Elsewhere 3")
    apart = desk.letters.resend_fresh(hers, his)
    assert {each.household_entry_no for each in apart} == {0}
    desk.contacts.change("C2", address="Storgata 1")
    desk.contacts.exclude("C2", "asked for it")
    excluded = desk.letters.resend_fresh(hers, his)
    assert {each.household_entry_no for each in excluded} == {0}
    desk.journal.verify()


def test_letters_of_a_household_are_made_once(desk: seg.Workspace, tmp_path: Path) -> None:
    word = docx(paragraph(field("GREETINGLINE")))
    desk.templates.put_word_template("HOUSE", Attachment("house.docx", word))
    desk.templates.put_language("LETTER", "ENU", word_template_code="HOUSE")
    worksheet = sheet(desk)
    logged = worksheet.log(one_letter_per_household=True).interactions  # nothing is kept
    hers, his, eva = logged
    assert len(list(desk.letters.of(*logged))) == 2
    (letter,) = desk.letters.of(his)
    assert text_of(letter.content) == "Dear Ms. Berg and Mr. Berg,"
    path = tmp_path / "all.docx"
    with path.open("w+b") as file:
        assert desk.letters.in_one_document(file, *logged) == 2
    assert "Dear Ms. Berg and Mr. Berg," in text_of(path.read_bytes())
    desk.contacts.exclude("C2", "asked for it")
    assert [text_of(each.content) for each in desk.letters.of(hers, his, eva)] == [
        "Dear Ms. Berg,", "Dear Mr. Berg,", "Dear Ms. Lund,",
    ]  # fmt: skip


def test_merged_and_renumbered_contacts_still_share_their_letter(desk: seg.Workspace) -> None:
    log(desk)
    desk.contacts.renumber(old_no="C1", new_no="C9")
    assert deliver(desk)[1] == [TOGETHER, EVA]
    log(desk, "C9", "C2")
    desk.contacts.merge(kept_no="C9", gone_no="C2")
    done, said = deliver(desk)
    assert said == [TOGETHER]
    assert len(done.delivered) == 2


def test_a_plan_that_is_approved_names_who_shares_a_letter(desk: seg.Workspace) -> None:
    desk.templates.change("LETTER", approval_required_from=1)
    worksheet = sheet(desk)
    plan = worksheet.plan_logging(deliver=True, one_letter_per_household=True)
    other = evolved(desk, user="EVA")
    other.segment(worksheet.no).approve(plan.plan_hash)
    with pytest.raises(Rejected, match="one_letter_per_household: True became ''"):
        worksheet.log(deliver=True)
    desk.contacts.change("C2", address="Elsewhere 3")
    with pytest.raises(Rejected, match="household: 'C1, C2' became ''"):
        worksheet.log(deliver=True, one_letter_per_household=True)
    desk.contacts.change("C2", address="Storgata 1")
    plan = worksheet.plan_logging(deliver=True, one_letter_per_household=True)
    other.segment(worksheet.no).approve(plan.plan_hash)
    assert worksheet.log(deliver=True, one_letter_per_household=True).plan.deliveries == 2


# -- erasing ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["text", "word", "word-of-template"])
@pytest.mark.parametrize("delivered", [True, False])
def test_a_letter_goes_with_each_who_is_named_in_it(
    crm: seg.Workspace, kind: str, delivered: bool
) -> None:
    word = Attachment("a.docx", docx(paragraph(field("ADDRESSBLOCK"))))
    if kind == "word":
        crm.templates.put_word_template("HOUSE", word)
        crm.templates.put_language("LETTER", "ENU", word_template_code="HOUSE")
    elif kind != "text":
        crm.templates.put_language("LETTER", "ENU", attachment=word)
    hers, his, _ = log(crm)
    if delivered:
        deliver_any(crm)
    crm.interactions.comment(hers.entry_no, "called back")
    access = crm.contacts.access("C2")
    assert [each.entry_no for each in access.shared] == [hers.entry_no]
    assert hers.entry_no not in [each.entry_no for each in access.mentions]
    crm.contacts.erase("C2")
    left = crm.interactions[hers.entry_no]
    assert left.description == hers.description
    assert (left.merge_data, left.subject) == ("", hers.subject)
    assert "Jon" not in "".join(crm.journal.export())
    kept = left.attachment
    assert (kept != hers.attachment) == (kind != "text")
    assert [each.text for each in crm.interactions.comments(hers.entry_no)] == ["called back"]
    if kind != "text":
        with pytest.raises(Exception, match="attachment"):
            crm.store.attachments.get(hers.attachment)
    if not delivered:
        deliver_any(crm)
        assert crm.interactions[his.entry_no].delivery_status is DeliveryStatus.ERROR
        left = crm.interactions[hers.entry_no]
        assert left.delivery_error.endswith("(contact C2: the contact is gone)")
    (fresh,) = crm.letters.resend_fresh(hers)
    (letter,) = deliver_any(crm)
    assert fresh.household_entry_no == 0
    assert b"Jon" not in letter.content
    assert crm.contacts.access("C1").shared == ()


def deliver_any(crm: seg.Workspace) -> list[Document]:
    courier = Courier()
    crm.letters.deliver({POST: courier}, worker="w")
    return courier.documents


def test_an_entry_that_is_erased_too_is_not_told_again(desk: seg.Workspace) -> None:
    hers, *_ = log(desk, "C1", "C2")
    desk.contacts.erase("C2", also=[hers.entry_no])
    left = desk.interactions[hers.entry_no]
    assert (left.description, left.merge_data) == ("", "")
    assert desk.journal.audit() == []


def test_letters_of_who_cannot_share_one_any_more_wait_for_a_decision(desk: seg.Workspace) -> None:
    hers, his, _ = log(desk)
    for each in (hers, his):  # as if the journal had come without contents
        desk.store.records.put([attrs.evolve(desk.interactions[each.entry_no], merge_data="")])
    assert deliver(desk)[1] == [TOGETHER, EVA]
    desk.letters.resend(hers)
    desk.contacts.change("C2", address="Elsewhere 3")
    assert deliver(desk)[1] == []
    assert "need one each now" in desk.interactions[hers.entry_no].delivery_error


# -- caps -------------------------------------------------------------------------------------


def test_a_letter_for_several_waits_for_each_of_them(desk: seg.Workspace) -> None:
    desk.tables[ContactCap].add(ContactCap(code="ONE", at_most=1, window_hours=24))
    sheet(desk, "C2").log(deliver=True)
    assert deliver(desk)[1] == [HIS]
    hers, his, eva = log(desk)
    done, said = deliver(desk)
    assert said == [EVA]
    assert (done.waiting, done.delivered) == ((hers.entry_no, his.entry_no), (eva.entry_no,))
    assert {*done.held} == {hers.entry_no, his.entry_no}
    assert len({str(wait) for wait in done.held.values()}) == 1
    assert desk.interactions[hers.entry_no].delivered_at is None
