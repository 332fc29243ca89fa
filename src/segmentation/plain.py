"""Values as plain data that any program can read, and records out of it.

Plain data is what JSON holds. Of one value it tells all fields; of many it tells how many there
are and the first of them, each by its essence, so that the data of a large segment stay small.
Contacts, entries and lines are named by their numbers, contents of attachments by their hash.
Numbers that must be exact (costs, durations) are texts, rates are numbers, and so are counts.

A class that has something else to tell than its fields says so by a method ``_plain_``, which gives
values by name; what else a value is in many is told by the fields that it is shown by.
"""

import datetime as dt
from collections.abc import Mapping, Sequence, Sized
from collections.abc import Set as AbstractSet
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from typing import Any, get_args, get_origin

import attrs

from .columns import Columns
from .criteria import (
    AllOf,
    AnyOf,
    Between,
    BoundSelection,
    Compare,
    Cut,
    Figure,
    Followed,
    InLoggedSegment,
    InSegment,
    InShare,
    Like,
    Not,
    Part,
    Token,
    describe,
    to_text,
)
from .errors import InvalidValue, SegmentationError
from .fields import Record
from .kinds import record_kinds
from .segments import History
from .serialization import JSON, criteria_to_data, from_data, to_data
from .showing import essence_of, has_few_numbers

FIRST = 5
"""How many of many values are given; `to_plain` of each gives the others."""

RECORD = "record"
"""The field of a record's plain data that names its table."""


def to_plain(value: object) -> JSON:
    """A value of this library as plain data, which ``json.dumps`` takes.

    A record gives all that it does not leave at its default, and the name of its table, so that
    `from_plain` makes it again. Any other value gives its fields: numbers and short texts in it
    are all there, of other values the count and the first five. Decimals, dates and times are
    texts; a blank date is ``None``. Keys of a mapping that are no texts or numbers are given
    beside their values, in pairs.

    Args:
        value: A value that the library gave, or a list, tuple, set or mapping of such values.

    Raises:
        InvalidValue: It is none, a function say.

    >>> from segmentation.contacts import ContactMailingGroup
    >>> to_plain(ContactMailingGroup(contact_no="CT1", mailing_group_code="NEWS"))
    {'record': 'contact_mailing_group', 'contact_no': 'CT1', 'mailing_group_code': 'NEWS'}
    """
    if _is_scalar(value):
        return _scalar(value)
    match value:
        case Record():
            return {RECORD: value.__table__, **to_data(value)}
        case SegmentationError():
            return {"error": value.code, "text": str(value)}
        case BoundSelection():
            return {"selection": describe(value), "as_of": to_plain(value.as_of)}
        case Columns() | History():
            return _rows(value)
        case Mapping():
            return _mapping(value)
        case _ if hasattr(value, "_plain_"):
            return {name: to_plain(each) for name, each in value._plain_().items()}
        case _ if _is_criteria(value):
            return _criteria(value)
        case _ if attrs.has(type(value)):
            return _fields(value)
        case AbstractSet():
            return _sequence(sorted(value, key=str))
        case Sequence():
            return _sequence(value)
        case _:
            raise InvalidValue("value", value, "is no value of this library, and has no plain data")


def from_plain(data: JSON) -> Record:
    """The inverse of `to_plain` for records.

    Raises:
        InvalidValue: The data are not those of a record of ours.

    >>> from_plain({"record": "contact", "no": "CT1", "name": "Anna Berg", "type": "person"})
    Contact('CT1', 'Anna Berg', person)
    """
    table = data.get(RECORD) if isinstance(data, dict) else None
    kind = record_kinds().get(table) if isinstance(table, str) else None
    if kind is None:
        raise InvalidValue(RECORD, table, "is no table of this library's records")
    return from_data(kind, {name: each for name, each in data.items() if name != RECORD})


# -- one value --------------------------------------------------------------------------------

_SCALARS = (str, int, float, Decimal, bytes, Enum, dt.date, dt.time, dt.timedelta, dt.tzinfo)


def _is_scalar(value: object) -> bool:
    """Whether a value is one thing in itself."""
    return value is None or isinstance(value, (*_SCALARS, type))


