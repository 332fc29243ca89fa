"""Hosts with a connection of a driver's own, and a second one that sees what is committed."""

from contextlib import closing
from typing import Any

import psycopg
import sqlalchemy as sa

import segmentation as seg
from segmentation.adapters.sqlalchemy import SqlStore, join_store, open_store
from segmentation.code_tables import SalespersonPurchaser
from segmentation.contacts import Contact, CorrespondenceType
from segmentation.setup import MarketingSetup, NumberSeries
from segmentation.templates import InteractionTemplate, TemplateLanguage
from support.databases import Database
from support.fair import NOW, TODAY
from support.mariadb import connect as connect_mariadb

PREFIX = "crm_"


class Host:
    """A database with the table of partners of a host, and our tables beside it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.address = database.own_address()
        self._opened: list[Any] = []
        with closing(self.connect()) as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS partner (id INTEGER PRIMARY KEY, name TEXT)"
            )
            connection.commit()
            if database.is_mariadb:
                open_store(self.address, prefix=PREFIX).close()
            store = join_store(connection, prefix=PREFIX)
            store.records.put([NumberSeries(code="S", starting_no="SM1", manual_nos=True)])
            store.records.put([MarketingSetup(segment_nos="S"), Contact(no="C1", name="Anna")])
            connection.commit()

    def connect(self, **options: Any) -> Any:  # noqa: ANN401 - of any driver
        """A connection of the driver, in its default mode."""
        import sqlite3  # noqa: PLC0415

        if self.database.is_sqlite:
            made: Any = sqlite3.connect(self.address, **options)
        elif self.database.is_mariadb:
            made = connect_mariadb(self.database.url, **options)
        else:
            url = sa.make_url(self.address).set(drivername="postgresql")
            made = psycopg.connect(url.render_as_string(hide_password=False), **options)
        self._opened.append(made)
        return made

    def close(self) -> None:
        for connection in self._opened:
            connection.close()

    def seen(self) -> tuple[list[int], list[str]]:
        """What another connection sees: the partners, and the segments with their lines."""
        with closing(self.connect()) as other:
            rows = other.execute("SELECT id FROM partner ORDER BY id").fetchall()
            crm = workspace(other)
            lines = [f"{no} {len(crm.segment(no))}" for no in map(number_of, crm.segments)]
            crm.journal.verify()
            other.rollback()
        return [row[0] for row in rows], lines


def number_of(header: Any) -> str:  # noqa: ANN401 - a header
    return str(header.no)


def insert(connection: Any, number: int) -> None:  # noqa: ANN401 - of any driver
    connection.execute(f"INSERT INTO partner (id, name) VALUES ({number}, 'A')")  # noqa: S608


def joined(connection: Any) -> SqlStore:  # noqa: ANN401 - of any driver
    return join_store(connection, prefix=PREFIX)


def workspace(connection: Any) -> seg.Workspace:  # noqa: ANN401 - of any driver
    return seg.Workspace.open(joined(connection), user="ANNA", today=TODAY, clock=lambda: NOW)


def ours(crm: seg.Workspace, **options: Any) -> str:  # noqa: ANN401
    """A new segment with one contact, which takes its number from the series."""
    segment = crm.new_segment("Fair", **options)
    segment.add_contacts(contact={"no": "C1"})
    return segment.no


def put_template(crm: seg.Workspace) -> None:
    """A set-up and a template, HELLO, that is mailed."""
    letter = crm.store.attachments.put(b"Dear {{ name }}")
    crm.store.records.put(
        [
            MarketingSetup(segment_nos="S"),
            NumberSeries(code="S", starting_no="SM1"),
            SalespersonPurchaser(code="JO"),
            InteractionTemplate(
                code="HELLO",
                language_code_default="ENU",
                correspondence_type_default=CorrespondenceType.EMAIL,
            ),
            TemplateLanguage(
                interaction_template_code="HELLO",
                language_code="ENU",
                attachment=letter,
                attachment_name="hello.txt",
            ),
        ]
    )
