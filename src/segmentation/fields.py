"""The types of fields, and how a record declares its own.

A record is a frozen class whose annotations say all that the rest of the library wants to
know of a field: its type, its length, the table that it refers to. Filter schemas, stores,
files and documents read it from there, so that it is said once. Knows no record.
"""

import sys
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from functools import cache
from operator import attrgetter
from typing import (
    Annotated,
    Any,
    ClassVar,
    TypeAlias,
    TypeVar,
    cast,
    get_args,
    get_origin,
)

import attrs

from .codes import Option, to_code
from .errors import InvalidValue, Message, UnknownName
from .languages import captions
from .showing import show, shown_by

Value: TypeAlias = str | int | Decimal | bool | date | datetime | time | None
"""What a field holds. ``None`` is the blank of a date, a datetime or a time only."""

LEAST, GREATEST = -(2**63), 2**63 - 1
"""Whole numbers lie between these two, so that every store can hold them."""


class FieldType(StrEnum):
    """The types that a field can have; each has an order and a blank value."""

    CODE = "code"
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    OPTION = "option"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"


def to_field_type(value: str) -> FieldType:
    """A type of field by its name.

    Raises:
        UnknownName: There is no such type; the error carries the near name.

    >>> to_field_type("integer") is FieldType.INTEGER
    True
    """
    try:
        return FieldType(value)
    except ValueError:
        raise UnknownName("field type", str(value), known=map(str, FieldType)) from None


def as_texts(given: Iterable[str]) -> tuple[str, ...]:
    """Several texts; one alone is one of them, not its letters."""
    return (given,) if isinstance(given, str) else tuple(given)


@shown_by("table")
@attrs.frozen
class RefersTo:
    """Marks a field that holds the key of a record of another table."""

    table: str


@shown_by("characters")
@attrs.frozen
class Length:
    """Marks a code or text with the greatest number of characters that it may have."""

    characters: int


@shown_by("name")
@attrs.frozen
class AlsoCalled:
    """Marks a field that files may name otherwise ("unit_cost_lcy" for "unit_cost")."""

    name: str


Code: TypeAlias = Annotated[str, FieldType.CODE, Length(20)]
ShortCode: TypeAlias = Annotated[str, FieldType.CODE, Length(10)]
LongCode: TypeAlias = Annotated[str, FieldType.CODE, Length(30)]
Text: TypeAlias = Annotated[str, FieldType.TEXT, Length(100)]
Mail: TypeAlias = Annotated[str, FieldType.TEXT, Length(80)]
Phone: TypeAlias = Annotated[str, FieldType.TEXT, Length(30)]
LongText: TypeAlias = Annotated[str, FieldType.TEXT]


@shown_by("name", "type", "refers_to")
@attrs.frozen
class Field:
    """What is known of one field.

    Attributes:
        name: The field's name, in snake case.
        type: Its type, or the name of it.
        length: Greatest number of characters; 0 for no limit.
        options: Names of an option field, in their order; the first is the blank.
        refers_to: Table whose key the field holds; empty if none.
        also_called: Another name that files may use; empty if none.
        extra: Whether a host added it: then it is found in the record's ``extra``.
        captions: Further words for options, in any language: pairs of caption and option.
        called: What the field is called for people, in any language.
    """

    name: str
    type: FieldType = attrs.field(converter=to_field_type)
    length: int = 0
    options: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    refers_to: str = ""
    also_called: str = ""
    extra: bool = False
    captions: tuple[tuple[str, str], ...] = attrs.field(default=(), eq=False)
    called: tuple[str, ...] = attrs.field(default=(), converter=as_texts, eq=False)

    @property
    def blank(self) -> Value:
        """The value that a missing one stands for."""
        return self.options[0] if self.options else _BLANKS[self.type]


_BLANKS: Mapping[FieldType, Value] = {
    FieldType.CODE: "",
    FieldType.TEXT: "",
    FieldType.INTEGER: 0,
    FieldType.DECIMAL: Decimal(0),
    FieldType.BOOLEAN: False,
    FieldType.OPTION: "",
    FieldType.DATE: None,
    FieldType.DATETIME: None,
    FieldType.TIME: None,
}

_PLAIN: Mapping[type, FieldType] = {
    str: FieldType.TEXT,
    bool: FieldType.BOOLEAN,
    int: FieldType.INTEGER,
    Decimal: FieldType.DECIMAL,
    date: FieldType.DATE,
    datetime: FieldType.DATETIME,
    time: FieldType.TIME,
}

