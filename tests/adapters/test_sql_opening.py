"""Opening stores: made on first use, kept, refused where they are not ours."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from segmentation.adapters import sqlalchemy as adapter
from segmentation.adapters.sqlalchemy import open_store
from segmentation.code_tables import Territory
from segmentation.contacts import Contact
from segmentation.errors import MissingExtra, StoreError
from segmentation.fields import Field
from segmentation.workspace import Workspace
from support.databases import INSUFFICIENT_PRIVILEGE, Database, cause_of
from support.older import make_older


def test_a_store_is_made_on_first_use_and_found_again(database: Database) -> None:
    first = database.open()
    first.records.put([Contact(no="C1")])
    first.close()
    assert database.open().records.find(Contact, "C1") == Contact(no="C1")


def test_what_one_store_defines_is_no_table_of_another(tmp_path: Path) -> None:
    sizes = {"number.db": Field("size", "integer"), "text.db": Field("size", "text", length=10)}
    for name, size in sizes.items():
        with Workspace.open(tmp_path / name) as crm:
            crm.contacts.new("Anna Berg", no="A")
            crm.tables.define("shoe", size, Field("of", "code"), key="size", link="of")
    with (
        Workspace.open(tmp_path / "number.db") as numbers,
        Workspace.open(tmp_path / "text.db") as texts,
    ):
        numbers.tables["shoe"].new(7, of="A")
        texts.tables["shoe"].new("boot", of="A")
        assert list(numbers.select(shoe={"size": ">6"})) == ["A"]
        assert list(texts.select(shoe={"size": "boot"})) == ["A"]


@pytest.mark.parametrize(
    "content",
    [b"not a database at all", b"SQLite format 3\0", b"\0" * 4096],
    ids=["text", "cut short", "zeros"],
)
def test_a_file_that_is_no_database_is_refused_and_left(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"crm\.db"):
        open_store(path)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_a_database_of_others_is_refused_and_left(tmp_path: Path) -> None:
    path = tmp_path / "host.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE invoice (no TEXT)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another application"):
        open_store(path)
    with pytest.raises(StoreError, match="another application"):
        open_store(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_tables_of_others_are_left_alone_beside_ours(database: Database) -> None:
    engine = database.engine()
    with engine.begin() as connection:
        if database.schema:
            connection.execute(sa.schema.CreateSchema(database.schema))
        connection.exec_driver_sql("CREATE TABLE crm_contact (no INTEGER)")
    engine.dispose()
    with pytest.raises(StoreError, match="crm_contact"):
        database.open(prefix="crm_")
    store = database.open(prefix="ours_")
    store.records.put([Contact(no="C1")])
    assert store.records.find(Contact, "C1") is not None


def test_a_store_of_a_later_version_is_refused_and_left(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    open_store(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="version 99"):
        open_store(path)
    assert path.read_bytes() == before


def test_a_note_of_a_later_version_is_refused(database: Database) -> None:
    database.open().close()
    _note(database, "format", "99")
    with pytest.raises(StoreError, match="version 99"):
        database.open()


def test_columns_that_are_not_known_are_of_a_later_version(database: Database) -> None:
    database.open().close()
    _note(database, "shape", '{"contact": ["no", "horoscope"]}')
    with pytest.raises(StoreError, match=r"later version.*contact"):
        database.open()


def _note(database: Database, name: str, value: str) -> None:
    engine = database.engine()
    with engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE segmentation_meta SET value = :value WHERE name = :name"),
            {"name": name, "value": value},
        )
    engine.dispose()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no folder"):
        open_store(tmp_path / "nowhere" / "crm.db")


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        open_store(tmp_path)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("postgresql://ann:hunter2@127.0.0.1:1/crm", "."),
        ("postgresql://ann:hunter2@127.0.0.1:port/crm", "cannot be read"),
        ("mariadb://ann:hunter2@127.0.0.1:1/crm", "."),
        ("mssql://ann:hunter2@127.0.0.1/crm", "no address of"),
        ("nonsense://ann:hunter2@127.0.0.1/crm", "no address of"),
        ("postgresql+pg8000://ann:hunter2@127.0.0.1/crm", "no address of"),
        ("postgresql+asyncpg://ann:hunter2@127.0.0.1/crm", "no address of"),
        ("sqlite+pysqlcipher://:hunter2@/crm.db", "no address of"),
        ("sqlite:///crm.db?password=hunter2", "the address cannot be read"),
        ("sqlite:///crm.db?timeout=long", "the address cannot be read"),
        ("mariadb://ann:hunter2@127.0.0.1:1/crm?x=1", "says: .*argument 'x'"),
    ],
)
def test_an_address_that_leads_nowhere_is_an_error_without_password(
    address: str, reason: str
) -> None:
    with pytest.raises(StoreError, match=reason) as caught:
        open_store(address)
    error: BaseException | None = caught.value
    while error is not None:
        assert "hunter2" not in f"{error!s}{error!r}"
        error = error.__cause__


@pytest.mark.postgres
def test_wrong_credentials_name_the_user_and_no_password(postgresql: str) -> None:
    url = sa.make_url(postgresql).set(username="nobody_here", password="hunter2")  # noqa: S106
    with pytest.raises(StoreError, match="nobody_here") as caught:
        open_store(url.render_as_string(hide_password=False))
    assert "hunter2" not in str(caught.value)


@pytest.mark.postgres
def test_missing_rights_are_named(postgresql: str) -> None:
    server = sa.create_engine(sa.make_url(postgresql).set(drivername="postgresql+psycopg"))
    with server.begin() as connection:
        connection.exec_driver_sql("DROP ROLE IF EXISTS segmentation_reader")
        connection.exec_driver_sql("CREATE ROLE segmentation_reader LOGIN")
    server.dispose()
    url = sa.make_url(postgresql).set(username="segmentation_reader")
    with pytest.raises(StoreError) as caught:
        open_store(url.render_as_string(hide_password=False), schema="not_allowed")
    assert cause_of(caught.value) == INSUFFICIENT_PRIVILEGE


def test_a_file_that_may_only_be_read_can_be_read_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    store = open_store(path)
    store.records.put([Contact(no="C1")])
    store.close()
    only_read = open_store(f"sqlite:///file:{path}?mode=ro&uri=true")
    assert only_read.records.find(Contact, "C1") is not None
    with pytest.raises(StoreError) as caught:
        only_read.records.put([Contact(no="C2")])
    assert cause_of(caught.value) == "SQLITE_READONLY"
    only_read.close()


def test_a_damaged_file_is_an_error_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    open_store(path).close()
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with pytest.raises(StoreError, match=r"crm\.db") as caught:
        open_store(path)
    assert cause_of(caught.value).startswith("SQLITE_CORRUPT")
    beneath = caught.value.__cause__
    assert isinstance(beneath, sa.exc.DBAPIError)
    assert str(beneath.orig) in str(caught.value)


def test_new_columns_and_tables_are_added_to_an_older_store(database: Database) -> None:
    store = database.open()
    store.records.put([Contact(no="C1", name="Berg")])
    store.close()
    make_older(database)
    upgraded = database.open()
    assert upgraded.records.find(Contact, "C1") == Contact(no="C1", name="Berg")
    assert list(upgraded.records.all(Territory)) == []
    upgraded.close()
    assert database.open().records.find(Contact, "C1") is not None


def test_without_sqlalchemy_the_extra_is_named() -> None:
    code = "import sys; sys.modules['sqlalchemy'] = None\nimport segmentation.adapters.sqlalchemy\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert MissingExtra.__name__ in done.stderr
    assert "segmentation[sql]" in done.stderr


def test_the_front_door_is_pinned() -> None:
    assert adapter.__all__ == sorted(adapter.__all__)


def test_a_store_without_a_name_is_refused() -> None:
    with pytest.raises(StoreError, match="neither a file nor an address"):
        open_store("")


MISTYPED = [
    "postgresql:/u:s3cr3t@h/d",
    "postgres:u:s3cr3t@h/d",
    "mariadb:/u:s3cr3t@h/d",
    "mysql+pymysql//u:s3cr3t@h/d",
    "postgresql;//u:s3cr3t@h/d",
    "postgresql:u=u password=s3cr3t",
    "POSTGRESQL:/u:s3cr3t@h/d",
    " postgresql:/u:s3cr3t@h/d",
    "postgresq:/u:s3cr3t@h/d",
    "u:s3cr3t@h/d",
    "://u:s3cr3t@h/d",
    "postgresql+:/\0u:s3cr3t@h/d",
    "host=h dbname=d password='s3cr3t'",
    "Driver={PostgreSQL};Uid=u;Pwd=s3cr3t;",
    "postgres/h/d?password=s3cr3t",
    "PGPASSWORD = s3cr3t",
]


@pytest.mark.parametrize("address", MISTYPED, ids=[each.replace("\0", "NUL") for each in MISTYPED])
def test_a_mistyped_address_is_no_file_and_shows_no_password(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HST-27."""
    monkeypatch.chdir(tmp_path)
    for given in (address, Path(address)):
        with pytest.raises(StoreError, match="address cannot be read") as caught:
            Workspace.open(given)
        error: BaseException | None = caught.value
        while error is not None:
            assert "s3cr3t" not in f"{error!s}{error!r}"
            error = error.__cause__ or error.__context__
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_opened_whatever_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    open_store("./notes:2026@home.db").close()
    open_store("notes:2026@home.db", create=False).close()
