"""What was erased is nowhere in memory any more: no text that was a person's can be reached."""

import gc
import types
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest

import segmentation as seg
from segmentation.contacts import (
    AlternativeAddress,
    Contact,
    ContactComment,
    ContactMailingGroup,
    FormerName,
)
from segmentation.memory import MemoryStore
from segmentation.protocols import Store
from support.fair import SETUP, TODAY, company, person

SECRET = "Sigrunsdottir"  # noqa: S105 - a name
CODES = (types.ModuleType, type, types.FrameType, types.CodeType)


def reached(root: object) -> Iterator[object]:
    """Everything that an object holds, but for code, and what code looks up by name."""
    seen: set[int] = set()
    waiting: list[object] = [root]
    while waiting:
        found = waiting.pop()
        if id(found) in seen or isinstance(found, CODES):
            continue
        seen.add(id(found))
        yield found
        if isinstance(found, types.FunctionType):
            waiting += [found.__closure__, found.__defaults__, found.__kwdefaults__]
        else:
            waiting += gc.get_referents(found)


def secrets_in(root: object) -> list[str]:
    gc.collect()
    texts = (each for each in reached(root) if isinstance(each, str | bytes))
    found = (each if isinstance(each, str) else each.decode("latin-1") for each in texts)
    return [each for each in found if SECRET.casefold() in each.casefold()]


def whom(**changed: Any) -> Contact:  # noqa: ANN401
    named = person(
        "P7",
        company_no="K1",
        name=f"Anna {SECRET}",
        surname=SECRET,
        address=f"{SECRET} vei 3",
        e_mail=f"anna@{SECRET}.example",
        city=SECRET.upper(),
        extra=(("nickname", f"Little {SECRET}"), ("points", 3)),
    )
    return attrs.evolve(named, **changed)


def rows_of_another(number: int) -> list[Any]:
    return [
        AlternativeAddress(contact_no=f"Q{number:05}", code="HOME", address=f"Road {number}"),
        FormerName(contact_no=f"Q{number:05}", field="name", value=f"Name {number}"),
        ContactMailingGroup(contact_no=f"Q{number:05}", mailing_group_code="NEWS"),
    ]


def rows(number: str = "P7") -> list[Any]:
    return [
        AlternativeAddress(contact_no=number, code="HOME", address=f"{SECRET} gate"),
        ContactComment(contact_no=number, line_no=10_000, text=f"{SECRET} called"),
        FormerName(contact_no=number, field="name", value=f"Old {SECRET}"),
        FormerName(contact_no=number, field="name", value=f"Older {SECRET}"),
        ContactMailingGroup(contact_no=number, mailing_group_code="NEWS"),
    ]


def fill(store: Store, before: int, behind: int) -> None:
    store.records.put(list(SETUP))
    store.records.put([company("K1")])
    others = [person(f"P{n:05}", company_no="K1", name=f"Other {n}") for n in range(before)]
    store.records.put(others)
    store.records.put([whom(), *rows()])
    for n in range(behind):
        store.records.put(
            [person(f"Q{n:05}", company_no="K1", city=f"City {n % 300}"), *rows_of_another(n)]
        )


def as_it_was(crm: seg.Workspace) -> None:
    """Nothing more happens."""
    crm.contacts.get_many(["P7"])


def changed_before(crm: seg.Workspace) -> None:
    """Names were others before, and others before these."""
    for n in range(3):
        crm.store.records.put([whom(name=f"{SECRET} {n}", city=f"{n} {SECRET}")])
        crm.select(contact={"city": "City 7"})


def asked_before(crm: seg.Workspace) -> None:
    """An index was made before the last change, and segments show its contacts."""
    crm.select(contact={"city": "City 7"}, mailing_groups={"mailing_group_code": "NEWS"})
    crm.new_segment("All").add_contacts(contact={"no": "P7|Q*"})
    crm.store.records.put([whom(name=f"New {SECRET}")])
    crm.new_segment("Some").add_contacts(contact={"no": "P7|Q00001"})
    crm.new_segment("Others").add_contacts(contact={"no": "Q*"})
    crm.count(contact={"name": "Other*"}, mailing_groups={"mailing_group_code": "NEWS"})


def many_changed(crm: seg.Workspace) -> None:
    """Everything was laid anew while a segment reads what was before."""
    asked_before(crm)
    everybody = list(crm.store.records.all(Contact))
    crm.store.records.put(attrs.evolve(each, home_page="x") for each in everybody)


@pytest.mark.parametrize("happened", [as_it_was, changed_before, asked_before, many_changed])
@pytest.mark.parametrize(
    ("before", "behind"), [(0, 3), (1100, 0), (0, 1100)], ids=["waiting", "last", "laid"]
)
def test_no_text_of_an_erased_person_can_be_reached_from_the_store(
    happened: Callable[[seg.Workspace], None], before: int, behind: int
) -> None:
    store = MemoryStore()
    fill(store, before, behind)
    crm = seg.Workspace.open(store, user="ANNA", today=TODAY)
    happened(crm)
    assert secrets_in(store)
    crm.contacts.erase("P7")
    assert secrets_in(store) == []
    assert "P7" not in crm.contacts
    assert len(crm.contacts) == 1 + before + behind
    assert all(each.name for each in crm.contacts)
    assert len(crm.select(contact={"no": "Q*"})) == behind


def test_who_came_after_a_segment_was_made_is_forgotten_just_so() -> None:
    store = MemoryStore(block=1)
    store.records.put(list(SETUP))
    store.records.put(person(f"Q{n:05}") for n in range(20))
    crm = seg.Workspace.open(store, user="ANNA", today=TODAY)
    crm.new_segment("All").add_contacts(contact={"no": "Q*"})
    store.records.put(person(f"Q{n:05}", city="Bern") for n in range(20))
    store.records.put([whom(), *rows()])
    crm.contacts.erase("P7")
    assert secrets_in(store) == []
    assert len(crm.contacts) == 20


def test_outside_of_a_transaction_nothing_but_the_changes_is_forgotten() -> None:
    store = MemoryStore()
    store.records.put([company("K1")])
    before = store.changes.position()
    store.changes.forget()
    assert store.changes.since(before, ["contact"]) == {"contact": None}
    assert [each.no for each in store.records.all(Contact)] == ["K1"]
