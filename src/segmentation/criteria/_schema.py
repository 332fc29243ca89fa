"""What can be filtered: tables, their fields, and how their rows belong to a contact.

A schema is a value. The library ships one for its own tables (`segmentation.segments`); a
host extends it by fields and tables of its own and passes it along. Knows no record.
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
    """Which rows of a table belong to a contact: equal values, pair by pair.

    Attributes:
        on: Pairs of (field of the row, field of the contact). Mailing groups:
            ``(("contact_no", "no"),)``; industry groups: ``(("contact_no", "company_no"),)``.
            Where the contact's value of the first pair is blank, no row belongs to it; in
            further pairs blanks are equal: a person without a company has the interactions
            that were logged without one.
        through: Another table of the schema that stands between; ``on`` then pairs a field of
            the row with a field of a row of that table, which in turn belongs to the contact.
        unless: Field and value of the contact for which ``only`` need not hold
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
        link: How its rows belong to a contact; ``None`` for the base table itself.
        alias: A second, shorter name ("mailing_groups"); empty if none.
        called: What it is called for people, in any language.
    """

    name: str
    fields: Mapping[str, Field]
    link: Link | None = None
    alias: str = ""
    called: tuple[str, ...] = ()

    def field(self, name: str) -> Field:
        """The field of that name, or with that caption in any language ("Post Code").

        Raises:
            UnknownName: There is none; the error carries the nearest one.
        """
        found = self.fields.get(name) or self.fields.get(to_name(name))
        if found is None:
            found = _called(name, self.fields.values())
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
    """All that a selection may speak of.

    Attributes:
        base: Name of the table whose rows are chosen ("contact").
        key: The field of the base table that is its number ("no").
        tables: The tables by name, the base table among them.

    Raises:
        UnknownName: A link goes through a table that is not there.
        InvalidValue: Links lead in a circle.
    """

    base: str
    key: str
    tables: Mapping[str, Table]

    def __attrs_post_init__(self) -> None:
        for table in self.tables.values():
            self._follow(table)

    def _follow(self, table: Table) -> None:
        """Make sure that the tables between this one and the base lead there."""
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
            UnknownName: There is none; the error carries the nearest one.
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

    def with_tables(self, *tables: Table) -> "Schema":
        """The schema with further tables (those of the same name are replaced)."""
        return attrs.evolve(self, tables={**self.tables, **{t.name: t for t in tables}})


def _called(caption: str, among: Iterable[_CalledT]) -> _CalledT | None:
    """What has a caption; ``None`` if there is none, or more than one."""
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
) -> Table:
    """A table from its fields, in their order."""
    return Table(name, {field.name: field for field in fields}, link, alias, called)
