"""The tables of codes, by their names."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from segmentation.criteria import Link
from segmentation.criteria import Table as Definition
from segmentation.errors import Fault
from segmentation.fields import Field, Record, Value
from segmentation.markup import to_table
from segmentation.operations import tables
from segmentation.operations.context import Context
from segmentation.operations.tables import Given, Use

from ._noun import Noun

if TYPE_CHECKING:
    from typing_extensions import TypeAliasType
else:
    from segmentation.aliases import TypeAliasType

RecordT = TypeVar("RecordT", bound=Record)

Key = TypeAliasType("Key", Value | tuple[Value, ...])
"""The key of a record: a code or number, or the parts of a key of several in a tuple."""


class Table(Noun[RecordT, Key], Generic[RecordT]):
    """The records of one table, by their key.

    A code may be given in any case; a key of several parts is a tuple, or the parts one after the
    other where one is made. ``crm.tables["mailing_group"]`` gives one.
    """

    def __init__(self, context: Context, kind: type[RecordT]) -> None:
        super().__init__(context)
        self._kind = kind  # type: ignore[misc]  # each table is of a kind of its own

    @property
    def name(self) -> str:
        """The table's name, as files and filters have it."""
        return self._kind.__table__

    @property
    def kind(self) -> type[RecordT]:
        """The class of its records."""
        return self._record_kind

    def where(self, **fields: Given) -> Sequence[RecordT]:
        """The records whose fields are equal, in the order of their keys.

        Args:
            **fields: Fields and the values that they must have.

        Raises:
            UnknownName: The table has no such field; the error carries the near name.
            Rejected: A value does not fit its field.
        """
        return list(self._all(fields))

    def new(self, *key: Given, **fields: Given) -> RecordT:
        """Make a record and keep it.

        Args:
            *key: Its code or number, or the parts of its key in their order.
            **fields: Its other fields; codes, dates and numbers may be texts.

        Raises:
            UnknownName: The table has no such field; the error carries the near name.
            InvalidValue: The key has more parts than the table's.
            Rejected: Something is wrong with it, or its key is taken; nothing is kept.
        """
        return tables.new_record(self._context, self._record_kind, key, fields)

    def add(self, *records: RecordT) -> Sequence[RecordT]:
        """Take in records that were made, all or none.

        Args:
            *records: The records; a key that is taken is a fault.

        Returns:
            The records as they are stored.

        Raises:
            InvalidValue: None is given, or one of another table.
            Rejected: There are faults: all of them; nothing is taken in.
        """
        return tables.add_records(self._context, self._record_kind, records)

    def put(self, *records: RecordT) -> Sequence[RecordT]:
        """Take in records that were made, all or none; one with the same key is replaced.

        Args:
            *records: The records.

        Returns:
            The records as they are stored.

        Raises:
            InvalidValue: None is given, or one of another table.
            Rejected: There are faults: all of them; nothing is taken in.
        """
        return tables.put_records(self._context, self._record_kind, records)

    def change(self, key: Key | RecordT, **fields: Given) -> RecordT:
        """Change fields of a record.

        Args:
            key: Its key, or the record.
            **fields: The fields with their new values.

        Returns:
            The changed record.

        Raises:
            NotFound: There is no such record.
            UnknownName: The table has no such field; the error carries the near name.
            Refused: A field is part of its key; `Tables.rename` changes that.
            Rejected: Something is wrong with the values: all of it; nothing is changed.
        """
        return tables.change_record(self._context, self._record_kind, key, fields)

    def delete(self, key: Key | RecordT) -> None:
        """Delete a record that nothing needs.

        Args:
            key: Its key, or the record.

        Raises:
            NotFound: There is no such record.
            Refused: Something needs it; the error lists what, and so does `Tables.uses`.
        """
        tables.delete_record(self._context, self._record_kind, key)

    def __repr__(self) -> str:
        return f"Table({self.name!r}, {len(self)})"


