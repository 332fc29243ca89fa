"""Operands and patterns in words, as `from_words` reads them: quoted where they could be misread.

A relative date is said in words of its own ("90 days ago"). Behind it, in brackets, stands the day
that it is, which is not read back.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from segmentation.criteria._binding import number_field
from segmentation.criteria._operands import make_reader, to_date, to_moment, to_neutral_time
from segmentation.criteria._trees import AsOf, Aspect, Letters, Like, Operand, Pattern, Wild
from segmentation.errors import FilterError, UnknownName
from segmentation.fields import Field, FieldType

from ._reading_filters import BUILT, CLOCK, reads_back
from ._wording import BARE, DAYS, TESTS, UNITS, Hole, Wording, plain_of, words_of

_PERIOD = re.compile(r"(-?)(0|[1-9]\d{0,5})(D|WD|W|M|Q|Y)", re.ASCII)
_DAYS_ON = re.compile(r"-?[1-9]\d{0,5}|0", re.ASCII)
_PHRASE_OF = {text: key for key, text in DAYS.items()}
_DATED = frozenset([FieldType.DATE, FieldType.DATETIME])
_VALUES = frozenset(["value", "low", "high"])


class OperandWords:
    """Puts operands of filters into words.

    Args:
        wording: The words.
        as_of: The day to work relative dates out for; without one, none is shown.
    """

    def __init__(self, wording: Wording, as_of: AsOf | None) -> None:
        self._wording = wording
        self._say = wording.phrases.say
        self._as_of = as_of
        self._checked: dict[tuple[str, str, Field], bool] = {}

    def value(self, operand: Operand, field: Field) -> str:
        """An operand, with what it stands for in brackets behind it."""
        said = self._text(operand.text, field)
        day = self._resolved(operand.text, field)
        if day:
            said = f"{said} {self._say('resolved', day=day)}"
        return self.without(said, operand.letters)

    def without(self, said: str, letters: Letters) -> str:
        """A value with words for what is left out of account."""
        if letters is Letters.AS_WRITTEN:
            return said
        return self._say("any_case" if letters is Letters.ANY_CASE else "any_accent", value=said)

    def pattern(self, item: Like) -> str:
        """A pattern in quotes. Signs that are meant as they are have a backslash in front."""
        return self.without(self._wording.quote(escaped(item.pattern)), item.letters)

    def last(self, operand: Operand, field: Field) -> str:
        """The words for everything from a time ago on; empty if that is not what is asked."""
        found = _PERIOD.fullmatch(operand.text)
        if not found or not found[1] or field.type not in _DATED or operand.any_case:
            return ""
        said = self._say("in_last", period=self._period(found[2], found[3]))
        day = self._resolved(operand.text, field)
        return f"{said} {self._say('resolved_since', day=day)}" if day else said

    def code(self, text: str) -> str:
        """A number, code or seed, in quotes where it could be read as something else."""
        return (
            text
            if BARE.fullmatch(text) and plain_of(text) not in self._wording.known_words
            else self._wording.quote(text)
        )

    # -- what is said -------------------------------------------------------------------------

    def _text(self, text: str, field: Field) -> str:
        if text == "":
            return self._say("blank")
        said = self._special(text, field)
        if said:
            return said
        if field.type is not FieldType.TEXT and self._is_bare(text, field):
            return text
        return self._wording.quote(text)

    def _is_bare(self, text: str, field: Field) -> bool:
        if field.type is FieldType.DATETIME and CLOCK.fullmatch(text):
            return True
        return bool(BARE.fullmatch(text)) and self._is_clear(text, text, field)

    def _special(self, text: str, field: Field) -> str:
        """The words that a value has of its own, empty if it has none."""
        if field is number_field(Aspect.DAY_OF_YEAR):
            return self._days_on(text)
        match field.type:
            case FieldType.BOOLEAN if text in {"yes", "no"}:
                return self._say(text)
            case FieldType.OPTION if text in field.options:
                caption = self._wording.phrases.name("*", field.name, text)
                return caption if self._is_clear(caption, text, field) else ""
            case FieldType.DATE | FieldType.DATETIME:
                return self._relative_day(text)
            case _:
                return ""

    def _days_on(self, text: str) -> str:
        if not _DAYS_ON.fullmatch(text):
            return ""
        if text == "0":
            return self._say("today")
        period = self._period(text.lstrip("-"), "D")
        return self._say("ago" if text.startswith("-") else "ahead", period=period)

    def _relative_day(self, text: str) -> str:
        if text in _PHRASE_OF:
            return self._say(_PHRASE_OF[text])
        found = _PERIOD.fullmatch(text)
        if not found:
            return ""
        return self._say("ago" if found[1] else "ahead", period=self._period(found[2], found[3]))

    def _period(self, count: str, unit: str) -> str:
        one, several = UNITS[unit]
        return self._say(one if count == "1" else several, count=count)

    # -- whether it can be read back ----------------------------------------------------------

    def _is_clear(self, said: str, text: str, field: Field) -> bool:
        """Whether words without quotes are read as this value wherever a value may stand."""
        key = (said, text, field)
        if key not in self._checked:
            self._checked[key] = self._reads_back(said, text, field)
        return self._checked[key]

    def _reads_back(self, said: str, text: str, field: Field) -> bool:
        try:
            words = {word.plain for word in words_of(said)[:-1]}
        except FilterError:
            return False
        special = self._wording.special_words(field)
        if said == text and not words & (self._wording.known_words | special):
            return True
        if said == text and words & self._wording.joints:
            return False
        operand = Operand(text)
        return all(
            reads_back(*sample, field, self._wording) for sample in self._samples(said, operand)
        )

    def _samples(self, said: str, operand: Operand) -> Iterator[tuple[str, object]]:
        """Sentences with the value in every place where one may stand, and what they say."""
        other, quoted = Operand("x"), self._wording.quote("x")
        for key in TESTS:
            holes = [
                piece.name
                for piece in self._wording.template(key)
                if isinstance(piece, Hole) and piece.name in _VALUES
            ]
            for hole in holes:
                words = {each: said if each == hole else quoted for each in holes}
                values = {each: operand if each == hole else other for each in holes}
                if key == "equal":
                    yield self._say(key, **words), BUILT[key]((operand,))
                else:
                    yield self._say(key, **words), BUILT[key](**values)
        last = self._say("or")
        yield self._say("equal", value=f"{said}{last}{quoted}"), BUILT["equal"]((operand, other))
        yield self._say("equal", value=f"{quoted}{last}{said}"), BUILT["equal"]((other, operand))

    # -- what it stands for -------------------------------------------------------------------

    def _resolved(self, text: str, field: Field) -> str:
        """What a value stands for, empty if it says that itself."""
        if self._as_of is None or not text.strip():
            return ""
        try:
            return self._stands_for(text, field, self._as_of)
        except (FilterError, UnknownName, OverflowError):
            return ""

    def _stands_for(self, text: str, field: Field, as_of: AsOf) -> str:
        if field is number_field(Aspect.DAY_OF_YEAR):
            day = as_of.today + timedelta(days=int(text))
            months = number_field(Aspect.MONTH)
            month = self._wording.phrases.name("*", months.name, months.options[day.month])
            return self._say("day_and_month", day=day.day, month=month)
        match field.type:
            case FieldType.DATE:
                shown = to_date(text, as_of).isoformat()
            case FieldType.DATETIME:
                shown = _moment(text, as_of)
            case FieldType.TIME:
                shown = to_neutral_time(text)
            case FieldType.OPTION if text not in field.options:
                place = make_reader(field, as_of)(text).start
                name = field.options[int(str(place))]
                return (
                    self._wording.phrases.name("*", field.name, name)
                    if name
                    else self._say("blank")
                )
            case _:
                return ""
        return "" if shown == text else shown


def _moment(text: str, as_of: AsOf) -> str:
    day, at, _ = to_moment(text, as_of)
    if isinstance(day, datetime):
        return text
    return f"{day} {at.isoformat('auto' if at.second else 'minutes')}" if at else day.isoformat()


def escaped(pattern: Pattern) -> str:
    """A pattern as text, with a backslash before signs that are meant as they are."""
    return "".join(
        piece.value if isinstance(piece, Wild) else re.sub(r"([*?\\])", r"\\\1", piece)
        for piece in pattern
    )
