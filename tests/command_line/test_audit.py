"""The command `journal audit`: whatever somebody edits in the database file is found and named."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

import pytest

import segmentation as seg
from segmentation.adapters.sqlalchemy import open_store
from segmentation.code_tables import Purpose
from segmentation.command_line import main
from segmentation.contacts import Contact
from segmentation.journal import Head
from support.desk import make_desk, segment_of
from support.fair import TODAY, person

Edit: TypeAlias = Callable[[sqlite3.Connection], object]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a journal of 30 entries: 5 a talk, 6 a comment on it, 7 and 9 emptied."""
    path = tmp_path_factory.mktemp("audit") / "crm.db"
    with make_desk(person("LQ", "SHOP", salesperson_code="JO"), store=open_store(path)) as crm:
        segment_of(crm, "ANNA", "BO", template="LETTER", campaign="SALE").log()
        talk(crm, "ANNA", "Of trains")
        crm.interactions.comment(5, "Well")
        talk(crm, "LQ", "Of ships")
        talk(crm, "BO", "Of cars")
        crm.interactions.comment(7, "Of ships again")
        for number in range(10, 26):
            talk(crm, "BO", f"Talk {number}")
        crm.contacts.erase("LQ")
        crm.contacts.exclude("ANNA", "asked to")
        crm.store.records.put([Purpose(code="NEWS", needs_consent=True)])
        crm.consents.give("BO", purpose_code="NEWS", channel="email", until=TODAY)
        talk(crm, "BO", "Talk 29")
        talk(crm, "CARL", "Talk 30")
        assert len(crm.journal) == 30
        assert [entry.number for entry in crm.journal if entry.erased] == [7, 9]
        assert crm.journal.audit(kept=crm.journal.head) == []
    return path


def talk(crm: seg.Workspace, no: str, text: str) -> None:
    crm.interactions.create(no, interaction_template_code="TALK", description=text)


@pytest.fixture
def store(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(original, tmp_path / "crm.db"))


@pytest.fixture(scope="module")
def head(original: Path) -> str:
    with seg.Workspace.open(original) as crm:
        return f"{crm.journal.head.number}:{crm.journal.head.sha256}"


def edit(path: Path, *edits: str | Edit) -> None:
    """Edit the file with the guards put back afterwards."""
    with closing(sqlite3.connect(path)) as connection, connection:
        guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        kept = dict(guards.fetchall())
        for name in kept:
            connection.execute(f"DROP TRIGGER {name}")
        for each in edits:
            connection.execute(each) if isinstance(each, str) else each(connection)
        for statement in kept.values():
            connection.execute(statement)


def edit_entry(path: Path, cell: str, number: int = 5) -> None:
    edit(path, f"UPDATE journal SET {cell} WHERE number = {number}")  # noqa: S608 - of this file


Audit: TypeAlias = Callable[..., list[str]]


@pytest.fixture
def audit(store: Path, capsys: pytest.CaptureFixture[str]) -> Audit:
    """What the command says of the store, which must have findings and stays as it is."""

    def run(*options: str) -> list[str]:
        before = store.read_bytes()
        capsys.readouterr()
        code = main(["journal", "audit", str(store), *options])
        said = capsys.readouterr()
        lines = said.out.splitlines()
        assert (code, said.err) == (1, "")
        assert lines[-1] == f"findings: {len(lines) - 1}"
        assert store.read_bytes() == before
        assert [path.name for path in store.parent.iterdir()] == ["crm.db"]
        return lines[:-1]

    return run


def sealed(connection: sqlite3.Connection, first: int, last: int) -> None:
    """Work the hashes of entries out anew."""
    for number in range(first, last + 1):
        connection.row_factory = sqlite3.Row
        row = dict(
            connection.execute("SELECT * FROM journal WHERE number = ?", [number]).fetchone()
        )
        if number > first:
            query = "SELECT sha256 FROM journal WHERE number = ?"
            (row["previous"],) = connection.execute(query, [number - 1]).fetchone()
        names = "number", "at", "user", "kind", "facts", "personal_sha256", "previous"
        digest = hashlib.sha256("\n".join(str(row[name]) for name in names).encode()).hexdigest()
        change = "UPDATE journal SET previous = ?, sha256 = ? WHERE number = ?"
        connection.execute(change, [row["previous"], digest, number])


