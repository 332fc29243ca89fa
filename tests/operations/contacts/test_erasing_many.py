"""Many contacts are erased as one after another would be, without reading the journal for each."""

import random  # noqa: TID251 - of worlds for tests
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest

import segmentation as seg
from segmentation.campaigns import CampaignTarget
from segmentation.contacts import (
    AlternativeAddress,
    Contact,
    ContactMailingGroup,
    ErasureListed,
)
from segmentation.documents import Attachment
from segmentation.errors import NotFound
from segmentation.fields import Field
from segmentation.interactions import Interaction
from segmentation.journal import EntryKind
from segmentation.kinds import record_kinds
from segmentation.memory import MemoryStore
from segmentation.operations.contacts import Erasure, erase_contact, erase_contacts
from segmentation.operations.contacts import _privacy as privacy
from segmentation.operations.contacts._evidence import EvidenceOfMany
from segmentation.operations.contacts._words import WordIndex, Words
from segmentation.operations.journal import record
from segmentation.operations.schema import own_kinds
from segmentation.protocols import Store
from segmentation.segments import SegmentPlan
from segmentation.serialization import to_json
from segmentation.workspace import open_store
from support.databases import Database
from support.desk import check_journal, make_desk, segment_of
from support.fair import STAMP, TODAY, company, person

SURNAMES = ("Berg", "Holm", "Øst", "Dahl-Ravn", "Straße", "İnan")
SEEN: dict[str, Any] = {"interaction_template_code": "TALK"}
NOS = tuple(f"P{number:02}" for number in range(14))


def fill(store: Store, seed: int) -> seg.Workspace:
    """Persons with names, addresses and letters in common, who name each other everywhere."""
    chance = random.Random(seed)  # noqa: S311 - of a world for tests
    crm = make_desk(company("FIRM", name="Berg & Co"), store=store)
    for no in NOS:
        name = f"{no.title()} {chance.choice(SURNAMES)}"
        mail = f"{chance.choice(NOS[:8])}@x.example".lower()
        made = person(no, "FIRM", name=name, e_mail=mail, salesperson_code="JO")
        crm.store.records.put([attrs.evolve(made, surname=name.split(maxsplit=1)[1])])
    names = [crm.contacts[no].name for no in NOS]
    _put_rows(crm, chance)
    _log(crm, chance, names)
    crm.contacts.renumber(old_no=NOS[12], new_no="N12")
    crm.contacts.merge(kept_no=NOS[10], gone_no=NOS[11])
    crm.interactions.create("N12", description=f"With {names[0]}", **SEEN)
    _name_elsewhere(crm, chance, names)
    return crm


def _put_rows(crm: seg.Workspace, chance: random.Random) -> None:
    crm.tables.define(
        "visits",
        Field("visit_no", "code"),
        Field("contact_no", "code", length=20),
        Field("note", "text"),
        key="visit_no",
        link="contact_no",
    )
    for number, no in enumerate(chance.sample(NOS, 6)):
        said = chance.choice(SURNAMES)
        crm.tables["visits"].new(f"V{number}", contact_no=no, note=f"with {said}")
    one, two, three = chance.sample(NOS, 3)
    crm.contacts.not_duplicates(no=one, other_no=two)
    crm.contacts.change(three, name="Formerly Vik", surname="Vik")
    crm.store.records.put(
        [
            *(ContactMailingGroup(contact_no=no, mailing_group_code="NEWS") for no in NOS[::3]),
            AlternativeAddress(contact_no=one, code="HOME", e_mail="home@x.example"),
            CampaignTarget(campaign_no="FAIR", type="contact", no="FIRM", contact_no=two),
            CampaignTarget(campaign_no="FAIR", type="contact", no=three, contact_no=three),
        ]
    )
    for address in ("home@x.example", "p01@x.example", "p02@x.example"):
        crm.addresses.mark(address, "bounced")
    crm.contacts.exclude(two, "asked")


def _log(crm: seg.Workspace, chance: random.Random, names: Sequence[str]) -> None:
    for no in NOS:
        letter = Attachment("letter.txt", f"Dear {chance.choice(names[:5])}".encode())
        talk = crm.interactions.create(
            no, attachment=letter, description=f"About {chance.choice(SURNAMES)}", **SEEN
        )
        if chance.random() < 0.5:
            crm.interactions.comment(talk, f"{chance.choice(names)} was there")
    put_off = crm.interactions.postpone(chance.choice(NOS), **SEEN)
    crm.interactions.finish(put_off, description=f"With {chance.choice(names)}")
    crm.interactions.comment(crm.interactions.create("BO", **SEEN), f"call {names[3]}")
    _share_a_letter(crm, names)


def _share_a_letter(crm: seg.Workspace, names: Sequence[str]) -> None:
    """Two interactions with one letter, as a household has it."""
    first = crm.journal.head.number + 1
    made = Interaction(
        contact_no=NOS[0],
        contact_company_no="FIRM",
        date=TODAY,
        interaction_template_code="TALK",
        household_entry_no=first,
        merge_data=f'{{"names":"{names[0]} and {names[1]}"}}',
    )
    both = [attrs.evolve(made, contact_no=no) for no in (NOS[0], NOS[1], "BO")]
    record(crm.store, both, STAMP)


THERE = ("N12", *NOS[:11], NOS[13])
"""Who is there in the end."""


