"""Letters kept as they were logged, whatever becomes of their template."""

import json
from collections.abc import Callable

import attrs
import pytest

from segmentation.adapters.jinja import make_html_renderer
from segmentation.adapters.word import WordRenderer
from segmentation.contacts import Contact, ContactType, CorrespondenceType
from segmentation.documents import Attachment, Document, TextRenderer
from segmentation.errors import NotFound, Rejected
from segmentation.interactions import DeliveryStatus, Interaction
from segmentation.protocols import Rendering
from segmentation.templates import TemplateLanguage
from segmentation.workspace import Workspace
from support.desk import make_desk, segment_of
from support.fair import evolved
from support.wordfiles import docx, field, paragraph, run, text_of

EMAIL = CorrespondenceType.EMAIL
RENDERERS = (TextRenderer(), WordRenderer(), make_html_renderer())
DEAR = docx(paragraph(run("Dear "), field("MERGEFIELD Name")))
BYE = docx(paragraph(run("Bye "), field("MERGEFIELD Name"), run(" "), field("MERGEFIELD Phone_No")))


class Courier:
    def __init__(self) -> None:
        self.documents: list[Document] = []

    def deliver(self, document: Document) -> str:
        self.documents.append(document)
        return "here"

    @property
    def said(self) -> list[str]:
        return [text_of(document.content) for document in self.documents]


def put_word_template(crm: Workspace, content: bytes) -> None:
    crm.templates.put_word_template("HOUSE", Attachment("house.docx", content))
    crm.templates.put_language("LETTER", "ENU", word_template_code="HOUSE")


def put_text(crm: Workspace, content: bytes) -> None:
    crm.templates.put_language("LETTER", "ENU", attachment=Attachment("dear.docx", content))


Put = Callable[[Workspace, bytes], None]
both = pytest.mark.parametrize("put", [put_word_template, put_text])


def desk(put: Put | None = None) -> Workspace:
    """A desk with contacts C1 to C3, and a letter made in Word."""
    people = [
        Contact(
            no=f"C{number}",
            type=ContactType.PERSON,
            name=f"Person {number}",
            e_mail=f"c{number}@example.com",
            phone_no=f"55{number}",
            correspondence_type=EMAIL,
            salesperson_code="JO",
        )
        for number in (1, 2, 3)
    ]
    crm = make_desk(*people)
    crm = evolved(crm, rendering=Rendering(renderers=RENDERERS))
    if put:
        put(crm, DEAR)
    return crm


def log(crm: Workspace) -> list[int]:
    segment = segment_of(crm, "C1", "C2", "C3", template="LETTER")
    return [each.entry_no for each in segment.log(deliver=True).interactions]


@both
def test_ltr_27_a_letter_made_in_word_is_kept_as_it_was_logged(put: Put) -> None:
    """LTR-27."""
    crm = desk(put)
    numbers = log(crm)
    put(crm, BYE)
    courier = Courier()
    assert len(crm.letters.deliver({EMAIL: courier}).delivered) == 3
    dear = ["Dear Person 1", "Dear Person 2", "Dear Person 3"]
    assert courier.said == dear
    crm.letters.resend(numbers[1])
    crm.letters.deliver({EMAIL: courier})
    assert courier.said[3:] == ["Dear Person 2"]
    kept = [crm.interactions.attachment(number) for number in numbers]
    assert [text_of(each.content) for each in kept] == dear
    assert [each.name for each in kept] == [f"Person {number}.docx" for number in (1, 2, 3)]
    (fresh,) = crm.letters.resend_fresh(numbers[1])
    crm.letters.deliver({EMAIL: courier})
    assert courier.said[4:] == ["Bye Person 2 552"]
    assert text_of(crm.interactions.attachment(fresh).content) == "Bye Person 2 552"
    crm.journal.verify()


def test_a_word_letter_is_kept_with_its_interaction() -> None:
    """EXM-41: each entry has its own contact's letter, which stays what it was."""
    crm = desk(put_word_template)
    numbers = log(crm)
    letters = [text_of(crm.interactions.attachment(number).content) for number in numbers]
    assert letters == ["Dear Person 1", "Dear Person 2", "Dear Person 3"]
    put_word_template(crm, BYE)
    courier = Courier()
    crm.letters.deliver({EMAIL: courier})
    crm.letters.resend(numbers[0])
    crm.letters.deliver({EMAIL: courier})
    assert courier.said[3:] == ["Dear Person 1"]


