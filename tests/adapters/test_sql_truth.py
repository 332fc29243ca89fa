"""The table of truth on SQLite and PostgreSQL: in tables of ours, and in those of a host."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, NamedTuple

import attrs
import pytest
import sqlalchemy as sa
from hypothesis import given, settings

import reference
import trees
import truth
from databases import Database
from reference import MappingRows
from segmentation.adapters.sqlalchemy import MappedTable, SqlStore
from segmentation.codes import Option
from segmentation.criteria import Criteria, Schema, Selection, Table, bind
from segmentation.fields import Extra, Field, FieldType, Record, with_converters
from segmentation.interactions import Interaction
from segmentation.segments import Segment, SegmentHeader, SegmentLine

PLAIN: Mapping[FieldType, tuple[Any, Any]] = {
    FieldType.CODE: (Annotated[str, FieldType.CODE], sa.Text()),
    FieldType.TEXT: (str, sa.Text()),
    FieldType.INTEGER: (int, sa.Integer()),
    FieldType.DECIMAL: (Decimal, sa.Numeric(20, 4)),
    FieldType.BOOLEAN: (bool, sa.Boolean()),
    FieldType.OPTION: (str, sa.String(20)),
    FieldType.DATE: (date | None, sa.Date()),
    FieldType.DATETIME: (datetime | None, sa.DateTime()),
    FieldType.TIME: (time | None, sa.Time()),
}
"""For each type: as a record of ours declares it, and as a host's table does."""


def _renamed(schema: Schema) -> Schema:
    """The schema with its base under another name, since we have a table of contacts."""
    base = attrs.evolve(truth.CONTACT, name="person", alias="contact")
    others = {name: table for name, table in schema.tables.items() if table.link}
    return Schema("person", schema.key, {"person": base, **others})


SCHEMA = _renamed(truth.SCHEMA)
ROWS = {**truth.ROWS, "person": truth.ROWS["contact"]}


class Kind(NamedTuple):
    """A table of the truth as a record class of ours, and its rows as records."""

    cls: Any
    items: list[Any]


def kind_of(table: Table) -> Kind:
    """The record class of a table of the truth; its rows get a number as their key."""
    own = [field for field in table.fields.values() if not field.extra]
    types = {field.name: _annotation(field) for field in own}
    annotations = {"row": int, **types, "extra": Extra}
    body = {"__annotations__": annotations, "extra": ()}
    made = type(table.name, (Record,), body, table=table.name, key=("row",))
    cls: Any = attrs.frozen(made, kw_only=True, field_transformer=with_converters)
    items = []
    for number, row in enumerate(ROWS[table.name]):
        values = {field.name: _filled(field, row[field.name]) for field in own}
        extra = {n: row[n] for n, f in table.fields.items() if f.extra and row[n] is not None}
        items.append(cls(row=number, **values, extra=extra))
    return Kind(cls, items)


def _annotation(field: Field) -> object:
    if field.type is not FieldType.OPTION:
        return PLAIN[field.type][0]
    return Option("Choice", {name.upper() or "BLANK": name for name in field.options})  # type: ignore[call-arg]  # a new class


def _filled(field: Field, value: object) -> object:
    return field.blank if value is None else value


def in_our_tables(database: Database) -> SqlStore:
    store = database.open(prefix="own_")
    for table in SCHEMA.tables.values():
        store.records.put(kind_of(table).items)
    return store


def in_tables_of_a_host(database: Database) -> SqlStore:
    """Rows as they stand: values missing, codes as typed, extra fields as columns."""
    host = sa.MetaData()
    made = {
        name: sa.Table(f"host_{name}", host, *(_column(field) for field in table.fields.values()))
        for name, table in SCHEMA.tables.items()
    }
    engine = database.engine()
    if database.schema:
        with engine.begin() as connection:
            connection.execute(sa.schema.CreateSchema(database.schema, if_not_exists=True))
    host.create_all(engine)
    with engine.begin() as connection:
        for name, table in made.items():
            connection.execute(sa.insert(table), [_naive(row) for row in ROWS[name]])
    engine.dispose()
    for table in made.values():
        table.schema = database.schema
    return database.open(
        prefix="beside_", mapped={name: MappedTable(t, dict(t.c)) for name, t in made.items()}
    )


def _column(field: Field) -> sa.Column[Any]:
    return sa.Column(field.name, PLAIN[field.type][1])


def _naive(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.replace(tzinfo=None) if isinstance(value, datetime) else value
        for name, value in row.items()
    }


Found = Callable[[Criteria], str]


@pytest.fixture(params=[in_our_tables, in_tables_of_a_host], scope="module")
def found(request: pytest.FixtureRequest, kept_database: Database) -> Found:
    store: SqlStore = request.param(kept_database)
    for no, members in truth.MEMBERS.items():
        lines = [
            SegmentLine(segment_no=no, line_no=place, contact_no=member)
            for place, member in enumerate(sorted(members), start=1)
        ]
        store.segments.put(Segment(header=SegmentHeader(no=no), lines=tuple(lines)))
    for entry_no, members in truth.LOGGED.items():
        store.records.put(
            Interaction(entry_no=place, contact_no=member, logged_segment_entry_no=entry_no)
            for place, member in enumerate(sorted(members), start=1)
        )

    def find(criteria: Criteria) -> str:
        return " ".join(store.contacts.matching(bind(criteria, SCHEMA, truth.AS_OF)))

    return find


def test_every_filter_finds_those_that_it_says(found: Found) -> None:
    for case in truth.CASES:
        assert found(truth.part("contact", **{case.field: case.filter})) == case.expected, case


def test_every_selection_finds_those_that_it_says(found: Found) -> None:
    for case in truth.SELECTIONS:
        assert found(case.criteria) == case.expected, case


MAPPINGS = MappingRows()


def test_any_selection_is_answered_as_the_reference_predicate_does(found: Found) -> None:
    @settings(max_examples=30)
    @given(trees.selections)
    def agrees(selection: Selection) -> None:
        assert found(selection) == reference.found(selection, MAPPINGS)

    agrees()
