"""Business Central's own layouts: controls bound to data, rows, pictures, and what Word needs."""

import io
import shutil
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.adapters.libreoffice import LibreOffice
from segmentation.adapters.word import WordForm, WordRenderer
from segmentation.documents import (
    DataPath,
    PlainFormats,
    layout_values,
    names_of,
)
from segmentation.errors import BadDocument, InvalidValue
from segmentation.fields import Value
from support.layouts import (
    W15,
    A,
    R,
    W,
    block,
    bound,
    cell,
    check_whole,
    controls,
    hiding,
    inline,
    layout,
    part,
    picture,
    repeated,
    row,
    rows_of,
    shown,
    table,
    texts_of,
)
from support.wordfiles import docx, field, member, paragraph, run, zipped

FORMATS = PlainFormats()
EMPTY = "<w:tc><w:p/></w:tc>"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
OTHER = b"\xff\xd8\xff" + bytes(range(100))
LAYOUTS = (
    "email_merge_5084",
    "contact_cover_sheet",
    "reminder_email",
    "customer_item_sales",
    "job_quote",
    "item_label",
)


def read(content: bytes) -> WordForm:
    return WordRenderer().read(content, "own.docx")


def nothing(path: DataPath) -> Value:
    raise KeyError(path)


def values_of(form: WordForm, data: Mapping[str, Any]) -> tuple[Mapping[str, Value], Sequence[str]]:
    assert form.layout
    return layout_values(form.layout, data, nothing)


def filled(content: bytes, **data: Any) -> bytes:  # noqa: ANN401 - as a host gives them
    form = read(content)
    values, missing = values_of(form, data)
    assert missing == []
    made = form.fill(values, FORMATS)
    check_whole(made)
    return made


def theirs(data: Path, name: str) -> bytes:
    return (data / "word" / f"{name}.docx").read_bytes()


def filled_theirs(data: Path, name: str, **given_data: Any) -> bytes:  # noqa: ANN401
    """A layout of Business Central whose other names all have a text."""
    content = theirs(data, name)
    form = read(content)
    assert form.layout
    pictures = {path[-1] for path in form.layout.pictures}
    texts = {each: f"({each})" for each in names_of(form.layout.whole) if each not in pictures}
    repeated_ones = {name: given_data[name] for name in given_data}
    return filled(content, **(texts | dict.fromkeys(pictures, b"") | repeated_ones))


# -- Business Central's --------------------------------------------------------------------------


REMINDER = (
    "DocNo_IssuedReminderLine",
    "DocType_IssuedReminderLine",
    "Desc_IssuedReminderLine",
    "DueDate_IssuedReminderLine",
    "RemainingAmountText",
)


@pytest.mark.parametrize("count", [3, 1, 0])
def test_ltr_20_a_table_has_a_row_for_each_and_goes_with_the_last(data: Path, count: int) -> None:
    """LTR-20."""
    lines = [{name: f"{name}{number}" for name in REMINDER} for number in range(count)]
    made = filled_theirs(data, "reminder_email", Issued_Reminder_Line=lines)
    tables = list(part(made).iter(f"{{{W}}}tbl"))
    assert len(tables) == (3 if count else 2)
    if count:
        assert rows_of(made, 1) == [list(line.values()) for line in lines]
    assert rows_of(made, len(tables) - 1)[0][-1] == "(FinalTotalInclVAT)"


ITEM = (
    "ValueEntryBuffer__Item_No__",
    "Item_Description",
    "ValueEntryBuffer__Invoiced_Quantity_",
    "Item__Base_Unit_of_Measure_",
    "ValueEntryBuffer__Sales_Amount__Actual___Control44",
    "ValueEntryBuffer__Discount_Amount__Control45",
    "Profit_Control46",
    "ProfitPct_Control47",
)
TOTALS = (
    "Subtotals_Amount",
    "Subtotals_DiscountAmount",
    "Subtotals_Profit",
    "Subtotals_ProfitPercent",
)


def customer(no: str, name: str, *items: str) -> Mapping[str, Any]:
    rows = [
        {"CustNo": no, "CustName": name, **{field: f"{item} {field[:9]}" for field in ITEM}}
        for item in items
    ]
    return {"Integer": rows, "Subtotals": {field: f"{no} {field[10:]}" for field in TOTALS}}


