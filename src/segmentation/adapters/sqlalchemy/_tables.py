"""The tables: one for each kind of record, generated from its fields, and a few more."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from copy import copy
from datetime import datetime
from functools import lru_cache
from itertools import count
from typing import Any, Generic, Protocol, TypeAlias

import attrs
import sqlalchemy as sa

from segmentation.contacts import Contact
from segmentation.definitions import contact_field, is_row_kind
from segmentation.fields import Extra, Field, FieldType, Record, RecordT, Value, aware, fields_of
from segmentation.kinds import record_kinds
from segmentation.segments import SegmentHeader, SegmentLine
from segmentation.serialization import from_json, value_from_data, value_to_data

from ._types import (
    BY_CODE_POINT,
    KEY_LENGTH,
    MARIADB,
    Moment,
    check_value,
    column_type,
    content_type,
    json_type,
    key_type,
    text_type,
)

EXTRA = "extra"
SEAL = "seal"
"""The column that tells whether a row is as the library wrote it."""
_SEALED = frozenset({Contact})
_SINGLE = "single"
_OWN = "own_"
"""Begins the names of tables that a host defined, beside the host's own of that name."""
_NULLABLE = frozenset({FieldType.DATE, FieldType.DATETIME, FieldType.TIME})
_TEXTS = frozenset({FieldType.CODE, FieldType.TEXT, FieldType.OPTION})

Element: TypeAlias = sa.ColumnElement[Any]
Test: TypeAlias = sa.ColumnElement[bool]


class Target(Protocol):
    """What statements are sent to: a connection, or what writes them down."""

    @property
    def dialect(self) -> sa.Dialect:
        """The dialect that they are written in."""

    def exec_driver_sql(self, statement: str, /) -> object:
        """Send a text."""


Naming: TypeAlias = Callable[[sa.Table], sa.FromClause]
"""Gives a table an alias at one place of a statement."""

_INDEXES: dict[str, tuple[tuple[str, ...], ...]] = {
    "contact": (("company_no",), ("country_region_code", "post_code")),
    "consent": (("contact_no",), ("purpose_code", "channel")),
    "contact_mailing_group": (("mailing_group_code", "contact_no"),),
    "contact_industry_group": (("industry_group_code", "contact_no"),),
    "contact_business_relation": (
        ("business_relation_code", "contact_no"),
        ("link_to_table", "no"),
    ),
    "contact_job_responsibility": (("job_responsibility_code", "contact_no"),),
    "contact_profile_answer": (("profile_questionnaire_code", "line_no", "contact_no"),),
    "interaction_log_entry": (
        ("contact_no", "contact_company_no", "date"),
        ("logged_segment_entry_no", "contact_no"),
        ("household_entry_no",),
    ),
    "interaction_comment": (("interaction_no",),),
    "value_entry": (("source_type", "source_no"),),
    "segment_line": (("segment_no", "contact_no"),),
}
"""The indexes of tables that are looked up by other fields than their key."""


@attrs.frozen
class FromTable:
    """A table at one place of a statement.

    Attributes:
        element: The element of the ``FROM`` clause.
        value: The function from a field to its value, the blank of its type if it is missing.
        unindexed: Whether the database has no index to find the rows of one contact.
        identity: The values that tell a row from all others of its table, if they are known.
        of_host: Whether it is a host's table.
        constants: The values that a field has in every row, by name, if that is known.
        once: The names of fields of which no two rows have the same value.
        filled: The names of fields that are blank in no row.
        whole: Whole numbers that the host has for fields of another type, by name.
        bare: The values of fields as the host has them, ``NULL`` where they are missing, by name.
            An index of the host's may find them, and its statistics tell how many there are.
    """

    element: sa.FromClause
    value: Callable[[Field], Element]
    unindexed: bool = False
    identity: tuple[Element, ...] = ()
    of_host: bool = False
    constants: Mapping[str, Value] = attrs.field(factory=dict)
    once: frozenset[str] = frozenset()
    filled: frozenset[str] = frozenset()
    whole: Mapping[str, Element] = attrs.field(factory=dict)
    bare: Mapping[str, Element] = attrs.field(factory=dict)

    def known(self, field: Field) -> tuple[Value, ...]:
        """The value that a field has in every row; nothing if rows differ."""
        return (self.constants[field.name],) if field.name in self.constants else ()


