"""Letters by Business Central's own layouts: whose values they show, and what must be given."""

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import pytest

from segmentation.adapters.babel import formats_for
from segmentation.adapters.word import WordRenderer
from segmentation.code_tables import CountryRegion, SalespersonPurchaser
from segmentation.contacts import Contact, CorrespondenceType
from segmentation.documents import Attachment, Document, Given, TextRenderer
from segmentation.errors import InvalidValue, Rejected
from segmentation.fields import Record
from segmentation.interactions import Interaction
from segmentation.operations.letters import letters
from segmentation.operations.templates import TemplateWarning
from segmentation.protocols import Rendering
from segmentation.salutations import SalutationFormula
from segmentation.setup import CompanyInformation
from segmentation.templates import TemplateLanguage
from segmentation.workspace import Workspace
from support.desk import make_desk, segment_of
from support.fair import context, evolved
from support.layouts import (
    A,
    R,
    block,
    cell,
    check_whole,
    layout,
    part,
    picture,
    repeated,
    row,
    rows_of,
    shown,
    table,
)
from support.wordfiles import docx, member, paragraph, run, text_of

EMAIL = CorrespondenceType.EMAIL
RENDERERS = (TextRenderer(), WordRenderer())
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
LEAP_DAY = date(2028, 2, 29)
ANNA = Contact(
    no="C1",
    type="person",
    name="Anna Berg",
    first_name="Anna",
    surname="Berg",
    company_name="Berg AS",
    address="Fjellet 2",
    address_2="3rd floor",
    post_code="3580",
    city="Geilo",
    country_region_code="NO",
    e_mail="anna@example.com",
    salutation_code="F",
    salesperson_code="EH",
    correspondence_type=EMAIL,
)
FORMULAS = [
    SalutationFormula(
        salutation_code="F",
        language_code=language,
        salutation_type=tone,
        salutation=text,
        name_1="surname",
    )
    for language, tone, text in (
        ("ENU", "formal", "Dear Ms. %1,"),
        ("DEU", "formal", "Sehr geehrte Frau %1,"),
        ("ENU", "informal", "Hi %1,"),
    )
]
SENDER = CompanyInformation(
    name="Lynghede Lamper",
    address="Storgata 1",
    post_code="0155",
    city="Oslo",
    country_region_code="NO",
    phone_no="22 00 00 00",
    fax_no="22 00 00 01",
    vat_registration_no="NO123",
    giro_no="0530 12",
    bank_name="Sparebanken",
    bank_account_no="1503.12",
)


def own(given: Mapping[str, Given]) -> Any:  # noqa: ANN401 - what a host writes
    return lambda _contact, _interaction: given


def desk(
    content: bytes,
    *more: Record,
    language: str = "ENU",
    **rendering: Any,  # noqa: ANN401
) -> Workspace:
    crm = make_desk(
        ANNA,
        SENDER,
        *FORMULAS,
        CountryRegion(code="NO", name="Norway"),
        SalespersonPurchaser(code="EH", name="Ester Henderson", job_title="Sales Manager"),
        *more,
    )
    crm = evolved(crm, rendering=Rendering(renderers=RENDERERS, **rendering))
    crm.templates.put_language("LETTER", language, attachment=Attachment("own.docx", content))
    crm.templates.change("LETTER", language_code_default=language)
    return crm


def letter(crm: Workspace) -> bytes:
    segment = segment_of(crm, "C1", template="LETTER", salesperson="EH")
    (line,) = segment.lines
    segment.change_line(line.line_no, date=LEAP_DAY)
    (made,) = segment.letters()
    check_whole(made.content)
    return made.content


def theirs(data: Path, name: str) -> bytes:
    return (data / "word" / f"{name}.docx").read_bytes()


@pytest.mark.parametrize("given", [{"Content": "Hello"}, {"content": "Hello"}])
def test_ltr_16_the_names_of_the_email_merge_are_ours(
    data: Path, given: Mapping[str, Given]
) -> None:
    """LTR-16."""
    made = letter(desk(theirs(data, "email_merge_5084"), extra_fields=own(given)))
    assert {name: text for name, (text,) in shown(made).items()} == {
        "Company_Information_Name": "Lynghede Lamper",
        "Company_Information_Address": "Storgata 1",
        "Company_Information_Address_2": "",
        "Company_Information_Post_Code": "0155",
        "Company_Information_City": "Oslo",
        "Contact_Mail_Address": "",
        "Document_Date": "29 February 2028",
        "Formal_Salutation": "Dear Ms. Berg,",
        "Content": "Hello",
        "SalespersonPurchaser_Name": "Ester Henderson",
        "SalespersonPurchaser_Job_Title": "Sales Manager",
    }
    assert "Company_Information_" not in text_of(made)


