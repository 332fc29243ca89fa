"""Values to plain data and back: the only module that knows cattrs.

Plain data is what JSON can hold. Stored data bears tags of ours, never class names; what a
record leaves at its default is left out, so that a field added later does not change what was
stored before. Canonical JSON (keys sorted, no blanks, UTF-8 as it is) gives the same bytes for
the same value on every machine.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar, assert_never

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

from .codes import Option
from .criteria import (
    AllOf,
    AnyOf,
    Criteria,
    Cut,
    Figure,
    Filter,
    First,
    InLoggedSegment,
    InSegment,
    InShare,
    Measure,
    Not,
    Order,
    Part,
    Sample,
    Selection,
    Where,
    parse,
    to_text,
)
from .errors import InvalidValue, SegmentationError
from .fields import Extra, Value

T = TypeVar("T")

JSON = Any
"""What ``json`` can hold: None, bool, int, float, str, and lists and dicts of these."""


def _make_converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True)
    converter.register_unstructure_hook(Decimal, str)
    converter.register_structure_hook(Decimal, lambda value, _: Decimal(str(value)))
    for kind in (datetime, date, time):
        converter.register_unstructure_hook(kind, lambda value: value.isoformat())
        converter.register_structure_hook(kind, lambda value, cls: cls.fromisoformat(value))
    converter.register_unstructure_hook_func(
        lambda cls: isinstance(cls, type) and issubclass(cls, Option), str
    )
    converter.register_unstructure_hook_func(lambda cls: cls == Extra, _extra_to_data)
    converter.register_structure_hook_func(lambda cls: cls == Extra, _extra_from_data)
    converter.register_unstructure_hook_factory(attrs.has, _unstructure_factory(converter))
    converter.register_structure_hook_factory(attrs.has, _structure_factory(converter))
    return converter


def _unstructure_factory(converter: cattrs.Converter) -> Callable[[Any], Any]:
    def make(cls: Any) -> Any:  # noqa: ANN401 - cattrs' own signature
        return make_dict_unstructure_fn(cls, converter, _cattrs_omit_if_default=True)

    return make


def _structure_factory(converter: cattrs.Converter) -> Callable[[Any], Any]:
    def make(cls: Any) -> Any:  # noqa: ANN401 - cattrs' own signature
        return make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True)

    return make


_TAGGED: Mapping[str, Callable[[str], Value]] = {
    "decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
}


def _extra_to_data(extra: Extra) -> JSON:
    return {name: value_to_data(value) for name, value in extra}


def _extra_from_data(data: Mapping[str, JSON], _cls: object) -> Extra:
    return tuple(sorted((name, value_from_data(value)) for name, value in data.items()))


def value_to_data(value: Value) -> JSON:
    """A field's value on its own, with its type where JSON would lose it."""
    match value:
        case Decimal():
            return {"decimal": str(value)}
        case datetime():
            return {"datetime": value.isoformat()}
        case date():
            return {"date": value.isoformat()}
        case time():
            return {"time": value.isoformat()}
        case _:
            return value


def value_from_data(data: JSON) -> Value:
    """The inverse of `value_to_data`.

    Raises:
        InvalidValue: The data bear a tag that is not ours.
    """
    if not isinstance(data, dict):
        return data  # type: ignore[no-any-return]  # what JSON holds is a Value here
    (tag, text), *more = data.items()
    if more or tag not in _TAGGED:
        raise InvalidValue("value", data, "is not a value of this library")
    return _TAGGED[tag](text)


_converter = _make_converter()
_encoder = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
)


def to_data(value: object) -> JSON:
    """A record, or another value of this library, as plain data.

    >>> from segmentation.contacts import ContactMailingGroup
    >>> to_data(ContactMailingGroup(contact_no="CT1", mailing_group_code="NEWS"))
    {'contact_no': 'CT1', 'mailing_group_code': 'NEWS'}
    """
    return _converter.unstructure(value)


def from_data(cls: type[T], data: JSON) -> T:
    """The inverse of `to_data`.

    Raises:
        InvalidValue: The data are not those of a ``cls``.
    """
    try:
        return _converter.structure(data, cls)
    except Exception as error:
        raise InvalidValue(cls.__name__, data, "is not its stored form") from error