ENTRY = "journal entry"


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("at = 'garbage'", [f"{ENTRY} 5: its time cannot be read"]),
        ("at = '2026-13-45T09:30:00.000000+00:00'", [f"{ENTRY} 5: its time cannot be read"]),
        ("at = 7", [f"{ENTRY} 5: its time cannot be read"]),
        ("personal = X'FF00FE'", [f"{ENTRY} 5: its personal content cannot be read"]),
        ("personal = CAST(X'FF00FE' AS TEXT)", [f"{ENTRY} 5: its personal content cannot be read"]),
        ("personal = '{}'", [f"{ENTRY} 5: its personal content was changed"]),
        ("facts = '{'", [f"{ENTRY} 5: its content was changed"]),
        ("facts = X'00'", [f"{ENTRY} 5: its facts cannot be read"]),
        ("user = 'EVE'", [f"{ENTRY} 5: its content was changed"]),
        ("user = X'00'", [f"{ENTRY} 5: its content was changed"]),
        ("kind = 'nothing'", [f"{ENTRY} 5: its content was changed"]),
        (
            "number = 'x'",
            [f"{ENTRY} 5: is missing", "journal row 'x': bears no number of an entry"],
        ),
        (f"previous = '{'0' * 64}'", [f"{ENTRY} 5: its content was changed"]),
        ("sha256 = '00'", [f"{ENTRY} 5: its content was changed"]),
    ],
)
def test_a_changed_cell_of_the_journal_is_named(
    store: Path, head: str, audit: Audit, cell: str, found: list[str]
) -> None:
    """TRU-31."""
    edit_entry(store, cell)
    assert audit("--head", head) == found
    assert audit() == found


