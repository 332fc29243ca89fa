"""Selections to plain data and back, and the JSON Schema of their stored form."""

from collections.abc import Callable, Mapping
from typing import TypeVar, assert_never

from segmentation.criteria import (
    MEANING,
    AllOf,
    AnyOf,
    Aspect,
    Criteria,
    Cut,
    Figure,
    Filter,
    First,
    Followed,
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
from segmentation.errors import InvalidValue, Message, SegmentationError, unexpected

from ._values import JSON, from_json, to_json

T = TypeVar("T")


def criteria_to_data(criteria: Criteria) -> JSON:
    """A selection as plain data: one tagged object for each node, filters as their texts.

    >>> from segmentation.criteria import make_selection
    >>> criteria_to_data(make_selection({"contact": {"city": "Bern|Basel"}}))
    {'part': {'table': 'contact', 'where': [['city', 'Bern|Basel']]}}
    """
    match criteria:
        case Part(table, conditions):
            where = [
                [each.field, to_text(each.filter), *([str(each.aspect)] if each.aspect else [])]
                for each in conditions
            ]
            return {"part": {"table": table, "where": where}}
        case Figure(measure, field, part, filtered, aspect):
            figure = {
                "measure": str(measure),
                "field": field,
                "of": criteria_to_data(part),
                "filter": to_text(filtered),
            }
            return {"figure": figure | ({"aspect": str(aspect)} if aspect else {})}
        case Followed():
            return {"followed": _followed_to_data(criteria)}
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


def _followed_to_data(followed: Followed) -> JSON:
    without = followed.without
    return {
        "field": followed.field,
        "first": criteria_to_data(followed.first),
        "then": criteria_to_data(followed.then),
        "within": followed.within,
        "later_day": followed.later_day,
        "without": None if without is None else criteria_to_data(without),
    }


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
    where = (
        Where(_a(str, field), _filter(text), *map(Aspect, aspect))
        for field, text, *aspect in data["where"]
    )
    return Part(_a(str, data["table"]), tuple(where))


def _part_of(data: JSON) -> Part:
    _only(data, "part")
    return _part(data["part"])


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
    _only(data, "measure", "field", "of", "filter", *(["aspect"] if "aspect" in data else []))
    measure, part = Measure(data["measure"]), _part_of(data["of"])
    aspect = Aspect(data["aspect"]) if "aspect" in data else None
    return Figure(measure, _a(str, data["field"]), part, _filter(data["filter"]), aspect)


def _followed(data: JSON) -> Followed:
    _only(data, "field", "first", "then", "within", "later_day", "without")
    within, without = data["within"], data["without"]
    return Followed(
        _a(str, data["field"]),
        _part_of(data["first"]),
        _part_of(data["then"]),
        None if within is None else _a(int, within),
        _a(bool, data["later_day"]),
        None if without is None else _part_of(without),
    )


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
    "followed": _followed,
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
    '{"criteria":{"in_segment":"SM00001"},"meaning":2,"version":1}'
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
            reason = Message("is not known; this library reads up to {known}", known=known)
            raise InvalidValue(f"criteria.{name}", data[name], reason)
    return criteria_from_data(data["criteria"])


def criteria_json_schema() -> JSON:
    """The JSON Schema (2020-12) of what `criteria_to_json` writes."""
    text, number = {"type": "string"}, {"type": "integer"}
    selection = {"$ref": "#/$defs/selection"}
    several = {"type": "array", "items": selection, "minItems": 2}
    aspect = {"enum": [aspect.value for aspect in Aspect]}
    where = _tuple_schema(text, {"$ref": "#/$defs/filter"}, optional=aspect)
    part = _object_schema(table=text, where={"type": "array", "items": where})
    figure = _object_schema(
        measure={"enum": [measure.value for measure in Measure]},
        field=text,
        of=_object_schema(part=part),
        filter={"$ref": "#/$defs/filter"},
    )
    figure["properties"]["aspect"] = aspect
    row = _object_schema(part=part)
    followed = _object_schema(
        field=text,
        first=row,
        then=row,
        within={"type": ["integer", "null"], "minimum": 0},
        later_day={"type": "boolean"},
        without={"anyOf": [row, {"type": "null"}]},
    )
    order = {"type": "array", "items": _tuple_schema(text, {"type": "boolean"})}
    nodes = {
        "part": part,
        "figure": figure,
        "followed": followed,
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


def _tuple_schema(*items: JSON, optional: JSON = None) -> JSON:
    allowed = list(items) if optional is None else [*items, optional]
    return {"type": "array", "prefixItems": allowed, "items": False, "minItems": len(items)}
