"""Looking at the values that there are, where a condition of a selection finds none of them.

The remarks name the nearest values, what was perhaps meant, or how far the values go. They change
nothing in what a selection finds.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Protocol, TypeAlias

import attrs

from segmentation.criteria._binding import bind_filter
from segmentation.criteria._meaning import outcomes, to_value_test
from segmentation.criteria._trees import (
    AnyOf,
    AsOf,
    Bound,
    BoundFigure,
    BoundFilter,
    BoundFollowed,
    BoundPart,
    BoundSelection,
    BoundWhere,
    Compare,
    Filter,
    FitsPattern,
    InRange,
    IsEqual,
    Letters,
    Like,
    Operand,
    Operator,
    Table,
    Wild,
    children,
)
from segmentation.criteria._words import Teller
from segmentation.criteria._writing import to_text
from segmentation.fields import Field, FieldType, Value
from segmentation.languages import Phrases

from ._checking import Concern, Remark

Values: TypeAlias = Mapping[Any, int]
"""The values of a field, with the number of rows that have each."""


class ValueSource(Protocol):
    """Where the values of a table's fields are looked up."""

    def values(self, table: Table, fields: Sequence[Field]) -> Sequence[Values]:
        """The values of some fields, in the order of the fields."""


_TEXTS = frozenset({FieldType.TEXT, FieldType.CODE})
_DAYS = frozenset({FieldType.DATE, FieldType.DATETIME})
_MOST = 5
"""How many values a remark names."""
_NEAREST = 3
_COMPARED = 20_000
"""Among how many different values, the commonest first, the nearest is looked for."""


def look_at_values(
    bound: BoundSelection, source: ValueSource, phrases: Phrases
) -> tuple[Remark, ...]:
    """Remarks on the conditions that no row meets, and on windows that go on beyond today.

    Args:
        bound: The selection.
        source: Where the values are; it is asked once for each table.
        phrases: The words.
    """
    asked: dict[str, list[tuple[Table, BoundWhere]]] = {}
    for part in _parts(bound.node):
        for where in part.conditions:
            asked.setdefault(part.table.name, []).append((part.table, where))
    remarks: list[Remark] = []
    for wheres in asked.values():
        table = wheres[0][0]
        fields = list(dict.fromkeys(where.field for _, where in wheres))
        values = dict(zip(fields, source.values(table, fields), strict=True))
        for _, where in wheres:
            looker = _Looker(table, where.field, values[where.field], bound.as_of, phrases)
            remarks += looker.remarks(where.filter)
    return tuple(dict.fromkeys(remarks))


def _parts(node: object) -> Iterator[BoundPart]:
    match node:
        case BoundPart():
            yield node
        case BoundFigure(part=part):
            yield part
        case BoundFollowed():
            yield from node.parts
        case _:
            for child in children(node):
                yield from _parts(child)


