"""A person is erased everywhere; the chain holds, and what went is listed."""

from typing import Any

import attrs
import pytest

import segmentation as seg
from segmentation.contacts import AlternativeAddress, Contact, ContactMailingGroup
from segmentation.criteria import Compare, Operand, Operator
from segmentation.documents import Attachment
from segmentation.errors import InvalidValue, NotFound
from segmentation.interactions import DeliveryStatus
from segmentation.journal import DeliveryRecorded, numbers_in
from segmentation.operations.journal import record
from segmentation.operations.segments import go_forward
from segmentation.segments import SavedCriteria, actions_from_json, actions_to_json, to_lines
from support.checker import check
from support.desk import segment_of
from support.fair import STAMP, person

NAME = "Lotte Quist"


@pytest.fixture
def lotte(crm: seg.Workspace) -> str:
    """A person with traces everywhere."""
    crm.store.records.put(
        [
            person("LQ", "SHOP", salesperson_code="JO", name=NAME, phone_no="+45 70 10 20 30"),
            ContactMailingGroup(contact_no="LQ", mailing_group_code="NEWS"),
            AlternativeAddress(contact_no="LQ", code="HOME", address="Quistvej 7"),
        ]
    )
    crm.interactions.create(
        "LQ",
        interaction_template_code="TALK",
        description=f"Lunch with {NAME}",
        attachment=Attachment("lq.txt", b"Dear Lotte Quist"),
    )
    return "LQ"


def everything(crm: seg.Workspace) -> str:
    """All that is kept, as one text."""
    store = crm.store
    kinds = list(store.records._tables)  # type: ignore[attr-defined]  # noqa: SLF001
    kept = [item for kind in kinds for item in store.records.all(kind)]
    worksheets = [store.segments.get(header.no) for header in store.segments.headers()]
    contents = list(store.attachments._contents.values())  # type: ignore[attr-defined]  # noqa: SLF001
    for each in worksheets:
        kept += [each.header, *each.languages, *each.lines]
    actions = [actions_to_json(each.actions, each.undone) for each in worksheets]
    values = [attrs.asdict(item) for item in kept]  # a record shows only its essence
    return "\n".join([*crm.journal.export(), *actions, repr(values), repr(contents)])


def test_nothing_personal_is_left_anywhere(crm: seg.Workspace, lotte: str) -> None:
    first = crm.interactions.of(lotte)[0]
    crm.interactions.comment(first.entry_no, f"{NAME} was kind")
    put_off = crm.interactions.postpone(
        lotte, interaction_template_code="TALK", description="Lotte Quist again"
    )
    crm.interactions.finish(put_off.entry_no, description="Lotte Quist at last")
    failed = DeliveryRecorded(
        interaction_no=first.entry_no, status=DeliveryStatus.ERROR, reason="Lotte Quist refused"
    )
    record(crm.store, [failed], STAMP)
    crm.contacts.comment(lotte, f"{NAME} likes trains")
    segment_of(crm, lotte, "ANNA").log()
    assert "Quist" in everything(crm)
    crm.contacts.erase(lotte)
    assert "Quist" not in everything(crm)
    assert check(crm.journal.export()) == attrs.astuple(crm.journal.head)
    assert crm.interactions[first.entry_no].cost == first.cost
    assert crm.interactions.comments(first.entry_no) == []


def test_what_was_erased_is_listed_and_proved(crm: seg.Workspace, lotte: str) -> None:
    first = crm.interactions.of(lotte)[0]
    done = crm.contacts.erase(lotte)
    assert done.proof.rows == (
        ("contact", 1),
        ("contact_alt_address", 1),
        ("contact_mailing_group", 1),
    )
    assert list(numbers_in(done.proof.emptied)) == [first.entry_no]
    assert done.proof.attachments == (first.attachment,)
    with pytest.raises(NotFound):
        crm.store.attachments.get(first.attachment)
    entries = list(crm.journal)
    assert entries[first.entry_no - 1].erased
    assert entries[done.entry_no - 1].kind == "person_erased"
    assert not entries[done.entry_no - 1].erased


def test_worksheets_and_saved_criteria_lose_the_persons_lines(
    crm: seg.Workspace, lotte: str
) -> None:
    segment = segment_of(crm, lotte, "ANNA", "BO")
    segment.remove_line(10000)
    segment.go_back()
    segment.remove_line(10000)
    segment.remove_line(20000)
    segment.save_criteria("KEPT")
    saved = next(iter(crm.saved_criteria))
    actions = segment.actions
    done = crm.contacts.erase(lotte)
    assert dict(done.proof.rows)["segment_line"] > 0
    assert lotte not in segment.contact_nos
    assert [line.contact_no for action in segment.actions for line in action.removed] == ["ANNA"]
    assert len(segment.actions) == len(actions)
    assert crm.store.records.find(SavedCriteria, "KEPT") is not None
    assert NAME not in saved.actions
    segment.go_back()
    segment.go_back()
    assert segment.contact_nos == ("ANNA", "BO")


