"""Values to plain data and back: the only module that knows cattrs.

Plain data is what JSON can hold. Stored data bears tags of ours, never class names; what a
record leaves at its default is left out, so that a field added later does not change what was
stored before. Canonical JSON (keys sorted, no blanks, UTF-8 as it is) gives the same bytes for
the same value on every machine.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from itertools import repeat
from json.encoder import encode_basestring
from typing import Any, TypeVar, assert_never

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

from .codes import Option
from .columns import Columns
from .criteria import (
    MEANING,
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
from .errors import InvalidValue, SegmentationError, unexpected
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


def fragments(items: Columns[Any], names: Iterable[str]) -> Iterator[str]:
    """Some fields of records, as they stand in canonical JSON: each after a comma, by name.

    They are exactly what ``to_json(to_data(record))`` writes of these fields; what the records
    share is written once.
    """
    fields = attrs.fields_dict(items.kind)
    parts: list[Iterable[str]] = []
    shared = ""
    for name in sorted(names):
        if name in items.shared:
            shared += _fragment(fields[name], items.shared[name])
        else:
            parts += [repeat(shared, items.size), _fragments(fields[name], items.columns[name])]
            shared = ""
    return map("".join, zip(*parts, repeat(shared, items.size), strict=True))


def _fragments(field: "attrs.Attribute[Any]", values: Sequence[Any]) -> Iterable[str]:
    """What `_fragment` gives for each value; texts and whole numbers are most of them."""
    start, default = f',"{field.name}":', field.default
    kinds = set(map(type, values))
    if kinds == {str}:
        return ["" if text == default else start + encode_basestring(text) for text in values]
    if kinds == {int}:
        return ["" if number == default else f"{start}{number}" for number in values]
    return [_fragment(field, value) for value in values]


def _fragment(field: "attrs.Attribute[Any]", value: Any) -> str:  # noqa: ANN401 - of any field
    """A comma, name and value; nothing for a value that is left out."""
    if value == field.default:
        return ""
    if type(value) is str:
        return f',"{field.name}":{encode_basestring(value)}'
    if type(value) is int:
        return f',"{field.name}":{value}'
    return f',"{field.name}":{to_json(_converter.unstructure(value, unstructure_as=field.type))}'


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
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidValue("JSON", str(text)[:60], f"cannot be read: {error}") from error


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
            raise unexpected("criteria", criteria, "is no selection of ours")


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
    _only(data, "table", "where")
    where = (Where(_a(str, field), _filter(text)) for field, text in data["where"])
    return Part(_a(str, data["table"]), tuple(where))


def _a(kind: type[T], value: JSON) -> T:
    """The value, if it is of just this kind: JSON's true is no number."""
    if type(value) is not kind:
        raise TypeError(value)
    return value


def _only(data: JSON, *names: str) -> None:
    if set(data) != set(names):
        raise KeyError(*data)


def _filter(text: str) -> Filter:
    found = parse(_a(str, text))
    if found is None:
        raise InvalidValue("filter", text, "is empty")
    return found


def _figure(data: JSON) -> Figure:
    _only(data, "measure", "field", "of", "filter")
    _only(data["of"], "part")
    measure, part = Measure(data["measure"]), _part(data["of"]["part"])
    return Figure(measure, _a(str, data["field"]), part, _filter(data["filter"]))


def _share(data: JSON) -> InShare:
    _only(data, "seed", "start", "stop")
    return InShare(_a(str, data["seed"]), _a(int, data["start"]), _a(int, data["stop"]))


def _selection(data: JSON) -> Selection:
    found = criteria_from_data(data)
    if isinstance(found, Cut):
        raise InvalidValue("criteria", data, "has a cut inside")
    return found


def _first(data: JSON) -> Cut:
    _only(data, "count", "order", "of")
    order = tuple(Order(_a(str, field), _a(bool, down)) for field, down in data["order"])
    return Cut(_selection(data["of"]), First(_a(int, data["count"]), order))


