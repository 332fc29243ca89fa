"""Access and erasure go by one list; who else names a person is told before anything is done."""

import datetime as dt
import json
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import attrs
import pytest

import segmentation as seg
from segmentation.campaigns import CampaignTarget
from segmentation.code_tables import Purpose
from segmentation.contacts import (
    AlternativeAddress,
    Contact,
    ContactJobResponsibility,
    ContactMailingGroup,
    ContactProfileAnswer,
    ContactType,
    FormerName,
)
from segmentation.documents import Attachment
from segmentation.errors import InvalidValue, NotFound
from segmentation.fields import Field, fields_of
from segmentation.interactions import DeliveryClaim, Interaction, InteractionComment
from segmentation.journal import numbers_in
from segmentation.kinds import record_kinds
from segmentation.operations.contacts import Mention
from segmentation.operations.contacts._access import linked_kinds
from segmentation.operations.contacts._texts import NOT_LOOKED_THROUGH
from segmentation.operations.contacts._words import Words, words_of
from segmentation.operations.journal import KINDS
from segmentation.segments import SavedCriteria, actions_to_json
from support.desk import check_journal, make_desk, segment_of
from support.fair import company, person
from support.stores import STORES, workspaces

SEEN: dict[str, Any] = {"interaction_template_code": "TALK"}


@pytest.fixture
def crm() -> Iterator[seg.Workspace]:
    """Anna Berg, CT1, works for Berg & Co; CT2 and CT3 are others."""
    crm = make_desk(
        company("CO", name="Berg & Co"),
        person(
            "CT1",
            "CO",
            name="Anna Berg",
            first_name="Anna",
            surname="Berg",
            e_mail="anna@berg.example",
        ),
        person("CT2", name="Carl Lund"),
        person("CT3", name="Dora Vik"),
        *(attrs.evolve(person(no), salesperson_code="JO") for no in ("CT5", "CT6", "CT7", "CT9")),
    )
    crm.store.records.put(attrs.evolve(each, salesperson_code="JO") for each in list(crm.contacts))
    yield crm
    check_journal(crm)


def comment(crm: seg.Workspace, no: str, text: str) -> int:
    """The number of an entry that comments on an interaction of somebody."""
    talk = crm.interactions.create(no, **SEEN)
    crm.interactions.comment(talk.entry_no, text)
    return crm.journal.head.number


def fill(crm: seg.Workspace) -> int:
    """What TRU-18 says of CT1; gives the number of the comment that names her."""
    crm.contacts.change("CO", name="Nordan")
    orders = crm.tables.define(
        "orders",
        Field("order_no", "code"),
        Field("customer_no", "code"),
        Field("article", "text"),
        key="order_no",
        link="customer_no",
    )
    assert orders is not None
    crm.tables["orders"].new("O1", customer_no="CT1", article="Trains")
    crm.tables["orders"].new("O2", customer_no="CT2", article="Ships")
    crm.store.records.put(
        [
            ContactMailingGroup(contact_no="CT1", mailing_group_code="NEWS"),
            ContactMailingGroup(contact_no="CT1", mailing_group_code="FAIRS"),
            ContactJobResponsibility(contact_no="CT1", job_responsibility_code="BUYER"),
            AlternativeAddress(contact_no="CT1", code="HOME", address="Bergvej 7"),
            ContactProfileAnswer(contact_no="CT1", profile_questionnaire_code="Q", line_no=1),
            CampaignTarget(
                campaign_no="CP1", type="contact", no="CT1", contact_no="CT1", no_of_targets=1
            ),
        ]
    )
    for number in (1, 2):
        letter = Attachment(f"letter{number}.txt", f"Dear Anna {number}".encode())
        crm.interactions.create("CT1", attachment=letter, **SEEN)
    segment_of(crm, "CT1")
    crm.store.records.put([Purpose(code="NEWS", needs_consent=True)])
    crm.consents.give("CT1", purpose_code="NEWS", channel="email", text="I am Anna Berg")
    crm.consents.withdraw("CT1", purpose_code="NEWS", channel="email")
    return comment(crm, "CT2", "call Anna Berg")


COUNTS = {
    "contact": 1,
    "contact_mailing_group": 2,
    "contact_job_responsibility": 1,
    "contact_alt_address": 1,
    "contact_profile_answer": 1,
    "orders": 1,
    "segment_line": 1,
    "interaction_log_entry": 2,
    "letter": 2,
    "consent": 2,
    "campaign_target_group": 1,
    "mention": 1,
}


