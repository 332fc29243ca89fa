"""Reports: lists, labels and cover sheets, as data and as documents."""

import shutil
import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fair import SETUP, company, person
from segmentation.adapters.jinja import make_html_renderer
from segmentation.adapters.word import WordRenderer
from segmentation.contacts import AlternativeAddress, CountryRegion
from segmentation.documents import PlainFormats
from segmentation.errors import NotFound, UnknownName
from segmentation.interactions import Interaction
from segmentation.operations.documenting import NotRecorded
from segmentation.operations.reporting import (
    contacts_report,
    cover_sheets,
    cover_sheets_report,
    labels_report,
    record_cover_sheets,
    segment_contacts,
    segment_labels,
)
from segmentation.reports import REPORTS, LabelFormat, Remarks, report_template, sheets_of
from segmentation.segments import Segment, SegmentHeader, SegmentLine
from segmentation.setup import CompanyInformation
from segmentation.templates import InteractionTemplate, InteractionTemplateSetup
from segmentation.workspace import Workspace
from wordfiles import docx, field, paragraph, text_of

TODAY = date(2026, 11, 22)


@pytest.fixture
def crm() -> Workspace:
    crm = Workspace.open(user="ANNA", today=TODAY)
    crm.store.records.put(
        [
            *SETUP,
            CompanyInformation(
                name="Lynghede", address="Klitvangen 31", post_code="7700", city="Thisted",
                country_region_code="DK",
            ),
            CountryRegion(code="US", name="United States"),
            company("SHOP", address="1 Main St", city="Reno", county="NV", post_code="89501",
                    country_region_code="US", salesperson_code="JO", e_mail="shop@example.com"),
            person("ANNA", "SHOP", company_name="SHOP Ltd", address="Vej 2", city="Thisted",
                   post_code="7700", country_region_code="DK"),
            AlternativeAddress(contact_no="ANNA", code="HOME", address="Hjem 3", city="Nors",
                               post_code="7700", country_region_code="DK"),
        ]
    )  # fmt: skip
    lines = tuple(
        SegmentLine(
            segment_no="SM1",
            line_no=number,
            contact_no=no,
            contact_alt_address_code="HOME" if no == "ANNA" else "",
        )
        for number, no in ((10000, "SHOP"), (20000, "ANNA"), (30000, ""))
    )
    crm.store.segments.put(Segment(header=SegmentHeader(no="SM1"), lines=lines))
    return crm


def test_the_list_shows_cost_and_estimated_value(crm: Workspace) -> None:
    """REP-01."""
    entry = Interaction(
        entry_no=1, contact_no="ANNA", contact_company_no="SHOP", cost=Decimal(12), date=TODAY
    )
    crm.store.records.put([entry])
    shop, anna = segment_contacts(
        crm.store, "SM1", estimated_value=lambda no: Decimal(100 if no == "SHOP" else 7)
    )
    assert (shop.cost, shop.estimated_value, shop.interactions) == (Decimal(12), Decimal(100), 1)
    assert (anna.cost, anna.estimated_value) == (Decimal(12), Decimal(7))
    assert anna.last_interaction == TODAY
    assert shop.address == ("SHOP Ltd", "1 Main St", "Reno, NV 89501", "UNITED STATES")
    form = make_html_renderer().read(report_template("segment_contacts"), "contacts.html")
    document = contacts_report(form, [shop, anna], title="Fair & more").decode()
    assert "<h1>Fair &amp; more</h1>" in document
    assert "Reno, NV 89501<br>UNITED STATES" in document
    assert '<td class="number">12</td>' in document


def test_values_that_the_host_does_not_give_are_nought(crm: Workspace) -> None:
    assert segment_contacts(crm.store, "SM1")[0].estimated_value == 0


def test_a_person_is_listed_with_its_company(crm: Workspace) -> None:
    """REP-03."""
    anna = segment_contacts(crm.store, "SM1")[1]
    assert (anna.name, anna.company_name) == ("Anna", "SHOP Ltd")


def test_labels_use_the_address_of_the_line_in_the_form_of_its_country(crm: Workspace) -> None:
    shop, anna = segment_labels(crm.store, "SM1")
    assert shop.lines == ("SHOP Ltd", "1 Main St", "Reno, NV 89501", "UNITED STATES")
    assert anna.lines == ("SHOP Ltd", "Anna", "Hjem 3", "7700 Nors")


@pytest.mark.parametrize(
    ("width", "height", "columns"), [(70, 36, 3), (70, 37, 3), (105, 36, 2), (105, 37, 2)]
)
def test_labels_have_three_columns_or_two(
    crm: Workspace, width: int, height: int, columns: int
) -> None:
    layout = LabelFormat.of(width, height)
    assert (layout.columns, layout.rows) == (columns, 8)
    labels = [*segment_labels(crm.store, "SM1")] * 13
    first, second = sheets_of(labels, layout)
    assert [len(row) for row in first.rows] == [columns] * 8
    assert sum(len(row) for sheet in (first, second) for row in sheet.rows) == 26
    form = make_html_renderer().read(report_template("segment_labels"), "labels.html")
    document = labels_report(form, labels, layout, title="Labels").decode()
    assert f"width: {width}mm" in document
    assert f"height: {height}mm" in document
    assert document.count('class="label"') == 26
    assert document.count('class="sheet"') == 2