def _sample(data: JSON) -> Cut:
    _only(data, "count", "seed", "of")
    return Cut(_selection(data["of"]), Sample(_a(int, data["count"]), _a(str, data["seed"])))


_NODES: Mapping[str, Callable[[JSON], Criteria]] = {
    "part": _part,
    "figure": _figure,
    "in_segment": lambda data: InSegment(_a(str, data)),
    "in_logged_segment": lambda data: InLoggedSegment(_a(int, data)),
    "in_share": _share,
    "not": lambda data: Not(_selection(data)),
    "all": lambda data: AllOf(tuple(map(_selection, data))),
    "any": lambda data: AnyOf(tuple(map(_selection, data))),
    "first": _first,
    "sample": _sample,
}

CRITERIA_VERSION = 1
"""Version of the stored form of a selection on its own."""


def criteria_to_json(criteria: Criteria) -> str:
    """A selection on its own, as it is stored or handed to others.

    It bears the version of the form and that of the language's meaning.

    >>> from segmentation.criteria import InSegment
    >>> criteria_to_json(InSegment("SM00001"))
    '{"criteria":{"in_segment":"SM00001"},"meaning":1,"version":1}'
    """
    try:
        data = criteria_to_data(criteria)
    except RecursionError:
        raise InvalidValue("criteria", "...", "are nested too deep to be stored") from None
    return to_json({"version": CRITERIA_VERSION, "meaning": MEANING, "criteria": data})


def criteria_from_json(text: str) -> Criteria:
    """The inverse of `criteria_to_json`.

    Raises:
        InvalidValue: The text is not a stored selection, or is one of a later version.
        FilterError: A filter text in it does not parse.
    """
    data = from_json(text)
    if not isinstance(data, dict) or set(data) != {"version", "meaning", "criteria"}:
        raise InvalidValue("criteria", text[:60], "is not a stored selection")
    for name, known in (("version", CRITERIA_VERSION), ("meaning", MEANING)):
        if type(data[name]) is not int or not 1 <= data[name] <= known:
            reason = f"is not known; this library reads up to {known}"
            raise InvalidValue(f"criteria {name}", data[name], reason)
    return criteria_from_data(data["criteria"])


def criteria_json_schema() -> JSON:
    """The JSON Schema (2020-12) of what `criteria_to_json` writes."""
    text, number = {"type": "string"}, {"type": "integer"}
    selection = {"$ref": "#/$defs/selection"}
    several = {"type": "array", "items": selection, "minItems": 2}
    where = _tuple_schema(text, {"$ref": "#/$defs/filter"})
    part = _object_schema(table=text, where={"type": "array", "items": where})
    figure = _object_schema(
        measure={"enum": [measure.value for measure in Measure]},
        field=text,
        of=_object_schema(part=part),
        filter={"$ref": "#/$defs/filter"},
    )
    order = {"type": "array", "items": _tuple_schema(text, {"type": "boolean"})}
    nodes = {
        "part": part,
        "figure": figure,
        "in_segment": text,
        "in_logged_segment": number,
        "in_share": _object_schema(seed=text, start=number, stop=number),
        "not": selection,
        "all": several,
        "any": several,
    }
    cuts = {
        "first": _object_schema(count=number, order=order, of=selection),
        "sample": _object_schema(count=number, seed=text, of=selection),
    }
    whole = _object_schema(
        version={"const": CRITERIA_VERSION},
        meaning={"const": MEANING},
        criteria={"anyOf": [selection, *(_object_schema(**{tag: cuts[tag]}) for tag in cuts)]},
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A stored selection",
        **whole,
        "$defs": {
            "filter": {"type": "string", "minLength": 1, "title": "A filter text"},
            "selection": {"anyOf": [_object_schema(**{tag: nodes[tag]}) for tag in nodes]},
        },
    }


def _object_schema(**properties: JSON) -> JSON:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _tuple_schema(*items: JSON) -> JSON:
    return {"type": "array", "prefixItems": list(items), "items": False, "minItems": len(items)}
