"""Narwhals (extra ``dataframe``): contacts in frames of polars, pandas, PyArrow, DuckDB, PySpark.

Bound selections become expressions, semi- and anti-joins of the frames' own engine; what is
lazy stays lazy. What an engine cannot do exactly is worked out in Python where the data are at
hand, and refused on a cluster. Codes in frames are taken to be stored as codes.
"""

import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import reduce
from itertools import groupby
from operator import and_, or_
from typing import Any, Literal, NoReturn, TypeAlias, TypeGuard, assert_never

from segmentation.contacts import Contact
from segmentation.criteria import (
    AllOf,
    AnyOf,
    Bound,
    BoundFigure,
    BoundFilter,
    BoundNode,
    BoundPart,
    BoundSelection,
    BoundWhere,
    Compare,
    FitsPattern,
    InLoggedSegment,
    InRange,
    InSegment,
    InShare,
    IsEqual,
    Measure,
    Not,
    Operand,
    Operator,
    Part,
    Pattern,
    Table,
    Where,
    Wild,
    cut,
    to_predicate,
    to_value_test,
)
from segmentation.errors import MissingExtra, Refused, UnknownName
from segmentation.fields import Field, FieldType, Record, fields_of
from segmentation.memory import candidates_of
from segmentation.segments import Candidates, Options

try:
    import narwhals as nw
except ImportError as error:  # pragma: no cover - the tests install it
    raise MissingExtra("dataframe", "selecting in data frames") from error

Native: TypeAlias = Any
"""A frame of any engine that Narwhals knows."""

Frame: TypeAlias = Any
"""A Narwhals frame, eager or lazy."""

Test: TypeAlias = "nw.Expr | bool"
"""An expression that is never null, or what it comes to for every row."""

_INTEGERS = 2**63
_FLAG = "segmentation_flag"


