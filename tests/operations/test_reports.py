"""Reports: lists, labels, cover sheets and campaigns, as data and as documents."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import attrs
import pytest

from segmentation.adapters.babel import formats_for
from segmentation.adapters.jinja import make_html_renderer
from segmentation.adapters.jinja.word import make_word_renderer
from segmentation.adapters.libreoffice import LibreOffice
from segmentation.campaigns import Campaign, CampaignStatus
from segmentation.code_tables import CountryRegion, SalespersonPurchaser
from segmentation.contacts import AlternativeAddress
from segmentation.errors import BadDocument, NotFound, UnknownName
from segmentation.interactions import Interaction
from segmentation.operations.interactions import NotRecorded
from segmentation.operations.reports import (
    DataForm,
    ReportOptions,
    campaign_details,
    campaign_report,
    contacts_report,
    cover_sheets,
    cover_sheets_report,
    labels_report,
    record_cover_sheets,
    segment_contacts,
    segment_labels,
)
from segmentation.reports import (
    REPORTS,
    CampaignDetails,
    ContactRow,
    CoverSheet,
    Label,
    LabelFormat,
    Remarks,
    report_template,
    report_words,
    sheets_of,
)
from segmentation.segments import Segment, SegmentHeader, SegmentLine
from segmentation.setup import CompanyInformation
from segmentation.templates import InteractionTemplate, InteractionTemplateSetup
from segmentation.workspace import Workspace
from support.fair import SETUP, company, person
from support.wordfiles import docx, member, paragraph, run, text_of

TODAY = date(2026, 11, 22)
KINDS = ("html", "docx")
FORMATS = [(70, 36), (70, 37), (105, 36), (105, 37)]


def form(name: str) -> DataForm:
    renderer: Any = make_html_renderer() if name.endswith(".html") else make_word_renderer()
    read: DataForm = renderer.read(report_template(name), name)
    return read


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
    document = contacts_report(
        form("segment_contacts.html"), [shop, anna], ReportOptions(title="Fair & more")
    ).decode()
    assert "<h1>Fair &amp; more</h1>" in document
    assert "Reno, NV 89501<br>UNITED STATES" in document
    assert '<td class="number">12.00</td>' in document


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


@pytest.mark.parametrize(("width", "height"), FORMATS)
def test_labels_have_three_columns_or_two(crm: Workspace, width: int, height: int) -> None:
    layout = LabelFormat.of(width, height)
    columns = {70: 3, 105: 2}[width]
    assert (layout.columns, layout.rows) == (columns, 8)
    assert layout.margin * 2 + 8 * height == 297
    labels = [*segment_labels(crm.store, "SM1")] * 13
    first, second = sheets_of(labels, layout)
    assert [len(row) for row in first.rows] == [columns] * 8
    assert sum(len(row) for sheet in (first, second) for row in sheet.rows) == 26
    document = labels_report(form("segment_labels.html"), labels, layout).decode()
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
    document = cover_sheets_report(form("segment_cover_sheet.html"), sheets).decode()
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
    done = record_cover_sheets(crm.context, sheets)
    assert {each.reason for each in done} == {NotRecorded.NO_TEMPLATE}
    crm.store.records.put(
        [InteractionTemplate(code="COVER"), InteractionTemplateSetup(cover_sheets="COVER")]
    )
    done = record_cover_sheets(
        crm.context,
        sheets,
        campaign_no="FAIR",
    )
    logged = list(crm.store.records.all(Interaction, interaction_template_code="COVER"))
    assert [each.contact_no for each in logged] == nos
    assert {each.campaign_no for each in logged} == {"FAIR"}
    crm.journal.verify()


def test_a_contact_that_is_gone_is_named(crm: Workspace) -> None:
    with pytest.raises(NotFound, match="NOBODY"):
        cover_sheets(crm.store, ["NOBODY"], Remarks(), on=TODAY)


def test_a_report_that_there_is_not_is_named_with_a_near_one() -> None:
    with pytest.raises(UnknownName, match=r"segment_labels\.html"):
        report_template("segment_label.html")


# -- campaigns --------------------------------------------------------------------------------


def logged_campaign(crm: Workspace) -> None:
    crm.store.records.put(
        [
            SalespersonPurchaser(code="JO", name="Jo Roe"),
            Campaign(no="FAIR", description="Spring fair", starting_date=TODAY, status_code="RUN",
                     salesperson_code="JO"),
            CampaignStatus(code="RUN", description="Running"),
            InteractionTemplate(code="CALL", unit_cost=Decimal(12), campaign_target=True,
                                unit_duration_min=Decimal(5)),
        ]
    )  # fmt: skip
    for name in ("First", "Second"):
        segment = crm.new_segment(
            name, interaction_template_code="CALL", campaign_no="FAIR", salesperson_code="JO"
        )
        segment.add_contacts()
        logged = segment.log()
    crm.interactions.cancel(logged.segment)


def test_a_campaigns_details_have_its_figures_and_entries(crm: Workspace) -> None:
    logged_campaign(crm)
    details = campaign_details(crm.store, "fair")
    assert (details.description, details.status, details.salesperson_name) == (
        "Spring fair",
        "Running",
        "Jo Roe",
    )
    assert (details.targets, details.responses, details.response_rate) == (2, 0, 0.0)
    assert (details.interactions, str(details.cost), str(details.duration_min)) == (2, "24", "10")
    first, second = details.entries
    assert (first.description, first.interactions, first.canceled) == ("First", 2, False)
    assert (first.cost, first.duration_min) == (Decimal(24), Decimal(10))
    assert (second.description, second.interactions, second.canceled) == ("Second", 0, True)
    before = campaign_details(crm.store, "FAIR", ending_date=date(2026, 11, 21))
    assert (before.targets, before.entries[0].interactions) == (0, 0)
    with pytest.raises(NotFound, match="NONE"):
        campaign_details(crm.store, "NONE")


# -- documents --------------------------------------------------------------------------------


def sentences(document: bytes) -> list[str]:
    """What a document says, piece by piece, in Word as in HTML."""
    if document.startswith(b"PK"):
        xml = member(document).replace("<w:br/>", "\n")
        pieces = re.sub(r"</w:t>|</w:p>", "\n", xml)
    else:
        pieces = document.decode().partition("<body>")[2]
    plain = re.sub(r"<[^>]*>", "\n", pieces)
    for entity, sign in {"&lt;": "<", "&gt;": ">", "&#39;": "'", "&amp;": "&"}.items():
        plain = plain.replace(entity, sign)
    return [line.strip() for line in plain.split("\n") if line.strip()]


@pytest.mark.parametrize("language", ["en", "fr-CH", "it-IT", "nb-NO"])
def test_word_and_html_say_the_same_in_every_language(crm: Workspace, language: str) -> None:
    logged_campaign(crm)
    edition = ReportOptions(language=language, formats=formats_for(language, "", ""))
    rows = segment_contacts(crm.store, "SM1")
    details = campaign_details(crm.store, "FAIR")
    sheets = cover_sheets(crm.store, ["SHOP", "ANNA"], Remarks(custom="<&>"), on=TODAY)
    words = report_words(language)
    reports = {
        "last_interaction": [
            contacts_report(form(f"segment_contacts.{kind}"), rows, edition) for kind in KINDS
        ],
        "canceled": [
            campaign_report(form(f"campaign_details.{kind}"), details, edition) for kind in KINDS
        ],
        "returned_after_use": [
            cover_sheets_report(form(f"segment_cover_sheet.{kind}"), sheets, edition)
            for kind in KINDS
        ],
    }
    for name, (html, word) in reports.items():
        assert sentences(html) == sentences(word)
        assert words[name] in sentences(word)


def test_words_are_there_in_the_languages_of_the_glossary_and_else_in_english() -> None:
    assert [report_words(tag)["targets"] for tag in ("FRS", "ITA", "NOR", "DAN", "")] == [
        "Contacts cibles contactés",
        "Contatti target contattati",
        "Målkontakter kontaktet",
        "Target contacts contacted",
        "Target contacts contacted",
    ]


def test_dates_and_amounts_are_written_as_the_edition_says(crm: Workspace) -> None:
    logged_campaign(crm)
    details = campaign_details(crm.store, "FAIR")
    formats = formats_for("NOR", "NO", "")
    edition = ReportOptions(language="NOR", formats=formats)
    said = sentences(campaign_report(form("campaign_details.docx"), details, edition))
    day, cost = formats.date(TODAY), formats.number(Decimal(24), "#,##0.00")
    rate = formats.number(Decimal(0), "0.0")
    assert {day, cost, rate, "%", "10", "Kampanjedetaljer"} <= {
        word for line in said for word in (line, *line.split())
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_rate_is_a_fraction_and_shown_in_per_cent(kind: str) -> None:
    details = CampaignDetails(campaign_no="FAIR", targets=4, responses=1, response_rate=0.25)
    said = sentences(campaign_report(form(f"campaign_details.{kind}"), details))
    assert "25.0 %" in " ".join(said)


def test_what_a_contact_is_called_harms_no_report() -> None:
    nasty = "<w:p>&amp; {{ title }} {%tr x %}\x00\x07\x0c\ud800 \u2028\r\nend"
    rows = [ContactRow(line_no=1, contact_no="C1", name=nasty, address=(nasty,) * 2)]
    word = contacts_report(form("segment_contacts.docx"), rows)
    said = sentences(word)
    assert said.count("<w:p>&amp; {{ title }} {%tr x %}") == 3
    assert said.count("end") == 3
    html = contacts_report(form("segment_contacts.html"), rows)
    assert b"<w:p>" not in html


def test_a_host_puts_its_own_template_in_the_place_of_ours() -> None:
    own = docx(paragraph(run("{{ title }}: {% for row in rows %}{{ row.name }}; {% endfor %}")))
    rows = [ContactRow(line_no=1, contact_no="C1", name="Anna")]
    read = make_word_renderer().read(own, "own.docx")
    assert text_of(contacts_report(read, rows, ReportOptions(title="Ours"))) == "Ours: Anna;"
    wrong = make_word_renderer().read(docx(paragraph(run("{{ row[2].x }}"))), "wrong.docx")
    with pytest.raises(BadDocument, match=r"wrong\.docx: cannot be filled: .*'row'"):
        contacts_report(wrong, rows)


@pytest.mark.parametrize("name", REPORTS)
def test_every_template_of_ours_is_read_and_names_only_what_a_report_has(name: str) -> None:
    known = {"title", "language", "words", "rows", "sheets", "layout", "remarks", "campaign"}
    assert set(form(name).fields) <= known  # type: ignore[attr-defined]


# -- on paper ---------------------------------------------------------------------------------


@attrs.frozen
class Page:
    """A page: its size, and each word with where it begins, in whole or parts of millimetres."""

    size: tuple[int, int]
    words: Sequence[tuple[str, float, float]]


def pages_of(office: LibreOffice, document: bytes, folder: Path) -> Sequence[Page]:
    if not shutil.which("pdftotext"):
        pytest.skip("needs pdftotext: install poppler-utils")
    path = folder / "report.pdf"
    path.write_bytes(office.convert(document, "report.docx"))
    command = ["pdftotext", "-bbox", str(path), "-"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    pages = re.findall(r'<page width="(.*?)" height="(.*?)">(.*?)</page>', told, re.DOTALL)
    return [
        Page(
            (round(millimetres(width)), round(millimetres(height))),
            [
                (word, millimetres(x), millimetres(y))
                for x, y, word in re.findall(r'xMin="(.*?)" yMin="(.*?)".*?>(.*?)</word>', words)
            ],
        )
        for width, height, words in pages
    ]


def millimetres(points: str) -> float:
    return float(points) * 25.4 / 72


@pytest.mark.parametrize(("width", "height"), FORMATS)
def test_labels_made_in_word_lie_on_the_paper_where_they_must(
    office: LibreOffice, width: int, height: int, tmp_path: Path
) -> None:
    layout = LabelFormat.of(width, height)
    of_a_sheet = layout.rows * layout.columns
    labels = [
        Label(contact_no="", lines=(f"L{number}", "Long Company Name Ltd", "Street 1", "Town"))
        for number in range(of_a_sheet + 1)
    ]
    name = f"segment_labels_{layout.name}.docx"
    first, second = pages_of(office, labels_report(form(name), labels, layout), tmp_path)
    assert first.size == second.size == (210, 297)
    begins = {word: (x, y) for word, x, y in first.words}
    for number, (row, column) in enumerate(product(range(layout.rows), range(layout.columns))):
        x, y = begins[f"L{number}"]
        assert x == pytest.approx(column * width + 6, abs=0.5)
        assert y == pytest.approx(layout.margin + row * height + 4, abs=1)
    assert second.words[0][0] == f"L{of_a_sheet}"


def test_a_full_sheet_of_labels_is_one_page(office: LibreOffice, tmp_path: Path) -> None:
    layout = LabelFormat.of(70, 37)
    labels = [Label(contact_no="", lines=("Anna",))] * 24
    document = labels_report(form("segment_labels_70x37.docx"), labels, layout)
    assert len(pages_of(office, document, tmp_path)) == 1


def test_cover_sheets_made_in_word_have_a_page_each(office: LibreOffice, tmp_path: Path) -> None:
    sheets = [CoverSheet(contact_no=name, date=TODAY, address=(name,)) for name in ("Anna", "Per")]
    pages = pages_of(
        office, cover_sheets_report(form("segment_cover_sheet.docx"), sheets), tmp_path
    )
    assert [page.words[0][0] for page in pages] == ["Anna", "Per"]


def test_lists_made_in_word_repeat_their_head_on_every_page(
    office: LibreOffice, tmp_path: Path
) -> None:
    rows = [
        ContactRow(line_no=number, contact_no=f"C{number}", name="Anna", address=("A", "B", "C"))
        for number in range(40)
    ]
    pages = pages_of(office, contacts_report(form("segment_contacts.docx"), rows), tmp_path)
    assert len(pages) > 2
    assert {page.size for page in pages} == {(297, 210)}
    assert all("Address" in [word for word, *_ in page.words] for page in pages)
