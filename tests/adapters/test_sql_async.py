"""SQLAlchemy's asyncio: a store joined by ``run_sync``, with each driver."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

import segmentation as seg
from segmentation.adapters.sqlalchemy import join_store
from segmentation.code_tables import SalespersonPurchaser
from segmentation.definitions import OwnField
from segmentation.errors import Refused
from segmentation.interactions import Interaction
from segmentation.setup import MarketingSetup, NumberSeries
from segmentation.templates import InteractionTemplate
from support.databases import Database
from support.fair import NOW, TODAY

DRIVERS = [
    "aiosqlite",
    pytest.param("psycopg", marks=pytest.mark.postgres),
    pytest.param("asyncpg", marks=pytest.mark.postgres),
]


@pytest.fixture(params=DRIVERS)
def make_engine(
    request: pytest.FixtureRequest, tmp_path: object
) -> Iterator[Callable[[], AsyncEngine]]:
    """The function that makes an engine, within the loop that uses it."""
    driver: str = request.param
    pytest.importorskip(driver, reason=f"needs {driver}: pip install {driver}")
    if driver == "aiosqlite":
        yield lambda: create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/host.db")
        return
    database = Database(request.getfixturevalue("postgresql"), f"test_async_{driver}")
    url = sa.make_url(database.own_address()).set(drivername=f"postgresql+{driver}")
    if driver == "psycopg":
        yield lambda: create_async_engine(url)
    else:
        path = {"server_settings": {"search_path": "test_async_asyncpg"}}
        yield lambda: create_async_engine(url.set(query=_hosts(url)), connect_args=path)
    database.drop()


def _hosts(url: sa.URL) -> dict[str, Any]:
    """The parameters of an address that asyncpg knows as well."""
    return {name: value for name, value in url.query.items() if name == "host"}


def workspace(connection: sa.Connection) -> seg.Workspace:
    store = join_store(connection, prefix="crm_")
    return seg.Workspace.open(store, user="ANNA", today=TODAY, clock=lambda: NOW)


def set_up(connection: sa.Connection) -> None:
    crm = workspace(connection)
    crm.store.records.put(
        [
            MarketingSetup(segment_nos="S"),
            NumberSeries(code="S", starting_no="SM1"),
            SalespersonPurchaser(code="JO"),
            InteractionTemplate(code="TALK"),
            OwnField(table="contact", name="points", type="integer"),
        ]
    )
    crm.add(
        *(
            seg.Contact(no=f"C{n}", name="Åse", salesperson_code="JO", extra={"points": n})
            for n in range(3)
        )
    )


def log(connection: sa.Connection) -> None:
    segment = workspace(connection).new_segment("Fair", interaction_template_code="TALK")
    segment.add_contacts(contact={"name": "@åSE", "points": "<5"})
    segment.log(follow_up=True)


def seen(connection: sa.Connection) -> tuple[int, int, int]:
    crm = workspace(connection)
    head = crm.journal.verify()
    assert crm.journal.audit() == []
    made = list(crm.store.records.all(Interaction))
    return len(crm.logged_segments), len(made), head.number


def run(
    make_engine: Callable[[], AsyncEngine], job: Callable[[AsyncEngine], Awaitable[None]]
) -> None:
    async def work() -> None:
        engine = make_engine()
        try:
            async with engine.begin() as connection:
                await connection.run_sync(set_up)
            await job(engine)
        finally:
            await engine.dispose()

    asyncio.run(work())


def test_a_segment_is_made_and_logged_in_the_transaction_of_the_host(
    make_engine: Callable[[], AsyncEngine],
) -> None:
    """HST-13."""

    async def job(engine: AsyncEngine) -> None:
        async with engine.connect() as connection:
            before = await connection.run_sync(seen)
            await connection.rollback()
            await connection.run_sync(log)
            await connection.rollback()
            assert await connection.run_sync(seen) == before
            assert before[:2] == (0, 0)
            await connection.run_sync(log)
            await connection.commit()
        async with engine.connect() as other:
            assert (await other.run_sync(seen))[:2] == (1, 3)

    run(make_engine, job)


def test_a_session_of_the_host_is_joined_as_well(make_engine: Callable[[], AsyncEngine]) -> None:
    """HST-13."""

    async def job(engine: AsyncEngine) -> None:
        async with AsyncSession(engine) as session:
            await session.run_sync(lambda own: log(own.connection()))
            await session.run_sync(lambda own: join_store(own, prefix="crm_").log.head())
            await session.commit()
        async with engine.connect() as other:
            assert (await other.run_sync(seen))[:2] == (1, 3)

    run(make_engine, job)


def test_a_connection_that_commits_each_statement_is_refused(
    make_engine: Callable[[], AsyncEngine],
) -> None:
    async def job(engine: AsyncEngine) -> None:
        async with engine.connect() as connection:
            committing: AsyncConnection = await connection.execution_options(
                isolation_level="AUTOCOMMIT"
            )
            with pytest.raises(Refused, match="commits each statement by itself"):
                await committing.run_sync(workspace)

    run(make_engine, job)