@attrs.frozen
class Layout(Generic[RecordT]):
    """How the records of one kind are stored in their table.

    Attributes:
        kind: The kind.
        table: The table.
        fields: The record's fields, in the order of the columns.
        has_extra: Whether the record has extra fields. Their column comes last.
        key: The columns that identify a row.
    """

    kind: type[RecordT]
    table: sa.Table
    fields: tuple[Field, ...]
    has_extra: bool
    key: tuple[sa.Column[Any], ...]
    _slots: tuple[Callable[[Any, Any], None], ...]
    _readers: tuple[tuple[int, Callable[[Any], Any]], ...]

    @property
    def has_seal(self) -> bool:
        """Whether a row bears a seal."""
        return self.kind in _SEALED

    @property
    def names(self) -> list[str]:
        """The names of the columns, in the order that `from_row` expects."""
        return [field.name for field in self.fields] + [EXTRA] * self.has_extra

    @property
    def columns(self) -> list[sa.ColumnElement[Any]]:
        """The columns of the record, in the order that `from_row` expects."""
        return [from_column(self.table.c[name]) for name in self.names]

    def from_row(self, row: Sequence[Any]) -> RecordT:
        """The record from values in the order of `columns`."""
        # Values were converted when they were stored, so the record needs no conversion.
        item = object.__new__(self.kind)
        for fill, value in zip(self._slots, row, strict=True):
            fill(item, value)
        for place, read in self._readers:
            self._slots[place](item, read(row[place]))
        return item

    def where_key(self, key: Sequence[Any]) -> sa.ColumnElement[bool]:
        """The condition that a row has this key."""
        return sa.and_(
            sa.true(), *(column == value for column, value in zip(self.key, key, strict=True))
        )


def extra_to_row(extra: Extra, table: str) -> dict[str, Any]:
    """Extra fields as plain data.

    Raises:
        InvalidValue: The database cannot store a value.
    """
    row = {}
    for name, value in extra:
        field = Field(name, FieldType.TEXT)
        check_value(field, name, table)
        check_value(field, value, table)
        row[name] = value_to_data(aware(value) if isinstance(value, datetime) else value)
    return row


def _extra_from_row(data: dict[str, Any] | str | None) -> Extra:
    if not data or data == "{}":
        return ()
    values = from_json(data) if isinstance(data, str) else data
    return tuple(sorted((name, value_from_data(value)) for name, value in values.items()))


def _option_reader(field: Field, kind: type[Record]) -> Callable[[Any], Any]:
    """The function from the name of an option to the option."""
    option = attrs.fields_dict(kind)[field.name].type  # type: ignore[arg-type]
    names: dict[str, Any] = {str(each): each for each in option}  # type: ignore[union-attr]
    return names.__getitem__


