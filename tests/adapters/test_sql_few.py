"""Candidates among a few contacts, found by statements that are kept."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import segmentation as seg
from segmentation.adapters.sqlalchemy import SqlStore
from segmentation.adapters.sqlalchemy._dialects import dialect_of
from segmentation.adapters.sqlalchemy._few import FewCandidates
from segmentation.criteria import AsOf, Criteria, among, apart, bind, none
from segmentation.memory import MemoryStore
from segmentation.operations.schema import schema_of
from segmentation.segments import Candidates, Options, nos_in_order
from support.fair import TODAY, person
from support.live import live_workspaces, own, where
from support.stores import STORES

NOS = [f"P{n}" for n in range(8)]


@pytest.fixture(params=STORES)
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    """A workspace on each kind of store, with contacts of several kinds."""
    for made in live_workspaces(request, tmp_path):
        towns = ("Bern", "Rom", "Ulm", "")
        made.add(*(person(no, city=towns[n % 4], minor=n == 4) for n, no in enumerate(NOS)))
        own(made, "P1", visit=dt.date(2026, 11, 23))
        for n in range(1, 6):
            made.tables["orders"].new(n, contact_no=f"P{n}", amount=Decimal(n))
        yield made


def asked() -> dict[str, Criteria]:
    """Criteria by what their parameters are."""
    large = where(orders={"amount": "3.."})
    return {
        "a text": where(contact={"city": "Bern"}),
        "a list": where(contact={"city": "|".join(["Bern", *(f"T{n}" for n in range(40))])}),
        "an own date": where(contact={"visit": "2026-11-23"}),
        "yes or no": where(contact={"minor": "yes"}),
        "no row": none(large),
        "a number": where(orders={"amount": "2..4"}),
        "nested": where(contact={"city": "Bern|Rom"}) & (large | where(contact={"city": "Ulm"})),
    }


def told(found: Candidates) -> tuple[Any, ...]:
    return nos_in_order(found.who), {reason: bin(places) for reason, places in found.barred.items()}


@pytest.mark.parametrize("criteria", asked().values(), ids=asked())
def test_a_few_are_found_as_they_are_among_all(crm: seg.Workspace, criteria: Criteria) -> None:
    store = crm.store
    bound = bind(criteria, schema_of(store), AsOf(TODAY))
    whole = nos_in_order(store.contacts.candidates(bound, Options()).who)
    for nos in (NOS[:1], NOS[:5], NOS[2:], ["nobody"], NOS[:5]):
        found = store.contacts.candidates(among(bound, nos), Options())
        assert nos_in_order(found.who) == tuple(no for no in whole if no in nos)
        plain = store.contacts.candidates(nos_in_order(found.who), Options())
        assert told(found) == told(plain)


def test_few_are_told_from_other_selections() -> None:
    store = MemoryStore()
    schema = schema_of(store)
    bern = where(contact={"city": "Bern"})
    day = AsOf(TODAY)
    bound = bind(bern, schema, day)
    found = apart(among(bound, {"B", "A"}))
    assert found is not None
    assert list(found[0]) == ["A", "B"]
    assert found[1].node is bound.node
    for other in (
        bern,
        bern & bern,
        where(contact={"no": "A*"}) & bern,
        where(contact={"no": "A"}),
    ):
        assert apart(bind(other, schema, day)) is None
    assert apart(among(bound, {"Bern"}, "city")) is None


def test_only_so_many_statements_are_kept(tmp_path: Path) -> None:
    crm = seg.Workspace.open(tmp_path / "crm.db", user="A")
    store: Any = crm.store
    assert isinstance(store, SqlStore)
    few = FewCandidates(store.tables, most=1)
    schema, day = schema_of(store), AsOf(TODAY)
    bounds = [bind(where(contact={"city": each}), schema, day) for each in ("A", "B")]
    with store.reading() as connection:
        dialect = dialect_of(connection.dialect, store.tables)
        for bound in (*bounds, bounds[0]):
            found = few.find(connection, ["P1"], bound, dialect)
            assert found is not None
            assert not found.who.everyone
        assert len(few._kept) == 1  # noqa: SLF001 - what is kept is what is counted
        other = sa.create_mock_engine("mysql+pymysql://", lambda *_: None)
        assert few.find(other, ["P1"], bounds[0], dialect) is None  # type: ignore[arg-type]
    crm.close()
