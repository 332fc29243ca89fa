"""Triggers that protect the journal: entries are added, never changed or removed.

The only exception is personal content, which can be erased. The triggers allow that only while
the number of the entry is in a table that the library fills before an erasure and empties after.
"""

from collections.abc import Iterator

import sqlalchemy as sa

from segmentation.journal import Finding, FindingKind

from ._tables import Tables, Target
from ._types import is_mariadb

REASON = "the journal only grows"


_EVENTS_OF_SQLITE = ("insert", "update", "delete")
_SCOPES_OF_POSTGRESQL = ("row", "statement")
_EVENTS_OF_MARIADB = ("update", "delete")


def guard_names(tables: Tables) -> Iterator[str]:
    """The names that the triggers have in the one database or the other."""
    for each in (*_EVENTS_OF_SQLITE, *_SCOPES_OF_POSTGRESQL):
        yield f"{tables.prefix}journal_guard_{each}"


def make_guards(connection: Target, tables: Tables) -> None:
    """Make the triggers."""
    for statement in _statements(connection, tables).values():
        connection.exec_driver_sql(statement)


def _statements(connection: Target, tables: Tables) -> dict[str, str]:
    """The statements that make the guards, each by the guard's name."""
    if is_mariadb(connection.dialect):
        return dict(_mariadb(connection, tables))
    make = _postgresql if connection.dialect.name == "postgresql" else _sqlite
    return dict(make(connection, tables))


def make_guards_anew(connection: sa.Connection, tables: Tables) -> None:
    """Make the triggers, whatever there is under their names."""
    journal = connection.dialect.identifier_preparer.format_table(tables.journal)
    is_postgresql = connection.dialect.name == "postgresql"
    for name in reversed(_statements(connection, tables)):
        quoted = connection.dialect.identifier_preparer.quote(name)
        if not is_postgresql:
            named = _in_schema(connection, tables, name)
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {named}")
        elif name == _function_name(tables):
            connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {_function(connection, tables)}()")
        else:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {quoted} ON {journal}")
    make_guards(connection, tables)
    connection.execute(sa.delete(tables.erasing))


def guard_findings(connection: sa.Connection, tables: Tables) -> Iterator[Finding]:
    """Triggers that are not as they were made, and what lets personal content be removed."""
    there = _there_mariadb if is_mariadb(connection.dialect) else _THERE[connection.dialect.name]
    found, wanted = there(connection, tables), _statements(connection, tables)
    for name, statement in wanted.items():
        if name not in found:
            yield Finding(f"guard {name}", FindingKind.GUARD_MISSING)
        elif not _is_same(connection, tables, found[name], statement):
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
    schema = _schema(connection, tables)
    names = {"function": function, "schema": schema, "journal": tables.journal.name}
    source = connection.scalar(_SOURCE, names)
    found = {} if source is None else {function: wanted[function]}
    if source is not None and not _is_same(connection, tables, source, _body(connection, tables)):
        found[function] = source
    for row in connection.execute(_TRIGGERS, names):
        events = _EVENTS.get(row.tgname.removeprefix(f"{function}_"))
        found[row.tgname] = wanted.get(row.tgname, "") if row.whole and row.events == events else ""
    return found


def _there_mariadb(connection: sa.Connection, tables: Tables) -> dict[str, str]:
    """The triggers of the journal, by name, as they were made. Who may not make any sees none."""
    journal = connection.dialect.identifier_preparer.format_table(tables.journal)
    names = {"journal": tables.journal.name, "schema": tables.schema}
    return {
        name: f"CREATE TRIGGER {_in_schema(connection, tables, name)} {timing} {event} "
        f"ON {journal} FOR EACH ROW {does}"
        for name, timing, event, does in connection.execute(_TRIGGERS_OF_MARIADB, names)
    }


def _schema(connection: sa.Connection, tables: Tables) -> str:
    """The schema that our tables are in."""
    present = _PRESENT.get(connection.dialect.name, "database()")
    return tables.schema or str(connection.scalar(sa.text(f"SELECT {present}")))


