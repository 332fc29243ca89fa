"""How often the definitions of a store changed, and what earlier versions of the library took."""

import warnings
from collections.abc import Iterator, Mapping, Sequence

from segmentation.definitions import Definitions, OwnField
from segmentation.errors import (
    Fault,
    Identifier,
    Message,
    Rejected,
    near_hint,
    near_name,
)
from segmentation.fields import (
    Field,
    Record,
    is_value_of,
)
from segmentation.kinds import record_kinds
from segmentation.operations.checks import place_of
from segmentation.operations.schema import kinds_in
from segmentation.protocols import Store

from ._uses import WITHIN_SEGMENTS


def raise_version(store: Store) -> None:
    """Count a change of the definitions."""
    version = definitions_version(store) + 1
    store.records.put([Definitions(version=version)])


def definitions_version(store: Store) -> int:
    """How often the definitions have changed; 0 if there never were any."""
    found = store.records.find(Definitions)
    return found.version if found else 0


class DefinitionsWarning(UserWarning):
    """Own fields that an earlier version of the library took unseen, and that cannot be used."""


def look_over(store: Store) -> None:
    """Tell once of own fields that an earlier version took unseen, when it opens their store.

    Warns:
        DefinitionsWarning: There are some; `definition_faults` says which, as often as asked.
    """
    if store.records.find(Definitions) is not None:
        return
    if next(store.records.all(OwnField), None) is None:
        return
    with store.transaction():
        raise_version(store)
        faults = definition_faults(store)
    if faults:
        told = Rejected(Message("definitions"), faults)
        warnings.warn(DefinitionsWarning(str(told)), stacklevel=4)


def definition_faults(store: Store) -> Sequence[Fault]:
    """What earlier versions took and would be refused today: definitions and values.

    A definition that makes no sense is not used, and a value that is not of its field's type
    counts as missing; both stay as they are until somebody mends them.
    """
    found: list[Fault] = []
    fields: dict[str, dict[str, Field]] = {}
    known = kinds_in(store)
    for own in store.records.all(OwnField):
        place = Identifier(own.table)
        if own.table not in known:
            near = near_name(own.table, known)
            hint = near_hint(near)
            reason = Message("there is no table {name!r}{hint}", name=own.table, hint=hint)
            found.append(Fault(place, own.name, reason, "unknown_table"))
        elif not own.is_sound:
            reason = Message("{type!r} is no type of field that can be used", type=own.type)
            found.append(Fault(place, own.name, reason, "unknown_type"))
        else:
            fields.setdefault(own.table, {})[own.name] = own.field
    for table, declared in fields.items():
        if table in record_kinds():
            found += _value_faults(store, record_kinds()[table], declared)
    return found


def _value_faults(
    store: Store, kind: type[Record], declared: Mapping[str, Field]
) -> Iterator[Fault]:
    for record in () if kind in WITHIN_SEGMENTS else store.records.all(kind):
        for name, value in getattr(record, "extra", ()):
            field = declared.get(name)
            if field is not None and value is not None and not is_value_of(field.type, value):
                reason = Message(
                    "{value!r} is no value of type {type}", value=value, type=Message(field.type)
                )
                yield Fault(place_of(record), name, reason, "wrong_type")
