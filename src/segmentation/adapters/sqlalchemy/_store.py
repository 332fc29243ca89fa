"""The store: all repositories over one unit of work."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from segmentation.contacts import Contact
from segmentation.definitions import OwnField, OwnTable
from segmentation.errors import Message, NotFound, Refused, Rejected, StoreError
from segmentation.fields import Value
from segmentation.journal import EntryRow, Finding
from segmentation.operations.store_addresses import is_address

from ._changes import SqlChanges
from ._contacts import SqlContacts
from ._declaration import check_declaration, column_faults, stored_faults
from ._guards import guard_findings, make_guards_anew
from ._inspection import card_findings, content_findings, entry_rows, seal_cards
from ._joining import Host, connecting
from ._log import SqlLog
from ._mapping import MappedTable
from ._names import check_names
from ._new_files import file_to_make, take_away
from ._opening import check_file, make_engine, open_tables
from ._repositories import SqlAttachments, SqlRecords
from ._segments import SqlSegments
from ._tables import Tables, make_tables
from ._tree import SqlTree
from ._types import is_mariadb
from ._units import COMMITS, MAKING, HostUnit, OwnUnit, Unit
from ._versions import is_current, is_sealed, note_sealed, set_up

_HOST = Message("the host's database")


class SqlStore:
    """Everything in the tables of one database.

    Attributes:
        records: Records by their key.
        segments: The worksheets.
        contacts: The contacts, ours or the host's.
        changes: What changed, for segments that follow criteria.
        asked: What criteria of this process ask, by a hash of them.
        log: The journal's entries.
        tree: Hashes of the tree over the journal.
        attachments: Contents by their hash.
        tables: Our tables.
        mapped: The tables of the host that replace ours, or stand beside them.
    """

    def __init__(
        self,
        unit: Unit,
        tables: Tables,
        mapped: Mapping[str, MappedTable] | None = None,
        *,
        new_file: Path | None = None,
    ) -> None:
        self._unit = unit
        self._new_file = new_file
        self.tables = tables
        self.mapped = mapped or {}
        self.records = SqlRecords(unit, tables, mapped)
        self.segments = SqlSegments(unit, tables)
        self.contacts = SqlContacts(unit, tables, mapped)
        self.changes = SqlChanges(unit, tables, self.mapped)
        self.asked: dict[str, object] = {}
        self.log = SqlLog(unit, tables)
        self.tree = SqlTree(unit, tables)
        self.attachments = SqlAttachments(unit, tables)

    @property
    def worked_out(self) -> Mapping[str, Callable[[Contact], Value]]:
        """The fields of contacts that the host works out in Python, each with its function."""
        host = self.mapped.get(Contact.__table__)
        return host.worked_out if host else {}

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection to read with."""
        with self._unit.connection() as connection:
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A block whose changes are all kept, or all undone if an error leaves it."""
        with self._unit.transaction():
            yield

    def entry_rows(self) -> Iterator[EntryRow]:
        """The journal's entries as they stand, in the order of their numbers."""
        with self._unit.connection() as connection:
            yield from entry_rows(connection, self.tables)

    def findings(self) -> Iterator[Finding]:
        """Guards of the journal, contents, and cards, that are not as the library left them."""
        with self._unit.connection() as connection:
            yield from guard_findings(connection, self.tables)
            yield from content_findings(connection, self.tables)
            yield from card_findings(connection, self.tables)

    @property
    def is_sealed(self) -> bool:
        """Whether each card of a contact has a seal."""
        with self._unit.connection() as connection:
            return is_sealed(connection, self.tables)

    @property
    def keeps_contacts(self) -> bool:
        """Whether the contacts are in our own table."""
        return Contact.__table__ not in self.mapped

    def make_guards_anew(self) -> None:
        """Put the journal's guards back."""
        with self._unit.transaction() as connection:
            make_guards_anew(connection, self.tables)

    def seal(self) -> None:
        """Seal the cards of contacts that have no seal, as they stand."""
        with self._unit.transaction() as connection:
            seal_cards(connection, self.tables)
            note_sealed(connection, self.tables)

    def close(self) -> None:
        """Close files and connections."""
        self._unit.close()

    def discard(self) -> None:
        """Close, and take away a file that was made for the store, unless it holds something."""
        self.close()
        if self._new_file is not None:
            take_away(self._new_file, but_for=self.tables.meta.name)


