"""What is MariaDB's own: its collations, its limits, and that making a table commits."""

import shutil
import subprocess
import sys
from contextlib import closing
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects.mysql.mariadb import MariaDBDialect

import segmentation as seg
from segmentation.adapters.sqlalchemy import (
    MappedTable,
    _versions,
    check_mapping,
    join_store,
    open_store,
    schema_script,
)
from segmentation.adapters.sqlalchemy._dialects import check_dialect
from segmentation.contacts import Contact
from segmentation.errors import (
    Conflict,
    InvalidValue,
    JournalBroken,
    MissingExtra,
    Refused,
    StoreError,
)
from segmentation.fields import Field
from segmentation.interactions import Interaction
from segmentation.journal import FindingKind, Head, verify
from segmentation.testing import journal_entries
from support.databases import Database
from support.fair import NOW, TODAY
from support.hosts import PREFIX, Host, insert, ours, workspace
from support.mariadb import connect, in_database

pytestmark = pytest.mark.mariadb

NAMES = {"A": "Hansen", "B": "hansen", "C": "Hansen ", "D": "Hånsen", "E": "🎄"}

FOUND = {"Hansen": "A", "<>Hansen": "B C D E", "@hansen": "A B", "H?nsen": "A D", "🎄": "E"}


@pytest.fixture
def kept(kept_mariadb: Database) -> Database:
    kept_mariadb.empty()
    return kept_mariadb


# -- texts ------------------------------------------------------------------------------------


def found(crm: seg.Workspace) -> dict[str, str]:
    return {name: " ".join(crm.select(contact={"name": name})) for name in FOUND}


def test_letters_are_told_apart_whatever_the_collation_hst_24(kept: Database) -> None:
    """HST-24."""
    store = kept.open(prefix=PREFIX)
    with seg.Workspace.open(store, user="ANNA", today=TODAY, clock=lambda: NOW) as crm:
        store.records.put(Contact(no=no, name=name) for no, name in NAMES.items())
        assert found(crm) == FOUND
        for no in ("AR1", "ÅR1"):
            crm.new_segment("One of two", no=no)
        assert [str(header.no) for header in crm.segments] == ["AR1", "ÅR1"]


@pytest.mark.parametrize("clean", [(), ("name",)])
def test_letters_of_a_host_are_told_apart_hst_24(kept: Database, clean: tuple[str, ...]) -> None:
    """HST-24, with the names in a column whose collation takes them for equal."""
    people = sa.Table(
        "people", sa.MetaData(), sa.Column("no", sa.String(20)), sa.Column("name", sa.String(100))
    )
    engine = kept.engine()
    people.create(engine, checkfirst=True)
    with engine.begin() as connection:
        rows = [{"no": no, "name": name} for no, name in NAMES.items()]
        connection.execute(sa.insert(people), rows)
        assert connection.scalar(
            sa.select(sa.func.count()).where(people.c.name == "HANSEN")
        ) == sum(name.strip() in {"Hansen", "hansen", "Hånsen"} for name in NAMES.values())
    mapped = {"contact": MappedTable(people, dict(people.c), clean=clean)}
    store = kept.open(prefix=PREFIX, mapped=mapped)
    with seg.Workspace.open(store, user="ANNA", today=TODAY) as crm:
        assert found(crm) == FOUND
        assert check_mapping(store) == []


def test_a_timestamp_of_a_host_is_read_in_the_zone_of_the_session(kept: Database) -> None:
    people = sa.Table(
        "seen",
        sa.MetaData(),
        sa.Column("no", sa.String(20)),
        sa.Column("seen", mysql.TIMESTAMP(fsp=6)),
        sa.Column("blocked", sa.Integer),
    )
    engine = kept.engine()
    people.create(engine, checkfirst=True)
    with engine.begin() as connection:
        connection.exec_driver_sql("SET time_zone = '+02:00'")
        connection.exec_driver_sql("INSERT INTO seen VALUES ('A', '2026-01-02 01:30:00', 2)")
        connection.exec_driver_sql("INSERT INTO seen VALUES ('B', '2026-01-02 01:30:00', 1)")
        connection.exec_driver_sql("SET time_zone = DEFAULT")
    columns = {
        "no": people.c.no,
        "last_modified": people.c.seen,
        "privacy_blocked": people.c.blocked,
    }
    store = kept.open(prefix=PREFIX, mapped={"contact": MappedTable(people, columns)})
    (contact,) = store.contacts.get_many(["B"])
    assert contact.last_modified is not None
    assert contact.last_modified.isoformat() == "2026-01-01T23:30:00+00:00"
    assert contact.privacy_blocked
    assert [fault.code for fault in check_mapping(store)] == ["wrong_type"]  # 2 is no yes or no


