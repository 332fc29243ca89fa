"""The trees of the filter language: what was written, not yet checked against a schema.

There are two kinds of trees. A *filter* says which values of one field pass. ``parse`` makes it
from a filter text. A *selection* says which contacts pass. Its leaves are parts, and each part
names a table and the filters that one row of it must meet. Both kinds can be combined with and,
or, not. Operands are kept as they were written ("-3M", "DK"). ``bind`` turns them into values.
"""

from collections.abc import Iterable, Iterator
from enum import Enum, StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Generic, NoReturn, Self, TypeAlias, TypeVar

import attrs

from segmentation.codes import to_code
from segmentation.errors import NoTruthValue

from ._letters import Letters
from ._one_line import OneLine

if TYPE_CHECKING:
    from typing_extensions import TypeAliasType
else:
    from segmentation.aliases import TypeAliasType

T_co = TypeVar("T_co", covariant=True)
OwnT = TypeVar("OwnT")
OtherT = TypeVar("OtherT", bound="_Joinable")


class Untrue(OneLine):
    """A value without a truth value. Python's ``and``, ``or``, ``not`` and ``if`` raise on it."""

    __slots__ = ()

    def __bool__(self) -> NoReturn:
        raise NoTruthValue(repr(self))


class _Joinable(Untrue):
    """Nodes join with ``&``, ``|`` and ``~``; ``a & b & c`` is one node of three items."""

    __slots__ = ()

    def __and__(self, other: OtherT) -> "AllOf[Self | OtherT]":
        if not isinstance(other, _Joinable):
            return NotImplemented
        return AllOf((*(self if isinstance(self, AllOf) else (self,)), other))

    def __or__(self, other: OtherT) -> "AnyOf[Self | OtherT]":
        if not isinstance(other, _Joinable):
            return NotImplemented
        return AnyOf((*(self if isinstance(self, AnyOf) else (self,)), other))

    def __invert__(self) -> "Not[Self]":
        return Not(self)


class Operator(StrEnum):
    """How a value is compared with an operand."""

    EQUAL = "="
    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="


@attrs.frozen(repr=False)
class Operand(OneLine):
    """A value as it was written.

    Attributes:
        text: The text, without quotes and backslashes. ``""`` is the blank.
        any_case: Whether case is ignored. Written with ``@``.
        any_accent: Whether accents are ignored, and with them case. Written with ``~``.
    """

    text: str
    any_case: bool = False
    any_accent: bool = False

    def __attrs_post_init__(self) -> None:
        _case_with_accents(self)

    @property
    def letters(self) -> Letters:
        """How the letters are compared."""
        return _letters(self)


@attrs.frozen(repr=False)
class Compare(_Joinable):
    """A comparison of the value with an operand (``DK``, ``>=10``, ``@dk``)."""

    operator: Operator
    operand: Operand


@attrs.frozen(repr=False)
class Between(_Joinable):
    """The value is in a closed interval (``1..5``). ``None`` means no end (``..5``)."""

    low: Operand | None
    high: Operand | None

    def __attrs_post_init__(self) -> None:
        if self.low is None and self.high is None:
            raise ValueError("an interval needs at least one end")


class Wild(Enum):
    """A wildcard in a pattern. It is not equal to any text, not even to its own character."""

    ANY_RUN = "*"
    ANY_ONE = "?"

    def __repr__(self) -> str:
        return str(self)


Pattern: TypeAlias = tuple[str | Wild, ...]
"""Literal pieces and wildcards, in their order."""


def _joined(pattern: Iterable[str | Wild]) -> Pattern:
    """The pattern with neighbouring literal pieces joined and empty ones left out."""
    pieces: list[str | Wild] = []
    for literal, run in groupby(pattern, lambda piece: isinstance(piece, str)):
        if literal:
            pieces.append("".join(str(piece) for piece in run))
        else:
            pieces.extend(run)
    return tuple(piece for piece in pieces if piece != "")