def test_lines_that_could_be_done_again_go_too(crm: seg.Workspace, lotte: str) -> None:
    segment = segment_of(crm, "ANNA", lotte)
    other = segment_of(crm, "BO")
    segment.go_back()
    crm.contacts.erase(lotte)
    assert crm.store.segments.get(other.no).version == 2  # nothing of it was touched
    go_forward(crm.context, segment.no)
    assert segment.contact_nos == ("ANNA",)


def test_saved_removals_go_too(crm: seg.Workspace, lotte: str) -> None:
    segment = segment_of(crm, lotte, "ANNA")
    line = segment.lines[0]
    action = attrs.evolve(segment.actions[0], inserted=(), removed=to_lines([line]))
    crm.store.records.put(
        [
            SavedCriteria(code="OLD", actions=actions_to_json([action])),
            SavedCriteria(code="SAFE", actions=actions_to_json([])),
        ]
    )
    done = crm.contacts.erase(lotte)
    assert dict(done.proof.rows)["segment_line"] == 2
    saved = crm.store.records.find(SavedCriteria, "OLD")
    assert saved is not None
    assert not actions_from_json(saved.actions)[0].removed


def test_others_who_name_the_person_are_told_and_emptied_when_asked(
    crm: seg.Workspace, lotte: str
) -> None:
    other = crm.interactions.create(
        "BO", interaction_template_code="TALK", description="Spoke of lotte quist"
    )
    spared = crm.interactions.create(
        "BO", interaction_template_code="TALK", description="Spoke of the weather"
    )
    segment = segment_of(crm, "BO", description=f"For {NAME}").log()
    found = crm.contacts.erase(lotte)
    mentions = [each.entry_no for each in found.mentions]
    assert other.entry_no in mentions
    assert segment.segment.entry_no in mentions
    assert spared.entry_no not in mentions
    assert crm.interactions[other.entry_no].description == "Spoke of lotte quist"
    crm.contacts.erase(lotte, also=mentions)
    assert crm.interactions[other.entry_no].description == ""
    assert next(iter(crm.logged_segments)).description == ""
    assert "quist" not in everything(crm).lower()


def test_a_campaign_entry_that_names_the_person_is_emptied_when_asked(
    crm: seg.Workspace, lotte: str
) -> None:
    segment_of(crm, "BO", description=f"For {NAME}", campaign="SALE").log()
    found = crm.contacts.erase(lotte)
    crm.contacts.erase(lotte, also=found.mentions)
    assert "Quist" not in everything(crm)


@pytest.mark.parametrize("name", ['Lotte "Lo" Quist', "Lotte\\Quist", "O'Quist & Lo"])
def test_a_name_is_found_however_it_is_written_down(crm: seg.Workspace, name: str) -> None:
    crm.store.records.put([person("LQ", "SHOP", salesperson_code="JO", name=name)])
    spoken_of = crm.interactions.create(
        "BO", interaction_template_code="TALK", description=f"Spoke of {name}"
    )
    segment = segment_of(crm, "BO")
    segment.add_contacts(contact={"name": Compare(Operator.EQUAL, Operand(name))})
    logged = segment.log().segment
    found = crm.contacts.erase("LQ")
    mentions = [each.entry_no for each in found.mentions]
    assert {spoken_of.entry_no, logged.entry_no} <= set(mentions)


@pytest.mark.parametrize("number", [0, -1, 99, "1", None])
def test_what_is_no_entry_cannot_be_emptied(
    crm: seg.Workspace,
    lotte: str,
    number: Any,  # noqa: ANN401
) -> None:
    with pytest.raises(InvalidValue, match="no number of an entry"):
        crm.contacts.erase(lotte, also=[number])
    assert crm.contacts[lotte].name == NAME


def test_erasing_again_finds_nothing_new(crm: seg.Workspace, lotte: str) -> None:
    crm.contacts.erase(lotte)
    again = crm.contacts.erase(lotte)
    assert (again.proof.rows, again.proof.attachments, again.mentions) == ((), (), ())
    assert crm.store.records.find(Contact, lotte) is None


def test_a_contact_without_interactions_is_erased_as_well(crm: seg.Workspace) -> None:
    done = crm.contacts.erase("mill")
    assert (done.proof.contact_no, done.proof.emptied) == ("MILL", ())
    with pytest.raises(NotFound):
        crm.contacts["MILL"]


def test_nobody_cannot_be_erased(crm: seg.Workspace) -> None:
    with pytest.raises(NotFound, match="NOBODY"):
        crm.contacts.erase("NOBODY")


def test_an_erased_word_cannot_be_guessed_from_its_hash(crm: seg.Workspace) -> None:
    one, two = (
        crm.interactions.create("ANNA", interaction_template_code="TALK", description="Yes")
        for _ in range(2)
    )
    entries = list(crm.journal)
    first, second = entries[one.entry_no - 1], entries[two.entry_no - 1]
    assert first.personal_sha256 != second.personal_sha256
    assert "salt" in (first.personal or "")
