"""Word templates: what is filled, what stays, and what is refused."""

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from mailmerge import MailMerge

from segmentation.adapters.word import WordForm, WordRenderer
from segmentation.documents import PlainFormats
from segmentation.errors import BadDocument, Refused
from segmentation.fields import Value
from support.wordfiles import (
    SECTION,
    W,
    docx,
    field,
    member,
    paragraph,
    repacked,
    run,
    text_of,
    zipped,
)

FORMATS = PlainFormats()
TYPES_NAME, LINKS_NAME = "[Content_Types].xml", "word/_rels/document.xml.rels"
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def read(content: bytes) -> WordForm:
    return WordRenderer().read(content, "letter.docx")


def filled(content: bytes, **values: Value) -> str:
    return text_of(read(content).fill(values, FORMATS))


def test_a_complex_field_is_filled() -> None:
    template = docx(paragraph(run("Dear "), field(" MERGEFIELD Name ", run("«Name»")), run("!")))
    assert filled(template, Name="Anna") == "Dear Anna!"


def test_a_field_that_never_had_a_result_is_filled() -> None:
    assert filled(docx(paragraph(field(" MERGEFIELD Name "))), Name="Anna") == "Anna"


def test_a_simple_field_is_filled() -> None:
    simple = f'<w:fldSimple w:instr=" MERGEFIELD Name ">{run("«Name»", "<w:b/>")}</w:fldSimple>'
    template = docx(paragraph(run("Dear "), simple, run("!")))
    assert filled(template, Name="Anna") == "Dear Anna!"
    assert "<w:b/>" in member(read(template).fill({"Name": "Anna"}, FORMATS))


def test_a_simple_field_of_another_kind_stays() -> None:
    simple = f'<w:fldSimple w:instr=" PAGE ">{run("1")}</w:fldSimple>'
    form = read(docx(paragraph(simple)))
    assert form.fields == ()
    assert "PAGE" in member(form.fill({}, FORMATS))


