"""What brings an older store up to date can be had as text, for a host that runs migrations."""

import gzip
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import segmentation as seg
from segmentation.adapters.sqlalchemy import join_store, open_store, upgrade_script
from segmentation.adapters.sqlalchemy._tables import make_tables
from segmentation.command_line import main
from segmentation.contacts import Contact
from segmentation.errors import NotFound, StoreError
from support.databases import Database

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.gz"))
PREFIX = "up_"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_a_stored_sample_is_brought_up_to_date_by_the_script_as_by_opening(
    sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by_script, by_opening = tmp_path / "by_script.db", tmp_path / "by_opening.db"
    for path in (by_script, by_opening):
        path.write_bytes(gzip.decompress(sample.read_bytes()))
    assert main(["schema", "sql", "--upgrade", str(by_script)]) == 0
    script = capsys.readouterr().out
    with closing(sqlite3.connect(by_script)) as connection:
        connection.executescript(script)
    open_store(by_opening).close()
    assert script
    assert upgrade_script(by_script) == upgrade_script(by_opening) == ""
    assert definitions(by_script) == definitions(by_opening)


def definitions(path: Path) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2")
        return [(kind, name, " ".join((sql or "").split())) for kind, name, sql in rows]


def test_a_script_adds_the_table_column_and_index_that_are_missing(
    kept_database: Database,
) -> None:
    database = kept_database
    with closing(database.open(prefix=PREFIX)) as store:
        store.records.put([Contact(no="A", name="Ångström")])
    engine = database.engine()
    with engine.begin() as connection:
        make_older(connection, database.schema)
    with engine.connect() as connection:
        script = upgrade_script(connection, schema=database.schema, prefix=PREFIX)
        assert upgrade_script(connection, schema=database.schema, prefix=PREFIX) == script
        run(connection, script)
        connection.commit()
    with engine.connect() as connection:
        assert upgrade_script(connection, schema=database.schema, prefix=PREFIX) == ""
        assert {each.name for each in lacking(connection, database.schema)} == set()
        store = join_store(connection, schema=database.schema, prefix=PREFIX, create=False)
        with seg.Workspace.open(store, user="ANNA") as crm:
            assert list(crm.select(contact={"name": "@ÅNGSTRÖM", "time_zone": "''"})) == ["A"]


def make_older(connection: sa.Connection, schema: str | None) -> None:
    """Take a table, a column and an index away, and note it so."""
    tables = make_tables(schema=schema, prefix=PREFIX)
    by_name = {table.name.removeprefix(PREFIX): table for table in tables.ours}
    gone, changed = by_name["contact_comment"], by_name["contact"]
    gone.drop(connection)
    next(iter(by_name["interaction_log_entry"].indexes)).drop(connection)
    preparer = connection.dialect.identifier_preparer
    name = preparer.format_table(changed)
    connection.exec_driver_sql(f"ALTER TABLE {name} DROP COLUMN time_zone")
    own = tables.meta.c
    noted = connection.scalar(sa.select(own.value).where(own.name == "shape"))
    shape = json.loads(str(noted))
    del shape["contact_comment"]
    shape["contact"].remove("time_zone")
    connection.execute(
        sa.update(tables.meta).where(own.name == "shape").values(value=json.dumps(shape))
    )


def lacking(connection: sa.Connection, schema: str | None) -> list[sa.Index]:
    """The indexes that are not there."""
    seen = sa.inspect(connection)
    return [
        index
        for table in make_tables(schema=schema, prefix=PREFIX).ours
        for index in table.indexes
        if index.name not in {each["name"] for each in seen.get_indexes(table.name, schema=schema)}
    ]


def run(connection: sa.Connection, script: str) -> None:
    """Run a script as the database's own client does."""
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        raw.executescript(script)
        return
    if connection.dialect.name == "postgresql":
        raw.execute(script.encode())
        return
    end = ";\n"
    for part in re.split(r"^(DELIMITER .*\n)", script, flags=re.MULTILINE):
        if part.startswith("DELIMITER"):
            end = part.removeprefix("DELIMITER ")
            continue
        for statement in filter(str.strip, part.split(end)):
            raw.query(statement)


def test_what_is_no_store_has_no_script(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        upgrade_script(tmp_path / "none.db")
    assert list(tmp_path.iterdir()) == []
    sqlite3.connect(tmp_path / "other.db").close()
    with pytest.raises(NotFound):
        upgrade_script(tmp_path / "other.db")
    (tmp_path / "text.db").write_text("no database, and long enough to look like one\n" * 99)
    with pytest.raises(StoreError):
        upgrade_script(tmp_path / "text.db")
