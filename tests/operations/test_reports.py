"""Reports: lists, labels, cover sheets and campaigns, as data and as documents."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
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
from segmentation.errors import BadDocument, InvalidValue, NotFound, UnknownName
from segmentation.interactions import Interaction
from segmentation.operations.interactions import NotRecorded, cancel
from segmentation.operations.reports import contact_list
from segmentation.plain import to_plain
from segmentation.protocols import Rendering
from segmentation.reports import (
    REPORTS,
    CampaignDetails,
    CampaignReport,
    ContactList,
    ContactRow,
    CoverSheet,
    CoverSheets,
    DataForm,
    Label,
    LabelFormat,
    Labels,
    Remarks,
    report_template,
    report_words,
)
from segmentation.segments import Segment, SegmentHeader, SegmentLine
from segmentation.setup import CompanyInformation
from segmentation.templates import InteractionTemplate, InteractionTemplateSetup
from segmentation.workspace import Workspace
from support.fair import SETUP, company, evolved, person
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
    found = contact_list(
        crm.context,
        segment_no="SM1",
        estimated_value={"shop": Decimal(100), "ANNA": Decimal(7), "ELSE": Decimal(1)},
    )
    shop, anna = found.data
    assert (shop.cost, shop.estimated_value, shop.interactions) == (Decimal(12), Decimal(100), 1)
    assert (anna.cost, anna.estimated_value) == (Decimal(12), Decimal(7))
    assert anna.last_interaction == TODAY
    assert shop.address == ("SHOP Ltd", "1 Main St", "Reno, NV 89501", "UNITED STATES")
    document = found.render(form("segment_contacts.html"), title="Fair & more").decode()
    assert "<h1>Fair &amp; more</h1>" in document
    assert "Reno, NV 89501<br>UNITED STATES" in document
    assert '<td class="number">12.00</td>' in document


def test_figures_of_the_host_stand_in_the_row_of_their_contact(crm: Workspace) -> None:
    """EXM-45."""
    listed = crm.reports.contacts("SHOP", "ANNA", sales={"ANNA": Decimal("120.00")})
    labels = crm.reports.labels("SHOP", "ANNA", layout=LabelFormat.of(70, 36))
    assert [row.contact_no for row in listed.data] == ["SHOP", "ANNA"]
    assert [label.contact_no for label in labels.data] == ["SHOP", "ANNA"]
    assert [row.sales for row in listed.data] == [None, Decimal(120)]
    assert {row.estimated_value for row in listed.data} == {None}
    for kind in KINDS:
        said = sentences(listed.render(form(f"segment_contacts.{kind}")))
        assert said.count("120.00") == 1
        assert "120.00" in said[said.index("ANNA") :]
        assert "Sales" in said
    layout = LabelFormat.of(70, 36)
    both: list[Callable[[], object]] = [
        lambda: crm.reports.contacts("ANNA", "X", "Y"),
        lambda: crm.reports.labels("ANNA", "X", "Y", layout=layout),
    ]
    for step in both:
        with pytest.raises(NotFound, match="X, Y"):
            step()


@pytest.mark.parametrize("figure", ["120", 1.5, Decimal("NaN"), True, None])
def test_a_figure_of_the_host_is_a_number(crm: Workspace, figure: object) -> None:
    match = r"sales\['ANNA'\].*is no decimal number"
    with pytest.raises(InvalidValue, match=match):
        crm.reports.contacts("ANNA", sales={"ANNA": figure})  # type: ignore[dict-item]
    assert crm.reports.contacts("ANNA", sales={"ANNA": 3}).data[0].sales == Decimal(3)  # type: ignore[dict-item]


def test_a_person_is_listed_with_its_company(crm: Workspace) -> None:
    """REP-03."""
    anna = crm.reports.contacts(segment_no="SM1").data[1]
    assert (anna.name, anna.company_name) == ("Anna", "SHOP Ltd")


def test_labels_use_the_address_of_the_line_in_the_form_of_its_country(crm: Workspace) -> None:
    shop, anna = crm.reports.labels(segment_no="SM1", layout=LabelFormat.of(70, 36)).data
    assert shop.lines == ("SHOP Ltd", "1 Main St", "Reno, NV 89501", "UNITED STATES")
    assert anna.lines == ("SHOP Ltd", "Anna", "Hjem 3", "7700 Nors")


@pytest.mark.parametrize(("width", "height"), FORMATS)
def test_labels_have_three_columns_or_two(crm: Workspace, width: int, height: int) -> None:
    layout = LabelFormat.of(width, height)
    columns = {70: 3, 105: 2}[width]
    assert (layout.columns, layout.rows) == (columns, 8)
    assert layout.margin * 2 + 8 * height == 297
    labels = crm.reports.labels(segment_no="sm1", layout=layout)
    labels = attrs.evolve(labels, data=labels.data * 13)
    first, second = labels.sheets
    assert [len(row) for row in first.rows] == [columns] * 8
    assert sum(len(row) for sheet in (first, second) for row in sheet.rows) == 26
    document = labels.render(form("segment_labels.html")).decode()
    assert f"width: {width}mm" in document
    assert f"height: {height}mm" in document
    assert document.count('class="label"') == 26
    assert document.count('class="sheet"') == 2


def test_ltr_57_lines_that_a_label_has_no_room_for_are_told(crm: Workspace) -> None:
    """LTR-57."""
    lines = tuple(f"Line {number}" for number in range(1, 9))
    nine, six = (*lines, "NORWAY"), lines[:6]
    layout = LabelFormat.of(70, 36)
    labels = Labels(
        data=(Label(contact_no="C1", lines=nine), Label(contact_no="C2", lines=six)), layout=layout
    )
    (cut,) = labels.cut
    assert (cut.contact_no, cut.lines) == ("C1", ("Line 7", "Line 8", "NORWAY"))
    assert "no room for" in labels._repr_html_()
    for name in ("segment_labels.html", "segment_labels_70x36.docx"):
        made = labels.render(form(name))
        text = made.decode() if name.endswith("html") else text_of(made)
        assert all(line in text for line in nine)
    assert crm.reports.labels(segment_no="SM1", layout=layout).cut == ()


def test_cover_sheets_say_how_the_company_is_reached(crm: Workspace) -> None:
    """EXM-46: with five free texts, which tick nothing, to the address of the day."""
    known = crm.store.records.find(CompanyInformation)
    assert known
    reached = attrs.evolve(
        known, phone_no="+45 1", fax_no="+45 2", e_mail="post@example.com", bank_name="Nordbank",
        iban="DK50", giro_no="80-1", vat_registration_no="DK123",
    )  # fmt: skip
    crm.store.records.put([reached, CountryRegion(code="DK", name="Denmark")])
    home, own = ("Lynghede", "Klitvangen 31"), ("SHOP Ltd", "Anna", "Vej 2", "7700 Thisted")
    alternative = AlternativeAddress(
        contact_no="ANNA", code="HOME", address="Hjem 3", city="Nors", post_code="7700",
        starting_date=date(2026, 11, 1), ending_date=date(2026, 11, 30),
    )  # fmt: skip
    crm.contacts.change("ANNA", country_region_code="")
    crm.contacts.add_rows(alternative)
    texts = ("one", "two", "three", "four", "five")
    sheets = crm.reports.cover_sheets("ANNA", texts=texts, on=TODAY)
    (sheet,) = sheets.data
    assert (sheet.sender[:2], sheet.sender[-1]) == (home, "DENMARK")
    assert sheet.address == ("SHOP Ltd", "Anna", "Hjem 3", "7700 Nors")
    assert (sheet.texts, sheet.marks, sheet.remark) == (texts, ("",) * 7, "")
    company_values = {
        "Phone No.: +45 1", "Fax No.: +45 2", "Email: post@example.com", "Bank: Nordbank DK50",
        "Giro No.: 80-1", "VAT Registration No.: DK123",
    }  # fmt: skip
    for kind in KINDS:
        said = sentences(sheets.render(form(f"segment_cover_sheet.{kind}")))
        assert {*texts, *company_values} <= set(said)
        assert "x" not in said
    (sheet,) = crm.reports.cover_sheets("ANNA", texts="one", on=date(2026, 12, 1)).data
    assert (sheet.address, sheet.texts) == (own, ("one",))


def test_a_cover_sheet_has_room_for_five_texts(crm: Workspace) -> None:
    with pytest.raises(InvalidValue, match="are more than 5; a cover sheet has no room for more"):
        crm.reports.cover_sheets("ANNA", texts=["123456"] * 6)


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
    (sheet,) = crm.reports.cover_sheets("SHOP", remarks=remarks).data
    assert sheet.marks == tuple("x" if mark == place else "" for mark in range(7))
    assert sheet.remark == remarks.custom


def test_a_cover_sheet_has_the_address_block_and_records_nothing(crm: Workspace) -> None:
    """SEG-11."""
    nos = crm.store.segments.get("SM1").contact_nos
    sheets = crm.reports.cover_sheets(*nos, *nos, "", remarks=Remarks(please_call=True))
    assert [sheet.contact_no for sheet in sheets.data] == ["SHOP", "ANNA"]
    document = sheets.render(form("segment_cover_sheet.html")).decode()
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
    sheets = crm.reports.cover_sheets(*nos, remarks=Remarks())
    done = crm.reports.record_cover_sheets(sheets)
    assert {each.reason for each in done} == {NotRecorded.NO_TEMPLATE}
    crm.store.records.put(
        [InteractionTemplate(code="COVER"), InteractionTemplateSetup(cover_sheets="COVER")]
    )
    done = crm.reports.record_cover_sheets(sheets, campaign_no="fair")
    logged = list(crm.store.records.all(Interaction, interaction_template_code="COVER"))
    assert [each.contact_no for each in logged] == nos
    assert {each.campaign_no for each in logged} == {"FAIR"}
    crm.journal.verify()


def test_a_sender_stands_in_the_order_of_its_country(crm: Workspace) -> None:
    crm.setup.change_company(country_region_code="US", county="NV", city="Reno", post_code="89501")
    (sheet,) = crm.reports.cover_sheets("ANNA", remarks=Remarks()).data
    assert sheet.sender == ("Lynghede", "Klitvangen 31", "Reno, NV 89501", "UNITED STATES")


def test_a_list_has_the_phone_of_the_address_or_else_the_contacts_own(crm: Workspace) -> None:
    crm.store.records.put([attrs.evolve(crm.contacts["ANNA"], phone_no="1")])
    for phone_no, shown in (("", "1"), ("2", "2")):
        home = AlternativeAddress(contact_no="ANNA", code="HOME", city="Oslo", phone_no=phone_no)
        crm.contacts.add_rows(home)
        (row,) = crm.reports.contacts("ANNA").data
        assert row.phone_no == shown


def test_a_contact_that_is_gone_is_named(crm: Workspace) -> None:
    """FRT-03."""
    layout, remarks, reports = LabelFormat.of(70, 36), Remarks(), crm.reports
    steps: list[Callable[[], object]] = [
        lambda: reports.contacts("SHOP", "NOBODY"),
        lambda: reports.labels("NOBODY", layout=layout),
        lambda: reports.cover_sheets("NOBODY", remarks=remarks),
        lambda: reports.contacts(segment_no="NOBODY"),
        lambda: reports.labels(segment_no="NOBODY", layout=layout),
        lambda: reports.campaign("NOBODY"),
        lambda: reports.record_cover_sheets(
            reports.cover_sheets("SHOP", remarks=remarks), campaign_no="NOBODY"
        ),
    ]
    for step in steps:
        with pytest.raises(NotFound, match="NOBODY"):
            step()


def test_a_report_is_on_contacts_or_on_a_segment(crm: Workspace) -> None:
    """FRT-13: none at all is an error."""
    layout = LabelFormat.of(70, 36)
    nothing: list[Callable[[], object]] = [
        crm.reports.contacts,
        lambda: crm.reports.contacts(""),
        lambda: crm.reports.labels(layout=layout),
        lambda: crm.reports.cover_sheets(remarks=Remarks()),
    ]
    for step in nothing:
        with pytest.raises(InvalidValue, match="is empty; give contact numbers"):
            step()
    with pytest.raises(InvalidValue, match="segment_no: 'SM1' stands beside contact numbers"):
        crm.reports.contacts("SHOP", segment_no="SM1")


def test_contacts_are_named_by_number_in_any_case_or_given_as_records(crm: Workspace) -> None:
    """FRT-04."""
    anna = crm.contacts["ANNA"]
    segment = crm.store.segments.get("SM1")
    found = [crm.reports.contacts(each).data for each in ("ANNA", "anna", anna)]
    assert found[0] == found[1] == found[2]
    assert [row.line_no for row in found[0]] == [0]
    assert len(crm.reports.contacts("shop", "SHOP", anna, "ANNA").data) == 2
    assert crm.reports.contacts(segment_no=segment) == crm.reports.contacts(segment_no="sm1")


def test_contacts_are_written_to_where_they_are_on_the_day(crm: Workspace) -> None:
    crm.store.records.put(
        [
            AlternativeAddress(
                contact_no="ANNA", code="SEA", address="Strand 4", city="Hirtshals",
                post_code="9850", country_region_code="DK",
                starting_date=date(2026, 6, 1), ending_date=date(2026, 8, 31),
            )
        ]
    )  # fmt: skip
    july, remarks = date(2026, 7, 1), Remarks()
    days: list[tuple[date | None, str]] = [(None, "Hjem 3"), (TODAY, "Hjem 3"), (july, "Strand 4")]
    for day, street in days:
        (sheet,) = crm.reports.cover_sheets("ANNA", remarks=remarks, on=day).data
        assert street in sheet.address
        assert sheet.date == (july if day is july else TODAY)
    layout = LabelFormat.of(70, 36)
    summery = evolved(crm, workdate=july)
    assert "Strand 4" in summery.reports.labels("ANNA", layout=layout).data[0].lines
    assert "Strand 4" in summery.reports.contacts("ANNA").data[0].address


def test_reports_show_themselves(crm: Workspace) -> None:
    """FRT-08, FRT-09."""
    logged_campaign(crm)
    layout = LabelFormat.of(70, 36)
    made: list[Any] = [
        crm.reports.contacts(segment_no="SM1"),
        crm.reports.labels(segment_no="SM1", layout=layout),
        crm.reports.cover_sheets("SHOP", remarks=Remarks()),
        crm.reports.campaign("FAIR"),
    ]
    assert [repr(each) for each in made] == [
        "ContactList(data=2)",
        "Labels('70x36', data=2)",
        "CoverSheets(data=1)",
        "CampaignReport('FAIR', 'Spring fair', targets=2, responses=0)",
    ]
    for each in made:
        assert "<table " in each._repr_html_()
        assert json.loads(json.dumps(to_plain(each))) == to_plain(each)
        assert hash(each) == hash(attrs.evolve(each))
    assert repr(crm.reports) == "Reports(contacts, labels, cover_sheets, campaign)"
    assert to_plain(crm.reports) == {"reports": ["contacts", "labels", "cover_sheets", "campaign"]}


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
    cancel(crm.context, logged.segment)


def test_a_campaigns_details_have_its_figures_and_entries(crm: Workspace) -> None:
    logged_campaign(crm)
    crm.campaigns.activate("FAIR")
    details = crm.reports.campaign("fair").data
    assert [target.no for target in details.target_group] == ["SHOP"]
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
    before = crm.reports.campaign("FAIR", until=date(2026, 11, 21)).data
    assert (before.targets, before.entries[0].interactions) == (0, 0)
    after = crm.reports.campaign("FAIR", since=date(2026, 11, 23)).data
    assert (after.targets, after.entries[0].interactions) == (0, 0)


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
    crm = evolved(crm, rendering=Rendering(formats_for=formats_for))
    words = report_words(language)
    reports = {
        "last_interaction": (crm.reports.contacts(segment_no="SM1"), "segment_contacts"),
        "canceled": (crm.reports.campaign("FAIR"), "campaign_details"),
        "returned_after_use": (
            crm.reports.cover_sheets("SHOP", "ANNA", remarks=Remarks(custom="<&>")),
            "segment_cover_sheet",
        ),
    }
    for name, (report, template) in reports.items():
        html, word = (
            report.render(form(f"{template}.{kind}"), language=language) for kind in KINDS
        )
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


def test_dates_and_amounts_are_written_in_the_language_of_the_workspace(crm: Workspace) -> None:
    logged_campaign(crm)
    formats = formats_for("NOR", "", "")
    crm = evolved(crm, rendering=Rendering(formats_for=formats_for), language="NOR")
    said = sentences(crm.reports.campaign("FAIR").render(form("campaign_details.docx")))
    day, cost = formats.date(TODAY), formats.number(Decimal(24), "#,##0.00")
    rate = formats.number(Decimal(0), "0.0")
    assert {day, cost, rate, "%", "10", "Kampanjedetaljer"} <= {
        word for line in said for word in (line, *line.split())
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_rate_is_a_fraction_and_shown_in_per_cent(kind: str) -> None:
    details = CampaignDetails(campaign_no="FAIR", targets=4, responses=1, response_rate=0.25)
    said = sentences(CampaignReport(data=details).render(form(f"campaign_details.{kind}")))
    assert "25.0 %" in " ".join(said)


def test_what_a_contact_is_called_harms_no_report() -> None:
    nasty = "<w:p>&amp; {{ title }} {%tr x %}\x00\x07\x0c\ud800 \u2028\r\nend"
    rows = ContactList(data=(ContactRow(contact_no="C1", name=nasty, address=(nasty,) * 2),))
    word = rows.render(form("segment_contacts.docx"))
    said = sentences(word)
    assert said.count("<w:p>&amp; {{ title }} {%tr x %}") == 3
    assert said.count("end") == 3
    html = rows.render(form("segment_contacts.html"))
    assert b"<w:p>" not in html


def test_a_host_puts_its_own_template_in_the_place_of_ours() -> None:
    own = docx(paragraph(run("{{ title }}: {% for row in rows %}{{ row.name }}; {% endfor %}")))
    rows = ContactList(data=(ContactRow(contact_no="C1", name="Anna"),))
    read = make_word_renderer().read(own, "own.docx")
    assert text_of(rows.render(read, title="Ours")) == "Ours: Anna;"
    wrong = make_word_renderer().read(docx(paragraph(run("{{ row[2].x }}"))), "wrong.docx")
    with pytest.raises(BadDocument, match=r"wrong\.docx: cannot be filled: .*'row'"):
        rows.render(wrong)


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
    made = tuple(
        Label(contact_no="", lines=(f"L{number}", "Long Company Name Ltd", "Street 1", "Town"))
        for number in range(of_a_sheet + 1)
    )
    document = Labels(data=made, layout=layout).render(form(f"segment_labels_{layout.name}.docx"))
    first, second = pages_of(office, document, tmp_path)
    assert first.size == second.size == (210, 297)
    begins = {word: (x, y) for word, x, y in first.words}
    for number, (row, column) in enumerate(product(range(layout.rows), range(layout.columns))):
        x, y = begins[f"L{number}"]
        assert x == pytest.approx(column * width + 6, abs=0.5)
        assert y == pytest.approx(layout.margin + row * height + 4, abs=1)
    assert second.words[0][0] == f"L{of_a_sheet}"


def test_a_full_sheet_of_labels_is_one_page(office: LibreOffice, tmp_path: Path) -> None:
    layout = LabelFormat.of(70, 37)
    labels = Labels(data=(Label(contact_no="", lines=("Anna",)),) * 24, layout=layout)
    document = labels.render(form("segment_labels_70x37.docx"))
    assert len(pages_of(office, document, tmp_path)) == 1


def test_cover_sheets_made_in_word_have_a_page_each(office: LibreOffice, tmp_path: Path) -> None:
    named = ("Anna", "Per")
    sheets = tuple(CoverSheet(contact_no=no, date=TODAY, address=(no,)) for no in named)
    document = CoverSheets(data=sheets).render(form("segment_cover_sheet.docx"))
    pages = pages_of(office, document, tmp_path)
    assert [page.words[0][0] for page in pages] == ["Anna", "Per"]


def test_lists_made_in_word_repeat_their_head_on_every_page(
    office: LibreOffice, tmp_path: Path
) -> None:
    rows = tuple(
        ContactRow(contact_no=f"C{number}", name="Anna", address=("A", "B", "C"))
        for number in range(40)
    )
    document = ContactList(data=rows).render(form("segment_contacts.docx"))
    pages = pages_of(office, document, tmp_path)
    assert len(pages) > 2
    assert {page.size for page in pages} == {(297, 210)}
    assert all("Address" in [word for word, *_ in page.words] for page in pages)


def test_a_campaign_s_details_list_what_is_still_to_be_logged(crm: Workspace) -> None:
    """EXM-44."""
    one, other_one, *_ = [contact.no for contact in crm.contacts]
    nos = (one, other_one, one)
    segment = crm.new_segment(
        "Waiting", interaction_template_code="INVITE", campaign_no="FAIR", unit_cost="2.50"
    )
    for no in nos:
        segment.add_contact(no)
    other = crm.new_segment("Of another").add_contact(nos[0])
    mixed = crm.new_segment("Mixed").add_contact(nos[0]).add_contact(nos[1])
    mixed.change_line(10_000, campaign_no="FAIR")
    empty = crm.new_segment("Empty", campaign_no="FAIR")
    details = crm.reports.campaign("FAIR").data
    assert [(row.segment_no, row.lines, row.cost) for row in details.segments] == [
        (segment.no, 3, Decimal("7.50")),
        (mixed.no, 1, Decimal(0)),
        (empty.no, 0, Decimal(0)),
    ]
    assert other.no not in {row.segment_no for row in details.segments}
    assert (details.entries, details.targets, details.response_rate) == ((), 0, 0)
    report = crm.reports.campaign("FAIR")
    html, word = (sentences(report.render(form(f"campaign_details.{kind}"))) for kind in KINDS)
    assert html == word
    assert word[word.index(segment.no) :][:6] == [
        segment.no, "2026-11-22", "Waiting", "3", "7.50", "6",
    ]  # fmt: skip
    assert report_words()["campaign_segments"] in word
    assert other.no not in word


def test_a_campaign_without_anything_gives_its_header(crm: Workspace) -> None:
    """EXM-44."""
    crm.campaigns.new("Nothing yet", no="", starting_date=date(2026, 12, 1))
    (campaign,) = crm.campaigns.where(description="Nothing yet")
    details = crm.reports.campaign(campaign).data
    assert (details.campaign_no, details.description) == (campaign.no, "Nothing yet")
    assert (details.entries, details.segments, details.response_rate) == ((), (), 0)
    made = crm.reports.campaign(campaign).render(form("campaign_details.docx"))
    assert report_words()["campaign_segments"] not in sentences(made)
    with pytest.raises(NotFound, match=f"did you mean '{campaign.no}'"):
        crm.reports.campaign(f"{campaign.no}X")
