"""Writes the index of all tables and fields in the reference.

Run it after a change of a record, or of a caption::

    python tests/support/fields_page.py

A test holds what stands there equal to what this makes.
"""

from collections.abc import Iterator
from pathlib import Path

from segmentation.fields import Field, Record, fields_of
from segmentation.kinds import record_kinds
from segmentation.languages import LANGUAGES, caption
from segmentation.operations.tables import NOUNS

TARGET = Path(__file__).parents[2] / "docs" / "reference" / "fields.md"

HEAD = """# Tables and fields

All tables with their fields, in the order in which the records declare them. A name is the same in
Python, in filters and in files. The English caption is Business Central's name, where it has the
field. Files may call a column by the caption of any language, or by the name in brackets. A number
behind a type is the greatest number of characters. The key is in bold.
"""

NAMES = {"en": "English", "fr": "French", "it": "Italian", "nb": "Norwegian"}


def cell(text: str) -> str:
    """A text that does not end its cell."""
    return text.replace("|", r"\\|")


def type_of(field: Field) -> str:
    """A field's type, its length or options, and the table whose key it holds."""
    options = [f"`{option}`" if option else "blank" for option in field.options]
    said = f"{field.type}: {', '.join(options)}" if options else str(field.type)
    if field.length:
        said += f" {field.length}"
    return f"{said} → [{field.refers_to}](#{anchor(field.refers_to)})" if known(field) else said


def known(field: Field) -> bool:
    """Whether the table that a field refers to is one of ours."""
    return field.refers_to in record_kinds()


def anchor(table: str) -> str:
    """Where a table stands on the page."""
    return f"table-{table.replace('_', '-')}"


def kept_by(table: str) -> str:
    """The noun of the workspace that keeps a table."""
    return f"`crm.{NOUNS[table]}`" if table in NOUNS else f'`crm.tables["{table}"]`'


def section(kind: type[Record]) -> Iterator[str]:
    """A table with its fields, line by line."""
    table = kind.__table__
    yield f"({anchor(table)})="
    yield f"## `{table}`"
    yield ""
    captions = "; ".join(f"{NAMES[each]}: {caption(each, table)}" for each in LANGUAGES)
    yield f"`{kind.__name__}`, kept by {kept_by(table)}. {captions}."
    yield ""
    yield "| field | type | " + " | ".join(NAMES[each] for each in LANGUAGES) + " |"
    yield "|---" * (2 + len(LANGUAGES)) + "|"
    for field in fields_of(kind):
        name = f"`{field.name}`"
        if field.name in kind.__key__:
            name = f"**{name}**"
        if field.also_called:
            name += f" (`{field.also_called}`)"
        called = (caption(each, table, field.name) for each in LANGUAGES)
        yield "| " + " | ".join(map(cell, (name, type_of(field), *called))) + " |"
    yield ""


def source() -> str:
    """The text of the page."""
    lines = [HEAD]
    for _, kind in sorted(record_kinds().items()):
        lines += section(kind)
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    TARGET.write_text(source(), encoding="utf-8")
