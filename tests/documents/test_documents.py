"""Documents: names of files and fields, formats, addresses, plain texts."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.contacts import CorrespondenceType
from segmentation.documents import (
    PlainFormats,
    TextRenderer,
    address_lines,
    field_name,
    field_text,
    locale_of,
    plain_formats,
    render_text,
    safe_file_name,
    unfilled,
)
from segmentation.errors import Rejected
from segmentation.fields import Value

FORMATS = plain_formats("ENU", "US", "")


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("Berg AS", "Anna"), "Berg AS - Anna.txt"),
        (("", " "), "document.txt"),
        (("..",), "document.txt"),
        (("a/b\\c:d",), "a_b_c_d.txt"),
        (("a\nb\x00c\u202ed",), "a b c d.txt"),
        (("CON",), "_CON.txt"),
        (("com1.x",), "_com1.x.txt"),
        (("Contact",), "Contact.txt"),
        pytest.param(("æ" * 200,), "æ" * 90 + ".txt", id="too long"),
    ],
)
def test_a_file_name_is_safe_on_every_system(parts: tuple[str, ...], name: str) -> None:
    assert safe_file_name(*parts, extension="txt") == name


@given(st.lists(st.text(), max_size=3))
def test_whatever_a_contact_is_called_its_file_stays_in_its_folder(parts: list[str]) -> None:
    name = safe_file_name(*parts, extension="docx")
    assert not set('<>:"/\\|?*\x00') & set(name)
    assert name.isprintable()
    assert not name.startswith(".")
    assert len(name.encode()) <= 255


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("ZIP_Code", "post_code"),
        ("Post_Code", "post_code"),
        ("Company_Information_ZIP_Code", "company_information_post_code"),
        ("State", "county"),
        ("Company_Information_State", "company_information_county"),
        ("CALC_Informal_Salutation", "informal_salutation"),
        ("Email", "e_mail"),
        ("CountryRegion_Code", "country_region_code"),
    ],
)
def test_business_centrals_names_are_ours(name: str, ours: str) -> None:
    assert field_name(name) == field_name(ours)


def test_a_template_can_be_asked_what_nothing_fills() -> None:
    form = TextRenderer().read(b"{{ First_Name }} {{ nmae }}", "hello.txt")
    assert unfilled(form, {"firstname"}) == ["nmae"]


def test_a_half_character_becomes_a_question_mark_in_a_text() -> None:
    form = TextRenderer().read(b"a{{ name }}z", "hello.txt")
    assert form.fill({"name": "\ud800"}, PlainFormats()) == b"a?z"


def test_a_text_with_missing_fields_is_rejected_with_all_of_them() -> None:
    with pytest.raises(Rejected) as caught:
        render_text("{{ a }} {{ b }} {{ c }}", {"b": "x"}, name="HELLO", contact_no="CT1")
    assert [fault.field for fault in caught.value.faults] == ["a", "c"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "✓"),
        (False, ""),
        (CorrespondenceType.HARD_COPY, "hard copy"),
        ("a", "a"),
        (date(2026, 11, 2), "2026-11-02"),
        (time(9, 5), "09:05"),
        (Decimal("1.50"), "1.50"),
        (7, "7"),
    ],
)
def test_a_value_is_written_plainly(value: Value, text: str) -> None:
    assert field_text(value, FORMATS) == text


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("d.M.yy", "2.1.26"),
        ("dd/MM/yyyy", "02/01/2026"),
        ("EEE d MMM", "Fri 2 Jan"),
        ("h:mm a", "2:05 PM"),
        ("HH:mm:ss", "14:05:09"),
        ("d 'de' MMMM ''", "2 de January '"),
    ],
)
def test_dates_follow_a_pattern(pattern: str, text: str) -> None:
    assert PlainFormats().date(datetime(2026, 1, 2, 14, 5, 9, tzinfo=UTC), pattern) == text


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("0", "1234"), ("#,##0.00 kr", "1,234.00 kr"), ("", "1234"), ("kr", "1234")],
)
def test_numbers_follow_a_pattern(pattern: str, text: str) -> None:
    assert PlainFormats().number(1234, pattern) == text


@pytest.mark.parametrize(
    ("country", "lines"),
    [
        ("DK", ["7700 Thisted"]),
        ("US", ["Thisted, NV 7700"]),
        ("CA", ["Thisted NV 7700"]),
        ("GB", ["Thisted", "NV", "7700"]),
        ("ES", ["7700 Thisted", "NV"]),
        ("IT", ["7700 Thisted NV"]),
        ("ZZ", ["7700 Thisted", "NV"]),
    ],
)
def test_an_address_is_in_the_order_of_its_country(country: str, lines: list[str]) -> None:
    made = address_lines(city="Thisted", post_code="7700", county="NV", country_code=country)
    assert made == lines


@pytest.mark.parametrize("country", ["US", "CA", "MX", "LV", "BR", "JP", "TH", "GB"])
def test_blank_parts_leave_no_trace(country: str) -> None:
    assert address_lines(city="Reno", country_code=country) == ["Reno"]
    assert address_lines(country_code=country) == []


@pytest.mark.parametrize(
    ("given_", "locale"),
    [
        (("DES", "", ""), "de_CH"),
        (("de-CH", "", ""), "de_CH"),
        (("xx", "DK", ""), "xx_DK"),
        (("xx", "", ""), "xx"),
        (("", "DK", ""), "und_DK"),
        (("", "", ""), "en"),
        (("ENU", "US", "fr-CH"), "fr_CH"),
    ],
)
def test_a_locale_is_found_for_language_country_and_region(
    given_: tuple[str, str, str], locale: str
) -> None:
    assert locale_of(*given_) == locale


LTR_53 = [
    ("HU", "Budapest", "", "1055", ["N", "Budapest", "S", "1055"]),
    ("VN", "Ba Dinh", "Ha Noi", "100000", ["N", "S", "Ba Dinh", "Ha Noi 100000"]),
    ("SA", "Riyadh", "", "12211", ["N", "S", "Riyadh 12211"]),
    ("GB", "London", "", "SW1A 2AA", ["N", "S", "London", "SW1A 2AA"]),
    ("IT", "Roma", "RM", "00184", ["N", "S", "00184 Roma RM"]),
    ("AU", "Sydney", "NSW", "2000", ["N", "S", "Sydney NSW 2000"]),
    ("BM", "Hamilton", "", "HM 12", ["N", "S", "Hamilton HM 12"]),
    ("XY", "Town", "County", "1", ["N", "S", "1 Town", "County"]),
    ("IR", "Shiraz", "Fars", "71", ["N", "Fars", "Shiraz", "S", "71"]),
]


@pytest.mark.parametrize(("country", "city", "county", "code", "lines"), LTR_53)
def test_ltr_53_an_address_is_that_of_its_country(
    country: str, city: str, county: str, code: str, lines: list[str]
) -> None:
    """LTR-53."""
    made = address_lines(
        "N",
        address="S",
        city=city,
        county=county,
        post_code=code,
        country_code=country,
        country_name="Far",
    )
    assert made == [*lines, "FAR"]


@pytest.mark.parametrize(
    ("country", "city", "code", "lines"),
    [
        ("US", "Reno", "89501", ["Reno 89501"]),
        ("MX", "Mexico", "02860", ["02860 Mexico"]),
        ("JP", "Chiyoda-ku", "100-8994", ["Chiyoda-ku 100-8994"]),
        ("BR", "Recife", "50000", ["Recife", "50000"]),
        ("CO", "Cali", "76", ["Cali, 76"]),
        ("US", "-Reno,", "89501", ["-Reno, 89501"]),
    ],
)
def test_ltr_54_a_missing_state_leaves_no_sign(
    country: str, city: str, code: str, lines: list[str]
) -> None:
    """LTR-54."""
    assert address_lines(city=city, post_code=code, country_code=country) == lines


def test_ltr_55_a_city_abroad_may_stand_in_capitals() -> None:
    """LTR-55."""
    abroad = partial(
        address_lines, post_code="8001", city="Zürich", country_code="CH", country_name="Schweiz"
    )
    assert abroad(capitals=True) == ["8001 ZÜRICH", "SCHWEIZ"]
    assert abroad() == ["8001 Zürich", "SCHWEIZ"]
    berlin = address_lines(post_code="10115", city="Berlin", country_code="DE", capitals=True)
    assert berlin == ["10115 Berlin"]
