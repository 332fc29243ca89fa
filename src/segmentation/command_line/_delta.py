"""The command ``delta``: who came into a segment and who went, for another system."""

import argparse
from pathlib import Path

from segmentation.operations.data import lines_of_cells
from segmentation.operations.segments import take_delta

from ._arguments import Commands, add_store
from ._output import DONE, say
from ._stores import existing

_HEADER = ("key", "segment_no", "contact_no", "change")


def add_delta(commands: Commands) -> None:
    """Add the command, its arguments and what it runs."""
    delta = commands.add_parser(
        "delta",
        help="print who came into a segment and who went",
        description="Print as CSV who came into a segment and who went since that was last taken"
        " over. The same rows are printed again until --take says that they were.",
    )
    add_store(delta)
    delta.add_argument("--segment", required=True, metavar="NO", help="the segment")
    delta.add_argument(
        "--state",
        required=True,
        type=Path,
        metavar="FILE",
        help="the file that keeps what was taken, one for each other system",
    )
    delta.add_argument(
        "--take", action="store_true", help="the rows printed last were taken; print none"
    )
    delta.set_defaults(run=_delta)


def _delta(options: argparse.Namespace) -> int:
    if options.take:
        take_delta(options.segment, options.state)
        return DONE
    with existing(options.store, options.erasures_key) as workspace:
        found = workspace.segment(options.segment).delta(options.state)
    rows = [[getattr(row, name) for name in _HEADER] for row in found.rows]
    say("".join(lines_of_cells([_HEADER, *rows])), end="")
    return DONE
