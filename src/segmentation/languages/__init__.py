"""The languages of those who work with the library: captions, sentences, messages of errors.

English, French (fr-CH), Italian (it-IT) and Norwegian Bokmål (nb-NO); any other is served in
English. The words of each are one file of data beside this module, read when it is first asked
for. Identifiers and data are the same in all of them.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from segmentation.errors import SegmentationError
from segmentation.phrases import known_language

from ._phrases import ENGLISH, Phrases

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "Phrases",
    "caption",
    "captions",
    "day_words",
    "phrases_of",
    "to_name",
    "told",
    "truths",
]

LANGUAGES = ("en", "fr", "it", "nb")
"""The languages that there are words of."""


_FOLDER = Path(__file__).parent


@cache
def _words(language: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(_FOLDER.joinpath(f"{language}.json").read_bytes())
    return found


@cache
def _names(language: str) -> Mapping[str, str]:
    """The captions of a language, by path: "contact", "*.city", "*.*.person"."""
    words = _words(language)
    return {
        **words["tables"],
        **words.get("aliases", {}),
        **{f"*.{field}": name for field, name in words["fields"].items()},
        **{f"*.*.{option}": name for option, name in words["options"].items()},
    }


def phrases_of(language: str) -> Phrases:
    """The words of a language; English ones if it is none of ours.

    Args:
        language: As in ``fr-CH``: only what stands before the hyphen matters.

    >>> phrases_of("fr-CH").name("contact", "post_code")
    'Code postal'
    """
    return _phrases(known_language(language, LANGUAGES))


@cache
def _phrases(language: str) -> Phrases:
    if language == "en":
        return ENGLISH
    words = _words(language)
    return Phrases(words["texts"], _names(language), words["messages"])


def caption(language: str, *path: str) -> str:
    """What a table, a field or an option is called in a language.

    Args:
        language: As for `phrases_of`.
        *path: The table; the table and its field; or these and the option.

    >>> caption("en", "contact", "post_code"), caption("nb-NO", "contact", "type", "company")
    ('Post Code', 'Selskap')
    """
    return _captioner(known_language(language, LANGUAGES)).name(*path)


@cache
def _captioner(language: str) -> Phrases:
    return Phrases({}, _names(language))


def captions(*path: str) -> tuple[str, ...]:
    """What a table, a field or an option is called in any of the languages, English first.

    Args:
        *path: As for `caption`.

    >>> captions("contact", "city")
    ('City', 'Ville', 'Città', 'Poststed')
    """
    return tuple(dict.fromkeys(_captioner(language).name(*path) for language in LANGUAGES))


def to_name(caption: str) -> str:
    """The name that a caption of a table or field makes.

    >>> to_name("Country/Region Code"), to_name("No."), to_name("Discount %")
    ('country_region_code', 'no', 'discount_pct')
    """
    spelled = caption.strip().lower().replace("%", " pct")
    return re.sub(r"\W+", "_", spelled).strip("_")


@cache
def truths() -> Mapping[str, bool]:
    """What stands for yes and no in any of the languages, in lower case.

    >>> truths()["oui"], truths()["nei"], truths()["1"]
    (True, False, True)
    """
    words = {word: truth for each in LANGUAGES for word, truth in _words(each)["truths"].items()}
    return {**words, **_FURTHER_TRUTHS, "1": True, "0": False}


_FURTHER_TRUTHS = {
    **dict.fromkeys(("sí", "wahr", "sand", "sant", "waar", "verdadero"), True),
    **dict.fromkeys(("nein", "nej", "nee", "falsch", "falsk", "falskt", "onwaar"), False),
}
"""What stands for yes and no in languages of files that we have no other words of."""


@cache
def day_words(language: str) -> Mapping[str, str]:
    """What the days are called that filters know by name: those near today and those of a week.

    Args:
        language: As for `phrases_of`.

    >>> day_words("fr-CH")["today"], day_words("nb")["sun"]
    ("aujourd'hui", 'søndag')
    """
    words: Mapping[str, str] = _words(known_language(language, LANGUAGES))["days"]
    return words


def told(error: SegmentationError, language: str) -> str:
    """The text of an error in a language; all of it in English where a word of it is missing.

    >>> from segmentation.errors import NotFound
    >>> told(NotFound("contact", "CT1"), "it-IT")
    'Contatto «CT1»: inesistente'
    """
    return phrases_of(language).told(error)