# -- limits -----------------------------------------------------------------------------------


def test_a_key_that_is_too_long_is_told_by_its_field(kept: Database) -> None:
    store = kept.open(prefix=PREFIX)
    with pytest.raises(InvalidValue, match="256 characters, and MariaDB finds rows by 255"):
        store.records.put([Contact(no="X" * 256)])
    assert list(store.records.all(Contact)) == []


@pytest.mark.parametrize("cost", ["1E+35", "1E-31", "1.0000000000000000000000000000001"])
def test_a_decimal_is_kept_as_it_is_or_refused(kept: Database, cost: str) -> None:
    store = kept.open(prefix=PREFIX)
    with pytest.raises(InvalidValue, match="more digits than MariaDB compares"):
        store.records.put([Interaction(entry_no=1, cost=Decimal(cost))])
    for kept_as in ("12.50", "99999999999999999999999999999999999", "1E-30", "0"):
        store.records.put([Interaction(entry_no=1, cost=Decimal(kept_as))])
        read = store.records.find(Interaction, 1)
        assert read is not None
        assert str(read.cost) == str(Decimal(kept_as))
        assert list(store.records.all(Interaction, cost=Decimal(kept_as))) == [read]


def test_long_values_are_found_in_a_long_list(kept: Database) -> None:
    store = kept.open(prefix=PREFIX)
    names = ["N" * 300, "Ø", *map(str, range(600))]
    store.records.put([Contact(no="A", name="N" * 300), Contact(no="B", name="Ø")])
    with seg.Workspace.open(store, user="ANNA", today=TODAY) as crm:
        assert list(crm.select(contact={"name": "|".join(names)})) == ["A", "B"]


# -- tables -----------------------------------------------------------------------------------


def test_a_host_without_our_tables_is_refused_and_nothing_is_committed_hst_23(
    kept: Database,
) -> None:
    """HST-23."""
    host = Host(kept)
    for joining in (host.connect, kept.engine().connect):
        with closing(joining()) as connection:
            if isinstance(connection, sa.Connection):
                connection.exec_driver_sql("INSERT INTO partner (id) VALUES (1)")
            else:
                insert(connection, 1)
            with pytest.raises(Refused, match="would commit what the host has done before"):
                join_store(connection, prefix="none_")
            connection.rollback()
    assert host.seen() == ([], [])
    host.close()


def test_a_table_of_the_hosts_own_is_not_made_in_a_hosts_transaction(kept: Database) -> None:
    fields = (Field("no", "code", length=20), Field("at", "date"))
    host = Host(kept)
    connection = host.connect()
    insert(connection, 1)
    with pytest.raises(Refused, match="would commit what the host has done before"):
        workspace(connection).tables.define("party", *fields, key="no", link="no")
    connection.rollback()
    assert host.seen() == ([], [])
    host.close()


def test_a_table_of_the_hosts_own_grows_and_keeps_the_types_of_its_columns(kept: Database) -> None:
    store = kept.open(prefix=PREFIX)
    with seg.Workspace.open(store, user="ANNA", today=TODAY, clock=lambda: NOW) as crm:
        visit = (Field("no", "code", length=20), Field("spent", "decimal"), Field("vip", "boolean"))
        crm.tables.define("visit", *visit, key="no", link="no")
        crm.tables.define("visit", Field("at", "datetime"), Field("size", "integer"))
        store.records.put([Contact(no="A"), Contact(no="B")])
        crm.tables["visit"].new("A", spent="2.50", size=3, vip=True)
        assert list(crm.select(visit={"spent": ">2", "size": "3", "vip": "yes"})) == ["A"]
        with pytest.raises(Refused, match="a column of MariaDB gets no other type"):
            crm.tables.change_field("visit", Field("size", "text"))
        assert list(crm.select(visit={"size": "3"})) == ["A"]