def sales(data: Path, *customers: Mapping[str, Any]) -> bytes:
    form = read(theirs(data, "customer_item_sales"))
    assert form.layout
    names = set(names_of(form.layout.whole)) - {*ITEM, *TOTALS, "CustNo", "CustName", "Integer"}
    texts = {name: f"({name})" for name in names}
    return filled(theirs(data, "customer_item_sales"), **{**texts, "Customer": list(customers)})


def test_ltr_21_rows_stand_in_rows(data: Path) -> None:
    """LTR-21."""
    made = sales(data, customer("10000", "Kontor", "A", "B"), customer("20000", "Ravel", "C"))
    rows = rows_of(made)
    assert len(rows) == 17
    assert rows[4][:2] == ["10000 ", "Kontor"]
    assert [line[0] for line in rows[5:7]] == ["A ValueEntr", "B ValueEntr"]
    assert rows[8][0] == "Kontor"
    assert rows[8][3:] == [f"10000 {field[10:]}" for field in TOTALS]
    assert rows[10][:2] == ["20000 ", "Ravel"]
    assert rows[13][0] == "Ravel"
    header = shown(made, "word/header1.xml")
    assert header["CustomerItemSalesLabel"] == ["(CustomerItemSalesLabel)"]
    assert header["UserName"] == ["(UserName)"]
    assert len(rows_of(sales(data))) == 6


def test_ltr_22_a_row_goes_where_what_it_depends_on_is_blank(data: Path) -> None:
    """LTR-22."""
    rows = rows_of(sales(data, customer("10000", "Kontor")))
    assert len(rows) == 8
    assert not any("Kontor" in cell for line in rows for cell in line)


LINE = (
    "JobPlanningLine_JobTaskNo",
    "Indentation_JobTask2",
    "Type",
    "Number",
    "Quantity",
    "UnitPrice",
    "LineDiscountPct",
    "LineDiscountAmount",
    "TotalPrice",
)


def task(no: str, *hours: int) -> Mapping[str, Any]:
    lines = [dict.fromkeys(LINE, "x") | {LINE[0]: no, "Quantity": hour} for hour in hours]
    return {"Description_Job": f"Task {no}", "Job_Planning_Line": lines}


def test_ltr_23_rows_of_several_are_in_their_order(data: Path) -> None:
    """LTR-23."""
    tasks = [task("100", 3, 5), task("200"), task("300", 1)]
    made = filled_theirs(data, "job_quote", Job_Task=tasks, CompanyPicture=PNG)
    rows = rows_of(made, 2)
    assert [(line[0], line[4]) for line in rows[1:-1]] == [("100", "3"), ("100", "5"), ("300", "1")]
    assert shown(made, "word/header2.xml")["TodayFormatted"] == ["(TodayFormatted)"]
    assert shown(made)["Description_Job"] == ["Task 100"]
    (blip,) = part(made).iter(f"{{{A}}}blip")
    assert picture_of(made, blip.get(f"{{{R}}}embed") or "") == PNG


def picture_of(content: bytes, identity: str, name: str = "word/document.xml") -> bytes:
    folder, _, file = name.rpartition("/")
    links = part(content, f"{folder}/_rels/{file}.rels")
    (target,) = [link.get("Target") or "" for link in links if link.get("Id") == identity]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(target.lstrip("/"))


@pytest.mark.parametrize("name", LAYOUTS)
def test_ltr_18_every_layout_says_what_its_data_say(data: Path, name: str) -> None:
    """LTR-18."""
    groups = {"Issued_Reminder_Line", "Customer", "Integer", "Job_Task", "Job_Planning_Line"}
    form = read(theirs(data, name))
    assert form.layout
    texts: dict[str, Any] = {each: f"<{each}> & co" for each in names_of(form.layout.whole)}
    texts |= {path[-1]: PNG for path in form.layout.pictures}
    texts |= {each: [dict(texts)] * 2 for each in groups}
    texts |= {each: [dict(texts)] * 2 for each in groups}
    made = filled(theirs(data, name), **texts)
    bound_ones = [path for _, path, _ in controls(part(made))]
    assert bound_ones
    with (
        zipfile.ZipFile(io.BytesIO(theirs(data, name))) as before,
        zipfile.ZipFile(io.BytesIO(made)) as after,
    ):
        for kept in ("word/styles.xml", "word/theme/theme1.xml", "word/fontTable.xml"):
            assert after.read(kept) == before.read(kept)


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_opens_and_shows_all_of_its_texts(
    office: LibreOffice, data: Path, tmp_path: Path, name: str
) -> None:
    form = read(theirs(data, name))
    assert form.layout
    names = list(dict.fromkeys(names_of(form.layout.whole)))
    texts: dict[str, Any] = {each: f"q{number}q" for number, each in enumerate(names)}
    pictures = {path[-1] for path in form.layout.pictures}
    groups = [each.path[-1] for each in form.layout.whole.parts]
    inner = [each.path[-1] for outer in form.layout.whole.parts for each in outer.parts]
    texts |= dict.fromkeys(pictures, b"")
    texts |= {each: [dict(texts)] for each in inner}
    texts |= {each: [dict(texts)] for each in groups}
    pdf = office.convert(filled(theirs(data, name), **texts), f"{name}.docx")
    said = said_by(pdf, tmp_path)
    for number, each in enumerate(names):
        assert each in {*pictures, *groups, *inner} or f"q{number}q" in said, each


