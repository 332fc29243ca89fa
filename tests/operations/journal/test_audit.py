"""Records that were changed behind the journal's back are found, and put right."""

from typing import Any

import attrs

from segmentation.interactions import Evaluation, Interaction, InteractionComment, InteractionTotal
from segmentation.journal import FIRST, Entry, EntryKind, Evaluated, Head, make_entries
from segmentation.journal._entries import sealed_text
from segmentation.memory import MemoryStore
from segmentation.operations.journal import audit, restore_records
from segmentation.plain import to_plain
from support.desk import check_journal, make_desk, segment_of
from support.fair import NOW, STAMP


def test_what_was_changed_beside_the_journal_is_found_and_put_right() -> None:
    crm = make_desk()
    logged = segment_of(crm, "ANNA", "BO").log()
    one, two = logged.interactions
    crm.interactions.comment(one.entry_no, "Well")
    invented = attrs.evolve(one, entry_no=99)
    crm.store.records.put([attrs.evolve(one, evaluation=Evaluation.POSITIVE), invented])
    crm.store.records.remove([two, *crm.store.records.all(InteractionTotal, dimension="group")])
    found = audit(crm.store)
    assert list(map(str, found)) == [
        "interaction_log_entry 2 differs (evaluation)",
        "interaction_log_entry 3 is missing",
        "interaction_log_entry 99 is not in the journal",
        "interaction_total group TALKS 2026-11-22 is missing",
    ]
    assert restore_records(crm.context) == found
    assert list(crm.store.records.all(Interaction)) == [one, two]
    assert len(list(crm.store.records.all(InteractionComment))) == 1
    check_journal(crm)


def appended(*entries: Entry) -> list[str]:
    """What an audit says of a store in memory whose journal has these entries."""
    store = MemoryStore()
    store.log.append(entries)
    return list(map(str, audit(store)))


def sealed(kind: EntryKind, facts: str, *, number: int = 1, previous: str = FIRST) -> Entry:
    """An entry whose hash is right, whatever it says."""
    values: dict[str, Any] = {
        "number": number,
        "user": "ANNA",
        "kind": kind,
        "facts": facts,
        "previous": previous,
    }
    written = NOW.isoformat(timespec="microseconds")
    digest = sealed_text({**values, "at": written, "personal_sha256": ""})
    return Entry(at=NOW, sha256=digest, **values)


def test_an_entry_that_cannot_be_applied_is_named() -> None:
    """TRU-31: facts that are none, or that speak of what is not there."""
    (lost,) = make_entries(
        [Evaluated(interaction_no=9, evaluation=Evaluation.POSITIVE)], after=Head(), stamp=STAMP
    )
    unreadable = ["journal entry 1: its facts cannot be read"]
    assert appended(*lost) == unreadable
    assert appended(sealed(EntryKind.PERSON_ERASED, "[]")) == unreadable
    erased = sealed(EntryKind.PERSON_ERASED, '{"contact_no":"X","emptied":[[5,9]]}')
    assert appended(erased) == unreadable


def test_what_only_follows_from_an_unreadable_entry_is_not_told() -> None:
    first = sealed(EntryKind.INTERACTION_LOGGED, '{"contact_no":"ANNA"}')
    broken = attrs.evolve(first, user="EVE")
    second = sealed(
        EntryKind.INTERACTION_EVALUATED, '{"interaction_no":1}', number=2, previous=first.sha256
    )
    assert appended(broken, second) == ["journal entry 1: its content was changed"]


def test_a_text_that_no_file_can_hold_is_a_changed_content() -> None:
    entry = sealed(EntryKind.INTERACTION_LOGGED, "{}")
    assert appended(attrs.evolve(entry, facts="\ud800")) == [
        "journal entry 1: its content was changed"
    ]
    number: Any = 7
    assert appended(attrs.evolve(entry, user=number)) == [
        "journal entry 1: its content was changed"
    ]


def test_a_discrepancy_is_plain_data() -> None:
    crm = make_desk()
    segment_of(crm, "ANNA").log()
    (one,) = crm.store.records.all(Interaction)
    crm.store.records.remove([one])
    found = audit(crm.store)
    assert to_plain(found[0]) == {
        "item": "interaction_log_entry 2",
        "kind": "record_missing",
        "state": "is missing",
        "fields": [],
        "recorded": to_plain(one),
        "kept": None,
    }
    restore_records(crm.context)
