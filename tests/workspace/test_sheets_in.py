"""Workbooks and configuration packages taken in: cells of any type, titles, several tables."""

import gzip
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

import segmentation as seg
from segmentation.code_tables import MailingGroup
from segmentation.contacts import ContactMailingGroup
from segmentation.errors import Rejected
from segmentation.fields import Field, FieldType
from support.sheets import Rows, make_package, make_workbook, package
from support.stores import STORES, workspaces


@pytest.fixture(params=STORES)
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    yield from workspaces(request, tmp_path)


@pytest.fixture
def memory() -> Iterator[seg.Workspace]:
    with seg.Workspace.open() as crm:
        yield crm


def faults(crm: seg.Workspace, path: Path, **options: Any) -> list[str]:  # noqa: ANN401 - as for an import
    with pytest.raises(Rejected) as caught:
        crm.import_data(path, **options)
    assert list(crm.contacts) == []
    return [str(fault) for fault in caught.value.faults]


LOCAL = datetime(2026, 11, 29, 8, 30, tzinfo=UTC).replace(tzinfo=None)
"""A time as a sheet has it, without a zone."""


# -- workbooks ---------------------------------------------------------------------------------

HEADER: list[object] = ["No.", "Name", "Post Code", "Privacy Blocked", "Phone No."]


def berg_and_dahl(blocked: object) -> list[list[object]]:
    return [
        HEADER,
        ["C1", "=Berg", 8000, blocked, 4522334455],
        ["C2", "Dahl", "0150", False, None],
        [None, None, None, None, None],
    ]


def test_cells_come_in_as_the_fields_hold_them(crm: seg.Workspace, tmp_path: Path) -> None:
    """INO-31."""
    crm.import_data(make_workbook(tmp_path / "erp.xlsx", Contact=berg_and_dahl(True)))
    berg, dahl = crm.contacts
    assert (berg.name, berg.post_code, berg.phone_no) == ("=Berg", "8000", "4522334455")
    assert (berg.privacy_blocked, dahl.privacy_blocked) == (True, False)
    assert dahl.post_code == "0150"


def test_a_formula_counts_as_the_value_that_is_kept_with_it(
    crm: seg.Workspace, tmp_path: Path
) -> None:
    """INO-32 (a)."""
    sheet = berg_and_dahl('f(A1="x")|b:1')
    crm.import_data(make_workbook(tmp_path / "erp.xlsx", Contact=sheet))
    assert [contact.privacy_blocked for contact in crm.contacts] == [True, False]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ('f(A1="x")', "cell D2 holds a formula without a value"),
        ('f(A1="x")|e:#N/A', "cell D2 holds the error #N/A"),
    ],
)
def test_nobody_counts_as_not_blocked_for_want_of_a_value(
    memory: seg.Workspace, tmp_path: Path, cell: str, said: str
) -> None:
    """INO-32 (b), (c)."""
    path = make_workbook(tmp_path / "erp.xlsx", Contact=berg_and_dahl(cell))
    (fault,) = faults(memory, path)
    assert fault.startswith("erp.xlsx[Contact] row 2: privacy_blocked: ")
    assert said in fault


def test_a_cell_without_a_value_matters_only_where_a_field_needs_it(
    memory: seg.Workspace, tmp_path: Path
) -> None:
    rows = [["No.", "Note"], ["C1", "f(A1)"]]
    path = make_workbook(tmp_path / "contact.xlsx", Contact=rows)
    memory.import_data(path, ignore="Note")
    assert [contact.no for contact in memory.contacts] == ["C1"]


def test_numbers_dates_and_times_fit_the_types_of_fields(
    crm: seg.Workspace, tmp_path: Path
) -> None:
    crm.tables.define("contact", Field("points", "integer"), Field("sum", "decimal"))
    contacts: Rows = [
        ["No.", "points", "sum", "Last Modified"],
        [1001, 7.0, 0.1, LOCAL],
    ]
    calls: Rows = [
        ["Entry No.", "Contact No.", "Date", "Cost (LCY)", "Time of Interaction"],
        [17, 1001, date(2026, 11, 22), -1234.5, time(9, 5)],
    ]
    sheets = {"Contact": contacts, "Interaction_Log_Entry": calls}
    crm.import_data(make_workbook(tmp_path / "erp.xlsx", **sheets), decimal_comma=True)
    (contact,) = crm.contacts
    assert dict(contact.extra) == {"points": 7, "sum": Decimal("0.1")}
    assert contact.last_modified == LOCAL.replace(tzinfo=UTC)
    (call,) = crm.interactions
    assert (str(call.cost), call.date) == ("-1234.5", date(2026, 11, 22))
    assert str(call.time_of_interaction) == "09:05:00"


