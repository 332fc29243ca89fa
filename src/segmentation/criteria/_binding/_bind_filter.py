"""Binding of one filter to one field: values are read and tokens are replaced."""

from collections.abc import Iterable
from typing import assert_never

from segmentation.criteria._operands import Span, make_reader
from segmentation.criteria._trees import (
    AllOf,
    AnyOf,
    AsOf,
    Between,
    Bound,
    BoundFilter,
    Compare,
    Filter,
    FitsPattern,
    InRange,
    IsEqual,
    Letters,
    Like,
    Not,
    Operand,
    Operator,
    Token,
    conditions_in,
    nesting,
    to_nfc,
)
from segmentation.criteria._writing import (
    MAX_CONDITIONS,
    MAX_DEPTH,
    MAX_LENGTH,
    parse,
    place_of,
    to_text,
)
from segmentation.errors import FilterError, InvalidValue, Message, UnknownName, unexpected
from segmentation.fields import Field, FieldType


def bind_filter(item: Filter, field: Field, as_of: AsOf, *, place: str = "") -> BoundFilter:
    """One filter, bound to one field.

    Args:
        item: The filter.
        field: The field that the filter is for.
        as_of: The day, the user and the tokens to bind it to.
        place: ``table.field`` for errors, by default the field's name.
    """
    where = place or field.name
    depth = nesting(item)
    if depth > MAX_DEPTH:
        reason = Message("is nested deeper than {limit} groups", limit=MAX_DEPTH)
        raise InvalidValue(where, "...", reason)
    check_count(where, item)
    try:
        return _FilterBinder(field, as_of, depth).bound(item)
    except FilterError as error:
        raise _in_whole(error, item, where) from error
    except UnknownName as error:
        error.where = where
        raise
    except InvalidValue as error:
        if error.field != field.name:
            raise
        raise InvalidValue(where, error.value, error.reason) from error


def check_count(place: str, node: object) -> None:
    """Check that a tree has no more conditions than every engine can answer.

    Raises:
        InvalidValue: It has more.
    """
    count = conditions_in(node)
    if count > MAX_CONDITIONS:
        reason = Message("are more conditions than the {limit} that can be", limit=MAX_CONDITIONS)
        raise InvalidValue(place, count, reason)


def _in_whole(error: FilterError, item: Filter, where: str) -> FilterError:
    """The error of an operand, pointing into the text of the whole filter."""
    whole = to_text(item)
    start = place_of(error.text, whole)
    if start is None or error.field:
        return error.at_field(error.field or where)
    return FilterError(
        error.reason,
        text=whole,
        position=start + error.position,
        expected=error.expected,
        field=where,
    )


