"""Large files: taken in by batches they give what they give as a whole."""

import datetime as dt
import gzip
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import segmentation as seg
from segmentation.adapters.openpyxl import read_workbook
from segmentation.contacts import Contact
from segmentation.errors import InvalidValue, Rejected
from segmentation.fields import Field
from segmentation.journal import to_line
from segmentation.operations.data import (
    ImportOptions,
    RawRow,
    SourceFile,
    import_files,
    import_path,
    read_rows,
)
from segmentation.operations.data._raw import Pages
from segmentation.operations.schema import kinds_in
from support.sheets import make_package, make_workbook

WHOLE = 1_000_000
NOW = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)


def opened(store: str | Path = ":memory:") -> seg.Workspace:
    """A store with codes, own fields, a table of orders, and somebody who is excluded."""
    crm = seg.Workspace.open(
        store, user="ANNA", today=NOW.date(), clock=lambda: NOW, random_bytes=lambda: bytes(32)
    )
    crm.tables["country_region"].new("DK")
    crm.tables["mailing_group"].new("NEWS")
    crm.tables["purpose"].new("SALES")
    crm.tables.define("contact", Field("points", "integer"), Field("nick", "text", length=5))
    crm.tables.define(
        "orders",
        Field("order_no", "integer"),
        Field("contact_no", "code", length=20),
        Field("amount", "decimal"),
        Field("day", "date"),
        key="order_no",
        link="contact_no",
    )
    crm.add(
        Contact(no="C0", name="Before & Co"),
        Contact(no="P0", type="person", name="Here Before", company_no="C0"),
        seg.ContactMailingGroup(contact_no="P0", mailing_group_code="NEWS"),
    )
    crm.contacts.exclude("P0", "asked")
    return crm


