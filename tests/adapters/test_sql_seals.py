"""Cards of contacts in a database: who changes one by hand is found out, with the field."""

import datetime as dt
import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest

import segmentation as seg
from segmentation.adapters.sqlalchemy._seals import field_changed, seal_of, seals_of
from segmentation.columns import gathered
from segmentation.command_line import main
from segmentation.contacts import Contact, ContactType
from segmentation.fields import Field, FieldType, fields_of
from support.databases import Database
from support.fair import NOW, TODAY

SAMPLE = Path(__file__).parents[1] / "samples" / "store-before-arms.db.gz"
FIELDS = [field for field in fields_of(Contact) if field.name not in Contact.__key__]
WRITTEN = dt.datetime(2026, 3, 1, 12, 0, 0, 123456, dt.timezone(dt.timedelta(hours=2)))


def filled(no: str, **fields: object) -> Contact:
    """A card with a value in every field."""
    values: dict[str, Any] = {field.name: _value(field) for field in FIELDS}
    return Contact(no=no, **values | fields)


def _value(field: Field) -> object:
    match field.type:
        case FieldType.BOOLEAN:
            return True
        case FieldType.OPTION:
            return list(field.options)[-1]
        case FieldType.DATETIME:
            return WRITTEN
        case _:
            return f"Ö {field.name} "


CARDS = (
    filled("A", extra={"points": Decimal("1.50"), "since": TODAY, "seen": WRITTEN, "vip": True}),
    filled("B", exclude_from_segment=False),
    Contact(no="C"),
)


@contextmanager
def workspace(database: Database) -> Iterator[seg.Workspace]:
    with seg.Workspace.open(database.open(), user="ANNA", today=TODAY, clock=lambda: NOW) as crm:
        yield crm


def audited(crm: seg.Workspace) -> list[str]:
    return [str(each) for each in crm.journal.audit()]


CHANGED = ": was changed otherwise than by the library"


def test_a_card_changed_by_hand_is_named_with_its_field(every_database: Database) -> None:
    """TRU-36: every type comes back from the database as it was sealed; a change by SQL is told."""
    with workspace(every_database) as crm:
        crm.store.records.put(CARDS)
        crm.contacts.exclude("C", "asked to")
        crm.store.records.put(gathered(Contact, [Contact(no=f"D{n}", name="Li") for n in range(9)]))
        assert audited(crm) == []
        edits = {
            "name = 'x' WHERE no = 'A'": [f"contact A{CHANGED} (name)"],
            "minor = false WHERE no = 'B'": [f"contact B{CHANGED} (minor)"],
            "last_modified = '2026-01-01 00:00:00' WHERE no = 'B'": [f"contact B{CHANGED}"],
            "exclude_from_segment = false WHERE no = 'C'": [
                "contact C differs (exclude_from_segment)"
            ],
            "seal = 'x' WHERE no = 'D0'": [f"contact D0{CHANGED}"],
            "seal = '' WHERE no = 'D1'": ["contact D1: has no seal, the library did not write it"],
            "no = 'D9' WHERE no = 'D2'": [f"contact D9{CHANGED} (no)"],
            "extra = '{}' WHERE no = 'A'": [f"contact A{CHANGED}"],
        }
        engine = every_database.engine()
        found: list[str] = []
        for edit, told in edits.items():
            with engine.begin() as connection:
                connection.exec_driver_sql(f"UPDATE contact SET {edit}")  # noqa: S608
            found = [each for each in found if each.split(":")[0] not in told[0]] + told
            assert sorted(audited(crm)) == sorted(found)
        engine.dispose()
        crm.journal.repair()
        assert crm.contacts["C"].exclude_from_segment
        crm.store.records.put(crm.contacts.get_many(["A", "B", "D0", "D1", "D9"]))
        assert audited(crm) == []


def test_any_one_field_is_found() -> None:
    """TRU-36: whichever field it is, of whatever it held."""
    card, blank = filled("A"), Contact(no="A")
    for field in FIELDS:
        for one, other in ((card, blank), (blank, card)):
            values: Any = {field.name: getattr(other, field.name)}
            changed = attrs.evolve(one, **values)
            assert field_changed(seal_of(one), changed) == field.name


def test_columns_are_sealed_as_single_cards_are() -> None:
    cards = [*CARDS[1:], filled("D", name="", type=ContactType.PERSON, last_modified=None)]
    assert list(seals_of(gathered(Contact, cards))) == list(map(seal_of, cards))
    assert list(seals_of(gathered(Contact, CARDS))) == list(map(seal_of, CARDS))
    assert list(seals_of(gathered(Contact, CARDS[:1]))) == [seal_of(CARDS[0])]


def test_what_cannot_be_read_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "crm.db"
    with seg.Workspace.open(path, user="ANNA", today=TODAY) as crm:
        crm.add(*(Contact(no=no, name="Li", company_no=no) for no in "ABCDE"))
        crm.contacts.exclude("D", "asked to")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE contact SET type = 'x' WHERE no = 'B'")
        connection.execute("UPDATE contact SET last_modified = 'x' WHERE no = 'C'")
        connection.execute("UPDATE contact SET name = CAST(X'FF00FE' AS TEXT) WHERE no = 'D'")
        connection.execute("UPDATE contact SET no = X'FF' WHERE no = 'E'")
    assert main(["journal", "audit", str(path)]) == 1
    said = capsys.readouterr()
    assert (said.out.splitlines(), said.err) == (
        [
            "contact B: cannot be read",
            "contact C: cannot be read",
            "contact D: cannot be read",
            "contact b'\\xff': was changed otherwise than by the library (no)",
            "findings: 4",
        ],
        "",
    )


def test_an_older_store_says_that_its_cards_have_no_seals(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "old.db"
    path.write_bytes(gzip.decompress(SAMPLE.read_bytes()))

    def said(*options: str, code: int = 0) -> str:
        assert main(["journal", "audit", str(path), *options]) == code
        return capsys.readouterr().out

    def edit(change: str) -> None:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(change)

    edit("UPDATE contact SET name = 'x' WHERE no = 'A'")
    assert said().startswith(
        "cards of contacts have no seals yet: --repair makes them\nall is well"
    )
    assert said("--repair") == "put right: 0\n"
    assert said().startswith("all is well")
    edit("UPDATE contact SET name = 'y' WHERE no = 'A'")
    named = "contact A: was changed otherwise than by the library (name)\n"
    assert said(code=1) == f"{named}findings: 1\n"
    left = "put right: 0\nto be looked at, and changed by the library: 1\n"
    assert said("--repair", code=1) == f"{named}{left}"
