"""The reference meaning of bound criteria, in plain Python."""

from ._code import expression_of
from ._cuts import cut, share, split
from ._following import DatedRow, Reason, Why, reason_of, to_rows_test
from ._outcomes import never_both, outcomes
from ._predicate import (
    Predicate,
    Row,
    RowReader,
    RowSource,
    to_predicate,
    to_row_test,
    to_value_test,
)

__all__ = [
    "DatedRow",
    "Predicate",
    "Reason",
    "Row",
    "RowReader",
    "RowSource",
    "Why",
    "cut",
    "expression_of",
    "never_both",
    "outcomes",
    "reason_of",
    "share",
    "split",
    "to_predicate",
    "to_row_test",
    "to_rows_test",
    "to_value_test",
]
