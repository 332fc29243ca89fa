"""Seals of cards: what tells a card that somebody changed in the database by hand.

A card is in no entry of the journal, so nothing else could tell. Its seal stands in the same row
and is written with it. It is made without a key: it finds out who changes a row, but not who knows
how a seal is made and makes it anew.
"""

import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import compress
from operator import attrgetter, mul
from typing import Any
from zlib import crc32

from segmentation.columns import Columns
from segmentation.contacts import Contact
from segmentation.fields import Value, aware, fields_of


def seal_of(card: Contact) -> str:
    """The seal of a card: the sum of the checksums of its values, each times the field's weight.

    Where one value was changed, the sum has moved by a multiple of the weight of its field: that
    tells which field it was. Blanks add nothing, so fields may come later.
    """
    return f"{_sum_of(card):x}"


def seals_of(cards: Columns[Contact]) -> Iterator[str]:
    """The seals of many cards. What all of them share is added up once.

    The sums of all cards stand in one large number, each in a lane of its own: a column is
    multiplied by its weight and added to the others in two steps, however many cards there are.
    """
    if "extra" in cards.columns:
        return map(seal_of, cards)
    own = [array("I", _marks(values)) for values in cards.columns.values()]
    weights = [_WEIGHTS[name] for name in cards.columns]
    of_first = sum(marks[0] * weight for marks, weight in zip(own, weights, strict=True))
    each = array("I", [1]) * len(cards)
    total = _in_lanes(each) * (_sum_of(cards[0]) - of_first)
    for marks, weight in zip(own, weights, strict=True):
        total += _in_lanes(marks) * weight
    digits = total.to_bytes(_LANE // 2 * len(cards), "big").hex()
    return (digits[at : at + _LANE].lstrip("0") for at in _starts(len(cards)))


_PLACES = 6
"""How many numbers of 32 bits a lane has room for: more than a sum of a card needs."""

_LANE = _PLACES * 8
"""Hexadecimal digits of a lane."""


def _in_lanes(marks: "array[int]") -> int:
    lanes = array("I", bytes(marks.itemsize * _PLACES * len(marks)))
    lanes[::_PLACES] = marks
    if sys.byteorder == "big":  # pragma: no cover - machines of the other kind
        lanes.byteswap()
    return int.from_bytes(lanes.tobytes(), "little")


def _starts(count: int) -> Iterable[int]:
    """Where the digits of each lane begin; the first lane is the last of the number."""
    return range(_LANE * (count - 1), -1, -_LANE)


def field_changed(kept: str, card: Contact) -> str:
    """The one field whose change makes the seal that is kept that of the card; blank if none."""
    try:
        moved = _sum_of(card) - int(kept, 16)
    except ValueError:
        return ""
    names = (*_WEIGHTS, *dict(card.extra))
    return next((name for name in names if moved % _weight(name) == 0), "")


def _sum_of(card: Contact) -> int:
    values = _values(card)  # most are blank
    marks: list[int] = [
        crc32(each.encode()) if each.__class__ is str else _mark(each)
        for each in filter(None, values)
    ]
    total: int = sum(map(mul, marks, compress(_WEIGHTS.values(), values)))
    for name, value in card.extra:
        total += _mark(value) * _weight(name)
    return total


def _marks(values: Sequence[Any]) -> Iterable[int]:
    """The checksums of a column; that of a blank is 0."""
    if isinstance(values[0], str):
        return map(crc32, map(str.encode, values))
    return (_mark(value) if value else 0 for value in values)


def _mark(value: Value) -> int:
    """The checksum of a value, whichever way a database gives it back."""
    if isinstance(value, str):
        return crc32(value.encode())
    if isinstance(value, datetime):
        return _mark_in_utc(aware(value).astimezone(UTC))
    return crc32(str(value).encode())


@lru_cache(maxsize=64)
def _mark_in_utc(moment: datetime) -> int:
    """That of a point in time; what is written together mostly has one."""
    return crc32(moment.isoformat().encode())


def _weight(name: str) -> int:
    """What a checksum of a field counts; no sum of checksums is a multiple of it by itself."""
    return crc32(name.encode()) << 64 | 1


_WEIGHTS: Mapping[str, int] = {field.name: _weight(field.name) for field in fields_of(Contact)}
_values: Callable[[Contact], tuple[Any, ...]] = attrgetter(*_WEIGHTS)