def test_ltr_16_a_german_letter_has_a_german_date(data: Path) -> None:
    """LTR-16."""
    crm = desk(theirs(data, "email_merge_5084"), language="DEU", formats_for=formats_for)
    made = letter(crm)
    assert shown(made)["Document_Date"] == ["29. Februar 2028"]
    assert shown(made)["Formal_Salutation"] == ["Sehr geehrte Frau Berg,"]
    assert shown(made)["Content"] == [""]


def test_a_remark_is_the_text_of_the_email_merge(data: Path) -> None:
    crm = desk(theirs(data, "email_merge_5084"))
    segment = segment_of(crm, "C1", template="LETTER", salesperson="EH")
    (line,) = segment.lines
    segment.change_line(line.line_no, extra={"remark": "See you"})
    (made,) = segment.letters()
    assert shown(made.content)["Content"] == ["See you"]


def test_ltr_17_the_picture_is_the_companys(data: Path) -> None:
    """LTR-17."""
    content = theirs(data, "email_merge_5084")
    given = {"Company_Information_Picture": PNG}
    made = letter(desk(content, extra_fields=own(given)))
    (blip,) = part(made).iter(f"{{{A}}}blip")
    links = part(made, "word/_rels/document.xml.rels")
    (target,) = [
        link.get("Target") or "" for link in links if link.get("Id") == blip.get(f"{{{R}}}embed")
    ]
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.read(target.lstrip("/")) == PNG
    frame = '<wp:extent cx="2733675" cy="1057275"/>'
    assert frame in member(made).replace(" />", "/>")


@pytest.mark.parametrize("given", [{}, {"Company_Information_Picture": None}])
def test_ltr_17_without_a_picture_there_is_none(data: Path, given: Mapping[str, Given]) -> None:
    """LTR-17."""
    made = letter(desk(theirs(data, "email_merge_5084"), extra_fields=own(given)))
    assert list(part(made).iter(f"{{{A}}}blip", "{*}drawing")) == []
    assert "Company_Information_Picture" in member(made)
    assert "image1.png" not in member(made, "word/_rels/document.xml.rels")


def test_ltr_19_the_names_of_the_cover_sheet_are_ours(data: Path) -> None:
    """LTR-19."""
    said = shown(letter(desk(theirs(data, "contact_cover_sheet"))))
    addressee = [said[f"ContactAddress{number}"][0] for number in range(1, 9)]
    assert addressee == [
        "Berg AS",
        "Anna Berg",
        "Fjellet 2",
        "3rd floor",
        "3580 Geilo",
        "",
        "",
        "",
    ]
    sender = [said[f"CompanyAddress{number}"][0] for number in range(1, 7)]
    assert sender == ["Lynghede Lamper", "Storgata 1", "0155 Oslo", "NORWAY", "", ""]
    assert said["CompanyAddress1"] == ["Lynghede Lamper"] * 2
    rest = {
        name: said[name][0] for name in said if "Address" not in name and name != "Document_Date"
    }
    assert rest == {
        "CoverSheetTxt": "Cover Sheet",
        "PhoneNoTxt": "Phone No.",
        "CompanyInformationPhoneNo": "22 00 00 00",
        "FaxNoTxt": "Fax No.",
        "CompanyInformationFaxNo": "22 00 00 01",
        "VATRegNoTxt": "VAT Reg. No.",
        "CompanyInformationVATRegNo": "NO123",
        "GiroNoTxt": "Giro No.",
        "CompanyInformationGiroNo": "0530 12",
        "BankTxt": "Bank",
        "CompanyInformationBankName": "Sparebanken",
        "BankAccountTxt": "Bank Account",
        "CompanyInformationBankAccountNo": "1503.12",
        "BestRegardsTxt": "Best regards,",
    }


def test_the_captions_of_the_cover_sheet_are_in_the_letters_language(data: Path) -> None:
    said = shown(letter(desk(theirs(data, "contact_cover_sheet"), language="DEU")))
    assert said["CoverSheetTxt"] == ["Deckblatt"]


def test_a_letter_without_a_date_has_none(data: Path) -> None:
    crm = desk(theirs(data, "email_merge_5084"))
    digest = crm.store.attachments.put(theirs(data, "email_merge_5084"))
    undated = Interaction(
        contact_no="C1",
        attachment=digest,
        attachment_name="own.docx",
        interaction_language_code="ENU",
    )
    rendering = Rendering(renderers=RENDERERS)
    (made,) = letters(context(crm.store, rendering=rendering), [undated])
    assert shown(made.content)["Document_Date"] == [""]


