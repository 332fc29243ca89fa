"""The fields of a host's own that the actions of a segment ask for."""

from collections.abc import Iterable, Iterator

from segmentation.criteria import Criteria
from segmentation.operations.schema import schema_of
from segmentation.protocols import Store
from segmentation.segments import CriteriaAction, OwnFields, SavedCriteria, actions_from_json

from ._mentions import own_fields_named
from ._versions import definitions_version


def own_fields_in(store: Store, actions: Iterable[CriteriaAction]) -> OwnFields:
    """The fields of the host's own that actions ask for, as they are defined now."""
    schema = schema_of(store)
    found = {
        (table, field.name, str(field.type))
        for criteria in _criteria_of(store, actions)
        for table, field in own_fields_named(schema, criteria)
    }
    return OwnFields(definitions_version(store), tuple(sorted(found)))


def _criteria_of(store: Store, actions: Iterable[CriteriaAction]) -> Iterator[Criteria]:
    """What actions choose by, and the saved criteria that they refreshed from."""
    for action in actions:
        if action.criteria is not None:
            yield action.criteria
        saved = store.records.find(SavedCriteria, action.saved_code) if action.saved_code else None
        if saved is not None:
            yield from _criteria_of(store, actions_from_json(saved.actions))