class FrameContacts:
    """Contacts in one frame, the rows of other tables in others.

    Args:
        contacts: The frame of contacts.
        rows: Frames of other tables, by name ("contact_mailing_group") or alias.
        columns: For each table that needs it: the column of each field that has another name.
        segment_members: Gives the contacts on the lines of a segment.
        logged_members: Gives the contacts of a logged segment, by its entry number.

    Columns and frames may be missing as long as no selection asks for them.

    >>> import polars as pl
    >>> from datetime import date
    >>> from segmentation.criteria import AsOf, bind, make_selection
    >>> from segmentation.segments import contact_schema
    >>> source = FrameContacts(pl.DataFrame({"no": ["1", "2"], "city": ["Oslo", "Rome"]}))
    >>> chosen = make_selection(contact={"city": "O*"})
    >>> source.matching(bind(chosen, contact_schema(), AsOf(date(2026, 11, 22))))
    ['1']
    """

    def __init__(
        self,
        contacts: Native,
        rows: Mapping[str, Native] | None = None,
        *,
        columns: Mapping[str, Mapping[str, str]] | None = None,
        segment_members: Callable[[str], Collection[str]] | None = None,
        logged_members: Callable[[int], Collection[str]] | None = None,
    ) -> None:
        self._contacts = nw.from_native(contacts)
        self._rows = {name: nw.from_native(frame) for name, frame in (rows or {}).items()}
        self._columns = columns or {}
        self._members = segment_members
        self._logged = logged_members

    def filter(self, bound: BoundSelection) -> Native:
        """The frame of those contacts that pass, of the kind that was given.

        Raises:
            UnknownName: A criterion needs a frame or a column that is not there.
            Refused: The engine cannot do it exactly, and the data are not at hand.
        """
        if bound.cut is None:
            return self._passing(bound).to_native()
        asked = self._asked(bound)
        if asked.on_cluster:
            raise Refused(
                "filter a frame", "a cut looks at all who pass: cut their numbers instead"
            )
        nos = self.matching(bound)
        return self._contacts.filter(nw.col(asked.key).is_in(nos)).to_native()

    def matching(self, bound: BoundSelection) -> Sequence[str]:
        """The numbers of the contacts that pass, ascending; of a cut in its order.

        Raises:
            UnknownName: A criterion needs a frame or a column that is not there.
            Refused: The engine cannot do it exactly, and the data are not at hand.
        """
        asked, found = self._asked(bound), self._passing(bound)
        if bound.cut is None:
            return sorted(_collected(found.select(asked.key))[asked.key].to_list())
        rows = asked.plain_rows(_collected(found), asked.base)
        pairs = ((str(row[bound.schema.key]), row) for row in rows)
        return cut(bound, pairs, items={asked.base.name})

    def get_many(self, nos: Iterable[str]) -> Sequence[Contact]:
        """The contacts with these numbers, in their order; unknown numbers are passed over."""
        wanted = list(nos)
        found = {contact.no: contact for contact in self._contact_records("no", wanted)}
        return [found[no] for no in wanted if no in found]

    def in_companies(self, company_nos: Iterable[str]) -> Sequence[str]:
        """The numbers of all contacts that bear one of these company numbers, ascending."""
        wanted = sorted(set(company_nos) - {""})
        return sorted(contact.no for contact in self._contact_records("company_no", wanted))

    def candidates(self, chosen: BoundSelection | Collection[str], options: Options) -> Candidates:
        """Those who pass a selection or have these numbers, as they would join a segment."""
        return candidates_of(self, chosen, options)

    def _contact_records(self, field: str, values: Sequence[str]) -> Iterator[Contact]:
        names = self._columns.get("contact", {})
        found = self._contacts.filter(nw.col(names.get(field, field)).is_in(values))
        known = {each.name: names.get(each.name, each.name) for each in fields_of(Contact)}
        for row in _collected(found).iter_rows(named=True):
            given = {name: row.get(column) for name, column in known.items()}
            yield Contact(**{name: value for name, value in given.items() if value is not None})

    def _asked(self, bound: BoundSelection) -> "_Asked":
        return _Asked(bound, self._contacts, self._rows, self._columns, self._members, self._logged)

    def _passing(self, bound: BoundSelection) -> Frame:
        asked = self._asked(bound)
        if bound.node is None:
            return self._contacts
        lazily = self._contacts.implementation.is_polars() and _is_eager(self._contacts)
        found = asked.those(bound.node, self._contacts.lazy() if lazily else self._contacts)
        return found.collect() if lazily else found


def selection_of(frame: Native, column: str = "no") -> Part:
    """The selection of the contacts whose numbers stand in a column: a frame fills a segment.

    >>> import polars as pl
    >>> from segmentation.criteria import to_text
    >>> made = selection_of(pl.DataFrame({"no": ["CT1", "CT2"]}))
    >>> to_text(made.conditions[0].filter)
    'CT1|CT2'
    """
    nos = _collected(nw.from_native(frame).select(column))[column].to_list()
    tests = [Compare(Operator.EQUAL, Operand(no)) for no in dict.fromkeys(nos) if no]
    match tests:
        case []:
            return Part("contact", (Where("no", Compare(Operator.LESS, Operand(""))),))
        case [test]:
            return Part("contact", (Where("no", test),))
        case _:
            return Part("contact", (Where("no", AnyOf(tuple(tests))),))


def to_frame(
    records: Iterable[Record], kind: type[Record], backend: Literal["polars", "pandas", "pyarrow"]
) -> Native:
    """Records as a frame: contacts, lines of a segment, interactions.

    Args:
        records: The records.
        kind: Their class, which says the columns.
        backend: The library that makes the frame.

    >>> to_frame([Contact(no="CT1", city="Oslo")], Contact, "polars")["city"].to_list()
    ['Oslo']
    """
    rows = list(records)
    columns: dict[str, list[Any]] = {}
    for field in fields_of(kind):
        values = [getattr(row, field.name) for row in rows]
        plain = field.type is FieldType.OPTION
        columns[field.name] = [str(value) for value in values] if plain else values
    return nw.from_dict(columns, backend=backend).to_native()


