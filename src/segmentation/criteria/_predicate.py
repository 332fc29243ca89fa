"""The reference meaning of a bound selection, in plain Python.

Every other engine answers as this one does. A selection is compiled once, into the Python
code that one would write by hand for it; what people typed never becomes part of that code:
every value, and every name of a field, is a constant that the code refers to by a number.

Rows are records (fields are attributes, extra fields pairs in ``extra``) or mappings (fields
are items). A missing value, ``None``, is the blank of its type. Codes are taken to be stored
as codes, in upper case, except in mappings and extra fields, where they are made so.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any, Protocol, TypeAlias, assert_never

from ._bound import BoundFigure, BoundFilter, BoundNode, BoundPart, BoundSelection, BoundWhere
from ._code import Code, row_code, value_code
from ._figures import figure_of
from ._hashing import share_of
from ._nodes import AllOf, AnyOf, InLoggedSegment, InSegment, InShare, Not
from ._schema import Link, Schema, Table
from segmentation.fields import Field, Value

Row: TypeAlias = Any
"""A record or a mapping."""

Predicate: TypeAlias = Callable[[Row], bool]


class RowSource(Protocol):
    """Where a predicate finds what belongs to a contact."""

    def rows(self, table: Table, key: tuple[Value, ...]) -> Iterable[Row]:
        """The rows of a table whose linked fields have these values.

        The fields are the row's side of ``table.link.on``, in its order; ``only`` is looked
        at by the caller.
        """
        ...

    def segment_members(self, segment_no: str) -> Container[str]:
        """The numbers of the contacts on the lines of a segment."""
        ...

    def logged_members(self, entry_no: int) -> Container[str]:
        """The numbers of the contacts that a logged segment was logged for."""
        ...


def to_predicate(
    bound: BoundSelection, source: RowSource, *, items: Container[str] = ()
) -> Predicate:
    """Whether a contact passes, as a function of its row; a cut is left out of account.

    Args:
        bound: The selection.
        source: Where the rows of linked tables and the members of segments are found; asked
            for rows at each call, for members once, here.
        items: Names of the tables whose rows are mappings; those of all others are records.
    """
    if bound.node is None:
        return _everybody
    compiler = _Compiler(bound.schema, source, items)
    return compiler.predicate(bound.node)


def to_row_test(
    conditions: Iterable[BoundWhere], *, items: bool = False
) -> Callable[[Row], bool]:
    """Whether one row meets all conditions together, as a function of the row.

    Args:
        conditions: Those of a part.
        items: Whether the row is a mapping.
    """
    code = Code()
    tests = [row_code(code, where, "row", items=items) for where in conditions]
    return code.function("row", [f"return {' and '.join(tests) or 'True'}"])


def to_value_test(item: BoundFilter, field: Field) -> Callable[[Value], bool]:
    """Whether a value passes a filter, as a function of the value.

    >>> from segmentation.fields import FieldType
    >>> from segmentation.criteria import AsOf, bind_filter, parse
    >>> from datetime import date
    >>> country = Field("country_region_code", FieldType.CODE)
    >>> passes = to_value_test(bind_filter(parse("DK|S*"), country, AsOf(date.today())), country)
    >>> passes("DK"), passes("SE"), passes(None)
    (True, True, False)
    """
    code = Code()
    return code.function("value", [f"return {value_code(code, item, field, 'value')}"])


def _everybody(_row: Row) -> bool:
    return True


class _Compiler:
    """Translates one selection; parts over linked tables become functions of their own."""

    def __init__(self, schema: Schema, source: RowSource, items: Container[str]) -> None:
        self._schema = schema
        self._source = source
        self._items = items
        self._code = Code()

    def predicate(self, node: BoundNode) -> Predicate:
        return self._code.function("row", [f"return {self._node(node)}"])

    def _node(self, node: BoundNode) -> str:
        match node:
            case BoundPart(table, conditions) if table.link is None:
                return self._conditions(table, conditions, "row")
            case BoundPart():
                return f"{self._part(node)}(row)"
            case BoundFigure():
                return self._figure(node)
            case InSegment(segment_no):
                members = self._code.constant(self._source.segment_members(segment_no))
                return f"{self._number()} in {members}"
            case InLoggedSegment(entry_no):
                members = self._code.constant(self._source.logged_members(entry_no))
                return f"{self._number()} in {members}"
            case InShare(seed, start, stop):
                share = self._code.constant(share_of(seed))
                return f"{start} <= {share}({self._number()}) < {stop}"
            case Not(item):
                return f"not ({self._node(item)})"
            case AllOf(parts):
                return " and ".join(self._grouped(each, AllOf | AnyOf) for each in parts)
            case AnyOf(parts):
                return " or ".join(self._grouped(each, AnyOf) for each in parts)
            case _:
                assert_never(node)

    def _grouped(self, node: BoundNode, kinds: Any) -> str:  # noqa: ANN401
        code = self._node(node)
        return f"({code})" if isinstance(node, (kinds, BoundPart)) else code

    def _number(self) -> str:
        base = self._schema.table(self._schema.base)
        return self._read(base, self._schema.key, "row")

    def _read(self, table: Table, field: str, row: str) -> str:
        return self._code.read(table.field(field), row, items=table.name in self._items)

    def _conditions(self, table: Table, conditions: Iterable[BoundWhere], row: str) -> str:
        items = table.name in self._items
        tests = [row_code(self._code, where, row, items=items) for where in conditions]
        return " and ".join(tests) or "True"

    def _part(self, part: BoundPart) -> str:
        """The name of a function: whether any linked row meets the conditions."""
        lines = [
            *self._loops(part.table, "    return True"),
            "return False",
        ]
        return self._function(part, lines)

    def _figure(self, figure: BoundFigure) -> str:
        """A test of a figure that a function of its own works out."""
        table = figure.part.table
        if table.link is None:
            loops = [f"if {self._conditions(table, figure.part.conditions, 'row')}:"]
            ...
        raise NotImplementedError

    def _function(self, part: BoundPart, lines: list[str]) -> str:
        raise NotImplementedError

    def _loops(self, table: Table, inner: str) -> list[str]:
        raise NotImplementedError