@both
def test_ltr_27_letters_of_now_are_made_of_the_template_of_now(put: Put) -> None:
    """LTR-27."""
    crm = desk(put)
    numbers = log(crm)
    put(crm, BYE)
    said = [text_of(each.content) for each in crm.letters.of(*numbers)]
    assert said == ["Bye Person 1 551", "Bye Person 2 552", "Bye Person 3 553"]


@pytest.mark.parametrize("older", ["Dear {{ name }}", "Bye {{ name }}"])
def test_ltr_27_a_fresh_letter_of_plain_text_is_made_of_the_text_of_now(older: str) -> None:
    """LTR-27."""
    crm = desk()
    put = crm.templates.put_language
    put("LETTER", "ENU", attachment=Attachment("dear.txt", older.encode()))
    numbers = log(crm)
    put("LETTER", "ENU", attachment=Attachment("bye.txt", b"Hi {{ name }}"))
    courier = Courier()
    crm.letters.deliver({EMAIL: courier})
    crm.letters.resend_fresh(numbers[0])
    crm.letters.deliver({EMAIL: courier})
    said = [each.content.decode() for each in courier.documents]
    before = older.replace("{{ name }}", "Person 1")
    assert (said[0], said[-1]) == (before, "Hi Person 1")


def test_a_letter_of_a_lines_own_stays_what_it_is_when_it_is_made_afresh() -> None:
    crm = desk(put_text)
    segment = segment_of(crm, "C1", template="LETTER")
    own = docx(paragraph(run("Own "), field("MERGEFIELD Name")))
    segment.change_line(segment.lines[0], attachment=Attachment("own.docx", own))
    (logged,) = segment.log(deliver=True).interactions
    assert crm.interactions.attachment(logged).content == own
    put_text(crm, BYE)
    courier = Courier()
    crm.letters.deliver({EMAIL: courier})
    crm.letters.resend_fresh(logged)
    crm.letters.deliver({EMAIL: courier})
    assert courier.said == ["Own Person 1", "Own Person 1"]


def test_a_fresh_letter_needs_a_template_that_is_there() -> None:
    crm = desk(put_text)
    numbers = log(crm)
    crm.letters.deliver({EMAIL: Courier()})
    crm.store.records.remove(list(crm.store.records.all(TemplateLanguage)))
    with pytest.raises(NotFound, match="LETTER ENU"):
        crm.letters.resend_fresh(numbers[0])
    crm.letters.resend(numbers[0])
    assert len(crm.letters.deliver({EMAIL: Courier()}).delivered) == 1


def of_the_version_before(crm: Workspace) -> None:
    """Make the queue what it was before letters were kept: values only."""
    for row in list(crm.store.records.all(Interaction)):
        data = json.loads(row.merge_data)
        del data["kept_as"], data["origin"]
        data["format"] = 1
        old = attrs.evolve(row, attachment="", attachment_name="", merge_data=json.dumps(data))
        crm.store.records.put([old])


def test_ltr_27_a_queue_of_the_version_before_is_made_of_the_template_of_now() -> None:
    """LTR-27."""
    crm = desk(put_word_template)
    log(crm)
    of_the_version_before(crm)
    put_word_template(crm, docx(paragraph(run("Hello "), field("MERGEFIELD Name"))))
    courier = Courier()
    assert len(crm.letters.deliver({EMAIL: courier}).delivered) == 3
    assert courier.said == ["Hello Person 1", "Hello Person 2", "Hello Person 3"]


def test_ltr_27_a_letter_of_the_version_before_that_lacks_a_value_fails_alone() -> None:
    """LTR-27."""
    crm = desk(put_word_template)
    numbers = log(crm)
    of_the_version_before(crm)
    put_word_template(crm, BYE)
    lacking = crm.interactions[numbers[1]]
    for number in (numbers[0], numbers[2]):
        row = crm.interactions[number]
        data = json.loads(row.merge_data)
        data["values"]["Phone_No"] = "1"
        crm.store.records.put([attrs.evolve(row, merge_data=json.dumps(data))])
    courier = Courier()
    done = crm.letters.deliver({EMAIL: courier})
    assert (courier.said, done.failed) == (["Bye Person 1 1", "Bye Person 3 1"], (numbers[1],))
    said = crm.interactions[lacking.entry_no].delivery_error
    assert all(each in said for each in ("LETTER", "C2", "Phone_No"))


