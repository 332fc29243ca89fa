"""Records and other values to plain data and back: the only module that knows cattrs."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from itertools import repeat
from json.encoder import encode_basestring
from types import MappingProxyType
from typing import Any, TypeVar

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

from segmentation.codes import Option
from segmentation.columns import Columns
from segmentation.errors import InvalidValue, Message, text_of
from segmentation.fields import Extra, Value

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


def fragments(
    items: Columns[Any],
    names: Iterable[str],
    others: Mapping[str, Iterable[str]] = MappingProxyType({}),
) -> Iterator[str]:
    """Some fields of records, as they stand in canonical JSON: each after a comma, by name.

    They are exactly what ``to_json(to_data(record))`` writes of these fields; what the records
    share is written once.

    Args:
        items: The records.
        names: The names of the fields.
        others: What stands among them under other names, written already, one for each record.
    """
    fields = attrs.fields_dict(items.kind)
    parts: list[Iterable[str]] = []
    shared = ""
    for name in sorted({*names, *others}):
        if name in items.shared:
            shared += _fragment(fields[name], items.shared[name])
            continue
        own = others.get(name) or _fragments(fields[name], items.columns[name])
        parts += [repeat(shared, items.size), own]
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


def reason_of(error: BaseException) -> Message:
    """Why stored data cannot be read, in words that can be told in any language.

    >>> try:
    ...     json.loads("{")
    ... except ValueError as error:
    ...     print(reason_of(error))
    it is no JSON from line 1, column 2 on
    """
    said = text_of(error)
    if isinstance(said, Message):
        return said
    if isinstance(error, json.JSONDecodeError):
        reason = "it is no JSON from line {line}, column {column} on"
        return Message(reason, line=error.lineno, column=error.colno)
    if isinstance(error, RecursionError):
        return Message("it is nested too deep")
    return Message("it is not in the form that is stored")


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
        reason = Message("cannot be read: {error}", error=reason_of(error))
        raise InvalidValue("JSON", str(text)[:60], reason) from error
