"""Reading rows and values from JSON and CSV."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.column_names import is_annotation
from segmentation.fields import Field, FieldType
from segmentation.operations.data import SourceFile, kind_named, read_rows
from segmentation.operations.values import read_value


def rows_of(name: str, text: str) -> list[tuple[str, dict[str, object]]]:
    table, faults = read_rows(SourceFile(name, text.encode()))
    assert faults == []
    return [(row.place, dict(row.values)) for row in table.rows]


def faults_of(name: str, content: bytes) -> list[str]:
    _, faults = read_rows(SourceFile(name, content))
    return [str(fault) for fault in faults]


NO_PARTNER = "a quote has no partner, or a cell is too long"


@pytest.mark.parametrize(
    ("name", "stem", "page"),
    [
        ("folder/Contact.JSON", "Contact", None),
        ("contact.2.json", "contact", 2),
        ("2.json", "2", None),
        ("contact.v2.json", "contact.v2", None),
    ],
)
def test_a_table_is_named_after_its_file(name: str, stem: str, page: int | None) -> None:
    assert (SourceFile(name, b"").stem, SourceFile(name, b"").page) == (stem, page)


def test_a_table_may_be_named_after_its_folder() -> None:
    assert SourceFile("contacts/part.2.json", b"", folder="contacts").stem == "contacts"
    assert SourceFile("contacts/part.2.json", b"", folder="contacts").page is None


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("contact", "contact"),
        ("Contacts", "contact"),
        ("Contact Mailing Group", "contact_mailing_group"),
        ("contactMailingGroup", "contact_mailing_group"),
        ("Kontakt", "contact"),
        ("countriesRegions", "country_region"),
        ("Value Entries", "value_entry"),
    ],
)
def test_files_are_named_as_sources_name_them(name: str, table: str) -> None:
    kind = kind_named(name)
    assert kind is not None
    assert kind.__table__ == table


def test_a_file_that_is_none_of_ours_is_for_no_table() -> None:
    assert kind_named("customer") is None
    assert kind_named("segment_line") is None


def test_json_rows_count_from_one() -> None:
    assert rows_of("contact.json", '[{"no": "A"}, {"No.": "B"}]') == [
        ("contact.json row 1", {"no": "A"}),
        ("contact.json row 2", {"No.": "B"}),
    ]


def test_csv_rows_count_with_the_header() -> None:
    assert rows_of("contact.csv", "no,name\nA,Anna\n\nB,Berg\n") == [
        ("contact.csv row 2", {"no": "A", "name": "Anna"}),
        ("contact.csv row 4", {"no": "B", "name": "Berg"}),
    ]


def test_a_table_shows_how_many_columns_and_rows_it_has() -> None:
    table, _ = read_rows(SourceFile("c.csv", b"no,name\nA,Anna\nB,Berg\nC,Carl\n"))
    assert repr(table) == "RawTable(columns=2, rows=3)"


def test_rows_of_csv_are_a_sequence() -> None:
    table, _ = read_rows(SourceFile("c.csv", b"no\nA\nB\nC\n"))
    assert table.rows[1].values == {"no": "B"}
    assert [row.values["no"] for row in table.rows[1:]] == ["B", "C"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_may_be_separated_as_spreadsheets_do(delimiter: str) -> None:
    text = delimiter.join(["no", "name"]) + "\r\n" + delimiter.join(["A", '"x, y; z"']) + "\r\n"
    assert rows_of("c.csv", text) == [("c.csv row 2", {"no": "A", "name": "x, y; z"})]


def test_a_byte_order_mark_is_no_part_of_the_first_column() -> None:
    assert rows_of("c.csv", "\ufeffno\nA\n") == [("c.csv row 2", {"no": "A"})]


def test_cells_that_are_missing_at_the_end_are_no_values() -> None:
    assert rows_of("c.csv", "no,name\nA\n") == [("c.csv row 2", {"no": "A"})]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "c.json",
            b"\xe6",
            "c.json: is not UTF-8 (line 1, byte 0); save it as UTF-8, or give its encoding",
        ),
        ("c.json", b"[", "c.json: is not JSON from line 1, column 2 on"),
        ("c.json", b"[" * 100_000, "c.json: is nested too deeply"),
        ("c.json", b"{}", "c.json: is not a list of objects, one for each row"),
        ("c.json", b"[1]", "c.json row 1: is not an object"),
        ("c.csv", b"", "c.csv: is empty; its first row must name the columns"),
        ("c.csv", b"\nA\n", "c.csv: is empty; its first row must name the columns"),
        ("c.csv", b"no,,no\n", "c.csv row 1: column 2 has no name"),
        ("c.csv", b"no\nA,B\n", "c.csv row 2: has 2 cells under 1 columns"),
        ("c.csv", b'no\n"A\n', f"c.csv row 2: is not CSV in line 2: {NO_PARTNER}"),
    ],
    ids=[
        "no text",
        "no JSON",
        "nested",
        "object",
        "number",
        "nothing",
        "no header",
        "no name",
        "too many cells",
        "no end",
    ],
)
def test_a_file_of_the_wrong_form_is_a_fault_with_its_place(
    name: str, content: bytes, said: str
) -> None:
    assert said in faults_of(name, content)


@pytest.mark.parametrize(
    ("typed", "raw", "value"),
    [
        (FieldType.CODE, " dk ", "DK"),
        (FieldType.TEXT, " dk ", " dk "),
        (FieldType.TEXT, None, ""),
        (FieldType.INTEGER, "-12", -12),
        (FieldType.INTEGER, 12, 12),
        (FieldType.INTEGER, "", 0),
        (FieldType.DECIMAL, "1.50", Decimal("1.50")),
        (FieldType.DECIMAL, 3, Decimal(3)),
        (FieldType.BOOLEAN, "Yes", True),
        (FieldType.BOOLEAN, 0, False),
        (FieldType.BOOLEAN, True, True),
        (FieldType.DATE, "2026-11-22", dt.date(2026, 11, 22)),
        (FieldType.DATE, "", None),
        (FieldType.DATETIME, "2026-11-22T10:00", dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC)),
        (FieldType.TIME, "10:30", dt.time(10, 30)),
    ],
)
def test_a_value_is_read_as_its_field_says(typed: FieldType, raw: object, value: object) -> None:
    assert read_value(Field("f", typed), raw) == value


@pytest.mark.parametrize(
    ("typed", "raw", "said"),
    [
        (FieldType.TEXT, 5, "5 is not a text"),
        pytest.param(FieldType.TEXT, "a\0", "'a\\x00' holds a NUL character", id="text-NUL"),
        (FieldType.CODE, ["x"], "['x'] is not a text"),
        (FieldType.INTEGER, "1.5", "'1.5' is not a whole number"),
        (FieldType.INTEGER, True, "True is not a whole number"),
        (FieldType.DECIMAL, "ten", "'ten' is not a number"),
        (FieldType.DECIMAL, "NaN", "'NaN' is not a number"),
        (FieldType.DECIMAL, False, "False is not a number"),
        (FieldType.BOOLEAN, "perhaps", "'perhaps' is neither yes nor no"),
        (FieldType.BOOLEAN, 1.5, "1.5 is neither yes nor no"),
        (FieldType.DATE, "22.11.2026", "'22.11.2026' is not a date in ISO form"),
        (FieldType.TIME, "25:00", "'25:00' is not a time in ISO form"),
    ],
)
def test_a_value_that_does_not_fit_says_why(typed: FieldType, raw: object, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        read_value(Field("f", typed), raw)
    assert str(caught.value) == said


def test_an_option_is_read_by_its_name_in_any_case() -> None:
    field = Field("type", FieldType.OPTION, options=("company", "person"))
    assert read_value(field, "Person") == "person"
    with pytest.raises(ValueError, match="did you mean 'company'"):
        read_value(field, "compny")
    with pytest.raises(ValueError, match="it is one of company, person"):
        read_value(field, 7)


def test_a_text_that_is_too_long_says_how_long_it_is() -> None:
    with pytest.raises(ValueError, match="has 6 characters, 5 at most"):
        read_value(Field("f", FieldType.TEXT, length=5), "abcdef")


@given(st.binary(max_size=200), st.sampled_from(["c.csv", "c.json"]))
def test_no_bytes_make_reading_fail_otherwise_than_by_faults(content: bytes, name: str) -> None:
    read_rows(SourceFile(name, content))


def test_what_web_services_of_business_central_answer_is_read_as_it_is() -> None:
    answer = """{"@odata.context": "https://erp.example.com/$metadata#Contacts", "value": [
        {"@odata.etag": "W/1", "No": "CT1", "Country_Region_Code": "DK", "Discount_x0025_": 5}
    ]}"""
    table, faults = read_rows(SourceFile("contact.json", answer.encode()))
    assert faults == []
    assert [column for column in table.columns if not is_annotation(column)] == [
        "No",
        "Country_Region_Code",
        "Discount_x0025_",
    ]
    assert table.rows[0].values["Discount_x0025_"] == 5


@pytest.mark.parametrize("spelled", ["hard_copy", "Hard Copy", "Hard_x0020_Copy", " HARD COPY "])
def test_an_option_may_be_spelled_as_captions_and_web_services_do(spelled: str) -> None:
    field = Field("type", FieldType.OPTION, options=("", "hard_copy", "email"))
    assert read_value(field, spelled) == "hard_copy"
    assert read_value(field, "_x0020_") == ""


def test_the_first_day_of_the_calendar_stands_for_a_blank_date() -> None:
    assert read_value(Field("date", FieldType.DATE), "0001-01-01") is None
    assert read_value(Field("at", FieldType.DATETIME), "0001-01-01T00:00:00Z") is None


def test_a_row_of_csv_is_one_row_however_many_lines_it_takes() -> None:
    assert rows_of("c.csv", 'no,note\r\nA,"one\r\ntwo"\r\nB,\r\n') == [
        ("c.csv row 2", {"no": "A", "note": "one\r\ntwo"}),
        ("c.csv row 3", {"no": "B", "note": None}),
    ]
    assert faults_of("c.csv", b'no,note\nA,"one\ntwo"\nB,"three\nfour') == [
        f"c.csv row 3: is not CSV in line 5: {NO_PARTNER}"
    ]
    assert faults_of("c.csv", b'no,"name\nA,B\n') == [
        f"c.csv row 1: is not CSV in line 2: {NO_PARTNER}"
    ]


def test_a_name_that_an_object_has_twice_is_a_fault() -> None:
    twice = '{"no": "A", "no": "B", "@odata.note": 1, "@odata.note": 2, "name": "x"}'
    assert faults_of("c.json", f'[{{"no": "C"}}, {twice}]'.encode()) == [
        "c.json row 2: no: names a second column like one before"
    ]


def test_a_list_of_pages_is_read_as_one() -> None:
    pages = '[{"@odata.context": "x", "value": [{"no": "A"}]}, {"value": [{"no": "B"}, 7]}]'
    table, faults = read_rows(SourceFile("c.json", pages.encode()))
    assert [(row.place, row.values["no"]) for row in table.rows] == [
        ("c.json row 1", "A"),
        ("c.json row 2", "B"),
    ]
    assert [str(fault) for fault in faults] == ["c.json row 3: is not an object"]


@pytest.mark.parametrize("key", ["@odata.nextLink", "odata.nextLink"])
def test_the_address_of_a_next_page_is_read(key: str) -> None:
    page = json.dumps({"value": [], key: "https://erp.example/2"}).encode()
    table, _ = read_rows(SourceFile("c.json", page))
    assert table.next_link == "https://erp.example/2"


@pytest.mark.parametrize(
    ("typed", "raw", "said"),
    [
        (FieldType.INTEGER, 2**63, "9223372036854775808 is too large"),
        (FieldType.INTEGER, -(2**63) - 1, "-9223372036854775809 is too large"),
        (FieldType.DECIMAL, Decimal("1E+999999999"), "is a number of more than 100 digits"),
        (FieldType.DECIMAL, "1e-999999999", "is a number of more than 100 digits"),
        (FieldType.DATE, 20260102, "20260102 is not a date in ISO form"),
        (FieldType.TIME, True, "True is not a time in ISO form"),
    ],
)
def test_a_value_that_no_store_could_hold_is_a_fault(
    typed: FieldType, raw: object, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        read_value(Field("x", typed), raw)


def test_a_number_of_thousands_of_digits_is_a_fault() -> None:
    assert faults_of("c.json", b'[{"no": ' + b"9" * 5_000 + b"}]") == [
        "c.json: holds a number of thousands of digits"
    ]
