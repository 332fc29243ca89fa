"""Files and records taken into SQLite, against csv and executemany by hand.

Run with ``python -m pytest tests/benchmarks/test_taking_in.py -s``; prints medians of the
processor's seconds of runs in turn, and ratios. By hand the same rows come into the same tables
with the same indexes: values are converted and nothing is checked. Nothing fails for being slow.
``SEGMENTATION_BENCHMARK_ROWS=150000`` takes the size of the goal; a file of 190 MB is
``SEGMENTATION_BENCHMARK_FILE_ROWS=1350000``.
"""

import csv
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import attrs
import pytest

import segmentation as seg
from segmentation.fields import Field, fields_of

ROWS = int(os.environ.get("SEGMENTATION_BENCHMARK_ROWS", "30000"))
FILE_ROWS = int(os.environ.get("SEGMENTATION_BENCHMARK_FILE_ROWS", "150000"))
RUNS = 3
COLUMNS = {
    "No.": "no",
    "Type": "type",
    "Name": "name",
    "First Name": "first_name",
    "Surname": "surname",
    "Company No.": "company_no",
    "Address": "address",
    "Post Code": "post_code",
    "City": "city",
    "Country/Region Code": "country_region_code",
    "Phone No.": "phone_no",
    "Email": "e_mail",
    "Salesperson Code": "salesperson_code",
    "Privacy Blocked": "privacy_blocked",
}
CITIES = ("Bern", "Basel", "Zürich", "Oslo", "København", "Lyon")
_TAKE_IN = """
import sys
from pathlib import Path
import segmentation as seg
crm = seg.Workspace.open(Path(sys.argv[2]))
print(crm.import_data(Path(sys.argv[1])).new)
crm.close()
"""


def rows(count: int) -> Iterator[Mapping[str, str]]:
    """Contacts as a file has them: one company to four persons, 3 % blocked."""
    company = ""
    for number in range(count):
        no, person = f"CT{number:07}", number % 5
        company = company if person else no
        first, surname = f"First{number % 997}", f"Lastname{number % 9973}"
        cells = (
            no,
            "Person" if person else "Company",
            f"{first} {surname}" if person else f"Company {number} Ltd.",
            first if person else "",
            surname if person else "",
            company,
            f"Street {number % 5000} {number % 99}",
            f"{1000 + number % 9000}",
            CITIES[number % 6],
            ("CH", "DK", "NO", "FR")[number % 4],
            f"+41 31 {number % 1000:03} {number % 100:02} {number % 97:02}",
            f"user{number}@example.org",
            ("JO", "EH", "BC")[number % 3],
            "no" if number % 33 else "yes",
        )
        yield dict(zip(COLUMNS, cells, strict=True))


def contact(row: Mapping[str, str]) -> seg.Contact:
    """A contact as a program would make it of a row."""
    given: dict[str, Any] = {name: row[column] for column, name in COLUMNS.items()}
    given["privacy_blocked"] = given["privacy_blocked"] == "yes"
    return seg.Contact(**given | {"type": row["Type"].lower()})


