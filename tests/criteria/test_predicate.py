"""The reference predicate against the table of truth, over mappings and over records."""

from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any

import attrs
import pytest

import truth
from segmentation.criteria import (
    BoundSelection,
    Criteria,
    RowSource,
    Table,
    bind,
    cut,
    to_predicate,
)


class MappingRows:
    """The rows of the table of truth, as they stand there."""

    tables: Container[str] = frozenset(truth.ROWS)

    def all(self, table: str) -> Iterable[Any]:
        return truth.ROWS[table]

    def value(self, row: Any, field: str) -> Any:
        return row[field]

    def rows(self, table: Table, key: tuple[Any, ...]) -> Iterable[Any]:
        assert table.link is not None
        names = [name for name, _ in table.link.on]
        for row in self.all(table.name):
            if tuple(self.value(row, name) or "" for name in names) == key:
                yield row

    def segment_members(self, segment_no: str) -> Container[str]:
        return truth.MEMBERS[segment_no]

    def logged_members(self, entry_no: int) -> Container[str]:
        return truth.LOGGED[entry_no]


class RecordRows(MappingRows):
    """The same rows as frozen objects, extra fields as pairs."""

    tables: Container[str] = ()

    def __init__(self) -> None:
        self._records = {
            name: [_record(truth.SCHEMA.tables[name], row) for row in rows]
            for name, rows in truth.ROWS.items()
        }

    def all(self, table: str) -> Iterable[Any]:
        return self._records[table]

    def value(self, row: Any, field: str) -> Any:
        return getattr(row, field)


def _record(table: Table, row: Mapping[str, Any]) -> Any:
    own = [name for name, field in table.fields.items() if not field.extra]
    cls = attrs.make_class(table.name, [*own, "extra"], frozen=True, slots=True)
    extra = [(name, row[name]) for name, field in table.fields.items() if field.extra]
    given = [(name, value) for name, value in extra if value is not None]
    return cls(**{name: row[name] for name in own}, extra=tuple(given))


Found = Callable[[Criteria], str]


@pytest.fixture(params=[MappingRows, RecordRows])
def found(request: pytest.FixtureRequest) -> Found:
    source = request.param()

    def find(criteria: Criteria) -> str:
        bound = bind(criteria, truth.SCHEMA, truth.AS_OF)
        return " ".join(numbers(bound, source, source.all("contact"), source.tables))

    return find


def numbers(
    bound: BoundSelection, source: RowSource, rows: Iterable[Any], tables: Container[str]
) -> list[str]:
    passes = to_predicate(bound, source, items=tables)
    matches = [row for row in rows if passes(row)]
    pairs = [(row["no"] if "contact" in tables else row.no, row) for row in matches]
    return cut(bound, pairs, items=tables)


@pytest.mark.parametrize("case", truth.CASES, ids=lambda case: f"{case.field}: {case.filter}")
def test_a_filter_finds_those_that_it_says(case: truth.Case, found: Found) -> None:
    assert found(truth.part("contact", **{case.field: case.filter})) == case.expected


@pytest.mark.parametrize("case", truth.SELECTIONS, ids=lambda case: case.sentence)
def test_a_selection_finds_those_that_it_says(case: truth.Selected, found: Found) -> None:
    assert found(case.criteria) == case.expected
