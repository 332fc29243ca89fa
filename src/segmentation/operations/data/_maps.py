"""Maps: how the columns of another system's files become fields of ours.

A map is a value, a mapping or a TOML file. Those of Business Central's API v2.0, of Odoo and of
ERPNext come with the library and go by their names.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeAlias

import attrs

from segmentation.column_names import letters_of
from segmentation.errors import InvalidValue, Message, StoreError, UnknownName
from segmentation.frozen import FrozenMapping, freeze_within
from segmentation.showing import shown_by

_NONE: Mapping[str, str] = FrozenMapping()


@shown_by("field", "table")
@attrs.frozen(kw_only=True, field_transformer=freeze_within)
class ColumnMap:
    """What a column becomes.

    Attributes:
        field: The field that it fills.
        table: The table of that field, if each value becomes a row of that; else empty.
        values: What stands for each value; ``""`` is a blank one, ``"*"`` any other. A value that
            is not named stays.
        separator: What stands between several values of a cell; empty if there is one.
        through: The column by which a value names a row, whose key is taken in its place.
        when: Values of other fields that a row must have; in any other the column is blank.
        first_where: The column that says which of a record's rows counts first.
        shorten: Whether a key that is too long is cut, its end a digest of the whole.
    """

    field: str
    table: str = ""
    values: Mapping[str, str] = _NONE
    separator: str = ""
    through: str = ""
    when: Mapping[str, str] = _NONE
    first_where: str = ""
    shorten: bool = False


@shown_by("table", "files")
@attrs.frozen(kw_only=True, field_transformer=freeze_within)
class TableMap:
    """How files of another system become a table.

    Attributes:
        table: The table.
        files: Names of its files beside the table's own, without their endings.
        columns: What each column becomes; of several for one field the first counts that says
            something. One that is not named is known by its name, as without a map.
        constants: Fields that are the same in each row.
        leave_out: Columns that are not taken in.
        record: The column that begins a record: a row in which it is blank goes on with the
            record before. Each row is a record if empty.
    """

    table: str
    files: tuple[str, ...] = ()
    columns: Mapping[str, ColumnMap] = attrs.field(factory=dict)
    constants: Mapping[str, str] = _NONE
    leave_out: tuple[str, ...] = ()
    record: str = ""

    @property
    def file_letters(self) -> frozenset[str]:
        """The names of its files as they are compared."""
        return frozenset(map(letters_of, self.files))


@shown_by("tables")
@attrs.frozen(field_transformer=freeze_within)
class ImportMap:
    """How the files of another system become tables of ours."""

    tables: tuple[TableMap, ...] = ()

    @property
    def table_names(self) -> Sequence[str]:
        """The tables that it fills."""
        of_cells = (each.table for table in self.tables for each in table.columns.values())
        return [*(table.table for table in self.tables), *filter(None, of_cells)]

    def of_file(self, stem: str) -> TableMap | None:
        """The map of a file, by its name without the ending."""
        letters = letters_of(stem)
        return next((each for each in self.tables if letters in each.file_letters), None)

    def of_table(self, table: str) -> TableMap | None:
        """The map of a table's files."""
        return next((each for each in self.tables if each.table == table), None)


MapLike: TypeAlias = ImportMap | Mapping[str, Any] | Path | str
"""A map, what a TOML file holds, the path of one, or the name of a map that comes with us."""


def to_map(given: MapLike | None) -> ImportMap:
    """A map from whatever says it; ``None`` is the map of nothing.

    Raises:
        UnknownName: No map of this name comes with the library, and there is no such file.
        StoreError: The file cannot be read.
        InvalidValue: It is no map: the error tells where.
    """
    said: object = given  # a program may give anything
    match said:
        case None:
            return ImportMap()
        case ImportMap():
            return said
        case Mapping():
            return _map(said)
        case str() if said in _shipped():
            return _map(_shipped()[said])
        case str() | Path():
            return _map(_read(Path(said)))
        case _:
            reason = Message("is no map; give its name, its file, or what that holds")
            raise InvalidValue("map", said, reason)