@pytest.mark.parametrize("value", [7.5, True, date(2026, 1, 1), "many"])
def test_a_cell_of_another_type_is_a_fault(
    memory: seg.Workspace, tmp_path: Path, value: object
) -> None:
    memory.tables.define("contact", Field("points", "integer"))
    path = make_workbook(tmp_path / "c.xlsx", Contact=[["No.", "points"], ["C1", value]])
    (fault,) = faults(memory, path)
    assert "c.xlsx[Contact] row 2: points: " in fault
    assert "is not a whole number" in fault


def test_titles_may_stand_above_the_header_and_rows_count_from_the_top(
    memory: seg.Workspace, tmp_path: Path
) -> None:
    rows = [["Customers", "on", "30.11."], [], ["No.", "Privacy Blocked"], ["C1", "perhaps"]]
    (fault,) = faults(memory, make_workbook(tmp_path / "c.xlsx", Contact=rows))
    assert fault.startswith("c.xlsx[Contact] row 4: privacy_blocked")


def test_the_excel_of_a_configuration_package_comes_in(crm: seg.Workspace, tmp_path: Path) -> None:
    groups: Rows = [
        ["CRM", "Mailing Group", 5055],
        [],
        ["Code", "Description"],
        ["NEWS", "News"],
    ]
    members: Rows = [
        ["CRM", "Contact Mailing Group", 5056],
        [],
        ["Contact No.", "Mailing Group Code"],
        ["C1", "NEWS"],
    ]
    contacts: Rows = [["CRM", "Contact", 5050], [], ["No.", "Name"], ["C1", "Berg"]]
    sheets = {"Mailing_Group": groups, "Contact_Mailing_Group": members, "Contact": contacts}
    crm.import_data(make_workbook(tmp_path / "crm.xlsx", **sheets))
    assert list(crm.store.records.all(MailingGroup)) == [
        MailingGroup(code="NEWS", description="News")
    ]
    assert [row.contact_no for row in crm.store.records.all(ContactMailingGroup)] == ["C1"]


def test_one_sheet_alone_goes_by_the_name_of_its_file(
    memory: seg.Workspace, tmp_path: Path
) -> None:
    rows = [["No.", "Name"], ["C1", "Berg"]]
    told = memory.import_data(make_workbook(tmp_path / "contacts.xlsx", Sheet1=rows, Sheet2=[]))
    assert told.new == 1
    assert memory.contacts["C1"].name == "Berg"


def test_sheets_of_no_table_of_ours_are_told(memory: seg.Workspace, tmp_path: Path) -> None:
    rows: Rows = [["No."], ["C1"]]
    path = make_workbook(tmp_path / "erp.xlsx", Contact=rows, Prices=[["x"], [1]])
    assert memory.import_data(path).skipped_files == ("erp.xlsx[Prices]",)
    only = make_workbook(tmp_path / "contact.xlsx", Prices=[["x"]], Costs=[["y"]])
    memory.contacts.delete("C1")
    assert faults(memory, only) == ["contact.xlsx: holds no table of ours, but Prices, Costs"]


def test_files_of_something_else_in_a_folder_are_left_alone_and_told(
    memory: seg.Workspace, tmp_path: Path
) -> None:
    (tmp_path / "contact.csv").write_text("no\nC1\n")
    (tmp_path / "page.xml").write_text("<html/>")
    make_package(tmp_path / "setup.xml", PaymentTerms=[{"Code": "10 DAYS"}])
    make_workbook(tmp_path / "prices.xlsx", Prices=[["x"]])
    (tmp_path / "~$contact.xlsx").write_bytes(b"kept by a program while it works")
    told = memory.import_data(tmp_path)
    assert set(told.skipped_files) == {
        *("page.xml", "setup.xml", "setup.xml[PaymentTerms]"),
        *("prices.xlsx", "prices.xlsx[Prices]"),
    }
    assert told.new == 1
    (tmp_path / "contact.xml").write_text("<html/>")
    with pytest.raises(Rejected, match="its XML begins with html"):
        memory.import_data(tmp_path)


