"""Fields of Word templates come out as Word has them: pictures, sums, conditions, paragraphs.

``{Name}`` in a code is a merge field, as in the scenarios.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

import pytest
from lxml import etree

from segmentation.adapters.babel import formats_for
from segmentation.adapters.word import WordForm, WordRenderer
from segmentation.contacts import Contact, ContactType, CorrespondenceType
from segmentation.documents import Attachment, Formats, PlainFormats, TextRenderer
from segmentation.errors import BadDocument, Rejected
from segmentation.fields import Value
from segmentation.protocols import Rendering
from segmentation.workspace import Workspace
from support.desk import make_desk, segment_of
from support.fair import evolved
from support.wordfiles import W, docx, field, member, paragraph, run, text_of

PLAIN = PlainFormats()
ENGLISH, GERMAN = formats_for("ENU", "", ""), formats_for("DEU", "", "")
BOTH = pytest.mark.parametrize("formats", [PLAIN, ENGLISH], ids=["plain", "Babel"])


def begin() -> str:
    return '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'


def end(result: str = "old") -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        f'{run(result)}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def said(text: str, properties: str = "") -> str:
    formatted = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{formatted}<w:instrText xml:space="preserve">{escape(text)}</w:instrText></w:r>'


def coded(text: str) -> str:
    """The runs of an instruction, with a merge field for each name in braces."""
    parts = re.split(r"\{(\w+)\}", text)
    fields = (field(f" MERGEFIELD {name} ", run(f"«{name}»")) for name in parts[1::2])
    runs = [said(part) if part else "" for part in parts[::2]]
    return "".join(part for pair in zip(runs, [*fields, ""], strict=True) for part in pair)


def code(text: str, result: str = "old") -> str:
    return begin() + coded(text) + end(result)


def read(content: bytes) -> WordForm:
    return WordRenderer().read(content, "letter.docx")


def filled(text: str, formats: Formats = PLAIN, **values: Value) -> str:
    form = read(docx(paragraph(run(">"), code(text))))
    return text_of(form.fill(values, formats)).removeprefix(">")


def shown(picture: str, value: Value, formats: Formats = PLAIN) -> str:
    merge = docx(paragraph(run(">"), field(f"MERGEFIELD N {escape(picture)}", run("old"))))
    return text_of(read(merge).fill({"N": value}, formats)).removeprefix(">")


# -- numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("picture", [r'\# "$,0.00"', r"\# $,#.00"])
@pytest.mark.parametrize(
    ("formats", "expected"),
    [(PLAIN, "$1,234.50"), (ENGLISH, "$1,234.50"), (GERMAN, "$1.234,50")],
    ids=["plain", "English", "German"],
)
def test_ltr_01_a_separator_before_the_digits_parts_thousands(
    picture: str, formats: Formats, expected: str
) -> None:
    """LTR-01."""
    assert shown(picture, Decimal("1234.5"), formats) == expected


@BOTH
@pytest.mark.parametrize(
    ("picture", "value", "expected"),
    [
        (r"""\# "(000)'-'000'-'0000" """, Decimal(9995551234), "(999)-555-1234"),
        (r"""\# "#####'-'####" """, 981099999, "98109-9999"),
        (r"""\# "0000' '0000" """, 12345678, "1234 5678"),
        (r"\# 00000", 501, "00501"),
        (r"\# 00.00", 9, "09.00"),
        (r"\# 0", Decimal("-2.5"), "-3"),
        (r"\# $0.00", Decimal(-5), "$-5.00"),
        (r"\# -0", 5, " 5"),
        (r"\# -0", -5, "-5"),
        (r"\# +0", 5, "+5"),
        (r"\# +0", 0, " 0"),
        (r"\# #,##0", 1234567, "1,234,567"),
        (r"""\# "0 'pcs'" """, 7, "7 pcs"),
        (r"""\# "'none'" """, 7, "none"),
        (r"\# ###", 0, "  0"),
        (r"\# 0.##", Decimal("1.5"), "1.5"),
    ],
)
def test_ltr_02_digits_go_to_their_places(
    formats: Formats, picture: str, value: int | Decimal, expected: str
) -> None:
    """LTR-02."""
    assert shown(picture, value, formats) == expected


