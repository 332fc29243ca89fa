"""Files that would bring somebody in as not blocked, or leave rows out, without a word."""

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest

import segmentation as seg
from segmentation.adapters.narwhals import from_frame
from segmentation.command_line import main
from segmentation.contacts import Contact
from segmentation.operations.data import ImportOptions, import_path


@pytest.fixture
def crm() -> seg.Workspace:
    return seg.Workspace.open(user="ANNA")


def faults_of(crm: seg.Workspace, path: Path, **options: object) -> list[str]:
    """What is wrong with a file; nobody comes in."""
    with pytest.raises(seg.Rejected) as caught:
        crm.import_data(path, **options)  # type: ignore[arg-type]
    assert not len(crm.contacts)
    return [str(fault) for fault in caught.value.faults]


# -- columns that "*" passes over ---------------------------------------------------------------


EXCLUDING = [
    *("Blocked", "blocked by legal", "Gesperrt", "SPÆRRET", "Bloqué", "Geblokkeerd"),
    *("Do not contact", "do-not-call", "Unsubscribed (2026-01-04)", "opted out", "Opt-Out"),
    *("Abgemeldet", "Keine Werbung", "nicht kontaktieren", "Frameldt", "Désabonné"),
    *("Inactive", "inaktiv", "Deceased", "Verstorben", "archived", "Hard bounce"),
]

HARMLESS = ["Active", "Regular", "Open", "Replied", "Gold", "Marketing manager", "Robinson", ""]


@pytest.mark.parametrize("value", EXCLUDING)
def test_a_value_that_excludes_somebody_is_not_passed_over(
    crm: seg.Workspace, tmp_path: Path, value: str
) -> None:
    path = tmp_path / "contact.csv"
    path.write_text(f"No.,Name,Status\nC1,Berg,Regular\nC2,Dahl,{value}\n", encoding="utf-8")
    (said,) = faults_of(crm, path, ignore=["*"])
    assert said.startswith("contact.csv: Status: holds ")
    assert crm.import_data(path, ignore=["*", "STATUS"]).new == 2


def test_values_that_exclude_nobody_are_passed_over(crm: seg.Workspace, tmp_path: Path) -> None:
    path = tmp_path / "contact.csv"
    many = [f"Grade {number}" for number in range(1_001)]
    rows = [f"C{number},x,{value}\n" for number, value in enumerate([*HARMLESS, *many])]
    path.write_text("No.,Name,Status\n" + "".join(rows), encoding="utf-8")
    assert crm.import_data(path, ignore=["*"]).new == len(rows)


@pytest.mark.parametrize(
    "inner",
    [
        {"privacyBlocked": True},
        {"name": "x", "mail": [{"optOut": 1}]},
        [["Do not contact"]],
    ],
    ids=str,
)
def test_what_excludes_somebody_within_a_value_is_not_passed_over(
    crm: seg.Workspace, tmp_path: Path, inner: object
) -> None:
    path = tmp_path / "contact.json"
    path.write_text(json.dumps([{"no": "C1", "settings": inner}]))
    assert faults_of(crm, path, ignore=["*"])[0].startswith("contact.json: settings: holds ")