def test_a_value_below_no_name_is_a_fault(memory: seg.Workspace, tmp_path: Path) -> None:
    rows = [["No.", None, "Name", None], ["C1", "yes", "Berg", None]]
    (fault,) = faults(memory, make_workbook(tmp_path / "c.xlsx", Contact=rows))
    assert fault == "c.xlsx[Contact]: column 2 has no name"


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"no,name\nC1,Berg\n"], ids=["nothing", "cut", "csv"]
)
def test_what_is_no_workbook_is_a_fault(
    memory: seg.Workspace, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "contact.xlsx").write_bytes(content)
    (fault,) = faults(memory, tmp_path / "contact.xlsx")
    assert fault == "contact.xlsx: is no workbook that can be read; save it as XLSX"


def test_a_sheet_that_ends_within_a_row_is_a_fault(memory: seg.Workspace, tmp_path: Path) -> None:
    rows = [["No.", "Name"], ["C1", "Berg"]]
    whole = make_workbook(tmp_path / "whole.xlsx", Contact=rows)
    path = tmp_path / "contact.xlsx"
    with zipfile.ZipFile(whole) as before, zipfile.ZipFile(path, "w") as after:
        for name in before.namelist():
            text = before.read(name)
            after.writestr(name, text.partition(b"</row>")[0] if b"<row" in text else text)
    (fault,) = faults(memory, path)
    assert fault == "contact.xlsx: is no workbook that can be read; save it as XLSX"


def test_a_workbook_that_grows_beyond_measure_is_not_unpacked(
    memory: seg.Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "contact.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", "<f>")
        archive.infolist()[0].file_size = 2**31
    (fault,) = faults(memory, path)
    assert "is too large" in fault


def test_fields_are_suggested_from_a_workbook(memory: seg.Workspace, tmp_path: Path) -> None:
    rows: Rows = [["No.", "Shoe Size", "Since"], ["C1", 38, date(2026, 1, 1)], ["C2", 41, "f(A1)"]]
    found = memory.suggest_fields(make_workbook(tmp_path / "contact.xlsx", Contact=rows))
    assert [(each.name, each.type) for each in found] == [
        ("shoe_size", FieldType.INTEGER),
        ("since", FieldType.DATE),
    ]


# -- configuration packages --------------------------------------------------------------------

BERG = {
    "No": "C1",
    "Name": "Berg",
    "CountryRegionCode": "DK",
    "E_Mail": "a@b.c",
    "PrivacyBlocked": "Yes",
}


def test_a_configuration_package_comes_in(crm: seg.Workspace, tmp_path: Path) -> None:
    """INO-33."""
    crm.import_data(make_package(tmp_path / "crm.xml", Contact=[BERG]))
    (contact,) = crm.contacts
    assert (contact.country_region_code, contact.e_mail) == ("DK", "a@b.c")
    assert contact.privacy_blocked


def test_a_package_is_packed_and_holds_several_tables_with_options_by_their_places(
    crm: seg.Workspace, tmp_path: Path
) -> None:
    person = {"No": "C2", "Type": "1", "CorrespondenceType": "2", "Minor": "1", "Name": "1"}
    text = package(
        "utf-8",
        MailingGroup=[{"Code": "NEWS"}],
        Contact=[{**person, "No": "C1", "Type": "0"}, person],
        ContactMailingGroup=[{"ContactNo": "C2", "MailingGroupCode": "NEWS"}],
        PaymentTerms=[{"Code": "10 DAYS", "Discount": "0"}],
        Currency=[],
    )
    (tmp_path / "crm.rapidstart").write_bytes(gzip.compress(text.encode()))
    told = crm.import_data(tmp_path)
    assert told.skipped_files == ("crm.rapidstart[PaymentTerms]",)
    first, second = crm.contacts
    assert (first.type, second.type, second.name) == ("company", "person", "1")
    assert (second.correspondence_type, second.minor) == ("email", True)
    assert [row.contact_no for row in crm.store.records.all(ContactMailingGroup)] == ["C2"]