def test_who_is_stopped_while_making_the_tables_goes_on_later(kept: Database) -> None:
    """Each statement is committed by itself; those that were run are not run again."""
    prefix = "stop_"
    made = schema_script("mariadb", prefix=prefix).split(";\n")[:-1]
    first = [each for each in made if f"CREATE TABLE {prefix}segmentation_meta" in each]
    others = [
        each for each in made if each.strip().startswith("CREATE TABLE") and each not in first
    ]
    with kept.engine().connect() as connection:
        for statement in (*first, *others[:5]):
            connection.exec_driver_sql(statement)
    host = connect(kept.url)
    with closing(host), pytest.raises(Refused, match="make them before"):
        join_store(host, prefix=prefix)
    store = kept.open(prefix=prefix)
    store.log.append(journal_entries(3, Head()))
    assert verify(store.log.read()).number == 3
    assert list(store.findings()) == []
    kept.open(prefix=prefix)


def test_while_somebody_makes_the_tables_others_wait_or_are_told(
    kept: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_versions, "_PATIENCE", 0)
    with closing(connect(kept.url)) as other:
        other.execute("SELECT GET_LOCK(MD5(CONCAT(DATABASE(), '.', 'wait_')), 0)")
        with pytest.raises(Conflict, match="somebody else is making its tables"):
            kept.open(prefix="wait_")


def test_who_may_only_read_is_told_what_right_is_missing(kept: Database) -> None:
    kept.open(prefix=PREFIX).records.put([Contact(no="A")])
    name = f"reader_{kept.url.database}"
    engine = kept.engine()
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE USER {name}@localhost")
        granted = f"GRANT SELECT, EXECUTE ON {kept.url.database}.* TO {name}@localhost"
        connection.exec_driver_sql(granted)
    address = kept.url.set(username=name).render_as_string(hide_password=False)
    store = open_store(address, prefix=PREFIX)
    assert store.records.find(Contact, "A") == Contact(no="A")
    with pytest.raises(StoreError, match="the right to write is missing"):
        store.records.put([Contact(no="B")])
    store.close()
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP USER {name}@localhost")


def test_a_new_column_is_added_to_an_older_store(kept: Database) -> None:
    store = kept.open(prefix="crm_")
    engine = kept.engine()
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE crm_contact DROP COLUMN name")
        connection.exec_driver_sql("DROP TABLE crm_territory")
        connection.exec_driver_sql("DROP TRIGGER crm_journal_guard_delete")
        meta = store.tables.meta
        connection.execute(sa.update(meta).where(meta.c.name == "shape").values(value="{}"))
    store.close()
    again = kept.open(prefix="crm_")
    again.records.put([Contact(no="A", name="Anna")])
    assert again.records.find(Contact, "A") == Contact(no="A", name="Anna")
    assert list(again.findings()) == []


def test_the_journal_is_guarded_and_its_guards_are_looked_after(kept: Database) -> None:
    store = kept.open(prefix=PREFIX)
    store.log.append(journal_entries(3, Head()))
    journal = "REPLACE INTO crm_journal SELECT 2, at, user, kind, facts, personal, personal_sha256,"
    attacks = [
        "UPDATE crm_journal SET facts = '{}' WHERE number = 2",
        "UPDATE crm_journal SET personal = NULL WHERE number = 2",
        "DELETE FROM crm_journal",
        f"{journal} previous, sha256 FROM crm_journal WHERE number = 3",
    ]
    engine = kept.engine()
    for attack in attacks:
        with pytest.raises(sa.exc.DBAPIError, match="the journal only grows"), engine.begin() as at:
            at.exec_driver_sql(attack)
    assert verify(store.log.read()) == store.log.head()
    store.log.erase([2])
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER crm_journal_guard_delete")
        connection.exec_driver_sql("DROP TRIGGER crm_journal_guard_update")
        connection.exec_driver_sql(
            "CREATE TRIGGER crm_journal_guard_update BEFORE UPDATE ON crm_journal"
            " FOR EACH ROW SET @a = 1"
        )
    assert {each.kind for each in store.findings()} == {
        FindingKind.GUARD_MISSING,
        FindingKind.GUARD_CHANGED,
    }
    store.make_guards_anew()
    assert list(store.findings()) == []