# -- other layouts -------------------------------------------------------------------------------

QUOTE = layout(
    block("BCReportInformation/ReportRequest/CompanyName"),
    block("BCReportInformation/ReportRequest/ReportId"),
    block("Job/No"),
    block("Job/Description"),
    table(repeated("Job/Line", row(cell("Job/Line/Hours")))),
)


def test_ltr_24_one_fault_names_the_layout_and_all_that_is_not_given(data: Path) -> None:
    """LTR-24."""
    content = theirs(data, "job_quote")
    form = WordRenderer().read(content, "job_quote.docx")
    given: dict[str, Given] = {
        path[-1]: "x"
        for path in form.layout.whole.fields  # type: ignore[union-attr]
    }
    given |= {"CompanyPicture": b"", "Job_Task": [], "Nobody_asked": 1}
    names = {"JobTotalValue", "No_Job"}
    lacking = {name: value for name, value in given.items() if name not in names}
    bertil = attrs.evolve(ANNA, no="C2", name="Bertil Berg")
    crm = desk(content, bertil, extra_fields=own(lacking))
    segment = segment_of(crm, "C1", "C2", template="LETTER")
    (fault,) = segment.plan_logging(deliver=True).faults
    assert "Job_Quote/1016" in str(fault)
    assert "No_Job, JobTotalValue" in str(fault)
    assert "template LETTER" in str(fault)
    with pytest.raises(Rejected):
        segment.log(deliver=True)
    assert list(crm.store.records.all(Interaction)) == []
    whole = evolved(crm, rendering=Rendering(renderers=RENDERERS, extra_fields=own(given)))
    assert whole.segment(segment.no).plan_logging(deliver=True).faults == ()


def test_names_of_other_layouts_are_not_taken_for_ours() -> None:
    crm = desk(QUOTE, extra_fields=own({"Line": []}))
    (fault,) = segment_of(crm, "C1", template="LETTER").plan_logging(deliver=True).faults
    assert "No, Description" in str(fault)


def test_every_report_knows_the_company_and_itself() -> None:
    given: Mapping[str, Given] = {"No": "J1", "Description": "Job", "Line": [{"Hours": 3}]}
    said = shown(letter(desk(QUOTE, extra_fields=own(given))))
    assert said["CompanyName"] == ["Lynghede Lamper"]
    assert said["ReportId"] == ["50100"]
    assert said["No"] == ["J1"]


def test_what_is_missing_may_be_allowed() -> None:
    made = letter(desk(QUOTE, allow_missing=True))
    assert shown(made)["No"] == [""]


def test_a_picture_of_no_kind_is_a_fault_before_logging() -> None:
    crm = desk(layout(picture("Logo")), extra_fields=own({"Logo": b"%PDF"}))
    (fault,) = segment_of(crm, "C1", template="LETTER").plan_logging(deliver=True).faults
    assert "PNG, JPEG" in str(fault)
    with pytest.raises(InvalidValue):
        crm.templates.try_on("LETTER", "C1")


# -- kept, delivered, sent again -----------------------------------------------------------------


class Courier:
    def __init__(self) -> None:
        self.documents: list[Document] = []

    def deliver(self, document: Document) -> str:
        self.documents.append(document)
        return "here"


HOURS: Mapping[str, Given] = {
    "No": "J1",
    "Description": "Job",
    "Line": [{"Hours": 3}, {"Hours": 5}],
    "Logo": PNG,
}


@pytest.mark.parametrize("origin", ["template", "line"])
def test_a_layouts_letter_is_delivered_as_it_was_logged(origin: str) -> None:
    content = layout(block("No"), picture("Logo"), table(repeated("Line", row(cell("Line/Hours")))))
    crm = desk(content, extra_fields=own(HOURS))
    segment = segment_of(crm, "C1", template="LETTER")
    if origin == "line":
        (line,) = segment.lines
        digest = crm.store.attachments.put(content)
        segment.change_line(line.line_no, attachment=digest, attachment_name="other.docx")
    segment.log(deliver=True)
    later = evolved(crm, rendering=Rendering(renderers=RENDERERS, extra_fields=own({})))
    courier = Courier()
    later.letters.deliver({EMAIL: courier})
    (document,) = courier.documents
    check_whole(document.content)
    assert shown(document.content)["Hours"] == ["3", "5"]
    assert len(list(part(document.content).iter(f"{{{A}}}blip"))) == 1