def test_access_shows_all_that_is_kept(crm: seg.Workspace) -> None:
    """TRU-18."""
    crm.contacts.change("CT1", job_title="<b>Buyer")
    named = fill(crm)
    kept = crm.contacts.access("CT1")
    assert kept.counts == COUNTS
    assert [letter.content for _, letter in kept.letters] == [b"Dear Anna 1", b"Dear Anna 2"]
    (mention,) = [each for each in kept.mentions if each.entry_no]
    assert (mention.entry_no, mention.table, mention.field) == (
        named,
        "interaction_comment",
        "text",
    )
    assert mention.words == ("Anna Berg",)
    text = json.dumps(kept.to_data())
    assert json.loads(text)["letters"][0]["content"] == "RGVhciBBbm5hIDE="
    page = kept.to_page()
    for word in (
        *COUNTS,
        "letter1.txt",
        "Bergvej 7",
        "NEWS",
        "BUYER",
        "Trains",
        "anna@berg.example",
    ):
        assert word in page
    assert "<b>" not in page
    assert "&lt;b&gt;Buyer" in page
    for other in ("Carl Lund", "Ships", "O2", "CT2"):
        assert other not in page
        assert other not in text


def everything(crm: seg.Workspace) -> list[object]:
    tables = [list(crm.store.records.all(kind)) for kind in record_kinds().values()]
    segments = [crm.store.segments.get(header.no) for header in crm.segments]
    return [crm.journal.head, *crm.journal, tables, segments]


def test_erasing_works_through_the_list_of_access(crm: seg.Workspace) -> None:
    """TRU-19."""
    fill(crm)
    kept, before = crm.contacts.access("CT1"), everything(crm)
    plan = crm.contacts.plan_erasing("CT1")
    assert plan.items == kept.items
    assert everything(crm) == before
    digests = [each.attachment for each in kept.interactions]
    assert [crm.store.attachments.get(each) for each in digests] == [b"Dear Anna 1", b"Dear Anna 2"]
    done = crm.contacts.erase("CT1")
    assert (done.items, done.proof, done.mentions) == (plan.items, plan.proof, plan.mentions)
    after = crm.contacts.access("CT1")
    assert after.items == ()
    assert set(numbers_in(kept.entries)) < set(numbers_in(after.entries))
    assert done.entry_no in numbers_in(after.entries)
    for digest in digests:
        with pytest.raises(NotFound):
            crm.store.attachments.get(digest)
    with pytest.raises(NotFound, match="X77"):
        crm.contacts.access("X77")
    crm.contacts.erase("CT1")
    assert crm.contacts.access("CT1").items == ()


def test_each_kind_of_record_is_in_the_list_or_known_to_be_of_nobody() -> None:
    """TRU-19: a new kind joins by its fields, or has to be named here."""
    linked = {*linked_kinds(), Contact, Interaction, *KINDS, DeliveryClaim}
    linked |= {kind for kind in record_kinds().values() if kind.__table__ == "segment_line"}
    for kind in set(record_kinds().values()) - linked:
        referring = [field.name for field in fields_of(kind) if "contact_no" in field.name]
        assert referring in ([], ["contact_nos"]), f"{kind.__table__} names contacts"
    assert {*record_kinds().values()} > NOT_LOOKED_THROUGH


def test_a_company_stays_a_target_when_who_it_was_found_through_goes(crm: seg.Workspace) -> None:
    target = CampaignTarget(
        campaign_no="CP1", type="contact", no="CO", contact_no="CT1", no_of_targets=2
    )
    claim = DeliveryClaim(entry_no=1, until=dt.datetime(2026, 12, 1, tzinfo=dt.UTC))
    talk = crm.interactions.create("CT1", **SEEN)
    crm.store.records.put([target, attrs.evolve(claim, entry_no=talk.entry_no)])
    assert crm.contacts.access("CT1").counts["delivery_claim"] == 1
    crm.contacts.erase("CT1")
    (left,) = crm.store.records.all(CampaignTarget)
    assert (left.no, left.contact_no, left.no_of_targets) == ("CO", "", 2)
    assert list(crm.store.records.all(DeliveryClaim)) == []


# -- mentions ---------------------------------------------------------------------------------


