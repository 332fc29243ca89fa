"""Filters read back from words: what is asked of one field, and its values."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TypeVar

import attrs

from segmentation.criteria._binding import number_field
from segmentation.criteria._trees import (
    AnyOf,
    Aspect,
    Between,
    Compare,
    Filter,
    Like,
    Not,
    Operand,
    Operator,
    Token,
    Wild,
)
from segmentation.errors import FilterError, Message
from segmentation.fields import Field, FieldType

from ._reading_words import Level, Unfit, WordReader
from ._wording import BARE, DAYS, UNITS, Wording

_COUNT = re.compile(r"0|[1-9]\d{0,18}", re.ASCII)
_TOKEN = re.compile(r"%([A-Za-z_][A-Za-z0-9_]*)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ESCAPED = re.compile(r"\\([*?\\])|([*?])")
_KNOWN = Not(Compare(Operator.EQUAL, Operand("")))

CLOCK = re.compile(rf"{_DAY.pattern} \d{{2}}:\d{{2}}(:\d{{2}})?([+-]\d{{2}}:\d{{2}})?", re.ASCII)
"""A date and time that may stand without quotes."""

_LetteredT = TypeVar("_LetteredT", Operand, Like)


def reads_back(said: str, item: object, field: Field, wording: Wording) -> bool:
    """Whether words about a field say a filter and nothing else."""
    try:
        return FilterReader(said, wording).whole_filter(field) == item
    except FilterError:
        return False


def _equal(value: "Operand | Token") -> Filter:
    return value if isinstance(value, Token) else Compare(Operator.EQUAL, value)


def _listed(values: Iterable["Operand | Token"]) -> Filter:
    items = tuple(map(_equal, values))
    return items[0] if len(items) == 1 else AnyOf(items)


def _compared(operator: Operator) -> Callable[..., Filter]:
    return lambda value: Compare(operator, value)


BUILT: Mapping[str, Callable[..., Filter]] = {
    "equal": _listed,
    "equal_not": lambda value: Not(_equal(value)),
    "none_of": lambda values: Not(_listed(values)),
    "like": lambda pattern: pattern,
    "like_not": lambda pattern: Not(item=pattern),
    "known": lambda: _KNOWN,
    "is_known": lambda: _KNOWN,
    "range": Between,
    "from": _compared(Operator.AT_LEAST),
    "not_before": _compared(Operator.AT_LEAST),
    "above": _compared(Operator.GREATER),
    "after": _compared(Operator.GREATER),
    "to": _compared(Operator.AT_MOST),
    "not_after": _compared(Operator.AT_MOST),
    "known_not_after": _compared(Operator.AT_MOST),
    "below": _compared(Operator.LESS),
    "before": _compared(Operator.LESS),
    "known_before": _compared(Operator.LESS),
    "or_more": lambda value: Between(value, None),
    "since": lambda value: Between(value, None),
    "or_less": lambda value: Between(None, value),
    "until": lambda value: Between(None, value),
    "known_until": lambda value: Between(None, value),
    "in_last": lambda period: Between(Operand(f"-{period}"), None),
}
"""The filter that each phrase of a test says, by what goes into its holes."""


class FilterReader(WordReader):
    """Reads what is asked of a field."""

    def whole_filter(self, field: Field) -> Filter:
        try:
            found = self._filter(field)
            self._end()
        except Unfit:
            raise self._fault() from None
        return found

    def _filter_or_aspect(self, field: Field) -> tuple[Filter, Aspect | None]:
        aspect = self._aspect()
        return self._filter(field if aspect is None else number_field(aspect)), aspect

    def _aspect(self) -> Aspect | None:
        before, behind = (
            self._wording.lead("aspect"),
            self._wording.between("aspect", "aspect", "test"),
        )
        for aspect in Aspect:
            if self._takes((*before, *self._wording.lead(aspect.value), *behind)):
                return aspect
        return None

    # -- filters ------------------------------------------------------------------------------

    def _filter(self, field: Field) -> Filter:
        levels: list[Level[Filter]] = [Level()]
        while True:
            self._open(levels)
            levels[-1].items.append(self._test(field))
            is_list = isinstance(levels[-1].items[-1], AnyOf)
            while len(levels) > 1 and self._takes(levels[-1].closing):
                done = levels.pop()
                levels[-1].items.append(done.closed(done.items))
                is_list = False
            start = self._at
            joint = self._joint_of_tests()
            self._spread(levels[-1], joint, is_list=is_list)
            if joint:
                self._joins(levels[-1], joint, start)
            elif len(levels) > 1:
                raise self._unfit_words(3, levels[-1].closing)
            else:
                found: Filter = levels[0].closed(levels[0].items)
                return found

    def _spread(self, level: Level[Filter], joint: str, *, is_list: bool) -> None:
        """Take the values of a list one by one where further filters are alternatives to them."""
        listed = level.items[-1]
        if is_list and isinstance(listed, AnyOf) and "or" in {joint, level.joint}:
            level.items[-1:] = listed.items

    def _joint_of_tests(self) -> str:
        """A joint behind which the same field is asked for more, empty if none stands here."""
        start = self._at
        joint = self._joint()
        behind = self._at
        while self._takes(self._wording.lead("not")) or self._takes(self._wording.lead("group")):
            pass
        is_test = self._longest(self._wording.tests) > self._longest(self._wording.leaves)
        self._at = behind if joint and is_test else start
        return joint if is_test else ""

    def _longest(self, keys: Iterable[str]) -> int:
        """The number of words of the longest phrase that begins here."""
        return next((len(lead) for key in keys if self._stands(lead := self._wording.lead(key))), 0)

    def _test(self, field: Field) -> Filter:
        found = self._first_of(self._wording.tests, lambda key: self._test_of(key, field))
        if found is None:
            say, quote = self._wording.phrases.say, self._wording.quote
            examples = ", ".join(quote(say(key, value="…").strip()) for key in ("equal", "from"))
            raise self._unfit(1, Message("a comparison such as {examples}", examples=examples))
        self._skip_brackets()
        return found

    def _test_of(self, key: str, field: Field) -> Filter:
        parsers: dict[str, Callable[[], object]] = {
            "value": lambda: self._plain_value(field),
            "low": lambda: self._plain_value(field),
            "high": lambda: self._plain_value(field),
            "values": lambda: self._values(field),
            "pattern": self._pattern,
            "period": lambda: "".join(self._period()),
        }
        if key == "equal":
            found = self._filled(key, {"value": parsers["values"]}, lead=False)
            return _listed(found["value"])
        if key == "equal_not":
            parsers["value"] = lambda: self._value(field)
        return BUILT[key](**self._filled(key, parsers, lead=False))

    # -- values -------------------------------------------------------------------------------

    def _values(self, field: Field) -> tuple[Operand | Token, ...]:
        """A value, or several: all but the last with commas between, the last behind an or."""
        found = [self._value(field)]
        alone, comma, last = self._at, self._wording.lead("comma"), self._wording.lead("or")
        while self._takes(comma):
            further = self._tried(lambda: self._value(field))
            if further is None or not (self._stands(comma) or self._stands(last)):
                break
            found.append(further)
        if self._takes(last):
            further = self._tried(lambda: self._value(field))
            if further is not None and self._is_over():
                return (*found, further)
        self._at = alone
        return (found[0],)

    def _is_over(self) -> bool:
        """Whether what stands here ends a list of values."""
        word = self._word
        return word.kind in {"end", "sign"} or any(
            self._stands(self._wording.lead(key)) for key in ("and", "or")
        )

    def _plain_value(self, field: Field) -> Operand:
        value = self._value(field)
        if isinstance(value, Token):
            self._at -= 1
            raise self._unfit(2, Message("a value, and no name for a whole filter"))
        return value

    def _value(self, field: Field) -> Operand | Token:
        word = self._word
        if word.kind == "word" and (token := _TOKEN.fullmatch(word.text)):
            self._at += 1
            self._skip_brackets()
            return Token(token[1])
        operand = Operand(self._value_text(field))
        self._skip_brackets()
        return self._lettered(operand)

    def _lettered(self, operand: _LetteredT) -> _LetteredT:
        """The value or pattern with what is said of its letters."""
        for key in ("any_case", "any_accent"):
            if self._takes(self._wording.between(key, "value")):
                return attrs.evolve(operand, any_case=True, any_accent=key == "any_accent")
        return operand

    def _value_text(self, field: Field) -> str:
        word = self._word
        if word.kind == "quoted":
            self._at += 1
            return word.text
        special = self._special(field)
        if special is not None:
            return special
        if self._takes(self._wording.lead("blank")):
            return ""
        if not BARE.fullmatch(word.text) or word.plain in ("", *self._wording.joints):
            raise self._unfit(2, Message("a value; what is not one word stands in quotes"))
        self._at += 1
        return word.text

    def _special(self, field: Field) -> str | None:
        """A value that has words of its own: a day near today, an option, yes and no."""
        if field is number_field(Aspect.DAY_OF_YEAR):
            return self._days_on()
        match field.type:
            case FieldType.BOOLEAN:
                return self._longest_name(self._wording.truths)
            case FieldType.OPTION:
                return self._longest_name(self._wording.option_names(field))
            case FieldType.DATE | FieldType.DATETIME:
                return self._moment() or self._relative_day()
            case _:
                return None

    def _moment(self) -> str | None:
        """A date with a time behind it."""
        said = " ".join(word.text for word in self._words[self._at : self._at + 2])
        if not CLOCK.fullmatch(said):
            return None
        self._at += 2
        return said

    def _longest_name(self, names: Mapping[tuple[str, ...], str]) -> str | None:
        for words in sorted(names, key=len, reverse=True):
            if self._takes(words):
                return names[words]
        return None

    def _days_on(self) -> str | None:
        if self._takes(self._wording.lead("today")):
            return "0"
        for key, sign in (("ago", "-"), ("ahead", "")):
            found = self._tried(partial(self._filled, key, {"period": self._days}))
            if found is not None:
                return f"{sign}{found['period']}"
        return None

    def _relative_day(self) -> str | None:
        for key in sorted(DAYS, key=lambda key: -len(self._wording.lead(key))):
            if self._takes(self._wording.lead(key)):
                return DAYS[key]
        for key, sign in (("ago", "-"), ("ahead", "")):
            found = self._tried(partial(self._filled, key, {"period": self._period}))
            if found is not None:
                return sign + "".join(found["period"])
        return None

    def _days(self) -> int:
        count, unit = self._period()
        if unit != "D":
            raise self._unfit(4, Message("a number of days, weeks, months or the like"))
        return int(count)

    def _period(self) -> tuple[str, str]:
        """A number of days or the like, and its unit."""
        pairs = [(key, unit) for unit, keys in UNITS.items() for key in keys]
        for key, unit in sorted(pairs, key=lambda pair: -len(self._wording.template(pair[0]))):
            found = self._tried(partial(self._filled, key, {"count": self._small}))
            if found is not None:
                return found["count"], unit
        raise self._unfit(4, Message("a number of days, weeks, months or the like"))

    def _small(self) -> str:
        return self._matched(_COUNT, "a whole number")

    def _pattern(self) -> Like:
        word = self._word
        pieces = _pieces_of(word.text)
        if word.kind not in {"word", "quoted"} or not any(isinstance(p, Wild) for p in pieces):
            raise self._unfit(2, Message("a pattern with * or ?, in quotes"))
        self._at += 1
        return self._lettered(Like(pieces))

    def _skip_brackets(self) -> None:
        """Go on behind what stands in brackets: it is for people."""
        if self._word.plain != "(":
            return
        start, depth = self._at, 0
        for place in range(start, len(self._words)):
            depth += {"(": 1, ")": -1}.get(self._words[place].plain, 0)
            if depth == 0:
                self._at = place + 1
                return


def _pieces_of(text: str) -> tuple[str | Wild, ...]:
    pieces: list[str | Wild] = []
    done = 0
    for found in _ESCAPED.finditer(text):
        pieces += [text[done : found.start()], Wild(found[2]) if found[2] else found[1]]
        done = found.end()
    return (*pieces, text[done:])
