"""What criteria ask is worked out once for a process."""

from typing import Any

import segmentation as seg
from segmentation.memory import MemoryStore
from segmentation.operations.segments._asked import Asked, keep_asked, kept_asked
from segmentation.protocols import KeepsAsked
from support.fair import AS_OF, TODAY, evolved
from support.live import Live, people, prepare, where


class Bare:
    """A store that keeps nothing for its process."""


def workspace() -> seg.Workspace:
    crm = seg.Workspace.open(MemoryStore(), user="ANNA", today=TODAY)
    prepare(crm)
    crm.add(*people("DK", "A", "B"), *people("SE", "C"))
    return crm


def test_what_criteria_ask_is_kept_until_they_change() -> None:
    crm = workspace()
    live = Live(crm, where(contact={"country_region_code": "DK"}))
    assert isinstance(crm.store, KeepsAsked)
    (asked,) = crm.store.asked.values()
    crm.contacts.change("C", country_region_code="DK")
    assert live.refresh() == "+C"
    assert list(crm.store.asked.values()) == [asked]
    crm.saved_criteria.save(live.code, where(contact={"country_region_code": "SE"}))
    crm.contacts.change("C", country_region_code="SE")
    assert live.refresh() == "-A -B"
    assert len(crm.store.asked) == 2


def test_another_day_is_bound_anew_and_kept() -> None:
    crm = workspace()
    live = Live(crm, where(contact={"visit": "t"}))
    store: Any = crm.store
    (before,) = store.asked.values()
    later = evolved(crm, today=TODAY.replace(day=TODAY.day + 1))
    live.sheet(later).refresh()
    live.sheet(later).refresh()
    (after,) = store.asked.values()
    assert (before.as_of.today, after.as_of.today) == (TODAY, TODAY.replace(day=TODAY.day + 1))


def test_only_so_many_are_kept() -> None:
    crm = workspace()
    crm.saved_criteria.save("ONE", where(contact={"city": "Bern"}))
    asked = Asked.of(crm.store, "ONE", AS_OF)
    store: Any = crm.store
    store.asked.update((str(n), None) for n in range(512))
    keep_asked(store, asked)
    assert len(store.asked) == 512
    assert kept_asked(store, asked.words, AS_OF) is asked
    assert kept_asked(store, "1", AS_OF) is None
    bare: Any = Bare()
    keep_asked(bare, asked)
    assert kept_asked(bare, asked.words, AS_OF) is None
