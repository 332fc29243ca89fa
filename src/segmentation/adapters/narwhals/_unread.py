"""Rows of contacts that cannot be read safely: no number, rows that differ, a word that is none.

The engine counts them. Only if there are some, they are looked at one by one.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from importlib import import_module
from operator import itemgetter
from typing import Any

import narwhals as nw

from segmentation.codes import to_code
from segmentation.errors import InvalidValue, Message
from segmentation.fields import FieldType
from segmentation.segments import LeftOut, LeftOutReason

from ._frames import Column, Frame, Native, collected, is_eager, lazily, narrowed
from ._predicates import any_of
from ._values import is_readable, plain_values

_ROW = "segmentation_row"
_VISIBLE = "!"
"""The first sign that is seen."""
_COUNTED, _DIFFERENT, _BLANK, _TYPED = (
    "segmentation_counted",
    "segmentation_different",
    "segmentation_blank",
    "segmentation_typed",
)


def blank_number(key: str) -> nw.Expr:
    """The test that a row has no number; never null."""
    value = nw.col(key)
    return value.is_null() | (value.fill_null("").str.strip_chars() == "")


def with_codes(frame: Frame, key: str) -> Frame:
    """The contacts with their numbers as codes."""
    return frame.with_columns(_code(nw.col(key)).alias(key))


def check_numbers(frame: Frame, key: str) -> None:
    """See that every row of contacts has a number.

    Raises:
        InvalidValue: One has none; the error names the first.
    """
    if not collected(_blanks_in(lazily(frame), key)).item():
        return
    found = narrowed(numbered(frame).filter(blank_number(key)), [_ROW])
    rows = collected(found.select(nw.col(_ROW).min()))[_ROW].drop_nulls().to_list()
    if rows:
        reason = Message("is the number of row {row}; a contact has one", row=int(rows[0]))
        raise InvalidValue("contact.no", "", reason)


def numbers_in(frame: Frame, key: str) -> list[str]:
    """The numbers of contacts, ascending; a missing one, which stands in front, as a blank text."""
    column = collected(narrowed(frame, [key]))[key]
    return sorted((column.fill_null("") if column.null_count() else column).to_list())


def may_be_blank(number: str) -> bool:
    """Whether a number, and each before it in order, may be a blank one."""
    return number < _VISIBLE


def counted(frame: Frame, key: str) -> tuple[int, int]:
    """How many contacts there are in a frame, and how many of their numbers may be blank."""
    asked = frame.select(nw.len().alias(_COUNTED), _count(_may_be_blank(key)).alias(_BLANK))
    ((number, blank),) = collected(asked).iter_rows()
    return int(number), int(blank or 0)


def _blanks_in(frame: Frame, key: str) -> Frame:
    """How many numbers may be blank.

    A cluster passes over the blocks of its files whose least and greatest number say that none is.
    """
    if frame.implementation.is_spark_like():
        value = nw.col(key)
        return frame.filter(value.is_null() | (value < _VISIBLE)).select(nw.len().alias(_BLANK))
    return frame.select(_count(_may_be_blank(key)).alias(_BLANK))


def _may_be_blank(key: str) -> nw.Expr:
    """A test that every blank number passes, and hardly another: one look at its first letter."""
    may_be: nw.Expr = nw.col(key).fill_null("") < _VISIBLE
    return may_be


def numbered(frame: Frame) -> Frame:
    """The rows of a frame with their numbers from 1, as far as its engine keeps them in order."""
    if is_eager(frame):
        return frame.with_row_index(_ROW).with_columns(nw.col(_ROW) + 1)
    return nw.from_native(_NUMBERED[frame.implementation](frame.to_native()))


def _numbered_by_spark(frame: Native) -> Native:
    functions: Any = import_module("pyspark.sql.functions")
    return frame.withColumn(_ROW, functions.monotonically_increasing_id() + 1)


_NUMBERED: Mapping[nw.Implementation, Callable[[Native], Native]] = {
    nw.Implementation.POLARS: lambda frame: frame.with_row_index(_ROW, offset=1),
    nw.Implementation.DUCKDB: lambda frame: frame.project(f"*, row_number() OVER () AS {_ROW}"),
    nw.Implementation.PYSPARK: _numbered_by_spark,
}


class Contacts:
    """The rows of a frame of contacts, those that can be read safely and those that cannot.

    Args:
        frame: The frame of contacts.
        key: The column of the number.
        columns: The columns of fields of contacts, that of the number among them.
    """

    def __init__(self, frame: Frame, key: Column, columns: list[Column]) -> None:
        self._given = frame
        self._key = key
        self._columns = columns
        self._tests = [*filter(None, map(self._bad_value, columns))]

    @cached_property
    def readable(self) -> Frame:
        """The rows that can be read safely, one for each number."""
        frame = self._coded
        bad = [test for _, test in self._tests] if self._has_bad_values else []
        if self._blanks:
            bad.append(blank_number(self._key.name))
        if self._doubled:
            bad.append(nw.col(self._key.name).is_in(list(self._doubled)))
        test = any_of(bad)
        frame = frame if test is False else frame.filter(~test)
        return frame.unique(subset=[self._key.name], keep="any") if self._several else frame

    @property
    def all_readable(self) -> bool:
        """Whether all rows can be read safely."""
        return not (self._blanks or self._has_bad_values or self._doubled)

    @cached_property
    def unread(self) -> Frame:
        """The rows that cannot be read safely, numbered."""
        bad = [blank_number(self._key.name), *(test for _, test in self._tests)]
        if self._doubled:
            bad.append(nw.col(self._key.name).is_in(list(self._doubled)))
        numbers = numbered(self._coded)
        return numbers.filter(any_of(bad))

    def told(self, rows: Frame) -> Sequence[LeftOut]:
        """Why rows among the unread ones cannot be read, each number once.

        Args:
            rows: Rows of `unread`, perhaps with more columns.
        """
        columns = {column.name: column for column in (self._key, *self._tested)}
        read = collected(narrowed(rows, [_ROW, *columns]))
        values = [plain_values(read[name], column.field) for name, column in columns.items()]
        found: dict[str, LeftOut] = {}
        numberless = []
        numbered_rows = zip(read[_ROW].to_list(), zip(*values, strict=True), strict=True)
        in_order = sorted(numbered_rows, key=itemgetter(0))
        for at, row in in_order:
            left_out = self._reason(int(at), dict(zip(columns, row, strict=True)))
            if left_out.contact_no:
                found.setdefault(left_out.contact_no, left_out)
            else:
                numberless.append(left_out)
        return (*numberless, *(found[no] for no in sorted(found)))

    def _reason(self, at: int, row: Mapping[str, Any]) -> LeftOut:
        no = to_code(row[self._key.name] or "")
        if not no:
            return LeftOut("", LeftOutReason.BLANK_NUMBER, field=self._key.field.name, row=at)
        if no in self._doubled:
            return LeftOut(no, LeftOutReason.DOUBLED, rows=self._doubled[no])
        for column in self._tested:
            value = row[column.name]
            if not is_readable(value, column.field):
                is_option = column.field.type is FieldType.OPTION
                reason = LeftOutReason.UNKNOWN_OPTION if is_option else LeftOutReason.UNREADABLE
                return LeftOut(no, reason, column.field.name, str(value), row=at)
        raise AssertionError(no)  # pragma: no cover - one of the tests found it

    # -- what the engine counts ---------------------------------------------------------------

    @cached_property
    def _counts(self) -> Mapping[str, int]:
        """How many rows there are, and how many of each kind that needs a second look."""
        key = nw.col(self._key.name)
        tests = {
            _BLANK: _may_be_blank(self._key.name),
            _TYPED: ~key.is_null() & (key != _code(key)),
            **{str(place): test for place, (_, test) in enumerate(self._tests)},
        }
        counted = [_count(test).alias(name) for name, test in tests.items()]
        asked = lazily(
            narrowed(self._given, [self._key.name, *(each.name for each in self._tested)])
        )
        asked = asked.select(nw.len().alias(_COUNTED), key.n_unique().alias(_DIFFERENT), *counted)
        (row,) = collected(asked).iter_rows(named=True)
        return {name: int(value or 0) for name, value in row.items()}

    @property
    def _tested(self) -> list[Column]:
        return [column for column, _ in self._tests]

    @cached_property
    def _blanks(self) -> int:
        if not self._counts[_BLANK]:
            return 0
        blank = _count(blank_number(self._key.name)).alias(_BLANK)
        return int(collected(lazily(self._given).select(blank)).item())

    @property
    def _has_bad_values(self) -> bool:
        return any(self._counts[str(place)] for place in range(len(self._tests)))

    @property
    def has_codes(self) -> bool:
        """Whether all numbers stand there as codes."""
        return not self._counts[_TYPED]

    @cached_property
    def _coded(self) -> Frame:
        """The contacts with their numbers as codes."""
        frame = lazily(self._given)
        return frame if self.has_codes else with_codes(frame, self._key.name)

    @cached_property
    def _several(self) -> bool:
        """Whether some rows have the same number."""
        counts = self._counts
        if not (self._blanks or counts[_TYPED]):
            return counts[_COUNTED] > counts[_DIFFERENT]
        key = nw.col(self._key.name)
        filled = narrowed(self._coded, [self._key.name]).filter(~blank_number(self._key.name))
        asked = filled.select(nw.len().alias(_COUNTED), key.n_unique().alias(_DIFFERENT))
        ((counted, different),) = collected(asked).iter_rows()
        return bool(counted > different)

    @cached_property
    def _doubled(self) -> Mapping[str, int]:
        """The numbers that stand in rows which differ, each with how many rows have it."""
        if not self._several:
            return {}
        key = self._key.name
        rows = self._coded.filter(~blank_number(key)).select(*map(_filled, self._columns))
        different = _numbers_of_several(rows.unique(), key)
        of_them = rows.filter(nw.col(key).is_in(list(different))) if different else None
        return {} if of_them is None else _numbers_of_several(of_them, key)

    # -- values -------------------------------------------------------------------------------

    def _bad_value(self, column: Column) -> tuple[Column, nw.Expr] | None:
        """A column that may hold what its field cannot, with the test of it; never null."""
        value, field = nw.col(column.name), column.field
        if not column.may_be_unreadable:
            return None
        if not column.is_typed:
            found = collected(narrowed(self._given, [column.name]).unique())[column.name]
            bad = [each for each in plain_values(found, field) if not is_readable(each, field)]
            return (column, value.is_in(bad)) if bad else None
        if field.type is FieldType.OPTION:
            return column, ~value.is_null() & ~value.is_in(["", *field.options])
        number = column.value
        bad_number = ~number.is_finite()
        if field.type is FieldType.INTEGER:
            bad_number = bad_number | (number % 1 != 0)
        return column, ~number.is_null() & bad_number


def _filled(column: Column) -> nw.Expr:
    """The value of a column, its blank where it is missing: no difference to the library."""
    blank, value = column.field.blank, column.value
    if not column.is_typed or blank is None or isinstance(column.dtype, nw.Categorical | nw.Enum):
        return value
    return value.fill_null(int(blank) if isinstance(blank, Decimal) else blank)


def _numbers_of_several(rows: Frame, key: str) -> Mapping[str, int]:
    """The numbers that several rows have, each with how many."""
    counted = rows.group_by(key).agg(nw.len().alias(_COUNTED)).filter(nw.col(_COUNTED) > 1)
    return {str(no): int(count) for no, count in collected(counted).iter_rows()}


def _count(test: nw.Expr) -> nw.Expr:
    return nw.when(test).then(1).otherwise(0).sum()


def _code(value: nw.Expr) -> nw.Expr:
    """A text as a code: upper case without blanks around it."""
    return value.str.strip_chars().str.to_uppercase()
