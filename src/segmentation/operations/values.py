"""Values read as their fields hold them: from the texts of a file, or as a caller gives them."""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, cast

import attrs

from segmentation.column_names import spelled_out
from segmentation.columns import Columns
from segmentation.criteria import to_nfc
from segmentation.errors import (
    Fault,
    InvalidValue,
    Message,
    Rejected,
    UnknownName,
    near_hint,
    near_name,
)
from segmentation.fields import (
    GREATEST,
    LEAST,
    Extra,
    Field,
    FieldType,
    Record,
    RecordT,
    Value,
    aware,
    fields_of,
    key_of,
    to_extra,
    values_fit_plainly,
)
from segmentation.languages import truths

GivenT = TypeVar("GivenT")


def require_any(name: str, given: Sequence[GivenT]) -> Sequence[GivenT]:
    """What was given where one or several are wanted; none at all is a mistake.

    Args:
        name: The argument.
        given: What was given for it.

    Raises:
        InvalidValue: Nothing was.
    """
    if not given:
        raise InvalidValue(name, given, Message("is empty; give at least one"))
    return given


def is_within(day: date | None, since: date | None, until: date | None) -> bool:
    """Whether a day lies between two others, both included; one that is not given is no bound."""
    if since is None and until is None:
        return True
    return day is not None and (since or date.min) <= day <= (until or date.max)


class Misfit(ValueError):  # noqa: N818 - says what it is
    """A value that its field cannot hold.

    Attributes:
        value: The value as it was given.
        of_value: Why, to be said of the value: "is not a number".
        code: What kind of fault it is.
    """

    def __init__(self, value: object, of_value: Message, code: str = "wrong_type") -> None:
        super().__init__(value, of_value)
        self.value = value
        self.of_value = of_value
        self.code = code

    @property
    def reason(self) -> Message:
        """Why it does not fit, with the value unless that is long."""
        if self.code == "too_long":
            return self.of_value
        return Message("{value!r} {reason}", value=self.value, reason=self.of_value)

    def __str__(self) -> str:
        return str(self.reason)


def parse_field_values(
    kind: type[Record],
    given: Mapping[str, object],
    *,
    fixed: Iterable[str] = (),
    long: bool = False,
    extras: Iterable[Field] | None = None,
) -> dict[str, Any]:
    """The values of some fields of a record, such as ``date="2026-11-22"`` or ``cost=2.5``.

    Args:
        kind: The record's class.
        given: Values by field; ``None`` and an empty text are the blank of the field.
        fixed: Fields that no caller gives.
        long: Let texts be longer than their fields, and own fields hold what does not fit, for
            who looks at that later.
        extras: The fields that a host defined in this table: texts in ``extra`` become their
            dates and numbers, and no other field is taken. If not given, ``extra`` stays as it is.

    Raises:
        UnknownName: The record has no such field, or no caller gives it.
        Rejected: Values do not fit their fields: all of them.
    """
    fields = {field.name: field for field in fields_of(kind)}
    known = {*fields, "extra"} - set(fixed)
    read: dict[str, Any] = {}
    what = kind.__table__.replace("_", " ")
    faults: list[Fault] = []
    for name, value in given.items():
        if name not in known:
            raise UnknownName("field", name, known=sorted(known), where=kind.__table__)
        try:
            if name == "extra":
                read[name], wrong = _read_extra(what, value, extras)
                faults += [] if long else wrong
            else:
                read[name] = _read_given(fields[name], value, long=long)
        except Misfit as misfit:
            reason = Message("{value!r} {reason}", value=misfit.value, reason=misfit.of_value)
            faults.append(Fault(what, name, reason, misfit.code))
        except (ValueError, TypeError):
            reason = Message("{value!r} {reason}", value=value, reason=Message(_NO_EXTRA))
            faults.append(Fault(what, name, reason, "wrong_type"))
    if faults:
        raise Rejected(what, faults)
    return read


_NO_EXTRA = "is no mapping of names to values"


def _read_given(field: Field, value: object, *, long: bool) -> object:
    return read_value(attrs.evolve(field, length=0) if long else field, exact(_key(field, value)))