def _name_elsewhere(crm: seg.Workspace, chance: random.Random, names: Sequence[str]) -> None:
    sheet = segment_of(crm, *chance.sample(THERE, 5), description=f"Friends of {names[2]}")
    sheet.reduce_contacts(contact={"no": "|".join(chance.sample(THERE, 7))})
    sheet.add_contacts(contact={"name": f"@*{chance.choice(SURNAMES)}"})
    sheet.save_criteria("SAVED", description=f"as {names[4]} wished")
    sheet.go_back()
    crm.campaigns.new(f"With {names[5]}")
    segment_of(crm, NOS[1], template="LETTER").put_text("ENU", subject=f"Dear {names[7]}")
    crm.store.records.put(
        [
            SegmentPlan(
                segment_no="SM9",
                plan_hash="00",
                content=to_json({"recipients": [{"contact_no": NOS[8]}, {"contact_no": "BO"}]}),
            )
        ]
    )
    crm.contacts.comment("BO", f"knows {names[6]}")


def kept_in(crm: seg.Workspace) -> list[object]:
    """All that a store has, but for the list of erasures."""
    store = crm.store
    kinds = {**record_kinds(), **own_kinds(store)}
    return [
        *(
            (name, list(store.records.all(kind)))
            for name, kind in kinds.items()
            if kind is not ErasureListed and name not in {"segment_header", "segment_line"}
        ),
        [store.segments.get(header.no) for header in store.segments.headers()],
        list(crm.journal.export()),
    ]


def one_by_one(crm: seg.Workspace, nos: Sequence[str]) -> list[Erasure]:
    return [erase_contact(crm.context, no) for no in nos]


@pytest.mark.parametrize("seed", range(6))
def test_many_are_erased_as_one_after_another_would_be(seed: int) -> None:
    going = random.Random(seed).sample([*THERE, "FIRM"], 9)  # noqa: S311
    slow, quick = (fill(MemoryStore(), seed) for _ in range(2))
    told = one_by_one(slow, going)
    assert list(erase_contacts(quick.context, going)) == told
    assert kept_in(quick) == kept_in(slow)
    check_journal(quick)
    assert sum(len(each.mentions) for each in told) > 9


def test_stores_erase_many_alike(database: Database) -> None:
    going = [*NOS[2:9], "FIRM"]
    slow, quick = fill(MemoryStore(), 7), fill(database.open(), 7)
    assert list(erase_contacts(quick.context, going)) == one_by_one(slow, going)
    assert kept_in(quick) == kept_in(slow)
    check_journal(quick)


class CountingLog:
    """A journal that counts how often it is read from the start."""

    def __init__(self, log: Any) -> None:  # noqa: ANN401
        self.log, self.times_read = log, 0

    def read(self, start: int = 1) -> Iterator[Any]:
        self.times_read += start == 1  # what was recorded meanwhile is read besides
        return iter(self.log.read(start))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self.log, name)


def test_the_journal_is_read_twice_for_all_of_them() -> None:
    store = MemoryStore()
    crm = fill(store, 3)
    counting: Any = CountingLog(store.log)
    store.log = counting
    erase_contacts(crm.context, THERE)
    assert counting.times_read == 2  # once for the numbers that contacts had
    assert not set(THERE) & {contact.no for contact in crm.contacts}


def test_so_many_together_are_one_erasure_of_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(privacy, "_TOGETHER", 5)
    path, key = tmp_path / "crm.db", bytes(32)
    fill(open_store(path), 3).close()
    backup = tmp_path / "backup.db"
    backup.write_bytes(path.read_bytes())
    with seg.Workspace.open(backup) as crm:
        crm.contacts.erase(NOS[1])  # nothing is left to do there
    with seg.Workspace.open(path, erasures=key) as crm:
        done = erase_contacts(crm.context, [*NOS[:8], NOS[0]])
        assert [each.proof.contact_no for each in done] == list(NOS[:8])
        assert [each.number for each in crm.store.records.all(ErasureListed)] == [1, 2]
    listed = tmp_path / "crm.db.erasures"
    assert len(listed.read_text().splitlines()) == 3
    (tmp_path / "backup.db.erasures").write_bytes(listed.read_bytes())
    with seg.Workspace.open(backup, erasures=key) as crm:
        assert {contact.no for contact in crm.contacts} & set(NOS) == set(NOS[8:11]) | {NOS[13]}
        assert len(crm.journal.where(kind=EntryKind.PERSON_ERASED)) == 8
        check_journal(crm)


def test_nobody_is_erased_if_one_is_unknown(tmp_path: Path) -> None:
    fill(open_store(tmp_path / "crm.db"), 3).close()
    with seg.Workspace.open(tmp_path / "crm.db", erasures=bytes(32)) as crm:
        before = kept_in(crm)
        with pytest.raises(NotFound, match="contact 'X9'"):
            erase_contacts(crm.context, [NOS[0], "X9"])
        assert kept_in(crm) == before
        assert list(crm.store.records.all(ErasureListed)) == []
    assert len((tmp_path / "crm.db.erasures").read_text().splitlines()) == 1


def test_who_has_no_card_any_more_is_erased_with_the_others() -> None:
    crm = fill(MemoryStore(), 3)
    crm.store.records.remove([Contact(no=NOS[0])])
    evidence = EvidenceOfMany(crm.store, NOS[:2])
    assert list(evidence.entries("P02")) == []
    done = erase_contacts(crm.context, NOS[:2])
    assert [each.entries > 0 for each in done] == [True, True]


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("Straße", "in der STRAẞE"),
        ("İnan", "inan kam"),
        ("Kelvin", "\N{KELVIN SIGN}elvin"),
        ("O'Neil", "[\"@o''neil\"]"),
        ("Dahl Ravn", "dahl\n ravn"),
        ("+41 31 555 55 55", "ring +41 31 555 55 55"),
        ("a.b@x.example", "A.B@X.EXAMPLE"),
    ],
)
def test_a_quick_look_finds_whatever_the_words_find(word: str, text: str) -> None:
    assert Words([word]).found_in(text)
    assert WordIndex({"P1": [word], "P2": ["nobody"]}).named_in(text) == {"P1"}