@BOTH
@pytest.mark.parametrize(
    ("picture", "value", "expected"),
    [
        ("x##", 222492, "492"),
        ("0.00x", Decimal("0.125"), "0.125"),
        (".x", Decimal("0.75"), ".8"),
        ("$###", 15, "$ 15"),
        (".x", Decimal("1.75"), "1.8"),
        ("0.0'-'0", Decimal("1.25"), "1.2-5"),
        ("#'##0", 1234, "1,234"),
        ("0", Decimal("Infinity"), "Infinity"),
    ],
)
def test_ltr_03_microsofts_own_examples(
    formats: Formats, picture: str, value: int | Decimal, expected: str
) -> None:
    """LTR-03."""
    assert shown(rf"\# {picture}", value, formats) == expected


@BOTH
@pytest.mark.parametrize(
    ("picture", "value", "expected"),
    [
        (r"\# #,##0.00", "1234.5", "1,234.50"),
        (r"\# #,##0.00", "n/a", "n/a"),
        (r"\# #,##0.00", "1E3", "1E3"),
        (r"\# 0.00", "", ""),
        (r'\@ "d MMMM yyyy"', "2026-03-05", "5 March 2026"),
        (r'\@ "d MMMM yyyy"', "soon", "soon"),
        (r'\@ "d MMMM yyyy"', "2026-13-05", "2026-13-05"),
        (r'\@ "HH:mm"', "2026-03-05T14:30", "14:30"),
        (r'\@ "d MMMM yyyy"', 5, "5"),
    ],
)
def test_ltr_04_texts_that_hold_numbers_and_dates_are_shown_as_such(
    formats: Formats, picture: str, value: Value, expected: str
) -> None:
    """LTR-04."""
    assert shown(picture, value, formats) == expected


LEAP = date(2028, 2, 29)


@pytest.mark.parametrize(
    ("formats", "expected"),
    [
        (PLAIN, "29 February 2028 00:00"),
        (ENGLISH, "29 February 2028 00:00"),
        (GERMAN, "29 Februar 2028 00:00"),
    ],
    ids=["plain", "English", "German"],
)
def test_ltr_05_a_date_has_its_midnight(formats: Formats, expected: str) -> None:
    """LTR-05."""
    assert shown(r'\@ "d MMMM yyyy HH:mm"', LEAP, formats) == expected


@BOTH
@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        ("'on' d.M.yy", "on 29.2.28"),
        ("d. MMM um HH", "29. Feb um 00"),
        ("dddd, D MMMM YYYY", "Tuesday, 29 February 2028"),
        ("dddyyyy", "Tue2028"),
        ("h:mm am/pm", "12:00 AM"),
    ],
)
def test_what_is_no_code_in_a_picture_of_a_date_is_text(
    formats: Formats, picture: str, expected: str
) -> None:
    assert shown(rf'\@ "{picture}"', LEAP, formats) == expected


# -- conditions ---------------------------------------------------------------------------------


def desk(*codes: str) -> Workspace:
    people = [
        Contact(
            no=f"C{number}",
            type=ContactType.PERSON,
            name=f"Person {number}",
            e_mail=f"c{number}@example.com",
            city="Bern",
            salesperson_code="JO",
            correspondence_type=CorrespondenceType.EMAIL,
        )
        for number in (1, 2)
    ]
    rendering = Rendering(renderers=(TextRenderer(), WordRenderer()))
    crm = evolved(make_desk(*people), rendering=rendering)
    template = docx(*(paragraph(code(each)) for each in codes))
    crm.templates.put_language("LETTER", "ENU", attachment=Attachment("dear.docx", template))
    return crm


@pytest.mark.parametrize("operator", ["==", "!=", "=>", "=<", "<<", "~", "!"])
def test_ltr_06_a_sign_that_compares_nothing_is_one_fault(operator: str) -> None:
    """LTR-06."""
    crm = desk(f'IF {{City}} {operator} "Bern" "a" "b"')
    segment = segment_of(crm, "C1", "C2", template="LETTER")
    (fault,) = segment.plan_logging(deliver=True).faults
    assert fault.place == "template LETTER"
    assert f"compares by {operator}," in fault.reason
    assert crm.journal.head.number == 0


