"""Links to unsubscribe: signed, answered, found again after merging and renumbering."""

import datetime as dt
from collections.abc import Iterator

import pytest

import segmentation as seg
from segmentation.contacts import Contact, ContactMailingGroup, ContactType, CorrespondenceType
from segmentation.documents import Attachment, Document
from segmentation.errors import InvalidValue
from segmentation.interactions import Interaction
from segmentation.journal import ContactMarked, happening_of
from segmentation.operations.letters import Answer, Unsubscribing
from segmentation.protocols import Rendering, Store
from segmentation.workspace import open_store
from support.databases import Database
from support.desk import check_journal, make_desk, segment_of
from support.fair import evolved

K1, K2 = b"a" * 16, b"b" * 32
URL = "https://example.com/off?t={token}"
OFF = Unsubscribing(URL, [K1])


def desk(store: Store | None = None) -> seg.Workspace:
    people = [
        Contact(
            no=no,
            type=ContactType.PERSON,
            name=f"Person {no}",
            e_mail=f"{no}@example.com",
            salesperson_code="JO",
            correspondence_type=CorrespondenceType.EMAIL,
        )
        for no in ("C1", "C2", "C3")
    ]
    return make_desk(*people, store=store)


@pytest.fixture
def crm() -> seg.Workspace:
    return desk()


def token_of(no: str, off: Unsubscribing = OFF) -> str:
    return off.token(Contact(no=no), Interaction(contact_no=no, interaction_template_code="LETTER"))


def answer(crm: seg.Workspace, method: str, token: str, off: Unsubscribing = OFF) -> Answer:
    return crm.letters.answer_unsubscribing(off, method=method, token=token)


def decided(crm: seg.Workspace) -> list[tuple[str, bool, str]]:
    found = [happening_of(entry) for entry in crm.journal]
    return [(x.contact_no, x.value, x.reason) for x in found if isinstance(x, ContactMarked)]


def test_the_link_of_a_letter_is_answered_ltr_36(crm: seg.Workspace) -> None:
    """LTR-36."""
    crm = evolved(crm, rendering=Rendering(unsubscribe=OFF.link))
    crm.templates.put_language("LETTER", "ENU", attachment=Attachment("a.txt", b"{{unsubscribe}}"))
    segment_of(crm, "C1", "C2", template="LETTER").log(deliver=True)
    sent: list[Document] = []

    class Courier:
        def deliver(self, document: Document) -> str:
            sent.append(document)
            return "here"

    couriers = {CorrespondenceType.EMAIL: Courier()}
    for method in ("GET", "head"):
        shown = answer(crm, method, token_of("C1"))
        assert shown.status == 200
        assert (b'method="post"' in shown.body) == (method == "GET")
        assert len(crm.journal) == 3
    assert answer(crm, "POST", token_of("C1")).status == 200
    assert crm.contacts["C1"].exclude_from_segment
    assert decided(crm) == [("C1", True, "by the link to unsubscribe")]
    done = crm.letters.deliver(couriers, worker="w")
    assert [document.contact_no for document in sent] == ["C2"]
    assert (
        sent[0].content.decode()
        == sent[0].unsubscribe
        == OFF.link(crm.contacts["C2"], crm.interactions[done.delivered[0]])
    )
    assert "excluded" in crm.interactions[done.failed[0]].delivery_error


def test_a_second_post_answers_the_same_and_records_nothing_ltr_36(crm: seg.Workspace) -> None:
    """LTR-36."""
    first = answer(crm, "POST", token_of("C1"))
    assert answer(crm, "POST", token_of("C1")) == first
    assert len(crm.journal) == 1
    check_journal(crm)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "", "PATCH"])
def test_other_methods_are_told_which_there_are_ltr_36(crm: seg.Workspace, method: str) -> None:
    """LTR-36."""
    told = answer(crm, method, token_of("C1"))
    assert (told.status, told.headers["Allow"]) == (405, "GET, HEAD, POST")
    assert len(crm.journal) == 0


def spoiled() -> list[str]:
    token = token_of("C1")
    changed = [
        f"{token[:n]}{'A' if token[n] != 'A' else 'B'}{token[n + 1 :]}" for n in range(len(token))
    ]
    foreign = token_of("C1", Unsubscribing(URL, [K2]))
    return [*changed, token[:-1], token + "=", token + "\n", "", ".", "é.é", foreign]


def test_a_forged_token_is_refused_like_any_other_ltr_37(crm: seg.Workspace) -> None:
    """LTR-37."""
    answers = [answer(crm, verb, token) for token in spoiled() for verb in ("GET", "POST")]
    assert {each.status for each in answers} == {400}
    assert len({each.body for each in answers}) == 1
    assert len(crm.journal) == 0