def test_looking_at_what_logging_would_do_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    crm = desk(put_word_template)
    segment = segment_of(crm, "C1", template="LETTER")
    kept: list[bytes] = []
    put = crm.store.attachments.put

    def watched(content: bytes) -> str:
        kept.append(content)
        return put(content)

    monkeypatch.setattr(crm.store.attachments, "put", watched)
    segment.plan_logging(deliver=True)
    assert kept == []
    segment.log(deliver=True)
    assert [text_of(content) for content in kept] == ["Dear Person 1"]


@both
def test_a_kept_letter_goes_when_the_person_is_erased(put: Put) -> None:
    crm = desk(put)
    numbers = log(crm)
    crm.letters.deliver({EMAIL: Courier()})
    digest = crm.interactions[numbers[0]].attachment
    other = crm.interactions[numbers[1]].attachment
    crm.contacts.erase("C1")
    with pytest.raises(NotFound):
        crm.store.attachments.get(digest)
    assert text_of(crm.store.attachments.get(other)) == "Dear Person 2"
    crm.journal.verify()


# -- limits -------------------------------------------------------------------------------------

TOO_FAR = {
    "calls": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "characters": "{{ 'a'*10**9 }}",
    "a list": "{{ [1]*10**9 }}",
    "digits": "{{ 2**99999999999 }}",
    "steps": "{% for x in 'a' * 10**5 %}{% for y in 'a' * 10**5 %}{% for z in 'a' * 10**5 %}"
    "{% endfor %}{% endfor %}{% endfor %}",
}


@pytest.mark.parametrize("template", TOO_FAR.values(), ids=TOO_FAR)
def test_ltr_28_only_the_letter_that_goes_too_far_is_not_made(template: str) -> None:
    """LTR-28."""
    crm = desk()
    text = f"{{% if no == 'C2' %}}{template}{{% endif %}}Dear {{{{ name }}}}"
    plain = Attachment("letter.html", b"Dear {{ name }} {{ no }}")
    crm.templates.put_language("LETTER", "ENU", attachment=plain)
    hostile = Attachment("letter.html", text.encode())
    segment = segment_of(crm, "C1", "C2", "C3", template="LETTER")
    for line in segment.lines:
        segment.change_line(line, attachment=hostile)
    (fault,) = segment.plan_logging(deliver=True).faults
    assert "C2" in fault.place
    assert "letter.html: goes beyond the limit of " in fault.reason
    assert "LETTER" in fault.reason
    with pytest.raises(Rejected) as caught:
        segment.letters()
    assert caught.value.faults == (fault,)


@pytest.mark.parametrize("template", TOO_FAR.values(), ids=TOO_FAR)
def test_ltr_28_a_run_goes_on_after_a_letter_that_goes_too_far(template: str) -> None:
    """LTR-28."""
    crm = desk()
    text = f"{{% if no == 'C2' %}}{template}{{% endif %}}Dear {{{{ name }}}}"
    crm.templates.put_language(
        "LETTER", "ENU", attachment=Attachment("letter.html", b"Dear {{ name }} {{ no }}")
    )
    numbers = log(crm)
    digest = crm.store.attachments.put(text.encode())
    for row in list(crm.store.records.all(Interaction)):
        crm.store.records.put([attrs.evolve(row, attachment=digest)])
    courier = Courier()
    done = crm.letters.deliver({EMAIL: courier})
    assert [each.contact_no for each in courier.documents] == ["C1", "C3"]
    assert done.failed == (numbers[1],)
    failed = crm.interactions[numbers[1]]
    assert failed.delivery_status is DeliveryStatus.ERROR
    assert "letter.html: goes beyond the limit of " in failed.delivery_error


# -- faults of a template -----------------------------------------------------------------------


def test_what_is_wrong_with_a_template_is_told_once_for_all_of_its_lines() -> None:
    crm = desk()
    broken = Attachment("letter.html", b"{% if %}")
    crm.templates.put_language("LETTER", "ENU", attachment=broken)
    segment = segment_of(crm, "C1", "C2", "C3", template="LETTER")
    (fault,) = segment.plan_logging(deliver=True).faults
    assert fault.place == "template LETTER"
    assert fault.reason.startswith("letter.html: line 1: ")