@pytest.mark.parametrize("operator", ["=", "<>", "<", "<=", ">", ">="])
def test_ltr_06_the_six_signs_are_no_fault(operator: str) -> None:
    """LTR-06."""
    crm = desk(f'IF {{City}} {operator} "Bern" "a" "b"')
    segment = segment_of(crm, "C1", "C2", template="LETTER")
    assert segment.plan_logging(deliver=True).faults == ()


@pytest.mark.parametrize(
    "text",
    [r'IF DATE \@ "yyyy" = "1998" "old" "new"', 'IF 1 == 2 "a" "b"', "= 1 + 1", 'SET Who "Anna"'],
)
def test_ltr_07_a_field_without_a_merge_field_stays_as_word_left_it(text: str) -> None:
    """LTR-07."""
    template = docx(paragraph(run(">"), code(text, "new")))
    letter = read(template).fill({}, PLAIN)
    assert text_of(letter) == ">new"
    assert escape(text) in member(letter)
    assert member(letter).count("<w:fldChar ") == 3


@pytest.mark.parametrize(("city", "expected"), [("Bern", "hier"), ("Oslo", "dort")])
@pytest.mark.parametrize(
    "texts",
    [
        "„Bern“ „hier“ „dort“",
        "“Bern” “hier” “dort”",
        '"Bern" "hier" "dort"',
        "”Bern” ”hier” ”dort”",
    ],
)
def test_ltr_08_all_quotation_marks_are_quotation_marks(
    texts: str, city: str, expected: str
) -> None:
    """LTR-08."""
    assert filled(f"IF {{City}} = {texts}", City=city) == expected


@BOTH
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('IF 2+3 = 5 "right {Name}" "wrong"', "right Anna"),
        ('IF 2 + 3 = 1 + 4 "right {Name}" "wrong"', "right Anna"),
        (r"= {Price} * 2 \# 0.00", "5.00"),
        ("={Price}*2", "5"),
        ("= {Price} / 3", "0.83"),
        ("= ({Price} + 1) * 2 ^ 2 - 10 %", "13.9"),
        (r'= ROUND({Price}; 0) + MAX(1, 2, -3) \# "0"', "5"),
        ("= -ABS(0 - {Price}) + INT(2.9) + MOD(7, 4) + SIGN(-2)", "1.5"),
        ("= SUM(1; {Price}) + AVERAGE(1; 3) + COUNT(1; 1) + PRODUCT(2; 3) + MIN(4; 1)", "14.5"),
        ('IF {Price}*4 >= 10 "y" "n"', "y"),
        ('IF {Price}*4 > 10 "y" "n"', "n"),
        ('IF {Price} = -2.5 "y" "n"', "n"),
        ('IF "2+3" = 5 "y" "n {Name}"', "n Anna"),
        ('IF {Name} = A-nna "y" "n"', "n"),
        ("= {Text} * 2", "5"),
    ],
)
def test_ltr_09_sums_are_worked_out(formats: Formats, text: str, expected: str) -> None:
    """LTR-09."""
    values: dict[str, Value] = {"Price": Decimal("2.5"), "Name": "Anna", "Text": "2.5"}
    assert filled(text, formats, **values) == expected


@pytest.mark.parametrize(
    "text",
    [
        "= 1/{Price}",
        'IF 1/{Price} > 1 "a" "b"',
        "= 10 ^ (9999 + {Price})",
        "= ROUND({Price}; 9999)",
        "= {Name} * 2",
    ],
)
def test_ltr_09_a_sum_that_cannot_be_worked_out_is_a_fault(text: str) -> None:
    """LTR-09."""
    with pytest.raises(BadDocument, match=r"letter\.docx: .*(worked out|no number)"):
        filled(text, Price=0, Name="Anna")


@pytest.mark.parametrize(
    "text",
    [
        "= {Price} +",
        "= ({Price}",
        "= {Price} 2",
        "= FOO({Price})",
        "= ROUND({Price})",
        "= SUM({Price}; 2",
        "= {Price} + )",
        "= {Price} + A1",
        pytest.param("= {Price}" + " + 1" * 300, id="300 terms"),
    ],
)
def test_what_is_no_sum_of_merge_fields_is_refused(text: str) -> None:
    with pytest.raises(BadDocument, match="the field = of Price is not worked out here"):
        read(docx(paragraph(code(text))))