_PRESENT = {"postgresql": "current_schema()", "sqlite": "'main'"}
"""What names the schema of a connection; MariaDB calls it a database."""


def _is_same(connection: sa.Connection, tables: Tables, one: str, other: str) -> bool:
    """Whether two texts of guards are the same, whether or not they name the schema.

    A store that was made in a schema is also found by the search path, and the other way round.
    """
    quote = connection.dialect.identifier_preparer
    named = f" {quote.quote_schema(_schema(connection, tables))}."
    return one.replace(named, " ") == other.replace(named, " ")


_TRIGGERS_OF_MARIADB = sa.text(
    "SELECT trigger_name, action_timing, event_manipulation, action_statement"
    " FROM information_schema.triggers WHERE event_object_table = :journal"
    " AND event_object_schema = coalesce(:schema, database())"
)

_THERE = {"postgresql": _there_postgresql, "sqlite": _there_sqlite}

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
    whens = (f"WHEN NEW.number IS NOT {following}", f"WHEN NOT {unchanged}", "")
    for event, when in zip(_EVENTS_OF_SQLITE, whens, strict=True):
        name = f"{tables.prefix}journal_guard_{event}"
        statement = (
            f"CREATE TRIGGER {quote.quote(name)} BEFORE {event.upper()} ON {journal} {when} "
            f"BEGIN SELECT RAISE(ABORT, '{REASON}'); END"
        )
        yield name, statement


def _mariadb(connection: Target, tables: Tables) -> Iterator[tuple[str, str]]:
    journal = connection.dialect.identifier_preparer.format_table(tables.journal)
    refuse = f"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{REASON}'"
    unless = f"IF NOT {_unchanged(connection, tables, '<=>')} THEN {refuse}; END IF"
    for event, does in zip(_EVENTS_OF_MARIADB, (unless, refuse), strict=True):
        name = f"{tables.prefix}journal_guard_{event}"
        made = f"CREATE TRIGGER {_in_schema(connection, tables, name)} BEFORE {event.upper()}"
        yield name, f"{made} ON {journal} FOR EACH ROW {does}"


def _in_schema(connection: Target, tables: Tables, name: str) -> str:
    """A name of ours in the schema of our tables, as statements have it."""
    quote = connection.dialect.identifier_preparer
    quoted = quote.quote(name)
    return f"{quote.quote_schema(tables.schema)}.{quoted}" if tables.schema else quoted


def _postgresql(connection: Target, tables: Tables) -> Iterator[tuple[str, str]]:
    quote = connection.dialect.identifier_preparer
    journal = quote.format_table(tables.journal)
    function, body = _function(connection, tables), _body(connection, tables)
    mark = "$guard$"
    while mark in body:  # a name of the host's holds it
        mark = f"{mark[:-1]}_$"
    made = f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS {mark}{body}{mark}"
    yield _function_name(tables), made
    events = ("UPDATE OR DELETE", "TRUNCATE")
    for event, each in zip(events, _SCOPES_OF_POSTGRESQL, strict=True):
        name = f"{tables.prefix}journal_guard_{each}"
        statement = (
            f"CREATE TRIGGER {quote.quote(name)} BEFORE {event} ON {journal} "
            f"FOR EACH {each.upper()} EXECUTE FUNCTION {function}()"
        )
        yield name, statement


def _body(connection: Target, tables: Tables) -> str:
    """What PostgreSQL's function does."""
    unchanged = _unchanged(connection, tables, "IS NOT DISTINCT FROM")
    return (
        f" BEGIN IF TG_OP = 'UPDATE' THEN IF {unchanged} THEN RETURN NEW; END IF; END IF; "
        f"RAISE EXCEPTION '{REASON}' USING ERRCODE = 'restrict_violation'; END "
    )


def _function_name(tables: Tables) -> str:
    return f"{tables.prefix}journal_guard"


def _function(connection: Target, tables: Tables) -> str:
    """PostgreSQL's function, as statements name it."""
    return _in_schema(connection, tables, _function_name(tables))
