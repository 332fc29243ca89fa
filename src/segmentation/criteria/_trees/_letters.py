"""How texts are compared letter by letter: as written, without case, without accents.

Every letter is replaced by itself, so a text without case keeps its length. The replacements are
those of Unicode in the running Python. Engines that cannot call `fold` and `bare` are given the
replacements as a table.
"""

import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from functools import cache
from types import MappingProxyType

_TURKISH = dict.fromkeys([0x130, 0x131], "i")
"""Both Turkish i, with a dot and without, are an i."""

BEYOND_ASCII = MappingProxyType({"i": "\u0130\u0131", "k": "\u212a", "s": "\u017f"})
"""The letters beyond ASCII that become a letter of ASCII where case does not count.

They are known here, because it takes a second to work out what becomes of all letters.
"""


class Letters(Enum):
    """What is left out of account when two texts are compared."""

    AS_WRITTEN = "as written"
    ANY_CASE = "any case"
    ANY_ACCENT = "any accent"
    """Accents, and with them case."""

    @property
    def change(self) -> Callable[[str], str]:
        """The function that makes two texts equal which count as equal."""
        return _CHANGES[self]

    def __repr__(self) -> str:
        return str(self)


def to_nfc(text: str) -> str:
    """A text in Unicode's normal form C: a letter with its accent is one sign where there is one.

    >>> len(to_nfc("A\u030ase"))
    3
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """A text without regard to case: each letter in its simple case folding.

    The text keeps its length. A final sigma is a sigma, and both Turkish i are an i.

    >>> fold("ΣΊΣΥΦΟΣ") == fold("Σίσυφος"), fold("Straße"), fold("İstanbul")
    (True, 'straße', 'istanbul')
    """
    return text.lower() if text.isascii() else text.translate(_folds())


def bare(text: str) -> str:
    """A text without regard to accents and case.

    An accent is a combining mark of a letter's canonical decomposition.

    >>> bare("Müller"), bare("Ngô Bảo"), bare("Tromsø")
    ('muller', 'ngo bao', 'tromsø')
    """
    return text.lower() if text.isascii() else text.translate(_bares())


def replacements(letters: Letters) -> Mapping[str, str]:
    """The letters beyond ASCII that a comparison replaces, each with its replacement.

    Accents by themselves are replaced by nothing.
    """
    if letters is Letters.AS_WRITTEN:
        return {}
    table = _folds() if letters is Letters.ANY_CASE else _bares()
    return MappingProxyType({chr(code): new for code, new in table.items() if code > ord("\x7f")})


def characters() -> Iterator[str]:
    """Every character that a database can store."""
    for number in range(1, sys.maxunicode + 1):
        if not 0xD800 <= number < 0xE000:  # noqa: PLR2004 - the surrogates
            yield chr(number)


@cache
def _folds() -> Mapping[int, str]:
    """The simple case folding of each letter that it changes."""
    found = dict(_TURKISH)
    for letter in characters():
        folded = letter.casefold()
        if folded == letter:
            continue
        # Where the full folding is of several letters, the simple one, if any, is the lower case.
        folded = folded if len(folded) == 1 else letter.lower()
        if len(folded) == 1 and folded != letter:
            # Some Greek letters fold to one that is not NFC, and what filters say is.
            found[ord(letter)] = found[ord(folded)] = to_nfc(folded)
    return {code: new for code, new in found.items() if new != chr(code)}


@cache
def _bares() -> Mapping[int, str]:
    """Each letter that is another without its accents and its case."""
    found = dict(_folds())
    for letter in characters():
        if unicodedata.category(letter) == "Mn":
            found[ord(letter)] = ""
        elif (parts := unicodedata.decomposition(letter)) and not parts.startswith("<"):
            apart = unicodedata.normalize("NFD", letter)
            kept = "".join(each for each in apart if unicodedata.category(each) != "Mn")
            found[ord(letter)] = fold(to_nfc(kept))
    return {code: new for code, new in found.items() if new != chr(code)}


def _unchanged(text: str) -> str:
    return text


_CHANGES: Mapping[Letters, Callable[[str], str]] = {
    Letters.AS_WRITTEN: _unchanged,
    Letters.ANY_CASE: fold,
    Letters.ANY_ACCENT: bare,
}