def test_former_names_and_addresses_are_looked_for(crm: seg.Workspace) -> None:
    """TRU-20, with a letter as text, and one as a document of Word."""
    crm.contacts.change("CT1", name="Anna Holm", surname="Holm", e_mail="anna.holm@x.example")
    crm.contacts.change("CT1", name="Anna Berg", surname="Berg", e_mail="anna@berg.example")
    said = comment(crm, "CT2", "Mrs. HOLM paid")
    word = BytesIO()
    with zipfile.ZipFile(word, "w") as archive:
        archive.writestr("word/document.xml", "<w:p><w:t>Miss Ho</w:t><w:t>lm</w:t></w:p>")
    letters = [
        crm.interactions.create("CT3", attachment=Attachment(name, content), **SEEN).entry_no
        for name, content in (
            ("letter.txt", b"Write to anna.holm@x.example"),
            ("letter.docx", word.getvalue()),
            ("broken.docx", b"PK Holm"),
        )
    ]
    plan = crm.contacts.plan_erasing("CT1")
    found = [(each.entry_no, each.field, each.words) for each in plan.mentions if each.entry_no]
    assert found == [
        (said, "text", ("HOLM",)),
        (letters[0], "attachment", ("anna.holm@x.example",)),
        (letters[1], "attachment", ("Holm",)),
    ]


def test_names_of_who_was_merged_in_are_looked_for(crm: seg.Workspace) -> None:
    """TRU-21."""
    crm.contacts.change("CT9", name="Aud Krog", first_name="Aud", surname="Krog")
    crm.contacts.merge(kept_no="CT1", gone_no="CT9")
    said = comment(crm, "CT3", "also known as Aud Krog")
    (mention,) = [e for e in crm.contacts.plan_erasing("CT1").mentions if e.entry_no]
    assert (mention.entry_no, mention.words) == (said, ("Aud Krog",))
    crm.contacts.erase("CT1", also=[said])
    text = "".join(map(repr, everything(crm))) + "".join(crm.journal.export())
    for word in ("Krog", "Anna Berg"):
        assert word not in text
    assert list(crm.store.records.all(FormerName)) == []


def test_former_names_follow_a_new_number_and_come_with_imports(crm: seg.Workspace) -> None:
    crm.add(attrs.evolve(crm.contacts["CT1"], name="Anna Vang", surname="Vang"))
    crm.contacts.renumber(old_no="CT1", new_no="CT11")
    values = {each.value for each in crm.store.records.all(FormerName, contact_no="CT11")}
    assert values == {"Anna Berg", "Berg"}
    crm.contacts.delete("CT11")
    assert list(crm.store.records.all(FormerName)) == []


def worded(crm: seg.Workspace) -> None:
    """What TRU-22 says."""
    first = segment_of(crm, "CT2", description="All about Anna Berg")
    first.add_contacts(contact={"name": "@anna berg*"})
    first.save_criteria("BIRTHDAY")
    first.go_back()
    second = segment_of(crm, "CT3")
    second.save_criteria("S2", "Not anna@berg.example")
    campaign = crm.campaigns.new("Lunch with Anna Berg")
    assert campaign.no


def test_words_in_criteria_worksheets_and_campaigns_are_told(crm: seg.Workspace) -> None:
    """TRU-22: six mentions; nothing is changed unless it is named."""
    worded(crm)
    (header,) = [each for each in crm.segments if "Berg" in each.description]
    campaign = crm.campaigns.where(description="Lunch with Anna Berg")[0]
    plan = crm.contacts.plan_erasing("CT1")
    places = {(each.table, each.key, each.field) for each in plan.mentions}
    assert places == {
        ("saved_segment_criteria", ("BIRTHDAY",), "actions"),
        ("saved_segment_criteria", ("S2",), "description"),
        ("segment_header", (header.no,), "description"),
        ("segment_header", (header.no,), "actions"),
        ("campaign", (campaign.no,), "description"),
        ("contact", ("CO",), "name"),
    }
    assert len(plan.mentions) == 6
    before = everything(crm)
    crm.contacts.erase("CT1")
    after = [table for table in everything(crm)[-2] if table]  # type: ignore[attr-defined]
    kept = [each for table in before[-2] for each in table]  # type: ignore[attr-defined]
    for record in [each for table in after for each in table]:
        assert record in kept or record.__table__ in {"interaction_total", "campaign_tally"}


def test_mentions_that_are_given_lose_the_words(crm: seg.Workspace) -> None:
    """TRU-22, with `also=`: an ellipsis stands in the place of the words."""
    worded(crm)
    mentions = crm.contacts.plan_erasing("CT1").mentions
    crm.contacts.erase("CT1", also=mentions)
    text = "".join(map(repr, map(attrs.asdict, crm.store.records.all(SavedCriteria))))
    headers = [crm.store.segments.get(header.no) for header in crm.segments]
    text += "".join(actions_to_json(each.actions, each.undone) for each in headers)
    assert "erg" not in text.lower().replace("target", "")
    assert [each.description for each in crm.segments] == ["All about …", "Round of talks"]
    assert crm.contacts["CO"].name == "… & Co"
    assert crm.saved_criteria["S2"].description == "Not …"
    assert "@…*" in crm.saved_criteria["BIRTHDAY"].actions


