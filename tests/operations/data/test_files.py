"""Reading rows and values from JSON and CSV."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.fields import Field, FieldType
from segmentation.operations.data import SourceFile, column_name, read_rows
from segmentation.operations.values import guess_type, read_value


def rows_of(name: str, text: str) -> list[tuple[str, dict[str, object]]]:
    rows, faults = read_rows(SourceFile(name, text.encode()))
    assert faults == []
    return [(row.place, dict(row.values)) for row in rows]


def faults_of(name: str, content: bytes) -> list[str]:
    _, faults = read_rows(SourceFile(name, content))
    return [str(fault) for fault in faults]


NO_PARTNER = "a quote has no partner, or a cell is too long"


def test_a_table_is_named_after_its_file() -> None:
    assert SourceFile("folder/Contact.JSON", b"").table == "contact"


def test_json_rows_count_from_one() -> None:
    assert rows_of("contact.json", '[{"no": "A"}, {"No.": "B"}]') == [
        ("contact.json row 1", {"no": "A"}),
        ("contact.json row 2", {"no": "B"}),
    ]


def test_csv_rows_count_with_the_header() -> None:
    assert rows_of("contact.csv", "no,name\nA,Anna\n\nB,Berg\n") == [
        ("contact.csv row 2", {"no": "A", "name": "Anna"}),
        ("contact.csv row 4", {"no": "B", "name": "Berg"}),
    ]


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
        ("c.json", b"\xff\xfe", "c.json: is not UTF-8 (line 1, byte 0); save it as such"),
        ("c.json", b"[", "c.json: is not JSON from line 1, column 2 on"),
        ("c.json", b"[" * 100_000, "c.json: is nested too deeply"),
        ("c.json", b"{}", "c.json: is not a list of objects, one for each row"),
        ("c.json", b"[1]", "c.json row 1: is not an object"),
        ("c.csv", b"", "c.csv: is empty; its first row must name the columns"),
        ("c.csv", b"no,,no\n", "c.csv row 1: column 2 has no name"),
        ("c.csv", b"no,No.\n", "c.csv row 1: no: names a second column like one before"),
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
        "no name",
        "name twice",
        "too many cells",
        "no end",
    ],
)
def test_a_file_of_the_wrong_form_is_a_fault_with_its_place(
    name: str, content: bytes, said: str
) -> None:
    assert said in faults_of(name, content)


@pytest.mark.parametrize(
    ("caption", "name"),
    [
        ("No.", "no"),
        ("E-Mail", "e_mail"),
        ("Country/Region Code", "country_region_code"),
        ("post_code", "post_code"),
        ("Größe", "größe"),
    ],
)
def test_captions_become_the_names_of_columns(caption: str, name: str) -> None:
    assert column_name(caption) == name


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


@pytest.mark.parametrize(
    ("values", "typed"),
    [
        (["1", "", "-20"], FieldType.INTEGER),
        (["1", "2.5"], FieldType.DECIMAL),
        (["007"], FieldType.TEXT),
        (["yes", "no"], FieldType.BOOLEAN),
        (["2026-11-22"], FieldType.DATE),
        (["2026-02-30"], FieldType.TEXT),
        (["2026-11-22T10:00:00"], FieldType.DATETIME),
        (["", ""], FieldType.TEXT),
        ([True, None], FieldType.BOOLEAN),
        ([1, 2], FieldType.INTEGER),
        ([1, Decimal("2.5")], FieldType.DECIMAL),
        ([1, "x"], FieldType.TEXT),
    ],
)
def test_a_column_of_the_host_gets_the_narrowest_type(
    values: list[object], typed: FieldType
) -> None:
    assert guess_type(values) is typed


@given(st.lists(st.text(max_size=8), max_size=5))
def test_every_column_can_be_read_by_the_type_that_was_guessed(texts: list[str]) -> None:
    safe = [text.replace("\0", "") for text in texts]
    field = Field("f", guess_type(safe))
    for text in safe:
        read_value(field, text)


@given(st.binary(max_size=200), st.sampled_from(["c.csv", "c.json"]))
def test_no_bytes_make_reading_fail_otherwise_than_by_faults(content: bytes, name: str) -> None:
    read_rows(SourceFile(name, content))


def test_what_web_services_of_business_central_answer_is_read_as_it_is() -> None:
    answer = """{"@odata.context": "https://erp.example.com/$metadata#Contacts", "value": [
        {"@odata.etag": "W/1", "No": "CT1", "Country_Region_Code": "DK", "Discount_x0025_": 5}
    ]}"""
    values = {"no": "CT1", "country_region_code": "DK", "discount_pct": 5}
    assert rows_of("contact.json", answer) == [("contact.json row 1", values)]


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
        ("c.csv row 3", {"no": "B", "note": ""}),
    ]
    assert faults_of("c.csv", b'no,note\nA,"one\ntwo"\nB,"three\nfour') == [
        f"c.csv row 3: is not CSV in line 5: {NO_PARTNER}"
    ]
    assert faults_of("c.csv", b'no,"name\nA,B\n') == [
        f"c.csv row 1: is not CSV in line 2: {NO_PARTNER}"
    ]


def test_names_of_a_column_that_mean_the_same_are_a_fault_of_json_too() -> None:
    twice = '{"no": "A", "No.": "B", "@note": 1, "@note": 2, "name": "x"}'
    for named in (twice, '{"no": "A", "no": "B"}'):
        assert faults_of("c.json", f'[{{"no": "C"}}, {named}]'.encode()) == [
            "c.json row 2: no: names a second column like one before"
        ]


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


def test_numbers_that_are_too_large_for_whole_ones_are_decimals() -> None:
    assert guess_type([2**63]) is FieldType.DECIMAL
    assert guess_type([2**63 - 1]) is FieldType.INTEGER
    assert faults_of("c.json", b'[{"no": ' + b"9" * 5_000 + b"}]") == [
        "c.json: holds a number of thousands of digits"
    ]
