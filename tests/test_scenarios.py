"""Every id of a scenario that a test names is explained, with the files that name it."""

from support.scenarios import KEY, sentences, source


def test_the_key_tells_what_the_ids_mean_and_where_they_are_shown() -> None:
    text = KEY.read_text(encoding="utf-8")
    assert "TO BE WRITTEN" not in text
    assert text == source(sentences()), "run `python tests/support/scenarios.py`"
