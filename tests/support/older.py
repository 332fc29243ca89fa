"""A store as a version of the library would have left it that knew less."""

import json
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from support.databases import Database

_COLUMNS = ("job_title", "minor", "last_modified")


def make_older(database: Database) -> None:
    """Take columns of contacts and the table of territories out of a store."""
    shape = {name: list(columns) for name, columns in noted_shape(database).items()}
    del shape["territory"]
    shape["contact"] = [name for name in shape["contact"] if name not in _COLUMNS]
    with database.engine().begin() as connection:
        for column in _COLUMNS:
            connection.exec_driver_sql(f"ALTER TABLE contact DROP COLUMN {column}")
        connection.exec_driver_sql("DROP TABLE territory")
        connection.execute(
            sa.text("UPDATE segmentation_meta SET value = :v WHERE name = 'shape'"),
            {"v": json.dumps(shape)},
        )


def noted_shape(database: Database) -> Mapping[str, Sequence[str]]:
    """The tables and columns that a store says it has; they are what it has."""
    with database.engine().connect() as connection:
        noted: Mapping[str, Sequence[str]] = json.loads(
            connection.exec_driver_sql(
                "SELECT value FROM segmentation_meta WHERE name = 'shape'"
            ).scalar_one()
        )
        inspector = sa.inspect(connection)
        there = set(inspector.get_table_names()) - {"sqlite_sequence"}
        assert there == set(noted)
        assert all(
            sorted(column["name"] for column in inspector.get_columns(name)) == sorted(columns)
            for name, columns in noted.items()
        )
    return noted