def said_by(pdf: bytes, folder: Path) -> str:
    program = shutil.which("pdftotext")
    if not program:
        pytest.skip("needs pdftotext: install poppler-utils")
    path = folder / "letter.pdf"
    path.write_bytes(pdf)
    made = subprocess.run([program, str(path), "-"], capture_output=True, check=True, text=True)
    return "".join(made.stdout.split())


# -- others of their kind ------------------------------------------------------------------------


def test_controls_stand_at_every_level() -> None:
    whole_row = bound("Head/E", row("<w:tc><w:p/></w:tc>"))
    made = filled(
        layout(
            paragraph(run("Dear "), inline("Head/A"), run("!")),
            block("Head/B"),
            table(row(cell("Head/C"), f"<w:tc>{block('Head/D')}<w:p/></w:tc>"), whole_row),
        ),
        A="Anna",
        B="b",
        C=3,
        D=None,
        Head={"E": "e"},
    )
    said = {name: texts for name, (texts,) in shown(made).items()}
    assert said == {"A": "Anna", "B": "b", "C": "3", "D": "", "E": "e"}
    assert "Dear Anna!" in texts_of(part(made))


def test_controls_in_headers_footers_notes_and_text_boxes_are_filled() -> None:
    box = (
        "<w:r><w:pict><v:shape xmlns:v='urn:schemas-microsoft-com:vml'><v:textbox>"
        f"<w:txbxContent>{block('Head/Box')}<w:p/></w:txbxContent></v:textbox></v:shape></w:pict>"
        "</w:r>"
    )
    made = filled(
        layout(
            paragraph(box),
            header1=table(row(cell("Head/Top"))) + "<w:p/>",
            footer1=paragraph(inline("Head/Bottom")),
            footnotes=f'<w:footnote w:id="7">{block("Head/Note")}<w:p/></w:footnote>',
        ),
        Box="box",
        Top="top",
        Bottom="bottom",
        Note="note",
    )
    assert shown(made) == {"Box": ["box"]}
    assert shown(made, "word/header1.xml") == {"Top": ["top"]}
    assert shown(made, "word/footer1.xml") == {"Bottom": ["bottom"]}
    assert shown(made, "word/footnotes.xml") == {"Note": ["note"]}


def test_both_forms_of_a_text_box_are_filled() -> None:
    box = f"<w:txbxContent>{block('Head/Box')}<w:p/></w:txbxContent>"
    names = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    both = f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
    boxes = f"<w:r><mc:AlternateContent {names}>{both}</mc:AlternateContent></w:r>"
    assert shown(filled(layout(paragraph(boxes)), Box="x")) == {"Box": ["x", "x"]}


def test_three_levels_of_rows_and_what_stands_around_them() -> None:
    inner = repeated("A/B/C", row(cell("A/B/C/Z"), cell("A/B/Y"), cell("A/X"), cell("Top")))
    middle = repeated("A/B", row(cell("A/B/Y")) + inner)
    made = filled(
        layout(table(repeated("A", row(cell("A/X")) + middle)), paragraph(inline("A/B/C/Z"))),
        Top="t",
        A=[
            {"X": 1, "B": [{"Y": 11, "C": [{"Z": 111}, {"Z": 112}]}, {"Y": 12, "C": []}]},
            {"X": 2, "B": [{"Y": 21, "C": [{"Z": 211}]}]},
        ],
    )
    assert rows_of(made) == [
        ["1"],
        ["11"],
        ["111", "11", "1", "t"],
        ["112", "11", "1", "t"],
        ["12"],
        ["2"],
        ["21"],
        ["211", "21", "2", "t"],
    ]
    paths = {path.replace("ns0:", "") for _, path, _ in controls(part(made))}
    assert "/NavWordReportXmlPart[1]/A[1]/B[1]/C[2]/Z[1]" in paths
    assert shown(made)["Z"] == ["111", "112", "211", "111"]