def _key(field: Field, value: object) -> object:
    """The key of a record that is given in its place."""
    if isinstance(value, Record) and value.__table__ == field.refers_to:
        return key_of(value)[0]
    return value


def _read_extra(
    what: str,
    values: Any,  # noqa: ANN401 - what is no mapping is refused
    extras: Iterable[Field] | None,
) -> tuple[Extra, list[Fault]]:
    """The values of a host's fields, and what is wrong with them."""
    given = to_extra(values)
    if extras is None:
        return tuple((name, exact(value)) for name, value in given), []
    declared = {field.name: field for field in extras}
    read: list[tuple[str, Value]] = []
    faults: list[Fault] = []
    for name, value in given:
        try:
            read.append((name, read_extra(declared, name, value)))
        except Misfit as misfit:
            read.append((name, value))
            faults.append(Fault(what, name, misfit.reason, misfit.code))
    return tuple(read), faults


def read_extra(declared: Mapping[str, Field], name: str, value: object) -> Value:
    """The value of one of a host's fields; ``None`` if it has none.

    Args:
        declared: The fields that the host defined, by name.
        name: The field.
        value: Its value, or a text of it.

    Raises:
        Misfit: There is no such field, or the value does not fit.
    """
    field = declared.get(name)
    if field is None:
        near = near_name(name, declared)
        hint = near_hint(near)
        raise Misfit(name, Message("is no field that is defined{hint}", hint=hint), "unknown_field")
    return None if value is None else read_value(field, exact(value))


def exact(value: Any) -> Any:  # noqa: ANN401 - any value
    """A value; a float is the number that it shows."""
    return Decimal(str(value)) if isinstance(value, float) else value


def all_fit_plainly(records: Columns[Any]) -> bool:
    """Whether the values of records fit their fields, as far as that can be seen at a glance.

    Own fields are not looked at. There is at least one record.
    """
    return all(
        values_fit_plainly(field, different(records, field.name))
        for field in fields_of(records.kind)
    )


def has_own_values(records: Columns[Any]) -> bool:
    """Whether any of some records has a value of an own field."""
    return "extra" in records.columns or bool(records.shared.get("extra"))


def different(records: Columns[Any], name: str) -> Sequence[Any]:
    """The values of a field; one that all records share comes once."""
    return records.columns[name] if name in records.columns else (records.shared[name],)


def in_nfc(record: RecordT) -> RecordT:
    """A record whose texts are in Unicode's normal form C, as all texts are kept."""
    changed: dict[str, Any] = {}
    names, get = _texts_of(cast("Hashable", type(record)))
    values = get(record)
    for name, value in zip(names, values, strict=True) if not _all_ascii(values) else ():
        if isinstance(value, str) and not value.isascii() and to_nfc(value) != value:
            changed[name] = to_nfc(value)
    extra: Extra = getattr(record, "extra", ())
    kept = tuple((name, to_nfc(v) if isinstance(v, str) else v) for name, v in extra)
    if kept != extra:
        changed["extra"] = kept
    return cast("RecordT", attrs.evolve(cast("Any", record), **changed)) if changed else record


def _all_ascii(values: Sequence[Any]) -> bool:
    """Whether values are texts of ASCII alone, as most are."""
    try:
        return "".join(values).isascii()
    except TypeError:
        return False


@cache
def _texts_of(kind: Hashable) -> tuple[Sequence[str], Callable[[Record], Sequence[Any]]]:
    """The fields of a kind of record that hold texts, and how to get them all at once."""
    texts = (FieldType.CODE, FieldType.TEXT)
    fields = fields_of(cast("type[Record]", kind))
    names = tuple(field.name for field in fields if field.type in texts)
    if len(names) > 1:
        return names, attrgetter(*names)
    return names, lambda record: [getattr(record, name) for name in names]


_DIGITS = 100
"""How far a number may reach before and behind its point."""


