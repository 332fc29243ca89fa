"""The FastAPI service of the how-to, as it stands there, in threads and with asyncio."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import sqlalchemy as sa

import segmentation as seg
from segmentation.adapters.sqlalchemy import join_store
from support.databases import Database

pytest.importorskip("fastapi", reason="needs FastAPI: dependency group `hosts`")
httpx = pytest.importorskip("httpx", reason="needs httpx: dependency group `hosts`")

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "fastapi.md"
_BLOCK = re.compile(r"(?ms)^```\{code-block\} python\n:name: (\w+)\n\n(.*?)^```")
BLOCKS: Mapping[str, str] = dict(_BLOCK.findall(PAGE.read_text(encoding="utf-8")))
KINDS = [
    ("threads", ""),
    ("asyncio", "sqlite+aiosqlite"),
    pytest.param(("threads", "postgresql+psycopg"), marks=pytest.mark.postgres),
    pytest.param(("asyncio", "postgresql+psycopg"), marks=pytest.mark.postgres),
]


@pytest.fixture(params=KINDS, ids=lambda kind: "-".join(kind).strip("-"))
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """The names of the page's modules, on a database with three partners."""
    kind, driver = request.param
    database = None
    path = tmp_path / "shop.db"
    address, theirs = f"sqlite:///{path}", f"{driver or 'sqlite'}:///{path}"
    if driver.startswith("postgresql"):
        database = Database(request.getfixturevalue("postgresql"), f"test_fastapi_{kind}")
        url = sa.make_url(database.own_address()).set(drivername=driver)
        address = theirs = url.render_as_string(hide_password=False)
    names: dict[str, Any] = {}
    exec(BLOCKS["shared"], names)  # noqa: S102 - it is our page
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        names["make_tables"](connection)
        people = [("P1", "DK"), ("P2", "SE"), ("P3", "DK")]
        rows = [{"ref": ref, "name": ref, "country": country} for ref, country in people]
        connection.execute(sa.insert(names["partner"]), rows)
    block = re.sub(r'engine\("sqlite[^"]*"\)', "engine(ADDRESS)", BLOCKS[kind])
    names["ADDRESS"] = theirs
    exec(block, names)  # noqa: S102
    yield {**names, "own": engine}
    engine.dispose()
    if database:
        database.drop()


def asked(service: Mapping[str, Any], *calls: Mapping[str, str]) -> list[Any]:
    """What the service answers to some requests, all at once."""

    async def ask() -> list[Any]:
        transport = httpx.ASGITransport(app=service["app"])
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            post: Callable[..., Awaitable[Any]] = client.post
            found = [await post("/invitations", params=call) for call in calls]
        if hasattr(service["engine"], "sync_engine"):
            await service["engine"].dispose()
        else:
            service["engine"].dispose()
        return found

    return asyncio.run(ask())


def test_a_request_does_the_main_job_in_the_transaction_of_the_service(
    service: Mapping[str, Any],
) -> None:
    right, wrong, again = asked(
        service,
        {"country": "DK", "user": "ANNA"},
        {"country": "<<", "user": "ANNA"},
        {"country": "SE", "user": "BO"},
    )
    assert right.status_code == again.status_code == 200
    assert right.json() == {"segment_no": "SM1", "interactions": [2, 3]}
    assert wrong.status_code == 422
    assert "<<" in wrong.json()["detail"]
    assert again.json() == {"segment_no": "SM2", "interactions": [5]}
    partner = service["partner"]
    with service["own"].begin() as connection:
        rows = connection.execute(sa.select(partner.c.ref, partner.c.invited).order_by("ref"))
        assert [tuple(row) for row in rows] == [("P1", "SM1"), ("P2", "SM2"), ("P3", "SM1")]
        store = join_store(connection, prefix="seg_", mapped=service["mapped"], create=False)
        crm = seg.Workspace.open(store)
        assert [entry.user for entry in crm.journal] == ["ANNA"] * 3 + ["BO"] * 2
        assert list(crm.segments) == []
        crm.journal.verify()
        assert crm.journal.audit() == []


def test_what_fails_after_our_work_undoes_it(service: Mapping[str, Any]) -> None:
    def fail(*given: Any) -> None:  # noqa: ANN401 - as the page's function
        service["invite"](*given)
        raise service["NotFound"]("partner", "P9")

    names = service["app"].router.routes[-1].endpoint.__globals__
    names["invite"], kept = fail, names["invite"]
    service = {**service, "invite": kept}
    (answer,) = asked(service, {"country": "DK", "user": "ANNA"})
    assert (answer.status_code, answer.json()) == (404, {"detail": "there is no partner 'P9'"})
    with service["own"].begin() as connection:
        partner = service["partner"]
        invited = sa.select(partner.c.ref).where(partner.c.invited.is_not(None))
        assert connection.execute(invited).all() == []
        store = join_store(connection, prefix="seg_", mapped=service["mapped"], create=False)
        assert seg.Workspace.open(store).journal.head.number == 0


def test_the_service_is_eighty_lines_long_and_answers_the_calls_as_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert sum(BLOCKS[name].count("\n") for name in ("shared", "threads")) <= 80
    names: dict[str, Any] = {}
    for name in ("shared", "threads", "tables"):
        exec(BLOCKS[name], names)  # noqa: S102
    shown = re.findall(r"(?m)^\$ curl .*\?country=(.*)&user=(.*)'\n(.*)$", PAGE.read_text("utf-8"))
    answers = asked(names, *({"country": unquote(each[0]), "user": each[1]} for each in shown))
    assert [answer.text for answer in answers] == [each[2] for each in shown]