def test_rows_of_something_else_stand_in_each_row() -> None:
    foreign = repeated("B", row(cell("B/N"), cell("A/X")))
    made = filled(
        layout(table(repeated("A", foreign))), A=[{"X": 1}, {"X": 2}], B=[{"N": "a"}, {"N": "b"}]
    )
    assert rows_of(made) == [["a", "1"], ["b", "1"], ["a", "2"], ["b", "2"]]


def test_paragraphs_and_whole_tables_are_repeated() -> None:
    content = f"{block('Row/Name')}{table(row(cell('Row/Sum')))}<w:p/>"
    made = filled(layout(repeated("Row", content)), Row=[{"Name": "a", "Sum": 1}] * 2)
    assert [len(rows_of(made, number)) for number in (0, 1)] == [1, 1]
    assert shown(made) == {"Name": ["a", "a"], "Sum": ["1", "1"]}


@pytest.mark.parametrize(
    "blocks",
    [
        [repeated("Row", block("Row/N"))],
        [table(row(f"<w:tc>{repeated('Row', block('Row/N'))}</w:tc>"))],
        [table(row("<w:tc>" + table(repeated("Row", row(cell("Row/N")))) + "<w:p/></w:tc>"))],
        [paragraph(run("a")), table(repeated("Row", row(cell("Row/N")))), paragraph(run("b"))],
        [table(row(EMPTY)), repeated("Row", block("Row/N")), table(row(EMPTY))],
    ],
    ids=["body", "cell", "table in a cell", "table", "between tables"],
)
def test_where_there_are_no_rows_the_rest_is_whole(blocks: Sequence[str]) -> None:
    made = filled(layout(*blocks), Row=[])
    body = part(made)[0]
    kinds = [child.tag.rpartition("}")[2] for child in body]
    assert ("tbl", "tbl") not in set(pairwise(kinds))
    assert "p" in kinds or "tbl" in kinds
    assert shown(made) == {}


def test_pictures_in_rows_are_each_their_own() -> None:
    content = layout(
        repeated("Item", picture("Item/Photo") + block("Item/Name")),
        header1=picture("Logo"),
    )
    items = [
        {"Name": "a", "Photo": PNG},
        {"Name": "b", "Photo": OTHER},
        {"Name": "c", "Photo": None},
        {"Name": "d", "Photo": PNG},
    ]
    made = filled(content, Item=items, Logo=OTHER)
    blips = [each.get(f"{{{R}}}embed") or "" for each in part(made).iter(f"{{{A}}}blip")]
    assert [picture_of(made, each) for each in blips] == [PNG, OTHER, PNG]
    (logo,) = part(made, "word/header1.xml").iter(f"{{{A}}}blip")
    assert picture_of(made, logo.get(f"{{{R}}}embed") or "", "word/header1.xml") == OTHER
    drawn = [each.get("id") for each in part(made).iter("{*}docPr")]
    assert len(set(drawn)) == len(drawn) == 3
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert "word/media/model.bin" not in archive.namelist()
    types = member(made, "[Content_Types].xml")
    assert 'Extension="png"' in types
    assert 'Extension="jpeg"' in types


def test_a_picture_that_stays_keeps_its_part() -> None:
    stays = picture("Photo").replace("dataBinding", "nothing")
    made = filled(layout(stays, picture("Photo"), block("N")), Photo=b"", N="n")
    assert 'r:embed="rIdModel"' in member(made)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.read("word/media/model.bin") == b"no picture"


def test_the_picture_of_a_layout_goes_however_it_is_named() -> None:
    printed = picture("Photo").replace("<a:blip ", '<a:blip cstate="print" ')
    content = layout(printed)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    links = "word/_rels/document.xml.rels"
    members[links] = members[links].replace(b'"media/model.bin"', b'"/word/media/model.bin"')
    made = filled(zipped(members), Photo=PNG)
    assert 'cstate="print"' in member(made)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert "word/media/model.bin" not in archive.namelist()


