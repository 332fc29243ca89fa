"""Triggers that protect the journal: entries are added, never changed or removed.

The only exception is personal content, which can be erased. The triggers allow that only while
the number of the entry is in a table that the library fills before an erasure and empties after.
"""

from collections.abc import Iterator

from ._tables import Tables, Target

REASON = "the journal only grows"


_EVENTS_OF_SQLITE = ("insert", "update", "delete")
_SCOPES_OF_POSTGRESQL = ("row", "statement")


def guard_names(tables: Tables) -> Iterator[str]:
    """The names that the triggers have in the one database or the other."""
    for each in (*_EVENTS_OF_SQLITE, *_SCOPES_OF_POSTGRESQL):
        yield f"{tables.prefix}journal_guard_{each}"


def make_guards(connection: Target, tables: Tables) -> None:
    """Make the triggers."""
    make = _postgresql if connection.dialect.name == "postgresql" else _sqlite
    for statement in make(connection, tables):
        connection.exec_driver_sql(statement)


def _unchanged(connection: Target, tables: Tables, same: str) -> str:
    """The condition that only the personal content is removed, and that this is allowed."""
    quote = connection.dialect.identifier_preparer
    columns = [quote.format_column(c) for c in tables.journal.c if c.name != "personal"]
    kept = " AND ".join(f"NEW.{column} {same} OLD.{column}" for column in columns)
    erasing = quote.format_table(tables.erasing)
    allowed = f"EXISTS (SELECT 1 FROM {erasing} WHERE number = OLD.number)"  # noqa: S608 - a name of ours
    return f"(NEW.personal IS NULL AND {kept} AND {allowed})"


def _sqlite(connection: Target, tables: Tables) -> Iterator[str]:
    quote = connection.dialect.identifier_preparer
    journal = quote.format_table(tables.journal)
    unchanged = _unchanged(connection, tables, "IS")
    # INSERT OR REPLACE removes rows without firing the trigger for DELETE.
    following = f"(SELECT coalesce(max(number), 0) + 1 FROM {journal})"  # noqa: S608 - a name of ours
    whens = (f"WHEN NEW.number IS NOT {following}", f"WHEN NOT {unchanged}", "")
    for event, when in zip(_EVENTS_OF_SQLITE, whens, strict=True):
        name = quote.quote(f"{tables.prefix}journal_guard_{event}")
        yield (
            f"CREATE TRIGGER {name} BEFORE {event.upper()} ON {journal} {when} "
            f"BEGIN SELECT RAISE(ABORT, '{REASON}'); END"
        )


def _postgresql(connection: Target, tables: Tables) -> Iterator[str]:
    quote = connection.dialect.identifier_preparer
    journal = quote.format_table(tables.journal)
    function = quote.quote(f"{tables.prefix}journal_guard")
    if tables.schema:
        function = f"{quote.quote_schema(tables.schema)}.{function}"
    unchanged = _unchanged(connection, tables, "IS NOT DISTINCT FROM")
    mark = "$guard$"
    while mark in unchanged:  # a name of the host's holds it
        mark = f"{mark[:-1]}_$"
    yield (
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS {mark} BEGIN "
        f"IF TG_OP = 'UPDATE' THEN IF {unchanged} THEN RETURN NEW; END IF; END IF; "
        f"RAISE EXCEPTION '{REASON}' USING ERRCODE = 'restrict_violation'; END {mark}"
    )
    events = ("UPDATE OR DELETE", "TRUNCATE")
    for event, each in zip(events, _SCOPES_OF_POSTGRESQL, strict=True):
        name = quote.quote(f"{tables.prefix}journal_guard_{each}")
        yield (
            f"CREATE TRIGGER {name} BEFORE {event} ON {journal} "
            f"FOR EACH {each.upper()} EXECUTE FUNCTION {function}()"
        )