@attrs.frozen(repr=False)
class Like(_Joinable):
    """The whole value fits a pattern.

    Attributes:
        pattern: Literal pieces and at least one wildcard. Neighbouring literal pieces are joined.
        any_case: Whether case is ignored. Written with ``@``.
        any_accent: Whether accents are ignored, and with them case. Written with ``~``.
    """

    pattern: Pattern = attrs.field(converter=_joined)
    any_case: bool = False
    any_accent: bool = False

    def __attrs_post_init__(self) -> None:
        _case_with_accents(self)
        if not any(isinstance(piece, Wild) for piece in self.pattern):
            raise ValueError("a pattern needs at least one wildcard")

    @property
    def letters(self) -> Letters:
        """How the letters are compared."""
        return _letters(self)


def _case_with_accents(value: Operand | Like) -> None:
    if value.any_accent and not value.any_case:
        raise ValueError("where accents are ignored, case is ignored too")


def _letters(value: Operand | Like) -> Letters:
    if value.any_accent:
        return Letters.ANY_ACCENT
    return Letters.ANY_CASE if value.any_case else Letters.AS_WRITTEN


def _lower(name: str) -> str:
    return name.lower()


@attrs.frozen(repr=False)
class Token(_Joinable):
    """A name for a filter, replaced when it is bound (``%me``, ``%mycustomers``).

    Attributes:
        name: The name without ``%``, lower case.
    """

    name: str = attrs.field(converter=_lower)


@attrs.frozen(repr=False)
class Not(_Joinable, Generic[T_co]):
    """True exactly where ``item`` is false."""

    item: T_co


@attrs.frozen(repr=False)
class AllOf(_Joinable, Generic[T_co]):
    """True where every item is true. There are at least two items."""

    items: tuple[T_co, ...] = attrs.field(converter=tuple)

    def __attrs_post_init__(self) -> None:
        _at_least_two(self.items)

    def __iter__(self) -> Iterator[T_co]:
        return iter(self.items)


@attrs.frozen(repr=False)
class AnyOf(_Joinable, Generic[T_co]):
    """True where at least one item is true. There are at least two items."""

    items: tuple[T_co, ...] = attrs.field(converter=tuple)

    def __attrs_post_init__(self) -> None:
        _at_least_two(self.items)

    def __iter__(self) -> Iterator[T_co]:
        return iter(self.items)


def _at_least_two(items: tuple[object, ...]) -> None:
    if len(items) < 2:  # noqa: PLR2004 - one item is the item itself
        raise ValueError("and / or need two items at least")


Filter = TypeAliasType(
    "Filter",
    "Compare | Between | Like | Token | Not[Filter] | AllOf[Filter] | AnyOf[Filter]",
)
"""Which values of one field pass."""

FILTERS = (Compare, Between, Like, Token, Not, AllOf, AnyOf)
"""The classes of filters, to tell them from other things."""


class Aspect(StrEnum):
    """What is looked at of a date, in place of the date itself."""

    DAY_OF_YEAR = "day_of_year"
    MONTH = "month"
    WEEKDAY = "weekday"
    AGE_IN_DAYS = "age_in_days"
    AGE_IN_YEARS = "age_in_years"


@attrs.frozen(repr=False)
class Where(OneLine):
    """A field of a row and the filter that its value must pass.

    Attributes:
        field: The field's name.
        filter: The filter.
        aspect: What the filter is for of a date, ``None`` for the value itself. A blank date has no
            aspect, so no filter of one finds it.
    """

    field: str
    filter: Filter
    aspect: Aspect | None = None


def _wheres(conditions: Iterable[Where]) -> tuple[Where, ...]:
    return tuple(conditions)


@attrs.frozen(repr=False)
class Part(_Joinable):
    """At least one row of a table, linked to the contact, meets all conditions together.

    Attributes:
        table: The table's name. The base table ("contact") has one row for each contact.
        conditions: The conditions on one and the same row. Without any, every row meets the part.
    """

    table: str
    conditions: tuple[Where, ...] = attrs.field(converter=_wheres, default=())