class Tables:
    """The tables of codes, and others that have no noun of their own, by their names.

    Iterating gives the names. A table that has a noun is not among them (contacts and their rows,
    templates and their languages, campaigns, questionnaires, segments, what was recorded); the
    error of asking for it names the noun.

    >>> from segmentation import Workspace
    >>> crm = Workspace.open()
    >>> crm.tables["mailing_group"].new("NEWS", description="Newsletter")
    MailingGroup('NEWS', 'Newsletter')
    >>> crm.tables.rename("mailing_group", old_key="news", new_key="LETTER")
    MailingGroup('LETTER', 'Newsletter')
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def _kinds(self) -> Mapping[str, type[Record]]:
        return tables.table_kinds(self._context.store)

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    def __contains__(self, table: object) -> bool:
        named = isinstance(table, str) or (isinstance(table, type) and issubclass(table, Record))
        return named and _name(table) in self._kinds

    @overload
    def __getitem__(self, table: str) -> Table[Any]: ...
    @overload
    def __getitem__(self, table: type[RecordT]) -> Table[RecordT]: ...
    def __getitem__(self, table: str | type[Record]) -> Table[Any]:
        return Table(self._context, tables.table_kind(self._context.store, table))

    def find(self, table: str | type[Record]) -> Table[Any] | None:
        """The table of this name or kind, or ``None``; also of one that has a noun of its own."""
        return self[table] if table in self else None  # noqa: SIM401 - it has no `get`

    def define(
        self,
        table: str | type[Record],
        *fields: Field,
        key: str | Iterable[str] = (),
        link: str | Link = "",
        alias: str = "",
        called: str | Iterable[str] = (),
    ) -> Definition:
        """Define fields of your own in a table of ours, or a table of your own.

        What is defined already in the same way may be given again, so that a program can say at
        each start what it needs. A table of your own takes further fields later; its key and its
        link stay.

        Args:
            table: The table of ours; or the name of your own, in snake case.
            *fields: The fields; in a table of your own all of them.
            key: The field or fields that tell the rows of your own table apart.
            link: How the rows of your own table belong to a contact: the field that holds the
                contact's number; or a `segmentation.criteria.Link`, by the number of the
                contact's company or through another table.
            alias: A shorter name of your own table.
            called: What your own table is called for people, in any language.

        Returns:
            The table with its fields, as criteria know it.

        Raises:
            UnknownName: There is no such table, and neither key nor link say that it is a new
                one.
            InvalidValue: No field is given; or a table that is there is to be called otherwise.
            Rejected: Something is wrong with the definition: all of it; nothing is changed.

        >>> from segmentation import Workspace
        >>> from segmentation.fields import Field
        >>> crm = Workspace.open()
        >>> _ = crm.tables.define("contact", Field("points", "integer"))
        >>> _ = crm.tables.define(
        ...     "orders",
        ...     Field("order_no", "code"),
        ...     Field("contact_no", "code"),
        ...     Field("amount", "decimal"),
        ...     key="order_no",
        ...     link="contact_no",
        ... )
        >>> anna = crm.contacts.new("Anna Berg", no="A", extra={"points": 120})
        >>> crm.tables["orders"].new("1", contact_no="A", amount="99.50")
        Orders('1')
        >>> list(crm.select(contact={"points": ">100"}, orders={"amount": ">50"}))
        ['A']
        """
        return tables.define(
            self._context, table, fields, key=key, link=link, alias=alias, called=called
        )

    def change_field(self, table: str | type[Record], field: Field) -> None:
        """Give a field of your own another type, length or other options.

        All values are converted.

        Args:
            table: The table.
            field: The field as it is to be, under its name.

        Raises:
            NotFound: No such field is defined.
            Refused: It is part of the key or the link of its table, or of what the journal
                recorded.
            Rejected: The definition is wrong, or values do not fit: all of them, each with its
                record; nothing is changed.
        """
        tables.change_field(self._context, table, field)

    def delete_field(self, table: str | type[Record], name: str) -> None:
        """Take away a field of your own, with all its values.

        Args:
            table: The table.
            name: The field.

        Raises:
            NotFound: No such field is defined.
            Refused: Criteria, segments or scorings need it: all are named, as `field_uses` does;
                or it is part of the key or the link of its table, or of what the journal
                recorded.
        """
        tables.delete_field(self._context, table, name)

    @property
    def version(self) -> int:
        """How often the definitions of own fields and tables have changed."""
        return tables.definitions_version(self._context.store)

    def check(self) -> Sequence[Fault]:
        """Look over own fields that an earlier version of the library took unseen.

        Returns:
            Definitions that make no sense, and values that are not of their field's type. They
            are not used in criteria, and stay as they are until somebody mends them.
        """
        return tables.definition_faults(self._context.store)

    def rename(self, table: str | type[Record], *, old_key: Key | Record, new_key: Key) -> Record:
        """Give a record another key, wherever it is named outside the journal.

        Records that refer to it follow, segments at work with header, lines, texts and actions,
        saved criteria whose filters compare with it, and the set-up. What was logged keeps the
        key that it had.

        Args:
            table: The table's name, or its kind.
            old_key: The key as it is, or the record.
            new_key: The key as it is to be.

        Returns:
            The record with its new key.

        Raises:
            InvalidValue: The table has a noun of its own; or the new key is no key of it.
            NotFound: There is no such table, or no record with the old key.
            Rejected: The new key is taken or does not fit; nothing is changed.
        """
        return tables.rename(self._context, table, old_key=old_key, new_key=new_key)

    def uses(self, table: str | type[Record], key: Key | Record) -> tuple[Use, ...]:
        """What needs a record: what refers to it, and criteria that name it in a filter.

        As long as there is something, the record is not deleted.

        Args:
            table: The table's name, or its kind; with "segment_header", "campaign",
                "interaction_template" and "saved_segment_criteria", which have nouns of their own.
            key: The record's key, or the record.

        Returns:
            The records by table and field; without those that the journal recorded.

        Raises:
            NotFound: There is no such table; the error carries the near name.
            InvalidValue: The table has another noun of its own.
            NotFound: There is no such record.
        """
        return tables.uses(self._context.store, table, key)

    def field_uses(self, table: str | type[Record], name: str) -> tuple[Use, ...]:
        """What needs a field: saved criteria and segments that ask for it, and scorings.

        Args:
            table: The table's name, or its kind.
            name: The field.

        Raises:
            UnknownName: There is no such table or field; the error carries the near name.
        """
        return tables.uses_of_field(self._context.store, table, name)

    def __repr__(self) -> str:
        return f"Tables({len(self)})"

    def _repr_html_(self) -> str:
        """The tables with how many records they hold."""
        rows = [[name, len(self[name])] for name in self]
        return to_table(["table", "records"], rows, caption=repr(self))

    def _plain_(self) -> Mapping[str, object]:
        return {name: len(self[name]) for name in self}


def _name(table: Any) -> str:  # noqa: ANN401 - a name or a kind of record
    return table if isinstance(table, str) else table.__table__
