"""Names of days as people type them: in full or shortened, in their language.

A name may be shortened as long as it is the only one of its language that begins so. The full
English names and the English days of the week of three letters are known in every language.
"""

import re
from collections.abc import Iterable

from segmentation.criteria._trees import bare, to_nfc
from segmentation.errors import FilterError, Message
from segmentation.languages import day_words

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The neutral names of the days of the week, Monday first."""


def name_of_day(word: str, language: str, *, only_weekdays: bool, text: str) -> str:
    """The neutral name of a day: "today", "yesterday", "tomorrow", "workdate", or a weekday's.

    Args:
        word: The name or its beginning.
        language: The language of who typed it.
        only_weekdays: Whether a number follows it, as it does weekdays only.
        text: The whole text, for errors.

    Returns:
        The name, empty if there is none that begins so.

    Raises:
        FilterError: Several names begin so. The error names them.
    """
    sought = _plain(word)
    names = day_words(language)
    found = {key: name for key, name in names.items() if _plain(name).startswith(sought)}
    if only_weekdays:
        found = {key: name for key, name in found.items() if key in WEEKDAYS}
    exact = [key for key, name in found.items() if _plain(name) == sought]
    if exact or len(found) == 1:
        return [*exact, *found][0]
    if found:
        words = _in_words(found.values())
        raise FilterError(Message("{word} may be {words}", word=word, words=words), text=text)
    for key, name in day_words("en").items():
        if sought == name or sought == key in WEEKDAYS:
            return key
    return ""


def _plain(word: str) -> str:
    return re.sub(r"\s+", " ", bare(to_nfc(word)).replace("\u2019", "'"))


def _in_words(names: Iterable[str]) -> str:
    return ", ".join(names)