def _scalar(value: Any) -> JSON:  # noqa: ANN401 - one of those above
    match value:
        case Enum():
            return value.value
        case str():
            return str(value)
        case Decimal() | dt.tzinfo():
            return str(value)
        case dt.date() | dt.time():
            return value.isoformat()
        case dt.timedelta():
            return value.total_seconds()
        case bytes():
            return {"bytes": len(value), "sha256": sha256(value).hexdigest()}
        case type():
            return value.__name__
        case _:
            return value


def _fields(value: Any) -> JSON:  # noqa: ANN401 - of any attrs class
    """The fields of a value; what it bears along only to be shown in words is no part of it."""
    found = {}
    for field in attrs.fields(type(value)):
        if field.eq and not field.name.startswith("_"):
            found[field.name] = _field(value, field.type, getattr(value, field.name))
    return found


def _field(value: object, annotation: object, found: object) -> JSON:
    """A field's value; branches of a tree are given as whole as the tree."""
    if isinstance(found, tuple) and found and all(type(each) is type(value) for each in found):
        return [_fields(each) for each in found]
    if isinstance(found, tuple) and not found and _holds_values(annotation):
        return _rows(found)
    return to_plain(found)


def _holds_values(annotation: object) -> bool:
    """Whether a field holds many values that have fields themselves, though now it is empty."""
    inner = get_args(annotation)
    return get_origin(annotation) is tuple and isinstance(inner[0], type) and attrs.has(inner[0])


_TREE = (Part, Figure, Followed, InSegment, InLoggedSegment, InShare, Cut)
_FILTER = (Compare, Between, Like, Token)


def _is_criteria(value: object) -> bool:
    return isinstance(_leaf(value), (*_TREE, *_FILTER))


def _leaf(value: object) -> object:
    """The first node below that joins no others: it tells a selection from a filter."""
    while isinstance(value, Not | AllOf | AnyOf):
        value = value.item if isinstance(value, Not) else value.items[0]
    return value


def _criteria(value: Any) -> JSON:  # noqa: ANN401 - a selection or a filter
    return to_text(value) if isinstance(_leaf(value), _FILTER) else criteria_to_data(value)


# -- many values ------------------------------------------------------------------------------


def _sequence(items: Sequence[Any]) -> JSON:
    """Plain values and pairs of them all, others by their number and the first of them."""
    if all(_is_flat(item) for item in items):
        return [_row(item) for item in items]
    return _rows(items)


def _is_flat(item: object) -> bool:
    return _is_scalar(item) or (isinstance(item, tuple) and all(map(_is_scalar, item)))


def _rows(items: Sequence[Any]) -> JSON:
    return {"count": len(items), "first": [_row(item) for item in items[:FIRST]]}


def _mapping(items: Mapping[Any, Any]) -> JSON:
    flat = all(map(_is_flat, items.values()))
    pairs = [(key, _row(each)) for key, each in list(items.items())[: None if flat else FIRST]]
    if all(isinstance(key, str | int | dt.date) for key in items):
        found: JSON = {str(_scalar(key)): each for key, each in pairs}
    else:
        found = [[to_plain(key), each] for key, each in pairs]
    return found if flat else {"count": len(items), "first": found}


def _row(item: Any) -> JSON:  # noqa: ANN401 - of any class
    """A value as one of many: its essence."""
    if _is_scalar(item):
        return _scalar(item)
    if isinstance(item, tuple):
        return [_row(each) for each in item]
    if _is_criteria(item):
        return _criteria(item)
    if hasattr(item, "__shown__"):
        return {name: _within_row(each) for name, each in essence_of(item)}
    if attrs.has(type(item)):
        fields = (field.name for field in attrs.fields(type(item)) if field.eq)
        return {name: _within_row(getattr(item, name)) for name in fields if name[0] != "_"}
    return to_plain(item)


def _within_row(value: Any) -> JSON:  # noqa: ANN401 - of any class
    """A field of a row: what it counts, where it holds many."""
    if _is_scalar(value):
        return _scalar(value)
    if isinstance(value, Mapping) and has_few_numbers(value):
        return _mapping(value)
    return len(value) if isinstance(value, Sized) else _row(value)
