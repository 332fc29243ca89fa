"""A refresh looks at the contacts that changed: counted, not timed."""

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import segmentation as seg
from segmentation.contacts import Contact
from segmentation.criteria import BoundSelection
from segmentation.protocols import Contacts
from segmentation.segments import Candidates, Options
from support.fair import evolved, person
from support.live import Live, day, live_workspaces, own, told, where
from support.stores import STORES


class Counting:
    """Contacts of a store, and how many of them were read."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts
        self.read = 0

    def get_many(self, nos: Any) -> Sequence[Contact]:  # noqa: ANN401 - numbers
        found = self._contacts.get_many(nos)
        self.read += len(found)
        return found

    def matching(self, bound: BoundSelection) -> Sequence[str]:
        found = self._contacts.matching(bound)
        self.read += len(found)
        return found

    def count(self, bound: BoundSelection) -> int:
        return self._contacts.count(bound)

    def candidates(self, chosen: BoundSelection | Collection[str], options: Options) -> Candidates:
        found = self._contacts.candidates(chosen, options)
        self.read += found.count
        return found


@pytest.fixture(params=STORES)
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    """A workspace on each kind of store."""
    yield from live_workspaces(request, tmp_path)


def counted(crm: seg.Workspace, step: Callable[[], object]) -> int:
    """How many contacts a step reads."""
    store: Any = crm.store
    contacts = store.contacts
    store.contacts = counting = Counting(contacts)
    try:
        step()
    finally:
        store.contacts = contacts
    return counting.read


def test_each_segment_reads_what_changed_however_many_there_are(crm: seg.Workspace) -> None:
    """LIV-20."""
    codes = 5
    numbers = range(50)
    crm.add(*(person(f"P{n}", post_code=str(n % codes)) for n in numbers))
    live = [
        Live(crm, where(contact={"post_code": str(code)}), code=f"C{code}") for code in range(codes)
    ]
    read = []
    for moving in ("P2", "P12"):
        if moving == "P12":
            crm.add(*(person(f"Q{n}", post_code=str(n % codes)) for n in range(200)))
            for each in live:
                assert len(each.refreshed().entered) == 40
        crm.contacts.change(moving, post_code="3")
        told_of: dict[str, str] = {}

        def refresh_all(told_of: dict[str, str] = told_of) -> None:
            for each in live:
                told_of[each.code] = told(each.sheet().refresh())

        read.append(counted(crm, refresh_all))
        assert told_of == {each.code: "" for each in live} | {
            "C2": f"-{moving}",
            "C3": f"+{moving}",
        }
        assert [each.refresh() for each in live] == [""] * codes
    assert read[0] == read[1] <= 1


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
