"""Joint salutations: how several people are greeted in one letter, in the manner of a language.

Some languages say the words of greeting once and name everybody after them ("Dear Ms. Berg and
Mr. Lund,"); others greet one after the other, all but the first in small letters ("Sehr geehrte
Frau Berg, sehr geehrter Herr Lund,"). Where neither can be worked out, each salutation stands
whole, in a row. Knows nothing of letters, nor of who lives with whom.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

import attrs

from .salutations import Greeting


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@attrs.frozen(kw_only=True)
class _Manner:
    """How a language greets.

    Attributes:
        joining: The word between two names: "and".
        once: Whether the words of greeting are said once; else each is greeted whole.
        openings: Words of greeting, in small letters.
        titles: Words that belong to a name, in small letters and without a stop.
        plurals: What is said for two of a title that stands alone.
    """

    joining: str = ""
    once: bool = False
    openings: frozenset[str] = attrs.field(default="", converter=_words)
    titles: frozenset[str] = attrs.field(default="", converter=_words)
    plurals: Mapping[str, str] = attrs.field(factory=dict)


_NORDIC = "herr fru frk frøken fröken dr prof professor doktor"
_NORWEGIAN = _Manner(
    joining="og",
    once=True,
    openings="kjære kjæreste hei heisann hallo god goddag morgen dag kveld ettermiddag",
    titles=_NORDIC,
)
_MANNERS: Mapping[str, _Manner] = {
    "en": _Manner(
        joining="and",
        once=True,
        openings="dear dearest my hello hi hey greetings welcome good morning afternoon evening "
        "day",
        titles="ms mr mrs miss mx dr prof professor doctor sir madam lady lord dame captain "
        "reverend rev hon judge",
        plurals={"Sir": "Sirs", "Madam": "Mesdames"},
    ),
    "de": _Manner(
        joining="und",
        openings="sehr hoch geehrte geehrter verehrte verehrter hochverehrte hochverehrter "
        "hochgeehrte hochgeehrter werte werter liebe lieber liebste liebster hallo guten gute "
        "grüezi grüß servus hi",
        titles="frau herr herrn fräulein familie dr prof professor professorin doktor",
    ),
    "fr": _Manner(
        joining="et",
        openings="cher chère très chers chères bonjour bonsoir salut honoré honorée estimé estimée",
        titles="madame monsieur mademoiselle mme m mlle docteur dr maître me professeur pr",
        plurals={
            "Madame": "Mesdames",
            "Monsieur": "Messieurs",
            "Mademoiselle": "Mesdemoiselles",
        },
    ),
    "it": _Manner(
        joining="e",
        openings="gentile gentilissimo gentilissima egregio egregia caro cara carissimo carissima "
        "pregiato pregiata pregiatissimo pregiatissima stimato stimata stimatissimo stimatissima "
        "illustre spettabile distinto distinta ciao salve buongiorno buonasera",
        titles="signora signor signorina sig sigra dottore dottoressa dott dr professore "
        "professoressa prof avvocato avv ingegnere ing",
    ),
    "nb": _NORWEGIAN,
    "nn": _NORWEGIAN,
    "no": _NORWEGIAN,
    "da": _Manner(
        joining="og",
        once=True,
        openings="kære hej hejsa goddag god godmorgen godaften",
        titles=f"{_NORDIC} hr",
    ),
    "sv": _Manner(
        joining="och",
        once=True,
        openings="kära käre käraste bästa bäste hej hejsan god morgon dag kväll",
        titles=_NORDIC,
    ),
    "nl": _Manner(
        joining="en",
        once=True,
        openings="geachte beste lieve hoi hallo dag goedemorgen goedemiddag goedenavond goedendag",
        titles="heer de mevrouw meneer mevr mw dhr dr drs ir prof professor familie",
    ),
}
_UNKNOWN = _Manner()

_STOPS = ".,;:!?\u2026"
_CLOSING = re.compile(r"(?:(?<!\w)\.)?\s*[,;:!?\u2026]*\s*$")
_SEVERAL = re.compile(r"[,/]|\b(?:or|oder|ou|o|eller|of|and|und|et|e|og|och|en)\b")
_WORD = re.compile(r"\S+\s*")


def joint_salutation(greetings: Sequence[Greeting], language: str = "") -> str:
    """One salutation for several people, in the order given.

    Args:
        greetings: The salutation of each.
        language: Their language as a tag ("nb", "de-CH"); empty if they are of several, or if it
            is to be known by their words.

    >>> joint_salutation([Greeting("Dear Ms. ", "Berg", ","), Greeting("Dear Mr. ", "Lund", ",")])
    'Dear Ms. Berg and Mr. Lund,'
    >>> joint_salutation([Greeting("Liebe ", "Anna", "!"), Greeting("Lieber ", "Jon", "!")], "de")
    'Liebe Anna, lieber Jon!'
    """
    spoken = _spoken(language)
    manner = _MANNERS[spoken] if spoken in _MANNERS else _manner_of(greetings, spoken)
    told = _told_once([_Cut.of(each, manner) for each in greetings], manner)
    if len(told) == 1:
        return told[0].text
    return _joined(told, manner) or _in_a_row(told, manner)


def joint_names(names: Iterable[str], language: str = "") -> str:
    """Names in a row, each once; blank ones are left out.

    Args:
        names: The names.
        language: The language of the word before the last, as a tag; unknown for a comma.

    >>> joint_names(["Anna Berg", "Jon Berg"], "nb-NO")
    'Anna Berg og Jon Berg'
    """
    told = list(dict.fromkeys(name for name in names if name))
    return _listed(told, _MANNERS.get(_spoken(language), _UNKNOWN)) if told else ""


def _spoken(language: str) -> str:
    return re.split("[-_]", language.lower())[0]


def _manner_of(greetings: Iterable[Greeting], language: str) -> _Manner:
    """The one manner that knows the first word of each, where the language is not given."""
    first = {_plain(each.before.split(maxsplit=1)[0]) for each in greetings if each.before.strip()}
    known = {id(m): m for m in _MANNERS.values() if first and first <= m.openings}
    return next(iter(known.values())) if len(known) == 1 and not language else _UNKNOWN


@attrs.frozen
class _Cut:
    """A salutation in three parts.

    Attributes:
        opening: The words of greeting at its beginning.
        core: The words after them: titles and names.
        closing: The signs at its end, and the words that are of all who are greeted.
        name: The name that it says; empty if it says none.
    """

    opening: str
    core: str
    closing: str
    name: str

    @classmethod
    def of(cls, greeting: Greeting, manner: _Manner) -> "_Cut":
        """Cut a salutation."""
        before, after = greeting.before, greeting.after
        closing = _closing_of(after if greeting.name else before, manner)
        opening = ""
        if not greeting.name:
            before = before[: len(before) - len(closing)]
        for word in _WORD.findall(before):
            if _plain(word) not in manner.openings:
                break
            opening += word
        whole = before + greeting.name + after
        end = len(whole) - (len(closing) if greeting.name else len(after))
        return cls(opening, whole[len(opening) : end], closing, greeting.name)

    @property
    def body(self) -> str:
        """All but its end."""
        return (self.opening + self.core).strip()

    @property
    def text(self) -> str:
        """All of it."""
        return (self.opening + self.core).rstrip() + self.closing

    @property
    def words(self) -> Sequence[str]:
        """The plain words of its core."""
        return [_plain(word) for word in self.core.split()]

    def is_of_all(self, manner: _Manner) -> bool:
        """Whether it greets nobody in particular: "Dear customer,", "Madame, Monsieur,"."""
        titled = bool(manner.titles.intersection(self.words))
        return not self.name and (not titled or bool(_SEVERAL.search(self.core)))

    @property
    def greeted(self) -> Sequence[str]:
        """Whom it greets, where it greets several: "Madame", "Monsieur"."""
        return [part.strip() for part in _SEVERAL.split(self.core)]

    def has_plural(self, manner: _Manner) -> bool:
        """Whether two of it are said in one word; adjectives that would bend keep it single."""
        return self.core in manner.plurals and (manner.once or not self.opening)


def _closing_of(text: str, manner: _Manner) -> str:
    """The end of a salutation: signs, or words that count for all, as in "and family,"."""
    joining = f" {manner.joining} "
    if text[:1] in {*_STOPS} or (manner.once and text.startswith(joining)):
        return text
    found = _CLOSING.search(text)
    return found.group() if found else ""


def _plain(word: str) -> str:
    return word.strip().strip(_STOPS).replace(".", "").casefold()


def _told_once(cuts: Sequence[_Cut], manner: _Manner) -> Sequence[_Cut]:
    """Salutations without those that say nothing of their own.

    What names nobody and has no title ("Dear customer,") is for all; two of a title that stands
    alone are one plural.
    """
    told: dict[_Cut, int] = {}
    rest: list[_Cut] = []
    for each in cuts:
        if each in told and (each.is_of_all(manner) or each.has_plural(manner)):
            told[each] += 1
        else:
            told.setdefault(each, 1)
            rest.append(each)
    parts = {each: each.greeted for each in rest if each.is_of_all(manner)}
    within = {part for each in parts.values() if len(each) > 1 for part in each}
    rest = [each for each in rest if each in parts or each.name or each.core not in within]
    plural = [
        attrs.evolve(each, core=manner.plurals[each.core])
        if told[each] > 1 and each.has_plural(manner)
        else each
        for each in rest
    ]
    said = {each.opening for each in plural if each.core.strip()}
    return [
        each
        for each in plural
        if each.core.strip() or each.opening.strip() not in {opening.strip() for opening in said}
    ]


def _joined(cuts: Sequence[_Cut], manner: _Manner) -> str:
    """Salutations whose words of greeting and whose end are said once; empty if they differ."""
    first = cuts[0]
    alike = {(each.opening.casefold().strip(), each.closing) for each in cuts}
    begun = first.opening or all(_is_of_name(each, manner) for each in cuts)
    whole = all(each.core.strip() for each in cuts)
    if not (manner.once and len(alike) == 1 and begun and whole):
        return ""
    said = _listed([each.core.strip() for each in cuts], manner)
    return f"{first.opening}{said}{first.closing}"


def _listed(names: Sequence[str], manner: _Manner) -> str:
    *others, last = names
    if not (others and manner.joining):
        return ", ".join(names)
    return f"{', '.join(others)} {manner.joining} {last}"


def _is_of_name(cut: _Cut, manner: _Manner) -> bool:
    """Whether a salutation without words of greeting begins by a name or a title."""
    return cut.core.startswith(cut.name or " ") or cut.words[0] in manner.titles


def _in_a_row(cuts: Sequence[_Cut], manner: _Manner) -> str:
    """Salutations one after the other; an end that all have stands at the end alone."""
    closings = {each.closing for each in cuts}
    if len(closings) == 1 and not any(letter.isalnum() for letter in cuts[0].closing):
        small = [each.body if not at else _small(each, manner) for at, each in enumerate(cuts)]
        return ", ".join(small) + cuts[0].closing
    text = ""
    for each in cuts:
        body = _small(each, manner) if text.endswith(",") else each.body
        text = f"{text} {body}".lstrip() + (each.closing or ",")
    return text if cuts[-1].closing else text.removesuffix(",")


def _small(cut: _Cut, manner: _Manner) -> str:
    """A salutation that begins in small letters, unless its first word is a name or a title."""
    first, *others = cut.body.split(" ")
    is_greeting = bool(cut.opening)
    if not is_greeting and others:
        titled = _plain(others[0]) in manner.titles
        is_greeting = titled and _plain(first) not in manner.titles
    if not is_greeting or first[1:2].isupper():
        return cut.body
    return cut.body[:1].lower() + cut.body[1:]