def test_a_value_that_excludes_nobody_within_a_value_is_passed_over(
    crm: seg.Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "contact.json"
    inner = {"privacyBlocked": False, "optOut@odata.type": "x", "size": [1, None, "Gold"]}
    path.write_text(json.dumps([{"no": "C1", "settings": inner}]))
    assert crm.import_data(path, ignore=["*"]).new == 1


@pytest.mark.parametrize("form", ["csv", "json"])
def test_large_files_are_looked_at_too(crm: seg.Workspace, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"contact.{form}"
    rows: Sequence[Mapping[str, str]] = [
        {"No.": f"C{number}", "Status": "Blocked" if number == 7 else "Open"} for number in range(9)
    ]
    if form == "json":
        path.write_text(json.dumps(rows))
    else:
        lines = [f"{row['No.']},{row['Status']}\n" for row in rows]
        path.write_text("No.,Status\n" + "".join(lines))
    options = ImportOptions(ignore=["*"], rows_at_once=2)
    with pytest.raises(seg.Rejected) as caught:
        import_path(crm.context, path, options)
    assert [fault.field for fault in caught.value.faults] == ["Status"]
    assert not len(crm.contacts)


def test_frames_are_looked_at_too() -> None:
    frame = pl.DataFrame({"No.": ["C1", "C2"], "Points": [1, 2], "Status": ["Open", "Blocked"]})
    with pytest.raises(seg.Rejected) as caught:
        list(from_frame(frame, Contact, ignore="*"))
    (fault,) = caught.value.faults
    assert str(fault).startswith("frame of contact: Status: holds 'Blocked'")
    assert len(list(from_frame(frame, Contact, ignore=("*", "status")))) == 2
    assert len(list(from_frame(frame.head(1), Contact, ignore="*"))) == 1


# -- texts that hold more than they seem to -----------------------------------------------------


RECORD = "<Contact><No>C1</No>{}</Contact>"

PACKAGES = [
    "<PrivacyBlocked>Yes</PrivacyBlocked><PrivacyBlocked>No</PrivacyBlocked>",
    "<PrivacyBlocked><Value>Yes</Value></PrivacyBlocked>",
]


def package(record: str) -> bytes:
    """A configuration package with one contact."""
    text = f"<DataList><ContactList><TableID>5050</TableID>{record}</ContactList></DataList>"
    return text.encode("utf-16")


@pytest.mark.parametrize("fields", PACKAGES, ids=["twice", "nested"])
def test_a_field_of_a_package_is_one_text(crm: seg.Workspace, tmp_path: Path, fields: str) -> None:
    path = tmp_path / "contact.xml"
    path.write_bytes(package(RECORD.format(fields)))
    (said,) = faults_of(crm, path)
    assert "PrivacyBlocked of a record stands twice, or holds more than a text" in said


def test_what_follows_a_packed_package_is_not_dropped(crm: seg.Workspace, tmp_path: Path) -> None:
    path = tmp_path / "contact.rapidstart"
    packed = gzip.compress(package(RECORD.format("")))
    path.write_bytes(packed + packed)
    assert faults_of(crm, path) == [
        "contact.rapidstart: is no configuration package that can be read"
    ]
    path.write_bytes(packed + bytes(512))
    assert crm.import_data(path).new == 1


@pytest.mark.parametrize(
    "page",
    [
        {"links": {"next": "https://erp.example/2"}},
        {"_links": {"next": {"href": "https://erp.example/2"}}},
        {"@nextLink": "https://erp.example/2"},
        {"paging": {"self": "x", "nextPage": "https://erp.example/2"}},
    ],
    ids=str,
)
def test_a_next_page_is_known_wherever_it_is_named(
    crm: seg.Workspace, tmp_path: Path, page: Mapping[str, object]
) -> None:
    path = tmp_path / "contact.json"
    path.write_text(json.dumps({"value": [{"no": "C1"}], "meta": {"total": 1}, **page}))
    (said,) = faults_of(crm, path)
    assert "names a next page, https://erp.example/2;" in said


def test_rows_are_counted_however_their_number_is_told(crm: seg.Workspace, tmp_path: Path) -> None:
    path = tmp_path / "contact.json"
    path.write_text('{"@count": "2", "value": [{"no": "C1"}]}')
    assert faults_of(crm, path) == ["contact.json: says that there are 2 rows, and has 1"]


@pytest.mark.parametrize(
    "removed",
    [
        {"@odata.removed": {"reason": "deleted"}},
        {"@odata.context": "https://erp.example/$metadata#contacts/$deletedEntity"},
        {"@context": "#contacts/$deletedEntity"},
    ],
    ids=str,
)
def test_a_record_that_was_removed_is_none_that_comes(
    crm: seg.Workspace, tmp_path: Path, removed: Mapping[str, object]
) -> None:
    path = tmp_path / "contact.json"
    path.write_text(json.dumps({"value": [{"no": "C1"}, {"no": "C2", **removed}]}))
    (said,) = faults_of(crm, path)
    assert "row 2: says that the record was removed" in said


@pytest.mark.parametrize("name", ["Opt-out @ 2026", "privacyBlocked@x", "@optOut", "a@b"])
def test_a_name_with_an_at_sign_is_no_note_of_a_protocol(
    crm: seg.Workspace, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "contact.csv"
    path.write_text(f"No.,{name}\nC1,yes\n")
    (said,) = faults_of(crm, path)
    assert name in said


def test_half_a_character_is_no_text(crm: seg.Workspace, tmp_path: Path) -> None:
    path = tmp_path / "contact.json"
    path.write_text('[{"no": "C1", "name": "\\ud800"}]')
    (said,) = faults_of(crm, path)
    assert "holds a character that no database can keep" in said


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        *(("WAHR", "FALSCH"), ("SAND", "FALSK"), ("SANT", "FALSKT"), ("WAAR", "ONWAAR")),
        *(("VERDADERO", "FALSO"), ("VRAI", "FAUX"), ("VERO", "FALSO"), ("SANN", "USANN")),
        *(("Ja", "Nein"), ("Ja", "Nej"), ("Ja", "Nee"), ("Sí", "No"), ("Oui", "Non")),
    ],
)
def test_yes_and_no_are_read_as_spreadsheets_of_each_language_write_them(
    crm: seg.Workspace, tmp_path: Path, yes: str, no: str
) -> None:
    path = tmp_path / "contact.csv"
    path.write_text(f"No.,Privacy Blocked\nC1,{yes}\nC2,{no}\n", encoding="utf-8")
    crm.import_data(path)
    assert [each.privacy_blocked for each in crm.contacts] == [True, False]


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "x",
            "1.0",
            "2",
            "-1",
            "00",
            "null",
            "None",
            "n/a",
            "#N/A",
            "?",
            "-",
            "✓",
            "on",
            "y",
            "J",
        ),
        *("gesperrt", "Blocked", "yes no", "\u200byes", "\uff39\uff25\uff33", "nan"),
    ],
)
@pytest.mark.parametrize("form", ["csv", "json"])
def test_what_is_neither_yes_nor_no_is_never_no(
    crm: seg.Workspace, tmp_path: Path, cell: str, form: str
) -> None:
    path = tmp_path / f"contact.{form}"
    text = json.dumps([{"no": "C1", "privacyBlocked": cell}])
    path.write_text(text if form == "json" else f"No.,Privacy Blocked\nC1,{cell}\n", "utf-8")
    (said,) = faults_of(crm, path)
    assert said.endswith("is neither yes nor no")


# -- what goes out ------------------------------------------------------------------------------


def test_a_text_makes_no_row_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "Berg\rC9,Mallory\r=1+1"
    path, store = tmp_path / "contact.csv", str(tmp_path / "crm.db")
    with seg.Workspace.open(store, user="ANNA") as crm:
        crm.contacts.new(name, no="C1")
        crm.export_data(path)
    with seg.Workspace.open(user="ANNA") as other:
        other.import_data(path)
        assert [(each.no, each.name) for each in other.contacts] == [("C1", name)]
    assert main(["select", "--store", store, "--csv"]) == 0
    assert f'"{name}"' in capsys.readouterr().out
