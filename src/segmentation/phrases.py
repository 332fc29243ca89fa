"""Words that the library writes for people, by language, apart from the code that uses them.

Languages are those of `docs/glossary.md`; any other is served in English. Knows nothing of
what the words are about.
"""

from collections.abc import Container, Mapping

ENGLISH = "en"

PHRASES: Mapping[str, Mapping[str, str]] = {
    "from": {
        "en": "{what}, from {who}",
        "fr": "{what}, de {who}",
        "it": "{what}, da {who}",
        "nb": "{what}, fra {who}",
    },
    "by": {
        "en": "{what}, by {who}",
        "fr": "{what}, par {who}",
        "it": "{what}, a cura di {who}",
        "nb": "{what}, av {who}",
    },
    "follow_up": {
        "en": "Follow-up on segment {no}",
        "fr": "Suivi segment {no}",
        "it": "Segmento di follow-up {no}",
        "nb": "Oppfølging av segment {no}",
    },
    "resent": {
        "en": "Resent: {what}",
        "fr": "Renvoi : {what}",
        "it": "Nuovo invio: {what}",
        "nb": "Sendt på nytt: {what}",
    },
    "interaction": {
        "en": "Interaction",
        "fr": "Interaction",
        "it": "Interazione",
        "nb": "Samhandling",
    },
}
"""The phrases by name and language; what stands in braces is filled in."""


def phrase(name: str, language: str = ENGLISH, **values: str) -> str:
    """A phrase in a language.

    Args:
        name: The phrase's name.
        language: As in ``fr-CH``: only what stands before the hyphen matters.
        **values: What is filled in.

    >>> phrase("by", "nb-NO", what="Brev", who="Anna")
    'Brev, av Anna'
    """
    known = PHRASES[name]
    return known[known_language(language, known)].format(**values)


def known_language(language: str, known: Container[str]) -> str:
    """The language that a tag names, or English if it is not among those known.

    >>> known_language("nb-NO", {"en", "nb"}), known_language("ja", {"en", "nb"})
    ('nb', 'en')
    """
    short = language.replace("_", "-").partition("-")[0].lower()
    return short if short in known else ENGLISH