def test_verifying_names_an_unreadable_entry_as_well(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """TRU-31, with the command `journal verify`, which stops at the first."""
    edit_entry(store, "at = 'garbage'")
    assert main(["journal", "verify", str(store)]) == 1
    said = capsys.readouterr().err
    assert said == "segmentation: journal entry 5: its time cannot be read\n"


def test_a_text_that_is_no_text_does_not_verify(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(store, "UPDATE journal SET personal = X'FF00FE' WHERE number = 5")
    assert main(["journal", "verify", str(store)]) == 1
    assert "journal entry 5: its content was changed" in capsys.readouterr().err


def test_texts_that_went_without_an_erasure_are_named(store: Path, head: str, audit: Audit) -> None:
    """TRU-32: one, then all, be the erasing table filled or not; 7 and 9 are none."""
    missing = "its personal content is missing without an erasure"
    edit(store, "UPDATE journal SET personal = NULL WHERE number = 5")
    assert audit("--head", head) == [f"{ENTRY} 5: {missing}"]
    with seg.Workspace.open(store) as crm:
        had = [entry.number for entry in crm.journal if entry.personal_sha256]
    edit(store, "UPDATE journal SET personal = NULL")
    named = [f"{ENTRY} {number}: {missing}" for number in had if number not in {7, 9}]
    assert len(named) > 20
    assert audit("--head", head) == named
    edit(store, "INSERT INTO journal_erasing SELECT number FROM journal")
    opened = "table journal_erasing: lets personal content be removed"
    assert audit("--head", head) == [*named, opened]


def test_an_erased_text_that_came_back_is_named(store: Path, audit: Audit) -> None:
    text = '{"text":"back again"}'
    digest = hashlib.sha256(text.encode()).hexdigest()
    edit_entry(store, f"personal = '{text}', personal_sha256 = '{digest}'", 7)
    edit(store, lambda connection: sealed(connection, 7, 30))
    assert f"{ENTRY} 7: its personal content is there, though it was erased" in audit()


def change_facts(connection: sqlite3.Connection) -> None:
    (facts,) = connection.execute("SELECT facts FROM journal WHERE number = 5").fetchone()
    changed = json.dumps({**json.loads(facts), "evaluation": "positive"})
    connection.execute("UPDATE journal SET facts = ? WHERE number = 5", [changed])


def test_hashes_that_were_worked_out_anew_are_found_out(
    store: Path, head: str, audit: Audit
) -> None:
    """TRU-33."""
    edit(store, change_facts, lambda connection: sealed(connection, 5, 5))
    record = "interaction_log_entry 5 differs (evaluation)"
    chain = f"{ENTRY} 6: does not name the hash of the entry before it"
    assert audit("--head", head) == [chain, record]
    edit(store, lambda connection: sealed(connection, 5, 30))
    other = f"{ENTRY} 30: has another hash than the head kept elsewhere"
    assert audit("--head", head)[:2] == [other, record]
    assert audit()[0] == record


SWAP = (
    "UPDATE journal SET number = 99 WHERE number = 10",
    "UPDATE journal SET number = 10 WHERE number = 11",
    "UPDATE journal SET number = 11 WHERE number = 99",
)
COPY = (
    "INSERT INTO journal SELECT 31, at, user, kind, facts, personal, personal_sha256,"
    " previous, sha256 FROM journal WHERE number = 30"
)


@pytest.mark.parametrize(
    ("edits", "found"),
    [
        (
            ["DELETE FROM journal WHERE number > 28"],
            [f"{ENTRY} 29: is missing", f"{ENTRY} 30: is missing"],
        ),
        (["DELETE FROM journal WHERE number = 10"], [f"{ENTRY} 10: is missing"]),
        (SWAP, [f"{ENTRY} 10: its content was changed", f"{ENTRY} 11: its content was changed"]),
        ([COPY], [f"{ENTRY} 31: its content was changed"]),
    ],
)
def test_rows_that_went_came_or_moved_are_named(
    store: Path, head: str, audit: Audit, edits: list[str], found: list[str]
) -> None:
    """TRU-34."""
    edit(store, *edits)
    assert audit("--head", head) == found


def test_entries_cut_off_are_found_by_what_they_recorded(store: Path, audit: Audit) -> None:
    """TRU-34, without a kept head."""
    edit(store, "DELETE FROM journal WHERE number > 28")
    assert audit()[:2] == [
        "interaction_log_entry 29 is not in the journal",
        "interaction_log_entry 30 is not in the journal",
    ]


def test_a_large_gap_is_one_finding(store: Path, audit: Audit) -> None:
    edit(store, "UPDATE journal SET number = 4000000000 WHERE number = 30")
    found = audit("--head", f"5000000000:{'0' * 64}")
    assert found == [
        "journal entries 30 to 3999999999: is missing",
        f"{ENTRY} 4000000000: its content was changed",
        "journal entries 4000000001 to 5000000000: is missing",
    ]


GUARDS = [f"journal_guard_{event}" for event in ("insert", "update", "delete")]


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (["DROP TRIGGER journal_guard_update"], ["guard journal_guard_update: is missing"]),
        (
            [f"DROP TRIGGER {name}" for name in GUARDS],
            [f"guard {name}: is missing" for name in GUARDS],
        ),
        (
            [
                "DROP TRIGGER journal_guard_delete",
                "CREATE TRIGGER journal_guard_delete BEFORE DELETE ON journal BEGIN SELECT 1; END",
            ],
            ["guard journal_guard_delete: is another than the library made"],
        ),
        (
            ["INSERT INTO journal_erasing VALUES (5)"],
            ["table journal_erasing: lets personal content be removed"],
        ),
    ],
)
def test_guards_are_checked_and_put_back(
    store: Path,
    head: str,
    audit: Audit,
    statements: list[str],
    found: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """TRU-35."""
    with closing(sqlite3.connect(store)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    assert audit("--head", head) == found
    assert main(["journal", "audit", str(store), "--repair"]) == 0
    assert capsys.readouterr().out.splitlines() == [*found, f"put right: {len(found)}"]
    assert main(["journal", "audit", str(store), "--head", head]) == 0
    assert capsys.readouterr().out == f"all is well: 30 entries, head {head.partition(':')[2]}\n"
    with closing(sqlite3.connect(store)) as connection:
        for statement in (
            "DELETE FROM journal",
            "UPDATE journal SET user = 'EVE'",
            COPY.replace("31", "99"),
        ):
            with pytest.raises(sqlite3.DatabaseError, match="the journal only grows"):
                connection.execute(statement)


CHANGES = {
    "UPDATE interaction_log_entry SET description = 'x' WHERE entry_no = 5": (
        "interaction_log_entry 5 differs (description)"
    ),
    "UPDATE interaction_log_entry SET canceled = 1 WHERE entry_no = 5": (
        "interaction_log_entry 5 differs (canceled)"
    ),
    "UPDATE interaction_comment SET text = 'x'": "interaction_comment 6 differs (text)",
    "UPDATE campaign_entry SET description = 'x'": "campaign_entry 2 differs (description)",
    "UPDATE campaign_tally SET cost = '1.25'": "(cost)",
    "UPDATE consent SET until = '2030-01-01'": "consent 28 differs (until)",
    "UPDATE contact SET exclude_from_segment = 0 WHERE no = 'ANNA'": (
        "contact ANNA differs (exclude_from_segment)"
    ),
    "UPDATE contact SET name = 'x' WHERE no = 'BO'": (
        "contact BO: was changed otherwise than by the library (name)"
    ),
    "INSERT INTO contact (no, name, type) SELECT 'EVE', name, type FROM contact WHERE no = 'BO'": (
        "contact EVE: has no seal, the library did not write it"
    ),
    "DELETE FROM contact_mark": "contact_mark ANNA exclude_from_segment  is missing",
    "DELETE FROM interaction_comment": "interaction_comment 6 is missing",
    "INSERT INTO interaction_comment SELECT 8, interaction_no, date, text, user_id, extra"
    " FROM interaction_comment": "interaction_comment 8 is not in the journal",
    "UPDATE interaction_log_entry SET date = 'x' WHERE entry_no = 5": (
        "interaction_log_entry 5: cannot be read"
    ),
    "UPDATE interaction_log_entry SET entry_no = 31, date = 'x' WHERE entry_no = 30": (
        "interaction_log_entry: cannot be read"
    ),
}


GARBAGE = [
    f"{table} SET {column} = {value}"
    for table, columns in {
        "interaction_log_entry": ("date", "time_of_interaction", "cost", "evaluation", "extra"),
        "campaign_entry": ("document_type", "extra"),
        "campaign_tally": ("date", "cost", "extra"),
        "interaction_total": ("date", "cost"),
        "consent": ("channel", "act", "date", "until"),
        "contact": ("last_modified", "extra", "type"),
    }.items()
    for column in columns
    for value in ("'garbage'", "X'FF00FE'")
]


@pytest.mark.parametrize("cell", GARBAGE)
def test_garbage_in_a_record_is_named(store: Path, audit: Audit, cell: str) -> None:
    """TRU-31, TRU-36: whatever stands in a cell, its table is named and nothing stops."""
    edit(store, f"UPDATE {cell}")
    table = cell.partition(" ")[0]
    assert any(told.startswith(table) and "cannot be read" in told for told in audit())


@pytest.mark.parametrize(("edits", "found"), CHANGES.items(), ids=CHANGES.values())
def test_a_changed_record_is_named_by_table_key_and_field(
    store: Path, head: str, audit: Audit, edits: str, found: str
) -> None:
    """TRU-36."""
    edit(store, edits)
    assert any(told.endswith(found) for told in audit("--head", head))


def test_a_changed_byte_of_an_attachment_is_named(store: Path, head: str, audit: Audit) -> None:
    """TRU-36, with an attachment."""
    with closing(sqlite3.connect(store)) as connection:
        (digest,) = connection.execute("SELECT sha256 FROM attachment").fetchone()
    edit(store, "UPDATE attachment SET content = X'00'")
    assert audit("--head", head) == [f"attachment {digest}: its content was changed"]
    edit(store, "UPDATE attachment SET content = 'text'")
    assert audit("--head", head) == [f"attachment {digest}: its content was changed"]


def test_what_the_journal_does_not_hold_is_not_put_right(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """TRU-35: repairing leaves all as it was if an entry or a content is not what it was."""
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("DROP TRIGGER journal_guard_update")
    for change, said in (
        ("UPDATE attachment SET content = X'00'", ": its content was changed"),
        ("UPDATE journal SET user = 'EVE' WHERE number = 5", "entry 5: its content was changed"),
    ):
        edit(store, change)
        assert main(["journal", "audit", str(store), "--repair"]) == 1
        out, err = capsys.readouterr()
        assert "guard journal_guard_update: is missing" in out
        assert err.endswith(f"{said}\n")
    assert main(["journal", "audit", str(store)]) == 1
    assert "guard journal_guard_update: is missing" in capsys.readouterr().out


@pytest.fixture
def workspace(store: Path) -> Iterator[seg.Workspace]:
    with seg.Workspace.open(store, today=TODAY) as crm:
        yield crm


def test_a_finding_is_a_value(store: Path, workspace: seg.Workspace) -> None:
    edit(store, "UPDATE journal SET user = 'EVE' WHERE number = 5")
    (found,) = workspace.journal.audit(kept=Head())
    assert repr(found) == "Finding('journal entry 5', 'its content was changed')"
    assert seg.to_plain(found) == {
        "item": "journal entry 5",
        "kind": "content_changed",
        "state": "its content was changed",
        "entry_no": 5,
        "fields": [],
    }
    assert workspace.contacts["BO"] == workspace.store.records.find(Contact, "BO")
