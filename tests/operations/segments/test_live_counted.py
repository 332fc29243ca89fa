"""A refresh looks at the contacts that changed: counted, not timed.

``LIVE_CONTACTS=100000`` before it tries a hundred segments with so many contacts on each store.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import segmentation as seg
from segmentation.adapters.sqlalchemy import SqlStore
from segmentation.columns import gathered
from segmentation.contacts import Contact
from support.fair import evolved, person
from support.live import Live, counted, day, live_workspaces, own, told, where
from support.stores import STORES


@pytest.fixture(params=STORES)
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    """A workspace on each kind of store."""
    yield from live_workspaces(request, tmp_path)


FEW, MANY = 10_000, 100_000
SIZES = [*((store, FEW) for store in ("memory", "sqlite")), ("memory", MANY)]
if os.environ.get("LIVE_CONTACTS"):
    SIZES = [(store, int(os.environ["LIVE_CONTACTS"])) for store in ("memory", "sqlite")]
IN_POSTGRESQL = [pytest.param("pg", size, marks=pytest.mark.postgres) for size in {SIZES[1][1]}]


def followers(crm: seg.Workspace, contacts: int) -> list[seg.Worksheet]:
    """A hundred segments; the n-th follows post code n, of ten thousand contacts among many."""
    nos = [f"P{n}" for n in range(contacts)]
    codes = [str(n % 100) if n < FEW else "elsewhere" for n in range(contacts)]
    alike = gathered(Contact, [person("P")]).taken([0] * contacts)
    crm.store.records.put(alike.with_columns(no=nos, post_code=codes))
    made = []
    for code in range(100):
        crm.saved_criteria.save(f"C{code}", where(contact={"post_code": str(code)}))
        made.append(crm.new_segment(f"Post code {code}").follow_criteria(f"C{code}"))
        made[-1].refresh()
    return made


@pytest.mark.parametrize(("crm", "contacts"), [*SIZES, *IN_POSTGRESQL], indirect=["crm"])
def test_a_hundred_segments_read_who_changed_among_however_many(
    crm: seg.Workspace, contacts: int
) -> None:
    """LIV-20."""
    live = followers(crm, contacts)
    crm.contacts.change("P7", post_code="93")
    told_of: list[str] = []
    read = counted(crm, lambda: told_of.extend(told(each.refresh()) for each in live))
    assert {n: each for n, each in enumerate(told_of) if each} == {7: "-P7", 93: "+P7"}
    assert read == 1
    for code, each in enumerate(live):
        full = crm.select(contact={"post_code": str(code)})
        assert sorted(each.contact_nos) == sorted(full)
    for code in (7, 93):
        run = crm.new_segment("Full").reuse_criteria(f"C{code}")
        assert sorted(run.contact_nos) == sorted(live[code].contact_nos)
    assert [told(each.refresh()) for each in live] == [""] * 100


def statements(crm: seg.Workspace, step: Callable[[], object]) -> list[str]:
    """The statements that a step sends to a database."""
    store: Any = crm.store
    sent: list[str] = []
    engine = store._unit._engine  # noqa: SLF001 - what is sent is what is counted

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:  # noqa: ANN401 - of SQLAlchemy
        sent.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        step()
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return [each for each in sent if not each.startswith(("BEGIN", "COMMIT"))]


def test_what_did_not_change_is_asked_in_two_statements(crm: seg.Workspace) -> None:
    crm.add(*(person(f"P{n}", city="Bern") for n in range(3)))
    live = Live(crm, where(contact={"city": "Bern"}))
    before = live.sheet().actions
    crm.tables["mailing_group"].new("OTHER")
    assert live.sheet().refresh().lines_after == 3
    if isinstance(crm.store, SqlStore):
        sheet = live.sheet()
        assert len(statements(crm, sheet.refresh)) == 2
    assert live.sheet().actions == before


def test_who_changed_and_stays_is_no_action(crm: seg.Workspace) -> None:
    """More of them are kept as seen, so that they are not tried each time."""
    crm.add(*(person(f"P{n}", city="Bern") for n in range(30)))
    live = Live(crm, where(contact={"city": "Bern"}))
    crm.contacts.change("P1", name="Other")
    assert live.refresh() == ""
    assert len(live.sheet().actions) == 1
    for n in range(30):
        crm.contacts.change(f"P{n}", name="Another")
    assert live.refresh() == ""
    assert len(live.sheet().actions) == 2
    assert counted(crm, lambda: live.sheet().refresh()) == 0
    crm.contacts.exclude("P1", "asked for it")
    assert live.refresh() == "-P1"
    crm.contacts.change("P1", name="Excluded")
    assert live.refresh() == ""
    assert len(live.sheet().actions) == 3


def test_a_day_that_moves_on_reads_whom_it_moved(crm: seg.Workspace) -> None:
    crm.add(*(person(f"P{n}") for n in range(20)))
    for n in range(20):
        own(crm, f"P{n}", visit=day("2026-11-01" if n else "2026-11-23"))
    live = Live(crm, where(contact={"visit": "t"}))
    assert live.first == ""
    later = evolved(crm, today=day("2026-11-23"))
    done = []
    assert counted(crm, lambda: done.append(told(live.sheet(later).refresh()))) <= 2
    assert done == ["+P0"]


def test_nothing_is_read_where_nothing_changed(crm: seg.Workspace) -> None:
    crm.add(*(person(f"P{n}", city="Bern") for n in range(20)))
    live = Live(crm, where(contact={"city": "Bern"}))
    crm.tables["mailing_group"].new("OTHER")
    assert counted(crm, lambda: live.sheet().refresh()) == 0
    live.sheet().change_header(description="Other")
    assert counted(crm, lambda: live.sheet().refresh()) == 20
