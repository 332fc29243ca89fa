"""Functions for PostgreSQL that change letters exactly as Python does, whatever the locale.

They are made once in the database, from the Unicode data of the running Python.
"""

import unicodedata
from collections.abc import Mapping

import sqlalchemy as sa

from segmentation.criteria import Letters, characters, replacements

from ._tables import Tables, Target

VERBS = ("code", "fold", "bare")
"""The functions of Python that there are such functions for."""


def make_letters(connection: Target, tables: Tables) -> None:
    """Make the functions. Each version of Unicode has functions of its own."""
    blanks = "".join(filter(str.isspace, characters()))
    upper = {each: new for each in characters() if (new := each.upper()) != each > "\x7f"}
    trimmed = f"btrim(value, {_quoted(blanks)})"
    for verb, (start, quick, changed) in zip(
        VERBS,
        (
            (trimmed, "upper", upper),
            ("value", "lower", replacements(Letters.ANY_CASE)),
            ("value", "lower", replacements(Letters.ANY_ACCENT)),
        ),
        strict=True,
    ):
        _make(connection, function_name(tables, verb), start, quick, changed)


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
    quote = connection.dialect.identifier_preparer.quote
    called = ".".join(quote(part) for part in name if part)
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


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
