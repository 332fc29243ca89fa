"""Arguments that several commands take."""

import argparse
from typing import Any

Commands = Any
"""What ``add_subparsers`` returns; argparse does not name its type."""

_NOWHERE = frozenset({"", ":memory:", "sqlite://", "sqlite:///", "sqlite:///:memory:"})
"""Stores that are gone with the command that opened them."""


def add_store(parser: argparse.ArgumentParser) -> None:
    """Let a command ask for a store that lasts."""
    parser.add_argument(
        "--store",
        required=True,
        type=_lasting,
        metavar="FILE",
        help="a SQLite file, or a database's address",
    )


def add_journal_store(parser: argparse.ArgumentParser) -> None:
    """Let a command of ``journal`` ask for the store, which stands after the verb."""
    parser.add_argument(
        "store", type=_lasting, metavar="STORE", help="a SQLite file, or a database's address"
    )


def _lasting(store: str) -> str:
    if store in _NOWHERE:
        raise argparse.ArgumentTypeError(f"{store!r} keeps nothing; name a file or an address")
    return store
