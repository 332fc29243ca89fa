"""Every text that an error can say is written so that it can be told, and is told."""

from collections import Counter
from collections.abc import Iterable, Mapping

import pytest

from segmentation.languages import Phrases, phrases_of
from support.error_texts import Text, composed, texts

OTHERS = ("fr-CH", "it-IT", "nb-NO")

STILL: Mapping[str, int] = {
    "operations/campaigns/_targets.py": 1,
    "operations/checks.py": 3,
    "operations/contacts/_card.py": 11,
    "operations/contacts/_duplicates.py": 3,
    "operations/contacts/_rows.py": 5,
    "operations/contacts/_summaries.py": 2,
    "operations/data/_files.py": 10,
    "operations/data/_importer.py": 2,
    "operations/interactions/_recorded.py": 2,
    "operations/letters/_delivery.py": 2,
    "operations/letters/_printer.py": 2,
    "operations/questionnaires/_answers.py": 2,
    "operations/questionnaires/_classification.py": 3,
    "operations/segments/_saved_criteria.py": 1,
    "operations/segments/_selection.py": 1,
    "operations/tasks.py": 3,
    "operations/templates.py": 10,
    "operations/values.py": 11,
    "workspace/_workspace.py": 2,
}
"""Modules with texts that are put together by f-strings, and how many."""

UNTOLD: Mapping[str, int] = {
    "operations/campaigns/_invoices.py": 2,
    "operations/campaigns/_targets.py": 1,
    "operations/checks.py": 1,
    "operations/contacts/_card.py": 4,
    "operations/contacts/_duplicates.py": 2,
    "operations/contacts/_rows.py": 1,
    "operations/data/_copy_store.py": 2,
    "operations/data/_files.py": 6,
    "operations/data/_importer.py": 2,
    "operations/interactions/_recorded.py": 4,
    "operations/journal/_export.py": 2,
    "operations/letters/_delivery.py": 6,
    "operations/letters/_printer.py": 7,
    "operations/questionnaires/_classification.py": 3,
    "operations/segments/_saved_criteria.py": 2,
    "operations/tasks.py": 2,
    "workspace/_journal.py": 2,
    "workspace/_worksheet.py": 1,
    "workspace/_workspace.py": 4,
}
"""Modules with texts that no language knows, and how many."""


def per_module(found: Iterable[Text]) -> Mapping[str, int]:
    return dict(sorted(Counter(text.file for text in found).items()))


def is_told(text: Text, phrases: Phrases) -> bool:
    """Whether a language knows a text; one that stands as a name is never told, but captioned."""
    if text.name:
        return False
    return text.text in phrases.messages or phrases.told(text.text) != text.text


def test_no_text_of_an_error_is_put_together() -> None:
    in_calls = {text for text in composed() if text.has_words}
    behind = {text for text in texts() if text.composed and text.has_words}
    assert per_module(in_calls | behind) == STILL


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_of_an_error_is_told(language: str) -> None:
    phrases = phrases_of(language)
    written = {text for text in texts() if text.has_words and not text.composed}
    assert len(written) > 300
    assert per_module(each for each in written if not is_told(each, phrases)) == UNTOLD


def test_the_texts_are_found_wherever_they_are_written() -> None:
    found = {text.text for text in texts()}
    assert found >= {
        "is no finite number",  # in the call itself
        "the address cannot be read",  # after another text
        "a percentage cannot be over 100",  # of a fault
        "has no digits that could count up",  # in a method
        "is too large for a database",  # through a name
        "a bracket is not closed",  # through a parameter
        "segment {no}",  # in a message
        "is blocked for privacy",  # in a message inside a message
        "would bring another contact's data into a letter",  # in a table
        "entry {number} stands in its place, which came before",  # given back by a helper
    }