Extra: TypeAlias = tuple[tuple[str, Value], ...]
"""Extra fields that a host added: pairs of name and value, by name."""


_ESSENTIAL = ("name", "description", "type")
"""Fields that tell beside its key what a record is, where the class names none."""


class Record:
    """A frozen value that belongs to a table and has a key.

    A record class is an attrs class, frozen and by keyword, whose annotations declare its
    fields; ``with_converters`` sees to it that codes are stored as codes::

        @attrs.frozen(kw_only=True, field_transformer=with_converters)
        class Territory(Record, table="territory", key=("code",)):
            code: ShortCode
            name: Text = ""

    Attributes:
        __table__: The table's name, as in the files of the demo company ("contact").
        __key__: The fields that make up its key; none for a table of one record.
        __shown__: The fields that a record is shown by, in one line; by default the key, and
            the name, description and type if it has them.
        __checked_by_recording__: Whether what it names is looked at by who records it in the
            journal, and not once more when it is stored.
    """

    # Here, and not in each class of records: classes with the same fields are laid out alike.
    __slots__ = ("__weakref__",)
    __table__: ClassVar[str]
    __key__: ClassVar[tuple[str, ...]]
    __checked_by_recording__: ClassVar[bool]

    def __init_subclass__(
        cls,
        *,
        table: str = "",
        key: tuple[str, ...] = (),
        shown: tuple[str, ...] = (),
        checked_by_recording: bool = False,
    ) -> None:
        super().__init_subclass__()
        if table:  # attrs makes a slotted class anew from the first, which already knows these
            cls.__table__ = table
            cls.__key__ = key
            cls.__checked_by_recording__ = checked_by_recording
            named = [name for name in _ESSENTIAL if name in cls.__annotations__]
            show(cls, shown or tuple(dict.fromkeys((*key, *named))))


RecordT = TypeVar("RecordT", bound=Record)


def with_converters(
    _cls: type, attributes: list["attrs.Attribute[Any]"]
) -> list["attrs.Attribute[Any]"]:
    """Make attrs convert what a record's annotations declare: codes, options, extra fields."""
    return [
        attribute.evolve(converter=_converter(attribute.type))
        if _is_open(attribute.converter)
        else attribute
        for attribute in attributes
    ]


def _converter(annotation: Any) -> Callable[[Any], Any] | None:  # noqa: ANN401
    if FieldType.CODE in getattr(annotation, "__metadata__", ()):
        return to_code
    if isinstance(annotation, type) and issubclass(annotation, Option):
        return _option_converter(annotation)
    if annotation == Extra:
        return to_extra
    return None


def to_option(value: str) -> Any:  # noqa: ANN401 - the option that the field declares
    """Tells type checkers that a field takes an option by its name, too.

    The class of an option, as a converter, would tell some of them that anything will do. What
    converts in the end is made of the field's annotation, by `with_converters`.

    >>> to_option("person")
    'person'
    """
    return value


def _is_open(converter: object) -> bool:
    """Whether what converts a field is still to be made."""
    return converter is None or converter is to_option


def _option_converter(option: type[Option]) -> Callable[[Any], Any]:
    def convert(value: Any) -> Option:  # noqa: ANN401 - an option, or its name
        return value if type(value) is option else option(value)

    return convert


def converter_of(cls: "Kind", name: str) -> Callable[[Any], Any] | None:
    """What converts the values of a field of a record, ``None`` if they are taken as they are."""
    attribute: Any = attrs.fields_dict(cast("type[attrs.AttrsInstance]", cls))[name]
    return cast("Callable[[Any], Any] | None", attribute.converter)


def to_extra(values: Mapping[str, Value] | Extra) -> Extra:
    """Extra fields in their frozen form, ordered by name."""
    if not values:
        return ()
    pairs = values.items() if isinstance(values, Mapping) else values
    return tuple(sorted((name, value) for name, value in pairs))


Kind: TypeAlias = type[Record] | type[attrs.AttrsInstance]
"""A class whose annotations declare fields: of records, or of other values made like them."""


def fields_of(cls: Kind) -> tuple[Field, ...]:
    """The fields of a record class, or of one like it, in the order in which it declares them.

    Attributes that are no single value (tuples, ``extra``) are no fields and are left out.
    """
    return _fields_of(cast("Hashable", cls))


