"""The reference meaning of a bound selection, in plain Python.

Every other engine must give the same answers. A selection is compiled once, into the Python code
that one would write for it by hand. No text that people typed becomes part of that code.

Rows are records (fields are attributes, extra fields are pairs in ``extra``) or mappings (fields
are items). A missing value, ``None``, counts as the blank of its type. Codes in records are stored
as codes. Codes in mappings and extra fields are converted when they are read.
"""

from collections.abc import Callable, Container, Iterable
from functools import partial
from typing import Any, Protocol, TypeAlias, assert_never

from segmentation.criteria._operands import make_reader
from segmentation.criteria._trees import (
    AllOf,
    AnyOf,
    BoundFigure,
    BoundFilter,
    BoundFollowed,
    BoundNode,
    BoundPart,
    BoundSelection,
    BoundWhere,
    InLoggedSegment,
    InSegment,
    InShare,
    IsEqual,
    Link,
    Measure,
    Not,
    Table,
    share_of,
)
from segmentation.fields import Field, FieldType, Value

from ._code import Code, row_code, value_code
from ._following import DatedRow, to_rows_test

Row: TypeAlias = Any
"""A record or a mapping."""

Predicate: TypeAlias = Callable[[Row], bool]


class RowSource(Protocol):
    """Where a predicate finds the linked rows and the members of segments."""

    def rows(self, table: Table, key: tuple[Value, ...]) -> Iterable[Row]:
        """The rows of a table whose linked fields have these values.

        The fields are those of the row in ``table.link.on``, in that order. A missing value counts
        as the blank of its type. The predicate itself handles ``through``, ``only`` and
        ``unless``.
        """

    def segment_members(self, segment_no: str) -> Container[str]:
        """The numbers of the contacts on the lines of a segment."""

    def logged_members(self, entry_no: int) -> Container[str]:
        """The numbers of the contacts that were logged with a logged segment."""


def to_predicate(
    bound: BoundSelection, source: RowSource, *, items: Container[str] = ()
) -> Predicate:
    """The function that tells from the row of a contact whether it passes. The cut is ignored.

    Args:
        bound: The selection.
        source: Where the rows of linked tables and the members of segments are found. Rows are
            read at each call, members once, here.
        items: Names of the tables whose rows are mappings. All other rows are records.
    """
    if bound.node is None:
        return _everybody
    return _Compiler(bound, source, items).predicate(bound.node)


def to_row_test(conditions: Iterable[BoundWhere], *, items: bool = False) -> Callable[[Row], bool]:
    """The function that tells whether a row meets all conditions.

    Args:
        conditions: The conditions of a part.
        items: Whether the row is a mapping.
    """
    code = Code()
    tests = [row_code(code, where, "row", items=items) for where in conditions]
    return code.made(code.function("row", [f"return {' and '.join(tests) or 'True'}"]))


def to_value_test(item: BoundFilter, field: Field) -> Callable[[Value], bool]:
    """The function that tells whether a stored value passes a filter.

    >>> from datetime import date
    >>> from segmentation.criteria import AsOf, bind_filter, parse
    >>> country = Field("country_region_code", FieldType.CODE)
    >>> passes = to_value_test(bind_filter(parse("dk|S*"), country, AsOf(date.min)), country)
    >>> passes("DK"), passes("SE"), passes(None)
    (True, True, False)
    """
    code = Code()
    return code.made(code.function("value", [f"return {value_code(code, item, field, 'value')}"]))


def _everybody(_row: Row) -> bool:
    return True


def names_in(items: Container[str]) -> Container[str]:
    """Names of tables. A single name counts as one."""
    return (items,) if isinstance(items, str) else items


class RowReader:
    """The single steps of a predicate, for explanations."""

    def __init__(
        self, bound: BoundSelection, source: RowSource, items: Container[str] = ()
    ) -> None:
        self._compiler = _Compiler(bound, source, items)
        self._items = names_in(items)

    def linked(self, table: Table) -> Callable[[Row], list[Row]]:
        """The function from a contact to its linked rows of a table."""
        return self._compiler.rows(table)

    def figure(self, figure: BoundFigure) -> Callable[[Row], Value]:
        """The function from a contact to the value of a figure."""
        return self._compiler.figure(figure)

    def dated_rows(self, followed: BoundFollowed) -> Callable[[Row], list[DatedRow]]:
        """The function from a contact to its rows with a date that meet some part."""
        return self._compiler.dated_rows(followed)

    def value(self, table: Table, field: Field) -> Callable[[Row], Value]:
        """The function from a row of a table to the value of a field."""
        code = Code()
        value = code.read_filled(field, "row", items=table.name in self._items)
        return code.made(code.function("row", [f"return {value}"]))

    def test(self, table: Table, where: BoundWhere) -> Callable[[Row], bool]:
        """The function that tells whether a row of a table meets a condition."""
        return to_row_test([where], items=table.name in self._items)