def vml(path: str, names: str) -> str:
    drawing = (
        '<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml">'
        f"<v:imagedata {names}/></v:shape></w:pict></w:r>"
    )
    return bound(path, f"<w:p>{drawing}</w:p>", "<w:picture/>")


@pytest.mark.parametrize(
    ("control", "attribute"),
    [
        (vml("Logo", 'r:id="rIdModel"'), "id"),
        (vml("Logo", ""), "id"),
        (picture("Logo").replace("r:embed=", 'r:link="rIdModel" r:embed='), "embed"),
        (picture("Logo").replace("r:embed=", "r:link="), "embed"),
    ],
    ids=["VML", "VML without a picture", "embedded and linked", "linked"],
)
def test_a_picture_is_shown_in_any_kind_of_frame(control: str, attribute: str) -> None:
    made = filled(layout(control), Logo=PNG)
    (frame,) = part(made).iter(f"{{{A}}}blip", "{*}imagedata")
    (name,) = [each for each in frame.attrib if each.startswith(f"{{{R}}}")]
    assert name == f"{{{R}}}{attribute}"
    assert picture_of(made, frame.get(name) or "") == PNG


def test_bookmarks_in_rows_have_names_of_their_own() -> None:
    marked = (
        '<w:p><w:bookmarkStart w:id="5" w:name="here"/>'
        f'{inline("Row/N")}<w:bookmarkEnd w:id="5"/></w:p>'
    )
    made = filled(layout(repeated("Row", marked)), Row=[{"N": 1}, {"N": 2}, {"N": 3}])
    starts = list(part(made).iter(f"{{{W}}}bookmarkStart"))
    ends = list(part(made).iter(f"{{{W}}}bookmarkEnd"))
    assert [each.get(f"{{{W}}}name") for each in starts] == ["here", "here_r2", "here_r3"]
    numbers = [each.get(f"{{{W}}}id") for each in starts]
    assert numbers == [each.get(f"{{{W}}}id") for each in ends]
    assert len(set(numbers)) == 3


def test_an_id_of_something_else_is_that_of_each_row() -> None:
    other = '<x:note xmlns:x="urn:x"><x:id w:val="7"/></x:note>'
    content = layout(repeated("Row", paragraph(other, inline("Row/N"))))
    form = read(content)
    made = part(form.fill(values_of(form, {"Row": [{"N": 1}, {"N": 2}]})[0], FORMATS))
    assert [each.get(f"{{{W}}}val") for each in made.iter("{urn:x}id")] == ["7", "7"]
    own = [each.get(f"{{{W}}}val") for each in made.iter(f"{{{W}}}id")]
    assert len(set(own)) == len(own)


def test_a_text_keeps_its_formatting_breaks_and_tabs() -> None:
    bold = bound("N", "<w:r><w:rPr><w:b/></w:rPr><w:t>a</w:t></w:r><w:r><w:t>b</w:t></w:r>")
    made = filled(layout(paragraph(bold)), N="one\ntwo\tthree & <four>")
    assert "<w:rPr><w:b/></w:rPr><w:t" in member(made)
    assert "<w:br/>" in member(made)
    assert "<w:tab/>" in member(made)
    assert 'w:multiLine="1"' in member(made)
    assert shown(made)["N"] == ["one\ntwo\tthree & <four>"]


def test_a_style_of_its_own_stays_with_a_text() -> None:
    strong = '<w:r><w:rPr><w:rStyle w:val="Strong"/></w:rPr><w:t>old</w:t></w:r>'
    assert '<w:rStyle w:val="Strong"/>' in member(
        filled(layout(paragraph(bound("N", strong))), N=1)
    )


def test_help_that_stands_for_a_text_goes_with_its_style() -> None:
    helping = bound(
        "N",
        '<w:r><w:rPr><w:rStyle w:val="PlaceholderText"/></w:rPr><w:t>Click here</w:t></w:r>',
        '<w:placeholder><w:docPart w:val="Help"/></w:placeholder><w:showingPlcHdr/><w:text/>',
    )
    for value in ("x", ""):
        xml = member(filled(layout(paragraph(helping)), N=value))
        assert "PlaceholderText" not in xml
        assert "showingPlcHdr" not in xml
        assert "Click here" not in xml
        assert ("docPart" in xml) is bool(value)


