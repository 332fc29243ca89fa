"""Tables and their fields as attributes or items, to build selections from.

At run time the schema decides which tables and fields exist. A type checker knows those that a
subclass of `KnownTables` and `KnownFields` annotates, and finds spelling mistakes. It accepts every
name of `Tables` and `Fields`.
"""

from collections.abc import Iterable, Iterator, Mapping
from inspect import get_annotations
from typing import TYPE_CHECKING

from segmentation.criteria._trees import MOST, Part, Schema, Table, in_brackets, listed
from segmentation.errors import UnknownName

from ._building import AnyField, FieldOf

_LISTED = MOST - 40  # leaves room for the name of a table


class KnownFields:
    """The fields of one table. A subclass annotates some as attributes. All of them are items."""

    def __init__(self, table: Table) -> None:
        self._table = table

    if not TYPE_CHECKING:  # pragma: no branch - a type checker reads the annotations instead

        def __getattr__(self, name: str) -> AnyField:
            if name.startswith("_"):
                raise AttributeError(name)
            try:
                return self[name]
            except UnknownName as error:
                raise AttributeError(str(error)) from error

    def __getitem__(self, name: str) -> AnyField:
        return FieldOf(self._table.name, self._table.field(name).name)

    def __iter__(self) -> Iterator[AnyField]:
        return (self[name] for name in self._table.fields)

    def __dir__(self) -> Iterable[str]:
        return list(self._table.fields)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._table.fields)

    def __repr__(self) -> str:
        return in_brackets(f"{self._table.name}: {listed(self._table.fields, _LISTED)}")

    def any_row(self) -> Part:
        """The condition that there is a row."""
        return Part(self._table.name)


class Fields(KnownFields):
    """The fields of one table, as attributes or items."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> AnyField: ...


class KnownTables:
    """The tables of a schema. A subclass annotates some as attributes. All of them are items."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    if not TYPE_CHECKING:  # pragma: no branch - a type checker reads the annotations instead

        def __getattr__(self, name: str) -> KnownFields:
            if name.startswith("_"):
                raise AttributeError(name)
            try:
                table = self._schema.table(name)
            except UnknownName as error:
                raise AttributeError(str(error)) from error
            return get_annotations(type(self)).get(table.name, Fields)(table)

    def __getitem__(self, name: str) -> Fields:
        return Fields(self._schema.table(name))

    def __dir__(self) -> Iterable[str]:
        tables = self._schema.tables.values()
        return [name for table in tables for name in (table.name, table.alias) if name]

    def _plain_(self) -> Mapping[str, object]:
        """The names of the tables, each with those of its fields."""
        tables = self._schema.tables.values()
        return {table.name: list(table.fields) for table in tables}

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.__dir__())

    def __repr__(self) -> str:
        return in_brackets(f"tables: {listed(self._schema.tables, _LISTED)}")


class Tables(KnownTables):
    """The tables of a schema, as attributes or items, by name or alias."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Fields: ...


def fields(schema: Schema) -> Tables:
    """The tables of a schema with their fields, to build selections from.

    >>> from segmentation.criteria import Link, make_selection, make_table
    >>> from segmentation.fields import Field, FieldType
    >>> city = Field("city", FieldType.TEXT)
    >>> the = fields(Schema("contact", "no", {"contact": make_table("contact", [city])}))
    >>> (the.contact.city == "Bern") == make_selection(contact={"city": "Bern"})
    True
    """
    return Tables(schema)
