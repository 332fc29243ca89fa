"""Values that no driver can read, put in by SQL: an audit names place and kind everywhere."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from segmentation.code_tables import Purpose
from segmentation.command_line import main
from support.databases import Database
from support.desk import make_desk, segment_of
from support.fair import TODAY

NO_TEXT = "CAST(X'FF00FE' AS TEXT)"
NO_BYTES = "b'\\xff\\x00\\xfe'"
DEEP = f"'{'[' * 3000}{']' * 3000}'"
TIME = "its time cannot be read"
RECORDS: dict[str, dict[str, str]] = {
    "sqlite": {
        f"contact SET no = {NO_TEXT} WHERE no = 'BO'": f"contact {NO_BYTES}: cannot be read",
        f"attachment SET sha256 = {NO_TEXT}": f"attachment {NO_BYTES}: its content was changed",
        f"attachment SET content = {NO_TEXT}": f"attachment {NO_BYTES}: its content was changed",
        f"interaction_log_entry SET extra = {DEEP}": "log_entry 2: cannot be read",
    },
    "postgresql": {
        "consent SET until = 'infinity'": "consent 3: cannot be read",
        "interaction_log_entry SET date = '4713-01-01 BC'": "log_entry 2: cannot be read",
        "contact SET last_modified = 'infinity' WHERE no = 'BO'": "contact BO: cannot be read",
        f"contact SET extra = {DEEP} WHERE no = 'CARL'": "contact CARL: cannot be read",
    },
    "mariadb": {
        "consent SET until = '0000-00-00'": "consent 3",
        "interaction_log_entry SET date = '2026-00-00'": "interaction_log_entry 2",
        "contact SET last_modified = '0000-00-00' WHERE no = 'BO'": "contact BO: ",
    },
}
TIMES: dict[str, dict[str, str]] = {
    "sqlite": {NO_TEXT: TIME, "X'FF'": TIME, "''": TIME, "1e999": TIME},
    "postgresql": {
        "'infinity'": TIME,
        "'-infinity'": TIME,
        "'294276-01-01'": TIME,
        "'0044-03-15 BC'": "its content was changed",
    },
    "mariadb": {"'0000-00-00'": TIME, "'2026-00-31'": TIME, "'2026-02-00 10:00'": TIME},
}
"""What an audit says of values that only SQL can put into records, and into times of entries."""


def kind_of(database: Database) -> str:
    if database.is_sqlite:
        return "sqlite"
    return "mariadb" if database.is_mariadb else "postgresql"


def spoil(database: Database, *changes: str) -> None:
    """Run statements without the guards, and without what MariaDB refuses by itself."""
    engine = database.engine()
    with engine.begin() as connection:
        if kind_of(database) == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            _drop_guards(connection)
        for change in changes:
            connection.exec_driver_sql(f"UPDATE {change}")
    engine.dispose()


def _drop_guards(connection: sa.Connection) -> None:
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("SET SESSION sql_mode = ''")
        triggers = "information_schema.triggers WHERE trigger_schema = database()"
        query = f"SELECT trigger_name FROM {triggers}"  # noqa: S608 - of this file
    for name in connection.scalars(sa.text(query)).all():
        connection.exec_driver_sql(f"DROP TRIGGER {name}")


def test_what_no_driver_reads_is_named(every_database: Database) -> None:
    """TRU-31, TRU-36."""
    database, kind = every_database, kind_of(every_database)
    with make_desk(store=database.open()) as crm:
        segment_of(crm, "BO", template="LETTER").log()
        crm.store.records.put([Purpose(code="NEWS", needs_consent=True)])
        crm.consents.give("BO", purpose_code="NEWS", channel="email", until=TODAY)
        crm.contacts.exclude("CARL", "asked to")
        spoil(database, *RECORDS[kind])
        found = "; ".join(map(str, crm.journal.audit()))
        for change, told in RECORDS[kind].items():
            assert told in found, change
        times = list(enumerate(TIMES[kind].items(), start=1))
        spoil(database, *(f"journal SET at = {at} WHERE number = {n}" for n, (at, _) in times))
        found = "; ".join(map(str, crm.journal.audit()))
        for number, (_, told) in times:
            assert f"journal entry {number}: {told}" in found


def test_the_command_names_it_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """TRU-31: exit code 1, no traceback."""
    database = Database(str(tmp_path / "crm.db"))
    with make_desk(store=database.open()) as crm:
        segment_of(crm, "BO").log()
    spoil(database, f"journal SET number = {NO_TEXT} WHERE number = 1")
    assert main(["journal", "audit", database.address]) == 1
    said = capsys.readouterr()
    assert "journal entry 1: is missing" in said.out
    assert said.err == ""
    database.drop()
