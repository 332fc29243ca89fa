"""Schemas: the tables and fields that can be filtered, and how rows are linked to a contact.

A schema is a value. The library has one for its own tables (`segmentation.segments`). A host
extends it with fields and tables of its own and passes it in. This module does not know records.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar

import attrs

from segmentation.errors import InvalidValue, UnknownName
from segmentation.fields import Field
from segmentation.frozen import freeze_within
from segmentation.languages import to_name

from ._one_line import OneLine


@attrs.frozen(repr=False)
class Link(OneLine):
    """Which rows of a table belong to a contact: those with equal values in pairs of fields.

    Attributes:
        on: Pairs of (field of the row, field of the contact). Mailing groups have
            ``(("contact_no", "no"),)``, industry groups ``(("contact_no", "company_no"),)``. If
            the contact's value of the first pair is blank, no row belongs to it. In further
            pairs, blanks are equal: a person without a company has the interactions that were
            logged without one.
        through: Another table of the schema in between. ``on`` then pairs a field of the row with
            a field of that table, whose rows in turn belong to the contact.
        unless: A field and a value of contacts for which ``only`` need not hold
            (``("type", "company")``).
        only: A further pair that must be equal, (field of the row, field of the contact).
    """

    on: tuple[tuple[str, str], ...]
    through: str = ""
    unless: tuple[str, str] | None = None
    only: tuple[str, str] | None = None


@attrs.frozen(repr=False, field_transformer=freeze_within)
class Table(OneLine):
    """A table of the schema.

    Attributes:
        name: Its name ("contact_mailing_group").
        fields: Its fields, by name.
        link: How its rows belong to a contact, ``None`` for the base table itself.
        alias: A shorter name ("mailing_groups"), or empty.
        called: Its names for people, in any language.
        key: The fields that tell its rows apart, in their order; empty if that is not known.
        worked_out: Fields that are worked out in Python, and cannot be filtered.
    """

    name: str
    fields: Mapping[str, Field]
    link: Link | None = None
    alias: str = ""
    called: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    worked_out: tuple[str, ...] = ()

    def field(self, name: str) -> Field:
        """The field of that name, or with that caption in any language ("Post Code").

        Raises:
            UnknownName: There is none. The error names the nearest one.
            InvalidValue: It is worked out in Python.
        """
        found = self.fields.get(name) or self.fields.get(to_name(name))
        if found is None:
            found = _called(name, self.fields.values())
        if found is None and {name, to_name(name)} & {*self.worked_out}:
            reason = "is worked out in Python, and cannot be filtered"
            raise InvalidValue(f"{self.name}.{to_name(name)}", name, reason)
        if found is None:
            called = [caption for field in self.fields.values() for caption in field.called]
            raise UnknownName("field", name, known=self.fields, called=called, where=self.name)
        return found

    def with_fields(self, *fields: Field) -> "Table":
        """The table with further fields (those of the same name are replaced)."""
        return attrs.evolve(self, fields={**self.fields, **{f.name: f for f in fields}})


_CalledT = TypeVar("_CalledT", Field, Table)


@attrs.frozen(repr=False, field_transformer=freeze_within)
class Schema(OneLine):
    """The tables that a selection may name.

    Attributes:
        base: The table whose rows are selected ("contact").
        key: The field of the base table that holds the number ("no").
        tables: The tables by name, including the base table.

    Raises:
        UnknownName: A link goes through a table that does not exist.
        InvalidValue: Links form a circle.
    """

    base: str
    key: str
    tables: Mapping[str, Table]

    def __attrs_post_init__(self) -> None:
        for table in self.tables.values():
            self._follow(table)

    def _follow(self, table: Table) -> None:
        """Check that links lead from a table to the base table."""
        passed = [table.name]
        while table.link is not None and table.link.through:
            table = self.table(table.link.through)
            if table.name in passed:
                circle = " → ".join([*passed, table.name])
                raise InvalidValue("link", circle, "leads in a circle")
            passed.append(table.name)

    def table(self, name: str) -> Table:
        """The table of that name or alias, or with that caption in any language.

        Raises:
            UnknownName: There is none. The error names the nearest one.
        """
        if name in self.tables:
            return self.tables[name]
        wanted = {name, to_name(name)} - {""}
        for table in self.tables.values():
            if table.name in wanted or table.alias in wanted:
                return table
        found = _called(name, self.tables.values())
        if found is not None:
            return found
        aliases = [table.alias for table in self.tables.values() if table.alias]
        called = [caption for table in self.tables.values() for caption in table.called]
        raise UnknownName("table", name, known=[*self.tables, *aliases], called=called)

    def with_fields(self, table: str, *fields: Field) -> "Schema":
        """The schema with fields of a host's own in one of its tables.

        Raises:
            UnknownName: There is no such table.
        """
        found = self.table(table)
        own = (attrs.evolve(field, extra=True) for field in fields)
        return self.with_tables(found.with_fields(*own))

    def with_tables(self, *tables: Table) -> "Schema":
        """The schema with further tables (those of the same name are replaced)."""
        return attrs.evolve(self, tables={**self.tables, **{t.name: t for t in tables}})


def _called(caption: str, among: Iterable[_CalledT]) -> _CalledT | None:
    """The table or field with a caption, ``None`` if there is none or more than one."""
    wanted = to_name(caption)
    found = [each for each in among if wanted in map(to_name, each.called)]
    return found[0] if wanted and len(found) == 1 else None


def make_table(
    name: str,
    fields: Iterable[Field],
    *,
    link: Link | None = None,
    alias: str = "",
    called: tuple[str, ...] = (),
    key: tuple[str, ...] = (),
) -> Table:
    """A table from its fields, in their order."""
    return Table(name, {field.name: field for field in fields}, link, alias, called, key)
