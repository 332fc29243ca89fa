"""The command ``import``: take in JSON and CSV files."""

import argparse
from pathlib import Path

from segmentation.errors import Message, near_name
from segmentation.operations.data import imported_kinds
from segmentation.workspace import Workspace

from ._arguments import Commands, add_store
from ._output import DONE, WrongUse, say


def add_import(commands: Commands) -> None:
    """Add the command, its arguments and what it runs."""
    taking = commands.add_parser(
        "import",
        help="take in JSON and CSV files",
        description="Take in a folder of JSON and CSV files, one for each table, or one file.",
    )
    taking.add_argument("data", type=Path, metavar="DATA", help="the folder or file")
    add_store(taking)
    taking.set_defaults(run=_import)


def _import(options: argparse.Namespace) -> int:
    if not options.data.exists():
        raise WrongUse(Message("{path}: there is no such file or folder", path=str(options.data)))
    with Workspace.open(options.store) as workspace:
        imported = workspace.import_data(options.data)
    for table, count in imported.counts:
        say(f"{count:8} {table}")
    for extra in imported.extra_fields:
        say(f"new field: {extra.table}.{extra.name} ({extra.type})")
    for name in imported.skipped_files:
        near = near_name(Path(name).stem, imported_kinds())
        hint = f"; did you mean {near!r}?" if near not in {"", *dict(imported.counts)} else ""
        say(f"left alone: {name} (no table of ours{hint})")
    return DONE