def test_large_numbers_are_written_in_full_or_are_a_fault() -> None:
    large = Decimal(10) ** 40
    assert shown(r"\# 0.00", large) == "1" + "0" * 40
    assert filled("= {Price} * 4 * 10 ^ 24", Price=Decimal("2.5")) == "1" + "0" * 25
    with pytest.raises(BadDocument, match="cannot be filled"):
        shown(r"\# 0.00", large, ENGLISH)


def test_a_letter_that_cannot_be_prepared_is_told_as_it_is() -> None:
    def letters() -> Iterator[tuple[Mapping[str, Value], Formats]]:
        yield {"Test": "x"}, PLAIN
        raise Rejected("template HELLO", [])

    with pytest.raises(Rejected):
        read(docx(paragraph(TEST))).fill_all(letters(), io.BytesIO())


def test_ltr_09_the_fault_names_template_and_contact() -> None:
    """LTR-09."""
    crm = desk("= 1/{Evaluation_Sum}")
    rendering = Rendering(
        renderers=(WordRenderer(),), extra_fields=lambda *_: {"Evaluation_Sum": 0}
    )
    segment = segment_of(evolved(crm, rendering=rendering), "C1", "C2", template="LETTER")
    faults = segment.plan_logging(deliver=True).faults
    assert ["(contact C1)" in faults[0].place, "(contact C2)" in faults[1].place] == [True, True]
    assert all("dear.docx" in fault.reason and "LETTER" in fault.reason for fault in faults)


READERS = [
    PLAIN,
    *(formats_for(code, "", "") for code in ("ENU", "ENG", "DEU", "FRS", "NOR")),
]


@pytest.mark.parametrize("formats", READERS, ids=["plain", "ENU", "ENG", "DEU", "FRS", "NOR"])
def test_ltr_10_dates_are_compared_as_dates(formats: Formats) -> None:
    """LTR-10."""
    visit = date(2026, 10, 12)
    compare = 'IF {Due} < {Visit} "y" "n"'
    assert filled(compare, formats, Due=date(2026, 9, 2), Visit=visit) == "y"
    assert filled(compare, formats, Due=date(2027, 1, 1), Visit=visit) == "n"
    assert filled(compare, formats, Due="2026-09-02", Visit=visit) == "y"
    assert filled('IF {Due} >= 2026-09-02 "y" "n"', formats, Due=date(2026, 9, 2)) == "y"
    assert filled('IF {Due} = "2026-09-02" "y" "n"', formats, Due=date(2026, 9, 2)) == "y"


def test_a_date_with_a_picture_is_compared_by_what_it_shows() -> None:
    month = field(r' MERGEFIELD Due \@ "MM" ')
    template = begin() + said("IF ") + month + said(' = "09" "y" "n"') + end()
    form = read(docx(paragraph(template)))
    assert text_of(form.fill({"Due": date(2026, 9, 2)}, PLAIN)) == "y"


@pytest.mark.parametrize(
    ("name", "other", "expected"),
    [
        ("Nan", "Nan", "y"),
        ("1E3", "1000", "n"),
        ("1_0", "10", "n"),
        ("Infinity", "Infinity", "y"),
        ("1.0", "1", "y"),
        (" 7 ", "7.00", "y"),
    ],
)
def test_ltr_11_only_numbers_are_numbers(name: str, other: str, expected: str) -> None:
    """LTR-11."""
    assert filled(f'IF {{Name}} = "{other}" "y" "n"', Name=name) == expected
    assert filled('IF {Name} < "5" "y" "n"', Name=name) in {"y", "n"}


# -- paragraphs that are left out -----------------------------------------------------------------

TEST = field(" MERGEFIELD Test ", run("«Test»"))


def paragraphs(letter: bytes) -> list[str]:
    root = etree.fromstring(member(letter).encode())
    return ["".join(each.itertext()) for each in root.iter(f"{{{W}}}p")]


def blank(*blocks: str, **parts: str) -> list[str]:
    return paragraphs(read(docx(*blocks, **parts)).fill({"Test": "", "More": ""}, PLAIN))


ONE, TWO, THREE = (paragraph(run(text)) for text in ("One", "Two", "Three"))


