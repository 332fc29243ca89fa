"""The command ``criteria``: check files of saved criteria, take them in, write them."""

import argparse
import sys
from pathlib import Path

from segmentation.errors import Fault

from ._arguments import Commands, add_store
from ._output import DATA_SAY_NO, DONE, say
from ._stores import existing


def add_criteria(commands: Commands) -> None:
    """Add the command, its arguments and what it runs."""
    criteria = commands.add_parser("criteria", help="check, take in or write saved criteria")
    verbs = criteria.add_subparsers(title="verbs", required=True, metavar="VERB")
    check = verbs.add_parser(
        "check",
        help="check files of saved criteria against a store",
        description="Check TOML and JSON files of saved criteria. Each fault is a line with file,"
        " line, place and reason. The store is not changed.",
    )
    _add_files(check)
    check.set_defaults(run=_check)
    taking = verbs.add_parser("import", help="take saved criteria in, all of them or none")
    _add_files(taking)
    taking.add_argument("--replace", action="store_true", help="replace codes that are in use")
    taking.set_defaults(run=_import)
    export = verbs.add_parser("export", help="write saved criteria as text")
    export.add_argument("codes", nargs="*", metavar="CODE", help="all if none is named")
    add_store(export)
    export.add_argument("--json", action="store_const", dest="form", const="json", default="toml")
    export.set_defaults(run=_export)


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="TOML or JSON")
    add_store(parser)


def _check(options: argparse.Namespace) -> int:
    with existing(options.store, options.erasures_key) as workspace:
        faults = workspace.saved_criteria.check_files(*options.files)
    for fault in faults:
        print(_on_a_line(fault), file=sys.stderr)
    return DATA_SAY_NO if faults else DONE


def _on_a_line(fault: Fault) -> str:
    return " ".join(str(fault).split())


def _import(options: argparse.Namespace) -> int:
    with existing(options.store, options.erasures_key) as workspace:
        for saved in workspace.saved_criteria.add_files(*options.files, replace=options.replace):
            say(saved.code)
    return DONE


def _export(options: argparse.Namespace) -> int:
    with existing(options.store, options.erasures_key) as workspace:
        codes = options.codes or [*workspace.saved_criteria]
        if codes:
            say(workspace.saved_criteria.to_text(*codes, form=options.form), end="")
    return DONE
