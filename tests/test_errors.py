"""Errors carry facts for programs and text for people."""

from pathlib import Path

import pytest

from segmentation import errors
from segmentation.command_line import WrongUse
from segmentation.errors import (
    BadDocument,
    Conflict,
    Fault,
    FilterError,
    InvalidValue,
    JournalBroken,
    MissingExtra,
    NotDelivered,
    NotFound,
    NoTruthValue,
    Refused,
    Rejected,
    SegmentationError,
    StoreError,
    UnknownName,
    near_name,
)
from segmentation.segments import contact_schema
from segmentation.workspace import Workspace

FAMILY: list[SegmentationError] = [
    FilterError("is odd", text="a|", position=2, expected="a value", field="contact.city"),
    UnknownName("field", "citi", known=["city"], where="contact"),
    NotFound("contact", "CT1"),
    InvalidValue("date", "x", "is no date"),
    NoTruthValue("city Bern"),
    Rejected("contact.csv", [Fault("row 2", "no", "is blank"), Fault("row 3", "", "is odd")]),
    BadDocument("letter.docx", "is no Word document"),
    NotDelivered("anna@example.com", "no such mailbox"),
    Refused("go back", "nothing to undo"),
    Conflict("segment SM1", "was changed"),
    StoreError("crm.db", "is no store"),
    JournalBroken(7, "was changed"),
    MissingExtra("sql", "a database"),
]

TEXTS = [
    "contact.city: is odd; expected a value\n    a|\n      ^",
    "unknown field 'citi' in contact; did you mean 'city'?",
    "there is no contact 'CT1'",
    "date: 'x' is no date",
    (
        "city Bern is neither true nor false; join conditions with & (and), | (or) and ~ (not), "
        "each in brackets; write field.between(1, 5) for 1 <= field <= 5; "
        "write `is not None` to ask whether there is a condition"
    ),
    "contact.csv: 2 faults, nothing was done\n  row 2: no: is blank\n  row 3: is odd",
    "letter.docx: is no Word document",
    "anna@example.com: no such mailbox",
    "go back: nothing to undo",
    "segment SM1: was changed",
    "crm.db: is no store",
    "journal entry 7: was changed",
    "a database needs an extra: pip install 'segmentation[sql]'",
]


@pytest.mark.parametrize(
    ("error", "text"),
    list(zip(FAMILY, TEXTS, strict=True)),
    ids=[error.code for error in FAMILY],
)
def test_an_error_tells_people_what_and_where(error: SegmentationError, text: str) -> None:
    assert str(error) == text


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [type(error).code for error in FAMILY]
    assert len(set(codes)) == len(codes)


def test_every_error_is_of_the_family_and_of_a_builtin() -> None:
    for error in FAMILY:
        assert isinstance(error, SegmentationError)
        builtin = ValueError | TypeError | LookupError | RuntimeError | OSError | ImportError
        assert isinstance(error, builtin)


def test_a_long_text_is_shown_around_the_caret_only() -> None:
    error = FilterError("is odd", text="a" * 500 + "\t|" + "b" * 500, position=501)
    shown, caret = str(error).splitlines()[1:]
    assert len(shown) < 140
    assert shown[len(caret) - 1] == "|"
    assert "\t" not in shown


def test_many_faults_are_all_kept_and_the_first_are_shown() -> None:
    error = Rejected("file", [Fault(f"row {n}", "no", "is blank") for n in range(60)])
    assert len(error.faults) == 60
    assert str(error).endswith("... and 10 more (all in .faults)")


def test_a_near_name_is_found_whatever_its_case() -> None:
    assert near_name("POSTCODE", ["post_code"]) == "post_code"
    assert near_name("zebra", ["post_code"]) == ""
    assert str(UnknownName("token", "%x")) == "unknown token '%x'"


def test_the_docstring_draws_the_whole_family() -> None:
    named = [
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, SegmentationError)
    ]
    assert all(name in (errors.__doc__ or "") for name in named)


def test_every_code_stands_on_the_page_of_errors() -> None:
    page = (Path(__file__).parent.parent / "docs" / "errors.md").read_text(encoding="utf-8")
    kinds: list[type[SegmentationError]] = [errors.UsageError, WrongUse]
    for kind in kinds + [type(error) for error in FAMILY]:
        assert f"`{kind.code}` | `{kind.__name__}`" in page


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ("country", "country_region_code"),
        ("Country Region", "country_region_code"),
        ("phone", "phone_no"),
        ("mobile", "mobile_phone_no"),
        ("language", "language_code"),
        ("vat", "vat_registration_no"),
        ("ctiy", "city"),
        ("cityy", "city"),
        ("...", ""),
    ],
)
def test_the_beginning_of_a_name_by_words_goes_before_a_difference_of_letters(
    asked: str, near: str
) -> None:
    fields = contact_schema().table("contact").fields
    assert near_name(asked, fields) == near
    if near:
        with pytest.raises(UnknownName, match=f"did you mean '{near}'"):
            Workspace.open().select(contact={asked: "1"})
