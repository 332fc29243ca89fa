"""From how many recipients on a plan needs approval: each change of that is an entry."""

from collections.abc import Iterable, Iterator

from segmentation.fields import Record
from segmentation.journal import ApprovalSet
from segmentation.operations.context import Context
from segmentation.setup import MarketingSetup
from segmentation.templates import InteractionTemplate

from ._record import record


def record_approval_changes(
    context: Context, pairs: Iterable[tuple[Record | None, Record | None]]
) -> None:
    """Record what set-up and templates say of approval, if that changes; inside a transaction.

    Args:
        context: Store, user, day and clock.
        pairs: Records before and after; other kinds are passed over.
    """
    changed = list(_changes(pairs))
    if changed:
        record(context.store, changed, context.stamp)


def _changes(pairs: Iterable[tuple[Record | None, Record | None]]) -> Iterator[ApprovalSet]:
    for before, after in pairs:
        either = after or before
        if isinstance(either, MarketingSetup | InteractionTemplate):
            code = either.code if isinstance(either, InteractionTemplate) else ""
            old, new = _required_from(before), _required_from(after)
            if old != new:
                yield ApprovalSet(template_code=code, before=old, after=new)


def _required_from(record: Record | None) -> int:
    found: int = getattr(record, "approval_required_from", 0)
    return found
