"""Every text that an error can say is written so that it can be told, and is told."""

import pytest

from segmentation.languages import Phrases, phrases_of
from support.error_texts import Text, composed, texts

OTHERS = ("fr-CH", "it-IT", "nb-NO")


def is_told(text: Text, phrases: Phrases) -> bool:
    """Whether a language knows a text; one that stands as a name is never told, but captioned."""
    if text.name:
        return False
    return text.text in phrases.messages or phrases.told(text.text) != text.text


def test_no_text_of_an_error_is_put_together() -> None:
    in_calls = {text for text in composed() if text.has_words}
    behind = {text for text in texts() if text.composed and text.has_words}
    assert in_calls | behind == set()


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_of_an_error_is_told(language: str) -> None:
    phrases = phrases_of(language)
    written = {text for text in texts() if text.has_words and not text.composed}
    assert len(written) > 300
    assert {each for each in written if not is_told(each, phrases)} == set()


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
