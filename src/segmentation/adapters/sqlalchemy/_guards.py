"""Triggers that protect the journal: entries are added, never changed or removed.

The only exception is personal content, which can be erased. The triggers allow that only while
the number of the entry is in a table that the library fills before an erasure and empties after.
"""

from collections.abc import Iterator

import sqlalchemy as sa

from segmentation.journal import Finding, FindingKind

from ._tables import Tables, Target

REASON = "the journal only grows"


def guard_names(tables: Tables) -> Iterator[str]:
    """The names that the triggers have in the one database or the other."""
    for each in ("insert", "update", "delete", "row", "statement"):
        yield f"{tables.prefix}journal_guard_{each}"


def make_guards(connection: Target, tables: Tables) -> None:
    """Make the triggers."""
    for statement in _statements(connection, tables).values():
        connection.exec_driver_sql(statement)


def _statements(connection: Target, tables: Tables) -> dict[str, str]:
    """The statements that make the guards, each by the guard's name."""
    make = _postgresql if connection.dialect.name == "postgresql" else _sqlite
    return dict(make(connection, tables))


def make_guards_anew(connection: sa.Connection, tables: Tables) -> None:
    """Make the triggers, whatever there is under their names."""
    journal = connection.dialect.identifier_preparer.format_table(tables.journal)
    is_postgresql = connection.dialect.name == "postgresql"
    for name in reversed(_statements(connection, tables)):
        quoted = connection.dialect.identifier_preparer.quote(name)
        if not is_postgresql:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {quoted}")
        elif name == _function_name(tables):
            connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {_function(connection, tables)}()")
        else:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {quoted} ON {journal}")
    make_guards(connection, tables)
    connection.execute(sa.delete(tables.erasing))


def guard_findings(connection: sa.Connection, tables: Tables) -> Iterator[Finding]:
    """Triggers that are not as they were made, and what lets personal content be removed."""
    there = _there_postgresql if connection.dialect.name == "postgresql" else _there_sqlite
    found, wanted = there(connection, tables), _statements(connection, tables)
    for name, statement in wanted.items():
        if name not in found:
            yield Finding(f"guard {name}", FindingKind.GUARD_MISSING)
        elif found[name] != statement:
            yield Finding(f"guard {name}", FindingKind.GUARD_CHANGED)
    if connection.scalar(sa.select(sa.exists().select_from(tables.erasing))):
        yield Finding(f"table {tables.erasing.name}", FindingKind.GUARD_OPEN)


def _there_sqlite(connection: sa.Connection, tables: Tables) -> dict[str, str]:
    """The triggers of the journal, by name, as they were made."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
    rows = connection.exec_driver_sql(query, (tables.journal.name,))
    return {row[0]: row[1] for row in rows}


def _there_postgresql(connection: sa.Connection, tables: Tables) -> dict[str, str]:
    """The function and the triggers, by name: as we would make them, if they are like that."""
    wanted = _statements(connection, tables)
    function = _function_name(tables)
    schema = tables.schema or connection.scalar(sa.text("SELECT current_schema()"))
    names = {"function": function, "schema": schema, "journal": tables.journal.name}
    source = connection.scalar(_SOURCE, names)
    found = {} if source is None else {function: wanted[function]}
    mark = _mark(tables)
    if source is not None and f"{mark}{source}{mark}" not in wanted[function]:
        found[function] = source
    for row in connection.execute(_TRIGGERS, names):
        events = _EVENTS.get(row.tgname.removeprefix(f"{function}_"))
        found[row.tgname] = wanted.get(row.tgname, "") if row.whole and row.events == events else ""
    return found


_EVENTS = {"row": 0b011011, "statement": 0b100010}
"""PostgreSQL's bits: for each row 1, before 2, delete 8, update 16, truncate 32."""

_SOURCE = sa.text(
    "SELECT p.prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
    " WHERE p.proname = :function AND n.nspname = :schema AND p.pronargs = 0"
)

_TRIGGERS = sa.text(
    "SELECT t.tgname, t.tgtype AS events, t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL"
    " AND f.proname = :function AND fn.nspname = :schema AS whole FROM pg_trigger t"
    " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
    " JOIN pg_proc f ON f.oid = t.tgfoid JOIN pg_namespace fn ON fn.oid = f.pronamespace"
    " WHERE NOT t.tgisinternal AND c.relname = :journal AND n.nspname = :schema"
)


def _unchanged(connection: Target, tables: Tables, same: str) -> str:
    """The condition that only the personal content is removed, and that this is allowed."""
    quote = connection.dialect.identifier_preparer
    columns = [quote.format_column(c) for c in tables.journal.c if c.name != "personal"]
    kept = " AND ".join(f"NEW.{column} {same} OLD.{column}" for column in columns)
    erasing = quote.format_table(tables.erasing)
    allowed = f"EXISTS (SELECT 1 FROM {erasing} WHERE number = OLD.number)"  # noqa: S608 - a name of ours
    return f"(NEW.personal IS NULL AND {kept} AND {allowed})"


def _sqlite(connection: Target, tables: Tables) -> Iterator[tuple[str, str]]:
    quote = connection.dialect.identifier_preparer
    journal = quote.format_table(tables.journal)
    unchanged = _unchanged(connection, tables, "IS")
    # INSERT OR REPLACE removes rows without firing the trigger for DELETE.
    following = f"(SELECT coalesce(max(number), 0) + 1 FROM {journal})"  # noqa: S608 - a name of ours
    for event, when in (
        ("INSERT", f"WHEN NEW.number IS NOT {following}"),
        ("UPDATE", f"WHEN NOT {unchanged}"),
        ("DELETE", ""),
    ):
        name = f"{tables.prefix}journal_guard_{event.lower()}"
        yield (
            name,
            (
                f"CREATE TRIGGER {quote.quote(name)} BEFORE {event} ON {journal} {when} "
                f"BEGIN SELECT RAISE(ABORT, '{REASON}'); END"
            ),
        )


def _postgresql(connection: Target, tables: Tables) -> Iterator[tuple[str, str]]:
    quote = connection.dialect.identifier_preparer
    journal = quote.format_table(tables.journal)
    function = _function(connection, tables)
    unchanged, mark = _unchanged(connection, tables, "IS NOT DISTINCT FROM"), _mark(tables)
    yield (
        _function_name(tables),
        (
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS {mark} BEGIN "
            f"IF TG_OP = 'UPDATE' THEN IF {unchanged} THEN RETURN NEW; END IF; END IF; "
            f"RAISE EXCEPTION '{REASON}' USING ERRCODE = 'restrict_violation'; END {mark}"
        ),
    )
    for event, each in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        name = f"{tables.prefix}journal_guard_{each.lower()}"
        yield (
            name,
            (
                f"CREATE TRIGGER {quote.quote(name)} BEFORE {event} ON {journal} "
                f"FOR EACH {each} EXECUTE FUNCTION {function}()"
            ),
        )


def _mark(tables: Tables) -> str:
    """What the text of the function stands between, which no name of the host's holds."""
    mark, named = "$guard$", f"{tables.schema} {tables.prefix}"
    while mark in named:
        mark = f"{mark[:-1]}_$"
    return mark


def _function_name(tables: Tables) -> str:
    return f"{tables.prefix}journal_guard"


def _function(connection: Target, tables: Tables) -> str:
    """PostgreSQL's function, as statements name it."""
    quote = connection.dialect.identifier_preparer
    function = quote.quote(_function_name(tables))
    return f"{quote.quote_schema(tables.schema)}.{function}" if tables.schema else function