@cache
def _fields_of(cls: Hashable) -> tuple[Field, ...]:
    return tuple(_declared(cast("Kind", cls)))


def captioned_fields_of(cls: type[Record]) -> tuple[Field, ...]:
    """The fields of a record class, each with the words for it in all languages."""
    return _captioned_fields_of(cast("Hashable", cls))


@cache
def _captioned_fields_of(cls: Hashable) -> tuple[Field, ...]:
    record = cast("type[Record]", cls)
    return tuple(_captioned(record.__table__, field) for field in fields_of(record))


def _captioned(table: str, field: Field) -> Field:
    words = [
        (caption, option)
        for option in filter(None, field.options)
        for caption in captions(table, field.name, option)
    ]
    return attrs.evolve(field, captions=tuple(words), called=captions(table, field.name))


def _declared(cls: Kind) -> Iterator[Field]:
    for attribute in attrs.fields(cast("type[attrs.AttrsInstance]", cls)):
        field = _field(attribute.name, attribute.type)
        if field is not None:
            yield field


def _field(name: str, annotation: Any) -> Field | None:  # noqa: ANN401
    base: Any = annotation
    marks: list[object] = []
    if get_origin(annotation) is Annotated:
        base, *marks = get_args(annotation)
    if type(None) in get_args(base):
        base = next(part for part in get_args(base) if part is not type(None))
    is_option = isinstance(base, type) and issubclass(base, Option)
    if not is_option and base not in _PLAIN:
        return None
    typed = FieldType.OPTION if is_option else _PLAIN[base]
    field = Field(name, typed, options=tuple(map(str, base)) if is_option else ())
    for mark in marks:
        field = _marked(field, mark)
    return field


def _marked(field: Field, mark: object) -> Field:
    match mark:
        case FieldType():
            return attrs.evolve(field, type=mark)
        case Length(characters):
            return attrs.evolve(field, length=characters)
        case RefersTo(table):
            return attrs.evolve(field, refers_to=table)
        case AlsoCalled(name):
            return attrs.evolve(field, also_called=name)
        case _:
            return field


_PLAIN_TYPES: Mapping[FieldType, tuple[type, ...]] = {
    FieldType.CODE: (str,),
    FieldType.TEXT: (str,),
    FieldType.INTEGER: (int,),
    FieldType.DECIMAL: (Decimal, int),
    FieldType.BOOLEAN: (bool,),
    FieldType.OPTION: (),
    FieldType.DATE: (date, type(None)),
    FieldType.DATETIME: (datetime, type(None)),
    FieldType.TIME: (time, type(None)),
}
"""What most values of a field are, exactly; of other types it is looked at more closely."""


@cache
def _plain_fields(
    cls: Hashable,
) -> tuple[Callable[[Record], tuple[Any, ...]], Sequence[tuple[tuple[type, ...], int]]]:
    """How to get all values of a record at once, and the types and lengths that they may have."""
    fields = fields_of(cast("Kind", cls))
    if len(fields) > 1:
        get: Callable[[Record], tuple[Any, ...]] = attrgetter(*(field.name for field in fields))
    else:
        names = [field.name for field in fields]

        def get(record: Record) -> tuple[Any, ...]:
            return tuple(getattr(record, name) for name in names)

    return get, [(_PLAIN_TYPES[each.type], each.length or sys.maxsize) for each in fields]


def fits_plainly(record: Record) -> bool:
    """Whether a record's values fit their fields, as far as that can be seen at a glance.

    If not, `misfits` and `mistyped` tell what is wrong, if anything is.
    """
    get, plan = _plain_fields(cast("Hashable", type(record)))
    for value, (types, length) in zip(get(record), plan, strict=True):
        kind = type(value)
        if kind is str:
            fits = str in types and len(value) <= length and "\0" not in value
        elif kind is Decimal:
            fits = Decimal in types and value.is_finite()
        else:
            fits = kind in types if types else isinstance(value, Option)
        if not fits:
            return False
    return not getattr(record, "extra", ())