def outcome(
    files: Mapping[str, str],
    rows_at_once: int,
    folder: Path,
    store: str | Path = ":memory:",
    **options: Any,  # noqa: ANN401 - of any option
) -> Mapping[str, object]:
    """All that an import tells, and all that the store holds afterwards."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    with opened(store) as crm:
        told = ImportOptions(rows_at_once=rows_at_once, **options)
        said: dict[str, object] = {}
        try:
            imported = import_path(crm.context, [folder / name for name in files], told)
        except Rejected as rejected:
            said["faults"] = [str(each) for each in rejected.faults]
        else:
            said = dict(seg.to_plain(imported)) | {
                name: {str(each) for each in getattr(imported, name)}
                for name in ("changes", "held", "normalized")
            }
        records = crm.store.records
        kinds = kinds_in(crm.store)
        said |= {name: sorted(map(repr, records.all(kind))) for name, kind in kinds.items()}
        said["journal"] = [to_line(entry) for entry in crm.store.log.read()]
        crm.journal.verify()
        return said


def csv(header: str, *rows: str) -> str:
    return "\n".join([header, *rows]) + "\n"


PEOPLE = "No.,Type,Name,First Name,Surname,Company No.,City,Country/Region Code,Points,Nick"
SOUND = {
    "companies first": {
        "contact.csv": csv(
            PEOPLE,
            "c1,Company,Berg & Co,,,,Bern,dk,,",
            "P1,Person,,Anna,Berg,C1,'=Bern,DK,12,Å",
            "P2,person,Bo,,,,Zürich,,,e\u0301",
            "P3,Person,Cleo,,,c0,,DK,7,",
        )
    },
    "persons first": {
        "contact.csv": csv(
            PEOPLE,
            "P1,Person,Anna,,,C1,,,,",
            "P0,Person,Here Now,,,C1,,,,",
            "P2,Person,Bo,,,C2,,,,",
            "C2,Company,Two,,,C2,,,,",
            "P4,Person,Eva,,,C0,,,3,",
            "C1,,One,,,,,,,",
        )
    },
    "somebody is changed, and stays excluded": {
        "contact.csv": csv(
            "No.,Name,Exclude from Segment,Last Modified Date Time",
            "P0,Here Before,no,2026-11-01T08:00:00Z",
            "C0,After & Co,no,2026-11-02T08:00:00Z",
            "C9,New,yes,",
            "C8,New,no,",
        )
    },
    "rows of all kinds": {
        "contact.csv": csv("No.,Type", "A,Person", "B,Person", "C,Company"),
        "contact_mailing_group.csv": csv(
            "Contact No.,Mailing Group Code", "A,NEWS", "B,NEWS", "P0,news", "C,NEWS"
        ),
        "orders.csv": csv(
            "order_no,contact_no,amount,day",
            "3,A,1.50,30.11.2026",
            "1,B,,2026-01-01",
            "2,A,7,",
        ),
        "contact_alt_address.csv": csv(
            "Contact No.,Code,City,Starting Date", "A,HOME,Bern,", "A,WORK,Basel,1.2.2026"
        ),
        "contact_business_relation.csv": csv(
            "Contact No.,Business Relation Code,No.,Link to Table", "C,CUST,K1,Customer"
        ),
        "business_relation.csv": csv("Code", "CUST"),
        "interaction_log_entry.csv": csv(
            "Entry No.,Contact No.,Date,Canceled", "9,A,2026-01-02,no", "8,B,2026-01-01,yes"
        ),
        "consent.csv": csv(
            "Contact No.,Purpose Code,Channel,Act,Date",
            "A,SALES,email,given,2026-11-01T10:00:00Z",
        ),
    },
    "texts that are out of the ordinary": {
        "contact.csv": csv(
            "No.,Name,City",
            "A,Cafe\u0301,Bern",
            "B,Caf\u00e9",
            "",
            "E,F\u00e9e,Thu\u0301n",
            'C,"Two\nlines",Basel',
            "D,,Bern",
        )
    },
}
FAULTY = {
    "a number twice, far apart": csv("No.,Name", "A,x", "B,x", "C,x", "D,x", "A,y"),
    "a number twice, side by side": csv("No.,Name", "A,x", "B,x", "C,x", "C,y"),
    "a blank number": csv("No.,Name", "A,x", '" ",x', "C,x"),
    "a NUL": csv("No.,Name", "A,x", "B,x\0", "C,x"),
    "a company that is nowhere": csv("No.,Type,Company No.", "A,Person,X", "B,Person,", "C,,"),
    "a company that is a person": csv("No.,Type,Company No.", "A,Person,B", "C,,", "B,Person,"),
    "a company of another": csv("No.,Type,Company No.", "A,Company,B", "C,,", "B,,"),
    "cells that do not fit": csv("No.,Type,Points", "A,persn,", "B,,many", "C,,", ",,1"),
    "a country that is not there": csv("No.,Country/Region Code", "A,DK", "B,DK", "C,XX"),
    "too long a number": csv("No.,Name", "A,x", "B,x", f"{'C' * 21},x"),
    "a column that is none": csv("No.,Shoe", "A,x", "B,x", "C,x"),
    "no sound CSV": csv("No.,Name", "A,x", "B,x", 'C,"x'),
}


@pytest.mark.parametrize("mode", ["update", "replace"])
@pytest.mark.parametrize("rows_at_once", [1, 2])
@pytest.mark.parametrize("case", SOUND)
def test_batches_give_what_the_whole_gives(
    tmp_path: Path, case: str, rows_at_once: int, mode: str
) -> None:
    whole = outcome(SOUND[case], WHOLE, tmp_path, mode=mode)
    assert "faults" not in whole
    assert outcome(SOUND[case], rows_at_once, tmp_path, mode=mode) == whole


@pytest.mark.parametrize("case", SOUND)
def test_batches_are_the_same_in_a_database(tmp_path: Path, case: str) -> None:
    whole = outcome(SOUND[case], WHOLE, tmp_path)
    assert outcome(SOUND[case], 2, tmp_path, tmp_path / "crm.db") == whole


@pytest.mark.parametrize("option", ["dry_run", "lift_exclusions"])
def test_batches_keep_to_what_is_asked(tmp_path: Path, option: str) -> None:
    files = SOUND["somebody is changed, and stays excluded"]
    asked: dict[str, Any] = {option: True}
    whole = outcome(files, WHOLE, tmp_path, **asked)
    assert whole["dry_run"] is (option == "dry_run")
    assert outcome(files, 1, tmp_path, **asked) == whole


MIRRORED = SOUND | {
    "contacts go, and who has persons stays": {
        "contact.csv": csv("No.,Type,Company No.", "P0,Person,C0", "P1,Person,C1", "C1,,")
    },
    "nobody but one": {"contact.csv": csv("No.", "C1", "C2")},
    "rows go": {
        "contact_mailing_group.csv": csv("Contact No.,Mailing Group Code", "C0,NEWS", "C0,OLD"),
        "mailing_group.csv": csv("Code", "OLD", "NEW", "NEWS"),
    },
    "nothing but a header": {"contact.csv": csv("No."), "mailing_group.csv": csv("Code", "A", "B")},
}


@pytest.mark.parametrize("with_history", [False, True])
@pytest.mark.parametrize("case", MIRRORED)
def test_a_mirror_by_batches_takes_away_the_same(
    tmp_path: Path, case: str, with_history: bool
) -> None:
    asked: dict[str, Any] = {"mode": "mirror", "with_history": with_history}
    whole = outcome(MIRRORED[case], WHOLE, tmp_path, **asked)
    assert outcome(MIRRORED[case], 1, tmp_path, **asked) == whole
    assert outcome(MIRRORED[case], 2, tmp_path, tmp_path / "crm.db", **asked) == whole


DELETED = MIRRORED | {
    "all that is there": {"contact.csv": csv("No.", "P0", "X", "C0", "P0")},
    "a time of a change": {"contact.csv": csv("No.,SystemModifiedAt", "X,2026-11-29T08:00:00Z")},
    "rows of a table of the host": {"orders.csv": csv("order_no", "1", "2", "1")},
    "what cannot be read": {"contact.csv": csv("No.,Points", "P0,1", "C0,many")},
    "what may exclude somebody": {"contact.csv": csv("No.,Shoe", "P0,8", "X,do not contact")},
    "a column that is passed over": {"contact.csv": csv("No.,Shoe", "P0,8", "X,9")},
}


@pytest.mark.parametrize("case", DELETED)
def test_files_of_deleted_keys_by_batches_take_away_the_same(tmp_path: Path, case: str) -> None:
    asked: dict[str, Any] = {"mode": "delete", "with_history": True, "ignore": "*"}
    whole = outcome(DELETED[case], WHOLE, tmp_path, **asked)
    assert outcome(DELETED[case], 1, tmp_path, **asked) == whole


def test_mapped_files_come_by_batches_too(tmp_path: Path) -> None:
    rows = ["p1,Aurora,True,,NEWS", "p2,Roger,,p1,", "p3,Berta,,p9,NEWS", "p9,Firm,True,,NEWS"]
    header = "id,name,is_company,parent_id/id,category_id"
    files = {"res.partner.csv": csv(header, *rows)}
    whole = outcome(files, WHOLE, tmp_path, map="odoo")
    assert whole["new"] == 7
    assert outcome(files, 1, tmp_path, map="odoo") == whole


def test_many_different_days_are_read_as_few_are(tmp_path: Path) -> None:
    first = dt.date(2020, 1, 1)
    days = [first + dt.timedelta(days=number) for number in range(2_400)]
    rows = [f"{number},P0,{day}" for number, day in enumerate(days, start=1)]
    files = {"orders.csv": csv("order_no,contact_no,day", *rows)}
    assert outcome(files, 1_100, tmp_path) == outcome(files, WHOLE, tmp_path)


def test_more_companies_than_are_remembered_give_the_same(tmp_path: Path) -> None:
    companies = [f"C{number},Company,Firm {number}," for number in range(100)]
    persons = [f"P{number},Person,Anna,C{number}" for number in range(0, 100, 20)]
    files = {"contact.csv": csv("No.,Type,Name,Company No.", *companies, *persons)}
    assert outcome(files, 1, tmp_path) == outcome(files, WHOLE, tmp_path)


@pytest.mark.parametrize("case", FAULTY)
def test_all_faults_are_told_and_nothing_is_taken_in(tmp_path: Path, case: str) -> None:
    files = {"contact.csv": FAULTY[case]}
    whole = outcome(files, WHOLE, tmp_path)
    assert whole["faults"]
    assert outcome(files, 1, tmp_path) == whole
    assert outcome(files, 2, tmp_path, tmp_path / "crm.db") == whole


def test_rows_that_refer_to_nothing_are_told(tmp_path: Path) -> None:
    rows = csv("contact_no,mailing_group_code", "P0,NEWS", "C0,NEWS", "X,NEWS", "P0,Y")
    whole = outcome({"contact_mailing_group.csv": rows}, WHOLE, tmp_path)
    assert len(str(whole["faults"]).split("there is no")) == 3
    assert outcome({"contact_mailing_group.csv": rows}, 1, tmp_path) == whole
    lost = csv("interaction_template_code,attachment", "A,gone.txt", "B,gone.txt")
    whole = outcome({"interaction_tmpl_language.csv": lost}, WHOLE, tmp_path)
    assert outcome({"interaction_tmpl_language.csv": lost}, 1, tmp_path) == whole


def test_pages_and_json_come_by_batches_too(tmp_path: Path) -> None:
    files = {
        "contact.1.csv": csv("No.,Type,Company No.", "A,Person,C", "B,Person,"),
        "contact.2.csv": csv("Type,No.,Name", "Company,C,Berg & Co", "Person,D,Bo"),
    }
    assert outcome(files, 1, tmp_path) == outcome(files, WHOLE, tmp_path)
    rows = [f'{{"no": "{no}", "type": "person", "company_no": "C"}}' for no in "AB"]
    files = {"contact.json": f'[{", ".join(rows)}, {{"no": "C"}}]'}
    assert outcome(files, 1, tmp_path) == outcome(files, WHOLE, tmp_path)


@pytest.mark.parametrize("ending", [".xml", ".rapidstart", ".xlsx"])
def test_large_workbooks_and_packages_come_in_as_csv_does(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segmentation.operations.data._packed._AT_ONCE", 3)
    header = ("No.", "Type", "Name", "Company No.", "Points")
    rows = [(f"N{n}", "Person", f"Anna {n}", f"N{n + 1}", f"{n}") for n in range(0, 22, 2)]
    rows += [(f"N{n}", "Company", f"Berg {n}", "", "") for n in range(1, 22, 2)]
    wanted = _contacts_in(_written(tmp_path / "contact.csv", header, rows), WHOLE)
    path = _written(tmp_path / f"contact{ending}", header, rows)
    assert len(wanted) == 24
    assert _contacts_in(path, 7) == wanted
    assert _contacts_in(path, WHOLE) == wanted


def _contacts_in(path: Path, rows_at_once: int) -> Sequence[Contact]:
    told = ImportOptions(rows_at_once=rows_at_once, read_workbook=read_workbook)
    with opened() as crm:
        import_path(crm.context, path, told)
        return [*crm.contacts]


def _written(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    """The same rows as a file of any kind."""
    if path.suffix == ".csv":
        path.write_text(csv(*map(",".join, (header, *rows))), encoding="utf-8")
        return path
    if path.suffix == ".xlsx":
        return make_workbook(path, contact=[header, *rows])
    names = [name.replace(" ", "").replace(".", "") for name in header]
    make_package(path, Contact=[dict(zip(names, row, strict=True)) for row in rows])
    if path.suffix == ".rapidstart":
        path.write_bytes(gzip.compress(path.read_bytes()))
    return path


@pytest.mark.parametrize("ending", ["xml", "xlsx"])
def test_a_file_that_is_gone_when_it_is_read_is_a_fault(tmp_path: Path, ending: str) -> None:
    name = f"contact.{ending}"
    gone = SourceFile(name, b"", path=tmp_path / name)
    with opened() as crm, pytest.raises(Rejected) as caught:
        import_files(crm.context, [gone], attached=bytes.fromhex)
    assert str(caught.value.faults[0]) == f"{name}: cannot be read: No such file or directory"


_NOS = st.sampled_from(["A", "b", "C0", "P0", "D", "E", " f "])
_ROWS = st.lists(
    st.tuples(
        _NOS,
        st.sampled_from(["Person", "Company", ""]),
        st.sampled_from(["", "Anna", "Å", "'+1", "e\u0301"]),
        st.sampled_from(["", "", "A", "C0", "D", "P0"]),
        st.sampled_from(["", "DK", "dk", "SE"]),
        st.sampled_from(["", "1", "x"]),
    ).map(",".join),
    min_size=3,
    max_size=6,
    unique_by=lambda row: row.partition(",")[0],
)


@settings(max_examples=40)
@given(rows=_ROWS, rows_at_once=st.integers(1, 3))
def test_any_file_gives_the_same_by_batches(rows: Iterable[str], rows_at_once: int) -> None:
    header = "No.,Type,Name,Company No.,Country/Region Code,Points"
    with TemporaryDirectory() as folder:
        files = {"contact.csv": csv(header, *rows)}
        whole = outcome(files, WHOLE, Path(folder))
        assert outcome(files, rows_at_once, Path(folder)) == whole


def test_a_file_that_changes_while_it_is_read_is_not_taken_in(tmp_path: Path) -> None:
    path = tmp_path / "contact.csv"
    path.write_text("No.\nA\nB\nC\n")

    def add_a_row(_progress: object) -> None:
        path.write_text("No.\nA\nB\nC\nD\n")

    with opened() as crm:
        options = ImportOptions(rows_at_once=1, on_progress=add_a_row)
        path.write_text("No.,Type,Company No.\nA,Person,C\nB,Person,\nC,,\n")
        with pytest.raises(Rejected, match="was changed while it was read; take it in again"):
            import_path(crm.context, path, options)
        assert [contact.no for contact in crm.contacts] == ["C0", "P0"]


def test_what_is_asked_of_rows_by_their_place_comes_of_all_pages() -> None:
    rows = Pages([[RawRow("1", {})], Pages([[RawRow("2", {})]])])
    assert (rows[0].place, [row.place for row in rows[-1:]], len(rows)) == ("1", ["2"], 2)


def test_a_file_that_cannot_be_read_any_more_is_a_fault(tmp_path: Path) -> None:
    gone = SourceFile("contact.csv", b"", path=tmp_path / "contact.csv")
    table, (fault,) = read_rows(gone)
    assert not table.rows
    assert str(fault) == "contact.csv: cannot be read: No such file or directory"


def test_a_batch_has_a_row_at_least() -> None:
    with pytest.raises(InvalidValue, match="rows_at_once: 0 is less than 1"):
        ImportOptions(rows_at_once=0)
