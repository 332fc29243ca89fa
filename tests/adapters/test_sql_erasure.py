"""What is erased is in none of the bytes of a store, also while it stays open."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import segmentation as seg
from segmentation.documents import Attachment
from segmentation.workspace import open_store
from support.desk import check_journal, make_desk, segment_of
from support.fair import person

WORDS = ("Berg", "Holm", "anna@berg.example", "Bjørgsen")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "crm.db"


def spellings(word: str) -> Iterator[bytes]:
    for each in (word, json.dumps(word)[1:-1]):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            yield each.encode(encoding)


def found_in(path: Path) -> set[tuple[str, str]]:
    """The words in the bytes of the file, and of those beside it."""
    return {
        (file.name, word)
        for file in path.parent.glob(f"{path.name}*")
        for word in WORDS
        if any(each in file.read_bytes() for each in spellings(word))
    }


def fill(path: Path, others: int) -> seg.Workspace:
    """A store with CT1, who is named in many places, among many others."""
    anna = person(
        "CT1", "SHOP", name="Anna Holm", first_name="Anna", surname="Holm", salesperson_code="JO"
    )
    crm = make_desk(anna, store=open_store(path))
    crm.contacts.change("CT1", surname="Berg", e_mail="anna@berg.example", address="Bjørgsen 7")
    crm.contacts.change("SHOP", name="Berg & Co")
    for number in range(others):
        crm.add(person(f"N{number:04}", name=f"Berger {number}"[:1] * 3 + str(number) * 9))
        crm.interactions.create(
            "CT1",
            interaction_template_code="TALK",
            description=f"Anna Berg {number}",
            attachment=Attachment("a.txt", f"Dear Mrs. Holm {number} ".encode() * 300),
        )
    crm.interactions.create(
        "BO", interaction_template_code="TALK", description="Mrs. Berg, Bjørgsen 7"
    )
    segment = segment_of(crm, "CT1", "BO", description="Anna Berg and friends")
    segment.add_contacts(contact={"name": "@*holm*"})
    segment.save_criteria("B", "anna@berg.example")
    segment_of(crm, "CT1", "BO").log()
    return crm


@pytest.mark.parametrize("others", [0, 60])
def test_nothing_is_left_in_the_bytes_of_an_open_store(path: Path, others: int) -> None:
    """TRU-25."""
    with fill(path, others) as crm:
        assert {word for _, word in found_in(path)} == set(WORDS)
        head = crm.journal.head
        plan = crm.contacts.plan_erasing("CT1")
        crm.contacts.erase("CT1", also=plan.mentions)
        assert found_in(path) == set()
        assert crm.journal.verify(kept=head) == crm.journal.head
        check_journal(crm)
    assert found_in(path) == set()