def test_lines_and_texts_of_worksheets_are_looked_through(crm: seg.Workspace) -> None:
    segment = segment_of(crm, "CT2", template="LETTER")
    segment.change_line(10000, description="As Anna Berg has it")
    segment.put_text("ENU", description="Of Berg")
    mentions = crm.contacts.plan_erasing("CT1").mentions
    places = [(each.table, each.key, each.field) for each in mentions if each.segment_no]
    assert places == [
        ("segment_text", (segment.no, "ENU"), "description"),
        ("segment_line", (segment.no, 10000), "description"),
    ]
    crm.contacts.erase("CT1", also=mentions)
    assert segment.lines[0].description == "As … has it"
    (text,) = crm.store.segments.get(segment.no).languages
    assert text.description == "Of …"


FALSE_PLACES = [
    Mention(table="nothing", key=("X",), field="name", words=("Berg",)),
    Mention(table="contact", key=("X",), field="name", words=("Berg",)),
    Mention(table="contact", key=("CT2",), field="name", words=("Berg",)),
    Mention(table="contact", key=("CO",), field="nothing", words=("Berg",)),
    Mention(table="segment_header", key=("X",), field="description", words=("Berg",)),
    Mention(table="segment_header", key=("SM0001",), field="description", words=("Berg",)),
    Mention(table="segment_header", key=("SM0001",), field="actions", words=("Berg",)),
    Mention(table="segment_line", key=("SM0001", 7), field="description", words=("Berg",)),
    Mention(table="segment_text", key=("SM0001", "X"), field="description", words=("Berg",)),
]


@pytest.mark.parametrize("mention", FALSE_PLACES)
def test_a_mention_that_is_none_is_a_fault(crm: seg.Workspace, mention: Mention) -> None:
    assert segment_of(crm, "CT2").no == "SM0001"
    before = everything(crm)
    with pytest.raises(InvalidValue, match="is no mention; take one of those of the plan"):
        crm.contacts.erase("CT1", also=[mention])
    assert everything(crm) == before


def test_criteria_that_need_the_words_are_refused(crm: seg.Workspace) -> None:
    segment_of(crm, "CT2").save_criteria("C1")
    actions = json.loads(crm.saved_criteria["C1"].actions)["actions"]
    kind = actions[0]["kind"]
    crm.contacts.change("CT1", name=f"Anna {kind}", surname=kind)
    (mention,) = [e for e in crm.contacts.plan_erasing("CT1").mentions if e.key == ("C1",)]
    with pytest.raises(InvalidValue, match="its criteria cannot do without the words"):
        crm.contacts.erase("CT1", also=[mention])
    assert "CT1" in crm.contacts


def test_an_imported_journal_comes_without_letters(crm: seg.Workspace) -> None:
    fill(crm)
    other = seg.Workspace.open()
    other.journal.import_entries(crm.journal.export())
    kept = other.contacts.access("CT1")
    assert (len(kept.interactions), kept.letters) == (2, ())


NAMES = {
    "Anna Berg": {
        "Frau Berg rief an": True,
        "Bergen am 3. Mai": False,
        "BERG!": True,
        "Anna, bitte": False,
        "Herr Bergmann": False,
    },
    "Bo Li": {"Bo Li kam": True, "Lieferung": False, "Li kam": True},
    "Kai Dahl-Ravn": {"Ravn kam": True, "DAHL-RAVN": True, "Ravnsborg": False},
}


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [(name, text, named) for name, texts in NAMES.items() for text, named in texts.items()],
)
@pytest.mark.parametrize("with_surname", [True, False])
def test_a_person_is_named_by_a_whole_surname(
    name: str, text: str, *, named: bool, with_surname: bool
) -> None:
    """TRU-23."""
    surname = name.rsplit(maxsplit=1)[-1] if with_surname else ""
    contact = Contact(no="CT1", type=ContactType.PERSON, name=name, surname=surname)
    assert bool(Words(words_of(contact, [], [])).found_in(text)) is named


@pytest.mark.parametrize(
    "name", ["Nordan A/S", "Nordan ApS", "Nordan GmbH & Co. KG", "Nordan S.p.A.", "Nordan, Ltd."]
)
def test_a_company_is_named_without_its_legal_form(name: str) -> None:
    """TRU-23, with companies."""
    contact = Contact(no="CT1", name=name, address="Kaivej 2")
    words = Words(words_of(contact, [], []))
    texts = ["Nordan ringte", "Kaivej 2", "Nordanvind", f"{name} kom"]
    assert [bool(words.found_in(text)) for text in texts] == [True, True, False, True]