def test_merge_fields_and_controls_go_together() -> None:
    content = layout(
        paragraph(field("MERGEFIELD Name")),
        repeated("Row", paragraph(inline("Row/N"), run(" for "), field("MERGEFIELD Name"))),
    )
    form = read(content)
    values, missing = values_of(form, {"Row": [{"N": "\ue0000\ue001"}, {"N": 2}]})
    assert missing == []
    assert form.fields == ("Name",)
    made = form.fill({**values, "Name": "Anna"}, FORMATS)
    check_whole(made)
    assert texts_of(part(made)) == "Anna0 for Anna2 for Anna"


def test_a_table_row_goes_with_a_blank_and_a_table_with_its_last_row() -> None:
    lonely = table(row(f"<w:tc><w:p>{hiding(inline('N'))}</w:p></w:tc>"))
    several = table(row(hiding(cell("N")), cell("M")), hiding(row(cell("N"))), row(cell("M")))
    content = layout(paragraph(run("a")), lonely, paragraph(run("b")), several)
    assert len(list(part(filled(content, N="n", M="m")).iter(f"{{{W}}}tr"))) == 4
    made = filled(content, N=" ", M="m")
    assert len(list(part(made).iter(f"{{{W}}}tbl"))) == 1
    assert rows_of(made) == [["m"]]


# -- how data are given --------------------------------------------------------------------------

NESTED = layout(
    block("Head/Title"),
    block("Head/Lines/Caption"),
    table(repeated("Head/Lines", row(cell("Head/Lines/N")))),
)


@pytest.mark.parametrize(
    "data",
    [
        {"Title": "t", "Lines": [{"Caption": "c", "N": 1}, {"N": 2}]},
        {"Head": {"Title": "t", "Lines": [{"Caption": "c", "N": 1}, {"N": 2}]}},
        {"head": {"TITLE": "t", "lines": ({"caption": "c", "n": 1}, {"N": 2})}},
        {"Head": [{"Title": "t", "Lines": [{"N": 1}, {"N": 2}]}], "Caption": "c"},
    ],
)
def test_groups_may_be_given_or_left_out(data: Mapping[str, Any]) -> None:
    assert shown(filled(NESTED, **data)) == {"Title": ["t"], "Caption": ["c"], "N": ["1", "2"]}


@pytest.mark.parametrize(
    ("data", "missing"),
    [
        ({}, ["Title", "Caption", "Lines"]),
        ({"Title": "", "Lines": [], "Other": 1}, []),
        ({"Title": "", "Lines": [{"N": 1}, {}]}, ["Caption", "N"]),
        ({"Title": "", "Lines": {"N": 1, "Caption": None}}, []),
        ({"Title": {}, "Lines": None}, ["Title", "Caption"]),
    ],
)
def test_ltr_24_what_is_not_given_is_named(data: Mapping[str, Any], missing: list[str]) -> None:
    """LTR-24."""
    assert values_of(read(NESTED), data)[1] == missing


def test_ltr_24_rows_within_no_rows_are_not_missing() -> None:
    """LTR-24."""
    deep = layout(block("Head/Title"), table(repeated("Head/Lines", row(cell("Head/Lines/N")))))
    assert values_of(read(deep), {"Title": "t", "Head": []})[1] == []


def test_ltr_24_outside_of_no_rows_a_control_is_blank() -> None:
    """LTR-24."""
    assert shown(filled(NESTED, Title="t", Lines=[])) == {"Title": ["t"], "Caption": [""]}


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({"Lines": "text"}, "Lines"),
        ({"Lines": [1]}, "Lines"),
        ({"Lines": [{"N": b"x"}]}, "N"),
        ({"Title": object()}, "Title"),
    ],
)
def test_a_value_of_no_kind_that_can_be_shown_is_refused(
    data: Mapping[str, Any], named: str
) -> None:
    given_all = {"Title": "t", "Caption": "c", "Lines": [], **data}
    with pytest.raises(InvalidValue, match=named):
        values_of(read(NESTED), given_all)


@pytest.mark.parametrize("value", ["text", b"%PDF", 7])
def test_what_is_no_picture_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue, match="is no picture"):
        values_of(read(layout(picture("Logo"))), {"Logo": value})


def test_values_of_another_layout_are_an_error_of_ours() -> None:
    with pytest.raises(BadDocument, match="has no value for /Head/Title"):
        read(NESTED).fill({}, FORMATS)


