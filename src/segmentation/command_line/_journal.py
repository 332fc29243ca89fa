"""The commands ``journal verify``, ``journal audit`` and ``journal export``."""

import argparse
import contextlib
from collections.abc import Iterator
from pathlib import Path

from segmentation.errors import Message, StoreError
from segmentation.journal import FIRST, Head
from segmentation.operations.contacts import write_erasures_anew
from segmentation.operations.journal import is_reparable, verify_export
from segmentation.operations.store_addresses import is_address
from segmentation.protocols import Inspectable

from ._arguments import Commands, add_journal_store
from ._output import DATA_SAY_NO, DONE, WrongUse, say, shown
from ._proofs import add_proofs
from ._stores import existing, is_store, list_beside, open_existing, write_journal


def add_journal(commands: Commands) -> None:
    """Add the command, its arguments and what it runs."""
    journal = commands.add_parser("journal", help="verify, audit, export or prove the journal")
    verbs = journal.add_subparsers(title="commands", required=True, metavar="COMMAND")
    verify = verbs.add_parser("verify", help="walk the chain and name the first misfit")
    verify.add_argument("source", metavar="FILE-OR-STORE", help="an export, or a store")
    _add_head(verify)
    verify.set_defaults(run=_verify)
    audit = verbs.add_parser("audit", help="name all that is not as the library left it")
    add_journal_store(audit)
    _add_head(audit)
    audit.add_argument(
        "--repair",
        action="store_true",
        help="put guards back, and make the records what the journal says",
    )
    audit.set_defaults(run=_audit)
    erasures = verbs.add_parser(
        "erasures", help="write the list of erasures anew, from what the store itself has done"
    )
    add_journal_store(erasures)
    erasures.add_argument(
        "--output", type=Path, help="the list; beside a SQLite file if it is not given"
    )
    erasures.set_defaults(run=_erasures)
    export = verbs.add_parser("export", help="write the journal as JSON Lines")
    add_journal_store(export)
    export.add_argument("--output", type=Path, help="a file; standard output if not given")
    export.set_defaults(run=_export)
    add_proofs(verbs)


def _add_head(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--head",
        type=_head,
        metavar="NUMBER:HASH",
        help="a head kept elsewhere, which the journal must still contain",
    )


def _head(text: str) -> Head:
    number, colon, sha256 = text.partition(":")
    if not (colon and number.isdecimal() and len(sha256) == len(FIRST)):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NUMBER:HASH")
    return Head(int(number), sha256.lower())


def _verify(options: argparse.Namespace) -> int:
    if is_store(options.source):
        with existing(options.source, options.erasures_key) as workspace:
            head = workspace.journal.verify(kept=options.head)
    else:
        with _opened(options.source) as lines:
            head = verify_export(lines, kept=options.head)
    say(f"the journal holds: {head.number} entries, head {head.sha256}")
    return DONE


def _audit(options: argparse.Namespace) -> int:
    with existing(options.store, options.erasures_key) as workspace:
        found = workspace.journal.audit(kept=options.head)
        for each in found:
            say(shown(str(each), whole=True))
        store = workspace.context.store
        sealed = not isinstance(store, Inspectable) or store.is_sealed
        if options.repair and (found or not sealed):
            workspace.journal.repair()
            right = sum(map(is_reparable, found))
            say(f"put right: {right}")
            if right == len(found):
                return DONE
            say(f"to be looked at, and changed by the library: {len(found) - right}")
            return DATA_SAY_NO
        if not sealed:
            say("cards of contacts have no seals yet: --repair makes them")
        if found:
            say(f"findings: {len(found)}")
            return DATA_SAY_NO
        head = workspace.journal.head
    say(f"all is well: {head.number} entries, head {head.sha256}")
    return DONE


def _erasures(options: argparse.Namespace) -> int:
    erasures = list_beside(options.store, options.erasures_key, options.output)
    if erasures is None:
        raise WrongUse(Message("name the file of the key: segmentation --erasures-key FILE ..."))
    with contextlib.closing(open_existing(options.store)) as store:
        count = write_erasures_anew(store, erasures)
    say(f"the list names {count} erasure{'' if count == 1 else 's'}")
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
    with existing(options.store, options.erasures_key) as workspace:
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
