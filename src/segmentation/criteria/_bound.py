"""Bound trees: names resolved, values typed, relative dates worked out.

Only `bind` makes them and only they are compiled. Bound filters know three leaves, whatever
was written: a date compared with a datetime field has become a range, an option's name its
position. Compilers live with their vendor and match these nodes exhaustively.
"""

from collections.abc import Mapping
from datetime import UTC, date, tzinfo
from typing import Literal, TypeAlias

import attrs
from typing_extensions import TypeAliasType

from segmentation.fields import Field, Value
from segmentation.frozen import FrozenMapping

from ._nodes import (
    AllOf,
    AnyOf,
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

MEANING = 1
"""Version of the language's meaning, kept with every stored selection."""


def _by_plain_name(tokens: Mapping[str, str]) -> Mapping[str, str]:
    return FrozenMapping((name.removeprefix("%").lower(), text) for name, text in tokens.items())


@attrs.frozen(repr=False)
class AsOf(OneLine):
    """The day and the user that a selection is bound to.

    Attributes:
        today: What ``t`` and date formulas stand for.
        workdate: What ``w`` stands for; the day itself if not given.
        user: What ``%me`` and ``%user`` stand for.
        tokens: Filter texts for the tokens of a host, by name, with ``%`` or without, in any case.
        zone: The zone in which a date is a day of a datetime field.
        date_order: In which order the digits of a date are typed (``221126``).
    """

    today: date
    workdate: date = attrs.field()
    user: str = ""
    tokens: Mapping[str, str] = attrs.field(factory=dict, converter=_by_plain_name)
    zone: tzinfo = UTC
    date_order: Literal["dmy", "mdy", "ymd"] = "dmy"

    @workdate.default
    def _same_day(self) -> date:
        return self.today


@attrs.frozen(repr=False)
class IsEqual(OneLine):
    """The value equals this one; with ``any_case``, their lower-case forms do."""

    value: Value
    any_case: bool = False


@attrs.frozen(repr=False)
class InRange(OneLine):
    """The value lies between two ends; ``None`` leaves an end open.

    The blank of a date or time (the value ``None``) lies before every other value; an end at
    the blank is ``Bound(None)``, which is something else than no end.
    """

    low: "Bound | None"
    high: "Bound | None"


@attrs.frozen(repr=False)
class Bound(OneLine):
    """One end of a range."""

    value: Value
    inclusive: bool = True
    any_case: bool = False


@attrs.frozen(repr=False)
class FitsPattern(OneLine):
    """The whole value fits the pattern of literal pieces and wildcards."""

    pattern: Pattern
    any_case: bool = False


BoundFilter = TypeAliasType(
    "BoundFilter",
    "IsEqual | InRange | FitsPattern | Not[BoundFilter] | AllOf[BoundFilter] | AnyOf[BoundFilter]",
)


@attrs.frozen(repr=False)
class BoundWhere(OneLine):
    """A field of the schema and what its value must pass."""

    field: Field
    filter: BoundFilter


@attrs.frozen(repr=False)
class BoundPart(OneLine):
    """At least one row of the table, linked to the contact, meets all conditions together."""

    table: Table
    conditions: tuple[BoundWhere, ...]


@attrs.frozen(repr=False)
class BoundFigure(OneLine):
    """A figure over the rows of a part passes a filter."""

    measure: Measure
    field: Field | None
    part: BoundPart
    filter: BoundFilter


_Leaf: TypeAlias = BoundPart | BoundFigure | InSegment | InLoggedSegment | InShare

BoundNode = TypeAliasType(
    "BoundNode", "_Leaf | Not[BoundNode] | AllOf[BoundNode] | AnyOf[BoundNode]"
)


@attrs.frozen(repr=False)
class BoundSelection(OneLine):
    """A selection that is ready to be compiled.

    Attributes:
        schema: What it was bound to.
        as_of: The day and user it was bound to.
        node: The tree; ``None`` if every contact passes.
        cut: What is done with those that pass.
        meaning: Version of the meaning.
    """

    schema: Schema
    as_of: AsOf
    node: BoundNode | None
    cut: First | Sample | None = None
    meaning: int = MEANING