def _read(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise UnknownName("map", str(path), known=sorted(_shipped())) from None
    except OSError as error:
        reason = Message("cannot be read: {said}", said=error.strerror or str(error))
        raise StoreError(str(path), reason) from error
    except ValueError as error:
        reason = Message("is no TOML file: {said}", said=str(error))
        raise InvalidValue("map", path.name, reason) from error


@cache
def _shipped() -> Mapping[str, Mapping[str, Any]]:
    folder = files("segmentation.operations.data").joinpath("maps")
    return {
        file.name.removesuffix(".toml"): tomllib.loads(file.read_bytes().decode())
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    }


def _map(given: Mapping[str, Any]) -> ImportMap:
    place = "map"
    _check_names(place, given, {"base", "tables"})
    base = _text(place, given, "base")
    if base and base not in _shipped():
        raise UnknownName("map", base, known=sorted(_shipped()))
    tables = {each["table"]: each for each in _shipped()[base]["tables"]} if base else {}
    said: set[str] = set()
    for number, table in enumerate(_list(place, given, "tables"), start=1):
        at = ".".join((place, "tables", str(number)))
        _check_names(at, table, {each.name for each in attrs.fields(TableMap)})
        name = _text(at, table, "table")
        if not name or name in said:
            reason = Message("is named twice" if name else "names no table")
            raise InvalidValue(f"{at}.table", name, reason)
        said.add(name)
        _check_left_out(f"{place}.{name}", table)
        tables[name] = _merged(tables.get(name, {}), table)
    made = ImportMap(tuple(_table(f"{place}.{name}", each) for name, each in tables.items()))
    _check_files(place, made)
    return made


def _check_left_out(place: str, given: Mapping[str, Any]) -> None:
    """See that no column is both left out and taken in by the same words."""
    _check_mapping(f"{place}.columns", given.get("columns", {}))
    columns = {letters_of(name) for name in given.get("columns", {})}
    for name in _texts(place, given, "leave_out"):
        if letters_of(name) in columns:
            raise InvalidValue(f"{place}.leave_out", name, Message("is among the columns, too"))


def _check_files(place: str, made: ImportMap) -> None:
    """See that a file is for one table."""
    seen: set[str] = set()
    for table in made.tables:
        for name in table.files:
            if letters_of(name) in seen:
                reason = Message("is for another table already")
                raise InvalidValue(f"{place}.{table.table}.files", name, reason)
        seen |= table.file_letters


def _merged(base: Mapping[str, Any], given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a map says over what its base says; what is a table in both is merged likewise."""
    both = {
        name: _merged(_spelled_out(base[name]), value)
        for name, value in given.items()
        if isinstance(value, Mapping) and isinstance(base.get(name), Mapping | str)
    }
    return {**base, **given, **both}


def _spelled_out(said: Mapping[str, Any] | str) -> Mapping[str, Any]:
    """What a column becomes; a text is its field."""
    return {"field": said} if isinstance(said, str) else said


def _table(place: str, given: Mapping[str, Any]) -> TableMap:
    columns = given.get("columns", {})
    _check_mapping(f"{place}.columns", columns)
    return TableMap(
        table=_text(place, given, "table"),
        files=_texts(place, given, "files"),
        columns=dict(_columns(f"{place}.columns", columns)),
        constants=_pairs(place, given, "constants"),
        leave_out=_texts(place, given, "leave_out"),
        record=_text(place, given, "record"),
    )


def _columns(place: str, given: Mapping[str, Any]) -> Iterator[tuple[str, ColumnMap]]:
    seen: set[str] = set()
    for name, said in given.items():
        at = f"{place}.{name}"
        if letters_of(name) in seen:
            raise InvalidValue(place, name, Message("is named twice"))
        seen.add(letters_of(name))
        column = _spelled_out(said)
        _check_names(at, column, {each.name for each in attrs.fields(ColumnMap)})
        if not _text(at, column, "field"):
            raise InvalidValue(at, said, Message("names no field"))
        shorten: object = column.get("shorten", False)
        if not isinstance(shorten, bool):
            raise InvalidValue(f"{at}.shorten", shorten, Message("is neither yes nor no"))
        separator = _text(at, column, "separator")
        if separator and not _text(at, column, "table"):
            reason = Message("needs a table whose rows the values become")
            raise InvalidValue(f"{at}.separator", separator, reason)
        yield (
            name,
            ColumnMap(
                field=_text(at, column, "field"),
                table=_text(at, column, "table"),
                values=_pairs(at, column, "values"),
                separator=separator,
                through=_text(at, column, "through"),
                when=_pairs(at, column, "when"),
                first_where=_text(at, column, "first_where"),
                shorten=shorten,
            ),
        )


# -- what a map may say ------------------------------------------------------------------------


def _check_mapping(place: str, given: object) -> None:
    if not isinstance(given, Mapping):
        raise InvalidValue(place, given, Message("is no mapping of names to values"))
    for name in given:
        if not isinstance(name, str):
            raise InvalidValue(place, name, Message("is not a text"))


def _check_names(place: str, given: Any, known: set[str]) -> None:  # noqa: ANN401 - anything
    _check_mapping(place, given)
    for name in given:
        if name not in known:
            raise UnknownName("name", str(name), known=sorted(known), where=place)


def _text(place: str, given: Mapping[str, Any], name: str) -> str:
    value = given.get(name, "")
    if not isinstance(value, str):
        raise InvalidValue(f"{place}.{name}", value, Message("is not a text"))
    return value


def _list(place: str, given: Mapping[str, Any], name: str) -> Sequence[Any]:
    value = given.get(name, [])
    if not isinstance(value, list | tuple):
        raise InvalidValue(f"{place}.{name}", value, Message("is no list"))
    return value


def _texts(place: str, given: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = given.get(name, ())
    values = [value] if isinstance(value, str) else _list(place, given, name)
    numbered = {str(number): each for number, each in enumerate(values, start=1)}
    return tuple(_text(f"{place}.{name}", numbered, number) for number in numbered)


def _pairs(place: str, given: Mapping[str, Any], name: str) -> Mapping[str, str]:
    pairs = given.get(name, {})
    _check_mapping(f"{place}.{name}", pairs)
    for each, value in pairs.items():
        if isinstance(value, Mapping | Iterable) and not isinstance(value, str):
            raise InvalidValue(f"{place}.{name}.{each}", value, Message("is not one value"))
    return {each: as_text(value) for each, value in pairs.items()}


def as_text(value: object) -> str:
    """A value of a file or a map as text; a blank one is empty."""
    return "" if value is None else str(value)