def _is_eager(frame: Frame) -> bool:
    return isinstance(frame, nw.DataFrame)


def _collected(frame: Frame) -> Any:  # noqa: ANN401
    return frame if _is_eager(frame) else frame.collect()


class _InexactError(Exception):
    """An engine cannot do this exactly; it is done in Python, or refused."""


class _Asked:
    """One bound selection, asked of frames."""

    def __init__(
        self,
        bound: BoundSelection,
        contacts: Frame,
        rows: Mapping[str, Frame],
        columns: Mapping[str, Mapping[str, str]],
        members: Callable[[str], Collection[str]] | None,
        logged: Callable[[int], Collection[str]] | None,
    ) -> None:
        self._bound = bound
        self._contacts = contacts
        self._frames = rows
        self._columns = columns
        self._members = members
        self._logged = logged
        self._flags = 0
        self.base = bound.schema.table(bound.schema.base)
        self.key = self._column(self.base, bound.schema.key)

    @property
    def on_cluster(self) -> bool:
        """Whether the data are elsewhere, so that nothing can be finished in Python."""
        made_by = self._contacts.implementation
        at_hand = made_by.is_polars() or made_by.is_pandas_like() or made_by.is_pyarrow()
        return not (at_hand or made_by.is_duckdb())

    # -- frames and columns -----------------------------------------------------------------

    def _frame(self, table: Table) -> Frame:
        if table.name == self.base.name:
            return self._contacts
        for name in (table.name, table.alias):
            if name in self._frames:
                return self._frames[name]
        raise UnknownName("frame", table.name, known=self._frames)

    def _rows(self, table: Table) -> Frame:
        """A frame as it can be joined with that of the contacts."""
        frame = self._frame(table)
        lazily = _is_eager(frame) and self._contacts.implementation.is_polars()
        return frame.lazy() if lazily else frame

    def _column(self, table: Table, field: str) -> str:
        name = self._columns.get(table.name, {}).get(field, field)
        known = self._frame(table).collect_schema().names()
        if name not in known:
            raise UnknownName("column", name, known=known, where=f"frame {table.name}")
        return name

    def plain_rows(self, frame: Any, table: Table) -> list[dict[str, Any]]:  # noqa: ANN401
        """The rows of a frame that is at hand, as mappings that the reference can read."""
        names = self._columns.get(table.name, {})
        known = set(frame.collect_schema().names())
        given = {
            field.name: [_plain(value, field) for value in frame[column].to_list()]
            for field in table.fields.values()
            if (column := names.get(field.name, field.name)) in known
        }
        return [dict(zip(given, row, strict=True)) for row in zip(*given.values(), strict=True)]

    # -- nodes ------------------------------------------------------------------------------

    def those(self, node: BoundNode, frame: Frame) -> Frame:
        """The rows of contacts that pass a node."""
        match node:
            case AllOf(items):
                for item in sorted(items, key=_is_linked):
                    frame = self.those(item, frame)
                return frame
            case BoundPart() | BoundFigure() if self._joins(node):
                return self._joined(node, frame, passing=True)
            case Not(item) if self._joins(item):
                return self._joined(item, frame, passing=False)
            case _:
                names = frame.collect_schema().names()
                frame, test = self._test(node, frame)
                return _filtered(frame, test, self.key).select(names)

    def _test(self, node: BoundNode, frame: Frame) -> tuple[Frame, Test]:
        """A test of a node; the frame bears a flag for each linked part that it looks at."""
        match node:
            case BoundPart(table, conditions) if table.link is None:
                return frame, _all(self._where(table, where) for where in conditions)
            case BoundPart() | BoundFigure() if self._joins(node):
                return self._flagged(node, frame)
            case BoundPart() | BoundFigure() | InShare():
                return frame, self._by_reference(node)
            case InSegment(segment_no) if self._members is not None:
                return frame, self._among(self._members(segment_no))
            case InLoggedSegment(entry_no) if self._logged is not None:
                return frame, self._among(self._logged(entry_no))
            case InSegment() | InLoggedSegment():
                raise Refused("select in frames", "the members of segments are not known here")
            case Not(item):
                frame, test = self._test(item, frame)
                return frame, _negated(test)
            case AllOf(items) | AnyOf(items):
                tests = []
                for item in items:
                    frame, test = self._test(item, frame)
                    tests.append(test)
                return frame, (_all if isinstance(node, AllOf) else _any)(tests)
            case _:
                assert_never(node)

    def _among(self, members: Collection[str]) -> Test:
        return nw.col(self.key).is_in(sorted(members)) if members else False

    # -- linked tables ----------------------------------------------------------------------

    def _joins(self, node: BoundNode) -> TypeGuard[BoundPart | BoundFigure]:
        """Whether a node is answered by a join: its link is of the plain kind."""
        if not isinstance(node, BoundPart | BoundFigure):
            return False
        link = (node if isinstance(node, BoundPart) else node.part).table.link
        return link is not None and not link.through and not link.only

    def _keys(self, node: BoundPart | BoundFigure) -> tuple[Frame, list[str], list[str], bool]:
        """Which contacts pass: rows of keys, the contacts' columns, and whether these pass.

        A figure that passes without any row is turned round: its keys are those who fail.
        """
        part = node if isinstance(node, BoundPart) else node.part
        table, link = part.table, part.table.link
        pairs = link.on if link else ()
        own = [self._column(self.base, field) for _, field in pairs]
        keys = [self._column(table, field) for field, _ in pairs]
        filled = [~nw.col(key).is_null() & (nw.col(key) != "") for key in keys]
        rows = self._rows(table).filter(*filled)
        test = _all(self._where(table, where) for where in part.conditions)
        rows = _filtered(rows, test, keys[0])
        if isinstance(node, BoundPart):
            return rows.select(keys), own, keys, True
        return self._figures(node, rows, own, keys)

    def _figures(
        self, figure: BoundFigure, rows: Frame, own: list[str], keys: list[str]
    ) -> tuple[Frame, list[str], list[str], bool]:
        name, field = "segmentation_figure", figure.field
        if field is None:
            compared, measured = Field(name, FieldType.INTEGER), nw.len()
        else:
            value = nw.col(self._column(figure.part.table, field.name))
            summed = figure.measure is Measure.SUM
            compared = Field(name, FieldType.DECIMAL if summed else field.type)
            measured = {
                Measure.SUM: value.sum,
                Measure.EARLIEST: value.min,
                Measure.LATEST: value.max,
            }[figure.measure]()
        found = rows.group_by(keys).agg(measured.alias(name))
        blank_passes = to_value_test(figure.filter, compared)(compared.blank)
        sought = Not(figure.filter) if blank_passes else figure.filter
        test = self._compared(
            found, name, compared, sought, f"{figure.part.table.name} {figure.measure}"
        )
        return _filtered(found, test, keys[0]).select(keys), own, keys, not blank_passes

    def _joined(self, node: BoundPart | BoundFigure, frame: Frame, *, passing: bool) -> Frame:
        rows, own, keys, are_passing = self._keys(node)
        wanted = are_passing is passing
        if _is_eager(frame) and len(keys) == 1:
            test = self._looked_up(rows, own, keys)
            return frame.filter(test if wanted else ~test)
        return frame.join(rows, how="semi" if wanted else "anti", left_on=own, right_on=keys)

    def _looked_up(self, rows: Frame, own: list[str], keys: list[str]) -> "nw.Expr":
        return ~nw.col(own[0]).is_null() & nw.col(own[0]).is_in(rows[keys[0]])

    def _flagged(self, node: BoundPart | BoundFigure, frame: Frame) -> tuple[Frame, Test]:
        rows, own, keys, are_passing = self._keys(node)
        if _is_eager(frame) and len(keys) == 1:
            test = self._looked_up(rows, own, keys)
            return frame, test if are_passing else ~test
        self._flags += 1
        flag = f"{_FLAG}{self._flags}"
        named = [f"{flag}_{n}" for n in range(len(keys))]
        renamed = [nw.col(key).alias(name) for key, name in zip(keys, named, strict=True)]
        right = rows.select(*renamed).unique().with_columns(nw.lit(value=True).alias(flag))
        frame = frame.join(right, how="left", left_on=own, right_on=named)
        found = ~nw.col(flag).is_null()
        return frame, found if are_passing else ~found

    # -- fields -----------------------------------------------------------------------------

    def _where(self, table: Table, where: BoundWhere) -> Test:
        column = self._column(table, where.field.name)
        place = f"{table.name}.{where.field.name}"
        return self._compared(self._frame(table), column, where.field, where.filter, place)

    def _compared(
        self, frame: Frame, column: str, field: Field, item: BoundFilter, place: str
    ) -> Test:
        """A test of a column that is never null: a missing value is the blank of its type."""
        passes = to_value_test(item, field)
        blank_passes = passes(field.blank)
        value = nw.col(column)
        dtype = frame.collect_schema()[column]
        try:
            test = _Tests(value, field, dtype, frame.implementation).test(item)
        except _InexactError as error:
            if self.on_cluster:
                self._refuse(f"{place}: {error} cannot be done exactly there")
            test = _finished(frame, column, field, passes)
        if isinstance(test, bool) and test is blank_passes:
            return test
        missing = value.is_null()
        if isinstance(test, bool):
            return missing if blank_passes else ~missing
        return (missing | test) if blank_passes else (~missing & test)

    def _refuse(self, reason: str) -> NoReturn:
        raise Refused(f"select on {self._contacts.implementation.value}", reason) from None

    # -- what is finished in Python ---------------------------------------------------------

    def _by_reference(self, node: BoundNode) -> Test:
        """A test of the numbers that the reference predicate finds."""
        if self.on_cluster:
            linked = isinstance(node, BoundPart | BoundFigure) and not _is_of_base(node)
            what = "a link through another table" if linked else "a share or a contact's own figure"
            self._refuse(f"{what} needs rows at hand")
        self._check(node)
        bound = BoundSelection(self._bound.schema, self._bound.as_of, node)
        source = _PlainRows(lambda table: self.plain_rows(_collected(self._frame(table)), table))
        passes = to_predicate(bound, source, items=_EveryTable())
        rows = self.plain_rows(_collected(self._contacts), self.base)
        found = [row[self._bound.schema.key] for row in rows if passes(row)]
        return self._among(found)

    def _check(self, node: BoundNode) -> None:
        """See to it that no column is missing, which a row would have as a blank."""
        if isinstance(node, BoundPart | BoundFigure):
            part = node if isinstance(node, BoundPart) else node.part
            for where in part.conditions:
                self._column(part.table, where.field.name)
            if isinstance(node, BoundFigure) and node.field:
                self._column(part.table, node.field.name)
            self._check_link(part.table)

    def _check_link(self, table: Table) -> None:
        link = table.link
        if link is None:
            return
        between = self._bound.schema.table(link.through) if link.through else self.base
        pairs = [(table, row, between, own) for row, own in link.on]
        pairs += [(table, *link.only[:1], self.base, *link.only[1:])] if link.only else []
        for row_table, row, own_table, own in pairs:
            self._column(row_table, row)
            self._column(own_table, own)
        if link.unless:
            self._column(self.base, link.unless[0])
        self._check_link(between)