def written(path: Path, count: int) -> Path:
    """A file of so many contacts."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows(count))
    return path


def seconds(work: Callable[[], object]) -> float:
    start = process_time()
    work()
    return process_time() - start


def opened(path: Path) -> seg.Workspace:
    path.unlink(missing_ok=True)
    return seg.Workspace.open(path, user="ANNA", today=date(2026, 11, 22))


def compared(what: str, ours: Callable[[], float], theirs: Callable[[], float]) -> None:
    pairs = [(ours(), theirs()) for _ in range(RUNS)]
    mine, hand = (median(each) for each in zip(*pairs, strict=True))
    print(f"\n{what}: {mine:.2f} s, by hand {hand:.2f} s: {mine / hand:.2f} times")


def by_hand(contacts: Iterator[Mapping[str, str]], base: sqlite3.Connection) -> None:
    """Convert rows, look up their companies, fill in what is blank, and insert all."""
    names = [field.name for field in fields_of(seg.Contact)]
    blank: dict[str, Any] = {field.name: field.blank for field in fields_of(seg.Contact)}
    companies: dict[str, str] = {}

    def values() -> Iterator[tuple[Any, ...]]:
        for row in contacts:
            made = blank | {name: row[column] for column, name in COLUMNS.items()}
            made["type"] = row["Type"].lower()
            made["no"], made["company_no"] = row["No."].upper(), row["Company No."].upper()
            made["privacy_blocked"] = int(row["Privacy Blocked"] == "yes")
            made["search_name"] = row["Name"].upper()
            if made["type"] == "company":
                companies[made["no"]] = row["Name"]
            made["company_name"] = companies.get(made["company_no"], "")
            own = {"points": int(row["points"]), "shoe": row["shoe"]} if "points" in row else {}
            yield (*(made[name] for name in names), json.dumps(own) if own else "{}")

    places = ", ".join("?" * (len(names) + 1))
    with base:
        base.executemany(
            f"INSERT INTO contact ({', '.join(names)}, extra) VALUES ({places})",  # noqa: S608
            values(),
        )


def inserted(path: Path, contacts: Callable[[], Iterator[Mapping[str, str]]]) -> float:
    """The seconds that it takes by hand."""
    opened(path).close()
    base = sqlite3.connect(path)
    try:
        return seconds(lambda: by_hand(contacts(), base))
    finally:
        base.close()


def test_a_file_of_contacts(tmp_path: Path) -> None:
    source = written(tmp_path / "contact.csv", ROWS)

    def ours() -> float:
        with opened(tmp_path / "ours.db") as crm:
            return seconds(lambda: crm.import_data(source))

    def read() -> Iterator[Mapping[str, str]]:
        with source.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)

    compared(f"import of {ROWS:,} rows", ours, lambda: inserted(tmp_path / "hand.db", read))


def test_contacts_made_in_python(tmp_path: Path) -> None:
    count = ROWS // 3
    made = [contact(row) for row in rows(count)]

    def ours() -> float:
        with opened(tmp_path / "ours.db") as crm:
            return seconds(lambda: crm.add(*made))

    compared(
        f"add of {count:,} contacts",
        ours,
        lambda: inserted(tmp_path / "hand.db", lambda: rows(count)),
    )


def test_contacts_with_own_fields(tmp_path: Path) -> None:
    count = ROWS // 3
    made = [
        attrs.evolve(contact(row), extra={"points": int(row["points"]), "shoe": row["shoe"]})
        for row in with_own_fields(rows(count))
    ]

    def ours() -> float:
        with opened(tmp_path / "ours.db") as crm:
            crm.tables.define("contact", Field("points", "integer"), Field("shoe", "text", 20))
            return seconds(lambda: crm.add(*made))

    compared(
        f"add of {count:,} contacts with two own fields",
        ours,
        lambda: inserted(tmp_path / "hand.db", lambda: with_own_fields(rows(count))),
    )


def with_own_fields(contacts: Iterable[Mapping[str, str]]) -> Iterator[Mapping[str, str]]:
    for number, row in enumerate(contacts):
        yield {**row, "points": f"{number % 5000}", "shoe": f"Brand {number % 40}"}


def test_interactions_in_one_call(tmp_path: Path) -> None:
    count = ROWS // 15
    kept = tmp_path / "ours.db"

    def ours() -> float:
        with opened(kept) as crm:
            crm.add(*(seg.Contact(no=f"CT{number:07}") for number in range(count)))
            crm.tables["salesperson_purchaser"].new("JO")
            crm.templates.new("CALL", description="Call")
            drafts = [
                crm.interactions.draft(
                    f"CT{n:07}",
                    interaction_template_code="CALL",
                    salesperson_code="JO",
                    correspondence_type="hard_copy",
                )
                for n in range(count)
            ]
            return seconds(lambda: crm.interactions.create_many(drafts))

    def theirs() -> float:
        source, target = sqlite3.connect(kept), sqlite3.connect(tmp_path / "hand.db")
        try:
            tables = ("journal", "interaction_log_entry")
            for name in tables:
                target.execute(f"DROP TABLE IF EXISTS {name}")
                made = source.execute(
                    "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql > '' "
                    "AND type <> 'trigger'",
                    (name,),
                )
                for (text,) in made:
                    target.execute(text)
            found = {n: source.execute(f"SELECT * FROM {n}").fetchall() for n in tables}  # noqa: S608
            return seconds(lambda: _insert_all(target, found))
        finally:
            source.close()
            target.close()

    compared(f"{count:,} interactions in one call", ours, theirs)


def _insert_all(target: sqlite3.Connection, found: Mapping[str, list[tuple[Any, ...]]]) -> None:
    with target:
        for name, items in found.items():
            places = ", ".join("?" * len(items[0]))
            target.executemany(f"INSERT INTO {name} VALUES ({places})", items)  # noqa: S608


@pytest.mark.parametrize("order", ["companies first", "persons first"])
def test_memory_of_a_large_file(tmp_path: Path, order: str) -> None:
    source = written(tmp_path / "contact.csv", FILE_ROWS)
    if order == "persons first":
        with source.open(encoding="utf-8") as file:
            header, *lines = file
        with source.open("w", encoding="utf-8") as file:
            file.writelines([header, *reversed(lines)])
        del lines
    command = [sys.executable, "-c", _TAKE_IN, str(source), str(tmp_path / "ours.db")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    size, most = source.stat().st_size / 1e6, used.ru_maxrss * 1024 / 1e6
    print(
        f"\n{size:.0f} MB, {order}: {most:.0f} MB of memory, {used.ru_utime + used.ru_stime:.1f} s"
    )
    assert not process.returncode
