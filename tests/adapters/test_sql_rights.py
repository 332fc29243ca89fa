"""The tables as the host wants them: made by its owner, under its names, with few rights."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

import segmentation as seg
from segmentation.adapters.sqlalchemy import join_store, open_store, schema_script
from segmentation.command_line import main
from segmentation.contacts import CorrespondenceType
from segmentation.documents import Document
from segmentation.errors import InvalidValue, StoreError
from support.databases import Database
from support.fair import NOW, TODAY
from support.hosts import put_template

SCHEMA = "our tables"
ROLE = f"segmentation_role_{os.getpid()}"


class Owned:
    """A database whose owner has made our tables, and a role with some rights on them."""

    def __init__(self, address: str) -> None:
        self.url = sa.make_url(address).set(drivername="postgresql")
        self._run(schema_script("postgresql", schema=SCHEMA))
        self._run(f"CREATE ROLE {ROLE} LOGIN")
        self._run(f'GRANT USAGE ON SCHEMA "{SCHEMA}" TO {ROLE}')

    def _run(self, script: str) -> None:
        with self.owner() as connection:
            connection.execute(script.encode())

    def grant(self, rights: str) -> None:
        self._run(f'GRANT {rights} ON ALL TABLES IN SCHEMA "{SCHEMA}" TO {ROLE}')

    def owner(self) -> Any:  # noqa: ANN401 - psycopg's
        return psycopg.connect(self.url.render_as_string(hide_password=False))

    def role(self) -> Any:  # noqa: ANN401 - psycopg's
        return psycopg.connect(self.url.set(username=ROLE).render_as_string(hide_password=False))

    def drop(self) -> None:
        self._run(f'DROP SCHEMA "{SCHEMA}" CASCADE; DROP OWNED BY {ROLE}; DROP ROLE {ROLE}')


@pytest.fixture
def owned(postgresql: str) -> Iterator[Owned]:
    made = Owned(postgresql)
    yield made
    made.drop()


def workspace(connection: object) -> seg.Workspace:
    store = join_store(connection, schema=SCHEMA)  # type: ignore[arg-type]  # one of psycopg
    return seg.Workspace.open(store, user="ANNA", today=TODAY, clock=lambda: NOW)


class Pile:
    """A courier."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def deliver(self, document: Document) -> str:
        self.sent.append(document.e_mail)
        return "pile"


def set_up(crm: seg.Workspace) -> None:
    put_template(crm)
    crm.add(seg.Contact(no="C1", name="Åse", e_mail="a@example.com", salesperson_code="JO"))


