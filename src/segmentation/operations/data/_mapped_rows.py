"""The rows of a file turned by a map: records of several rows, values, rows of other tables."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from segmentation.column_names import letters_of
from segmentation.errors import Fault, Identifier, Message, near_hint, near_name
from segmentation.fields import Field, Record, fields_of
from segmentation.languages import truths
from segmentation.protocols import Store

from ._maps import ColumnMap, TableMap, as_text
from ._pages import SourceTable
from ._raw import RawRow, RowsAnew
from ._sheets import Unread


def map_table(
    store: Store, table: SourceTable, mapped: TableMap, kinds: Mapping[str, type[Record]]
) -> tuple[Sequence[SourceTable], Sequence[Fault]]:
    """A table as a map wants it, and the rows of other tables that its cells become.

    Args:
        store: Where records are that other columns name.
        table: The table as its files have it.
        mapped: The map.
        kinds: The kinds of records that files may bring, by the names of their tables.
    """
    mapper = _Mapper(store, table, mapped)
    mapper.check_columns()
    own = mapper.own_table()
    others = [
        mapper.rows_of(name, column, kinds[column.table])
        for name, column in mapper.columns.items()
        if column.table in kinds
    ]
    return [own, *others], mapper.faults


class _Mapper:
    """Maps the rows of one table."""

    def __init__(self, store: Store, table: SourceTable, mapped: TableMap) -> None:
        self.faults: list[Fault] = []
        self._store = store
        self._table = table
        self._map = mapped
        self._names = {letters_of(name): name for name in reversed(table.columns)}
        known = {letters_of(name): column for name, column in mapped.columns.items()}
        self.columns = {
            name: found
            for name in table.columns
            if (found := mapped.columns.get(name) or known.get(letters_of(name))) is not None
        }
        self._fields = {field.name: field for field in fields_of(table.kind)}
        self._through: dict[str, dict[str, list[object]]] = {}

    def check_columns(self) -> None:
        """Tell columns that the map needs, and the file does not have."""
        if not self._table.columns:
            return
        known = [*self._names.values()]
        record = self._map.record
        if record and not self._name(record):
            hint = near_hint(near_name(record, known))
            reason = Message(
                "begins each record by the map, and is no column of the file{hint}", hint=hint
            )
            self._miss(record, reason)
        known += self._fields
        for through in {column.through for column in self.columns.values() if column.through}:
            if not self._name(through) and through not in self._fields:
                hint = near_hint(near_name(through, known))
                reason = Message(
                    "names rows by the map, and is no column of the file{hint}", hint=hint
                )
                self._miss(through, reason)

    def _miss(self, name: str, reason: Message) -> None:
        self.faults.append(Fault(Identifier(self._table.name), name, reason, "unknown_column"))

    # -- records ----------------------------------------------------------------------------

    def _grouped(self) -> Iterator[list[RawRow]]:
        """The rows of each record."""
        begins = self._name(self._map.record)
        group: list[RawRow] = []
        for row in self._table.rows:
            if group and not (begins and not _filled(row.values.get(begins))):
                yield group
                group = []
            group.append(row)
        if group:
            yield group

    def _name(self, column: str) -> str:
        """A column of the map as the file calls it; empty if it has none."""
        return self._names.get(letters_of(column), "") if column else ""

    def _picked(self, rows: Sequence[RawRow], name: str, column: ColumnMap) -> object:
        """The value of a record: of the row that counts first, or else the first there is."""
        where = self._name(column.first_where)
        first = [
            row for row in rows if where and truths().get(as_text(row.values.get(where)).lower())
        ]
        given = (row.values.get(name) for row in (*first, *rows))
        return next(filter(_filled, given), None)

    # -- the table's own rows ---------------------------------------------------------------

    def own_table(self) -> SourceTable:
        """The table with the columns that fill its own fields."""
        own = self._own_columns()
        gone = self._gone() | {name for others in own.values() for name in others[1:]}
        constants = {self._constant(name): name for name in self._map.constants}
        headers = tuple(
            (*(name for name in header if name not in gone), *constants) if header else ()
            for header in self._table.headers
        )
        return attrs.evolve(
            self._table,
            headers=headers,
            rows=_anew(lambda: (self._own_row(rows, own, gone) for rows in self._grouped())),
            assigned={**{names[0]: field for field, names in own.items()}, **constants},
            left_out=tuple(sorted(gone)),
        )

    def _own_columns(self) -> Mapping[str, Sequence[str]]:
        """The columns of the table's own fields: those of a field in the order of the map."""
        found: dict[str, list[str]] = {}
        order = {letters_of(name): at for at, name in enumerate(self._map.columns)}
        for name in sorted(self.columns, key=lambda name: order[letters_of(name)]):
            if not self.columns[name].table:
                found.setdefault(self.columns[name].field, []).append(name)
        return found

    def _gone(self) -> set[str]:
        """The columns that fill no field of the table itself."""
        named = [*self._map.leave_out, *(column.first_where for column in self.columns.values())]
        of_others = {name for name, column in self.columns.items() if column.table}
        return ({self._name(name) for name in named} - {""}) | of_others

    def _constant(self, field: str) -> str:
        return f"{field} (map)" if field in self._table.columns else field

    def _own_row(
        self, rows: Sequence[RawRow], own: Mapping[str, Sequence[str]], gone: set[str]
    ) -> RawRow:
        place = rows[0].place
        self.faults += self._contradictions(rows, own)
        values = {name: value for name, value in rows[0].values.items() if name not in gone}
        values |= {self._constant(name): text for name, text in self._map.constants.items()}
        picked = {names[0]: self._first(rows, names) for names in own.values()}
        values |= {name: value for name, (value, _) in picked.items()}
        for name, (value, column) in picked.items():
            if not self._holds(column, own, values):
                values[name] = None
            elif column.through and _filled(value):
                values[name] = self._key_through(place, column, value)
        return RawRow(place, values)

    def _contradictions(
        self, rows: Sequence[RawRow], own: Mapping[str, Sequence[str]]
    ) -> Iterator[Fault]:
        """Rows that belong to the one above and say otherwise: a record whose name was lost."""
        for name in (names[0] for names in own.values()):
            column, said = self.columns[name], rows[0].values.get(name)
            for row in rows[1:] if not column.first_where else ():
                value = row.values.get(name)
                if _filled(value) and _filled(said) and value != said:
                    reason = Message(
                        "the row has no {column}, and is not like the row above",
                        column=self._map.record,
                    )
                    yield Fault(row.place, column.field, reason, "blank")

    def _first(self, rows: Sequence[RawRow], names: Sequence[str]) -> tuple[object, ColumnMap]:
        """The value of a field, of the first of its columns that says something."""
        said = ((self._value(rows, name), self.columns[name]) for name in names)
        found = next((each for each in said if _filled(each[0])), None)
        return found or (None, self.columns[names[0]])

    def _value(self, rows: Sequence[RawRow], name: str) -> object:
        column = self.columns[name]
        return self._mapped(self._picked(rows, name, column), column)

    def _mapped(self, value: object, column: ColumnMap) -> object:
        """A value in the words of the map."""
        if isinstance(value, Unread):
            return value
        text = as_text(value)
        if column.values:
            folded = {name.casefold(): to for name, to in column.values.items()}
            found = column.values.get(text, folded.get(text.strip().casefold()))
            if found is None and text.strip():
                found = column.values.get("*")
            value = value if found is None else found
        if not column.shorten:
            return value
        return _shortened(as_text(value), self._fields.get(column.field))

    def _holds(
        self, column: ColumnMap, own: Mapping[str, Sequence[str]], values: Mapping[str, object]
    ) -> bool:
        """Whether a row has the values that a column needs."""
        for field, wanted in column.when.items():
            name = own[field][0] if field in own else self._name(field) or self._constant(field)
            if as_text(values.get(name)).casefold() != wanted.casefold():
                return False
        return True

    # -- keys by another column ---------------------------------------------------------------

    def _key_through(self, place: str, column: ColumnMap, value: object) -> object:
        """The key of the row that has a value in another column, here or in the store."""
        found = self._keys_by(column.through).get(as_text(value).strip().casefold(), [])
        keys = [*dict.fromkeys(found)] or [*self._stored(column.through, as_text(value))]
        if len(keys) == 1:
            return keys[0]
        reason = (
            Message("{value!r} is the {column} of several rows", value=value, column=column.through)
            if keys
            else Message("no row has the {column} {value!r}", value=value, column=column.through)
        )
        self.faults.append(Fault(place, column.field, reason, "missing_reference"))
        return None

    def _keys_by(self, through: str) -> Mapping[str, list[object]]:
        """The keys of the file's records by the value of a column."""
        if through not in self._through:
            name = self._name(through)
            found: dict[str, list[object]] = {}
            for rows in self._grouped():
                text = as_text(rows[0].values.get(name)).strip().casefold()
                if text:
                    found.setdefault(text, []).append(self._key(rows))
            self._through[through] = found
        return self._through[through]

    def _key(self, rows: Sequence[RawRow]) -> object:
        """The key of a record, as the map makes it."""
        wanted = self._table.kind.__key__[0]
        for name, column in self.columns.items():
            if column.field == wanted and not column.table:
                return self._value(rows, name)
        return rows[0].values.get(self._name(wanted))

    def _stored(self, through: str, value: str) -> Iterator[object]:
        column = self.columns.get(self._name(through))
        field = column.field if column else through
        if field in self._fields:
            equal: dict[str, Any] = {field: value.strip()}
            for record in self._store.records.all(self._table.kind, **equal):
                yield getattr(record, self._table.kind.__key__[0])

    # -- rows of other tables -----------------------------------------------------------------

    def rows_of(self, name: str, column: ColumnMap, kind: type[Record]) -> SourceTable:
        """The rows of another table that the cells of a column become, each once a record."""
        link = next(
            (each.name for each in fields_of(kind) if each.refers_to == self._table.kind.__table__),
            kind.__key__[0],
        )
        rows = _anew(
            lambda: (
                RawRow(place, {link: key, name: value})
                for place, key, value in self._pieces(name, column)
            )
        )
        assigned = {link: link, name: column.field}
        return SourceTable(kind, self._table.name, ((link, name),), rows, assigned=assigned)

    def _pieces(self, name: str, column: ColumnMap) -> Iterator[tuple[str, object, object]]:
        for rows in self._grouped():
            key = self._key(rows)
            pieces: dict[str, str] = {}
            for row in rows:
                text = as_text(row.values.get(name))
                for piece in text.split(column.separator) if column.separator else [text]:
                    if piece.strip():
                        pieces.setdefault(as_text(self._mapped(piece.strip(), column)), row.place)
            for value, place in pieces.items():
                yield place, key, value


def _anew(make: Callable[[], Iterator[RawRow]]) -> RowsAnew:
    """Rows that are counted now, which tells what is wrong with them, and are not kept."""
    return RowsAnew(make, sum(1 for _ in make()))


def _filled(value: object) -> bool:
    return value is not None and value != ""


_DIGITS = 8
"""How many digits of a digest end a key that was cut."""


def _shortened(text: str, field: Field | None) -> str:
    """A key that fits its field: one that is too long ends in a digest of the whole."""
    code = text.strip().upper()
    if field is None or not field.length or len(code) <= field.length:
        return code
    digest = hashlib.sha256(code.encode()).hexdigest()[:_DIGITS].upper()
    return f"{code[: field.length - _DIGITS - 1]}-{digest}"