def test_ltr_12_a_paragraph_whose_fields_are_blank_goes() -> None:
    """LTR-12."""
    more = field(" MERGEFIELD More ")
    assert blank(ONE, TWO, paragraph(TEST), THREE) == ["One", "Two", "Three"]
    assert blank(ONE, paragraph(TEST, run(" "), more), THREE) == ["One", "Three"]
    assert blank(ONE, paragraph(), THREE) == ["One", "", "Three"]
    assert blank(ONE, paragraph(run("Tel. "), TEST)) == ["One", "Tel. "]
    letter = read(docx(ONE, paragraph(TEST), THREE)).fill({"Test": "x"}, PLAIN)
    assert paragraphs(letter) == ["One", "x", "Three"]


def cell(*blocks: str) -> str:
    return f"<w:tbl><w:tr><w:tc>{''.join(blocks)}</w:tc></w:tr></w:tbl>"


def test_ltr_12_a_cell_ends_in_a_paragraph() -> None:
    """LTR-12."""
    assert blank(cell(paragraph(TEST)), ONE) == ["", "One"]
    assert blank(cell(paragraph(TEST), paragraph(TEST)), ONE) == ["", "One"]
    assert blank(cell(ONE, paragraph(TEST)), TWO) == ["One", "Two"]
    assert blank(cell(paragraph(TEST), ONE), TWO) == ["One", "Two"]
    assert blank(cell(cell(ONE), paragraph(TEST)), TWO) == ["One", "", "Two"]


@pytest.mark.parametrize(
    ("setting", "kept"),
    [
        ("<w:doNotSuppressBlankLines/>", True),
        ('<w:doNotSuppressBlankLines w:val="1"/>', True),
        ('<w:doNotSuppressBlankLines w:val="false"/>', False),
        ("<w:viewMergedData/>", False),
    ],
)
def test_ltr_12_paragraphs_stay_where_the_settings_say_so(setting: str, kept: bool) -> None:
    """LTR-12."""
    settings = f"<w:mailMerge>{setting}</w:mailMerge>"
    found = blank(ONE, TWO, paragraph(TEST), THREE, settings=settings)
    assert len(found) == (4 if kept else 3)


@pytest.mark.parametrize(
    "other",
    ["<w:r><w:drawing/></w:r>", "<w:r><w:br/></w:r>", '<w:bookmarkStart w:id="1" w:name="a"/>'],
)
def test_a_paragraph_that_holds_more_than_fields_stays(other: str) -> None:
    assert len(blank(ONE, paragraph(TEST, other), THREE)) == 3


def test_a_paragraph_that_ends_a_section_stays() -> None:
    ending = f"<w:p><w:pPr><w:sectPr/></w:pPr>{TEST}</w:p>"
    assert len(blank(ONE, ending, THREE)) == 3


def test_paragraphs_go_from_headers_too() -> None:
    form = read(docx(ONE, header1=ONE + paragraph(TEST) + TWO, footer1=paragraph(TEST)))
    letter = form.fill({"Test": ""}, PLAIN)
    assert text_of(letter, "word/header1.xml") == "One\nTwo"
    assert member(letter, "word/footer1.xml").count("<w:p>") == 1


# -- names for texts ------------------------------------------------------------------------------


def together(content: bytes, *letters: Mapping[str, Value]) -> bytes:
    file = io.BytesIO()
    read(content).fill_all([(values, PLAIN) for values in letters], file)
    return file.getvalue()


def test_ltr_13_what_set_names_ref_shows_in_each_letter() -> None:
    """LTR-13."""
    template = docx(
        paragraph(code('SET Who "{First_Name}"', "")),
        paragraph(run("Dear "), code(" REF Who ", "stale")),
        paragraph(run("Bye "), f'<w:fldSimple w:instr=" REF who ">{run("stale")}</w:fldSimple>'),
    )
    for name in ("Anna", "Jon"):
        letter = read(template).fill({"First_Name": name}, PLAIN)
        assert paragraphs(letter) == [f"Dear {name}", f"Bye {name}"]
    both = together(template, {"First_Name": "Anna"}, {"First_Name": "Jon"})
    assert paragraphs(both) == ["Dear Anna", "Bye Anna", "Dear Jon", "Bye Jon"]


