"""Selections are read back from the words that describe them (MNG-50 to MNG-53)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.criteria import (
    Criteria,
    Cut,
    Filter,
    First,
    Order,
    Part,
    Sample,
    Selection,
    Where,
    bind,
    describe,
    from_words,
)
from segmentation.languages import LANGUAGES, phrases_of
from support import trees, truth

_BASE = truth.SCHEMA.table(truth.SCHEMA.base)


def said(criteria: Criteria | None, language: str) -> str:
    return describe(bind(criteria, truth.SCHEMA, truth.AS_OF), phrases_of(language))


def cuts() -> st.SearchStrategy[Criteria]:
    orders = st.lists(st.builds(Order, st.sampled_from(sorted(_BASE.fields)), st.booleans()))
    firsts = st.builds(First, st.integers(0, 1000), orders)
    samples = st.builds(Sample, st.integers(0, 1000), st.text(max_size=5))
    return st.builds(Cut, trees.selections, firsts | samples)


@pytest.mark.parametrize("language", LANGUAGES)
@given(selection=trees.selections)
def test_every_selection_is_read_back(language: str, selection: Selection) -> None:
    assert from_words(said(selection, language), language, truth.SCHEMA) == selection


@pytest.mark.parametrize("language", LANGUAGES)
@given(criteria=cuts())
def test_every_cut_is_read_back(language: str, criteria: Criteria) -> None:
    assert from_words(said(criteria, language), language, truth.SCHEMA) == criteria


@pytest.mark.parametrize("language", LANGUAGES)
@given(item=trees.filters)
def test_every_filter_of_a_text_is_read_back(language: str, item: Filter) -> None:
    selection = Part("contact", (Where("name", item),))
    try:
        words = said(selection, language)
    except Exception:
        return
    assert from_words(words, language, truth.SCHEMA) == selection