def test_an_instruction_may_be_split_over_runs() -> None:
    template = docx(
        paragraph(
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
            "<w:r><w:instrText> MERGE</w:instrText></w:r><w:proofErr w:type='spellStart'/>"
            "<w:r><w:instrText>FIELD Na</w:instrText></w:r>"
            "<w:r><w:instrText>me </w:instrText></w:r><w:proofErr w:type='spellEnd'/>"
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
            f'{run("«Na")}{run("me»")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        )
    )
    assert filled(template, Name="Anna") == "Anna"


def test_a_whole_field_may_stand_in_one_run() -> None:
    template = docx(
        paragraph(
            '<w:r><w:rPr><w:i/></w:rPr><w:t>Dear </w:t><w:fldChar w:fldCharType="begin"/>'
            '<w:instrText> MERGEFIELD Name </w:instrText><w:fldChar w:fldCharType="end"/>'
            "<w:t>!</w:t></w:r>"
        )
    )
    assert filled(template, Name="Anna") == "Dear Anna!"


def test_the_formatting_of_the_result_is_kept() -> None:
    bold = run("«Name»", '<w:b/><w:color w:val="FF0000"/>')
    xml = member(read(docx(paragraph(field("MERGEFIELD Name", bold)))).fill({"Name": "A"}, FORMATS))
    assert '<w:rPr><w:b/><w:color w:val="FF0000"/></w:rPr><w:t xml:space="preserve">A</w:t>' in xml


def test_charformat_takes_the_formatting_of_the_instruction() -> None:
    template = field(r"MERGEFIELD Name \* CHARFORMAT", run("x", "<w:b/>"), "<w:i/>")
    xml = member(read(docx(paragraph(template))).fill({"Name": "A"}, FORMATS))
    assert "<w:rPr><w:i/></w:rPr><w:t" in xml


@pytest.mark.parametrize(
    ("instruction", "value", "expected"),
    [
        ("MERGEFIELD N", "anna berg", "anna berg"),
        ("mergefield N", "anna", "anna"),
        ('MERGEFIELD "N"', "anna", "anna"),
        (r"MERGEFIELD N \* MERGEFORMAT", "anna", "anna"),
        (r"MERGEFIELD N \* Upper \* MERGEFORMAT", "anna", "ANNA"),
        (r"MERGEFIELD N \* lower", "ANNA", "anna"),
        (r"MERGEFIELD N \*FirstCap", "anna berg", "Anna berg"),
        (r"MERGEFIELD N \* Caps", "anna mcBerg", "Anna McBerg"),
        (r'MERGEFIELD N \b "Attn. " \f ","', "Anna", "Attn. Anna,"),
        (r'MERGEFIELD N \b "Attn. " \f ","', "", ""),
        (r"MERGEFIELD N \m \v", "Anna", "Anna"),
        (r'MERGEFIELD N \@ "d MMMM yyyy"', date(2026, 11, 2), "2 November 2026"),
        (r'MERGEFIELD N \@ "dddd, dd.MM.yy"', date(2026, 11, 2), "Monday, 02.11.26"),
        (r'MERGEFIELD N \@ "d MMMM yyyy"', "soon", "soon"),
        (r'MERGEFIELD N \@ "d MMMM yyyy"', None, ""),
        (r'MERGEFIELD N \# "#,##0.00"', Decimal("1234.5"), "1,234.50"),
        (r'MERGEFIELD N \# "0"', "many", "many"),
        (r'MERGEFIELD N \# "#.##0,00 kr."', Decimal("1234.5"), "1,234.50 kr."),
        (r"MERGEFIELD N \# #,##0", 1234, "1,234"),
        (r'MERGEFIELD N \# "0.0 %"', Decimal("12.5"), "12.5 %"),
        (r'MERGEFIELD N \# "$xx0.00;($0.00);-"', Decimal("-1.5"), "($1.50)"),
        (r'MERGEFIELD N \# "$0.00;($0.00);-"', 0, "-"),
        (r'MERGEFIELD N \# "0.00;($0.00)"', 0, "0.00"),
        (r"MERGEFIELD N \* Arabic", 7, "7"),
        ("MERGEFIELD “N”", "anna", "anna"),
        (r"MERGEFIELD N \b “Attn. ”", "Anna", "Attn. Anna"),
        ("MERGEFIELD N", date(2026, 11, 2), "2026-11-02"),
        ("MERGEFIELD N", True, "✓"),
        (r'MERGEFIELD N \# "0"', True, "✓"),
    ],
)
def test_switches_are_obeyed(instruction: str, value: Value, expected: str) -> None:
    assert filled(docx(paragraph(field(instruction, run("x")))), N=value) == expected


@pytest.mark.parametrize(("place", "said"), [("Oslo", "here"), ("Bergen", "there")])
@pytest.mark.parametrize("operator", ["=", "<>"])
def test_a_condition_chooses_its_text(place: str, said: str, operator: str) -> None:
    inner = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> IF </w:instrText></w:r>'
        + field(" MERGEFIELD City ", run("«City»"))
        + f'<w:r><w:instrText> {escape(operator)} "oslo" "here" "there" </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        + run("old")
        + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    other = {"here": "there", "there": "here"}[said]
    expected = said if operator == "=" else other
    assert filled(docx(paragraph(inner)), City=place) == expected


@pytest.mark.parametrize(
    ("condition", "value", "holds"),
    [
        ('= "B*"', "Bergen", True),
        ('= "B?"', "Bergen", False),
        ("= 1.0", "1", True),
        ('<>""', "x", True),
        ("= “Ber gen”", "Ber gen", True),
        ("> 9", "10", True),
        (">= 10", "10", True),
        ("< 9", "10", False),
        ("<= 9", "10", False),
        ('> "a"', "b", True),
    ],
)
def test_conditions_compare_numbers_and_patterns(condition: str, value: str, holds: bool) -> None:
    simple = '<w:fldSimple w:instr="MERGEFIELD N"/>'
    template = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>IF </w:instrText></w:r>'
        f"{simple}<w:r><w:instrText> {escape(condition)} yes no</w:instrText></w:r>"
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    assert filled(docx(paragraph(template)), N=value) == ("yes" if holds else "no")


class Danish(PlainFormats):
    def number(self, value: Decimal | int, pattern: str = "") -> str:
        return super().number(value, pattern or "#,##0").replace(",", ".")


def test_a_condition_compares_numbers_however_they_are_written() -> None:
    condition = complex_field("IF ", field(" MERGEFIELD N "), ' > 999 "', NAME, '" "few"')
    form = read(docx(paragraph(condition)))
    for number, said in ((1234, "1.234"), (12, "few")):
        letter = form.fill({"N": number, "Name": number}, Danish())
        assert text_of(letter) == said


def test_a_condition_without_a_second_text_leaves_nothing() -> None:
    condition = complex_field("IF ", NAME, r' = 2 "yes" \* MERGEFORMAT')
    assert filled(docx(paragraph(run("a"), condition)), Name="1") == "a"


def test_a_condition_whose_result_holds_a_field_is_replaced_whole() -> None:
    result = run("old ") + field(" MERGEFIELD Old ", run("«Old»"))
    parts = (" IF ", NAME, ' = "Anna" "yes" "no" ')
    condition = complex_field(*parts).replace(run("old"), result)
    form = read(docx(paragraph(condition)))
    assert form.fields == ("Name",)
    assert text_of(form.fill({"Name": "Anna"}, FORMATS)) == "yes"


def test_a_field_inside_a_hyperlink_is_filled_and_the_hyperlink_stays() -> None:
    template = docx(
        paragraph(
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
            '<w:r><w:instrText> HYPERLINK "mailto:</w:instrText></w:r>'
            + field(" MERGEFIELD Mail ")
            + '<w:r><w:instrText>" </w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
            + field(" MERGEFIELD Mail ", run("«Mail»"))
            + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        )
    )
    form = read(template)
    xml = member(form.fill({"Mail": 'a"b\n\\c'}, FORMATS))
    assert "HYPERLINK" in xml
    assert "a'b /c" in xml
    assert xml.count("fldChar ") == 3


def complex_field(*inside: str) -> str:
    """A field with other fields in its instruction."""
    parts = (
        part if part.startswith("<") else f"<w:r><w:instrText>{escape(part)}</w:instrText></w:r>"
        for part in inside
    )
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"/></w:r>{"".join(parts)}'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        f'{run("old")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


NAME = field(" MERGEFIELD Name ")


@pytest.mark.parametrize(
    "page", [field(" PAGE "), '<w:fldSimple w:instr=" PAGE "/>'], ids=["complex", "simple"]
)
def test_what_depends_on_the_page_is_left_to_word_with_its_merge_fields_filled(page: str) -> None:
    condition = complex_field(" IF ", page, ' = 1 "', NAME, '" "no" ')
    xml = member(read(docx(paragraph(condition))).fill({"Name": 'An"na'}, FORMATS))
    assert all(text in xml for text in ("PAGE", " IF ", "An'na", "old"))


@pytest.mark.parametrize(
    ("inside", "kind"),
    [
        ((" = ", NAME, " * SUM(ABOVE) "), "="),
        ((" SET x ", complex_field(" QUOTE ", NAME)), "QUOTE"),
        ((" INCLUDEPICTURE ", NAME), "INCLUDEPICTURE"),
        ((' IF 1 = 1 "', complex_field(" COMPARE ", NAME, " = 1"), '" "b"'), "COMPARE"),
    ],
)
def test_what_would_have_to_be_worked_out_from_a_field_is_refused(
    inside: tuple[str, ...], kind: str
) -> None:
    reason = rf"letter\.docx: the field {kind} of Name is not worked out here"
    with pytest.raises(BadDocument, match=reason):
        read(docx(paragraph(complex_field(*inside))))


@pytest.mark.parametrize(
    ("instruction", "reason"),
    [
        (" MERGEFIELD ", "a MERGEFIELD names no field"),
        (r"MERGEFIELD N \* CardText", r"the field N has the switch .* CardText, which only Word"),
        ("MERGEREC", "the field MERGEREC counts letters"),
        ("MERGESEQ", "the field MERGESEQ counts letters"),
        ("MERGEBARCODE Name QR", "the field MERGEBARCODE makes a bar code"),
    ],
)
def test_a_field_that_cannot_come_out_right_is_refused(instruction: str, reason: str) -> None:
    with pytest.raises(BadDocument, match=rf"letter\.docx: {reason}"):
        read(docx(paragraph(field(instruction, run("old")))))


@pytest.mark.parametrize("condition", [' = "a"', "", ' "a" "b"', ' = "a" ', ' "a" = '])
def test_a_condition_that_is_not_complete_is_refused(condition: str) -> None:
    with pytest.raises(BadDocument, match=r"letter\.docx: the field IF .* is not complete"):
        read(docx(paragraph(complex_field("IF ", NAME, condition))))


def test_text_that_looks_like_a_field_and_is_none_is_told() -> None:
    text = paragraph(run("Dear «Na"), run("me», « bonjour » «ZIP_Code» «1»"), field("MERGEFIELD N"))
    assert read(docx(text)).typed == ("Name", "ZIP_Code")
    assert read(docx(paragraph(field("MERGEFIELD N", run("«N»"))))).typed == ()


def test_a_result_of_several_paragraphs_leaves_none_behind() -> None:
    template = docx(
        paragraph(
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
            "<w:r><w:instrText> MERGEFIELD Address_Block </w:instrText></w:r>"
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>',
            run("Anna"),
        ),
        paragraph(run("Storgata 1")),
        paragraph(run("0155 Oslo"), '<w:r><w:fldChar w:fldCharType="end"/></w:r>', run(".")),
    )
    text = filled(template, Address_Block="Per\nOslo")
    assert text == "Per|Oslo\n."


def test_address_block_and_greeting_line_are_filled() -> None:
    template = docx(paragraph(field(" ADDRESSBLOCK "), field(r" GREETINGLINE \f x ")))
    assert read(template).fields == ("address_block", "formal_salutation")


def test_tables_text_boxes_headers_and_footers_are_filled() -> None:
    name = field(" MERGEFIELD Name ")
    table = f"<w:tbl><w:tr><w:tc>{paragraph(name)}</w:tc></w:tr></w:tbl>"
    box = f"<w:r><w:pict><w:txbxContent>{paragraph(name)}</w:txbxContent></w:pict></w:r>"
    template = docx(
        table,
        paragraph(box),
        header1=paragraph(field(" MERGEFIELD City ")),
        footer1=paragraph(name),
        footnotes=paragraph(name),
    )
    form = read(template)
    assert form.fields == ("City", "Name")
    letter = form.fill({"Name": "Anna", "City": "Oslo"}, FORMATS)
    assert text_of(letter) == "Anna\nAnna"
    assert text_of(letter, "word/header1.xml") == "Oslo"
    assert text_of(letter, "word/footer1.xml") == "Anna"
    assert text_of(letter, "word/footnotes.xml") == "Anna"


def test_deleted_fields_and_comments_do_no_harm() -> None:
    deleted = (
        '<w:del><w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        "<w:r><w:delInstrText> MERGEFIELD Gone </w:delInstrText></w:r>"
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:del><!-- a comment -->'
    )
    form = read(docx(paragraph(deleted, field(" MERGEFIELD Name "))))
    assert form.fields == ("Name",)


def test_line_breaks_tabs_and_what_is_no_xml_are_harmless() -> None:
    template = docx(paragraph(field(" MERGEFIELD Name ")))
    value = "<b>&amp; one\r\ntwo\ttabbed\x00\x1b\ufffe\ud800 ]]> \ue0000\ue001"
    letter = read(template).fill({"Name": value}, FORMATS)
    assert text_of(letter).startswith("<b>&amp; one|two>tabbed ]]> ")


@given(st.text())
def test_whatever_a_value_holds_the_document_stays_well_formed(value: str) -> None:
    template = docx(paragraph(run("a "), field(" MERGEFIELD Name "), run(" z")))
    letter = read(template).fill({"Name": value}, FORMATS)
    root = etree.fromstring(member(letter).encode())
    texts = ["".join(element.itertext()) for element in root.iter(f"{{{W}}}t")]
    assert texts[0] == "a "
    assert texts[-1] == " z"


def test_a_template_without_a_prefix_for_words_namespace_is_filled() -> None:
    plain = member(docx(paragraph(field(" MERGEFIELD Name "))))
    bare = plain.replace("xmlns:w=", "xmlns=").replace("<w:", "<").replace("</w:", "</")
    bare = bare.replace(" w:", " q:").replace("xmlns:r=", f'xmlns:q="{W}" xmlns:r=')
    members = dict.fromkeys(["word/document.xml"], bare)
    with zipfile.ZipFile(io.BytesIO(docx())) as archive:
        members["[Content_Types].xml"] = archive.read("[Content_Types].xml").decode()
    letter = read(zipped(members)).fill({"Name": "Anna\nBerg"}, FORMATS)
    root = etree.fromstring(member(letter).encode())
    assert [element.text for element in root.iter(f"{{{W}}}t")] == ["Anna", "Berg"]


def test_the_data_source_on_somebodys_disk_is_forgotten() -> None:
    settings = '<w:mailMerge><w:query w:val="SELECT"/></w:mailMerge><w:attachedTemplate/><w:zoom/>'
    template = docx(paragraph(run("a")), settings=settings)
    with zipfile.ZipFile(io.BytesIO(template)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    source = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/mailMergeSource"
    members["word/_rels/settings.xml.rels"] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{source}" Target="file:///C:/data.xlsx"/>'
        '<Relationship Id="rId2" Type="http://example.com/other" Target="x"/></Relationships>'
    ).encode()
    letter = read(zipped(members)).fill({}, FORMATS)
    assert "mailMerge" not in member(letter, "word/settings.xml")
    assert "zoom" in member(letter, "word/settings.xml")
    assert "data.xlsx" not in member(letter, "word/_rels/settings.xml.rels")
    assert "other" in member(letter, "word/_rels/settings.xml.rels")


# -- other kinds of files ----------------------------------------------------------------------


def strict(content: bytes) -> bytes:
    """The same in the namespaces of strict Open XML."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    old, new = "http://schemas.openxmlformats.org/", "http://purl.oclc.org/ooxml/"
    for space in ("wordprocessingml/2006/main", "officeDocument/2006/relationships"):
        members = {
            name: text.replace(old + space, new + space.replace("/2006", ""))
            for name, text in members.items()
        }
    return zipped(members)


def test_a_template_saved_as_strict_open_xml_is_filled() -> None:
    section = '<w:sectPr><w:headerReference w:type="default" r:id="header1"/></w:sectPr>'
    template = strict(docx(paragraph(NAME), section=section, header1=paragraph(NAME)))
    assert filled(template, Name="Anna") == "Anna"
    document = together(template, ANNA, PER)
    assert text_of(document, "word/header1_1.xml") == "Per"
    assert 'r:id="rIdOwn1x0"' in member(document)


@pytest.mark.parametrize(
    "kind",
    [
        "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
        "application/vnd.ms-word.document.macroEnabled.main+xml",
        "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
    ],
)
def test_a_letter_is_a_plain_document_whatever_its_template_was(kind: str) -> None:
    macros = "application/vnd.ms-office.vbaProject"
    plain = docx(paragraph(NAME), header1=paragraph(run("a")))
    types = member(plain, TYPES_NAME).replace(f"{MAIN_TYPE}", kind)
    types = types.replace("</Types>", f'<Default Extension="bin" ContentType="{macros}"/></Types>')
    relation = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
    link = f'<Relationship Id="rId9" Type="{relation}" Target="vbaProject.bin"/></Relationships>'
    links = member(plain, LINKS_NAME).replace("</Relationships>", link)
    template = repacked(plain, TYPES_NAME, types.encode())
    template = repacked(template, LINKS_NAME, links.encode())
    template = repacked(template, "word/vbaProject.bin", b"Sub AutoOpen")
    for letter in (read(template).fill(ANNA, FORMATS), together(template, ANNA, PER)):
        with zipfile.ZipFile(io.BytesIO(letter)) as archive:
            assert not any("vba" in name for name in archive.namelist())
        assert MAIN_TYPE in member(letter, TYPES_NAME)
        assert "macro" not in member(letter, TYPES_NAME)
        assert macros not in member(letter, TYPES_NAME)
        assert "vba" not in member(letter, LINKS_NAME)
        assert "header1" in member(letter, LINKS_NAME)


@pytest.mark.parametrize("root", ["", "/"])
def test_ltr_25_a_main_part_that_is_declared_by_its_ending_is_read(root: str) -> None:
    """LTR-25."""
    plain = docx(paragraph(run("Dear "), NAME), settings="<w:zoom/>")
    override = f'<Override PartName="/word/document.xml" ContentType="{MAIN_TYPE}"/>'
    types = member(plain, TYPES_NAME).replace(override, "")
    types = types.replace('ContentType="application/xml"', f'ContentType="{MAIN_TYPE}"')
    template = repacked(plain, TYPES_NAME, types.encode())
    links = member(plain, "_rels/.rels").replace(
        '"word/document.xml"', f'"{root}word/document.xml"'
    )
    template = repacked(template, "_rels/.rels", links.encode())
    assert read(template).fields == ("Name",)
    assert filled(template, **ANNA) == "Dear Anna"
    assert text_of(together(template, ANNA, PER)) == "Dear Anna\nDear Per"


# -- one document for all ---------------------------------------------------------------------


def together(content: bytes, *letters: Mapping[str, Value]) -> bytes:
    file = io.BytesIO()
    assert read(content).fill_all([(values, FORMATS) for values in letters], file) == len(letters)
    return file.getvalue()


ANNA, PER = {"Name": "Anna"}, {"Name": "Per"}


def test_one_document_holds_a_section_for_each_contact() -> None:
    template = docx(paragraph(run("Dear "), field(" MERGEFIELD Name ")), paragraph(run("Bye")))
    document = together(template, ANNA, PER)
    assert text_of(document) == "Dear Anna\nBye\nDear Per\nBye"
    xml = member(document)
    assert xml.count("<w:sectPr") == 2
    assert xml.count('<w:pgNumType w:start="1"/>') == 2


def test_a_single_letter_together_is_a_single_section() -> None:
    assert member(together(docx(paragraph(run("Hi"))), {})).count("<w:sectPr") == 1


@pytest.mark.parametrize(
    "body",
    [
        "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>",
        f"<w:p><w:pPr>{SECTION}</w:pPr></w:p>",
        "",
    ],
)
def test_a_section_also_ends_where_no_paragraph_can_end_it(body: str) -> None:
    xml = member(together(docx(body), {}, {}))
    assert xml.count("<w:sectPr") - xml.count("<w:p><w:pPr><w:sectPr") == 1


def test_a_template_without_any_section_gets_one() -> None:
    assert "<w:sectPr>" in member(together(docx(paragraph(run("Hi")), section=""), {}))


def test_each_letter_begins_on_a_page_of_its_own() -> None:
    section = (
        '<w:sectPr><w:type w:val="continuous"/><w:pgSz w:w="1" w:h="1"/>'
        '<w:pgNumType w:fmt="lowerRoman"/><w:cols/></w:sectPr>'
    )
    xml = member(together(docx(paragraph(run("Hi")), section=section), {}, {}))
    assert xml.count('<w:type w:val="nextPage"/>') == 2
    assert xml.count('<w:pgNumType w:fmt="lowerRoman" w:start="1"/>') == 2


def test_the_properties_of_a_section_keep_their_order() -> None:
    section = '<w:sectPr><w:pgSz w:w="1" w:h="1"/><w:pgMar/><w:cols/><w:docGrid/></w:sectPr>'
    xml = member(together(docx(paragraph(run("Hi")), section=section), {}))
    assert "<w:pgMar/><w:pgNumType" in xml


def test_nothing_that_must_be_unique_is_there_twice() -> None:
    drawing = '<w:r><w:drawing><wp:docPr id="7" name="Logo"/></w:drawing></w:r>'
    marked = '<w:bookmarkStart w:id="0" w:name="x"/><w:bookmarkEnd w:id="0"/>'
    block = f'<w:p w14:paraId="12345678" w14:textId="77777777">{drawing}{marked}</w:p>'
    xml = member(together(docx(block, paragraph(run("a"))), {}, {}))
    assert 'id="1"' in xml
    assert 'id="2"' in xml
    assert "paraId" not in xml
    assert re.findall('bookmarkStart w:id="(.)" w:name="(.*?)"', xml) == [("0", "x"), ("1", "x_2")]
    assert re.findall('bookmarkEnd w:id="(.)"', xml) == ["0", "1"]


def test_each_letter_has_its_own_header_where_the_header_has_fields() -> None:
    section = (
        '<w:sectPr><w:headerReference w:type="default" r:id="header1"/>'
        '<w:footerReference w:type="default" r:id="footer1"/></w:sectPr>'
    )
    template = docx(
        paragraph(field(" MERGEFIELD Name ")),
        section=section,
        header1=paragraph(field(" MERGEFIELD Name ")),
        footer1=paragraph(run("same")),
    )
    with zipfile.ZipFile(io.BytesIO(template)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["word/_rels/header1.xml.rels"] = b"<Relationships/>"
    document = together(zipped(members), ANNA, PER)
    assert text_of(document, "word/header1_0.xml") == "Anna"
    assert text_of(document, "word/header1_1.xml") == "Per"
    xml, links = member(document), member(document, "word/_rels/document.xml.rels")
    for letter in range(2):
        assert f'r:id="rIdOwn{letter}x0"' in xml
        assert f'Id="rIdOwn{letter}x0"' in links
        assert f"/word/header1_{letter}.xml" in member(document, "[Content_Types].xml")
        assert member(document, f"word/_rels/header1_{letter}.xml.rels") == "<Relationships/>"
    assert xml.count('r:id="footer1"') == 2
    assert "header1.xml" not in links


def test_a_header_may_be_named_from_the_root_of_the_package() -> None:
    section = '<w:sectPr><w:headerReference w:type="default" r:id="header1"/></w:sectPr>'
    template = docx(section=section, header1=paragraph(field(" MERGEFIELD Name ")))
    with zipfile.ZipFile(io.BytesIO(template)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    links = "word/_rels/document.xml.rels"
    members[links] = members[links].replace(b'"header1.xml"', b'"/word/header1.xml"')
    assert text_of(together(zipped(members), ANNA), "word/header1_0.xml") == "Anna"


def test_a_document_of_no_letters_is_refused_and_nothing_is_written() -> None:
    file = io.BytesIO()
    form = read(docx(paragraph(run("a"))))
    with pytest.raises(Refused, match=r"fill letter\.docx: there is no letter"):
        form.fill_all([], file)
    assert file.getvalue() == b""


def test_the_last_paragraph_keeps_its_properties() -> None:
    last = '<w:p><w:pPr><w:jc w:val="right"/></w:pPr></w:p>'
    xml = member(together(docx(last), {}, {}))
    assert xml.count('<w:pPr><w:jc w:val="right"/>') == 2


def test_a_formatted_run_is_cut_into_formatted_runs() -> None:
    whole = (
        '<w:r><w:rPr><w:i/></w:rPr><w:t>Dear </w:t><w:fldChar w:fldCharType="begin"/>'
        '<w:instrText> MERGEFIELD Name </w:instrText><w:fldChar w:fldCharType="end"/></w:r>'
    )
    plain = whole.replace("<w:rPr><w:i/></w:rPr>", "")
    for runs, formatted in ((whole, 2), (plain, 0)):
        letter = read(docx(paragraph(runs))).fill({"Name": "Anna"}, FORMATS)
        assert text_of(letter) == "Dear Anna"
        assert member(letter).count("<w:i/>") == formatted


def test_switches_that_there_are_not_are_passed_over() -> None:
    assert filled(docx(paragraph(field(r"MERGEFIELD N \z stray \* Upper"))), N="a") == "A"


def test_settings_without_links_are_settings() -> None:
    letter = read(docx(paragraph(run("a")), settings="<w:zoom/>")).fill({}, FORMATS)
    assert "zoom" in member(letter, "word/settings.xml")


def test_fields_in_notes_cannot_be_told_apart_in_one_document() -> None:
    template = docx(paragraph(run("a")), footnotes=paragraph(field(" MERGEFIELD Name ")))
    with pytest.raises(BadDocument, match="make a document per contact"):
        read(template).fill_all([], io.BytesIO())


# -- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["NEXT", r"NEXTIF 1 = 1", "SKIPIF 1 = 1", "next"])
def test_fields_that_fetch_another_contact_are_refused(kind: str) -> None:
    with pytest.raises(BadDocument, match="another contact's data"):
        read(docx(paragraph(field(f" {kind} "))))


def test_a_field_without_an_end_is_refused() -> None:
    begun = field("MERGEFIELD A").removesuffix('<w:r><w:fldChar w:fldCharType="end"/></w:r>')
    with pytest.raises(BadDocument, match="'MERGEFIELD A' has no end"):
        read(docx(paragraph(begun)))


def broken(members: Mapping[str, str | bytes]) -> bytes:
    return zipped(members)


TYPES = member(docx(), "[Content_Types].xml")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is no Word document"),
        (b"Dear Anna", "is no Word document"),
        (docx()[:200], "is no Word document"),
        (zipped({"a": "b"}), "no list of content types"),
        (zipped({"[Content_Types].xml": "<Types/>"}), "no main part"),
        (zipped({"[Content_Types].xml": "oops"}), "is no XML"),
        (zipped({"[Content_Types].xml": TYPES, "word/document.xml": "<a>"}), "is no XML"),
        (
            zipped(
                {
                    "[Content_Types].xml": TYPES,
                    "word/document.xml": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
                    "<a>&x;</a>",
                }
            ),
            "document type",
        ),
        (zipped({str(number): "" for number in range(5001)}), "too large"),
        (zipped({"bomb": b"\0" * (300 * 1024 * 1024)}), "too large"),
        (
            zipped({"[Content_Types].xml": TYPES, "word/document.xml": b" " * (65 * 1024 * 1024)}),
            "too large",
        ),
    ],
    ids=[
        "nothing",
        "text",
        "cut short",
        "other archive",
        "no types",
        "types of no XML",
        "body of no XML",
        "entities",
        "many members",
        "bomb",
        "large body",
    ],
)
def test_what_is_no_word_document_is_refused_with_its_name(content: bytes, reason: str) -> None:
    with pytest.raises(BadDocument, match=reason) as caught:
        read(content)
    assert str(caught.value).startswith("letter.docx: ")


def test_a_member_that_lies_about_its_size_is_refused() -> None:
    honest = zipped({"[Content_Types].xml": "x" * 100})
    at = honest.rindex(b"PK\x01\x02") + 24
    with pytest.raises(BadDocument):
        read(honest[:at] + (50).to_bytes(4, "little") + honest[at + 4 :])
    with pytest.raises(BadDocument, match="not of the size"):
        read(honest[:at] + (150).to_bytes(4, "little") + honest[at + 4 :])


def test_an_encrypted_file_is_refused() -> None:
    plain = bytearray(zipped({"[Content_Types].xml": "x"}))
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        plain[plain.index(sign) + offset] |= 1
    with pytest.raises(BadDocument, match="encrypted"):
        read(bytes(plain))


@given(st.binary(max_size=200), st.integers(0, 2000))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(noise: bytes, at: int) -> None:
    whole = docx(paragraph(field(" MERGEFIELD Name ")))
    damaged = whole[:at] + noise + whole[at + len(noise) :]
    try:
        read(damaged).fill(dict.fromkeys(read(damaged).fields, ""), FORMATS)
    except BadDocument as refused:
        assert refused.name == "letter.docx"  # noqa: PT017


# -- templates made in Word -------------------------------------------------------------------

THANKS = ("thanksnote.en.docx", "thanksnote.fr-CH.docx", "thanksnote.it-CH.docx")


@pytest.mark.parametrize("name", THANKS)
def test_real_templates_come_out_as_docx_mailmerge_has_them(data: Path, name: str) -> None:
    content = (data / "word" / name).read_bytes()
    form = read(content)
    values = {field: f"<{field} & co>" for field in form.fields}
    with MailMerge(io.BytesIO(content)) as rival:
        assert set(form.fields) == rival.get_merge_fields()
        rival.merge(**values)
        theirs = io.BytesIO()
        rival.write(theirs)
    ours = form.fill(values, FORMATS)
    assert text_of(ours) == text_of(theirs.getvalue())
    assert "MERGEFIELD" not in member(ours)
    assert "mailMerge" not in member(ours, "word/settings.xml")