def test_ltr_13_a_header_shows_what_the_letter_sets() -> None:
    """LTR-13."""
    header = paragraph(code(" REF Who ", "stale"))
    template = docx(paragraph(code('SET Who "Hi {Name}"', "")), ONE, header1=header)
    letter = read(template).fill({"Name": "Anna"}, PLAIN)
    assert text_of(letter, "word/header1.xml") == "Hi Anna"


OFFER = (
    '<w:bookmarkStart w:id="4" w:name="offer"/>',
    field(" MERGEFIELD Name "),
    '<w:bookmarkEnd w:id="4"/>',
)
CONTROL = (
    '<w:sdt><w:sdtPr><w:id w:val="77"/></w:sdtPr><w:sdtContent><w:r><w:t>x</w:t></w:r>'
    "</w:sdtContent></w:sdt>"
)
COMMENT = (
    '<w:commentRangeStart w:id="3"/><w:r><w:t>y</w:t></w:r><w:commentRangeEnd w:id="3"/>'
    '<w:r><w:commentReference w:id="3"/></w:r>'
)
DRAWING = '<w:r><w:drawing><wp:docPr id="7" name="Logo"/></w:drawing></w:r>'


def test_ltr_14_each_letter_has_bookmarks_and_numbers_of_its_own() -> None:
    """LTR-14."""
    link = f'<w:hyperlink w:anchor="offer">{run("see")}</w:hyperlink>'
    link += '<w:hyperlink w:anchor="_other"/><w:fldSimple w:instr=" PAGEREF offer "/>'
    template = docx(
        paragraph(run("For "), *OFFER, CONTROL, DRAWING),
        paragraph(run("Again "), code(r" REF offer \h ", "stale"), COMMENT, link),
        paragraph(code(" PAGEREF offer ", "1"), code(" REF other ", "left")),
    )
    names = ["Anna", "Jon", "Eva"]
    document = together(template, *({"Name": name} for name in names))
    xml = member(document)
    assert re.findall('bookmarkStart w:id="[0-9]+" w:name="(.*?)"', xml) == [
        "offer", "offer_2", "offer_3",
    ]  # fmt: skip
    assert re.findall(r"> REF (\w+) \\h <", xml) == ["offer", "offer_2", "offer_3"]
    assert re.findall(r"> PAGEREF (\w+) <", xml) == ["offer", "offer_2", "offer_3"]
    assert re.findall(r'anchor="(offer\w*)"', xml) == ["offer", "offer_2", "offer_3"]
    assert re.findall(r'instr=" PAGEREF (\w+) "', xml) == ["offer", "offer_2", "offer_3"]
    shows = [each for each in paragraphs(document) if each.startswith("Again ")]
    assert [re.sub(r" REF \w+ \\h ", "", each) for each in shows] == [
        f"Again {name}ysee" for name in names
    ]
    for pattern in ("bookmarkStart w:id", "commentReference w:id", "docPr id"):
        found = re.findall(f'{pattern}="([0-9]+)"', xml)
        assert len(set(found)) == len(found) > 0
    controls = re.findall('<w:sdtPr><w:id w:val="([0-9]+)"/>', xml)
    assert len(set(controls)) == 3
    assert xml.count("commentRangeStart") == xml.count("commentReference") == 1
    starts = re.findall('bookmarkStart w:id="([0-9]+)"', xml)
    assert re.findall('bookmarkEnd w:id="([0-9]+)"', xml) == starts


def test_ltr_14_a_reference_shows_its_bookmark_in_a_letter_by_itself() -> None:
    """LTR-14."""
    template = docx(paragraph(*OFFER), paragraph(run("a"), code(" REF offer ", "stale"), run("z")))
    letter = read(template).fill({"Name": "Anna"}, PLAIN)
    assert "REF offer" in member(letter)
    assert paragraphs(letter)[1].replace(" REF offer ", "") == "aAnnaz"


def test_ltr_14_a_simple_reference_shows_its_bookmark_too() -> None:
    """LTR-14."""
    simple = f'<w:fldSimple w:instr=" REF offer ">{run("stale")}</w:fldSimple>'
    letter = read(docx(paragraph(*OFFER), paragraph(simple))).fill({"Name": "Anna"}, PLAIN)
    assert paragraphs(letter) == ["Anna", "Anna"]


