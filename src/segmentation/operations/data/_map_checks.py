"""What a map says of fields, looked at before any file is: a word of it that means nothing is told.

A condition on a field that is not there would leave a column blank in every row.
"""

from collections.abc import Mapping

from segmentation.errors import Identifier, InvalidValue, Message, UnknownName
from segmentation.fields import Field, FieldType, Record, fields_of
from segmentation.operations.schema import declared_fields
from segmentation.operations.values import Misfit, read_value
from segmentation.protocols import Store

from ._maps import ColumnMap, ImportMap


def check_map(store: Store, mapped: ImportMap, kinds: Mapping[str, type[Record]]) -> None:
    """See that a map speaks of tables and fields that there are.

    Args:
        store: Where a host's own fields are declared.
        mapped: The map.
        kinds: The kinds of records that files may bring, by the names of their tables.

    Raises:
        UnknownName: It names a table or field that there is none of.
        InvalidValue: A value does not fit its field, or an option has no sense where it stands.
    """
    for name in mapped.table_names:
        if name not in kinds:
            raise UnknownName("table", name, known=kinds, where="map")
    for table in mapped.tables:
        kind = kinds[table.table]
        fields = _fields(store, kind)
        for name, column in table.columns.items():
            place = f"map.{table.table}.columns.{name}"
            _check_conditions(place, column, fields)
            if column.table:
                _check_other(place, column, kind, kinds[column.table])
            filled = _fields(store, kinds[column.table]) if column.table else fields
            field = filled.get(column.field)
            if column.shorten and field and field.type is not FieldType.CODE:
                reason = Message(
                    "is only for keys, and {field} is none", field=Identifier(column.field)
                )
                raise InvalidValue(f"{place}.shorten", column.shorten, reason)


def _fields(store: Store, kind: type[Record]) -> Mapping[str, Field]:
    return {field.name: field for field in (*fields_of(kind), *declared_fields(store, kind))}


def _check_conditions(place: str, column: ColumnMap, fields: Mapping[str, Field]) -> None:
    for name, wanted in column.when.items():
        at = f"{place}.when"
        if name not in fields:
            raise UnknownName("field", name, known=fields, where=at)
        if name == column.field and not column.table:
            raise InvalidValue(at, name, Message("is the field that the column itself fills"))
        try:
            read_value(fields[name], wanted)
        except Misfit as misfit:
            reason = misfit.of_value
            raise InvalidValue(f"{at}.{name}", wanted, reason) from None


def _check_other(place: str, column: ColumnMap, kind: type[Record], other: type[Record]) -> None:
    """See that rows of another table can name the row that they come from."""
    links = [field.name for field in fields_of(other) if field.refers_to == kind.__table__]
    if other is kind or (not links and other.__key__[0] == column.field):
        reason = Message(
            "has no field that names a row of {table}", table=Identifier(kind.__table__)
        )
        raise InvalidValue(f"{place}.table", column.table, reason)
