"""The command ``import``: take in files."""

import argparse
from collections.abc import Container
from pathlib import Path

from segmentation.column_names import ColumnUse
from segmentation.errors import Message, near_name
from segmentation.kinds import record_kinds
from segmentation.operations.data import NOT_IMPORTED, Imported, imported_kinds
from segmentation.workspace import Workspace

from ._arguments import Commands, add_store
from ._output import DONE, WrongUse, say, shown
from ._stores import list_beside, new_only_if_kept


def add_import(commands: Commands) -> None:
    """Add the command, its arguments and what it runs."""
    taking = commands.add_parser(
        "import",
        help="take in files: JSON, CSV, XLSX, configuration packages",
        description="Take in a folder of files, one for each table, or single files: JSON, CSV,"
        " workbooks, configuration packages of Business Central.",
    )
    taking.add_argument("data", type=Path, nargs="+", metavar="DATA", help="the folder or files")
    add_store(taking)
    taking.add_argument(
        "--mode",
        choices=["update", "replace", "mirror", "delete"],
        default="update",
        help="update what the files have columns for (the default), replace whole rows, mirror "
        "the files, or delete the keys in them",
    )
    taking.add_argument(
        "--ignore",
        action="append",
        default=[],
        metavar="COLUMN",
        help="pass over a column; * is all that are none of ours and exclude nobody",
    )
    taking.add_argument("--dry-run", action="store_true", help="only tell what would change")
    taking.add_argument(
        "--with-history", action="store_true", help="let contacts with interactions go, too"
    )
    taking.add_argument(
        "--allow-empty", action="store_true", help="let a table without rows empty ours"
    )
    taking.add_argument(
        "--lift-exclusions",
        action="store_true",
        help="let rows take back that somebody was excluded here; the journal records each",
    )
    taking.add_argument("--encoding", default="", help="of texts that are not UTF-8: cp1252")
    taking.add_argument(
        "--decimal-comma", action="store_true", help="numbers have a comma before decimals"
    )
    taking.add_argument(
        "--map",
        metavar="MAP",
        help="a TOML file that says what columns are, or odoo, erpnext, business_central",
    )
    taking.set_defaults(run=_import)


def _import(options: argparse.Namespace) -> int:
    missing = [str(path) for path in options.data if not path.exists()]
    if missing:
        raise WrongUse(Message("{path}: there is no such file or folder", path=", ".join(missing)))
    erasures = list_beside(options.store, options.erasures_key)
    with (
        Workspace.open(options.store, erasures=erasures) as workspace,
        new_only_if_kept(workspace.store, is_kept=not options.dry_run),
    ):
        imported = workspace.import_data(
            options.data,
            mode=options.mode,
            ignore=options.ignore,
            dry_run=options.dry_run,
            with_history=options.with_history,
            allow_empty=options.allow_empty,
            lift_exclusions=options.lift_exclusions,
            encoding=options.encoding,
            decimal_comma=options.decimal_comma,
            map=options.map,
        )
    _tell(imported)
    return DONE


def _tell(imported: Imported) -> None:
    for table, count in imported.counts:
        say(f"{count:8} {table}")
    would = "would be " if imported.dry_run else ""
    say(f"{would}new {imported.new}, changed {imported.changed}, the same {imported.same}")
    for change in imported.changes if imported.dry_run else ():
        changed = f"{change.table} {change.key} {change.field}"
        _say(f"changes: {changed}: {change.before} -> {change.after}")
    for gone in imported.gone:
        _say(f"gone: {gone.table} {gone.key}")
    for kept in imported.kept:
        _say(f"kept: {kept.table} {kept.key} ({kept.reason})")
    for mark in imported.held:
        named = " ".join(filter(None, (mark.contact_no, mark.field, mark.mailing_group_code)))
        _say(f"held: {named} ({_yes(mark.here)} here, {_yes(mark.incoming)} in {mark.place})")
    for act in imported.held_consents:
        about = f"{act.contact_no} {act.purpose_code} {act.channel}"
        withdrawn, given = act.withdrawn.isoformat(), act.given.isoformat()
        _say(f"held: {about} (withdrawn {withdrawn} here, given {given} in {act.place})")
    for column in imported.columns:
        if column.use in {ColumnUse.IGNORED, ColumnUse.LEFT_OUT}:
            _say(f"{column.use.replace('_', ' ')}: {column.name} of {column.file}")
    for name in imported.skipped_files:
        _say(f"left alone: {name} ({_why_skipped(Path(name).stem, dict(imported.counts))})")
    if imported.latest_change is not None:
        say(f"latest change: {imported.latest_change.isoformat()}")


def _say(line: str) -> None:
    """Print what holds words of the data: on one line, whatever stands in them."""
    say(shown(line, whole=True))


def _why_skipped(name: str, taken: Container[str]) -> str:
    kind = record_kinds().get(name)
    if kind is not None and kind in NOT_IMPORTED:
        return NOT_IMPORTED[kind]
    near = near_name(name, imported_kinds())
    hint = f"; did you mean {near!r}?" if near and near not in taken else ""
    return f"no table of ours{hint}"


def _yes(value: bool) -> str:  # noqa: FBT001 - the value of a mark
    return "yes" if value else "no"