class _EveryTable:
    """A container of the names of all tables."""

    def __contains__(self, name: object) -> bool:
        return True


class _PlainRows:
    """Rows at hand as a source of the reference predicate."""

    def __init__(self, load: Callable[[Table], list[dict[str, Any]]]) -> None:
        self._load = load
        self._tables: dict[str, dict[tuple[Any, ...], list[dict[str, Any]]]] = {}

    def rows(self, table: Table, key: tuple[Any, ...]) -> Iterable[dict[str, Any]]:
        """The rows of a linked table whose link fields equal the key."""
        if table.name not in self._tables:
            by_key = self._tables[table.name] = {}
            names = [name for name, _ in table.link.on] if table.link else []
            for row in self._load(table):
                by_key.setdefault(tuple(row[name] for name in names), []).append(row)
        return self._tables[table.name].get(key, ())

    def segment_members(self, segment_no: str) -> Collection[str]:
        """Members are looked up elsewhere; only parts and shares get here."""
        raise NotImplementedError(segment_no)  # pragma: no cover - what the docstring says

    def logged_members(self, entry_no: int) -> Collection[str]:
        """Members are looked up elsewhere; only parts and shares get here."""
        raise NotImplementedError(entry_no)  # pragma: no cover - what the docstring says


def _is_of_base(node: BoundPart | BoundFigure) -> bool:
    return (node if isinstance(node, BoundPart) else node.part).table.link is None


