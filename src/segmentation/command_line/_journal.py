"""The commands ``journal verify`` and ``journal export``."""

import argparse
import contextlib
from collections.abc import Iterator
from pathlib import Path

from segmentation.errors import Message, StoreError
from segmentation.journal import FIRST, Head
from segmentation.operations.journal import verify_export
from segmentation.operations.store_addresses import is_address

from ._arguments import Commands, add_store
from ._output import DONE, WrongUse, say
from ._stores import existing, is_store, write_journal


def add_journal(commands: Commands) -> None:
    """Add the command, its arguments and what it runs."""
    journal = commands.add_parser("journal", help="verify or export the journal")
    verbs = journal.add_subparsers(title="commands", required=True, metavar="COMMAND")
    verify = verbs.add_parser("verify", help="walk the chain and name the first misfit")
    verify.add_argument("source", metavar="FILE-OR-STORE", help="an export, or a store")
    verify.add_argument(
        "--head",
        type=_head,
        metavar="NUMBER:HASH",
        help="a head kept elsewhere, which the journal must still contain",
    )
    verify.set_defaults(run=_verify)
    export = verbs.add_parser("export", help="write the journal as JSON Lines")
    add_store(export)
    export.add_argument("--output", type=Path, help="a file; standard output if not given")
    export.set_defaults(run=_export)


def _head(text: str) -> Head:
    number, colon, sha256 = text.partition(":")
    if not (colon and number.isdecimal() and len(sha256) == len(FIRST)):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NUMBER:HASH")
    return Head(int(number), sha256.lower())


def _verify(options: argparse.Namespace) -> int:
    if is_store(options.source):
        with existing(options.source) as workspace:
            head = workspace.journal.verify(kept=options.head)
    else:
        with _opened(options.source) as lines:
            head = verify_export(lines, kept=options.head)
    say(f"the journal holds: {head.number} entries, head {head.sha256}")
    return DONE


@contextlib.contextmanager
def _opened(source: str) -> Iterator[Iterator[str]]:
    if not Path(source).is_file():
        raise WrongUse(Message("{path}: there is no such file", path=source))
    try:
        with Path(source).open(encoding="utf-8") as file:
            yield file
    except UnicodeDecodeError as error:
        raise StoreError(source, "is neither a store nor a journal's export") from error


def _export(options: argparse.Namespace) -> int:
    with existing(options.store) as workspace:
        if options.output is None:
            for line in workspace.journal.export():
                say(line, flush=False)
        elif is_store(str(options.output)):
            raise WrongUse(
                Message(
                    "{path}: is a store; name another file with --output",
                    path="--output" if is_address(options.output) else str(options.output),
                )
            )
        else:
            write_journal(workspace, options.output)
    return DONE