def read_value(field: Field, raw: object) -> Value:
    """A field's value from what a file holds.

    Args:
        field: The field.
        raw: A text, or a bool, int, Decimal or None out of JSON.

    Raises:
        Misfit: It does not fit.
    """
    if raw is None or raw == "":
        return field.blank
    value = _READERS[field.type](field, raw)
    if field.length and isinstance(value, str) and len(value) > field.length:
        reason = Message(
            "has {count} characters, {most} at most", count=len(value), most=field.length
        )
        raise Misfit(raw, reason, "too_long")
    return value


def _read_text(_field: Field, raw: object) -> str:
    if not isinstance(raw, str):
        raise Misfit(raw, Message("is not a text"))
    if "\x00" in raw:
        raise Misfit(raw, Message("holds a NUL character"))
    if not raw.isascii() and _HALVES.search(raw):
        raise Misfit(raw, Message("holds a character that no database can keep"))
    return to_nfc(raw)


_HALVES = re.compile("[\ud800-\udfff]")
"""Halves of pairs of UTF-16, which are no characters."""


def _read_code(field: Field, raw: object) -> str:
    return _read_text(field, raw).strip().upper()


def _read_integer(_field: Field, raw: object) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool):
        if not LEAST <= raw <= GREATEST:
            raise Misfit(raw, Message("is too large"))
        return raw
    if isinstance(raw, str) and re.fullmatch(r"\s*[+-]?\d{1,18}\s*", raw, re.ASCII):
        return int(raw)
    raise Misfit(raw, Message("is not a whole number"))


def _read_decimal(_field: Field, raw: object) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal | str):
        raise Misfit(raw, Message("is not a number"))
    try:
        value = Decimal(raw)
    except InvalidOperation:
        raise Misfit(raw, Message("is not a number")) from None
    if not value.is_finite():
        raise Misfit(raw, Message("is not a number"))
    _, _, places = cast("tuple[int, tuple[int, ...], int]", value.as_tuple())
    if max(value.adjusted(), -places) > _DIGITS:
        raise Misfit(
            raw, Message("is a number of more than {most} digits", most=_DIGITS), "too_long"
        )
    return value


def _read_boolean(_field: Field, raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    text = str(raw).strip().lower() if isinstance(raw, str | int) else "?"
    truth = truths().get(text) if text else False
    if truth is not None:
        return truth
    raise Misfit(raw, Message("is neither yes nor no"))


def _read_option(field: Field, raw: object) -> str:
    if isinstance(raw, str):
        text = spelled_out(raw).strip().lower()
        name = re.sub(r"\W+", "_", text)
        option = name if name in field.options else _by_caption(field.captions).get(text)
        if option is not None:
            return option
    named = str(raw)
    near = near_name(named, field.options)
    there = ", ".join(filter(None, field.options))
    hint = (
        Message("; did you mean {near!r}?", near=near)
        if near
        else Message("; it is one of {options}", options=there)
    )
    raise Misfit(named, Message("is not an option{hint}", hint=hint))


@cache
def _by_caption(captions: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    return {caption.lower(): option for caption, option in captions}


def _from_iso(parse: Callable[[str], Any], reason: Message) -> Callable[[Field, object], Any]:
    def read(_field: Field, raw: object) -> Any:  # noqa: ANN401 - date, datetime or time
        try:
            return parse("" if isinstance(raw, int | Decimal) else str(raw).strip())
        except ValueError:
            raise Misfit(raw, reason) from None

    return read


def _date(text: str) -> date | None:
    found = date.fromisoformat(text)
    return None if found == date.min else found


def _moment(text: str) -> datetime | None:
    found = aware(datetime.fromisoformat(text))
    return None if found.date() == date.min else found


_READERS: Mapping[FieldType, Callable[[Field, Any], Value]] = {
    FieldType.CODE: _read_code,
    FieldType.TEXT: _read_text,
    FieldType.INTEGER: _read_integer,
    FieldType.DECIMAL: _read_decimal,
    FieldType.BOOLEAN: _read_boolean,
    FieldType.OPTION: _read_option,
    FieldType.DATE: _from_iso(_date, Message("is not a date in ISO form")),
    FieldType.DATETIME: _from_iso(_moment, Message("is not a datetime in ISO form")),
    FieldType.TIME: _from_iso(time.fromisoformat, Message("is not a time in ISO form")),
}
