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
        description="Print the statements that make the tables in an empty place. Run them as the"
        " owner; the application then needs no right to make tables.",
    )
    sql.add_argument(
        "--database",
        default="postgresql",
        choices=["mariadb", "postgresql", "sqlite"],
        help="for which",
    )
    sql.add_argument("--schema", metavar="NAME", help="the database schema of the tables")
    sql.add_argument("--prefix", default="", metavar="TEXT", help="begins the names of the tables")
    sql.set_defaults(run=_sql)


def _sql(options: argparse.Namespace) -> int:
    from segmentation.adapters.sqlalchemy import schema_script  # noqa: PLC0415 - an extra

    script = schema_script(options.database, schema=options.schema, prefix=options.prefix)
    say(script, end="")
    return DONE