@attrs.frozen
class _Looker:
    """Remarks on the conditions of one field."""

    table: Table
    field: Field
    values: Values
    as_of: AsOf
    phrases: Phrases

    def remarks(self, item: BoundFilter) -> Iterator[Remark]:
        """Remarks on a filter; one that names several alternatives is looked at one by one."""
        if isinstance(item, AnyOf):
            for each in item.items:
                yield from self.remarks(each)
        elif not self._found(item):
            if outcomes(item, self.field) != {False}:  # that it never holds is told already
                yield self._remark(Concern.NO_VALUE, self._no_value(item))
        elif isinstance(item, InRange) and self.field.type in _DAYS:
            yield from self._open_end(item)

    def _remark(self, concern: Concern, sentence: str) -> Remark:
        return Remark(concern, f"{self.table.name}.{self.field.name}", sentence)

    def _found(self, item: BoundFilter) -> int:
        """How many rows meet a filter."""
        passes = to_value_test(item, self.field)
        return sum(count for value, count in self.values.items() if passes(value))

    def _open_end(self, item: InRange) -> Iterator[Remark]:
        """A remark on a window that has begun and has no end, where later rows exist."""
        ended = bind_filter(
            Compare(Operator.GREATER, Operand(self.as_of.today.isoformat())),
            self.field,
            self.as_of,
        )
        begun = item.low is not None and not to_value_test(ended, self.field)(item.low.value)
        later = self._found(ended)
        if item.high is None and begun and later:
            day = self.as_of.today.isoformat()
            sentence = self.phrases.say("open_end", day=day, count=later)
            yield self._remark(Concern.OPEN_END, sentence)

    def _no_value(self, item: BoundFilter) -> str:
        test = Teller(self.phrases).test(item, self.field)
        field = self.phrases.name(self.table.name, self.field.name)
        condition = self.phrases.say("condition", field=field, test=test)
        table = self.phrases.name(self.table.name)
        hint = self._hint(item)
        return self.phrases.say("no_value", table=table, condition=condition, hint=hint)

    # -- what there is instead ----------------------------------------------------------------

    def _hint(self, item: BoundFilter) -> str:
        filled = self._filled()
        if not filled:
            return self.phrases.say("value_none")
        if self.field.type in _TEXTS:
            found = self._other_case(item) or self._meant(item) or self._nearest(item)
            return found or self._commonest()
        if self.field.type in {FieldType.OPTION, FieldType.BOOLEAN}:
            return self._commonest()
        return self._scale(item, sorted(filled))

    def _other_case(self, item: BoundFilter) -> str:
        """The values that are equal but for upper and lower case."""
        match item:
            case IsEqual(str() as text, Letters.AS_WRITTEN):
                wanted: Filter = Compare(Operator.EQUAL, Operand(text, any_case=True))
            case FitsPattern(pattern, Letters.AS_WRITTEN):
                wanted = Like(pattern, any_case=True)
            case _:
                return ""
        passes = to_value_test(bind_filter(wanted, self.field, self.as_of), self.field)
        found = {value: count for value, count in self.values.items() if passes(value)}
        if not found:
            return ""
        return self.phrases.say(
            "value_cases",
            values=self._listed(Counter(found).most_common()),
            filter=to_text(wanted),
            count=sum(found.values()),
        )

    def _meant(self, item: BoundFilter) -> str:
        """Another way to write a text, if that finds something."""
        if not isinstance(item, IsEqual) or not isinstance(item.value, str):
            return ""
        for wanted in _otherwise(item.value, item.letters):
            count = self._found(bind_filter(wanted, self.field, self.as_of))
            if count:
                return self.phrases.say("value_meant", filter=to_text(wanted), count=count)
        return ""

    def _nearest(self, item: BoundFilter) -> str:
        if not isinstance(item, IsEqual) or not isinstance(item.value, str):
            return ""
        by_lower: dict[str, list[str]] = {}
        for value, _ in self._filled().most_common(_COMPARED):
            by_lower.setdefault(str(value).lower(), []).append(value)
        near = get_close_matches(item.value.lower(), by_lower, n=_NEAREST)
        found = [(value, self.values[value]) for lower in near for value in by_lower[lower]]
        return self.phrases.say("value_near", values=self._listed(found)) if found else ""

    def _commonest(self) -> str:
        return self.phrases.say("value_there", values=self._listed(self._filled().most_common()))

    def _filled(self) -> Counter[Any]:
        """The values that are not blank."""
        return Counter({v: count for v, count in self.values.items() if v not in (None, "")})

    def _scale(self, item: BoundFilter, values: Sequence[Any]) -> str:
        """How far numbers, dates or times go, or which are next to the one that is asked for."""
        match item:
            case InRange(Bound(value=low), _) if low is not None:
                limit: Any = low
            case InRange(None, Bound(value=high)) if high is not None:
                return self._end("least", values[0])
            case IsEqual(value) if value is not None:
                limit = value
            case _:
                return self.phrases.say(
                    "value_between", least=self._told(values[0]), greatest=self._told(values[-1])
                )
        under = [value for value in values if value <= limit]
        if len(under) == len(values):
            return self._end("greatest", values[-1])
        if not under:
            return self._end("least", values[0])
        next_to = [under[-1], values[len(under)]]
        return self.phrases.say(
            "value_near", values=self._listed((value, self.values[value]) for value in next_to)
        )

    def _end(self, which: str, value: Value) -> str:
        return self.phrases.say(f"value_{which}", value=self._told(value))

    def _listed(self, counted: Iterable[tuple[Value, int]]) -> str:
        """Values with their counts; only the beginning of a long list is shown."""
        told = [f"{self._told(value)} ({count})" for value, count in counted]
        if len(told) > _MOST:
            told = [*told[:_MOST], self.phrases.say("more", count=len(told) - _MOST)]
        head = self.phrases.say("comma").join(told[:-1])
        return self.phrases.say("and").join(filter(None, [head, told[-1]]))

    def _told(self, value: Value) -> str:
        if value and isinstance(value, str):
            names = ("*", self.field.name, value)
            return self.phrases.name(*names) if self.field.options else value
        return Teller(self.phrases).value(value, self.field)


def _otherwise(text: str, letters: Letters) -> Iterator[Filter]:
    """What a text with a sign of another language than ours may mean."""
    any_case, any_accent = letters is not Letters.AS_WRITTEN, letters is Letters.ANY_ACCENT
    if text.strip("%") and "%" in text:
        first, *others = text.split("%")
        pieces: list[str | Wild] = [first]
        for other in others:
            pieces += [Wild.ANY_RUN, other]
        yield Like(tuple(piece for piece in pieces if piece), any_case, any_accent)
    listed = [each.strip() for each in text.split(",") if each.strip()]
    if len(listed) > 1:
        operands = [Operand(each, any_case, any_accent) for each in listed]
        yield AnyOf(tuple(Compare(Operator.EQUAL, operand) for operand in operands))