def test_a_layout_without_a_part_of_data_is_filled() -> None:
    content = docx(block("Head/N"))
    values, _ = values_of(read(content), {"N": "n"})
    assert shown(read(content).fill(values, FORMATS)) == {"N": ["n"]}


def test_the_data_of_another_report_stay_as_they_are() -> None:
    content = layout(block("N"))
    other = b'<NavWordReportXmlPart xmlns="urn:microsoft-dynamics-nav/reports/Old/1/"><N>N</N>'
    other += b"</NavWordReportXmlPart>"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    form = read(zipped({"customXml/item0.xml": other, **members}))
    made = form.fill(values_of(form, {"N": "n"})[0], FORMATS)
    assert member(made, "customXml/item0.xml") == other.decode()
    assert "<N>n</N>" in member(made, "customXml/item1.xml")


def test_data_that_the_part_does_not_have_are_put_there() -> None:
    sparse = layout(
        repeated("Row", block("Row/N") + repeated("Row/Deep", block("Row/Deep/M"))),
        data="<Row><Deep><M>M</M></Deep><Deep/></Row>",
    )
    rows = [{"N": 1, "Deep": [{"M": 1}, {"M": 2}, {"M": 3}]}, {"N": 2, "Deep": [{"M": 4}]}]
    assert shown(filled(sparse, Row=rows)) == {"N": ["1", "2"], "M": ["1", "2", "3", "4"]}


def test_a_control_without_content_stays_as_it_is() -> None:
    empty = bound("N", "").replace("<w:sdtContent></w:sdtContent>", "")
    form = read(layout(paragraph(empty), block("M")))
    values, missing = values_of(form, {"M": "m"})
    assert missing == []
    made = form.fill(values, FORMATS)
    assert "/ns0:N[1]" in member(made)
    assert texts_of(part(made)) == "m"


def test_a_control_that_is_bound_to_an_attribute_stays() -> None:
    attribute = block("Head/N").replace("/ns0:N[1]", "/@n")
    assert read(docx(attribute)).layout is None


def test_a_section_without_an_item_is_repeated_whole() -> None:
    section = f'<w15:repeatingSection xmlns:w15="{W15}"/>'
    plain = bound("Row", block("Row/N"), section)
    assert shown(filled(layout(plain), Row=[{"N": 1}, {"N": 2}])) == {"N": ["1", "2"]}


def test_what_a_control_said_before_goes_whatever_it_was() -> None:
    style = '<w:r><w:rPr><w:rStyle w:val="PlaceholderText"/><w:b/></w:rPr><w:t>old</w:t></w:r>'
    several = bound("N", f"{paragraph(style)}{paragraph(run('old'))}{table(row(EMPTY))}")
    made = filled(layout(several), N="new")
    assert texts_of(part(made)) == "new"
    assert "<w:rPr><w:b/></w:rPr>" in member(made)
    assert len(list(part(made).iter(f"{{{W}}}p"))) == 1


def test_an_empty_control_is_filled_in_its_own_format() -> None:
    bold = "<w:rPr><w:b/></w:rPr><w:text/>"
    made = filled(layout(bound("N", "<w:p/>", bold), paragraph(bound("M", "", bold))), N=1, M=2)
    assert shown(made) == {"N": ["1"], "M": ["2"]}
    assert member(made).count('<w:rPr><w:b/></w:rPr><w:t xml:space="preserve">') == 2


def test_what_hides_its_row_hides_nothing_outside_of_tables() -> None:
    made = filled(layout(paragraph(run("a"), hiding(inline("N")))), N="")
    assert texts_of(part(made)) == "a"


# -- what is no such layout, or none that can be ---------------------------------------------------


def test_a_control_that_is_bound_to_something_else_stays() -> None:
    content = layout(block("Head/N").replace("NavWordReportXmlPart", "Other"))
    form = read(content)
    assert form.layout is None
    assert "Head/N" in member(form.fill({}, FORMATS))
    assert read(docx(paragraph(run("a")))).layout is None


def test_controls_of_two_reports_are_refused() -> None:
    other = block("N").replace("50100", "50101")
    with pytest.raises(BadDocument, match="several reports"):
        read(layout(block("N"), other))


def test_a_picture_without_a_frame_is_refused() -> None:
    with pytest.raises(BadDocument, match="the control of Logo has no frame"):
        read(layout(bound("Logo", "<w:p/>", "<w:picture/>")))