def test_a_package_that_names_an_entity_is_refused_and_no_file_is_read(
    memory: seg.Workspace, tmp_path: Path
) -> None:
    """INO-33."""
    (tmp_path / "secret.txt").write_text("secret")
    doctype = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{tmp_path}/secret.txt">]><DataList'
    text = package("utf-8", Contact=[{"No": "C1", "Name": "&e;"}])
    (tmp_path / "crm.xml").write_text(text.replace("<DataList", doctype))
    (fault,) = faults(memory, tmp_path / "crm.xml")
    assert fault == "crm.xml: declares a document type, which no package does"


def test_a_package_that_grows_beyond_measure_is_not_unpacked(
    memory: seg.Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segmentation.operations.data._packages._MOST_BYTES", 10)
    (tmp_path / "contact.rapidstart").write_bytes(gzip.compress(b"<DataList/>"))
    assert faults(memory, tmp_path / "contact.rapidstart") == [
        "contact.rapidstart: is too large: more than 10 bytes when it is unpacked"
    ]


def test_faults_of_a_package_name_table_record_and_field(
    memory: seg.Workspace, tmp_path: Path
) -> None:
    records = [BERG, {**BERG, "No": "C2", "PrivacyBlocked": "perhaps"}]
    (fault,) = faults(memory, make_package(tmp_path / "crm.xml", Contact=records))
    assert fault == "crm.xml[Contact] row 2: privacy_blocked: 'perhaps' is neither yes nor no"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<html/>", "is no configuration package: its XML begins with html"),
        (b"<DataList><ContactList>", "is no configuration package that can be read"),
        (b"", "is no configuration package that can be read"),
        (
            gzip.compress(b"<DataList/>", mtime=0)[:-4],
            "is no configuration package that can be read",
        ),
        (b"<DataList/>", "holds no table of ours, but -"),
    ],
    ids=["another-root", "cut", "nothing", "cut-when-packed", "no-table"],
)
def test_what_is_no_package_is_a_fault(
    memory: seg.Workspace, tmp_path: Path, content: bytes, said: str
) -> None:
    (tmp_path / "contact.xml").write_bytes(content)
    assert faults(memory, tmp_path / "contact.xml") == [f"contact.xml: {said}"]


# -- merged cells ------------------------------------------------------------------------------


def merged(path: Path, *ranges: str) -> Path:
    """A workbook whose cells are merged: the values of all but the first are gone."""
    rows: Rows = [
        ["All contacts"],
        [],
        ["No.", "Privacy Blocked", "Name"],
        ["C1", True, "x"],
        ["C2", None, "y"],
    ]
    book = load_workbook(make_workbook(path, Contact=rows))
    for each in ranges:
        book.active.merge_cells(each)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("ranges", "said"),
    [
        (("B4:B5",), ["row 5: privacy_blocked: cell B5 is merged with B4"]),
        (("A4:A5",), ["row 5: no: cell A5 is merged with A4"]),
        (("A4:B4", "A5:B5"), [f"row {row}: privacy_blocked: cell B{row} is" for row in (4, 5)]),
    ],
    ids=["down", "key", "across"],
)
def test_a_cell_that_is_merged_with_another_is_not_blank(
    memory: seg.Workspace, tmp_path: Path, ranges: tuple[str, ...], said: list[str]
) -> None:
    found = faults(memory, merged(tmp_path / "contact.xlsx", *ranges))
    assert len(found) == len(said)
    assert all(part in fault for part, fault in zip(said, found, strict=True))


def test_titles_and_cells_beside_the_table_may_be_merged(
    memory: seg.Workspace, tmp_path: Path
) -> None:
    path = merged(tmp_path / "contact.xlsx", "A1:F2", "C3:D3", "C4:D4", "C5:D5", "A7:C9")
    memory.import_data(path)
    assert [each.privacy_blocked for each in memory.contacts] == [True, False]