def _is_linked(node: BoundNode) -> bool:
    return not isinstance(node, BoundPart) or node.table.link is not None


def _plain(value: Any, field: Field) -> Any:  # noqa: ANN401
    """A value of a frame as the library knows it: missing ones are ``None``."""
    if value is None or value != value:  # noqa: PLR0124 - not a number, not a time
        return None
    if field.type is FieldType.DATE and isinstance(value, datetime):
        return value.date()
    return value


def _finished(frame: Frame, column: str, field: Field, passes: Callable[[Any], bool]) -> Test:
    """A test that is worked out in Python now, once for each value that there is."""
    values = _collected(frame.select(column).unique())[column].to_list()
    found = [v for v in values if (known := _plain(v, field)) is not None and passes(known)]
    return nw.col(column).is_in(found) if found else False


def _filtered(frame: Frame, test: Test, column: str) -> Frame:
    """The rows that pass; for a test that none passes, a column lends itself."""
    if isinstance(test, bool):
        missing = nw.col(column).is_null()
        return frame if test else frame.filter(missing & ~missing)
    return frame.filter(test)


def _negated(test: Test) -> Test:
    return not test if isinstance(test, bool) else ~test


def _all(tests: Iterable[Test]) -> Test:
    found = [test for test in tests if test is not True]
    if any(test is False for test in found):
        return False
    return reduce(and_, found) if found else True


