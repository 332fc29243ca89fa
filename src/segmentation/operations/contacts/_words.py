"""The words by which free text names a contact, and where they stand in a text.

A text names a person by the surname, by a part of a double one, by an address or a number; not by
a first name alone. A company is named by its name, also without its legal form. Words count as
whole ones only: "Bergen" does not name Anna Berg, "letter_Berg.txt" does.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from unicodedata import normalize

from segmentation.contacts import AlternativeAddress, Contact, ContactType, FormerName

# fmt: off
_LEGAL_FORMS = frozenset({
    "a/s", "aps", "i/s", "k/s", "p/s", "ab", "as", "asa", "ans", "da", "oy", "oyj", "gmbh",
    "mbh", "ag", "kg", "kgaa", "ohg", "gbr", "ug", "ek", "eg", "se", "sa", "sas", "sarl",
    "sàrl", "sca", "snc", "spa", "srl", "sagl", "ltd", "limited", "plc", "llp", "llc", "inc",
    "corp", "corporation", "co", "company", "bv", "nv", "cv", "vof", "&", "und", "et", "e",
    "og",
})
# fmt: on

_LEAST_DIGITS = 5
"""How many digits a telephone number must have to be looked for."""


def words_of(
    contact: Contact, others: Iterable[AlternativeAddress], former: Iterable[FormerName]
) -> tuple[str, ...]:
    """The words that name a contact, the longest first; each once.

    Args:
        contact: The contact.
        others: Its alternative addresses.
        former: Names and addresses that it had before, and those of who was merged into it.
    """
    found = [*_of_card(contact), *(word for each in others for word in _of_address(each))]
    for each in former:
        found += _of_value(contact, each.field, each.value)
    words = {word.casefold(): word for word in map(_trimmed, found) if word}
    return tuple(sorted(words.values(), key=lambda word: (-len(word), word)))


def _of_card(contact: Contact) -> Iterator[str]:
    surname = contact.surname or ("" if _is_company(contact) else contact.name.rpartition(" ")[2])
    for field in ("name", "name_2", "e_mail", "e_mail_2", "phone_no", "mobile_phone_no", "address"):
        yield from _of_value(contact, field, getattr(contact, field))
    if not _is_company(contact):
        yield from _of_value(contact, "surname", surname)


def _of_address(other: AlternativeAddress) -> Iterator[str]:
    yield from (other.address, other.e_mail, *_numbers([other.phone_no, other.mobile_phone_no]))


def _of_value(contact: Contact, field: str, value: str) -> Iterator[str]:
    match field:
        case "name" if _is_company(contact):
            yield from (value, _without_form(value))
        case "surname":
            yield from (value, *re.split(r"[-\s]+", value))
        case "phone_no" | "mobile_phone_no":
            yield from _numbers([value])
        case "e_mail" | "e_mail_2":
            yield from re.split(r"[;,\s]+", value)
        case _:
            yield value


def _is_company(contact: Contact) -> bool:
    return contact.type is ContactType.COMPANY


def _without_form(name: str) -> str:
    """A company's name without its legal form."""
    words = name.split()
    while len(words) > 1 and words[-1].casefold().replace(".", "").strip(",") in _LEGAL_FORMS:
        words.pop()
    return " ".join(words).rstrip(",")


def _numbers(numbers: Iterable[str]) -> Iterator[str]:
    return (number for number in numbers if sum(map(str.isdigit, number)) >= _LEAST_DIGITS)


def _trimmed(word: str) -> str:
    """A word without blanks around it; nothing if it is a single letter or sign."""
    word = " ".join(word.split())
    return word if sum(map(str.isalnum, word)) > 1 else ""


def _pattern_of(word: str) -> str:
    """A word as a pattern, however its signs may be written: ß as SS, apostrophes, hyphens."""
    return "".join(_SPELLED.get(sign) or re.escape(sign) for sign in word)


_SPELLED = {
    "ß": "(?:ß|ss)",
    **dict.fromkeys("'\u2018\u2019", "['\u2018\u2019]"),
    **dict.fromkeys("-\u2010\u2011", "[-\u2010\u2011]"),
}


def _composed(text: str) -> str:
    """A text in which a letter and its accent are one sign."""
    return text if text.isascii() else normalize("NFC", text)


class Words:
    """Words to be looked for in texts, and taken out of them."""

    def __init__(self, words: Iterable[str]) -> None:
        parts = [r"[\s_]+".join(map(_pattern_of, _composed(word).split())) for word in words]
        either = "|".join(parts) or r"(?!)"  # nothing is nowhere
        self._pattern = re.compile(rf"(?<![^\W_])(?:{either})(?![^\W_])", re.IGNORECASE)

    def found_in(self, text: str) -> tuple[str, ...]:
        """The words as they stand in a text, or in the texts of the JSON that it is; each once."""
        found = (self._pattern.findall(_composed(each)) for each in _texts(text))
        return tuple(dict.fromkeys(word for words in found for word in words))

    def blanked(self, text: str) -> str:
        """A text, or JSON, with an ellipsis in the place of each word."""
        data = _data(text)
        if data is None:
            return self._pattern.sub("…", _composed(text))
        return json.dumps(self._blanked(data), ensure_ascii=False, separators=(",", ":"))

    def _blanked(self, data: Any) -> Any:  # noqa: ANN401 - of JSON
        match data:
            case str():
                return self.blanked(data)
            case list():
                return [self._blanked(each) for each in data]
            case dict():
                return {key: self._blanked(each) for key, each in data.items()}
            case _:
                return data


class WordIndex:
    """Whom a text may name, of very many: a quick look before `Words` is asked about each.

    A text that names somebody has all words of the name; it is looked for the rarest of them.

    Args:
        words: The words that name each, by number; there are letters or digits in all of them.
    """

    def __init__(self, words: Mapping[str, Iterable[str]]) -> None:
        parts = [(no, _parts(word)) for no, each in words.items() for word in each]
        counts = Counter(part for _, found in parts for part in found)
        self._nos: dict[str, set[str]] = {}
        for no, found in parts:
            rarest = min(found, key=lambda part: (counts[part], part))
            self._nos.setdefault(rarest, set()).add(no)

    def named_in(self, text: str) -> set[str]:
        """The numbers of those whom a text may name, and of nobody else whom it names."""
        parts = {part for each in _texts(text) for part in _parts(each)}
        return {no for part in parts & self._nos.keys() for no in self._nos[part]}


def _parts(text: str) -> set[str]:
    """The single words of a text, written so that those that differ in case are equal."""
    if text.isascii():
        return set(_PART.findall(text.lower()))
    found = _PART.findall(_composed(text))
    return {part.upper().casefold().replace("i̇", "i") for part in found}


_PART = re.compile(r"[^\W_]+")


def _texts(text: str) -> Iterator[str]:
    """A text, or all texts in it if it is JSON; those of filters without their doubled quotes."""
    data = _data(text)
    if data is None:
        yield text
        if "''" in text:
            yield text.replace("''", "'")
        return
    waiting = [data]
    while waiting:
        match waiting.pop():
            case str(found):
                yield from _texts(found)
            case list(items):
                waiting += reversed(items)
            case dict(items):
                waiting += reversed(list(items.values()))


def _data(text: str) -> Any:  # noqa: ANN401 - of JSON
    """What a text is as JSON; ``None`` if it is none that holds others."""
    if not text.startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