@pytest.mark.parametrize(
    ("remarks", "place"),
    [
        (Remarks(as_agreed_upon=True), 0),
        (Remarks(your_comments_please=True), 2),
        (Remarks(please_call=True), 4),
        (Remarks(custom="Back by Friday"), 6),
    ],
    ids=["rep_13_21", "rep_15_23", "rep_17_25", "rep_19_27"],
)
def test_exactly_the_remark_that_is_ticked_is_marked(
    crm: Workspace, remarks: Remarks, place: int
) -> None:
    """REP-13, REP-15, REP-17, REP-19; REP-21, REP-23, REP-25, REP-27."""
    (sheet,) = cover_sheets(crm.store, ["SHOP"], remarks, on=TODAY)
    assert sheet.marks == tuple("x" if mark == place else "" for mark in range(7))
    assert sheet.remark == remarks.custom


def test_a_cover_sheet_has_the_address_block_and_records_nothing(crm: Workspace) -> None:
    """SEG-11."""
    nos = crm.store.segments.get("SM1").contact_nos
    sheets = cover_sheets(crm.store, [*nos, *nos, ""], Remarks(please_call=True), on=TODAY)
    assert [sheet.contact_no for sheet in sheets] == ["SHOP", "ANNA"]
    form = make_html_renderer().read(report_template("segment_cover_sheet"), "cover.html")
    document = cover_sheets_report(form, sheets, title="Cover").decode()
    assert "SHOP Ltd<br>1 Main St<br>Reno, NV 89501<br>UNITED STATES" in document
    assert "Lynghede<br>Klitvangen 31<br>7700 Thisted" in document
    assert '<span class="mark">x</span>Please call' in document
    assert document.count('<span class="mark">x</span>') == 2
    assert crm.journal.head.number == 0


@pytest.mark.parametrize("nos", [["SHOP"], ["SHOP", "ANNA"]], ids=["con_27", "con_29"])
def test_printed_cover_sheets_are_recorded_where_that_is_asked_for(
    crm: Workspace, nos: list[str]
) -> None:
    """CON-27 and CON-29."""
    sheets = cover_sheets(crm.store, nos, Remarks(), on=TODAY)
    done = record_cover_sheets(crm.store, sheets, crm.stamp, as_of=crm.as_of)
    assert {each.reason for each in done} == {NotRecorded.NO_TEMPLATE}
    crm.store.records.put(
        [InteractionTemplate(code="COVER"), InteractionTemplateSetup(cover_sheets="COVER")]
    )
    done = record_cover_sheets(crm.store, sheets, crm.stamp, as_of=crm.as_of, campaign_no="FAIR")
    logged = list(crm.store.records.all(Interaction, interaction_template_code="COVER"))
    assert [each.contact_no for each in logged] == nos
    assert {each.campaign_no for each in logged} == {"FAIR"}
    crm.journal.verify()


def test_a_cover_sheet_can_be_made_in_word(crm: Workspace) -> None:
    (sheet,) = cover_sheets(crm.store, ["SHOP"], Remarks(custom="Hi"), on=TODAY)
    names = ("Address_Block", "Mark_1", "Mark_7", "Remark", "Date")
    template = docx(*(paragraph(field(f" MERGEFIELD {name} ")) for name in names))
    letter = WordRenderer().read(template, "cover.docx").fill(sheet.fields, PlainFormats())
    assert text_of(letter).split("\n")[1:] == ["", "x", "Hi", "2026-11-22"]


def test_a_contact_that_is_gone_is_named(crm: Workspace) -> None:
    with pytest.raises(NotFound, match="NOBODY"):
        cover_sheets(crm.store, ["NOBODY"], Remarks(), on=TODAY)


def test_a_report_that_there_is_not_is_named_with_a_near_one() -> None:
    with pytest.raises(UnknownName, match="segment_labels"):
        report_template("segment_label")


def test_a_report_opens_in_an_office(crm: Workspace, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if not office or not shutil.which("pdftotext"):
        pytest.skip("no LibreOffice and pdftotext to look at paper with")
    assert set(REPORTS) == {"segment_contacts", "segment_labels", "segment_cover_sheet"}
    rows = segment_contacts(crm.store, "SM1")
    form = make_html_renderer().read(report_template("segment_contacts"), "contacts.html")
    page = tmp_path / "contacts.html"
    page.write_bytes(contacts_report(form, rows, title="Fair"))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", "pdf:writer_web_pdf_Export"]
    subprocess.run(
        [*command, "--outdir", str(tmp_path), str(page)], check=True, capture_output=True
    )
    told = subprocess.run(
        ["pdftotext", str(tmp_path / "contacts.pdf"), "-"],  # noqa: S607
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert "UNITED STATES" in told