def to_json(value: object) -> str:
    """Plain data as canonical JSON."""
    return _encoder.encode(value)


def from_json(text: str) -> JSON:
    """Plain data out of JSON.

    Raises:
        InvalidValue: The text is not JSON.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidValue("JSON", text[:60], f"cannot be read: {error}") from error


def criteria_to_data(criteria: Criteria) -> JSON:
    """A selection as plain data: one tagged object for each node, filters as their texts.

    >>> from segmentation.criteria import make_selection
    >>> criteria_to_data(make_selection({"contact": {"city": "Bern|Basel"}}))
    {'part': {'table': 'contact', 'where': [['city', 'Bern|Basel']]}}
    """
    match criteria:
        case Part(table, conditions):
            where = [[each.field, to_text(each.filter)] for each in conditions]
            return {"part": {"table": table, "where": where}}
        case Figure(measure, field, part, filtered):
            return {
                "figure": {
                    "measure": str(measure),
                    "field": field,
                    "of": criteria_to_data(part),
                    "filter": to_text(filtered),
                }
            }
        case InSegment(no):
            return {"in_segment": no}
        case InLoggedSegment(entry_no):
            return {"in_logged_segment": entry_no}
        case InShare(seed, start, stop):
            return {"in_share": {"seed": seed, "start": start, "stop": stop}}
        case Not(item):
            return {"not": criteria_to_data(item)}
        case AllOf(items):
            return {"all": [criteria_to_data(item) for item in items]}
        case AnyOf(items):
            return {"any": [criteria_to_data(item) for item in items]}
        case Cut(selection, by):
            return _cut_to_data(by, criteria_to_data(selection))
        case _:
            assert_never(criteria)


def _cut_to_data(by: First | Sample, of: JSON) -> JSON:
    match by:
        case First(count, order):
            fields = [[each.field, each.descending] for each in order]
            return {"first": {"count": count, "order": fields, "of": of}}
        case Sample(count, seed):
            return {"sample": {"count": count, "seed": seed, "of": of}}
        case _:
            assert_never(by)


def criteria_from_data(data: JSON) -> Criteria:
    """The inverse of `criteria_to_data`.

    Raises:
        InvalidValue: The data are not a selection's.
        FilterError: A filter text in them does not parse.
    """
    try:
        ((tag, content),) = data.items()
        return _NODES[tag](content)
    except (AttributeError, TypeError, KeyError, ValueError, RecursionError) as error:
        if isinstance(error, SegmentationError):
            raise
        raise InvalidValue("criteria", data, "is not the stored form of a selection") from error


def _part(data: JSON) -> Part:
    where = (Where(field, _filter(text)) for field, text in data["where"])
    return Part(data["table"], tuple(where))


def _filter(text: str) -> Filter:
    found = parse(text)
    if found is None:
        raise InvalidValue("filter", text, "is empty")
    return found


def _figure(data: JSON) -> Figure:
    part = _part(data["of"]["part"])
    return Figure(Measure(data["measure"]), data["field"], part, _filter(data["filter"]))


def _selection(data: JSON) -> Selection:
    found = criteria_from_data(data)
    if isinstance(found, Cut):
        raise InvalidValue("criteria", data, "has a cut inside")
    return found


def _first(data: JSON) -> Cut:
    order = tuple(Order(field, descending) for field, descending in data["order"])
    return Cut(_selection(data["of"]), First(data["count"], order))


_NODES: Mapping[str, Callable[[JSON], Criteria]] = {
    "part": _part,
    "figure": _figure,
    "in_segment": InSegment,
    "in_logged_segment": InLoggedSegment,
    "in_share": lambda data: InShare(data["seed"], data["start"], data["stop"]),
    "not": lambda data: Not(_selection(data)),
    "all": lambda data: AllOf(tuple(map(_selection, data))),
    "any": lambda data: AnyOf(tuple(map(_selection, data))),
    "first": _first,
    "sample": lambda data: Cut(_selection(data["of"]), Sample(data["count"], data["seed"])),
}
