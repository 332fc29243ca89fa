"""Columns as plain data and bytes, for a file, and back.

Values that JSON does not know are lists that begin with a tag. Options are written as their names,
and read again by the class that their field has.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from segmentation.codes import Option
from segmentation.errors import InvalidValue, Message

from ._columns import BLOCK, Coded, Column, Extras, Listed, Numbers, Texts

Parts: TypeAlias = Sequence["bytes | memoryview"]
"""Bytes beside the plain data."""

_PLAIN = frozenset([type(None), bool, int, str])
_CODES = "BHI"


class Writer:
    """Writes columns as plain data; what is better kept as bytes goes into parts.

    Args:
        field: The name of the field, for errors.
    """

    def __init__(self, field: str) -> None:
        self._field = field
        self.parts: list[bytes] = []

    def column(self, column: Column) -> Mapping[str, Any]:
        """A column as plain data.

        Raises:
            InvalidValue: A value is of a type that cannot be saved.
        """
        match column:
            case Coded():
                return self._coded(column)
            case Texts():
                return self._texts(column)
            case Numbers():
                return {"numbers": column.of.__name__, "code": self._array(column.numbers)}
            case Extras():
                names, columns = column.columns
                held = [self.column(names)]
                return {
                    "names": list(columns),
                    "columns": [*held, *map(self.column, columns.values())],
                }
            case _:
                return {"listed": self._values(column.part(0, len(column)))}

    def _coded(self, column: Coded) -> Mapping[str, Any]:
        code = "" if column.codes is None else self._array(column.codes)
        return {"values": self._values(column.values), "code": code, "size": len(column)}

    def _texts(self, column: Texts) -> Mapping[str, Any]:
        blocks, last = column.blocks
        texts = [text for text, _ in blocks]
        self.parts.append("".join(texts).encode("utf-8", "surrogatepass"))
        ends = array("I")
        for _, each in blocks:
            ends.extend(iter(each))
        self.parts.append(ends.tobytes())
        return {"texts": column.of.__name__, "last": list(last)}

    def _array(self, numbers: "bytearray | array[int]") -> str:
        self.parts.append(bytes(numbers))
        return "B" if isinstance(numbers, bytearray) else numbers.typecode

    def _values(self, values: Iterable[Any]) -> list[Any]:
        return [self._value(each) for each in values]

    def _value(self, value: Any) -> Any:  # noqa: ANN401
        kind = type(value)
        if kind in _PLAIN:
            return value
        if kind is float:  # JSON does not know all of them
            return ["float", repr(value)]
        if kind is Decimal:
            return ["decimal", str(value)]
        if kind is date:
            return ["date", value.isoformat()]
        if kind in {datetime, time}:
            plain = value.replace(tzinfo=None, fold=0).isoformat()
            return [kind.__name__, plain, value.fold, self._zone(value.tzinfo)]
        if kind is tuple:
            return ["tuple", *self._values(value)]
        if isinstance(value, Option):
            return ["option", str(value)]
        raise self._unfit(value)

    def _zone(self, zone: tzinfo | None) -> str | float | None:
        if zone is None:
            return None
        if isinstance(zone, ZoneInfo) and zone.key:
            return zone.key
        if isinstance(zone, timezone):
            return zone.utcoffset(None).total_seconds()
        raise self._unfit(zone)

    def _unfit(self, value: object) -> InvalidValue:
        return InvalidValue(self._field, value, Message("cannot be saved in a file"))


class Reader:
    """Reads columns that a `Writer` wrote.

    Args:
        parts: The bytes beside them, in their order.
        option: The class of the field's options, if it has any.
    """

    def __init__(self, parts: Iterator["bytes | memoryview"], option: type[Option] | None) -> None:
        self._parts = parts
        self._option = option

    def column(self, data: Mapping[str, Any]) -> Column:
        """A column.

        Raises:
            ValueError: The data are not those of a column; `LookupError`, `TypeError` and
                `ArithmeticError` may tell so too.
        """
        if "values" in data:
            codes = self._array(data["code"], _CODES) if data["code"] else None
            values = self._values(data["values"])
            return Coded.of(values, codes, data["size"])
        if "texts" in data:
            return self._texts(data)
        if "numbers" in data:
            return Numbers.holding(data["numbers"], self._numbers(data["code"]))
        if "names" in data:
            names, *columns = map(self.column, data["columns"])
            return Extras.of(names, dict(zip(data["names"], columns, strict=True)))
        return Listed(self._values(data["listed"]))

    def _texts(self, data: Mapping[str, Any]) -> Texts:
        text = str(next(self._parts), "utf-8", "surrogatepass")
        ends = _filled(array("I"), next(self._parts))
        blocks = []
        start = 0
        for first in range(0, len(ends), BLOCK + 1):
            some = ends[first : first + BLOCK + 1]
            stop = start + some[-1]
            blocks.append((text[start:stop], some))
            start = stop
        if start != len(text):
            raise ValueError
        return Texts.of_blocks(data["texts"], blocks, data["last"])

    def _numbers(self, code: str) -> "array[int]":
        if code not in {"i", "q"}:
            raise ValueError
        return _filled(array(code), next(self._parts))

    def _array(self, code: str, known: str) -> "bytearray | array[int]":
        if code not in known:
            raise ValueError
        part = next(self._parts)
        return bytearray(part) if code == "B" else _filled(array(code), part)

    def _values(self, values: Iterable[Any]) -> list[Any]:
        return [self._value(each) for each in values]

    def _value(self, data: Any) -> Any:  # noqa: ANN401
        if not isinstance(data, list):
            return data
        match data:
            case ["tuple", *values]:
                return tuple(self._values(values))
            case ["option", name]:
                return self._option(name) if self._option else name
            case [tag, text]:
                return _TAGGED[tag](text)
            case ["datetime" | "time" as tag, text, fold, zone]:
                return _TAGGED[tag](text).replace(tzinfo=_zone(zone), fold=fold)
            case _:
                raise ValueError


_TAGGED: Mapping[str, Callable[[str], Any]] = {
    "decimal": Decimal,
    "float": float,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "time": time.fromisoformat,
}


def _zone(data: str | float | None) -> tzinfo | None:
    if data is None or isinstance(data, str):
        return ZoneInfo(data) if data else None
    return timezone(timedelta(seconds=data)) if data else UTC


def _filled(numbers: "array[int]", part: "bytes | memoryview") -> "array[int]":
    numbers.frombytes(part)
    return numbers