def from_column(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """A column as it is read. JSON stays a text, because most of it is empty."""
    return sa.type_coerce(column, sa.Text()) if column.key == EXTRA else column


class Tables:
    """The tables of one store.

    Args:
        schema: The database schema, ``None`` for the connection's own.
        prefix: The prefix of their names.
    """

    def __init__(self, *, schema: str | None = None, prefix: str = "") -> None:
        self.schema = schema
        self.prefix = prefix
        self.metadata = sa.MetaData(schema=schema)
        self.ready: dict[str, sa.Table] = {}
        """The tables of a host's own kinds that are known to exist as they are here, by name."""
        self.own: dict[type[Record], Layout[Any]] = {}
        """The layouts of a host's own kinds that were asked for in this store."""
        self.noted = 0
        """How many changes were noted by this process."""
        self.compiled: dict[tuple[str, str, Hashable], Any] = {}
        """Statements that are kept, by dialect and what they are about (see `run_kept`)."""
        self._layouts: dict[type[Record], Layout[Any]] = {}
        self._alias = lru_cache(maxsize=128)(_alias)
        for kind in dict.fromkeys([*record_kinds().values(), SegmentLine, SegmentHeader]):
            self._layouts[kind] = self._layout(kind, self.metadata)
        self.lines = self.of(SegmentLine)
        self.headers = self.of(SegmentHeader)
        self.meta = self._table(
            "segmentation_meta",
            sa.Column("name", key_type(), primary_key=True),
            sa.Column("value", text_type(), nullable=False),
        )
        self.journal = self._table(
            "journal",
            sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
            sa.Column("at", Moment(), nullable=False),
            sa.Column("user", text_type(), nullable=False),
            sa.Column("kind", text_type(), nullable=False),
            sa.Column("facts", text_type(), nullable=False),
            sa.Column("personal", text_type()),
            sa.Column("personal_sha256", text_type(), nullable=False),
            sa.Column("previous", text_type(), nullable=False),
            sa.Column("sha256", text_type(), nullable=False),
        )
        self.erasing = self._table(
            "journal_erasing",
            sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        )
        self.tree = self._table(
            "journal_tree",
            sa.Column("level", sa.SmallInteger(), primary_key=True, autoincrement=False),
            sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
            sa.Column("hash", sa.LargeBinary(), nullable=False),
        )
        self.attachments = self._table(
            "attachment",
            sa.Column("sha256", key_type(), primary_key=True),
            sa.Column("content", content_type(), nullable=False),
        )
        self.changes = self._table(
            "record_change",
            sa.Column("txid", sa.BigInteger(), primary_key=True, autoincrement=False),
            sa.Column("step", sa.BigInteger(), primary_key=True, autoincrement=False),
            sa.Column("table", text_type(), nullable=False),
            sa.Column("owners", text_type()),
        )
        self.host_rows = self._table(
            "host_row",
            sa.Column("key", key_type(), primary_key=True),
            sa.Column("table", text_type(), nullable=False),
            sa.Column("owner", text_type(), nullable=False),
            sa.Column("digest", text_type(), nullable=False),
        )
        self.ours = tuple(self.metadata.tables.values())
        """The tables that every store has. Those of a host's own kinds are made when needed."""

    def beginning(self) -> "Tables":
        """The same tables, without what a host defined."""
        begun = copy(self)
        begun.ready, begun.own = {}, {}
        return begun

    def of(self, kind: type[RecordT]) -> Layout[RecordT]:
        """The layout of a kind."""
        if kind in self._layouts:
            return self._layouts[kind]
        if kind not in self.own:
            # It may be defined anew, so its table stands by itself.
            self.own[kind] = self._layout(kind, sa.MetaData(schema=self.schema))
        return self.own[kind]

    def naming(self) -> Naming:
        """The function that gives tables their aliases in one statement. Aliases are cached."""
        numbers = count(1)
        return lambda table: self._alias(table, next(numbers))

    def by_name(self) -> dict[str, Layout[Any]]:
        """The layouts by the table names that schemas use; without those that a host defined."""
        made = (self._layouts | self.own).items()
        return {kind.__table__: layout for kind, layout in made if not is_row_kind(kind)}

    def _layout(self, kind: type[RecordT], metadata: sa.MetaData) -> Layout[RecordT]:
        fields = fields_of(kind)
        has_extra = EXTRA in attrs.fields_dict(kind)  # type: ignore[arg-type]
        sought = _sought(kind)
        columns = [_column(field, kind, sought.get(field.name, 0)) for field in fields]
        if has_extra:
            columns.append(sa.Column(EXTRA, json_type(), nullable=False, server_default="{}"))
        if kind in _SEALED:
            columns.append(sa.Column(SEAL, text_type(), nullable=False, server_default=""))
        if kind is SegmentHeader:
            columns += _worksheet_columns()
        if not kind.__key__:
            # The table holds one row at most: the key is a column with a constant.
            columns.append(
                sa.Column(_SINGLE, sa.Integer(), primary_key=True, autoincrement=False, default=1)
            )
        name = f"{_OWN}{kind.__table__}" if is_row_kind(kind) else kind.__table__
        table = self._table(name, *columns, metadata=metadata)
        linked = contact_field(kind)
        if linked and kind.__key__[:1] != (linked,):
            sa.Index(f"{table.name}_by_{linked}"[:63], table.c[linked])
        readers = [
            (place, _option_reader(field, kind))
            for place, field in enumerate(fields)
            if field.type is FieldType.OPTION
        ]
        names = [field.name for field in fields]
        if has_extra:
            readers.append((len(fields), _extra_from_row))
            names.append(EXTRA)
        slots = tuple(getattr(kind, name).__set__ for name in names)
        key = tuple(table.c[name] for name in kind.__key__)
        return Layout(kind, table, fields, has_extra, key, slots, tuple(readers))

    def _table(
        self, name: str, *columns: sa.Column[Any], metadata: sa.MetaData | None = None
    ) -> sa.Table:
        table = sa.Table(self.prefix + name, metadata or self.metadata, *columns, **_ON_MARIADB)
        for names in _INDEXES.get(name, ()):
            sa.Index(
                f"{self.prefix}{name}_by_{'_'.join(names)}"[:63],
                *(table.c[column] for column in names),
            )
        return table


def make_tables(*, schema: str | None = None, prefix: str = "") -> Tables:
    """The tables of one store.

    Making those that every store has costs more than all else that opening does, and they never
    change. So stores of the same schema and prefix share them, and the statements that databases
    have compiled with them; what a host defines is each store's own.

    Args:
        schema: The database schema, ``None`` for the connection's own.
        prefix: The prefix of their names.
    """
    return _shared(schema, prefix).beginning()


@lru_cache(maxsize=16)
def _shared(schema: str | None, prefix: str) -> Tables:
    return Tables(schema=schema, prefix=prefix)


def _alias(table: sa.Table, number: int) -> sa.FromClause:
    return table.alias(f"{table.name}_{number}")


_ON_MARIADB: Mapping[str, Any] = {
    f"{name}_{option}": value
    for name in MARIADB
    for option, value in (("engine", "InnoDB"), ("charset", BY_CODE_POINT["charset"]))
}
"""How MariaDB keeps our tables, whatever its default is: with transactions."""

_ROOM = 700
"""How many characters all texts in one key may have in MariaDB together."""


def _sought(kind: type[Record]) -> Mapping[str, int]:
    """The texts in a key or an index, with the characters that MariaDB has room for."""
    texts = {field.name for field in fields_of(kind) if field.type in _TEXTS}
    in_key = [name for name in kind.__key__ if name in texts]
    linked = contact_field(kind)
    others = {name for names in _INDEXES.get(kind.__table__, ()) for name in names}
    indexed = texts & {*others, *filter(None, [linked])}
    return dict.fromkeys(indexed, _ROOM // 4) | dict.fromkeys(
        in_key, min(KEY_LENGTH, _ROOM // max(len(in_key), 1))
    )


def _column(field: Field, kind: type[Record], room: int) -> sa.Column[Any]:
    return sa.Column(
        field.name,
        key_type(room) if room else column_type(field),
        primary_key=field.name in kind.__key__,
        autoincrement=False,
        nullable=field.type in _NULLABLE and field.name not in kind.__key__,
        server_default=_server_default(field),
    )


def _server_default(field: Field) -> Any:  # noqa: ANN401 - whatever DDL takes
    """The blank of a field, for rows that were stored before the field existed."""
    match field.type:
        case FieldType.INTEGER | FieldType.DECIMAL:
            return sa.text("0")
        case FieldType.BOOLEAN:
            return sa.false()
        case FieldType.CODE | FieldType.TEXT | FieldType.OPTION:
            return str(field.blank)
        case _:
            return None


def _worksheet_columns() -> Iterable[sa.Column[Any]]:
    """The columns of a segment besides the fields of its header."""
    yield sa.Column("version", sa.BigInteger(), nullable=False)
    yield sa.Column("stamp", text_type(), nullable=False, server_default="0")
    yield sa.Column("actions", text_type(), nullable=False)
    yield sa.Column("languages", text_type(), nullable=False)
    yield sa.Column("seen", text_type(), nullable=False, server_default="")
