"""Names of our tables with the prefix and schema of a host: which of them every database holds."""

from collections import Counter

from segmentation.errors import InvalidValue, Message

from ._guards import guard_names
from ._letters import VERBS, function_name
from ._tables import Tables
from ._types import can_hold_text

_LONGEST = 63
"""Bytes; PostgreSQL cuts longer names."""


def check_names(tables: Tables) -> None:
    """Check that a prefix and a schema give names that are kept whole and apart.

    Raises:
        InvalidValue: They do not; nothing was sent to the database.
    """
    for field, name in (("prefix", tables.prefix), ("schema", tables.schema or "")):
        if "%" in name or not can_hold_text(name):
            sign = next(each for each in name if each == "%" or not can_hold_text(each))
            reason = Message("holds {sign!r}, which names of tables cannot have", sign=sign)
            raise InvalidValue(field, name, reason)
    if tables.schema and len(tables.schema.encode()) > _LONGEST:
        raise InvalidValue("schema", tables.schema, _too_long(tables.schema))
    names = [table.name for table in tables.ours]
    names += [*guard_names(tables), *(function_name(tables, verb)[1] for verb in VERBS)]
    longest = max(names, key=lambda name: len(name.encode()))
    indexes = [str(index.name).encode() for table in tables.ours for index in table.indexes]
    cut = Counter(name[:_LONGEST] for name in indexes)
    if len(longest.encode()) > _LONGEST or max(cut.values()) > 1:
        raise InvalidValue("prefix", tables.prefix, _too_long(longest))


def _too_long(name: str) -> Message:
    return Message(
        "is too long; {name!r} and its indexes must be told apart by {most} bytes",
        name=name,
        most=_LONGEST,
    )
