"""Functions for PostgreSQL that change case exactly as Python does, whatever the locale.

They are made once in the database, from the Unicode data of the running Python.
"""

import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache

import sqlalchemy as sa

from ._tables import Tables

_SIGMA = "Σ"
_SMALL, _FINAL = _SIGMA.lower(), f"a{_SIGMA}".lower()[1]


def make_letters(connection: sa.Connection, tables: Tables) -> None:
    """Make the functions. Each version of Unicode has functions of its own."""
    blanks = "".join(filter(str.isspace, _characters()))
    lower = [*_replacing(str.lower), _final_sigma()]
    _make(connection, function_name(tables, "lower"), "value", lower, str.lower)
    trimmed = f"btrim(value, {_quoted(blanks)})"
    _make(connection, function_name(tables, "code"), trimmed, _replacing(str.upper), str.upper)


def function_name(tables: Tables, verb: str) -> tuple[str | None, str]:
    """The schema and the name of the function for a function of Python."""
    version = unicodedata.unidata_version.replace(".", "_")
    return tables.schema, f"{tables.prefix}segmentation_{verb}_{version}"


def _make(
    connection: sa.Connection,
    name: tuple[str | None, str],
    start: str,
    replacing: Iterable[str],
    change: Callable[[str], str],
) -> None:
    """Make a function. It is quick for ASCII texts, as most are, and exact for others."""
    quote = connection.dialect.identifier_preparer.quote
    called = ".".join(quote(part) for part in name if part)
    single = [(each, new) for each, new in _changed(change) if len(new) == 1]
    letters = _quoted("".join(each for each, _ in single))
    become = _quoted("".join(new for _, new in single))
    connection.exec_driver_sql(
        f"CREATE OR REPLACE FUNCTION {called}(value text) RETURNS text "
        f"LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $letters$ "
        f'DECLARE v text COLLATE "C" := {start}; BEGIN '
        f"IF octet_length(v) = char_length(v) THEN RETURN {change.__name__}(v); END IF; "
        f"{' '.join(replacing)} "
        f"RETURN {change.__name__}(translate(v, {letters}, {become})); END $letters$"
    )


def _replacing(change: Callable[[str], str]) -> list[str]:
    """The steps for letters that are replaced by several letters."""
    return [
        f"v := replace(v, {_quoted(each)}, {_quoted(new)});"
        for each, new in _changed(change)
        if len(new) > 1
    ]


@cache
def _final_sigma() -> str:
    """The step for a capital sigma that ends a word, as ``str.lower`` sees it.

    Such a sigma has a cased letter before it and none after it. Marks in between are ignored.
    """
    marks, cased = [], []
    for each in _characters():
        if f"a{_SIGMA}{each}".lower()[1] == _SMALL:
            cased.append(each)
        elif f"a{_SIGMA}{each}a".lower()[1] == _SMALL:
            marks.append(each)
    skipped, letter = f"[{_ranges(marks)}]*", f"[{_ranges(cased)}]"
    ending = f"(?<={letter}{skipped}){_SIGMA}(?!{skipped}{letter})"
    return f"v := regexp_replace(v, {_quoted(ending)}, '{_FINAL}', 'g');"


def _characters() -> Iterator[str]:
    """Every character that a database can store."""
    for number in range(1, sys.maxunicode + 1):
        if not 0xD800 <= number < 0xE000:  # noqa: PLR2004 - the surrogates
            yield chr(number)


@cache
def _changed(change: Callable[[str], str]) -> list[tuple[str, str]]:
    """The letters beyond ASCII that a function changes, and their replacements."""
    return [(each, change(each)) for each in _characters() if change(each) != each > "\x7f"]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _ranges(characters: Iterable[str]) -> str:
    """Ascending characters as ranges for a bracket expression."""
    ranges: list[list[int]] = []
    for number in map(ord, characters):
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges)
