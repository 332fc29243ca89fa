"""Tables written as files, and taken in again: nothing is lost, nothing is run."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

import narwhals as nw
import openpyxl
import pytest

import segmentation as seg
from segmentation.campaigns import CampaignEntry
from segmentation.code_tables import MailingGroup, SalespersonPurchaser
from segmentation.contacts import Contact, ContactMailingGroup
from segmentation.criteria import total
from segmentation.errors import InvalidValue, MissingExtra, StoreError, UnknownName
from segmentation.fields import Field, Record
from segmentation.interactions import Interaction
from segmentation.operations.data import ExportOptions, export_path
from segmentation.templates import InteractionGroup, InteractionTemplate, TemplateLanguage
from segmentation.workspace import Found
from support import shop
from support.fair import TODAY
from support.stores import STORES, workspaces

CAPTIONS = ["", "en", "fr-CH", "it-IT", "nb-NO"]


@pytest.fixture(params=STORES)
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    yield from workspaces(request, tmp_path)


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def column(path: Path, name: str) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row[name] for row in csv.DictReader(file)]


def record_calls(crm: seg.Workspace, number: int) -> None:
    calls = (
        Interaction(entry_no=place, contact_no="C1", date=TODAY, description=f"Call {place}")
        for place in range(1, number + 1)
    )
    crm.add(Contact(no="C1"), *calls)


# -- what goes out -----------------------------------------------------------------------------


@pytest.mark.parametrize(("after", "left"), [(3, ["4", "5"]), (5, []), (0, list("12345"))])
def test_interactions_go_out_from_an_entry_on(
    crm: seg.Workspace, tmp_path: Path, after: int, left: list[str]
) -> None:
    """INO-43."""
    record_calls(crm, 5)
    path = tmp_path / "interaction_log_entry.csv"
    exported = crm.export_data(path, after_entry_no=after)
    assert column(path, "entry_no") == left
    assert rows(path)[0][0] == "entry_no"
    assert exported.last_entry_no == 5
    assert crm.export_data(path, after_entry_no=exported.last_entry_no).rows == 0


def test_entries_that_were_deleted_leave_a_gap(crm: seg.Workspace, tmp_path: Path) -> None:
    record_calls(crm, 3)
    crm.interactions.cancel(2)
    crm.interactions.delete_all_canceled()
    path = tmp_path / "interaction_log_entry.csv"
    crm.export_data(path, after_entry_no=1)
    assert column(path, "entry_no") == ["3"]


def test_segments_go_out_with_their_lines_and_campaigns_with_their_entries(
    crm: seg.Workspace, tmp_path: Path
) -> None:
    crm.add(
        Contact(no="C1"),
        SalespersonPurchaser(code="JO"),
        InteractionGroup(code="G"),
        InteractionTemplate(code="CALL", interaction_group_code="G"),
    )
    crm.campaigns.new("Fair", no="FAIR")
    crm.interactions.create(
        "C1",
        interaction_template_code="CALL",
        description="Call",
        campaign_no="FAIR",
        salesperson_code="JO",
        correspondence_type="",
    )
    crm.new_segment("All", no="S1").add_contacts()
    exported = crm.export_data(tmp_path / "out", format="csv")
    assert dict(exported.counts)["segment_line"] == 1
    assert column(tmp_path / "out" / "segment_header.csv", "no") == ["S1"]
    assert column(tmp_path / "out" / "segment_line.csv", "contact_no") == ["C1"]
    entry = next(crm.store.records.all(CampaignEntry))
    assert column(tmp_path / "out" / "campaign_entry.csv", "entry_no") == [str(entry.entry_no)]
    assert set(exported.files) == {*(tmp_path / "out").iterdir()}


def test_fields_and_tables_of_the_host_go_out_and_come_in(
    crm: seg.Workspace, tmp_path: Path
) -> None:
    fields = (Field("number", "integer"), Field("contact_no", "code"), Field("amount", "decimal"))

    def define(crm: seg.Workspace) -> None:
        crm.tables.define("contact", Field("points", "integer"))
        crm.tables.define("parcels", *fields, key="number", link="contact_no")

    define(crm)
    crm.contacts.add(Contact(no="C4", extra={"points": 7}), Contact(no="C5"))
    crm.tables["parcels"].new(1, contact_no="C4", amount="1.50")
    crm.export_data(tmp_path / "out")
    assert column(tmp_path / "out" / "contact.csv", "points") == ["7", ""]
    assert rows(tmp_path / "out" / "parcels.csv") == [
        ["number", "contact_no", "amount"],
        ["1", "C4", "1.50"],
    ]
    with seg.Workspace.open() as other:
        define(other)
        other.import_data(tmp_path / "out")
        assert dict(other.contacts["C4"].extra) == {"points": 7}
        assert other.tables["parcels"][1] == crm.tables["parcels"][1]


def test_texts_of_templates_go_out_with_their_attachments(
    crm: seg.Workspace, tmp_path: Path
) -> None:
    digest = crm.store.attachments.put(b"Hello")
    crm.add(
        InteractionGroup(code="G"),
        InteractionTemplate(code="T", interaction_group_code="G", language_code_default="ENU"),
        *(
            TemplateLanguage(
                interaction_template_code="T",
                language_code=code,
                attachment=digest,
                attachment_name="hello.txt",
            )
            for code in ("ENU", "DAN")
        ),
    )
    crm.export_data(tmp_path / "out")
    with seg.Workspace.open() as other:
        other.import_data(tmp_path / "out")
        texts = list(other.store.records.all(TemplateLanguage))
        assert texts == list(crm.store.records.all(TemplateLanguage))
        assert other.store.attachments.get(digest) == b"Hello"
        again = other.export_data(tmp_path / "texts" / "..", tables="Interaction Tmpl. Language")
        assert again.rows == 2


# -- what a spreadsheet would run --------------------------------------------------------------


def fill_with_formulas(crm: seg.Workspace) -> None:
    crm.add(
        Contact(
            no="C1",
            name="=1+1",
            city="@SUM(A1)",
            phone_no="+47 22 33 44 55",
            address="-5",
            post_code="0150",
        ),
        Interaction(entry_no=1, contact_no="C1", date=TODAY, cost=Decimal("-5.00")),
    )


def test_what_a_spreadsheet_would_run_is_kept_from_it_and_comes_in_as_it_was(
    crm: seg.Workspace, tmp_path: Path
) -> None:
    """INO-44."""
    fill_with_formulas(crm)
    crm.export_data(tmp_path / "out")
    contact = tmp_path / "out" / "contact.csv"
    cells = [*(column(contact, name)[0] for name in ("name", "city", "address", "phone_no"))]
    assert cells == ["'=1+1", "'@SUM(A1)", "'-5", "+47 22 33 44 55"]
    assert column(tmp_path / "out" / "interaction_log_entry.csv", "cost") == ["-5.00"]
    with seg.Workspace.open() as other:
        other.import_data(tmp_path / "out")
        assert other.contacts["C1"] == crm.contacts["C1"]
        (past,) = other.interactions
        assert past.cost == Decimal("-5.00")
    crm.export_data(tmp_path / "out", raw=True)
    assert column(contact, "name") == ["=1+1"]


@pytest.mark.parametrize(
    "name",
    ["\tx", "+1", "=1", "'=1", "''@x", "'s-Hertogenbosch", "\uff1dx", "-", "\r\nx", "a=1", " =1"],
)
def test_any_text_comes_in_as_it_went_out(tmp_path: Path, name: str) -> None:
    with seg.Workspace.open() as crm, seg.Workspace.open() as other:
        crm.add(Contact(no="C1", name=name))
        crm.export_data(tmp_path / "contact.csv")
        (cell,) = column(tmp_path / "contact.csv", "name")
        assert cell[0] not in "\t\r\n=+-@\uff1d"
        other.import_data(tmp_path / "contact.csv")
        assert other.contacts["C1"] == crm.contacts["C1"]


def test_a_phone_number_is_guarded_where_it_is_none(tmp_path: Path) -> None:
    with seg.Workspace.open() as crm:
        crm.add(Contact(no="C1", phone_no="=cmd()", mobile_phone_no="+1+cmd()"))
        crm.export_data(tmp_path / "contact.csv")
    assert column(tmp_path / "contact.csv", "phone_no") == ["'=cmd()"]
    assert column(tmp_path / "contact.csv", "mobile_phone_no") == ["'+1+cmd()"]


def test_texts_of_a_workbook_are_texts_and_numbers_numbers(
    crm: seg.Workspace, tmp_path: Path
) -> None:
    """INO-45."""
    fill_with_formulas(crm)
    crm.export_data(tmp_path / "all.xlsx")
    book = openpyxl.load_workbook(tmp_path / "all.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s", "n", "b", "d"}
    found = {cell.value: cell.data_type for cell in cells}
    assert (found["=1+1"], found[-5], found["0150"]) == ("s", "n", "s")


# -- out and in again --------------------------------------------------------------------------


def fill(crm: seg.Workspace) -> None:
    crm.tables.define("contact", Field("points", "integer"), Field("since", "date"))
    crm.add(
        Contact(no="C1", name="Berg", privacy_blocked=True, post_code="0150"),
        Contact(no="C2", type="person", name='Anna "A", Berg', minor=True, company_no="C1"),
        Contact(no="C3", name="Two\nlines\r\nand a half", exclude_from_segment=True),
        Contact(
            no="C4",
            name="Ærø_x0041_\x0b",
            extra={"points": 7, "since": date(1899, 12, 30)},
            last_modified=datetime(2026, 11, 29, 23, 30, 0, 123, tzinfo=UTC),
        ),
        Contact(no="C5", parental_consent_received=True, correspondence_type="email"),
        MailingGroup(code="NEWS", description="true"),
        ContactMailingGroup(contact_no="C4", mailing_group_code="NEWS"),
    )


def kept(crm: seg.Workspace) -> list[Record]:
    kinds: tuple[type[Record], ...] = (Contact, MailingGroup, ContactMailingGroup)
    return [record for kind in kinds for record in crm.store.records.all(kind)]


@pytest.mark.parametrize("captions", CAPTIONS)
@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_what_went_out_comes_in_as_it_was(
    crm: seg.Workspace, tmp_path: Path, form: str, captions: str
) -> None:
    """INO-46."""
    fill(crm)
    crm.export_data(tmp_path / "out", format=form, captions=captions)  # type: ignore[arg-type]
    with seg.Workspace.open() as other:
        other.tables.define("contact", Field("points", "integer"), Field("since", "date"))
        other.import_data(tmp_path / "out")
        assert kept(other) == kept(crm)


def test_headers_and_options_are_in_the_words_of_a_language(tmp_path: Path) -> None:
    with seg.Workspace.open() as crm:
        crm.add(Contact(no="C1", type="person"))
        crm.export_data(tmp_path / "contact.csv", captions="en")
        assert rows(tmp_path / "contact.csv")[0][:3] == ["No.", "Type", "Name"]
        assert column(tmp_path / "contact.csv", "Type") == ["Person"]
        crm.export_data(tmp_path / "contact.json", captions="nb")
        (row,) = json.loads((tmp_path / "contact.json").read_text(encoding="utf-8"))
        assert (row["Nr."], row["Personvernsperret"]) == ("C1", False)


def test_an_option_keeps_its_name_where_its_words_would_be_none(tmp_path: Path) -> None:
    options = ("", "half_done", "done_")
    fields = (Field("no", "code"), Field("contact_no", "code"))
    with seg.Workspace.open() as crm:
        crm.add(Contact(no="C1"))
        status = Field("status", "option", options=options)
        crm.tables.define("jobs", *fields, status, key="no", link="contact_no")
        crm.tables["jobs"].new("1", contact_no="C1", status="half_done")
        crm.tables["jobs"].new("2", contact_no="C1", status="done_")
        before = list(crm.tables["jobs"])
        crm.export_data(tmp_path / "jobs.csv", captions="en")
        assert column(tmp_path / "jobs.csv", "status") == ["half done", "done_"]
        crm.import_data(tmp_path / "jobs.csv")
        assert list(crm.tables["jobs"]) == before


def test_what_went_out_is_shown_as_a_table(tmp_path: Path) -> None:
    with seg.Workspace.open() as crm:
        crm.add(Contact(no="C1"), Contact(no="C2"))
        shown = crm.export_data(tmp_path / "contact.csv")._repr_html_()
    assert "<td>contact</td>" in shown
    assert ">2</td>" in shown


@pytest.mark.parametrize("captions", CAPTIONS)
def test_every_column_of_every_table_is_known_again(tmp_path: Path, captions: str) -> None:
    with seg.Workspace.open() as crm:
        for kind in crm.tables:
            path = tmp_path / f"{kind}.csv"
            try:
                crm.export_data(path, captions=captions)
            except UnknownName:
                continue
            told = crm.import_data(path, allow_empty=True)
            assert [each.name for each in told.columns if not each.field] == []


# -- what was found ----------------------------------------------------------------------------


@pytest.fixture
def filled_shop(crm: seg.Workspace) -> seg.Workspace:
    """The shop with points and orders of its own."""
    shop.define(crm)
    shop.fill(crm)
    return crm


def found_in(crm: seg.Workspace) -> Found:
    orders = crm.fields["orders"]
    found = crm.select(
        (crm.fields.contact["points"] > 0)
        & (orders["article"] == "TENT")
        & (total(orders["amount"]) > 110)
    )
    assert found == ["A", "C", "F", "G"]
    return found


def test_who_was_found_is_written_as_csv_and_as_a_sheet(
    filled_shop: seg.Workspace, tmp_path: Path
) -> None:
    """OWN-32."""
    found = found_in(filled_shop)
    columns = ["no", "name", "points"]
    found.to_csv(tmp_path / "found.csv", columns)
    assert rows(tmp_path / "found.csv") == [
        columns,
        ["A", "Anna Berg", "120"],
        ["C", "Cleo Ek", "15"],
        ["F", "Finn Holm", "7"],
        ["G", "Gro Iversen", "50"],
    ]
    found.to_excel(tmp_path / "found.xlsx", columns)
    sheet = openpyxl.load_workbook(tmp_path / "found.xlsx").active
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        columns,
        ["A", "Anna Berg", 120],
        ["C", "Cleo Ek", 15],
        ["F", "Finn Holm", 7],
        ["G", "Gro Iversen", 50],
    ]
    assert {cell.data_type for cell in sheet["C"][1:]} == {"n"}


@pytest.mark.parametrize("backend", ["polars", "pandas", "pyarrow"])
def test_who_was_found_is_a_frame(
    filled_shop: seg.Workspace, backend: Literal["polars", "pandas", "pyarrow"]
) -> None:
    """OWN-32."""
    found = found_in(filled_shop)
    frame = nw.from_native(found.to_frame(["no", "name", "points"], backend=backend))
    assert frame.columns == ["no", "name", "points"]
    assert frame.rows() == [
        ("A", "Anna Berg", 120),
        ("C", "Cleo Ek", 15),
        ("F", "Finn Holm", 7),
        ("G", "Gro Iversen", 50),
    ]
    with pytest.raises(UnknownName, match="did you mean 'points'"):
        found.to_frame(["pionts"], backend=backend)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_column_that_contacts_do_not_have_is_refused_and_no_file_is_left(
    filled_shop: seg.Workspace, tmp_path: Path, ending: str
) -> None:
    """OWN-32."""
    found = found_in(filled_shop)
    write = {"csv": found.to_csv, "xlsx": found.to_excel}[ending]
    with pytest.raises(UnknownName, match="did you mean 'points'"):
        write(tmp_path / f"found.{ending}", ["no", "pionts"])
    assert list(tmp_path.glob("found*")) == []


def test_who_was_found_is_written_in_the_order_found_and_whole(tmp_path: Path) -> None:
    with seg.Workspace.open() as crm:
        crm.add(*(Contact(no=f"C{number}", name="=x") for number in range(1, 2_500)))
        found = crm.select()
        found.to_csv(tmp_path / "found.csv", captions="en")
        assert column(tmp_path / "found.csv", "No.") == list(found)
        assert set(column(tmp_path / "found.csv", "Name")) == {"'=x"}
        found.to_csv(tmp_path / "found.csv", ["name"], raw=True)
        assert rows(tmp_path / "found.csv")[1] == ["=x"]


# -- files -------------------------------------------------------------------------------------


def test_a_table_that_became_empty_empties_its_file(tmp_path: Path) -> None:
    with seg.Workspace.open() as crm:
        crm.add(MailingGroup(code="NEWS"))
        crm.export_data(tmp_path)
        crm.tables["mailing_group"].delete("NEWS")
        assert dict(crm.export_data(tmp_path).counts) == {"mailing_group": 0}
        assert len(rows(tmp_path / "mailing_group.csv")) == 1
        crm.export_data(tmp_path / "mailing_group.json")
        assert json.loads((tmp_path / "mailing_group.json").read_text()) == []


def test_what_cannot_be_meant_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with seg.Workspace.open() as crm:
        with pytest.raises(UnknownName, match="did you mean 'contact'"):
            crm.export_data(tmp_path / "out", tables="kontact")
        with pytest.raises(InvalidValue, match="holds one table"):
            crm.export_data(tmp_path / "a.csv", tables=["contact", "Mailing Group"])
        with pytest.raises(InvalidValue, match="is not the format of"):
            crm.export_data(tmp_path / "contact.csv", format="json")
        with pytest.raises(InvalidValue, match="is none of csv, json, xlsx"):
            crm.export_data(tmp_path / "out", format="xml")  # type: ignore[arg-type]
        with pytest.raises(InvalidValue, match="is none of en, fr, it, nb"):
            crm.export_data(tmp_path / "out", captions="xx")
        with pytest.raises(InvalidValue, match="no number of an entry"):
            crm.export_data(tmp_path / "out", after_entry_no=-1)
        with pytest.raises(StoreError, match=r"contact\.csv: cannot be written"):
            crm.export_data(tmp_path / "none" / "contact.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["out.pdf", "contact.XLS", "out.tar.gz", "contacts.docx"])
def test_a_path_that_ends_like_a_file_of_another_format_is_no_folder(
    tmp_path: Path, name: str
) -> None:
    with seg.Workspace.open() as crm:
        crm.add(Contact(no="C1"))
        with pytest.raises(InvalidValue, match=r"none of \.csv, \.json, \.xlsx; .* or a folder"):
            crm.export_data(tmp_path / name, format="csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["out", "out.2026", "2026.11.22", ".out"])
def test_a_folder_may_be_called_after_a_day(tmp_path: Path, name: str) -> None:
    with seg.Workspace.open() as crm:
        crm.add(Contact(no="C1"))
        crm.export_data(tmp_path / name)
    assert [file.name for file in (tmp_path / name).iterdir()] == ["contact.csv"]


def test_a_folder_that_is_there_may_be_called_anything(tmp_path: Path) -> None:
    folder = tmp_path / "shop.example"
    folder.mkdir()
    with seg.Workspace.open() as crm:
        crm.add(Contact(no="C1"))
        crm.export_data(folder)
    assert [file.name for file in folder.iterdir()] == ["contact.csv"]


def test_a_text_that_a_cell_cannot_hold_is_refused_and_the_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "contact_comment.xlsx"
    with seg.Workspace.open() as crm:
        crm.add(Contact(no="C1"))
        crm.contacts.comment("C1", "short")
        crm.export_data(path)
        before = path.read_bytes()
        crm.contacts.comment("C1", "long" * 10_000)
        with pytest.raises(InvalidValue, match="more characters than a cell"):
            crm.export_data(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_workbooks_need_their_extra(tmp_path: Path) -> None:
    with seg.Workspace.open() as crm, pytest.raises(MissingExtra, match=r"\[excel\]"):
        export_path(crm.context, tmp_path / "contact.xlsx", ExportOptions())
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_goes_away_is_told_as_such_and_no_file_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_record: Record) -> Iterator[Record]:
        raise StoreError("crm.db", "went away")

    with seg.Workspace.open() as crm:
        crm.add(Contact(no="C1"))
        monkeypatch.setattr("segmentation.operations.data._exported_tables.ExportTable.rows", gone)
        with pytest.raises(StoreError, match=r"^crm\.db: went away$"):
            crm.export_data(tmp_path / "contact.csv")
    assert list(tmp_path.iterdir()) == []