@pytest.mark.parametrize("text", [r" REF offer \n ", " REF nothing ", " REF ", " PAGEREF offer "])
def test_a_reference_to_something_else_stays(text: str) -> None:
    letter = read(docx(paragraph(*OFFER), paragraph(code(text, "left")))).fill({"Name": "A"}, PLAIN)
    assert text_of(letter).endswith("left")


def test_bookmarks_in_headers_are_told_apart_too() -> None:
    section = '<w:sectPr><w:headerReference w:type="default" r:id="header1"/></w:sectPr>'
    template = docx(ONE, section=section, header1=paragraph(*OFFER, DRAWING))
    document = together(template, {"Name": "Anna"}, {"Name": "Jon"})
    headers = [member(document, f"word/header1_{letter}.xml") for letter in (0, 1)]
    names = [re.findall('w:name="(.*?)"', header) for header in headers]
    assert names == [["offer"], ["offer_2"]]


# -- conditions that choose more than text -------------------------------------------------------

CITY = field(" MERGEFIELD City ", run("«City»"))
BLIP = '<a:blip xmlns:a="urn:a" r:embed="rId7"/>'
PICTURE = f"<w:r><w:drawing><wp:inline>{BLIP}</wp:inline></w:drawing></w:r>"


def rich(*inside: str, after: str = "") -> bytes:
    """A condition whose texts stand as given between its quotes."""
    start = begin() + said(" IF ") + CITY + said(' = "Bern" "')
    return docx(ONE, f"<w:p>{start}{''.join(inside)}{end('stale')}{after}</w:p>", THREE)


def of_city(template: bytes, city: str, **more: Value) -> bytes:
    letter = read(template).fill({"City": city, **more}, PLAIN)
    etree.fromstring(member(letter).encode())
    return letter


def test_ltr_15_a_condition_may_choose_several_paragraphs() -> None:
    """LTR-15."""
    template = rich(
        said("first "), "</w:p><w:p>", said("second"), said('" "other" '), after=run("!")
    )
    assert paragraphs(of_city(template, "Bern")) == ["One", "first ", "second!", "Three"]
    assert paragraphs(of_city(template, "Oslo")) == ["One", "other!", "Three"]


def test_ltr_15_the_second_text_may_have_paragraphs_too() -> None:
    """LTR-15."""
    template = rich(said('here" "'), said("a"), "</w:p><w:p>", said('b" '))
    assert paragraphs(of_city(template, "Bern")) == ["One", "here", "Three"]
    assert paragraphs(of_city(template, "Oslo")) == ["One", "a", "b", "Three"]


def test_ltr_15_a_condition_may_choose_a_picture() -> None:
    """LTR-15."""
    template = rich(said("see "), PICTURE, said('" "" '))
    here, there = of_city(template, "Bern"), of_city(template, "Oslo")
    assert 'r:embed="rId7"' in member(here)
    assert paragraphs(here)[1] == "see "
    assert "embed" not in member(there)
    assert "stale" not in member(here) + member(there)


def test_ltr_15_a_condition_may_choose_a_table() -> None:
    """LTR-15."""
    name = field(" MERGEFIELD Name ", run("«Name»"))
    row = f"<w:tr><w:tc><w:p>{said('cell')}</w:p></w:tc><w:tc><w:p>{name}</w:p></w:tc></w:tr>"
    table = f"<w:tbl><w:tblPr/>{row}</w:tbl>"
    template = rich(said("before"), f"</w:p>{table}<w:p>", said('after" "none" '))
    here = of_city(template, "Bern", Name="Anna")
    assert paragraphs(here) == ["One", "before", "cell", "Anna", "after", "Three"]
    assert member(here).count("<w:tbl>") == 1
    there = of_city(template, "Oslo", Name="Anna")
    assert paragraphs(there) == ["One", "none", "Three"]
    assert "<w:tbl>" not in member(there)