# -- one document for all ------------------------------------------------------------------------


def together(content: bytes, *letters: Mapping[str, Any]) -> bytes:
    form, file = read(content), io.BytesIO()
    filled_in = [(values_of(form, data)[0], FORMATS) for data in letters]
    assert form.fill_all(filled_in, file) == len(letters)
    return file.getvalue()


def test_many_letters_of_a_layout_go_into_one_document() -> None:
    marked = (
        '<w:p><w:bookmarkStart w:id="5" w:name="here"/>'
        f'{inline("Row/N")}<w:bookmarkEnd w:id="5"/></w:p>'
    )
    section = '<w:sectPr><w:headerReference w:type="default" r:id="header1"/></w:sectPr>'
    content = layout(
        block("Name"),
        picture("Photo"),
        repeated("Row", marked),
        section=section,
        header1=block("Top") + picture("Logo"),
    )
    made = together(
        content,
        {"Name": "a", "Photo": PNG, "Top": 1, "Logo": OTHER, "Row": [{"N": 1}, {"N": 2}]},
        {"Name": "b", "Photo": None, "Top": 2, "Logo": PNG, "Row": []},
        {"Name": "c", "Photo": PNG, "Top": 3, "Logo": None, "Row": [{"N": 3}]},
    )
    check_whole(made)
    main = part(made)
    assert texts_of(main) == "a12bc3"
    assert list(main.iter("{*}dataBinding")) == []
    blips = [each.get(f"{{{R}}}embed") or "" for each in main.iter(f"{{{A}}}blip")]
    assert [picture_of(made, each) for each in blips] == [PNG, PNG]
    starts = list(main.iter(f"{{{W}}}bookmarkStart"))
    assert [each.get(f"{{{W}}}name") for each in starts] == ["here", "here_r2", "here_3"]
    numbers = [each.get(f"{{{W}}}id") for each in starts]
    assert numbers == [each.get(f"{{{W}}}id") for each in main.iter(f"{{{W}}}bookmarkEnd")]
    assert len(set(numbers)) == 3
    for letter, (text, logo) in enumerate([("1", OTHER), ("2", PNG), ("3", None)]):
        header = part(made, f"word/header1_{letter}.xml")
        assert texts_of(header) == text
        shown_ones = [each.get(f"{{{R}}}embed") or "" for each in header.iter(f"{{{A}}}blip")]
        name = f"word/header1_{letter}.xml"
        assert [picture_of(made, each, name) for each in shown_ones] == ([logo] if logo else [])


def test_many_letters_of_a_layout_with_notes_are_refused() -> None:
    content = layout(paragraph(), footnotes=f'<w:footnote w:id="7">{block("N")}</w:footnote>')
    with pytest.raises(BadDocument, match="has fields in word/footnotes"):
        together(content, {"N": "n"})


@pytest.mark.parametrize("name", LAYOUTS)
def test_theirs_go_into_one_document(
    office: LibreOffice, data: Path, tmp_path: Path, name: str
) -> None:
    form = read(theirs(data, name))
    assert form.layout
    whole, pictures = form.layout.whole, {path[-1] for path in form.layout.pictures}
    others: dict[str, Any] = dict.fromkeys(pictures, PNG) | {
        each.path[-1]: [] for each in whole.parts
    }
    names = [path[-1] for path in whole.fields if path[-1] not in others]
    letters = [
        {each: f"q{letter}{number}q" for number, each in enumerate(names)} for letter in "ab"
    ]
    made = together(theirs(data, name), *(each | others for each in letters))
    check_whole(made)
    said = said_by(office.convert(made, f"{name}.docx"), tmp_path)
    assert names
    assert [each[name] for each in letters for name in names if each[name] not in said] == []


# -- any data ------------------------------------------------------------------------------------

ANY_TEXT = st.text(max_size=12)
ANY_ROWS = st.lists(
    st.fixed_dictionaries({"Caption": ANY_TEXT, "N": ANY_TEXT | st.integers() | st.none()}),
    max_size=4,
)


@given(title=ANY_TEXT, lines=ANY_ROWS)
def test_whatever_is_given_the_document_is_whole(
    title: str, lines: list[dict[str, object]]
) -> None:
    made = filled(NESTED, Title=title, Lines=lines)
    assert len(shown(made).get("N", [])) == len(lines)
