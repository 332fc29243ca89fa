"""Recency, frequency, value: a questionnaire that is ready made."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

import pytest

from segmentation.criteria import make_selection
from segmentation.errors import UnknownName
from segmentation.memory import MemoryStore
from segmentation.operations.criteria import select
from segmentation.operations.questionnaires import classify_all
from segmentation.questionnaires import LineType, questionnaire_faults
from segmentation.scoring import (
    FREQUENCY,
    GROUP,
    GROUPS,
    INACTIVE,
    RECENCY,
    SCORES,
    VALUE,
    in_group,
    make_scoring,
    scored,
)
from support.fair import TODAY, company, context, customer, interaction


class Sales:
    """Books that know sales only."""

    def __init__(self, figures: Mapping[str, Decimal]) -> None:
        self._figures = figures

    def of_customers(self, *_asked: object) -> Mapping[str, Decimal]:
        return self._figures

    def of_vendors(self, *_asked: object) -> None:
        return None

    of_contacts = of_vendors


@pytest.fixture
def store() -> MemoryStore:
    """Ten customers, 0 to 9: the higher the number, the later, the more often, the more."""
    store = MemoryStore()
    questionnaire, lines, points = make_scoring(contact_type="companies")
    store.records.put([questionnaire, *lines, *points])
    number = 0
    for place in range(10):
        store.records.put([company(f"C{place}"), customer(f"C{place}", f"K{place}")])
        for _ in range(place):
            number += 1
            day = TODAY - dt.timedelta(days=10 - place)
            store.records.put([interaction(number, f"C{place}", f"C{place}", date=day)])
    sales = {f"K{place}": Decimal(100 * place) for place in range(10)}
    classify_all(context(store, ledgers=Sales(sales)))
    return store


def test_the_questionnaire_has_no_faults() -> None:
    questionnaire, lines, _ = make_scoring()
    assert questionnaire_faults(questionnaire, lines) == []


def test_the_named_groups_share_all_scores_among_them() -> None:
    shared = [
        (recency, others)
        for _, recencies, sums in GROUPS
        for recency in recencies
        for others in sums
    ]
    assert sorted(shared) == [(recency, others) for recency in SCORES for others in range(2, 11)]


@pytest.mark.parametrize("question", [RECENCY, FREQUENCY, VALUE])
def test_scores_count_the_fifths_of_the_active_that_are_worse(
    store: MemoryStore, question: int
) -> None:
    for score in SCORES:
        found = select(context(store), scored(question, str(score)))
        assert list(found) == [f"C{2 * score - 1}", f"C{2 * score}"][: len(found)]
        assert len(found) == (1 if score == 5 else 2)
    assert len(select(context(store), scored(question, "4..5"))) == 3


def test_groups_have_names_to_choose_by(store: MemoryStore) -> None:
    assert list(select(context(store), in_group("Champions"))) == ["C7", "C8", "C9"]
    assert list(select(context(store), in_group("Lost"))) == ["C1", "C2", "C3", "C4"]
    assert list(select(context(store), in_group("Need attention"))) == ["C5", "C6"]
    assert list(select(context(store), in_group("Loyal"))) == []
    assert list(select(context(store), in_group(INACTIVE))) == ["C0"]


def test_groups_are_answers_like_any_other(store: MemoryStore) -> None:
    questionnaire, lines, _ = make_scoring()
    champions = [line.line_no for line in lines if line.description == "Champions"]
    assert all(line.type is LineType.ANSWER for line in lines if line.line_no > GROUP)
    chosen = make_selection(
        profile_answers={
            "profile_questionnaire_code": questionnaire.code,
            "line_no": "|".join(map(str, champions)),
        }
    )
    assert list(select(context(store), chosen)) == ["C7", "C8", "C9"]


def test_a_group_that_is_none_has_a_near_name() -> None:
    with pytest.raises(UnknownName, match="did you mean 'Champions'"):
        in_group("Champion")