def test_a_journal_that_was_emptied_at_once_is_told_by_a_kept_head(kept: Database) -> None:
    """MariaDB has no trigger for ``TRUNCATE``."""
    store = kept.open(prefix=PREFIX)
    store.log.append(journal_entries(3, Head()))
    with seg.Workspace.open(store, user="ANNA", today=TODAY) as crm:
        head = crm.journal.verify()
        with kept.engine().begin() as outside:
            outside.exec_driver_sql("TRUNCATE TABLE crm_journal")
        found = [str(each) for each in crm.journal.audit(kept=head)]
        assert found == [f"journal entry {number}: is missing" for number in (1, 2, 3)]
        with pytest.raises(JournalBroken):
            crm.journal.verify(kept=head)


def test_the_script_is_run_by_the_servers_own_client(kept: Database) -> None:
    client = shutil.which("mariadb")
    if client is None or "unix_socket" not in kept.url.query:
        pytest.skip("needs MariaDB's client: install mariadb-client")
    command = [client, "--no-defaults", f"--socket={kept.url.query['unix_socket']}", "-uroot"]
    script = schema_script("mariadb", prefix="run_")
    subprocess.run([*command, str(kept.url.database)], input=script.encode(), check=True)
    with closing(connect(kept.url)) as connection:
        store = join_store(connection, prefix="run_", create=False)
        store.records.put([Contact(no="A", name="Ångström")])
        with seg.Workspace.open(store, user="ANNA", today=TODAY) as crm:
            assert list(crm.select(contact={"name": "@ÅNGSTRÖM"})) == ["A"]
        assert list(store.findings()) == []


def test_a_schema_of_its_own_is_a_database(kept: Database) -> None:
    name = f"{kept.url.database}_own"
    store = open_store(kept.address, schema=name)
    try:
        store.log.append(journal_entries(2, Head()))
        store.records.put([Contact(no="A", name="Æ")])
        assert list(store.findings()) == []
        address = in_database(kept.address, name).render_as_string(hide_password=False)
        with closing(open_store(address)) as by_address:
            assert list(by_address.findings()) == []
    finally:
        store.close()
        with kept.engine().begin() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name}")


# -- connections ------------------------------------------------------------------------------


def test_a_connection_that_cannot_send_every_letter_is_refused(kept: Database) -> None:
    with (
        closing(connect(kept.url, charset="latin1")) as connection,
        pytest.raises(Refused, match="sent in latin1"),
    ):
        join_store(connection)


def test_a_connection_that_commits_each_statement_is_refused_outside_a_transaction(
    kept: Database,
) -> None:
    host = Host(kept)
    with closing(host.connect(autocommit=True)) as connection:
        with pytest.raises(Refused, match="commits each statement by itself"):
            workspace(connection)
        connection.begin()
        workspace(connection)
        connection.rollback()
    host.close()


def test_two_transactions_that_wait_for_each_other_are_a_conflict(kept: Database) -> None:
    host = Host(kept)
    one, other = host.connect(), host.connect()
    for number, connection in enumerate((one, other)):
        connection.execute("SET innodb_lock_wait_timeout = 1")
        insert(connection, number)
    crm, late = workspace(one), workspace(other)
    crm.contacts.exclude("C1", "asked")
    with pytest.raises(Conflict, match="somebody else is writing"):
        late.contacts.exclude("C1", "asked")
    one.commit()
    other.rollback()
    assert host.seen() == ([0], [])
    host.close()


@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ"])
def test_a_step_after_another_host_has_committed_is_done_or_a_conflict(
    kept: Database, isolation: str
) -> None:
    host = Host(kept)
    one, other = host.connect(), host.connect()
    one.execute(f"SET SESSION TRANSACTION ISOLATION LEVEL {isolation}")
    crm = workspace(one)
    assert crm.journal.head.number == 0
    ours(workspace(other))
    other.commit()
    if isolation == "READ COMMITTED":
        assert ours(crm) == "SM2"
        one.commit()
        assert host.seen() == ([], ["SM1 1", "SM2 1"])
    else:
        with pytest.raises(Conflict):
            ours(crm)
        one.rollback()
        assert ours(crm) == "SM2"
        one.rollback()
    host.close()


def test_a_driver_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymysql", None)
    with pytest.raises(MissingExtra, match=r"segmentation\[mariadb\]"):
        open_store("mariadb://ann@127.0.0.1:1/crm")


def test_a_version_that_is_too_old_is_refused() -> None:
    dialect: Any = MariaDBDialect()
    dialect.server_version_info = (10, 5, 9)
    with pytest.raises(InvalidValue, match=r"10\.5\.9.* is too old"):
        check_dialect(dialect)
