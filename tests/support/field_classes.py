"""Writes the classes that tell type checkers the tables and fields of a contact.

Run it after a change of a record that selections speak of::

    python tests/support/field_classes.py

A test holds what stands there equal to what this makes.
"""

from collections.abc import Iterator
from pathlib import Path

import segmentation.segments
from segmentation.fields import Field, FieldType, Record, fields_of
from segmentation.segments import FILTERED

TARGET = Path(segmentation.segments.__file__).parent / "_fields.py"

KINDS = {
    FieldType.CODE: "TextField",
    FieldType.TEXT: "TextField",
    FieldType.OPTION: "TextField",
    FieldType.INTEGER: "IntegerField",
    FieldType.DECIMAL: "DecimalField",
    FieldType.BOOLEAN: "BooleanField",
    FieldType.DATE: "DateField",
    FieldType.DATETIME: "DateField",
    FieldType.TIME: "TimeField",
}

HEAD = '''"""The tables and fields of a contact as type checkers know them.

Made from the records by ``tests/support/field_classes.py``; not to be changed by hand. Without
values: which tables and fields there are at run time says the schema.
"""

from segmentation.criteria import (
{imports}
)
'''


def class_name(record: type[Record]) -> str:
    """The class of the fields of a record's table."""
    return f"{record.__name__}Fields"


def line_of(field: Field) -> str:
    """One field, annotated with the class of its type."""
    return f"    {field.name}: {KINDS[field.type]}"


def lines() -> Iterator[str]:
    """What the module says, line by line."""
    used = {KINDS[field.type] for record, _, _ in FILTERED for field in fields_of(record)}
    imports = sorted(used | {"KnownFields", "KnownTables"}, key=str.lower)
    yield HEAD.format(imports="\n".join(f"    {name}," for name in imports))
    for record, _, _ in FILTERED:
        yield f"\nclass {class_name(record)}(KnownFields):"
        yield f'    """The fields of the table ``{record.__table__}``."""\n'
        yield from map(line_of, fields_of(record))
        yield ""
    yield "\nclass ContactTables(KnownTables):"
    yield '    """The tables that a selection of contacts may speak of; others as items."""\n'
    for record, alias, _ in FILTERED:
        for name in dict.fromkeys([record.__table__, alias]):
            yield f"    {name}: {class_name(record)}"


def source() -> str:
    """The text of the module."""
    return "\n".join(lines()) + "\n"


if __name__ == "__main__":
    TARGET.write_text(source(), encoding="utf-8")
