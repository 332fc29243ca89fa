"""Workbooks and configuration packages, made as the programs of others make them."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

Rows = Sequence[Sequence[Any]]
Records = Sequence[Mapping[str, str]]


def make_workbook(path: Path, **sheets: Rows) -> Path:
    """A workbook with a sheet each; texts are texts, whatever they begin with.

    A formula is given as a text that begins with ``f(``: its kept value follows behind a bar
    ("f(A1=1)|b:1", a type and a value), or there is none.
    """
    book = Workbook()
    book.remove(book.active)
    kept: dict[str, tuple[str, str]] = {}
    for title, rows in sheets.items():
        sheet = book.create_sheet(title.replace("_", " "))
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(row, start=1):
                cell = sheet.cell(number, place)
                if isinstance(value, str) and value.startswith("f("):
                    formula, _, result = value.partition("|")
                    cell.value = f"={formula[2:-1]}"
                    kept[cell.coordinate] = tuple(result.split(":")) if result else ("", "")  # type: ignore[assignment]
                else:
                    cell.value = value
                    if isinstance(value, str):
                        cell.data_type = "s"
    made = io.BytesIO()
    book.save(made)
    path.write_bytes(_with_results(made.getvalue(), kept))
    return path


def _with_results(content: bytes, kept: Mapping[str, tuple[str, str]]) -> bytes:
    """A workbook whose formulas have the values that Excel would keep with them."""
    if not kept:
        return content
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(changed, "w") as after:
        for name in before.namelist():
            text = before.read(name)
            for cell, (kind, value) in kept.items() if name.startswith("xl/worksheets/") else ():
                found = re.compile(rf'<c r="{cell}"([^>]*)><f>(.*?)</f><v ?/?>(</v>)?'.encode())
                typed = f' t="{kind}"' if kind else ""
                value_of = f"<v>{value}</v>" if kind else ""
                text = found.sub(
                    rf'<c r="{cell}"{typed}><f>\2</f>{value_of}'.encode(), text, count=1
                )
            after.writestr(name, text)
    return changed.getvalue()


def make_package(path: Path, encoding: str = "utf-16", **tables: Records) -> Path:
    """A configuration package of Business Central with the records of tables.

    Its layout is that of the one in microsoft/BCApps, folder src/Layers/W1/Tests/Rapid Start, file
    RSTableInfoTelemetryTest.Codeunit.al at commit cf37ad5823147a3bddd1e0076a3ebc15351931b3
    (product version NAV16.0).
    """
    path.write_bytes(package(encoding, **tables).encode(encoding))
    return path


_FIRST = ' PrimaryKey="1" ProcessingOrder="{}"'
"""What the first record tells of its fields."""


def package(encoding: str = "utf-16", **tables: Records) -> str:
    """The XML of a configuration package."""
    parts = [
        f'<?xml version="1.0" encoding="{encoding.upper()}" standalone="yes"?>',
        '<DataList MinCountForAsyncImport="5" ExcludeConfigTables="1" LanguageID="1033"',
        ' ProductVersion="NAV16.0" PackageName="CRM" Code="CRM">',
    ]
    for table, records in tables.items():
        parts.append(
            f"<{table}List><TableID>5050</TableID><SkipTableTriggers>1</SkipTableTriggers>"
        )
        for number, record in enumerate(records):
            fields = (
                f"<{name}{'' if number else _FIRST.format(at)}>{value}</{name}>"
                for at, (name, value) in enumerate(record.items(), start=1)
            )
            parts.append(f"<{table}>{''.join(fields)}</{table}>")
        parts.append(f"</{table}List>")
    return "".join([*parts, "</DataList>"])
