"""Functions for PostgreSQL and MariaDB that change letters exactly as Python does.

They are made once in the database, from the Unicode data of the running Python.
"""

import unicodedata
from collections.abc import Mapping
from functools import cache

import sqlalchemy as sa

from segmentation.criteria import Letters, characters, replacements

from ._tables import Tables, Target
from ._types import is_mariadb

VERBS = ("code", "fold", "bare")
"""The functions of Python that there are such functions for."""


def make_letters(connection: Target, tables: Tables) -> None:
    """Make the functions. Each version of Unicode has functions of its own."""
    if is_mariadb(connection.dialect):
        _make_for_mariadb(connection, tables)
        return
    trimmed = f"btrim(value, {_quoted(_blanks())})"
    for verb, (start, quick, changed) in zip(
        VERBS,
        (
            (trimmed, "upper", _capitals()),
            ("value", "lower", replacements(Letters.ANY_CASE)),
            ("value", "lower", replacements(Letters.ANY_ACCENT)),
        ),
        strict=True,
    ):
        _make(connection, function_name(tables, verb), start, quick, changed)


@cache
def _blanks() -> str:
    """All characters that Python takes for blanks."""
    return "".join(filter(str.isspace, characters()))


@cache
def _capitals() -> Mapping[str, str]:
    """The capitals of letters that are not ASCII."""
    return {each: new for each in characters() if (new := each.upper()) != each > "\x7f"}


def function_name(tables: Tables, verb: str) -> tuple[str | None, str]:
    """The schema and the name of the function for a function of Python."""
    version = unicodedata.unidata_version.replace(".", "_")
    name = f"{tables.prefix}segmentation_{verb}_{version}"
    return tables.schema, sa.quoted_name(name, quote=True)


def _make(
    connection: Target,
    name: tuple[str | None, str],
    start: str,
    quick: str,
    changed: Mapping[str, str],
) -> None:
    """Make a function. It is quick for ASCII texts, as most are, and exact for others.

    ``translate`` drops the letters that have no counterpart, so these stand at the end.
    """
    called = _called(connection, name)
    several = (
        f"v := replace(v, {_quoted(each)}, {_quoted(new)});"
        for each, new in changed.items()
        if len(new) > 1
    )
    single = {each: new for each, new in changed.items() if len(new) == 1}
    dropped = (each for each, new in changed.items() if not new)
    letters, become = _quoted("".join([*single, *dropped])), _quoted("".join(single.values()))
    connection.exec_driver_sql(
        f"CREATE OR REPLACE FUNCTION {called}(value text) RETURNS text "
        f"LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $letters$ "
        f'DECLARE v text COLLATE "C" := {start}; BEGIN '
        f"IF octet_length(v) = char_length(v) THEN RETURN {quick}(v); END IF; "
        f"{' '.join(several)} "
        f"RETURN {quick}(translate(v, {letters}, {become})); END $letters$"
    )


def _called(connection: Target, name: tuple[str | None, str]) -> str:
    quote = connection.dialect.identifier_preparer.quote
    return ".".join(quote(part) for part in name if part)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# -- MariaDB ----------------------------------------------------------------------------------

_NOTHING = "\x01"
"""Fills up what a letter becomes; no letter becomes it."""

_TEXT = "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"


def _make_for_mariadb(connection: Target, tables: Tables) -> None:
    """Make the functions of MariaDB, which has no ``translate``."""
    for verb in VERBS:
        called = _called(connection, function_name(tables, verb))
        connection.exec_driver_sql(f"CREATE OR REPLACE FUNCTION {called}{_does(verb)}")


@cache
def _does(verb: str) -> str:
    """What a function of MariaDB does: it goes from one letter beyond ASCII to the next.

    What such a letter becomes stands at its place among others of the same width.
    """
    lower = verb != "code"
    quick = "LOWER" if lower else "UPPER"
    letters = {"fold": Letters.ANY_CASE, "bare": Letters.ANY_ACCENT}
    changed = replacements(letters[verb]) if lower else _capitals()
    became = {each: _last(new, changed, lower=lower) for each, new in changed.items()}
    width = max(map(len, became.values()))
    known = _quoted("".join(became))
    places = _quoted("".join(new.ljust(width, _NOTHING) for new in became.values()))
    blanks = f"'^[{_blanks()}]+|[{_blanks()}]+$'"
    trimmed = "value" if lower else f"REGEXP_REPLACE(value, {blanks}, '')"
    one = f"REPLACE(SUBSTR({places}, (n - 1) * {width} + 1, {width}), '{_NOTHING}', '')"
    return (
        f"(value {_TEXT}) RETURNS {_TEXT} DETERMINISTIC NO SQL SQL SECURITY INVOKER BEGIN "
        f"DECLARE v {_TEXT} DEFAULT {trimmed}; DECLARE done {_TEXT} DEFAULT ''; "
        f"DECLARE c {_TEXT}; DECLARE n INT; "
        f"DECLARE at INT DEFAULT REGEXP_INSTR(v, '[[:^ascii:]]'); "
        f"WHILE at > 0 DO SET c = SUBSTR(v, at, 1); SET n = LOCATE(c, {known}); "
        f"SET done = CONCAT(done, {quick}(LEFT(v, at - 1)), IF(n = 0, c, {one})); "
        f"SET v = SUBSTR(v, at + 1); SET at = REGEXP_INSTR(v, '[[:^ascii:]]'); END WHILE; "
        f"RETURN CONCAT(done, {quick}(v)); END"
    )


def _last(new: str, changed: Mapping[str, str], *, lower: bool) -> str:
    """What a letter becomes in the end, as its parts become something too."""
    several = len(new) > 1 and lower
    parts = "".join(changed.get(each, each) for each in new) if several else new
    return "".join(each.lower() if lower and each.isascii() else each for each in parts)