class Measure(StrEnum):
    """The kind of figure that is computed over the rows of a part."""

    COUNT = "count"
    DISTINCT = "distinct"
    SUM = "sum"
    EARLIEST = "earliest"
    LATEST = "latest"


@attrs.frozen(repr=False)
class Figure(_Joinable):
    """A figure over the rows of a part passes a filter ("at least 3", "total cost over 500").

    Without any row, counts and a sum are 0, and the earliest and the latest value are blank. A
    distinct count is that of the different values of a field. A blank counts as none.

    Attributes:
        measure: The kind of figure.
        field: The field that it is computed from, ``""`` for a count.
        part: The rows that it is computed over.
        filter: The filter that the figure must pass.
        aspect: What the filter is for of an earliest or latest date, as in `Where`.
    """

    measure: Measure
    field: str
    part: Part
    filter: Filter
    aspect: Aspect | None = None


@attrs.frozen(repr=False)
class Followed(_Joinable):
    """A row meets a part, and after it another row of the contact meets a second one.

    The second row is not earlier than the first: the same day counts, and with times the same time.
    A row without a date comes neither before nor after another.

    Attributes:
        field: The field of dates by which rows come one after the other.
        first: What the earlier row meets.
        then: What the later row meets.
        within: The most days from the one to the other, ``None`` for any number of them.
        later_day: Whether the later row must be on a later day.
        without: What no other row from the one to the other meets, on their days or at their times
            neither. With ``later_day`` only the days between the two count.
    """

    field: str
    first: Part
    then: Part
    within: int | None = None
    later_day: bool = False
    without: Part | None = None


@attrs.frozen(repr=False)
class InSegment(_Joinable):
    """The contact is on a line of this segment.

    Attributes:
        segment_no: The number of the segment, a code.
    """

    segment_no: str = attrs.field(converter=to_code)


@attrs.frozen(repr=False)
class InLoggedSegment(_Joinable):
    """The contact was logged with this logged segment (its entry number)."""

    entry_no: int


@attrs.frozen(repr=False)
class InShare(_Joinable):
    """The contact's number, hashed with a seed, falls into a share of all numbers.

    Shares of one seed that do not overlap divide all contacts into groups. The group of a contact
    does not depend on other contacts.

    Attributes:
        seed: A name. Other seeds give other, independent groups.
        start: The start of the share in ten-thousandths, 0 to 10000.
        stop: Its end, exclusive.
    """

    seed: str
    start: int
    stop: int


_Leaf: TypeAlias = Part | Figure | Followed | InSegment | InLoggedSegment | InShare

Selection = TypeAliasType(
    "Selection", "_Leaf | Not[Selection] | AllOf[Selection] | AnyOf[Selection]"
)
"""Which contacts pass, decided for each contact alone."""


@attrs.frozen(repr=False)
class Order(OneLine):
    """A field of the contact to order by."""

    field: str
    descending: bool = False


def _orders(order: Order | Iterable[Order]) -> tuple[Order, ...]:
    return (order,) if isinstance(order, Order) else tuple(order)


@attrs.frozen(repr=False)
class First(OneLine):
    """Take only the first contacts by an order. Ties are broken by the contact's number."""

    count: int
    order: tuple[Order, ...] = attrs.field(converter=_orders, default=())


@attrs.frozen(repr=False)
class Sample(OneLine):
    """Take only so many contacts: those with the lowest hashes with the seed."""

    count: int
    seed: str


@attrs.frozen(repr=False)
class Cut(Untrue):
    """A selection of which only some contacts are taken. It looks at all that pass together."""

    selection: Selection
    by: First | Sample


Criteria = TypeAliasType("Criteria", "Selection | Cut")
"""A selection with or without a cut: the form that is saved, run again and explained."""