def values_fit_plainly(field: Field, values: Collection[Any]) -> bool:
    """Whether values of many records fit a field, as far as that can be seen at a glance."""
    types, kinds = _PLAIN_TYPES[field.type], set(map(type, values))
    if not types:
        return all(issubclass(kind, Option) for kind in kinds)
    if not kinds.issubset(types):
        return False
    if Decimal in kinds:
        return all(type(value) is int or value.is_finite() for value in values)
    if str not in kinds:
        return True
    return max(map(len, values)) <= (field.length or sys.maxsize) and "\0" not in "".join(values)


def misfits(record: Record) -> Iterator[tuple[str, str]]:
    """The fields of a record whose text is longer than they can hold, each with the reason."""
    for field in fields_of(type(record)):
        value = getattr(record, field.name) if field.length else None
        if isinstance(value, str) and len(value) > field.length:
            reason = "has {count} characters, {most} at most"
            yield field.name, Message(reason, count=len(value), most=field.length)


def check_fit(record: Record) -> None:
    """See that every value of a record fits its field.

    Raises:
        InvalidValue: One does not, or is too long a text; the error names the first.
    """
    for name, reason in misfits(record):
        raise InvalidValue(name, getattr(record, name), reason)
    for name, reason in mistyped(record):
        raise InvalidValue(name, getattr(record, name, None), reason)


_HELD: Mapping[FieldType, tuple[type, ...]] = {
    FieldType.CODE: (str,),
    FieldType.TEXT: (str,),
    FieldType.INTEGER: (int,),
    FieldType.DECIMAL: (Decimal, int),
    FieldType.BOOLEAN: (bool,),
    FieldType.OPTION: (str,),
    FieldType.DATE: (date, type(None)),
    FieldType.DATETIME: (datetime, type(None)),
    FieldType.TIME: (time, type(None)),
}


_NUL = Message("holds a NUL character")


def mistyped(record: Record) -> Iterator[tuple[str, str]]:
    """The fields of a record that hold what is none of their type, each with the reason."""
    for field in fields_of(type(record)):
        value = getattr(record, field.name)
        if not is_value_of(field.type, value):
            kind = Message(field.type.value)
            yield (
                field.name,
                Message("{value!r} is no value of type {type}", value=value, type=kind),
            )
        elif isinstance(value, str) and "\0" in value:
            yield field.name, Message("{value!r} {reason}", value=value, reason=_NUL)
    for name, value in getattr(record, "extra", ()):
        if isinstance(value, str) and "\0" in value:
            yield name, Message("{value!r} {reason}", value=value, reason=_NUL)


def is_value_of(kind: FieldType, value: object) -> bool:
    """Whether a field of this type can hold a value; ``None`` is the blank of dates and times."""
    if isinstance(value, bool):
        return kind is FieldType.BOOLEAN
    if isinstance(value, datetime):
        return kind is FieldType.DATETIME
    return isinstance(value, _HELD[kind]) and not (
        isinstance(value, Decimal) and not value.is_finite()
    )


def extra_value(record: Any, field: Field) -> Value:  # noqa: ANN401 - any record with extra fields
    """What a record holds in a field of a host's own.

    Returns:
        The value; ``None`` if there is none, or one that is not of the field's type: such a value
        was stored before fields were checked.
    """
    for name, value in record.extra:
        if name == field.name:
            return value if is_value_of(field.type, value) else None
    return None


def key_of(item: Record) -> tuple[Any, ...]:
    """The key of a record, as a tuple in the order of its table's key."""
    return _key_getter(item.__key__)(item)


@cache
def _key_getter(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda item: tuple([getattr(item, name) for name in names])


def with_kept_values(record: RecordT, values: Mapping[str, Any]) -> RecordT:
    """A record with other values in some fields, which are as the record keeps them.

    Nothing is converted, so that this is much faster than making the record anew.
    """
    names, get, fills = _slots(cast("Hashable", type(record)))
    made = object.__new__(type(record))
    for name, fill, value in zip(names, fills, get(record), strict=True):
        fill(made, values.get(name, value))
    return made


@cache
def _slots(
    cls: Hashable,
) -> tuple[Sequence[str], Callable[[Any], tuple[Any, ...]], Sequence[Callable[[Any, Any], None]]]:
    """The names of all attributes of a record, how to get them at once, and how to fill each."""
    names = [each.name for each in attrs.fields(cast("type[attrs.AttrsInstance]", cls))]
    return names, _key_getter(tuple(names)), [getattr(cls, name).__set__ for name in names]


def aware(value: datetime) -> datetime:
    """A datetime that knows its zone; one that does not is taken for UTC."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)
