"""Bound trees: names are resolved, values are typed, relative dates are computed.

Only `bind` makes bound trees, and compilers accept nothing else. Bound filters have few kinds of
leaves. A date that is compared with a datetime field has become a range, the name of an option has
become its position, and an age has become days. Each compiler is in the adapter of its vendor and
handles all of these nodes.
"""

from collections.abc import Mapping
from datetime import UTC, date, tzinfo
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import attrs

from segmentation.fields import Field, Value
from segmentation.frozen import FrozenMapping

from ._calendar import InCalendar
from ._letters import Letters
from ._nodes import (
    AllOf,
    AnyOf,
    Aspect,
    Filter,
    First,
    InLoggedSegment,
    InSegment,
    InShare,
    Measure,
    Not,
    Pattern,
    Sample,
)
from ._one_line import OneLine
from ._schema import Schema, Table

if TYPE_CHECKING:
    from typing_extensions import TypeAliasType
else:
    from segmentation.aliases import TypeAliasType

MEANING = 2
"""The version of the language's meaning. It is stored with every selection."""


def _by_plain_name(tokens: Mapping[str, str]) -> Mapping[str, str]:
    return FrozenMapping((name.removeprefix("%").lower(), text) for name, text in tokens.items())


@attrs.frozen(repr=False)
class AsOf(OneLine):
    """The day and the user that a selection is bound to.

    Attributes:
        today: The day that ``t`` and date formulas refer to.
        workdate: The day that ``w`` refers to, by default ``today``.
        user: The user that ``%me`` and ``%user`` refer to.
        tokens: Filter texts for the tokens of a host, by name, with ``%`` or without, in any case.
        zone: The zone in which a date is a day of a datetime field.
        date_order: In which order the digits of a date are typed (``221126``).
        language: The language whose words for days are typed. What is saved holds none of them.
    """

    today: date
    workdate: date = attrs.field()
    user: str = ""
    tokens: Mapping[str, str] = attrs.field(factory=dict, converter=_by_plain_name)
    zone: tzinfo = UTC
    date_order: Literal["dmy", "mdy", "ymd"] = "dmy"
    language: str = attrs.field(default="en", eq=False)

    @workdate.default
    def _same_day(self) -> date:
        return self.today


@attrs.frozen(repr=False)
class IsEqual(OneLine):
    """The value equals this one.

    Attributes:
        value: The value, its letters changed as ``letters`` says.
        letters: How letters are compared.
    """

    value: Value
    letters: Letters = Letters.AS_WRITTEN


@attrs.frozen(repr=False)
class InRange(OneLine):
    """The value is between two ends. ``None`` means that there is no end on this side.

    The blank of a date or time (the value ``None``) comes before every other value. An end at the
    blank is ``Bound(None)``, which is not the same as no end.
    """

    low: "Bound | None"
    high: "Bound | None"


@attrs.frozen(repr=False)
class Bound(OneLine):
    """One end of a range."""

    value: Value
    inclusive: bool = True
    letters: Letters = Letters.AS_WRITTEN


@attrs.frozen(repr=False)
class FitsPattern(OneLine):
    """The whole value fits the pattern of literal pieces and wildcards."""

    pattern: Pattern
    letters: Letters = Letters.AS_WRITTEN


@attrs.frozen(repr=False)
class HasAspect(OneLine):
    """An aspect of a date passes a filter.

    Attributes:
        aspect: The aspect.
        asked: What it must pass, as people are told: ages are numbers, months and weekdays
            positions, and days of the year numbers of `Unit.MONTH_AND_DAY` (over New Year from a
            greater to a smaller one).
        days: What that comes to for the date itself. Engines compile this alone.
    """

    aspect: Aspect
    asked: "BoundFilter"
    days: "BoundFilter"


BoundFilter = TypeAliasType(
    "BoundFilter",
    "IsEqual | InRange | FitsPattern | InCalendar | HasAspect"
    " | Not[BoundFilter] | AllOf[BoundFilter] | AnyOf[BoundFilter]",
)


@attrs.frozen(repr=False)
class BoundWhere(OneLine):
    """A field of the schema, and the filter that its value must pass.

    Attributes:
        field: The field.
        filter: The filter.
        asked: The filter as it was written, for people; ``None`` if nobody wrote it.
    """

    field: Field
    filter: BoundFilter
    asked: Filter | None = attrs.field(default=None, eq=False, repr=False)


@attrs.frozen(repr=False)
class BoundPart(OneLine):
    """At least one row of the table, linked to the contact, meets all conditions together.

    Attributes:
        table: The table.
        conditions: The conditions on one and the same row.
        named: What the table was called by who wrote it, for people: its name or its alias.
    """

    table: Table
    conditions: tuple[BoundWhere, ...]
    named: str = attrs.field(eq=False, repr=False)

    @named.default
    def _by_its_name(self) -> str:
        return self.table.name


@attrs.frozen(repr=False)
class BoundFigure(OneLine):
    """A figure over the rows of a part passes a filter.

    Attributes:
        measure: The kind of figure.
        field: The field that it is computed from, ``None`` for a count.
        part: The rows that it is computed over.
        filter: The filter that the figure must pass.
        asked: The filter as it was written, for people.
    """

    measure: Measure
    field: Field | None
    part: BoundPart
    filter: BoundFilter
    asked: Filter | None = attrs.field(default=None, eq=False, repr=False)


@attrs.frozen(repr=False)
class BoundFollowed(OneLine):
    """A row meets a part, and after it another row meets a second one (see `Followed`).

    Attributes:
        field: The field of dates by which rows come one after the other.
        first: What the earlier row meets.
        then: What the later row meets.
        within: The most days from the one to the other.
        later_day: Whether the later row must be on a later day.
        without: What no other row from the one to the other meets.
        zone: The zone in which a datetime has its day, ``None`` for a date.
    """

    field: Field
    first: BoundPart
    then: BoundPart
    within: int | None
    later_day: bool
    without: BoundPart | None
    zone: tzinfo | None

    @property
    def table(self) -> Table:
        """The table of the rows."""
        return self.first.table

    def day_of(self, when: Any) -> int:  # noqa: ANN401 - a date, or a datetime where there is a zone
        """The day of a date as a number."""
        day: date = when if self.zone is None else when.astimezone(self.zone)
        return day.toordinal()

    @property
    def parts(self) -> tuple[BoundPart, ...]:
        """All parts, in the order of their attributes."""
        found = (self.first, self.then, self.without)
        return tuple(part for part in found if part is not None)


_Leaf: TypeAlias = BoundPart | BoundFigure | BoundFollowed | InSegment | InLoggedSegment | InShare

BoundNode = TypeAliasType(
    "BoundNode", "_Leaf | Not[BoundNode] | AllOf[BoundNode] | AnyOf[BoundNode]"
)


@attrs.frozen(repr=False)
class BoundSelection(OneLine):
    """A selection that is ready to be compiled.

    Attributes:
        schema: The schema that it was bound to.
        as_of: The day and the user that it was bound to.
        node: The tree, ``None`` if every contact passes.
        cut: The cut that takes some of the contacts that pass, ``None`` to take all.
        meaning: The version of the language's meaning.
    """

    schema: Schema
    as_of: AsOf
    node: BoundNode | None
    cut: First | Sample | None = None
    meaning: int = MEANING
