"""The link to unsubscribe in the body of a mail."""

import html
import re

import pytest

from segmentation.adapters.jinja import make_html_renderer
from segmentation.adapters.smtp import SmtpCourier
from segmentation.contacts import Contact, ContactType, CorrespondenceType
from segmentation.documents import Attachment, Document, TextRenderer
from segmentation.errors import Rejected
from segmentation.interactions import Interaction
from segmentation.protocols import Rendering
from segmentation.workspace import Workspace
from support.desk import make_desk, segment_of
from support.fair import evolved

EMAIL = CorrespondenceType.EMAIL
RENDERERS = (TextRenderer(), make_html_renderer())
HTML = b'<p>Dear {{ name }}</p><a href="{{ Unsubscribe }}">off</a>'
TEXT = b"Dear {{ name }}\n\nOff: {{ unsubscribe }}"


class Courier:
    def __init__(self) -> None:
        self.documents: list[Document] = []

    def deliver(self, document: Document) -> str:
        self.documents.append(document)
        return "here"


def link(contact: Contact, _interaction: Interaction) -> str:
    return f"https://example.com/off?who={contact.no}&list=NEWS"


def desk(name: str, text: bytes, rendering: Rendering) -> Workspace:
    people = [
        Contact(
            no=f"C{number}",
            type=ContactType.PERSON,
            name=f"Person {number}",
            e_mail=f"c{number}@example.com",
            salesperson_code="JO",
            correspondence_type=EMAIL,
        )
        for number in (1, 2)
    ]
    crm = evolved(make_desk(*people), rendering=rendering)
    crm.templates.put_language("LETTER", "ENU", attachment=Attachment(name, text))
    return crm


@pytest.mark.parametrize(
    ("name", "text"), [("a.html", HTML), ("a.txt", TEXT)], ids=["html", "text"]
)
def test_ltr_34_the_link_stands_in_the_body_as_in_the_header(name: str, text: bytes) -> None:
    """LTR-34."""
    crm = desk(name, text, Rendering(renderers=RENDERERS, unsubscribe=link))
    segment_of(crm, "C1", "C2", template="LETTER").log(deliver=True)
    courier = Courier()
    assert len(crm.letters.deliver({EMAIL: courier}).delivered) == 2
    document = courier.documents[1]
    said = document.content.decode()
    assert "https://example.com/off?who=C2&" in said
    if name == "a.html":
        assert "who=C2&amp;list=NEWS" in said
        said = html.unescape(said)
    (found,) = re.findall(r'https://[^\s"]+', said)
    mail = SmtpCourier("localhost", "post@example.com").message(document)
    assert mail["List-Unsubscribe"] == f"<{found}>"


def test_ltr_34_a_link_that_is_not_set_up_is_told_once() -> None:
    """LTR-34."""
    crm = desk("a.html", HTML, Rendering(renderers=RENDERERS))
    segment = segment_of(crm, "C1", "C2", template="LETTER")
    (fault,) = segment.plan_logging(deliver=True).faults
    assert (fault.place, fault.field) == ("template LETTER", "Unsubscribe")
    assert "no link to unsubscribe is set up" in fault.reason
    with pytest.raises(Rejected):
        segment.log(deliver=True)
    assert crm.journal.head.number == 0


def test_a_link_beyond_ascii_is_the_same_in_body_and_header() -> None:
    rendering = Rendering(
        renderers=RENDERERS, unsubscribe=lambda *_: "https://bücher.example/aus?n=ø"
    )
    crm = desk("a.txt", TEXT, rendering)
    letter = crm.templates.try_on("LETTER", "C1")
    assert letter.content.decode().endswith("Off: https://xn--bcher-kva.example/aus?n=%C3%B8")
    assert letter.unsubscribe == "https://xn--bcher-kva.example/aus?n=%C3%B8"


def test_a_link_to_no_host_is_a_fault_of_its_line() -> None:
    rendering = Rendering(renderers=RENDERERS, unsubscribe=lambda *_: "https://ü ü.example/")
    crm = desk("a.txt", TEXT, rendering)
    faults = segment_of(crm, "C1", template="LETTER").plan_logging(deliver=True).faults
    assert ["no host name" in fault.reason for fault in faults] == [True]


def test_the_link_is_among_the_fields_that_a_template_may_name() -> None:
    linked = desk("a.txt", TEXT, Rendering(unsubscribe=link))
    assert "unsubscribe" in [field.name for field in linked.letters.merge_fields()]
    unlinked = desk("a.txt", TEXT, Rendering())
    assert "unsubscribe" not in [field.name for field in unlinked.letters.merge_fields()]
