"""The set-up: one record each for marketing, the company and the templates of documents."""

from collections.abc import Mapping

import attrs

from segmentation.fields import RecordT
from segmentation.operations.checks import check_records, placed
from segmentation.operations.context import Context
from segmentation.operations.journal import record_approval_changes
from segmentation.operations.records import name_of
from segmentation.operations.schema import parse_values
from segmentation.protocols import Store


def get_setup(store: Store, kind: type[RecordT]) -> RecordT:
    """The one record of a set-up; a blank one if nothing was set up yet.

    Args:
        store: Where it is kept.
        kind: Its kind: `MarketingSetup`, `CompanyInformation` or `InteractionTemplateSetup`.
    """
    return store.records.find(kind) or kind()


def change_setup(context: Context, kind: type[RecordT], fields: Mapping[str, object]) -> RecordT:
    """Change fields of a set-up.

    Args:
        context: Store, user, day and clock.
        kind: Its kind.
        fields: The fields with their new values.

    Raises:
        UnknownName: The set-up has no such field.
        Rejected: Values do not fit, or name what is not there: all of them; nothing is changed.
    """
    store = context.store
    with store.transaction():
        values = parse_values(store, kind, fields)
        before = get_setup(store, kind)
        changed = attrs.evolve(before, **values)  # type: ignore[misc]  # an attrs class
        check_records(store, placed([changed]), what=name_of(kind))
        store.records.put([changed])
        record_approval_changes(context, [(before, changed)])
        return changed
