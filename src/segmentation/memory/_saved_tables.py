"""Tables as plain data and bytes, for a file, and back."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

import attrs

from segmentation.codes import Option
from segmentation.fields import Record

from ._columns import Column
from ._files import READING, broken
from ._saved_columns import Parts, Reader, Writer


class SavedField(NamedTuple):
    """The values of one field.

    Attributes:
        data: The column as plain data.
        parts: The bytes beside them.
    """

    data: Mapping[str, Any]
    parts: Parts


class SavedTable(NamedTuple):
    """The records of one kind.

    Attributes:
        name: Their table.
        size: How many there are.
        fields: The values by the name of their field.
        source: The file that they come from, for errors.
    """

    name: str
    size: int
    fields: Mapping[str, SavedField]
    source: Path = Path()

    def columns(self, kind: type[Record]) -> Mapping[str, Column]:
        """The columns of the fields that a kind has.

        Raises:
            StoreError: They cannot be read: the file was not written by this library.
        """
        try:
            columns = {
                each.name: _read(self.fields[each.name], option_in(each.type))
                for each in attrs.fields(kind)  # type: ignore[arg-type]
                if each.name in self.fields
            }
        except READING as error:
            raise broken(self.source) from error
        if any(len(column) != self.size for column in columns.values()):
            raise broken(self.source)
        return columns


def _read(field: SavedField, option: type[Option] | None) -> Column:
    return Reader(iter(field.parts), option).column(field.data)


def table_of(kind: type[Record], columns: Mapping[str, Column], size: int) -> SavedTable:
    """The records of a kind.

    Raises:
        InvalidValue: A value is of a type that cannot be saved.
    """
    fields = {}
    for name, column in columns.items():
        writer = Writer(name)
        fields[name] = SavedField(writer.column(column), writer.parts)
    return SavedTable(kind.__table__, size, fields)


def option_in(annotation: Any) -> type[Option] | None:  # noqa: ANN401
    """The class of the options that a field may hold, if it has any."""
    if get_origin(annotation) is Annotated:
        return option_in(get_args(annotation)[0])
    if get_origin(annotation) in {Union, UnionType}:
        found: Sequence[type[Option] | None] = [option_in(each) for each in get_args(annotation)]
        return next(filter(None, found), None)
    if isinstance(annotation, type) and issubclass(annotation, Option):
        return annotation
    return None