class _Compiler:
    """Translates one selection. Parts over linked tables become functions of their own."""

    def __init__(self, bound: BoundSelection, source: RowSource, items: Container[str]) -> None:
        self._schema = bound.schema
        self._as_of = bound.as_of
        self._source = source
        self._items = names_in(items)
        self._base = bound.schema.table(bound.schema.base)
        self._code = Code()

    def rows(self, table: Table) -> Callable[[Row], list[Row]]:
        """The function from a contact to its linked rows of a table."""
        step = [f"rows.append({_row_of(table)})"]
        loops = self._for_each(BoundPart(table, ()), step)
        return self._code.made(self._code.function("row", ["rows = []", *loops, "return rows"]))

    def figure(self, figure: BoundFigure) -> Callable[[Row], Value]:
        """The function from a contact to the value of a figure."""
        start, step, found, _ = self._measuring(figure)
        loops = self._for_each(figure.part, step)
        lines = [f"figure = {start}", *loops, f"return {found}"]
        return self._code.made(self._code.function("row", lines))

    def dated_rows(self, followed: BoundFollowed) -> Callable[[Row], list[DatedRow]]:
        """The function from a contact to its rows with a date that meet some part."""
        return self._code.made(self._dated_rows(followed))

    def predicate(self, node: BoundNode) -> Predicate:
        return self._code.made(self._code.function("row", [f"return {self._node(node)}"]))

    def _node(self, node: BoundNode) -> str:
        match node:
            case BoundPart(table, conditions):
                if table.link is None:
                    return self._conditions(table, conditions, "row")
                return f"{self._part(node)}(row)"
            case BoundFigure():
                return f"{self._figure(node)}(row)"
            case BoundFollowed():
                found = self._code.constant(to_rows_test(node))
                return f"{found}({self._dated_rows(node)}(row))"
            case InSegment(segment_no):
                members = self._source.segment_members(segment_no)
                return f"{self._number()} in {self._code.constant(members)}"
            case InLoggedSegment(entry_no):
                members = self._source.logged_members(entry_no)
                return f"{self._number()} in {self._code.constant(members)}"
            case InShare(seed, start, stop):
                share = self._code.constant(share_of(seed))
                return f"{start:d} <= {share}({self._number()}) < {stop:d}"
            case Not(item):
                return f"not ({self._node(item)})"
            case AllOf(parts):
                return " and ".join(self._in_brackets(each, AllOf, AnyOf) for each in parts)
            case AnyOf(parts):
                return " or ".join(self._in_brackets(each, AnyOf) for each in parts)
            case _:
                assert_never(node)

    def _in_brackets(self, node: BoundNode, *kinds: type) -> str:
        return f"({self._node(node)})" if isinstance(node, kinds) else self._node(node)

    def _number(self) -> str:
        return self._read(self._base, self._schema.key, "row")

    def _read(self, table: Table, field: str, row: str) -> str:
        items = table.name in self._items
        return self._code.read_filled(table.field(field), row, items=items)

    def _conditions(self, table: Table, conditions: Iterable[BoundWhere], row: str) -> str:
        items = table.name in self._items
        tests = [row_code(self._code, where, row, items=items) for where in conditions]
        return " and ".join(tests) or "True"

    def _part(self, part: BoundPart) -> str:
        """The function that tells whether any linked row meets the conditions."""
        lines = self._for_each(part, ["return True"])
        return self._code.function("row", [*lines, "return False"])

    def _figure(self, figure: BoundFigure) -> str:
        """The function that computes a figure and tells whether it passes."""
        start, step, found, compared = self._measuring(figure)
        tested = value_code(self._code, figure.filter, compared, "figure")
        lines = [f"figure = {start}", *self._for_each(figure.part, step), f"figure = {found}"]
        return self._code.function("row", [*lines, f"return {tested}"])

    def _dated_rows(self, followed: BoundFollowed) -> str:
        """The function from a contact to its rows with a date that meet some part."""
        table, row = followed.table, _row_of(followed.table)
        tests = {"first": followed.first, "then": followed.then, "without": followed.without}
        step = [f"when = {self._read(table, followed.field.name, row)}", "if when is not None:"]
        for name, part in tests.items():
            met = "False" if part is None else self._conditions(table, part.conditions, row)
            step.append(f"    {name} = {met}")
        event = self._code.constant(DatedRow)
        day = self._code.constant(followed.day_of)
        step += [
            "    if first or then or without:",
            f"        found.append({event}(when, {day}(when), {row}, first, then, without))",
        ]
        loops = self._for_each(BoundPart(table, ()), step)
        return self._code.function("row", ["found = []", *loops, "return found"])

    def _measuring(self, figure: BoundFigure) -> tuple[str, list[str], str, Field]:
        """The start value of a figure, the code for each row and behind all, and its type."""
        count = Field("count", FieldType.INTEGER)
        if figure.field is None:
            return "0", ["figure += 1"], "figure", count
        table = figure.part.table
        value = self._read(table, figure.field.name, _row_of(table))
        match figure.measure:
            case Measure.DISTINCT:
                filled = self._filled(figure.field, "value")
                step = [f"value = {value}", f"if {filled}:", "    figure.add(value)"]
                counted = f"{self._code.constant(len)}(figure)"
                return f"{self._code.constant(set)}()", step, counted, count
            case Measure.COUNT | Measure.SUM:
                total = Field(figure.field.name, FieldType.DECIMAL)
                return "0", [f"figure += {value}"], "figure", total
            case Measure.EARLIEST | Measure.LATEST:
                sign = "<" if figure.measure is Measure.EARLIEST else ">"
                step = [
                    f"value = {value}",
                    f"if value is not None and (figure is None or value {sign} figure):",
                    "    figure = value",
                ]
                return "None", step, "figure", figure.field
            case _:
                assert_never(figure.measure)

    def _filled(self, field: Field, value: str) -> str:
        """A test that a value is not blank. A value that is no option is."""
        if field.options:
            return f"{value} in {self._code.constant(frozenset(field.options[1:]))}"
        return f"{value} not in {self._code.constant((field.blank, None))}"

    def _for_each(self, part: BoundPart, inner: list[str]) -> list[str]:
        """Code that runs a statement for each linked row that meets the conditions."""
        table, row = part.table, _row_of(part.table)
        inner = _under(f"if {self._conditions(table, part.conditions, row)}:", inner)
        return inner if table.link is None else self._linked(table, table.link, inner)

    def _linked(self, table: Table, link: Link, inner: list[str], depth: int = 1) -> list[str]:
        """Loops over the linked rows of the contact, inside loops over the tables in between."""
        row, key, seen = f"row{depth}", f"key{depth}", f"seen{depth}"
        if link.only is not None:
            inner = _under(f"if {self._only(table, link, link.only, row)}:", inner)
        rows = self._code.constant(partial(self._source.rows, table))
        inner = _under(f"for {row} in {rows}({key}):", inner)
        between = self._schema.table(link.through) if link.through else self._base
        if between.link is None:
            return self._keyed(link, between, "row", key, inner)
        # Two rows in between may link the same row, which must count once.
        inner = _under(f"if {key} not in {seen}:", [f"{seen}.add({key})", *inner])
        inner = self._keyed(link, between, f"row{depth + 1}", key, inner)
        outer = self._linked(between, between.link, inner, depth + 1)
        return [f"{seen} = {self._code.constant(set)}()", *outer]

    def _keyed(self, link: Link, table: Table, row: str, key: str, inner: list[str]) -> list[str]:
        """Code that computes the key of linked rows. A blank first value matches no rows."""
        items = table.name in self._items
        fields = [table.field(name) for _, name in link.on]
        values = [self._code.read_key(field, row, items=items) for field in fields]
        return [f"{key} = ({', '.join(values)},)", *_under(f"if {key}[0]:", inner)]

    def _only(self, table: Table, link: Link, only: tuple[str, str], row: str) -> str:
        """A test of the further pair of a link. Some contacts are exempt from it."""
        own = self._read(self._base, only[1], "row")
        test = f"{own} and {own} == {self._read(table, only[0], row)}"
        if link.unless is None:
            return test
        field = self._base.field(link.unless[0])
        spared = IsEqual(make_reader(field, self._as_of)(link.unless[1]).start)
        return f"{self._conditions(self._base, [BoundWhere(field, spared)], 'row')} or {test}"


def _row_of(table: Table) -> str:
    """The name of the tested row in the code of a part."""
    return "row" if table.link is None else "row1"


def _under(head: str, lines: list[str]) -> list[str]:
    return [head, *(f"    {line}" for line in lines)]
