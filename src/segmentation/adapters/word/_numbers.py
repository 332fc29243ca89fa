r"""Numbers as Word writes them: by a picture, ``\# "$,0.00"``; and texts that hold numbers.

A picture is made of places for digits (``0`` always shows one, ``#`` a blank where there is none,
``x`` as the first place cuts off what is left of it, behind the point it only rounds), of a
decimal point, of a sign for thousands, of ``-`` and ``+``, and of text, which may be quoted. Parts
for positive, negative and zero have semicolons between.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

import attrs

from segmentation.documents import Formats

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_ITEM = re.compile(r"'(?P<quoted>[^'#0x]*)'|(?P<place>[#0x])|(?P<other>.)", re.DOTALL)
_SEPARATORS = ".,'\u2019 \u00a0\u202f"
_GROUP = 3
_SAMPLE = Decimal("1234567.5")


def number_in(text: str) -> Decimal | None:
    """The number that a text holds; ``None`` if it holds none.

    >>> number_in(" 1234.5 "), number_in("1E3"), number_in("1_0"), number_in("Nan")
    (Decimal('1234.5'), None, None, None)
    """
    plain = text.strip()
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None


def plain_number(value: Decimal | int) -> str:
    """A number without an exponent."""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


@attrs.frozen
class _Item:
    """A piece of a picture: a place for a digit, a sign, a separator or a text."""

    kind: str
    text: str


def by_picture(value: int | Decimal, picture: str, formats: Formats) -> str:
    """A number as a picture shows it, with the separators of a language.

    >>> from segmentation.documents import PlainFormats
    >>> by_picture(Decimal("1234.5"), "$,0.00", PlainFormats())
    '$1,234.50'
    """
    number = Decimal(value)
    if not number.is_finite():
        return str(value)
    positive, *others = picture.split(";")
    part = positive
    if others and number < 0:
        part, number = others[0], -number
    elif len(others) > 1 and number == 0:
        part = others[1]
    items = list(_items(part))
    if others and part is others[0]:  # it says by itself how it is negative
        items = [attrs.evolve(i, kind="text") if i.kind == "sign" else i for i in items]
    places = [at for at, item in enumerate(items) if item.kind == "place"]
    if not places:
        return "".join(item.text for item in items)
    return _Picture(items, places[0], places[-1]).shown(number, formats)


def _items(part: str) -> Iterator[_Item]:
    for found in _ITEM.finditer(part):
        if found["quoted"] is not None:
            yield _Item("text", found["quoted"])
        elif found["place"]:
            yield _Item("place", found["place"])
        elif found["other"] in _SEPARATORS:
            yield _Item("separator", found["other"])
        elif found["other"] in "+-":
            yield _Item("sign", found["other"])
        else:
            yield _Item("text", found["other"])


class _Picture:
    """A part of a picture, told apart into what stands before and behind the decimal point."""

    def __init__(self, items: Sequence[_Item], first: int, last: int) -> None:
        # A separator right before the first place belongs to the number: ",0" and ".x".
        if first and items[first - 1].kind == "separator" and items[first - 1].text in ".,":
            first -= 1
        inner = items[first : last + 1]
        point = _point_in(inner)
        self._before = _as_text(items[:first], signs=False)
        self._after = _as_text(items[last + 1 :], signs=True)
        self._whole = list(inner[:point] if point is not None else inner)
        self._fraction = list(inner[point + 1 :] if point is not None else [])
        self._groups = any(item.kind == "separator" for item in self._whole)
        self._has_point = point is not None

    def shown(self, number: Decimal, formats: Formats) -> str:
        """The number."""
        point, group = _separators_of(formats)
        decimals = sum(item.kind == "place" for item in self._fraction)
        step = Decimal(1).scaleb(-decimals)
        try:
            rounded = number.quantize(step, rounding=ROUND_HALF_UP)
        except InvalidOperation:  # more digits than can be worked with
            return plain_number(number)
        digits = f"{abs(rounded):f}"
        whole, _, fraction = digits.partition(".")
        sign = "-" if rounded < 0 else ""
        has_sign = any(item.kind == "sign" for item in self._before)
        shown = self._shown_whole(whole.lstrip("0"), group, "" if has_sign else sign)
        if self._has_point:
            shown += point + self._shown_fraction(fraction)
        before = "".join(_sign(item, rounded) for item in self._before)
        return before + shown + "".join(item.text for item in self._after)

    def _shown_whole(self, digits: str, group: str, sign: str) -> str:
        """What stands before the point, put together from the right."""
        made: list[str] = []
        left = list(digits)
        count = 0
        places = [at for at, item in enumerate(self._whole) if item.kind == "place"]
        zero = (
            not digits and not self._fraction and all(self._whole[at].text != "0" for at in places)
        )
        last_sign = 0

        def put(digit: str) -> None:
            nonlocal count, last_sign
            if self._groups and count and count % _GROUP == 0:
                made.append(group)
            made.append(digit)
            count += 1
            last_sign = len(made)

        for at in reversed(range(len(self._whole))):
            item = self._whole[at]
            if item.kind != "place":
                made += [] if item.kind == "separator" else [item.text]
            elif left:
                put(left.pop())
            elif item.text == "0" or (zero and at == places[-1]):
                put("0")
            else:
                made.append(" ")
            if places and at == places[0] and self._whole[at].text != "x":
                while left:
                    put(left.pop())
        if not places:
            while left:
                put(left.pop())
        made.insert(last_sign, sign)
        return "".join(reversed(made))

    def _shown_fraction(self, digits: str) -> str:
        """What stands behind the point."""
        made: list[str] = []
        used = 0
        for item in self._fraction:
            if item.kind != "place":
                made.append(item.text)
                continue
            rest = digits[used:]
            made.append(" " if item.text == "#" and not rest.strip("0") else digits[used])
            used += 1
        return "".join(made)


def _as_text(items: Sequence[_Item], *, signs: bool) -> Sequence[_Item]:
    """What stands around the digits: separators there are text, and behind them signs are."""
    kinds = {"separator", "sign"} if signs else {"separator"}
    return [attrs.evolve(item, kind="text") if item.kind in kinds else item for item in items]


def _sign(item: _Item, number: Decimal) -> str:
    if item.kind != "sign":
        return item.text
    if number < 0:
        return "-"
    return "+" if item.text == "+" and number > 0 else " "


def _point_in(items: Sequence[_Item]) -> int | None:
    """Which separator is the decimal point; Word writes that of the country it was made in."""
    found = [at for at, item in enumerate(items) if item.kind == "separator"]
    if not found:
        return None
    last = found[-1]
    signs = {items[at].text for at in found}
    if items[last].text not in ".,":
        return None
    if len(signs) > 1:
        return last
    behind = sum(item.kind == "place" for item in items[last + 1 :])
    before = [item.text for item in items[: found[0]] if item.kind == "place"]
    if not before:
        return last if items[last].text == "." else None
    thousands = len(found) > 1 or ("#" in before and behind == _GROUP)
    return None if thousands else last


def _separators_of(formats: Formats) -> tuple[str, str]:
    """The decimal point and the sign for thousands of a language."""
    sample = formats.number(_SAMPLE, "#,##0.0")
    signs = re.sub("[0-9]", "", sample)
    return (sample[-2], signs[0]) if len(signs) > 1 else (".", ",")
