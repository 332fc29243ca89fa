"""The command ``export``: write tables as CSV, JSON or a workbook."""

import argparse
from pathlib import Path

from segmentation.errors import UsageError
from segmentation.operations.data import Exported

from ._arguments import Commands, add_store
from ._output import DONE, WRONG_USE, complain, say
from ._stores import existing


def add_export(commands: Commands) -> None:
    """Add the command, its arguments and what it runs."""
    export = commands.add_parser(
        "export",
        help="write tables as CSV, JSON or a workbook",
        description="Write tables into a folder, a file each, or into one file, known by its"
        " ending. A file that is there stays until all is written.",
    )
    export.add_argument("path", type=Path, metavar="PATH", help="the folder or file")
    add_store(export)
    export.add_argument(
        "--table",
        action="append",
        metavar="TABLE",
        help="a table, by name or caption; may be given more than once. Without it that of the "
        "file, or every table that has rows",
    )
    export.add_argument("--format", choices=["csv", "json", "xlsx"], help="csv, if not given")
    export.add_argument(
        "--captions",
        default="",
        metavar="LANGUAGE",
        help="headers in this language; en has Business Central's own",
    )
    export.add_argument(
        "--after-entry-no",
        type=int,
        default=0,
        metavar="NUMBER",
        help="only interactions, campaign entries and logged segments after this entry",
    )
    export.add_argument(
        "--raw", action="store_true", help="CSV without apostrophes that keep texts from running"
    )
    export.set_defaults(run=_export)


def _export(options: argparse.Namespace) -> int:
    with existing(options.store, options.erasures_key) as workspace:
        try:
            exported = workspace.export_data(
                options.path,
                tables=options.table,
                format=options.format,
                captions=options.captions,
                after_entry_no=options.after_entry_no,
                raw=options.raw,
            )
        except UsageError as error:
            return complain(error, WRONG_USE)
    _tell(exported)
    return DONE


def _tell(exported: Exported) -> None:
    for table, count in exported.counts:
        say(f"{count:8} {table}")
    say(f"last entry: {exported.last_entry_no}")