def test_what_a_kept_letter_shows_is_not_kept_twice() -> None:
    crm = desk(QUOTE, extra_fields=own(HOURS))
    logged = segment_of(crm, "C1", template="LETTER").log(deliver=True)
    (interaction,) = logged.interactions
    assert json.loads(interaction.merge_data)["values"] == {}
    assert rows_of(crm.store.attachments.get(interaction.attachment)) == [["3"], ["5"]]


# -- what was left in a template -----------------------------------------------------------------

INSERTED = '<w:ins w:id="1" w:author="Jo"><w:r><w:t>new</w:t></w:r></w:ins>'
DELETED = '<w:del w:id="2" w:author="Jo"><w:r><w:delText>old</w:delText></w:r></w:del>'
NOTED = '<w:r><w:commentReference w:id="{}"/></w:r>'
MARKED_UP = docx(
    paragraph(run("Dear"), INSERTED, run(" "), DELETED, NOTED.format(1), NOTED.format(2)),
    comments='<w:comment w:id="1"><w:p/></w:comment><w:comment w:id="2"><w:p/></w:comment>',
)


def test_ltr_26_tracked_changes_and_comments_are_told_when_a_template_is_put() -> None:
    """LTR-26."""
    crm = desk(docx(paragraph(run("Dear"))))
    with pytest.warns(TemplateWarning) as told:
        crm.templates.put_word_template("HOUSE", Attachment("house.docx", MARKED_UP))
    said = [str(each.message) for each in told]
    assert said[0].startswith("Word template HOUSE: has 2 tracked changes")
    assert said[1].startswith("Word template HOUSE: has 2 comments")
    assert {each.filename for each in told} == {__file__}
    with pytest.warns(TemplateWarning, match="template LETTER in ENU: has 2"):
        crm.templates.put_language("LETTER", "ENU", attachment=Attachment("a.docx", MARKED_UP))


def test_ltr_26_tracked_changes_and_comments_are_told_when_logging_is_planned() -> None:
    """LTR-26."""
    bertil = attrs.evolve(ANNA, no="C2", name="Bertil Berg")
    crm = desk(docx(paragraph(run("Dear"))), bertil)
    digest = crm.store.attachments.put(MARKED_UP)
    crm.store.records.put(
        [
            TemplateLanguage(
                interaction_template_code="LETTER",
                language_code="ENU",
                attachment=digest,
                attachment_name="a.docx",
            )
        ]
    )
    segment = segment_of(crm, "C1", "C2", template="LETTER")
    plan = segment.plan_logging(deliver=True)
    said = [str(each) for each in plan.warnings]
    assert len(said) == 2
    assert said[0].startswith("template LETTER: has 2 tracked changes")
    assert said[1].startswith("template LETTER: has 2 comments")
    assert "tracked changes" in plan._repr_html_()
    assert plan.faults == ()
    assert len(segment.log(deliver=True).interactions) == 2


@pytest.mark.parametrize(
    ("inside", "count"),
    [
        (INSERTED + INSERTED, 1),
        (INSERTED + run("x") + INSERTED, 2),
        (f'{INSERTED}<w:proofErr w:type="spellEnd"/><!-- x -->{INSERTED}', 1),
        (INSERTED + INSERTED.replace("Jo", "Eva"), 2),
        (f'<w:pPr><w:rPr><w:ins w:id="3" w:author="Jo"/></w:rPr></w:pPr>{INSERTED}', 1),
        ('<w:pPr><w:rPr><w:ins w:id="3" w:author="Jo"/></w:rPr></w:pPr>', 1),
        ('<w:r><w:rPr><w:rPrChange w:id="3" w:author="Jo"><w:rPr/></w:rPrChange></w:rPr></w:r>', 1),
    ],
    ids=["next", "apart", "beside-a-proof", "of-two", "of-a-mark", "mark", "of-looks"],
)
def test_a_change_that_word_cut_into_pieces_is_one(inside: str, count: int) -> None:
    form = WordRenderer().read(docx(f"<w:p>{inside}</w:p>"), "a.docx")
    (said,) = form.remarks
    assert said.startswith(f"has {count} tracked change{'s' if count > 1 else ''}, ")


def test_one_comment_is_told_as_one() -> None:
    form = WordRenderer().read(docx(paragraph(NOTED.format(1))), "a.docx")
    (said,) = form.remarks
    assert said.startswith("has 1 comment, ")


def test_a_template_that_cannot_be_read_is_put_without_a_word() -> None:
    crm = desk(docx(paragraph(run("Dear"))))
    put = crm.templates.put_word_template("HOUSE", Attachment("house.docx", b"no zip"))
    assert put.attachment_name == "house.docx"
