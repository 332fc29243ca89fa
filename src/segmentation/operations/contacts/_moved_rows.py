"""What is kept under a contact's number, moved to another: rows, pairs, former names, targets.

Rows that a host keeps itself are not touched.
"""

from collections.abc import Iterable, Iterator, Sequence

import attrs

from segmentation.campaigns import CampaignTarget, TargetType
from segmentation.contacts import (
    ContactBusinessRelation,
    ContactProfileAnswer,
    FormerName,
    FormerNumber,
    NotDuplicate,
)
from segmentation.fields import Record, RecordT, key_of
from segmentation.operations.followers import follow_relations
from segmentation.operations.journal import KINDS
from segmentation.operations.records import is_of_host, relations_of
from segmentation.operations.schema import contact_row_kinds
from segmentation.protocols import Store

from ._access import linked_kinds
from ._comments import last_line_no, placed_after
from ._former import keep_former_number, move_former_names
from ._moved_lines import Move
from ._pairs import move_pairs
from ._rows import ROWS, owner_field

_APART: frozenset[type[Record]] = frozenset(
    {*KINDS, CampaignTarget, FormerName, FormerNumber, NotDuplicate}
)
"""Kinds that follow the journal, or go by a way of their own."""


def rows_to_move(store: Store, move: Move) -> Sequence[Record]:
    """The rows that are ours and name a contact by its old number."""
    found: dict[tuple[object, ...], Record] = {}
    kinds = {kind: tuple(names) for kind, names in linked_kinds().items() if kind not in _APART}
    kinds |= dict.fromkeys(ROWS, ("contact_no",))
    kinds |= {kind: (field,) for kind, field in contact_row_kinds(store).items()}
    if move.as_company:
        kinds[ContactProfileAnswer] = ("contact_no", "contact_company_no")
    for kind, names in kinds.items():
        if is_of_host(store, kind):
            continue
        for name in names:
            for row in store.records.all(kind, **{name: move.old}):
                found[kind, *key_of(row)] = row
    return tuple(found.values())


def move_rows(store: Store, move: Move, rows: Sequence[Record]) -> None:
    """Let rows, pairs, former numbers and names, and targets follow a contact.

    The new number's own rows go before rows with the same key, comments after its own.

    Args:
        store: Where everything is kept; call this inside the transaction of the change.
        move: The old number and the new one.
        rows: What `rows_to_move` gave; less than that where some are not to pass.
    """
    moved = [_moved(row, move) for row in rows]
    last = last_line_no(store, move.new)
    passed = list(placed_after(moved, last) if last else moved)
    store.records.remove(rows)
    new = [row for row in passed if store.records.find(type(row), *key_of(row)) is None]
    store.records.put(new)
    move_pairs(store, move.old, move.new)
    keep_former_number(store, old=move.old, new=move.new)
    move_former_names(store, old=move.old, new=move.new)
    _move_targets(store, move)
    follow_relations(store, [*_relations((*rows, *passed)), *relations_of(store, move.new)])


def _relations(rows: Iterable[Record]) -> Iterator[ContactBusinessRelation]:
    return (row for row in rows if isinstance(row, ContactBusinessRelation))


def _moved(row: RecordT, move: Move) -> RecordT:
    owner, company = owner_field(row), "contact_company_no"
    values = {name: move.new for name in (owner, company) if getattr(row, name, "") == move.old}
    if owner in values and move.company_no is not None and hasattr(row, company):
        values[company] = move.company_no
    return attrs.evolve(row, **values)  # type: ignore[misc]  # every record is an attrs class


def _move_targets(store: Store, move: Move) -> None:
    """Let targets that are left under the old number be those of the new one."""
    left = list(store.records.all(CampaignTarget, contact_no=move.old))
    left += store.records.all(CampaignTarget, type=TargetType.CONTACT, no=move.old)
    for target in dict.fromkeys(left):
        is_contact = target.type is TargetType.CONTACT
        moved = attrs.evolve(target, no=move.new if is_contact else target.no, contact_no=move.new)
        store.records.remove([target])
        there = store.records.find(CampaignTarget, *key_of(moved))
        count = moved.no_of_targets + (there.no_of_targets if there else 0)
        store.records.put([attrs.evolve(moved, no_of_targets=count)])