def test_ltr_15_a_condition_keeps_bold_words_bold() -> None:
    """LTR-15."""
    name = field(" MERGEFIELD Name ", run("«Name»", "<w:i/>"))
    template = rich(said("a "), said("bold", "<w:b/>"), said(" word "), name, said('" "no" '))
    here = of_city(template, "Bern", Name="Anna")
    assert paragraphs(here)[1] == "a bold word Anna"
    assert '<w:rPr><w:b/></w:rPr><w:t xml:space="preserve">bold</w:t>' in member(here)
    assert '<w:rPr><w:i/></w:rPr><w:t xml:space="preserve">Anna</w:t>' in member(here)
    there = of_city(template, "Oslo", Name="Anna")
    assert paragraphs(there)[1] == "no"
    assert "<w:b/>" not in member(there)


def test_ltr_15_a_picture_may_be_all_that_there_is_to_choose() -> None:
    """LTR-15."""
    template = rich(said("a"), PICTURE, said('b"'))
    assert "embed" in member(of_city(template, "Bern"))
    assert paragraphs(of_city(template, "Oslo")) == ["One", "", "Three"]


def test_ltr_15_breaks_and_tabs_stay_in_a_text() -> None:
    """LTR-15."""
    template = rich(said("a"), "<w:r><w:br/></w:r>", said("b"), "<w:r><w:tab/></w:r>", said('c" '))
    assert text_of(of_city(template, "Bern")).split("\n")[1] == "a|b>c"


def test_what_stands_beside_the_texts_of_a_condition_is_in_neither() -> None:
    start = begin() + said(" IF ") + CITY + PICTURE + said(' = "Bern" "')
    bold = said("bold", "<w:b/>")
    template = docx(ONE, paragraph(start, said("a "), bold, said('" "other" '), end()), THREE)
    here, there = of_city(template, "Bern"), of_city(template, "Oslo")
    assert [paragraphs(here)[1], paragraphs(there)[1]] == ["a bold", "other"]
    assert "embed" not in member(here) + member(there)


def test_ltr_15_letters_in_one_document_choose_each_for_itself() -> None:
    """LTR-15."""
    template = rich(said("first"), "</w:p><w:p>", said("second"), said('" "other" '))
    document = together(template, {"City": "Bern"}, {"City": "Oslo"})
    assert paragraphs(document) == ["One", "first", "second", "Three", "One", "other", "Three"]


def test_ltr_15_a_stale_result_of_several_paragraphs_leaves_none() -> None:
    """LTR-15."""
    start = (
        begin() + said(" IF ") + CITY + said(' = "Bern" "') + said("x", "<w:b/>") + said('y" "z"')
    )
    result = f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("stale")}</w:p><w:p>'
    stale = field(" MERGEFIELD Gone ", run("«Gone»"))
    closing = f'{stale}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    template = docx(ONE, f"<w:p>{start}{result}{closing}</w:p>", THREE)
    assert read(template).fields == ("City",)
    assert paragraphs(of_city(template, "Bern")) == ["One", "xy", "Three"]


def test_a_condition_that_chooses_more_than_text_inside_another_is_refused() -> None:
    inner = begin() + said("IF ") + CITY + said(' = "a" "') + PICTURE + said('" ""') + end()
    outer = begin() + said("IF ") + CITY + said(' = "b" "') + inner + said('" "c"') + end()
    with pytest.raises(BadDocument, match="chooses more than text and stands inside another"):
        read(docx(paragraph(outer)))


def test_a_condition_that_begins_in_a_cell_and_ends_outside_is_refused() -> None:
    start = begin() + said(" IF ") + CITY + said(' = "Bern" "') + said("x")
    body = f"<w:tbl><w:tr><w:tc><w:p>{start}</w:p></w:tc></w:tr></w:tbl>"
    with pytest.raises(BadDocument, match="begin and end in different places"):
        read(docx(body, paragraph(said('y" "z"'), end())))


def test_a_condition_whose_code_was_changed_with_tracking_is_filled() -> None:
    added = f"<w:ins>{said('he')}</w:ins>"
    template = rich(said("t"), added, said('re" "else" '))
    assert paragraphs(of_city(template, "Bern"))[1] == "there"


def test_a_letter_that_says_the_same_is_the_same_bytes() -> None:
    form = read(docx(ONE, paragraph(TEST)))
    with zipfile.ZipFile(io.BytesIO(form.fill({"Test": "x"}, PLAIN))) as archive:
        times = {info.date_time for info in archive.infolist()}
    assert times == {(1980, 1, 1, 0, 0, 0)}
