"""What changed in a store since somebody last looked, by contact: what live segments go by.

Changes are noted by table, with the value that links a row to its contacts. This module knows no
store; how long changes are kept is the store's affair.
"""

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from typing import TypeAlias

from segmentation.criteria import Table
from segmentation.definitions import OwnField, OwnTable, contact_field, is_row_kind
from segmentation.fields import Record
from segmentation.segments import FILTERED, SavedCriteria
from segmentation.templates import InteractionTemplate

MOST = 1_000
"""Of so many contacts at most a change is noted by contact; of more, only the table is."""

Changed: TypeAlias = Mapping[str, AbstractSet[str] | None]
"""The links of rows that were added, changed or removed, by table; ``None`` for any of them."""

RULES: tuple[str, ...] = tuple(
    kind.__table__ for kind in (SavedCriteria, OwnTable, OwnField, InteractionTemplate)
)
"""The tables that say how segments choose; of them is noted only that they changed."""

_OWNERS: Mapping[str, str] = {
    kind.__table__: "no" if link is None else "" if link.through else link.on[0][0]
    for kind, _, link in FILTERED
} | dict.fromkeys(RULES, "")


def owner_field(kind: type[Record]) -> str | None:
    """The field of a kind's records by which changes are noted.

    Returns:
        The field; empty if only the table is noted; ``None`` if no segment depends on the kind.
    """
    if is_row_kind(kind):
        return contact_field(kind)
    return _OWNERS.get(kind.__table__)


def linked_field(table: Table, base: str, key: str) -> str | None:
    """The field of contacts whose values are noted as the links of a table's rows.

    Args:
        table: The table of a schema.
        base: The name of the table of contacts.
        key: The field that holds their number.

    Returns:
        The field; ``None`` if a changed row does not tell whose it is.
    """
    if table.name == base:
        return key
    link = table.link
    if link is None or link.through or link.only:
        return None
    return link.on[0][1]


def joined(noted: Collection[tuple[str, AbstractSet[str] | None]]) -> Changed:
    """What was noted step by step, as one."""
    found: dict[str, set[str] | None] = {}
    for table, owners in noted:
        known = found.setdefault(table, set())
        if owners is None or known is None:
            found[table] = None
        else:
            known.update(owners)
    return found
