"""From arguments to an exit code."""

import argparse
import logging
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from segmentation.errors import SegmentationError

from ._criteria import add_criteria
from ._delta import add_delta
from ._demo import add_demo
from ._export import add_export
from ._import import add_import
from ._journal import add_journal
from ._output import DATA_SAY_NO, WRONG_USE, WrongUse, complain, say, speak_utf8
from ._schema import add_schema
from ._select import add_select

_INTERRUPTED = 130
_UNHEARD = logging.NullHandler()
"""Takes what SQLAlchemy says of a connection that an interrupt broke; errors are told by us."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    logging.getLogger("sqlalchemy").addHandler(_UNHEARD)
    speak_utf8()
    parser = _make_parser()
    options = parser.parse_args(arguments)
    try:
        run: Callable[[argparse.Namespace], int] = options.run
        code = run(options)
        say(end="")
    except WrongUse as error:
        return complain(error, WRONG_USE)
    except SegmentationError as error:
        return complain(error, DATA_SAY_NO)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return complain(f"{where}{error.strerror or error}", DATA_SAY_NO)
    except KeyboardInterrupt:
        return complain("interrupted; the store holds all or nothing of each step", _INTERRUPTED)
    return code


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="segmentation",
        description="Contact segmentation: choose contacts by criteria, log, verify the journal.",
        epilog="Exit codes: 0 done, 1 the data say no, 2 wrong use.",
    )
    parser.add_argument("--version", action="version", version=version("segmentation"))
    parser.add_argument(
        "--erasures-key",
        type=Path,
        metavar="FILE",
        help="the key of the list of erasures that lies beside the store",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    add_demo(commands)
    add_import(commands)
    add_export(commands)
    add_select(commands)
    add_criteria(commands)
    add_delta(commands)
    add_journal(commands)
    add_schema(commands)
    return parser