def open_store(
    store: str | Path,
    *,
    create: bool = True,
    schema: str | None = None,
    prefix: str = "",
    mapped: Mapping[str, MappedTable] | None = None,
) -> SqlStore:
    """Open the store in a SQLite file or in a database. It is created on first use.

    Args:
        store: The path of a SQLite file, or the URL of a database for SQLAlchemy.
        create: Whether to create a store that does not exist.
        schema: The database schema for our tables, by default the connection's own.
        prefix: The prefix for the names of our tables, to keep them apart from others.
        mapped: Tables of the host that replace ours, by the name of ours ("contact"), or further
            tables of the host's own schema.

    Raises:
        StoreError: The file or database is not a store, has a later version, or cannot be reached.
        NotFound: The store does not exist and must not be created.
        UnknownName: The mapping names a table that looks like one of ours.
        InvalidValue: The mapping holds something else than a `MappedTable`; or the prefix or the
            schema gives names that a database cannot hold.
        Rejected: The mapping cannot be as it is declared: all of it. No row was read for that.

    >>> import tempfile
    >>> from segmentation.contacts import Contact
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = open_store(Path(folder, "crm.db"))
    ...     store.records.put([Contact(no="CT1", name="Berg A/S")])
    ...     store.records.find(Contact, "CT1").name
    ...     store.close()
    'Berg A/S'
    """
    tables = make_tables(schema=schema, prefix=prefix)
    check_names(tables)
    check_declaration(mapped or {}, tables)
    url = url_of(store)
    name = name_of(url)
    if url.get_backend_name() == "sqlite" and url.database and "file:" not in url.database:
        name = url.database
        if not (create or Path(url.database).is_file()):
            raise NotFound("store", name)
        if not (schema or prefix):
            check_file(Path(url.database), name)
    new_file = file_to_make(url)
    engine = make_engine(url, name)
    unit = OwnUnit(engine, tables, name)
    try:
        if mapped:
            with unit.connection() as connection:
                _check_columns(connection, mapped)
        open_tables(engine, tables, name, create=create)
        _check_stored(unit, tables, mapped or {})
    except BaseException:
        SqlStore(unit, tables, new_file=new_file).discard()
        raise
    return SqlStore(unit, tables, mapped, new_file=new_file)


