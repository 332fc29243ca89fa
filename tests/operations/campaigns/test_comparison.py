"""Two arms of a campaign beside each other."""

import datetime as dt

import pytest

from segmentation.campaigns import Arm
from segmentation.errors import InvalidValue, NotFound
from segmentation.memory import MemoryStore
from segmentation.operations.campaigns import compare
from support.fair import TODAY, interaction, make_store

YESTERDAY = TODAY - dt.timedelta(days=1)


@pytest.fixture
def store() -> MemoryStore:
    """ANNA has responded twice, MILL yesterday; BO's response is canceled, CARL's is of another."""
    store = make_store()
    store.records.put(
        [
            interaction(1, "ANNA", campaign_response=True),
            interaction(2, "ANNA", campaign_response=True),
            interaction(3, "BO", campaign_response=True, canceled=True),
            interaction(4, "CARL", campaign_response=True, campaign_no="EXPO"),
            interaction(5, "MILL", campaign_response=True, date=YESTERDAY),
        ]
    )
    return store


def test_arms_are_compared_by_contacts_not_by_interactions(store: MemoryStore) -> None:
    found = compare(store, "fair", ["anna", "BO", "ANNA"], ["CARL", "MILL"])
    assert [(g.name, g.contacts, g.responses) for g in (found.first, found.second)] == [
        ("A", 2, 1),
        ("B", 2, 1),
    ]
    assert found.difference == 0


def test_responses_count_between_two_days(store: MemoryStore) -> None:
    arms = (["ANNA", "BO"], ["CARL", "MILL"])
    assert compare(store, "FAIR", *arms, since=TODAY).difference == -0.5
    assert compare(store, "FAIR", *arms, until=YESTERDAY).difference == 0.5
    assert compare(store, "FAIR", *arms, since=YESTERDAY, until=YESTERDAY).difference == 0.5


def test_arms_have_names_of_their_own_and_the_interval_follows_the_confidence(
    store: MemoryStore,
) -> None:
    letter, mail = Arm("letter", ["ANNA", "BO"]), Arm("mail", "carl")
    wide = compare(store, "FAIR", letter, mail, confidence=0.99)
    narrow = compare(store, "FAIR", letter, mail, confidence=0.5)
    assert (wide.first.name, wide.second.name) == ("letter", "mail")
    assert wide.second.contacts == 1
    assert wide.low < narrow.low < narrow.difference < narrow.high < wide.high


def test_a_text_is_one_contact(store: MemoryStore) -> None:
    """FRT-12."""
    found = compare(store, "FAIR", "ANNA", "BO")
    assert (found.first.contacts, found.first.responses, found.second.responses) == (1, 1, 0)


def test_what_is_not_there_is_named(store: MemoryStore) -> None:
    with pytest.raises(NotFound, match="campaign 'FAIRY'"):
        compare(store, "FAIRY", ["ANNA"], ["BO"])
    with pytest.raises(NotFound) as caught:
        compare(store, "FAIR", ["ANNA", "X1"], ["BO", "X2"])
    assert (caught.value.kind, caught.value.key) == ("contact", "X1, X2")


@pytest.mark.parametrize(
    ("arms", "reason"),
    [
        ((), "arms: 0 is not two"),
        ((["ANNA"],), "arms: 1 is not two"),
        ((["ANNA"], ["BO"], ["CARL"]), "arms: 3 is not two"),
        ((["ANNA"], []), "contacts: 0 contacts|group B"),
        ((Arm("letter", ["ANNA"]), Arm("letter", ["BO"])), "'letter' is the name of both arms"),
        ((["ANNA", "BO"], ["BO", "CARL"]), "arms: 'BO' is in both arms"),
    ],
)
def test_arms_that_cannot_be_compared_are_refused(
    store: MemoryStore, arms: tuple[Arm | list[str], ...], reason: str
) -> None:
    with pytest.raises(InvalidValue, match=reason):
        compare(store, "FAIR", *arms)


def test_the_confidence_is_a_share(store: MemoryStore) -> None:
    with pytest.raises(InvalidValue, match="confidence: 95 is not between 0 and 1"):
        compare(store, "FAIR", ["ANNA"], ["BO"], confidence=95)
