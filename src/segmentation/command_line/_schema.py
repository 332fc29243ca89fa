"""The command ``schema sql``: our tables as text, for a host's own migrations."""

import argparse

from ._arguments import Commands
from ._output import DONE, say


def add_schema(commands: Commands) -> None:
    """Add the command, its arguments and what it runs."""
    schema = commands.add_parser("schema", help="print the tables as SQL")
    verbs = schema.add_subparsers(title="commands", required=True, metavar="COMMAND")
    sql = verbs.add_parser(
        "sql",
        help="print the statements that make the tables",
        description="Print the statements that make the tables in an empty place, or bring those of"
        " an earlier version up to date. Run them as the owner; the application then needs no right"
        " to make tables.",
    )
    place = sql.add_mutually_exclusive_group()
    place.add_argument(
        "--database",
        default="postgresql",
        choices=["mariadb", "postgresql", "sqlite"],
        help="for which",
    )
    place.add_argument(
        "--upgrade",
        metavar="STORE",
        help="a file or an address: only what its tables lack; it is looked at, and left as it is",
    )
    sql.add_argument("--schema", metavar="NAME", help="the database schema of the tables")
    sql.add_argument("--prefix", default="", metavar="TEXT", help="begins the names of the tables")
    sql.set_defaults(run=_sql)


def _sql(options: argparse.Namespace) -> int:
    from segmentation.adapters.sqlalchemy import (  # noqa: PLC0415 - an extra
        schema_script,
        upgrade_script,
    )

    place = {"schema": options.schema, "prefix": options.prefix}
    if options.upgrade is None:
        say(schema_script(options.database, **place), end="")
    else:
        say(upgrade_script(options.upgrade, **place), end="")
    return DONE