def _any(tests: Iterable[Test]) -> Test:
    found = [test for test in tests if test is not False]
    if any(test is True for test in found):
        return True
    return reduce(or_, found) if found else False


class _Tests:
    """Tests of one column for values that are not missing."""

    def __init__(self, value: "nw.Expr", field: Field, dtype: Any, made_by: Any) -> None:  # noqa: ANN401
        self._field = field
        self._dtype = dtype
        self._pandas = made_by.is_pandas_like()
        lettered = field.type in {FieldType.CODE, FieldType.TEXT}
        # Pandas compares no missing text with another.
        self._value = value.fill_null("") if self._pandas and lettered else value
        if isinstance(dtype, nw.Object | nw.Unknown):
            self._no_exact(f"a column of type {dtype}")

    @staticmethod
    def _no_exact(what: str) -> NoReturn:
        raise _InexactError(what)

    def test(self, item: BoundFilter) -> Test:
        """The test of a filter."""
        match self._field.type:
            case FieldType.OPTION:
                return self._option(to_value_test(item, self._field))
            case FieldType.BOOLEAN:
                passes = to_value_test(item, self._field)
                yes, no = passes(True), passes(False)  # noqa: FBT003 - the values of the field
                return yes if yes is no else self._value if yes else ~self._value
            case _:
                return self._test(item)

    def _option(self, passes: Callable[[Any], bool]) -> Test:
        """What is no option counts as blank."""
        names: dict[str, bool] = {name: passes(name) for name in self._field.options}
        if passes(self._field.blank):
            failing = [name for name, does in names.items() if not does]
            return ~self._value.is_in(failing) if failing else True
        passing = [name for name, does in names.items() if does]
        return self._value.is_in(passing) if passing else False

    def _test(self, item: BoundFilter) -> Test:
        match item:
            case IsEqual(value, any_case):
                self._cased(any_case)
                return False if value is None else self._equal(value)
            case InRange(low, high):
                return self._in_range(low, high)
            case FitsPattern(pattern, any_case):
                self._cased(any_case)
                return self._fits(pattern)
            case Not(inner):
                return _negated(self._test(inner))
            case AllOf(items):
                return _all(self._test(each) for each in items)
            case AnyOf(items):
                return self._any_of(items)
            case _:
                assert_never(item)

    def _cased(self, any_case: bool) -> None:  # noqa: FBT001
        if any_case:
            self._no_exact("@, comparing without regard to case,")

    def _any_of(self, items: Sequence[BoundFilter]) -> Test:
        """Values are looked up in a list, however long it is."""
        equal = [each for each in items if isinstance(each, IsEqual) and self._is_listed(each)]
        if len(equal) < 2:  # noqa: PLR2004
            return _any(self._test(each) for each in items)
        listed: Test = self._value.is_in([each.value for each in equal])
        return _any([listed, *(self._test(each) for each in items if each not in equal)])

    def _is_listed(self, item: IsEqual) -> bool:
        return isinstance(item.value, str) and not item.any_case

    def _equal(self, value: Any) -> Test:  # noqa: ANN401
        literal = self._literal(value)
        if self._dtype.is_integer() and literal != math.floor(literal):
            return False
        equal: nw.Expr = self._value == literal
        return equal

    def _in_range(self, low: Bound | None, high: Bound | None) -> Test:
        self._cased(any(end.any_case for end in (low, high) if end))
        if high is not None and high.value is None:
            return False  # only a missing value is not behind the blank
        tests: list[Test] = []
        if low is not None and low.value is not None:
            start = self._literal(low.value)
            tests.append(self._value >= start if low.inclusive else self._value > start)
        if high is not None:
            stop = self._literal(high.value)
            tests.append(self._value <= stop if high.inclusive else self._value < stop)
        return _all(tests)

    def _literal(self, value: Any) -> Any:  # noqa: ANN401
        """A value as the column's engine compares it."""
        match value:
            case bool() | str():
                return value
            case int() | Decimal():
                return self._number(value)
            case datetime():
                zone = getattr(self._dtype, "time_zone", None)
                return value if zone else value.astimezone(UTC).replace(tzinfo=None)
            case date() if isinstance(self._dtype, nw.Datetime):
                return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - as the column
            case _:
                return value

    def _number(self, value: int | Decimal) -> int | float | Decimal:
        if not -_INTEGERS < value < _INTEGERS:
            self._no_exact(f"{value}, a very large number,")
        if isinstance(value, Decimal) and not isinstance(self._dtype, nw.Decimal):
            return int(value) if value == int(value) else float(value)
        return value

    def _fits(self, pattern: Pattern) -> Test:
        text = self._value.str
        match [piece for piece, _ in groupby(pattern)]:
            case [Wild.ANY_RUN]:
                return True
            case [str(start), Wild.ANY_RUN]:
                return text.starts_with(start)
            case [Wild.ANY_RUN, str(end)]:
                return text.ends_with(end)
            case [Wild.ANY_RUN, str(middle), Wild.ANY_RUN]:
                return text.contains(middle, literal=True)
            case _:
                if self._pandas:
                    self._no_exact("a pattern with ? or more stars than one")
                return text.contains(_regex(pattern))


def _regex(pattern: Pattern) -> str:
    """The regular expression of a pattern, as RE2, Rust and Java alike understand it."""
    pieces = [
        {Wild.ANY_RUN: ".*", Wild.ANY_ONE: "."}[piece]
        if isinstance(piece, Wild)
        else re.sub(r"[^\w]", lambda found: f"\\x{{{ord(found[0]):x}}}", piece)
        for piece in pattern
    ]
    return rf"(?s)\A{''.join(pieces)}\z"