@pytest.mark.postgres
def test_who_may_only_read_and_write_rows_does_the_whole_job(owned: Owned) -> None:
    """HST-20."""
    owned.grant("SELECT, INSERT, UPDATE, DELETE")
    sent, pile = list[str](), Pile()
    with closing(owned.role()) as connection:
        store = join_store(connection, schema=SCHEMA)
        with store.reading() as of_sqlalchemy:
            engine = of_sqlalchemy.engine
        crm = seg.Workspace.open(store, user="ANNA", today=TODAY, clock=lambda: NOW)
        sa.event.listen(engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
        set_up(crm)
        assert crm.select(contact={"name": "@åSE"}) == ["C1"]
        segment = crm.new_segment("Hello", interaction_template_code="HELLO")
        segment.add_contacts()
        logged = segment.log(deliver=True, follow_up=True)
        assert logged.follow_up is not None
        connection.commit()
        crm.letters.deliver({CorrespondenceType.EMAIL: pile})
        connection.commit()
        assert pile.sent == ["a@example.com"]
        crm.journal.verify()
    assert sent
    assert [each for each in sent if each.lstrip().startswith(("CREATE", "ALTER"))] == []


def answers(crm: seg.Workspace) -> list[object]:
    filters = {"name": "@åSE"}
    found = [crm.select(contact=filters), crm.count(contact=filters)]
    return [*found, crm.explain("C1", contact=filters), crm.journal.verify()]


@pytest.mark.postgres
def test_who_may_only_read_reads_all_and_is_told_what_is_missing(owned: Owned) -> None:
    """HST-21."""
    owned.grant("SELECT")
    with closing(owned.owner()) as connection:
        set_up(workspace(connection))
        connection.commit()
        expected = answers(workspace(connection))
    with closing(owned.role()) as connection:
        crm = workspace(connection)
        assert answers(crm) == expected
        head = crm.journal.verify()
        with pytest.raises(StoreError, match="the right to write is missing"):
            crm.new_segment("Hello")
        connection.rollback()
        assert len(crm.segments) == 0
        assert crm.journal.verify() == head


@pytest.mark.postgres
def test_what_may_not_be_read_or_made_is_told(owned: Owned) -> None:
    with closing(owned.role()) as connection:
        with pytest.raises(StoreError, match="the right to read is missing"):
            workspace(connection)
        connection.rollback()
        with pytest.raises(StoreError, match=r"right to make tables is missing; .*schema sql"):
            join_store(connection, prefix="new_", schema=SCHEMA)


PREFIXES = ["Ærø ", 'a"b', "a'b", "q$guard$", "q$guard_$", "CRM_", "a.b", "a:b", "a" * 30]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_prefix_of_any_sign_keeps_its_tables_apart(prefix: str, database: Database) -> None:
    """HST-22."""
    stores = [database.open(prefix=each) for each in (prefix, "plain_")]
    for store in stores:
        crm = seg.Workspace.open(store, user="ANNA", today=TODAY)
        set_up(crm)
        segment = crm.new_segment("Fair")
        segment.add_contacts(contact={"name": "@åse"})
        assert (segment.no, len(segment)) == ("SM1", 1)
        assert len(crm.segments) == 1
        crm.contacts.exclude("C1", "asked")
        crm.journal.verify()


@pytest.mark.parametrize(
    ("prefix", "reason"),
    [
        (f"{'a' * 59}1", "is too long"),
        (f"{'a' * 59}2", "is too long"),
        ("é" * 18, "is too long"),
        ("x%y", "holds '%'"),
        ("a\0", r"holds '\\x00'"),
        ("\ud800", "holds"),
    ],
    ids=["long", "as long", "long in bytes", "percent", "NUL", "half a letter"],
)
def test_a_prefix_that_a_database_cannot_hold_is_refused_with_the_reason(
    prefix: str, reason: str, database: Database
) -> None:
    """HST-22."""
    with pytest.raises(InvalidValue, match=f"prefix: .*{reason}"):
        database.open(prefix=prefix)
    engine = database.engine()
    with engine.connect() as connection, pytest.raises(InvalidValue, match=reason):
        join_store(connection, prefix=prefix)


def test_a_schema_that_a_database_cannot_hold_is_refused_with_the_reason() -> None:
    with pytest.raises(InvalidValue, match=r"schema: .*is too long"):
        schema_script(schema="é" * 32)
    with pytest.raises(InvalidValue, match=r"schema: .*holds '%'"):
        schema_script(schema="a%b")


def test_the_script_makes_what_opening_makes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["schema", "sql", "--database", "sqlite"]) == 0
    with closing(sqlite3.connect(tmp_path / "by_script.db")) as connection:
        connection.executescript(capsys.readouterr().out)
    open_store(tmp_path / "by_opening.db").close()
    open_store(tmp_path / "by_script.db", create=False).close()
    made = []
    for name in ("by_script.db", "by_opening.db"):
        with closing(sqlite3.connect(tmp_path / name)) as connection:
            rows = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2")
            ids = [connection.execute(f"PRAGMA {each}").fetchone() for each in PRAGMAS]
            made.append(([(*row[:2], " ".join((row[2] or "").split())) for row in rows], ids))
    assert made[0] == made[1]


PRAGMAS = ("application_id", "user_version")


def test_there_is_no_script_for_another_database() -> None:
    with pytest.raises(InvalidValue, match="a script for: mariadb, postgresql, sqlite"):
        schema_script("oracle")  # type: ignore[arg-type]  # what is wrong