class _FilterBinder:
    """Binds one filter of a field, and keeps track of the tokens that it is replacing.

    A token may stand for a filter with further tokens. A short filter can so become very large.
    Its size is therefore checked while it grows.
    """

    def __init__(self, field: Field, as_of: AsOf, depth: int) -> None:
        self._field = field
        self._as_of = as_of
        self._read = make_reader(field, as_of)
        self._lettered = field.type in {FieldType.CODE, FieldType.TEXT}
        self._depth = depth
        self._length = 0
        self._count = 0
        self._tokens: list[str] = []

    def bound(self, item: Filter) -> BoundFilter:
        match item:
            case Compare(operator, operand):
                return self._compare(operator, operand)
            case Between(low, high):
                return self._between(low, high)
            case Like():
                return self._like(item)
            case Token(name):
                return self._token(name)
            case Not(inner):
                return Not(self.bound(inner))
            case AllOf(items):
                return AllOf(tuple(self.bound(each) for each in items))
            case AnyOf(items):
                return AnyOf(tuple(self.bound(each) for each in items))
            case _:
                raise unexpected("filter", item, "is no filter, such as `parse` makes")

    def _compare(self, operator: Operator, operand: Operand) -> BoundFilter:
        span, letters = self._span(operand)
        if operator is Operator.EQUAL:
            if span.again is not None:
                return AnyOf((IsEqual(span.start), IsEqual(span.again)))
            if span.single:
                return IsEqual(span.start, letters)
            return InRange(_from(span), _until(span))
        match operator:
            case Operator.LESS:
                return InRange(None, Bound(span.start, inclusive=False, letters=letters))
            case Operator.AT_MOST:
                return InRange(None, _until(span, letters))
            case Operator.GREATER:
                return _range_behind(span, letters)
            case Operator.AT_LEAST:
                return InRange(_from(span, letters), None)
            case _:
                assert_never(operator)

    def _between(self, low: Operand | None, high: Operand | None) -> BoundFilter:
        first = None if low is None else _from(*self._span(low))
        last = None if high is None else _until(*self._span(high))
        return InRange(first, last)

    def _span(self, operand: Operand) -> tuple[Span, Letters]:
        if not self._lettered:
            return self._read(operand.text), Letters.AS_WRITTEN
        text = str(self._read(_comparable(operand.text)).start)
        return Span(operand.letters.change(text)), operand.letters

    def _like(self, item: Like) -> BoundFilter:
        if not self._lettered:
            raise FilterError(
                Message(
                    "* and ? do not fit a field of type {type}",
                    type=Message(self._field.type.value),
                ),
                text=to_text(Like(item.pattern)),
                expected="a value or an interval",
            )
        change = item.letters.change
        if item.letters is Letters.AS_WRITTEN and self._field.type is FieldType.CODE:
            change = str.upper
        changed = (change(_comparable(p)) if isinstance(p, str) else p for p in item.pattern)
        return FitsPattern(tuple(piece for piece in changed if piece != ""), item.letters)

    def _token(self, name: str) -> BoundFilter:
        if name in {"me", "user"} and name not in self._as_of.tokens:
            if not self._as_of.user:
                raise FilterError("nobody is at work, so it stands for no one", text=f"%{name}")
            return self._compare(Operator.EQUAL, Operand(self._as_of.user))
        if name not in self._as_of.tokens:
            raise UnknownName("token", f"%{name}", known=self._known_tokens())
        if name in self._tokens:
            circle = " → ".join(f"%{each}" for each in [*self._tokens, name])
            reason = Message("the tokens refer to each other: {circle}", circle=circle)
            raise FilterError(reason, text=f"%{name}")
        item = parse(self._as_of.tokens[name])
        if item is None:
            raise FilterError("the token stands for no filter at all", text=f"%{name}")
        deeper = nesting(item) + 1
        self._tokens.append(name)
        self._depth += deeper
        self._length += len(self._as_of.tokens[name])
        self._count += conditions_in(item)
        if self._depth > MAX_DEPTH or self._length > MAX_LENGTH or self._count > MAX_CONDITIONS:
            raise FilterError("the tokens stand for more than a filter can hold", text=f"%{name}")
        try:
            return self.bound(item)
        finally:
            self._depth -= deeper
            self._tokens.pop()

    def _known_tokens(self) -> Iterable[str]:
        return [f"%{name}" for name in ("me", "user", *self._as_of.tokens)]


def _comparable(text: str) -> str:
    """A text in the form in which texts are kept.

    Raises:
        FilterError: No text that is kept can hold what is in it.
    """
    if "\0" in text:
        raise FilterError("holds a NUL character", text=text, position=text.index("\0"))
    return to_nfc(text)


def _from(span: Span, letters: Letters = Letters.AS_WRITTEN) -> Bound:
    return Bound(span.start, letters=letters)


def _until(span: Span, letters: Letters = Letters.AS_WRITTEN) -> Bound | None:
    """The upper end of a range that includes a whole span."""
    if span.single:
        return Bound(span.start if span.again is None else span.again, letters=letters)
    return None if span.stop is None else Bound(span.stop, inclusive=False)


def _range_behind(span: Span, letters: Letters) -> BoundFilter:
    if span.single:
        last = span.start if span.again is None else span.again
        return InRange(Bound(last, inclusive=False, letters=letters), None)
    if span.stop is None:
        return Not(InRange(None, None))
    return InRange(Bound(span.stop), None)