def test_numbers_and_addresses_name_a_contact_and_single_letters_do_not() -> None:
    contact = Contact(
        no="CT1",
        type=ContactType.PERSON,
        name="X",
        phone_no="+45 70 10",
        mobile_phone_no="112",
        e_mail="a@b.example; c@d.example",
    )
    others = [AlternativeAddress(contact_no="CT1", code="H", address="Kaivej 2", phone_no="445566")]
    words = Words(words_of(contact, others, []))
    said = "X a@b.example c@d.example Kaivej  2 445566 +45 70 10 112"
    assert words.found_in(said) == (
        "a@b.example",
        "c@d.example",
        "Kaivej  2",
        "445566",
        "+45 70 10",
    )
    assert words.blanked(said) == "X … … … … … 112"
    assert Words(()).found_in("anything") == ()
    assert words.blanked('{"a":["Kaivej 2",1,null]}') == '{"a":["…",1,null]}'
    assert words.found_in("{Kaivej 2") == ("Kaivej 2",)


# -- also -------------------------------------------------------------------------------------


def test_what_is_named_for_a_person_without_interactions_goes_in_one_call(
    crm: seg.Workspace,
) -> None:
    """TRU-24."""
    crm.contacts.change("CT7", name="Ida Voss", first_name="Ida", surname="Voss")
    said = comment(crm, "CT2", "Ida Voss has called")
    before = everything(crm)
    for value in (
        99_999,
        0,
        -1,
        "20",
        True,
        None,
        Mention(table="x", key=(99,), field="", words=(), entry_no=99),
    ):
        wrong: Any = [value]
        with pytest.raises(InvalidValue, match="is no number of an entry"):
            crm.contacts.erase("CT7", also=wrong)
    assert everything(crm) == before
    crm.contacts.erase("CT7", also=[said])
    assert "CT7" not in crm.contacts
    assert crm.journal[said].erased
    assert crm.store.records.find(InteractionComment, said) is None


def test_all_entries_that_tell_an_interaction_go_together(crm: seg.Workspace) -> None:
    """An entry that is emptied leaves records that the journal still adds up to."""
    put_off = crm.interactions.postpone("CT2", description="Anna Berg called", **SEEN)
    crm.interactions.finish(put_off.entry_no, description="Anna Berg again")
    crm.interactions.comment(put_off.entry_no, "Fine")
    mentions = crm.contacts.plan_erasing("CT1").mentions
    entries = [each for each in mentions if each.entry_no]
    assert {each.entry_no for each in entries} == {put_off.entry_no, put_off.entry_no + 1}
    crm.contacts.erase("CT1", also=entries[-1:])
    assert crm.interactions[put_off.entry_no].description == ""
    assert [each.text for each in crm.interactions.comments(put_off.entry_no)] == ["Fine"]


@pytest.fixture(params=STORES)
def stored(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[seg.Workspace]:  # noqa: ANN401
    yield from workspaces(request, tmp_path)


def test_all_stores_tell_and_erase_the_same(stored: seg.Workspace) -> None:
    """TRU-19, TRU-20, TRU-22: in memory, SQLite and PostgreSQL."""
    anna = person("CT1", "SHOP", name="Anna Berg", first_name="Anna", surname="Berg")
    crm = make_desk(anna, store=stored.store)
    crm.contacts.change("CT1", name="Anna Holm", surname="Holm")
    segment = segment_of(crm, "ANNA", description="Mrs. Berg's friends")
    segment.add_contacts(contact={"name": "@anna holm*"})
    plan = crm.contacts.plan_erasing("CT1")
    assert [(each.table, each.field, each.words) for each in plan.mentions] == [
        ("segment_header", "description", ("Berg",)),
        ("segment_header", "actions", ("anna holm",)),
    ]
    done = crm.contacts.erase("CT1", also=plan.mentions)
    assert done.items == plan.items
    assert segment.header.description == "Mrs. …'s friends"
    assert crm.contacts.access("CT1").items == ()


def test_an_interaction_that_was_taken_up_again_is_erased_again() -> None:
    crm = make_desk()
    carl = crm.contacts["CARL"]
    number = crm.interactions.postpone("CARL", interaction_template_code="TALK").entry_no
    crm.contacts.erase("CARL")
    crm.store.records.put([carl])
    crm.interactions.finish(number, description="Carl called")
    crm.contacts.erase("CARL")
    assert crm.interactions[number].description == ""
    check_journal(crm)