def test_keys_change_and_old_links_stay_ltr_38(crm: seg.Workspace) -> None:
    """LTR-38."""
    old = token_of("C1")
    both, new = Unsubscribing(URL, [K2, K1]), Unsubscribing(URL, [K2])
    late = evolved(crm, clock=lambda: dt.datetime(2046, 11, 30, tzinfo=dt.UTC))
    assert answer(late, "POST", old, both).status == 200
    assert late.contacts["C1"].exclude_from_segment
    assert answer(crm, "POST", old, new).status == 400
    assert token_of("C1", both) == token_of("C1", new)


@pytest.mark.parametrize(
    ("url", "keys", "named"),
    [(URL, [], "keys"), (URL, [b"short"], "keys"), ("https://example.com", [K1], "url")],
    ids=["no-key", "short-key", "no-place"],
)
def test_what_makes_no_safe_link_is_refused_ltr_38(url: str, keys: list[bytes], named: str) -> None:
    """LTR-38."""
    with pytest.raises(InvalidValue) as caught:
        Unsubscribing(url, keys)
    assert caught.value.field == named
    assert "short" not in str(caught.value)


def test_keys_are_not_shown() -> None:
    assert repr(OFF) == f"Unsubscribing({URL!r})"


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def anywhere(request: pytest.FixtureRequest) -> Iterator[seg.Workspace]:
    """The desk on each kind of store."""
    if request.param == "memory":
        yield desk()
        return
    database: Database = request.getfixturevalue(f"kept_{request.param}")
    database.empty()
    with desk(open_store(database.own_address())) as crm:
        yield crm


def test_a_purpose_is_withdrawn_by_the_link_ltr_35(anywhere: seg.Workspace) -> None:
    """LTR-35."""
    crm = anywhere
    for code in ("NEWS", "OFFERS"):
        crm.tables["purpose"].new(code)
        for channel in ("email", "hard_copy"):
            crm.consents.give("C1", purpose_code=code, channel=channel)
    crm.templates.change("LETTER", purpose_code="NEWS")
    for method in ("GET", "HEAD"):
        assert answer(crm, method, token_of("C1")).status == 200
    head = crm.journal.head
    first = answer(crm, "POST", token_of("C1"))
    (act,) = crm.consents.where(act="withdrawn")
    assert (act.contact_no, act.purpose_code, act.channel) == ("C1", "NEWS", "email")
    assert act.source == "by the link to unsubscribe"
    assert first.status == 200
    assert len(crm.journal) == head.number + 1
    assert not crm.contacts["C1"].exclude_from_segment
    assert answer(crm, "POST", token_of("C1")) == first
    assert len(crm.journal) == head.number + 1
    check_journal(crm)


def test_who_was_merged_or_renumbered_is_found_ltr_39(anywhere: seg.Workspace) -> None:
    """LTR-39."""
    crm = anywhere
    tokens = [token_of(no) for no in ("C2", "C3")]
    crm.contacts.merge(kept_no="C1", gone_no="C2")
    crm.contacts.renumber(old_no="C3", new_no="C9")
    crm.contacts.renumber(old_no="C9", new_no="C10")
    assert [answer(crm, "POST", token).status for token in tokens] == [200, 200]
    assert [no for no, _, _ in decided(crm)] == ["C1", "C10"]
    assert [crm.contacts[no].exclude_from_segment for no in ("C1", "C10")] == [True, True]
    crm.contacts.admit("C1", "asked for news again")
    crm.contacts.erase("C1")
    assert answer(crm, "POST", tokens[0]).status == 200
    assert len(decided(crm)) == 3
    check_journal(crm)


def test_the_purpose_is_withdrawn_of_who_was_merged_or_renumbered_ltr_39(
    anywhere: seg.Workspace,
) -> None:
    """LTR-39, with a purpose."""
    crm = anywhere
    crm.tables["purpose"].new("NEWS")
    crm.templates.change("LETTER", purpose_code="NEWS")
    tokens = [token_of(no) for no in ("C2", "C3")]
    crm.contacts.merge(kept_no="C1", gone_no="C2")
    crm.contacts.renumber(old_no="C3", new_no="C9")
    assert [answer(crm, "POST", token).status for token in tokens] == [200, 200]
    assert [(act.contact_no, act.act) for act in crm.consents] == [
        ("C1", "withdrawn"),
        ("C9", "withdrawn"),
    ]
    assert decided(crm) == []
    crm.contacts.erase("C1")
    assert answer(crm, "POST", tokens[0]).status == 200
    assert len(crm.consents) == 1
    check_journal(crm)


def test_a_page_is_in_the_language_of_the_workspace(crm: seg.Workspace) -> None:
    page = answer(evolved(crm, language="fr-CH"), "GET", token_of("C1")).body.decode()
    assert "Se désabonner" in page
    assert 'lang="fr' in page


def test_a_group_that_was_joined_stays_as_it_is(crm: seg.Workspace) -> None:
    crm.tables["mailing_group"].new("NEWS")
    crm.contacts.add_rows(ContactMailingGroup(contact_no="C1", mailing_group_code="NEWS"))
    answer(crm, "POST", token_of("C1"))
    assert crm.contacts.row_counts("C1")["contact_mailing_group"] == 1