def join_store(
    host: Host,
    *,
    schema: str | None = None,
    prefix: str = "",
    mapped: Mapping[str, MappedTable] | None = None,
    create: bool = True,
) -> SqlStore:
    """Open a store inside the host's own transaction. Only the host commits it or rolls it back.

    Our tables are created on first use, as part of that transaction; in MariaDB they must be there,
    as making them would commit it.

    Args:
        host: A connection or session of SQLAlchemy, a connection of sqlite3, psycopg, psycopg2 or
            PyMySQL, or a function that returns one of them. It is never committed, rolled back or
            closed. A connection or session is used in the thread that joins it.
        schema: The database schema for our tables, by default the connection's own.
        prefix: The prefix for the names of our tables, to keep them apart from the host's.
        mapped: Tables of the host that replace ours, by the name of ours ("contact"), or further
            tables of the host's own schema.
        create: Whether to make tables that do not exist, or are of an earlier version.

    Raises:
        InvalidValue: It is no connection, or one to a database that is not supported.
        Refused: It is closed, commits each statement by itself, or its transaction has failed; or
            it is to MariaDB, where the tables are to be made before.
        NotFound: The tables do not exist as they are now, and must not be made.
        StoreError: The tables have a later version, or their names are taken.
        UnknownName: The mapping names a table that looks like one of ours.
        InvalidValue: The mapping holds something else than a `MappedTable`; or the prefix or the
            schema gives names that a database cannot hold.
        Rejected: The mapping cannot be as it is declared: all of it. No row was read for that.

    >>> engine = sa.create_engine("sqlite://")
    >>> with engine.begin() as connection:
    ...     store = join_store(connection, prefix="crm_")
    ...     list(store.segments.headers())
    []
    >>> engine.dispose()
    """
    tables = make_tables(schema=schema, prefix=prefix)
    check_names(tables)
    check_declaration(mapped or {}, tables)
    unit = HostUnit(connecting(host), tables, _HOST)
    if mapped:
        with unit.transaction() as connection:
            _check_columns(connection, mapped)
    with unit.connection() as connection:
        current = is_current(connection, tables, _HOST)
        if not current and create and is_mariadb(connection.dialect):
            raise Refused(MAKING, COMMITS)
    if not (current or create):
        raise NotFound("store", prefix or schema or str(_HOST))
    if not current:
        with unit.transaction() as connection:
            set_up(connection, tables, _HOST)
    store = SqlStore(unit, tables, mapped)
    _check_stored(unit, tables, mapped or {})
    return store


def _check_columns(connection: sa.Connection, mapped: Mapping[str, MappedTable]) -> None:
    """Check that the database has the columns of a mapping.

    Raises:
        Rejected: It lacks some: all of them.
    """
    faults = list(column_faults(connection, mapped))
    if faults:
        raise Rejected(Message("the mapping"), faults)


def _check_stored(unit: Unit, tables: Tables, mapped: Mapping[str, MappedTable]) -> None:
    """Check that a store defines nothing that a mapping declares otherwise.

    Raises:
        Rejected: It does: all of it.
    """
    records = SqlRecords(unit, tables)
    defined = [own.name for own in records.all(OwnTable)] if mapped else []
    fields = records.all(OwnField) if mapped else ()
    faults = list(stored_faults(mapped, defined, fields))
    if faults:
        raise Rejected(Message("the mapping"), faults)


def _parsed(address: str) -> sa.URL | None:
    """The parts of an address; ``None`` if it cannot be read."""
    try:
        return sa.make_url(address)
    except (sa.exc.ArgumentError, ValueError):
        return None


_MARIADB = frozenset({"mariadb", "mysql", "mariadb+pymysql", "mysql+pymysql"})
_OTHERS = frozenset({"sqlite", "sqlite+pysqlite", "postgresql+psycopg"})
"""The drivers that stores of our own take, as addresses name them; hosts may have others."""


def url_of(store: str | Path) -> sa.URL:
    """The URL of a file or an address, with the driver that we take.

    Raises:
        StoreError: There is none.
    """
    if not str(store):
        raise StoreError("store", "neither a file nor an address is named")
    if not is_address(store):
        return sa.URL.create("sqlite", database=str(store))
    url = _parsed(str(store))
    if url is None:  # raised apart, as SQLAlchemy's error shows the address, password and all
        raise StoreError("store", "the address cannot be read")
    if "password" in url.query:  # SQLAlchemy hides no password there
        password = url.normalized_query["password"][-1]
        url = url.set(password=password).difference_update_query(["password"])
    if url.drivername in {"postgresql", "postgres"}:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername in _MARIADB:
        return url.set(drivername="mariadb+pymysql")
    if url.drivername not in _OTHERS:
        raise StoreError(name_of(url), "is no address of SQLite, PostgreSQL or MariaDB (PyMySQL)")
    return url


def name_of(url: sa.URL) -> str:
    """The name of a database in errors: its URL without secrets."""
    return url.difference_update_query(["sslpassword"]).render_as_string(hide_password=True)
